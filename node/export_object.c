#include "node/export_state.h"

#include <stdlib.h>
#include <string.h>

#include "replication/verify.h"
#include "schema/base/check.h"

/* ---- trees of which some subtrees are wanted ---- */

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
static cairn_err export_tree_want(struct export_tree *tree, uint64_t index, uint64_t size)
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
static void export_tree_begin(struct export_tree *tree)
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
static void export_tree_append(struct export_tree *tree, const uint8_t leaf[static 32])
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

static cairn_err export_tree_prove(const struct export_tree *tree, uint64_t index, uint64_t size,
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

/* ---- the journal's tree, and a feed's ---- */

struct export_journal_tree {
    struct export_tree tree;
    uint8_t (*leaves)[CAIRN_LEAF_BYTES]; /* of each item of this journal; owned */
    const struct cairn_export *bundle;
    uint32_t journal;
};

static cairn_err export_journal_leaf(void *host, uint64_t index, const uint8_t *leaf)
{
    struct export_journal_tree *journal = host;
    const struct cairn_export *bundle = journal->bundle;
    uint8_t hash[32];
    cairn_merkle_leaf((struct cairn_bytes){leaf, CAIRN_LEAF_BYTES}, hash);
    export_tree_append(&journal->tree, hash);
    if (export_tree_find(&journal->tree, 0, index) == NULL) {
        return CAIRN_OK; /* leaves of items are wanted themselves, so most leaves end here */
    }
    for (uint32_t i = 0; i < bundle->item_count; i++) {
        if (bundle->items[i].opening.leaf_index == index &&
            bundle->feeds[bundle->items[i].feed].journal == journal->journal) {
            memcpy(journal->leaves[i], leaf, CAIRN_LEAF_BYTES);
        }
    }
    return CAIRN_OK;
}

static cairn_err export_journal_tree_make(struct cairn_export *bundle, uint32_t number,
                                          struct export_journal_tree *out)
{
    const struct export_journal *journal = &bundle->journals[number];
    struct export_leaves what = {
        .journal = journal, .to = journal->size, .leaf = export_journal_leaf, .host = out};
    out->bundle = bundle;
    out->journal = number;
    out->leaves = calloc(bundle->item_count, sizeof *out->leaves);
    if (out->leaves == NULL) {
        return CAIRN_MEMORY;
    }
    for (uint32_t i = 0; i < bundle->item_count; i++) {
        const struct export_item *item = &bundle->items[i];
        if (bundle->feeds[item->feed].journal == number) {
            CAIRN_TRY(export_tree_want(&out->tree, item->opening.leaf_index, journal->size));
        }
    }
    export_tree_begin(&out->tree);
    return cairn_export_read_leaves(bundle, &what);
}

/* Items first..last-1 are of one feed: hash it up to the last one's commit. */
static cairn_err export_feed_tree_make(struct cairn_export *bundle, uint32_t first, uint32_t last,
                                       struct export_tree *out)
{
    const struct export_feed *feed = &bundle->feeds[bundle->items[first].feed];
    for (uint32_t i = first; i < last; i++) {
        CAIRN_TRY(export_tree_want(out, bundle->items[i].index, bundle->items[i].opening.size));
    }
    export_tree_begin(out);
    for (uint64_t number = 0; number <= bundle->items[last - 1].commit; number++) {
        struct cairn_commit commit;
        struct cairn_commit_cursor cursor;
        struct cairn_commit_entry entry;
        CAIRN_TRY(cairn_export_read_commit(bundle, feed, number, &commit));
        cairn_commit_cursor_init(&cursor, &commit);
        while (cairn_commit_next(&cursor, &entry)) {
            uint8_t leaf[32];
            cairn_verify_leaf(&entry, leaf);
            export_tree_append(out, leaf);
        }
    }
    return CAIRN_OK;
}

/* ---- records ---- */

struct export_trees {
    const struct export_journal_tree *journal;
    const struct export_tree *feed;
};

static cairn_err export_find_entry(struct cairn_export *bundle, const struct export_item *item,
                                   struct cairn_commit_entry *out)
{
    struct cairn_commit commit;
    struct cairn_commit_cursor cursor;
    CAIRN_TRY(cairn_export_read_commit(bundle, &bundle->feeds[item->feed], item->commit, &commit));
    cairn_commit_cursor_init(&cursor, &commit);
    while (cairn_commit_next(&cursor, out)) {
        if (out->index == item->index) {
            return CAIRN_OK;
        }
    }
    return CAIRN_DISK_CORRUPT;
}

static cairn_err export_item(struct cairn_export *bundle, uint32_t number,
                             const struct export_trees *trees)
{
    const struct export_item *item = &bundle->items[number];
    const struct export_feed *feed = &bundle->feeds[item->feed];
    const struct export_journal *journal = &bundle->journals[feed->journal];
    struct cairn_commit_entry entry;
    struct cairn_merkle_proof leaf_proof, entry_proof;
    CAIRN_TRY(export_find_entry(bundle, item, &entry));
    CAIRN_TRY(export_tree_prove(&trees->journal->tree, item->opening.leaf_index, journal->size,
                                &leaf_proof));
    CAIRN_TRY(export_tree_prove(trees->feed, item->index, item->opening.size, &entry_proof));
    if (entry.prefix.epoch >= feed->epoch_count) {
        return CAIRN_DISK_CORRUPT;
    }
    struct cairn_bundle_record record = {
        .type = CAIRN_BUNDLE_ENTRY,
        .as.entry = {.origin = cairn_bytes_of(journal->origin),
                     .checkpoint = journal->note,
                     .leaf_proof = cairn_merkle_proof_bytes(&leaf_proof),
                     .opening = item->opening,
                     .index = item->index,
                     .prefix = entry.prefix,
                     .body = entry.body,
                     .entry_proof = cairn_merkle_proof_bytes(&entry_proof)},
    };
    struct cairn_bundle_entry *out = &record.as.entry;
    memcpy(out->leaf, trees->journal->leaves[number], sizeof out->leaf);
    memcpy(out->prefix_bytes, entry.prefix_bytes.data, sizeof out->prefix_bytes);
    cairn_export_salt(bundle, feed, entry.prefix.epoch, item->commit, out->salt);
    cairn_export_content_key(bundle, feed, &entry, &out->key);
    bundle->stats.entries++;
    return cairn_export_record(bundle, &record);
}

static cairn_err export_items_of_feed(struct cairn_export *bundle, uint32_t first, uint32_t last,
                                      const struct export_journal_tree *journal)
{
    struct export_tree feed = {.rows = NULL};
    struct export_trees trees = {.journal = journal, .feed = &feed};
    cairn_err err = export_feed_tree_make(bundle, first, last, &feed);
    for (uint32_t i = first; i < last && err == CAIRN_OK; i++) {
        err = export_item(bundle, i, &trees);
    }
    free(feed.rows);
    return err;
}

static cairn_err export_items_of_journal(struct cairn_export *bundle, uint32_t number,
                                         const struct export_journal_tree *journal)
{
    uint32_t first = 0;
    while (first < bundle->item_count) {
        uint32_t last = first + 1;
        while (last < bundle->item_count && bundle->items[last].feed == bundle->items[first].feed) {
            last++;
        }
        if (bundle->feeds[bundle->items[first].feed].journal == number) {
            CAIRN_TRY(export_items_of_feed(bundle, first, last, journal));
        }
        first = last;
    }
    return CAIRN_OK;
}

cairn_err cairn_export_entries(struct cairn_export *bundle)
{
    for (uint32_t i = 0; i < bundle->journal_count; i++) {
        if (!bundle->journals[i].is_wanted) {
            continue;
        }
        struct export_journal_tree journal = {.journal = i};
        cairn_err err = export_journal_tree_make(bundle, i, &journal);
        if (err == CAIRN_OK) {
            err = export_items_of_journal(bundle, i, &journal);
        }
        free(journal.tree.rows);
        free(journal.leaves);
        CAIRN_TRY(err);
    }
    return CAIRN_OK;
}
