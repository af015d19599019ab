/* That the bytes are right is shown by test_protocol_journals.c; here: what does not open. */
#include "tests/lib/test.h"

#include <string.h>

#include "crypto/hash.h"
#include "replication/log/body.h"
#include "schema/base/limits.h"

static struct cairn_suite suite;
static uint8_t body_memory[CAIRN_LIMIT_BODY_BYTES];
static uint8_t scratch[CAIRN_LIMIT_BODY_BYTES];
static const uint8_t feed[16] = {1, 2, 3};
static const uint8_t slot_key[32] = {4};
static const uint8_t fresh[32] = {5};

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

static struct cairn_body_place place_of(uint64_t index)
{
    return (struct cairn_body_place){cairn_bytes_of("test-demo/AUT/vienna-1/1"), feed, 2, index,
                                     &suite};
}

static struct cairn_bytes seal(struct cairn_bytes operation, struct cairn_stub *out_stub)
{
    struct cairn_body_place place = place_of(7);
    struct cairn_body_keys keys = {slot_key, fresh};
    cairn_body_seal(&place, &keys, operation, body_memory, out_stub);
    return (struct cairn_bytes){body_memory, cairn_body_sealed_bytes(operation.size)};
}

/* From the slot, as readers do. */
static cairn_err open_slot(const struct cairn_body_place *place, struct cairn_bytes body,
                           struct cairn_bytes *out)
{
    uint8_t key[32];
    CAIRN_TRY(cairn_body_content_key(place, slot_key, body, key));
    return cairn_body_open(place, key, body, scratch, out);
}

TEST(operations_of_every_size_come_back)
{
    static uint8_t operation[CAIRN_LIMIT_BATCH_BYTES];
    static const size_t sizes[] = {0, 1, 59, 60, 61, 124, 125, 65536, CAIRN_LIMIT_BATCH_BYTES};
    struct cairn_body_place place = place_of(7);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct cairn_stub stub;
        struct cairn_bytes out;
        memset(operation, 'x', sizes[i]);
        struct cairn_bytes body = seal((struct cairn_bytes){operation, sizes[i]}, &stub);
        assert_int_equal((body.size - CAIRN_SEALED_HEAD_BYTES - CAIRN_SEAL_TAG_BYTES) % 64, 0);
        assert_err(open_slot(&place, body, &out), CAIRN_OK);
        assert_int_equal(out.size, sizes[i]);
        if (sizes[i] > 0) {
            assert_memory_equal(out.data, operation, sizes[i]);
        }
    }
}

TEST(the_stub_names_place_form_and_hash_of_the_body)
{
    struct cairn_stub stub;
    uint8_t digest[32];
    struct cairn_bytes body = seal(cairn_bytes_of("an operation"), &stub);
    cairn_sha256_of(body, digest);
    assert_int_equal(stub.version, CAIRN_ENTRY_VERSION);
    assert_int_equal(stub.algorithms, CAIRN_ENTRY_SEALED);
    assert_int_equal(stub.flags, 0);
    assert_int_equal(stub.epoch, 2);
    assert_int_equal(stub.index, 7);
    assert_memory_equal(stub.body_hash, digest, 32);
}

TEST(the_same_fresh_bytes_and_place_seal_to_the_same_body)
{
    struct cairn_stub stub, again;
    seal(cairn_bytes_of("x"), &stub);
    seal(cairn_bytes_of("x"), &again);
    assert_memory_equal(stub.body_hash, again.body_hash, 32);
    seal(cairn_bytes_of("y"), &again);
    assert_memory_not_equal(stub.body_hash, again.body_hash, 32);
}

TEST(a_body_opens_at_its_own_place_only)
{
    static const uint8_t other_feed[16] = {9};
    struct cairn_stub stub;
    struct cairn_bytes out, body = seal(cairn_bytes_of("an operation"), &stub);
    struct cairn_body_place moved[4] = {place_of(7), place_of(8), place_of(7), place_of(7)};
    moved[0].feed = other_feed;
    moved[2].origin = cairn_bytes_of("test-demo/AUT/vienna-1/2");
    moved[3].epoch = 1;
    for (size_t i = 0; i < 4; i++) {
        assert_err(open_slot(&moved[i], body, &out), CAIRN_CRYPTO_OPEN);
    }
}

TEST(no_byte_of_a_body_can_be_changed)
{
    struct cairn_stub stub;
    struct cairn_bytes out, body = seal(cairn_bytes_of("an operation"), &stub);
    struct cairn_body_place place = place_of(7);
    for (size_t at = 0; at < body.size; at++) {
        bool is_commitment = at >= CAIRN_SLOT_BYTES + 12 && at < CAIRN_SEALED_HEAD_BYTES;
        cairn_err wanted = is_commitment ? CAIRN_CRYPTO_COMMITMENT : CAIRN_CRYPTO_OPEN;
        body_memory[at] ^= 0x40; /* the first 12 bytes of the commitment are the slot's nonce */
        assert_err(open_slot(&place, body, &out), wanted);
        body_memory[at] ^= 0x40;
    }
    assert_err(open_slot(&place, body, &out), CAIRN_OK);
}

TEST(a_key_that_is_not_committed_to_is_refused_before_anything_is_decrypted)
{
    struct cairn_stub stub;
    struct cairn_bytes out, body = seal(cairn_bytes_of("an operation"), &stub);
    struct cairn_body_place place = place_of(7);
    const uint8_t other_key[32] = {1};
    memset(scratch, 0xee, 64);
    assert_err(cairn_body_open(&place, other_key, body, scratch, &out), CAIRN_CRYPTO_COMMITMENT);
    for (size_t i = 0; i < 64; i++) {
        assert_int_equal(scratch[i], 0xee);
    }
}

/* Neither way in may lean on the other one's look. */
TEST(the_commitment_is_compared_to_its_last_byte)
{
    struct cairn_stub stub;
    struct cairn_bytes out, body = seal(cairn_bytes_of("an operation"), &stub);
    struct cairn_body_place place = place_of(7);
    uint8_t key[32], again[32];
    assert_err(cairn_body_content_key(&place, slot_key, body, key), CAIRN_OK);
    for (size_t at = 0; at < CAIRN_COMMITMENT_BYTES; at++) {
        body_memory[CAIRN_SLOT_BYTES + at] ^= 1; /* the first 12 bytes are the slot's nonce */
        assert_err(cairn_body_content_key(&place, slot_key, body, again),
                   at < 12 ? CAIRN_CRYPTO_OPEN : CAIRN_CRYPTO_COMMITMENT);
        assert_err(cairn_body_open(&place, key, body, scratch, &out), CAIRN_CRYPTO_COMMITMENT);
        body_memory[CAIRN_SLOT_BYTES + at] ^= 1;
    }
}

/* The author wraps another key than the one it commits to. */
TEST(a_slot_with_another_key_than_the_committed_one_is_refused)
{
    struct cairn_stub stub;
    struct cairn_bytes body = seal(cairn_bytes_of("an operation"), &stub);
    struct cairn_body_place place = place_of(7);
    uint8_t aad[24], key[32] = {0};
    memcpy(aad, feed, 16);
    cairn_bytes_put_u64(aad + 16, 7);
    struct cairn_suite_box box = {slot_key, body_memory + CAIRN_SLOT_BYTES, {aad, sizeof aad}};
    cairn_suite_seal(&suite, &box, (struct cairn_bytes){key, sizeof key}, body_memory);
    assert_err(cairn_body_content_key(&place, slot_key, body, key), CAIRN_CRYPTO_COMMITMENT);
}

TEST(a_body_that_is_too_short_for_any_is_refused)
{
    struct cairn_body_place place = place_of(0);
    struct cairn_bytes out, cut = {body_memory, CAIRN_SEALED_MIN_BYTES - 1};
    uint8_t key[32];
    assert_err(cairn_body_content_key(&place, slot_key, cut, key), CAIRN_SHORT);
    assert_err(cairn_body_open(&place, key, cut, scratch, &out), CAIRN_SHORT);
}

/* Padding is checked after decryption: seal a plaintext of our own under a known content key. */
TEST(padding_that_is_not_the_shortest_or_not_zero_is_refused)
{
    static const struct {
        uint32_t length;
        size_t padded;
        uint8_t last;
    } cases[] = {{4, 128, 0}, {4, 64, 1}, {61, 64, 0}, {UINT32_MAX, 64, 0}};
    struct cairn_stub stub;
    struct cairn_body_place place = place_of(7);
    uint8_t key[32], nonce[12] = {0}, aad[96 + 32], plaintext[128];
    struct cairn_bytes out, body = seal(cairn_bytes_of("x"), &stub);
    assert_err(cairn_body_content_key(&place, slot_key, body, key), CAIRN_OK);
    size_t size = place.origin.size;
    memcpy(aad, place.origin.data, size);
    memcpy(aad + size, feed, 16);
    memcpy(aad + size + 16, "\1\1\0\0\0\0\0\2", 8);
    cairn_bytes_put_u64(aad + size + 24, 7);
    struct cairn_suite_box box = {key, nonce, {aad, size + 32}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        memset(plaintext, 0, sizeof plaintext);
        cairn_bytes_put_u32(plaintext, cases[i].length);
        plaintext[cases[i].padded - 1] = cases[i].last;
        cairn_suite_seal(&suite, &box, (struct cairn_bytes){plaintext, cases[i].padded},
                         body_memory + CAIRN_SEALED_HEAD_BYTES);
        body.size = CAIRN_SEALED_HEAD_BYTES + cases[i].padded + CAIRN_SEAL_TAG_BYTES;
        assert_err(cairn_body_open(&place, key, body, scratch, &out), CAIRN_BODY_PADDING);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operations_of_every_size_come_back),
        cmocka_unit_test(the_stub_names_place_form_and_hash_of_the_body),
        cmocka_unit_test(the_same_fresh_bytes_and_place_seal_to_the_same_body),
        cmocka_unit_test(a_body_opens_at_its_own_place_only),
        cmocka_unit_test(no_byte_of_a_body_can_be_changed),
        cmocka_unit_test(a_key_that_is_not_committed_to_is_refused_before_anything_is_decrypted),
        cmocka_unit_test(the_commitment_is_compared_to_its_last_byte),
        cmocka_unit_test(a_slot_with_another_key_than_the_committed_one_is_refused),
        cmocka_unit_test(a_body_that_is_too_short_for_any_is_refused),
        cmocka_unit_test(padding_that_is_not_the_shortest_or_not_zero_is_refused),
    };
    return cmocka_run_group_tests_name("body", tests, open_suite, close_suite);
}
