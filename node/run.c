#include "node/run.h"

#include <malloc.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/driver.h"
#include "node/logger.h"
#include "node/service.h"
#include "schema/base/check.h"

#define RUN_SIGNALS 2u

/* Batches and memtables come and go in pieces of megabytes. Memory that goes back to the system
 * each time and is had again empty cost a twelfth of all CPU time of a catch-up. */
#define RUN_KEPT_BYTES   (64 << 20) /* free memory at the end of an arena that stays */
#define RUN_PIECE_BYTES  (32 << 20) /* larger pieces are mapped one by one */
#define RUN_GROWTH_BYTES (1 << 20)

struct run {
    uv_loop_t loop;
    struct cairn_driver *driver;
    struct cairn_service *service;
    uv_signal_t signals[RUN_SIGNALS];
    uv_async_t again;
    bool is_stopping;
    bool is_again; /* once it has stopped */
};

static void run_on_driver_closed(void *host)
{
    struct run *run = host;
    for (uint32_t i = 0; i < RUN_SIGNALS; i++) {
        uv_close((uv_handle_t *)&run->signals[i], NULL);
    }
    uv_close((uv_handle_t *)&run->again, NULL);
    cairn_logger_write(CAIRN_LOGGER_INFO, "node.stopped", NULL, 0);
}

static void run_on_service_closed(void *host)
{
    struct run *run = host;
    cairn_driver_close(run->driver, run_on_driver_closed, run);
}

static void run_on_signal(uv_signal_t *handle, int number)
{
    struct run *run = handle->data;
    run->is_again = false;
    if (run->is_stopping) {
        return;
    }
    run->is_stopping = true;
    CAIRN_LOG(CAIRN_LOGGER_INFO, "node.stops", CAIRN_LOG_U64("signal", (uint64_t)number));
    cairn_service_close(run->service, run_on_service_closed, run);
}

/* The driver may not be closed from within its step. */
static void run_on_again(void *host)
{
    struct run *run = host;
    (void)uv_async_send(&run->again);
}

static void run_on_again_sent(uv_async_t *handle)
{
    struct run *run = handle->data;
    if (run->is_stopping) {
        return;
    }
    run->is_stopping = true;
    run->is_again = true;
    cairn_logger_write(CAIRN_LOGGER_WARN, "node.again", NULL, 0);
    cairn_service_close(run->service, run_on_service_closed, run);
}

/* Nothing is written any more: what was promised is on the disk, or was never said. */
static void run_on_lost(void *host, cairn_err err)
{
    (void)host;
    (void)err;
    _exit(CAIRN_DRIVER_EXIT);
}

static void run_begin(struct run *run)
{
    static const int numbers[RUN_SIGNALS] = {SIGTERM, SIGINT};
    struct cairn_driver_watch watch = {
        .on_lost = run_on_lost, .on_again = run_on_again, .host = run};
    cairn_driver_watch(run->driver, &watch);
    int opened = uv_async_init(&run->loop, &run->again, run_on_again_sent);
    CAIRN_REQUIRE(opened == 0);
    run->again.data = run;
    for (uint32_t i = 0; i < RUN_SIGNALS; i++) {
        int failed = uv_signal_init(&run->loop, &run->signals[i]);
        CAIRN_REQUIRE(failed == 0);
        run->signals[i].data = run;
        failed = uv_signal_start(&run->signals[i], run_on_signal, numbers[i]);
        CAIRN_REQUIRE(failed == 0);
    }
}

static void run_keep_memory(void)
{
    (void)mallopt(M_MMAP_THRESHOLD, RUN_PIECE_BYTES);
    (void)mallopt(M_TRIM_THRESHOLD, RUN_KEPT_BYTES);
    (void)mallopt(M_TOP_PAD, RUN_GROWTH_BYTES);
}

static cairn_err run_open(struct run *run, const char *dir, const struct cairn_config *config)
{
    struct cairn_driver_options options = {.loop = &run->loop, .dir = dir, .config = config};
    CAIRN_TRY(cairn_driver_open(&options, &run->driver));
    cairn_err err = cairn_service_open(&run->loop, run->driver, &run->service);
    if (err != CAIRN_OK) {
        cairn_driver_close(run->driver, NULL, NULL);
    }
    return err;
}

/* gives  *out_is_again: it stopped to be started anew */
static cairn_err run_once(const char *dir, const struct cairn_config *config, bool *out_is_again)
{
    struct run run = {.is_stopping = false};
    if (uv_loop_init(&run.loop) != 0) {
        return CAIRN_LIBRARY;
    }
    cairn_err err = run_open(&run, dir, config);
    if (err == CAIRN_OK) {
        run_begin(&run);
    }
    (void)uv_run(&run.loop, UV_RUN_DEFAULT);
    int is_busy = uv_loop_close(&run.loop);
    CAIRN_REQUIRE(is_busy == 0);
    *out_is_again = run.is_again;
    return err;
}

cairn_err cairn_run(const char *dir, const struct cairn_config *config)
{
    bool is_again = false;
    cairn_err err;
    const struct rlimit no_core = {0, 0}; /* memory holds keys */
    (void)setrlimit(RLIMIT_CORE, &no_core);
    (void)umask(077);
    (void)signal(SIGPIPE, SIG_IGN);
    cairn_logger_set_level(config->log_level);
    run_keep_memory();
    do {
        err = run_once(dir, config, &is_again);
    } while (err == CAIRN_OK && is_again);
    return err;
}
