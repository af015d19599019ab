/* Method: every day from the year 1 to 9999 walked one by one; tables of texts at the edges. */
#include "tests/lib/test.h"

#include <string.h>

#include "schema/base/civil.h"

static struct cairn_civil_date date_of(uint16_t year, uint8_t month, uint8_t day)
{
    return (struct cairn_civil_date){.year = year, .month = month, .day = day};
}

/* The next day by the calendar's plain rules. */
static struct cairn_civil_date next_day(struct cairn_civil_date date)
{
    date.day++;
    if (!cairn_civil_is_date(date)) {
        date.day = 1;
        date.month++;
    }
    if (date.month > 12) {
        date.month = 1;
        date.year++;
    }
    return date;
}

TEST(days_follow_each_other_for_9999_years)
{
    struct cairn_civil_date date = date_of(1, 1, 1);
    int32_t days = cairn_civil_days(date);
    assert_int_equal(cairn_civil_days(date_of(1970, 1, 1)), 0);
    assert_int_equal(cairn_civil_weekday(days), 0); /* 0001-01-01 was a Monday */
    for (; date.year <= 9999; date = next_day(date), days++) {
        struct cairn_civil_date back = cairn_civil_date_of(days);
        if (cairn_civil_days(date) != days || back.year != date.year || back.month != date.month ||
            back.day != date.day) {
            fail_msg("%d-%d-%d", date.year, date.month, date.day);
        }
    }
    assert_int_equal(days, 2932897);
    expect_assert_failure((void)cairn_civil_date_of(days));
    expect_assert_failure((void)cairn_civil_days(date_of(2025, 2, 30)));
}

TEST(only_days_of_the_calendar_exist)
{
    assert_true(cairn_civil_is_date(date_of(2024, 2, 29)));
    assert_true(cairn_civil_is_date(date_of(2000, 2, 29)));
    assert_false(cairn_civil_is_date(date_of(1900, 2, 29)));
    assert_false(cairn_civil_is_date(date_of(2025, 2, 29)));
    assert_false(cairn_civil_is_date(date_of(2025, 4, 31)));
    assert_false(cairn_civil_is_date(date_of(2025, 0, 1)));
    for (unsigned month = 13; month <= UINT8_MAX; month++) {
        assert_false(cairn_civil_is_date(date_of(2025, (uint8_t)month, 1)));
    }
    assert_false(cairn_civil_is_date(date_of(2025, 1, 0)));
    assert_false(cairn_civil_is_date(date_of(0, 1, 1)));
    assert_false(cairn_civil_is_date(date_of(10000, 1, 1)));
}

TEST(weekdays_count_from_monday)
{
    assert_int_equal(cairn_civil_weekday(0), 3);
    assert_int_equal(cairn_civil_weekday(-1), 2);
    assert_int_equal(cairn_civil_weekday(cairn_civil_days(date_of(2026, 3, 1))), 6);
}

TEST(dates_are_read_strictly_and_written_back)
{
    const char *bad[] = {"",           "2026-3-01",  "2026-03-1",  "2026-03-01 ", "2026/03/01",
                         "2025-02-29", "0000-01-01", "2026-00-10", "+026-03-01",  "2026-03-0a",
                         "20260301",   "XXXX-XX-XX", "2026/03-01", "2026-03/01",  "2026-03-1/",
                         "2026-03-1:", "2026-1/-01", "20260301XX", "2026-13-01"};
    struct cairn_civil_date date = date_of(7, 7, 7);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_err(cairn_civil_parse_date(cairn_bytes_of(bad[i]), &date), CAIRN_DATE);
        assert_int_equal(date.year, 7);
    }
    char text[11];
    assert_err(cairn_civil_parse_date(cairn_bytes_of("0031-12-09"), &date), CAIRN_OK);
    cairn_civil_write_date(date, text);
    assert_string_equal(text, "0031-12-09");
}

TEST(times_are_read_strictly_and_written_back)
{
    static const struct {
        const char *text;
        uint64_t unix_s;
    } good[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"2026-03-01T12:00:00Z", 1772366400},
        {"2024-02-29T23:59:59Z", 1709251199},
        {"9999-12-31T23:59:59Z", CAIRN_CIVIL_TIME_S_MAX},
    };
    const char *bad[] = {
        "2026-03-01T12:00:00",       "2026-03-01 12:00:00Z", "2026-03-01t12:00:00z",
        "2026-03-01T24:00:00Z",      "2026-03-01T12:60:00Z", "2026-03-01T12:00:60Z",
        "2026-03-01T12:00:00+00:00", "2026-02-29T12:00:00Z", "1969-12-31T23:59:59Z",
        "2026-03-01T12:00:00.123Z",  "2026-03-01T12:00:0-Z", "",
        "2026-03-01T12:00:00ZZ",     "2026-03-01T12-00:00Z", "2026-03-01T12:00-00Z",
        "2026-03-01T1/:00:00Z",      "2026-03-01T12:00:1/Z", "2026-03-01T12:00:00z",
    };
    uint64_t unix_s = 7;
    char text[21];
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_err(cairn_civil_parse_time(cairn_bytes_of(bad[i]), &unix_s), CAIRN_DATE);
        assert_int_equal(unix_s, 7);
    }
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_err(cairn_civil_parse_time(cairn_bytes_of(good[i].text), &unix_s), CAIRN_OK);
        assert_true(unix_s == good[i].unix_s);
        cairn_civil_write_time(unix_s, text);
        assert_string_equal(text, good[i].text);
    }
    expect_assert_failure(cairn_civil_write_time(CAIRN_CIVIL_TIME_S_MAX + 1u, text));
}

TEST(milliseconds_are_three_digits_or_none)
{
    uint64_t unix_ms = 7;
    char text[25];
    assert_err(cairn_civil_parse_time_ms(cairn_bytes_of("2026-03-01T12:00:00.123Z"), &unix_ms),
               CAIRN_OK);
    assert_true(unix_ms == 1772366400123u);
    cairn_civil_write_time_ms(unix_ms, text);
    assert_string_equal(text, "2026-03-01T12:00:00.123Z");
    assert_err(cairn_civil_parse_time_ms(cairn_bytes_of("2026-03-01T12:00:00Z"), &unix_ms),
               CAIRN_OK);
    assert_true(unix_ms == 1772366400000u);
    const char *bad[] = {"2026-03-01T12:00:00.12Z", "2026-03-01T12:00:00.1234Z",
                         "2026-03-01T12:00:00,123Z", "2026-03-01T12:00:00.1a3Z",
                         "2026-03-01T12:00:00.123z"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_err(cairn_civil_parse_time_ms(cairn_bytes_of(bad[i]), &unix_ms), CAIRN_DATE);
    }
}

static struct cairn_civil_birth birth_of(const char *text)
{
    struct cairn_civil_birth birth;
    assert_err(cairn_civil_parse_birth(cairn_bytes_of(text), &birth), CAIRN_OK);
    return birth;
}

TEST(the_five_forms_of_a_birth_date_are_read_and_written_back)
{
    const char *forms[] = {"1974-08-12", "1974-08-XX", "1974-XX-XX", "XXXX-XX-XX",
                           "1970/1975",  "2000-02-29", "2001-02-XX"};
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        char text[11];
        cairn_civil_write_birth(birth_of(forms[i]), text);
        assert_string_equal(text, forms[i]);
    }
    struct cairn_civil_birth range = birth_of("1970/1975");
    assert_int_equal(range.year_min, 1970);
    assert_int_equal(range.year_max, 1975);
    assert_int_equal(range.month, 0);
    assert_int_equal(birth_of("XXXX-XX-XX").year_max, 0);
}

/* B18 */
TEST(other_forms_of_a_birth_date_are_refused)
{
    const char *bad[] = {"",           "1974",       "1974-XX-12",  "XXXX-08-12", "XXXX-08-XX",
                         "1974-02-30", "2001-02-29", "1974-13-01",  "1974-00-XX", "1974-08-00",
                         "1975/1970",  "1970/1970",  "0000/1970",   "1970-1975",  "1974-08-X2",
                         "19XX-XX-XX", "0000-01-01", "1974-08-12Z", "1970/19751", "xxxx-xx-xx",
                         "XXXX-XX-12", "1974/08-12", "1974-08/12",  "1974-08-32", "1974-99-99",
                         "1974-XX-99", "XXXX-99-XX", "1974-08-1/",  "197//1975",  "1970/0000"};
    struct cairn_civil_birth birth = {.year_min = 7, .year_max = 7};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_err(cairn_civil_parse_birth(cairn_bytes_of(bad[i]), &birth), CAIRN_DATE);
        assert_int_equal(birth.year_min, 7);
    }
    assert_false(cairn_civil_is_birth((struct cairn_civil_birth){.year_max = 1970}));
    static const struct cairn_civil_birth none[] = {
        {.year_min = 1, .year_max = 2, .day = 1},
        {.year_min = 1, .year_max = 2, .month = 1},
        {.year_min = 1, .year_max = 2, .month = 1, .day = 1},
        {.year_min = 1970, .year_max = 1969},
        {.year_min = 1970, .year_max = 1969, .month = 1, .day = 1},
        {.year_min = 10000, .year_max = 10000},
        {.year_min = 9999, .year_max = 10000},
        {.year_min = 1970, .year_max = 1970, .day = 1},
        {.month = 1},
        {.day = 1},
    };
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        assert_false(cairn_civil_is_birth(none[i]));
    }
    for (unsigned month = 13; month <= UINT8_MAX; month++) {
        birth = (struct cairn_civil_birth){.year_min = 1970, .year_max = 1970};
        birth.month = (uint8_t)month;
        assert_false(cairn_civil_is_birth(birth));
    }
}

TEST(two_births_overlap_when_one_day_suits_both)
{
    static const struct {
        const char *left;
        const char *right;
        bool is_overlap;
    } cases[] = {
        {"1974-08-12", "1974-08-12", true}, {"1974-08-12", "1974-08-13", false},
        {"1974-08-12", "1974-08-XX", true}, {"1974-09-XX", "1974-08-31", false},
        {"1974-02-XX", "1974-02-28", true}, {"1974-XX-XX", "1970/1975", true},
        {"1970/1975", "1975/1980", true},   {"1970/1974", "1975/1980", false},
        {"1970/1974", "1974-12-31", true},  {"XXXX-XX-XX", "1974-08-12", true},
        {"XXXX-XX-XX", "XXXX-XX-XX", true}, {"1976-XX-XX", "1970/1975", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct cairn_civil_birth left = birth_of(cases[i].left);
        struct cairn_civil_birth right = birth_of(cases[i].right);
        assert_int_equal(cairn_civil_has_overlap(left, right), cases[i].is_overlap);
        assert_int_equal(cairn_civil_has_overlap(right, left), cases[i].is_overlap);
    }
}

/* B18 */
TEST(nobody_is_born_after_the_day_or_more_than_130_years_before)
{
    static const struct {
        const char *birth;
        cairn_err err;
    } cases[] = {
        {"2024-02-29", CAIRN_OK},        {"2024-03-01", CAIRN_RULE_DATE},
        {"2024-XX-XX", CAIRN_OK},        {"2025-XX-XX", CAIRN_RULE_DATE},
        {"2024/2030", CAIRN_OK},         {"1894-02-28", CAIRN_OK},
        {"1894-02-27", CAIRN_RULE_DATE}, {"1894-XX-XX", CAIRN_OK},
        {"1893-XX-XX", CAIRN_RULE_DATE}, {"1880/1894", CAIRN_OK},
        {"XXXX-XX-XX", CAIRN_OK},
    };
    int32_t day = cairn_civil_days(date_of(2024, 2, 29));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_err(cairn_civil_check_birth(birth_of(cases[i].birth), day), cases[i].err);
    }
    assert_err(
        cairn_civil_check_birth(birth_of("0001-01-01"), cairn_civil_days(date_of(120, 1, 1))),
        CAIRN_OK);
}

TEST(an_hlc_is_48_bits_of_time_and_16_of_counter)
{
    uint64_t hlc = cairn_civil_hlc(1772366400123u, 0xbeef);
    assert_true(cairn_civil_hlc_ms(hlc) == 1772366400123u);
    assert_int_equal(cairn_civil_hlc_counter(hlc), 0xbeef);
    expect_assert_failure((void)cairn_civil_hlc((uint64_t)1 << 48, 0));
}

TEST(the_next_hlc_is_above_the_last_and_not_below_the_clock)
{
    uint64_t last = cairn_civil_hlc(1000, 5);
    assert_true(cairn_civil_hlc_next(last, 1001) == cairn_civil_hlc(1001, 0));
    assert_true(cairn_civil_hlc_next(last, 1000) == cairn_civil_hlc(1000, 6));
    assert_true(cairn_civil_hlc_next(last, 3) == cairn_civil_hlc(1000, 6));
    last = cairn_civil_hlc(1000, 0xffff);
    assert_true(cairn_civil_hlc_next(last, 1000) == cairn_civil_hlc(1001, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_follow_each_other_for_9999_years),
        cmocka_unit_test(only_days_of_the_calendar_exist),
        cmocka_unit_test(weekdays_count_from_monday),
        cmocka_unit_test(dates_are_read_strictly_and_written_back),
        cmocka_unit_test(times_are_read_strictly_and_written_back),
        cmocka_unit_test(milliseconds_are_three_digits_or_none),
        cmocka_unit_test(the_five_forms_of_a_birth_date_are_read_and_written_back),
        cmocka_unit_test(other_forms_of_a_birth_date_are_refused),
        cmocka_unit_test(two_births_overlap_when_one_day_suits_both),
        cmocka_unit_test(nobody_is_born_after_the_day_or_more_than_130_years_before),
        cmocka_unit_test(an_hlc_is_48_bits_of_time_and_16_of_counter),
        cmocka_unit_test(the_next_hlc_is_above_the_last_and_not_below_the_clock),
    };
    return cmocka_run_group_tests_name("civil", tests, NULL, NULL);
}
