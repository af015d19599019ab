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
    assert_err(cairn_merkle_verify_consistency(0, empty, 9, root, (struct cairn_bytes){root, 32}),
               CAIRN_CRYPTO_PROOF);
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
    };
    return cmocka_run_group_tests_name("merkle", tests, make_leaves, NULL);
}
