#include "tests/lib/test.h"

#include <ctype.h>
#include <string.h>

#include "replication/notice.h"

#define NOTICE_ROW(name, level, text) CAIRN_NOTICE_##name,
static const enum cairn_notice_code codes[] = {CAIRN_NOTICE_LIST(NOTICE_ROW)};
#undef NOTICE_ROW
#define CODE_COUNT (sizeof codes / sizeof codes[0])

TEST(every_notice_has_a_name_of_its_own_in_two_lower_case_words)
{
    for (size_t i = 0; i < CODE_COUNT; i++) {
        const char *text = cairn_notice_text(codes[i]);
        const char *dot = strchr(text, '.');
        assert_non_null(dot);
        assert_true(dot > text && dot[1] != '\0' && strchr(dot + 1, '.') == NULL);
        for (const char *at = text; *at != '\0'; at++) {
            assert_true(*at == '.' || islower((unsigned char)*at));
        }
        for (size_t j = 0; j < i; j++) {
            assert_string_not_equal(text, cairn_notice_text(codes[j]));
        }
    }
}

TEST(what_an_operator_must_see_is_an_error)
{
    assert_int_equal(cairn_notice_level(CAIRN_NOTICE_FORK), CAIRN_NOTICE_ERROR);
    assert_int_equal(cairn_notice_level(CAIRN_NOTICE_ROLLBACK), CAIRN_NOTICE_ERROR);
    assert_int_equal(cairn_notice_level(CAIRN_NOTICE_STORE_FAILED), CAIRN_NOTICE_ERROR);
    assert_int_equal(cairn_notice_level(CAIRN_NOTICE_MISSING), CAIRN_NOTICE_WARN);
    assert_int_equal(cairn_notice_level(CAIRN_NOTICE_FLUSHED), CAIRN_NOTICE_DEBUG);
    assert_string_equal(cairn_notice_text(CAIRN_NOTICE_FORK), "fork.found");
}

TEST(a_number_of_no_notice_is_shown_and_is_an_error)
{
    enum cairn_notice_code none = (enum cairn_notice_code)CODE_COUNT;
    assert_string_equal(cairn_notice_text(none), "unknown");
    assert_int_equal(cairn_notice_level(none), CAIRN_NOTICE_ERROR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_notice_has_a_name_of_its_own_in_two_lower_case_words),
        cmocka_unit_test(what_an_operator_must_see_is_an_error),
        cmocka_unit_test(a_number_of_no_notice_is_shown_and_is_an_error),
    };
    return cmocka_run_group_tests_name("notice", tests, NULL, NULL);
}
