/* One core, driven by hand-made frames: commits that lead to leaf and root, whose author broke a
 * rule. It committed to them, so no other source can help: the feed goes no further, and whoever
 * served them keeps the link. */
#include "tests/lib/test.h"

#include <string.h>

#include "replication/core.h"
#include "schema/operation.h"
#include "tests/lib/core_scene.h"

/* SRB's feed is joined and stands at its record. */
static void join(void)
{
    scene_write_first();
    scene_link_up(SRB, &scene.srb);
    scene_join(SRB);
    scene_frame(SRB, author_entries(&scene.feed, 0));
    host_settle(scene.host);
    assert_int_equal(scene_held(&scene.feed).commits, 1);
}

/* What was written is committed, and given. */
static void give(struct author_feed *feed)
{
    uint64_t from = scene.srb.journal.size;
    uint32_t number = feed->commit_count;
    author_commit(&scene.srb, feed, NULL);
    author_sign(&scene.srb);
    scene_frame(SRB, author_range(&scene.srb, from, scene.srb.journal.size, true));
    host_settle(scene.host);
    scene_frame(SRB, author_entries(feed, number));
    host_settle(scene.host);
}

static void give_refused(struct author_feed *feed, cairn_err err)
{
    uint64_t refused = scene.host->notices[CAIRN_NOTICE_COMMIT_REFUSED];
    uint64_t commits = scene_held(feed).commits;
    give(feed);
    assert_err(scene.host->dropped[SRB], CAIRN_OK);
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_COMMIT_REFUSED], refused + 1);
    assert_err(scene.host->notice_err[CAIRN_NOTICE_COMMIT_REFUSED], err);
    assert_int_equal(scene_held(feed).commits, commits);
    author_add_word(&scene.srb, feed, "later"); /* nor does it take what comes behind that */
    give(feed);
    assert_int_equal(scene_held(feed).commits, commits);
}

static void add_close(uint64_t size)
{
    struct cairn_feedop close = {.kind = CAIRN_KIND_FEED_CLOSE, .as.close = {.size = size}};
    author_add_op(&scene.srb, &scene.feed, &close, true);
}

TEST(a_member_is_not_admitted_again)
{
    struct cairn_bytes operation;
    join();
    scene_admit(&scene.feed, "SRB", scene.own_sealing, &operation);
    author_add(&scene.srb, &scene.feed, operation, true);
    give_refused(&scene.feed, CAIRN_FEED_RECORD);
    assert_int_equal(scene_held(&scene.feed).member_count, 2);
}

TEST(nobody_is_admitted_twice_in_one_commit)
{
    struct cairn_bytes operation;
    join();
    for (uint32_t i = 0; i < 2; i++) {
        scene_admit(&scene.feed, "GEO", scene.own_sealing, &operation);
        author_add(&scene.srb, &scene.feed, operation, true);
    }
    give_refused(&scene.feed, CAIRN_FEED_RECORD);
    assert_int_equal(scene_held(&scene.feed).member_count, 2); /* not even once */
}

TEST(a_wrap_is_the_one_that_the_secret_gives)
{
    static uint8_t bytes[4096];
    struct cairn_bytes operation;
    join();
    scene_admit(&scene.feed, "GEO", scene.own_sealing, &operation);
    memcpy(bytes, operation.data, operation.size);
    bytes[operation.size - 1] ^= 1; /* within the wrap, which is for somebody else */
    operation.data = bytes;
    author_add(&scene.srb, &scene.feed, operation, true);
    give_refused(&scene.feed, CAIRN_PEER_WRAP);
    assert_int_equal(scene_held(&scene.feed).member_count, 2);
}

TEST(a_rekey_begins_the_next_epoch_and_no_other)
{
    join();
    uint64_t from = scene.srb.journal.size;
    scene_rekey(&scene.feed, 2);
    author_sign(&scene.srb);
    scene_frame(SRB, author_range(&scene.srb, from, scene.srb.journal.size, true));
    host_settle(scene.host);
    scene_frame(SRB, author_entries(&scene.feed, 1));
    host_settle(scene.host);
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_COMMIT_REFUSED], 1);
    assert_err(scene.host->notice_err[CAIRN_NOTICE_COMMIT_REFUSED], CAIRN_FEED_RECORD);
    assert_int_equal(scene_held(&scene.feed).commits, 1);
}

TEST(content_is_sealed)
{
    static uint8_t buffer[512];
    static const uint8_t random[CAIRN_ID_RANDOM_BYTES];
    struct cairn_bytes encoded;
    struct cairn_operation operation = {
        .kind = CAIRN_KIND_ALERT_WITHDRAW,
        .has_object = true,
        .hlc = scene.host->now_ms << 16,
        .purpose = cairn_bytes_of("word"),
        .actor_count = 1,
        .actors = {cairn_bytes_of("author")},
        .role = cairn_bytes_of("bureau"),
        .body = {.data = (const uint8_t *)"\x80", .size = 1},
    };
    join();
    cairn_id_make(cairn_bytes_of("SRB"), random, &operation.object);
    assert_err(cairn_operation_encode(&operation, buffer, sizeof buffer, &encoded), CAIRN_OK);
    author_add(&scene.srb, &scene.feed, encoded, true);
    give_refused(&scene.feed, CAIRN_FEED_RECORD);
}

TEST(a_feed_has_one_record_and_it_is_the_first_entry)
{
    join();
    author_add(&scene.srb, &scene.feed, scene.feed.record, true);
    give_refused(&scene.feed, CAIRN_FEED_RECORD);
}

/* A feed joined by its record, whose first commit is written by `write` under its id and keys. */
static void give_first_refused(void (*write)(struct author_feed *first))
{
    struct author_feed first = {.size = 0};
    scene.srb.now_ms = scene.host->now_ms;
    scene_open_feed(&scene.feed);
    scene_open_feed(&first);
    memcpy(first.feed.id, scene.feed.feed.id, 16);
    first.feed.keys = scene.feed.feed.keys;
    write(&first);
    author_commit(&scene.srb, &first, NULL);
    author_add_mark(&scene.srb, scene.srb.now_ms);
    author_commit(&scene.srb, &scene.srb.control, NULL);
    author_sign(&scene.srb);
    scene_link_up(SRB, &scene.srb);
    scene_join(SRB);
    assert_int_equal(scene_held(&scene.feed).tagged, 1);
    scene_frame(SRB, author_entries(&first, 0));
    host_settle(scene.host);
    author_feed_close(&first);
    assert_err(scene.host->dropped[SRB], CAIRN_OK);
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_COMMIT_REFUSED], 1);
    assert_err(scene.host->notice_err[CAIRN_NOTICE_COMMIT_REFUSED], CAIRN_FEED_RECORD);
    assert_int_equal(scene_held(&scene.feed).commits, 0);
}

static void write_nothing_more(struct author_feed *first)
{
    (void)first; /* it holds its own record, which is another one */
}

static void write_sealed(struct author_feed *first)
{
    cairn_merkle_range_init(&first->feed.range);
    first->is_writing = false;
    author_add_word(&scene.srb, first, "word");
}

TEST(entry_zero_is_the_record_that_the_feed_is_named_after)
{
    give_first_refused(write_nothing_more);
}

TEST(entry_zero_is_not_sealed)
{
    give_first_refused(write_sealed);
}

TEST(a_close_names_the_size_that_the_feed_has_then)
{
    join();
    add_close(scene.feed.feed.range.size + 2);
    give_refused(&scene.feed, CAIRN_FEED_RECORD);
    assert_false(scene_held(&scene.feed).is_closed);
}

TEST(a_close_is_the_last_entry_of_its_commit)
{
    join();
    add_close(scene.feed.feed.range.size + 1);
    author_add_word(&scene.srb, &scene.feed, "word");
    give_refused(&scene.feed, CAIRN_FEED_RECORD);
    assert_false(scene_held(&scene.feed).is_closed);
}

TEST(a_feed_that_was_closed_takes_nothing_more)
{
    join();
    add_close(scene.feed.feed.range.size + 1);
    give(&scene.feed);
    assert_true(scene_held(&scene.feed).is_closed);
    assert_int_equal(scene_held(&scene.feed).commits, 2);
    author_add_word(&scene.srb, &scene.feed, "word");
    give(&scene.feed);
    assert_int_equal(scene_held(&scene.feed).commits, 2);
}

TEST(leaves_that_bear_the_next_tag_of_a_closed_feed_are_none_of_it)
{
    struct cairn_opening opening;
    uint8_t leaf[CAIRN_LEAF_BYTES];
    join();
    uint64_t from = scene.srb.journal.size;
    add_close(scene.feed.feed.range.size + 1);
    author_commit(&scene.srb, &scene.feed, &opening);
    opening.number++;
    author_leaf(&scene.srb, &scene.feed, &opening, leaf);
    author_put_leaf(&scene.srb, leaf); /* before the close was opened this one was looked for */
    author_sign(&scene.srb);
    scene_frame(SRB, author_range(&scene.srb, from, scene.srb.journal.size, true));
    host_settle(scene.host);
    assert_int_equal(scene_held(&scene.feed).tagged, 3); /* with those that were taken */
    scene_frame(SRB, author_entries(&scene.feed, 1));
    host_settle(scene.host);
    assert_true(scene_held(&scene.feed).is_closed);
    assert_int_equal(scene_held(&scene.feed).tagged, 2);
    host_run(scene.host, 130000);
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_MISSING], 0);
    assert_int_equal(scene_srb_peer().cosigned_size, scene.srb.journal.size);
}

TEST(an_entry_is_of_an_epoch_that_has_begun)
{
    join();
    scene.feed.feed.epoch_count++;
    author_add_word(&scene.srb, &scene.feed, "word");
    scene.feed.feed.epoch_count--;
    give_refused(&scene.feed, CAIRN_FEED_RECORD);
}

TEST(a_pairwise_feed_holds_sealed_entries_only)
{
    struct cairn_feedop missing = {.kind = CAIRN_KIND_RECEIPT};
    join();
    author_add_op(&scene.srb, &scene.srb.pairwise, &missing, false);
    give(&scene.srb.pairwise);
    assert_int_equal(scene_held(&scene.srb.pairwise).commits, 1);
    author_add_op(&scene.srb, &scene.srb.pairwise, &missing, true);
    give_refused(&scene.srb.pairwise, CAIRN_FEED_RECORD);
}

TEST(a_control_feed_holds_clear_entries_only)
{
    join();
    author_add_word(&scene.srb, &scene.srb.control, "word");
    give_refused(&scene.srb.control, CAIRN_FEED_RECORD);
}

TEST(a_mark_is_later_than_every_one_before_it)
{
    join();
    uint64_t first_ms = scene.srb.now_ms; /* of the mark that stands there */
    author_add_mark(&scene.srb, first_ms + 1);
    author_add_mark(&scene.srb, first_ms + 2);
    give(&scene.srb.control);
    uint64_t commits = scene_held(&scene.srb.control).commits;
    author_add_mark(&scene.srb, first_ms + 3);
    give(&scene.srb.control);
    assert_int_equal(scene_held(&scene.srb.control).commits, commits + 1);
    author_add_mark(&scene.srb, first_ms + 3);
    give_refused(&scene.srb.control, CAIRN_FEED_RECORD);
}

TEST(two_marks_in_one_commit_ascend)
{
    join();
    author_add_mark(&scene.srb, scene.srb.now_ms + 2);
    author_add_mark(&scene.srb, scene.srb.now_ms + 1);
    give_refused(&scene.srb.control, CAIRN_FEED_RECORD);
}

/* 2^64 - 1 ms is a time like any other: the node starts anew with it, and knows it. */
TEST(the_last_mark_is_known_after_a_start)
{
    join();
    author_add_mark(&scene.srb, UINT64_MAX);
    give(&scene.srb.control);
    uint64_t commits = scene_held(&scene.srb.control).commits;
    host_crash(scene.host);
    scene_link_up(SRB, &scene.srb);
    scene_offer(SRB);
    assert_int_equal(scene_held(&scene.srb.control).commits, commits);
    author_add_mark(&scene.srb, scene.srb.now_ms + 1);
    give_refused(&scene.srb.control, CAIRN_FEED_RECORD);
}

TEST(commits_that_nobody_asked_for_are_an_overdraft)
{
    scene_write_first();
    scene_link_up(GEO, &scene.geo);
    scene_frame(GEO, author_entries(&scene.feed, 0));
    assert_err(scene.host->dropped[GEO], CAIRN_PEER_OVERDRAW);
}

/* A stream that has to wait is granted nothing more; what is on its way for that is let pass. */
TEST(a_source_sends_no_more_than_it_was_granted)
{
    static uint8_t large[250000];
    uint32_t count = 0;
    join();
    uint64_t from = scene.srb.journal.size;
    author_add_mark(&scene.srb, scene.srb.now_ms);
    author_commit(&scene.srb, &scene.srb.control, NULL); /* which is not given: the rest waits */
    for (uint32_t i = 0; i < 3; i++) {
        author_add(&scene.srb, &scene.feed,
                   (struct cairn_bytes){.data = large, .size = sizeof large}, false);
    }
    author_commit(&scene.srb, &scene.feed, NULL);
    author_sign(&scene.srb);
    scene_frame(SRB, author_range(&scene.srb, from, scene.srb.journal.size, true));
    host_settle(scene.host);
    while (scene.host->dropped[SRB] == CAIRN_OK && count < 30) {
        scene_frame(SRB, author_entries(&scene.feed, 1));
        count++;
    }
    assert_err(scene.host->dropped[SRB], CAIRN_PEER_OVERDRAW);
    assert_in_range(count, 6, 20); /* 4 MiB and a frame, twice at most */
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, scene_begin, scene_end)
    const struct CMUnitTest tests[] = {
        CASE(a_member_is_not_admitted_again),
        CASE(nobody_is_admitted_twice_in_one_commit),
        CASE(a_wrap_is_the_one_that_the_secret_gives),
        CASE(a_rekey_begins_the_next_epoch_and_no_other),
        CASE(content_is_sealed),
        CASE(a_feed_has_one_record_and_it_is_the_first_entry),
        CASE(entry_zero_is_the_record_that_the_feed_is_named_after),
        CASE(entry_zero_is_not_sealed),
        CASE(a_close_names_the_size_that_the_feed_has_then),
        CASE(a_close_is_the_last_entry_of_its_commit),
        CASE(a_feed_that_was_closed_takes_nothing_more),
        CASE(leaves_that_bear_the_next_tag_of_a_closed_feed_are_none_of_it),
        CASE(an_entry_is_of_an_epoch_that_has_begun),
        CASE(a_pairwise_feed_holds_sealed_entries_only),
        CASE(a_control_feed_holds_clear_entries_only),
        CASE(a_mark_is_later_than_every_one_before_it),
        CASE(two_marks_in_one_commit_ascend),
        CASE(the_last_mark_is_known_after_a_start),
        CASE(commits_that_nobody_asked_for_are_an_overdraft),
        CASE(a_source_sends_no_more_than_it_was_granted),
    };
    return cmocka_run_group_tests_name("core_commit", tests, NULL, NULL);
}
