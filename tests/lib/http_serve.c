#define _POSIX_C_SOURCE 200809L

#include "tests/lib/http_serve.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/lib/test.h"

static void serve_on_closed(void *host)
{
    struct http_serve *serve = host;
    serve->is_closed = true;
}

static void serve_on_stop(uv_async_t *stop)
{
    struct http_serve *serve = stop->data;
    uv_close((uv_handle_t *)stop, NULL);
    cairn_http_server_close(serve->server, serve_on_closed, serve);
}

static void serve_run(void *argument)
{
    struct http_serve *serve = argument;
    uv_run(&serve->loop, UV_RUN_DEFAULT);
}

void http_serve_init(struct http_serve *serve)
{
    *serve = (struct http_serve){.port = 0};
    test_tempdir_open(serve->dir);
    snprintf(serve->path, sizeof serve->path, "%s/cairn.sock", serve->dir);
    http_host_init(&serve->host);
    serve->settings = http_host_settings(&serve->host);
}

void http_serve_start(struct http_serve *serve, const struct cairn_tls_identity *identity)
{
    assert_int_equal(uv_loop_init(&serve->loop), 0);
    assert_int_equal(uv_async_init(&serve->loop, &serve->stop, serve_on_stop), 0);
    serve->stop.data = serve;
    assert_err(cairn_http_server_open(&serve->loop, &serve->settings, &serve->server), CAIRN_OK);
    assert_err(cairn_http_server_listen_unix(serve->server, serve->path), CAIRN_OK);
    if (identity != NULL) {
        assert_err(
            cairn_http_server_listen_tls(serve->server, "127.0.0.1", 0, identity, &serve->port),
            CAIRN_OK);
    }
    assert_int_equal(uv_thread_create(&serve->thread, serve_run, serve), 0);
}

void http_serve_stop(struct http_serve *serve)
{
    uv_async_send(&serve->stop);
    uv_thread_join(&serve->thread);
    assert_true(serve->is_closed);
    assert_int_equal(uv_loop_close(&serve->loop), 0);
    test_tempdir_close(serve->dir);
}

static int serve_connect(const struct sockaddr *name, socklen_t size)
{
    struct timeval limit = {.tv_sec = 5};
    int fd = socket(name->sa_family, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, name, size), 0);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit), 0);
    return fd;
}

int http_serve_connect(const struct http_serve *serve)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    assert_true(strlen(serve->path) < sizeof name.sun_path);
    memcpy(name.sun_path, serve->path, strlen(serve->path));
    return serve_connect((const struct sockaddr *)&name, sizeof name);
}

int http_serve_connect_tcp(const struct http_serve *serve)
{
    struct sockaddr_in name = {.sin_family = AF_INET,
                               .sin_port = htons(serve->port),
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    return serve_connect((const struct sockaddr *)&name, sizeof name);
}

size_t http_serve_ask(int fd, const char *text, const char *until, char *out, size_t capacity)
{
    size_t size = 0;
    ssize_t got = 1;
    assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
    out[0] = '\0';
    while (got > 0 && (until == NULL || strstr(out, until) == NULL)) {
        assert_true(size + 1 < capacity);
        got = recv(fd, out + size, capacity - size - 1, 0);
        size += got > 0 ? (size_t)got : 0;
        out[size] = '\0';
    }
    return size;
}
