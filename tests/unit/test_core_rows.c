/* What the core wrote down, read again: whole, shortened, or with a byte that is another one. */
#include "tests/lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "replication/core_rows.h"
#include "schema/base/bytes.h"
#include "schema/pack.h"
#include "tests/lib/core_scene.h"

static void write_down_a_life(void)
{
    uint8_t feed[16];
    scene_write_first();
    scene_link_up(SRB, &scene.srb);
    scene_join(SRB);
    scene_frame(SRB, author_entries(&scene.feed, 0));
    host_settle(scene.host);
    scene_grow(NULL);
    scene_frame(SRB, author_entries(&scene.feed, 1));
    host_settle(scene.host);
    scene_open_own(HOST_PRIVATE, feed);
    host_append(scene.host, feed, "look-up", scene.host->now_ms);
    host_settle(scene.host);
    scene_open_own("AUTGEOSRB", feed);
    host_append(scene.host, feed, "word", scene.host->now_ms);
    host_run(scene.host, 70000);
}

TEST(what_was_written_down_is_known_again)
{
    write_down_a_life();
    struct cairn_core_peer peer = scene_srb_peer();
    struct cairn_core_feed feed = scene_held(&scene.feed);
    host_crash(scene.host);
    struct cairn_core_peer peer_again = scene_srb_peer();
    struct cairn_core_feed feed_again = scene_held(&scene.feed);
    peer.is_linked = false;
    assert_string_equal(peer_again.origin, peer.origin);
    assert_int_equal(peer_again.journal_size, peer.journal_size);
    assert_memory_equal(peer_again.journal_root, peer.journal_root, 32);
    assert_int_equal(peer_again.cosigned_size, peer.cosigned_size);
    assert_int_equal(peer_again.seen_ms, peer.seen_ms);
    assert_int_equal(feed_again.commits, feed.commits);
    assert_int_equal(feed_again.size, feed.size);
    assert_int_equal(feed_again.member_count, feed.member_count);
    assert_int_equal(feed_again.first_leaf_index, feed.first_leaf_index);
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_STORE_FAILED], 0);
}

/* Begin with this row changed, then live for a while: nothing of it is our own mistake. */
static bool begin_with_row(struct disk_row *row, uint8_t *value, size_t size)
{
    uint8_t *true_value = row->value;
    size_t true_size = row->size;
    uint64_t before = scene.host->notices[CAIRN_NOTICE_STORE_FAILED];
    row->value = value;
    row->size = size;
    host_crash(scene.host);
    bool is_refused = scene.host->notices[CAIRN_NOTICE_STORE_FAILED] > before;
    row->value = true_value;
    row->size = true_size;
    return is_refused;
}

static bool is_core_row(const struct disk_row *row)
{
    return row->key[0] == CAIRN_TABLE_STATE || row->key[0] == CAIRN_TABLE_FEED;
}

TEST(a_row_that_is_cut_short_is_a_damaged_disk)
{
    uint8_t value[8192];
    uint32_t count = 0;
    write_down_a_life();
    for (size_t i = 0; i < scene.host->disk.count; i++) {
        struct disk_row *row = scene.host->disk.rows[i];
        if (is_core_row(row) && row->size <= sizeof value) {
            memcpy(value, row->value, row->size);
            assert_true(begin_with_row(row, value, row->size - 1));
            assert_true(begin_with_row(row, value, 0));
            count++;
        }
    }
    assert_true(count > 10);
}

/* Most changed bytes are found; those that are not, such as a time, must do no harm. */
TEST(a_row_with_one_byte_changed_is_refused_or_harmless)
{
    uint8_t value[8192];
    uint32_t refused = 0;
    uint32_t count = 0;
    write_down_a_life();
    for (size_t i = 0; i < scene.host->disk.count; i++) {
        struct disk_row *row = scene.host->disk.rows[i];
        if (!is_core_row(row) || row->size > sizeof value) {
            continue;
        }
        for (size_t at = 0; at < row->size; at += 5) {
            memcpy(value, row->value, row->size);
            value[at] ^= (uint8_t)(1u << at % 8);
            refused += begin_with_row(row, value, row->size);
            count++;
        }
    }
    assert_true(count > 300);
    assert_true(refused > count / 2);
}

/* The first row of this table that begins with this type. */
static struct disk_row *find_row(enum cairn_table table, uint8_t type)
{
    for (size_t i = 0; i < scene.host->disk.count; i++) {
        struct disk_row *row = scene.host->disk.rows[i];
        if (row->key[0] == (uint8_t)table && row->size > 2 && row->value[2] == type) {
            return row;
        }
    }
    fail_msg("no row of type %u", type);
    return NULL;
}

/* A row of numbers only: pairs of key and value. */
static bool is_refused(struct disk_row *row, const uint64_t (*pairs)[2], uint32_t count)
{
    uint8_t value[256];
    struct cairn_pack_writer writer;
    struct cairn_bytes packed;
    cairn_pack_writer_init(&writer, value, sizeof value);
    cairn_pack_put_map(&writer, count);
    for (uint32_t i = 0; i < count; i++) {
        cairn_pack_put_uint(&writer, pairs[i][0]);
        cairn_pack_put_uint(&writer, pairs[i][1]);
    }
    assert_err(cairn_pack_end(&writer, &packed), CAIRN_OK);
    return begin_with_row(row, value, packed.size);
}

TEST(a_row_has_its_fields_and_no_others)
{
    write_down_a_life();
    struct disk_row *row = find_row(CAIRN_TABLE_FEED, CORE_ROW_RECEIPT);
    assert_false(is_refused(row, (const uint64_t[][2]){{0, CORE_ROW_RECEIPT}, {1, 0}}, 2));
    assert_true(is_refused(row, (const uint64_t[][2]){{0, CORE_ROW_RECEIPT}, {2, 0}}, 2));
    assert_true(is_refused(row, (const uint64_t[][2]){{0, CORE_ROW_RECEIPT}, {1, 0}, {2, 0}}, 3));
    assert_true(is_refused(row, (const uint64_t[][2]){{0, CORE_ROW_RECEIPT}}, 1));
    assert_true(is_refused(row, (const uint64_t[][2]){{0, 99}, {1, 0}}, 2));
    assert_true(is_refused(row, (const uint64_t[][2]){{1, 0}, {2, 0}}, 2));
    assert_true(is_refused(row, (const uint64_t[][2]){{0, CORE_ROW_RESTORED}, {1, 1}}, 2));
    row = find_row(CAIRN_TABLE_STATE, CORE_ROW_CLOCK);
    assert_true(is_refused(row, (const uint64_t[][2]){{0, CORE_ROW_RECEIPT}, {1, 0}}, 2));
}

TEST(a_receipt_row_does_not_speak_of_more_commits_than_there_are)
{
    write_down_a_life();
    struct disk_row *row = find_row(CAIRN_TABLE_FEED, CORE_ROW_RECEIPT);
    assert_true(is_refused(row, (const uint64_t[][2]){{0, CORE_ROW_RECEIPT}, {1, 1000}}, 2));
}

/* The checkpoint beside a journal's tree is that of the tree. */
TEST(a_journal_row_whose_checkpoint_says_something_else_is_refused)
{
    uint8_t value[8192];
    uint32_t count = 0;
    write_down_a_life();
    for (size_t i = 0; i < scene.host->disk.count; i++) {
        struct disk_row *row = scene.host->disk.rows[i];
        if (row->key[0] != CAIRN_TABLE_STATE || row->value[2] != CORE_ROW_JOURNAL) {
            continue;
        }
        memcpy(value, row->value, row->size);
        uint8_t *line = memchr(value, '\n', row->size); /* behind the origin: the size */
        if (line == NULL) {
            continue; /* nothing of that journal is held */
        }
        line[-1] ^= 1; /* the origin */
        assert_true(begin_with_row(row, value, row->size));
        line[-1] ^= 1;
        line[1] ^= 1; /* the size */
        assert_true(begin_with_row(row, value, row->size));
        line[1] ^= 1;
        line = memchr(line + 1, '\n', row->size - (size_t)(line + 1 - value));
        line[5] ^= 1; /* the root */
        assert_true(begin_with_row(row, value, row->size));
        line[5] ^= 1;
        assert_false(begin_with_row(row, value, row->size));
        count++;
    }
    assert_int_equal(count, 2);
}

TEST(every_feed_has_its_own_key_for_its_secrets_at_rest)
{
    static uint8_t memory[sizeof(struct cairn_core)];
    struct cairn_core *core = (struct cairn_core *)(void *)memory;
    uint8_t keys[3][32];
    const uint8_t one[16] = {1};
    const uint8_t other[16] = {2};
    core->suite = &scene.suite;
    cairn_core_row_key(core, one, keys[0]);
    cairn_core_row_key(core, other, keys[1]);
    core->local_secret[0] = 1;
    cairn_core_row_key(core, one, keys[2]);
    assert_memory_not_equal(keys[0], keys[1], 32);
    assert_memory_not_equal(keys[0], keys[2], 32);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, scene_begin, scene_end)
    const struct CMUnitTest tests[] = {
        CASE(what_was_written_down_is_known_again),
        CASE(a_row_that_is_cut_short_is_a_damaged_disk),
        CASE(a_row_with_one_byte_changed_is_refused_or_harmless),
        CASE(a_row_has_its_fields_and_no_others),
        CASE(a_receipt_row_does_not_speak_of_more_commits_than_there_are),
        CASE(a_journal_row_whose_checkpoint_says_something_else_is_refused),
        CASE(every_feed_has_its_own_key_for_its_secrets_at_rest),
    };
    return cmocka_run_group_tests_name("core_rows", tests, NULL, NULL);
}
