#include "crypto/suite.h"

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include "crypto/aead.h"
#include "crypto/hpke.h"
#include "crypto/x25519.h"
#include "schema/base/check.h"

/* A context that remembers which key it is set to: setting another costs 0.17 us. */
struct suite_real_gcm {
    EVP_CIPHER_CTX *context;
    uint8_t key[32];
    bool has_key;
};

/* A signing key that was made of its seed: making it again costs as much as a signature. */
struct suite_real_signer {
    EVP_PKEY *key; /* NULL: none yet */
    uint8_t seed[32];
};

/* Contexts with their algorithm fetched: fetching costs more than sealing 500 bytes. Two for GCM,
 * since an entry is sealed with a fresh content key and a slot key that stays for long. Two
 * signers, since a node signs with its log key and its witness key. */
struct suite_real_state {
    struct suite_real_gcm gcm[2];
    unsigned recent; /* 0..1, the last one used */
    struct suite_real_signer signers[2];
    unsigned recent_signer; /* likewise */
    EVP_CIPHER_CTX *ecb;
    EVP_MD_CTX *md;
};

static EVP_PKEY *suite_real_key_of(const uint8_t *seed)
{
    EVP_PKEY *key = EVP_PKEY_new_raw_private_key_ex(NULL, "ED25519", NULL, seed, 32);
    CAIRN_REQUIRE(key != NULL);
    return key;
}

static void suite_real_sign_public(void *state, const uint8_t *seed, uint8_t *out)
{
    (void)state;
    EVP_PKEY *key = suite_real_key_of(seed);
    size_t size = 32;
    CAIRN_REQUIRE(EVP_PKEY_get_raw_public_key(key, out, &size) == 1);
    CAIRN_REQUIRE(size == 32);
    EVP_PKEY_free(key);
}

/* owns: stays with the suite */
static EVP_PKEY *suite_real_signer(struct suite_real_state *real, const uint8_t *seed)
{
    for (unsigned i = 0; i < 2; i++) {
        const struct suite_real_signer *signer = &real->signers[i];
        if (signer->key != NULL && CRYPTO_memcmp(signer->seed, seed, sizeof signer->seed) == 0) {
            real->recent_signer = i;
            return signer->key;
        }
    }
    real->recent_signer = 1 - real->recent_signer;
    struct suite_real_signer *signer = &real->signers[real->recent_signer];
    EVP_PKEY_free(signer->key);
    signer->key = suite_real_key_of(seed);
    memcpy(signer->seed, seed, sizeof signer->seed);
    return signer->key;
}

static void suite_real_sign(void *state, const uint8_t *seed, struct cairn_bytes message,
                            uint8_t *out)
{
    struct suite_real_state *real = state;
    EVP_PKEY *key = suite_real_signer(real, seed);
    size_t size = 64;
    CAIRN_REQUIRE(EVP_DigestSignInit(real->md, NULL, NULL, NULL, key) == 1);
    CAIRN_REQUIRE(EVP_DigestSign(real->md, out, &size, message.data, message.size) == 1);
    CAIRN_REQUIRE(size == 64);
    CAIRN_REQUIRE(EVP_MD_CTX_reset(real->md) == 1);
}

static cairn_err suite_real_verify(void *state, const uint8_t *public_key,
                                   struct cairn_bytes message, const uint8_t *signature)
{
    struct suite_real_state *real = state;
    EVP_PKEY *key = EVP_PKEY_new_raw_public_key_ex(NULL, "ED25519", NULL, public_key, 32);
    bool is_valid = key != NULL && EVP_DigestVerifyInit(real->md, NULL, NULL, NULL, key) == 1 &&
                    EVP_DigestVerify(real->md, signature, 64, message.data, message.size) == 1;
    if (!is_valid) {
        ERR_clear_error();
    }
    CAIRN_REQUIRE(EVP_MD_CTX_reset(real->md) == 1);
    EVP_PKEY_free(key);
    return is_valid ? CAIRN_OK : CAIRN_CRYPTO_SIGNATURE;
}

static void suite_real_dh_public(void *state, const uint8_t *secret, uint8_t *out)
{
    (void)state;
    cairn_x25519_public(secret, out);
}

static cairn_err suite_real_dh(void *state, const uint8_t *secret, const uint8_t *public_key,
                               uint8_t *out)
{
    (void)state;
    return cairn_x25519_derive(secret, public_key, out);
}

static cairn_err suite_real_wrap(void *state, const struct cairn_suite_wrap_to *to,
                                 const uint8_t *plaintext, uint8_t *out)
{
    (void)state;
    struct cairn_hpke context;
    CAIRN_TRY(cairn_hpke_setup_sender(to, out, &context));
    cairn_hpke_seal(&context, &(struct cairn_hpke_message){0}, (struct cairn_bytes){plaintext, 32},
                    out + 32);
    cairn_hpke_clear(&context);
    return CAIRN_OK;
}

static cairn_err suite_real_unwrap(void *state, const uint8_t *secret, struct cairn_bytes info,
                                   const uint8_t *wrap, uint8_t *out)
{
    (void)state;
    struct cairn_hpke context;
    if (cairn_hpke_setup_receiver(secret, wrap, info, &context) != CAIRN_OK) {
        return CAIRN_CRYPTO_OPEN;
    }
    uint8_t plaintext[32];
    cairn_err err = cairn_hpke_open(&context, &(struct cairn_hpke_message){0},
                                    (struct cairn_bytes){wrap + 32, 48}, plaintext);
    if (err == CAIRN_OK) {
        memcpy(out, plaintext, sizeof plaintext);
    }
    OPENSSL_cleanse(plaintext, sizeof plaintext);
    cairn_hpke_clear(&context);
    return err;
}

/* Choose a context for this key, and leave the key out of the box where it is set already. */
static EVP_CIPHER_CTX *suite_real_choose(struct suite_real_state *real, struct cairn_suite_box *box)
{
    for (unsigned i = 0; i < 2; i++) {
        struct suite_real_gcm *gcm = &real->gcm[i];
        if (gcm->has_key && CRYPTO_memcmp(gcm->key, box->key, sizeof gcm->key) == 0) {
            real->recent = i;
            box->key = NULL;
            return gcm->context;
        }
    }
    real->recent = 1 - real->recent;
    struct suite_real_gcm *gcm = &real->gcm[real->recent];
    memcpy(gcm->key, box->key, sizeof gcm->key);
    gcm->has_key = true;
    return gcm->context;
}

static void suite_real_seal(void *state, const struct cairn_suite_box *box,
                            struct cairn_bytes plaintext, uint8_t *out)
{
    struct cairn_suite_box chosen = *box;
    EVP_CIPHER_CTX *context = suite_real_choose(state, &chosen);
    cairn_aead_seal(context, &chosen, plaintext, out);
}

static cairn_err suite_real_open(void *state, const struct cairn_suite_box *box,
                                 struct cairn_bytes sealed, uint8_t *out)
{
    if (sealed.size < CAIRN_SUITE_TAG_BYTES) {
        return CAIRN_CRYPTO_OPEN;
    }
    struct cairn_suite_box chosen = *box;
    EVP_CIPHER_CTX *context = suite_real_choose(state, &chosen);
    return cairn_aead_open(context, &chosen, sealed, out);
}

static void suite_real_block(void *state, const uint8_t *key, const uint8_t *in, uint8_t *out)
{
    struct suite_real_state *real = state;
    int size = 0;
    CAIRN_REQUIRE(EVP_EncryptInit_ex2(real->ecb, NULL, key, NULL, NULL) == 1);
    CAIRN_REQUIRE(EVP_EncryptUpdate(real->ecb, out, &size, in, 16) == 1);
    CAIRN_REQUIRE(size == 16);
}

static void suite_real_close(void *state)
{
    struct suite_real_state *real = state;
    EVP_CIPHER_CTX_free(real->gcm[0].context);
    EVP_CIPHER_CTX_free(real->gcm[1].context);
    EVP_PKEY_free(real->signers[0].key);
    EVP_PKEY_free(real->signers[1].key);
    EVP_CIPHER_CTX_free(real->ecb);
    EVP_MD_CTX_free(real->md);
    OPENSSL_clear_free(real, sizeof *real);
}

static const struct cairn_suite_table suite_real_table = {
    .sign_public = suite_real_sign_public,
    .sign = suite_real_sign,
    .verify = suite_real_verify,
    .dh_public = suite_real_dh_public,
    .dh = suite_real_dh,
    .wrap = suite_real_wrap,
    .unwrap = suite_real_unwrap,
    .seal = suite_real_seal,
    .open = suite_real_open,
    .block = suite_real_block,
    .close = suite_real_close,
};

static EVP_CIPHER_CTX *suite_real_block_context(void)
{
    EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, "AES-256-ECB", NULL);
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    bool is_ready = cipher != NULL && context != NULL &&
                    EVP_EncryptInit_ex2(context, cipher, NULL, NULL, NULL) == 1 &&
                    EVP_CIPHER_CTX_set_padding(context, 0) == 1;
    EVP_CIPHER_free(cipher);
    if (!is_ready) {
        EVP_CIPHER_CTX_free(context);
        return NULL;
    }
    return context;
}

cairn_err cairn_suite_open_real(struct cairn_suite *out)
{
    struct suite_real_state *real = OPENSSL_zalloc(sizeof *real);
    if (real == NULL) {
        return CAIRN_LIBRARY;
    }
    real->gcm[0].context = cairn_aead_context(CAIRN_AEAD_AES_256_GCM);
    real->gcm[1].context = cairn_aead_context(CAIRN_AEAD_AES_256_GCM);
    real->ecb = suite_real_block_context();
    real->md = EVP_MD_CTX_new();
    bool is_ready = real->gcm[0].context != NULL && real->gcm[1].context != NULL &&
                    real->ecb != NULL && real->md != NULL;
    if (!is_ready) {
        ERR_clear_error();
        suite_real_close(real);
        return CAIRN_LIBRARY;
    }
    *out = (struct cairn_suite){.table = &suite_real_table, .state = real};
    return CAIRN_OK;
}
