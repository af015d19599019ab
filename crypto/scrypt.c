#include "crypto/scrypt.h"

#include <string.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include "crypto/aead.h"
#include "schema/base/check.h"

#define SCRYPT_ALGORITHM    1u
#define SCRYPT_R            8u
#define SCRYPT_P            1u
#define SCRYPT_LOG_N_MIN    10u
#define SCRYPT_HEADER_BYTES 20u

_Static_assert(SCRYPT_HEADER_BYTES + CAIRN_SUITE_TAG_BYTES == CAIRN_SCRYPT_OVERHEAD, "layout");

/* shape   header: algorithm, log2 N, r, p, salt 16 */
static cairn_err scrypt_key(struct cairn_bytes passphrase,
                            const uint8_t header[static SCRYPT_HEADER_BYTES],
                            uint8_t out[static 32])
{
    uint64_t n = (uint64_t)1 << header[1];
    uint32_t r = header[2], p = header[3];
    uint64_t bytes_max = 128 * (n + 2) * r * p + (1u << 20);
    uint8_t salt[16];
    memcpy(salt, header + 4, sizeof salt);
    uint8_t empty = 0;
    uint8_t *pass = passphrase.size > 0 ? OPENSSL_memdup(passphrase.data, passphrase.size) : &empty;
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_PASSWORD, pass, passphrase.size),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, salt, sizeof salt),
        OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_N, &n),
        OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_R, &r),
        OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_P, &p),
        OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_MAXMEM, &bytes_max),
        OSSL_PARAM_construct_end(),
    };
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, "SCRYPT", NULL);
    EVP_KDF_CTX *context = EVP_KDF_CTX_new(kdf);
    bool is_derived =
        pass != NULL && context != NULL && EVP_KDF_derive(context, out, 32, params) == 1;
    EVP_KDF_CTX_free(context);
    EVP_KDF_free(kdf);
    if (pass != &empty) {
        OPENSSL_clear_free(pass, passphrase.size);
    }
    ERR_clear_error();
    return is_derived ? CAIRN_OK : CAIRN_MEMORY;
}

static struct cairn_suite_box scrypt_box(const uint8_t key[static 32], const uint8_t *header)
{
    static const uint8_t nonce[12];
    return (struct cairn_suite_box){key, nonce, {header, SCRYPT_HEADER_BYTES}};
}

cairn_err cairn_scrypt_seal(const struct cairn_scrypt *with, struct cairn_bytes plaintext,
                            uint8_t *out)
{
    CAIRN_REQUIRE(plaintext.size <= CAIRN_SCRYPT_PLAINTEXT_MAX);
    CAIRN_REQUIRE(with->log_n >= SCRYPT_LOG_N_MIN);
    CAIRN_REQUIRE(with->log_n <= CAIRN_SCRYPT_LOG_N_MAX);
    uint8_t header[SCRYPT_HEADER_BYTES] = {SCRYPT_ALGORITHM, with->log_n, SCRYPT_R, SCRYPT_P};
    memcpy(header + 4, with->salt, 16);
    uint8_t key[32];
    CAIRN_TRY(scrypt_key(with->passphrase, header, key));
    struct cairn_suite_box box = scrypt_box(key, header);
    memcpy(out, header, sizeof header);
    cairn_aead_seal_once(CAIRN_AEAD_AES_256_GCM, &box, plaintext, out + sizeof header);
    OPENSSL_cleanse(key, sizeof key);
    return CAIRN_OK;
}

cairn_err cairn_scrypt_open(struct cairn_bytes passphrase, struct cairn_bytes sealed, uint8_t *out)
{
    if (sealed.size < CAIRN_SCRYPT_OVERHEAD) {
        return CAIRN_SHORT;
    }
    if (sealed.size > CAIRN_SCRYPT_PLAINTEXT_MAX + CAIRN_SCRYPT_OVERHEAD) {
        return CAIRN_TOO_LONG;
    }
    const uint8_t *header = sealed.data;
    if (header[0] != SCRYPT_ALGORITHM || header[1] < SCRYPT_LOG_N_MIN ||
        header[1] > CAIRN_SCRYPT_LOG_N_MAX || header[2] != SCRYPT_R || header[3] != SCRYPT_P) {
        return CAIRN_NUMBER;
    }
    uint8_t key[32];
    CAIRN_TRY(scrypt_key(passphrase, header, key));
    struct cairn_suite_box box = scrypt_box(key, header);
    struct cairn_bytes body = {header + SCRYPT_HEADER_BYTES, sealed.size - SCRYPT_HEADER_BYTES};
    cairn_err err = cairn_aead_open_once(CAIRN_AEAD_AES_256_GCM, &box, body, out);
    OPENSSL_cleanse(key, sizeof key);
    return err == CAIRN_OK ? CAIRN_OK : CAIRN_CRYPTO_PASSPHRASE;
}
