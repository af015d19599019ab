#include "schema/base/bytes.h"

#include <string.h>

struct cairn_bytes cairn_bytes_of(const char *text)
{
    size_t size = 0;
    while (text[size] != '\0') {
        size++;
    }
    return (struct cairn_bytes){.data = (const uint8_t *)text, .size = size};
}

bool cairn_bytes_is_equal(struct cairn_bytes left, struct cairn_bytes right)
{
    return left.size == right.size &&
           (left.size == 0 || memcmp(left.data, right.data, left.size) == 0);
}

bool cairn_bytes_is_same16(const uint8_t left[static 16], const uint8_t right[static 16])
{
    return memcmp(left, right, 16) == 0;
}

bool cairn_bytes_is_same32(const uint8_t left[static 32], const uint8_t right[static 32])
{
    return memcmp(left, right, 32) == 0;
}

int cairn_bytes_order(struct cairn_bytes left, struct cairn_bytes right)
{
    size_t common = left.size < right.size ? left.size : right.size;
    int order = common == 0 ? 0 : memcmp(left.data, right.data, common);
    if (order != 0) {
        return order;
    }
    return (left.size > right.size) - (left.size < right.size);
}

void cairn_bytes_put_u16(uint8_t out[static 2], uint16_t value)
{
    out[0] = (uint8_t)(value >> 8);
    out[1] = (uint8_t)value;
}

void cairn_bytes_put_u32(uint8_t out[static 4], uint32_t value)
{
    for (int i = 3; i >= 0; i--, value >>= 8) {
        out[i] = (uint8_t)value;
    }
}

void cairn_bytes_put_u64(uint8_t out[static 8], uint64_t value)
{
    for (int i = 7; i >= 0; i--, value >>= 8) {
        out[i] = (uint8_t)value;
    }
}

uint16_t cairn_bytes_get_u16(const uint8_t in[static 2])
{
    return (uint16_t)(in[0] << 8 | in[1]);
}

uint32_t cairn_bytes_get_u32(const uint8_t in[static 4])
{
    uint32_t value = 0;
    for (int i = 0; i < 4; i++) {
        value = value << 8 | in[i];
    }
    return value;
}

uint64_t cairn_bytes_get_u64(const uint8_t in[static 8])
{
    uint64_t value = 0;
    for (int i = 0; i < 8; i++) {
        value = value << 8 | in[i];
    }
    return value;
}
