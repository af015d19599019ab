/* Bytes in, one request out. The only door to llhttp for requests; what its strict mode lets pass
 * is refused here: bare line ends, folded headers, space before a colon, heads over 16 KiB, more
 * than 64 headers, trailers, chunk extensions, versions other than 1.1.
 *
 *     HEAD --feed--> JUDGE --admit--> BODY --feed--> DONE --next--> HEAD
 *
 * The host judges between head and body: it sets the cap, or refuses and closes. No sockets, no
 * clock; allocates its buffers. */
#ifndef CAIRN_NODE_HTTP_HTTP_PARSE_H
#define CAIRN_NODE_HTTP_HTTP_PARSE_H

#include "node/http/http_request.h"

enum cairn_http_stage {
    CAIRN_HTTP_HEAD,  /* waits for the end of the headers */
    CAIRN_HTTP_JUDGE, /* headers are complete: admit, or close */
    CAIRN_HTTP_BODY,
    CAIRN_HTTP_DONE, /* answer, then next */
    CAIRN_HTTP_FAILED,
};

struct cairn_http_fault {
    int status;         /* 400, 408, 413, 431, 505 ... */
    const char *detail; /* static text */
};

struct cairn_http_parse;

/* errors  CAIRN_MEMORY */
CAIRN_MUST cairn_err cairn_http_parse_open(struct cairn_http_parse **out);
void cairn_http_parse_close(struct cairn_http_parse *parse); /* NULL is harmless */

enum cairn_http_stage cairn_http_parse_stage(const struct cairn_http_parse *parse);

/* Has the first byte of a request been seen? */
bool cairn_http_parse_has_begun(const struct cairn_http_parse *parse);

/* Give bytes; in stages HEAD and BODY only.
 *
 * gives   *out_taken: up to the end of the stage; the rest belongs to what follows
 * errors  CAIRN_HTTP  malformed or over a limit, see fault; CAIRN_MEMORY; the stage is FAILED */
CAIRN_MUST cairn_err cairn_http_parse_feed(struct cairn_http_parse *parse, struct cairn_bytes bytes,
                                           size_t *out_taken);

/* Let the body come, at most body_bytes_max of it. Stage JUDGE only.
 *
 * errors  CAIRN_HTTP  the announced length is above it */
CAIRN_MUST cairn_err cairn_http_parse_admit(struct cairn_http_parse *parse,
                                            uint32_t body_bytes_max);

/* Will a body follow the head? Stage JUDGE and later. */
bool cairn_http_parse_has_body(const struct cairn_http_parse *parse);

/* Forget the request and wait for the next; frees its buffers. Stage DONE only. */
void cairn_http_parse_next(struct cairn_http_parse *parse);

/* The request, from JUDGE on; its body from DONE on. */
struct cairn_http_request *cairn_http_parse_request(struct cairn_http_parse *parse);

/* Why it FAILED. */
struct cairn_http_fault cairn_http_parse_fault(const struct cairn_http_parse *parse);

#endif
