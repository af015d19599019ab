/* A readmission agreement as the file that both states sign: parties, law, clocks, calendars.
 *
 *     cairn_agreement: 1
 *     id: eura-geo-aut
 *     parties: [AUT, GEO]
 *     legal: ["OJ L 52, 25.2.2011, p. 47"]
 *     valid: {from: 2014-01-01}
 *     calendar:
 *       AUT: {rest: [sat, sun], covers: [2025, 2027], holidays: [2025-01-01], utc_offsets: [...]}
 *       GEO: ...
 *     clocks:
 *       reply: {start: receipt, limit: 12d, on_expiry: tacit}
 *
 * A case pins an agreement by the SHA-256 of its file; the caller makes the hash. Time zones and
 * holidays come from here alone, never from the machine. Pure. docs/format.md, section 6. */
#ifndef CAIRN_SCHEMA_AGREEMENT_H
#define CAIRN_SCHEMA_AGREEMENT_H

#include "schema/calendar.h"

#define CAIRN_AGREEMENT_ID_BYTES   64u
#define CAIRN_AGREEMENT_CLOCKS_MAX 32u
#define CAIRN_AGREEMENT_SPAN_MAX   9999u

enum cairn_agreement_unit {
    CAIRN_AGREEMENT_HOURS = 1,    /* 48h */
    CAIRN_AGREEMENT_DAYS,         /* 12d: calendar days */
    CAIRN_AGREEMENT_WORKING_DAYS, /* 2wd: by the calendar of the state that count names */
    CAIRN_AGREEMENT_MONTHS,       /* 3mo */
};

struct cairn_agreement_span {
    uint32_t count; /* 0..9999 */
    enum cairn_agreement_unit unit;
};

/* What sets a clock going. */
enum cairn_agreement_event {
    CAIRN_AGREEMENT_KNEW_ON = 1, /* the requesting state learned of the irregular stay */
    CAIRN_AGREEMENT_CAUGHT_ON,
    CAIRN_AGREEMENT_REQUEST,
    CAIRN_AGREEMENT_RECEIPT, /* or deemed receipt */
    CAIRN_AGREEMENT_CONSENT,
    CAIRN_AGREEMENT_RECEIVED, /* the person was handed over */
    CAIRN_AGREEMENT_TRANSFER, /* only as `before` */
};

struct cairn_agreement_clock {
    struct cairn_bytes name; /* reply, transfer, ... */
    uint32_t line;
    enum cairn_agreement_event event; /* 0: a clock that only changes another (extension, info) */
    bool is_before;                   /* the limit ends at the event instead of starting there */
    bool has_limit;
    struct cairn_agreement_span limit;     /* own nationals, where it differs by class */
    struct cairn_agreement_span limit_tcn; /* third-country nationals; equal to limit elsewhere */
    struct cairn_bytes on_expiry;          /* tacit, lapse, alarm, ...; may be empty */
};

/* Views and arrays are in the arena. */
struct cairn_agreement {
    struct cairn_bytes id;
    char parties[2][4];
    struct cairn_bytes legal; /* the first citation */
    struct cairn_civil_date valid_from;
    struct cairn_calendar calendars[2]; /* in the order of parties */
    uint32_t clock_count;
    struct cairn_agreement_clock clocks[CAIRN_AGREEMENT_CLOCKS_MAX];
};

/* Parse and check a file.
 *
 * gives   *out only on CAIRN_OK, *out_fault (line, column, what, subject) only on an error
 * errors  those of cairn_yaml_parse; CAIRN_YAML_TYPE, _FIELD, _UNKNOWN, _VALUE, _LIMIT;
 *         CAIRN_CODE_UNKNOWN (party), CAIRN_DATE, CAIRN_RULE_PARTIES (the same state twice)
 * source  docs/format.md, section 6 */
CAIRN_MUST cairn_err cairn_agreement_parse(struct cairn_bytes source, bool is_test_network,
                                           struct cairn_arena *arena, struct cairn_agreement *out,
                                           struct cairn_yaml_fault *out_fault);

/* The clock of this name. gives  NULL when the agreement has none */
const struct cairn_agreement_clock *
cairn_agreement_find_clock(const struct cairn_agreement *agreement, struct cairn_bytes name);

/* Read `12d`, `2wd`, `6mo`, `48h`.
 *
 * errors  CAIRN_YAML_VALUE  other shape, unit, sign, leading zero, or above 9999; *out unchanged */
CAIRN_MUST cairn_err cairn_agreement_parse_span(struct cairn_bytes text,
                                                struct cairn_agreement_span *out);

#endif
