#include "tests/lib/bundle_edit.h"

#include <string.h>

#include "crypto/hash.h"
#include "tests/lib/test.h"

#define FILE_MAX  (256u << 10)
#define ARENA_MAX (4u << 20)

/* Decoded arrays of all bundles taken apart; never given back. */
static struct cairn_arena *edit_arena(void)
{
    static uint8_t memory[ARENA_MAX];
    static struct cairn_arena arena;
    if (arena.memory == NULL) {
        cairn_arena_init(&arena, memory, sizeof memory);
    }
    return &arena;
}

struct bundle_edit bundle_edit_open(const char *name)
{
    struct bundle_edit edit = {.count = 0};
    struct cairn_bytes file = test_data(name);
    size_t at = CAIRN_BUNDLE_MAGIC_BYTES;
    while (at < file.size) {
        uint32_t size;
        size_t fault_at;
        struct cairn_bundle_record record;
        assert_err(cairn_bundle_record_size(file.data + at, &size), CAIRN_OK);
        struct cairn_bytes payload = {file.data + at + CAIRN_BUNDLE_LENGTH_BYTES, size};
        assert_err(cairn_bundle_decode(payload, edit_arena(), &record, &fault_at), CAIRN_OK);
        at += CAIRN_BUNDLE_LENGTH_BYTES + size;
        if (record.type != CAIRN_BUNDLE_END) {
            bundle_edit_insert(&edit, edit.count, record);
        }
    }
    return edit;
}

uint32_t bundle_edit_find(const struct bundle_edit *edit, enum cairn_bundle_type type,
                          uint32_t which)
{
    for (uint32_t i = 0; i < edit->count; i++) {
        if (edit->records[i].type == type && which-- == 0) {
            return i;
        }
    }
    fail_msg("no such record of type %d", (int)type);
    return 0;
}

void bundle_edit_remove(struct bundle_edit *edit, uint32_t at)
{
    assert_true(at < edit->count);
    edit->count--;
    memmove(&edit->records[at], &edit->records[at + 1],
            (edit->count - at) * sizeof edit->records[0]);
}

void bundle_edit_insert(struct bundle_edit *edit, uint32_t at, struct cairn_bundle_record record)
{
    assert_true(at <= edit->count);
    assert_true(edit->count < BUNDLE_EDIT_MAX);
    memmove(&edit->records[at + 1], &edit->records[at],
            (edit->count - at) * sizeof edit->records[0]);
    edit->records[at] = record;
    edit->count++;
}

void bundle_edit_swap(struct bundle_edit *edit, uint32_t left, uint32_t right)
{
    struct cairn_bundle_record record = edit->records[left];
    edit->records[left] = edit->records[right];
    edit->records[right] = record;
}

struct cairn_bytes bundle_edit_bytes(const struct bundle_edit *edit)
{
    static uint8_t file[FILE_MAX];
    size_t size = CAIRN_BUNDLE_MAGIC_BYTES;
    struct cairn_bytes frame;
    memcpy(file, CAIRN_BUNDLE_MAGIC, size);
    for (uint32_t i = 0; i < edit->count; i++) {
        assert_err(cairn_bundle_frame(&edit->records[i], file + size, sizeof file - size, &frame),
                   CAIRN_OK);
        size += frame.size;
    }
    struct cairn_bundle_record end = {.type = CAIRN_BUNDLE_END,
                                      .as.end = {.record_count = edit->count}};
    cairn_sha256_of((struct cairn_bytes){file, size}, end.as.end.digest);
    assert_err(cairn_bundle_frame(&end, file + size, sizeof file - size, &frame), CAIRN_OK);
    return (struct cairn_bytes){file, size + frame.size};
}

uint8_t *bundle_edit_copy(struct cairn_bytes bytes)
{
    uint8_t *changeable = cairn_arena_take(edit_arena(), bytes.size);
    assert_non_null(changeable);
    memcpy(changeable, bytes.data, bytes.size);
    return changeable;
}
