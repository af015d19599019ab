/* One state's calendar inside an agreement: rest days, holidays, moved workdays, offsets from UTC.
 *
 *     {rest: [sat, sun], covers: [2025, 2027], holidays: [2025-01-01], extra_workdays: [],
 *      utc_offsets: [{from: 2024-10-27T01:00Z, minutes: 60}]}
 *
 * All that day counting may use: two nodes with other time zone data must not compute other
 * deadlines. Pure. docs/format.md, section 6. */
#ifndef CAIRN_SCHEMA_CALENDAR_H
#define CAIRN_SCHEMA_CALENDAR_H

#include "schema/base/civil.h"
#include "schema/yaml.h"

#define CAIRN_CALENDAR_OFFSETS_MAX 256u
#define CAIRN_CALENDAR_DAYS_MAX    1024u /* holidays; extra workdays */
#define CAIRN_CALENDAR_YEARS_MAX   50u   /* covered by one calendar */
#define CAIRN_CALENDAR_MINUTES_MAX 840   /* of an offset, east and west */

struct cairn_calendar_offset {
    uint64_t from_s; /* Unix time */
    int32_t minutes; /* east of UTC */
};

/* Arrays are in the arena and ascend. */
struct cairn_calendar {
    char country[4];
    uint8_t rest_days;   /* bit 0 Monday .. bit 6 Sunday; never all seven */
    uint16_t year_first; /* covered years */
    uint16_t year_last;
    uint32_t holiday_count;
    uint32_t extra_workday_count;
    uint32_t offset_count;         /* at least one, the first from before the covered years */
    const int32_t *holidays;       /* days since 1970-01-01, in covered years */
    const int32_t *extra_workdays; /* likewise, none of them a holiday */
    const struct cairn_calendar_offset *offsets;
};

/* Read one from its node; country is left alone.
 *
 * errors  CAIRN_YAML_TYPE, _FIELD, _UNKNOWN, _VALUE, _LIMIT, CAIRN_DATE, CAIRN_NO_ROOM */
CAIRN_MUST cairn_err cairn_calendar_parse(const struct cairn_yaml_node *node,
                                          struct cairn_arena *arena, struct cairn_calendar *out,
                                          struct cairn_yaml_fault *out_fault);

/* Is it a day on which offices work? day: days since 1970-01-01, in a covered year, else a panic */
bool cairn_calendar_is_workday(const struct cairn_calendar *calendar, int32_t day);

/* Does the calendar speak of this day? */
bool cairn_calendar_covers(const struct cairn_calendar *calendar, int32_t day);

#endif
