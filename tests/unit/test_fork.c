/* The fields of a fork, as a record of a bundle carries them: read back, each one taken away,
 * replaced and added, and every byte changed. P-84 */
#include "tests/lib/mutate.h"

#include <string.h>

#include "schema/base/limits.h"
#include "schema/fork.h"

#define ARENA_BYTES 8192u
#define ORIGIN      "test/AUT/a/1"
#define KEY32       "c4200000000000000000000000000000000000000000000000000000000000000000"

static const uint8_t nodes[(CAIRN_FORK_NODES_MAX + 1) * 32];

static struct cairn_bytes encoded_in(uint8_t buffer[static CAIRN_FORK_BYTES],
                                     const struct cairn_fork *fork)
{
    struct cairn_pack_writer writer;
    struct cairn_bytes bytes;
    cairn_pack_writer_init(&writer, buffer, CAIRN_FORK_BYTES);
    cairn_pack_put_map(&writer, CAIRN_FORK_FIELDS);
    cairn_fork_write(&writer, fork);
    assert_err(cairn_pack_end(&writer, &bytes), CAIRN_OK);
    return bytes;
}

static struct cairn_bytes encoded(const struct cairn_fork *fork)
{
    static uint8_t buffer[CAIRN_FORK_BYTES];
    return encoded_in(buffer, fork);
}

static cairn_err read(struct cairn_pack_reader *reader, struct cairn_arena *arena,
                      struct cairn_fork *out)
{
    struct cairn_fields fields;
    CAIRN_TRY(cairn_fields_open(&fields, reader));
    CAIRN_TRY(cairn_fork_read(&fields, arena, out));
    return cairn_fields_close(&fields);
}

static cairn_err decode(struct cairn_bytes bytes, size_t *out_fault_at)
{
    static uint8_t memory[ARENA_BYTES], again[CAIRN_FORK_BYTES];
    struct cairn_arena arena;
    struct cairn_pack_reader reader;
    struct cairn_fork fork;
    CAIRN_TRY(cairn_pack_check(bytes, out_fault_at));
    cairn_arena_init(&arena, memory, sizeof memory);
    cairn_pack_reader_init(&reader, bytes);
    cairn_err err = read(&reader, &arena, &fork);
    if (err != CAIRN_OK) {
        *out_fault_at = reader.at;
        return err;
    }
    assert_true(cairn_bytes_is_equal(encoded_in(again, &fork), bytes));
    return CAIRN_OK;
}

static struct cairn_fork two_nodes(void)
{
    return (struct cairn_fork){.origin = cairn_bytes_of(ORIGIN),
                               .note_a = cairn_bytes_of("one"),
                               .note_b = cairn_bytes_of("two"),
                               .nodes = {nodes, 64}};
}

TEST(a_fork_is_read_as_it_was_written)
{
    static uint8_t memory[ARENA_BYTES];
    struct cairn_fork fork = two_nodes(), back;
    struct cairn_arena arena;
    struct cairn_pack_reader reader;
    cairn_arena_init(&arena, memory, sizeof memory);
    cairn_pack_reader_init(&reader, encoded(&fork));
    assert_err(read(&reader, &arena, &back), CAIRN_OK);
    assert_true(cairn_bytes_is_equal(back.origin, fork.origin));
    assert_true(cairn_bytes_is_equal(back.note_a, fork.note_a));
    assert_true(cairn_bytes_is_equal(back.note_b, fork.note_b));
    assert_true(cairn_bytes_is_equal(back.nodes, fork.nodes));
}

TEST(every_wrong_field_of_a_fork_is_named_and_placed)
{
    static const struct mutate_case cases[] = {
        {1, NULL, CAIRN_PACK_FIELD, 0},     {1, "a161", CAIRN_ORIGIN, 0},
        {1, "c0", CAIRN_PACK_TYPE, 0},      {2, NULL, CAIRN_PACK_FIELD, 0},
        {2, "c400", CAIRN_PACK_FIELD, 0},   {2, "B512", CAIRN_OK, 0},
        {2, "B513", CAIRN_TOO_LONG, 0},     {3, NULL, CAIRN_PACK_FIELD, 0},
        {3, "a161", CAIRN_PACK_TYPE, 0},    {3, "B513", CAIRN_TOO_LONG, 0},
        {4, NULL, CAIRN_PACK_FIELD, 0},     {4, "90", CAIRN_OK, 0},
        {4, "91c40100", CAIRN_TOO_LONG, 1}, {4, "91" KEY32, CAIRN_OK, 0},
        {4, "9100", CAIRN_PACK_TYPE, 1},    {5, "00", CAIRN_PACK_UNKNOWN_FIELD, 0},
    };
    struct cairn_fork fork = two_nodes();
    struct mutate_place place = {.bytes = encoded(&fork)};
    MUTATE_FIELDS(&place, cases, decode);
    mutate_sweep(place.bytes, decode);
}

TEST(a_fork_has_at_most_128_nodes)
{
    struct cairn_fork fork = two_nodes();
    size_t fault_at;
    fork.nodes.size = (size_t)CAIRN_FORK_NODES_MAX * 32;
    assert_err(mutate_run(encoded(&fork), decode, &fault_at), CAIRN_OK);
    fork.nodes.size = sizeof nodes;
    expect_assert_failure((void)encoded(&fork));
    fork.nodes.size = 33;
    expect_assert_failure((void)encoded(&fork));

    char hex[2 + 129 * 68 + 5] = "dc0081"; /* an array of 129 */
    for (size_t i = 0; i < 129; i++) {
        memcpy(hex + 6 + i * 68, KEY32, 69);
    }
    struct mutate_case too_many = {4, hex, CAIRN_TOO_LONG, 0};
    fork = two_nodes();
    struct mutate_place place = {.bytes = encoded(&fork)};
    mutate_fields(&place, &too_many, 1, decode);
}

TEST(the_longest_fork_fits_the_named_limit)
{
    static char long_origin[CAIRN_LIMIT_ORIGIN_BYTES + 1];
    static uint8_t note[CAIRN_FORK_NOTE_BYTES];
    memset(long_origin, 'x', CAIRN_LIMIT_ORIGIN_BYTES);
    struct cairn_fork fork = {.origin = cairn_bytes_of(long_origin),
                              .note_a = {note, sizeof note},
                              .note_b = {note, sizeof note},
                              .nodes = {nodes, (size_t)CAIRN_FORK_NODES_MAX * 32}};
    assert_true(encoded(&fork).size + 2 <= CAIRN_FORK_BYTES);
    fork.note_b.size++;
    expect_assert_failure((void)encoded(&fork));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fork_is_read_as_it_was_written),
        cmocka_unit_test(every_wrong_field_of_a_fork_is_named_and_placed),
        cmocka_unit_test(a_fork_has_at_most_128_nodes),
        cmocka_unit_test(the_longest_fork_fits_the_named_limit),
    };
    return cmocka_run_group_tests_name("fork", tests, NULL, NULL);
}
