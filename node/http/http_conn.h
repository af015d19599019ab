/* One connection without its socket: bytes in, bytes out, requests answered in order.
 *
 *     feed -> [ parse -> judge -> handler ... answer ] -> out -> sent
 *
 * The transport below (http_socket.c, or a test) moves bytes and keeps time. A handler that answers
 * later makes `wake` come. Bounded: at most 64 KiB are read ahead of an answer, and nothing is read
 * while 1 MiB of output waits. */
#ifndef CAIRN_NODE_HTTP_HTTP_CONN_H
#define CAIRN_NODE_HTTP_HTTP_CONN_H

#include "node/http/http_exchange.h"
#include "node/http/http_hub.h"

struct cairn_http_conn;

struct cairn_http_origin {
    struct cairn_http_hub *hub; /* outlives the connection */
    bool is_owner;              /* Unix socket, peer checked */
    /* Pin of the client certificate, asked per request. NULL, or false: none */
    bool (*find_peer)(void *transport, uint8_t out_spki_hash[static 32]);
    /* Output waits, input is wanted again, or the connection is finished. Never from within feed.
     */
    void (*wake)(void *transport);
    void *transport;
};

enum cairn_http_wait { /* what the transport's timer watches */
                       CAIRN_HTTP_WAIT_IDLE,
                       CAIRN_HTTP_WAIT_HEADER,
                       CAIRN_HTTP_WAIT_BODY,
                       CAIRN_HTTP_WAIT_ANSWER, /* for us: no limit */
                       CAIRN_HTTP_WAIT_CLOSE,  /* finished: flush what waits, then close */
};

/* errors  CAIRN_MEMORY */
CAIRN_MUST cairn_err cairn_http_conn_open(const struct cairn_http_origin *origin,
                                          struct cairn_http_conn **out);

/* The transport is gone: forget it. Frees the connection, at once or with its pending answer. */
void cairn_http_conn_gone(struct cairn_http_conn *conn);

/* Give input. All of it is taken: ask wants_input before reading more. */
void cairn_http_conn_feed(struct cairn_http_conn *conn, struct cairn_bytes input);

/* The client has closed its sending side; what it asked before is still answered. */
void cairn_http_conn_finish_input(struct cairn_http_conn *conn);

bool cairn_http_conn_wants_input(const struct cairn_http_conn *conn);

/* Output that waits; good until the next call on this connection. */
struct cairn_bytes cairn_http_conn_out(const struct cairn_http_conn *conn);
void cairn_http_conn_sent(struct cairn_http_conn *conn, size_t size);

enum cairn_http_wait cairn_http_conn_waits(const struct cairn_http_conn *conn);

/* Requests begun so far: the timer starts anew when this or `waits` changes. */
uint64_t cairn_http_conn_turn(const struct cairn_http_conn *conn);

/* The time for what it waits for is up: it answers 408 where that helps, and finishes. */
void cairn_http_conn_expire(struct cairn_http_conn *conn);

#endif
