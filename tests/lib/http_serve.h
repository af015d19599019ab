/* A running server for HTTP tests: its loop turns in a thread of its own, the test talks to it with
 * blocking sockets. Routes: tests/lib/http_host.h. */
#ifndef CAIRN_TESTS_LIB_HTTP_SERVE_H
#define CAIRN_TESTS_LIB_HTTP_SERVE_H

#include "crypto/tls_identity.h"
#include "node/http/http_server.h"
#include "tests/lib/http_host.h"
#include "tests/lib/tempdir.h"

struct http_serve {
    char dir[TEST_PATH_MAX];       /* temporary */
    char path[TEST_PATH_MAX + 16]; /* DIR/cairn.sock */
    uint16_t port;                 /* of TLS on 127.0.0.1; 0: none */
    struct http_host host;
    struct cairn_http_settings settings; /* to be changed between init and start */
    struct cairn_http_server *server;
    uv_loop_t loop;
    uv_async_t stop;
    uv_thread_t thread;
    bool is_closed; /* on_closed has come */
};

void http_serve_init(struct http_serve *serve);

/* identity: NULL for no TLS */
void http_serve_start(struct http_serve *serve, const struct cairn_tls_identity *identity);

/* Stop, wait, and check that nothing is left on the loop. */
void http_serve_stop(struct http_serve *serve);

/* Connect to the Unix socket, or to the port; reads time out after 5 s. */
int http_serve_connect(const struct http_serve *serve);
int http_serve_connect_tcp(const struct http_serve *serve);

/* Send text, then read until the other side closes or `until` has been seen. gives: bytes read */
size_t http_serve_ask(int fd, const char *text, const char *until, char *out, size_t capacity);

#endif
