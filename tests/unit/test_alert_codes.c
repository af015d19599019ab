#include "schema/alert/alert_codes.h"

#include "tests/lib/shapes.h"
#include "tests/lib/test.h"

static uint16_t number(const struct cairn_codelist *list, const char *text)
{
    return cairn_codelist_number(list, cairn_bytes_of(text));
}

TEST(every_list_is_sound)
{
    static const struct cairn_codelist *const lists[] = {
        &cairn_alert_codes_categories,  &cairn_alert_codes_actions,
        &cairn_alert_codes_reasons,     &cairn_alert_codes_withdrawals,
        &cairn_alert_codes_sexes,       &cairn_alert_codes_name_kinds,
        &cairn_alert_codes_documents,   &cairn_alert_codes_document_statuses,
        &cairn_alert_codes_warnings,    &cairn_alert_codes_risks,
        &cairn_alert_codes_suspensions, &cairn_alert_codes_seeks,
        &cairn_alert_codes_handlings,   &cairn_alert_codes_sources,
        &cairn_alert_codes_onwards,
    };
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        test_codelist_is_sound(lists[i]);
    }
}

TEST(numbers_on_the_wire_stay_what_they_are)
{
    assert_int_equal(number(&cairn_alert_codes_categories, "ARR"), 1);
    assert_int_equal(number(&cairn_alert_codes_categories, "DBL"), 14);
    assert_int_equal(number(&cairn_alert_codes_actions, "EXAMINE"), 15);
    assert_int_equal(number(&cairn_alert_codes_reasons, "immigration_offence"),
                     CAIRN_ALERT_REASON_IMMIGRATION);
    assert_int_equal(number(&cairn_alert_codes_reasons, "production_theft"), 102);
    assert_int_equal(number(&cairn_alert_codes_withdrawals, "merged"), CAIRN_ALERT_WITHDRAW_MERGED);
    assert_int_equal(number(&cairn_alert_codes_documents, "E"), 9);
    assert_int_equal(number(&cairn_alert_codes_document_statuses, "misappropriated"), 7);
    assert_int_equal(number(&cairn_alert_codes_warnings, "VOT"), 9);
    assert_int_equal(number(&cairn_alert_codes_handlings, "H3"), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_list_is_sound),
        cmocka_unit_test(numbers_on_the_wire_stay_what_they_are),
    };
    return cmocka_run_group_tests_name("alert_codes", tests, NULL, NULL);
}
