#include "schema/base/id.h"

#include "schema/base/check.h"
#include "schema/base/text.h"

#include <string.h>

#define ID_COUNTRY_BYTES 3u
#define ID_RANDOM_CHARS  16u
#define ID_CHECKED_CHARS (ID_COUNTRY_BYTES + ID_RANDOM_CHARS)

static const char id_alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; /* Crockford */

/* Crockford: no I, L, O, U. */
static bool id_is_random_character(uint8_t character)
{
    bool is_digit = character >= '0' && character <= '9';
    bool is_letter = character >= 'A' && character <= 'Z';
    return is_digit || (is_letter && character != 'I' && character != 'L' && character != 'O' &&
                        character != 'U');
}

static uint32_t id_check_value(uint8_t character)
{
    bool is_digit = character >= '0' && character <= '9';
    bool is_letter = character >= 'A' && character <= 'Z';
    CAIRN_REQUIRE(is_digit || is_letter);
    return is_digit ? character - (uint32_t)'0' : character - (uint32_t)'A' + 10;
}

char cairn_id_check_character(struct cairn_bytes payload)
{
    static const char characters[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    uint32_t product = 36;
    for (size_t i = 0; i < payload.size; i++) {
        uint32_t sum = (product + id_check_value(payload.data[i])) % 36;
        product = 2 * (sum == 0 ? 36 : sum) % 37;
    }
    return characters[(36 + 1 - product) % 36];
}

/* The check character over an id's text, of which the first 20 characters are in place. */
static char id_check_of(const char *text)
{
    uint8_t payload[ID_CHECKED_CHARS];
    memcpy(payload, text, ID_COUNTRY_BYTES);
    memcpy(payload + ID_COUNTRY_BYTES, text + ID_COUNTRY_BYTES + 1, ID_RANDOM_CHARS);
    return cairn_id_check_character((struct cairn_bytes){.data = payload, .size = sizeof payload});
}

void cairn_id_make(struct cairn_bytes country, const uint8_t random[static CAIRN_ID_RANDOM_BYTES],
                   struct cairn_id *out)
{
    CAIRN_REQUIRE(cairn_id_is_country(country));
    memcpy(out->text, country.data, ID_COUNTRY_BYTES);
    out->text[ID_COUNTRY_BYTES] = '-';

    char *next = out->text + ID_COUNTRY_BYTES + 1;
    uint32_t bits = 0;
    uint32_t bit_count = 0;
    for (uint32_t i = 0; i < CAIRN_ID_RANDOM_BYTES; i++) {
        bits = (bits << 8 | random[i]) & 0xffff;
        for (bit_count += 8; bit_count >= 5; bit_count -= 5) {
            *next++ = id_alphabet[bits >> (bit_count - 5) & 0x1f];
        }
    }
    *next++ = '-';
    *next++ = id_check_of(out->text);
    *next = '\0';
}

cairn_err cairn_id_parse(struct cairn_bytes text, struct cairn_id *out)
{
    if (text.size != CAIRN_ID_OBJECT_BYTES) {
        return CAIRN_ID;
    }
    struct cairn_bytes country = {.data = text.data, .size = ID_COUNTRY_BYTES};
    const uint8_t *random = text.data + ID_COUNTRY_BYTES + 1;
    if (!cairn_id_is_country(country) || random[-1] != '-' || random[ID_RANDOM_CHARS] != '-') {
        return CAIRN_ID;
    }
    for (uint32_t i = 0; i < ID_RANDOM_CHARS; i++) {
        if (!id_is_random_character(random[i])) {
            return CAIRN_ID;
        }
    }
    struct cairn_id id = {.text = ""};
    memcpy(id.text, text.data, text.size);
    if (id_check_of(id.text) != id.text[CAIRN_ID_OBJECT_BYTES - 1]) {
        return CAIRN_ID;
    }
    *out = id;
    return CAIRN_OK;
}

bool cairn_id_is_equal(const struct cairn_id *left, const struct cairn_id *right)
{
    return memcmp(left->text, right->text, CAIRN_ID_OBJECT_BYTES) == 0;
}

struct cairn_bytes cairn_id_view(const struct cairn_id *id)
{
    return (struct cairn_bytes){.data = (const uint8_t *)id->text, .size = CAIRN_ID_OBJECT_BYTES};
}

struct cairn_bytes cairn_id_country(const struct cairn_id *id)
{
    return (struct cairn_bytes){.data = (const uint8_t *)id->text, .size = ID_COUNTRY_BYTES};
}

cairn_err cairn_id_parse_row(struct cairn_bytes text, struct cairn_id *out_object,
                             uint32_t *out_row)
{
    const size_t prefix_size = CAIRN_ID_OBJECT_BYTES + 1;
    const size_t digits_max = 4;
    if (text.size <= prefix_size || text.size > prefix_size + digits_max ||
        text.data[CAIRN_ID_OBJECT_BYTES] != '/') {
        return CAIRN_ID;
    }
    struct cairn_bytes digits = {.data = text.data + prefix_size, .size = text.size - prefix_size};
    uint32_t row = 0;
    for (size_t i = 0; i < digits.size; i++) {
        if (digits.data[i] < '0' || digits.data[i] > '9') {
            return CAIRN_ID;
        }
        row = 10 * row + digits.data[i] - '0';
    }
    bool has_leading_zero = digits.data[0] == '0' && digits.size > 1;
    if (has_leading_zero || row >= CAIRN_LIMIT_BATCH_ROWS) {
        return CAIRN_ID;
    }
    text.size = CAIRN_ID_OBJECT_BYTES;
    CAIRN_TRY(cairn_id_parse(text, out_object));
    *out_row = row;
    return CAIRN_OK;
}

bool cairn_id_is_country(struct cairn_bytes code)
{
    if (code.size != ID_COUNTRY_BYTES) {
        return false;
    }
    for (size_t i = 0; i < code.size; i++) {
        if (code.data[i] < 'A' || code.data[i] > 'Z') {
            return false;
        }
    }
    return true;
}

void cairn_id_write_entry(const uint8_t entry[static CAIRN_ID_ENTRY_BYTES],
                          char out[static CAIRN_ID_ENTRY_HEX + 1])
{
    cairn_text_hex_encode((struct cairn_bytes){.data = entry, .size = CAIRN_ID_ENTRY_BYTES}, out);
    out[CAIRN_ID_ENTRY_HEX] = '\0';
}

cairn_err cairn_id_parse_entry(struct cairn_bytes hex, uint8_t out[static CAIRN_ID_ENTRY_BYTES])
{
    return cairn_text_hex_decode(hex, CAIRN_ID_ENTRY_BYTES, out);
}
