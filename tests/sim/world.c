#include "tests/sim/world.h"

#include "tests/sim/world_state.h"

#include <stdlib.h>
#include <string.h>

#define WORLD_DIAL_MS 50
#define LOOK_LATE_MS  30000

void world_random(struct world *world, uint8_t *out, size_t size)
{
    test_rng_bytes(&world->rng, out, size);
}

/* For who reads CAIRN_SIM_LOG. */
void world_say(const struct world *world, uint32_t node, const char *what, uint64_t number)
{
    if (getenv("CAIRN_SIM_LOG") != NULL) {
        print_message("[%8llu] %s == %s %llu\n",
                      (unsigned long long)(world->now_ms - WORLD_EPOCH_MS), world_countries[node],
                      what, (unsigned long long)number);
    }
}

/* ---- clocks ---- */

uint64_t world_clock_of(const struct world *world, uint32_t node)
{
    const struct node_clock *clock = &world->nodes[node].clock;
    if (world->now_ms < clock->frozen_until_ms) {
        return clock->frozen_ms;
    }
    int64_t since_ms = (int64_t)(world->now_ms - clock->drift_from_ms);
    int64_t drift_ms = since_ms * clock->drift_ppm / 1000000;
    return (uint64_t)((int64_t)world->now_ms + clock->offset_ms + drift_ms);
}

/* One timer for each node, as in node/driver_turn.c; an earlier one replaces it. */
static void world_tick(struct world *world, uint32_t number, uint64_t at_ms)
{
    struct node *node = &world->nodes[number];
    if (node->tick_ms != 0 && node->tick_ms <= at_ms && node->tick_ms >= world->now_ms) {
        return;
    }
    struct world_event *tick = world_event_new(world, number, WORLD_STEP);
    tick->event.type = CAIRN_EVENT_TICK;
    node->tick_ms = at_ms;
    world_push(world, tick, at_ms);
}

void world_set_clock(struct world *world, uint32_t node, int64_t offset_ms, int64_t drift_ppm)
{
    world->nodes[node].clock = (struct node_clock){
        .offset_ms = offset_ms, .drift_ppm = drift_ppm, .drift_from_ms = world->now_ms};
    world_tick(world, node,
               world->now_ms + world_delay(world, 1000)); /* a host looks each second */
}

void world_freeze_clock(struct world *world, uint32_t node, uint64_t ms)
{
    struct node_clock *clock = &world->nodes[node].clock;
    clock->frozen_ms = world_clock_of(world, node);
    clock->frozen_until_ms = world->now_ms + ms;
    world_tick(world, node, clock->frozen_until_ms + world_delay(world, 1000));
}

static void world_wait_for(struct world *world, uint32_t number, uint64_t wake_ms)
{
    uint64_t now_ms = world_clock_of(world, number);
    uint64_t pause_ms = wake_ms > now_ms ? wake_ms - now_ms : 0;
    bool is_moved = world->nodes[number].clock.drift_from_ms != 0;
    world_tick(world, number, world->now_ms + (is_moved && pause_ms > 1000 ? 1000 : pause_ms));
}

static void world_wake(struct world *world, uint32_t number, uint64_t at_ms)
{
    struct node *node = &world->nodes[number];
    for (uint32_t i = 0; i < node->wake_count; i++) {
        if (node->wakes[i] == at_ms) {
            return;
        }
    }
    if (node->wake_count < NODE_WAKES_MAX) {
        node->wakes[node->wake_count++] = at_ms;
    }
    world_wait_for(world, number, at_ms);
}

/* gives false for a timer that was replaced */
static bool world_woken(struct world *world, uint32_t number, uint64_t at_ms)
{
    struct node *node = &world->nodes[number];
    uint64_t now_ms = world_clock_of(world, number);
    uint64_t next_ms = UINT64_MAX;
    uint32_t kept = 0;
    if (node->tick_ms != at_ms) {
        return false;
    }
    node->tick_ms = 0;
    for (uint32_t i = 0; i < node->wake_count; i++) {
        if (node->wakes[i] > now_ms) {
            next_ms = node->wakes[i] < next_ms ? node->wakes[i] : next_ms;
            node->wakes[kept++] = node->wakes[i];
        }
    }
    node->wake_count = kept;
    if (next_ms != UINT64_MAX) {
        world_wait_for(world, number, next_ms);
    }
    return true;
}

/* ---- actions ---- */

static void world_store(struct world *world, uint32_t number, const struct cairn_action *action)
{
    struct node *node = &world->nodes[number];
    struct world_event *event = world_event_new(world, number, WORLD_STORE);
    size_t size = 0;
    for (size_t i = 0; i < action->as.store.put_count; i++) {
        size += action->as.store.puts[i].head.size + action->as.store.puts[i].body.size;
    }
    event->put_count = action->as.store.put_count;
    event->is_synced = action->as.store.is_synced;
    event->puts = malloc((event->put_count + 1) * sizeof *event->puts);
    event->payload = malloc(size + 1);
    assert_non_null(event->puts);
    assert_non_null(event->payload);
    uint8_t *value = event->payload;
    for (size_t i = 0; i < event->put_count; i++) {
        const struct cairn_put *put = &action->as.store.puts[i];
        event->puts[i] = (struct cairn_put){
            .key = put->key, .head = {.data = value, .size = put->head.size + put->body.size}};
        if (put->head.size > 0) {
            memcpy(value, put->head.data, put->head.size);
        }
        if (put->body.size > 0) {
            memcpy(value + put->head.size, put->body.data, put->body.size);
        }
        value += event->puts[i].head.size;
    }
    event->event.type = CAIRN_EVENT_STORED;
    event->event.as.done.token = action->as.store.token;
    uint64_t at_ms = world->now_ms + 1 + world_delay(world, world->options.disk_ms_max);
    at_ms = at_ms > node->stall_ms ? at_ms : node->stall_ms;
    node->stored_ms = at_ms > node->stored_ms ? at_ms : node->stored_ms;
    world_push(world, event, node->stored_ms);
}

static void world_load(struct world *world, uint32_t node, const struct cairn_action *action)
{
    struct world_event *event = world_event_new(world, node, WORLD_LOAD);
    event->load_from = action->as.load.from;
    event->load_to = action->as.load.to_index;
    event->event.type = CAIRN_EVENT_LOADED;
    event->event.as.done.token = action->as.load.token;
    uint64_t at_ms = world->now_ms + world_delay(world, 2);
    struct node *looker = &world->nodes[node];
    if (++looker->load_count == looker->fail_load) {
        event->is_blind = looker->fail_how != WORLD_LOOK_IS_LATE;
        event->event.as.done.err = looker->fail_how == WORLD_LOOK_FAILS ? CAIRN_DISK : CAIRN_OK;
        at_ms += event->is_blind ? 0 : LOOK_LATE_MS;
    }
    world_push(world, event, at_ms);
}

static void world_sign(struct world *world, uint32_t node, const struct cairn_action *action)
{
    struct node *signer = &world->nodes[node];
    struct world_event *event = world_event_new(world, node, WORLD_STEP);
    event->event.type = CAIRN_EVENT_SIGNED;
    event->event.as.done.token = action->as.sign.token;
    cairn_suite_sign(&world->suite,
                     action->as.sign.key == CAIRN_SIGN_LOG ? signer->log_seed
                                                           : signer->witness_seed,
                     action->as.sign.message, event->event.as.done.signature);
    world_push(world, event, world->now_ms);
}

static void world_ripe(struct world *world, uint32_t node, const struct cairn_action *action)
{
    struct world_event *event = world_event_new(world, node, WORLD_FOLD);
    size_t size = (size_t)action->as.ripe.epoch_count * 32;
    event->ripe = action->as.ripe;
    event->payload = malloc(size + 1);
    assert_non_null(event->payload);
    memcpy(event->payload, action->as.ripe.slot_keys, size);
    event->ripe.slot_keys = (const uint8_t(*)[32])event->payload;
    world_push(world, event, world->now_ms + 1);
}

static void world_trace_action(struct world *world, uint32_t node,
                               const struct cairn_action *action)
{
    uint8_t head[16];
    cairn_bytes_put_u64(head, world->now_ms);
    cairn_bytes_put_u32(head + 8, node);
    cairn_bytes_put_u32(head + 12, action->type);
    cairn_sha256_update(&world->trace, (struct cairn_bytes){.data = head, .size = 16});
    if (action->type == CAIRN_ACTION_SEND) {
        cairn_sha256_update(&world->trace, action->as.send.head);
        cairn_sha256_update(&world->trace, action->as.send.body);
    }
}

static void world_notice(struct world *world, uint32_t node, const struct cairn_notice *notice)
{
    world->nodes[node].notices[notice->code]++;
    if (world->listener != NULL) {
        world->listener(world->listener_host, node, notice);
    }
    bool is_link = notice->code == CAIRN_NOTICE_LINK_REFUSED && notice->err / 100 <= 2 &&
                   notice->err != CAIRN_PEER_UNKNOWN;
    /* A record may come from somebody who has not got the admission yet, or be sealed to a key that
     * has not come to this node yet. */
    bool is_feed = notice->code == CAIRN_NOTICE_FEED_REFUSED &&
                   notice->err != CAIRN_DENIED_PARTNER && notice->err != CAIRN_LATER;
    bool is_fork = notice->code == CAIRN_NOTICE_FORK || notice->code == CAIRN_NOTICE_FORK_PROVEN;
    for (uint32_t i = 0; (is_link || is_fork) && i < world->options.nodes; i++) {
        bool is_it = memcmp(notice->country, world_code(world, i), 3) == 0;
        world->nodes[node].accused |= is_it ? 1u << i : 0;
    }
    if (is_link || is_feed) {
        world->nodes[node].blame_count++;
        world->nodes[node].blame_err = notice->err;
    }
    if (getenv("CAIRN_SIM_LOG") != NULL) {
        print_message("[%8llu] %s %s %.3s err %d a %llu b %llu\n",
                      (unsigned long long)(world->now_ms - WORLD_EPOCH_MS), world_countries[node],
                      cairn_notice_text(notice->code), (const char *)notice->country, notice->err,
                      (unsigned long long)notice->a, (unsigned long long)notice->b);
    }
}

static void world_do(struct world *world, uint32_t node, const struct cairn_action *action)
{
    world_trace_action(world, node, action);
    switch (action->type) {
    case CAIRN_ACTION_SEND:
        world_send(world, node, action);
        break;
    case CAIRN_ACTION_DROP:
        world_hang_up(world, node, action->as.drop.link);
        break;
    case CAIRN_ACTION_STORE:
        world->nodes[node].task_count++;
        world_store(world, node, action);
        break;
    case CAIRN_ACTION_LOAD:
        world->nodes[node].task_count++;
        world_load(world, node, action);
        break;
    case CAIRN_ACTION_SIGN:
        world->nodes[node].task_count++;
        world_sign(world, node, action);
        break;
    case CAIRN_ACTION_RIPE:
        world_ripe(world, node, action);
        break;
    case CAIRN_ACTION_WAKE_AT:
        world_wake(world, node, action->as.wake_at_ms);
        break;
    case CAIRN_ACTION_ANSWER:
        world_answer_take(world, action->as.answer.token, action->as.answer.err,
                          action->as.answer.feed);
        break;
    case CAIRN_ACTION_ROSTER:
        break;
    case CAIRN_ACTION_RESTART:
        world->nodes[node].fuse = 1; /* after this action */
        world->nodes[node].fuse_fall = WORLD_KILLED;
        world->nodes[node].fuse_down_ms = 100;
        break;
    case CAIRN_ACTION_NOTICE:
        world_notice(world, node, &action->as.notice);
        break;
    }
}

void world_step(struct world *world, uint32_t number, struct cairn_event *event)
{
    struct cairn_actions actions;
    struct node *node = &world->nodes[number];
    if (node->is_down) {
        return;
    }
    event->now_ms = world_clock_of(world, number);
    world_random(world, event->seed, sizeof event->seed);
    cairn_core_step(node->core, event, &actions);
    world_guard(world, number);
    for (const struct cairn_action *action = actions.first; action != NULL; action = action->next) {
        world_do(world, number, action);
        if (node->fuse > 0 && --node->fuse == 0) {
            world_fall(world, number, node->fuse_fall, node->fuse_down_ms);
            return;
        }
    }
    assert_true(node->task_count <= WORLD_TASKS_MAX);
}

/* ---- running ---- */

static void world_apply_store(struct world *world, struct world_event *event)
{
    struct node *node = &world->nodes[event->node];
    bool is_swept = ++node->store_count == node->fail_store;
    bool is_failed = (node->fail_in > 0 && --node->fail_in == 0) || is_swept;
    if (!is_failed || test_rng_below(&world->rng, 2) == 0) { /* outcome unknown */
        disk_begin(&node->disk);
        for (size_t i = 0; i < event->put_count; i++) {
            disk_put(&node->disk, &event->puts[i].key, event->puts[i].head);
        }
        if (event->is_synced) {
            disk_sync(&node->disk);
        }
    }
    if (is_failed) {
        event->event.as.done.err = CAIRN_DISK;
        node->stall_ms = UINT64_MAX; /* nothing behind it is written, until it fell */
    }
    node->task_count--;
    world_step(world, event->node, &event->event);
    if (is_failed) {
        world_fall(world, event->node, WORLD_KILLED, 100); /* if it did not in that step */
    }
}

static void world_apply_step(struct world *world, struct world_event *event)
{
    bool is_link =
        event->event.type >= CAIRN_EVENT_LINK_UP && event->event.type <= CAIRN_EVENT_LINK_DOWN;
    if (is_link && !world_wire_take(world, event)) {
        return;
    }
    if (event->event.type == CAIRN_EVENT_TICK && !world_woken(world, event->node, event->at_ms)) {
        return;
    }
    if (event->event.type == CAIRN_EVENT_SIGNED) {
        world->nodes[event->node].task_count--;
    }
    world_step(world, event->node, &event->event);
}

static void world_apply(struct world *world, struct world_event *event)
{
    static struct cairn_row rows[WORLD_ROWS_MAX];
    struct node *node = &world->nodes[event->node];
    if (event->life != node->life && event->kind != WORLD_COMMAND) {
        world_event_free(world, event);
        return;
    }
    switch (event->kind) {
    case WORLD_STEP:
        world_apply_step(world, event);
        break;
    case WORLD_STORE:
        world_apply_store(world, event);
        break;
    case WORLD_LOAD:
        node->task_count--;
        event->event.as.done.row_count = disk_range(&node->disk, &event->load_from, event->load_to,
                                                    rows, event->is_blind ? 0 : WORLD_ROWS_MAX);
        event->event.as.done.rows = rows;
        world_step(world, event->node, &event->event);
        break;
    case WORLD_FOLD:
        if (!world_fold(world, event)) {
            world_push(world, event, world->now_ms + 1000);
            return;
        }
        break;
    case WORLD_START:
        node_start(world, event->node);
        break;
    case WORLD_COMMAND: /* it may be given to one who is not there any more */
        world_command_due(world, event);
        return;
    }
    world_event_free(world, event);
}

void world_run(struct world *world, uint64_t ms)
{
    uint64_t end_ms = world->now_ms + ms;
    uint64_t dial_ms = world->now_ms;
    while (world->now_ms < end_ms) {
        if (world->now_ms >= dial_ms) {
            world_dial(world);
            dial_ms = world->now_ms + WORLD_DIAL_MS;
        }
        if (world->queue_count == 0 || world->queue[0]->at_ms > dial_ms) {
            world->now_ms = dial_ms < end_ms ? dial_ms : end_ms;
            continue;
        }
        if (world->queue[0]->at_ms > end_ms) {
            break;
        }
        struct world_event *event = world_pop(world);
        world->now_ms = event->at_ms > world->now_ms ? event->at_ms : world->now_ms;
        world_apply(world, event);
    }
    world->now_ms = end_ms;
}
