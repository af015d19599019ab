/* A host for HTTP tests: a few routes whose answers show what reached the handler.
 *
 *     GET  /v1/echo/{id}   permission "echo.read", query "limit": JSON of id, role, actor, limit
 *     POST /v1/echo        permission "echo.write", application/json: the body comes back
 *     GET  /v1/later       the exchange is kept in host->kept, answered by the test
 *     GET  /v1/stream      host->pieces_left pieces of 100,000 bytes
 *     GET  /healthz        public
 *
 * Roles: "booth" may echo.read, "bureau" may everything. */
#ifndef CAIRN_TESTS_LIB_HTTP_HOST_H
#define CAIRN_TESTS_LIB_HTTP_HOST_H

#include "node/http/http_hub.h"

#define HTTP_HOST_PIECE_BYTES 100000u

struct http_host {
    struct cairn_http_exchange *kept;
    struct cairn_http_exchange *stream;
    uint32_t pieces_left;
    uint32_t call_count; /* handlers called */
    bool was_gone;       /* a stream was told so */
    struct cairn_http_routes routes;
};

void http_host_init(struct http_host *host);

/* Hosts "node.test" and "[::1]:8443"; no tokens. */
struct cairn_http_settings http_host_settings(const struct http_host *host);

#endif
