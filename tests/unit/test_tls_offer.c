/* Method: a client made with OpenSSL itself, which offers one thing at a time that an end of ours
 * must not take, or does what no end of ours would. */
#include "tests/lib/test.h"

#include <string.h>

#include <openssl/ssl.h>

#include "crypto/tls.h"

#define FLOOD_MAX 20000u

static const uint8_t client_seed[32] = {1}, server_seed[32] = {2};
static struct cairn_tls_identity *identity, *web_identity;
static struct cairn_tls_context *context;
static struct cairn_tls *server;
static SSL_CTX *settings; /* of the client; a test changes them before it opens the client */
static SSL *client;
static uint32_t tickets;
static cairn_err err;

static bool is_known(void *host, const uint8_t spki_hash[static 32])
{
    struct cairn_tls_identity *own = NULL;
    uint8_t hash[32];
    (void)host;
    assert_err(cairn_tls_identity_make(client_seed, "cairn", &own), CAIRN_OK);
    cairn_tls_identity_spki(own, hash);
    cairn_tls_identity_close(own);
    return memcmp(hash, spki_hash, 32) == 0;
}

static int on_ticket(SSL *ssl, SSL_SESSION *session)
{
    (void)ssl;
    (void)session;
    tickets++;
    return 0;
}

static int set_up(void **state)
{
    const char *const names[] = {"localhost"};
    const struct cairn_tls_names web = {"console", names, 1};
    (void)state;
    tickets = 0;
    err = CAIRN_OK;
    server = NULL;
    client = NULL;
    context = NULL;
    assert_err(cairn_tls_identity_make(client_seed, "cairn", &identity), CAIRN_OK);
    assert_err(cairn_tls_identity_make_web(&web, &web_identity), CAIRN_OK);
    settings = SSL_CTX_new(TLS_method());
    assert_non_null(settings);
    assert_true(cairn_tls_identity_use(identity, settings));
    (void)SSL_CTX_set_session_cache_mode(settings, SSL_SESS_CACHE_CLIENT);
    SSL_CTX_sess_set_new_cb(settings, on_ticket);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    SSL_free(client);
    SSL_CTX_free(settings);
    cairn_tls_close(server);
    cairn_tls_context_close(context);
    cairn_tls_identity_close(identity);
    cairn_tls_identity_close(web_identity);
    return 0;
}

/* Carry what each side has for the other one until both are silent. */
static void carry(void)
{
    static uint8_t wire[1 << 16];
    for (bool is_moving = true; is_moving && err == CAIRN_OK;) {
        size_t size = 0, taken = 0;
        is_moving = BIO_read_ex(SSL_get_wbio(client), wire, sizeof wire, &size) == 1;
        if (is_moving) {
            err = cairn_tls_feed(server, (struct cairn_bytes){wire, size}, &taken);
        }
        size = cairn_tls_take(server, wire, sizeof wire);
        if (size > 0) {
            is_moving = true;
            assert_int_equal(BIO_write(SSL_get_rbio(client), wire, (int)size), (int)size);
        }
        uint8_t byte;
        (void)SSL_read_ex(client, &byte, 1, &taken);
    }
}

static void call(enum cairn_tls_mode mode)
{
    struct cairn_tls_identity *own = NULL;
    assert_err(cairn_tls_identity_make(server_seed, "cairn", &own), CAIRN_OK);
    bool is_peer = mode == CAIRN_TLS_PEER;
    const struct cairn_tls_config config = {mode, is_peer ? own : web_identity,
                                            is_peer ? is_known : NULL, NULL};
    assert_err(cairn_tls_context_open(&config, &context), CAIRN_OK);
    assert_err(cairn_tls_open(context, CAIRN_TLS_SERVER, &server), CAIRN_OK);
    cairn_tls_identity_close(own);
    client = SSL_new(settings);
    assert_non_null(client);
    SSL_set_bio(client, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_connect_state(client);
    (void)SSL_do_handshake(client);
    carry();
}

static void assert_taken(void)
{
    assert_err(err, CAIRN_OK);
    assert_int_equal(cairn_tls_state(server), CAIRN_TLS_UP);
}

static void assert_refused(void)
{
    assert_err(err, CAIRN_TLS);
    assert_int_equal(cairn_tls_state(server), CAIRN_TLS_FAILED);
}

TEST(a_client_that_offers_what_openssl_offers_is_taken_and_gets_no_ticket)
{
    call(CAIRN_TLS_PEER);
    assert_taken();
    assert_int_equal(SSL_version(client), TLS1_3_VERSION);
    assert_int_equal(tickets, 0);
}

TEST(a_node_link_is_not_of_tls_1_2)
{
    assert_int_equal(SSL_CTX_set_max_proto_version(settings, TLS1_2_VERSION), 1);
    call(CAIRN_TLS_PEER);
    assert_refused();
}

TEST(a_node_link_has_no_cipher_of_128_bits)
{
    assert_int_equal(SSL_CTX_set_ciphersuites(settings, "TLS_AES_128_GCM_SHA256"), 1);
    call(CAIRN_TLS_PEER);
    assert_refused();
}

TEST(a_node_link_agrees_on_its_secret_over_x25519_only)
{
    assert_int_equal(SSL_CTX_set1_groups_list(settings, "P-256:P-384"), 1);
    call(CAIRN_TLS_PEER);
    assert_refused();
}

TEST(a_client_that_takes_ecdsa_only_gets_no_node_link)
{
    assert_int_equal(SSL_CTX_set1_sigalgs_list(settings, "ECDSA+SHA256"), 1);
    call(CAIRN_TLS_PEER);
    assert_refused();
}

TEST(a_chain_of_certificates_has_its_limit)
{
    X509 *one = SSL_CTX_get0_certificate(settings);
    for (int size = 0; size < 30 << 10; size += i2d_X509(one, NULL) + 5) {
        assert_int_equal(SSL_CTX_add1_chain_cert(settings, one), 1);
    }
    call(CAIRN_TLS_PEER);
    assert_taken();
    SSL_free(client);
    cairn_tls_close(server);
    cairn_tls_context_close(context);
    for (int size = 0; size < 3 << 10; size += i2d_X509(one, NULL) + 5) {
        assert_int_equal(SSL_CTX_add1_chain_cert(settings, one), 1);
    }
    call(CAIRN_TLS_PEER);
    assert_refused();
}

/* The other way round: we call, and OpenSSL answers. */
TEST(who_is_called_and_has_keys_of_both_kinds_answers_with_ed25519)
{
    static uint8_t wire[1 << 16];
    size_t size = 0;
    const struct cairn_tls_config config = {CAIRN_TLS_PEER, identity, is_known, NULL};
    assert_true(cairn_tls_identity_use(web_identity, settings));
    assert_err(cairn_tls_context_open(&config, &context), CAIRN_OK);
    assert_err(cairn_tls_open(context, CAIRN_TLS_CLIENT, &server), CAIRN_OK);
    client = SSL_new(settings); /* who answers */
    SSL_set_bio(client, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_accept_state(client);
    size = cairn_tls_take(server, wire, sizeof wire);
    assert_true(BIO_write(SSL_get_rbio(client), wire, (int)size) > 0);
    assert_int_equal(SSL_do_handshake(client), -1);
    int kind = 0;
    assert_int_equal(SSL_get_signature_type_nid(client, &kind), 1);
    assert_int_equal(kind, NID_ED25519);
}

TEST(a_web_server_takes_tls_1_2_with_an_authenticated_cipher)
{
    assert_int_equal(SSL_CTX_set_max_proto_version(settings, TLS1_2_VERSION), 1);
    assert_int_equal(SSL_CTX_set_cipher_list(settings, "ECDHE-ECDSA-AES128-GCM-SHA256"), 1);
    call(CAIRN_TLS_WEB);
    assert_taken();
    assert_int_equal(SSL_version(client), TLS1_2_VERSION);
    assert_int_equal(tickets, 0);
    /* and no second handshake on the same connection */
    assert_int_equal(SSL_renegotiate(client), 1);
    (void)SSL_do_handshake(client);
    carry();
    uint8_t byte;
    size_t size = 0;
    err = cairn_tls_read(server, &byte, 1, &size);
    carry();
    assert_true(SSL_in_init(client) != 0);
}

TEST(a_web_server_takes_no_cipher_of_blocks)
{
    assert_int_equal(SSL_CTX_set_max_proto_version(settings, TLS1_2_VERSION), 1);
    assert_int_equal(SSL_CTX_set_cipher_list(settings, "ECDHE-ECDSA-AES128-SHA256"), 1);
    call(CAIRN_TLS_WEB);
    assert_refused();
}

TEST(a_web_client_gets_no_ticket)
{
    call(CAIRN_TLS_WEB);
    assert_taken();
    assert_int_equal(tickets, 0);
}

/* Each request for new keys is answered at once; who takes no answer does not fill our memory. */
TEST(a_client_that_makes_us_answer_without_end_is_cut_off)
{
    static const uint8_t much[CAIRN_TLS_OUT_MAX];
    uint32_t asked = 0;
    size_t written = 0;
    call(CAIRN_TLS_PEER);
    assert_taken();
    assert_err(cairn_tls_write(server, (struct cairn_bytes){much, sizeof much}, &written),
               CAIRN_OK);
    for (; asked < FLOOD_MAX && err == CAIRN_OK; asked++) {
        static uint8_t wire[4096];
        uint8_t byte;
        size_t size = 0, taken = 0;
        assert_int_equal(SSL_key_update(client, SSL_KEY_UPDATE_REQUESTED), 1);
        assert_int_equal(SSL_do_handshake(client), 1);
        assert_int_equal(BIO_read_ex(SSL_get_wbio(client), wire, sizeof wire, &size), 1);
        err = cairn_tls_feed(server, (struct cairn_bytes){wire, size}, &taken);
        if (err == CAIRN_OK) {
            err = cairn_tls_read(server, &byte, 1, &size);
        }
    }
    assert_refused();
}

#define WITH_SET_UP(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_SET_UP(a_client_that_offers_what_openssl_offers_is_taken_and_gets_no_ticket),
        WITH_SET_UP(a_node_link_is_not_of_tls_1_2),
        WITH_SET_UP(a_node_link_has_no_cipher_of_128_bits),
        WITH_SET_UP(a_node_link_agrees_on_its_secret_over_x25519_only),
        WITH_SET_UP(a_client_that_takes_ecdsa_only_gets_no_node_link),
        WITH_SET_UP(a_chain_of_certificates_has_its_limit),
        WITH_SET_UP(who_is_called_and_has_keys_of_both_kinds_answers_with_ed25519),
        WITH_SET_UP(a_web_server_takes_tls_1_2_with_an_authenticated_cipher),
        WITH_SET_UP(a_web_server_takes_no_cipher_of_blocks),
        WITH_SET_UP(a_web_client_gets_no_ticket),
        WITH_SET_UP(a_client_that_makes_us_answer_without_end_is_cut_off),
    };
    return cmocka_run_group_tests_name("tls_offer", tests, NULL, NULL);
}
