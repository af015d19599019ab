#include "schema/case/case_codes.h"

#include "tests/lib/shapes.h"
#include "tests/lib/test.h"

TEST(every_list_is_sound)
{
    static const struct cairn_codelist *const lists[] = {
        &cairn_case_codes_bases,    &cairn_case_codes_procedures,  &cairn_case_codes_modes,
        &cairn_case_codes_roles,    &cairn_case_codes_sexes,       &cairn_case_codes_civil_statuses,
        &cairn_case_codes_evidence, &cairn_case_codes_media,       &cairn_case_codes_needs,
        &cairn_case_codes_risks,    &cairn_case_codes_families,    &cairn_case_codes_guardians,
        &cairn_case_codes_refusals, &cairn_case_codes_withdrawals,
    };
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        test_codelist_is_sound(lists[i]);
    }
}

TEST(only_reasons_break_the_rule_of_reasons)
{
    assert_err(cairn_case_codes_refusals.err, CAIRN_RULE_REASON);
    assert_err(cairn_case_codes_withdrawals.err, CAIRN_RULE_REASON);
    assert_err(cairn_case_codes_evidence.err, CAIRN_RULE_CODE);
}

TEST(no_reason_of_withdrawal_speaks_of_protection)
{
    static const char *const words[] = {"protection", "asylum", "refugee"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        assert_int_equal(
            cairn_codelist_number(&cairn_case_codes_withdrawals, cairn_bytes_of(words[i])), 0);
    }
    assert_string_equal(cairn_codelist_text(&cairn_case_codes_withdrawals, 6), "other");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_list_is_sound),
        cmocka_unit_test(only_reasons_break_the_rule_of_reasons),
        cmocka_unit_test(no_reason_of_withdrawal_speaks_of_protection),
    };
    return cmocka_run_group_tests_name("case_codes", tests, NULL, NULL);
}
