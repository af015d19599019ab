/* One connection of a hostile partner: real TLS under real keys, blocking with time limits.
 *
 *     hostile_line_open -> send / hear ... -> hostile_line_close */
#ifndef CAIRN_TESTS_FAULT_HOSTILE_LINE_H
#define CAIRN_TESTS_FAULT_HOSTILE_LINE_H

#include "crypto/tls.h"
#include "schema/base/limits.h"

#define HOSTILE_FRAME_MAX (4u + (1u << 20))

struct hostile_line {
    int fd; /* -1: closed */
    struct cairn_tls *tls;
    uint8_t *in; /* HOSTILE_FRAME_MAX bytes: plaintext of the frame that is arriving */
    size_t in_size;
};

/* Connect to a port of this machine; no TLS yet. gives: false when nobody listens */
bool hostile_line_connect(struct hostile_line *line, uint16_t port);

/* The handshake. gives: false when the other side ended it; the line is closed then */
bool hostile_line_shake(struct hostile_line *line, struct cairn_tls_context *context);

/* Bytes as they are, under TLS or (raw) beside it.
 *
 * gives: false when the other side is gone, or takes nothing for so long */
bool hostile_line_send(struct hostile_line *line, struct cairn_bytes bytes, int wait_ms);
bool hostile_line_send_raw(struct hostile_line *line, struct cairn_bytes bytes, int wait_ms);

/* The next whole frame's payload, borrowed until the next call; size 0: none came in that time, or
 * the line is closed. */
struct cairn_bytes hostile_line_hear(struct hostile_line *line, int wait_ms);

void hostile_line_close(struct hostile_line *line); /* harmless when closed */

#endif
