/* Method: maps written by hand; after every refusal the reader's offset says where. */
#include "tests/lib/test.h"

#include <string.h>

#include "schema/fields.h"

static struct cairn_pack_reader reader_of(const char *hex)
{
    struct cairn_pack_reader reader;
    struct cairn_bytes bytes = test_hex(hex);
    size_t fault_at;
    assert_err(cairn_pack_check(bytes, &fault_at), CAIRN_OK);
    cairn_pack_reader_init(&reader, bytes);
    return reader;
}

/* {1: 5, 3: 6, 4: 7}, of which 3 is optional */
static cairn_err read_three(struct cairn_pack_reader *reader, uint64_t out[static 3])
{
    struct cairn_fields fields;
    CAIRN_TRY(cairn_fields_open(&fields, reader));
    CAIRN_TRY(cairn_fields_need(&fields, 1));
    CAIRN_TRY(cairn_pack_get_uint(reader, 9, &out[0]));
    if (cairn_fields_has(&fields, 3)) {
        CAIRN_TRY(cairn_pack_get_uint(reader, 9, &out[1]));
    }
    CAIRN_TRY(cairn_fields_need(&fields, 4));
    CAIRN_TRY(cairn_pack_get_uint(reader, 9, &out[2]));
    return cairn_fields_close(&fields);
}

TEST(fields_are_read_in_the_order_of_their_definition)
{
    uint64_t values[3] = {0};
    struct cairn_pack_reader reader = reader_of("83010503060407");
    assert_err(read_three(&reader, values), CAIRN_OK);
    assert_int_equal(values[0], 5);
    assert_int_equal(values[1], 6);
    assert_int_equal(values[2], 7);
    assert_true(cairn_pack_is_end(&reader));
}

TEST(an_optional_field_may_be_absent)
{
    uint64_t values[3] = {0};
    struct cairn_pack_reader reader = reader_of("8201050407");
    assert_err(read_three(&reader, values), CAIRN_OK);
    assert_int_equal(values[1], 0);
    assert_int_equal(values[2], 7);
}

TEST(what_is_missing_or_unknown_is_named_and_placed)
{
    static const struct {
        const char *hex;
        cairn_err err;
        size_t at;
    } cases[] = {
        {"80", CAIRN_PACK_FIELD, 1},                        /* nothing at all */
        {"8203060407", CAIRN_PACK_FIELD, 1},                /* no 1 */
        {"8201050306", CAIRN_PACK_FIELD, 5},                /* no 4 */
        {"83 0001 0105 0407", CAIRN_PACK_UNKNOWN_FIELD, 1}, /* 0 before 1 */
        {"83 0105 0200 0407", CAIRN_PACK_UNKNOWN_FIELD, 3}, /* 2 between */
        {"83 0105 0407 0500", CAIRN_PACK_UNKNOWN_FIELD, 5}, /* 5 behind */
        {"82 0105 04c0", CAIRN_PACK_TYPE, 4},
        {"82 0105 040a", CAIRN_NUMBER, 4},
        {"90", CAIRN_PACK_TYPE, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char hex[32];
        size_t size = 0;
        for (const char *c = cases[i].hex; *c != '\0'; c++) {
            if (*c != ' ') {
                hex[size++] = *c;
            }
        }
        hex[size] = '\0';
        uint64_t values[3];
        struct cairn_pack_reader reader = reader_of(hex);
        assert_err(read_three(&reader, values), cases[i].err);
        assert_int_equal(reader.at, cases[i].at);
    }
}

TEST(a_number_of_32_bits_has_two_bounds)
{
    uint32_t value = 42;
    struct cairn_pack_reader reader = reader_of("05");
    assert_err(cairn_fields_get_u32(&reader, 6, 9, &value), CAIRN_NUMBER);
    assert_err(cairn_fields_get_u32(&reader, 0, 4, &value), CAIRN_NUMBER);
    assert_int_equal(value, 42);
    assert_int_equal(reader.at, 0);
    assert_err(cairn_fields_get_u32(&reader, 5, 5, &value), CAIRN_OK);
    assert_int_equal(value, 5);
    reader = reader_of("cf0000000100000000");
    assert_err(cairn_fields_get_u32(&reader, 0, UINT32_MAX, &value), CAIRN_NUMBER);
    reader = reader_of("a0");
    assert_err(cairn_fields_get_u32(&reader, 0, UINT32_MAX, &value), CAIRN_PACK_TYPE);
}

TEST(text_must_be_there_and_clean)
{
    struct cairn_bytes out = {.size = 77};
    struct cairn_pack_reader reader = reader_of("a0");
    assert_err(cairn_fields_get_text(&reader, 4, &out), CAIRN_PACK_FIELD);
    reader = reader_of("a3610a62");
    assert_err(cairn_fields_get_text(&reader, 4, &out), CAIRN_TEXT_FORBIDDEN);
    assert_int_equal(reader.at, 0);
    reader = reader_of("a56161616161");
    assert_err(cairn_fields_get_text(&reader, 4, &out), CAIRN_TOO_LONG);
    reader = reader_of("c40161");
    assert_err(cairn_fields_get_text(&reader, 4, &out), CAIRN_PACK_TYPE);
    assert_int_equal(out.size, 77);
    reader = reader_of("a3616263");
    assert_err(cairn_fields_get_text(&reader, 3, &out), CAIRN_OK);
    assert_true(cairn_bytes_is_equal(out, cairn_bytes_of("abc")));
}

TEST(binary_and_lists_must_not_be_empty)
{
    struct cairn_bytes out = {.size = 77};
    uint32_t count = 77;
    struct cairn_pack_reader reader = reader_of("c400");
    assert_err(cairn_fields_get_bin(&reader, 4, &out), CAIRN_PACK_FIELD);
    reader = reader_of("c4020102");
    assert_err(cairn_fields_get_bin(&reader, 1, &out), CAIRN_TOO_LONG);
    reader = reader_of("90");
    assert_err(cairn_fields_get_list(&reader, 4, &count), CAIRN_PACK_FIELD);
    reader = reader_of("920102");
    assert_err(cairn_fields_get_list(&reader, 1, &count), CAIRN_TOO_LONG);
    assert_int_equal(reader.at, 0);
    assert_int_equal(out.size, 77);
    assert_int_equal(count, 77);
    assert_err(cairn_fields_get_list(&reader, 2, &count), CAIRN_OK);
    assert_int_equal(count, 2);
}

TEST(blocks_lie_one_behind_the_other)
{
    uint8_t memory[64];
    struct cairn_arena arena;
    uint32_t count;
    uint8_t *blocks;
    cairn_arena_init(&arena, memory, sizeof memory);
    struct cairn_pack_reader reader = reader_of("92c4020102c4020304");
    assert_err(cairn_fields_get_blocks(&reader, &arena, 2, &count, &blocks), CAIRN_OK);
    assert_int_equal(count, 2);
    assert_memory_equal(blocks, "\1\2\3\4", 4);

    reader = reader_of("92c4020102c40103");
    assert_err(cairn_fields_get_blocks(&reader, &arena, 2, &count, &blocks), CAIRN_TOO_LONG);
    assert_int_equal(reader.at, 5);
    cairn_arena_init(&arena, memory, 3);
    reader = reader_of("92c4020102c4020304");
    assert_err(cairn_fields_get_blocks(&reader, &arena, 2, &count, &blocks), CAIRN_NO_ROOM);
    assert_int_equal(reader.at, 0);
}

TEST(an_origin_is_checked_where_it_is_read)
{
    struct cairn_bytes out = {.size = 77};
    struct cairn_pack_reader reader = reader_of("a9612f4155542f622f31"); /* a/AUT/b/1 */
    assert_err(cairn_fields_get_origin(&reader, &out), CAIRN_OK);
    assert_true(cairn_bytes_is_equal(out, cairn_bytes_of("a/AUT/b/1")));
    out.size = 77;
    reader = reader_of("a9612f4155542f622f30");
    assert_err(cairn_fields_get_origin(&reader, &out), CAIRN_ORIGIN);
    assert_int_equal(reader.at, 0);
    assert_int_equal(out.size, 77);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_are_read_in_the_order_of_their_definition),
        cmocka_unit_test(an_optional_field_may_be_absent),
        cmocka_unit_test(what_is_missing_or_unknown_is_named_and_placed),
        cmocka_unit_test(a_number_of_32_bits_has_two_bounds),
        cmocka_unit_test(text_must_be_there_and_clean),
        cmocka_unit_test(binary_and_lists_must_not_be_empty),
        cmocka_unit_test(blocks_lie_one_behind_the_other),
        cmocka_unit_test(an_origin_is_checked_where_it_is_read),
    };
    return cmocka_run_group_tests_name("fields", tests, NULL, NULL);
}
