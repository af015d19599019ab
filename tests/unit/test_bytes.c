/* Method: tables of values, each written and read back; order compared with memcmp's rule. */
#include "tests/lib/test.h"

#include <string.h>

#include "schema/base/bytes.h"

TEST(a_view_of_a_text_leaves_its_nul_out)
{
    struct cairn_bytes view = cairn_bytes_of("AUT");
    assert_int_equal(view.size, 3);
    assert_memory_equal(view.data, "AUT", 3);
    assert_int_equal(cairn_bytes_of("").size, 0);
}

TEST(only_the_same_bytes_are_equal)
{
    struct cairn_bytes none = {.data = NULL, .size = 0};
    assert_true(cairn_bytes_is_equal(cairn_bytes_of("AUT"), cairn_bytes_of("AUT")));
    assert_false(cairn_bytes_is_equal(cairn_bytes_of("AUT"), cairn_bytes_of("AU")));
    assert_false(cairn_bytes_is_equal(cairn_bytes_of("AUT"), cairn_bytes_of("AUS")));
    assert_true(cairn_bytes_is_equal(none, cairn_bytes_of("")));
    assert_false(cairn_bytes_is_equal(none, cairn_bytes_of("A")));
}

TEST(names_of_a_fixed_size_are_the_same_in_every_byte_or_not)
{
    uint8_t left[33] = {0}, right[33] = {0};
    for (uint32_t at = 0; at < 33; at++) {
        for (uint32_t bit = 0; bit < 8; bit++) {
            right[at] ^= (uint8_t)(1u << bit);
            assert_int_equal(cairn_bytes_is_same16(left, right), at >= 16);
            assert_int_equal(cairn_bytes_is_same32(left, right), at >= 32);
            right[at] = 0;
        }
    }
    assert_true(cairn_bytes_is_same16(left, right) && cairn_bytes_is_same32(left, right));
}

TEST(order_is_by_unsigned_bytes_and_a_prefix_comes_first)
{
    const char *ascending[] = {"", "A", "AA", "AB", "B", "\x7f", "\x80", "\xff"};
    const size_t count = sizeof ascending / sizeof ascending[0];
    for (size_t left = 0; left < count; left++) {
        for (size_t right = 0; right < count; right++) {
            int order = cairn_bytes_order(cairn_bytes_of(ascending[left]),
                                          cairn_bytes_of(ascending[right]));
            assert_int_equal((order > 0) - (order < 0), (left > right) - (left < right));
        }
    }
}

TEST(integers_are_written_big_endian)
{
    uint8_t out[8];
    cairn_bytes_put_u16(out, 0x0102);
    assert_memory_equal(out, "\x01\x02", 2);
    cairn_bytes_put_u32(out, 0x01020304);
    assert_memory_equal(out, "\x01\x02\x03\x04", 4);
    cairn_bytes_put_u64(out, 0x0102030405060708);
    assert_memory_equal(out, "\x01\x02\x03\x04\x05\x06\x07\x08", 8);
}

TEST(integers_come_back_as_they_were_written)
{
    const uint64_t values[] = {0,         1,      0x7f,       0x80,       0xff,
                               0x8000,    0xffff, 0x80000000, UINT32_MAX, UINT64_C(1) << 63,
                               UINT64_MAX};
    for (size_t at = 0; at < sizeof values / sizeof values[0]; at++) {
        uint8_t out[8];
        cairn_bytes_put_u16(out, (uint16_t)values[at]);
        assert_int_equal(cairn_bytes_get_u16(out), (uint16_t)values[at]);
        cairn_bytes_put_u32(out, (uint32_t)values[at]);
        assert_int_equal(cairn_bytes_get_u32(out), (uint32_t)values[at]);
        cairn_bytes_put_u64(out, values[at]);
        assert_int_equal(cairn_bytes_get_u64(out), values[at]);
    }
}

TEST(writing_an_integer_touches_only_its_own_bytes)
{
    uint8_t out[9];
    memset(out, 0xee, sizeof out);
    cairn_bytes_put_u16(out, 1);
    assert_int_equal(out[2], 0xee);
    cairn_bytes_put_u32(out, 1);
    assert_int_equal(out[4], 0xee);
    cairn_bytes_put_u64(out, 1);
    assert_int_equal(out[8], 0xee);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_view_of_a_text_leaves_its_nul_out),
        cmocka_unit_test(only_the_same_bytes_are_equal),
        cmocka_unit_test(names_of_a_fixed_size_are_the_same_in_every_byte_or_not),
        cmocka_unit_test(order_is_by_unsigned_bytes_and_a_prefix_comes_first),
        cmocka_unit_test(integers_are_written_big_endian),
        cmocka_unit_test(integers_come_back_as_they_were_written),
        cmocka_unit_test(writing_an_integer_touches_only_its_own_bytes),
    };
    return cmocka_run_group_tests_name("bytes", tests, NULL, NULL);
}
