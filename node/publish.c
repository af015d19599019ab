#include "node/publish.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/clock.h"
#include "node/entropy.h"
#include "node/file.h"
#include "node/publish_state.h"
#include "schema/acceptance.h"
#include "schema/base/check.h"
#include "schema/base/civil.h"

/* An order's life: check on a reader thread -> route -> (row: open, admit) -> append -> answer.
 * Later operations on one object go one after the other, so that each knows the one before it. */

void cairn_publish_push(struct publish_list *list, struct publish_task *task)
{
    task->next = NULL;
    if (list->first == NULL) {
        list->first = task;
    } else {
        list->last->next = task;
    }
    list->last = task;
}

struct publish_task *cairn_publish_pop(struct publish_list *list)
{
    struct publish_task *task = list->first;
    if (task != NULL) {
        list->first = task->next;
        task->next = NULL;
    }
    return task;
}

static bool publish_remove(struct publish_list *list, const struct publish_task *wanted)
{
    struct publish_list rest = {NULL, NULL};
    struct publish_task *task;
    bool is_found = false;
    while ((task = cairn_publish_pop(list)) != NULL) {
        if (task == wanted) {
            is_found = true;
        } else {
            cairn_publish_push(&rest, task);
        }
    }
    *list = rest;
    return is_found;
}

static bool publish_has_object(const struct publish_list *list, const struct cairn_id *object)
{
    for (const struct publish_task *task = list->first; task != NULL; task = task->next) {
        if (cairn_id_is_equal(&task->answer.object, object)) {
            return true;
        }
    }
    return false;
}

void cairn_publish_release(struct cairn_publish *publish)
{
    CAIRN_REQUIRE(publish->pending_count > 0);
    publish->pending_count--;
    if (publish->pending_count == 0 && publish->idle != NULL) {
        publish->idle(publish->idle_host);
    }
}

/* ---- entries that views do not show yet ---- */

static void publish_remember(struct cairn_publish *publish, const struct publish_task *task)
{
    struct publish_recent *recent = &publish->recents[publish->recent_next];
    publish->recent_next = (publish->recent_next + 1) % PUBLISH_RECENT_MAX;
    recent->object = task->answer.object;
    memcpy(recent->entry_id, task->answer.entry_id, sizeof recent->entry_id);
}

static void publish_recall(const struct cairn_publish *publish, struct publish_task *task)
{
    for (uint32_t back = 1; back <= PUBLISH_RECENT_MAX; back++) {
        uint32_t at = (publish->recent_next + PUBLISH_RECENT_MAX - back) % PUBLISH_RECENT_MAX;
        const struct publish_recent *recent = &publish->recents[at];
        if (cairn_id_is_equal(&recent->object, &task->answer.object)) {
            task->has_recent = true;
            memcpy(task->recent, recent->entry_id, sizeof task->recent);
            return;
        }
    }
}

/* ---- the check ---- */

static void publish_on_check(void *host, uint32_t thread_index)
{
    (void)thread_index;
    cairn_publish_check(host);
}

static void publish_on_checked(void *host)
{
    struct publish_task *task = host;
    if (task->answer.err != CAIRN_OK || task->answer.is_repeated) {
        cairn_publish_finish(task, task->answer.err);
    } else {
        cairn_publish_route(task);
    }
}

static void publish_begin(struct publish_task *task)
{
    struct cairn_publish *publish = task->publish;
    struct cairn_worker_job job = {
        .run = publish_on_check, .done = publish_on_checked, .host = task};
    publish_recall(publish, task);
    task->hlc = cairn_civil_hlc(cairn_clock_wall_ms(), 0);
    if (!task->is_founding) {
        cairn_publish_push(&publish->busy, task);
    }
    cairn_err err = cairn_worker_post(cairn_driver_readers(publish->options.driver), &job);
    if (err != CAIRN_OK) {
        cairn_publish_finish(task, err);
    }
}

static void publish_begin_delayed(struct cairn_publish *publish, const struct cairn_id *object)
{
    for (struct publish_task *task = publish->delayed.first; task != NULL; task = task->next) {
        if (cairn_id_is_equal(&task->answer.object, object)) {
            (void)publish_remove(&publish->delayed, task);
            publish_begin(task);
            return;
        }
    }
}

static void publish_free(struct publish_task *task)
{
    free((void *)(uintptr_t)task->body.data);
    free(task->resolved);
    free(task);
}

void cairn_publish_finish(struct publish_task *task, cairn_err err)
{
    struct cairn_publish *publish = task->publish;
    if (task->is_sending) { /* cairn_publish_send gives the error itself */
        task->is_sending = false;
        task->answer.err = err;
        return;
    }
    struct cairn_id object = task->answer.object;
    bool has_object = task->to == CAIRN_PUBLISH_BY_POLICY;
    task->answer.err = err;
    if (err == CAIRN_OK && has_object && task->answer.is_private && !task->answer.is_repeated) {
        publish_remember(publish, task);
    }
    bool was_busy = has_object && publish_remove(&publish->busy, task);
    task->done(task->host, &task->answer);
    publish_free(task);
    if (was_busy) {
        publish_begin_delayed(publish, &object);
    }
    cairn_publish_release(publish);
}

/* ---- orders ---- */

static bool publish_copy_text(const char *text, char *out, size_t capacity)
{
    int size = snprintf(out, capacity, "%s", text == NULL ? "" : text);
    return size >= 0 && (size_t)size < capacity;
}

static bool publish_is_founding(enum cairn_kind kind)
{
    return kind == CAIRN_KIND_ALERT_ISSUE || kind == CAIRN_KIND_ALERT_BATCH ||
           kind == CAIRN_KIND_CASE_REQUEST;
}

static cairn_err publish_fill(struct publish_task *task, const struct cairn_publish_order *order)
{
    task->to = order->to;
    task->kind = order->kind;
    task->answer.object = order->object;
    task->is_folded_wanted = order->is_folded_wanted;
    task->since_hlc = order->since_hlc;
    task->is_founding = publish_is_founding(order->kind);
    task->is_named = order->object.text[0] != '\0';
    task->actor_count = order->actors[0] == NULL ? 0 : order->actors[1] == NULL ? 1 : 2;
    if (!publish_copy_text(order->purpose, task->purpose, sizeof task->purpose) ||
        !publish_copy_text(order->role, task->role, sizeof task->role) ||
        !publish_copy_text(order->actors[0], task->actors[0], sizeof task->actors[0]) ||
        !publish_copy_text(order->actors[1], task->actors[1], sizeof task->actors[1])) {
        return CAIRN_TOO_LONG;
    }
    if (task->is_founding && !task->is_named) {
        uint8_t random[CAIRN_ID_RANDOM_BYTES];
        cairn_entropy_fill(random, sizeof random);
        cairn_id_make(cairn_bytes_of(task->publish->config->country), random, &task->answer.object);
    }
    uint8_t *body = malloc(order->body.size + 1);
    if (body == NULL) {
        return CAIRN_MEMORY;
    }
    memcpy(body, order->body.data, order->body.size);
    task->body = (struct cairn_bytes){body, order->body.size};
    return CAIRN_OK;
}

/* No case is worked on that the policy does not accept. Alerts only their issuer changes. */
static bool publish_is_accepted(const struct publish_task *task)
{
    struct cairn_acceptance accepted;
    const struct cairn_publish *publish = task->publish;
    if (task->to != CAIRN_PUBLISH_BY_POLICY || !cairn_kind_is_case(task->kind)) {
        return true;
    }
    cairn_acceptance_make(cairn_policybook_now(publish->options.policy),
                          cairn_bytes_of(publish->config->country), &accepted);
    return cairn_acceptance_has(&accepted, &task->answer.object, CAIRN_POLICY_FOUNDS_CASE);
}

static void publish_dispatch(struct publish_task *task)
{
    struct cairn_publish *publish = task->publish;
    if (task->to != CAIRN_PUBLISH_BY_POLICY) {
        cairn_publish_route(task);
    } else if (!task->is_founding && publish_has_object(&publish->busy, &task->answer.object)) {
        cairn_publish_push(&publish->delayed, task);
    } else {
        publish_begin(task);
    }
}

cairn_err cairn_publish_send(struct cairn_publish *publish, const struct cairn_publish_order *order,
                             cairn_publish_done *done, void *host)
{
    if (publish->pending_count >= CAIRN_PUBLISH_TASKS_MAX) {
        return CAIRN_BUSY;
    }
    struct publish_task *task = calloc(1, sizeof *task);
    if (task == NULL) {
        return CAIRN_MEMORY;
    }
    task->publish = publish;
    task->done = done;
    task->host = host;
    task->answer.rule_index = CAIRN_POLICY_NO_RULE;
    cairn_err err = publish_fill(task, order);
    if (err == CAIRN_OK && !publish_is_accepted(task)) {
        err = CAIRN_DENIED_KIND;
    }
    if (err != CAIRN_OK) {
        publish_free(task);
        return err;
    }
    publish->pending_count++;
    task->is_sending = true;
    publish_dispatch(task);
    if (task->is_sending) {
        task->is_sending = false;
        return CAIRN_OK;
    }
    err = task->answer.err;
    (void)publish_remove(&publish->busy, task);
    publish_free(task);
    publish->pending_count--;
    return err;
}

/* ---- open and close ---- */

cairn_err cairn_publish_open(const struct cairn_publish_options *options,
                             struct cairn_publish **out)
{
    struct cairn_publish *publish = calloc(1, sizeof *publish);
    if (publish == NULL) {
        return CAIRN_MEMORY;
    }
    publish->options = *options;
    publish->config = cairn_driver_config(options->driver);
    cairn_err err = cairn_file_path(cairn_driver_dir(options->driver), "feeds.json", publish->path);
    if (err == CAIRN_OK) {
        err = cairn_publish_table_load(publish);
    }
    if (err != CAIRN_OK) {
        cairn_publish_close(publish);
        return err;
    }
    cairn_publish_refresh(publish);
    *out = publish;
    return CAIRN_OK;
}

void cairn_publish_close(struct cairn_publish *publish)
{
    if (publish == NULL) {
        return;
    }
    CAIRN_REQUIRE(publish->pending_count == 0);
    for (struct publish_row *row = publish->rows; row != NULL;) {
        struct publish_row *next = row->next;
        free(row->audience);
        free(row->past);
        free(row);
        row = next;
    }
    free(publish);
}

uint32_t cairn_publish_pending_count(const struct cairn_publish *publish)
{
    return publish->pending_count;
}

void cairn_publish_on_idle(struct cairn_publish *publish, void (*idle)(void *host), void *host)
{
    publish->idle = idle;
    publish->idle_host = host;
}

uint32_t cairn_publish_partners(const struct cairn_publish *publish,
                                char out[static CAIRN_LIMIT_COUNTRIES][4])
{
    memcpy(out, publish->partners, sizeof publish->partners);
    return publish->partner_count;
}
