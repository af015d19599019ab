/* An opening that did not come: a leaf of one feed, and what shows whose it is.
 *
 *     journal    [ ... earlier ... leaf ... ]  checkpoint      both leaves by inclusion proofs
 *     tag key    AES(tag key, number) is the leaf's tag; with a smaller number the earlier one's
 *     earlier    its opening names the feed: so the author used this key for that feed
 *     late       the leaf's own opening, where the exporter has it by now
 *
 * One record of a bundle. Pure layout; what it proves is replication/verify_withheld.c.
 * docs/protocol.md, P-96. */
#ifndef CAIRN_SCHEMA_WITHHELD_H
#define CAIRN_SCHEMA_WITHHELD_H

#include "schema/base/arena.h"
#include "schema/base/id.h"
#include "schema/commit.h"
#include "schema/fields.h"
#include "schema/pack.h"

#define CAIRN_WITHHELD_PROOF_MAX 64u

/* An opening and the salt that its commit hash wants. */
struct cairn_withheld_opening {
    bool is_given;
    struct cairn_opening opening;
    uint8_t salt[32];
};

struct cairn_withheld {
    struct cairn_bytes origin;     /* of the author; has passed cairn_origin_parse */
    struct cairn_bytes checkpoint; /* a note of it, not yet split */
    uint64_t leaf_index;
    uint8_t leaf[CAIRN_LEAF_BYTES];
    struct cairn_bytes leaf_proof; /* k * 32, k in 0..CAIRN_WITHHELD_PROOF_MAX, lowest first */
    uint8_t feed[CAIRN_FEED_BYTES];
    uint64_t number; /* of the commit in the feed */
    uint8_t tag_key[32];
    struct cairn_bytes record; /* body of feed.open; size 0: not given */
    struct cairn_withheld_opening earlier;
    uint8_t earlier_leaf[CAIRN_LEAF_BYTES]; /* if earlier.is_given, as the next one */
    struct cairn_bytes earlier_proof;
    struct cairn_withheld_opening late;
};

/* Number of fields besides the type: what stands in the map's head. */
uint32_t cairn_withheld_fields(const struct cairn_withheld *withheld);

/* Read the fields of an open map, from 1 on.
 *
 * owns    out borrows from the reader's bytes; proofs are in arena
 * errors  CAIRN_PACK_TYPE, CAIRN_PACK_FIELD, CAIRN_PACK_UNKNOWN_FIELD, CAIRN_TOO_LONG,
 *         CAIRN_NUMBER (openings), CAIRN_ORIGIN, CAIRN_NO_ROOM; the reader stands at the fault
 * source  P-96 */
CAIRN_MUST cairn_err cairn_withheld_read(struct cairn_fields *fields, struct cairn_arena *arena,
                                         struct cairn_withheld *out);

/* Write the fields. Own data: sizes out of range are a panic. */
void cairn_withheld_write(struct cairn_pack_writer *writer, const struct cairn_withheld *withheld);

#endif
