/* Method: requests built by hand, judged without a connection. */
#include "node/http/http_gate.h"

#include <string.h>

#include "tests/lib/http_host.h"
#include "tests/lib/tempdir.h"
#include "tests/lib/test.h"

struct gate {
    struct http_host host;
    struct cairn_http_hub hub;
    struct cairn_http_request request;
    struct cairn_http_verdict verdict;
};

static struct gate gate;

static void gate_open(enum cairn_http_method method, const char *path)
{
    memset(&gate, 0, sizeof gate);
    http_host_init(&gate.host);
    gate.hub.settings = http_host_settings(&gate.host);
    cairn_http_router_init(&gate.hub.router, gate.hub.settings.sets, 1);
    gate.request.method = method;
    gate.request.path = cairn_bytes_of(path);
}

static void gate_add(const char *name, const char *value)
{
    gate.request.headers[gate.request.header_count++] =
        (struct cairn_http_pair){cairn_bytes_of(name), cairn_bytes_of(value)};
}

static cairn_err judge(bool is_owner)
{
    struct cairn_http_visit visit = {
        .hub = &gate.hub, .request = &gate.request, .is_owner = is_owner};
    return cairn_http_gate_judge(&visit, &gate.verdict);
}

TEST(only_listed_hosts_are_served_on_tcp_and_any_on_the_unix_socket)
{
    static const struct {
        const char *host;
        cairn_err err;
    } cases[] = {
        {"node.test", CAIRN_OK},
        {"NODE.test", CAIRN_OK},
        {"node.test:8443", CAIRN_OK},
        {"node.test:9090", CAIRN_OK},
        {"[::1]:8443", CAIRN_OK},
        {"[::1]:8444", CAIRN_DENIED_HOST},
        {"[::1]", CAIRN_DENIED_HOST},
        {"", CAIRN_DENIED_HOST},
        {":8443", CAIRN_DENIED_HOST},
        {"node.test:", CAIRN_DENIED_HOST},
        {"node.test:x", CAIRN_DENIED_HOST},
        {"node.test:1:2", CAIRN_DENIED_HOST},
        {"node.test:-1", CAIRN_DENIED_HOST},
        {"node.testx8443", CAIRN_DENIED_HOST},
        {"[::1]:8443:99", CAIRN_DENIED_HOST},
        {"8443", CAIRN_DENIED_HOST},
        {"node.test.evil.test", CAIRN_DENIED_HOST},
        {"node.test.", CAIRN_DENIED_HOST},
        {"127.0.0.1", CAIRN_DENIED_HOST},
    };
    for (size_t at = 0; at < sizeof cases / sizeof *cases; at++) {
        gate_open(CAIRN_HTTP_GET, "/healthz");
        gate_add("Host", cases[at].host);
        assert_err(judge(false), cases[at].err);
        assert_err(judge(true), CAIRN_OK);
    }
}

TEST(the_owner_may_everything_unless_a_role_is_named)
{
    gate_open(CAIRN_HTTP_POST, "/v1/echo");
    assert_err(judge(true), CAIRN_OK);
    assert_string_equal(gate.verdict.who.role, "owner");
    assert_string_equal(gate.verdict.who.actor, "owner");
    assert_true(gate.verdict.who.is_owner);
    gate_add("cairn-role", "bureau");
    gate_add("cairn-actor", "A-17");
    assert_err(judge(true), CAIRN_OK);
    assert_string_equal(gate.verdict.who.role, "bureau");
    assert_string_equal(gate.verdict.who.actor, "A-17");

    gate_open(CAIRN_HTTP_POST, "/v1/echo");
    gate_add("Cairn-Role", "booth");
    assert_err(judge(true), CAIRN_DENIED_ROLE);
    assert_string_equal(gate.verdict.detail, "echo.write");
}

TEST(a_malformed_role_or_actor_is_refused)
{
    static const char *const values[] = {"", "a\tb", "\xc3\xa4",
                                         "123456789012345678901234567890123"};
    for (size_t at = 0; at < sizeof values / sizeof *values; at++) {
        gate_open(CAIRN_HTTP_GET, "/healthz");
        gate_add("Cairn-Role", values[at]);
        assert_err(judge(true), CAIRN_HTTP);
    }
    gate_open(CAIRN_HTTP_POST, "/v1/echo");
    gate_add("Cairn-Role", "bureau");
    gate_add("Cairn-Actor", "~ 23456789012345678901234567890123456789012345678901234567890123");
    assert_err(judge(true), CAIRN_OK); /* as long, and as odd, as may be */
    gate_open(CAIRN_HTTP_GET, "/healthz");
    gate_add("Cairn-Actor", "a");
    gate_add("Cairn-Actor", "a");
    assert_err(judge(true), CAIRN_HTTP);
}

TEST(from_afar_the_token_says_who_it_is_and_headers_do_not)
{
    char dir[TEST_PATH_MAX], path[TEST_PATH_MAX], bearer[80];
    char text[CAIRN_TOKEN_TEXT_BYTES + 1];
    struct cairn_token_book *book = NULL;
    struct cairn_token_grant grant = {"booth", "B-1", 1};
    uint8_t random[32] = {1};
    test_tempdir_open(dir);
    test_tempdir_path(dir, "tokens.json", path);
    assert_err(cairn_token_open(path, &book), CAIRN_OK);
    assert_err(cairn_token_add(book, &grant, random, text), CAIRN_OK);
    strcpy(bearer, "bearer ");
    strcat(bearer, text);

    gate_open(CAIRN_HTTP_GET, "/v1/echo/1");
    gate.hub.settings.tokens = book;
    gate_add("Host", "node.test");
    gate_add("Cairn-Role", "bureau");
    assert_err(judge(false), CAIRN_DENIED_TOKEN);
    gate_add("Authorization", bearer);
    assert_err(judge(false), CAIRN_OK);
    assert_string_equal(gate.verdict.who.role, "booth");
    assert_string_equal(gate.verdict.who.actor, "B-1");
    assert_string_equal(gate.verdict.who.token_id, cairn_token_at(book, 0)->id);
    assert_false(gate.verdict.who.is_owner);
    gate.request.path = cairn_bytes_of("/v1/echo");
    gate.request.method = CAIRN_HTTP_POST;
    assert_err(judge(false), CAIRN_DENIED_ROLE);
    gate.request.path = cairn_bytes_of("/v1/later");
    gate.request.method = CAIRN_HTTP_GET;
    gate_add("Authorization", bearer);
    assert_err(judge(false), CAIRN_DENIED_TOKEN);
    gate.request.header_count = 2;
    gate_add("Authorization", "Basic abc");
    assert_err(judge(false), CAIRN_DENIED_TOKEN);
    memcpy(bearer, "hearer", 6); /* a good token under another scheme */
    gate.request.header_count = 2;
    gate_add("Authorization", bearer);
    assert_err(judge(false), CAIRN_DENIED_TOKEN);
    memcpy(bearer, "bearer", 6);
    assert_err(judge(false), CAIRN_OK);
    gate.hub.settings.tokens = NULL;
    assert_err(judge(false), CAIRN_DENIED_TOKEN);
    cairn_token_close(book);
    test_tempdir_close(dir);
}

TEST(unknown_queries_are_refused)
{
    gate_open(CAIRN_HTTP_GET, "/v1/echo/1");
    gate.request.queries[0].name = cairn_bytes_of("limit");
    gate.request.query_count = 1;
    assert_err(judge(true), CAIRN_OK);
    gate.request.queries[0].name = cairn_bytes_of("limits");
    assert_err(judge(true), CAIRN_HTTP);
    assert_non_null(strstr(gate.verdict.detail, "query"));
}

TEST(the_body_must_be_of_the_routes_type)
{
    static const struct cairn_http_route json = {.media = "application/json"};
    static const struct cairn_http_route any = {.media = NULL};
    static const struct {
        const char *type;
        cairn_err err;
    } cases[] = {
        {"application/json", CAIRN_OK},
        {"Application/JSON ; charset=utf-8", CAIRN_OK},
        {"application/json ", CAIRN_OK},
        {"application/jsonx", CAIRN_MEDIA},
        {"text/plain", CAIRN_MEDIA},
        {";", CAIRN_MEDIA},
        {"", CAIRN_MEDIA},
    };
    for (size_t at = 0; at < sizeof cases / sizeof *cases; at++) {
        gate_open(CAIRN_HTTP_POST, "/");
        assert_err(cairn_http_gate_check_media(&json, &gate.request), CAIRN_MEDIA);
        gate_add("Content-Type", cases[at].type);
        assert_err(cairn_http_gate_check_media(&json, &gate.request), cases[at].err);
        assert_err(cairn_http_gate_check_media(&any, &gate.request), CAIRN_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_listed_hosts_are_served_on_tcp_and_any_on_the_unix_socket),
        cmocka_unit_test(the_owner_may_everything_unless_a_role_is_named),
        cmocka_unit_test(a_malformed_role_or_actor_is_refused),
        cmocka_unit_test(from_afar_the_token_says_who_it_is_and_headers_do_not),
        cmocka_unit_test(unknown_queries_are_refused),
        cmocka_unit_test(the_body_must_be_of_the_routes_type),
    };
    return cmocka_run_group_tests_name("http_gate", tests, NULL, NULL);
}
