#include "schema/case/case_check.h"

#include "tests/lib/body.h"
#include "tests/lib/test.h"

#define HASH "x'000102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e0f'"

static const char request[] =
    "{1: 'AUT/26-17', 2: 'AUT', 3: 'GEO', 4: " HASH ", 5: 1, 6: 1, 7: 3, "
    "8: {1: true, 2: '2026-02-20'}, 11: [{1: 1, 2: 'Doe', 6: '1980-05-17', 9: ['GEO']}], "
    "15: 1, 17: true}";

static char path[CAIRN_SHAPE_PATH_BYTES];

static cairn_err check(enum cairn_kind kind, const char *country, const char *body)
{
    struct cairn_operation operation = test_operation(kind, country, test_body(body));
    struct cairn_shape_fault fault = {.err = CAIRN_OK};
    cairn_err err = cairn_case_check(&operation, cairn_bytes_of("AUT"), false, &fault);
    assert_err(fault.err, err);
    cairn_shape_write_path(&fault, path);
    return err;
}

TEST(c01_the_requesting_state_asks_and_withdraws_and_the_other_answers)
{
    static const struct {
        enum cairn_kind kind;
        const char *body;
        bool is_of_requesting;
    } cases[] = {
        {CAIRN_KIND_CASE_REQUEST, request, true},    {CAIRN_KIND_CASE_WITHDRAW, "{1: 3}", true},
        {CAIRN_KIND_CASE_ACK, "{}", false},          {CAIRN_KIND_CASE_ACCEPT, "{1: true}", false},
        {CAIRN_KIND_CASE_REFUSE, "{1: [1]}", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bool is_own = cases[i].is_of_requesting;
        assert_err(check(cases[i].kind, "AUT", cases[i].body),
                   is_own ? CAIRN_OK : CAIRN_RULE_PARTIES);
        assert_err(check(cases[i].kind, "GEO", cases[i].body),
                   is_own ? CAIRN_RULE_PARTIES : CAIRN_OK);
    }
}

TEST(an_acknowledgement_may_say_nothing_or_whom_to_call)
{
    assert_err(check(CAIRN_KIND_CASE_ACK, "GEO", "{1: 'B-44/26', 2: '+43 1 5312600'}"), CAIRN_OK);
    assert_err(check(CAIRN_KIND_CASE_ACK, "GEO", "{3: 1}"), CAIRN_PACK_UNKNOWN_FIELD);
}

TEST(c02_an_acceptance_is_for_all_or_for_named_persons)
{
    static const struct {
        const char *body;
        cairn_err err;
    } cases[] = {
        {"{1: true}", CAIRN_OK},
        {"{1: false, 2: [0, 2, 11], 3: 'X-1', 4: 'papers follow'}", CAIRN_OK},
        {"{}", CAIRN_PACK_FIELD},
        {"{1: false}", CAIRN_RULE_FORM},
        {"{1: true, 2: [0]}", CAIRN_RULE_FORM},
        {"{1: false, 2: [1, 1]}", CAIRN_RULE_FORM},
        {"{1: false, 2: [1, 0]}", CAIRN_RULE_FORM},
        {"{1: false, 2: [12]}", CAIRN_NUMBER},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_err(check(CAIRN_KIND_CASE_ACCEPT, "GEO", cases[i].body), cases[i].err);
    }
}

TEST(c03_refusals_and_withdrawals_have_reasons_of_the_list)
{
    assert_err(check(CAIRN_KIND_CASE_REFUSE, "GEO", "{1: [1, 15], 2: 'not in the register'}"),
               CAIRN_OK);
    assert_err(check(CAIRN_KIND_CASE_REFUSE, "GEO", "{1: [1, 16]}"), CAIRN_RULE_REASON);
    assert_string_equal(path, "reasons[1]");
    assert_err(check(CAIRN_KIND_CASE_REFUSE, "GEO", "{1: []}"), CAIRN_PACK_FIELD);
    assert_err(check(CAIRN_KIND_CASE_REFUSE, "GEO", "{1: [3, 3]}"), CAIRN_RULE_FORM);
    assert_err(check(CAIRN_KIND_CASE_WITHDRAW, "AUT", "{1: 7}"), CAIRN_RULE_REASON);
}

TEST(c04_no_answer_speaks_of_asylum)
{
    assert_err(check(CAIRN_KIND_CASE_WITHDRAW, "AUT", "{1: 6, 2: 'granted asylum'}"),
               CAIRN_RULE_PROTECTED);
    assert_string_equal(path, "text");
    assert_err(check(CAIRN_KIND_CASE_WITHDRAW, "AUT", "{1: 6, 2: 'file closed'}"), CAIRN_OK);
    assert_err(check(CAIRN_KIND_CASE_REFUSE, "GEO", "{1: [15], 2: 'is a refugee'}"),
               CAIRN_RULE_PROTECTED);
    assert_err(check(CAIRN_KIND_CASE_ACCEPT, "GEO", "{1: true, 4: 'is a refugee'}"),
               CAIRN_RULE_PROTECTED);
}

TEST(b36_remarks_hold_no_telephone)
{
    assert_err(check(CAIRN_KIND_CASE_REFUSE, "GEO", "{1: [1], 2: 'call +995 32 2411111'}"),
               CAIRN_RULE_FREE_TEXT);
}

TEST(other_kinds_are_no_cases)
{
    assert_err(check(CAIRN_KIND_ALERT_LEAVE, "AUT", "{}"), CAIRN_KIND_UNKNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(c01_the_requesting_state_asks_and_withdraws_and_the_other_answers),
        cmocka_unit_test(an_acknowledgement_may_say_nothing_or_whom_to_call),
        cmocka_unit_test(c02_an_acceptance_is_for_all_or_for_named_persons),
        cmocka_unit_test(c03_refusals_and_withdrawals_have_reasons_of_the_list),
        cmocka_unit_test(c04_no_answer_speaks_of_asylum),
        cmocka_unit_test(b36_remarks_hold_no_telephone),
        cmocka_unit_test(other_kinds_are_no_cases),
    };
    return cmocka_run_group_tests_name("case_check", tests, NULL, NULL);
}
