#include "crypto/note_text.h"

/* gives the bytes of the well-formed UTF-8 sequence at the front, 0 when there is none */
static size_t note_text_utf8_length(struct cairn_bytes text, uint32_t *out_point)
{
    static const uint32_t smallest[5] = {0, 0, 0x80, 0x800, 0x10000};
    uint8_t lead = text.data[0];
    size_t length = lead < 0x80             ? 1
                    : (lead & 0xe0) == 0xc0 ? 2
                    : (lead & 0xf0) == 0xe0 ? 3
                    : (lead & 0xf8) == 0xf0 ? 4
                                            : 0;
    if (length == 0 || length > text.size) {
        return 0;
    }
    uint32_t point = length == 1 ? lead : lead & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((text.data[i] & 0xc0) != 0x80) {
            return 0;
        }
        point = point << 6 | (text.data[i] & 0x3f);
    }
    bool is_surrogate = point >= 0xd800 && point <= 0xdfff;
    if (point < smallest[length] || point > 0x10ffff || is_surrogate) {
        return 0;
    }
    *out_point = point;
    return length;
}

static bool note_text_is_control(uint32_t point)
{
    return point < 0x20 || (point >= 0x7f && point <= 0x9f);
}

/* Unicode White_Space, beyond the control characters. */
static bool note_text_is_space(uint32_t point)
{
    return point == 0x20 || point == 0xa0 || point == 0x1680 ||
           (point >= 0x2000 && point <= 0x200a) || point == 0x2028 || point == 0x2029 ||
           point == 0x202f || point == 0x205f || point == 0x3000;
}

cairn_err cairn_note_text_check(struct cairn_bytes text)
{
    for (size_t at = 0; at < text.size;) {
        uint32_t point = 0;
        size_t length =
            note_text_utf8_length((struct cairn_bytes){text.data + at, text.size - at}, &point);
        if (length == 0) {
            return CAIRN_TEXT_UTF8;
        }
        if (note_text_is_control(point) && point != '\n') {
            return CAIRN_TEXT_FORBIDDEN;
        }
        at += length;
    }
    return CAIRN_OK;
}

bool cairn_note_text_is_name(struct cairn_bytes name)
{
    for (size_t at = 0; at < name.size;) {
        uint32_t point = 0;
        size_t length =
            note_text_utf8_length((struct cairn_bytes){name.data + at, name.size - at}, &point);
        if (length == 0 || note_text_is_control(point) || note_text_is_space(point) ||
            point == '+') {
            return false;
        }
        at += length;
    }
    return name.size > 0;
}

size_t cairn_note_text_put_decimal(uint64_t value, uint8_t out[static CAIRN_NOTE_DECIMAL_MAX])
{
    uint8_t reversed[CAIRN_NOTE_DECIMAL_MAX];
    size_t count = 0;
    do {
        reversed[count++] = (uint8_t)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    for (size_t i = 0; i < count; i++) {
        out[i] = reversed[count - 1 - i];
    }
    return count;
}

cairn_err cairn_note_text_get_decimal(struct cairn_bytes text, uint64_t *out)
{
    if (text.size == 0 || (text.data[0] == '0' && text.size > 1)) {
        return CAIRN_NUMBER;
    }
    uint64_t value = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            return CAIRN_NUMBER;
        }
        uint64_t digit = (uint64_t)(text.data[i] - '0');
        if (value > (UINT64_MAX - digit) / 10) {
            return CAIRN_NUMBER;
        }
        value = value * 10 + digit;
    }
    *out = value;
    return CAIRN_OK;
}
