#include "crypto/x25519.h"

#include <stdbool.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>

#include "schema/base/check.h"

static EVP_PKEY *x25519_private(const uint8_t secret[static 32])
{
    EVP_PKEY *key = EVP_PKEY_new_raw_private_key_ex(NULL, "X25519", NULL, secret, 32);
    CAIRN_REQUIRE(key != NULL);
    return key;
}

void cairn_x25519_public(const uint8_t secret[static 32], uint8_t out[static 32])
{
    EVP_PKEY *key = x25519_private(secret);
    size_t size = 32;
    CAIRN_REQUIRE(EVP_PKEY_get_raw_public_key(key, out, &size) == 1);
    CAIRN_REQUIRE(size == 32);
    EVP_PKEY_free(key);
}

cairn_err cairn_x25519_derive(const uint8_t secret[static 32], const uint8_t public_key[static 32],
                              uint8_t out[static 32])
{
    EVP_PKEY *key = x25519_private(secret);
    EVP_PKEY *peer = EVP_PKEY_new_raw_public_key_ex(NULL, "X25519", NULL, public_key, 32);
    CAIRN_REQUIRE(peer != NULL);
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
    CAIRN_REQUIRE(context != NULL);
    CAIRN_REQUIRE(EVP_PKEY_derive_init(context) == 1);
    CAIRN_REQUIRE(EVP_PKEY_derive_set_peer(context, peer) == 1);
    uint8_t shared[32];
    size_t size = sizeof shared;
    bool is_shared = EVP_PKEY_derive(context, shared, &size) == 1 && size == sizeof shared;
    if (is_shared) {
        memcpy(out, shared, sizeof shared);
    } else {
        ERR_clear_error();
    }
    OPENSSL_cleanse(shared, sizeof shared);
    EVP_PKEY_CTX_free(context);
    EVP_PKEY_free(peer);
    EVP_PKEY_free(key);
    return is_shared ? CAIRN_OK : CAIRN_CRYPTO_KEY;
}
