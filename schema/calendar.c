#include "schema/calendar.h"

#include "schema/base/check.h"
#include "schema/base/decimal.h"

#include <string.h>

#define CALENDAR_DAY_S      86400
#define CALENDAR_YEAR_FIRST 1970u
#define CALENDAR_YEAR_LAST  9000u

static bool calendar_is(struct cairn_bytes text, const char *word)
{
    return cairn_bytes_is_equal(text, cairn_bytes_of(word));
}

static cairn_err calendar_parse_rest(const struct cairn_yaml_node *node, uint8_t *out,
                                     struct cairn_yaml_fault *out_fault)
{
    static const char *const names[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    CAIRN_TRY(cairn_yaml_expect(node, CAIRN_YAML_LIST, out_fault));
    for (const struct cairn_yaml_node *child = node->first; child != NULL; child = child->next) {
        struct cairn_bytes text;
        uint8_t bit = 0;
        CAIRN_TRY(cairn_yaml_text(child, 3, &text, out_fault));
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
            bit = (uint8_t)(calendar_is(text, names[i]) ? 1u << i : bit);
        }
        if (bit == 0 || (*out & bit) != 0) {
            return cairn_yaml_refuse(child, CAIRN_YAML_VALUE, "no day of the week, or twice",
                                     out_fault);
        }
        *out |= bit;
    }
    if (*out == 0x7f) {
        return cairn_yaml_refuse(node, CAIRN_YAML_VALUE, "no day is left to work", out_fault);
    }
    return CAIRN_OK;
}

static cairn_err calendar_parse_covers(const struct cairn_yaml_node *node,
                                       struct cairn_calendar *out,
                                       struct cairn_yaml_fault *out_fault)
{
    uint64_t first, last;
    CAIRN_TRY(cairn_yaml_expect(node, CAIRN_YAML_LIST, out_fault));
    if (node->count != 2) {
        return cairn_yaml_refuse(node, CAIRN_YAML_VALUE, "must be the first and the last year",
                                 out_fault);
    }
    CAIRN_TRY(cairn_yaml_uint(node->first, CALENDAR_YEAR_LAST, &first, out_fault));
    CAIRN_TRY(cairn_yaml_uint(node->first->next, CALENDAR_YEAR_LAST, &last, out_fault));
    if (first < CALENDAR_YEAR_FIRST || last < first || last - first >= CAIRN_CALENDAR_YEARS_MAX) {
        return cairn_yaml_refuse(node, CAIRN_YAML_VALUE, "years fall, or are too many", out_fault);
    }
    out->year_first = (uint16_t)first;
    out->year_last = (uint16_t)last;
    return CAIRN_OK;
}

bool cairn_calendar_covers(const struct cairn_calendar *calendar, int32_t day)
{
    struct cairn_civil_date first = {.year = calendar->year_first, .month = 1, .day = 1};
    struct cairn_civil_date last = {.year = calendar->year_last, .month = 12, .day = 31};
    return day >= cairn_civil_days(first) && day <= cairn_civil_days(last);
}

/* Dates that ascend and lie in covered years. */
static cairn_err calendar_parse_days(const struct cairn_yaml_node *node,
                                     const struct cairn_calendar *calendar,
                                     struct cairn_arena *arena, const int32_t **out,
                                     struct cairn_yaml_fault *out_fault)
{
    CAIRN_TRY(cairn_yaml_expect(node, CAIRN_YAML_LIST, out_fault));
    if (node->count > CAIRN_CALENDAR_DAYS_MAX) {
        return cairn_yaml_refuse(node, CAIRN_YAML_LIMIT, "too many days", out_fault);
    }
    int32_t *days = cairn_arena_take(arena, node->count * sizeof *days);
    if (days == NULL) {
        return cairn_yaml_refuse(node, CAIRN_NO_ROOM, "too large", out_fault);
    }
    uint32_t count = 0;
    for (const struct cairn_yaml_node *child = node->first; child != NULL; child = child->next) {
        struct cairn_bytes text;
        struct cairn_civil_date date;
        CAIRN_TRY(cairn_yaml_text(child, CAIRN_CIVIL_DATE_BYTES, &text, out_fault));
        if (cairn_civil_parse_date(text, &date) != CAIRN_OK) {
            return cairn_yaml_refuse(child, CAIRN_DATE, "no such date", out_fault);
        }
        days[count] = cairn_civil_days(date);
        if (!cairn_calendar_covers(calendar, days[count]) ||
            (count > 0 && days[count] <= days[count - 1])) {
            return cairn_yaml_refuse(child, CAIRN_YAML_VALUE,
                                     "outside of the covered years, or not ascending", out_fault);
        }
        count++;
    }
    *out = days;
    return CAIRN_OK;
}

/* YYYY-MM-DDTHH:MMZ, as agreements write it: without seconds. */
static cairn_err calendar_parse_moment(struct cairn_bytes text, uint64_t *out_s)
{
    uint8_t whole[CAIRN_CIVIL_TIME_BYTES];
    const size_t minute_bytes = 16;
    if (text.size != minute_bytes + 1 || text.data[minute_bytes] != 'Z') {
        return CAIRN_DATE;
    }
    memcpy(whole, text.data, minute_bytes);
    memcpy(whole + minute_bytes, ":00Z", 4);
    return cairn_civil_parse_time((struct cairn_bytes){whole, sizeof whole}, out_s);
}

static cairn_err calendar_parse_minutes(const struct cairn_yaml_node *node, int32_t *out,
                                        struct cairn_yaml_fault *out_fault)
{
    struct cairn_bytes text;
    CAIRN_TRY(cairn_yaml_text(node, 4, &text, out_fault));
    bool is_west = text.data[0] == '-';
    struct cairn_bytes digits = {.data = text.data + is_west, .size = text.size - is_west};
    uint64_t minutes;
    if (cairn_decimal_parse(digits, is_west ? 1 : 0, CAIRN_CALENDAR_MINUTES_MAX, &minutes) !=
        CAIRN_OK) {
        return cairn_yaml_refuse(node, CAIRN_YAML_VALUE, "no offset in minutes", out_fault);
    }
    *out = is_west ? -(int32_t)minutes : (int32_t)minutes;
    return CAIRN_OK;
}

static cairn_err calendar_parse_offset(const struct cairn_yaml_node *node,
                                       struct cairn_calendar_offset *out,
                                       struct cairn_yaml_fault *out_fault)
{
    static const char *const keys[] = {"from", "minutes", NULL};
    const struct cairn_yaml_node *from, *minutes;
    struct cairn_bytes text;
    CAIRN_TRY(cairn_yaml_allow(node, keys, out_fault));
    CAIRN_TRY(cairn_yaml_need(node, "from", &from, out_fault));
    CAIRN_TRY(cairn_yaml_need(node, "minutes", &minutes, out_fault));
    CAIRN_TRY(cairn_yaml_text(from, CAIRN_CIVIL_TIME_BYTES, &text, out_fault));
    if (calendar_parse_moment(text, &out->from_s) != CAIRN_OK) {
        return cairn_yaml_refuse(from, CAIRN_DATE, "not YYYY-MM-DDTHH:MMZ", out_fault);
    }
    return calendar_parse_minutes(minutes, &out->minutes, out_fault);
}

static cairn_err calendar_parse_offsets(const struct cairn_yaml_node *node,
                                        struct cairn_arena *arena, struct cairn_calendar *out,
                                        struct cairn_yaml_fault *out_fault)
{
    CAIRN_TRY(cairn_yaml_expect(node, CAIRN_YAML_LIST, out_fault));
    if (node->count == 0 || node->count > CAIRN_CALENDAR_OFFSETS_MAX) {
        return cairn_yaml_refuse(node, CAIRN_YAML_LIMIT, "no offset, or too many", out_fault);
    }
    struct cairn_calendar_offset *offsets = cairn_arena_take(arena, node->count * sizeof *offsets);
    if (offsets == NULL) {
        return cairn_yaml_refuse(node, CAIRN_NO_ROOM, "too large", out_fault);
    }
    uint32_t count = 0;
    for (const struct cairn_yaml_node *child = node->first; child != NULL; child = child->next) {
        CAIRN_TRY(calendar_parse_offset(child, &offsets[count], out_fault));
        if (count > 0 && offsets[count].from_s <= offsets[count - 1].from_s) {
            return cairn_yaml_refuse(child, CAIRN_YAML_VALUE, "offsets do not ascend", out_fault);
        }
        count++;
    }
    struct cairn_civil_date first = {.year = out->year_first, .month = 1, .day = 1};
    int64_t start_s = (int64_t)cairn_civil_days(first) * CALENDAR_DAY_S;
    if ((int64_t)offsets[0].from_s > start_s) {
        return cairn_yaml_refuse(node, CAIRN_YAML_VALUE,
                                 "the first offset begins after the covered years do", out_fault);
    }
    out->offsets = offsets;
    out->offset_count = count;
    return CAIRN_OK;
}

static bool calendar_has_day(const int32_t *days, uint32_t count, int32_t day)
{
    for (uint32_t i = 0; i < count && days[i] <= day; i++) {
        if (days[i] == day) {
            return true;
        }
    }
    return false;
}

cairn_err cairn_calendar_parse(const struct cairn_yaml_node *node, struct cairn_arena *arena,
                               struct cairn_calendar *out, struct cairn_yaml_fault *out_fault)
{
    static const char *const keys[] = {"rest",           "covers",      "holidays",
                                       "extra_workdays", "utc_offsets", NULL};
    const struct cairn_yaml_node *parts[5];
    CAIRN_TRY(cairn_yaml_allow(node, keys, out_fault));
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        CAIRN_TRY(cairn_yaml_need(node, keys[i], &parts[i], out_fault));
    }
    CAIRN_TRY(calendar_parse_rest(parts[0], &out->rest_days, out_fault));
    CAIRN_TRY(calendar_parse_covers(parts[1], out, out_fault));
    CAIRN_TRY(calendar_parse_days(parts[2], out, arena, &out->holidays, out_fault));
    CAIRN_TRY(calendar_parse_days(parts[3], out, arena, &out->extra_workdays, out_fault));
    CAIRN_TRY(calendar_parse_offsets(parts[4], arena, out, out_fault));
    out->holiday_count = parts[2]->count;
    out->extra_workday_count = parts[3]->count;
    for (uint32_t i = 0; i < out->extra_workday_count; i++) {
        if (calendar_has_day(out->holidays, out->holiday_count, out->extra_workdays[i])) {
            return cairn_yaml_refuse(parts[3], CAIRN_YAML_VALUE, "a holiday is a workday too",
                                     out_fault);
        }
    }
    return CAIRN_OK;
}

bool cairn_calendar_is_workday(const struct cairn_calendar *calendar, int32_t day)
{
    CAIRN_REQUIRE(cairn_calendar_covers(calendar, day));
    if (calendar_has_day(calendar->extra_workdays, calendar->extra_workday_count, day)) {
        return true;
    }
    bool is_rest = (calendar->rest_days >> cairn_civil_weekday(day) & 1u) != 0;
    return !is_rest && !calendar_has_day(calendar->holidays, calendar->holiday_count, day);
}
