#include "node/http/http_publish.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/hash.h"
#include "node/http/http_pending.h"
#include "node/jsonbody.h"
#include "schema/base/text.h"

#define PUBLISH_ARENA_BYTES ((size_t)1 << 20)
#define PUBLISH_KEY_BYTES   128u

const char *const cairn_http_publish_queries[] = {"purpose", "second_actor", NULL};

struct publish_call {
    struct cairn_service *service;
    struct cairn_http_exchange *exchange;
    struct cairn_http_publish_plan plan;
    bool has_key;
    uint8_t key[32];
    uint8_t request[32];
    char purpose[CAIRN_PURPOSE_BYTES + 1];
    char second[CAIRN_ACTOR_BYTES + 1];
    struct cairn_publish_order order;
    uint8_t *kept;    /* malloc: the order's body, while the node restores */
    bool is_answered; /* it waits already */
};

/* ---- who ---- */

/* The second pair of eyes: proved by a token, or named by the owner of the node. */
static cairn_err publish_find_second(struct publish_call *call)
{
    struct cairn_bytes shown;
    struct cairn_http_exchange *exchange = call->exchange;
    if (!cairn_http_exchange_header(exchange, "Cairn-Second-Token", &shown)) {
        return call->second[0] == '\0' || exchange->who.is_owner ? CAIRN_OK : CAIRN_DENIED_TOKEN;
    }
    const struct cairn_token *token = cairn_token_find(call->service->tokens, shown);
    if (token == NULL) {
        return CAIRN_DENIED_TOKEN;
    }
    if (!cairn_service_permits(call->service, token->role, cairn_kind_text(call->plan.kind))) {
        return CAIRN_DENIED_ROLE;
    }
    snprintf(call->second, sizeof call->second, "%s", token->actor);
    return CAIRN_OK;
}

static bool publish_find_who(struct publish_call *call)
{
    struct cairn_http_exchange *exchange = call->exchange;
    if (!cairn_http_task_word(exchange, "purpose", call->purpose, sizeof call->purpose) ||
        !cairn_http_task_word(exchange, "second_actor", call->second, sizeof call->second)) {
        return false;
    }
    if (call->purpose[0] == '\0') {
        snprintf(call->purpose, sizeof call->purpose, "%s", cairn_kind_text(call->plan.kind));
    }
    cairn_err err = publish_find_second(call);
    if (err == CAIRN_OK && strlen(exchange->who.role) > CAIRN_ROLE_BYTES) {
        err = CAIRN_TOO_LONG;
    }
    if (err != CAIRN_OK) {
        cairn_http_answer_problem(exchange, err, "of the acting persons", NULL);
        return false;
    }
    call->order.kind = call->plan.kind;
    call->order.purpose = call->purpose;
    call->order.role = exchange->who.role;
    call->order.actors[0] = exchange->who.actor;
    call->order.actors[1] = call->second[0] == '\0' ? NULL : call->second;
    call->order.is_folded_wanted = true;
    return true;
}

/* ---- idempotency ---- */

static void publish_hash_key(struct publish_call *call, struct cairn_bytes key)
{
    static const uint8_t label[] = "cairn idempotency v1";
    struct cairn_sha256 hash;
    const struct cairn_http_exchange *exchange = call->exchange;
    cairn_sha256_init(&hash);
    cairn_sha256_update(&hash, (struct cairn_bytes){label, sizeof label});
    cairn_sha256_update(&hash, cairn_bytes_of(cairn_driver_origin(call->service->driver)));
    cairn_sha256_update(&hash, (struct cairn_bytes){(const uint8_t *)"", 1});
    cairn_sha256_update(&hash, cairn_bytes_of(exchange->who.token_id));
    cairn_sha256_update(&hash, (struct cairn_bytes){(const uint8_t *)"", 1});
    cairn_sha256_update(&hash, key);
    cairn_sha256_final(&hash, call->key);
    call->has_key = true;
}

static void publish_hash_request(struct publish_call *call)
{
    struct cairn_sha256 hash;
    uint8_t body[32];
    cairn_sha256_of(call->exchange->body, body);
    cairn_sha256_init(&hash);
    cairn_sha256_update(&hash, call->exchange->path);
    cairn_sha256_update(&hash, (struct cairn_bytes){(const uint8_t *)"", 1});
    cairn_sha256_update(&hash, (struct cairn_bytes){body, sizeof body});
    cairn_sha256_final(&hash, call->request);
}

/* gives: true, go on; false: answered */
static bool publish_begin_key(struct publish_call *call)
{
    struct cairn_bytes key;
    struct cairn_retry_answer before;
    struct cairn_http_exchange *exchange = call->exchange;
    if (!cairn_http_exchange_header(exchange, "Idempotency-Key", &key)) {
        return true;
    }
    if (key.size == 0 || key.size > PUBLISH_KEY_BYTES) {
        cairn_http_answer_problem(exchange, CAIRN_TOO_LONG, "Idempotency-Key", NULL);
        return false;
    }
    publish_hash_key(call, key);
    publish_hash_request(call);
    switch (cairn_retrybook_begin(call->service->retries, call->key, call->request, &before)) {
    case CAIRN_RETRY_NEW:
        return true;
    case CAIRN_RETRY_REPEATED:
        cairn_http_answer_raw(exchange, before.status, "application/json", before.body);
        return false;
    case CAIRN_RETRY_PENDING:
        cairn_http_answer_problem(exchange, CAIRN_BUSY, "the same request is being worked on",
                                  NULL);
        return false;
    case CAIRN_RETRY_OTHER:
        cairn_http_answer_problem(exchange, CAIRN_CONFLICT, NULL, NULL);
        return false;
    }
    return false;
}

/* What is founded under a key has an id that follows from the key: after a crash the same request
 * finds what it founded before, or founds the same thing. */
static void publish_derive_object(struct publish_call *call)
{
    struct cairn_bytes country = cairn_bytes_of(call->service->config->country);
    if (call->has_key && call->plan.location != NULL) {
        cairn_id_make(country, call->key, &call->order.object);
    }
}

/* ---- answers ---- */

static json_t *publish_say(const struct publish_call *call,
                           const struct cairn_publish_answer *answer)
{
    json_t *body = json_pack("{s:s, s:o, s:o, s:o, s:b}", "id", answer->object.text, "entry",
                             cairn_http_task_hex(answer->entry_id, sizeof answer->entry_id), "feed",
                             cairn_http_task_hex(answer->feed, sizeof answer->feed), "audience",
                             cairn_http_task_members(call->service, answer->feed), "national",
                             answer->is_private);
    if (answer->rule_index != CAIRN_POLICY_NO_RULE) {
        (void)json_object_set_new(body, "rule", json_integer((json_int_t)answer->rule_index + 1));
    }
    if (answer->hlc != 0) {
        json_t *time = cairn_http_task_time(cairn_civil_hlc_ms(answer->hlc));
        (void)json_object_set_new(body, "time", time);
    }
    if (answer->is_repeated) {
        (void)json_object_set_new(body, "repeated", json_true());
    }
    return body;
}

static void publish_end(struct publish_call *call, int status, struct cairn_bytes body)
{
    if (call->has_key) {
        cairn_retrybook_end(call->service->retries, call->key, status, body);
    }
}

static void publish_fail(struct publish_call *call, const struct cairn_publish_answer *answer)
{
    struct cairn_json_fault fault = {.line = 0};
    if (answer->fault.err != CAIRN_OK) {
        cairn_err err = cairn_jsonbody_fault(&answer->fault, &fault);
        (void)err;
    }
    publish_end(call, 0, (struct cairn_bytes){0});
    cairn_err err = answer->err == CAIRN_EXISTS && call->has_key ? CAIRN_CONFLICT : answer->err;
    cairn_http_task_refuse(call->exchange, err, &fault);
}

/* location: NULL, the answer has none. body: taken; NULL: no memory */
static void publish_answer(struct publish_call *call, int status, const char *location,
                           json_t *body)
{
    char *text = body == NULL ? NULL : json_dumps(body, JSON_COMPACT);
    json_decref(body);
    if (text == NULL) {
        publish_end(call, 0, (struct cairn_bytes){0});
        cairn_http_answer_problem(call->exchange, CAIRN_MEMORY, NULL, NULL);
        return;
    }
    publish_end(call, status, cairn_bytes_of(text));
    if (location != NULL) {
        cairn_http_answer_add_header(call->exchange, "Location", location);
    }
    cairn_http_answer_raw(call->exchange, status, "application/json", cairn_bytes_of(text));
    free(text);
}

static void publish_succeed(struct publish_call *call, const struct cairn_publish_answer *answer)
{
    char location[96];
    bool is_new = call->plan.location != NULL && !answer->is_repeated;
    if (is_new) {
        snprintf(location, sizeof location, "%s/%s", call->plan.location, answer->object.text);
    }
    publish_answer(call, is_new ? 201 : 200, is_new ? location : NULL, publish_say(call, answer));
}

static void publish_free(struct publish_call *call)
{
    cairn_service_release(call->service);
    free(call->kept);
    free(call);
}

/* ---- while the node restores ---- */

/* Could it not be published because of what the log has lost? What its object's history says is
 * unsure then; its form is not. */
static bool publish_is_unsure(const struct publish_call *call,
                              const struct cairn_publish_answer *answer)
{
    bool is_step = call->plan.location == NULL;
    bool is_missing = answer->err == CAIRN_NOT_FOUND || answer->err == CAIRN_STATE ||
                      answer->err == CAIRN_LATER || answer->err == CAIRN_RULE_STEP;
    return call->kept != NULL && cairn_pending_is_wanted(call->service->pending) &&
           (answer->err == CAIRN_RESTORING ||
            (is_step && is_missing && answer->fault.err == CAIRN_OK));
}

static void publish_say_pending(struct publish_call *call, const struct cairn_pending_order *order)
{
    publish_answer(call, 202, "/v1/pending", cairn_http_pending_json(order));
}

static void publish_on_kept(void *host, cairn_err err, const struct cairn_pending_order *order)
{
    struct publish_call *call = host;
    if (err == CAIRN_OK) {
        publish_say_pending(call, order);
    } else {
        publish_end(call, 0, (struct cairn_bytes){0});
        cairn_http_answer_problem(call->exchange, err, NULL, NULL);
    }
    publish_free(call);
}

/* gives: an error, and publish_on_kept will not be called */
static cairn_err publish_keep(struct publish_call *call, const struct cairn_id *object)
{
    struct cairn_pending_order order = {.kind = call->plan.kind,
                                        .object = *object,
                                        .is_owner = call->exchange->who.is_owner &&
                                                    strcmp(call->order.role, "owner") == 0,
                                        .has_key = call->has_key,
                                        .body = {call->kept, call->order.body.size}};
    const char *second = call->order.actors[1] == NULL ? "" : call->order.actors[1];
    memcpy(order.key, call->key, sizeof order.key);
    (void)snprintf(order.purpose, sizeof order.purpose, "%s", call->order.purpose);
    (void)snprintf(order.role, sizeof order.role, "%s", call->order.role);
    (void)snprintf(order.actors[0], sizeof order.actors[0], "%s", call->order.actors[0]);
    (void)snprintf(order.actors[1], sizeof order.actors[1], "%s", second);
    return cairn_pending_take(call->service->pending, &order, publish_on_kept, call);
}

/* Was it taken before under the same key, and waits? Then it is not published past its turn. */
static cairn_err publish_find_pending(struct publish_call *call)
{
    const struct cairn_publish_order *order = &call->order;
    const struct cairn_pending_order *before =
        call->has_key ? cairn_pending_find_key(call->service->pending, call->key) : NULL;
    if (before == NULL) {
        return CAIRN_OK;
    }
    bool is_same = before->kind == order->kind &&
                   cairn_id_is_equal(&before->object, &order->object) &&
                   cairn_bytes_is_equal(before->body, order->body);
    if (!is_same) {
        return CAIRN_CONFLICT;
    }
    publish_say_pending(call, before);
    call->is_answered = true;
    return CAIRN_OK;
}

static void publish_on_done(void *host, const struct cairn_publish_answer *answer)
{
    struct publish_call *call = host;
    struct cairn_publish_answer said = *answer;
    if (answer->err == CAIRN_OK) {
        publish_succeed(call, answer);
        publish_free(call);
        return;
    }
    if (publish_is_unsure(call, answer)) {
        said.err = publish_keep(call, &answer->object);
        if (said.err == CAIRN_OK) {
            return;
        }
    }
    publish_fail(call, &said);
    publish_free(call);
}

/* ---- sending ---- */

static cairn_err publish_send(struct publish_call *call)
{
    const struct cairn_publish_order *order = &call->order;
    if (cairn_pending_is_wanted(call->service->pending)) {
        call->kept = malloc(order->body.size + 1);
        if (call->kept == NULL) {
            return CAIRN_MEMORY;
        }
        memcpy(call->kept, order->body.data, order->body.size);
    }
    return cairn_publish_send(call->service->publish, order, publish_on_done, call);
}

static cairn_err publish_encode(struct publish_call *call, const json_t *object,
                                struct cairn_json_fault *fault)
{
    struct cairn_arena arena;
    struct cairn_publish_order *order = &call->order;
    uint8_t *memory = malloc(PUBLISH_ARENA_BYTES);
    if (memory == NULL) {
        return CAIRN_MEMORY;
    }
    cairn_arena_init(&arena, memory, PUBLISH_ARENA_BYTES);
    cairn_err err = cairn_jsonbody_encode(call->plan.shape, object, &arena, &order->body, fault);
    if (err == CAIRN_OK) {
        err = publish_find_pending(call);
    }
    if (err == CAIRN_OK && !call->is_answered) {
        err = publish_send(call);
    }
    free(memory);
    return err;
}

/* gives: true, done will come; false: answered */
static bool publish_try(struct publish_call *call)
{
    struct cairn_json_fault fault = {.line = 0};
    json_t *object = NULL;
    if (!publish_find_who(call) || !publish_begin_key(call)) {
        return false;
    }
    publish_derive_object(call);
    if (call->plan.location == NULL &&
        !cairn_http_task_object(call->exchange, &call->order.object)) {
        publish_end(call, 0, (struct cairn_bytes){0});
        return false;
    }
    cairn_err err = cairn_jsontext_parse(call->exchange->body, &object, &fault);
    if (err == CAIRN_OK) {
        err = publish_encode(call, object, &fault);
    }
    json_decref(object);
    if (err != CAIRN_OK) {
        publish_end(call, 0, (struct cairn_bytes){0});
        cairn_http_task_refuse(call->exchange, err, &fault);
    }
    return err == CAIRN_OK && !call->is_answered;
}

void cairn_http_publish_send(struct cairn_http_exchange *exchange,
                             const struct cairn_http_publish_plan *plan)
{
    struct publish_call *call = calloc(1, sizeof *call);
    if (call == NULL) {
        cairn_http_answer_problem(exchange, CAIRN_MEMORY, NULL, NULL);
        return;
    }
    call->service = cairn_http_task_service(exchange);
    call->exchange = exchange;
    call->plan = *plan;
    cairn_service_hold(call->service);
    if (!publish_try(call)) {
        publish_free(call);
    }
}
