/* For who writes bundles: what stands in them besides stored bytes, as the verifier
 * (verify.h) computes it again.
 *
 * Pure functions. docs/protocol.md, section 8. */
#ifndef CAIRN_REPLICATION_VERIFY_MAKE_H
#define CAIRN_REPLICATION_VERIFY_MAKE_H

#include "crypto/suite.h"
#include "schema/commit.h"
#include "schema/feedop.h"

/* Log id of a journal: where its rows rest. source P-61 */
void cairn_verify_journal(struct cairn_bytes origin, uint8_t out[static 16]);

/* Tag of the leaf, and salt, of a feed's commit `number`. source P-40 */
void cairn_verify_tag(const struct cairn_suite *suite, const uint8_t tag_key[static 32],
                      uint64_t number, uint8_t out[static CAIRN_TAG_BYTES]);
void cairn_verify_salt(const struct cairn_suite *suite, const uint8_t salt_key[static 32],
                       uint64_t number, uint8_t out[static 32]);

/* Hash of an entry's leaf in its feed. source P-20 */
void cairn_verify_leaf(const struct cairn_commit_entry *entry, uint8_t out[static 32]);

/* Does the commit end an epoch: is its last entry a feed.rekey? source P-36 */
bool cairn_verify_is_rekey(const struct cairn_commit *commit);

/* With what a content key is found. */
struct cairn_verify_slot {
    const struct cairn_suite *suite;
    struct cairn_bytes origin;
    const uint8_t *feed; /* 16 bytes */
    const uint8_t *key;  /* 32 bytes: slot key of the entry's epoch */
};

/* Content key of a sealed entry, tried: a verifier will take it. scratch: entry->body.size bytes
 *
 * errors  those of opening a body; out unchanged */
CAIRN_MUST cairn_err cairn_verify_content_key(const struct cairn_verify_slot *slot,
                                              const struct cairn_commit_entry *entry,
                                              uint8_t *scratch, uint8_t out[static 32]);

/* Does the entry say that a leaf is missing? scratch: as above; out borrows from it
 *
 * gives   false also for what does not open. source P-49 */
bool cairn_verify_is_missing(const struct cairn_verify_slot *slot,
                             const struct cairn_commit_entry *entry, uint8_t *scratch,
                             struct cairn_missing *out);

#endif
