/* Sealing and opening of one entry's body.
 *
 *     operation --pad--> plaintext --GCM(K)--> ciphertext      K = HMAC(fresh, H(AAD | plaintext))
 *     K --GCM(slot key)--> slot          H(label | K) = commitment
 *     body = slot | commitment | ciphertext;   stub = prefix | index | H(body)
 *
 * Pure; buffers come from the caller. docs/protocol.md, P-20 to P-24. */
#ifndef CAIRN_REPLICATION_LOG_BODY_H
#define CAIRN_REPLICATION_LOG_BODY_H

#include "crypto/suite.h"
#include "schema/base/bytes.h"
#include "schema/base/err.h"
#include "schema/entry.h"

/* Where an entry stands, and with what it is sealed or opened. */
struct cairn_body_place {
    struct cairn_bytes origin;
    const uint8_t *feed; /* 16 bytes */
    uint32_t epoch;
    uint64_t index;
    const struct cairn_suite *suite; /* borrowed */
};

struct cairn_body_keys {
    const uint8_t *slot;  /* 32 bytes: slot key of the place's epoch */
    const uint8_t *fresh; /* 32 random bytes, used for nothing else */
};

/* Size of the sealed body of an operation. */
size_t cairn_body_sealed_bytes(size_t operation_bytes);

/* Seal an operation.
 *
 * shape   out has cairn_body_sealed_bytes
 * gives   *out_stub complete */
void cairn_body_seal(const struct cairn_body_place *place, const struct cairn_body_keys *keys,
                     struct cairn_bytes operation, uint8_t *out, struct cairn_stub *out_stub);

/* The stub of a body at its place; algorithms: CAIRN_ENTRY_CLEAR or _SEALED. */
void cairn_body_stub(const struct cairn_body_place *place, uint8_t algorithms,
                     struct cairn_bytes body, struct cairn_stub *out);

/* Find the content key in the slot.
 *
 * errors  CAIRN_SHORT (body), CAIRN_CRYPTO_OPEN, CAIRN_CRYPTO_COMMITMENT */
CAIRN_MUST cairn_err cairn_body_content_key(const struct cairn_body_place *place,
                                            const uint8_t slot_key[static 32],
                                            struct cairn_bytes body, uint8_t out[static 32]);

/* Open a body with its content key. The commitment is checked before anything is decrypted.
 *
 * shape   scratch: at least body.size bytes; *out_operation points into it
 * errors  CAIRN_SHORT, CAIRN_CRYPTO_COMMITMENT, CAIRN_CRYPTO_OPEN, CAIRN_BODY_PADDING */
CAIRN_MUST cairn_err cairn_body_open(const struct cairn_body_place *place,
                                     const uint8_t content_key[static 32], struct cairn_bytes body,
                                     uint8_t *scratch, struct cairn_bytes *out_operation);

#endif
