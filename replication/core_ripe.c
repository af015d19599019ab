#include "replication/core_parts.h"

#include "crypto/hash.h"
#include "schema/base/check.h"

#include <string.h>

/* Commits that are durable go to the folder, in order, feed by feed: at most so many of one feed
 * and of all that it is never flooded, also when views are built anew. */

static const uint8_t (*ripe_keys(struct cairn_core *core, const struct cairn_feed *feed))[32]
{
    uint8_t(*keys)[32] = cairn_core_take(core, (size_t)feed->epoch_count * 32);
    for (uint32_t epoch = 0; epoch < feed->epoch_count; epoch++) {
        struct cairn_keys_epoch derived;
        cairn_keys_of_epoch(core->suite, cairn_core_origin(core, feed->journal),
                            feed->secrets[epoch], &derived);
        memcpy(keys[epoch], derived.slot, 32);
    }
    return (const uint8_t(*)[32])keys;
}

/* Which feed it is, whatever id it was said to have: of its author, and the leaf of commit 0. */
static uint64_t ripe_born(const struct cairn_core *core, const struct cairn_feed *feed)
{
    uint8_t bytes[24];
    uint8_t digest[32];
    memcpy(bytes, core->journals[feed->journal].id, 16);
    cairn_bytes_put_u64(bytes + 16, feed->first_leaf);
    cairn_sha256_of((struct cairn_bytes){.data = bytes, .size = sizeof bytes}, digest);
    return cairn_bytes_get_u64(digest);
}

static bool ripe_is_due(const struct cairn_feed *feed)
{
    return !feed->is_refold_due && !feed->is_cut && feed->ripe_commits < feed->durable_commits &&
           feed->ripe_commits < feed->opened_commits + CORE_RIPE_AHEAD;
}

void cairn_core_feed_ripen(struct cairn_core *core, uint32_t number)
{
    struct cairn_feed *feed = &core->feeds[number];
    const uint8_t(*keys)[32] = NULL;
    while (core->is_started && ripe_is_due(feed)) {
        if (core->ripe_count >= CORE_RIPE_MAX || !cairn_core_is_roomy(core)) {
            core->is_ripen_due = true;
            return;
        }
        if (keys == NULL) {
            keys = ripe_keys(core, feed);
        }
        struct cairn_ripe *ripe = &cairn_core_act(core, CAIRN_ACTION_RIPE)->as.ripe;
        memcpy(ripe->feed, feed->id, 16);
        ripe->commit_number = feed->ripe_commits++;
        ripe->author = feed->journal;
        ripe->born = ripe_born(core, feed);
        ripe->is_own = feed->journal == 0;
        ripe->is_clear = feed->type == CAIRN_FEED_TYPE_CONTROL;
        ripe->is_private = feed->type == CAIRN_FEED_TYPE_PRIVATE;
        ripe->epoch_count = feed->epoch_count;
        ripe->slot_keys = keys;
        core->ripe_count++;
    }
}

/* Feeds that had to wait, in turn. */
void cairn_core_ripen(struct cairn_core *core)
{
    if (!core->is_ripen_due || core->ripe_count >= CORE_RIPE_MAX / 2) {
        return;
    }
    core->is_ripen_due = false;
    for (uint32_t left = core->feed_count; left > 0 && !core->is_ripen_due; left--) {
        core->ripen_next = core->ripen_next + 1 < core->feed_count ? core->ripen_next + 1 : 0;
        cairn_core_feed_ripen(core, core->ripen_next);
    }
}

/* Once nothing is in the folder's hands, it gets all commits again. */
static void ripe_again(struct cairn_feed *feed)
{
    if (feed->is_refold_due && feed->ripe_commits == feed->opened_commits) {
        feed->is_refold_due = false;
        feed->ripe_commits = 0;
        feed->opened_commits = 0;
    }
}

/* The folder is to hear of all of it once more. */
void cairn_core_refold_feed(struct cairn_core *core, uint32_t number)
{
    core->feeds[number].is_refold_due = true;
    ripe_again(&core->feeds[number]);
    core->is_ripen_due = true;
}

/* The origin ended before some of what was opened, and the folder may not know: it looks at these
 * feeds once more. Nobody gets a receipt for them any more. source P-16 */
void cairn_core_refold(struct cairn_core *core, uint32_t number)
{
    const struct core_journal *journal = &core->journals[number];
    uint64_t from = journal->branch == CORE_BRANCH_WRONG ? 0 : journal->ended_size;
    CAIRN_REQUIRE(journal->is_ended);
    for (uint32_t i = journal->feed_first; i != CORE_NONE; i = core->feed_next[i]) {
        struct cairn_feed *feed = &core->feeds[i];
        if (feed->last_leaf_plus1 > from) {
            feed->is_repudiated = true;
            feed->is_refold_due = true;
            feed->content_commits = feed->receipt_commits;
            ripe_again(feed);
            core->is_ripen_due = true;
        }
    }
}

/* Where the folder stood when the node went down. */
static void ripe_recall(struct cairn_feed *feed, uint64_t opened)
{
    if (opened <= feed->durable_commits) {
        feed->opened_commits = opened;
        feed->ripe_commits = opened;
    }
}

/* Nobody cosigns past a mark that is too far ahead: not after a restart either. source P-48 */
static void ripe_mark(struct cairn_core *core, uint32_t number, uint64_t mark_ms)
{
    struct core_journal *journal = &core->journals[number];
    if (mark_ms <= journal->mark_ms) {
        return;
    }
    journal->mark_ms = mark_ms;
    if (number != 0 && mark_ms > core->now_ms + CAIRN_LIMIT_AHEAD_MS && !cairn_core_is_busy(core)) {
        struct core_puts puts = cairn_core_puts_begin(core, 1);
        cairn_core_puts_add_journal(core, &puts, number);
        cairn_core_puts_store(core, &puts, cairn_core_task_open(core, CORE_TASK_STORE, 0, 0),
                              false);
    }
}

/* Up to which leaf are the marks known? While control commits keep coming the folder is never at
 * the last one: then it is a point that was remembered. */
static void ripe_read(struct cairn_core *core, struct cairn_feed *control)
{
    struct core_journal *journal = &core->journals[control->journal];
    if (control->opened_commits == control->commits) {
        journal->read_leaf = control->last_leaf_plus1;
    } else if (control->opened_commits >= control->point_commits) {
        journal->read_leaf =
            control->point_size > journal->read_leaf ? control->point_size : journal->read_leaf;
        control->point_commits = control->commits;
        control->point_size = control->last_leaf_plus1;
    }
}

void cairn_core_on_opened(struct cairn_core *core, const struct cairn_event *event)
{
    uint32_t number = cairn_core_feed_number(core, event->as.opened.feed);
    if (number == CORE_NONE) {
        return; /* a cursor of a feed that this node no longer knows */
    }
    struct cairn_feed *feed = &core->feeds[number];
    uint64_t opened = event->as.opened.commit_number + 1;
    if (!core->is_started) {
        if (event->as.opened.born == ripe_born(core, feed)) {
            ripe_recall(feed, opened);
        }
        return;
    }
    CAIRN_REQUIRE(opened <= feed->ripe_commits);
    if (opened > feed->opened_commits) {
        core->ripe_count -= opened - feed->opened_commits;
        feed->opened_commits = opened;
    }
    ripe_mark(core, feed->journal, event->as.opened.mark_ms);
    if (feed->type == CAIRN_FEED_TYPE_CONTROL) {
        ripe_read(core, feed);
    } else if (feed->journal != 0 && !feed->is_repudiated) {
        cairn_core_receipt_opened(core, number, event->as.opened.has_content);
    }
    ripe_again(feed);
    cairn_core_feed_ripen(core, number);
}
