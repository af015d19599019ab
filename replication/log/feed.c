#include "replication/log/feed.h"

#include "schema/base/check.h"

#include <string.h>

bool cairn_members_has(const struct cairn_members *members, uint32_t country)
{
    CAIRN_REQUIRE(country < 256);
    return (members->bits[country / 64] >> (country % 64) & 1u) != 0;
}

void cairn_members_add(struct cairn_members *members, uint32_t country)
{
    CAIRN_REQUIRE(country < 256);
    members->bits[country / 64] |= (uint64_t)1 << (country % 64);
}

void cairn_members_remove(struct cairn_members *members, uint32_t country)
{
    CAIRN_REQUIRE(country < 256);
    members->bits[country / 64] &= ~((uint64_t)1 << (country % 64));
}

uint32_t cairn_members_count(const struct cairn_members *members)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < 256; i++) {
        count += cairn_members_has(members, i) ? 1 : 0;
    }
    return count;
}

static void feed_check(const struct cairn_feed *feed)
{
    CAIRN_REQUIRE(feed->epoch_count <= CAIRN_FEED_EPOCHS_MAX);
    CAIRN_REQUIRE(feed->durable_commits <= feed->commits);
    CAIRN_REQUIRE(feed->ripe_commits <= feed->durable_commits);
    CAIRN_REQUIRE(feed->committed_size <= feed->range.size);
    CAIRN_REQUIRE(feed->pending_count <= feed->scanned);
    CAIRN_REQUIRE((feed->pending_first == CAIRN_PENDING_NONE) == (feed->pending_count == 0));
}

void cairn_pending_init(struct cairn_pending_pool *pool, struct cairn_pending *items,
                        uint32_t count)
{
    CAIRN_REQUIRE(count > 0);
    CAIRN_REQUIRE(count < CAIRN_PENDING_NONE);
    for (uint32_t i = 0; i < count; i++) {
        items[i] = (struct cairn_pending){.next = i + 1 < count ? i + 1 : CAIRN_PENDING_NONE};
    }
    *pool = (struct cairn_pending_pool){
        .items = items, .count = count, .free_first = 0, .free_count = count};
}

void cairn_feed_init(struct cairn_feed *feed, const uint8_t id[static 16],
                     enum cairn_feed_type type, uint32_t journal)
{
    *feed = (struct cairn_feed){.type = type, .journal = journal};
    memcpy(feed->id, id, 16);
    cairn_merkle_range_init(&feed->range);
    feed->pending_first = CAIRN_PENDING_NONE;
    feed->pending_last = CAIRN_PENDING_NONE;
    feed_check(feed);
}

cairn_err cairn_feed_add_epoch(struct cairn_feed *feed, const struct cairn_suite *suite,
                               struct cairn_bytes origin, const uint8_t secret[static 32])
{
    if (feed->epoch_count == CAIRN_FEED_EPOCHS_MAX) {
        return CAIRN_FULL;
    }
    memcpy(feed->secrets[feed->epoch_count], secret, 32);
    feed->epoch_count++;
    if (feed->known_epochs < feed->epoch_count) {
        feed->known_epochs = feed->epoch_count;
    }
    cairn_keys_of_epoch(suite, origin, secret, &feed->keys);
    return CAIRN_OK;
}

void cairn_feed_scan_from(struct cairn_feed *feed, const struct cairn_suite *suite, uint64_t leaf)
{
    CAIRN_REQUIRE(feed->epoch_count > 0);
    feed->scanned = feed->commits + feed->pending_count;
    feed->scan_leaf = leaf;
    cairn_keys_tag(suite, feed->keys.tag, feed->scanned, feed->scan_tag);
    feed_check(feed);
}

bool cairn_feed_probe(struct cairn_feed *feed, struct cairn_pending_pool *pool,
                      const struct cairn_suite *suite, const uint8_t leaf[static 48],
                      uint64_t now_ms)
{
    if (!cairn_bytes_is_same16(leaf, feed->scan_tag)) {
        feed->scan_leaf++;
        return true;
    }
    if (pool->free_count == 0) {
        return false;
    }
    uint32_t taken = pool->free_first;
    struct cairn_pending *item = &pool->items[taken];
    pool->free_first = item->next;
    pool->free_count--;
    *item = (struct cairn_pending){
        .leaf_index = feed->scan_leaf, .seen_ms = now_ms, .next = CAIRN_PENDING_NONE};
    memcpy(item->commit_hash, leaf + 16, 32);
    if (feed->pending_count == 0) {
        feed->pending_first = taken;
    } else {
        pool->items[feed->pending_last].next = taken;
    }
    feed->pending_last = taken;
    feed->pending_count++;
    cairn_feed_scan_from(feed, suite, feed->scan_leaf + 1);
    return true;
}

struct cairn_pending *cairn_feed_pending(const struct cairn_feed *feed,
                                         const struct cairn_pending_pool *pool)
{
    return feed->pending_count == 0 ? NULL : &pool->items[feed->pending_first];
}

static void feed_pending_drop_first(struct cairn_feed *feed, struct cairn_pending_pool *pool)
{
    CAIRN_REQUIRE(feed->pending_count > 0);
    uint32_t taken = feed->pending_first;
    feed->pending_first = pool->items[taken].next;
    feed->pending_count--;
    if (feed->pending_count == 0) {
        feed->pending_last = CAIRN_PENDING_NONE;
    }
    pool->items[taken].next = pool->free_first;
    pool->free_first = taken;
    pool->free_count++;
}

void cairn_feed_pending_take(struct cairn_feed *feed, struct cairn_pending_pool *pool)
{
    feed_pending_drop_first(feed, pool);
}

void cairn_feed_drop_pending(struct cairn_feed *feed, struct cairn_pending_pool *pool)
{
    while (feed->pending_count > 0) {
        feed_pending_drop_first(feed, pool);
    }
    feed->scanned = feed->commits;
    feed_check(feed);
}

void cairn_feed_rescan(struct cairn_feed *feed, struct cairn_pending_pool *pool,
                       const struct cairn_suite *suite)
{
    cairn_feed_drop_pending(feed, pool);
    cairn_feed_scan_from(feed, suite, feed->last_leaf_plus1);
}

cairn_err cairn_feed_check_opening(const struct cairn_feed *feed, const struct cairn_suite *suite,
                                   const struct cairn_opening *opening,
                                   const struct cairn_pending *pending)
{
    bool is_growth =
        opening->size > opening->previous_size ||
        (feed->type == CAIRN_FEED_TYPE_PRIVATE && opening->size == opening->previous_size);
    bool is_next = opening->number == feed->commits &&
                   opening->previous_size == feed->committed_size &&
                   opening->previous_leaf_plus1 == feed->last_leaf_plus1;
    if (!is_growth || !is_next || feed->is_closed || opening->leaf_index != pending->leaf_index) {
        return CAIRN_PEER_COMMIT;
    }
    uint8_t salt[32];
    uint8_t hash[32];
    cairn_keys_salt(suite, feed->keys.salt, opening->number, salt);
    cairn_keys_commit_hash(opening, salt, hash);
    return cairn_bytes_is_same32(hash, pending->commit_hash) ? CAIRN_OK : CAIRN_PEER_COMMIT;
}

void cairn_feed_take_opening(struct cairn_feed *feed, const struct cairn_opening *opening,
                             const struct cairn_merkle_range *range)
{
    CAIRN_REQUIRE(opening->number == feed->commits);
    CAIRN_REQUIRE(range->size == opening->size);
    feed->range = *range;
    feed->committed_size = opening->size;
    if (feed->commits == 0) {
        feed->first_leaf = opening->leaf_index;
    }
    feed->commits++;
    feed->last_leaf_plus1 = opening->leaf_index + 1;
}
