/* What the core says of own private feeds that were given up: once, in another private feed, as
 * soon as there is one. Scenes with partners: tests/sim/scene_restore.c. */
#include "tests/lib/test.h"

#include <string.h>

#include "replication/core_rows.h"
#include "schema/pack.h"
#include "tests/lib/core_scene.h"

static struct cairn_key row_of(const uint8_t feed[static 16])
{
    struct cairn_key key = {.table = CAIRN_TABLE_FEED, .index = 3};
    memcpy(key.id, feed, 16);
    return key;
}

/* The disk says that the feed was given up at this leaf; the core begins on it. */
static void begin_lost(const uint8_t feed[static 16], uint64_t leaf)
{
    uint8_t buffer[32];
    const uint64_t fields[] = {CORE_ROW_LOST, leaf, 0};
    struct cairn_key key = row_of(feed);
    struct cairn_pack_writer writer;
    struct cairn_bytes row;
    cairn_pack_writer_init(&writer, buffer, sizeof buffer);
    cairn_pack_put_map(&writer, 3);
    for (uint64_t i = 0; i < 3; i++) {
        cairn_pack_put_uint(&writer, i);
        cairn_pack_put_uint(&writer, fields[i]);
    }
    assert_err(cairn_pack_end(&writer, &row), CAIRN_OK);
    disk_put(&scene.host->disk, &key, row);
    host_crash(scene.host);
    host_settle(scene.host);
}

static bool is_told(const uint8_t feed[static 16])
{
    struct cairn_key key = row_of(feed);
    struct cairn_row row;
    assert_int_equal(disk_range(&scene.host->disk, &key, 4, &row, 1), 1);
    return row.value.data[row.value.size - 1] == 1;
}

TEST(a_private_loss_is_said_once_in_the_next_private_feed)
{
    uint8_t lost[16], other[16];
    scene_open_own(HOST_PRIVATE, lost);
    scene_open_own(HOST_PRIVATE, other);
    host_run(scene.host, 61000);
    begin_lost(lost, 3);
    assert_true(scene_feed_of(lost).is_lost && scene_feed_of(lost).is_closed);
    host_run(scene.host, 61000);
    assert_int_equal(scene_feed_of(other).size, 2); /* its record, and that */
    assert_true(is_told(lost));
    host_crash(scene.host);
    host_run(scene.host, 130000);
    assert_int_equal(scene_feed_of(other).size, 2);
    assert_true(scene_feed_of(lost).is_lost);
    assert_int_equal(scene_feed_of(lost).size, 1);
}

TEST(a_private_loss_waits_for_a_feed_that_can_tell_of_it)
{
    uint8_t lost[16], other[16];
    scene_open_own(HOST_PRIVATE, lost);
    host_run(scene.host, 61000);
    begin_lost(lost, 3);
    host_run(scene.host, 130000);
    assert_false(is_told(lost));
    scene_open_own(HOST_PRIVATE, other);
    host_run(scene.host, 61000);
    assert_true(is_told(lost));
    assert_int_equal(scene_feed_of(other).size, 2);
}

TEST(a_loss_of_what_nothing_can_stand_in_for_is_a_damaged_row)
{
    uint8_t control[16];
    cairn_core_control(scene.host->core, control);
    begin_lost(control, 3);
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_STORE_FAILED], 1);
}

TEST(a_leaf_that_no_journal_has_is_a_damaged_row)
{
    uint8_t lost[16];
    scene_open_own(HOST_PRIVATE, lost);
    host_run(scene.host, 61000);
    begin_lost(lost, UINT64_MAX);
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_STORE_FAILED], 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_private_loss_is_said_once_in_the_next_private_feed,
                                        scene_begin, scene_end),
        cmocka_unit_test_setup_teardown(a_private_loss_waits_for_a_feed_that_can_tell_of_it,
                                        scene_begin, scene_end),
        cmocka_unit_test_setup_teardown(a_loss_of_what_nothing_can_stand_in_for_is_a_damaged_row,
                                        scene_begin, scene_end),
        cmocka_unit_test_setup_teardown(a_leaf_that_no_journal_has_is_a_damaged_row, scene_begin,
                                        scene_end),
    };
    return cmocka_run_group_tests_name("core_lost", tests, NULL, NULL);
}
