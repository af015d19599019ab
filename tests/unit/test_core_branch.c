/* One core, driven by hand-made frames: SRB signed two histories that share four leaves, and its
 * document ends its origin on the one that is not held here. P-126, P-127 */
#include "tests/lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "replication/core.h"
#include "tests/lib/core_scene.h"

#define SHARED 4u
#define POL    3u /* its link */

static struct author pol;

/* One more that may have the other branch; it is asked after GEO. */
static int begin_three(void **state)
{
    (void)scene_begin(state);
    author_open(&pol, &scene.suite, "POL");
    host_meet(scene.host, &pol);
    scene_link_up(POL, &pol);
    return 0;
}

static int end_three(void **state)
{
    author_close(&pol);
    return scene_end(state);
}

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

/* So often this link was asked for SRB's journal from this leaf on. */
static uint32_t wants_of(uint32_t link, uint64_t from)
{
    struct cairn_message message;
    uint8_t id[16];
    uint32_t count = 0;
    cairn_keys_journal_id(cairn_bytes_of(scene.srb.origin), id);
    for (uint32_t i = 0; host_sent(scene.host, link, CAIRN_MESSAGE_WANT, i, &message); i++) {
        count += memcmp(message.as.want.log, id, 16) == 0 && message.as.want.has_from &&
                 message.as.want.credit_bytes > 0 && message.as.want.from == from;
    }
    return count;
}

static uint32_t wants_from(uint64_t from)
{
    return wants_of(GEO, from);
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

/* Two branches, the one is held and the other one named, and GEO is asked for it. */
static void ask_geo(void)
{
    fork_srb(10);
    prove();
    end_on_other();
    assert_int_equal(wants_from(0), 1);
}

static void assert_is_left(void)
{
    start_anew();
    assert_int_equal(scene_srb_peer().journal_size, SHARED);
}

TEST(leaves_that_were_not_asked_for_are_let_pass)
{
    ask_geo();
    give(&scene.twin, 0, 3);
    give(&scene.twin, 5, 8); /* not what follows */
    give(&scene.twin, 0, 8); /* nor this */
    assert_int_equal(scene.host->restart_count, 0);
    give(&scene.twin, 3, 10); /* more than count */
    assert_is_left();
}

TEST(what_comes_while_ours_are_read_is_let_pass)
{
    ask_geo();
    scene_frame(GEO, author_range(&scene.twin, 0, 6, false));
    assert_int_not_equal(host_find_task(scene.host, CAIRN_ACTION_LOAD), UINT32_MAX);
    scene_frame(GEO, author_range(&scene.twin, 0, 8, false));
    host_settle(scene.host);
    assert_int_equal(scene.host->restart_count, 0);
    give(&scene.twin, 6, 8);
    assert_is_left();
}

TEST(another_source_begins_at_the_first_leaf)
{
    ask_geo();
    struct author *liar = calloc(1, sizeof *liar);
    assert_non_null(liar);
    *liar = scene.twin;
    liar->leaves[2][0] ^= 1;
    give(liar, 0, 8);
    assert_int_equal(wants_of(POL, 0), 1);
    scene_frame(POL, author_range(&scene.twin, 0, 8, false));
    host_settle(scene.host);
    assert_is_left();
    free(liar);
}

TEST(leaves_are_compared_to_their_last_byte)
{
    uint8_t leaf[CAIRN_LEAF_BYTES];
    scene_write_noise(&scene.srb, SHARED, 1);
    scene_write_noise(&scene.twin, SHARED, 1);
    memset(leaf, 2, sizeof leaf);
    author_put_leaf(&scene.srb, leaf);
    leaf[CAIRN_LEAF_BYTES - 1] ^= 1;
    author_put_leaf(&scene.twin, leaf);
    scene_write_noise(&scene.srb, 5, 1);
    author_sign(&scene.twin);
    scene_link_up(SRB, &scene.srb);
    scene_offer_own(SRB, &scene.srb);
    scene_frame(SRB, author_range(&scene.srb, 0, 10, true));
    host_settle(scene.host);
    scene_link_up(GEO, &scene.geo);
    prove();
    end_on_other();
    give(&scene.twin, 0, 8);
    assert_is_left();
}

TEST(a_silent_source_is_followed_by_the_next_one_and_the_last_one_by_a_pause)
{
    ask_geo();
    give(&scene.twin, 0, 3);
    host_run(scene.host, 14000);
    assert_int_equal(wants_of(POL, 0), 0);
    host_run(scene.host, 6000);
    assert_int_equal(wants_of(POL, 0), 1);
    host_run(scene.host, 65000);
    assert_int_equal(wants_from(0), 1);
    for (uint32_t s = 0; s < 25 && wants_from(0) == 1; s++) {
        host_run(scene.host, 1000);
    }
    assert_int_equal(wants_from(0), 2);
    give(&scene.twin, 0, 8);
    assert_is_left();
}

/* Empty frames are no answer, and a leaf now and then is not enough. */
TEST(nobody_stays_a_source_by_talking)
{
    ask_geo();
    for (uint32_t i = 0; i < 4; i++) {
        give(&scene.twin, 0, 0);
        host_run(scene.host, 5000);
    }
    assert_int_equal(wants_of(POL, 0), 1);
    for (uint32_t i = 0; i < 7; i++) {
        scene_frame(POL, author_range(&scene.twin, i, i + 1, false));
        host_run(scene.host, i < 6 ? 14000 : 10000);
        assert_int_equal(wants_from(0), 1);
    }
    scene_frame(POL, author_range(&scene.twin, 7, 7, false));
    host_run(scene.host, 10000);
    scene_frame(GEO, author_range(&scene.twin, 0, 8, false));
    scene_frame(POL, author_range(&scene.twin, 7, 8, false)); /* too late: it was given up */
    host_settle(scene.host);
    assert_int_equal(scene.host->restart_count, 0);
}

TEST(who_is_no_partner_any_more_is_not_asked_about)
{
    ask_geo();
    give(&scene.twin, 0, 3);
    scene_forget("SRB", 77);
    host_settle(scene.host);
    assert_err(scene_answer_of(77), CAIRN_OK);
    give(&scene.twin, 3, 8);
    host_run(scene.host, 200000);
    assert_int_equal(wants_from(0), 1);
    assert_int_equal(scene.host->restart_count, 0);
}

TEST(other_journals_go_on_meanwhile)
{
    ask_geo();
    uint64_t from = scene_peer_of(&scene.geo).journal_size;
    scene_write_noise(&scene.geo, 3, 5);
    scene_offer_own(GEO, &scene.geo);
    scene_frame(GEO, author_range(&scene.geo, from, from + 3, true));
    host_settle(scene.host);
    assert_int_equal(scene_peer_of(&scene.geo).journal_size, from + 3);
    give(&scene.twin, 0, 8);
    assert_is_left();
}

TEST(what_cannot_be_compared_is_asked_for_again_after_a_pause)
{
    ask_geo();
    scene_frame(GEO, author_range(&scene.twin, 0, 8, false));
    host_answer(scene.host, host_find_task(scene.host, CAIRN_ACTION_LOAD), CAIRN_DISK_CORRUPT);
    host_settle(scene.host);
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_STORE_FAILED], 1);
    assert_err(scene.host->notice_err[CAIRN_NOTICE_STORE_FAILED], CAIRN_DISK_CORRUPT);
    assert_int_equal(scene.host->restart_count, 0);
    host_run(scene.host, 55000);
    assert_int_equal(wants_from(0), 1);
    host_run(scene.host, 15000);
    assert_int_equal(wants_from(0), 2);
    give(&scene.twin, 0, 8);
    assert_is_left();
}

/* A row that is gone, or damaged, is no place where the branches part. */
TEST(a_leaf_of_ours_that_is_gone_or_damaged_parts_nothing)
{
    for (uint32_t turn = 0; turn < 3; turn++) {
        ask_geo();
        struct cairn_key key = {.table = CAIRN_TABLE_LEAF, .index = 2};
        cairn_keys_journal_id(cairn_bytes_of(scene.srb.origin), key.id);
        disk_put(&scene.host->disk, &key,
                 (struct cairn_bytes){.data = scene.twin.leaves[2],
                                      .size = turn == 0 ? 0 : CAIRN_LEAF_BYTES - turn});
        give(&scene.twin, 0, 8);
        assert_int_equal(scene.host->restart_count, 0);
        assert_true(scene.host->notices[CAIRN_NOTICE_STORE_FAILED] >= 1);
        assert_int_equal(scene_srb_peer().journal_size, 10);
        scene_end(NULL);
        scene_begin(NULL);
    }
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

/* SRB has a feed. Its first commit lies before the branches part; the second one, which admits GEO,
 * and perhaps a third one, which ends it, lie behind. The other branch is proven. gives: the feed
 * after its first commit */
static struct cairn_core_feed leave_with_feed(bool is_closed)
{
    struct cairn_feedop close = {.kind = CAIRN_KIND_FEED_CLOSE, .as.close = {.size = 4}};
    struct cairn_opening opening;
    struct cairn_bytes admission;
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
    scene_admit(&scene.feed, "GEO", scene.own_sealing, &admission);
    author_add(&scene.srb, &scene.feed, admission, true);
    scene_grow(&opening);
    scene_frame(SRB, author_entries(&scene.feed, 1));
    host_settle(scene.host);
    assert_int_equal(scene_held(&scene.feed).commits, 2);
    assert_int_equal(scene_held(&scene.feed).member_count, 3);
    if (is_closed) {
        author_add_op(&scene.srb, &scene.feed, &close, true);
        author_commit(&scene.srb, &scene.feed, NULL);
        author_sign(&scene.srb);
        scene_frame(SRB, author_range(&scene.srb, shared + 1, shared + 2, true));
        host_settle(scene.host);
        scene_frame(SRB, author_entries(&scene.feed, 2));
        host_settle(scene.host);
        assert_true(scene_held(&scene.feed).is_closed);
    }
    scene_link_up(GEO, &scene.geo);
    prove();
    scene_write_noise(&scene.twin, 2, 7);
    scene.twin.serial = scene.srb.serial;
    author_end(&scene.twin, shared + 1);
    uint64_t token = host_show(scene.host, &scene.twin);
    host_settle(scene.host);
    assert_err(scene_answer_of(token), CAIRN_OK);
    give(&scene.twin, 0, shared + 1);
    return before;
}

/* The feed's commits before the branches part are kept, those behind are not. */
TEST(a_feed_goes_back_to_its_last_commit_before_the_branches_part)
{
    struct cairn_core_feed before = leave_with_feed(true);
    start_anew();
    struct cairn_core_feed after = scene_held(&scene.feed);
    assert_int_equal(after.commits, 1);
    assert_int_equal(after.size, before.size);
    assert_int_equal(after.member_count, before.member_count);
    assert_int_equal(after.first_leaf_index, before.first_leaf_index);
    assert_false(after.is_closed);
    host_crash(scene.host);
    host_settle(scene.host);
    assert_int_equal(scene_held(&scene.feed).commits, 1);
    assert_int_equal(scene_held(&scene.feed).size, before.size);
    assert_int_equal(scene_held(&scene.feed).member_count, before.member_count);
}

/* All is answered, but commits of the feed cannot be read. gives: so often they were asked for */
static uint32_t settle_without_commits(void)
{
    uint32_t count = 0;
    while (scene.host->task_count > 0) {
        const struct host_task *task = &scene.host->tasks[0];
        bool is_it = task->type == CAIRN_ACTION_LOAD && task->from.table == CAIRN_TABLE_COMMIT &&
                     memcmp(task->from.id, scene.feed.feed.id, 16) == 0;
        count += is_it ? 1 : 0;
        host_answer(scene.host, 0, is_it ? CAIRN_DISK : CAIRN_OK);
    }
    return count;
}

TEST(a_commit_that_cannot_be_read_is_tried_five_times)
{
    for (uint32_t failures = 1; failures <= 5; failures++) {
        (void)leave_with_feed(false);
        host_crash(scene.host);
        for (uint32_t i = 1; i <= failures; i++) {
            assert_int_equal(settle_without_commits(), 1);
            assert_int_equal(scene.host->notices[CAIRN_NOTICE_STORE_FAILED], i);
            assert_int_equal(scene.host->notices[CAIRN_NOTICE_BRANCH_CUT], i == 5);
            host_tick(scene.host, 9000);
            assert_int_equal(settle_without_commits(), 0);
            host_tick(scene.host, i < 5 ? 2000 : 20000);
        }
        host_settle(scene.host);
        assert_int_equal(scene.host->notices[CAIRN_NOTICE_BRANCH_CUT], 1);
        assert_int_equal(scene_held(&scene.feed).commits, failures < 5);
        scene_end(NULL);
        scene_begin(NULL);
    }
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
        cmocka_unit_test_setup_teardown(leaves_that_were_not_asked_for_are_let_pass, scene_begin,
                                        scene_end),
        cmocka_unit_test_setup_teardown(what_comes_while_ours_are_read_is_let_pass, scene_begin,
                                        scene_end),
        cmocka_unit_test_setup_teardown(another_source_begins_at_the_first_leaf, begin_three,
                                        end_three),
        cmocka_unit_test_setup_teardown(leaves_are_compared_to_their_last_byte, scene_begin,
                                        scene_end),
        cmocka_unit_test_setup_teardown(
            a_silent_source_is_followed_by_the_next_one_and_the_last_one_by_a_pause, begin_three,
            end_three),
        cmocka_unit_test_setup_teardown(nobody_stays_a_source_by_talking, begin_three, end_three),
        cmocka_unit_test_setup_teardown(who_is_no_partner_any_more_is_not_asked_about, scene_begin,
                                        scene_end),
        cmocka_unit_test_setup_teardown(other_journals_go_on_meanwhile, scene_begin, scene_end),
        cmocka_unit_test_setup_teardown(what_cannot_be_compared_is_asked_for_again_after_a_pause,
                                        scene_begin, scene_end),
        cmocka_unit_test_setup_teardown(a_leaf_of_ours_that_is_gone_or_damaged_parts_nothing,
                                        scene_begin, scene_end),
        cmocka_unit_test_setup_teardown(
            a_node_that_falls_while_it_leaves_a_branch_holds_either_and_goes_on, scene_begin,
            scene_end),
        cmocka_unit_test_setup_teardown(
            a_feed_goes_back_to_its_last_commit_before_the_branches_part, scene_begin, scene_end),
        cmocka_unit_test_setup_teardown(a_commit_that_cannot_be_read_is_tried_five_times,
                                        scene_begin, scene_end),
    };
    return cmocka_run_group_tests_name("core_branch", tests, NULL, NULL);
}
