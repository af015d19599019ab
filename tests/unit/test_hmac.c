/* The published vectors run in test_vectors_wycheproof.c; here: pieces and clearing. */
#include "tests/lib/test.h"

#include <string.h>

#include "crypto/hmac.h"

TEST(rfc4231_case_2_comes_out)
{
    uint8_t got[32];
    cairn_hmac_of(cairn_bytes_of("Jefe"), cairn_bytes_of("what do ya want for nothing?"), got);
    assert_memory_equal(
        got, test_hex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843").data, 32);
}

TEST(a_key_longer_than_a_block_is_hashed_first)
{
    uint8_t key[65], digest[32], got[32], wanted[32];
    memset(key, 0xaa, sizeof key);
    cairn_sha256_of((struct cairn_bytes){key, sizeof key}, digest);
    cairn_hmac_of((struct cairn_bytes){key, sizeof key}, cairn_bytes_of("text"), got);
    cairn_hmac_of((struct cairn_bytes){digest, sizeof digest}, cairn_bytes_of("text"), wanted);
    assert_memory_equal(got, wanted, 32);
    cairn_hmac_of((struct cairn_bytes){key, 64}, cairn_bytes_of("text"), got);
    assert_memory_not_equal(got, wanted, 32);
}

TEST(pieces_give_the_same_code_as_the_whole_and_leave_no_key_behind)
{
    struct cairn_hmac hmac;
    uint8_t got[32], wanted[32], zero[sizeof hmac] = {0};
    cairn_hmac_of(cairn_bytes_of("key"), cairn_bytes_of("one two"), wanted);
    cairn_hmac_init(&hmac, cairn_bytes_of("key"));
    cairn_hmac_update(&hmac, cairn_bytes_of("one"));
    cairn_hmac_update(&hmac, cairn_bytes_of(" two"));
    cairn_hmac_final(&hmac, got);
    assert_memory_equal(got, wanted, 32);
    assert_memory_equal(&hmac, zero, sizeof hmac);
}

TEST(expand_gives_a_prefix_for_a_smaller_size)
{
    uint8_t prk[32] = {1}, whole[100], part[100];
    cairn_hmac_expand(prk, cairn_bytes_of("info"), whole, sizeof whole);
    for (size_t size = 0; size <= sizeof part; size++) {
        memset(part, 0xee, sizeof part);
        cairn_hmac_expand(prk, cairn_bytes_of("info"), part, size);
        assert_memory_equal(part, whole, size);
        assert_true(size == sizeof part || part[size] == 0xee);
    }
}

TEST(expanding_beyond_255_blocks_is_our_own_mistake)
{
    static uint8_t out[255 * 32 + 1];
    uint8_t prk[32] = {1};
    expect_assert_failure(cairn_hmac_expand(prk, cairn_bytes_of(""), out, sizeof out));
}

/* The code of Python's hmac: a key that fills the block stands there as it is. */
TEST(a_key_as_long_as_a_block_is_not_hashed)
{
    uint8_t key[64], got[32];
    memset(key, 0xaa, sizeof key);
    cairn_hmac_of((struct cairn_bytes){key, sizeof key}, cairn_bytes_of("text"), got);
    assert_memory_equal(
        got, test_hex("bc2847bdca0aefc8eebf802c0d5c25d30453e0aa52966eea20aa60c406bf757c").data, 32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rfc4231_case_2_comes_out),
        cmocka_unit_test(a_key_longer_than_a_block_is_hashed_first),
        cmocka_unit_test(pieces_give_the_same_code_as_the_whole_and_leave_no_key_behind),
        cmocka_unit_test(expand_gives_a_prefix_for_a_smaller_size),
        cmocka_unit_test(expanding_beyond_255_blocks_is_our_own_mistake),
        cmocka_unit_test(a_key_as_long_as_a_block_is_not_hashed),
    };
    return cmocka_run_group_tests_name("hmac", tests, NULL, NULL);
}
