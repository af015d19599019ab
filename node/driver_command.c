#include "node/driver_state.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/secret.h"
#include "node/clock.h"
#include "node/logger.h"
#include "schema/base/check.h"

#define COMMAND_LOOK_MS     250u        /* how old the look at the free space may be */
#define COMMAND_FLOOR_BYTES (16u << 20) /* commands are refused so far above the store's floor */

#define COMMAND_SCARCE_BYTES (64u << 20) /* nothing of partners is taken so far above it */

/* A command's life: WAITING in the queue -> ASKED of the core -> answered, or FOLDING -> answered.
 * Its token is generation << 32 | slot. */

/* ---- slots ---- */

static void command_push(struct cairn_driver *driver, struct driver_list *list, uint32_t slot)
{
    driver->slots[slot].next = DRIVER_NONE;
    if (list->first == DRIVER_NONE) {
        list->first = slot;
    } else {
        driver->slots[list->last].next = slot;
    }
    list->last = slot;
}

static uint32_t command_pop(struct cairn_driver *driver, struct driver_list *list)
{
    uint32_t slot = list->first;
    if (slot != DRIVER_NONE) {
        list->first = driver->slots[slot].next;
    }
    return slot;
}

cairn_err cairn_driver_command_init(struct cairn_driver *driver)
{
    driver->slots = calloc(CAIRN_DRIVER_COMMANDS_MAX, sizeof *driver->slots);
    driver->operation = malloc(CAIRN_LIMIT_BATCH_BYTES);
    driver->free_slots = (struct driver_list){DRIVER_NONE, DRIVER_NONE};
    driver->queue = driver->free_slots;
    driver->folding = driver->free_slots;
    if (driver->slots == NULL || driver->operation == NULL) {
        return CAIRN_MEMORY;
    }
    for (uint32_t slot = 0; slot < CAIRN_DRIVER_COMMANDS_MAX; slot++) {
        command_push(driver, &driver->free_slots, slot);
    }
    return CAIRN_OK;
}

static uint64_t command_token(const struct cairn_driver *driver, uint32_t slot)
{
    return (uint64_t)driver->slots[slot].generation << 32 | slot;
}

/* Give the answer and free the slot. The callback may post the next command. */
static void command_finish(struct cairn_driver *driver, uint32_t number)
{
    struct driver_slot *slot = &driver->slots[number];
    cairn_driver_done *done = slot->done;
    void *host = slot->host;
    struct cairn_driver_answer answer = slot->answer;
    uint32_t generation = slot->generation + 1;
    free(slot->copy);
    *slot = (struct driver_slot){.generation = generation};
    command_push(driver, &driver->free_slots, number);
    driver->stats.command_count--;
    done(host, &answer);
}

/* ---- the clock of operations ---- */

static struct cairn_peerclock_time command_time(void)
{
    return (struct cairn_peerclock_time){.wall_ms = cairn_clock_wall_ms(),
                                         .mono_ms = cairn_clock_mono_ms()};
}

uint64_t cairn_driver_now_ms(struct cairn_driver *driver)
{
    return cairn_peerclock_look(&driver->clock, command_time());
}

void cairn_driver_merge_hlc(struct cairn_driver *driver, uint64_t hlc)
{
    uint64_t limit = (cairn_driver_now_ms(driver) + DRIVER_AHEAD_MS) << 16;
    if (hlc > driver->hlc && hlc <= limit) {
        driver->hlc = hlc;
    }
}

static uint64_t command_hlc(struct cairn_driver *driver, uint64_t after)
{
    uint64_t now_ms = cairn_driver_now_ms(driver);
    uint64_t mark_ms = cairn_core_mark_ms(driver->core); /* above now after a clock was set back */
    uint64_t now = (now_ms > mark_ms ? now_ms : mark_ms) << 16;
    uint64_t last = driver->hlc > after ? driver->hlc : after;
    driver->hlc = now > last ? now : last + 1;
    return driver->hlc;
}

/* ---- taking ---- */

void cairn_driver_command_look(struct cairn_driver *driver)
{
    uint64_t now_ms = cairn_clock_mono_ms();
    struct cairn_diskspace space = {0};
    if (driver->looked_ms != 0 && now_ms - driver->looked_ms < COMMAND_LOOK_MS) {
        return;
    }
    driver->looked_ms = now_ms;
    driver->is_near_floor =
        cairn_diskspace_check(driver->dir, &driver->config.floor, COMMAND_FLOOR_BYTES) != CAIRN_OK;
    if (cairn_diskspace_ask(driver->dir, &space) == CAIRN_OK) {
        driver->stats.free_bytes = space.free_bytes;
    }
    (void)cairn_driver_now_ms(driver);
    driver->stats.is_clock_ahead = driver->clock.is_ahead;
}

/* Partners' data stops well before: what officers do here has the rest of the disk. */
void cairn_driver_intake_look(struct cairn_driver *driver)
{
    struct cairn_event event = {.type = CAIRN_EVENT_SPACE};
    uint64_t reserve_bytes =
        driver->is_scarce ? COMMAND_SCARCE_BYTES + COMMAND_FLOOR_BYTES : COMMAND_SCARCE_BYTES;
    if (driver->looked_ms == driver->intake_ms) {
        return;
    }
    driver->intake_ms = driver->looked_ms;
    bool is_scarce =
        cairn_diskspace_check(driver->dir, &driver->config.floor, reserve_bytes) != CAIRN_OK;
    if (is_scarce != driver->is_scarce) {
        driver->is_scarce = is_scarce;
        event.as.is_scarce = is_scarce;
        cairn_driver_step(driver, &event);
    }
}

void cairn_driver_accept(struct cairn_driver *driver, const struct cairn_accept *rows,
                         uint32_t count)
{
    struct cairn_event event = {.type = CAIRN_EVENT_ACCEPT};
    event.as.accept.rows = rows;
    event.as.accept.row_count = count;
    cairn_driver_step(driver, &event);
}

/* With a disk that is nearly full its answer would wait for room that may never come. */
static cairn_err command_check_room(struct cairn_driver *driver)
{
    cairn_driver_command_look(driver);
    return driver->is_near_floor ? CAIRN_DISK_FLOOR : CAIRN_OK;
}

static cairn_err command_check_append(struct cairn_driver *driver,
                                      const struct cairn_driver_command *command)
{
    uint64_t limit = (cairn_driver_now_ms(driver) + DRIVER_AHEAD_MS) << 16;
    CAIRN_REQUIRE(command->as.append.encode != NULL);
    if (command->as.append.operation_max_bytes > CAIRN_LIMIT_BATCH_BYTES) {
        return CAIRN_TOO_LONG;
    }
    if (command->as.append.after_hlc > limit) {
        return CAIRN_PARKED;
    }
    CAIRN_TRY(command_check_room(driver));
    return driver->stats.is_clock_ahead ? CAIRN_CLOCK : CAIRN_OK;
}

/* Copy what the command borrows. */
static cairn_err command_copy(struct driver_slot *slot)
{
    struct cairn_driver_command *command = &slot->command;
    const uint8_t *from = NULL;
    size_t size = 0;
    if (command->type == CAIRN_DRIVER_DOCUMENT) {
        from = command->as.note.data;
        size = command->as.note.size;
    } else if (command->type == CAIRN_DRIVER_FEED_OPEN) {
        from = command->as.feed_open.members[0];
        size = command->as.feed_open.member_count * 3;
    }
    if (size == 0) {
        return CAIRN_OK;
    }
    if (size > CAIRN_LIMIT_NOTE_BYTES) {
        return CAIRN_TOO_LONG;
    }
    slot->copy = malloc(size);
    if (slot->copy == NULL) {
        return CAIRN_MEMORY;
    }
    memcpy(slot->copy, from, size);
    if (command->type == CAIRN_DRIVER_DOCUMENT) {
        command->as.note.data = slot->copy;
    } else {
        command->as.feed_open.members = (const uint8_t(*)[3])(void *)slot->copy;
    }
    return CAIRN_OK;
}

static bool command_is_private(const struct cairn_driver *driver, const uint8_t id[static 16])
{
    uint32_t number;
    struct cairn_core_feed feed;
    if (!cairn_core_feed_find(driver->core, id, &number)) {
        return false;
    }
    cairn_core_feed(driver->core, number, &feed);
    return feed.kind == CAIRN_FEED_PRIVATE;
}

cairn_err cairn_driver_command(struct cairn_driver *driver,
                               const struct cairn_driver_command *command, cairn_driver_done *done,
                               void *host)
{
    CAIRN_REQUIRE(done != NULL);
    if (driver->is_closing) {
        return CAIRN_STATE;
    }
    if (command->type == CAIRN_DRIVER_APPEND) {
        CAIRN_TRY(command_check_append(driver, command));
    } else if (command->type == CAIRN_DRIVER_FEED_OPEN ||
               command->type == CAIRN_DRIVER_FEED_ADMIT) {
        CAIRN_TRY(command_check_room(driver));
    }
    uint32_t number = driver->free_slots.first;
    if (number == DRIVER_NONE) {
        return CAIRN_BUSY;
    }
    struct driver_slot *slot = &driver->slots[number];
    slot->command = *command;
    CAIRN_TRY(command_copy(slot));
    (void)command_pop(driver, &driver->free_slots);
    slot->state = DRIVER_SLOT_WAITING;
    slot->done = done;
    slot->host = host;
    slot->is_private = command->type == CAIRN_DRIVER_APPEND &&
                       command->as.append.is_folded_wanted &&
                       command_is_private(driver, command->as.append.feed);
    command_push(driver, &driver->queue, number);
    driver->stats.command_count++;
    cairn_driver_kick(driver);
    return CAIRN_OK;
}

/* ---- giving to the core ---- */

void cairn_driver_scrub(const struct cairn_driver *driver, bool is_now, struct cairn_event *event)
{
    *event = (struct cairn_event){.type = CAIRN_EVENT_SCRUB};
    event->as.scrub.bytes_per_s = (uint64_t)driver->config.scrub_kib_per_s << 10;
    event->as.scrub.period_ms = (uint64_t)driver->config.scrub_days * 86400000u;
    event->as.scrub.is_now = is_now;
}

static void command_make_event(const struct driver_slot *slot, struct cairn_event *event)
{
    const struct cairn_driver_command *command = &slot->command;
    switch (command->type) {
    case CAIRN_DRIVER_APPEND:
        event->type = CAIRN_EVENT_APPEND;
        memcpy(event->as.command.feed, command->as.append.feed, 16);
        break;
    case CAIRN_DRIVER_FEED_OPEN:
        event->type = CAIRN_EVENT_FEED_OPEN;
        event->as.command.members = command->as.feed_open.members;
        event->as.command.member_count = command->as.feed_open.member_count;
        event->as.command.is_private = command->as.feed_open.is_private;
        memcpy(event->as.command.continues, command->as.feed_open.continues, 16);
        break;
    case CAIRN_DRIVER_FEED_ADMIT:
    case CAIRN_DRIVER_FEED_REKEY:
    case CAIRN_DRIVER_FEED_CLOSE:
        event->type = command->type == CAIRN_DRIVER_FEED_ADMIT   ? CAIRN_EVENT_FEED_ADMIT
                      : command->type == CAIRN_DRIVER_FEED_REKEY ? CAIRN_EVENT_FEED_REKEY
                                                                 : CAIRN_EVENT_FEED_CLOSE;
        memcpy(event->as.command.feed, command->as.feed.id, 16);
        memcpy(event->as.command.country, command->as.feed.country, 3);
        break;
    case CAIRN_DRIVER_DOCUMENT:
        event->type = CAIRN_EVENT_DOCUMENT;
        event->as.document.note = command->as.note;
        break;
    case CAIRN_DRIVER_FORGET:
        event->type = CAIRN_EVENT_FORGET;
        memcpy(event->as.forget.country, command->as.country, 3);
        break;
    case CAIRN_DRIVER_SEALING:
        event->type = CAIRN_EVENT_SEALING;
        memcpy(event->as.sealing_secret, command->as.sealing_secret, 32);
        break;
    case CAIRN_DRIVER_POLICY:
        event->type = CAIRN_EVENT_POLICY;
        memcpy(event->as.policy_hash, command->as.policy_hash, 32);
        break;
    case CAIRN_DRIVER_SCRUB:
        event->type = CAIRN_EVENT_SCRUB; /* the rest: cairn_driver_scrub */
        break;
    }
}

static void command_set_token(struct cairn_event *event, uint64_t token)
{
    if (event->type == CAIRN_EVENT_DOCUMENT) {
        event->as.document.token = token;
    } else if (event->type == CAIRN_EVENT_FORGET) {
        event->as.forget.token = token;
    } else if (event->type != CAIRN_EVENT_POLICY && event->type != CAIRN_EVENT_SEALING &&
               event->type != CAIRN_EVENT_SCRUB) {
        event->as.command.token = token;
    }
}

/* Ask the caller for the operation, under a fresh hlc. */
static cairn_err command_encode(struct cairn_driver *driver, struct driver_slot *slot,
                                struct cairn_bytes *out)
{
    size_t size = 0;
    slot->answer.hlc = command_hlc(driver, slot->command.as.append.after_hlc);
    cairn_err err =
        slot->command.as.append.encode(slot->host, slot->answer.hlc, driver->operation, &size);
    CAIRN_REQUIRE(err != CAIRN_OK || size <= slot->command.as.append.operation_max_bytes);
    *out = (struct cairn_bytes){.data = driver->operation, .size = size};
    return err;
}

bool cairn_driver_command_next(struct cairn_driver *driver)
{
    uint32_t number = driver->queue.first;
    if (number == DRIVER_NONE || driver->is_held || cairn_core_is_asking(driver->core)) {
        return false;
    }
    struct driver_slot *slot = &driver->slots[number];
    struct cairn_event event = {.type = CAIRN_EVENT_APPEND};
    bool is_append = slot->command.type == CAIRN_DRIVER_APPEND;
    if (is_append && !cairn_core_has_room(driver->core, slot->command.as.append.feed,
                                          slot->command.as.append.operation_max_bytes)) {
        return false;
    }
    (void)command_pop(driver, &driver->queue);
    slot->state = DRIVER_SLOT_ASKED;
    command_make_event(slot, &event);
    command_set_token(&event, command_token(driver, number));
    if (event.type == CAIRN_EVENT_SCRUB) {
        cairn_driver_scrub(driver, true, &event);
    }
    if (is_append) {
        slot->answer.err = command_encode(driver, slot, &event.as.command.operation);
    }
    if (slot->answer.err != CAIRN_OK) {
        command_finish(driver, number);
        return true;
    }
    cairn_driver_step(driver, &event);
    if (event.type == CAIRN_EVENT_SEALING) {
        cairn_secret_wipe(event.as.sealing_secret, 32);
        cairn_secret_wipe(slot->command.as.sealing_secret, 32);
    }
    if (event.type == CAIRN_EVENT_POLICY || event.type == CAIRN_EVENT_SEALING ||
        event.type == CAIRN_EVENT_SCRUB) {
        command_finish(driver, number);
    }
    return true;
}

/* ---- answers ---- */

/* The core was busy after all: first in the queue again, once something was stored. */
static void command_put_back(struct cairn_driver *driver, uint32_t number)
{
    struct driver_slot *slot = &driver->slots[number];
    slot->state = DRIVER_SLOT_WAITING;
    slot->next = driver->queue.first;
    if (driver->queue.first == DRIVER_NONE) {
        driver->queue.last = number;
    }
    driver->queue.first = number;
    driver->is_held = true;
}

void cairn_driver_command_answer(struct cairn_driver *driver, const struct cairn_action *action)
{
    uint32_t number = (uint32_t)action->as.answer.token;
    if (action->as.answer.token == DRIVER_OWN_TOKEN) { /* own documents, at the start */
        CAIRN_LOG(cairn_logger_level_of(action->as.answer.err), "document.own",
                  CAIRN_LOG_ERR(action->as.answer.err));
        return;
    }
    CAIRN_REQUIRE(number < CAIRN_DRIVER_COMMANDS_MAX);
    struct driver_slot *slot = &driver->slots[number];
    CAIRN_REQUIRE(command_token(driver, number) == action->as.answer.token);
    CAIRN_REQUIRE(slot->state == DRIVER_SLOT_ASKED);
    bool is_append = slot->command.type == CAIRN_DRIVER_APPEND;
    if (is_append && action->as.answer.err == CAIRN_BUSY) {
        command_put_back(driver, number);
        return;
    }
    slot->answer.err = action->as.answer.err;
    slot->answer.index = action->as.answer.index;
    slot->answer.commit_number = action->as.answer.commit_number;
    memcpy(slot->answer.feed, action->as.answer.feed, 16);
    memcpy(slot->answer.entry_id, action->as.answer.entry_id, 32);
    if (is_append && slot->answer.err == CAIRN_OK && !slot->is_private &&
        slot->command.as.append.is_folded_wanted) {
        slot->state = DRIVER_SLOT_FOLDING;
        command_push(driver, &driver->folding, number);
        return;
    }
    command_finish(driver, number);
}

void cairn_driver_command_folded(struct cairn_driver *driver, const uint8_t feed[static 16],
                                 uint64_t commit_number)
{
    struct driver_list waiting = driver->folding;
    driver->folding = (struct driver_list){DRIVER_NONE, DRIVER_NONE};
    for (uint32_t number = waiting.first, next; number != DRIVER_NONE; number = next) {
        struct driver_slot *slot = &driver->slots[number];
        next = slot->next;
        if (cairn_bytes_is_same16(slot->answer.feed, feed) &&
            slot->answer.commit_number <= commit_number) {
            command_finish(driver, number);
        } else {
            command_push(driver, &driver->folding, number);
        }
    }
}

void cairn_driver_command_end(struct cairn_driver *driver)
{
    for (uint32_t number = 0; number < CAIRN_DRIVER_COMMANDS_MAX; number++) {
        struct driver_slot *slot = &driver->slots[number];
        if (slot->state == DRIVER_SLOT_FREE) {
            continue;
        }
        if (slot->state != DRIVER_SLOT_FOLDING) { /* what waits for the folder is durable */
            slot->answer.err =
                slot->state == DRIVER_SLOT_WAITING ? CAIRN_STATE : CAIRN_OUTCOME_UNKNOWN;
        }
        command_finish(driver, number);
    }
    driver->queue = (struct driver_list){DRIVER_NONE, DRIVER_NONE};
    driver->folding = driver->queue;
}
