/* Trees of which some subtrees are wanted, those that proofs are made of, and entries with their
 * proofs.
 *
 *     want leaves --> read the log once --> prove each of them
 *
 * Part of the exporter. rows of a tree: to be freed by who owns it. docs/protocol.md, P-82. */
#ifndef CAIRN_NODE_EXPORT_TREE_H
#define CAIRN_NODE_EXPORT_TREE_H

#include "crypto/merkle.h"
#include "node/export_state.h"

/* Complete subtrees that proofs are made of. */
struct export_subtree {
    uint8_t level;
    uint64_t index;
    bool is_there;
    uint8_t hash[32];
};

struct export_tree {
    struct export_subtree *rows; /* ascending, none twice; owned */
    uint32_t count;
    uint32_t capacity;
    uint64_t size; /* leaves appended */
    uint8_t nodes[64][32];
};

CAIRN_MUST cairn_err cairn_export_tree_want(struct export_tree *tree, uint64_t index,
                                            uint64_t size);
void cairn_export_tree_begin(struct export_tree *tree);
void cairn_export_tree_append(struct export_tree *tree, const uint8_t leaf[static 32]);
CAIRN_MUST cairn_err cairn_export_tree_prove(const struct export_tree *tree, uint64_t index,
                                             uint64_t size, struct cairn_merkle_proof *out);

/* The first `size` leaves; all entries of the first `commits` commits. */
CAIRN_MUST cairn_err cairn_export_tree_journal(struct cairn_export *bundle,
                                               const struct export_journal *journal, uint64_t size,
                                               struct export_tree *tree);
CAIRN_MUST cairn_err cairn_export_tree_feed(struct cairn_export *bundle,
                                            const struct export_feed *feed, uint64_t commits,
                                            struct export_tree *tree);

struct export_trees {
    const struct export_tree *journal, *feed;
};

/* Write one entry record. */
CAIRN_MUST cairn_err cairn_export_entry(struct cairn_export *bundle,
                                        const struct export_place *place,
                                        const struct export_trees *trees);

/* One leaf of a journal: export_read.c. */
CAIRN_MUST cairn_err cairn_export_read_leaf(struct cairn_export *bundle,
                                            const struct export_journal *journal, uint64_t index,
                                            uint8_t out[static CAIRN_LEAF_BYTES]);

#endif
