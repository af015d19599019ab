#define _POSIX_C_SOURCE 200809L

#include "node/clock.h"

#include "tests/lib/test.h"

#include <time.h>

TEST(the_wall_clock_is_the_systems_unix_time)
{
    time_t before = time(NULL);
    uint64_t now_ms = cairn_clock_wall_ms();
    time_t after = time(NULL);
    assert_in_range(now_ms / 1000, (uint64_t)before - 1, (uint64_t)after + 1);
}

TEST(the_monotonic_clock_goes_on_and_never_back)
{
    uint64_t start_us = cairn_clock_mono_us();
    uint64_t last_us = start_us;
    while (last_us - start_us < 3000) {
        uint64_t now_us = cairn_clock_mono_us();
        assert_true(now_us >= last_us);
        last_us = now_us;
    }
    uint64_t now_ms = cairn_clock_mono_ms();
    assert_true(now_ms >= last_us / 1000);
    assert_true(now_ms <= cairn_clock_mono_us() / 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_wall_clock_is_the_systems_unix_time),
        cmocka_unit_test(the_monotonic_clock_goes_on_and_never_back),
    };
    return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
