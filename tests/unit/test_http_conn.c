/* Method: a connection without a socket. Bytes go in, whole or one by one; what comes out is
 * compared as text. */
#include "node/http/http_conn.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/http/http_answer.h"
#include "tests/lib/http_host.h"
#include "tests/lib/test.h"

struct line {
    struct http_host host;
    struct cairn_http_hub hub;
    struct cairn_http_conn *conn;
    uint32_t wake_count;
    char got[1 << 21]; /* all output so far, NUL at the end */
    size_t got_size;
};

static struct line line;

static void line_wake(void *transport)
{
    struct line *woken = transport;
    woken->wake_count++;
}

static void line_open(bool is_owner)
{
    memset(&line, 0, sizeof line);
    http_host_init(&line.host);
    line.hub.settings = http_host_settings(&line.host);
    cairn_http_router_init(&line.hub.router, line.hub.settings.sets, 1);
    struct cairn_http_origin origin = {
        .hub = &line.hub, .is_owner = is_owner, .wake = line_wake, .transport = &line};
    assert_err(cairn_http_conn_open(&origin, &line.conn), CAIRN_OK);
}

static void line_feed(const char *text)
{
    cairn_http_conn_feed(line.conn, cairn_bytes_of(text));
}

/* Take up to `size` bytes of output, as a transport would. */
static void line_take(size_t size)
{
    struct cairn_bytes out = cairn_http_conn_out(line.conn);
    size = size < out.size ? size : out.size;
    assert_true(line.got_size + size < sizeof line.got);
    if (size > 0) {
        memcpy(line.got + line.got_size, out.data, size);
        line.got_size += size;
        line.got[line.got_size] = '\0';
        cairn_http_conn_sent(line.conn, size);
    }
}

static void line_take_all(void)
{
    while (cairn_http_conn_out(line.conn).size > 0) {
        line_take(SIZE_MAX);
    }
}

static void line_close(void)
{
    cairn_http_conn_gone(line.conn);
}

/* One request on a fresh connection of the owner, in one piece and byte by byte: both give an
 * answer that begins with `status` and names `detail`; says whether the connection is finished. */
static void refuses(const char *request, size_t size, const char *status, const char *detail)
{
    for (size_t step = 1; step <= size; step += size - 1) {
        line_open(true);
        for (size_t at = 0; at < size; at += step) {
            size_t piece = size - at < step ? size - at : step;
            cairn_http_conn_feed(line.conn,
                                 (struct cairn_bytes){(const uint8_t *)request + at, piece});
        }
        line_take_all();
        char begin[64];
        snprintf(begin, sizeof begin, "HTTP/1.1 %s", status);
        if (strncmp(line.got, begin, strlen(begin)) != 0 || strstr(line.got, detail) == NULL) {
            print_error("for %.60s: %s\n", request, line.got);
        }
        assert_int_equal(strncmp(line.got, begin, strlen(begin)), 0);
        assert_non_null(strstr(line.got, detail));
        assert_non_null(strstr(line.got, "application/problem+json"));
        assert_int_equal(line.host.call_count, 0);
        assert_int_equal(cairn_http_conn_waits(line.conn), CAIRN_HTTP_WAIT_CLOSE);
        assert_false(cairn_http_conn_wants_input(line.conn));
        line_close();
    }
}

TEST(a_request_that_could_be_read_in_two_ways_is_refused_and_the_connection_closed)
{
    static const struct {
        const char *request, *status, *detail;
    } cases[] = {
        {"POST /v1/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n"
         "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
         "400 ", "detail"},
        {"POST /v1/echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
         "Content-Length: 3\r\n\r\n0\r\n\r\n",
         "400 ", "detail"},
        {"POST /v1/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
         "400 ", "detail"},
        {"POST /v1/echo HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n\r\nabc", "400 ", "detail"},
        {"POST /v1/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3, 3\r\n\r\nabc", "400 ", "detail"},
        {"POST /v1/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n",
         "400 ", "detail"},
        {"POST /v1/echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", "400 ", "detail"},
        {"POST /v1/echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", "400 ",
         "transfer coding"},
        {"POST /v1/echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
         "Transfer-Encoding: chunked\r\n\r\n",
         "400 ", "detail"},
        {"GET /healthz HTTP/1.1\nHost: a\n\n", "400 ", "CR LF"},
        {"GET /healthz HTTP/1.1\r\nHost: a\n\r\n", "400 ", "CR LF"},
        {"GET /healthz HTTP/1.1\rHost: a\r\n\r\n", "400 ", "CR LF"},
        {"GET /healthz HTTP/1.1\r\nHost : a\r\n\r\n", "400 ", "space in or behind"},
        {"GET /healthz HTTP/1.1\r\nHost: a\r\nX y: 1\r\n\r\n", "400 ", "space in or behind"},
        {"GET /healthz HTTP/1.1\r\nHost: a\r\nX: 1\r\n folded\r\n\r\n", "400 ", "begins with"},
        {"GET /healthz HTTP/1.1\r\nHost: a\r\nX: 1\r\n\tfolded\r\n\r\n", "400 ", "begins with"},
        {"GET /healthz HTTP/1.1\r\n Host: a\r\n\r\n", "400 ", "begins with"},
        {"GET /healthz HTTP/1.1\r\n\r\n", "400 ", "not exactly one Host"},
        {"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", "400 ", "not exactly one Host"},
        {"GET /healthz HTTP/1.1\r\nHost: a\r\nX\r\n\r\n", "400 ", "detail"},
        {"GET /healthz HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", "400 ", "detail"},
        {"\r\n\r\nGET /healthz HTTP/1.1\r\nHost: a\r\n\r\n", "400 ", "empty lines"},
        {"GET /healthz HTTP/1.0\r\nHost: a\r\n\r\n", "505 ", "1.1"},
        {"GET /healthz HTTP/2.0\r\nHost: a\r\n\r\n", "505 ", "1.1"},
        {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "", "detail"},
        {"GET /healthz\r\n\r\n", "", "detail"},
        {"BREW /healthz HTTP/1.1\r\nHost: a\r\n\r\n", "400 ", "detail"},
        {"GET http://a/healthz HTTP/1.1\r\nHost: a\r\n\r\n", "400 ", "target"},
        {"GET * HTTP/1.1\r\nHost: a\r\n\r\n", "400 ", "detail"},
        {"GET /healthz#x HTTP/1.1\r\nHost: a\r\n\r\n", "400 ", "detail"},
        {"GET /v1/echo/1?limit=%zz HTTP/1.1\r\nHost: a\r\n\r\n", "400 ", "target"},
        {"GET /v1/echo/1?limit=%4 HTTP/1.1\r\nHost: a\r\n\r\n", "400 ", "target"},
        {"GET /v1/echo/1?limit=%00 HTTP/1.1\r\nHost: a\r\n\r\n", "400 ", "target"},
        {"GET /v1/echo/1?limit=%c0%af HTTP/1.1\r\nHost: a\r\n\r\n", "400 ", "target"},
        {"GET /v1/echo/1?limit=1&limit=2 HTTP/1.1\r\nHost: a\r\n\r\n", "400 ", "target"},
    };
    for (size_t at = 0; at < sizeof cases / sizeof *cases; at++) {
        refuses(cases[at].request, strlen(cases[at].request), cases[at].status, cases[at].detail);
    }
}

TEST(a_nul_in_the_head_is_refused)
{
    static const char request[] = "GET /healthz HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n";
    refuses(request, sizeof request - 1, "400 ", "detail");
    static const char target[] = "GET /heal\0thz HTTP/1.1\r\nHost: a\r\n\r\n";
    refuses(target, sizeof target - 1, "400 ", "detail");
}

TEST(chunk_extensions_and_trailers_are_refused)
{
#define CHUNKED                                                                                    \
    "POST /v1/echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"                      \
    "Transfer-Encoding: chunked\r\n\r\n"
    static const char extension[] = CHUNKED "3;x=y\r\nabc\r\n0\r\n\r\n";
    refuses(extension, sizeof extension - 1, "400 ", "has extensions");
    static const char trailer[] = CHUNKED "3\r\nabc\r\n0\r\nX: y\r\n\r\n";
    refuses(trailer, sizeof trailer - 1, "400 ", "or trailers");
    static const char junk[] = CHUNKED "3x\r\nabc\r\n0\r\n\r\n";
    refuses(junk, sizeof junk - 1, "400 ", "detail");
    static const char longer[] = CHUNKED "3\r\nabcd\r\n0\r\n\r\n";
    refuses(longer, sizeof longer - 1, "400 ", "detail");
}

TEST(headers_over_16_KiB_are_refused_with_431)
{
    static char request[17 << 10];
    int size = snprintf(request, sizeof request, "GET /healthz HTTP/1.1\r\nHost: a\r\nX: ");
    memset(request + size, 'a', sizeof request - (size_t)size);
    refuses(request, sizeof request, "431 ", "16 KiB");
}

TEST(a_head_of_exactly_16_KiB_is_answered)
{
    static char request[16 << 10];
    int size = snprintf(request, sizeof request, "GET /healthz HTTP/1.1\r\nHost: a\r\nX: ");
    memset(request + size, 'a', sizeof request - (size_t)size);
    memcpy(request + sizeof request - 4, "\r\n\r\n", 4);
    line_open(true);
    cairn_http_conn_feed(line.conn, (struct cairn_bytes){(uint8_t *)request, sizeof request});
    line_take_all();
    assert_int_equal(strncmp(line.got, "HTTP/1.1 204 ", 13), 0);
    line_close();
}

static size_t write_headers(char *request, size_t capacity, uint32_t count)
{
    size_t size = (size_t)snprintf(request, capacity, "GET /healthz HTTP/1.1\r\nHost: a\r\n");
    for (uint32_t at = 1; at < count; at++) {
        size += (size_t)snprintf(request + size, capacity - size, "X%u: 1\r\n", at);
    }
    return size + (size_t)snprintf(request + size, capacity - size, "\r\n");
}

TEST(sixty_four_headers_are_taken_and_one_more_is_refused)
{
    char request[2048];
    size_t size = write_headers(request, sizeof request, 65);
    refuses(request, size, "431 ", "more than 64 headers");
    write_headers(request, sizeof request, 64);
    line_open(true);
    line_feed(request);
    line_take_all();
    assert_int_equal(strncmp(line.got, "HTTP/1.1 204 ", 13), 0);
    line_close();
}

TEST(a_body_over_the_cap_of_its_route_is_refused_with_413)
{
    static const char announced[] =
        "POST /v1/echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        "Content-Length: 20001\r\n\r\n";
    refuses(announced, sizeof announced - 1, "413 ", "larger than allowed");
    static char chunked[30000];
    int size = snprintf(chunked, sizeof chunked, CHUNKED "5000\r\n%020480d\r\n", 0);
    refuses(chunked, (size_t)size, "413 ", "larger than allowed");
    static const char on_get[] = "GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n";
    refuses(on_get, sizeof on_get - 1, "413 ", "larger than allowed");
}

TEST(bodies_come_whole_whether_by_length_or_in_chunks)
{
    line_open(true);
    line_feed("POST /v1/echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json; charset=x\r\n"
              "Content-Length: 5\r\n\r\nhe");
    assert_int_equal(cairn_http_conn_waits(line.conn), CAIRN_HTTP_WAIT_BODY);
    line_feed("llo");
    line_take_all();
    assert_string_equal(line.got, "HTTP/1.1 201 Created\r\nContent-Type: text/plain\r\n"
                                  "Location: /v1/echo/1\r\nCache-Control: no-store\r\n"
                                  "X-Content-Type-Options: nosniff\r\nContent-Length: 5\r\n\r\n"
                                  "hello");
    line.got_size = 0;
    line_feed(CHUNKED "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n");
    line_take_all();
    assert_non_null(strstr(line.got, "Content-Length: 11\r\n\r\nhello world"));
    assert_int_equal(cairn_http_conn_waits(line.conn), CAIRN_HTTP_WAIT_IDLE);
    line_close();
}

TEST(a_client_that_waits_for_leave_to_send_gets_it_or_the_refusal)
{
    line_open(true);
    line_feed("POST /v1/echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
              "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    line_take_all();
    assert_string_equal(line.got, "HTTP/1.1 100 Continue\r\n\r\n");
    line_feed("{}");
    line_take_all();
    assert_non_null(strstr(line.got, "201 Created"));
    line_close();
    static const char unknown[] =
        "POST /v1/echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        "Expect: a miracle\r\nContent-Length: 2\r\n\r\n";
    refuses(unknown, sizeof unknown - 1, "417 ", "expectation");
}

TEST(a_body_of_another_type_is_refused_with_415)
{
    static const char request[] = "POST /v1/echo HTTP/1.1\r\nHost: a\r\nContent-Type: text/html\r\n"
                                  "Content-Length: 2\r\n\r\n{}";
    refuses(request, sizeof request - 1, "415 ", "MEDIA");
    static const char none[] = "POST /v1/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}";
    refuses(none, sizeof none - 1, "415 ", "MEDIA");
}

TEST(pipelined_requests_are_answered_in_order)
{
    line_open(true);
    line_feed("GET /v1/later HTTP/1.1\r\nHost: a\r\n\r\n"
              "GET /v1/echo/two HTTP/1.1\r\nHost: a\r\n\r\n"
              "GET /v1/echo/three HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
              "GET /v1/echo/four HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_int_equal(line.host.call_count, 1);
    assert_int_equal(cairn_http_conn_out(line.conn).size, 0);
    assert_int_equal(cairn_http_conn_waits(line.conn), CAIRN_HTTP_WAIT_ANSWER);
    cairn_http_answer_json(line.host.kept, 200, json_pack("{s:s}", "id", "one"));
    assert_true(line.wake_count > 0);
    assert_int_equal(line.host.call_count, 3);
    line_take_all();
    const char *one = strstr(line.got, "\"one\"");
    const char *two = strstr(line.got, "\"two\"");
    const char *three = strstr(line.got, "\"three\"");
    assert_non_null(one);
    assert_true(one < two);
    assert_true(two < three);
    assert_null(strstr(line.got, "\"four\""));
    assert_int_equal(cairn_http_conn_waits(line.conn), CAIRN_HTTP_WAIT_CLOSE);
    assert_int_equal(line.hub.stats.answer_counts[2], 3);
    line_close();
}

TEST(an_answer_after_the_client_has_gone_is_harmless)
{
    line_open(true);
    line_feed("GET /v1/later HTTP/1.1\r\nHost: a\r\n\r\n");
    line_close();
    assert_true(line.host.kept->is_gone);
    cairn_http_answer_json(line.host.kept, 200, json_object());
    assert_int_equal(line.wake_count, 0);
}

TEST(a_client_that_only_closes_its_sending_side_still_gets_its_answer)
{
    line_open(true);
    line_feed("GET /v1/later HTTP/1.1\r\nHost: a\r\n\r\n");
    cairn_http_conn_finish_input(line.conn);
    assert_true(line.host.kept->is_gone);
    assert_int_equal(cairn_http_conn_waits(line.conn), CAIRN_HTTP_WAIT_ANSWER);
    cairn_http_answer_empty(line.host.kept, 204);
    line_take_all();
    assert_int_equal(strncmp(line.got, "HTTP/1.1 204 ", 13), 0);
    assert_int_equal(cairn_http_conn_waits(line.conn), CAIRN_HTTP_WAIT_CLOSE);
    line_close();
}

TEST(a_stream_stops_while_a_mebibyte_waits_and_goes_on_when_it_has_left)
{
    line_open(true);
    line.host.pieces_left = 20;
    line_feed("GET /v1/stream HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_int_equal(line.host.pieces_left, 9);
    assert_false(cairn_http_conn_wants_input(line.conn));
    line_take(400000);
    assert_int_equal(line.host.pieces_left, 9);
    line_take(200000);
    assert_true(line.host.pieces_left < 9);
    line_take_all();
    assert_int_equal(line.host.pieces_left, 0);
    assert_null(line.host.stream);
    assert_non_null(strstr(line.got, "Transfer-Encoding: chunked\r\n\r\n186a0\r\n"));
    assert_string_equal(line.got + line.got_size - 7, "\r\n0\r\n\r\n");
    assert_int_equal(cairn_http_conn_waits(line.conn), CAIRN_HTTP_WAIT_IDLE);
    line_close();
}

TEST(a_stream_whose_client_leaves_is_told_once)
{
    line_open(true);
    line.host.pieces_left = 20;
    line_feed("GET /v1/stream HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_false(line.host.was_gone);
    line_close();
    assert_true(line.host.was_gone);
    assert_null(line.host.stream);
}

TEST(a_request_that_does_not_arrive_in_time_gets_408)
{
    line_open(true);
    line_feed("GET /healthz HTT");
    assert_int_equal(cairn_http_conn_waits(line.conn), CAIRN_HTTP_WAIT_HEADER);
    cairn_http_conn_expire(line.conn);
    line_take_all();
    assert_int_equal(strncmp(line.got, "HTTP/1.1 408 ", 13), 0);
    assert_int_equal(cairn_http_conn_waits(line.conn), CAIRN_HTTP_WAIT_CLOSE);
    line_close();

    line_open(true);
    cairn_http_conn_expire(line.conn); /* idle: nobody to tell */
    assert_int_equal(cairn_http_conn_out(line.conn).size, 0);
    assert_int_equal(cairn_http_conn_waits(line.conn), CAIRN_HTTP_WAIT_CLOSE);
    line_close();
}

TEST(input_is_read_ahead_only_so_far)
{
    static char filler[CAIRN_HTTP_AHEAD_BYTES_MAX + 1];
    memset(filler, 'a', sizeof filler - 1);
    line_open(true);
    line_feed("GET /v1/later HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_true(cairn_http_conn_wants_input(line.conn));
    line_feed(filler);
    assert_false(cairn_http_conn_wants_input(line.conn));
    cairn_http_answer_empty(line.host.kept, 204);
    line_take_all();
    line_close();
}

TEST(a_head_request_gets_the_length_and_no_body)
{
    line_open(true);
    line_feed("HEAD /v1/echo/1 HTTP/1.1\r\nHost: a\r\n\r\n");
    line_take_all();
    assert_non_null(strstr(line.got, "Content-Length: 51\r\n\r\n"));
    assert_string_equal(line.got + line.got_size - 4, "\r\n\r\n");
    line_close();
}

TEST(an_unknown_path_gets_404_and_a_known_one_with_another_method_405_and_the_line_goes_on)
{
    line_open(true);
    line_feed("GET /v1/nothing HTTP/1.1\r\nHost: a\r\n\r\n"
              "DELETE /v1/echo/1 HTTP/1.1\r\nHost: a\r\n\r\n"
              "OPTIONS /v1/echo HTTP/1.1\r\nHost: a\r\n\r\n"
              "CONNECT /v1/echo HTTP/1.1\r\nHost: a\r\n\r\n");
    line_take_all();
    assert_int_equal(strncmp(line.got, "HTTP/1.1 404 ", 13), 0);
    assert_non_null(strstr(line.got, "\r\n{\"type\":\"urn:cairn:error:NOT_FOUND\""));
    assert_non_null(strstr(line.got, "Allow: GET, HEAD\r\n"));
    assert_non_null(strstr(line.got, "Allow: POST\r\n"));
    assert_int_equal(line.hub.stats.answer_counts[4], 4);
    line_close();
}

TEST(an_id_in_a_path_has_at_most_256_bytes)
{
    for (size_t size = 255; size <= 300; size++) {
        char id[301], text[400];
        memset(id, 'i', size);
        id[size] = '\0';
        line_open(true);
        (void)snprintf(text, sizeof text, "GET /v1/echo/%s HTTP/1.1\r\nHost: a\r\n\r\n", id);
        line_feed(text);
        line_take_all();
        const char *status = size <= 256 ? "HTTP/1.1 200 " : "HTTP/1.1 404 ";
        assert_int_equal(strncmp(line.got, status, 13), 0);
        assert_int_equal(strstr(line.got, id) != NULL, size <= 256);
        line_close();
    }
}

TEST(an_offer_to_upgrade_is_ignored)
{
    line_open(true);
    line_feed("GET /v1/echo/1 HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
              "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
    line_take_all();
    assert_int_equal(strncmp(line.got, "HTTP/1.1 200 ", 13), 0);
    assert_non_null(strstr(line.got, "HTTP/1.1 204 "));
    line_close();
}

/* Property: however the input is cut, the output is the same. */
TEST(pieces_of_any_size_give_the_same_answers)
{
    static const char input[] = "\r\nGET /v1/echo/a%20b?limit=9 HTTP/1.1\r\nHost:a\r\nX:\r\n\r\n"
                                "POST /v1/echo HTTP/1.1\r\nhost: \t a \t\r\n"
                                "content-type: application/json\r\ntransfer-encoding: chunked\r\n"
                                "\r\n5\r\nhello\r\n0\r\n\r\n"
                                "GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n"
                                "GET /healthz HTTP/1.1\r\nHost : a\r\n\r\n";
    static char whole[8192];
    struct test_rng rng = test_rng_open();
    for (uint32_t round = 0; round < 500; round++) {
        line_open(true);
        size_t at = 0;
        while (at < sizeof input - 1) {
            size_t size = round == 0 ? sizeof input : 1 + test_rng_below(&rng, 40);
            size = size < sizeof input - 1 - at ? size : sizeof input - 1 - at;
            cairn_http_conn_feed(line.conn,
                                 (struct cairn_bytes){(const uint8_t *)input + at, size});
            at += size;
            line_take(1 + test_rng_below(&rng, 200));
        }
        line_take_all();
        if (round == 0) {
            memcpy(whole, line.got, line.got_size + 1);
            assert_non_null(strstr(whole, "\"id\":\"a b\""));
            assert_non_null(strstr(whole, "\"limit\":9"));
        }
        assert_string_equal(line.got, whole);
        line_close();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            a_request_that_could_be_read_in_two_ways_is_refused_and_the_connection_closed),
        cmocka_unit_test(a_nul_in_the_head_is_refused),
        cmocka_unit_test(chunk_extensions_and_trailers_are_refused),
        cmocka_unit_test(headers_over_16_KiB_are_refused_with_431),
        cmocka_unit_test(a_head_of_exactly_16_KiB_is_answered),
        cmocka_unit_test(sixty_four_headers_are_taken_and_one_more_is_refused),
        cmocka_unit_test(a_body_over_the_cap_of_its_route_is_refused_with_413),
        cmocka_unit_test(bodies_come_whole_whether_by_length_or_in_chunks),
        cmocka_unit_test(a_client_that_waits_for_leave_to_send_gets_it_or_the_refusal),
        cmocka_unit_test(a_body_of_another_type_is_refused_with_415),
        cmocka_unit_test(pipelined_requests_are_answered_in_order),
        cmocka_unit_test(an_answer_after_the_client_has_gone_is_harmless),
        cmocka_unit_test(a_client_that_only_closes_its_sending_side_still_gets_its_answer),
        cmocka_unit_test(a_stream_stops_while_a_mebibyte_waits_and_goes_on_when_it_has_left),
        cmocka_unit_test(a_stream_whose_client_leaves_is_told_once),
        cmocka_unit_test(a_request_that_does_not_arrive_in_time_gets_408),
        cmocka_unit_test(input_is_read_ahead_only_so_far),
        cmocka_unit_test(a_head_request_gets_the_length_and_no_body),
        cmocka_unit_test(
            an_unknown_path_gets_404_and_a_known_one_with_another_method_405_and_the_line_goes_on),
        cmocka_unit_test(an_id_in_a_path_has_at_most_256_bytes),
        cmocka_unit_test(an_offer_to_upgrade_is_ignored),
        cmocka_unit_test(pieces_of_any_size_give_the_same_answers),
    };
    return cmocka_run_group_tests_name("http_conn", tests, NULL, NULL);
}
