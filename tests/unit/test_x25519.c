/* Vectors run in test_vectors_rfc.c and test_vectors_wycheproof.c. */
#include "tests/lib/test.h"

#include <string.h>

#include "crypto/x25519.h"

TEST(bits_that_clamping_drops_do_not_matter)
{
    uint8_t secret[32] = {0x08}, wanted[32], got[32];
    secret[31] = 0x40;
    cairn_x25519_public(secret, wanted);
    secret[0] |= 0x07;
    secret[31] |= 0x80;
    cairn_x25519_public(secret, got);
    assert_memory_equal(got, wanted, 32);
    secret[1] ^= 1;
    cairn_x25519_public(secret, got);
    assert_memory_not_equal(got, wanted, 32);
}

/* The orders 1, 2, 4 and 8, and their spellings above the prime. */
TEST(points_of_low_order_give_nothing)
{
    const char *const points[] = {
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    };
    const uint8_t secret[32] = {9, 9, 9};
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        uint8_t out[32];
        memset(out, 0xee, sizeof out);
        assert_err(cairn_x25519_derive(secret, test_hex(points[i]).data, out), CAIRN_CRYPTO_KEY);
        assert_int_equal(out[0], 0xee);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bits_that_clamping_drops_do_not_matter),
        cmocka_unit_test(points_of_low_order_give_nothing),
    };
    return cmocka_run_group_tests_name("x25519", tests, NULL, NULL);
}
