#include "node/store_leveldb.h"
#include "schema/base/check.h"

#include <stdlib.h>
#include <string.h>

/* Begin a read: the database stays open until store_leave. */
static cairn_err store_enter(struct cairn_store *store)
{
    if (atomic_load(&store->is_reopening)) {
        return CAIRN_BUSY;
    }
    uv_rwlock_rdlock(&store->lock);
    if (store->db == NULL) {
        uv_rwlock_rdunlock(&store->lock);
        return CAIRN_DISK;
    }
    atomic_fetch_add_explicit(&store->read_count, 1, memory_order_relaxed);
    return CAIRN_OK;
}

static void store_leave(struct cairn_store *store)
{
    uv_rwlock_rdunlock(&store->lock);
}

cairn_err cairn_store_get(struct cairn_store *store, struct cairn_bytes key,
                          struct cairn_bytes *out)
{
    CAIRN_REQUIRE(key.size > 0);
    *out = (struct cairn_bytes){NULL, 0};
    CAIRN_TRY(store_enter(store));
    char *message = NULL;
    size_t size = 0;
    char *value = leveldb_get(store->db, store->read_often, (const char *)key.data, key.size, &size,
                              &message);
    cairn_err err = cairn_store_leveldb_judge(store, message);
    store_leave(store);
    CAIRN_TRY(err);
    if (value == NULL) {
        return CAIRN_NOT_FOUND;
    }
    *out = (struct cairn_bytes){.data = (const uint8_t *)value, .size = size};
    return CAIRN_OK;
}

void cairn_store_free(struct cairn_bytes bytes)
{
    free((void *)(uintptr_t)bytes.data); /* LevelDB's are from malloc too */
}

static struct cairn_bytes cursor_key(const leveldb_iterator_t *cursor)
{
    size_t size = 0;
    const char *data = leveldb_iter_key(cursor, &size);
    return (struct cairn_bytes){.data = (const uint8_t *)data, .size = size};
}

static struct cairn_bytes cursor_value(const leveldb_iterator_t *cursor)
{
    size_t size = 0;
    const char *data = leveldb_iter_value(cursor, &size);
    return (struct cairn_bytes){.data = (const uint8_t *)data, .size = size};
}

static bool cursor_is_own(const leveldb_iterator_t *cursor)
{
    return cursor_key(cursor).data[0] == CAIRN_STORE_LEVELDB_OWN;
}

/* After a seek that found no key, or one that is too great: to the one before. */
static void cursor_step_below(leveldb_iterator_t *cursor)
{
    if (leveldb_iter_valid(cursor)) {
        leveldb_iter_prev(cursor);
    } else {
        leveldb_iter_seek_to_last(cursor);
    }
}

/* To the greatest key below `end`; empty: below the store's own keys. */
static void cursor_seek_below(leveldb_iterator_t *cursor, struct cairn_bytes end)
{
    static const char own[] = {(char)CAIRN_STORE_LEVELDB_OWN};
    if (end.size == 0) {
        leveldb_iter_seek(cursor, own, sizeof own);
    } else {
        leveldb_iter_seek(cursor, (const char *)end.data, end.size);
    }
    cursor_step_below(cursor);
}

static void cursor_start(leveldb_iterator_t *cursor, const struct cairn_store_range *range)
{
    if (range->is_reverse) {
        cursor_seek_below(cursor, range->to);
    } else if (range->from.size == 0) {
        leveldb_iter_seek_to_first(cursor);
    } else {
        leveldb_iter_seek(cursor, (const char *)range->from.data, range->from.size);
    }
}

static bool cursor_is_inside(const leveldb_iterator_t *cursor,
                             const struct cairn_store_range *range)
{
    if (!leveldb_iter_valid(cursor) || cursor_is_own(cursor)) {
        return false;
    }
    struct cairn_bytes key = cursor_key(cursor);
    if (range->is_reverse) {
        return cairn_bytes_order(key, range->from) >= 0;
    }
    return range->to.size == 0 || cairn_bytes_order(key, range->to) < 0;
}

static cairn_err cursor_close(struct cairn_store *store, leveldb_iterator_t *cursor)
{
    char *message = NULL;
    leveldb_iter_get_error(cursor, &message);
    leveldb_iter_destroy(cursor);
    return cairn_store_leveldb_judge(store, message);
}

cairn_err cairn_store_scan(struct cairn_store *store, const struct cairn_store_range *range,
                           cairn_store_row *row, void *host)
{
    CAIRN_TRY(store_enter(store));
    leveldb_iterator_t *cursor =
        leveldb_create_iterator(store->db, range->is_bulk ? store->read_once : store->read_often);
    cairn_err err = CAIRN_OK;
    for (cursor_start(cursor, range); cursor_is_inside(cursor, range);) {
        if (!row(host, cursor_key(cursor), cursor_value(cursor))) {
            break;
        }
        if (atomic_load(&store->is_reopening)) {
            err = CAIRN_BUSY;
            break;
        }
        if (range->is_reverse) {
            leveldb_iter_prev(cursor);
        } else {
            leveldb_iter_next(cursor);
        }
    }
    /* A damaged block ends up here even when rows behind it were given. */
    cairn_err trouble = cursor_close(store, cursor);
    store_leave(store);
    return trouble != CAIRN_OK ? trouble : err;
}

static bool store_has_prefix(struct cairn_bytes key, struct cairn_bytes prefix)
{
    return key.size >= prefix.size &&
           (prefix.size == 0 || memcmp(key.data, prefix.data, prefix.size) == 0);
}

static cairn_err store_copy(struct cairn_bytes source, struct cairn_bytes *out)
{
    uint8_t *copy = malloc(source.size + 1); /* never of size 0 */
    if (copy == NULL) {
        return CAIRN_MEMORY;
    }
    if (source.size > 0) {
        memcpy(copy, source.data, source.size);
    }
    *out = (struct cairn_bytes){.data = copy, .size = source.size};
    return CAIRN_OK;
}

/* To the greatest key <= at among those with the prefix, or to some key without it. */
static void cursor_seek_before(leveldb_iterator_t *cursor, struct cairn_bytes prefix,
                               struct cairn_bytes at)
{
    uint8_t memory[CAIRN_STORE_KEY_MAX];
    if (!store_has_prefix(at, prefix) && cairn_bytes_order(at, prefix) > 0) {
        cursor_seek_below(cursor, cairn_store_prefix_end(prefix, memory));
        return;
    }
    leveldb_iter_seek(cursor, (const char *)at.data, at.size);
    if (!leveldb_iter_valid(cursor) || !cairn_bytes_is_equal(cursor_key(cursor), at)) {
        cursor_step_below(cursor);
    }
}

static void store_free_both(struct cairn_bytes *key, struct cairn_bytes *value)
{
    cairn_store_free(*key);
    cairn_store_free(*value);
    *key = *value = (struct cairn_bytes){NULL, 0};
}

static cairn_err store_find_before(struct cairn_store *store, struct cairn_bytes prefix,
                                   struct cairn_bytes at, struct cairn_bytes *out_key,
                                   struct cairn_bytes *out_value)
{
    leveldb_iterator_t *cursor = leveldb_create_iterator(store->db, store->read_often);
    cursor_seek_before(cursor, prefix, at);
    cairn_err err = CAIRN_NOT_FOUND;
    if (leveldb_iter_valid(cursor) && !cursor_is_own(cursor) &&
        store_has_prefix(cursor_key(cursor), prefix)) {
        err = store_copy(cursor_key(cursor), out_key);
        if (err == CAIRN_OK) {
            err = store_copy(cursor_value(cursor), out_value);
        }
    }
    /* Damage may hide a greater key: then what was found is no answer. */
    cairn_err trouble = cursor_close(store, cursor);
    return trouble != CAIRN_OK ? trouble : err;
}

cairn_err cairn_store_seek_before(struct cairn_store *store, struct cairn_bytes prefix,
                                  struct cairn_bytes at, struct cairn_bytes *out_key,
                                  struct cairn_bytes *out_value)
{
    CAIRN_REQUIRE(prefix.size <= CAIRN_STORE_KEY_MAX);
    CAIRN_REQUIRE(at.size > 0);
    *out_key = *out_value = (struct cairn_bytes){NULL, 0};
    CAIRN_TRY(store_enter(store));
    cairn_err err = store_find_before(store, prefix, at, out_key, out_value);
    store_leave(store);
    if (err != CAIRN_OK) {
        store_free_both(out_key, out_value);
    }
    return err;
}

struct cairn_bytes cairn_store_prefix_end(struct cairn_bytes prefix, uint8_t *out)
{
    size_t size = prefix.size;
    while (size > 0 && prefix.data[size - 1] == 0xFF) {
        size--;
    }
    CAIRN_REQUIRE(size > 0);
    memcpy(out, prefix.data, size);
    out[size - 1]++;
    return (struct cairn_bytes){.data = out, .size = size};
}

cairn_err cairn_store_compact(struct cairn_store *store, const struct cairn_store_range *range)
{
    CAIRN_TRY(store_enter(store));
    cairn_err err = cairn_diskspace_check(store->path, &store->floor, 0);
    if (err == CAIRN_OK) {
        leveldb_compact_range(
            store->db, range->from.size == 0 ? NULL : (const char *)range->from.data,
            range->from.size, range->to.size == 0 ? NULL : (const char *)range->to.data,
            range->to.size);
    }
    store_leave(store);
    return err;
}

cairn_err cairn_store_flush(struct cairn_store *store, uint64_t least_bytes)
{
    static const uint8_t before_all_rows = 0; /* a range that holds none: only the buffer is left */
    const struct cairn_bytes nothing = {.data = &before_all_rows, .size = 1};
    const struct cairn_store_range range = {.from = nothing, .to = nothing};
    uint64_t bytes = atomic_load(&store->batch_bytes);
    if (bytes - atomic_load(&store->flushed_bytes) < least_bytes) {
        return CAIRN_OK;
    }
    CAIRN_TRY(cairn_store_compact(store, &range));
    atomic_store(&store->flushed_bytes, bytes);
    return CAIRN_OK;
}

void cairn_store_stats(struct cairn_store *store, struct cairn_store_stats *out)
{
    *out = (struct cairn_store_stats){
        .batch_count = atomic_load(&store->batch_count),
        .batch_bytes = atomic_load(&store->batch_bytes),
        .read_count = atomic_load(&store->read_count),
        .error_count = atomic_load(&store->error_count),
        .is_failed = cairn_store_is_failed(store),
    };
    struct cairn_diskspace space;
    if (cairn_diskspace_ask(store->path, &space) == CAIRN_OK) {
        out->free_bytes = space.free_bytes;
    }
    if (store_enter(store) != CAIRN_OK) {
        return;
    }
    char *text = leveldb_property_value(store->db, "leveldb.approximate-memory-usage");
    if (text != NULL) {
        out->memory_bytes = strtoull(text, NULL, 10);
        leveldb_free(text);
    }
    store_leave(store);
}

cairn_err cairn_store_describe(struct cairn_store *store, struct cairn_bytes *out)
{
    *out = (struct cairn_bytes){NULL, 0};
    CAIRN_TRY(store_enter(store));
    char *text = leveldb_property_value(store->db, "leveldb.stats");
    store_leave(store);
    if (text == NULL) {
        return CAIRN_DISK;
    }
    *out = (struct cairn_bytes){.data = (const uint8_t *)text, .size = strlen(text)};
    return CAIRN_OK;
}
