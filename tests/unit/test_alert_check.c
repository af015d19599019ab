#include "schema/alert/alert_check.h"

#include "tests/lib/body.h"
#include "tests/lib/test.h"

#include <stdio.h>

#define FROM    "1772366400000" /* 2026-03-01T12:00:00Z, as the operation */
#define EXPIRES "1788000000000" /* 2026-08-29, in less than six months */
#define COMMON                                                                                     \
    "6: 'AUT-bka', 7: " FROM ", 8: " EXPIRES ", 9: '2026-07-01', "                                 \
    "10: {1: 2, 2: 1, 3: 2, 4: 1}, 11: 'bureau@example.org'"
#define PERSON   "13: [{1: 1, 2: 'Doe', 3: 'Jane', 6: 1}], 14: ['1980-05-17']"
#define DECISION "21: {1: 'Az 4/26', 2: '2026-02-01', 3: 'LG Wien'}"
#define WARRANT  "22: x'000102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e0f'"
#define ROWS                                                                                       \
    "28: [{1: 1, 2: 'AUT', 3: 'P1', 8: 1}, {1: 1, 2: 'AUT', 3: 'P2', 4: '2020-01-01', "            \
    "5: '2030-01-01', 8: 2}, {1: 4, 2: 'AUT', 3: 'P1', 8: 1}]"

static const char arrest[] =
    "{1: 1, 2: 1, 4: 1, " COMMON ", " PERSON ", " DECISION ", " WARRANT "}";
static const char refusal[] = "{1: 2, 2: 2, 4: 20, " COMMON ", " PERSON ", " DECISION "}";
static const char warning[] = "{1: 12, 2: 13, 4: 90, " COMMON ", " PERSON "}";
static const char removal[] =
    "{1: 3, 2: 3, 4: 30, " COMMON ", " PERSON ", " DECISION ", 24: {2: 1, 3: false}}";
static const char document[] =
    "{1: 13, 2: 14, 4: 100, " COMMON ", 18: [{1: 1, 2: 'AUT', 3: 'P1'}], 27: 1}";
static const char blank[] =
    "{1: 14, 2: 14, 4: 102, " COMMON ", 18: [{1: 1, 2: 'AUT', 3: 'P0001', 7: 'P0999'}], 27: 5}";
static const char batch[] = "{1: 13, 2: 14, 4: 101, 6: 'AUT-bmi', 7: " FROM ", 8: " EXPIRES
                            ", 10: {1: 1, 2: 1, 3: 1, 4: 3}, 11: 'x', " ROWS "}";

static char path[CAIRN_SHAPE_PATH_BYTES]; /* of the last fault; "" when there was none */

static cairn_err check_operation(const struct cairn_operation *operation)
{
    struct cairn_shape_fault fault = {.err = CAIRN_OK};
    cairn_err err = cairn_alert_check(operation, cairn_bytes_of("AUT"), false, &fault);
    assert_err(fault.err, err);
    cairn_shape_write_path(&fault, path);
    return err;
}

static cairn_err check_kind(enum cairn_kind kind, struct cairn_bytes body)
{
    struct cairn_operation operation = test_operation(kind, "AUT", body);
    return check_operation(&operation);
}

static cairn_err check(struct cairn_bytes body)
{
    return check_kind(CAIRN_KIND_ALERT_ISSUE, body);
}

/* The base with one key set anew (NULL: taken out). */
static cairn_err check_with(const char *base, uint32_t key, const char *value)
{
    return check(test_body_with(test_body(base), key, value));
}

static cairn_err check_batch(uint32_t key, const char *value)
{
    return check_kind(CAIRN_KIND_ALERT_BATCH, test_body_with(test_body(batch), key, value));
}

TEST(a_complete_alert_of_each_category_passes)
{
    static const char *const bodies[] = {
        arrest,
        refusal,
        warning,
        removal,
        document,
        blank,
        "{1: 4, 2: 5, 4: 40, " COMMON ", " PERSON ", " DECISION "}",
        "{1: 5, 2: 6, 4: 50, " COMMON ", " PERSON ", 25: {1: 1}}",
        "{1: 6, 2: 7, 4: 50, " COMMON ", " PERSON ", 25: {1: 1}}",
        "{1: 7, 2: 8, 4: 60, " COMMON ", " PERSON ", " DECISION ", 25: {1: 5, 2: 'MA 11'}}",
        "{1: 8, 2: 6, 4: 62, " COMMON ", " PERSON ", " DECISION ", 25: {1: 7, 2: 'MA 11'}}",
        "{1: 9, 2: 8, 4: 61, " COMMON ", " PERSON ", 25: {1: 6}}",
        "{1: 10, 2: 9, 4: 70, " COMMON ", " PERSON ", " DECISION "}",
        "{1: 11, 2: 12, 4: 80, " COMMON ", " PERSON ", " DECISION ", 26: {1: true, 2: [1, 2]}}",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        assert_err(check(test_body(bodies[i])), CAIRN_OK);
    }
    assert_err(check_kind(CAIRN_KIND_ALERT_BATCH, test_body(batch)), CAIRN_OK);
    assert_err(check_kind(CAIRN_KIND_ALERT_LEAVE, test_body("{}")), CAIRN_OK);
}

TEST(b11_codes_are_of_their_list_and_reasons_of_their_category)
{
    assert_err(check_with(warning, 1, "99"), CAIRN_RULE_CODE);
    assert_err(check_with(warning, 4, "99"), CAIRN_RULE_CODE);
    assert_string_equal(path, "reason");
    assert_err(check_with(warning, 4, "1"), CAIRN_RULE_CODE);   /* extradition: of arrests */
    assert_err(check_with(warning, 4, "100"), CAIRN_RULE_CODE); /* stolen: of documents */
    assert_err(check_with(warning, 20, "[1, 10]"), CAIRN_RULE_CODE);
    assert_string_equal(path, "warnings[1]");
}

TEST(b12_only_the_issuing_country_speaks_of_its_alert)
{
    static const enum cairn_kind kinds[] = {CAIRN_KIND_ALERT_ISSUE, CAIRN_KIND_ALERT_BATCH,
                                            CAIRN_KIND_ALERT_WITHDRAW, CAIRN_KIND_ALERT_LEAVE};
    static const char *const bodies[] = {warning, batch, "{1: 1}", "{}"};
    for (size_t i = 0; i < 4; i++) {
        struct cairn_operation operation = test_operation(kinds[i], "GEO", test_body(bodies[i]));
        assert_err(check_operation(&operation), CAIRN_DENIED_AUTHOR);
        operation = test_operation(kinds[i], "AUT", test_body(bodies[i]));
        assert_err(check_operation(&operation), CAIRN_OK);
    }
}

TEST(b14_a_category_has_its_actions_and_a_fallback_is_milder)
{
    assert_err(check_with(warning, 2, "1"), CAIRN_RULE_ACTION);
    assert_string_equal(path, "action");
    assert_err(check_with(arrest, 3, "9"), CAIRN_OK);  /* report the address instead */
    assert_err(check_with(arrest, 3, "13"), CAIRN_OK); /* inform only */
    assert_err(check_with(arrest, 3, "1"), CAIRN_RULE_ACTION);
    assert_string_equal(path, "fallback");
    assert_err(check_with(arrest, 3, "12"), CAIRN_RULE_ACTION); /* a specific check */
    assert_err(check_with(document, 3, "9"), CAIRN_RULE_ACTION);
    assert_err(check_with(document, 3, "15"), CAIRN_OK);
}

TEST(b15_life_ends_after_it_begins_and_within_its_category)
{
    assert_err(check_with(warning, 8, FROM), CAIRN_RULE_LIFE);
    struct cairn_bytes unreviewed = test_body_with(test_body(document), 9, NULL);
    assert_err(check(test_body_with(unreviewed, 8, FROM)), CAIRN_RULE_LIFE);
    assert_err(check(test_body_with(unreviewed, 8, "1772366400001")), CAIRN_OK);
    assert_err(check_with(warning, 8, "1803902400000"), CAIRN_OK);        /* 2027-03-01T12:00 */
    assert_err(check_with(warning, 8, "1803902400001"), CAIRN_RULE_LIFE); /* one ms more */
    assert_string_equal(path, "expires");
    assert_err(check_with(warning, 7, "1774958400000"), CAIRN_OK); /* 30 days ahead */
    assert_err(check_with(warning, 7, "1774958400001"), CAIRN_RULE_LIFE);
    assert_string_equal(path, "from");
}

TEST(b15_review_lies_within_the_life)
{
    assert_err(check_with(warning, 9, "'2026-03-01'"), CAIRN_OK);
    assert_err(check_with(warning, 9, "'2026-08-29'"), CAIRN_OK);
    assert_err(check_with(warning, 9, "'2026-02-28'"), CAIRN_RULE_LIFE);
    assert_err(check_with(warning, 9, "'2026-08-30'"), CAIRN_RULE_LIFE);
    assert_string_equal(path, "review");
    assert_err(check_with(warning, 9, NULL), CAIRN_PACK_FIELD);
    assert_err(check_with(document, 9, NULL), CAIRN_OK); /* documents need none */
}

TEST(b16_a_decision_is_there_and_not_of_the_future)
{
    assert_err(check_with(refusal, 21, NULL), CAIRN_RULE_DECISION);
    assert_err(check_with(refusal, 21, "{1: 'x', 2: '2026-03-01', 3: 'y'}"), CAIRN_OK);
    assert_err(check_with(refusal, 21, "{1: 'x', 2: '2026-03-02', 3: 'y'}"), CAIRN_RULE_DECISION);
    assert_string_equal(path, "decision");
    assert_err(check_with(warning, 21, "{1: 'x', 2: '2026-03-02', 3: 'y'}"), CAIRN_RULE_DECISION);
    assert_err(check_with(arrest, 22, NULL), CAIRN_RULE_DECISION); /* no warrant */
}

TEST(b17_a_person_has_a_main_name_and_a_birth_or_a_document)
{
    const char *papers = "[{1: 1, 2: 'GEO', 3: '12AB34567'}]";
    assert_err(check_with(warning, 13, NULL), CAIRN_RULE_THIN);
    assert_err(check_with(warning, 13, "[{1: 4, 2: 'Doe', 6: 1}]"), CAIRN_RULE_THIN); /* alias */
    assert_err(check_with(warning, 13, "[{1: 1, 3: 'Jane', 6: 1}]"), CAIRN_RULE_THIN);
    assert_string_equal(path, "names");
    assert_err(check_with(warning, 13, "[{1: 1, 4: 'Jane Doe', 6: 1}]"), CAIRN_OK);
    assert_err(check_with(warning, 13, "[{1: 1, 2: 'Doe', 6: 1}, {1: 4, 6: 1}]"), CAIRN_RULE_THIN);
    assert_string_equal(path, "names[1]");
    assert_err(check_with(warning, 14, NULL), CAIRN_RULE_THIN);
    assert_err(check_with(warning, 14, "['XXXX-XX-XX']"), CAIRN_RULE_THIN);
    assert_string_equal(path, "births");
    assert_err(check_with(warning, 14, "['1970/1975']"), CAIRN_OK);
    struct cairn_bytes unborn = test_body_with(test_body(warning), 14, NULL);
    assert_err(check(test_body_with(unborn, 18, papers)), CAIRN_OK);
}

TEST(b18_dates_are_possible)
{
    assert_err(check_with(warning, 14, "['1980-02-31']"), CAIRN_DATE);
    assert_err(check_with(warning, 14, "['2026-03-02']"), CAIRN_RULE_DATE); /* not yet born */
    assert_err(check_with(warning, 14, "['1980-05-17', '1890-01-01']"), CAIRN_RULE_DATE);
    assert_string_equal(path, "births[1]");
    assert_err(check_with(warning, 18,
                          "[{1: 1, 2: 'GEO', 3: '1', 4: '2020-01-02', "
                          "5: '2020-01-01'}]"),
               CAIRN_RULE_DATE);
    assert_string_equal(path, "documents[0].expires");
    assert_err(check_with(warning, 18, "[{1: 1, 2: 'GEO', 3: '1', 4: '2026-03-02'}]"),
               CAIRN_RULE_DATE);
}

TEST(b19_a_zone_has_the_right_check_digits)
{
    const char *right = "[{1: 1, 2: 'AUT', 3: 'L898902C3', 6: "
                        "'P<AUTERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"
                        "L898902C36AUT7408122F1204159ZE184226B<<<<<10'}]";
    const char *wrong = "[{1: 1, 2: 'AUT', 3: 'L898902C3', 6: "
                        "'P<AUTERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"
                        "L898902C35AUT7408122F1204159ZE184226B<<<<<10'}]";
    assert_err(check_with(warning, 18, right), CAIRN_OK);
    assert_err(check_with(warning, 18, wrong), CAIRN_MRZ_CHECK_DIGIT);
    assert_string_equal(path, "documents[0].mrz");
}

TEST(b20_country_codes_are_assigned)
{
    assert_err(check_with(warning, 17, "['GEO', 'XXA']"), CAIRN_OK);
    assert_err(check_with(warning, 17, "['GEO', 'QQQ']"), CAIRN_CODE_UNKNOWN);
    assert_string_equal(path, "nationalities[1]");
    struct cairn_operation operation = test_operation(
        CAIRN_KIND_ALERT_ISSUE, "AUT", test_body_with(test_body(warning), 17, "['UTO']"));
    struct cairn_shape_fault fault;
    assert_err(cairn_alert_check(&operation, cairn_bytes_of("AUT"), true, &fault), CAIRN_OK);
    assert_err(cairn_alert_check(&operation, cairn_bytes_of("AUT"), false, &fault),
               CAIRN_CODE_UNKNOWN);
}

TEST(b21_a_document_alert_is_about_an_own_document)
{
    assert_err(check_with(document, 18, "[{1: 1, 2: 'GEO', 3: 'P1'}]"), CAIRN_RULE_ISSUER);
    assert_string_equal(path, "documents[0]");
    assert_err(check_batch(28, "[{1: 1, 2: 'AUT', 3: 'P1', 8: 1}, {1: 1, 2: 'D', 3: 'P1', 8: 1}]"),
               CAIRN_RULE_ISSUER);
    assert_string_equal(path, "rows[1]");
    struct cairn_operation operation =
        test_operation(CAIRN_KIND_ALERT_ISSUE, "DEU", test_body(document));
    operation.body = test_body_with(operation.body, 6, "'DEU-bka'");
    operation.body = test_body_with(operation.body, 18, "[{1: 1, 2: 'D', 3: 'P1'}]");
    struct cairn_shape_fault fault;
    assert_err(cairn_alert_check(&operation, cairn_bytes_of("DEU"), false, &fault), CAIRN_OK);
}

TEST(b22_a_range_of_blanks_is_bounded)
{
    assert_err(check_with(blank, 18, "[{1: 1, 2: 'AUT', 3: 'P000001', 7: 'P100000'}]"), CAIRN_OK);
    assert_err(check_with(blank, 18, "[{1: 1, 2: 'AUT', 3: 'P000000', 7: 'P100000'}]"),
               CAIRN_RULE_RANGE);
    assert_string_equal(path, "documents[0].number_last");
}

TEST(b24_forbidden_characters_are_refused)
{
    assert_err(check_with(warning, 13, "[{1: 1, 2: 'D\x7foe', 6: 1}]"), CAIRN_RULE_TEXT);
    assert_string_equal(path, "names[0].surname");
    assert_err(check_with(warning, 13, "[{1: 1, 2: 'Doe', 6: 1, 7: 'DOE<<J\xd0\x90NE'}]"),
               CAIRN_RULE_TEXT); /* a Cyrillic letter in a zone */
    assert_err(check_with(warning, 13, "[{1: 1, 2: 'Doe', 6: 1, 7: 'DOE<<JANE'}]"), CAIRN_OK);
}

TEST(b33_a_child_is_never_detained_as_a_migrant_and_has_a_guardian)
{
    struct cairn_bytes child = test_body_with(test_body(arrest), 14, "['2010-01-01']");
    assert_err(check(child), CAIRN_RULE_CHILD);
    assert_string_equal(path, "case");
    child = test_body_with(child, 25, "{1: 14, 2: 'MA 11'}");
    assert_err(check(child), CAIRN_OK);
    assert_err(check(test_body_with(child, 4, "10")), CAIRN_RULE_CHILD);
    assert_string_equal(path, "action");
    assert_err(check_with(arrest, 4, "10"), CAIRN_OK); /* a grown-up */
    assert_err(check_with(arrest, 23, "true"), CAIRN_RULE_CHILD);
    assert_err(
        check(test_body("{1: 7, 2: 8, 4: 60, " COMMON ", " PERSON ", " DECISION ", 25: {1: 5}}")),
        CAIRN_RULE_CHILD);
}

TEST(b35_hard_measures_need_two_different_actors)
{
    static const char *const bodies[] = {
        arrest, refusal, "{1: 4, 2: 5, 4: 40, " COMMON ", " PERSON ", " DECISION "}"};
    for (size_t i = 0; i < 3; i++) {
        struct cairn_operation operation =
            test_operation(CAIRN_KIND_ALERT_ISSUE, "AUT", test_body(bodies[i]));
        assert_err(check_operation(&operation), CAIRN_OK);
        operation.actors[1] = operation.actors[0];
        assert_err(check_operation(&operation), CAIRN_RULE_FOUR_EYES);
        operation.actor_count = 1;
        assert_err(check_operation(&operation), CAIRN_RULE_FOUR_EYES);
        operation.body = test_body(warning);
        assert_err(check_operation(&operation), CAIRN_OK);
    }
    struct cairn_operation amendment =
        test_operation(CAIRN_KIND_ALERT_AMEND, "AUT", test_body("{1: {2: 1}}"));
    amendment.actor_count = 1;
    assert_err(check_operation(&amendment), CAIRN_RULE_FOUR_EYES);
}

TEST(b36_free_text_holds_no_numbers_to_call_or_to_pay_with)
{
    assert_err(check_with(warning, 5, "'seen in Linz'"), CAIRN_OK);
    assert_err(check_with(warning, 5, "'call +43 1 5312600'"), CAIRN_RULE_FREE_TEXT);
    assert_string_equal(path, "reason_text");
    assert_err(check_with(warning, 11, "'+43 1 5312600'"), CAIRN_OK); /* that is its purpose */
}

TEST(b38_no_refusal_for_an_own_national_and_no_return_without_details)
{
    assert_err(check_with(refusal, 17, "['GEO', 'AUT']"), CAIRN_RULE_NATIONAL);
    assert_err(check_with(refusal, 17, "['GEO']"), CAIRN_OK);
    assert_err(check_with(arrest, 17, "['AUT']"), CAIRN_OK);
    assert_err(check_with(removal, 24, NULL), CAIRN_RULE_NATIONAL);
    assert_string_equal(path, "return");
}

TEST(b39_rows_of_a_batch_are_different)
{
    assert_err(check_batch(28, "[{1: 1, 2: 'AUT', 3: 'P2', 8: 1}, {1: 1, 2: 'AUT', 3: 'P1', 8: 1}, "
                               "{1: 1, 2: 'AUT', 3: 'P2', 8: 2}]"),
               CAIRN_RULE_DUPLICATE);
    assert_string_equal(path, "rows[2]");
    assert_err(check_batch(28, "[{1: 1, 2: 'AUT', 3: 'P2', 8: 1}, {1: 1, 2: 'AUT', 3: 'P1', 8: 1}, "
                               "{1: 4, 2: 'AUT', 3: 'P2', 8: 2}]"),
               CAIRN_OK);
}

TEST(b43_fields_stand_only_where_the_category_has_use_for_them)
{
    assert_err(check_with(document, 13, "[{1: 1, 2: 'Doe', 6: 1}]"), CAIRN_RULE_SUBJECT);
    assert_string_equal(path, "names"); /* never a word about a holder */
    assert_err(check_with(document, 15, "1"), CAIRN_RULE_SUBJECT);
    assert_err(check_with(document, 17, "['AUT']"), CAIRN_RULE_SUBJECT);
    assert_err(check_with(document, 18, "[{1: 1, 2: 'AUT', 3: 'P1', 7: 'P2'}]"),
               CAIRN_RULE_SUBJECT);
    assert_err(check_with(document, 18, "[{1: 1, 2: 'AUT', 3: 'P1', 8: 1}]"), CAIRN_RULE_SUBJECT);
    assert_err(check_with(document, 18, "[{1: 1, 2: 'AUT', 3: '1'}, {1: 1, 2: 'AUT', 3: '2'}]"),
               CAIRN_RULE_SUBJECT);
    assert_err(check_with(document, 18, NULL), CAIRN_PACK_FIELD);
    assert_err(check_with(document, 27, NULL), CAIRN_PACK_FIELD);
    assert_err(check_with(warning, 27, "1"), CAIRN_RULE_SUBJECT);
    assert_err(check_with(warning, 24, "{2: 1, 3: false}"), CAIRN_RULE_SUBJECT);
    assert_err(check_with(warning, 26, "{1: true}"), CAIRN_RULE_SUBJECT);
    assert_err(check_with(warning, 18, "[{1: 1, 2: 'GEO', 3: '1', 7: '2'}]"), CAIRN_RULE_SUBJECT);
    assert_err(check_batch(1, "14"), CAIRN_RULE_SUBJECT);
}

TEST(b43_a_zone_would_name_the_holder_of_a_document)
{
    assert_err(check_with(document, 18,
                          "[{1: 1, 2: 'AUT', 3: 'L898902C3', 6: "
                          "'P<AUTERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"
                          "L898902C36AUT7408122F1204159ZE184226B<<<<<10'}]"),
               CAIRN_RULE_SUBJECT);
}

TEST(b44_the_authority_is_one_of_the_author)
{
    assert_err(check_with(warning, 6, "'GEO-mia'"), CAIRN_RULE_AUTHORITY);
    assert_err(check_with(warning, 6, "'AUS-mia'"), CAIRN_RULE_AUTHORITY);
    assert_err(check_with(warning, 6, "'ARM-mia'"), CAIRN_RULE_AUTHORITY);
    assert_err(check_batch(6, "'GEO-mia'"), CAIRN_RULE_AUTHORITY);
    assert_err(check_kind(CAIRN_KIND_ALERT_AMEND, test_body("{1: {6: 'GEO-mia'}}")),
               CAIRN_RULE_AUTHORITY);
    assert_string_equal(path, "set.authority");
}

TEST(what_a_category_needs_must_be_there)
{
    assert_err(check(test_body("{1: 9, 2: 8, 4: 61, " COMMON ", " PERSON "}")), CAIRN_PACK_FIELD);
    assert_string_equal(path, "case");
    assert_err(check(test_body("{1: 11, 2: 10, 4: 80, " COMMON ", " PERSON ", " DECISION "}")),
               CAIRN_PACK_FIELD);
    assert_string_equal(path, "check");
    assert_err(check_with(warning, 10, NULL), CAIRN_PACK_FIELD);
    assert_string_equal(path, "handling");
}

TEST(an_amendment_changes_something_and_keeps_the_rules)
{
    static const struct {
        const char *body;
        const char *path;
        cairn_err err;
    } cases[] = {
        {"{1: {11: 'new@example.org', 17: ['GEO']}}", "", CAIRN_OK},
        {"{2: {13: [{1: 4, 2: 'Roe', 6: 3}]}, 3: {14: ['1980-05-17']}}", "", CAIRN_OK},
        {"{}", "set", CAIRN_PACK_FIELD},
        {"{1: {}}", "set", CAIRN_PACK_FIELD},
        {"{1: {1: 2}}", "set", CAIRN_PACK_UNKNOWN_FIELD},   /* not the category */
        {"{1: {7: 1}}", "set", CAIRN_PACK_UNKNOWN_FIELD},   /* not the beginning */
        {"{1: {13: []}}", "set", CAIRN_PACK_UNKNOWN_FIELD}, /* lists are added to */
        {"{2: {14: ['2026-03-02']}}", "add.births[0]", CAIRN_RULE_DATE},
        {"{2: {13: [{1: 4, 6: 1}]}}", "add.names[0]", CAIRN_RULE_THIN},
        {"{1: {21: {1: 'x', 2: '2026-03-02', 3: 'y'}}}", "set.decision", CAIRN_RULE_DECISION},
        {"{3: {14: ['2026-03-02']}}", "", CAIRN_OK}, /* what was wrong may be taken away */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_err(check_kind(CAIRN_KIND_ALERT_AMEND, test_body(cases[i].body)), cases[i].err);
        assert_string_equal(path, cases[i].path);
    }
}

TEST(a_withdrawal_has_a_reason_and_merging_a_target)
{
    static const struct {
        const char *body;
        cairn_err err;
    } cases[] = {
        {"{1: 1}", CAIRN_OK},
        {"{1: 2, 2: 'annulled by court', 4: [0, 7, 4095]}", CAIRN_OK},
        {"{1: 4, 3: 'AUT-0123456789ABCDEF-0'}", CAIRN_OK},
        {"{}", CAIRN_PACK_FIELD},
        {"{1: 5}", CAIRN_RULE_CODE},
        {"{1: 4}", CAIRN_PACK_FIELD},
        {"{1: 1, 3: 'AUT-0123456789ABCDEF-0'}", CAIRN_RULE_SUBJECT},
        {"{1: 4, 3: 'AUT-0123456789ABCDEF-1'}", CAIRN_ID},
        {"{1: 1, 4: [7, 7]}", CAIRN_RULE_DUPLICATE},
        {"{1: 1, 4: [7, 3]}", CAIRN_RULE_DUPLICATE},
        {"{1: 1, 4: [4096]}", CAIRN_NUMBER},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_err(check_kind(CAIRN_KIND_ALERT_WITHDRAW, test_body(cases[i].body)), cases[i].err);
    }
    struct cairn_operation operation =
        test_operation(CAIRN_KIND_ALERT_WITHDRAW, "AUT", test_body("{}"));
    char body[64];
    (void)snprintf(body, sizeof body, "{1: 4, 3: '%s'}", operation.object.text);
    operation.body = test_body(body);
    assert_err(check_operation(&operation), CAIRN_RULE_SUBJECT); /* into itself */
}

TEST(a_leave_says_nothing)
{
    assert_err(check_kind(CAIRN_KIND_ALERT_LEAVE, test_body("{1: 1}")), CAIRN_PACK_UNKNOWN_FIELD);
}

TEST(other_kinds_are_no_alerts)
{
    assert_err(check_kind(CAIRN_KIND_CASE_ACK, test_body("{}")), CAIRN_KIND_UNKNOWN);
    assert_null(cairn_alert_shape_find(CAIRN_KIND_RECEIPT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_complete_alert_of_each_category_passes),
        cmocka_unit_test(b11_codes_are_of_their_list_and_reasons_of_their_category),
        cmocka_unit_test(b12_only_the_issuing_country_speaks_of_its_alert),
        cmocka_unit_test(b14_a_category_has_its_actions_and_a_fallback_is_milder),
        cmocka_unit_test(b15_life_ends_after_it_begins_and_within_its_category),
        cmocka_unit_test(b15_review_lies_within_the_life),
        cmocka_unit_test(b16_a_decision_is_there_and_not_of_the_future),
        cmocka_unit_test(b17_a_person_has_a_main_name_and_a_birth_or_a_document),
        cmocka_unit_test(b18_dates_are_possible),
        cmocka_unit_test(b19_a_zone_has_the_right_check_digits),
        cmocka_unit_test(b20_country_codes_are_assigned),
        cmocka_unit_test(b21_a_document_alert_is_about_an_own_document),
        cmocka_unit_test(b22_a_range_of_blanks_is_bounded),
        cmocka_unit_test(b24_forbidden_characters_are_refused),
        cmocka_unit_test(b33_a_child_is_never_detained_as_a_migrant_and_has_a_guardian),
        cmocka_unit_test(b35_hard_measures_need_two_different_actors),
        cmocka_unit_test(b36_free_text_holds_no_numbers_to_call_or_to_pay_with),
        cmocka_unit_test(b38_no_refusal_for_an_own_national_and_no_return_without_details),
        cmocka_unit_test(b39_rows_of_a_batch_are_different),
        cmocka_unit_test(b43_fields_stand_only_where_the_category_has_use_for_them),
        cmocka_unit_test(b43_a_zone_would_name_the_holder_of_a_document),
        cmocka_unit_test(b44_the_authority_is_one_of_the_author),
        cmocka_unit_test(what_a_category_needs_must_be_there),
        cmocka_unit_test(an_amendment_changes_something_and_keeps_the_rules),
        cmocka_unit_test(a_withdrawal_has_a_reason_and_merging_a_target),
        cmocka_unit_test(a_leave_says_nothing),
        cmocka_unit_test(other_kinds_are_no_alerts),
    };
    return cmocka_run_group_tests_name("alert_check", tests, NULL, NULL);
}
