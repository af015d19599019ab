/* What waits for a flush. Two batches: one is filled while the other is signed and stored. Only
 * core*.c includes this. All counts are bounded by core_limits.h. */
#ifndef CAIRN_REPLICATION_CORE_BATCH_H
#define CAIRN_REPLICATION_CORE_BATCH_H

#include "crypto/merkle.h"
#include "replication/core_limits.h"
#include "schema/commit.h"

/* One sealed operation that waits for its flush. */
struct core_waiting {
    uint32_t feed;
    uint32_t offset; /* of prefix | body in the batch's bytes */
    uint32_t body_bytes;
    uint64_t index;
    uint64_t token;
    bool is_asked;         /* the host wants an answer */
    uint64_t record_index; /* of its RECORD row; CORE_NO_RECORD */
    uint8_t entry_id[32];
};

/* Per feed: what a batch holds of it. */
struct core_part {
    uint32_t feed;
    uint32_t entry_count;
    uint32_t wire_bytes;
    uint32_t leaf;        /* position among the leaves of the flush */
    bool is_last;         /* ends with a rekey or close: takes no more */
    bool is_close;        /* ... with a close */
    bool has_next_secret; /* of a rekey: the next epoch's, in force after this commit */
    uint8_t next_secret[32];
    struct cairn_opening opening;
    struct cairn_merkle_range range; /* of the feed when the flush began */
};

/* A receipt in a batch: the feed that it is for, and how many commits it covers. */
struct core_receipt {
    uint32_t feed;
    uint64_t commits;
};

/* A country, and a feed that it is told of or need not be told of, by the next flush. */
struct core_invite {
    uint32_t feed;
    uint32_t country;
};

struct core_batch {
    uint8_t *bytes; /* CORE_WAITING_BYTES */
    uint32_t byte_count;
    struct core_waiting *waiting; /* CORE_WAITING_MAX */
    uint32_t waiting_count;
    uint32_t record_count; /* of these, with a RECORD row */
    struct core_part *parts;
    uint32_t part_count;
    struct core_receipt *receipts; /* CORE_RECEIPTS_MAX */
    uint32_t receipt_count;
    struct core_invite *told; /* CORE_TOLD_MAX: feeds of which a country has the keys then */
    uint32_t told_count;
};

#endif
