#include "tests/lib/test.h"

#include <string.h>

#include "replication/log/feed.h"
#include "schema/base/limits.h"

#define POOL 3u

static struct cairn_suite suite;
static struct cairn_feed feed;
static struct cairn_pending_pool pool;
static struct cairn_pending items[POOL];
static const uint8_t id[16] = {1};
static const uint8_t secret[32] = {2};

static struct cairn_bytes origin(void)
{
    return cairn_bytes_of("test-demo/AUT/vienna-1/1");
}

/* A fresh audience feed that looks from leaf 0 on. */
static int begin(void **state)
{
    (void)state;
    cairn_suite_init_fake(&suite);
    cairn_pending_init(&pool, items, POOL);
    cairn_feed_init(&feed, id, CAIRN_FEED_TYPE_AUDIENCE, 4);
    assert_err(cairn_feed_add_epoch(&feed, &suite, origin(), secret), CAIRN_OK);
    cairn_feed_scan_from(&feed, &suite, 0);
    return 0;
}

/* The leaf of the feed's commit `number` under its present keys. */
static void leaf_of(uint64_t number, uint8_t out[static CAIRN_LEAF_BYTES])
{
    memset(out, (int)number + 1, CAIRN_LEAF_BYTES);
    cairn_keys_tag(&suite, feed.keys.tag, number, out);
}

static bool probe(uint64_t number)
{
    uint8_t leaf[CAIRN_LEAF_BYTES];
    leaf_of(number, leaf);
    return cairn_feed_probe(&feed, &pool, &suite, leaf, 1000 + number);
}

static void probe_foreign(void)
{
    static const uint8_t leaf[CAIRN_LEAF_BYTES] = {0xff};
    assert_true(cairn_feed_probe(&feed, &pool, &suite, leaf, 0));
}

/* The next opening of the feed, `entries` longer; its leaf is put into the pool. */
static struct cairn_opening next_opening(uint64_t entries)
{
    struct cairn_opening opening = {
        .number = feed.commits,
        .leaf_index = feed.scan_leaf,
        .previous_leaf_plus1 = feed.last_leaf_plus1,
        .previous_size = feed.committed_size,
        .size = feed.committed_size + entries,
    };
    uint8_t leaf[CAIRN_LEAF_BYTES], salt[32];
    memcpy(opening.feed, id, 16);
    cairn_keys_tag(&suite, feed.keys.tag, opening.number, leaf);
    cairn_keys_salt(&suite, feed.keys.salt, opening.number, salt);
    cairn_keys_commit_hash(&opening, salt, leaf + CAIRN_TAG_BYTES);
    assert_true(cairn_feed_probe(&feed, &pool, &suite, leaf, 0));
    return opening;
}

static cairn_err check(const struct cairn_opening *opening)
{
    return cairn_feed_check_opening(&feed, &suite, opening, cairn_feed_pending(&feed, &pool));
}

static void take(const struct cairn_opening *opening)
{
    struct cairn_merkle_range range = feed.range;
    const uint8_t leaf[32] = {3};
    while (range.size < opening->size) {
        cairn_merkle_range_append(&range, leaf);
    }
    cairn_feed_pending_take(&feed, &pool);
    cairn_feed_take_opening(&feed, opening, &range);
}

TEST(members_are_a_set_of_256)
{
    struct cairn_members members = {.bits = {0}};
    static const uint32_t numbers[] = {0, 63, 64, 127, 255};
    assert_int_equal(cairn_members_count(&members), 0);
    for (size_t i = 0; i < 5; i++) {
        assert_false(cairn_members_has(&members, numbers[i]));
        cairn_members_add(&members, numbers[i]);
        cairn_members_add(&members, numbers[i]);
        assert_true(cairn_members_has(&members, numbers[i]));
        assert_int_equal(cairn_members_count(&members), i + 1);
    }
    assert_false(cairn_members_has(&members, 1));
    expect_assert_failure(cairn_members_add(&members, 256));
}

TEST(only_the_leaf_with_the_next_tag_is_remembered)
{
    probe_foreign();
    assert_true(probe(1)); /* not yet: 0 is looked for */
    assert_int_equal(feed.pending_count, 0);
    assert_true(probe(0));
    assert_int_equal(feed.pending_count, 1);
    assert_int_equal(feed.scanned, 1);
    assert_int_equal(feed.scan_leaf, 3);
    struct cairn_pending *first = cairn_feed_pending(&feed, &pool);
    assert_int_equal(first->leaf_index, 2);
    assert_int_equal(first->seen_ms, 1000);
    assert_int_equal(first->commit_hash[0], 1);
    assert_true(probe(0)); /* the tag of a found commit counts no more */
    assert_int_equal(feed.pending_count, 1);
}

TEST(pending_leaves_are_taken_in_order_and_a_full_pool_waits)
{
    for (uint64_t i = 0; i < POOL; i++) {
        assert_true(probe(i));
    }
    struct cairn_feed before = feed;
    assert_false(probe(POOL));
    assert_memory_equal(&feed, &before, sizeof feed);
    for (uint64_t i = 0; i < POOL; i++) {
        assert_int_equal(cairn_feed_pending(&feed, &pool)->leaf_index, i);
        cairn_feed_pending_take(&feed, &pool);
        feed.commits++;
    }
    assert_null(cairn_feed_pending(&feed, &pool));
    assert_int_equal(pool.free_count, POOL);
    assert_true(probe(POOL));
    assert_int_equal(feed.pending_count, 1);
}

TEST(a_new_epoch_looks_for_the_same_number_under_another_tag)
{
    uint8_t old_leaf[CAIRN_LEAF_BYTES];
    struct cairn_opening opening = next_opening(1);
    take(&opening);
    leaf_of(1, old_leaf);
    assert_true(probe(1));
    const uint8_t next_secret[32] = {9};
    assert_err(cairn_feed_add_epoch(&feed, &suite, origin(), next_secret), CAIRN_OK);
    cairn_feed_rescan(&feed, &pool, &suite);
    assert_int_equal(feed.pending_count, 0);
    assert_int_equal(pool.free_count, POOL);
    assert_int_equal(feed.scan_leaf, opening.leaf_index + 1);
    assert_true(cairn_feed_probe(&feed, &pool, &suite, old_leaf, 0));
    assert_int_equal(feed.pending_count, 0);
    assert_true(probe(1));
    assert_int_equal(feed.pending_count, 1);
}

TEST(a_feed_has_at_most_sixteen_epochs)
{
    for (uint32_t i = 1; i < CAIRN_FEED_EPOCHS_MAX; i++) {
        assert_err(cairn_feed_add_epoch(&feed, &suite, origin(), secret), CAIRN_OK);
    }
    assert_int_equal(feed.known_epochs, CAIRN_FEED_EPOCHS_MAX);
    struct cairn_feed before = feed;
    assert_err(cairn_feed_add_epoch(&feed, &suite, origin(), secret), CAIRN_FULL);
    assert_memory_equal(&feed, &before, sizeof feed);
}

TEST(commits_that_continue_the_feed_are_taken)
{
    for (uint64_t i = 0; i < 3; i++) {
        probe_foreign();
        struct cairn_opening opening = next_opening(i + 1);
        assert_err(check(&opening), CAIRN_OK);
        take(&opening);
        assert_int_equal(feed.commits, i + 1);
        assert_int_equal(feed.committed_size, opening.size);
        assert_int_equal(feed.last_leaf_plus1, opening.leaf_index + 1);
    }
    assert_int_equal(feed.first_leaf, 1);
}

TEST(an_opening_that_does_not_continue_the_feed_is_refused)
{
    struct cairn_opening first = next_opening(2);
    take(&first);
    struct cairn_opening good = next_opening(2);
    assert_err(check(&good), CAIRN_OK);
    struct cairn_opening bad[7] = {good, good, good, good, good, good, good};
    bad[0].number++;
    bad[1].leaf_index++;
    bad[2].previous_leaf_plus1--;
    bad[3].previous_size--;
    bad[4].size++;
    bad[5].root[0] ^= 1;
    bad[6].policy[0] ^= 1;
    for (size_t i = 0; i < 7; i++) {
        assert_err(check(&bad[i]), CAIRN_PEER_COMMIT);
    }
    feed.is_closed = true;
    assert_err(check(&good), CAIRN_PEER_COMMIT);
}

TEST(a_tag_is_compared_to_its_last_byte)
{
    uint8_t leaf[CAIRN_LEAF_BYTES];
    for (size_t at = 0; at < CAIRN_TAG_BYTES; at++) {
        leaf_of(0, leaf);
        leaf[at] ^= 1;
        assert_true(cairn_feed_probe(&feed, &pool, &suite, leaf, 0));
        assert_int_equal(feed.pending_count, 0);
    }
    assert_true(probe(0));
    assert_int_equal(feed.pending_count, 1);
}

TEST(an_opening_gives_every_byte_of_the_leafs_hash)
{
    struct cairn_opening opening = next_opening(1);
    struct cairn_pending *pending = cairn_feed_pending(&feed, &pool);
    for (size_t at = 0; at < 32; at++) {
        pending->commit_hash[at] ^= 1;
        assert_err(check(&opening), CAIRN_PEER_COMMIT);
        pending->commit_hash[at] ^= 1;
    }
    assert_err(check(&opening), CAIRN_OK);
}

TEST(only_a_private_feed_may_commit_without_growth)
{
    struct cairn_opening first = next_opening(1);
    take(&first);
    struct cairn_opening idle = next_opening(0);
    assert_err(check(&idle), CAIRN_PEER_COMMIT);
    feed.type = CAIRN_FEED_TYPE_PRIVATE;
    assert_err(check(&idle), CAIRN_OK);
}

TEST(a_range_of_another_size_than_the_openings_is_our_mistake)
{
    struct cairn_opening opening = next_opening(2);
    struct cairn_merkle_range range = feed.range;
    expect_assert_failure(cairn_feed_take_opening(&feed, &opening, &range));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_are_a_set_of_256),
        cmocka_unit_test_setup(only_the_leaf_with_the_next_tag_is_remembered, begin),
        cmocka_unit_test_setup(pending_leaves_are_taken_in_order_and_a_full_pool_waits, begin),
        cmocka_unit_test_setup(a_new_epoch_looks_for_the_same_number_under_another_tag, begin),
        cmocka_unit_test_setup(a_feed_has_at_most_sixteen_epochs, begin),
        cmocka_unit_test_setup(commits_that_continue_the_feed_are_taken, begin),
        cmocka_unit_test_setup(an_opening_that_does_not_continue_the_feed_is_refused, begin),
        cmocka_unit_test_setup(a_tag_is_compared_to_its_last_byte, begin),
        cmocka_unit_test_setup(an_opening_gives_every_byte_of_the_leafs_hash, begin),
        cmocka_unit_test_setup(only_a_private_feed_may_commit_without_growth, begin),
        cmocka_unit_test_setup(a_range_of_another_size_than_the_openings_is_our_mistake, begin),
    };
    return cmocka_run_group_tests_name("feed", tests, NULL, NULL);
}
