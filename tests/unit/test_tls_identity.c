#include "tests/lib/test.h"

#include <string.h>

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "crypto/hash.h"
#include "crypto/suite.h"
#include "crypto/tls_identity.h"

static const uint8_t seed[32] = {1, 2, 3};
static uint8_t certificate[8192], key[2048];
static size_t certificate_size, key_size;

static void write_both(const struct cairn_tls_identity *identity)
{
    assert_err(cairn_tls_identity_write_certificate(identity, certificate, sizeof certificate,
                                                    &certificate_size),
               CAIRN_OK);
    assert_err(cairn_tls_identity_write_key(identity, key, sizeof key, &key_size), CAIRN_OK);
}

static struct cairn_tls_identity *make(const char *common)
{
    struct cairn_tls_identity *identity = NULL;
    assert_err(cairn_tls_identity_make(seed, common, &identity), CAIRN_OK);
    return identity;
}

TEST(the_same_seed_and_name_make_the_same_certificate)
{
    struct cairn_tls_identity *first = make("AUT vienna-1"), *again = make("AUT vienna-1");
    struct cairn_tls_identity *other = make("AUT vienna-2");
    uint8_t before[8192];
    write_both(first);
    size_t before_size = certificate_size;
    memcpy(before, certificate, certificate_size);
    write_both(again);
    assert_int_equal(certificate_size, before_size);
    assert_memory_equal(certificate, before, before_size);
    write_both(other);
    assert_false(cairn_bytes_is_equal((struct cairn_bytes){certificate, certificate_size},
                                      (struct cairn_bytes){before, before_size}));
    cairn_tls_identity_close(first);
    cairn_tls_identity_close(again);
    cairn_tls_identity_close(other);
}

/* RFC 8410: the SubjectPublicKeyInfo of an Ed25519 key is these 12 bytes and the key. */
TEST(the_pin_is_the_hash_of_the_public_key_info)
{
    struct cairn_tls_identity *identity = make("AUT vienna-1");
    struct cairn_suite suite;
    assert_err(cairn_suite_open_real(&suite), CAIRN_OK);
    uint8_t info[44], wanted[32], got[32];
    memcpy(info, test_hex("302a300506032b6570032100").data, 12);
    cairn_suite_sign_public(&suite, seed, info + 12);
    cairn_sha256_of((struct cairn_bytes){info, sizeof info}, wanted);
    cairn_tls_identity_spki(identity, got);
    assert_memory_equal(got, wanted, 32);
    write_both(identity);
    memset(got, 0, sizeof got);
    assert_err(cairn_tls_identity_spki_of((struct cairn_bytes){certificate, certificate_size}, got),
               CAIRN_OK);
    assert_memory_equal(got, wanted, 32);
    cairn_suite_close(&suite);
    cairn_tls_identity_close(identity);
}

TEST(an_identity_comes_back_from_its_files)
{
    const char *const names[] = {"node.example", "xn--bcher-kva.example", "192.0.2.1", "::1"};
    const struct cairn_tls_names web = {"console", names, sizeof names / sizeof *names};
    struct cairn_tls_identity *identity = NULL, *back = NULL;
    uint8_t wanted[32], got[32];
    assert_err(cairn_tls_identity_make_web(&web, &identity), CAIRN_OK);
    write_both(identity);
    assert_err(cairn_tls_identity_read((struct cairn_bytes){certificate, certificate_size},
                                       (struct cairn_bytes){key, key_size}, &back),
               CAIRN_OK);
    cairn_tls_identity_spki(identity, wanted);
    cairn_tls_identity_spki(back, got);
    assert_memory_equal(got, wanted, 32);
    cairn_tls_identity_close(identity);
    cairn_tls_identity_close(back);
}

TEST(a_chain_is_kept_in_its_order)
{
    struct cairn_tls_identity *leaf = make("leaf"), *next = make("next"), *back = NULL;
    uint8_t chain[8192];
    write_both(next);
    size_t next_size = certificate_size;
    memcpy(chain + 4096, certificate, next_size);
    write_both(leaf);
    memcpy(chain, certificate, certificate_size);
    memmove(chain + certificate_size, chain + 4096, next_size);
    struct cairn_bytes both = {chain, certificate_size + next_size};
    assert_err(cairn_tls_identity_read(both, (struct cairn_bytes){key, key_size}, &back), CAIRN_OK);
    write_both(back);
    assert_true(cairn_bytes_is_equal((struct cairn_bytes){certificate, certificate_size}, both));
    cairn_tls_identity_close(leaf);
    cairn_tls_identity_close(next);
    cairn_tls_identity_close(back);
}

/* What a browser looks at. */
TEST(a_web_certificate_bears_its_names_and_is_signed_by_itself)
{
    const char *const names[] = {"node.example", "192.0.2.7"};
    const struct cairn_tls_names web = {"console", names, 2};
    struct cairn_tls_identity *identity = NULL;
    char common[32];
    assert_err(cairn_tls_identity_make_web(&web, &identity), CAIRN_OK);
    SSL_CTX *settings = SSL_CTX_new(TLS_method());
    assert_non_null(settings);
    assert_true(cairn_tls_identity_use(identity, settings));
    X509 *made = SSL_CTX_get0_certificate(settings);
    assert_int_equal(X509_check_host(made, "node.example", 0, 0, NULL), 1);
    assert_int_equal(X509_check_ip_asc(made, "192.0.2.7", 0), 1);
    assert_int_equal(X509_check_host(made, "other.example", 0, 0, NULL), 0);
    assert_int_equal(X509_get_version(made), X509_VERSION_3);
    assert_true(X509_NAME_get_text_by_NID(X509_get_subject_name(made), NID_commonName, common,
                                          sizeof common) > 0);
    assert_string_equal(common, "console");
    assert_int_equal(X509_NAME_cmp(X509_get_subject_name(made), X509_get_issuer_name(made)), 0);
    assert_int_equal(X509_verify(made, X509_get0_pubkey(made)), 1);
    assert_int_equal(ASN1_STRING_length(X509_get0_serialNumber(made)), 16);
    assert_int_equal(ASN1_STRING_get0_data(X509_get0_serialNumber(made))[0] & 0xc0, 0x40);
    SSL_CTX_free(settings);
    cairn_tls_identity_close(identity);
}

TEST(there_are_no_more_names_than_its_limit)
{
    const char *names[CAIRN_TLS_SANS_MAX + 1];
    struct cairn_tls_identity *identity = NULL;
    for (size_t i = 0; i <= CAIRN_TLS_SANS_MAX; i++) {
        names[i] = "node.example";
    }
    const struct cairn_tls_names many = {"console", names, CAIRN_TLS_SANS_MAX + 1};
    assert_err(cairn_tls_identity_make_web(&many, &identity), CAIRN_LIBRARY);
    const struct cairn_tls_names enough = {"console", names, CAIRN_TLS_SANS_MAX};
    assert_err(cairn_tls_identity_make_web(&enough, &identity), CAIRN_OK);
    cairn_tls_identity_close(identity);
}

TEST(names_that_are_no_hosts_are_refused)
{
    const char *const bad[] = {"", "a b", "a,DNS:b", "*.example", "a/b", "\xc3\xa9.example"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct cairn_tls_identity *identity = NULL;
        const struct cairn_tls_names web = {"console", &bad[i], 1};
        assert_err(cairn_tls_identity_make_web(&web, &identity), CAIRN_LIBRARY);
        assert_null(identity);
    }
    struct cairn_tls_identity *identity = NULL;
    const struct cairn_tls_names none = {"console", bad, 0};
    assert_err(cairn_tls_identity_make_web(&none, &identity), CAIRN_LIBRARY);
    assert_err(cairn_tls_identity_make(seed, "", &identity), CAIRN_LIBRARY);
    assert_err(
        cairn_tls_identity_make(
            seed, "a common name of more than sixty-four bytes does not fit into X.509", &identity),
        CAIRN_LIBRARY);
    assert_null(identity);
}

TEST(files_that_do_not_fit_together_are_refused)
{
    const uint8_t other_seed[32] = {9};
    struct cairn_tls_identity *identity = make("one"), *other = NULL, *back = NULL;
    write_both(identity);
    struct cairn_bytes good_certificate = {certificate, certificate_size};
    uint8_t other_key[2048], hash[32];
    size_t other_key_size = 0;
    assert_err(cairn_tls_identity_make(other_seed, "other", &other), CAIRN_OK);
    assert_err(cairn_tls_identity_write_key(other, other_key, sizeof other_key, &other_key_size),
               CAIRN_OK);
    const struct {
        struct cairn_bytes certificate, key;
    } cases[] = {
        {good_certificate, {other_key, other_key_size}},
        {good_certificate, good_certificate},
        {{key, key_size}, {key, key_size}},
        {{certificate, certificate_size / 2}, {key, key_size}},
        {good_certificate, {key, key_size / 2}},
        {{NULL, 0}, {key, key_size}},
        {good_certificate, {NULL, 0}},
        {test_frame(100), {key, key_size}},
        {good_certificate, test_frame(100)},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_err(cairn_tls_identity_read(cases[i].certificate, cases[i].key, &back),
                   CAIRN_CRYPTO_KEY);
        assert_null(back);
    }
    assert_err(cairn_tls_identity_spki_of(test_frame(100), hash), CAIRN_CRYPTO_KEY);
    assert_err(cairn_tls_identity_spki_of((struct cairn_bytes){key, key_size}, hash),
               CAIRN_CRYPTO_KEY);
    cairn_tls_identity_close(identity);
    cairn_tls_identity_close(other);
}

TEST(too_little_room_is_said)
{
    struct cairn_tls_identity *identity = make("one");
    size_t size = 7;
    assert_err(cairn_tls_identity_write_certificate(identity, certificate, 50, &size),
               CAIRN_NO_ROOM);
    assert_err(cairn_tls_identity_write_key(identity, key, 50, &size), CAIRN_NO_ROOM);
    assert_int_equal(size, 7);
    cairn_tls_identity_close(identity);
    cairn_tls_identity_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_seed_and_name_make_the_same_certificate),
        cmocka_unit_test(the_pin_is_the_hash_of_the_public_key_info),
        cmocka_unit_test(an_identity_comes_back_from_its_files),
        cmocka_unit_test(a_chain_is_kept_in_its_order),
        cmocka_unit_test(a_web_certificate_bears_its_names_and_is_signed_by_itself),
        cmocka_unit_test(there_are_no_more_names_than_its_limit),
        cmocka_unit_test(names_that_are_no_hosts_are_refused),
        cmocka_unit_test(files_that_do_not_fit_together_are_refused),
        cmocka_unit_test(too_little_room_is_said),
    };
    return cmocka_run_group_tests_name("tls_identity", tests, NULL, NULL);
}
