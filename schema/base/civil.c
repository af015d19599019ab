#include "schema/base/civil.h"

#include "schema/base/check.h"

#include <string.h>

#define CIVIL_YEAR_MAX   9999u
#define CIVIL_DAY_S      86400u
#define CIVIL_DAYS_FIRST (-719162) /* 0001-01-01 */
#define CIVIL_DAYS_LAST  2932896   /* 9999-12-31 */
#define CIVIL_AGE_MAX    130u

static bool civil_is_leap(uint32_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static uint8_t civil_month_days(uint32_t year, uint32_t month)
{
    static const uint8_t days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return (uint8_t)(days[month - 1] + (month == 2 && civil_is_leap(year)));
}

bool cairn_civil_is_date(struct cairn_civil_date date)
{
    if (date.year < 1 || date.year > CIVIL_YEAR_MAX || date.month < 1 || date.month > 12) {
        return false;
    }
    return date.day >= 1 && date.day <= civil_month_days(date.year, date.month);
}

/* Years are counted from March, so that the leap day is the last one. */
int32_t cairn_civil_days(struct cairn_civil_date date)
{
    CAIRN_REQUIRE(cairn_civil_is_date(date));
    int32_t year = date.year - (date.month <= 2);
    int32_t month = (date.month + 9) % 12;
    int32_t day_of_year = (153 * month + 2) / 5 + date.day - 1;
    return 365 * year + year / 4 - year / 100 + year / 400 + day_of_year - 719468;
}

struct cairn_civil_date cairn_civil_date_of(int32_t days)
{
    CAIRN_REQUIRE(days >= CIVIL_DAYS_FIRST);
    CAIRN_REQUIRE(days <= CIVIL_DAYS_LAST);
    int32_t since = days + 719468; /* from 0000-03-01, never negative here */
    int32_t era = since / 146097;
    int32_t day_of_era = since % 146097;
    int32_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int32_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int32_t month = (5 * day_of_year + 2) / 153;
    int32_t year = 400 * era + year_of_era + (month >= 10);
    return (struct cairn_civil_date){
        .year = (uint16_t)year,
        .month = (uint8_t)((month + 2) % 12 + 1),
        .day = (uint8_t)(day_of_year - (153 * month + 2) / 5 + 1),
    };
}

uint8_t cairn_civil_weekday(int32_t days)
{
    return (uint8_t)(((days % 7) + 10) % 7); /* 1970-01-01 was a Thursday: 3 */
}

/* Read a number of exactly digit_count digits. */
static bool civil_read_digits(const uint8_t *digits, size_t digit_count, uint32_t *out)
{
    uint32_t number = 0;
    for (size_t i = 0; i < digit_count; i++) {
        if (digits[i] < '0' || digits[i] > '9') {
            return false;
        }
        number = 10 * number + digits[i] - '0';
    }
    *out = number;
    return true;
}

static void civil_write_digits(uint32_t number, size_t digit_count, char *out)
{
    for (size_t i = digit_count; i > 0; i--, number /= 10) {
        out[i - 1] = (char)('0' + number % 10);
    }
}

cairn_err cairn_civil_parse_date(struct cairn_bytes text, struct cairn_civil_date *out)
{
    uint32_t year;
    uint32_t month;
    uint32_t day;
    if (text.size != CAIRN_CIVIL_DATE_BYTES || text.data[4] != '-' || text.data[7] != '-' ||
        !civil_read_digits(text.data, 4, &year) || !civil_read_digits(text.data + 5, 2, &month) ||
        !civil_read_digits(text.data + 8, 2, &day)) {
        return CAIRN_DATE;
    }
    struct cairn_civil_date date = {
        .year = (uint16_t)year, .month = (uint8_t)month, .day = (uint8_t)day};
    if (!cairn_civil_is_date(date)) {
        return CAIRN_DATE;
    }
    *out = date;
    return CAIRN_OK;
}

void cairn_civil_write_date(struct cairn_civil_date date, char out[static 11])
{
    CAIRN_REQUIRE(cairn_civil_is_date(date));
    memcpy(out, "0000-00-00", 11);
    civil_write_digits(date.year, 4, out);
    civil_write_digits(date.month, 2, out + 5);
    civil_write_digits(date.day, 2, out + 8);
}

cairn_err cairn_civil_parse_time(struct cairn_bytes text, uint64_t *out_s)
{
    uint32_t hour;
    uint32_t minute;
    uint32_t second;
    struct cairn_civil_date date;
    if (text.size != CAIRN_CIVIL_TIME_BYTES) {
        return CAIRN_DATE;
    }
    const uint8_t *at = text.data;
    text.size = CAIRN_CIVIL_DATE_BYTES;
    CAIRN_TRY(cairn_civil_parse_date(text, &date));
    if (at[10] != 'T' || at[13] != ':' || at[16] != ':' || at[19] != 'Z' ||
        !civil_read_digits(at + 11, 2, &hour) || !civil_read_digits(at + 14, 2, &minute) ||
        !civil_read_digits(at + 17, 2, &second)) {
        return CAIRN_DATE;
    }
    int32_t days = cairn_civil_days(date);
    if (days < 0 || hour > 23 || minute > 59 || second > 59) {
        return CAIRN_DATE;
    }
    uint32_t day_s = hour * 3600 + minute * 60 + second;
    *out_s = (uint64_t)days * CIVIL_DAY_S + day_s;
    return CAIRN_OK;
}

cairn_err cairn_civil_parse_time_ms(struct cairn_bytes text, uint64_t *out_ms)
{
    uint8_t whole[CAIRN_CIVIL_TIME_BYTES];
    uint32_t fraction = 0;
    if (text.size == CAIRN_CIVIL_TIME_MS_BYTES) {
        if (text.data[19] != '.' || !civil_read_digits(text.data + 20, 3, &fraction)) {
            return CAIRN_DATE;
        }
        memcpy(whole, text.data, 19);
        whole[19] = text.data[23];
        text = (struct cairn_bytes){.data = whole, .size = sizeof whole};
    }
    uint64_t unix_s;
    CAIRN_TRY(cairn_civil_parse_time(text, &unix_s));
    *out_ms = unix_s * 1000 + fraction;
    return CAIRN_OK;
}

void cairn_civil_write_time(uint64_t unix_s, char out[static 21])
{
    CAIRN_REQUIRE(unix_s <= CAIRN_CIVIL_TIME_S_MAX);
    uint32_t second = (uint32_t)(unix_s % CIVIL_DAY_S);
    cairn_civil_write_date(cairn_civil_date_of((int32_t)(unix_s / CIVIL_DAY_S)), out);
    memcpy(out + 10, "T00:00:00Z", 11);
    civil_write_digits(second / 3600, 2, out + 11);
    civil_write_digits(second / 60 % 60, 2, out + 14);
    civil_write_digits(second % 60, 2, out + 17);
}

void cairn_civil_write_time_ms(uint64_t unix_ms, char out[static 25])
{
    cairn_civil_write_time(unix_ms / 1000, out);
    memcpy(out + 19, ".000Z", 6);
    civil_write_digits((uint32_t)(unix_ms % 1000), 3, out + 20);
}

bool cairn_civil_is_birth(struct cairn_civil_birth birth)
{
    if (birth.year_min == 0) {
        return birth.year_max == 0 && birth.month == 0 && birth.day == 0;
    }
    if (birth.year_max < birth.year_min || birth.year_max > CIVIL_YEAR_MAX || birth.month > 12) {
        return false;
    }
    if (birth.year_max > birth.year_min || birth.month == 0) {
        return birth.month == 0 && birth.day == 0;
    }
    return birth.day <= civil_month_days(birth.year_min, birth.month);
}

static bool civil_read_masked(const uint8_t *digits, size_t digit_count, uint32_t *out)
{
    if (memcmp(digits, "XXXX", digit_count) == 0) {
        *out = 0;
        return true;
    }
    return civil_read_digits(digits, digit_count, out) && *out > 0;
}

cairn_err cairn_civil_parse_birth(struct cairn_bytes text, struct cairn_civil_birth *out)
{
    uint32_t year;
    uint32_t year_max;
    uint32_t month = 0;
    uint32_t day = 0;
    if (text.size == 9) {
        if (text.data[4] != '/' || !civil_read_digits(text.data, 4, &year) ||
            !civil_read_digits(text.data + 5, 4, &year_max) || year == 0 || year >= year_max) {
            return CAIRN_DATE;
        }
    } else {
        if (text.size != CAIRN_CIVIL_DATE_BYTES || text.data[4] != '-' || text.data[7] != '-' ||
            !civil_read_masked(text.data, 4, &year) ||
            !civil_read_masked(text.data + 5, 2, &month) ||
            !civil_read_masked(text.data + 8, 2, &day)) {
            return CAIRN_DATE;
        }
        year_max = year;
    }
    struct cairn_civil_birth birth = {.year_min = (uint16_t)year,
                                      .year_max = (uint16_t)year_max,
                                      .month = (uint8_t)month,
                                      .day = (uint8_t)day};
    if (!cairn_civil_is_birth(birth)) {
        return CAIRN_DATE;
    }
    *out = birth;
    return CAIRN_OK;
}

void cairn_civil_write_birth(struct cairn_civil_birth birth, char out[static 11])
{
    CAIRN_REQUIRE(cairn_civil_is_birth(birth));
    if (birth.year_max > birth.year_min) {
        memcpy(out, "0000/0000", 10);
        civil_write_digits(birth.year_min, 4, out);
        civil_write_digits(birth.year_max, 4, out + 5);
        return;
    }
    memcpy(out, "XXXX-XX-XX", 11);
    if (birth.year_min > 0) {
        civil_write_digits(birth.year_min, 4, out);
    }
    if (birth.month > 0) {
        civil_write_digits(birth.month, 2, out + 5);
    }
    if (birth.day > 0) {
        civil_write_digits(birth.day, 2, out + 8);
    }
}

void cairn_civil_birth_days(struct cairn_civil_birth birth, int32_t *out_first, int32_t *out_last)
{
    CAIRN_REQUIRE(cairn_civil_is_birth(birth));
    bool is_unknown = birth.year_min == 0;
    struct cairn_civil_date first = {.year = is_unknown ? 1 : birth.year_min, .month = 1, .day = 1};
    struct cairn_civil_date last = {
        .year = is_unknown ? CIVIL_YEAR_MAX : birth.year_max, .month = 12, .day = 31};
    if (birth.month > 0) {
        first.month = birth.month;
        last.month = birth.month;
        last.day = civil_month_days(last.year, last.month);
    }
    if (birth.day > 0) {
        first.day = birth.day;
        last.day = birth.day;
    }
    *out_first = cairn_civil_days(first);
    *out_last = cairn_civil_days(last);
}

bool cairn_civil_has_overlap(struct cairn_civil_birth left, struct cairn_civil_birth right)
{
    int32_t left_first;
    int32_t left_last;
    int32_t right_first;
    int32_t right_last;
    cairn_civil_birth_days(left, &left_first, &left_last);
    cairn_civil_birth_days(right, &right_first, &right_last);
    return left_first <= right_last && right_first <= left_last;
}

cairn_err cairn_civil_check_birth(struct cairn_civil_birth birth, int32_t day)
{
    int32_t first;
    int32_t last;
    cairn_civil_birth_days(birth, &first, &last);
    struct cairn_civil_date then = cairn_civil_date_of(day);
    if (first > day) {
        return CAIRN_RULE_DATE;
    }
    if (then.year <= CIVIL_AGE_MAX) {
        return CAIRN_OK;
    }
    struct cairn_civil_date oldest = {
        .year = (uint16_t)(then.year - CIVIL_AGE_MAX), .month = then.month, .day = then.day};
    if (!cairn_civil_is_date(oldest)) {
        oldest.day = 28; /* 29 February, and 130 years before there was none */
    }
    return last < cairn_civil_days(oldest) ? CAIRN_RULE_DATE : CAIRN_OK;
}

uint64_t cairn_civil_hlc(uint64_t unix_ms, uint16_t counter)
{
    CAIRN_REQUIRE(unix_ms >> 48 == 0);
    return unix_ms << 16 | counter;
}

uint64_t cairn_civil_hlc_ms(uint64_t hlc)
{
    return hlc >> 16;
}

uint16_t cairn_civil_hlc_counter(uint64_t hlc)
{
    return (uint16_t)hlc;
}

uint64_t cairn_civil_hlc_next(uint64_t last, uint64_t now_ms)
{
    CAIRN_REQUIRE(last < UINT64_MAX);
    uint64_t now = cairn_civil_hlc(now_ms, 0);
    return now > last ? now : last + 1;
}
