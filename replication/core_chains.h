/* What the core keeps to tell documents, so that a country's root key may change more than once
 * while a partner is away. Only core*.c includes this.
 *
 *     root key 1    1 .. 2 .. [5]      [ ]: told as a pair, in one OFFER: the last document under a
 *     root key 2             [6] [7]   root key, which announces the next one, and the first one
 *     root key 3                 [8] .. 9      under that, which names the other by its hash
 *
 *     told    5+6  7+8  9    who holds 1 to 8 takes one after the other. P-12
 *             7+8  5+6       who took 9 first learns what was before it, to tell it on. P-123
 *
 * docs/protocol.md, P-122 to P-125. */
#ifndef CAIRN_REPLICATION_CORE_CHAINS_H
#define CAIRN_REPLICATION_CORE_CHAINS_H

#include "replication/log/feed.h"
#include "schema/country.h"

#define CORE_ROTATIONS 16u /* of a country, the newest: older ones are not told any more. P-124 */

/* Serials of the two documents. */
struct core_rotation {
    uint64_t from;
    uint64_t to;
    bool is_behind; /* from before all that was taken: rows of their own */
};

/* By country. */
struct core_chain {
    uint32_t count;
    struct core_rotation rotations[CORE_ROTATIONS]; /* ascending */
    uint64_t first_serial;                          /* oldest document held; 0: none */
    uint8_t first_root[32];
    uint64_t behind_serial; /* at the start: of the row behind that was read last; 0: none */
    uint8_t behind_root[32];
};

/* By link: the documents that are on their way to it. */
struct core_courier {
    bool is_due; /* any of the below */
    bool is_telling;
    bool is_loading;
    uint32_t country; /* is_telling: whose, and how many of its OFFERs were made */
    uint32_t step;
    struct cairn_members due; /* countries whose documents it is to be shown */
};

#endif
