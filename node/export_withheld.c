#include "node/export_withheld.h"

#include <stdlib.h>
#include <string.h>

#include "node/export_tree.h"
#include "replication/action.h"
#include "replication/verify_make.h"
#include "schema/feedop.h"
#include "schema/origin.h"

#define WITHHELD_CHECKPOINTS 4096u /* looked at for a cosignature of the author's country */

/* Scope withheld: of each leaf that this country said is missing, whose it is, who said so, and
 * under which checkpoints. P-96, P-97 */

/* ---- which commit of which feed the leaf is ---- */

static bool withheld_is_tag(const struct cairn_export *bundle, const struct export_feed *feed,
                            const struct export_withheld *withheld, const uint8_t *leaf)
{
    uint8_t tag[CAIRN_TAG_BYTES];
    cairn_verify_tag(bundle->suite, feed->epochs[withheld->epoch].tag, withheld->number, tag);
    return cairn_bytes_is_same16(tag, leaf);
}

/* A commit that is tagged, and not here. */
static bool withheld_find_open(const struct cairn_export *bundle, struct export_withheld *withheld,
                               const uint8_t *leaf)
{
    const struct export_feed *feed = &bundle->feeds[withheld->feed];
    withheld->epoch = feed->epoch_count - 1;
    for (withheld->number = feed->commits; withheld->number < feed->tagged; withheld->number++) {
        if (withheld_is_tag(bundle, feed, withheld, leaf)) {
            return true;
        }
    }
    return false;
}

/* A commit that is here by now. cost: reads log2 of the feed's commits */
static cairn_err withheld_find_late(struct cairn_export *bundle, struct export_withheld *withheld)
{
    const struct export_feed *feed = &bundle->feeds[withheld->feed];
    uint64_t low = 0, high = feed->commits;
    while (low < high && !withheld->is_late) {
        withheld->number = low + (high - low) / 2;
        CAIRN_TRY(cairn_export_read_opening(bundle, feed, withheld->number, &withheld->late));
        withheld->is_late = withheld->late.leaf_index == withheld->leaf_index;
        if (withheld->late.leaf_index < withheld->leaf_index) {
            low = withheld->number + 1;
        } else {
            high = withheld->number;
        }
    }
    return CAIRN_OK;
}

/* The last commit before it that is here, if the same key tags it. */
static cairn_err withheld_find_earlier(struct cairn_export *bundle,
                                       struct export_withheld *withheld)
{
    const struct export_feed *feed = &bundle->feeds[withheld->feed];
    struct export_withheld before = *withheld;
    uint8_t leaf[CAIRN_LEAF_BYTES];
    uint64_t count = withheld->number < feed->commits ? withheld->number : feed->commits;
    if (count == 0) {
        return CAIRN_OK;
    }
    before.number = count - 1;
    CAIRN_TRY(cairn_export_read_opening(bundle, feed, before.number, &withheld->earlier));
    CAIRN_TRY(cairn_export_read_leaf(bundle, &bundle->journals[feed->journal],
                                     withheld->earlier.leaf_index, leaf));
    withheld->has_earlier = withheld_is_tag(bundle, feed, &before, leaf);
    return CAIRN_OK;
}

static cairn_err withheld_find_epoch(struct cairn_export *bundle, struct export_withheld *withheld,
                                     const uint8_t *leaf)
{
    const struct export_feed *feed = &bundle->feeds[withheld->feed];
    for (withheld->epoch = 0; withheld->epoch < feed->epoch_count; withheld->epoch++) {
        if (withheld_is_tag(bundle, feed, withheld, leaf)) {
            return CAIRN_OK;
        }
    }
    return CAIRN_DISK_CORRUPT;
}

/* gives *out_is_found: false where this node does not know any more whose the leaf is */
static cairn_err withheld_find(struct cairn_export *bundle, const struct export_said *said,
                               struct export_withheld *out, bool *out_is_found)
{
    const struct export_journal *journal = &bundle->journals[said->journal];
    uint8_t leaf[CAIRN_LEAF_BYTES];
    *out_is_found = false;
    cairn_err err = cairn_export_read_leaf(bundle, journal, said->leaf_index, leaf);
    for (uint32_t i = 0; i < bundle->feed_count && err == CAIRN_OK && !*out_is_found; i++) {
        *out = (struct export_withheld){.feed = i, .leaf_index = said->leaf_index};
        if (bundle->feeds[i].journal != said->journal) {
            continue;
        }
        *out_is_found = withheld_find_open(bundle, out, leaf);
        if (!*out_is_found) {
            CAIRN_TRY(withheld_find_late(bundle, out));
            *out_is_found = out->is_late;
            CAIRN_TRY(out->is_late ? withheld_find_epoch(bundle, out, leaf) : CAIRN_OK);
        }
    }
    return *out_is_found ? withheld_find_earlier(bundle, out) : err;
}

/* ---- that this country is a member ---- */

struct withheld_records {
    struct cairn_export *bundle;
    struct export_withheld *withheld;
    struct cairn_arena arena;
    struct cairn_bytes admission; /* body; owned */
    uint64_t commit;              /* that holds it */
    bool is_member;               /* by the open record */
    cairn_err err;
};

static bool withheld_names(struct withheld_records *records, struct cairn_bytes body)
{
    const char *own = records->bundle->journals[0].country;
    struct cairn_operation operation;
    struct cairn_feedop op;
    size_t fault_at;
    bool is_named = false;
    cairn_arena_init(&records->arena, records->bundle->arena, EXPORT_ARENA);
    if (cairn_operation_decode(body, &operation, &fault_at) != CAIRN_OK ||
        !cairn_kind_is_clear(operation.kind) ||
        cairn_feedop_decode(&operation, &records->arena, &op, &fault_at) != CAIRN_OK) {
        return false;
    }
    if (op.kind == CAIRN_KIND_FEED_ADMIT) {
        return memcmp(op.as.admit.country, own, 3) == 0;
    }
    for (uint32_t i = 0; op.kind == CAIRN_KIND_FEED_OPEN && i < op.as.open.wrap_count; i++) {
        is_named = is_named || memcmp(op.as.open.wraps[i].country, own, 3) == 0;
    }
    return is_named;
}

static bool withheld_record_row(void *host, uint64_t index, uint64_t commit,
                                struct cairn_bytes body)
{
    struct withheld_records *records = host;
    if (index == 0) {
        records->is_member = withheld_names(records, body);
        records->err = cairn_export_copy(body, &records->withheld->record);
        return records->err == CAIRN_OK && !records->is_member;
    }
    if (!withheld_names(records, body)) {
        return true;
    }
    records->commit = commit;
    records->err = cairn_export_copy(body, &records->admission);
    return false;
}

/* Where the admission stands in its feed. */
static cairn_err withheld_find_admission(struct cairn_export *bundle,
                                         struct export_withheld *withheld,
                                         const struct withheld_records *records)
{
    const struct export_feed *feed = &bundle->feeds[withheld->feed];
    struct cairn_commit commit;
    struct cairn_commit_cursor cursor;
    struct cairn_commit_entry entry;
    if (records->admission.data == NULL || records->commit >= feed->commits) {
        return CAIRN_OK;
    }
    CAIRN_TRY(cairn_export_read_commit(bundle, feed, records->commit, &commit));
    cairn_commit_cursor_init(&cursor, &commit);
    while (cairn_commit_next(&cursor, &entry)) {
        if (cairn_bytes_is_equal(entry.body, records->admission)) {
            withheld->has_admission = true;
            withheld->admission = (struct export_place){
                .feed = withheld->feed, .index = entry.index, .opening = commit.opening};
        }
    }
    return CAIRN_OK;
}

static cairn_err withheld_find_record(struct cairn_export *bundle, struct export_withheld *withheld)
{
    const struct export_feed *feed = &bundle->feeds[withheld->feed];
    struct withheld_records records = {.bundle = bundle, .withheld = withheld};
    if (feed->kind != CAIRN_FEED_AUDIENCE) {
        return CAIRN_OK;
    }
    cairn_err err = cairn_export_read_records(bundle, feed, withheld_record_row, &records);
    err = err == CAIRN_OK ? records.err : err;
    if (err == CAIRN_OK && !records.is_member) {
        err = withheld_find_admission(bundle, withheld, &records);
    }
    cairn_export_free(records.admission);
    if (!records.is_member && !withheld->has_admission) { /* it would show that we are none */
        cairn_export_free(withheld->record);
        withheld->record = (struct cairn_bytes){.data = NULL};
    }
    return err;
}

/* ---- under which checkpoint: the oldest that somebody cosigned says most about when ---- */

struct withheld_choice {
    struct cairn_export *bundle;
    const char *country; /* whose line is best of all; NULL: anybody's */
    uint32_t left;
    bool is_cosigned; /* what is chosen */
    bool is_best;
    struct export_shown *chosen;
    cairn_err err;
};

static cairn_err withheld_choose(struct withheld_choice *choice, struct cairn_bytes value,
                                 uint64_t size)
{
    struct cairn_arena arena;
    struct cairn_note note;
    bool is_best = choice->country == NULL;
    cairn_arena_init(&arena, choice->bundle->arena, EXPORT_ARENA);
    if (cairn_note_split(value, &arena, &note) != CAIRN_OK) {
        return CAIRN_DISK_CORRUPT;
    }
    for (uint32_t i = 0; i < note.line_count && !is_best; i++) {
        struct cairn_origin origin;
        is_best = cairn_origin_parse(note.lines[i].name, &origin) == CAIRN_OK &&
                  memcmp(origin.country.data, choice->country, 3) == 0;
    }
    bool is_cosigned = note.line_count > 1;
    is_best = is_best && is_cosigned;
    if (choice->chosen->note.data != NULL && !(is_cosigned && !choice->is_cosigned) && !is_best) {
        return CAIRN_OK;
    }
    cairn_export_free(choice->chosen->note);
    *choice->chosen = (struct export_shown){.size = size};
    choice->is_cosigned = is_cosigned;
    choice->is_best = is_best;
    return cairn_export_copy(value, &choice->chosen->note);
}

static bool withheld_choose_row(void *host, struct cairn_bytes key, struct cairn_bytes value)
{
    struct withheld_choice *choice = host;
    choice->err = withheld_choose(choice, value, cairn_key_decode(key.data).index);
    choice->left--;
    return choice->err == CAIRN_OK && !choice->is_best && choice->left > 0;
}

/* gives   chosen->note without bytes: there is none that covers `need` leaves */
static cairn_err withheld_checkpoint(struct cairn_export *bundle,
                                     const struct export_journal *journal, uint64_t need,
                                     struct withheld_choice *choice)
{
    uint8_t first[CAIRN_KEY_BYTES], last[CAIRN_KEY_BYTES];
    struct cairn_key key = {.table = CAIRN_TABLE_CHECKPOINT, .index = need};
    struct cairn_arena arena;
    struct cairn_note note;
    struct cairn_checkpoint newest = {.size = 0};
    memcpy(key.id, journal->id, sizeof key.id);
    cairn_key_encode(&key, first);
    key.index = UINT64_MAX;
    cairn_key_encode(&key, last);
    struct cairn_store_range range = {.from = {first, sizeof first}, .to = {last, sizeof last}};
    choice->bundle = bundle;
    choice->left = WITHHELD_CHECKPOINTS;
    CAIRN_TRY(cairn_store_scan(bundle->log, &range, withheld_choose_row, choice));
    CAIRN_TRY(choice->err);
    if (choice->chosen->note.data != NULL || journal->durable.size == 0) {
        return CAIRN_OK;
    }
    cairn_arena_init(&arena, bundle->arena, EXPORT_ARENA);
    CAIRN_TRY(cairn_note_split(journal->durable, &arena, &note));
    CAIRN_TRY(cairn_note_decode_checkpoint(note.text, &newest));
    if (newest.size < need) {
        return CAIRN_OK;
    }
    choice->chosen->size = newest.size;
    return cairn_export_copy(journal->durable, &choice->chosen->note);
}

static cairn_err withheld_checkpoints(struct cairn_export *bundle, struct export_withheld *withheld)
{
    const struct export_journal *author = &bundle->journals[bundle->feeds[withheld->feed].journal];
    struct export_place *said = &withheld->statement;
    const struct export_journal *own = &bundle->journals[bundle->feeds[said->feed].journal];
    struct withheld_choice of_author = {.chosen = &withheld->checkpoint};
    struct withheld_choice of_own = {.country = author->country, .chosen = &said->checkpoint};
    uint64_t need = withheld->leaf_index + 1;
    if (withheld->has_admission && withheld->admission.opening.leaf_index >= need) {
        need = withheld->admission.opening.leaf_index + 1;
    }
    CAIRN_TRY(withheld_checkpoint(bundle, author, need, &of_author));
    return withheld_checkpoint(bundle, own, said->opening.leaf_index + 1, &of_own);
}

/* ---- the plan ---- */

static cairn_err withheld_take(struct cairn_export *bundle, const struct export_said *said,
                               const struct export_withheld *found)
{
    struct export_withheld *added = &bundle->withheld[bundle->withheld_count];
    *added = *found;
    added->statement.feed = said->feed;
    added->statement.index = said->index;
    bundle->withheld_count++;
    CAIRN_TRY(cairn_export_read_opening(bundle, &bundle->feeds[said->feed], said->commit,
                                        &added->statement.opening));
    CAIRN_TRY(withheld_find_record(bundle, added));
    CAIRN_TRY(withheld_checkpoints(bundle, added));
    if (added->checkpoint.note.data == NULL || added->statement.checkpoint.note.data == NULL) {
        cairn_export_free(added->record);
        cairn_export_free(added->checkpoint.note);
        cairn_export_free(added->statement.checkpoint.note);
        bundle->withheld_count--; /* nothing signed covers it: a journal that its country ended */
    }
    return CAIRN_OK;
}

/* What is still missing comes first: no number of late ones crowds it out. */
static cairn_err withheld_take_all(struct cairn_export *bundle, const struct export_said_list *list,
                                   bool is_late)
{
    for (uint32_t i = 0; i < list->count; i++) {
        struct export_withheld found;
        bool is_found;
        if (bundle->withheld_count == CAIRN_EXPORT_ENTRIES_MAX) {
            break;
        }
        CAIRN_TRY(withheld_find(bundle, &list->rows[i], &found, &is_found));
        if (is_found && found.is_late == is_late) {
            CAIRN_TRY(withheld_take(bundle, &list->rows[i], &found));
        }
    }
    return CAIRN_OK;
}

cairn_err cairn_export_plan_withheld(struct cairn_export *bundle)
{
    struct export_said_list list = {.rows = NULL};
    bundle->withheld = calloc(CAIRN_EXPORT_ENTRIES_MAX, sizeof *bundle->withheld);
    cairn_err err = bundle->withheld == NULL ? CAIRN_MEMORY : CAIRN_OK;
    err = err == CAIRN_OK ? cairn_export_find_said(bundle, &list) : err;
    err = err == CAIRN_OK ? withheld_take_all(bundle, &list, false) : err;
    err = err == CAIRN_OK ? withheld_take_all(bundle, &list, true) : err;
    free(list.rows);
    CAIRN_TRY(err);
    return bundle->withheld_count > 0 ? CAIRN_OK : CAIRN_NOT_FOUND;
}

/* ---- records ---- */

/* Of each journal and feed: what is wanted of it, and how far it must be read. */
struct withheld_trees {
    struct export_tree *journals, *feeds;
    uint64_t *sizes;   /* of journals, in leaves */
    uint64_t *commits; /* of feeds */
};

static void withheld_trees_free(const struct cairn_export *bundle, struct withheld_trees *trees)
{
    for (uint32_t i = 0; trees->journals != NULL && i < bundle->journal_count; i++) {
        free(trees->journals[i].rows);
    }
    for (uint32_t i = 0; trees->feeds != NULL && i < bundle->feed_count; i++) {
        free(trees->feeds[i].rows);
    }
    free(trees->journals);
    free(trees->feeds);
    free(trees->sizes);
    free(trees->commits);
}

static cairn_err withheld_want_leaf(struct withheld_trees *trees, uint32_t journal, uint64_t index,
                                    uint64_t size)
{
    trees->sizes[journal] = size > trees->sizes[journal] ? size : trees->sizes[journal];
    return cairn_export_tree_want(&trees->journals[journal], index, size);
}

static cairn_err withheld_want_place(const struct cairn_export *bundle,
                                     struct withheld_trees *trees, const struct export_place *place)
{
    uint64_t commits = place->opening.number + 1;
    if (commits > trees->commits[place->feed]) {
        trees->commits[place->feed] = commits;
    }
    CAIRN_TRY(withheld_want_leaf(trees, bundle->feeds[place->feed].journal,
                                 place->opening.leaf_index, place->checkpoint.size));
    return cairn_export_tree_want(&trees->feeds[place->feed], place->index, place->opening.size);
}

static cairn_err withheld_want(const struct cairn_export *bundle, struct withheld_trees *trees)
{
    for (uint32_t i = 0; i < bundle->withheld_count; i++) {
        struct export_withheld *withheld = &bundle->withheld[i];
        uint32_t author = bundle->feeds[withheld->feed].journal;
        uint64_t size = withheld->checkpoint.size;
        withheld->admission.checkpoint = withheld->checkpoint;
        CAIRN_TRY(withheld_want_leaf(trees, author, withheld->leaf_index, size));
        if (withheld->has_earlier) {
            CAIRN_TRY(withheld_want_leaf(trees, author, withheld->earlier.leaf_index, size));
        }
        if (withheld->has_admission) {
            CAIRN_TRY(withheld_want_place(bundle, trees, &withheld->admission));
        }
        CAIRN_TRY(withheld_want_place(bundle, trees, &withheld->statement));
    }
    return CAIRN_OK;
}

static cairn_err withheld_read_trees(struct cairn_export *bundle, struct withheld_trees *trees)
{
    for (uint32_t i = 0; i < bundle->journal_count; i++) {
        if (trees->sizes[i] > 0) {
            CAIRN_TRY(cairn_export_tree_journal(bundle, &bundle->journals[i], trees->sizes[i],
                                                &trees->journals[i]));
        }
    }
    for (uint32_t i = 0; i < bundle->feed_count; i++) {
        if (trees->commits[i] > 0) {
            CAIRN_TRY(cairn_export_tree_feed(bundle, &bundle->feeds[i], trees->commits[i],
                                             &trees->feeds[i]));
        }
    }
    return CAIRN_OK;
}

static void withheld_put_opening(const struct cairn_export *bundle,
                                 const struct export_withheld *withheld,
                                 const struct cairn_opening *opening,
                                 struct cairn_withheld_opening *out)
{
    const struct export_feed *feed = &bundle->feeds[withheld->feed];
    *out = (struct cairn_withheld_opening){.is_given = true, .opening = *opening};
    cairn_export_salt(bundle, feed, withheld->epoch, opening->number, out->salt);
}

static cairn_err withheld_record(struct cairn_export *bundle,
                                 const struct export_withheld *withheld,
                                 const struct withheld_trees *trees)
{
    const struct export_feed *feed = &bundle->feeds[withheld->feed];
    const struct export_journal *journal = &bundle->journals[feed->journal];
    const struct export_tree *tree = &trees->journals[feed->journal];
    struct cairn_merkle_proof proof, earlier_proof;
    struct cairn_bundle_record record = {
        .type = CAIRN_BUNDLE_WITHHELD,
        .as.withheld = {.origin = cairn_bytes_of(journal->origin),
                        .checkpoint = withheld->checkpoint.note,
                        .leaf_index = withheld->leaf_index,
                        .number = withheld->number,
                        .record = withheld->record},
    };
    struct cairn_withheld *out = &record.as.withheld;
    memcpy(out->feed, feed->id, sizeof out->feed);
    memcpy(out->tag_key, feed->epochs[withheld->epoch].tag, sizeof out->tag_key);
    CAIRN_TRY(cairn_export_read_leaf(bundle, journal, withheld->leaf_index, out->leaf));
    CAIRN_TRY(
        cairn_export_tree_prove(tree, withheld->leaf_index, withheld->checkpoint.size, &proof));
    out->leaf_proof = cairn_merkle_proof_bytes(&proof);
    if (withheld->has_earlier) {
        uint64_t index = withheld->earlier.leaf_index;
        withheld_put_opening(bundle, withheld, &withheld->earlier, &out->earlier);
        CAIRN_TRY(cairn_export_read_leaf(bundle, journal, index, out->earlier_leaf));
        CAIRN_TRY(cairn_export_tree_prove(tree, index, withheld->checkpoint.size, &earlier_proof));
        out->earlier_proof = cairn_merkle_proof_bytes(&earlier_proof);
    }
    if (withheld->is_late) {
        withheld_put_opening(bundle, withheld, &withheld->late, &out->late);
    }
    return cairn_export_record(bundle, &record);
}

static cairn_err withheld_entry(struct cairn_export *bundle, const struct export_place *place,
                                const struct withheld_trees *trees)
{
    struct export_trees shown = {.journal = &trees->journals[bundle->feeds[place->feed].journal],
                                 .feed = &trees->feeds[place->feed]};
    return cairn_export_entry(bundle, place, &shown);
}

static cairn_err withheld_write(struct cairn_export *bundle, struct withheld_trees *trees)
{
    CAIRN_TRY(withheld_want(bundle, trees));
    CAIRN_TRY(withheld_read_trees(bundle, trees));
    for (uint32_t i = 0; i < bundle->withheld_count; i++) {
        const struct export_withheld *withheld = &bundle->withheld[i];
        CAIRN_TRY(withheld_record(bundle, withheld, trees));
        if (withheld->has_admission) {
            CAIRN_TRY(withheld_entry(bundle, &withheld->admission, trees));
        }
        CAIRN_TRY(withheld_entry(bundle, &withheld->statement, trees));
    }
    return CAIRN_OK;
}

cairn_err cairn_export_withheld(struct cairn_export *bundle)
{
    struct withheld_trees trees = {
        .journals = calloc(bundle->journal_count, sizeof *trees.journals),
        .feeds = calloc(bundle->feed_count + 1, sizeof *trees.feeds),
        .sizes = calloc(bundle->journal_count, sizeof *trees.sizes),
        .commits = calloc(bundle->feed_count + 1, sizeof *trees.commits),
    };
    bool is_taken = trees.journals != NULL && trees.feeds != NULL && trees.sizes != NULL &&
                    trees.commits != NULL;
    cairn_err err = is_taken ? withheld_write(bundle, &trees) : CAIRN_MEMORY;
    withheld_trees_free(bundle, &trees);
    return err;
}
