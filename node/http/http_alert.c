#include "node/http/http_resources.h"

#include <stdlib.h>
#include <string.h>

#include "node/http/http_accepted.h"
#include "node/http/http_history.h"
#include "node/http/http_page.h"
#include "node/http/http_publish.h"
#include "node/jsonbody.h"
#include "schema/alert/alert_shape.h"

#define ALERT_LIST_DEFAULT 100u

static const char *const alert_statuses[] = {
    [CAIRN_ALERT_STATUS_NONE] = "none",
    [CAIRN_ALERT_STATUS_ACTIVE] = "active",
    [CAIRN_ALERT_STATUS_LEFT] = "left",
    [CAIRN_ALERT_STATUS_WITHDRAWN] = "withdrawn",
};
#define ALERT_STATUS_COUNT (sizeof alert_statuses / sizeof alert_statuses[0])

/* ---- one alert ---- */

/* Names of the fields that operations set in different ways without knowing each other. */
static json_t *alert_conflicts(const struct cairn_alert_view *view)
{
    const struct cairn_shape *shape = cairn_alert_shape_find(CAIRN_KIND_ALERT_ISSUE);
    json_t *names = json_array();
    for (uint64_t key = 1; key < 32; key++) {
        const struct cairn_field *field = cairn_shape_find(shape, key);
        if ((view->conflicts >> key & 1u) != 0 && field != NULL) {
            (void)json_array_append_new(names, json_string(field->name));
        }
    }
    return names;
}

static json_t *alert_rows_withdrawn(const struct cairn_alert_view *view)
{
    json_t *rows = json_array();
    for (uint32_t row = 0; view->rows_withdrawn_count > 0 && row < CAIRN_LIMIT_BATCH_ROWS; row++) {
        if (cairn_fold_alert_is_row_withdrawn(view, row)) {
            (void)json_array_append_new(rows, json_integer((json_int_t)row));
        }
    }
    return rows;
}

static json_t *alert_feeds(const struct cairn_alert_view *view)
{
    json_t *feeds = json_array();
    for (uint32_t at = 0; at < view->place_count; at++) {
        (void)json_array_append_new(feeds, cairn_http_task_hex(view->places[at].feed, 16));
    }
    return feeds;
}

/* A batch's rows only when they are asked for: there may be 4,096. */
static cairn_err alert_put_body(const struct cairn_alert_view *view, bool with_rows, json_t *out)
{
    json_t *body = NULL;
    enum cairn_kind kind = view->is_batch ? CAIRN_KIND_ALERT_BATCH : CAIRN_KIND_ALERT_ISSUE;
    if (view->body.size == 0) {
        return CAIRN_OK;
    }
    CAIRN_TRY(cairn_jsonbody_decode(cairn_alert_shape_find(kind), view->body, &body));
    if (view->is_batch) {
        size_t count = json_array_size(json_object_get(body, "rows"));
        (void)json_object_set_new(out, "row_count", json_integer((json_int_t)count));
        if (!with_rows) {
            (void)json_object_del(body, "rows");
        }
    }
    (void)json_object_set_new(out, "body", body);
    return CAIRN_OK;
}

static cairn_err alert_say(const struct cairn_id *object, const struct cairn_alert_view *view,
                           bool with_rows, json_t **out)
{
    json_t *said =
        json_pack("{s:s, s:s%, s:s, s:b, s:s, s:o*, s:o*, s:o*, s:o, s:o}", "id", object->text,
                  "country", object->text, (size_t)3, "status", alert_statuses[view->status],
                  "is_batch", view->is_batch, "frozen", cairn_http_history_frozen(view->frozen),
                  "issued", cairn_http_history_time(view->issued_hlc), "changed",
                  cairn_http_history_time(view->changed_hlc), "withdrawn",
                  cairn_http_history_time(view->withdrawn_hlc), "feeds", alert_feeds(view),
                  "conflicts", alert_conflicts(view));
    if (said == NULL) {
        return CAIRN_MEMORY;
    }
    if (view->is_repudiated) {
        (void)json_object_set_new(said, "repudiated", json_true());
    }
    cairn_err err = alert_put_body(view, with_rows, said);
    if (err == CAIRN_OK && view->withdraw.size > 0) {
        json_t *withdrawal = NULL;
        err = cairn_jsonbody_decode(cairn_alert_shape_find(CAIRN_KIND_ALERT_WITHDRAW),
                                    view->withdraw, &withdrawal);
        (void)json_object_set_new(said, "withdrawal", withdrawal);
    }
    if (err != CAIRN_OK) {
        json_decref(said);
        return err;
    }
    if (view->is_batch) {
        (void)json_object_set_new(said, "rows_withdrawn", alert_rows_withdrawn(view));
    }
    (void)json_object_set_new(said, "history",
                              cairn_http_history_json(view->steps, view->step_count));
    *out = said;
    return CAIRN_OK;
}

static void alert_run_show(struct cairn_http_task *task)
{
    struct cairn_dossier *dossier = NULL;
    struct cairn_store *views = cairn_driver_views(task->service->driver);
    task->err = cairn_dossier_open_alert(views, &task->object, &dossier);
    if (task->err != CAIRN_OK) {
        return;
    }
    const struct cairn_alert_view *view = cairn_dossier_alert(dossier);
    enum cairn_policy_founding founding = cairn_dossier_founding(dossier);
    if (view->status == CAIRN_ALERT_STATUS_NONE) {
        task->err = CAIRN_NOT_FOUND;
    } else if (cairn_http_accepted_shows(task, founding)) {
        task->err = alert_say(&task->object, view, task->is_flagged, &task->body);
        cairn_http_accepted_mark(task, founding, task->body);
    }
    cairn_dossier_close(dossier);
}

static void alert_show_at(struct cairn_http_exchange *exchange, bool is_audit)
{
    struct cairn_http_task task = {
        .exchange = exchange, .run = alert_run_show, .is_dispute_said = true, .is_audit = is_audit};
    char rows[8];
    if (cairn_http_task_object(exchange, &task.object) &&
        cairn_http_task_word(exchange, "rows", rows, sizeof rows)) {
        task.is_flagged = strcmp(rows, "true") == 0;
        cairn_http_task_post(&task);
    }
}

static void alert_show(struct cairn_http_exchange *exchange)
{
    alert_show_at(exchange, false);
}

static void alert_show_audit(struct cairn_http_exchange *exchange)
{
    alert_show_at(exchange, true);
}

/* ---- many ---- */

static json_t *alert_line(const struct cairn_index_entry *entry)
{
    const char *category = cairn_codelist_text(&cairn_alert_codes_categories, entry->category);
    const char *action = cairn_codelist_text(&cairn_alert_codes_actions, entry->action);
    const char *status = entry->status < ALERT_STATUS_COUNT ? alert_statuses[entry->status] : NULL;
    return json_pack("{s:s, s:s%, s:s*, s:s*, s:s*, s:o*, s:o*, s:o*, s:o*}", "id",
                     entry->object.text, "country", entry->object.text, (size_t)3, "category",
                     category, "action", action, "status", status, "from",
                     cairn_http_task_time(entry->from_ms), "expires",
                     cairn_http_task_time(entry->expires_ms), "issued",
                     cairn_http_history_time(entry->first_hlc), "changed",
                     cairn_http_history_time(entry->changed_hlc));
}

static cairn_err alert_read_which(const struct cairn_http_task *task,
                                  struct cairn_dossier_alerts *out)
{
    const char *country = task->words[0];
    const char *status = task->words[1];
    const char *category = task->words[2];
    memset(out, 0, sizeof *out);
    out->accepted = &task->accepted;
    out->is_unaccepted = task->is_unaccepted;
    if (country[0] != '\0' && !cairn_id_is_country(cairn_bytes_of(country))) {
        return CAIRN_CODE_UNKNOWN;
    }
    memcpy(out->country, country, strlen(country) + 1);
    out->live_ms = task->is_flagged ? task->now_ms : 0;
    if (category[0] != '\0') {
        uint16_t number =
            cairn_codelist_number(&cairn_alert_codes_categories, cairn_bytes_of(category));
        out->category = (enum cairn_alert_category)number;
        if (number == 0) {
            return CAIRN_RULE_CODE;
        }
    }
    for (uint32_t at = 0; status[0] != '\0' && at < ALERT_STATUS_COUNT; at++) {
        if (strcmp(alert_statuses[at], status) == 0) {
            out->has_status = true;
            out->status = (enum cairn_alert_status)at;
        }
    }
    return status[0] == '\0' || out->has_status ? CAIRN_OK : CAIRN_RULE_CODE;
}

static void alert_run_list(struct cairn_http_task *task)
{
    struct cairn_dossier_alerts which;
    struct cairn_http_page page;
    struct cairn_store *views = cairn_driver_views(task->service->driver);
    task->err = alert_read_which(task, &which);
    if (task->err == CAIRN_OK) {
        task->err = cairn_http_page_open(&page, task->limit, task->after);
    }
    if (task->err != CAIRN_OK) {
        return;
    }
    while (task->err == CAIRN_OK && cairn_http_page_wants_more(&page)) {
        task->err = cairn_dossier_list_alerts(views, &which, &page.dossier);
        cairn_http_page_take(&page, alert_line);
    }
    cairn_http_accepted_mark_lines(task, page.rows);
    task->body = cairn_http_page_close(&page, "alerts");
}

static void alert_list_at(struct cairn_http_exchange *exchange, bool is_audit)
{
    struct cairn_http_task task = {.exchange = exchange,
                                   .run = alert_run_list,
                                   .limit = ALERT_LIST_DEFAULT,
                                   .is_audit = is_audit};
    char live[8];
    if ((is_audit && !cairn_http_accepted_read(exchange, &task)) ||
        !cairn_http_task_word(exchange, "from", task.words[0], 4) ||
        !cairn_http_task_word(exchange, "status", task.words[1], 16) ||
        !cairn_http_task_word(exchange, "category", task.words[2], 16) ||
        !cairn_http_page_read(exchange, &task) ||
        !cairn_http_task_word(exchange, "live", live, sizeof live)) {
        return;
    }
    task.is_flagged = strcmp(live, "true") == 0;
    cairn_http_task_post(&task);
}

static void alert_list(struct cairn_http_exchange *exchange)
{
    alert_list_at(exchange, false);
}

static void alert_list_audit(struct cairn_http_exchange *exchange)
{
    alert_list_at(exchange, true);
}

/* ---- writing ---- */

static void alert_publish(struct cairn_http_exchange *exchange, enum cairn_kind kind,
                          const char *location)
{
    const struct cairn_http_publish_plan plan = {
        .kind = kind, .shape = cairn_alert_shape_find(kind), .location = location};
    cairn_http_publish_send(exchange, &plan);
}

static void alert_issue(struct cairn_http_exchange *exchange)
{
    alert_publish(exchange, CAIRN_KIND_ALERT_ISSUE, "/v1/alerts");
}

static void alert_batch(struct cairn_http_exchange *exchange)
{
    alert_publish(exchange, CAIRN_KIND_ALERT_BATCH, "/v1/alerts");
}

static void alert_amend(struct cairn_http_exchange *exchange)
{
    alert_publish(exchange, CAIRN_KIND_ALERT_AMEND, NULL);
}

static void alert_withdraw(struct cairn_http_exchange *exchange)
{
    alert_publish(exchange, CAIRN_KIND_ALERT_WITHDRAW, NULL);
}

static const char *const alert_list_queries[] = {"from",  "status", "category", "live",
                                                 "limit", "after",  NULL};
static const char *const alert_audit_queries[] = {"from",  "status", "category", "live",
                                                  "limit", "after",  "accepted", NULL};
static const char *const alert_show_queries[] = {"rows", NULL};

static const struct cairn_http_route alert_table[] = {
    {CAIRN_HTTP_GET, "/v1/alerts", "alert.read", .queries = alert_list_queries,
     .handler = alert_list},
    {CAIRN_HTTP_POST, "/v1/alerts", "alert.issue", .media = "application/json",
     .queries = cairn_http_publish_queries, .handler = alert_issue},
    {CAIRN_HTTP_POST, "/v1/batches", "alert.batch", .media = "application/json",
     .queries = cairn_http_publish_queries, .handler = alert_batch},
    {CAIRN_HTTP_GET, "/v1/alerts/{id}", "alert.read", .queries = alert_show_queries,
     .handler = alert_show},
    {CAIRN_HTTP_POST, "/v1/alerts/{id}/amend", "alert.amend", .media = "application/json",
     .queries = cairn_http_publish_queries, .handler = alert_amend},
    {CAIRN_HTTP_POST, "/v1/alerts/{id}/withdraw", "alert.withdraw", .media = "application/json",
     .queries = cairn_http_publish_queries, .handler = alert_withdraw},
    {CAIRN_HTTP_GET, "/v1/audit/alerts", "audit.read", .queries = alert_audit_queries,
     .handler = alert_list_audit},
    {CAIRN_HTTP_GET, "/v1/audit/alerts/{id}", "audit.read", .queries = alert_show_queries,
     .handler = alert_show_audit},
};

struct cairn_http_routes cairn_http_alert_routes(void)
{
    return (struct cairn_http_routes){.routes = alert_table,
                                      .count = sizeof alert_table / sizeof alert_table[0]};
}
