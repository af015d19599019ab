#include "crypto/hmac.h"

#include <openssl/crypto.h>
#include <string.h>

#include "schema/base/check.h"

#define HMAC_BLOCK_BYTES 64u

void cairn_hmac_init(struct cairn_hmac *hmac, struct cairn_bytes key)
{
    uint8_t block[HMAC_BLOCK_BYTES] = {0};
    if (key.size > sizeof block) {
        cairn_sha256_of(key, block);
    } else if (key.size > 0) {
        memcpy(block, key.data, key.size);
    }
    for (size_t i = 0; i < sizeof block; i++) {
        hmac->outer_pad[i] = block[i] ^ 0x5c;
        block[i] ^= 0x36;
    }
    cairn_sha256_init(&hmac->inner);
    cairn_sha256_update(&hmac->inner, (struct cairn_bytes){block, sizeof block});
    OPENSSL_cleanse(block, sizeof block);
}

void cairn_hmac_update(struct cairn_hmac *hmac, struct cairn_bytes message)
{
    cairn_sha256_update(&hmac->inner, message);
}

void cairn_hmac_final(struct cairn_hmac *hmac, uint8_t out[static 32])
{
    uint8_t digest[32];
    cairn_sha256_final(&hmac->inner, digest);
    cairn_sha256_init(&hmac->inner);
    cairn_sha256_update(&hmac->inner, (struct cairn_bytes){hmac->outer_pad, HMAC_BLOCK_BYTES});
    cairn_sha256_update(&hmac->inner, (struct cairn_bytes){digest, sizeof digest});
    cairn_sha256_final(&hmac->inner, out);
    OPENSSL_cleanse(hmac, sizeof *hmac);
}

void cairn_hmac_of(struct cairn_bytes key, struct cairn_bytes message, uint8_t out[static 32])
{
    struct cairn_hmac hmac;
    cairn_hmac_init(&hmac, key);
    cairn_hmac_update(&hmac, message);
    cairn_hmac_final(&hmac, out);
}

void cairn_hmac_extract(struct cairn_bytes salt, struct cairn_bytes ikm, uint8_t out[static 32])
{
    cairn_hmac_of(salt, ikm, out);
}

void cairn_hmac_expand(const uint8_t prk[static 32], struct cairn_bytes info, uint8_t *out,
                       size_t out_size)
{
    CAIRN_REQUIRE(out_size <= CAIRN_HMAC_EXPAND_MAX);
    uint8_t block[32];
    uint8_t counter = 0;
    for (size_t done = 0; done < out_size; done += sizeof block) {
        struct cairn_hmac hmac;
        cairn_hmac_init(&hmac, (struct cairn_bytes){prk, 32});
        if (counter > 0) {
            cairn_hmac_update(&hmac, (struct cairn_bytes){block, sizeof block});
        }
        counter++;
        cairn_hmac_update(&hmac, info);
        cairn_hmac_update(&hmac, (struct cairn_bytes){&counter, 1});
        cairn_hmac_final(&hmac, block);
        size_t left = out_size - done;
        memcpy(out + done, block, left < sizeof block ? left : sizeof block);
    }
    OPENSSL_cleanse(block, sizeof block);
}
