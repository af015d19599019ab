#include "replication/core_parts.h"

#include "schema/base/check.h"

#include <string.h>

/* A node whose log is an old copy of itself would sign a second history for the same positions. So
 * what it remembers outside of the log, and what partners show of its journal, is compared with
 * the log before anything is said. source P-69, P-71 to P-74
 *
 *     in order --guard ahead or missing--> RESTORED --all that was asked is reached--> in order
 *         \-----------two histories-----------\--------------> halted, for good
 *
 * RESTORED: no flush, so no leaf, mark, receipt or checkpoint; no cosignature. Look-ups go into
 * private feeds that were opened since, for the end of the others may be lost. */

bool cairn_core_is_silent(const struct cairn_core *core)
{
    return core->is_halted || core->restore.state != CORE_IN_ORDER;
}

/* May something be written that others are to see? errors  CAIRN_RESTORING, CAIRN_STATE */
cairn_err cairn_core_may_write(const struct cairn_core *core)
{
    if (core->is_halted) {
        return CAIRN_STATE;
    }
    return core->restore.state == CORE_IN_ORDER ? CAIRN_OK : CAIRN_RESTORING;
}

/* Look-ups are recorded in any state: they are durable where they are made. */
cairn_err cairn_core_may_append(const struct cairn_core *core, const struct cairn_feed *feed,
                                uint64_t kind)
{
    bool is_lookup = feed->type == CAIRN_FEED_TYPE_PRIVATE && kind == CAIRN_KIND_ACCESS_LOOKUP;
    return is_lookup ? CAIRN_OK : cairn_core_may_write(core);
}

/* Every node that this one would link to. */
static bool restore_is_partner(const struct cairn_core *core, uint32_t number)
{
    const struct core_journal *journal = &core->journals[number];
    return number != 0 && journal->is_listed && core->countries[journal->country].is_recognised;
}

/* ---- beginning ---- */

static void restore_freeze(struct cairn_core *core)
{
    for (uint32_t i = core->journals[0].feed_first; i != CORE_NONE; i = core->feed_next[i]) {
        core->feeds[i].is_frozen = core->feeds[i].type == CAIRN_FEED_TYPE_PRIVATE;
    }
}

static void restore_begin(struct cairn_core *core, bool needs_all)
{
    struct core_restore *restore = &core->restore;
    restore->needs_all = restore->needs_all || needs_all;
    if (restore->state == CORE_IN_ORDER) {
        restore->state = CORE_RESTORED;
        restore_freeze(core);
        cairn_core_notice(core, CAIRN_NOTICE_RESTORING, CORE_NONE, core->journals[0].verified.size,
                          restore->guard_size);
    }
}

static void restore_halt(struct cairn_core *core, uint32_t country, uint64_t size)
{
    core->is_halted = true;
    cairn_core_notice(core, CAIRN_NOTICE_ROLLBACK, country, core->journals[0].verified.size, size);
}

void cairn_core_restore_start(struct cairn_core *core, const struct cairn_event *event)
{
    struct core_restore *restore = &core->restore;
    const struct core_journal *own = &core->journals[0];
    uint64_t size = event->as.start.size;
    uint8_t root[32];
    if (event->as.start.guard == CAIRN_GUARD_UNUSED) {
        return;
    }
    restore->has_guard = event->as.start.guard == CAIRN_GUARD_PRESENT;
    restore->guard_size = restore->has_guard ? size : 0;
    memcpy(restore->guard_root, event->as.start.root, 32);
    cairn_merkle_range_root(&own->verified, root);
    if (!restore->has_guard || event->as.start.is_doubted) {
        restore_begin(core, true);
    } else if (size > own->verified.size) {
        restore_begin(core, event->as.start.is_stale);
    } else if (size == own->verified.size && memcmp(root, restore->guard_root, 32) != 0) {
        restore_halt(core, CORE_NONE, size);
    }
}

/* ---- what partners hold of our journal ---- */

/* seen: NULL: the peer holds nothing of it. source P-69 */
void cairn_core_restore_hello(struct cairn_core *core, uint32_t number,
                              const struct cairn_checkpoint *seen)
{
    struct core_heard *shown = &core->restore.shown[number];
    const struct core_journal *own = &core->journals[0];
    bool is_ahead = seen != NULL && seen->size > own->verified.size;
    bool is_other = seen != NULL && seen->size == own->verified.size &&
                    memcmp(seen->root, own->checkpoint.root, 32) != 0;
    shown->is_heard = true;
    shown->size = seen != NULL ? seen->size : 0;
    memcpy(shown->root, seen != NULL ? seen->root : (const uint8_t[32]){0}, 32);
    if (is_other || (is_ahead && core->restore.state == CORE_IN_ORDER)) {
        restore_halt(core, core->journals[number].country, seen->size);
    }
}

/* ---- leaving ---- */

static bool restore_has_asked(const struct cairn_core *core)
{
    const struct core_journal *own = &core->journals[0];
    uint32_t partner_count = 0;
    uint32_t heard_count = 0;
    for (uint32_t i = 1; i < core->journal_count; i++) {
        if (restore_is_partner(core, i)) {
            partner_count++;
            heard_count += core->restore.shown[i].is_heard ? 1 : 0;
        }
    }
    if (heard_count == 0) { /* a node without partners has told nobody; one without a log has */
        return partner_count == 0 && own->verified.size > 0;
    }
    return !core->restore.needs_all || heard_count == partner_count;
}

/* Has the own journal all that was ever shown of it? */
static bool restore_is_reached(const struct cairn_core *core)
{
    const struct core_journal *own = &core->journals[0];
    for (uint32_t i = 1; i < core->journal_count; i++) {
        if (core->restore.shown[i].is_heard && core->restore.shown[i].size > own->durable.size) {
            return false;
        }
    }
    return core->restore.guard_size <= own->durable.size;
}

static void restore_end(struct cairn_core *core)
{
    struct core_restore *restore = &core->restore;
    restore->state = CORE_IN_ORDER;
    restore->needs_all = false;
    for (uint32_t i = core->journals[0].feed_first; i != CORE_NONE; i = core->feed_next[i]) {
        core->feeds[i].is_frozen = false;
    }
    core->heartbeat_ms = core->now_ms;
    cairn_core_notice(core, CAIRN_NOTICE_RESTORED, CORE_NONE, core->journals[0].durable.size, 0);
    if (restore->is_announce_due) {
        restore->is_announce_due = false;
        cairn_core_announce(core);
    }
}

void cairn_core_restore_follow(struct cairn_core *core)
{
    if (core->restore.state == CORE_RESTORED && !core->is_halted && restore_has_asked(core) &&
        restore_is_reached(core)) {
        restore_end(core);
    }
}

/* ---- what the host may read ---- */

void cairn_core_restore(const struct cairn_core *core, struct cairn_core_restore *out)
{
    const struct core_journal *own = &core->journals[0];
    *out = (struct cairn_core_restore){
        .is_halted = core->is_halted,
        .is_restoring = core->restore.state == CORE_RESTORED,
        .needs_all = core->restore.needs_all,
        .guard_size = core->restore.guard_size,
        .durable_size = own->durable.size,
    };
    if (own->durable.size > 0) {
        memcpy(out->durable_root, own->durable.root, 32);
    } else {
        struct cairn_merkle_range none;
        cairn_merkle_range_init(&none);
        cairn_merkle_range_root(&none, out->durable_root);
    }
    for (uint32_t i = 1; i < core->journal_count; i++) {
        const struct core_heard *shown = &core->restore.shown[i];
        out->partner_count += restore_is_partner(core, i) ? 1 : 0;
        out->answered_count += restore_is_partner(core, i) && shown->is_heard ? 1 : 0;
        out->shown_size = shown->size > out->shown_size ? shown->size : out->shown_size;
    }
}
