/* Country documents: is this note what it claims, and does it follow what we hold?
 * Pure. docs/protocol.md, P-11 to P-14, P-98. */
#ifndef CAIRN_REPLICATION_TRUST_ROSTER_H
#define CAIRN_REPLICATION_TRUST_ROSTER_H

#include "crypto/suite.h"
#include "schema/base/arena.h"
#include "schema/country.h"

/* What is kept of a country between documents. */
struct cairn_roster_entry {
    uint8_t country[3];
    bool has_document;
    bool is_recognised; /* its operator's fingerprint was compared */
    uint64_t serial;
    uint8_t root[32];
    uint8_t next_root[32];
    uint8_t note_hash[32];                          /* SHA-256 of the whole note */
    uint32_t sealing_count;                         /* 0: no document yet */
    uint8_t sealing[CAIRN_COUNTRY_SEALING_MAX][32]; /* ascending by number; seal to the last */
    bool is_lost[CAIRN_COUNTRY_SEALING_MAX];        /* of these: a `lost` line names it */
    uint32_t ended_count;                           /* `ended` lines ... */
    uint8_t ended_hash[32];                         /* ... and what they say */
};

/* Read a note and check its root signature.
 *
 * owns    *out borrows from note; signature lines are decoded into the arena
 * errors  those of cairn_note_split and cairn_country_decode; CAIRN_NOTE_SIGNATURE;
 *         CAIRN_PEER_NETWORK  a document of another network */
CAIRN_MUST cairn_err cairn_roster_read(const struct cairn_suite *suite, struct cairn_bytes network,
                                       struct cairn_bytes note, struct cairn_arena *arena,
                                       struct cairn_country_doc *out);

/* May this document replace what is held? true also for the first one.
 *
 * gives   false when it is older or the same, or its root is neither the held one nor the one
 *         that was announced. source P-12 */
bool cairn_roster_follows(const struct cairn_roster_entry *held,
                          const struct cairn_country_doc *doc);

/* Does it say of every origin that ended, and of every sealing key that was lost, the same as what
 * is held? true also for the first document. Of one that follows only. source P-14, P-98 */
bool cairn_roster_keeps(const struct cairn_roster_entry *held, const struct cairn_country_doc *doc);

/* Do these two show how a root key came after another one: the last document under the one, which
 * announces the other, and the first under that, which names the last by its hash? So who knows the
 * second key knows that the first was its country's, too. Both have passed cairn_roster_read.
 *
 * errors  CAIRN_DENIED_FINGERPRINT  they do not; CAIRN_DENIED_ENDED  the later one takes back what
 *         the earlier one said for good
 * source  P-123 */
CAIRN_MUST cairn_err cairn_roster_rotates(const struct cairn_country_doc *last,
                                          struct cairn_bytes last_note,
                                          const struct cairn_country_doc *first);

/* How many of its sealing keys its document calls lost. */
uint32_t cairn_roster_lost_count(const struct cairn_roster_entry *held);

/* Is this one of them? */
bool cairn_roster_is_lost(const struct cairn_roster_entry *held,
                          const uint8_t sealing_public[static 32]);

/* Take it. */
void cairn_roster_take(struct cairn_roster_entry *held, const struct cairn_country_doc *doc,
                       struct cairn_bytes note);

/* The 16 bytes whose proquints are the fingerprint. source P-13 */
void cairn_roster_fingerprint(struct cairn_bytes network, const uint8_t root[static 32],
                              uint8_t out[static 16]);

#endif
