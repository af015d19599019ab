#include "node/export_state.h"

#include <string.h>

#include "replication/action.h"
#include "replication/verify_make.h"
#include "schema/base/check.h"

/* ---- feeds by their next tag ---- */

void cairn_export_tags_clear(struct cairn_export *bundle)
{
    memset(bundle->slots, 0, bundle->slot_count * sizeof *bundle->slots);
    bundle->slots_used = 0;
}

static void export_tags_put(struct cairn_export *bundle, uint32_t number)
{
    uint32_t mask = bundle->slot_count - 1;
    uint32_t at = (uint32_t)cairn_bytes_get_u64(bundle->feeds[number].next_tag) & mask;
    while (bundle->slots[at] != 0) {
        at = (at + 1) & mask;
    }
    bundle->slots[at] = number + 1;
    bundle->slots_used++;
}

/* Slots of tags that are over stay until the table is half full; then it is made anew. */
void cairn_export_tags_add(struct cairn_export *bundle, uint32_t number)
{
    struct export_feed *feed = &bundle->feeds[number];
    cairn_verify_tag(bundle->suite, feed->epochs[feed->epoch].tag, feed->number, feed->next_tag);
    if (bundle->slots_used < bundle->slot_count / 2) {
        export_tags_put(bundle, number);
        return;
    }
    uint32_t journal = feed->journal;
    cairn_export_tags_clear(bundle);
    for (uint32_t i = 0; i < bundle->feed_count; i++) {
        if (bundle->feeds[i].journal == journal) {
            export_tags_put(bundle, i);
        }
    }
}

uint32_t cairn_export_tags_find(const struct cairn_export *bundle, const uint8_t *tag)
{
    uint32_t mask = bundle->slot_count - 1;
    for (uint32_t at = (uint32_t)cairn_bytes_get_u64(tag) & mask; bundle->slots[at] != 0;
         at = (at + 1) & mask) {
        uint32_t number = bundle->slots[at] - 1;
        if (cairn_bytes_is_same16(bundle->feeds[number].next_tag, tag)) {
            return number;
        }
    }
    return EXPORT_NONE;
}

/* ---- which checkpoint ---- */

/* Rows of table CHECKPOINT, the newest first, until one will do. */
struct export_choice {
    uint64_t need, size_max;
    bool is_cosigned_wanted;
    struct cairn_arena arena;
    uint8_t *arena_memory;
    cairn_err err;
    struct cairn_bytes note; /* owned */
    uint64_t size;
};

static bool export_choose_row(void *host, struct cairn_bytes key, struct cairn_bytes value)
{
    struct export_choice *choice = host;
    struct cairn_note note;
    struct cairn_checkpoint checkpoint;
    uint64_t size = cairn_key_decode(key.data).index;
    if (size < choice->need) {
        return false;
    }
    cairn_arena_init(&choice->arena, choice->arena_memory, EXPORT_ARENA);
    if (cairn_note_split(value, &choice->arena, &note) != CAIRN_OK ||
        cairn_note_decode_checkpoint(note.text, &checkpoint) != CAIRN_OK ||
        checkpoint.size != size) {
        choice->err = CAIRN_DISK_CORRUPT;
        return false;
    }
    if (size > choice->size_max || (choice->is_cosigned_wanted && note.line_count < 2)) {
        return true;
    }
    choice->err = cairn_export_copy(value, &choice->note);
    choice->size = size;
    return false;
}

static cairn_err export_choose(struct cairn_export *bundle, const struct export_journal *journal,
                               struct export_choice *choice)
{
    uint8_t first[CAIRN_KEY_BYTES], last[CAIRN_KEY_BYTES];
    struct cairn_key key = {.table = CAIRN_TABLE_CHECKPOINT};
    memcpy(key.id, journal->id, sizeof key.id);
    cairn_key_encode(&key, first);
    key.index = UINT64_MAX;
    cairn_key_encode(&key, last);
    struct cairn_store_range range = {
        .from = {first, sizeof first}, .to = {last, sizeof last}, .is_reverse = true};
    choice->arena_memory = bundle->arena;
    CAIRN_TRY(cairn_store_scan(bundle->log, &range, export_choose_row, choice));
    return choice->err;
}

static void export_use(struct export_journal *journal, const struct export_choice *choice)
{
    CAIRN_REQUIRE(choice->note.data != NULL);
    journal->note = choice->note;
    journal->size = choice->size;
}

/* A journal that was put back to the position where it ended has no checkpoint of its size: one of
 * before will do. A node that holds the journal by its country's word alone has none to show. */
static cairn_err export_choose_kept(struct cairn_export *bundle, struct export_journal *journal)
{
    struct export_choice choice = {.need = journal->need, .size_max = UINT64_MAX};
    CAIRN_TRY(export_choose(bundle, journal, &choice));
    if (choice.note.data == NULL && bundle->options.scope.type != CAIRN_SCOPE_OBJECT) {
        choice.need = 0; /* commits behind it are left out */
        CAIRN_TRY(export_choose(bundle, journal, &choice));
    }
    journal->is_wanted = choice.note.data != NULL;
    if (journal->is_wanted) {
        export_use(journal, &choice);
    }
    return CAIRN_OK;
}

/* The newest cosigned one that covers what is shown, else the newest durable one. gives: the
 * journal is not wanted any more if there is none at all */
static cairn_err export_choose_checkpoint(struct cairn_export *bundle,
                                          struct export_journal *journal)
{
    if (journal->durable.size == 0) {
        return export_choose_kept(bundle, journal);
    }
    struct cairn_arena arena;
    struct cairn_note note;
    struct cairn_checkpoint newest;
    cairn_arena_init(&arena, bundle->arena, EXPORT_ARENA);
    CAIRN_TRY(cairn_note_split(journal->durable, &arena, &note));
    CAIRN_TRY(cairn_note_decode_checkpoint(note.text, &newest));
    if (newest.size < journal->need) {
        return CAIRN_DISK_CORRUPT;
    }
    struct export_choice choice = {
        .need = journal->need, .size_max = newest.size, .is_cosigned_wanted = true};
    CAIRN_TRY(export_choose(bundle, journal, &choice));
    if (choice.note.data == NULL) {
        choice.size = newest.size;
        CAIRN_TRY(cairn_export_copy(journal->durable, &choice.note));
    }
    export_use(journal, &choice);
    return CAIRN_OK;
}

/* ---- which commits ---- */

/* Epochs in force after the first `count` commits. */
static cairn_err export_count_epochs(struct cairn_export *bundle, struct export_feed *feed)
{
    feed->shown_epochs = feed->epoch_count;
    if (feed->epoch_count == 1 || (feed->is_settled && feed->count == feed->commits)) {
        return CAIRN_OK;
    }
    feed->shown_epochs = 1;
    for (uint64_t number = 0; number < feed->count; number++) {
        struct cairn_commit commit;
        CAIRN_TRY(cairn_export_read_commit(bundle, feed, number, &commit));
        feed->shown_epochs += cairn_verify_is_rekey(&commit) ? 1 : 0;
    }
    return feed->shown_epochs <= feed->epoch_count ? CAIRN_OK : CAIRN_DISK_CORRUPT;
}

/* Leave out the last commits until the last leaf is below the size. */
static cairn_err export_cut(struct cairn_export *bundle, struct export_feed *feed, uint64_t size)
{
    feed->count = feed->commits;
    feed->last_leaf_plus1 = 0;
    while (feed->count > 0) {
        struct cairn_opening opening;
        CAIRN_TRY(cairn_export_read_opening(bundle, feed, feed->count - 1, &opening));
        feed->last_leaf_plus1 = opening.leaf_index + 1;
        if (opening.leaf_index < size) {
            break;
        }
        feed->count--;
        feed->last_leaf_plus1 = opening.previous_leaf_plus1;
    }
    return CAIRN_OK;
}

/* How large the journal must be to show all but marks. */
static cairn_err export_find_need(struct cairn_export *bundle)
{
    for (uint32_t i = 0; i < bundle->feed_count; i++) {
        struct export_feed *feed = &bundle->feeds[i];
        struct export_journal *journal = &bundle->journals[feed->journal];
        CAIRN_TRY(export_cut(bundle, feed, UINT64_MAX));
        journal->is_wanted = true;
        if (feed->kind != CAIRN_FEED_CONTROL && feed->last_leaf_plus1 > journal->need) {
            journal->need = feed->last_leaf_plus1;
        }
    }
    return CAIRN_OK;
}

/* ---- leaves that are tagged, and whose commits are not here ---- */

struct export_pending {
    struct cairn_export *bundle;
    bool is_marking;     /* mark their feeds as bare; else look for the first one only */
    uint64_t first_leaf; /* UINT64_MAX: there is none */
};

static cairn_err export_pending_leaf(void *host, uint64_t index, const uint8_t *leaf)
{
    struct export_pending *pending = host;
    uint32_t number = cairn_export_tags_find(pending->bundle, leaf);
    if (number == EXPORT_NONE || index < pending->bundle->feeds[number].last_leaf_plus1) {
        return CAIRN_OK;
    }
    if (pending->is_marking) {
        pending->bundle->feeds[number].is_bare = true;
    } else if (index < pending->first_leaf) {
        pending->first_leaf = index;
    }
    return CAIRN_OK;
}

static cairn_err export_look_for_pending(struct cairn_export *bundle, uint32_t number,
                                         struct export_pending *pending)
{
    const struct export_journal *journal = &bundle->journals[number];
    uint64_t from = journal->size;
    cairn_export_tags_clear(bundle);
    for (uint32_t i = 0; i < bundle->feed_count; i++) {
        struct export_feed *feed = &bundle->feeds[i];
        if (feed->journal != number || feed->is_bare) {
            continue;
        }
        feed->number = feed->count;
        feed->epoch = feed->shown_epochs - 1;
        cairn_export_tags_add(bundle, i);
        from = feed->last_leaf_plus1 < from ? feed->last_leaf_plus1 : from;
    }
    struct export_leaves what = {.journal = journal,
                                 .from = from,
                                 .to = journal->size,
                                 .leaf = export_pending_leaf,
                                 .host = pending};
    return cairn_export_read_leaves(bundle, &what);
}

static cairn_err export_cut_journal(struct cairn_export *bundle, uint32_t number)
{
    for (uint32_t i = 0; i < bundle->feed_count; i++) {
        struct export_feed *feed = &bundle->feeds[i];
        if (feed->journal != number) {
            continue;
        }
        CAIRN_TRY(export_cut(bundle, feed, bundle->journals[number].size));
        CAIRN_TRY(export_count_epochs(bundle, feed));
    }
    return CAIRN_OK;
}

/* Close before the first of them if there is a checkpoint to close with; else show their feeds
 * without the claim to be complete. */
static cairn_err export_plan_pending(struct cairn_export *bundle, uint32_t number)
{
    struct export_journal *journal = &bundle->journals[number];
    struct export_pending pending = {.bundle = bundle, .first_leaf = UINT64_MAX};
    CAIRN_TRY(export_look_for_pending(bundle, number, &pending));
    if (pending.first_leaf == UINT64_MAX) {
        return CAIRN_OK;
    }
    struct export_choice choice = {.need = journal->need, .size_max = pending.first_leaf};
    CAIRN_TRY(export_choose(bundle, journal, &choice));
    if (choice.note.data != NULL) {
        cairn_export_free(journal->note);
        export_use(journal, &choice);
        return export_cut_journal(bundle, number);
    }
    pending.is_marking = true;
    return export_look_for_pending(bundle, number, &pending);
}

static cairn_err export_plan_sections(struct cairn_export *bundle)
{
    for (uint32_t i = 0; i < bundle->journal_count; i++) {
        struct export_journal *journal = &bundle->journals[i];
        if (journal->is_wanted) {
            CAIRN_TRY(export_choose_checkpoint(bundle, journal));
        }
        if (!journal->is_wanted) {
            continue;
        }
        CAIRN_TRY(export_cut_journal(bundle, i));
        CAIRN_TRY(export_plan_pending(bundle, i));
    }
    for (uint32_t i = 0; i < bundle->feed_count; i++) {
        const struct export_feed *feed = &bundle->feeds[i];
        bundle->stats.bare += feed->is_bare ? 1 : 0;
        bool is_named = bundle->options.scope.type == CAIRN_SCOPE_FEED &&
                        cairn_bytes_is_same16(feed->id, bundle->options.scope.feed);
        if (is_named && (feed->is_bare || !bundle->journals[feed->journal].is_wanted)) {
            return CAIRN_LATER;
        }
    }
    return CAIRN_OK;
}

/* ---- single entries ---- */

/* Find the commit that holds an entry. cost: reads log2 of the feed's commits */
static cairn_err export_find_commit(struct cairn_export *bundle, struct export_item *item)
{
    const struct export_feed *feed = &bundle->feeds[item->feed];
    uint64_t low = 0, high = feed->commits;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        CAIRN_TRY(cairn_export_read_opening(bundle, feed, middle, &item->opening));
        if (item->index < item->opening.previous_size) {
            high = middle;
        } else if (item->index >= item->opening.size) {
            low = middle + 1;
        } else {
            return CAIRN_OK;
        }
    }
    return CAIRN_LATER; /* private entries wait for the heartbeat */
}

static cairn_err export_plan_entries(struct cairn_export *bundle)
{
    for (uint32_t i = 0; i < bundle->item_count; i++) {
        struct export_item *item = &bundle->items[i];
        CAIRN_TRY(export_find_commit(bundle, item));
        struct export_journal *journal = &bundle->journals[bundle->feeds[item->feed].journal];
        journal->is_wanted = true;
        if (item->opening.leaf_index + 1 > journal->need) {
            journal->need = item->opening.leaf_index + 1;
        }
    }
    for (uint32_t i = 0; i < bundle->journal_count; i++) {
        if (bundle->journals[i].is_wanted) {
            CAIRN_TRY(export_choose_checkpoint(bundle, &bundle->journals[i]));
            CAIRN_TRY(bundle->journals[i].is_wanted ? CAIRN_OK : CAIRN_LATER);
        }
    }
    return CAIRN_OK;
}

cairn_err cairn_export_plan(struct cairn_export *bundle)
{
    if (bundle->options.scope.type == CAIRN_SCOPE_OBJECT) {
        return export_plan_entries(bundle);
    }
    if (bundle->options.scope.type == CAIRN_SCOPE_FORK) {
        return cairn_export_plan_fork(bundle);
    }
    if (bundle->options.scope.type == CAIRN_SCOPE_WITHHELD) {
        return cairn_export_plan_withheld(bundle);
    }
    CAIRN_TRY(export_find_need(bundle));
    return export_plan_sections(bundle);
}
