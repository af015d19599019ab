/* One core, driven by hand-made events: what it writes itself. What peers do to it:
 * test_core_peer.c, test_core_feed.c and others. */
#include "tests/lib/test.h"

#include <string.h>

#include "replication/core.h"
#include "replication/core_parts.h"
#include "schema/operation.h"
#include "schema/pack.h"
#include "tests/lib/core_scene.h"

/* ---- limits ---- */

TEST(memory_at_default_limits_is_at_most_256_mib)
{
    struct cairn_core_limits limits = CAIRN_CORE_LIMITS_DEFAULT;
    assert_true(cairn_core_size(&limits) <= (size_t)256 << 20);
    assert_true(cairn_core_size(&scene_limits) < cairn_core_size(&limits));
}

static void refuse_limits(const struct cairn_core_limits *limits)
{
    expect_assert_failure(cairn_core_size(limits));
}

TEST(limits_out_of_range_are_our_own_mistake)
{
    static const struct cairn_core_limits bad[] = {
        {.countries = 0, .journals = 8, .feeds = 64, .links = 4},
        {.countries = 201, .journals = 8, .feeds = 64, .links = 4},
        {.countries = 8, .journals = 0, .feeds = 64, .links = 4},
        {.countries = 8, .journals = 257, .feeds = 64, .links = 4},
        {.countries = 8, .journals = 8, .feeds = 3, .links = 4},
        {.countries = 8, .journals = 8, .feeds = 10001, .links = 4},
        {.countries = 8, .journals = 8, .feeds = 64, .links = 0},
        {.countries = 8, .journals = 8, .feeds = 64, .links = 65},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        refuse_limits(&bad[i]);
    }
}

/* ---- what is said, and when ---- */

TEST(nothing_is_answered_or_sent_before_it_is_stored)
{
    uint8_t feed[16];
    scene_open_own("AUTSRB", feed);
    uint64_t token = host_append(scene.host, feed, "word", scene.host->now_ms);
    assert_int_equal(host_find_task(scene.host, CAIRN_ACTION_SIGN), 0);
    assert_false(scene_is_answered(token));
    host_answer(scene.host, 0, CAIRN_OK); /* signed */
    assert_false(scene_is_answered(token));
    uint32_t store = host_find_task(scene.host, CAIRN_ACTION_STORE);
    assert_true(scene.host->tasks[store].is_synced);
    host_answer(scene.host, store, CAIRN_OK);
    assert_err(scene_answer_of(token), CAIRN_OK);
}

TEST(a_document_is_answered_after_it_is_stored)
{
    uint64_t token = host_show(scene.host, &scene.geo);
    assert_false(scene_is_answered(token));
    host_settle(scene.host);
    assert_err(scene_answer_of(token), CAIRN_OK);
    scene_forget("GEO", 77);
    assert_false(scene_is_answered(77));
    host_settle(scene.host);
    assert_err(scene_answer_of(77), CAIRN_OK);
}

TEST(a_failed_store_ends_everything)
{
    uint8_t feed[16];
    scene_open_own("AUTSRB", feed);
    uint64_t lost = host_append(scene.host, feed, "word", scene.host->now_ms);
    host_answer(scene.host, 0, CAIRN_OK);
    host_answer(scene.host, host_find_task(scene.host, CAIRN_ACTION_STORE), CAIRN_DISK);
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_STORE_FAILED], 1);
    assert_false(scene_is_answered(lost)); /* outcome unknown */
    uint64_t refused = host_append(scene.host, feed, "word", scene.host->now_ms);
    assert_err(scene_answer_of(refused), CAIRN_DISK);
    uint32_t sent = scene.host->sent_count;
    uint32_t stored = scene.host->store_count;
    host_link_up(scene.host, 0, &scene.srb);
    host_run(scene.host, 200000);
    assert_int_equal(scene.host->sent_count, sent);
    assert_int_equal(scene.host->store_count, stored);
    assert_true(
        cairn_core_has_room(scene.host->core, feed, 100)); /* so that the host asks and hears */
}

TEST(a_signature_that_fails_ends_everything)
{
    uint8_t feed[16];
    scene_open_own("AUTSRB", feed);
    host_append(scene.host, feed, "word", scene.host->now_ms);
    uint32_t stored = scene.host->store_count;
    host_answer(scene.host, 0, CAIRN_LIBRARY);
    host_run(scene.host, 200000);
    assert_int_equal(scene.host->store_count, stored);
    assert_err(scene.host->notice_err[CAIRN_NOTICE_STORE_FAILED], CAIRN_LIBRARY);
}

TEST(the_control_leaf_is_the_last_of_a_flush)
{
    uint8_t feeds[3][16];
    uint8_t control[16];
    for (uint32_t i = 0; i < 3; i++) {
        scene_open_own("AUTSRB", feeds[i]);
    }
    cairn_core_control(scene.host->core, control);
    for (uint32_t round = 0; round < 10; round++) {
        host_tick(scene.host, 1500);
        host_settle(scene.host);
        uint64_t mark = scene_feed_of(control).commits;
        for (uint32_t i = 0; i < 3; i++) { /* while the first flushes, the others wait */
            host_append(scene.host, feeds[i], "word", scene.host->now_ms);
        }
        host_settle(scene.host);
        host_tick(scene.host, 1500);
        for (uint32_t i = 0; i < 3; i++) {
            host_append(scene.host, feeds[i], "word", scene.host->now_ms);
        }
        host_settle(scene.host);
        struct cairn_core_feed after = scene_feed_of(control);
        assert_true(after.commits > mark);
        /* No leaf but the control feed's own follows its newest commit within that flush. */
        bool is_found = false;
        for (uint64_t leaf = 0; leaf < scene_journal_size(); leaf++) {
            is_found = is_found || scene_leaf_is_of(leaf, control, after.commits - 1);
        }
        assert_true(is_found);
    }
}

TEST(the_mark_of_a_flush_stands_behind_what_was_written_with_it)
{
    uint8_t feed[16];
    uint8_t control[16];
    scene_open_own("AUTSRB", feed);
    cairn_core_control(scene.host->core, control);
    host_tick(scene.host, 5000);
    host_settle(scene.host);
    uint64_t marks = scene_feed_of(control).commits;
    uint64_t size = scene_journal_size();
    host_append(scene.host, feed, "word", scene.host->now_ms);
    host_settle(scene.host);
    assert_int_equal(scene_journal_size(), size + 2);
    assert_true(scene_leaf_is_of(size, feed, 1));
    assert_true(scene_leaf_is_of(size + 1, control, marks));
}

/* ---- time ---- */

TEST(an_append_below_the_own_mark_is_refused)
{
    uint8_t feed[16];
    scene_open_own("AUTSRB", feed); /* this flush carried a mark */
    uint64_t marked = scene.host->now_ms;
    host_tick(scene.host, 10);
    assert_err(scene_answer_of(host_append(scene.host, feed, "word", marked - 1)), CAIRN_RULE_HLC);
    uint64_t token = host_append(scene.host, feed, "word", marked);
    host_settle(scene.host);
    assert_err(scene_answer_of(token), CAIRN_OK);
    host_crash(scene.host); /* it is not forgotten */
    assert_err(scene_answer_of(host_append(scene.host, feed, "word", marked - 1)), CAIRN_RULE_HLC);
}

TEST(marks_go_on_when_the_clock_is_set_back)
{
    uint8_t control[16];
    cairn_core_control(scene.host->core, control);
    host_run(scene.host, 120000);
    uint64_t marks = scene_feed_of(control).commits;
    scene.host->now_ms -= 3600000;
    host_tick(scene.host, 0);
    host_run(scene.host, 120000);
    assert_in_range(scene_feed_of(control).commits, marks + 2, marks + 3);
}

TEST(an_idle_node_writes_one_leaf_a_minute)
{
    host_run(scene.host, 60000);
    uint64_t size = scene_journal_size();
    for (uint32_t minute = 1; minute <= 10; minute++) {
        host_run(scene.host, 60000);
        assert_int_equal(scene_journal_size(), size + minute);
    }
}

/* ---- private feeds ---- */

TEST(private_entries_are_answered_when_stored_and_committed_at_the_heartbeat)
{
    uint8_t feed[16];
    host_run(scene.host, 1000);
    scene_open_own(HOST_PRIVATE, feed);
    uint64_t size = scene_journal_size();
    uint64_t first = host_append(scene.host, feed, "look-up", scene.host->now_ms);
    uint64_t second = host_append(scene.host, feed, "look-up", scene.host->now_ms);
    assert_false(scene_is_answered(first));
    host_answer(scene.host, 0, CAIRN_OK);
    assert_err(scene_answer_of(first), CAIRN_OK);
    assert_false(scene_is_answered(second));
    host_settle(scene.host);
    assert_err(scene_answer_of(second), CAIRN_OK);
    assert_int_equal(scene_journal_size(), size);
    assert_int_equal(scene_feed_of(feed).commits, 0);
    host_run(scene.host, 60000);
    assert_int_equal(scene_feed_of(feed).commits, 1);
    assert_int_equal(scene_feed_of(feed).size, 3);
}

TEST(each_private_feed_has_one_leaf_a_heartbeat_changed_or_not)
{
    uint8_t feeds[3][16];
    for (uint32_t i = 0; i < 3; i++) {
        scene_open_own(HOST_PRIVATE, feeds[i]);
    }
    host_run(scene.host, 60000);
    uint64_t size = scene_journal_size();
    for (uint32_t i = 0; i < 500; i++) {
        host_append(scene.host, feeds[0], "look-up", scene.host->now_ms);
        host_settle(scene.host);
    }
    host_run(scene.host, 60000);
    assert_int_equal(scene_journal_size(), size + 4);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(scene_feed_of(feeds[i]).commits, 2);
    }
    assert_int_equal(scene_feed_of(feeds[0]).size, 501);
}

TEST(a_private_entry_during_a_heartbeat_survives_the_loss_of_that_heartbeat)
{
    uint8_t feed[16];
    scene_open_own(HOST_PRIVATE, feed);
    host_run(scene.host, 60000);
    struct cairn_core_feed before = scene_feed_of(feed);
    host_tick(scene.host, 60000); /* the flush has begun, its signature is being made */
    assert_int_equal(scene.host->tasks[0].type, CAIRN_ACTION_SIGN);
    uint64_t token = host_append(scene.host, feed, "look-up", scene.host->now_ms);
    host_answer(scene.host, host_find_task(scene.host, CAIRN_ACTION_STORE), CAIRN_OK);
    assert_err(scene_answer_of(token), CAIRN_OK);
    host_crash(scene.host);
    assert_int_equal(scene_feed_of(feed).commits, before.commits); /* what is on the disk */
    host_settle(scene.host);
    host_run(scene.host, 120000);
    struct cairn_core_feed after = scene_feed_of(feed);
    assert_int_equal(after.size, before.size + 1);
    uint64_t found = 0;
    for (uint64_t leaf = 0; leaf < scene_journal_size() && found < after.commits; leaf++) {
        found += scene_leaf_is_of(leaf, feed, found);
    }
    assert_int_equal(found, after.commits);
}

/* ---- room ---- */

static struct cairn_bytes batch_of(size_t size)
{
    static uint8_t buffer[CAIRN_LIMIT_BATCH_BYTES];
    static uint8_t body[CAIRN_LIMIT_BATCH_BYTES];
    static const uint8_t random[CAIRN_ID_RANDOM_BYTES];
    struct cairn_bytes bytes;
    static uint8_t zeros[CAIRN_LIMIT_BATCH_BYTES];
    struct cairn_pack_writer writer;
    cairn_pack_writer_init(&writer, body, sizeof body);
    cairn_pack_put_map(&writer, 1);
    cairn_pack_put_uint(&writer, 0);
    cairn_pack_put_bin(&writer, (struct cairn_bytes){.data = zeros, .size = size});
    struct cairn_operation operation = {
        .kind = CAIRN_KIND_ALERT_BATCH,
        .has_object = true,
        .hlc = scene.host->now_ms << 16,
        .purpose = cairn_bytes_of("bulk"),
        .actor_count = 1,
        .actors = {cairn_bytes_of("host")},
        .role = cairn_bytes_of("bureau"),
        .body = {.data = body, .size = writer.size},
    };
    cairn_id_make(cairn_bytes_of("AUT"), random, &operation.object);
    assert_err(cairn_operation_encode(&operation, buffer, sizeof buffer, &bytes), CAIRN_OK);
    return bytes;
}

TEST(appends_over_the_batch_give_busy_and_has_room_says_so)
{
    uint8_t feed[16];
    uint32_t taken = 0;
    scene_open_own("AUTSRB", feed);
    host_append(scene.host, feed, "first",
                scene.host->now_ms); /* its flush waits for the signature */
    struct cairn_bytes operation = batch_of(300);
    while (cairn_core_has_room(scene.host->core, feed, operation.size)) {
        assert_false(scene_is_answered(host_append_bytes(scene.host, feed, operation)));
        taken++;
        assert_true(taken < 20000);
    }
    assert_err(scene_answer_of(host_append_bytes(scene.host, feed, operation)), CAIRN_BUSY);
    assert_true(taken > 1000);
    host_settle(scene.host);
    assert_true(cairn_core_has_room(scene.host->core, feed, operation.size));
    assert_int_equal(scene_feed_of(feed).size, taken + 2);
}

/* The commit of a pairwise feed is filled by the host; then an invitation has to go into it
 * too. */
TEST(what_the_core_writes_itself_finds_its_place_in_a_full_commit)
{
    uint8_t pairwise[16];
    uint8_t feed[16];
    assert_true(cairn_core_pairwise(scene.host->core, (const uint8_t *)"SRB", pairwise));
    host_append(scene.host, pairwise, "first", scene.host->now_ms);
    for (size_t size = 200000; size > 0; size /= 2) {
        while (cairn_core_has_room(scene.host->core, pairwise, size + 300)) {
            assert_false(
                scene_is_answered(host_append_bytes(scene.host, pairwise, batch_of(size))));
        }
    }
    uint64_t token = host_feed_open(scene.host, "AUTSRB");
    host_settle(scene.host);
    assert_err(scene_answer_of(token), CAIRN_OK);
    struct host_answer answer;
    assert_true(host_answered(scene.host, token, &answer));
    memcpy(feed, answer.feed, 16);
    assert_int_equal(scene_feed_of(feed).commits, 1);
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_FEED_REFUSED], 0);
}

TEST(a_burst_of_private_entries_does_not_spoil_a_heartbeat)
{
    uint8_t feed[16];
    uint8_t control[16];
    uint32_t busy = 0;
    scene_open_own(HOST_PRIVATE, feed);
    cairn_core_control(scene.host->core, control);
    for (uint32_t i = 0; i < 2000; i++) { /* none is stored yet */
        bool has_room = cairn_core_has_room(scene.host->core, feed, 100);
        uint64_t token = host_append(scene.host, feed, "look-up", scene.host->now_ms);
        assert_true(has_room != scene_is_answered(token));
        busy += scene_is_answered(token) && scene_answer_of(token) == CAIRN_BUSY;
    }
    assert_true(busy > 0);
    struct cairn_core_feed before = scene_feed_of(control);
    host_run(scene.host, 61000);
    struct cairn_core_feed after = scene_feed_of(control);
    assert_true(after.commits > before.commits);
    assert_int_equal(after.size - before.size, after.commits - before.commits); /* one each */
}

/* ---- what the folder gets ---- */

TEST(views_that_are_built_anew_are_not_flooded)
{
    uint8_t feeds[12][16];
    for (uint32_t i = 0; i < 12; i++) {
        scene_open_own("AUTSRB", feeds[i]);
    }
    for (uint32_t round = 0; round < 600; round++) {
        for (uint32_t i = 0; i < 12; i++) {
            host_append(scene.host, feeds[i], "word", scene.host->now_ms);
        }
        host_settle(scene.host);
    }
    scene.host->cursor_count = 0;
    host_crash(scene.host); /* without cursors: everything is ripe again */
    uint32_t ripe = 0;
    for (uint32_t i = 0; i < scene.host->task_count; i++) {
        ripe += scene.host->tasks[i].type == CAIRN_ACTION_RIPE;
    }
    assert_in_range(ripe, 64, 4096);
    scene.host->opened_count = 0;
    host_settle(scene.host);
    uint64_t commits = 0;
    for (uint32_t i = 0; i < cairn_core_feed_count(scene.host->core); i++) {
        struct cairn_core_feed feed;
        cairn_core_feed(scene.host->core, i, &feed);
        commits += feed.commits;
    }
    assert_int_equal(scene.host->opened_count, commits);
}

/* ---- tables ---- */

static uint32_t places_used(const uint8_t (*ids)[16], uint32_t count)
{
    static bool is_used[CAIRN_LIMIT_FEEDS * 4];
    uint32_t used = 0;
    memset(is_used, 0, sizeof is_used);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t place = cairn_core_place(scene.host->core, ids[i]);
        assert_true(place < scene.host->core->feed_index_size);
        used += is_used[place] ? 0 : 1;
        is_used[place] = true;
    }
    return used;
}

/* Whoever makes up ids or tags cannot make all of them meet in one place. */
TEST(ids_that_look_alike_do_not_crowd_one_place)
{
    static uint8_t ids[64][16];
    for (uint32_t at = 0; at < 16; at++) { /* all alike but for one byte */
        for (uint32_t i = 0; i < 64; i++) {
            memset(ids[i], 0x5a, 16);
            ids[i][at] = (uint8_t)i;
        }
        assert_true(places_used((const uint8_t(*)[16])ids, 64) > 20);
    }
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, scene_begin_pair, scene_end)
    const struct CMUnitTest tests[] = {
        CASE(memory_at_default_limits_is_at_most_256_mib),
        CASE(limits_out_of_range_are_our_own_mistake),
        CASE(nothing_is_answered_or_sent_before_it_is_stored),
        CASE(a_document_is_answered_after_it_is_stored),
        CASE(a_failed_store_ends_everything),
        CASE(a_signature_that_fails_ends_everything),
        CASE(the_control_leaf_is_the_last_of_a_flush),
        CASE(the_mark_of_a_flush_stands_behind_what_was_written_with_it),
        CASE(an_append_below_the_own_mark_is_refused),
        CASE(marks_go_on_when_the_clock_is_set_back),
        CASE(an_idle_node_writes_one_leaf_a_minute),
        CASE(private_entries_are_answered_when_stored_and_committed_at_the_heartbeat),
        CASE(each_private_feed_has_one_leaf_a_heartbeat_changed_or_not),
        CASE(a_private_entry_during_a_heartbeat_survives_the_loss_of_that_heartbeat),
        CASE(appends_over_the_batch_give_busy_and_has_room_says_so),
        CASE(what_the_core_writes_itself_finds_its_place_in_a_full_commit),
        CASE(a_burst_of_private_entries_does_not_spoil_a_heartbeat),
        CASE(views_that_are_built_anew_are_not_flooded),
        CASE(ids_that_look_alike_do_not_crowd_one_place),
    };
    return cmocka_run_group_tests_name("core", tests, NULL, NULL);
}
