/* One request as read: where it goes, what it asks, its headers. Views into the buffer of the
 * connection, good until the request is answered.
 *
 *     /v1/alerts/AUT-...?limit=10&from=a%20b
 *     |<---- path ---->| |<--- queries --->|     decoded strictly: %XX of UTF-8, no controls;
 *                                                '+' is a space in queries, itself in paths */
#ifndef CAIRN_NODE_HTTP_HTTP_REQUEST_H
#define CAIRN_NODE_HTTP_HTTP_REQUEST_H

#include "node/http/http_limits.h"
#include "schema/base/bytes.h"
#include "schema/base/err.h"

enum cairn_http_method {
    CAIRN_HTTP_GET, /* HEAD is a GET whose body is not sent: is_head */
    CAIRN_HTTP_POST,
    CAIRN_HTTP_PUT,
    CAIRN_HTTP_PATCH,
    CAIRN_HTTP_DELETE,
    CAIRN_HTTP_OTHER, /* known to HTTP, to no route */
};

struct cairn_http_pair {
    struct cairn_bytes name;
    struct cairn_bytes value;
};

struct cairn_http_request {
    enum cairn_http_method method;
    bool is_head;
    bool keeps_alive;
    struct cairn_bytes path; /* as sent: begins with '/', not decoded */
    struct cairn_http_pair queries[CAIRN_HTTP_QUERIES_MAX]; /* decoded, names differ */
    uint32_t query_count;
    struct cairn_http_pair headers[CAIRN_HTTP_HEADERS_MAX]; /* as sent, in order */
    uint32_t header_count;
    struct cairn_bytes body; /* empty until it is complete */
};

/* Split a request target and decode its queries in place.
 *
 * shape   target: "/...", visible ASCII, no '#'; its bytes are overwritten by the decoded queries
 * errors  CAIRN_HTTP  another shape, bad escape, not clean UTF-8, repeated name, too many queries
 */
CAIRN_MUST cairn_err cairn_http_request_split(uint8_t *target, size_t size,
                                              struct cairn_http_request *out);

/* Decode %XX in place; the result is never longer.
 *
 * errors  CAIRN_HTTP  as above; bytes are undefined then */
CAIRN_MUST cairn_err cairn_http_request_decode(uint8_t *text, size_t *size, bool plus_is_space);

/* First header of this name, in any case. gives: false when there is none; *out unchanged */
bool cairn_http_request_find(const struct cairn_http_request *request, const char *name,
                             struct cairn_bytes *out);

/* How many headers bear this name. */
uint32_t cairn_http_request_count(const struct cairn_http_request *request, const char *name);

/* ASCII without regard to case. */
bool cairn_http_request_is_same(struct cairn_bytes text, const char *wanted);

#endif
