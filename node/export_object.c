#include "node/export_tree.h"

#include <stdlib.h>
#include <string.h>

/* Single entries, each with its proofs. */

static cairn_err export_find_entry(struct cairn_export *bundle, const struct export_place *place,
                                   struct cairn_commit_entry *out)
{
    struct cairn_commit commit;
    struct cairn_commit_cursor cursor;
    CAIRN_TRY(cairn_export_read_commit(bundle, &bundle->feeds[place->feed], place->opening.number,
                                       &commit));
    cairn_commit_cursor_init(&cursor, &commit);
    while (cairn_commit_next(&cursor, out)) {
        if (out->index == place->index) {
            return CAIRN_OK;
        }
    }
    return CAIRN_DISK_CORRUPT;
}

cairn_err cairn_export_entry(struct cairn_export *bundle, const struct export_place *place,
                             const struct export_trees *trees)
{
    const struct export_feed *feed = &bundle->feeds[place->feed];
    const struct export_journal *journal = &bundle->journals[feed->journal];
    struct cairn_commit_entry entry;
    struct cairn_merkle_proof leaf_proof, entry_proof;
    CAIRN_TRY(export_find_entry(bundle, place, &entry));
    CAIRN_TRY(cairn_export_tree_prove(trees->journal, place->opening.leaf_index,
                                      place->checkpoint.size, &leaf_proof));
    CAIRN_TRY(
        cairn_export_tree_prove(trees->feed, place->index, place->opening.size, &entry_proof));
    if (entry.prefix.epoch >= feed->epoch_count) {
        return CAIRN_DISK_CORRUPT;
    }
    struct cairn_bundle_record record = {
        .type = CAIRN_BUNDLE_ENTRY,
        .as.entry = {.origin = cairn_bytes_of(journal->origin),
                     .checkpoint = place->checkpoint.note,
                     .leaf_proof = cairn_merkle_proof_bytes(&leaf_proof),
                     .opening = place->opening,
                     .index = place->index,
                     .prefix = entry.prefix,
                     .body = entry.body,
                     .entry_proof = cairn_merkle_proof_bytes(&entry_proof)},
    };
    struct cairn_bundle_entry *out = &record.as.entry;
    CAIRN_TRY(cairn_export_read_leaf(bundle, journal, place->opening.leaf_index, out->leaf));
    memcpy(out->prefix_bytes, entry.prefix_bytes.data, sizeof out->prefix_bytes);
    cairn_export_salt(bundle, feed, entry.prefix.epoch, place->opening.number, out->salt);
    cairn_export_content_key(bundle, feed, &entry, &out->key);
    bundle->stats.entries++;
    return cairn_export_record(bundle, &record);
}

/* Items first..last-1 are of one feed: hash it up to the last one's commit. */
static cairn_err export_items_of_feed(struct cairn_export *bundle, uint32_t first, uint32_t last,
                                      const struct export_tree *journal)
{
    const struct export_feed *feed = &bundle->feeds[bundle->items[first].feed];
    struct export_tree tree = {.rows = NULL};
    struct export_trees trees = {.journal = journal, .feed = &tree};
    cairn_err err = CAIRN_OK;
    for (uint32_t i = first; i < last && err == CAIRN_OK; i++) {
        err = cairn_export_tree_want(&tree, bundle->items[i].index, bundle->items[i].opening.size);
    }
    if (err == CAIRN_OK) {
        uint64_t commits = bundle->items[last - 1].opening.number + 1;
        err = cairn_export_tree_feed(bundle, feed, commits, &tree);
    }
    for (uint32_t i = first; i < last && err == CAIRN_OK; i++) {
        const struct export_journal *shown = &bundle->journals[feed->journal];
        struct export_place place = {.feed = bundle->items[i].feed,
                                     .index = bundle->items[i].index,
                                     .opening = bundle->items[i].opening,
                                     .checkpoint = {.note = shown->note, .size = shown->size}};
        err = cairn_export_entry(bundle, &place, &trees);
    }
    free(tree.rows);
    return err;
}

static cairn_err export_items_of_journal(struct cairn_export *bundle, uint32_t number,
                                         const struct export_tree *journal)
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

static cairn_err export_journal_tree(struct cairn_export *bundle, uint32_t number,
                                     struct export_tree *out)
{
    const struct export_journal *journal = &bundle->journals[number];
    for (uint32_t i = 0; i < bundle->item_count; i++) {
        const struct export_item *item = &bundle->items[i];
        if (bundle->feeds[item->feed].journal == number) {
            CAIRN_TRY(cairn_export_tree_want(out, item->opening.leaf_index, journal->size));
        }
    }
    return cairn_export_tree_journal(bundle, journal, journal->size, out);
}

cairn_err cairn_export_entries(struct cairn_export *bundle)
{
    for (uint32_t i = 0; i < bundle->journal_count; i++) {
        if (!bundle->journals[i].is_wanted) {
            continue;
        }
        struct export_tree journal = {.rows = NULL};
        cairn_err err = export_journal_tree(bundle, i, &journal);
        if (err == CAIRN_OK) {
            err = export_items_of_journal(bundle, i, &journal);
        }
        free(journal.rows);
        CAIRN_TRY(err);
    }
    return CAIRN_OK;
}
