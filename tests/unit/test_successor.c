#include "schema/successor.h"

#include "schema/code.h"
#include "tests/lib/test.h"

TEST(every_row_leads_from_a_withdrawn_code_to_countries)
{
    struct cairn_bytes code, successor;
    uint32_t rows = 0;
    for (; cairn_successor_table(rows, &code); rows++) {
        const struct cairn_code *row = cairn_code_find(code);
        assert_non_null(row);
        assert_int_equal(row->kind, CAIRN_CODE_WITHDRAWN);
        uint32_t count = 0;
        for (; cairn_successor_find(code, count, &successor); count++) {
            assert_true(cairn_code_is_country(successor, false));
        }
        assert_true(count > 0);
    }
    assert_int_equal(rows, 24);
}

TEST(yugoslavia_has_seven_and_living_states_none)
{
    struct cairn_bytes successor;
    assert_true(cairn_successor_find(cairn_bytes_of("YUG"), 6, &successor));
    assert_true(cairn_bytes_is_equal(successor, cairn_bytes_of("SVN")));
    assert_false(cairn_successor_find(cairn_bytes_of("YUG"), 7, &successor));
    assert_false(cairn_successor_find(cairn_bytes_of("GEO"), 0, &successor));
    assert_false(cairn_successor_find(cairn_bytes_of(""), 0, &successor));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_leads_from_a_withdrawn_code_to_countries),
        cmocka_unit_test(yugoslavia_has_seven_and_living_states_none),
    };
    return cmocka_run_group_tests_name("successor", tests, NULL, NULL);
}
