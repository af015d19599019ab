/* Method: rows are written and read back through feedop.h; each field of a row is taken away,
 * replaced and added; what people type is refused before it is written. */
#include "tests/lib/mutate.h"

#include <stdlib.h>
#include <string.h>

#include "schema/feedop.h"
#include "schema/lookupop.h"

#define ARENA_BYTES (4u << 20)

static cairn_err decode(struct cairn_bytes bytes, size_t *out_fault_at)
{
    static uint8_t memory[ARENA_BYTES];
    CAIRN_TRY(cairn_pack_check(bytes, out_fault_at));
    struct cairn_operation operation = {.kind = CAIRN_KIND_ACCESS_LOOKUP, .body = bytes};
    struct cairn_arena arena;
    struct cairn_feedop feedop, before;
    cairn_arena_init(&arena, memory, sizeof memory);
    memset(&feedop, 0xa5, sizeof feedop);
    memcpy(&before, &feedop, sizeof feedop);
    cairn_err err = cairn_feedop_decode(&operation, &arena, &feedop, out_fault_at);
    if (err != CAIRN_OK) {
        assert_memory_equal(&feedop, &before, sizeof feedop);
        assert_int_equal(arena.used_bytes, 0);
        return err;
    }
    uint8_t *buffer = malloc(bytes.size);
    assert_non_null(buffer);
    struct cairn_bytes again;
    assert_err(cairn_feedop_encode(&feedop, buffer, bytes.size, &again), CAIRN_OK);
    assert_true(cairn_bytes_is_equal(again, bytes));
    free(buffer);
    return CAIRN_OK;
}

static struct cairn_bytes keys[CAIRN_LOOKUP_KEYS_MAX + 1];
static struct cairn_bytes objects[CAIRN_LOOKUP_OBJECTS_MAX + 1];
static struct cairn_id object;
static char row_name[CAIRN_ID_OBJECT_BYTES + 8];

static struct cairn_lookup_row one_row(void)
{
    static const uint8_t random[CAIRN_ID_RANDOM_BYTES] = {1, 2, 3};
    cairn_id_make(cairn_bytes_of("AUT"), random, &object);
    memcpy(row_name, object.text, CAIRN_ID_OBJECT_BYTES);
    memcpy(row_name + CAIRN_ID_OBJECT_BYTES, "/4095", sizeof "/4095");
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        keys[i] = cairn_bytes_of("P1234567");
    }
    for (size_t i = 0; i < sizeof objects / sizeof objects[0]; i++) {
        objects[i] = i % 2 == 0 ? cairn_id_view(&object) : cairn_bytes_of(row_name);
    }
    return (struct cairn_lookup_row){
        .time_ms = 1772366400000u,
        .purpose = cairn_bytes_of("border"),
        .role = cairn_bytes_of("booth"),
        .actor = cairn_bytes_of("anna"),
        .type = CAIRN_LOOKUP_MRZ,
        .key_count = 2,
        .keys = keys,
        .hit_count = 2,
        .object_count = 2,
        .objects = objects,
    };
}

static cairn_err encode(const struct cairn_lookup_row *rows, uint32_t count,
                        struct cairn_bytes *out)
{
    static uint8_t buffer[1 << 20];
    struct cairn_feedop feedop = {.kind = CAIRN_KIND_ACCESS_LOOKUP,
                                  .as.lookup = {.row_count = count, .rows = rows}};
    return cairn_feedop_encode(&feedop, buffer, sizeof buffer, out);
}

static struct cairn_bytes encoded(const struct cairn_lookup_row *rows, uint32_t count)
{
    struct cairn_bytes bytes;
    assert_err(encode(rows, count, &bytes), CAIRN_OK);
    return bytes;
}

TEST(a_look_up_is_read_back_as_it_was_recorded)
{
    static uint8_t memory[ARENA_BYTES];
    struct cairn_lookup_row row = one_row();
    struct cairn_operation operation = {.kind = CAIRN_KIND_ACCESS_LOOKUP, .body = encoded(&row, 1)};
    struct cairn_arena arena;
    struct cairn_feedop feedop;
    size_t fault_at;
    cairn_arena_init(&arena, memory, sizeof memory);
    assert_err(cairn_feedop_decode(&operation, &arena, &feedop, &fault_at), CAIRN_OK);
    assert_int_equal(feedop.as.lookup.row_count, 1);
    const struct cairn_lookup_row *back = feedop.as.lookup.rows;
    assert_true(back->time_ms == row.time_ms);
    assert_true(cairn_bytes_is_equal(back->purpose, row.purpose));
    assert_true(cairn_bytes_is_equal(back->role, row.role));
    assert_true(cairn_bytes_is_equal(back->actor, row.actor));
    assert_int_equal(back->type, CAIRN_LOOKUP_MRZ);
    assert_int_equal(back->key_count, 2);
    assert_true(cairn_bytes_is_equal(back->keys[1], keys[1]));
    assert_int_equal(back->hit_count, 2);
    assert_int_equal(back->object_count, 2);
    assert_true(cairn_bytes_is_equal(back->objects[1], cairn_bytes_of(row_name)));

    size_t needed = arena.used_bytes;
    for (size_t size = 0; size < needed; size++) {
        cairn_arena_init(&arena, memory, size);
        assert_err(cairn_feedop_decode(&operation, &arena, &feedop, &fault_at), CAIRN_NO_ROOM);
        assert_int_equal(arena.used_bytes, 0);
    }
}

TEST(every_wrong_field_of_a_row_is_named_and_placed)
{
    static const struct mutate_case cases[] = {
        {0, "00", CAIRN_PACK_UNKNOWN_FIELD, 0},
        {1, NULL, CAIRN_PACK_FIELD, 0},
        {1, "a0", CAIRN_PACK_TYPE, 0},
        {2, NULL, CAIRN_PACK_FIELD, 0},
        {2, "a0", CAIRN_PACK_FIELD, 0},
        {2, "T33", CAIRN_TOO_LONG, 0},
        {3, NULL, CAIRN_PACK_FIELD, 0},
        {3, "T17", CAIRN_TOO_LONG, 0},
        {4, NULL, CAIRN_PACK_FIELD, 0},
        {4, "T64", CAIRN_OK, 0},
        {4, "T65", CAIRN_TOO_LONG, 0},
        {4, "a109", CAIRN_TEXT_FORBIDDEN, 0},
        {5, NULL, CAIRN_PACK_FIELD, 0},
        {5, "00", CAIRN_NUMBER, 0},
        {5, "01", CAIRN_OK, 0},
        {5, "04", CAIRN_NUMBER, 0},
        {6, NULL, CAIRN_PACK_FIELD, 0},
        {6, "90", CAIRN_PACK_FIELD, 0},
        {6, "A17", CAIRN_TOO_LONG, 0},
        {6, "9100", CAIRN_PACK_TYPE, 1},
        {6, "92a161a0", CAIRN_PACK_FIELD, 3},
        {7, NULL, CAIRN_PACK_FIELD, 0},
        {7, "cf0000000100000000", CAIRN_NUMBER, 0},
        {7, "09", CAIRN_OK, 0},
        {8, NULL, CAIRN_PACK_FIELD, 0},
        {8, "90", CAIRN_OK, 0},
        {8, "A3", CAIRN_NUMBER, 0}, /* more objects than hits */
        {8, "A65", CAIRN_TOO_LONG, 0},
        {8, "9100", CAIRN_PACK_TYPE, 1},
        {8, "91a161", CAIRN_ID, 1},
        {9, "00", CAIRN_PACK_UNKNOWN_FIELD, 0},
    };
    struct cairn_lookup_row row = one_row();
    struct cairn_lookup_row rows[2] = {row, row};
    struct cairn_bytes bytes = encoded(rows, 2);
    static const uint64_t second_row[] = {1, 1};
    struct mutate_place place = {.bytes = bytes, .at = mutate_find(bytes, second_row, 2)};
    MUTATE_FIELDS(&place, cases, decode);
}

TEST(every_wrong_list_of_rows_is_named_and_placed)
{
    static const struct mutate_case cases[] = {
        {1, NULL, CAIRN_PACK_FIELD, 0},  {1, "90", CAIRN_PACK_FIELD, 0},
        {1, "A4097", CAIRN_TOO_LONG, 0}, {1, "9100", CAIRN_PACK_TYPE, 1},
        {1, "c0", CAIRN_PACK_TYPE, 0},   {2, "00", CAIRN_PACK_UNKNOWN_FIELD, 0},
    };
    struct cairn_lookup_row row = one_row();
    struct mutate_place place = {.bytes = encoded(&row, 1)};
    MUTATE_FIELDS(&place, cases, decode);
    mutate_sweep(place.bytes, decode);
}

TEST(what_people_type_is_checked_before_it_is_written)
{
    struct cairn_bytes out = {.size = 77};
    struct cairn_lookup_row row = one_row();
    row.purpose = cairn_bytes_of("");
    assert_err(encode(&row, 1, &out), CAIRN_PACK_FIELD);
    row = one_row();
    row.actor = cairn_bytes_of("an\nna");
    assert_err(encode(&row, 1, &out), CAIRN_TEXT_FORBIDDEN);
    row = one_row();
    row.role = cairn_bytes_of("\xff");
    assert_err(encode(&row, 1, &out), CAIRN_TEXT_UTF8);
    row = one_row();
    keys[1] = test_frame(CAIRN_LOOKUP_KEY_BYTES + 1);
    assert_err(encode(&row, 1, &out), CAIRN_TOO_LONG);
    row = one_row();
    row.key_count = CAIRN_LOOKUP_KEYS_MAX + 1;
    assert_err(encode(&row, 1, &out), CAIRN_TOO_LONG);
    row = one_row();
    row.key_count = 0;
    assert_err(encode(&row, 1, &out), CAIRN_PACK_FIELD);
    row = one_row();
    row.hit_count = 1;
    assert_err(encode(&row, 1, &out), CAIRN_NUMBER);
    row = one_row();
    row.hit_count = row.object_count = CAIRN_LOOKUP_OBJECTS_MAX + 1;
    assert_err(encode(&row, 1, &out), CAIRN_TOO_LONG);
    row = one_row();
    objects[0] = cairn_bytes_of("AUT");
    assert_err(encode(&row, 1, &out), CAIRN_ID);
    assert_int_equal(out.size, 77);
    expect_assert_failure((void)!encode(&row, 0, &out));
}

TEST(a_full_row_and_a_full_body_are_taken)
{
    size_t fault_at;
    struct cairn_lookup_row row = one_row();
    row.key_count = CAIRN_LOOKUP_KEYS_MAX;
    row.hit_count = row.object_count = CAIRN_LOOKUP_OBJECTS_MAX;
    assert_err(mutate_run(encoded(&row, 1), decode, &fault_at), CAIRN_OK);

    struct cairn_lookup_row *rows = calloc(CAIRN_LOOKUP_ROWS_MAX, sizeof *rows);
    assert_non_null(rows);
    for (uint32_t i = 0; i < CAIRN_LOOKUP_ROWS_MAX; i++) {
        rows[i] = one_row();
    }
    assert_err(mutate_run(encoded(rows, CAIRN_LOOKUP_ROWS_MAX), decode, &fault_at), CAIRN_OK);
    free(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_look_up_is_read_back_as_it_was_recorded),
        cmocka_unit_test(every_wrong_field_of_a_row_is_named_and_placed),
        cmocka_unit_test(every_wrong_list_of_rows_is_named_and_placed),
        cmocka_unit_test(what_people_type_is_checked_before_it_is_written),
        cmocka_unit_test(a_full_row_and_a_full_body_are_taken),
    };
    return cmocka_run_group_tests_name("lookupop", tests, NULL, NULL);
}
