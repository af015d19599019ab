#include "node/link_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/clock.h"
#include "node/entropy.h"
#include "node/logger.h"

/* A look-up of a host name that is under way; the roster may change meanwhile. */
struct link_resolve {
    uv_getaddrinfo_t request;
    struct cairn_links *links;
    uint8_t spki_hash[32];
    uint32_t attempt;
};

/* Half of it fixed, half by chance: nodes that lost the same partner must not come back at once. */
static uint64_t dial_jitter(uint64_t pause_ms)
{
    uint8_t random[4];
    cairn_entropy_fill(random, sizeof random);
    return pause_ms / 2 + cairn_bytes_get_u32(random) % (pause_ms / 2 + 1);
}

struct link_dial *cairn_link_dial_find(struct cairn_links *links,
                                       const uint8_t spki_hash[static 32])
{
    for (uint32_t i = 0; i < links->dial_count; i++) {
        if (cairn_bytes_is_same32(links->dials[i].peer.spki_hash, spki_hash)) {
            return &links->dials[i];
        }
    }
    return NULL;
}

void cairn_link_dial_init(struct link_dial *dial, const struct cairn_link_peer *peer,
                          uint64_t now_ms)
{
    *dial = (struct link_dial){.peer = *peer, .backoff_ms = CAIRN_LINK_BACKOFF_MS};
    dial->next_ms = peer->is_ours_to_dial ? now_ms : now_ms + dial_jitter(2 * CAIRN_LINK_WAIT_MS);
}

/* Wait before the next attempt, longer each time. */
static void dial_back_off(struct link_dial *dial)
{
    uint64_t pause_ms = dial_jitter(dial->backoff_ms);
    if (!dial->peer.is_ours_to_dial) {
        pause_ms += CAIRN_LINK_WAIT_MS;
    }
    dial->next_ms = cairn_clock_mono_ms() + pause_ms;
    dial->backoff_ms = dial->backoff_ms >= CAIRN_LINK_BACKOFF_MAX / 2 ? CAIRN_LINK_BACKOFF_MAX
                                                                      : dial->backoff_ms * 2;
}

void cairn_link_dial_ended(struct cairn_links *links, const struct link_conn *conn, bool is_good)
{
    const uint8_t *key = conn->is_dialled ? conn->dialled : conn->spki_hash;
    struct link_dial *dial = cairn_link_dial_find(links, key);
    if (dial == NULL || (!conn->is_dialled && conn->slot == CAIRN_LIMIT_LINKS)) {
        return; /* somebody who called and never was let in */
    }
    dial->is_busy = dial->is_busy && !conn->is_dialled;
    if (is_good) {
        dial->backoff_ms = CAIRN_LINK_BACKOFF_MS;
    }
    dial_back_off(dial);
}

static void dial_failed(struct cairn_links *links, const uint8_t spki_hash[static 32])
{
    struct link_dial *dial = cairn_link_dial_find(links, spki_hash);
    if (dial != NULL) {
        dial->is_busy = false;
        dial_back_off(dial);
    }
}

static void dial_connect(struct cairn_links *links, const uint8_t spki_hash[static 32],
                         const struct sockaddr *address)
{
    struct link_conn *conn = cairn_link_conn_new(links);
    if (conn == NULL) {
        dial_failed(links, spki_hash);
        return;
    }
    memcpy(conn->dialled, spki_hash, 32);
    cairn_link_conn_connect(conn, address);
}

static void dial_on_resolved(uv_getaddrinfo_t *request, int status, struct addrinfo *found)
{
    struct link_resolve *resolve = request->data;
    struct cairn_links *links = resolve->links;
    uint32_t count = 0;
    for (const struct addrinfo *at = found; at != NULL; at = at->ai_next) {
        count++;
    }
    links->resolve_count--;
    if (status != 0 || count == 0 || links->is_closing) {
        dial_failed(links, resolve->spki_hash);
    } else { /* another address each time */
        const struct addrinfo *at = found;
        for (uint32_t skip = resolve->attempt % count; skip > 0; skip--) {
            at = at->ai_next;
        }
        dial_connect(links, resolve->spki_hash, at->ai_addr);
    }
    uv_freeaddrinfo(found);
    free(resolve);
    cairn_link_settle(links);
}

static void dial_resolve(struct cairn_links *links, struct link_dial *dial,
                         const struct cairn_config_endpoint *where)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
    struct link_resolve *resolve = calloc(1, sizeof *resolve);
    char port[8];
    if (resolve == NULL) {
        dial_failed(links, dial->peer.spki_hash);
        return;
    }
    resolve->request.data = resolve;
    resolve->links = links;
    resolve->attempt = dial->attempt;
    memcpy(resolve->spki_hash, dial->peer.spki_hash, 32);
    (void)snprintf(port, sizeof port, "%u", where->port);
    if (uv_getaddrinfo(links->loop, &resolve->request, dial_on_resolved, where->host, port,
                       &hints) != 0) {
        free(resolve);
        dial_failed(links, dial->peer.spki_hash);
        return;
    }
    links->resolve_count++;
}

static void dial_call(struct cairn_links *links, struct link_dial *dial)
{
    struct cairn_config_endpoint where;
    struct sockaddr_storage address = {0};
    dial->attempt++;
    if (cairn_config_parse_endpoint(cairn_bytes_of(dial->peer.endpoint), false, &where) !=
        CAIRN_OK) {
        dial_back_off(dial);
        return;
    }
    dial->is_busy = true;
    if (uv_ip4_addr(where.host, where.port, (struct sockaddr_in *)&address) == 0 ||
        uv_ip6_addr(where.host, where.port, (struct sockaddr_in6 *)&address) == 0) {
        dial_connect(links, dial->peer.spki_hash, (const struct sockaddr *)&address);
    } else {
        dial_resolve(links, dial, &where);
    }
}

void cairn_link_dial_all(struct cairn_links *links, uint64_t now_ms)
{
    for (uint32_t i = 0; i < links->dial_count && !links->is_closing; i++) {
        struct link_dial *dial = &links->dials[i];
        bool has_endpoint = dial->peer.endpoint[0] != '\0' && dial->peer.endpoint[0] != '-';
        if (has_endpoint && !dial->is_busy && now_ms >= dial->next_ms &&
            cairn_link_of_key(links, dial->peer.spki_hash) == NULL) {
            dial_call(links, dial);
        }
    }
}
