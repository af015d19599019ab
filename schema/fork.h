/* A fork: two statements of one journal that cannot both be true, and what shows it.
 *
 *     tree of B   [ 0 ... m-1 ][ m ... n-1 ]     its nodes give the root of all n leaves, b,
 *     note A      size m, root a                 and the root that it had at m, which is not a
 *     note B      size n, root b                 both notes are signed by one log key
 *
 * One layout, used twice: as a record of a bundle and as a message. m = n: the roots differ, and
 * there are no nodes. Pure layout; the proof itself is replication/trust/forkproof.h.
 * docs/protocol.md, P-68 and P-84. */
#ifndef CAIRN_SCHEMA_FORK_H
#define CAIRN_SCHEMA_FORK_H

#include "schema/base/arena.h"
#include "schema/base/bytes.h"
#include "schema/base/err.h"
#include "schema/fields.h"
#include "schema/pack.h"

#define CAIRN_FORK_FIELDS     4u
#define CAIRN_FORK_NOTE_BYTES 512u /* a checkpoint with one signature line has at most 359 */
#define CAIRN_FORK_NODES_MAX  128u
#define CAIRN_FORK_BYTES      6144u /* no record or message with a fork is longer */

struct cairn_fork {
    struct cairn_bytes origin; /* has passed cairn_origin_parse */
    struct cairn_bytes note_a; /* 1..CAIRN_FORK_NOTE_BYTES, not yet split; of the smaller size */
    struct cairn_bytes note_b;
    struct cairn_bytes nodes; /* k * 32, k in 0..CAIRN_FORK_NODES_MAX */
};

/* Read fields 1 to 4 of an open map.
 *
 * owns    out borrows from the reader's bytes; nodes are in arena
 * errors  CAIRN_PACK_TYPE, CAIRN_PACK_FIELD, CAIRN_PACK_UNKNOWN_FIELD, CAIRN_TOO_LONG,
 *         CAIRN_ORIGIN, CAIRN_NO_ROOM; the reader stands at the fault
 * source  P-84 */
CAIRN_MUST cairn_err cairn_fork_read(struct cairn_fields *fields, struct cairn_arena *arena,
                                     struct cairn_fork *out);

/* Write fields 1 to 4. Own data: sizes out of range are a panic. */
void cairn_fork_write(struct cairn_pack_writer *writer, const struct cairn_fork *fork);

#endif
