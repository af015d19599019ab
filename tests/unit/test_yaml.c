/* Method: small files in the text of the test; trees walked node by node with their places; every
 * refusal with its line and column. */
#include "tests/lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "schema/base/limits.h"
#include "schema/yaml.h"

#define ARENA_BYTES (64u << 10)

static _Alignas(max_align_t) uint8_t memory[ARENA_BYTES];
static struct cairn_arena arena;
static struct cairn_yaml_fault fault;

static cairn_err parse(const char *text, const struct cairn_yaml_node **out_root)
{
    cairn_arena_init(&arena, memory, sizeof memory);
    fault = (struct cairn_yaml_fault){.what = "untouched"};
    return cairn_yaml_parse(cairn_bytes_of(text), &arena, out_root, &fault);
}

static const struct cairn_yaml_node *parsed(const char *text)
{
    const struct cairn_yaml_node *root = NULL;
    assert_err(parse(text, &root), CAIRN_OK);
    assert_non_null(root);
    assert_string_equal(fault.what, "untouched");
    return root;
}

static const struct cairn_yaml_node *child(const struct cairn_yaml_node *node, const char *key)
{
    const struct cairn_yaml_node *found = cairn_yaml_find(node, key);
    assert_non_null(found);
    return found;
}

static void assert_text(const struct cairn_yaml_node *node, const char *text)
{
    assert_int_equal(node->kind, CAIRN_YAML_TEXT);
    assert_true(cairn_bytes_is_equal(node->text, cairn_bytes_of(text)));
}

static void assert_fault(uint32_t line, uint32_t column)
{
    assert_int_equal(fault.line, line);
    assert_int_equal(fault.column, column);
    assert_non_null(fault.what);
    assert_true(fault.what[0] != '\0');
}

static const char policy[] = "policy: 1\n"
                             "audiences: {region: [SRB, BIH], all: partners}\n"
                             "release:   # first match wins\n"
                             "  - {kinds: [alert.batch], to: all}\n"
                             "  - kinds:\n"
                             "      - 'alert.*'\n"
                             "    to: \"region\"\n";

TEST(a_policy_becomes_a_tree)
{
    const struct cairn_yaml_node *root = parsed(policy);
    assert_int_equal(root->kind, CAIRN_YAML_MAP);
    assert_int_equal(root->count, 3);
    assert_true(cairn_bytes_is_equal(root->first->key, cairn_bytes_of("policy")));
    const struct cairn_yaml_node *region = child(child(root, "audiences"), "region");
    assert_int_equal(region->kind, CAIRN_YAML_LIST);
    assert_int_equal(region->count, 2);
    assert_text(region->first, "SRB");
    assert_text(region->first->next, "BIH");
    assert_null(region->first->next->next);
    assert_int_equal(region->first->key.size, 0);
    const struct cairn_yaml_node *second = child(root, "release")->first->next;
    assert_text(child(second, "kinds")->first, "alert.*");
    assert_true(child(second, "kinds")->first->is_quoted);
    assert_true(child(second, "to")->is_quoted);
    assert_false(child(child(root, "release")->first, "to")->is_quoted);
    assert_null(cairn_yaml_find(root, "nothing"));
    assert_null(cairn_yaml_find(region, "SRB"));
}

TEST(every_node_knows_its_line_and_column)
{
    const struct cairn_yaml_node *root = parsed(policy);
    const struct cairn_yaml_node *bih = child(child(root, "audiences"), "region")->first->next;
    assert_int_equal(bih->line, 2);
    assert_int_equal(bih->column, 27);
    const struct cairn_yaml_node *to = child(child(root, "release")->first->next, "to");
    assert_int_equal(to->line, 7);
    assert_int_equal(to->column, 9);
    assert_int_equal(to->key_line, 7);
    assert_int_equal(to->key_column, 5);
}

TEST(the_tree_does_not_need_the_source)
{
    char text[] = "country: AUT\n";
    const struct cairn_yaml_node *root = parsed(text);
    memset(text, '?', sizeof text - 1);
    assert_text(child(root, "country"), "AUT");
}

TEST(what_the_tree_cannot_hold_is_refused_with_its_place)
{
    static const struct {
        const char *text;
        cairn_err err;
        uint32_t line;
        uint32_t column;
    } cases[] = {
        {"", CAIRN_YAML_SYNTAX, 1, 1},
        {"# only a comment\n", CAIRN_YAML_SYNTAX, 1, 1},
        {"a: [1, 2\nb: 3\n", CAIRN_YAML_SYNTAX, 2, 2},
        {"a: 1\n  b: 2\n", CAIRN_YAML_SYNTAX, 2, 4},
        {"a: \"open\n", CAIRN_YAML_SYNTAX, 2, 1},
        {"a: &x 1\n", CAIRN_YAML_FORBIDDEN, 1, 4},
        {"a: *x\n", CAIRN_YAML_FORBIDDEN, 1, 4},
        {"a: !!int 1\n", CAIRN_YAML_FORBIDDEN, 1, 4},
        {"a: !local {b: 1}\n", CAIRN_YAML_FORBIDDEN, 1, 4},
        {"a: &x [1]\n", CAIRN_YAML_FORBIDDEN, 1, 4},
        {"%YAML 1.1\n---\na: 1\n", CAIRN_YAML_FORBIDDEN, 1, 1},
        {"a: !x [1]\n", CAIRN_YAML_FORBIDDEN, 1, 4},
        {"a: &x {b: 1}\n", CAIRN_YAML_FORBIDDEN, 1, 4},
        {"%TAG ! tag:x.example,2000:\n---\na: 1\n", CAIRN_YAML_FORBIDDEN, 1, 1},
        {"? {a: 1}\n: 1\n", CAIRN_YAML_KEY, 1, 3},
        {"a: 1\n---\nb: 2\n", CAIRN_YAML_FORBIDDEN, 2, 1},
        {"a: 1\nb: 2\na: 3\n", CAIRN_YAML_KEY, 3, 1},
        {"x: {a: 1, a: 2}\n", CAIRN_YAML_KEY, 1, 11},
        {"'a': 1\n", CAIRN_YAML_KEY, 1, 1},
        {"? [a]\n: 1\n", CAIRN_YAML_KEY, 1, 3},
        {"&k a: 1\n", CAIRN_YAML_FORBIDDEN, 1, 1},
        {"\xc3\xa4: 1\n\xc3\xa4: \xff\n", CAIRN_YAML_SYNTAX, 2, 4},
        {"a: \x01\n", CAIRN_YAML_SYNTAX, 1, 4},
        {"a: \"\\ud800\"\n", CAIRN_YAML_SYNTAX, 1, 7},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct cairn_yaml_node *root = NULL;
        cairn_err err = parse(cases[i].text, &root);
        if (err != cases[i].err || fault.line != cases[i].line || fault.column != cases[i].column) {
            fail_msg("%s: %s %u:%u %s", cases[i].text, cairn_err_name(err), fault.line,
                     fault.column, fault.what);
        }
        assert_err(fault.err, err);
        assert_null(root);
    }
}

TEST(a_key_that_stands_twice_is_named)
{
    const struct cairn_yaml_node *root;
    assert_err(parse("peer: 1\npeer: 2\n", &root), CAIRN_YAML_KEY);
    assert_true(cairn_bytes_is_equal(fault.subject, cairn_bytes_of("peer")));
}

/* `[[[...]]]` with this many levels. */
static cairn_err parse_depth(size_t depth)
{
    const struct cairn_yaml_node *root;
    char *text = calloc(1, 2 * depth + 1);
    assert_non_null(text);
    memset(text, '[', depth);
    memset(text + depth, ']', depth);
    cairn_err err = parse(text, &root);
    free(text);
    return err;
}

TEST(sixteen_levels_pass_and_more_are_refused_without_delay)
{
    assert_err(parse_depth(CAIRN_LIMIT_YAML_DEPTH), CAIRN_OK);
    assert_err(parse_depth(CAIRN_LIMIT_YAML_DEPTH + 1), CAIRN_YAML_LIMIT);
    assert_fault(1, 17);
    assert_err(parse_depth(500000), CAIRN_YAML_LIMIT);
}

TEST(one_mebibyte_is_the_limit_of_a_file)
{
    const struct cairn_yaml_node *root;
    uint8_t *text = malloc(CAIRN_LIMIT_YAML_BYTES + 1);
    assert_non_null(text);
    memset(text, '#', CAIRN_LIMIT_YAML_BYTES + 1);
    memcpy(text, "a: 1 ", 5);
    cairn_arena_init(&arena, memory, sizeof memory);
    struct cairn_bytes source = {.data = text, .size = CAIRN_LIMIT_YAML_BYTES};
    assert_err(cairn_yaml_parse(source, &arena, &root, &fault), CAIRN_OK);
    source.size++;
    assert_err(cairn_yaml_parse(source, &arena, &root, &fault), CAIRN_YAML_LIMIT);
    free(text);
}

TEST(too_many_keys_in_one_map_are_refused)
{
    static _Alignas(max_align_t) uint8_t large[1u << 20];
    const struct cairn_yaml_node *root;
    char *text = malloc(16 * (CAIRN_YAML_KEYS_MAX + 1));
    assert_non_null(text);
    size_t size = 0;
    for (unsigned i = 0; i <= CAIRN_YAML_KEYS_MAX; i++) {
        memcpy(text + size, "k0000: 1\n", 9);
        for (unsigned digit = 4, rest = i; digit > 0; digit--, rest /= 10) {
            text[size + digit] = (char)('0' + rest % 10);
        }
        size += 9;
    }
    cairn_arena_init(&arena, large, sizeof large);
    struct cairn_bytes source = {.data = (uint8_t *)text, .size = size - 9};
    assert_err(cairn_yaml_parse(source, &arena, &root, &fault), CAIRN_OK);
    assert_int_equal(root->count, CAIRN_YAML_KEYS_MAX);
    cairn_arena_reset(&arena);
    source.size = size;
    assert_err(cairn_yaml_parse(source, &arena, &root, &fault), CAIRN_YAML_LIMIT);
    assert_fault(CAIRN_YAML_KEYS_MAX + 1, 1);
    free(text);
}

TEST(an_arena_that_is_too_small_by_any_amount_is_an_error)
{
    const struct cairn_yaml_node *root;
    (void)parsed(policy);
    for (size_t size = 0, needed = arena.used_bytes; size < needed; size++) {
        cairn_arena_init(&arena, memory, size);
        assert_err(cairn_yaml_parse(cairn_bytes_of(policy), &arena, &root, &fault), CAIRN_NO_ROOM);
    }
}

TEST(a_needed_key_is_there_or_named)
{
    const struct cairn_yaml_node *root = parsed("a: 1\nb:\n  c: 2\n");
    const struct cairn_yaml_node *found = NULL;
    assert_err(cairn_yaml_need(root, "a", &found, &fault), CAIRN_OK);
    assert_text(found, "1");
    assert_err(cairn_yaml_need(child(root, "b"), "d", &found, &fault), CAIRN_YAML_FIELD);
    assert_fault(3, 3);
    assert_true(cairn_bytes_is_equal(fault.subject, cairn_bytes_of("d")));
    assert_err(cairn_yaml_need(child(root, "a"), "d", &found, &fault), CAIRN_YAML_TYPE);
    assert_fault(1, 4);
    assert_text(found, "1");
}

TEST(unknown_keys_are_found_at_the_key)
{
    const char *const allowed[] = {"policy", "audiences", "release", NULL};
    const char *const fewer[] = {"policy", "release", NULL};
    const struct cairn_yaml_node *root = parsed(policy);
    assert_err(cairn_yaml_allow(root, allowed, &fault), CAIRN_OK);
    assert_err(cairn_yaml_allow(root, fewer, &fault), CAIRN_YAML_UNKNOWN);
    assert_fault(2, 1);
    assert_true(cairn_bytes_is_equal(fault.subject, cairn_bytes_of("audiences")));
    assert_err(cairn_yaml_allow(child(root, "policy"), allowed, &fault), CAIRN_YAML_TYPE);
}

TEST(numbers_are_plain_decimal_digits)
{
    static const struct {
        const char *text;
        cairn_err err;
        uint64_t number;
    } cases[] = {
        {"0", CAIRN_OK, 0},
        {"1000", CAIRN_OK, 1000},
        {"1001", CAIRN_YAML_VALUE, 0},
        {"18446744073709551615", CAIRN_YAML_VALUE, 0},
        {"99999999999999999999999", CAIRN_YAML_VALUE, 0},
        {"007", CAIRN_YAML_TYPE, 0},
        {"-1", CAIRN_YAML_TYPE, 0},
        {"+1", CAIRN_YAML_TYPE, 0},
        {"1.0", CAIRN_YAML_TYPE, 0},
        {"0x10", CAIRN_YAML_TYPE, 0},
        {"'5'", CAIRN_YAML_TYPE, 0},
        {"\"\"", CAIRN_YAML_TYPE, 0},
        {"[5]", CAIRN_YAML_TYPE, 0},
        {"~", CAIRN_YAML_TYPE, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t number = 7;
        const struct cairn_yaml_node *root = parsed(cases[i].text);
        assert_err(cairn_yaml_uint(root, 1000, &number, &fault), cases[i].err);
        assert_true(number == (cases[i].err == CAIRN_OK ? cases[i].number : 7));
    }
    uint64_t number;
    assert_err(cairn_yaml_uint(parsed("18446744073709551615"), UINT64_MAX, &number, &fault),
               CAIRN_OK);
    assert_true(number == UINT64_MAX);
    assert_err(cairn_yaml_uint(parsed("3"), 2, &number, &fault), CAIRN_YAML_VALUE);
    assert_err(cairn_yaml_uint(parsed("18446744073709551616"), UINT64_MAX, &number, &fault),
               CAIRN_YAML_VALUE);
}

TEST(only_true_and_false_are_bools)
{
    bool flag = false;
    assert_err(cairn_yaml_bool(parsed("true"), &flag, &fault), CAIRN_OK);
    assert_true(flag);
    assert_err(cairn_yaml_bool(parsed("false"), &flag, &fault), CAIRN_OK);
    assert_false(flag);
    const char *bad[] = {"yes", "True", "1", "'true'", "[true]", "no"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_err(cairn_yaml_bool(parsed(bad[i]), &flag, &fault), CAIRN_YAML_TYPE);
    }
}

TEST(text_is_bounded_and_clean)
{
    struct cairn_bytes text = {.size = 7};
    assert_err(cairn_yaml_text(parsed("a b"), 3, &text, &fault), CAIRN_OK);
    assert_true(cairn_bytes_is_equal(text, cairn_bytes_of("a b")));
    assert_err(cairn_yaml_text(parsed("abcd"), 3, &text, &fault), CAIRN_YAML_VALUE);
    assert_err(cairn_yaml_text(parsed("\"\""), 3, &text, &fault), CAIRN_YAML_VALUE);
    assert_err(cairn_yaml_text(parsed("\"a\\tb\""), 3, &text, &fault), CAIRN_YAML_VALUE);
    assert_err(cairn_yaml_text(parsed("\"\\0\""), 3, &text, &fault), CAIRN_YAML_VALUE);
    assert_err(cairn_yaml_text(parsed("\"\\u202e\""), 3, &text, &fault), CAIRN_YAML_VALUE);
    assert_err(cairn_yaml_text(parsed("{a: b}"), 3, &text, &fault), CAIRN_YAML_TYPE);
    assert_int_equal(text.size, 3);
}

TEST(a_rule_of_the_caller_points_at_the_node)
{
    const struct cairn_yaml_node *root = parsed("to: QQQ\n");
    assert_err(cairn_yaml_refuse(child(root, "to"), CAIRN_CODE_UNKNOWN, "unknown country", &fault),
               CAIRN_CODE_UNKNOWN);
    assert_fault(1, 5);
    assert_err(fault.err, CAIRN_CODE_UNKNOWN);
    assert_string_equal(fault.what, "unknown country");
    assert_true(cairn_bytes_is_equal(fault.subject, cairn_bytes_of("QQQ")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_policy_becomes_a_tree),
        cmocka_unit_test(every_node_knows_its_line_and_column),
        cmocka_unit_test(the_tree_does_not_need_the_source),
        cmocka_unit_test(what_the_tree_cannot_hold_is_refused_with_its_place),
        cmocka_unit_test(a_key_that_stands_twice_is_named),
        cmocka_unit_test(sixteen_levels_pass_and_more_are_refused_without_delay),
        cmocka_unit_test(one_mebibyte_is_the_limit_of_a_file),
        cmocka_unit_test(too_many_keys_in_one_map_are_refused),
        cmocka_unit_test(an_arena_that_is_too_small_by_any_amount_is_an_error),
        cmocka_unit_test(a_needed_key_is_there_or_named),
        cmocka_unit_test(unknown_keys_are_found_at_the_key),
        cmocka_unit_test(numbers_are_plain_decimal_digits),
        cmocka_unit_test(only_true_and_false_are_bools),
        cmocka_unit_test(text_is_bounded_and_clean),
        cmocka_unit_test(a_rule_of_the_caller_points_at_the_node),
    };
    return cmocka_run_group_tests_name("yaml", tests, NULL, NULL);
}
