/* What officers hand in while the node restores: kept, listed, and published in order by itself
 * once the node may write again. One per node, on the loop; files are written on reader threads.
 *
 *     take --durable--> WAITING ..in order.. SENT --> published, or REFUSED until dismissed
 *
 * Nothing is published twice: what is founded has its id from the beginning, and an order that was
 * being published when the node died is looked for in its object's history first.
 * docs/protocol.md, P-113 to P-115. */
#ifndef CAIRN_NODE_PENDING_H
#define CAIRN_NODE_PENDING_H

#include "node/pendingbook.h"
#include "node/publish.h"

struct cairn_pending;

struct cairn_pending_options {
    struct cairn_driver *driver; /* these two outlive it */
    struct cairn_publish *publish;
    /* May the role do this, by the policy in force? */
    bool (*is_permitted)(void *host, const char *role, const char *permission);
    void *host;
    uint64_t unknown_ms; /* how long views may need to show what a node that died had published */
};

/* Twice the heartbeat: private feeds are committed then. */
#define CAIRN_PENDING_UNKNOWN_MS (2u * CAIRN_LIMIT_HEARTBEAT_MS)

/* Read DIR/pending. owns: give back with cairn_pending_close, when it is not busy
 *
 * errors  those of cairn_pendingbook_open and cairn_keyfile_load_seed; logged with the file */
CAIRN_MUST cairn_err cairn_pending_open(const struct cairn_pending_options *options,
                                        struct cairn_pending **out);
void cairn_pending_close(struct cairn_pending *pending); /* NULL is harmless */

/* Is the node asking its partners for what its log has lost? */
bool cairn_pending_is_wanted(const struct cairn_pending *pending);

/* Keep an order; everything is copied. done comes exactly once: it is durable, or not.
 *
 * gives   in done: the order, good for the call; the one of then, within this call, where the same
 *         was taken before under the same key
 * errors  CAIRN_FULL, CAIRN_MEMORY, CAIRN_BUSY, CAIRN_CONFLICT  the key stands for another order;
 *         done is not called then */
typedef void cairn_pending_done(void *host, cairn_err err, const struct cairn_pending_order *order);
CAIRN_MUST cairn_err cairn_pending_take(struct cairn_pending *pending,
                                        const struct cairn_pending_order *order,
                                        cairn_pending_done *done, void *host);

/* Publish what waits, if it may be. Once a second. */
void cairn_pending_tick(struct cairn_pending *pending);

/* Somebody has seen why it was refused.
 *
 * errors  CAIRN_NOT_FOUND; CAIRN_STATE  it is not refused; CAIRN_FILE */
CAIRN_MUST cairn_err cairn_pending_dismiss(struct cairn_pending *pending, uint64_t number);

/* In order of arrival. */
const struct cairn_pending_order *cairn_pending_first(const struct cairn_pending *pending);

/* What was taken under this idempotency key and is still here; NULL: nothing */
const struct cairn_pending_order *cairn_pending_find_key(const struct cairn_pending *pending,
                                                         const uint8_t key[static 32]);

/* Begin nothing new. */
void cairn_pending_stop(struct cairn_pending *pending);

/* Something is being written or published. */
bool cairn_pending_is_busy(const struct cairn_pending *pending);

#endif
