/* For random trees up to 600 leaves: every root and proof equals the naive twin's, good proofs
 * verify, and a proof with one bit changed anywhere does not. */
#include "tests/lib/test.h"

#include <string.h>

#include "crypto/merkle.h"
#include "tests/lib/model_merkle.h"

#define COUNT_MAX 600u
#define ROUNDS    400

static uint8_t leaves[COUNT_MAX * 32];

/* A store of complete subtree hashes, as a node's disk would have it. */
static uint8_t tiles[11][COUNT_MAX][32];

static void make_leaves(struct test_rng *rng, uint64_t count)
{
    test_rng_bytes(rng, leaves, count * 32);
    for (uint32_t level = 0; (uint64_t)1 << level <= count; level++) {
        for (uint64_t index = 0; (index + 1) << level <= count; index++) {
            cairn_merkle_subtree(leaves + (index << level) * 32, (uint64_t)1 << level,
                                 tiles[level][index]);
        }
    }
}

static void fold_from_tiles(const struct cairn_merkle_wants *wants, struct cairn_merkle_proof *out)
{
    uint8_t hashes[CAIRN_MERKLE_WANTS_MAX * 32];
    for (uint32_t i = 0; i < wants->count; i++) {
        memcpy(hashes + i * 32, tiles[wants->want[i].level][wants->want[i].index], 32);
    }
    cairn_merkle_proof_fold(wants, hashes, out);
}

static void assert_same_proof(const struct cairn_merkle_proof *left,
                              const struct cairn_merkle_proof *right)
{
    assert_int_equal(left->count, right->count);
    assert_memory_equal(left->hashes, right->hashes, left->count * 32u);
}

static void flip(struct test_rng *rng, uint8_t *bytes, size_t size)
{
    bytes[test_rng_below(rng, (uint32_t)size)] ^= (uint8_t)(1u << test_rng_below(rng, 8));
}

TEST(roots_equal_the_naive_twin_at_every_size)
{
    struct test_rng rng = test_rng_open();
    make_leaves(&rng, COUNT_MAX);
    struct cairn_merkle_range range;
    cairn_merkle_range_init(&range);
    uint8_t wanted[32], got[32];
    for (uint64_t size = 0; size <= COUNT_MAX; size++) {
        model_merkle_root(leaves, size, wanted);
        cairn_merkle_root_of(leaves, size, got);
        assert_memory_equal(got, wanted, 32);
        cairn_merkle_range_check(&range);
        cairn_merkle_range_root(&range, got);
        assert_memory_equal(got, wanted, 32);
        if (size < COUNT_MAX) {
            cairn_merkle_range_append(&range, leaves + size * 32);
        }
    }
}

TEST(inclusion_proofs_equal_the_naive_twin_and_a_changed_bit_breaks_them)
{
    struct test_rng rng = test_rng_open();
    for (int round = 0; round < ROUNDS; round++) {
        uint64_t count = 1 + test_rng_below(&rng, COUNT_MAX);
        uint64_t index = test_rng_below(&rng, (uint32_t)count);
        make_leaves(&rng, count);
        struct cairn_merkle_proof wanted, built, folded;
        struct cairn_merkle_wants wants;
        model_merkle_path(leaves, count, index, &wanted);
        cairn_merkle_inclusion(leaves, count, index, &built);
        assert_same_proof(&built, &wanted);
        cairn_merkle_inclusion_wants(index, count, &wants);
        fold_from_tiles(&wants, &folded);
        assert_same_proof(&folded, &wanted);
        uint8_t root[32], leaf[32];
        memcpy(leaf, leaves + index * 32, 32);
        model_merkle_root(leaves, count, root);
        struct cairn_bytes proof = cairn_merkle_proof_bytes(&built);
        assert_err(cairn_merkle_verify_inclusion(leaf, index, count, proof, root), CAIRN_OK);
        uint64_t other = test_rng_below(&rng, (uint32_t)count);
        if (other != index) {
            assert_err(cairn_merkle_verify_inclusion(leaf, other, count, proof, root),
                       CAIRN_CRYPTO_PROOF);
        }
        uint32_t victim = test_rng_below(&rng, built.count > 0 ? 3 : 2);
        flip(&rng,
             victim == 0   ? root
             : victim == 1 ? leaf
                           : built.hashes[0],
             victim < 2 ? 32 : built.count * 32u);
        assert_err(cairn_merkle_verify_inclusion(leaf, index, count, proof, root),
                   CAIRN_CRYPTO_PROOF);
    }
}

TEST(consistency_proofs_equal_the_naive_twin_and_a_changed_bit_breaks_them)
{
    struct test_rng rng = test_rng_open();
    for (int round = 0; round < ROUNDS; round++) {
        uint64_t count = 1 + test_rng_below(&rng, COUNT_MAX);
        uint64_t size1 = test_rng_below(&rng, (uint32_t)count + 1);
        make_leaves(&rng, count);
        struct cairn_merkle_proof wanted, built, folded;
        struct cairn_merkle_wants wants;
        model_merkle_proof(leaves, count, size1, &wanted);
        cairn_merkle_consistency(leaves, count, size1, &built);
        assert_same_proof(&built, &wanted);
        cairn_merkle_consistency_wants(size1, count, &wants);
        fold_from_tiles(&wants, &folded);
        assert_same_proof(&folded, &wanted);
        uint8_t root1[32], root2[32];
        model_merkle_root(leaves, size1, root1);
        model_merkle_root(leaves, count, root2);
        struct cairn_bytes proof = cairn_merkle_proof_bytes(&built);
        assert_err(cairn_merkle_verify_consistency(size1, root1, count, root2, proof), CAIRN_OK);
        uint32_t victim = test_rng_below(&rng, built.count > 0 ? 3 : 2);
        bool is_unbound = size1 == 0 && victim == 1; /* the empty tree begins any other */
        flip(&rng,
             victim == 0   ? root1
             : victim == 1 ? root2
                           : built.hashes[0],
             victim < 2 ? 32 : built.count * 32u);
        assert_err(cairn_merkle_verify_consistency(size1, root1, count, root2, proof),
                   is_unbound ? CAIRN_OK : CAIRN_CRYPTO_PROOF);
    }
}

TEST(every_small_tree_is_consistent_with_all_its_beginnings)
{
    struct test_rng rng = test_rng_open();
    make_leaves(&rng, 70);
    uint8_t root1[32], root2[32];
    struct cairn_merkle_proof proof, wanted;
    for (uint64_t count = 0; count <= 70; count++) {
        cairn_merkle_root_of(leaves, count, root2);
        for (uint64_t size1 = 0; size1 <= count; size1++) {
            cairn_merkle_root_of(leaves, size1, root1);
            cairn_merkle_consistency(leaves, count, size1, &proof);
            model_merkle_proof(leaves, count, size1, &wanted);
            assert_same_proof(&proof, &wanted);
            assert_err(cairn_merkle_verify_consistency(size1, root1, count, root2,
                                                       cairn_merkle_proof_bytes(&proof)),
                       CAIRN_OK);
        }
    }
}

TEST(every_small_tree_shows_the_root_of_all_its_beginnings)
{
    struct test_rng rng = test_rng_open();
    uint8_t begin_root[32], root[32], shown[32];
    struct cairn_merkle_proof wanted;
    struct cairn_merkle_split split;
    make_leaves(&rng, 70);
    for (uint64_t size = 0; size <= 70; size++) {
        struct cairn_merkle_range range;
        model_merkle_root(leaves, size, root);
        cairn_merkle_range_init(&range);
        for (uint64_t begin = 0; begin <= size; begin++) {
            model_merkle_root(leaves, begin, begin_root);
            model_merkle_split(leaves, size, begin, &wanted);
            cairn_merkle_split_init(&split, &range, size);
            for (uint64_t at = begin; at < size; at++) {
                cairn_merkle_split_append(&split, leaves + at * 32);
            }
            assert_int_equal(split.count, wanted.count);
            assert_int_equal(split.wants.count, wanted.count);
            assert_memory_equal(split.hashes, wanted.hashes, wanted.count * 32u);
            struct cairn_bytes hashes = {split.hashes[0], split.count * (size_t)32};
            assert_err(cairn_merkle_split_root(begin, size, hashes, root, shown), CAIRN_OK);
            assert_memory_equal(shown, begin_root, 32);
            if (split.count > 0) {
                flip(&rng, split.hashes[0], hashes.size);
                assert_err(cairn_merkle_split_root(begin, size, hashes, root, shown),
                           CAIRN_CRYPTO_PROOF);
            }
            if (begin < size) {
                cairn_merkle_range_append(&range, leaves + begin * 32);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(roots_equal_the_naive_twin_at_every_size),
        cmocka_unit_test(inclusion_proofs_equal_the_naive_twin_and_a_changed_bit_breaks_them),
        cmocka_unit_test(consistency_proofs_equal_the_naive_twin_and_a_changed_bit_breaks_them),
        cmocka_unit_test(every_small_tree_is_consistent_with_all_its_beginnings),
        cmocka_unit_test(every_small_tree_shows_the_root_of_all_its_beginnings),
    };
    return cmocka_run_group_tests_name("merkle", tests, NULL, NULL);
}
