#include "schema/shape_text.h"

#include "schema/base/id.h"
#include "schema/base/text.h"

#define SHAPE_TEXT_FREE_CHARACTERS   500u
#define SHAPE_TEXT_REMARK_CHARACTERS 2000u
#define SHAPE_TEXT_CARD_MIN          13u
#define SHAPE_TEXT_CARD_MAX          19u
#define SHAPE_TEXT_PHONE_MIN         8u
#define SHAPE_TEXT_PHONE_MAX         15u

_Static_assert(SHAPE_TEXT_PHONE_MIN < SHAPE_TEXT_CARD_MIN, "the fewest digits that matter");

static bool shape_text_is_digit(uint8_t byte)
{
    return byte >= '0' && byte <= '9';
}

static bool shape_text_is_capital(uint8_t byte)
{
    return byte >= 'A' && byte <= 'Z';
}

static bool shape_text_is_letter(uint8_t byte)
{
    return shape_text_is_capital(byte) || (byte >= 'a' && byte <= 'z');
}

/* Luhn: every second digit from the right counts double. */
static bool shape_text_is_luhn(const uint8_t *digits, size_t count)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t value = digits[count - 1 - i];
        if (i % 2 == 1) {
            value = value < 5 ? 2 * value : 2 * value - 9;
        }
        sum += value;
    }
    return sum % 10 == 0;
}

static bool shape_text_is_card_gap(uint8_t byte)
{
    return byte == ' ' || byte == '-';
}

/* Digits from `at` on: one run, or groups of four with single gaps (the last may be shorter). */
static bool shape_text_is_card_at(struct cairn_bytes text, size_t at)
{
    uint8_t digits[SHAPE_TEXT_CARD_MAX + 1];
    size_t count = 0, run = 0;
    bool has_gaps = false;
    for (; at < text.size && count <= SHAPE_TEXT_CARD_MAX; at++) {
        if (shape_text_is_digit(text.data[at])) {
            digits[count++] = (uint8_t)(text.data[at] - '0');
            run++;
        } else if (run == 4 && shape_text_is_card_gap(text.data[at])) {
            has_gaps = true;
            run = 0;
        } else {
            break;
        }
    }
    bool is_grouped = !has_gaps || run <= 4;
    return is_grouped && count >= SHAPE_TEXT_CARD_MIN && count <= SHAPE_TEXT_CARD_MAX &&
           shape_text_is_luhn(digits, count);
}

bool cairn_shape_text_has_card(struct cairn_bytes text)
{
    for (size_t at = 0; at < text.size; at++) {
        bool is_start = shape_text_is_digit(text.data[at]) &&
                        (at == 0 || !shape_text_is_digit(text.data[at - 1]));
        if (is_start && shape_text_is_card_at(text, at)) {
            return true;
        }
    }
    return false;
}

static bool shape_text_is_phone_gap(uint8_t byte)
{
    return byte == ' ' || byte == '-' || byte == '.' || byte == '/' || byte == '(' || byte == ')';
}

static bool shape_text_is_phone_at(struct cairn_bytes text, size_t at)
{
    size_t count = 0, gap = 0;
    for (; at < text.size && gap < 3; at++) {
        if (shape_text_is_digit(text.data[at])) {
            count++;
            gap = 0;
        } else if (shape_text_is_phone_gap(text.data[at])) {
            gap++; /* up to two in a row: ") " */
        } else {
            break;
        }
    }
    return count >= SHAPE_TEXT_PHONE_MIN && count <= SHAPE_TEXT_PHONE_MAX;
}

bool cairn_shape_text_has_phone(struct cairn_bytes text)
{
    for (size_t at = 0; at + 2 < text.size; at++) {
        if (text.data[at] != '+' && text.data[at] != '0') {
            continue;
        }
        bool is_plus = text.data[at] == '+' && shape_text_is_digit(text.data[at + 1]);
        bool is_fresh = at == 0 || (!shape_text_is_digit(text.data[at - 1]) &&
                                    !shape_text_is_letter(text.data[at - 1]));
        bool is_zeros = is_fresh && text.data[at] == '0' && text.data[at + 1] == '0' &&
                        text.data[at + 2] >= '1' && text.data[at + 2] <= '9';
        if ((is_plus && shape_text_is_phone_at(text, at + 1)) ||
            (is_zeros && shape_text_is_phone_at(text, at + 2))) {
            return true;
        }
    }
    return false;
}

/* Simple enough for the compiler to look at many bytes at once. */
static size_t shape_text_digit_count(struct cairn_bytes text)
{
    size_t count = 0;
    for (size_t at = 0; at < text.size; at++) {
        count += shape_text_is_digit(text.data[at]);
    }
    return count;
}

static cairn_err shape_text_check_free(struct cairn_bytes text, size_t characters_max)
{
    if (text.size > characters_max && cairn_text_count(text) > characters_max) {
        return CAIRN_RULE_FREE_TEXT;
    }
    if (shape_text_digit_count(text) < SHAPE_TEXT_PHONE_MIN) {
        return CAIRN_OK; /* a card has more of them than a telephone number */
    }
    bool is_leak = cairn_shape_text_has_card(text) || cairn_shape_text_has_phone(text);
    return is_leak ? CAIRN_RULE_FREE_TEXT : CAIRN_OK;
}

static bool shape_text_is_mrz(uint8_t byte)
{
    return shape_text_is_capital(byte) || shape_text_is_digit(byte) || byte == '<';
}

static bool shape_text_has_alphabet(enum cairn_shape_text rule)
{
    return rule != CAIRN_SHAPE_TEXT_PLAIN && rule != CAIRN_SHAPE_TEXT_FREE &&
           rule != CAIRN_SHAPE_TEXT_REMARK && rule != CAIRN_SHAPE_TEXT_OBJECT;
}

static bool shape_text_allows(enum cairn_shape_text rule, uint8_t byte, size_t at)
{
    switch (rule) {
    case CAIRN_SHAPE_TEXT_NUMBER:
        return shape_text_is_capital(byte) || shape_text_is_digit(byte);
    case CAIRN_SHAPE_TEXT_REFERENCE:
        return shape_text_is_capital(byte) || shape_text_is_digit(byte) || byte == '/' ||
               byte == '-';
    case CAIRN_SHAPE_TEXT_AUTHORITY:
        return at < 3    ? shape_text_is_capital(byte)
               : at == 3 ? byte == '-'
                         : shape_text_is_letter(byte) || shape_text_is_digit(byte) || byte == '-';
    case CAIRN_SHAPE_TEXT_LANGUAGE:
        return shape_text_is_letter(byte) || (at > 1 && (shape_text_is_digit(byte) || byte == '-'));
    case CAIRN_SHAPE_TEXT_SCRIPT:
        return shape_text_is_letter(byte) && shape_text_is_capital(byte) == (at == 0);
    case CAIRN_SHAPE_TEXT_MRZ_NAME:
        return shape_text_is_capital(byte) || byte == '<';
    case CAIRN_SHAPE_TEXT_MRZ:
        return shape_text_is_mrz(byte);
    case CAIRN_SHAPE_TEXT_PLAIN:
    case CAIRN_SHAPE_TEXT_FREE:
    case CAIRN_SHAPE_TEXT_REMARK:
    case CAIRN_SHAPE_TEXT_OBJECT:
        return true;
    }
    return false;
}

/* Subtags of at most eight; none empty. */
static bool shape_text_is_language(struct cairn_bytes text)
{
    size_t run = 0;
    for (size_t at = 0; at <= text.size; at++) {
        if (at == text.size || text.data[at] == '-') {
            if (run == 0 || run > 8) {
                return false;
            }
            run = 0;
        } else {
            run++;
        }
    }
    return text.size >= 2;
}

static cairn_err shape_text_check_whole(enum cairn_shape_text rule, struct cairn_bytes text)
{
    struct cairn_id id;
    switch (rule) {
    case CAIRN_SHAPE_TEXT_FREE:
        return shape_text_check_free(text, SHAPE_TEXT_FREE_CHARACTERS);
    case CAIRN_SHAPE_TEXT_REMARK:
        return shape_text_check_free(text, SHAPE_TEXT_REMARK_CHARACTERS);
    case CAIRN_SHAPE_TEXT_AUTHORITY:
        return text.size > 4 ? CAIRN_OK : CAIRN_RULE_TEXT;
    case CAIRN_SHAPE_TEXT_LANGUAGE:
        return shape_text_is_language(text) ? CAIRN_OK : CAIRN_RULE_TEXT;
    case CAIRN_SHAPE_TEXT_SCRIPT:
        return text.size == 4 ? CAIRN_OK : CAIRN_RULE_TEXT;
    case CAIRN_SHAPE_TEXT_MRZ:
        return text.size == 72 || text.size == 88 || text.size == 90 ? CAIRN_OK : CAIRN_MRZ_LINES;
    case CAIRN_SHAPE_TEXT_OBJECT:
        return cairn_id_parse(text, &id);
    case CAIRN_SHAPE_TEXT_PLAIN:
    case CAIRN_SHAPE_TEXT_NUMBER:
    case CAIRN_SHAPE_TEXT_REFERENCE:
    case CAIRN_SHAPE_TEXT_MRZ_NAME:
        return CAIRN_OK;
    }
    return CAIRN_RULE_TEXT;
}

cairn_err cairn_shape_text_check(enum cairn_shape_text rule, struct cairn_bytes text,
                                 size_t size_max)
{
    if (text.size == 0) {
        return CAIRN_PACK_FIELD;
    }
    cairn_err err = cairn_text_check(text, size_max);
    if (err != CAIRN_OK) {
        return err == CAIRN_TEXT_FORBIDDEN ? CAIRN_RULE_TEXT : err;
    }
    for (size_t at = 0; shape_text_has_alphabet(rule) && at < text.size; at++) {
        if (!shape_text_allows(rule, text.data[at], at)) {
            return CAIRN_RULE_TEXT;
        }
    }
    return shape_text_check_whole(rule, text);
}
