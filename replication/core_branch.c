#include "replication/core_parts.h"
#include "replication/core_rows.h"

#include "schema/base/check.h"

#include <string.h>

/* A country ended a forked origin at a position, and what is held here is another branch. The right
 * one comes from anybody: all its leaves from the first one on, which must lead to the root that
 * the document names. They are not kept, only compared with ours.
 *
 *     ours    a b c d e f g          common    a b c
 *     theirs  a b c x y              range     a b c x y: root as named, or another source is asked
 *
 * So nothing of ours is given up for what somebody only says. Once it is proven, where the branches
 * part is written down, and the host starts this node anew: core_cut.c goes on from there. Without
 * a proof of the fork (P-70) ours is kept: it may be the only trace of it. source P-126 */

#define BRANCH_SILENT_MS 15000u /* a source that gives nothing: the next one */
#define BRANCH_PAUSE_MS  60000u /* when nobody has it */

void cairn_core_branches_due(struct cairn_core *core)
{
    core->branch_check.is_due = true;
}

/* Its normal stream rests meanwhile. */
bool cairn_core_branch_is_on(const struct cairn_core *core, uint32_t log)
{
    return core->branch_check.is_on && core->branch_check.journal == log;
}

static bool branch_is_wanted(const struct cairn_core *core, uint32_t number)
{
    const struct core_journal *journal = &core->journals[number];
    bool is_other = journal->branch == CORE_BRANCH_WRONG ||
                    (journal->is_other_shown && journal->verified.size < journal->ended_size);
    return number != 0 && journal->is_ended && journal->is_forked && !journal->is_cut && is_other &&
           journal->durable.size == journal->verified.size &&
           cairn_core_is_followed(core, number) && cairn_core_accept_is_open(core, number);
}

static bool branch_is_past(const struct cairn_core *core, uint64_t since_ms, uint64_t ms)
{
    return core->now_ms < since_ms || core->now_ms - since_ms >= ms;
}

static void branch_leave(struct cairn_core *core)
{
    struct core_branch_check *check = &core->branch_check;
    check->is_on = false;
    if (core->intakes[check->journal].link == check->source && check->source != CORE_NONE) {
        cairn_core_want_stop(core, check->journal);
    }
    cairn_core_want(core, check->journal);
}

/* From the first leaf on, of the next link; after the last one there is a pause. */
static void branch_ask_next(struct cairn_core *core)
{
    struct core_branch_check *check = &core->branch_check;
    uint32_t link = check->source == CORE_NONE ? 0 : check->source + 1;
    while (link < core->limits.links && !core->links[link].is_greeted) {
        link++;
    }
    if (link >= core->limits.links) {
        check->round += check->round < CORE_BARREN_MAX ? 1 : 0;
        check->failed_ms = core->now_ms;
        branch_leave(core);
        cairn_core_wake(core, core->now_ms + BRANCH_PAUSE_MS);
        return;
    }
    check->source = link;
    check->begun_ms = core->now_ms;
    check->moved_ms = core->now_ms;
    check->is_parted = false;
    cairn_merkle_range_init(&check->range);
    cairn_merkle_range_init(&check->common);
    cairn_core_want_from(core, check->journal, link, 0);
    cairn_core_wake(core, core->now_ms + BRANCH_SILENT_MS);
}

static void branch_look(struct cairn_core *core)
{
    struct core_branch_check *check = &core->branch_check;
    uint64_t patience_ms = (uint64_t)CORE_BARREN_MS << check->round;
    if (!branch_is_wanted(core, check->journal)) {
        check->is_due = true;
        branch_leave(core);
    } else if (core->intakes[check->journal].link != check->source ||
               branch_is_past(core, check->moved_ms, BRANCH_SILENT_MS) ||
               branch_is_past(core, check->begun_ms, patience_ms)) {
        branch_ask_next(core);
    }
}

/* The next journal behind the last one, in turn. */
static void branch_begin(struct cairn_core *core)
{
    struct core_branch_check *check = &core->branch_check;
    check->is_due = false;
    for (uint32_t i = 1; i <= core->journal_count; i++) {
        uint32_t number = (check->journal + i) % core->journal_count;
        if (branch_is_wanted(core, number)) {
            check->round = number == check->journal ? check->round : 0;
            check->is_due = true;
            check->is_on = true;
            check->journal = number;
            check->source = CORE_NONE;
            branch_ask_next(core);
            return;
        }
    }
}

void cairn_core_branches(struct cairn_core *core)
{
    struct core_branch_check *check = &core->branch_check;
    if (check->is_loading || check->is_storing || cairn_core_is_busy(core) ||
        !cairn_core_is_roomy(core)) {
        return;
    }
    if (check->is_on) {
        branch_look(core);
    } else if (check->is_due &&
               (check->failed_ms == 0 || branch_is_past(core, check->failed_ms, BRANCH_PAUSE_MS))) {
        check->failed_ms = 0;
        branch_begin(core);
    }
}

/* ---- what came ---- */

static void branch_mark(struct cairn_core *core)
{
    struct core_branch_check *check = &core->branch_check;
    struct core_puts puts = cairn_core_puts_begin(core, 1);
    cairn_core_puts_add_cut(core, &puts, check->journal, &check->common);
    check->is_storing = true;
    cairn_core_puts_store(core, &puts,
                          cairn_core_task_open(core, CORE_TASK_STORE_CUT, check->journal, 0), true);
}

/* All of it is here. */
static void branch_judge(struct cairn_core *core)
{
    struct core_branch_check *check = &core->branch_check;
    struct core_journal *journal = &core->journals[check->journal];
    uint8_t root[32];
    cairn_merkle_range_root(&check->range, root);
    if (!cairn_bytes_is_same32(root, journal->ended_root)) {
        cairn_core_notice_err(core, CAIRN_NOTICE_COMMIT_REFUSED, journal->country, CAIRN_PEER_LEAF);
        branch_ask_next(core);
        return;
    }
    if (check->is_parted) {
        branch_mark(core);
    } else { /* ours is the beginning of it: whoever showed another one made that up */
        journal->is_other_shown = false;
    }
    branch_leave(core);
}

static void branch_append(struct core_branch_check *check, const uint8_t *leaf)
{
    uint8_t hash[32];
    cairn_merkle_leaf((struct cairn_bytes){.data = leaf, .size = CAIRN_LEAF_BYTES}, hash);
    cairn_merkle_range_append(&check->range, hash);
}

static void branch_load(struct cairn_core *core, struct cairn_bytes leaves, uint64_t own_left)
{
    struct core_branch_check *check = &core->branch_check;
    uint64_t from = check->range.size;
    uint64_t count = leaves.size / CAIRN_LEAF_BYTES;
    check->leaf_count = (uint32_t)(count < CORE_BRANCH_LEAVES ? count : CORE_BRANCH_LEAVES);
    memcpy(check->leaves, leaves.data, (size_t)check->leaf_count * CAIRN_LEAF_BYTES);
    struct cairn_action *load = cairn_core_act(core, CAIRN_ACTION_LOAD);
    load->as.load.token = cairn_core_task_open(core, CORE_TASK_LOAD_BRANCH, check->journal, 0);
    load->as.load.from = (struct cairn_key){.table = CAIRN_TABLE_LEAF, .index = from};
    memcpy(load->as.load.from.id, core->journals[check->journal].id, 16);
    load->as.load.to_index = from + (own_left < check->leaf_count ? own_left : check->leaf_count);
    load->as.load.size_max_bytes = CAIRN_LIMIT_FRAME_BYTES;
    check->is_loading = true;
}

void cairn_core_branch_leaves(struct cairn_core *core, const struct cairn_journal_range *range)
{
    struct core_branch_check *check = &core->branch_check;
    const struct core_journal *journal = &core->journals[check->journal];
    struct cairn_bytes leaves = range->leaves;
    if (check->is_loading || range->from != check->range.size || cairn_core_is_busy(core) ||
        !cairn_core_is_roomy(core)) {
        return; /* of before; or it is asked for again */
    }
    uint64_t room = journal->ended_size - check->range.size;
    uint64_t own_left = check->is_parted || journal->durable.size < check->range.size
                            ? 0
                            : journal->durable.size - check->range.size;
    if (leaves.size / CAIRN_LEAF_BYTES > room) {
        leaves.size = (size_t)room * CAIRN_LEAF_BYTES;
    }
    if (leaves.size == 0) {
        return;
    }
    check->moved_ms = core->now_ms;
    if (own_left > 0) {
        branch_load(core, leaves, own_left);
        return;
    }
    for (size_t at = 0; at < leaves.size; at += CAIRN_LEAF_BYTES) {
        branch_append(check, leaves.data + at);
    }
    if (check->range.size == journal->ended_size) {
        branch_judge(core);
    }
}

/* Ours beside theirs. What is behind the leaves that we hold, or behind where they part, needs no
 * comparison. errors  CAIRN_DISK_CORRUPT */
static cairn_err branch_compare(struct cairn_core *core, const struct cairn_event *event)
{
    struct core_branch_check *check = &core->branch_check;
    const struct core_journal *journal = &core->journals[check->journal];
    for (uint32_t i = 0; i < check->leaf_count; i++) {
        const uint8_t *leaf = check->leaves + (size_t)i * CAIRN_LEAF_BYTES;
        bool is_compared = !check->is_parted && check->range.size < journal->durable.size;
        if (is_compared && i >= event->as.done.row_count) {
            return i > 0 ? CAIRN_OK : CAIRN_DISK_CORRUPT; /* on from there */
        }
        if (is_compared) {
            const struct cairn_row *row = &event->as.done.rows[i];
            if (row->value.size != CAIRN_LEAF_BYTES || row->key.index != check->range.size) {
                return CAIRN_DISK_CORRUPT;
            }
            check->is_parted = memcmp(row->value.data, leaf, CAIRN_LEAF_BYTES) != 0;
        }
        branch_append(check, leaf);
        if (is_compared && !check->is_parted) {
            check->common = check->range;
        }
    }
    return CAIRN_OK;
}

void cairn_core_branch_loaded(struct cairn_core *core, const struct cairn_event *event)
{
    struct core_branch_check *check = &core->branch_check;
    cairn_err err = event->as.done.err;
    check->is_loading = false;
    if (!branch_is_wanted(core, check->journal)) {
        branch_leave(core);
        return;
    }
    if (err == CAIRN_OK) {
        err = branch_compare(core, event);
    }
    if (err != CAIRN_OK) { /* ours cannot be read: scrubbing sees to it */
        cairn_core_notice_err(core, CAIRN_NOTICE_STORE_FAILED, CORE_NONE, err);
        cairn_core_scrub_urge(core, check->journal);
        check->failed_ms = core->now_ms;
        branch_leave(core);
        cairn_core_wake(core, core->now_ms + BRANCH_PAUSE_MS);
    } else if (check->range.size == core->journals[check->journal].ended_size) {
        branch_judge(core);
    } else if (core->intakes[check->journal].link == check->source) {
        cairn_core_want_from(core, check->journal, check->source, check->range.size);
    }
}

/* The disk says so: what the views show goes, too, and that is the host's. */
void cairn_core_branch_stored(struct cairn_core *core, uint32_t number)
{
    const struct core_branch_check *check = &core->branch_check;
    CAIRN_REQUIRE(check->is_storing && check->journal == number);
    cairn_core_notice(core, CAIRN_NOTICE_BRANCH_LEFT, core->journals[number].country,
                      check->common.size, core->journals[number].verified.size);
    cairn_core_act(core, CAIRN_ACTION_RESTART);
}
