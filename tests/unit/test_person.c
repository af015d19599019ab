#include "schema/alert/person.h"

#include "tests/lib/body.h"
#include "tests/lib/test.h"

static struct cairn_civil_birth birth_of(const char *text)
{
    struct cairn_civil_birth birth;
    assert_err(cairn_civil_parse_birth(cairn_bytes_of(text), &birth), CAIRN_OK);
    return birth;
}

TEST(what_is_unknown_of_a_birth_counts_for_the_child)
{
    static const struct {
        const char *birth;
        bool is_minor;
    } cases[] = {
        {"2008-03-01", false}, /* eighteen today */
        {"2008-03-02", true},  /* tomorrow */
        {"2008-04-01", true},  /* a later month, and no later day */
        {"2008-02-28", false}, {"2008-02-29", false}, {"2008-03-XX", true},
        {"2008-XX-XX", true},  {"2007-XX-XX", false}, {"2000/2009", true},
        {"XXXX-XX-XX", false}, {"2026-03-01", true},  {"2030-01-01", true},
    };
    int32_t today = cairn_person_days(cairn_bytes_of("2026-03-01"));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(cairn_person_is_minor(birth_of(cases[i].birth), today), cases[i].is_minor);
    }
}

TEST(somebody_is_older_only_when_it_is_certain)
{
    assert_true(cairn_person_is_older(birth_of("1980-01-01"), birth_of("1980-01-02")));
    assert_true(cairn_person_is_older(birth_of("1980-01-01"), birth_of("1980-01-01")));
    assert_false(cairn_person_is_older(birth_of("1980-01-02"), birth_of("1980-01-01")));
    assert_true(cairn_person_is_older(birth_of("1979-XX-XX"), birth_of("1980-XX-XX")));
    assert_false(cairn_person_is_older(birth_of("1980-XX-XX"), birth_of("1980-06-XX")));
    assert_false(cairn_person_is_older(birth_of("XXXX-XX-XX"), birth_of("1980-06-XX")));
    assert_false(cairn_person_is_older(birth_of("1980-06-XX"), birth_of("XXXX-XX-XX")));
    assert_false(cairn_person_has_birth(birth_of("XXXX-XX-XX")));
    assert_true(cairn_person_has_birth(birth_of("1970/1975")));
}

TEST(nationalities_count_by_the_state_that_answers_for_them)
{
    struct cairn_bytes none = {NULL, 0};
    assert_true(cairn_person_has_nationality(test_body("['GEO', 'D']"), cairn_bytes_of("DEU")));
    assert_true(cairn_person_has_nationality(test_body("['GBO']"), cairn_bytes_of("GBR")));
    assert_false(cairn_person_has_nationality(test_body("['XXA', 'SUN']"), cairn_bytes_of("GEO")));
    assert_false(cairn_person_has_nationality(none, cairn_bytes_of("GEO")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_unknown_of_a_birth_counts_for_the_child),
        cmocka_unit_test(somebody_is_older_only_when_it_is_certain),
        cmocka_unit_test(nationalities_count_by_the_state_that_answers_for_them),
    };
    return cmocka_run_group_tests_name("person", tests, NULL, NULL);
}
