/* Networks that a seed makes up, and everything that goes wrong in them: docs/simulation.md.
 *
 * CAIRN_SEED=N CAIRN_SEEDS=M plays M seeds from N on; CAIRN_SECONDS=S plays seeds drawn from the
 * clock, or from N on, for about so long. tests/sim/run is the door for people.
 * CAIRN_SIM_LOG=1 tells what every node says, CAIRN_SIM_DUMP=1 what each knows in the end. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/sim/storm.h"
#include "tests/sim/world_state.h"

static uint64_t scene_number(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    return text == NULL ? otherwise : strtoull(text, NULL, 10);
}

TEST(whatever_goes_wrong_everybody_ends_with_what_is_theirs)
{
    time_t began = time(NULL);
    uint64_t seconds = scene_number("CAIRN_SECONDS", 0);
    uint64_t first = scene_number("CAIRN_SEED", seconds == 0 ? 1 : (uint64_t)began * 1000000);
    uint64_t count = scene_number("CAIRN_SEEDS", seconds == 0 ? 40 : UINT32_MAX);
    uint64_t seed = first;
    uint8_t trace[32];
    for (; seed - first < count; seed++) {
        if (seconds > 0 && (uint64_t)(time(NULL) - began) >= seconds) {
            break;
        }
        print_message("# storm: CAIRN_SEED=%llu CAIRN_SEEDS=1 replays it\n",
                      (unsigned long long)seed);
        storm_play(seed, trace);
    }
    print_message("# played: %llu seeds, %llu s of simulated time, %llu faults\n",
                  (unsigned long long)(seed - first),
                  (unsigned long long)(storm_played_ms() / 1000),
                  (unsigned long long)storm_played_faults());
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

/* The watch over what is told is awake. */
TEST(a_second_root_for_one_size_is_seen)
{
    struct history *history = history_open();
    const uint8_t first[32] = {1}, second[32] = {2};
    assert_true(history_tell(history, 3, 17, first));
    assert_true(history_tell(history, 3, 17, first));
    assert_true(history_tell(history, 3, 18, second));
    assert_true(history_tell(history, 4, 17, second));
    assert_false(history_tell(history, 3, 17, second));
    history_close(history);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_goes_wrong_everybody_ends_with_what_is_theirs),
        cmocka_unit_test(the_same_seed_gives_the_same_storm),
        cmocka_unit_test(a_second_root_for_one_size_is_seen),
    };
    if (getenv("CAIRN_TEST") != NULL) {
        cmocka_set_test_filter(getenv("CAIRN_TEST"));
    }
    return cmocka_run_group_tests_name("scene_storm", tests, NULL, NULL);
}
