/* The fields of a withheld leaf: read back with every choice of what is shown, each one taken away,
 * replaced and added, and every byte changed. P-96 */
#include "tests/lib/mutate.h"

#include <string.h>

#include "schema/base/limits.h"
#include "schema/withheld.h"

#define ARENA_BYTES  8192u
#define BUFFER_BYTES 4096u
#define ORIGIN       "test/AUT/a/1"
#define KEY32        "c4200000000000000000000000000000000000000000000000000000000000000000"

static const uint8_t hashes[(CAIRN_WITHHELD_PROOF_MAX + 1) * 32] = {1};

static struct cairn_bytes encoded_in(uint8_t buffer[static BUFFER_BYTES],
                                     const struct cairn_withheld *withheld)
{
    struct cairn_pack_writer writer;
    struct cairn_bytes bytes;
    cairn_pack_writer_init(&writer, buffer, BUFFER_BYTES);
    cairn_pack_put_map(&writer, cairn_withheld_fields(withheld));
    cairn_withheld_write(&writer, withheld);
    assert_err(cairn_pack_end(&writer, &bytes), CAIRN_OK);
    return bytes;
}

static struct cairn_bytes encoded(const struct cairn_withheld *withheld)
{
    static uint8_t buffer[BUFFER_BYTES];
    return encoded_in(buffer, withheld);
}

static cairn_err read(struct cairn_pack_reader *reader, struct cairn_arena *arena,
                      struct cairn_withheld *out)
{
    struct cairn_fields fields;
    CAIRN_TRY(cairn_fields_open(&fields, reader));
    CAIRN_TRY(cairn_withheld_read(&fields, arena, out));
    return cairn_fields_close(&fields);
}

static cairn_err decode(struct cairn_bytes bytes, size_t *out_fault_at)
{
    static uint8_t memory[ARENA_BYTES], again[BUFFER_BYTES];
    struct cairn_arena arena;
    struct cairn_pack_reader reader;
    struct cairn_withheld withheld;
    CAIRN_TRY(cairn_pack_check(bytes, out_fault_at));
    cairn_arena_init(&arena, memory, sizeof memory);
    cairn_pack_reader_init(&reader, bytes);
    cairn_err err = read(&reader, &arena, &withheld);
    if (err != CAIRN_OK) {
        *out_fault_at = reader.at;
        return err;
    }
    assert_true(cairn_bytes_is_equal(encoded_in(again, &withheld), bytes));
    return CAIRN_OK;
}

static struct cairn_withheld whole(void)
{
    struct cairn_withheld withheld = {
        .origin = cairn_bytes_of(ORIGIN),
        .checkpoint = cairn_bytes_of("note"),
        .leaf_index = 9,
        .leaf = {2},
        .leaf_proof = {hashes, 64},
        .feed = {3},
        .number = 5,
        .tag_key = {4},
        .record = cairn_bytes_of("open"),
        .earlier = {.is_given = true,
                    .opening = {.number = 4, .leaf_index = 7, .previous_leaf_plus1 = 3, .size = 6},
                    .salt = {5}},
        .earlier_leaf = {6},
        .earlier_proof = {hashes, 32},
        .late = {.is_given = true,
                 .opening = {.number = 5, .leaf_index = 9, .previous_leaf_plus1 = 8, .size = 7},
                 .salt = {7}},
    };
    return withheld;
}

TEST(a_withheld_leaf_is_read_as_it_was_written_with_any_choice_of_what_is_shown)
{
    static uint8_t memory[ARENA_BYTES];
    for (unsigned shown = 0; shown < 8; shown++) {
        struct cairn_withheld withheld = whole(), back;
        struct cairn_arena arena;
        struct cairn_pack_reader reader;
        withheld.record.size = (shown & 1) != 0 ? withheld.record.size : 0;
        withheld.earlier.is_given = (shown & 2) != 0;
        withheld.late.is_given = (shown & 4) != 0;
        cairn_arena_init(&arena, memory, sizeof memory);
        cairn_pack_reader_init(&reader, encoded(&withheld));
        assert_err(read(&reader, &arena, &back), CAIRN_OK);
        assert_true(cairn_bytes_is_equal(back.origin, withheld.origin));
        assert_true(cairn_bytes_is_equal(back.leaf_proof, withheld.leaf_proof));
        assert_int_equal(back.leaf_index, 9);
        assert_int_equal(back.number, 5);
        assert_int_equal(back.tag_key[0], 4);
        assert_int_equal(back.record.size, (shown & 1) != 0 ? 4 : 0);
        assert_int_equal(back.earlier.is_given, (shown & 2) != 0);
        assert_int_equal(back.late.is_given, (shown & 4) != 0);
        assert_int_equal(back.earlier.is_given ? back.earlier.opening.leaf_index : 7, 7);
        assert_int_equal(back.earlier.is_given ? back.earlier_leaf[0] : 6, 6);
        assert_int_equal(back.late.is_given ? back.late.salt[0] : 7, 7);
    }
}

TEST(every_wrong_field_of_a_withheld_leaf_is_named_and_placed)
{
    static const struct mutate_case cases[] = {
        {1, NULL, CAIRN_PACK_FIELD, 0},  {1, "a161", CAIRN_ORIGIN, 0},
        {2, NULL, CAIRN_PACK_FIELD, 0},  {2, "c400", CAIRN_PACK_FIELD, 0},
        {3, NULL, CAIRN_PACK_FIELD, 0},  {3, "a161", CAIRN_PACK_TYPE, 0},
        {4, NULL, CAIRN_PACK_FIELD, 0},  {4, "B47", CAIRN_TOO_LONG, 0},
        {5, NULL, CAIRN_PACK_FIELD, 0},  {5, "91c40100", CAIRN_TOO_LONG, 1},
        {5, "90", CAIRN_OK, 0},          {6, "B17", CAIRN_TOO_LONG, 0},
        {6, NULL, CAIRN_PACK_FIELD, 0},  {7, NULL, CAIRN_PACK_FIELD, 0},
        {8, NULL, CAIRN_PACK_FIELD, 0},  {8, "B31", CAIRN_TOO_LONG, 0},
        {9, NULL, CAIRN_OK, 0},          {9, "c400", CAIRN_PACK_FIELD, 0},
        {10, "c0", CAIRN_PACK_TYPE, 0},  {10, "B119", CAIRN_TOO_LONG, 0},
        {11, NULL, CAIRN_PACK_FIELD, 0}, {12, NULL, CAIRN_PACK_FIELD, 0},
        {12, "B49", CAIRN_TOO_LONG, 0},  {13, NULL, CAIRN_PACK_FIELD, 0},
        {13, "91" KEY32, CAIRN_OK, 0},   {15, NULL, CAIRN_PACK_FIELD, 0},
        {15, "c0", CAIRN_PACK_TYPE, 0},  {16, "00", CAIRN_PACK_UNKNOWN_FIELD, 0},
    };
    struct cairn_withheld withheld = whole();
    struct mutate_place place = {.bytes = encoded(&withheld)};
    MUTATE_FIELDS(&place, cases, decode);
    mutate_sweep(place.bytes, decode);
}

TEST(an_opening_that_contradicts_itself_is_refused)
{
    struct cairn_withheld withheld = whole();
    struct cairn_bytes bytes = encoded(&withheld);
    const uint64_t path[] = {14};
    uint8_t *opening = (uint8_t *)(uintptr_t)bytes.data + mutate_find(bytes, path, 1) + 2;
    size_t fault_at;
    assert_int_equal(opening[39], 8); /* previous leaf + 1 */
    opening[39] = 10;                 /* behind its own leaf */
    assert_err(mutate_run(bytes, decode, &fault_at), CAIRN_NUMBER);
}

TEST(a_proof_has_at_most_64_hashes)
{
    struct cairn_withheld withheld = whole();
    size_t fault_at;
    withheld.leaf_proof.size = (size_t)CAIRN_WITHHELD_PROOF_MAX * 32;
    assert_err(mutate_run(encoded(&withheld), decode, &fault_at), CAIRN_OK);
    withheld.leaf_proof.size = sizeof hashes;
    expect_assert_failure((void)encoded(&withheld));
    withheld.leaf_proof.size = 33;
    expect_assert_failure((void)encoded(&withheld));

    char hex[2 + 65 * 68 + 5] = "dc0041"; /* an array of 65 */
    for (size_t i = 0; i < 65; i++) {
        memcpy(hex + 6 + i * 68, KEY32, 69);
    }
    struct mutate_case too_many = {13, hex, CAIRN_TOO_LONG, 0};
    withheld = whole();
    struct mutate_place place = {.bytes = encoded(&withheld)};
    mutate_fields(&place, &too_many, 1, decode);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            a_withheld_leaf_is_read_as_it_was_written_with_any_choice_of_what_is_shown),
        cmocka_unit_test(every_wrong_field_of_a_withheld_leaf_is_named_and_placed),
        cmocka_unit_test(an_opening_that_contradicts_itself_is_refused),
        cmocka_unit_test(a_proof_has_at_most_64_hashes),
    };
    return cmocka_run_group_tests_name("withheld", tests, NULL, NULL);
}
