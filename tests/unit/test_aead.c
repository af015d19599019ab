/* Vectors run in test_vectors_wycheproof.c; here: one context for many calls of both directions. */
#include "tests/lib/test.h"

#include <string.h>

#include <openssl/evp.h>

#include "crypto/aead.h"

static const uint8_t key[32] = {1}, nonce[12] = {2};

static void check_reuse(enum cairn_aead_kind kind)
{
    EVP_CIPHER_CTX *context = cairn_aead_context(kind);
    assert_non_null(context);
    struct cairn_suite_box box = {key, nonce, cairn_bytes_of("aad")};
    uint8_t once[80], again[80], opened[64];
    cairn_aead_seal_once(kind, &box, test_frame(64), once);
    for (int round = 0; round < 3; round++) {
        cairn_aead_seal(context, &box, test_frame(64), again);
        assert_memory_equal(again, once, sizeof once);
        struct cairn_bytes sealed = {again, sizeof again};
        assert_err(cairn_aead_open(context, &box, sealed, opened), CAIRN_OK);
        assert_memory_equal(opened, test_frame(64).data, sizeof opened);
        again[0] ^= 1;
        assert_err(cairn_aead_open(context, &box, sealed, opened), CAIRN_CRYPTO_OPEN);
        assert_err(cairn_aead_open_once(kind, &box, sealed, opened), CAIRN_CRYPTO_OPEN);
    }
    EVP_CIPHER_CTX_free(context);
}

TEST(an_aes_context_serves_call_after_call)
{
    check_reuse(CAIRN_AEAD_AES_256_GCM);
}

TEST(a_chacha_context_serves_call_after_call)
{
    check_reuse(CAIRN_AEAD_CHACHA20_POLY1305);
}

TEST(less_than_a_tag_does_not_open)
{
    struct cairn_suite_box box = {key, nonce, cairn_bytes_of("")};
    uint8_t out[16];
    for (size_t size = 0; size < CAIRN_SUITE_TAG_BYTES; size++) {
        assert_err(cairn_aead_open_once(CAIRN_AEAD_AES_256_GCM, &box, test_frame(size), out),
                   CAIRN_CRYPTO_OPEN);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_aes_context_serves_call_after_call),
        cmocka_unit_test(a_chacha_context_serves_call_after_call),
        cmocka_unit_test(less_than_a_tag_does_not_open),
    };
    return cmocka_run_group_tests_name("aead", tests, NULL, NULL);
}
