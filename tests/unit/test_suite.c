/* Every promise of suite.h, once with the real table and once with the fake one. */
#include "tests/lib/test.h"

#include <string.h>

#include "crypto/suite.h"

static struct cairn_suite suite;

static int open_real(void **state)
{
    (void)state;
    return cairn_suite_open_real(&suite) == CAIRN_OK ? 0 : -1;
}

static int open_fake(void **state)
{
    (void)state;
    cairn_suite_init_fake(&suite);
    return 0;
}

static int close_suite(void **state)
{
    (void)state;
    cairn_suite_close(&suite);
    return 0;
}

static const uint8_t seed_a[32] = {0x10}, seed_b[32] = {0x20}; /* X25519 drops the low bits */

TEST(a_signature_verifies_for_its_key_and_message_only)
{
    uint8_t public_a[32], public_b[32], signature[64], again[64];
    struct cairn_bytes message = cairn_bytes_of("message");
    cairn_suite_sign_public(&suite, seed_a, public_a);
    cairn_suite_sign_public(&suite, seed_b, public_b);
    cairn_suite_sign(&suite, seed_a, message, signature);
    cairn_suite_sign(&suite, seed_a, message, again);
    assert_memory_equal(signature, again, sizeof signature);
    assert_err(cairn_suite_verify(&suite, public_a, message, signature), CAIRN_OK);
    assert_err(cairn_suite_verify(&suite, public_b, message, signature), CAIRN_CRYPTO_SIGNATURE);
    assert_err(cairn_suite_verify(&suite, public_a, cairn_bytes_of("massage"), signature),
               CAIRN_CRYPTO_SIGNATURE);
    for (size_t at = 0; at < sizeof signature; at++) {
        signature[at] ^= 0x10;
        assert_err(cairn_suite_verify(&suite, public_a, message, signature),
                   CAIRN_CRYPTO_SIGNATURE);
        signature[at] ^= 0x10;
    }
}

TEST(many_signers_in_turn_do_not_disturb_each_other)
{
    uint8_t signature[64];
    struct cairn_bytes message = cairn_bytes_of("message");
    for (uint8_t turn = 0; turn < 40; turn++) {
        const uint8_t seed[32] = {(uint8_t)(turn % 5 + turn / 20)};
        uint8_t public_key[32];
        cairn_suite_sign_public(&suite, seed, public_key);
        cairn_suite_sign(&suite, seed, message, signature);
        assert_err(cairn_suite_verify(&suite, public_key, message, signature), CAIRN_OK);
    }
}

/* A context that was left half used by a refusal must not spoil what comes next. */
TEST(a_refusal_does_not_spoil_the_next_call)
{
    const uint8_t bad_key[32] = {0x02}; /* no point of the curve */
    uint8_t public_a[32], signature[64];
    struct cairn_bytes empty = {0};
    cairn_suite_sign_public(&suite, seed_a, public_a);
    for (int round = 0; round < 3; round++) {
        cairn_suite_sign(&suite, seed_a, empty, signature);
        assert_err(cairn_suite_verify(&suite, bad_key, empty, signature), CAIRN_CRYPTO_SIGNATURE);
        assert_err(cairn_suite_verify(&suite, public_a, empty, signature), CAIRN_OK);
        signature[63] |= 0xe0;
        assert_err(cairn_suite_verify(&suite, public_a, empty, signature), CAIRN_CRYPTO_SIGNATURE);
    }
}

TEST(both_sides_of_a_dh_agree_and_third_parties_do_not)
{
    uint8_t public_a[32], public_b[32], ab[32], ba[32], aa[32];
    cairn_suite_dh_public(&suite, seed_a, public_a);
    cairn_suite_dh_public(&suite, seed_b, public_b);
    assert_err(cairn_suite_dh(&suite, seed_a, public_b, ab), CAIRN_OK);
    assert_err(cairn_suite_dh(&suite, seed_b, public_a, ba), CAIRN_OK);
    assert_err(cairn_suite_dh(&suite, seed_a, public_a, aa), CAIRN_OK);
    assert_memory_equal(ab, ba, 32);
    assert_memory_not_equal(ab, aa, 32);
}

TEST(a_dh_with_a_low_order_point_is_refused_and_gives_nothing)
{
    const uint8_t zero[32] = {0};
    uint8_t out[32];
    memset(out, 0xee, sizeof out);
    assert_err(cairn_suite_dh(&suite, seed_a, zero, out), CAIRN_CRYPTO_KEY);
    assert_int_equal(out[0], 0xee);
}

static void make_wrap(const char *info, uint8_t out[static CAIRN_SUITE_WRAP_BYTES])
{
    uint8_t recipient[32];
    const uint8_t ikm_e[32] = {3}, secret[32] = "thirty-two bytes of feed secret";
    cairn_suite_dh_public(&suite, seed_b, recipient);
    struct cairn_suite_wrap_to to = {ikm_e, recipient, cairn_bytes_of(info)};
    assert_err(cairn_suite_wrap(&suite, &to, secret, out), CAIRN_OK);
}

TEST(a_wrap_opens_for_its_recipient_and_can_be_recomputed)
{
    uint8_t wrap[CAIRN_SUITE_WRAP_BYTES], again[CAIRN_SUITE_WRAP_BYTES], out[32];
    make_wrap("info", wrap);
    make_wrap("info", again);
    assert_memory_equal(wrap, again, sizeof wrap);
    make_wrap("other", again);
    assert_memory_not_equal(wrap, again, sizeof wrap);
    assert_err(cairn_suite_unwrap(&suite, seed_b, cairn_bytes_of("info"), wrap, out), CAIRN_OK);
    assert_memory_equal(out, "thirty-two bytes of feed secret", 32);
}

TEST(a_wrap_opens_for_nobody_else_and_gives_nothing)
{
    uint8_t wrap[CAIRN_SUITE_WRAP_BYTES], out[32];
    memset(out, 0xee, sizeof out);
    make_wrap("info", wrap);
    assert_err(cairn_suite_unwrap(&suite, seed_a, cairn_bytes_of("info"), wrap, out),
               CAIRN_CRYPTO_OPEN);
    assert_err(cairn_suite_unwrap(&suite, seed_b, cairn_bytes_of("other"), wrap, out),
               CAIRN_CRYPTO_OPEN);
    for (size_t at = 0; at < sizeof wrap; at++) {
        wrap[at] ^= 1;
        assert_err(cairn_suite_unwrap(&suite, seed_b, cairn_bytes_of("info"), wrap, out),
                   CAIRN_CRYPTO_OPEN);
        wrap[at] ^= 1;
    }
    memset(wrap, 0, 32);
    assert_err(cairn_suite_unwrap(&suite, seed_b, cairn_bytes_of("info"), wrap, out),
               CAIRN_CRYPTO_OPEN);
    assert_int_equal(out[0], 0xee);
}

TEST(wrapping_for_a_low_order_point_is_refused_and_gives_nothing)
{
    const uint8_t ikm_e[32] = {3}, zero[32] = {0};
    uint8_t wrap[CAIRN_SUITE_WRAP_BYTES];
    memset(wrap, 0xee, sizeof wrap);
    struct cairn_suite_wrap_to to = {ikm_e, zero, cairn_bytes_of("info")};
    assert_err(cairn_suite_wrap(&suite, &to, seed_a, wrap), CAIRN_CRYPTO_KEY);
    assert_int_equal(wrap[0], 0xee);
    assert_int_equal(wrap[79], 0xee);
}

TEST(what_is_sealed_opens_at_every_size_and_in_place)
{
    const uint8_t nonce[12] = {4};
    struct cairn_suite_box box = {seed_a, nonce, cairn_bytes_of("aad")};
    uint8_t plain[200], sealed[216], place[216];
    for (size_t i = 0; i < sizeof plain; i++) {
        plain[i] = (uint8_t)i;
    }
    for (size_t size = 0; size <= sizeof plain; size++) {
        box.aad.size = size % 4;
        cairn_suite_seal(&suite, &box, (struct cairn_bytes){plain, size}, sealed);
        memcpy(place, plain, size);
        cairn_suite_seal(&suite, &box, (struct cairn_bytes){place, size}, place);
        assert_memory_equal(place, sealed, size + CAIRN_SUITE_TAG_BYTES);
        struct cairn_bytes view = {place, size + CAIRN_SUITE_TAG_BYTES};
        assert_err(cairn_suite_open(&suite, &box, view, place), CAIRN_OK);
        assert_memory_equal(place, plain, size);
    }
    assert_memory_not_equal(sealed, plain, sizeof plain);
}

TEST(sealed_bytes_do_not_open_with_anything_changed_and_the_output_is_zeroed)
{
    const uint8_t nonce[12] = {4}, other_nonce[12] = {5}, zero[40] = {0};
    struct cairn_suite_box box = {seed_a, nonce, cairn_bytes_of("aad")};
    const struct cairn_suite_box wrong[] = {{seed_b, nonce, cairn_bytes_of("aad")},
                                            {seed_a, other_nonce, cairn_bytes_of("aad")},
                                            {seed_a, nonce, cairn_bytes_of("aae")},
                                            {seed_a, nonce, cairn_bytes_of("")}};
    uint8_t sealed[56], out[40];
    struct cairn_bytes view = {sealed, sizeof sealed};
    cairn_suite_seal(&suite, &box, test_frame(40), sealed);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        memset(out, 0xee, sizeof out);
        assert_err(cairn_suite_open(&suite, &wrong[i], view, out), CAIRN_CRYPTO_OPEN);
        assert_memory_equal(out, zero, sizeof out);
    }
    for (size_t at = 0; at < sizeof sealed; at++) {
        sealed[at] ^= 0x80;
        assert_err(cairn_suite_open(&suite, &box, view, out), CAIRN_CRYPTO_OPEN);
        sealed[at] ^= 0x80;
    }
    for (size_t size = 0; size < sizeof sealed; size++) {
        view.size = size;
        assert_err(cairn_suite_open(&suite, &box, view, out), CAIRN_CRYPTO_OPEN);
    }
}

/* Keys that come and go in any order must give what each would alone. */
TEST(many_keys_in_turn_do_not_disturb_each_other)
{
    const uint8_t nonce[12] = {4};
    struct test_rng rng = test_rng_open();
    uint8_t keys[5][32], sealed[5][48], again[48], opened[32];
    for (uint8_t k = 0; k < 5; k++) {
        memset(keys[k], k, sizeof keys[k]);
        struct cairn_suite_box box = {keys[k], nonce, cairn_bytes_of("aad")};
        cairn_suite_seal(&suite, &box, test_frame(32), sealed[k]);
    }
    for (int round = 0; round < 2000; round++) {
        uint32_t k = test_rng_below(&rng, 5), other = test_rng_below(&rng, 5);
        struct cairn_suite_box box = {keys[k], nonce, cairn_bytes_of("aad")};
        struct cairn_bytes view = {sealed[other], sizeof sealed[other]};
        assert_err(cairn_suite_open(&suite, &box, view, opened),
                   k == other ? CAIRN_OK : CAIRN_CRYPTO_OPEN);
        cairn_suite_seal(&suite, &box, test_frame(32), again);
        assert_memory_equal(again, sealed[k], sizeof again);
    }
}

/* What is remembered of the last keys must be told apart by all of their bytes. */
TEST(keys_that_begin_alike_are_told_apart)
{
    uint8_t key[2][32] = {{7}, {7}}, nonce[12] = {0}, sealed[2][4 + CAIRN_SUITE_TAG_BYTES], out[4];
    uint8_t public_key[32], signature[64];
    struct cairn_bytes message = cairn_bytes_of("text");
    key[1][31] = 1;
    for (unsigned i = 0; i < 2; i++) {
        struct cairn_suite_box box = {key[i], nonce, {0}};
        cairn_suite_seal(&suite, &box, message, sealed[i]);
        cairn_suite_sign_public(&suite, key[i], public_key);
        cairn_suite_sign(&suite, key[i], message, signature);
        assert_err(cairn_suite_verify(&suite, public_key, message, signature), CAIRN_OK);
    }
    assert_memory_not_equal(sealed[0], sealed[1], sizeof sealed[0]);
    for (unsigned i = 0; i < 4; i++) {
        struct cairn_suite_box box = {key[i % 2], nonce, {0}};
        assert_err(cairn_suite_open(&suite, &box,
                                    (struct cairn_bytes){sealed[i / 2], sizeof sealed[0]}, out),
                   i % 2 == i / 2 ? CAIRN_OK : CAIRN_CRYPTO_OPEN);
    }
}

TEST(a_block_depends_on_its_key_and_input_and_may_be_made_in_place)
{
    const uint8_t in[16] = {7};
    uint8_t by_a[16], by_b[16], place[16];
    cairn_suite_block(&suite, seed_a, in, by_a);
    cairn_suite_block(&suite, seed_b, in, by_b);
    assert_memory_not_equal(by_a, by_b, 16);
    memcpy(place, in, 16);
    cairn_suite_block(&suite, seed_a, place, place);
    assert_memory_equal(place, by_a, 16);
    place[0] ^= 1;
    cairn_suite_block(&suite, seed_a, place, place);
    assert_memory_not_equal(place, by_a, 16);
}

TEST(codes_and_derived_keys_are_the_same_in_both_tables)
{
    uint8_t code[32], key[42];
    cairn_suite_hmac(&suite, cairn_bytes_of("Jefe"), cairn_bytes_of("what do ya want for nothing?"),
                     code);
    assert_memory_equal(
        code, test_hex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843").data,
        32);
    struct cairn_suite_hkdf rfc5869_1 = {test_hex("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"),
                                         test_hex("000102030405060708090a0b0c"),
                                         test_hex("f0f1f2f3f4f5f6f7f8f9")};
    cairn_suite_hkdf(&suite, &rfc5869_1, key, sizeof key);
    assert_memory_equal(key,
                        test_hex("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
                                 "34007208d5b887185865")
                            .data,
                        sizeof key);
}

/* FIPS 197, C.3; NIST SP 800-38A, F.1.5 */
TEST(the_real_block_is_aes_256)
{
    uint8_t out[16];
    cairn_suite_block(
        &suite, test_hex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f").data,
        test_hex("00112233445566778899aabbccddeeff").data, out);
    assert_memory_equal(out, test_hex("8ea2b7ca516745bfeafc49904b496089").data, 16);
    cairn_suite_block(
        &suite, test_hex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4").data,
        test_hex("6bc1bee22e409f96e93d7e117393172a").data, out);
    assert_memory_equal(out, test_hex("f3eed1bdb5d2a03c064b5a7e3db181f8").data, 16);
}

TEST(closing_forgets_the_table)
{
    struct cairn_suite other;
    assert_err(cairn_suite_open_real(&other), CAIRN_OK);
    cairn_suite_close(&other);
    assert_null(other.table);
    cairn_suite_close(&other);
    assert_null(other.state);
}

#define BOTH(name)                                                                                 \
    {"real_" #name, name, open_real, close_suite, NULL},                                           \
    {                                                                                              \
        "fake_" #name, name, open_fake, close_suite, NULL                                          \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(a_signature_verifies_for_its_key_and_message_only),
        BOTH(many_signers_in_turn_do_not_disturb_each_other),
        BOTH(a_refusal_does_not_spoil_the_next_call),
        BOTH(both_sides_of_a_dh_agree_and_third_parties_do_not),
        BOTH(a_dh_with_a_low_order_point_is_refused_and_gives_nothing),
        BOTH(a_wrap_opens_for_its_recipient_and_can_be_recomputed),
        BOTH(a_wrap_opens_for_nobody_else_and_gives_nothing),
        BOTH(wrapping_for_a_low_order_point_is_refused_and_gives_nothing),
        BOTH(what_is_sealed_opens_at_every_size_and_in_place),
        BOTH(sealed_bytes_do_not_open_with_anything_changed_and_the_output_is_zeroed),
        BOTH(many_keys_in_turn_do_not_disturb_each_other),
        BOTH(keys_that_begin_alike_are_told_apart),
        BOTH(a_block_depends_on_its_key_and_input_and_may_be_made_in_place),
        BOTH(codes_and_derived_keys_are_the_same_in_both_tables),
        cmocka_unit_test_setup_teardown(the_real_block_is_aes_256, open_real, close_suite),
        cmocka_unit_test(closing_forgets_the_table),
    };
    return cmocka_run_group_tests_name("suite", tests, NULL, NULL);
}
