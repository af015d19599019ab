#include "tests/sim/storm.h"

#include "tests/sim/renewal.h"
#include "tests/sim/world_state.h"

#include <string.h>

/* What operators do about keys: new documents, other sealing keys, the announced root key; and as
 * node/publish_feed.c, another epoch for a feed before more is written to it. */

#define RENEW_ROOTS_MAX 5u /* of a country, in one storm */

/* Of a country, in one storm; each makes pairwise feeds of its own with every partner's. */
static uint32_t renew_sealing_max(const struct storm *storm)
{
    return storm->nodes > 10 ? 2 : storm->nodes > 6 ? 3 : 4;
}

static void renew_one(struct storm *storm, uint32_t number)
{
    struct node *node = &storm->world->nodes[number];
    uint32_t what = WORLD_RENEW_PLAIN;
    if (storm_has(storm, STORM_ROTATE) && node->doc.sealing_count < renew_sealing_max(storm) &&
        storm_below(storm, 4) > 0) {
        what |= WORLD_RENEW_SEALING;
    }
    if (storm_has(storm, STORM_ROOT) && storm_below(storm, 2) == 0 &&
        storm->new_roots[number] < RENEW_ROOTS_MAX) {
        what |= WORLD_RENEW_ROOT;
        storm->new_roots[number]++;
    }
    (void)world_renew(storm->world, number, what);
    if (storm_below(storm, 4) > 0) {
        world_give_own(storm->world, number);
    } else { /* it goes to a partner first: what is sealed to its key cannot be opened yet */
        struct world_command show = {.type = CAIRN_EVENT_DOCUMENT, .country = number};
        uint32_t peer = storm_below(storm, storm->nodes);
        if (peer != number && world_recognises(storm->world, peer, number)) {
            (void)world_begin(storm->world, peer, &show);
        }
    }
}

/* One country, or two at once. */
void storm_renew(struct storm *storm, uint32_t node)
{
    uint32_t other = (node + 1 + storm_below(storm, storm->nodes - 1)) % storm->nodes;
    if (!storm_has(storm, STORM_ROTATE) && !storm_has(storm, STORM_ROOT)) {
        return;
    }
    renew_one(storm, node);
    if (storm_below(storm, 3) == 0) {
        renew_one(storm, other);
    }
}

/* What was written to a member is on no disk any more, so it cannot be told of another feed under
 * the keys of then: under another one there is another pairwise feed. Once for each country. */
static void renew_way(struct storm *storm, uint32_t node)
{
    if ((storm->new_ways >> node & 1u) == 0) {
        storm->new_ways |= 1u << node;
        (void)world_renew(storm->world, node, WORLD_RENEW_SEALING);
        world_give_own(storm->world, node);
    }
}

/* Nobody links with the keys of another incarnation: the document is handed to partners. */
static void renew_hand_over(struct storm *storm, uint32_t node)
{
    for (uint32_t peer = 0; peer < storm->nodes; peer++) {
        if (peer != node && !storm->world->nodes[peer].is_down &&
            world_recognises(storm->world, peer, node) &&
            !world_has_document(storm->world, peer, node)) {
            world_hand_over(storm->world, node, peer);
        }
    }
}

/* ... what was not, because the node was busy or fell. */
static void renew_continue(struct storm *storm, uint32_t node)
{
    struct cairn_core_restore restore;
    uint8_t id[16], unused[16];
    cairn_err err = CAIRN_OK;
    uint32_t count = storm->feed_count;
    if (!storm->is_calm || storm->world->nodes[node].is_down) {
        return;
    }
    cairn_core_restore(storm->world->nodes[node].core, &restore);
    if (restore.is_restoring || !storm_ends_open(storm, node, id)) {
        return;
    }
    struct storm_feed *feed = storm->feeds;
    while (!feed->is_known || memcmp(feed->id, id, 16) != 0) {
        feed++;
    }
    bool is_refused = world_answer(storm->world, feed->next_token, &err, unused) && err != CAIRN_OK;
    if (is_refused && err == CAIRN_RESTORING) {
        renew_way(storm, node);
    }
    if (feed->next_token == 0 || is_refused) {
        storm_continue(storm, feed);
        feed->next_token = storm->feeds[count].token;
    }
}

/* What a node was not told, or did not take because it was busy or fell. */
void storm_tell(struct storm *storm)
{
    for (uint32_t node = 0; node < storm->nodes; node++) {
        if (!storm->is_calm && storm_below(storm, 20) > 0) {
            continue;
        }
        world_give_own(storm->world, node);
        if ((storm->recovered >> node & 1u) != 0) {
            renew_hand_over(storm, node);
            renew_continue(storm, node);
        }
    }
}

/* ---- another incarnation ---- */

static bool renew_may_recover(const struct storm *storm, uint32_t node)
{
    for (uint32_t i = 0; i < storm->nodes; i++) {
        if (world_rotten(storm->world, i) > 0) {
            return false;
        }
    }
    return !storm->world->nodes[node].is_liar && (storm->recovered >> node & 1u) == 0;
}

/* What nobody but the node held would be gone with its disk, so partners hold what it has said. The
 * feeds that were open go on in others. */
void storm_recover(struct storm *storm, uint32_t node)
{
    bool is_gone = !storm->is_calm && storm_below(storm, 2) == 0;
    uint32_t partners = storm_partners(storm, node);
    uint32_t count = storm->feed_count;
    if (!renew_may_recover(storm, node) || (!storm->is_calm && !storm_has(storm, STORM_RECOVER))) {
        return;
    }
    if (is_gone) {
        world_run(storm->world, 3000);
        is_gone = world_is_held(storm->world, node);
    }
    if (!world_recover(storm->world, node, is_gone)) {
        return;
    }
    storm->recovered |= 1u << node;
    storm->put_backs[node]++; /* what it wrote last may be gone */
    storm->has_backup[node] = false;
    storm->owed[node] |= partners & ~storm_partners(storm, node);
    renew_hand_over(storm, node);
    for (uint32_t i = 0; i < count; i++) {
        if (storm->feeds[i].is_known && storm->feeds[i].author == node) {
            storm_continue(storm, &storm->feeds[i]);
        }
    }
}

/* ---- another epoch, because a member has another key ---- */

static bool renew_is_open(const struct storm *storm, const struct storm_feed *feed,
                          struct cairn_core_feed *out)
{
    const struct cairn_core *core = storm->world->nodes[feed->author].core;
    uint32_t number;
    if (!feed->is_known || storm->world->nodes[feed->author].is_down ||
        !cairn_core_feed_find(core, feed->id, &number)) {
        return false;
    }
    cairn_core_feed(core, number, out);
    return out->author == 0 && out->kind == CAIRN_FEED_AUDIENCE && !out->is_closed &&
           !out->is_lost && out->tagged == out->commits;
}

bool storm_is_stale(const struct storm *storm, const struct storm_feed *feed)
{
    struct cairn_core_feed held;
    return storm_has(storm, STORM_ROTATE) && renew_is_open(storm, feed, &held) &&
           world_is_stale(storm->world, feed->author, feed->id);
}

/* The next epoch; where there is none, the feed is closed, and another one continues it. */
void storm_seal(struct storm *storm, struct storm_feed *feed)
{
    struct world_command command = {.type = CAIRN_EVENT_FEED_REKEY};
    cairn_err err = CAIRN_OK;
    uint8_t unused[16];
    memcpy(command.feed, feed->id, 16);
    if (feed->rekey_token != 0) {
        (void)world_answer(storm->world, feed->rekey_token, &err, unused);
    }
    if (err == CAIRN_FULL) {
        command.type = CAIRN_EVENT_FEED_CLOSE;
        (void)world_begin(storm->world, feed->author, &command);
        storm_continue(storm, feed);
        return;
    }
    feed->rekey_token = world_begin(storm->world, feed->author, &command);
}

void storm_seal_all(struct storm *storm)
{
    for (uint32_t i = 0; i < storm->feed_count; i++) {
        if (!storm->world->nodes[storm->feeds[i].author].is_liar &&
            storm_is_stale(storm, &storm->feeds[i])) {
            storm_seal(storm, &storm->feeds[i]);
        }
    }
}

/* One more word into every feed that takes any, under the newest keys. */
void storm_last_words(struct storm *storm)
{
    struct cairn_core_feed held;
    uint32_t count = storm->feed_count;
    storm_learn(storm);
    for (uint32_t i = 0; i < count; i++) {
        if (renew_is_open(storm, &storm->feeds[i], &held)) {
            storm_write(storm, storm->feeds[i].author, storm->feeds[i].id);
        }
    }
    for (uint32_t node = 0; node < storm->nodes; node++) {
        for (uint32_t peer = 0; peer < storm->nodes; peer++) {
            uint8_t feed[16];
            if (peer != node && world_find_pairwise(storm->world, node, peer, feed)) {
                storm_write(storm, node, feed);
            }
        }
    }
}
