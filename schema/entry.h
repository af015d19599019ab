/* One entry as bytes: the stub, and the two forms a body can have. Pure layout: what is hashed,
 * sealed or opened is done elsewhere.
 *
 *     stub       u8 version | u8 algorithms | u16 flags | u32 epoch | u64 index | 32 body hash
 *                |<------------------- prefix 8 ----------------->|
 *     clear      the operation itself
 *     sealed     slot 48 | commitment 32 | ciphertext of the plaintext, and 16 of tag
 *     plaintext  u32 length | operation | zeros up to a multiple of 64 (shortest)
 *
 * docs/protocol.md, section 3. */
#ifndef CAIRN_SCHEMA_ENTRY_H
#define CAIRN_SCHEMA_ENTRY_H

#include "schema/base/bytes.h"
#include "schema/base/err.h"
#include "schema/base/limits.h"

#define CAIRN_STUB_BYTES        48u
#define CAIRN_PREFIX_BYTES      8u
#define CAIRN_ENTRY_VERSION     1u
#define CAIRN_ENTRY_CLEAR       0u /* algorithms: the body is the operation */
#define CAIRN_ENTRY_SEALED      1u /* algorithms: AES-256-GCM, commitment by SHA-256 */
#define CAIRN_SLOT_BYTES        48u
#define CAIRN_COMMITMENT_BYTES  32u
#define CAIRN_SEAL_TAG_BYTES    16u
#define CAIRN_PADDING_BYTES     64u
#define CAIRN_SEALED_HEAD_BYTES (CAIRN_SLOT_BYTES + CAIRN_COMMITMENT_BYTES)
#define CAIRN_SEALED_MIN_BYTES                                                                     \
    (CAIRN_SEALED_HEAD_BYTES + CAIRN_PADDING_BYTES + CAIRN_SEAL_TAG_BYTES)

struct cairn_prefix {
    uint8_t version;    /* CAIRN_ENTRY_VERSION */
    uint8_t algorithms; /* CAIRN_ENTRY_CLEAR or CAIRN_ENTRY_SEALED */
    uint16_t flags;     /* 0 */
    uint32_t epoch;     /* of the feed's keys */
};

struct cairn_stub {
    uint8_t version, algorithms; /* these four: as in cairn_prefix */
    uint16_t flags;
    uint32_t epoch;
    uint64_t index; /* from 0 within the feed */
    uint8_t body_hash[32];
};

struct cairn_sealed {
    struct cairn_bytes slot;       /* CAIRN_SLOT_BYTES */
    struct cairn_bytes commitment; /* CAIRN_COMMITMENT_BYTES */
    struct cairn_bytes ciphertext; /* k * CAIRN_PADDING_BYTES + CAIRN_SEAL_TAG_BYTES, k >= 1 */
};

/* Lay a stub out. Values that no decoder would accept are a panic. source: P-20 */
void cairn_stub_encode(const struct cairn_stub *stub, uint8_t out[static CAIRN_STUB_BYTES]);

/* errors  CAIRN_STUB  version, algorithms or flags that this build does not know; *out unchanged */
CAIRN_MUST cairn_err cairn_stub_decode(const uint8_t in[static CAIRN_STUB_BYTES],
                                       struct cairn_stub *out);

/* The first 8 bytes of a stub, as they stand before every body in a commit. As for stubs. */
void cairn_prefix_encode(const struct cairn_prefix *prefix, uint8_t out[static CAIRN_PREFIX_BYTES]);
CAIRN_MUST cairn_err cairn_prefix_decode(const uint8_t in[static CAIRN_PREFIX_BYTES],
                                         struct cairn_prefix *out);

/* Lay out the stub of a received entry: the prefix as received, its index, its body's hash. */
void cairn_stub_join(const uint8_t prefix[static CAIRN_PREFIX_BYTES], uint64_t index,
                     const uint8_t body_hash[static 32], uint8_t out[static CAIRN_STUB_BYTES]);

/* Take a sealed body apart.
 *
 * owns    the views of out borrow from body
 * errors  CAIRN_SHORT (under CAIRN_SEALED_MIN_BYTES), CAIRN_TOO_LONG (over
 *         CAIRN_LIMIT_BODY_BYTES), CAIRN_BODY_PADDING (ciphertext is of no padded length);
 *         *out unchanged
 * source  P-21 */
CAIRN_MUST cairn_err cairn_sealed_split(struct cairn_bytes body, struct cairn_sealed *out);

/* Size of the plaintext that holds an operation of this size. units: bytes, at most
 * CAIRN_LIMIT_BATCH_BYTES, else a panic */
size_t cairn_padded_size(size_t operation_bytes);

/* Write the plaintext of an operation. operation: at most CAIRN_LIMIT_BATCH_BYTES, else a panic
 *
 * owns    *out is a view of buffer, cairn_padded_size long
 * errors  CAIRN_NO_ROOM  capacity is smaller; nothing written */
CAIRN_MUST cairn_err cairn_plaintext_encode(struct cairn_bytes operation, void *buffer,
                                            size_t capacity, struct cairn_bytes *out);

/* Give the operation inside a plaintext.
 *
 * owns    *out_operation borrows from plaintext
 * errors  CAIRN_BODY_PADDING  length, size or a padding byte is not as P-21 says; *out_operation
 *         unchanged */
CAIRN_MUST cairn_err cairn_plaintext_decode(struct cairn_bytes plaintext,
                                            struct cairn_bytes *out_operation);

#endif
