#include "tests/lib/ops.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/hash.h"
#include "schema/base/civil.h"
#include "tests/lib/body.h"

static uint8_t *ops_memory;
static struct cairn_arena ops_arena;

/* Everything taken hangs on a chain, so that no leak is reported. */
static void **ops_last;

void *ops_take(size_t size)
{
    void **taken = calloc(1, 2 * sizeof ops_last + size);
    assert_non_null(taken);
    *taken = (void *)ops_last;
    ops_last = taken;
    return taken + 2;
}

const void *ops_mark(void)
{
    return (const void *)ops_last;
}

void ops_give_back(const void *mark)
{
    while ((const void *)ops_last != mark) {
        void **next = (void **)*ops_last;
        free((void *)ops_last);
        ops_last = next;
    }
}

static struct cairn_bytes ops_copy(struct cairn_bytes bytes)
{
    uint8_t *copy = ops_take(bytes.size);
    if (bytes.size > 0) {
        memcpy(copy, bytes.data, bytes.size);
    }
    return (struct cairn_bytes){copy, bytes.size};
}

static int ops_order_ids(const void *left, const void *right)
{
    return memcmp(left, right, CAIRN_ID_ENTRY_BYTES);
}

static uint32_t ops_put_ids(uint8_t (*out)[CAIRN_ID_ENTRY_BYTES],
                            const struct cairn_merge_entry *const *entries)
{
    uint32_t count = 0;
    while (count < 4 && entries[count] != NULL) {
        memcpy(out[count], entries[count]->entry_id, CAIRN_ID_ENTRY_BYTES);
        count++;
    }
    qsort(out, count, CAIRN_ID_ENTRY_BYTES, ops_order_ids);
    return count;
}

struct cairn_merge_entry *ops_decode(struct cairn_bytes bytes, const char *author, uint8_t feed,
                                     uint32_t index)
{
    struct cairn_merge_entry *entry = ops_take(sizeof *entry);
    size_t fault_at = 0;
    assert_err(cairn_merge_decode(bytes, entry, &fault_at), CAIRN_OK);
    memcpy(entry->country, author, 4);
    memcpy(entry->feed, author, 3);
    entry->feed[3] = feed;
    entry->index = index;
    uint8_t *seed = ops_take(bytes.size + 8);
    memcpy(seed, bytes.data, bytes.size);
    memcpy(seed + bytes.size, entry->feed, 4);
    cairn_bytes_put_u32(seed + bytes.size + 4, index);
    cairn_sha256_of((struct cairn_bytes){seed, bytes.size + 8}, entry->entry_id);
    return entry;
}

struct cairn_merge_entry *ops_make(const struct ops_spec *spec)
{
    const char *author = spec->author == NULL ? "AUT" : spec->author;
    struct cairn_bytes body = spec->raw_body.size > 0 ? spec->raw_body : test_body(spec->body);
    struct cairn_operation operation = test_operation(spec->kind, "AUT", body);
    operation.hlc = spec->is_undated ? 0 : cairn_civil_hlc(OPS_BASE_MS + spec->at, 0);
    operation.parent_count = ops_put_ids(operation.parents, spec->parents);
    operation.after_count = ops_put_ids(operation.after, spec->after);
    size_t capacity = CAIRN_LIMIT_BATCH_BYTES;
    struct cairn_bytes bytes;
    void *buffer = malloc(capacity);
    assert_non_null(buffer);
    assert_err(cairn_operation_encode(&operation, buffer, capacity, &bytes), CAIRN_OK);
    bytes = ops_copy(bytes);
    free(buffer);
    return ops_decode(bytes, author, spec->feed, spec->index == 0 ? spec->at : spec->index);
}

struct cairn_merge_entry *ops_make_unknown(uint64_t kind_number, const char *author, uint32_t at)
{
    uint8_t *buffer = ops_take(256);
    struct cairn_operation model = test_operation(CAIRN_KIND_ALERT_LEAVE, "AUT", test_body("{}"));
    struct cairn_pack_writer writer;
    struct cairn_bytes bytes;
    cairn_pack_writer_init(&writer, buffer, 256);
    cairn_pack_put_map(&writer, 3);
    cairn_pack_put_uint(&writer, 0);
    cairn_pack_put_uint(&writer, kind_number);
    cairn_pack_put_uint(&writer, 1);
    cairn_pack_put_text(&writer, cairn_id_view(&model.object));
    cairn_pack_put_uint(&writer, 3);
    cairn_pack_put_uint(&writer, cairn_civil_hlc(OPS_BASE_MS + at, 0));
    assert_err(cairn_pack_end(&writer, &bytes), CAIRN_OK);
    return ops_decode(bytes, author, 0, at);
}

struct cairn_merge_result ops_fold_one(const struct cairn_merge_entry *entry,
                                       struct cairn_bytes state)
{
    struct cairn_merge_result result;
    if (ops_memory == NULL) {
        ops_memory = malloc(CAIRN_MERGE_ARENA_BYTES);
        assert_non_null(ops_memory);
    }
    cairn_arena_init(&ops_arena, ops_memory, CAIRN_MERGE_ARENA_BYTES);
    assert_err(cairn_merge_fold(entry, state, &ops_arena, &result), CAIRN_OK);
    if (result.is_changed) {
        result.state = ops_copy(result.state);
    }
    return result;
}

struct cairn_bytes ops_fold(struct cairn_merge_entry *const *entries, uint32_t count)
{
    struct cairn_bytes state = {NULL, 0};
    for (uint32_t i = 0; i < count; i++) {
        struct cairn_merge_result result = ops_fold_one(entries[i], state);
        if (result.is_changed) {
            state = result.state;
        }
    }
    return state;
}

cairn_err ops_refusal(const struct cairn_merge_entry *entry)
{
    struct cairn_merge_result result =
        ops_fold_one(entry, (struct cairn_bytes){.data = NULL, .size = 0});
    assert_int_equal(result.is_changed, result.err == CAIRN_OK);
    return result.err;
}

/* Views are made in blocks of their own, so that several can be compared. */
static struct cairn_arena ops_view_arena(void)
{
    struct cairn_arena arena;
    size_t size = 1u << 20;
    cairn_arena_init(&arena, ops_take(size), size);
    return arena;
}

const struct cairn_alert_view *ops_alert(struct cairn_bytes state)
{
    struct cairn_alert_view *view = ops_take(sizeof *view);
    struct cairn_arena arena = ops_view_arena();
    assert_err(cairn_merge_evaluate_alert(state, &arena, view), CAIRN_OK);
    return view;
}

const struct cairn_case_view *ops_case(struct cairn_bytes state)
{
    struct cairn_case_view *view = ops_take(sizeof *view);
    struct cairn_arena arena = ops_view_arena();
    assert_err(cairn_merge_evaluate_case(state, &arena, view), CAIRN_OK);
    return view;
}

const struct cairn_alert_view *ops_alert_of(struct cairn_merge_entry *const *entries,
                                            uint32_t count)
{
    return ops_alert(ops_fold(entries, count));
}

const struct cairn_case_view *ops_case_of(struct cairn_merge_entry *const *entries, uint32_t count)
{
    return ops_case(ops_fold(entries, count));
}

cairn_err ops_verdict(const struct cairn_causal_step *steps, uint32_t count,
                      const struct cairn_merge_entry *entry)
{
    for (uint32_t i = 0; i < count; i++) {
        if (memcmp(steps[i].item->entry_id, entry->entry_id, CAIRN_ID_ENTRY_BYTES) == 0) {
            return steps[i].err;
        }
    }
    fail_msg("the operation is not in the history");
    return CAIRN_NOT_FOUND;
}

struct cairn_bytes ops_field(const struct cairn_alert_view *view, uint32_t key)
{
    struct cairn_bytes slots[CAIRN_ALERT_KEY_END];
    cairn_shape_split(view->body, slots, CAIRN_ALERT_KEY_END);
    return slots[key];
}

void ops_assert_field(const struct cairn_alert_view *view, uint32_t key, const char *text)
{
    struct cairn_bytes value = ops_field(view, key);
    struct cairn_bytes wanted = {NULL, 0};
    if (text != NULL) {
        wanted = test_body(text);
    }
    assert_int_equal(value.size, wanted.size);
    if (wanted.size > 0) {
        assert_memory_equal(value.data, wanted.data, wanted.size);
    }
}
