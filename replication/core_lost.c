#include "replication/core_parts.h"
#include "replication/core_rows.h"

#include "schema/base/check.h"

#include <string.h>

/* Own feeds whose end nobody returned are given up, and the history says so: a feed.lost in the
 * feed that goes on in their place, for those who could read them. source P-104, P-105
 *
 *     private    what nobody else ever had is gone. Said in a private feed, at the next heartbeat
 *     audience   said in its successor's first commit. A member may still have what is missing: it
 *                is looked for on, and taken when it comes; the feed takes no entries any more */

#define LOST_BYTES 256u /* of a feed.lost, at most */

static void lose_store(struct cairn_core *core, uint32_t number)
{
    struct core_puts puts = cairn_core_puts_begin(core, 1);
    cairn_core_puts_add_lost(core, &puts, number);
    cairn_core_puts_store(core, &puts, cairn_core_task_open(core, CORE_TASK_STORE, 0, 0), true);
}

static void lose_tell(struct cairn_core *core, uint32_t number, uint32_t home)
{
    const struct cairn_feed *feed = &core->feeds[number];
    uint64_t end = core->journals[feed->journal].verified.size;
    struct cairn_feedop op = {
        .kind = CAIRN_KIND_FEED_LOST,
        .as.lost = {.origin = cairn_core_origin(core, feed->journal),
                    .commits = feed->commits,
                    .size = feed->committed_size,
                    .from_leaf = feed->lost_leaf,
                    .to_leaf = end > feed->lost_leaf ? end : feed->lost_leaf + 1},
    };
    memcpy(op.as.lost.feed, feed->id, 16);
    cairn_core_append_op(core, home, &op);
}

/* What this leaf of the feed commits to is nowhere: the feed takes nothing any more. */
void cairn_core_lose(struct cairn_core *core, uint32_t number, uint64_t leaf_index)
{
    struct cairn_feed *feed = &core->feeds[number];
    CAIRN_REQUIRE(!feed->is_lost);
    CAIRN_REQUIRE(core->journals[feed->journal].country == 0);
    if (feed->type == CAIRN_FEED_TYPE_PRIVATE) {
        cairn_core_tag_remove(core, number);
        cairn_feed_drop_pending(feed, &core->pending);
        feed->is_closed = true;
        feed->is_frozen = false;
    }
    feed->is_lost = true;
    feed->lost_leaf = leaf_index;
    lose_store(core, number);
    cairn_core_notice(core, CAIRN_NOTICE_FEED_LOST, CORE_NONE, feed->committed_size, leaf_index);
}

/* An audience feed goes on in this one, which has its first entry. What has come back by now is not
 * lost. */
void cairn_core_lose_for(struct cairn_core *core, const uint8_t lost[static 16], uint32_t successor)
{
    uint32_t number = cairn_core_feed_number(core, lost);
    if (number == CORE_NONE || core->feeds[number].type != CAIRN_FEED_TYPE_AUDIENCE ||
        core->feeds[number].journal != 0 || !core->feeds[number].is_frozen) {
        return;
    }
    const struct cairn_feed *feed = &core->feeds[number];
    const struct cairn_pending *next =
        feed->pending_count > 0 ? cairn_feed_pending(feed, &core->pending) : NULL;
    if (!feed->is_lost) {
        cairn_core_lose(core, number, next != NULL ? next->leaf_index : feed->last_leaf_plus1);
    }
    lose_tell(core, number, successor);
}

/* The first private feed that takes entries, if it has room; CORE_NONE. */
static uint32_t lose_home(const struct cairn_core *core)
{
    for (uint32_t i = core->journals[0].feed_first; i != CORE_NONE; i = core->feed_next[i]) {
        const struct cairn_feed *feed = &core->feeds[i];
        if (feed->type == CAIRN_FEED_TYPE_PRIVATE && !feed->is_closed && !feed->is_frozen &&
            cairn_core_fits(core, i, LOST_BYTES)) {
            return i;
        }
    }
    return CORE_NONE;
}

/* Before the private feeds get their leaves. Those of incarnations that ended belong here, too. */
void cairn_core_losses(struct cairn_core *core)
{
    for (uint32_t i = 0; i < core->feed_count && cairn_core_is_roomy(core); i++) {
        struct cairn_feed *feed = &core->feeds[i];
        if (!feed->is_lost || feed->is_loss_told || feed->type != CAIRN_FEED_TYPE_PRIVATE) {
            continue;
        }
        uint32_t home = lose_home(core);
        if (home == CORE_NONE) {
            return;
        }
        lose_tell(core, i, home);
        feed->is_loss_told = true; /* stored behind the entry: said twice rather than never */
        lose_store(core, i);
    }
}
