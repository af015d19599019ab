#include "node/driver_state.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "schema/base/check.h"

#define LOAD_PATIENCE 200u /* looks at a store that is being reopened */
#define LOAD_PAUSE_NS 10000000
#define LOAD_EACH_MAX 65536u /* rows that are read one by one */

struct driver_load {
    struct cairn_driver *driver;
    struct driver_load *next;
    uint32_t token;
    struct cairn_key from;
    uint64_t to_index;
    size_t size_max_bytes;
    cairn_err err;
    bool is_around; /* rows are missing, or a file is damaged where they are not any more */
    struct cairn_row *rows;
    size_t row_count;
    size_t row_capacity;
    uint8_t *bytes; /* of all values, one after the other */
    size_t byte_count;
    size_t byte_capacity;
};

/* ---- on a reader's thread ---- */

static bool load_grow(void **memory, size_t *capacity, size_t wanted, size_t unit)
{
    if (wanted <= *capacity) {
        return true;
    }
    size_t larger = *capacity == 0 ? 64 : *capacity * 2;
    larger = larger < wanted ? wanted : larger;
    void *grown = realloc(*memory, larger * unit);
    if (grown == NULL) {
        return false;
    }
    *memory = grown;
    *capacity = larger;
    return true;
}

static bool load_on_row(void *host, struct cairn_bytes key, struct cairn_bytes value)
{
    struct driver_load *load = host;
    void *rows = load->rows;
    void *bytes = load->bytes;
    if (key.size != CAIRN_KEY_BYTES ||
        (load->row_count > 0 && load->byte_count + value.size > load->size_max_bytes)) {
        return false;
    }
    bool has_room = load_grow(&rows, &load->row_capacity, load->row_count + 1, sizeof *load->rows);
    load->rows = rows;
    has_room =
        has_room && load_grow(&bytes, &load->byte_capacity, load->byte_count + value.size + 1, 1);
    load->bytes = bytes;
    if (!has_room) {
        load->err = CAIRN_MEMORY;
        return false;
    }
    if (value.size > 0) {
        memcpy(load->bytes + load->byte_count, value.data, value.size);
    }
    load->rows[load->row_count++] =
        (struct cairn_row){.key = cairn_key_decode(key.data), .value = {.size = value.size}};
    load->byte_count += value.size;
    return true;
}

static cairn_err load_scan(struct driver_load *load)
{
    uint8_t from[CAIRN_KEY_BYTES];
    uint8_t to[CAIRN_KEY_BYTES];
    struct cairn_key end = load->from;
    end.index = load->to_index;
    cairn_key_encode(&load->from, from);
    cairn_key_encode(&end, to);
    struct cairn_store_range range = {.from = {.data = from, .size = sizeof from},
                                      .to = {.data = to, .size = sizeof to}};
    load->row_count = 0;
    load->byte_count = 0;
    return cairn_store_scan(load->driver->start.log, &range, load_on_row, load);
}

/* A block is damaged: every row that can be read by itself is given, also one that was written
 * again since, for a scan stumbles over what lies below it. What cannot be read is not there. */
static cairn_err load_each(struct driver_load *load)
{
    struct cairn_key at = load->from;
    bool has_room = true;
    load->row_count = 0;
    load->byte_count = 0;
    load->is_around = true;
    for (; has_room && at.index < load->to_index; at.index++) {
        uint8_t key[CAIRN_KEY_BYTES];
        struct cairn_bytes key_bytes = {.data = key, .size = sizeof key};
        struct cairn_bytes value;
        cairn_key_encode(&at, key);
        cairn_err err = cairn_store_get(load->driver->start.log, key_bytes, &value);
        if (err == CAIRN_NOT_FOUND || err == CAIRN_DISK_CORRUPT) {
            continue;
        }
        CAIRN_TRY(err);
        has_room = load_on_row(load, key_bytes, value);
        cairn_store_free(value);
    }
    return CAIRN_OK;
}

static void load_run(void *host, uint32_t thread_index)
{
    struct driver_load *load = host;
    const struct timespec pause = {.tv_nsec = LOAD_PAUSE_NS};
    (void)thread_index;
    cairn_err err = load_scan(load);
    for (uint32_t i = 0; err == CAIRN_BUSY && i < LOAD_PATIENCE; i++) {
        (void)nanosleep(&pause, NULL);
        err = load_scan(load);
    }
    if (err == CAIRN_DISK_CORRUPT && load->to_index - load->from.index <= LOAD_EACH_MAX) {
        err = load_each(load);
    }
    load->err = load->err == CAIRN_OK ? err : load->err;
    size_t at = 0;
    for (size_t i = 0; i < load->row_count; i++) { /* the bytes move no more */
        load->rows[i].value.data = load->bytes + at;
        at += load->rows[i].value.size;
    }
}

/* ---- on the loop ---- */

static void load_free(struct driver_load *load)
{
    free(load->rows);
    free(load->bytes);
    free(load);
}

static void load_done(void *host)
{
    struct driver_load *load = host;
    struct cairn_driver *driver = load->driver;
    driver->stats.is_log_damaged |= load->is_around;
    if (!driver->is_ended) {
        struct cairn_event event = {.type = CAIRN_EVENT_LOADED};
        event.as.done.token = load->token;
        event.as.done.err = load->err;
        event.as.done.rows = load->rows;
        event.as.done.row_count = load->err == CAIRN_OK ? load->row_count : 0;
        cairn_driver_step(driver, &event);
    }
    load_free(load);
    cairn_driver_load_post(driver);
}

void cairn_driver_load_post(struct cairn_driver *driver)
{
    while (driver->loads_first != NULL && !driver->is_ended) {
        struct driver_load *load = driver->loads_first;
        struct driver_load *next = load->next;
        struct cairn_worker_job job = {.run = load_run, .done = load_done, .host = load};
        if (cairn_worker_post(driver->readers, &job) != CAIRN_OK) {
            return; /* full of look-ups: the next tick, or the next load that is done */
        }
        driver->loads_first = next;
        if (next == NULL) {
            driver->loads_last = NULL;
        }
    }
}

void cairn_driver_load(struct cairn_driver *driver, const struct cairn_action *action)
{
    struct driver_load *load = calloc(1, sizeof *load);
    CAIRN_REQUIRE(load != NULL); /* a few hundred bytes */
    load->driver = driver;
    load->token = action->as.load.token;
    load->from = action->as.load.from;
    load->to_index = action->as.load.to_index;
    load->size_max_bytes = action->as.load.size_max_bytes;
    if (driver->loads_last == NULL) {
        driver->loads_first = load;
    } else {
        driver->loads_last->next = load;
    }
    driver->loads_last = load;
    cairn_driver_load_post(driver);
}

void cairn_driver_load_end(struct cairn_driver *driver)
{
    while (driver->loads_first != NULL) {
        struct driver_load *load = driver->loads_first;
        driver->loads_first = load->next;
        load_free(load);
    }
    driver->loads_last = NULL;
}
