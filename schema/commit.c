#include "schema/commit.h"

#include "schema/base/check.h"

#include <string.h>

static bool commit_is_possible(const struct cairn_opening *opening)
{
    if (opening->size < opening->previous_size) {
        return false;
    }
    if (opening->number == 0) {
        return opening->previous_leaf_plus1 == 0 && opening->previous_size == 0;
    }
    return opening->previous_leaf_plus1 > 0 && opening->previous_leaf_plus1 <= opening->leaf_index;
}

void cairn_opening_encode(const struct cairn_opening *opening,
                          uint8_t out[static CAIRN_OPENING_BYTES])
{
    CAIRN_REQUIRE(commit_is_possible(opening));
    memcpy(out, opening->feed, CAIRN_FEED_BYTES);
    cairn_bytes_put_u64(out + 16, opening->number);
    cairn_bytes_put_u64(out + 24, opening->leaf_index);
    cairn_bytes_put_u64(out + 32, opening->previous_leaf_plus1);
    cairn_bytes_put_u64(out + 40, opening->previous_size);
    cairn_bytes_put_u64(out + 48, opening->size);
    memcpy(out + 56, opening->root, 32);
    memcpy(out + 88, opening->policy, 32);
}

cairn_err cairn_opening_decode(const uint8_t in[static CAIRN_OPENING_BYTES],
                               struct cairn_opening *out)
{
    struct cairn_opening opening = {
        .number = cairn_bytes_get_u64(in + 16),
        .leaf_index = cairn_bytes_get_u64(in + 24),
        .previous_leaf_plus1 = cairn_bytes_get_u64(in + 32),
        .previous_size = cairn_bytes_get_u64(in + 40),
        .size = cairn_bytes_get_u64(in + 48),
    };
    memcpy(opening.feed, in, CAIRN_FEED_BYTES);
    memcpy(opening.root, in + 56, 32);
    memcpy(opening.policy, in + 88, 32);
    if (!commit_is_possible(&opening)) {
        return CAIRN_NUMBER;
    }
    *out = opening;
    return CAIRN_OK;
}

static size_t commit_body_limit(const struct cairn_prefix *prefix)
{
    return prefix->algorithms == CAIRN_ENTRY_SEALED ? CAIRN_LIMIT_BODY_BYTES
                                                    : CAIRN_LIMIT_OPERATION_BYTES;
}

/* Read one entry at *at and move behind it; on an error *at is where the fault is. */
static cairn_err commit_read_entry(struct cairn_bytes bytes, size_t *at,
                                   struct cairn_commit_entry *out)
{
    if (bytes.size - *at < CAIRN_COMMIT_ENTRY_BYTES) {
        return CAIRN_SHORT;
    }
    const uint8_t *head = bytes.data + *at;
    size_t body_bytes = cairn_bytes_get_u32(head);
    struct cairn_prefix prefix;
    cairn_err err = cairn_prefix_decode(head + 4, &prefix);
    if (err != CAIRN_OK) {
        *at += 4;
        return err;
    }
    if (body_bytes > commit_body_limit(&prefix)) {
        return CAIRN_TOO_LONG;
    }
    if (body_bytes > bytes.size - *at - CAIRN_COMMIT_ENTRY_BYTES) {
        return CAIRN_SHORT;
    }
    out->prefix_bytes = (struct cairn_bytes){.data = head + 4, .size = CAIRN_PREFIX_BYTES};
    out->prefix = prefix;
    out->body = (struct cairn_bytes){.data = head + CAIRN_COMMIT_ENTRY_BYTES, .size = body_bytes};
    *at += CAIRN_COMMIT_ENTRY_BYTES + body_bytes;
    return CAIRN_OK;
}

static cairn_err commit_read_head(struct cairn_bytes bytes, struct cairn_commit *out, size_t *at)
{
    *at = bytes.size;
    if (bytes.size < CAIRN_COMMIT_HEAD_BYTES) {
        return CAIRN_SHORT;
    }
    *at = 0;
    CAIRN_TRY(cairn_opening_decode(bytes.data, &out->opening));
    out->opening_bytes = (struct cairn_bytes){.data = bytes.data, .size = CAIRN_OPENING_BYTES};
    out->entry_count = cairn_bytes_get_u32(bytes.data + CAIRN_OPENING_BYTES);
    *at = CAIRN_OPENING_BYTES;
    if (out->entry_count != out->opening.size - out->opening.previous_size) {
        return CAIRN_NUMBER;
    }
    *at = CAIRN_COMMIT_HEAD_BYTES;
    out->entries = (struct cairn_bytes){.data = bytes.data + CAIRN_COMMIT_HEAD_BYTES,
                                        .size = bytes.size - CAIRN_COMMIT_HEAD_BYTES};
    return out->entries.size > CAIRN_LIMIT_COMMIT_BYTES ? CAIRN_TOO_LONG : CAIRN_OK;
}

cairn_err cairn_commit_decode(struct cairn_bytes bytes, struct cairn_commit *out,
                              size_t *out_fault_at)
{
    struct cairn_commit commit;
    size_t at;
    cairn_err err = commit_read_head(bytes, &commit, &at);
    for (uint32_t i = 0; err == CAIRN_OK && i < commit.entry_count; i++) {
        struct cairn_commit_entry entry;
        err = commit_read_entry(bytes, &at, &entry);
    }
    if (err == CAIRN_OK && at != bytes.size) {
        err = CAIRN_TRAILING;
    }
    if (err != CAIRN_OK) {
        *out_fault_at = at;
        return err;
    }
    *out = commit;
    return CAIRN_OK;
}

void cairn_commit_cursor_init(struct cairn_commit_cursor *cursor, const struct cairn_commit *commit)
{
    *cursor = (struct cairn_commit_cursor){
        .entries = commit->entries,
        .index = commit->opening.previous_size,
    };
}

bool cairn_commit_next(struct cairn_commit_cursor *cursor, struct cairn_commit_entry *out)
{
    CAIRN_REQUIRE(cursor->at <= cursor->entries.size);
    if (cursor->at == cursor->entries.size) {
        return false;
    }
    cairn_err err = commit_read_entry(cursor->entries, &cursor->at, out);
    CAIRN_REQUIRE(err == CAIRN_OK); /* cairn_commit_decode has passed it */
    out->index = cursor->index;
    cursor->index++;
    return true;
}

static void commit_writer_check(const struct cairn_commit_writer *writer)
{
    CAIRN_REQUIRE(writer->size >= CAIRN_COMMIT_HEAD_BYTES);
    CAIRN_REQUIRE(writer->size <= CAIRN_COMMIT_MAX_BYTES);
    CAIRN_REQUIRE(writer->size <= writer->capacity);
}

void cairn_commit_writer_init(struct cairn_commit_writer *writer, void *buffer, size_t capacity)
{
    *writer = (struct cairn_commit_writer){
        .data = buffer, .size = CAIRN_COMMIT_HEAD_BYTES, .capacity = capacity};
    commit_writer_check(writer);
    memset(writer->data, 0, CAIRN_COMMIT_HEAD_BYTES);
}

static cairn_err commit_check_room(const struct cairn_commit_writer *writer, size_t body_bytes)
{
    commit_writer_check(writer);
    size_t limit_left = CAIRN_COMMIT_MAX_BYTES - writer->size;
    if (limit_left < CAIRN_COMMIT_ENTRY_BYTES ||
        limit_left - CAIRN_COMMIT_ENTRY_BYTES < body_bytes) {
        return CAIRN_TOO_LONG;
    }
    bool fits = writer->capacity - writer->size >= CAIRN_COMMIT_ENTRY_BYTES + body_bytes;
    return fits ? CAIRN_OK : CAIRN_NO_ROOM;
}

bool cairn_commit_has_room(const struct cairn_commit_writer *writer, size_t body_bytes)
{
    return commit_check_room(writer, body_bytes) == CAIRN_OK;
}

cairn_err cairn_commit_append(struct cairn_commit_writer *writer, const struct cairn_prefix *prefix,
                              struct cairn_bytes body)
{
    if (body.size > commit_body_limit(prefix)) {
        return CAIRN_TOO_LONG;
    }
    CAIRN_TRY(commit_check_room(writer, body.size));
    uint8_t *head = writer->data + writer->size;
    cairn_bytes_put_u32(head, (uint32_t)body.size);
    cairn_prefix_encode(prefix, head + 4);
    if (body.size > 0) {
        memcpy(head + CAIRN_COMMIT_ENTRY_BYTES, body.data, body.size);
    }
    writer->size += CAIRN_COMMIT_ENTRY_BYTES + body.size;
    writer->entry_count++;
    commit_writer_check(writer);
    return CAIRN_OK;
}

struct cairn_bytes cairn_commit_end(struct cairn_commit_writer *writer,
                                    const struct cairn_opening *opening)
{
    commit_writer_check(writer);
    CAIRN_REQUIRE(opening->size - opening->previous_size == writer->entry_count);
    cairn_opening_encode(opening, writer->data);
    cairn_bytes_put_u32(writer->data + CAIRN_OPENING_BYTES, writer->entry_count);
    return (struct cairn_bytes){.data = writer->data, .size = writer->size};
}
