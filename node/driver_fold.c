#include "node/driver_state.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/secret.h"
#include "node/clock.h"
#include "node/logger.h"
#include "node/memory.h"
#include "schema/base/check.h"
#include "schema/base/text.h"

/* One job of the folder's thread takes so many commits, and begins none after so long. It ends when
 * all is written to views: between two jobs the folder waits for that. */
#define FOLD_BATCH   128u
#define FOLD_TURN_US 500000u

#define FOLD_ASIDE_MS 2000u /* between two looks at commits that cannot be read */

/* Commits are folded in the order in which they became ripe; one job of the folder's thread at a
 * time takes a few. One that fails is given again, before any that follows.
 *
 * A commit that cannot be read, or before which a mark of its author cannot, holds up its own feed
 * only: all of that feed is set aside, in order, and given again after a while. What is folded does
 * not depend on the order of feeds (merge.md S1), so the views end as if it had never been away.
 *
 *     ripes --job--> folded
 *       ^       '--cannot be read--> aside --2 s--> ripes */

static void fold_free(struct driver_ripe *ripe)
{
    cairn_secret_wipe(&ripe->job, sizeof ripe->job);
    cairn_folder_result_free(&ripe->result);
    free(ripe);
}

static void fold_append(struct driver_ripe **first, struct driver_ripe **last,
                        struct driver_ripe *ripe)
{
    ripe->next = NULL;
    if (*last == NULL) {
        *first = ripe;
    } else {
        (*last)->next = ripe;
    }
    *last = ripe;
}

static bool fold_is_aside(const struct cairn_driver *driver, const uint8_t feed[static 16])
{
    const struct driver_ripe *at = driver->aside_first;
    while (at != NULL && !cairn_bytes_is_same16(at->job.feed, feed)) {
        at = at->next;
    }
    return at != NULL;
}

void cairn_driver_ripe(struct cairn_driver *driver, const struct cairn_ripe *ripe)
{
    struct driver_ripe *node = cairn_memory_need(calloc(1, sizeof *node));
    CAIRN_REQUIRE(ripe->epoch_count <= CAIRN_FOLDER_EPOCHS_MAX);
    struct cairn_core_peer author;
    cairn_core_peer(driver->core, ripe->author, &author);
    struct cairn_folder_job *job = &node->job;
    memcpy(job->feed, ripe->feed, 16);
    job->commit_number = ripe->commit_number;
    job->born = ripe->born;
    job->is_own = ripe->is_own;
    job->is_clear = ripe->is_clear;
    job->is_private = ripe->is_private;
    _Static_assert(sizeof job->origin == sizeof author.origin, "both with their NUL");
    memcpy(job->origin, author.origin, sizeof job->origin);
    job->is_ended = author.is_ended;
    job->counted_size = author.counted_size;
    job->epoch_count = ripe->epoch_count;
    memcpy(job->slot_keys, ripe->slot_keys, (size_t)ripe->epoch_count * 32);
    if (fold_is_aside(driver, job->feed)) {
        fold_append(&driver->aside_first, &driver->aside_last, node);
    } else {
        fold_append(&driver->ripes_first, &driver->ripes_last, node);
    }
    driver->stats.ripe_count++;
}

/* ---- on the folder's thread ---- */

/* What may not have been written is given again: it is folded where it was left. */
static void fold_settle(struct cairn_driver *driver, struct driver_folding *job)
{
    cairn_err err = cairn_folder_settle(driver->start.folder);
    for (struct driver_ripe *ripe = job->ripes; err != CAIRN_OK && ripe != NULL;
         ripe = ripe->next) {
        if (ripe->is_folded) {
            cairn_folder_result_free(&ripe->result);
        }
        ripe->is_folded = false;
    }
    job->err = job->err == CAIRN_OK ? err : job->err;
}

static void fold_run(void *host, uint32_t thread_index)
{
    struct cairn_driver *driver = host;
    struct driver_folding *job = &driver->folding_job;
    (void)thread_index;
    job->err = cairn_store_is_failed(driver->start.views)
                   ? cairn_folder_reopen(driver->start.folder)
                   : CAIRN_OK;
    uint64_t now_ms = job->now_ms;
    uint64_t ends_us = cairn_clock_mono_us() + FOLD_TURN_US;
    for (struct driver_ripe *ripe = job->ripes;
         job->err == CAIRN_OK && ripe != NULL && cairn_clock_mono_us() < ends_us;
         ripe = ripe->next) {
        ripe->job.now_ms = now_ms;
        job->err = cairn_folder_fold(driver->start.folder, &ripe->job, &ripe->result);
        ripe->is_folded = job->err == CAIRN_OK;
        bool is_unread =
            job->err == CAIRN_DISK_CORRUPT && !cairn_store_is_failed(driver->start.views);
        job->stuck = is_unread ? ripe : NULL;
    }
    fold_settle(driver, job);
    if (job->err == CAIRN_OK && job->due_ms != 0 && now_ms >= job->due_ms) {
        job->err = cairn_folder_due(driver->start.folder, now_ms, &job->due_next_ms);
        job->is_due_folded = job->err == CAIRN_OK;
    }
}

/* ---- on the loop ---- */

static void fold_log(enum cairn_logger_level level, const char *name,
                     const struct driver_ripe *stuck)
{
    char feed[2 * 16 + 1] = {0};
    cairn_text_hex_encode((struct cairn_bytes){stuck->job.feed, 16}, feed);
    CAIRN_LOG(level, name, CAIRN_LOG_ERR(CAIRN_DISK_CORRUPT),
              CAIRN_LOG_ID("feed", cairn_bytes_of(feed)),
              CAIRN_LOG_U64("commit", stuck->job.commit_number));
}

static void fold_tell(struct cairn_driver *driver, const struct driver_ripe *ripe)
{
    const struct cairn_folder_result *result = &ripe->result;
    struct cairn_event event = {.type = CAIRN_EVENT_INVITED};
    for (uint32_t i = 0; i < result->invite_count; i++) {
        memcpy(event.as.opened.feed, result->invites[i].feed, 16);
        event.as.opened.leaf_index = result->invites[i].leaf_index;
        cairn_driver_step(driver, &event);
    }
    for (uint32_t i = 0; i < result->keys_count; i++) {
        const struct cairn_folder_keys *keys = &result->keys[i];
        event = (struct cairn_event){.type = CAIRN_EVENT_KEYS};
        event.as.keys.origin = cairn_bytes_of(keys->origin);
        memcpy(event.as.keys.feed, keys->feed, 16);
        memcpy(event.as.keys.giver, keys->giver, 3);
        event.as.keys.is_pairwise = keys->is_pairwise;
        event.as.keys.secret_count = keys->secret_count;
        event.as.keys.secrets = keys->secrets;
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
    if (ripe->is_stuck) {
        driver->stats.fold_stuck_count--;
        fold_log(CAIRN_LOGGER_WARN, "folder.goes_on", ripe);
    }
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

/* What the folder cannot read comes back from partners. */
static void fold_scrub(struct cairn_driver *driver)
{
    if (!driver->is_closing) {
        struct cairn_event event;
        cairn_driver_scrub(driver, true, &event);
        cairn_driver_step(driver, &event);
    }
}

/* This commit and what follows it in its feed wait; everything else goes on. */
static void fold_set_aside(struct cairn_driver *driver, struct driver_ripe *stuck)
{
    bool is_news = !stuck->is_stuck;
    struct driver_ripe *at = driver->ripes_first;
    driver->ripes_first = NULL;
    driver->ripes_last = NULL;
    while (at != NULL) {
        struct driver_ripe *next = at->next;
        if (cairn_bytes_is_same16(at->job.feed, stuck->job.feed) &&
            at->job.commit_number >= stuck->job.commit_number) {
            fold_append(&driver->aside_first, &driver->aside_last, at);
        } else {
            fold_append(&driver->ripes_first, &driver->ripes_last, at);
        }
        at = next;
    }
    stuck->is_stuck = true;
    driver->aside_until_ms = cairn_driver_now_ms(driver) + FOLD_ASIDE_MS;
    cairn_driver_wake(driver, driver->aside_until_ms);
    if (is_news) {
        driver->stats.fold_stuck_count++;
        fold_log(CAIRN_LOGGER_ERROR, "folder.waits", stuck);
        fold_scrub(driver);
    }
}

/* After a while, or when the clock was set back: perhaps it can be read by now. */
static void fold_look_aside(struct cairn_driver *driver, uint64_t now_ms)
{
    bool is_early =
        now_ms < driver->aside_until_ms && driver->aside_until_ms - now_ms <= FOLD_ASIDE_MS;
    struct driver_ripe *at = is_early ? NULL : driver->aside_first;
    if (at == NULL) {
        return;
    }
    driver->aside_first = NULL;
    driver->aside_last = NULL;
    while (at != NULL) {
        struct driver_ripe *next = at->next;
        fold_append(&driver->ripes_first, &driver->ripes_last, at);
        at = next;
    }
}

static void fold_judge(struct cairn_driver *driver, cairn_err err)
{
    if (err != driver->stats.fold_err) {
        bool is_well = err == CAIRN_OK;
        CAIRN_LOG(is_well ? CAIRN_LOGGER_WARN : CAIRN_LOGGER_ERROR,
                  is_well ? "folder.goes_on" : "folder.waits", CAIRN_LOG_ERR(err));
    }
    if (err == CAIRN_DISK_CORRUPT && err != driver->stats.fold_err) {
        fold_scrub(driver);
    }
    driver->stats.fold_err = err;
    /* Views that cannot be written would let officers wait for ever: fail-stop, like the log. */
    bool is_broken =
        err != CAIRN_OK && err != CAIRN_DISK_FLOOR && cairn_store_is_failed(driver->start.views);
    driver->fold_reopen_count = is_broken ? driver->fold_reopen_count + 1 : 0;
    if (driver->fold_reopen_count > DRIVER_REOPENS_MAX) {
        cairn_driver_lost(driver, err);
    } else if (err != CAIRN_OK && !driver->is_closing) {
        uv_timer_start(&driver->fold_retry, cairn_driver_fold_on_retry, DRIVER_RETRY_MS, 0);
    }
}

static void fold_done_due(struct cairn_driver *driver)
{
    static const uint8_t none[16];
    if (driver->folding_job.is_due_folded) {
        driver->due_ms = driver->folding_job.due_next_ms;
        if (driver->due_ms != 0) {
            cairn_driver_wake(driver, driver->due_ms);
        }
        fold_tell_watches(driver, none, 0);
    }
}

/* Cut what was not folded off the list. gives: its first, NULL when all was */
static struct driver_ripe *fold_split(struct driver_ripe **first)
{
    while (*first != NULL && (*first)->is_folded) {
        first = &(*first)->next;
    }
    struct driver_ripe *rest = *first;
    *first = NULL;
    return rest;
}

static void fold_done(void *host)
{
    struct cairn_driver *driver = host;
    struct driver_ripe *folded = driver->folding_job.ripes;
    struct driver_ripe *rest = fold_split(&folded);
    if (rest != NULL) {
        fold_put_back(driver, rest);
    }
    if (driver->folding_job.stuck != NULL) {
        fold_set_aside(driver, driver->folding_job.stuck);
    }
    driver->is_folding = false;
    fold_judge(driver, driver->folding_job.stuck != NULL ? CAIRN_OK : driver->folding_job.err);
    fold_done_due(driver);
    cairn_driver_fold_post(driver, cairn_driver_now_ms(driver)); /* goes on while these are told */
    while (folded != NULL) {
        struct driver_ripe *next = folded->next;
        fold_finish(driver, folded);
        fold_free(folded);
        folded = next;
    }
}

void cairn_driver_fold_post(struct cairn_driver *driver, uint64_t now_ms)
{
    bool is_due = driver->due_ms != 0 && now_ms >= driver->due_ms;
    if (!driver->is_folding) {
        fold_look_aside(driver, now_ms);
    }
    if (driver->is_folding || driver->is_closing || (driver->ripes_first == NULL && !is_due) ||
        uv_is_active((const uv_handle_t *)&driver->fold_retry)) {
        return;
    }
    struct driver_ripe *last = driver->ripes_first;
    for (uint32_t i = 1; last != NULL && last->next != NULL && i < FOLD_BATCH; i++) {
        last = last->next;
    }
    driver->folding_job = (struct driver_folding){
        .ripes = driver->ripes_first, .due_ms = driver->due_ms, .now_ms = now_ms};
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
    cairn_driver_fold_post(timer->data, cairn_driver_now_ms(timer->data));
}

void cairn_driver_fold_end(struct cairn_driver *driver)
{
    CAIRN_REQUIRE(!driver->is_folding);
    fold_look_aside(driver, UINT64_MAX);
    while (driver->ripes_first != NULL) {
        struct driver_ripe *ripe = driver->ripes_first;
        driver->ripes_first = ripe->next;
        fold_free(ripe);
    }
    driver->ripes_last = NULL;
}
