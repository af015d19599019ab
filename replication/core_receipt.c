#include "replication/core_parts.h"

#include "schema/base/check.h"

#include <string.h>

/* Receipts: what the folder has opened, said in the pairwise feed to the author. source P-49
 *
 *     receipt_commits   content_commits   opened_commits   commits
 *     said so far       is to be said     may be said      is durable or about to be
 *
 * While commits keep coming, opened and commits never meet: then a point is remembered, and named
 * once the folder has passed it. */

#define RECEIPT_BYTES 256u /* of the operation, at most */

void cairn_core_receipts_wake(struct cairn_core *core)
{
    if (core->receipt_ms == 0) {
        core->receipt_ms = core->now_ms + CORE_RECEIPT_MS;
        cairn_core_wake(core, core->receipt_ms);
    }
}

static bool receipt_is_due(const struct cairn_feed *feed)
{
    return feed->content_commits > feed->receipt_commits;
}

/* Nothing up to here wants a receipt: not after a restart either. */
static void receipt_settle(struct cairn_core *core, uint32_t number)
{
    struct cairn_feed *feed = &core->feeds[number];
    struct core_receipt receipt = {.feed = number, .commits = feed->opened_commits};
    feed->receipt_commits = feed->opened_commits;
    if (feed->opened_commits == feed->commits && !cairn_core_is_busy(core)) {
        struct core_puts puts = cairn_core_puts_begin(core, 1);
        cairn_core_puts_add_receipt(core, &puts, &receipt);
        cairn_core_puts_store(core, &puts, cairn_core_task_open(core, CORE_TASK_STORE, 0, 0),
                              false);
    }
}

void cairn_core_receipt_opened(struct cairn_core *core, uint32_t number, bool has_content)
{
    struct cairn_feed *feed = &core->feeds[number];
    if (has_content && feed->opened_commits > feed->receipt_commits) {
        feed->content_commits = feed->opened_commits;
        cairn_core_receipts_wake(core);
    } else if (!receipt_is_due(feed) && feed->opened_commits == feed->receipt_commits + 1) {
        receipt_settle(core, number);
    }
}

/* Whether what was opened before a crash had content is not known: it gets a receipt. */
void cairn_core_receipts_due(struct cairn_core *core)
{
    for (uint32_t i = 0; i < core->feed_count; i++) {
        struct cairn_feed *feed = &core->feeds[i];
        if (feed->journal != 0 && feed->type != CAIRN_FEED_TYPE_CONTROL && !feed->is_repudiated) {
            feed->content_commits = feed->opened_commits;
            if (receipt_is_due(feed)) {
                cairn_core_receipts_wake(core);
            }
        }
    }
}

static void receipt_remember(struct cairn_feed *feed)
{
    feed->point_commits = feed->commits;
    feed->point_size = feed->committed_size;
    cairn_merkle_range_root(&feed->range, feed->point_root);
}

/* A place to name: opened, and not yet named. gives false when there is none now */
static bool receipt_find_point(struct cairn_feed *feed)
{
    bool is_all_opened = feed->opened_commits == feed->commits;
    if (is_all_opened || feed->point_commits <= feed->receipt_commits) {
        receipt_remember(feed);
    }
    return feed->point_commits <= feed->opened_commits;
}

/* gives whether it was written */
static bool receipt_write(struct cairn_core *core, uint32_t number, uint32_t pairwise)
{
    struct cairn_feed *feed = &core->feeds[number];
    struct core_batch *batch = &core->batches[core->open_batch];
    if (!receipt_find_point(feed) || batch->receipt_count == CORE_RECEIPTS_MAX ||
        !cairn_core_is_roomy(core) || !cairn_core_fits_own(core, pairwise, RECEIPT_BYTES)) {
        return false;
    }
    struct cairn_feedop op = {.kind = CAIRN_KIND_RECEIPT, .as.receipt = {.size = feed->point_size}};
    memcpy(op.as.receipt.feed, feed->id, 16);
    memcpy(op.as.receipt.root, feed->point_root, 32);
    cairn_core_append_op(core, pairwise, &op);
    feed->receipt_commits = feed->point_commits;
    batch->receipts[batch->receipt_count++] =
        (struct core_receipt){.feed = number, .commits = feed->receipt_commits};
    return !receipt_is_due(feed);
}

/* At most once a second, for all feeds that were opened since. */
void cairn_core_receipts(struct cairn_core *core)
{
    bool is_left = false;
    if (core->receipt_ms == 0 || core->now_ms < core->receipt_ms || cairn_core_is_silent(core)) {
        return;
    }
    for (uint32_t i = 0; i < core->feed_count; i++) {
        const struct cairn_feed *feed = &core->feeds[i];
        uint32_t country = core->journals[feed->journal].country;
        uint32_t pairwise = core->pairwise[country];
        if (receipt_is_due(feed) && pairwise != CORE_NONE &&
            core->countries[country].is_recognised) {
            is_left = !receipt_write(core, i, pairwise) || is_left;
        }
    }
    core->receipt_ms = 0;
    if (is_left) {
        cairn_core_receipts_wake(core);
    }
}
