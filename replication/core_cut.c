#include "replication/core_parts.h"
#include "replication/core_rows.h"

#include "schema/base/check.h"
#include "schema/commit.h"

#include <string.h>

/* A branch is left: the journal is put back to where the branches part, and each of its feeds to
 * its last commit before that. At the start, from the row that core_branch.c wrote:
 *
 *     journal    its range there is in that row
 *     feed       its commits before are read again, as if they came: that gives its range, members
 *                and epochs there. What is behind stays on the disk until it is written over
 *     then       one batch says that the journal is put back, and takes the row away
 *
 * Until then nothing of the origin is asked for, taken, served or folded, and a node that falls
 * begins again. A private feed is on no other disk: it rests as it is. source P-127 */

#define CUT_COMMITS  64u    /* in one load */
#define CUT_TRIES    5u     /* of one that cannot be read */
#define CUT_PAUSE_MS 10000u /* between two of them */

/* ---- at the start ---- */

static void cut_feed_begin(struct cairn_core *core, struct cairn_feed *feed, uint64_t end)
{
    uint32_t known = feed->known_epochs;
    feed->is_cut = true;
    feed->is_closed = feed->is_closed && feed->last_leaf_plus1 <= end;
    feed->is_broken = false;
    if (feed->last_leaf_plus1 <= end) {
        cairn_feed_scan_from(feed, core->suite, feed->scan_leaf < end ? feed->scan_leaf : end);
        return;
    }
    feed->is_replayed = true;
    feed->commits = 0;
    feed->durable_commits = 0;
    feed->ripe_commits = 0;
    feed->opened_commits = 0;
    feed->committed_size = 0;
    feed->last_leaf_plus1 = 0;
    feed->first_leaf = 0;
    feed->mark_ms = 0;
    feed->receipt_commits = 0;
    cairn_merkle_range_init(&feed->range);
    if (feed->type == CAIRN_FEED_TYPE_AUDIENCE) {
        feed->members = (struct cairn_members){.bits = {0}}; /* its first entry says them */
    }
    feed->epoch_count = 0;
    cairn_err err = cairn_feed_add_epoch(feed, core->suite, cairn_core_origin(core, feed->journal),
                                         feed->secrets[0]);
    CAIRN_REQUIRE(err == CAIRN_OK);
    feed->known_epochs = known;
    cairn_feed_scan_from(feed, core->suite, 0);
}

static void cut_journal_begin(struct cairn_core *core, uint32_t number)
{
    struct core_journal *journal = &core->journals[number];
    uint64_t end = journal->common.size;
    journal->verified = journal->common;
    journal->candidate = journal->common;
    journal->checkpoint = (struct core_checkpoint){.size = end};
    cairn_merkle_range_root(&journal->common, journal->checkpoint.root);
    journal->durable = journal->checkpoint;
    journal->branch = CORE_BRANCH_OPEN;
    for (uint32_t i = journal->feed_first; i != CORE_NONE; i = core->feed_next[i]) {
        struct cairn_feed *feed = &core->feeds[i];
        if (feed->type != CAIRN_FEED_TYPE_PRIVATE) {
            cut_feed_begin(core, feed, end);
        } else {
            feed->is_broken = feed->is_broken || feed->last_leaf_plus1 > end;
        }
    }
    core->is_cut_due = true;
    core->scrub.has_place = false; /* it may be in the middle of one of these */
}

void cairn_core_cut_recall(struct cairn_core *core)
{
    for (uint32_t i = 1; i < core->journal_count; i++) {
        if (core->journals[i].is_cut) {
            cut_journal_begin(core, i);
        }
    }
}

/* ---- feed by feed ---- */

/* It is as it was where the branches part. */
static void cut_feed_end(struct cairn_core *core, uint32_t number)
{
    struct cairn_feed *feed = &core->feeds[number];
    struct core_puts puts = cairn_core_puts_begin(core, 2);
    if (feed->is_replayed) {
        feed->durable_commits = feed->commits;
        feed->receipt_commits = feed->commits;
        cairn_feed_scan_from(feed, core->suite, feed->last_leaf_plus1);
    }
    feed->is_replayed = false;
    feed->is_cut = false;
    cairn_core_puts_add_feed(core, &puts, number, &feed->range);
    (void)cairn_core_puts_add(&puts, CAIRN_TABLE_FEED, feed->id, 2); /* a receipt: is deleted */
    cairn_core_puts_store(core, &puts, cairn_core_task_open(core, CORE_TASK_STORE, 0, 0), false);
}

static void cut_load(struct cairn_core *core, uint32_t number)
{
    const struct cairn_feed *feed = &core->feeds[number];
    struct cairn_action *load = cairn_core_act(core, CAIRN_ACTION_LOAD);
    load->as.load.token = cairn_core_task_open(core, CORE_TASK_LOAD_CUT, number, 0);
    load->as.load.from = (struct cairn_key){.table = CAIRN_TABLE_COMMIT, .index = feed->commits};
    memcpy(load->as.load.from.id, feed->id, 16);
    load->as.load.to_index = feed->commits + CUT_COMMITS;
    load->as.load.size_max_bytes = CAIRN_LIMIT_FRAME_BYTES;
    core->is_cut_loading = true;
}

static void cut_journal_end(struct cairn_core *core, uint32_t number)
{
    struct core_puts puts = cairn_core_puts_begin(core, 2);
    cairn_core_puts_add_journal(core, &puts, number);
    cairn_core_puts_add_cut(core, &puts, number, NULL);
    core->is_cut_loading = true; /* until it is on the disk */
    cairn_core_puts_store(core, &puts,
                          cairn_core_task_open(core, CORE_TASK_STORE_MENDED, number, 0), true);
}

/* gives  false: this journal has to wait for a load, or for room */
static bool cut_feeds(struct cairn_core *core, uint32_t journal)
{
    for (uint32_t i = core->journals[journal].feed_first; i != CORE_NONE; i = core->feed_next[i]) {
        if (!core->feeds[i].is_cut) {
            continue;
        }
        if (cairn_core_is_busy(core) || !cairn_core_is_roomy(core)) {
            return false;
        }
        if (core->feeds[i].is_replayed) {
            cut_load(core, i);
            return false;
        }
        cut_feed_end(core, i);
    }
    return true;
}

void cairn_core_cuts(struct cairn_core *core)
{
    if (!core->is_cut_due || core->is_cut_loading) {
        return;
    }
    if (core->cut_failures > 0 && core->now_ms >= core->cut_failed_ms &&
        core->now_ms - core->cut_failed_ms < CUT_PAUSE_MS) {
        cairn_core_wake(core, core->cut_failed_ms + CUT_PAUSE_MS);
        return;
    }
    for (uint32_t i = 1; i < core->journal_count; i++) {
        if (core->journals[i].is_cut) {
            if (cut_feeds(core, i) && !cairn_core_is_busy(core) && cairn_core_is_roomy(core)) {
                cut_journal_end(core, i);
            }
            return;
        }
    }
    core->is_cut_due = false;
}

/* gives   *out_is_done: the feed's next commit lies behind the end
 * errors  CAIRN_DISK_CORRUPT  it is not there, or is none that was ever taken */
static cairn_err cut_replay(struct cairn_core *core, uint32_t number,
                            const struct cairn_event *event, bool *out_is_done)
{
    uint64_t end = core->journals[core->feeds[number].journal].common.size;
    if (event->as.done.row_count == 0) {
        return CAIRN_DISK_CORRUPT;
    }
    for (size_t i = 0; i < event->as.done.row_count && cairn_core_is_roomy(core); i++) {
        struct cairn_commit commit;
        size_t fault_at;
        if (cairn_commit_decode(event->as.done.rows[i].value, &commit, &fault_at) != CAIRN_OK) {
            return CAIRN_DISK_CORRUPT;
        }
        *out_is_done = commit.opening.leaf_index >= end;
        if (*out_is_done) {
            return CAIRN_OK;
        }
        if (cairn_core_commit_replay(core, number, &commit) != CAIRN_OK) {
            return CAIRN_DISK_CORRUPT;
        }
    }
    return CAIRN_OK;
}

/* What cannot be read is tried again, for there may be no other copy. Then it is where the feed
 * ends here, and the rest comes from members, as ever. */
void cairn_core_cut_loaded(struct cairn_core *core, uint32_t number,
                           const struct cairn_event *event)
{
    uint64_t commits = core->feeds[number].commits;
    bool is_done = false;
    cairn_err err = event->as.done.err;
    core->is_cut_loading = false;
    if (err == CAIRN_OK) {
        err = cut_replay(core, number, event, &is_done);
    }
    if (core->feeds[number].commits > commits || is_done) {
        core->cut_failures = 0;
    }
    if (err != CAIRN_OK) {
        cairn_core_notice_err(core, CAIRN_NOTICE_STORE_FAILED, CORE_NONE, err);
        core->cut_failed_ms = core->now_ms;
        is_done = ++core->cut_failures == CUT_TRIES;
    }
    if (is_done) {
        core->cut_failures = 0;
        cut_feed_end(core, number);
    }
}

void cairn_core_cut_stored(struct cairn_core *core, uint32_t number)
{
    struct core_journal *journal = &core->journals[number];
    journal->is_cut = false;
    core->is_cut_loading = false;
    for (uint32_t i = journal->feed_first; i != CORE_NONE; i = core->feed_next[i]) {
        cairn_core_feed_ripen(core, i);
    }
    cairn_core_scan(core, number);
    cairn_core_want_author(core, number);
    cairn_core_notice(core, CAIRN_NOTICE_BRANCH_CUT, journal->country, journal->common.size,
                      journal->ended_size);
}
