#include "node/link.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "node/clock.h"
#include "node/link_state.h"
#include "schema/base/check.h"

/* ---- roster ---- */

bool cairn_link_is_known(void *host, const uint8_t spki_hash[static 32])
{
    return cairn_link_dial_find(host, spki_hash) != NULL;
}

struct link_conn *cairn_link_of_key(const struct cairn_links *links,
                                    const uint8_t spki_hash[static 32])
{
    for (uint32_t slot = 0; slot < CAIRN_LIMIT_LINKS; slot++) {
        struct link_conn *conn = links->slots[slot];
        if (conn != NULL && conn->state != LINK_GONE &&
            cairn_bytes_is_same32(conn->spki_hash, spki_hash)) {
            return conn;
        }
    }
    return NULL;
}

static void link_cut_unknown(struct cairn_links *links)
{
    for (struct link_conn *conn = links->conns; conn != NULL; conn = conn->next) {
        if (conn->slot < CAIRN_LIMIT_LINKS && conn->state == LINK_OPEN &&
            !cairn_link_is_known(links, conn->spki_hash)) {
            cairn_link_conn_cut(conn, CAIRN_PEER_UNKNOWN);
        }
    }
}

void cairn_link_set_roster(struct cairn_links *links, const struct cairn_link_peer *peers,
                           size_t count)
{
    struct link_dial dials[CAIRN_LINK_PEERS_MAX];
    uint64_t now_ms = cairn_clock_mono_ms();
    uint32_t kept = 0;
    for (size_t i = 0; i < count && kept < CAIRN_LINK_PEERS_MAX; i++) {
        const struct link_dial *held = cairn_link_dial_find(links, peers[i].spki_hash);
        bool is_same = held != NULL && held->peer.is_ours_to_dial == peers[i].is_ours_to_dial &&
                       strcmp(held->peer.endpoint, peers[i].endpoint) == 0;
        if (is_same) {
            dials[kept++] = *held;
        } else {
            cairn_link_dial_init(&dials[kept], &peers[i], now_ms);
            dials[kept++].is_busy = held != NULL && held->is_busy;
        }
    }
    memcpy(links->dials, dials, kept * sizeof *dials);
    links->dial_count = kept;
    link_cut_unknown(links);
    cairn_link_dial_all(links, now_ms);
}

/* ---- slots ---- */

/* How long nothing came, though we read. */
static uint64_t link_silence_ms(struct link_conn *conn)
{
    uint64_t now_ms = cairn_clock_mono_ms();
    if (!conn->is_reading) {
        conn->heard_ms = now_ms;
    }
    return now_ms - conn->heard_ms;
}

cairn_err cairn_link_admit(struct link_conn *conn)
{
    struct cairn_links *links = conn->links;
    uint8_t spki_hash[32];
    bool has_peer = cairn_tls_peer(conn->tls, spki_hash);
    CAIRN_REQUIRE(has_peer);
    struct link_conn *older = cairn_link_of_key(links, spki_hash);
    if (older != NULL) {
        if (older->state != LINK_OPEN || link_silence_ms(older) < CAIRN_LINK_DOUBT_MS) {
            return CAIRN_EXISTS;
        }
        cairn_link_conn_cut(older, CAIRN_TIMEOUT);
    }
    for (uint32_t slot = 0; slot < CAIRN_LIMIT_LINKS; slot++) {
        if (links->slots[slot] == NULL) {
            links->slots[slot] = conn;
            conn->slot = slot;
            conn->state = LINK_OPEN;
            conn->deadline_ms = 0;
            conn->open_ms = cairn_clock_mono_ms();
            conn->heard_ms = conn->open_ms;
            memcpy(conn->spki_hash, spki_hash, 32);
            return CAIRN_OK;
        }
    }
    return CAIRN_FULL;
}

/* ---- news ---- */

/* What the connection has to tell. gives: false for nothing; *out_frame_bytes with the length */
static bool link_news_of(struct link_conn *conn, enum cairn_link_news_type *out,
                         size_t *out_frame_bytes)
{
    *out_frame_bytes = 0;
    if (!conn->is_up_told) {
        *out = CAIRN_LINK_UP;
        return true;
    }
    if (conn->sent_bytes > 0 && conn->state == LINK_OPEN) {
        *out = CAIRN_LINK_SENT;
        return true;
    }
    if (conn->state != LINK_DROPPED) { /* a link that is gone is still read to its end */
        *out_frame_bytes = cairn_link_conn_frame(conn);
    }
    if (*out_frame_bytes > 0) {
        *out = CAIRN_LINK_FRAME;
        return true;
    }
    *out = CAIRN_LINK_DOWN;
    return conn->state == LINK_GONE;
}

static void link_give_back(struct cairn_links *links)
{
    struct link_conn *conn = links->borrowed;
    links->borrowed = NULL;
    if (conn != NULL) {
        size_t size = conn->taken_bytes;
        conn->taken_bytes = 0;
        if (conn->state == LINK_DROPPED) {
            size = conn->in.end - conn->in.begin;
        }
        cairn_link_conn_take(conn, size);
        cairn_link_conn_release(conn);
    }
}

static void link_tell(struct link_conn *conn, size_t frame_bytes, struct cairn_link_news *out)
{
    struct cairn_links *links = conn->links;
    out->link = conn->slot;
    memcpy(out->spki_hash, conn->spki_hash, 32);
    switch (out->type) {
    case CAIRN_LINK_UP:
        conn->is_up_told = true;
        break;
    case CAIRN_LINK_FRAME:
        out->frame = (struct cairn_bytes){.data = conn->in.data + conn->in.begin + 4,
                                          .size = frame_bytes - 4};
        conn->taken_bytes = frame_bytes;
        links->borrowed = conn;
        break;
    case CAIRN_LINK_SENT:
        out->sent_bytes = conn->sent_bytes;
        conn->sent_bytes = 0;
        break;
    case CAIRN_LINK_DOWN:
        links->slots[conn->slot] = NULL;
        conn->slot = CAIRN_LIMIT_LINKS;
        cairn_link_conn_release(conn);
        break;
    }
}

bool cairn_link_next(struct cairn_links *links, struct cairn_link_news *out)
{
    link_give_back(links);
    for (uint32_t i = 0; i < CAIRN_LIMIT_LINKS; i++) {
        uint32_t slot = (links->turn + i) % CAIRN_LIMIT_LINKS;
        struct link_conn *conn = links->slots[slot];
        size_t frame_bytes;
        *out = (struct cairn_link_news){.link = slot};
        if (conn != NULL && link_news_of(conn, &out->type, &frame_bytes)) {
            links->turn = (slot + 1) % CAIRN_LIMIT_LINKS;
            link_tell(conn, frame_bytes, out);
            return true;
        }
    }
    return false;
}

bool cairn_link_has_news(const struct cairn_links *links)
{
    for (uint32_t slot = 0; slot < CAIRN_LIMIT_LINKS; slot++) {
        struct link_conn *conn = links->slots[slot];
        enum cairn_link_news_type type;
        size_t frame_bytes;
        if (conn != NULL && link_news_of(conn, &type, &frame_bytes)) {
            return true;
        }
    }
    return false;
}

void cairn_link_send(struct cairn_links *links, uint32_t link, struct cairn_bytes head,
                     struct cairn_bytes body)
{
    CAIRN_REQUIRE(link < CAIRN_LIMIT_LINKS);
    struct link_conn *conn = links->slots[link];
    if (conn != NULL) {
        cairn_link_conn_put(conn, head);
        cairn_link_conn_put(conn, body);
        cairn_link_conn_pump(conn);
    }
}

void cairn_link_drop(struct cairn_links *links, uint32_t link)
{
    CAIRN_REQUIRE(link < CAIRN_LIMIT_LINKS);
    if (links->slots[link] != NULL) {
        cairn_link_conn_drop(links->slots[link]);
    }
}

/* ---- listening ---- */

/* Too many callers who say nothing: the one that has waited longest makes room, so that a partner
 * still gets in. */
static void link_limit_pending(struct cairn_links *links)
{
    struct link_conn *oldest = NULL;
    uint32_t count = 0;
    for (struct link_conn *conn = links->conns; conn != NULL; conn = conn->next) {
        if (conn->state == LINK_HANDSHAKE && !conn->is_dialled) {
            count++;
            oldest = conn; /* new ones stand in front */
        }
    }
    if (count > CAIRN_LINK_PENDING_MAX) {
        cairn_link_conn_cut(oldest, CAIRN_FULL);
    }
}

static void link_on_connection(uv_stream_t *listener, int status)
{
    struct cairn_links *links = listener->data;
    struct link_conn *conn = status == 0 ? cairn_link_conn_new(links) : NULL;
    links->is_owing = status == 0 && conn == NULL;
    if (conn == NULL) {
        return;
    }
    if (uv_accept(listener, &conn->uv.stream) != 0) {
        cairn_link_conn_cut(conn, CAIRN_NET);
        return;
    }
    cairn_link_conn_accept(conn);
    link_limit_pending(links);
}

static cairn_err link_listen(struct cairn_links *links, const struct cairn_config_endpoint *where)
{
    struct sockaddr_storage address = {0};
    struct sockaddr *any = (struct sockaddr *)&address;
    int size = sizeof address;
    if (uv_ip4_addr(where->host, where->port, (struct sockaddr_in *)&address) != 0 &&
        uv_ip6_addr(where->host, where->port, (struct sockaddr_in6 *)&address) != 0) {
        return CAIRN_NET;
    }
    if (uv_tcp_bind(&links->listener, any, 0) != 0 ||
        uv_listen((uv_stream_t *)&links->listener, 64, link_on_connection) != 0 ||
        uv_tcp_getsockname(&links->listener, any, &size) != 0) {
        return CAIRN_NET;
    }
    const struct sockaddr_in *bound = (const struct sockaddr_in *)any; /* port: same place in v6 */
    uint8_t port[2];
    memcpy(port, &bound->sin_port, 2);
    links->port = cairn_bytes_get_u16(port);
    return CAIRN_OK;
}

/* ---- time ---- */

static void link_on_timer(uv_timer_t *timer)
{
    struct cairn_links *links = timer->data;
    uint64_t now_ms = cairn_clock_mono_ms();
    for (struct link_conn *conn = links->conns; conn != NULL; conn = conn->next) {
        bool is_late = conn->deadline_ms != 0 && now_ms >= conn->deadline_ms;
        bool is_silent = conn->state == LINK_OPEN && link_silence_ms(conn) >= CAIRN_LINK_SILENT_MS;
        if (is_late || is_silent) {
            cairn_link_conn_cut(conn, CAIRN_TIMEOUT);
            links->on_news(links->host);
        }
    }
    if (links->is_owing) {
        link_on_connection((uv_stream_t *)&links->listener, 0);
    }
    cairn_link_dial_all(links, now_ms);
}

/* ---- life ---- */

static void link_on_handle_closed(uv_handle_t *handle)
{
    struct cairn_links *links = handle->data;
    links->open_handles--;
    cairn_link_settle(links);
}

void cairn_link_settle(struct cairn_links *links)
{
    if (!links->is_closing || links->conn_count > 0 || links->open_handles > 0 ||
        links->resolve_count > 0) {
        return;
    }
    void (*closed)(void *host) = links->closed;
    void *host = links->closed_host;
    cairn_tls_context_close(links->tls);
    cairn_tls_identity_close(links->identity);
    free(links);
    if (closed != NULL) {
        closed(host);
    }
}

static cairn_err link_open_tls(struct cairn_links *links, const uint8_t *seed)
{
    CAIRN_TRY(cairn_tls_identity_make(seed, "cairn", &links->identity));
    struct cairn_tls_config config = {.mode = CAIRN_TLS_PEER,
                                      .identity = links->identity,
                                      .is_known = cairn_link_is_known,
                                      .host = links};
    return cairn_tls_context_open(&config, &links->tls);
}

static cairn_err link_begin(struct cairn_links *links, const struct cairn_link_options *options)
{
    if (uv_tcp_init(links->loop, &links->listener) != 0) {
        return CAIRN_LIBRARY;
    }
    links->open_handles++;
    if (uv_timer_init(links->loop, &links->timer) != 0) {
        return CAIRN_LIBRARY;
    }
    links->open_handles++;
    CAIRN_TRY(link_open_tls(links, options->tls_seed));
    if (options->listen->host[0] != '\0') {
        CAIRN_TRY(link_listen(links, options->listen));
    }
    if (uv_timer_start(&links->timer, link_on_timer, LINK_TICK_MS, LINK_TICK_MS) != 0) {
        return CAIRN_LIBRARY;
    }
    return CAIRN_OK;
}

cairn_err cairn_link_open(const struct cairn_link_options *options, struct cairn_links **out)
{
    struct cairn_links *links = calloc(1, sizeof *links);
    if (links == NULL) {
        return CAIRN_MEMORY;
    }
    links->loop = options->loop;
    links->on_news = options->on_news;
    links->host = options->host;
    links->listener.data = links;
    links->timer.data = links;
    (void)signal(SIGPIPE, SIG_IGN); /* a peer that hangs up must not end the process */
    cairn_err err = link_begin(links, options);
    if (err != CAIRN_OK) {
        cairn_link_close(links, NULL, NULL);
        return err;
    }
    *out = links;
    return CAIRN_OK;
}

void cairn_link_close(struct cairn_links *links, void (*closed)(void *host), void *host)
{
    CAIRN_REQUIRE(!links->is_closing);
    links->is_closing = true;
    links->closed = closed;
    links->closed_host = host;
    links->borrowed = NULL;
    memset(links->slots, 0, sizeof links->slots); /* nobody is told any more */
    links->open_handles++;                        /* this call */
    if (links->open_handles > 1) {
        uv_close((uv_handle_t *)&links->listener, link_on_handle_closed);
    }
    if (links->open_handles > 2) {
        uv_close((uv_handle_t *)&links->timer, link_on_handle_closed);
    }
    for (struct link_conn *conn = links->conns, *next; conn != NULL; conn = next) {
        next = conn->next;
        cairn_link_conn_cut(conn, CAIRN_OK);
        conn->slot = CAIRN_LIMIT_LINKS;
        cairn_link_conn_release(conn);
    }
    links->open_handles--;
    cairn_link_settle(links);
}

uint16_t cairn_link_port(const struct cairn_links *links)
{
    return links->port;
}

uint32_t cairn_link_count(const struct cairn_links *links)
{
    uint32_t count = 0;
    for (uint32_t slot = 0; slot < CAIRN_LIMIT_LINKS; slot++) {
        count += links->slots[slot] != NULL && links->slots[slot]->state == LINK_OPEN;
    }
    return count;
}
