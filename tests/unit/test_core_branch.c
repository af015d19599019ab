/* One core, driven by hand-made frames: SRB signed two histories that share four leaves, and its
 * document ends its origin on the one that is not held here. P-126, P-127 */
#include "tests/lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "replication/core.h"
#include "tests/lib/core_scene.h"

#define SHARED 4u

/* The core holds `held` leaves of the one; GEO, which is linked, will have the other one. */
static void fork_srb(uint32_t held)
{
    scene_write_noise(&scene.srb, SHARED, 1);
    scene_write_noise(&scene.twin, SHARED, 1);
    scene_write_noise(&scene.srb, held - SHARED, 1);
    scene_write_noise(&scene.twin, 1, 7);
    scene_link_up(SRB, &scene.srb);
    scene_offer_own(SRB, &scene.srb);
    scene_frame(SRB, author_range(&scene.srb, 0, held, true));
    host_settle(scene.host);
    assert_int_equal(scene_srb_peer().journal_size, held);
    scene_link_up(GEO, &scene.geo);
}

static void prove(void)
{
    scene_offer_own(GEO, &scene.twin);
    host_settle(scene.host);
    assert_true(scene_srb_peer().is_forked);
}

/* SRB stands by the first 8 leaves of the other branch. */
static void end_on_other(void)
{
    scene_write_noise(&scene.twin, 5, 7);
    scene.twin.serial = scene.srb.serial;
    author_end(&scene.twin, 8);
    uint64_t token = host_show(scene.host, &scene.twin);
    host_settle(scene.host);
    assert_err(scene_answer_of(token), CAIRN_OK);
}

/* So often GEO was asked for SRB's journal from this leaf on. */
static uint32_t wants_from(uint64_t from)
{
    struct cairn_message message;
    uint8_t id[16];
    uint32_t count = 0;
    cairn_keys_journal_id(cairn_bytes_of(scene.srb.origin), id);
    for (uint32_t i = 0; host_sent(scene.host, GEO, CAIRN_MESSAGE_WANT, i, &message); i++) {
        count += memcmp(message.as.want.log, id, 16) == 0 && message.as.want.has_from &&
                 message.as.want.credit_bytes > 0 && message.as.want.from == from;
    }
    return count;
}

static void give(const struct author *author, uint64_t from, uint64_t to)
{
    scene_frame(GEO, author_range(author, from, to, false));
    host_settle(scene.host);
}

static void start_anew(void)
{
    assert_int_equal(scene.host->restart_count, 1);
    host_crash(scene.host);
    host_settle(scene.host);
    scene_link_up(GEO, &scene.geo);
    host_settle(scene.host);
}

TEST(another_branch_is_left_once_the_right_one_is_proven)
{
    fork_srb(10);
    prove();
    end_on_other();
    assert_true(scene_srb_peer().is_repudiated);
    assert_int_equal(wants_from(0), 1);
    give(&scene.twin, 0, 8);
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_BRANCH_LEFT], 1);
    assert_int_equal(scene_srb_peer().journal_size, 10); /* until it starts anew */
    start_anew();
    assert_int_equal(scene_srb_peer().journal_size, SHARED);
    assert_false(scene_srb_peer().is_repudiated);
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_BRANCH_CUT], 1);
    assert_int_equal(wants_from(SHARED), 1);
    give(&scene.twin, SHARED, 8);
    assert_int_equal(scene_srb_peer().journal_size, 8);
    assert_false(scene_srb_peer().is_forked);
    assert_int_equal(scene_rows_in(CAIRN_TABLE_FORK), 1); /* the proof stays */
    host_crash(scene.host);
    host_settle(scene.host);
    assert_int_equal(scene_srb_peer().journal_size, 8);
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_BRANCH_CUT], 1);
}

TEST(leaves_come_in_pieces_and_the_branches_may_part_between_two_of_them)
{
    for (uint32_t piece = 1; piece <= 8; piece++) {
        fork_srb(10);
        prove();
        end_on_other();
        for (uint64_t at = 0; at < 8; at += piece) {
            give(&scene.twin, at, at + piece < 8 ? at + piece : 8);
        }
        start_anew();
        assert_int_equal(scene_srb_peer().journal_size, SHARED);
        scene_end(NULL);
        scene_begin(NULL);
    }
}

TEST(made_up_leaves_take_nothing_away_and_another_source_is_asked)
{
    fork_srb(10);
    prove();
    end_on_other();
    struct author *liar = calloc(1, sizeof *liar);
    assert_non_null(liar);
    *liar = scene.twin;
    liar->leaves[6][0] ^= 1;
    give(liar, 0, 8);
    assert_int_equal(scene.host->restart_count, 0);
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_COMMIT_REFUSED], 1);
    assert_int_equal(scene_srb_peer().journal_size, 10);
    assert_true(scene_srb_peer().is_repudiated);
    host_crash(scene.host);
    host_settle(scene.host);
    assert_int_equal(scene_srb_peer().journal_size, 10);
    scene_link_up(GEO, &scene.geo); /* who may have it by now */
    host_settle(scene.host);
    give(&scene.twin, 0, 8);
    start_anew();
    assert_int_equal(scene_srb_peer().journal_size, SHARED);
    free(liar);
}

TEST(a_source_that_says_nothing_is_asked_again_after_a_pause)
{
    fork_srb(10);
    prove();
    end_on_other();
    assert_int_equal(wants_from(0), 1);
    give(&scene.twin, 0, 3);
    host_run(scene.host, 30000);
    assert_int_equal(wants_from(0), 1);
    host_run(scene.host, 60000);
    assert_in_range(wants_from(0), 2, 3);
    assert_int_equal(scene.host->restart_count, 0);
}

TEST(without_a_proof_of_the_fork_what_is_held_is_kept)
{
    fork_srb(10);
    end_on_other();
    assert_true(scene_srb_peer().is_repudiated);
    assert_int_equal(wants_from(0), 0);
    give(&scene.twin, 0, 8);
    assert_int_equal(scene.host->restart_count, 0);
    assert_int_equal(scene_srb_peer().journal_size, 10);
}

TEST(a_branch_that_is_shorter_than_the_position_is_left_too)
{
    fork_srb(6);
    prove();
    end_on_other();
    assert_false(scene_srb_peer().is_repudiated); /* nobody can tell yet */
    give(&scene.twin, 6, 8);                      /* that does not lead to the root */
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_COMMIT_REFUSED], 1);
    assert_int_equal(wants_from(0), 1);
    give(&scene.twin, 0, 8);
    start_anew();
    assert_int_equal(scene_srb_peer().journal_size, SHARED);
    give(&scene.twin, SHARED, 8);
    assert_int_equal(scene_srb_peer().journal_size, 8);
}

/* It falls after each of its writes, and before. */
TEST(a_node_that_falls_while_it_leaves_a_branch_holds_either_and_goes_on)
{
    for (uint32_t stores = 0; stores < 8; stores++) {
        fork_srb(10);
        prove();
        end_on_other();
        give(&scene.twin, 0, 8);
        assert_int_equal(scene.host->restart_count, 1);
        host_crash(scene.host);
        for (uint32_t i = 0; i < stores && scene.host->task_count > 0; i++) {
            host_answer(scene.host, 0, CAIRN_OK);
        }
        assert_int_equal(scene_srb_peer().journal_size, SHARED);
        host_crash(scene.host);
        host_settle(scene.host);
        assert_int_equal(scene_srb_peer().journal_size, SHARED);
        scene_link_up(GEO, &scene.geo);
        host_settle(scene.host);
        give(&scene.twin, SHARED, 8);
        assert_int_equal(scene_srb_peer().journal_size, 8);
        scene_end(NULL);
        scene_begin(NULL);
    }
}

/* The feed's commits before the branches part are kept, those behind are not. */
TEST(a_feed_goes_back_to_its_last_commit_before_the_branches_part)
{
    struct cairn_opening opening;
    scene_link_up(SRB, &scene.srb);
    scene_write_first();
    scene_join(SRB);
    scene_frame(SRB, author_entries(&scene.feed, 0));
    host_settle(scene.host);
    uint64_t shared = scene.srb.journal.size;
    struct cairn_core_feed before = scene_held(&scene.feed);
    assert_int_equal(before.commits, 1);
    assert_int_equal(before.member_count, 2);
    memcpy(scene.twin.leaves, scene.srb.leaves, sizeof scene.twin.leaves);
    scene.twin.journal = scene.srb.journal;
    scene_write_noise(&scene.twin, 1, 7);
    scene_grow(&opening);
    scene_frame(SRB, author_entries(&scene.feed, 1));
    host_settle(scene.host);
    assert_int_equal(scene_held(&scene.feed).commits, 2);
    scene_link_up(GEO, &scene.geo);
    prove();
    scene_write_noise(&scene.twin, 2, 7);
    scene.twin.serial = scene.srb.serial;
    author_end(&scene.twin, shared + 1);
    uint64_t token = host_show(scene.host, &scene.twin);
    host_settle(scene.host);
    assert_err(scene_answer_of(token), CAIRN_OK);
    give(&scene.twin, 0, shared + 1);
    start_anew();
    struct cairn_core_feed after = scene_held(&scene.feed);
    assert_int_equal(after.commits, 1);
    assert_int_equal(after.size, before.size);
    assert_int_equal(after.member_count, before.member_count);
    assert_int_equal(after.first_leaf_index, before.first_leaf_index);
    host_crash(scene.host);
    host_settle(scene.host);
    assert_int_equal(scene_held(&scene.feed).commits, 1);
    assert_int_equal(scene_held(&scene.feed).size, before.size);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(another_branch_is_left_once_the_right_one_is_proven,
                                        scene_begin, scene_end),
        cmocka_unit_test_setup_teardown(
            leaves_come_in_pieces_and_the_branches_may_part_between_two_of_them, scene_begin,
            scene_end),
        cmocka_unit_test_setup_teardown(
            made_up_leaves_take_nothing_away_and_another_source_is_asked, scene_begin, scene_end),
        cmocka_unit_test_setup_teardown(a_source_that_says_nothing_is_asked_again_after_a_pause,
                                        scene_begin, scene_end),
        cmocka_unit_test_setup_teardown(without_a_proof_of_the_fork_what_is_held_is_kept,
                                        scene_begin, scene_end),
        cmocka_unit_test_setup_teardown(a_branch_that_is_shorter_than_the_position_is_left_too,
                                        scene_begin, scene_end),
        cmocka_unit_test_setup_teardown(
            a_node_that_falls_while_it_leaves_a_branch_holds_either_and_goes_on, scene_begin,
            scene_end),
        cmocka_unit_test_setup_teardown(
            a_feed_goes_back_to_its_last_commit_before_the_branches_part, scene_begin, scene_end),
    };
    return cmocka_run_group_tests_name("core_branch", tests, NULL, NULL);
}
