#include "node/http/http_resources.h"

#include <stdlib.h>
#include <string.h>

#include "node/http/http_accepted.h"
#include "node/http/http_history.h"
#include "node/http/http_page.h"
#include "node/http/http_publish.h"
#include "node/jsonbody.h"
#include "schema/case/case_shape.h"

#define CASE_LIST_DEFAULT 100u

static const char *const case_statuses[] = {
    [CAIRN_CASE_STATUS_NONE] = "none",         [CAIRN_CASE_STATUS_SENT] = "sent",
    [CAIRN_CASE_STATUS_RECEIVED] = "received", [CAIRN_CASE_STATUS_ACCEPTED] = "accepted",
    [CAIRN_CASE_STATUS_REFUSED] = "refused",   [CAIRN_CASE_STATUS_WITHDRAWN] = "withdrawn",
    [CAIRN_CASE_STATUS_CONFLICT] = "conflict",
};
#define CASE_STATUS_COUNT (sizeof case_statuses / sizeof case_statuses[0])

/* ---- one case ---- */

static json_t *case_persons(const struct cairn_case_view *view)
{
    json_t *persons = json_array();
    for (uint32_t at = 0; at < view->person_count; at++) {
        if ((view->persons_accepted >> at & 1u) != 0) {
            (void)json_array_append_new(persons, json_integer((json_int_t)at));
        }
    }
    return persons;
}

static cairn_err case_put_body(json_t *out, const char *name, enum cairn_kind kind,
                               struct cairn_bytes body)
{
    json_t *decoded = NULL;
    if (body.size == 0) {
        return CAIRN_OK;
    }
    CAIRN_TRY(cairn_jsonbody_decode(cairn_case_shape_find(kind), body, &decoded));
    return json_object_set_new(out, name, decoded) == 0 ? CAIRN_OK : CAIRN_MEMORY;
}

static cairn_err case_put_bodies(const struct cairn_case_view *view, json_t *out)
{
    CAIRN_TRY(case_put_body(out, "request", CAIRN_KIND_CASE_REQUEST, view->request));
    CAIRN_TRY(case_put_body(out, "acceptance", CAIRN_KIND_CASE_ACCEPT, view->accept));
    CAIRN_TRY(case_put_body(out, "refusal", CAIRN_KIND_CASE_REFUSE, view->refuse));
    return case_put_body(out, "withdrawal", CAIRN_KIND_CASE_WITHDRAW, view->withdraw);
}

static cairn_err case_say(const struct cairn_id *object, const struct cairn_case_view *view,
                          json_t **out)
{
    json_t *said = json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:o*, s:o*, s:o*, s:o*, s:o*}", "id",
                             object->text, "requesting", view->requesting, "requested",
                             view->requested, "status", case_statuses[view->status], "frozen",
                             cairn_http_history_frozen(view->frozen), "persons_accepted",
                             case_persons(view), "sent", cairn_http_history_time(view->sent_hlc),
                             "received", cairn_http_history_time(view->received_hlc), "answered",
                             cairn_http_history_time(view->answered_hlc), "withdrawn",
                             cairn_http_history_time(view->withdrawn_hlc), "changed",
                             cairn_http_history_time(view->changed_hlc));
    if (said == NULL) {
        return CAIRN_MEMORY;
    }
    if (view->is_repudiated) {
        (void)json_object_set_new(said, "repudiated", json_true());
    }
    cairn_err err = case_put_bodies(view, said);
    if (err != CAIRN_OK) {
        json_decref(said);
        return err;
    }
    (void)json_object_set_new(said, "history",
                              cairn_http_history_json(view->steps, view->step_count));
    *out = said;
    return CAIRN_OK;
}

static void case_run_show(struct cairn_http_task *task)
{
    struct cairn_dossier *dossier = NULL;
    struct cairn_store *views = cairn_driver_views(task->service->driver);
    task->err = cairn_dossier_open_case(views, &task->object, &dossier);
    if (task->err != CAIRN_OK) {
        return;
    }
    const struct cairn_case_view *view = cairn_dossier_case(dossier);
    if (view->status == CAIRN_CASE_STATUS_NONE) {
        task->err = CAIRN_NOT_FOUND;
    } else if (cairn_http_accepted_shows(task, CAIRN_POLICY_FOUNDS_CASE)) {
        task->err = case_say(&task->object, view, &task->body);
        cairn_http_accepted_mark(task, CAIRN_POLICY_FOUNDS_CASE, task->body);
    }
    cairn_dossier_close(dossier);
}

static void case_show_at(struct cairn_http_exchange *exchange, bool is_audit)
{
    struct cairn_http_task task = {
        .exchange = exchange, .run = case_run_show, .is_dispute_said = true, .is_audit = is_audit};
    if (cairn_http_task_object(exchange, &task.object)) {
        cairn_http_task_post(&task);
    }
}

static void case_show(struct cairn_http_exchange *exchange)
{
    case_show_at(exchange, false);
}

static void case_show_audit(struct cairn_http_exchange *exchange)
{
    case_show_at(exchange, true);
}

/* ---- many ---- */

/* The requested state is not in the row of the index: it is in the question, or in the case. */
static json_t *case_line(const struct cairn_index_entry *entry)
{
    const char *status = entry->status < CASE_STATUS_COUNT ? case_statuses[entry->status] : NULL;
    return json_pack("{s:s, s:s%, s:s*, s:o*, s:o*}", "id", entry->object.text, "requesting",
                     entry->object.text, (size_t)3, "status", status, "sent",
                     cairn_http_history_time(entry->first_hlc), "changed",
                     cairn_http_history_time(entry->changed_hlc));
}

static cairn_err case_read_which(const struct cairn_http_task *task,
                                 struct cairn_dossier_cases *out)
{
    const char *requesting = task->words[0];
    const char *requested = task->words[1];
    const char *status = task->words[2];
    memset(out, 0, sizeof *out);
    out->accepted = &task->accepted;
    out->is_unaccepted = task->is_unaccepted;
    if ((requesting[0] != '\0' && !cairn_id_is_country(cairn_bytes_of(requesting))) ||
        (requested[0] != '\0' && !cairn_id_is_country(cairn_bytes_of(requested)))) {
        return CAIRN_CODE_UNKNOWN;
    }
    memcpy(out->requesting, requesting, strlen(requesting) + 1);
    memcpy(out->requested, requested, strlen(requested) + 1);
    for (uint32_t at = 0; status[0] != '\0' && at < CASE_STATUS_COUNT; at++) {
        if (strcmp(case_statuses[at], status) == 0) {
            out->has_status = true;
            out->status = (enum cairn_case_status)at;
        }
    }
    return status[0] == '\0' || out->has_status ? CAIRN_OK : CAIRN_RULE_CODE;
}

/* Fill in to whom each request went. */
static void case_add_requested(struct cairn_store *views, json_t *rows)
{
    struct cairn_dossier *dossier;
    struct cairn_id object;
    for (size_t at = 0; at < json_array_size(rows); at++) {
        json_t *row = json_array_get(rows, at);
        const char *id = json_string_value(json_object_get(row, "id"));
        if (id != NULL && cairn_id_parse(cairn_bytes_of(id), &object) == CAIRN_OK &&
            cairn_dossier_open_case(views, &object, &dossier) == CAIRN_OK) {
            const char *requested = cairn_dossier_case(dossier)->requested;
            (void)json_object_set_new(row, "requested", json_string(requested));
            cairn_dossier_close(dossier);
        }
    }
}

static void case_run_list(struct cairn_http_task *task)
{
    struct cairn_dossier_cases which;
    struct cairn_http_page page;
    struct cairn_store *views = cairn_driver_views(task->service->driver);
    task->err = case_read_which(task, &which);
    if (task->err == CAIRN_OK) {
        task->err = cairn_http_page_open(&page, task->limit, task->after);
    }
    if (task->err != CAIRN_OK) {
        return;
    }
    while (task->err == CAIRN_OK && cairn_http_page_wants_more(&page)) {
        task->err = cairn_dossier_list_cases(views, &which, &page.dossier);
        cairn_http_page_take(&page, case_line);
    }
    case_add_requested(views, page.rows);
    cairn_http_accepted_mark_lines(task, page.rows);
    task->body = cairn_http_page_close(&page, "cases");
}

static void case_list_at(struct cairn_http_exchange *exchange, bool is_audit)
{
    struct cairn_http_task task = {.exchange = exchange,
                                   .run = case_run_list,
                                   .limit = CASE_LIST_DEFAULT,
                                   .is_audit = is_audit};
    if ((!is_audit || cairn_http_accepted_read(exchange, &task)) &&
        cairn_http_task_word(exchange, "requesting", task.words[0], 4) &&
        cairn_http_task_word(exchange, "requested", task.words[1], 4) &&
        cairn_http_task_word(exchange, "status", task.words[2], 16) &&
        cairn_http_page_read(exchange, &task)) {
        cairn_http_task_post(&task);
    }
}

static void case_list(struct cairn_http_exchange *exchange)
{
    case_list_at(exchange, false);
}

static void case_list_audit(struct cairn_http_exchange *exchange)
{
    case_list_at(exchange, true);
}

/* ---- writing ---- */

static void case_publish(struct cairn_http_exchange *exchange, enum cairn_kind kind,
                         const char *location)
{
    const struct cairn_http_publish_plan plan = {
        .kind = kind, .shape = cairn_case_shape_find(kind), .location = location};
    cairn_http_publish_send(exchange, &plan);
}

static void case_request(struct cairn_http_exchange *exchange)
{
    case_publish(exchange, CAIRN_KIND_CASE_REQUEST, "/v1/cases");
}

static void case_ack(struct cairn_http_exchange *exchange)
{
    case_publish(exchange, CAIRN_KIND_CASE_ACK, NULL);
}

static void case_accept(struct cairn_http_exchange *exchange)
{
    case_publish(exchange, CAIRN_KIND_CASE_ACCEPT, NULL);
}

static void case_refuse(struct cairn_http_exchange *exchange)
{
    case_publish(exchange, CAIRN_KIND_CASE_REFUSE, NULL);
}

static void case_withdraw(struct cairn_http_exchange *exchange)
{
    case_publish(exchange, CAIRN_KIND_CASE_WITHDRAW, NULL);
}

static const char *const case_list_queries[] = {"requesting", "requested", "status",
                                                "limit",      "after",     NULL};
static const char *const case_audit_queries[] = {"requesting", "requested", "status", "limit",
                                                 "after",      "accepted",  NULL};

static const struct cairn_http_route case_table[] = {
    {CAIRN_HTTP_GET, "/v1/cases", "case.read", .queries = case_list_queries, .handler = case_list},
    {CAIRN_HTTP_POST, "/v1/cases", "case.request", .media = "application/json",
     .queries = cairn_http_publish_queries, .handler = case_request},
    {CAIRN_HTTP_GET, "/v1/cases/{id}", "case.read", .handler = case_show},
    {CAIRN_HTTP_POST, "/v1/cases/{id}/ack", "case.ack", .media = "application/json",
     .queries = cairn_http_publish_queries, .handler = case_ack},
    {CAIRN_HTTP_POST, "/v1/cases/{id}/accept", "case.accept", .media = "application/json",
     .queries = cairn_http_publish_queries, .handler = case_accept},
    {CAIRN_HTTP_POST, "/v1/cases/{id}/refuse", "case.refuse", .media = "application/json",
     .queries = cairn_http_publish_queries, .handler = case_refuse},
    {CAIRN_HTTP_POST, "/v1/cases/{id}/withdraw", "case.withdraw", .media = "application/json",
     .queries = cairn_http_publish_queries, .handler = case_withdraw},
    {CAIRN_HTTP_GET, "/v1/audit/cases", "audit.read", .queries = case_audit_queries,
     .handler = case_list_audit},
    {CAIRN_HTTP_GET, "/v1/audit/cases/{id}", "audit.read", .handler = case_show_audit},
};

struct cairn_http_routes cairn_http_case_routes(void)
{
    return (struct cairn_http_routes){.routes = case_table,
                                      .count = sizeof case_table / sizeof case_table[0]};
}
