#include "schema/agreement.h"

#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

static uint8_t memory[1u << 20];
static struct cairn_yaml_fault fault;
static struct cairn_agreement agreement;

static cairn_err parse_bytes(struct cairn_bytes source)
{
    struct cairn_arena arena;
    cairn_arena_init(&arena, memory, sizeof memory);
    return cairn_agreement_parse(source, false, &arena, &agreement, &fault);
}

/* The file of test data with the first `from` in it replaced. */
static cairn_err parse_with(const char *from, const char *to)
{
    static char text[16384];
    struct cairn_bytes file = test_data("agreements/eura-geo-aut.yaml");
    const char *start = (const char *)file.data;
    const char *found = strstr(start, from);
    assert_non_null(found);
    int size = snprintf(text, sizeof text, "%.*s%s%s", (int)(found - start), start, to,
                        found + strlen(from));
    assert_true(size > 0);
    assert_true((size_t)size < sizeof text);
    return parse_bytes(cairn_bytes_of(text));
}

static const struct cairn_agreement_clock *clock_of(const char *name)
{
    const struct cairn_agreement_clock *clock =
        cairn_agreement_find_clock(&agreement, cairn_bytes_of(name));
    assert_non_null(clock);
    return clock;
}

TEST(a_whole_agreement_is_read)
{
    assert_err(parse_bytes(test_data("agreements/eura-geo-aut.yaml")), CAIRN_OK);
    assert_true(cairn_bytes_is_equal(agreement.id, cairn_bytes_of("eura-geo-aut")));
    assert_true(cairn_bytes_is_equal(agreement.legal, cairn_bytes_of("OJ L 52, 25.2.2011, p. 47")));
    assert_string_equal(agreement.parties[0], "AUT");
    assert_string_equal(agreement.parties[1], "GEO");
    assert_string_equal(agreement.calendars[1].country, "GEO");
    assert_int_equal(agreement.calendars[1].offsets[0].minutes, 240);
    assert_int_equal(agreement.calendars[0].offset_count, 7);
    assert_int_equal(agreement.valid_from.year, 2014);
    assert_int_equal(agreement.clock_count, 13);
    const struct cairn_agreement_clock *reply = clock_of("reply");
    assert_int_equal(reply->event, CAIRN_AGREEMENT_RECEIPT);
    assert_int_equal(reply->limit.count, 12);
    assert_int_equal(reply->limit.unit, CAIRN_AGREEMENT_DAYS);
    assert_true(cairn_bytes_is_equal(reply->on_expiry, cairn_bytes_of("tacit")));
    assert_int_equal(clock_of("error_claim")->limit.count, 6);
    assert_int_equal(clock_of("error_claim")->limit_tcn.count, 12);
    assert_true(clock_of("notice")->is_before);
    assert_int_equal(clock_of("notice")->limit.unit, CAIRN_AGREEMENT_WORKING_DAYS);
    assert_false(clock_of("extension")->has_limit);
    assert_null(cairn_agreement_find_clock(&agreement, cairn_bytes_of("none")));
}

TEST(spans_have_a_known_unit_and_no_sign)
{
    static const struct {
        const char *text;
        uint32_t count;
        enum cairn_agreement_unit unit; /* 0: refused */
    } cases[] = {
        {"48h", 48, CAIRN_AGREEMENT_HOURS},
        {"12d", 12, CAIRN_AGREEMENT_DAYS},
        {"2wd", 2, CAIRN_AGREEMENT_WORKING_DAYS},
        {"6mo", 6, CAIRN_AGREEMENT_MONTHS},
        {"0h", 0, CAIRN_AGREEMENT_HOURS},
        {"9999d", 9999, CAIRN_AGREEMENT_DAYS},
        {"10000d", 0, 0},
        {"-1d", 0, 0},
        {"+1d", 0, 0},
        {"01d", 0, 0},
        {"1 d", 0, 0},
        {"d", 0, 0},
        {"wd", 0, 0},
        {"12", 0, 0},
        {"1y", 0, 0},
        {"1w", 0, 0},
        {"1.5d", 0, 0},
        {"", 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct cairn_agreement_span span = {0, 0};
        cairn_err err = cairn_agreement_parse_span(cairn_bytes_of(cases[i].text), &span);
        assert_err(err, cases[i].unit == 0 ? CAIRN_YAML_VALUE : CAIRN_OK);
        assert_int_equal(span.count, cases[i].count);
        assert_int_equal(span.unit, cases[i].unit);
    }
}

TEST(each_fault_is_told_with_its_line)
{
    static const struct {
        const char *from;
        const char *to;
        cairn_err err;
        uint32_t line;
    } cases[] = {
        {"cairn_agreement: 1", "cairn_agreement: 2", CAIRN_YAML_VALUE, 3},
        {"cairn_agreement: 1", "cairn_agreement: 0", CAIRN_YAML_VALUE, 3},
        {"id: eura-geo-aut", "id: EURA", CAIRN_YAML_VALUE, 4},
        {"id: eura-geo-aut", "id: eura.geo", CAIRN_YAML_VALUE, 4},
        {"id: eura-geo-aut", "id: eura~geo", CAIRN_YAML_VALUE, 4},
        {"parties: [AUT, GEO]", "parties: [AUT, GEO, SRB]", CAIRN_YAML_VALUE, 5},
        {"parties: [AUT, GEO]", "parties: [AUT, AUT]", CAIRN_RULE_PARTIES, 5},
        {"parties: [AUT, GEO]", "parties: [AUT, QQQ]", CAIRN_CODE_UNKNOWN, 5},
        {"parties: [AUT, GEO]", "parties: [AUT, UTO]", CAIRN_CODE_UNKNOWN, 5},
        {"parties: [AUT, GEO]", "parties: [AUT, SRB]", CAIRN_YAML_UNKNOWN, 12},
        {"parties: [AUT, GEO]", "parties: [AUT, AUS]", CAIRN_YAML_UNKNOWN, 12},
        {"legal: [\"OJ L 52, 25.2.2011, p. 47\", \"AT-GE implementing protocol, in force "
         "2014-01-01\"]",
         "legal: []", CAIRN_YAML_VALUE, 6},
        {"legal: [\"OJ L 52, 25.2.2011, p. 47\", ", "legal: [\"\", ", CAIRN_YAML_VALUE, 6},
        {"{from: 2014-01-01, tcn_from", "{from: 2014-02-30, tcn_from", CAIRN_DATE, 7},
        {"{from: 2014-01-01, tcn_from: 2014-01-01", "{tcn_from: 2014-01-01", CAIRN_YAML_FIELD, 7},
        {"entrants_since: null", "entrants_since: never", CAIRN_DATE, 7},
        {"entrants_since: null", "entrants_since: \"null\"", CAIRN_DATE, 7},
        {"  GEO: {normal", "  TUR: {normal", CAIRN_YAML_UNKNOWN, 9},
        {"limit: 12d", "limit: 12", CAIRN_YAML_VALUE, 0},
        {"limit: 12d", "limit: -12d", CAIRN_YAML_VALUE, 0},
        {"limit: 12d", "limit: 2weeks", CAIRN_YAML_VALUE, 0},
        {"start: receipt, limit: 12d", "start: reply, limit: 12d", CAIRN_YAML_VALUE, 0},
        {"start: receipt, limit: 12d", "limit: 12d", CAIRN_YAML_FIELD, 0},
        {"on_expiry: tacit}\n  reply_accel", "on_expiry: yes}\n  reply_accel", CAIRN_YAML_VALUE, 0},
        {"  reply: ", "  replly: ", CAIRN_YAML_UNKNOWN, 0},
        {"before: transfer", "before: consent", CAIRN_YAML_VALUE, 0},
        {"before: transfer", "before: transfer, start: consent", CAIRN_YAML_VALUE, 0},
        {"start: caught_on", "start: transfer", CAIRN_YAML_VALUE, 0},
        {"validity: 90d", "validity: 90", CAIRN_YAML_VALUE, 0},
        {"{own: 6mo, tcn: 12mo}", "{own: 6mo}", CAIRN_YAML_FIELD, 0},
        {"max_rounds: 3", "max_rounds: 300", CAIRN_YAML_VALUE, 0},
        {"count: {", "counts: {", CAIRN_YAML_UNKNOWN, 0},
        {"rest: [sat, sun]", "rest: [sat, sonntag]", CAIRN_YAML_VALUE, 13},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fault = (struct cairn_yaml_fault){.line = 0};
        assert_err(parse_with(cases[i].from, cases[i].to), cases[i].err);
        assert_true(fault.line > 0);
        assert_true(fault.column > 0);
        assert_non_null(fault.what);
        if (cases[i].line > 0) {
            assert_int_equal(fault.line, cases[i].line);
        }
    }
}

TEST(both_parties_have_a_calendar_and_somebody_answers)
{
    static const char head[] = "cairn_agreement: 1\nid: x\nparties: [AUT, GEO]\nlegal: [\"law\"]\n"
                               "valid: {from: 2014-01-01}\n";
    static const char one[] = "calendar: {AUT: {rest: [], covers: [2025, 2025], holidays: [], "
                              "extra_workdays: [], utc_offsets: [{from: 2024-01-01T00:00Z, "
                              "minutes: 0}]}}\nclocks: {reply: {start: receipt, limit: 1d}}\n";
    char text[1024];
    (void)snprintf(text, sizeof text, "%s%s", head, one);
    assert_err(parse_bytes(cairn_bytes_of(text)), CAIRN_YAML_FIELD);
    assert_true(cairn_bytes_is_equal(fault.subject, cairn_bytes_of("GEO")));
    assert_err(parse_bytes(cairn_bytes_of(head)), CAIRN_YAML_FIELD);
    assert_true(cairn_bytes_is_equal(fault.subject, cairn_bytes_of("calendar")));
}

TEST(what_yaml_refuses_is_refused)
{
    assert_err(parse_bytes(cairn_bytes_of("")), CAIRN_YAML_SYNTAX);
    assert_err(parse_bytes(cairn_bytes_of("a: &x 1\nb: *x\n")), CAIRN_YAML_FORBIDDEN);
    assert_err(parse_bytes(cairn_bytes_of("id: x\nid: y\n")), CAIRN_YAML_KEY);
    assert_err(parse_bytes(cairn_bytes_of("[1]")), CAIRN_YAML_TYPE);
}

TEST(an_id_may_have_digits_from_0_to_9)
{
    assert_err(parse_with("id: eura-geo-aut", "id: eura-geo-aut-2014-09-az"), CAIRN_OK);
    assert_true(cairn_bytes_is_equal(agreement.id, cairn_bytes_of("eura-geo-aut-2014-09-az")));
}

TEST(an_agreement_that_does_not_fit_its_arena_is_refused)
{
    struct cairn_arena arena;
    struct cairn_bytes text = test_data("agreements/eura-geo-aut.yaml");
    memset(&agreement, 0, sizeof agreement);
    cairn_err err = CAIRN_NO_ROOM;
    for (size_t size = 0; err != CAIRN_OK; size += 997) {
        assert_true(size <= sizeof memory);
        fault = (struct cairn_yaml_fault){.line = 0};
        cairn_arena_init(&arena, memory, size);
        err = cairn_agreement_parse(text, false, &arena, &agreement, &fault);
        if (err != CAIRN_OK) {
            assert_err(err, CAIRN_NO_ROOM);
            assert_non_null(fault.what);
            assert_int_equal(agreement.id.size, 0);
        }
    }
    assert_true(agreement.id.size > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_agreement_is_read),
        cmocka_unit_test(spans_have_a_known_unit_and_no_sign),
        cmocka_unit_test(each_fault_is_told_with_its_line),
        cmocka_unit_test(both_parties_have_a_calendar_and_somebody_answers),
        cmocka_unit_test(what_yaml_refuses_is_refused),
        cmocka_unit_test(an_id_may_have_digits_from_0_to_9),
        cmocka_unit_test(an_agreement_that_does_not_fit_its_arena_is_refused),
    };
    return cmocka_run_group_tests_name("agreement", tests, NULL, NULL);
}
