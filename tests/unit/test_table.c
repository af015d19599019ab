#include "tests/lib/test.h"

#include <string.h>

#include "replication/table.h"

static struct cairn_key key_of(uint8_t table, uint8_t fill, uint64_t index)
{
    struct cairn_key key = {.table = table, .index = index};
    memset(key.id, fill, sizeof key.id);
    return key;
}

TEST(a_key_is_table_id_and_big_endian_index)
{
    uint8_t bytes[CAIRN_KEY_BYTES];
    struct cairn_key key = key_of(CAIRN_TABLE_LEAF, 0xab, 0x0102030405060708);
    cairn_key_encode(&key, bytes);
    assert_memory_equal(bytes,
                        "L\xab\xab\xab\xab\xab\xab\xab\xab\xab\xab\xab\xab\xab\xab\xab\xab"
                        "\x01\x02\x03\x04\x05\x06\x07\x08",
                        CAIRN_KEY_BYTES);
}

TEST(a_key_is_read_back_as_it_was_written)
{
    static const uint8_t tables[] = {CAIRN_TABLE_CHECKPOINT, CAIRN_TABLE_COMMIT, CAIRN_TABLE_ENTRY,
                                     CAIRN_TABLE_NOTE, CAIRN_TABLE_STATE};
    static const uint64_t indexes[] = {0, 1, 255, 256, UINT32_MAX, UINT64_MAX};
    for (size_t i = 0; i < sizeof tables; i++) {
        for (size_t j = 0; j < sizeof indexes / sizeof indexes[0]; j++) {
            uint8_t bytes[CAIRN_KEY_BYTES];
            struct cairn_key key = key_of(tables[i], (uint8_t)(i * 50), indexes[j]);
            cairn_key_encode(&key, bytes);
            struct cairn_key again = cairn_key_decode(bytes);
            assert_int_equal(again.table, key.table);
            assert_int_equal(again.index, key.index);
            assert_memory_equal(again.id, key.id, sizeof key.id);
        }
    }
}

TEST(rows_of_one_log_are_in_the_order_of_their_indexes_and_not_between_others)
{
    const struct cairn_key keys[] = {
        key_of(CAIRN_TABLE_COMMIT, 2, UINT64_MAX),
        key_of(CAIRN_TABLE_LEAF, 1, 0),
        key_of(CAIRN_TABLE_LEAF, 1, 255),
        key_of(CAIRN_TABLE_LEAF, 1, 256),
        key_of(CAIRN_TABLE_LEAF, 2, 0),
        key_of(CAIRN_TABLE_NOTE, 0, 0),
    };
    uint8_t last[CAIRN_KEY_BYTES] = {0};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        uint8_t bytes[CAIRN_KEY_BYTES];
        cairn_key_encode(&keys[i], bytes);
        assert_true(memcmp(last, bytes, CAIRN_KEY_BYTES) < 0);
        memcpy(last, bytes, CAIRN_KEY_BYTES);
    }
}

TEST(only_one_row_of_the_cores_own_says_that_a_branch_is_left)
{
    struct cairn_key cut = key_of(CAIRN_TABLE_STATE, 3, CAIRN_STATE_CUT);
    struct cairn_key journal = key_of(CAIRN_TABLE_STATE, 3, 0);
    struct cairn_key leaf = key_of(CAIRN_TABLE_LEAF, 3, CAIRN_STATE_CUT);
    assert_true(cairn_key_is_cut(&cut));
    assert_false(cairn_key_is_cut(&journal));
    assert_false(cairn_key_is_cut(&leaf));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_is_table_id_and_big_endian_index),
        cmocka_unit_test(a_key_is_read_back_as_it_was_written),
        cmocka_unit_test(rows_of_one_log_are_in_the_order_of_their_indexes_and_not_between_others),
        cmocka_unit_test(only_one_row_of_the_cores_own_says_that_a_branch_is_left),
    };
    return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
