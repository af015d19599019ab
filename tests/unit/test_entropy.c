#define _POSIX_C_SOURCE 200809L

#include "node/entropy.h"

#include "tests/lib/test.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

TEST(no_two_draws_are_alike)
{
    static uint8_t drawn[300][32];
    for (size_t at = 0; at < 300; at++) {
        cairn_entropy_fill(drawn[at], sizeof drawn[at]);
        for (size_t before = 0; before < at; before++) {
            assert_memory_not_equal(drawn[at], drawn[before], sizeof drawn[at]);
        }
    }
}

TEST(every_size_is_filled_and_nothing_beyond)
{
    static const size_t sizes[] = {0, 1, 7, 255, 256, 257, 1000, 5000};
    for (size_t at = 0; at < sizeof sizes / sizeof *sizes; at++) {
        uint8_t sum[5001] = {0}, out[5001];
        size_t size = sizes[at];
        for (uint32_t turn = 0; turn < 32; turn++) {
            memset(out, 0, sizeof out);
            cairn_entropy_fill(out, size);
            for (size_t byte = 0; byte < sizeof out; byte++) {
                sum[byte] |= out[byte];
            }
        }
        for (size_t byte = 0; byte < sizeof sum; byte++) {
            assert_int_equal(sum[byte] != 0, byte < size); /* all zero 32 times: 2^-256 */
        }
    }
}

TEST(bits_are_set_about_half_of_the_time)
{
    uint32_t set_count = 0;
    for (uint32_t turn = 0; turn < 4096; turn++) {
        uint8_t byte;
        cairn_entropy_fill(&byte, 1);
        for (; byte != 0; byte &= (uint8_t)(byte - 1)) {
            set_count++;
        }
    }
    assert_in_range(set_count, 15384, 17384); /* 16384 +- 11 standard deviations */
}

static void draw_on_thread(void *out)
{
    cairn_entropy_fill(out, 32);
}

TEST(threads_draw_their_own)
{
    uint8_t here[32], there[32];
    uv_thread_t thread;
    assert_int_equal(uv_thread_create(&thread, draw_on_thread, there), 0);
    cairn_entropy_fill(here, sizeof here);
    assert_int_equal(uv_thread_join(&thread), 0);
    assert_memory_not_equal(here, there, sizeof here);
}

TEST(a_child_does_not_repeat_what_its_parent_draws)
{
    uint8_t here[32], there[32];
    int ends[2];
    cairn_entropy_fill(here, sizeof here); /* the buffer is part used now */
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        cairn_entropy_fill(there, sizeof there);
        _exit(write(ends[1], there, sizeof there) == sizeof there ? 0 : 1);
    }
    cairn_entropy_fill(here, sizeof here);
    assert_int_equal(read(ends[0], there, sizeof there), sizeof there);
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_memory_not_equal(here, there, sizeof here);
    assert_int_equal(close(ends[0]) + close(ends[1]), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_two_draws_are_alike),
        cmocka_unit_test(every_size_is_filled_and_nothing_beyond),
        cmocka_unit_test(bits_are_set_about_half_of_the_time),
        cmocka_unit_test(threads_draw_their_own),
        cmocka_unit_test(a_child_does_not_repeat_what_its_parent_draws),
    };
    return cmocka_run_group_tests_name("entropy", tests, NULL, NULL);
}
