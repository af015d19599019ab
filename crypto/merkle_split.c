#include "crypto/merkle.h"

#include <string.h>

#include "schema/base/check.h"

static const uint8_t split_zero[32];

static void split_add(struct cairn_merkle_wants *wants, unsigned level, uint64_t at)
{
    CAIRN_REQUIRE(wants->count < CAIRN_MERKLE_WANTS_MAX);
    wants->want[wants->count++] = (struct cairn_merkle_want){(uint8_t)level, at >> level};
}

/* The level of the largest complete subtree that begins at `at` and does not pass `end`. */
static unsigned split_level(uint64_t at, uint64_t end)
{
    unsigned level = 0;
    while (level < 63 && (at & (((uint64_t)2 << level) - 1)) == 0 &&
           (end - at) >> (level + 1) != 0) {
        level++;
    }
    return level;
}

static void split_add_all(struct cairn_merkle_wants *wants, uint64_t begin, uint64_t end)
{
    for (uint64_t at = begin; at < end;) {
        unsigned level = split_level(at, end);
        split_add(wants, level, at);
        at += (uint64_t)1 << level;
    }
}

void cairn_merkle_split_wants(uint64_t begin, uint64_t size, struct cairn_merkle_wants *out)
{
    CAIRN_REQUIRE(begin <= size);
    *out = (struct cairn_merkle_wants){0};
    split_add_all(out, 0, begin);
    split_add_all(out, begin, size);
}

void cairn_merkle_split_init(struct cairn_merkle_split *split,
                             const struct cairn_merkle_range *begin, uint64_t size)
{
    cairn_merkle_range_check(begin);
    CAIRN_REQUIRE(begin->size <= size);
    *split = (struct cairn_merkle_split){.count = 0};
    cairn_merkle_split_wants(begin->size, size, &split->wants);
    for (unsigned level = 64; level-- > 0;) {
        if ((begin->size >> level & 1) != 0) {
            memcpy(split->hashes[split->count++], begin->nodes[level], 32);
        }
    }
    CAIRN_REQUIRE(split->count <= split->wants.count);
}

void cairn_merkle_split_append(struct cairn_merkle_split *split, const uint8_t leaf[static 32])
{
    CAIRN_REQUIRE(split->count < split->wants.count);
    cairn_merkle_range_append(&split->part, leaf);
    if (split->part.size == (uint64_t)1 << split->wants.want[split->count].level) {
        cairn_merkle_range_root(&split->part, split->hashes[split->count]);
        cairn_merkle_range_init(&split->part);
        split->count++;
    }
}

/* No hash is zero: a range takes zero for an empty place. */
static bool split_is_usable(struct cairn_bytes hashes, const struct cairn_merkle_wants *wants)
{
    bool is_usable = hashes.size == (size_t)wants->count * 32;
    for (size_t at = 0; is_usable && at < hashes.size; at += 32) {
        is_usable = !cairn_bytes_is_same32(hashes.data + at, split_zero);
    }
    return is_usable;
}

cairn_err cairn_merkle_split_root(uint64_t begin, uint64_t size, struct cairn_bytes hashes,
                                  const uint8_t root[static 32], uint8_t out_root[static 32])
{
    struct cairn_merkle_wants wants;
    struct cairn_merkle_range range, beginning;
    uint8_t whole[32];
    cairn_merkle_split_wants(begin, size, &wants);
    if (!split_is_usable(hashes, &wants)) {
        return CAIRN_CRYPTO_PROOF;
    }
    cairn_merkle_range_init(&range);
    beginning = range;
    for (uint32_t i = 0; i < wants.count; i++) {
        cairn_merkle_range_join(&range, wants.want[i].level, hashes.data + (size_t)i * 32);
        if (range.size == begin) {
            beginning = range;
        }
    }
    CAIRN_REQUIRE(range.size == size);
    CAIRN_REQUIRE(beginning.size == begin);
    cairn_merkle_range_root(&range, whole);
    if (!cairn_bytes_is_same32(whole, root)) {
        return CAIRN_CRYPTO_PROOF;
    }
    cairn_merkle_range_root(&beginning, out_root);
    return CAIRN_OK;
}
