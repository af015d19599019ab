#include "replication/core_parts.h"
#include "replication/core_rows.h"

#include "schema/base/check.h"
#include "schema/commit.h"

#include <string.h>

/* The log is read again, one row or piece at a time and slowly: journals first, since commits are
 * checked against their leaves. source P-90 */

#define SCRUB_HASTE     16u    /* times as fast, while somebody waits */
#define SCRUB_SLICE_US  20000u /* so far ahead of its time it may read */
#define SCRUB_ROW_BYTES 64u    /* what a row costs beyond its value */
#define SCRUB_SAVE_MS   60000u
#define SCRUB_RETRY_US  1000000u
#define SCRUB_HEARD_MS  10000u  /* after a partner was linked */
#define SCRUB_URGE_MS   60000u  /* from one log that is looked at out of turn to the next */
#define SCRUB_AGAIN_MS  600000u /* likewise, where nobody was linked since */

void cairn_core_scrub_init(struct cairn_core *core)
{
    core->scrub.round_log = CORE_NONE;
    core->scrub.urged = CORE_NONE;
    core->scrub.log = CORE_NONE;
    core->scrub.source = CORE_NONE;
    core->scrub.tried = CORE_NONE;
}

/* ---- rounds ---- */

static void scrub_save(struct cairn_core *core)
{
    struct core_puts puts = cairn_core_puts_begin(core, 1);
    core->scrub.saved_ms = core->now_ms;
    cairn_core_puts_add_scrub(core, &puts);
    cairn_core_puts_store(core, &puts, cairn_core_task_open(core, CORE_TASK_STORE, 0, 0), false);
}

static void scrub_begin_round(struct cairn_core *core)
{
    struct core_scrub *scrub = &core->scrub;
    scrub->is_on = true;
    scrub->has_place = false;
    scrub->round = (struct cairn_core_round){.began_ms = core->now_ms};
    scrub->round_log = CORE_NONE;
    scrub->phase = scrub->phase == CORE_SCRUB_IDLE ? CORE_SCRUB_NEXT : scrub->phase;
}

static void scrub_end_round(struct cairn_core *core)
{
    struct core_scrub *scrub = &core->scrub;
    scrub->round.ended_ms = core->now_ms;
    scrub->last = scrub->round;
    scrub->is_on = false;
    scrub->is_hasty = false;
    scrub->round_log = CORE_NONE;
    scrub->log = CORE_NONE;
    scrub->phase = CORE_SCRUB_IDLE;
    cairn_core_notice(core, CAIRN_NOTICE_SCRUBBED, CORE_NONE, scrub->last.rows, scrub->fault_count);
    scrub_save(core);
}

void cairn_core_on_scrub(struct cairn_core *core, const struct cairn_event *event)
{
    struct core_scrub *scrub = &core->scrub;
    CAIRN_REQUIRE(event->as.scrub.bytes_per_s > 0);
    scrub->bytes_per_s = event->as.scrub.bytes_per_s;
    scrub->period_ms = event->as.scrub.period_ms;
    if (scrub->is_on && scrub->phase == CORE_SCRUB_IDLE) { /* it goes on where it was */
        scrub->phase = CORE_SCRUB_NEXT;
    }
    if (event->as.scrub.is_now) {
        scrub->is_hasty = true;
        scrub->paid_us = core->now_ms * 1000;
        scrub_begin_round(core);
    }
}

void cairn_core_scrub_set_back(struct cairn_core *core)
{
    struct core_scrub *scrub = &core->scrub;
    uint64_t now_us = core->now_ms * 1000;
    scrub->paid_us = scrub->paid_us > now_us ? now_us : scrub->paid_us;
    scrub->moved_ms = scrub->moved_ms > core->now_ms ? core->now_ms : scrub->moved_ms;
    scrub->saved_ms = scrub->saved_ms > core->now_ms ? core->now_ms : scrub->saved_ms;
    scrub->urged_ms = scrub->urged_ms > core->now_ms ? core->now_ms : scrub->urged_ms;
    scrub->wake_ms = 0;
}

static bool scrub_is_due(const struct cairn_core *core)
{
    const struct core_scrub *scrub = &core->scrub;
    uint64_t began_ms = scrub->last.began_ms;
    return !scrub->is_on && scrub->period_ms > 0 &&
           (core->now_ms < began_ms || core->now_ms - began_ms >= scrub->period_ms);
}

void cairn_core_scrub_urge(struct cairn_core *core, uint32_t log)
{
    struct core_scrub *scrub = &core->scrub;
    if (scrub->urged != CORE_NONE || scrub->log == log || scrub->bytes_per_s == 0 ||
        cairn_core_fault_next(core, log, 0) != UINT64_MAX ||
        (scrub->urged_ms != 0 && core->now_ms - scrub->urged_ms < SCRUB_URGE_MS)) {
        return; /* it is known, or was looked at a moment ago */
    }
    scrub->urged = log;
    scrub->urged_ms = core->now_ms;
}

void cairn_core_scrub_heard(struct cairn_core *core)
{
    core->scrub.is_heard = true;
}

/* Damage that is known is not left for the next round: from time to time, and soon after a partner
 * was linked, one of the logs is tried again. Nobody else has a private entry. */
static void scrub_try_again(struct cairn_core *core)
{
    struct core_scrub *scrub = &core->scrub;
    uint64_t pause_ms = scrub->is_heard ? SCRUB_HEARD_MS : SCRUB_AGAIN_MS;
    if (scrub->fault_count == 0 || scrub->urged != CORE_NONE ||
        core->now_ms - scrub->urged_ms < pause_ms) {
        return;
    }
    scrub->urged_ms = core->now_ms;
    scrub->fault_again++;
    if (scrub->fault_again >= scrub->fault_count) {
        scrub->fault_again = 0;
        scrub->is_heard = false;
    }
    const struct core_fault *fault = &scrub->faults[scrub->fault_again];
    if (fault->table != CAIRN_TABLE_ENTRY) {
        scrub->urged = cairn_core_log_find(core, fault->id);
    }
}

/* ---- one log after the other ---- */

static void scrub_open(struct cairn_core *core, uint32_t log)
{
    struct core_scrub *scrub = &core->scrub;
    scrub->log = log;
    scrub->at = 0;
    scrub->last_leaf_plus1 = 0;
    scrub->is_whole = true;
    scrub->is_again = false;
    scrub->is_loose = false;
    scrub->has_hashes = false;
    cairn_merkle_range_init(&scrub->range);
    if (core_log_is_feed(core, log)) {
        scrub->end = core->feeds[log - core->limits.journals].durable_commits;
    } else {
        scrub->end = core->journals[log].durable.size;
        memcpy(scrub->root, core->journals[log].durable.root, 32);
    }
    scrub->phase = CORE_SCRUB_READ;
}

/* A round of before the start goes on in the feed where it was; a journal begins anew. */
static void scrub_resume(struct cairn_core *core)
{
    struct core_scrub *scrub = &core->scrub;
    uint32_t log = cairn_core_log_find(core, scrub->place);
    scrub->has_place = false;
    if (log == CORE_NONE) {
        return;
    }
    scrub->round_log = log;
    scrub_open(core, log);
    if (core_log_is_feed(core, log) && scrub->place_at <= scrub->end) {
        scrub->at = scrub->place_at;
        scrub->range = scrub->place_range;
        scrub->last_leaf_plus1 = scrub->place_leaf_plus1;
    }
}

static void scrub_next(struct cairn_core *core)
{
    struct core_scrub *scrub = &core->scrub;
    uint32_t log = scrub->urged;
    if (log != CORE_NONE) {
        scrub->urged = CORE_NONE;
        scrub_open(core, log);
        return;
    }
    if (scrub->has_place) {
        scrub_resume(core);
        if (scrub->phase == CORE_SCRUB_READ) {
            return;
        }
    }
    log = scrub->round_log == CORE_NONE ? 0 : scrub->round_log + 1;
    if (log >= core->journal_count && log < core->limits.journals) {
        log = core->limits.journals;
    }
    if (log >= core->limits.journals + core->feed_count) {
        scrub_end_round(core);
        return;
    }
    scrub->round_log = log;
    scrub_open(core, log);
}

void cairn_core_scrub_leave(struct cairn_core *core)
{
    core->scrub.log = CORE_NONE;
    core->scrub.phase = core->scrub.is_on ? CORE_SCRUB_NEXT : CORE_SCRUB_IDLE;
}

void cairn_core_scrub_again(struct cairn_core *core)
{
    scrub_open(core, core->scrub.log);
    core->scrub.is_again = true;
}

/* ---- its rows ---- */

static void scrub_pay(struct cairn_core *core, uint64_t rows, uint64_t bytes)
{
    struct core_scrub *scrub = &core->scrub;
    uint64_t rate = scrub->bytes_per_s * (scrub->is_hasty ? SCRUB_HASTE : 1);
    uint64_t now_us = core->now_ms * 1000;
    scrub->round.rows += rows;
    scrub->round.bytes += bytes;
    scrub->paid_us = scrub->paid_us < now_us ? now_us : scrub->paid_us;
    scrub->paid_us += (bytes + (rows + 1) * SCRUB_ROW_BYTES) * 1000000 / rate;
}

/* May the next row be read now? */
static bool scrub_may_read(struct cairn_core *core)
{
    struct core_scrub *scrub = &core->scrub;
    if (core->restore.state == CORE_ASKING || cairn_core_is_busy(core) ||
        !cairn_core_is_roomy(core)) {
        return false; /* the look at what does not come comes back to it */
    }
    if (scrub->paid_us <= core->now_ms * 1000 + SCRUB_SLICE_US) {
        return true;
    }
    uint64_t at_ms = scrub->paid_us / 1000;
    if (scrub->wake_ms <= core->now_ms || at_ms < scrub->wake_ms) {
        scrub->wake_ms = at_ms;
        cairn_core_wake(core, at_ms);
    }
    return false;
}

void cairn_core_scrub_load(struct cairn_core *core, enum core_scrub_load what, uint64_t from,
                           uint64_t to)
{
    const struct core_scrub *scrub = &core->scrub;
    uint32_t log = scrub->log;
    bool is_body = what == CORE_SCRUB_LOAD_BODIES || what == CORE_SCRUB_LOAD_REMAKE;
    bool is_commit = what == CORE_SCRUB_LOAD_COMMIT;
    uint32_t token = cairn_core_task_open(core, CORE_TASK_LOAD_SCRUB, log, from);
    struct cairn_action *load = cairn_core_act(core, CAIRN_ACTION_LOAD);
    cairn_core_task_at(core, token)->b = what;
    load->as.load.token = token;
    load->as.load.from.index = from;
    load->as.load.to_index = to;
    load->as.load.size_max_bytes = CAIRN_LIMIT_FRAME_BYTES;
    load->as.load.from.table = is_commit ? CAIRN_TABLE_COMMIT
                               : is_body ? CAIRN_TABLE_ENTRY
                                         : CAIRN_TABLE_LEAF;
    log = is_body || is_commit ? log : cairn_core_log_author(core, log);
    memcpy(load->as.load.from.id, cairn_core_log_id(core, log), 16);
    core->scrub.phase = CORE_SCRUB_LOADING;
}

static void scrub_read(struct cairn_core *core)
{
    struct core_scrub *scrub = &core->scrub;
    uint64_t left = scrub->end - scrub->at;
    if (core_log_is_feed(core, scrub->log)) {
        cairn_core_scrub_load(core, CORE_SCRUB_LOAD_COMMIT, scrub->at, scrub->at + 1);
    } else {
        cairn_core_scrub_load(core, CORE_SCRUB_LOAD_LEAVES, scrub->at,
                              scrub->at + (left > CORE_SCRUB_PIECE ? CORE_SCRUB_PIECE : left));
    }
}

/* All of the log was read. */
static void scrub_end(struct cairn_core *core)
{
    struct core_scrub *scrub = &core->scrub;
    uint8_t root[32];
    cairn_merkle_range_root(&scrub->range, root);
    if (core_log_is_feed(core, scrub->log) || scrub->end == 0) {
        cairn_core_scrub_leave(core);
    } else if (scrub->is_whole && cairn_bytes_is_same32(root, scrub->root)) {
        cairn_core_fault_heal(core, CAIRN_TABLE_LEAF, 0, UINT64_MAX);
        cairn_core_scrub_leave(core);
    } else {
        if (scrub->is_whole) { /* somewhere */
            cairn_core_fault_add(core, CAIRN_TABLE_LEAF, 0, scrub->end);
        }
        cairn_core_heal_begin(core);
    }
}

/* ---- leaves ---- */

static void scrub_take_leaves(struct cairn_core *core, const struct cairn_event *event)
{
    struct core_scrub *scrub = &core->scrub;
    uint64_t left = scrub->end - scrub->at;
    size_t count = left > CORE_SCRUB_PIECE ? CORE_SCRUB_PIECE : (size_t)left;
    uint64_t bad_from = UINT64_MAX;
    uint64_t bad_to = 0;
    uint8_t root[32];
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        const struct cairn_row *row =
            at < event->as.done.row_count ? &event->as.done.rows[at] : NULL;
        bool is_here = row != NULL && row->key.index == scrub->at + i;
        at += is_here ? 1 : 0;
        if (is_here && row->value.size == CAIRN_LEAF_BYTES) {
            memcpy(scrub->buffer + i * CAIRN_LEAF_BYTES, row->value.data, CAIRN_LEAF_BYTES);
            continue;
        }
        memset(scrub->buffer + i * CAIRN_LEAF_BYTES, 0, CAIRN_LEAF_BYTES);
        bad_from = bad_from == UINT64_MAX ? scrub->at + i : bad_from;
        bad_to = scrub->at + i + 1;
    }
    cairn_core_check_piece(&scrub->range, scrub->buffer, count, root);
    if (bad_from != UINT64_MAX) {
        scrub->is_whole = false;
        memset(root, 0, sizeof root);
        cairn_core_fault_add(core, CAIRN_TABLE_LEAF, bad_from, bad_to);
    }
    if (scrub->at / CORE_SCRUB_PIECE < CORE_SCRUB_PIECES) {
        memcpy(scrub->ours[scrub->at / CORE_SCRUB_PIECE], root, 32);
    }
    scrub_pay(core, count, count * CAIRN_LEAF_BYTES);
    scrub->at += count;
    scrub->phase = CORE_SCRUB_READ;
}

/* ---- commits ---- */

void cairn_core_scrub_forward(struct cairn_core *core)
{
    struct core_scrub *scrub = &core->scrub;
    cairn_core_fault_heal(core, CAIRN_TABLE_COMMIT, scrub->at, scrub->at + 1);
    scrub->range = scrub->checked.range;
    scrub->last_leaf_plus1 = scrub->checked.opening.leaf_index + 1;
    memcpy(scrub->last_policy, scrub->checked.opening.policy, 32);
    scrub->at++;
    scrub->phase = CORE_SCRUB_READ;
}

void cairn_core_scrub_skip(struct cairn_core *core, bool is_lost)
{
    struct core_scrub *scrub = &core->scrub;
    if (is_lost) {
        cairn_core_fault_lose(core, CAIRN_TABLE_COMMIT, scrub->at, scrub->at + 1);
    }
    scrub->is_loose = true;
    scrub->at++;
    scrub->phase = CORE_SCRUB_READ;
}

static void scrub_bad_commit(struct cairn_core *core)
{
    struct core_scrub *scrub = &core->scrub;
    const struct cairn_feed *feed = &core->feeds[scrub->log - core->limits.journals];
    cairn_core_fault_add(core, CAIRN_TABLE_COMMIT, scrub->at, scrub->at + 1);
    if (feed->type == CAIRN_FEED_TYPE_PRIVATE && !scrub->is_loose) {
        scrub->heal_at = scrub->last_leaf_plus1;
        cairn_core_remake_begin(core);
    } else {
        cairn_core_heal_begin(core);
    }
}

static void scrub_take_commit(struct cairn_core *core, const struct cairn_event *event)
{
    struct core_scrub *scrub = &core->scrub;
    const struct cairn_feed *feed = &core->feeds[scrub->log - core->limits.journals];
    bool is_here = event->as.done.row_count > 0 && event->as.done.rows[0].key.index == scrub->at;
    struct cairn_bytes row = {.size = 0};
    struct cairn_commit commit;
    cairn_err err = CAIRN_PEER_COMMIT;
    size_t fault_at;
    if (is_here) {
        row = event->as.done.rows[0].value;
    }
    scrub_pay(core, 1, row.size);
    if (feed->type == CAIRN_FEED_TYPE_PRIVATE) {
        err = cairn_core_check_private(core, row, &scrub->checked);
    } else {
        err = cairn_commit_decode(row, &commit, &fault_at);
        err = err == CAIRN_OK ? cairn_core_check_commit(core, &commit, &scrub->checked) : err;
    }
    const struct cairn_opening *opening = &scrub->checked.opening;
    if (err != CAIRN_OK) {
        scrub_bad_commit(core);
    } else {
        cairn_core_scrub_load(core, CORE_SCRUB_LOAD_LEAF, opening->leaf_index,
                              opening->leaf_index + 1);
    }
}

/* Nobody else has a private entry. */
static void scrub_take_bodies(struct cairn_core *core, const struct cairn_event *event)
{
    struct core_scrub *scrub = &core->scrub;
    const struct cairn_opening *opening = &scrub->checked.opening;
    uint64_t bad = 0;
    uint64_t bytes = 0;
    for (size_t i = 0; i < event->as.done.row_count; i++) {
        bytes += event->as.done.rows[i].value.size;
    }
    scrub_pay(core, event->as.done.row_count, bytes);
    if (cairn_core_check_bodies(core, event, &bad) == CAIRN_OK) {
        cairn_core_fault_heal(core, CAIRN_TABLE_ENTRY, opening->previous_size, opening->size);
        cairn_core_scrub_forward(core);
        return;
    }
    cairn_core_fault_add(core, CAIRN_TABLE_ENTRY, bad, opening->size);
    cairn_core_fault_lose(core, CAIRN_TABLE_ENTRY, bad, opening->size);
    scrub->is_loose = true;
    scrub->at++;
    scrub->phase = CORE_SCRUB_READ;
}

static bool scrub_is_leaf(const struct cairn_core *core, const struct cairn_event *event)
{
    const struct core_scrub *scrub = &core->scrub;
    uint64_t index = scrub->checked.opening.leaf_index;
    return event->as.done.row_count > 0 && event->as.done.rows[0].key.index == index &&
           event->as.done.rows[0].value.size == CAIRN_LEAF_BYTES &&
           memcmp(event->as.done.rows[0].value.data, scrub->checked.leaf, CAIRN_LEAF_BYTES) == 0;
}

/* A journal that is damaged itself is no witness. */
static void scrub_take_leaf(struct cairn_core *core, const struct cairn_event *event)
{
    uint32_t author = cairn_core_log_author(core, core->scrub.log);
    const struct cairn_opening *opening = &core->scrub.checked.opening;
    bool is_private =
        core->feeds[core->scrub.log - core->limits.journals].type == CAIRN_FEED_TYPE_PRIVATE;
    bool is_there = event->as.done.row_count > 0;
    if (!is_there) { /* it was, when the journal was read */
        cairn_core_scrub_urge(core, author);
    }
    bool is_whole = !is_there || scrub_is_leaf(core, event) ||
                    cairn_core_fault_next(core, author, 0) != UINT64_MAX;
    if (!is_whole) {
        scrub_bad_commit(core);
    } else if (is_private && opening->size > opening->previous_size) { /* that many it were */
        cairn_core_scrub_load(core, CORE_SCRUB_LOAD_BODIES, opening->previous_size, opening->size);
    } else {
        cairn_core_scrub_forward(core);
    }
}

/* What a source gave is proved by our own leaf. That may be damaged since the journal was read: it
 * says nothing of the source then, and comes first. */
static void scrub_take_proof(struct cairn_core *core, const struct cairn_event *event)
{
    uint32_t author = cairn_core_log_author(core, core->scrub.log);
    bool is_there = event->as.done.row_count > 0;
    bool is_leaf = scrub_is_leaf(core, event);
    if (!is_there) {
        cairn_core_scrub_urge(core, author);
    }
    if (is_leaf || (is_there && cairn_core_fault_next(core, author, 0) == UINT64_MAX)) {
        cairn_core_heal_proved(core, is_leaf);
    } else {
        cairn_core_heal_put_off(core);
    }
}

void cairn_core_scrub_loaded(struct cairn_core *core, const struct core_task *task,
                             const struct cairn_event *event)
{
    struct core_scrub *scrub = &core->scrub;
    cairn_err err = event->as.done.err;
    CAIRN_REQUIRE(scrub->phase == CORE_SCRUB_LOADING);
    CAIRN_REQUIRE(scrub->log == task->log);
    if (err != CAIRN_OK && err != CAIRN_DISK_CORRUPT) { /* the disk as a whole, not this row */
        scrub->paid_us = core->now_ms * 1000 + SCRUB_RETRY_US;
        scrub->phase = CORE_SCRUB_READ;
        if (task->b == CORE_SCRUB_LOAD_PROOF) {
            cairn_core_heal_put_off(core);
        }
        return;
    }
    switch ((enum core_scrub_load)task->b) {
    case CORE_SCRUB_LOAD_LEAVES:
        scrub_take_leaves(core, event);
        break;
    case CORE_SCRUB_LOAD_COMMIT:
        scrub_take_commit(core, event);
        break;
    case CORE_SCRUB_LOAD_BODIES:
        scrub_take_bodies(core, event);
        break;
    case CORE_SCRUB_LOAD_LEAF:
        scrub_take_leaf(core, event);
        break;
    case CORE_SCRUB_LOAD_PROOF:
        scrub_take_proof(core, event);
        break;
    case CORE_SCRUB_LOAD_TAGS:
        cairn_core_remake_tags(core, event);
        break;
    case CORE_SCRUB_LOAD_REMAKE:
        cairn_core_remake_entries(core, event);
        break;
    }
}

/* ---- what follows from any event ---- */

/* One thing to do in this phase. gives false when there is nothing to do now */
static bool scrub_go_on(struct cairn_core *core)
{
    struct core_scrub *scrub = &core->scrub;
    switch (scrub->phase) {
    case CORE_SCRUB_NEXT:
        scrub_next(core);
        return true;
    case CORE_SCRUB_READ:
        if (scrub->at >= scrub->end) {
            scrub_end(core);
            return true;
        }
        if (!scrub_may_read(core)) {
            return false;
        }
        if (scrub->is_on && core->now_ms - scrub->saved_ms >= SCRUB_SAVE_MS) {
            scrub_save(core);
        }
        scrub_read(core);
        return true;
    case CORE_SCRUB_ASK:
        cairn_core_heal_ask(core);
        return true;
    case CORE_SCRUB_FETCH:
        cairn_core_heal_look(core);
        return scrub->phase == CORE_SCRUB_ASK;
    case CORE_SCRUB_IDLE:
    case CORE_SCRUB_LOADING:
    case CORE_SCRUB_WRITE:
        break;
    }
    return false;
}

void cairn_core_scrub(struct cairn_core *core)
{
    struct core_scrub *scrub = &core->scrub;
    if (scrub->bytes_per_s == 0) {
        return;
    }
    if (scrub_is_due(core)) {
        scrub_begin_round(core);
    }
    if (scrub->phase == CORE_SCRUB_IDLE) {
        scrub_try_again(core);
        scrub->phase = scrub->urged != CORE_NONE ? CORE_SCRUB_NEXT : CORE_SCRUB_IDLE;
    }
    while (cairn_core_is_roomy(core) && scrub_go_on(core)) {
    }
}
