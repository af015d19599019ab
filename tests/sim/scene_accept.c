/* Scenes of what is taken: a country that floods its partners is held down by them, whoever serves
 * it, and nobody else notices. */
#include "tests/sim/world.h"

#include <stdio.h>
#include <string.h>

enum { AUT, SRB, GEO, POL };

#define MINUTE_MS 60000u
#define KIB       1024u
#define ALL       "AUTGEOPOLSRB"

static const struct cairn_accept everybody = {.is_heard = true, .store_bytes = UINT64_MAX};

/* Four countries; AUT takes so much of GEO, and all of the others. */
static struct world *scene_open(uint64_t seed, uint32_t entries_per_s, uint64_t store_bytes)
{
    struct world_options options = {.seed = seed, .nodes = 4, .latency_ms_max = 20};
    struct world *world = world_open(&options);
    const struct cairn_accept rows[] = {
        everybody,
        {.country = {'G', 'E', 'O'},
         .is_heard = true,
         .entries_per_s = entries_per_s,
         .store_bytes = store_bytes},
    };
    world_accept(world, AUT, rows, 2);
    world_meet_all(world);
    return world;
}

static void scene_append(struct world *world, uint32_t node, const uint8_t feed[static 16],
                         const char *word, size_t size)
{
    cairn_err err = CAIRN_BUSY;
    for (uint32_t i = 0; i < 50 && (err == CAIRN_BUSY || err == CAIRN_TIMEOUT); i++) {
        err = word != NULL ? world_append(world, node, feed, word)
                           : world_append_large(world, node, feed, size);
    }
    assert_err(err, CAIRN_OK);
}

static void scene_words(struct world *world, uint32_t node, const uint8_t feed[static 16],
                        const char *prefix, uint32_t count)
{
    char word[32];
    for (uint32_t i = 0; i < count; i++) {
        snprintf(word, sizeof word, "%s-%u", prefix, i);
        scene_append(world, node, feed, word, 0);
    }
}

static bool scene_knows_all(struct world *world, uint32_t node, const char *prefix, uint32_t count)
{
    char word[32];
    for (uint32_t i = 0; i < count; i++) {
        snprintf(word, sizeof word, "%s-%u", prefix, i);
        if (!world_knows(world, node, word)) {
            return false;
        }
    }
    return true;
}

static enum cairn_core_accepted_state scene_state(struct world *world, uint32_t node,
                                                  const char *country)
{
    struct cairn_core_accepted accepted;
    cairn_core_accept(world_core(world, node), (const uint8_t *)country, &accepted);
    return accepted.state;
}

/* What the core counts is no less than what lies on the disk. */
static void scene_is_counted(struct world *world)
{
    struct cairn_core_accepted accepted;
    cairn_core_accept(world_core(world, AUT), (const uint8_t *)"GEO", &accepted);
    assert_true(world_held(world, AUT, GEO) <= accepted.held_bytes);
    assert_true(accepted.held_bytes <= accepted.limits.store_bytes);
}

TEST(a_flood_is_kept_to_its_limit_and_nobody_else_waits)
{
    struct world *world = scene_open(1, 0, 512 * KIB);
    uint8_t flood[16], of_srb[16];
    assert_err(world_feed_open(world, GEO, ALL, flood), CAIRN_OK);
    assert_err(world_feed_open(world, SRB, ALL, of_srb), CAIRN_OK);
    for (uint32_t i = 0; i < 40; i++) {
        char word[32];
        scene_append(world, GEO, flood, NULL, 60 * KIB);
        snprintf(word, sizeof word, "srb-%u", i);
        scene_append(world, SRB, of_srb, word, 0);
        scene_is_counted(world);
        if (i == 20) {
            world_crash(world, AUT);
        }
    }
    scene_words(world, GEO, flood, "late", 2);
    world_run(world, 3 * MINUTE_MS);
    scene_is_counted(world);
    assert_true(world_held(world, AUT, GEO) > 256 * KIB);
    assert_true(world_held(world, SRB, GEO) > 2000 * KIB);
    assert_int_equal(scene_state(world, AUT, "GEO"), CAIRN_ACCEPTED_FULL);
    assert_int_equal(scene_state(world, AUT, "SRB"), CAIRN_ACCEPTED_OPEN);
    assert_true(world_notices(world, AUT, CAIRN_NOTICE_ACCEPT_FULL) > 0);
    assert_true(scene_knows_all(world, AUT, "srb", 40));
    assert_true(scene_knows_all(world, GEO, "srb", 40));
    assert_false(world_knows(world, AUT, "late-0"));
    assert_true(world_knows(world, POL, "late-0"));
    /* It was AUT that did not take it: GEO withheld nothing. */
    assert_int_equal(world_notices(world, AUT, CAIRN_NOTICE_MISSING), 0);

    world_accept(world, AUT, &everybody, 1);
    world_run(world, 2 * MINUTE_MS);
    assert_true(scene_knows_all(world, AUT, "late", 2));
    assert_int_equal(world_notices(world, AUT, CAIRN_NOTICE_MISSING), 0);
    world_close(world);
}

TEST(a_villain_that_floods_ends_at_its_limit)
{
    struct world *world = scene_open(2, 200, 300 * KIB);
    uint8_t flood[16], of_srb[16];
    assert_err(world_feed_open(world, GEO, ALL, flood), CAIRN_OK);
    assert_err(world_feed_open(world, SRB, ALL, of_srb), CAIRN_OK);
    world_run(world, MINUTE_MS);
    world_make_villain(world, GEO, WORLD_PLAY_NOISE);
    for (uint32_t i = 0; i < 60; i++) {
        struct world_command command = {.type = CAIRN_EVENT_APPEND, .size_bytes = 40 * KIB};
        memcpy(command.feed, flood, 16);
        (void)world_begin(world, GEO, &command);
        world_run(world, 3000);
        scene_is_counted(world);
    }
    scene_words(world, SRB, of_srb, "srb", 10);
    world_calm(world);
    world_run(world, 3 * MINUTE_MS);
    scene_is_counted(world);
    assert_true(scene_knows_all(world, AUT, "srb", 10));
    assert_true(scene_knows_all(world, POL, "srb", 10));
    world_close(world);
}

/* Entries, and leaves, that AUT has of GEO. */
static uint64_t scene_taken(struct world *world)
{
    struct cairn_core *core = world_core(world, AUT);
    uint64_t taken = 0;
    for (uint32_t i = 0; i < cairn_core_feed_count(core); i++) {
        struct cairn_core_feed feed;
        struct cairn_core_peer peer;
        cairn_core_feed(core, i, &feed);
        cairn_core_peer(core, feed.author, &peer);
        taken += strcmp(peer.country, "GEO") == 0 ? feed.size : 0;
    }
    for (uint32_t i = 0; i < cairn_core_peer_count(core); i++) {
        struct cairn_core_peer peer;
        cairn_core_peer(core, i, &peer);
        taken += strcmp(peer.country, "GEO") == 0 ? peer.journal_size : 0;
    }
    return taken;
}

TEST(a_rate_holds_whoever_serves_the_author)
{
    struct world *world = scene_open(3, 5, UINT64_MAX);
    uint8_t flood[16];
    world_cut(world, AUT, GEO, false); /* only relays reach AUT */
    assert_err(world_feed_open(world, GEO, ALL, flood), CAIRN_OK);
    world_run(world, MINUTE_MS);
    for (uint32_t i = 0; i < 400; i++) { /* each entry in a commit of its own: 800 in all */
        char word[32];
        snprintf(word, sizeof word, "geo-%u", i);
        scene_append(world, GEO, flood, word, 0);
    }
    world_run(world, 100);
    uint64_t before = scene_taken(world);
    uint64_t from_ms = world_now(world);
    assert_true(before < 600);
    while (!scene_knows_all(world, AUT, "geo", 400)) {
        world_run(world, 1000);
        uint64_t passed_s = (world_now(world) - from_ms) / 1000;
        assert_true(scene_taken(world) - before <= 5 * passed_s + 5 + 60);
        assert_true(passed_s < 400);
    }
    assert_true(world_notices(world, AUT, CAIRN_NOTICE_ACCEPT_SLOWED) > 0);
    assert_int_equal(world_notices(world, AUT, CAIRN_NOTICE_MISSING), 0);
    assert_int_equal(world_notices(world, AUT, CAIRN_NOTICE_COMMIT_REFUSED), 0);
    world_close(world);
}

TEST(a_partner_without_a_row_is_not_heard_until_it_has_one)
{
    struct world *world = scene_open(4, 0, UINT64_MAX);
    const struct cairn_accept rows[] = {
        {.country = {'S', 'R', 'B'}, .is_heard = true, .store_bytes = UINT64_MAX}};
    uint8_t of_geo[16], of_srb[16], of_aut[16];
    world_accept(world, AUT, rows, 1);
    assert_err(world_feed_open(world, GEO, ALL, of_geo), CAIRN_OK);
    assert_err(world_feed_open(world, SRB, ALL, of_srb), CAIRN_OK);
    assert_err(world_feed_open(world, AUT, ALL, of_aut), CAIRN_OK);
    scene_words(world, GEO, of_geo, "geo", 5);
    scene_words(world, SRB, of_srb, "srb", 5);
    scene_words(world, AUT, of_aut, "aut", 5);
    world_run(world, 2 * MINUTE_MS);
    uint64_t held = world_held(world, AUT, GEO);
    assert_true(held < 8 * KIB); /* of before it was said */
    assert_false(world_knows(world, AUT, "geo-0"));
    assert_true(scene_knows_all(world, AUT, "srb", 5));
    assert_true(scene_knows_all(world, GEO, "aut", 5)); /* it is still told */
    world_crash(world, AUT);
    world_run(world, 2 * MINUTE_MS);
    assert_int_equal(world_held(world, AUT, GEO), held);
    assert_int_equal(scene_state(world, AUT, "GEO"), CAIRN_ACCEPTED_NOT);
    world_accept(world, AUT, &everybody, 1);
    world_run(world, MINUTE_MS);
    assert_true(scene_knows_all(world, AUT, "geo", 5));
    assert_int_equal(world_notices(world, AUT, CAIRN_NOTICE_MISSING), 0);
    world_close(world);
}

TEST(while_room_is_scarce_only_the_own_country_writes)
{
    struct world *world = scene_open(5, 0, UINT64_MAX);
    uint8_t of_geo[16], of_aut[16];
    assert_err(world_feed_open(world, GEO, ALL, of_geo), CAIRN_OK);
    assert_err(world_feed_open(world, AUT, ALL, of_aut), CAIRN_OK);
    scene_words(world, GEO, of_geo, "early", 3);
    world_run(world, MINUTE_MS);
    world_space(world, AUT, true);
    uint64_t held = world_held(world, AUT, GEO);
    scene_words(world, GEO, of_geo, "geo", 5);
    scene_words(world, AUT, of_aut, "aut", 5);
    world_run(world, 3 * MINUTE_MS);
    assert_true(world_held(world, AUT, GEO) <= held + 2 * KIB); /* a cosigned checkpoint */
    assert_int_equal(scene_state(world, AUT, "GEO"), CAIRN_ACCEPTED_SCARCE);
    assert_true(scene_knows_all(world, GEO, "aut", 5));
    world_space(world, AUT, false);
    world_run(world, MINUTE_MS);
    assert_true(scene_knows_all(world, AUT, "geo", 5));
    assert_int_equal(world_notices(world, AUT, CAIRN_NOTICE_MISSING), 0);
    world_close(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_flood_is_kept_to_its_limit_and_nobody_else_waits),
        cmocka_unit_test(a_villain_that_floods_ends_at_its_limit),
        cmocka_unit_test(a_rate_holds_whoever_serves_the_author),
        cmocka_unit_test(a_partner_without_a_row_is_not_heard_until_it_has_one),
        cmocka_unit_test(while_room_is_scarce_only_the_own_country_writes),
    };
    return cmocka_run_group_tests_name("scene_accept", tests, NULL, NULL);
}
