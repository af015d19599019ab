/* Method: sockets of a real server on a loop in a thread: time, back-pressure and the end. */
#define _POSIX_C_SOURCE 200809L

#include "node/http/http_socket.h"

#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tests/lib/http_serve.h"
#include "tests/lib/test.h"

static struct http_serve serve;
static char got[1 << 16];

TEST(a_slow_request_gets_408_and_an_idle_connection_is_closed)
{
    http_serve_init(&serve);
    serve.settings.times =
        (struct cairn_http_times){.header_ms = 50, .body_ms = 50, .idle_ms = 100, .linger_ms = 50};
    http_serve_start(&serve, NULL);
    int slow = http_serve_connect(&serve);
    http_serve_ask(slow, "GET /healthz HTTP/1.1\r\nHo", NULL, got, sizeof got);
    assert_int_equal(strncmp(got, "HTTP/1.1 408 ", 13), 0);
    close(slow);
    int body = http_serve_connect(&serve);
    http_serve_ask(body,
                   "POST /v1/echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                   "Content-Length: 9\r\n\r\n{",
                   NULL, got, sizeof got);
    assert_int_equal(strncmp(got, "HTTP/1.1 408 ", 13), 0);
    close(body);
    int idle = http_serve_connect(&serve);
    assert_int_equal(http_serve_ask(idle, "", NULL, got, sizeof got), 0);
    close(idle);
    int kept = http_serve_connect(&serve);
    http_serve_ask(kept, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", NULL, got, sizeof got);
    assert_int_equal(strncmp(got, "HTTP/1.1 204 ", 13), 0);
    close(kept);
    http_serve_stop(&serve);
}

TEST(a_refused_body_is_answered_before_it_has_arrived)
{
    static char flood[300000];
    http_serve_init(&serve);
    http_serve_start(&serve, NULL);
    int fd = http_serve_connect(&serve);
    memset(flood, 'x', sizeof flood - 1);
    const char head[] = "POST /v1/echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                        "Content-Length: 9999999\r\n\r\n";
    assert_int_equal(send(fd, head, sizeof head - 1, MSG_NOSIGNAL), sizeof head - 1);
    http_serve_ask(fd, flood, NULL, got, sizeof got);
    assert_int_equal(strncmp(got, "HTTP/1.1 413 ", 13), 0);
    assert_non_null(strstr(got, "Connection: close"));
    close(fd);
    http_serve_stop(&serve);
}

TEST(a_reader_that_stops_reading_is_cut_off_and_the_stream_ends)
{
    http_serve_init(&serve);
    serve.settings.times = (struct cairn_http_times){.stall_ms = 100};
    serve.host.pieces_left = 1000;
    http_serve_start(&serve, NULL);
    int fd = http_serve_connect(&serve);
    const char request[] = "GET /v1/stream HTTP/1.1\r\nHost: x\r\n\r\n";
    assert_int_equal(send(fd, request, sizeof request - 1, MSG_NOSIGNAL), sizeof request - 1);
    struct timespec pause = {.tv_nsec = 400000000};
    nanosleep(&pause, NULL);
    while (recv(fd, got, sizeof got, 0) > 0) { /* what the kernel held; more, were it not cut off */
    }
    http_serve_stop(&serve);
    close(fd);
    assert_true(serve.host.was_gone);
    assert_true(serve.host.pieces_left > 900);
    assert_null(serve.host.stream);
}

TEST(a_stream_arrives_whole)
{
    static char all[2200000];
    http_serve_init(&serve);
    serve.host.pieces_left = 21;
    http_serve_start(&serve, NULL);
    int fd = http_serve_connect(&serve);
    const char request[] = "GET /v1/stream HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    assert_int_equal(send(fd, request, sizeof request - 1, MSG_NOSIGNAL), sizeof request - 1);
    size_t size = 0;
    ssize_t piece = 1;
    while (piece > 0) {
        piece = recv(fd, all + size, sizeof all - size, 0);
        size += piece > 0 ? (size_t)piece : 0;
    }
    const char *body = strstr(all, "\r\n\r\n");
    assert_non_null(body);
    assert_int_equal(all + size - body - 4, 21 * (100000 + 9) + 5);
    close(fd);
    http_serve_stop(&serve);
}

TEST(what_is_not_tls_is_closed_on_the_tls_port)
{
    static const char *const names[] = {"node.test"};
    struct cairn_tls_names web = {"node.test", names, 1};
    struct cairn_tls_identity *server = NULL;
    http_serve_init(&serve);
    serve.settings.times = (struct cairn_http_times){.header_ms = 50};
    assert_err(cairn_tls_identity_make_web(&web, &server), CAIRN_OK);
    http_serve_start(&serve, server);
    int fd = http_serve_connect_tcp(&serve);
    size_t size =
        http_serve_ask(fd, "GET / HTTP/1.1\r\nHost: node.test\r\n\r\n", NULL, got, sizeof got);
    assert_true(size < 16); /* an alert at most */
    close(fd);
    fd = http_serve_connect_tcp(&serve);
    assert_int_equal(http_serve_ask(fd, "", NULL, got, sizeof got), 0); /* no handshake in time */
    close(fd);
    http_serve_stop(&serve);
    cairn_tls_identity_close(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slow_request_gets_408_and_an_idle_connection_is_closed),
        cmocka_unit_test(a_refused_body_is_answered_before_it_has_arrived),
        cmocka_unit_test(a_reader_that_stops_reading_is_cut_off_and_the_stream_ends),
        cmocka_unit_test(a_stream_arrives_whole),
        cmocka_unit_test(what_is_not_tls_is_closed_on_the_tls_port),
    };
    return cmocka_run_group_tests_name("http_socket", tests, NULL, NULL);
}
