/* That the values are right is shown by test_protocol_journals.c; here: what they depend on. */
#include "tests/lib/test.h"

#include <string.h>

#include "replication/log/keys.h"
#include "schema/base/limits.h"

#define ORIGIN "test-demo/AUT/vienna-1/1"
#define OTHER  "test-demo/AUT/vienna-1/2"

static struct cairn_suite suite;

static int open_suite(void **state)
{
    (void)state;
    return cairn_suite_open_real(&suite) == CAIRN_OK ? 0 : -1;
}

static int close_suite(void **state)
{
    (void)state;
    cairn_suite_close(&suite);
    return 0;
}

static struct cairn_bytes origin(void)
{
    return cairn_bytes_of(ORIGIN);
}

TEST(journals_and_control_feeds_of_two_incarnations_differ)
{
    uint8_t first[16], second[16], feed[16], other_feed[16], secret[32], other_secret[32];
    cairn_keys_journal_id(origin(), first);
    cairn_keys_journal_id(cairn_bytes_of(OTHER), second);
    assert_memory_not_equal(first, second, 16);
    cairn_keys_control(origin(), feed, secret);
    cairn_keys_control(cairn_bytes_of(OTHER), other_feed, other_secret);
    assert_memory_not_equal(feed, first, 16);
    assert_memory_not_equal(feed, other_feed, 16);
    assert_memory_not_equal(secret, other_secret, 32);
}

TEST(the_three_keys_of_an_epoch_differ_from_each_other_and_between_origins)
{
    struct cairn_keys_epoch keys, other;
    const uint8_t secret[32] = {7};
    cairn_keys_of_epoch(&suite, origin(), secret, &keys);
    cairn_keys_of_epoch(&suite, cairn_bytes_of(OTHER), secret, &other);
    assert_memory_not_equal(keys.tag, keys.salt, 32);
    assert_memory_not_equal(keys.tag, keys.slot, 32);
    assert_memory_not_equal(keys.salt, keys.slot, 32);
    assert_memory_not_equal(keys.tag, other.tag, 32);
    assert_memory_not_equal(keys.slot, other.slot, 32);
}

TEST(tags_and_salts_differ_by_number)
{
    const uint8_t key[32] = {1};
    uint8_t tag[16], next_tag[16], salt[32], next_salt[32];
    cairn_keys_tag(&suite, key, 0, tag);
    cairn_keys_tag(&suite, key, (uint64_t)1 << 32, next_tag);
    assert_memory_not_equal(tag, next_tag, 16);
    cairn_keys_salt(&suite, key, 0, salt);
    cairn_keys_salt(&suite, key, (uint64_t)1 << 32, next_salt);
    assert_memory_not_equal(salt, next_salt, 32);
}

/* Which fields of an opening the commit hash covers: P-40. */
TEST(a_commit_hash_covers_feed_size_root_previous_leaf_and_policy)
{
    const struct cairn_opening opening = {
        .number = 3, .leaf_index = 9, .previous_leaf_plus1 = 5, .previous_size = 4, .size = 6};
    const uint8_t salt[32] = {1}, other_salt[32] = {2};
    uint8_t hash[32], other[32];
    cairn_keys_commit_hash(&opening, salt, hash);
    struct cairn_opening changed[5] = {opening, opening, opening, opening, opening};
    changed[0].feed[15] ^= 1;
    changed[1].size++;
    changed[2].root[0] ^= 1;
    changed[3].previous_leaf_plus1++;
    changed[4].policy[31] ^= 1;
    for (size_t i = 0; i < 5; i++) {
        cairn_keys_commit_hash(&changed[i], salt, other);
        assert_memory_not_equal(hash, other, 32);
    }
    cairn_keys_commit_hash(&opening, other_salt, other);
    assert_memory_not_equal(hash, other, 32);
    struct cairn_opening moved = opening; /* where it stands follows from tag and feed */
    moved.number++;
    moved.leaf_index++;
    moved.previous_size--;
    cairn_keys_commit_hash(&moved, salt, other);
    assert_memory_equal(hash, other, 32);
}

TEST(an_entry_id_covers_feed_and_stub)
{
    uint8_t feed[16] = {1}, stub[48] = {2}, id[32], other[32];
    cairn_keys_entry_id(feed, stub, id);
    stub[47] ^= 1;
    cairn_keys_entry_id(feed, stub, other);
    assert_memory_not_equal(id, other, 32);
    stub[47] ^= 1;
    feed[0] ^= 1;
    cairn_keys_entry_id(feed, stub, other);
    assert_memory_not_equal(id, other, 32);
}

TEST(a_feed_id_covers_the_whole_open_record)
{
    uint8_t record[1000] = {0}, id[16], other[16];
    cairn_keys_feed_id(origin(), (struct cairn_bytes){record, sizeof record}, id);
    record[999] = 1;
    cairn_keys_feed_id(origin(), (struct cairn_bytes){record, sizeof record}, other);
    assert_memory_not_equal(id, other, 16);
    cairn_keys_feed_id(origin(), (struct cairn_bytes){record, sizeof record - 1}, other);
    assert_memory_not_equal(id, other, 16);
}

TEST(both_sides_find_the_same_pairwise_feed_and_each_direction_has_its_own)
{
    const uint8_t secrets[2][32] = {{8}, {16}};
    uint8_t publics[2][32], id[2][16], secret[2][32];
    for (size_t i = 0; i < 2; i++) {
        cairn_suite_dh_public(&suite, secrets[i], publics[i]);
    }
    for (size_t i = 0; i < 2; i++) {
        struct cairn_keys_pair pair = {origin(), (const uint8_t *)"GEO", secrets[i],
                                       publics[1 - i]};
        assert_err(cairn_keys_pairwise(&suite, &pair, id[i], secret[i]), CAIRN_OK);
    }
    assert_memory_equal(id[0], id[1], 16);
    assert_memory_equal(secret[0], secret[1], 32);
    struct cairn_keys_pair back = {cairn_bytes_of("test-demo/GEO/tbilisi-1/1"),
                                   (const uint8_t *)"AUT", secrets[0], publics[1]};
    assert_err(cairn_keys_pairwise(&suite, &back, id[1], secret[1]), CAIRN_OK);
    assert_memory_not_equal(id[0], id[1], 16);
    assert_memory_not_equal(secret[0], secret[1], 32);
}

TEST(a_low_order_sealing_key_makes_no_pairwise_feed)
{
    const uint8_t own[32] = {1}, low[32] = {0};
    uint8_t id[16] = {9}, secret[32] = {9};
    struct cairn_keys_pair pair = {origin(), (const uint8_t *)"GEO", own, low};
    assert_err(cairn_keys_pairwise(&suite, &pair, id, secret), CAIRN_CRYPTO_KEY);
    assert_int_equal(id[0], 9);
    assert_int_equal(secret[0], 9);
}

static struct cairn_keys_wrap wrap_of(const uint8_t *sealing_public)
{
    static const uint8_t nonce[32] = {5};
    return (struct cairn_keys_wrap){origin(), nonce, 1, (const uint8_t *)"GEO", sealing_public};
}

TEST(a_wrap_opens_for_its_member_and_under_what_it_is_bound_to_only)
{
    const uint8_t member[32] = {8}, stranger[32] = {16}, secret[32] = {42}, other_nonce[32] = {6};
    uint8_t sealing_public[32], wrap[CAIRN_SUITE_WRAP_BYTES], again[CAIRN_SUITE_WRAP_BYTES];
    uint8_t opened[32] = {0};
    cairn_suite_dh_public(&suite, member, sealing_public);
    struct cairn_keys_wrap what = wrap_of(sealing_public);
    assert_err(cairn_keys_wrap_make(&suite, &what, secret, wrap), CAIRN_OK);
    assert_err(cairn_keys_wrap_make(&suite, &what, secret, again), CAIRN_OK);
    assert_memory_equal(wrap, again, sizeof wrap); /* so others can recompute it */
    assert_err(cairn_keys_wrap_open(&suite, &what, member, wrap, opened), CAIRN_OK);
    assert_memory_equal(opened, secret, 32);
    assert_err(cairn_keys_wrap_open(&suite, &what, stranger, wrap, opened), CAIRN_CRYPTO_OPEN);

    struct cairn_keys_wrap changed[4] = {what, what, what, what};
    changed[0].origin = cairn_bytes_of(OTHER);
    changed[1].nonce = other_nonce;
    changed[2].epoch = 0;
    changed[3].country = (const uint8_t *)"SRB";
    for (size_t i = 0; i < 4; i++) {
        assert_err(cairn_keys_wrap_open(&suite, &changed[i], member, wrap, opened),
                   CAIRN_CRYPTO_OPEN);
    }
}

TEST(no_wrap_is_made_for_a_low_order_key)
{
    const uint8_t low[32] = {0}, secret[32] = {1};
    uint8_t wrap[CAIRN_SUITE_WRAP_BYTES];
    struct cairn_keys_wrap what = wrap_of(low);
    assert_err(cairn_keys_wrap_make(&suite, &what, secret, wrap), CAIRN_CRYPTO_KEY);
}

TEST(the_longest_origin_fits_and_a_longer_one_is_our_mistake)
{
    uint8_t text[CAIRN_LIMIT_ORIGIN_BYTES + 1], id[16], secret[32];
    memset(text, 'x', sizeof text);
    cairn_keys_control((struct cairn_bytes){text, sizeof text - 1}, id, secret);
    expect_assert_failure(cairn_keys_control((struct cairn_bytes){text, sizeof text}, id, secret));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(journals_and_control_feeds_of_two_incarnations_differ),
        cmocka_unit_test(the_three_keys_of_an_epoch_differ_from_each_other_and_between_origins),
        cmocka_unit_test(tags_and_salts_differ_by_number),
        cmocka_unit_test(a_commit_hash_covers_feed_size_root_previous_leaf_and_policy),
        cmocka_unit_test(an_entry_id_covers_feed_and_stub),
        cmocka_unit_test(a_feed_id_covers_the_whole_open_record),
        cmocka_unit_test(both_sides_find_the_same_pairwise_feed_and_each_direction_has_its_own),
        cmocka_unit_test(a_low_order_sealing_key_makes_no_pairwise_feed),
        cmocka_unit_test(a_wrap_opens_for_its_member_and_under_what_it_is_bound_to_only),
        cmocka_unit_test(no_wrap_is_made_for_a_low_order_key),
        cmocka_unit_test(the_longest_origin_fits_and_a_longer_one_is_our_mistake),
    };
    return cmocka_run_group_tests_name("keys", tests, open_suite, close_suite);
}
