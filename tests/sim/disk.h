/* A disk in memory: sorted rows, batches applied whole. One per simulated node. */
#ifndef CAIRN_TESTS_SIM_DISK_H
#define CAIRN_TESTS_SIM_DISK_H

#include "replication/action.h"
#include "replication/event.h"

struct disk_row {
    uint8_t key[CAIRN_KEY_BYTES];
    uint8_t *value;
    size_t size;
};

struct disk {
    struct disk_row *rows; /* ascending by key */
    size_t count;
    size_t capacity;
};

void disk_close(struct disk *disk);
void disk_put(struct disk *disk, const struct cairn_key *key, struct cairn_bytes value);
/* Rows from..to of one table and id, in order; at most max. gives their number. Borrowed. */
size_t disk_range(const struct disk *disk, const struct cairn_key *from, uint64_t to_index,
                  struct cairn_row *out, size_t max);
/* Is this run of bytes in any value? */
bool disk_holds(const struct disk *disk, struct cairn_bytes bytes);

#endif
