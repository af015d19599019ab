/* Opening a ripe commit, entry by entry: what a host does before it folds.
 *
 *     commit or ENTRY row --> prefix, body --> operation bytes, entry id
 *
 * Pure; one reader per commit. docs/protocol.md, P-20 to P-24. */
#ifndef CAIRN_REPLICATION_MERGE_OPEN_H
#define CAIRN_REPLICATION_MERGE_OPEN_H

#include "crypto/suite.h"
#include "schema/base/bytes.h"
#include "schema/base/err.h"
#include "schema/commit.h"

/* With what a feed is read. The slot keys are secrets. */
struct cairn_open_reader {
    const struct cairn_suite *suite;
    struct cairn_bytes origin; /* of the author */
    uint8_t feed[16];
    const uint8_t (*slot_keys)[32]; /* one for each epoch */
    uint32_t epoch_count;
};

/* Open one entry.
 *
 * shape   scratch: at least entry->body.size bytes; *out_operation points into it, or for a clear
 *         body into the entry
 * gives   the operation's bytes (not yet decoded) and the entry's id; *out_content_key the key of
 *         a sealed body, zero for a clear one
 * errors  those of cairn_body_open; CAIRN_CRYPTO_OPEN also for an epoch whose key is not held */
CAIRN_MUST cairn_err cairn_open_entry(const struct cairn_open_reader *reader,
                                      const struct cairn_commit_entry *entry, uint8_t *scratch,
                                      struct cairn_bytes *out_operation,
                                      uint8_t out_content_key[static 32]);

/* Id of an entry, whether it opens or not. */
void cairn_open_entry_id(const struct cairn_open_reader *reader,
                         const struct cairn_commit_entry *entry, uint8_t out[static 32]);

#endif
