#include "node/http/http_router.h"

#include <string.h>

#include "tests/lib/test.h"

static void handler(struct cairn_http_exchange *exchange)
{
    (void)exchange;
}

static const char *const queries[] = {"limit", "from", NULL};
static const struct cairn_http_route first_routes[] = {
    {CAIRN_HTTP_GET, "/v1/alerts", "alert.read", 0, NULL, queries, handler},
    {CAIRN_HTTP_POST, "/v1/alerts", "alert.issue", 0, NULL, NULL, handler},
    {CAIRN_HTTP_GET, "/v1/alerts/{id}", "alert.read", 0, NULL, NULL, handler},
    {CAIRN_HTTP_POST, "/v1/alerts/{id}/hits", "alert.hit", 0, NULL, NULL, handler},
};
static const struct cairn_http_route second_routes[] = {
    {CAIRN_HTTP_GET, "/healthz", NULL, 0, NULL, NULL, handler},
};
static int first_host, second_host;
static const struct cairn_http_routes sets[] = {{first_routes, 4, &first_host},
                                                {second_routes, 1, &second_host}};

static cairn_err find(enum cairn_http_method method, const char *path, struct cairn_http_match *out)
{
    struct cairn_http_router router;
    cairn_http_router_init(&router, sets, 2);
    *out = (struct cairn_http_match){0};
    return cairn_http_router_find(&router, method, cairn_bytes_of(path), out);
}

TEST(a_path_finds_its_route_its_host_and_its_id)
{
    struct cairn_http_match match;
    assert_err(find(CAIRN_HTTP_GET, "/v1/alerts", &match), CAIRN_OK);
    assert_ptr_equal(match.route, &first_routes[0]);
    assert_int_equal(match.id.size, 0);
    assert_err(find(CAIRN_HTTP_POST, "/v1/alerts/AUT%20-1/hits", &match), CAIRN_OK);
    assert_ptr_equal(match.route, &first_routes[3]);
    assert_ptr_equal(match.host, &first_host);
    assert_int_equal(match.id.size, 8);
    assert_memory_equal(match.id.data, "AUT%20-1", 8);
    assert_err(find(CAIRN_HTTP_GET, "/healthz", &match), CAIRN_OK);
    assert_ptr_equal(match.host, &second_host);
}

TEST(a_path_that_no_pattern_matches_is_not_found)
{
    static const char *const paths[] = {
        "/",
        "/v1",
        "/v1/alert",
        "/v1/alerts/",
        "/v1/alerts/a/",
        "/v1/alerts/a/b",
        "/v1/alerts/a/hits/",
        "/v1/alerts//hits",
        "//v1/alerts",
        "/V1/alerts",
        "/v1/alerts/a/hit",
        "/v1/alertsx",
    };
    struct cairn_http_match match;
    for (size_t at = 0; at < sizeof paths / sizeof *paths; at++) {
        assert_err(find(CAIRN_HTTP_GET, paths[at], &match), CAIRN_NOT_FOUND);
        assert_null(match.route);
    }
}

TEST(another_method_is_refused_and_the_right_ones_are_named)
{
    struct cairn_http_match match;
    struct cairn_http_router router;
    char allow[64];
    assert_err(find(CAIRN_HTTP_DELETE, "/v1/alerts", &match), CAIRN_METHOD);
    assert_err(find(CAIRN_HTTP_OTHER, "/healthz", &match), CAIRN_METHOD);
    cairn_http_router_init(&router, sets, 2);
    cairn_http_router_allow(&router, cairn_bytes_of("/v1/alerts"), allow);
    assert_string_equal(allow, "GET, HEAD, POST");
    cairn_http_router_allow(&router, cairn_bytes_of("/nowhere"), allow);
    assert_string_equal(allow, "");
}

TEST(only_listed_queries_are_known)
{
    assert_true(cairn_http_router_knows_query(&first_routes[0], cairn_bytes_of("from")));
    assert_false(cairn_http_router_knows_query(&first_routes[0], cairn_bytes_of("fro")));
    assert_false(cairn_http_router_knows_query(&first_routes[1], cairn_bytes_of("from")));
}

static void refuses_pattern(const char *pattern)
{
    struct cairn_http_router router;
    struct cairn_http_route route = {CAIRN_HTTP_GET, pattern, NULL, 0, NULL, NULL, handler};
    struct cairn_http_routes set = {&route, 1, NULL};
    expect_assert_failure(cairn_http_router_init(&router, &set, 1));
}

TEST(a_bad_table_is_our_own_mistake)
{
    refuses_pattern("v1");
    refuses_pattern("/v1/{name}");
    refuses_pattern("/v1/x{id}");
    refuses_pattern("/v1/{id}x");
    refuses_pattern("/v1/{id}/{id}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_finds_its_route_its_host_and_its_id),
        cmocka_unit_test(a_path_that_no_pattern_matches_is_not_found),
        cmocka_unit_test(another_method_is_refused_and_the_right_ones_are_named),
        cmocka_unit_test(only_listed_queries_are_known),
        cmocka_unit_test(a_bad_table_is_our_own_mistake),
    };
    return cmocka_run_group_tests_name("http_router", tests, NULL, NULL);
}
