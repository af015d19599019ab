/* Method: tables of byte strings at the edges of UTF-8 and of each forbidden range; every code
 * point once against a second, plain encoder. */
#include "tests/lib/test.h"

#include <string.h>

#include "schema/base/text.h"

/* Encode without any rule, so that also what is not allowed can be written. */
static struct cairn_bytes encode(uint32_t code_point, uint8_t out[static 4])
{
    size_t size = 1;
    if (code_point < 0x80) {
        out[0] = (uint8_t)code_point;
    } else if (code_point < 0x800) {
        out[0] = (uint8_t)(0xc0 | code_point >> 6);
        size = 2;
    } else if (code_point < 0x10000) {
        out[0] = (uint8_t)(0xe0 | code_point >> 12);
        size = 3;
    } else {
        out[0] = (uint8_t)(0xf0 | code_point >> 18);
        size = 4;
    }
    for (size_t i = 1; i < size; i++) {
        out[i] = (uint8_t)(0x80 | (code_point >> (6 * (size - 1 - i)) & 0x3f));
    }
    return (struct cairn_bytes){.data = out, .size = size};
}

TEST(every_code_point_but_surrogates_is_read_back)
{
    for (uint32_t code_point = 0; code_point < 0x120000; code_point++) {
        uint8_t bytes[4];
        struct cairn_bytes text = encode(code_point, bytes);
        uint32_t got = 0;
        size_t at = 0;
        bool is_valid = code_point <= 0x10ffff && (code_point < 0xd800 || code_point > 0xdfff);
        assert_err(cairn_text_next(text, &at, &got), is_valid ? CAIRN_OK : CAIRN_TEXT_UTF8);
        assert_int_equal(at, is_valid ? text.size : 0);
        assert_int_equal(got, is_valid ? code_point : 0);
        assert_int_equal(cairn_text_is_utf8(text), is_valid);
    }
}

TEST(overlong_cut_and_stray_bytes_are_not_utf8)
{
    static const char *const bad[] = {
        "\x80",
        "\xbf",
        "\xc0\x80",
        "\xc1\xbf",
        "\xc2",
        "\xc2\x41",
        "\xe0\x80\x80",
        "\xe0\x9f\xbf",
        "\xe2\x82",
        "\xed\xa0\x80",
        "\xed\xbf\xbf",
        "\xf0\x80\x80\x80",
        "\xf0\x8f\xbf\xbf",
        "\xf4\x90\x80\x80",
        "\xf0\x9f\x98",
        "\xf5\x80\x80\x80",
        "\xf8\x88\x80\x80\x80",
        "\xfe",
        "\xff",
        "A\xc3\xa4\xc3",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(cairn_text_is_utf8(cairn_bytes_of(bad[i])));
        assert_err(cairn_text_check(cairn_bytes_of(bad[i]), 100), CAIRN_TEXT_UTF8);
    }
    assert_true(cairn_text_is_utf8(cairn_bytes_of("")));
    assert_true(cairn_text_is_utf8(cairn_bytes_of("\xd0\x96\xf0\x9f\x98\x80")));
}

TEST(exactly_the_listed_characters_are_forbidden)
{
    uint32_t count = 0;
    for (uint32_t code_point = 0; code_point <= 0x10ffff; code_point++) {
        count += cairn_text_is_forbidden(code_point);
    }
    /* controls 32 + 33, direction 1 + 2 + 5 + 4, separators 2, mark 1, tags 128, fdd0 32, 17 planes
     */
    assert_int_equal(count, 32 + 33 + 12 + 2 + 1 + 128 + 32 + 34);

    static const uint32_t forbidden[] = {
        0x0,    0x9,    0x1f,   0x7f,   0x9f,   0x61c,  0x200e, 0x200f,  0x2028,  0x2029,  0x202a,
        0x202e, 0x2066, 0x2069, 0xfdd0, 0xfdef, 0xfeff, 0xfffe, 0xe0001, 0xe007f, 0x10ffff};
    static const uint32_t allowed[] = {0x20,   0x7e,   0xa0,   0x61b,  0x200c, 0x200d, 0x2010,
                                       0x2030, 0x2065, 0x206a, 0xfdcf, 0xfdf0, 0xfffd, 0xe0080};
    for (size_t i = 0; i < sizeof forbidden / sizeof forbidden[0]; i++) {
        uint8_t bytes[4];
        assert_err(cairn_text_check(encode(forbidden[i], bytes), 4), CAIRN_TEXT_FORBIDDEN);
    }
    for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++) {
        uint8_t bytes[4];
        assert_err(cairn_text_check(encode(allowed[i], bytes), 4), CAIRN_OK);
    }
}

/* B24 */
TEST(length_is_judged_before_utf8_and_utf8_before_characters)
{
    assert_err(cairn_text_check(cairn_bytes_of("ab\xff"), 2), CAIRN_TOO_LONG);
    assert_err(cairn_text_check(cairn_bytes_of("\x01\xff"), 2), CAIRN_TEXT_UTF8);
    assert_err(cairn_text_check(cairn_bytes_of("\x01z"), 2), CAIRN_TEXT_FORBIDDEN);
    assert_err(cairn_text_check(cairn_bytes_of("\x01\xc3\xa9"), 3), CAIRN_TEXT_FORBIDDEN);
    assert_err(cairn_text_check(cairn_bytes_of("\x01z\xc3\xa9z"), 9), CAIRN_TEXT_FORBIDDEN);
    assert_err(cairn_text_check(cairn_bytes_of("ok"), 2), CAIRN_OK);
    assert_err(cairn_text_check((struct cairn_bytes){.data = NULL, .size = 0}, 0), CAIRN_OK);
}

TEST(characters_are_counted_and_not_bytes)
{
    assert_int_equal(cairn_text_count(cairn_bytes_of("")), 0);
    assert_int_equal(cairn_text_count(cairn_bytes_of("M\xc3\xbcller")), 6);
    assert_int_equal(cairn_text_count(cairn_bytes_of("\xff\xfe")), 2);
}

TEST(hexadecimal_is_written_small_and_read_back)
{
    const uint8_t bytes[] = {0x00, 0x0f, 0xa5, 0xff};
    char text[9] = "........";
    uint8_t back[4];
    cairn_text_hex_encode((struct cairn_bytes){.data = bytes, .size = 4}, text);
    assert_string_equal(text, "000fa5ff");
    assert_err(cairn_text_hex_decode(cairn_bytes_of(text), 4, back), CAIRN_OK);
    assert_memory_equal(back, bytes, 4);
}

TEST(hexadecimal_of_another_length_or_case_is_refused)
{
    uint8_t out[4];
    const char *bad[] = {"",         "0",        "000fa5f",  "000fa5fff", "000fa5ff00",
                         "000FA5FF", "000fa5fg", "000fa5f ", "0x0fa5ff",  "g00fa5ff",
                         "A00fa5ff", "`00fa5ff", "0`0fa5ff", "/00fa5ff",  ":00fa5ff",
                         "0/0fa5ff", "0:0fa5ff", "@00fa5ff", "0@0fa5ff"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_err(cairn_text_hex_decode(cairn_bytes_of(bad[i]), 4, out), CAIRN_HEX);
    }
    assert_err(cairn_text_hex_decode(cairn_bytes_of(""), 0, out), CAIRN_OK);
}

/* Property: it stops at the first byte that is not printable ASCII, wherever that stands. */
TEST(plain_bytes_end_where_something_else_begins)
{
    uint8_t bytes[24];
    for (uint32_t byte = 0; byte < 256; byte++) {
        for (size_t place = 0; place < sizeof bytes; place++) {
            memset(bytes, place % 2 == 0 ? ' ' : '~', sizeof bytes);
            bytes[place] = (uint8_t)byte;
            struct cairn_bytes text = {.data = bytes, .size = sizeof bytes};
            bool is_plain = byte >= 0x20 && byte < 0x7f;
            assert_int_equal(cairn_text_plain_bytes(text, 0), is_plain ? sizeof bytes : place);
            assert_int_equal(cairn_text_plain_bytes(text, place),
                             is_plain ? sizeof bytes - place : 0);
        }
    }
    assert_int_equal(cairn_text_plain_bytes((struct cairn_bytes){NULL, 0}, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_bytes_end_where_something_else_begins),
        cmocka_unit_test(every_code_point_but_surrogates_is_read_back),
        cmocka_unit_test(overlong_cut_and_stray_bytes_are_not_utf8),
        cmocka_unit_test(exactly_the_listed_characters_are_forbidden),
        cmocka_unit_test(length_is_judged_before_utf8_and_utf8_before_characters),
        cmocka_unit_test(characters_are_counted_and_not_bytes),
        cmocka_unit_test(hexadecimal_is_written_small_and_read_back),
        cmocka_unit_test(hexadecimal_of_another_length_or_case_is_refused),
    };
    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
