/* Networks that a seed makes up, and everything that goes wrong in them: docs/simulation.md.
 *
 * CAIRN_SEED=N CAIRN_SEEDS=M plays M seeds from N on; CAIRN_SECONDS=S ends after about so long.
 * CAIRN_SIM_LOG=1 tells what every node says, CAIRN_SIM_DUMP=1 what each knows in the end. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/sim/storm.h"

static uint64_t scene_number(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    return text == NULL ? otherwise : strtoull(text, NULL, 10);
}

TEST(whatever_goes_wrong_everybody_ends_with_what_is_theirs)
{
    uint64_t seed = scene_number("CAIRN_SEED", 1);
    uint64_t last = seed + scene_number("CAIRN_SEEDS", 40);
    uint64_t seconds = scene_number("CAIRN_SECONDS", UINT32_MAX);
    time_t began = time(NULL);
    uint8_t trace[32];
    for (; seed < last && (uint64_t)(time(NULL) - began) < seconds; seed++) {
        print_message("# storm: CAIRN_SEED=%llu CAIRN_SEEDS=1 replays it\n",
                      (unsigned long long)seed);
        storm_play(seed, trace);
    }
    print_message("# played: %llu s of simulated time, %llu faults, %llu s\n",
                  (unsigned long long)(storm_played_ms() / 1000),
                  (unsigned long long)storm_played_faults(),
                  (unsigned long long)(time(NULL) - began));
}

TEST(the_same_seed_gives_the_same_storm)
{
    uint8_t first[32], second[32], other[32];
    for (uint64_t seed = 7001; seed < 7004; seed++) {
        storm_play(seed, first);
        storm_play(seed, second);
        storm_play(seed + 100, other);
        assert_memory_equal(first, second, 32);
        assert_memory_not_equal(first, other, 32);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_goes_wrong_everybody_ends_with_what_is_theirs),
        cmocka_unit_test(the_same_seed_gives_the_same_storm),
    };
    if (getenv("CAIRN_TEST") != NULL) {
        cmocka_set_test_filter(getenv("CAIRN_TEST"));
    }
    return cmocka_run_group_tests_name("scene_storm", tests, NULL, NULL);
}
