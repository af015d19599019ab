/* Method: every row of tests/data/mrz/names.jsonl is read; what must be written so is written; then
 * the rules for cut fields on random names. */
#include "tests/lib/test.h"

#include <jansson.h>
#include <string.h>

#include "schema/mrz.h"

#define NAME_ROWS 64u

static const char *text_of(const json_t *object, const char *field)
{
    return json_string_value(json_object_get(object, field));
}

/* `SURNAME, GIVEN NAMES` or a single name, written into a field. */
static cairn_err write_viz(const char *viz, size_t width, char *out)
{
    struct cairn_bytes surname = cairn_bytes_of(viz);
    struct cairn_bytes given = {.data = NULL, .size = 0};
    const char *comma = strstr(viz, ", ");
    if (comma != NULL) {
        surname.size = (size_t)(comma - viz);
        given = cairn_bytes_of(comma + 2);
    }
    return cairn_mrz_write_name(surname, given, width, out);
}

static void check_row(const json_t *row)
{
    struct cairn_mrz_name name;
    const json_t *parse = json_object_get(row, "parse");
    const char *field = text_of(row, "mrz");
    size_t width = (size_t)json_integer_value(json_object_get(row, "width"));
    assert_int_equal(strlen(field), width);
    assert_err(cairn_mrz_read_name(cairn_bytes_of(field), &name), CAIRN_OK);
    assert_string_equal(name.primary, text_of(parse, "primary"));
    assert_string_equal(name.secondary, text_of(parse, "secondary"));
    assert_int_equal(name.may_be_truncated,
                     json_is_true(json_object_get(parse, "name_may_be_truncated")));

    char written[CAIRN_MRZ_NAME_BYTES + 1];
    assert_err(write_viz(text_of(row, "viz"), width, written), CAIRN_OK);
    assert_int_equal(strlen(written), width);
    if (strcmp(text_of(row, "kind"), "full") == 0) {
        assert_string_equal(written, field);
    } else {
        assert_true(written[width - 1] >= 'A' && written[width - 1] <= 'Z');
    }
}

TEST(the_examples_of_the_standard_are_read_and_written)
{
    const char *line = (const char *)test_data("mrz/names.jsonl").data;
    uint32_t count = 0;
    for (; *line != '\0'; count++) {
        const char *end = strchr(line, '\n');
        json_t *row = json_loadb(line, (size_t)(end - line), JSON_REJECT_DUPLICATES, NULL);
        assert_non_null(row);
        check_row(row);
        json_decref(row);
        line = end + 1;
    }
    assert_int_equal(count, NAME_ROWS);
}

TEST(names_are_cut_as_the_standard_shows_where_only_given_names_are_too_long)
{
    char out[CAIRN_MRZ_NAME_BYTES + 1];
    assert_err(write_viz("NILAVADHANANANDA, CHAYAPA DEJTHAMRONG KRASUANG", 39, out), CAIRN_OK);
    assert_string_equal(out, "NILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<K");
    assert_err(write_viz("NILAVADHANANANDA, CHAYAPA DEJTHAMRONG KRASUANG", 31, out), CAIRN_OK);
    assert_string_equal(out, "NILAVADHANANANDA<<CHAYAPA<DEJ<K");
    assert_err(write_viz("BENNELONG WOOLOOMOOLOO WARRANDYTE WARNAMBOOL, DINGO POTOROO", 39, out),
               CAIRN_OK);
    assert_string_equal(out, "BENNELONG<WOOLOOMOOLOO<WARRANDYT<W<<D<P");
}

TEST(letters_of_any_script_are_written_as_recommended)
{
    char out[CAIRN_MRZ_NAME_BYTES + 1];
    assert_err(write_viz("Müller-Lüdenscheid, Jürgen", 39, out), CAIRN_OK);
    assert_string_equal(out, "MUELLER<LUEDENSCHEID<<JUERGEN<<<<<<<<<<");
    assert_err(write_viz("Щербаков, Юрий", 30, out), CAIRN_OK);
    assert_string_equal(out, "SHCHERBAKOV<<IURII<<<<<<<<<<<<");
}

TEST(a_person_with_one_name_has_only_a_primary_identifier)
{
    char out[CAIRN_MRZ_NAME_BYTES + 1];
    struct cairn_bytes none = {.data = NULL, .size = 0};
    assert_err(cairn_mrz_write_name(none, cairn_bytes_of("ANNA MARIA"), 30, out), CAIRN_OK);
    assert_string_equal(out, "ANNA<MARIA<<<<<<<<<<<<<<<<<<<<");
}

TEST(what_cannot_be_spelt_is_refused)
{
    char out[CAIRN_MRZ_NAME_BYTES + 1] = "unchanged";
    assert_err(write_viz("王, 小明", 30, out), CAIRN_MRZ_FIELD);
    assert_err(write_viz("", 30, out), CAIRN_MRZ_FIELD);
    assert_err(write_viz("M\xfcller", 30, out), CAIRN_TEXT_UTF8);
    assert_string_equal(out, "unchanged");
    expect_assert_failure((void)write_viz("ERIKSSON, ANNA", 40, out));
}

TEST(only_letters_and_fillers_are_a_name_field)
{
    struct cairn_mrz_name name;
    assert_err(cairn_mrz_read_name(cairn_bytes_of("ER1KSSON<<ANNA"), &name), CAIRN_MRZ_FIELD);
    assert_err(cairn_mrz_read_name(cairn_bytes_of("Eriksson"), &name), CAIRN_MRZ_FIELD);
    assert_err(cairn_mrz_read_name(cairn_bytes_of(""), &name), CAIRN_MRZ_FIELD);
    assert_err(
        cairn_mrz_read_name(cairn_bytes_of("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), &name),
        CAIRN_MRZ_FIELD);
}

TEST(single_and_double_fillers_separate_and_the_first_double_one_divides)
{
    static const struct {
        const char *field;
        const char *primary;
        const char *secondary;
        bool may_be_truncated;
    } cases[] = {
        {"<<ANNA<MARIA<<", "", "ANNA MARIA", false},
        {"A<<B<<C<<", "A", "B C", false},
        {"A<B<C", "A B C", "", true},
        {"<A<<B", "A", "B", true},
        {"<<<<", "", "", false},
        {"<", "", "", false},
        {"A<<<<<B<", "A", "B", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct cairn_mrz_name name;
        assert_err(cairn_mrz_read_name(cairn_bytes_of(cases[i].field), &name), CAIRN_OK);
        assert_string_equal(name.primary, cases[i].primary);
        assert_string_equal(name.secondary, cases[i].secondary);
        assert_int_equal(name.may_be_truncated, cases[i].may_be_truncated);
    }
}

/* Random components of `letters_max` letters at most, blanks between; give their full width. */
static size_t random_name(struct test_rng *rng, uint32_t count, uint32_t letters_max, char *out)
{
    size_t size = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t letters = 1 + test_rng_below(rng, letters_max);
        if (i > 0) {
            out[size++] = ' ';
        }
        for (uint32_t letter = 0; letter < letters; letter++) {
            out[size++] = (char)('A' + test_rng_below(rng, 26));
        }
    }
    out[size] = '\0';
    return size;
}

/* Property: what fits comes back as it was; what is cut ends in a letter; components keep their
 * first letters in order. */
TEST(a_name_that_fits_is_never_cut_and_a_cut_field_ends_in_a_letter)
{
    struct test_rng rng = test_rng_open();
    for (uint32_t round = 0; round < 20000; round++) {
        char surname[256];
        char given[256];
        char field[CAIRN_MRZ_NAME_BYTES + 1];
        struct cairn_mrz_name name;
        uint32_t letters_max = 1 + test_rng_below(&rng, 9);
        uint32_t given_count = test_rng_below(&rng, 22);
        size_t width = 5 + test_rng_below(&rng, 35);
        size_t full = random_name(&rng, 1 + test_rng_below(&rng, 22), letters_max, surname);
        size_t given_size = random_name(&rng, given_count, letters_max, given);
        full += given_size == 0 ? 0 : 2 + given_size;

        assert_err(
            cairn_mrz_write_name(cairn_bytes_of(surname), cairn_bytes_of(given), width, field),
            CAIRN_OK);
        assert_int_equal(strlen(field), width);
        assert_err(cairn_mrz_read_name(cairn_bytes_of(field), &name), CAIRN_OK);
        assert_true(name.primary[0] == surname[0]);
        assert_true(name.secondary[0] == given[0]);
        if (full <= width) {
            assert_string_equal(name.primary, surname);
            assert_string_equal(name.secondary, given);
        } else {
            assert_true(field[width - 1] != '<');
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_examples_of_the_standard_are_read_and_written),
        cmocka_unit_test(names_are_cut_as_the_standard_shows_where_only_given_names_are_too_long),
        cmocka_unit_test(letters_of_any_script_are_written_as_recommended),
        cmocka_unit_test(a_person_with_one_name_has_only_a_primary_identifier),
        cmocka_unit_test(what_cannot_be_spelt_is_refused),
        cmocka_unit_test(only_letters_and_fillers_are_a_name_field),
        cmocka_unit_test(single_and_double_fillers_separate_and_the_first_double_one_divides),
        cmocka_unit_test(a_name_that_fits_is_never_cut_and_a_cut_field_ends_in_a_letter),
    };
    return cmocka_run_group_tests_name("mrz_name", tests, NULL, NULL);
}
