/* Which policy was in force when an entry was committed: found again in the log, for auditors. For
 * reader threads. docs/protocol.md, P-40 */
#ifndef CAIRN_NODE_POLICYTRACE_H
#define CAIRN_NODE_POLICYTRACE_H

#include "node/store.h"
#include "replication/core.h"

/* Find the commit that holds an entry, and the policy hash that it names.
 *
 * errors  CAIRN_NOT_FOUND  it is in no commit yet, or the feed is not held; CAIRN_DISK,
 *         CAIRN_DISK_CORRUPT, CAIRN_BUSY
 * cost    a read for each halving of the feed's commits */
CAIRN_MUST cairn_err cairn_policytrace_find(struct cairn_store *log, const uint8_t feed[static 16],
                                            uint64_t index, uint8_t out_hash[static 32]);

/* Hash of a policy. source P-40 */
void cairn_policytrace_hash(const uint8_t salt[static 32], struct cairn_bytes text,
                            uint8_t out[static 32]);

#endif
