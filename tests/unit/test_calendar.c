#include "schema/calendar.h"

#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

static uint8_t memory[1u << 20];
static struct cairn_yaml_fault fault;
static struct cairn_calendar calendar;

static cairn_err parse(const char *text)
{
    struct cairn_arena arena;
    const struct cairn_yaml_node *root;
    cairn_arena_init(&arena, memory, sizeof memory);
    calendar = (struct cairn_calendar){.country = "AUT"};
    assert_err(cairn_yaml_parse(cairn_bytes_of(text), &arena, &root, &fault), CAIRN_OK);
    return cairn_calendar_parse(root, &arena, &calendar, &fault);
}

static int32_t day(const char *text)
{
    struct cairn_civil_date date;
    assert_err(cairn_civil_parse_date(cairn_bytes_of(text), &date), CAIRN_OK);
    return cairn_civil_days(date);
}

#define OFFSETS "utc_offsets: [{from: 2024-10-27T01:00Z, minutes: 60}]"

TEST(rest_days_holidays_and_moved_workdays_decide)
{
    assert_err(parse("{rest: [sat, sun], covers: [2025, 2026], holidays: [2025-04-21, 2025-05-01], "
                     "extra_workdays: [2025-05-03], " OFFSETS "}"),
               CAIRN_OK);
    assert_string_equal(calendar.country, "AUT");
    assert_true(cairn_calendar_is_workday(&calendar, day("2025-04-17")));  /* Thursday */
    assert_false(cairn_calendar_is_workday(&calendar, day("2025-04-19"))); /* Saturday */
    assert_false(cairn_calendar_is_workday(&calendar, day("2025-04-20")));
    assert_false(cairn_calendar_is_workday(&calendar, day("2025-04-21"))); /* holiday */
    assert_true(cairn_calendar_is_workday(&calendar, day("2025-05-03")));  /* moved */
    assert_true(cairn_calendar_covers(&calendar, day("2025-01-01")));
    assert_true(cairn_calendar_covers(&calendar, day("2026-12-31")));
    assert_false(cairn_calendar_covers(&calendar, day("2027-01-01")));
    assert_false(cairn_calendar_covers(&calendar, day("2024-12-31")));
    expect_assert_failure((void)cairn_calendar_is_workday(&calendar, day("2027-01-01")));
}

TEST(offsets_may_lie_west_and_must_cover_the_first_year)
{
    assert_err(parse("{rest: [fri], covers: [2025, 2025], holidays: [], extra_workdays: [], "
                     "utc_offsets: [{from: 2020-01-01T00:00Z, minutes: -210}, "
                     "{from: 2025-01-01T00:00Z, minutes: 0}]}"),
               CAIRN_OK);
    assert_int_equal(calendar.offset_count, 2);
    assert_int_equal(calendar.offsets[0].minutes, -210);
    assert_int_equal(calendar.offsets[1].from_s, 1735689600);
}

TEST(faults_are_told_with_their_place)
{
    static const struct {
        const char *text;
        cairn_err err;
        uint32_t line;
        uint32_t column;
    } cases[] = {
        {"rest: [sat]\ncovers: [2025, 2026]\nholidays: []\nextra_workdays: []\n", CAIRN_YAML_FIELD,
         1, 1},
        {"rest: [sat, sat]\ncovers: [2025, 2026]\nholidays: []\nextra_workdays: []\n" OFFSETS,
         CAIRN_YAML_VALUE, 1, 13},
        {"rest: [mon, tue, wed, thu, fri, sat, sun]\ncovers: [2025, 2026]\nholidays: []\n"
         "extra_workdays: []\n" OFFSETS,
         CAIRN_YAML_VALUE, 1, 7},
        {"rest: []\ncovers: [2026, 2025]\nholidays: []\nextra_workdays: []\n" OFFSETS,
         CAIRN_YAML_VALUE, 2, 9},
        {"rest: [foo]\ncovers: [2025, 2026]\nholidays: []\nextra_workdays: []\n" OFFSETS,
         CAIRN_YAML_VALUE, 1, 8},
        {"rest: []\ncovers: [1969, 1970]\nholidays: []\nextra_workdays: []\n" OFFSETS,
         CAIRN_YAML_VALUE, 2, 9},
        {"rest: []\ncovers: [2025, 2026]\nholidays: []\nextra_workdays: []\n"
         "utc_offsets: [{from: 2024-03-30T01:00:00Z, minutes: 60}]",
         CAIRN_DATE, 5, 22},
        {"rest: []\ncovers: [2025, 2026]\nholidays: []\nextra_workdays: []\n"
         "utc_offsets: [{from: 2024-03-30T01:00ZZ, minutes: 60}]",
         CAIRN_DATE, 5, 22},
        {"rest: []\ncovers: [2025, 2026]\nholidays: []\nextra_workdays: []\n"
         "utc_offsets: [{from: 2024-03-30T01:00X, minutes: 60}]",
         CAIRN_DATE, 5, 22},
        {"rest: []\ncovers: [2025, 2026]\nholidays: []\nextra_workdays: []\n"
         "utc_offsets: [{from: 2024-03-30T01:00Z, minutes: 60}, "
         "{from: 2024-03-30T01:00Z, minutes: 0}]",
         CAIRN_YAML_VALUE, 5, 55},
        {"rest: []\ncovers: [2025]\nholidays: []\nextra_workdays: []\n" OFFSETS, CAIRN_YAML_VALUE,
         2, 9},
        {"rest: []\ncovers: [2025, 2075]\nholidays: []\nextra_workdays: []\n" OFFSETS,
         CAIRN_YAML_VALUE, 2, 9},
        {"rest: []\ncovers: [2025, 2026]\nholidays: [2025-02-30]\nextra_workdays: []\n" OFFSETS,
         CAIRN_DATE, 3, 12},
        {"rest: []\ncovers: [2025, 2026]\nholidays: [2025-02-03, 2025-02-03]\n"
         "extra_workdays: []\n" OFFSETS,
         CAIRN_YAML_VALUE, 3, 24},
        {"rest: []\ncovers: [2025, 2026]\nholidays: [2027-02-03]\nextra_workdays: []\n" OFFSETS,
         CAIRN_YAML_VALUE, 3, 12},
        {"rest: []\ncovers: [2025, 2026]\nholidays: [2025-02-03]\n"
         "extra_workdays: [2025-02-03]\n" OFFSETS,
         CAIRN_YAML_VALUE, 4, 17},
        {"rest: []\ncovers: [2025, 2026]\nholidays: []\nextra_workdays: []\nutc_offsets: []",
         CAIRN_YAML_LIMIT, 5, 14},
        {"rest: []\ncovers: [2025, 2026]\nholidays: []\nextra_workdays: []\n"
         "utc_offsets: [{from: 2025-03-30T01:00Z, minutes: 60}]",
         CAIRN_YAML_VALUE, 5, 14},
        {"rest: []\ncovers: [2025, 2026]\nholidays: []\nextra_workdays: []\n"
         "utc_offsets: [{from: 2024-03-30 01:00, minutes: 60}]",
         CAIRN_DATE, 5, 22},
        {"rest: []\ncovers: [2025, 2026]\nholidays: []\nextra_workdays: []\n"
         "utc_offsets: [{from: 2024-03-30T01:00Z, minutes: 841}]",
         CAIRN_YAML_VALUE, 5, 50},
        {"rest: []\ncovers: [2025, 2026]\nholidays: []\nextra_workdays: []\nzone: Vienna\n" OFFSETS,
         CAIRN_YAML_UNKNOWN, 5, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_err(parse(cases[i].text), cases[i].err);
        assert_int_equal(fault.line, cases[i].line);
        assert_int_equal(fault.column, cases[i].column);
    }
}

/* `head`, `count` times `item`, `tail`. */
static cairn_err parse_many(const char *head, const char *item, uint32_t count, const char *tail)
{
    static char text[1u << 16];
    size_t size = strlen(head), step = strlen(item);
    assert_true(size + count * step + strlen(tail) < sizeof text);
    memcpy(text, head, size);
    for (uint32_t i = 0; i < count; i++, size += step) {
        memcpy(text + size, item, step);
    }
    memcpy(text + size, tail, strlen(tail) + 1);
    return parse(text);
}

TEST(a_calendar_has_room_for_so_many_days_and_offsets_and_no_more)
{
    static const char first[] = "rest: []\ncovers: [2025, 2026]\nextra_workdays: []\n";
    char head[256];
    (void)snprintf(head, sizeof head, "%s" OFFSETS "\nholidays: [", first);
    assert_err(parse_many(head, "2025-01-01, ", CAIRN_CALENDAR_DAYS_MAX + 1, "]"),
               CAIRN_YAML_LIMIT);
    assert_err(parse_many(head, "2025-01-01, ", CAIRN_CALENDAR_DAYS_MAX, "]"), CAIRN_YAML_VALUE);
    (void)snprintf(head, sizeof head, "%sholidays: []\nutc_offsets: [", first);
    static const char offset[] = "{from: 2024-03-30T01:00Z, minutes: 60}, ";
    assert_err(parse_many(head, offset, CAIRN_CALENDAR_OFFSETS_MAX + 1, "]"), CAIRN_YAML_LIMIT);
    assert_err(parse_many(head, offset, CAIRN_CALENDAR_OFFSETS_MAX, "]"), CAIRN_YAML_VALUE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rest_days_holidays_and_moved_workdays_decide),
        cmocka_unit_test(offsets_may_lie_west_and_must_cover_the_first_year),
        cmocka_unit_test(faults_are_told_with_their_place),
        cmocka_unit_test(a_calendar_has_room_for_so_many_days_and_offsets_and_no_more),
    };
    return cmocka_run_group_tests_name("calendar", tests, NULL, NULL);
}
