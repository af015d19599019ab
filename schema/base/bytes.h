/* A borrowed view of bytes: never owns, never frees, never ends in NUL. Fixed-width integers are
 * big-endian everywhere. */
#ifndef CAIRN_SCHEMA_BASE_BYTES_H
#define CAIRN_SCHEMA_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cairn_bytes {
    const uint8_t *data; /* may be NULL only when size is 0 */
    size_t size;         /* in bytes */
};

/* View of a C string without its NUL. */
struct cairn_bytes cairn_bytes_of(const char *text);

bool cairn_bytes_is_equal(struct cairn_bytes left, struct cairn_bytes right);

/* The sizes of nearly all names here: 16 bytes name a feed, a log or a tag, 32 a key, a hash or an
 * entry. Not in constant time; cairn_secret_is_same is. */
bool cairn_bytes_is_same16(const uint8_t left[static 16], const uint8_t right[static 16]);
bool cairn_bytes_is_same32(const uint8_t left[static 32], const uint8_t right[static 32]);

/* Order as memcmp, a prefix before what it begins. gives <0, 0, >0 */
int cairn_bytes_order(struct cairn_bytes left, struct cairn_bytes right);

void cairn_bytes_put_u16(uint8_t out[static 2], uint16_t value);
void cairn_bytes_put_u32(uint8_t out[static 4], uint32_t value);
void cairn_bytes_put_u64(uint8_t out[static 8], uint64_t value);
uint16_t cairn_bytes_get_u16(const uint8_t in[static 2]);
uint32_t cairn_bytes_get_u32(const uint8_t in[static 4]);
uint64_t cairn_bytes_get_u64(const uint8_t in[static 8]);

#endif
