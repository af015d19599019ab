/* What a split names, and what it refuses; that it is right for every small tree is shown in
 * tests/property/prop_merkle.c. */
#include "tests/lib/test.h"

#include <string.h>

#include "crypto/merkle.h"

#define COUNT 13u
#define BEGIN 6u

static uint8_t leaves[COUNT * 32];

static int make_leaves(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT; i++) {
        uint8_t byte = (uint8_t)i;
        cairn_merkle_leaf((struct cairn_bytes){&byte, 1}, leaves + i * 32);
    }
    return 0;
}

static struct cairn_merkle_split split_of(uint64_t begin, uint64_t size)
{
    struct cairn_merkle_range range;
    struct cairn_merkle_split split;
    cairn_merkle_range_init(&range);
    for (uint64_t i = 0; i < begin; i++) {
        cairn_merkle_range_append(&range, leaves + i * 32);
    }
    cairn_merkle_split_init(&split, &range, size);
    for (uint64_t i = begin; i < size; i++) {
        cairn_merkle_split_append(&split, leaves + i * 32);
    }
    return split;
}

TEST(the_wants_cover_both_parts_from_left_to_right)
{
    static const struct cairn_merkle_want wanted[] = {
        {2, 0}, {1, 2}, {1, 3}, {2, 2}, {0, 12}}; /* 0-3 4-5 | 6-7 8-11 12 */
    struct cairn_merkle_wants wants;
    cairn_merkle_split_wants(BEGIN, COUNT, &wants);
    assert_int_equal(wants.count, 5);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(wants.want[i].level, wanted[i].level);
        assert_int_equal(wants.want[i].index, wanted[i].index);
    }
    cairn_merkle_split_wants(0, 0, &wants);
    assert_int_equal(wants.count, 0);
    expect_assert_failure(cairn_merkle_split_wants(2, 1, &wants));
}

TEST(wants_of_the_largest_trees_fit)
{
    static const uint64_t ends[] = {0,
                                    1,
                                    (uint64_t)1 << 63,
                                    ((uint64_t)1 << 63) - 1,
                                    0x5555555555555555u,
                                    UINT64_MAX - 1,
                                    UINT64_MAX};
    struct cairn_merkle_wants wants;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        for (size_t k = i; k < sizeof ends / sizeof *ends; k++) {
            uint64_t begin = ends[i] < ends[k] ? ends[i] : ends[k];
            uint64_t size = ends[i] < ends[k] ? ends[k] : ends[i];
            uint64_t covered = 0;
            cairn_merkle_split_wants(begin, size, &wants);
            for (uint32_t at = 0; at < wants.count; at++) {
                const struct cairn_merkle_want *want = &wants.want[at];
                assert_true(want->index << want->level == covered);
                covered += (uint64_t)1 << want->level;
            }
            assert_true(covered == size);
        }
    }
}

TEST(a_split_gives_the_root_of_the_beginning)
{
    struct cairn_merkle_split split = split_of(BEGIN, COUNT);
    struct cairn_bytes hashes = {split.hashes[0], split.count * 32u};
    uint8_t root[32], wanted[32], got[32];
    assert_int_equal(split.count, split.wants.count);
    cairn_merkle_root_of(leaves, COUNT, root);
    cairn_merkle_root_of(leaves, BEGIN, wanted);
    assert_err(cairn_merkle_split_root(BEGIN, COUNT, hashes, root, got), CAIRN_OK);
    assert_memory_equal(got, wanted, 32);
    expect_assert_failure(cairn_merkle_split_append(&split, leaves));
}

TEST(hashes_that_do_not_lead_to_the_root_are_refused)
{
    struct cairn_merkle_split split = split_of(BEGIN, COUNT);
    struct cairn_bytes hashes = {split.hashes[0], split.count * 32u};
    uint8_t root[32], got[32] = {9}, before[32] = {9};
    cairn_merkle_root_of(leaves, COUNT, root);
    for (size_t at = 0; at < hashes.size; at++) {
        split.hashes[at / 32][at % 32] ^= 1;
        assert_err(cairn_merkle_split_root(BEGIN, COUNT, hashes, root, got), CAIRN_CRYPTO_PROOF);
        split.hashes[at / 32][at % 32] ^= 1;
    }
    for (size_t size = 0; size <= sizeof split.hashes; size += 16) {
        struct cairn_bytes other = {split.hashes[0], size};
        assert_err(cairn_merkle_split_root(BEGIN, COUNT, other, root, got),
                   size == hashes.size ? CAIRN_OK : CAIRN_CRYPTO_PROOF);
        memcpy(got, before, sizeof got);
    }
    assert_err(cairn_merkle_split_root(BEGIN + 1, COUNT, hashes, root, got), CAIRN_CRYPTO_PROOF);
    memset(split.hashes[1], 0, 32); /* no tree has such a node */
    assert_err(cairn_merkle_split_root(BEGIN, COUNT, hashes, root, got), CAIRN_CRYPTO_PROOF);
    assert_memory_equal(got, before, sizeof got);
}

TEST(an_empty_beginning_has_the_empty_root)
{
    struct cairn_merkle_split split = split_of(0, COUNT);
    struct cairn_bytes hashes = {split.hashes[0], split.count * 32u};
    uint8_t root[32], empty[32], got[32];
    cairn_merkle_root_of(leaves, COUNT, root);
    cairn_merkle_root_of(leaves, 0, empty);
    assert_err(cairn_merkle_split_root(0, COUNT, hashes, root, got), CAIRN_OK);
    assert_memory_equal(got, empty, 32);
    hashes.size = 0;
    assert_err(cairn_merkle_split_root(0, 0, hashes, empty, got), CAIRN_OK);
    assert_err(cairn_merkle_split_root(0, 0, hashes, root, got), CAIRN_CRYPTO_PROOF);
}

TEST(the_root_is_compared_to_its_last_byte)
{
    struct cairn_merkle_split split = split_of(BEGIN, COUNT);
    struct cairn_bytes hashes = {split.hashes[0], split.count * 32u};
    uint8_t root[32], got[32];
    cairn_merkle_root_of(leaves, COUNT, root);
    for (size_t at = 0; at < 32; at++) {
        root[at] ^= 1;
        assert_err(cairn_merkle_split_root(BEGIN, COUNT, hashes, root, got), CAIRN_CRYPTO_PROOF);
        root[at] ^= 1;
    }
}

TEST(a_hash_may_begin_with_zeros)
{
    uint8_t hashes[64] = {0}, root[32], got[32];
    hashes[31] = 1;
    memcpy(hashes + 32, leaves, 32);
    cairn_merkle_node(hashes, hashes + 32, root);
    assert_err(cairn_merkle_split_root(1, 2, (struct cairn_bytes){hashes, 64}, root, got),
               CAIRN_OK);
    assert_memory_equal(got, hashes, 32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_wants_cover_both_parts_from_left_to_right),
        cmocka_unit_test(wants_of_the_largest_trees_fit),
        cmocka_unit_test(a_split_gives_the_root_of_the_beginning),
        cmocka_unit_test(hashes_that_do_not_lead_to_the_root_are_refused),
        cmocka_unit_test(an_empty_beginning_has_the_empty_root),
        cmocka_unit_test(the_root_is_compared_to_its_last_byte),
        cmocka_unit_test(a_hash_may_begin_with_zeros),
    };
    return cmocka_run_group_tests_name("merkle_split", tests, make_leaves, NULL);
}
