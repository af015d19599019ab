/* Standard base64 with padding (RFC 4648 section 4), one spelling per value. Pure. */
#ifndef CAIRN_SCHEMA_BASE_BASE64_H
#define CAIRN_SCHEMA_BASE_BASE64_H

#include "schema/base/bytes.h"
#include "schema/base/err.h"

/* Characters that `size` bytes take. */
#define CAIRN_BASE64_SIZE(size) (((size) + 2u) / 3u * 4u)

/* Encode, without a final NUL.
 *
 * errors  CAIRN_NO_ROOM  capacity is under CAIRN_BASE64_SIZE; nothing written */
CAIRN_MUST cairn_err cairn_base64_encode(struct cairn_bytes bytes, uint8_t *out, size_t capacity,
                                         size_t *out_size);

/* Decode the one canonical spelling; padding is required, unused bits are zero, no blanks.
 *
 * errors  CAIRN_BASE64  any other text; CAIRN_NO_ROOM; out and *out_size unchanged */
CAIRN_MUST cairn_err cairn_base64_decode(struct cairn_bytes text, uint8_t *out, size_t capacity,
                                         size_t *out_size);

#endif
