/* Errors as HTTP says them (RFC 9457). Status by family:
 *
 *     1xx malformed   400, or 422 where a well-formed value is not possible (code, date, id, field)
 *     2xx peer        422     3xx refused  403, or 401 404 405 409 415 400 where they fit
 *     4xx not yet     503, or 429 when we are too busy      5xx machine  500, or 507 disk floor
 *     6xx domain rule 422
 *
 *     {"type": "urn:cairn:error:RULE_THIN", "title": "...: B17", "status": 422, "code": 617,
 *      "detail": "...", "pointer": "/names/0/s"} */
#ifndef CAIRN_NODE_HTTP_HTTP_PROBLEM_H
#define CAIRN_NODE_HTTP_HTTP_PROBLEM_H

#include <jansson.h>

#include "schema/base/err.h"

/* gives 400..599; err: not CAIRN_OK */
int cairn_http_problem_status(cairn_err err);

/* Make the problem object. status 0: as cairn_http_problem_status says; detail, pointer: or NULL.
 *
 * owns    the caller owns the reference
 * gives   NULL when out of memory */
json_t *cairn_http_problem_make(cairn_err err, int status, const char *detail, const char *pointer);

/* Reason phrase of a status, such as "Not Found". */
const char *cairn_http_problem_reason(int status);

#endif
