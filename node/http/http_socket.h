/* One accepted socket on the loop: moves bytes between the kernel, TLS and its http_conn, and keeps
 * its time.
 *
 *     OPEN --finished and flushed--> LINGER (our side shut, input thrown away) --> closed
 *       \------ error, time out, server closes ------------------------------------^  */
#ifndef CAIRN_NODE_HTTP_HTTP_SOCKET_H
#define CAIRN_NODE_HTTP_HTTP_SOCKET_H

#include <uv.h>

#include "crypto/tls.h"
#include "node/http/http_hub.h"

#define CAIRN_HTTP_SOCKET_READ_BYTES (64u << 10)

struct cairn_http_socket;

/* What all sockets of one server share; outlives them. */
struct cairn_http_site {
    uv_loop_t *loop;
    struct cairn_http_hub *hub;     /* times in it are set: no zeros */
    uint8_t *read_memory;           /* CAIRN_HTTP_SOCKET_READ_BYTES, used within one callback */
    struct cairn_http_socket *head; /* open ones, in any order */
    void (*on_closed)(void *host);  /* one socket less */
    void *host;
};

/* Accept what waits at a listener. tls: NULL for a Unix socket, whose peer is then checked.
 *
 * errors  CAIRN_FULL  above the maximum; CAIRN_DENIED_TOKEN  another user; CAIRN_NET, CAIRN_MEMORY,
 *         CAIRN_TLS: the client is closed, and on_closed comes nonetheless unless CAIRN_MEMORY */
CAIRN_MUST cairn_err cairn_http_socket_accept(struct cairn_http_site *site, uv_stream_t *listener,
                                              struct cairn_tls_context *tls);

/* Cut off every open socket; on_closed comes once for each. */
void cairn_http_socket_close_all(struct cairn_http_site *site);

#endif
