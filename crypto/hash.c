#include "crypto/hash.h"

#include <openssl/sha.h>

/* Deprecated, yet three times as fast as EVP for 32 bytes and free of allocation. */
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

_Static_assert(sizeof(SHA256_CTX) == sizeof(struct cairn_sha256), "storage fits exactly");
_Static_assert(_Generic((SHA_LONG)0, uint32_t : 1, default : 0), "storage is of the same words");

static SHA256_CTX *hash_context(struct cairn_sha256 *hash)
{
    return (SHA256_CTX *)(void *)hash->words;
}

void cairn_sha256_init(struct cairn_sha256 *hash)
{
    SHA256_Init(hash_context(hash));
}

void cairn_sha256_update(struct cairn_sha256 *hash, struct cairn_bytes bytes)
{
    if (bytes.size > 0) {
        SHA256_Update(hash_context(hash), bytes.data, bytes.size);
    }
}

void cairn_sha256_final(struct cairn_sha256 *hash, uint8_t out[static 32])
{
    SHA256_Final(out, hash_context(hash));
}

void cairn_sha256_of(struct cairn_bytes bytes, uint8_t out[static 32])
{
    struct cairn_sha256 hash;
    cairn_sha256_init(&hash);
    cairn_sha256_update(&hash, bytes);
    cairn_sha256_final(&hash, out);
}
