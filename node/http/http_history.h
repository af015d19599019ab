/* The history of an alert or a case as JSON: every operation, who wrote it, and whether it had
 * effect. For reader threads. */
#ifndef CAIRN_NODE_HTTP_HTTP_HISTORY_H
#define CAIRN_NODE_HTTP_HTTP_HISTORY_H

#include <jansson.h>

#include "replication/merge/merge.h"

/* owns: the caller. NULL: out of memory */
json_t *cairn_http_history_json(const struct cairn_causal_step *steps, uint32_t count);

/* "no", "kind" or "limit": why an object does not show all that is known of it. */
const char *cairn_http_history_frozen(enum cairn_causal_frozen frozen);

/* Time of an hlc as JSON; NULL for 0. */
json_t *cairn_http_history_time(uint64_t hlc);

#endif
