#include "replication/core_parts.h"

#include "schema/base/check.h"
#include "schema/commit.h"

#include <string.h>

/* A private feed's commit is on no other disk, and is not needed from there: its leaf is found by
 * its tag, its entries are rows of their own, and the leaf proves how many of them it was. */

#define REMAKE_ENTRIES 512u /* at most, in one commit that is made again */

void cairn_core_remake_begin(struct cairn_core *core)
{
    struct core_scrub *scrub = &core->scrub;
    uint32_t author = cairn_core_log_author(core, scrub->log);
    uint64_t end = core->journals[author].durable.size;
    uint64_t from = scrub->heal_at;
    if (from >= end) {
        cairn_core_scrub_skip(core, true);
        return;
    }
    cairn_core_scrub_load(core, CORE_SCRUB_LOAD_TAGS, from,
                          end - from > CORE_SCRUB_PIECE ? from + CORE_SCRUB_PIECE : end);
}

void cairn_core_remake_tags(struct cairn_core *core, const struct cairn_event *event)
{
    struct core_scrub *scrub = &core->scrub;
    const struct cairn_feed *feed = &core->feeds[scrub->log - core->limits.journals];
    uint8_t tag[16];
    cairn_keys_tag(core->suite, feed->keys.tag, scrub->at, tag);
    for (size_t i = 0; i < event->as.done.row_count; i++) {
        const struct cairn_row *row = &event->as.done.rows[i];
        if (row->value.size != CAIRN_LEAF_BYTES || !cairn_bytes_is_same16(row->value.data, tag)) {
            continue;
        }
        uint64_t left = feed->committed_size - scrub->range.size;
        memcpy(scrub->checked.leaf, row->value.data, CAIRN_LEAF_BYTES);
        scrub->checked.opening.leaf_index = row->key.index;
        cairn_core_scrub_load(core, CORE_SCRUB_LOAD_REMAKE, scrub->range.size,
                              scrub->range.size + (left > REMAKE_ENTRIES ? REMAKE_ENTRIES : left));
        return;
    }
    scrub->heal_at += CORE_SCRUB_PIECE;
    cairn_core_remake_begin(core);
}

/* Was it this opening? The policy is that of the commit before, or the one in force, or none. */
static bool remake_fits(const struct cairn_core *core, struct cairn_opening *opening)
{
    const struct core_scrub *scrub = &core->scrub;
    const struct cairn_feed *feed = &core->feeds[scrub->log - core->limits.journals];
    const uint8_t none[32] = {0};
    const uint8_t *policies[] = {scrub->last_policy, core->policy_hash, none};
    uint8_t salt[32];
    uint8_t hash[32];
    cairn_keys_salt(core->suite, feed->keys.salt, opening->number, salt);
    for (size_t i = 0; i < sizeof policies / sizeof *policies; i++) {
        memcpy(opening->policy, policies[i], 32);
        cairn_keys_commit_hash(opening, salt, hash);
        if (cairn_bytes_is_same32(hash, scrub->checked.leaf + 16)) {
            return true;
        }
    }
    return false;
}

static void remake_write(struct cairn_core *core)
{
    struct core_scrub *scrub = &core->scrub;
    struct core_puts puts = cairn_core_puts_begin(core, 1);
    memset(scrub->buffer, 0, CAIRN_COMMIT_HEAD_BYTES);
    cairn_opening_encode(&scrub->checked.opening, scrub->buffer);
    cairn_core_puts_add(&puts, CAIRN_TABLE_COMMIT, cairn_core_log_id(core, scrub->log), scrub->at)
        ->head = (struct cairn_bytes){.data = scrub->buffer, .size = CAIRN_COMMIT_HEAD_BYTES};
    scrub->phase = CORE_SCRUB_WRITE;
    cairn_core_puts_store(core, &puts,
                          cairn_core_task_open(core, CORE_TASK_STORE_SCRUB, scrub->log, 0), true);
}

/* One entry more, and one more, until the leaf says that it was so many. */
void cairn_core_remake_entries(struct cairn_core *core, const struct cairn_event *event)
{
    struct core_scrub *scrub = &core->scrub;
    struct core_checked *checked = &scrub->checked;
    checked->opening = (struct cairn_opening){.number = scrub->at,
                                              .leaf_index = checked->opening.leaf_index,
                                              .previous_leaf_plus1 = scrub->last_leaf_plus1,
                                              .previous_size = scrub->range.size};
    memcpy(checked->opening.feed, cairn_core_log_id(core, scrub->log), 16);
    checked->range = scrub->range;
    for (size_t i = 0; i <= event->as.done.row_count; i++) {
        checked->opening.size = checked->range.size;
        cairn_merkle_range_root(&checked->range, checked->opening.root);
        if (remake_fits(core, &checked->opening)) {
            remake_write(core);
            return;
        }
        const struct cairn_row *row = &event->as.done.rows[i];
        if (i == event->as.done.row_count || row->key.index != checked->range.size ||
            row->value.size < CAIRN_PREFIX_BYTES) {
            break;
        }
        cairn_core_check_entry(&checked->range, row->value);
    }
    cairn_core_scrub_skip(core, true);
}
