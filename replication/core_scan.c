#include "replication/core_parts.h"

#include "schema/base/check.h"

#include <string.h>

/* Where the commits of a feed are: its next tag is looked for in its author's journal.
 *
 *     leaves that come        every feed that has seen all of the journal stands in the tag index
 *     leaves on the disk      the others lag behind; loads of a journal's leaves serve all of them
 *
 * Two feeds of one author may bear the same tag: nobody hinders it from using a secret twice. */

void cairn_core_tag_put(struct cairn_core *core, uint32_t feed)
{
    uint32_t at = cairn_core_place(core, core->feeds[feed].scan_tag);
    CAIRN_REQUIRE(!core->feeds[feed].is_at_end);
    while (core->tag_index[at] != CORE_NONE) {
        at = (at + 1) & (core->feed_index_size - 1);
    }
    core->tag_index[at] = feed;
    core->feeds[feed].is_at_end = true;
}

/* A feed of this journal that looks for this tag. */
static uint32_t scan_tag_find(const struct cairn_core *core, uint32_t journal,
                              const uint8_t tag[static 16])
{
    uint32_t at = cairn_core_place(core, tag);
    while (core->tag_index[at] != CORE_NONE) {
        const struct cairn_feed *feed = &core->feeds[core->tag_index[at]];
        if (cairn_bytes_is_same16(feed->scan_tag, tag) && feed->journal == journal) {
            return core->tag_index[at];
        }
        at = (at + 1) & (core->feed_index_size - 1);
    }
    return CORE_NONE;
}

/* Take a feed out of the table: before its tag changes. Entries behind it move up. */
void cairn_core_tag_remove(struct cairn_core *core, uint32_t feed)
{
    uint32_t mask = core->feed_index_size - 1;
    if (!core->feeds[feed].is_at_end) {
        return;
    }
    uint32_t hole = cairn_core_place(core, core->feeds[feed].scan_tag);
    while (core->tag_index[hole] != feed) {
        CAIRN_REQUIRE(core->tag_index[hole] != CORE_NONE);
        hole = (hole + 1) & mask;
    }
    core->feeds[feed].scan_leaf = core->journals[core->feeds[feed].journal].verified.size;
    core->feeds[feed].is_at_end = false;
    core->tag_index[hole] = CORE_NONE;
    for (uint32_t at = (hole + 1) & mask; core->tag_index[at] != CORE_NONE; at = (at + 1) & mask) {
        uint32_t home = cairn_core_place(core, core->feeds[core->tag_index[at]].scan_tag);
        if (((at - home) & mask) >= ((at - hole) & mask)) {
            core->tag_index[hole] = core->tag_index[at];
            core->tag_index[at] = CORE_NONE;
            hole = at;
        }
    }
}

/* Every leaf of the author's journal below was probed for the feed's next tag. */
uint64_t cairn_core_scanned(const struct cairn_core *core, const struct cairn_feed *feed)
{
    return feed->is_at_end ? core->journals[feed->journal].verified.size : feed->scan_leaf;
}

/* May one more leaf be remembered for this feed? While the pool is scarce nobody holds many, so
 * there is always one for everybody. */
static bool scan_may_pend(const struct cairn_core *core, const struct cairn_feed *feed)
{
    uint32_t free_count = core->pending.free_count;
    uint32_t most = free_count > core->pending.count / 2   ? CORE_PENDING_FEED
                    : free_count > core->pending.count / 4 ? CORE_PENDING_SCARCE
                                                           : 1;
    return feed->pending_count < most && free_count > 0;
}

/* ---- leaves that come ---- */

void cairn_core_scan_leaves(struct cairn_core *core, uint32_t journal, uint64_t first,
                            struct cairn_bytes leaves)
{
    for (size_t i = 0; i < leaves.size / CAIRN_LEAF_BYTES; i++) {
        const uint8_t *leaf = leaves.data + i * CAIRN_LEAF_BYTES;
        uint32_t number = scan_tag_find(core, journal, leaf);
        while (number != CORE_NONE) {
            struct cairn_feed *feed = &core->feeds[number];
            cairn_core_tag_remove(core, number);
            feed->scan_leaf = first + i;
            if (scan_may_pend(core, feed) &&
                cairn_feed_probe(feed, &core->pending, core->suite, leaf, core->now_ms)) {
                cairn_core_tag_put(core, number);
            } /* else it lags, and a rescan goes on from this leaf */
            number = scan_tag_find(core, journal, leaf);
        }
    }
}

/* A range of several frames: its first leaves are only on disk, so all feeds look there. */
void cairn_core_scan_lag(struct cairn_core *core, uint32_t journal, uint64_t first)
{
    uint32_t i = core->journals[journal].feed_first;
    for (; i != CORE_NONE; i = core->feed_next[i]) {
        if (core->feeds[i].is_at_end) {
            cairn_core_tag_remove(core, i);
            core->feeds[i].scan_leaf = first;
        }
    }
}

/* ---- leaves on the disk ---- */

static bool scan_lags(const struct cairn_core *core, const struct cairn_feed *feed)
{
    return (feed->journal != 0 || feed->is_frozen) && !feed->is_at_end && !feed->is_closed &&
           !feed->is_broken && !feed->is_cut && scan_may_pend(core, feed);
}

/* A feed that has looked at everything joins those that are looked up by tag. */
static void scan_settle(struct cairn_core *core, uint32_t number)
{
    struct cairn_feed *feed = &core->feeds[number];
    if (feed->scan_leaf >= core->journals[feed->journal].verified.size) {
        cairn_core_tag_put(core, number);
        cairn_core_want(core, core_log_of_feed(core, number));
    }
}

void cairn_core_scan(struct cairn_core *core, uint32_t number)
{
    struct core_journal *journal = &core->journals[number];
    uint64_t from = UINT64_MAX;
    if (journal->is_scanning || (number == 0 && !core->restore.is_following)) {
        return;
    }
    for (uint32_t i = journal->feed_first; i != CORE_NONE; i = core->feed_next[i]) {
        if (scan_lags(core, &core->feeds[i])) {
            scan_settle(core, i);
            uint64_t at = core->feeds[i].is_at_end ? UINT64_MAX : core->feeds[i].scan_leaf;
            from = at < from ? at : from;
        }
    }
    journal->is_scan_due = from < journal->durable.size && cairn_core_is_busy(core);
    core->is_scan_due = core->is_scan_due || journal->is_scan_due;
    if (from >= journal->durable.size || journal->is_scan_due) {
        return;
    }
    struct cairn_action *load = cairn_core_act(core, CAIRN_ACTION_LOAD);
    uint64_t left = journal->durable.size - from;
    load->as.load.token = cairn_core_task_open(core, CORE_TASK_LOAD_SCAN, number, from);
    load->as.load.from = (struct cairn_key){.table = CAIRN_TABLE_LEAF, .index = from};
    memcpy(load->as.load.from.id, journal->id, 16);
    load->as.load.to_index = from + (left > CORE_SCAN_LEAVES ? CORE_SCAN_LEAVES : left);
    load->as.load.size_max_bytes = CAIRN_LIMIT_FRAME_BYTES;
    journal->is_scanning = true;
}

/* What could not begin while too much was under way. */
void cairn_core_scan_all(struct cairn_core *core)
{
    if (!core->is_scan_due || cairn_core_is_busy(core)) {
        return;
    }
    core->is_scan_due = false;
    for (uint32_t i = 0; i < core->journal_count; i++) {
        if (core->journals[i].is_scan_due) {
            cairn_core_scan(core, i);
        }
    }
}

/* A commit was taken: is there room for the leaves behind those that are known? */
void cairn_core_scan_more(struct cairn_core *core, uint32_t number)
{
    const struct cairn_feed *feed = &core->feeds[number];
    if (!feed->is_at_end && feed->pending_count <= CORE_PENDING_FEED / 2 && scan_lags(core, feed)) {
        cairn_core_scan(core, feed->journal);
    }
}

enum scan_result {
    SCAN_ELSEWHERE, /* it looks for another leaf by now */
    SCAN_STUCK,     /* the leaf that it wants cannot be read */
    SCAN_MOVED,
};

static enum scan_result scan_feed(struct cairn_core *core, uint32_t number,
                                  const struct cairn_event *event, uint64_t from)
{
    struct cairn_feed *feed = &core->feeds[number];
    uint64_t begin = feed->scan_leaf;
    uint64_t end = from + event->as.done.row_count;
    while (feed->scan_leaf >= from && feed->scan_leaf < end && scan_may_pend(core, feed)) {
        const struct cairn_row *row = &event->as.done.rows[feed->scan_leaf - from];
        if (row->value.size != CAIRN_LEAF_BYTES || row->key.index != feed->scan_leaf ||
            !cairn_feed_probe(feed, &core->pending, core->suite, row->value.data, core->now_ms)) {
            break;
        }
    }
    if (feed->pending_count > 0) {
        cairn_core_want(core, core_log_of_feed(core, number));
    }
    if (feed->scan_leaf > begin) {
        return SCAN_MOVED;
    }
    bool is_here = begin >= from && (begin < end || event->as.done.row_count == 0);
    return is_here ? SCAN_STUCK : SCAN_ELSEWHERE;
}

void cairn_core_scan_loaded(struct cairn_core *core, const struct core_task *task,
                            const struct cairn_event *event)
{
    struct core_journal *journal = &core->journals[task->log];
    enum scan_result best = SCAN_ELSEWHERE;
    cairn_err err = event->as.done.err;
    journal->is_scanning = false;
    for (uint32_t i = journal->feed_first; i != CORE_NONE && err == CAIRN_OK;
         i = core->feed_next[i]) {
        if (scan_lags(core, &core->feeds[i])) {
            enum scan_result result = scan_feed(core, i, event, task->a);
            best = result > best ? result : best;
        }
    }
    if (err == CAIRN_OK && best == SCAN_STUCK) {
        err = CAIRN_DISK_CORRUPT;
    }
    if (err == CAIRN_OK) {
        cairn_core_scan(core, task->log);
    } else { /* the next checkpoint, or the next look at what does not come, tries again */
        cairn_core_notice_err(core, CAIRN_NOTICE_STORE_FAILED, CORE_NONE, err);
        cairn_core_scrub_urge(core, task->log);
    }
}
