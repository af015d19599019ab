/* Disks that rot: what a node reads again and finds damaged comes from partners again, or is listed
 * as lost. Nobody is given wrong rows, nobody is accused, and no partner can slip in others. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "replication/log/keys.h"
#include "replication/scrub.h"
#include "tests/sim/world_state.h"

enum { AUT, SRB, GEO };

static struct world *open_calm(uint32_t nodes, uint64_t seed)
{
    struct world *world =
        world_open(&(struct world_options){.seed = seed, .nodes = nodes, .latency_ms_max = 20});
    world_meet_all(world);
    world_run(world, 3000);
    return world;
}

static struct cairn_core_scrub scrub_of(struct world *world, uint32_t node)
{
    struct cairn_core_scrub scrub;
    cairn_core_scrub_status(world_core(world, node), &scrub);
    return scrub;
}

/* A whole round, which is over when this comes back. */
static struct cairn_core_scrub scrub(struct world *world, uint32_t node)
{
    world_scrub(world, node);
    for (uint32_t i = 0; i < 300 && scrub_of(world, node).is_on; i++) {
        world_run(world, 1000);
    }
    assert_false(scrub_of(world, node).is_on);
    return scrub_of(world, node);
}

/* AUT writes twelve words, for GEO and SRB. */
static struct world *open_written(uint64_t seed, uint8_t feed[static 16])
{
    char word[32];
    struct world *world = open_calm(3, seed);
    assert_err(world_feed_open(world, AUT, "AUTGEOSRB", feed), CAIRN_OK);
    for (uint32_t i = 0; i < 12; i++) {
        (void)snprintf(word, sizeof word, "word-%u", i);
        assert_err(world_append(world, AUT, feed, word), CAIRN_OK);
    }
    world_run(world, 70000);
    return world;
}

/* Do two disks hold the same rows of one table and id, and so many at least? */
static void expect_same(const struct world *world, uint32_t node, uint32_t other,
                        const struct cairn_key *from, size_t least)
{
    static struct cairn_row rows[2][1024];
    size_t counts[2] = {disk_range(&world->nodes[node].disk, from, UINT64_MAX, rows[0], 1024),
                        disk_range(&world->nodes[other].disk, from, UINT64_MAX, rows[1], 1024)};
    assert_true(counts[0] >= least && counts[1] >= least);
    for (size_t i = 0; i < least; i++) {
        assert_int_equal(rows[0][i].key.index, i);
        assert_int_equal(rows[0][i].value.size, rows[1][i].value.size);
        assert_memory_equal(rows[0][i].value.data, rows[1][i].value.data, rows[0][i].value.size);
    }
}

static struct cairn_key leaves_of(const struct world *world, uint32_t author)
{
    struct cairn_key key = {.table = CAIRN_TABLE_LEAF};
    cairn_keys_journal_id(cairn_bytes_of(world->nodes[author].origin), key.id);
    return key;
}

static struct cairn_key commits_of(const uint8_t feed[static 16])
{
    struct cairn_key key = {.table = CAIRN_TABLE_COMMIT};
    memcpy(key.id, feed, 16);
    return key;
}

static void expect_peace(const struct world *world)
{
    for (uint32_t node = AUT; node <= GEO; node++) {
        assert_int_equal(world->nodes[node].accused, 0);
        assert_int_equal(world->nodes[node].blame_count, 0);
        assert_int_equal(world_notices(world, node, CAIRN_NOTICE_FORK), 0);
    }
}

TEST(a_whole_disk_has_no_damage)
{
    uint8_t feed[16];
    struct world *world = open_written(41, feed);
    struct cairn_core_scrub seen = scrub(world, SRB);
    assert_int_equal(seen.last.found, 0);
    assert_int_equal(seen.fault_count, 0);
    assert_true(seen.last.rows > 40);
    assert_true(seen.last.bytes > 40 * CAIRN_LEAF_BYTES);
    assert_int_equal(world_notices(world, SRB, CAIRN_NOTICE_SCRUBBED), 1);
    world_close(world);
}

TEST(leaves_that_cannot_be_read_come_back)
{
    uint8_t feed[16];
    struct world *world = open_written(42, feed);
    world_rot_leaf(world, SRB, AUT, 3, false); /* of a partner's journal */
    world_rot_leaf(world, SRB, AUT, 4, false);
    world_rot_leaf(world, AUT, AUT, 5, false); /* of the own one */
    struct cairn_core_scrub seen = scrub(world, SRB);
    assert_int_equal(seen.last.found, 1); /* one run of rows */
    assert_int_equal(seen.last.healed, 1);
    assert_int_equal(scrub(world, AUT).last.healed, 1);
    assert_int_equal(world_rotten(world, SRB) + world_rotten(world, AUT), 0);
    struct cairn_key key = leaves_of(world, AUT);
    expect_same(world, AUT, SRB, &key, 14);
    assert_int_equal(scrub(world, SRB).last.found, 0);
    expect_peace(world);
    world_close(world);
}

TEST(commits_that_cannot_be_read_come_back)
{
    uint8_t feed[16];
    struct world *world = open_written(43, feed);
    world_rot_commit(world, SRB, feed, 2, false);
    world_rot_commit(world, SRB, feed, 3, false);
    world_rot_commit(world, AUT, feed, 0, false); /* of an own feed: a member has it */
    assert_int_equal(scrub(world, SRB).last.healed, 2);
    assert_int_equal(scrub(world, AUT).last.healed, 1);
    struct cairn_key key = commits_of(feed);
    expect_same(world, AUT, GEO, &key, 10);
    expect_same(world, SRB, GEO, &key, 10);
    assert_int_equal(scrub(world, SRB).fault_count, 0);
    expect_peace(world);
    world_close(world);
}

TEST(rows_that_read_otherwise_are_found_and_put_right)
{
    uint8_t feed[16];
    struct world *world = open_written(44, feed);
    world_rot_leaf(world, SRB, AUT, 7, true);
    world_rot_leaf(world, SRB, SRB, 2, true);
    world_rot_commit(world, SRB, feed, 5, true);
    struct cairn_core_scrub seen = scrub(world, SRB);
    assert_int_equal(seen.last.found, 3);
    assert_int_equal(seen.last.healed, 3);
    struct cairn_key key = leaves_of(world, AUT);
    expect_same(world, SRB, AUT, &key, 14);
    key = leaves_of(world, SRB);
    expect_same(world, SRB, GEO, &key, 4);
    key = commits_of(feed);
    expect_same(world, SRB, AUT, &key, 10);
    assert_int_equal(scrub(world, SRB).last.found, 0);
    expect_peace(world);
    world_close(world);
}

TEST(what_nobody_has_is_listed_until_somebody_does)
{
    uint8_t feed[16];
    struct cairn_core_fault fault;
    struct world *world = open_written(45, feed);
    world_cut(world, AUT, SRB, false);
    world_cut(world, AUT, GEO, false);
    world_run(world, 5000);
    world_rot_commit(world, AUT, feed, 4, false);
    world_lose_commit(world, SRB, feed, 4);
    struct cairn_core_scrub seen = scrub(world, AUT);
    assert_int_equal(seen.last.lost, 0); /* nobody was there to be asked */
    assert_int_equal(seen.fault_count, 1);
    world_cut(world, AUT, SRB, true);
    world_run(world, 5000);
    seen = scrub(world, AUT);
    assert_int_equal(seen.last.lost, 1);
    assert_int_equal(seen.last.healed, 0);
    assert_int_equal(seen.fault_count, 1);
    assert_int_equal(world_notices(world, AUT, CAIRN_NOTICE_ROW_LOST), 1);
    world_crash(world, AUT); /* it stays listed */
    assert_int_equal(scrub_of(world, AUT).fault_count, 1);
    cairn_core_scrub_fault(world_core(world, AUT), 0, &fault);
    assert_true(fault.is_lost);
    assert_int_equal(fault.table, CAIRN_TABLE_COMMIT);
    assert_memory_equal(fault.id, feed, 16);
    assert_int_equal(fault.from, 4);
    assert_int_equal(fault.to, 5);
    assert_string_equal(fault.origin, world->nodes[AUT].origin);
    world_cut(world, AUT, GEO, true);
    world_run(world, 5000);
    seen = scrub(world, AUT);
    assert_int_equal(seen.last.healed, 1);
    assert_int_equal(seen.fault_count, 0);
    assert_int_equal(scrub(world, SRB).fault_count, 0); /* and from AUT, or GEO, to SRB */
    world_crash(world, AUT);
    assert_int_equal(scrub_of(world, AUT).fault_count, 0);
    world_close(world);
}

/* A row that cannot be read is not given to a partner that asks, is looked at at once, and reaches
 * the partner in the end. */
TEST(a_damaged_row_is_not_served_and_accuses_nobody)
{
    uint8_t feed[16];
    struct world *world = open_written(46, feed);
    world_cut(world, SRB, GEO, false);
    world_cut(world, AUT, SRB, false);
    world_rot_commit(world, AUT, feed, 3, false);
    world_scrub(world, AUT);
    world_run(world, 200); /* GEO may give it back meanwhile */
    world_lose_commit(world, SRB, feed, 3);
    world_cut(world, AUT, SRB, true);
    world_run(world, 60000);
    assert_int_equal(scrub(world, SRB).last.healed, 1);
    assert_int_equal(world_rotten(world, AUT), 0);
    expect_peace(world);
    world_close(world);
}

/* A partner that gives other bytes to a node that heals is passed over: nothing is written. */
TEST(a_villain_cannot_slip_its_bytes_into_a_node_that_heals)
{
    for (uint64_t seed = 50; seed < 56; seed++) {
        uint8_t feed[16];
        struct world *world = open_written(seed, feed);
        struct cairn_key leaves = leaves_of(world, AUT);
        struct cairn_key commits = commits_of(feed);
        world_make_villain(world, GEO, WORLD_PLAY_NOISE);
        for (uint32_t i = 0; i < 6; i++) {
            world_rot_leaf(world, SRB, AUT, i * 2, i % 2 == 0);
            world_rot_commit(world, SRB, feed, 1 + i, i % 2 == 0);
        }
        for (uint32_t i = 0; i < 10 && (i == 0 || scrub_of(world, SRB).fault_count > 0); i++) {
            (void)scrub(world, SRB);
        }
        assert_int_equal(scrub_of(world, SRB).fault_count, 0);
        assert_int_equal(world_rotten(world, SRB), 0);
        expect_same(world, SRB, AUT, &leaves, 14);
        expect_same(world, SRB, AUT, &commits, 10);
        assert_int_equal(world->nodes[SRB].accused & 1u << AUT, 0);
        world_close(world);
    }
}

/* Only the villain could give it: it stays lost, and nothing else is written in its place. */
TEST(what_only_a_villain_gives_stays_lost_or_is_right)
{
    for (uint64_t seed = 60; seed < 66; seed++) {
        uint8_t feed[16];
        struct world *world = open_written(seed, feed);
        struct cairn_key commits = commits_of(feed);
        world_make_villain(world, GEO, WORLD_PLAY_NOISE);
        world_cut(world, AUT, SRB, false);
        world_rot_commit(world, SRB, feed, 3, false);
        (void)scrub(world, SRB);
        if (world_rotten(world, SRB) == 0) {
            expect_same(world, SRB, AUT, &commits, 10);
        } else {
            assert_int_equal(scrub_of(world, SRB).fault_count, 1);
        }
        world_close(world);
    }
}

/* Commits of a private feed follow from its entries and from the leaves; its entries do not. */
TEST(a_private_commit_is_made_again_and_an_entry_is_lost)
{
    uint8_t feed[16];
    struct world *world = open_calm(2, 48);
    assert_err(world_private_open(world, AUT, feed), CAIRN_OK);
    for (uint32_t i = 0; i < 4; i++) {
        assert_err(world_append(world, AUT, feed, i % 2 == 0 ? "look-up" : "another"), CAIRN_OK);
        assert_err(world_append(world, AUT, feed, "more"), CAIRN_OK);
        world_run(world, 61000);
    }
    world_run(world, 61000); /* one without entries */
    struct cairn_key key = commits_of(feed);
    static struct cairn_row rows[16];
    static uint8_t before[5][124];
    assert_true(disk_range(&world->nodes[AUT].disk, &key, 5, rows, 16) == 5);
    for (uint32_t i = 0; i < 5; i++) {
        assert_int_equal(rows[i].value.size, 124);
        memcpy(before[i], rows[i].value.data, 124);
        world_rot_commit(world, AUT, feed, i, i % 2 == 0);
    }
    struct cairn_core_scrub seen = scrub(world, AUT);
    assert_int_equal(seen.last.found, 5);
    assert_int_equal(seen.last.healed, 5);
    assert_int_equal(seen.fault_count, 0);
    assert_true(disk_range(&world->nodes[AUT].disk, &key, 5, rows, 16) == 5);
    for (uint32_t i = 0; i < 5; i++) {
        assert_memory_equal(rows[i].value.data, before[i], 120);
    }
    key.table = CAIRN_TABLE_ENTRY;
    key.index = 3;
    assert_true(disk_rot(&world->nodes[AUT].disk, &key, true));
    seen = scrub(world, AUT);
    assert_int_equal(seen.last.lost, 1);
    assert_int_equal(seen.fault_count, 1);
    world_close(world);
}

/* From time to time, without being asked; a round goes on after a fall. */
TEST(a_node_reads_its_log_again_from_time_to_time)
{
    uint8_t feed[16];
    struct world *world = world_open(
        &(struct world_options){.seed = 70, .nodes = 3, .latency_ms_max = 20, .scrub_ms = 60000});
    world_meet_all(world);
    world_run(world, 3000);
    assert_err(world_feed_open(world, AUT, "AUTGEOSRB", feed), CAIRN_OK);
    assert_err(world_append(world, AUT, feed, "one"), CAIRN_OK);
    world_run(world, 70000);
    uint64_t rounds = world_notices(world, SRB, CAIRN_NOTICE_SCRUBBED);
    assert_true(rounds >= 1);
    world_rot_commit(world, SRB, feed, 0, false);
    world_crash(world, SRB);
    world_run(world, 130000);
    assert_int_equal(world_rotten(world, SRB), 0);
    assert_true(world_notices(world, SRB, CAIRN_NOTICE_SCRUBBED) > rounds);
    world_close(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_disk_has_no_damage),
        cmocka_unit_test(leaves_that_cannot_be_read_come_back),
        cmocka_unit_test(commits_that_cannot_be_read_come_back),
        cmocka_unit_test(rows_that_read_otherwise_are_found_and_put_right),
        cmocka_unit_test(what_nobody_has_is_listed_until_somebody_does),
        cmocka_unit_test(a_damaged_row_is_not_served_and_accuses_nobody),
        cmocka_unit_test(a_villain_cannot_slip_its_bytes_into_a_node_that_heals),
        cmocka_unit_test(what_only_a_villain_gives_stays_lost_or_is_right),
        cmocka_unit_test(a_private_commit_is_made_again_and_an_entry_is_lost),
        cmocka_unit_test(a_node_reads_its_log_again_from_time_to_time),
    };
    return cmocka_run_group_tests_name("rot", tests, NULL, NULL);
}
