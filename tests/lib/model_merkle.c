#include "tests/lib/model_merkle.h"

#include <stdbool.h>
#include <string.h>

#include "crypto/hash.h"

/* The largest power of two smaller than count (count > 1). */
static uint64_t model_split(uint64_t count)
{
    uint64_t split = 1;
    while (split * 2 < count) {
        split *= 2;
    }
    return split;
}

void model_merkle_root(const uint8_t *leaves, uint64_t count, uint8_t out[static 32])
{
    if (count == 0) {
        cairn_sha256_of((struct cairn_bytes){0}, out);
    } else if (count == 1) {
        memcpy(out, leaves, 32);
    } else {
        uint64_t split = model_split(count);
        uint8_t pair[65] = {0x01};
        model_merkle_root(leaves, split, pair + 1);
        model_merkle_root(leaves + split * 32, count - split, pair + 33);
        cairn_sha256_of((struct cairn_bytes){pair, sizeof pair}, out);
    }
}

static void model_add_root(const uint8_t *leaves, uint64_t count, struct cairn_merkle_proof *out)
{
    model_merkle_root(leaves, count, out->hashes[out->count++]);
}

static void model_path(const uint8_t *leaves, uint64_t count, uint64_t index,
                       struct cairn_merkle_proof *out)
{
    if (count == 1) {
        return;
    }
    uint64_t split = model_split(count);
    if (index < split) {
        model_path(leaves, split, index, out);
        model_add_root(leaves + split * 32, count - split, out);
    } else {
        model_path(leaves + split * 32, count - split, index - split, out);
        model_add_root(leaves, split, out);
    }
}

void model_merkle_path(const uint8_t *leaves, uint64_t count, uint64_t index,
                       struct cairn_merkle_proof *out)
{
    out->count = 0;
    model_path(leaves, count, index, out);
}

static void model_subproof(const uint8_t *leaves, uint64_t count, uint64_t size1, bool is_known,
                           struct cairn_merkle_proof *out)
{
    if (size1 == count) {
        if (!is_known) {
            model_add_root(leaves, count, out);
        }
        return;
    }
    uint64_t split = model_split(count);
    if (size1 <= split) {
        model_subproof(leaves, split, size1, is_known, out);
        model_add_root(leaves + split * 32, count - split, out);
    } else {
        model_subproof(leaves + split * 32, count - split, size1 - split, false, out);
        model_add_root(leaves, split, out);
    }
}

void model_merkle_proof(const uint8_t *leaves, uint64_t count, uint64_t size1,
                        struct cairn_merkle_proof *out)
{
    out->count = 0;
    if (size1 > 0) {
        model_subproof(leaves, count, size1, true, out);
    }
}

/* From a complete tree around both, down to what lies wholly inside. */
static void model_cover(const uint8_t *leaves, uint64_t start, uint64_t width,
                        const uint64_t bounds[static 2], struct cairn_merkle_proof *out)
{
    if (start >= bounds[1] || start + width <= bounds[0]) {
        return;
    }
    if (start >= bounds[0] && start + width <= bounds[1]) {
        model_add_root(leaves + start * 32, width, out);
        return;
    }
    model_cover(leaves, start, width / 2, bounds, out);
    model_cover(leaves, start + width / 2, width / 2, bounds, out);
}

void model_merkle_split(const uint8_t *leaves, uint64_t count, uint64_t begin,
                        struct cairn_merkle_proof *out)
{
    uint64_t width = 1;
    while (width < count) {
        width *= 2;
    }
    out->count = 0;
    model_cover(leaves, 0, width, (const uint64_t[2]){0, begin}, out);
    model_cover(leaves, 0, width, (const uint64_t[2]){begin, count}, out);
}
