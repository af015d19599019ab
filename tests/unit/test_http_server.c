/* Method: a real server on a loop in a thread, and clients with blocking sockets. */
#define _POSIX_C_SOURCE 200809L

#include "node/http/http_server.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "crypto/tls.h"
#include "node/http/http_answer.h"
#include "tests/lib/http_serve.h"
#include "tests/lib/test.h"

static struct http_serve serve;
static char got[1 << 16];

TEST(the_unix_socket_is_the_owners_alone_and_answers_in_order)
{
    struct stat status;
    http_serve_init(&serve);
    http_serve_start(&serve, NULL);
    assert_int_equal(stat(serve.path, &status), 0);
    assert_true(S_ISSOCK(status.st_mode));
    assert_int_equal(status.st_mode & 0777, 0600);
    int fd = http_serve_connect(&serve);
    http_serve_ask(fd,
                   "GET /v1/echo/one HTTP/1.1\r\nHost: x\r\n\r\n"
                   "GET /v1/echo/two HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
                   NULL, got, sizeof got);
    const char *one = strstr(got, "\"id\":\"one\",\"role\":\"owner\",\"actor\":\"owner\"");
    assert_non_null(one);
    assert_true(one < strstr(got, "\"id\":\"two\""));
    close(fd);
    http_serve_stop(&serve);
}

static void set_true(void *flag)
{
    *(bool *)flag = true;
}

TEST(a_socket_file_left_by_a_dead_daemon_is_replaced_and_anything_else_is_not)
{
    uv_loop_t loop;
    struct cairn_http_server *server = NULL;
    http_serve_init(&serve);
    http_serve_start(&serve, NULL);
    assert_int_equal(uv_loop_init(&loop), 0);
    assert_err(cairn_http_server_open(&loop, &serve.settings, &server), CAIRN_OK);
    assert_err(cairn_http_server_listen_unix(server, serve.path), CAIRN_EXISTS);

    char path[TEST_PATH_MAX];
    test_tempdir_path(serve.dir, "file", path);
    test_tempdir_write(path, "precious");
    assert_err(cairn_http_server_listen_unix(server, path), CAIRN_FILE);

    struct sockaddr_un name = {.sun_family = AF_UNIX};
    char longest[sizeof name.sun_path + 1];
    memset(longest, 'a', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_err(cairn_http_server_listen_unix(server, longest), CAIRN_FILE);
    test_tempdir_path(serve.dir, "stale", path);
    memcpy(name.sun_path, path, strlen(path));
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&name, sizeof name), 0);
    close(fd);
    assert_err(cairn_http_server_listen_unix(server, path), CAIRN_OK);
    bool is_closed = false;
    cairn_http_server_close(server, set_true, &is_closed);
    assert_false(is_closed); /* not from within close */
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_true(is_closed);
    assert_int_equal(uv_loop_close(&loop), 0);
    http_serve_stop(&serve);
}

TEST(a_client_above_the_maximum_is_turned_away)
{
    http_serve_init(&serve);
    serve.settings.connections_max = 2;
    http_serve_start(&serve, NULL);
    const char health[] = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
    int first = http_serve_connect(&serve), second = http_serve_connect(&serve);
    http_serve_ask(first, health, "\r\n\r\n", got, sizeof got);
    http_serve_ask(second, health, "\r\n\r\n", got, sizeof got);
    int third = http_serve_connect(&serve);
    assert_int_equal(recv(third, got, sizeof got, 0), 0);
    http_serve_ask(first, health, "\r\n\r\n", got, sizeof got);
    assert_int_equal(strncmp(got, "HTTP/1.1 204 ", 13), 0);
    close(first);
    close(second);
    close(third);
    http_serve_stop(&serve);
}

TEST(a_request_in_work_when_the_server_closes_may_still_be_answered)
{
    http_serve_init(&serve);
    http_serve_start(&serve, NULL);
    int fd = http_serve_connect(&serve);
    const char request[] = "GET /v1/later HTTP/1.1\r\nHost: x\r\n\r\n";
    assert_int_equal(send(fd, request, sizeof request - 1, MSG_NOSIGNAL), sizeof request - 1);
    struct timespec pause = {.tv_nsec = 100000000};
    nanosleep(&pause, NULL);
    http_serve_stop(&serve);
    assert_non_null(serve.host.kept);
    assert_true(serve.host.kept->is_gone);
    cairn_http_answer_empty(serve.host.kept, 204);
    close(fd);
}

static uint8_t server_pin[32];

static bool is_server(void *host, const uint8_t spki_hash[static 32])
{
    (void)host;
    return memcmp(spki_hash, server_pin, 32) == 0;
}

static void tls_flush(struct cairn_tls *tls, int fd)
{
    uint8_t wire[4096];
    size_t size = cairn_tls_take(tls, wire, sizeof wire);
    while (size > 0) {
        assert_int_equal(send(fd, wire, size, MSG_NOSIGNAL), (ssize_t)size);
        size = cairn_tls_take(tls, wire, sizeof wire);
    }
}

/* One round of reading. gives: false at the end */
static bool tls_receive(struct cairn_tls *tls, int fd, size_t *got_size)
{
    uint8_t wire[4096];
    ssize_t size = recv(fd, wire, sizeof wire, 0);
    size_t at = 0, taken = 0, plain = 1;
    while (size > 0 && at < (size_t)size) {
        struct cairn_bytes rest = {wire + at, (size_t)size - at};
        assert_err(cairn_tls_feed(tls, rest, &taken), CAIRN_OK);
        at += taken;
        for (plain = 1; plain > 0; *got_size += plain) {
            uint8_t *out = (uint8_t *)got + *got_size;
            assert_err(cairn_tls_read(tls, out, sizeof got - *got_size - 1, &plain), CAIRN_OK);
        }
    }
    got[*got_size] = '\0';
    return size > 0;
}

/* A TLS client over a blocking socket: ask once, read to the end into got. gives: its last state */
static enum cairn_tls_state ask_tls(const struct cairn_tls_identity *identity, const char *text)
{
    struct cairn_tls_context *context = NULL;
    struct cairn_tls *tls = NULL;
    size_t got_size = 0, written = 0;
    struct cairn_tls_config config = {
        .mode = CAIRN_TLS_WEB, .identity = identity, .is_known = is_server};
    assert_err(cairn_tls_context_open(&config, &context), CAIRN_OK);
    assert_err(cairn_tls_open(context, CAIRN_TLS_CLIENT, &tls), CAIRN_OK);
    int fd = http_serve_connect_tcp(&serve);
    bool is_open = true;
    while (is_open) {
        if (written == 0) {
            assert_err(cairn_tls_write(tls, cairn_bytes_of(text), &written), CAIRN_OK);
        }
        tls_flush(tls, fd);
        is_open = tls_receive(tls, fd, &got_size);
    }
    enum cairn_tls_state state = cairn_tls_state(tls);
    close(fd);
    cairn_tls_close(tls);
    cairn_tls_context_close(context);
    return state;
}

#define ASK(host, authorization)                                                                   \
    "GET /v1/echo/1 HTTP/1.1\r\nHost: " host "\r\n" authorization "Connection: close\r\n\r\n"

TEST(over_tls_a_token_or_a_certificate_opens_the_door_and_nothing_else_does)
{
    static const char *const names[] = {"node.test"};
    struct cairn_tls_names web = {"node.test", names, 1};
    struct cairn_tls_identity *server = NULL, *client = NULL;
    struct cairn_token_book *book = NULL;
    struct cairn_token_grant booth = {"booth", "B-1", 1}, bureau = {"bureau", "A-2", 1};
    char path[TEST_PATH_MAX], request[256], token[CAIRN_TOKEN_TEXT_BYTES + 1];
    uint8_t random[32] = {5}, pin[32];
    http_serve_init(&serve);
    test_tempdir_path(serve.dir, "tokens.json", path);
    assert_err(cairn_tls_identity_make_web(&web, &server), CAIRN_OK);
    assert_err(cairn_tls_identity_make_web(&web, &client), CAIRN_OK);
    cairn_tls_identity_spki(server, server_pin);
    cairn_tls_identity_spki(client, pin);
    assert_err(cairn_token_open(path, &book), CAIRN_OK);
    assert_err(cairn_token_add(book, &booth, random, token), CAIRN_OK);
    assert_err(cairn_token_add_certificate(book, &bureau, pin), CAIRN_OK);
    serve.settings.tokens = book;
    http_serve_start(&serve, server);

    snprintf(request, sizeof request, ASK("node.test:9", "Authorization: Bearer %s\r\n"), token);
    assert_int_equal(ask_tls(NULL, request), CAIRN_TLS_CLOSED);
    assert_non_null(strstr(got, "\"role\":\"booth\",\"actor\":\"B-1\""));
    ask_tls(client, ASK("node.test", ""));
    assert_non_null(strstr(got, "\"role\":\"bureau\",\"actor\":\"A-2\""));
    ask_tls(NULL, ASK("node.test", "Cairn-Role: bureau\r\n"));
    assert_int_equal(strncmp(got, "HTTP/1.1 401 ", 13), 0);
    ask_tls(NULL, ASK("rebound.test", ""));
    assert_int_equal(strncmp(got, "HTTP/1.1 400 ", 13), 0);
    assert_non_null(strstr(got, "DENIED_HOST"));

    http_serve_stop(&serve);
    cairn_token_close(book);
    cairn_tls_identity_close(server);
    cairn_tls_identity_close(client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_unix_socket_is_the_owners_alone_and_answers_in_order),
        cmocka_unit_test(a_socket_file_left_by_a_dead_daemon_is_replaced_and_anything_else_is_not),
        cmocka_unit_test(a_client_above_the_maximum_is_turned_away),
        cmocka_unit_test(a_request_in_work_when_the_server_closes_may_still_be_answered),
        cmocka_unit_test(over_tls_a_token_or_a_certificate_opens_the_door_and_nothing_else_does),
    };
    return cmocka_run_group_tests_name("http_server", tests, NULL, NULL);
}
