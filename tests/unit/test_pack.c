/* Method: tables of byte strings with the verdict and the place of the first fault; then the reader
 * on values that were written. P-5 */
#include "tests/lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "schema/base/limits.h"
#include "schema/pack.h"

#define NO_FAULT SIZE_MAX

struct pack_case {
    const char *hex;
    cairn_err err;
    size_t fault_at;
};

static void check_cases(const struct pack_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t fault_at = NO_FAULT;
        cairn_err err = cairn_pack_check(test_hex(cases[i].hex), &fault_at);
        if (err != cases[i].err || fault_at != cases[i].fault_at) {
            fail_msg("%s: %s at %zu", cases[i].hex, cairn_err_name(err), fault_at);
        }
    }
}

#define CHECK_CASES(cases) check_cases(cases, sizeof cases / sizeof cases[0])

TEST(every_shortest_form_passes)
{
    static const struct pack_case cases[] = {
        {"00", CAIRN_OK, NO_FAULT},
        {"7f", CAIRN_OK, NO_FAULT},
        {"cc80", CAIRN_OK, NO_FAULT},
        {"cd0100", CAIRN_OK, NO_FAULT},
        {"ce00010000", CAIRN_OK, NO_FAULT},
        {"cf0000000100000000", CAIRN_OK, NO_FAULT},
        {"ff", CAIRN_OK, NO_FAULT},
        {"e0", CAIRN_OK, NO_FAULT},
        {"d0df", CAIRN_OK, NO_FAULT},
        {"d1ff7f", CAIRN_OK, NO_FAULT},
        {"d2ffff7fff", CAIRN_OK, NO_FAULT},
        {"d3ffffffff7fffffff", CAIRN_OK, NO_FAULT},
        {"d38000000000000000", CAIRN_OK, NO_FAULT},
        {"c0", CAIRN_OK, NO_FAULT},
        {"c2", CAIRN_OK, NO_FAULT},
        {"c3", CAIRN_OK, NO_FAULT},
        {"a0", CAIRN_OK, NO_FAULT},
        {"a1c3", CAIRN_TEXT_UTF8, 1},
        {"a2c3a4", CAIRN_OK, NO_FAULT},
        {"c400", CAIRN_OK, NO_FAULT},
        {"90", CAIRN_OK, NO_FAULT},
        {"80", CAIRN_OK, NO_FAULT},
        {"8300a1780290cc80c0", CAIRN_OK, NO_FAULT},
    };
    CHECK_CASES(cases);
}

TEST(longer_forms_of_a_number_are_refused)
{
    static const struct pack_case cases[] = {
        {"cc7f", CAIRN_PACK_MINIMAL, 0},
        {"cd00ff", CAIRN_PACK_MINIMAL, 0},
        {"ce0000ffff", CAIRN_PACK_MINIMAL, 0},
        {"cf00000000ffffffff", CAIRN_PACK_MINIMAL, 0},
        {"d0e0", CAIRN_PACK_MINIMAL, 0},
        {"d07f", CAIRN_PACK_MINIMAL, 0},
        {"d000", CAIRN_PACK_MINIMAL, 0},
        {"d1ff80", CAIRN_PACK_MINIMAL, 0},
        {"d17fff", CAIRN_PACK_MINIMAL, 0},
        {"d2ffff8000", CAIRN_PACK_MINIMAL, 0},
        {"d3ffffffff80000000", CAIRN_PACK_MINIMAL, 0},
        {"d37fffffffffffffff", CAIRN_PACK_MINIMAL, 0},
        {"d900", CAIRN_PACK_MINIMAL, 0},
        {"da0020", CAIRN_PACK_MINIMAL, 0},
        {"db0000ffff", CAIRN_PACK_MINIMAL, 0},
        {"c500ff", CAIRN_PACK_MINIMAL, 0},
        {"c60000ffff", CAIRN_PACK_MINIMAL, 0},
        {"dc000f", CAIRN_PACK_MINIMAL, 0},
        {"dd0000ffff", CAIRN_PACK_MINIMAL, 0},
        {"de000f", CAIRN_PACK_MINIMAL, 0},
        {"df0000ffff", CAIRN_PACK_MINIMAL, 0},
        {"9200cc01", CAIRN_PACK_MINIMAL, 2},
    };
    CHECK_CASES(cases);
}

TEST(floats_extensions_and_the_reserved_byte_are_refused)
{
    static const char *const heads[] = {"c1", "c7", "c8", "c9", "ca", "cb",
                                        "d4", "d5", "d6", "d7", "d8"};
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        char hex[40];
        size_t fault_at = NO_FAULT;
        memcpy(hex, "91", 2);
        memcpy(hex + 2, heads[i], 2);
        memcpy(hex + 4, "0000000000000000", 17);
        assert_err(cairn_pack_check(test_hex(hex), &fault_at), CAIRN_PACK_FORBIDDEN);
        assert_int_equal(fault_at, 1);
    }
}

TEST(what_is_cut_or_goes_on_is_refused)
{
    static const struct pack_case cases[] = {
        {"", CAIRN_SHORT, 0},
        {"cd01", CAIRN_SHORT, 0},
        {"a26162ff", CAIRN_TRAILING, 3},
        {"a261", CAIRN_SHORT, 0},
        {"c40200", CAIRN_SHORT, 0},
        {"0000", CAIRN_TRAILING, 1},
        {"9100c0", CAIRN_TRAILING, 2},
        {"92a100", CAIRN_TEXT_FORBIDDEN, 2},
        {"9100", CAIRN_OK, NO_FAULT},
        {"92a161", CAIRN_SHORT, 3},
    };
    CHECK_CASES(cases);
}

TEST(a_count_may_not_promise_more_than_the_bytes_left)
{
    static const struct pack_case cases[] = {
        {"9100", CAIRN_OK, NO_FAULT},        {"920000", CAIRN_OK, NO_FAULT},
        {"9200", CAIRN_PACK_COUNT, 0},       {"810000", CAIRN_OK, NO_FAULT},
        {"8100", CAIRN_PACK_COUNT, 0},       {"dd08000000", CAIRN_PACK_COUNT, 0},
        {"dfffffffff", CAIRN_PACK_COUNT, 0}, {"9191dd7fffffff", CAIRN_PACK_COUNT, 2},
    };
    CHECK_CASES(cases);
}

TEST(keys_are_ascending_non_negative_integers)
{
    static const struct pack_case cases[] = {
        {"8200c001c0", CAIRN_OK, NO_FAULT},
        {"8201c000c0", CAIRN_PACK_KEY, 3},
        {"8201c001c0", CAIRN_PACK_KEY, 3},
        {"81ffc0", CAIRN_PACK_KEY, 1},
        {"81a0c0", CAIRN_PACK_KEY, 1},
        {"81c0c0", CAIRN_PACK_KEY, 1},
        {"8190c0", CAIRN_PACK_KEY, 1},
        {"8200820ac00bc001c0", CAIRN_OK, NO_FAULT},
        {"8205820ac00bc001c0", CAIRN_PACK_KEY, 7},
        {"82009201020600", CAIRN_OK, NO_FAULT},
    };
    CHECK_CASES(cases);
}

TEST(text_is_strict_utf8_without_nul_and_the_place_is_exact)
{
    static const struct pack_case cases[] = {
        {"a3616200", CAIRN_TEXT_FORBIDDEN, 3}, {"a36162ff", CAIRN_TEXT_UTF8, 3},
        {"a2c080", CAIRN_TEXT_UTF8, 1},        {"a3eda080", CAIRN_TEXT_UTF8, 1},
        {"a4f4908080", CAIRN_TEXT_UTF8, 1},    {"c402ff00", CAIRN_OK, NO_FAULT},
        {"91a2c3c3", CAIRN_TEXT_UTF8, 2},      {"a10a", CAIRN_OK, NO_FAULT},
    };
    CHECK_CASES(cases);
}

TEST(sixteen_levels_pass_and_seventeen_do_not)
{
    uint8_t bytes[CAIRN_LIMIT_PACK_DEPTH + 2];
    size_t fault_at = NO_FAULT;
    memset(bytes, 0x91, sizeof bytes);
    bytes[CAIRN_LIMIT_PACK_DEPTH] = 0x00;
    struct cairn_bytes value = {.data = bytes, .size = CAIRN_LIMIT_PACK_DEPTH + 1};
    assert_err(cairn_pack_check(value, &fault_at), CAIRN_OK);
    bytes[CAIRN_LIMIT_PACK_DEPTH] = 0x90;
    assert_err(cairn_pack_check(value, &fault_at), CAIRN_PACK_DEPTH);
    assert_int_equal(fault_at, CAIRN_LIMIT_PACK_DEPTH);
}

/* An array32 of `count` nils: count + 1 values. */
static struct cairn_bytes nils(uint8_t *bytes, uint32_t count)
{
    bytes[0] = 0xdd;
    cairn_bytes_put_u32(bytes + 1, count);
    memset(bytes + 5, 0xc0, count);
    return (struct cairn_bytes){.data = bytes, .size = 5 + count};
}

TEST(as_many_values_as_the_limit_pass_and_not_one_more)
{
    size_t fault_at = NO_FAULT;
    uint8_t *bytes = malloc(CAIRN_LIMIT_PACK_NODES + 5);
    assert_non_null(bytes);
    assert_err(cairn_pack_check(nils(bytes, CAIRN_LIMIT_PACK_NODES - 1), &fault_at), CAIRN_OK);
    assert_err(cairn_pack_check(nils(bytes, CAIRN_LIMIT_PACK_NODES), &fault_at), CAIRN_TOO_LONG);
    assert_int_equal(fault_at, 5 + CAIRN_LIMIT_PACK_NODES - 1);
    free(bytes);
}

static struct cairn_pack_reader reader_of(const char *hex)
{
    struct cairn_pack_reader reader;
    size_t fault_at;
    struct cairn_bytes value = test_hex(hex);
    assert_err(cairn_pack_check(value, &fault_at), CAIRN_OK);
    cairn_pack_reader_init(&reader, value);
    return reader;
}

TEST(a_get_of_another_type_changes_nothing)
{
    static const char *const values[] = {"05",   "ff",     "c3",   "c0",
                                         "a161", "c40161", "9100", "810000"};
    for (int value = CAIRN_PACK_UINT; value <= CAIRN_PACK_MAP; value++) {
        struct cairn_pack_reader reader = reader_of(values[value]);
        uint64_t number;
        int64_t signed_number;
        bool flag;
        uint32_t count;
        uint8_t byte;
        struct cairn_bytes bytes;
        assert_int_equal(cairn_pack_peek(&reader), value);
        const cairn_err errs[] = {
            value == CAIRN_PACK_UINT ? CAIRN_PACK_TYPE : cairn_pack_get_uint(&reader, 9, &number),
            value <= CAIRN_PACK_NEGATIVE ? CAIRN_PACK_TYPE
                                         : cairn_pack_get_int(&reader, &signed_number),
            value == CAIRN_PACK_BOOL ? CAIRN_PACK_TYPE : cairn_pack_get_bool(&reader, &flag),
            value == CAIRN_PACK_NIL ? CAIRN_PACK_TYPE : cairn_pack_get_nil(&reader),
            value == CAIRN_PACK_TEXT ? CAIRN_PACK_TYPE : cairn_pack_get_text(&reader, 9, &bytes),
            value == CAIRN_PACK_BIN ? CAIRN_PACK_TYPE : cairn_pack_get_bin(&reader, 9, &bytes),
            value == CAIRN_PACK_BIN ? CAIRN_PACK_TYPE : cairn_pack_get_fixed(&reader, 1, &byte),
            value == CAIRN_PACK_ARRAY ? CAIRN_PACK_TYPE : cairn_pack_get_array(&reader, &count),
            value == CAIRN_PACK_MAP ? CAIRN_PACK_TYPE : cairn_pack_get_map(&reader, &count),
        };
        for (size_t i = 0; i < sizeof errs / sizeof errs[0]; i++) {
            assert_err(errs[i], CAIRN_PACK_TYPE);
        }
        assert_int_equal(reader.at, 0);
    }
}

TEST(numbers_are_held_to_their_limits)
{
    uint64_t number = 7;
    int64_t signed_number = 7;
    struct cairn_pack_reader reader = reader_of("cd0100");
    assert_err(cairn_pack_get_uint(&reader, 255, &number), CAIRN_NUMBER);
    assert_int_equal(number, 7);
    assert_err(cairn_pack_get_uint(&reader, 256, &number), CAIRN_OK);
    assert_int_equal(number, 256);
    assert_true(cairn_pack_is_end(&reader));

    reader = reader_of("cf8000000000000000");
    assert_err(cairn_pack_get_int(&reader, &signed_number), CAIRN_NUMBER);
    reader = reader_of("cf7fffffffffffffff");
    assert_err(cairn_pack_get_int(&reader, &signed_number), CAIRN_OK);
    assert_true(signed_number == INT64_MAX);
    reader = reader_of("d38000000000000000");
    assert_err(cairn_pack_get_int(&reader, &signed_number), CAIRN_OK);
    assert_true(signed_number == INT64_MIN);
    reader = reader_of("e0");
    assert_err(cairn_pack_get_int(&reader, &signed_number), CAIRN_OK);
    assert_true(signed_number == -32);
}

TEST(strings_are_held_to_their_sizes)
{
    struct cairn_bytes bytes;
    uint8_t fixed[3] = {9, 9, 9};
    struct cairn_pack_reader reader = reader_of("c403010203");
    assert_err(cairn_pack_get_bin(&reader, 2, &bytes), CAIRN_TOO_LONG);
    assert_err(cairn_pack_get_fixed(&reader, 2, fixed), CAIRN_TOO_LONG);
    assert_err(cairn_pack_get_fixed(&reader, 4, fixed), CAIRN_TOO_LONG);
    assert_int_equal(fixed[0], 9);
    assert_int_equal(reader.at, 0);
    assert_err(cairn_pack_get_fixed(&reader, 3, fixed), CAIRN_OK);
    assert_memory_equal(fixed, "\1\2\3", 3);
    reader = reader_of("a3414243");
    assert_err(cairn_pack_get_text(&reader, 2, &bytes), CAIRN_TOO_LONG);
    assert_err(cairn_pack_get_text(&reader, 3, &bytes), CAIRN_OK);
    assert_true(cairn_bytes_is_equal(bytes, cairn_bytes_of("ABC")));
}

TEST(raw_values_are_taken_whole)
{
    struct cairn_pack_reader reader = reader_of("93820091010205a0c0");
    uint32_t count;
    assert_err(cairn_pack_get_array(&reader, &count), CAIRN_OK);
    assert_int_equal(count, 3);
    assert_true(cairn_bytes_is_equal(cairn_pack_get_raw(&reader), test_hex("820091010205")));
    assert_true(cairn_bytes_is_equal(cairn_pack_get_raw(&reader), test_hex("a0")));
    assert_err(cairn_pack_get_nil(&reader), CAIRN_OK);
}

TEST(reading_at_the_end_is_our_own_mistake)
{
    struct cairn_pack_reader reader = reader_of("c0");
    assert_err(cairn_pack_get_nil(&reader), CAIRN_OK);
    assert_true(cairn_pack_is_end(&reader));
    expect_assert_failure((void)cairn_pack_peek(&reader));
}

TEST(the_writer_gives_canonical_bytes)
{
    uint8_t buffer[64];
    struct cairn_pack_writer writer;
    struct cairn_bytes value;
    size_t fault_at;
    cairn_pack_writer_init(&writer, buffer, sizeof buffer);
    cairn_pack_put_map(&writer, 4);
    cairn_pack_put_uint(&writer, 0);
    cairn_pack_put_text(&writer, cairn_bytes_of("AUT"));
    cairn_pack_put_uint(&writer, 1);
    cairn_pack_put_array(&writer, 3);
    cairn_pack_put_int(&writer, -200);
    cairn_pack_put_int(&writer, 200);
    cairn_pack_put_bool(&writer, true);
    cairn_pack_put_uint(&writer, 2);
    cairn_pack_put_bin(&writer, (struct cairn_bytes){.data = NULL, .size = 0});
    cairn_pack_put_uint(&writer, 300);
    cairn_pack_put_raw(&writer, test_hex("91c0"));
    assert_err(cairn_pack_end(&writer, &value), CAIRN_OK);
    assert_true(
        cairn_bytes_is_equal(value, test_hex("8400a34155540193d1ff38ccc8c302c400cd012c91c0")));
    assert_err(cairn_pack_check(value, &fault_at), CAIRN_OK);
}

TEST(a_full_writer_drops_everything_later)
{
    uint8_t buffer[4];
    struct cairn_pack_writer writer;
    struct cairn_bytes value = {.data = NULL, .size = 7};
    cairn_pack_writer_init(&writer, buffer, sizeof buffer);
    cairn_pack_put_text(&writer, cairn_bytes_of("ABCD"));
    cairn_pack_put_nil(&writer);
    assert_err(cairn_pack_end(&writer, &value), CAIRN_NO_ROOM);
    assert_int_equal(value.size, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_shortest_form_passes),
        cmocka_unit_test(longer_forms_of_a_number_are_refused),
        cmocka_unit_test(floats_extensions_and_the_reserved_byte_are_refused),
        cmocka_unit_test(what_is_cut_or_goes_on_is_refused),
        cmocka_unit_test(a_count_may_not_promise_more_than_the_bytes_left),
        cmocka_unit_test(keys_are_ascending_non_negative_integers),
        cmocka_unit_test(text_is_strict_utf8_without_nul_and_the_place_is_exact),
        cmocka_unit_test(sixteen_levels_pass_and_seventeen_do_not),
        cmocka_unit_test(as_many_values_as_the_limit_pass_and_not_one_more),
        cmocka_unit_test(a_get_of_another_type_changes_nothing),
        cmocka_unit_test(numbers_are_held_to_their_limits),
        cmocka_unit_test(strings_are_held_to_their_sizes),
        cmocka_unit_test(raw_values_are_taken_whole),
        cmocka_unit_test(reading_at_the_end_is_our_own_mistake),
        cmocka_unit_test(the_writer_gives_canonical_bytes),
        cmocka_unit_test(a_full_writer_drops_everything_later),
    };
    return cmocka_run_group_tests_name("pack", tests, NULL, NULL);
}
