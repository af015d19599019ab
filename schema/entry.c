#include "schema/entry.h"

#include "schema/base/check.h"

#include <string.h>

_Static_assert(CAIRN_SEALED_HEAD_BYTES + CAIRN_LIMIT_BATCH_BYTES + CAIRN_PADDING_BYTES +
                       CAIRN_SEAL_TAG_BYTES <=
                   CAIRN_LIMIT_BODY_BYTES,
               "the largest batch fits a sealed body");

#define ENTRY_LENGTH_BYTES 4u

static bool entry_is_known(const struct cairn_prefix *prefix)
{
    return prefix->version == CAIRN_ENTRY_VERSION && prefix->algorithms <= CAIRN_ENTRY_SEALED &&
           prefix->flags == 0;
}

void cairn_prefix_encode(const struct cairn_prefix *prefix, uint8_t out[static CAIRN_PREFIX_BYTES])
{
    CAIRN_REQUIRE(entry_is_known(prefix));
    out[0] = prefix->version;
    out[1] = prefix->algorithms;
    cairn_bytes_put_u16(out + 2, prefix->flags);
    cairn_bytes_put_u32(out + 4, prefix->epoch);
}

cairn_err cairn_prefix_decode(const uint8_t in[static CAIRN_PREFIX_BYTES], struct cairn_prefix *out)
{
    struct cairn_prefix prefix = {
        .version = in[0],
        .algorithms = in[1],
        .flags = cairn_bytes_get_u16(in + 2),
        .epoch = cairn_bytes_get_u32(in + 4),
    };
    if (!entry_is_known(&prefix)) {
        return CAIRN_STUB;
    }
    *out = prefix;
    return CAIRN_OK;
}

void cairn_stub_encode(const struct cairn_stub *stub, uint8_t out[static CAIRN_STUB_BYTES])
{
    struct cairn_prefix prefix = {
        .version = stub->version,
        .algorithms = stub->algorithms,
        .flags = stub->flags,
        .epoch = stub->epoch,
    };
    uint8_t prefix_bytes[CAIRN_PREFIX_BYTES];
    cairn_prefix_encode(&prefix, prefix_bytes);
    cairn_stub_join(prefix_bytes, stub->index, stub->body_hash, out);
}

cairn_err cairn_stub_decode(const uint8_t in[static CAIRN_STUB_BYTES], struct cairn_stub *out)
{
    struct cairn_prefix prefix;
    CAIRN_TRY(cairn_prefix_decode(in, &prefix));
    *out = (struct cairn_stub){
        .version = prefix.version,
        .algorithms = prefix.algorithms,
        .flags = prefix.flags,
        .epoch = prefix.epoch,
        .index = cairn_bytes_get_u64(in + 8),
    };
    memcpy(out->body_hash, in + 16, sizeof out->body_hash);
    return CAIRN_OK;
}

void cairn_stub_join(const uint8_t prefix[static CAIRN_PREFIX_BYTES], uint64_t index,
                     const uint8_t body_hash[static 32], uint8_t out[static CAIRN_STUB_BYTES])
{
    memcpy(out, prefix, CAIRN_PREFIX_BYTES);
    cairn_bytes_put_u64(out + 8, index);
    memcpy(out + 16, body_hash, 32);
}

cairn_err cairn_sealed_split(struct cairn_bytes body, struct cairn_sealed *out)
{
    if (body.size < CAIRN_SEALED_MIN_BYTES) {
        return CAIRN_SHORT;
    }
    if (body.size > CAIRN_LIMIT_BODY_BYTES) {
        return CAIRN_TOO_LONG;
    }
    size_t ciphertext_bytes = body.size - CAIRN_SEALED_HEAD_BYTES;
    if ((ciphertext_bytes - CAIRN_SEAL_TAG_BYTES) % CAIRN_PADDING_BYTES != 0) {
        return CAIRN_BODY_PADDING;
    }
    *out = (struct cairn_sealed){
        .slot = {.data = body.data, .size = CAIRN_SLOT_BYTES},
        .commitment = {.data = body.data + CAIRN_SLOT_BYTES, .size = CAIRN_COMMITMENT_BYTES},
        .ciphertext = {.data = body.data + CAIRN_SEALED_HEAD_BYTES, .size = ciphertext_bytes},
    };
    return CAIRN_OK;
}

size_t cairn_padded_size(size_t operation_bytes)
{
    CAIRN_REQUIRE(operation_bytes <= CAIRN_LIMIT_BATCH_BYTES);
    size_t size = ENTRY_LENGTH_BYTES + operation_bytes;
    return (size + CAIRN_PADDING_BYTES - 1) / CAIRN_PADDING_BYTES * CAIRN_PADDING_BYTES;
}

cairn_err cairn_plaintext_encode(struct cairn_bytes operation, void *buffer, size_t capacity,
                                 struct cairn_bytes *out)
{
    size_t size = cairn_padded_size(operation.size);
    if (capacity < size) {
        return CAIRN_NO_ROOM;
    }
    uint8_t *data = buffer;
    cairn_bytes_put_u32(data, (uint32_t)operation.size);
    if (operation.size > 0) {
        memcpy(data + ENTRY_LENGTH_BYTES, operation.data, operation.size);
    }
    size_t end = ENTRY_LENGTH_BYTES + operation.size;
    memset(data + end, 0, size - end);
    *out = (struct cairn_bytes){.data = data, .size = size};
    return CAIRN_OK;
}

cairn_err cairn_plaintext_decode(struct cairn_bytes plaintext, struct cairn_bytes *out_operation)
{
    if (plaintext.size < ENTRY_LENGTH_BYTES) {
        return CAIRN_BODY_PADDING;
    }
    size_t size = cairn_bytes_get_u32(plaintext.data);
    if (size > CAIRN_LIMIT_BATCH_BYTES || plaintext.size != cairn_padded_size(size)) {
        return CAIRN_BODY_PADDING;
    }
    for (size_t i = ENTRY_LENGTH_BYTES + size; i < plaintext.size; i++) {
        if (plaintext.data[i] != 0) {
            return CAIRN_BODY_PADDING;
        }
    }
    *out_operation =
        (struct cairn_bytes){.data = plaintext.data + ENTRY_LENGTH_BYTES, .size = size};
    return CAIRN_OK;
}
