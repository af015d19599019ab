#include "tests/lib/model_alert.h"

#include <string.h>

#include "schema/alert/alert_check.h"
#include "schema/alert/category.h"
#include "schema/base/civil.h"
#include "tests/lib/ops.h"

#define KEYS CAIRN_ALERT_KEY_END

struct model_op {
    const struct cairn_merge_entry *entry;
    uint32_t past; /* bit j: operation j, live */
    cairn_err err;
    bool is_whole, is_part;
    struct cairn_bytes set[KEYS], add[KEYS], remove[KEYS]; /* whole: lists stand in add */
};

struct model {
    uint32_t count;
    struct model_op ops[MODEL_ALERT_MAX];
    bool has_founding;
    uint32_t founding;
};

static const uint32_t list_keys[] = {CAIRN_ALERT_KEY_NAMES, CAIRN_ALERT_KEY_BIRTHS,
                                     CAIRN_ALERT_KEY_DOCUMENTS, CAIRN_ALERT_KEY_MARKS,
                                     CAIRN_ALERT_KEY_WARNINGS};
static const uint32_t list_caps[] = {32, 8, 16, 10, 9};

static bool has(uint32_t mask, uint32_t i)
{
    return (mask >> i & 1) != 0;
}

static enum cairn_kind kind_of(const struct model_op *op)
{
    return op->entry->operation.kind;
}

static bool is_founding(const struct model_op *op)
{
    return !op->entry->is_unknown &&
           (kind_of(op) == CAIRN_KIND_ALERT_ISSUE || kind_of(op) == CAIRN_KIND_ALERT_BATCH);
}

static bool is_leave(const struct model_op *op)
{
    return !op->entry->is_unknown && kind_of(op) == CAIRN_KIND_ALERT_LEAVE;
}

static bool is_withdraw(const struct model_op *op)
{
    return !op->entry->is_unknown && kind_of(op) == CAIRN_KIND_ALERT_WITHDRAW;
}

static bool is_list(uint32_t key)
{
    for (size_t k = 0; k < 5; k++) {
        if (list_keys[k] == key) {
            return true;
        }
    }
    return false;
}

/* ---- bodies ---- */

static struct cairn_bytes write_map(const struct cairn_bytes *slots)
{
    size_t size = 64, count = 0;
    for (uint32_t key = 1; key < KEYS; key++) {
        size += slots[key].size + 8;
        count += slots[key].size > 0;
    }
    struct cairn_pack_writer writer;
    struct cairn_bytes out;
    cairn_pack_writer_init(&writer, ops_take(size), size);
    cairn_pack_put_map(&writer, (uint32_t)count);
    for (uint32_t key = 1; key < KEYS; key++) {
        if (slots[key].size > 0) {
            cairn_pack_put_uint(&writer, key);
            cairn_pack_put_raw(&writer, slots[key]);
        }
    }
    assert_err(cairn_pack_end(&writer, &out), CAIRN_OK);
    return out;
}

static struct cairn_bytes write_list(const struct cairn_bytes *items, uint32_t count)
{
    size_t size = 8;
    struct cairn_pack_writer writer;
    struct cairn_bytes out = {NULL, 0};
    for (uint32_t i = 0; i < count; i++) {
        size += items[i].size;
    }
    if (count == 0) {
        return out;
    }
    cairn_pack_writer_init(&writer, ops_take(size), size);
    cairn_pack_put_array(&writer, count);
    for (uint32_t i = 0; i < count; i++) {
        cairn_pack_put_raw(&writer, items[i]);
    }
    assert_err(cairn_pack_end(&writer, &out), CAIRN_OK);
    return out;
}

static bool list_has(struct cairn_bytes array, struct cairn_bytes item)
{
    struct cairn_shape_list list;
    struct cairn_bytes raw;
    cairn_shape_list_init(&list, array);
    while (cairn_shape_list_next(&list, &raw)) {
        if (cairn_bytes_is_equal(raw, item)) {
            return true;
        }
    }
    return false;
}

/* Does any member that knew operation j undo what it added? */
static bool is_undone(const struct model *model, uint32_t members, uint32_t j, uint32_t key,
                      struct cairn_bytes item)
{
    for (uint32_t r = 0; r < model->count; r++) {
        const struct model_op *op = &model->ops[r];
        if (has(members, r) && has(op->past, j) &&
            (op->is_whole || list_has(op->remove[key], item))) {
            return true;
        }
    }
    return false;
}

static struct cairn_bytes merge_list(const struct model *model, uint32_t members, uint32_t key,
                                     uint32_t cap)
{
    struct cairn_bytes items[512];
    uint32_t count = 0;
    for (uint32_t j = 0; j < model->count; j++) {
        struct cairn_shape_list list;
        struct cairn_bytes raw;
        cairn_shape_list_init(&list, model->ops[j].add[key]);
        while (has(members, j) && cairn_shape_list_next(&list, &raw)) {
            bool is_new = !is_undone(model, members, j, key, raw);
            for (uint32_t i = 0; i < count; i++) {
                is_new = is_new && !cairn_bytes_is_equal(items[i], raw);
            }
            if (is_new && count < cap) {
                items[count++] = raw;
            }
        }
    }
    return write_list(items, count);
}

static uint64_t part(struct cairn_bytes map, uint32_t key)
{
    struct cairn_bytes slots[8];
    cairn_shape_split(map, slots, 8);
    return slots[key].size > 0 && slots[key].data[0] >= 0xc2 && slots[key].data[0] <= 0xc3
               ? cairn_shape_get_bool(slots[key])
               : cairn_shape_get_uint(slots[key]);
}

/* The lower is the safer. */
static uint64_t weight(uint32_t key, struct cairn_bytes value, uint64_t category)
{
    switch (key) {
    case CAIRN_ALERT_KEY_ACTION:
        return cairn_category_coercion(cairn_category_find(category), cairn_shape_get_uint(value));
    case CAIRN_ALERT_KEY_FALLBACK:
        return value.size == 0 ? 99 : cairn_category_coercion_any(cairn_shape_get_uint(value));
    case CAIRN_ALERT_KEY_FROM:
        return UINT64_MAX - cairn_shape_get_uint(value);
    case CAIRN_ALERT_KEY_EXPIRES:
        return cairn_shape_get_uint(value);
    case CAIRN_ALERT_KEY_MINOR:
        return !cairn_shape_get_bool(value);
    case CAIRN_ALERT_KEY_CHECK:
        return part(value, 1);
    default:
        return 0;
    }
}

static struct cairn_bytes pick_handling(struct cairn_bytes left, struct cairn_bytes right)
{
    struct cairn_pack_writer writer;
    struct cairn_bytes out;
    cairn_pack_writer_init(&writer, ops_take(16), 16);
    cairn_pack_put_map(&writer, 4);
    for (uint32_t key = 1; key <= 4; key++) {
        uint64_t a = part(left, key), b = part(right, key);
        cairn_pack_put_uint(&writer, key);
        cairn_pack_put_uint(&writer, (key == 4) == (a < b) ? a : b);
    }
    assert_err(cairn_pack_end(&writer, &out), CAIRN_OK);
    return out;
}

static struct cairn_bytes pick(uint32_t key, struct cairn_bytes earlier, struct cairn_bytes later,
                               uint64_t category)
{
    if (key == CAIRN_ALERT_KEY_HANDLING) {
        return pick_handling(earlier, later);
    }
    if (key == CAIRN_ALERT_KEY_REVIEW) {
        if (earlier.size == 0 || later.size == 0) {
            return earlier.size == 0 ? later : earlier;
        }
        return memcmp(earlier.data, later.data, earlier.size) < 0 ? earlier : later;
    }
    return weight(key, earlier, category) < weight(key, later, category) ? earlier : later;
}

static bool writes(const struct model_op *op, uint32_t key)
{
    return op->is_whole || (op->is_part && op->set[key].size > 0);
}

/* Members that set the field, and that no other member who set it knew. */
static uint32_t last_writers(const struct model *model, uint32_t members, uint32_t key)
{
    uint32_t mask = 0;
    for (uint32_t i = 0; i < model->count; i++) {
        bool is_last = has(members, i) && writes(&model->ops[i], key);
        for (uint32_t j = 0; j < model->count && is_last; j++) {
            is_last =
                !(has(members, j) && writes(&model->ops[j], key) && has(model->ops[j].past, i));
        }
        mask |= (uint32_t)is_last << i;
    }
    return mask;
}

static struct cairn_bytes merge(const struct model *model, uint32_t members, bool is_capped,
                                uint32_t *conflicts)
{
    struct cairn_bytes slots[KEYS] = {{NULL, 0}};
    uint64_t category =
        cairn_shape_get_uint(model->ops[model->founding].set[CAIRN_ALERT_KEY_CATEGORY]);
    *conflicts = 0;
    for (uint32_t key = 1; key < KEYS; key++) {
        uint32_t mask = last_writers(model, members, key);
        bool is_first = true, is_different = false, is_settled = false;
        for (uint32_t i = 0; i < model->count && !is_list(key); i++) {
            const struct cairn_bytes value = model->ops[i].set[key];
            if (has(mask, i)) {
                is_different =
                    is_different || (!is_first && !cairn_bytes_is_equal(value, slots[key]));
                slots[key] = is_first ? value : pick(key, slots[key], value, category);
                is_first = false;
            }
            is_settled = is_settled || (has(members, i) && (mask & ~model->ops[i].past) == 0);
        }
        *conflicts |= (uint32_t)(is_different && !is_settled) << key;
    }
    for (uint32_t k = 0; k < 5; k++) {
        slots[list_keys[k]] =
            merge_list(model, members, list_keys[k], is_capped ? list_caps[k] : 256);
    }
    return write_map(slots);
}

static struct cairn_bytes repair(struct cairn_bytes body)
{
    struct cairn_bytes slots[KEYS];
    cairn_shape_split(body, slots, KEYS);
    uint64_t fallback = cairn_shape_get_uint(slots[CAIRN_ALERT_KEY_FALLBACK]);
    if (fallback != 0 &&
        !cairn_category_allows_fallback(
            cairn_category_find(cairn_shape_get_uint(slots[CAIRN_ALERT_KEY_CATEGORY])),
            cairn_shape_get_uint(slots[CAIRN_ALERT_KEY_ACTION]), fallback)) {
        slots[CAIRN_ALERT_KEY_FALLBACK].size = 0;
    }
    char time[25];
    cairn_civil_write_time_ms(cairn_shape_get_uint(slots[CAIRN_ALERT_KEY_EXPIRES]), time);
    struct cairn_bytes review = cairn_shape_get_text(slots[CAIRN_ALERT_KEY_REVIEW]);
    if (review.size > 0 && memcmp(review.data, time, 10) > 0) {
        uint8_t *text = ops_take(11);
        text[0] = 0xaa;
        memcpy(text + 1, time, 10);
        slots[CAIRN_ALERT_KEY_REVIEW] = (struct cairn_bytes){text, 11};
    }
    return write_map(slots);
}

static cairn_err check(const struct model *model, struct cairn_bytes body, uint64_t hlc)
{
    struct cairn_operation operation = model->ops[model->founding].entry->operation;
    struct cairn_shape_fault fault;
    operation.body = body;
    operation.hlc = hlc;
    operation.actor_count = 2;
    operation.actors[0] = cairn_bytes_of("x");
    operation.actors[1] = cairn_bytes_of("y");
    return cairn_alert_check(&operation, cairn_id_country(&operation.object), false, &fault);
}

static uint32_t heads_of(const struct model *model, uint32_t members)
{
    uint32_t heads = members;
    for (uint32_t i = 0; i < model->count; i++) {
        heads &= has(members, i) ? ~model->ops[i].past : ~0u;
    }
    return heads;
}

static uint32_t writers_in(const struct model *model, uint32_t mask)
{
    uint32_t members = 0;
    for (uint32_t i = 0; i < model->count; i++) {
        bool is_writer = model->ops[i].is_whole || model->ops[i].is_part;
        members |= (uint32_t)(has(mask, i) && is_writer) << i;
    }
    return members;
}

/* One of the heads, softened: before all others those that begin before the end of all. */
static struct cairn_bytes mildest(const struct model *model, uint32_t heads,
                                  struct cairn_bytes merged)
{
    uint32_t conflicts, least = UINT32_MAX, last = 0;
    struct cairn_bytes best = {NULL, 0}, slots[KEYS], values[KEYS];
    cairn_shape_split(merged, values, KEYS);
    uint64_t end_ms = cairn_shape_get_uint(values[CAIRN_ALERT_KEY_EXPIRES]);
    for (uint32_t i = 0; i < model->count; i++) {
        if (!has(heads, i)) {
            continue;
        }
        uint32_t members = writers_in(model, model->ops[i].past) | 1u << i;
        struct cairn_bytes body = repair(merge(model, members, false, &conflicts));
        cairn_shape_split(body, slots, KEYS);
        uint32_t coercion = cairn_category_coercion(
            cairn_category_find(cairn_shape_get_uint(slots[CAIRN_ALERT_KEY_CATEGORY])),
            cairn_shape_get_uint(slots[CAIRN_ALERT_KEY_ACTION]));
        coercion += cairn_shape_get_uint(slots[CAIRN_ALERT_KEY_FROM]) < end_ms ? 0 : 100;
        best = coercion <= least ? body : best;
        least = coercion <= least ? coercion : least;
        last = i;
    }
    cairn_shape_split(best, slots, KEYS);
    slots[CAIRN_ALERT_KEY_HANDLING] = values[CAIRN_ALERT_KEY_HANDLING];
    if (end_ms > cairn_shape_get_uint(slots[CAIRN_ALERT_KEY_FROM])) {
        slots[CAIRN_ALERT_KEY_EXPIRES] = values[CAIRN_ALERT_KEY_EXPIRES];
    }
    struct cairn_bytes soft = repair(write_map(slots));
    return check(model, soft, model->ops[last].entry->operation.hlc) == CAIRN_OK ? soft : best;
}

static struct cairn_bytes resolve(const struct model *model, uint32_t members, bool *is_torn)
{
    uint32_t conflicts, heads = heads_of(model, members), last = 0;
    struct cairn_bytes merged = merge(model, members, true, &conflicts);
    for (uint32_t i = 0; i < model->count; i++) {
        last = has(heads, i) ? i : last;
    }
    struct cairn_bytes body = repair(merged);
    *is_torn = (heads & (heads - 1)) != 0 &&
               check(model, body, model->ops[last].entry->operation.hlc) != CAIRN_OK;
    return *is_torn ? mildest(model, heads, merged) : body;
}

/* ---- operations ---- */

static uint32_t find(const struct model *model, const uint8_t *id)
{
    for (uint32_t i = 0; i < model->count; i++) {
        if (memcmp(model->ops[i].entry->entry_id, id, 32) == 0) {
            return i;
        }
    }
    return UINT32_MAX;
}

static bool is_edge(const struct model *model, uint32_t j, uint32_t i)
{
    return j != UINT32_MAX && model->ops[j].err == CAIRN_OK &&
           model->ops[j].entry->operation.hlc < model->ops[i].entry->operation.hlc;
}

static cairn_err place(struct model *model, uint32_t i)
{
    struct model_op *op = &model->ops[i];
    const struct cairn_operation *operation = &op->entry->operation;
    cairn_err final = CAIRN_OK, wait = CAIRN_OK;
    for (uint32_t p = 0; p < operation->parent_count; p++) {
        uint32_t j = find(model, operation->parents[p]);
        if (is_edge(model, j, i)) {
            op->past |= model->ops[j].past | 1u << j;
        } else if (j == UINT32_MAX) {
            wait = CAIRN_LATER;
        } else if (model->ops[j].entry->operation.hlc >= operation->hlc) {
            final = final == CAIRN_OK ? CAIRN_RULE_HLC : final;
        } else if (model->ops[j].err == CAIRN_LATER) {
            wait = CAIRN_LATER;
        } else {
            final = final == CAIRN_OK ? CAIRN_STATE : final;
        }
    }
    for (uint32_t a = 0; a < operation->after_count; a++) {
        uint32_t j = find(model, operation->after[a]);
        if (is_edge(model, j, i)) {
            op->past |= model->ops[j].past | 1u << j;
        }
    }
    return final != CAIRN_OK ? final : wait;
}

static cairn_err found(struct model *model, uint32_t i)
{
    struct model_op *op = &model->ops[i];
    const struct model_op *before = NULL;
    for (uint32_t j = 0; j < model->count; j++) {
        const struct model_op *other = &model->ops[j];
        if ((is_founding(other) || is_leave(other)) &&
            memcmp(other->entry->feed, op->entry->feed, 16) == 0 &&
            other->entry->index < op->entry->index &&
            (before == NULL || other->entry->index > before->entry->index)) {
            before = other;
        }
    }
    if (before != NULL && is_founding(before)) {
        return CAIRN_EXISTS;
    }
    cairn_shape_split(op->entry->operation.body, op->set, KEYS);
    memcpy(op->add, op->set, sizeof op->set);
    const struct model_op *first = &model->ops[model->founding];
    if (model->has_founding && (kind_of(first) != kind_of(op) ||
                                !cairn_bytes_is_equal(first->set[CAIRN_ALERT_KEY_CATEGORY],
                                                      op->set[CAIRN_ALERT_KEY_CATEGORY]))) {
        return CAIRN_EXISTS;
    }
    model->founding = model->has_founding ? model->founding : i;
    model->has_founding = true;
    op->is_whole = true;
    return CAIRN_OK;
}

/* Repaired and checked; but what the amendment set itself stays as it is. */
static cairn_err finish(const struct model *model, uint32_t i, struct cairn_bytes *body)
{
    static const uint32_t keys[] = {CAIRN_ALERT_KEY_FALLBACK, CAIRN_ALERT_KEY_REVIEW};
    struct cairn_bytes slots[2][KEYS];
    cairn_shape_split(*body, slots[0], KEYS);
    *body = repair(*body);
    cairn_shape_split(*body, slots[1], KEYS);
    for (uint32_t k = 0; k < 2; k++) {
        if (model->ops[i].set[keys[k]].size > 0 &&
            cairn_bytes_order(slots[0][keys[k]], slots[1][keys[k]]) != 0) {
            return k == 0 ? CAIRN_RULE_ACTION : CAIRN_RULE_LIFE;
        }
    }
    return check(model, *body, model->ops[i].entry->operation.hlc);
}

static cairn_err amend(struct model *model, uint32_t i)
{
    struct model_op *op = &model->ops[i];
    struct cairn_bytes parts[4], slots[KEYS];
    bool is_torn;
    uint32_t conflicts, members = writers_in(model, op->past);
    struct cairn_bytes before = resolve(model, members, &is_torn);
    cairn_shape_split(before, slots, KEYS);
    if (cairn_civil_hlc_ms(op->entry->operation.hlc) >=
        cairn_shape_get_uint(slots[CAIRN_ALERT_KEY_EXPIRES])) {
        return CAIRN_RULE_WITHDRAWN;
    }
    cairn_shape_split(op->entry->operation.body, parts, 4);
    cairn_shape_split(parts[1], op->set, KEYS);
    cairn_shape_split(parts[2], op->add, KEYS);
    cairn_shape_split(parts[3], op->remove, KEYS);
    op->is_part = true;
    struct cairn_bytes body = merge(model, members | 1u << i, false, &conflicts);
    cairn_err err = finish(model, i, &body);
    if (err == CAIRN_OK || !is_torn) {
        return err; /* else: as if one operation had written what stood, and this one knew that */
    }
    struct model alone = {.count = 2, .has_founding = true};
    alone.ops[0] = (struct model_op){.entry = model->ops[model->founding].entry, .is_whole = true};
    cairn_shape_split(before, alone.ops[0].set, KEYS);
    memcpy(alone.ops[0].add, alone.ops[0].set, sizeof alone.ops[0].set);
    alone.ops[1] = *op;
    alone.ops[1].past = 1;
    body = merge(&alone, 3, false, &conflicts);
    if (finish(model, i, &body) != CAIRN_OK) {
        return err;
    }
    *op = (struct model_op){.entry = op->entry, .past = op->past, .err = op->err, .is_whole = true};
    cairn_shape_split(body, op->set, KEYS);
    memcpy(op->add, op->set, sizeof op->set);
    return CAIRN_OK;
}

static cairn_err take(struct model *model, uint32_t i, bool is_frozen)
{
    struct model_op *op = &model->ops[i];
    bool knows_founding = false, knows_withdraw = false, is_missing = false;
    cairn_err err = place(model, i);
    if (op->entry->is_unknown) {
        return CAIRN_KIND_UNKNOWN;
    }
    if (is_leave(op) || is_withdraw(op)) {
        return CAIRN_OK;
    }
    if (err != CAIRN_OK || is_frozen) {
        return err != CAIRN_OK ? err : CAIRN_LATER;
    }
    for (uint32_t j = 0; j < model->count; j++) {
        knows_founding = knows_founding || (has(op->past, j) && model->ops[j].is_whole);
        knows_withdraw = knows_withdraw || (has(op->past, j) && is_withdraw(&model->ops[j]));
    }
    for (uint32_t a = 0; a < op->entry->operation.after_count; a++) {
        is_missing = is_missing || find(model, op->entry->operation.after[a]) == UINT32_MAX;
    }
    if (!is_founding(op) && !knows_founding) {
        return is_missing ? CAIRN_LATER : CAIRN_STATE;
    }
    if (knows_withdraw) {
        return CAIRN_RULE_WITHDRAWN;
    }
    err = is_founding(op) ? found(model, i) : amend(model, i);
    if (err != CAIRN_OK) {
        *op = (struct model_op){.entry = op->entry, .past = op->past};
    }
    return err;
}

/* By (hlc, id): the one of the entries that comes next. */
static void sort(struct model *model, struct cairn_merge_entry *const *entries, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t at = model->count++;
        model->ops[i].err = CAIRN_LATER;
        for (; at > 0; at--) {
            const struct cairn_merge_entry *other = model->ops[at - 1].entry;
            uint64_t left = entries[i]->operation.hlc, right = other->operation.hlc;
            if (left > right ||
                (left == right && memcmp(entries[i]->entry_id, other->entry_id, 32) > 0)) {
                break;
            }
            model->ops[at].entry = other;
        }
        model->ops[at].entry = entries[i];
    }
}

static bool is_left(const struct model *model, uint32_t i)
{
    for (uint32_t j = 0; j < model->count; j++) {
        const struct cairn_merge_entry *left = model->ops[i].entry, *right = model->ops[j].entry;
        if (is_leave(&model->ops[j]) && right->index > left->index &&
            memcmp(left->feed, right->feed, 16) == 0) {
            return true;
        }
    }
    return false;
}

void model_alert_evaluate(struct cairn_merge_entry *const *entries, uint32_t count,
                          struct model_alert *out)
{
    struct model model = {.count = 0};
    bool is_frozen = false, is_withdrawn = false;
    uint32_t live = 0;
    *out = (struct model_alert){.status = CAIRN_ALERT_STATUS_NONE};
    assert_true(count <= MODEL_ALERT_MAX);
    sort(&model, entries, count);
    for (uint32_t i = 0; i < count; i++) {
        struct model_op *op = &model.ops[i];
        op->err = take(&model, i, is_frozen);
        is_frozen = is_frozen || op->entry->is_unknown;
        is_withdrawn = is_withdrawn || is_withdraw(op);
        live |= (uint32_t)(op->err == CAIRN_OK) << i;
    }
    uint32_t members = writers_in(&model, live), heads = heads_of(&model, live);
    if (model.has_founding) {
        (void)merge(&model, members, true, &out->conflicts);
        out->body = resolve(&model, members, &out->is_torn);
    }
    for (uint32_t i = 0; i < count; i++) {
        bool is_place = has(members, i) && is_founding(&model.ops[i]) && !is_left(&model, i);
        for (uint32_t e = 0; e < count; e++) {
            if (entries[e] == model.ops[i].entry) {
                out->errs[e] = model.ops[i].err;
                out->heads |= (uint32_t)has(heads, i) << e;
                out->places |= (uint32_t)is_place << e;
            }
        }
    }
    if (model.has_founding) {
        out->status = is_withdrawn       ? CAIRN_ALERT_STATUS_WITHDRAWN
                      : out->places != 0 ? CAIRN_ALERT_STATUS_ACTIVE
                                         : CAIRN_ALERT_STATUS_LEFT;
    }
}
