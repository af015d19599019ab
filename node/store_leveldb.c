#include "node/store_leveldb.h"

#include "node/logger.h"
#include "schema/base/check.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STORE_FORMAT     1u
#define STORE_MARK_BYTES 15u /* "cairn" | u8 format | u8 kind | u64 number of the batch */
#define STORE_MIB        ((size_t)1 << 20)
#define STORE_LOG_FILES  74 /* the engine's least. Index and filter of each are in memory */

static const char store_mark_key[] = {'\xFF', 's', 't', 'o', 'r', 'e'};
static const char store_mark_magic[] = {'c', 'a', 'i', 'r', 'n'};

struct cairn_store_batch {
    leveldb_writebatch_t *writes;
    size_t size_bytes;
};

/* LevelDB's messages end in the text of errno; a number tells the operator enough. 0: another. */
static uint64_t store_errno_of(const char *message)
{
    static const int usual[] = {ENOSPC, EIO, EDQUOT, EFBIG, EROFS, EACCES, EMFILE, ENOENT, EAGAIN};
    size_t size = strlen(message);
    for (size_t at = 0; at < sizeof usual / sizeof *usual; at++) {
        const char *text = strerror(usual[at]);
        size_t text_size = strlen(text);
        if (text_size <= size && strcmp(message + (size - text_size), text) == 0) {
            return (uint64_t)usual[at];
        }
    }
    return 0;
}

static cairn_err store_err_of(const char *message)
{
    static const char locked[] = "IO error: lock ";
    static const char corrupt[] = "Corruption: ";
    if (strncmp(message, locked, sizeof locked - 1) == 0) {
        return CAIRN_LOCKED;
    }
    return strncmp(message, corrupt, sizeof corrupt - 1) == 0 ? CAIRN_DISK_CORRUPT : CAIRN_DISK;
}

cairn_err cairn_store_leveldb_judge(struct cairn_store *store, char *message)
{
    if (message == NULL) {
        return CAIRN_OK;
    }
    cairn_err err = store_err_of(message);
    const char *name = store->kind == CAIRN_STORE_LOG ? "log" : "views";
    CAIRN_LOG(CAIRN_LOGGER_ERROR, "store.trouble", CAIRN_LOG_ID("store", cairn_bytes_of(name)),
              CAIRN_LOG_U64("errno", store_errno_of(message)), CAIRN_LOG_ERR(err));
    atomic_fetch_add(&store->error_count, 1);
    leveldb_free(message);
    return err;
}

/* What stands in the directory? A crash or a refused opening may leave LOCK and LOG alone.
 *
 * errors  CAIRN_NOT_FOUND  nothing; CAIRN_DISK_CORRUPT  files, but no CURRENT; CAIRN_OK  a store */
static cairn_err store_look(const char *path)
{
    DIR *dir = opendir(path);
    if (dir == NULL) {
        return errno == ENOENT ? CAIRN_NOT_FOUND : CAIRN_DISK;
    }
    cairn_err err = CAIRN_NOT_FOUND;
    for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        const char *name = entry->d_name;
        if (strcmp(name, "CURRENT") == 0) {
            err = CAIRN_OK;
            break;
        }
        if (name[0] != '.' && strncmp(name, "LO", 2) != 0) {
            err = CAIRN_DISK_CORRUPT;
        }
    }
    (void)closedir(dir);
    return err;
}

static leveldb_options_t *store_make_options(struct cairn_store *store)
{
    bool is_log = store->kind == CAIRN_STORE_LOG;
    store->cache = leveldb_cache_create_lru((is_log ? 8 : 16) * STORE_MIB);
    store->filter = leveldb_filterpolicy_create_bloom(10);
    leveldb_options_t *options = leveldb_options_create();
    leveldb_options_set_create_if_missing(options, 0);
    leveldb_options_set_paranoid_checks(options, 1);
    leveldb_options_set_cache(options, store->cache);
    leveldb_options_set_filter_policy(options, store->filter);
    leveldb_options_set_write_buffer_size(options, (is_log ? 4 : 64) * STORE_MIB);
    leveldb_options_set_max_file_size(options, (is_log ? 4 : 32) * STORE_MIB);
    leveldb_options_set_max_open_files(options, is_log ? STORE_LOG_FILES : 512);
    /* Bodies, leaves and hashes do not compress. */
    leveldb_options_set_compression(options,
                                    is_log ? leveldb_no_compression : leveldb_snappy_compression);
    return options;
}

static cairn_err store_make(const struct cairn_store_options *options, struct cairn_store **out)
{
    size_t path_size = strlen(options->path) + 1;
    struct cairn_store *store = calloc(1, sizeof *store);
    char *path = malloc(path_size);
    if (store == NULL || path == NULL || uv_rwlock_init(&store->lock) != 0) {
        free(store);
        free(path);
        return CAIRN_MEMORY;
    }
    memcpy(path, options->path, path_size);
    store->path = path;
    store->kind = options->kind;
    store->floor = options->floor;
    store->options = store_make_options(store);
    store->read_once = leveldb_readoptions_create();
    leveldb_readoptions_set_verify_checksums(store->read_once, 1);
    leveldb_readoptions_set_fill_cache(store->read_once, 0);
    store->read_often = leveldb_readoptions_create();
    leveldb_readoptions_set_verify_checksums(store->read_often, 1);
    store->write_later = leveldb_writeoptions_create();
    store->write_synced = leveldb_writeoptions_create();
    leveldb_writeoptions_set_sync(store->write_synced, 1);
    *out = store;
    return CAIRN_OK;
}

/* LevelDB's own diary names keys, which may name persons: it stays without a name on disk and is
 * gone with the process. cairn_store_describe tells what operators need. */
static void store_drop_diary(const struct cairn_store *store)
{
    static const char *const names[] = {"LOG", "LOG.old"};
    for (size_t at = 0; at < sizeof names / sizeof *names; at++) {
        size_t size = strlen(store->path) + strlen(names[at]) + 2;
        char *path = malloc(size);
        if (path != NULL) {
            (void)snprintf(path, size, "%s/%s", store->path, names[at]);
            (void)unlink(path);
            free(path);
        }
    }
}

static cairn_err store_open_db(struct cairn_store *store)
{
    char *message = NULL;
    store->db = leveldb_open(store->options, store->path, &message);
    cairn_err err = cairn_store_leveldb_judge(store, message);
    if (err == CAIRN_DISK && cairn_diskspace_check(store->path, &store->floor, 0) != CAIRN_OK) {
        return CAIRN_DISK_FLOOR;
    }
    if (err == CAIRN_OK) {
        store_drop_diary(store);
    }
    return err;
}

static void store_put_mark(const struct cairn_store *store, leveldb_writebatch_t *writes)
{
    uint8_t mark[STORE_MARK_BYTES];
    memcpy(mark, store_mark_magic, sizeof store_mark_magic);
    mark[5] = STORE_FORMAT;
    mark[6] = (uint8_t)store->kind;
    cairn_bytes_put_u64(mark + 7, store->tried_number);
    leveldb_writebatch_put(writes, store_mark_key, sizeof store_mark_key, (const char *)mark,
                           sizeof mark);
}

/* Find out which batch was the last, and whether this is our kind of store at all. */
static cairn_err store_read_mark(struct cairn_store *store, uint64_t *out_number)
{
    char *message = NULL;
    size_t size = 0;
    char *value = leveldb_get(store->db, store->read_often, store_mark_key, sizeof store_mark_key,
                              &size, &message);
    cairn_err err = cairn_store_leveldb_judge(store, message);
    if (err != CAIRN_OK) {
        return err;
    }
    uint8_t mark[STORE_MARK_BYTES] = {0};
    if (value != NULL && size == sizeof mark) {
        memcpy(mark, value, sizeof mark);
    }
    leveldb_free(value);
    if (memcmp(mark, store_mark_magic, sizeof store_mark_magic) != 0 || mark[5] != STORE_FORMAT ||
        mark[6] != (uint8_t)store->kind) {
        return CAIRN_DISK_CORRUPT;
    }
    *out_number = cairn_bytes_get_u64(mark + 7);
    return CAIRN_OK;
}

static cairn_err store_give(struct cairn_store *store, leveldb_writebatch_t *writes, bool is_synced)
{
    store->tried_number++;
    store_put_mark(store, writes);
    char *message = NULL;
    leveldb_write(store->db, is_synced ? store->write_synced : store->write_later, writes,
                  &message);
    if (cairn_store_leveldb_judge(store, message) != CAIRN_OK) {
        atomic_store(&store->is_failed, true);
        return CAIRN_DISK;
    }
    if (is_synced) {
        store->synced_number = store->tried_number;
    }
    return CAIRN_OK;
}

/* A batch of nothing but the mark: proves that the disk takes and keeps what is written. */
static cairn_err store_probe(struct cairn_store *store)
{
    leveldb_writebatch_t *writes = leveldb_writebatch_create();
    cairn_err err = store_give(store, writes, true);
    leveldb_writebatch_destroy(writes);
    return err;
}

static cairn_err store_start(struct cairn_store *store, bool is_new)
{
    if (is_new) {
        CAIRN_TRY(cairn_diskspace_check(store->path, &store->floor, 0));
        leveldb_options_set_create_if_missing(store->options, 1);
        cairn_err err = store_open_db(store);
        leveldb_options_set_create_if_missing(store->options, 0);
        CAIRN_TRY(err);
        return store_probe(store);
    }
    CAIRN_TRY(store_open_db(store));
    CAIRN_TRY(store_read_mark(store, &store->tried_number));
    store->synced_number = store->tried_number;
    return CAIRN_OK;
}

cairn_err cairn_store_open(const struct cairn_store_options *options, struct cairn_store **out)
{
    CAIRN_REQUIRE(options->floor.percent <= CAIRN_DISKSPACE_PERCENT_MAX);
    cairn_err found = store_look(options->path);
    if (options->is_new && found != CAIRN_NOT_FOUND) {
        return found == CAIRN_DISK ? CAIRN_DISK : CAIRN_EXISTS;
    }
    if (!options->is_new) {
        CAIRN_TRY(found);
    } else if (mkdir(options->path, 0700) != 0 && errno != EEXIST) {
        return CAIRN_DISK;
    }
    struct cairn_store *store = NULL;
    CAIRN_TRY(store_make(options, &store));
    cairn_err err = store_start(store, options->is_new);
    if (err != CAIRN_OK) {
        cairn_store_close(store);
        return err;
    }
    *out = store;
    return CAIRN_OK;
}

static void store_close_db(struct cairn_store *store)
{
    if (store->db != NULL) {
        leveldb_close(store->db);
        store->db = NULL;
    }
}

void cairn_store_close(struct cairn_store *store)
{
    if (store == NULL) {
        return;
    }
    store_close_db(store);
    leveldb_options_destroy(store->options);
    leveldb_readoptions_destroy(store->read_once);
    leveldb_readoptions_destroy(store->read_often);
    leveldb_writeoptions_destroy(store->write_synced);
    leveldb_writeoptions_destroy(store->write_later);
    leveldb_cache_destroy(store->cache);
    leveldb_filterpolicy_destroy(store->filter);
    uv_rwlock_destroy(&store->lock);
    free(store->path);
    free(store);
}

static void store_check_writer(struct cairn_store *store)
{
    uv_thread_t self = uv_thread_self();
    if (!store->has_writer) {
        store->has_writer = true;
        store->writer = self;
    }
    CAIRN_REQUIRE(uv_thread_equal(&self, &store->writer));
}

/* Between the lock and the unlock of reopen. */
static cairn_err store_replay(struct cairn_store *store)
{
    store_close_db(store);
    CAIRN_TRY(store_look(store->path));
    CAIRN_TRY(store_open_db(store));
    uint64_t number = 0;
    CAIRN_TRY(store_read_mark(store, &number));
    if (number < store->synced_number || number > store->tried_number) {
        return CAIRN_DISK_CORRUPT;
    }
    CAIRN_TRY(cairn_diskspace_check(store->path, &store->floor, 0));
    return store_probe(store);
}

cairn_err cairn_store_reopen(struct cairn_store *store)
{
    store_check_writer(store);
    atomic_store(&store->is_failed, true);
    atomic_store(&store->is_reopening, true);
    uv_rwlock_wrlock(&store->lock);
    cairn_err err = store_replay(store);
    atomic_store(&store->is_failed, err != CAIRN_OK);
    atomic_store(&store->is_reopening, false);
    uv_rwlock_wrunlock(&store->lock);
    return err;
}

bool cairn_store_is_failed(const struct cairn_store *store)
{
    return atomic_load(&store->is_failed);
}

cairn_err cairn_store_batch_open(struct cairn_store_batch **out)
{
    struct cairn_store_batch *batch = calloc(1, sizeof *batch);
    if (batch == NULL) {
        return CAIRN_MEMORY;
    }
    batch->writes = leveldb_writebatch_create();
    *out = batch;
    return CAIRN_OK;
}

void cairn_store_batch_close(struct cairn_store_batch *batch)
{
    if (batch != NULL) {
        leveldb_writebatch_destroy(batch->writes);
        free(batch);
    }
}

static void store_check_key(struct cairn_bytes key)
{
    CAIRN_REQUIRE(key.size > 0);
    CAIRN_REQUIRE(key.size <= CAIRN_STORE_KEY_MAX);
    CAIRN_REQUIRE(key.data[0] != CAIRN_STORE_LEVELDB_OWN);
}

void cairn_store_batch_put(struct cairn_store_batch *batch, struct cairn_bytes key,
                           struct cairn_bytes value)
{
    store_check_key(key);
    leveldb_writebatch_put(batch->writes, (const char *)key.data, key.size,
                           value.size == 0 ? "" : (const char *)value.data, value.size);
    batch->size_bytes += key.size + value.size;
}

void cairn_store_batch_delete(struct cairn_store_batch *batch, struct cairn_bytes key)
{
    store_check_key(key);
    leveldb_writebatch_delete(batch->writes, (const char *)key.data, key.size);
    batch->size_bytes += key.size;
}

void cairn_store_batch_clear(struct cairn_store_batch *batch)
{
    leveldb_writebatch_clear(batch->writes);
    batch->size_bytes = 0;
}

size_t cairn_store_batch_size_bytes(const struct cairn_store_batch *batch)
{
    return batch->size_bytes;
}

cairn_err cairn_store_write(struct cairn_store *store, struct cairn_store_batch *batch,
                            bool is_synced)
{
    store_check_writer(store);
    if (cairn_store_is_failed(store)) {
        return CAIRN_DISK;
    }
    CAIRN_REQUIRE(store->db != NULL);
    if (cairn_diskspace_check(store->path, &store->floor, batch->size_bytes) != CAIRN_OK) {
        return CAIRN_DISK_FLOOR; /* also when the file system does not say */
    }
    CAIRN_TRY(store_give(store, batch->writes, is_synced));
    atomic_fetch_add(&store->batch_count, 1);
    atomic_fetch_add(&store->batch_bytes, batch->size_bytes);
    return CAIRN_OK;
}
