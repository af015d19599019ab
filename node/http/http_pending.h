/* Orders that wait for the node to have restored, as JSON. On the loop. */
#ifndef CAIRN_NODE_HTTP_HTTP_PENDING_H
#define CAIRN_NODE_HTTP_HTTP_PENDING_H

#include <jansson.h>

#include "node/pending.h"

/* One order, without its body. owns: the caller. NULL: out of memory */
json_t *cairn_http_pending_json(const struct cairn_pending_order *order);

/* {waiting, refused}. NULL: there is none of either. owns: the caller */
json_t *cairn_http_pending_count(const struct cairn_pending *pending);

#endif
