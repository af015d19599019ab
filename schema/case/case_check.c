#include "schema/case/case_check.h"

#include "schema/alert/document.h"
#include "schema/alert/person.h"
#include "schema/case/case_codes.h"
#include "schema/case/lint.h"
#include "schema/case/request_check.h"

static cairn_err case_refuse(cairn_err err, const char *field, struct cairn_shape_fault *fault)
{
    return cairn_shape_refuse(err, field, UINT32_MAX, fault);
}

static cairn_err case_check_text(struct cairn_bytes slot, const char *field,
                                 struct cairn_shape_fault *fault)
{
    if (cairn_lint_find(cairn_shape_get_text(slot)) != NULL) {
        return case_refuse(CAIRN_RULE_PROTECTED, field, fault);
    }
    return CAIRN_OK;
}

/* The case's id begins with the requesting state. */
static cairn_err case_check_party(const struct cairn_operation *operation,
                                  struct cairn_bytes author, struct cairn_shape_fault *fault)
{
    bool is_own = cairn_bytes_is_equal(cairn_id_country(&operation->object), author);
    bool is_requesting =
        operation->kind == CAIRN_KIND_CASE_REQUEST || operation->kind == CAIRN_KIND_CASE_WITHDRAW;
    if (is_own != is_requesting) {
        return case_refuse(CAIRN_RULE_PARTIES, NULL, fault);
    }
    return CAIRN_OK;
}

/* Numbers of a list, each higher than the one before. */
static cairn_err case_check_ascending(struct cairn_bytes array, const char *field,
                                      struct cairn_shape_fault *fault)
{
    struct cairn_shape_list list;
    struct cairn_bytes raw;
    uint64_t next = 0;
    cairn_shape_list_init(&list, array);
    while (cairn_shape_list_next(&list, &raw)) {
        uint64_t number = cairn_shape_get_uint(raw);
        if (number < next) {
            return cairn_shape_refuse(CAIRN_RULE_FORM, field, list.next - 1, fault);
        }
        next = number + 1;
    }
    return CAIRN_OK;
}

static cairn_err case_check_accept(const struct cairn_bytes *slots, struct cairn_shape_fault *fault)
{
    bool is_all = cairn_shape_get_bool(slots[CAIRN_CASE_ACCEPT_ALL]);
    bool has_persons = slots[CAIRN_CASE_ACCEPT_PERSONS].size > 0;
    if (is_all == has_persons) {
        return case_refuse(CAIRN_RULE_FORM, "persons", fault);
    }
    CAIRN_TRY(case_check_ascending(slots[CAIRN_CASE_ACCEPT_PERSONS], "persons", fault));
    return case_check_text(slots[CAIRN_CASE_ACCEPT_REMARKS], "remarks", fault);
}

static cairn_err case_check_refuse(const struct cairn_bytes *slots, struct cairn_shape_fault *fault)
{
    CAIRN_TRY(case_check_ascending(slots[CAIRN_CASE_REFUSE_REASONS], "reasons", fault));
    return case_check_text(slots[CAIRN_CASE_REFUSE_TEXT], "text", fault);
}

cairn_err cairn_case_check(const struct cairn_operation *operation, struct cairn_bytes author,
                           bool is_test_network, struct cairn_shape_fault *fault)
{
    const struct cairn_shape *shape = cairn_case_shape_find(operation->kind);
    if (shape == NULL) {
        return case_refuse(CAIRN_KIND_UNKNOWN, NULL, fault);
    }
    CAIRN_TRY(cairn_shape_check(shape, operation->body, is_test_network, fault));
    CAIRN_TRY(case_check_party(operation, author, fault));
    struct cairn_bytes slots[CAIRN_CASE_ANSWER_END];
    cairn_shape_split(operation->body, slots, CAIRN_CASE_ANSWER_END);
    if (operation->kind == CAIRN_KIND_CASE_REQUEST) {
        return cairn_request_check(operation, author, fault);
    }
    if (operation->kind == CAIRN_KIND_CASE_ACCEPT) {
        return case_check_accept(slots, fault);
    }
    if (operation->kind == CAIRN_KIND_CASE_REFUSE) {
        return case_check_refuse(slots, fault);
    }
    if (operation->kind == CAIRN_KIND_CASE_WITHDRAW) {
        return case_check_text(slots[CAIRN_CASE_WITHDRAW_TEXT], "text", fault);
    }
    return CAIRN_OK; /* case.ack */
}
