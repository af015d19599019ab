/* What all connections of one server share: settings from the host, the routes, the counters. */
#ifndef CAIRN_NODE_HTTP_HTTP_HUB_H
#define CAIRN_NODE_HTTP_HTTP_HUB_H

#include "node/http/http_router.h"
#include "node/http/token.h"

struct cairn_http_times { /* milliseconds; 0: the default of http_limits.h */
    uint32_t header_ms;
    uint32_t body_ms;
    uint32_t idle_ms;
    uint32_t stall_ms;
    uint32_t linger_ms;
};

/* Everything is borrowed for as long as the server lives. */
struct cairn_http_settings {
    const struct cairn_http_routes *sets;
    size_t set_count;
    /* "node.example" (any port) or "node.example:8443"; an address as in a URL: "[::1]:8443" */
    const char *const *hosts;
    size_t host_count;
    const struct cairn_token_book *tokens; /* NULL: no token is good */
    /* May this role do that? Not asked for public routes, nor for the owner in no named role. */
    bool (*is_permitted)(void *host, const char *role, const char *permission);
    void *host;
    struct cairn_http_times times;
    uint32_t connections_max; /* 0: CAIRN_HTTP_CONNECTIONS_MAX */
};

struct cairn_http_stats { /* since open, but for connection_count */
    uint32_t connection_count;
    uint64_t accepted_count;
    uint64_t turned_away_count; /* connections above the maximum, or of another user */
    uint64_t answer_counts[6];  /* by first digit of the status: [2] are 2xx; [0], [1] unused */
};

struct cairn_http_hub { /* the server's own */
    struct cairn_http_settings settings;
    struct cairn_http_router router;
    struct cairn_http_stats stats;
};

#endif
