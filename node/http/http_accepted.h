/* What the policy's `accept` keeps from officers, at the doors of the API: refused to them, marked
 * for the auditor, counted for the operator, said beside every look-up. docs/protocol.md, P-110. */
#ifndef CAIRN_NODE_HTTP_HTTP_ACCEPTED_H
#define CAIRN_NODE_HTTP_HTTP_ACCEPTED_H

#include "node/http/http_task.h"
#include "node/store.h"

#define CAIRN_HTTP_ACCEPTED_COUNT_MAX 10000u /* of one country, in a status */

/* Is the object of a task shown that was founded so? On a reader thread.
 *
 * gives   false: it is not accepted, and the door is no auditor's; err and detail say so */
bool cairn_http_accepted_shows(struct cairn_http_task *task, enum cairn_policy_founding founding);

/* At an auditor's door: put "accepted" into the object. Elsewhere: nothing. */
void cairn_http_accepted_mark(const struct cairn_http_task *task,
                              enum cairn_policy_founding founding, json_t *object);

/* The same for the lines of a list. */
void cairn_http_accepted_mark_lines(const struct cairn_http_task *task, json_t *lines);

/* Read `accepted` of an auditor's list; absent: false. gives: false, answered */
bool cairn_http_accepted_read(struct cairn_http_exchange *exchange, struct cairn_http_task *task);

/* Put "not_accepted" into rows with a "country" whose alerts or batches are not accepted. */
void cairn_http_accepted_put(const struct cairn_acceptance *accepted, json_t *rows);

/* What is held of a country and not accepted. */
struct cairn_http_accepted_held {
    uint32_t alert_count; /* batches too */
    uint32_t case_count;
    bool is_cut; /* there are more: counted is up to CAIRN_HTTP_ACCEPTED_COUNT_MAX of each */
};

/* Count it. For reader threads. errors  of the store; *out undefined */
CAIRN_MUST cairn_err cairn_http_accepted_count(struct cairn_store *views,
                                               const struct cairn_acceptance *accepted,
                                               const char *country,
                                               struct cairn_http_accepted_held *out);

#endif
