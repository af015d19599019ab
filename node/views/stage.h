/* The batch that is being made, and the states in it: what is folded is seen by the next fold
 * before it is written.
 *
 *     get --> [ states of this batch ] --> views store          put, delete --> batch --flush-->
 * disk
 *
 * For the folder's thread only. */
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
 * owns    *out is good until the next call of get, put_state, flush or drop; empty: there is none
 * errors  CAIRN_DISK, CAIRN_DISK_CORRUPT, CAIRN_BUSY */
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

/* Write the batch, not synced: views follow from the log.
 *
 * errors  CAIRN_DISK, CAIRN_DISK_FLOOR: the batch is dropped, nothing of it is to be relied on */
CAIRN_MUST cairn_err cairn_stage_flush(struct cairn_stage *stage);

/* Forget what was not written. */
void cairn_stage_drop(struct cairn_stage *stage);

#endif
