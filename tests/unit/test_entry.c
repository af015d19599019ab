/* Method: layouts against bytes written by hand (P-20, P-21), every byte that has a rule changed.
 */
#include "tests/lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "schema/entry.h"

static const char stub_hex[] = "01010000deadbeef0102030405060708"
                               "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

TEST(a_stub_is_laid_out_as_the_protocol_says)
{
    struct cairn_bytes bytes = test_hex(stub_hex);
    assert_int_equal(bytes.size, CAIRN_STUB_BYTES);
    struct cairn_stub stub;
    uint8_t out[CAIRN_STUB_BYTES];
    assert_err(cairn_stub_decode(bytes.data, &stub), CAIRN_OK);
    assert_int_equal(stub.version, 1);
    assert_int_equal(stub.algorithms, CAIRN_ENTRY_SEALED);
    assert_int_equal(stub.flags, 0);
    assert_int_equal(stub.epoch, 0xdeadbeef);
    assert_true(stub.index == 0x0102030405060708u);
    assert_memory_equal(stub.body_hash, bytes.data + 16, 32);
    cairn_stub_encode(&stub, out);
    assert_memory_equal(out, bytes.data, sizeof out);
}

TEST(a_stub_is_joined_from_what_travels)
{
    struct cairn_bytes bytes = test_hex(stub_hex);
    uint8_t out[CAIRN_STUB_BYTES];
    cairn_stub_join(bytes.data, 0x0102030405060708u, bytes.data + 16, out);
    assert_memory_equal(out, bytes.data, sizeof out);
}

TEST(the_prefix_is_the_beginning_of_the_stub)
{
    struct cairn_bytes bytes = test_hex(stub_hex);
    struct cairn_prefix prefix;
    uint8_t out[CAIRN_PREFIX_BYTES];
    assert_err(cairn_prefix_decode(bytes.data, &prefix), CAIRN_OK);
    assert_int_equal(prefix.epoch, 0xdeadbeef);
    cairn_prefix_encode(&prefix, out);
    assert_memory_equal(out, bytes.data, sizeof out);
}

TEST(an_unknown_version_algorithm_or_flag_is_refused)
{
    static const uint8_t wrong[][4] = {{0, 0, 0, 0},    {2, 0, 0, 0}, {1, 2, 0, 0},
                                       {1, 0xff, 0, 0}, {1, 0, 0, 1}, {1, 0, 0x80, 0}};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        uint8_t bytes[CAIRN_STUB_BYTES] = {0};
        memcpy(bytes, wrong[i], 4);
        struct cairn_stub stub, before;
        memset(&stub, 0xa5, sizeof stub);
        memcpy(&before, &stub, sizeof stub);
        struct cairn_prefix prefix = {.epoch = 77};
        assert_err(cairn_stub_decode(bytes, &stub), CAIRN_STUB);
        assert_memory_equal(&stub, &before, sizeof stub);
        assert_err(cairn_prefix_decode(bytes, &prefix), CAIRN_STUB);
        assert_int_equal(prefix.epoch, 77);
    }
    uint8_t out[CAIRN_STUB_BYTES];
    struct cairn_stub own = {.version = 1, .algorithms = 2};
    expect_assert_failure(cairn_stub_encode(&own, out));
}

TEST(a_sealed_body_falls_into_three_parts)
{
    uint8_t body[CAIRN_SEALED_MIN_BYTES + CAIRN_PADDING_BYTES] = {0};
    struct cairn_sealed sealed;
    struct cairn_bytes view = {.data = body, .size = sizeof body};
    assert_err(cairn_sealed_split(view, &sealed), CAIRN_OK);
    assert_ptr_equal(sealed.slot.data, body);
    assert_int_equal(sealed.slot.size, 48);
    assert_ptr_equal(sealed.commitment.data, body + 48);
    assert_int_equal(sealed.commitment.size, 32);
    assert_ptr_equal(sealed.ciphertext.data, body + 80);
    assert_int_equal(sealed.ciphertext.size, 128 + 16);
}

TEST(a_sealed_body_of_no_padded_length_is_refused)
{
    static uint8_t body[CAIRN_LIMIT_BODY_BYTES + 1];
    for (size_t size = 0; size < 400; size++) {
        struct cairn_sealed sealed = {.slot = {.size = 77}};
        cairn_err wanted = size < 160              ? CAIRN_SHORT
                           : (size - 96) % 64 != 0 ? CAIRN_BODY_PADDING
                                                   : CAIRN_OK;
        struct cairn_bytes view = {.data = body, .size = size};
        assert_err(cairn_sealed_split(view, &sealed), wanted);
        assert_int_equal(sealed.slot.size, wanted == CAIRN_OK ? 48 : 77);
    }
    struct cairn_sealed sealed;
    struct cairn_bytes view = {.data = body, .size = sizeof body};
    assert_err(cairn_sealed_split(view, &sealed), CAIRN_TOO_LONG);
}

TEST(padding_is_the_shortest_that_reaches_a_multiple_of_64)
{
    assert_int_equal(cairn_padded_size(0), 64);
    assert_int_equal(cairn_padded_size(60), 64);
    assert_int_equal(cairn_padded_size(61), 128);
    assert_int_equal(cairn_padded_size(124), 128);
    assert_int_equal(cairn_padded_size(125), 192);
    assert_int_equal(cairn_padded_size(CAIRN_LIMIT_BATCH_BYTES), CAIRN_LIMIT_BATCH_BYTES + 64);
    expect_assert_failure((void)cairn_padded_size(CAIRN_LIMIT_BATCH_BYTES + 1));
}

TEST(a_plaintext_gives_its_operation_back)
{
    uint8_t operation[200], buffer[256];
    for (size_t i = 0; i < sizeof operation; i++) {
        operation[i] = (uint8_t)(i + 1);
    }
    for (size_t size = 0; size <= sizeof operation; size++) {
        struct cairn_bytes in = {.data = operation, .size = size}, plaintext, back;
        memset(buffer, 0xa5, sizeof buffer);
        assert_err(cairn_plaintext_encode(in, buffer, sizeof buffer, &plaintext), CAIRN_OK);
        assert_int_equal(plaintext.size, cairn_padded_size(size));
        assert_int_equal(cairn_bytes_get_u32(buffer), size);
        assert_err(cairn_plaintext_decode(plaintext, &back), CAIRN_OK);
        assert_true(cairn_bytes_is_equal(in, back));
    }
    struct cairn_bytes in = {.data = operation, .size = 61}, out = {.size = 77};
    assert_err(cairn_plaintext_encode(in, buffer, 127, &out), CAIRN_NO_ROOM);
    assert_int_equal(out.size, 77);
}

TEST(any_other_length_or_padding_is_refused)
{
    uint8_t buffer[192] = {0};
    struct cairn_bytes operation = {.data = (const uint8_t *)"0123456789", .size = 10};
    struct cairn_bytes plaintext, out = {.size = 77};
    assert_err(cairn_plaintext_encode(operation, buffer, sizeof buffer, &plaintext), CAIRN_OK);
    for (size_t at = 14; at < 64; at++) {
        buffer[at] = 1;
        assert_err(cairn_plaintext_decode(plaintext, &out), CAIRN_BODY_PADDING);
        buffer[at] = 0;
    }
    for (size_t size = 0; size <= sizeof buffer; size++) {
        if (size != 64) {
            struct cairn_bytes cut = {.data = buffer, .size = size};
            assert_err(cairn_plaintext_decode(cut, &out), CAIRN_BODY_PADDING);
        }
    }
    for (size_t size = 0; size < 4; size++) {
        uint8_t *exact = calloc(1, size + 1);
        assert_non_null(exact);
        struct cairn_bytes cut = {.data = exact + 1, .size = size};
        assert_err(cairn_plaintext_decode(cut, &out), CAIRN_BODY_PADDING);
        free(exact);
    }
    static const uint32_t lengths[] = {61, 64, 4096, CAIRN_LIMIT_BATCH_BYTES + 1, UINT32_MAX};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        cairn_bytes_put_u32(buffer, lengths[i]);
        assert_err(cairn_plaintext_decode(plaintext, &out), CAIRN_BODY_PADDING);
    }
    assert_int_equal(out.size, 77);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stub_is_laid_out_as_the_protocol_says),
        cmocka_unit_test(a_stub_is_joined_from_what_travels),
        cmocka_unit_test(the_prefix_is_the_beginning_of_the_stub),
        cmocka_unit_test(an_unknown_version_algorithm_or_flag_is_refused),
        cmocka_unit_test(a_sealed_body_falls_into_three_parts),
        cmocka_unit_test(a_sealed_body_of_no_padded_length_is_refused),
        cmocka_unit_test(padding_is_the_shortest_that_reaches_a_multiple_of_64),
        cmocka_unit_test(a_plaintext_gives_its_operation_back),
        cmocka_unit_test(any_other_length_or_padding_is_refused),
    };
    return cmocka_run_group_tests_name("entry", tests, NULL, NULL);
}
