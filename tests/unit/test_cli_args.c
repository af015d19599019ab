#include "node/cli/cli_args.h"

#include <string.h>

#include "tests/lib/test.h"

static const struct cairn_cli_option options[] = {
    {"dir", CAIRN_CLI_VALUE, true, "DIR"},
    {"json", CAIRN_CLI_FLAG, false, NULL},
    {"limit", CAIRN_CLI_VALUE, false, "N"},
    {"trust", CAIRN_CLI_REPEAT, false, "FILE"},
};
static const struct cairn_cli_syntax syntax = {options, 4, 1, 2, "FILE..."};
static struct cairn_cli_args args;

/* Words separated by one space; "" stays a word. */
static cairn_err parse(const char *line)
{
    static char copy[512];
    static char *words[128];
    int count = 0;
    strcpy(copy, line);
    for (char *at = copy; at != NULL; count++) {
        words[count] = at;
        at = strchr(at, ' ');
        if (at != NULL) {
            *at++ = '\0';
        }
    }
    return cairn_cli_args_parse(&args, &syntax, count, words);
}

TEST(options_and_operands_may_be_mixed)
{
    assert_err(parse("a --json --dir=/x b --trust one --limit 5 --trust two"), CAIRN_OK);
    assert_int_equal(args.operand_count, 2);
    assert_string_equal(args.operands[0], "a");
    assert_string_equal(args.operands[1], "b");
    assert_string_equal(cairn_cli_args_value(&args, "dir"), "/x");
    assert_true(cairn_cli_args_has(&args, "json"));
    assert_string_equal(cairn_cli_args_repeat(&args, "trust", 0), "one");
    assert_string_equal(cairn_cli_args_repeat(&args, "trust", 1), "two");
    assert_null(cairn_cli_args_repeat(&args, "trust", 2));
    assert_string_equal(args.fault, "");
}

TEST(after_two_hyphens_everything_is_an_operand_and_one_hyphen_is_one)
{
    assert_err(parse("--dir x - -- --json"), CAIRN_OK);
    assert_string_equal(args.operands[0], "-");
    assert_string_equal(args.operands[1], "--json");
    assert_false(cairn_cli_args_has(&args, "json"));
    assert_null(cairn_cli_args_value(&args, "limit"));
}

TEST(a_fault_names_the_argument)
{
    static const struct {
        const char *line, *fault;
    } cases[] = {
        {"a", "--dir: is required"},
        {"--dir x", "FILE...: is missing"},
        {"--dir", "--dir: needs a value"},
        {"--dir x a b c", "c: one argument too many"},
        {"--dir x --dir y a", "--dir: given twice"},
        {"--dir x --json --json a", "--json: given twice"},
        {"--dir x --json=1 a", "--json: takes no value"},
        {"--dir x --jso a", "--jso: unknown option"},
        {"--dir x --jsonx a", "--jsonx: unknown option"},
        {"--dir x -j a", "-j: unknown option"},
        {"--dir x --=y a", "--=y: unknown option"},
    };
    for (size_t at = 0; at < sizeof cases / sizeof *cases; at++) {
        assert_err(parse(cases[at].line), CAIRN_USAGE);
        assert_string_equal(args.fault, cases[at].fault);
    }
}

TEST(numbers_are_read_strictly)
{
    static const char *const bad[] = {"--dir x a --limit 0",
                                      "--dir x a --limit 101",
                                      "--dir x a --limit 5x",
                                      "--dir x a --limit -5",
                                      "--dir x a --limit=",
                                      "--dir x a --limit +5",
                                      "--dir x a --limit 18446744073709551617"};
    uint64_t number = 42;
    for (size_t at = 0; at < sizeof bad / sizeof *bad; at++) {
        assert_err(parse(bad[at]), CAIRN_OK);
        assert_err(cairn_cli_args_uint(&args, "limit", 1, 100, &number), CAIRN_USAGE);
        assert_string_equal(args.fault, "--limit: is not a number from 1 to 100");
    }
    assert_int_equal(number, 42);
    assert_err(parse("--dir x a"), CAIRN_OK);
    assert_err(cairn_cli_args_uint(&args, "limit", 1, 100, &number), CAIRN_OK);
    assert_int_equal(number, 42);
    assert_err(parse("--dir x a --limit 18446744073709551615"), CAIRN_OK);
    assert_err(cairn_cli_args_uint(&args, "limit", 1, UINT64_MAX, &number), CAIRN_OK);
    assert_true(number == UINT64_MAX);
}

TEST(a_long_argument_in_a_fault_is_cut)
{
    char line[300] = "--dir x a b ";
    memset(line + 12, 'c', 280);
    assert_err(parse(line), CAIRN_USAGE);
    assert_non_null(strstr(args.fault, "ccc: one argument too many"));
}

TEST(usage_shows_what_is_required_and_what_is_not)
{
    char usage[200];
    cairn_cli_args_usage(&syntax, "alert issue", usage, sizeof usage);
    assert_string_equal(usage, "usage: cairn alert issue FILE... --dir DIR [--json] "
                               "[--limit N] [--trust FILE ...]");
    cairn_cli_args_usage(&syntax, "alert issue", usage, 20);
    assert_string_equal(usage, "usage: cairn alert ");
}

TEST(asking_for_an_option_that_is_not_in_the_syntax_is_our_own_mistake)
{
    assert_err(parse("--dir x a"), CAIRN_OK);
    expect_assert_failure(cairn_cli_args_value(&args, "nothing"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_and_operands_may_be_mixed),
        cmocka_unit_test(after_two_hyphens_everything_is_an_operand_and_one_hyphen_is_one),
        cmocka_unit_test(a_fault_names_the_argument),
        cmocka_unit_test(numbers_are_read_strictly),
        cmocka_unit_test(a_long_argument_in_a_fault_is_cut),
        cmocka_unit_test(usage_shows_what_is_required_and_what_is_not),
        cmocka_unit_test(asking_for_an_option_that_is_not_in_the_syntax_is_our_own_mistake),
    };
    return cmocka_run_group_tests_name("cli_args", tests, NULL, NULL);
}
