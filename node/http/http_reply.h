/* The client's side: bytes in, one response out. The only door to llhttp for responses. */
#ifndef CAIRN_NODE_HTTP_HTTP_REPLY_H
#define CAIRN_NODE_HTTP_HTTP_REPLY_H

#include "schema/base/bytes.h"
#include "schema/base/err.h"

#define CAIRN_HTTP_REPLY_MEDIA_MAX 127u

struct cairn_http_reply_sink {
    /* The head is complete. */
    void (*on_head)(void *host, int status, const char *content_type);
    /* A piece of the body. gives: false to stop */
    bool (*on_body)(void *host, struct cairn_bytes piece);
    void *host;
};

struct cairn_http_reply;

/* owns    sink is copied; give back with close
 * errors  CAIRN_MEMORY */
CAIRN_MUST cairn_err cairn_http_reply_open(const struct cairn_http_reply_sink *sink,
                                           struct cairn_http_reply **out);
void cairn_http_reply_close(struct cairn_http_reply *reply); /* NULL is harmless */

/* Give bytes; interim 1xx responses are skipped.
 *
 * gives   *out_is_done: the response is complete
 * errors  CAIRN_HTTP  malformed; CAIRN_NO_ROOM  the sink said stop */
CAIRN_MUST cairn_err cairn_http_reply_feed(struct cairn_http_reply *reply, struct cairn_bytes bytes,
                                           bool *out_is_done);

/* The server has closed.
 *
 * errors  CAIRN_SHORT  in the middle of a response */
CAIRN_MUST cairn_err cairn_http_reply_finish(struct cairn_http_reply *reply);

#endif
