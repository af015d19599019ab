#include "replication/core_parts.h"

#include "schema/base/check.h"

#include <string.h>

void *cairn_core_take(struct cairn_core *core, size_t size)
{
    void *taken = cairn_arena_take(&core->arena, size);
    CAIRN_REQUIRE(taken != NULL); /* what one event can ask for is bounded: core_tables.h */
    return taken;
}

bool cairn_core_is_roomy(const struct cairn_core *core)
{
    return core->arena.size_bytes - core->arena.used_bytes >= CORE_ROOM_BYTES;
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

static struct cairn_notice *act_notice(struct cairn_core *core, enum cairn_notice_code code,
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
    struct cairn_notice *notice = act_notice(core, code, country);
    notice->a = a;
    notice->b = b;
}

void cairn_core_notice_err(struct cairn_core *core, enum cairn_notice_code code, uint32_t country,
                           cairn_err err)
{
    act_notice(core, code, country)->err = err;
}

void cairn_core_answer(struct cairn_core *core, uint64_t token, cairn_err err)
{
    struct cairn_action *answer = cairn_core_act(core, CAIRN_ACTION_ANSWER);
    answer->as.answer.token = token;
    answer->as.answer.err = err;
}

void cairn_core_wake(struct cairn_core *core, uint64_t at_ms)
{
    cairn_core_act(core, CAIRN_ACTION_WAKE_AT)->as.wake_at_ms = at_ms;
}

void cairn_core_fresh(struct cairn_core *core, uint8_t out[static 32])
{
    uint8_t count[4];
    cairn_bytes_put_u32(count, core->seed_count++);
    cairn_suite_hmac(core->suite, (struct cairn_bytes){.data = core->seed, .size = 32},
                     (struct cairn_bytes){.data = count, .size = 4}, out);
}

/* ---- tasks: what was asked of the host ---- */

void cairn_core_tasks_init(struct cairn_core *core)
{
    for (uint32_t i = 0; i < CORE_TASKS; i++) {
        core->tasks[i].next_free = i + 1 < CORE_TASKS ? i + 1 : CORE_NONE;
    }
    core->task_first = 0;
}

uint32_t cairn_core_task_open(struct cairn_core *core, enum core_task_type type, uint32_t log,
                              uint64_t a)
{
    uint32_t i = core->task_first;
    CAIRN_REQUIRE(i != CORE_NONE); /* what may come at any time stops at CORE_TASKS_BUSY */
    struct core_task *task = &core->tasks[i];
    uint16_t generation = (uint16_t)(task->generation + 1);
    core->task_first = task->next_free;
    *task = (struct core_task){
        .type = type, .generation = generation, .link = CORE_NONE, .log = log, .a = a};
    core->task_count++;
    return (uint32_t)generation << 16 | i;
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

struct core_task cairn_core_task_close(struct cairn_core *core, uint32_t token)
{
    struct core_task *slot = cairn_core_task_at(core, token);
    struct core_task task = *slot;
    slot->type = CORE_TASK_FREE;
    slot->next_free = core->task_first;
    core->task_first = token & 0xffffu;
    core->task_count--;
    return task;
}

bool cairn_core_is_busy(const struct cairn_core *core)
{
    return core->task_count >= CORE_TASKS_BUSY;
}
