/* Opens the entries of a commit ahead of their fold: decrypts, decodes, and checks what does not
 * depend on other entries. That is two thirds of what an entry costs.
 *
 *     folder's thread   fold 1-128 | fold 129-256 | ...      in the order of the feed
 *     opener's thread   | 129-256  | 257-384      | ...      two chunks, so never further ahead
 *
 * A small commit is opened on the folder's thread: waking another one would take longer. One per
 * folder; all calls on the folder's thread. docs/protocol.md, P-20 to P-24. */
#ifndef CAIRN_NODE_VIEWS_OPENER_H
#define CAIRN_NODE_VIEWS_OPENER_H

#include "replication/merge/merge.h"
#include "replication/merge/open.h"
#include "schema/commit.h"

#define CAIRN_OPENER_CHUNK 128u /* entries */

struct cairn_opener;

/* Whose entries they are. */
struct cairn_opener_source {
    struct cairn_open_reader reader; /* its suite is the opener's own: leave it out */
    char country[4];                 /* of the author */
    bool is_test_network;
};

struct cairn_opened {
    cairn_err why; /* CAIRN_OK, or why it has no effect: entry holds index and feed alone */
    struct cairn_merge_entry entry; /* floor_ms is left to the fold */
};

/* owns    give back with cairn_opener_close
 * errors  CAIRN_MEMORY, CAIRN_LIBRARY */
CAIRN_MUST cairn_err cairn_opener_open(struct cairn_opener **out);
void cairn_opener_close(struct cairn_opener *opener); /* NULL is harmless; ends first */

/* Begin a commit. What was begun before has ended.
 *
 * owns    borrows the commit's bytes and what source points to until cairn_opener_end
 * shape   commit: decoded; NULL: entries come by cairn_opener_one */
void cairn_opener_begin(struct cairn_opener *opener, const struct cairn_opener_source *source,
                        const struct cairn_commit *commit);

/* The next entry of the commit. gives  good until the next call; NULL: there is none */
struct cairn_opened *cairn_opener_next(struct cairn_opener *opener);

/* Open one entry that is in no commit. gives  good until the next call */
struct cairn_opened *cairn_opener_one(struct cairn_opener *opener,
                                      const struct cairn_commit_entry *sealed);

/* Wait until nothing is read any more. */
void cairn_opener_end(struct cairn_opener *opener);

#endif
