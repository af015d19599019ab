#include "node/driver_state.h"

#include <string.h>

#include "node/clock.h"
#include "node/guard.h"
#include "schema/base/check.h"
#include "schema/wire.h"

#define TURN_STEPS 64u   /* then the loop looks at its sockets */
#define TURN_US    5000u /* likewise */

/* ---- wake-ups ---- */

void cairn_driver_wake(struct cairn_driver *driver, uint64_t at_ms)
{
    uint32_t at = 0;
    if (driver->is_closing) {
        return;
    }
    while (at < driver->wake_count && driver->wakes[at] < at_ms) {
        at++;
    }
    if (at < driver->wake_count && driver->wakes[at] == at_ms) {
        return;
    }
    if (driver->wake_count == DRIVER_WAKES) {
        if (at == DRIVER_WAKES) {
            return; /* the tick that comes each second serves it */
        }
        driver->wake_count--; /* likewise the latest one */
    }
    memmove(&driver->wakes[at + 1], &driver->wakes[at],
            (driver->wake_count - at) * sizeof *driver->wakes);
    driver->wakes[at] = at_ms;
    driver->wake_count++;
    if (at == 0) {
        uint64_t now_ms = cairn_driver_now_ms(driver);
        uint64_t pause_ms = at_ms > now_ms ? at_ms - now_ms : 0;
        uv_timer_start(&driver->tick, cairn_driver_on_tick,
                       pause_ms < DRIVER_TICK_MS ? pause_ms : DRIVER_TICK_MS, 0);
    }
}

void cairn_driver_on_tick(uv_timer_t *tick)
{
    struct cairn_driver *driver = tick->data;
    uint64_t now_ms = cairn_driver_now_ms(driver);
    if (driver->is_closing) {
        return;
    }
    uint32_t past = 0;
    while (past < driver->wake_count && driver->wakes[past] <= now_ms) {
        past++;
    }
    driver->wake_count -= past;
    memmove(driver->wakes, &driver->wakes[past], driver->wake_count * sizeof *driver->wakes);
    struct cairn_event event = {.type = CAIRN_EVENT_TICK};
    cairn_driver_step(driver, &event);
    cairn_driver_load_post(driver);
    cairn_driver_fold_post(driver, now_ms);
    cairn_driver_command_look(driver);
    cairn_driver_intake_look(driver);
    cairn_driver_trim_look(driver);
    cairn_guard_sync(driver->guard, driver->readers);
    driver->is_held = false;
    cairn_driver_kick(driver);
    uint64_t pause_ms = DRIVER_TICK_MS;
    if (driver->wake_count > 0) {
        uint64_t next_ms = driver->wakes[0] > now_ms ? driver->wakes[0] - now_ms : 1;
        pause_ms = next_ms < pause_ms ? next_ms : pause_ms;
    }
    uv_timer_start(&driver->tick, cairn_driver_on_tick, pause_ms, 0);
}

/* ---- links ---- */

/* The first frame of a link says what time it is there. */
static void turn_read_clock(struct cairn_driver *driver, uint32_t link, struct cairn_bytes frame)
{
    uint8_t memory[256];
    struct cairn_arena arena;
    struct cairn_message message;
    size_t fault_at = 0;
    struct cairn_peerclock_time now = {.wall_ms = cairn_clock_wall_ms(),
                                       .mono_ms = cairn_clock_mono_ms()};
    cairn_arena_init(&arena, memory, sizeof memory);
    if (cairn_message_decode(frame, &arena, &message, &fault_at) == CAIRN_OK &&
        message.type == CAIRN_MESSAGE_HELLO) {
        cairn_peerclock_hear(&driver->clock, link, message.as.hello.clock_ms, now);
    }
}

static void turn_take_news(struct cairn_driver *driver, const struct cairn_link_news *news)
{
    struct cairn_event event = {.type = CAIRN_EVENT_LINK_UP};
    event.as.link.link = news->link;
    memcpy(event.as.link.spki_hash, news->spki_hash, 32);
    event.as.link.frame = news->frame;
    event.as.link.sent_bytes = news->sent_bytes;
    switch (news->type) {
    case CAIRN_LINK_UP:
        driver->has_spoken[news->link] = false;
        break;
    case CAIRN_LINK_FRAME:
        event.type = CAIRN_EVENT_LINK_FRAME;
        if (!driver->has_spoken[news->link]) {
            driver->has_spoken[news->link] = true;
            turn_read_clock(driver, news->link, news->frame);
        }
        break;
    case CAIRN_LINK_SENT:
        event.type = CAIRN_EVENT_LINK_SENT;
        break;
    case CAIRN_LINK_DOWN:
        event.type = CAIRN_EVENT_LINK_DOWN;
        cairn_peerclock_forget(&driver->clock, news->link);
        break;
    }
    cairn_driver_step(driver, &event);
}

/* One piece of news; none while the disk has much to do: then the sockets wait, too. */
static bool turn_take_one(struct cairn_driver *driver)
{
    struct cairn_link_news news;
    if (driver->links == NULL || driver->store_bytes > DRIVER_STORE_BYTES ||
        !cairn_link_next(driver->links, &news)) {
        return false;
    }
    turn_take_news(driver, &news);
    return true;
}

/* ---- turns ---- */

void cairn_driver_kick(struct cairn_driver *driver)
{
    if (!driver->is_closing) {
        uv_idle_start(&driver->turn, cairn_driver_on_turn);
    }
}

/* A slice of work: a command and a frame in turn, until nothing is left or the slice is over. */
void cairn_driver_on_turn(uv_idle_t *turn)
{
    struct cairn_driver *driver = turn->data;
    uint64_t end_us = cairn_clock_mono_us() + TURN_US;
    cairn_driver_command_look(driver);
    cairn_driver_intake_look(driver);
    for (uint32_t i = 0; i < TURN_STEPS && !driver->is_closing; i++) {
        bool has_asked = cairn_driver_command_next(driver);
        bool has_taken = turn_take_one(driver);
        if (!has_asked && !has_taken) {
            uv_idle_stop(turn);
            return;
        }
        if (cairn_clock_mono_us() >= end_us) {
            return;
        }
    }
}
