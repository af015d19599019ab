/* Method: fill an arena to its end and look at what it gives, zeroes and refuses. */
#include "tests/lib/test.h"

#include <stdalign.h>
#include <string.h>

#include "schema/base/arena.h"

TEST(what_is_taken_is_zeroed_and_aligned)
{
    alignas(max_align_t) uint8_t memory[256];
    memset(memory, 0xee, sizeof memory);
    struct cairn_arena arena;
    cairn_arena_init(&arena, memory + 1, sizeof memory - 1);
    const uint8_t zeros[40] = {0};
    for (size_t size = 1; size <= 40; size += 13) {
        void *taken = cairn_arena_take(&arena, size);
        assert_non_null(taken);
        assert_int_equal((uintptr_t)taken % alignof(max_align_t), 0);
        assert_memory_equal(taken, zeros, size);
    }
}

TEST(what_does_not_fit_is_refused_and_changes_nothing)
{
    alignas(max_align_t) uint8_t memory[64];
    struct cairn_arena arena;
    cairn_arena_init(&arena, memory, sizeof memory);
    assert_non_null(cairn_arena_take(&arena, 1));
    struct cairn_arena before = arena;
    assert_null(cairn_arena_take(&arena, sizeof memory));
    assert_null(cairn_arena_take(&arena, SIZE_MAX));
    assert_memory_equal(&arena, &before, sizeof arena);
}

TEST(an_arena_without_memory_gives_nothing_of_any_size)
{
    struct cairn_arena none;
    cairn_arena_init(&none, NULL, 0);
    assert_null(cairn_arena_take(&none, 0));
    assert_null(cairn_arena_take(&none, 1));
}

TEST(the_whole_block_can_be_taken_and_not_one_byte_more)
{
    alignas(max_align_t) uint8_t memory[64];
    struct cairn_arena arena;
    cairn_arena_init(&arena, memory, sizeof memory);
    assert_ptr_equal(cairn_arena_take(&arena, sizeof memory), memory);
    assert_null(cairn_arena_take(&arena, 1));
    assert_non_null(cairn_arena_take(&arena, 0));
}

TEST(reset_gives_the_same_memory_again)
{
    alignas(max_align_t) uint8_t memory[64];
    struct cairn_arena arena;
    cairn_arena_init(&arena, memory, sizeof memory);
    uint8_t *first = cairn_arena_take(&arena, 8);
    assert_non_null(first);
    first[0] = 1;
    cairn_arena_reset(&arena);
    uint8_t *again = cairn_arena_take(&arena, 8);
    assert_ptr_equal(again, first);
    assert_int_equal(again[0], 0);
}

TEST(a_copy_is_not_a_view)
{
    alignas(max_align_t) uint8_t memory[64];
    struct cairn_arena arena;
    cairn_arena_init(&arena, memory, sizeof memory);
    uint8_t source[3] = {1, 2, 3};
    struct cairn_bytes copy;
    assert_err(cairn_arena_copy(&arena, (struct cairn_bytes){source, 3}, &copy), CAIRN_OK);
    source[0] = 9;
    assert_int_equal(copy.size, 3);
    assert_memory_equal(copy.data, "\1\2\3", 3);
}

TEST(a_copy_that_does_not_fit_leaves_the_result_alone)
{
    alignas(max_align_t) uint8_t memory[16];
    struct cairn_arena arena;
    cairn_arena_init(&arena, memory, sizeof memory);
    struct cairn_bytes copy = cairn_bytes_of("as before");
    assert_err(cairn_arena_copy(&arena, test_frame(17), &copy), CAIRN_NO_ROOM);
    assert_true(cairn_bytes_is_equal(copy, cairn_bytes_of("as before")));
    assert_int_equal(arena.used_bytes, 0);
}

TEST(a_block_that_is_not_there_is_our_own_mistake)
{
    struct cairn_arena arena;
    expect_assert_failure(cairn_arena_init(&arena, NULL, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_taken_is_zeroed_and_aligned),
        cmocka_unit_test(what_does_not_fit_is_refused_and_changes_nothing),
        cmocka_unit_test(an_arena_without_memory_gives_nothing_of_any_size),
        cmocka_unit_test(the_whole_block_can_be_taken_and_not_one_byte_more),
        cmocka_unit_test(reset_gives_the_same_memory_again),
        cmocka_unit_test(a_copy_is_not_a_view),
        cmocka_unit_test(a_copy_that_does_not_fit_leaves_the_result_alone),
        cmocka_unit_test(a_block_that_is_not_there_is_our_own_mistake),
    };
    return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
