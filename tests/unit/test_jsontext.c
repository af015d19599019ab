#include "node/jsontext.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/test.h"

static struct cairn_json_fault fault;

static cairn_err parse(const char *text, size_t size)
{
    json_t *root = NULL;
    cairn_err err =
        cairn_jsontext_parse((struct cairn_bytes){(const uint8_t *)text, size}, &root, &fault);
    assert_int_equal(err == CAIRN_OK, root != NULL);
    json_decref(root);
    return err;
}

TEST(an_object_is_read)
{
    static const char text[] = " {\"a\": [1, -2, 9223372036854775807, true, null, \"\\u00e4\"]}\n";
    assert_err(parse(text, sizeof text - 1), CAIRN_OK);
    assert_int_equal(fault.line, 0);
    assert_string_equal(fault.detail, "");
}

TEST(anything_that_could_be_read_in_two_ways_is_refused)
{
    static const struct {
        const char *text;
        size_t size;
    } cases[] = {
#define CASE(text) {text, sizeof text - 1}
        CASE(""),
        CASE("[1]"),
        CASE("1"),
        CASE("\"a\""),
        CASE("{"),
        CASE("{\"a\": 1} x"),
        CASE("{\"a\": 1, \"a\": 2}"),
        CASE("{\"a\": {\"b\": 1, \"b\": 2}}"),
        CASE("{\"a\": 9223372036854775808}"),
        CASE("{\"a\": 1e999}"),
        CASE("{\"a\": 01}"),
        CASE("{\"a\": NaN}"),
        CASE("{\"a\": \"\\u0000\"}"),
        CASE("{\"a\": \"\\ud800\"}"),
        CASE("{\"a\": \"\xff\"}"),
        CASE("{\"a\": \"\xc0\xaf\"}"),
        CASE("{\"a\": \"\n\"}"),
        CASE("{\"a\": 1,}"),
        CASE("{a: 1}"),
        CASE("{\"a\": 1} \0"),
        CASE("\xef\xbb\xbf{}"),
    };
    for (size_t at = 0; at < sizeof cases / sizeof *cases; at++) {
        assert_err(parse(cases[at].text, cases[at].size), CAIRN_JSON);
        assert_true(fault.detail[0] != '\0');
    }
}

TEST(a_fault_of_the_text_names_line_and_column)
{
    static const char text[] = "{\n  \"a\": 1,\n  \"b\" 2\n}";
    assert_err(parse(text, sizeof text - 1), CAIRN_JSON);
    assert_int_equal(fault.line, 3);
    assert_int_equal(fault.column, 7);
    assert_int_equal(strncmp(fault.detail, "line 3, column 7: ", 18), 0);
}

TEST(depth_is_bounded_at_32)
{
    char text[256] = "{\"a\":";
    memset(text + 5, '[', 31);
    memset(text + 36, ']', 31);
    strcpy(text + 67, "}");
    assert_err(parse(text, strlen(text)), CAIRN_OK);
    memset(text + 5, '[', 32);
    memset(text + 37, ']', 32);
    strcpy(text + 69, "}");
    assert_err(parse(text, strlen(text)), CAIRN_JSON);
    static const char quoted[] = "{\"a\": \"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"[[[[\"}";
    assert_err(parse(quoted, sizeof quoted - 1), CAIRN_OK);
}

TEST(members_are_got_by_type_and_a_fault_names_them)
{
    json_t *object = json_pack("{s:s, s:i, s:i}", "text", "x", "n", 5, "a/b~c", -1);
    const char *text = NULL;
    uint64_t number = 7;
    assert_err(cairn_jsontext_get_text(object, "text", true, &text, &fault), CAIRN_OK);
    assert_string_equal(text, "x");
    assert_err(cairn_jsontext_get_uint(object, "n", true, &number, &fault), CAIRN_OK);
    assert_int_equal(number, 5);
    assert_err(cairn_jsontext_get_uint(object, "absent", false, &number, &fault), CAIRN_OK);
    assert_int_equal(number, 5);
    assert_err(cairn_jsontext_get_text(object, "absent", true, &text, &fault), CAIRN_JSON_FIELD);
    assert_string_equal(fault.pointer, "/absent");
    assert_err(cairn_jsontext_get_text(object, "n", false, &text, &fault), CAIRN_JSON_FIELD);
    assert_err(cairn_jsontext_get_uint(object, "a/b~c", false, &number, &fault), CAIRN_JSON_FIELD);
    assert_string_equal(fault.pointer, "/a~1b~0c");
    json_decref(object);
}

TEST(members_that_nobody_knows_are_refused)
{
    static const char *const names[] = {"a", "b", NULL};
    json_t *object = json_pack("{s:i, s:i}", "a", 1, "b", 2);
    assert_err(cairn_jsontext_allow(object, names, &fault), CAIRN_OK);
    json_object_set_new(object, "c", json_null());
    assert_err(cairn_jsontext_allow(object, names, &fault), CAIRN_JSON_FIELD);
    assert_string_equal(fault.pointer, "/c");
    json_decref(object);
}

TEST(a_number_that_a_browser_would_round_goes_out_as_text)
{
    static const struct {
        uint64_t number;
        const char *text;
    } cases[] = {{0, "0"},
                 {9007199254740992u, "9007199254740992"},
                 {9007199254740993u, "\"9007199254740993\""},
                 {UINT64_MAX, "\"18446744073709551615\""}};
    for (size_t at = 0; at < sizeof cases / sizeof *cases; at++) {
        json_t *value = cairn_jsontext_make_uint(cases[at].number);
        char *text = json_dumps(value, JSON_ENCODE_ANY);
        assert_string_equal(text, cases[at].text);
        free(text);
        json_decref(value);
    }
}

TEST(a_fault_that_is_cut_stays_text)
{
    char detail[400];
    for (size_t at = 0; at < sizeof detail - 1; at += 3) {
        memcpy(detail + at, "\xe2\x82\xac", 3);
    }
    detail[399] = '\0';
    assert_err(cairn_jsontext_refuse(&fault, CAIRN_JSON, detail, detail), CAIRN_JSON);
    json_t *pointer = json_string(fault.pointer), *kept = json_string(fault.detail);
    assert_non_null(pointer);
    assert_non_null(kept);
    assert_int_equal(strlen(fault.pointer) % 3, 0);
    json_decref(pointer);
    json_decref(kept);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_object_is_read),
        cmocka_unit_test(anything_that_could_be_read_in_two_ways_is_refused),
        cmocka_unit_test(a_fault_of_the_text_names_line_and_column),
        cmocka_unit_test(depth_is_bounded_at_32),
        cmocka_unit_test(members_are_got_by_type_and_a_fault_names_them),
        cmocka_unit_test(members_that_nobody_knows_are_refused),
        cmocka_unit_test(a_number_that_a_browser_would_round_goes_out_as_text),
        cmocka_unit_test(a_fault_that_is_cut_stays_text),
    };
    return cmocka_run_group_tests_name("jsontext", tests, NULL, NULL);
}
