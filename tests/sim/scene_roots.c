/* Root keys that change more than once while somebody is away: partners, the country's own node. */
#include "tests/sim/renewal.h"
#include "tests/sim/world_state.h"

enum { AUT, SRB, GEO, POL, NODES };

#define MINUTE_MS 60000u

static struct world *scene_open(uint64_t seed)
{
    struct world_options options = {.seed = seed, .nodes = NODES, .latency_ms_max = 40};
    struct world *world = world_open(&options);
    world_meet_all(world);
    world_run(world, MINUTE_MS);
    return world;
}

/* Another root key so often; every second time with a document more under it. */
static void scene_rotate(struct world *world, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        assert_true(world_renew(world, AUT, WORLD_RENEW_ROOT));
        if (i % 2 == 0) {
            assert_true(world_renew(world, AUT, WORLD_RENEW_PLAIN));
        }
        world_give_own(world, AUT);
        world_run(world, MINUTE_MS);
    }
}

static void scene_bar(struct world *world, uint32_t node, bool is_allowed)
{
    for (uint32_t peer = 0; peer < NODES; peer++) {
        if (peer != node) {
            world_cut(world, node, peer, is_allowed);
        }
    }
}

/* What one writes to the other is read, both ways. */
static void scene_talk(struct world *world, uint32_t peer, const char *word)
{
    uint8_t feed[16];
    world_pairwise(world, AUT, peer, feed);
    assert_err(world_append(world, AUT, feed, word), CAIRN_OK);
    world_pairwise(world, peer, AUT, feed);
    assert_err(world_append(world, peer, feed, word), CAIRN_OK);
    world_run(world, 2 * MINUTE_MS);
    assert_true(world_knows(world, peer, word));
    assert_true(world_knows(world, AUT, word));
}

static void scene_away(uint64_t seed, uint32_t rotations)
{
    struct world *world = scene_open(seed);
    scene_bar(world, GEO, false);
    scene_rotate(world, rotations);
    assert_true(world_has_document(world, SRB, AUT));
    assert_false(world_has_document(world, GEO, AUT));
    world_cut(world, SRB, GEO, true); /* from a third country, and from nobody else */
    world_run(world, MINUTE_MS);
    assert_true(world_has_document(world, GEO, AUT));
    world_crash(world, GEO);
    scene_bar(world, GEO, true);
    world_run(world, MINUTE_MS);
    assert_true(world_has_document(world, GEO, AUT));
    scene_talk(world, GEO, "after-all");
    world_close(world);
}

TEST(who_was_away_during_two_rotations_is_led_on_by_a_third_country)
{
    scene_away(1, 2);
}

TEST(who_was_away_during_five_rotations_is_led_on_by_a_third_country)
{
    scene_away(2, 5);
}

TEST(who_saw_the_middle_of_it_goes_on_from_there)
{
    struct world *world = scene_open(3);
    scene_rotate(world, 2);
    scene_bar(world, GEO, false);
    scene_rotate(world, 3);
    world_cut(world, AUT, GEO, true);
    world_run(world, MINUTE_MS);
    assert_true(world_has_document(world, GEO, AUT));
    scene_talk(world, GEO, "after-all");
    world_close(world);
}

/* Its log is an old copy; its documents are files, and lead it on with nobody's help. */
TEST(an_own_node_that_was_put_back_between_rotations_holds_its_document_at_once)
{
    struct world *world = scene_open(4);
    scene_rotate(world, 1);
    world_backup(world, AUT);
    scene_rotate(world, 3);
    scene_bar(world, AUT, false);
    world_put_back(world, AUT, true);
    world_run(world, MINUTE_MS);
    assert_true(world_has_document(world, AUT, AUT));
    scene_bar(world, AUT, true);
    world_run(world, 2 * MINUTE_MS);
    scene_talk(world, GEO, "after-all");
    world_close(world);
}

/* ... and of these nothing is left but the newest: partners give back the others. */
static void scene_lose_kept(struct world *world)
{
    world->nodes[AUT].kept_count = 0;
}

TEST(an_own_node_that_kept_only_its_newest_document_is_led_on_by_partners)
{
    struct world *world = scene_open(5);
    world_backup(world, AUT);
    scene_bar(world, GEO, false);
    scene_rotate(world, 3);
    scene_bar(world, AUT, false);
    scene_lose_kept(world);
    world_put_back(world, AUT, true);
    world_run(world, MINUTE_MS);
    assert_false(world_has_document(world, AUT, AUT));
    world_cut(world, AUT, SRB, true);
    world_run(world, MINUTE_MS);
    assert_true(world_has_document(world, AUT, AUT));
    scene_bar(world, SRB, false); /* ... and leads on who was away */
    world_cut(world, AUT, GEO, true);
    world_run(world, MINUTE_MS);
    assert_true(world_has_document(world, GEO, AUT));
    scene_bar(world, SRB, true);
    world_run(world, 2 * MINUTE_MS);
    scene_talk(world, GEO, "after-all");
    world_close(world);
}

/* POL has AUT as a partner only since it changed its root key three times. GEO was away, and meets
 * nobody but POL. */
TEST(who_became_a_partner_later_leads_on_who_was_one_before)
{
    struct world_options options = {.seed = 6, .nodes = NODES, .latency_ms_max = 40};
    struct world *world = world_open(&options);
    for (uint32_t a = 0; a < NODES; a++) {
        for (uint32_t b = a + 1; b < NODES; b++) {
            if (a != AUT || b != POL) {
                world_meet(world, a, b);
            }
        }
    }
    world_run(world, MINUTE_MS);
    scene_bar(world, GEO, false);
    scene_rotate(world, 3);
    world_meet(world, AUT, POL);
    world_run(world, MINUTE_MS);
    world_crash(world, POL);
    scene_bar(world, AUT, false);
    scene_bar(world, SRB, false);
    world_cut(world, POL, GEO, true);
    world_run(world, MINUTE_MS);
    assert_true(world_has_document(world, GEO, AUT));
    world_close(world);
}

TEST(nodes_that_fall_all_the_time_are_led_on_in_the_end)
{
    struct world *world = scene_open(7);
    scene_bar(world, GEO, false);
    scene_rotate(world, 5);
    scene_bar(world, GEO, true);
    for (uint32_t i = 0; i < 40; i++) {
        world_fuse(world, i % 2 == 0 ? GEO : SRB, 1 + i * 7 % 60, WORLD_POWER_CUT, 500);
        world_run(world, 3000);
    }
    world_calm(world);
    world_run(world, 5 * MINUTE_MS);
    for (uint32_t node = 0; node < NODES; node++) {
        assert_true(world_has_document(world, node, AUT));
    }
    scene_talk(world, GEO, "after-all");
    world_close(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_was_away_during_two_rotations_is_led_on_by_a_third_country),
        cmocka_unit_test(who_was_away_during_five_rotations_is_led_on_by_a_third_country),
        cmocka_unit_test(who_saw_the_middle_of_it_goes_on_from_there),
        cmocka_unit_test(
            an_own_node_that_was_put_back_between_rotations_holds_its_document_at_once),
        cmocka_unit_test(an_own_node_that_kept_only_its_newest_document_is_led_on_by_partners),
        cmocka_unit_test(who_became_a_partner_later_leads_on_who_was_one_before),
        cmocka_unit_test(nodes_that_fall_all_the_time_are_led_on_in_the_end),
    };
    return cmocka_run_group_tests_name("scene_roots", tests, NULL, NULL);
}
