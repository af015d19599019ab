/* One core, driven by hand-made events: own feeds, opened, admitted to, rekeyed, closed. */
#include "tests/lib/test.h"

#include <string.h>

#include "replication/core.h"
#include "schema/commit.h"
#include "schema/operation.h"
#include "tests/lib/core_scene.h"

TEST(feeds_are_opened_for_partners_only_and_the_own_country_is_a_member)
{
    assert_err(scene_answer_of(host_feed_open(scene.host, "AUTGEO")), CAIRN_DENIED_PARTNER);
    assert_err(scene_answer_of(host_feed_open(scene.host, "SRB")), CAIRN_FEED_RECORD);
    assert_err(scene_answer_of(host_feed_open(scene.host, "SRBAUT")), CAIRN_FEED_RECORD);
    assert_err(scene_answer_of(host_feed_open(scene.host, "")), CAIRN_FEED_RECORD);
}

/* P-86: what tells a private feed from one that waits for its first reader is the command alone. */
TEST(a_feed_that_only_its_author_can_read_yet_is_committed_at_once_and_admits)
{
    uint8_t feed[16];
    scene_open_own("AUT", feed);
    struct cairn_core_feed found = scene_feed_of(feed);
    assert_int_equal(found.kind, CAIRN_FEED_AUDIENCE);
    assert_int_equal(found.commits, 1); /* before any heartbeat */
    host_append(scene.host, feed, "word", scene.host->now_ms);
    host_settle(scene.host);
    uint64_t commits = scene_feed_of(feed).commits;
    host_run(scene.host, 130000);
    assert_int_equal(scene_feed_of(feed).commits, commits); /* and never without growth */
    host_crash(scene.host);
    host_settle(scene.host);
    assert_int_equal(scene_feed_of(feed).kind, CAIRN_FEED_AUDIENCE);
    scene_tell(CAIRN_EVENT_FEED_ADMIT, feed, "SRB", 9);
    host_settle(scene.host);
    assert_err(scene_answer_of(9), CAIRN_OK);
    assert_int_equal(scene_feed_of(feed).member_count, 2);
}

TEST(a_private_feed_admits_nobody_also_after_a_crash)
{
    uint8_t feed[16];
    static const uint8_t members[2][3] = {"AUT", "SRB"};
    struct cairn_event event = {.type = CAIRN_EVENT_FEED_OPEN};
    event.as.command.token = 8;
    event.as.command.members = members;
    event.as.command.member_count = 2;
    event.as.command.is_private = true;
    host_do(scene.host, &event);
    assert_err(scene_answer_of(8), CAIRN_FEED_RECORD);
    scene_open_own(HOST_PRIVATE, feed);
    for (uint32_t i = 0; i < 2; i++) {
        assert_int_equal(scene_feed_of(feed).kind, CAIRN_FEED_PRIVATE);
        scene_tell(CAIRN_EVENT_FEED_ADMIT, feed, "SRB", 9 + i);
        host_settle(scene.host);
        assert_err(scene_answer_of(9 + i), CAIRN_NOT_FOUND);
        host_crash(scene.host);
        host_settle(scene.host);
    }
    assert_int_equal(scene_feed_of(feed).member_count, 1);
}

TEST(a_close_that_was_lost_leaves_the_feed_open)
{
    uint8_t feed[16];
    uint8_t other[16];
    scene_open_own("AUTSRB", feed);
    scene_open_own("AUTSRB", other);
    host_append(scene.host, feed, "word", scene.host->now_ms); /* a flush is under way ... */
    scene_tell(CAIRN_EVENT_FEED_CLOSE, feed, "", 9); /* ... and the close waits for the next one */
    assert_err(scene_answer_of(host_append(scene.host, feed, "word", scene.host->now_ms)),
               CAIRN_STATE);
    host_answer(scene.host, 0, CAIRN_OK);
    host_answer(scene.host, host_find_task(scene.host, CAIRN_ACTION_STORE), CAIRN_OK);
    host_crash(scene.host);
    host_settle(scene.host);
    assert_false(scene_feed_of(feed).is_closed);
    scene_tell(CAIRN_EVENT_FEED_CLOSE, feed, "", 10);
    host_settle(scene.host);
    assert_err(scene_answer_of(10), CAIRN_OK);
    assert_true(scene_feed_of(feed).is_closed);
    host_crash(scene.host);
    host_settle(scene.host);
    assert_true(scene_feed_of(feed).is_closed);
}

TEST(an_admission_that_was_lost_can_be_repeated)
{
    uint8_t feed[16];
    host_meet(scene.host, &scene.geo);
    scene_open_own("AUTSRB", feed);
    host_append(scene.host, feed, "word", scene.host->now_ms);
    scene_tell(CAIRN_EVENT_FEED_ADMIT, feed, "GEO", 9);
    scene_tell(CAIRN_EVENT_FEED_ADMIT, feed, "GEO", 10);
    assert_err(scene_answer_of(10), CAIRN_EXISTS);
    host_answer(scene.host, 0, CAIRN_OK);
    host_answer(scene.host, host_find_task(scene.host, CAIRN_ACTION_STORE), CAIRN_OK);
    host_crash(scene.host);
    host_settle(scene.host);
    assert_int_equal(scene_feed_of(feed).member_count, 2);
    scene_tell(CAIRN_EVENT_FEED_ADMIT, feed, "GEO", 11);
    host_settle(scene.host);
    assert_err(scene_answer_of(11), CAIRN_OK);
    assert_int_equal(scene_feed_of(feed).member_count, 3);
}

TEST(a_rekey_takes_along_who_was_admitted_just_before)
{
    uint8_t feed[16];
    struct cairn_commit commit;
    struct cairn_commit_cursor cursor;
    struct cairn_commit_entry entry;
    struct cairn_operation operation;
    struct cairn_feedop op;
    struct cairn_arena arena;
    uint8_t memory[8192];
    size_t fault_at;
    host_meet(scene.host, &scene.geo);
    scene_open_own("AUTSRB", feed);
    host_append(scene.host, feed, "word",
                scene.host->now_ms); /* so that the next two wait together */
    scene_tell(CAIRN_EVENT_FEED_ADMIT, feed, "GEO", 9);
    scene_tell(CAIRN_EVENT_FEED_REKEY, feed, "", 10);
    host_settle(scene.host);
    assert_err(scene_answer_of(10), CAIRN_OK);
    struct cairn_key key = {.table = CAIRN_TABLE_COMMIT, .index = 2};
    struct cairn_row row;
    memcpy(key.id, feed, 16);
    assert_int_equal(disk_range(&scene.host->disk, &key, 3, &row, 1), 1);
    assert_err(cairn_commit_decode(row.value, &commit, &fault_at), CAIRN_OK);
    cairn_commit_cursor_init(&cursor, &commit);
    assert_true(cairn_commit_next(&cursor, &entry));
    assert_true(cairn_commit_next(&cursor, &entry));
    assert_err(cairn_operation_decode(entry.body, &operation, &fault_at), CAIRN_OK);
    cairn_arena_init(&arena, memory, sizeof memory);
    assert_err(cairn_feedop_decode(&operation, &arena, &op, &fault_at), CAIRN_OK);
    assert_int_equal(op.kind, CAIRN_KIND_FEED_REKEY);
    assert_int_equal(op.as.rekey.wrap_count, 3);
}

TEST(a_partner_that_is_removed_closes_all_its_feeds_also_after_a_crash)
{
    uint8_t feeds[40][16];
    for (uint32_t i = 0; i < 40; i++) {
        scene_open_own("AUTSRB", feeds[i]);
    }
    scene_forget("SRB", 9);
    for (uint32_t i = 0; i < 40; i++) {
        assert_err(scene_answer_of(host_append(scene.host, feeds[i], "word", scene.host->now_ms)),
                   CAIRN_STATE);
    }
    /* Only the removal itself reaches the disk. */
    host_answer(scene.host, host_find_task(scene.host, CAIRN_ACTION_STORE), CAIRN_OK);
    assert_err(scene_answer_of(9), CAIRN_OK);
    host_crash(scene.host);
    host_settle(scene.host);
    host_run(scene.host, 2000);
    for (uint32_t i = 0; i < 40; i++) {
        assert_true(scene_feed_of(feeds[i]).is_closed);
    }
    assert_err(scene_answer_of(host_feed_open(scene.host, "AUTSRB")), CAIRN_DENIED_PARTNER);
}

TEST(the_pairwise_feed_of_a_removed_partner_takes_nothing)
{
    uint8_t pairwise[16];
    assert_true(cairn_core_pairwise(scene.host->core, (const uint8_t *)"SRB", pairwise));
    scene_forget("SRB", 9);
    host_settle(scene.host);
    assert_err(scene_answer_of(host_append(scene.host, pairwise, "word", scene.host->now_ms)),
               CAIRN_DENIED_PARTNER);
    assert_false(cairn_core_pairwise(scene.host->core, (const uint8_t *)"SRB", pairwise));
    host_show(scene.host, &scene.srb);
    host_settle(scene.host);
    uint64_t token = host_append(scene.host, pairwise, "word", scene.host->now_ms);
    host_settle(scene.host);
    assert_err(scene_answer_of(token), CAIRN_OK);
}

/* P-23 */
TEST(an_operation_is_at_most_64_kib)
{
    static uint8_t body[70000] = {0x81, 0x00, 0xc5}, buffer[70000];
    struct cairn_operation operation = {.kind = CAIRN_KIND_ALERT_BATCH, .body = {body, 60000}};
    uint8_t feed[16];
    scene_open_own("AUTSRB", feed);
    operation.has_object = true;
    operation.hlc = scene.host->now_ms << 16;
    operation.purpose = operation.role = cairn_bytes_of("bureau");
    operation.actor_count = 1;
    operation.actors[0] = cairn_bytes_of("host");
    cairn_id_make(cairn_bytes_of("AUT"), body + 5, &operation.object);
    for (size_t wanted = CAIRN_LIMIT_OPERATION_BYTES; wanted < CAIRN_LIMIT_OPERATION_BYTES + 2;
         wanted++) {
        struct cairn_bytes bytes = {buffer, 0};
        while (bytes.size != wanted) {
            operation.body.size += bytes.size == 0 ? 0 : wanted - bytes.size;
            body[3] = (uint8_t)((operation.body.size - 5) >> 8);
            body[4] = (uint8_t)(operation.body.size - 5);
            assert_err(cairn_operation_encode(&operation, buffer, sizeof buffer, &bytes), CAIRN_OK);
        }
        assert_int_equal(buffer[2], CAIRN_KIND_ALERT_BATCH); /* which may be longer */
        buffer[2] = CAIRN_KIND_ALERT_WITHDRAW;
        uint64_t token = host_append_bytes(scene.host, feed, bytes);
        host_settle(scene.host);
        assert_err(scene_answer_of(token),
                   wanted == CAIRN_LIMIT_OPERATION_BYTES ? CAIRN_OK : CAIRN_TOO_LONG);
    }
}

TEST(nobody_writes_content_where_everybody_reads_it)
{
    uint8_t control[16];
    uint8_t feed[16];
    uint8_t body[256];
    uint8_t encoded[512];
    struct cairn_operation operation = {.kind = CAIRN_KIND_FEED_CLOSE,
                                        .hlc = scene.host->now_ms << 16};
    struct cairn_feedop close = {.kind = CAIRN_KIND_FEED_CLOSE, .as.close = {.size = 9}};
    struct cairn_bytes bytes;
    cairn_core_control(scene.host->core, control);
    scene_open_own("AUTSRB", feed);
    assert_err(scene_answer_of(host_append(scene.host, control, "word", scene.host->now_ms)),
               CAIRN_DENIED_POLICY);
    assert_err(cairn_feedop_encode(&close, body, sizeof body, &operation.body), CAIRN_OK);
    assert_err(cairn_operation_encode(&operation, encoded, sizeof encoded, &bytes), CAIRN_OK);
    assert_err(scene_answer_of(host_append_bytes(scene.host, feed, bytes)), CAIRN_DENIED_POLICY);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, scene_begin_pair, scene_end)
    const struct CMUnitTest tests[] = {
        CASE(feeds_are_opened_for_partners_only_and_the_own_country_is_a_member),
        CASE(a_feed_that_only_its_author_can_read_yet_is_committed_at_once_and_admits),
        CASE(a_private_feed_admits_nobody_also_after_a_crash),
        CASE(a_close_that_was_lost_leaves_the_feed_open),
        CASE(an_admission_that_was_lost_can_be_repeated),
        CASE(a_rekey_takes_along_who_was_admitted_just_before),
        CASE(a_partner_that_is_removed_closes_all_its_feeds_also_after_a_crash),
        CASE(the_pairwise_feed_of_a_removed_partner_takes_nothing),
        CASE(an_operation_is_at_most_64_kib),
        CASE(nobody_writes_content_where_everybody_reads_it),
    };
    return cmocka_run_group_tests_name("core_own", tests, NULL, NULL);
}
