#include "schema/base/text.h"

#include <string.h>

/* First byte: how many follow, what bits it gives, and the least code point of that length. */
struct text_lead {
    uint8_t follow_count;
    uint8_t bits;
    uint32_t code_point_min;
};

static bool text_read_lead(uint8_t first, struct text_lead *out)
{
    if (first < 0x80) {
        *out = (struct text_lead){.follow_count = 0, .bits = first, .code_point_min = 0};
    } else if (first >= 0xc2 && first <= 0xdf) {
        *out = (struct text_lead){.follow_count = 1, .bits = first & 0x1f, .code_point_min = 0x80};
    } else if (first >= 0xe0 && first <= 0xef) {
        *out = (struct text_lead){.follow_count = 2, .bits = first & 0x0f, .code_point_min = 0x800};
    } else if (first >= 0xf0 && first <= 0xf4) {
        *out =
            (struct text_lead){.follow_count = 3, .bits = first & 0x07, .code_point_min = 0x10000};
    } else {
        return false;
    }
    return true;
}

cairn_err cairn_text_next(struct cairn_bytes text, size_t *at, uint32_t *out_code_point)
{
    size_t next = *at;
    struct text_lead lead;
    if (next >= text.size || !text_read_lead(text.data[next], &lead)) {
        return CAIRN_TEXT_UTF8;
    }
    next++;
    if (lead.follow_count > text.size - next) {
        return CAIRN_TEXT_UTF8;
    }
    uint32_t code_point = lead.bits;
    for (uint8_t i = 0; i < lead.follow_count; i++, next++) {
        if ((text.data[next] & 0xc0) != 0x80) {
            return CAIRN_TEXT_UTF8;
        }
        code_point = code_point << 6 | (text.data[next] & 0x3fu);
    }
    bool is_surrogate = code_point >= 0xd800 && code_point <= 0xdfff;
    if (code_point < lead.code_point_min || is_surrogate || code_point > 0x10ffff) {
        return CAIRN_TEXT_UTF8;
    }
    *at = next;
    *out_code_point = code_point;
    return CAIRN_OK;
}

/* Are all eight bytes in 0x20..0x7E? In each byte: no high bit, none after adding 1 (0x7F), one
 * after adding 0x60 (below 0x20 it does not get there). No sum carries into the next byte. */
static bool text_is_plain(uint64_t word)
{
    const uint64_t ones = 0x0101010101010101u, high = 0x80 * ones;
    return (word & high) == 0 && ((word + ones) & high) == 0 &&
           ((word + 0x60 * ones) & high) == high;
}

size_t cairn_text_plain_bytes(struct cairn_bytes text, size_t at)
{
    size_t next = at;
    for (; text.size - next >= 8; next += 8) {
        uint64_t word;
        memcpy(&word, text.data + next, sizeof word);
        if (!text_is_plain(word)) {
            break;
        }
    }
    while (next < text.size && text.data[next] >= 0x20 && text.data[next] < 0x7f) {
        next++;
    }
    return next - at;
}

bool cairn_text_is_utf8(struct cairn_bytes text)
{
    for (size_t at = cairn_text_plain_bytes(text, 0); at < text.size;
         at += cairn_text_plain_bytes(text, at)) {
        uint32_t code_point;
        if (cairn_text_next(text, &at, &code_point) != CAIRN_OK) {
            return false;
        }
    }
    return true;
}

bool cairn_text_is_forbidden(uint32_t code_point)
{
    static const struct {
        uint32_t first;
        uint32_t last;
    } forbidden[] = {
        {0x0000, 0x001f}, {0x007f, 0x009f}, {0x061c, 0x061c}, {0x200e, 0x200f}, {0x2028, 0x2029},
        {0x202a, 0x202e}, {0x2066, 0x2069}, {0xfdd0, 0xfdef}, {0xfeff, 0xfeff}, {0xe0000, 0xe007f},
    };
    for (size_t i = 0; i < sizeof forbidden / sizeof forbidden[0]; i++) {
        if (code_point >= forbidden[i].first && code_point <= forbidden[i].last) {
            return true;
        }
    }
    return (code_point & 0xfffe) == 0xfffe;
}

cairn_err cairn_text_check(struct cairn_bytes text, size_t size_max)
{
    if (text.size > size_max) {
        return CAIRN_TOO_LONG;
    }
    bool is_forbidden = false;
    for (size_t at = cairn_text_plain_bytes(text, 0); at < text.size;
         at += cairn_text_plain_bytes(text, at)) {
        uint32_t code_point;
        CAIRN_TRY(cairn_text_next(text, &at, &code_point));
        is_forbidden = is_forbidden || cairn_text_is_forbidden(code_point);
    }
    return is_forbidden ? CAIRN_TEXT_FORBIDDEN : CAIRN_OK;
}

size_t cairn_text_count(struct cairn_bytes text)
{
    size_t count = cairn_text_plain_bytes(text, 0);
    for (size_t at = count; at < text.size; count++) {
        uint32_t code_point;
        if (cairn_text_next(text, &at, &code_point) != CAIRN_OK) {
            at++;
        }
    }
    return count;
}

void cairn_text_hex_encode(struct cairn_bytes source, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < source.size; i++) {
        out[2 * i] = digits[source.data[i] >> 4];
        out[2 * i + 1] = digits[source.data[i] & 0x0f];
    }
}

static int text_hex_value(uint8_t digit)
{
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    if (digit >= 'a' && digit <= 'f') {
        return digit - 'a' + 10;
    }
    return -1;
}

cairn_err cairn_text_hex_decode(struct cairn_bytes hex, size_t size, uint8_t *out)
{
    if (hex.size / 2 != size || hex.size % 2 != 0) {
        return CAIRN_HEX;
    }
    for (size_t i = 0; i < size; i++) {
        int high = text_hex_value(hex.data[2 * i]);
        int low = text_hex_value(hex.data[2 * i + 1]);
        if (high < 0 || low < 0) {
            return CAIRN_HEX;
        }
        out[i] = (uint8_t)(high << 4 | low);
    }
    return CAIRN_OK;
}
