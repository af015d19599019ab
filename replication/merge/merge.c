#include "replication/merge/merge.h"

#include "schema/alert/alert_check.h"
#include "schema/base/check.h"
#include "schema/base/civil.h"
#include "schema/case/case_check.h"

#include <string.h>

#define MERGE_ALERT_FIRST 32u
#define MERGE_CASE_FIRST  64u
#define MERGE_CASE_END    96u

static bool merge_has_state(uint64_t kind_number)
{
    return kind_number >= MERGE_ALERT_FIRST && kind_number < MERGE_CASE_END;
}

static enum cairn_opset_space merge_space(const struct cairn_merge_entry *entry)
{
    return entry->kind_number < MERGE_CASE_FIRST ? CAIRN_OPSET_ALERT : CAIRN_OPSET_CASE;
}

cairn_err cairn_merge_decode(struct cairn_bytes bytes, struct cairn_merge_entry *out,
                             size_t *out_fault_at)
{
    cairn_err err = cairn_operation_decode(bytes, &out->operation, out_fault_at);
    out->bytes = bytes;
    out->is_unknown = false;
    out->kind_number = err == CAIRN_OK ? (uint64_t)out->operation.kind : 0;
    if (err != CAIRN_KIND_UNKNOWN) {
        return err;
    }
    struct cairn_operation_head head;
    CAIRN_TRY(cairn_operation_peek(bytes, &head));
    if (!head.has_object || !merge_has_state(head.kind)) {
        return CAIRN_KIND_UNKNOWN;
    }
    out->operation =
        (struct cairn_operation){.has_object = true, .object = head.object, .hlc = head.hlc};
    out->is_unknown = true;
    out->kind_number = head.kind;
    return CAIRN_OK;
}

struct cairn_merge_key cairn_merge_key_of(const struct cairn_id *object,
                                          enum cairn_opset_space space)
{
    struct cairn_merge_key key;
    key.data[0] = (uint8_t)space;
    memcpy(key.data + 1, object->text, CAIRN_ID_OBJECT_BYTES);
    return key;
}

uint32_t cairn_merge_needs(const struct cairn_merge_entry *entry,
                           struct cairn_merge_key out[static CAIRN_LIMIT_STATES_PER_OPERATION])
{
    if (!merge_has_state(entry->kind_number)) {
        return 0;
    }
    CAIRN_REQUIRE(entry->operation.has_object);
    out[0] = cairn_merge_key_of(&entry->operation.object, merge_space(entry));
    return 1;
}

bool cairn_merge_is_ahead(const struct cairn_merge_entry *entry, uint64_t now_ms)
{
    uint64_t hlc_ms = cairn_civil_hlc_ms(entry->operation.hlc);
    return hlc_ms > now_ms && hlc_ms - now_ms > CAIRN_LIMIT_AHEAD_MS;
}

/* ---- one entry ---- */

static bool merge_is_by_owner(const struct cairn_merge_entry *entry)
{
    return cairn_bytes_is_equal(cairn_id_country(&entry->operation.object),
                                cairn_bytes_of(entry->country));
}

/* What is wrong with it for ever: the operation alone and its author's last mark decide. */
static cairn_err merge_check(const struct cairn_merge_entry *entry, struct cairn_shape_fault *fault)
{
    if (cairn_civil_hlc_ms(entry->operation.hlc) < entry->floor_ms) {
        return cairn_shape_refuse(CAIRN_RULE_HLC, NULL, UINT32_MAX, fault);
    }
    if (entry->is_unknown) {
        return cairn_shape_refuse(CAIRN_KIND_UNKNOWN, NULL, UINT32_MAX, fault);
    }
    struct cairn_bytes author = cairn_bytes_of(entry->country);
    return merge_space(entry) == CAIRN_OPSET_ALERT
               ? cairn_alert_check(&entry->operation, author, entry->is_test_network, fault)
               : cairn_case_check(&entry->operation, author, entry->is_test_network, fault);
}

/* A later kind freezes an alert only when its own country wrote it; of a case, the fold decides. */
static bool merge_is_kept(const struct cairn_merge_entry *entry, cairn_err err)
{
    return err == CAIRN_OK ||
           (err == CAIRN_KIND_UNKNOWN &&
            (merge_space(entry) == CAIRN_OPSET_CASE || merge_is_by_owner(entry)));
}

static enum cairn_opset_rank merge_rank(const struct cairn_merge_entry *entry)
{
    if (!merge_is_by_owner(entry)) {
        return CAIRN_OPSET_RANK_OTHER;
    }
    enum cairn_kind kind = entry->operation.kind;
    bool is_taking =
        !entry->is_unknown && (kind == CAIRN_KIND_ALERT_WITHDRAW ||
                               kind == CAIRN_KIND_ALERT_LEAVE || kind == CAIRN_KIND_CASE_WITHDRAW);
    return is_taking ? CAIRN_OPSET_RANK_TAKING : CAIRN_OPSET_RANK_OWNER;
}

static struct cairn_opset_item merge_item(const struct cairn_merge_entry *entry)
{
    const struct cairn_operation *operation = &entry->operation;
    struct cairn_opset_item item = {
        .hlc = operation->hlc,
        .index = entry->index,
        .entry_id = entry->entry_id,
        .feed = entry->feed,
        .rank = merge_rank(entry),
        .is_unknown = entry->is_unknown,
        .is_repudiated = entry->is_repudiated,
    };
    memcpy(item.country, entry->country, sizeof item.country);
    if (!entry->is_unknown) {
        item.kind = operation->kind;
        item.parent_count = operation->parent_count;
        item.after_count = operation->after_count;
        item.parents = operation->parents[0];
        item.after = operation->after[0];
        item.operation = entry->bytes;
        item.body = operation->body;
    }
    return item;
}

static cairn_err merge_rows(const struct cairn_id *object, const struct cairn_opset *set,
                            struct cairn_arena *arena, struct cairn_index_rows *out)
{
    *out = (struct cairn_index_rows){.count = 0};
    if (set->count == 0) {
        return CAIRN_OK;
    }
    if (set->space == CAIRN_OPSET_ALERT) {
        struct cairn_alert_view view;
        CAIRN_TRY(cairn_fold_alert(set, arena, &view));
        return cairn_index_rows_alert(object, &view, arena, out);
    }
    struct cairn_case_view view;
    CAIRN_TRY(cairn_fold_case(set, arena, &view));
    return cairn_index_rows_case(object, &view, arena, out);
}

cairn_err cairn_merge_fold(const struct cairn_merge_entry *entry, struct cairn_bytes state,
                           struct cairn_arena *arena, struct cairn_merge_result *out)
{
    CAIRN_REQUIRE(merge_has_state(entry->kind_number));
    CAIRN_REQUIRE(cairn_id_is_country(cairn_bytes_of(entry->country)));
    enum cairn_opset_space space = merge_space(entry);
    const struct cairn_id *object = &entry->operation.object;
    *out = (struct cairn_merge_result){.key = cairn_merge_key_of(object, space)};
    out->err = merge_check(entry, &out->fault);
    if (!merge_is_kept(entry, out->err)) {
        return CAIRN_OK;
    }
    struct cairn_opset sets[2];
    CAIRN_TRY(cairn_opset_open(state, space, arena, &sets[0]));
    if (state.size == 0) {
        sets[0].is_test_network = entry->is_test_network;
    } else if (sets[0].is_test_network != entry->is_test_network) {
        return CAIRN_DISK_CORRUPT;
    }
    struct cairn_opset_item item = merge_item(entry);
    CAIRN_TRY(cairn_opset_insert(&sets[0], &item, arena, &sets[1], &out->is_changed));
    if (!out->is_changed) {
        return CAIRN_OK;
    }
    struct cairn_index_rows rows[2];
    CAIRN_TRY(cairn_opset_encode(&sets[1], arena, &out->state));
    CAIRN_TRY(merge_rows(object, &sets[0], arena, &rows[0]));
    CAIRN_TRY(merge_rows(object, &sets[1], arena, &rows[1]));
    return cairn_index_rows_differ(rows, arena, &out->puts, &out->deletes);
}

/* ---- states ---- */

cairn_err cairn_merge_evaluate_alert(struct cairn_bytes state, struct cairn_arena *arena,
                                     struct cairn_alert_view *out)
{
    struct cairn_opset set;
    CAIRN_TRY(cairn_opset_open(state, CAIRN_OPSET_ALERT, arena, &set));
    return cairn_fold_alert(&set, arena, out);
}

cairn_err cairn_merge_evaluate_case(struct cairn_bytes state, struct cairn_arena *arena,
                                    struct cairn_case_view *out)
{
    struct cairn_opset set;
    CAIRN_TRY(cairn_opset_open(state, CAIRN_OPSET_CASE, arena, &set));
    return cairn_fold_case(&set, arena, out);
}

cairn_err cairn_merge_has_room(struct cairn_bytes state, enum cairn_opset_space space,
                               size_t operation_bytes, struct cairn_arena *arena, bool *out)
{
    struct cairn_opset set;
    CAIRN_TRY(cairn_opset_open(state, space, arena, &set));
    *out = cairn_opset_has_room(&set, operation_bytes);
    return CAIRN_OK;
}
