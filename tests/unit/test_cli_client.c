/* Method: the real client against the real server, over a real Unix socket. */
#define _POSIX_C_SOURCE 200809L

#include "node/cli/cli_client.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/lib/http_serve.h"
#include "tests/lib/test.h"

static struct http_serve serve;
static struct cairn_cli_response response;

TEST(a_question_is_answered_in_role_and_name)
{
    struct cairn_cli_request request = {.method = "GET",
                                        .target = "/v1/echo/a%2Fb?limit=3",
                                        .role = "booth",
                                        .actor = "B-9",
                                        .timeout_ms = 5000};
    json_t *answer = NULL;
    http_serve_init(&serve);
    http_serve_start(&serve, NULL);
    assert_err(cairn_cli_client_call(serve.dir, &request, &response), CAIRN_OK);
    assert_int_equal(response.status, 200);
    assert_string_equal(response.content_type, "application/json");
    assert_string_equal((const char *)response.body,
                        "{\"id\":\"a/b\",\"role\":\"booth\",\"actor\":\"B-9\",\"limit\":3}");
    assert_err(cairn_cli_client_json(&response, &answer), CAIRN_OK);
    json_decref(answer);
    cairn_cli_client_clear(&response);
    request.target = "/v1/nothing";
    assert_err(cairn_cli_client_call(serve.dir, &request, &response), CAIRN_OK);
    assert_int_equal(response.status, 404);
    cairn_cli_client_clear(&response);
    http_serve_stop(&serve);
}

TEST(a_body_is_sent_and_one_that_is_too_large_brings_its_refusal)
{
    static uint8_t large[500000];
    struct cairn_cli_request request = {.method = "POST",
                                        .target = "/v1/echo",
                                        .body = cairn_bytes_of("{\"x\": 1}"),
                                        .timeout_ms = 5000};
    http_serve_init(&serve);
    http_serve_start(&serve, NULL);
    assert_err(cairn_cli_client_call(serve.dir, &request, &response), CAIRN_OK);
    assert_int_equal(response.status, 201);
    assert_string_equal((const char *)response.body, "{\"x\": 1}");
    cairn_cli_client_clear(&response);
    request.body = (struct cairn_bytes){large, sizeof large};
    assert_err(cairn_cli_client_call(serve.dir, &request, &response), CAIRN_OK);
    assert_int_equal(response.status, 413);
    cairn_cli_client_clear(&response);
    http_serve_stop(&serve);
}

struct counter {
    size_t size;
    size_t size_max;
};

static bool counter_take(void *host, struct cairn_bytes piece)
{
    struct counter *counter = host;
    counter->size += piece.size;
    return counter->size <= counter->size_max;
}

TEST(a_download_goes_piece_by_piece_to_its_sink)
{
    struct cairn_cli_request request = {.method = "GET", .target = "/v1/stream"};
    struct counter counter = {.size_max = SIZE_MAX};
    http_serve_init(&serve);
    serve.host.pieces_left = 30;
    http_serve_start(&serve, NULL);
    assert_err(cairn_cli_client_stream(serve.dir, &request, counter_take, &counter, &response),
               CAIRN_OK);
    assert_int_equal(counter.size, 3000000);
    assert_null(response.body);
    serve.host.pieces_left = 30;
    counter = (struct counter){.size_max = 1000};
    assert_err(cairn_cli_client_stream(serve.dir, &request, counter_take, &counter, &response),
               CAIRN_NO_ROOM);
    request.target = "/v1/nothing";
    counter = (struct counter){.size_max = 0};
    assert_err(cairn_cli_client_stream(serve.dir, &request, counter_take, &counter, &response),
               CAIRN_OK);
    assert_int_equal(response.status, 404);
    assert_non_null(response.body);
    cairn_cli_client_clear(&response);
    http_serve_stop(&serve);
}

TEST(without_a_daemon_the_error_says_so)
{
    struct cairn_cli_request request = {.method = "GET", .target = "/healthz"};
    char dir[TEST_PATH_MAX], path[TEST_PATH_MAX];
    test_tempdir_open(dir);
    assert_err(cairn_cli_client_call(dir, &request, &response), CAIRN_NO_DAEMON);
    assert_int_equal(cairn_cli_client_exit(CAIRN_NO_DAEMON), CAIRN_EXIT_MACHINE);
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    test_tempdir_path(dir, "cairn.sock", path);
    memcpy(name.sun_path, path, strlen(path));
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&name, sizeof name), 0);
    assert_err(cairn_cli_client_call(dir, &request, &response), CAIRN_NO_DAEMON);
    assert_int_equal(listen(fd, 1), 0); /* somebody who never answers */
    request.timeout_ms = 50;
    assert_err(cairn_cli_client_call(dir, &request, &response), CAIRN_TIMEOUT);
    close(fd);
    test_tempdir_close(dir);
}

TEST(a_header_or_target_that_would_break_the_request_is_refused)
{
    struct cairn_cli_request request = {.method = "GET", .target = "/healthz", .role = "a\r\nb"};
    http_serve_init(&serve);
    http_serve_start(&serve, NULL);
    assert_err(cairn_cli_client_call(serve.dir, &request, &response), CAIRN_USAGE);
    request.role = NULL;
    request.target = "/a b";
    assert_err(cairn_cli_client_call(serve.dir, &request, &response), CAIRN_USAGE);
    request.target = "healthz";
    assert_err(cairn_cli_client_call(serve.dir, &request, &response), CAIRN_USAGE);
    http_serve_stop(&serve);
}

TEST(text_is_escaped_for_targets)
{
    char out[32];
    assert_err(cairn_cli_client_escape("a/b c~\xc3\xa4", out, sizeof out), CAIRN_OK);
    assert_string_equal(out, "a%2Fb%20c~%C3%A4");
    assert_err(cairn_cli_client_escape("abc", out, 4), CAIRN_OK);
    assert_err(cairn_cli_client_escape("abcd", out, 4), CAIRN_NO_ROOM);
    assert_err(cairn_cli_client_escape("a/", out, 4), CAIRN_NO_ROOM);
    assert_err(cairn_cli_client_escape("", out, 1), CAIRN_OK);
}

TEST(exit_codes_follow_the_family)
{
    assert_int_equal(cairn_cli_client_exit(CAIRN_OK), 0);
    assert_int_equal(cairn_cli_client_exit(CAIRN_DENIED_ROLE), 1);
    assert_int_equal(cairn_cli_client_exit(CAIRN_RULE_THIN), 1);
    assert_int_equal(cairn_cli_client_exit(CAIRN_USAGE), 2);
    assert_int_equal(cairn_cli_client_exit(CAIRN_DISK), 3);
    assert_int_equal(cairn_cli_client_exit(CAIRN_TIMEOUT), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_question_is_answered_in_role_and_name),
        cmocka_unit_test(a_body_is_sent_and_one_that_is_too_large_brings_its_refusal),
        cmocka_unit_test(a_download_goes_piece_by_piece_to_its_sink),
        cmocka_unit_test(without_a_daemon_the_error_says_so),
        cmocka_unit_test(a_header_or_target_that_would_break_the_request_is_refused),
        cmocka_unit_test(text_is_escaped_for_targets),
        cmocka_unit_test(exit_codes_follow_the_family),
    };
    return cmocka_run_group_tests_name("cli_client", tests, NULL, NULL);
}
