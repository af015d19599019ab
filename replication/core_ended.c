#include "replication/core_parts.h"

#include "schema/base/check.h"

#include <string.h>

#define ENDED_PAUSE_MS 60000u /* before leaves that could not be had are looked for again */

/* An origin that its country's document ends: what it signs counts up to a position, the first
 * `ended_size` leaves, whose tree has a root that the document names. source P-14, P-15
 *
 *     we hold less       followed on, from whomever: the leaves count once they lead to that root
 *     we hold more       our leaves up to the position are read again
 *        the same root   the journal is put back to the position; what is behind it stays on disk
 *        another root    what we hold is a branch that the country does not stand by
 *
 * So the document does for the last leaves what a checkpoint does for those before, whoever else
 * may sign with the log key by now. */

/* A proof that two histories were signed puts all of them in doubt, until the country says which
 * one it stands by, and that one is ours. */
bool cairn_core_is_disputed(const struct cairn_core *core, uint32_t journal)
{
    const struct core_journal *held = &core->journals[journal];
    return held->is_forked && !(held->is_ended && held->branch == CORE_BRANCH_RIGHT);
}

static void end_tell(struct cairn_core *core, uint32_t number)
{
    const struct core_journal *journal = &core->journals[number];
    if (journal->branch == CORE_BRANCH_WRONG) {
        cairn_core_branches_due(core);
        cairn_core_notice(core, CAIRN_NOTICE_REPUDIATED, journal->country, journal->ended_size, 0);
        cairn_core_refold(core, number);
    }
    cairn_core_act(core, CAIRN_ACTION_ROSTER);
}

static void end_judge(struct cairn_core *core, uint32_t number, const uint8_t root[static 32])
{
    struct core_journal *journal = &core->journals[number];
    CAIRN_REQUIRE(journal->is_ended);
    bool is_right = cairn_bytes_is_same32(root, journal->ended_root);
    journal->branch = is_right ? CORE_BRANCH_RIGHT : CORE_BRANCH_WRONG;
    if (core->is_started) {
        end_tell(core, number);
    }
}

void cairn_core_end_reached(struct cairn_core *core, uint32_t number)
{
    uint8_t root[32];
    CAIRN_REQUIRE(core->journals[number].verified.size == core->journals[number].ended_size);
    cairn_merkle_range_root(&core->journals[number].verified, root);
    end_judge(core, number, root);
}

void cairn_core_end(struct cairn_core *core, uint32_t number,
                    const struct cairn_country_ended *ended)
{
    struct core_journal *journal = &core->journals[number];
    if (journal->is_ended) {
        return; /* positions never change */
    }
    journal->is_ended = true;
    journal->is_listed = false;
    journal->ended_size = ended->size;
    memcpy(journal->ended_root, ended->root, 32);
    if (number != 0) {
        journal->has_keys = true;
        memcpy(journal->log_public, ended->log, 32);
        memcpy(journal->witness_public, ended->witness, 32);
        journal->candidate = journal->verified;
        journal->suspect.size = 0;
        journal->promised_size = ended->size;
        cairn_core_want_stop(core, number);
    }
    if (core->is_started) {
        cairn_core_notice(core, CAIRN_NOTICE_ENDED, journal->country, ended->size,
                          journal->verified.size);
        cairn_core_refold(core, number);
    }
    if (journal->verified.size == ended->size && journal->branch == CORE_BRANCH_OPEN) {
        cairn_core_end_reached(core, number);
    }
    core->is_end_due = core->is_end_due || journal->verified.size > ended->size;
}

/* Nobody offers a journal that it cannot show a checkpoint of: so whoever is there is asked. */
void cairn_core_ends_greet(struct cairn_core *core, uint32_t link)
{
    cairn_core_branches_due(core);
    for (uint32_t i = 1; i < core->journal_count; i++) {
        if (core->journals[i].is_ended) {
            cairn_core_offered(core, link, i);
        }
    }
}

/* ---- what we hold beyond the position ---- */

/* Leaves behind the position are no part of it any more: feeds look for theirs up to there. */
static void end_cut_feeds(struct cairn_core *core, uint32_t number)
{
    for (uint32_t i = core->journals[number].feed_first; i != CORE_NONE; i = core->feed_next[i]) {
        struct cairn_feed *feed = &core->feeds[i];
        if (!feed->is_closed && !feed->is_broken) {
            cairn_core_tag_remove(core, i);
            cairn_feed_rescan(feed, &core->pending, core->suite);
        }
    }
    cairn_core_scan(core, number);
}

static void end_store(struct cairn_core *core, uint32_t number)
{
    struct core_puts puts = cairn_core_puts_begin(core, 1);
    cairn_core_puts_add_journal(core, &puts, number);
    cairn_core_puts_store(core, &puts, cairn_core_task_open(core, CORE_TASK_STORE, 0, 0), true);
}

static void end_put_back(struct cairn_core *core, uint32_t number)
{
    struct core_journal *journal = &core->journals[number];
    struct core_shown *shown = &core->shown[number];
    journal->verified = core->end_check.range;
    journal->candidate = journal->verified;
    journal->checkpoint = (struct core_checkpoint){.size = journal->ended_size};
    memcpy(journal->checkpoint.root, journal->ended_root, 32);
    journal->durable = journal->checkpoint;
    journal->storing = journal->checkpoint;
    shown->base[0] = journal->verified;
    shown->base[1] = journal->verified;
    end_cut_feeds(core, number);
}

static void end_compare(struct cairn_core *core)
{
    struct core_end_check *check = &core->end_check;
    struct core_journal *journal = &core->journals[check->journal];
    uint8_t root[32];
    check->is_open = false;
    cairn_merkle_range_root(&check->range, root);
    end_judge(core, check->journal, root);
    if (journal->branch == CORE_BRANCH_RIGHT && check->journal != 0) {
        end_put_back(core, check->journal);
    }
    end_store(core, check->journal);
}

static bool end_is_due(const struct cairn_core *core, uint32_t number)
{
    const struct core_journal *journal = &core->journals[number];
    return journal->is_ended && journal->branch == CORE_BRANCH_OPEN &&
           journal->verified.size > journal->ended_size;
}

/* From the last beginning that is at hand, when all that was verified is on the disk. */
static void end_begin(struct cairn_core *core, uint32_t number)
{
    struct core_end_check *check = &core->end_check;
    const struct core_shown *shown = &core->shown[number];
    *check = (struct core_end_check){.is_open = true, .journal = number};
    cairn_merkle_range_init(&check->range);
    for (uint32_t i = 0; i < 2; i++) {
        if (shown->base[i].size <= core->journals[number].ended_size &&
            shown->base[i].size > check->range.size) {
            check->range = shown->base[i];
        }
    }
    if (check->range.size == core->journals[number].ended_size) {
        end_compare(core);
    }
}

static bool end_begin_next(struct cairn_core *core)
{
    core->is_end_due = false;
    for (uint32_t i = 0; i < core->journal_count; i++) {
        if (end_is_due(core, i)) {
            core->is_end_due = true;
            if (core->journals[i].durable.size == core->journals[i].verified.size) {
                end_begin(core, i);
                return true;
            }
        }
    }
    return false;
}

static void end_load(struct cairn_core *core)
{
    struct core_end_check *check = &core->end_check;
    const struct core_journal *journal = &core->journals[check->journal];
    uint64_t at = check->range.size;
    uint64_t left = journal->ended_size - at;
    struct cairn_action *load = cairn_core_act(core, CAIRN_ACTION_LOAD);
    load->as.load.token = cairn_core_task_open(core, CORE_TASK_LOAD_END, check->journal, 0);
    load->as.load.from = (struct cairn_key){.table = CAIRN_TABLE_LEAF, .index = at};
    memcpy(load->as.load.from.id, journal->id, 16);
    load->as.load.to_index = at + (left > CORE_FORK_LEAVES ? CORE_FORK_LEAVES : left);
    load->as.load.size_max_bytes = CAIRN_LIMIT_FRAME_BYTES;
    check->is_loading = true;
}

void cairn_core_ends(struct cairn_core *core)
{
    struct core_end_check *check = &core->end_check;
    if (!core->is_end_due || check->is_loading) {
        return;
    }
    if (check->failed_ms != 0 && core->now_ms >= check->failed_ms &&
        core->now_ms - check->failed_ms < ENDED_PAUSE_MS) {
        cairn_core_wake(core, check->failed_ms + ENDED_PAUSE_MS);
        return;
    }
    while (!check->is_open && !cairn_core_is_busy(core) && cairn_core_is_roomy(core) &&
           end_begin_next(core)) {
    }
    if (check->is_open && !cairn_core_is_busy(core) && cairn_core_is_roomy(core)) {
        end_load(core);
    }
}

void cairn_core_end_loaded(struct cairn_core *core, const struct cairn_event *event)
{
    struct core_end_check *check = &core->end_check;
    cairn_err err = event->as.done.err;
    check->is_loading = false;
    if (err == CAIRN_OK && event->as.done.row_count == 0) {
        err = CAIRN_DISK_CORRUPT;
    }
    for (size_t i = 0; i < event->as.done.row_count && err == CAIRN_OK; i++) {
        const struct cairn_row *row = &event->as.done.rows[i];
        uint8_t hash[32];
        if (row->value.size != CAIRN_LEAF_BYTES || row->key.index != check->range.size) {
            err = CAIRN_DISK_CORRUPT;
            break;
        }
        cairn_merkle_leaf(row->value, hash);
        cairn_merkle_range_append(&check->range, hash);
    }
    if (err != CAIRN_OK) { /* what follows the position must not stay for that */
        cairn_core_notice_err(core, CAIRN_NOTICE_STORE_FAILED, CORE_NONE, err);
        check->is_open = false;
        check->failed_ms = core->now_ms;
    } else if (check->range.size == core->journals[check->journal].ended_size) {
        end_compare(core);
    }
}
