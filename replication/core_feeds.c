#include "replication/core_parts.h"

#include "schema/base/check.h"

#include <string.h>

/* ---- countries ---- */

uint32_t cairn_core_country_find(const struct cairn_core *core, const uint8_t country[static 3])
{
    for (uint32_t i = 0; i < core->country_count; i++) {
        if (memcmp(core->countries[i].country, country, 3) == 0) {
            return i;
        }
    }
    return CORE_NONE;
}

/* A country that is nothing but a name in somebody's feed record gives its place away. */
static uint32_t feeds_country_reuse(struct cairn_core *core)
{
    for (uint32_t i = 1; i < core->country_count; i++) {
        struct cairn_roster_entry *country = &core->countries[i];
        if (country->has_document || country->is_recognised || core->feed_given[i] > 0) {
            continue;
        }
        for (uint32_t feed = 0; feed < core->feed_count; feed++) {
            cairn_members_remove(&core->feeds[feed].members, i);
            cairn_members_remove(&core->feeds[feed].told, i);
        }
        *country = (struct cairn_roster_entry){.serial = 0};
        core->authors[i] = (struct core_author){.level = 0};
        return i;
    }
    return CORE_NONE;
}

uint32_t cairn_core_country_name(struct cairn_core *core, const uint8_t country[static 3])
{
    uint32_t found = cairn_core_country_find(core, country);
    if (found != CORE_NONE || core->country_count == core->limits.countries) {
        return found;
    }
    memcpy(core->countries[core->country_count].country, country, 3);
    return core->country_count++;
}

uint32_t cairn_core_country_add(struct cairn_core *core, const uint8_t country[static 3])
{
    uint32_t found = cairn_core_country_name(core, country);
    if (found == CORE_NONE && core->is_started) {
        found = feeds_country_reuse(core);
        if (found != CORE_NONE) {
            memcpy(core->countries[found].country, country, 3);
        }
    }
    return found;
}

/* ---- journals ---- */

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
    if (found != CORE_NONE || core->journal_count == core->limits.journals ||
        core->feed_count == core->limits.feeds) {
        return found;
    }
    CAIRN_REQUIRE(origin.size <= CAIRN_LIMIT_ORIGIN_BYTES);
    CAIRN_REQUIRE(country < core->country_count);
    uint32_t number = core->journal_count++;
    struct core_journal *journal = &core->journals[number];
    memcpy(journal->origin, origin.data, origin.size);
    journal->origin_bytes = (uint32_t)origin.size;
    journal->country = country;
    journal->feed_first = CORE_NONE;
    cairn_keys_journal_id(origin, journal->id);
    cairn_merkle_range_init(&journal->verified);
    cairn_merkle_range_init(&journal->candidate);

    uint8_t id[16];
    uint8_t secret[32];
    cairn_keys_control(origin, id, secret);
    cairn_core_feed_oust(core, id);
    uint32_t feed = cairn_core_feed_add(core, id, CAIRN_FEED_TYPE_CONTROL, number);
    CAIRN_REQUIRE(feed != CORE_NONE);
    cairn_err err = cairn_feed_add_epoch(&core->feeds[feed], core->suite, origin, secret);
    CAIRN_REQUIRE(err == CAIRN_OK);
    cairn_feed_scan_from(&core->feeds[feed], core->suite, 0);
    journal->control_feed = feed;
    if (number != 0 && core->is_started) {
        cairn_core_tag_put(core, feed);
    }
    return number;
}

/* ---- feeds ---- */

uint32_t cairn_core_place(const struct cairn_core *core, const uint8_t id[static 16])
{
    uint64_t sum = core->place_key[0] * cairn_bytes_get_u64(id) +
                   core->place_key[1] * cairn_bytes_get_u64(id + 8);
    return (uint32_t)(sum >> core->place_shift);
}

uint32_t cairn_core_feed_number(const struct cairn_core *core, const uint8_t id[static 16])
{
    uint32_t at = cairn_core_place(core, id);
    while (core->feed_index[at] != CORE_NONE) {
        if (cairn_bytes_is_same16(core->feeds[core->feed_index[at]].id, id)) {
            return core->feed_index[at];
        }
        at = (at + 1) & (core->feed_index_size - 1);
    }
    return CORE_NONE;
}

void cairn_core_feed_oust(struct cairn_core *core, const uint8_t id[static 16])
{
    uint32_t number = cairn_core_feed_number(core, id);
    if (number == CORE_NONE) {
        return;
    }
    struct cairn_feed *feed = &core->feeds[number];
    struct core_puts puts = cairn_core_puts_begin(core, CORE_ROWS_FEED + CAIRN_LIMIT_COUNTRIES);
    CAIRN_REQUIRE(feed->journal != 0);
    cairn_core_tag_remove(core, number);
    cairn_feed_drop_pending(feed, &core->pending);
    cairn_core_want_stop(core, core_log_of_feed(core, number));
    for (uint32_t i = 0; i < CORE_ROWS_FEED; i++) {
        (void)cairn_core_puts_add(&puts, CAIRN_TABLE_FEED, id, i); /* is deleted */
    }
    for (uint32_t i = 0; i < core->country_count; i++) {
        if (cairn_members_has(&feed->told, i)) {
            cairn_core_puts_add_told(core, &puts, number, i, true);
        }
    }
    cairn_core_puts_store(core, &puts, cairn_core_task_open(core, CORE_TASK_STORE, 0, 0), false);
    cairn_core_notice_err(core, CAIRN_NOTICE_FEED_REFUSED, feed->giver, CAIRN_FEED_RECORD);
    uint8_t fresh[32];
    cairn_core_fresh(core, fresh);
    memcpy(feed->id, fresh, 16); /* nobody's: the place in the index leads nowhere */
    feed->is_broken = true;
    feed->members = (struct cairn_members){.bits = {0}};
    feed->told = feed->members;
}

uint32_t cairn_core_feed_add(struct cairn_core *core, const uint8_t id[static 16],
                             enum cairn_feed_type type, uint32_t journal)
{
    if (core->feed_count == core->limits.feeds) {
        return CORE_NONE;
    }
    CAIRN_REQUIRE(cairn_core_feed_number(core, id) == CORE_NONE);
    uint32_t number = core->feed_count++;
    struct cairn_feed *feed = &core->feeds[number];
    cairn_feed_init(feed, id, type, journal);
    feed->giver = core->journals[journal].country;
    core->feed_given[feed->giver]++;
    core->feed_next[number] = core->journals[journal].feed_first;
    core->journals[journal].feed_first = number;
    uint32_t at = cairn_core_place(core, id);
    while (core->feed_index[at] != CORE_NONE) {
        at = (at + 1) & (core->feed_index_size - 1);
    }
    core->feed_index[at] = number;
    return number;
}

void cairn_core_feed_give(struct cairn_core *core, uint32_t number, uint32_t country)
{
    struct cairn_feed *feed = &core->feeds[number];
    core->feed_given[feed->giver]--;
    feed->giver = country;
    core->feed_given[country]++;
}

bool cairn_core_feed_may_give(const struct cairn_core *core, uint32_t country)
{
    uint32_t quarter = core->limits.feeds / 4;
    uint32_t foreign = core->feed_count - core->feed_given[0];
    return country == 0 ||
           (core->feed_given[country] < (quarter < 8 ? 8 : quarter) &&
            foreign < core->limits.feeds - quarter && core->feed_count < core->limits.feeds);
}

/* ---- logs: journals and feeds ---- */

uint32_t cairn_core_log_find(const struct cairn_core *core, const uint8_t id[static 16])
{
    uint32_t feed = cairn_core_feed_number(core, id);
    if (feed != CORE_NONE) {
        return core_log_of_feed(core, feed);
    }
    for (uint32_t i = 0; i < core->journal_count; i++) {
        if (cairn_bytes_is_same16(core->journals[i].id, id)) {
            return i;
        }
    }
    return CORE_NONE;
}

const uint8_t *cairn_core_log_id(const struct cairn_core *core, uint32_t log)
{
    return core_log_is_feed(core, log) ? core->feeds[log - core->limits.journals].id
                                       : core->journals[log].id;
}

uint32_t cairn_core_log_author(const struct cairn_core *core, uint32_t log)
{
    return core_log_is_feed(core, log) ? core->feeds[log - core->limits.journals].journal : log;
}

bool cairn_core_is_followed(const struct cairn_core *core, uint32_t journal)
{
    if (journal == 0) {
        return core->restore.is_following;
    }
    return core->journals[journal].has_keys &&
           core->countries[core->journals[journal].country].is_recognised;
}

/* May a peer of this country be given this feed now? source P-63, P-67 */
bool cairn_core_feed_is_served(const struct cairn_core *core, uint32_t number, uint32_t country)
{
    const struct cairn_feed *feed = &core->feeds[number];
    return core->countries[country].is_recognised && feed->type != CAIRN_FEED_TYPE_PRIVATE &&
           (feed->type == CAIRN_FEED_TYPE_CONTROL || cairn_members_has(&feed->members, country));
}
