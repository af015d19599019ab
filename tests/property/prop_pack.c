/* Laws of canonical msgpack: the scanner agrees with its naive twin on any bytes; what it passes,
 * msgpack-c reads and writes back byte for byte, and so do our reader and writer. P-5, B06 */
#include "tests/lib/test.h"

#include <stdlib.h>
#include <string.h>

#include <msgpack.h>

#include "schema/base/limits.h"
#include "schema/pack.h"
#include "tests/lib/model_pack.h"

#define ROUNDS       200000u
#define BUFFER_BYTES 1024u

static uint64_t random_number(struct test_rng *rng)
{
    uint64_t number = (uint64_t)test_rng_below(rng, UINT32_MAX) << 32;
    number |= test_rng_below(rng, UINT32_MAX);
    return number >> test_rng_below(rng, 64);
}

static void put_random_string(struct test_rng *rng, struct cairn_pack_writer *writer)
{
    static const char text[] = "grenze \xc3\xa4\xd0\x96\xe2\x82\xac\xf0\x9f\x98\x80 border";
    uint8_t bytes[300];
    size_t size = test_rng_below(rng, test_rng_below(rng, 8) == 0 ? sizeof bytes : 40);
    test_rng_bytes(rng, bytes, size);
    if (test_rng_below(rng, 2) == 0) {
        cairn_pack_put_bin(writer, (struct cairn_bytes){.data = bytes, .size = size});
    } else if (test_rng_below(rng, 2) == 0) {
        memset(bytes, 'a' + (int)test_rng_below(rng, 26), size);
        cairn_pack_put_text(writer, (struct cairn_bytes){.data = bytes, .size = size});
    } else {
        cairn_pack_put_text(writer, cairn_bytes_of(text));
    }
}

static void put_random(struct test_rng *rng, struct cairn_pack_writer *writer, uint32_t depth)
{
    uint32_t count = test_rng_below(rng, test_rng_below(rng, 16) == 0 ? 20 : 5);
    uint64_t key = 0;
    uint32_t kind = test_rng_below(rng, depth < CAIRN_LIMIT_PACK_DEPTH ? 9 : 6);
    if (depth == 0 && test_rng_below(rng, 8) > 0) {
        kind = 6 + test_rng_below(rng, 3); /* most values are arrays and maps */
    }
    switch (kind) {
    case 0:
        cairn_pack_put_nil(writer);
        break;
    case 1:
        cairn_pack_put_bool(writer, test_rng_below(rng, 2) == 0);
        break;
    case 2:
        cairn_pack_put_uint(writer, random_number(rng));
        break;
    case 3:
        cairn_pack_put_int(writer, -1 - (int64_t)(random_number(rng) >> 1));
        break;
    case 4:
    case 5:
        put_random_string(rng, writer);
        break;
    case 6:
        cairn_pack_put_array(writer, count);
        for (; count > 0; count--) {
            put_random(rng, writer, depth + 1);
        }
        break;
    default:
        cairn_pack_put_map(writer, count);
        for (; count > 0; count--) {
            key += test_rng_below(rng, test_rng_below(rng, 8) == 0 ? 70000 : 3);
            cairn_pack_put_uint(writer, key++);
            put_random(rng, writer, depth + 1);
        }
        break;
    }
}

/* A random canonical value of at most BUFFER_BYTES. */
static size_t random_value(struct test_rng *rng, uint8_t *buffer)
{
    for (;;) {
        struct cairn_pack_writer writer;
        struct cairn_bytes value;
        cairn_pack_writer_init(&writer, buffer, BUFFER_BYTES);
        put_random(rng, &writer, 0);
        if (cairn_pack_end(&writer, &value) == CAIRN_OK) {
            return value.size;
        }
    }
}

/* Spoil a value a little: bytes that mean something to msgpack are more likely. */
static size_t mutate(struct test_rng *rng, uint8_t *buffer, size_t size)
{
    static const uint8_t heads[] = {0x00, 0x7f, 0x80, 0x8f, 0x90, 0xa0, 0xa1, 0xbf, 0xc0, 0xc1,
                                    0xc2, 0xc4, 0xc5, 0xc7, 0xca, 0xcc, 0xcd, 0xcf, 0xd0, 0xd1,
                                    0xd3, 0xd4, 0xd9, 0xda, 0xdb, 0xdc, 0xdd, 0xde, 0xdf, 0xff};
    for (uint32_t change = test_rng_below(rng, 4); change > 0 && size > 0; change--) {
        size_t at = test_rng_below(rng, (uint32_t)size);
        switch (test_rng_below(rng, 5)) {
        case 0:
            buffer[at] = (uint8_t)test_rng_below(rng, 256);
            break;
        case 1:
            buffer[at] = heads[test_rng_below(rng, sizeof heads)];
            break;
        case 2:
            buffer[at] ^= (uint8_t)(1u << test_rng_below(rng, 8));
            break;
        case 3:
            size = at;
            break;
        default:
            if (size < BUFFER_BYTES) {
                memmove(buffer + at + 1, buffer + at, size - at);
                size++;
            }
            break;
        }
    }
    return size;
}

/* A block of exactly this size, so that a sanitizer sees the first byte read beyond it. */
static uint8_t *tight_copy(const uint8_t *bytes, size_t size)
{
    uint8_t *block = malloc(size + (size == 0));
    assert_non_null(block);
    memcpy(block, bytes, size);
    return block;
}

static void check_foreign_library(struct cairn_bytes value)
{
    msgpack_unpacked unpacked;
    msgpack_sbuffer packed;
    msgpack_packer packer;
    size_t offset = 0;
    msgpack_unpacked_init(&unpacked);
    msgpack_sbuffer_init(&packed);
    msgpack_packer_init(&packer, &packed, msgpack_sbuffer_write);
    assert_int_equal(msgpack_unpack_next(&unpacked, (const char *)value.data, value.size, &offset),
                     MSGPACK_UNPACK_SUCCESS);
    assert_int_equal(offset, value.size);
    assert_int_equal(msgpack_pack_object(&packer, unpacked.data), 0);
    assert_int_equal(packed.size, value.size);
    assert_memory_equal(packed.data, value.data, value.size);
    msgpack_sbuffer_destroy(&packed);
    msgpack_unpacked_destroy(&unpacked);
}

static void copy_string(struct cairn_pack_reader *reader, struct cairn_pack_writer *writer,
                        bool is_text)
{
    struct cairn_bytes bytes;
    if (is_text) {
        assert_err(cairn_pack_get_text(reader, SIZE_MAX, &bytes), CAIRN_OK);
        cairn_pack_put_text(writer, bytes);
    } else {
        assert_err(cairn_pack_get_bin(reader, SIZE_MAX, &bytes), CAIRN_OK);
        cairn_pack_put_bin(writer, bytes);
    }
}

/* Read one value and write it again. gives how many values are inside it */
static uint32_t copy_value(struct cairn_pack_reader *reader, struct cairn_pack_writer *writer)
{
    uint32_t count = 0;
    uint64_t number = 0;
    int64_t negative = 0;
    bool flag = false;
    switch (cairn_pack_peek(reader)) {
    case CAIRN_PACK_UINT:
        assert_err(cairn_pack_get_uint(reader, UINT64_MAX, &number), CAIRN_OK);
        cairn_pack_put_uint(writer, number);
        break;
    case CAIRN_PACK_NEGATIVE:
        assert_err(cairn_pack_get_int(reader, &negative), CAIRN_OK);
        assert_true(negative < 0);
        cairn_pack_put_int(writer, negative);
        break;
    case CAIRN_PACK_BOOL:
        assert_err(cairn_pack_get_bool(reader, &flag), CAIRN_OK);
        cairn_pack_put_bool(writer, flag);
        break;
    case CAIRN_PACK_NIL:
        assert_err(cairn_pack_get_nil(reader), CAIRN_OK);
        cairn_pack_put_nil(writer);
        break;
    case CAIRN_PACK_TEXT:
        copy_string(reader, writer, true);
        break;
    case CAIRN_PACK_BIN:
        copy_string(reader, writer, false);
        break;
    case CAIRN_PACK_ARRAY:
        assert_err(cairn_pack_get_array(reader, &count), CAIRN_OK);
        cairn_pack_put_array(writer, count);
        break;
    case CAIRN_PACK_MAP:
        assert_err(cairn_pack_get_map(reader, &count), CAIRN_OK);
        cairn_pack_put_map(writer, count);
        count *= 2;
        break;
    }
    return count;
}

static void check_own_copy(struct cairn_bytes value)
{
    uint8_t buffer[BUFFER_BYTES];
    struct cairn_pack_reader reader;
    struct cairn_pack_writer writer;
    struct cairn_bytes copy;
    uint32_t left = 1;
    cairn_pack_reader_init(&reader, value);
    cairn_pack_writer_init(&writer, buffer, sizeof buffer);
    for (; left > 0; left--) {
        left += copy_value(&reader, &writer);
    }
    assert_true(cairn_pack_is_end(&reader));
    assert_err(cairn_pack_end(&writer, &copy), CAIRN_OK);
    assert_true(cairn_bytes_is_equal(copy, value));

    cairn_pack_reader_init(&reader, value);
    assert_true(cairn_bytes_is_equal(cairn_pack_get_raw(&reader), value));
    assert_true(cairn_pack_is_end(&reader));
}

/* Give whether the scanner passed the bytes, after comparing it with everybody else. */
static bool check_bytes(const uint8_t *bytes, size_t size)
{
    size_t fault_at = SIZE_MAX;
    size_t model_fault_at = SIZE_MAX;
    uint8_t *block = tight_copy(bytes, size);
    struct cairn_bytes value = {.data = block, .size = size};
    cairn_err err = cairn_pack_check(value, &fault_at);
    assert_err(err, model_pack_check(value, &model_fault_at));
    assert_true(fault_at == model_fault_at);
    assert_int_equal(err == CAIRN_OK, fault_at == SIZE_MAX);
    if (err == CAIRN_OK) {
        check_foreign_library(value);
        check_own_copy(value);
    }
    free(block);
    return err == CAIRN_OK;
}

TEST(the_scanner_agrees_with_its_twin_and_with_msgpack_c_on_spoilt_values)
{
    struct test_rng rng = test_rng_open();
    uint32_t passed_count = 0;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        uint8_t buffer[BUFFER_BYTES];
        size_t size = random_value(&rng, buffer);
        passed_count += check_bytes(buffer, mutate(&rng, buffer, size));
    }
    assert_true(passed_count > ROUNDS / 10); /* the mutations must leave something to compare */
    assert_true(passed_count < ROUNDS - ROUNDS / 10);
}

TEST(the_scanner_agrees_with_its_twin_on_noise)
{
    struct test_rng rng = test_rng_open();
    for (uint32_t round = 0; round < ROUNDS; round++) {
        uint8_t buffer[24];
        size_t size = test_rng_below(&rng, sizeof buffer);
        test_rng_bytes(&rng, buffer, size);
        (void)check_bytes(buffer, size);
    }
}

TEST(every_pair_of_bytes_and_what_may_follow_is_judged_alike)
{
    for (uint32_t pair = 0; pair < 0x10000; pair++) {
        uint8_t bytes[12] = {(uint8_t)(pair >> 8), (uint8_t)pair, 0x80, 1, 2, 3, 4, 5, 6, 7, 8, 9};
        for (size_t size = 0; size <= sizeof bytes; size += 3) {
            (void)check_bytes(bytes, size);
        }
        (void)check_bytes(bytes, 2);
    }
}

TEST(a_writer_that_is_too_small_by_any_amount_says_so)
{
    struct test_rng rng = test_rng_open();
    for (uint32_t round = 0; round < 300; round++) {
        uint8_t buffer[BUFFER_BYTES];
        struct test_rng before = rng;
        size_t size = random_value(&rng, buffer);
        for (size_t capacity = 0; capacity < size; capacity++) {
            uint8_t *small = tight_copy(buffer, capacity);
            struct test_rng again = before;
            struct cairn_pack_writer writer;
            struct cairn_bytes value;
            cairn_pack_writer_init(&writer, small, capacity);
            put_random(&again, &writer, 0);
            assert_err(cairn_pack_end(&writer, &value), CAIRN_NO_ROOM);
            assert_true(writer.size <= capacity);
            free(small);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_scanner_agrees_with_its_twin_and_with_msgpack_c_on_spoilt_values),
        cmocka_unit_test(the_scanner_agrees_with_its_twin_on_noise),
        cmocka_unit_test(every_pair_of_bytes_and_what_may_follow_is_judged_alike),
        cmocka_unit_test(a_writer_that_is_too_small_by_any_amount_says_so),
    };
    return cmocka_run_group_tests_name("pack", tests, NULL, NULL);
}
