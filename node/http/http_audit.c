#include "node/http/http_resources.h"

#include <stdlib.h>
#include <string.h>

#include "node/clock.h"
#include "node/http/http_task.h"
#include "node/views/dossier.h"
#include "schema/base/text.h"
#include "schema/origin.h"

/* GET /v1/audit/export?object=ID | feed=HEX | fork=ORIGIN | withheld=ORIGIN | withheld=all |
 * all=true: a bundle, streamed.
 * ?keys=false leaves out what opens sealed entries. */

struct audit_call {
    struct cairn_service *service;
    struct cairn_http_exchange *exchange;
    struct cairn_export_options options;
    struct cairn_id object;
    char origin[CAIRN_LIMIT_ORIGIN_BYTES + 1];
    cairn_err err;
    uint32_t entry_count;
    struct cairn_export_entry entries[CAIRN_EXPORT_ENTRIES_MAX];
};

static void audit_on_done(void *host)
{
    struct audit_call *call = host;
    struct cairn_service *service = call->service;
    free(call);
    cairn_service_release(service);
}

static void audit_refuse(struct audit_call *call, cairn_err err, const char *detail)
{
    cairn_http_answer_problem(call->exchange, err, detail, NULL);
    audit_on_done(call);
}

static void audit_send(struct audit_call *call)
{
    struct cairn_export *bundle = NULL;
    struct cairn_service *service = call->service;
    call->options.entries = call->entries;
    call->options.entry_count = call->entry_count;
    cairn_err err = cairn_export_open(cairn_driver_core(service->driver),
                                      cairn_driver_log(service->driver), &call->options, &bundle);
    if (err == CAIRN_OK) {
        err = cairn_exporter_send(service->exporter, bundle, call->exchange, audit_on_done, call);
        if (err != CAIRN_OK) {
            cairn_export_close(bundle);
        }
    }
    if (err != CAIRN_OK) {
        audit_refuse(call, err, NULL);
    }
}

/* ---- of one object: its history first ---- */

static void audit_take_steps(struct audit_call *call, const struct cairn_causal_step *steps,
                             uint32_t count)
{
    for (uint32_t at = 0; at < count && call->entry_count < CAIRN_EXPORT_ENTRIES_MAX; at++) {
        struct cairn_export_entry *entry = &call->entries[call->entry_count++];
        memcpy(entry->feed, steps[at].item->feed, sizeof entry->feed);
        entry->index = steps[at].item->index;
    }
}

/* The same id may name an alert and a case: both are shown. */
static void audit_run_find(void *host, uint32_t thread_index)
{
    struct audit_call *call = host;
    struct cairn_dossier *dossier = NULL;
    struct cairn_store *views = cairn_driver_views(call->service->driver);
    (void)thread_index;
    cairn_err err = cairn_dossier_open_alert(views, &call->object, &dossier);
    if (err == CAIRN_OK) {
        const struct cairn_alert_view *view = cairn_dossier_alert(dossier);
        audit_take_steps(call, view->steps, view->step_count);
        cairn_dossier_close(dossier);
    }
    cairn_err other = cairn_dossier_open_case(views, &call->object, &dossier);
    if (other == CAIRN_OK) {
        const struct cairn_case_view *view = cairn_dossier_case(dossier);
        audit_take_steps(call, view->steps, view->step_count);
        cairn_dossier_close(dossier);
    }
    call->err = call->entry_count > 0 ? CAIRN_OK : err != CAIRN_NOT_FOUND ? err : other;
}

static void audit_on_found(void *host)
{
    struct audit_call *call = host;
    if (call->err == CAIRN_OK) {
        audit_send(call);
    } else {
        audit_refuse(call, call->err, NULL);
    }
}

static void audit_find(struct audit_call *call)
{
    struct cairn_worker_job job = {.run = audit_run_find, .done = audit_on_found, .host = call};
    cairn_err err = cairn_worker_post(cairn_driver_readers(call->service->driver), &job);
    if (err != CAIRN_OK) {
        audit_refuse(call, err, NULL);
    }
}

/* ---- the question ---- */

struct audit_question {
    struct cairn_bytes object, feed, fork, withheld, all, keys;
};

static cairn_err audit_read_origin(struct audit_call *call, enum cairn_scope_type type,
                                   struct cairn_bytes origin)
{
    struct cairn_origin parts;
    CAIRN_TRY(cairn_origin_parse(origin, &parts));
    memcpy(call->origin, origin.data, origin.size); /* calloc: a NUL is behind it */
    call->options.scope.type = type;
    call->options.scope.origin = cairn_bytes_of(call->origin);
    return CAIRN_OK;
}

static cairn_err audit_read_withheld(struct audit_call *call, struct cairn_bytes withheld)
{
    if (cairn_bytes_is_equal(withheld, cairn_bytes_of("all"))) {
        call->options.scope.type = CAIRN_SCOPE_WITHHELD;
        return CAIRN_OK;
    }
    return audit_read_origin(call, CAIRN_SCOPE_WITHHELD, withheld);
}

static cairn_err audit_read(struct audit_call *call, const struct audit_question *question)
{
    struct cairn_scope *scope = &call->options.scope;
    struct cairn_bytes object = question->object;
    struct cairn_bytes feed = question->feed;
    bool is_all = cairn_bytes_is_equal(question->all, cairn_bytes_of("true"));
    bool is_fork = question->fork.size > 0;
    bool is_withheld = question->withheld.size > 0;
    if ((object.size > 0) + (feed.size > 0) + is_fork + is_withheld + is_all != 1) {
        return CAIRN_HTTP;
    }
    if (is_fork) {
        return audit_read_origin(call, CAIRN_SCOPE_FORK, question->fork);
    }
    if (is_withheld) {
        return audit_read_withheld(call, question->withheld);
    }
    scope->type = CAIRN_SCOPE_ALL;
    if (object.size > 0) {
        scope->type = CAIRN_SCOPE_OBJECT;
        CAIRN_TRY(cairn_id_parse(object, &call->object));
        scope->object = call->object;
    }
    if (feed.size > 0) {
        scope->type = CAIRN_SCOPE_FEED;
        CAIRN_TRY(cairn_text_hex_decode(feed, sizeof scope->feed, scope->feed));
    }
    return CAIRN_OK;
}

static void audit_export(struct cairn_http_exchange *exchange)
{
    struct audit_question question = {.object = {NULL, 0}};
    (void)cairn_http_exchange_query(exchange, "object", &question.object);
    (void)cairn_http_exchange_query(exchange, "feed", &question.feed);
    (void)cairn_http_exchange_query(exchange, "fork", &question.fork);
    (void)cairn_http_exchange_query(exchange, "withheld", &question.withheld);
    (void)cairn_http_exchange_query(exchange, "all", &question.all);
    (void)cairn_http_exchange_query(exchange, "keys", &question.keys);
    struct audit_call *call = calloc(1, sizeof *call);
    if (call == NULL) {
        cairn_http_answer_problem(exchange, CAIRN_MEMORY, NULL, NULL);
        return;
    }
    call->service = cairn_http_task_service(exchange);
    call->exchange = exchange;
    call->options.time_ms = cairn_clock_wall_ms();
    call->options.has_content_keys = !cairn_bytes_is_equal(question.keys, cairn_bytes_of("false"));
    cairn_service_hold(call->service);
    cairn_err err = audit_read(call, &question);
    if (err != CAIRN_OK) {
        audit_refuse(call, err,
                     "one of object=ID, feed=HEX, fork=ORIGIN, withheld=ORIGIN, all=true");
    } else if (call->options.scope.type == CAIRN_SCOPE_OBJECT) {
        audit_find(call);
    } else {
        audit_send(call);
    }
}

static const char *const audit_queries[] = {"object", "feed", "fork", "withheld",
                                            "all",    "keys", NULL};

static const struct cairn_http_route audit_table[] = {
    {CAIRN_HTTP_GET, "/v1/audit/export", "audit.export", .queries = audit_queries,
     .handler = audit_export},
};

struct cairn_http_routes cairn_http_audit_routes(void)
{
    return (struct cairn_http_routes){.routes = audit_table,
                                      .count = sizeof audit_table / sizeof audit_table[0]};
}
