#include "crypto/merkle.h"

#include <string.h>

#include "crypto/hash.h"
#include "schema/base/check.h"

static const uint8_t merkle_zero[32];

static void merkle_hash(uint8_t prefix, struct cairn_bytes first, struct cairn_bytes second,
                        uint8_t out[static 32])
{
    struct cairn_sha256 hash;
    cairn_sha256_init(&hash);
    cairn_sha256_update(&hash, (struct cairn_bytes){&prefix, 1});
    cairn_sha256_update(&hash, first);
    cairn_sha256_update(&hash, second);
    cairn_sha256_final(&hash, out);
}

void cairn_merkle_leaf(struct cairn_bytes data, uint8_t out[static 32])
{
    merkle_hash(0x00, data, (struct cairn_bytes){0}, out);
}

void cairn_merkle_node(const uint8_t left[static 32], const uint8_t right[static 32],
                       uint8_t out[static 32])
{
    merkle_hash(0x01, (struct cairn_bytes){left, 32}, (struct cairn_bytes){right, 32}, out);
}

void cairn_merkle_root_of(const uint8_t *leaves, uint64_t count, uint8_t out[static 32])
{
    struct cairn_merkle_range range;
    cairn_merkle_range_init(&range);
    for (uint64_t i = 0; i < count; i++) {
        cairn_merkle_range_append(&range, leaves + i * 32);
    }
    cairn_merkle_range_root(&range, out);
}

void cairn_merkle_subtree(const uint8_t *leaves, uint64_t count, uint8_t out[static 32])
{
    CAIRN_REQUIRE(count > 0);
    CAIRN_REQUIRE((count & (count - 1)) == 0);
    cairn_merkle_root_of(leaves, count, out);
}

void cairn_merkle_range_check(const struct cairn_merkle_range *range)
{
    for (unsigned level = 0; level < 64; level++) {
        bool is_used = (range->size >> level & 1) != 0;
        CAIRN_REQUIRE(is_used != cairn_bytes_is_same32(range->nodes[level], merkle_zero));
    }
}

void cairn_merkle_range_init(struct cairn_merkle_range *range)
{
    memset(range, 0, sizeof *range);
}

void cairn_merkle_range_join(struct cairn_merkle_range *range, unsigned level,
                             const uint8_t subtree[static 32])
{
    CAIRN_REQUIRE(level < 64);
    uint64_t width = (uint64_t)1 << level;
    CAIRN_REQUIRE((range->size & (width - 1)) == 0);
    CAIRN_REQUIRE(range->size <= UINT64_MAX - width);
    uint8_t node[32];
    memcpy(node, subtree, 32);
    for (; (range->size >> level & 1) != 0; level++) {
        cairn_merkle_node(range->nodes[level], node, node);
        memset(range->nodes[level], 0, 32);
    }
    memcpy(range->nodes[level], node, 32);
    range->size += width;
}

void cairn_merkle_range_append(struct cairn_merkle_range *range, const uint8_t leaf[static 32])
{
    cairn_merkle_range_join(range, 0, leaf);
}

void cairn_merkle_range_root(const struct cairn_merkle_range *range, uint8_t out[static 32])
{
    if (range->size == 0) {
        cairn_sha256_of((struct cairn_bytes){0}, out);
        return;
    }
    bool is_first = true;
    for (unsigned level = 0; level < 64; level++) {
        if ((range->size >> level & 1) == 0) {
            continue;
        }
        if (is_first) {
            memcpy(out, range->nodes[level], 32);
        } else {
            cairn_merkle_node(range->nodes[level], out, out);
        }
        is_first = false;
    }
}

size_t cairn_merkle_range_encode(const struct cairn_merkle_range *range,
                                 uint8_t out[static CAIRN_MERKLE_RANGE_MAX])
{
    cairn_merkle_range_check(range);
    cairn_bytes_put_u64(out, range->size);
    size_t size = 8;
    for (unsigned level = 64; level-- > 0;) {
        if ((range->size >> level & 1) != 0) {
            memcpy(out + size, range->nodes[level], 32);
            size += 32;
        }
    }
    return size;
}

cairn_err cairn_merkle_range_decode(struct cairn_bytes bytes, struct cairn_merkle_range *out)
{
    if (bytes.size < 8) {
        return CAIRN_SHORT;
    }
    struct cairn_merkle_range range;
    cairn_merkle_range_init(&range);
    range.size = cairn_bytes_get_u64(bytes.data);
    size_t at = 8;
    for (unsigned level = 64; level-- > 0;) {
        if ((range.size >> level & 1) == 0) {
            continue;
        }
        if (bytes.size - at < 32) {
            return CAIRN_SHORT;
        }
        if (cairn_bytes_is_same32(bytes.data + at, merkle_zero)) {
            return CAIRN_NUMBER;
        }
        memcpy(range.nodes[level], bytes.data + at, 32);
        at += 32;
    }
    if (at != bytes.size) {
        return CAIRN_TRAILING;
    }
    *out = range;
    return CAIRN_OK;
}

/* A hash is 32 bytes of a proof that are handed out one after the other. */
static const uint8_t *merkle_next(struct cairn_bytes *proof)
{
    if (proof->size < 32) {
        return NULL;
    }
    const uint8_t *hash = proof->data;
    proof->data += 32;
    proof->size -= 32;
    return hash;
}

/* RFC 9162 2.1.3.2, step by step: fn and sn are the leaf's and the last leaf's place on a level. */
cairn_err cairn_merkle_verify_inclusion(const uint8_t leaf[static 32], uint64_t index,
                                        uint64_t size, struct cairn_bytes proof,
                                        const uint8_t root[static 32])
{
    if (index >= size) {
        return CAIRN_CRYPTO_PROOF;
    }
    uint64_t fn = index, sn = size - 1;
    uint8_t node[32];
    memcpy(node, leaf, 32);
    for (const uint8_t *hash; (hash = merkle_next(&proof)) != NULL; fn >>= 1, sn >>= 1) {
        if (sn == 0) {
            return CAIRN_CRYPTO_PROOF;
        }
        if ((fn & 1) != 0 || fn == sn) {
            cairn_merkle_node(hash, node, node);
            while ((fn & 1) == 0 && fn != 0) {
                fn >>= 1;
                sn >>= 1;
            }
        } else {
            cairn_merkle_node(node, hash, node);
        }
    }
    bool is_proven = sn == 0 && proof.size == 0 && cairn_bytes_is_same32(node, root);
    return is_proven ? CAIRN_OK : CAIRN_CRYPTO_PROOF;
}

static cairn_err merkle_verify_trivial(uint64_t size1, const uint8_t root1[static 32],
                                       const uint8_t root2[static 32], struct cairn_bytes proof)
{
    uint8_t empty[32];
    cairn_sha256_of((struct cairn_bytes){0}, empty);
    const uint8_t *wanted = size1 == 0 ? empty : root2;
    bool is_proven = proof.size == 0 && cairn_bytes_is_same32(root1, wanted);
    return is_proven ? CAIRN_OK : CAIRN_CRYPTO_PROOF;
}

/* RFC 9162 2.1.4.2: rebuild both roots, fr and sr, from one path. */
cairn_err cairn_merkle_verify_consistency(uint64_t size1, const uint8_t root1[static 32],
                                          uint64_t size2, const uint8_t root2[static 32],
                                          struct cairn_bytes proof)
{
    if (size1 > size2) {
        return CAIRN_CRYPTO_PROOF;
    }
    if (size1 == size2 && !cairn_bytes_is_same32(root1, root2)) {
        return CAIRN_CRYPTO_PROOF;
    }
    if (size1 == 0 || size1 == size2) {
        return merkle_verify_trivial(size1, root1, root2, proof);
    }
    bool is_power = (size1 & (size1 - 1)) == 0;
    const uint8_t *seed = is_power ? root1 : merkle_next(&proof);
    if (seed == NULL) {
        return CAIRN_CRYPTO_PROOF;
    }
    uint64_t fn = size1 - 1, sn = size2 - 1;
    for (; (fn & 1) != 0; fn >>= 1, sn >>= 1) {
    }
    uint8_t fr[32], sr[32];
    memcpy(fr, seed, 32);
    memcpy(sr, seed, 32);
    for (const uint8_t *hash; (hash = merkle_next(&proof)) != NULL; fn >>= 1, sn >>= 1) {
        if (sn == 0) {
            return CAIRN_CRYPTO_PROOF;
        }
        if ((fn & 1) != 0 || fn == sn) {
            cairn_merkle_node(hash, fr, fr);
            cairn_merkle_node(hash, sr, sr);
            while ((fn & 1) == 0 && fn != 0) {
                fn >>= 1;
                sn >>= 1;
            }
        } else {
            cairn_merkle_node(sr, hash, sr);
        }
    }
    bool is_proven = sn == 0 && proof.size == 0 && cairn_bytes_is_same32(fr, root1);
    return is_proven && cairn_bytes_is_same32(sr, root2) ? CAIRN_OK : CAIRN_CRYPTO_PROOF;
}
