#include "schema/alert/category.h"

#include "tests/lib/test.h"

static const struct cairn_category *row(enum cairn_alert_category number)
{
    const struct cairn_category *category = cairn_category_find(number);
    assert_non_null(category);
    return category;
}

TEST(every_code_of_the_list_has_a_row_and_no_other)
{
    for (size_t i = 0; i < cairn_alert_codes_categories.count; i++) {
        uint16_t number = cairn_alert_codes_categories.entries[i].number;
        assert_int_equal(row((enum cairn_alert_category)number)->number, number);
    }
    assert_null(cairn_category_find(0));
    assert_null(cairn_category_find(15));
}

TEST(every_row_is_sound)
{
    for (size_t i = 0; i < cairn_alert_codes_categories.count; i++) {
        const struct cairn_category *category =
            row((enum cairn_alert_category)cairn_alert_codes_categories.entries[i].number);
        assert_int_not_equal(category->actions[0].action, 0);
        assert_true(category->life_months > 0);
        assert_true(category->life_months <= category->life_months_max);
        uint32_t reasons = 0;
        for (size_t j = 0; j < cairn_alert_codes_reasons.count; j++) {
            uint16_t reason = cairn_alert_codes_reasons.entries[j].number;
            reasons += reason >= category->reason_min && reason <= category->reason_max;
        }
        assert_true(reasons > 0);
        for (size_t j = 0; j < CAIRN_CATEGORY_ACTIONS_MAX; j++) {
            uint64_t action = category->actions[j].action;
            if (action != 0) {
                assert_non_null(cairn_codelist_text(&cairn_alert_codes_actions, action));
                assert_true(cairn_category_coercion(category, action) <=
                            CAIRN_CATEGORY_COERCION_MAX);
            }
        }
    }
}

TEST(coercion_is_that_of_the_action_in_its_category)
{
    assert_int_equal(
        cairn_category_coercion(row(CAIRN_ALERT_ARR), CAIRN_ALERT_ACTION_DETAIN_CONTACT), 5);
    assert_int_equal(
        cairn_category_coercion(row(CAIRN_ALERT_CHA), CAIRN_ALERT_ACTION_PREVENT_TRAVEL), 3);
    assert_int_equal(
        cairn_category_coercion(row(CAIRN_ALERT_VUL), CAIRN_ALERT_ACTION_PREVENT_TRAVEL), 2);
    assert_int_equal(cairn_category_coercion(row(CAIRN_ALERT_ARR), CAIRN_ALERT_ACTION_LOCATE),
                     UINT32_MAX);
    assert_int_equal(cairn_category_coercion_any(CAIRN_ALERT_ACTION_PREVENT_TRAVEL), 3);
    assert_int_equal(cairn_category_coercion_any(CAIRN_ALERT_ACTION_DETAIN_CONTACT), 5);
    assert_int_equal(cairn_category_coercion_any(0), 0);
}

TEST(a_fallback_is_milder)
{
    const struct cairn_category *check = row(CAIRN_ALERT_CHK);
    assert_true(cairn_category_allows_fallback(check, CAIRN_ALERT_ACTION_SPECIFIC,
                                               CAIRN_ALERT_ACTION_DISCREET));
    assert_false(cairn_category_allows_fallback(check, CAIRN_ALERT_ACTION_DISCREET,
                                                CAIRN_ALERT_ACTION_SPECIFIC));
    assert_false(cairn_category_allows_fallback(check, CAIRN_ALERT_ACTION_DISCREET,
                                                CAIRN_ALERT_ACTION_REPORT_ADDRESS)); /* equal */
    assert_true(cairn_category_allows_fallback(check, CAIRN_ALERT_ACTION_DISCREET,
                                               CAIRN_ALERT_ACTION_INFORM_ONLY));
    assert_false(cairn_category_allows_fallback(row(CAIRN_ALERT_DOC), CAIRN_ALERT_ACTION_SEIZE_DOC,
                                                CAIRN_ALERT_ACTION_INFORM_ONLY));
}

TEST(life_is_counted_in_calendar_months)
{
    static const struct {
        enum cairn_alert_category category;
        uint64_t from_ms;
        uint64_t expires_max_ms;
    } cases[] = {
        {CAIRN_ALERT_ARR, 1772366400000, 1930132800000},  /* 2026-03-01T12 + 5 y */
        {CAIRN_ALERT_WARN, 1709164800000, 1740700800000}, /* 2024-02-29 + 1 y = 2025-02-28 */
        {CAIRN_ALERT_DOC, 1772366400000, 2087985600000},  /* + 10 y */
        {CAIRN_ALERT_CHK, 1767139200000, 1798675200000},  /* 2025-12-31 + 1 y */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(cairn_category_expires_max_ms(row(cases[i].category), cases[i].from_ms),
                         cases[i].expires_max_ms);
    }
    expect_assert_failure(
        (void)cairn_category_expires_max_ms(row(CAIRN_ALERT_DOC), CAIRN_SHAPE_TIME));
    assert_true(cairn_category_expires_max_ms(row(CAIRN_ALERT_DOC), CAIRN_SHAPE_TIME - 1) >
                CAIRN_SHAPE_TIME);
}

TEST(who_must_be_protected_comes_first)
{
    static const struct {
        enum cairn_alert_category category;
        uint64_t action;
    } order[] = {
        {CAIRN_ALERT_CHA, CAIRN_ALERT_ACTION_PROTECT},
        {CAIRN_ALERT_MISP, CAIRN_ALERT_ACTION_PROTECT},
        {CAIRN_ALERT_ARR, CAIRN_ALERT_ACTION_DETAIN_CONTACT},
        {CAIRN_ALERT_REF, CAIRN_ALERT_ACTION_REFUSE_ENTRY},
        {CAIRN_ALERT_SAN, CAIRN_ALERT_ACTION_REFUSE_TRANSIT},
        {CAIRN_ALERT_RET, CAIRN_ALERT_ACTION_CHECK_STAY},
        {CAIRN_ALERT_CHK, CAIRN_ALERT_ACTION_SPECIFIC},
        {CAIRN_ALERT_CHK, CAIRN_ALERT_ACTION_INQUIRY},
        {CAIRN_ALERT_CHK, CAIRN_ALERT_ACTION_DISCREET},
        {CAIRN_ALERT_JUD, CAIRN_ALERT_ACTION_REPORT_ADDRESS},
        {CAIRN_ALERT_DOC, CAIRN_ALERT_ACTION_EXAMINE},
    };
    for (size_t i = 1; i < sizeof order / sizeof order[0]; i++) {
        assert_true(cairn_category_priority(row(order[i - 1].category), order[i - 1].action) <
                    cairn_category_priority(row(order[i].category), order[i].action));
    }
    expect_assert_failure((void)cairn_category_priority(row(CAIRN_ALERT_CHK), 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_of_the_list_has_a_row_and_no_other),
        cmocka_unit_test(every_row_is_sound),
        cmocka_unit_test(coercion_is_that_of_the_action_in_its_category),
        cmocka_unit_test(a_fallback_is_milder),
        cmocka_unit_test(life_is_counted_in_calendar_months),
        cmocka_unit_test(who_must_be_protected_comes_first),
    };
    return cmocka_run_group_tests_name("category", tests, NULL, NULL);
}
