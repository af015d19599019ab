/* A request that needs a reader thread: run there, answered on the loop. Also the small things that
 * all resources do: who acts, in which words, with what error. */
#ifndef CAIRN_NODE_HTTP_HTTP_TASK_H
#define CAIRN_NODE_HTTP_HTTP_TASK_H

#include "node/http/http_answer.h"
#include "node/jsontext.h"
#include "node/service_state.h"
#include "schema/acceptance.h"

struct cairn_http_task {
    struct cairn_service *service;
    struct cairn_http_exchange *exchange;
    void (*run)(struct cairn_http_task *task);    /* on a reader thread: fills what is below */
    void (*finish)(struct cairn_http_task *task); /* then on the loop, when run gave a body; NULL */
    uint32_t thread_index;
    uint64_t now_ms;
    struct cairn_acceptance accepted; /* of the policy in force, when it was posted */
    /* the question, as the handler reads it out of the exchange */
    struct cairn_id object;
    uint64_t limit;
    bool is_flagged;
    bool is_dispute_said; /* "disputed" in the answer, where the object's countries have forked */
    bool is_audit;      /* asked at an auditor's door: what is not accepted is shown, and marked */
    bool is_unaccepted; /* of lists: what is not accepted, instead */
    char words[3][96];
    char after[200]; /* of a list */
    /* the answer: err, or body */
    cairn_err err;
    json_t *body;
    char detail[160];
};

struct cairn_service *cairn_http_task_service(const struct cairn_http_exchange *exchange);

/* Post a task; *task is copied. Answers the exchange in every case. */
void cairn_http_task_post(const struct cairn_http_task *task);

/* Read the {id} of the route as an object's id. gives: false, answered CAIRN_ID */
bool cairn_http_task_object(struct cairn_http_exchange *exchange, struct cairn_id *out);

/* What the policy in force accepts. On the loop. */
void cairn_http_task_accepted(const struct cairn_service *service, struct cairn_acceptance *out);

/* Copy a query into out, "" when absent. gives: false, answered CAIRN_TOO_LONG */
bool cairn_http_task_word(struct cairn_http_exchange *exchange, const char *name, char *out,
                          size_t capacity);

/* Parse the body. gives: false, answered; else *out is the caller's */
bool cairn_http_task_json(struct cairn_http_exchange *exchange, json_t **out);

/* Answer with a fault's words. */
void cairn_http_task_refuse(struct cairn_http_exchange *exchange, cairn_err err,
                            const struct cairn_json_fault *fault);

/* "2026-03-01T12:00:00.123Z" as JSON; NULL (left out by json_pack's *) for 0 */
json_t *cairn_http_task_time(uint64_t time_ms);
/* Lower-case hexadecimal as JSON. */
json_t *cairn_http_task_hex(const uint8_t *bytes, size_t size);
json_t *cairn_http_task_text(struct cairn_bytes text);
/* The codes of a feed's members; [] when the feed is unknown. On the loop. */
json_t *cairn_http_task_members(const struct cairn_service *service, const uint8_t feed[static 16]);

#endif
