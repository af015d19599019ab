#include "node/driver.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/secret.h"
#include "node/clock.h"
#include "node/driver_state.h"
#include "node/entropy.h"
#include "node/guard.h"
#include "node/logger.h"
#include "schema/base/check.h"

#define DRIVER_QUEUE_MAX 8192u /* jobs of the readers */

/* ---- steps ---- */

static void driver_step_one(struct cairn_driver *driver, struct cairn_event *event)
{
    struct cairn_actions actions;
    struct cairn_core_restore restore;
    CAIRN_REQUIRE(!driver->is_stepping);
    CAIRN_REQUIRE(!driver->is_ended);
    event->now_ms = cairn_driver_now_ms(driver);
    cairn_entropy_fill(event->seed, sizeof event->seed);
    driver->is_stepping = true;
    cairn_core_step(driver->core, event, &actions);
    if (driver->guard != NULL) { /* before anything leaves. source P-72 */
        cairn_core_restore(driver->core, &restore);
        driver->stats.is_guard_failing = cairn_guard_follow(driver->guard, &restore) != CAIRN_OK;
    }
    for (const struct cairn_action *action = actions.first; action != NULL; action = action->next) {
        cairn_driver_act(driver, action);
    }
    driver->is_stepping = false;
    driver->stats.step_count++;
}

void cairn_driver_step(struct cairn_driver *driver, struct cairn_event *event)
{
    driver_step_one(driver, event);
    while (driver->sign_count > 0) { /* in the order in which they were asked for */
        struct cairn_event signed_event = {.type = CAIRN_EVENT_SIGNED};
        signed_event.as.done.token = driver->signs[0].token;
        memcpy(signed_event.as.done.signature, driver->signs[0].signature, 64);
        driver->sign_count--;
        memmove(&driver->signs[0], &driver->signs[1], driver->sign_count * sizeof *driver->signs);
        driver_step_one(driver, &signed_event);
    }
    cairn_driver_store_post(driver);
    cairn_driver_fold_post(driver, event->now_ms);
    if (event->type == CAIRN_EVENT_STORED) { /* there may be room again */
        driver->is_held = false;
        cairn_driver_kick(driver);
    }
}

/* ---- start ---- */

static void driver_on_recall(void *host, struct cairn_event *event)
{
    driver_step_one(host, event);
}

static void driver_on_invite(void *host, const struct cairn_folder_invite *invite)
{
    struct cairn_driver *driver = host;
    size_t size = (driver->invite_count + 1) * sizeof *invite;
    struct cairn_folder_invite *invites = realloc(driver->invites, size);
    if (invites != NULL) { /* else it is found again at the next start */
        driver->invites = invites;
        driver->invites[driver->invite_count++] = *invite;
    }
}

static cairn_err driver_open_core(struct cairn_driver *driver)
{
    struct cairn_core_limits limits = CAIRN_CORE_LIMITS_DEFAULT;
    CAIRN_TRY(cairn_suite_open_real(&driver->suite));
    driver->core_memory = malloc(cairn_core_size(&limits));
    if (driver->core_memory == NULL) {
        return CAIRN_MEMORY;
    }
    driver->core =
        cairn_core_init(driver->core_memory, &limits, &driver->start.identity, &driver->suite);
    return cairn_driver_command_init(driver);
}

static cairn_err driver_open_worker(struct cairn_driver *driver,
                                    const struct cairn_worker_options *options,
                                    struct cairn_worker **out)
{
    CAIRN_TRY(cairn_worker_open(driver->loop, options, out));
    driver->open_count++;
    return CAIRN_OK;
}

static cairn_err driver_open_workers(struct cairn_driver *driver)
{
    uv_cpu_info_t *cpus = NULL;
    int cpu_count = 0;
    if (uv_cpu_info(&cpus, &cpu_count) == 0) {
        uv_free_cpu_info(cpus, cpu_count);
    }
    driver->reader_count = cpu_count < 2 ? 2 : cpu_count > 8 ? 8 : (uint32_t)cpu_count;
    const struct cairn_worker_options writer = {
        .name = "writer", .thread_count = 1, .queue_max = 4};
    const struct cairn_worker_options folder = {
        .name = "folder", .thread_count = 1, .queue_max = 4};
    const struct cairn_worker_options trimmer = {
        .name = "trimmer", .thread_count = 1, .queue_max = 1};
    const struct cairn_worker_options readers = {
        .name = "reader", .thread_count = driver->reader_count, .queue_max = DRIVER_QUEUE_MAX};
    CAIRN_TRY(driver_open_worker(driver, &writer, &driver->writer));
    CAIRN_TRY(driver_open_worker(driver, &folder, &driver->folder));
    CAIRN_TRY(driver_open_worker(driver, &trimmer, &driver->trimmer));
    return driver_open_worker(driver, &readers, &driver->readers);
}

static cairn_err driver_open_handles(struct cairn_driver *driver)
{
    uv_timer_t *timers[] = {&driver->tick, &driver->store_retry, &driver->fold_retry};
    for (size_t i = 0; i < sizeof timers / sizeof *timers; i++) {
        if (uv_timer_init(driver->loop, timers[i]) != 0) {
            return CAIRN_LIBRARY;
        }
        timers[i]->data = driver;
        driver->open_count++;
        driver->timer_count++;
    }
    if (uv_idle_init(driver->loop, &driver->turn) != 0) {
        return CAIRN_LIBRARY;
    }
    driver->turn.data = driver;
    driver->open_count++;
    driver->has_turn = true;
    return CAIRN_OK;
}

static void driver_on_news(void *host)
{
    struct cairn_driver *driver = host;
    if (driver->links != NULL && cairn_link_has_news(driver->links)) {
        cairn_driver_kick(driver);
    }
}

static cairn_err driver_open_links(struct cairn_driver *driver)
{
    struct cairn_link_options options = {
        .loop = driver->loop,
        .tls_seed = driver->start.keys.tls,
        .listen = &driver->config.listen,
        .on_news = driver_on_news,
        .host = driver,
    };
    CAIRN_TRY(cairn_link_open(&options, &driver->links));
    driver->open_count++;
    driver->stats.listen_port = cairn_link_port(driver->links);
    return CAIRN_OK;
}

static void driver_show_own(struct cairn_driver *driver, const struct cairn_ownnote *note)
{
    struct cairn_event event = {.type = CAIRN_EVENT_DOCUMENT};
    event.as.document.token = DRIVER_OWN_TOKEN;
    event.as.document.note = (struct cairn_bytes){.data = note->bytes, .size = note->size};
    cairn_driver_step(driver, &event);
}

/* Own documents that the log does not have: those that lead to the one in force, and that one. */
static void driver_begin_own(struct cairn_driver *driver, uint64_t held_serial)
{
    const struct cairn_ownnote *own = &driver->start.own;
    uint64_t serial = held_serial;
    while (cairn_ownnote_next_kept(driver->dir, serial, &serial) && serial < own->doc.serial) {
        struct cairn_ownnote kept;
        cairn_err err = cairn_ownnote_read_kept(driver->dir, serial, &kept);
        if (err == CAIRN_OK) {
            driver_show_own(driver, &kept);
        } else {
            CAIRN_LOG(cairn_logger_level_of(err), "document.kept", CAIRN_LOG_U64("serial", serial),
                      CAIRN_LOG_ERR(err));
        }
    }
    if (own->doc.serial > held_serial) {
        driver_show_own(driver, own);
    }
}

/* The core begins; then it hears what it may have missed. */
static void driver_begin(struct cairn_driver *driver, const struct cairn_event *start,
                         uint64_t held_serial)
{
    struct cairn_event event = *start;
    cairn_driver_step(driver, &event);
    driver_begin_own(driver, held_serial);
    for (size_t i = 0; i < driver->invite_count; i++) {
        event = (struct cairn_event){.type = CAIRN_EVENT_INVITED};
        memcpy(event.as.opened.feed, driver->invites[i].feed, 16);
        event.as.opened.leaf_index = driver->invites[i].leaf_index;
        cairn_driver_step(driver, &event);
    }
    free(driver->invites);
    driver->invites = NULL;
    cairn_driver_scrub(driver, false, &event);
    cairn_driver_step(driver, &event);
    uv_timer_start(&driver->tick, cairn_driver_on_tick, 0, 0);
    driver->stats.started_ms = cairn_clock_wall_ms();
    driver->stats.is_started = true;
    CAIRN_LOG(CAIRN_LOGGER_INFO, "node.started",
              CAIRN_LOG_ID("origin", cairn_bytes_of(driver->start.origin)),
              CAIRN_LOG_U64("port", driver->stats.listen_port),
              CAIRN_LOG_U64("feeds", cairn_core_feed_count(driver->core)));
}

/* START says what was found. */
static cairn_err driver_open_guard(struct cairn_driver *driver, struct cairn_event *out_start)
{
    char path[CAIRN_FILE_PATH_MAX];
    CAIRN_TRY(cairn_config_guard(&driver->config, driver->dir, path));
    return cairn_guard_open(path, driver->start.origin, &driver->guard, out_start);
}

static cairn_err driver_open_all(struct cairn_driver *driver)
{
    uint64_t held_serial = 0;
    struct cairn_event start = {.type = CAIRN_EVENT_START};
    CAIRN_TRY(cairn_start_open(driver->dir, &driver->config, &driver->start));
    CAIRN_TRY(driver_open_core(driver));
    CAIRN_TRY(cairn_start_recall(&driver->start, driver_on_recall, driver, &held_serial));
    CAIRN_TRY(cairn_folder_invites(driver->start.folder, driver_on_invite, driver));
    CAIRN_TRY(driver_open_workers(driver));
    CAIRN_TRY(driver_open_handles(driver));
    CAIRN_TRY(driver_open_links(driver));
    CAIRN_TRY(driver_open_guard(driver, &start));
    driver_begin(driver, &start, held_serial);
    return CAIRN_OK;
}

cairn_err cairn_driver_open(const struct cairn_driver_options *options, struct cairn_driver **out)
{
    struct cairn_driver *driver = calloc(1, sizeof *driver);
    char *dir = malloc(strlen(options->dir) + 1);
    if (driver == NULL || dir == NULL) {
        free(driver);
        free(dir);
        return CAIRN_MEMORY;
    }
    memcpy(dir, options->dir, strlen(options->dir) + 1);
    driver->loop = options->loop;
    driver->dir = dir;
    driver->config = *options->config;
    cairn_err err = driver_open_all(driver);
    if (err != CAIRN_OK) {
        cairn_driver_close(driver, NULL, NULL);
        return err;
    }
    *out = driver;
    return CAIRN_OK;
}

/* ---- end ---- */

static void driver_free(struct cairn_driver *driver)
{
    void (*closed)(void *host) = driver->closed;
    void *host = driver->closed_host;
    cairn_driver_store_end(driver);
    cairn_driver_load_end(driver);
    cairn_driver_fold_end(driver);
    cairn_guard_close(driver->guard);
    cairn_start_close(&driver->start);
    cairn_suite_close(&driver->suite);
    if (driver->core_memory != NULL) {
        struct cairn_core_limits limits = CAIRN_CORE_LIMITS_DEFAULT;
        cairn_secret_wipe(driver->core_memory, cairn_core_size(&limits));
        free(driver->core_memory);
    }
    free(driver->slots);
    free(driver->operation);
    free(driver->invites);
    free(driver->dir);
    free(driver);
    if (closed != NULL) {
        closed(host);
    }
}

static void driver_on_part_closed(void *host)
{
    struct cairn_driver *driver = host;
    driver->open_count--;
    if (driver->open_count == 0) {
        driver_free(driver);
    }
}

static void driver_on_handle_closed(uv_handle_t *handle)
{
    driver_on_part_closed(handle->data);
}

static void driver_close_rest(struct cairn_driver *driver)
{
    struct cairn_worker *workers[] = {driver->writer, driver->folder, driver->trimmer,
                                      driver->readers};
    uv_timer_t *timers[] = {&driver->tick, &driver->store_retry, &driver->fold_retry};
    driver->is_ended = true;
    if (driver->slots != NULL) {
        cairn_driver_command_end(driver);
    }
    driver->open_count++; /* this function */
    for (size_t i = 0; i < sizeof workers / sizeof *workers && workers[i] != NULL; i++) {
        cairn_worker_close(workers[i], driver_on_part_closed, driver);
    }
    for (uint32_t i = 0; i < driver->timer_count; i++) {
        uv_close((uv_handle_t *)timers[i], driver_on_handle_closed);
    }
    if (driver->has_turn) {
        uv_close((uv_handle_t *)&driver->turn, driver_on_handle_closed);
    }
    driver_on_part_closed(driver);
}

/* What is on its way to the disk arrives, with what follows from it; then nothing more happens. */
void cairn_driver_end_next(struct cairn_driver *driver)
{
    if (driver->is_closing && !driver->is_ended && driver->groups_first == NULL &&
        driver->links == NULL) {
        driver_close_rest(driver);
    }
}

static void driver_on_links_closed(void *host)
{
    struct cairn_driver *driver = host;
    driver->links = NULL;
    cairn_driver_end_next(driver);
    driver_on_part_closed(driver);
}

void cairn_driver_close(struct cairn_driver *driver, void (*closed)(void *host), void *host)
{
    CAIRN_REQUIRE(!driver->is_closing);
    driver->is_closing = true;
    driver->watch_count = 0; /* they may be gone already */
    driver->closed = closed;
    driver->closed_host = host;
    if (driver->has_turn) {
        uv_idle_stop(&driver->turn);
    }
    if (driver->groups_first != NULL && !driver->is_flying) { /* it waits for a disk */
        cairn_driver_store_end(driver);
    }
    if (driver->links != NULL) {
        cairn_link_close(driver->links, driver_on_links_closed, driver);
    } else {
        cairn_driver_end_next(driver);
    }
}

/* ---- getters ---- */

void cairn_driver_watch(struct cairn_driver *driver, const struct cairn_driver_watch *watch)
{
    CAIRN_REQUIRE(driver->watch_count < CAIRN_DRIVER_WATCHES_MAX);
    driver->watches[driver->watch_count++] = *watch;
}

const struct cairn_core *cairn_driver_core(const struct cairn_driver *driver)
{
    return driver->core;
}

const struct cairn_config *cairn_driver_config(const struct cairn_driver *driver)
{
    return &driver->config;
}

const char *cairn_driver_dir(const struct cairn_driver *driver)
{
    return driver->dir;
}

const char *cairn_driver_origin(const struct cairn_driver *driver)
{
    return driver->start.origin;
}

struct cairn_store *cairn_driver_log(const struct cairn_driver *driver)
{
    return driver->start.log;
}

struct cairn_store *cairn_driver_views(const struct cairn_driver *driver)
{
    return driver->start.views;
}

struct cairn_worker *cairn_driver_readers(const struct cairn_driver *driver)
{
    return driver->readers;
}

uint32_t cairn_driver_reader_count(const struct cairn_driver *driver)
{
    return driver->reader_count;
}

void cairn_driver_stats(struct cairn_driver *driver, struct cairn_driver_stats *out)
{
    driver->stats.link_count = driver->links == NULL ? 0 : cairn_link_count(driver->links);
    *out = driver->stats;
}
