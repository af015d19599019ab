#include "node/pending.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crypto/secret.h"
#include "node/clock.h"
#include "node/file.h"
#include "node/keyfile.h"
#include "node/logger.h"
#include "node/savefile.h"
#include "schema/base/civil.h"

#define PENDING_BACK_MS (5u * 60000u) /* what was lost may still come back, after restoring */

struct cairn_pending {
    struct cairn_pending_options options;
    char dir[CAIRN_PENDINGBOOK_PATH_MAX];
    struct cairn_pendingbook *book;
    uint32_t busy_count;
    bool is_stopped;
    bool is_working;           /* with the first that is not refused */
    uint64_t work_number;      /* of that */
    uint64_t last_hlc;         /* of what was published last */
    uint64_t unknown_until_ms; /* monotonic: before, an order that was SENT is left alone */
    uint64_t in_order_ms;      /* monotonic; since when the node may write; 0: it may not */
};

/* An order that is being written for the first time. */
struct pending_taken {
    struct cairn_pending *pending;
    struct cairn_pending_order *order;
    cairn_pending_done *done;
    void *host;
};

static void pending_release(struct cairn_pending *pending)
{
    pending->busy_count--;
}

static cairn_err pending_save(struct cairn_pending *pending,
                              const struct cairn_pending_order *order, cairn_savefile_done *done,
                              void *host)
{
    char path[CAIRN_PENDINGBOOK_PATH_MAX];
    struct cairn_bytes sealed;
    CAIRN_TRY(cairn_pendingbook_seal(pending->book, order, &sealed));
    cairn_pendingbook_path(pending->book, order, path);
    const struct cairn_savefile what = {
        .path = path, .bytes = sealed, .mode = 0600, .done = done, .host = host};
    cairn_err err = cairn_savefile_post(cairn_driver_readers(pending->options.driver), &what);
    free((void *)(uintptr_t)sealed.data);
    if (err == CAIRN_OK) {
        pending->busy_count++;
    }
    return err;
}

/* The file may come back with a power cut: then the order is SENT, and is found to be published. */
static cairn_err pending_remove(struct cairn_pending *pending, struct cairn_pending_order *order)
{
    char path[CAIRN_PENDINGBOOK_PATH_MAX];
    cairn_pendingbook_path(pending->book, order, path);
    if (unlink(path) != 0) {
        return CAIRN_FILE;
    }
    cairn_pendingbook_drop(pending->book, order);
    return CAIRN_OK;
}

/* ---- taking ---- */

static void pending_on_taken(void *host, cairn_err err)
{
    struct pending_taken *taken = host;
    struct cairn_pending *pending = taken->pending;
    if (err == CAIRN_OK) {
        cairn_pendingbook_add(pending->book, taken->order);
    }
    taken->done(taken->host, err, taken->order);
    if (err != CAIRN_OK) {
        cairn_pendingbook_free(taken->order);
    }
    free(taken);
    pending_release(pending);
}

static bool pending_is_same(const struct cairn_pending_order *left,
                            const struct cairn_pending_order *right)
{
    return left->kind == right->kind && cairn_id_is_equal(&left->object, &right->object) &&
           cairn_bytes_is_equal(left->body, right->body);
}

/* gives: NULL when it was not taken before; *out_is_other: the key was used for another one */
static const struct cairn_pending_order *pending_find(const struct cairn_pending *pending,
                                                      const struct cairn_pending_order *order,
                                                      bool *out_is_other)
{
    *out_is_other = false;
    for (const struct cairn_pending_order *at = cairn_pendingbook_first(pending->book); at != NULL;
         at = at->next) {
        if (order->has_key && at->has_key && cairn_bytes_is_same32(order->key, at->key)) {
            *out_is_other = !pending_is_same(order, at);
            return at;
        }
    }
    return NULL;
}

cairn_err cairn_pending_take(struct cairn_pending *pending, const struct cairn_pending_order *order,
                             cairn_pending_done *done, void *host)
{
    bool is_other;
    const struct cairn_pending_order *before = pending_find(pending, order, &is_other);
    if (before != NULL) {
        if (is_other) {
            return CAIRN_CONFLICT;
        }
        done(host, CAIRN_OK, before);
        return CAIRN_OK;
    }
    struct pending_taken *taken = calloc(1, sizeof *taken);
    if (taken == NULL) {
        return CAIRN_MEMORY;
    }
    *taken = (struct pending_taken){.pending = pending, .done = done, .host = host};
    cairn_err err = cairn_file_make_dir(pending->dir);
    if (err == CAIRN_OK) {
        err = cairn_pendingbook_make(pending->book, order, &taken->order);
    }
    if (err == CAIRN_OK) {
        taken->order->state = CAIRN_PENDING_WAITING;
        taken->order->taken_ms = cairn_clock_wall_ms();
        err = pending_save(pending, taken->order, pending_on_taken, taken);
    }
    if (err != CAIRN_OK) {
        cairn_pendingbook_free(taken->order);
        free(taken);
    }
    return err;
}

/* ---- publishing ---- */

static void pending_work(struct cairn_pending *pending);

static struct cairn_pending_order *pending_head(const struct cairn_pending *pending)
{
    struct cairn_pending_order *order = cairn_pendingbook_first(pending->book);
    while (order != NULL && order->state == CAIRN_PENDING_REFUSED) {
        order = order->next;
    }
    return order;
}

static void pending_on_refused(void *host, cairn_err err)
{
    struct cairn_pending *pending = host;
    struct cairn_pending_order *order = cairn_pendingbook_find(pending->book, pending->work_number);
    pending->is_working = false;
    if (err == CAIRN_OK) {
        order->state = CAIRN_PENDING_REFUSED;
    }
    pending_release(pending);
    pending_work(pending);
}

/* For good: it stays to be seen. Not durable: it is tried again. */
static void pending_refuse(struct cairn_pending *pending, struct cairn_pending_order *order,
                           cairn_err err, const char *detail)
{
    struct cairn_pending_order said = *order;
    order->err = err;
    (void)snprintf(order->detail, sizeof order->detail, "%s", detail);
    said.state = CAIRN_PENDING_REFUSED;
    said.err = err;
    memcpy(said.detail, order->detail, sizeof said.detail);
    CAIRN_LOG(CAIRN_LOGGER_WARN, "pending.refused", CAIRN_LOG_U64("number", order->number),
              CAIRN_LOG_ERR(err));
    if (pending_save(pending, &said, pending_on_refused, pending) != CAIRN_OK) {
        pending->is_working = false;
    }
}

/* Is it for this node to try again? What only comes back after restoring may come for a while. */
static bool pending_may_come(const struct cairn_pending *pending,
                             const struct cairn_pending_order *order, cairn_err err)
{
    bool is_early = cairn_clock_mono_ms() < pending->in_order_ms + PENDING_BACK_MS;
    bool is_founding = order->kind == CAIRN_KIND_ALERT_ISSUE ||
                       order->kind == CAIRN_KIND_ALERT_BATCH ||
                       order->kind == CAIRN_KIND_CASE_REQUEST;
    int family = (int)err / 100;
    bool is_missing = err == CAIRN_NOT_FOUND || err == CAIRN_STATE || err == CAIRN_RULE_STEP;
    return family == 4 || family == 5 || (is_missing && !is_founding && is_early);
}

static void pending_on_published(void *host, const struct cairn_publish_answer *answer)
{
    struct cairn_pending *pending = host;
    struct cairn_pending_order *order = cairn_pendingbook_find(pending->book, pending->work_number);
    pending_release(pending);
    if (answer->err == CAIRN_OK) {
        pending->last_hlc = answer->hlc > pending->last_hlc ? answer->hlc : pending->last_hlc;
        CAIRN_LOG(CAIRN_LOGGER_INFO, "pending.published", CAIRN_LOG_U64("number", order->number));
        pending->is_working = false;
        if (pending_remove(pending, order) == CAIRN_OK) {
            pending_work(pending);
        }
        return;
    }
    if (pending_may_come(pending, order, answer->err)) {
        if (answer->err == CAIRN_OUTCOME_UNKNOWN) {
            pending->unknown_until_ms = cairn_clock_mono_ms() + pending->options.unknown_ms;
        }
        pending->is_working = false; /* the next tick */
        return;
    }
    char place[CAIRN_SHAPE_PATH_BYTES] = "";
    if (answer->fault.err != CAIRN_OK) {
        cairn_shape_write_path(&answer->fault, place);
    }
    pending_refuse(pending, order, answer->err, place);
}

static void pending_publish(struct cairn_pending *pending, struct cairn_pending_order *order)
{
    const struct cairn_publish_order what = {
        .to = CAIRN_PUBLISH_BY_POLICY,
        .kind = order->kind,
        .object = order->object,
        .body = order->body,
        .purpose = order->purpose,
        .role = order->role,
        .actors = {order->actors[0], order->actors[1][0] == '\0' ? NULL : order->actors[1]},
        .is_folded_wanted = true,
        .since_hlc = order->since_hlc,
    };
    const struct cairn_pending_options *options = &pending->options;
    bool is_permitted = order->is_owner || options->is_permitted(options->host, order->role,
                                                                 cairn_kind_text(order->kind));
    cairn_err err = is_permitted ? CAIRN_OK : CAIRN_DENIED_ROLE;
    if (err == CAIRN_OK) {
        err = cairn_publish_send(options->publish, &what, pending_on_published, pending);
    }
    if (err == CAIRN_OK) {
        pending->busy_count++;
    } else if (pending_may_come(pending, order, err)) {
        pending->is_working = false;
    } else {
        pending_refuse(pending, order, err, "");
    }
}

static void pending_on_sent(void *host, cairn_err err)
{
    struct cairn_pending *pending = host;
    struct cairn_pending_order *order = cairn_pendingbook_find(pending->book, pending->work_number);
    pending_release(pending);
    if (err != CAIRN_OK) {
        pending->is_working = false;
        return;
    }
    order->state = CAIRN_PENDING_SENT;
    pending_publish(pending, order);
}

/* Views show all that the log holds, and what partners give back of the own feeds is there. */
static bool pending_is_caught_up(const struct cairn_pending *pending)
{
    struct cairn_driver_stats stats;
    struct cairn_core_feed feed;
    const struct cairn_core *core = cairn_driver_core(pending->options.driver);
    bool is_early = cairn_clock_mono_ms() < pending->in_order_ms + PENDING_BACK_MS;
    uint32_t count = cairn_core_feed_count(core);
    cairn_driver_stats(pending->options.driver, &stats);
    for (uint32_t number = 0; is_early && number < count; number++) {
        cairn_core_feed(core, number, &feed);
        if (feed.is_own && feed.commits < feed.tagged) {
            return false;
        }
    }
    return stats.is_started && stats.ripe_count == 0;
}

static bool pending_may_write(struct cairn_pending *pending)
{
    struct cairn_core_restore restore;
    const struct cairn_core *core = cairn_driver_core(pending->options.driver);
    cairn_core_restore(core, &restore);
    if (restore.is_restoring || restore.is_halted || cairn_core_is_asking(core)) {
        pending->in_order_ms = 0;
        return false;
    }
    if (pending->in_order_ms == 0) {
        pending->in_order_ms = cairn_clock_mono_ms();
    }
    return pending_is_caught_up(pending);
}

static void pending_work(struct cairn_pending *pending)
{
    struct cairn_pending_order *order = pending_head(pending);
    if (pending->is_stopped || pending->is_working || order == NULL ||
        !pending_may_write(pending)) {
        return;
    }
    if (order->state == CAIRN_PENDING_SENT && cairn_clock_mono_ms() < pending->unknown_until_ms) {
        return;
    }
    pending->is_working = true;
    pending->work_number = order->number;
    if (order->state == CAIRN_PENDING_SENT) {
        pending_publish(pending, order);
        return;
    }
    struct cairn_pending_order sent = *order;
    uint64_t now_hlc = cairn_civil_hlc(cairn_clock_wall_ms(), 0);
    order->since_hlc = now_hlc > pending->last_hlc ? now_hlc : pending->last_hlc + 1;
    sent.since_hlc = order->since_hlc;
    sent.state = CAIRN_PENDING_SENT;
    if (pending_save(pending, &sent, pending_on_sent, pending) != CAIRN_OK) {
        pending->is_working = false;
    }
}

void cairn_pending_tick(struct cairn_pending *pending)
{
    pending_work(pending);
}

cairn_err cairn_pending_dismiss(struct cairn_pending *pending, uint64_t number)
{
    struct cairn_pending_order *order = cairn_pendingbook_find(pending->book, number);
    if (order == NULL) {
        return CAIRN_NOT_FOUND;
    }
    return order->state == CAIRN_PENDING_REFUSED ? pending_remove(pending, order) : CAIRN_STATE;
}

/* ---- looking ---- */

bool cairn_pending_is_wanted(const struct cairn_pending *pending)
{
    struct cairn_core_restore restore;
    cairn_core_restore(cairn_driver_core(pending->options.driver), &restore);
    return restore.is_restoring && !restore.is_halted;
}

const struct cairn_pending_order *cairn_pending_first(const struct cairn_pending *pending)
{
    return cairn_pendingbook_first(pending->book);
}

const struct cairn_pending_order *cairn_pending_find_key(const struct cairn_pending *pending,
                                                         const uint8_t key[static 32])
{
    const struct cairn_pending_order *order = cairn_pendingbook_first(pending->book);
    while (order != NULL && (!order->has_key || !cairn_bytes_is_same32(order->key, key))) {
        order = order->next;
    }
    return order;
}

void cairn_pending_stop(struct cairn_pending *pending)
{
    pending->is_stopped = true;
}

bool cairn_pending_is_busy(const struct cairn_pending *pending)
{
    return pending->busy_count > 0;
}

/* ---- open and close ---- */

static cairn_err pending_open_book(struct cairn_pending *pending)
{
    char keys[CAIRN_FILE_PATH_MAX];
    char path[CAIRN_PENDINGBOOK_PATH_MAX];
    uint8_t secret[32];
    const struct cairn_bytes none = {NULL, 0};
    const char *dir = cairn_driver_dir(pending->options.driver);
    CAIRN_TRY(cairn_file_path(dir, "keys", keys));
    CAIRN_TRY(cairn_file_path(dir, "pending", pending->dir));
    const struct cairn_keyfile_place place = {.dir = keys, .kind = CAIRN_KEYFILE_SEEN};
    CAIRN_TRY(cairn_keyfile_load_seed(&place, none, secret));
    cairn_err err = cairn_pendingbook_open(dir, secret, &pending->book, path);
    cairn_secret_wipe(secret, sizeof secret);
    if (err != CAIRN_OK) {
        CAIRN_LOG(CAIRN_LOGGER_ERROR, "pending.unreadable",
                  CAIRN_LOG_ID("file", cairn_bytes_of(path)), CAIRN_LOG_ERR(err));
    }
    return err;
}

cairn_err cairn_pending_open(const struct cairn_pending_options *options,
                             struct cairn_pending **out)
{
    struct cairn_pending *pending = calloc(1, sizeof *pending);
    if (pending == NULL) {
        return CAIRN_MEMORY;
    }
    pending->options = *options;
    pending->unknown_until_ms = cairn_clock_mono_ms() + pending->options.unknown_ms;
    cairn_err err = pending_open_book(pending);
    if (err != CAIRN_OK) {
        cairn_pending_close(pending);
        return err;
    }
    *out = pending;
    return CAIRN_OK;
}

void cairn_pending_close(struct cairn_pending *pending)
{
    if (pending != NULL) {
        cairn_pendingbook_close(pending->book);
        free(pending);
    }
}
