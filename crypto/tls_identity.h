/* Who we are in TLS: a certificate and its private key, in memory. There is no CA: the other side
 * knows us by the SHA-256 of the SubjectPublicKeyInfo (the pin). Bytes in, bytes out; no files.
 * Certificates made here run from 2020 to 9999: their life is the country document's business. */
#ifndef CAIRN_CRYPTO_TLS_IDENTITY_H
#define CAIRN_CRYPTO_TLS_IDENTITY_H

#include "schema/base/bytes.h"
#include "schema/base/err.h"

#define CAIRN_TLS_SANS_MAX 32u

struct cairn_tls_identity; /* X509, further chain certificates, EVP_PKEY */

/* Names a web certificate is for: "node.example", or an address such as "192.0.2.1" or "::1". */
struct cairn_tls_names {
    const char *common;       /* subject, 1..64 bytes of ASCII */
    const char *const *names; /* subject alternative names */
    size_t count;             /* 1..CAIRN_TLS_SANS_MAX */
};

/* Make a node's identity: self-signed Ed25519. The same seed and name give the same certificate.
 *
 * shape   common: 1..64 bytes of ASCII
 * owns    give back with cairn_tls_identity_close, as for the next two
 * errors  CAIRN_LIBRARY  name not usable, or out of memory */
CAIRN_MUST cairn_err cairn_tls_identity_make(const uint8_t seed[static 32], const char *common,
                                             struct cairn_tls_identity **out);

/* Make a web identity: self-signed ECDSA P-256 (browsers take no Ed25519), key drawn by OpenSSL.
 *
 * errors  CAIRN_LIBRARY */
CAIRN_MUST cairn_err cairn_tls_identity_make_web(const struct cairn_tls_names *names,
                                                 struct cairn_tls_identity **out);

/* Read PEM (chain allowed, leaf first) or one DER certificate, and a PEM or DER private key.
 *
 * errors  CAIRN_CRYPTO_KEY  either is malformed, encrypted, or they do not belong together */
CAIRN_MUST cairn_err cairn_tls_identity_read(struct cairn_bytes certificate, struct cairn_bytes key,
                                             struct cairn_tls_identity **out);

/* Write as PEM, for a file of the host. The key is not encrypted: the host wipes its buffer.
 *
 * errors  CAIRN_NO_ROOM, CAIRN_LIBRARY */
CAIRN_MUST cairn_err cairn_tls_identity_write_certificate(const struct cairn_tls_identity *identity,
                                                          uint8_t *out, size_t capacity,
                                                          size_t *out_size);
CAIRN_MUST cairn_err cairn_tls_identity_write_key(const struct cairn_tls_identity *identity,
                                                  uint8_t *out, size_t capacity, size_t *out_size);

/* SHA-256 of our SubjectPublicKeyInfo: what the country document names. */
void cairn_tls_identity_spki(const struct cairn_tls_identity *identity, uint8_t out[static 32]);

/* The same of somebody's certificate, PEM or DER.
 *
 * errors  CAIRN_CRYPTO_KEY  not a certificate */
CAIRN_MUST cairn_err cairn_tls_identity_spki_of(struct cairn_bytes certificate,
                                                uint8_t out[static 32]);

/* For tls.c alone, in OpenSSL's types. gives: false when OpenSSL refuses */
struct ssl_ctx_st;
struct x509_st;
bool cairn_tls_identity_use(const struct cairn_tls_identity *identity, struct ssl_ctx_st *context);
bool cairn_tls_identity_hash(const struct x509_st *certificate, uint8_t out[static 32]);

/* NULL is harmless. */
void cairn_tls_identity_close(struct cairn_tls_identity *identity);

#endif
