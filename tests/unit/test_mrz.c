/* Method: every row of tests/data/mrz/cases.jsonl, whole verdicts compared; then the forms in which
 * a zone may arrive, and zones cut short. */
#include "tests/lib/test.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "schema/mrz.h"

static const char td3_lines[] = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\n"
                                "L898902C36UTO7408122F1204159ZE184226B<<<<<10";

/* Does the member hold this text? A missing member stands for none. */
static bool has_text(const json_t *object, const char *field, const char *text)
{
    const char *wanted = json_string_value(json_object_get(object, field));
    if (wanted == NULL || text == NULL) {
        return wanted == text;
    }
    return strcmp(wanted, text) == 0;
}

static bool has_list_bit(const json_t *list, const char *text)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        if (strcmp(json_string_value(json_array_get(list, i)), text) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_same_problems(const json_t *row, const struct cairn_mrz *mrz)
{
    const json_t *wanted = json_object_get(row, "problems");
    size_t count = 0;
    for (uint32_t bit = 1; bit <= CAIRN_MRZ_PROBLEM_COMPOSITE_DIGIT; bit <<= 1) {
        if (mrz->problems & bit) {
            count++;
            if (!has_list_bit(wanted, cairn_mrz_problem_text((enum cairn_mrz_problem)bit))) {
                return false;
            }
        }
    }
    return count == json_array_size(wanted);
}

static bool is_same_checks(const json_t *row, const struct cairn_mrz *mrz)
{
    const json_t *wanted = json_object_get(row, "checks");
    size_t count = 0;
    for (uint32_t bit = 1; bit <= CAIRN_MRZ_CHECK_COMPOSITE; bit <<= 1) {
        if (mrz->checks_made & bit) {
            const char *name = cairn_mrz_check_text((enum cairn_mrz_check)bit);
            const json_t *is_right = json_object_get(wanted, name);
            count++;
            if (!json_is_boolean(is_right) ||
                json_is_true(is_right) != ((mrz->checks_right & bit) != 0)) {
                return false;
            }
        }
    }
    return count == json_object_size(wanted) && (mrz->checks_right & ~mrz->checks_made) == 0;
}

/* Fields that a format lacks are missing in the row, and empty here. */
static bool is_same_optional(const json_t *fields, const char *name, const char *text)
{
    return json_object_get(fields, name) == NULL ? text[0] == '\0' : has_text(fields, name, text);
}

static bool is_same_fields(const json_t *row, const struct cairn_mrz *mrz)
{
    const json_t *fields = json_object_get(row, "fields");
    if (fields == NULL) {
        return mrz->document_number[0] == '\0' && mrz->primary[0] == '\0' && mrz->sex == '\0';
    }
    const char sex[2] = {mrz->sex, '\0'};
    return has_text(fields, "document_code", mrz->document_code) &&
           has_text(fields, "issuing_state", mrz->issuing_state) &&
           has_text(fields, "document_number", mrz->document_number) &&
           has_text(fields, "nationality", mrz->nationality) &&
           has_text(fields, "birth_date", mrz->birth_date) &&
           has_text(fields, "birth_date_known", cairn_mrz_known_text(mrz->birth_date_known)) &&
           has_text(fields, "sex", sex) && has_text(fields, "expiry_date", mrz->expiry_date) &&
           has_text(fields, "primary", mrz->primary) &&
           has_text(fields, "secondary", mrz->secondary) &&
           json_is_true(json_object_get(fields, "name_may_be_truncated")) ==
               mrz->name_may_be_truncated &&
           is_same_optional(fields, "personal_number", mrz->personal_number) &&
           is_same_optional(fields, "optional1", mrz->optional1) &&
           is_same_optional(fields, "optional2", mrz->optional2);
}

/* Where real documents break the rule a reader may answer either way about the digits. */
static bool is_tolerated(const json_t *row, const struct cairn_mrz *mrz)
{
    return json_object_get(row, "tolerance") != NULL && mrz->verdict != CAIRN_MRZ_VERDICT_STRUCTURE;
}

static bool is_as_expected(const json_t *row, struct cairn_bytes zone)
{
    /* a block of exactly this size, so that a sanitizer sees a read beyond its end */
    uint8_t *block = malloc(zone.size + (zone.size == 0));
    assert_non_null(block);
    memcpy(block, zone.data, zone.size);
    struct cairn_mrz mrz;
    enum cairn_mrz_verdict verdict =
        cairn_mrz_verdict((struct cairn_bytes){.data = block, .size = zone.size}, &mrz);
    free(block);
    return verdict == mrz.verdict && has_text(row, "format", cairn_mrz_format_text(mrz.format)) &&
           ((has_text(row, "verdict", cairn_mrz_verdict_text(mrz.verdict)) &&
             is_same_checks(row, &mrz)) ||
            is_tolerated(row, &mrz)) &&
           is_same_problems(row, &mrz) && is_same_fields(row, &mrz);
}

static struct cairn_bytes join_lines(const json_t *row, const char *line_end, char *out)
{
    const json_t *lines = json_object_get(row, "lines");
    out[0] = '\0';
    for (size_t i = 0; i < json_array_size(lines); i++) {
        strcat(out, json_string_value(json_array_get(lines, i)));
        strcat(out, line_end);
    }
    return cairn_bytes_of(out);
}

/* Check every row as it stands with this line end; give the number of rows. */
static uint32_t check_cases(const char *line_end)
{
    char *text = (char *)(uintptr_t)test_data("mrz/cases.jsonl").data;
    uint32_t count = 0;
    for (char *line = text; *line != '\0'; count++) {
        char *end = strchr(line, '\n');
        json_t *row = json_loadb(line, (size_t)(end - line), JSON_REJECT_DUPLICATES, NULL);
        char zone[512];
        assert_non_null(row);
        if (!is_as_expected(row, join_lines(row, line_end, zone))) {
            fail_msg("%s:\n%s", json_string_value(json_object_get(row, "id")), zone);
        }
        json_decref(row);
        line = end + 1;
    }
    return count;
}

TEST(every_published_and_generated_zone_is_read_as_labelled)
{
    assert_int_equal(check_cases("\n"), 553);
}

TEST(lines_may_end_as_on_other_systems)
{
    assert_int_equal(check_cases("\r\n"), 553);
}

TEST(check_digits_are_those_of_the_standard)
{
    const char *line = (const char *)test_data("mrz/check-digits.tsv").data;
    uint32_t count = 0;
    for (line = strchr(line, '\n') + 1; *line != '\0'; line = strchr(line, '\n') + 1) {
        const char *tab = strchr(line, '\t');
        struct cairn_bytes field = {.data = (const uint8_t *)line, .size = (size_t)(tab - line)};
        assert_int_equal(cairn_mrz_check_digit(field), tab[1]);
        count++;
    }
    assert_int_equal(count, 13);
    assert_int_equal(cairn_mrz_check_digit(cairn_bytes_of("12a")), '\0');
}

TEST(the_lines_may_come_in_one_run_and_with_or_without_a_last_line_end)
{
    struct cairn_mrz lines;
    struct cairn_mrz run;
    char joined[90];
    memcpy(joined, td3_lines, 44);
    memcpy(joined + 44, td3_lines + 45, 45);
    assert_int_equal(cairn_mrz_verdict(cairn_bytes_of(td3_lines), &lines), CAIRN_MRZ_VERDICT_VALID);
    assert_int_equal(cairn_mrz_verdict(cairn_bytes_of(joined), &run), CAIRN_MRZ_VERDICT_VALID);
    assert_memory_equal(&lines, &run, sizeof run);
    strcat(joined, "\n");
    assert_int_equal(cairn_mrz_verdict(cairn_bytes_of(joined), &run), CAIRN_MRZ_VERDICT_VALID);
    assert_string_equal(run.document_number, "L898902C3");
}

TEST(nothing_is_repaired)
{
    static const struct {
        const char *zone;
        uint32_t problems;
        cairn_err err;
    } cases[] = {
        {"", CAIRN_MRZ_PROBLEM_LINES, CAIRN_MRZ_LINES},
        {"\n", CAIRN_MRZ_PROBLEM_LINES, CAIRN_MRZ_LINES},
        {"\n\n", CAIRN_MRZ_PROBLEM_LINES, CAIRN_MRZ_LINES},
        {"P<UTO\nL898902C3\n", CAIRN_MRZ_PROBLEM_LINES, CAIRN_MRZ_LINES},
        {" P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\n"
         "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
         CAIRN_MRZ_PROBLEM_LINES, CAIRN_MRZ_LINES},
        {"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\n\n"
         "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
         CAIRN_MRZ_PROBLEM_LINES, CAIRN_MRZ_LINES},
        {"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\n"
         "L898902C36UTO7408122F1204159ZE184226B<<<<<1\r",
         CAIRN_MRZ_PROBLEM_ILLEGAL, CAIRN_MRZ_CHARACTER},
        {"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<\xff\n"
         "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
         CAIRN_MRZ_PROBLEM_ILLEGAL, CAIRN_MRZ_CHARACTER},
        {"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\n"
         "L898902C36UTO7413122F1204159ZE184226B<<<<<10",
         CAIRN_MRZ_PROBLEM_BIRTH, CAIRN_MRZ_FIELD},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct cairn_mrz mrz;
        assert_int_equal(cairn_mrz_verdict(cairn_bytes_of(cases[i].zone), &mrz),
                         CAIRN_MRZ_VERDICT_STRUCTURE);
        assert_int_equal(mrz.problems, cases[i].problems);
        assert_err(cairn_mrz_err(&mrz), cases[i].err);
    }
}

/* A TD3 line with these birth and expiry dates; digits are not looked at. */
static uint32_t problems_of_dates(const char *birth, const char *expiry)
{
    char zone[sizeof td3_lines];
    struct cairn_mrz mrz;
    memcpy(zone, td3_lines, sizeof zone);
    memcpy(zone + 45 + 13, birth, 6);
    memcpy(zone + 45 + 21, expiry, 6);
    (void)cairn_mrz_verdict(cairn_bytes_of(zone), &mrz);
    return mrz.problems;
}

TEST(a_birth_date_may_be_unknown_part_by_part_and_must_exist_in_some_century)
{
    const char *good[] = {"740812", "7408<<", "74<<<<", "<<<<<<", "74<<12",
                          "<<0812", "000229", "040229", "<<0229"};
    const char *bad[] = {"740832", "741312", "740012", "740800", "7408<2",
                         "7<0812", "010229", "740431", "74O812", "<<0230"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_int_equal(problems_of_dates(good[i], "300101"), 0);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(problems_of_dates(bad[i], "300101"), CAIRN_MRZ_PROBLEM_BIRTH);
    }
    assert_int_equal(problems_of_dates("740812", "3001<<"), CAIRN_MRZ_PROBLEM_EXPIRY);
}

TEST(a_long_number_may_fill_the_optional_data_and_needs_a_digit_at_its_end)
{
    struct cairn_mrz mrz;
    /* 9 + 14 characters and the digit in position 30, without a filler behind it */
    char zone[] = "I<UTOD23145890<ABCDEFGHIJKLMN0\n7408122F1204159UTO<<<<<<<<<<<0\n"
                  "ERIKSSON<<ANNA<MARIA<<<<<<<<<<";
    char number[] = "D23145890ABCDEFGHIJKLMN";
    zone[29] = cairn_mrz_check_digit(cairn_bytes_of(number));
    assert_int_not_equal(cairn_mrz_verdict(cairn_bytes_of(zone), &mrz),
                         CAIRN_MRZ_VERDICT_STRUCTURE);
    assert_true(mrz.checks_right & CAIRN_MRZ_CHECK_DOCUMENT);
    assert_string_equal(mrz.document_number, number);
    assert_string_equal(mrz.optional1, "");

    zone[29] = 'X';
    (void)cairn_mrz_verdict(cairn_bytes_of(zone), &mrz);
    assert_int_equal(mrz.problems, CAIRN_MRZ_PROBLEM_DOCUMENT_DIGIT);
}

TEST(every_cut_of_a_zone_is_judged_within_its_bytes)
{
    for (size_t size = 0; size < sizeof td3_lines - 1; size++) {
        uint8_t *block = malloc(size + (size == 0));
        assert_non_null(block);
        memcpy(block, td3_lines, size);
        struct cairn_mrz mrz;
        assert_int_equal(cairn_mrz_verdict((struct cairn_bytes){.data = block, .size = size}, &mrz),
                         CAIRN_MRZ_VERDICT_STRUCTURE);
        assert_int_equal(mrz.problems, CAIRN_MRZ_PROBLEM_LINES);
        free(block);
    }
}

TEST(every_bit_and_value_has_its_own_text)
{
    for (uint32_t bit = 1; bit <= CAIRN_MRZ_PROBLEM_COMPOSITE_DIGIT; bit <<= 1) {
        assert_non_null(cairn_mrz_problem_text((enum cairn_mrz_problem)bit));
    }
    assert_null(cairn_mrz_problem_text((enum cairn_mrz_problem)3));
    assert_null(cairn_mrz_check_text((enum cairn_mrz_check)0));
    assert_string_equal(cairn_mrz_check_text(CAIRN_MRZ_CHECK_PERSONAL), "personal_number");
    assert_null(cairn_mrz_format_text(CAIRN_MRZ_NO_FORMAT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_published_and_generated_zone_is_read_as_labelled),
        cmocka_unit_test(lines_may_end_as_on_other_systems),
        cmocka_unit_test(check_digits_are_those_of_the_standard),
        cmocka_unit_test(the_lines_may_come_in_one_run_and_with_or_without_a_last_line_end),
        cmocka_unit_test(nothing_is_repaired),
        cmocka_unit_test(a_birth_date_may_be_unknown_part_by_part_and_must_exist_in_some_century),
        cmocka_unit_test(a_long_number_may_fill_the_optional_data_and_needs_a_digit_at_its_end),
        cmocka_unit_test(every_cut_of_a_zone_is_judged_within_its_bytes),
        cmocka_unit_test(every_bit_and_value_has_its_own_text),
    };
    return cmocka_run_group_tests_name("mrz", tests, NULL, NULL);
}
