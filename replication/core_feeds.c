#include "replication/core_parts.h"

#include "schema/base/check.h"

#include <string.h>

uint32_t cairn_core_country_find(const struct cairn_core *core, const uint8_t country[static 3])
{
    for (uint32_t i = 0; i < core->country_count; i++) {
        if (memcmp(core->countries[i].country, country, 3) == 0) {
            return i;
        }
    }
    return CORE_NONE;
}

uint32_t cairn_core_country_add(struct cairn_core *core, const uint8_t country[static 3])
{
    uint32_t found = cairn_core_country_find(core, country);
    if (found != CORE_NONE || core->country_count == core->limits.countries) {
        return found;
    }
    memcpy(core->countries[core->country_count].country, country, 3);
    return core->country_count++;
}

struct cairn_bytes cairn_core_origin(const struct cairn_core *core, uint32_t journal)
{
    const struct core_journal *found = &core->journals[journal];
    return (struct cairn_bytes){.data = (const uint8_t *)found->origin,
                                .size = found->origin_bytes};
}

uint32_t cairn_core_journal_find(const struct cairn_core *core, struct cairn_bytes origin)
{
    for (uint32_t i = 0; i < core->journal_count; i++) {
        if (cairn_bytes_is_equal(cairn_core_origin(core, i), origin)) {
            return i;
        }
    }
    return CORE_NONE;
}

/* A journal comes with its control feed, whose keys everybody can derive. */
uint32_t cairn_core_journal_add(struct cairn_core *core, struct cairn_bytes origin,
                                uint32_t country)
{
    uint32_t found = cairn_core_journal_find(core, origin);
    if (found != CORE_NONE || core->journal_count == core->limits.journals) {
        return found;
    }
    CAIRN_REQUIRE(origin.size <= CAIRN_LIMIT_ORIGIN_BYTES);
    uint32_t number = core->journal_count;
    struct core_journal *journal = &core->journals[number];
    memcpy(journal->origin, origin.data, origin.size);
    journal->origin_bytes = (uint32_t)origin.size;
    journal->country = country;
    cairn_keys_journal_id(origin, journal->id);
    cairn_merkle_range_init(&journal->verified);
    cairn_merkle_range_init(&journal->candidate);

    uint8_t id[16];
    uint8_t secret[32];
    cairn_keys_control(origin, id, secret);
    core->journal_count++;
    uint32_t feed = cairn_core_feed_add(core, id, CAIRN_FEED_TYPE_CONTROL, number);
    if (feed == CORE_NONE) {
        core->journal_count--;
        return CORE_NONE;
    }
    cairn_err err = cairn_feed_add_epoch(&core->feeds[feed], core->suite, origin, secret);
    CAIRN_REQUIRE(err == CAIRN_OK);
    cairn_feed_scan_from(&core->feeds[feed], core->suite, 0);
    journal->control_feed = feed;
    if (number != 0) {
        cairn_core_tag_put(core, feed);
    }
    return number;
}

static uint32_t core_hash(const struct cairn_core *core, const uint8_t id[static 16])
{
    return cairn_bytes_get_u32(id) & (core->feed_index_size - 1);
}

uint32_t cairn_core_feed_number(const struct cairn_core *core, const uint8_t id[static 16])
{
    uint32_t at = core_hash(core, id);
    while (core->feed_index[at] != CORE_NONE) {
        if (memcmp(core->feeds[core->feed_index[at]].id, id, 16) == 0) {
            return core->feed_index[at];
        }
        at = (at + 1) & (core->feed_index_size - 1);
    }
    return CORE_NONE;
}

uint32_t cairn_core_feed_add(struct cairn_core *core, const uint8_t id[static 16],
                             enum cairn_feed_type type, uint32_t journal)
{
    if (core->feed_count == core->limits.feeds) {
        return CORE_NONE;
    }
    CAIRN_REQUIRE(cairn_core_feed_number(core, id) == CORE_NONE);
    uint32_t number = core->feed_count++;
    cairn_feed_init(&core->feeds[number], id, type, journal);
    uint32_t at = core_hash(core, id);
    while (core->feed_index[at] != CORE_NONE) {
        at = (at + 1) & (core->feed_index_size - 1);
    }
    core->feed_index[at] = number;
    return number;
}

uint32_t cairn_core_log_find(const struct cairn_core *core, const uint8_t id[static 16])
{
    uint32_t feed = cairn_core_feed_number(core, id);
    if (feed != CORE_NONE) {
        return core_log_of_feed(core, feed);
    }
    for (uint32_t i = 0; i < core->journal_count; i++) {
        if (memcmp(core->journals[i].id, id, 16) == 0) {
            return i;
        }
    }
    return CORE_NONE;
}

bool cairn_core_feed_is_member(const struct cairn_core *core, const struct cairn_feed *feed,
                               uint32_t country)
{
    return feed->type == CAIRN_FEED_TYPE_CONTROL ||
           (country < core->country_count && cairn_members_has(&feed->members, country));
}

/* May a peer of this country be given this feed now? source P-63, P-67 */
bool cairn_core_feed_is_served(const struct cairn_core *core, uint32_t feed, uint32_t country)
{
    return country < core->country_count && core->countries[country].is_recognised &&
           cairn_core_feed_is_member(core, &core->feeds[feed], country);
}

/* Number of the own (or a given journal's) pairwise feed with a country. */
uint32_t cairn_core_pairwise_find(const struct cairn_core *core, uint32_t journal, uint32_t country)
{
    uint32_t newest = CORE_NONE;
    for (uint32_t i = 0; i < core->feed_count; i++) {
        const struct cairn_feed *feed = &core->feeds[i];
        if (feed->type == CAIRN_FEED_TYPE_PAIRWISE && feed->journal == journal &&
            cairn_members_has(&feed->members, country)) {
            newest = i; /* after a new sealing key there are two: the later one counts */
        }
    }
    return newest;
}

static void core_ripe(struct cairn_core *core, uint32_t number)
{
    struct cairn_feed *feed = &core->feeds[number];
    struct cairn_ripe *ripe = &cairn_core_act(core, CAIRN_ACTION_RIPE)->as.ripe;
    uint8_t(*keys)[32] = cairn_core_take(core, (size_t)feed->epoch_count * 32);
    for (uint32_t epoch = 0; epoch < feed->epoch_count; epoch++) {
        struct cairn_keys_epoch derived;
        cairn_keys_of_epoch(core->suite, cairn_core_origin(core, feed->journal),
                            feed->secrets[epoch], &derived);
        memcpy(keys[epoch], derived.slot, 32);
    }
    memcpy(ripe->feed, feed->id, 16);
    ripe->commit_number = feed->ripe_commits++;
    ripe->author = feed->journal;
    ripe->is_own = feed->journal == 0;
    ripe->is_clear = feed->type == CAIRN_FEED_TYPE_CONTROL;
    ripe->is_private = feed->type == CAIRN_FEED_TYPE_PRIVATE;
    ripe->epoch_count = feed->epoch_count;
    ripe->slot_keys = (const uint8_t(*)[32])keys;
}

/* The host keeps at most this many ripe commits of one feed in hand; the rest follows as it
 * reports them opened. */
#define RIPE_AHEAD 64u

void cairn_core_feed_ripen(struct cairn_core *core, uint32_t number)
{
    struct cairn_feed *feed = &core->feeds[number];
    while (core->is_started && feed->ripe_commits < feed->durable_commits &&
           feed->ripe_commits < feed->opened_commits + RIPE_AHEAD) {
        core_ripe(core, number);
    }
}

/* Every leaf of the author's journal below was probed for the feed's next tag. */
uint64_t cairn_core_scanned(const struct cairn_core *core, const struct cairn_feed *feed)
{
    return feed->is_at_end ? core->journals[feed->journal].verified.size : feed->scan_leaf;
}

/* ---- tags that are looked for at the ends of journals ---- */

void cairn_core_tag_put(struct cairn_core *core, uint32_t feed)
{
    uint32_t at = core_hash(core, core->feeds[feed].scan_tag);
    while (core->tag_index[at] != CORE_NONE) {
        CAIRN_REQUIRE(core->tag_index[at] != feed);
        at = (at + 1) & (core->feed_index_size - 1);
    }
    core->tag_index[at] = feed;
    core->feeds[feed].is_at_end = true;
}

static uint32_t core_tag_slot(const struct cairn_core *core, const uint8_t tag[static 16])
{
    uint32_t at = core_hash(core, tag);
    while (core->tag_index[at] != CORE_NONE) {
        if (memcmp(core->feeds[core->tag_index[at]].scan_tag, tag, 16) == 0) {
            return at;
        }
        at = (at + 1) & (core->feed_index_size - 1);
    }
    return CORE_NONE;
}

uint32_t cairn_core_tag_find(const struct cairn_core *core, const uint8_t tag[static 16])
{
    uint32_t at = core_tag_slot(core, tag);
    return at == CORE_NONE ? CORE_NONE : core->tag_index[at];
}

/* Take a feed out of the table: before its tag changes. Entries behind it move up. */
void cairn_core_tag_remove(struct cairn_core *core, uint32_t feed)
{
    uint32_t mask = core->feed_index_size - 1;
    if (!core->feeds[feed].is_at_end) {
        return;
    }
    uint32_t hole = core_tag_slot(core, core->feeds[feed].scan_tag);
    CAIRN_REQUIRE(hole != CORE_NONE);
    CAIRN_REQUIRE(core->tag_index[hole] == feed);
    core->feeds[feed].scan_leaf = core->journals[core->feeds[feed].journal].verified.size;
    core->feeds[feed].is_at_end = false;
    core->tag_index[hole] = CORE_NONE;
    for (uint32_t at = (hole + 1) & mask; core->tag_index[at] != CORE_NONE; at = (at + 1) & mask) {
        uint32_t home = core_hash(core, core->feeds[core->tag_index[at]].scan_tag);
        if (((at - home) & mask) >= ((at - hole) & mask)) {
            core->tag_index[hole] = core->tag_index[at];
            core->tag_index[at] = CORE_NONE;
            hole = at;
        }
    }
}
