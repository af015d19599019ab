/* A body from outside becomes an operation: JSON -> shape -> order -> answer. For alerts and cases.
 *
 * Who acts is the exchange's; `purpose` and `second_actor` are queries (the second only on the Unix
 * socket), a second person from afar shows a token of their own: Cairn-Second-Token. With an
 * Idempotency-Key the same request gets the same answer, another one CAIRN_CONFLICT. */
#ifndef CAIRN_NODE_HTTP_HTTP_PUBLISH_H
#define CAIRN_NODE_HTTP_HTTP_PUBLISH_H

#include "node/http/http_task.h"

/* For the tables of routes that use this. */
extern const char *const cairn_http_publish_queries[];

struct cairn_http_publish_plan {
    enum cairn_kind kind;
    const struct cairn_shape *shape;
    const char *location; /* "/v1/alerts": founding kinds answer 201 and Location; else NULL */
};

/* Read the body of the exchange by the shape and publish it. Answers in every case. */
void cairn_http_publish_send(struct cairn_http_exchange *exchange,
                             const struct cairn_http_publish_plan *plan);

#endif
