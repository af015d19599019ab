#include "replication/core_parts.h"

#include "schema/base/check.h"
#include "schema/bundle.h"

#include <string.h>

/* Proofs of forks: kept for ever, told to everybody, and the end of a journal here. source P-70 */

struct cairn_forkproof_reader cairn_core_proof_reader(struct cairn_core *core, uint32_t journal)
{
    return (struct cairn_forkproof_reader){
        .suite = core->suite,
        .arena = &core->arena,
        .origin = cairn_core_origin(core, journal),
        .log_keys = (const uint8_t(*)[32]) & core->journals[journal].log_public,
        .key_count = core->journals[journal].has_keys ? 1 : 0,
    };
}

static void proof_store(struct cairn_core *core, uint32_t journal, const struct cairn_fork *fork)
{
    struct cairn_bundle_record record = {.type = CAIRN_BUNDLE_FORK, .as.fork = *fork};
    uint8_t *buffer = cairn_core_take(core, CAIRN_FORK_BYTES);
    struct cairn_bytes bytes;
    cairn_err err = cairn_bundle_encode(&record, buffer, CAIRN_FORK_BYTES, &bytes);
    CAIRN_REQUIRE(err == CAIRN_OK);
    struct core_puts puts = cairn_core_puts_begin(core, 2);
    cairn_core_puts_add(&puts, CAIRN_TABLE_FORK, core->journals[journal].id, 0)->head = bytes;
    cairn_core_puts_add_journal(core, &puts, journal);
    cairn_core_puts_store(core, &puts, cairn_core_task_open(core, CORE_TASK_STORE, 0, 0), true);
}

void cairn_core_prove(struct cairn_core *core, uint32_t number, const struct cairn_fork *fork,
                      const struct cairn_forkproof *proof)
{
    struct core_journal *journal = &core->journals[number];
    struct cairn_message message = {.type = CAIRN_MESSAGE_PROOF, .as.proof = *fork};
    CAIRN_REQUIRE(!journal->is_forked);
    journal->is_forked = true;
    journal->suspect.size = 0;
    core->is_halted = core->is_halted || number == 0;
    proof_store(core, number, fork);
    cairn_core_branches_due(core);
    cairn_core_notice(core, CAIRN_NOTICE_FORK_PROVEN, journal->country, proof->size_a,
                      proof->size_b);
    if (number != 0) {
        cairn_core_want_stop(core, number);
    }
    for (uint32_t link = 0; link < core->limits.links; link++) {
        if (core->links[link].is_greeted) {
            cairn_core_send(core, link, &message);
        }
    }
}

cairn_err cairn_core_take_proof(struct cairn_core *core, const struct cairn_fork *fork)
{
    uint32_t number = cairn_core_journal_find(core, fork->origin);
    struct cairn_forkproof proof;
    if (number == CORE_NONE || core->journals[number].is_forked) {
        return CAIRN_OK;
    }
    if (cairn_core_is_busy(core) || !cairn_core_is_roomy(core)) {
        return CAIRN_BUSY;
    }
    struct cairn_forkproof_reader reader = cairn_core_proof_reader(core, number);
    cairn_err err = cairn_forkproof_check(&reader, fork, &proof);
    if (err == CAIRN_NOTE_SIGNATURE) {
        return CAIRN_OK; /* by a key that we do not know: nobody's fault, and no proof for us */
    }
    CAIRN_TRY(err);
    cairn_core_prove(core, number, fork, &proof);
    return CAIRN_OK;
}

/* ---- telling those who come later ---- */

void cairn_core_proofs_greet(struct cairn_core *core, uint32_t link)
{
    core->tellers[link] = (struct core_teller){.told_ms = core->now_ms};
}

static void proof_load(struct cairn_core *core, uint32_t link, uint32_t journal)
{
    struct cairn_action *load = cairn_core_act(core, CAIRN_ACTION_LOAD);
    load->as.load.token = cairn_core_task_open(core, CORE_TASK_LOAD_PROOF, journal, 0);
    struct core_task *task = cairn_core_task_at(core, (uint32_t)load->as.load.token);
    task->link = link;
    task->link_generation = core->link_generations[link];
    load->as.load.from = (struct cairn_key){.table = CAIRN_TABLE_FORK};
    memcpy(load->as.load.from.id, core->journals[journal].id, 16);
    load->as.load.to_index = 1;
    load->as.load.size_max_bytes = CAIRN_LIMIT_FRAME_BYTES;
    core->tellers[link].is_loading = true;
}

void cairn_core_proofs_tell(struct cairn_core *core)
{
    for (uint32_t link = 0; link < core->limits.links; link++) {
        struct core_teller *teller = &core->tellers[link];
        if (!core->links[link].is_greeted || teller->is_loading) {
            continue;
        }
        while (teller->proof_next < core->journal_count &&
               !core->journals[teller->proof_next].is_forked) {
            teller->proof_next++;
        }
        if (teller->proof_next < core->journal_count) {
            if (cairn_core_is_busy(core) || !cairn_core_is_roomy(core)) {
                return;
            }
            proof_load(core, link, teller->proof_next++);
        }
    }
}

void cairn_core_proof_loaded(struct cairn_core *core, const struct core_task *task,
                             const struct cairn_event *event)
{
    struct cairn_bundle_record record;
    size_t fault_at;
    core->tellers[task->link].is_loading = false;
    if (event->as.done.err != CAIRN_OK || event->as.done.row_count == 0) {
        return; /* it is on its way to the disk: then it was told to all who were there */
    }
    if (cairn_bundle_decode(event->as.done.rows[0].value, &core->arena, &record, &fault_at) !=
            CAIRN_OK ||
        record.type != CAIRN_BUNDLE_FORK) {
        cairn_core_notice_err(core, CAIRN_NOTICE_STORE_FAILED, CORE_NONE, CAIRN_DISK_CORRUPT);
        return;
    }
    struct cairn_message message = {.type = CAIRN_MESSAGE_PROOF, .as.proof = record.as.fork};
    cairn_core_send(core, task->link, &message);
}
