#include "node/http/http_scrub.h"

#include <stdlib.h>

#include "node/http/http_resources.h"
#include "node/http/http_task.h"
#include "replication/scrub.h"

/* The log is read again: GET says how far, POST begins a round now. */

static json_t *scrub_uint(uint64_t number)
{
    return cairn_jsontext_make_uint(number);
}

static json_t *scrub_round(const struct cairn_core_round *round)
{
    if (round->began_ms == 0) {
        return NULL;
    }
    return json_pack("{s:o, s:o*, s:o, s:o, s:o, s:o, s:o}", "began",
                     cairn_http_task_time(round->began_ms), "ended",
                     cairn_http_task_time(round->ended_ms), "rows", scrub_uint(round->rows),
                     "bytes", scrub_uint(round->bytes), "found", scrub_uint(round->found), "healed",
                     scrub_uint(round->healed), "lost", scrub_uint(round->lost));
}

json_t *cairn_http_scrub_json(const struct cairn_core *core, const struct cairn_driver_stats *stats)
{
    struct cairn_core_scrub scrub;
    struct cairn_core_fault fault;
    uint64_t lost_count = 0;
    cairn_core_scrub_status(core, &scrub);
    for (uint32_t i = 0; i < scrub.fault_count; i++) {
        cairn_core_scrub_fault(core, i, &fault);
        lost_count += fault.is_lost ? 1 : 0;
    }
    return json_pack("{s:b, s:b, s:o, s:o, s:o, s:o, s:o*, s:o*}", "running", scrub.is_on,
                     "repair_wanted", stats->is_log_damaged, "faults",
                     scrub_uint(scrub.fault_count), "lost", scrub_uint(lost_count), "logs",
                     scrub_uint(scrub.log_count), "logs_done", scrub_uint(scrub.log_done), "round",
                     scrub.is_on ? scrub_round(&scrub.round) : NULL, "last",
                     scrub_round(&scrub.last));
}

static const char *scrub_table(uint8_t table)
{
    return table == CAIRN_TABLE_LEAF ? "leaf" : table == CAIRN_TABLE_COMMIT ? "commit" : "entry";
}

/* err: what a partner or officer who asks for such a row is told */
static json_t *scrub_fault(const struct cairn_core_fault *fault)
{
    return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:b, s:i}", "row", scrub_table(fault->table),
                     "origin", fault->origin, "log",
                     cairn_http_task_hex(fault->id, sizeof fault->id), "from",
                     scrub_uint(fault->from), "count", scrub_uint(fault->to - fault->from), "found",
                     cairn_http_task_time(fault->found_ms), "lost", fault->is_lost, "err",
                     (int)CAIRN_DISK_CORRUPT);
}

static void scrub_show(struct cairn_http_exchange *exchange)
{
    struct cairn_service *service = cairn_http_task_service(exchange);
    const struct cairn_core *core = cairn_driver_core(service->driver);
    struct cairn_driver_stats stats;
    struct cairn_core_scrub scrub;
    struct cairn_core_fault fault;
    json_t *rows = json_array();
    cairn_driver_stats(service->driver, &stats);
    cairn_core_scrub_status(core, &scrub);
    for (uint32_t i = 0; i < scrub.fault_count; i++) {
        cairn_core_scrub_fault(core, i, &fault);
        (void)json_array_append_new(rows, scrub_fault(&fault));
    }
    json_t *body = cairn_http_scrub_json(core, &stats);
    if (body != NULL) {
        (void)json_object_set_new(body, "damage", rows);
    }
    cairn_http_answer_json(exchange, 200, body);
}

/* It has begun when the command was answered; how it goes on, GET says. */
struct scrub_call {
    struct cairn_service *service;
    struct cairn_http_exchange *exchange;
};

static void scrub_on_begun(void *host, const struct cairn_driver_answer *answer)
{
    struct scrub_call *call = host;
    if (answer->err != CAIRN_OK) {
        cairn_http_answer_problem(call->exchange, answer->err, NULL, NULL);
    } else {
        scrub_show(call->exchange);
    }
    cairn_service_release(call->service);
    free(call);
}

static void scrub_begin(struct cairn_http_exchange *exchange)
{
    const struct cairn_driver_command command = {.type = CAIRN_DRIVER_SCRUB};
    struct scrub_call *call = calloc(1, sizeof *call);
    if (call == NULL) {
        cairn_http_answer_problem(exchange, CAIRN_MEMORY, NULL, NULL);
        return;
    }
    *call = (struct scrub_call){.service = cairn_http_task_service(exchange), .exchange = exchange};
    cairn_service_hold(call->service);
    cairn_err err = cairn_driver_command(call->service->driver, &command, scrub_on_begun, call);
    if (err != CAIRN_OK) {
        cairn_http_answer_problem(exchange, err, NULL, NULL);
        cairn_service_release(call->service);
        free(call);
    }
}

static const struct cairn_http_route scrub_table_routes[] = {
    {CAIRN_HTTP_GET, "/v1/scrub", "status", .handler = scrub_show},
    {CAIRN_HTTP_POST, "/v1/scrub", "scrub.run", .handler = scrub_begin},
};

struct cairn_http_routes cairn_http_scrub_routes(void)
{
    return (struct cairn_http_routes){.routes = scrub_table_routes,
                                      .count =
                                          sizeof scrub_table_routes / sizeof scrub_table_routes[0]};
}
