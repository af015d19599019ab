/* Project Wycheproof's vectors, through the suite. Every test asserts how many cases it used, so
 * that a file that grows or a filter that bites too much is seen. */
#include "tests/lib/test.h"

#include <string.h>

#include "crypto/aead.h"
#include "crypto/suite.h"
#include "tests/lib/vectors.h"

static struct cairn_suite suite;

static int open_suite(void **state)
{
    (void)state;
    return cairn_suite_open_real(&suite) == CAIRN_OK ? 0 : -1;
}

static int close_suite(void **state)
{
    (void)state;
    cairn_suite_close(&suite);
    return 0;
}

/* Cases that were used, by what the file says of them. */
struct tally {
    size_t valid;
    size_t invalid;
};

typedef void case_check(json_t *group, json_t *test, struct tally *tally);

static struct tally for_each_case(const char *file, case_check *check)
{
    struct tally tally = {0};
    json_t *root = vectors_open(file), *group, *test;
    size_t i, j;
    json_array_foreach(vectors_get(root, "testGroups"), i, group)
    {
        json_array_foreach(vectors_get(group, "tests"), j, test)
        {
            check(group, test, &tally);
        }
    }
    json_decref(root);
    return tally;
}

static bool is_valid(json_t *test)
{
    return vectors_is(test, "result", "valid");
}

static void count(struct tally *tally, json_t *test)
{
    tally->valid += is_valid(test);
    tally->invalid += !is_valid(test);
}

/* The suite takes exactly 64 bytes of signature; another length is refused by its callers'
 * decoders, so it is counted as refused here. */
static void check_ed25519(json_t *group, json_t *test, struct tally *tally)
{
    struct cairn_bytes key = vectors_hex(vectors_get(group, "publicKey"), "pk");
    struct cairn_bytes signature = vectors_hex(test, "sig");
    assert_int_equal(key.size, 32);
    cairn_err err = CAIRN_CRYPTO_SIGNATURE;
    if (signature.size == 64) {
        err = cairn_suite_verify(&suite, key.data, vectors_hex(test, "msg"), signature.data);
    }
    if (err != (is_valid(test) ? CAIRN_OK : CAIRN_CRYPTO_SIGNATURE)) {
        fail_msg("tcId %d gave %d", (int)vectors_number(test, "tcId"), (int)err);
    }
    count(tally, test);
}

TEST(ed25519_takes_good_signatures_and_no_others)
{
    struct tally tally = for_each_case("crypto/wycheproof/ed25519_test.json", check_ed25519);
    assert_int_equal(tally.valid, 88);
    assert_int_equal(tally.invalid, 63);
}

/* "acceptable" leaves the choice to us: we compute, and refuse an all-zero result. */
static void check_x25519(json_t *group, json_t *test, struct tally *tally)
{
    (void)group;
    const uint8_t zero[32] = {0};
    const uint8_t *wanted = vectors_fixed(test, "shared", 32);
    uint8_t shared[32];
    memset(shared, 0xee, sizeof shared);
    cairn_err err = cairn_suite_dh(&suite, vectors_fixed(test, "private", 32),
                                   vectors_fixed(test, "public", 32), shared);
    if (memcmp(wanted, zero, sizeof zero) == 0) {
        assert_err(err, CAIRN_CRYPTO_KEY);
        assert_int_equal(shared[0], 0xee);
        tally->invalid++;
        return;
    }
    assert_err(err, CAIRN_OK);
    assert_memory_equal(shared, wanted, 32);
    tally->valid++;
}

TEST(x25519_agrees_and_refuses_all_zero_results)
{
    struct tally tally = for_each_case("crypto/wycheproof/x25519_test.json", check_x25519);
    assert_int_equal(tally.valid + tally.invalid, 518);
    assert_int_equal(tally.invalid, 31);
}

static bool is_our_aead(json_t *group)
{
    return vectors_number(group, "keySize") == 256 && vectors_number(group, "ivSize") == 96 &&
           vectors_number(group, "tagSize") == 128;
}

struct aead_case {
    struct cairn_suite_box box;
    struct cairn_bytes plaintext;
    uint8_t sealed[1024];
    struct cairn_bytes sealed_view;
};

static void load_aead(json_t *test, struct aead_case *out)
{
    struct cairn_bytes ct = vectors_hex(test, "ct"), tag = vectors_hex(test, "tag");
    assert_true(ct.size + tag.size <= sizeof out->sealed);
    memcpy(out->sealed, ct.data, ct.size);
    memcpy(out->sealed + ct.size, tag.data, tag.size);
    out->sealed_view = (struct cairn_bytes){out->sealed, ct.size + tag.size};
    out->plaintext = vectors_hex(test, "msg");
    out->box = (struct cairn_suite_box){vectors_fixed(test, "key", 32),
                                        vectors_fixed(test, "iv", 12), vectors_hex(test, "aad")};
}

static void check_opened(const struct aead_case *aead, json_t *test, cairn_err err,
                         const uint8_t *opened)
{
    if (is_valid(test)) {
        assert_err(err, CAIRN_OK);
        assert_memory_equal(opened, aead->plaintext.data, aead->plaintext.size);
        return;
    }
    assert_err(err, CAIRN_CRYPTO_OPEN);
    for (size_t i = 0; i + CAIRN_SUITE_TAG_BYTES < aead->sealed_view.size; i++) {
        assert_int_equal(opened[i], 0);
    }
}

static void check_aes_gcm(json_t *group, json_t *test, struct tally *tally)
{
    if (!is_our_aead(group)) {
        return;
    }
    struct aead_case aead;
    load_aead(test, &aead);
    uint8_t bytes[1024];
    if (is_valid(test)) {
        cairn_suite_seal(&suite, &aead.box, aead.plaintext, bytes);
        assert_memory_equal(bytes, aead.sealed, aead.sealed_view.size);
    }
    cairn_err err = cairn_suite_open(&suite, &aead.box, aead.sealed_view, bytes);
    check_opened(&aead, test, err, bytes);
    count(tally, test);
}

/* Only 256-bit keys, 96-bit nonces and 128-bit tags exist in the formats: 66 of the 316 cases. */
TEST(aes_256_gcm_seals_and_opens_as_published)
{
    struct tally tally = for_each_case("crypto/wycheproof/aes_gcm_test.json", check_aes_gcm);
    assert_int_equal(tally.valid, 39);
    assert_int_equal(tally.invalid, 27);
}

static void check_chacha(json_t *group, json_t *test, struct tally *tally)
{
    if (!is_our_aead(group)) {
        return;
    }
    struct aead_case aead;
    load_aead(test, &aead);
    uint8_t bytes[1024];
    if (is_valid(test)) {
        cairn_aead_seal_once(CAIRN_AEAD_CHACHA20_POLY1305, &aead.box, aead.plaintext, bytes);
        assert_memory_equal(bytes, aead.sealed, aead.sealed_view.size);
    }
    cairn_err err =
        cairn_aead_open_once(CAIRN_AEAD_CHACHA20_POLY1305, &aead.box, aead.sealed_view, bytes);
    check_opened(&aead, test, err, bytes);
    count(tally, test);
}

/* Other nonce sizes cannot be said in our interface: 316 of the 325 cases. */
TEST(chacha20_poly1305_seals_and_opens_as_published)
{
    struct tally tally =
        for_each_case("crypto/wycheproof/chacha20_poly1305_test.json", check_chacha);
    assert_int_equal(tally.valid, 256);
    assert_int_equal(tally.invalid, 60);
}

static void check_hkdf(json_t *group, json_t *test, struct tally *tally)
{
    (void)group;
    struct cairn_suite_hkdf input = {vectors_hex(test, "ikm"), vectors_hex(test, "salt"),
                                     vectors_hex(test, "info")};
    static uint8_t out[CAIRN_SUITE_HKDF_MAX + 1];
    size_t size = vectors_number(test, "size");
    assert_true(size <= sizeof out);
    if (is_valid(test)) {
        cairn_suite_hkdf(&suite, &input, out, size);
        assert_int_equal(vectors_hex(test, "okm").size, size);
        assert_memory_equal(out, vectors_hex(test, "okm").data, size);
    } else {
        expect_assert_failure(cairn_suite_hkdf(&suite, &input, out, size));
    }
    count(tally, test);
}

TEST(hkdf_sha256_derives_as_published_and_refuses_too_much)
{
    struct tally tally = for_each_case("crypto/wycheproof/hkdf_sha256_test.json", check_hkdf);
    assert_int_equal(tally.valid, 83);
    assert_int_equal(tally.invalid, 3);
}

static void check_hmac(json_t *group, json_t *test, struct tally *tally)
{
    uint8_t tag[32];
    cairn_suite_hmac(&suite, vectors_hex(test, "key"), vectors_hex(test, "msg"), tag);
    struct cairn_bytes wanted = vectors_hex(test, "tag");
    assert_int_equal(wanted.size * 8, vectors_number(group, "tagSize"));
    assert_int_equal(memcmp(tag, wanted.data, wanted.size) == 0, is_valid(test));
    count(tally, test);
}

TEST(hmac_sha256_is_as_published)
{
    struct tally tally = for_each_case("crypto/wycheproof/hmac_sha256_test.json", check_hmac);
    assert_int_equal(tally.valid, 66);
    assert_int_equal(tally.invalid, 108);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ed25519_takes_good_signatures_and_no_others),
        cmocka_unit_test(x25519_agrees_and_refuses_all_zero_results),
        cmocka_unit_test(aes_256_gcm_seals_and_opens_as_published),
        cmocka_unit_test(chacha20_poly1305_seals_and_opens_as_published),
        cmocka_unit_test(hkdf_sha256_derives_as_published_and_refuses_too_much),
        cmocka_unit_test(hmac_sha256_is_as_published),
    };
    return cmocka_run_group_tests_name("vectors_wycheproof", tests, open_suite, close_suite);
}
