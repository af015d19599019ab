#include "schema/alert/alert_part.h"

#include "tests/lib/body.h"
#include "tests/lib/test.h"

static const struct cairn_alert_context context = {
    .author = {(const uint8_t *)"AUT", 3}, .hlc_ms = 1772366400000, .is_test_network = false};

static cairn_err check_lists(const char *body, struct cairn_shape_fault *fault)
{
    struct cairn_bytes slots[CAIRN_ALERT_KEY_END];
    cairn_shape_split(test_body(body), slots, CAIRN_ALERT_KEY_END);
    return cairn_alert_part_check_lists(slots, &context, fault);
}

TEST(lists_are_checked_element_by_element)
{
    struct cairn_shape_fault fault = {.err = CAIRN_OK};
    char path[CAIRN_SHAPE_PATH_BYTES];
    assert_err(check_lists("{}", &fault), CAIRN_OK);
    assert_err(check_lists("{13: [{1: 4, 3: 'Jane', 6: 1}], 14: ['1974-XX-XX']}", &fault),
               CAIRN_OK);
    assert_err(check_lists("{13: [{1: 4, 3: 'J', 6: 1}, {1: 4, 6: 1}]}", &fault), CAIRN_RULE_THIN);
    assert_int_equal(fault.path[0].index, 1);
    assert_err(check_lists("{14: ['1974-XX-XX', '2030-XX-XX']}", &fault), CAIRN_RULE_DATE);
    assert_err(check_lists("{18: [{1: 1, 2: 'AUT', 3: 'P9', 7: 'P1'}]}", &fault), CAIRN_RULE_RANGE);
    cairn_shape_write_path(&fault, path);
    assert_string_equal(path, "documents[0].number_last");
}

TEST(a_decision_is_as_old_as_the_operation)
{
    struct cairn_shape_fault fault;
    struct cairn_bytes none = {NULL, 0};
    assert_err(cairn_alert_part_check_decision(none, &context, &fault), CAIRN_OK);
    struct cairn_bytes today = test_body("{1: 'x', 2: '2026-03-01', 3: 'y'}");
    assert_err(cairn_alert_part_check_decision(today, &context, &fault), CAIRN_OK);
    struct cairn_bytes tomorrow = test_body("{1: 'x', 2: '2026-03-02', 3: 'y'}");
    assert_err(cairn_alert_part_check_decision(tomorrow, &context, &fault), CAIRN_RULE_DECISION);
}

TEST(persons_and_documents_are_two_sides)
{
    struct cairn_bytes slots[CAIRN_ALERT_KEY_END];
    struct cairn_shape_fault fault;
    const struct cairn_category *warning = cairn_category_find(CAIRN_ALERT_WARN);
    const struct cairn_category *document = cairn_category_find(CAIRN_ALERT_DOC);
    cairn_shape_split(test_body("{9: '2026-07-01', 13: [{1: 1, 2: 'Doe', 6: 1}], "
                                "14: ['1980-XX-XX']}"),
                      slots, CAIRN_ALERT_KEY_END);
    assert_err(cairn_alert_part_check_person(warning, slots, &context, &fault), CAIRN_OK);
    assert_err(cairn_alert_part_check_document(document, slots, &context, &fault),
               CAIRN_RULE_SUBJECT);
    cairn_shape_split(test_body("{18: [{1: 1, 2: 'AUT', 3: 'P1'}], 27: 1}"), slots,
                      CAIRN_ALERT_KEY_END);
    assert_err(cairn_alert_part_check_person(warning, slots, &context, &fault), CAIRN_RULE_SUBJECT);
    assert_err(cairn_alert_part_check_document(document, slots, &context, &fault), CAIRN_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_are_checked_element_by_element),
        cmocka_unit_test(a_decision_is_as_old_as_the_operation),
        cmocka_unit_test(persons_and_documents_are_two_sides),
    };
    return cmocka_run_group_tests_name("alert_part", tests, NULL, NULL);
}
