#include "tests/lib/test.h"

#include "crypto/note_text.h"

struct text_case {
    const char *text;
    cairn_err wanted;
};

TEST(only_utf8_without_controls_is_text)
{
    const struct text_case cases[] = {
        {"", CAIRN_OK},
        {"plain ~ text\nwith lines\n", CAIRN_OK},
        {"\xc3\xa9 \xe2\x80\x94 \xf0\x9f\x97\xbf", CAIRN_OK},
        {"\xf4\x8f\xbf\xbf", CAIRN_OK},            /* U+10FFFF */
        {"\xee\x80\x80", CAIRN_OK},                /* U+E000, after the surrogates */
        {"\xc0\xaf", CAIRN_TEXT_UTF8},             /* overlong */
        {"\xe0\x9f\xbf", CAIRN_TEXT_UTF8},         /* overlong */
        {"\xf0\x8f\xbf\xbf", CAIRN_TEXT_UTF8},     /* overlong */
        {"\xed\xa0\x80", CAIRN_TEXT_UTF8},         /* surrogate */
        {"\xf4\x90\x80\x80", CAIRN_TEXT_UTF8},     /* above U+10FFFF */
        {"\xf8\x88\x80\x80\x80", CAIRN_TEXT_UTF8}, /* five bytes */
        {"ab\x80", CAIRN_TEXT_UTF8},               /* lone continuation */
        {"ab\xe2\x80", CAIRN_TEXT_UTF8},           /* cut off */
        {"ab\xe2\x80g", CAIRN_TEXT_UTF8},          /* broken off */
        {"a\tb", CAIRN_TEXT_FORBIDDEN},
        {"a\r\n", CAIRN_TEXT_FORBIDDEN},
        {"a\x7f", CAIRN_TEXT_FORBIDDEN},
        {"a\xc2\x85", CAIRN_TEXT_FORBIDDEN}, /* U+0085 */
        {"a\xc2\x9f", CAIRN_TEXT_FORBIDDEN}, /* U+009F */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_err(cairn_note_text_check(cairn_bytes_of(cases[i].text)), cases[i].wanted);
    }
    assert_err(cairn_note_text_check((struct cairn_bytes){(const uint8_t *)"a\0b", 3}),
               CAIRN_TEXT_FORBIDDEN);
}

TEST(names_have_no_blanks_controls_or_plus)
{
    const char *const good[] = {"test-net/AUT/vienna-1/0", "a", "\xc3\xa9", "\xf0\x9f\x97\xbf"};
    const char *const bad[] = {"",
                               "a b",
                               "a+b",
                               "a\n",
                               "a\xc2\xa0",
                               "\xe1\x9a\x80",
                               "\xe2\x80\x80",
                               "\xe2\x80\x8a",
                               "\xe2\x80\xa8",
                               "\xe2\x80\xa9",
                               "\xe2\x80\xaf",
                               "\xe2\x81\x9f",
                               "\xe3\x80\x80",
                               "\xff",
                               "a\x01"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(cairn_note_text_is_name(cairn_bytes_of(good[i])));
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(cairn_note_text_is_name(cairn_bytes_of(bad[i])));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_utf8_without_controls_is_text),
        cmocka_unit_test(names_have_no_blanks_controls_or_plus),
    };
    return cmocka_run_group_tests_name("note_text", tests, NULL, NULL);
}
