/* A country that tells two partners two histories, under the same keys: the partners find out when
 * they compare, everybody is shown the proof, and nobody who is honest is ever accused. */
#include "tests/sim/world.h"

#include <stdio.h>
#include <string.h>

enum { AUT, SRB, GEO, POL, TWIN, NODES };

#define MINUTE_MS 60000u

/* AUT speaks to SRB alone, its twin to GEO alone; POL hears of AUT through them only. */
static struct world *scene_open(uint64_t seed, uint32_t latency_ms, uint32_t cut_percent)
{
    struct world_options options = {.seed = seed,
                                    .nodes = NODES,
                                    .latency_ms_max = latency_ms,
                                    .cut_percent = cut_percent,
                                    .has_twin = true};
    struct world *world = world_open(&options);
    world_cut(world, AUT, TWIN, false);
    world_cut(world, AUT, GEO, false);
    world_cut(world, AUT, POL, false);
    world_cut(world, TWIN, SRB, false);
    world_cut(world, TWIN, POL, false);
    for (uint32_t a = SRB; a <= POL; a++) {
        for (uint32_t b = a + 1; b <= POL; b++) {
            world_meet(world, a, b);
        }
        world_meet(world, AUT, a);
        world_meet(world, TWIN, a);
    }
    return world;
}

/* How many origins a node holds to be forked; all of this country. */
static uint32_t scene_forked(struct world *world, uint32_t node, const char *country)
{
    struct cairn_core *core = world_core(world, node);
    uint32_t count = 0;
    for (uint32_t i = 0; i < cairn_core_peer_count(core); i++) {
        struct cairn_core_peer peer;
        cairn_core_peer(core, i, &peer);
        if (peer.is_forked) {
            assert_string_equal(peer.country, country); /* never an honest one */
            count++;
        }
    }
    return count;
}

static void scene_words(struct world *world, uint32_t node, uint32_t count)
{
    uint8_t feed[16];
    char word[32];
    world_pairwise(world, node, node == TWIN ? GEO : SRB, feed);
    for (uint32_t i = 0; i < count; i++) {
        snprintf(word, sizeof word, "word %u of %u", i, node);
        assert_err(world_append(world, node, feed, word), CAIRN_OK);
    }
}

TEST(two_histories_are_proved_to_everybody_within_two_minutes)
{
    uint32_t told = 0;
    for (uint64_t seed = 1; seed <= 5; seed++) {
        struct world *world = scene_open(seed, 30, 0);
        scene_words(world, AUT, 3);
        scene_words(world, TWIN, (uint32_t)seed * 2);
        world_run(world, 2 * MINUTE_MS);
        for (uint32_t node = AUT; node < NODES; node++) {
            assert_int_equal(scene_forked(world, node, "AUT"), 1);
            assert_int_equal(world_notices(world, node, CAIRN_NOTICE_FORK_PROVEN), 1);
        }
        told += world_second_histories(world); /* where both told one size: not in every seed */
        world_close(world);
    }
    assert_true(told > 0);
}

TEST(a_proof_survives_crashes_and_cut_lines)
{
    for (uint64_t seed = 11; seed <= 14; seed++) {
        struct world *world = scene_open(seed, 100, 30);
        scene_words(world, AUT, 1);
        world_run(world, MINUTE_MS);
        world_crash(world, GEO);
        world_run(world, 3 * MINUTE_MS);
        world_crash(world, SRB);
        world_crash(world, POL);
        world_calm(world);
        world_run(world, MINUTE_MS);
        for (uint32_t node = SRB; node <= POL; node++) {
            assert_int_equal(scene_forked(world, node, "AUT"), 1);
        }
        world_close(world);
    }
}

TEST(the_journal_ends_where_it_was_proved_and_the_author_signs_no_more)
{
    struct world *world = scene_open(21, 30, 0);
    struct cairn_core_peer before[NODES], after;
    uint8_t feed[16];
    world_run(world, 2 * MINUTE_MS);
    for (uint32_t node = AUT; node < NODES; node++) {
        cairn_core_peer(world_core(world, node), 0, &before[node]);
    }
    world_pairwise(world, AUT, SRB, feed);
    assert_err(world_append(world, AUT, feed, "too late"), CAIRN_STATE);
    world_run(world, 3 * MINUTE_MS);
    for (uint32_t node = AUT; node < NODES; node++) {
        cairn_core_peer(world_core(world, node), 0, &after);
        bool is_author = node == AUT || node == TWIN;
        assert_true(is_author ? after.journal_size == before[node].journal_size
                              : after.journal_size > before[node].journal_size);
    }
    world_close(world);
}

/* Partners that were away, old offers, crashes, lines that break: all of it honest. */
TEST(nobody_is_accused_where_nobody_lies)
{
    for (uint64_t seed = 31; seed <= 34; seed++) {
        struct world_options options = {
            .seed = seed, .nodes = 4, .latency_ms_max = 200, .cut_percent = 60};
        struct world *world = world_open(&options);
        world_meet_all(world);
        for (uint32_t round = 0; round < 6; round++) {
            uint32_t away = (uint32_t)(seed + round) % 4;
            for (uint32_t peer = 0; peer < 4; peer++) {
                if (peer != away) {
                    world_cut(world, away, peer, round % 2 == 0);
                }
            }
            world_run(world, MINUTE_MS + 7000);
            world_crash(world, (away + 1) % 4);
        }
        for (uint32_t node = 0; node < 4; node++) {
            assert_int_equal(scene_forked(world, node, ""), 0);
            assert_int_equal(world_notices(world, node, CAIRN_NOTICE_FORK_PROVEN), 0);
            assert_int_equal(world_notices(world, node, CAIRN_NOTICE_FORK), 0);
        }
        assert_int_equal(world_second_histories(world), 0);
        world_close(world);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_histories_are_proved_to_everybody_within_two_minutes),
        cmocka_unit_test(a_proof_survives_crashes_and_cut_lines),
        cmocka_unit_test(the_journal_ends_where_it_was_proved_and_the_author_signs_no_more),
        cmocka_unit_test(nobody_is_accused_where_nobody_lies),
    };
    return cmocka_run_group_tests_name("scene_fork", tests, NULL, NULL);
}
