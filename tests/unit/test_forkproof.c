/* Proofs of forks: for all pairs of sizes, what no honest author can be accused of, and each part
 * altered. P-68, P-84 */
#include "tests/lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/merkle.h"
#include "replication/trust/forkproof.h"
#include "tests/lib/author.h"

#define ARENA_BYTES  (64u << 10)
#define LEAVES       9u
#define DIFFERS_FROM 3u /* index of the first leaf in which the histories differ */

static struct cairn_suite suite;
static struct author one, other; /* two histories of one origin, under one key */
static uint8_t log_key[1][32];
static uint8_t arena_bytes[ARENA_BYTES];
static struct cairn_arena arena;

static int begin(void **state)
{
    (void)state;
    cairn_suite_init_fake(&suite);
    author_open(&one, &suite, "AUT");
    author_open(&other, &suite, "AUT");
    for (uint32_t i = 0; i < LEAVES; i++) {
        author_noise(&one);
        author_noise(&other);
        other.leaves[i][0] ^= i >= DIFFERS_FROM ? 1 : 0;
    }
    cairn_suite_sign_public(&suite, one.log_seed, log_key[0]);
    return 0;
}

static struct cairn_forkproof_reader reader_of(void)
{
    cairn_arena_init(&arena, arena_bytes, sizeof arena_bytes);
    return (struct cairn_forkproof_reader){
        .suite = &suite,
        .arena = &arena,
        .origin = cairn_bytes_of(one.origin),
        .log_keys = (const uint8_t(*)[32])log_key,
        .key_count = 1,
    };
}

static cairn_err check(const struct cairn_fork *fork, struct cairn_forkproof *out)
{
    struct cairn_forkproof_reader reader = reader_of();
    return cairn_forkproof_check(&reader, fork, out);
}

/* The other history at size_a, and this one at size_b with what shows its beginning. */
static struct cairn_fork fork_of(uint64_t size_a, uint64_t size_b)
{
    static struct cairn_merkle_split split;
    struct cairn_merkle_range range;
    uint8_t hash[32];
    cairn_merkle_range_init(&range);
    for (uint64_t i = 0; i < size_b; i++) {
        if (i == size_a) {
            cairn_merkle_split_init(&split, &range, size_b);
        }
        cairn_merkle_leaf((struct cairn_bytes){one.leaves[i], CAIRN_LEAF_BYTES}, hash);
        cairn_merkle_range_append(&range, hash);
        if (i >= size_a) {
            cairn_merkle_split_append(&split, hash);
        }
    }
    size_t nodes = size_a < size_b ? split.count : 0;
    return (struct cairn_fork){
        .origin = cairn_bytes_of(one.origin),
        .note_a = author_checkpoint(&other, size_a, NULL, 0),
        .note_b = author_checkpoint(&one, size_b, NULL, 0),
        .nodes = {split.hashes[0], nodes * 32},
    };
}

TEST(histories_that_differ_are_proved_at_every_pair_of_sizes_and_no_others)
{
    for (uint64_t size_b = 0; size_b <= LEAVES; size_b++) {
        for (uint64_t size_a = 0; size_a <= size_b; size_a++) {
            struct cairn_fork fork = fork_of(size_a, size_b);
            struct cairn_forkproof proof = {.size_a = 77};
            bool is_fork = size_a > DIFFERS_FROM;
            assert_err(check(&fork, &proof), is_fork ? CAIRN_OK : CAIRN_PEER_PROOF);
            assert_int_equal(proof.size_a, is_fork ? size_a : 77);
            if (is_fork) {
                assert_int_equal(proof.size_b, size_b);
                assert_int_not_equal(memcmp(proof.begin_root, proof.root_a, 32), 0);
            }
        }
    }
}

TEST(altered_parts_of_a_proof_are_refused)
{
    struct cairn_fork fork = fork_of(5, LEAVES);
    struct cairn_forkproof proof;
    struct cairn_bytes *notes[] = {&fork.note_a, &fork.note_b};
    for (size_t n = 0; n < 2; n++) {
        struct cairn_bytes whole = *notes[n];
        for (size_t at = 0; at < whole.size; at++) {
            uint8_t changed[CAIRN_FORK_NOTE_BYTES];
            memcpy(changed, whole.data, whole.size);
            changed[at] ^= 1;
            *notes[n] = (struct cairn_bytes){changed, whole.size};
            assert_int_not_equal(check(&fork, &proof), CAIRN_OK);
        }
        *notes[n] = whole;
    }
    uint8_t nodes[CAIRN_FORK_NODES_MAX * 32];
    memcpy(nodes, fork.nodes.data, fork.nodes.size);
    fork.nodes.data = nodes;
    for (size_t at = 0; at < fork.nodes.size; at++) {
        nodes[at] ^= 1;
        assert_err(check(&fork, &proof), CAIRN_CRYPTO_PROOF);
        nodes[at] ^= 1;
    }
    fork.nodes.size -= 32;
    assert_err(check(&fork, &proof), CAIRN_CRYPTO_PROOF);
    fork.nodes.size = 0;
    assert_err(check(&fork, &proof), CAIRN_CRYPTO_PROOF);
    fork = fork_of(5, 5);
    assert_err(check(&fork, &proof), CAIRN_OK);
    fork.nodes = (struct cairn_bytes){nodes, 32};
    assert_err(check(&fork, &proof), CAIRN_CRYPTO_PROOF);
}

TEST(statements_stand_in_order_under_one_known_key)
{
    struct cairn_fork fork = fork_of(5, LEAVES), swapped = fork;
    struct cairn_forkproof proof;
    struct cairn_forkproof_reader reader = reader_of();
    swapped.note_a = fork.note_b;
    swapped.note_b = fork.note_a;
    assert_err(check(&swapped, &proof), CAIRN_PEER_PROOF);
    reader.key_count = 0;
    assert_err(cairn_forkproof_check(&reader, &fork, &proof), CAIRN_NOTE_SIGNATURE);
    reader = reader_of();
    reader.origin = cairn_bytes_of("test-demo/AUT/one/2");
    assert_err(cairn_forkproof_check(&reader, &fork, &proof), CAIRN_PEER_PROOF);
    fork.origin = reader.origin;
    assert_err(cairn_forkproof_check(&reader, &fork, &proof), CAIRN_CHECKPOINT);
}

TEST(one_of_several_keys_may_have_signed)
{
    uint8_t keys[3][32] = {{1}, {2}};
    struct cairn_fork fork = fork_of(5, LEAVES);
    struct cairn_forkproof proof;
    struct cairn_forkproof_reader reader = reader_of();
    memcpy(keys[2], log_key[0], 32);
    reader.log_keys = (const uint8_t(*)[32])keys;
    reader.key_count = 3;
    assert_err(cairn_forkproof_check(&reader, &fork, &proof), CAIRN_OK);
    reader.key_count = 2;
    assert_err(cairn_forkproof_check(&reader, &fork, &proof), CAIRN_NOTE_SIGNATURE);
}

TEST(a_statement_bears_no_third_partys_line)
{
    struct author geo;
    struct cairn_forkproof proof;
    struct cairn_fork fork = fork_of(5, LEAVES);
    author_open(&geo, &suite, "GEO");
    fork.note_a = author_checkpoint(&other, 5, &geo, 7);
    assert_err(check(&fork, &proof), CAIRN_PEER_PROOF);
}

TEST(a_key_that_nobody_gave_is_told_from_a_signature_that_is_wrong)
{
    struct cairn_forkproof proof;
    struct cairn_fork fork = fork_of(5, LEAVES);
    uint8_t changed[CAIRN_FORK_NOTE_BYTES];
    memcpy(changed, fork.note_a.data, fork.note_a.size);
    changed[fork.note_a.size - 20] ^= 1;
    fork.note_a.data = changed;
    assert_err(check(&fork, &proof), CAIRN_CRYPTO_SIGNATURE);
    log_key[0][0] ^= 1;
    assert_err(check(&fork, &proof), CAIRN_NOTE_SIGNATURE);
}

TEST(an_arena_that_is_too_small_is_said_to_be_so)
{
    struct cairn_fork fork = fork_of(5, LEAVES);
    struct cairn_forkproof proof;
    for (size_t size = 0; size < 4096; size += 512) {
        struct cairn_forkproof_reader reader = reader_of();
        cairn_arena_init(&arena, arena_bytes, size);
        assert_err(cairn_forkproof_check(&reader, &fork, &proof), CAIRN_NO_ROOM);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(
            histories_that_differ_are_proved_at_every_pair_of_sizes_and_no_others, begin),
        cmocka_unit_test_setup(altered_parts_of_a_proof_are_refused, begin),
        cmocka_unit_test_setup(statements_stand_in_order_under_one_known_key, begin),
        cmocka_unit_test_setup(one_of_several_keys_may_have_signed, begin),
        cmocka_unit_test_setup(a_statement_bears_no_third_partys_line, begin),
        cmocka_unit_test_setup(a_key_that_nobody_gave_is_told_from_a_signature_that_is_wrong,
                               begin),
        cmocka_unit_test_setup(an_arena_that_is_too_small_is_said_to_be_so, begin),
    };
    return cmocka_run_group_tests_name("forkproof", tests, NULL, NULL);
}
