/* SHA-256, the only digest of the formats. A context lives on the stack and is thrown away; nothing
 * is allocated, so nothing here can fail.
 *
 *     init -> update ... update -> final        or in one go: cairn_sha256_of
 *
 * Pure. Uses OpenSSL's low-level calls (docs/decisions/0002-crypto.md says why). */
#ifndef CAIRN_CRYPTO_HASH_H
#define CAIRN_CRYPTO_HASH_H

#include "schema/base/bytes.h"

#define CAIRN_HASH_BYTES 32u

struct cairn_sha256 {
    uint32_t words[28]; /* OpenSSL's SHA256_CTX; its size and type are asserted in hash.c */
};

void cairn_sha256_init(struct cairn_sha256 *hash);

/* Add bytes; any number of calls, in order. */
void cairn_sha256_update(struct cairn_sha256 *hash, struct cairn_bytes bytes);

/* Give the digest. The context must be initialised again before further use. */
void cairn_sha256_final(struct cairn_sha256 *hash, uint8_t out[static 32]);

/* Digest of one run of bytes. cost: 66 ns for 32 bytes, 380 ns for 500 */
void cairn_sha256_of(struct cairn_bytes bytes, uint8_t out[static 32]);

#endif
