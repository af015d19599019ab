/* One core, driven by hand-made frames: what is missing, receipts. */
#include "tests/lib/test.h"

#include <string.h>

#include "replication/core.h"
#include "schema/operation.h"
#include "tests/lib/core_scene.h"

TEST(a_withheld_commit_is_called_missing_after_a_minute_and_only_then_cosigned)
{
    scene_write_first();
    scene_link_up(SRB, &scene.srb);
    scene_join(SRB);
    scene_frame(SRB, author_entries(&scene.feed, 0));
    host_settle(scene.host);
    host_run(scene.host, 61000); /* what there was so far is cosigned */
    uint64_t cosigned = scene_srb_peer().cosigned_size;
    assert_int_equal(cosigned, scene.srb.journal.size);
    scene_grow(NULL); /* the leaf comes, its commit never does */
    host_run(scene.host, 59000);
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_MISSING], 0);
    assert_int_equal(scene_srb_peer().cosigned_size, cosigned);
    host_run(scene.host, 10000);
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_MISSING], 1);
    host_run(scene.host, 61000);
    assert_int_equal(scene_srb_peer().cosigned_size, scene.srb.journal.size);
    scene_grow(NULL); /* one more: the first one being missing says nothing of it */
    uint64_t size = scene_srb_peer().cosigned_size;
    host_run(scene.host, 55000);
    assert_int_equal(scene_srb_peer().cosigned_size, size);
    host_run(scene.host, 80000);
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_MISSING], 2);
    assert_int_equal(scene_srb_peer().cosigned_size, scene.srb.journal.size);
}

/* P-89: a node that was away has much to fetch, and a slow line. What waits behind it is not called
 * missing while it comes: marks that stand before the leaf, and earlier commits. */
TEST(nothing_is_called_missing_while_what_stands_before_it_still_comes)
{
    enum { BEFORE = 5 };
    scene_write_first();
    scene_link_up(SRB, &scene.srb);
    scene_join(SRB);
    scene_frame(SRB, author_entries(&scene.feed, 0));
    host_settle(scene.host);
    uint32_t marks = scene.srb.control.commit_count;
    uint32_t commits = scene.feed.commit_count;
    for (uint32_t i = 0; i < BEFORE; i++) { /* it was away */
        author_add_mark(&scene.srb, scene.host->now_ms + 1 + i);
        author_commit(&scene.srb, &scene.srb.control, NULL);
    }
    for (uint32_t i = 0; i < BEFORE; i++) {
        author_add_word(&scene.srb, &scene.feed, "word");
        author_commit(&scene.srb, &scene.feed, NULL);
    }
    author_add_mark(&scene.srb, scene.host->now_ms + 1 + BEFORE); /* stands behind all of them */
    author_commit(&scene.srb, &scene.srb.control, NULL);
    author_sign(&scene.srb);
    scene_frame(
        SRB, author_range(&scene.srb, scene_srb_peer().journal_size, scene.srb.journal.size, true));
    for (uint32_t i = 0; i < BEFORE; i++) {
        host_run(scene.host, 40000);
        scene_frame(SRB, author_entries(&scene.srb.control, marks + i));
    }
    for (uint32_t i = 0; i + 1 < BEFORE; i++) {
        host_run(scene.host, 40000);
        scene_frame(SRB, author_entries(&scene.feed, commits + i));
    }
    host_run(scene.host, 40000);
    assert_int_equal(scene_held(&scene.feed).commits, commits + BEFORE - 1);
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_MISSING], 1); /* the mark behind them */
    scene_frame(SRB, author_entries(&scene.srb.control, marks + BEFORE));
    host_run(scene.host, 30000); /* it changes nothing: 70 s since the last commit before it */
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_MISSING], 2);
}

TEST(nobody_keeps_a_commit_for_more_than_an_hour_by_sending_marks)
{
    enum { MARKS = 70, EACH_MS = 55000 };
    uint64_t passed_ms = 0;
    scene_write_first();
    scene_link_up(SRB, &scene.srb);
    scene_join(SRB);
    scene_frame(SRB, author_entries(&scene.feed, 0));
    host_settle(scene.host);
    uint32_t first = scene.srb.control.commit_count;
    author_add_word(&scene.srb, &scene.feed, "kept");
    author_commit(&scene.srb, &scene.feed, NULL);
    for (uint32_t i = 0; i < MARKS; i++) {
        author_add_mark(&scene.srb, scene.host->now_ms + 1 + i);
        author_commit(&scene.srb, &scene.srb.control, NULL);
    }
    author_sign(&scene.srb);
    scene_frame(
        SRB, author_range(&scene.srb, scene_srb_peer().journal_size, scene.srb.journal.size, true));
    for (uint32_t i = 0; i < MARKS; i++) {
        host_run(scene.host, EACH_MS);
        passed_ms += EACH_MS;
        if (passed_ms <= 3600000) {
            assert_int_equal(scene.host->notices[CAIRN_NOTICE_MISSING], 0);
        }
        scene_frame(SRB, author_entries(&scene.srb.control, first + i));
    }
    assert_true(scene.host->notices[CAIRN_NOTICE_MISSING] > 0);
}

TEST(pending_leaves_of_one_author_leave_room_for_others)
{
    static struct author_feed many[16];
    scene_write_first();
    scene_link_up(SRB, &scene.srb);
    scene_offer(SRB);
    scene_frame(SRB, author_record(&scene.srb, &scene.feed));
    for (uint32_t i = 0; i < 16; i++) {
        scene_open_feed(&many[i]);
        scene_invite(&many[i]);
        scene_frame(SRB, author_record(&scene.srb, &many[i]));
        for (uint32_t commit = 0; commit < 60; commit++) { /* tags, and never a commit */
            author_add_word(&scene.srb, &many[i], "word");
            author_commit(&scene.srb, &many[i], NULL);
        }
        author_feed_close(&many[i]);
    }
    author_sign(&scene.srb);
    scene_frame(SRB, author_range(&scene.srb, 0, scene.srb.journal.size, true));
    host_settle(scene.host);
    assert_int_equal(scene_held(&scene.feed).tagged, 1);
    host_run(scene.host,
             70000); /* all of them are missing; the batch takes as many as fit, the rest next */
    host_run(scene.host, 70000);
    assert_true(scene.host->notices[CAIRN_NOTICE_MISSING] >= 16 * 60);
}

TEST(content_gets_one_receipt_a_second_and_plumbing_none)
{
    scene_write_first();
    scene_link_up(SRB, &scene.srb);
    scene_join(SRB);
    scene_frame(SRB, author_entries(&scene.feed, 0)); /* feed.open only */
    host_settle(scene.host);
    host_run(scene.host, 3000);
    uint64_t before = scene_own_pairwise().size;
    for (uint32_t i = 1; i <= 20; i++) {
        scene_grow(NULL);
        scene_frame(SRB, author_entries(&scene.feed, i));
        host_run(scene.host, 100);
    }
    host_run(scene.host, 3000);
    assert_in_range(scene_own_pairwise().size - before, 1, 4);
    before = scene_own_pairwise().size;
    uint64_t from = scene.srb.journal.size;
    struct cairn_feedop receipt = {.kind = CAIRN_KIND_RECEIPT};
    author_add_op(&scene.srb, &scene.srb.pairwise, &receipt, false);
    author_commit(&scene.srb, &scene.srb.pairwise, NULL);
    author_sign(&scene.srb);
    scene_frame(SRB, author_range(&scene.srb, from, scene.srb.journal.size, true));
    host_settle(scene.host);
    scene_frame(SRB, author_entries(&scene.srb.pairwise, 0));
    host_run(scene.host, 5000);
    assert_int_equal(scene_held(&scene.srb.pairwise).commits, 1);
    assert_int_equal(scene_own_pairwise().size, before);
}

TEST(a_receipt_speaks_of_what_was_opened_and_of_nothing_else)
{
    scene_write_first();
    scene_link_up(SRB, &scene.srb);
    scene_join(SRB);
    scene_frame(SRB, author_entries(&scene.feed, 0));
    host_settle(scene.host);
    host_run(scene.host, 3000);
    uint64_t before = scene_own_pairwise().size;
    scene_grow(NULL);
    scene_frame(SRB, author_entries(&scene.feed, 1));
    uint32_t store = host_find_task(scene.host, CAIRN_ACTION_STORE);
    host_answer(scene.host, store, CAIRN_OK);
    uint32_t ripe = host_find_task(scene.host, CAIRN_ACTION_RIPE);
    assert_int_not_equal(ripe, UINT32_MAX);
    host_tick(scene.host, 5000); /* durable, and the folder has not come to it */
    assert_int_equal(scene_own_pairwise().size, before);
    host_settle(scene.host);
    host_run(scene.host, 2000);
    assert_int_equal(scene_own_pairwise().size, before + 1);
}

TEST(a_receipt_that_was_lost_with_a_crash_is_written_after_all)
{
    scene_write_first();
    scene_link_up(SRB, &scene.srb);
    scene_join(SRB);
    scene_frame(SRB, author_entries(&scene.feed, 0));
    host_settle(scene.host);
    scene_grow(NULL);
    scene_frame(SRB, author_entries(&scene.feed, 1));
    host_settle(scene.host); /* opened; the receipt is due in a second */
    uint64_t before = scene_own_pairwise().size;
    host_crash(scene.host);
    host_run(scene.host, 3000);
    assert_int_equal(scene_own_pairwise().size, before + 1);
    host_crash(scene.host);
    host_run(scene.host, 3000);
    assert_int_equal(scene_own_pairwise().size, before + 1); /* once is enough */
}

TEST(two_idle_nodes_only_beat)
{
    scene_write_first();
    scene_link_up(SRB, &scene.srb);
    scene_join(SRB);
    scene_frame(SRB, author_entries(&scene.feed, 0));
    host_run(scene.host, 60000);
    for (uint32_t minute = 0; minute < 5; minute++) {
        uint64_t size = scene_journal_size();
        uint64_t from = scene.srb.journal.size;
        author_add_mark(&scene.srb, scene.srb.now_ms + 1 + minute);
        author_commit(&scene.srb, &scene.srb.control, NULL);
        author_sign(&scene.srb);
        scene_frame(SRB, author_range(&scene.srb, from, scene.srb.journal.size, true));
        host_settle(scene.host);
        scene_frame(SRB, author_entries(&scene.srb.control, minute + 1));
        host_run(scene.host, 60000);
        assert_int_equal(scene_journal_size(), size + 1);
    }
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, scene_begin, scene_end)
    const struct CMUnitTest tests[] = {
        CASE(a_withheld_commit_is_called_missing_after_a_minute_and_only_then_cosigned),
        CASE(nothing_is_called_missing_while_what_stands_before_it_still_comes),
        CASE(nobody_keeps_a_commit_for_more_than_an_hour_by_sending_marks),
        CASE(pending_leaves_of_one_author_leave_room_for_others),
        CASE(content_gets_one_receipt_a_second_and_plumbing_none),
        CASE(a_receipt_speaks_of_what_was_opened_and_of_nothing_else),
        CASE(a_receipt_that_was_lost_with_a_crash_is_written_after_all),
        CASE(two_idle_nodes_only_beat),
    };
    return cmocka_run_group_tests_name("core_witness", tests, NULL, NULL);
}
