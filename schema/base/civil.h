/* Dates and times as people write them: proleptic Gregorian days, RFC 3339 in UTC, birth dates of
 * which only a part is known, and the hybrid logical clock. Pure: no clock, no time zone data.
 *
 * Years run from 1 to 9999. Days are counted from 1970-01-01. Times are Unix times from
 * 1970-01-01T00:00:00Z to 9999-12-31T23:59:59Z; leap seconds do not exist. */
#ifndef CAIRN_SCHEMA_BASE_CIVIL_H
#define CAIRN_SCHEMA_BASE_CIVIL_H

#include "schema/base/bytes.h"
#include "schema/base/err.h"

#define CAIRN_CIVIL_DATE_BYTES    10u /* 2026-03-01 */
#define CAIRN_CIVIL_TIME_BYTES    20u /* 2026-03-01T12:00:00Z */
#define CAIRN_CIVIL_TIME_MS_BYTES 24u /* 2026-03-01T12:00:00.123Z */
#define CAIRN_CIVIL_TIME_S_MAX    253402300799u

struct cairn_civil_date {
    uint16_t year; /* 1..9999 */
    uint8_t month; /* 1..12 */
    uint8_t day;   /* 1..31, exists in that month */
};

bool cairn_civil_is_date(struct cairn_civil_date date);

/* Days since 1970-01-01, negative before. date: exists, else a panic */
int32_t cairn_civil_days(struct cairn_civil_date date);

/* The inverse. days: of a date from 0001-01-01 to 9999-12-31, else a panic */
struct cairn_civil_date cairn_civil_date_of(int32_t days);

/* Day of the week, 0 Monday .. 6 Sunday. */
uint8_t cairn_civil_weekday(int32_t days);

/* Read `YYYY-MM-DD`. errors  CAIRN_DATE  other shape, or no such day; *out unchanged */
CAIRN_MUST cairn_err cairn_civil_parse_date(struct cairn_bytes text, struct cairn_civil_date *out);
void cairn_civil_write_date(struct cairn_civil_date date, char out[static 11]); /* with NUL */

/* Read `YYYY-MM-DDTHH:MM:SSZ`, exactly so (capital T and Z, no fraction, no offset).
 *
 * gives   *out_s: Unix seconds
 * errors  CAIRN_DATE  other shape, no such moment, or before 1970; *out_s unchanged
 * source  RFC 3339, section 5.6 */
CAIRN_MUST cairn_err cairn_civil_parse_time(struct cairn_bytes text, uint64_t *out_s);

/* Read the same with exactly three digits of fraction, or without any; gives milliseconds. */
CAIRN_MUST cairn_err cairn_civil_parse_time_ms(struct cairn_bytes text, uint64_t *out_ms);

/* Write with NUL. A time after the year 9999 is a panic. */
void cairn_civil_write_time(uint64_t unix_s, char out[static 21]);
void cairn_civil_write_time_ms(uint64_t unix_ms, char out[static 25]);

/* A birth date of which a part may be unknown:
 *
 *     1974-08-12   1974-08-XX   1974-XX-XX   XXXX-XX-XX   1970/1975 (born in one of these years)
 *
 * Both years 0: nothing is known. Month 0: unknown. Day 0: unknown. A range has neither. */
struct cairn_civil_birth {
    uint16_t year_min; /* 1..9999, 0 unknown */
    uint16_t year_max; /* year_min, or above it in a range */
    uint8_t month;
    uint8_t day;
};

/* Is it one of the five forms, and does the day exist? */
bool cairn_civil_is_birth(struct cairn_civil_birth birth);

/* Read one of the five forms.
 *
 * errors  CAIRN_DATE  other shape, no such day, or a range that does not rise; *out unchanged */
CAIRN_MUST cairn_err cairn_civil_parse_birth(struct cairn_bytes text,
                                             struct cairn_civil_birth *out);
void cairn_civil_write_birth(struct cairn_civil_birth birth, char out[static 11]); /* with NUL */

/* The first and the last day it can mean. All unknown: 0001-01-01 to 9999-12-31. */
void cairn_civil_birth_days(struct cairn_civil_birth birth, int32_t *out_first, int32_t *out_last);

/* Can both be the birth date of one person? */
bool cairn_civil_has_overlap(struct cairn_civil_birth left, struct cairn_civil_birth right);

/* Can a person who was born then be alive on that day?
 *
 * units   day: days since 1970-01-01, taken from the operation's hlc
 * errors  CAIRN_RULE_DATE  certainly born after it, or certainly more than 130 years before it
 * source  B18 */
CAIRN_MUST cairn_err cairn_civil_check_birth(struct cairn_civil_birth birth, int32_t day);

/* Hybrid logical clock: 48 bits of Unix milliseconds, then a 16-bit counter. */
uint64_t cairn_civil_hlc(uint64_t unix_ms, uint16_t counter); /* unix_ms below 2^48, else a panic */
uint64_t cairn_civil_hlc_ms(uint64_t hlc);
uint16_t cairn_civil_hlc_counter(uint64_t hlc);

/* The hlc for a new operation: above `last`, and not below now_ms. A counter that overflows runs
 * into the milliseconds, so the clock never stands still. */
uint64_t cairn_civil_hlc_next(uint64_t last, uint64_t now_ms);

#endif
