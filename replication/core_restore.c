#include "replication/core_parts.h"

#include "schema/base/check.h"

#include <string.h>

/* A node whose log is an old copy of itself would sign a second history for the same positions. So
 * what it remembers outside of the log, and what partners show of its journal, is compared with
 * the log before anything is said. source P-69, P-71 to P-75
 *
 *     asking --a partner answers, or 2 s--> in order <--all that was shown is here--\
 *        \--guard ahead or missing, partner ahead--> RESTORED -----------------------/
 *                                                       \--two histories--> halted, for good
 *
 * RESTORED: no flush, so no leaf, mark, receipt or checkpoint; no cosignature. Look-ups go into
 * private feeds that were opened since, for the end of the others may be lost. */

bool cairn_core_is_silent(const struct cairn_core *core)
{
    return core->is_halted || core->journals[0].is_ended || core->restore.state != CORE_IN_ORDER;
}

/* May something be written that others are to see? errors  CAIRN_RESTORING, CAIRN_STATE,
 * CAIRN_ENDED */
cairn_err cairn_core_may_write(const struct cairn_core *core)
{
    if (core->journals[0].is_ended) {
        return CAIRN_ENDED;
    }
    if (core->is_halted) {
        return CAIRN_STATE;
    }
    if (core->restore.state == CORE_ASKING) {
        return CAIRN_BUSY;
    }
    return core->restore.state == CORE_IN_ORDER ? CAIRN_OK : CAIRN_RESTORING;
}

bool cairn_core_is_asking(const struct cairn_core *core)
{
    return core->restore.state == CORE_ASKING && !core->is_halted;
}

/* Look-ups are recorded in any state: they are durable where they are made. */
cairn_err cairn_core_may_append(const struct cairn_core *core, const struct cairn_feed *feed,
                                uint64_t kind)
{
    bool is_lookup = feed->type == CAIRN_FEED_TYPE_PRIVATE && kind == CAIRN_KIND_ACCESS_LOOKUP;
    return is_lookup ? CAIRN_OK : cairn_core_may_write(core);
}

/* An incarnation of this node: one that is announced answers nothing. */
static bool restore_is_same_node(const struct core_journal *own, const struct core_journal *other)
{
    size_t size = own->origin_bytes;
    while (size > 0 && own->origin[size - 1] != '/') {
        size--;
    }
    return other->origin_bytes > size && memcmp(own->origin, other->origin, size) == 0;
}

/* Every node that this one would link to. */
static bool restore_is_partner(const struct cairn_core *core, uint32_t number)
{
    const struct core_journal *journal = &core->journals[number];
    return number != 0 && journal->is_listed && core->countries[journal->country].is_recognised &&
           !restore_is_same_node(&core->journals[0], journal);
}

/* Its end is not here, or was not, so another feed takes what would belong into it. Nothing can
 * stand in for control and pairwise feeds. */
bool cairn_core_is_replaced(const struct cairn_core *core, const struct cairn_feed *feed)
{
    return feed->is_lost ||
           (feed->is_frozen &&
            (feed->type == CAIRN_FEED_TYPE_PRIVATE ||
             (feed->type == CAIRN_FEED_TYPE_AUDIENCE && core->restore.state == CORE_IN_ORDER)));
}

/* So many partners there are; is_heard: of which so many have answered in this run. */
static uint32_t restore_count(const struct cairn_core *core, bool is_heard)
{
    uint32_t count = 0;
    for (uint32_t i = 1; i < core->journal_count; i++) {
        bool is_counted = !is_heard || core->restore.shown[i].is_heard;
        count += restore_is_partner(core, i) && is_counted ? 1 : 0;
    }
    return count;
}

/* ---- beginning ---- */

static void restore_begin(struct cairn_core *core, bool needs_all)
{
    struct core_restore *restore = &core->restore;
    restore->needs_all = restore->needs_all || needs_all;
    if (restore->state != CORE_RESTORED) {
        restore->state = CORE_RESTORED;
        cairn_core_refetch_begin(core);
        cairn_core_pairs_due(core);
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
    cairn_core_refetch_start(core);
    if (event->as.start.guard == CAIRN_GUARD_UNUSED) {
        return;
    }
    restore->is_used = true;
    restore->has_guard = event->as.start.guard == CAIRN_GUARD_PRESENT;
    restore->guard_size = restore->has_guard ? size : 0;
    memcpy(restore->guard_root, event->as.start.root, 32);
    cairn_merkle_range_root(&own->verified, root);
    if (!restore->has_guard || event->as.start.is_doubted) {
        restore_begin(core, true);
    } else if (size > own->verified.size || restore->is_unfinished) {
        restore_begin(core, event->as.start.is_stale);
    } else if (size == own->verified.size && !cairn_bytes_is_same32(root, restore->guard_root)) {
        restore_halt(core, CORE_NONE, size);
    } else if (own->verified.size > 0 && restore_count(core, false) > 0) {
        restore->state = CORE_ASKING;
        restore->ask_until_ms = core->now_ms + CORE_ASK_MS;
        cairn_core_wake(core, restore->ask_until_ms);
    }
}

/* ---- what partners hold of our journal ---- */

/* A partner holds more than we do, and we have begun to write already: what waits to be flushed
 * cannot be called back here. The next start restores. */
static void restore_fall_back(struct cairn_core *core, uint32_t number, uint64_t size)
{
    const struct core_batch *batch = &core->batches[core->open_batch];
    cairn_core_notice(core, CAIRN_NOTICE_ROLLBACK, core->journals[number].country,
                      core->journals[0].verified.size, size);
    if (core->is_flushing || batch->part_count > 0 || core->invite_count > 0 ||
        !core->restore.is_used) {
        core->restore.needs_all = true;
        core->is_halted = true;
    } else {
        restore_begin(core, true);
    }
}

/* seen: NULL: the peer holds nothing of it. source P-69 */
void cairn_core_restore_hello(struct cairn_core *core, uint32_t number,
                              const struct cairn_checkpoint *seen)
{
    struct core_heard *shown = &core->restore.shown[number];
    const struct core_journal *own = &core->journals[0];
    bool is_ahead = seen != NULL && seen->size > own->verified.size;
    bool is_other = seen != NULL && seen->size == own->verified.size &&
                    !cairn_bytes_is_same32(seen->root, own->checkpoint.root);
    shown->is_heard = true;
    shown->size = seen != NULL ? seen->size : 0;
    memcpy(shown->root, seen != NULL ? seen->root : (const uint8_t[32]){0}, 32);
    if (is_other) {
        restore_halt(core, core->journals[number].country, seen->size);
    } else if (is_ahead && core->restore.state != CORE_RESTORED) {
        restore_fall_back(core, number, seen->size);
    }
}

/* Has a node of that country shown more than we hold, which has not come back yet? */
bool cairn_core_restore_needs(const struct cairn_core *core, uint32_t country)
{
    bool needs = false;
    for (uint32_t i = 1; i < core->journal_count; i++) {
        needs = needs || (core->journals[i].country == country && core->restore.shown[i].is_heard &&
                          core->restore.shown[i].size > core->journals[0].verified.size);
    }
    return needs && core->restore.state == CORE_RESTORED;
}

/* This link has shown more than we hold: better than a source that has not. */
static void restore_prefer(struct cairn_core *core, uint32_t link)
{
    uint32_t held = core->intakes[0].link;
    while (held != CORE_NONE && held != link &&
           core->restore.shown[core->links[held].journal].size <= core->journals[0].verified.size) {
        cairn_core_want_elsewhere(core, held, 0);
        held = core->intakes[0].link;
    }
}

/* A greeted link may have what is missing, or get it later, from others. */
void cairn_core_restore_ask(struct cairn_core *core, uint32_t link)
{
    struct core_journal *own = &core->journals[0];
    uint32_t peer = core->links[link].journal;
    uint64_t size = core->restore.shown[peer].size;
    if (!core->restore.is_following) {
        return;
    }
    if (core->restore.state == CORE_RESTORED) {
        own->promised_size = size > own->promised_size ? size : own->promised_size;
        cairn_core_offered(core, link, 0);
        if (size > own->verified.size) {
            restore_prefer(core, link);
        }
    }
    for (uint32_t i = own->feed_first; i != CORE_NONE; i = core->feed_next[i]) {
        if (core->feeds[i].is_frozen &&
            cairn_core_feed_is_served(core, i, core->journals[peer].country)) {
            cairn_core_offered(core, link, core_log_of_feed(core, i));
        }
    }
}

/* ---- what comes back ---- */

static bool restore_is_other(const struct cairn_core *core, uint64_t size, const uint8_t *root)
{
    uint8_t reached[32];
    if (size != core->journals[0].candidate.size) {
        return false;
    }
    cairn_merkle_range_root(&core->journals[0].candidate, reached);
    return !cairn_bytes_is_same32(root, reached);
}

/* One more leaf of the own journal is a candidate: does it lead to what was shown? It counts once
 * the leaves are verified. */
void cairn_core_restore_leaf(struct cairn_core *core)
{
    struct core_restore *restore = &core->restore;
    uint64_t size = core->journals[0].candidate.size;
    bool is_other =
        restore->has_guard && restore_is_other(core, restore->guard_size, restore->guard_root);
    for (uint32_t i = 1; i < core->journal_count && !is_other; i++) {
        const struct core_heard *shown = &restore->shown[i];
        is_other = shown->is_heard && restore_is_other(core, shown->size, shown->root);
    }
    if (size <= restore->bad_size) { /* it began anew */
        restore->bad_size = 0;
    }
    if (is_other && restore->bad_size == 0) {
        restore->bad_size = size;
    }
}

void cairn_core_restore_advanced(struct cairn_core *core)
{
    if (core->restore.bad_size > 0) {
        restore_halt(core, CORE_NONE, core->restore.bad_size);
    }
}

/* ---- leaving ---- */

static bool restore_has_asked(const struct cairn_core *core)
{
    uint32_t partner_count = restore_count(core, false);
    uint32_t heard_count = restore_count(core, true);
    if (heard_count == 0) { /* without partners nobody was told, unless the log is of before them */
        return partner_count == 0 && !core->restore.needs_all &&
               core->journals[0].verified.size > 0;
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
    const struct core_journal *own = &core->journals[0];
    restore->state = CORE_IN_ORDER;
    restore->needs_all = false;
    for (uint32_t link = 0; link < core->limits.links; link++) {
        cairn_core_want_elsewhere(core, link, 0);
    }
    uint64_t came_ms = core->feeds[own->control_feed].mark_ms; /* of the last one that came back */
    core->mark_ms = came_ms > core->mark_ms ? came_ms : core->mark_ms;
    core->heartbeat_ms = core->now_ms;
    cairn_core_notice(core, CAIRN_NOTICE_RESTORED, CORE_NONE, own->durable.size, 0);
    if (restore->is_announce_due) {
        restore->is_announce_due = false;
        cairn_core_announce(core);
    }
}

void cairn_core_restore_follow(struct cairn_core *core)
{
    struct core_restore *restore = &core->restore;
    bool is_over = core->now_ms >= restore->ask_until_ms || restore_count(core, true) > 0;
    if (core->is_halted) {
        return;
    }
    core->is_halted = core->journals[0].is_forked;
    if (restore->state == CORE_ASKING && is_over) {
        restore->state = CORE_IN_ORDER;
        if (restore->is_announce_due) {
            restore->is_announce_due = false;
            cairn_core_announce(core);
        }
    }
    if (restore->state == CORE_RESTORED) {
        cairn_core_refetch_private(core);
        bool is_done = cairn_core_refetch_is_done(core); /* looks at what has come each time */
        if (is_done && restore_has_asked(core) && restore_is_reached(core) &&
            cairn_core_refetch_keep(core)) {
            restore_end(core);
        }
    }
    if (restore->state == CORE_IN_ORDER && restore->is_following) {
        cairn_core_refetch_thaw(core);
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
    out->partner_count = restore_count(core, false);
    out->answered_count = restore_count(core, true);
    for (uint32_t i = 1; i < core->journal_count; i++) {
        const struct core_heard *shown = &core->restore.shown[i];
        out->shown_size = shown->size > out->shown_size ? shown->size : out->shown_size;
    }
}
