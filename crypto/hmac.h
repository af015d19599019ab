/* HMAC-SHA-256 and HKDF-SHA-256 over hash.h: no allocation, no context to keep. Pure.
 * Above this folder use the suite; here they serve HPKE and both suites.
 * source RFC 2104, RFC 5869 */
#ifndef CAIRN_CRYPTO_HMAC_H
#define CAIRN_CRYPTO_HMAC_H

#include "crypto/hash.h"
#include "schema/base/bytes.h"

#define CAIRN_HMAC_EXPAND_MAX 8160u /* 255 digests */

/* A MAC in the making, for messages in several pieces. Cleared by final. */
struct cairn_hmac {
    struct cairn_sha256 inner;
    uint8_t outer_pad[64];
};

void cairn_hmac_init(struct cairn_hmac *hmac, struct cairn_bytes key);
void cairn_hmac_update(struct cairn_hmac *hmac, struct cairn_bytes message);
void cairn_hmac_final(struct cairn_hmac *hmac, uint8_t out[static 32]);

void cairn_hmac_of(struct cairn_bytes key, struct cairn_bytes message, uint8_t out[static 32]);

/* HKDF's two halves. shape: prk 32 bytes; out_size <= CAIRN_HMAC_EXPAND_MAX */
void cairn_hmac_extract(struct cairn_bytes salt, struct cairn_bytes ikm, uint8_t out[static 32]);
void cairn_hmac_expand(const uint8_t prk[static 32], struct cairn_bytes info, uint8_t *out,
                       size_t out_size);

#endif
