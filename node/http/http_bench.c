#include "node/http/http_resources.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/clock.h"
#include "node/entropy.h"
#include "node/http/http_benchdata.h"
#include "node/http/http_task.h"

/* What `cairn bench` asks its throw-away nodes: made-up documents in, times out. Only in networks
 * named test-*.
 *
 *     load     count alerts (http_benchdata.h), one entry each, or documents in batches of `rows`
 *     append   count entries one after the other, each against a bare fdatasync
 *     lookup   count look-ups of loaded documents on a reader thread */

#define BENCH_COUNT_MAX  10000000u
#define BENCH_OPEN_MAX   1024u
#define BENCH_SYNC_BYTES 700u /* about what one sealed entry with its commit takes */
#define BENCH_WARM_COUNT 20000u

struct bench_call {
    struct cairn_service *service;
    struct cairn_http_exchange *exchange;
    struct cairn_http_benchdata *data;
    uint64_t count;
    uint64_t rows; /* of one batch; 0: one document an entry */
    uint64_t next;
    uint64_t open_count;
    uint64_t done_count;
    uint64_t body_bytes; /* of all operations */
    cairn_err err;
    /* append */
    uint64_t began_us;
    int file;
    uint32_t *append_us;
    uint32_t *sync_us;
};

static void bench_free(struct bench_call *call)
{
    struct cairn_service *service = call->service;
    if (call->file >= 0) {
        (void)close(call->file);
    }
    cairn_http_benchdata_close(call->data);
    free(call->append_us);
    free(call->sync_us);
    free(call);
    cairn_service_release(service);
}

static void bench_refuse(struct bench_call *call)
{
    cairn_http_answer_problem(call->exchange, call->err, NULL, NULL);
    bench_free(call);
}

/* gives: NULL, answered */
static struct bench_call *bench_open(struct cairn_http_exchange *exchange)
{
    struct cairn_service *service = cairn_http_task_service(exchange);
    struct bench_call *call = calloc(1, sizeof *call);
    cairn_err err = call == NULL ? CAIRN_MEMORY : CAIRN_OK;
    uint64_t count = 1000;
    uint64_t rows = 0;
    if (err == CAIRN_OK && !service->is_test) {
        err = CAIRN_DENIED_LIVE;
    }
    if (err == CAIRN_OK) {
        err = cairn_http_exchange_query_uint(exchange, "count", BENCH_COUNT_MAX, &count);
    }
    if (err == CAIRN_OK) {
        err = cairn_http_exchange_query_uint(exchange, "rows", CAIRN_LIMIT_BATCH_ROWS, &rows);
    }
    if (err == CAIRN_OK) {
        err =
            cairn_http_benchdata_open(service->config->country, cairn_clock_wall_ms(), &call->data);
    }
    if (err != CAIRN_OK) {
        free(call);
        cairn_http_answer_problem(exchange, err, NULL, NULL);
        return NULL;
    }
    call->service = service;
    call->exchange = exchange;
    call->count = count;
    call->rows = rows;
    call->file = -1;
    cairn_service_hold(service);
    return call;
}

static cairn_err bench_publish(struct bench_call *call, cairn_publish_done *done)
{
    struct cairn_publish_order order = {.to = CAIRN_PUBLISH_BY_POLICY,
                                        .purpose = "bench",
                                        .role = "owner",
                                        .actors = {"bench", NULL}};
    uint64_t left = call->count - call->next;
    uint64_t rows = call->rows < left ? call->rows : left;
    order.kind = call->rows == 0 ? CAIRN_KIND_ALERT_ISSUE : CAIRN_KIND_ALERT_BATCH;
    CAIRN_TRY(cairn_http_benchdata_make(call->data, call->next, rows, &order.body));
    CAIRN_TRY(cairn_publish_send(call->service->publish, &order, done, call));
    call->next += call->rows == 0 ? 1 : rows;
    call->open_count++;
    call->body_bytes += order.body.size;
    return CAIRN_OK;
}

/* ---- load ---- */

static void bench_load_step(struct bench_call *call);

static void bench_on_loaded(void *host, const struct cairn_publish_answer *answer)
{
    struct bench_call *call = host;
    call->open_count--;
    call->done_count++;
    call->err = call->err == CAIRN_OK ? answer->err : call->err;
    bench_load_step(call);
}

static void bench_load_step(struct bench_call *call)
{
    uint64_t open_max = call->rows == 0 ? BENCH_OPEN_MAX : 8;
    while (call->err == CAIRN_OK && call->next < call->count && call->open_count < open_max) {
        call->err = bench_publish(call, bench_on_loaded);
    }
    if (call->open_count > 0) {
        return;
    }
    if (call->err != CAIRN_OK) {
        bench_refuse(call);
        return;
    }
    json_t *body = json_pack("{s:o, s:o, s:o}", "alerts", cairn_jsontext_make_uint(call->count),
                             "entries", cairn_jsontext_make_uint(call->done_count), "body_bytes",
                             cairn_jsontext_make_uint(call->body_bytes));
    cairn_http_answer_json(call->exchange, 200, body);
    bench_free(call);
}

static void bench_load(struct cairn_http_exchange *exchange)
{
    struct bench_call *call = bench_open(exchange);
    if (call != NULL) {
        bench_load_step(call);
    }
}

/* ---- append ---- */

static int bench_order(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left;
    uint32_t b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

static void bench_put_times(json_t *body, const char *name, uint32_t *times_us, uint64_t count)
{
    qsort(times_us, count, sizeof *times_us, bench_order);
    json_t *said = json_pack("{s:I, s:I}", "median", (json_int_t)times_us[count / 2], "p99",
                             (json_int_t)times_us[count * 99 / 100]);
    (void)json_object_set_new(body, name, said);
}

static void bench_run_sync(void *host, uint32_t thread_index)
{
    static const uint8_t bytes[BENCH_SYNC_BYTES];
    struct bench_call *call = host;
    (void)thread_index;
    uint64_t began_us = cairn_clock_mono_us();
    bool is_written = write(call->file, bytes, sizeof bytes) == (ssize_t)sizeof bytes;
    is_written = is_written && fdatasync(call->file) == 0;
    call->sync_us[call->done_count] = (uint32_t)(cairn_clock_mono_us() - began_us);
    call->err = is_written ? CAIRN_OK : CAIRN_FILE;
}

static void bench_append_step(struct bench_call *call);

static void bench_on_synced(void *host)
{
    struct bench_call *call = host;
    call->done_count++;
    bench_append_step(call);
}

static void bench_on_appended(void *host, const struct cairn_publish_answer *answer)
{
    struct bench_call *call = host;
    struct cairn_worker_job job = {.run = bench_run_sync, .done = bench_on_synced, .host = call};
    call->append_us[call->done_count] = (uint32_t)(cairn_clock_mono_us() - call->began_us);
    call->open_count--;
    call->err = answer->err;
    if (call->err == CAIRN_OK) {
        call->err = cairn_worker_post(cairn_driver_readers(call->service->driver), &job);
    }
    if (call->err != CAIRN_OK) {
        bench_refuse(call);
    }
}

static void bench_append_step(struct bench_call *call)
{
    if (call->err == CAIRN_OK && call->done_count == call->count) {
        json_t *body = json_object();
        bench_put_times(body, "append_us", call->append_us, call->count);
        bench_put_times(body, "fdatasync_us", call->sync_us, call->count);
        cairn_http_answer_json(call->exchange, 200, body);
        bench_free(call);
        return;
    }
    call->began_us = cairn_clock_mono_us();
    if (call->err == CAIRN_OK) {
        call->err = bench_publish(call, bench_on_appended);
    }
    if (call->err != CAIRN_OK) {
        bench_refuse(call);
    }
}

static void bench_append(struct cairn_http_exchange *exchange)
{
    char path[4096];
    struct bench_call *call = bench_open(exchange);
    if (call == NULL) {
        return;
    }
    uint64_t count = call->count == 0 ? 1 : call->count;
    call->count = count;
    call->append_us = calloc(count, sizeof *call->append_us);
    call->sync_us = calloc(count, sizeof *call->sync_us);
    snprintf(path, sizeof path, "%.4000s/bench.tmp", call->service->dir);
    call->file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    (void)unlink(path);
    if (call->append_us == NULL || call->sync_us == NULL || call->file < 0) {
        call->err = call->file < 0 ? CAIRN_FILE : CAIRN_MEMORY;
        bench_refuse(call);
        return;
    }
    bench_append_step(call);
}

/* ---- lookup ---- */

static cairn_err bench_look(struct cairn_http_task *task, struct cairn_lookup *lookup,
                            uint32_t *out_us)
{
    char number[CAIRN_HTTP_BENCHDATA_NUMBER_BYTES];
    struct cairn_lookup_hits *hits = malloc(sizeof *hits);
    cairn_err err = hits == NULL ? CAIRN_MEMORY : CAIRN_OK;
    uint64_t space = strtoull(task->words[0], NULL, 10);
    uint64_t total = BENCH_WARM_COUNT + task->limit;
    const struct cairn_lookup_moment moment = {.now_ms = task->now_ms, .accepted = &task->accepted};
    for (uint64_t at = 0; err == CAIRN_OK && at < total; at++) {
        uint64_t dice;
        cairn_entropy_fill(&dice, sizeof dice);
        cairn_http_benchdata_number(dice % space, number);
        const struct cairn_lookup_document document = {
            .issuer = cairn_bytes_of(task->service->config->country),
            .number = cairn_bytes_of(number)};
        uint64_t began_us = cairn_clock_mono_us();
        err = cairn_lookup_by_document(lookup, &document, &moment, hits);
        if (at >= BENCH_WARM_COUNT) {
            out_us[at - BENCH_WARM_COUNT] = (uint32_t)(cairn_clock_mono_us() - began_us);
        }
        if (err == CAIRN_OK && hits->found == 0) {
            err = CAIRN_NOT_FOUND;
        }
    }
    free(hits);
    return err;
}

static void bench_run_lookup(struct cairn_http_task *task)
{
    struct cairn_lookup *lookup =
        cairn_screening_lookup(task->service->screening, task->thread_index);
    uint32_t *times_us = calloc(task->limit, sizeof *times_us);
    task->err = times_us == NULL ? CAIRN_MEMORY : bench_look(task, lookup, times_us);
    if (task->err == CAIRN_OK) {
        task->body = json_object();
        bench_put_times(task->body, "lookup_us", times_us, task->limit);
    }
    free(times_us);
}

static void bench_lookup(struct cairn_http_exchange *exchange)
{
    struct cairn_http_task task = {.exchange = exchange, .run = bench_run_lookup, .limit = 1000};
    uint64_t space = 1;
    if (!cairn_http_task_service(exchange)->is_test) {
        cairn_http_answer_problem(exchange, CAIRN_DENIED_LIVE, NULL, NULL);
        return;
    }
    cairn_err err = cairn_http_exchange_query_uint(exchange, "count", BENCH_COUNT_MAX, &task.limit);
    if (err == CAIRN_OK) {
        err = cairn_http_exchange_query_uint(exchange, "space", BENCH_COUNT_MAX, &space);
    }
    if (err != CAIRN_OK || task.limit == 0 || space == 0) {
        cairn_http_answer_problem(exchange, CAIRN_NUMBER, "count, space", NULL);
        return;
    }
    snprintf(task.words[0], sizeof task.words[0], "%" PRIu64, space);
    cairn_http_task_post(&task);
}

static const char *const bench_queries[] = {"count", "rows", "space", NULL};

static const struct cairn_http_route bench_table[] = {
    {CAIRN_HTTP_POST, "/v1/bench/load", "bench", .queries = bench_queries, .handler = bench_load},
    {CAIRN_HTTP_POST, "/v1/bench/append", "bench", .queries = bench_queries,
     .handler = bench_append},
    {CAIRN_HTTP_POST, "/v1/bench/lookup", "bench", .queries = bench_queries,
     .handler = bench_lookup},
};

struct cairn_http_routes cairn_http_bench_routes(void)
{
    return (struct cairn_http_routes){.routes = bench_table,
                                      .count = sizeof bench_table / sizeof bench_table[0]};
}
