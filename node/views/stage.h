/* The batch that is being made, and the states in it: what is folded is seen by the next fold
 * before it is written. There are two pages: one is made while the scribe writes the other.
 *
 *     get --> [ page being made ] --> [ page before it ] --> views store
 *     put, delete --> page --flush--> scribe --> disk              settle: all of it is written
 *
 * For the folder's thread only; the scribe's is the one that writes to views. */
#ifndef CAIRN_NODE_VIEWS_STAGE_H
#define CAIRN_NODE_VIEWS_STAGE_H

#include "node/store.h"
#include "node/views/view.h"

struct cairn_stage;

/* Learn which objects there are.
 *
 * owns    give back with cairn_stage_close
 * errors  CAIRN_MEMORY, CAIRN_DISK, CAIRN_DISK_CORRUPT
 * cost    0.2 us for each object in views */
CAIRN_MUST cairn_err cairn_stage_open(struct cairn_store *views, struct cairn_stage **out);
void cairn_stage_close(struct cairn_stage *stage); /* NULL is harmless */

/* The state under this key, as folded last.
 *
 * owns    *out is good until the next call of get, put_state, flush, settle or drop; empty: there
 * is none errors  CAIRN_DISK, CAIRN_DISK_CORRUPT, CAIRN_BUSY */
CAIRN_MUST cairn_err cairn_stage_get_state(struct cairn_stage *stage,
                                           const struct cairn_merge_key *key,
                                           struct cairn_bytes *out);

/* is_listed: index rows name the object, or did so before; else a row of its own remembers it */
void cairn_stage_put_state(struct cairn_stage *stage, const struct cairn_merge_key *key,
                           struct cairn_bytes state, bool is_listed);
void cairn_stage_put(struct cairn_stage *stage, const struct cairn_view_key *key,
                     struct cairn_bytes value);
void cairn_stage_delete(struct cairn_stage *stage, const struct cairn_view_key *key);

/* Would so many more bytes pass the limit of a batch? Then flush first; never true for an empty
 * batch. */
bool cairn_stage_is_full(const struct cairn_stage *stage, size_t more_bytes);
bool cairn_stage_is_empty(const struct cairn_stage *stage);

/* Hand the batch over to be written, not synced: views follow from the log. Batches are written in
 * order, and none after one that failed.
 *
 * errors  CAIRN_DISK, CAIRN_DISK_FLOOR: of an earlier batch; this one is dropped, settle gives the
 *         error once more */
CAIRN_MUST cairn_err cairn_stage_flush(struct cairn_stage *stage);

/* Wait until what was flushed is written; the page being made must be empty.
 *
 * errors  as flush: nothing that was flushed since the last settle is to be relied on */
CAIRN_MUST cairn_err cairn_stage_settle(struct cairn_stage *stage);

/* Forget what was not flushed. */
void cairn_stage_drop(struct cairn_stage *stage);

/* Forget what was not written, and reopen the store.
 *
 * errors  those of cairn_store_reopen */
CAIRN_MUST cairn_err cairn_stage_reopen(struct cairn_stage *stage);

#endif
