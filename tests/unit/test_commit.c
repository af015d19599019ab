/* Method: a commit is built and walked; then each length and number in it is made wrong by hand,
 * and every byte by the sweep, whose wrapper rebuilds what was decoded. P-40, P-42 */
#include "tests/lib/mutate.h"

#include <stdlib.h>
#include <string.h>

#include "schema/commit.h"

static const struct cairn_prefix clear = {.version = 1, .algorithms = CAIRN_ENTRY_CLEAR};
static const struct cairn_prefix sealed = {
    .version = 1, .algorithms = CAIRN_ENTRY_SEALED, .epoch = 9};

static struct cairn_opening opening_of(uint64_t previous_size, uint64_t size)
{
    struct cairn_opening opening = {
        .number = 3,
        .leaf_index = 100,
        .previous_leaf_plus1 = 90,
        .previous_size = previous_size,
        .size = size,
    };
    memset(opening.feed, 0x11, sizeof opening.feed);
    memset(opening.root, 0x22, sizeof opening.root);
    memset(opening.policy, 0x33, sizeof opening.policy);
    return opening;
}

/* Two entries: "abc" clear, and 160 bytes sealed. */
static struct cairn_bytes small_commit(void)
{
    static uint8_t buffer[1024];
    struct cairn_commit_writer writer;
    struct cairn_opening opening = opening_of(40, 42);
    cairn_commit_writer_init(&writer, buffer, sizeof buffer);
    assert_err(cairn_commit_append(&writer, &clear, cairn_bytes_of("abc")), CAIRN_OK);
    assert_err(cairn_commit_append(&writer, &sealed, test_frame(160)), CAIRN_OK);
    return cairn_commit_end(&writer, &opening);
}

static cairn_err decode(struct cairn_bytes bytes, size_t *out_fault_at)
{
    struct cairn_commit commit, before;
    memset(&commit, 0xa5, sizeof commit);
    memcpy(&before, &commit, sizeof commit);
    cairn_err err = cairn_commit_decode(bytes, &commit, out_fault_at);
    if (err != CAIRN_OK) {
        assert_memory_equal(&commit, &before, sizeof commit);
        return err;
    }
    uint8_t *buffer = malloc(bytes.size);
    assert_non_null(buffer);
    struct cairn_commit_writer writer;
    struct cairn_commit_cursor cursor;
    struct cairn_commit_entry entry;
    cairn_commit_writer_init(&writer, buffer, bytes.size);
    cairn_commit_cursor_init(&cursor, &commit);
    while (cairn_commit_next(&cursor, &entry)) {
        assert_err(cairn_commit_append(&writer, &entry.prefix, entry.body), CAIRN_OK);
    }
    assert_true(cursor.index == commit.opening.size);
    assert_true(cairn_bytes_is_equal(cairn_commit_end(&writer, &commit.opening), bytes));
    free(buffer);
    return CAIRN_OK;
}

TEST(an_opening_is_laid_out_as_the_protocol_says)
{
    struct cairn_opening opening = opening_of(40, 42), back;
    uint8_t bytes[CAIRN_OPENING_BYTES];
    cairn_opening_encode(&opening, bytes);
    struct cairn_bytes wanted =
        test_hex("11111111111111111111111111111111"
                 "0000000000000003"
                 "0000000000000064"
                 "000000000000005a"
                 "0000000000000028"
                 "000000000000002a"
                 "2222222222222222222222222222222222222222222222222222222222222222"
                 "3333333333333333333333333333333333333333333333333333333333333333");
    assert_int_equal(wanted.size, sizeof bytes);
    assert_memory_equal(bytes, wanted.data, sizeof bytes);
    assert_err(cairn_opening_decode(bytes, &back), CAIRN_OK);
    assert_memory_equal(&opening, &back, sizeof back);
}

static void check_impossible(const struct cairn_opening *wrong)
{
    uint8_t bytes[CAIRN_OPENING_BYTES] = {0};
    struct cairn_opening out = {.number = 77};
    cairn_bytes_put_u64(bytes + 16, wrong->number);
    cairn_bytes_put_u64(bytes + 24, wrong->leaf_index);
    cairn_bytes_put_u64(bytes + 32, wrong->previous_leaf_plus1);
    cairn_bytes_put_u64(bytes + 40, wrong->previous_size);
    cairn_bytes_put_u64(bytes + 48, wrong->size);
    assert_err(cairn_opening_decode(bytes, &out), CAIRN_NUMBER);
    assert_int_equal(out.number, 77);
    expect_assert_failure(cairn_opening_encode(wrong, bytes));
}

TEST(numbers_that_cannot_be_together_are_refused)
{
    static const struct cairn_opening wrong[] = {
        {.number = 0, .leaf_index = 5, .previous_leaf_plus1 = 1, .size = 1},
        {.number = 0, .leaf_index = 5, .previous_size = 1, .size = 2},
        {.number = 1, .leaf_index = 5, .previous_leaf_plus1 = 0, .previous_size = 1, .size = 2},
        {.number = 1, .leaf_index = 5, .previous_leaf_plus1 = 6, .previous_size = 1, .size = 2},
        {.number = 1, .leaf_index = 5, .previous_leaf_plus1 = 5, .previous_size = 2, .size = 1},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        check_impossible(&wrong[i]);
    }
}

TEST(a_commit_gives_its_entries_back_in_order)
{
    struct cairn_bytes bytes = small_commit();
    struct cairn_commit commit;
    struct cairn_commit_cursor cursor;
    struct cairn_commit_entry entry;
    size_t fault_at = SIZE_MAX;
    assert_err(cairn_commit_decode(bytes, &commit, &fault_at), CAIRN_OK);
    assert_int_equal(fault_at, SIZE_MAX);
    assert_int_equal(commit.entry_count, 2);
    assert_ptr_equal(commit.opening_bytes.data, bytes.data);
    cairn_commit_cursor_init(&cursor, &commit);
    assert_true(cairn_commit_next(&cursor, &entry));
    assert_int_equal(entry.index, 40);
    assert_int_equal(entry.prefix.algorithms, CAIRN_ENTRY_CLEAR);
    assert_true(cairn_bytes_is_equal(entry.body, cairn_bytes_of("abc")));
    assert_true(cairn_commit_next(&cursor, &entry));
    assert_int_equal(entry.index, 41);
    assert_int_equal(entry.prefix.epoch, 9);
    assert_int_equal(entry.prefix_bytes.size, CAIRN_PREFIX_BYTES);
    assert_memory_equal(entry.prefix_bytes.data, "\1\1\0\0\0\0\0\11", CAIRN_PREFIX_BYTES);
    assert_int_equal(entry.body.size, 160);
    assert_false(cairn_commit_next(&cursor, &entry));
    assert_int_equal(entry.index, 41);
}

/* A private feed's heartbeat. */
TEST(a_commit_may_be_empty)
{
    uint8_t buffer[CAIRN_COMMIT_HEAD_BYTES];
    struct cairn_commit_writer writer;
    struct cairn_opening opening = opening_of(40, 40);
    size_t fault_at;
    cairn_commit_writer_init(&writer, buffer, sizeof buffer);
    struct cairn_bytes bytes = cairn_commit_end(&writer, &opening);
    assert_int_equal(bytes.size, CAIRN_COMMIT_HEAD_BYTES);
    assert_err(mutate_run(bytes, decode, &fault_at), CAIRN_OK);
}

TEST(every_cut_fails_and_every_changed_byte_is_kept_or_found)
{
    mutate_sweep(small_commit(), decode);
}

TEST(a_wrong_length_or_count_is_named_and_placed)
{
    static const struct {
        size_t at;
        uint32_t value;
        cairn_err err;
        size_t fault_at;
    } cases[] = {
        {120, 1, CAIRN_NUMBER, 120},
        {120, 3, CAIRN_NUMBER, 120},
        {120, UINT32_MAX, CAIRN_NUMBER, 120},
        {44, 0x29, CAIRN_NUMBER, 120}, /* previous size 41: one entry too many */
        {52, 0x27, CAIRN_NUMBER, 0},   /* size below previous size */
        {124, 2, CAIRN_STUB, 142},     /* shifts the next entry */
        {124, 200, CAIRN_SHORT, 124},
        {124, CAIRN_LIMIT_OPERATION_BYTES + 1, CAIRN_TOO_LONG, 124},
        {124, UINT32_MAX, CAIRN_TOO_LONG, 124},
        {128, 0x02000000, CAIRN_STUB, 128},
        {139, 159, CAIRN_TRAILING, 310},
        {139, 161, CAIRN_SHORT, 139},
        {139, CAIRN_LIMIT_BODY_BYTES + 1, CAIRN_TOO_LONG, 139},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t copy[1024];
        struct cairn_bytes bytes = small_commit();
        size_t fault_at;
        memcpy(copy, bytes.data, bytes.size);
        cairn_bytes_put_u32(copy + cases[i].at, cases[i].value);
        bytes.data = copy;
        cairn_err err = mutate_run(bytes, decode, &fault_at);
        if (err != cases[i].err || fault_at != cases[i].fault_at) {
            fail_msg("case %zu: %s at %zu", i, cairn_err_name(err), fault_at);
        }
    }
}

TEST(entries_that_are_too_many_on_the_wire_are_refused)
{
    size_t size = CAIRN_COMMIT_MAX_BYTES + CAIRN_COMMIT_ENTRY_BYTES;
    uint8_t *bytes = calloc(1, size);
    assert_non_null(bytes);
    struct cairn_opening opening = opening_of(40, 40 + CAIRN_LIMIT_COMMIT_BYTES / 12 + 1);
    cairn_opening_encode(&opening, bytes);
    cairn_bytes_put_u32(bytes + 120, CAIRN_LIMIT_COMMIT_BYTES / 12 + 1);
    for (size_t at = CAIRN_COMMIT_HEAD_BYTES; at < size; at += CAIRN_COMMIT_ENTRY_BYTES) {
        bytes[at + 4] = 1; /* an entry with an empty body */
    }
    size_t fault_at;
    struct cairn_bytes view = {.data = bytes, .size = size};
    assert_err(mutate_run(view, decode, &fault_at), CAIRN_TOO_LONG);
    assert_int_equal(fault_at, CAIRN_COMMIT_HEAD_BYTES);

    opening.size--;
    cairn_opening_encode(&opening, bytes);
    cairn_bytes_put_u32(bytes + 120, CAIRN_LIMIT_COMMIT_BYTES / 12);
    view.size -= CAIRN_COMMIT_ENTRY_BYTES;
    assert_err(mutate_run(view, decode, &fault_at), CAIRN_OK);
    free(bytes);
}

TEST(a_full_writer_refuses_and_stays_as_it_is)
{
    uint8_t buffer[CAIRN_COMMIT_HEAD_BYTES + 20];
    struct cairn_commit_writer writer, before;
    cairn_commit_writer_init(&writer, buffer, sizeof buffer);
    before = writer;
    assert_true(cairn_commit_has_room(&writer, 8));
    assert_false(cairn_commit_has_room(&writer, 9));
    assert_err(cairn_commit_append(&writer, &clear, test_frame(9)), CAIRN_NO_ROOM);
    assert_memory_equal(&writer, &before, sizeof writer);
    assert_err(cairn_commit_append(&writer, &clear, test_frame(8)), CAIRN_OK);
    assert_false(cairn_commit_has_room(&writer, 0));
    struct cairn_opening opening = opening_of(0, 2);
    expect_assert_failure((void)cairn_commit_end(&writer, &opening));
    expect_assert_failure(cairn_commit_writer_init(&writer, buffer, CAIRN_COMMIT_HEAD_BYTES - 1));
}

TEST(the_writer_keeps_the_limits_of_the_protocol)
{
    size_t capacity = 2 * CAIRN_COMMIT_MAX_BYTES;
    uint8_t *buffer = malloc(capacity), *body = calloc(1, CAIRN_LIMIT_BODY_BYTES + 1);
    assert_non_null(buffer);
    assert_non_null(body);
    struct cairn_commit_writer writer;
    struct cairn_bytes view = {.data = body, .size = CAIRN_LIMIT_BODY_BYTES + 1};
    cairn_commit_writer_init(&writer, buffer, capacity);
    assert_err(cairn_commit_append(&writer, &sealed, view), CAIRN_TOO_LONG);
    view.size = CAIRN_LIMIT_OPERATION_BYTES + 1;
    assert_err(cairn_commit_append(&writer, &clear, view), CAIRN_TOO_LONG);
    view.size = CAIRN_LIMIT_BODY_BYTES;
    for (size_t i = 0; i < 3; i++) {
        assert_err(cairn_commit_append(&writer, &sealed, view), CAIRN_OK);
    }
    assert_err(cairn_commit_append(&writer, &sealed, view), CAIRN_TOO_LONG);
    size_t left = CAIRN_COMMIT_MAX_BYTES - writer.size;
    for (size_t short_of = 0; short_of < CAIRN_COMMIT_ENTRY_BYTES; short_of++) {
        struct cairn_commit_writer nearly = writer;
        nearly.size += left - short_of; /* short_of bytes are left: less than an entry's head */
        assert_false(cairn_commit_has_room(&nearly, 0));
    }
    struct cairn_opening opening = opening_of(40, 43);
    size_t fault_at;
    assert_err(mutate_run(cairn_commit_end(&writer, &opening), decode, &fault_at), CAIRN_OK);
    free(buffer);
    free(body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_opening_is_laid_out_as_the_protocol_says),
        cmocka_unit_test(numbers_that_cannot_be_together_are_refused),
        cmocka_unit_test(a_commit_gives_its_entries_back_in_order),
        cmocka_unit_test(a_commit_may_be_empty),
        cmocka_unit_test(every_cut_fails_and_every_changed_byte_is_kept_or_found),
        cmocka_unit_test(a_wrong_length_or_count_is_named_and_placed),
        cmocka_unit_test(entries_that_are_too_many_on_the_wire_are_refused),
        cmocka_unit_test(a_full_writer_refuses_and_stays_as_it_is),
        cmocka_unit_test(the_writer_keeps_the_limits_of_the_protocol),
    };
    return cmocka_run_group_tests_name("commit", tests, NULL, NULL);
}
