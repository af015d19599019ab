/* Keys at rest under a passphrase: scrypt, then AES-256-GCM.
 *
 *     u8 algorithm (1) | u8 log2 N | u8 r | u8 p | salt 16 | ciphertext | tag 16
 *
 * The first 20 bytes are the AAD; nonce 0, since every salt gives a key that is used once.
 * Allocates inside OpenSSL (128 MiB at the default cost). source RFC 7914 */
#ifndef CAIRN_CRYPTO_SCRYPT_H
#define CAIRN_CRYPTO_SCRYPT_H

#include "schema/base/bytes.h"
#include "schema/base/err.h"

#define CAIRN_SCRYPT_LOG_N         17u
#define CAIRN_SCRYPT_LOG_N_MAX     18u  /* 256 MiB: a file from outside cannot ask for more */
#define CAIRN_SCRYPT_OVERHEAD      36u  /* sealed bytes - plaintext bytes */
#define CAIRN_SCRYPT_PLAINTEXT_MAX 256u /* a few keys, not documents */

struct cairn_scrypt {
    struct cairn_bytes passphrase;
    const uint8_t *salt; /* 16 fresh random bytes; not used by open */
    uint8_t log_n;       /* 10..CAIRN_SCRYPT_LOG_N_MAX; not used by open */
};

/* Seal a few key bytes.
 *
 * shape   plaintext at most CAIRN_SCRYPT_PLAINTEXT_MAX; out has plaintext.size + OVERHEAD bytes
 * errors  CAIRN_MEMORY  scrypt could not get its memory
 * cost    0.4 s at the default cost */
CAIRN_MUST cairn_err cairn_scrypt_seal(const struct cairn_scrypt *with,
                                       struct cairn_bytes plaintext, uint8_t *out);

/* Open what seal wrote; the parameters come from the bytes.
 *
 * shape   out has sealed.size - OVERHEAD bytes
 * errors  CAIRN_SHORT, CAIRN_TOO_LONG; CAIRN_NUMBER unknown algorithm or cost out of range;
 *         CAIRN_CRYPTO_PASSPHRASE wrong passphrase or damaged; CAIRN_MEMORY; out is zeroed */
CAIRN_MUST cairn_err cairn_scrypt_open(struct cairn_bytes passphrase, struct cairn_bytes sealed,
                                       uint8_t *out);

#endif
