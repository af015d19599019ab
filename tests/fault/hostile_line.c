#include "tests/fault/hostile_line.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "schema/base/check.h"

#define LINE_PIECE    16384u
#define LINE_SHAKE_MS 10000

bool hostile_line_connect(struct hostile_line *line, uint16_t port)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    memset(line, 0, sizeof *line);
    line->fd = socket(AF_INET, SOCK_STREAM, 0);
    CAIRN_REQUIRE(line->fd >= 0);
    if (connect(line->fd, (const struct sockaddr *)&to, sizeof to) != 0) {
        hostile_line_close(line);
        return false;
    }
    CAIRN_REQUIRE(fcntl(line->fd, F_SETFL, O_NONBLOCK) == 0);
    line->in = malloc(HOSTILE_FRAME_MAX);
    CAIRN_REQUIRE(line->in != NULL);
    return true;
}

void hostile_line_close(struct hostile_line *line)
{
    if (line->fd >= 0) {
        (void)close(line->fd);
    }
    cairn_tls_close(line->tls);
    free(line->in);
    *line = (struct hostile_line){.fd = -1};
}

static bool line_wait(const struct hostile_line *line, short events, int wait_ms)
{
    struct pollfd what = {.fd = line->fd, .events = events};
    return poll(&what, 1, wait_ms) > 0 && (what.revents & events) != 0;
}

bool hostile_line_send_raw(struct hostile_line *line, struct cairn_bytes bytes, int wait_ms)
{
    size_t at = 0;
    while (line->fd >= 0 && at < bytes.size) {
        ssize_t sent = send(line->fd, bytes.data + at, bytes.size - at, MSG_NOSIGNAL);
        bool is_full = sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
        if ((sent < 0 && !is_full) || (is_full && !line_wait(line, POLLOUT, wait_ms))) {
            return false;
        }
        at += sent > 0 ? (size_t)sent : 0;
    }
    return line->fd >= 0;
}

/* What TLS has for the socket. */
static bool line_flush(struct hostile_line *line, int wait_ms)
{
    uint8_t piece[LINE_PIECE];
    size_t size;
    while ((size = cairn_tls_take(line->tls, piece, sizeof piece)) > 0) {
        if (!hostile_line_send_raw(line, (struct cairn_bytes){piece, size}, wait_ms)) {
            return false;
        }
    }
    return true;
}

/* One read of the socket into TLS. gives: false when the other side is gone or said nothing */
static bool line_pump(struct hostile_line *line, int wait_ms)
{
    uint8_t piece[LINE_PIECE];
    size_t taken;
    if (!line_wait(line, POLLIN, wait_ms)) {
        return false;
    }
    ssize_t size = recv(line->fd, piece, sizeof piece, 0);
    if (size <= 0) {
        hostile_line_close(line);
        return false;
    }
    cairn_err err = cairn_tls_feed(line->tls, (struct cairn_bytes){piece, (size_t)size}, &taken);
    if (err != CAIRN_OK || taken < (size_t)size || !line_flush(line, wait_ms)) {
        hostile_line_close(line);
        return false;
    }
    return true;
}

bool hostile_line_shake(struct hostile_line *line, struct cairn_tls_context *context)
{
    CAIRN_REQUIRE(cairn_tls_open(context, CAIRN_TLS_CLIENT, &line->tls) == CAIRN_OK);
    bool is_well = line_flush(line, LINE_SHAKE_MS);
    while (is_well && cairn_tls_state(line->tls) == CAIRN_TLS_HANDSHAKE) {
        is_well = line_pump(line, LINE_SHAKE_MS);
    }
    if (!is_well) {
        hostile_line_close(line);
    }
    return is_well;
}

bool hostile_line_send(struct hostile_line *line, struct cairn_bytes bytes, int wait_ms)
{
    size_t at = 0;
    while (line->fd >= 0 && at < bytes.size) {
        size_t taken;
        struct cairn_bytes rest = {bytes.data + at, bytes.size - at};
        rest.size = rest.size < LINE_PIECE ? rest.size : LINE_PIECE;
        if (cairn_tls_write(line->tls, rest, &taken) != CAIRN_OK || taken == 0 ||
            !line_flush(line, wait_ms)) {
            return false;
        }
        at += taken;
    }
    return line->fd >= 0;
}

static size_t line_frame_bytes(const struct hostile_line *line)
{
    return line->in_size < 4 ? 4 : 4 + (size_t)cairn_bytes_get_u32(line->in);
}

struct cairn_bytes hostile_line_hear(struct hostile_line *line, int wait_ms)
{
    if (line->fd >= 0 && line->in_size >= 4 && line->in_size == line_frame_bytes(line)) {
        line->in_size = 0; /* it was given last time */
    }
    while (line->fd >= 0) {
        size_t want = line_frame_bytes(line);
        CAIRN_REQUIRE(want <= HOSTILE_FRAME_MAX);
        size_t size;
        if (cairn_tls_read(line->tls, line->in + line->in_size, want - line->in_size, &size) !=
            CAIRN_OK) {
            hostile_line_close(line);
        } else if (size == 0 && !line_pump(line, wait_ms)) {
            break;
        }
        line->in_size += line->fd >= 0 ? size : 0;
        if (line->fd >= 0 && line->in_size > 4 && line->in_size == line_frame_bytes(line)) {
            return (struct cairn_bytes){line->in + 4, line->in_size - 4};
        }
    }
    return (struct cairn_bytes){.size = 0};
}
