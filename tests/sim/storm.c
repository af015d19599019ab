#include "tests/sim/storm.h"

#include "schema/base/limits.h"
#include "tests/sim/liar.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STORM_SETTLE_MS (30u * 60000u) /* everything is everywhere so long after the last fault */
#define STORM_SLICE_MS  7000u

static struct {
    uint64_t ms;
    uint64_t faults;
} storm_played;

uint64_t storm_played_ms(void)
{
    return storm_played.ms;
}

uint64_t storm_played_faults(void)
{
    return storm_played.faults;
}

uint32_t storm_below(struct storm *storm, uint32_t bound)
{
    return test_rng_below(&storm->rng, bound);
}

bool storm_has(const struct storm *storm, enum storm_class class)
{
    return (storm->classes >> class & 1u) != 0;
}

const struct storm_feed *storm_feed_of(const struct storm *storm, const uint8_t id[static 16])
{
    for (uint32_t i = 0; i < storm->feed_count; i++) {
        if (storm->feeds[i].is_known && memcmp(storm->feeds[i].id, id, 16) == 0) {
            return &storm->feeds[i];
        }
    }
    return NULL;
}

/* ---- who there is ---- */

static uint32_t storm_pick_nodes(struct storm *storm)
{
    uint32_t dice = storm_below(storm, 400);
    if (dice == 0) {
        return 11 + storm_below(storm, 20);
    }
    return dice < 20 ? 7 + storm_below(storm, 4) : 3 + storm_below(storm, 4);
}

/* Noise, and sometimes what it does all the time. */
static uint32_t storm_pick_plays(struct storm *storm)
{
    static const enum world_play always[] = {WORLD_PLAY_STALL, WORLD_PLAY_WITHHOLD, WORLD_PLAY_SWAP,
                                             WORLD_PLAY_MUTE};
    static const uint32_t rarity[] = {3, 3, 3, 12};
    uint32_t plays = storm_below(storm, 5) == 0 ? 0 : WORLD_PLAY_NOISE;
    for (uint32_t i = 0; i < 4; i++) {
        plays |= storm_below(storm, rarity[i]) == 0 ? always[i] : 0;
    }
    return plays;
}

static void storm_meet(struct storm *storm)
{
    uint32_t density = storm_below(storm, 3) == 0 ? 60 : 100;
    for (uint32_t a = 0; a < storm->nodes; a++) {
        for (uint32_t b = a + 1; b < storm->nodes; b++) {
            if (b == a + 1 || storm_below(storm, 100) < density) { /* nobody is alone */
                world_meet(storm->world, a, b);
            }
        }
    }
}

bool storm_has_officers(uint64_t seed)
{
    struct test_rng rng = {.state = seed ^ 0x636c65726b};
    return test_rng_below(&rng, 3) == 0;
}

static void storm_open(struct storm *storm, uint64_t seed)
{
    static const uint32_t latencies[] = {1, 20, 100, 300, 1000};
    static const uint32_t cuts[] = {0, 10, 60, 200};
    static const uint32_t pauses[] = {300, 1500, 5000, 20000};
    *storm =
        (struct storm){.seed = seed, .rng.state = seed ^ 0x73746f726d, .officers.state = ~seed};
    storm->has_states = storm_has_officers(seed);
    storm->nodes = storm_pick_nodes(storm);
    struct world_options options = {
        .seed = seed,
        .nodes = storm->nodes,
        .latency_ms_max = latencies[storm_below(storm, 5)],
        .retry_ms_max = 10 + storm_below(storm, 3000),
        .disk_ms_max = storm_below(storm, 3) == 0 ? storm_below(storm, 200) : 5,
        .cut_percent = cuts[storm_below(storm, 4)],
        .has_states = storm->has_states,
        .is_real = storm->nodes <= 4 && storm_below(storm, 40) == 0,
    };
    storm->classes = storm_below(storm, 1u << STORM_CLASSES);
    if (storm_has(storm, STORM_ROT)) {
        options.scrub_ms = 30000 + storm_below(storm, 270000);
        if (storm_below(storm, 2) == 0) { /* else nothing rots there, and all is read */
            storm->classes &= ~(1u << STORM_FORGET | 1u << STORM_PUT_BACK | 1u << STORM_NO_GUARD);
        }
    }
    storm->rounds = 20 + storm_below(storm, storm->nodes > 10 ? 20 : 80);
    storm->pause_ms_max = pauses[storm_below(storm, 4)];
    storm->world = world_open(&options);
    storm_meet(storm);
    if (storm->nodes > 3 && storm_below(storm, 4) == 0) {
        uint32_t villain = storm_below(storm, storm->nodes);
        storm->villains = 1u << villain;
        if (!options.is_real && storm_below(storm, 2) == 0) {
            storm->liar = liar_open(storm->world, villain, seed);
        } else {
            world_make_villain(storm->world, villain, storm_pick_plays(storm));
        }
    }
}

/* ---- what is asked for ---- */

static bool storm_is_partner(const struct storm *storm, uint32_t a, uint32_t b)
{
    return world_recognises(storm->world, a, b);
}

/* For these nodes, behind that feed (NULL: it is the first one). */
static void storm_feed_begin(struct storm *storm, uint32_t node, uint32_t wanted,
                             const uint8_t *continues)
{
    char members[WORLD_NODES_MAX * 3 + 1];
    if (storm->feed_count == STORM_FEEDS_MAX) {
        return;
    }
    world_members(storm->world, wanted, members);
    struct world_command command = {.type = CAIRN_EVENT_FEED_OPEN, .members = members};
    if (continues != NULL) {
        memcpy(command.continues, continues, 16);
    }
    /* Of those for nobody else yet, half are for nobody else ever. */
    command.is_private = continues == NULL && wanted == 1u << node && storm_below(storm, 2) == 0;
    struct storm_feed *feed = &storm->feeds[storm->feed_count++];
    *feed = (struct storm_feed){.author = node, .wanted = wanted};
    feed->token = world_begin(storm->world, node, &command);
}

static void storm_feed_open(struct storm *storm, uint32_t node)
{
    uint32_t wanted = 1u << node;
    for (uint32_t peer = 0; peer < storm->nodes; peer++) {
        if (peer != node && storm_is_partner(storm, node, peer) && storm_below(storm, 3) > 0) {
            wanted |= 1u << peer;
        }
    }
    storm_feed_begin(storm, node, wanted, NULL);
}

void storm_continue(struct storm *storm, const struct storm_feed *feed)
{
    uint32_t wanted = 1u << feed->author;
    for (uint32_t peer = 0; peer < storm->nodes; peer++) {
        bool is_wanted = (feed->wanted >> peer & 1u) != 0;
        wanted |= is_wanted && storm_is_partner(storm, feed->author, peer) ? 1u << peer : 0;
    }
    storm_feed_begin(storm, feed->author, wanted, feed->id);
}

void storm_learn(struct storm *storm)
{
    for (uint32_t i = 0; i < storm->feed_count; i++) {
        struct storm_feed *feed = &storm->feeds[i];
        cairn_err err = CAIRN_OK;
        uint8_t id[16];
        if (!feed->is_known && world_answer(storm->world, feed->token, &err, id) &&
            err == CAIRN_OK) {
            feed->is_known = true;
            memcpy(feed->id, id, 16);
        }
    }
}

/* A feed of this node that is known; NULL: none. */
static struct storm_feed *storm_pick_feed(struct storm *storm, uint32_t node)
{
    for (uint32_t i = 0; i < 8 && storm->feed_count > 0; i++) {
        struct storm_feed *feed = &storm->feeds[storm_below(storm, storm->feed_count)];
        if (feed->is_known && feed->author == node) {
            return feed;
        }
    }
    return NULL;
}

void storm_write(struct storm *storm, uint32_t node, const uint8_t feed[static 16])
{
    char text[32];
    struct world_command command = {.type = CAIRN_EVENT_APPEND, .word = text};
    if (storm->word_count == STORM_WORDS_MAX) {
        return;
    }
    struct storm_word *word = &storm->words[storm->word_count];
    (void)snprintf(text, sizeof text, "w-%u", storm->word_count++);
    *word = (struct storm_word){.author = node, .put_backs = storm->put_backs[node]};
    memcpy(word->feed, feed, 16);
    memcpy(command.feed, feed, 16);
    word->token = world_begin(storm->world, node, &command);
}

static void storm_append(struct storm *storm, uint32_t node)
{
    struct world_command command = {.type = CAIRN_EVENT_APPEND};
    struct storm_feed *feed = storm_pick_feed(storm, node);
    uint32_t peer = storm_below(storm, storm->nodes);
    if (feed != NULL && storm_below(storm, 4) > 0) {
        if (storm_is_stale(storm, feed)) {
            storm_seal(storm, feed);
            return;
        }
        memcpy(command.feed, feed->id, 16);
    } else if (peer == node || !storm_is_partner(storm, node, peer) ||
               !world_find_pairwise(storm->world, node, peer, command.feed)) {
        return;
    }
    if (storm_has(storm, STORM_LARGE) && storm_below(storm, 6) == 0) {
        command.size_bytes = 256 + storm_below(storm, 60000);
        (void)world_begin(storm->world, node, &command);
        return;
    }
    storm_write(storm, node, command.feed);
}

static void storm_change_feed(struct storm *storm, uint32_t node)
{
    static const enum cairn_event_type types[] = {CAIRN_EVENT_FEED_ADMIT, CAIRN_EVENT_FEED_REKEY,
                                                  CAIRN_EVENT_FEED_CLOSE};
    uint32_t pick = storm_below(storm, 3);
    struct storm_feed *feed = storm_pick_feed(storm, node);
    struct world_command command = {.type = types[pick],
                                    .country = storm_below(storm, storm->nodes)};
    if (feed == NULL || !storm_has(storm, (enum storm_class)(STORM_ADMIT + pick)) ||
        (command.type == CAIRN_EVENT_FEED_CLOSE && storm_below(storm, 3) > 0)) {
        return;
    }
    if (command.type == CAIRN_EVENT_FEED_ADMIT) {
        if (!storm_is_partner(storm, node, command.country)) {
            return;
        }
        feed->wanted |= 1u << command.country;
    }
    memcpy(command.feed, feed->id, 16);
    (void)world_begin(storm->world, node, &command);
}

static void storm_change_partner(struct storm *storm, uint32_t node)
{
    struct world_command command = {.country = storm_below(storm, storm->nodes)};
    if (command.country == node || !storm_has(storm, STORM_FORGET)) {
        return;
    }
    command.type =
        storm_is_partner(storm, node, command.country) ? CAIRN_EVENT_FORGET : CAIRN_EVENT_DOCUMENT;
    if (command.type == CAIRN_EVENT_FORGET && storm_below(storm, 4) > 0) {
        return;
    }
    storm->owed[node] &= ~(1u << command.country);
    (void)world_begin(storm->world, node, &command);
}

static void storm_order(struct storm *storm)
{
    uint32_t node = storm_below(storm, storm->nodes);
    uint32_t dice = storm_below(storm, 40);
    uint8_t hash[32];
    storm_learn(storm);
    storm_add_owed(storm);
    storm_tell(storm);
    if (dice < 3) {
        storm_feed_open(storm, node);
    } else if (dice < 7) {
        storm_change_feed(storm, node);
    } else if (dice < 9) {
        storm_change_partner(storm, node);
    } else if (dice == 9 && storm_has(storm, STORM_POLICY)) {
        test_rng_bytes(&storm->rng, hash, sizeof hash);
        world_policy(storm->world, node, hash);
    } else if (dice == 10 && storm_below(storm, 3) > 0) {
        storm_renew(storm, node);
    } else if (dice == 10) {
        storm_recover(storm, node);
    } else {
        storm_append(storm, node);
    }
}

/* ---- the play ---- */

static void storm_dump(const struct storm *storm)
{
    for (uint32_t node = 0; getenv("CAIRN_SIM_DUMP") != NULL && node < storm->nodes; node++) {
        world_dump(storm->world, node);
    }
}

static void storm_settle(struct storm *storm)
{
    char why[256] = "";
    uint64_t end_ms = world_now(storm->world) + STORM_SETTLE_MS;
    storm_add_owed(storm);
    world_run(storm->world, 2 * CAIRN_LIMIT_HEARTBEAT_MS); /* private entries wait for it */
    while (!storm_is_settled(storm, why, sizeof why)) {
        if (world_now(storm->world) >= end_ms) {
            storm_dump(storm);
            fail_msg("after %u minutes of calm: %s", STORM_SETTLE_MS / 60000, why);
        }
        if (world_now(storm->world) >= end_ms - STORM_SETTLE_MS / 2) {
            storm_give_up(storm);
        }
        storm_learn(storm);
        storm_add_owed(storm);
        storm_tell(storm);
        storm_seal_all(storm);
        world_run(storm->world, STORM_SLICE_MS);
    }
}

/* Who waits for what nobody gives back ends its origin. gives false when nobody does */
static bool storm_recover_excused(struct storm *storm)
{
    uint32_t before = storm->recovered;
    for (uint32_t node = 0; node < storm->nodes; node++) {
        if ((storm->villains >> node & 1u) == 0 && storm_is_excused(storm, node)) {
            storm_recover(storm, node);
        }
    }
    return storm->recovered != before;
}

void storm_play_told(uint64_t seed, storm_teller *tell, uint8_t out_trace[static 32])
{
    static struct storm storm;
    storm_open(&storm, seed);
    for (uint32_t node = 0; node < storm.nodes; node++) {
        storm_feed_open(&storm, node);
    }
    world_run(storm.world, storm_below(&storm, 20000));
    for (uint32_t round = 0; round < storm.rounds; round++) {
        for (uint32_t left = storm_below(&storm, 6); left > 0; left--) {
            storm_order(&storm);
        }
        storm_officers(&storm);
        storm_fault(&storm);
        storm_lie(&storm);
        world_run(storm.world, storm_below(&storm, storm.pause_ms_max));
        storm_check_always(&storm);
    }
    storm_learn(&storm);
    storm_calm(&storm);
    storm_settle(&storm);
    if (storm_recover_excused(&storm)) {
        storm_settle(&storm);
    }
    if (storm_has(&storm, STORM_ROTATE)) {
        storm_last_words(&storm);
        storm_settle(&storm);
    }
    storm_settle_lies(&storm);
    storm_dump(&storm);
    storm_check_always(&storm);
    storm_check_settled(&storm);
    storm_check_lies(&storm);
    storm_check_states(&storm);
    if (storm_lose_views(&storm)) {
        storm_settle(&storm);
        storm_check_settled(&storm);
        storm_check_kept(&storm);
    }
    storm_played.ms += world_now(storm.world) - WORLD_EPOCH_MS;
    storm_played.faults += storm.faults;
    world_trace(storm.world, out_trace);
    if (tell != NULL) {
        tell(&storm);
    }
    liar_close(storm.liar);
    world_close(storm.world);
}

void storm_play(uint64_t seed, uint8_t out_trace[static 32])
{
    storm_play_told(seed, NULL, out_trace);
}
