#include "replication/core_parts.h"

#include "schema/base/check.h"

#include <string.h>

/* Leaves of others' journals. They are written down as they come, and count once a checkpoint
 * verifies over all of them. source P-65 */

static void journal_append(struct cairn_core *core, struct core_journal *journal,
                           const uint8_t leaf[static 48])
{
    uint8_t hash[32];
    uint8_t root[32];
    cairn_merkle_leaf((struct cairn_bytes){.data = leaf, .size = CAIRN_LEAF_BYTES}, hash);
    cairn_merkle_range_append(&journal->candidate, hash);
    if (journal->candidate.size > journal->kept_leaves) {
        journal->kept_leaves = journal->candidate.size;
        core->authors[journal->country].held_bytes += CAIRN_LEAF_BYTES;
    }
    if (journal->candidate.size == journal->suspect.size) {
        cairn_merkle_range_root(&journal->candidate, root);
        journal->candidate_suspect = cairn_bytes_is_same32(root, journal->suspect.root)
                                         ? CORE_SUSPECT_TRUE
                                         : CORE_SUSPECT_FALSE;
    }
    if (journal == &core->journals[0]) {
        cairn_core_restore_leaf(core);
    }
}

static void journal_append_all(struct cairn_core *core, struct core_journal *journal,
                               struct cairn_bytes leaves, struct core_puts *puts)
{
    for (size_t i = 0; i < leaves.size / CAIRN_LEAF_BYTES; i++) {
        const uint8_t *leaf = leaves.data + i * CAIRN_LEAF_BYTES;
        cairn_core_puts_add(puts, CAIRN_TABLE_LEAF, journal->id, journal->candidate.size)->head =
            (struct cairn_bytes){.data = leaf, .size = CAIRN_LEAF_BYTES};
        journal_append(core, journal, leaf);
    }
}

/* The candidate's leaves lead to the checkpoint, or to the root of a position: it is verified. */
static void journal_advance(struct cairn_core *core, uint32_t number,
                            const struct cairn_checkpoint *checkpoint,
                            const struct cairn_journal_range *range)
{
    struct core_journal *journal = &core->journals[number];
    uint64_t before = journal->verified.size;
    if (range->from == before) {
        cairn_core_scan_leaves(core, number, before, range->leaves);
    } else {
        cairn_core_scan_lag(core, number, before);
    }
    journal->verified = journal->candidate;
    journal->checkpoint.size = checkpoint->size;
    memcpy(journal->checkpoint.root, checkpoint->root, 32);
    journal->checkpoint.note_bytes = (uint32_t)range->checkpoint.size;
    if (range->checkpoint.size > 0) {
        memcpy(journal->checkpoint.note, range->checkpoint.data, range->checkpoint.size);
    }
    journal->seen_ms = core->now_ms;
    cairn_core_fork_advanced(core, number);
    if (journal->storing.size <= journal->durable.size) {
        journal->storing = journal->checkpoint;
    }
    cairn_core_want_grown(core, number);
    if (number == 0) {
        cairn_core_restore_advanced(core);
    }
    cairn_core_notice(core, CAIRN_NOTICE_ADVANCED, journal->country, checkpoint->size, 0);
}

/* Now that our leaves reach the checkpoint that somebody else's did not lead to: who was right? */
static void journal_judge(struct cairn_core *core, uint32_t number)
{
    struct core_journal *journal = &core->journals[number];
    enum core_suspicion result = journal->candidate_suspect;
    journal->candidate_suspect = CORE_SUSPECT_OPEN;
    if (result == CORE_SUSPECT_OPEN) {
        return;
    }
    if (result == CORE_SUSPECT_FALSE) {
        cairn_core_fork_shown(core, CORE_NONE, number, &journal->suspect);
    }
    journal->suspect.size = 0;
}

/* A checkpoint that its author signed, and leaves that do not lead to it. If it contradicts what we
 * hold, that is a fork. Otherwise whoever sent the leaves may have made them up: it is asked no
 * more, and the checkpoint is remembered until our own leaves reach it. source P-68 */
static cairn_err journal_suspect(struct cairn_core *core, uint32_t link, uint32_t number,
                                 const struct cairn_checkpoint *shown, struct cairn_bytes note)
{
    struct core_journal *journal = &core->journals[number];
    bool is_author = core->links[link].journal == number;
    struct core_checkpoint *statement = cairn_core_take(core, sizeof *statement);
    *statement = (struct core_checkpoint){.size = shown->size, .note_bytes = (uint32_t)note.size};
    memcpy(statement->root, shown->root, 32);
    memcpy(statement->note, note.data, note.size);
    if (shown->size > journal->verified.size) {
        bool is_nearer =
            journal->suspect.size <= journal->verified.size || shown->size < journal->suspect.size;
        if (is_nearer) { /* a liar that stays ahead of us must not push it away */
            journal->suspect = *statement;
        }
    } else if (shown->size > 0) {
        cairn_core_fork_shown(core, core->links[link].journal, number, statement);
    }
    if (is_author && journal->verified.size > 0) {
        cairn_core_notice(core, CAIRN_NOTICE_FORK, journal->country, journal->verified.size,
                          shown->size);
    }
    if (is_author) {
        return CAIRN_PEER_LEAF;
    }
    cairn_core_notice_err(core, CAIRN_NOTICE_COMMIT_REFUSED, journal->country, CAIRN_PEER_LEAF);
    cairn_core_want_elsewhere(core, link, number);
    return CAIRN_OK;
}

static cairn_err journal_take_end(struct cairn_core *core, uint32_t link, uint32_t number,
                                  const struct cairn_journal_range *range, struct core_puts *puts)
{
    struct core_journal *journal = &core->journals[number];
    struct cairn_checkpoint checkpoint;
    uint8_t root[32];
    cairn_err err = cairn_core_checkpoint_read(core, number, range->checkpoint, &checkpoint);
    cairn_merkle_range_root(&journal->candidate, root);
    bool is_same = err == CAIRN_OK && checkpoint.size == journal->candidate.size &&
                   cairn_bytes_is_same32(checkpoint.root, root);
    if (!is_same) {
        bool is_reached = err == CAIRN_OK && checkpoint.size == journal->candidate.size;
        journal->candidate = journal->verified;
        journal->candidate_suspect = CORE_SUSPECT_OPEN;
        CAIRN_TRY(err);
        return is_reached ? journal_suspect(core, link, number, &checkpoint, range->checkpoint)
                          : CAIRN_PEER_LEAF;
    }
    if (journal->candidate.size > journal->verified.size) {
        journal_advance(core, number, &checkpoint, range);
        cairn_core_puts_add_journal(core, puts, number);
        if (number == 0) {
            cairn_core_refetch_leaves(core, puts);
        }
        cairn_core_puts_store(
            core, puts,
            cairn_core_task_open(core, CORE_TASK_STORE_JOURNAL, number, checkpoint.size), true);
        journal_judge(core, number);
    }
    cairn_core_want_again(core, number); /* acknowledges the checkpoint */
    return CAIRN_OK;
}

/* An ended journal goes from what we hold to its position at once: the document says the root
 * there, whatever is signed on the way. Who does not lead there is asked no more. source P-15 */
static cairn_err journal_take_ended(struct cairn_core *core, uint32_t link, uint32_t number,
                                    const struct cairn_journal_range *range, struct core_puts *puts)
{
    struct core_journal *journal = &core->journals[number];
    struct cairn_checkpoint named = {.size = journal->ended_size};
    uint8_t root[32];
    if (journal->candidate.size < journal->ended_size && !range->has_checkpoint) {
        cairn_core_puts_store(core, puts, cairn_core_task_open(core, CORE_TASK_STORE, 0, 0), false);
        cairn_core_want_moved(core, number);
        return CAIRN_OK;
    }
    cairn_merkle_range_root(&journal->candidate, root);
    if (journal->candidate.size < journal->ended_size ||
        !cairn_bytes_is_same32(root, journal->ended_root)) {
        journal->candidate = journal->verified;
        journal->is_other_shown = true;
        cairn_core_branches_due(core);
        cairn_core_notice_err(core, CAIRN_NOTICE_COMMIT_REFUSED, journal->country, CAIRN_PEER_LEAF);
        cairn_core_want_elsewhere(core, link, number);
        return CAIRN_OK;
    }
    memcpy(named.root, root, 32);
    journal_advance(core, number, &named, range);
    cairn_core_puts_add_journal(core, puts, number);
    cairn_core_puts_store(
        core, puts, cairn_core_task_open(core, CORE_TASK_STORE_JOURNAL, number, named.size), true);
    cairn_core_want_stop(core, number);
    cairn_core_end_reached(core, number);
    return CAIRN_OK;
}

/* What counts of a range: nothing behind the position of an ended journal. Its checkpoint is kept
 * only if it is of just that size, and signed. */
static struct cairn_journal_range journal_cut(struct cairn_core *core, uint32_t number,
                                              const struct cairn_journal_range *range)
{
    const struct core_journal *journal = &core->journals[number];
    struct cairn_journal_range cut = *range;
    struct cairn_checkpoint checkpoint;
    uint64_t room = journal->ended_size - journal->candidate.size;
    if (range->leaves.size / CAIRN_LEAF_BYTES > room) {
        cut.leaves.size = (size_t)room * CAIRN_LEAF_BYTES;
        cut.has_checkpoint = false;
    }
    bool is_kept =
        cut.has_checkpoint &&
        cairn_core_checkpoint_read(core, number, cut.checkpoint, &checkpoint) == CAIRN_OK &&
        checkpoint.size == journal->ended_size &&
        cairn_bytes_is_same32(checkpoint.root, journal->ended_root);
    if (!is_kept) {
        cut.checkpoint = (struct cairn_bytes){.size = 0};
    }
    return cut;
}

/* So many leaves may wait for their checkpoint: as many as its author has promised, or some. */
static bool journal_is_promised(const struct core_journal *journal, size_t leaf_count)
{
    uint64_t promised = journal->verified.size + CORE_RANGE_AHEAD;
    promised = journal->promised_size > promised ? journal->promised_size : promised;
    return leaf_count <= promised && journal->candidate.size <= promised - leaf_count;
}

static cairn_err journal_take(struct cairn_core *core, uint32_t link, uint32_t number,
                              const struct cairn_journal_range *range)
{
    struct core_journal *journal = &core->journals[number];
    struct cairn_journal_range cut = *range;
    bool is_ended = journal->is_ended && number != 0;
    if (range->from != journal->candidate.size || cairn_core_is_busy(core)) {
        if (range->has_checkpoint) {
            cairn_core_want_again(core, number); /* it waits for an acknowledgement */
        }
        return CAIRN_OK;
    }
    if (is_ended) {
        cut = journal_cut(core, number, range);
    }
    size_t count = cut.leaves.size / CAIRN_LEAF_BYTES;
    if (!journal_is_promised(journal, count)) {
        return CAIRN_PEER_LEAF;
    }
    if (!cairn_core_accept_takes(core, number, count * CAIRN_LEAF_BYTES)) {
        return CAIRN_OK;
    }
    cairn_core_accept_charge(core, number, count > 0 ? count : 1, 0);
    struct core_puts puts = cairn_core_puts_begin(core, count + 2);
    journal_append_all(core, journal, cut.leaves, &puts);
    if (is_ended) {
        return journal_take_ended(core, link, number, &cut, &puts);
    }
    if (range->has_checkpoint) {
        return journal_take_end(core, link, number, range, &puts);
    }
    cairn_core_puts_store(core, &puts, cairn_core_task_open(core, CORE_TASK_STORE, 0, 0), false);
    cairn_core_want_moved(core, number);
    return CAIRN_OK;
}

cairn_err cairn_core_take_journal(struct cairn_core *core, uint32_t link,
                                  const struct cairn_journal_range *range, size_t frame_bytes)
{
    uint32_t number = cairn_core_log_find(core, range->log);
    number = number != CORE_NONE && core_log_is_feed(core, number) ? CORE_NONE : number;
    bool is_source = number != CORE_NONE && core->intakes[number].link == link;
    CAIRN_TRY(cairn_core_want_book(core, link, number, frame_bytes));
    if (!is_source) {
        return CAIRN_OK; /* of a stream that was stopped */
    }
    if (cairn_core_heal_is_on(core, number)) {
        cairn_core_heal_leaves(core, range);
    } else if (cairn_core_branch_is_on(core, number)) {
        cairn_core_branch_leaves(core, range);
    } else {
        CAIRN_TRY(journal_take(core, link, number, range));
    }
    cairn_core_want_more(core, number);
    return CAIRN_OK;
}

void cairn_core_journal_stored(struct cairn_core *core, uint32_t number, uint64_t size)
{
    struct core_journal *journal = &core->journals[number];
    bool is_newest = journal->checkpoint.size == size;
    if (is_newest || journal->storing.size == size) {
        journal->durable = is_newest ? journal->checkpoint : journal->storing;
        journal->storing = journal->checkpoint;
        cairn_core_grown(core, number);
    }
    cairn_core_scan(core, number);
}
