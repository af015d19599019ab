#include "node/http/http_resources.h"

#include <stdlib.h>
#include <string.h>

#include "node/entropy.h"
#include "node/http/http_explain.h"
#include "node/http/http_task.h"
#include "node/intake.h"
#include "node/policytrace.h"
#include "node/savefile.h"
#include "schema/feedop.h"

#define POLICY_BODY_BYTES (CAIRN_POLICYBOOK_BYTES_MAX + 256u)

/* A policy goes into force in four steps, each durable before the next:
 *
 *     policy.apply in the private feed -> DIR/policy.yaml -> commits name its hash ->
 *     control.policy in the control feed */
struct policy_call {
    struct cairn_service *service;
    struct cairn_http_exchange *exchange;
    struct cairn_policybook_page *page; /* until it is in force */
    uint8_t salt[32];
    uint8_t hash[32];
};

static void policy_free(struct policy_call *call)
{
    struct cairn_service *service = call->service;
    cairn_policybook_drop(call->page);
    free(call);
    cairn_service_release(service);
}

static void policy_refuse(struct policy_call *call, cairn_err err, const char *detail)
{
    cairn_http_answer_problem(call->exchange, err, detail, NULL);
    policy_free(call);
}

/* Publish a record of the node itself. */
static cairn_err policy_record(struct policy_call *call, const struct cairn_feedop *feedop,
                               enum cairn_publish_to to, cairn_publish_done *done)
{
    const struct cairn_http_who *who = &call->exchange->who;
    struct cairn_publish_order order = {.to = to, .kind = feedop->kind};
    uint8_t *body = malloc(POLICY_BODY_BYTES);
    if (body == NULL) {
        return CAIRN_MEMORY;
    }
    cairn_err err = cairn_feedop_encode(feedop, body, POLICY_BODY_BYTES, &order.body);
    if (err == CAIRN_OK) {
        if (to == CAIRN_PUBLISH_RECORDS) {
            order.purpose = "policy.apply";
            order.role = who->role;
            order.actors[0] = who->actor;
        }
        err = cairn_publish_send(call->service->publish, &order, done, call);
    }
    free(body);
    return err;
}

static void policy_on_told(void *host, const struct cairn_publish_answer *answer)
{
    struct policy_call *call = host;
    if (answer->err != CAIRN_OK) {
        policy_refuse(call, answer->err, "in force, but partners were not told its hash");
        return;
    }
    json_t *body = json_pack("{s:o}", "policy", cairn_http_task_hex(call->hash, 32));
    cairn_http_answer_json(call->exchange, 200, body);
    policy_free(call);
}

static void policy_on_named(void *host, const struct cairn_driver_answer *answer)
{
    struct policy_call *call = host;
    struct cairn_feedop feedop = {.kind = CAIRN_KIND_CONTROL_POLICY};
    if (answer->err != CAIRN_OK) {
        policy_refuse(call, answer->err, NULL);
        return;
    }
    cairn_policybook_turn(call->service->policy, call->page);
    call->page = NULL;
    cairn_intake_apply(call->service->driver, cairn_policybook_now(call->service->policy));
    memcpy(feedop.as.policy.policy_hash, call->hash, sizeof call->hash);
    cairn_err err = policy_record(call, &feedop, CAIRN_PUBLISH_CONTROL, policy_on_told);
    if (err != CAIRN_OK) {
        policy_refuse(call, err, "in force, but partners were not told its hash");
    }
}

static void policy_on_saved(void *host, cairn_err err)
{
    struct policy_call *call = host;
    struct cairn_driver_command command = {.type = CAIRN_DRIVER_POLICY};
    memcpy(command.as.policy_hash, call->hash, sizeof call->hash);
    if (err == CAIRN_OK) {
        err = cairn_driver_command(call->service->driver, &command, policy_on_named, call);
    }
    if (err != CAIRN_OK) {
        policy_refuse(call, err, NULL);
    }
}

static void policy_on_recorded(void *host, const struct cairn_publish_answer *answer)
{
    struct policy_call *call = host;
    const struct cairn_savefile what = {.path = cairn_policybook_path(call->service->policy),
                                        .bytes = cairn_policybook_source(call->page),
                                        .mode = 0600,
                                        .done = policy_on_saved,
                                        .host = call};
    cairn_err err = answer->err;
    if (err == CAIRN_OK) {
        err = cairn_savefile_post(cairn_driver_readers(call->service->driver), &what);
    }
    if (err != CAIRN_OK) {
        policy_refuse(call, err, NULL);
    }
}

static void policy_apply(struct cairn_http_exchange *exchange)
{
    struct cairn_service *service = cairn_http_task_service(exchange);
    struct cairn_feedop feedop = {.kind = CAIRN_KIND_POLICY_APPLY};
    struct cairn_policybook_page *page = NULL;
    char fault[CAIRN_POLICYBOOK_FAULT];
    cairn_err err = cairn_policybook_read(exchange->body, service->is_test, &page, fault);
    struct policy_call *call = err == CAIRN_OK ? calloc(1, sizeof *call) : NULL;
    if (call == NULL) {
        cairn_policybook_drop(page);
        cairn_http_answer_problem(exchange, err == CAIRN_OK ? CAIRN_MEMORY : err,
                                  fault[0] == '\0' ? NULL : fault, NULL);
        return;
    }
    *call = (struct policy_call){.service = service, .exchange = exchange, .page = page};
    cairn_service_hold(service);
    cairn_entropy_fill(call->salt, sizeof call->salt);
    feedop.as.apply.text = cairn_policybook_source(page);
    memcpy(feedop.as.apply.salt, call->salt, sizeof call->salt);
    cairn_policytrace_hash(call->salt, feedop.as.apply.text, call->hash);
    err = policy_record(call, &feedop, CAIRN_PUBLISH_RECORDS, policy_on_recorded);
    if (err != CAIRN_OK) {
        policy_refuse(call, err, NULL);
    }
}

static void policy_check(struct cairn_http_exchange *exchange)
{
    const struct cairn_service *service = cairn_http_task_service(exchange);
    struct cairn_policybook_page *page = NULL;
    char fault[CAIRN_POLICYBOOK_FAULT];
    cairn_err err = cairn_policybook_read(exchange->body, service->is_test, &page, fault);
    if (err != CAIRN_OK) {
        cairn_http_answer_problem(exchange, err, fault[0] == '\0' ? NULL : fault, NULL);
        return;
    }
    const struct cairn_policy *policy = cairn_policybook_policy(page);
    json_t *body = json_pack("{s:s, s:i, s:i, s:i}", "policy", "good", "audiences",
                             (int)policy->audience_count, "rules", (int)policy->rule_count, "roles",
                             (int)policy->role_count);
    cairn_policybook_drop(page);
    cairn_http_answer_json(exchange, 200, body);
}

static void policy_show(struct cairn_http_exchange *exchange)
{
    const struct cairn_service *service = cairn_http_task_service(exchange);
    cairn_http_answer_raw(exchange, 200, "application/yaml",
                          cairn_policybook_text(service->policy));
}

static const struct cairn_http_route policy_table[] = {
    {CAIRN_HTTP_GET, "/v1/policy", "policy.read", .handler = policy_show},
    {CAIRN_HTTP_POST, "/v1/policy", "policy.apply", .media = "application/yaml",
     .handler = policy_apply},
    {CAIRN_HTTP_POST, "/v1/policy/check", "policy.check", .media = "application/yaml",
     .handler = policy_check},
    {CAIRN_HTTP_GET, "/v1/policy/explain/{id}", "policy.explain",
     .handler = cairn_http_explain_show},
};

struct cairn_http_routes cairn_http_policy_routes(void)
{
    return (struct cairn_http_routes){.routes = policy_table,
                                      .count = sizeof policy_table / sizeof policy_table[0]};
}
