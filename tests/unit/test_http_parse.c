/* Method: the parser alone, stage by stage. Hostile requests: test_http_conn.c. */
#include "node/http/http_parse.h"

#include <string.h>

#include "tests/lib/test.h"

static struct cairn_http_parse *parse;

static size_t feed(const char *text)
{
    size_t taken = 0;
    assert_err(cairn_http_parse_feed(parse, cairn_bytes_of(text), &taken), CAIRN_OK);
    return taken;
}

static void open_parse(void)
{
    assert_err(cairn_http_parse_open(&parse), CAIRN_OK);
    assert_int_equal(cairn_http_parse_stage(parse), CAIRN_HTTP_HEAD);
    assert_false(cairn_http_parse_has_begun(parse));
}

TEST(a_request_goes_through_its_stages_and_leaves_what_follows)
{
    static const char head[] = "POST /a?b=c HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n";
    open_parse();
    assert_int_equal(feed("\r\n"), 2);
    assert_false(cairn_http_parse_has_begun(parse));
    assert_int_equal(feed("POST /a?b=c HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"),
                     sizeof head - 1);
    assert_int_equal(cairn_http_parse_stage(parse), CAIRN_HTTP_JUDGE);
    assert_true(cairn_http_parse_has_body(parse));
    const struct cairn_http_request *request = cairn_http_parse_request(parse);
    assert_int_equal(request->method, CAIRN_HTTP_POST);
    assert_int_equal(request->header_count, 2);
    assert_int_equal(request->query_count, 1);
    assert_true(request->keeps_alive);
    assert_err(cairn_http_parse_admit(parse, 3), CAIRN_OK);
    assert_int_equal(cairn_http_parse_stage(parse), CAIRN_HTTP_BODY);
    assert_int_equal(feed("abcGET"), 3);
    assert_int_equal(cairn_http_parse_stage(parse), CAIRN_HTTP_DONE);
    assert_memory_equal(request->body.data, "abc", 3);
    cairn_http_parse_next(parse);
    assert_int_equal(cairn_http_parse_stage(parse), CAIRN_HTTP_HEAD);
    assert_int_equal(cairn_http_parse_request(parse)->header_count, 0);
    cairn_http_parse_close(parse);
}

TEST(a_request_without_body_is_done_when_it_is_admitted)
{
    open_parse();
    feed("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert_false(cairn_http_parse_has_body(parse));
    assert_false(cairn_http_parse_request(parse)->keeps_alive);
    assert_err(cairn_http_parse_admit(parse, 0), CAIRN_OK);
    assert_int_equal(cairn_http_parse_stage(parse), CAIRN_HTTP_DONE);
    cairn_http_parse_close(parse);
}

TEST(a_body_may_be_as_large_as_its_cap_and_no_larger)
{
    open_parse();
    feed("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n");
    assert_err(cairn_http_parse_admit(parse, 3), CAIRN_HTTP);
    assert_int_equal(cairn_http_parse_fault(parse).status, 413);
    assert_int_equal(cairn_http_parse_stage(parse), CAIRN_HTTP_FAILED);
    cairn_http_parse_close(parse);

    size_t taken;
    open_parse();
    feed("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    assert_err(cairn_http_parse_admit(parse, 3), CAIRN_OK);
    feed("3\r\nabc\r\n");
    assert_err(cairn_http_parse_feed(parse, cairn_bytes_of("1\r\nd\r\n"), &taken), CAIRN_HTTP);
    assert_int_equal(cairn_http_parse_fault(parse).status, 413);
    cairn_http_parse_close(parse);
}

TEST(a_stage_out_of_turn_is_our_own_mistake)
{
    open_parse();
    expect_assert_failure(cairn_http_parse_next(parse));
    expect_assert_failure(cairn_http_parse_fault(parse));
    expect_assert_failure(assert_err(cairn_http_parse_admit(parse, 0), CAIRN_OK));
    cairn_http_parse_close(parse);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_goes_through_its_stages_and_leaves_what_follows),
        cmocka_unit_test(a_request_without_body_is_done_when_it_is_admitted),
        cmocka_unit_test(a_body_may_be_as_large_as_its_cap_and_no_larger),
        cmocka_unit_test(a_stage_out_of_turn_is_our_own_mistake),
    };
    return cmocka_run_group_tests_name("http_parse", tests, NULL, NULL);
}
