/* RFC 9180's own vectors run in test_vectors_rfc.c; here: what else must hold. */
#include "tests/lib/test.h"

#include <string.h>

#include "crypto/hpke.h"
#include "crypto/x25519.h"

static const uint8_t ikm_e[32] = {1}, ikm_r[32] = {2};
static uint8_t secret[32], recipient[32];

static int make_keys(void **state)
{
    (void)state;
    cairn_hpke_derive_secret(ikm_r, secret);
    cairn_x25519_public(secret, recipient);
    return 0;
}

static struct cairn_suite_wrap_to to(const char *info)
{
    return (struct cairn_suite_wrap_to){ikm_e, recipient, cairn_bytes_of(info)};
}

TEST(another_info_or_recipient_gives_other_keys)
{
    struct cairn_suite_wrap_to to_us = to("info"), to_other = to("Info");
    struct cairn_hpke ours, others;
    uint8_t enc[32], enc2[32];
    assert_err(cairn_hpke_setup_sender(&to_us, enc, &ours), CAIRN_OK);
    assert_err(cairn_hpke_setup_sender(&to_other, enc2, &others), CAIRN_OK);
    assert_memory_equal(enc, enc2, 32);
    assert_memory_not_equal(ours.key, others.key, 32);
    uint8_t elsewhere[32];
    cairn_x25519_public(ikm_e, elsewhere);
    to_other = to("info");
    to_other.recipient = elsewhere;
    assert_err(cairn_hpke_setup_sender(&to_other, enc2, &others), CAIRN_OK);
    assert_memory_not_equal(ours.key, others.key, 32);
}

TEST(messages_open_only_at_their_number_and_with_their_aad)
{
    struct cairn_suite_wrap_to to_us = to("info");
    struct cairn_hpke sender, receiver;
    uint8_t enc[32], sealed[21], opened[5];
    assert_err(cairn_hpke_setup_sender(&to_us, enc, &sender), CAIRN_OK);
    assert_err(cairn_hpke_setup_receiver(secret, enc, cairn_bytes_of("info"), &receiver), CAIRN_OK);
    struct cairn_hpke_message message = {((uint64_t)1 << 40) + 5, cairn_bytes_of("aad")};
    struct cairn_bytes view = {sealed, sizeof sealed};
    cairn_hpke_seal(&sender, &message, cairn_bytes_of("hello"), sealed);
    assert_err(cairn_hpke_open(&receiver, &message, view, opened), CAIRN_OK);
    assert_memory_equal(opened, "hello", 5);
    message.seq = 5;
    assert_err(cairn_hpke_open(&receiver, &message, view, opened), CAIRN_CRYPTO_OPEN);
    message.seq = ((uint64_t)1 << 40) + 5;
    message.aad = cairn_bytes_of("aae");
    assert_err(cairn_hpke_open(&receiver, &message, view, opened), CAIRN_CRYPTO_OPEN);
}

TEST(low_order_points_are_refused_on_both_sides)
{
    const uint8_t zero[32] = {0};
    struct cairn_suite_wrap_to nobody = to("info");
    nobody.recipient = zero;
    struct cairn_hpke context;
    memset(&context, 0xee, sizeof context);
    struct cairn_hpke before = context;
    uint8_t enc[32] = {7};
    assert_err(cairn_hpke_setup_sender(&nobody, enc, &context), CAIRN_CRYPTO_KEY);
    assert_int_equal(enc[0], 7);
    assert_err(cairn_hpke_setup_receiver(secret, zero, cairn_bytes_of("info"), &context),
               CAIRN_CRYPTO_KEY);
    assert_memory_equal(&context, &before, sizeof context);
}

TEST(a_cleared_context_holds_no_key)
{
    struct cairn_suite_wrap_to to_us = to("info");
    struct cairn_hpke context, zero;
    memset(&zero, 0, sizeof zero);
    uint8_t enc[32];
    assert_err(cairn_hpke_setup_sender(&to_us, enc, &context), CAIRN_OK);
    assert_memory_not_equal(&context, &zero, sizeof zero);
    cairn_hpke_clear(&context);
    assert_memory_equal(&context, &zero, sizeof zero);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_info_or_recipient_gives_other_keys),
        cmocka_unit_test(messages_open_only_at_their_number_and_with_their_aad),
        cmocka_unit_test(low_order_points_are_refused_on_both_sides),
        cmocka_unit_test(a_cleared_context_holds_no_key),
    };
    return cmocka_run_group_tests_name("hpke", tests, make_keys, NULL);
}
