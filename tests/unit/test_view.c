#include "node/views/view.h"

#include <string.h>

#include "tests/lib/test.h"

TEST(keys_are_built_part_by_part)
{
    struct cairn_view_key key;
    uint8_t feed[16];
    memset(feed, 'f', sizeof feed);
    cairn_view_key_init(&key, CAIRN_VIEW_PARKED);
    cairn_view_key_add_u64(&key, 0x0102);
    cairn_view_key_entry(&key, feed, 3);
    assert_int_equal(key.size, 33);
    assert_memory_equal(key.data, "p\0\0\0\0\0\0\1\2ffffffffffffffff\0\0\0\0\0\0\0\3", 33);
    cairn_view_key_add(&key, (struct cairn_bytes){NULL, 0});
    assert_int_equal(cairn_view_key_bytes(&key).size, 33);
}

TEST(a_key_that_does_not_fit_is_our_own_mistake)
{
    struct cairn_view_key key;
    cairn_view_key_init(&key, CAIRN_VIEW_INDEX);
    cairn_view_key_add(&key, test_frame(CAIRN_INDEX_KEY_BYTES));
    expect_assert_failure(cairn_view_key_add(&key, test_frame(1)));
}

TEST(a_cursor_comes_back_as_it_was)
{
    struct cairn_view_cursor cursor = {.commits = 7, .size = 100, .done = 130, .root = {1, 2}};
    struct cairn_view_cursor back;
    uint8_t row[CAIRN_VIEW_CURSOR_BYTES];
    cairn_view_cursor_encode(&cursor, row);
    assert_err(cairn_view_cursor_decode((struct cairn_bytes){row, sizeof row}, &back), CAIRN_OK);
    assert_memory_equal(&back, &cursor, sizeof back);
}

TEST(a_cursor_of_another_format_asks_for_a_rebuild)
{
    struct cairn_view_cursor cursor = {.commits = 1, .size = 2, .done = 2}, back = {.done = 77};
    uint8_t row[CAIRN_VIEW_CURSOR_BYTES];
    cairn_view_cursor_encode(&cursor, row);
    row[3]++;
    assert_err(cairn_view_cursor_decode((struct cairn_bytes){row, sizeof row}, &back), CAIRN_STATE);
    assert_int_equal(back.done, 77);
}

TEST(damaged_cursors_are_refused)
{
    struct cairn_view_cursor cursor = {.commits = 1, .size = 2, .done = 2}, back;
    uint8_t row[CAIRN_VIEW_CURSOR_BYTES];
    cairn_view_cursor_encode(&cursor, row);
    for (size_t size = 0; size < sizeof row; size++) {
        assert_err(cairn_view_cursor_decode((struct cairn_bytes){row, size}, &back),
                   CAIRN_DISK_CORRUPT);
    }
    row[27] = 1; /* fewer entries than its whole commits have */
    assert_err(cairn_view_cursor_decode((struct cairn_bytes){row, sizeof row}, &back),
               CAIRN_DISK_CORRUPT);
}

TEST(parked_and_refused_rows_come_back_as_they_were)
{
    uint8_t parked_row[CAIRN_VIEW_PARKED_HEAD + 3] = {0}, row[CAIRN_VIEW_REFUSED_BYTES];
    struct cairn_view_parked parked = {
        .country = "AUT", .floor_ms = 5, .commit = 6, .entry_id = {9}};
    struct cairn_view_parked parked_back;
    cairn_view_parked_encode(&parked, parked_row);
    memcpy(parked_row + CAIRN_VIEW_PARKED_HEAD, "abc", 3);
    assert_err(
        cairn_view_parked_decode((struct cairn_bytes){parked_row, sizeof parked_row}, &parked_back),
        CAIRN_OK);
    assert_string_equal(parked_back.country, "AUT");
    assert_int_equal(parked_back.floor_ms, 5);
    assert_int_equal(parked_back.commit, 6);
    assert_int_equal(parked_back.entry_id[0], 9);
    assert_true(cairn_bytes_is_equal(parked_back.operation, cairn_bytes_of("abc")));
    assert_err(cairn_view_parked_decode((struct cairn_bytes){parked_row, CAIRN_VIEW_PARKED_HEAD},
                                        &parked_back),
               CAIRN_DISK_CORRUPT);

    struct cairn_view_refused refused = {
        .err = CAIRN_RULE_HLC, .kind = 33, .hlc = 1u << 20, .commit = 4};
    struct cairn_view_refused refused_back;
    cairn_view_refused_encode(&refused, row);
    assert_err(cairn_view_refused_decode((struct cairn_bytes){row, sizeof row}, &refused_back),
               CAIRN_OK);
    assert_err(refused_back.err, refused.err);
    assert_int_equal(refused_back.kind, refused.kind);
    assert_int_equal(refused_back.hlc, refused.hlc);
    assert_int_equal(refused_back.commit, refused.commit);
    assert_err(cairn_view_refused_decode((struct cairn_bytes){row, 3}, &refused_back),
               CAIRN_DISK_CORRUPT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_built_part_by_part),
        cmocka_unit_test(a_key_that_does_not_fit_is_our_own_mistake),
        cmocka_unit_test(a_cursor_comes_back_as_it_was),
        cmocka_unit_test(a_cursor_of_another_format_asks_for_a_rebuild),
        cmocka_unit_test(damaged_cursors_are_refused),
        cmocka_unit_test(parked_and_refused_rows_come_back_as_they_were),
    };
    return cmocka_run_group_tests_name("view", tests, NULL, NULL);
}
