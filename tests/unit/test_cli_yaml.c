#include "node/cli/cli_yaml.h"

#include "tests/lib/test.h"

#include <stdlib.h>
#include <string.h>

static char fault[256];

static void expect(const char *yaml, const char *json)
{
    json_t *read = NULL;
    assert_err(cairn_cli_yaml_read(cairn_bytes_of(yaml), &read, fault), CAIRN_OK);
    char *text = json_dumps(read, JSON_COMPACT | JSON_SORT_KEYS);
    assert_string_equal(text, json);
    free(text);
    json_decref(read);
}

TEST(plain_numbers_and_truths_become_such_the_rest_is_text)
{
    expect("a: 1\nb: true\nc: '1'\nd: AUT-bka\ne: 2026-03-01\n",
           "{\"a\":1,\"b\":true,\"c\":\"1\",\"d\":\"AUT-bka\",\"e\":\"2026-03-01\"}");
}

TEST(maps_and_lists_stay_what_they_are)
{
    expect("handling: {code: H0, information: 2}\nwarnings: [ARM, VIO]\n",
           "{\"handling\":{\"code\":\"H0\",\"information\":2},\"warnings\":[\"ARM\",\"VIO\"]}");
}

TEST(anything_but_a_map_is_refused_with_its_place)
{
    json_t *read = NULL;
    assert_err(cairn_cli_yaml_read(cairn_bytes_of("- a\n- b\n"), &read, fault), CAIRN_YAML_TYPE);
    assert_non_null(strstr(fault, "1:1"));
    assert_err(cairn_cli_yaml_read(cairn_bytes_of("a: &x 1\n"), &read, fault),
               CAIRN_YAML_FORBIDDEN);
    assert_null(read);
}

TEST(a_file_too_long_for_defaults_is_refused)
{
    static char text[(64u << 10) + 2];
    json_t *read = NULL;
    memset(text, '#', sizeof text - 1);
    assert_err(cairn_cli_yaml_read(cairn_bytes_of(text), &read, fault), CAIRN_TOO_LONG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_numbers_and_truths_become_such_the_rest_is_text),
        cmocka_unit_test(maps_and_lists_stay_what_they_are),
        cmocka_unit_test(anything_but_a_map_is_refused_with_its_place),
        cmocka_unit_test(a_file_too_long_for_defaults_is_refused),
    };
    return cmocka_run_group_tests_name("cli_yaml", tests, NULL, NULL);
}
