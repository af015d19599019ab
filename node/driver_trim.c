#include "node/driver_state.h"

#include <malloc.h>

#include "node/clock.h"

/* Every ten seconds what a burst left behind goes back to the system, and once a minute write
 * buffers that are partly full become tables. So a node that was flooded for an hour is as large as
 * one that was not. On a thread of its own: either may take a while. */

#define TRIM_MS          (10u * 1000)
#define TRIM_FLUSH_TURNS 6u
#define TRIM_FLUSH_BYTES (1u << 20) /* less is not worth a table */

static void trim_run(void *host, uint32_t thread_index)
{
    struct cairn_driver *driver = host;
    (void)thread_index;
    struct cairn_store *stores[] = {driver->start.log, driver->start.views};
    bool is_flushed = ++driver->trim_turns % TRIM_FLUSH_TURNS == 0;
    for (size_t i = 0; is_flushed && i < sizeof stores / sizeof *stores; i++) {
        cairn_err err = cairn_store_flush(stores[i], TRIM_FLUSH_BYTES);
        (void)err; /* a disk that fails tells the next write */
    }
    (void)malloc_trim(0);
}

static void trim_done(void *host)
{
    struct cairn_driver *driver = host;
    driver->trimmed_ms = cairn_clock_mono_ms();
}

void cairn_driver_trim_look(struct cairn_driver *driver)
{
    uint64_t now_ms = cairn_clock_mono_ms();
    const struct cairn_worker_job job = {.run = trim_run, .done = trim_done, .host = driver};
    if (driver->trimmed_ms == 0) {
        driver->trimmed_ms = now_ms; /* it just began */
    }
    if (now_ms - driver->trimmed_ms < TRIM_MS ||
        cairn_worker_unfinished_count(driver->trimmer) > 0) {
        return;
    }
    if (cairn_worker_post(driver->trimmer, &job) != CAIRN_OK) {
        driver->trimmed_ms = now_ms; /* another minute will do */
    }
}
