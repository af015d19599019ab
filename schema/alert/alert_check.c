#include "schema/alert/alert_check.h"

#include "schema/alert/alert_part.h"
#include "schema/alert/batch_check.h"
#include "schema/alert/category.h"
#include "schema/base/civil.h"

#include <string.h>

#define ALERT_CHECK_DAY_MS 86400000u

static cairn_err alert_check_object(const struct cairn_operation *operation,
                                    struct cairn_bytes author, struct cairn_shape_fault *fault)
{
    if (!cairn_bytes_is_equal(cairn_id_country(&operation->object), author)) {
        return cairn_shape_refuse(CAIRN_DENIED_AUTHOR, NULL, UINT32_MAX, fault);
    }
    return CAIRN_OK;
}

static cairn_err alert_check_eyes(const struct cairn_operation *operation, uint32_t coercion,
                                  struct cairn_shape_fault *fault)
{
    bool has_two = operation->actor_count == 2 &&
                   !cairn_bytes_is_equal(operation->actors[0], operation->actors[1]);
    if (coercion >= CAIRN_CATEGORY_FOUR_EYES && !has_two) {
        return cairn_shape_refuse(CAIRN_RULE_FOUR_EYES, "action", UINT32_MAX, fault);
    }
    return CAIRN_OK;
}

static cairn_err alert_check_action(const struct cairn_category *category,
                                    const struct cairn_bytes *slots,
                                    struct cairn_shape_fault *fault)
{
    uint64_t action = cairn_shape_get_uint(slots[CAIRN_ALERT_KEY_ACTION]);
    uint64_t fallback = cairn_shape_get_uint(slots[CAIRN_ALERT_KEY_FALLBACK]);
    if (cairn_category_coercion(category, action) == UINT32_MAX) {
        return cairn_shape_refuse(CAIRN_RULE_ACTION, "action", UINT32_MAX, fault);
    }
    if (fallback != 0 && !cairn_category_allows_fallback(category, action, fallback)) {
        return cairn_shape_refuse(CAIRN_RULE_ACTION, "fallback", UINT32_MAX, fault);
    }
    uint64_t reason = cairn_shape_get_uint(slots[CAIRN_ALERT_KEY_REASON]);
    if (reason < category->reason_min || reason > category->reason_max) {
        return cairn_shape_refuse(CAIRN_RULE_CODE, "reason", UINT32_MAX, fault);
    }
    return CAIRN_OK;
}

static cairn_err alert_check_authority(struct cairn_bytes slot, struct cairn_bytes author,
                                       struct cairn_shape_fault *fault)
{
    struct cairn_bytes authority = cairn_shape_get_text(slot);
    if (authority.size > 0 &&
        (author.size != 3 || memcmp(authority.data, author.data, author.size) != 0)) {
        return cairn_shape_refuse(CAIRN_RULE_AUTHORITY, "authority", UINT32_MAX, fault);
    }
    return CAIRN_OK;
}

static cairn_err alert_check_life(const struct cairn_category *category,
                                  const struct cairn_bytes *slots,
                                  const struct cairn_alert_context *context,
                                  struct cairn_shape_fault *fault)
{
    uint64_t from_ms = cairn_shape_get_uint(slots[CAIRN_ALERT_KEY_FROM]);
    uint64_t expires_ms = cairn_shape_get_uint(slots[CAIRN_ALERT_KEY_EXPIRES]);
    if (from_ms > context->hlc_ms + CAIRN_ALERT_AHEAD_MS) {
        return cairn_shape_refuse(CAIRN_RULE_LIFE, "from", UINT32_MAX, fault);
    }
    if (expires_ms <= from_ms || expires_ms > cairn_category_expires_max_ms(category, from_ms)) {
        return cairn_shape_refuse(CAIRN_RULE_LIFE, "expires", UINT32_MAX, fault);
    }
    struct cairn_bytes review = cairn_shape_get_text(slots[CAIRN_ALERT_KEY_REVIEW]);
    struct cairn_civil_date date;
    if (review.size > 0) {
        CAIRN_TRY(cairn_civil_parse_date(review, &date));
        int32_t day = cairn_civil_days(date);
        if (day < (int32_t)(from_ms / ALERT_CHECK_DAY_MS) ||
            day > (int32_t)(expires_ms / ALERT_CHECK_DAY_MS)) {
            return cairn_shape_refuse(CAIRN_RULE_LIFE, "review", UINT32_MAX, fault);
        }
    }
    return CAIRN_OK;
}

cairn_err cairn_alert_check_body(struct cairn_bytes body, const struct cairn_alert_context *context,
                                 struct cairn_shape_fault *fault)
{
    struct cairn_bytes slots[CAIRN_ALERT_KEY_END];
    cairn_shape_split(body, slots, CAIRN_ALERT_KEY_END);
    const struct cairn_category *category =
        cairn_category_find(cairn_shape_get_uint(slots[CAIRN_ALERT_KEY_CATEGORY]));
    if (category == NULL) {
        return cairn_shape_refuse(CAIRN_RULE_CODE, "category", UINT32_MAX, fault);
    }
    CAIRN_TRY(alert_check_action(category, slots, fault));
    CAIRN_TRY(alert_check_authority(slots[CAIRN_ALERT_KEY_AUTHORITY], context->author, fault));
    CAIRN_TRY(alert_check_life(category, slots, context, fault));
    if (category->subject != CAIRN_CATEGORY_PERSON) {
        return cairn_alert_part_check_document(category, slots, context, fault);
    }
    return cairn_alert_part_check_person(category, slots, context, fault);
}

static cairn_err alert_check_issue(const struct cairn_operation *operation,
                                   const struct cairn_alert_context *context,
                                   struct cairn_shape_fault *fault)
{
    CAIRN_TRY(cairn_alert_check_body(operation->body, context, fault));
    struct cairn_bytes slots[CAIRN_ALERT_KEY_ACTION + 1];
    cairn_shape_split(operation->body, slots, CAIRN_ALERT_KEY_ACTION + 1);
    const struct cairn_category *category =
        cairn_category_find(cairn_shape_get_uint(slots[CAIRN_ALERT_KEY_CATEGORY]));
    uint64_t action = cairn_shape_get_uint(slots[CAIRN_ALERT_KEY_ACTION]);
    return alert_check_eyes(operation, cairn_category_coercion(category, action), fault);
}

static cairn_err alert_check_amend(const struct cairn_operation *operation,
                                   const struct cairn_alert_context *context,
                                   struct cairn_shape_fault *fault)
{
    struct cairn_bytes parts[CAIRN_ALERT_AMEND_END];
    struct cairn_bytes slots[CAIRN_ALERT_KEY_END];
    cairn_shape_split(operation->body, parts, CAIRN_ALERT_AMEND_END);
    if (parts[CAIRN_ALERT_AMEND_SET].size + parts[CAIRN_ALERT_AMEND_ADD].size +
            parts[CAIRN_ALERT_AMEND_REMOVE].size ==
        0) {
        return cairn_shape_refuse(CAIRN_PACK_FIELD, "set", UINT32_MAX, fault);
    }
    cairn_shape_split(parts[CAIRN_ALERT_AMEND_SET], slots, CAIRN_ALERT_KEY_END);
    if (alert_check_authority(slots[CAIRN_ALERT_KEY_AUTHORITY], context->author, fault) !=
            CAIRN_OK ||
        cairn_alert_part_check_decision(slots[CAIRN_ALERT_KEY_DECISION], context, fault) !=
            CAIRN_OK) {
        return cairn_shape_inside("set", UINT32_MAX, fault);
    }
    cairn_shape_split(parts[CAIRN_ALERT_AMEND_ADD], slots, CAIRN_ALERT_KEY_END);
    if (cairn_alert_part_check_lists(slots, context, fault) != CAIRN_OK) {
        return cairn_shape_inside("add", UINT32_MAX, fault);
    }
    cairn_shape_split(parts[CAIRN_ALERT_AMEND_SET], slots, CAIRN_ALERT_KEY_END);
    uint64_t action = cairn_shape_get_uint(slots[CAIRN_ALERT_KEY_ACTION]);
    return alert_check_eyes(operation, cairn_category_coercion_any(action), fault);
}

static cairn_err alert_check_withdraw(const struct cairn_operation *operation,
                                      struct cairn_shape_fault *fault)
{
    struct cairn_bytes slots[CAIRN_ALERT_WITHDRAW_END];
    cairn_shape_split(operation->body, slots, CAIRN_ALERT_WITHDRAW_END);
    bool is_merged =
        cairn_shape_get_uint(slots[CAIRN_ALERT_WITHDRAW_REASON]) == CAIRN_ALERT_WITHDRAW_MERGED;
    struct cairn_bytes into = cairn_shape_get_text(slots[CAIRN_ALERT_WITHDRAW_INTO]);
    if (is_merged != (into.size > 0)) {
        cairn_err err = is_merged ? CAIRN_PACK_FIELD : CAIRN_RULE_SUBJECT;
        return cairn_shape_refuse(err, "into", UINT32_MAX, fault);
    }
    if (cairn_bytes_is_equal(into, cairn_id_view(&operation->object))) {
        return cairn_shape_refuse(CAIRN_RULE_SUBJECT, "into", UINT32_MAX, fault);
    }
    struct cairn_shape_list rows;
    struct cairn_bytes raw;
    uint64_t next = 0;
    cairn_shape_list_init(&rows, slots[CAIRN_ALERT_WITHDRAW_ROWS]);
    while (cairn_shape_list_next(&rows, &raw)) {
        uint64_t row = cairn_shape_get_uint(raw);
        if (row < next) {
            return cairn_shape_refuse(CAIRN_RULE_DUPLICATE, "rows", rows.next - 1, fault);
        }
        next = row + 1;
    }
    return CAIRN_OK;
}

static cairn_err alert_check_batch(const struct cairn_operation *operation,
                                   const struct cairn_alert_context *context,
                                   struct cairn_shape_fault *fault)
{
    struct cairn_bytes slots[CAIRN_ALERT_KEY_END];
    cairn_shape_split(operation->body, slots, CAIRN_ALERT_KEY_END);
    const struct cairn_category *category =
        cairn_category_find(cairn_shape_get_uint(slots[CAIRN_ALERT_KEY_CATEGORY]));
    if (category == NULL || category->number != CAIRN_ALERT_DOC) {
        return cairn_shape_refuse(CAIRN_RULE_SUBJECT, "category", UINT32_MAX, fault);
    }
    CAIRN_TRY(alert_check_action(category, slots, fault));
    CAIRN_TRY(alert_check_authority(slots[CAIRN_ALERT_KEY_AUTHORITY], context->author, fault));
    CAIRN_TRY(alert_check_life(category, slots, context, fault));
    return cairn_batch_check(slots[CAIRN_ALERT_KEY_ROWS], context, fault);
}

cairn_err cairn_alert_check(const struct cairn_operation *operation, struct cairn_bytes author,
                            bool is_test_network, struct cairn_shape_fault *fault)
{
    const struct cairn_shape *shape = cairn_alert_shape_find(operation->kind);
    if (shape == NULL) {
        return cairn_shape_refuse(CAIRN_KIND_UNKNOWN, NULL, UINT32_MAX, fault);
    }
    struct cairn_alert_context context = {.author = author,
                                          .hlc_ms = cairn_civil_hlc_ms(operation->hlc),
                                          .is_test_network = is_test_network};
    CAIRN_TRY(cairn_shape_check(shape, operation->body, is_test_network, fault));
    CAIRN_TRY(alert_check_object(operation, author, fault));
    if (operation->kind == CAIRN_KIND_ALERT_ISSUE) {
        return alert_check_issue(operation, &context, fault);
    }
    if (operation->kind == CAIRN_KIND_ALERT_AMEND) {
        return alert_check_amend(operation, &context, fault);
    }
    if (operation->kind == CAIRN_KIND_ALERT_WITHDRAW) {
        return alert_check_withdraw(operation, fault);
    }
    if (operation->kind == CAIRN_KIND_ALERT_BATCH) {
        return alert_check_batch(operation, &context, fault);
    }
    return CAIRN_OK; /* alert.leave */
}
