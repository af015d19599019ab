/* What the files of the links share; nobody else includes this.
 *
 *     link.c         roster, slots, news, listener, the timer
 *     link_conn.c    one connection: bytes to and from the socket, TLS, frames
 *     link_dial.c    whom to call, and when again
 *
 *     CONNECTING -> HANDSHAKE -> OPEN -> DROPPED -> GONE      each may go to GONE at once */
#ifndef CAIRN_NODE_LINK_STATE_H
#define CAIRN_NODE_LINK_STATE_H

#include "crypto/tls.h"
#include "node/link.h"

#define LINK_READ_BYTES  (64u << 10)
#define LINK_WIRE_BYTES  (128u << 10) /* one write in flight is at most so large */
#define LINK_FRAME_BYTES (4u + CAIRN_LIMIT_FRAME_BYTES)
#define LINK_IDLE_BYTES  (256u << 10) /* an empty queue that is larger is given back */
#define LINK_TICK_MS     100u
#define LINK_SETTLED_MS  5000u /* a link that lived so long was a good one */

enum link_conn_state {
    LINK_CONNECTING,
    LINK_HANDSHAKE,
    LINK_OPEN,
    LINK_DROPPED, /* sends what waits */
    LINK_GONE,    /* its handle is closed or about to be */
};

/* Bytes in order: data[begin..end). */
struct link_queue {
    uint8_t *data;
    size_t begin;
    size_t end;
    size_t capacity;
};

struct link_conn {
    union {
        uv_handle_t handle;
        uv_stream_t stream;
        uv_tcp_t tcp;
    } uv;
    uv_connect_t connect;
    uv_write_t write;
    uv_shutdown_t shutdown;
    struct cairn_links *links;
    struct link_conn *next;
    enum link_conn_state state;
    struct cairn_tls *tls; /* NULL while connecting */
    uint32_t slot;         /* CAIRN_LIMIT_LINKS: none yet */
    uint8_t spki_hash[32]; /* who it is; known once it is OPEN */
    uint8_t dialled[32];   /* whom we called */
    bool is_dialled;
    bool is_handle_closed;
    bool is_reading;
    bool is_shut; /* our side is closed */
    bool is_up_told;
    bool has_frame;       /* it sent one, so it knows us */
    uint64_t deadline_ms; /* monotonic: of the handshake, of lingering; 0 none */
    uint64_t open_ms;
    uint64_t heard_ms;    /* monotonic: something came, or we did not read */
    struct link_queue in; /* plaintext */
    size_t taken_bytes;   /* of `in`, given out as a frame: dropped at the next call */
    struct link_queue out;
    uint8_t *wire;       /* LINK_WIRE_BYTES, or NULL */
    bool is_writing;     /* wire is in flight */
    size_t flying_bytes; /* plaintext in it */
    uint64_t sent_bytes; /* not yet told */
};

/* A peer of the roster. */
struct link_dial {
    struct cairn_link_peer peer;
    bool is_busy; /* resolving, or a connection of ours is under way or up */
    uint32_t backoff_ms;
    uint32_t attempt;
    uint64_t next_ms; /* monotonic */
};

struct cairn_links {
    uv_loop_t *loop;
    uv_tcp_t listener;
    uv_timer_t timer;
    bool is_owing; /* a caller that there was no memory for: libuv tells of no other before it */
    bool is_closing;
    uint32_t open_handles; /* listener, timer */
    uint16_t port;
    struct cairn_tls_identity *identity;
    struct cairn_tls_context *tls;
    void (*on_news)(void *host);
    void (*closed)(void *host);
    void *host;
    void *closed_host;
    struct link_conn *conns;
    uint32_t conn_count;
    uint32_t resolve_count;
    struct link_conn *slots[CAIRN_LIMIT_LINKS];
    uint32_t turn;              /* where next looks first */
    struct link_conn *borrowed; /* whose frame is out */
    uint32_t dial_count;
    struct link_dial dials[CAIRN_LINK_PEERS_MAX];
    uint8_t read_memory[LINK_READ_BYTES];
};

/* ---- link.c ---- */
bool cairn_link_is_known(void *host, const uint8_t spki_hash[static 32]);
/* The connection is up: give it a slot. errors  CAIRN_EXISTS, CAIRN_FULL, CAIRN_PEER_UNKNOWN */
CAIRN_MUST cairn_err cairn_link_admit(struct link_conn *conn);
struct link_conn *cairn_link_of_key(const struct cairn_links *links,
                                    const uint8_t spki_hash[static 32]);
void cairn_link_settle(struct cairn_links *links); /* something was closed: is all closed? */

/* ---- link_conn.c ---- */
/* gives: NULL when there is no memory. The handle is open: end with cut */
struct link_conn *cairn_link_conn_new(struct cairn_links *links);
void cairn_link_conn_connect(struct link_conn *conn, const struct sockaddr *address);
void cairn_link_conn_accept(struct link_conn *conn);
void cairn_link_conn_put(struct link_conn *conn, struct cairn_bytes bytes);
void cairn_link_conn_pump(struct link_conn *conn);
void cairn_link_conn_read(struct link_conn *conn); /* as long as there is room */
void cairn_link_conn_drop(struct link_conn *conn);
void cairn_link_conn_cut(struct link_conn *conn, cairn_err err);
void cairn_link_conn_release(struct link_conn *conn); /* freed once nobody needs it */
/* The frame in front, with its length. gives: 0 while it is not whole; cuts on a wrong length */
size_t cairn_link_conn_frame(struct link_conn *conn);
void cairn_link_conn_take(struct link_conn *conn, size_t size);

/* ---- link_dial.c ---- */
void cairn_link_dial_all(struct cairn_links *links, uint64_t now_ms);
struct link_dial *cairn_link_dial_find(struct cairn_links *links,
                                       const uint8_t spki_hash[static 32]);
/* A connection ended. is_good: it had been of use */
void cairn_link_dial_ended(struct cairn_links *links, const struct link_conn *conn, bool is_good);
/* A peer that is new in the roster. */
void cairn_link_dial_init(struct link_dial *dial, const struct cairn_link_peer *peer,
                          uint64_t now_ms);

#endif
