#include "replication/core_parts.h"

#include "schema/base/check.h"

#include <string.h>

/* From time to time: what should have come, and did not? */

static uint64_t look_least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Since when could the feed's next commit come? Not before the one before it, and not while the
 * author's marks come that were there with it: they are sent first. After a long absence, over a
 * slow line, that takes many minutes. source P-89 */
static uint64_t look_turn_ms(const struct cairn_core *core, uint32_t number)
{
    const struct core_journal *journal = &core->journals[core->feeds[number].journal];
    const struct cairn_feed *control = &core->feeds[journal->control_feed];
    const struct cairn_pending *mark = cairn_feed_pending(control, &core->pending);
    uint64_t mark_ms = core->intakes[core_log_of_feed(core, journal->control_feed)].grown_ms;
    bool is_behind = mark != NULL && (cairn_core_scanned(core, control) < journal->verified.size ||
                                      core->now_ms - mark->seen_ms >= CORE_LOOK_MS);
    return is_behind && core->now_ms - mark_ms < CORE_MISSING_MS
               ? core->now_ms
               : core->intakes[core_log_of_feed(core, number)].grown_ms;
}

/* When the minute of a pending leaf begins. */
static uint64_t look_begin_ms(const struct cairn_core *core, struct cairn_pending *pending,
                              uint64_t held_back_ms, uint64_t turn_ms)
{
    pending->seen_ms = look_least(pending->seen_ms, core->now_ms);
    if (pending->seen_ms < held_back_ms) {
        pending->seen_ms = held_back_ms; /* it was we who did not take it. source P-89 */
        pending->late_s = 0;
    }
    if (turn_ms > pending->seen_ms + pending->late_s * 1000ull) {
        pending->late_s =
            (uint32_t)look_least((turn_ms - pending->seen_ms) / 1000, CORE_MISSING_LATE_S);
    }
    return look_least(pending->seen_ms + pending->late_s * 1000ull, core->now_ms);
}

/* Tagged leaves whose commit does not come within a minute are written down. source P-49 */
static void look_missing(struct cairn_core *core, uint32_t number)
{
    const struct cairn_feed *feed = &core->feeds[number];
    uint32_t country = core->journals[feed->journal].country;
    uint32_t pairwise = core->pairwise[country];
    uint64_t held_back_ms = cairn_core_accept_held_back_ms(core, feed->journal);
    uint64_t turn_ms = look_turn_ms(core, number);
    uint32_t at = feed->pending_first;
    while (at != CAIRN_PENDING_NONE && pairwise != CORE_NONE) {
        struct cairn_pending *pending = &core->pending.items[at];
        at = pending->next;
        uint64_t begin_ms = look_begin_ms(core, pending, held_back_ms, turn_ms);
        if (pending->reported_flush != 0 || core->now_ms - begin_ms < CORE_MISSING_MS) {
            continue;
        }
        if (!cairn_core_is_roomy(core) || !cairn_core_fits_own(core, pairwise, 256)) {
            return;
        }
        struct cairn_feedop op = {
            .kind = CAIRN_KIND_MISSING,
            .as.missing = {.origin = cairn_core_origin(core, feed->journal),
                           .leaf_index = pending->leaf_index},
        };
        cairn_core_append_op(core, pairwise, &op);
        pending->reported_flush = core->flush_count + 1; /* the one that takes the open batch */
        cairn_core_notice(core, CAIRN_NOTICE_MISSING, country, pending->leaf_index, 0);
    }
}

void cairn_core_look(struct cairn_core *core)
{
    if (core->now_ms < core->look_ms) {
        return;
    }
    core->look_ms = core->now_ms + CORE_LOOK_MS;
    core->is_source_due = true;
    cairn_core_wake(core, core->look_ms);
    cairn_core_offer_news(core);
    for (uint32_t i = 0; i < core->journal_count; i++) {
        cairn_core_scan(core, i);
    }
    for (uint32_t i = 0; i < core->feed_count && !cairn_core_is_silent(core); i++) {
        if (core->feeds[i].pending_count > 0 &&
            core->countries[core->journals[core->feeds[i].journal].country].is_recognised) {
            look_missing(core, i);
        }
    }
}

/* The clock was set back: nothing waits for a time that has moved away. */
void cairn_core_set_back(struct cairn_core *core)
{
    uint64_t now_ms = core->now_ms;
    core->heartbeat_ms = look_least(core->heartbeat_ms, now_ms + CAIRN_LIMIT_HEARTBEAT_MS);
    core->look_ms = look_least(core->look_ms, now_ms + CORE_LOOK_MS);
    core->receipt_ms = look_least(core->receipt_ms, now_ms + CORE_RECEIPT_MS);
    for (uint32_t i = 0; i < core->journal_count; i++) {
        struct core_journal *journal = &core->journals[i];
        journal->cosign_retry_ms = look_least(journal->cosign_retry_ms, now_ms);
        journal->cosigned_ms = look_least(journal->cosigned_ms, now_ms);
    }
    for (uint32_t log = 0; log < core->limits.journals + core->limits.feeds; log++) {
        core->intakes[log].moved_ms = look_least(core->intakes[log].moved_ms, now_ms);
        core->intakes[log].grown_ms = look_least(core->intakes[log].grown_ms, now_ms);
    }
    cairn_core_scrub_set_back(core);
    cairn_core_wake(core, core->look_ms);
    cairn_core_wake(core, core->heartbeat_ms);
}
