/* Ordered keys and values on disk: one small interface, LevelDB behind it (store_leveldb.c).
 *
 *     OPEN --write error--> FAILED --reopen--> OPEN        two stores per node: log and views
 *
 * Keys are raw bytes in memcmp order, 1..CAIRN_STORE_KEY_MAX bytes, first byte below 0xFF (the
 * rest is the store's own: format, kind and the number of the last batch, written in each batch).
 *
 * Law: any write error is fail-stop. A store that has FAILED gives CAIRN_DISK to every later write
 * until cairn_store_reopen has closed it, replayed its journal and found the last synced batch.
 * What failed is *outcome unknown*: it may be there after the reopening, whole or not at all.
 * Reads go on meanwhile.
 *
 * Threads: reads from any thread, writes and reopen only from the one that wrote first (a panic
 * otherwise); never from the loop. Never fork while a store is open. docs/operate.md */
#ifndef CAIRN_NODE_STORE_H
#define CAIRN_NODE_STORE_H

#include "node/diskspace.h"
#include "schema/base/bytes.h"
#include "schema/base/err.h"

#define CAIRN_STORE_KEY_MAX 1024u

struct cairn_store;
struct cairn_store_batch;

enum cairn_store_kind {
    CAIRN_STORE_LOG,   /* sequential keys, must never be lost */
    CAIRN_STORE_VIEWS, /* random keys, rebuildable: may be deleted while the node is down */
};

struct cairn_store_options {
    const char *path; /* its directory; the parent exists */
    enum cairn_store_kind kind;
    bool is_new; /* create it; CAIRN_EXISTS if there is one. false: never creates */
    struct cairn_diskspace_floor floor; /* checked before each write */
};

/* Keys from <= key < to. */
struct cairn_store_range {
    struct cairn_bytes from; /* empty: the first key */
    struct cairn_bytes to;   /* empty: behind the last key */
    bool is_reverse;         /* greatest key first */
    bool is_bulk;            /* reads much and once (backup, rebuild, scrub): keep the cache */
};

/* One row; both borrowed for the call. false stops the scan, which is not an error. */
typedef bool cairn_store_row(void *host, struct cairn_bytes key, struct cairn_bytes value);

struct cairn_store_stats {
    uint64_t batch_count; /* written since open */
    uint64_t batch_bytes; /* keys and values written since open */
    uint64_t read_count;  /* gets, scans and seeks since open */
    uint64_t error_count; /* of reads and writes since open */
    uint64_t memory_bytes;
    uint64_t free_bytes; /* of the file system, now; 0 when it cannot be asked */
    bool is_failed;
};

/* Open the store of one directory.
 *
 * owns    give back with cairn_store_close
 * errors  CAIRN_LOCKED        another process, or this one, has it open
 *         CAIRN_EXISTS        is_new, and the directory is not empty
 *         CAIRN_NOT_FOUND     not is_new, and there is no store
 *         CAIRN_DISK_CORRUPT  damaged, of another kind or format, or its CURRENT file is missing
 *         CAIRN_DISK_FLOOR    opening writes, and there is no space for it
 *         CAIRN_DISK, CAIRN_MEMORY */
CAIRN_MUST cairn_err cairn_store_open(const struct cairn_store_options *options,
                                      struct cairn_store **out);

/* No read may be under way. NULL is harmless. */
void cairn_store_close(struct cairn_store *store);

/* Close, open, replay, verify: a synced probe succeeds, and the last synced batch is there.
 * Reads that are under way end with CAIRN_BUSY. Also allowed while OPEN.
 *
 * errors  as cairn_store_open; also CAIRN_DISK_CORRUPT  an acknowledged batch is gone, and
 *         CAIRN_DISK_FLOOR  no room to go on. The store stays FAILED: try again, or close it. Reads
 *         go on if it could be opened at all, else they give CAIRN_DISK */
CAIRN_MUST cairn_err cairn_store_reopen(struct cairn_store *store);

bool cairn_store_is_failed(const struct cairn_store *store);

/* Begin a batch: all of it becomes durable, or nothing. owns: give back with
 * cairn_store_batch_close
 *
 * errors  CAIRN_MEMORY */
CAIRN_MUST cairn_err cairn_store_batch_open(struct cairn_store_batch **out);
void cairn_store_batch_close(struct cairn_store_batch *batch); /* NULL is harmless */

/* Later calls win over earlier ones with the same key. Both are copied. */
void cairn_store_batch_put(struct cairn_store_batch *batch, struct cairn_bytes key,
                           struct cairn_bytes value);
void cairn_store_batch_delete(struct cairn_store_batch *batch, struct cairn_bytes key);
void cairn_store_batch_clear(struct cairn_store_batch *batch);

/* Keys and values put so far. */
size_t cairn_store_batch_size_bytes(const struct cairn_store_batch *batch);

/* Write a batch. It keeps its content: clear it for the next one.
 *
 * gives   is_synced: CAIRN_OK means durable, with everything written before; else it may be lost
 *         with the machine, not with the process
 * errors  CAIRN_DISK_FLOOR  refused, nothing was written, the store stays OPEN
 *         CAIRN_DISK        outcome unknown, or FAILED before; the store is FAILED now
 * cost    synced 0.2 ms to 10 ms, else 5 us */
CAIRN_MUST cairn_err cairn_store_write(struct cairn_store *store, struct cairn_store_batch *batch,
                                       bool is_synced);

/* Read one value.
 *
 * owns    give *out back with cairn_store_free
 * errors  CAIRN_NOT_FOUND; CAIRN_DISK_CORRUPT a checksum is wrong; CAIRN_DISK; CAIRN_BUSY while it
 *         is being reopened; *out is empty on all of them. cost: 4 us */
CAIRN_MUST cairn_err cairn_store_get(struct cairn_store *store, struct cairn_bytes key,
                                     struct cairn_bytes *out);
void cairn_store_free(struct cairn_bytes bytes);

/* Call row for each key of the range, in order, as of the moment of the call: later writes are not
 * seen, so one scan of everything is a backup. row may read from the store, not write.
 *
 * errors  CAIRN_DISK_CORRUPT, CAIRN_DISK, CAIRN_BUSY; some rows may have been given before */
CAIRN_MUST cairn_err cairn_store_scan(struct cairn_store *store,
                                      const struct cairn_store_range *range, cairn_store_row *row,
                                      void *host);

/* Find the greatest key <= at that begins with prefix.
 *
 * owns    give both back with cairn_store_free
 * errors  CAIRN_NOT_FOUND, CAIRN_DISK_CORRUPT, CAIRN_DISK, CAIRN_BUSY; both empty then */
CAIRN_MUST cairn_err cairn_store_seek_before(struct cairn_store *store, struct cairn_bytes prefix,
                                             struct cairn_bytes at, struct cairn_bytes *out_key,
                                             struct cairn_bytes *out_value);

/* The end of the range of all keys with this prefix: the smallest key above them.
 *
 * shape   out: at least prefix.size bytes; prefix not empty, not all 0xFF (a panic)
 * gives   a view of out, good for cairn_store_range.to */
struct cairn_bytes cairn_store_prefix_end(struct cairn_bytes prefix, uint8_t *out);

/* Rewrite the files of a range, so that values which were deleted or replaced leave the disk too:
 * after an erasure. is_reverse and is_bulk do not matter.
 *
 * errors  CAIRN_DISK, CAIRN_BUSY, CAIRN_DISK_FLOOR
 * cost    reads and writes the whole range: seconds per GB; not on the writer's thread */
CAIRN_MUST cairn_err cairn_store_compact(struct cairn_store *store,
                                         const struct cairn_store_range *range);

/* Make a table of what the write buffer holds, if at least so many bytes were written since it was
 * last asked to: so the buffer's size does not follow from how long the process runs.
 *
 * errors  CAIRN_DISK, CAIRN_BUSY, CAIRN_DISK_FLOOR: nothing is lost, the buffer stays as it is
 * cost    as its size, and waits for what the engine is at; not on the writer's thread */
CAIRN_MUST cairn_err cairn_store_flush(struct cairn_store *store, uint64_t least_bytes);

/* Put a store together from what can still be read; is_new does not matter. Damaged files are moved
 * into the directory `lost` in it. What stood in damaged blocks and nowhere else is gone.
 *
 * errors  CAIRN_LOCKED, CAIRN_NOT_FOUND, CAIRN_DISK_FLOOR; CAIRN_DISK_CORRUPT  nothing can be made
 *         of it
 * cost    reads everything, writes what was damaged: seconds per GB */
CAIRN_MUST cairn_err cairn_store_repair(const struct cairn_store_options *options);

void cairn_store_stats(struct cairn_store *store, struct cairn_store_stats *out);

/* The engine's own report, text for people.
 *
 * owns    give *out back with cairn_store_free
 * errors  CAIRN_DISK, CAIRN_BUSY */
CAIRN_MUST cairn_err cairn_store_describe(struct cairn_store *store, struct cairn_bytes *out);

#endif
