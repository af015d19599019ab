#include "schema/codelist.h"

#include "tests/lib/test.h"

static const struct cairn_codelist_entry entries[] = {{1, "red"}, {5, "blue"}};
static const struct cairn_codelist colours = {"colour", entries, 2, CAIRN_RULE_CODE};

TEST(a_number_has_a_text)
{
    assert_string_equal(cairn_codelist_text(&colours, 5), "blue");
    assert_null(cairn_codelist_text(&colours, 0));
    assert_null(cairn_codelist_text(&colours, 2));
    assert_null(cairn_codelist_text(&colours, 65536 + 1)); /* not cut to 16 bits */
}

TEST(a_text_has_a_number)
{
    assert_int_equal(cairn_codelist_number(&colours, cairn_bytes_of("blue")), 5);
    assert_int_equal(cairn_codelist_number(&colours, cairn_bytes_of("Blue")), 0);
    assert_int_equal(cairn_codelist_number(&colours, cairn_bytes_of("blu")), 0);
    assert_int_equal(cairn_codelist_number(&colours, cairn_bytes_of("")), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_has_a_text),
        cmocka_unit_test(a_text_has_a_number),
    };
    return cmocka_run_group_tests_name("codelist", tests, NULL, NULL);
}
