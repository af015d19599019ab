#include "crypto/secret.h"

#include <string.h>

#include <openssl/crypto.h>

#include "schema/base/check.h"

void cairn_secret_init(struct cairn_secret *secret)
{
    memset(secret, 0, sizeof *secret);
}

cairn_err cairn_secret_set(struct cairn_secret *secret, struct cairn_bytes bytes)
{
    if (bytes.size > CAIRN_SECRET_MAX) {
        return CAIRN_TOO_LONG;
    }
    CAIRN_REQUIRE(bytes.data != secret->data);
    cairn_secret_clear(secret);
    if (bytes.size > 0) {
        memcpy(secret->data, bytes.data, bytes.size);
    }
    secret->size = (uint32_t)bytes.size;
    return CAIRN_OK;
}

void cairn_secret_take(struct cairn_secret *source, struct cairn_secret *out)
{
    CAIRN_REQUIRE(source != out);
    CAIRN_REQUIRE(source->size <= CAIRN_SECRET_MAX);
    memcpy(out, source, sizeof *out);
    cairn_secret_clear(source);
}

struct cairn_bytes cairn_secret_view(const struct cairn_secret *secret)
{
    CAIRN_REQUIRE(secret->size <= CAIRN_SECRET_MAX);
    return (struct cairn_bytes){secret->data, secret->size};
}

bool cairn_secret_is_equal(const struct cairn_secret *left, const struct cairn_secret *right)
{
    return cairn_secret_is_same(cairn_secret_view(left), cairn_secret_view(right));
}

void cairn_secret_clear(struct cairn_secret *secret)
{
    OPENSSL_cleanse(secret, sizeof *secret);
}

void cairn_secret_wipe(void *memory, size_t size_bytes)
{
    if (size_bytes > 0) {
        OPENSSL_cleanse(memory, size_bytes);
    }
}

bool cairn_secret_is_same(struct cairn_bytes left, struct cairn_bytes right)
{
    return left.size == right.size &&
           (left.size == 0 || CRYPTO_memcmp(left.data, right.data, left.size) == 0);
}
