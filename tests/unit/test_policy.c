#include "schema/policy.h"

#include "tests/lib/test.h"

#include <stdio.h>

static uint8_t memory[1u << 20];
static struct cairn_yaml_fault fault;
static struct cairn_policy policy;

static cairn_err parse_bytes(struct cairn_bytes source)
{
    struct cairn_arena arena;
    cairn_arena_init(&arena, memory, sizeof memory);
    return cairn_policy_parse(source, false, &arena, &policy, &fault);
}

static bool permits(const char *role, const char *operation)
{
    return cairn_policy_permits(&policy, cairn_bytes_of(role), cairn_bytes_of(operation));
}

TEST(a_policy_is_read_whole)
{
    assert_err(parse_bytes(test_data("policies/region.yaml")), CAIRN_OK);
    assert_int_equal(policy.audience_count, 2);
    assert_int_equal(policy.audiences[0].count, 4);
    assert_string_equal(policy.audiences[0].members[3], "GEO");
    assert_true(policy.audiences[1].is_partners);
    assert_int_equal(policy.rule_count, 3);
    assert_int_equal(policy.rules[0].to, CAIRN_POLICY_TO_ALL);
    assert_int_equal(policy.rules[1].to, CAIRN_POLICY_TO_LIST);
    assert_int_equal(policy.rules[1].audience_index, 0);
    assert_int_equal(policy.rules[1].categories,
                     1u << CAIRN_ALERT_ARR | 1u << CAIRN_ALERT_REF | 1u << CAIRN_ALERT_RET);
    assert_true(policy.rules[1].is_never_nationality);
    assert_true(policy.rules[1].is_never_birth_country);
    assert_int_equal(policy.rules[1].line, 5);
    assert_int_equal(policy.rules[2].to, CAIRN_POLICY_TO_PARTIES);
    assert_int_equal(policy.role_count, 4);
}

TEST(the_first_policy_of_a_node_is_sound_and_national)
{
    assert_err(parse_bytes(cairn_policy_default()), CAIRN_OK);
    assert_int_equal(policy.rule_count, 0);
    assert_true(permits("booth", "screen"));
    assert_false(permits("booth", "alert.issue"));
    assert_true(permits("bureau", "case.request"));
}

TEST(roles_may_what_their_patterns_say)
{
    assert_err(parse_bytes(test_data("policies/region.yaml")), CAIRN_OK);
    assert_true(permits("bureau", "alert.issue"));
    assert_true(permits("bureau", "screen"));
    assert_false(permits("bureau", "screening"));
    assert_false(permits("bureau", "alert"));
    assert_false(permits("bureau", "alert."));
    assert_false(permits("bureau", "audit.read"));
    assert_true(permits("auditor", "audit.read"));
    assert_false(permits("nobody", "screen"));
    assert_false(permits("", "screen"));
    assert_err(parse_bytes(cairn_bytes_of("policy: 1\nrelease: []\naccept: {}\n"
                                          "roles: {root: ['*']}\n")),
               CAIRN_OK);
    assert_true(permits("root", "anything.at_all"));
}

TEST(each_partner_has_its_own_limits_or_those_of_default)
{
    assert_err(parse_bytes(cairn_bytes_of(
                   "policy: 1\nrelease: []\nroles: {}\naccept:\n"
                   "  GEO: {kinds: [case.*], entries_per_s: 10}\n"
                   "  default: {kinds: [alert.*, case.request], entries_per_s: 500}\n")),
               CAIRN_OK);
    struct cairn_bytes georgia = cairn_bytes_of("GEO"), serbia = cairn_bytes_of("SRB");
    assert_int_equal(cairn_policy_find_accept(&policy, georgia)->entries_per_s, 10);
    assert_int_equal(cairn_policy_find_accept(&policy, serbia)->entries_per_s, 500);
    assert_int_equal(cairn_policy_find_accept(&policy, georgia)->foundings,
                     CAIRN_POLICY_FOUNDS_CASE);
    assert_int_equal(cairn_policy_find_accept(&policy, serbia)->foundings, CAIRN_POLICY_FOUNDS_ALL);
    assert_int_equal(cairn_policy_find_accept(&policy, serbia)->store_mib, CAIRN_POLICY_STORE_MIB);
    assert_err(parse_bytes(cairn_bytes_of("policy: 1\nrelease: []\nroles: {}\n"
                                          "accept: {GEO: {kinds: [case.*], store_mib: 3}}\n")),
               CAIRN_OK);
    assert_int_equal(cairn_policy_find_accept(&policy, georgia)->store_mib, 3);
    assert_int_equal(cairn_policy_find_accept(&policy, georgia)->entries_per_s, 0);
    assert_null(cairn_policy_find_accept(&policy, serbia));
    assert_err(parse_bytes(cairn_bytes_of("policy: 1\nrelease: []\nroles: {}\naccept: {}\n")),
               CAIRN_OK);
    assert_null(cairn_policy_find_accept(&policy, georgia));
}

#define AFTER "accept: {}\nroles: {}\n"

static const struct {
    const char *text;
    cairn_err err;
    uint32_t line;
    uint32_t column;
} faults[] = {
    {"policy: 2\nrelease: []\n" AFTER, CAIRN_YAML_VALUE, 1, 9},
    {"policy:\nrelease: []\n" AFTER, CAIRN_YAML_TYPE, 1, 8},
    {"policy: 0\nrelease: []\n" AFTER, CAIRN_YAML_VALUE, 1, 9},
    {"release: []\n" AFTER, CAIRN_YAML_FIELD, 1, 1},
    {"policy: 1\n" AFTER, CAIRN_YAML_FIELD, 1, 1},
    {"policy: 1\nrelease: []\nroles: {}\n", CAIRN_YAML_FIELD, 1, 1},
    {"policy: 1\nrelease: []\naccept: {}\n", CAIRN_YAML_FIELD, 1, 1},
    {"policy: 1\nrules: []\nrelease: []\n" AFTER, CAIRN_YAML_UNKNOWN, 2, 1},
    {"policy: 1\naudiences: {r: [GEO, QQQ]}\nrelease: []\n" AFTER, CAIRN_CODE_UNKNOWN, 2, 22},
    {"policy: 1\naudiences: {r: [GEO, UTO]}\nrelease: []\n" AFTER, CAIRN_CODE_UNKNOWN, 2, 22},
    {"policy: 1\naudiences: {r: [GEO, GEO]}\nrelease: []\n" AFTER, CAIRN_YAML_VALUE, 2, 22},
    {"policy: 1\naudiences: {r: []}\nrelease: []\n" AFTER, CAIRN_YAML_VALUE, 2, 16},
    {"policy: 1\naudiences: {r: everybody}\nrelease: []\n" AFTER, CAIRN_YAML_VALUE, 2, 16},
    {"policy: 1\naudiences: {all: [GEO]}\nrelease: []\n" AFTER, CAIRN_YAML_VALUE, 2, 18},
    {"policy: 1\naudiences: {national: partners}\nrelease: []\n" AFTER, CAIRN_YAML_VALUE, 2, 23},
    {"policy: 1\naudiences: {parties: partners}\nrelease: []\n" AFTER, CAIRN_YAML_VALUE, 2, 22},
    {"policy: 1\naudiences: {R: partners}\nrelease: []\n" AFTER, CAIRN_YAML_VALUE, 2, 16},
    {"policy: 1\nrelease:\n  - {kinds: [alert.*], to: region}\n" AFTER, CAIRN_YAML_VALUE, 3, 28},
    {"policy: 1\nrelease:\n  - {kinds: [alert.*]}\n" AFTER, CAIRN_YAML_FIELD, 3, 5},
    {"policy: 1\nrelease:\n  - {kinds: [], to: all}\n" AFTER, CAIRN_YAML_VALUE, 3, 13},
    {"policy: 1\nrelease:\n  - {kinds: alert.*, to: all}\n" AFTER, CAIRN_YAML_TYPE, 3, 13},
    {"policy: 1\nrelease:\n  - {kinds: [alert.isue], to: all}\n" AFTER, CAIRN_KIND_UNKNOWN, 3, 14},
    {"policy: 1\nrelease:\n  - {kinds: [feed.*], to: all}\n" AFTER, CAIRN_KIND_UNKNOWN, 3, 14},
    {"policy: 1\nrelease:\n  - {kinds: [al*rt], to: all}\n" AFTER, CAIRN_YAML_VALUE, 3, 14},
    {"policy: 1\nrelease:\n  - {kinds: [alert.*, alert.*], to: all}\n" AFTER, CAIRN_YAML_VALUE, 3,
     23},
    {"policy: 1\nrelease:\n  - {kinds: [alert.*], to: parties}\n" AFTER, CAIRN_YAML_VALUE, 3, 28},
    {"policy: 1\nrelease:\n  - {kinds: [alert.*], to: all, categories: [ARX]}\n" AFTER,
     CAIRN_RULE_CODE, 3, 46},
    {"policy: 1\nrelease:\n  - {kinds: [alert.*], to: all, categories: [ARR, ARR]}\n" AFTER,
     CAIRN_YAML_VALUE, 3, 51},
    {"policy: 1\nrelease:\n  - {kinds: [case.*], to: all, categories: [ARR]}\n" AFTER,
     CAIRN_YAML_VALUE, 3, 44},
    {"policy: 1\nrelease:\n  - {kinds: [alert.*], to: all, never: [religion]}\n" AFTER,
     CAIRN_YAML_VALUE, 3, 41},
    {"policy: 1\nrelease:\n  - {kinds: [alert.*], to: all, unless: x}\n" AFTER, CAIRN_YAML_UNKNOWN,
     3, 33},
    {"policy: 1\nrelease: []\nroles: {}\naccept: {GEO: {kinds: [alert.withdraw]}}\n",
     CAIRN_YAML_VALUE, 4, 23},
    {"policy: 1\nrelease: []\nroles: {}\naccept: {default: {kinds: [alert.amend, case.ack]}}\n",
     CAIRN_YAML_VALUE, 4, 27},
    {"policy: 1\nrelease: []\nroles: {}\naccept: {QQQ: {kinds: [alert.*], entries_per_s: 1}}\n",
     CAIRN_CODE_UNKNOWN, 4, 15},
    {"policy: 1\nrelease: []\nroles: {}\naccept: {GEO: {kinds: [alert.*], entries_per_s: 0}}\n",
     CAIRN_YAML_VALUE, 4, 49},
    {"policy: 1\nrelease: []\nroles: {}\naccept: {GEO: {entries_per_s: 5}}\n", CAIRN_YAML_FIELD, 4,
     15},
    {"policy: 1\nrelease: []\nroles: {}\naccept: {GEO: {kinds: [alert.*], store_mib: 0}}\n",
     CAIRN_YAML_VALUE, 4, 45},
    {"policy: 1\nrelease: []\nroles: {}\naccept: {GEO: {kinds: ['*'], store_mib: 16777217}}\n",
     CAIRN_YAML_VALUE, 4, 41},
    {"policy: 1\nrelease: []\naccept: {}\nroles: {booth: [Screen]}\n", CAIRN_YAML_VALUE, 4, 17},
    {"policy: 1\nrelease: []\naccept: {}\nroles: {booth: [.read]}\n", CAIRN_YAML_VALUE, 4, 17},
    {"policy: 1\nrelease: []\naccept: {}\nroles: {booth: ['*.read']}\n", CAIRN_YAML_VALUE, 4, 17},
    {"policy: 1\nrelease: []\naccept: {}\nroles: {booth: [audit.]}\n", CAIRN_YAML_VALUE, 4, 17},
    {"policy: 1\nrelease: []\naccept: {}\nroles: {booth: [audit.R]}\n", CAIRN_YAML_VALUE, 4, 17},
    {"policy: 1\nrelease: []\naccept: {}\nroles: {booth: [audit.a.b]}\n", CAIRN_YAML_VALUE, 4, 17},
    {"policy: 1\nrelease: []\naccept: {}\nroles: {booth: screen}\n", CAIRN_YAML_TYPE, 4, 16},
    {"policy: 1\nrelease: []\naccept: {}\nroles: {this-name-is-too-long: [screen]}\n",
     CAIRN_YAML_VALUE, 4, 32},
    {"policy: 1\nrelease: []\naccept: {}\nroles: {a~: [screen]}\n", CAIRN_YAML_VALUE, 4, 13},
    {"policy: 1\nrelease:\n  - {kinds: ['*'], to: parties}\n" AFTER, CAIRN_YAML_VALUE, 3, 24},
    {"policy: 1\nrelease:\n  - {kinds: [case.*], to: all, never: [nationality, "
     "nationality]}\n" AFTER,
     CAIRN_YAML_VALUE, 3, 53},
    {"policy: 1\nrelease: []\naccept: {}\nroles: {a: [screen], a: [screen]}\n", CAIRN_YAML_KEY, 4,
     22},
    {"policy: 1\nrelease: [", CAIRN_YAML_SYNTAX, 3, 1},
};

TEST(each_fault_is_told_with_line_and_column)
{
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        fault = (struct cairn_yaml_fault){.line = 0};
        cairn_err err = parse_bytes(cairn_bytes_of(faults[i].text));
        if (err != faults[i].err || fault.line != faults[i].line ||
            fault.column != faults[i].column) {
            print_error("case %zu: %s %u:%u %s\n", i, cairn_err_name(err), fault.line, fault.column,
                        fault.what == NULL ? "" : fault.what);
        }
        assert_err(err, faults[i].err);
        assert_int_equal(fault.line, faults[i].line);
        assert_int_equal(fault.column, faults[i].column);
    }
}

TEST(names_are_of_small_letters_digits_lines_and_hyphens)
{
    assert_err(parse_bytes(cairn_bytes_of("policy: 1\naudiences: {eu-27_z9: [GEO]}\nrelease:\n"
                                          "  - {kinds: [alert.*], to: eu-27_z9}\n" AFTER)),
               CAIRN_OK);
    assert_int_equal(policy.audiences[0].count, 1);
}

TEST(countries_that_begin_alike_are_two)
{
    assert_err(parse_bytes(cairn_bytes_of("policy: 1\naudiences: {r: [AUS, AUT, ARM]}\n"
                                          "release: []\n" AFTER)),
               CAIRN_OK);
    assert_int_equal(policy.audiences[0].count, 3);
}

TEST(a_category_beyond_the_list_is_covered_by_rules_without_one_only)
{
    assert_err(parse_bytes(cairn_bytes_of(
                   "policy: 1\nrelease:\n  - {kinds: [alert.*], categories: [ARR], to: all}\n"
                   "  - {kinds: [alert.*], to: all}\n" AFTER)),
               CAIRN_OK);
    const enum cairn_kind kind = CAIRN_KIND_ALERT_ISSUE;
    assert_true(cairn_policy_covers(&policy.rules[0], kind, CAIRN_ALERT_ARR));
    for (uint64_t beyond = 32; beyond < 1000; beyond++) {
        assert_false(cairn_policy_covers(&policy.rules[0], kind, beyond));
        assert_true(cairn_policy_covers(&policy.rules[1], kind, beyond));
    }
    assert_false(cairn_policy_covers(&policy.rules[0], kind, UINT64_MAX));
}

/* `begin`, `count` times `item`, with a name before it unless it begins with a blank, `end`. */
static cairn_err parse_many(const char *begin, const char *item, uint32_t count, const char *end)
{
    static char text[32768];
    int size = snprintf(text, sizeof text, "policy: 1\n%s", begin);
    for (uint32_t i = 0; i < count; i++) {
        char name[16] = "";
        if (item[0] != ' ') {
            (void)snprintf(name, sizeof name, "x%u", i);
        }
        size += snprintf(text + size, sizeof text - (size_t)size, "%s%s", name, item);
    }
    size += snprintf(text + size, sizeof text - (size_t)size, "%s", end);
    assert_in_range(size, 1, sizeof text - 1);
    return parse_bytes(cairn_bytes_of(text));
}

TEST(a_policy_that_does_not_fit_its_arena_is_refused)
{
    struct cairn_arena arena;
    struct cairn_bytes text = test_data("policies/region.yaml");
    for (size_t size = 0; size < 64000; size += 997) {
        cairn_arena_init(&arena, memory, size);
        struct cairn_policy before = policy;
        fault = (struct cairn_yaml_fault){.what = NULL};
        cairn_err err = cairn_policy_parse(text, false, &arena, &policy, &fault);
        if (err != CAIRN_OK) {
            assert_err(err, CAIRN_NO_ROOM);
            assert_memory_equal(&policy, &before, sizeof policy);
            assert_non_null(fault.what);
        }
    }
}

TEST(specimen_countries_stand_only_in_test_networks)
{
    struct cairn_arena arena;
    struct cairn_bytes text =
        cairn_bytes_of("policy: 1\naudiences: {r: [UTO]}\nrelease: []\n" AFTER);
    cairn_arena_init(&arena, memory, sizeof memory);
    assert_err(cairn_policy_parse(text, true, &arena, &policy, &fault), CAIRN_OK);
    cairn_arena_reset(&arena);
    assert_err(cairn_policy_parse(text, false, &arena, &policy, &fault), CAIRN_CODE_UNKNOWN);
}

TEST(each_table_of_a_policy_has_room_for_so_many_and_no_more)
{
    static const struct {
        const char *begin;
        const char *item;
        const char *end;
        uint32_t count_max;
        bool is_full_sound; /* else only one too many is tried */
    } cases[] = {
        {"audiences: {", ": partners, ", "z: partners}\nrelease: []\n" AFTER,
         CAIRN_POLICY_AUDIENCES_MAX - 1, true},
        {"release:\n", "  - {kinds: [alert.*], to: all}\n", AFTER, CAIRN_POLICY_RULES_MAX, true},
        {"release: []\nroles: {}\naccept: {", ": {kinds: [alert.*]}, ", "}\n",
         CAIRN_POLICY_ACCEPTS_MAX, false},
        {"release: []\naccept: {}\nroles: {", ": [screen], ", "}\n", CAIRN_POLICY_ROLES_MAX, true},
        {"release: []\naccept: {}\nroles: {r: [", ", ", "]}\n", CAIRN_POLICY_PATTERNS_MAX, true},
        {"release: []\n" AFTER "audiences: {r: [", ", ", "]}\n", CAIRN_LIMIT_MEMBERS, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint32_t count = cases[i].count_max;
        fault.what = "";
        assert_err(parse_many(cases[i].begin, cases[i].item, count + 1, cases[i].end),
                   CAIRN_YAML_LIMIT);
        if (cases[i].is_full_sound) {
            assert_err(parse_many(cases[i].begin, cases[i].item, count, cases[i].end), CAIRN_OK);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_policy_is_read_whole),
        cmocka_unit_test(the_first_policy_of_a_node_is_sound_and_national),
        cmocka_unit_test(roles_may_what_their_patterns_say),
        cmocka_unit_test(each_partner_has_its_own_limits_or_those_of_default),
        cmocka_unit_test(each_fault_is_told_with_line_and_column),
        cmocka_unit_test(names_are_of_small_letters_digits_lines_and_hyphens),
        cmocka_unit_test(a_policy_that_does_not_fit_its_arena_is_refused),
        cmocka_unit_test(specimen_countries_stand_only_in_test_networks),
        cmocka_unit_test(countries_that_begin_alike_are_two),
        cmocka_unit_test(a_category_beyond_the_list_is_covered_by_rules_without_one_only),
        cmocka_unit_test(each_table_of_a_policy_has_room_for_so_many_and_no_more),
    };
    return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
