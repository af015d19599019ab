#include "node/views/known.h"

#include <stdlib.h>
#include <string.h>

#define KNOWN_LAYERS     7u
#define KNOWN_FIRST_KEYS (UINT64_C(1) << 20)
#define KNOWN_LINE_KEYS  32u /* 16 bits for each key */
#define KNOWN_PROBES     8u

struct known_line {
    uint64_t words[8];
};

struct cairn_known {
    bool is_everything;   /* no layer could be added */
    uint32_t layer_count; /* the last one takes new keys */
    uint64_t key_count;   /* in the last layer */
    struct known_line *layers[KNOWN_LAYERS];
};

static uint64_t known_line_count(uint32_t layer)
{
    return (KNOWN_FIRST_KEYS << layer) / KNOWN_LINE_KEYS;
}

static bool known_add_layer(struct cairn_known *known)
{
    if (known->layer_count == KNOWN_LAYERS) {
        return false;
    }
    struct known_line *lines = calloc((size_t)known_line_count(known->layer_count), sizeof *lines);
    if (lines == NULL) {
        return false;
    }
    known->layers[known->layer_count++] = lines;
    known->key_count = 0;
    return true;
}

cairn_err cairn_known_open(struct cairn_known **out)
{
    struct cairn_known *known = calloc(1, sizeof *known);
    if (known == NULL || !known_add_layer(known)) {
        free(known);
        return CAIRN_MEMORY;
    }
    *out = known;
    return CAIRN_OK;
}

void cairn_known_close(struct cairn_known *known)
{
    if (known == NULL) {
        return;
    }
    for (uint32_t layer = 0; layer < known->layer_count; layer++) {
        free(known->layers[layer]);
    }
    free(known);
}

static uint64_t known_mix(uint64_t hash)
{
    hash ^= hash >> 32;
    hash *= 0xD6E8FEB86659FD93u;
    hash ^= hash >> 32;
    hash *= 0xD6E8FEB86659FD93u;
    return hash ^ hash >> 32;
}

/* Ids are random, so nothing secret is needed: whoever makes two meet costs us one read. */
static uint64_t known_hash(const struct cairn_merge_key *key)
{
    _Static_assert(sizeof key->data == 23, "three words cover the key");
    return known_mix(cairn_bytes_get_u64(key->data) +
                     known_mix(cairn_bytes_get_u64(key->data + 8) +
                               known_mix(cairn_bytes_get_u64(key->data + 15))));
}

/* Bits of one line: one in each word, out of a second hash. */
static void known_bits(uint64_t hash, struct known_line *out)
{
    uint64_t bits = known_mix(hash ^ 0x9E3779B97F4A7C15u);
    memset(out, 0, sizeof *out);
    for (uint32_t probe = 0; probe < KNOWN_PROBES; probe++) {
        out->words[probe] = UINT64_C(1) << (bits & 63);
        bits >>= 6;
    }
}

void cairn_known_add(struct cairn_known *known, const struct cairn_merge_key *key)
{
    if (known->is_everything) {
        return;
    }
    if (known->key_count == KNOWN_FIRST_KEYS << (known->layer_count - 1) &&
        !known_add_layer(known)) {
        known->is_everything = true;
        return;
    }
    struct known_line bits;
    uint64_t hash = known_hash(key);
    uint32_t last = known->layer_count - 1;
    struct known_line *line = &known->layers[last][hash % known_line_count(last)];
    known_bits(hash, &bits);
    for (uint32_t word = 0; word < KNOWN_PROBES; word++) {
        line->words[word] |= bits.words[word];
    }
    known->key_count++;
}

bool cairn_known_has(const struct cairn_known *known, const struct cairn_merge_key *key)
{
    struct known_line bits;
    uint64_t hash = known_hash(key);
    known_bits(hash, &bits);
    bool is_in = known->is_everything;
    for (uint32_t layer = 0; layer < known->layer_count && !is_in; layer++) {
        const struct known_line *line = &known->layers[layer][hash % known_line_count(layer)];
        is_in = true;
        for (uint32_t word = 0; word < KNOWN_PROBES && is_in; word++) {
            is_in = (line->words[word] & bits.words[word]) != 0;
        }
    }
    return is_in;
}
