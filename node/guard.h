/* What a node remembers of its own journal outside of its log store, so that an old copy of the
 * store gives itself away when it is started. In DIR/guard, or where cairn.yaml says:
 *
 *     high-water   cairn high-water 1 | origin | size | base64 of the root, one a line: the longest
 *                  own journal that anybody may have been shown
 *                  one of an earlier incarnation of the node counts as: nothing was said yet
 *     doubt        is there while every partner must be asked: until the node is in order again
 *     running      boot id of the machine; is there unless the node was closed in order
 *
 * Never part of a backup of log/, never put back. docs/protocol.md, P-71; docs/operate.md */
#ifndef CAIRN_NODE_GUARD_H
#define CAIRN_NODE_GUARD_H

#include "node/config.h"
#include "node/worker.h"
#include "replication/core.h"

struct cairn_guard;

/* Make the directory and a high-water of size 0, for an origin that has not said anything yet.
 *
 * errors  CAIRN_EXISTS  there is one, and not is_replace; CAIRN_FILE, CAIRN_TOO_LONG */
CAIRN_MUST cairn_err cairn_guard_make(const char *dir, const char *origin, bool is_replace);

/* What stands there of an origin, without touching anything: what is malformed is missing.
 *
 * errors  CAIRN_FILE  it cannot be read; CAIRN_TOO_LONG */
CAIRN_MUST cairn_err cairn_guard_look(const char *dir, const char *origin,
                                      struct cairn_event *out_start);

/* Read what is there, sync it, and say that the node runs. The directory is made if it is missing.
 *
 * owns    give back with cairn_guard_close
 * gives   in out_start->as.start: what START says of it
 * errors  CAIRN_FILE  also when high-water is there and cannot be read: nothing is written over it;
 *         CAIRN_TOO_LONG, CAIRN_MEMORY */
CAIRN_MUST cairn_err cairn_guard_open(const char *dir, const char *origin, struct cairn_guard **out,
                                      struct cairn_event *out_start);

/* After each step of the core, and before its actions. A new size survives the process at once, the
 * machine after a sync; that all partners must be asked is durable at once. Costs no more than a
 * write into memory, but where that changes or no whole file was there yet.
 *
 * errors  CAIRN_FILE  tried again at the next step, and logged once */
CAIRN_MUST cairn_err cairn_guard_follow(struct cairn_guard *guard,
                                        const struct cairn_core_restore *restore);

/* At any time: sync on a thread of the worker what was written, at most once a second. NULL:
 * nothing */
void cairn_guard_sync(struct cairn_guard *guard, struct cairn_worker *worker);

/* Sync, and say that the node was closed in order; free. NULL: nothing */
void cairn_guard_close(struct cairn_guard *guard);

#endif
