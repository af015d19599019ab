/* Links to other nodes: TCP, TLS 1.3 with pinned keys on both sides, frames.
 *
 *     roster -> dial --.                          .-- UP, FRAME..., SENT..., DOWN -> next
 *     listen -> accept-+-> handshake -> slot 0..63 <-- send, drop
 *
 * Knows nothing of what the frames say. News are pulled: what nobody takes stays in bounded
 * buffers, and its socket is not read. One link for each peer key; a newer one is turned away, but
 * takes the place of one that is silent: the peer, which calls, has no other link to us. The number
 * of a slot is used again only when its DOWN was taken. All on the loop's thread. docs/protocol.md,
 * P-60 and P-61. */
#ifndef CAIRN_NODE_LINK_H
#define CAIRN_NODE_LINK_H

#include <uv.h>

#include "node/config.h"
#include "schema/base/bytes.h"
#include "schema/base/err.h"
#include "schema/base/limits.h"

#define CAIRN_LINK_PEERS_MAX    256u
#define CAIRN_LINK_PENDING_MAX  64u /* connections whose handshake is not over */
#define CAIRN_LINK_HANDSHAKE_MS 10000u
#define CAIRN_LINK_LINGER_MS    5000u   /* to send what waits after a drop */
#define CAIRN_LINK_STALL_MS     30000u  /* nothing acknowledged by the peer's machine */
#define CAIRN_LINK_SILENT_MS    150000u /* of two heartbeats and more nothing came: cut it */
#define CAIRN_LINK_DOUBT_MS     5000u /* so silent, and the peer calls anew: then the old is dead */
#define CAIRN_LINK_BACKOFF_MS   200u  /* first pause before dialling again; doubles */
#define CAIRN_LINK_BACKOFF_MAX  10000u
#define CAIRN_LINK_WAIT_MS      15000u /* the side that should wait dials after so long */

struct cairn_links;

struct cairn_link_options {
    uv_loop_t *loop;
    const uint8_t *tls_seed;                    /* 32 bytes, not kept */
    const struct cairn_config_endpoint *listen; /* port 0 and no host: does not listen */
    void (*on_news)(void *host); /* something may be taken; not from within the calls below */
    void *host;
};

/* A key that may link. */
struct cairn_link_peer {
    uint8_t spki_hash[32];
    char endpoint[CAIRN_CONFIG_HOST_MAX + 9]; /* HOST:PORT; "" or "-": it dials */
    bool is_ours_to_dial;                     /* false: it should dial us; we only after a while */
};

enum cairn_link_news_type {
    CAIRN_LINK_UP,    /* TLS is up; spki_hash is the peer's */
    CAIRN_LINK_FRAME, /* one whole frame, without its length */
    CAIRN_LINK_SENT,  /* so many bytes of what was sent have left the process */
    CAIRN_LINK_DOWN,  /* after its last frame was taken; the number is free now */
};

struct cairn_link_news {
    enum cairn_link_news_type type;
    uint32_t link; /* 0..CAIRN_LIMIT_LINKS-1 */
    uint8_t spki_hash[32];
    struct cairn_bytes frame; /* borrowed until the next call of cairn_link_next */
    uint64_t sent_bytes;
};

/* Listen; nobody is known yet.
 *
 * owns    give back with cairn_link_close
 * errors  CAIRN_NET  address is no number, or taken; CAIRN_TLS, CAIRN_LIBRARY, CAIRN_MEMORY */
CAIRN_MUST cairn_err cairn_link_open(const struct cairn_link_options *options,
                                     struct cairn_links **out);

/* Cut everything, free; then call closed on the loop. Once. */
void cairn_link_close(struct cairn_links *links, void (*closed)(void *host), void *host);

/* Who may link from now on. Links of keys that are not in the list are closed; peers that are new
 * are dialled at once. At most CAIRN_LINK_PEERS_MAX count. */
void cairn_link_set_roster(struct cairn_links *links, const struct cairn_link_peer *peers,
                           size_t count);

/* Take one piece of news, the links in turn. gives: false when there is none */
bool cairn_link_next(struct cairn_links *links, struct cairn_link_news *out);

/* Is there anything that cairn_link_next would give? */
bool cairn_link_has_news(const struct cairn_links *links);

/* Send head | body, copied, in order. Nothing happens when the link is not up any more; the caller
 * bounds what is sent and has not left (SENT). */
void cairn_link_send(struct cairn_links *links, uint32_t link, struct cairn_bytes head,
                     struct cairn_bytes body);

/* Send what waits, then close. Frames that came are not given any more; DOWN is. */
void cairn_link_drop(struct cairn_links *links, uint32_t link);

/* Where it listens; 0: nowhere. */
uint16_t cairn_link_port(const struct cairn_links *links);
uint32_t cairn_link_count(const struct cairn_links *links); /* that are up */

#endif
