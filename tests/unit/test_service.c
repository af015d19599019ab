/* Method: a real node with the service on it, asked over its socket as the command line does. */
#define _POSIX_C_SOURCE 200809L

#include "node/service.h"

#include "node/clock.h"
#include "node/file.h"
#include "node/service_state.h"
#include "tests/lib/node_scene.h"
#include "tests/lib/test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define WAIT_MS 20000u

static const char policy_text[] = "policy: 1\n"
                                  "audiences: {all: partners}\n"
                                  "release:\n"
                                  "  - {kinds: [alert.*], categories: [WARN], to: all}\n"
                                  "accept: {default: {kinds: ['*'], entries_per_s: 5}}\n"
                                  "roles: {booth: [screen], bureau: [alert.*]}\n";

static struct node_scene scene;
static struct cairn_service *service;
static bool is_closed;

static void on_closed(void *host)
{
    (void)host;
    assert_false(is_closed);
    is_closed = true;
}

static bool has_closed(struct node_scene *of)
{
    (void)of;
    return is_closed;
}

static void path_of(const char *name, char out[static TEST_PATH_MAX])
{
    test_tempdir_path(scene.nodes[0].dir, name, out);
}

static cairn_err start_service(void)
{
    is_closed = false;
    return cairn_service_open(&scene.loop, scene.nodes[0].driver, &service);
}

static void open_service(void)
{
    node_scene_open(&scene, 1);
    assert_err(start_service(), CAIRN_OK);
}

static void stop_service(void)
{
    cairn_service_close(service, on_closed, NULL);
    assert_false(is_closed); /* never from within the call */
    node_scene_until(&scene, has_closed);
}

static int reach(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char path[TEST_PATH_MAX];
    path_of("cairn.sock", path);
    assert_true(strlen(path) < sizeof address.sun_path);
    memcpy(address.sun_path, path, strlen(path) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        close(fd);
        return -1;
    }
    assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    return fd;
}

/* Ask, and run the loop until the other side has closed. gives: status, the answer in out */
static int ask(const char *request, char *out, size_t capacity)
{
    uint64_t end_ms = cairn_clock_mono_ms() + WAIT_MS;
    int fd = reach();
    size_t size = 0;
    ssize_t got = -1;
    int status = 0;
    assert_true(fd >= 0);
    assert_int_equal(write(fd, request, strlen(request)), (ssize_t)strlen(request));
    while (got != 0) {
        assert_true(cairn_clock_mono_ms() < end_ms);
        (void)uv_run(&scene.loop, UV_RUN_NOWAIT);
        got = read(fd, out + size, capacity - 1 - size);
        assert_true(got >= 0 || errno == EAGAIN);
        size += got > 0 ? (size_t)got : 0;
    }
    close(fd);
    out[size] = '\0';
    assert_int_equal(sscanf(out, "HTTP/1.1 %d", &status), 1);
    return status;
}

static int ask_status(const char *role)
{
    char request[256];
    char answer[16384];
    (void)snprintf(request, sizeof request,
                   "GET /v1/status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%s%s%s\r\n",
                   role == NULL ? "" : "Cairn-Role: ", role == NULL ? "" : role,
                   role == NULL ? "" : "\r\n");
    return ask(request, answer, sizeof answer);
}

TEST(it_answers_the_owner_on_the_socket_of_its_directory_until_it_is_closed)
{
    struct stat status;
    char path[TEST_PATH_MAX];
    open_service();
    path_of("cairn.sock", path);
    assert_int_equal(stat(path, &status), 0);
    assert_true(S_ISSOCK(status.st_mode));
    assert_int_equal(status.st_mode & 0077u, 0); /* nobody else */
    assert_int_equal(ask_status(NULL), 200);
    assert_int_equal(cairn_service_port(service), 0); /* without an http line no TLS */
    stop_service();
    assert_int_equal(reach(), -1);
    assert_err(start_service(), CAIRN_OK);
    assert_int_equal(ask_status(NULL), 200);
    stop_service();
    node_scene_close(&scene);
}

TEST(a_second_one_on_the_same_directory_is_refused_and_the_first_goes_on)
{
    struct cairn_service *second = NULL;
    open_service();
    assert_err(cairn_service_open(&scene.loop, scene.nodes[0].driver, &second), CAIRN_EXISTS);
    assert_null(second);
    assert_int_equal(ask_status(NULL), 200);
    stop_service();
    node_scene_close(&scene);
}

TEST(a_damaged_file_of_the_node_is_refused_and_nothing_stays_open)
{
    static const struct {
        const char *name;
        const char *text;
        cairn_err err;
    } cases[] = {
        {"tokens.json", "rubbish", CAIRN_JSON},
        {"feeds.json", "{\"feeds\": [{\"for\": 1}]}", CAIRN_JSON_FIELD},
        {"policy.yaml", "policy: [", CAIRN_YAML_SYNTAX},
    };
    node_scene_open(&scene, 1);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char path[TEST_PATH_MAX];
        path_of(cases[i].name, path);
        test_tempdir_write(path, cases[i].text);
        assert_err(start_service(), cases[i].err);
        assert_int_equal(reach(), -1);
        assert_int_equal(unlink(path), 0);
    }
    assert_err(start_service(), CAIRN_OK);
    stop_service();
    node_scene_close(&scene);
}

TEST(it_is_not_closed_while_an_answer_is_under_way)
{
    open_service();
    cairn_service_hold(service);
    cairn_service_close(service, on_closed, NULL);
    node_scene_run_ms(&scene, 200);
    assert_false(is_closed);
    assert_int_equal(reach(), -1); /* but nobody gets in any more */
    cairn_service_release(service);
    node_scene_until(&scene, has_closed);
    node_scene_close(&scene);
}

TEST(a_connection_that_says_nothing_does_not_hold_the_end_up)
{
    open_service();
    int fd = reach();
    assert_true(fd >= 0);
    assert_int_equal(ask_status(NULL), 200); /* so the silent one was taken in too */
    stop_service();
    char byte;
    assert_int_equal(read(fd, &byte, 1), 0);
    close(fd);
    node_scene_close(&scene);
}

TEST(a_role_may_do_what_the_policy_says_and_every_known_role_sees_the_status)
{
    char path[TEST_PATH_MAX];
    node_scene_open(&scene, 1);
    path_of("policy.yaml", path);
    test_tempdir_write(path, policy_text);
    assert_err(start_service(), CAIRN_OK);
    assert_true(cairn_service_permits(service, "booth", "screen"));
    assert_false(cairn_service_permits(service, "booth", "alert.issue"));
    assert_true(cairn_service_permits(service, "bureau", "alert.issue"));
    assert_false(cairn_service_permits(service, "nobody", "screen"));
    assert_int_equal(ask_status("booth"), 200);
    assert_int_equal(ask_status("nobody"), 403);
    stop_service();
    node_scene_close(&scene);
}

TEST(with_an_http_line_it_serves_tls_with_a_key_of_its_own)
{
    char path[TEST_PATH_MAX];
    node_scene_open(&scene, 1);
    node_scene_stop(&scene, 0);
    memcpy(scene.nodes[0].config.http.host, "127.0.0.1", 10);
    assert_err(node_scene_start(&scene, 0), CAIRN_OK);
    assert_err(start_service(), CAIRN_OK);
    assert_int_not_equal(cairn_service_port(service), 0);
    path_of("keys/web.pem", path);
    assert_true(cairn_file_is_there(path));
    stop_service();
    node_scene_close(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_answers_the_owner_on_the_socket_of_its_directory_until_it_is_closed),
        cmocka_unit_test(a_second_one_on_the_same_directory_is_refused_and_the_first_goes_on),
        cmocka_unit_test(a_damaged_file_of_the_node_is_refused_and_nothing_stays_open),
        cmocka_unit_test(it_is_not_closed_while_an_answer_is_under_way),
        cmocka_unit_test(a_connection_that_says_nothing_does_not_hold_the_end_up),
        cmocka_unit_test(a_role_may_do_what_the_policy_says_and_every_known_role_sees_the_status),
        cmocka_unit_test(with_an_http_line_it_serves_tls_with_a_key_of_its_own),
    };
    return cmocka_run_group_tests_name("service", tests, NULL, NULL);
}
