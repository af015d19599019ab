#define _GNU_SOURCE /* struct ucred */
#include "node/http/http_socket.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "node/http/http_conn.h"
#include "schema/base/check.h"

#define SOCKET_WIRE_BYTES  (64u << 10) /* one write in flight is at most so large */
#define SOCKET_PLAIN_BYTES (16u << 10)

/* What the running timer measures; it starts anew when any of this changes. */
struct socket_watch {
    uint32_t limit_ms; /* 0: nothing */
    uint32_t waits;    /* enum cairn_http_wait */
    uint64_t turn;
    uint64_t write_count;
};

struct cairn_http_socket {
    union {
        uv_handle_t handle;
        uv_stream_t stream;
        uv_tcp_t tcp;
        uv_pipe_t pipe;
    } uv;
    uv_timer_t timer;
    uv_write_t write;
    uv_shutdown_t shutdown;
    struct cairn_http_site *site;
    struct cairn_http_socket *next, *previous;
    struct cairn_http_conn *conn; /* NULL when it could not be made */
    struct cairn_tls *tls;        /* NULL: Unix socket */
    uint8_t *wire;                /* bytes in flight; NULL: none */
    size_t wire_size;
    uint64_t write_count;
    struct socket_watch watch;
    uint32_t open_handles; /* 2, 1, 0: free */
    bool is_reading;
    bool is_eof;
    bool is_lingering;
    bool is_closing;
    bool is_updating;
    bool needs_update;
};

static void socket_update(struct cairn_http_socket *socket);

static void socket_free(struct cairn_http_socket *socket)
{
    struct cairn_http_site *site = socket->site;
    if (socket->conn != NULL) {
        cairn_http_conn_gone(socket->conn);
    }
    cairn_tls_close(socket->tls);
    free(socket->wire);
    if (socket->previous != NULL) {
        socket->previous->next = socket->next;
    } else {
        site->head = socket->next;
    }
    if (socket->next != NULL) {
        socket->next->previous = socket->previous;
    }
    free(socket);
    site->hub->stats.connection_count--;
    site->on_closed(site->host);
}

static void socket_on_closed(uv_handle_t *handle)
{
    struct cairn_http_socket *socket = handle->data;
    socket->open_handles--;
    if (socket->open_handles == 0) {
        socket_free(socket);
    }
}

static void socket_close(struct cairn_http_socket *socket)
{
    if (socket->is_closing) {
        return;
    }
    socket->is_closing = true;
    uv_close(&socket->uv.handle, socket_on_closed);
    uv_close((uv_handle_t *)&socket->timer, socket_on_closed);
}

static void socket_on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
    struct cairn_http_socket *socket = handle->data;
    (void)suggested;
    *out = uv_buf_init((char *)socket->site->read_memory, CAIRN_HTTP_SOCKET_READ_BYTES);
}

/* Everything that TLS has made readable goes to the connection. gives: false when TLS has failed */
static bool socket_read_plain(struct cairn_http_socket *socket)
{
    uint8_t plain[SOCKET_PLAIN_BYTES];
    for (;;) {
        size_t size = 0;
        if (cairn_tls_read(socket->tls, plain, sizeof plain, &size) != CAIRN_OK) {
            return false;
        }
        if (size == 0) {
            return true;
        }
        cairn_http_conn_feed(socket->conn, (struct cairn_bytes){plain, size});
    }
}

static bool socket_feed_tls(struct cairn_http_socket *socket, struct cairn_bytes input)
{
    while (input.size > 0) {
        size_t taken = 0;
        cairn_err err = cairn_tls_feed(socket->tls, input, &taken);
        if (err != CAIRN_OK || !socket_read_plain(socket)) {
            return false;
        }
        if (taken == 0) {
            return cairn_tls_state(socket->tls) == CAIRN_TLS_CLOSED;
        }
        input = (struct cairn_bytes){input.data + taken, input.size - taken};
    }
    return true;
}

static void socket_take_input(struct cairn_http_socket *socket, struct cairn_bytes input)
{
    if (socket->is_lingering) {
        return;
    }
    if (socket->tls == NULL) {
        cairn_http_conn_feed(socket->conn, input);
        return;
    }
    bool is_well = socket_feed_tls(socket, input);
    enum cairn_tls_state state = cairn_tls_state(socket->tls);
    bool is_over = !is_well || state == CAIRN_TLS_FAILED || state == CAIRN_TLS_CLOSED;
    if (is_over && !socket->is_eof) {
        socket->is_eof = true; /* what waits (after a failure: an alert) is sent, then we close */
        cairn_http_conn_finish_input(socket->conn);
    }
}

static void socket_on_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *buffer)
{
    struct cairn_http_socket *socket = stream->data;
    if (size == 0 || socket->is_closing) {
        return;
    }
    if (size < 0 && (size != UV_EOF || socket->is_lingering)) {
        socket_close(socket);
        return;
    }
    if (size > 0) {
        struct cairn_bytes input = {(const uint8_t *)buffer->base, (size_t)size};
        socket_take_input(socket, input);
    } else if (!socket->is_eof) {
        socket->is_eof = true;
        cairn_http_conn_finish_input(socket->conn);
    }
    socket_update(socket);
}

static void socket_on_written(uv_write_t *write, int status)
{
    struct cairn_http_socket *socket = write->data;
    size_t size = socket->wire_size;
    free(socket->wire);
    socket->wire = NULL;
    socket->wire_size = 0;
    if (socket->is_closing) {
        return;
    }
    if (status < 0) {
        socket_close(socket);
        return;
    }
    if (socket->tls == NULL) {
        cairn_http_conn_sent(socket->conn, size);
    }
    socket_update(socket);
}

static size_t socket_fill_tls(struct cairn_http_socket *socket, uint8_t *wire)
{
    while (cairn_tls_waiting_bytes(socket->tls) < SOCKET_WIRE_BYTES) {
        struct cairn_bytes out = cairn_http_conn_out(socket->conn);
        size_t written = 0;
        out.size = out.size < SOCKET_PLAIN_BYTES ? out.size : SOCKET_PLAIN_BYTES;
        if (out.size == 0 || cairn_tls_write(socket->tls, out, &written) != CAIRN_OK ||
            written == 0) {
            break;
        }
        cairn_http_conn_sent(socket->conn, written);
    }
    return cairn_tls_take(socket->tls, wire, SOCKET_WIRE_BYTES);
}

static size_t socket_fill_plain(struct cairn_http_socket *socket, uint8_t *wire)
{
    struct cairn_bytes out = cairn_http_conn_out(socket->conn);
    size_t size = out.size < SOCKET_WIRE_BYTES ? out.size : SOCKET_WIRE_BYTES;
    memcpy(wire, out.data, size);
    return size;
}

/* Start a write when there is something to write and none is in flight. */
static void socket_pump(struct cairn_http_socket *socket)
{
    bool has_output = cairn_http_conn_out(socket->conn).size > 0 ||
                      (socket->tls != NULL && cairn_tls_waiting_bytes(socket->tls) > 0);
    if (socket->wire != NULL || !has_output) {
        return;
    }
    uint8_t *wire = malloc(SOCKET_WIRE_BYTES);
    if (wire == NULL) {
        socket_close(socket);
        return;
    }
    size_t size =
        socket->tls == NULL ? socket_fill_plain(socket, wire) : socket_fill_tls(socket, wire);
    if (size == 0) { /* the handshake lasts, or TLS has failed */
        free(wire);
        return;
    }
    socket->wire = wire;
    socket->wire_size = size;
    socket->write_count++;
    socket->write.data = socket;
    uv_buf_t buffer = uv_buf_init((char *)wire, (unsigned)size);
    if (uv_write(&socket->write, &socket->uv.stream, &buffer, 1, socket_on_written) != 0) {
        free(socket->wire);
        socket->wire = NULL;
        socket_close(socket);
    }
}

static void socket_on_shutdown(uv_shutdown_t *shutdown, int status)
{
    struct cairn_http_socket *socket = shutdown->data;
    if (status < 0 && !socket->is_closing) {
        socket_close(socket);
    }
}

/* All is said: shut our side, and give the client time to read it. */
static void socket_linger(struct cairn_http_socket *socket)
{
    bool is_over = socket->is_eof;
    if (socket->tls != NULL) {
        is_over = is_over || cairn_tls_state(socket->tls) == CAIRN_TLS_FAILED;
    }
    socket->shutdown.data = socket;
    if (is_over || uv_shutdown(&socket->shutdown, &socket->uv.stream, socket_on_shutdown) != 0) {
        socket_close(socket);
        return;
    }
    socket->is_lingering = true;
}

/* Nothing waits and nothing is in flight. */
static bool socket_is_flushed(const struct cairn_http_socket *socket)
{
    bool is_tls_stuck =
        socket->tls != NULL && cairn_tls_state(socket->tls) != CAIRN_TLS_UP; /* takes no more */
    bool is_out_empty = cairn_http_conn_out(socket->conn).size == 0 || is_tls_stuck;
    bool is_tls_empty = socket->tls == NULL || cairn_tls_waiting_bytes(socket->tls) == 0;
    return socket->wire == NULL && is_out_empty && is_tls_empty;
}

static void socket_finish(struct cairn_http_socket *socket)
{
    if (socket->is_lingering || cairn_http_conn_waits(socket->conn) != CAIRN_HTTP_WAIT_CLOSE ||
        !socket_is_flushed(socket)) {
        return;
    }
    if (socket->tls != NULL) {
        cairn_tls_finish(socket->tls);
        socket_pump(socket);
        if (socket->wire != NULL || socket->is_closing) {
            return;
        }
    }
    socket_linger(socket);
}

static void socket_set_reading(struct cairn_http_socket *socket)
{
    bool wants =
        socket->is_lingering || (!socket->is_eof && cairn_http_conn_wants_input(socket->conn));
    if (wants == socket->is_reading) {
        return;
    }
    socket->is_reading = wants;
    if (!wants) {
        uv_read_stop(&socket->uv.stream);
    } else if (uv_read_start(&socket->uv.stream, socket_on_alloc, socket_on_read) != 0) {
        socket_close(socket);
    }
}

static uint32_t socket_limit(const struct cairn_http_socket *socket, enum cairn_http_wait waits)
{
    const struct cairn_http_times *times = &socket->site->hub->settings.times;
    if (socket->is_lingering) {
        return times->linger_ms;
    }
    if (socket->wire != NULL) {
        return times->stall_ms;
    }
    if (socket->tls != NULL && cairn_tls_state(socket->tls) == CAIRN_TLS_HANDSHAKE) {
        return times->header_ms;
    }
    switch (waits) {
    case CAIRN_HTTP_WAIT_IDLE:
        return times->idle_ms;
    case CAIRN_HTTP_WAIT_HEADER:
        return times->header_ms;
    case CAIRN_HTTP_WAIT_BODY:
        return times->body_ms;
    case CAIRN_HTTP_WAIT_ANSWER:
        return 0;
    case CAIRN_HTTP_WAIT_CLOSE:
        return times->stall_ms;
    }
    return 0;
}

static void socket_on_timer(uv_timer_t *timer)
{
    struct cairn_http_socket *socket = timer->data;
    bool is_handshake = socket->tls != NULL && cairn_tls_state(socket->tls) == CAIRN_TLS_HANDSHAKE;
    enum cairn_http_wait waits = cairn_http_conn_waits(socket->conn);
    if (socket->is_lingering || socket->wire != NULL || is_handshake ||
        waits == CAIRN_HTTP_WAIT_CLOSE) {
        socket_close(socket);
        return;
    }
    cairn_http_conn_expire(socket->conn);
    socket_update(socket);
}

static void socket_set_timer(struct cairn_http_socket *socket)
{
    enum cairn_http_wait waits = cairn_http_conn_waits(socket->conn);
    struct socket_watch watch = {.waits = (uint32_t)waits,
                                 .limit_ms = socket_limit(socket, waits),
                                 .turn = cairn_http_conn_turn(socket->conn),
                                 .write_count = socket->wire == NULL ? 0 : socket->write_count};
    if (memcmp(&watch, &socket->watch, sizeof watch) == 0) {
        return;
    }
    socket->watch = watch;
    if (watch.limit_ms == 0) {
        uv_timer_stop(&socket->timer);
    } else {
        uv_timer_start(&socket->timer, socket_on_timer, watch.limit_ms, 0);
    }
}

/* After anything has happened: write, read, finish and time as the connection now wants it. */
static void socket_update(struct cairn_http_socket *socket)
{
    socket->needs_update = true;
    if (socket->is_updating) {
        return;
    }
    socket->is_updating = true;
    while (socket->needs_update && !socket->is_closing) {
        socket->needs_update = false;
        socket_pump(socket);
        if (!socket->is_closing) {
            socket_finish(socket);
        }
    }
    socket->is_updating = false;
    if (!socket->is_closing) {
        socket_set_reading(socket);
    }
    if (!socket->is_closing) {
        socket_set_timer(socket);
    }
}

static void socket_wake(void *transport)
{
    struct cairn_http_socket *socket = transport;
    if (!socket->is_closing) {
        socket_update(socket);
    }
}

static bool socket_find_peer(void *transport, uint8_t out_spki_hash[static 32])
{
    const struct cairn_http_socket *socket = transport;
    return socket->tls != NULL && cairn_tls_peer(socket->tls, out_spki_hash);
}

/* Is the other end of the Unix socket this user, or root? */
static bool socket_is_own_user(const struct cairn_http_socket *socket)
{
    struct ucred peer = {0};
    socklen_t size = sizeof peer;
    uv_os_fd_t fd;
    if (uv_fileno(&socket->uv.handle, &fd) != 0 ||
        getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) {
        return false;
    }
    return size == sizeof peer && (peer.uid == geteuid() || peer.uid == 0);
}

static cairn_err socket_begin(struct cairn_http_socket *socket, uv_stream_t *listener,
                              struct cairn_tls_context *tls)
{
    struct cairn_http_hub *hub = socket->site->hub;
    if (uv_accept(listener, &socket->uv.stream) != 0) {
        return CAIRN_NET;
    }
    if (hub->stats.connection_count > hub->settings.connections_max) {
        return CAIRN_FULL;
    }
    if (tls == NULL && !socket_is_own_user(socket)) {
        return CAIRN_DENIED_TOKEN;
    }
    if (tls != NULL) {
        uv_tcp_nodelay(&socket->uv.tcp, 1);
        CAIRN_TRY(cairn_tls_open(tls, CAIRN_TLS_SERVER, &socket->tls));
    }
    struct cairn_http_origin origin = {.hub = hub,
                                       .is_owner = tls == NULL,
                                       .find_peer = socket_find_peer,
                                       .wake = socket_wake,
                                       .transport = socket};
    return cairn_http_conn_open(&origin, &socket->conn);
}

cairn_err cairn_http_socket_accept(struct cairn_http_site *site, uv_stream_t *listener,
                                   struct cairn_tls_context *tls)
{
    struct cairn_http_socket *socket = calloc(1, sizeof *socket);
    if (socket == NULL) {
        return CAIRN_MEMORY; /* libuv keeps the client, and the listener waits with it */
    }
    socket->site = site;
    int failed = tls == NULL ? uv_pipe_init(site->loop, &socket->uv.pipe, 0)
                             : uv_tcp_init(site->loop, &socket->uv.tcp);
    CAIRN_REQUIRE(failed == 0);
    uv_timer_init(site->loop, &socket->timer);
    socket->uv.handle.data = socket;
    socket->timer.data = socket;
    socket->open_handles = 2;
    socket->next = site->head;
    if (site->head != NULL) {
        site->head->previous = socket;
    }
    site->head = socket;
    site->hub->stats.connection_count++;
    cairn_err err = socket_begin(socket, listener, tls);
    if (err != CAIRN_OK) {
        site->hub->stats.turned_away_count++;
        socket_close(socket);
        return err;
    }
    site->hub->stats.accepted_count++;
    socket_update(socket);
    return CAIRN_OK;
}

void cairn_http_socket_close_all(struct cairn_http_site *site)
{
    for (struct cairn_http_socket *socket = site->head; socket != NULL; socket = socket->next) {
        socket_close(socket);
    }
}
