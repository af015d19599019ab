#include "replication/core.h"

#include "replication/core_parts.h"

#include "crypto/hash.h"
#include "schema/base/check.h"

#include <stdalign.h>
#include <string.h>

/* Everything that lies in the core's memory, behind the struct itself. */
struct core_plan {
    size_t used;
    uint8_t *memory; /* NULL: only count */
};

static void *core_plan_take(struct core_plan *plan, size_t count, size_t size)
{
    const size_t align = alignof(max_align_t);
    plan->used = (plan->used + align - 1) / align * align;
    void *place = plan->memory == NULL ? NULL : plan->memory + plan->used;
    plan->used += count * size;
    return place;
}

static uint32_t core_power_above(uint32_t count)
{
    uint32_t power = 16;
    while (power < count) {
        power *= 2;
    }
    return power;
}

static void core_lay_out_batch(struct core_plan *plan, struct core_batch *batch)
{
    batch->bytes = core_plan_take(plan, CORE_WAITING_BYTES, 1);
    batch->waiting = core_plan_take(plan, CORE_WAITING_MAX, sizeof *batch->waiting);
    batch->parts = core_plan_take(plan, CORE_PARTS_MAX, sizeof *batch->parts);
}

static void core_lay_out(struct cairn_core *core, struct core_plan *plan)
{
    const struct cairn_core_limits *limits = &core->limits;
    size_t logs = (size_t)limits->journals + limits->feeds;
    core->feed_index_size = core_power_above(limits->feeds * 2);
    core->countries = core_plan_take(plan, limits->countries, sizeof *core->countries);
    core->journals = core_plan_take(plan, limits->journals, sizeof *core->journals);
    core->feeds = core_plan_take(plan, limits->feeds, sizeof *core->feeds);
    core->feed_index = core_plan_take(plan, core->feed_index_size, sizeof *core->feed_index);
    core->tag_index = core_plan_take(plan, core->feed_index_size, sizeof *core->tag_index);
    core->pending.items = core_plan_take(plan, CORE_PENDING_LEAVES, sizeof *core->pending.items);
    core->links = core_plan_take(plan, limits->links, sizeof *core->links);
    core->link_generations = core_plan_take(plan, limits->links, sizeof *core->link_generations);
    core->streams = core_plan_take(plan, limits->links * logs, sizeof *core->streams);
    core->intakes = core_plan_take(plan, logs, sizeof *core->intakes);
    core->offered = core_plan_take(plan, (limits->links * logs + 7) / 8, 1);
    core->tasks = core_plan_take(plan, CORE_TASKS, sizeof *core->tasks);
    core->recent = core_plan_take(plan, CORE_RECENT, sizeof *core->recent);
    core_lay_out_batch(plan, &core->batches[0]);
    core_lay_out_batch(plan, &core->batches[1]);
    core->flush_leaves = core_plan_take(plan, CORE_PARTS_MAX, CAIRN_LEAF_BYTES);
    core->invites = core_plan_take(plan, CORE_INVITES_MAX, sizeof *core->invites);
    core->scratch = core_plan_take(plan, CORE_SCRATCH_BYTES, 1);
    core->arena.memory = core_plan_take(plan, CAIRN_LIMIT_STEP_ARENA_BYTES, 1);
}

static void core_check_limits(const struct cairn_core_limits *limits)
{
    CAIRN_REQUIRE(limits->countries >= 1 && limits->countries <= CAIRN_LIMIT_COUNTRIES);
    CAIRN_REQUIRE(limits->journals >= 1 && limits->journals <= 256);
    CAIRN_REQUIRE(limits->feeds >= 4 && limits->feeds <= CAIRN_LIMIT_FEEDS);
    CAIRN_REQUIRE(limits->links >= 1 && limits->links <= CAIRN_LIMIT_LINKS);
}

size_t cairn_core_size(const struct cairn_core_limits *limits)
{
    core_check_limits(limits);
    struct cairn_core core = {.limits = *limits};
    struct core_plan plan = {.used = sizeof core};
    core_lay_out(&core, &plan);
    return plan.used;
}

static void core_init_tables(struct cairn_core *core)
{
    cairn_pending_init(&core->pending, core->pending.items, CORE_PENDING_LEAVES);
    for (uint32_t i = 0; i < core->feed_index_size; i++) {
        core->feed_index[i] = CORE_NONE;
        core->tag_index[i] = CORE_NONE;
    }
    for (uint32_t i = 0; i < core->limits.journals + core->limits.feeds; i++) {
        core->intakes[i] = (struct core_intake){.link = CORE_NONE};
    }
}

struct cairn_core *cairn_core_init(void *memory, const struct cairn_core_limits *limits,
                                   const struct cairn_core_identity *identity,
                                   const struct cairn_suite *suite)
{
    core_check_limits(limits);
    memset(memory, 0, cairn_core_size(limits));
    struct cairn_core *core = memory;
    core->limits = *limits;
    core->suite = suite;
    struct core_plan plan = {.used = sizeof *core, .memory = memory};
    core_lay_out(core, &plan);
    cairn_arena_init(&core->arena, core->arena.memory, CAIRN_LIMIT_STEP_ARENA_BYTES);
    core_init_tables(core);
    memcpy(core->sealing_secret, identity->sealing_secret, 32);
    memcpy(core->local_secret, identity->local_secret, 32);

    struct cairn_origin origin;
    cairn_err err = cairn_origin_parse(cairn_bytes_of(identity->origin), &origin);
    CAIRN_REQUIRE(err == CAIRN_OK);
    CAIRN_REQUIRE(origin.network.size <= CAIRN_LIMIT_NETWORK_BYTES);
    memcpy(core->network, origin.network.data, origin.network.size);
    uint32_t country = cairn_core_country_add(core, origin.country.data);
    cairn_suite_dh_public(suite, core->sealing_secret, core->countries[country].sealing_public);
    uint32_t own = cairn_core_journal_add(core, cairn_bytes_of(identity->origin), country);
    CAIRN_REQUIRE(country == 0);
    CAIRN_REQUIRE(own == 0);
    memcpy(core->journals[0].log_public, identity->log_public, 32);
    memcpy(core->journals[0].witness_public, identity->witness_public, 32);
    core->journals[0].is_listed = true;
    return core;
}

void *cairn_core_take(struct cairn_core *core, size_t size)
{
    void *taken = cairn_arena_take(&core->arena, size);
    CAIRN_REQUIRE(taken != NULL); /* a step's output is bounded: see the limits in core_state.h */
    return taken;
}

struct cairn_action *cairn_core_act(struct cairn_core *core, enum cairn_action_type type)
{
    struct cairn_action *action = cairn_core_take(core, sizeof *action);
    action->type = type;
    if (core->actions.last == NULL) {
        core->actions.first = action;
    } else {
        core->actions.last->next = action;
    }
    core->actions.last = action;
    core->actions.count++;
    return action;
}

static struct cairn_notice *core_notice_new(struct cairn_core *core, enum cairn_notice_code code,
                                            uint32_t country)
{
    struct cairn_notice *notice = &cairn_core_act(core, CAIRN_ACTION_NOTICE)->as.notice;
    notice->code = code;
    if (country < core->country_count) {
        memcpy(notice->country, core->countries[country].country, 3);
    }
    return notice;
}

void cairn_core_notice(struct cairn_core *core, enum cairn_notice_code code, uint32_t country,
                       uint64_t a, uint64_t b)
{
    struct cairn_notice *notice = core_notice_new(core, code, country);
    notice->a = a;
    notice->b = b;
}

void cairn_core_notice_err(struct cairn_core *core, enum cairn_notice_code code, uint32_t country,
                           cairn_err err)
{
    core_notice_new(core, code, country)->err = err;
}

void cairn_core_fresh(struct cairn_core *core, uint8_t out[static 32])
{
    uint8_t count[4];
    cairn_bytes_put_u32(count, core->seed_count++);
    cairn_suite_hmac(core->suite, (struct cairn_bytes){.data = core->seed, .size = 32},
                     (struct cairn_bytes){.data = count, .size = 4}, out);
}

uint32_t cairn_core_task_open(struct cairn_core *core, enum core_task_type type, uint32_t log,
                              uint64_t a)
{
    for (uint32_t i = 0; i < CORE_TASKS; i++) {
        struct core_task *task = &core->tasks[i];
        if (task->type == CORE_TASK_FREE) {
            uint16_t generation = (uint16_t)(task->generation + 1);
            *task = (struct core_task){
                .type = type, .generation = generation, .link = CORE_NONE, .log = log, .a = a};
            core->task_count++;
            return (uint32_t)generation << 16 | i;
        }
    }
    /* Loads are bounded per link, stores by the batches: there is always a free one. */
    cairn_panic("a task is free", __FILE__, __LINE__);
}

struct core_task *cairn_core_task_at(struct cairn_core *core, uint32_t token)
{
    uint32_t i = token & 0xffffu;
    CAIRN_REQUIRE(i < CORE_TASKS);
    struct core_task *task = &core->tasks[i];
    CAIRN_REQUIRE(task->type != CORE_TASK_FREE);
    CAIRN_REQUIRE(task->generation == token >> 16);
    return task;
}

/* Take a task out of the table: its answer has come. */
static struct core_task core_task_close(struct cairn_core *core, uint32_t token)
{
    struct core_task *slot = cairn_core_task_at(core, token);
    struct core_task task = *slot;
    slot->type = CORE_TASK_FREE;
    core->task_count--;
    return task;
}

void cairn_core_wake(struct cairn_core *core, uint64_t at_ms)
{
    cairn_core_act(core, CAIRN_ACTION_WAKE_AT)->as.wake_at_ms = at_ms;
}

static void core_on_stored(struct cairn_core *core, const struct cairn_event *event)
{
    struct core_task task = core_task_close(core, event->as.done.token);
    if (event->as.done.err != CAIRN_OK) {
        /* Outcome unknown: say nothing more until the host has reopened the store. */
        core->is_halted = true;
        cairn_core_notice_err(core, CAIRN_NOTICE_STORE_FAILED, CORE_NONE, event->as.done.err);
        return;
    }
    switch (task.type) {
    case CORE_TASK_STORE_FLUSH:
        cairn_core_flush_stored(core);
        break;
    case CORE_TASK_STORE_PRIVATE: {
        struct cairn_action *answer = cairn_core_act(core, CAIRN_ACTION_ANSWER);
        answer->as.answer.token = task.a;
        answer->as.answer.index = task.b;
        memcpy(answer->as.answer.feed, core->feeds[task.log].id, 16);
        memcpy(answer->as.answer.entry_id, task.entry_id, 32);
        break;
    }
    case CORE_TASK_STORE_JOURNAL:
        cairn_core_journal_stored(core, task.log, task.a);
        break;
    case CORE_TASK_STORE_COMMIT:
        cairn_core_commit_stored(core, task.log, task.a);
        break;
    case CORE_TASK_FREE:
    case CORE_TASK_STORE:
    case CORE_TASK_SIGN_FLUSH:
    case CORE_TASK_SIGN_COSIGN:
    case CORE_TASK_LOAD_STREAM:
    case CORE_TASK_LOAD_RECORD:
    case CORE_TASK_LOAD_SCAN:
    case CORE_TASK_LOAD_NOTES:
        break;
    }
}

static void core_on_signed(struct cairn_core *core, const struct cairn_event *event)
{
    struct core_task task = core_task_close(core, event->as.done.token);
    if (event->as.done.err != CAIRN_OK) {
        core->is_halted = true;
        cairn_core_notice_err(core, CAIRN_NOTICE_STORE_FAILED, CORE_NONE, event->as.done.err);
    } else if (task.type == CORE_TASK_SIGN_FLUSH) {
        cairn_core_flush_signed(core, event->as.done.signature);
    } else {
        CAIRN_REQUIRE(task.type == CORE_TASK_SIGN_COSIGN);
        cairn_core_cosign_signed(core, task.log, event->as.done.signature);
    }
}

static void core_on_loaded(struct cairn_core *core, const struct cairn_event *event)
{
    struct core_task task = core_task_close(core, event->as.done.token);
    if (task.type == CORE_TASK_LOAD_SCAN) {
        cairn_core_scan_loaded(core, &task, event);
        return;
    }
    if (task.link_generation != core->link_generations[task.link]) {
        return; /* the link is gone */
    }
    core->links[task.link].load_count--;
    if (task.type == CORE_TASK_LOAD_STREAM) {
        cairn_core_stream_loaded(core, &task, event);
    } else if (task.type == CORE_TASK_LOAD_RECORD) {
        cairn_core_record_loaded(core, &task, event);
    } else {
        CAIRN_REQUIRE(task.type == CORE_TASK_LOAD_NOTES);
        cairn_core_notes_loaded(core, &task, event);
    }
}

static void core_on_start(struct cairn_core *core)
{
    CAIRN_REQUIRE(!core->is_started);
    cairn_core_recall_end(core);
    core->is_started = true;
    core->heartbeat_ms = core->now_ms;
    for (uint32_t feed = 0; feed < core->feed_count; feed++) {
        cairn_core_feed_ripen(core, feed);
    }
    for (uint32_t journal = 1; journal < core->journal_count; journal++) {
        cairn_core_scan(core, journal);
    }
    cairn_core_act(core, CAIRN_ACTION_ROSTER);
}

static void core_on_link_sent(struct cairn_core *core, const struct cairn_event *event)
{
    struct core_link *link = &core->links[event->as.link.link];
    if (link->is_up) {
        uint64_t sent = event->as.link.sent_bytes;
        link->out_bytes -= sent < link->out_bytes ? sent : link->out_bytes;
        cairn_core_pump(core, event->as.link.link);
    }
}

static void core_dispatch(struct cairn_core *core, const struct cairn_event *event)
{
    switch (event->type) {
    case CAIRN_EVENT_RECALL:
        cairn_core_recall(core, &event->as.recall);
        break;
    case CAIRN_EVENT_START:
        core_on_start(core);
        break;
    case CAIRN_EVENT_TICK:
        break;
    case CAIRN_EVENT_LINK_UP:
        cairn_core_on_link_up(core, event);
        break;
    case CAIRN_EVENT_LINK_FRAME:
        cairn_core_on_link_frame(core, event);
        break;
    case CAIRN_EVENT_LINK_SENT:
        core_on_link_sent(core, event);
        break;
    case CAIRN_EVENT_LINK_DOWN:
        cairn_core_on_link_down(core, event);
        break;
    case CAIRN_EVENT_STORED:
        core_on_stored(core, event);
        break;
    case CAIRN_EVENT_LOADED:
        core_on_loaded(core, event);
        break;
    case CAIRN_EVENT_SIGNED:
        core_on_signed(core, event);
        break;
    case CAIRN_EVENT_DOCUMENT:
        cairn_core_on_document(core, event);
        break;
    case CAIRN_EVENT_FORGET:
        cairn_core_on_forget(core, event);
        break;
    case CAIRN_EVENT_APPEND:
        cairn_core_on_append(core, event);
        break;
    case CAIRN_EVENT_FEED_OPEN:
        cairn_core_on_feed_open(core, event);
        break;
    case CAIRN_EVENT_FEED_ADMIT:
        cairn_core_on_feed_admit(core, event);
        break;
    case CAIRN_EVENT_FEED_REKEY:
        cairn_core_on_feed_rekey(core, event);
        break;
    case CAIRN_EVENT_FEED_CLOSE:
        cairn_core_on_feed_close(core, event);
        break;
    case CAIRN_EVENT_OPENED:
        cairn_core_on_opened(core, event);
        break;
    case CAIRN_EVENT_INVITED:
        cairn_core_on_invited(core, event);
        break;
    case CAIRN_EVENT_POLICY:
        memcpy(core->policy_hash, event->as.policy_hash, 32);
        break;
    }
}

void cairn_core_step(struct cairn_core *core, const struct cairn_event *event,
                     struct cairn_actions *out)
{
    CAIRN_REQUIRE(core->is_started || event->type == CAIRN_EVENT_RECALL ||
                  event->type == CAIRN_EVENT_START || event->type == CAIRN_EVENT_OPENED);
    cairn_arena_reset(&core->arena);
    core->actions = (struct cairn_actions){.count = 0};
    core->now_ms = event->now_ms;
    memcpy(core->seed, event->seed, 32);
    core->seed_count = 0;
    core_dispatch(core, event);
    if (core->is_started) {
        cairn_core_unstall(core);
        cairn_core_receipts(core);
        cairn_core_missing(core);
        cairn_core_flush(core);
        cairn_core_cosign(core);
    }
    *out = core->actions;
}
