#include "crypto/tls_identity.h"

#include <limits.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "crypto/hash.h"
#include "schema/base/check.h"

struct cairn_tls_identity {
    X509 *certificate;
    EVP_PKEY *key;
    STACK_OF(X509) * chain; /* further certificates, may be empty */
};

static cairn_err tls_identity_new(struct cairn_tls_identity **out)
{
    struct cairn_tls_identity *identity = OPENSSL_zalloc(sizeof *identity);
    if (identity == NULL) {
        return CAIRN_LIBRARY;
    }
    identity->chain = sk_X509_new_null();
    if (identity->chain == NULL) {
        OPENSSL_free(identity);
        return CAIRN_LIBRARY;
    }
    *out = identity;
    return CAIRN_OK;
}

void cairn_tls_identity_close(struct cairn_tls_identity *identity)
{
    if (identity == NULL) {
        return;
    }
    X509_free(identity->certificate);
    EVP_PKEY_free(identity->key);
    sk_X509_pop_free(identity->chain, X509_free);
    OPENSSL_free(identity);
}

bool cairn_tls_identity_hash(const X509 *certificate, uint8_t out[static 32])
{
    uint8_t *der = NULL;
    int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
    if (size <= 0) {
        return false;
    }
    cairn_sha256_of((struct cairn_bytes){der, (size_t)size}, out);
    OPENSSL_free(der);
    return true;
}

/* The serial number follows from the key, so that a certificate can be made again. */
static bool tls_identity_set_serial(X509 *certificate)
{
    uint8_t hash[32];
    if (!cairn_tls_identity_hash(certificate, hash)) {
        return false;
    }
    hash[0] = (uint8_t)((hash[0] & 0x7f) | 0x40);
    BIGNUM *number = BN_bin2bn(hash, 16, NULL);
    bool is_set =
        number != NULL && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != NULL;
    BN_free(number);
    return is_set;
}

static bool tls_identity_set_names(X509 *certificate, const char *common)
{
    X509_NAME *name = X509_NAME_new();
    bool is_set = name != NULL &&
                  X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_ASC,
                                             (const unsigned char *)common, -1, -1, 0) == 1 &&
                  X509_set_subject_name(certificate, name) == 1 &&
                  X509_set_issuer_name(certificate, name) == 1;
    X509_NAME_free(name);
    return is_set;
}

static X509 *tls_identity_certificate(EVP_PKEY *key, const char *common)
{
    X509 *certificate = X509_new();
    bool is_made =
        certificate != NULL && X509_set_version(certificate, X509_VERSION_3) == 1 &&
        X509_set_pubkey(certificate, key) == 1 && tls_identity_set_serial(certificate) &&
        ASN1_TIME_set_string_X509(X509_getm_notBefore(certificate), "20200101000000Z") == 1 &&
        ASN1_TIME_set_string_X509(X509_getm_notAfter(certificate), "99991231235959Z") == 1 &&
        tls_identity_set_names(certificate, common);
    if (!is_made) {
        X509_free(certificate);
        return NULL;
    }
    return certificate;
}

/* Keep key and certificate, and sign with the one digest the key type wants. */
static cairn_err tls_identity_finish(X509 *certificate, EVP_PKEY *key, const EVP_MD *digest,
                                     struct cairn_tls_identity **out)
{
    struct cairn_tls_identity *identity = NULL;
    bool is_signed = certificate != NULL && X509_sign(certificate, key, digest) > 0;
    if (!is_signed || tls_identity_new(&identity) != CAIRN_OK) {
        ERR_clear_error();
        X509_free(certificate);
        EVP_PKEY_free(key);
        return CAIRN_LIBRARY;
    }
    identity->certificate = certificate;
    identity->key = key;
    *out = identity;
    return CAIRN_OK;
}

cairn_err cairn_tls_identity_make(const uint8_t seed[static 32], const char *common,
                                  struct cairn_tls_identity **out)
{
    EVP_PKEY *key = EVP_PKEY_new_raw_private_key_ex(NULL, "ED25519", NULL, seed, 32);
    X509 *certificate = key != NULL ? tls_identity_certificate(key, common) : NULL;
    return tls_identity_finish(certificate, key, NULL, out);
}

static bool tls_identity_is_dns(const char *name)
{
    size_t size = strlen(name);
    const char *allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.";
    return size > 0 && size <= 253 && strspn(name, allowed) == size;
}

/* gives NULL when the name is neither an address nor a host name */
static GENERAL_NAME *tls_identity_name(const char *name)
{
    ASN1_OCTET_STRING *address = a2i_IPADDRESS(name);
    if (address == NULL && !tls_identity_is_dns(name)) {
        return NULL;
    }
    ASN1_STRING *value = address;
    if (value == NULL) {
        value = ASN1_IA5STRING_new();
        if (value == NULL || ASN1_STRING_set(value, name, -1) != 1) {
            ASN1_STRING_free(value);
            return NULL;
        }
    }
    GENERAL_NAME *general = GENERAL_NAME_new();
    if (general == NULL) {
        ASN1_STRING_free(value);
        return NULL;
    }
    GENERAL_NAME_set0_value(general, address != NULL ? GEN_IPADD : GEN_DNS, value);
    return general;
}

static bool tls_identity_add_names(X509 *certificate, const struct cairn_tls_names *names)
{
    GENERAL_NAMES *list = GENERAL_NAMES_new();
    bool is_added = list != NULL && names->count > 0 && names->count <= CAIRN_TLS_SANS_MAX;
    for (size_t i = 0; is_added && i < names->count; i++) {
        GENERAL_NAME *name = tls_identity_name(names->names[i]);
        is_added = name != NULL && sk_GENERAL_NAME_push(list, name) > 0;
        if (!is_added) {
            GENERAL_NAME_free(name);
        }
    }
    is_added = is_added && X509_add1_ext_i2d(certificate, NID_subject_alt_name, list, 0,
                                             X509V3_ADD_DEFAULT) == 1;
    GENERAL_NAMES_free(list);
    return is_added;
}

cairn_err cairn_tls_identity_make_web(const struct cairn_tls_names *names,
                                      struct cairn_tls_identity **out)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = key != NULL ? tls_identity_certificate(key, names->common) : NULL;
    if (certificate != NULL && !tls_identity_add_names(certificate, names)) {
        X509_free(certificate);
        certificate = NULL;
    }
    return tls_identity_finish(certificate, key, EVP_sha256(), out);
}

/* Never ask a terminal for a passphrase. */
static int tls_identity_no_passphrase(char *buffer, int size, int is_writing, void *data)
{
    (void)buffer, (void)size, (void)is_writing, (void)data;
    return -1;
}

static bool tls_identity_is_pem(struct cairn_bytes bytes)
{
    static const char begin[] = "-----BEGIN ";
    const size_t size = sizeof begin - 1;
    for (size_t at = 0; at + size <= bytes.size; at++) {
        if (memcmp(bytes.data + at, begin, size) == 0) {
            return true;
        }
    }
    return false;
}

static X509 *tls_identity_next_certificate(BIO *source, bool is_pem)
{
    return is_pem ? PEM_read_bio_X509(source, NULL, tls_identity_no_passphrase, NULL)
                  : d2i_X509_bio(source, NULL);
}

static bool tls_identity_read_certificates(struct cairn_bytes bytes,
                                           struct cairn_tls_identity *identity)
{
    BIO *source = bytes.size <= INT_MAX ? BIO_new_mem_buf(bytes.data, (int)bytes.size) : NULL;
    if (source == NULL) {
        return false;
    }
    bool is_pem = tls_identity_is_pem(bytes);
    identity->certificate = tls_identity_next_certificate(source, is_pem);
    bool is_read = identity->certificate != NULL;
    for (X509 *next = NULL;
         is_pem && is_read && (next = tls_identity_next_certificate(source, is_pem)) != NULL;) {
        is_read = sk_X509_push(identity->chain, next) > 0;
        if (!is_read) {
            X509_free(next);
        }
    }
    BIO_free(source);
    return is_read;
}

static EVP_PKEY *tls_identity_read_key(struct cairn_bytes bytes)
{
    BIO *source = bytes.size <= INT_MAX ? BIO_new_mem_buf(bytes.data, (int)bytes.size) : NULL;
    if (source == NULL) {
        return NULL;
    }
    EVP_PKEY *key = tls_identity_is_pem(bytes)
                        ? PEM_read_bio_PrivateKey(source, NULL, tls_identity_no_passphrase, NULL)
                        : d2i_PrivateKey_bio(source, NULL);
    BIO_free(source);
    return key;
}

cairn_err cairn_tls_identity_read(struct cairn_bytes certificate, struct cairn_bytes key,
                                  struct cairn_tls_identity **out)
{
    struct cairn_tls_identity *identity = NULL;
    CAIRN_TRY(tls_identity_new(&identity));
    identity->key = tls_identity_read_key(key);
    bool is_read = identity->key != NULL && tls_identity_read_certificates(certificate, identity) &&
                   X509_check_private_key(identity->certificate, identity->key) == 1;
    ERR_clear_error();
    if (!is_read) {
        cairn_tls_identity_close(identity);
        return CAIRN_CRYPTO_KEY;
    }
    *out = identity;
    return CAIRN_OK;
}

/* Copy what was written into the BIO, and free it. */
static cairn_err tls_identity_give(BIO *written, uint8_t *out, size_t capacity, size_t *out_size)
{
    char *data = NULL;
    long size = BIO_get_mem_data(written, &data);
    cairn_err err = size <= 0 ? CAIRN_LIBRARY : (size_t)size > capacity ? CAIRN_NO_ROOM : CAIRN_OK;
    if (err == CAIRN_OK) {
        memcpy(out, data, (size_t)size);
        *out_size = (size_t)size;
    }
    BIO_free(written);
    return err;
}

cairn_err cairn_tls_identity_write_certificate(const struct cairn_tls_identity *identity,
                                               uint8_t *out, size_t capacity, size_t *out_size)
{
    BIO *target = BIO_new(BIO_s_mem());
    bool is_written = target != NULL && PEM_write_bio_X509(target, identity->certificate) == 1;
    for (int i = 0; is_written && i < sk_X509_num(identity->chain); i++) {
        is_written = PEM_write_bio_X509(target, sk_X509_value(identity->chain, i)) == 1;
    }
    if (!is_written) {
        BIO_free(target);
        return CAIRN_LIBRARY;
    }
    return tls_identity_give(target, out, capacity, out_size);
}

cairn_err cairn_tls_identity_write_key(const struct cairn_tls_identity *identity, uint8_t *out,
                                       size_t capacity, size_t *out_size)
{
    BIO *target = BIO_new(BIO_s_mem());
    bool is_written = target != NULL && PEM_write_bio_PKCS8PrivateKey(target, identity->key, NULL,
                                                                      NULL, 0, NULL, NULL) == 1;
    if (!is_written) {
        BIO_free(target);
        return CAIRN_LIBRARY;
    }
    return tls_identity_give(target, out, capacity, out_size);
}

void cairn_tls_identity_spki(const struct cairn_tls_identity *identity, uint8_t out[static 32])
{
    CAIRN_REQUIRE(cairn_tls_identity_hash(identity->certificate, out));
}

cairn_err cairn_tls_identity_spki_of(struct cairn_bytes certificate, uint8_t out[static 32])
{
    BIO *source = certificate.size <= INT_MAX
                      ? BIO_new_mem_buf(certificate.data, (int)certificate.size)
                      : NULL;
    X509 *parsed = source != NULL
                       ? tls_identity_next_certificate(source, tls_identity_is_pem(certificate))
                       : NULL;
    bool is_hashed = parsed != NULL && cairn_tls_identity_hash(parsed, out);
    ERR_clear_error();
    X509_free(parsed);
    BIO_free(source);
    return is_hashed ? CAIRN_OK : CAIRN_CRYPTO_KEY;
}

bool cairn_tls_identity_use(const struct cairn_tls_identity *identity, SSL_CTX *context)
{
    bool is_used = SSL_CTX_use_certificate(context, identity->certificate) == 1 &&
                   SSL_CTX_use_PrivateKey(context, identity->key) == 1;
    for (int i = 0; is_used && i < sk_X509_num(identity->chain); i++) {
        is_used = SSL_CTX_add1_chain_cert(context, sk_X509_value(identity->chain, i)) == 1;
    }
    return is_used;
}
