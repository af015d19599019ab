#include "node/publish_state.h"

#include <stdlib.h>
#include <string.h>

#include "node/tryout.h"
#include "node/views/dossier.h"
#include "schema/alert/alert_check.h"
#include "schema/case/case_check.h"

/* On a reader thread: is it a valid operation, does its object's history take it, and what does the
 * policy want to know about it? Writes to its task only. */

#define CHECK_OVERHEAD_BYTES 2048u /* of an operation beside its body: ids, texts */

static const uint8_t check_no_feed[16];

static int check_order_ids(const void *left, const void *right)
{
    return memcmp(left, right, CAIRN_ID_ENTRY_BYTES);
}

cairn_err cairn_publish_encode(const struct publish_task *task, const uint8_t feed[static 16],
                               uint64_t hlc, uint8_t *buffer, size_t *out_size)
{
    struct cairn_operation operation = {.kind = task->kind, .hlc = hlc, .body = task->body};
    struct cairn_bytes encoded;
    bool is_case = cairn_kind_is_case(task->kind);
    if ((int)task->kind >= 32) {
        operation.has_object = true;
        operation.object = task->answer.object;
    }
    if ((int)task->kind >= 16) {
        operation.purpose = cairn_bytes_of(task->purpose);
        operation.role = cairn_bytes_of(task->role);
        operation.actor_count = task->actor_count;
        operation.actors[0] = cairn_bytes_of(task->actors[0]);
        operation.actors[1] = cairn_bytes_of(task->actors[1]);
    }
    for (uint32_t at = 0; at < task->head_count; at++) {
        const struct publish_head *head = &task->heads[at];
        /* Both states of a case read both pairwise feeds; elsewhere only the same feed is sure. */
        bool is_seen = is_case || cairn_bytes_is_same16(head->feed, feed);
        uint8_t *to = is_seen ? operation.parents[operation.parent_count++]
                              : operation.after[operation.after_count++];
        memcpy(to, head->entry_id, CAIRN_ID_ENTRY_BYTES);
    }
    qsort(operation.parents, operation.parent_count, CAIRN_ID_ENTRY_BYTES, check_order_ids);
    qsort(operation.after, operation.after_count, CAIRN_ID_ENTRY_BYTES, check_order_ids);
    size_t room = task->body.size + CHECK_OVERHEAD_BYTES;
    size_t limit = cairn_kind_limit(task->kind);
    CAIRN_TRY(cairn_operation_encode(&operation, buffer, room < limit ? room : limit, &encoded));
    *out_size = encoded.size;
    return CAIRN_OK;
}

/* ---- what its object knows ---- */

static void check_take_heads(struct publish_task *task, const struct cairn_opset_item *const *heads,
                             uint32_t count)
{
    uint32_t skip = count > PUBLISH_HEADS_MAX ? count - PUBLISH_HEADS_MAX : 0; /* the latest */
    for (uint32_t at = skip; at < count; at++) {
        struct publish_head *head = &task->heads[task->head_count++];
        memcpy(head->entry_id, heads[at]->entry_id, sizeof head->entry_id);
        memcpy(head->feed, heads[at]->feed, sizeof head->feed);
        head->hlc = heads[at]->hlc;
        task->hlc = head->hlc >= task->hlc ? head->hlc + 1 : task->hlc;
    }
}

static bool check_has_recent(const struct publish_task *task, const struct cairn_causal_step *steps,
                             uint32_t count)
{
    for (uint32_t at = 0; task->has_recent && at < count; at++) {
        if (cairn_bytes_is_same32(steps[at].item->entry_id, task->recent)) {
            return true;
        }
    }
    return !task->has_recent;
}

/* A founding order is the same whenever it was written; a later one from its time on. */
static bool check_is_after(const struct publish_task *task, const struct cairn_opset_item *item)
{
    return task->is_founding || (item->hlc >= task->since_hlc && !item->is_repudiated &&
                                 strcmp(item->country, task->publish->config->country) == 0);
}

/* A founding order that names its object, which is there: the same request again, or another? */
static cairn_err check_repeated(struct publish_task *task, const struct cairn_causal_step *steps,
                                uint32_t count)
{
    for (uint32_t at = 0; at < count; at++) {
        const struct cairn_opset_item *item = steps[at].item;
        if (!item->is_unknown && item->kind == task->kind && check_is_after(task, item) &&
            cairn_bytes_is_equal(item->body, task->body)) {
            task->answer.is_repeated = true;
            task->answer.hlc = item->hlc;
            memcpy(task->answer.entry_id, item->entry_id, sizeof task->answer.entry_id);
            memcpy(task->answer.feed, item->feed, sizeof task->answer.feed);
            return CAIRN_OK;
        }
    }
    return CAIRN_EXISTS;
}

static void check_take_case(struct publish_task *task, const struct cairn_case_view *view)
{
    const char *own = task->publish->config->country;
    const char *party = strcmp(view->requesting, own) == 0 ? view->requested : view->requesting;
    memcpy(task->subject.party, party, sizeof task->subject.party);
    check_take_heads(task, view->heads, view->head_count);
}

static void check_take_alert(struct publish_task *task, const struct cairn_alert_view *view)
{
    for (uint32_t at = 0; at < view->place_count && at < PUBLISH_PLACES_MAX; at++) {
        memcpy(task->places[task->place_count++], view->places[at].feed, 16);
    }
    check_take_heads(task, view->heads, view->head_count);
}

/* Learn what the object's history says. gives: CAIRN_NOT_FOUND when there is none */
static cairn_err check_history(struct publish_task *task, const struct cairn_dossier *dossier)
{
    const struct cairn_alert_view *alert = cairn_dossier_alert(dossier);
    const struct cairn_case_view *request = cairn_dossier_case(dossier);
    const struct cairn_causal_step *steps = alert != NULL ? alert->steps : request->steps;
    uint32_t count = alert != NULL ? alert->step_count : request->step_count;
    if (task->is_founding) {
        return check_repeated(task, steps, count);
    }
    if (task->since_hlc != 0 && check_repeated(task, steps, count) == CAIRN_OK) {
        return CAIRN_OK;
    }
    if (!check_has_recent(task, steps, count)) {
        return CAIRN_LATER;
    }
    if (alert != NULL) {
        if (alert->status == CAIRN_ALERT_STATUS_NONE || alert->status == CAIRN_ALERT_STATUS_LEFT) {
            return CAIRN_NOT_FOUND;
        }
        check_take_alert(task, alert);
    } else {
        if (request->status == CAIRN_CASE_STATUS_NONE) {
            return CAIRN_NOT_FOUND;
        }
        check_take_case(task, request);
    }
    return CAIRN_OK;
}

/* ---- is it valid ---- */

static cairn_err check_new(struct publish_task *task, struct cairn_bytes encoded)
{
    struct cairn_operation operation;
    size_t fault_at = 0;
    const struct cairn_config *config = task->publish->config;
    struct cairn_bytes own = cairn_bytes_of(config->country);
    bool is_test = cairn_config_is_test(config);
    CAIRN_TRY(cairn_operation_decode(encoded, &operation, &fault_at));
    if (cairn_kind_is_case(task->kind)) {
        struct cairn_bytes slots[CAIRN_CASE_KEY_END];
        CAIRN_TRY(cairn_case_check(&operation, own, is_test, &task->answer.fault));
        cairn_shape_split(operation.body, slots, CAIRN_CASE_KEY_END);
        struct cairn_bytes party = cairn_shape_get_text(slots[CAIRN_CASE_KEY_REQUESTED]);
        memcpy(task->subject.party, party.data, party.size < 3 ? party.size : 3);
        return CAIRN_OK;
    }
    CAIRN_TRY(cairn_alert_check(&operation, own, is_test, &task->answer.fault));
    cairn_audience_subject_of(operation.body, &task->subject);
    return CAIRN_OK;
}

static cairn_err check_later(struct publish_task *task, struct cairn_bytes encoded,
                             const uint8_t *feed)
{
    struct cairn_tryout *tryout = NULL;
    const struct cairn_config *config = task->publish->config;
    const struct cairn_driver *driver = task->publish->options.driver;
    const struct cairn_tryout_question question = {.operation = encoded,
                                                   .views = cairn_driver_views(driver),
                                                   .country = config->country,
                                                   .feed = feed,
                                                   .is_test_network = cairn_config_is_test(config)};
    CAIRN_TRY(cairn_tryout_open(&question, &task->answer.fault, &tryout));
    const struct cairn_alert_view *alert = cairn_tryout_alert(tryout);
    if (alert != NULL && alert->body.size > 0) {
        cairn_audience_subject_of(alert->body, &task->subject);
    }
    cairn_tryout_close(tryout);
    return CAIRN_OK;
}

static cairn_err check_operation(struct publish_task *task)
{
    const uint8_t *feed = task->place_count > 0 ? task->places[0] : check_no_feed;
    size_t size = 0;
    uint8_t *buffer = malloc(task->body.size + CHECK_OVERHEAD_BYTES);
    if (buffer == NULL) {
        return CAIRN_MEMORY;
    }
    cairn_err err = cairn_publish_encode(task, feed, task->hlc, buffer, &size);
    if (err == CAIRN_OK) {
        struct cairn_bytes encoded = {buffer, size};
        err = task->is_founding ? check_new(task, encoded) : check_later(task, encoded, feed);
    }
    free(buffer);
    return err;
}

static cairn_err check_task(struct publish_task *task)
{
    struct cairn_dossier *dossier = NULL;
    if (task->is_founding && !task->is_named) {
        return check_operation(task);
    }
    struct cairn_store *views = cairn_driver_views(task->publish->options.driver);
    const struct cairn_id *object = &task->answer.object;
    cairn_err err = cairn_kind_is_alert(task->kind)
                        ? cairn_dossier_open_alert(views, object, &dossier)
                        : cairn_dossier_open_case(views, object, &dossier);
    if (err == CAIRN_NOT_FOUND && task->is_founding) {
        return check_operation(task);
    }
    if (err == CAIRN_NOT_FOUND && task->has_recent) {
        return CAIRN_LATER;
    }
    CAIRN_TRY(err);
    err = check_history(task, dossier);
    if (err == CAIRN_OK && !task->is_founding && !task->answer.is_repeated) {
        err = check_operation(task);
    }
    cairn_dossier_close(dossier);
    return err;
}

void cairn_publish_check(struct publish_task *task)
{
    task->answer.err = check_task(task);
    if (task->answer.err != CAIRN_OK && task->answer.fault.err != task->answer.err) {
        task->answer.fault.err = CAIRN_OK; /* the body is not to blame */
    }
}
