/* Nodes that are started on an old copy of their disk. The world sees to it that
 * nobody is ever told two roots for one size of a journal. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/world.h"

enum { AUT, SRB, GEO, POL };

static struct world *open_calm(uint32_t nodes, uint64_t seed)
{
    struct world *world =
        world_open(&(struct world_options){.seed = seed, .nodes = nodes, .latency_ms_max = 20});
    world_meet_all(world);
    world_run(world, 3000);
    return world;
}

static struct cairn_core_restore restore_of(struct world *world, uint32_t node)
{
    struct cairn_core_restore restore;
    cairn_core_restore(world_core(world, node), &restore);
    return restore;
}

/* How many of the words `stem`-0 to `stem`-(count - 1) does this node know? */
static uint32_t knows(const struct world *world, uint32_t node, const char *stem, uint32_t count)
{
    char word[64];
    uint32_t known = 0;
    for (uint32_t i = 0; i < count; i++) {
        (void)snprintf(word, sizeof word, "%s-%u", stem, i);
        known += world_knows(world, node, word) ? 1 : 0;
    }
    return known;
}

static void say(struct world *world, uint32_t node, const uint8_t feed[static 16], const char *stem,
                uint32_t count)
{
    char word[64];
    for (uint32_t i = 0; i < count; i++) {
        (void)snprintf(word, sizeof word, "%s-%u", stem, i);
        assert_err(world_append(world, node, feed, word), CAIRN_OK);
    }
}

static cairn_err answer_to(struct world *world, const struct world_command *command)
{
    cairn_err err = CAIRN_OK;
    uint8_t unused[16];
    uint64_t token = world_begin(world, AUT, command);
    world_run(world, 5000);
    assert_true(world_answer(world, token, &err, unused));
    return err;
}

/* AUT writes to a feed and in pairs, before its disk is copied and after. */
static void write_around_backup(struct world *world, uint8_t feed[static 16],
                                uint8_t late[static 16])
{
    uint8_t pairwise[16];
    assert_err(world_feed_open(world, AUT, "AUTGEOSRB", feed), CAIRN_OK);
    world_pairwise(world, AUT, GEO, pairwise);
    say(world, AUT, feed, "early", 5);
    world_run(world, 5000);
    world_backup(world, AUT);
    say(world, AUT, feed, "after", 20);
    say(world, AUT, pairwise, "pair", 5);
    assert_err(world_feed_open(world, AUT, "AUTSRB", late), CAIRN_OK);
    say(world, AUT, late, "late", 5);
    world_run(world, 70000);
}

static void expect_all_back(struct world *world)
{
    assert_int_equal(knows(world, AUT, "early", 5), 5);
    assert_int_equal(knows(world, AUT, "after", 20), 20);
    assert_int_equal(knows(world, AUT, "pair", 5), 5);
    assert_int_equal(knows(world, AUT, "late", 5), 5);
    assert_false(restore_of(world, AUT).is_restoring);
    assert_false(restore_of(world, AUT).is_halted);
}

/* It writes on, and everybody follows. */
static void expect_life(struct world *world, const uint8_t feed[static 16],
                        const uint8_t late[static 16])
{
    say(world, AUT, feed, "again", 5);
    say(world, AUT, late, "later", 5);
    world_run(world, 130000);
    assert_int_equal(knows(world, SRB, "again", 5), 5);
    assert_int_equal(knows(world, GEO, "again", 5), 5);
    assert_int_equal(knows(world, SRB, "later", 5), 5);
    for (uint32_t node = AUT; node <= GEO; node++) {
        assert_int_equal(world_notices(world, node, CAIRN_NOTICE_FORK), 0);
        assert_int_equal(world_notices(world, node, CAIRN_NOTICE_STORE_FAILED), 0);
        assert_int_equal(world_notices(world, node, CAIRN_NOTICE_LINK_REFUSED), 0);
    }
}

TEST(an_old_copy_without_guard_waits_for_the_last_partner)
{
    struct world *world = open_calm(3, 12);
    uint8_t feed[16], late[16];
    write_around_backup(world, feed, late);
    world_cut(world, AUT, GEO, false);
    world_put_back(world, AUT, false);
    world_run(world, 60000);
    assert_int_equal(knows(world, AUT, "after", 20), 20); /* from SRB */
    assert_true(restore_of(world, AUT).is_restoring);
    assert_int_equal(restore_of(world, AUT).answered_count, 1);
    world_crash(world, AUT);
    assert_true(restore_of(world, AUT).needs_all);
    world_cut(world, AUT, GEO, true);
    world_run(world, 20000);
    expect_all_back(world);
    expect_life(world, feed, late);
    world_close(world);
}

/* What AUT wrote around its backup, and for GEO alone. */
struct around {
    uint8_t feed[16], late[16], pairwise[16];
};

/* AUT is put back beside its guard, with GEO out of reach. */
static struct world *put_back_without_geo(uint64_t seed, struct around *out)
{
    struct world *world = open_calm(3, seed);
    write_around_backup(world, out->feed, out->late);
    world_pairwise(world, AUT, GEO, out->pairwise);
    world_cut(world, AUT, GEO, false);
    world_put_back(world, AUT, true);
    return world;
}

/* GEO comes back, who alone has what it was told alone. */
static void geo_gives_the_rest(struct world *world, const struct around *around)
{
    assert_err(world_append(world, AUT, around->pairwise, "too early"), CAIRN_RESTORING);
    world_cut(world, AUT, GEO, true);
    world_run(world, 20000);
    expect_all_back(world);
    say(world, AUT, around->pairwise, "pairs on", 2);
    expect_life(world, around->feed, around->late);
    assert_int_equal(knows(world, GEO, "pairs on", 2), 2);
    world_close(world);
}

TEST(with_one_partner_out_of_reach_the_guard_is_enough)
{
    struct around around;
    struct world *world = put_back_without_geo(13, &around);
    world_run(world, 60000);
    assert_false(restore_of(world, AUT).is_restoring);
    assert_int_equal(knows(world, AUT, "late", 5), 5);
    assert_int_equal(knows(world, AUT, "pair", 5), 0); /* nobody but GEO has it */
    struct world_command open = {.type = CAIRN_EVENT_FEED_OPEN, .members = "AUTGEOSRB"};
    struct world_command rekey = {.type = CAIRN_EVENT_FEED_REKEY};
    memcpy(rekey.feed, around.feed, sizeof around.feed);
    assert_err(answer_to(world, &open), CAIRN_RESTORING); /* GEO could not be told of it */
    assert_err(answer_to(world, &rekey), CAIRN_OK);       /* it knows this one */
    geo_gives_the_rest(world, &around);
}

/* All leaves are back, and not yet what they commit to: the log alone looks whole. */
TEST(a_node_that_falls_while_its_log_comes_back_restores_on)
{
    struct around around;
    struct world *world = put_back_without_geo(17, &around);
    for (uint32_t i = 0; restore_of(world, AUT).durable_size < restore_of(world, AUT).guard_size;
         i++) {
        assert_true(i < 1000);
        world_run(world, 10);
    }
    world_crash(world, AUT);
    assert_true(restore_of(world, AUT).is_restoring);
    world_run(world, 60000);
    assert_false(restore_of(world, AUT).is_restoring);
    geo_gives_the_rest(world, &around);
}

TEST(a_private_feed_without_new_entries_comes_back_and_another_is_lost)
{
    struct world *world = open_calm(3, 14);
    uint8_t feed[16], late[16], quiet[16], busy[16];
    uint32_t number = 0;
    struct cairn_core_feed shown;
    assert_err(world_private_open(world, AUT, quiet), CAIRN_OK);
    assert_err(world_private_open(world, AUT, busy), CAIRN_OK);
    write_around_backup(world, feed, late);
    say(world, AUT, busy, "private", 3);
    world_run(world, 130000);
    world_put_back(world, AUT, true);
    world_run(world, 30000);
    expect_all_back(world);
    assert_true(cairn_core_feed_find(world_core(world, AUT), quiet, &number));
    cairn_core_feed(world_core(world, AUT), number, &shown);
    assert_false(shown.is_closed || shown.is_lost);
    assert_true(shown.commits >= 3);
    assert_true(cairn_core_feed_find(world_core(world, AUT), busy, &number));
    cairn_core_feed(world_core(world, AUT), number, &shown);
    assert_true(shown.is_closed && shown.is_lost);
    assert_int_equal(world_notices(world, AUT, CAIRN_NOTICE_FEED_LOST), 1);
    expect_life(world, feed, late);
    assert_int_equal(world_lost(world, AUT, busy), shown.size); /* said in the other private feed */
    assert_int_equal(world_lost(world, AUT, quiet), -1);
    assert_int_equal(world_lost(world, SRB, busy), -1);
    world_crash(world, AUT);
    assert_true(cairn_core_feed_find(world_core(world, AUT), busy, &number));
    cairn_core_feed(world_core(world, AUT), number, &shown);
    assert_true(shown.is_lost);
    world_close(world);
}

static cairn_err close_feed(struct world *world, const uint8_t feed[static 16])
{
    struct world_command command = {.type = CAIRN_EVENT_FEED_CLOSE};
    memcpy(command.feed, feed, 16);
    return answer_to(world, &command);
}

/* AUT opens a feed that goes on in the place of another one. */
static void continue_feed(struct world *world, const uint8_t feed[static 16],
                          uint8_t out_next[static 16])
{
    struct world_command command = {.type = CAIRN_EVENT_FEED_OPEN, .members = "AUTSRB"};
    cairn_err err = CAIRN_OK;
    memcpy(command.continues, feed, 16);
    uint64_t token = world_begin(world, AUT, &command);
    world_run(world, 5000);
    assert_true(world_answer(world, token, &err, out_next));
    assert_err(err, CAIRN_OK);
}

/* GEO has the leaf of its last commit, and is no member; SRB, who is one, never got it. */
static struct world *lose_the_end(uint64_t seed, uint8_t feed[static 16])
{
    struct world *world = open_calm(4, seed);
    assert_err(world_feed_open(world, AUT, "AUTSRB", feed), CAIRN_OK);
    say(world, AUT, feed, "early", 2);
    world_run(world, 5000);
    world_backup(world, AUT);
    world_cut(world, AUT, SRB, false);
    say(world, AUT, feed, "gone", 1);
    world_run(world, 5000);
    world_put_back(world, AUT, true);
    world_cut(world, AUT, SRB, true);
    world_run(world, 60000);
    assert_false(restore_of(world, AUT).is_restoring);
    assert_int_equal(knows(world, AUT, "gone", 1), 0);
    return world;
}

static struct cairn_core_feed feed_of(struct world *world, uint32_t node,
                                      const uint8_t feed[static 16])
{
    struct cairn_core_feed shown;
    uint32_t number = 0;
    assert_true(cairn_core_feed_find(world_core(world, node), feed, &number));
    cairn_core_feed(world_core(world, node), number, &shown);
    return shown;
}

/* The members are told where, and what for; a fall in between changes nothing. */
TEST(what_nobody_returned_is_listed_as_lost_in_the_feed_that_goes_on)
{
    uint8_t feed[16], next[16];
    struct world *world = lose_the_end(20, feed);
    assert_int_equal(world_lost(world, SRB, feed), -1);
    continue_feed(world, feed, next);
    say(world, AUT, next, "next", 1);
    world_run(world, 5000);
    assert_int_equal(world_lost(world, AUT, feed), 3); /* the record and two words */
    assert_int_equal(world_lost(world, SRB, feed), 3);
    assert_int_equal(world_lost(world, GEO, feed), -1); /* no member */
    assert_true(feed_of(world, AUT, feed).is_lost);
    world_crash(world, AUT);
    world_run(world, 130000);
    assert_true(feed_of(world, AUT, feed).is_lost);
    assert_err(world_append(world, AUT, feed, "no"), CAIRN_STATE);
    say(world, AUT, next, "more", 1);
    world_run(world, 5000);
    assert_int_equal(knows(world, SRB, "more", 1), 1);
    world_close(world);
}

/* POL, a member, has the end of the feed and is out of reach until it was given up. P-105 */
TEST(what_a_member_has_after_all_comes_back_and_the_feed_stays_given_up)
{
    struct world *world = open_calm(4, 21);
    uint8_t feed[16], next[16];
    struct world_command command = {.type = CAIRN_EVENT_FEED_OPEN, .members = "AUTPOLSRB"};
    cairn_err err = CAIRN_OK;
    assert_err(world_feed_open(world, AUT, "AUTPOLSRB", feed), CAIRN_OK);
    say(world, AUT, feed, "early", 2);
    world_run(world, 5000);
    world_backup(world, AUT);
    world_cut(world, AUT, SRB, false);
    world_cut(world, POL, SRB, false);
    say(world, AUT, feed, "late", 3);
    world_run(world, 5000);
    assert_int_equal(knows(world, POL, "late", 3), 3);
    world_cut(world, AUT, POL, false);
    world_put_back(world, AUT, true);
    world_cut(world, AUT, SRB, true);
    world_run(world, 60000);
    assert_false(restore_of(world, AUT).is_restoring);
    memcpy(command.continues, feed, 16);
    uint64_t token = world_begin(world, AUT, &command);
    world_run(world, 5000);
    assert_true(world_answer(world, token, &err, next));
    assert_err(err, CAIRN_OK);
    assert_int_equal(world_lost(world, SRB, feed), 3);
    assert_int_equal(knows(world, AUT, "late", 3), 0);
    world_crash(world, AUT); /* it looks for it after a start, too */
    world_cut(world, AUT, POL, true);
    world_cut(world, POL, SRB, true);
    world_run(world, 60000);
    for (uint32_t node = AUT; node <= POL; node++) {
        assert_int_equal(knows(world, node, "late", 3), node == GEO ? 0 : 3);
        assert_int_equal(world_lost(world, node, feed), node == GEO ? -1 : 3);
        assert_int_equal(world_notices(world, node, CAIRN_NOTICE_LINK_REFUSED), 0);
    }
    assert_true(feed_of(world, AUT, feed).size > (uint64_t)world_lost(world, AUT, feed));
    assert_err(world_append(world, AUT, feed, "no"), CAIRN_STATE);
    say(world, AUT, next, "next", 1);
    world_run(world, 5000);
    assert_int_equal(knows(world, POL, "next", 1), 1);
    world_crash(world, AUT);
    world_run(world, 5000);
    assert_err(world_append(world, AUT, feed, "no"), CAIRN_STATE);
    world_close(world);
}

/* What comes back before the feed is continued is not lost. */
TEST(a_feed_that_is_whole_again_before_it_is_continued_is_not_listed)
{
    uint8_t feed[16], next[16];
    struct world *world = open_calm(3, 22);
    assert_err(world_feed_open(world, AUT, "AUTSRB", feed), CAIRN_OK);
    say(world, AUT, feed, "early", 2);
    world_run(world, 5000);
    world_backup(world, AUT);
    say(world, AUT, feed, "late", 3);
    world_run(world, 5000);
    world_cut(world, AUT, SRB, false);
    world_put_back(world, AUT, true);
    world_run(world, 60000);
    assert_false(restore_of(world, AUT).is_restoring);
    assert_err(world_append(world, AUT, feed, "no"), CAIRN_STATE);
    world_cut(world, AUT, SRB, true);
    world_run(world, 20000);
    assert_int_equal(knows(world, AUT, "late", 3), 3);
    continue_feed(world, feed, next);
    assert_int_equal(world_lost(world, SRB, feed), -1);
    assert_false(feed_of(world, AUT, feed).is_lost);
    say(world, AUT, feed, "on", 1);
    world_run(world, 5000);
    assert_int_equal(knows(world, SRB, "on", 1), 1);
    world_close(world);
}

/* Whatever were written now would stand in the place of the lost commit, and SRB could not read it.
 */
TEST(a_feed_whose_end_nobody_returns_takes_no_order_any_more)
{
    uint8_t feed[16], next[16];
    struct world *world = lose_the_end(18, feed);
    assert_err(world_append(world, AUT, feed, "no"), CAIRN_STATE);
    assert_err(world_rekey(world, AUT, feed), CAIRN_STATE);
    assert_err(world_admit(world, AUT, feed, GEO), CAIRN_STATE);
    assert_err(close_feed(world, feed), CAIRN_STATE);
    assert_err(world_feed_open(world, AUT, "AUTSRB", next), CAIRN_OK);
    say(world, AUT, next, "next", 1);
    world_run(world, 130000);
    assert_int_equal(knows(world, SRB, "next", 1), 1);
    assert_int_equal(world_notices(world, SRB, CAIRN_NOTICE_COMMIT_REFUSED), 0);
    assert_int_equal(world_notices(world, SRB, CAIRN_NOTICE_LINK_REFUSED), 0);
    world_close(world);
}

TEST(a_partner_that_was_met_after_the_copy_is_met_again)
{
    struct world *world =
        world_open(&(struct world_options){.seed = 16, .nodes = 3, .latency_ms_max = 20});
    uint8_t pairwise[16];
    world_meet(world, AUT, SRB);
    world_run(world, 3000);
    world_backup(world, AUT);
    world_meet(world, AUT, GEO);
    world_pairwise(world, AUT, GEO, pairwise);
    say(world, AUT, pairwise, "pair", 5);
    world_run(world, 5000);
    world_put_back(world, AUT, true);
    world_run(world, 20000);
    assert_false(restore_of(world, AUT).is_restoring);
    world_crash(world, AUT);
    world_run(world, 5000);
    world_meet(world, AUT, GEO);
    world_run(world, 20000);
    assert_int_equal(knows(world, AUT, "pair", 5), 5);
    say(world, AUT, pairwise, "pairs on", 5);
    world_run(world, 5000);
    assert_int_equal(knows(world, GEO, "pairs on", 5), 5);
    world_close(world);
}

/* SRB holds all that AUT lost, shows it, and never gives it: AUT asks it first, and GEO then. */
TEST(a_partner_that_shows_and_never_gives_cannot_keep_a_node_silent)
{
    struct world *world = open_calm(3, 19);
    uint8_t feed[16], late[16];
    write_around_backup(world, feed, late);
    world_make_villain(world, SRB, WORLD_PLAY_STALL);
    world_put_back(world, AUT, true);
    world_run(world, 10 * 60000);
    assert_int_equal(knows(world, AUT, "after", 20), 20);
    assert_false(restore_of(world, AUT).is_restoring);
    world_close(world);
}

TEST(a_whole_machine_put_back_notices_it_when_a_partner_answers)
{
    struct world *world = open_calm(3, 15);
    uint8_t feed[16], late[16];
    write_around_backup(world, feed, late);
    world_roll_guard(world, AUT);
    world_put_back(world, AUT, true);
    assert_false(restore_of(world, AUT).is_restoring);
    world_run(world, 60000);
    assert_int_equal(world_notices(world, AUT, CAIRN_NOTICE_ROLLBACK), 1);
    expect_all_back(world);
    expect_life(world, feed, late);
    world_close(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_old_copy_without_guard_waits_for_the_last_partner),
        cmocka_unit_test(with_one_partner_out_of_reach_the_guard_is_enough),
        cmocka_unit_test(a_node_that_falls_while_its_log_comes_back_restores_on),
        cmocka_unit_test(a_private_feed_without_new_entries_comes_back_and_another_is_lost),
        cmocka_unit_test(what_nobody_returned_is_listed_as_lost_in_the_feed_that_goes_on),
        cmocka_unit_test(what_a_member_has_after_all_comes_back_and_the_feed_stays_given_up),
        cmocka_unit_test(a_feed_that_is_whole_again_before_it_is_continued_is_not_listed),
        cmocka_unit_test(a_feed_whose_end_nobody_returns_takes_no_order_any_more),
        cmocka_unit_test(a_partner_that_was_met_after_the_copy_is_met_again),
        cmocka_unit_test(a_partner_that_shows_and_never_gives_cannot_keep_a_node_silent),
        cmocka_unit_test(a_whole_machine_put_back_notices_it_when_a_partner_answers),
    };
    if (getenv("CAIRN_TEST") != NULL) {
        cmocka_set_test_filter(getenv("CAIRN_TEST"));
    }
    return cmocka_run_group_tests_name("scene_restore", tests, NULL, NULL);
}
