/* What wants name, and how far they go; that the proofs are right is shown in prop_merkle.c. */
#include "tests/lib/test.h"

#include "crypto/merkle.h"

static uint64_t leaves_of(const struct cairn_merkle_wants *wants)
{
    uint64_t leaves = 0;
    for (uint32_t i = 0; i < wants->count; i++) {
        leaves += (uint64_t)1 << wants->want[i].level;
    }
    return leaves;
}

TEST(the_wants_of_a_small_tree_are_the_ones_drawn_in_rfc6962)
{
    struct cairn_merkle_wants wants;
    cairn_merkle_inclusion_wants(3, 7, &wants); /* [c, g, l] with l = fold of i and j */
    assert_int_equal(wants.count, 4);
    assert_int_equal(wants.want[0].level, 0);
    assert_int_equal(wants.want[0].index, 2);
    assert_int_equal(wants.want[1].level, 1);
    assert_int_equal(wants.want[1].index, 0);
    assert_int_equal(wants.want[2].level, 0);
    assert_int_equal(wants.want[2].index, 6);
    assert_int_equal(wants.want[3].level, 1);
    assert_int_equal(wants.want[3].index, 2);
    assert_int_equal(wants.fold_begin, 2);
    assert_int_equal(wants.fold_end, 4);
}

TEST(inclusion_wants_cover_every_leaf_but_the_proven_one)
{
    struct cairn_merkle_wants wants;
    for (uint64_t size = 1; size < 200; size++) {
        for (uint64_t index = 0; index < size; index++) {
            cairn_merkle_inclusion_wants(index, size, &wants);
            assert_int_equal(leaves_of(&wants), size - 1);
            for (uint32_t i = 0; i < wants.count; i++) {
                assert_true((wants.want[i].index + 1) << wants.want[i].level <= size);
            }
        }
    }
}

TEST(wants_of_the_largest_trees_fit)
{
    const uint64_t sizes[] = {UINT64_MAX, UINT64_MAX - 1, (uint64_t)1 << 63,
                              ((uint64_t)1 << 63) + 1, 0x5555555555555555u};
    static uint8_t hashes[CAIRN_MERKLE_WANTS_MAX * 32];
    struct cairn_merkle_wants wants;
    struct cairn_merkle_proof proof;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        const uint64_t at[] = {0, 1, sizes[i] / 2, sizes[i] - 1};
        for (size_t k = 0; k < sizeof at / sizeof *at; k++) {
            cairn_merkle_inclusion_wants(at[k], sizes[i], &wants);
            assert_true(leaves_of(&wants) == sizes[i] - 1);
            cairn_merkle_proof_fold(&wants, hashes, &proof);
            assert_true(proof.count <= 64);
            cairn_merkle_consistency_wants(at[k], sizes[i], &wants);
            cairn_merkle_proof_fold(&wants, hashes, &proof);
            assert_true(proof.count <= CAIRN_MERKLE_PROOF_MAX);
        }
    }
}

TEST(nothing_is_wanted_for_an_empty_or_equal_beginning)
{
    struct cairn_merkle_wants wants;
    cairn_merkle_consistency_wants(0, 9, &wants);
    assert_int_equal(wants.count, 0);
    cairn_merkle_consistency_wants(9, 9, &wants);
    assert_int_equal(wants.count, 0);
}

TEST(asking_beyond_the_tree_is_our_own_mistake)
{
    struct cairn_merkle_wants wants;
    expect_assert_failure(cairn_merkle_inclusion_wants(4, 4, &wants));
    expect_assert_failure(cairn_merkle_consistency_wants(5, 4, &wants));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_wants_of_a_small_tree_are_the_ones_drawn_in_rfc6962),
        cmocka_unit_test(inclusion_wants_cover_every_leaf_but_the_proven_one),
        cmocka_unit_test(wants_of_the_largest_trees_fit),
        cmocka_unit_test(nothing_is_wanted_for_an_empty_or_equal_beginning),
        cmocka_unit_test(asking_beyond_the_tree_is_our_own_mistake),
    };
    return cmocka_run_group_tests_name("merkle_proof", tests, NULL, NULL);
}
