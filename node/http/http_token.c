#include "node/http/http_resources.h"

#include <string.h>

#include "crypto/secret.h"
#include "node/clock.h"
#include "node/entropy.h"
#include "node/http/http_task.h"

/* Tokens are made, listed and revoked by the owner of the node (or a role with token.*). */

static json_t *token_line(const struct cairn_token *token)
{
    bool is_bearer = token->kind == CAIRN_TOKEN_BEARER;
    return json_pack("{s:s, s:s, s:s, s:s, s:o*}", "id", token->id, "kind",
                     is_bearer ? "bearer" : "certificate", "role", token->role, "actor",
                     token->actor, "created", cairn_http_task_time(token->created_ms));
}

static void token_list(struct cairn_http_exchange *exchange)
{
    const struct cairn_service *service = cairn_http_task_service(exchange);
    json_t *rows = json_array();
    for (size_t at = 0; at < cairn_token_count(service->tokens); at++) {
        (void)json_array_append_new(rows, token_line(cairn_token_at(service->tokens, at)));
    }
    cairn_http_answer_json(exchange, 200, json_pack("{s:o}", "tokens", rows));
}

static cairn_err token_add(struct cairn_service *service, const json_t *body,
                           char text[static CAIRN_TOKEN_TEXT_BYTES + 1],
                           struct cairn_json_fault *fault)
{
    static const char *const names[] = {"role", "actor", NULL};
    uint8_t random[CAIRN_TOKEN_RANDOM_BYTES];
    struct cairn_token_grant grant = {.now_ms = cairn_clock_wall_ms()};
    CAIRN_TRY(cairn_jsontext_allow(body, names, fault));
    CAIRN_TRY(cairn_jsontext_get_text(body, "role", true, &grant.role, fault));
    CAIRN_TRY(cairn_jsontext_get_text(body, "actor", true, &grant.actor, fault));
    if (!cairn_service_permits(service, grant.role, "status")) {
        return cairn_jsontext_refuse(fault, CAIRN_DENIED_ROLE, "/role",
                                     "the policy knows no such role");
    }
    cairn_entropy_fill(random, sizeof random);
    cairn_err err = cairn_token_add(service->tokens, &grant, random, text);
    cairn_secret_wipe(random, sizeof random);
    return err;
}

static void token_create(struct cairn_http_exchange *exchange)
{
    struct cairn_service *service = cairn_http_task_service(exchange);
    struct cairn_json_fault fault = {.line = 0};
    char text[CAIRN_TOKEN_TEXT_BYTES + 1];
    json_t *body = NULL;
    if (!cairn_http_task_json(exchange, &body)) {
        return;
    }
    cairn_err err = token_add(service, body, text, &fault);
    json_decref(body);
    if (err != CAIRN_OK) {
        cairn_http_task_refuse(exchange, err, &fault);
        return;
    }
    const struct cairn_token *token = cairn_token_find(service->tokens, cairn_bytes_of(text));
    json_t *answer = token == NULL ? NULL : token_line(token);
    (void)json_object_set_new(answer, "token", json_string(text));
    cairn_http_answer_json(exchange, 201, answer);
    cairn_secret_wipe(text, sizeof text);
}

static void token_revoke(struct cairn_http_exchange *exchange)
{
    struct cairn_service *service = cairn_http_task_service(exchange);
    char id[17] = {0};
    if (exchange->id.size != sizeof id - 1) {
        cairn_http_answer_problem(exchange, CAIRN_NOT_FOUND, NULL, NULL);
        return;
    }
    memcpy(id, exchange->id.data, sizeof id - 1);
    cairn_err err = cairn_token_revoke(service->tokens, id);
    if (err != CAIRN_OK) {
        cairn_http_answer_problem(exchange, err, NULL, NULL);
        return;
    }
    cairn_http_answer_json(exchange, 200, json_pack("{s:s}", "revoked", id));
}

static const struct cairn_http_route token_table[] = {
    {CAIRN_HTTP_GET, "/v1/tokens", "token.list", .handler = token_list},
    {CAIRN_HTTP_POST, "/v1/tokens", "token.create", .media = "application/json",
     .handler = token_create},
    {CAIRN_HTTP_DELETE, "/v1/tokens/{id}", "token.revoke", .handler = token_revoke},
};

struct cairn_http_routes cairn_http_token_routes(void)
{
    return (struct cairn_http_routes){.routes = token_table,
                                      .count = sizeof token_table / sizeof token_table[0]};
}
