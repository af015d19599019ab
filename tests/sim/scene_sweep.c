/* Every write and every look at a disk goes wrong once: the same story is played again and again,
 * and each time another one of them fails, finds nothing, or is late. Afterwards all is calm, and
 * everything must be in its place.
 *
 * A run plays every so many-th of them; CAIRN_SWEEP=all plays all. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/storm.h"
#include "tests/sim/world_state.h"

enum { AUT, SRB, GEO, POL, TWIN, NODES };
enum { NEXT = POL };

#define MINUTE_MS 60000u
#define RUNS      4u /* of one story, one node and one way */

enum sweep_way { SWEEP_STORE, SWEEP_FAILS, SWEEP_NOTHING, SWEEP_LATE, SWEEP_WAYS };

struct sweep {
    enum sweep_way way;
    uint32_t node;
    uint32_t at;
    uint32_t counted; /* how often the node wrote, or looked */
};

static const char *const sweep_ways[] = {"store fails", "load fails", "load finds nothing",
                                         "load is late"};

static void sweep_arm(struct world *world, const struct sweep *sweep)
{
    enum world_look how = sweep->way == SWEEP_FAILS     ? WORLD_LOOK_FAILS
                          : sweep->way == SWEEP_NOTHING ? WORLD_LOOK_FINDS_NOTHING
                                                        : WORLD_LOOK_IS_LATE;
    if (sweep->way == SWEEP_STORE) {
        world_fail_store(world, sweep->node, world_store_count(world, sweep->node) + sweep->at);
    } else {
        world_fail_load(world, sweep->node, world_load_count(world, sweep->node) + sweep->at, how);
    }
}

/* ---- feeds, admission, keys, an old copy ---- */

static void sweep_say(struct storm *storm, uint32_t node, const uint8_t feed[static 16],
                      uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        char text[32];
        struct storm_word *word = &storm->words[storm->word_count];
        (void)snprintf(text, sizeof text, "w-%u", storm->word_count++);
        struct world_command append = {.type = CAIRN_EVENT_APPEND, .word = text};
        memcpy(append.feed, feed, 16);
        *word = (struct storm_word){.author = node, .put_backs = storm->put_backs[node]};
        memcpy(word->feed, feed, 16);
        word->token = world_begin(storm->world, node, &append);
        world_run(storm->world, 300);
    }
}

/* An operator asks again after an error; what was done already is no error then. */
static void sweep_open(struct storm *storm, uint32_t node, const char *members,
                       uint8_t out_feed[static 16])
{
    cairn_err err = CAIRN_TIMEOUT;
    for (uint32_t i = 0; i < 4 && err != CAIRN_OK; i++) {
        err = world_feed_open(storm->world, node, members, out_feed);
        world_run(storm->world, 1000);
    }
    assert_err(err, CAIRN_OK);
}

static void sweep_settle(struct storm *storm)
{
    char why[256] = "";
    world_calm(storm->world);
    world_run(storm->world, 2 * MINUTE_MS);
    for (uint32_t i = 0; !storm_is_settled(storm, why, sizeof why); i++) {
        if (i == 30) {
            fail_msg("after half an hour of calm: %s", why);
        }
        world_run(storm->world, MINUTE_MS);
    }
    storm_check_always(storm);
    storm_check_settled(storm);
}

static void sweep_put_back(struct storm *storm, uint32_t node)
{
    for (uint32_t i = 0; i < 60 && !world_is_held(storm->world, node); i++) {
        world_run(storm->world, 5000);
    }
    assert_true(world_is_held(storm->world, node));
    world_put_back(storm->world, node, true);
    storm->put_backs[node]++;
    world_run(storm->world, 20000);
}

static void sweep_feeds(struct sweep *sweep)
{
    static struct storm storm;
    uint8_t feed[16], other[16], late[16], pairwise[16];
    storm = (struct storm){.nodes = 3};
    storm.world = world_open(
        &(struct world_options){.seed = 7 + sweep->at, .nodes = 3, .latency_ms_max = 20});
    storm.failed_disks = sweep->at == 0 ? 0 : 1u << sweep->node;
    world_meet_all(storm.world);
    uint32_t stores = world_store_count(storm.world, sweep->node);
    uint32_t loads = world_load_count(storm.world, sweep->node);
    sweep_arm(storm.world, sweep);
    sweep_open(&storm, AUT, "AUTSRB", feed);
    sweep_say(&storm, AUT, feed, 3);
    (void)world_admit(storm.world, AUT, feed, GEO);
    sweep_say(&storm, AUT, feed, 2);
    (void)world_rekey(storm.world, AUT, feed);
    sweep_say(&storm, AUT, feed, 2);
    sweep_open(&storm, SRB, "AUTGEOSRB", other);
    sweep_say(&storm, SRB, other, 3);
    world_run(storm.world, 65000);
    for (uint32_t i = 0; i < 60 && !world_backup_if_up(storm.world, AUT); i++) {
        world_run(storm.world, 1000);
    }
    sweep_say(&storm, AUT, feed, 4);
    world_crash(storm.world, GEO);
    if (world_find_pairwise(storm.world, AUT, GEO, pairwise)) {
        sweep_say(&storm, AUT, pairwise, 2);
    }
    sweep_open(&storm, AUT, "AUTGEO", late);
    sweep_say(&storm, AUT, late, 2);
    world_run(storm.world, 70000);
    sweep_put_back(&storm, AUT);
    sweep_say(&storm, AUT, feed, 2);
    sweep_settle(&storm);
    sweep->counted = sweep->way == SWEEP_STORE
                         ? world_store_count(storm.world, sweep->node) - stores
                         : world_load_count(storm.world, sweep->node) - loads;
    world_close(storm.world);
}

/* ---- a fork ---- */

/* AUT speaks to SRB alone and its twin to GEO alone; POL hears of them. */
static void sweep_fork(struct sweep *sweep)
{
    struct world *world = world_open(&(struct world_options){
        .seed = 3 + sweep->at, .nodes = NODES, .latency_ms_max = 30, .has_twin = true});
    uint8_t feed[16];
    world_cut(world, AUT, TWIN, false);
    world_cut(world, AUT, GEO, false);
    world_cut(world, AUT, POL, false);
    world_cut(world, TWIN, SRB, false);
    world_cut(world, TWIN, POL, false);
    for (uint32_t a = SRB; a <= POL; a++) {
        for (uint32_t b = a + 1; b <= POL; b++) {
            world_meet(world, a, b);
        }
        world_meet(world, AUT, a);
        world_meet(world, TWIN, a);
    }
    uint32_t stores = world_store_count(world, sweep->node);
    uint32_t loads = world_load_count(world, sweep->node);
    sweep_arm(world, sweep);
    world_pairwise(world, AUT, SRB, feed);
    assert_err(world_append(world, AUT, feed, "one"), CAIRN_OK);
    world_pairwise(world, TWIN, GEO, feed);
    assert_err(world_append(world, TWIN, feed, "other"), CAIRN_OK);
    assert_err(world_append(world, TWIN, feed, "third"), CAIRN_OK);
    world_run(world, 6 * MINUTE_MS);
    for (uint32_t node = SRB; node <= POL; node++) {
        struct cairn_core *core = world_core(world, node);
        uint32_t forked = 0;
        for (uint32_t i = 0; i < cairn_core_peer_count(core); i++) {
            struct cairn_core_peer peer;
            cairn_core_peer(core, i, &peer);
            forked += peer.is_forked;
            assert_true(!peer.is_forked || strcmp(peer.country, "AUT") == 0);
        }
        if (forked != 1) {
            fail_msg("%s knows of %u forks; %s of %s, at %u", world_countries[node], forked,
                     sweep_ways[sweep->way], world_countries[sweep->node], sweep->at);
        }
    }
    sweep->counted = sweep->way == SWEEP_STORE ? world_store_count(world, sweep->node) - stores
                                               : world_load_count(world, sweep->node) - loads;
    world_close(world);
}

/* ---- an ended origin ---- */

static struct cairn_core_peer sweep_first_origin(struct world *world, uint32_t node)
{
    struct cairn_core_peer peer = {.origin = ""};
    struct cairn_core *core = world_core(world, node);
    for (uint32_t i = 0; i < cairn_core_peer_count(core); i++) {
        cairn_core_peer(core, i, &peer);
        if (strcmp(peer.origin, "test-sim/AUT/sim-1/1") == 0) {
            return peer;
        }
    }
    fail_msg("node %u does not know the origin", node);
    return peer;
}

static struct world *sweep_ended_open(uint64_t seed)
{
    struct world *world = world_open(&(struct world_options){
        .seed = seed, .nodes = NEXT + 1, .latency_ms_max = 40, .has_next = true});
    for (uint32_t a = AUT; a <= GEO; a++) {
        world_cut(world, a, NEXT, false);
        for (uint32_t b = a + 1; b <= GEO; b++) {
            world_meet(world, a, b);
        }
    }
    return world;
}

static void sweep_ended(struct sweep *sweep)
{
    struct world *world = sweep_ended_open(5 + sweep->at);
    uint8_t feed[16], again[16];
    assert_err(world_feed_open(world, AUT, "AUTGEOSRB", feed), CAIRN_OK);
    assert_err(world_append(world, AUT, feed, "before"), CAIRN_OK);
    world_run(world, 2 * MINUTE_MS);
    struct cairn_core_peer good = sweep_first_origin(world, SRB);
    uint32_t stores = world_store_count(world, sweep->node);
    uint32_t loads = world_load_count(world, sweep->node);
    sweep_arm(world, sweep);
    assert_err(world_append(world, AUT, feed, "by the thief"), CAIRN_OK);
    world_run(world, 2 * MINUTE_MS);
    world_end(world, SRB, good.journal_size, good.journal_root);
    world_run(world, 2 * MINUTE_MS);
    world_end(world, NEXT, good.journal_size, good.journal_root);
    for (uint32_t node = SRB; node <= GEO; node++) {
        world_cut(world, NEXT, node, true);
        for (uint32_t i = 0; i < 4 && (world_show(world, NEXT, node) != CAIRN_OK ||
                                       world_show(world, node, NEXT) != CAIRN_OK);
             i++) {
            world_run(world, 2000);
        }
    }
    cairn_err err = CAIRN_TIMEOUT;
    for (uint32_t i = 0; i < 4 && err != CAIRN_OK; i++) {
        world_run(world, 2000);
        err = world_feed_open(world, NEXT, "AUTGEOSRB", again);
    }
    assert_err(err, CAIRN_OK);
    for (uint32_t i = 0; i < 4 && !world_knows(world, NEXT, "again"); i++) {
        (void)world_append(world, NEXT, again, "again");
        world_run(world, 2000);
    }
    world_run(world, 5 * MINUTE_MS);
    for (uint32_t node = SRB; node <= GEO; node++) {
        struct cairn_core_peer held = sweep_first_origin(world, node);
        assert_true(held.is_ended);
        assert_int_equal(held.journal_size, good.journal_size);
        assert_true(world_knows(world, node, "before"));
        assert_true(world_repudiates(world, node, "by the thief"));
        assert_true(world_knows(world, node, "again"));
    }
    assert_true(world_knows(world, NEXT, "before"));
    sweep->counted = sweep->way == SWEEP_STORE ? world_store_count(world, sweep->node) - stores
                                               : world_load_count(world, sweep->node) - loads;
    world_close(world);
}

/* ---- another branch ---- */

/* AUT was cloned: SRB hears one of the two, GEO the other one. What they shared before is on both
 * branches, and of what it wrote for GEO alone there is no other copy. */
static struct world *sweep_branch_open(uint64_t seed)
{
    struct world *world = world_open(&(struct world_options){
        .seed = seed, .nodes = NODES, .latency_ms_max = 30, .has_twin = true});
    uint8_t feed[16], pairwise[16];
    for (uint32_t a = AUT; a <= POL; a++) {
        world_cut(world, TWIN, a, a == GEO);
        for (uint32_t b = a + 1; b <= POL; b++) {
            world_cut(world, a, b, b < POL);
            world_meet(world, a, b);
        }
    }
    world_cut(world, TWIN, GEO, false);
    assert_err(world_feed_open(world, AUT, "AUTGEOSRB", feed), CAIRN_OK);
    assert_err(world_append(world, AUT, feed, "shared"), CAIRN_OK);
    world_pairwise(world, AUT, GEO, pairwise);
    assert_err(world_append(world, AUT, pairwise, "for GEO alone"), CAIRN_OK);
    world_run(world, MINUTE_MS);
    world_cut(world, AUT, GEO, false);
    world_cut(world, SRB, GEO, false);
    world_cut(world, TWIN, GEO, true);
    world_clone(world, AUT, TWIN);
    world_run(world, 5000);
    assert_err(world_append(world, TWIN, feed, "by the clone"), CAIRN_OK);
    assert_err(world_append(world, TWIN, pairwise, "by the clone, for GEO"), CAIRN_OK);
    assert_err(world_append(world, AUT, feed, "by AUT"), CAIRN_OK);
    world_run(world, MINUTE_MS);
    assert_err(world_rekey(world, AUT, feed), CAIRN_OK);
    assert_err(world_append(world, AUT, feed, "by AUT again"), CAIRN_OK);
    world_run(world, MINUTE_MS);
    world_cut(world, SRB, GEO, true);
    return world;
}

static void sweep_branch_check(struct world *world, const struct cairn_core_peer *good)
{
    for (uint32_t node = SRB; node <= GEO; node++) {
        struct cairn_core_peer held = sweep_first_origin(world, node);
        assert_int_equal(held.journal_size, good->journal_size);
        assert_memory_equal(held.journal_root, good->journal_root, 32);
        assert_false(held.is_forked);
        assert_false(held.is_repudiated);
        assert_true(world_knows(world, node, "shared"));
        assert_true(world_knows(world, node, "by AUT"));
        assert_true(world_knows(world, node, "by AUT again"));
        assert_false(world_knows(world, node, "by the clone"));
        assert_false(world_repudiates(world, node, "by the clone"));
    }
    assert_true(world_knows(world, GEO, "for GEO alone"));
    /* Either is not said when the node falls as it is written down; never again and again. */
    assert_in_range(world_notices(world, GEO, CAIRN_NOTICE_BRANCH_LEFT) +
                        world_notices(world, GEO, CAIRN_NOTICE_BRANCH_CUT),
                    1, 3);
}

static void sweep_branch(struct sweep *sweep)
{
    struct world *world = sweep_branch_open(9 + sweep->at);
    world_run(world, MINUTE_MS);
    struct cairn_core_peer good = sweep_first_origin(world, SRB);
    assert_true(sweep_first_origin(world, GEO).is_forked);
    assert_true(world_knows(world, GEO, "by the clone"));
    uint32_t stores = world_store_count(world, sweep->node);
    uint32_t loads = world_load_count(world, sweep->node);
    sweep_arm(world, sweep);
    world_end(world, SRB, good.journal_size, good.journal_root);
    world_run(world, 5 * MINUTE_MS);
    sweep_branch_check(world, &good);
    sweep->counted = sweep->way == SWEEP_STORE ? world_store_count(world, sweep->node) - stores
                                               : world_load_count(world, sweep->node) - loads;
    world_close(world);
}

/* The power goes after so many actions of GEO: either branch is held then, and the right one in the
 * end. */
static void sweep_branch_power(uint32_t actions)
{
    struct world *world = sweep_branch_open(9 + actions);
    world_run(world, MINUTE_MS);
    struct cairn_core_peer good = sweep_first_origin(world, SRB);
    world_fuse(world, GEO, actions, WORLD_POWER_CUT, 1000);
    world_end(world, SRB, good.journal_size, good.journal_root);
    world_run(world, 5 * MINUTE_MS);
    sweep_branch_check(world, &good);
    world_close(world);
}

/* ---- the sweep ---- */

static void sweep_all(void (*story)(struct sweep *sweep), uint32_t first, uint32_t last)
{
    const char *only = getenv("CAIRN_SWEEP");
    bool is_all = only != NULL && strcmp(only, "all") == 0;
    for (uint32_t node = first; node <= last; node++) {
        for (enum sweep_way way = SWEEP_STORE; way < SWEEP_WAYS; way++) {
            struct sweep whole = {.way = way, .node = node, .at = 0}; /* nothing goes wrong */
            story(&whole);
            uint32_t step = is_all || whole.counted <= RUNS ? 1 : whole.counted / RUNS;
            print_message("# %s of %s: %u, each %u\n", sweep_ways[way], world_countries[node],
                          whole.counted, step);
            assert_true(way != SWEEP_STORE || whole.counted > 0);
            for (uint32_t at = 1 + (node + way) % step; at <= whole.counted; at += step) {
                struct sweep sweep = {.way = way, .node = node, .at = at};
                if (getenv("CAIRN_SIM_LOG") != NULL) {
                    print_message("# == %s of %s, at %u\n", sweep_ways[way], world_countries[node],
                                  at);
                }
                story(&sweep);
            }
        }
    }
}

TEST(feeds_admission_new_keys_and_an_old_copy_survive_every_single_fault_of_a_disk)
{
    sweep_all(sweep_feeds, AUT, GEO);
}

TEST(a_fork_is_proved_whichever_look_or_write_goes_wrong)
{
    sweep_all(sweep_fork, SRB, POL);
}

TEST(an_ended_origin_ends_everywhere_whichever_look_or_write_goes_wrong)
{
    sweep_all(sweep_ended, SRB, NEXT);
}

TEST(another_branch_is_left_whichever_look_or_write_goes_wrong)
{
    sweep_all(sweep_branch, GEO, GEO);
}

TEST(another_branch_is_left_whenever_the_power_goes)
{
    const char *only = getenv("CAIRN_SWEEP");
    uint32_t step = only != NULL && strcmp(only, "all") == 0 ? 1 : 23;
    for (uint32_t actions = 1; actions < 240; actions += step) {
        sweep_branch_power(actions);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            feeds_admission_new_keys_and_an_old_copy_survive_every_single_fault_of_a_disk),
        cmocka_unit_test(a_fork_is_proved_whichever_look_or_write_goes_wrong),
        cmocka_unit_test(an_ended_origin_ends_everywhere_whichever_look_or_write_goes_wrong),
        cmocka_unit_test(another_branch_is_left_whichever_look_or_write_goes_wrong),
        cmocka_unit_test(another_branch_is_left_whenever_the_power_goes),
    };
    if (getenv("CAIRN_TEST") != NULL) {
        cmocka_set_test_filter(getenv("CAIRN_TEST"));
    }
    return cmocka_run_group_tests_name("scene_sweep", tests, NULL, NULL);
}
