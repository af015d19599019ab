#include "replication/core_parts.h"

#include "schema/base/check.h"

#include <string.h>

/* After this the host ends the process and starts anew from what is on the disk. */
static void step_fail(struct cairn_core *core, cairn_err err)
{
    core->is_failed = true;
    cairn_core_notice_err(core, CAIRN_NOTICE_STORE_FAILED, CORE_NONE, err);
}

static void step_private_stored(struct cairn_core *core, const struct core_task *task)
{
    struct cairn_action *answer = cairn_core_act(core, CAIRN_ACTION_ANSWER);
    answer->as.answer.token = task->a;
    answer->as.answer.index = task->b;
    memcpy(answer->as.answer.feed, core->feeds[task->log].id, 16);
    memcpy(answer->as.answer.entry_id, task->entry_id, 32);
}

static void step_on_stored(struct cairn_core *core, const struct cairn_event *event)
{
    struct core_task task = cairn_core_task_close(core, event->as.done.token);
    if (event->as.done.err != CAIRN_OK) {
        step_fail(core, event->as.done.err); /* outcome unknown */
        return;
    }
    switch (task.type) {
    case CORE_TASK_STORE_FLUSH:
        cairn_core_flush_stored(core);
        break;
    case CORE_TASK_STORE_PRIVATE:
        step_private_stored(core, &task);
        break;
    case CORE_TASK_STORE_JOURNAL:
        cairn_core_journal_stored(core, task.log, task.a);
        break;
    case CORE_TASK_STORE_COMMIT:
        cairn_core_commit_stored(core, task.log, task.a);
        break;
    case CORE_TASK_STORE_COSIGN:
        cairn_core_cosign_stored(core, task.log);
        break;
    case CORE_TASK_STORE_DOCUMENT:
        cairn_core_document_stored(core, &task);
        break;
    case CORE_TASK_STORE_KEEP:
        core->restore.is_keeping = false;
        break;
    case CORE_TASK_STORE_FORGET:
        cairn_core_answer(core, task.a, CAIRN_OK);
        break;
    case CORE_TASK_STORE_SCRUB:
        cairn_core_heal_stored(core);
        break;
    case CORE_TASK_STORE_CUT:
        cairn_core_branch_stored(core, task.log);
        break;
    case CORE_TASK_STORE_MENDED:
        cairn_core_cut_stored(core, task.log);
        break;
    case CORE_TASK_FREE:
    case CORE_TASK_STORE:
    case CORE_TASK_SIGN_FLUSH:
    case CORE_TASK_SIGN_COSIGN:
    case CORE_TASK_LOAD_STREAM:
    case CORE_TASK_LOAD_RECORD:
    case CORE_TASK_LOAD_SCAN:
    case CORE_TASK_LOAD_NOTES:
    case CORE_TASK_LOAD_FORK:
    case CORE_TASK_LOAD_PROOF:
    case CORE_TASK_LOAD_END:
    case CORE_TASK_LOAD_BRANCH:
    case CORE_TASK_LOAD_CUT:
    case CORE_TASK_LOAD_SCRUB:
        break;
    }
}

static void step_on_signed(struct cairn_core *core, const struct cairn_event *event)
{
    struct core_task task = cairn_core_task_close(core, event->as.done.token);
    if (event->as.done.err != CAIRN_OK) {
        step_fail(core, event->as.done.err);
    } else if (task.type == CORE_TASK_SIGN_FLUSH) {
        cairn_core_flush_signed(core, event->as.done.signature);
    } else {
        CAIRN_REQUIRE(task.type == CORE_TASK_SIGN_COSIGN);
        cairn_core_cosign_signed(core, task.log, event->as.done.signature);
    }
}

static void step_on_loaded(struct cairn_core *core, const struct cairn_event *event)
{
    struct core_task task = cairn_core_task_close(core, event->as.done.token);
    if (task.type == CORE_TASK_LOAD_SCAN) {
        cairn_core_scan_loaded(core, &task, event);
        return;
    }
    if (task.type == CORE_TASK_LOAD_FORK) {
        cairn_core_fork_loaded(core, event);
        return;
    }
    if (task.type == CORE_TASK_LOAD_END) {
        cairn_core_end_loaded(core, event);
        return;
    }
    if (task.type == CORE_TASK_LOAD_BRANCH) {
        cairn_core_branch_loaded(core, event);
        return;
    }
    if (task.type == CORE_TASK_LOAD_CUT) {
        cairn_core_cut_loaded(core, task.log, event);
        return;
    }
    if (task.type == CORE_TASK_LOAD_SCRUB) {
        cairn_core_scrub_loaded(core, &task, event);
        return;
    }
    if (task.link_generation != core->link_generations[task.link]) {
        return; /* the link is gone */
    }
    if (task.type == CORE_TASK_LOAD_STREAM) {
        cairn_core_stream_loaded(core, &task, event);
    } else if (task.type == CORE_TASK_LOAD_RECORD) {
        cairn_core_record_loaded(core, &task, event);
    } else if (task.type == CORE_TASK_LOAD_PROOF) {
        cairn_core_proof_loaded(core, &task, event);
    } else {
        CAIRN_REQUIRE(task.type == CORE_TASK_LOAD_NOTES);
        cairn_core_notes_loaded(core, &task, event);
    }
}

static void step_on_start(struct cairn_core *core, const struct cairn_event *event)
{
    CAIRN_REQUIRE(!core->is_started);
    core->is_started = true;
    if (core->is_failed) { /* what was recalled is damaged */
        return;
    }
    cairn_core_recall_end(core);
    cairn_core_restore_start(core, event);
    core->heartbeat_ms = core->now_ms;
    core->is_ripen_due = true;
    for (uint32_t journal = 0; journal < core->journal_count; journal++) {
        if (core->journals[journal].is_ended) {
            cairn_core_refold(core, journal);
        }
    }
    for (uint32_t journal = 1; journal < core->journal_count; journal++) {
        cairn_core_fork_advanced(core, journal);
        cairn_core_scan(core, journal);
    }
    core->is_halted = core->is_halted || core->journals[0].is_forked;
    cairn_core_closes_due(core);
    cairn_core_receipts_due(core);
    core->is_hand_due = true;
    cairn_core_handed_again(core);
    cairn_core_act(core, CAIRN_ACTION_ROSTER);
}

static void step_on_link_sent(struct cairn_core *core, const struct cairn_event *event)
{
    CAIRN_REQUIRE(event->as.link.link < core->limits.links);
    struct core_link *link = &core->links[event->as.link.link];
    uint64_t sent = event->as.link.sent_bytes;
    link->out_bytes -= sent < link->out_bytes ? sent : link->out_bytes;
}

static void step_on_recall(struct cairn_core *core, const struct cairn_event *event)
{
    cairn_core_recall(core, &event->as.recall);
}

static void step_on_policy(struct cairn_core *core, const struct cairn_event *event)
{
    memcpy(core->policy_hash, event->as.policy_hash, sizeof core->policy_hash);
}

static void step_on_tick(struct cairn_core *core, const struct cairn_event *event)
{
    (void)core;
    (void)event; /* time has moved: that is all */
}

typedef void step_handler(struct cairn_core *core, const struct cairn_event *event);

static step_handler *const step_handlers[] = {
    [CAIRN_EVENT_RECALL] = step_on_recall,
    [CAIRN_EVENT_START] = step_on_start,
    [CAIRN_EVENT_TICK] = step_on_tick,
    [CAIRN_EVENT_LINK_UP] = cairn_core_on_link_up,
    [CAIRN_EVENT_LINK_FRAME] = cairn_core_on_link_frame,
    [CAIRN_EVENT_LINK_SENT] = step_on_link_sent,
    [CAIRN_EVENT_LINK_DOWN] = cairn_core_on_link_down,
    [CAIRN_EVENT_STORED] = step_on_stored,
    [CAIRN_EVENT_LOADED] = step_on_loaded,
    [CAIRN_EVENT_SIGNED] = step_on_signed,
    [CAIRN_EVENT_DOCUMENT] = cairn_core_on_document,
    [CAIRN_EVENT_FORGET] = cairn_core_on_forget,
    [CAIRN_EVENT_SEALING] = cairn_core_on_sealing,
    [CAIRN_EVENT_APPEND] = cairn_core_on_append,
    [CAIRN_EVENT_FEED_OPEN] = cairn_core_on_feed_open,
    [CAIRN_EVENT_FEED_ADMIT] = cairn_core_on_feed_admit,
    [CAIRN_EVENT_FEED_REKEY] = cairn_core_on_feed_rekey,
    [CAIRN_EVENT_FEED_CLOSE] = cairn_core_on_feed_close,
    [CAIRN_EVENT_OPENED] = cairn_core_on_opened,
    [CAIRN_EVENT_INVITED] = cairn_core_on_invited,
    [CAIRN_EVENT_KEYS] = cairn_core_on_keys,
    [CAIRN_EVENT_POLICY] = step_on_policy,
    [CAIRN_EVENT_ACCEPT] = cairn_core_on_accept,
    [CAIRN_EVENT_SPACE] = cairn_core_on_space,
    [CAIRN_EVENT_SCRUB] = cairn_core_on_scrub,
};

/* Commands are answered, everything else is let go. */
static void step_refuse(struct cairn_core *core, const struct cairn_event *event)
{
    enum cairn_event_type type = event->type;
    if (type == CAIRN_EVENT_STORED || type == CAIRN_EVENT_LOADED || type == CAIRN_EVENT_SIGNED) {
        (void)cairn_core_task_close(core, event->as.done.token);
    } else if (type == CAIRN_EVENT_DOCUMENT) {
        cairn_core_answer(core, event->as.document.token, CAIRN_DISK);
    } else if (type == CAIRN_EVENT_FORGET) {
        cairn_core_answer(core, event->as.forget.token, CAIRN_DISK);
    } else if (type == CAIRN_EVENT_APPEND || type == CAIRN_EVENT_FEED_OPEN ||
               type == CAIRN_EVENT_FEED_ADMIT || type == CAIRN_EVENT_FEED_REKEY ||
               type == CAIRN_EVENT_FEED_CLOSE) {
        cairn_core_answer(core, event->as.command.token, CAIRN_DISK);
    }
}

/* What follows from any event. Each part stops where the arena gets scarce, and goes on in the next
 * step. */
static void step_follow(struct cairn_core *core)
{
    cairn_core_links_check(core);
    cairn_core_pairs(core);
    cairn_core_look(core);
    cairn_core_scan_all(core);
    cairn_core_ends(core);
    cairn_core_cuts(core);
    cairn_core_branches(core);
    cairn_core_forks(core);
    cairn_core_proofs_tell(core);
    cairn_core_ripen(core);
    cairn_core_unstall(core);
    cairn_core_accept_follow(core);
    cairn_core_sources(core);
    cairn_core_restore_follow(core);
    cairn_core_receipts(core);
    cairn_core_closes(core);
    cairn_core_hands(core);
    cairn_core_handed(core);
    cairn_core_flush(core);
    cairn_core_cosign(core);
    cairn_core_pump_all(core);
    cairn_core_notes(core);
    cairn_core_scrub(core);
    if (!cairn_core_is_roomy(core)) {
        cairn_core_wake(core, core->now_ms);
    }
}

void cairn_core_step(struct cairn_core *core, const struct cairn_event *event,
                     struct cairn_actions *out)
{
    CAIRN_REQUIRE(core->is_started || event->type == CAIRN_EVENT_RECALL ||
                  event->type == CAIRN_EVENT_START || event->type == CAIRN_EVENT_OPENED);
    cairn_arena_reset(&core->arena);
    core->actions = (struct cairn_actions){.count = 0};
    bool is_set_back = event->now_ms < core->now_ms;
    core->now_ms = event->now_ms;
    memcpy(core->seed, event->seed, 32);
    core->seed_count = 0;
    core->sign_count = 0;
    if (core->is_failed && core->is_started) {
        step_refuse(core, event);
    } else {
        if (is_set_back && core->is_started) {
            cairn_core_set_back(core);
        }
        CAIRN_REQUIRE(step_handlers[event->type] != NULL);
        step_handlers[event->type](core, event);
    }
    if (core->is_started && !core->is_failed) {
        step_follow(core);
    }
    *out = core->actions;
}
