#include "schema/case/request_check.h"

#include "schema/case/case_check.h"
#include "tests/lib/body.h"
#include "tests/lib/test.h"

#define HASH  "x'000102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e0f'"
#define HASH2 "x'010102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e0f'"

static const char request[] =
    "{1: 'AUT/26-17', 2: 'AUT', 3: 'GEO', 4: " HASH ", 5: 1, 6: 1, 7: 3, "
    "8: {1: true, 2: '2026-02-20'}, 11: [{1: 1, 2: 'Doe', 6: '1980-05-17', 9: ['GEO']}, "
    "{1: 3, 3: 'Jane', 6: '2010-XX-XX', 9: ['GEO']}], 13: [{1: 1, 2: " HASH
    ", 3: 1000, 4: 2, 5: 2}], 15: 1}";

static char path[CAIRN_SHAPE_PATH_BYTES];

static cairn_err check_body(struct cairn_bytes body)
{
    struct cairn_operation operation = test_operation(CAIRN_KIND_CASE_REQUEST, "AUT", body);
    struct cairn_shape_fault fault = {.err = CAIRN_OK};
    cairn_err err = cairn_case_check(&operation, cairn_bytes_of("AUT"), false, &fault);
    assert_err(fault.err, err);
    cairn_shape_write_path(&fault, path);
    return err;
}

static cairn_err check(uint32_t key, const char *value)
{
    return check_body(test_body_with(test_body(request), key, value));
}

static cairn_err check_two(uint32_t key, const char *value, uint32_t other, const char *other_value)
{
    return check_body(
        test_body_with(test_body_with(test_body(request), key, value), other, other_value));
}

TEST(a_complete_request_passes)
{
    assert_err(check_body(test_body(request)), CAIRN_OK);
    assert_err(check(14, "[1, 6, 7]"), CAIRN_OK);
    assert_err(check(20, "['TUR', 'HUN']"), CAIRN_OK);
    assert_err(check(12, "[{1: 1, 2: 'GEO', 3: '12AB34567', 9: 1}]"), CAIRN_OK);
}

TEST(c01_the_two_states_are_different_and_the_author_asks)
{
    assert_err(check(2, "'GEO'"), CAIRN_RULE_PARTIES);
    assert_string_equal(path, "requesting");
    assert_err(check(3, "'AUT'"), CAIRN_RULE_PARTIES);
    assert_string_equal(path, "requested");
    assert_err(check(3, "'XXA'"), CAIRN_RULE_PARTIES); /* no state */
    assert_err(check(20, "['TUR', 'GEO']"), CAIRN_RULE_PARTIES);
    assert_string_equal(path, "transit[1]");
    assert_err(check(20, "['AUT']"), CAIRN_RULE_PARTIES);
}

TEST(b16_the_return_decision_is_final_and_older_than_the_request)
{
    assert_err(check(8, "{1: false, 2: '2026-02-20'}"), CAIRN_RULE_DECISION);
    assert_err(check(8, "{1: true, 2: '2026-03-02'}"), CAIRN_RULE_DECISION);
    assert_err(check(8, "{1: true, 2: '2026-03-01'}"), CAIRN_OK);
    assert_err(check(8, NULL), CAIRN_PACK_FIELD);
}

TEST(c02_the_form_has_what_basis_and_procedure_ask_for)
{
    assert_err(check(6, "2"), CAIRN_RULE_FORM); /* accelerated */
    assert_string_equal(path, "caught_on");
    assert_err(check_two(6, "2", 10, "'2026-02-28'"), CAIRN_OK);
    static const char *const third_country[] = {"3", "4", "5", "6"};
    for (size_t i = 0; i < 4; i++) {
        assert_err(check(5, third_country[i]), CAIRN_RULE_FORM);
        assert_string_equal(path, "knew_on");
        assert_err(check_two(5, third_country[i], 9, "'2026-02-28'"), CAIRN_OK);
    }
    assert_err(check(13, NULL), CAIRN_RULE_FORM); /* neither evidence nor interview */
    assert_err(check_two(13, NULL, 17, "true"), CAIRN_OK);
    assert_err(check_two(13, NULL, 17, "false"), CAIRN_RULE_FORM);
}

TEST(c02_there_is_one_principal_and_everybody_has_a_name)
{
    assert_err(check(11, "[{1: 3, 2: 'Doe', 6: '1980-05-17', 9: ['GEO']}]"), CAIRN_RULE_FORM);
    assert_err(check(11, "[{1: 1, 2: 'Doe', 6: '1980-05-17', 9: ['GEO']}, "
                         "{1: 1, 2: 'Roe', 6: '1980-05-17', 9: ['GEO']}]"),
               CAIRN_RULE_FORM);
    assert_string_equal(path, "persons");
    assert_err(check(11, "[{1: 1, 6: '1980-05-17', 9: ['GEO']}]"), CAIRN_RULE_FORM);
    assert_string_equal(path, "persons[0].surname");
    assert_err(check(12, "[{1: 1, 2: 'GEO', 3: '1', 9: 2}]"), CAIRN_RULE_FORM); /* no such person */
    assert_err(check(16, "[{1: 1, 2: 0, 3: 0}]"), CAIRN_RULE_FORM);             /* to oneself */
    assert_err(check(16, "[{1: 1, 2: 0, 3: 2}]"), CAIRN_RULE_FORM);
    assert_err(check(16, "[{1: 3, 2: 1, 3: 5, 4: 'GEO-0123456789ABCDEF-0'}]"), CAIRN_ID);
}

TEST(c04_nothing_reveals_a_protection_history)
{
    assert_err(check(11, "[{1: 1, 2: 'Doe', 6: '1980-05-17', 9: ['GEO', 'XXB']}]"),
               CAIRN_RULE_PROTECTED);
    assert_string_equal(path, "persons[0].nationalities[1]");
    assert_err(check(11, "[{1: 1, 2: 'Doe', 6: '1980-05-17', 9: ['XXC']}]"), CAIRN_RULE_PROTECTED);
    assert_err(check(11, "[{1: 1, 2: 'Doe', 6: '1980-05-17', 9: ['XXA']}]"), CAIRN_OK);
    assert_err(check(13, "[{1: 42, 2: " HASH ", 3: 1, 4: 1, 5: 4}]"), CAIRN_RULE_PROTECTED);
    assert_string_equal(path, "evidence[0]");
    struct cairn_bytes transit =
        test_body_with(test_body(request), 13, "[{1: 42, 2: " HASH ", 3: 1, 4: 1, 5: 4}]");
    transit = test_body_with(transit, 11, "[{1: 1, 2: 'Doe', 6: '1980-05-17', 9: ['AZE']}]");
    assert_err(check_body(transit), CAIRN_OK); /* not the own state */
    assert_err(check(19, "'asylum was refused'"), CAIRN_RULE_PROTECTED);
    assert_err(check(19, "'flight is booked'"), CAIRN_OK);
    assert_err(check(11, "[{1: 1, 2: 'Doe', 6: '1980-05-17', 9: ['GEO'], "
                         "14: ['scar', 'Asylwerber']}]"),
               CAIRN_RULE_PROTECTED);
    assert_string_equal(path, "persons[0].marks[1]");
    assert_err(check(11, "[{1: 1, 2: 'Doe', 6: '1980-05-17', 9: ['GEO'], "
                         "16: 'Asylheim, Traiskirchen'}]"),
               CAIRN_RULE_PROTECTED);
    assert_string_equal(path, "persons[0].address");
    assert_err(check(11, "[{1: 1, 2: 'Doe', 6: '1980-05-17', 9: ['GEO'], 16: 'Rustaveli 1'}]"),
               CAIRN_OK);
    /* one person of the requested state is enough, wherever it stands */
    struct cairn_bytes first =
        test_body_with(test_body(request), 13, "[{1: 42, 2: " HASH ", 3: 1, 4: 1, 5: 4}]");
    first = test_body_with(first, 11,
                           "[{1: 1, 2: 'Doe', 6: '1980-05-17', 9: ['GEO']}, "
                           "{1: 3, 2: 'Doe', 6: '2010-XX-XX', 9: ['AZE']}]");
    assert_err(check_body(first), CAIRN_RULE_PROTECTED);
}

TEST(c05_a_child_alone_has_a_guardian)
{
    const char *child = "[{1: 1, 2: 'Doe', 6: '2010-05-17', 9: ['GEO']}]";
    assert_err(check(11, child), CAIRN_RULE_MINOR);
    assert_string_equal(path, "guardian");
    assert_err(check_two(11, child, 18, "{1: 2, 2: 'Tbilisi house', 3: false}"), CAIRN_RULE_MINOR);
    assert_err(check_two(11, child, 18, "{1: 2, 2: 'Tbilisi house', 3: true}"), CAIRN_OK);
    assert_err(check(11, "[{1: 1, 2: 'Doe', 6: '2010-05-17', 9: ['GEO']}, "
                         "{1: 4, 2: 'Roe', 6: '1980-05-17', 9: ['GEO']}]"),
               CAIRN_OK);
}

TEST(b18_births_are_possible_and_parents_older)
{
    assert_err(check(11, "[{1: 1, 2: 'Doe', 6: '1890-01-01', 9: ['GEO']}]"), CAIRN_RULE_DATE);
    assert_string_equal(path, "persons[0].birth");
    assert_err(check(11, "[{1: 1, 2: 'Doe', 6: '1980-05-17', 9: ['GEO']}, "
                         "{1: 3, 2: 'Doe', 6: '1979-XX-XX', 9: ['GEO']}]"),
               CAIRN_RULE_DATE);
    assert_string_equal(path, "persons[1]");
    assert_err(check(16, "[{1: 2, 2: 0, 3: 1}]"), CAIRN_OK);
    assert_err(check(16, "[{1: 2, 2: 1, 3: 0}]"), CAIRN_RULE_DATE);
    assert_string_equal(path, "family[0]");
    assert_err(check(16, "[{1: 1, 2: 1, 3: 0}]"), CAIRN_OK); /* no parent */
    assert_err(check(16, "[{1: 2, 2: 2, 3: 0}]"), CAIRN_RULE_FORM);
    assert_err(check(16, "[{1: 2, 2: 0, 3: 2}]"), CAIRN_RULE_FORM);
    assert_err(check(16, "[{1: 1, 2: 0, 3: 0}]"), CAIRN_RULE_FORM);
    /* the other person is of another case: neither its number nor its age is known here */
    assert_err(check(16, "[{1: 2, 2: 1, 3: 0, 4: 'GEO-0123456789ABCDEF-G'}]"), CAIRN_OK);
    assert_err(check(16, "[{1: 2, 2: 1, 3: 1, 4: 'GEO-0123456789ABCDEF-G'}]"), CAIRN_OK);
    assert_err(check(16, "[{1: 2, 2: 2, 3: 1, 4: 'GEO-0123456789ABCDEF-G'}]"), CAIRN_RULE_FORM);
    assert_err(check(9, "'2026-03-02'"), CAIRN_RULE_DATE);
    assert_err(check(10, "'2026-03-02'"), CAIRN_RULE_DATE);
    assert_err(check(10, "'2026-02-30'"), CAIRN_DATE);
}

TEST(b19_and_c07_zones_are_whole_and_agree)
{
    assert_err(check(12, "[{1: 1, 2: 'GEO', 3: 'L898902C3', 6: "
                         "'P<GEOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"
                         "L898902C36GEO7408122F1204159ZE184226B<<<<<10', 9: 0}]"),
               CAIRN_OK);
    assert_err(check(12, "[{1: 1, 2: 'GEO', 3: 'L898902C4', 6: "
                         "'P<GEOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"
                         "L898902C36GEO7408122F1204159ZE184226B<<<<<10', 9: 0}]"),
               CAIRN_RULE_MRZ);
    assert_string_equal(path, "documents[0].number");
    assert_err(check(12, "[{1: 1, 2: 'GEO', 3: 'L898902C3', 6: "
                         "'P<GEOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"
                         "L898902C37GEO7408122F1204159ZE184226B<<<<<10', 9: 0}]"),
               CAIRN_MRZ_CHECK_DIGIT);
}

TEST(c08_evidence_is_of_the_list_bounded_and_named_once)
{
    assert_err(check(13, "[{1: 99, 2: " HASH ", 3: 1, 4: 1, 5: 1}]"), CAIRN_RULE_CODE);
    assert_err(check(13, "[{1: 1, 2: " HASH ", 3: 8388608, 4: 1, 5: 1}]"), CAIRN_OK);
    assert_err(check(13, "[{1: 1, 2: " HASH ", 3: 8388609, 4: 1, 5: 1}]"), CAIRN_NUMBER);
    assert_err(check(13, "[{1: 1, 2: " HASH ", 3: 1, 4: 7, 5: 1}]"), CAIRN_RULE_CODE);
    assert_err(
        check(13, "[{1: 1, 2: " HASH ", 3: 1, 4: 1, 5: 1}, {1: 2, 2: " HASH ", 3: 1, 4: 1, 5: 1}]"),
        CAIRN_RULE_EVIDENCE);
    assert_string_equal(path, "evidence[1]");
    assert_err(check(13, "[{1: 1, 2: " HASH ", 3: 1, 4: 1, 5: 1}, {1: 1, 2: " HASH2
                         ", 3: 1, 4: 1, 5: 1}]"),
               CAIRN_OK);
}

TEST(b20_codes_of_countries_are_assigned)
{
    assert_err(check(3, "'QQQ'"), CAIRN_CODE_UNKNOWN);
    assert_err(check(3, "'UTO'"), CAIRN_CODE_UNKNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_complete_request_passes),
        cmocka_unit_test(c01_the_two_states_are_different_and_the_author_asks),
        cmocka_unit_test(b16_the_return_decision_is_final_and_older_than_the_request),
        cmocka_unit_test(c02_the_form_has_what_basis_and_procedure_ask_for),
        cmocka_unit_test(c02_there_is_one_principal_and_everybody_has_a_name),
        cmocka_unit_test(c04_nothing_reveals_a_protection_history),
        cmocka_unit_test(c05_a_child_alone_has_a_guardian),
        cmocka_unit_test(b18_births_are_possible_and_parents_older),
        cmocka_unit_test(b19_and_c07_zones_are_whole_and_agree),
        cmocka_unit_test(c08_evidence_is_of_the_list_bounded_and_named_once),
        cmocka_unit_test(b20_codes_of_countries_are_assigned),
    };
    return cmocka_run_group_tests_name("request_check", tests, NULL, NULL);
}
