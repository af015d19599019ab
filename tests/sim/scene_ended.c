/* A fork that is left behind: the country's root key ends an origin at a position, and lists
 * another one. The same act revokes a stolen key: scene_told.c. */
#include "tests/sim/world.h"

#include <string.h>

enum { AUT, SRB, GEO, POL, TWIN, NODES };

#define MINUTE_MS 60000u

static struct cairn_core_peer first_origin(struct world *world, uint32_t node)
{
    struct cairn_core_peer peer = {.origin = ""};
    struct cairn_core *core = world_core(world, node);
    for (uint32_t i = 0; i < cairn_core_peer_count(core); i++) {
        cairn_core_peer(core, i, &peer);
        if (strcmp(peer.origin, "test-sim/AUT/sim-1/1") == 0) {
            return peer;
        }
    }
    fail_msg("node %u does not know the origin", node);
    return peer;
}

/* AUT runs twice, under the same keys: SRB hears one history, GEO the other one. */
static struct world *open_fork(uint64_t seed)
{
    struct world_options options = {
        .seed = seed, .nodes = NODES, .latency_ms_max = 30, .has_twin = true};
    struct world *world = world_open(&options);
    uint8_t feed[16];
    for (uint32_t node = SRB; node <= TWIN; node++) {
        world_cut(world, AUT, node, node == SRB);
        world_cut(world, TWIN, node == TWIN ? AUT : node, node == GEO);
    }
    for (uint32_t a = SRB; a <= POL; a++) {
        for (uint32_t b = a + 1; b <= POL; b++) {
            world_meet(world, a, b);
        }
        world_meet(world, AUT, a);
        world_meet(world, TWIN, a);
    }
    world_pairwise(world, AUT, SRB, feed);
    assert_err(world_append(world, AUT, feed, "to SRB"), CAIRN_OK);
    world_pairwise(world, TWIN, GEO, feed);
    assert_err(world_append(world, TWIN, feed, "to GEO"), CAIRN_OK);
    world_run(world, 2 * MINUTE_MS);
    for (uint32_t node = SRB; node <= POL; node++) {
        assert_true(first_origin(world, node).is_forked);
    }
    return world;
}

TEST(a_dispute_is_left_by_standing_by_one_branch)
{
    struct world *world = open_fork(5);
    struct cairn_core_peer held = first_origin(world, SRB);
    assert_true(world_knows(world, SRB, "to SRB"));
    world_end(world, SRB, held.journal_size, held.journal_root);
    world_run(world, 2 * MINUTE_MS);
    assert_false(first_origin(world, SRB).is_forked);
    assert_false(first_origin(world, SRB).is_repudiated);
    assert_true(world_knows(world, SRB, "to SRB"));
    /* GEO's leaves lead elsewhere: it leaves its branch for the one that the country named. */
    assert_int_equal(world_notices(world, GEO, CAIRN_NOTICE_BRANCH_LEFT), 1);
    assert_int_equal(first_origin(world, GEO).journal_size, held.journal_size);
    assert_memory_equal(first_origin(world, GEO).journal_root, held.journal_root, 32);
    assert_false(first_origin(world, GEO).is_forked);
    assert_false(first_origin(world, GEO).is_repudiated);
    assert_false(world_knows(world, GEO, "to GEO"));
    world_close(world);
}

/* AUT's machine is cloned: what it wrote before is on both branches. SRB hears AUT, and GEO its
 * clone, which rekeys the feed that they share, too. */
static struct world *open_clone(uint64_t seed, uint8_t feed[static 16])
{
    struct world_options options = {
        .seed = seed, .nodes = NODES, .latency_ms_max = 30, .has_twin = true};
    struct world *world = world_open(&options);
    uint8_t pairwise[16];
    for (uint32_t a = AUT; a <= POL; a++) {
        world_cut(world, TWIN, a, false);
        for (uint32_t b = a + 1; b <= POL; b++) {
            world_meet(world, a, b);
        }
    }
    assert_err(world_feed_open(world, AUT, "AUTGEOSRB", feed), CAIRN_OK);
    assert_err(world_append(world, AUT, feed, "shared"), CAIRN_OK);
    world_pairwise(world, AUT, GEO, pairwise);
    assert_err(world_append(world, AUT, pairwise, "for GEO alone"), CAIRN_OK);
    world_run(world, 5000);
    assert_err(world_rekey(world, AUT, feed), CAIRN_OK);
    assert_err(world_append(world, AUT, feed, "shared, too"), CAIRN_OK);
    world_run(world, MINUTE_MS);
    for (uint32_t node = SRB; node <= POL; node++) {
        world_cut(world, AUT, node, node == SRB);
        world_cut(world, TWIN, node, node == GEO);
    }
    world_cut(world, SRB, GEO, false);
    world_cut(world, SRB, POL, false);
    world_cut(world, GEO, POL, false);
    world_clone(world, AUT, TWIN);
    world_run(world, 5000);
    assert_err(world_rekey(world, TWIN, feed), CAIRN_OK);
    assert_err(world_append(world, TWIN, feed, "by the clone"), CAIRN_OK);
    assert_err(world_append(world, TWIN, pairwise, "by the clone, for GEO"), CAIRN_OK);
    assert_err(world_append(world, AUT, feed, "by AUT"), CAIRN_OK);
    world_run(world, MINUTE_MS);
    assert_err(world_rekey(world, AUT, feed), CAIRN_OK);
    assert_err(world_append(world, AUT, feed, "by AUT again"), CAIRN_OK);
    world_run(world, 2 * MINUTE_MS);
    return world;
}

static void meet_again(struct world *world)
{
    world_cut(world, SRB, GEO, true);
    world_cut(world, SRB, POL, true);
    world_cut(world, GEO, POL, true);
}

TEST(who_holds_another_branch_gets_the_one_that_the_country_stands_by)
{
    uint8_t feed[16];
    struct world *world = open_clone(7, feed);
    struct cairn_core_peer held = first_origin(world, SRB);
    assert_true(world_knows(world, SRB, "by AUT again"));
    assert_true(world_knows(world, GEO, "by the clone"));
    assert_true(world_knows(world, GEO, "by the clone, for GEO"));
    meet_again(world);
    world_run(world, 2 * MINUTE_MS);
    assert_true(first_origin(world, GEO).is_forked);
    world_end(world, POL, held.journal_size, held.journal_root);
    world_run(world, 3 * MINUTE_MS);
    for (uint32_t node = SRB; node <= POL; node++) {
        assert_int_equal(first_origin(world, node).journal_size, held.journal_size);
        assert_memory_equal(first_origin(world, node).journal_root, held.journal_root, 32);
        assert_false(first_origin(world, node).is_forked);
        assert_false(first_origin(world, node).is_repudiated);
    }
    assert_int_equal(world_notices(world, GEO, CAIRN_NOTICE_BRANCH_LEFT), 1);
    assert_int_equal(world_notices(world, GEO, CAIRN_NOTICE_BRANCH_CUT), 1);
    for (uint32_t node = SRB; node <= GEO; node++) {
        assert_true(world_knows(world, node, "shared"));
        assert_true(world_knows(world, node, "shared, too"));
        assert_true(world_knows(world, node, "by AUT"));
        assert_true(world_knows(world, node, "by AUT again"));
        assert_false(world_knows(world, node, "by the clone"));
    }
    assert_true(
        world_knows(world, GEO, "for GEO alone")); /* nobody else could have given it back */
    assert_false(world_knows(world, GEO, "by the clone, for GEO"));
    world_crash(world, GEO);
    world_run(world, MINUTE_MS);
    assert_true(world_knows(world, GEO, "by AUT again"));
    assert_int_equal(world_notices(world, GEO, CAIRN_NOTICE_BRANCH_LEFT), 1);
    world_close(world);
}

TEST(a_dispute_is_left_everywhere_at_what_all_branches_share)
{
    static const uint8_t nothing[32] = {0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14,
                                        0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
                                        0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c,
                                        0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55};
    struct world *world = open_fork(6);
    world_end(world, POL, 0, nothing); /* the branches differ from the first leaf on */
    world_run(world, 2 * MINUTE_MS);
    world_crash(world, SRB);
    world_run(world, MINUTE_MS);
    for (uint32_t node = SRB; node <= POL; node++) {
        assert_false(first_origin(world, node).is_forked);
        assert_false(first_origin(world, node).is_repudiated);
        assert_int_equal(first_origin(world, node).journal_size, 0);
    }
    assert_true(world_repudiates(world, SRB, "to SRB"));
    assert_true(world_repudiates(world, GEO, "to GEO"));
    world_close(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_dispute_is_left_by_standing_by_one_branch),
        cmocka_unit_test(who_holds_another_branch_gets_the_one_that_the_country_stands_by),
        cmocka_unit_test(a_dispute_is_left_everywhere_at_what_all_branches_share),
    };
    return cmocka_run_group_tests_name("scene_ended", tests, NULL, NULL);
}
