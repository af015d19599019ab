/* How fast the simulator is: ten countries that all know each other, one flush of four entries of
 * each in every simulated minute, read by all others, and one fault an hour. */
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include "tests/sim/world.h"

#define SIM_NODES   10u
#define SIM_MINUTES 60u

static double sim_cpu_s(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void sim_minute(struct world *world, uint8_t feeds[SIM_NODES][16], uint32_t minute)
{
    char word[32];
    for (uint32_t node = 0; node < SIM_NODES; node++) {
        for (uint32_t i = 0; i < 4; i++) {
            struct world_command command = {.type = CAIRN_EVENT_APPEND, .word = word};
            (void)snprintf(word, sizeof word, "m-%u-%u", minute, i);
            for (uint32_t at = 0; at < 16; at++) {
                command.feed[at] = feeds[node][at];
            }
            (void)world_begin(world, node, &command);
        }
        if (minute % 60 == 30 && node == minute / 60 % SIM_NODES) {
            world_fall(world, node, WORLD_POWER_CUT, 20000);
        }
        world_run(world, 60000 / SIM_NODES);
    }
}

int main(void)
{
    struct world_options options = {
        .seed = 1, .nodes = SIM_NODES, .latency_ms_max = 50, .retry_ms_max = 1000};
    struct world *world = world_open(&options);
    char members[WORLD_NODES_MAX * 3 + 1];
    uint8_t feeds[SIM_NODES][16];
    world_meet_all(world);
    world_members(world, (1u << SIM_NODES) - 1, members);
    for (uint32_t node = 0; node < SIM_NODES; node++) {
        assert_err(world_feed_open(world, node, members, feeds[node]), CAIRN_OK);
    }
    world_run(world, 60000);
    uint64_t began_ms = world_now(world);
    double began_s = sim_cpu_s();
    for (uint32_t minute = 0; minute < SIM_MINUTES; minute++) {
        sim_minute(world, feeds, minute);
    }
    double took_s = sim_cpu_s() - began_s;
    assert_int_equal(world_word_count(world, 1) > (SIM_MINUTES - 2) * 4 * SIM_NODES, true);
    printf("sim_ratio %.0f x\n", (double)(world_now(world) - began_ms) / 1000 / took_s);
    world_close(world);
    return 0;
}
