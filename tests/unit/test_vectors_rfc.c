/* Published vectors of RFC 8032, 7748, 9180 and 6962, through the public functions. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/hpke.h"
#include "crypto/merkle.h"
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

static void check_ed25519(json_t *test)
{
    const uint8_t *seed = vectors_fixed(test, "secret", 32);
    const uint8_t *wanted = vectors_fixed(test, "signature", 64);
    struct cairn_bytes message = vectors_hex(test, "message");
    uint8_t public_key[32], signature[64];
    cairn_suite_sign_public(&suite, seed, public_key);
    assert_memory_equal(public_key, vectors_fixed(test, "public", 32), 32);
    cairn_suite_sign(&suite, seed, message, signature);
    assert_memory_equal(signature, wanted, 64);
    assert_err(cairn_suite_verify(&suite, public_key, message, signature), CAIRN_OK);
    signature[63] ^= 1;
    assert_err(cairn_suite_verify(&suite, public_key, message, signature), CAIRN_CRYPTO_SIGNATURE);
}

TEST(rfc8032_ed25519_signs_and_verifies_as_published)
{
    json_t *root = vectors_open("crypto/rfc8032-ed25519.json"), *test;
    size_t i, used = 0;
    json_array_foreach(vectors_get(root, "tests"), i, test)
    {
        check_ed25519(test);
        used++;
    }
    json_array_foreach(vectors_get(root, "more"), i, test)
    {
        check_ed25519(test);
        used++;
    }
    assert_int_equal(used, 5 + 66);
    json_decref(root);
}

TEST(rfc7748_x25519_derives_as_published)
{
    json_t *root = vectors_open("crypto/rfc7748-x25519.json"), *test;
    size_t i, used = 0;
    json_array_foreach(vectors_get(root, "tests"), i, test)
    {
        uint8_t shared[32];
        assert_err(cairn_suite_dh(&suite, vectors_fixed(test, "scalar", 32),
                                  vectors_fixed(test, "input", 32), shared),
                   CAIRN_OK);
        assert_memory_equal(shared, vectors_fixed(test, "output", 32), 32);
        used++;
    }
    assert_int_equal(used, 6);
    json_decref(root);
}

/* The file also has the key after 1,000,000 rounds. It is not run: it takes a minute and a half and
 * shows nothing that 1,000 rounds do not. The count below says so. */
TEST(rfc7748_x25519_holds_for_one_and_a_thousand_rounds)
{
    json_t *root = vectors_open("crypto/rfc7748-x25519.json"), *result;
    json_t *iterated = vectors_get(root, "iterated");
    uint8_t key[32], input[32], next[32];
    memcpy(key, vectors_fixed(iterated, "start", 32), 32);
    memcpy(input, key, 32);
    size_t i, used = 0;
    uint64_t done = 0;
    json_array_foreach(vectors_get(iterated, "results"), i, result)
    {
        uint64_t times = vectors_number(result, "times");
        if (times > 1000) {
            assert_int_equal(times, 1000000);
            continue;
        }
        for (; done < times; done++) {
            assert_err(cairn_suite_dh(&suite, key, input, next), CAIRN_OK);
            memcpy(input, key, 32);
            memcpy(key, next, 32);
        }
        assert_memory_equal(key, vectors_fixed(result, "key", 32), 32);
        used++;
    }
    assert_int_equal(used, 2);
    json_decref(root);
}

TEST(the_public_key_of_a_secret_is_its_multiple_of_the_base_point)
{
    json_t *root = vectors_open("crypto/rfc7748-x25519.json"), *test;
    const uint8_t base[32] = {9};
    size_t i, used = 0;
    json_array_foreach(vectors_get(root, "tests"), i, test)
    {
        if (memcmp(vectors_fixed(test, "input", 32), base, 32) == 0) {
            uint8_t public_key[32];
            cairn_suite_dh_public(&suite, vectors_fixed(test, "scalar", 32), public_key);
            assert_memory_equal(public_key, vectors_fixed(test, "output", 32), 32);
            used++;
        }
    }
    assert_int_equal(used, 2);
    json_decref(root);
}

static size_t check_hpke_messages(json_t *test, const struct cairn_hpke *sender,
                                  const struct cairn_hpke *receiver)
{
    json_t *item;
    size_t i, used = 0;
    json_array_foreach(vectors_get(test, "encryptions"), i, item)
    {
        struct cairn_hpke_message message = {vectors_number(item, "seq"), vectors_hex(item, "aad")};
        struct cairn_bytes plaintext = vectors_hex(item, "plaintext");
        struct cairn_bytes wanted = vectors_hex(item, "ciphertext");
        uint8_t sealed[256], opened[256];
        assert_int_equal(wanted.size, plaintext.size + CAIRN_SUITE_TAG_BYTES);
        assert_true(wanted.size <= sizeof sealed);
        cairn_hpke_seal(sender, &message, plaintext, sealed);
        assert_memory_equal(sealed, wanted.data, wanted.size);
        assert_err(cairn_hpke_open(receiver, &message, wanted, opened), CAIRN_OK);
        assert_memory_equal(opened, plaintext.data, plaintext.size);
        message.seq++;
        assert_err(cairn_hpke_open(receiver, &message, wanted, opened), CAIRN_CRYPTO_OPEN);
        used++;
    }
    return used;
}

/* Modes psk, auth and auth_psk are not offered here: only mode 0 entries apply. */
TEST(rfc9180_hpke_base_mode_gives_the_published_keys_and_ciphertexts)
{
    json_t *root = vectors_open("crypto/rfc9180-hpke-x25519-chacha20poly1305.json"), *test;
    size_t i, used = 0, messages = 0;
    json_array_foreach(vectors_get(root, "tests"), i, test)
    {
        if (vectors_number(test, "mode") != 0) {
            continue;
        }
        struct cairn_bytes info = vectors_hex(test, "info");
        uint8_t secret[32], enc[32];
        cairn_hpke_derive_secret(vectors_fixed(test, "ikmR", 32), secret);
        assert_memory_equal(secret, vectors_fixed(test, "skRm", 32), 32);
        struct cairn_suite_wrap_to to = {vectors_fixed(test, "ikmE", 32),
                                         vectors_fixed(test, "pkRm", 32), info};
        struct cairn_hpke sender, receiver;
        assert_err(cairn_hpke_setup_sender(&to, enc, &sender), CAIRN_OK);
        assert_memory_equal(enc, vectors_fixed(test, "enc", 32), 32);
        assert_err(cairn_hpke_setup_receiver(secret, enc, info, &receiver), CAIRN_OK);
        assert_memory_equal(&sender, &receiver, sizeof sender);
        assert_memory_equal(sender.key, vectors_fixed(test, "key", 32), 32);
        assert_memory_equal(sender.base_nonce, vectors_fixed(test, "base_nonce", 12), 12);
        assert_memory_equal(sender.exporter_secret, vectors_fixed(test, "exporter_secret", 32), 32);
        messages += check_hpke_messages(test, &sender, &receiver);
        used++;
    }
    assert_int_equal(used, 2);
    assert_int_equal(messages, 6 + 10);
    json_decref(root);
}

/* --- RFC 6962 --- */

#define LEAVES_MAX 133u

static uint8_t leaves_ct8[8 * 32], leaves_seq133[LEAVES_MAX * 32];

static void hash_leaves(json_t *root)
{
    json_t *ct8 = vectors_get(vectors_get(vectors_get(root, "sets"), "ct8"), "leaves"), *leaf;
    size_t i;
    assert_int_equal(json_array_size(ct8), 8);
    json_array_foreach(ct8, i, leaf)
    {
        cairn_merkle_leaf(test_hex(json_string_value(leaf)), leaves_ct8 + i * 32);
    }
    for (unsigned n = 0; n < LEAVES_MAX; n++) {
        char text[32];
        int size = snprintf(text, sizeof text, "cairn-leaf-%u", n);
        cairn_merkle_leaf((struct cairn_bytes){(const uint8_t *)text, (size_t)size},
                          leaves_seq133 + n * 32);
    }
}

static const uint8_t *leaves_of(json_t *test)
{
    return vectors_is(test, "set", "ct8") ? leaves_ct8 : leaves_seq133;
}

static struct cairn_bytes join_proof(json_t *test, uint8_t *space, size_t capacity)
{
    json_t *hash;
    size_t i, size = 0;
    json_array_foreach(vectors_get(test, "proof"), i, hash)
    {
        struct cairn_bytes bytes = test_hex(json_string_value(hash));
        assert_true(size + bytes.size <= capacity);
        memcpy(space + size, bytes.data, bytes.size);
        size += bytes.size;
    }
    return (struct cairn_bytes){space, size};
}

TEST(rfc6962_roots_are_as_published)
{
    json_t *root = vectors_open("crypto/rfc6962-merkle.json"), *wanted;
    hash_leaves(root);
    json_t *sets = vectors_get(root, "sets");
    uint8_t got[32];
    size_t i, used = 0;
    json_array_foreach(vectors_get(vectors_get(sets, "ct8"), "roots"), i, wanted)
    {
        cairn_merkle_root_of(leaves_ct8, i, got);
        assert_memory_equal(got, test_hex(json_string_value(wanted)).data, 32);
        used++;
    }
    const char *size_text;
    json_object_foreach(vectors_get(vectors_get(sets, "seq133"), "roots"), size_text, wanted)
    {
        cairn_merkle_root_of(leaves_seq133, strtoull(size_text, NULL, 10), got);
        assert_memory_equal(got, test_hex(json_string_value(wanted)).data, 32);
        used++;
    }
    assert_true(used > 9 + 30);
    json_decref(root);
}

TEST(rfc6962_inclusion_proofs_are_told_from_broken_ones)
{
    json_t *root = vectors_open("crypto/rfc6962-merkle.json"), *test;
    hash_leaves(root);
    size_t i, valid = 0, invalid = 0;
    json_array_foreach(vectors_get(root, "inclusion"), i, test)
    {
        uint8_t space[64 * 32];
        struct cairn_bytes proof = join_proof(test, space, sizeof space);
        uint64_t index = vectors_number(test, "leaf_index"),
                 size = vectors_number(test, "tree_size");
        struct cairn_bytes given_root = vectors_hex(test, "root");
        struct cairn_bytes leaf = vectors_hex(test, "leaf_hash");
        assert_int_equal(leaf.size, 32);
        assert_int_equal(given_root.size, 32);
        bool is_valid = json_is_true(vectors_get(test, "valid"));
        assert_err(cairn_merkle_verify_inclusion(leaf.data, index, size, proof, given_root.data),
                   is_valid ? CAIRN_OK : CAIRN_CRYPTO_PROOF);
        if (is_valid) {
            struct cairn_merkle_proof built;
            cairn_merkle_inclusion(leaves_of(test), size, index, &built);
            assert_true(cairn_bytes_is_equal(cairn_merkle_proof_bytes(&built), proof));
        }
        valid += is_valid;
        invalid += !is_valid;
    }
    assert_int_equal(valid, 109);
    assert_int_equal(invalid, 174);
    json_decref(root);
}

TEST(rfc6962_consistency_proofs_are_told_from_broken_ones)
{
    json_t *root = vectors_open("crypto/rfc6962-merkle.json"), *test;
    hash_leaves(root);
    size_t i, valid = 0, invalid = 0;
    json_array_foreach(vectors_get(root, "consistency"), i, test)
    {
        uint8_t space[64 * 32];
        struct cairn_bytes proof = join_proof(test, space, sizeof space);
        uint64_t size1 = vectors_number(test, "size1"), size2 = vectors_number(test, "size2");
        bool is_valid = json_is_true(vectors_get(test, "valid"));
        assert_err(cairn_merkle_verify_consistency(size1, vectors_fixed(test, "root1", 32), size2,
                                                   vectors_fixed(test, "root2", 32), proof),
                   is_valid ? CAIRN_OK : CAIRN_CRYPTO_PROOF);
        if (is_valid) {
            struct cairn_merkle_proof built;
            cairn_merkle_consistency(leaves_of(test), size2, size1, &built);
            assert_true(cairn_bytes_is_equal(cairn_merkle_proof_bytes(&built), proof));
        }
        valid += is_valid;
        invalid += !is_valid;
    }
    assert_int_equal(valid, 220);
    assert_int_equal(invalid, 182);
    json_decref(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rfc8032_ed25519_signs_and_verifies_as_published),
        cmocka_unit_test(rfc7748_x25519_derives_as_published),
        cmocka_unit_test(rfc7748_x25519_holds_for_one_and_a_thousand_rounds),
        cmocka_unit_test(the_public_key_of_a_secret_is_its_multiple_of_the_base_point),
        cmocka_unit_test(rfc9180_hpke_base_mode_gives_the_published_keys_and_ciphertexts),
        cmocka_unit_test(rfc6962_roots_are_as_published),
        cmocka_unit_test(rfc6962_inclusion_proofs_are_told_from_broken_ones),
        cmocka_unit_test(rfc6962_consistency_proofs_are_told_from_broken_ones),
    };
    return cmocka_run_group_tests_name("vectors_rfc", tests, open_suite, close_suite);
}
