/* What a thief writes with a stolen key counts nowhere, in networks that a seed makes up: revoked.h
 *
 * CAIRN_SEED=N CAIRN_SEEDS=M plays M seeds from N on. */
#include <stdlib.h>

#include "tests/sim/revoked.h"
#include "tests/sim/world_state.h"

TEST(what_a_thief_wrote_counts_nowhere_and_all_else_does)
{
    const char *seed = getenv("CAIRN_SEED"), *seeds = getenv("CAIRN_SEEDS");
    uint64_t first = seed == NULL ? 1 : strtoull(seed, NULL, 10);
    uint64_t count = seeds == NULL ? 12 : strtoull(seeds, NULL, 10);
    uint64_t marked_count = 0;
    for (uint64_t i = first; i - first < count; i++) {
        print_message("# revoked: CAIRN_SEED=%llu CAIRN_SEEDS=1 replays it\n",
                      (unsigned long long)i);
        marked_count += revoked_play(i, NULL);
    }
    print_message("# operations that count no more: %llu\n", (unsigned long long)marked_count);
    assert_true(count < 4 || marked_count > count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_thief_wrote_counts_nowhere_and_all_else_does),
    };
    return cmocka_run_group_tests_name("scene_revoked", tests, NULL, NULL);
}
