#include "tests/lib/test.h"

#include <string.h>

#include "schema/base/decimal.h"

TEST(the_one_spelling_of_a_number_is_read)
{
    static const struct {
        const char *text;
        uint64_t value;
    } cases[] = {
        {"0", 0},
        {"7", 7},
        {"9", 9},
        {"10", 10},
        {"4711", 4711},
        {"4294967296", 4294967296u},
        {"1844674407370955161", UINT64_MAX / 10},
        {"18446744073709551614", UINT64_MAX - 1},
        {"18446744073709551615", UINT64_MAX},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t value = 1;
        char text[CAIRN_DECIMAL_MAX_BYTES];
        assert_err(cairn_decimal_parse(cairn_bytes_of(cases[i].text), 0, UINT64_MAX, &value),
                   CAIRN_OK);
        assert_true(value == cases[i].value);
        assert_int_equal(cairn_decimal_write(value, text), strlen(cases[i].text));
        assert_memory_equal(text, cases[i].text, strlen(cases[i].text));
    }
}

TEST(any_other_spelling_is_refused)
{
    static const char *const texts[] = {"",
                                        "00",
                                        "01",
                                        "+1",
                                        "-1",
                                        " 1",
                                        "1 ",
                                        "1a",
                                        "/1",
                                        ":",
                                        "0x1",
                                        "1.0",
                                        "18446744073709551616",
                                        "1\n",
                                        "a",
                                        "99999999999999999999"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        uint64_t value = 42;
        assert_err(cairn_decimal_parse(cairn_bytes_of(texts[i]), 0, UINT64_MAX, &value),
                   CAIRN_NUMBER);
        assert_int_equal(value, 42);
    }
}

TEST(a_number_outside_its_range_is_refused)
{
    uint64_t value = 42;
    assert_err(cairn_decimal_parse(cairn_bytes_of("0"), 1, 9, &value), CAIRN_NUMBER);
    assert_err(cairn_decimal_parse(cairn_bytes_of("10"), 1, 9, &value), CAIRN_NUMBER);
    assert_err(cairn_decimal_parse(cairn_bytes_of("65536"), 1, 65535, &value), CAIRN_NUMBER);
    assert_err(cairn_decimal_parse(cairn_bytes_of("5"), 0, 4, &value), CAIRN_NUMBER);
    assert_int_equal(value, 42);
    assert_err(cairn_decimal_parse(cairn_bytes_of("65535"), 1, 65535, &value), CAIRN_OK);
    assert_int_equal(value, 65535);
    assert_err(cairn_decimal_parse(cairn_bytes_of("0"), 0, 0, &value), CAIRN_OK);
    assert_int_equal(value, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_one_spelling_of_a_number_is_read),
        cmocka_unit_test(any_other_spelling_is_refused),
        cmocka_unit_test(a_number_outside_its_range_is_refused),
    };
    return cmocka_run_group_tests_name("decimal", tests, NULL, NULL);
}
