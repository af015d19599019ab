/* One core whose disk rots under it: what it finds when it reads its log again, whom it asks for
 * it, what it takes from them, and what it says is lost. source P-90, P-91, P-92 */
#include "tests/lib/test.h"

#include <string.h>

#include "replication/scrub.h"
#include "tests/lib/core_scene.h"

#define PIECE 4096u /* leaves of a journal that are hashed together */

static struct cairn_core_scrub now(void)
{
    struct cairn_core_scrub scrub;
    cairn_core_scrub_status(scene.host->core, &scrub);
    return scrub;
}

static void tell(bool is_now, uint64_t bytes_per_s, uint64_t period_ms)
{
    struct cairn_event event = {.type = CAIRN_EVENT_SCRUB};
    event.as.scrub.bytes_per_s = bytes_per_s;
    event.as.scrub.period_ms = period_ms;
    event.as.scrub.is_now = is_now;
    host_do(scene.host, &event);
    host_settle(scene.host);
}

static void scrub(void)
{
    tell(true, 1 << 20, 0);
}

/* SRB's journal and feed are held, and SRB is linked. */
static int begin(void **state)
{
    scene_begin(state);
    scene_write_first();
    scene_link_up(SRB, &scene.srb);
    scene_join(SRB);
    scene_frame(SRB, author_entries(&scene.feed, 0));
    host_settle(scene.host);
    assert_int_equal(scene_held(&scene.feed).commits, 1);
    host_forget_sent(scene.host);
    return 0;
}

static struct cairn_key leaf_key(uint64_t index)
{
    struct cairn_key key = {.table = CAIRN_TABLE_LEAF, .index = index};
    cairn_keys_journal_id(cairn_bytes_of(scene.srb.origin), key.id);
    return key;
}

static struct cairn_key commit_key(uint64_t number)
{
    struct cairn_key key = {.table = CAIRN_TABLE_COMMIT, .index = number};
    memcpy(key.id, scene.feed.feed.id, 16);
    return key;
}

static void rot(struct cairn_key key, bool is_readable)
{
    assert_true(disk_rot(&scene.host->disk, &key, is_readable));
}

static void expect_row(struct cairn_key key, struct cairn_bytes wanted)
{
    struct cairn_row row;
    assert_int_equal(disk_range(&scene.host->disk, &key, key.index + 1, &row, 1), 1);
    assert_int_equal(row.value.size, wanted.size);
    assert_memory_equal(row.value.data, wanted.data, wanted.size);
}

/* What was asked of this link last, for a log; gives how often. */
static uint32_t wanted_from(uint32_t link, const uint8_t log[static 16], uint64_t *out_from)
{
    struct cairn_message message;
    uint32_t count = 0;
    for (uint32_t i = 0; host_sent(scene.host, link, CAIRN_MESSAGE_WANT, i, &message); i++) {
        if (memcmp(message.as.want.log, log, 16) == 0 && message.as.want.has_from &&
            message.as.want.credit_bytes > 0) {
            *out_from = message.as.want.from;
            count++;
        }
    }
    return count;
}

TEST(nothing_is_read_before_the_host_says_how)
{
    rot(commit_key(0), false);
    host_run(scene.host, 700000);
    assert_int_equal(now().fault_count, 0);
    assert_int_equal(now().last.began_ms, 0);
}

TEST(a_whole_log_is_read_from_end_to_end)
{
    scrub();
    assert_false(now().is_on);
    assert_int_equal(now().last.found, 0);
    assert_true(now().last.rows >= scene.srb.journal.size + 1);
    assert_true(now().last.ended_ms >= now().last.began_ms);
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_SCRUBBED], 1);
}

TEST(a_commit_of_an_earlier_epoch_is_checked_with_the_keys_of_then)
{
    struct author_member members[2];
    uint64_t size = scene.srb.journal.size, from = UINT64_MAX;
    scene_member("AUT", &members[0]);
    scene_member("SRB", &members[1]);
    scene_rekey_for(&scene.feed, 1, members, 2);
    author_add_word(&scene.srb, &scene.feed, "word");
    author_commit(&scene.srb, &scene.feed, NULL);
    author_sign(&scene.srb);
    scene_frame(SRB, author_range(&scene.srb, size, scene.srb.journal.size, true));
    host_settle(scene.host);
    for (uint32_t i = 1; i < 3; i++) {
        scene_frame(SRB, author_entries(&scene.feed, i));
        host_settle(scene.host);
    }
    assert_int_equal(scene_held(&scene.feed).commits, 3);
    scrub();
    assert_false(now().is_on);
    assert_int_equal(now().last.found, 0);
    rot(commit_key(0), true); /* of the first epoch */
    scrub();
    assert_int_equal(now().fault_count, 1);
    assert_int_equal(wanted_from(SRB, scene.feed.feed.id, &from), 1);
    scene_frame(SRB, author_entries(&scene.feed, 0));
    host_settle(scene.host);
    assert_int_equal(now().last.healed, 1);
    expect_row(commit_key(0), author_commit_bytes(&scene.feed, 0));
}

TEST(a_round_is_as_fast_as_the_host_says)
{
    scene_write_noise(&scene.srb, 8000, 7);
    author_sign(&scene.srb);
    scene_frame(
        SRB, author_range(&scene.srb, scene.srb.journal.size - 8000, scene.srb.journal.size, true));
    host_settle(scene.host);
    tell(true, 1024, 0); /* 16 KiB a second, since it is asked for */
    assert_true(now().is_on);
    host_run(scene.host, 20000);
    assert_true(now().is_on);
    host_run(scene.host, 40000);
    assert_false(now().is_on);
    assert_true(now().last.rows > 8000);
}

TEST(a_commit_is_asked_for_where_it_is_damaged_and_written_as_it_was)
{
    uint64_t from = UINT64_MAX;
    rot(commit_key(0), true);
    scrub();
    assert_int_equal(now().fault_count, 1);
    assert_int_equal(wanted_from(SRB, scene.feed.feed.id, &from), 1);
    assert_int_equal(from, 0);
    scene_frame(SRB, author_entries(&scene.feed, 0));
    host_settle(scene.host);
    assert_int_equal(now().fault_count, 0);
    assert_int_equal(now().last.healed, 1);
    expect_row(commit_key(0), author_commit_bytes(&scene.feed, 0));
    assert_int_equal(scene.host->drop_count, 0);
}

TEST(a_commit_that_is_not_what_it_was_is_not_written)
{
    uint8_t other[4096];
    struct cairn_bytes right = author_commit_bytes(&scene.feed, 0);
    struct cairn_message message = author_entries(&scene.feed, 0);
    rot(commit_key(0), false);
    scrub();
    memcpy(other, right.data, right.size);
    other[right.size - 1] ^= 1; /* a body */
    message.as.entries.commit = (struct cairn_bytes){.data = other, .size = right.size};
    scene_frame(SRB, message);
    host_settle(scene.host);
    assert_int_equal(now().last.healed, 0);
    assert_int_equal(now().last.lost, 1); /* nobody else is there */
    assert_int_equal(now().fault_count, 1);
    assert_int_equal(scene.host->drop_count, 0); /* its disk may rot, too */
    struct cairn_row row;
    struct cairn_key key = commit_key(0);
    assert_int_equal(disk_range(&scene.host->disk, &key, 1, &row, 1), 0);
}

TEST(a_commit_with_another_place_than_its_leaf_is_not_written)
{
    uint8_t other[4096];
    struct cairn_bytes right = author_commit_bytes(&scene.feed, 0);
    struct cairn_message message = author_entries(&scene.feed, 0);
    rot(commit_key(0), false);
    scrub();
    memcpy(other, right.data, right.size);
    other[31] ^= 1; /* the leaf index, which no hash covers */
    message.as.entries.commit = (struct cairn_bytes){.data = other, .size = right.size};
    scene_frame(SRB, message);
    host_settle(scene.host);
    assert_int_equal(now().last.healed, 0);
    assert_int_equal(now().fault_count, 1);
}

/* The leaf that would prove what is given has rotted since the journal was read. */
TEST(a_leaf_that_cannot_be_read_says_nothing_of_who_gives_its_commit)
{
    uint64_t from = UINT64_MAX, size = scene.srb.journal.size;
    struct cairn_key leaf = leaf_key(scene.feed.feed.last_leaf_plus1 - 1);
    rot(commit_key(0), false);
    scrub();
    rot(leaf, false);
    scene_frame(SRB, author_entries(&scene.feed, 0));
    host_settle(scene.host);
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_COMMIT_REFUSED], 0);
    assert_int_equal(now().last.lost, 0);
    assert_int_equal(now().fault_count, 2); /* the journal comes next */
    for (uint32_t i = 0; i < 2; i++) {
        scene_frame(SRB, author_range(&scene.srb, 0, size, true));
        host_settle(scene.host);
    }
    assert_int_equal(now().fault_count, 1);
    host_forget_sent(scene.host);
    scrub();
    assert_int_equal(wanted_from(SRB, scene.feed.feed.id, &from), 1);
    scene_frame(SRB, author_entries(&scene.feed, 0));
    host_settle(scene.host);
    assert_int_equal(now().fault_count, 0);
    expect_row(commit_key(0), author_commit_bytes(&scene.feed, 0));
}

TEST(a_journal_is_given_once_to_know_it_and_again_to_mend_it)
{
    uint64_t from = UINT64_MAX;
    struct cairn_key key = leaf_key(1);
    rot(key, true);
    scrub();
    assert_int_equal(wanted_from(SRB, key.id, &from), 1);
    assert_int_equal(from, 0);
    scene_frame(SRB, author_range(&scene.srb, 0, scene.srb.journal.size, true));
    host_settle(scene.host);
    assert_int_equal(now().last.began_ms, 0);
    assert_int_equal(wanted_from(SRB, key.id, &from), 2);
    assert_int_equal(from, 0);
    scene_frame(SRB, author_range(&scene.srb, 0, 1, false)); /* in two frames, as it likes */
    scene_frame(SRB, author_range(&scene.srb, 1, scene.srb.journal.size, true));
    host_settle(scene.host);
    assert_int_equal(now().last.healed, 1);
    assert_int_equal(now().fault_count, 0);
    expect_row(key, (struct cairn_bytes){.data = scene.srb.leaves[1], .size = CAIRN_LEAF_BYTES});
}

static void give_leaves(uint64_t from, uint64_t to)
{
    for (uint64_t at = from; at < to; at += 3000) {
        uint64_t end = at + 3000 < to ? at + 3000 : to;
        scene_frame(SRB, author_range(&scene.srb, at, end, end == scene.srb.journal.size));
    }
}

/* The leaves are those of before, on the disk for good before the next piece is asked for. */
TEST(of_a_journal_only_the_pieces_that_differ_are_fetched_again)
{
    uint64_t size = scene.srb.journal.size, from = UINT64_MAX;
    struct cairn_key first = leaf_key(1), last = leaf_key(2 * PIECE + 5);
    scene_write_noise(&scene.srb, 2 * PIECE + 50, 7);
    author_sign(&scene.srb);
    give_leaves(size, scene.srb.journal.size);
    host_settle(scene.host);
    assert_int_equal(scene_srb_peer().journal_size, scene.srb.journal.size);
    host_forget_sent(scene.host);
    rot(first, true);
    rot(last, false);
    tell(true, 64 << 20, 0);
    assert_int_equal(wanted_from(SRB, first.id, &from), 1);
    give_leaves(3, 40); /* not what was asked for */
    give_leaves(0, scene.srb.journal.size);
    host_settle(scene.host);
    assert_int_equal(wanted_from(SRB, first.id, &from), 2);
    assert_int_equal(from, 0);
    give_leaves(PIECE, PIECE + 40);                                    /* nor is this */
    scene_frame(SRB, author_range(&scene.srb, 0, PIECE + 100, false)); /* and more than it */
    assert_int_equal(scene.host->tasks[scene.host->task_count - 1].type, CAIRN_ACTION_STORE);
    assert_int_equal(scene.host->tasks[scene.host->task_count - 1].put_count, PIECE);
    assert_true(scene.host->tasks[scene.host->task_count - 1].is_synced);
    host_settle(scene.host);
    assert_int_equal(wanted_from(SRB, first.id, &from), 3);
    assert_int_equal(from, 2 * PIECE);
    give_leaves(2 * PIECE, scene.srb.journal.size);
    host_settle(scene.host);
    assert_int_equal(now().last.healed, 2);
    assert_int_equal(now().fault_count, 0);
    expect_row(first, (struct cairn_bytes){.data = scene.srb.leaves[1], .size = CAIRN_LEAF_BYTES});
    expect_row(
        last, (struct cairn_bytes){.data = scene.srb.leaves[last.index], .size = CAIRN_LEAF_BYTES});
    assert_int_equal(scene.host->drop_count, 0);
}

TEST(leaves_that_lead_elsewhere_mend_nothing_and_accuse_nobody)
{
    struct cairn_key key = leaf_key(1);
    rot(key, false);
    scrub();
    scene.srb.leaves[0][9] ^= 1;
    scene_frame(SRB, author_range(&scene.srb, 0, scene.srb.journal.size, true));
    host_settle(scene.host);
    assert_int_equal(now().last.lost, 1);
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_FORK], 0);
    assert_int_equal(scene.host->drop_count, 0);
    struct cairn_row row;
    assert_int_equal(disk_range(&scene.host->disk, &key, 2, &row, 1), 0);
}

/* It knew the hashes, and then gave something else. */
TEST(a_source_that_changes_its_mind_is_passed_over)
{
    struct cairn_key key = leaf_key(1);
    rot(key, false);
    scrub();
    scene_frame(SRB, author_range(&scene.srb, 0, scene.srb.journal.size, true));
    host_settle(scene.host);
    scene.srb.leaves[1][9] ^= 1;
    scene_frame(SRB, author_range(&scene.srb, 0, scene.srb.journal.size, true));
    host_settle(scene.host);
    assert_int_equal(now().last.healed, 0);
    assert_int_equal(now().last.lost, 1);
    struct cairn_row row;
    assert_int_equal(disk_range(&scene.host->disk, &key, 2, &row, 1), 0);
}

TEST(a_source_that_stays_silent_is_given_up)
{
    rot(commit_key(0), false);
    scrub();
    assert_true(now().is_on);
    host_run(scene.host, 30000);
    assert_false(now().is_on);
    assert_int_equal(now().last.lost, 1);
}

/* The normal stream of the log goes on, once it is healed. */
TEST(what_comes_later_is_taken_as_ever)
{
    struct cairn_opening opening;
    rot(commit_key(0), false);
    scrub();
    scene_frame(SRB, author_entries(&scene.feed, 0));
    host_settle(scene.host);
    scene_grow(&opening);
    scene_frame(SRB, author_entries(&scene.feed, 1));
    host_settle(scene.host);
    assert_int_equal(scene_held(&scene.feed).commits, 2);
    scrub();
    assert_int_equal(now().last.found, 0);
}

TEST(without_anybody_to_ask_it_is_kept_in_mind_and_asked_for_later)
{
    uint64_t from = UINT64_MAX;
    host_link_down(scene.host, SRB);
    rot(commit_key(0), false);
    scrub();
    assert_int_equal(now().fault_count, 1);
    assert_int_equal(now().last.lost, 0);
    host_crash(scene.host);
    assert_int_equal(now().fault_count, 1);
    assert_int_equal(now().last.found, 1);
    tell(false, 1 << 20, 0);
    scene_link_up(SRB, &scene.srb);
    scene_offer(SRB);
    host_forget_sent(scene.host);
    host_run(scene.host, 12000);
    assert_true(wanted_from(SRB, scene.feed.feed.id, &from) >= 1);
    scene_frame(SRB, author_entries(&scene.feed, 0));
    host_settle(scene.host);
    assert_int_equal(now().fault_count, 0);
    host_crash(scene.host);
    assert_int_equal(now().fault_count, 0);
}

TEST(a_damaged_row_is_served_to_nobody)
{
    struct cairn_message want = {.type = CAIRN_MESSAGE_WANT,
                                 .as.want = {.has_from = true, .credit_bytes = 1 << 20}};
    struct cairn_key key = leaf_key(1);
    struct cairn_message given;
    host_link_down(scene.host, SRB);
    rot(key, true);
    scrub();
    scene_link_up(GEO, &scene.geo);
    host_forget_sent(scene.host);
    memcpy(want.as.want.log, key.id, 16);
    scene_frame(GEO, want);
    host_settle(scene.host);
    assert_false(host_sent(scene.host, GEO, CAIRN_MESSAGE_JOURNAL, 0, &given));
    assert_true(scene.host->notices[CAIRN_NOTICE_ROW_WITHHELD] > 0);
    assert_int_equal(scene.host->notice_err[CAIRN_NOTICE_ROW_WITHHELD], CAIRN_DISK_CORRUPT);
}

/* A disk that gives nothing at all is another matter than a row. */
static struct cairn_key write_look_ups(uint32_t count)
{
    struct cairn_key key = {.table = CAIRN_TABLE_ENTRY, .index = 1};
    scene_open_own(HOST_PRIVATE, key.id);
    for (uint32_t i = 0; i < count; i++) {
        host_append(scene.host, key.id, "look-up", scene.host->now_ms);
    }
    host_settle(scene.host);
    host_run(scene.host, 70000);
    return key;
}

/* Nobody else has them: what is damaged is lost, and said to be. */
TEST(an_entry_of_a_private_feed_that_changed_went_or_shrank_is_found)
{
    struct cairn_key changed = write_look_ups(3), gone = write_look_ups(3);
    struct cairn_key shrunk = write_look_ups(3), last = write_look_ups(2);
    scrub();
    assert_int_equal(now().last.found, 0);
    rot(changed, true);
    disk_put(&scene.host->disk, &gone, (struct cairn_bytes){NULL, 0});
    disk_put(&scene.host->disk, &shrunk, (struct cairn_bytes){(const uint8_t *)"short", 5});
    disk_put(&scene.host->disk, &last, (struct cairn_bytes){NULL, 0});
    scrub();
    assert_false(now().is_on);
    assert_int_equal(now().last.found, 4);
    assert_int_equal(now().last.lost, 4);
    assert_int_equal(now().last.healed, 0);
}

TEST(a_disk_that_fails_finds_no_damage)
{
    struct cairn_event event = {.type = CAIRN_EVENT_SCRUB};
    event.as.scrub.bytes_per_s = 1 << 20;
    event.as.scrub.is_now = true;
    host_do(scene.host, &event);
    uint32_t task = host_find_task(scene.host, CAIRN_ACTION_LOAD);
    assert_true(task != UINT32_MAX);
    host_answer(scene.host, task, CAIRN_DISK);
    assert_int_equal(now().fault_count, 0);
    host_run(scene.host, 3000);
    assert_false(now().is_on);
    assert_int_equal(now().last.found, 0);
}

TEST(a_row_of_doubt_makes_the_node_restore)
{
    struct cairn_key key;
    uint8_t row[16];
    struct cairn_core_restore restore;
    size_t size = cairn_core_scrub_doubt(&key, row);
    host_link_down(scene.host, SRB);
    cairn_core_restore(scene.host->core, &restore);
    disk_put(&scene.host->disk, &key, (struct cairn_bytes){.data = row, .size = size});
    scene.host->start.as.start.guard = CAIRN_GUARD_PRESENT;
    scene.host->start.as.start.size = restore.durable_size;
    memcpy(scene.host->start.as.start.root, restore.durable_root, 32);
    host_crash(scene.host);
    host_settle(scene.host);
    cairn_core_restore(scene.host->core, &restore);
    assert_true(restore.is_restoring);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, scene_end)
    const struct CMUnitTest tests[] = {
        CASE(nothing_is_read_before_the_host_says_how),
        CASE(a_whole_log_is_read_from_end_to_end),
        CASE(a_commit_of_an_earlier_epoch_is_checked_with_the_keys_of_then),
        CASE(a_round_is_as_fast_as_the_host_says),
        CASE(a_commit_is_asked_for_where_it_is_damaged_and_written_as_it_was),
        CASE(a_commit_that_is_not_what_it_was_is_not_written),
        CASE(a_commit_with_another_place_than_its_leaf_is_not_written),
        CASE(a_leaf_that_cannot_be_read_says_nothing_of_who_gives_its_commit),
        CASE(a_journal_is_given_once_to_know_it_and_again_to_mend_it),
        CASE(of_a_journal_only_the_pieces_that_differ_are_fetched_again),
        CASE(leaves_that_lead_elsewhere_mend_nothing_and_accuse_nobody),
        CASE(a_source_that_changes_its_mind_is_passed_over),
        CASE(a_source_that_stays_silent_is_given_up),
        CASE(what_comes_later_is_taken_as_ever),
        CASE(without_anybody_to_ask_it_is_kept_in_mind_and_asked_for_later),
        CASE(a_damaged_row_is_served_to_nobody),
        CASE(an_entry_of_a_private_feed_that_changed_went_or_shrank_is_found),
        CASE(a_disk_that_fails_finds_no_damage),
        CASE(a_row_of_doubt_makes_the_node_restore),
    };
    return cmocka_run_group_tests_name("core_scrub", tests, NULL, NULL);
}
