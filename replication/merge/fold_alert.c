#include "replication/merge/fold_alert.h"

#include "replication/merge/fold_alert_state.h"
#include "schema/base/check.h"

static cairn_err alert_find_places(const struct cairn_fold_alert_state *fold,
                                   struct cairn_alert_view *out)
{
    struct cairn_alert_place *places =
        cairn_arena_take(fold->arena, fold->set->count * sizeof *places);
    if (places == NULL) {
        return CAIRN_NO_ROOM;
    }
    for (uint32_t i = 0; i < fold->set->count; i++) {
        const struct cairn_opset_item *item = &fold->set->items[i];
        bool is_held =
            cairn_alert_body_has(&fold->writers, i) && cairn_fold_alert_is_founding(item);
        for (uint32_t j = 0; j < fold->set->count && is_held; j++) {
            const struct cairn_opset_item *other = &fold->set->items[j];
            is_held = !(cairn_fold_alert_is_kind(other, CAIRN_KIND_ALERT_LEAVE) &&
                        other->index > item->index && cairn_fold_alert_is_same_feed(other, item));
        }
        if (is_held) {
            places[out->place_count++] =
                (struct cairn_alert_place){.feed = item->feed, .entry_id = item->entry_id};
        }
    }
    out->places = places;
    return CAIRN_OK;
}

static uint32_t alert_row_count(struct cairn_bytes body)
{
    struct cairn_bytes slots[CAIRN_ALERT_KEY_END];
    struct cairn_shape_list rows;
    cairn_shape_split(body, slots, CAIRN_ALERT_KEY_END);
    cairn_shape_list_init(&rows, slots[CAIRN_ALERT_KEY_ROWS]);
    return rows.count;
}

static void alert_mark_rows(struct cairn_bytes rows, uint32_t row_count, uint8_t *bits,
                            uint32_t *count)
{
    struct cairn_shape_list list;
    struct cairn_bytes raw;
    cairn_shape_list_init(&list, rows);
    while (cairn_shape_list_next(&list, &raw)) {
        uint64_t row = cairn_shape_get_uint(raw);
        if (row < row_count && (bits[row / 8] >> (row % 8) & 1) == 0) {
            bits[row / 8] |= (uint8_t)(1u << (row % 8));
            (*count)++;
        }
    }
}

/* Withdrawals of the whole and of rows. Rows of what is no batch mean nothing. */
static cairn_err alert_find_withdrawals(struct cairn_fold_alert_state *fold,
                                        struct cairn_alert_view *out)
{
    uint32_t row_count = 0;
    uint8_t *bits = NULL;
    for (uint32_t i = 0; i < fold->set->count; i++) {
        const struct cairn_opset_item *item = &fold->set->items[i];
        if (!cairn_fold_alert_is_kind(item, CAIRN_KIND_ALERT_WITHDRAW)) {
            continue;
        }
        struct cairn_bytes rows = cairn_fold_alert_withdraw_rows(item);
        if (rows.size == 0 && out->withdraw.size == 0) {
            out->withdrawn_hlc = item->hlc;
            out->withdraw = item->body;
        }
        if (rows.size > 0 && fold->founding != CAIRN_FOLD_ALERT_NONE && !out->is_batch) {
            cairn_causal_settle(&fold->causal, i, CAIRN_RULE_SUBJECT);
        }
        if (rows.size == 0 || !out->is_batch) {
            continue;
        }
        if (bits == NULL) {
            bits = cairn_arena_take(fold->arena, CAIRN_LIMIT_BATCH_ROWS / 8);
            if (bits == NULL) {
                return CAIRN_NO_ROOM;
            }
            row_count = alert_row_count(out->body);
        }
        alert_mark_rows(rows, row_count, bits, &out->rows_withdrawn_count);
    }
    out->rows_withdrawn = bits;
    return CAIRN_OK;
}

bool cairn_fold_alert_is_row_withdrawn(const struct cairn_alert_view *view, uint32_t row)
{
    CAIRN_REQUIRE(row < CAIRN_LIMIT_BATCH_ROWS);
    return view->rows_withdrawn != NULL && (view->rows_withdrawn[row / 8] >> (row % 8) & 1) != 0;
}

static cairn_err alert_view_body(const struct cairn_fold_alert_state *fold,
                                 struct cairn_alert_view *out)
{
    if (fold->write_count == 1) { /* it was checked as it came */
        out->body = fold->body;
        return CAIRN_OK;
    }
    struct cairn_alert_body_input input = {.causal = &fold->causal,
                                           .writes = fold->writes,
                                           .members = &fold->writers,
                                           .is_capped = true};
    struct cairn_arena scratch = *fold->arena;
    CAIRN_TRY(cairn_alert_body_merge(&input, &scratch, &out->body, &out->conflicts));
    return cairn_fold_alert_resolve(fold, &fold->writers, fold->arena, &out->body, &out->is_torn);
}

static void alert_view_status(const struct cairn_fold_alert_state *fold,
                              struct cairn_alert_view *out)
{
    if (fold->founding == CAIRN_FOLD_ALERT_NONE) {
        out->status = out->is_repudiated ? CAIRN_ALERT_STATUS_WITHDRAWN : CAIRN_ALERT_STATUS_NONE;
    } else if (out->withdraw.size > 0) {
        out->status = CAIRN_ALERT_STATUS_WITHDRAWN;
    } else {
        out->status = out->place_count > 0 ? CAIRN_ALERT_STATUS_ACTIVE : CAIRN_ALERT_STATUS_LEFT;
    }
    out->frozen = fold->is_frozen     ? CAIRN_CAUSAL_FROZEN_KIND
                  : fold->set->is_cut ? CAIRN_CAUSAL_FROZEN_LIMIT
                                      : CAIRN_CAUSAL_FROZEN_NO;
}

/* What was founded behind the end of its origin is shown as it was written, and as withdrawn. */
static void alert_view_repudiated(const struct cairn_opset *set, struct cairn_alert_view *out)
{
    for (uint32_t i = 0; i < set->count && !out->is_repudiated; i++) {
        const struct cairn_opset_item *item = &set->items[i];
        bool is_founding = !item->is_unknown && (item->kind == CAIRN_KIND_ALERT_ISSUE ||
                                                 item->kind == CAIRN_KIND_ALERT_BATCH);
        if (item->is_repudiated && is_founding) {
            out->is_repudiated = true;
            out->is_batch = item->kind == CAIRN_KIND_ALERT_BATCH;
            out->issued_hlc = item->hlc;
            out->body = item->body;
        }
    }
}

static cairn_err alert_view(struct cairn_fold_alert_state *fold, struct cairn_alert_view *out)
{
    if (fold->founding != CAIRN_FOLD_ALERT_NONE) {
        out->is_batch =
            cairn_fold_alert_is_kind(&fold->set->items[fold->founding], CAIRN_KIND_ALERT_BATCH);
        out->issued_hlc = fold->set->items[fold->founding].hlc;
        CAIRN_TRY(alert_view_body(fold, out));
        CAIRN_TRY(alert_find_places(fold, out));
    } else {
        alert_view_repudiated(fold->set, out);
    }
    CAIRN_TRY(alert_find_withdrawals(fold, out));
    alert_view_status(fold, out);
    for (uint32_t i = 0; i < fold->set->count; i++) {
        if (cairn_causal_is_live(&fold->causal, i)) {
            out->changed_hlc = fold->set->items[i].hlc;
        }
    }
    out->steps = fold->causal.steps;
    out->step_count = fold->set->count;
    return cairn_causal_heads(&fold->causal, fold->arena, &out->heads, &out->head_count);
}

cairn_err cairn_fold_alert(const struct cairn_opset *set, struct cairn_arena *arena,
                           struct cairn_alert_view *out)
{
    CAIRN_REQUIRE(set->space == CAIRN_OPSET_ALERT);
    struct cairn_fold_alert_state fold = {.set = set,
                                          .arena = arena,
                                          .founding = CAIRN_FOLD_ALERT_NONE,
                                          .body_of = CAIRN_FOLD_ALERT_NONE};
    *out = (struct cairn_alert_view){.status = CAIRN_ALERT_STATUS_NONE};
    CAIRN_TRY(cairn_causal_open(set, arena, &fold.causal));
    fold.writes = cairn_arena_take(arena, set->count * sizeof *fold.writes);
    fold.coercions = cairn_arena_take(arena, set->count * sizeof *fold.coercions);
    if (fold.writes == NULL || fold.coercions == NULL) {
        return CAIRN_NO_ROOM;
    }
    for (uint32_t i = 0; i < set->count; i++) {
        cairn_err err = cairn_fold_alert_take(&fold, i);
        if (err == CAIRN_NO_ROOM) {
            return err;
        }
        cairn_causal_settle(&fold.causal, i, err);
    }
    return alert_view(&fold, out);
}
