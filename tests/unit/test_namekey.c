/* Method: every row of tests/data/mrz/icao-translit-examples.tsv with the exceptions of its
 * language; then the rules for marks, punctuation and order by tables of names. */
#include "tests/lib/test.h"

#include <string.h>

#include "schema/namekey.h"

/* The next column of a row, up to a tab or the line's end; moves behind it. */
static struct cairn_bytes next_column(const char **at)
{
    size_t size = strcspn(*at, "\t\n");
    struct cairn_bytes column = {.data = (const uint8_t *)*at, .size = size};
    *at += size + 1;
    return column;
}

TEST(the_examples_of_the_standard_are_spelt_as_printed)
{
    const char *at = strchr((const char *)test_data("mrz/icao-translit-examples.tsv").data, '\n');
    uint32_t count = 0;
    for (at++; *at != '\0'; count++) {
        struct cairn_namekey key;
        (void)next_column(&at);
        enum cairn_namekey_language language = cairn_namekey_language_of(next_column(&at));
        struct cairn_bytes input = next_column(&at);
        struct cairn_bytes wanted = next_column(&at);
        (void)next_column(&at);
        assert_err(cairn_namekey_fold(input, language, &key), CAIRN_OK);
        for (uint32_t i = 0; i < key.size; i++) {
            key.text[i] = key.text[i] == ' ' ? '<' : key.text[i];
        }
        if (!cairn_bytes_is_equal(cairn_namekey_view(&key), wanted)) {
            fail_msg("%.*s became %s", (int)input.size, (const char *)input.data, key.text);
        }
        assert_false(key.is_lossy);
    }
    assert_int_equal(count, 29);
}

TEST(punctuation_and_marks_are_folded_by_rule)
{
    static const struct {
        const char *name;
        const char *key;
    } cases[] = {
        {"O'Connor", "OCONNOR"},
        {"D\xe2\x80\x99"
         "Artagnan",
         "DARTAGNAN"},
        {"Smith-Jones", "SMITH JONES"},
        {"Marie\xe2\x80\x93"
         "Elise",
         "MARIE ELISE"},
        {"  van \t der   Berg ", "VAN DER BERG"},
        {"VAN<DER<BERG<<JAN", "VAN DER BERG JAN"},
        {"Garc\xc3\xad"
         "a, L\xc3\xb3pez",
         "GARCIA LOPEZ"},
        {"J. R.", "J R"},
        {"Nguy\xe1\xbb\x85n", "NGUYEN"},                /* Vietnamese: not in the table */
        {"Ionu\xc8\x9b \xc8\x98tefan", "IONUT STEFAN"}, /* Romanian comma below */
        {"Mu\xcc\x88ller", "MUELLER"},                  /* u and a combining diaeresis */
        {"Nguye\xcc\x82\xcc\x83n", "NGUYEN"},           /* e and two marks */
        {"A\xcc\x8a"
         "berg",
         "AABERG"}, /* A and a combining ring */
        {"stra\xc3\x9f"
         "e",
         "STRASSE"},
        {"\xd0\x93\xd0\xbe\xd0\xb3\xd0\xbe\xd0\xbb\xd1\x8c", "GOGOL"}, /* soft sign */
        {"\xd9\x85\xd9\x8f\xd8\xad\xd9\x8e\xd9\x85\xd9\x8e\xd9\x91\xd8\xaf",
         "MXHMMD"}, /* vowel marks vanish, shadda doubles */
        {"\xd9\x86\xd8\xb9\xd9\x8a\xd9\x85\xd8\xa9\xd9\x8c", "NEYMXAH"}, /* marbuta, then a mark */
        {"", ""},
        {"-'.", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct cairn_namekey key;
        assert_err(cairn_namekey_fold(cairn_bytes_of(cases[i].name), CAIRN_NAMEKEY_ANY, &key),
                   CAIRN_OK);
        assert_string_equal(key.text, cases[i].key);
        assert_int_equal(key.size, strlen(cases[i].key));
        assert_false(key.is_lossy);
    }
}

TEST(a_key_says_when_something_could_not_be_spelt)
{
    struct cairn_namekey key;
    assert_err(cairn_namekey_fold(cairn_bytes_of("\xe7\x8e\x8b"), CAIRN_NAMEKEY_ANY, &key),
               CAIRN_OK);
    assert_int_equal(key.size, 0);
    assert_true(key.is_lossy);
    assert_err(cairn_namekey_fold(cairn_bytes_of("Henry 8"), CAIRN_NAMEKEY_ANY, &key), CAIRN_OK);
    assert_string_equal(key.text, "HENRY");
    assert_true(key.is_lossy);
}

TEST(the_language_decides_only_where_the_standard_names_an_exception)
{
    struct cairn_namekey key;
    struct cairn_bytes name = cairn_bytes_of("\xd0\xa9\xd0\xb5\xd0\xb3\xd0\xbb\xd0\xbe\xd0\xb2");
    assert_err(cairn_namekey_fold(name, CAIRN_NAMEKEY_ANY, &key), CAIRN_OK);
    assert_string_equal(key.text, "SHCHEGLOV");
    assert_err(cairn_namekey_fold(name, CAIRN_NAMEKEY_BG, &key), CAIRN_OK);
    assert_string_equal(key.text, "SHTEGLOV");
    assert_int_equal(cairn_namekey_language_of(cairn_bytes_of("uk")), CAIRN_NAMEKEY_UK);
    assert_int_equal(cairn_namekey_language_of(cairn_bytes_of("UK")), CAIRN_NAMEKEY_ANY);
    assert_int_equal(cairn_namekey_language_of(cairn_bytes_of("de")), CAIRN_NAMEKEY_ANY);
}

TEST(the_same_name_in_another_order_has_the_same_key)
{
    struct cairn_namekey left;
    struct cairn_namekey right;
    assert_err(
        cairn_namekey_make(cairn_bytes_of("van der Berg"), cairn_bytes_of("Anna Maria"), &left),
        CAIRN_OK);
    assert_err(
        cairn_namekey_make(cairn_bytes_of("MARIA ANNA"), cairn_bytes_of("BERG<VAN<DER"), &right),
        CAIRN_OK);
    assert_string_equal(left.text, "ANNA BERG DER MARIA VAN");
    assert_memory_equal(&left, &right, sizeof left);
    assert_err(cairn_namekey_make(cairn_bytes_of("Berg"), cairn_bytes_of(""), &right), CAIRN_OK);
    assert_string_equal(right.text, "BERG");
}

TEST(too_much_and_not_text_are_refused_and_change_nothing)
{
    struct cairn_namekey key = {.text = "BEFORE", .size = 6};
    char longest[CAIRN_NAMEKEY_BYTES + 2];
    memset(longest, 'A', sizeof longest);
    struct cairn_bytes name = {.data = (const uint8_t *)longest, .size = CAIRN_NAMEKEY_BYTES + 1};
    assert_err(cairn_namekey_fold(name, CAIRN_NAMEKEY_ANY, &key), CAIRN_TOO_LONG);
    assert_err(cairn_namekey_fold(cairn_bytes_of("A\x80"), CAIRN_NAMEKEY_ANY, &key),
               CAIRN_TEXT_UTF8);
    assert_err(cairn_namekey_make(name, cairn_bytes_of("B"), &key), CAIRN_TOO_LONG);
    name.size = 2 * CAIRN_NAMEKEY_COMPONENTS + 1; /* one component too many */
    for (size_t i = 1; i < name.size; i += 2) {
        longest[i] = ' ';
    }
    assert_err(cairn_namekey_make(name, cairn_bytes_of(""), &key), CAIRN_TOO_LONG);
    assert_string_equal(key.text, "BEFORE");

    memset(longest, 'A', sizeof longest);
    name.size = CAIRN_NAMEKEY_BYTES;
    assert_err(cairn_namekey_make(name, cairn_bytes_of(""), &key), CAIRN_OK);
    assert_int_equal(key.size, CAIRN_NAMEKEY_BYTES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_examples_of_the_standard_are_spelt_as_printed),
        cmocka_unit_test(punctuation_and_marks_are_folded_by_rule),
        cmocka_unit_test(a_key_says_when_something_could_not_be_spelt),
        cmocka_unit_test(the_language_decides_only_where_the_standard_names_an_exception),
        cmocka_unit_test(the_same_name_in_another_order_has_the_same_key),
        cmocka_unit_test(too_much_and_not_text_are_refused_and_change_nothing),
    };
    return cmocka_run_group_tests_name("namekey", tests, NULL, NULL);
}
