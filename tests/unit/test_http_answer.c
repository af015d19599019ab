/* Method: an exchange on a sink that only collects; whole answers are compared. */
#include "node/http/http_answer.h"

#include <stdlib.h>
#include <string.h>

#include "tests/lib/test.h"

struct paper {
    struct cairn_http_sink sink; /* first */
    struct cairn_http_request request;
    struct cairn_http_exchange exchange;
    char text[4096];
    size_t size;
    int status;
    uint32_t done_count;
    bool keeps_alive;
};

static struct paper paper;

static void paper_put(struct cairn_http_sink *sink, struct cairn_bytes output)
{
    struct paper *written = (struct paper *)sink;
    assert_true(written->size + output.size < sizeof written->text);
    if (output.size > 0) {
        memcpy(written->text + written->size, output.data, output.size);
    }
    written->size += output.size;
}

static bool paper_push(struct cairn_http_sink *sink)
{
    return ((struct paper *)sink)->size < 1000;
}

static void paper_done(struct cairn_http_sink *sink, bool keeps_alive)
{
    struct paper *written = (struct paper *)sink;
    written->done_count++;
    written->keeps_alive = keeps_alive;
    free(written->exchange.extra);
    written->exchange.extra = NULL;
}

static void paper_count(struct cairn_http_sink *sink, int status)
{
    ((struct paper *)sink)->status = status;
}

static struct cairn_http_exchange *paper_open(bool keeps_alive, bool is_head)
{
    memset(&paper, 0, sizeof paper);
    paper.sink = (struct cairn_http_sink){paper_put, paper_push, paper_done, paper_count};
    paper.request.keeps_alive = keeps_alive;
    paper.request.is_head = is_head;
    paper.exchange.sink = &paper.sink;
    paper.exchange.request = &paper.request;
    return &paper.exchange;
}

#define SAFETY "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"

TEST(json_comes_compact_with_its_length)
{
    cairn_http_answer_json(paper_open(true, false), 200, json_pack("{s:[i,i]}", "a", 1, 2));
    assert_string_equal(paper.text, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" SAFETY
                                    "Content-Length: 11\r\n\r\n{\"a\":[1,2]}");
    assert_int_equal(paper.done_count, 1);
    assert_true(paper.keeps_alive);
    assert_int_equal(paper.status, 200);
}

TEST(json_that_could_not_be_made_is_said_to_be_lack_of_memory)
{
    cairn_http_answer_json(paper_open(true, false), 200, NULL);
    assert_non_null(strstr(paper.text, "HTTP/1.1 500 "));
    assert_non_null(strstr(paper.text, "urn:cairn:error:MEMORY"));
}

TEST(refusals_carry_the_headers_of_their_status)
{
    cairn_http_answer_problem(paper_open(true, false), CAIRN_DENIED_TOKEN, NULL, NULL);
    assert_non_null(strstr(paper.text, "HTTP/1.1 401 Unauthorized\r\n"));
    assert_non_null(strstr(paper.text, "WWW-Authenticate: Bearer realm=\"cairn\"\r\n"));
    cairn_http_answer_problem(paper_open(true, false), CAIRN_BUSY, "later", NULL);
    assert_non_null(strstr(paper.text, "HTTP/1.1 429 Too Many Requests\r\n"));
    assert_non_null(strstr(paper.text, "Retry-After: 1\r\n"));
    cairn_http_answer_problem(paper_open(true, false), CAIRN_JSON_FIELD, "is missing", "/a/0");
    assert_non_null(strstr(paper.text, "\"detail\":\"is missing\",\"pointer\":\"/a/0\"}"));
    cairn_http_answer_refuse(paper_open(false, false), 413, CAIRN_HTTP, NULL, NULL);
    assert_non_null(strstr(paper.text, "HTTP/1.1 413 "));
    assert_non_null(strstr(paper.text, "\"status\":413"));
    assert_non_null(strstr(paper.text, "Connection: close\r\n"));
    assert_false(paper.keeps_alive);
}

TEST(a_handler_may_add_headers_and_set_its_own_caching)
{
    struct cairn_http_exchange *exchange = paper_open(true, false);
    cairn_http_answer_add_header(exchange, "Cache-Control", "max-age=60");
    cairn_http_answer_add_header(exchange, "ETag", "\"x\"");
    cairn_http_answer_raw(exchange, 200, "text/css", cairn_bytes_of("a{}"));
    assert_string_equal(paper.text,
                        "HTTP/1.1 200 OK\r\nContent-Type: text/css\r\nCache-Control: max-age=60\r\n"
                        "ETag: \"x\"\r\nX-Content-Type-Options: nosniff\r\n"
                        "Content-Length: 3\r\n\r\na{}");
    exchange = paper_open(true, false);
    expect_assert_failure(cairn_http_answer_add_header(exchange, "X", "a\r\nSet-Cookie: b"));
}

TEST(an_empty_answer_has_no_length_with_204)
{
    cairn_http_answer_empty(paper_open(true, false), 204);
    assert_string_equal(paper.text, "HTTP/1.1 204 No Content\r\n" SAFETY "\r\n");
}

static void on_ready(struct cairn_http_exchange *exchange)
{
    (void)exchange;
}

TEST(a_stream_is_chunked_and_says_when_to_stop)
{
    static const uint8_t piece[900];
    struct cairn_http_exchange *exchange = paper_open(true, false);
    cairn_http_answer_begin(exchange, 200, "text/event-stream", on_ready);
    assert_true(cairn_http_answer_more(exchange, cairn_bytes_of("data: 1\n\n")));
    assert_true(cairn_http_answer_more(exchange, cairn_bytes_of("")));
    assert_non_null(strstr(paper.text, "Transfer-Encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n"));
    assert_false(cairn_http_answer_more(exchange, (struct cairn_bytes){piece, sizeof piece}));
    assert_int_equal(paper.done_count, 0);
    cairn_http_answer_end(exchange);
    assert_memory_equal(paper.text + paper.size - 7, "\r\n0\r\n\r\n", 7);
    assert_int_equal(paper.done_count, 1);
    assert_true(paper.keeps_alive);
}

TEST(a_stream_that_fails_closes_without_its_last_chunk)
{
    struct cairn_http_exchange *exchange = paper_open(true, false);
    cairn_http_answer_begin(exchange, 200, "a/b", on_ready);
    (void)cairn_http_answer_more(exchange, cairn_bytes_of("x"));
    cairn_http_answer_abort(exchange);
    assert_memory_equal(paper.text + paper.size - 3, "x\r\n", 3);
    assert_false(paper.keeps_alive);
}

TEST(a_head_request_gets_no_body)
{
    cairn_http_answer_raw(paper_open(true, true), 200, "a/b", cairn_bytes_of("hello"));
    assert_non_null(strstr(paper.text, "Content-Length: 5\r\n\r\n"));
    assert_null(strstr(paper.text, "hello"));
}

TEST(a_second_answer_is_our_own_mistake)
{
    struct cairn_http_exchange *exchange = paper_open(true, false);
    cairn_http_answer_empty(exchange, 204);
    expect_assert_failure(cairn_http_answer_empty(exchange, 204));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_comes_compact_with_its_length),
        cmocka_unit_test(json_that_could_not_be_made_is_said_to_be_lack_of_memory),
        cmocka_unit_test(refusals_carry_the_headers_of_their_status),
        cmocka_unit_test(a_handler_may_add_headers_and_set_its_own_caching),
        cmocka_unit_test(an_empty_answer_has_no_length_with_204),
        cmocka_unit_test(a_stream_is_chunked_and_says_when_to_stop),
        cmocka_unit_test(a_stream_that_fails_closes_without_its_last_chunk),
        cmocka_unit_test(a_head_request_gets_no_body),
        cmocka_unit_test(a_second_answer_is_our_own_mistake),
    };
    return cmocka_run_group_tests_name("http_answer", tests, NULL, NULL);
}
