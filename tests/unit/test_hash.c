#include "tests/lib/test.h"

#include "crypto/hash.h"

static void assert_digest(struct cairn_bytes bytes, const char *wanted)
{
    uint8_t got[32];
    cairn_sha256_of(bytes, got);
    assert_memory_equal(got, test_hex(wanted).data, 32);
}

TEST(the_examples_of_fips_180_come_out)
{
    assert_digest(cairn_bytes_of(""),
                  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_digest(cairn_bytes_of("abc"),
                  "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_digest(cairn_bytes_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
                  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(pieces_give_the_same_digest_as_the_whole)
{
    uint8_t data[300];
    for (size_t i = 0; i < sizeof data; i++) {
        data[i] = (uint8_t)(i * 7);
    }
    uint8_t wanted[32], got[32];
    cairn_sha256_of((struct cairn_bytes){data, sizeof data}, wanted);
    for (size_t cut = 0; cut <= sizeof data; cut++) {
        struct cairn_sha256 hash;
        cairn_sha256_init(&hash);
        cairn_sha256_update(&hash, (struct cairn_bytes){data, cut});
        cairn_sha256_update(&hash, (struct cairn_bytes){0});
        cairn_sha256_update(&hash, (struct cairn_bytes){data + cut, sizeof data - cut});
        cairn_sha256_final(&hash, got);
        assert_memory_equal(got, wanted, 32);
    }
}

TEST(a_context_can_be_copied_to_branch_off)
{
    struct cairn_sha256 stem, branch;
    cairn_sha256_init(&stem);
    cairn_sha256_update(&stem, cairn_bytes_of("ab"));
    branch = stem;
    cairn_sha256_update(&branch, cairn_bytes_of("c"));
    uint8_t got[32];
    cairn_sha256_final(&branch, got);
    assert_memory_equal(
        got, test_hex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad").data, 32);
    cairn_sha256_final(&stem, got);
    uint8_t wanted[32];
    cairn_sha256_of(cairn_bytes_of("ab"), wanted);
    assert_memory_equal(got, wanted, 32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_examples_of_fips_180_come_out),
        cmocka_unit_test(pieces_give_the_same_digest_as_the_whole),
        cmocka_unit_test(a_context_can_be_copied_to_branch_off),
    };
    return cmocka_run_group_tests_name("hash", tests, NULL, NULL);
}
