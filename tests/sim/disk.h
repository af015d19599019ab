/* A disk in memory: sorted rows, batches applied whole. One per simulated node. */
#ifndef CAIRN_TESTS_SIM_DISK_H
#define CAIRN_TESTS_SIM_DISK_H

#include "replication/action.h"
#include "replication/event.h"

struct disk_row {
    uint8_t key[CAIRN_KEY_BYTES];
    uint8_t *value;
    size_t size;
    bool is_rotten; /* cannot be read until it is written again */
};

/* What a row was before a batch that is not synced. */
struct disk_old {
    struct disk_row row; /* no value: it did not exist */
    uint32_t batch;
};

struct disk {
    struct disk_row **rows; /* ascending by key */
    size_t count;
    size_t capacity;
    uint32_t batches; /* begun since the last sync; 0: nothing is remembered */
    struct disk_old *old;
    size_t old_count, old_capacity;
};

void disk_close(struct disk *disk);
void disk_put(struct disk *disk, const struct cairn_key *key, struct cairn_bytes value);
/* What is put from here on is one batch, and can be undone until the next sync. */
void disk_begin(struct disk *disk);
void disk_sync(struct disk *disk);
/* The last so many batches were never written. */
void disk_undo(struct disk *disk, uint32_t batches);
/* Rows from..to of one table and id, in order; at most max. gives their number. Borrowed. */
size_t disk_range(const struct disk *disk, const struct cairn_key *from, uint64_t to_index,
                  struct cairn_row *out, size_t max);
/* A row cannot be read any more, or reads otherwise. gives false when it is not there */
bool disk_rot(struct disk *disk, const struct cairn_key *key, bool is_readable);
/* Rows that cannot be read. */
size_t disk_rotten(const struct disk *disk);
/* Is this run of bytes in any value? */
bool disk_holds(const struct disk *disk, struct cairn_bytes bytes);

#endif
