#include "node/http/http_task.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/clock.h"
#include "node/freshness.h"
#include "schema/base/check.h"
#include "schema/base/civil.h"
#include "schema/base/text.h"

#define TASK_HEX_BYTES 64u

struct cairn_service *cairn_http_task_service(const struct cairn_http_exchange *exchange)
{
    return exchange->host;
}

static void task_run(void *host, uint32_t thread_index)
{
    struct cairn_http_task *task = host;
    task->thread_index = thread_index;
    task->run(task);
}

/* On the loop, where the core may be read. */
static void task_say_dispute(struct cairn_http_task *task)
{
    const struct cairn_core *core = cairn_driver_core(task->service->driver);
    const char *requested = json_string_value(json_object_get(task->body, "requested"));
    if (cairn_freshness_is_disputed(core, task->object.text) ||
        (requested != NULL && cairn_freshness_is_disputed(core, requested))) {
        (void)json_object_set_new(task->body, "disputed", json_true());
    }
}

static void task_done(void *host)
{
    struct cairn_http_task *task = host;
    if (task->err == CAIRN_OK && task->is_dispute_said) {
        task_say_dispute(task);
    }
    if (task->err == CAIRN_OK && task->finish != NULL) {
        task->finish(task);
    }
    if (task->err == CAIRN_OK) {
        cairn_http_answer_json(task->exchange, 200, task->body);
    } else {
        json_decref(task->body);
        const char *detail = task->detail[0] == '\0' ? NULL : task->detail;
        cairn_http_answer_problem(task->exchange, task->err, detail, NULL);
    }
    cairn_service_release(task->service);
    free(task);
}

void cairn_http_task_post(const struct cairn_http_task *task)
{
    struct cairn_service *service = cairn_http_task_service(task->exchange);
    struct cairn_http_task *copy = malloc(sizeof *copy);
    if (copy == NULL) {
        cairn_http_answer_problem(task->exchange, CAIRN_MEMORY, NULL, NULL);
        return;
    }
    *copy = *task;
    copy->service = service;
    copy->now_ms = cairn_clock_wall_ms();
    cairn_http_task_accepted(service, &copy->accepted);
    struct cairn_worker_job job = {.run = task_run, .done = task_done, .host = copy};
    cairn_err err = cairn_worker_post(cairn_driver_readers(service->driver), &job);
    if (err != CAIRN_OK) {
        free(copy);
        cairn_http_answer_problem(task->exchange, err, NULL, NULL);
        return;
    }
    cairn_service_hold(service);
}

bool cairn_http_task_object(struct cairn_http_exchange *exchange, struct cairn_id *out)
{
    if (cairn_id_parse(exchange->id, out) == CAIRN_OK) {
        return true;
    }
    cairn_http_answer_problem(exchange, CAIRN_ID, "such as AUT-0123456789ABCDEF-K", NULL);
    return false;
}

void cairn_http_task_accepted(const struct cairn_service *service, struct cairn_acceptance *out)
{
    cairn_acceptance_make(cairn_policybook_now(service->policy),
                          cairn_bytes_of(service->config->country), out);
}

bool cairn_http_task_word(struct cairn_http_exchange *exchange, const char *name, char *out,
                          size_t capacity)
{
    struct cairn_bytes value = {NULL, 0};
    (void)cairn_http_exchange_query(exchange, name, &value);
    if (value.size >= capacity) {
        cairn_http_answer_problem(exchange, CAIRN_TOO_LONG, name, NULL);
        return false;
    }
    if (value.size > 0) {
        memcpy(out, value.data, value.size);
    }
    out[value.size] = '\0';
    return true;
}

void cairn_http_task_refuse(struct cairn_http_exchange *exchange, cairn_err err,
                            const struct cairn_json_fault *fault)
{
    char detail[224];
    bool is_title = strcmp(fault->detail, cairn_err_text(err)) == 0; /* said already */
    if (fault->line > 0) {
        snprintf(detail, sizeof detail, "line %u, column %u: %s", fault->line, fault->column,
                 fault->detail);
    } else {
        snprintf(detail, sizeof detail, "%s", is_title ? "" : fault->detail);
    }
    cairn_http_answer_problem(exchange, err, detail[0] == '\0' ? NULL : detail,
                              fault->pointer[0] == '\0' ? NULL : fault->pointer);
}

bool cairn_http_task_json(struct cairn_http_exchange *exchange, json_t **out)
{
    struct cairn_json_fault fault = {.line = 0};
    cairn_err err = cairn_jsontext_parse(exchange->body, out, &fault);
    if (err != CAIRN_OK) {
        cairn_http_task_refuse(exchange, err, &fault);
    }
    return err == CAIRN_OK;
}

json_t *cairn_http_task_time(uint64_t time_ms)
{
    char text[25];
    if (time_ms == 0) {
        return NULL;
    }
    cairn_civil_write_time_ms(time_ms, text);
    return json_string(text);
}

json_t *cairn_http_task_hex(const uint8_t *bytes, size_t size)
{
    char text[2 * TASK_HEX_BYTES + 1];
    CAIRN_REQUIRE(size <= TASK_HEX_BYTES);
    cairn_text_hex_encode((struct cairn_bytes){bytes, size}, text);
    return json_stringn(text, 2 * size);
}

json_t *cairn_http_task_text(struct cairn_bytes text)
{
    return text.size == 0 ? NULL : json_stringn((const char *)text.data, text.size);
}

json_t *cairn_http_task_members(const struct cairn_service *service, const uint8_t feed[static 16])
{
    const struct cairn_core *core = cairn_driver_core(service->driver);
    struct cairn_core_feed found;
    uint32_t number;
    json_t *members = json_array();
    if (cairn_core_feed_find(core, feed, &number)) {
        cairn_core_feed(core, number, &found);
        for (uint32_t at = 0; at < found.member_count; at++) {
            (void)json_array_append_new(members, json_stringn((const char *)found.members[at], 3));
        }
    }
    return members;
}
