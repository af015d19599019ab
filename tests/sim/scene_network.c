/* First scenes: three countries on a perfect and on a lossy network; joining, leaving, crashing. */
#include "tests/sim/world.h"

#include "crypto/hash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { AUT, SRB, GEO, POL };

static struct world *scene_open(uint64_t seed, uint32_t nodes, uint32_t latency, uint32_t cut)
{
    struct world_options options = {
        .seed = seed, .nodes = nodes, .latency_ms_max = latency, .cut_percent = cut};
    return world_open(&options);
}

static void scene_append(struct world *world, uint32_t node, const uint8_t feed[static 16],
                         const char *word)
{
    assert_err(world_append(world, node, feed, word), CAIRN_OK);
}

/* Append; a node that is busy for the moment is asked again. */
static void scene_append_hard(struct world *world, uint32_t node, const uint8_t feed[static 16],
                              const char *word)
{
    cairn_err err = CAIRN_BUSY;
    for (uint32_t i = 0; i < 20 && (err == CAIRN_BUSY || err == CAIRN_TIMEOUT); i++) {
        err = world_append(world, node, feed, word);
    }
    assert_err(err, CAIRN_OK);
}

TEST(three_countries_share_one_feed)
{
    struct world *world = scene_open(1, 3, 20, 0);
    uint8_t feed[16];
    world_meet_all(world);
    assert_err(world_feed_open(world, AUT, "AUTGEOSRB", feed), CAIRN_OK);
    scene_append(world, AUT, feed, "hello");
    world_run(world, 5000);
    assert_true(world_knows(world, AUT, "hello"));
    assert_true(world_knows(world, SRB, "hello"));
    assert_true(world_knows(world, GEO, "hello"));
    assert_int_equal(world_word_count(world, GEO), 1);
    assert_true(world_notices(world, AUT, CAIRN_NOTICE_COSIGNATURE) >= 2);
    world_close(world);
}

TEST(a_country_outside_the_audience_holds_the_commit_and_not_the_content)
{
    struct world *world = scene_open(2, 3, 20, 0);
    uint8_t feed[16];
    uint8_t all[16];
    uint8_t pairwise[16];
    uint32_t number;
    struct cairn_core_peer seen;
    world_meet_all(world);
    assert_err(world_feed_open(world, AUT, "AUTGEOSRB", all), CAIRN_OK);
    assert_err(world_feed_open(world, AUT, "AUTSRB", feed), CAIRN_OK);
    scene_append(world, AUT, feed, "not-for-georgia");
    world_pairwise(world, AUT, SRB, pairwise);
    scene_append(world, AUT, pairwise, "for-serbia-only");
    world_run(world, 5000);
    assert_true(world_knows(world, SRB, "not-for-georgia"));
    assert_true(world_knows(world, SRB, "for-serbia-only"));
    assert_false(world_knows(world, GEO, "not-for-georgia"));
    assert_false(cairn_core_feed_find(world_core(world, GEO), feed, &number));
    assert_false(world_disk_holds(world, GEO, (struct cairn_bytes){.data = feed, .size = 16}));
    assert_false(world_disk_holds(world, GEO, cairn_bytes_of("not-for-georgia")));
    cairn_core_peer(world_core(world, GEO), 1, &seen); /* it follows the whole journal */
    assert_string_equal(seen.country, "AUT");
    struct cairn_core_peer own;
    cairn_core_peer(world_core(world, AUT), 0, &own);
    assert_int_equal(seen.journal_size, own.journal_size);
    world_close(world);
}

TEST(a_body_is_never_on_a_disk_in_clear)
{
    struct world_options options = {.seed = 3, .nodes = 2, .latency_ms_max = 5, .is_real = true};
    struct world *world = world_open(&options);
    uint8_t feed[16];
    world_meet_all(world);
    assert_err(world_feed_open(world, AUT, "AUTSRB", feed), CAIRN_OK);
    scene_append(world, AUT, feed, "a-word-that-is-sealed");
    world_run(world, 3000);
    assert_true(world_knows(world, SRB, "a-word-that-is-sealed"));
    assert_false(world_disk_holds(world, AUT, cairn_bytes_of("a-word-that-is-sealed")));
    assert_false(world_disk_holds(world, SRB, cairn_bytes_of("a-word-that-is-sealed")));
    world_close(world);
}

TEST(a_country_admitted_late_reads_everything_from_the_start)
{
    struct world *world = scene_open(4, 4, 20, 0);
    uint8_t feed[16];
    char word[32];
    world_meet(world, AUT, SRB);
    assert_err(world_feed_open(world, AUT, "AUTSRB", feed), CAIRN_OK);
    for (uint32_t i = 0; i < 100; i++) {
        snprintf(word, sizeof word, "early-%u", i);
        scene_append(world, AUT, feed, word);
        if (i == 30 || i == 60) {
            assert_err(world_rekey(world, AUT, feed), CAIRN_OK);
        }
    }
    world_meet(world, AUT, POL);
    world_meet(world, SRB, POL);
    world_run(world, 2000);
    assert_false(world_knows(world, POL, "early-0"));
    assert_err(world_admit(world, AUT, feed, POL), CAIRN_OK);
    scene_append(world, AUT, feed, "late");
    assert_err(world_rekey(world, AUT, feed), CAIRN_OK);
    scene_append(world, AUT, feed, "later");
    world_run(world, 10000);
    assert_true(world_knows(world, SRB, "later"));
    assert_true(world_knows(world, POL, "early-0"));
    assert_true(world_knows(world, POL, "early-99"));
    assert_true(world_knows(world, POL, "late"));
    assert_true(world_knows(world, POL, "later"));
    assert_int_equal(world_word_count(world, POL), 102);
    world_close(world);
}

TEST(what_was_acknowledged_survives_a_crash_at_any_moment)
{
    struct world *world = scene_open(7, 3, 10, 0);
    struct test_rng rng = {.state = 7};
    uint8_t feed[16];
    char word[32];
    world_meet_all(world);
    assert_err(world_feed_open(world, AUT, "AUTGEOSRB", feed), CAIRN_OK);
    for (uint32_t i = 0; i < 40; i++) {
        snprintf(word, sizeof word, "word-%u", i);
        scene_append(world, AUT, feed, word);
        world_run(world, test_rng_below(&rng, 30));
        world_crash(world, i % 3);
        world_run(world, test_rng_below(&rng, 100));
    }
    world_run(world, 70000);
    for (uint32_t node = 0; node < 3; node++) {
        for (uint32_t i = 0; i < 40; i++) {
            snprintf(word, sizeof word, "word-%u", i);
            assert_true(world_knows(world, node, word));
        }
        assert_int_equal(world_word_count(world, node), 40);
    }
    world_close(world);
}

static struct cairn_core_feed scene_feed(struct world *world, uint32_t node,
                                         const uint8_t feed[static 16])
{
    struct cairn_core_feed found;
    uint32_t number;
    assert_true(cairn_core_feed_find(world_core(world, node), feed, &number));
    cairn_core_feed(world_core(world, node), number, &found);
    return found;
}

/* P-41, P-42: whatever is acknowledged within a minute, and whenever the node falls, comes under
 * commits that a bundle can show. */
TEST(private_entries_of_a_busy_minute_come_under_commits_that_evidence_can_show)
{
    struct world *world = scene_open(8, 2, 10, 0);
    struct test_rng rng = {.state = 8};
    uint8_t feed[16];
    uint64_t acknowledged = 1; /* its feed.open */
    world_meet_all(world);
    assert_err(world_private_open(world, AUT, feed), CAIRN_OK);
    uint64_t began_ms = world_now(world);
    for (uint32_t i = 0; i < 150; i++) {
        assert_err(world_append_large(world, AUT, feed, 300 + test_rng_below(&rng, 60000)),
                   CAIRN_OK);
        acknowledged++;
        if (i % 40 == 39) {
            world_crash(world, AUT);
        }
    }
    assert_true(world_now(world) - began_ms < CAIRN_LIMIT_HEARTBEAT_MS);
    world_run(world, CAIRN_LIMIT_HEARTBEAT_MS + 1000);
    struct cairn_core_feed found = scene_feed(world, AUT, feed);
    assert_int_equal(found.size, acknowledged);
    assert_true(world_private_commit_max(world, AUT, feed) <= CAIRN_LIMIT_COMMIT_BYTES);
    world_close(world);
}

/* P-41: a leaf tells nothing about how busy a quiet country is. */
TEST(a_private_feed_gets_one_leaf_at_each_heartbeat_whatever_it_holds)
{
    struct world *world = scene_open(9, 1, 10, 0);
    uint8_t feed[16];
    assert_err(world_private_open(world, AUT, feed), CAIRN_OK);
    world_run(world, CAIRN_LIMIT_HEARTBEAT_MS + 1000);
    uint64_t before = scene_feed(world, AUT, feed).commits;
    world_run(world, CAIRN_LIMIT_HEARTBEAT_MS);
    assert_int_equal(scene_feed(world, AUT, feed).commits, before + 1);
    for (uint32_t i = 0; i < 9; i++) {
        assert_err(world_append_large(world, AUT, feed, 60000), CAIRN_OK);
    }
    world_run(world, CAIRN_LIMIT_HEARTBEAT_MS);
    assert_int_equal(scene_feed(world, AUT, feed).commits, before + 2);
    assert_int_equal(scene_feed(world, AUT, feed).size, 10);
    world_close(world);
}

static void scene_story(struct world *world)
{
    uint8_t feeds[3][16];
    char word[32];
    world_meet_all(world);
    assert_err(world_feed_open(world, AUT, "AUTGEOSRB", feeds[0]), CAIRN_OK);
    assert_err(world_feed_open(world, SRB, "AUTGEOSRB", feeds[1]), CAIRN_OK);
    assert_err(world_feed_open(world, GEO, "AUTGEOSRB", feeds[2]), CAIRN_OK);
    for (uint32_t i = 0; i < 90; i++) {
        snprintf(word, sizeof word, "story-%u", i);
        scene_append_hard(world, i % 3, feeds[i % 3], word);
    }
    world_run(world, 60000);
}

TEST(on_a_lossy_network_everybody_ends_with_the_same)
{
    char word[32];
    for (uint64_t seed = 100; seed < 120; seed++) {
        struct world *world = scene_open(seed, 3, 200, 300);
        scene_story(world);
        for (uint32_t node = 0; node < 3; node++) {
            assert_int_equal(world_word_count(world, node), 90);
            for (uint32_t i = 0; i < 90; i++) {
                snprintf(word, sizeof word, "story-%u", i);
                assert_true(world_knows(world, node, word));
            }
        }
        world_close(world);
    }
}

TEST(the_same_seed_gives_the_same_run)
{
    uint8_t first[32];
    uint8_t second[32];
    uint8_t other[32];
    const struct {
        uint64_t seed;
        uint8_t *out;
    } runs[] = {{42, first}, {42, second}, {43, other}};
    for (uint32_t i = 0; i < 3; i++) {
        struct world *world = scene_open(runs[i].seed, 3, 50, 100);
        scene_story(world);
        world_trace(world, runs[i].out);
        world_close(world);
    }
    assert_memory_equal(first, second, 32);
    assert_memory_not_equal(first, other, 32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_countries_share_one_feed),
        cmocka_unit_test(a_country_outside_the_audience_holds_the_commit_and_not_the_content),
        cmocka_unit_test(a_body_is_never_on_a_disk_in_clear),
        cmocka_unit_test(a_country_admitted_late_reads_everything_from_the_start),
        cmocka_unit_test(what_was_acknowledged_survives_a_crash_at_any_moment),
        cmocka_unit_test(
            private_entries_of_a_busy_minute_come_under_commits_that_evidence_can_show),
        cmocka_unit_test(a_private_feed_gets_one_leaf_at_each_heartbeat_whatever_it_holds),
        cmocka_unit_test(on_a_lossy_network_everybody_ends_with_the_same),
        cmocka_unit_test(the_same_seed_gives_the_same_run),
    };
    if (getenv("CAIRN_TEST") != NULL) {
        cmocka_set_test_filter(getenv("CAIRN_TEST"));
    }
    return cmocka_run_group_tests_name("scene_network", tests, NULL, NULL);
}
