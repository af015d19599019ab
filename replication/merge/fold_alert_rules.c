#include "replication/merge/fold_alert_state.h"

#include "schema/alert/category.h"
#include "schema/base/check.h"

bool cairn_fold_alert_is_founding(const struct cairn_opset_item *item)
{
    return !item->is_unknown && !item->is_repudiated &&
           (item->kind == CAIRN_KIND_ALERT_ISSUE || item->kind == CAIRN_KIND_ALERT_BATCH);
}

bool cairn_fold_alert_is_kind(const struct cairn_opset_item *item, enum cairn_kind kind)
{
    return !item->is_unknown && !item->is_repudiated && item->kind == kind;
}

struct cairn_bytes cairn_fold_alert_withdraw_rows(const struct cairn_opset_item *item)
{
    struct cairn_bytes slots[CAIRN_ALERT_WITHDRAW_END];
    cairn_shape_split(item->body, slots, CAIRN_ALERT_WITHDRAW_END);
    return slots[CAIRN_ALERT_WITHDRAW_ROWS];
}

static bool rules_is_whole_withdraw(const struct cairn_opset_item *item)
{
    return cairn_fold_alert_is_kind(item, CAIRN_KIND_ALERT_WITHDRAW) &&
           cairn_fold_alert_withdraw_rows(item).size == 0;
}

bool cairn_fold_alert_is_same_feed(const struct cairn_opset_item *left,
                                   const struct cairn_opset_item *right)
{
    return cairn_bytes_is_same16(left->feed, right->feed);
}

static bool alert_follows_withdraw(const struct cairn_fold_alert_state *fold, uint32_t i)
{
    for (uint32_t j = 0; j < i; j++) {
        if (cairn_causal_is_before(&fold->causal, j, i) &&
            rules_is_whole_withdraw(&fold->set->items[j])) {
            return true;
        }
    }
    return false;
}

/* Did the feed hold the alert when operation i came to it? What came last before it decides. */
static bool alert_is_held(const struct cairn_fold_alert_state *fold, uint32_t i)
{
    const struct cairn_opset_item *item = &fold->set->items[i], *before = NULL;
    for (uint32_t j = 0; j < fold->set->count; j++) {
        const struct cairn_opset_item *other = &fold->set->items[j];
        bool is_move = cairn_fold_alert_is_founding(other) ||
                       cairn_fold_alert_is_kind(other, CAIRN_KIND_ALERT_LEAVE);
        if (is_move && other->index < item->index && cairn_fold_alert_is_same_feed(other, item) &&
            (before == NULL || other->index > before->index)) {
            before = other;
        }
    }
    return before != NULL && cairn_fold_alert_is_founding(before);
}

/* The first field of every alert; read so because the body of a batch is long. */
static uint64_t alert_category(struct cairn_bytes body)
{
    struct cairn_pack_reader reader;
    uint32_t count;
    uint64_t key, category;
    cairn_pack_reader_init(&reader, body);
    CAIRN_REQUIRE(cairn_pack_get_map(&reader, &count) == CAIRN_OK && count > 0);
    CAIRN_REQUIRE(cairn_pack_get_uint(&reader, UINT64_MAX, &key) == CAIRN_OK);
    CAIRN_REQUIRE(key == CAIRN_ALERT_KEY_CATEGORY);
    CAIRN_REQUIRE(cairn_pack_get_uint(&reader, UINT64_MAX, &category) == CAIRN_OK);
    return category;
}

static cairn_err alert_take_founding(struct cairn_fold_alert_state *fold, uint32_t i)
{
    const struct cairn_opset_item *item = &fold->set->items[i];
    if (alert_follows_withdraw(fold, i)) {
        return CAIRN_RULE_WITHDRAWN;
    }
    if (alert_is_held(fold, i)) {
        return CAIRN_EXISTS;
    }
    uint64_t category = alert_category(item->body);
    if (fold->founding == CAIRN_FOLD_ALERT_NONE) {
        fold->founding = i;
        fold->category = category;
    } else if (category != fold->category || item->kind != fold->set->items[fold->founding].kind) {
        return CAIRN_EXISTS;
    }
    fold->writes[i] = (struct cairn_alert_body_write){.is_whole = true, .body = item->body};
    return CAIRN_OK;
}

static bool alert_knows_founding(const struct cairn_fold_alert_state *fold, uint32_t i)
{
    for (uint32_t j = 0; j < i; j++) {
        if (fold->writes[j].is_whole && cairn_causal_is_before(&fold->causal, j, i)) {
            return true;
        }
    }
    return false;
}

static void alert_read_amend(struct cairn_bytes body, struct cairn_alert_body_write *out)
{
    struct cairn_bytes slots[CAIRN_ALERT_AMEND_END];
    cairn_shape_split(body, slots, CAIRN_ALERT_AMEND_END);
    *out = (struct cairn_alert_body_write){
        .set = slots[CAIRN_ALERT_AMEND_SET],
        .add = slots[CAIRN_ALERT_AMEND_ADD],
        .remove = slots[CAIRN_ALERT_AMEND_REMOVE],
    };
}

static cairn_err alert_take_amend(struct cairn_fold_alert_state *fold, uint32_t i)
{
    if (!alert_knows_founding(fold, i)) {
        return cairn_causal_is_missing_after(&fold->causal, i) ? CAIRN_LATER : CAIRN_STATE;
    }
    if (alert_follows_withdraw(fold, i)) {
        return CAIRN_RULE_WITHDRAWN;
    }
    alert_read_amend(fold->set->items[i].body, &fold->writes[i]);
    cairn_err err = cairn_fold_alert_amend(fold, i);
    if (err != CAIRN_OK) {
        fold->writes[i] = (struct cairn_alert_body_write){.is_whole = false};
    }
    return err;
}

cairn_err cairn_fold_alert_take(struct cairn_fold_alert_state *fold, uint32_t i)
{
    const struct cairn_opset_item *item = &fold->set->items[i];
    cairn_err err = cairn_causal_place(&fold->causal, i);
    if (item->is_repudiated) {
        return err;
    }
    if (item->is_unknown) {
        fold->is_frozen = true;
        return CAIRN_KIND_UNKNOWN;
    }
    if (cairn_opset_is_taking(item)) {
        return CAIRN_OK;
    }
    if (err == CAIRN_OK && fold->is_frozen) {
        err = CAIRN_LATER;
    }
    if (err != CAIRN_OK) {
        return err;
    }
    bool is_founding = cairn_fold_alert_is_founding(item);
    err = is_founding ? alert_take_founding(fold, i) : alert_take_amend(fold, i);
    if (err == CAIRN_OK) {
        cairn_alert_body_put(&fold->writers, i);
        fold->write_count++;
    }
    if (err == CAIRN_OK && is_founding) {
        fold->body = item->body;
        fold->body_of = i;
    }
    return err;
}
