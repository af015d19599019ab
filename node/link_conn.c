#include "node/link_state.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "node/clock.h"
#include "node/logger.h"
#include "schema/base/check.h"
#include "schema/wire.h"

#define CONN_PLAIN_BYTES (32u << 10)

/* ---- queues ---- */

static cairn_err conn_queue_room(struct link_queue *queue, size_t size)
{
    size_t held = queue->end - queue->begin;
    if (queue->end + size <= queue->capacity) {
        return CAIRN_OK;
    }
    if (held + size <= queue->capacity && queue->begin >= queue->capacity / 2) {
        memmove(queue->data, queue->data + queue->begin, held);
    } else {
        size_t capacity = queue->capacity == 0 ? CONN_PLAIN_BYTES : queue->capacity;
        while (capacity < held + size) {
            capacity *= 2;
        }
        uint8_t *data = malloc(capacity);
        if (data == NULL) {
            return CAIRN_MEMORY;
        }
        if (held > 0) {
            memcpy(data, queue->data + queue->begin, held);
        }
        free(queue->data);
        queue->data = data;
        queue->capacity = capacity;
    }
    queue->begin = 0;
    queue->end = held;
    return CAIRN_OK;
}

static void conn_queue_drop(struct link_queue *queue, size_t size)
{
    CAIRN_REQUIRE(size <= queue->end - queue->begin);
    queue->begin += size;
    if (queue->begin == queue->end) {
        queue->begin = 0;
        queue->end = 0;
        if (queue->capacity > LINK_IDLE_BYTES) {
            free(queue->data);
            *queue = (struct link_queue){.capacity = 0};
        }
    }
}

/* ---- life ---- */

struct link_conn *cairn_link_conn_new(struct cairn_links *links)
{
    struct link_conn *conn = calloc(1, sizeof *conn);
    if (conn == NULL || uv_tcp_init(links->loop, &conn->uv.tcp) != 0) {
        free(conn);
        return NULL;
    }
    conn->uv.handle.data = conn;
    conn->links = links;
    conn->slot = CAIRN_LIMIT_LINKS;
    conn->deadline_ms = cairn_clock_mono_ms() + CAIRN_LINK_HANDSHAKE_MS;
    conn->next = links->conns;
    links->conns = conn;
    links->conn_count++;
    return conn;
}

void cairn_link_conn_release(struct link_conn *conn)
{
    struct cairn_links *links = conn->links;
    if (!conn->is_handle_closed || conn->slot < CAIRN_LIMIT_LINKS || links->borrowed == conn) {
        return;
    }
    struct link_conn **at = &links->conns;
    while (*at != conn) {
        at = &(*at)->next;
    }
    *at = conn->next;
    links->conn_count--;
    cairn_tls_close(conn->tls);
    free(conn->in.data);
    free(conn->out.data);
    free(conn->wire);
    free(conn);
    cairn_link_settle(links);
}

static void conn_on_closed(uv_handle_t *handle)
{
    struct link_conn *conn = handle->data;
    struct cairn_links *links = conn->links;
    bool is_closing = links->is_closing; /* then this may have been the last thing of it */
    conn->is_handle_closed = true;
    cairn_link_conn_release(conn);
    if (!is_closing) {
        links->on_news(links->host);
    }
}

void cairn_link_conn_cut(struct link_conn *conn, cairn_err err)
{
    if (conn->state == LINK_GONE) {
        return;
    }
    bool is_good = conn->has_frame && conn->state != LINK_DROPPED &&
                   cairn_clock_mono_ms() - conn->open_ms >= LINK_SETTLED_MS;
    if (err != CAIRN_OK) {
        CAIRN_LOG(CAIRN_LOGGER_DEBUG, "link.cut", CAIRN_LOG_U64("state", (uint64_t)conn->state),
                  CAIRN_LOG_U64("dialled", conn->is_dialled), CAIRN_LOG_ERR(err));
    }
    conn->state = LINK_GONE;
    cairn_link_dial_ended(conn->links, conn, is_good);
    uv_close(&conn->uv.handle, conn_on_closed);
}

/* ---- frames ---- */

size_t cairn_link_conn_frame(struct link_conn *conn)
{
    size_t held = conn->in.end - conn->in.begin;
    uint32_t size = 0;
    if (held < CAIRN_FRAME_HEAD_BYTES) {
        return 0;
    }
    if (cairn_frame_size(conn->in.data + conn->in.begin, &size) != CAIRN_OK) {
        conn_queue_drop(&conn->in, held);
        cairn_link_conn_cut(conn, CAIRN_PEER_FRAME);
        return 0;
    }
    size_t whole = (size_t)size + CAIRN_FRAME_HEAD_BYTES;
    return held >= whole ? whole : 0;
}

void cairn_link_conn_take(struct link_conn *conn, size_t size)
{
    conn_queue_drop(&conn->in, size);
    cairn_link_conn_read(conn);
}

/* ---- reading ---- */

static void conn_on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
    struct link_conn *conn = handle->data;
    (void)suggested;
    *out = uv_buf_init((char *)conn->links->read_memory, LINK_READ_BYTES);
}

/* Everything that TLS has made readable. What comes for a dropped link is thrown away. */
static cairn_err conn_read_plain(struct link_conn *conn)
{
    for (;;) {
        size_t size = 0;
        CAIRN_TRY(conn_queue_room(&conn->in, CONN_PLAIN_BYTES));
        CAIRN_TRY(cairn_tls_read(conn->tls, conn->in.data + conn->in.end, CONN_PLAIN_BYTES, &size));
        if (size == 0) {
            return CAIRN_OK;
        }
        conn->has_frame = true;
        conn->in.end += conn->state == LINK_OPEN ? size : 0;
    }
}

static cairn_err conn_take_input(struct link_conn *conn, struct cairn_bytes input)
{
    while (input.size > 0) {
        size_t taken = 0;
        CAIRN_TRY(cairn_tls_feed(conn->tls, input, &taken));
        if (conn->state == LINK_HANDSHAKE && cairn_tls_state(conn->tls) == CAIRN_TLS_UP) {
            CAIRN_TRY(cairn_link_admit(conn));
        }
        CAIRN_TRY(conn_read_plain(conn));
        CAIRN_REQUIRE(taken > 0); /* all that was fed before has been read */
        input = (struct cairn_bytes){.data = input.data + taken, .size = input.size - taken};
    }
    return CAIRN_OK;
}

static void conn_on_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *buffer)
{
    struct link_conn *conn = stream->data;
    struct cairn_links *links = conn->links;
    if (size == 0 || conn->state == LINK_GONE) {
        return;
    }
    if (size < 0) {
        cairn_link_conn_cut(conn, size == UV_EOF ? CAIRN_OK : CAIRN_NET);
        links->on_news(links->host);
        return;
    }
    conn->heard_ms = cairn_clock_mono_ms();
    cairn_err err = conn_take_input(
        conn, (struct cairn_bytes){.data = (const uint8_t *)buffer->base, .size = (size_t)size});
    cairn_link_conn_pump(conn); /* also an alert that says why */
    if (err != CAIRN_OK) {
        cairn_link_conn_cut(conn, err);
    } else if (cairn_tls_state(conn->tls) == CAIRN_TLS_CLOSED) {
        cairn_link_conn_cut(conn, CAIRN_OK);
    } else {
        (void)cairn_link_conn_frame(conn);
        cairn_link_conn_read(conn);
    }
    links->on_news(links->host);
}

void cairn_link_conn_read(struct link_conn *conn)
{
    if (conn->state != LINK_HANDSHAKE && conn->state != LINK_OPEN && conn->state != LINK_DROPPED) {
        return;
    }
    bool is_wanted = conn->in.end - conn->in.begin < LINK_FRAME_BYTES;
    if (is_wanted == conn->is_reading) {
        return;
    }
    conn->is_reading = is_wanted;
    if (!is_wanted) {
        uv_read_stop(&conn->uv.stream);
    } else if (uv_read_start(&conn->uv.stream, conn_on_alloc, conn_on_read) != 0) {
        cairn_link_conn_cut(conn, CAIRN_NET);
    }
}

/* ---- writing ---- */

static void conn_on_shutdown(uv_shutdown_t *shutdown, int status)
{
    (void)shutdown; /* the peer's end of file, or the deadline, closes it */
    (void)status;
}

/* All is said: close our side. */
static void conn_finish(struct link_conn *conn)
{
    if (conn->state != LINK_DROPPED || conn->is_writing || conn->is_shut) {
        return;
    }
    conn->is_shut = true;
    if (uv_shutdown(&conn->shutdown, &conn->uv.stream, conn_on_shutdown) != 0) {
        cairn_link_conn_cut(conn, CAIRN_NET);
    }
}

static void conn_on_written(uv_write_t *write, int status)
{
    struct link_conn *conn = write->data;
    struct cairn_links *links = conn->links;
    conn->is_writing = false;
    if (conn->state == LINK_GONE) {
        return;
    }
    if (status < 0) {
        cairn_link_conn_cut(conn, CAIRN_NET);
    } else {
        conn->sent_bytes += conn->flying_bytes;
        cairn_link_conn_pump(conn);
    }
    links->on_news(links->host);
}

/* Give TLS as much as one write can carry. gives: bytes of ciphertext in wire */
static size_t conn_fill(struct link_conn *conn)
{
    conn->flying_bytes = 0;
    while (cairn_tls_waiting_bytes(conn->tls) < LINK_WIRE_BYTES * 3 / 4) {
        size_t held = conn->out.end - conn->out.begin;
        size_t written = 0;
        if (held == 0) {
            break;
        }
        struct cairn_bytes piece = {.data = conn->out.data + conn->out.begin,
                                    .size =
                                        held < CONN_PLAIN_BYTES / 2 ? held : CONN_PLAIN_BYTES / 2};
        if (cairn_tls_write(conn->tls, piece, &written) != CAIRN_OK || written == 0) {
            break;
        }
        conn_queue_drop(&conn->out, written);
        conn->flying_bytes += written;
    }
    if (conn->state == LINK_DROPPED && conn->out.end == conn->out.begin) {
        cairn_tls_finish(conn->tls);
    }
    return cairn_tls_take(conn->tls, conn->wire, LINK_WIRE_BYTES);
}

void cairn_link_conn_pump(struct link_conn *conn)
{
    if (conn->tls == NULL || conn->is_writing || conn->state == LINK_GONE || conn->is_shut) {
        return;
    }
    if (conn->wire == NULL) {
        conn->wire = malloc(LINK_WIRE_BYTES);
    }
    if (conn->wire == NULL) {
        cairn_link_conn_cut(conn, CAIRN_MEMORY);
        return;
    }
    size_t size = conn_fill(conn);
    if (size == 0) {
        conn_finish(conn);
        return;
    }
    uv_buf_t buffer = uv_buf_init((char *)conn->wire, (unsigned)size);
    conn->write.data = conn;
    if (uv_write(&conn->write, &conn->uv.stream, &buffer, 1, conn_on_written) != 0) {
        cairn_link_conn_cut(conn, CAIRN_NET);
        return;
    }
    conn->is_writing = true;
}

void cairn_link_conn_put(struct link_conn *conn, struct cairn_bytes bytes)
{
    if (bytes.size == 0 || conn->state != LINK_OPEN) {
        return;
    }
    if (conn_queue_room(&conn->out, bytes.size) != CAIRN_OK) {
        cairn_link_conn_cut(conn, CAIRN_MEMORY);
        return;
    }
    memcpy(conn->out.data + conn->out.end, bytes.data, bytes.size);
    conn->out.end += bytes.size;
}

void cairn_link_conn_drop(struct link_conn *conn)
{
    if (conn->state != LINK_OPEN) {
        return;
    }
    conn->state = LINK_DROPPED;
    conn->deadline_ms = cairn_clock_mono_ms() + CAIRN_LINK_LINGER_MS;
    if (conn != conn->links->borrowed) {
        conn_queue_drop(&conn->in, conn->in.end - conn->in.begin);
    }
    cairn_link_conn_pump(conn);
    cairn_link_conn_read(conn);
}

/* ---- beginning ---- */

/* A peer whose machine has gone must be noticed long before the kernel's two hours. */
static void conn_watch(struct link_conn *conn)
{
    const int interval_s = 5;
    const int probes = 3;
    const unsigned stall_ms = CAIRN_LINK_STALL_MS;
    uv_os_fd_t fd;
    (void)uv_tcp_nodelay(&conn->uv.tcp, 1);
    (void)uv_tcp_keepalive(&conn->uv.tcp, 1, 10);
    if (uv_fileno(&conn->uv.handle, &fd) == 0) {
        (void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval_s, sizeof interval_s);
        (void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof probes);
        (void)setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &stall_ms, sizeof stall_ms);
    }
}

static void conn_begin(struct link_conn *conn, enum cairn_tls_role role)
{
    conn_watch(conn);
    conn->state = LINK_HANDSHAKE;
    cairn_err err = cairn_tls_open(conn->links->tls, role, &conn->tls);
    if (err != CAIRN_OK) {
        cairn_link_conn_cut(conn, err);
        return;
    }
    cairn_link_conn_pump(conn);
    cairn_link_conn_read(conn);
}

void cairn_link_conn_accept(struct link_conn *conn)
{
    conn_begin(conn, CAIRN_TLS_SERVER);
}

static void conn_on_connected(uv_connect_t *connect, int status)
{
    struct link_conn *conn = connect->data;
    if (conn->state == LINK_GONE) {
        return;
    }
    if (status < 0) {
        cairn_link_conn_cut(conn, CAIRN_NET);
    } else {
        conn_begin(conn, CAIRN_TLS_CLIENT);
    }
}

void cairn_link_conn_connect(struct link_conn *conn, const struct sockaddr *address)
{
    conn->is_dialled = true;
    conn->state = LINK_CONNECTING;
    conn->connect.data = conn;
    if (uv_tcp_connect(&conn->connect, &conn->uv.tcp, address, conn_on_connected) != 0) {
        cairn_link_conn_cut(conn, CAIRN_NET);
    }
}
