/* The last mark of an author before a leaf of its journal: what P-50 asks for each commit.
 *
 *     control feed   commit 0   commit 1     commit 2          a commit of another feed at leaf 9
 *     leaf                  0          4           11          stands behind the mark of commit 1
 *
 * Read from the log store, where every control commit below a ripe commit's leaf is durable, and
 * not kept in views: so the answer does not depend on the order in which feeds are folded. The last
 * place of each author is remembered, so commits that come in order cost one read or none.
 * For one thread. docs/protocol.md, P-46 and P-50. */
#ifndef CAIRN_NODE_VIEWS_MARK_H
#define CAIRN_NODE_VIEWS_MARK_H

#include "node/store.h"

struct cairn_mark_book;

/* owns: give back with cairn_mark_close. errors  CAIRN_MEMORY */
CAIRN_MUST cairn_err cairn_mark_open(struct cairn_store *log, struct cairn_mark_book **out);
void cairn_mark_close(struct cairn_mark_book *book); /* NULL is harmless */

/* Find the time of the last mark in the author's control feed that was committed at a lower leaf.
 *
 * gives   *out_ms: Unix time; 0: there is none
 * errors  CAIRN_DISK_CORRUPT  a control commit cannot be read; CAIRN_DISK, CAIRN_BUSY,
 *         CAIRN_MEMORY */
CAIRN_MUST cairn_err cairn_mark_before(struct cairn_mark_book *book, struct cairn_bytes origin,
                                       uint64_t leaf_index, uint64_t *out_ms);

#endif
