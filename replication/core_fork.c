#include "replication/core_parts.h"

#include "schema/base/check.h"

#include <string.h>

/* Is what a peer shows of a journal the beginning of what we hold? Old checkpoints are shown all
 * the time and by honest peers: so the last ones are known by heart, the rest is looked up from our
 * own leaves, one at a time and with pauses, whoever asks. source P-68, P-70 */

/* Since then so much time has gone by, or the clock was set back. */
static bool fork_is_past(const struct cairn_core *core, uint64_t since_ms, uint64_t ms)
{
    return core->now_ms < since_ms || core->now_ms - since_ms >= ms;
}

static const struct core_known *fork_known(const struct core_shown *shown, uint64_t size)
{
    for (uint32_t i = 0; i < CORE_KNOWN; i++) {
        if (shown->known[i].size == size && size > 0) {
            return &shown->known[i];
        }
    }
    return NULL;
}

static void fork_know(struct core_shown *shown, uint64_t size, const uint8_t root[static 32])
{
    if (fork_known(shown, size) == NULL) {
        struct core_known *known = &shown->known[shown->known_next++ % CORE_KNOWN];
        known->size = size;
        memcpy(known->root, root, 32);
    }
}

void cairn_core_fork_advanced(struct cairn_core *core, uint32_t journal)
{
    const struct cairn_merkle_range *verified = &core->journals[journal].verified;
    struct core_shown *shown = &core->shown[journal];
    fork_know(shown, verified->size, core->journals[journal].checkpoint.root);
    if (verified->size - shown->base[1].size >= CORE_FORK_LEAVES) {
        shown->base[0] = shown->base[1];
        shown->base[1] = *verified;
    }
}

static void fork_set_waiting(struct cairn_core *core, uint32_t journal,
                             const struct core_checkpoint *statement)
{
    struct core_shown *shown = &core->shown[journal];
    core->shown_count += shown->waiting.size == 0 ? 1 : 0;
    shown->waiting = *statement;
}

static void fork_forget_waiting(struct cairn_core *core, uint32_t journal)
{
    struct core_shown *shown = &core->shown[journal];
    core->shown_count -= shown->waiting.size > 0 ? 1 : 0;
    shown->waiting.size = 0;
}

bool cairn_core_fork_is_known(const struct cairn_core *core, uint32_t journal,
                              const struct cairn_checkpoint *checkpoint)
{
    const struct core_known *known = fork_known(&core->shown[journal], checkpoint->size);
    return known != NULL && cairn_bytes_is_same32(known->root, checkpoint->root);
}

void cairn_core_fork_shown(struct cairn_core *core, uint32_t peer, uint32_t journal,
                           const struct core_checkpoint *statement)
{
    struct core_shown *shown = &core->shown[journal];
    const struct core_known *known = fork_known(shown, statement->size);
    bool is_true = known != NULL && cairn_bytes_is_same32(known->root, statement->root);
    bool is_checked = core->fork_check.is_open && core->fork_check.journal == journal;
    bool is_again = peer == shown->peer && !fork_is_past(core, shown->at_ms, CORE_SHOWN_MS);
    bool is_certain = known != NULL || peer == CORE_NONE;
    CAIRN_REQUIRE(statement->size > 0);
    if (is_true || is_checked || core->journals[journal].is_forked) {
        return;
    }
    if (!is_certain && (shown->waiting.size > 0 || is_again)) {
        return;
    }
    fork_set_waiting(core, journal, statement);
    shown->peer = peer;
    shown->at_ms = core->now_ms;
}

/* ---- one at a time ---- */

static void fork_close(struct cairn_core *core)
{
    struct core_fork_check *check = &core->fork_check;
    fork_forget_waiting(core, check->journal);
    check->is_open = false;
}

/* All is at hand: say it. */
static void fork_prove(struct cairn_core *core)
{
    const struct core_fork_check *check = &core->fork_check;
    const struct core_checkpoint *first = &core->shown[check->journal].waiting;
    uint32_t journal = check->journal;
    struct cairn_forkproof_reader reader = cairn_core_proof_reader(core, journal);
    struct cairn_fork fork = {
        .origin = reader.origin,
        .note_a = {.data = first->note, .size = first->note_bytes},
        .note_b = {.data = check->later.note, .size = check->later.note_bytes},
    };
    if (first->size < check->later.size) {
        fork.nodes = (struct cairn_bytes){.data = check->split.hashes[0],
                                          .size = check->split.count * (size_t)32};
    }
    struct cairn_forkproof proof;
    cairn_err err = cairn_forkproof_check(&reader, &fork, &proof);
    if (err == CAIRN_OK) {
        cairn_core_prove(core, journal, &fork, &proof);
    } else { /* the leaves on the disk are not those that were verified */
        cairn_core_notice_err(core, CAIRN_NOTICE_STORE_FAILED, CORE_NONE, CAIRN_DISK_CORRUPT);
    }
    fork_close(core);
}

/* Our own leaves have reached the size that was shown. */
static void fork_judge(struct cairn_core *core)
{
    struct core_fork_check *check = &core->fork_check;
    struct core_shown *shown = &core->shown[check->journal];
    uint8_t root[32];
    cairn_merkle_range_root(&check->range, root);
    if (cairn_bytes_is_same32(root, shown->waiting.root)) {
        fork_know(shown, shown->waiting.size, root);
        fork_close(core);
        return;
    }
    check->is_proving = true;
    check->is_paused = false;
    if (shown->waiting.size == check->later.size) {
        fork_prove(core);
    } else {
        cairn_merkle_split_init(&check->split, &check->range, check->later.size);
    }
}

/* From the last beginning that is at hand; our leaves up to there are those of `later`, too. */
static void fork_begin(struct cairn_core *core, uint32_t journal)
{
    struct core_fork_check *check = &core->fork_check;
    const struct core_shown *shown = &core->shown[journal];
    const struct cairn_merkle_range *begin[] = {&shown->base[0], &shown->base[1],
                                                &core->journals[journal].verified};
    check->is_open = true;
    check->is_proving = false;
    check->is_paused = false;
    check->journal = journal;
    check->later = core->journals[journal].durable;
    cairn_merkle_range_init(&check->range);
    for (uint32_t i = 0; i < sizeof begin / sizeof *begin; i++) {
        if (begin[i]->size <= shown->waiting.size && begin[i]->size > check->range.size) {
            check->range = *begin[i];
        }
    }
    check->at = check->range.size;
    if (check->range.size == shown->waiting.size) {
        fork_judge(core);
    }
}

/* The next journal, in turn, of which something waits that our leaves on the disk reach. */
static bool fork_begin_next(struct cairn_core *core)
{
    for (uint32_t i = 0; i < core->journal_count && core->shown_count > 0; i++) {
        uint32_t number = core->shown_next++ % core->journal_count;
        const struct core_shown *shown = &core->shown[number];
        if (shown->waiting.size > 0 && core->journals[number].is_forked) {
            fork_forget_waiting(core, number);
        } else if (shown->waiting.size > 0 &&
                   shown->waiting.size <= core->journals[number].durable.size) {
            fork_begin(core, number);
            return true;
        }
    }
    return false;
}

static void fork_load(struct cairn_core *core)
{
    struct core_fork_check *check = &core->fork_check;
    if (check->is_paused && !fork_is_past(core, check->loaded_ms, CORE_FORK_PAUSE_MS)) {
        cairn_core_wake(core, check->loaded_ms + CORE_FORK_PAUSE_MS);
        return;
    }
    uint64_t end = check->is_proving ? check->later.size : core->shown[check->journal].waiting.size;
    uint64_t left = end - check->at;
    struct cairn_action *load = cairn_core_act(core, CAIRN_ACTION_LOAD);
    load->as.load.token = cairn_core_task_open(core, CORE_TASK_LOAD_FORK, check->journal, 0);
    load->as.load.from = (struct cairn_key){.table = CAIRN_TABLE_LEAF, .index = check->at};
    memcpy(load->as.load.from.id, core->journals[check->journal].id, 16);
    load->as.load.to_index = check->at + (left > CORE_FORK_LEAVES ? CORE_FORK_LEAVES : left);
    load->as.load.size_max_bytes = CAIRN_LIMIT_FRAME_BYTES;
    check->is_loading = true;
}

void cairn_core_forks(struct cairn_core *core)
{
    struct core_fork_check *check = &core->fork_check;
    while (!check->is_open && core->shown_count > 0 && !cairn_core_is_busy(core) &&
           cairn_core_is_roomy(core) && fork_begin_next(core)) {
    }
    if (check->is_open && !check->is_loading && !cairn_core_is_busy(core) &&
        cairn_core_is_roomy(core)) {
        fork_load(core);
    }
}

static cairn_err fork_take_leaf(struct cairn_core *core, const struct cairn_row *row)
{
    struct core_fork_check *check = &core->fork_check;
    uint8_t hash[32];
    if (row->value.size != CAIRN_LEAF_BYTES || row->key.index != check->at) {
        return CAIRN_DISK_CORRUPT;
    }
    check->at++;
    cairn_merkle_leaf(row->value, hash);
    if (check->is_proving) {
        cairn_merkle_split_append(&check->split, hash);
        if (check->split.count == check->split.wants.count) {
            fork_prove(core);
        }
        return CAIRN_OK;
    }
    cairn_merkle_range_append(&check->range, hash);
    if (check->range.size == core->shown[check->journal].waiting.size) {
        fork_judge(core);
    }
    return CAIRN_OK;
}

void cairn_core_fork_loaded(struct cairn_core *core, const struct cairn_event *event)
{
    struct core_fork_check *check = &core->fork_check;
    cairn_err err = event->as.done.err;
    check->is_loading = false;
    check->is_paused = true;
    check->loaded_ms = core->now_ms;
    if (core->journals[check->journal].is_forked) { /* a proof came meanwhile */
        fork_close(core);
        return;
    }
    if (err == CAIRN_OK && event->as.done.row_count == 0) {
        err = CAIRN_DISK_CORRUPT;
    }
    for (size_t i = 0; i < event->as.done.row_count && err == CAIRN_OK && check->is_open; i++) {
        err = fork_take_leaf(core, &event->as.done.rows[i]);
    }
    if (err != CAIRN_OK) { /* who showed it shows it again */
        cairn_core_notice_err(core, CAIRN_NOTICE_STORE_FAILED, CORE_NONE, err);
        fork_close(core);
    }
}
