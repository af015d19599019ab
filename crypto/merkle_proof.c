#include "crypto/merkle.h"

#include <string.h>

#include "schema/base/check.h"

static void merkle_proof_add(struct cairn_merkle_wants *wants, unsigned level, uint64_t index)
{
    CAIRN_REQUIRE(wants->count < CAIRN_MERKLE_WANTS_MAX);
    wants->want[wants->count++] = (struct cairn_merkle_want){(uint8_t)level, index};
}

/* The complete subtrees that end a tree of `size`, one for each bit of `bits`, lowest first. */
static void merkle_proof_add_edge(struct cairn_merkle_wants *wants, uint64_t size, uint64_t bits)
{
    for (unsigned level = 0; level < 64; level++) {
        if ((bits >> level & 1) != 0) {
            merkle_proof_add(wants, level, (size >> level) - 1);
        }
    }
}

static unsigned merkle_proof_bit_length(uint64_t value)
{
    unsigned length = 0;
    for (; value != 0; value >>= 1) {
        length++;
    }
    return length;
}

/* What proves that the complete subtree (level, index) lies in a tree of `size`: siblings up to the
 * fork from the tree's right edge; there the sibling is not complete, so the complete subtrees it
 * is made of are wanted and folded; then what lies to the left. */
static void merkle_proof_add_path(struct cairn_merkle_wants *wants, struct cairn_merkle_want from,
                                  uint64_t size)
{
    CAIRN_REQUIRE(from.index < size >> from.level);
    unsigned inner = merkle_proof_bit_length(from.index ^ (size >> from.level)) - 1;
    unsigned fork = from.level + inner;
    uint64_t fork_index = from.index >> inner;
    for (unsigned up = 0; up < inner; up++) {
        merkle_proof_add(wants, from.level + up, (from.index >> up) ^ 1);
    }
    uint64_t begin = fork_index << fork;
    uint64_t end = begin + ((uint64_t)1 << fork);
    wants->fold_begin = wants->count;
    merkle_proof_add_edge(wants, size, size - end);
    wants->fold_end = wants->count;
    merkle_proof_add_edge(wants, begin, begin);
}

void cairn_merkle_inclusion_wants(uint64_t index, uint64_t size, struct cairn_merkle_wants *out)
{
    CAIRN_REQUIRE(index < size);
    *out = (struct cairn_merkle_wants){0};
    merkle_proof_add_path(out, (struct cairn_merkle_want){0, index}, size);
}

void cairn_merkle_consistency_wants(uint64_t size1, uint64_t size2, struct cairn_merkle_wants *out)
{
    CAIRN_REQUIRE(size1 <= size2);
    *out = (struct cairn_merkle_wants){0};
    if (size1 == 0 || size1 == size2) {
        return;
    }
    unsigned level = 0;
    for (; (size1 >> level & 1) == 0; level++) {
    }
    struct cairn_merkle_want last = {(uint8_t)level, (size1 >> level) - 1};
    if (last.index != 0) {
        merkle_proof_add(out, last.level, last.index);
    }
    merkle_proof_add_path(out, last, size2);
}

void cairn_merkle_proof_fold(const struct cairn_merkle_wants *wants, const uint8_t *hashes,
                             struct cairn_merkle_proof *out)
{
    CAIRN_REQUIRE(wants->count <= CAIRN_MERKLE_WANTS_MAX);
    CAIRN_REQUIRE(wants->fold_begin <= wants->fold_end);
    CAIRN_REQUIRE(wants->fold_end <= wants->count);
    out->count = 0;
    for (uint32_t i = 0; i < wants->count; i++) {
        const uint8_t *hash = hashes + (size_t)i * 32;
        if (i > wants->fold_begin && i < wants->fold_end) {
            uint8_t *folded = out->hashes[out->count - 1];
            cairn_merkle_node(hash, folded, folded);
            continue;
        }
        CAIRN_REQUIRE(out->count < CAIRN_MERKLE_PROOF_MAX);
        memcpy(out->hashes[out->count++], hash, 32);
    }
}

struct cairn_bytes cairn_merkle_proof_bytes(const struct cairn_merkle_proof *proof)
{
    CAIRN_REQUIRE(proof->count <= CAIRN_MERKLE_PROOF_MAX);
    return (struct cairn_bytes){proof->hashes[0], (size_t)proof->count * 32};
}

static void merkle_proof_from_leaves(const uint8_t *leaves, const struct cairn_merkle_wants *wants,
                                     struct cairn_merkle_proof *out)
{
    uint8_t hashes[CAIRN_MERKLE_WANTS_MAX * 32];
    for (uint32_t i = 0; i < wants->count; i++) {
        const struct cairn_merkle_want *want = &wants->want[i];
        uint64_t width = (uint64_t)1 << want->level;
        cairn_merkle_subtree(leaves + want->index * width * 32, width, hashes + (size_t)i * 32);
    }
    cairn_merkle_proof_fold(wants, hashes, out);
}

void cairn_merkle_inclusion(const uint8_t *leaves, uint64_t count, uint64_t index,
                            struct cairn_merkle_proof *out)
{
    struct cairn_merkle_wants wants;
    cairn_merkle_inclusion_wants(index, count, &wants);
    merkle_proof_from_leaves(leaves, &wants, out);
}

void cairn_merkle_consistency(const uint8_t *leaves, uint64_t count, uint64_t size1,
                              struct cairn_merkle_proof *out)
{
    struct cairn_merkle_wants wants;
    cairn_merkle_consistency_wants(size1, count, &wants);
    merkle_proof_from_leaves(leaves, &wants, out);
}
