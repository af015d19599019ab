/* Does this show that two histories were signed with one log key? The one check behind a bundle's
 * fork record, a message with a proof and a proof made here: no caller believes anything else.
 *
 * Two signatures make a fork, nothing less: leaves that lead nowhere may come from a server that
 * lies. Pure. docs/protocol.md, P-68, P-84 and P-85. */
#ifndef CAIRN_REPLICATION_TRUST_FORKPROOF_H
#define CAIRN_REPLICATION_TRUST_FORKPROOF_H

#include "crypto/suite.h"
#include "schema/base/arena.h"
#include "schema/fork.h"

/* Whose statements, and with what to check them. */
struct cairn_forkproof_reader {
    const struct cairn_suite *suite;
    struct cairn_arena *arena;     /* about 6 kB for each note */
    struct cairn_bytes origin;     /* of the author */
    const uint8_t (*log_keys)[32]; /* that documents give for the origin: mostly one */
    uint32_t key_count;
};

/* What was proved. */
struct cairn_forkproof {
    uint64_t size_a, size_b; /* size_a <= size_b */
    uint8_t root_a[32], root_b[32];
    uint8_t begin_root[32]; /* that tree B has at size_a; root_b when the sizes are equal */
};

/* Check a proof.
 *
 * errors  CAIRN_PEER_PROOF  it is of another origin, a note bears more than the log's line, the
 *         statements do not contradict each other, or stand in the wrong order; CAIRN_CRYPTO_PROOF
 *         nodes do not lead to root B; CAIRN_NOTE_SIGNATURE none of these keys has a line;
 *         CAIRN_CRYPTO_SIGNATURE it has, and that does not verify; CAIRN_CHECKPOINT, CAIRN_NO_ROOM
 *         and those of cairn_note_split; *out unchanged
 * source  P-84 */
CAIRN_MUST cairn_err cairn_forkproof_check(const struct cairn_forkproof_reader *reader,
                                           const struct cairn_fork *fork,
                                           struct cairn_forkproof *out);

#endif
