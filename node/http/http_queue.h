/* Bytes in a row: put at the end, dropped from the front. Grows as needed, holds nothing when it is
 * empty. Not bounded itself: whoever puts asks first. */
#ifndef CAIRN_NODE_HTTP_HTTP_QUEUE_H
#define CAIRN_NODE_HTTP_HTTP_QUEUE_H

#include "schema/base/bytes.h"
#include "schema/base/err.h"

struct cairn_http_queue { /* all zero: empty */
    uint8_t *memory;
    size_t capacity;
    size_t begin; /* begin <= end <= capacity */
    size_t end;
};

/* errors  CAIRN_MEMORY; queue unchanged */
CAIRN_MUST cairn_err cairn_http_queue_put(struct cairn_http_queue *queue, struct cairn_bytes bytes);

/* What is in it; good until the next put or drop. */
struct cairn_bytes cairn_http_queue_view(const struct cairn_http_queue *queue);

/* Forget the first bytes. size: at most what is in it, else a panic */
void cairn_http_queue_drop(struct cairn_http_queue *queue, size_t size);

void cairn_http_queue_clear(struct cairn_http_queue *queue);

#endif
