/* The ways to answer an exchange. Exactly one of: json, problem, raw, empty, or begin .. end.
 * All from the loop thread; the exchange is gone after the call (after end or abort, if begun). */
#ifndef CAIRN_NODE_HTTP_HTTP_ANSWER_H
#define CAIRN_NODE_HTTP_HTTP_ANSWER_H

#include <jansson.h>

#include "node/http/http_exchange.h"

/* Add a header to the coming answer, such as Location. name, value: our own, never from outside
 * unless checked (control characters panic). */
void cairn_http_answer_add_header(struct cairn_http_exchange *exchange, const char *name,
                                  const char *value);

/* owns    takes the reference to body; NULL body: out of memory, answered as CAIRN_MEMORY */
void cairn_http_answer_json(struct cairn_http_exchange *exchange, int status, json_t *body);

/* Refuse (RFC 9457, application/problem+json). The status follows from err: http_problem.h.
 *
 * shape   detail: a sentence for people, or NULL; pointer: JSON pointer to the field at fault
 *         ("/names/0/s"), or NULL; both UTF-8, copied */
void cairn_http_answer_problem(struct cairn_http_exchange *exchange, cairn_err err,
                               const char *detail, const char *pointer);

/* The same with a status of its own (413, 431), for refusals of the HTTP layer; 0: follows err. */
void cairn_http_answer_refuse(struct cairn_http_exchange *exchange, int status, cairn_err err,
                              const char *detail, const char *pointer);

void cairn_http_answer_raw(struct cairn_http_exchange *exchange, int status,
                           const char *content_type, struct cairn_bytes body);

/* 204 No Content, or any status without body. */
void cairn_http_answer_empty(struct cairn_http_exchange *exchange, int status);

/* Begin a body of unknown length (a bundle, server-sent events).
 *
 * on_ready is called on the loop each time more may be written after `more` said no, and once when
 * the client has gone (exchange->is_gone): then end it. It is never called from within more. The
 * client may have gone before: look at is_gone after begin. */
void cairn_http_answer_begin(struct cairn_http_exchange *exchange, int status,
                             const char *content_type,
                             void (*on_ready)(struct cairn_http_exchange *exchange));

/* Queue a piece of the body; it is always taken.
 *
 * gives   false: more than CAIRN_HTTP_QUEUE_BYTES_MAX wait, stop until on_ready; or is_gone */
bool cairn_http_answer_more(struct cairn_http_exchange *exchange, struct cairn_bytes piece);

/* The body is complete. */
void cairn_http_answer_end(struct cairn_http_exchange *exchange);

/* The body cannot be completed: close, so that the client sees that it is cut off. */
void cairn_http_answer_abort(struct cairn_http_exchange *exchange);

#endif
