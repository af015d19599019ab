#include "replication/core_parts.h"
#include "replication/core_rows.h"

#include "schema/base/check.h"

#include <string.h>

/* What is known to be damaged, of the log that the scrubber reads. It is on the disk too, so that
 * what is lost stays listed. A full table forgets nothing: the next round finds it again. */

static const uint8_t *fault_id(const struct cairn_core *core)
{
    return cairn_core_log_id(core, core->scrub.log);
}

static uint32_t fault_country(const struct cairn_core *core)
{
    return core->journals[cairn_core_log_author(core, core->scrub.log)].country;
}

static bool fault_meets(const struct core_fault *fault, enum cairn_table table,
                        const uint8_t id[static 16], uint64_t from, uint64_t to)
{
    return fault->table == table && cairn_bytes_is_same16(fault->id, id) && fault->from < to &&
           from < fault->to;
}

static void fault_store(struct cairn_core *core, const struct core_fault *fault, bool is_gone)
{
    struct core_puts puts = cairn_core_puts_begin(core, 1);
    cairn_core_puts_add_fault(core, &puts, fault, is_gone);
    cairn_core_puts_store(core, &puts, cairn_core_task_open(core, CORE_TASK_STORE, 0, 0), false);
}

void cairn_core_fault_add(struct cairn_core *core, enum cairn_table table, uint64_t from,
                          uint64_t to)
{
    struct core_scrub *scrub = &core->scrub;
    CAIRN_REQUIRE(from < to);
    scrub->round.found += scrub->is_again ? 0 : 1;
    for (uint32_t i = 0; i < scrub->fault_count; i++) {
        const struct core_fault *fault = &scrub->faults[i];
        if (fault_meets(fault, table, fault_id(core), from, to) && fault->from <= from &&
            to <= fault->to) {
            return;
        }
    }
    cairn_core_notice(core, CAIRN_NOTICE_ROW_DAMAGED, fault_country(core), from, to - from);
    if (scrub->fault_count == CORE_FAULTS) {
        return;
    }
    struct core_fault *fault = &scrub->faults[scrub->fault_count++];
    *fault = (struct core_fault){
        .table = (uint8_t)table, .from = from, .to = to, .found_ms = core->now_ms};
    memcpy(fault->id, fault_id(core), 16);
    fault_store(core, fault, false);
}

void cairn_core_fault_lose(struct cairn_core *core, enum cairn_table table, uint64_t from,
                           uint64_t to)
{
    struct core_scrub *scrub = &core->scrub;
    scrub->round.lost++;
    for (uint32_t i = 0; i < scrub->fault_count; i++) {
        struct core_fault *fault = &scrub->faults[i];
        if (fault_meets(fault, table, fault_id(core), from, to) && !fault->is_lost) {
            fault->is_lost = true;
            cairn_core_notice(core, CAIRN_NOTICE_ROW_LOST, fault_country(core), fault->from,
                              fault->to - fault->from);
            fault_store(core, fault, false);
        }
    }
}

void cairn_core_fault_heal(struct cairn_core *core, enum cairn_table table, uint64_t from,
                           uint64_t to)
{
    struct core_scrub *scrub = &core->scrub;
    for (uint32_t i = scrub->fault_count; i-- > 0;) {
        struct core_fault fault = scrub->faults[i];
        if (fault_meets(&fault, table, fault_id(core), from, to)) {
            cairn_core_notice(core, CAIRN_NOTICE_ROW_HEALED, fault_country(core), fault.from,
                              fault.to - fault.from);
            scrub->faults[i] = scrub->faults[--scrub->fault_count];
            fault_store(core, &fault, true);
        }
    }
}

uint64_t cairn_core_fault_next(const struct cairn_core *core, uint32_t log, uint64_t from)
{
    uint64_t next = UINT64_MAX;
    for (uint32_t i = 0; i < core->scrub.fault_count; i++) {
        const struct core_fault *fault = &core->scrub.faults[i];
        if (!cairn_bytes_is_same16(fault->id, cairn_core_log_id(core, log)) || fault->to <= from ||
            fault->table == CAIRN_TABLE_ENTRY) {
            continue;
        }
        uint64_t at = fault->from > from ? fault->from : from;
        next = at < next ? at : next;
    }
    return next;
}

/* ---- what a host may read ---- */

void cairn_core_scrub_status(const struct cairn_core *core, struct cairn_core_scrub *out)
{
    const struct core_scrub *scrub = &core->scrub;
    uint32_t log = scrub->round_log;
    *out = (struct cairn_core_scrub){
        .is_on = scrub->is_on,
        .log_count = core->journal_count + core->feed_count,
        .round = scrub->round,
        .last = scrub->last,
        .fault_count = scrub->fault_count,
    };
    if (scrub->is_on && log != CORE_NONE) {
        out->log_done =
            core_log_is_feed(core, log) ? core->journal_count + (log - core->limits.journals) : log;
    }
}

void cairn_core_scrub_fault(const struct cairn_core *core, uint32_t number,
                            struct cairn_core_fault *out)
{
    CAIRN_REQUIRE(number < core->scrub.fault_count);
    const struct core_fault *fault = &core->scrub.faults[number];
    uint32_t log = cairn_core_log_find(core, fault->id);
    *out = (struct cairn_core_fault){
        .table = fault->table,
        .from = fault->from,
        .to = fault->to,
        .found_ms = fault->found_ms,
        .is_lost = fault->is_lost,
    };
    memcpy(out->id, fault->id, 16);
    if (log != CORE_NONE) {
        const struct core_journal *journal = &core->journals[cairn_core_log_author(core, log)];
        memcpy(out->origin, journal->origin, journal->origin_bytes + 1);
    }
}
