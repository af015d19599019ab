#include "schema/base/decimal.h"

#include <string.h>

cairn_err cairn_decimal_parse(struct cairn_bytes text, uint64_t min, uint64_t max, uint64_t *out)
{
    if (text.size == 0 || (text.size > 1 && text.data[0] == '0')) {
        return CAIRN_NUMBER;
    }
    uint64_t value = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            return CAIRN_NUMBER;
        }
        uint64_t digit = (uint64_t)(text.data[i] - '0');
        if (digit > max || value > (max - digit) / 10) {
            return CAIRN_NUMBER;
        }
        value = value * 10 + digit;
    }
    if (value < min) {
        return CAIRN_NUMBER;
    }
    *out = value;
    return CAIRN_OK;
}

size_t cairn_decimal_write(uint64_t value, char out[static CAIRN_DECIMAL_MAX_BYTES])
{
    char digits[CAIRN_DECIMAL_MAX_BYTES];
    size_t at = sizeof digits;
    do {
        at--;
        digits[at] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    memcpy(out, digits + at, sizeof digits - at);
    return sizeof digits - at;
}
