#include "tests/sim/storm.h"

#include "replication/scrub.h"
#include "tests/sim/renewal.h"
#include "tests/sim/world_state.h"

#include <stdio.h>
#include <string.h>

/* ---- at any time ---- */

/* A feed as its author has it. gives false when the author does not know it (any more) */
static bool check_find(const struct storm *storm, const uint8_t id[static 16], uint32_t *out_author,
                       struct cairn_core_feed *out)
{
    for (uint32_t node = 0; node < storm->nodes; node++) {
        const struct cairn_core *core = storm->world->nodes[node].core;
        uint32_t number;
        if (!storm->world->nodes[node].is_liar && cairn_core_feed_find(core, id, &number)) {
            cairn_core_feed(core, number, out);
            if (out->author == 0) {
                *out_author = node;
                return true;
            }
        }
    }
    return false;
}

static bool check_is_member(const struct storm *storm, const struct cairn_core_feed *feed,
                            uint32_t author, uint32_t node)
{
    if (feed->kind == CAIRN_FEED_CONTROL || node == author) {
        return true;
    }
    for (uint32_t i = 0; i < feed->member_count; i++) {
        if (memcmp(feed->members[i], world_code(storm->world, node), 3) == 0) {
            return true;
        }
    }
    return false;
}

/* No body where no right was, not even sealed. */
static void check_rights(const struct storm *storm, uint32_t node)
{
    const struct disk *disk = &storm->world->nodes[node].disk;
    uint8_t last[16] = {0};
    for (size_t i = 0; i < disk->count; i++) {
        struct cairn_key key = cairn_key_decode(disk->rows[i]->key);
        struct cairn_core_feed feed;
        uint32_t author;
        if ((key.table != CAIRN_TABLE_COMMIT && key.table != CAIRN_TABLE_ENTRY &&
             key.table != CAIRN_TABLE_RECORD) ||
            memcmp(key.id, last, 16) == 0) {
            continue;
        }
        memcpy(last, key.id, 16);
        const struct storm_feed *known = storm_feed_of(storm, key.id);
        bool is_right = known == NULL || (known->wanted >> node & 1u) != 0;
        if (known == NULL && check_find(storm, key.id, &author, &feed)) {
            is_right = check_is_member(storm, &feed, author, node);
        }
        if (!is_right) {
            fail_msg("%s holds a body of feed %02x%02x, which is not for it", world_countries[node],
                     key.id[0], key.id[1]);
        }
    }
}

static void check_peace(const struct storm *storm, uint32_t number)
{
    const struct node *node = &storm->world->nodes[number];
    for (uint32_t other = 0; other < storm->nodes; other++) {
        if ((node->accused >> other & 1u) != 0 && !storm->world->nodes[other].is_liar) {
            fail_msg("%s accuses %s, which is honest; last error %d", world_countries[number],
                     world_countries[other], node->blame_err);
        }
    }
    /* Who does not know yet that an origin ended serves less than up to its end. */
    bool is_refusing = storm->recovered == 0 && node->notices[CAIRN_NOTICE_COMMIT_REFUSED] != 0;
    if (storm->villains == 0 && (node->blame_count != 0 || is_refusing)) {
        fail_msg("%s refuses something for error %d, where nobody lies", world_countries[number],
                 node->blame_err);
    }
    if (node->notices[CAIRN_NOTICE_STORE_FAILED] != 0 &&
        (storm->failed_disks >> number & 1u) == 0) {
        fail_msg("%s says that its disk failed, and it did not", world_countries[number]);
    }
}

void storm_check_always(const struct storm *storm)
{
    for (uint32_t node = 0; node < storm->nodes; node++) {
        if (!storm->world->nodes[node].is_liar) {
            check_rights(storm, node);
            check_peace(storm, node);
        }
    }
    assert_true(storm->world->queue_count < 200000);
}

/* ---- in the end ---- */

static bool check_was_put_back(const struct storm *storm, uint32_t node)
{
    return storm->put_backs[node] > 0;
}

struct check_pair {
    const struct storm *storm;
    uint32_t author, reader;
    char *why;
    size_t capacity;
};

static bool check_say(const struct check_pair *pair, const char *what, uint64_t a, uint64_t b)
{
    (void)snprintf(pair->why, pair->capacity, "%s of %s: %s %llu, of %llu",
                   world_countries[pair->reader], world_countries[pair->author], what,
                   (unsigned long long)a, (unsigned long long)b);
    return false;
}

static bool check_feed(const struct check_pair *pair, const struct cairn_core_feed *feed)
{
    const struct node *reader = &pair->storm->world->nodes[pair->reader];
    uint64_t folded = views_commits(&reader->views, feed->id);
    struct cairn_core_feed held;
    uint32_t number;
    if (!cairn_core_feed_find(reader->core, feed->id, &number)) {
        return check_say(pair, "knows nothing of a feed; commits", 0, feed->commits);
    }
    cairn_core_feed(reader->core, number, &held);
    if (held.commits != feed->commits || folded != feed->commits) {
        return check_say(pair, "commits of a feed", folded, feed->commits);
    }
    if (held.is_closed != feed->is_closed || held.epoch != feed->epoch) {
        return check_say(pair, "epoch or end of a feed", held.epoch, feed->epoch);
    }
    return true;
}

static bool check_journal(const struct check_pair *pair)
{
    const struct cairn_core *core = pair->storm->world->nodes[pair->reader].core;
    struct cairn_core_peer own, seen = {.journal_size = 0};
    cairn_core_peer(pair->storm->world->nodes[pair->author].core, 0, &own);
    for (uint32_t i = 1; i < cairn_core_peer_count(core); i++) {
        struct cairn_core_peer peer;
        cairn_core_peer(core, i, &peer);
        if (strcmp(peer.origin, own.origin) == 0) {
            seen = peer;
        }
    }
    if (seen.journal_size != own.journal_size ||
        memcmp(seen.journal_root, own.journal_root, 32) != 0) {
        return check_say(pair, "leaves", seen.journal_size, own.journal_size);
    }
    if (!seen.is_linked) {
        return check_say(pair, "links", 0, 1);
    }
    return true;
}

/* What an origin wrote before it ended: who may read it has as much as the node that went on. */
static bool check_past_feeds(const struct check_pair *pair, uint32_t origin)
{
    const struct node *author = &pair->storm->world->nodes[pair->author];
    const struct node *reader = &pair->storm->world->nodes[pair->reader];
    for (uint32_t i = 0; i < cairn_core_feed_count(author->core); i++) {
        struct cairn_core_feed feed, held;
        uint32_t number;
        cairn_core_feed(author->core, i, &feed);
        if (feed.author != origin || feed.kind == CAIRN_FEED_PRIVATE ||
            !check_is_member(pair->storm, &feed, pair->author, pair->reader) ||
            !cairn_core_feed_find(reader->core, feed.id, &number)) {
            continue;
        }
        cairn_core_feed(reader->core, number, &held);
        if (held.commits != feed.commits ||
            views_commits(&reader->views, feed.id) != views_commits(&author->views, feed.id)) {
            return check_say(pair, "commits of an origin that ended", held.commits, feed.commits);
        }
    }
    return true;
}

static uint32_t check_past_origin(const struct node *node, const char *origin,
                                  struct cairn_core_peer *out)
{
    uint32_t i = 1;
    for (; i < cairn_core_peer_count(node->core); i++) {
        cairn_core_peer(node->core, i, out);
        if (strcmp(out->origin, origin) == 0) {
            break;
        }
    }
    return i;
}

static bool check_is_at_end(const struct check_pair *pair, uint32_t number)
{
    const struct node *author = &pair->storm->world->nodes[pair->author];
    const struct node *node = &pair->storm->world->nodes[number];
    struct cairn_core_peer peer;
    return check_past_origin(node, author->past_origin, &peer) <
               cairn_core_peer_count(node->core) &&
           peer.journal_size == author->doc.ended[author->doc.ended_count - 1].size;
}

/* Has this reader a partner that could give it the whole origin? */
static bool check_is_served(const struct check_pair *pair)
{
    const struct world *world = pair->storm->world;
    bool is_served = false;
    for (uint32_t peer = 0; peer < pair->storm->nodes; peer++) {
        is_served = is_served ||
                    (peer != pair->reader && !world->nodes[peer].is_liar &&
                     world_recognises(world, pair->reader, peer) &&
                     world_recognises(world, peer, pair->reader) && check_is_at_end(pair, peer));
    }
    return is_served;
}

/* The origin that the author's country ended: all are at its position, as the document says, that
 * have a partner who is. */
static bool check_ended(const struct check_pair *pair)
{
    const struct node *author = &pair->storm->world->nodes[pair->author];
    const struct node *reader = &pair->storm->world->nodes[pair->reader];
    struct cairn_core_peer peer;
    if (author->past_origin[0] == 0) {
        return true;
    }
    const struct cairn_country_ended *ended = &author->doc.ended[author->doc.ended_count - 1];
    uint32_t number = check_past_origin(reader, author->past_origin, &peer);
    if (number == cairn_core_peer_count(reader->core)) {
        return check_say(pair, "knows nothing of an origin that ended", 0, ended->size);
    }
    if (!peer.is_ended || peer.is_repudiated || peer.is_forked ||
        peer.journal_size != ended->size || memcmp(peer.journal_root, ended->root, 32) != 0) {
        return !check_is_served(pair) ||
               check_say(pair, "is not at the end of an origin", peer.journal_size, ended->size);
    }
    return !check_is_at_end(pair, pair->author) ||
           check_past_feeds(pair, check_past_origin(author, author->past_origin, &peer));
}

/* A feed of the own origin that ended. */
static bool check_is_past(const struct cairn_core_feed *feed)
{
    return feed->is_own && feed->author != 0 && feed->kind == CAIRN_FEED_AUDIENCE &&
           feed->commits > 0;
}

/* It took no more entries before, or the record of a feed that stands in the journals says that it
 * goes on behind this one. */
static bool check_is_continued(const struct node *node, const uint8_t feed[static 16])
{
    for (uint32_t i = 0; i < node->views.cursor_count; i++) {
        const struct node_cursor *cursor = &node->views.cursors[i];
        bool is_closed = cursor->is_closed && memcmp(cursor->feed, feed, 16) == 0;
        if (is_closed || (cursor->is_continuing && memcmp(cursor->continues, feed, 16) == 0)) {
            return true;
        }
    }
    return false;
}

bool storm_ends_open(const struct storm *storm, uint32_t node, uint8_t out_feed[static 16])
{
    const struct cairn_core *core = storm->world->nodes[node].core;
    struct cairn_core_feed feed;
    for (uint32_t i = 0; i < cairn_core_feed_count(core); i++) {
        cairn_core_feed(core, i, &feed);
        if (check_is_past(&feed) && storm_feed_of(storm, feed.id) != NULL &&
            !check_is_continued(&storm->world->nodes[node], feed.id)) {
            memcpy(out_feed, feed.id, 16);
            return storm->feed_count < STORM_FEEDS_MAX;
        }
    }
    return false;
}

static bool check_pair(const struct check_pair *pair)
{
    const struct cairn_core *core = pair->storm->world->nodes[pair->author].core;
    bool is_self = pair->author == pair->reader;
    if (!is_self && (!world_recognises(pair->storm->world, pair->author, pair->reader) ||
                     !world_recognises(pair->storm->world, pair->reader, pair->author))) {
        return true;
    }
    if ((!is_self && !check_journal(pair)) || !check_ended(pair)) {
        return false;
    }
    if (!world_has_document(pair->storm->world, pair->reader, pair->author)) {
        return check_say(pair, "does not hold the newest document", 0, 1);
    }
    for (uint32_t i = 0; i < cairn_core_feed_count(core); i++) {
        struct cairn_core_feed feed;
        cairn_core_feed(core, i, &feed);
        if (is_self && feed.waiting > 0 && !feed.is_closed) {
            return check_say(pair, "entries wait for the heartbeat", feed.waiting, 0);
        }
        bool has_gone = check_was_put_back(pair->storm, pair->author) && feed.tagged > feed.commits;
        if (feed.author == 0 && !feed.is_lost && !has_gone &&
            check_is_member(pair->storm, &feed, pair->author, pair->reader) &&
            (feed.commits > 0 || feed.kind != CAIRN_FEED_PAIRWISE) && !check_feed(pair, &feed)) {
            return false;
        }
    }
    return true;
}

/* How many leaves of this node's journal does another one hold? */
static uint64_t check_held(const struct storm *storm, uint32_t node, uint32_t holder)
{
    const struct cairn_core *core = storm->world->nodes[holder].core;
    for (uint32_t i = 1; i < cairn_core_peer_count(core); i++) {
        struct cairn_core_peer peer;
        cairn_core_peer(core, i, &peer);
        if (strcmp(peer.origin, storm->world->nodes[node].origin) == 0) {
            return peer.journal_size;
        }
    }
    return 0;
}

uint32_t storm_unheard(const struct storm *storm, uint32_t node)
{
    uint32_t unheard = 0;
    for (uint32_t peer = 0; peer < storm->nodes; peer++) {
        bool is_partner = peer != node && world_recognises(storm->world, node, peer);
        bool is_open =
            !storm->world->nodes[peer].is_liar && world_recognises(storm->world, peer, node);
        unheard |= is_partner && !is_open ? 1u << peer : 0;
    }
    return unheard;
}

/* What it lost is held by partners alone that lie, or that do not know it any more: its operator
 * has to decide for it (`cairn recover`). */
static bool check_is_withheld(const struct storm *storm, uint32_t node,
                              const struct cairn_core_restore *restore)
{
    uint64_t wanted =
        restore->guard_size > restore->shown_size ? restore->guard_size : restore->shown_size;
    bool is_withheld = false, is_offered = false;
    for (uint32_t peer = 0; peer < storm->nodes; peer++) {
        bool is_open = world_recognises(storm->world, node, peer) &&
                       world_recognises(storm->world, peer, node) &&
                       !storm->world->nodes[peer].is_liar;
        bool is_holder = peer != node && check_held(storm, node, peer) >= wanted;
        is_offered = is_offered || (is_open && is_holder);
        is_withheld = is_withheld || (!is_open && is_holder);
    }
    return is_withheld && !is_offered;
}

bool storm_is_excused(const struct storm *storm, uint32_t node)
{
    struct cairn_core_restore restore;
    cairn_core_restore(storm->world->nodes[node].core, &restore);
    return !storm->world->nodes[node].is_down && restore.is_restoring &&
           check_is_withheld(storm, node, &restore);
}

static bool check_is_in_order(const struct check_pair *pair)
{
    const struct node *node = &pair->storm->world->nodes[pair->author];
    struct cairn_core_restore restore;
    if (node->is_down) {
        return check_say(pair, "is down", 0, 0);
    }
    cairn_core_restore(node->core, &restore);
    if (restore.is_halted) {
        return check_say(pair, "is halted", restore.durable_size, restore.shown_size);
    }
    uint8_t unused[16];
    if (storm_ends_open(pair->storm, pair->author, unused)) {
        return check_say(pair, "a feed of an origin that ended is not continued", 1, 0);
    }
    if (restore.is_restoring) {
        return check_say(pair, "restores", restore.durable_size, restore.guard_size);
    }
    struct cairn_core_scrub scrub;
    cairn_core_scrub_status(node->core, &scrub);
    if (scrub.fault_count > 0 || disk_rotten(&node->disk) > 0) {
        return check_say(pair, "has damaged rows", scrub.fault_count, disk_rotten(&node->disk));
    }
    for (uint32_t i = 0; i < pair->storm->feed_count; i++) {
        const struct storm_feed *feed = &pair->storm->feeds[i];
        if (feed->author == pair->author && storm_is_stale(pair->storm, feed)) {
            return check_say(pair, "a feed is sealed to an older key", i, 0);
        }
    }
    return true;
}

bool storm_is_settled(const struct storm *storm, char *out_why, size_t capacity)
{
    for (uint32_t a = 0; a < storm->nodes; a++) {
        struct check_pair pair = {storm, a, a, out_why, capacity};
        if (storm->world->nodes[a].is_liar || storm_is_excused(storm, a)) {
            continue;
        }
        if (!check_is_in_order(&pair)) {
            return false;
        }
        for (pair.reader = 0; pair.reader < storm->nodes; pair.reader++) {
            const struct node *reader = &storm->world->nodes[pair.reader];
            if (!reader->is_down && !reader->is_liar && !check_pair(&pair)) {
                return false;
            }
        }
    }
    return true;
}

/* What was acknowledged is everywhere where it should be. After a disk was put back, what nobody
 * else held may be gone: then it is gone for all. */
static void check_word(const struct storm *storm, uint32_t number)
{
    const struct storm_word *word = &storm->words[number];
    cairn_err err = CAIRN_OK;
    uint8_t unused[16];
    struct cairn_core_feed feed;
    uint32_t author;
    char text[32];
    (void)snprintf(text, sizeof text, "w-%u", number);
    bool is_acked = world_answer(storm->world, word->token, &err, unused) && err == CAIRN_OK;
    bool is_put_back = storm->put_backs[word->author] != word->put_backs;
    bool is_known = world_knows(storm->world, word->author, text);
    if (is_acked && !is_known && !is_put_back) {
        fail_msg("%s has lost %s of feed %02x%02x, which it acknowledged",
                 world_countries[word->author], text, word->feed[0], word->feed[1]);
    }
    if (!check_find(storm, word->feed, &author, &feed)) {
        if (is_acked && !check_was_put_back(storm, word->author)) {
            fail_msg("%s has lost feed %02x%02x of %s", world_countries[word->author],
                     word->feed[0], word->feed[1], text);
        }
        return;
    }
    for (uint32_t node = 0; node < storm->nodes; node++) {
        if (storm->world->nodes[node].is_liar) {
            continue;
        }
        bool is_member = check_is_member(storm, &feed, author, node);
        bool is_linked = node == author || (world_recognises(storm->world, author, node) &&
                                            world_recognises(storm->world, node, author));
        bool knows = world_knows(storm->world, node, text);
        /* An author that was put back may have lost an admission; its operator wanted it once. */
        const struct storm_feed *asked = storm_feed_of(storm, word->feed);
        bool was_wanted = asked != NULL && (asked->wanted >> node & 1u) != 0;
        if (knows && !is_member && !(was_wanted && check_was_put_back(storm, author))) {
            fail_msg("%s knows %s, which is not for it", world_countries[node], text);
        }
        if (is_member && is_linked && knows != is_known && !feed.is_lost) {
            fail_msg("%s and its author %s disagree about %s", world_countries[node],
                     world_countries[author], text);
        }
    }
}

void storm_check_settled(const struct storm *storm)
{
    for (uint32_t i = 0; i < storm->word_count; i++) {
        if (!storm->world->nodes[storm->words[i].author].is_liar &&
            !storm_is_excused(storm, storm->words[i].author)) {
            check_word(storm, i);
        }
    }
}
