#include "node/http/http_match.h"

#include "tests/lib/test.h"

#include <string.h>

#define NOW_MS UINT64_C(1772366400000)

static struct cairn_lookup_zone zone;
static struct cairn_screening_answer answer;
static json_t *body;

static int reset(void **state)
{
    (void)state;
    memset(&zone, 0, sizeof zone);
    answer = (struct cairn_screening_answer){.now_ms = NOW_MS, .hits = &zone.hits};
    return 0;
}

static int drop(void **state)
{
    (void)state;
    json_decref(body);
    body = NULL;
    return 0;
}

static const char *verdict(void)
{
    drop(NULL);
    body = cairn_http_match_json(&answer);
    assert_non_null(body);
    return json_string_value(json_object_get(body, "verdict"));
}

static bool has_caution(const char *part)
{
    size_t at;
    json_t *caution;
    json_array_foreach(json_object_get(body, "cautions"), at, caution)
    {
        if (strstr(json_string_value(caution), part) != NULL) {
            return true;
        }
    }
    return false;
}

static struct cairn_lookup_hit *add_hit(void)
{
    struct cairn_lookup_hit *hit = &zone.hits.hits[zone.hits.count++];
    zone.hits.found = zone.hits.count;
    *hit = (struct cairn_lookup_hit){.row = CAIRN_LOOKUP_NO_ROW,
                                     .category = CAIRN_ALERT_REF,
                                     .action = CAIRN_ALERT_ACTION_REFUSE_ENTRY,
                                     .coercion = 4,
                                     .score = 100,
                                     .why = CAIRN_LOOKUP_WHY_NAME | CAIRN_LOOKUP_WHY_BIRTH,
                                     .from_ms = NOW_MS,
                                     .expires_ms = NOW_MS + 1000};
    strcpy(hit->object.text, "AUT-0123456789ABCDEF-K");
    strcpy(hit->country, "AUT");
    return hit;
}

TEST(nothing_found_by_document_or_name_is_a_no_hit)
{
    assert_string_equal(verdict(), "no_hit");
    assert_int_equal(json_array_size(json_object_get(body, "matches")), 0);
    assert_null(json_object_get(body, "mrz"));
}

TEST(a_match_says_what_to_do_and_why)
{
    struct cairn_lookup_hit *hit = add_hit();
    hit->warnings[0] = 1;
    hit->warning_count = 1;
    strcpy(hit->contact, "bureau@example.org");
    assert_string_equal(verdict(), "hit");
    const json_t *match = json_array_get(json_object_get(body, "matches"), 0);
    assert_string_equal(json_string_value(json_object_get(match, "action")), "REFUSE_ENTRY");
    assert_string_equal(json_string_value(json_object_get(match, "action_text")),
                        cairn_lookup_action_text(CAIRN_ALERT_ACTION_REFUSE_ENTRY));
    assert_int_equal(json_array_size(json_object_get(match, "why")), 2);
    assert_string_equal(json_string_value(json_array_get(json_object_get(match, "warnings"), 0)),
                        "ARM");
    assert_string_equal(json_string_value(json_object_get(match, "contact")), "bureau@example.org");
    assert_null(json_object_get(match, "row"));
}

TEST(a_row_of_a_batch_is_named)
{
    add_hit()->row = 17;
    assert_string_equal(verdict(), "hit");
    const json_t *match = json_array_get(json_object_get(body, "matches"), 0);
    assert_int_equal(json_integer_value(json_object_get(match, "row")), 17);
}

TEST(a_zone_that_was_not_searched_is_unreadable_never_a_no_hit)
{
    answer.zone = &zone;
    zone.mrz.verdict = CAIRN_MRZ_VERDICT_STRUCTURE;
    zone.mrz.problems = CAIRN_MRZ_PROBLEM_LINES;
    assert_string_equal(verdict(), "unreadable");
    assert_true(has_caution("could not be read"));
    const json_t *problems = json_object_get(json_object_get(body, "mrz"), "problems");
    assert_string_equal(json_string_value(json_array_get(problems, 0)), "line_count_or_length");
}

TEST(a_wrong_digit_makes_a_no_hit_uncertain)
{
    answer.zone = &zone;
    zone.is_document_searched = true;
    zone.is_name_searched = true;
    zone.mrz.verdict = CAIRN_MRZ_VERDICT_CHECK_DIGIT;
    zone.mrz.checks_made = CAIRN_MRZ_CHECK_DOCUMENT | CAIRN_MRZ_CHECK_BIRTH;
    zone.mrz.checks_right = CAIRN_MRZ_CHECK_BIRTH;
    assert_string_equal(verdict(), "uncertain");
    assert_true(has_caution("check digit"));
    const json_t *wrong = json_object_get(json_object_get(body, "mrz"), "wrong_digits");
    assert_int_equal(json_array_size(wrong), 1);
    assert_string_equal(json_string_value(json_array_get(wrong, 0)), "document_number");
}

TEST(a_clear_zone_without_hits_is_a_no_hit)
{
    answer.zone = &zone;
    zone.is_document_searched = true;
    zone.is_name_searched = true;
    zone.is_clear = true;
    assert_string_equal(verdict(), "no_hit");
    assert_int_equal(json_array_size(json_object_get(body, "cautions")), 0);
}

TEST(what_is_left_out_is_said)
{
    add_hit();
    zone.hits.found = 70;
    assert_string_equal(verdict(), "hit");
    assert_true(has_caution("more matches"));
    reset(NULL);
    zone.hits.is_cut = true;
    assert_string_equal(verdict(), "uncertain");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_found_by_document_or_name_is_a_no_hit, reset, drop),
        cmocka_unit_test_setup_teardown(a_match_says_what_to_do_and_why, reset, drop),
        cmocka_unit_test_setup_teardown(a_row_of_a_batch_is_named, reset, drop),
        cmocka_unit_test_setup_teardown(a_zone_that_was_not_searched_is_unreadable_never_a_no_hit,
                                        reset, drop),
        cmocka_unit_test_setup_teardown(a_wrong_digit_makes_a_no_hit_uncertain, reset, drop),
        cmocka_unit_test_setup_teardown(a_clear_zone_without_hits_is_a_no_hit, reset, drop),
        cmocka_unit_test_setup_teardown(what_is_left_out_is_said, reset, drop),
    };
    return cmocka_run_group_tests_name("http_match", tests, NULL, NULL);
}
