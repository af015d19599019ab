#include "replication/merge/open.h"
#include "schema/feedop.h"
#include "tests/sim/states.h"
#include "tests/sim/world_state.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOLD_ARENA_BYTES (256u << 10)

/* The folder of every node: opens what is ripe, remembers the words. Everybody who opens a commit
 * opens the same in it. */

/* What was opened in one commit of one feed. */
struct opened_place {
    uint8_t feed[16];
    uint64_t number_plus1; /* 0: free */
    uint8_t digest[32];
    uint32_t witnesses; /* set of nodes that opened it and did not lose it since */
};

#define FOLD_KEYS_MAX 64u /* in one commit */

/* What a partner hands over: told to the core once the whole commit was looked at. */
struct opened_keys {
    char origin[CAIRN_LIMIT_ORIGIN_BYTES + 1];
    uint8_t feed[16];
    bool is_pairwise;
    uint32_t secret_count;
    uint8_t secrets[CAIRN_FEED_KEYS_MAX][32];
};

struct world_opened {
    struct opened_keys keys[FOLD_KEYS_MAX];
    uint32_t key_count;
    struct opened_place *places; /* open addressing */
    size_t count, capacity;
    uint8_t arena[FOLD_ARENA_BYTES];
    uint8_t scratch[CAIRN_LIMIT_BODY_BYTES];
};

/* ---- views ---- */

void views_open(struct node_views *views)
{
    views->words = calloc(NODE_WORDS_MAX, sizeof *views->words);
    views->cursors = calloc(NODE_FEEDS_MAX, sizeof *views->cursors);
    views->invites = calloc(NODE_INVITES_MAX, sizeof *views->invites);
    views->are_gone = calloc(NODE_WORDS_MAX, sizeof *views->are_gone);
    assert_non_null(views->are_gone);
    assert_non_null(views->words);
    assert_non_null(views->cursors);
    assert_non_null(views->invites);
}

void views_close(struct node_views *views)
{
    free(views->words);
    free(views->are_gone);
    free(views->cursors);
    free(views->invites);
    states_close(views->states);
}

void views_copy(struct node_views *to, const struct node_views *from)
{
    memcpy(to->words, from->words, from->word_count * sizeof *to->words);
    memcpy(to->are_gone, from->are_gone, from->word_count * sizeof *to->are_gone);
    memcpy(to->cursors, from->cursors, from->cursor_count * sizeof *to->cursors);
    memcpy(to->invites, from->invites, from->invite_count * sizeof *to->invites);
    to->word_count = from->word_count;
    to->cursor_count = from->cursor_count;
    to->invite_count = from->invite_count;
    if (from->states != NULL) {
        to->states = to->states == NULL ? states_open() : to->states;
        states_copy(to->states, from->states);
    }
}

void views_clear(struct node_views *views)
{
    views->word_count = 0;
    views->cursor_count = 0;
    views->invite_count = 0;
    if (views->states != NULL) {
        states_clear(views->states);
    }
}

uint64_t views_commits(const struct node_views *views, const uint8_t feed[static 16])
{
    for (uint32_t i = 0; i < views->cursor_count; i++) {
        if (memcmp(views->cursors[i].feed, feed, 16) == 0) {
            return views->cursors[i].commits;
        }
    }
    return 0;
}

struct node_cursor *views_cursor(struct node_views *views, const uint8_t feed[static 16])
{
    for (uint32_t i = 0; i < views->cursor_count; i++) {
        if (memcmp(views->cursors[i].feed, feed, 16) == 0) {
            return &views->cursors[i];
        }
    }
    assert_true(views->cursor_count < NODE_FEEDS_MAX);
    struct node_cursor *cursor = &views->cursors[views->cursor_count++];
    *cursor = (struct node_cursor){.commits = 0};
    memcpy(cursor->feed, feed, 16);
    return cursor;
}

static bool fold_read(const struct node *node, const uint8_t feed[static 16], uint64_t number,
                      struct cairn_row *row)
{
    struct cairn_key key = {.table = CAIRN_TABLE_COMMIT, .index = number};
    memcpy(key.id, feed, 16);
    return disk_range(&node->disk, &key, number + 1, row, 1) == 1;
}

bool views_fit(const struct node *node)
{
    for (uint32_t i = 0; i < node->views.cursor_count; i++) {
        const struct node_cursor *cursor = &node->views.cursors[i];
        struct cairn_opening opening;
        struct cairn_row row;
        if (cursor->commits > 0 && (!fold_read(node, cursor->feed, cursor->commits - 1, &row) ||
                                    cairn_opening_decode(row.value.data, &opening) != CAIRN_OK ||
                                    memcmp(opening.root, cursor->root, 32) != 0)) {
            return false;
        }
    }
    return true;
}

/* ---- everybody opens the same ---- */

static struct opened_place *opened_find(struct world_opened *opened, const uint8_t feed[static 16],
                                        uint64_t number)
{
    size_t at = (size_t)(cairn_bytes_get_u64(feed) + number * 0x9e3779b97f4a7c15u);
    for (;; at++) {
        struct opened_place *place = &opened->places[at & (opened->capacity - 1)];
        if (place->number_plus1 == 0 ||
            (place->number_plus1 == number + 1 && memcmp(place->feed, feed, 16) == 0)) {
            return place;
        }
    }
}

static void opened_grow(struct world_opened *opened)
{
    struct opened_place *old = opened->places;
    size_t old_capacity = opened->capacity;
    opened->capacity = old_capacity == 0 ? 4096 : old_capacity * 2;
    opened->places = calloc(opened->capacity, sizeof *opened->places);
    assert_non_null(opened->places);
    for (size_t i = 0; i < old_capacity; i++) {
        if (old[i].number_plus1 != 0) {
            *opened_find(opened, old[i].feed, old[i].number_plus1 - 1) = old[i];
        }
    }
    free(old);
}

static void opened_compare(struct world *world, const struct world_event *job, uint32_t author,
                           const uint8_t digest[static 32])
{
    struct world_opened *opened = world->opened;
    if (author >= world->options.nodes || world->nodes[author].is_liar ||
        world->nodes[job->node].is_liar) {
        return;
    }
    if (opened->count * 2 >= opened->capacity) {
        opened_grow(opened);
    }
    struct opened_place *place = opened_find(opened, job->ripe.feed, job->ripe.commit_number);
    if (place->witnesses != 0 && memcmp(place->digest, digest, 32) != 0) {
        fail_msg("%s opened commit %llu of feed %02x%02x of %s otherwise than the nodes %x",
                 world_countries[job->node], (unsigned long long)job->ripe.commit_number,
                 place->feed[0], place->feed[1], world_countries[author], place->witnesses);
    }
    opened->count += place->number_plus1 == 0;
    memcpy(place->feed, job->ripe.feed, 16);
    memcpy(place->digest, digest, 32);
    place->number_plus1 = job->ripe.commit_number + 1;
    place->witnesses |= 1u << job->node;
}

void world_fold_forget(struct world *world, uint32_t node)
{
    const struct node_views *views = &world->nodes[node].views;
    for (size_t i = 0; i < world->opened->capacity; i++) {
        struct opened_place *place = &world->opened->places[i];
        if (place->number_plus1 != 0 && (place->witnesses >> node & 1u) != 0 &&
            place->number_plus1 > views_commits(views, place->feed)) {
            place->witnesses &= ~(1u << node);
        }
    }
}

/* ---- opening ---- */

struct fold_run {
    struct world *world;
    struct node *node;
    struct node_cursor *cursor; /* of the feed */
    struct cairn_event *told;
    struct cairn_sha256 hash;
    uint32_t number;
    bool is_new;
    bool is_own;
    bool is_gone;        /* behind the end of its origin */
    const char *country; /* of the author */
    uint64_t floor_ms;   /* ... its last mark before the commit */
};

/* Kept as a word, so that scenes and storms can ask for it. */
static void fold_lost(struct node_views *views, const struct cairn_feed_lost *lost)
{
    assert_true(views->word_count < NODE_WORDS_MAX);
    memset(views->words[views->word_count], 0, 64);
    views->are_gone[views->word_count] = false;
    (void)snprintf(views->words[views->word_count++], 64,
                   "lost %02x%02x%02x%02x: %" PRIu64 " entries, leaves %" PRIu64 "-%" PRIu64,
                   lost->feed[0], lost->feed[1], lost->feed[2], lost->feed[3], lost->size,
                   lost->from_leaf, lost->to_leaf);
}

static void fold_keys(const struct fold_run *run, const struct cairn_feed_keys *keys)
{
    struct world_opened *opened = run->world->opened;
    if (strcmp(run->country, world_code(run->world, run->number)) == 0) {
        return; /* to somebody else */
    }
    assert_true(opened->key_count < FOLD_KEYS_MAX);
    struct opened_keys *kept = &opened->keys[opened->key_count++];
    *kept =
        (struct opened_keys){.is_pairwise = keys->is_pairwise, .secret_count = keys->secret_count};
    memcpy(kept->origin, keys->origin.data, keys->origin.size);
    memcpy(kept->feed, keys->feed, 16);
    memcpy(kept->secrets, keys->secrets, (size_t)keys->secret_count * 32);
}

static void fold_tell_keys(const struct fold_run *run)
{
    struct world_opened *opened = run->world->opened;
    for (uint32_t i = 0; i < opened->key_count; i++) {
        const struct opened_keys *keys = &opened->keys[i];
        struct cairn_event event = {.type = CAIRN_EVENT_KEYS};
        event.as.keys.origin = cairn_bytes_of(keys->origin);
        memcpy(event.as.keys.feed, keys->feed, 16);
        memcpy(event.as.keys.giver, run->country, 3);
        event.as.keys.is_pairwise = keys->is_pairwise;
        event.as.keys.secret_count = keys->secret_count;
        event.as.keys.secrets = keys->secrets;
        world_step(run->world, run->number, &event);
    }
    opened->key_count = 0;
}

static void fold_record(struct fold_run *run, const struct cairn_operation *operation)
{
    struct node_views *views = &run->node->views;
    struct cairn_arena arena;
    struct cairn_feedop op;
    size_t fault_at;
    bool is_wanted =
        operation->kind == CAIRN_KIND_CONTROL_MARK || operation->kind == CAIRN_KIND_FEED_OPEN ||
        operation->kind == CAIRN_KIND_FEED_CLOSE || operation->kind == CAIRN_KIND_FEED_INVITE ||
        operation->kind == CAIRN_KIND_FEED_KEYS ||
        (operation->kind == CAIRN_KIND_FEED_LOST && run->is_new);
    if (!is_wanted) {
        return;
    }
    cairn_arena_init(&arena, run->world->opened->arena, FOLD_ARENA_BYTES);
    if (cairn_feedop_decode(operation, &arena, &op, &fault_at) != CAIRN_OK) {
        return;
    }
    if (op.kind == CAIRN_KIND_CONTROL_MARK) {
        run->told->as.opened.mark_ms = op.as.mark.time_ms;
    } else if (op.kind == CAIRN_KIND_FEED_LOST) {
        fold_lost(views, &op.as.lost);
    } else if (op.kind == CAIRN_KIND_FEED_KEYS) {
        fold_keys(run, &op.as.keys);
    } else if (op.kind == CAIRN_KIND_FEED_CLOSE) {
        run->cursor->is_closed = true;
    } else if (op.kind == CAIRN_KIND_FEED_OPEN) {
        run->cursor->is_continuing = op.as.open.is_continuing;
        memcpy(run->cursor->continues, op.as.open.continues, 16);
    } else if (run->is_new && !run->is_own) {
        assert_true(views->invite_count < NODE_INVITES_MAX);
        struct node_invite *invite = &views->invites[views->invite_count++];
        memcpy(invite->feed, op.as.invite.feed, 16);
        invite->leaf_index = op.as.invite.leaf_index;
    }
}

/* gives  true: it is an officer's, and of an object */
static bool fold_object(struct fold_run *run, const struct cairn_open_reader *reader,
                        const struct cairn_commit_entry *entry, struct cairn_merge_entry *merge)
{
    cairn_open_entry_id(reader, entry, merge->entry_id);
    memcpy(merge->feed, reader->feed, sizeof merge->feed);
    memcpy(merge->country, run->country, sizeof merge->country);
    merge->index = entry->index;
    merge->floor_ms = run->floor_ms;
    merge->is_repudiated = run->is_gone;
    return (run->is_new || run->is_gone) && world_states_take(run->world, run->number, merge);
}

static void fold_entry(struct fold_run *run, const struct cairn_open_reader *reader,
                       const struct cairn_commit_entry *entry)
{
    struct node_views *views = &run->node->views;
    uint8_t content_key[32];
    struct cairn_bytes bytes;
    struct cairn_merge_entry merge;
    size_t fault_at;
    if (cairn_open_entry(reader, entry, run->world->opened->scratch, &bytes, content_key) !=
            CAIRN_OK ||
        cairn_merge_decode(bytes, &merge, &fault_at) != CAIRN_OK) {
        run->node->unopened_count++;
        cairn_sha256_update(&run->hash, cairn_bytes_of("unopened"));
        return;
    }
    cairn_sha256_update(&run->hash, bytes);
    run->told->as.opened.has_content |= merge.kind_number >= CAIRN_KIND_ACCESS_LOOKUP;
    if (fold_object(run, reader, entry, &merge) || merge.is_unknown) {
        return;
    }
    const struct cairn_operation operation = merge.operation;
    fold_record(run, &operation);
    bool is_word = operation.kind == CAIRN_KIND_ALERT_WITHDRAW;
    if (is_word && run->is_new) {
        assert_true(views->word_count < NODE_WORDS_MAX);
        assert_true(operation.purpose.size < 64);
        memset(views->words[views->word_count], 0, 64);
        views->are_gone[views->word_count] = false;
        memcpy(views->words[views->word_count++], operation.purpose.data, operation.purpose.size);
    }
    if (is_word && run->is_gone) { /* nobody stands by it any more */
        char word[64] = "";
        memcpy(word, operation.purpose.data, operation.purpose.size);
        uint32_t found = world_find_word(run->world, run->number, word);
        assert_true(found < views->word_count);
        views->are_gone[found] = true;
    }
}

static void fold_private(struct fold_run *run, const struct cairn_open_reader *reader,
                         const struct cairn_opening *opening)
{
    struct cairn_key key = {.table = CAIRN_TABLE_ENTRY};
    struct cairn_row row;
    memcpy(key.id, opening->feed, 16);
    for (key.index = opening->previous_size; key.index < opening->size; key.index++) {
        struct cairn_commit_entry entry = {.index = key.index};
        assert_int_equal(disk_range(&run->node->disk, &key, key.index + 1, &row, 1), 1);
        assert_err(cairn_prefix_decode(row.value.data, &entry.prefix), CAIRN_OK);
        entry.prefix_bytes =
            (struct cairn_bytes){.data = row.value.data, .size = CAIRN_PREFIX_BYTES};
        entry.body = (struct cairn_bytes){.data = row.value.data + CAIRN_PREFIX_BYTES,
                                          .size = row.value.size - CAIRN_PREFIX_BYTES};
        fold_entry(run, reader, &entry);
    }
}

static void fold_commit(struct fold_run *run, const struct cairn_open_reader *reader,
                        struct cairn_bytes bytes)
{
    struct cairn_commit commit;
    struct cairn_commit_cursor at;
    struct cairn_commit_entry entry;
    size_t fault_at;
    assert_err(cairn_commit_decode(bytes, &commit, &fault_at), CAIRN_OK);
    cairn_commit_cursor_init(&at, &commit);
    while (cairn_commit_next(&at, &entry)) {
        fold_entry(run, reader, &entry);
    }
}

/* The node whose origin it is, or was: one that ended differs by its incarnation. */
static uint32_t fold_author(const struct world *world, const char *origin)
{
    size_t stem = (size_t)(strrchr(origin, '/') - origin) + 1;
    uint32_t author = 0;
    while (author < world->options.nodes && strcmp(world->nodes[author].origin, origin) != 0) {
        author++;
    }
    for (uint32_t i = 0; i < world->options.nodes && author == world->options.nodes; i++) {
        author = strncmp(world->nodes[i].origin, origin, stem) == 0 ? i : author;
    }
    return author;
}

bool world_fold(struct world *world, struct world_event *job)
{
    struct node *node = &world->nodes[job->node];
    struct node_cursor *cursor = views_cursor(&node->views, job->ripe.feed);
    struct cairn_event told = {.type = CAIRN_EVENT_OPENED};
    struct cairn_core_peer author;
    struct cairn_opening opening;
    struct cairn_row row;
    uint8_t digest[32];
    uint32_t invite_count = node->views.invite_count;
    struct fold_run run = {.world = world,
                           .node = node,
                           .cursor = cursor,
                           .number = job->node,
                           .told = &told,
                           .is_own = job->ripe.is_own};
    bool is_readable = fold_read(node, job->ripe.feed, job->ripe.commit_number, &row);
    if (node->has_rot && (!is_readable || job->ripe.commit_number > cursor->commits)) {
        return false; /* as node/driver_fold.c: it is tried again */
    }
    memcpy(told.as.opened.feed, job->ripe.feed, 16);
    told.as.opened.commit_number = job->ripe.commit_number;
    assert_true(job->ripe.commit_number <=
                cursor->commits); /* never past one that was not folded */
    run.is_new = job->ripe.commit_number == cursor->commits;
    cursor->born = job->ripe.born;
    assert_true(is_readable); /* ripe: stored */
    assert_err(cairn_opening_decode(row.value.data, &opening), CAIRN_OK);
    cairn_core_peer(node->core, job->ripe.author, &author);
    run.is_gone = author.is_ended && opening.leaf_index >= author.counted_size;
    run.country = author.country;
    if (node->views.states != NULL && !job->ripe.is_private &&
        !world_floor(world, job->node, author.origin, opening.leaf_index, &run.floor_ms)) {
        return false;
    }
    struct cairn_open_reader reader = {
        .suite = &world->suite,
        .origin = cairn_bytes_of(author.origin),
        .slot_keys = job->ripe.slot_keys,
        .epoch_count = job->ripe.epoch_count,
    };
    memcpy(reader.feed, job->ripe.feed, 16);
    cairn_sha256_init(&run.hash);
    if (job->ripe.is_private) {
        fold_private(&run, &reader, &opening);
    } else {
        fold_commit(&run, &reader, row.value);
    }
    cairn_sha256_final(&run.hash, digest);
    if (run.is_new) {
        opened_compare(world, job, fold_author(world, author.origin), digest);
        cursor->commits = job->ripe.commit_number + 1;
        memcpy(cursor->root, opening.root, 32);
    }
    for (uint32_t i = invite_count; i < node->views.invite_count; i++) {
        struct cairn_event invited = {.type = CAIRN_EVENT_INVITED};
        memcpy(invited.as.opened.feed, node->views.invites[i].feed, 16);
        invited.as.opened.leaf_index = node->views.invites[i].leaf_index;
        world_step(world, job->node, &invited);
    }
    fold_tell_keys(&run);
    world_step(world, job->node, &told);
    return true;
}

void world_fold_open(struct world *world)
{
    world->opened = calloc(1, sizeof *world->opened);
    assert_non_null(world->opened);
}

void world_fold_close(struct world *world)
{
    free(world->opened->places);
    free(world->opened);
}
