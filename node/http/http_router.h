/* Which handler answers a method and a path.
 *
 *     static const char *const alert_queries[] = {"limit", "from", NULL};
 *     static const struct cairn_http_route alert_routes[] = {
 *         {CAIRN_HTTP_GET, "/v1/alerts", "alert.read", .queries = alert_queries,
 *          .handler = alert_list},
 *         {CAIRN_HTTP_POST, "/v1/alerts/{id}/hits", "alert.hit", .media = "application/json",
 *          .handler = alert_hit},
 *     };
 *
 * Pattern segments match byte for byte; the one {id} matches a segment that is not empty. */
#ifndef CAIRN_NODE_HTTP_HTTP_ROUTER_H
#define CAIRN_NODE_HTTP_HTTP_ROUTER_H

#include "node/http/http_exchange.h"

typedef void (*cairn_http_handler)(struct cairn_http_exchange *exchange);

struct cairn_http_route {
    enum cairn_http_method method;
    const char *pattern;        /* begins with '/' */
    const char *permission;     /* what the role must be permitted; NULL: public, nobody is asked */
    uint32_t body_bytes_max;    /* 0: CAIRN_HTTP_BODY_BYTES_DEFAULT; GET and DELETE: none is read */
    const char *media;          /* content type that a body must have; NULL: any */
    const char *const *queries; /* names allowed, NULL at the end; NULL: none */
    cairn_http_handler handler;
};

/* The routes of one resource. Everything is borrowed for as long as the server lives. */
struct cairn_http_routes {
    const struct cairn_http_route *routes;
    size_t count;
    void *host; /* handed to the handlers */
};

struct cairn_http_router {
    const struct cairn_http_routes *sets;
    size_t set_count;
};

struct cairn_http_match {
    const struct cairn_http_route *route;
    void *host;
    struct cairn_bytes id; /* as sent, not decoded; empty when the pattern has no {id} */
};

/* Check the tables (our own: a fault panics). */
void cairn_http_router_init(struct cairn_http_router *router, const struct cairn_http_routes *sets,
                            size_t set_count);

/* Find the route. path: as sent
 *
 * gives   the first that matches
 * errors  CAIRN_NOT_FOUND  no pattern matches; CAIRN_METHOD  some does, with other methods */
CAIRN_MUST cairn_err cairn_http_router_find(const struct cairn_http_router *router,
                                            enum cairn_http_method method, struct cairn_bytes path,
                                            struct cairn_http_match *out);

/* Methods that the path knows, for Allow: "GET, HEAD, POST". out: at least 64 bytes */
void cairn_http_router_allow(const struct cairn_http_router *router, struct cairn_bytes path,
                             char out[static 64]);

/* Is the query's name in the route's list? */
bool cairn_http_router_knows_query(const struct cairn_http_route *route, struct cairn_bytes name);

#endif
