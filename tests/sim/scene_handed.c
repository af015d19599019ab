/* A country that lost everything but its root key: its origin is ended, another node begins with an
 * empty disk and a new sealing key, and partners hand back what they share with it. Lines break and
 * nodes fall meanwhile; a seed decides which. source P-98 to P-102 */
#include "tests/sim/renewal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { AUT, SRB, GEO, POL, NEXT, NODES };

#define MINUTE_MS 60000u
#define SEEDS     20u
#define FAULTS    24u

/* Everything that AUT could read, by whom, and where. */
static const char *const for_aut[] = {
    "of AUT",      "AUT to SRB",  "GEO to AUT",        "SRB epoch 0",
    "SRB epoch 1", "SRB epoch 2", "GEO alone with AUT"};
static const char *const not_for_aut[] = {"SRB to GEO", "without AUT", "AUT alone"};

static struct cairn_core_peer first_origin(struct world *world, uint32_t node)
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

static void write_to(struct world *world, uint32_t node, uint32_t partner, const char *word)
{
    uint8_t feed[16];
    world_pairwise(world, node, partner, feed);
    assert_err(world_append(world, node, feed, word), CAIRN_OK);
}

static void write_in(struct world *world, uint32_t node, const char *members, const char *word)
{
    uint8_t feed[16];
    assert_err(world_feed_open(world, node, members, feed), CAIRN_OK);
    assert_err(world_append(world, node, feed, word), CAIRN_OK);
}

/* gives the feed of SRB's, with two of its epochs; the third is begun when the key is lost */
static struct world *open_world(uint64_t seed, uint8_t of_srb[static 16])
{
    uint8_t private[16];
    struct world *world = world_open(&(struct world_options){.seed = seed,
                                                             .nodes = NODES,
                                                             .latency_ms_max = 40,
                                                             .retry_ms_max = 3000,
                                                             .has_next = true});
    for (uint32_t a = AUT; a < NEXT; a++) {
        world_cut(world, a, NEXT, false);
        for (uint32_t b = a + 1; b < NEXT; b++) {
            world_meet(world, a, b);
        }
    }
    assert_err(world_private_open(world, AUT, private), CAIRN_OK);
    assert_err(world_append(world, AUT, private, "AUT alone"), CAIRN_OK);
    write_in(world, AUT, "AUTGEOSRB", "of AUT");
    write_to(world, AUT, SRB, "AUT to SRB");
    write_to(world, GEO, AUT, "GEO to AUT");
    write_to(world, SRB, GEO, "SRB to GEO");
    write_in(world, GEO, "AUTGEO", "GEO alone with AUT");
    write_in(world, GEO, "GEOPOLSRB", "without AUT");
    assert_err(world_feed_open(world, SRB, "AUTGEOPOLSRB", of_srb), CAIRN_OK);
    assert_err(world_append(world, SRB, of_srb, "SRB epoch 0"), CAIRN_OK);
    assert_err(world_rekey(world, SRB, of_srb), CAIRN_OK);
    assert_err(world_append(world, SRB, of_srb, "SRB epoch 1"), CAIRN_OK);
    world_run(world, 2 * MINUTE_MS);
    return world;
}

/* Leaves of AUT's private feed: what nobody can hand back. */
static uint64_t private_leaves(struct world *world)
{
    struct cairn_core *core = world_core(world, AUT);
    uint64_t count = 0;
    for (uint32_t i = 0; i < cairn_core_feed_count(core); i++) {
        struct cairn_core_feed feed;
        cairn_core_feed(core, i, &feed);
        count += feed.kind == CAIRN_FEED_PRIVATE ? feed.commits : 0;
    }
    return count;
}

/* AUT's machine is gone, and with it all keys but the root key, which lies in a safe. gives how
 * many of its leaves nobody will ever open */
static uint64_t lose(struct world *world)
{
    struct cairn_core_peer own;
    struct cairn_core_peer held = first_origin(world, SRB);
    cairn_core_peer(world_core(world, AUT), 0, &own);
    for (uint32_t i = 0; i < 10 && own.journal_size != held.journal_size; i++) {
        world_run(world, 1000);
        held = first_origin(world, SRB);
        cairn_core_peer(world_core(world, AUT), 0, &own);
    }
    assert_int_equal(held.journal_size, own.journal_size);
    uint64_t blind = private_leaves(world);
    for (uint32_t node = SRB; node < NEXT; node++) {
        world_cut(world, AUT, node, false);
        world_cut(world, NEXT, node, true);
    }
    world_lose(world, held.journal_size, held.journal_root);
    return blind;
}

static void go_wrong(struct world *world, struct test_rng *rng)
{
    uint32_t node = SRB + test_rng_below(rng, NEXT);
    uint32_t other = node == NEXT ? SRB : NEXT;
    switch (test_rng_below(rng, 5)) {
    case 0:
        world_fall(world, node, WORLD_KILLED, test_rng_below(rng, 20000));
        break;
    case 1:
        world_fall(world, node, WORLD_POWER_CUT, test_rng_below(rng, 20000));
        break;
    case 2:
        world_fuse(world, node, 1 + test_rng_below(rng, 200), WORLD_POWER_CUT, 500);
        break;
    case 3:
        world_disk_fail(world, node, 1 + test_rng_below(rng, 10));
        break;
    default:
        world_break(world, node, other, test_rng_below(rng, 10000));
        break;
    }
    world_run(world, test_rng_below(rng, 12000));
}

/* The operators compare fingerprints, again and again until the nodes have it. */
static void introduce(struct world *world, uint32_t node)
{
    cairn_err there = CAIRN_BUSY;
    cairn_err back = CAIRN_BUSY;
    for (uint32_t i = 0; i < 20 && (there != CAIRN_OK || back != CAIRN_OK); i++) {
        there = world_show(world, NEXT, node);
        back = world_show(world, node, NEXT);
        world_run(world, 500);
    }
    assert_true(world_recognises(world, NEXT, node));
}

static void play(uint64_t seed)
{
    struct test_rng rng = {.state = seed * 0x9e3779b97f4a7c15u + 1};
    uint8_t of_srb[16];
    struct world *world = open_world(seed, of_srb);
    uint64_t blind = lose(world);
    assert_err(world_rekey(world, SRB, of_srb), CAIRN_OK); /* to the key that is lost */
    assert_err(world_append(world, SRB, of_srb, "SRB epoch 2"), CAIRN_OK);
    for (uint32_t i = 0; i < FAULTS; i++) {
        if (i < 3) { /* what is handed over is on its way when they fall */
            world_fuse(world, NEXT, 1 + test_rng_below(&rng, 600), WORLD_KILLED, 200);
            introduce(world, SRB + i);
        }
        go_wrong(world, &rng);
    }
    world_calm(world);
    world_run(world, 10 * MINUTE_MS);
    for (size_t i = 0; i < sizeof for_aut / sizeof *for_aut; i++) {
        if (!world_knows(world, NEXT, for_aut[i])) {
            fail_msg("seed %u: \"%s\" is not read", (uint32_t)seed, for_aut[i]);
        }
    }
    for (size_t i = 0; i < sizeof not_for_aut / sizeof *not_for_aut; i++) {
        assert_false(world_knows(world, NEXT, not_for_aut[i]));
    }
    assert_true(blind > 1);
    assert_int_equal(first_origin(world, NEXT).blind_count, blind);
    for (uint32_t node = SRB; node < NODES; node++) {
        assert_int_equal(world_notices(world, node, CAIRN_NOTICE_FORK), 0);
        assert_int_equal(world_notices(world, node, CAIRN_NOTICE_COMMIT_REFUSED), 0);
    }
    world_close(world);
}

TEST(a_country_that_has_only_its_root_key_reads_what_it_was_given)
{
    const char *first = getenv("CAIRN_SEED");
    const char *count = getenv("CAIRN_SEEDS");
    uint64_t from = first != NULL ? strtoull(first, NULL, 10) : 1;
    uint64_t to = from + (count != NULL ? strtoull(count, NULL, 10) : SEEDS);
    for (uint64_t seed = from; seed < to; seed++) {
        print_message("# CAIRN_SEED=%u CAIRN_SEEDS=1\n", (uint32_t)seed);
        play(seed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_country_that_has_only_its_root_key_reads_what_it_was_given),
    };
    return cmocka_run_group_tests_name("scene_handed", tests, NULL, NULL);
}
