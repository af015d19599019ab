/* First scenes: three countries on a perfect and on a lossy network. */
#include "tests/sim/world.h"

#include <stdio.h>
#include <string.h>

static struct world *scene_open(uint64_t seed, uint32_t nodes, uint32_t latency, uint32_t cut)
{
    struct world_options options = {
        .seed = seed, .nodes = nodes, .latency_ms_max = latency, .cut_percent = cut};
    return world_open(&options);
}

TEST(three_countries_share_one_feed)
{
    struct world *world = scene_open(1, 3, 20, 0);
    uint8_t feed[16];
    world_meet_all(world);
    assert_err(world_feed_open(world, 0, "AUTGEOSRB", feed), CAIRN_OK);
    assert_err(world_append(world, 0, feed, "hello"), CAIRN_OK);
    world_run(world, 5000);
    assert_true(world_knows(world, 0, "hello"));
    assert_true(world_knows(world, 1, "hello"));
    assert_true(world_knows(world, 2, "hello"));
    world_close(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_countries_share_one_feed),
    };
    return cmocka_run_group_tests_name("scene_network", tests, NULL, NULL);
}
