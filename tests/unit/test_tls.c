/* Two ends in one process; the "wire" between them is a pair of calls. */
#include "tests/lib/test.h"

#include <string.h>

#include "crypto/tls.h"

/* One side: who it is, whom it knows, and its end of the connection. */
struct end {
    struct cairn_tls_identity *identity;
    struct cairn_tls_context *context;
    struct cairn_tls *tls;
    uint8_t own[32];
    uint8_t known[32];
    int asked;     /* calls of is_known */
    int asked_max; /* after so many it says no */
    cairn_err err; /* first error that feed gave */
};

static struct end client, server;

static bool is_known(void *host, const uint8_t spki_hash[static 32])
{
    struct end *end = host;
    end->asked++;
    return end->asked <= end->asked_max && memcmp(spki_hash, end->known, 32) == 0;
}

static void make_end(struct end *end, uint8_t seed_byte)
{
    const uint8_t seed[32] = {seed_byte};
    *end = (struct end){.asked_max = 100};
    assert_err(cairn_tls_identity_make(seed, "node", &end->identity), CAIRN_OK);
    cairn_tls_identity_spki(end->identity, end->own);
}

static void open_end(struct end *end, struct cairn_tls_config config, enum cairn_tls_role role)
{
    config.host = end;
    assert_err(cairn_tls_context_open(&config, &end->context), CAIRN_OK);
    assert_err(cairn_tls_open(end->context, role, &end->tls), CAIRN_OK);
}

static void open_peers(void)
{
    memcpy(client.known, server.own, 32);
    memcpy(server.known, client.own, 32);
    open_end(&client, (struct cairn_tls_config){CAIRN_TLS_PEER, client.identity, is_known, NULL},
             CAIRN_TLS_CLIENT);
    open_end(&server, (struct cairn_tls_config){CAIRN_TLS_PEER, server.identity, is_known, NULL},
             CAIRN_TLS_SERVER);
}

static int make_ends(void **state)
{
    (void)state;
    make_end(&client, 1);
    make_end(&server, 2);
    return 0;
}

static void close_end(struct end *end)
{
    cairn_tls_close(end->tls);
    cairn_tls_context_close(end->context);
    cairn_tls_identity_close(end->identity);
}

static int close_ends(void **state)
{
    (void)state;
    close_end(&client);
    close_end(&server);
    return 0;
}

/* Carry ciphertext one way in pieces. gives: bytes carried */
static size_t carry(struct end *from, struct end *to, size_t piece)
{
    static uint8_t wire[1 << 16];
    size_t carried = 0;
    for (size_t size; (size = cairn_tls_take(from->tls, wire, piece)) > 0; carried += size) {
        size_t taken = 0;
        cairn_err err = cairn_tls_feed(to->tls, (struct cairn_bytes){wire, size}, &taken);
        if (err != CAIRN_OK) {
            to->err = to->err != CAIRN_OK ? to->err : err;
            return 0;
        }
        assert_int_equal(taken, size);
    }
    return carried;
}

static void shake(size_t piece)
{
    while (carry(&client, &server, piece) + carry(&server, &client, piece) > 0) {
    }
}

static void say(struct end *from, const char *text)
{
    size_t written = 0;
    assert_err(cairn_tls_write(from->tls, cairn_bytes_of(text), &written), CAIRN_OK);
    assert_int_equal(written, strlen(text));
}

static void assert_hears(struct end *end, const char *text)
{
    uint8_t heard[256];
    size_t size = 0;
    assert_err(cairn_tls_read(end->tls, heard, sizeof heard, &size), CAIRN_OK);
    assert_int_equal(size, strlen(text));
    assert_memory_equal(heard, text, size);
}

static void assert_refused(const struct end *end, cairn_err wanted)
{
    uint8_t byte;
    size_t size = 0;
    assert_int_equal(cairn_tls_state(end->tls), CAIRN_TLS_FAILED);
    assert_err(end->err, wanted);
    assert_err(cairn_tls_read(end->tls, &byte, 1, &size), wanted);
    assert_err(cairn_tls_write(end->tls, cairn_bytes_of("x"), &size), wanted);
    assert_err(cairn_tls_feed(end->tls, cairn_bytes_of("x"), &size), wanted);
}

TEST(two_nodes_that_know_each_other_talk_both_ways)
{
    uint8_t peer[32];
    open_peers();
    assert_false(cairn_tls_peer(client.tls, peer));
    assert_true(cairn_tls_waiting_bytes(client.tls) > 0);
    shake(4096);
    assert_int_equal(cairn_tls_state(client.tls), CAIRN_TLS_UP);
    assert_int_equal(cairn_tls_state(server.tls), CAIRN_TLS_UP);
    assert_true(cairn_tls_peer(client.tls, peer));
    assert_memory_equal(peer, server.own, 32);
    assert_true(cairn_tls_peer(server.tls, peer));
    assert_memory_equal(peer, client.own, 32);
    say(&client, "hello");
    say(&server, "good day");
    shake(4096);
    assert_hears(&server, "hello");
    assert_hears(&client, "good day");
    assert_hears(&client, "");
}

TEST(a_wire_that_carries_single_bytes_is_enough)
{
    open_peers();
    shake(1);
    say(&client, "hello");
    shake(1);
    assert_hears(&server, "hello");
}

TEST(each_side_judges_the_pin_in_the_handshake_and_again_after_it)
{
    open_peers();
    shake(4096);
    assert_int_equal(client.asked, 2);
    assert_int_equal(server.asked, 2);
}

TEST(a_server_whose_pin_is_not_known_is_refused)
{
    open_peers();
    client.known[0] ^= 1;
    shake(4096);
    assert_refused(&client, CAIRN_PEER_UNKNOWN);
    assert_refused(&server, CAIRN_TLS); /* it was told so by an alert */
    assert_int_equal(server.asked, 0);
}

TEST(a_client_whose_pin_is_not_known_is_refused)
{
    open_peers();
    server.known[0] ^= 1;
    shake(4096);
    assert_refused(&server, CAIRN_PEER_UNKNOWN);
    uint8_t byte;
    size_t size = 0;
    assert_err(cairn_tls_read(client.tls, &byte, 1, &size), CAIRN_TLS);
    assert_int_equal(cairn_tls_state(client.tls), CAIRN_TLS_FAILED);
}

TEST(a_peer_that_is_revoked_during_the_handshake_is_refused)
{
    open_peers();
    server.asked_max = 1;
    shake(4096);
    assert_refused(&server, CAIRN_PEER_UNKNOWN);
}

TEST(a_node_link_needs_a_client_certificate)
{
    memcpy(client.known, server.own, 32);
    open_end(&client, (struct cairn_tls_config){CAIRN_TLS_WEB, NULL, is_known, NULL},
             CAIRN_TLS_CLIENT);
    open_end(&server, (struct cairn_tls_config){CAIRN_TLS_PEER, server.identity, is_known, NULL},
             CAIRN_TLS_SERVER);
    shake(4096);
    assert_int_equal(cairn_tls_state(server.tls), CAIRN_TLS_FAILED);
    assert_int_equal(server.asked, 0);
}

TEST(a_web_server_serves_clients_without_a_certificate)
{
    uint8_t peer[32];
    memcpy(client.known, server.own, 32);
    open_end(&client, (struct cairn_tls_config){CAIRN_TLS_WEB, NULL, is_known, NULL},
             CAIRN_TLS_CLIENT);
    open_end(&server, (struct cairn_tls_config){CAIRN_TLS_WEB, server.identity, is_known, NULL},
             CAIRN_TLS_SERVER);
    shake(4096);
    assert_int_equal(cairn_tls_state(server.tls), CAIRN_TLS_UP);
    assert_false(cairn_tls_peer(server.tls, peer));
    assert_int_equal(server.asked, 0);
    say(&client, "GET / HTTP/1.1");
    shake(4096);
    assert_hears(&server, "GET / HTTP/1.1");
}

TEST(a_web_server_that_asks_refuses_an_unknown_certificate)
{
    memcpy(client.known, server.own, 32);
    open_end(&client, (struct cairn_tls_config){CAIRN_TLS_WEB, client.identity, is_known, NULL},
             CAIRN_TLS_CLIENT);
    open_end(&server, (struct cairn_tls_config){CAIRN_TLS_WEB, server.identity, is_known, NULL},
             CAIRN_TLS_SERVER);
    shake(4096);
    assert_refused(&server, CAIRN_PEER_UNKNOWN);
}

TEST(a_web_server_that_does_not_ask_sees_no_certificate)
{
    uint8_t peer[32];
    memcpy(client.known, server.own, 32);
    open_end(&client, (struct cairn_tls_config){CAIRN_TLS_WEB, client.identity, is_known, NULL},
             CAIRN_TLS_CLIENT);
    open_end(&server, (struct cairn_tls_config){CAIRN_TLS_WEB, server.identity, NULL, NULL},
             CAIRN_TLS_SERVER);
    shake(4096);
    assert_int_equal(cairn_tls_state(server.tls), CAIRN_TLS_UP);
    assert_false(cairn_tls_peer(server.tls, peer));
}

TEST(a_web_identity_on_p256_serves_too)
{
    const char *const names[] = {"localhost"};
    const struct cairn_tls_names web = {"console", names, 1};
    cairn_tls_identity_close(server.identity);
    assert_err(cairn_tls_identity_make_web(&web, &server.identity), CAIRN_OK);
    cairn_tls_identity_spki(server.identity, client.known);
    open_end(&client, (struct cairn_tls_config){CAIRN_TLS_WEB, NULL, is_known, NULL},
             CAIRN_TLS_CLIENT);
    open_end(&server, (struct cairn_tls_config){CAIRN_TLS_WEB, server.identity, NULL, NULL},
             CAIRN_TLS_SERVER);
    shake(4096);
    assert_int_equal(cairn_tls_state(server.tls), CAIRN_TLS_UP);
}

TEST(a_p256_key_is_not_taken_on_a_node_link)
{
    const char *const names[] = {"localhost"};
    const struct cairn_tls_names web = {"console", names, 1};
    cairn_tls_identity_close(client.identity);
    assert_err(cairn_tls_identity_make_web(&web, &client.identity), CAIRN_OK);
    cairn_tls_identity_spki(client.identity, server.known);
    memcpy(client.known, server.own, 32);
    open_end(&client, (struct cairn_tls_config){CAIRN_TLS_WEB, client.identity, is_known, NULL},
             CAIRN_TLS_CLIENT);
    open_end(&server, (struct cairn_tls_config){CAIRN_TLS_PEER, server.identity, is_known, NULL},
             CAIRN_TLS_SERVER);
    shake(4096);
    assert_int_equal(cairn_tls_state(server.tls), CAIRN_TLS_FAILED);
}

TEST(garbage_is_refused_before_and_after_the_handshake)
{
    size_t taken = 0;
    open_peers();
    server.err = cairn_tls_feed(server.tls, cairn_bytes_of("GET / HTTP/1.1\r\n\r\n"), &taken);
    assert_refused(&server, CAIRN_TLS);
    cairn_tls_close(server.tls);
    cairn_tls_close(client.tls);
    assert_err(cairn_tls_open(client.context, CAIRN_TLS_CLIENT, &client.tls), CAIRN_OK);
    assert_err(cairn_tls_open(server.context, CAIRN_TLS_SERVER, &server.tls), CAIRN_OK);
    server.err = CAIRN_OK;
    shake(4096);
    uint8_t out[64], byte;
    say(&client, "hello");
    size_t size = cairn_tls_take(client.tls, out, sizeof out);
    out[size - 1] ^= 1;
    assert_err(cairn_tls_feed(server.tls, (struct cairn_bytes){out, size}, &taken), CAIRN_OK);
    assert_err(cairn_tls_read(server.tls, &byte, 1, &size), CAIRN_TLS);
    assert_int_equal(cairn_tls_state(server.tls), CAIRN_TLS_FAILED);
    assert_true(cairn_tls_waiting_bytes(server.tls) > 0); /* the alert */
}

TEST(nothing_is_written_before_the_link_is_up)
{
    size_t written = 7;
    open_peers();
    assert_err(cairn_tls_write(client.tls, cairn_bytes_of("early"), &written), CAIRN_OK);
    assert_int_equal(written, 0);
    shake(4096);
    assert_hears(&server, "");
}

TEST(closing_is_told_apart_from_being_cut_off)
{
    open_peers();
    shake(4096);
    say(&client, "bye");
    cairn_tls_finish(client.tls);
    cairn_tls_finish(client.tls);
    size_t written = 7;
    assert_err(cairn_tls_write(client.tls, cairn_bytes_of("more"), &written), CAIRN_OK);
    assert_int_equal(written, 0);
    shake(4096);
    assert_hears(&server, "bye");
    assert_int_equal(cairn_tls_state(server.tls), CAIRN_TLS_UP);
    assert_hears(&server, "");
    assert_int_equal(cairn_tls_state(server.tls), CAIRN_TLS_CLOSED);
    assert_err(cairn_tls_feed(server.tls, cairn_bytes_of("late"), &written), CAIRN_OK);
    assert_int_equal(written, 4);
    static const uint8_t more[CAIRN_TLS_IN_MAX + 1]; /* thrown away, however much it is */
    assert_err(cairn_tls_feed(server.tls, (struct cairn_bytes){more, sizeof more}, &written),
               CAIRN_OK);
    assert_int_equal(written, sizeof more);
    assert_hears(&server, "");
}

TEST(both_queues_are_bounded_and_nothing_is_lost)
{
    static uint8_t sent[3 << 20], got[sizeof sent], wire[1 << 16];
    struct test_rng rng = test_rng_open();
    test_rng_bytes(&rng, sent, sizeof sent);
    open_peers();
    shake(4096);
    size_t sent_bytes = 0, got_bytes = 0, wire_bytes = 0, wire_at = 0;
    bool was_write_stopped = false, was_feed_stopped = false;
    while (got_bytes < sizeof sent) {
        size_t size = 0;
        struct cairn_bytes rest = {sent + sent_bytes, sizeof sent - sent_bytes};
        assert_err(cairn_tls_write(client.tls, rest, &size), CAIRN_OK);
        was_write_stopped |= size < rest.size;
        sent_bytes += size;
        assert_true(cairn_tls_waiting_bytes(client.tls) <= CAIRN_TLS_OUT_MAX + (17u << 10));
        do { /* the server reads nothing until it is full */
            if (wire_at == wire_bytes) {
                wire_bytes = cairn_tls_take(client.tls, wire, sizeof wire);
                wire_at = 0;
            }
            assert_err(cairn_tls_feed(server.tls,
                                      (struct cairn_bytes){wire + wire_at, wire_bytes - wire_at},
                                      &size),
                       CAIRN_OK);
            wire_at += size;
            was_feed_stopped |= size < wire_bytes;
        } while (size > 0);
        do {
            assert_err(cairn_tls_read(server.tls, got + got_bytes, 5000, &size), CAIRN_OK);
            got_bytes += size;
        } while (size > 0 && got_bytes + 5000 <= sizeof got);
        if (got_bytes + 5000 > sizeof got && got_bytes < sizeof got) {
            assert_err(cairn_tls_read(server.tls, got + got_bytes, sizeof got - got_bytes, &size),
                       CAIRN_OK);
            got_bytes += size;
        }
    }
    assert_true(was_write_stopped);
    assert_true(was_feed_stopped);
    assert_memory_equal(got, sent, sizeof sent);
}

TEST(no_ticket_follows_a_handshake)
{
    open_peers();
    shake(4096);
    uint8_t byte;
    assert_int_equal(cairn_tls_take(server.tls, &byte, 1), 0);
}

TEST(a_node_link_without_a_pin_callback_is_our_own_mistake)
{
    const struct cairn_tls_config config = {CAIRN_TLS_PEER, client.identity, NULL, NULL};
    expect_assert_failure(assert_err(cairn_tls_context_open(&config, &client.context), CAIRN_OK));
}

#define WITH_ENDS(name) cmocka_unit_test_setup_teardown(name, make_ends, close_ends)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_ENDS(two_nodes_that_know_each_other_talk_both_ways),
        WITH_ENDS(a_wire_that_carries_single_bytes_is_enough),
        WITH_ENDS(each_side_judges_the_pin_in_the_handshake_and_again_after_it),
        WITH_ENDS(a_server_whose_pin_is_not_known_is_refused),
        WITH_ENDS(a_client_whose_pin_is_not_known_is_refused),
        WITH_ENDS(a_peer_that_is_revoked_during_the_handshake_is_refused),
        WITH_ENDS(a_node_link_needs_a_client_certificate),
        WITH_ENDS(a_web_server_serves_clients_without_a_certificate),
        WITH_ENDS(a_web_server_that_asks_refuses_an_unknown_certificate),
        WITH_ENDS(a_web_server_that_does_not_ask_sees_no_certificate),
        WITH_ENDS(a_web_identity_on_p256_serves_too),
        WITH_ENDS(a_p256_key_is_not_taken_on_a_node_link),
        WITH_ENDS(garbage_is_refused_before_and_after_the_handshake),
        WITH_ENDS(nothing_is_written_before_the_link_is_up),
        WITH_ENDS(closing_is_told_apart_from_being_cut_off),
        WITH_ENDS(both_queues_are_bounded_and_nothing_is_lost),
        WITH_ENDS(no_ticket_follows_a_handshake),
        WITH_ENDS(a_node_link_without_a_pin_callback_is_our_own_mistake),
    };
    return cmocka_run_group_tests_name("tls", tests, NULL, NULL);
}
