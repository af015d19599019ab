#include "node/export_tree.h"

#include <stdlib.h>
#include <string.h>

#include "replication/verify_make.h"

/* Trees of which some subtrees are wanted: those that proofs are made of. */

static int export_order_subtrees(const void *left, const void *right)
{
    const struct export_subtree *a = left;
    const struct export_subtree *b = right;
    if (a->level != b->level) {
        return a->level < b->level ? -1 : 1;
    }
    return a->index < b->index ? -1 : a->index > b->index;
}

/* What the proof of a leaf is made of, and the leaf itself. */
cairn_err cairn_export_tree_want(struct export_tree *tree, uint64_t index, uint64_t size)
{
    struct cairn_merkle_wants wants;
    cairn_merkle_inclusion_wants(index, size, &wants);
    if (tree->capacity - tree->count <= wants.count) {
        uint32_t capacity = 2 * tree->capacity + CAIRN_MERKLE_WANTS_MAX + 1;
        void *grown = realloc(tree->rows, capacity * sizeof *tree->rows);
        if (grown == NULL) {
            return CAIRN_MEMORY;
        }
        tree->rows = grown;
        tree->capacity = capacity;
    }
    for (uint32_t i = 0; i < wants.count; i++) {
        tree->rows[tree->count++] =
            (struct export_subtree){.level = wants.want[i].level, .index = wants.want[i].index};
    }
    tree->rows[tree->count++] = (struct export_subtree){.level = 0, .index = index};
    return CAIRN_OK;
}

/* All wants are in: put them in order, none twice. */
void cairn_export_tree_begin(struct export_tree *tree)
{
    uint32_t kept = 0;
    if (tree->count > 0) {
        qsort(tree->rows, tree->count, sizeof *tree->rows, export_order_subtrees);
    }
    for (uint32_t i = 0; i < tree->count; i++) {
        if (kept == 0 || export_order_subtrees(&tree->rows[kept - 1], &tree->rows[i]) != 0) {
            tree->rows[kept++] = tree->rows[i];
        }
    }
    tree->count = kept;
}

static struct export_subtree *export_tree_find(const struct export_tree *tree, uint8_t level,
                                               uint64_t index)
{
    struct export_subtree wanted = {.level = level, .index = index};
    return tree->count == 0 ? NULL
                            : bsearch(&wanted, tree->rows, tree->count, sizeof *tree->rows,
                                      export_order_subtrees);
}

static void export_tree_done(struct export_tree *tree, uint8_t level, uint64_t index,
                             const uint8_t hash[static 32])
{
    struct export_subtree *row = export_tree_find(tree, level, index);
    if (row != NULL) {
        memcpy(row->hash, hash, 32);
        row->is_there = true;
    }
}

/* Append one leaf hash; every subtree that it completes is noted. */
void cairn_export_tree_append(struct export_tree *tree, const uint8_t leaf[static 32])
{
    uint8_t hash[32];
    uint8_t level = 0;
    uint64_t index = tree->size;
    memcpy(hash, leaf, sizeof hash);
    export_tree_done(tree, level, index, hash);
    while ((index & 1) != 0) {
        cairn_merkle_node(tree->nodes[level], hash, hash);
        level++;
        index >>= 1;
        export_tree_done(tree, level, index, hash);
    }
    memcpy(tree->nodes[level], hash, sizeof hash);
    tree->size++;
}

cairn_err cairn_export_tree_prove(const struct export_tree *tree, uint64_t index, uint64_t size,
                                  struct cairn_merkle_proof *out)
{
    struct cairn_merkle_wants wants;
    uint8_t hashes[CAIRN_MERKLE_WANTS_MAX * 32];
    cairn_merkle_inclusion_wants(index, size, &wants);
    for (uint32_t i = 0; i < wants.count; i++) {
        const struct export_subtree *row =
            export_tree_find(tree, wants.want[i].level, wants.want[i].index);
        if (row == NULL || !row->is_there) {
            return CAIRN_DISK_CORRUPT;
        }
        memcpy(hashes + (size_t)i * 32, row->hash, 32);
    }
    cairn_merkle_proof_fold(&wants, hashes, out);
    return CAIRN_OK;
}

/* ---- of a journal, and of a feed ---- */

static cairn_err export_tree_leaf(void *host, uint64_t index, const uint8_t *leaf)
{
    uint8_t hash[32];
    (void)index;
    cairn_merkle_leaf((struct cairn_bytes){leaf, CAIRN_LEAF_BYTES}, hash);
    cairn_export_tree_append(host, hash);
    return CAIRN_OK;
}

cairn_err cairn_export_tree_journal(struct cairn_export *bundle,
                                    const struct export_journal *journal, uint64_t size,
                                    struct export_tree *tree)
{
    struct export_leaves what = {
        .journal = journal, .to = size, .leaf = export_tree_leaf, .host = tree};
    cairn_export_tree_begin(tree);
    return cairn_export_read_leaves(bundle, &what);
}

cairn_err cairn_export_tree_feed(struct cairn_export *bundle, const struct export_feed *feed,
                                 uint64_t commits, struct export_tree *tree)
{
    cairn_export_tree_begin(tree);
    for (uint64_t number = 0; number < commits; number++) {
        struct cairn_commit commit;
        struct cairn_commit_cursor cursor;
        struct cairn_commit_entry entry;
        CAIRN_TRY(cairn_export_read_commit(bundle, feed, number, &commit));
        cairn_commit_cursor_init(&cursor, &commit);
        while (cairn_commit_next(&cursor, &entry)) {
            uint8_t leaf[32];
            cairn_verify_leaf(&entry, leaf);
            cairn_export_tree_append(tree, leaf);
        }
    }
    return CAIRN_OK;
}
