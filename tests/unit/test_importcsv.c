#include "node/importcsv.h"

#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADER "issuer,type,number,status,issued,expires\n"
#define DAY    20513 /* 2026-03-01 */

static struct cairn_importcsv reader;
static json_t *rows, *rejects;

static int reset(void **state)
{
    (void)state;
    reader = (struct cairn_importcsv){.country = "AUT", .day = DAY, .line = 1};
    return 0;
}

static int drop(void **state)
{
    (void)state;
    json_decref(rows);
    json_decref(rejects);
    rows = NULL;
    rejects = NULL;
    return 0;
}

static void read_piece(const char *piece)
{
    drop(NULL);
    assert_err(cairn_importcsv_read(&reader, cairn_bytes_of(piece), &rows, &rejects), CAIRN_OK);
}

static const char *number_of(size_t at)
{
    return json_string_value(json_object_get(json_array_get(rows, at), "number"));
}

static void expect_reject(size_t at, int line, cairn_err err)
{
    const json_t *reject = json_array_get(rejects, at);
    assert_int_equal(json_integer_value(json_object_get(reject, "line")), line);
    assert_int_equal(json_integer_value(json_object_get(reject, "code")), err);
    assert_string_equal(json_string_value(json_object_get(reject, "name")), cairn_err_name(err));
}

TEST(a_good_row_becomes_a_row_of_a_batch)
{
    read_piece(HEADER "AUT,P,KE4192750,stolen,2021-06-01,2031-06-01\n");
    assert_int_equal(json_array_size(rows), 1);
    assert_int_equal(json_array_size(rejects), 0);
    char *text = json_dumps(json_array_get(rows, 0), JSON_COMPACT | JSON_SORT_KEYS);
    assert_string_equal(text, "{\"expires\":\"2031-06-01\",\"issued\":\"2021-06-01\",\"issuer\":"
                              "\"AUT\",\"kind\":\"P\",\"number\":\"KE4192750\",\"status\":"
                              "\"stolen\"}");
    free(text);
    assert_int_equal(reader.line, 3);
}

TEST(dates_may_be_left_out)
{
    read_piece(HEADER "AUT,P,KE1,lost,,\n");
    assert_null(json_object_get(json_array_get(rows, 0), "issued"));
    assert_null(json_object_get(json_array_get(rows, 0), "expires"));
}

TEST(each_kind_of_mistake_has_its_number_and_costs_only_its_own_row)
{
    static const struct {
        const char *row;
        cairn_err err;
    } cases[] = {
        {"AUT,P,KE1,stolen", CAIRN_CSV},
        {"AUT,P,KE1,stolen,,,AUT", CAIRN_CSV},
        {"", CAIRN_CSV},
        {"\"AUT,P,KE1,stolen,,", CAIRN_CSV},
        {"A\"UT,P,KE1,stolen,,", CAIRN_CSV},
        {"\"AUT\"x,P,KE1,stolen,,", CAIRN_CSV},
        {"QQQ,P,KE1,stolen,,", CAIRN_CODE_UNKNOWN},
        {"UTO,P,KE1,stolen,,", CAIRN_CODE_UNKNOWN},
        {"SRB,P,KE1,stolen,,", CAIRN_RULE_ISSUER},
        {"AUT,Q,KE1,stolen,,", CAIRN_RULE_CODE},
        {"AUT,P,KE1,borrowed,,", CAIRN_RULE_CODE},
        {"AUT,P,,stolen,,", CAIRN_NUMBER},
        {"AUT,P,KE-1,stolen,,", CAIRN_NUMBER},
        {"AUT,P,AAAAAAAAAAAAAAAAAAAAA,stolen,,", CAIRN_TOO_LONG},
        {"AUT,P,KE1,stolen,2021-02-31,", CAIRN_DATE},
        {"AUT,P,KE1,stolen,,31.12.2030", CAIRN_DATE},
        {"AUT,P,KE1,stolen,2021-06-01,2016-12-31", CAIRN_RULE_DATE},
        {"AUT,P,KE1,stolen,2026-03-02,", CAIRN_RULE_DATE},
        {"AUT,P,\x01,stolen,,", CAIRN_TEXT_FORBIDDEN},
        {"AUT,P,\xff,stolen,,", CAIRN_TEXT_UTF8},
    };
    for (size_t at = 0; at < sizeof cases / sizeof cases[0]; at++) {
        char piece[256];
        reset(NULL);
        snprintf(piece, sizeof piece, HEADER "%s\nAUT,P,KE2,stolen,,\n", cases[at].row);
        read_piece(piece);
        assert_int_equal(json_array_size(rows), 1);
        assert_int_equal(json_array_size(rejects), 1);
        expect_reject(0, 2, cases[at].err);
    }
}

TEST(the_second_of_two_rows_with_one_key_is_refused_wherever_it_stands)
{
    read_piece(HEADER "AUT,P,B,stolen,,\nAUT,P,A,lost,,\nAUT,I,B,lost,,\nAUT,P,B,lost,,\n");
    assert_int_equal(json_array_size(rows), 3);
    assert_int_equal(json_array_size(rejects), 1);
    expect_reject(0, 5, CAIRN_RULE_DUPLICATE);
}

TEST(a_repetition_is_seen_across_two_pieces)
{
    read_piece(HEADER "AUT,P,A,stolen,,\n");
    read_piece("AUT,P,A,stolen,,\nAUT,P,B,stolen,,\n");
    assert_int_equal(json_array_size(rows), 1);
    expect_reject(0, 3, CAIRN_RULE_DUPLICATE);
    assert_int_equal(reader.line, 5);
}

TEST(rows_come_in_the_order_that_a_batch_is_checked_fastest_in)
{
    read_piece(HEADER "AUT,I,A,lost,,\nAUT,P,C,lost,,\nAUT,P,B,lost,,\nAUT,D,Z,lost,,\n");
    assert_string_equal(number_of(0), "B");
    assert_string_equal(number_of(1), "C");
    assert_string_equal(number_of(2), "Z");
    assert_string_equal(number_of(3), "A");
}

TEST(quotes_line_ends_of_windows_and_a_byte_order_mark_are_taken)
{
    read_piece("\xef\xbb\xbfissuer,type,number,status,issued,expires\r\n\"AUT\",P,\"K1\",lost,,\r\n"
               "AUT,P,K2,lost,,");
    assert_int_equal(json_array_size(rows), 2);
    assert_string_equal(number_of(0), "K1");
    assert_string_equal(number_of(1), "K2");
}

TEST(another_header_is_refused_and_changes_nothing)
{
    struct cairn_importcsv before = reader;
    assert_err(
        cairn_importcsv_read(&reader, cairn_bytes_of("number,issuer\nK1,AUT\n"), &rows, &rejects),
        CAIRN_CSV);
    assert_memory_equal(&before, &reader, sizeof before);
    assert_null(rows);
}

TEST(specimens_count_in_test_networks)
{
    reader.is_test_network = true;
    reader.country = "UTO";
    read_piece(HEADER "UTO,P,L898902C3,stolen,,\n");
    assert_int_equal(json_array_size(rows), 1);
}

TEST(more_rows_than_a_batch_takes_are_too_many)
{
    static char piece[CAIRN_LIMIT_BATCH_ROWS * 20 + 100];
    size_t size = 0;
    reader.line = 2;
    for (uint32_t at = 0; at <= CAIRN_LIMIT_BATCH_ROWS; at++) {
        size += (size_t)snprintf(piece + size, sizeof piece - size, "AUT,P,%u,lost,,\n", at);
    }
    assert_err(cairn_importcsv_read(&reader, (struct cairn_bytes){(uint8_t *)piece, size}, &rows,
                                    &rejects),
               CAIRN_TOO_LONG);
    assert_int_equal(reader.line, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_good_row_becomes_a_row_of_a_batch, reset, drop),
        cmocka_unit_test_setup_teardown(dates_may_be_left_out, reset, drop),
        cmocka_unit_test_setup_teardown(
            each_kind_of_mistake_has_its_number_and_costs_only_its_own_row, reset, drop),
        cmocka_unit_test_setup_teardown(
            the_second_of_two_rows_with_one_key_is_refused_wherever_it_stands, reset, drop),
        cmocka_unit_test_setup_teardown(a_repetition_is_seen_across_two_pieces, reset, drop),
        cmocka_unit_test_setup_teardown(rows_come_in_the_order_that_a_batch_is_checked_fastest_in,
                                        reset, drop),
        cmocka_unit_test_setup_teardown(quotes_line_ends_of_windows_and_a_byte_order_mark_are_taken,
                                        reset, drop),
        cmocka_unit_test_setup_teardown(another_header_is_refused_and_changes_nothing, reset, drop),
        cmocka_unit_test_setup_teardown(specimens_count_in_test_networks, reset, drop),
        cmocka_unit_test_setup_teardown(more_rows_than_a_batch_takes_are_too_many, reset, drop),
    };
    return cmocka_run_group_tests_name("importcsv", tests, NULL, NULL);
}
