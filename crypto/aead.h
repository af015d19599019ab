/* The two AEADs over OpenSSL: AES-256-GCM for the log, ChaCha20-Poly1305 inside HPKE. Above this
 * folder use the suite. source NIST SP 800-38D, RFC 8439 */
#ifndef CAIRN_CRYPTO_AEAD_H
#define CAIRN_CRYPTO_AEAD_H

#include "crypto/suite.h"
#include "schema/base/bytes.h"
#include "schema/base/err.h"

enum cairn_aead_kind { CAIRN_AEAD_AES_256_GCM, CAIRN_AEAD_CHACHA20_POLY1305 };

struct evp_cipher_ctx_st; /* OpenSSL's EVP_CIPHER_CTX */

/* Allocate a context that can be used again and again, for both directions. Where a box has no key
 * (NULL), the one of the last call with this context counts: that saves the key schedule.
 *
 * owns    free with EVP_CIPHER_CTX_free
 * gives   NULL when OpenSSL does not offer the cipher, or is out of memory */
struct evp_cipher_ctx_st *cairn_aead_context(enum cairn_aead_kind kind);

/* shape: out has plaintext.size + 16 bytes and may be plaintext.data */
void cairn_aead_seal(struct evp_cipher_ctx_st *context, const struct cairn_suite_box *box,
                     struct cairn_bytes plaintext, uint8_t *out);

/* shape: out has sealed.size - 16 bytes and may be sealed.data
 *
 * errors  CAIRN_CRYPTO_OPEN  does not open, or is shorter than a tag; out is zeroed */
CAIRN_MUST cairn_err cairn_aead_open(struct evp_cipher_ctx_st *context,
                                     const struct cairn_suite_box *box, struct cairn_bytes sealed,
                                     uint8_t *out);

/* The same with a context of the moment. */
void cairn_aead_seal_once(enum cairn_aead_kind kind, const struct cairn_suite_box *box,
                          struct cairn_bytes plaintext, uint8_t *out);
CAIRN_MUST cairn_err cairn_aead_open_once(enum cairn_aead_kind kind,
                                          const struct cairn_suite_box *box,
                                          struct cairn_bytes sealed, uint8_t *out);

#endif
