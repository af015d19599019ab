/* Scenes of many countries: all with all, a partner removed and added again, nobody speaking, and a
 * commit that nobody can open. */
#include "tests/sim/world.h"

#include <stdio.h>
#include <string.h>

enum { AUT, SRB, GEO, POL, MDA, ARM, BIH, MNE };

#define EVERYBODY "ARMAUTBIHGEOMDAMNEPOLSRB"

static struct world *scene_open(uint64_t seed, uint32_t nodes, uint32_t cut)
{
    struct world_options options = {
        .seed = seed, .nodes = nodes, .latency_ms_max = 40, .cut_percent = cut};
    struct world *world = world_open(&options);
    world_meet_all(world);
    return world;
}

/* Append; a node that is busy for the moment is asked again. */
static void scene_append(struct world *world, uint32_t node, const uint8_t feed[static 16],
                         const char *word)
{
    cairn_err err = CAIRN_BUSY;
    for (uint32_t i = 0; i < 20 && (err == CAIRN_BUSY || err == CAIRN_TIMEOUT); i++) {
        err = world_append(world, node, feed, word);
    }
    assert_err(err, CAIRN_OK);
}

static void scene_words(struct world *world, uint32_t node, const uint8_t feed[static 16],
                        const char *prefix, uint32_t count)
{
    char word[32];
    for (uint32_t i = 0; i < count; i++) {
        snprintf(word, sizeof word, "%s-%u-%u", prefix, node, i);
        scene_append(world, node, feed, word);
    }
}

static uint32_t scene_known(const struct world *world, uint32_t node, uint32_t author,
                            const char *prefix, uint32_t count)
{
    char word[32];
    uint32_t known = 0;
    for (uint32_t i = 0; i < count; i++) {
        snprintf(word, sizeof word, "%s-%u-%u", prefix, author, i);
        known += world_knows(world, node, word);
    }
    return known;
}

static void scene_is_peaceful(const struct world *world, uint32_t nodes)
{
    for (uint32_t node = 0; node < nodes; node++) {
        assert_int_equal(world_notices(world, node, CAIRN_NOTICE_FORK), 0);
        assert_int_equal(world_notices(world, node, CAIRN_NOTICE_COMMIT_REFUSED), 0);
        assert_int_equal(world_notices(world, node, CAIRN_NOTICE_LINK_REFUSED), 0);
        assert_int_equal(world_notices(world, node, CAIRN_NOTICE_FEED_REFUSED), 0);
        assert_int_equal(world_notices(world, node, CAIRN_NOTICE_MISSING), 0);
    }
}

TEST(eight_countries_on_a_lossy_network_end_with_the_same)
{
    struct world *world = scene_open(1, 8, 100);
    uint8_t feeds[8][16];
    for (uint32_t node = 0; node < 8; node++) {
        assert_err(world_feed_open(world, node, EVERYBODY, feeds[node]), CAIRN_OK);
    }
    for (uint32_t round = 0; round < 3; round++) {
        for (uint32_t node = 0; node < 8; node++) {
            char prefix[16];
            snprintf(prefix, sizeof prefix, "round%u", round);
            scene_words(world, node, feeds[node], prefix, 4);
        }
        world_crash(world, round);
    }
    world_calm(world);
    world_run(world, 130000);
    for (uint32_t node = 0; node < 8; node++) {
        assert_int_equal(world_word_count(world, node), 8 * 3 * 4);
    }
    scene_is_peaceful(world, 8);
    world_close(world);
}

/* AUT and SRB remove GEO while everybody writes; POL keeps it. Nothing that AUT and SRB write from
 * then on is anywhere at GEO, not even sealed, whoever is asked for it. */
TEST(a_partner_removed_in_the_middle_of_everything_opens_nothing_later)
{
    struct world *world = scene_open(2, 6, 50);
    uint8_t before[16];
    uint8_t after[16];
    uint8_t of_pol[16];
    assert_err(world_feed_open(world, AUT, "AUTGEOPOLSRB", before), CAIRN_OK);
    assert_err(world_feed_open(world, POL, "AUTGEOPOLSRB", of_pol), CAIRN_OK);
    scene_words(world, AUT, before, "early", 10);
    scene_words(world, POL, of_pol, "early", 10);
    world_run(world, 5000);
    scene_words(world, POL, of_pol, "midst", 10);
    world_forget(world, AUT, GEO);
    world_forget(world, SRB, GEO);
    assert_err(world_append(world, AUT, before, "too-late"), CAIRN_STATE);
    assert_err(world_feed_open(world, AUT, "AUTPOLSRB", after), CAIRN_OK);
    scene_words(world, AUT, after, "secret", 10);
    world_crash(world, GEO);
    world_calm(world);
    world_run(world, 130000);
    assert_int_equal(scene_known(world, GEO, AUT, "early", 10), 10);
    assert_int_equal(scene_known(world, GEO, POL, "midst", 10), 10); /* still POL's partner */
    assert_int_equal(scene_known(world, GEO, AUT, "secret", 10), 0);
    assert_false(world_disk_holds(world, GEO, (struct cairn_bytes){.data = after, .size = 16}));
    assert_int_equal(scene_known(world, POL, AUT, "secret", 10), 10);
    assert_int_equal(scene_known(world, SRB, AUT, "secret", 10), 10);
    world_close(world);
}

/* P-87: a country alone writes for partners it does not have yet, and falls now and then. Whoever
 * is admitted later reads from the first entry on, whoever is not has nothing, not even sealed. */
TEST(what_was_written_before_the_first_partner_came_is_read_by_it)
{
    struct world_options options = {.seed = 6, .nodes = 3, .latency_ms_max = 40, .cut_percent = 50};
    struct world *world = world_open(&options);
    uint8_t all[16];
    uint8_t without[16];
    uint8_t own[16];
    assert_err(world_feed_open(world, AUT, "AUT", all), CAIRN_OK);
    assert_err(world_feed_open(world, AUT, "AUT", without), CAIRN_OK);
    assert_err(world_private_open(world, AUT, own), CAIRN_OK);
    for (uint32_t round = 0; round < 3; round++) {
        char prefix[16];
        snprintf(prefix, sizeof prefix, "all%u", round);
        scene_words(world, AUT, all, prefix, 40);
        snprintf(prefix, sizeof prefix, "some%u", round);
        scene_words(world, AUT, without, prefix, 5);
        scene_words(world, AUT, own, "own", 2);
        world_crash(world, AUT);
        world_run(world, 70000);
    }
    world_meet_all(world);
    assert_err(world_admit(world, AUT, own, SRB), CAIRN_NOT_FOUND);
    assert_err(world_admit(world, AUT, all, SRB), CAIRN_OK);
    world_crash(world, AUT);
    assert_err(world_admit(world, AUT, without, SRB), CAIRN_OK);
    assert_err(world_admit(world, AUT, all, GEO), CAIRN_OK);
    world_calm(world);
    world_run(world, 130000);
    for (uint32_t node = SRB; node <= GEO; node++) {
        assert_int_equal(scene_known(world, node, AUT, "all0", 40), 40);
        assert_int_equal(scene_known(world, node, AUT, "all2", 40), 40);
        assert_int_equal(scene_known(world, node, AUT, "own", 2), 0);
    }
    assert_int_equal(scene_known(world, SRB, AUT, "some1", 5), 5);
    assert_int_equal(scene_known(world, GEO, AUT, "some1", 5), 0);
    assert_false(world_disk_holds(world, GEO, (struct cairn_bytes){.data = without, .size = 16}));
    assert_false(world_disk_holds(world, SRB, (struct cairn_bytes){.data = own, .size = 16}));
    scene_is_peaceful(world, 3);
    world_close(world);
}

/* Receipts and marks answer nothing: after the last word everybody writes one leaf a minute. */
TEST(an_hour_in_which_nobody_speaks_has_sixty_flushes)
{
    struct world *world = scene_open(4, 5, 0);
    uint8_t feed[16];
    uint64_t flushed[5];
    uint64_t opened[5];
    assert_err(world_feed_open(world, AUT, "AUTGEOMDAPOLSRB", feed), CAIRN_OK);
    scene_words(world, AUT, feed, "last", 20);
    world_run(world, 120000);
    for (uint32_t node = 0; node < 5; node++) {
        flushed[node] = world_notices(world, node, CAIRN_NOTICE_FLUSHED);
        opened[node] = world_notices(world, node, CAIRN_NOTICE_COMMIT);
    }
    world_run(world, 3600000);
    for (uint32_t node = 0; node < 5; node++) {
        uint64_t beats = world_notices(world, node, CAIRN_NOTICE_FLUSHED) - flushed[node];
        uint64_t marks = world_notices(world, node, CAIRN_NOTICE_COMMIT) - opened[node];
        assert_in_range(beats, 59, 61);
        assert_in_range(marks, 4 * 59, 4 * 61); /* the marks of the four others */
    }
    scene_is_peaceful(world, 5);
    world_close(world);
}

/* AUT's disk loses a commit that others have seen the leaf of: they write that it is missing, and
 * then cosign on. */
TEST(a_commit_that_cannot_be_opened_is_called_missing)
{
    struct world *world = scene_open(5, 3, 0);
    uint8_t feed[16];
    assert_err(world_feed_open(world, AUT, "AUTGEOSRB", feed), CAIRN_OK);
    scene_words(world, AUT, feed, "held", 3);
    world_run(world, 5000);
    world_cut(world, AUT, SRB, false);
    world_cut(world, AUT, GEO, false);
    scene_append(world, AUT, feed, "lost");
    world_run(world, 100);
    world_lose_commit(world, AUT, feed, 4);
    world_cut(world, AUT, SRB, true);
    world_cut(world, AUT, GEO, true);
    world_run(world, 50000);
    assert_int_equal(world_notices(world, SRB, CAIRN_NOTICE_MISSING), 0);
    uint64_t cosigned = world_notices(world, SRB, CAIRN_NOTICE_COSIGNED);
    world_run(world, 30000);
    assert_int_equal(world_notices(world, SRB, CAIRN_NOTICE_MISSING), 1);
    assert_int_equal(world_notices(world, GEO, CAIRN_NOTICE_MISSING), 1);
    assert_false(world_knows(world, SRB, "lost"));
    world_run(world, 120000);
    assert_true(world_notices(world, SRB, CAIRN_NOTICE_COSIGNED) > cosigned);
    assert_int_equal(world_notices(world, SRB, CAIRN_NOTICE_MISSING), 1);
    world_close(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(eight_countries_on_a_lossy_network_end_with_the_same),
        cmocka_unit_test(a_partner_removed_in_the_middle_of_everything_opens_nothing_later),
        cmocka_unit_test(what_was_written_before_the_first_partner_came_is_read_by_it),
        cmocka_unit_test(an_hour_in_which_nobody_speaks_has_sixty_flushes),
        cmocka_unit_test(a_commit_that_cannot_be_opened_is_called_missing),
    };
    return cmocka_run_group_tests_name("scene_partners", tests, NULL, NULL);
}
