#define _POSIX_C_SOURCE 200809L

#include "node/config.h"

#include "tests/lib/tempdir.h"
#include "tests/lib/test.h"

#include <string.h>
#include <unistd.h>

#define IDENTITY "network: test-demo\ncountry: AUT\nnode: vienna-1\n"

static cairn_err parse(const char *text, struct cairn_config *out, struct cairn_config_fault *fault)
{
    fault->text[0] = '\0';
    return cairn_config_parse("cairn.yaml", cairn_bytes_of(text), out, fault);
}

TEST(the_smallest_config_names_the_node_and_listens_nowhere)
{
    struct cairn_config config;
    struct cairn_config_fault fault;
    assert_err(parse(IDENTITY, &config, &fault), CAIRN_OK);
    assert_string_equal(config.network, "test-demo");
    assert_string_equal(config.country, "AUT");
    assert_string_equal(config.node, "vienna-1");
    assert_string_equal(config.listen.host, "");
    assert_string_equal(config.http.host, "");
    assert_int_equal(config.host_count, 0);
    assert_string_equal(config.purpose, "");
    assert_int_equal(config.floor.bytes, 64u << 20);
    assert_int_equal(config.floor.percent, 0);
    assert_int_equal(config.log_level, CAIRN_LOGGER_INFO);
    assert_true(cairn_config_is_test(&config));
}

TEST(every_key_is_read)
{
    struct cairn_config config;
    struct cairn_config_fault fault;
    assert_err(parse("network: balkan\n"
                     "country: UNO\n"
                     "node: a\n"
                     "listen: 0.0.0.0:7400\n"
                     "http: \"[::1]:7480\"\n"
                     "hosts: [alerts.example, 'localhost:7480', '[::1]:7480', '[::1]']\n"
                     "defaults: {purpose: border.check, role: booth, actor: B-17}\n"
                     "guard: ../guards/unesco\n"
                     "floor: {mib: 3, percent: 5}\n"
                     "log: debug\n",
                     &config, &fault),
               CAIRN_OK);
    assert_false(cairn_config_is_test(&config));
    assert_string_equal(config.listen.host, "0.0.0.0");
    assert_int_equal(config.listen.port, 7400);
    assert_string_equal(config.http.host, "::1");
    assert_int_equal(config.http.port, 7480);
    assert_int_equal(config.host_count, 4);
    assert_string_equal(config.hosts[0], "alerts.example");
    assert_string_equal(config.hosts[1], "localhost:7480");
    assert_string_equal(config.hosts[2], "[::1]:7480");
    assert_string_equal(config.hosts[3], "[::1]");
    assert_string_equal(config.purpose, "border.check");
    assert_string_equal(config.role, "booth");
    assert_string_equal(config.actor, "B-17");
    assert_int_equal(config.floor.bytes, 3u << 20);
    assert_int_equal(config.floor.percent, 5);
    assert_int_equal(config.log_level, CAIRN_LOGGER_DEBUG);
    assert_string_equal(config.guard, "../guards/unesco");
}

TEST(the_guard_lies_in_the_directory_unless_the_config_says_where)
{
    struct cairn_config config;
    char path[CAIRN_FILE_PATH_MAX];
    cairn_config_init(&config);
    assert_err(cairn_config_guard(&config, "/srv/aut", path), CAIRN_OK);
    assert_string_equal(path, "/srv/aut/guard");
    memcpy(config.guard, "../g", 5);
    assert_err(cairn_config_guard(&config, "/srv/aut", path), CAIRN_OK);
    assert_string_equal(path, "/srv/aut/../g");
    memcpy(config.guard, "/g", 3);
    assert_err(cairn_config_guard(&config, "/srv/aut", path), CAIRN_OK);
    assert_string_equal(path, "/g");
}

TEST(a_mistake_is_told_with_line_and_column)
{
    static const struct {
        const char *text;
        cairn_err err;
        const char *wanted; /* begins so */
    } cases[] = {
        {"network: [\n", CAIRN_YAML_SYNTAX, "cairn.yaml:2:1: error 130 "},
        {"network: test-demo\ncountry: QQQ\nnode: a\n", CAIRN_CODE_UNKNOWN,
         "cairn.yaml:2:10: error 150 unknown country or organisation code: B20 (QQQ)"},
        {"network: demo\ncountry: UTO\nnode: a\n", CAIRN_CODE_UNKNOWN,
         "cairn.yaml:2:10: error 150 "},
        {"network: Demo\ncountry: AUT\nnode: a\n", CAIRN_YAML_VALUE, "cairn.yaml:1:10: error 137 "},
        {"network: de~mo\ncountry: AUT\nnode: a\n", CAIRN_YAML_VALUE,
         "cairn.yaml:1:10: error 137 "},
        {"network: demo\ncountry: AUT\nnode: a/b\n", CAIRN_YAML_VALUE,
         "cairn.yaml:3:7: error 137 "},
        {"network: demo\ncountry: AUT\n", CAIRN_YAML_FIELD, "cairn.yaml:1:1: error 135 "},
        {IDENTITY "listen: 7400\n", CAIRN_YAML_VALUE, "cairn.yaml:4:9: error 137 "},
        {IDENTITY "listen: host:70000\n", CAIRN_NUMBER, "cairn.yaml:4:9: error 107 "},
        {IDENTITY "listen: ::1:7400\n", CAIRN_YAML_VALUE, "cairn.yaml:4:9: error 137 "},
        {IDENTITY "http: \"a b:7400\"\n", CAIRN_YAML_VALUE, "cairn.yaml:4:7: error 137 "},
        {IDENTITY "hosts: localhost\n", CAIRN_YAML_TYPE, "cairn.yaml:4:8: error 134 "},
        {IDENTITY "hosts: ['aabb]']\n", CAIRN_YAML_VALUE, "cairn.yaml:4:9: error 137 "},
        {IDENTITY "hosts: [a, 'b/c']\n", CAIRN_YAML_VALUE, "cairn.yaml:4:12: error 137 "},
        {IDENTITY "defaults: {rolle: booth}\n", CAIRN_YAML_UNKNOWN, "cairn.yaml:4:12: error 136 "},
        {IDENTITY "defaults: {role: abcdefghijklmnopq}\n", CAIRN_YAML_VALUE,
         "cairn.yaml:4:18: error 137 "},
        {IDENTITY "floor: {mib: many}\n", CAIRN_YAML_TYPE, "cairn.yaml:4:14: error 134 "},
        {IDENTITY "floor: {percent: 51}\n", CAIRN_YAML_VALUE, "cairn.yaml:4:18: error 137 "},
        {IDENTITY "log: loud\n", CAIRN_YAML_VALUE,
         "cairn.yaml:4:6: error 137 expected error, warn, info or debug (loud)"},
        {IDENTITY "adress: x\n", CAIRN_YAML_UNKNOWN, "cairn.yaml:4:1: error 136 "},
        {IDENTITY "node: b\n", CAIRN_YAML_KEY, "cairn.yaml:4:1: error 132 "},
    };
    for (size_t at = 0; at < sizeof cases / sizeof *cases; at++) {
        struct cairn_config config, before;
        struct cairn_config_fault fault;
        memset(&config, 0x5A, sizeof config);
        before = config;
        assert_err(parse(cases[at].text, &config, &fault), cases[at].err);
        fault.text[strlen(cases[at].wanted)] = '\0';
        assert_string_equal(fault.text, cases[at].wanted);
        assert_memory_equal(&config, &before, sizeof config);
    }
}

TEST(what_a_file_says_cannot_reach_a_terminal_raw)
{
    struct cairn_config config;
    struct cairn_config_fault fault;
    assert_err(parse(IDENTITY "log: \"\\e[31m\\u00e9\"\n", &config, &fault), CAIRN_YAML_VALUE);
    for (size_t at = 0; fault.text[at] != '\0'; at++) {
        assert_true(fault.text[at] >= ' ' && fault.text[at] <= '~');
    }
}

TEST(endpoints_are_read_strictly)
{
    static const struct {
        const char *text;
        bool is_any_port;
        cairn_err err;
        const char *host;
        uint16_t port;
    } cases[] = {
        {"127.0.0.1:1", false, CAIRN_OK, "127.0.0.1", 1},
        {"node.example:65535", false, CAIRN_OK, "node.example", 65535},
        {"[2001:db8::1]:7400", false, CAIRN_OK, "2001:db8::1", 7400},
        {"localhost:0", true, CAIRN_OK, "localhost", 0},
        {"localhost:0", false, CAIRN_NUMBER, NULL, 0},
        {"localhost:", false, CAIRN_NUMBER, NULL, 0},
        {"localhost:07400", false, CAIRN_NUMBER, NULL, 0},
        {"localhost:65536", false, CAIRN_NUMBER, NULL, 0},
        {"localhost:+1", false, CAIRN_NUMBER, NULL, 0},
        {"localhost:99999999999", false, CAIRN_NUMBER, NULL, 0},
        {"localhost", false, CAIRN_YAML_VALUE, NULL, 0},
        {":7400", false, CAIRN_YAML_VALUE, NULL, 0},
        {"[]:7400", false, CAIRN_YAML_VALUE, NULL, 0},
        {"[host]:7400", false, CAIRN_YAML_VALUE, NULL, 0},
        {"[::Z]:7400", false, CAIRN_YAML_VALUE, NULL, 0},
        {"aabb]:7400", false, CAIRN_YAML_VALUE, NULL, 0},
        {"[aabb:7400", false, CAIRN_YAML_VALUE, NULL, 0},
        {"NODE.Example:7400", false, CAIRN_OK, "NODE.Example", 7400},
        {"localhost:1/2", false, CAIRN_NUMBER, NULL, 0},
        {"a_b:7400", false, CAIRN_YAML_VALUE, NULL, 0},
        {"", false, CAIRN_YAML_VALUE, NULL, 0},
    };
    for (size_t at = 0; at < sizeof cases / sizeof *cases; at++) {
        struct cairn_config_endpoint out = {.host = "unchanged"};
        assert_err(cairn_config_parse_endpoint(cairn_bytes_of(cases[at].text),
                                               cases[at].is_any_port, &out),
                   cases[at].err);
        assert_string_equal(out.host, cases[at].host != NULL ? cases[at].host : "unchanged");
        assert_int_equal(out.port, cases[at].port);
    }
}

static void config_fill(struct cairn_config *config)
{
    cairn_config_init(config);
    (void)strcpy(config->network, "test-demo");
    (void)strcpy(config->country, "UTO");
    (void)strcpy(config->node, "1"); /* text, though it looks like a number */
    (void)strcpy(config->listen.host, "::");
    config->listen.port = 7400;
    (void)strcpy(config->http.host, "127.0.0.1");
    config->http.port = 7480;
    config->host_count = 2;
    (void)strcpy(config->hosts[0], "alerts.example");
    (void)strcpy(config->hosts[1], "[::1]:7480");
    (void)strcpy(config->purpose, "border.check");
    (void)strcpy(config->role, "true");
    (void)strcpy(config->actor, "\"B\\17\": # {é}");
    config->floor = (struct cairn_diskspace_floor){.bytes = 7u << 20, .percent = 3};
    config->log_level = CAIRN_LOGGER_WARN;
}

TEST(what_is_saved_is_what_is_loaded)
{
    char dir[TEST_PATH_MAX];
    struct cairn_config config, again;
    struct cairn_config_fault fault;
    test_tempdir_open(dir);
    config_fill(&config);
    assert_err(cairn_config_save(dir, &config, false), CAIRN_OK);
    memset(&again, 0, sizeof again);
    assert_err(cairn_config_load(dir, &again, &fault), CAIRN_OK);
    assert_memory_equal(&again.listen.port, &config.listen.port, sizeof config.listen.port);
    assert_string_equal(again.listen.host, config.listen.host);
    assert_string_equal(again.http.host, config.http.host);
    assert_int_equal(again.http.port, config.http.port);
    assert_string_equal(again.network, config.network);
    assert_string_equal(again.country, config.country);
    assert_string_equal(again.node, config.node);
    assert_int_equal(again.host_count, 2);
    assert_string_equal(again.hosts[0], config.hosts[0]);
    assert_string_equal(again.hosts[1], config.hosts[1]);
    assert_string_equal(again.purpose, config.purpose);
    assert_string_equal(again.role, config.role);
    assert_string_equal(again.actor, config.actor);
    assert_int_equal(again.floor.bytes, config.floor.bytes);
    assert_int_equal(again.floor.percent, config.floor.percent);
    assert_int_equal(again.log_level, CAIRN_LOGGER_WARN);
    test_tempdir_close(dir);
}

TEST(what_could_not_be_loaded_is_not_saved)
{
    char dir[TEST_PATH_MAX];
    struct cairn_config config;
    test_tempdir_open(dir);
    config_fill(&config);
    (void)strcpy(config.country, "QQQ");
    assert_err(cairn_config_save(dir, &config, false), CAIRN_CODE_UNKNOWN);
    config_fill(&config);
    assert_err(cairn_config_save(dir, &config, false), CAIRN_OK);
    assert_err(cairn_config_save(dir, &config, false), CAIRN_EXISTS);
    assert_err(cairn_config_save(dir, &config, true), CAIRN_OK);
    (void)strcpy(config.actor, "two\nlines");
    assert_err(cairn_config_save(dir, &config, true), CAIRN_TEXT_FORBIDDEN);
    struct cairn_config_fault fault;
    assert_err(cairn_config_load(dir, &config, &fault), CAIRN_OK);
    test_tempdir_close(dir);
}

TEST(a_file_that_is_missing_or_too_long_is_told)
{
    static char longest[CAIRN_CONFIG_BYTES_MAX + 2];
    char dir[TEST_PATH_MAX], path[TEST_PATH_MAX];
    struct cairn_config config;
    struct cairn_config_fault fault;
    test_tempdir_open(dir);
    test_tempdir_path(dir, "cairn.yaml", path);
    assert_err(cairn_config_load(dir, &config, &fault), CAIRN_NOT_FOUND);
    assert_non_null(strstr(fault.text, "cairn.yaml: error 310 "));
    memset(longest, '#', sizeof longest - 1);
    test_tempdir_write(path, longest);
    assert_err(cairn_config_load(dir, &config, &fault), CAIRN_TOO_LONG);
    test_tempdir_close(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_smallest_config_names_the_node_and_listens_nowhere),
        cmocka_unit_test(every_key_is_read),
        cmocka_unit_test(the_guard_lies_in_the_directory_unless_the_config_says_where),
        cmocka_unit_test(a_mistake_is_told_with_line_and_column),
        cmocka_unit_test(what_a_file_says_cannot_reach_a_terminal_raw),
        cmocka_unit_test(endpoints_are_read_strictly),
        cmocka_unit_test(what_is_saved_is_what_is_loaded),
        cmocka_unit_test(what_could_not_be_loaded_is_not_saved),
        cmocka_unit_test(a_file_that_is_missing_or_too_long_is_told),
    };
    return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
