/* Method: the table is walked with the same list that makes the enum, so no row can be left out. */
#include "tests/lib/test.h"

#include <string.h>

#include "schema/base/err.h"

#define ERR_ROW(name, number, text) {CAIRN_##name, number, #name, text},
static const struct {
    cairn_err err;
    int number;
    const char *name;
    const char *text;
} err_rows[] = {CAIRN_ERR_LIST(ERR_ROW)};
static const size_t err_count = sizeof err_rows / sizeof err_rows[0];

TEST(every_error_has_its_name_and_a_text)
{
    for (size_t at = 0; at < err_count; at++) {
        assert_string_equal(cairn_err_name(err_rows[at].err), err_rows[at].name);
        assert_string_equal(cairn_err_text(err_rows[at].err), err_rows[at].text);
        assert_true(strlen(err_rows[at].text) > 1);
    }
}

TEST(every_number_belongs_to_a_family_and_to_one_error)
{
    for (size_t at = 1; at < err_count; at++) {
        assert_in_range(err_rows[at].number, 101, 699);
        for (size_t other = 0; other < at; other++) {
            assert_int_not_equal(err_rows[at].number, err_rows[other].number);
        }
    }
    assert_int_equal(CAIRN_OK, 0);
}

TEST(texts_of_the_600_family_end_with_the_rule)
{
    for (size_t at = 0; at < err_count; at++) {
        if (err_rows[at].number < 600) {
            continue;
        }
        const char *rule = strrchr(err_rows[at].text, ':');
        assert_non_null(rule);
        assert_int_equal(strlen(rule), strlen(": B17"));
        assert_true(rule[2] == 'B' || rule[2] == 'C');
        assert_in_range(rule[3], '0', '9');
        assert_in_range(rule[4], '0', '9');
    }
}

TEST(numbers_of_the_wire_never_change)
{
    assert_int_equal(CAIRN_SHORT, 101);
    assert_int_equal(CAIRN_PEER_OVERDRAW, 201);
    assert_int_equal(CAIRN_PEER_FORK, 206);
    assert_int_equal(CAIRN_DENIED_ROLE, 301);
    assert_int_equal(CAIRN_LATER, 401);
    assert_int_equal(CAIRN_MEMORY, 501);
    assert_int_equal(CAIRN_RULE_THIN, 617);
    assert_int_equal(CAIRN_RULE_STEP, 655);
}

TEST(a_number_from_a_newer_build_has_a_text_too)
{
    assert_string_equal(cairn_err_text((cairn_err)699), "unknown error");
    assert_string_equal(cairn_err_name((cairn_err)699), "UNKNOWN");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_error_has_its_name_and_a_text),
        cmocka_unit_test(every_number_belongs_to_a_family_and_to_one_error),
        cmocka_unit_test(texts_of_the_600_family_end_with_the_rule),
        cmocka_unit_test(numbers_of_the_wire_never_change),
        cmocka_unit_test(a_number_from_a_newer_build_has_a_text_too),
    };
    return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
