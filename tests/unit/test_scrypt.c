/* Most cases use the smallest cost, so that they are quick; one uses the default. */
#include "tests/lib/test.h"

#include <string.h>

#include "crypto/scrypt.h"

static const char plaintext[] = "root key of thirty-two bytes ...";
static uint8_t salt[16];

/* Made with Python's hashlib.scrypt and the AESGCM of its cryptography package. */
static const char sealed_elsewhere[] =
    "010a0801000102030405060708090a0b0c0d0e0f"
    "0ffed5e99329920c4e126651417cd9ad091eebd9481a3f593c987dd20f34a668118bc78aff84758b6de06f1b0b80"
    "2598";

/* Nothing, sealed the same way. */
static const char empty_elsewhere[] = "010a0801000102030405060708090a0b0c0d0e0f"
                                      "80a652dc81bc56501120fa7e335cffac";

static int make_salt(void **state)
{
    (void)state;
    for (uint8_t i = 0; i < sizeof salt; i++) {
        salt[i] = i;
    }
    return 0;
}

static void seal(uint8_t log_n, uint8_t out[static 68])
{
    struct cairn_scrypt with = {cairn_bytes_of("correct horse"), salt, log_n};
    assert_err(cairn_scrypt_seal(&with, cairn_bytes_of(plaintext), out), CAIRN_OK);
}

TEST(the_bytes_are_those_of_another_implementation)
{
    uint8_t sealed[68];
    struct cairn_bytes wanted = test_hex(sealed_elsewhere);
    seal(10, sealed);
    assert_int_equal(wanted.size, sizeof sealed);
    assert_memory_equal(sealed, wanted.data, sizeof sealed);
}

TEST(the_right_passphrase_opens_at_the_cost_that_the_bytes_name)
{
    uint8_t sealed[68], opened[32];
    for (uint8_t log_n = 10; log_n <= 12; log_n++) {
        seal(log_n, sealed);
        assert_int_equal(sealed[1], log_n);
        assert_err(cairn_scrypt_open(cairn_bytes_of("correct horse"),
                                     (struct cairn_bytes){sealed, sizeof sealed}, opened),
                   CAIRN_OK);
        assert_memory_equal(opened, plaintext, sizeof opened);
    }
}

TEST(the_default_cost_gets_its_128_mebibytes)
{
    uint8_t sealed[68];
    seal(CAIRN_SCRYPT_LOG_N, sealed);
    assert_int_equal(sealed[1], 17);
}

TEST(a_wrong_passphrase_or_a_changed_byte_does_not_open)
{
    uint8_t sealed[68], opened[32];
    const uint8_t zero[32] = {0};
    struct cairn_bytes view = {sealed, sizeof sealed};
    seal(10, sealed);
    assert_err(cairn_scrypt_open(cairn_bytes_of("correct house"), view, opened),
               CAIRN_CRYPTO_PASSPHRASE);
    assert_memory_equal(opened, zero, sizeof zero);
    assert_err(cairn_scrypt_open(cairn_bytes_of(""), view, opened), CAIRN_CRYPTO_PASSPHRASE);
    for (size_t at = 4; at < sizeof sealed; at += 7) {
        sealed[at] ^= 1;
        assert_err(cairn_scrypt_open(cairn_bytes_of("correct horse"), view, opened),
                   CAIRN_CRYPTO_PASSPHRASE);
        sealed[at] ^= 1;
    }
}

TEST(an_empty_passphrase_is_one_like_any_other)
{
    struct cairn_scrypt with = {cairn_bytes_of(""), salt, 10};
    uint8_t sealed[68], opened[32];
    struct cairn_bytes view = {sealed, sizeof sealed};
    assert_err(cairn_scrypt_seal(&with, cairn_bytes_of(plaintext), sealed), CAIRN_OK);
    assert_err(cairn_scrypt_open(cairn_bytes_of(""), view, opened), CAIRN_OK);
    assert_err(cairn_scrypt_open(cairn_bytes_of("x"), view, opened), CAIRN_CRYPTO_PASSPHRASE);
}

TEST(a_file_cannot_ask_for_other_costs_than_ours)
{
    const struct {
        size_t at;
        uint8_t value;
    } changes[] = {{0, 0},  {0, 2},   {1, 9}, {1, CAIRN_SCRYPT_LOG_N_MAX + 1},
                   {1, 63}, {1, 255}, {2, 0}, {2, 9},
                   {3, 0},  {3, 2}};
    uint8_t sealed[68], opened[32];
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        seal(10, sealed);
        sealed[changes[i].at] = changes[i].value;
        assert_err(cairn_scrypt_open(cairn_bytes_of("correct horse"),
                                     (struct cairn_bytes){sealed, sizeof sealed}, opened),
                   CAIRN_NUMBER);
    }
}

TEST(sizes_out_of_range_are_refused)
{
    uint8_t opened[CAIRN_SCRYPT_PLAINTEXT_MAX];
    struct cairn_bytes pass = cairn_bytes_of("correct horse");
    assert_err(cairn_scrypt_open(pass, test_frame(CAIRN_SCRYPT_OVERHEAD - 1), opened), CAIRN_SHORT);
    assert_err(cairn_scrypt_open(pass,
                                 test_frame(CAIRN_SCRYPT_OVERHEAD + CAIRN_SCRYPT_PLAINTEXT_MAX + 1),
                                 opened),
               CAIRN_TOO_LONG);
    assert_err(cairn_scrypt_open(pass, test_hex(empty_elsewhere), opened), CAIRN_OK);
    struct cairn_scrypt largest = {pass, salt, 10};
    static uint8_t whole[CAIRN_SCRYPT_PLAINTEXT_MAX + CAIRN_SCRYPT_OVERHEAD];
    assert_err(cairn_scrypt_seal(&largest, test_frame(CAIRN_SCRYPT_PLAINTEXT_MAX), whole),
               CAIRN_OK);
    memset(opened, 0xee, sizeof opened);
    assert_err(cairn_scrypt_open(pass, (struct cairn_bytes){whole, sizeof whole}, opened),
               CAIRN_OK);
    assert_memory_equal(opened, test_frame(CAIRN_SCRYPT_PLAINTEXT_MAX).data, sizeof opened);
    struct cairn_scrypt with = {pass, salt, 9};
    uint8_t out[68];
    expect_assert_failure(
        assert_err(cairn_scrypt_seal(&with, cairn_bytes_of(plaintext), out), CAIRN_OK));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_bytes_are_those_of_another_implementation),
        cmocka_unit_test(the_right_passphrase_opens_at_the_cost_that_the_bytes_name),
        cmocka_unit_test(the_default_cost_gets_its_128_mebibytes),
        cmocka_unit_test(a_wrong_passphrase_or_a_changed_byte_does_not_open),
        cmocka_unit_test(an_empty_passphrase_is_one_like_any_other),
        cmocka_unit_test(a_file_cannot_ask_for_other_costs_than_ours),
        cmocka_unit_test(sizes_out_of_range_are_refused),
    };
    return cmocka_run_group_tests_name("scrypt", tests, make_salt, NULL);
}
