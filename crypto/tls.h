/* TLS as bytes in and bytes out. No sockets: the host moves ciphertext, and never blocks here.
 *
 *     socket -> feed -> [ TLS ] -> read  -> host        HANDSHAKE -> UP -> CLOSED
 *     socket <- take <- [ TLS ] <- write <- host             \       \--> FAILED
 *
 * After every feed and write: take until nothing is left, read until nothing comes. Both queues are
 * bounded: feed and write say how much they took. No CA, no tickets, no sessions, no renegotiation:
 * every connection is a full handshake and is judged by its pin (SHA-256 of the peer's
 * SubjectPublicKeyInfo). Only node/link.c and node/http/ may include this.
 * Not pure: OpenSSL draws its own randomness and allocates. */
#ifndef CAIRN_CRYPTO_TLS_H
#define CAIRN_CRYPTO_TLS_H

#include "crypto/tls_identity.h"
#include "schema/base/bytes.h"
#include "schema/base/err.h"

#define CAIRN_TLS_OUT_MAX (1u << 20)   /* ciphertext waiting to be taken; write stops there */
#define CAIRN_TLS_IN_MAX  (128u << 10) /* ciphertext fed but not yet read; feed stops there */

enum cairn_tls_mode {
    CAIRN_TLS_PEER, /* node links: TLS 1.3, Ed25519 certificates on both sides */
    CAIRN_TLS_WEB,  /* HTTP API: TLS 1.2 or 1.3, client certificate optional */
};

enum cairn_tls_role { CAIRN_TLS_CLIENT, CAIRN_TLS_SERVER };

enum cairn_tls_state {
    CAIRN_TLS_HANDSHAKE,
    CAIRN_TLS_UP,     /* as client of TLS 1.3 the server may still refuse our certificate: trust
                         the link only after its first message */
    CAIRN_TLS_CLOSED, /* the peer said close_notify; an EOF in any other state is truncation */
    CAIRN_TLS_FAILED, /* take what is left (an alert), then close */
};

struct cairn_tls_config {
    enum cairn_tls_mode mode;
    const struct cairn_tls_identity *identity; /* borrowed for open; NULL only for WEB clients */
    /* Is this a peer that we talk to? Asked in the handshake and once more after it. NULL only for
     * WEB servers: no client certificate is asked for. Else a WEB server asks for one, takes none
     * for an answer, and refuses one that is not known. */
    bool (*is_known)(void *host, const uint8_t spki_hash[static 32]);
    void *host;
};

struct cairn_tls_context; /* settings of many connections */
struct cairn_tls;         /* one connection */

/* Prepare for many connections. owns: give back with cairn_tls_context_close, after the connections
 *
 * errors  CAIRN_TLS  OpenSSL refuses the identity, or is out of memory */
CAIRN_MUST cairn_err cairn_tls_context_open(const struct cairn_tls_config *config,
                                            struct cairn_tls_context **out);
void cairn_tls_context_close(struct cairn_tls_context *context); /* NULL is harmless */

/* Begin a connection; a client has its first bytes to take at once.
 *
 * owns    give back with cairn_tls_close
 * errors  CAIRN_TLS  out of memory */
CAIRN_MUST cairn_err cairn_tls_open(struct cairn_tls_context *context, enum cairn_tls_role role,
                                    struct cairn_tls **out);
void cairn_tls_close(struct cairn_tls *tls); /* NULL is harmless */

enum cairn_tls_state cairn_tls_state(const struct cairn_tls *tls);

/* Give ciphertext from the socket.
 *
 * gives   *out_taken: bytes taken; less than all: read plaintext first, then feed the rest
 * errors  CAIRN_PEER_UNKNOWN  is_known said no; CAIRN_TLS  anything else; the state is FAILED, and
 *         all later calls give the same */
CAIRN_MUST cairn_err cairn_tls_feed(struct cairn_tls *tls, struct cairn_bytes ciphertext,
                                    size_t *out_taken);

/* Take ciphertext for the socket. gives: bytes written to out, 0 when there are none */
size_t cairn_tls_take(struct cairn_tls *tls, uint8_t *out, size_t capacity);

/* Ciphertext that waits to be taken, in bytes; above CAIRN_TLS_OUT_MAX write takes nothing. */
size_t cairn_tls_waiting_bytes(const struct cairn_tls *tls);

/* Give plaintext for the peer.
 *
 * gives   *out_written: bytes accepted; 0 while the handshake lasts or CAIRN_TLS_OUT_MAX waits
 * errors  as cairn_tls_feed */
CAIRN_MUST cairn_err cairn_tls_write(struct cairn_tls *tls, struct cairn_bytes plaintext,
                                     size_t *out_written);

/* Take plaintext from the peer.
 *
 * gives   *out_size: 0 when nothing is there yet, or nothing will come any more (see the state)
 * errors  as cairn_tls_feed */
CAIRN_MUST cairn_err cairn_tls_read(struct cairn_tls *tls, uint8_t *out, size_t capacity,
                                    size_t *out_size);

/* Say that we are done: close_notify waits to be taken. Harmless in any state. */
void cairn_tls_finish(struct cairn_tls *tls);

/* The peer's pin. gives: false before UP, or when the peer showed no certificate */
bool cairn_tls_peer(const struct cairn_tls *tls, uint8_t out_spki_hash[static 32]);

#endif
