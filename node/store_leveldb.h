/* What the files of the LevelDB store share; nobody else includes this.
 *
 *     store_leveldb.c        open, close, reopen, batches, write
 *     store_leveldb_read.c   get, scan, seek, compact, figures
 *     store_leveldb_repair.c damaged files are left behind
 *
 * The rwlock guards `db`: each read holds it shared, only reopen and close hold it alone. */
#ifndef CAIRN_NODE_STORE_LEVELDB_H
#define CAIRN_NODE_STORE_LEVELDB_H

#include "node/store.h"

#include <leveldb/c.h>
#include <stdatomic.h>
#include <uv.h>

#define CAIRN_STORE_LEVELDB_OWN 0xFFu /* first byte of keys that are the store's own */

struct cairn_store {
    leveldb_t *db; /* NULL after a reopening that failed */
    leveldb_options_t *options;
    leveldb_cache_t *cache;
    leveldb_filterpolicy_t *filter;
    leveldb_readoptions_t *read_once;  /* bulk: leaves the cache alone */
    leveldb_readoptions_t *read_often; /* both verify checksums */
    leveldb_writeoptions_t *write_synced;
    leveldb_writeoptions_t *write_later;
    char *path;
    enum cairn_store_kind kind;
    struct cairn_diskspace_floor floor;

    uv_rwlock_t lock;
    atomic_bool is_failed;
    atomic_bool is_reopening; /* asks reads to end */

    bool has_writer; /* the writer's own, as the next two */
    uv_thread_t writer;
    uint64_t tried_number;  /* of the last batch that was given to LevelDB */
    uint64_t synced_number; /* of the last batch that is durable; <= tried_number */

    atomic_uint_fast64_t batch_count;
    atomic_uint_fast64_t batch_bytes;
    atomic_uint_fast64_t flushed_bytes; /* batch_bytes when the buffer was last emptied */
    atomic_uint_fast64_t read_count;
    atomic_uint_fast64_t error_count;
};

/* Turn LevelDB's message into an error, count and log it, free it.
 *
 * shape   message: NULL when there is none
 * errors  CAIRN_LOCKED, CAIRN_DISK_CORRUPT, CAIRN_DISK */
CAIRN_MUST cairn_err cairn_store_leveldb_judge(struct cairn_store *store, char *message);

#endif
