#include "schema/alert/alert.h"

#include "tests/lib/body.h"
#include "tests/lib/test.h"

static const char whole[] =
    "{1: 2, 2: 2, 3: 13, 4: 20, 6: 'AUT-bfa', 7: 1000, 8: 2000, 9: '2026-07-01', "
    "10: {1: 1, 2: 1, 3: 1, 4: 1}, 11: 'bureau', "
    "13: [{1: 1, 2: 'Doe', 3: 'Jane', 5: 'Latn', 6: 2, 7: 'DOE<<JANE'}, {1: 4, 4: 'JD', 6: 4}], "
    "14: ['1980-05-XX', '1970/1975'], 15: 1, 16: {1: 'GEO', 2: 'Batumi'}, 17: ['GEO', 'XXA'], "
    "18: [{1: 1, 2: 'GEO', 3: '12AB', 4: '2020-01-01', 5: '2030-01-01', 8: 3}], 20: [1, 9], "
    "23: true}";

static void assert_text(struct cairn_bytes got, const char *wanted)
{
    assert_true(cairn_bytes_is_equal(got, cairn_bytes_of(wanted)));
}

TEST(main_values_are_read)
{
    struct cairn_alert alert;
    cairn_alert_read(test_body(whole), &alert);
    assert_int_equal(alert.category, CAIRN_ALERT_REF);
    assert_int_equal(alert.action, CAIRN_ALERT_ACTION_REFUSE_ENTRY);
    assert_int_equal(alert.fallback, CAIRN_ALERT_ACTION_INFORM_ONLY);
    assert_int_equal(alert.coercion, 4);
    assert_int_equal(alert.priority, 5);
    assert_int_equal(alert.reason, 20);
    assert_int_equal(alert.sex, 1);
    assert_int_equal(alert.status, 0);
    assert_true(alert.is_minor);
    assert_int_equal(alert.from_ms, 1000);
    assert_int_equal(alert.expires_ms, 2000);
    assert_text(alert.authority, "AUT-bfa");
    assert_text(alert.contact, "bureau");
    assert_text(alert.review, "2026-07-01");
    assert_text(alert.birth_country, "GEO");
    assert_int_equal(alert.rows.size, 0);
}

TEST(an_alert_lives_from_its_beginning_until_just_before_its_end)
{
    struct cairn_alert alert;
    cairn_alert_read(test_body(whole), &alert);
    assert_false(cairn_alert_is_live(&alert, 999));
    assert_true(cairn_alert_is_live(&alert, 1000));
    assert_true(cairn_alert_is_live(&alert, 1999));
    assert_false(cairn_alert_is_live(&alert, 2000));
}

TEST(names_births_and_codes_are_walked)
{
    struct cairn_alert alert;
    struct cairn_shape_list list;
    struct cairn_alert_name name;
    cairn_alert_read(test_body(whole), &alert);
    cairn_shape_list_init(&list, alert.names);
    assert_true(cairn_alert_next_name(&list, &name));
    assert_int_equal(name.kind, CAIRN_ALERT_NAME_MAIN);
    assert_int_equal(name.quality, 2);
    assert_text(name.surname, "Doe");
    assert_text(name.given, "Jane");
    assert_text(name.script, "Latn");
    assert_text(name.mrz, "DOE<<JANE");
    assert_true(cairn_alert_next_name(&list, &name));
    assert_text(name.full, "JD");
    assert_int_equal(name.surname.size, 0);
    assert_false(cairn_alert_next_name(&list, &name));
    assert_text(name.full, "JD"); /* unchanged */
    struct cairn_civil_birth birth;
    cairn_shape_list_init(&list, alert.births);
    assert_true(cairn_alert_next_birth(&list, &birth));
    assert_int_equal(birth.month, 5);
    assert_int_equal(birth.day, 0);
    assert_true(cairn_alert_next_birth(&list, &birth));
    assert_int_equal(birth.year_max, 1975);
    assert_false(cairn_alert_next_birth(&list, &birth));
    struct cairn_bytes code;
    cairn_shape_list_init(&list, alert.nationalities);
    assert_true(cairn_alert_next_code(&list, &code));
    assert_true(cairn_alert_next_code(&list, &code));
    assert_text(code, "XXA");
    assert_false(cairn_alert_next_code(&list, &code));
}

TEST(documents_are_walked)
{
    struct cairn_alert alert;
    struct cairn_shape_list list;
    struct cairn_document document;
    cairn_alert_read(test_body(whole), &alert);
    cairn_shape_list_init(&list, alert.documents);
    assert_true(cairn_alert_next_document(&list, &document));
    assert_int_equal(document.kind, 1);
    assert_int_equal(document.status, 3);
    assert_text(document.issuer, "GEO");
    assert_text(document.number, "12AB");
    assert_text(document.expires, "2030-01-01");
    assert_int_equal(document.number_last.size, 0);
    assert_false(cairn_alert_next_document(&list, &document));
}

TEST(rows_of_a_batch_are_numbered)
{
    struct cairn_alert alert;
    struct cairn_shape_list list;
    struct cairn_document row;
    cairn_alert_read(test_body("{1: 13, 2: 15, 4: 100, 7: 1, 8: 2, 28: [{1: 1, 2: 'AUT', 3: 'P1', "
                               "8: 1}, {1: 4, 2: 'AUT', 3: 'P2', 8: 2}]}"),
                     &alert);
    assert_int_equal(alert.category, CAIRN_ALERT_DOC);
    cairn_shape_list_init(&list, alert.rows);
    assert_true(cairn_alert_next_row(&list, &row));
    assert_true(cairn_alert_next_row(&list, &row));
    assert_int_equal(list.next - 1, 1);
    assert_int_equal(row.status, 2);
    assert_text(row.number, "P2");
    assert_false(cairn_alert_next_row(&list, &row));
}

TEST(a_body_that_was_never_checked_is_our_own_mistake)
{
    struct cairn_alert alert;
    struct cairn_bytes body = test_body("{1: 99}");
    expect_assert_failure(cairn_alert_read(body, &alert));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(main_values_are_read),
        cmocka_unit_test(an_alert_lives_from_its_beginning_until_just_before_its_end),
        cmocka_unit_test(names_births_and_codes_are_walked),
        cmocka_unit_test(documents_are_walked),
        cmocka_unit_test(rows_of_a_batch_are_numbered),
        cmocka_unit_test(a_body_that_was_never_checked_is_our_own_mistake),
    };
    return cmocka_run_group_tests_name("alert", tests, NULL, NULL);
}
