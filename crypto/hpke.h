/* RFC 9180 HPKE, one suite and one mode: base, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256,
 * ChaCha20-Poly1305. Above this folder use cairn_suite_wrap and _unwrap.
 *
 *     sender: setup_sender(ikm_e, recipient, info) -> enc, context -> seal
 *     receiver: setup_receiver(secret, enc, info)       -> context -> open
 *
 * OpenSSL 3.0 has no HPKE of its own. */
#ifndef CAIRN_CRYPTO_HPKE_H
#define CAIRN_CRYPTO_HPKE_H

#include "crypto/suite.h"
#include "schema/base/bytes.h"
#include "schema/base/err.h"

struct cairn_hpke {
    uint8_t key[32];
    uint8_t base_nonce[12];
    uint8_t exporter_secret[32];
};

/* What seal and open are bound to, beside the context. */
struct cairn_hpke_message {
    uint64_t seq; /* number of the message in this context, from 0; never twice */
    struct cairn_bytes aad;
};

/* DeriveKeyPair: a secret key from input keying material. source RFC 9180 7.1.3 */
void cairn_hpke_derive_secret(const uint8_t ikm[static 32], uint8_t out[static 32]);

/* SetupBaseS with the ephemeral key of to->ikm_e.
 *
 * errors  CAIRN_CRYPTO_KEY  recipient is a low-order point; outputs unchanged */
CAIRN_MUST cairn_err cairn_hpke_setup_sender(const struct cairn_suite_wrap_to *to,
                                             uint8_t out_enc[static 32], struct cairn_hpke *out);

/* SetupBaseR. errors  CAIRN_CRYPTO_KEY  enc is a low-order point; *out unchanged */
CAIRN_MUST cairn_err cairn_hpke_setup_receiver(const uint8_t secret[static 32],
                                               const uint8_t enc[static 32],
                                               struct cairn_bytes info, struct cairn_hpke *out);

/* shape: out has plaintext.size + 16 bytes */
void cairn_hpke_seal(const struct cairn_hpke *context, const struct cairn_hpke_message *message,
                     struct cairn_bytes plaintext, uint8_t *out);

/* shape: out has sealed.size - 16 bytes. errors  CAIRN_CRYPTO_OPEN; out is zeroed */
CAIRN_MUST cairn_err cairn_hpke_open(const struct cairn_hpke *context,
                                     const struct cairn_hpke_message *message,
                                     struct cairn_bytes sealed, uint8_t *out);

/* Forget the keys. */
void cairn_hpke_clear(struct cairn_hpke *context);

#endif
