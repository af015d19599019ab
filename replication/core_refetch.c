#include "replication/core_parts.h"
#include "replication/core_rows.h"

#include "schema/base/check.h"

#include <string.h>

/* The lost end of the own log comes back from partners: the own journal is followed like any other,
 * its leaves lead to a checkpoint that this node once signed; then its own feeds, whose next tags
 * are looked for among those leaves. source P-75
 *
 *     frozen     own feed that takes nothing, until all that its leaves commit to is here
 *     private    nobody else has its bodies. A commit with nothing that is not here can be made
 *                again, and the leaf proves it; any other one is lost, and the feed with it */

#define REFETCH_ROWS 256u /* in one batch */

/* Were all leaves looked at, and all that they commit to taken? An audience feed without any commit
 * is not this node's: whoever brought its record made it up, and knows its secret. */
static bool refetch_has_all(const struct cairn_core *core, const struct cairn_feed *feed)
{
    bool is_ours = feed->type != CAIRN_FEED_TYPE_AUDIENCE || feed->commits > 0;
    return feed->is_closed || feed->is_broken ||
           (is_ours && feed->pending_count == 0 && feed->durable_commits == feed->commits &&
            cairn_core_scanned(core, feed) >= core->journals[0].verified.size);
}

/* Its next commit is looked for behind the last one. */
static void refetch_freeze(struct cairn_core *core, struct cairn_feed *feed)
{
    feed->is_frozen = true;
    cairn_feed_scan_from(feed, core->suite, feed->last_leaf_plus1);
}

void cairn_core_refetch_begin(struct cairn_core *core)
{
    for (uint32_t i = core->journals[0].feed_first; i != CORE_NONE; i = core->feed_next[i]) {
        struct cairn_feed *feed = &core->feeds[i];
        if (!feed->is_closed && !feed->is_broken && !feed->is_frozen) {
            refetch_freeze(core, feed);
        }
    }
    core->restore.is_following = true;
}

/* At the start: feeds whose end had not come back when this node was in order again. */
void cairn_core_refetch_start(struct cairn_core *core)
{
    for (uint32_t i = core->journals[0].feed_first; i != CORE_NONE; i = core->feed_next[i]) {
        if (core->feeds[i].is_frozen) {
            refetch_freeze(core, &core->feeds[i]);
            core->restore.is_following = true;
        }
    }
}

/* An own feed that this node had forgotten, or may have: frozen also after a fall, until all of it
 * is back. puts: has room for one more row */
void cairn_core_refetch_found(struct cairn_core *core, struct core_puts *puts, uint32_t number)
{
    core->feeds[number].is_frozen = true;
    core->feeds[number].has_frozen_row = true;
    core->restore.is_following = true;
    cairn_core_puts_add_frozen(core, puts, number);
}

/* May a feed of this author be news? Of its own ones a node knows all, unless it lost some. */
bool cairn_core_may_have_feeds(const struct cairn_core *core, uint32_t author)
{
    return author != 0 ? cairn_core_is_followed(core, author)
                       : core->restore.is_following || core->restore.was_restored;
}

/* Leaves of the own journal are stored. With them the log may look whole, while what they commit to
 * is still missing: a node that falls now goes on restoring. source P-75 */
void cairn_core_refetch_leaves(struct cairn_core *core, struct core_puts *puts)
{
    if (!core->restore.is_unfinished) {
        core->restore.is_unfinished = true;
        cairn_core_puts_add_restored(core, puts, true);
    }
}

/* Before this node is in order again: which feeds are not. gives false while that is not on disk */
bool cairn_core_refetch_keep(struct cairn_core *core)
{
    struct core_puts puts = cairn_core_puts_begin(core, REFETCH_ROWS + 1);
    if (!core->restore.was_restored || core->restore.is_unfinished) {
        core->restore.was_restored = true;
        core->restore.is_unfinished = false;
        cairn_core_puts_add_restored(core, &puts, false);
    }
    for (uint32_t i = core->journals[0].feed_first; i != CORE_NONE; i = core->feed_next[i]) {
        struct cairn_feed *feed = &core->feeds[i];
        if (feed->is_frozen && !feed->has_frozen_row && !refetch_has_all(core, feed) &&
            puts.count < REFETCH_ROWS) {
            feed->has_frozen_row = true;
            cairn_core_puts_add_frozen(core, &puts, i);
        }
    }
    if (puts.count > 0) {
        core->restore.is_keeping = true;
        cairn_core_puts_store(core, &puts, cairn_core_task_open(core, CORE_TASK_STORE_KEEP, 0, 0),
                              true);
    }
    return !core->restore.is_keeping;
}

/* ---- private feeds ---- */

/* The only commit that this node could have made of what it holds. */
static void refetch_remake(struct cairn_core *core, uint32_t number)
{
    struct cairn_feed *feed = &core->feeds[number];
    const struct cairn_pending *pending = cairn_feed_pending(feed, &core->pending);
    struct cairn_merkle_range range = feed->range;
    struct cairn_opening opening = {
        .number = feed->commits,
        .leaf_index = pending->leaf_index,
        .previous_leaf_plus1 = feed->last_leaf_plus1,
        .previous_size = feed->committed_size,
        .size = range.size,
    };
    memcpy(opening.feed, feed->id, 16);
    cairn_merkle_range_root(&range, opening.root);
    memcpy(opening.policy, core->policy_hash, 32);
    if (cairn_feed_check_opening(feed, core->suite, &opening, pending) != CAIRN_OK) {
        cairn_core_lose(core, number, pending->leaf_index);
        return;
    }
    cairn_feed_take_opening(feed, &opening, &range);
    cairn_feed_pending_take(feed, &core->pending);
    feed->waiting_bytes = 0;
    uint8_t *blob = cairn_core_take(core, CAIRN_COMMIT_HEAD_BYTES);
    memset(blob, 0, CAIRN_COMMIT_HEAD_BYTES);
    cairn_opening_encode(&opening, blob);
    struct core_puts puts = cairn_core_puts_begin(core, 2);
    cairn_core_puts_add(&puts, CAIRN_TABLE_COMMIT, feed->id, opening.number)->head =
        (struct cairn_bytes){.data = blob, .size = CAIRN_COMMIT_HEAD_BYTES};
    cairn_core_puts_add_feed(core, &puts, number, &range);
    cairn_core_puts_store(core, &puts,
                          cairn_core_task_open(core, CORE_TASK_STORE_COMMIT, number, feed->commits),
                          true);
}

void cairn_core_refetch_private(struct cairn_core *core)
{
    for (uint32_t i = core->journals[0].feed_first; i != CORE_NONE; i = core->feed_next[i]) {
        const struct cairn_feed *feed = &core->feeds[i];
        while (feed->type == CAIRN_FEED_TYPE_PRIVATE && feed->is_frozen &&
               feed->pending_count > 0 && cairn_core_is_roomy(core) && !cairn_core_is_busy(core)) {
            refetch_remake(core, i);
        }
    }
    cairn_core_scan(core, 0); /* there is room for the leaves behind */
}

/* ---- is it all here? ---- */

/* The marks must have come back; of the rest, what anybody has. */
bool cairn_core_refetch_is_done(struct cairn_core *core)
{
    const struct core_journal *own = &core->journals[0];
    const struct cairn_feed *control = &core->feeds[own->control_feed];
    struct core_restore *restore = &core->restore;
    uint64_t sum = own->verified.size;
    bool has_all = true;
    bool is_scanned = true;
    for (uint32_t i = own->feed_first; i != CORE_NONE; i = core->feed_next[i]) {
        const struct cairn_feed *feed = &core->feeds[i];
        sum += feed->durable_commits;
        if (feed->is_frozen) {
            has_all = has_all && refetch_has_all(core, feed);
            is_scanned = is_scanned &&
                         (feed->is_closed || feed->is_broken ||
                          (cairn_core_scanned(core, feed) >= own->verified.size &&
                           (feed->type != CAIRN_FEED_TYPE_PRIVATE || feed->pending_count == 0)));
        }
    }
    if (sum != restore->moved_sum) { /* at the start nothing has come back yet */
        restore->moved_ms = restore->moved_sum == 0 ? 0 : core->now_ms;
        restore->moved_sum = sum;
        cairn_core_wake(core, core->now_ms + CORE_SETTLE_MS);
        cairn_core_wake(core, core->now_ms + CORE_RETURN_MS);
    }
    return is_scanned && refetch_has_all(core, control) && !cairn_core_pairs_is_due(core) &&
           control->opened_commits == control->commits &&
           core->now_ms >= restore->moved_ms + (has_all ? CORE_SETTLE_MS : CORE_RETURN_MS);
}

/* Feeds that are whole again take entries again. */
void cairn_core_refetch_thaw(struct cairn_core *core)
{
    bool is_following = false;
    bool is_any_thawed = false;
    struct core_puts puts = cairn_core_puts_begin(core, REFETCH_ROWS);
    for (uint32_t i = core->journals[0].feed_first; i != CORE_NONE; i = core->feed_next[i]) {
        struct cairn_feed *feed = &core->feeds[i];
        if (feed->is_frozen && refetch_has_all(core, feed) && puts.count < REFETCH_ROWS &&
            !cairn_core_is_busy(core)) {
            cairn_core_tag_remove(core, i);
            cairn_core_want_stop(core, core_log_of_feed(core, i));
            feed->is_frozen = false;
            is_any_thawed = true;
            if (feed->has_frozen_row) {
                feed->has_frozen_row = false;
                (void)cairn_core_puts_add(&puts, CAIRN_TABLE_FEED, feed->id, 4); /* is deleted */
            }
        }
        is_following = is_following || feed->is_frozen;
    }
    core->restore.is_following = is_following;
    if (is_any_thawed) { /* a member may have been removed before its feed was known again */
        cairn_core_closes_due(core);
    }
    if (puts.count > 0) {
        cairn_core_puts_store(core, &puts, cairn_core_task_open(core, CORE_TASK_STORE, 0, 0), true);
    }
}
