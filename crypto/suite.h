/* What needs a key, as one table of functions: the real one over OpenSSL, and a fast fake for the
 * simulator. Same calls, same errors, so everything above can run with either.
 *
 *     core, verify, tests --> cairn_suite_*(suite, ...) --> table --> suite_real.c | suite_fake.c
 *
 * One suite object per thread: it holds contexts that are reused from call to call. Functions that
 * give nothing cannot fail on any input; a library that breaks down under them is a panic.
 * Secrets are plain 32-byte pointers here; their owners keep them in cairn_secret. */
#ifndef CAIRN_CRYPTO_SUITE_H
#define CAIRN_CRYPTO_SUITE_H

#include "schema/base/bytes.h"
#include "schema/base/err.h"

#define CAIRN_SUITE_TAG_BYTES  16u   /* sealed = plaintext + tag */
#define CAIRN_SUITE_WRAP_BYTES 80u   /* encapsulated key 32 | ciphertext 32 | tag 16 */
#define CAIRN_SUITE_HKDF_MAX   8160u /* 255 digests */

/* What seal and open are bound to. */
struct cairn_suite_box {
    const uint8_t *key;     /* 32 bytes */
    const uint8_t *nonce;   /* 12 bytes; never twice with one key */
    struct cairn_bytes aad; /* authenticated, not sealed */
};

/* For whom a wrap is made. The same three always give the same wrap of the same secret. */
struct cairn_suite_wrap_to {
    const uint8_t *ikm_e;     /* 32 bytes, RFC 9180's ikmE: unique to recipient and secret */
    const uint8_t *recipient; /* 32 bytes, public key */
    struct cairn_bytes info;
};

struct cairn_suite_hkdf {
    struct cairn_bytes ikm;
    struct cairn_bytes salt; /* may be empty */
    struct cairn_bytes info;
};

/* Each member is the wrapper of that name below. */
struct cairn_suite_table {
    void (*sign_public)(void *state, const uint8_t *seed, uint8_t *out);
    void (*sign)(void *state, const uint8_t *seed, struct cairn_bytes message, uint8_t *out);
    cairn_err (*verify)(void *state, const uint8_t *public_key, struct cairn_bytes message,
                        const uint8_t *signature);
    void (*dh_public)(void *state, const uint8_t *secret, uint8_t *out);
    cairn_err (*dh)(void *state, const uint8_t *secret, const uint8_t *public_key, uint8_t *out);
    cairn_err (*wrap)(void *state, const struct cairn_suite_wrap_to *to, const uint8_t *plaintext,
                      uint8_t *out);
    cairn_err (*unwrap)(void *state, const uint8_t *secret, struct cairn_bytes info,
                        const uint8_t *wrap, uint8_t *out);
    void (*seal)(void *state, const struct cairn_suite_box *box, struct cairn_bytes plaintext,
                 uint8_t *out);
    cairn_err (*open)(void *state, const struct cairn_suite_box *box, struct cairn_bytes sealed,
                      uint8_t *out);
    void (*block)(void *state, const uint8_t *key, const uint8_t *in, uint8_t *out);
    void (*close)(void *state);
};

struct cairn_suite {
    const struct cairn_suite_table *table; /* static */
    void *state;                           /* the table's own; NULL for the fake */
};

/* Fetch the algorithms and allocate the contexts. owns: give back with cairn_suite_close
 *
 * errors  CAIRN_LIBRARY  OpenSSL does not offer an algorithm, or is out of memory */
CAIRN_MUST cairn_err cairn_suite_open_real(struct cairn_suite *out);

/* Keyed-hash stand-ins: no allocation, no secrecy. A signature that was not made through this table
 * does not verify, what was sealed under another key does not open, dh agrees from both sides. */
void cairn_suite_init_fake(struct cairn_suite *out);

/* Release what open took and clear its memory; harmless for the fake. */
void cairn_suite_close(struct cairn_suite *suite);

/* Ed25519 public key of a seed. source RFC 8032 */
void cairn_suite_sign_public(const struct cairn_suite *suite, const uint8_t seed[static 32],
                             uint8_t out[static 32]);

/* Ed25519 signature (deterministic). cost: 45 us */
void cairn_suite_sign(const struct cairn_suite *suite, const uint8_t seed[static 32],
                      struct cairn_bytes message, uint8_t out[static 64]);

/* errors  CAIRN_CRYPTO_SIGNATURE  also for a malformed public key. cost: 115 us */
CAIRN_MUST cairn_err cairn_suite_verify(const struct cairn_suite *suite,
                                        const uint8_t public_key[static 32],
                                        struct cairn_bytes message,
                                        const uint8_t signature[static 64]);

/* X25519 public key of a secret. source RFC 7748 */
void cairn_suite_dh_public(const struct cairn_suite *suite, const uint8_t secret[static 32],
                           uint8_t out[static 32]);

/* X25519. errors  CAIRN_CRYPTO_KEY  the result is all zero (low-order point); out unchanged */
CAIRN_MUST cairn_err cairn_suite_dh(const struct cairn_suite *suite,
                                    const uint8_t secret[static 32],
                                    const uint8_t public_key[static 32], uint8_t out[static 32]);

/* Wrap a 32-byte secret for one recipient: HPKE base mode, X25519 / HKDF-SHA256 /
 * ChaCha20-Poly1305, ephemeral key by DeriveKeyPair(ikm_e), so that others can recompute it.
 *
 * errors  CAIRN_CRYPTO_KEY  recipient is a low-order point; out unchanged
 * source  RFC 9180 */
CAIRN_MUST cairn_err cairn_suite_wrap(const struct cairn_suite *suite,
                                      const struct cairn_suite_wrap_to *to,
                                      const uint8_t plaintext[static 32],
                                      uint8_t out[static CAIRN_SUITE_WRAP_BYTES]);

/* errors  CAIRN_CRYPTO_OPEN  wrap is not for this secret and info, or is damaged; out unchanged */
CAIRN_MUST cairn_err cairn_suite_unwrap(const struct cairn_suite *suite,
                                        const uint8_t secret[static 32], struct cairn_bytes info,
                                        const uint8_t wrap[static CAIRN_SUITE_WRAP_BYTES],
                                        uint8_t out[static 32]);

/* AES-256-GCM. shape: out has plaintext.size + 16 bytes and may be plaintext.data (in place) */
void cairn_suite_seal(const struct cairn_suite *suite, const struct cairn_suite_box *box,
                      struct cairn_bytes plaintext, uint8_t *out);

/* AES-256-GCM. shape: out has sealed.size - 16 bytes and may be sealed.data (in place)
 *
 * errors  CAIRN_CRYPTO_OPEN  wrong key, nonce or aad, damaged, or shorter than a tag; out is zeroed
 */
CAIRN_MUST cairn_err cairn_suite_open(const struct cairn_suite *suite,
                                      const struct cairn_suite_box *box, struct cairn_bytes sealed,
                                      uint8_t *out);

/* One AES-256 block, raw. out may be in. */
void cairn_suite_block(const struct cairn_suite *suite, const uint8_t key[static 32],
                       const uint8_t in[static 16], uint8_t out[static 16]);

/* HMAC-SHA-256; the same in both tables. */
void cairn_suite_hmac(const struct cairn_suite *suite, struct cairn_bytes key,
                      struct cairn_bytes message, uint8_t out[static 32]);

/* HKDF-SHA-256, extract and expand. shape: out_size <= CAIRN_SUITE_HKDF_MAX. source RFC 5869 */
void cairn_suite_hkdf(const struct cairn_suite *suite, const struct cairn_suite_hkdf *input,
                      uint8_t *out, size_t out_size);

#endif
