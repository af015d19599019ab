#include "tests/sim/states.h"

#include "crypto/hash.h"
#include "tests/lib/test.h"

#include <stdlib.h>
#include <string.h>

struct cairn_arena states_scratch(void)
{
    static uint8_t memory[CAIRN_MERGE_ARENA_BYTES];
    struct cairn_arena arena;
    cairn_arena_init(&arena, memory, sizeof memory);
    return arena;
}

/* ---- memory ---- */

static struct cairn_bytes states_keep(struct cairn_bytes bytes)
{
    uint8_t *copy = malloc(bytes.size + 1);
    assert_non_null(copy);
    if (bytes.size > 0) {
        memcpy(copy, bytes.data, bytes.size);
    }
    return (struct cairn_bytes){.data = copy, .size = bytes.size};
}

static void states_drop(struct cairn_bytes bytes)
{
    free((void *)(uintptr_t)bytes.data);
}

/* One more element. gives the array, which may have moved */
static void *states_grow(void *array, uint32_t count, uint32_t *capacity, size_t size)
{
    if (count == *capacity) {
        *capacity = *capacity == 0 ? 16 : 2 * *capacity;
        array = realloc(array, *capacity * size);
        assert_non_null(array);
    }
    memset((uint8_t *)array + count * size, 0, size);
    return array;
}

struct states *states_open(void)
{
    struct states *states = calloc(1, sizeof *states);
    assert_non_null(states);
    return states;
}

static void object_drop_row(struct states_row *row)
{
    states_drop(row->key);
    states_drop(row->value);
}

void states_clear(struct states *states)
{
    for (uint32_t i = 0; i < states->object_count; i++) {
        struct states_object *object = &states->objects[i];
        for (uint32_t row = 0; row < object->row_count; row++) {
            object_drop_row(&object->rows[row]);
        }
        free(object->rows);
        states_drop(object->state);
    }
    for (uint32_t i = 0; i < states->entry_count; i++) {
        states_drop(states->entries[i].bytes);
    }
    states->object_count = 0;
    states->entry_count = 0;
}

void states_close(struct states *states)
{
    if (states != NULL) {
        states_clear(states);
        free(states->objects);
        free(states->entries);
        free(states);
    }
}

static void object_copy(struct states_object *to, const struct states_object *from)
{
    *to = *from;
    to->state = states_keep(from->state);
    to->rows = calloc(from->row_count + 1, sizeof *to->rows);
    assert_non_null(to->rows);
    for (uint32_t i = 0; i < from->row_count; i++) {
        to->rows[i].key = states_keep(from->rows[i].key);
        to->rows[i].value = states_keep(from->rows[i].value);
    }
}

void states_copy(struct states *to, const struct states *from)
{
    states_clear(to);
    for (uint32_t i = 0; i < from->object_count; i++) {
        to->objects = states_grow(to->objects, i, &to->object_capacity, sizeof *to->objects);
        object_copy(&to->objects[i], &from->objects[i]);
    }
    for (uint32_t i = 0; i < from->entry_count; i++) {
        to->entries = states_grow(to->entries, i, &to->entry_capacity, sizeof *to->entries);
        to->entries[i] = from->entries[i];
        to->entries[i].bytes = states_keep(from->entries[i].bytes);
    }
    to->object_count = from->object_count;
    to->entry_count = from->entry_count;
}

/* ---- folding ---- */

static int states_order(struct cairn_bytes left, struct cairn_bytes right)
{
    size_t size = left.size < right.size ? left.size : right.size;
    int order = memcmp(left.data, right.data, size);
    return order != 0 ? order : (left.size > right.size) - (left.size < right.size);
}

/* Place of the row, or where it belongs. */
static uint32_t object_find_row(const struct states_object *object, struct cairn_bytes key)
{
    uint32_t at = 0;
    while (at < object->row_count && states_order(object->rows[at].key, key) < 0) {
        at++;
    }
    return at;
}

static bool object_has_row(const struct states_object *object, uint32_t at, struct cairn_bytes key)
{
    return at < object->row_count && states_order(object->rows[at].key, key) == 0;
}

/* As node/views/folder_take.c: what is gone is deleted, what is new is written. */
static void object_take(struct states_object *object, const struct cairn_merge_result *result)
{
    struct cairn_bytes state = states_keep(result->state);
    for (uint32_t i = 0; i < result->deletes.count; i++) {
        uint32_t at = object_find_row(object, result->deletes.rows[i].key);
        assert_true(object_has_row(object, at, result->deletes.rows[i].key)); /* X2 */
        object_drop_row(&object->rows[at]);
        object->row_count--;
        memmove(object->rows + at, object->rows + at + 1,
                (object->row_count - at) * sizeof *object->rows);
    }
    object->rows =
        realloc(object->rows, (object->row_count + result->puts.count + 1) * sizeof *object->rows);
    assert_non_null(object->rows);
    for (uint32_t i = 0; i < result->puts.count; i++) {
        const struct cairn_index_row *put = &result->puts.rows[i];
        uint32_t at = object_find_row(object, put->key);
        if (object_has_row(object, at, put->key)) {
            object_drop_row(&object->rows[at]);
        } else {
            memmove(object->rows + at + 1, object->rows + at,
                    (object->row_count - at) * sizeof *object->rows);
            object->row_count++;
        }
        object->rows[at] = (struct states_row){states_keep(put->key), states_keep(put->value)};
    }
    states_drop(object->state);
    object->state = state;
}

static void states_fold(struct states *states, struct states_entry *entry)
{
    struct cairn_arena arena = states_scratch();
    struct states_object *object = &states->objects[entry->object];
    struct cairn_merge_entry merge;
    struct cairn_merge_result result;
    size_t fault_at;
    assert_err(cairn_merge_decode(entry->bytes, &merge, &fault_at), CAIRN_OK);
    memcpy(merge.entry_id, entry->entry_id, sizeof merge.entry_id);
    memcpy(merge.feed, entry->feed, sizeof merge.feed);
    memcpy(merge.country, entry->country, sizeof merge.country);
    merge.index = entry->index;
    merge.floor_ms = entry->floor_ms;
    merge.is_test_network = true;
    merge.is_repudiated = entry->is_repudiated;
    assert_err(cairn_merge_fold(&merge, object->state, &arena, &result), CAIRN_OK);
    entry->err = result.err;
    entry->is_parked = false;
    if (result.is_changed) {
        object_take(object, &result);
    }
}

static uint32_t states_object_of(struct states *states, const struct cairn_merge_key *key)
{
    const struct states_object *found = states_find(states, key);
    if (found != NULL) {
        return (uint32_t)(found - states->objects);
    }
    states->objects = states_grow(states->objects, states->object_count, &states->object_capacity,
                                  sizeof *states->objects);
    states->objects[states->object_count].key = *key;
    states->objects[states->object_count].state = states_keep((struct cairn_bytes){NULL, 0});
    return states->object_count++;
}

static struct states_entry *states_find_entry(struct states *states, const uint8_t id[static 32])
{
    for (uint32_t i = 0; i < states->entry_count; i++) {
        if (memcmp(states->entries[i].entry_id, id, 32) == 0) {
            return &states->entries[i];
        }
    }
    return NULL;
}

bool states_take(struct states *states, const struct cairn_merge_entry *merge, uint64_t now_ms)
{
    struct cairn_merge_key keys[CAIRN_LIMIT_STATES_PER_OPERATION];
    if (cairn_merge_needs(merge, keys) == 0) {
        return false;
    }
    struct states_entry *entry = states_find_entry(states, merge->entry_id);
    if (entry == NULL) {
        states->entries = states_grow(states->entries, states->entry_count, &states->entry_capacity,
                                      sizeof *states->entries);
        entry = &states->entries[states->entry_count++];
        memcpy(entry->entry_id, merge->entry_id, sizeof entry->entry_id);
        memcpy(entry->feed, merge->feed, sizeof entry->feed);
        memcpy(entry->country, merge->country, sizeof entry->country);
        entry->index = merge->index;
        entry->floor_ms = merge->floor_ms;
        entry->hlc = merge->operation.hlc;
        entry->bytes = states_keep(merge->bytes);
        entry->object = states_object_of(states, &keys[0]);
    }
    entry->is_repudiated = entry->is_repudiated || merge->is_repudiated;
    entry->is_parked = !entry->is_repudiated && cairn_merge_is_ahead(merge, now_ms);
    if (!entry->is_parked) {
        states_fold(states, entry);
    }
    return true;
}

void states_due(struct states *states, uint64_t now_ms)
{
    for (uint32_t i = 0; i < states->entry_count; i++) {
        struct states_entry *entry = &states->entries[i];
        struct cairn_merge_entry merge = {.operation.hlc = entry->hlc};
        if (entry->is_parked && !cairn_merge_is_ahead(&merge, now_ms)) {
            states_fold(states, entry);
        }
    }
}

/* ---- questions ---- */

const struct states_object *states_find(const struct states *states,
                                        const struct cairn_merge_key *key)
{
    for (uint32_t i = 0; i < states->object_count; i++) {
        if (memcmp(states->objects[i].key.data, key->data, sizeof key->data) == 0) {
            return &states->objects[i];
        }
    }
    return NULL;
}

void states_digest(const struct states *states, const struct states_object *object,
                   uint8_t out[static 32])
{
    uint8_t sum[32] = {0}; /* of hashes of the entries: no order */
    for (uint32_t i = 0; i < states->entry_count; i++) {
        const struct states_entry *entry = &states->entries[i];
        uint8_t line[32 + 16 + 8 + 1], digest[32];
        if (&states->objects[entry->object] != object || entry->is_parked) {
            continue;
        }
        memcpy(line, entry->entry_id, 32);
        memcpy(line + 32, entry->feed, 16);
        cairn_bytes_put_u64(line + 48, entry->index);
        line[56] = entry->is_repudiated;
        cairn_sha256_of((struct cairn_bytes){.data = line, .size = sizeof line}, digest);
        for (uint32_t at = 0; at < 32; at++) {
            sum[at] ^= digest[at];
        }
    }
    memcpy(out, sum, 32);
}

static bool states_is_equal(struct cairn_bytes left, struct cairn_bytes right)
{
    return states_order(left, right) == 0;
}

bool states_has_same_rows(const struct states_object *left, const struct states_object *right)
{
    bool is_same = left->row_count == right->row_count;
    for (uint32_t i = 0; is_same && i < left->row_count; i++) {
        is_same = states_is_equal(left->rows[i].key, right->rows[i].key) &&
                  states_is_equal(left->rows[i].value, right->rows[i].value);
    }
    return is_same;
}

bool states_is_same(const struct states_object *left, const struct states_object *right)
{
    return states_is_equal(left->state, right->state) && states_has_same_rows(left, right);
}

/* The same entries, and nothing made of them. */
static void states_unfold(const struct states *states, struct states *out)
{
    states_copy(out, states);
    for (uint32_t i = 0; i < out->object_count; i++) {
        struct states_object *object = &out->objects[i];
        object->state.size = 0;
        while (object->row_count > 0) {
            object_drop_row(&object->rows[--object->row_count]);
        }
    }
}

void states_refold(const struct states *states, uint64_t dice, struct states *out)
{
    struct test_rng rng = {.state = dice};
    uint32_t *order = calloc(states->entry_count + 1, sizeof *order);
    assert_non_null(order);
    for (uint32_t i = 0; i < states->entry_count; i++) {
        uint32_t at = test_rng_below(&rng, i + 1);
        order[i] = order[at];
        order[at] = i;
    }
    states_unfold(states, out);
    for (uint32_t i = 0; i < out->entry_count; i++) {
        if (!out->entries[order[i]].is_parked) {
            states_fold(out, &out->entries[order[i]]);
        }
    }
    free(order);
}

void states_refold_standing(const struct states *states, struct states *out)
{
    states_unfold(states, out);
    for (uint32_t i = 0; i < out->entry_count; i++) {
        if (!out->entries[i].is_parked && !out->entries[i].is_repudiated) {
            states_fold(out, &out->entries[i]);
        }
    }
}

static bool states_names(const struct states_entry *entry, const uint8_t id[static 32])
{
    struct cairn_merge_entry merge;
    bool is_named = false;
    size_t fault_at;
    assert_err(cairn_merge_decode(entry->bytes, &merge, &fault_at), CAIRN_OK);
    for (uint32_t i = 0; i < merge.operation.parent_count; i++) {
        is_named = is_named || memcmp(merge.operation.parents[i], id, 32) == 0;
    }
    for (uint32_t i = 0; i < merge.operation.after_count; i++) {
        is_named = is_named || memcmp(merge.operation.after[i], id, 32) == 0;
    }
    return is_named;
}

bool states_is_built_on_gone(const struct states *states, uint32_t object)
{
    bool is_built = false;
    for (uint32_t i = 0; i < states->entry_count; i++) {
        const struct states_entry *gone = &states->entries[i];
        for (uint32_t k = 0; gone->is_repudiated && k < states->entry_count; k++) {
            const struct states_entry *entry = &states->entries[k];
            is_built = is_built || (entry->object == object && !entry->is_repudiated &&
                                    states_names(entry, gone->entry_id));
        }
    }
    return is_built;
}

bool states_has_its_rows(const struct states_object *object)
{
    struct cairn_arena arena = states_scratch();
    struct cairn_index_rows rows = {.count = 0};
    struct cairn_id id = {{0}};
    memcpy(id.text, object->key.data + 1, sizeof id.text - 1);
    if (object->state.size == 0) {
        return object->row_count == 0;
    }
    if (object->key.data[0] == CAIRN_OPSET_ALERT) {
        struct cairn_alert_view view;
        assert_err(cairn_merge_evaluate_alert(object->state, &arena, &view), CAIRN_OK);
        assert_err(cairn_index_rows_alert(&id, &view, &arena, &rows), CAIRN_OK);
    } else {
        struct cairn_case_view view;
        assert_err(cairn_merge_evaluate_case(object->state, &arena, &view), CAIRN_OK);
        assert_err(cairn_index_rows_case(&id, &view, &arena, &rows), CAIRN_OK);
    }
    bool is_same = rows.count == object->row_count;
    for (uint32_t i = 0; is_same && i < rows.count; i++) {
        is_same = states_is_equal(rows.rows[i].key, object->rows[i].key) &&
                  states_is_equal(rows.rows[i].value, object->rows[i].value);
    }
    return is_same;
}
