/* GET /v1/policy/explain/{id}: which rule of which policy sent an object where it is. Runs the
 * version of the policy again that the object's first commit names. */
#ifndef CAIRN_NODE_HTTP_HTTP_EXPLAIN_H
#define CAIRN_NODE_HTTP_HTTP_EXPLAIN_H

#include "node/http/http_exchange.h"

void cairn_http_explain_show(struct cairn_http_exchange *exchange);

#endif
