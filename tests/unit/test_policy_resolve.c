#include "schema/policy.h"

#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

static uint8_t memory[1u << 20];
static struct cairn_policy policy;
static struct cairn_policy_answer answer;
static const char partners[][4] = {"TUR", "GEO", "SRB", "BIH", "DEU"};
static struct cairn_bytes nationalities[4];
static struct cairn_bytes birth_countries[4];

static void apply(struct cairn_bytes text)
{
    struct cairn_arena arena;
    struct cairn_yaml_fault fault;
    cairn_arena_init(&arena, memory, sizeof memory);
    assert_err(cairn_policy_parse(text, false, &arena, &policy, &fault), CAIRN_OK);
}

/* Codes with blanks between them, such as "GEO XXA"; gives their number. */
static uint32_t split(const char *codes, struct cairn_bytes *out)
{
    uint32_t count = 0;
    while (*codes != '\0') {
        size_t size = strcspn(codes, " ");
        out[count++] = (struct cairn_bytes){(const uint8_t *)codes, size};
        codes += size + (codes[size] == ' ');
    }
    return count;
}

static struct cairn_policy_question question_of(enum cairn_kind kind, uint64_t category,
                                                const char *nationality, const char *birth)
{
    return (struct cairn_policy_question){
        .kind = kind,
        .category = category,
        .own = cairn_bytes_of("AUT"),
        .partners = partners,
        .partner_count = sizeof partners / sizeof partners[0],
        .nationalities = nationalities,
        .nationality_count = split(nationality, nationalities),
        .birth_countries = birth_countries,
        .birth_country_count = split(birth, birth_countries),
    };
}

static void join(char (*codes)[4], uint32_t count, char *out, size_t size)
{
    size_t at = 0;
    out[0] = '\0';
    for (uint32_t i = 0; i < count; i++) {
        at += (size_t)snprintf(out + at, size - at, "%s%s", i > 0 ? " " : "", codes[i]);
    }
}

static void expect(const struct cairn_policy_question *question, const char *members,
                   const char *excluded, uint32_t rule_index)
{
    char text[1200];
    assert_err(cairn_policy_resolve(&policy, question, &answer), CAIRN_OK);
    join(answer.members, answer.member_count, text, sizeof text);
    assert_string_equal(text, members);
    join(answer.excluded, answer.excluded_count, text, sizeof text);
    assert_string_equal(text, excluded);
    assert_int_equal(answer.rule_index, rule_index);
}

TEST(the_first_rule_that_fits_decides)
{
    apply(test_data("policies/region.yaml"));
    struct cairn_policy_question question =
        question_of(CAIRN_KIND_ALERT_BATCH, CAIRN_ALERT_DOC, "", "");
    expect(&question, "AUT BIH DEU GEO SRB TUR", "", 0);
    question = question_of(CAIRN_KIND_ALERT_ISSUE, CAIRN_ALERT_REF, "", "");
    expect(&question, "AUT BIH GEO SRB", "", 1); /* MNE is no partner yet */
    question = question_of(CAIRN_KIND_ALERT_AMEND, CAIRN_ALERT_ARR, "", "");
    expect(&question, "AUT BIH GEO SRB", "", 1);
    question = question_of(CAIRN_KIND_ALERT_ISSUE, CAIRN_ALERT_CHA, "", "");
    expect(&question, "AUT", "", CAIRN_POLICY_NO_RULE); /* no rule: national */
}

TEST(never_takes_out_the_states_of_the_person)
{
    apply(test_data("policies/region.yaml"));
    struct cairn_policy_question question =
        question_of(CAIRN_KIND_ALERT_ISSUE, CAIRN_ALERT_REF, "GEO TUR", "");
    expect(&question, "AUT BIH SRB", "GEO", 1); /* TUR is outside of region anyway */
    question = question_of(CAIRN_KIND_ALERT_ISSUE, CAIRN_ALERT_REF, "XXA", "SRB");
    expect(&question, "AUT BIH GEO", "SRB", 1);
    question = question_of(CAIRN_KIND_ALERT_ISSUE, CAIRN_ALERT_REF, "MNE", "");
    expect(&question, "AUT BIH GEO SRB", "MNE", 1); /* for the day on which it is a partner */
    question = question_of(CAIRN_KIND_ALERT_ISSUE, CAIRN_ALERT_REF, "AUT", "AUT");
    expect(&question, "AUT BIH GEO SRB", "", 1); /* the own country is always a member */
    question = question_of(CAIRN_KIND_ALERT_BATCH, CAIRN_ALERT_DOC, "GEO", "GEO");
    expect(&question, "AUT BIH DEU GEO SRB TUR", "", 0); /* that rule has no never */
}

TEST(a_state_that_is_gone_takes_out_those_that_came_after_it)
{
    apply(test_data("policies/region.yaml"));
    struct cairn_policy_question question =
        question_of(CAIRN_KIND_ALERT_ISSUE, CAIRN_ALERT_REF, "GEO", "YUG");
    expect(&question, "AUT", "BIH GEO MNE SRB", 1);
    apply(
        cairn_bytes_of("policy: 1\nrelease:\n  - {kinds: [alert.*], to: all, never: [nationality, "
                       "birth_country]}\naccept: {}\nroles: {}\n"));
    question = question_of(CAIRN_KIND_ALERT_ISSUE, CAIRN_ALERT_REF, "D", "TMP");
    expect(&question, "AUT BIH GEO SRB TUR", "DEU IDN TLS", 0);
    question = question_of(CAIRN_KIND_ALERT_ISSUE, CAIRN_ALERT_REF, "AUT D", "DEU D");
    expect(&question, "AUT BIH GEO SRB TUR", "DEU", 0); /* never the own country, nobody twice */
}

TEST(only_what_never_names_is_taken_out)
{
    apply(cairn_bytes_of("policy: 1\nrelease:\n  - {kinds: [alert.*], to: all, "
                         "never: [nationality]}\naccept: {}\nroles: {}\n"));
    struct cairn_policy_question question =
        question_of(CAIRN_KIND_ALERT_ISSUE, CAIRN_ALERT_REF, "GEO", "SRB");
    expect(&question, "AUT BIH DEU SRB TUR", "GEO", 0);
}

TEST(cases_go_to_the_other_party_if_it_is_a_partner)
{
    apply(test_data("policies/region.yaml"));
    struct cairn_policy_question question = question_of(CAIRN_KIND_CASE_REQUEST, 0, "GEO", "GEO");
    question.party = cairn_bytes_of("GEO");
    expect(&question, "AUT GEO", "", 2);
    question.party = cairn_bytes_of("ARM");
    expect(&question, "AUT", "", 2);
}

TEST(national_stays_at_home_and_without_policy_everything_does)
{
    apply(cairn_bytes_of("policy: 1\nrelease:\n  - {kinds: [alert.issue], to: national}\n"
                         "  - {kinds: ['*'], to: all}\naccept: {}\nroles: {}\n"));
    struct cairn_policy_question question =
        question_of(CAIRN_KIND_ALERT_ISSUE, CAIRN_ALERT_DOC, "", "");
    expect(&question, "AUT", "", 0);
    question.kind = CAIRN_KIND_CASE_ACK;
    expect(&question, "AUT BIH DEU GEO SRB TUR", "", 1);
    apply(cairn_policy_default());
    expect(&question, "AUT", "", CAIRN_POLICY_NO_RULE);
}

TEST(the_order_of_partners_changes_nothing)
{
    static const char turned[][4] = {"DEU", "BIH", "SRB", "GEO", "TUR"};
    apply(test_data("policies/region.yaml"));
    struct cairn_policy_question question =
        question_of(CAIRN_KIND_ALERT_ISSUE, CAIRN_ALERT_REF, "GEO", "");
    question.partners = turned;
    expect(&question, "AUT BIH SRB", "GEO", 1);
}

TEST(more_members_than_a_feed_may_have_are_refused)
{
    static char many[CAIRN_LIMIT_MEMBERS + 1][4];
    for (size_t i = 0; i < sizeof many / sizeof many[0]; i++) {
        many[i][0] = 'A';
        many[i][1] = (char)('A' + i / 26);
        many[i][2] = (char)('A' + i % 26);
    }
    apply(test_data("policies/region.yaml"));
    struct cairn_policy_question question =
        question_of(CAIRN_KIND_ALERT_BATCH, CAIRN_ALERT_DOC, "", "");
    question.partners = (const char(*)[4])many;
    question.partner_count = CAIRN_LIMIT_MEMBERS - 1;
    assert_err(cairn_policy_resolve(&policy, &question, &answer), CAIRN_OK);
    question.partner_count = CAIRN_LIMIT_MEMBERS;
    assert_err(cairn_policy_resolve(&policy, &question, &answer), CAIRN_TOO_LONG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_rule_that_fits_decides),
        cmocka_unit_test(never_takes_out_the_states_of_the_person),
        cmocka_unit_test(a_state_that_is_gone_takes_out_those_that_came_after_it),
        cmocka_unit_test(only_what_never_names_is_taken_out),
        cmocka_unit_test(cases_go_to_the_other_party_if_it_is_a_partner),
        cmocka_unit_test(national_stays_at_home_and_without_policy_everything_does),
        cmocka_unit_test(the_order_of_partners_changes_nothing),
        cmocka_unit_test(more_members_than_a_feed_may_have_are_refused),
    };
    return cmocka_run_group_tests_name("policy_resolve", tests, NULL, NULL);
}
