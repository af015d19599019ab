#include "schema/shape_text.h"

#include "tests/lib/test.h"

#include <string.h>

static cairn_err check(enum cairn_shape_text rule, const char *text, size_t size_max)
{
    return cairn_shape_text_check(rule, cairn_bytes_of(text), size_max);
}

TEST(each_rule_allows_its_own_characters_and_no_others)
{
    static const struct {
        enum cairn_shape_text rule;
        const char *text;
        cairn_err err;
    } cases[] = {
        {CAIRN_SHAPE_TEXT_PLAIN, "Müller, 3. Stock", CAIRN_OK},
        {CAIRN_SHAPE_TEXT_PLAIN, "", CAIRN_PACK_FIELD},
        {CAIRN_SHAPE_TEXT_PLAIN, "a\tb", CAIRN_RULE_TEXT},
        {CAIRN_SHAPE_TEXT_PLAIN,
         "a\xe2\x80\xae"
         "b",
         CAIRN_RULE_TEXT}, /* right-to-left override */
        {CAIRN_SHAPE_TEXT_PLAIN, "a\xff", CAIRN_TEXT_UTF8},
        {CAIRN_SHAPE_TEXT_NUMBER, "P4366918", CAIRN_OK},
        {CAIRN_SHAPE_TEXT_NUMBER, "p4366918", CAIRN_RULE_TEXT},
        {CAIRN_SHAPE_TEXT_NUMBER, "P 1", CAIRN_RULE_TEXT},
        {CAIRN_SHAPE_TEXT_REFERENCE, "GEO/26-17", CAIRN_OK},
        {CAIRN_SHAPE_TEXT_REFERENCE, "GEO 26", CAIRN_RULE_TEXT},
        {CAIRN_SHAPE_TEXT_AUTHORITY, "AUT-bfa-2", CAIRN_OK},
        {CAIRN_SHAPE_TEXT_AUTHORITY, "AUT-", CAIRN_RULE_TEXT},
        {CAIRN_SHAPE_TEXT_AUTHORITY, "aut-bfa", CAIRN_RULE_TEXT},
        {CAIRN_SHAPE_TEXT_AUTHORITY, "AUTbfa", CAIRN_RULE_TEXT},
        {CAIRN_SHAPE_TEXT_AUTHORITY, "AUT-b{a", CAIRN_RULE_TEXT},
        {CAIRN_SHAPE_TEXT_AUTHORITY, "AUT-az-AZ-09", CAIRN_OK},
        {CAIRN_SHAPE_TEXT_LANGUAGE, "de-AT-1996", CAIRN_OK},
        {CAIRN_SHAPE_TEXT_LANGUAGE, "de-12345678", CAIRN_OK},
        {CAIRN_SHAPE_TEXT_LANGUAGE, "de-123456789", CAIRN_RULE_TEXT},
        {CAIRN_SHAPE_TEXT_LANGUAGE, "d", CAIRN_RULE_TEXT},
        {CAIRN_SHAPE_TEXT_LANGUAGE, "d1", CAIRN_RULE_TEXT},
        {CAIRN_SHAPE_TEXT_LANGUAGE, "1de", CAIRN_RULE_TEXT},
        {CAIRN_SHAPE_TEXT_LANGUAGE, "x-de", CAIRN_RULE_TEXT},
        {CAIRN_SHAPE_TEXT_LANGUAGE, "de_AT", CAIRN_RULE_TEXT},
        {CAIRN_SHAPE_TEXT_LANGUAGE, "de-AT x", CAIRN_RULE_TEXT},
        {CAIRN_SHAPE_TEXT_LANGUAGE, "de--AT", CAIRN_RULE_TEXT},
        {CAIRN_SHAPE_TEXT_LANGUAGE, "de-AT-", CAIRN_RULE_TEXT},
        {CAIRN_SHAPE_TEXT_LANGUAGE, "germanlanguage", CAIRN_RULE_TEXT},
        {CAIRN_SHAPE_TEXT_SCRIPT, "Cyrl", CAIRN_OK},
        {CAIRN_SHAPE_TEXT_SCRIPT, "cyrl", CAIRN_RULE_TEXT},
        {CAIRN_SHAPE_TEXT_SCRIPT, "Cyr", CAIRN_RULE_TEXT},
        {CAIRN_SHAPE_TEXT_SCRIPT, "Cyr1", CAIRN_RULE_TEXT},
        {CAIRN_SHAPE_TEXT_SCRIPT, "CyrL", CAIRN_RULE_TEXT},
        {CAIRN_SHAPE_TEXT_MRZ_NAME, "ERIKSSON<<ANNA<MARIA", CAIRN_OK},
        {CAIRN_SHAPE_TEXT_MRZ_NAME, "ERIKSSON<<\xd0\x90NNA", CAIRN_RULE_TEXT}, /* Cyrillic A */
        {CAIRN_SHAPE_TEXT_MRZ, "P<UTOERIKSSON", CAIRN_MRZ_LINES},
        {CAIRN_SHAPE_TEXT_OBJECT, "AUT-0123456789ABCDEF-1", CAIRN_ID},
        {CAIRN_SHAPE_TEXT_OBJECT, "AUT-0123456789ABCDEF-0", CAIRN_OK},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_err(check(cases[i].rule, cases[i].text, 100), cases[i].err);
    }
}

TEST(text_over_its_bytes_is_too_long)
{
    assert_err(check(CAIRN_SHAPE_TEXT_PLAIN, "abcd", 4), CAIRN_OK);
    assert_err(check(CAIRN_SHAPE_TEXT_PLAIN, "abcde", 4), CAIRN_TOO_LONG);
}

TEST(free_text_is_counted_in_characters)
{
    char text[2 * 501 + 1] = "";
    for (size_t i = 0; i < 500; i++) {
        memcpy(text + 2 * i, "\xc3\xa9", 3);
    }
    assert_err(check(CAIRN_SHAPE_TEXT_FREE, text, 2000), CAIRN_OK);
    memcpy(text + 1000, "\xc3\xa9", 3);
    assert_err(check(CAIRN_SHAPE_TEXT_FREE, text, 2000), CAIRN_RULE_FREE_TEXT);
    assert_err(check(CAIRN_SHAPE_TEXT_REMARK, text, 8000), CAIRN_OK);
}

TEST(free_text_holds_no_card_and_no_telephone)
{
    static const struct {
        const char *text;
        bool has_card;
        bool has_phone;
    } cases[] = {
        {"card 4111111111111111 used", true, false},
        {"card 4111 1111 1111 1111 used", true, false},
        {"card 4111-1111-1111-1111", true, false},
        {"number 4111111111111112", false, false}, /* last digit wrong */
        {"from 2025-01-02 to 2025-02-03", false, false},
        {"passport 123456789", false, false},
        {"41111111111111111111", false, false}, /* 20 digits */
        {"41111111111111111115", false, false}, /* and the last one right */
        {"card 5555555555554444", true, false},
        {"card 6011111111111111110", true, false}, /* 19 digits, the most */
        {"card 4111.1111.1111.1111", false, false},
        {"card 4111x1111x1111x1111", false, false},
        {"card 41111 11111 11 1111", false, false}, /* not in fours */
        {"card 4111 1111 11111111", false, false},
        {"card 4111 1111 1111 1111-", true, false},
        {"card 4111  1111 1111 1111", false, false},
        {"call +43 (1) 531 26-0 now", false, true},
        {"call 0043 1 531 260 now", false, true},
        {"+4315312", false, false}, /* seven digits */
        {"+43153126", false, true}, /* eight, and none besides */
        {"call 0043153126", false, true},
        {"+43-1-531260", false, true},
        {"+43.1.531260", false, true},
        {"+43/1/531260", false, true},
        {"+123456789012345", false, true}, /* fifteen, the most */
        {"+1234567890123456", false, false},
        {"+0123456789012345", false, false}, /* sixteen with its zero */
        {"a + 12345678", false, false},
        {"AZ0012345678", false, false}, /* 00 inside a number */
        {"0143153126", false, false},   /* one zero is not the way abroad */
        {"00012345678", false, false},
        {"x 12345678 0017", false, false},
        {"4222222222222", true, false}, /* 13 digits, the fewest of a card */
        {"+43 and 12345678", false, false},
        {"AZ100123456789", false, false}, /* 00 inside a number */
        {"1+1", false, false},
        {"", false, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct cairn_bytes text = cairn_bytes_of(cases[i].text);
        assert_int_equal(cairn_shape_text_has_card(text), cases[i].has_card);
        assert_int_equal(cairn_shape_text_has_phone(text), cases[i].has_phone);
        bool is_bad = cases[i].has_card || cases[i].has_phone;
        assert_err(check(CAIRN_SHAPE_TEXT_FREE, cases[i].text, 2000), is_bad ? CAIRN_RULE_FREE_TEXT
                                                                      : text.size == 0
                                                                          ? CAIRN_PACK_FIELD
                                                                          : CAIRN_OK);
    }
}

/* What stands before a text in memory is not of it. */
TEST(a_card_or_telephone_may_begin_the_text)
{
    struct cairn_bytes card = cairn_bytes_of("94111111111111111"),
                       phone = cairn_bytes_of("90043153126");
    card.data++, card.size--;
    phone.data++, phone.size--;
    assert_true(cairn_shape_text_has_card(card));
    assert_true(cairn_shape_text_has_phone(phone));
}

TEST(the_lines_of_a_document_have_three_sizes_and_no_other)
{
    char text[101];
    memset(text, '<', sizeof text);
    for (size_t size = 1; size <= 100; size++) {
        struct cairn_bytes lines = {(const uint8_t *)text, size};
        bool is_known = size == 72 || size == 88 || size == 90;
        assert_err(cairn_shape_text_check(CAIRN_SHAPE_TEXT_MRZ, lines, 100),
                   is_known ? CAIRN_OK : CAIRN_MRZ_LINES);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_rule_allows_its_own_characters_and_no_others),
        cmocka_unit_test(text_over_its_bytes_is_too_long),
        cmocka_unit_test(free_text_is_counted_in_characters),
        cmocka_unit_test(free_text_holds_no_card_and_no_telephone),
        cmocka_unit_test(a_card_or_telephone_may_begin_the_text),
        cmocka_unit_test(the_lines_of_a_document_have_three_sizes_and_no_other),
    };
    return cmocka_run_group_tests_name("shape_text", tests, NULL, NULL);
}
