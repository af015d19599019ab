/* Method: fold alerts as another country wrote them, then ask as an officer would. */
#include "node/views/lookup.h"

#include <stdio.h>
#include <string.h>

#include "schema/alert/document.h"
#include "tests/lib/body.h"
#include "tests/lib/test.h"
#include "tests/lib/views_scene.h"

#define NOW VIEWS_NOW_MS

static const struct cairn_acceptance everything = {.own = "SRB",
                                                   .otherwise = CAIRN_POLICY_FOUNDS_ALL};
static const struct cairn_lookup_moment at_now = {.now_ms = NOW, .accepted = &everything};

struct lookup_scene {
    struct views_scene views;
    struct cairn_lookup *lookup;
    struct cairn_lookup_hits hits; /* of the last question */
};

static void scene_open(struct lookup_scene *scene)
{
    views_scene_open(&scene->views);
    assert_err(cairn_lookup_open(scene->views.views, &scene->lookup), CAIRN_OK);
}

static void scene_close(struct lookup_scene *scene)
{
    cairn_lookup_close(scene->lookup);
    views_scene_close(&scene->views);
}

static void fold(struct lookup_scene *scene, const struct cairn_operation *operation)
{
    feed_writer_append(&scene->views.aut, operation);
    assert_int_equal(views_scene_fold(&scene->views, &scene->views.aut).rejected_count, 0);
}

static void issue(struct lookup_scene *scene, uint8_t number, const char *body)
{
    struct cairn_operation operation = views_operation(CAIRN_KIND_ALERT_ISSUE, number, body);
    fold(scene, &operation);
}

/* An alert with one key set anew. */
static void issue_with(struct lookup_scene *scene, uint8_t number, const char *body, uint32_t key,
                       const char *value)
{
    struct cairn_operation operation = views_operation(CAIRN_KIND_ALERT_ISSUE, number, body);
    operation.body = test_body_with(operation.body, key, value);
    fold(scene, &operation);
}

/* How many hits has the document? */
static uint32_t ask_at(struct lookup_scene *scene, const char *issuer, const char *number,
                       uint64_t now_ms)
{
    struct cairn_lookup_document document = {.issuer = cairn_bytes_of(issuer),
                                             .number = cairn_bytes_of(number)};
    struct cairn_lookup_moment moment = {.now_ms = now_ms, .accepted = &everything};
    assert_err(cairn_lookup_by_document(scene->lookup, &document, &moment, &scene->hits), CAIRN_OK);
    assert_false(scene->hits.is_cut);
    return scene->hits.count;
}

static uint32_t ask(struct lookup_scene *scene, const char *issuer, const char *number)
{
    return ask_at(scene, issuer, number, NOW);
}

static cairn_err ask_err(struct lookup_scene *scene, const char *issuer, const char *number)
{
    struct cairn_lookup_document document = {.issuer = cairn_bytes_of(issuer),
                                             .number = cairn_bytes_of(number)};
    return cairn_lookup_by_document(scene->lookup, &document, &at_now, &scene->hits);
}

/* birth: one of civil.h's forms; "": not known */
static uint32_t ask_name(struct lookup_scene *scene, const char *surname, const char *given,
                         const char *birth)
{
    struct cairn_lookup_name name = {.surname = cairn_bytes_of(surname),
                                     .given = cairn_bytes_of(given)};
    if (birth[0] != '\0') {
        assert_err(cairn_civil_parse_birth(cairn_bytes_of(birth), &name.birth), CAIRN_OK);
    }
    assert_err(cairn_lookup_by_name(scene->lookup, &name, &at_now, &scene->hits), CAIRN_OK);
    return scene->hits.count;
}

TEST(a_document_is_found_by_issuer_and_number_and_by_nothing_else)
{
    struct lookup_scene scene;
    scene_open(&scene);
    assert_int_equal(ask(&scene, "AUT", "P1234567"), 0);
    issue(&scene, 1, views_document);
    assert_int_equal(ask(&scene, "AUT", "P1234567"), 1);
    const struct cairn_lookup_hit *hit = &scene.hits.hits[0];
    assert_int_equal(hit->category, CAIRN_ALERT_DOC);
    assert_int_equal(hit->action, CAIRN_ALERT_ACTION_SEIZE_DOC);
    assert_int_equal(hit->status, 2);
    assert_int_equal(hit->why, CAIRN_LOOKUP_WHY_DOCUMENT);
    assert_int_equal(hit->score, 100);
    assert_int_equal(hit->row, CAIRN_LOOKUP_NO_ROW);
    assert_string_equal(hit->country, "AUT");
    assert_string_equal(hit->contact, "bureau@example.org");
    assert_string_equal(hit->authority, "AUT-bka");
    assert_int_equal(ask(&scene, "AUT", "P123456"), 0);
    assert_int_equal(ask(&scene, "AUT", "P12345678"), 0);
    assert_int_equal(ask(&scene, "DEU", "P1234567"), 0);
    scene_close(&scene);
}

TEST(spelling_of_number_and_issuer_does_not_matter)
{
    struct lookup_scene scene;
    scene_open(&scene);
    issue(&scene, 1, views_document);
    issue(&scene, 2, views_person); /* of D: DEU answers for it */
    assert_int_equal(ask(&scene, "aut", "p 1234-567<"), 1);
    assert_int_equal(ask(&scene, "AUT", "P.123/4567"), 1);
    assert_int_equal(ask(&scene, "D<<", "C01X00T47"), 1);
    assert_int_equal(ask(&scene, "DEU", "c01x00t47"), 1);
    scene_close(&scene);
}

TEST(what_cannot_be_a_document_is_an_error_and_no_silent_no_hit)
{
    struct lookup_scene scene;
    scene_open(&scene);
    assert_err(ask_err(&scene, "AUT", ""), CAIRN_NUMBER);
    assert_err(ask_err(&scene, "AUT", "<<<"), CAIRN_NUMBER);
    assert_err(ask_err(&scene, "AUT", "P12_4"), CAIRN_NUMBER);
    assert_err(ask_err(&scene, "AUT", "P12+4"), CAIRN_NUMBER);
    assert_err(ask_err(&scene, "AUT", "P12@4"), CAIRN_NUMBER);
    assert_err(ask_err(&scene, "AUT", "P12\xc3\xa9"), CAIRN_NUMBER);
    assert_err(ask_err(&scene, "AUT", "P1234567890123456789012"), CAIRN_NUMBER);
    assert_err(ask_err(&scene, "QQQ", "P1"), CAIRN_CODE_UNKNOWN);
    assert_err(ask_err(&scene, "", "P1"), CAIRN_CODE_UNKNOWN);
    assert_err(ask_err(&scene, "AUTO", "P1"), CAIRN_CODE_UNKNOWN);
    scene_close(&scene);
}

TEST(another_kind_of_document_is_a_hit_that_says_so)
{
    struct lookup_scene scene;
    scene_open(&scene);
    issue(&scene, 1, views_document);
    struct cairn_lookup_document document = {
        .issuer = cairn_bytes_of("AUT"), .number = cairn_bytes_of("P1234567"), .kind = 4};
    assert_err(cairn_lookup_by_document(scene.lookup, &document, &at_now, &scene.hits), CAIRN_OK);
    assert_int_equal(scene.hits.count, 1);
    assert_int_equal(scene.hits.hits[0].why, CAIRN_LOOKUP_WHY_DOCUMENT | CAIRN_LOOKUP_WHY_KIND);
    assert_true(scene.hits.hits[0].score < 100);
    document.kind = 1;
    assert_err(cairn_lookup_by_document(scene.lookup, &document, &at_now, &scene.hits), CAIRN_OK);
    assert_int_equal(scene.hits.hits[0].why, CAIRN_LOOKUP_WHY_DOCUMENT);
    scene_close(&scene);
}

TEST(alerts_that_are_not_in_force_are_not_shown)
{
    struct lookup_scene scene;
    scene_open(&scene);
    issue(&scene, 1, views_document);
    assert_int_equal(ask_at(&scene, "AUT", "P1234567", NOW - 1), 0);
    assert_int_equal(ask_at(&scene, "AUT", "P1234567", NOW), 1);
    assert_int_equal(ask_at(&scene, "AUT", "P1234567", 1788000000000u - 1), 1);
    assert_int_equal(ask_at(&scene, "AUT", "P1234567", 1788000000000u), 0);
    scene_close(&scene);
}

TEST(withdrawn_alerts_and_rows_are_gone_at_once)
{
    struct lookup_scene scene;
    scene_open(&scene);
    issue(&scene, 1, views_document);
    struct cairn_operation withdraw = views_operation(CAIRN_KIND_ALERT_WITHDRAW, 1, "{1: 2}");
    withdraw.hlc++;
    withdraw.parent_count = 1;
    memcpy(withdraw.parents[0], scene.views.aut.entry_id, 32);
    fold(&scene, &withdraw);
    assert_int_equal(ask(&scene, "AUT", "P1234567"), 0);

    struct cairn_operation batch = views_operation(CAIRN_KIND_ALERT_BATCH, 2, views_batch);
    fold(&scene, &batch);
    struct cairn_operation row = views_operation(CAIRN_KIND_ALERT_WITHDRAW, 2, "{1: 3, 4: [0]}");
    row.hlc++;
    row.parent_count = 1;
    memcpy(row.parents[0], scene.views.aut.entry_id, 32);
    assert_int_equal(ask(&scene, "AUT", "Q1"), 1);
    fold(&scene, &row);
    assert_int_equal(ask(&scene, "AUT", "Q1"), 0);
    assert_int_equal(ask(&scene, "AUT", "Q2"), 1);
    scene_close(&scene);
}

TEST(an_alert_that_left_its_feed_is_not_shown)
{
    struct lookup_scene scene;
    scene_open(&scene);
    issue(&scene, 1, views_document);
    struct cairn_operation leave = views_operation(CAIRN_KIND_ALERT_LEAVE, 1, "{}");
    leave.hlc++;
    leave.parent_count = 1;
    memcpy(leave.parents[0], scene.views.aut.entry_id, 32);
    fold(&scene, &leave);
    assert_int_equal(ask(&scene, "AUT", "P1234567"), 0);
    scene_close(&scene);
}

/* Hits for a document and a row of a batch, and for a name, under what is accepted of AUT. */
static void expect_hits(struct lookup_scene *scene, uint32_t foundings, uint32_t alerts,
                        uint32_t rows)
{
    struct cairn_acceptance accepted = {.own = "SRB", .otherwise = (uint8_t)foundings};
    struct cairn_lookup_moment moment = {.now_ms = NOW, .accepted = &accepted};
    struct cairn_lookup_document document = {.issuer = cairn_bytes_of("AUT"),
                                             .number = cairn_bytes_of("P1234567")};
    struct cairn_lookup_name name = {.surname = cairn_bytes_of("Müller"),
                                     .given = cairn_bytes_of("Jürgen")};
    assert_err(cairn_lookup_by_document(scene->lookup, &document, &moment, &scene->hits), CAIRN_OK);
    assert_int_equal(scene->hits.count, alerts);
    assert_int_equal(scene->hits.found, alerts);
    document.number = cairn_bytes_of("Q2");
    assert_err(cairn_lookup_by_document(scene->lookup, &document, &moment, &scene->hits), CAIRN_OK);
    assert_int_equal(scene->hits.count, rows);
    assert_err(cairn_lookup_by_name(scene->lookup, &name, &moment, &scene->hits), CAIRN_OK);
    assert_int_equal(scene->hits.count, alerts);
}

TEST(what_the_policy_does_not_accept_is_no_hit)
{
    struct lookup_scene scene;
    struct cairn_operation batch = views_operation(CAIRN_KIND_ALERT_BATCH, 3, views_batch);
    scene_open(&scene);
    issue(&scene, 1, views_document);
    issue(&scene, 2, views_person);
    fold(&scene, &batch);
    expect_hits(&scene, CAIRN_POLICY_FOUNDS_ALL, 1, 1);
    expect_hits(&scene, CAIRN_POLICY_FOUNDS_ALERT, 1, 0);
    expect_hits(&scene, CAIRN_POLICY_FOUNDS_BATCH, 0, 1);
    expect_hits(&scene, CAIRN_POLICY_FOUNDS_CASE, 0, 0);
    expect_hits(&scene, CAIRN_POLICY_FOUNDS_ALL, 1, 1);
    scene_close(&scene);
}

TEST(rows_of_a_batch_are_found_with_their_number)
{
    struct lookup_scene scene;
    scene_open(&scene);
    struct cairn_operation batch = views_operation(CAIRN_KIND_ALERT_BATCH, 1, views_batch);
    fold(&scene, &batch);
    assert_int_equal(ask(&scene, "AUT", "Q2"), 1);
    assert_int_equal(scene.hits.hits[0].row, 1);
    assert_int_equal(scene.hits.hits[0].status, 2);
    assert_int_equal(scene.hits.hits[0].category, CAIRN_ALERT_DOC);
    assert_true(cairn_id_is_equal(&scene.hits.hits[0].object, &batch.object));
    scene_close(&scene);
}

TEST(a_blank_document_is_found_by_its_range)
{
    static const struct {
        const char *number;
        uint32_t count;
    } cases[] = {{"B0000949", 0}, {"B0000950", 1}, {"B0001000", 1}, {"B0001999", 1},
                 {"B0002049", 1}, {"B0002050", 0}, {"B000950", 0},  {"B00009500", 0}};
    struct lookup_scene scene;
    scene_open(&scene);
    issue(&scene, 1, views_blank);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(ask(&scene, "AUT", cases[i].number), cases[i].count);
    }
    assert_int_equal(ask(&scene, "AUT", "B0001000"), 1);
    assert_int_equal(scene.hits.hits[0].why, CAIRN_LOOKUP_WHY_RANGE);
    assert_int_equal(scene.hits.hits[0].status, 5);
    scene_close(&scene);
}

TEST(a_name_is_found_in_any_spelling_and_order_with_a_fitting_birth_date)
{
    static const struct {
        const char *surname, *given, *birth;
        uint32_t why; /* 0: no hit */
    } cases[] = {
        {"Müller", "Jürgen", "1980-05-17", CAIRN_LOOKUP_WHY_NAME | CAIRN_LOOKUP_WHY_BIRTH},
        {"MUELLER", "JUERGEN", "1980-05-17", CAIRN_LOOKUP_WHY_NAME | CAIRN_LOOKUP_WHY_BIRTH},
        {"Jürgen", "Müller", "1980-05-17", CAIRN_LOOKUP_WHY_NAME | CAIRN_LOOKUP_WHY_BIRTH},
        {"Doe", "John", "1980-05-17", CAIRN_LOOKUP_WHY_ALIAS | CAIRN_LOOKUP_WHY_BIRTH},
        {"Müller", "Jürgen", "1980-05-XX", CAIRN_LOOKUP_WHY_NAME | CAIRN_LOOKUP_WHY_BIRTH_PARTIAL},
        {"Müller", "Jürgen", "1980-XX-XX", CAIRN_LOOKUP_WHY_NAME | CAIRN_LOOKUP_WHY_BIRTH_PARTIAL},
        {"Müller", "Jürgen", "1979/1981", CAIRN_LOOKUP_WHY_NAME | CAIRN_LOOKUP_WHY_BIRTH_PARTIAL},
        {"Müller", "Jürgen", "", CAIRN_LOOKUP_WHY_NAME | CAIRN_LOOKUP_WHY_BIRTH_UNKNOWN},
        {"Müller", "Jürgen", "1980-05-18", 0},
        {"Müller", "Jürgen", "1981-XX-XX", 0},
        {"Müller", "", "1980-05-17", 0},
        {"Müller", "Jürgen Karl", "1980-05-17", 0},
    };
    struct lookup_scene scene;
    scene_open(&scene);
    issue(&scene, 1, views_person);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint32_t count = ask_name(&scene, cases[i].surname, cases[i].given, cases[i].birth);
        assert_int_equal(count, cases[i].why != 0);
        if (count > 0) {
            assert_int_equal(scene.hits.hits[0].why, cases[i].why);
        }
    }
    scene_close(&scene);
}

TEST(a_hit_on_a_person_brings_warnings_and_contact)
{
    struct lookup_scene scene;
    scene_open(&scene);
    issue(&scene, 1, views_person);
    assert_int_equal(ask_name(&scene, "Müller", "Jürgen", "1980-05-17"), 1);
    const struct cairn_lookup_hit *hit = &scene.hits.hits[0];
    assert_int_equal(hit->category, CAIRN_ALERT_REF);
    assert_int_equal(hit->action, CAIRN_ALERT_ACTION_REFUSE_ENTRY);
    assert_int_equal(hit->coercion, 4);
    assert_int_equal(hit->reason, 20);
    assert_int_equal(hit->warning_count, 2);
    assert_int_equal(hit->warnings[0], 1);
    assert_int_equal(hit->warnings[1], 2);
    assert_string_equal(hit->contact, "bureau@example.org");
    scene_close(&scene);
}

TEST(a_name_of_which_nothing_can_be_spelt_is_an_error)
{
    struct lookup_scene scene;
    scene_open(&scene);
    struct cairn_lookup_name name = {.surname = cairn_bytes_of("李")};
    assert_err(cairn_lookup_by_name(scene.lookup, &name, &at_now, &scene.hits), CAIRN_NUMBER);
    name.surname = cairn_bytes_of("\xff");
    assert_err(cairn_lookup_by_name(scene.lookup, &name, &at_now, &scene.hits), CAIRN_TEXT_UTF8);
    scene_close(&scene);
}

/* A child with a refusal alert is first a child. alerts.md 7.3 */
TEST(what_protects_comes_first_whatever_the_score)
{
    struct lookup_scene scene;
    scene_open(&scene);
    issue(&scene, 1, views_person); /* refusal, birth exact */
    struct cairn_operation child = views_operation(CAIRN_KIND_ALERT_ISSUE, 2, views_person);
    child.body = test_body_with(child.body, 1, "7");
    child.body = test_body_with(child.body, 2, "8");
    child.body = test_body_with(child.body, 4, "60");
    child.body = test_body_with(child.body, 14, "['1980-XX-XX']");
    child.body = test_body_with(child.body, 25, "{1: 5, 2: 'MA 11'}");
    fold(&scene, &child);
    struct cairn_operation missing = views_operation(CAIRN_KIND_ALERT_ISSUE, 3, views_person);
    missing.body = test_body_with(missing.body, 1, "6");
    missing.body = test_body_with(missing.body, 2, "7");
    missing.body = test_body_with(missing.body, 4, "50");
    missing.body = test_body_with(missing.body, 25, "{1: 1}");
    fold(&scene, &missing);
    assert_int_equal(ask_name(&scene, "Müller", "Jürgen", "1980-05-17"), 3);
    assert_int_equal(scene.hits.hits[0].category, CAIRN_ALERT_CHA);
    assert_int_equal(scene.hits.hits[1].category, CAIRN_ALERT_REF);
    assert_int_equal(scene.hits.hits[2].category, CAIRN_ALERT_MISL);
    assert_true(scene.hits.hits[0].score < scene.hits.hits[1].score);
    scene_close(&scene);
}

TEST(more_hits_than_fit_are_counted)
{
    struct lookup_scene scene;
    scene_open(&scene);
    for (uint8_t number = 0; number < CAIRN_LOOKUP_HITS_MAX + 6; number++) {
        issue(&scene, number, views_document);
    }
    assert_int_equal(ask(&scene, "AUT", "P1234567"), CAIRN_LOOKUP_HITS_MAX);
    assert_int_equal(scene.hits.found, CAIRN_LOOKUP_HITS_MAX + 6);
    scene_close(&scene);
}

/* ---- zones ---- */

/* A TD3 zone with right check digits. number: 9 characters; birth, expiry: YYMMDD */
static void make_zone(const char *issuer, const char *number, const char *birth, const char *names,
                      char out[static 89])
{
    char line[128];
    (void)snprintf(out, 89, "P<%.3s%-39.39s", issuer, names);
    (void)snprintf(line, sizeof line, "%.9s%c%.3s%.6s%cM3012319<<<<<<<<<<<<<<0", number,
                   cairn_mrz_check_digit((struct cairn_bytes){(const uint8_t *)number, 9}), issuer,
                   birth, cairn_mrz_check_digit((struct cairn_bytes){(const uint8_t *)birth, 6}));
    line[27] = cairn_mrz_check_digit((struct cairn_bytes){(const uint8_t *)line + 21, 6});
    char all[64];
    (void)snprintf(all, sizeof all, "%.10s%.7s%.22s", line, line + 13, line + 21);
    line[43] = cairn_mrz_check_digit((struct cairn_bytes){(const uint8_t *)all, strlen(all)});
    memcpy(out + 44, line, 44);
    out[88] = '\0';
    for (char *at = out; *at != '\0'; at++) {
        *at = *at == ' ' ? '<' : *at;
    }
}

static struct cairn_lookup_zone ask_zone(struct lookup_scene *scene, const char *zone)
{
    static struct cairn_lookup_zone found;
    assert_err(cairn_lookup_by_mrz(scene->lookup, cairn_bytes_of(zone), &at_now, &found), CAIRN_OK);
    return found;
}

TEST(a_zone_finds_by_document_and_by_name_and_tells_one_hit)
{
    struct lookup_scene scene;
    struct cairn_lookup_zone zone;
    char text[89];
    scene_open(&scene);
    issue(&scene, 1, views_person);
    make_zone("D<<", "C01X00T47", "800517", "MUELLER<<JUERGEN", text);
    zone = ask_zone(&scene, text);
    assert_int_equal(zone.mrz.verdict, CAIRN_MRZ_VERDICT_VALID);
    assert_true(zone.is_document_searched);
    assert_true(zone.is_name_searched);
    assert_true(zone.is_clear);
    assert_int_equal(zone.hits.count, 1);
    assert_int_equal(zone.hits.hits[0].why,
                     CAIRN_LOOKUP_WHY_DOCUMENT | CAIRN_LOOKUP_WHY_NAME | CAIRN_LOOKUP_WHY_BIRTH);
    assert_int_equal(zone.hits.hits[0].score, 100);

    make_zone("D<<", "C01X00T48", "800517", "MUELLER<<JUERGEN", text); /* another passport */
    zone = ask_zone(&scene, text);
    assert_int_equal(zone.hits.count, 1);
    assert_int_equal(zone.hits.hits[0].why, CAIRN_LOOKUP_WHY_NAME | CAIRN_LOOKUP_WHY_BIRTH);

    make_zone("D<<", "C01X00T47", "910101", "FALSE<<NAME", text); /* another holder */
    zone = ask_zone(&scene, text);
    assert_int_equal(zone.hits.count, 1);
    assert_int_equal(zone.hits.hits[0].why, CAIRN_LOOKUP_WHY_DOCUMENT);

    make_zone("D<<", "C01X00T48", "910101", "FALSE<<NAME", text);
    zone = ask_zone(&scene, text);
    assert_int_equal(zone.hits.count, 0);
    assert_true(zone.is_clear);
    scene_close(&scene);
}

TEST(a_wrong_check_digit_is_searched_and_said)
{
    struct lookup_scene scene;
    char text[89];
    scene_open(&scene);
    issue(&scene, 1, views_person);
    make_zone("D<<", "C01X00T47", "800517", "MUELLER<<JUERGEN", text);
    text[87] = text[87] == '0' ? '1' : '0';
    struct cairn_lookup_zone zone = ask_zone(&scene, text);
    assert_int_equal(zone.mrz.verdict, CAIRN_MRZ_VERDICT_CHECK_DIGIT);
    assert_err(cairn_mrz_err(&zone.mrz), CAIRN_MRZ_CHECK_DIGIT);
    assert_false(zone.is_clear);
    assert_int_equal(zone.hits.count, 1);
    assert_true((zone.hits.hits[0].why & CAIRN_LOOKUP_WHY_CHECK_DIGIT) != 0);
    assert_true(zone.hits.hits[0].score < 100);
    scene_close(&scene);
}

TEST(a_structure_fault_is_never_a_no_hit)
{
    static const char *const broken[] = {"", "P<D<<MUELLER", "not a zone at all"};
    struct lookup_scene scene;
    char text[89];
    scene_open(&scene);
    issue(&scene, 1, views_person);
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        struct cairn_lookup_zone zone = ask_zone(&scene, broken[i]);
        assert_int_equal(zone.mrz.verdict, CAIRN_MRZ_VERDICT_STRUCTURE);
        assert_false(zone.is_clear);
        assert_false(zone.is_document_searched);
        assert_false(zone.is_name_searched);
        assert_int_equal(zone.hits.count, 0);
    }
    make_zone("D<<", "C01X00T47", "80A517", "MUELLER<<JUERGEN", text);
    struct cairn_lookup_zone zone = ask_zone(&scene, text);
    assert_err(cairn_mrz_err(&zone.mrz), CAIRN_MRZ_FIELD);
    assert_false(zone.is_clear);
    scene_close(&scene);
}

TEST(a_zone_of_an_unknown_issuer_is_not_clear)
{
    struct lookup_scene scene;
    char text[89];
    scene_open(&scene);
    issue(&scene, 1, views_person);
    make_zone("QQQ", "C01X00T47", "800517", "MUELLER<<JUERGEN", text);
    struct cairn_lookup_zone zone = ask_zone(&scene, text);
    assert_false(zone.is_document_searched);
    assert_true(zone.is_name_searched);
    assert_false(zone.is_clear);
    assert_int_equal(zone.hits.count, 1);
    scene_close(&scene);
}

TEST(a_name_that_fills_its_field_is_not_clear)
{
    struct lookup_scene scene;
    char text[89];
    scene_open(&scene);
    make_zone("D<<", "C01X00T47", "800517", "ABCDEFGHIJKLMNOPQRSTUVWXYZ<<ABCDEFGHIJKLM", text);
    struct cairn_lookup_zone zone = ask_zone(&scene, text);
    assert_int_equal(zone.mrz.verdict, CAIRN_MRZ_VERDICT_VALID);
    assert_true(zone.is_document_searched);
    assert_true(zone.is_name_searched);
    assert_false(zone.is_clear);
    scene_close(&scene);
}

TEST(two_digits_of_a_year_mean_both_centuries)
{
    struct lookup_scene scene;
    char text[89];
    scene_open(&scene);
    issue_with(&scene, 1, views_person, 14, "['1907-03-04']");
    issue_with(&scene, 2, views_person, 14, "['2007-03-04']");
    make_zone("AUT", "P00000001", "070304", "MUELLER<<JUERGEN", text);
    assert_int_equal(ask_zone(&scene, text).hits.count, 2);
    make_zone("AUT", "P00000001", "07<<<<", "MUELLER<<JUERGEN", text);
    assert_int_equal(ask_zone(&scene, text).hits.count, 2);
    make_zone("AUT", "P00000001", "080304", "MUELLER<<JUERGEN", text);
    assert_int_equal(ask_zone(&scene, text).hits.count, 0);
    make_zone("AUT", "P00000001", "<<<<<<", "MUELLER<<JUERGEN", text);
    assert_int_equal(ask_zone(&scene, text).hits.count, 2);
    scene_close(&scene);
}

TEST(every_action_and_reason_has_a_text)
{
    for (size_t i = 0; i < cairn_alert_codes_actions.count; i++) {
        uint16_t number = cairn_alert_codes_actions.entries[i].number;
        const char *text = cairn_lookup_action_text((enum cairn_alert_action)number);
        assert_true(strlen(text) > 10);
        for (size_t j = 0; j < i; j++) {
            uint16_t other = cairn_alert_codes_actions.entries[j].number;
            assert_string_not_equal(text, cairn_lookup_action_text((enum cairn_alert_action)other));
        }
    }
    assert_string_equal(cairn_lookup_why_text(CAIRN_LOOKUP_WHY_NAME), "name exact");
    assert_non_null(cairn_lookup_why_text(CAIRN_LOOKUP_WHY_CHECK_DIGIT));
    assert_null(cairn_lookup_why_text(0));
    assert_null(cairn_lookup_why_text(3));
    assert_null(cairn_lookup_why_text(1u << 30));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_document_is_found_by_issuer_and_number_and_by_nothing_else),
        cmocka_unit_test(spelling_of_number_and_issuer_does_not_matter),
        cmocka_unit_test(what_cannot_be_a_document_is_an_error_and_no_silent_no_hit),
        cmocka_unit_test(another_kind_of_document_is_a_hit_that_says_so),
        cmocka_unit_test(alerts_that_are_not_in_force_are_not_shown),
        cmocka_unit_test(withdrawn_alerts_and_rows_are_gone_at_once),
        cmocka_unit_test(an_alert_that_left_its_feed_is_not_shown),
        cmocka_unit_test(rows_of_a_batch_are_found_with_their_number),
        cmocka_unit_test(what_the_policy_does_not_accept_is_no_hit),
        cmocka_unit_test(a_blank_document_is_found_by_its_range),
        cmocka_unit_test(a_name_is_found_in_any_spelling_and_order_with_a_fitting_birth_date),
        cmocka_unit_test(a_hit_on_a_person_brings_warnings_and_contact),
        cmocka_unit_test(a_name_of_which_nothing_can_be_spelt_is_an_error),
        cmocka_unit_test(what_protects_comes_first_whatever_the_score),
        cmocka_unit_test(more_hits_than_fit_are_counted),
        cmocka_unit_test(a_zone_finds_by_document_and_by_name_and_tells_one_hit),
        cmocka_unit_test(a_wrong_check_digit_is_searched_and_said),
        cmocka_unit_test(a_structure_fault_is_never_a_no_hit),
        cmocka_unit_test(a_zone_of_an_unknown_issuer_is_not_clear),
        cmocka_unit_test(a_name_that_fills_its_field_is_not_clear),
        cmocka_unit_test(two_digits_of_a_year_mean_both_centuries),
        cmocka_unit_test(every_action_and_reason_has_a_text),
    };
    return cmocka_run_group_tests_name("lookup", tests, NULL, NULL);
}
