#include "crypto/suite.h"

#include "crypto/hmac.h"
#include "crypto/secret.h"
#include "schema/base/check.h"

_Static_assert(CAIRN_SUITE_HKDF_MAX == CAIRN_HMAC_EXPAND_MAX, "one limit");

void cairn_suite_close(struct cairn_suite *suite)
{
    if (suite->table != NULL) {
        suite->table->close(suite->state);
    }
    *suite = (struct cairn_suite){0};
}

void cairn_suite_sign_public(const struct cairn_suite *suite, const uint8_t seed[static 32],
                             uint8_t out[static 32])
{
    suite->table->sign_public(suite->state, seed, out);
}

void cairn_suite_sign(const struct cairn_suite *suite, const uint8_t seed[static 32],
                      struct cairn_bytes message, uint8_t out[static 64])
{
    suite->table->sign(suite->state, seed, message, out);
}

cairn_err cairn_suite_verify(const struct cairn_suite *suite, const uint8_t public_key[static 32],
                             struct cairn_bytes message, const uint8_t signature[static 64])
{
    return suite->table->verify(suite->state, public_key, message, signature);
}

void cairn_suite_dh_public(const struct cairn_suite *suite, const uint8_t secret[static 32],
                           uint8_t out[static 32])
{
    suite->table->dh_public(suite->state, secret, out);
}

cairn_err cairn_suite_dh(const struct cairn_suite *suite, const uint8_t secret[static 32],
                         const uint8_t public_key[static 32], uint8_t out[static 32])
{
    return suite->table->dh(suite->state, secret, public_key, out);
}

cairn_err cairn_suite_wrap(const struct cairn_suite *suite, const struct cairn_suite_wrap_to *to,
                           const uint8_t plaintext[static 32],
                           uint8_t out[static CAIRN_SUITE_WRAP_BYTES])
{
    return suite->table->wrap(suite->state, to, plaintext, out);
}

cairn_err cairn_suite_unwrap(const struct cairn_suite *suite, const uint8_t secret[static 32],
                             struct cairn_bytes info,
                             const uint8_t wrap[static CAIRN_SUITE_WRAP_BYTES],
                             uint8_t out[static 32])
{
    return suite->table->unwrap(suite->state, secret, info, wrap, out);
}

void cairn_suite_seal(const struct cairn_suite *suite, const struct cairn_suite_box *box,
                      struct cairn_bytes plaintext, uint8_t *out)
{
    suite->table->seal(suite->state, box, plaintext, out);
}

cairn_err cairn_suite_open(const struct cairn_suite *suite, const struct cairn_suite_box *box,
                           struct cairn_bytes sealed, uint8_t *out)
{
    return suite->table->open(suite->state, box, sealed, out);
}

void cairn_suite_block(const struct cairn_suite *suite, const uint8_t key[static 32],
                       const uint8_t in[static 16], uint8_t out[static 16])
{
    suite->table->block(suite->state, key, in, out);
}

void cairn_suite_hmac(const struct cairn_suite *suite, struct cairn_bytes key,
                      struct cairn_bytes message, uint8_t out[static 32])
{
    CAIRN_REQUIRE(suite->table != NULL);
    cairn_hmac_of(key, message, out);
}

void cairn_suite_hkdf(const struct cairn_suite *suite, const struct cairn_suite_hkdf *input,
                      uint8_t *out, size_t out_size)
{
    CAIRN_REQUIRE(suite->table != NULL);
    CAIRN_REQUIRE(out_size <= CAIRN_SUITE_HKDF_MAX);
    uint8_t prk[32];
    cairn_hmac_extract(input->salt, input->ikm, prk);
    cairn_hmac_expand(prk, input->info, out, out_size);
    cairn_secret_wipe(prk, sizeof prk);
}
