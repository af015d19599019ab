#include "tests/lib/feed_writer.h"

#include <stdlib.h>
#include <string.h>

#include "replication/log/body.h"
#include "replication/log/keys.h"
#include "replication/table.h"
#include "schema/base/check.h"

static void need(cairn_err err)
{
    CAIRN_REQUIRE(err == CAIRN_OK);
}

static struct cairn_bytes feed_key(const struct feed_writer *feed, uint8_t table, uint64_t index,
                                   uint8_t out[static CAIRN_KEY_BYTES])
{
    struct cairn_key key = {.table = table, .index = index};
    memcpy(key.id, feed->id, 16);
    cairn_key_encode(&key, out);
    return (struct cairn_bytes){.data = out, .size = CAIRN_KEY_BYTES};
}

void feed_writer_open(struct feed_writer *feed, struct cairn_store *log,
                      const struct cairn_suite *suite, enum feed_writer_kind kind,
                      const char *origin)
{
    *feed = (struct feed_writer){.log = log, .suite = suite, .kind = kind};
    CAIRN_REQUIRE(strlen(origin) < sizeof feed->origin);
    memcpy(feed->origin, origin, strlen(origin) + 1);
    uint8_t secret[32];
    cairn_keys_control(cairn_bytes_of(origin), feed->id, secret);
    memset(feed->slot_key, 0x51, sizeof feed->slot_key);
    feed->buffer = malloc(CAIRN_COMMIT_MAX_BYTES);
    CAIRN_REQUIRE(feed->buffer != NULL);
    need(cairn_store_batch_open(&feed->batch));
    cairn_commit_writer_init(&feed->writer, feed->buffer, CAIRN_COMMIT_MAX_BYTES);
    cairn_merkle_range_init(&feed->range);
    if (kind != FEED_WRITER_CONTROL) {
        feed_writer_number(feed, (uint8_t)(1 + kind));
    }
}

void feed_writer_number(struct feed_writer *feed, uint8_t number)
{
    feed->id[0] = number;
}

void feed_writer_close(struct feed_writer *feed)
{
    cairn_store_batch_close(feed->batch);
    free(feed->buffer);
}

void feed_writer_append(struct feed_writer *feed, const struct cairn_operation *operation)
{
    uint8_t *buffer = malloc(CAIRN_LIMIT_BATCH_BYTES);
    struct cairn_bytes bytes;
    CAIRN_REQUIRE(buffer != NULL);
    need(cairn_operation_encode(operation, buffer, CAIRN_LIMIT_BATCH_BYTES, &bytes));
    feed_writer_append_raw(feed, bytes);
    free(buffer);
}

/* The body's bytes behind their prefix, in `out`; gives the body's size. */
static size_t feed_seal(struct feed_writer *feed, struct cairn_bytes operation, bool is_clear,
                        uint8_t *out, struct cairn_stub *out_stub)
{
    struct cairn_body_place place = {.suite = feed->suite,
                                     .origin = cairn_bytes_of(feed->origin),
                                     .feed = feed->id,
                                     .index = feed->range.size};
    uint8_t stub[CAIRN_STUB_BYTES], leaf[32], fresh[32] = {0};
    size_t size = operation.size;
    if (is_clear) {
        memcpy(out + CAIRN_PREFIX_BYTES, operation.data, size);
        cairn_body_stub(&place, CAIRN_ENTRY_CLEAR, operation, out_stub);
    } else {
        size = cairn_body_sealed_bytes(operation.size);
        cairn_bytes_put_u64(fresh, feed->fresh++);
        struct cairn_body_keys keys = {.slot = feed->slot_key, .fresh = fresh};
        cairn_body_seal(&place, &keys, operation, out + CAIRN_PREFIX_BYTES, out_stub);
    }
    cairn_stub_encode(out_stub, stub);
    memcpy(out, stub, CAIRN_PREFIX_BYTES);
    cairn_keys_entry_id(feed->id, stub, feed->entry_id);
    cairn_merkle_leaf((struct cairn_bytes){.data = stub, .size = sizeof stub}, leaf);
    cairn_merkle_range_append(&feed->range, leaf);
    return size;
}

void feed_writer_append_raw(struct feed_writer *feed, struct cairn_bytes operation)
{
    struct cairn_operation_head head;
    bool is_clear = feed->kind == FEED_WRITER_CONTROL;
    if (cairn_operation_peek(operation, &head) == CAIRN_OK && head.kind <= CAIRN_KIND_FEED_CLOSE) {
        is_clear = true;
    }
    uint64_t index = feed->range.size;
    uint8_t *row = malloc(CAIRN_PREFIX_BYTES + CAIRN_LIMIT_BODY_BYTES);
    CAIRN_REQUIRE(row != NULL);
    struct cairn_stub stub;
    size_t size = feed_seal(feed, operation, is_clear, row, &stub);
    if (feed->kind == FEED_WRITER_PRIVATE) {
        uint8_t key[CAIRN_KEY_BYTES];
        cairn_store_batch_put(feed->batch, feed_key(feed, CAIRN_TABLE_ENTRY, index, key),
                              (struct cairn_bytes){.data = row, .size = CAIRN_PREFIX_BYTES + size});
    } else {
        struct cairn_prefix prefix;
        need(cairn_prefix_decode(row, &prefix));
        need(cairn_commit_append(
            &feed->writer, &prefix,
            (struct cairn_bytes){.data = row + CAIRN_PREFIX_BYTES, .size = size}));
    }
    free(row);
}

bool feed_writer_has_room(const struct feed_writer *feed, size_t operation_bytes)
{
    return cairn_commit_has_room(&feed->writer, cairn_body_sealed_bytes(operation_bytes));
}

uint64_t feed_writer_commit(struct feed_writer *feed, uint64_t leaf_index)
{
    uint8_t key[CAIRN_KEY_BYTES];
    struct cairn_opening opening = {
        .number = feed->commits,
        .leaf_index = leaf_index,
        .previous_leaf_plus1 = feed->previous_leaf_plus1,
        .previous_size = feed->committed_size,
        .size = feed->range.size,
    };
    memcpy(opening.feed, feed->id, 16);
    cairn_merkle_range_root(&feed->range, opening.root);
    struct cairn_bytes row = {.data = feed->buffer, .size = CAIRN_COMMIT_HEAD_BYTES};
    if (feed->kind == FEED_WRITER_PRIVATE) {
        memset(feed->buffer, 0, CAIRN_COMMIT_HEAD_BYTES);
        cairn_opening_encode(&opening, feed->buffer);
    } else {
        row = cairn_commit_end(&feed->writer, &opening);
    }
    cairn_store_batch_put(feed->batch, feed_key(feed, CAIRN_TABLE_COMMIT, feed->commits, key), row);
    need(cairn_store_write(feed->log, feed->batch, false));
    cairn_store_batch_clear(feed->batch);
    cairn_commit_writer_init(&feed->writer, feed->buffer, CAIRN_COMMIT_MAX_BYTES);
    feed->committed_size = feed->range.size;
    feed->previous_leaf_plus1 = leaf_index + 1;
    return feed->commits++;
}

void feed_writer_job(const struct feed_writer *feed, uint64_t number, uint64_t now_ms,
                     struct cairn_folder_job *out)
{
    *out = (struct cairn_folder_job){
        .commit_number = number,
        .is_clear = feed->kind == FEED_WRITER_CONTROL,
        .is_private = feed->kind == FEED_WRITER_PRIVATE,
        .now_ms = now_ms,
        .epoch_count = 1,
    };
    memcpy(out->feed, feed->id, 16);
    memcpy(out->origin, feed->origin, sizeof out->origin);
    memcpy(out->slot_keys[0], feed->slot_key, 32);
}
