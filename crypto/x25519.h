/* X25519 over OpenSSL. Above this folder use the suite. source RFC 7748 */
#ifndef CAIRN_CRYPTO_X25519_H
#define CAIRN_CRYPTO_X25519_H

#include <stdint.h>

#include "schema/base/err.h"

/* Public key of a secret (clamped inside). */
void cairn_x25519_public(const uint8_t secret[static 32], uint8_t out[static 32]);

/* errors  CAIRN_CRYPTO_KEY  the result is all zero (low-order point); out unchanged */
CAIRN_MUST cairn_err cairn_x25519_derive(const uint8_t secret[static 32],
                                         const uint8_t public_key[static 32],
                                         uint8_t out[static 32]);

#endif
