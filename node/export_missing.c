#include "node/export_withheld.h"

#include <stdlib.h>
#include <string.h>

#include "replication/verify_make.h"

/* Which leaves did this country say are missing? Its own feeds to their authors tell. */

static uint32_t missing_journal(const struct cairn_export *bundle, struct cairn_bytes origin)
{
    struct cairn_bytes scope = bundle->options.scope.origin;
    for (uint32_t i = 1; i < bundle->journal_count; i++) {
        if (cairn_bytes_is_equal(origin, cairn_bytes_of(bundle->journals[i].origin))) {
            return scope.size == 0 || cairn_bytes_is_equal(origin, scope) ? i : EXPORT_NONE;
        }
    }
    return EXPORT_NONE;
}

static cairn_err missing_add(struct export_said_list *list, const struct export_said *said)
{
    if (list->count == list->capacity) {
        uint32_t capacity = 2 * list->capacity + 64;
        void *grown = realloc(list->rows, capacity * sizeof *list->rows);
        if (grown == NULL) {
            return CAIRN_MEMORY;
        }
        list->rows = grown;
        list->capacity = capacity;
    }
    list->rows[list->count++] = *said;
    return CAIRN_OK;
}

static cairn_err missing_of_commit(struct cairn_export *bundle, uint32_t number, uint64_t at,
                                   struct export_said_list *list)
{
    const struct export_feed *feed = &bundle->feeds[number];
    struct cairn_verify_slot slot = {
        .suite = bundle->suite,
        .origin = cairn_bytes_of(bundle->journals[feed->journal].origin),
        .feed = feed->id,
    };
    struct cairn_commit commit;
    struct cairn_commit_cursor cursor;
    struct cairn_commit_entry entry;
    struct cairn_missing missing;
    CAIRN_TRY(cairn_export_read_commit(bundle, feed, at, &commit));
    cairn_commit_cursor_init(&cursor, &commit);
    while (cairn_commit_next(&cursor, &entry)) {
        if (entry.prefix.epoch >= feed->epoch_count) {
            continue;
        }
        slot.key = feed->slot_keys[entry.prefix.epoch];
        if (!cairn_verify_is_missing(&slot, &entry, bundle->scratch, &missing)) {
            continue;
        }
        struct export_said said = {.journal = missing_journal(bundle, missing.origin),
                                   .leaf_index = missing.leaf_index,
                                   .feed = number,
                                   .commit = at,
                                   .index = entry.index};
        if (said.journal != EXPORT_NONE) {
            CAIRN_TRY(missing_add(list, &said));
        }
    }
    return CAIRN_OK;
}

static int missing_order(const void *left, const void *right)
{
    const struct export_said *a = left;
    const struct export_said *b = right;
    if (a->journal != b->journal) {
        return a->journal < b->journal ? -1 : 1;
    }
    if (a->leaf_index != b->leaf_index) {
        return a->leaf_index < b->leaf_index ? -1 : 1;
    }
    if (a->feed != b->feed) {
        return a->feed < b->feed ? -1 : 1;
    }
    return a->index < b->index ? -1 : a->index > b->index;
}

/* A node says it again after each start; what counts is when it said so first. */
static void missing_keep_first(struct export_said_list *list)
{
    uint32_t kept = 0;
    if (list->count > 0) {
        qsort(list->rows, list->count, sizeof *list->rows, missing_order);
    }
    for (uint32_t i = 0; i < list->count; i++) {
        if (kept == 0 || list->rows[kept - 1].journal != list->rows[i].journal ||
            list->rows[kept - 1].leaf_index != list->rows[i].leaf_index) {
            list->rows[kept++] = list->rows[i];
        }
    }
    list->count = kept;
}

cairn_err cairn_export_find_said(struct cairn_export *bundle, struct export_said_list *out)
{
    for (uint32_t i = 0; i < bundle->feed_count; i++) {
        const struct export_feed *feed = &bundle->feeds[i];
        bool is_own =
            memcmp(bundle->journals[feed->journal].country, bundle->journals[0].country, 3) == 0;
        for (uint64_t at = 0; is_own && at < feed->commits; at++) {
            CAIRN_TRY(missing_of_commit(bundle, i, at, out));
        }
    }
    missing_keep_first(out);
    return CAIRN_OK;
}
