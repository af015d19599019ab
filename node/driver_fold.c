#include "node/driver_state.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/secret.h"
#include "node/clock.h"
#include "node/logger.h"
#include "schema/base/check.h"

/* Commits are folded in the order in which they became ripe; one job of the folder's thread at a
 * time takes a few. One that fails is given again, before any that follows. */

static void fold_free(struct driver_ripe *ripe)
{
    cairn_secret_wipe(&ripe->job, sizeof ripe->job);
    cairn_folder_result_free(&ripe->result);
    free(ripe);
}

void cairn_driver_ripe(struct cairn_driver *driver, const struct cairn_ripe *ripe)
{
    struct driver_ripe *node = calloc(1, sizeof *node);
    CAIRN_REQUIRE(node != NULL); /* a kilobyte */
    CAIRN_REQUIRE(ripe->epoch_count <= CAIRN_FOLDER_EPOCHS_MAX);
    struct cairn_core_peer author;
    cairn_core_peer(driver->core, ripe->author, &author);
    struct cairn_folder_job *job = &node->job;
    memcpy(job->feed, ripe->feed, 16);
    job->commit_number = ripe->commit_number;
    job->is_own = ripe->is_own;
    job->is_clear = ripe->is_clear;
    job->is_private = ripe->is_private;
    _Static_assert(sizeof job->origin == sizeof author.origin, "both with their NUL");
    memcpy(job->origin, author.origin, sizeof job->origin);
    job->epoch_count = ripe->epoch_count;
    memcpy(job->slot_keys, ripe->slot_keys, (size_t)ripe->epoch_count * 32);
    if (driver->ripes_last == NULL) {
        driver->ripes_first = node;
    } else {
        driver->ripes_last->next = node;
    }
    driver->ripes_last = node;
    driver->stats.ripe_count++;
}

/* ---- on the folder's thread ---- */

static void fold_run(void *host, uint32_t thread_index)
{
    struct cairn_driver *driver = host;
    cairn_err err = CAIRN_OK;
    (void)thread_index;
    if (cairn_store_is_failed(driver->start.views)) {
        err = cairn_folder_reopen(driver->start.folder);
    }
    uint64_t now_ms = cairn_clock_wall_ms();
    for (struct driver_ripe *ripe = driver->folding_ripes; err == CAIRN_OK && ripe != NULL;
         ripe = ripe->next) {
        ripe->job.now_ms = now_ms;
        err = cairn_folder_fold(driver->start.folder, &ripe->job, &ripe->result);
        ripe->is_folded = err == CAIRN_OK;
    }
    driver->due_next_ms = 0;
    if (err == CAIRN_OK && driver->due_ms != 0 && now_ms >= driver->due_ms) {
        err = cairn_folder_due(driver->start.folder, now_ms, &driver->due_next_ms);
        driver->is_due_folded = err == CAIRN_OK;
    }
    driver->fold_err = err;
}

/* ---- on the loop ---- */

static void fold_tell(struct cairn_driver *driver, const struct driver_ripe *ripe)
{
    const struct cairn_folder_result *result = &ripe->result;
    struct cairn_event event = {.type = CAIRN_EVENT_INVITED};
    for (uint32_t i = 0; i < result->invite_count; i++) {
        memcpy(event.as.opened.feed, result->invites[i].feed, 16);
        event.as.opened.leaf_index = result->invites[i].leaf_index;
        cairn_driver_step(driver, &event);
    }
    cairn_driver_merge_hlc(driver, result->hlc_max);
    event = (struct cairn_event){.type = CAIRN_EVENT_OPENED};
    memcpy(event.as.opened.feed, ripe->job.feed, 16);
    event.as.opened.commit_number = ripe->job.commit_number;
    event.as.opened.has_content = result->has_content;
    event.as.opened.mark_ms = result->mark_ms;
    cairn_driver_step(driver, &event);
}

static void fold_tell_watches(struct cairn_driver *driver, const uint8_t feed[static 16],
                              uint64_t commit_number)
{
    for (uint32_t i = 0; i < driver->watch_count; i++) {
        if (driver->watches[i].on_folded != NULL) {
            driver->watches[i].on_folded(driver->watches[i].host, feed, commit_number);
        }
    }
}

static void fold_finish(struct cairn_driver *driver, struct driver_ripe *ripe)
{
    const struct cairn_folder_result *result = &ripe->result;
    driver->stats.ripe_count--;
    driver->stats.folded_count++;
    driver->stats.rejected_count += result->rejected_count;
    driver->stats.parked_count += result->parked_count;
    if (result->due_ms != 0 && (driver->due_ms == 0 || result->due_ms < driver->due_ms)) {
        driver->due_ms = result->due_ms;
        cairn_driver_wake(driver, driver->due_ms);
    }
    if (!driver->is_ended) {
        fold_tell(driver, ripe);
    }
    cairn_driver_command_folded(driver, ripe->job.feed, ripe->job.commit_number);
    fold_tell_watches(driver, ripe->job.feed, ripe->job.commit_number);
}

/* What was not folded goes back to the front. */
static void fold_put_back(struct cairn_driver *driver, struct driver_ripe *first)
{
    struct driver_ripe *last = first;
    while (last->next != NULL) {
        last = last->next;
    }
    last->next = driver->ripes_first;
    driver->ripes_first = first;
    driver->ripes_last = driver->ripes_last == NULL ? last : driver->ripes_last;
}

static void fold_failed(struct cairn_driver *driver)
{
    if (driver->stats.fold_err != driver->fold_err) {
        CAIRN_LOG(CAIRN_LOGGER_ERROR, "folder.waits", CAIRN_LOG_ERR(driver->fold_err));
    }
    driver->stats.fold_err = driver->fold_err;
    if (!driver->is_closing) {
        uv_timer_start(&driver->fold_retry, cairn_driver_fold_on_retry, DRIVER_RETRY_MS, 0);
    }
}

static void fold_done_due(struct cairn_driver *driver)
{
    static const uint8_t none[16];
    if (driver->is_due_folded) {
        driver->is_due_folded = false;
        driver->due_ms = driver->due_next_ms;
        if (driver->due_ms != 0) {
            cairn_driver_wake(driver, driver->due_ms);
        }
        fold_tell_watches(driver, none, 0);
    }
}

static void fold_done(void *host)
{
    struct cairn_driver *driver = host;
    struct driver_ripe *ripe = driver->folding_ripes;
    driver->is_folding = false;
    driver->folding_ripes = NULL;
    fold_done_due(driver); /* before the commits', which may find an earlier due time */
    while (ripe != NULL && ripe->is_folded) {
        struct driver_ripe *next = ripe->next;
        fold_finish(driver, ripe);
        fold_free(ripe);
        ripe = next;
    }
    if (ripe != NULL) {
        fold_put_back(driver, ripe);
    }
    if (driver->fold_err != CAIRN_OK) {
        fold_failed(driver);
    } else if (driver->stats.fold_err != CAIRN_OK) {
        driver->stats.fold_err = CAIRN_OK;
        cairn_logger_write(CAIRN_LOGGER_WARN, "folder.goes_on", NULL, 0);
    }
    cairn_driver_fold_post(driver, cairn_clock_wall_ms());
}

void cairn_driver_fold_post(struct cairn_driver *driver, uint64_t now_ms)
{
    bool is_due = driver->due_ms != 0 && now_ms >= driver->due_ms;
    if (driver->is_folding || driver->is_closing || (driver->ripes_first == NULL && !is_due) ||
        uv_is_active((const uv_handle_t *)&driver->fold_retry)) {
        return;
    }
    struct driver_ripe *last = driver->ripes_first;
    for (uint32_t i = 1; last != NULL && last->next != NULL && i < DRIVER_FOLD_BATCH; i++) {
        last = last->next;
    }
    driver->folding_ripes = driver->ripes_first;
    if (last != NULL) {
        driver->ripes_first = last->next;
        last->next = NULL;
    }
    if (driver->ripes_first == NULL) {
        driver->ripes_last = NULL;
    }
    struct cairn_worker_job job = {.run = fold_run, .done = fold_done, .host = driver};
    cairn_err err = cairn_worker_post(driver->folder, &job);
    CAIRN_REQUIRE(err == CAIRN_OK); /* one at a time, and closed after the last */
    driver->is_folding = true;
}

void cairn_driver_fold_on_retry(uv_timer_t *timer)
{
    cairn_driver_fold_post(timer->data, cairn_clock_wall_ms());
}

void cairn_driver_fold_end(struct cairn_driver *driver)
{
    CAIRN_REQUIRE(!driver->is_folding);
    while (driver->ripes_first != NULL) {
        struct driver_ripe *ripe = driver->ripes_first;
        driver->ripes_first = ripe->next;
        fold_free(ripe);
    }
    driver->ripes_last = NULL;
}
