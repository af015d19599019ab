#include "schema/origin.h"

#include "schema/base/check.h"
#include "schema/base/decimal.h"
#include "schema/base/id.h"

#include <string.h>

#define ORIGIN_PARTS 4u
#define ORIGIN_WORDS 8u
#define ORIGIN_WORD  5u /* letters */

_Static_assert(2 * CAIRN_LIMIT_NETWORK_BYTES + 3 + 3 + CAIRN_DECIMAL_MAX_BYTES <=
                   CAIRN_LIMIT_ORIGIN_BYTES,
               "every origin fits");
_Static_assert(CAIRN_LIMIT_NETWORK_BYTES == CAIRN_LIMIT_NODE_NAME_BYTES, "one shape of names");

bool cairn_country_is_name(struct cairn_bytes name)
{
    if (name.size == 0 || name.size > CAIRN_LIMIT_NETWORK_BYTES) {
        return false;
    }
    for (size_t i = 0; i < name.size; i++) {
        uint8_t c = name.data[i];
        bool is_allowed = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
        if (!is_allowed) {
            return false;
        }
    }
    return true;
}

bool cairn_country_is_test(struct cairn_bytes network)
{
    struct cairn_bytes start = cairn_bytes_of("test-");
    return network.size >= start.size && memcmp(network.data, start.data, start.size) == 0;
}

static bool origin_is_valid(const struct cairn_origin *origin)
{
    return cairn_country_is_name(origin->network) && cairn_id_is_country(origin->country) &&
           cairn_country_is_name(origin->node) && origin->incarnation > 0;
}

static char *origin_put(char *next, struct cairn_bytes part)
{
    memcpy(next, part.data, part.size);
    next[part.size] = '/';
    return next + part.size + 1;
}

cairn_err cairn_origin_make(struct cairn_bytes network, struct cairn_bytes country,
                            struct cairn_bytes node, uint64_t incarnation,
                            char out[static CAIRN_LIMIT_ORIGIN_BYTES + 1])
{
    struct cairn_origin origin = {
        .network = network, .country = country, .node = node, .incarnation = incarnation};
    if (!origin_is_valid(&origin)) {
        return CAIRN_ORIGIN;
    }
    char *next = origin_put(out, network);
    next = origin_put(next, country);
    next = origin_put(next, node);
    next += cairn_decimal_write(incarnation, next);
    *next = '\0';
    return CAIRN_OK;
}

/* Cut at slashes. gives false when there are not exactly as many parts */
static bool origin_cut(struct cairn_bytes text, struct cairn_bytes out[static ORIGIN_PARTS])
{
    size_t part = 0, start = 0;
    for (size_t at = 0; at <= text.size; at++) {
        if (at < text.size && text.data[at] != '/') {
            continue;
        }
        if (part == ORIGIN_PARTS) {
            return false;
        }
        out[part] = (struct cairn_bytes){.data = text.data + start, .size = at - start};
        part++;
        start = at + 1;
    }
    return part == ORIGIN_PARTS;
}

cairn_err cairn_origin_parse(struct cairn_bytes text, struct cairn_origin *out)
{
    struct cairn_bytes parts[ORIGIN_PARTS];
    if (text.size == 0 || text.size > CAIRN_LIMIT_ORIGIN_BYTES || !origin_cut(text, parts)) {
        return CAIRN_ORIGIN;
    }
    struct cairn_origin origin = {.network = parts[0], .country = parts[1], .node = parts[2]};
    bool is_number = cairn_decimal_parse(parts[3], 1, UINT64_MAX, &origin.incarnation) == CAIRN_OK;
    if (!is_number || !origin_is_valid(&origin)) {
        return CAIRN_ORIGIN;
    }
    *out = origin;
    return CAIRN_OK;
}

static const char origin_consonants[] = "bdfghjklmnprstvz";
static const char origin_vowels[] = "aiou";

/* What the letters of a word stand for: 16 bits from the highest. */
static const struct {
    const char *letters;
    uint8_t count;
    uint8_t shift;
} origin_letters[ORIGIN_WORD] = {
    {origin_consonants, 16, 12}, {origin_vowels, 4, 10},     {origin_consonants, 16, 6},
    {origin_vowels, 4, 4},       {origin_consonants, 16, 0},
};

void cairn_proquint_encode(const uint8_t in[static 16], char out[static CAIRN_PROQUINT_BYTES + 1])
{
    char *next = out;
    for (size_t word = 0; word < ORIGIN_WORDS; word++) {
        uint16_t value = cairn_bytes_get_u16(in + 2 * word);
        for (size_t i = 0; i < ORIGIN_WORD; i++) {
            uint32_t digit = (uint32_t)value >> origin_letters[i].shift;
            *next++ = origin_letters[i].letters[digit % origin_letters[i].count];
        }
        *next++ = word + 1 < ORIGIN_WORDS ? '-' : '\0';
    }
    CAIRN_REQUIRE(next == out + CAIRN_PROQUINT_BYTES + 1);
}

static bool origin_parse_word(const uint8_t *word, uint16_t *out)
{
    uint32_t value = 0;
    for (size_t i = 0; i < ORIGIN_WORD; i++) {
        uint32_t digit = 0;
        while (digit < origin_letters[i].count &&
               (uint8_t)origin_letters[i].letters[digit] != word[i]) {
            digit++;
        }
        if (digit == origin_letters[i].count) {
            return false;
        }
        value |= digit << origin_letters[i].shift;
    }
    *out = (uint16_t)value;
    return true;
}

cairn_err cairn_proquint_decode(struct cairn_bytes words, uint8_t out[static 16])
{
    uint8_t bytes[16];
    if (words.size != CAIRN_PROQUINT_BYTES) {
        return CAIRN_FINGERPRINT;
    }
    for (size_t word = 0; word < ORIGIN_WORDS; word++) {
        size_t at = word * (ORIGIN_WORD + 1);
        uint16_t value;
        bool is_joined = word == 0 || words.data[at - 1] == '-';
        if (!is_joined || !origin_parse_word(words.data + at, &value)) {
            return CAIRN_FINGERPRINT;
        }
        cairn_bytes_put_u16(bytes + 2 * word, value);
    }
    memcpy(out, bytes, sizeof bytes);
    return CAIRN_OK;
}
