#include "node/http/http_server.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "crypto/tls.h"
#include "node/http/http_socket.h"
#include "schema/base/check.h"

#define SERVER_LISTENERS_MAX 8u
#define SERVER_BACKLOG       128
#define SERVER_PATIENCE_MS   100u /* before a client is tried again that there was no memory for */

struct server_listener {
    union {
        uv_handle_t handle;
        uv_stream_t stream;
        uv_tcp_t tcp;
        uv_pipe_t pipe;
    } uv;
    struct cairn_tls_context *tls; /* NULL: Unix socket */
    struct cairn_http_server *server;
    bool is_owing; /* a client that there was no memory for */
};

struct cairn_http_server {
    struct cairn_http_hub hub;
    struct cairn_http_site site;
    struct server_listener listeners[SERVER_LISTENERS_MAX];
    uint32_t listener_count;
    uint32_t open_count; /* listeners whose close callback has not come */
    bool is_closing;
    uv_timer_t timer; /* on_closed comes from its end, never from within close */
    void (*on_closed)(void *host);
    void *host;
};

static void server_free(uv_handle_t *handle)
{
    struct cairn_http_server *server = handle->data;
    void (*on_closed)(void *host) = server->on_closed;
    void *host = server->host;
    for (uint32_t at = 0; at < server->listener_count; at++) {
        cairn_tls_context_close(server->listeners[at].tls);
    }
    free(server->site.read_memory);
    free(server);
    on_closed(host);
}

static void server_go_on_closing(struct cairn_http_server *server)
{
    bool is_empty = server->open_count == 0 && server->hub.stats.connection_count == 0;
    if (server->is_closing && is_empty && !uv_is_closing((uv_handle_t *)&server->timer)) {
        uv_close((uv_handle_t *)&server->timer, server_free);
    }
}

static void server_on_socket_closed(void *host)
{
    server_go_on_closing(host);
}

static void server_on_listener_closed(uv_handle_t *handle)
{
    struct server_listener *listener = handle->data;
    listener->server->open_count--;
    server_go_on_closing(listener->server);
}

static uint32_t server_or(uint32_t set, uint32_t otherwise)
{
    return set == 0 ? otherwise : set;
}

static void server_fill_times(struct cairn_http_times *times)
{
    times->header_ms = server_or(times->header_ms, CAIRN_HTTP_HEADER_MS);
    times->body_ms = server_or(times->body_ms, CAIRN_HTTP_BODY_MS);
    times->idle_ms = server_or(times->idle_ms, CAIRN_HTTP_IDLE_MS);
    times->stall_ms = server_or(times->stall_ms, CAIRN_HTTP_STALL_MS);
    times->linger_ms = server_or(times->linger_ms, CAIRN_HTTP_LINGER_MS);
}

cairn_err cairn_http_server_open(uv_loop_t *loop, const struct cairn_http_settings *settings,
                                 struct cairn_http_server **out)
{
    CAIRN_REQUIRE(settings->is_permitted != NULL);
    struct cairn_http_server *server = calloc(1, sizeof *server);
    uint8_t *read_memory = malloc(CAIRN_HTTP_SOCKET_READ_BYTES);
    if (server == NULL || read_memory == NULL) {
        free(server);
        free(read_memory);
        return CAIRN_MEMORY;
    }
    signal(SIGPIPE, SIG_IGN);
    server->hub.settings = *settings;
    server_fill_times(&server->hub.settings.times);
    server->hub.settings.connections_max =
        server_or(settings->connections_max, CAIRN_HTTP_CONNECTIONS_MAX);
    cairn_http_router_init(&server->hub.router, settings->sets, settings->set_count);
    server->site = (struct cairn_http_site){.loop = loop,
                                            .hub = &server->hub,
                                            .read_memory = read_memory,
                                            .on_closed = server_on_socket_closed,
                                            .host = server};
    uv_timer_init(loop, &server->timer);
    server->timer.data = server;
    *out = server;
    return CAIRN_OK;
}

static void server_on_timer(uv_timer_t *timer);

static void server_on_connection(uv_stream_t *stream, int status)
{
    struct server_listener *listener = stream->data;
    if (status == 0 && !listener->server->is_closing) {
        /* A client that cannot be served is closed and counted; there is nobody to tell. */
        cairn_err err = cairn_http_socket_accept(&listener->server->site, stream, listener->tls);
        listener->is_owing = err == CAIRN_MEMORY;
        if (listener->is_owing) {
            uv_timer_start(&listener->server->timer, server_on_timer, SERVER_PATIENCE_MS, 0);
        }
    }
}

/* libuv tells of no other client before the one that there was no memory for is accepted. */
static void server_on_timer(uv_timer_t *timer)
{
    struct cairn_http_server *server = timer->data;
    for (uint32_t at = 0; at < server->listener_count; at++) {
        if (server->listeners[at].is_owing) {
            server_on_connection(&server->listeners[at].uv.stream, 0);
        }
    }
}

/* Begin a listener in the next free place; its handle is to be initialised by the caller. */
static struct server_listener *server_take_listener(struct cairn_http_server *server)
{
    CAIRN_REQUIRE(!server->is_closing);
    if (server->listener_count == SERVER_LISTENERS_MAX) {
        return NULL;
    }
    struct server_listener *listener = &server->listeners[server->listener_count++];
    listener->server = server;
    server->open_count++;
    return listener;
}

/* Any client certificate may come in: what its owner may do is asked per request. */
static bool server_is_known(void *host, const uint8_t spki_hash[static 32])
{
    (void)host;
    (void)spki_hash;
    return true;
}

cairn_err cairn_http_server_listen_tls(struct cairn_http_server *server, const char *address,
                                       uint16_t port, const struct cairn_tls_identity *identity,
                                       uint16_t *out_port)
{
    struct sockaddr_storage name = {0};
    struct cairn_tls_config config = {
        .mode = CAIRN_TLS_WEB, .identity = identity, .is_known = server_is_known};
    if (uv_ip4_addr(address, port, (struct sockaddr_in *)&name) != 0 &&
        uv_ip6_addr(address, port, (struct sockaddr_in6 *)&name) != 0) {
        return CAIRN_NET;
    }
    struct server_listener *listener = server_take_listener(server);
    if (listener == NULL) {
        return CAIRN_FULL;
    }
    uv_tcp_init(server->site.loop, &listener->uv.tcp);
    listener->uv.handle.data = listener;
    CAIRN_TRY(cairn_tls_context_open(&config, &listener->tls));
    int size = sizeof name;
    if (uv_tcp_bind(&listener->uv.tcp, (const struct sockaddr *)&name, 0) != 0 ||
        uv_listen(&listener->uv.stream, SERVER_BACKLOG, server_on_connection) != 0 ||
        uv_tcp_getsockname(&listener->uv.tcp, (struct sockaddr *)&name, &size) != 0) {
        return CAIRN_NET;
    }
    const struct sockaddr_in *as_four = (const struct sockaddr_in *)&name;
    *out_port = ntohs(as_four->sin_port); /* stands at the same place in both families */
    return CAIRN_OK;
}

/* Does somebody accept connections there? */
static bool server_is_listened(const struct sockaddr_un *name)
{
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd < 0) {
        return true; /* not known: leave the file alone */
    }
    bool is_listened = connect(fd, (const struct sockaddr *)name, sizeof *name) == 0 ||
                       (errno != ECONNREFUSED && errno != ENOENT);
    close(fd);
    return is_listened;
}

/* Remove the socket file of a daemon that is no more. */
static cairn_err server_clear_path(const char *path, const struct sockaddr_un *name)
{
    struct stat status;
    if (lstat(path, &status) != 0) {
        return errno == ENOENT ? CAIRN_OK : CAIRN_FILE;
    }
    if (!S_ISSOCK(status.st_mode)) {
        return CAIRN_FILE;
    }
    if (server_is_listened(name)) {
        return CAIRN_EXISTS;
    }
    return unlink(path) == 0 ? CAIRN_OK : CAIRN_FILE;
}

cairn_err cairn_http_server_listen_unix(struct cairn_http_server *server, const char *path)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof name.sun_path) {
        return CAIRN_FILE;
    }
    memcpy(name.sun_path, path, strlen(path) + 1);
    CAIRN_TRY(server_clear_path(path, &name));
    struct server_listener *listener = server_take_listener(server);
    if (listener == NULL) {
        return CAIRN_FULL;
    }
    uv_pipe_init(server->site.loop, &listener->uv.pipe, 0);
    listener->uv.handle.data = listener;
    /* Until chmod only its bind exists: nobody can connect before listen. */
    if (uv_pipe_bind(&listener->uv.pipe, path) != 0 || chmod(path, 0600) != 0 ||
        uv_listen(&listener->uv.stream, SERVER_BACKLOG, server_on_connection) != 0) {
        return CAIRN_NET;
    }
    return CAIRN_OK;
}

struct cairn_http_stats cairn_http_server_stats(const struct cairn_http_server *server)
{
    return server->hub.stats;
}

void cairn_http_server_close(struct cairn_http_server *server, void (*on_closed)(void *host),
                             void *host)
{
    CAIRN_REQUIRE(!server->is_closing);
    server->is_closing = true;
    server->on_closed = on_closed;
    server->host = host;
    for (uint32_t at = 0; at < server->listener_count; at++) {
        uv_close(&server->listeners[at].uv.handle, server_on_listener_closed);
    }
    cairn_http_socket_close_all(&server->site);
    server_go_on_closing(server);
}
