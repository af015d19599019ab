#include "tests/sim/officer.h"

#include "schema/base/civil.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define BODY_DAY_MS 86400000u
#define BODY_HASH   "x'000102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e0f'"

static const char *const body_names[] = {
    "{1: 1, 2: 'Doe', 3: 'Jane', 6: 1}",
    "{1: 1, 2: 'Petrovic', 3: 'Ana', 6: 1}",
    "{1: 3, 2: 'Roe', 3: 'Maria', 6: 2}",
    "{1: 4, 4: 'J. D. Smith', 6: 3}",
};
static const char *const body_births[] = {"'1980-05-17'", "'1981-XX-XX'", "'1975-01-02'"};
static const char *const body_marks[] = {"'scar'", "'tattoo'", "'limp'"};
static const char *const body_warnings[] = {"1", "2", "6"};

static uint32_t body_below(const struct officer_body *body, uint32_t bound)
{
    return test_rng_below(body->rng, bound);
}

#define BODY_PICK(body, list) (list)[body_below(body, sizeof(list) / sizeof *(list))]

__attribute__((format(printf, 2, 3))) static void body_add(const struct officer_body *body,
                                                           const char *format, ...)
{
    va_list list;
    size_t size = strlen(body->text);
    va_start(list, format);
    int added = vsnprintf(body->text + size, OFFICER_TEXT_BYTES - size, format, list);
    va_end(list);
    assert_true(added >= 0);
    assert_true((size_t)added < OFFICER_TEXT_BYTES - size);
}

/* The day so many days later. */
static const char *body_day(const struct officer_body *body, uint32_t days, char out[static 11])
{
    int32_t day = (int32_t)(body->now_ms / BODY_DAY_MS + days);
    cairn_civil_write_date(cairn_civil_date_of(day), out);
    return out;
}

static uint64_t body_end_ms(const struct officer_body *body)
{
    static const uint32_t days[] = {25, 60, 90, 170};
    return body->now_ms + (uint64_t)BODY_PICK(body, days) * BODY_DAY_MS;
}

static void body_handling(const struct officer_body *body)
{
    body_add(body, "10: {1: %u, 2: %u, 3: %u, 4: %u}", 1 + body_below(body, 4),
             1 + body_below(body, 5), 1 + body_below(body, 4), 1 + body_below(body, 3));
}

/* Keys 6 to 11, which every alert has. */
static void body_common(const struct officer_body *body, bool has_review)
{
    char day[11];
    body_add(body, "6: '%s-bka', 7: %llu, 8: %llu, ", body->country,
             (unsigned long long)body->now_ms, (unsigned long long)body_end_ms(body));
    if (has_review) {
        body_add(body, "9: '%s', ", body_day(body, 2 + body_below(body, 20), day));
    }
    body_handling(body);
    body_add(body, ", 11: 'bureau@%s.example'", body->country);
}

/* Of the own country, mostly: of another one it may stand in an alert on a person only. */
static void body_number(const struct officer_body *body, bool is_range)
{
    static const char *const numbers[] = {"P1234567", "P7654321", "ID77", "G1"};
    const char *issuer = body_below(body, 10) == 0 ? "GEO" : body->country;
    if (is_range) {
        body_add(body, "18: [{1: 1, 2: '%s', 3: 'P0001990', 7: 'P0002010'}]", issuer);
    } else {
        body_add(body, "18: [{1: %u, 2: '%s', 3: '%s'}]", body_below(body, 4) == 0 ? 4u : 1u,
                 issuer, BODY_PICK(body, numbers));
    }
}

static void body_person(const struct officer_body *body)
{
    body_add(body, ", 13: [%s], 14: [%s]", body_names[body_below(body, 2)],
             BODY_PICK(body, body_births));
    if (body_below(body, 3) == 0) {
        body_add(body, ", ");
        body_number(body, false);
    }
}

void officer_body_issue(const struct officer_body *body)
{
    uint32_t dice = body_below(body, 5);
    body->text[0] = '\0';
    if (dice < 2) {
        bool is_range = dice == 1;
        body_add(body, "{1: %u, 2: 14, 4: 10%u, ", is_range ? 14u : 13u, is_range ? 2u : 0u);
        body_common(body, false);
        body_add(body, ", ");
        body_number(body, is_range);
        body_add(body, ", 27: %u}", 1 + body_below(body, 5));
        return;
    }
    static const char *const heads[] = {"1: 12, 2: 13, 4: 90", "1: 3, 2: 3, 4: 30",
                                        "1: 11, 2: 12, 4: 80"};
    static const char *const tails[] = {"", ", 24: {2: 1, 3: false}", ", 26: {1: true}"};
    body_add(body, "{%s, ", heads[dice - 2]);
    body_common(body, true);
    body_person(body);
    if (dice > 2) {
        body_add(body, ", 21: {1: 'Az 4', 2: '2023-10-01', 3: 'LG'}%s", tails[dice - 2]);
    }
    body_add(body, "}");
}

void officer_body_batch(const struct officer_body *body)
{
    uint32_t count = 2 + body_below(body, 6);
    body->text[0] = '\0';
    body_add(body, "{1: 13, 2: 14, 4: 101, ");
    body_common(body, false);
    body_add(body, ", 28: [");
    for (uint32_t row = 0; row < count; row++) {
        body_add(body, "%s{1: 1, 2: '%s', 3: 'B%u', 8: %u}", row == 0 ? "" : ", ", body->country,
                 row, 1 + body_below(body, 3));
    }
    body_add(body, "]}");
}

/* Of one field that is set anew, such as the category has; sometimes such as it has not. */
static void body_set(const struct officer_body *body, uint32_t category)
{
    static const uint32_t actions[15] = {[3] = 4, [11] = 10, [12] = 13, [13] = 15, [14] = 15};
    char day[11];
    switch (body_below(body, 9)) {
    case 0:
        body_add(body, "8: %llu", (unsigned long long)body_end_ms(body));
        break;
    case 1:
        body_add(body, "9: '%s'", body_day(body, 2 + body_below(body, 20), day));
        break;
    case 2:
        body_handling(body);
        break;
    case 3:
        body_add(body, "2: %u", category < 15 && actions[category] > 0 ? actions[category] : 13u);
        break;
    case 4:
        body_add(body, "%s",
                 category == 3    ? "24: {2: 2, 3: false}"
                 : category == 11 ? "26: {1: false}"
                                  : "27: 2");
        break;
    case 5: /* over before it began */
        body_add(body, "8: %llu", (unsigned long long)(body->now_ms - BODY_DAY_MS));
        break;
    case 6:
        body_add(body, "17: ['%s']", body_below(body, 2) == 0 ? "SRB" : "GEO");
        break;
    default:
        body_add(body, "11: 'contact-%u@%s.example'", body_below(body, 3), body->country);
        break;
    }
}

/* List elements added or removed. */
static void body_lists(const struct officer_body *body, uint32_t part)
{
    body_add(body, "%u: {", part);
    if (part == 2 && body_below(body, 2) == 0) {
        body_add(body, "13: [%s], 14: [%s], ", BODY_PICK(body, body_names),
                 BODY_PICK(body, body_births));
    }
    body_add(body, "19: [%s], 20: [%s]}", BODY_PICK(body, body_marks),
             BODY_PICK(body, body_warnings));
}

void officer_body_amend(const struct officer_body *body, const struct cairn_alert_view *view)
{
    uint64_t category = 0;
    struct cairn_bytes slots[CAIRN_ALERT_KEY_END];
    if (view->body.size > 0) {
        cairn_shape_split(view->body, slots, CAIRN_ALERT_KEY_END);
        category = slots[CAIRN_ALERT_KEY_CATEGORY].data[0]; /* 1..14: one byte */
    }
    uint32_t parts = 1 + body_below(body, 7);
    body->text[0] = '\0';
    body_add(body, "{");
    if (category > 12 || (parts & 1u) != 0) {
        body_add(body, "1: {");
        body_set(body, (uint32_t)category);
        body_add(body, "}%s", category <= 12 && parts > 1 ? ", " : "");
    }
    if (category <= 12 && (parts & 2u) != 0) {
        body_lists(body, 2);
        body_add(body, "%s", parts > 3 ? ", " : "");
    }
    if (category <= 12 && (parts & 4u) != 0) {
        body_lists(body, 3);
    }
    body_add(body, "}");
}

void officer_body_withdraw(const struct officer_body *body, bool is_of_rows)
{
    uint32_t row = body_below(body, 4);
    body->text[0] = '\0';
    if (is_of_rows) {
        body_add(body, "{1: 3, 4: [%u, %u]}", row, row + 1 + body_below(body, 3));
    } else {
        body_add(body, "{1: %u}", 1 + body_below(body, 3));
    }
}

void officer_body_request(const struct officer_body *body, const char *requested)
{
    uint32_t count = 1 + body_below(body, 3);
    body->text[0] = '\0';
    body_add(body,
             "{1: '%.2s/23/%u', 2: '%s', 3: '%s', 4: " BODY_HASH ", 5: 1, 6: 1, 7: 1, "
             "8: {1: true, 2: '2023-10-01'}, 11: [",
             body->country, body_below(body, 100), body->country, requested);
    for (uint32_t at = 0; at < count; at++) {
        body_add(body, "%s{1: %u, 2: 'Doe', 6: '198%u-05-17', 9: ['%s']}", at == 0 ? "" : ", ",
                 at == 0 ? 1u : 2u + at, at, requested);
    }
    body_add(body, "], 13: [{1: 1, 2: " BODY_HASH ", 3: 1000, 4: 1, 5: 1}], 15: 1}");
}

void officer_body_step(const struct officer_body *body, enum cairn_kind kind)
{
    body->text[0] = '\0';
    if (kind == CAIRN_KIND_CASE_ACK) {
        body_add(body, "%s", body_below(body, 2) == 0 ? "{}" : "{1: 'GE/1'}");
    } else if (kind == CAIRN_KIND_CASE_ACCEPT) {
        static const char *const accepts[] = {"{1: true}", "{1: false, 2: [0]}",
                                              "{1: false, 2: [1]}", "{1: false, 2: [0, 2]}"};
        body_add(body, "%s", BODY_PICK(body, accepts));
    } else if (kind == CAIRN_KIND_CASE_REFUSE) {
        body_add(body, "%s", body_below(body, 2) == 0 ? "{1: [1, 2]}" : "{1: [3]}");
    } else {
        body_add(body, "{1: %u}", 1 + body_below(body, 3));
    }
}
