#include "node/http/http_pending.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/http/http_resources.h"
#include "node/http/http_task.h"

json_t *cairn_http_pending_json(const struct cairn_pending_order *order)
{
    char id[24];
    bool is_refused = order->state == CAIRN_PENDING_REFUSED;
    (void)snprintf(id, sizeof id, "%" PRIu64, order->number);
    json_t *row =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o*}", "pending", id, "state",
                  is_refused ? "refused" : "waiting", "kind", cairn_kind_text(order->kind), "id",
                  order->object.text, "role", order->role, "actor", order->actors[0], "taken",
                  cairn_http_task_time(order->taken_ms));
    if (row != NULL && is_refused) {
        (void)json_object_set_new(row, "error", json_integer((json_int_t)order->err));
        (void)json_object_set_new(row, "title", json_string(cairn_err_text(order->err)));
        if (order->detail[0] != '\0') {
            (void)json_object_set_new(row, "detail", json_string(order->detail));
        }
    }
    return row;
}

json_t *cairn_http_pending_count(const struct cairn_pending *pending)
{
    json_int_t waiting = 0;
    json_int_t refused = 0;
    for (const struct cairn_pending_order *order = cairn_pending_first(pending); order != NULL;
         order = order->next) {
        refused += order->state == CAIRN_PENDING_REFUSED ? 1 : 0;
        waiting += order->state == CAIRN_PENDING_REFUSED ? 0 : 1;
    }
    return waiting + refused == 0 ? NULL
                                  : json_pack("{s:I, s:I}", "waiting", waiting, "refused", refused);
}

static void pending_list(struct cairn_http_exchange *exchange)
{
    const struct cairn_service *service = cairn_http_task_service(exchange);
    json_t *rows = json_array();
    for (const struct cairn_pending_order *order = cairn_pending_first(service->pending);
         order != NULL; order = order->next) {
        (void)json_array_append_new(rows, cairn_http_pending_json(order));
    }
    cairn_http_answer_json(exchange, 200, json_pack("{s:o}", "pending", rows));
}

/* gives: NULL, answered */
static const struct cairn_pending_order *pending_find(struct cairn_http_exchange *exchange)
{
    const struct cairn_service *service = cairn_http_task_service(exchange);
    char id[24];
    const struct cairn_pending_order *order = cairn_pending_first(service->pending);
    for (; order != NULL; order = order->next) {
        (void)snprintf(id, sizeof id, "%" PRIu64, order->number);
        if (cairn_bytes_is_equal(cairn_bytes_of(id), exchange->id)) {
            return order;
        }
    }
    cairn_http_answer_problem(exchange, CAIRN_NOT_FOUND, NULL, NULL);
    return NULL;
}

/* Whoever may hand such an order in may dismiss it. */
static void pending_dismiss(struct cairn_http_exchange *exchange)
{
    struct cairn_service *service = cairn_http_task_service(exchange);
    const struct cairn_http_who *who = &exchange->who;
    const struct cairn_pending_order *order = pending_find(exchange);
    if (order == NULL) {
        return;
    }
    bool is_permitted = (who->is_owner && strcmp(who->role, "owner") == 0) ||
                        cairn_service_permits(service, who->role, cairn_kind_text(order->kind));
    uint64_t number = order->number;
    cairn_err err =
        is_permitted ? cairn_pending_dismiss(service->pending, number) : CAIRN_DENIED_ROLE;
    if (err != CAIRN_OK) {
        cairn_http_answer_problem(exchange, err, NULL, NULL);
        return;
    }
    cairn_http_answer_json(exchange, 200, json_pack("{s:I}", "dismissed", (json_int_t)number));
}

static const struct cairn_http_route pending_table[] = {
    {CAIRN_HTTP_GET, "/v1/pending", "status", .handler = pending_list},
    {CAIRN_HTTP_DELETE, "/v1/pending/{id}", "status", .handler = pending_dismiss},
};

struct cairn_http_routes cairn_http_pending_routes(void)
{
    return (struct cairn_http_routes){.routes = pending_table,
                                      .count = sizeof pending_table / sizeof pending_table[0]};
}
