#include "tests/lib/model_pack.h"

#include <string.h>

struct model_pack {
    const uint8_t *bytes;
    size_t size;
    size_t at;
    unsigned nodes;
};

static const struct {
    uint8_t byte;
    char type;  /* b bin, t text, u unsigned, s signed, a array, m map */
    int digits; /* bytes of number behind */
} model_pack_long[] = {
    {0xc4, 'b', 1}, {0xc5, 'b', 2}, {0xc6, 'b', 4}, {0xcc, 'u', 1}, {0xcd, 'u', 2}, {0xce, 'u', 4},
    {0xcf, 'u', 8}, {0xd0, 's', 1}, {0xd1, 's', 2}, {0xd2, 's', 4}, {0xd3, 's', 8}, {0xd9, 't', 1},
    {0xda, 't', 2}, {0xdb, 't', 4}, {0xdc, 'a', 2}, {0xdd, 'a', 4}, {0xde, 'm', 2}, {0xdf, 'm', 4},
};

/* How many digits does the number need, where the first byte holds numbers below `in_first`? */
static int model_pack_digits(uint64_t number, uint64_t in_first, char type)
{
    if (number < in_first) {
        return 0;
    }
    if (number < 0x100 && type != 'a' && type != 'm') {
        return 1;
    }
    if (number < 0x10000) {
        return 2;
    }
    return number < 0x100000000 ? 4 : 8;
}

static int model_pack_signed_digits(int64_t number)
{
    if (number >= -32) {
        return 0; /* also all that are not negative */
    }
    if (number >= -128) {
        return 1;
    }
    if (number >= -32768) {
        return 2;
    }
    return number >= -2147483647 - 1 ? 4 : 8;
}

/* Table 3-7 of the Unicode standard, row by row. gives the size of the character, 0: ill-formed */
static size_t model_pack_character(const uint8_t *b, size_t left)
{
    static const uint8_t rows[][9] = {
        /* first byte, second byte, third and fourth from..to */
        {1, 0x00, 0x7f},
        {2, 0xc2, 0xdf, 0x80, 0xbf},
        {3, 0xe0, 0xe0, 0xa0, 0xbf, 0x80, 0xbf},
        {3, 0xe1, 0xec, 0x80, 0xbf, 0x80, 0xbf},
        {3, 0xed, 0xed, 0x80, 0x9f, 0x80, 0xbf},
        {3, 0xee, 0xef, 0x80, 0xbf, 0x80, 0xbf},
        {4, 0xf0, 0xf0, 0x90, 0xbf, 0x80, 0xbf, 0x80, 0xbf},
        {4, 0xf1, 0xf3, 0x80, 0xbf, 0x80, 0xbf, 0x80, 0xbf},
        {4, 0xf4, 0xf4, 0x80, 0x8f, 0x80, 0xbf, 0x80, 0xbf},
    };
    for (size_t row = 0; row < sizeof rows / sizeof rows[0]; row++) {
        size_t good = 0;
        while (good < rows[row][0] && good < left && b[good] >= rows[row][1 + 2 * good] &&
               b[good] <= rows[row][2 + 2 * good]) {
            good++;
        }
        if (good == rows[row][0]) {
            return good;
        }
    }
    return 0;
}

static cairn_err model_pack_string(struct model_pack *m, size_t start, uint64_t size, char type)
{
    if (size > m->size - start) {
        return CAIRN_SHORT;
    }
    m->at = start;
    size_t end = start + (size_t)size;
    while (type == 't' && m->at < end) {
        size_t step = model_pack_character(m->bytes + m->at, end - m->at);
        if (step == 0) {
            return CAIRN_TEXT_UTF8;
        }
        if (m->bytes[m->at] == 0) {
            return CAIRN_TEXT_FORBIDDEN;
        }
        m->at += step;
    }
    m->at = end;
    return CAIRN_OK;
}

/* Type and number of the value at m->at. */
static cairn_err model_pack_first(struct model_pack *m, char *type, uint64_t *number,
                                  size_t *content)
{
    if (m->at == m->size) {
        return CAIRN_SHORT;
    }
    uint8_t first = m->bytes[m->at];
    *content = m->at + 1;
    *number = 0;
    if (first <= 0x7f) {
        *type = 'u', *number = first;
    } else if (first <= 0x8f) {
        *type = 'm', *number = first - 0x80u;
    } else if (first <= 0x9f) {
        *type = 'a', *number = first - 0x90u;
    } else if (first <= 0xbf) {
        *type = 't', *number = first - 0xa0u;
    } else if (first >= 0xe0 || first == 0xc0 || first == 0xc2 || first == 0xc3) {
        *type = 'n'; /* negative, nil, bool: the byte says all */
    } else {
        size_t row = 0;
        size_t rows = sizeof model_pack_long / sizeof model_pack_long[0];
        while (row < rows && model_pack_long[row].byte != first) {
            row++;
        }
        if (row == rows) {
            return CAIRN_PACK_FORBIDDEN;
        }
        int digits = model_pack_long[row].digits;
        *type = model_pack_long[row].type;
        if ((size_t)digits > m->size - *content) {
            return CAIRN_SHORT;
        }
        for (int i = 0; i < digits; i++) {
            *number = *number * 256 + m->bytes[(*content)++];
        }
        uint64_t in_first = *type == 'u' ? 128 : *type == 't' ? 32 : *type == 'b' ? 0 : 16;
        int needed = model_pack_digits(*number, in_first, *type);
        if (*type == 'b' && needed == 0) {
            needed = 1;
        }
        if (*type == 's') {
            uint64_t half = (uint64_t)1 << (8 * digits - 1);
            int64_t value =
                *number < half ? (int64_t)*number : -1 - (int64_t)((half - 1) - (*number - half));
            needed = model_pack_signed_digits(value);
            *type = 'n';
        }
        if (needed != digits) {
            return CAIRN_PACK_MINIMAL;
        }
    }
    return CAIRN_OK;
}

/* One value; depth: arrays and maps around it. last_key: NULL, or the key before this one. */
static cairn_err model_pack_value(struct model_pack *m, int depth, bool is_key, uint64_t *last_key)
{
    char type;
    uint64_t number;
    size_t content;
    CAIRN_TRY(model_pack_first(m, &type, &number, &content));
    if (++m->nodes > 131072) {
        return CAIRN_TOO_LONG;
    }
    if (is_key) {
        if (type != 'u' || (last_key != NULL && number <= *last_key)) {
            return CAIRN_PACK_KEY;
        }
    }
    if (type == 't' || type == 'b') {
        return model_pack_string(m, content, number, type);
    }
    if (type != 'a' && type != 'm') {
        m->at = content;
        return CAIRN_OK;
    }
    if (number * (type == 'm' ? 2 : 1) > m->size - content) {
        return CAIRN_PACK_COUNT;
    }
    if (depth == 16) {
        return CAIRN_PACK_DEPTH;
    }
    m->at = content;
    uint64_t key = 0;
    for (uint64_t i = 0; i < number; i++) {
        if (type == 'm') {
            struct model_pack peek = *m;
            CAIRN_TRY(model_pack_value(m, depth + 1, true, i == 0 ? NULL : &key));
            char key_type;
            (void)model_pack_first(&peek, &key_type, &key, &content);
        }
        CAIRN_TRY(model_pack_value(m, depth + 1, false, NULL));
    }
    return CAIRN_OK;
}

cairn_err model_pack_check(struct cairn_bytes value, size_t *out_fault_at)
{
    struct model_pack m = {.bytes = value.data, .size = value.size};
    cairn_err err = model_pack_value(&m, 0, false, NULL);
    if (err == CAIRN_OK && m.at < m.size) {
        err = CAIRN_TRAILING;
    }
    if (err != CAIRN_OK) {
        *out_fault_at = m.at;
    }
    return err;
}
