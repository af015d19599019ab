#include "schema/base/base64.h"

#include <string.h>

static const uint8_t base64_digits[64] = {
    'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O', 'P',
    'Q', 'R', 'S', 'T', 'U', 'V', 'W', 'X', 'Y', 'Z', 'a', 'b', 'c', 'd', 'e', 'f',
    'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p', 'q', 'r', 's', 't', 'u', 'v',
    'w', 'x', 'y', 'z', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '+', '/'};

cairn_err cairn_base64_encode(struct cairn_bytes bytes, uint8_t *out, size_t capacity,
                              size_t *out_size)
{
    if (capacity / 4 < bytes.size / 3 + (bytes.size % 3 != 0)) {
        return CAIRN_NO_ROOM;
    }
    uint8_t *next = out;
    for (size_t at = 0; at < bytes.size; at += 3, next += 4) {
        size_t left = bytes.size - at;
        uint32_t group = (uint32_t)bytes.data[at] << 16;
        group |= left > 1 ? (uint32_t)bytes.data[at + 1] << 8 : 0;
        group |= left > 2 ? bytes.data[at + 2] : 0;
        next[0] = base64_digits[group >> 18];
        next[1] = base64_digits[group >> 12 & 63];
        next[2] = left > 1 ? base64_digits[group >> 6 & 63] : '=';
        next[3] = left > 2 ? base64_digits[group & 63] : '=';
    }
    *out_size = (size_t)(next - out);
    return CAIRN_OK;
}

/* gives 64 for what is no digit */
static uint8_t base64_value(uint8_t character)
{
    if (character >= 'A' && character <= 'Z') {
        return (uint8_t)(character - 'A');
    }
    if (character >= 'a' && character <= 'z') {
        return (uint8_t)(character - 'a' + 26);
    }
    if (character >= '0' && character <= '9') {
        return (uint8_t)(character - '0' + 52);
    }
    return character == '+' ? 62 : character == '/' ? 63 : 64;
}

/* Read one group of `digits` (2..4) digits. gives false when one is none, or unused bits are set */
static bool base64_group(const uint8_t *text, size_t digits, uint8_t out[static 3])
{
    uint32_t group = 0;
    for (size_t i = 0; i < 4; i++) {
        uint8_t value = i < digits ? base64_value(text[i]) : 0;
        if (value == 64) {
            return false;
        }
        group = group << 6 | value;
    }
    out[0] = (uint8_t)(group >> 16);
    out[1] = (uint8_t)(group >> 8);
    out[2] = (uint8_t)group;
    return (digits > 3 || out[2] == 0) && (digits > 2 || out[1] == 0);
}

/* gives the digits of the last group, 2..4 */
static size_t base64_last_digits(struct cairn_bytes text)
{
    if (text.data[text.size - 1] != '=') {
        return 4;
    }
    return text.data[text.size - 2] != '=' ? 3 : 2;
}

cairn_err cairn_base64_decode(struct cairn_bytes text, uint8_t *out, size_t capacity,
                              size_t *out_size)
{
    if (text.size % 4 != 0) {
        return CAIRN_BASE64;
    }
    if (text.size == 0) {
        *out_size = 0;
        return CAIRN_OK;
    }
    size_t last = text.size - 4, last_digits = base64_last_digits(text);
    uint8_t group[3];
    for (size_t at = 0; at < text.size; at += 4) {
        if (!base64_group(text.data + at, at == last ? last_digits : 4, group)) {
            return CAIRN_BASE64;
        }
    }
    size_t size = text.size / 4 * 3 - (4 - last_digits);
    if (size > capacity) {
        return CAIRN_NO_ROOM;
    }
    for (size_t at = 0, done = 0; at < text.size; at += 4, done += 3) {
        (void)base64_group(text.data + at, at == last ? last_digits : 4, group);
        memcpy(out + done, group, at == last ? last_digits - 1 : 3);
    }
    *out_size = size;
    return CAIRN_OK;
}
