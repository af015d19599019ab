#include "node/audience.h"

#include "tests/lib/body.h"
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

static const char text[] =
    "policy: 1\n"
    "audiences: {region: [SRB, GEO, MNE, AUT], all: partners}\n"
    "release:\n"
    "  - {kinds: [alert.batch], to: all}\n"
    "  - {kinds: [alert.*], categories: [REF], to: region, never: [nationality, birth_country]}\n"
    "  - {kinds: [alert.*], categories: [WARN], to: national}\n"
    "accept: {default: {kinds: ['*'], entries_per_s: 1}}\n"
    "roles: {booth: [screen]}\n";
static const char partners[][4] = {"GEO", "SRB", "TUR"};
static const struct cairn_audience_asker asker = {"AUT", partners, 3};
static uint8_t memory[1u << 20];
static struct cairn_policy policy;
static struct cairn_policy_answer answer;
static struct cairn_audience audience;

static void resolve(enum cairn_kind kind, uint64_t category, const char *nationality)
{
    struct cairn_arena arena;
    struct cairn_yaml_fault fault = {.what = ""};
    struct cairn_audience_subject subject = {.category = category};
    cairn_arena_init(&arena, memory, sizeof memory);
    assert_err(cairn_policy_parse(cairn_bytes_of(text), false, &arena, &policy, &fault), CAIRN_OK);
    if (nationality != NULL) {
        subject.nationality_count = 1;
        snprintf(subject.nationalities[0], 4, "%s", nationality);
    }
    assert_err(cairn_audience_resolve(&policy, &asker, kind, &subject, &answer), CAIRN_OK);
    cairn_audience_of(&policy, &answer, "AUT", &audience);
}

static void expect_line(const char *wanted)
{
    char line[CAIRN_AUDIENCE_TEXT_BYTES];
    cairn_audience_write(&audience, line);
    assert_string_equal(line, wanted);
}

static void expect_members(const char *wanted)
{
    uint8_t members[CAIRN_LIMIT_MEMBERS][3];
    char line[CAIRN_LIMIT_MEMBERS * 4] = "";
    uint32_t count = cairn_audience_members(&audience, &asker, members);
    for (uint32_t at = 0; at < count; at++) {
        snprintf(line + strlen(line), 5, "%s%.3s", at == 0 ? "" : " ", (const char *)members[at]);
    }
    assert_string_equal(line, wanted);
}

TEST(a_list_stands_for_its_countries_partners_or_not_without_the_own_one)
{
    resolve(CAIRN_KIND_ALERT_ISSUE, CAIRN_ALERT_REF, NULL);
    expect_line("list GEO MNE SRB");
    expect_members("AUT GEO SRB");
}

TEST(who_is_withheld_is_part_of_what_a_feed_stands_for_also_before_they_are_partners)
{
    resolve(CAIRN_KIND_ALERT_ISSUE, CAIRN_ALERT_REF, "MNE");
    expect_line("list GEO MNE SRB -MNE");
    expect_members("AUT GEO SRB");
    resolve(CAIRN_KIND_ALERT_ISSUE, CAIRN_ALERT_REF, "SRB");
    expect_line("list GEO MNE SRB -SRB");
    expect_members("AUT GEO");
}

TEST(all_grows_with_the_partners)
{
    resolve(CAIRN_KIND_ALERT_BATCH, CAIRN_ALERT_DOC, NULL);
    expect_line("all");
    expect_members("AUT GEO SRB TUR");
}

TEST(no_rule_and_a_national_rule_are_the_same_private_audience)
{
    resolve(CAIRN_KIND_ALERT_ISSUE, CAIRN_ALERT_WARN, NULL);
    expect_line("private national");
    expect_members("AUT");
    assert_true(cairn_audience_is_private(&audience));
    resolve(CAIRN_KIND_ALERT_ISSUE, CAIRN_ALERT_ARR, NULL);
    expect_line("private national");
}

TEST(a_list_of_which_all_are_withheld_is_private_for_whoever_joins_it_is_for_nobody)
{
    static const char *const lists[] = {"[SRB]", "[AUT, SRB]", "[AUT]", "[SRB, GEO]"};
    static const char *const lines[] = {"private national", "private national", "private national",
                                        "list GEO SRB -SRB"};
    char source[sizeof text + 16];
    struct cairn_arena arena;
    struct cairn_yaml_fault fault = {.what = ""};
    const struct cairn_audience_subject subject = {
        .category = CAIRN_ALERT_REF, .nationality_count = 1, .nationalities = {"SRB"}};
    for (size_t at = 0; at < sizeof lists / sizeof lists[0]; at++) {
        snprintf(source, sizeof source, "policy: 1\naudiences: {region: %s%s", lists[at],
                 strstr(text, ", all: partners"));
        cairn_arena_init(&arena, memory, sizeof memory);
        assert_err(cairn_policy_parse(cairn_bytes_of(source), false, &arena, &policy, &fault),
                   CAIRN_OK);
        assert_err(
            cairn_audience_resolve(&policy, &asker, CAIRN_KIND_ALERT_ISSUE, &subject, &answer),
            CAIRN_OK);
        cairn_audience_of(&policy, &answer, "AUT", &audience);
        expect_line(lines[at]);
    }
}

TEST(one_audience_is_within_another_when_that_holds_whoever_it_could_hold_one_day)
{
    static const struct {
        const char *inner;
        const char *outer;
        bool is_within;
    } cases[] = {
        {"all", "all", true},
        {"all -IRN -SYR", "all -IRN", true},
        {"all -IRN", "all -IRN -SYR", false},
        {"all", "list GEO SRB", false},
        {"all -IRN", "private national", false},
        {"list GEO SRB", "all", true},
        {"list GEO SRB", "all -SRB", false},
        {"list GEO SRB -SRB", "all -SRB", true},
        {"list GEO SRB -SRB", "list GEO", true},
        {"list GEO SRB", "list GEO", false},
        {"list GEO", "list GEO SRB -GEO", false},
        {"list GEO", "private national", false},
        {"private national", "private national", true},
        {"private national", "list GEO", true},
    };
    for (size_t at = 0; at < sizeof cases / sizeof cases[0]; at++) {
        struct cairn_audience outer;
        assert_err(cairn_audience_read(cases[at].inner, &audience), CAIRN_OK);
        assert_err(cairn_audience_read(cases[at].outer, &outer), CAIRN_OK);
        if (cairn_audience_is_within(&audience, &outer) != cases[at].is_within) {
            fail_msg("%s within %s", cases[at].inner, cases[at].outer);
        }
    }
}

TEST(a_feed_may_hold_what_withholds_from_nobody_who_could_read_it)
{
    resolve(CAIRN_KIND_ALERT_ISSUE, CAIRN_ALERT_REF, NULL);
    struct cairn_audience everybody = audience;
    resolve(CAIRN_KIND_ALERT_ISSUE, CAIRN_ALERT_REF, "GEO");
    assert_false(cairn_audience_withholds(&everybody, &answer));
    assert_true(cairn_audience_withholds(&audience, &answer));
    assert_false(cairn_audience_is_equal(&everybody, &audience));
}

TEST(a_line_is_read_as_it_was_written)
{
    static const char *const lines[] = {
        "private access", "private national", "all", "all -IRN -SYR", "list", "list BIH GEO -GEO"};
    for (size_t at = 0; at < sizeof lines / sizeof lines[0]; at++) {
        assert_err(cairn_audience_read(lines[at], &audience), CAIRN_OK);
        expect_line(lines[at]);
    }
}

TEST(any_other_line_is_refused)
{
    static const char *const lines[] = {"",         "private",   "all GEO",    "allGEO",
                                        "list geo", "list GEO ", "list GE",    "list GEO-",
                                        "all -",    "listGEO",   "all -IRNSYR"};
    for (size_t at = 0; at < sizeof lines / sizeof lines[0]; at++) {
        assert_err(cairn_audience_read(lines[at], &audience), CAIRN_JSON_FIELD);
    }
}

TEST(the_subject_of_an_alert_is_its_category_nationalities_and_birth_country)
{
    struct cairn_audience_subject subject;
    cairn_audience_subject_of(
        test_body("{1: 2, 2: 2, 4: 20, 6: 'AUT-bka', 7: 1772366400000, 8: 1788000000000, "
                  "10: {1: 2, 2: 1, 3: 2, 4: 1}, 11: 'x', 13: [{1: 1, 2: 'Doe', 6: 1}], "
                  "14: ['1980-05-17'], 16: {1: 'YUG'}, 17: ['SRB', 'D']}"),
        &subject);
    assert_int_equal(subject.category, CAIRN_ALERT_REF);
    assert_int_equal(subject.nationality_count, 2);
    assert_string_equal(subject.nationalities[1], "D");
    assert_int_equal(subject.birth_count, 1);
    assert_string_equal(subject.births[0], "YUG");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_stands_for_its_countries_partners_or_not_without_the_own_one),
        cmocka_unit_test(
            who_is_withheld_is_part_of_what_a_feed_stands_for_also_before_they_are_partners),
        cmocka_unit_test(all_grows_with_the_partners),
        cmocka_unit_test(no_rule_and_a_national_rule_are_the_same_private_audience),
        cmocka_unit_test(
            a_list_of_which_all_are_withheld_is_private_for_whoever_joins_it_is_for_nobody),
        cmocka_unit_test(
            one_audience_is_within_another_when_that_holds_whoever_it_could_hold_one_day),
        cmocka_unit_test(a_feed_may_hold_what_withholds_from_nobody_who_could_read_it),
        cmocka_unit_test(a_line_is_read_as_it_was_written),
        cmocka_unit_test(any_other_line_is_refused),
        cmocka_unit_test(the_subject_of_an_alert_is_its_category_nationalities_and_birth_country),
    };
    return cmocka_run_group_tests_name("audience", tests, NULL, NULL);
}
