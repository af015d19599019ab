/* How much room is left on a file system, and the floor below which nothing is written: a full disk
 * costs acknowledged data, a refused write costs nobody anything. */
#ifndef CAIRN_NODE_DISKSPACE_H
#define CAIRN_NODE_DISKSPACE_H

#include <stdint.h>

#include "schema/base/err.h"

#define CAIRN_DISKSPACE_FLOOR_BYTES (64u << 20)
#define CAIRN_DISKSPACE_PERCENT_MAX 50u

/* The higher of the two counts. */
struct cairn_diskspace_floor {
    uint64_t bytes;
    uint32_t percent; /* of the file system's size, 0..CAIRN_DISKSPACE_PERCENT_MAX */
};

struct cairn_diskspace {
    uint64_t free_bytes; /* for us, without what is reserved for root */
    uint64_t size_bytes;
};

/* 64 MiB, 0 percent. */
struct cairn_diskspace_floor cairn_diskspace_default_floor(void);

/* Ask the file system that holds path.
 *
 * errors  CAIRN_DISK  it does not answer; *out unchanged. cost: 1 us */
CAIRN_MUST cairn_err cairn_diskspace_ask(const char *path, struct cairn_diskspace *out);

/* Is there room for `wanted_bytes` above the floor?
 *
 * errors  CAIRN_DISK_FLOOR  no; CAIRN_DISK  the file system does not answer */
CAIRN_MUST cairn_err cairn_diskspace_check(const char *path,
                                           const struct cairn_diskspace_floor *floor,
                                           uint64_t wanted_bytes);

#endif
