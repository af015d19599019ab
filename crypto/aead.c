#include "crypto/aead.h"

#include <limits.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>

#include "schema/base/check.h"

static const char *const aead_names[] = {
    [CAIRN_AEAD_AES_256_GCM] = "AES-256-GCM",
    [CAIRN_AEAD_CHACHA20_POLY1305] = "ChaCha20-Poly1305",
};

EVP_CIPHER_CTX *cairn_aead_context(enum cairn_aead_kind kind)
{
    EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, aead_names[kind], NULL);
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    bool is_ready = cipher != NULL && context != NULL &&
                    EVP_EncryptInit_ex2(context, cipher, NULL, NULL, NULL) == 1;
    EVP_CIPHER_free(cipher);
    if (!is_ready) {
        EVP_CIPHER_CTX_free(context);
        return NULL;
    }
    return context;
}

static void aead_require_size(struct cairn_bytes bytes)
{
    CAIRN_REQUIRE(bytes.size <= INT_MAX - CAIRN_SUITE_TAG_BYTES);
}

void cairn_aead_seal(EVP_CIPHER_CTX *context, const struct cairn_suite_box *box,
                     struct cairn_bytes plaintext, uint8_t *out)
{
    aead_require_size(plaintext);
    aead_require_size(box->aad);
    int size = 0;
    CAIRN_REQUIRE(EVP_EncryptInit_ex2(context, NULL, box->key, box->nonce, NULL) == 1);
    if (box->aad.size > 0) {
        CAIRN_REQUIRE(EVP_EncryptUpdate(context, NULL, &size, box->aad.data, (int)box->aad.size) ==
                      1);
    }
    if (plaintext.size > 0) {
        CAIRN_REQUIRE(EVP_EncryptUpdate(context, out, &size, plaintext.data, (int)plaintext.size) ==
                      1);
        CAIRN_REQUIRE((size_t)size == plaintext.size);
    }
    uint8_t *tag = out + plaintext.size;
    CAIRN_REQUIRE(EVP_EncryptFinal_ex(context, tag, &size) == 1);
    CAIRN_REQUIRE(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, CAIRN_SUITE_TAG_BYTES, tag) ==
                  1);
}

cairn_err cairn_aead_open(EVP_CIPHER_CTX *context, const struct cairn_suite_box *box,
                          struct cairn_bytes sealed, uint8_t *out)
{
    if (sealed.size < CAIRN_SUITE_TAG_BYTES) {
        return CAIRN_CRYPTO_OPEN;
    }
    aead_require_size(sealed);
    aead_require_size(box->aad);
    size_t plain_size = sealed.size - CAIRN_SUITE_TAG_BYTES;
    uint8_t tag[CAIRN_SUITE_TAG_BYTES];
    memcpy(tag, sealed.data + plain_size, sizeof tag);
    int size = 0;
    CAIRN_REQUIRE(EVP_DecryptInit_ex2(context, NULL, box->key, box->nonce, NULL) == 1);
    CAIRN_REQUIRE(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, sizeof tag, tag) == 1);
    if (box->aad.size > 0) {
        CAIRN_REQUIRE(EVP_DecryptUpdate(context, NULL, &size, box->aad.data, (int)box->aad.size) ==
                      1);
    }
    if (plain_size > 0) {
        CAIRN_REQUIRE(EVP_DecryptUpdate(context, out, &size, sealed.data, (int)plain_size) == 1);
        CAIRN_REQUIRE((size_t)size == plain_size);
    }
    if (EVP_DecryptFinal_ex(context, tag, &size) != 1) {
        ERR_clear_error();
        if (plain_size > 0) {
            OPENSSL_cleanse(out, plain_size);
        }
        return CAIRN_CRYPTO_OPEN;
    }
    return CAIRN_OK;
}

void cairn_aead_seal_once(enum cairn_aead_kind kind, const struct cairn_suite_box *box,
                          struct cairn_bytes plaintext, uint8_t *out)
{
    EVP_CIPHER_CTX *context = cairn_aead_context(kind);
    CAIRN_REQUIRE(context != NULL);
    cairn_aead_seal(context, box, plaintext, out);
    EVP_CIPHER_CTX_free(context);
}

cairn_err cairn_aead_open_once(enum cairn_aead_kind kind, const struct cairn_suite_box *box,
                               struct cairn_bytes sealed, uint8_t *out)
{
    EVP_CIPHER_CTX *context = cairn_aead_context(kind);
    CAIRN_REQUIRE(context != NULL);
    cairn_err err = cairn_aead_open(context, box, sealed, out);
    EVP_CIPHER_CTX_free(context);
    return err;
}
