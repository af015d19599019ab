/* RFC vectors run in test_vectors_rfc.c, random trees in prop_merkle.c; here: edges and refusals.
 */
#include "tests/lib/test.h"

#include <string.h>

#include "crypto/hash.h"
#include "crypto/merkle.h"
#include "tests/lib/model_merkle.h"

#define COUNT 21u

static uint8_t leaves[COUNT * 32];

static int make_leaves(void **state)
{
    (void)state;
    for (uint8_t i = 0; i < COUNT; i++) {
        cairn_merkle_leaf((struct cairn_bytes){&i, 1}, leaves + i * 32u);
    }
    return 0;
}

static struct cairn_merkle_range range_of(uint64_t size)
{
    struct cairn_merkle_range range;
    cairn_merkle_range_init(&range);
    for (uint64_t i = 0; i < size; i++) {
        cairn_merkle_range_append(&range, leaves + i * 32);
    }
    return range;
}

TEST(leaf_and_node_hashes_have_their_prefix)
{
    uint8_t got[32], wanted[32], pair[65] = {0x01};
    const uint8_t leaf[] = {0x00, 'x'};
    cairn_merkle_leaf(cairn_bytes_of("x"), got);
    cairn_sha256_of((struct cairn_bytes){leaf, sizeof leaf}, wanted);
    assert_memory_equal(got, wanted, 32);
    memcpy(pair + 1, leaves, 64);
    cairn_sha256_of((struct cairn_bytes){pair, sizeof pair}, wanted);
    cairn_merkle_node(leaves, leaves + 32, got);
    assert_memory_equal(got, wanted, 32);
}

TEST(a_node_may_be_written_over_either_child)
{
    uint8_t left[32], right[32], wanted[32];
    memcpy(left, leaves, 32);
    memcpy(right, leaves + 32, 32);
    cairn_merkle_node(left, right, wanted);
    cairn_merkle_node(left, right, left);
    assert_memory_equal(left, wanted, 32);
    memcpy(left, leaves, 32);
    cairn_merkle_node(left, right, right);
    assert_memory_equal(right, wanted, 32);
}

TEST(the_root_of_nothing_is_the_digest_of_nothing)
{
    uint8_t got[32];
    cairn_merkle_root_of(NULL, 0, got);
    assert_memory_equal(
        got, test_hex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855").data, 32);
}

TEST(a_subtree_is_the_root_of_a_power_of_two)
{
    uint8_t got[32], wanted[32];
    for (uint64_t count = 1; count <= 16; count *= 2) {
        cairn_merkle_subtree(leaves, count, got);
        model_merkle_root(leaves, count, wanted);
        assert_memory_equal(got, wanted, 32);
    }
    expect_assert_failure(cairn_merkle_subtree(leaves, 3, got));
    expect_assert_failure(cairn_merkle_subtree(leaves, 0, got));
}

TEST(a_range_comes_back_from_its_bytes)
{
    for (uint64_t size = 0; size <= COUNT; size++) {
        struct cairn_merkle_range range = range_of(size), back;
        uint8_t bytes[CAIRN_MERKLE_RANGE_MAX];
        size_t used = cairn_merkle_range_encode(&range, bytes);
        assert_int_equal(used, 8 + 32 * (size_t)__builtin_popcountll(size));
        assert_err(cairn_merkle_range_decode((struct cairn_bytes){bytes, used}, &back), CAIRN_OK);
        assert_memory_equal(&back, &range, sizeof range);
    }
}

TEST(a_range_is_written_from_left_to_right)
{
    struct cairn_merkle_range range = range_of(3);
    uint8_t bytes[CAIRN_MERKLE_RANGE_MAX], wanted[32];
    assert_int_equal(cairn_merkle_range_encode(&range, bytes), 8 + 64);
    assert_int_equal(cairn_bytes_get_u64(bytes), 3);
    cairn_merkle_node(leaves, leaves + 32, wanted);
    assert_memory_equal(bytes + 8, wanted, 32);
    assert_memory_equal(bytes + 40, leaves + 64, 32);
}

TEST(damaged_range_bytes_are_refused_and_change_nothing)
{
    struct cairn_merkle_range range = range_of(5), back = range_of(1), before = back;
    uint8_t bytes[CAIRN_MERKLE_RANGE_MAX] = {0};
    size_t used = cairn_merkle_range_encode(&range, bytes);
    for (size_t size = 0; size < used; size++) {
        assert_err(cairn_merkle_range_decode((struct cairn_bytes){bytes, size}, &back),
                   CAIRN_SHORT);
    }
    assert_err(cairn_merkle_range_decode((struct cairn_bytes){bytes, used + 1}, &back),
               CAIRN_TRAILING);
    memset(bytes + 8, 0, 32);
    assert_err(cairn_merkle_range_decode((struct cairn_bytes){bytes, used}, &back), CAIRN_NUMBER);
    assert_memory_equal(&back, &before, sizeof back);
}

TEST(a_full_width_range_can_be_kept)
{
    struct cairn_merkle_range range, back;
    memset(&range, 0x5a, sizeof range);
    range.size = UINT64_MAX;
    uint8_t bytes[CAIRN_MERKLE_RANGE_MAX], root[32];
    assert_int_equal(cairn_merkle_range_encode(&range, bytes), CAIRN_MERKLE_RANGE_MAX);
    assert_err(cairn_merkle_range_decode((struct cairn_bytes){bytes, sizeof bytes}, &back),
               CAIRN_OK);
    cairn_merkle_range_root(&back, root);
    expect_assert_failure(cairn_merkle_range_append(&back, root));
}

TEST(a_range_with_a_stray_node_is_our_own_mistake)
{
    struct cairn_merkle_range range = range_of(4);
    range.nodes[0][0] = 1;
    expect_assert_failure(cairn_merkle_range_check(&range));
}

TEST(an_index_at_the_size_is_refused)
{
    uint8_t root[32];
    cairn_merkle_root_of(leaves, 1, root);
    struct cairn_bytes none = {0};
    assert_err(cairn_merkle_verify_inclusion(leaves, 0, 1, none, root), CAIRN_OK);
    assert_err(cairn_merkle_verify_inclusion(leaves, 1, 1, none, root), CAIRN_CRYPTO_PROOF);
    assert_err(cairn_merkle_verify_inclusion(leaves, 0, 0, none, root), CAIRN_CRYPTO_PROOF);
}

TEST(a_proof_that_is_no_row_of_hashes_is_refused)
{
    struct cairn_merkle_proof proof;
    uint8_t root[32], root1[32], bytes[CAIRN_MERKLE_PROOF_MAX * 32 + 1] = {0};
    cairn_merkle_root_of(leaves, 7, root);
    cairn_merkle_root_of(leaves, 3, root1);
    cairn_merkle_inclusion(leaves, 7, 2, &proof);
    struct cairn_bytes whole = cairn_merkle_proof_bytes(&proof);
    memcpy(bytes, whole.data, whole.size);
    for (size_t size = 0; size <= whole.size + 1; size++) {
        assert_err(cairn_merkle_verify_inclusion(leaves + 64, 2, 7,
                                                 (struct cairn_bytes){bytes, size}, root),
                   size == whole.size ? CAIRN_OK : CAIRN_CRYPTO_PROOF);
    }
    cairn_merkle_consistency(leaves, 7, 3, &proof);
    whole = cairn_merkle_proof_bytes(&proof);
    memcpy(bytes, whole.data, whole.size);
    for (size_t size = 0; size <= whole.size + 1; size++) {
        assert_err(
            cairn_merkle_verify_consistency(3, root1, 7, root, (struct cairn_bytes){bytes, size}),
            size == whole.size ? CAIRN_OK : CAIRN_CRYPTO_PROOF);
    }
}

TEST(an_endless_proof_for_a_huge_tree_is_refused)
{
    static uint8_t bytes[100 * 32];
    uint8_t root[32] = {1};
    for (size_t count = 0; count <= 100; count++) {
        struct cairn_bytes proof = {bytes, count * 32};
        assert_err(cairn_merkle_verify_inclusion(leaves, UINT64_MAX - 1, UINT64_MAX, proof, root),
                   CAIRN_CRYPTO_PROOF);
        assert_err(cairn_merkle_verify_consistency(UINT64_MAX - 1, leaves, UINT64_MAX, root, proof),
                   CAIRN_CRYPTO_PROOF);
    }
}

TEST(the_empty_tree_begins_every_tree_but_only_with_its_own_root)
{
    uint8_t empty[32], root[32];
    struct cairn_bytes none = {0};
    cairn_merkle_root_of(leaves, 0, empty);
    cairn_merkle_root_of(leaves, 9, root);
    assert_err(cairn_merkle_verify_consistency(0, empty, 9, root, none), CAIRN_OK);
    assert_err(cairn_merkle_verify_consistency(0, empty, 0, empty, none), CAIRN_OK);
    assert_err(cairn_merkle_verify_consistency(0, root, 9, root, none), CAIRN_CRYPTO_PROOF);
    assert_err(cairn_merkle_verify_consistency(0, root, 0, root, none), CAIRN_CRYPTO_PROOF);
    assert_err(cairn_merkle_verify_consistency(0, empty, 0, root, none), CAIRN_CRYPTO_PROOF);
    assert_err(cairn_merkle_verify_consistency(0, empty, 9, root, (struct cairn_bytes){root, 32}),
               CAIRN_CRYPTO_PROOF);
}

/* Every byte of a root counts: one that is half right is wrong. */
TEST(roots_are_compared_to_their_last_byte)
{
    struct cairn_merkle_proof inclusion, consistency;
    uint8_t root[32], root1[32], empty[32];
    struct cairn_bytes none = {0};
    cairn_merkle_root_of(leaves, 0, empty);
    cairn_merkle_root_of(leaves, 7, root);
    cairn_merkle_root_of(leaves, 3, root1);
    cairn_merkle_inclusion(leaves, 7, 2, &inclusion);
    cairn_merkle_consistency(leaves, 7, 3, &consistency);
    struct cairn_bytes path = cairn_merkle_proof_bytes(&inclusion);
    struct cairn_bytes both = cairn_merkle_proof_bytes(&consistency);
    for (size_t at = 0; at < 32; at++) {
        uint8_t other[32], other1[32];
        memcpy(other, root, 32);
        memcpy(other1, root1, 32);
        other[at] ^= 1;
        other1[at] ^= 1;
        assert_err(cairn_merkle_verify_inclusion(leaves + 64, 2, 7, path, other),
                   CAIRN_CRYPTO_PROOF);
        assert_err(cairn_merkle_verify_consistency(3, other1, 7, root, both), CAIRN_CRYPTO_PROOF);
        assert_err(cairn_merkle_verify_consistency(3, root1, 7, other, both), CAIRN_CRYPTO_PROOF);
        assert_err(cairn_merkle_verify_consistency(7, root, 7, other, none), CAIRN_CRYPTO_PROOF);
        memcpy(other, empty, 32);
        other[at] ^= 1;
        assert_err(cairn_merkle_verify_consistency(0, other, 7, root, none), CAIRN_CRYPTO_PROOF);
        assert_err(cairn_merkle_verify_consistency(0, empty, 0, other, none), CAIRN_CRYPTO_PROOF);
    }
    assert_err(cairn_merkle_verify_consistency(7, root, 7, root, none), CAIRN_OK);
}

/* The roots are made to fit: only the number of hashes is wrong. */
TEST(a_proof_that_goes_on_above_the_root_is_refused)
{
    uint8_t root[32], root1[32], path[3 * 32];
    memcpy(path, leaves + 96, 32);
    cairn_merkle_node(path, leaves, root);
    assert_err(cairn_merkle_verify_inclusion(leaves, 0, 1, (struct cairn_bytes){path, 32}, root),
               CAIRN_CRYPTO_PROOF);

    memcpy(path, leaves + 64, 32 * 2); /* leaves 2 and 3 of four; then what 0 and 1 */
    cairn_merkle_node(leaves, leaves + 32, path + 64); /* lead to */
    cairn_merkle_node(path + 64, leaves + 64, root1);
    cairn_merkle_root_of(leaves, 4, root);
    struct cairn_bytes proof = {path, sizeof path};
    assert_err(cairn_merkle_verify_consistency(3, root1, 4, root, proof), CAIRN_OK);
    uint8_t longer[4 * 32];
    memcpy(longer, path, sizeof path);
    memcpy(longer + sizeof path, leaves, 32);
    cairn_merkle_node(leaves, root1, root1);
    cairn_merkle_node(leaves, root, root);
    proof = (struct cairn_bytes){longer, sizeof longer};
    assert_err(cairn_merkle_verify_consistency(3, root1, 4, root, proof), CAIRN_CRYPTO_PROOF);
}

TEST(a_larger_tree_begins_no_smaller_one)
{
    struct cairn_merkle_proof proof;
    uint8_t root[32], root1[32];
    cairn_merkle_root_of(leaves, 7, root);
    cairn_merkle_root_of(leaves, 3, root1);
    cairn_merkle_consistency(leaves, 7, 3, &proof);
    struct cairn_bytes path = cairn_merkle_proof_bytes(&proof), none = {0};
    assert_err(cairn_merkle_verify_consistency(7, root, 3, root1, path), CAIRN_CRYPTO_PROOF);
    /* both are the first leaf's hash, and one has two leaves */
    assert_err(cairn_merkle_verify_consistency(2, leaves, 1, leaves, none), CAIRN_CRYPTO_PROOF);
}

TEST(a_node_may_begin_with_zeros)
{
    struct cairn_merkle_range range = range_of(4), back;
    uint8_t bytes[CAIRN_MERKLE_RANGE_MAX];
    memset(range.nodes[2], 0, 31);
    range.nodes[2][31] = 1;
    size_t used = cairn_merkle_range_encode(&range, bytes);
    assert_err(cairn_merkle_range_decode((struct cairn_bytes){bytes, used}, &back), CAIRN_OK);
    assert_memory_equal(&back, &range, sizeof range);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leaf_and_node_hashes_have_their_prefix),
        cmocka_unit_test(a_node_may_be_written_over_either_child),
        cmocka_unit_test(the_root_of_nothing_is_the_digest_of_nothing),
        cmocka_unit_test(a_subtree_is_the_root_of_a_power_of_two),
        cmocka_unit_test(a_range_comes_back_from_its_bytes),
        cmocka_unit_test(a_range_is_written_from_left_to_right),
        cmocka_unit_test(damaged_range_bytes_are_refused_and_change_nothing),
        cmocka_unit_test(a_full_width_range_can_be_kept),
        cmocka_unit_test(a_range_with_a_stray_node_is_our_own_mistake),
        cmocka_unit_test(an_index_at_the_size_is_refused),
        cmocka_unit_test(a_proof_that_is_no_row_of_hashes_is_refused),
        cmocka_unit_test(an_endless_proof_for_a_huge_tree_is_refused),
        cmocka_unit_test(the_empty_tree_begins_every_tree_but_only_with_its_own_root),
        cmocka_unit_test(roots_are_compared_to_their_last_byte),
        cmocka_unit_test(a_proof_that_goes_on_above_the_root_is_refused),
        cmocka_unit_test(a_larger_tree_begins_no_smaller_one),
        cmocka_unit_test(a_node_may_begin_with_zeros),
    };
    return cmocka_run_group_tests_name("merkle", tests, make_leaves, NULL);
}
