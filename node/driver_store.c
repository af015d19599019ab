#include "node/driver_state.h"

#include <stdlib.h>
#include <string.h>

#include "node/clock.h"
#include "node/logger.h"
#include "node/memory.h"
#include "schema/base/check.h"

#define STORE_GROUP_BYTES (4u << 20) /* of one group commit, about */
#define STORE_KEPT_BYTES  (4u << 20) /* written and not synced: then a group is synced */

/* Group commit:
 *
 *     STORE -> the last group, until it flies -> writer thread: one write -> STORED for each
 *
 * A write that fails is repeated after the store was opened anew: a group says what shall be, not
 * what to add, and nothing behind it was written yet, so twice is as good as once. What was written
 * and not synced since may be gone with the failure: it is kept, and written again too. */

/* ---- collecting, on the loop ---- */

static struct driver_group *store_group_new(struct cairn_driver *driver)
{
    struct driver_group *group = calloc(1, sizeof *group);
    if (group == NULL || cairn_store_batch_open(&group->batch) != CAIRN_OK) {
        free(group);
        return NULL;
    }
    group->driver = driver;
    if (driver->groups_last == NULL) {
        driver->groups_first = group;
    } else {
        driver->groups_last->next = group;
    }
    driver->groups_last = group;
    return group;
}

static void store_group_free(struct driver_group *group)
{
    cairn_store_batch_close(group->batch);
    free(group->tokens);
    free(group);
}

static bool store_group_is_open(const struct cairn_driver *driver, const struct driver_group *group)
{
    return group != NULL && !(driver->is_flying && group == driver->groups_first) &&
           cairn_store_batch_size_bytes(group->batch) < STORE_GROUP_BYTES;
}

static bool store_add_token(struct driver_group *group, uint32_t token)
{
    if (group->token_count == group->token_capacity) {
        size_t capacity = group->token_capacity == 0 ? 16 : group->token_capacity * 2;
        uint32_t *tokens = realloc(group->tokens, capacity * sizeof *tokens);
        if (tokens == NULL) {
            return false;
        }
        group->tokens = tokens;
        group->token_capacity = capacity;
    }
    group->tokens[group->token_count++] = token;
    return true;
}

static bool store_put(struct driver_group *group, const struct cairn_put *put)
{
    uint8_t key[CAIRN_KEY_BYTES];
    struct cairn_bytes key_bytes = {.data = key, .size = sizeof key};
    size_t size = put->head.size + put->body.size;
    cairn_key_encode(&put->key, key);
    if (size == 0) {
        cairn_store_batch_delete(group->batch, key_bytes);
        return true;
    }
    if (put->body.size == 0) {
        cairn_store_batch_put(group->batch, key_bytes, put->head);
        return true;
    }
    uint8_t *joined = malloc(size);
    if (joined == NULL) {
        return false;
    }
    if (put->head.size > 0) {
        memcpy(joined, put->head.data, put->head.size);
    }
    memcpy(joined + put->head.size, put->body.data, put->body.size);
    cairn_store_batch_put(group->batch, key_bytes, (struct cairn_bytes){joined, size});
    free(joined);
    return true;
}

void cairn_driver_lost(struct cairn_driver *driver, cairn_err err)
{
    if (driver->is_lost) {
        return;
    }
    driver->is_lost = true;
    CAIRN_LOG(CAIRN_LOGGER_ERROR, "store.lost", CAIRN_LOG_U64("exit", CAIRN_DRIVER_EXIT),
              CAIRN_LOG_ERR(err));
    for (uint32_t i = 0; i < driver->watch_count; i++) {
        if (driver->watches[i].on_lost != NULL) {
            driver->watches[i].on_lost(driver->watches[i].host, err);
        }
    }
}

void cairn_driver_store(struct cairn_driver *driver, const struct cairn_action *action)
{
    struct driver_group *group = driver->groups_last;
    if (!store_group_is_open(driver, group)) {
        group = store_group_new(driver);
    }
    bool is_whole = group != NULL && store_add_token(group, action->as.store.token);
    size_t before = is_whole ? cairn_store_batch_size_bytes(group->batch) : 0;
    for (size_t i = 0; is_whole && i < action->as.store.put_count; i++) {
        is_whole = store_put(group, &action->as.store.puts[i]);
    }
    if (!is_whole) {
        cairn_memory_end(); /* half of it may be in the group: never write that */
    }
    group->is_synced |= action->as.store.is_synced;
    driver->store_bytes += cairn_store_batch_size_bytes(group->batch) - before;
    driver->stats.store_count++;
}

/* ---- writing, on the writer's thread ---- */

/* After a failure: open the store anew, and write again what may be gone with it. */
static cairn_err store_mend(struct cairn_driver *driver)
{
    if (cairn_store_is_failed(driver->start.log)) {
        CAIRN_TRY(cairn_store_reopen(driver->start.log));
    }
    for (struct driver_group *kept = driver->kept_first; kept != NULL; kept = kept->next) {
        CAIRN_TRY(cairn_store_write(driver->start.log, kept->batch, false));
    }
    return CAIRN_OK;
}

static void store_run(void *host, uint32_t thread_index)
{
    struct driver_group *group = host;
    struct cairn_driver *driver = group->driver;
    uint64_t began_us = cairn_clock_mono_us();
    (void)thread_index;
    group->err = group->is_mending ? store_mend(driver) : CAIRN_OK;
    if (group->err == CAIRN_OK) {
        group->err = cairn_store_write(driver->start.log, group->batch, group->is_synced);
    }
    group->took_us = cairn_clock_mono_us() - began_us;
}

/* ---- what became of it, on the loop ---- */

static void store_tell(struct cairn_driver *driver, const struct driver_group *group)
{
    for (size_t i = 0; i < group->token_count && !driver->is_ended; i++) {
        struct cairn_event event = {.type = CAIRN_EVENT_STORED};
        event.as.done.token = group->tokens[i];
        cairn_driver_step(driver, &event);
    }
}

static void store_drop_kept(struct cairn_driver *driver)
{
    while (driver->kept_first != NULL) {
        struct driver_group *kept = driver->kept_first;
        driver->kept_first = kept->next;
        store_group_free(kept);
    }
    driver->kept_last = NULL;
    driver->kept_bytes = 0;
}

static void store_keep(struct cairn_driver *driver, struct driver_group *group)
{
    group->next = NULL;
    if (driver->kept_last == NULL) {
        driver->kept_first = group;
    } else {
        driver->kept_last->next = group;
    }
    driver->kept_last = group;
    driver->kept_bytes += cairn_store_batch_size_bytes(group->batch);
}

static void store_succeeded(struct cairn_driver *driver)
{
    struct driver_group *group = driver->groups_first;
    driver->groups_first = group->next;
    if (group->next == NULL) {
        driver->groups_last = NULL;
    }
    driver->store_bytes -= cairn_store_batch_size_bytes(group->batch);
    driver->reopen_count = 0;
    driver->stats.group_count++;
    if (group->took_us > driver->stats.group_us_max) {
        driver->stats.group_us_max = group->took_us;
    }
    if (driver->stats.is_store_waiting) {
        driver->stats.is_store_waiting = false;
        cairn_logger_write(CAIRN_LOGGER_WARN, "store.goes_on", NULL, 0);
    }
    bool is_kept = !group->is_synced;
    if (is_kept) {
        store_keep(driver, group);
    } else {
        store_drop_kept(driver);
    }
    cairn_driver_store_post(driver); /* the disk first: what waits does not depend on the answers */
    store_tell(driver, group);
    if (!is_kept) {
        store_group_free(group);
    }
}

static void store_failed(struct cairn_driver *driver, cairn_err err)
{
    bool is_floor = err == CAIRN_DISK_FLOOR;
    driver->reopen_count += !is_floor;
    if (err == CAIRN_DISK_CORRUPT || driver->reopen_count > DRIVER_REOPENS_MAX) {
        cairn_driver_lost(driver, err);
        return;
    }
    if (!driver->stats.is_store_waiting) {
        driver->stats.is_store_waiting = true;
        CAIRN_LOG(CAIRN_LOGGER_ERROR, "store.waits", CAIRN_LOG_ERR(err));
    }
    bool is_first = !is_floor && driver->reopen_count == 1; /* open it anew at once */
    uv_timer_start(&driver->store_retry, cairn_driver_store_on_retry,
                   is_first ? 0 : DRIVER_RETRY_MS, 0);
}

static void store_done(void *host)
{
    struct driver_group *group = host;
    struct cairn_driver *driver = group->driver;
    CAIRN_REQUIRE(group == driver->groups_first);
    driver->is_flying = false;
    driver->is_broken =
        group->err != CAIRN_OK && (group->is_mending || group->err != CAIRN_DISK_FLOOR);
    if (group->err == CAIRN_OK) {
        store_succeeded(driver);
    } else if (!driver->is_closing) {
        store_failed(driver, group->err);
    } else {
        cairn_driver_store_end(driver); /* nobody waits for a full disk at the end */
    }
    cairn_driver_end_next(driver);
}

void cairn_driver_store_post(struct cairn_driver *driver)
{
    struct driver_group *group = driver->groups_first;
    if (group == NULL || driver->is_flying || driver->is_lost ||
        uv_is_active((const uv_handle_t *)&driver->store_retry)) {
        return;
    }
    group->is_mending = driver->is_broken;
    if (driver->is_broken || driver->kept_bytes > STORE_KEPT_BYTES) {
        group->is_synced = true; /* and with it all that was written before */
    }
    struct cairn_worker_job job = {.run = store_run, .done = store_done, .host = group};
    cairn_err err = cairn_worker_post(driver->writer, &job);
    CAIRN_REQUIRE(err == CAIRN_OK); /* one at a time, and closed after the last */
    driver->is_flying = true;
}

void cairn_driver_store_on_retry(uv_timer_t *timer)
{
    cairn_driver_store_post(timer->data);
}

void cairn_driver_store_end(struct cairn_driver *driver)
{
    CAIRN_REQUIRE(!driver->is_flying);
    store_drop_kept(driver);
    while (driver->groups_first != NULL) {
        struct driver_group *group = driver->groups_first;
        driver->groups_first = group->next;
        store_group_free(group);
    }
    driver->groups_last = NULL;
}
