/* Method: both streams go to memory and are compared whole. */
#define _POSIX_C_SOURCE 200809L

#include "node/cli/cli_output.h"

#include <stdlib.h>
#include <string.h>

#include "tests/lib/test.h"

static char out[8192], err[8192];

static struct cairn_cli_output paper_open(bool is_json)
{
    memset(out, 0, sizeof out);
    memset(err, 0, sizeof err);
    return (struct cairn_cli_output){.out = fmemopen(out, sizeof out, "w"),
                                     .err = fmemopen(err, sizeof err, "w"),
                                     .is_json = is_json};
}

static void paper_close(const struct cairn_cli_output *output)
{
    fclose(output->out);
    fclose(output->err);
}

static json_t *rows(void)
{
    return json_pack("[{s:s, s:i, s:{s:b}}, {s:s, s:[s,s]}]", "id", "AUT-1", "n", 7, "x", "y", 1,
                     "id", "\xc3\x96", "n", "a", "b");
}

static const struct cairn_cli_column columns[] = {{"ID", "id"}, {"COUNT", "n"}, {"INNER", "x.y"}};

TEST(a_table_lines_up_by_characters)
{
    struct cairn_cli_output output = paper_open(false);
    json_t *table = rows();
    cairn_cli_output_table(&output, columns, 3, table);
    paper_close(&output);
    assert_string_equal(out, "ID     COUNT  INNER\n"
                             "AUT-1  7      yes\n"
                             "\xc3\x96      a, b   \n");
    json_decref(table);
}

TEST(with_json_only_json_is_printed)
{
    struct cairn_cli_output output = paper_open(true);
    json_t *table = rows();
    cairn_cli_output_line(&output, "not shown");
    cairn_cli_output_table(&output, columns, 3, table);
    paper_close(&output);
    json_t *back = json_loads(out, 0, NULL);
    assert_true(json_equal(back, table));
    json_decref(back);
    json_decref(table);
}

TEST(text_from_outside_cannot_command_the_terminal)
{
    struct cairn_cli_output output = paper_open(false);
    json_t *object = json_pack("{s:s}", "name\x1b", "a\x1b[2J\xe2\x80\xae\nb");
    cairn_cli_output_object(&output, object);
    cairn_cli_output_line(&output, "%s", "x\x07\xff");
    paper_close(&output);
    assert_string_equal(out, "name?: a?[2J????b\nx??\n");
    json_decref(object);
}

TEST(inner_objects_are_indented)
{
    struct cairn_cli_output output = paper_open(false);
    json_t *object = json_pack("{s:i, s:{s:s, s:n}, s:[{s:i},{s:i}]}", "a", 1, "b", "c", "d", "e",
                               "list", "f", 1, "f", 2);
    cairn_cli_output_object(&output, object);
    paper_close(&output);
    assert_string_equal(out, "a: 1\nb:\n  c: d\n  e: \nlist 1:\n  f: 1\nlist 2:\n  f: 2\n");
    json_decref(object);
}

static int refuse(bool is_json, int status, const char *body)
{
    struct cairn_cli_output output = paper_open(is_json);
    struct cairn_cli_response response = {
        .status = status, .body = (uint8_t *)(uintptr_t)body, .body_size = strlen(body)};
    int code = cairn_cli_output_refusal(&output, &response);
    paper_close(&output);
    return code;
}

TEST(a_refusal_is_shown_with_its_number_and_place)
{
    static const char problem[] = "{\"title\":\"too thin: B17\",\"status\":422,\"code\":617,"
                                  "\"detail\":\"no name\",\"pointer\":\"/names\"}";
    assert_int_equal(refuse(false, 422, problem), CAIRN_EXIT_REFUSED);
    assert_string_equal(err, "cairn: too thin: B17 (617): no name at /names\n");
    assert_string_equal(out, "");
    assert_int_equal(refuse(true, 422, problem), CAIRN_EXIT_REFUSED);
    assert_non_null(strstr(out, "\"code\": 617"));
    assert_int_equal(refuse(false, 500, "{\"title\":\"x\",\"code\":502}"), CAIRN_EXIT_MACHINE);
    assert_int_equal(refuse(false, 500, "<html>"), CAIRN_EXIT_REFUSED);
    assert_non_null(strstr(err, "not understood"));
    assert_int_equal(refuse(false, 200, "{}"), CAIRN_EXIT_DONE);
    assert_string_equal(err, "");
}

TEST(our_own_errors_and_usage_say_what_and_give_the_exit_code)
{
    struct cairn_cli_output output = paper_open(false);
    assert_int_equal(cairn_cli_output_error(&output, CAIRN_NO_DAEMON, "/x"), CAIRN_EXIT_MACHINE);
    paper_close(&output);
    assert_string_equal(err, "cairn: no daemon answers in this directory (507 NO_DAEMON): /x\n");
    output = paper_open(true);
    assert_int_equal(cairn_cli_output_usage(&output, "usage: cairn x", "--y: unknown option"),
                     CAIRN_EXIT_USAGE);
    paper_close(&output);
    assert_string_equal(err, "cairn: --y: unknown option\nusage: cairn x\n");
    assert_non_null(strstr(out, "\"code\": 197"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_lines_up_by_characters),
        cmocka_unit_test(with_json_only_json_is_printed),
        cmocka_unit_test(text_from_outside_cannot_command_the_terminal),
        cmocka_unit_test(inner_objects_are_indented),
        cmocka_unit_test(a_refusal_is_shown_with_its_number_and_place),
        cmocka_unit_test(our_own_errors_and_usage_say_what_and_give_the_exit_code),
    };
    return cmocka_run_group_tests_name("cli_output", tests, NULL, NULL);
}
