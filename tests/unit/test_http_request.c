/* Method: targets as written on the wire, decoded and compared. */
#include "node/http/http_request.h"

#include <string.h>

#include "tests/lib/test.h"

static struct cairn_http_request request;
static uint8_t target[4096];

static cairn_err split(const char *text)
{
    size_t size = strlen(text);
    memset(&request, 0, sizeof request);
    memcpy(target, text, size);
    return cairn_http_request_split(target, size, &request);
}

static void assert_bytes(struct cairn_bytes got, const char *wanted)
{
    assert_int_equal(got.size, strlen(wanted));
    assert_memory_equal(got.data, wanted, got.size);
}

TEST(a_target_is_split_and_its_queries_are_decoded)
{
    assert_err(split("/v1/a%2Fb?x=1&y=a%20b+c&z&w=%C3%A4%2B"), CAIRN_OK);
    assert_bytes(request.path, "/v1/a%2Fb");
    assert_int_equal(request.query_count, 4);
    assert_bytes(request.queries[0].name, "x");
    assert_bytes(request.queries[0].value, "1");
    assert_bytes(request.queries[1].value, "a b c");
    assert_bytes(request.queries[2].name, "z");
    assert_bytes(request.queries[2].value, "");
    assert_bytes(request.queries[3].value, "\xc3\xa4+");
}

TEST(a_target_without_queries_has_none)
{
    assert_err(split("/"), CAIRN_OK);
    assert_bytes(request.path, "/");
    assert_int_equal(request.query_count, 0);
    assert_err(split("/a?"), CAIRN_OK);
    assert_int_equal(request.query_count, 0);
}

TEST(bad_targets_are_refused)
{
    static const char *const targets[] = {
        "",
        "a",
        "*",
        "http://a/",
        "/a#b",
        "/a b",
        "/a\x7f",
        "/\xc3\xa4",
        "/a?x=%",
        "/a?x=%4",
        "/a?x=%g0",
        "/a?x=%0g",
        "/a?x=%4g", /* "?", for who takes g for -1 */
        "/a?x=%4_",
        "/a?x=%4@",
        "/a?x=%4:",
        "/a?x=%4/",
        "/a?x=%g0%90%80%80", /* UTF-8, for the same */
        "/a?x=%00",
        "/a?x=%0a",
        "/a?x=%ff",
        "/a?x=%c0%af",
        "/a?x=%e2%80%ae",
        "/a?x=1&x=2",
        "/a?x=1&%78=2",
        "/a?=1",
        "/a?&",
        "/a?x=1&&y=2",
    };
    for (size_t at = 0; at < sizeof targets / sizeof *targets; at++) {
        assert_err(split(targets[at]), CAIRN_HTTP);
    }
}

TEST(thirty_two_queries_are_taken_and_one_more_is_refused)
{
    char text[256] = "/a?";
    for (char at = 0; at < 32; at++) {
        char query[4] = {(char)('A' + at), '=', '1', '\0'};
        strcat(text, at == 0 ? "" : "&");
        strcat(text, query);
    }
    assert_err(split(text), CAIRN_OK);
    assert_int_equal(request.query_count, 32);
    strcat(text, "&zz=1");
    assert_err(split(text), CAIRN_HTTP);
}

TEST(a_plus_in_a_path_stays_a_plus)
{
    uint8_t text[] = "a+%2b%2F";
    size_t size = sizeof text - 1;
    assert_err(cairn_http_request_decode(text, &size, false), CAIRN_OK);
    assert_bytes((struct cairn_bytes){text, size}, "a++/");
}

TEST(headers_are_found_in_any_case_and_the_first_wins)
{
    struct cairn_bytes value = {0};
    memset(&request, 0, sizeof request);
    request.header_count = 2;
    request.headers[0] = (struct cairn_http_pair){cairn_bytes_of("X-Thing"), cairn_bytes_of("one")};
    request.headers[1] = (struct cairn_http_pair){cairn_bytes_of("x-THING"), cairn_bytes_of("two")};
    assert_true(cairn_http_request_find(&request, "x-thing", &value));
    assert_bytes(value, "one");
    assert_int_equal(cairn_http_request_count(&request, "X-THING"), 2);
    assert_false(cairn_http_request_find(&request, "x-thin", &value));
    assert_false(cairn_http_request_is_same(cairn_bytes_of("a["), "A{"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_target_is_split_and_its_queries_are_decoded),
        cmocka_unit_test(a_target_without_queries_has_none),
        cmocka_unit_test(bad_targets_are_refused),
        cmocka_unit_test(thirty_two_queries_are_taken_and_one_more_is_refused),
        cmocka_unit_test(a_plus_in_a_path_stays_a_plus),
        cmocka_unit_test(headers_are_found_in_any_case_and_the_first_wins),
    };
    return cmocka_run_group_tests_name("http_request", tests, NULL, NULL);
}
