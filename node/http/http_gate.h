/* Who is it, and may they: judges a request by its headers, before its body is read.
 *
 *     Host -> route -> queries -> who (token, certificate, owner) -> permission
 *
 * A public route (no permission) asks nobody. */
#ifndef CAIRN_NODE_HTTP_HTTP_GATE_H
#define CAIRN_NODE_HTTP_HTTP_GATE_H

#include "node/http/http_hub.h"

struct cairn_http_visit {
    const struct cairn_http_hub *hub;
    const struct cairn_http_request *request;
    bool is_owner;            /* Unix socket, peer checked */
    const uint8_t *spki_hash; /* of the client certificate, 32 bytes; NULL: none */
};

struct cairn_http_verdict {
    struct cairn_http_match match; /* route NULL when none was found */
    struct cairn_http_who who;
    const char *detail; /* of a refusal; static text */
};

/* errors  CAIRN_HTTP  several Authorization or Cairn-... headers, or malformed ones, unknown query
 *         CAIRN_DENIED_HOST, CAIRN_NOT_FOUND, CAIRN_METHOD, CAIRN_DENIED_TOKEN,
 *         CAIRN_DENIED_ROLE; *out is written in every case */
CAIRN_MUST cairn_err cairn_http_gate_judge(const struct cairn_http_visit *visit,
                                           struct cairn_http_verdict *out);

/* Has the body the content type that the route wants? errors  CAIRN_MEDIA */
CAIRN_MUST cairn_err cairn_http_gate_check_media(const struct cairn_http_route *route,
                                                 const struct cairn_http_request *request);

#endif
