/* The stories that people read and approve, first part: somebody lies, loses, steals or leaves.
 * Their texts are docs/scenes. */
#include "tests/sim/tell.h"

#include <stdlib.h>
#include <string.h>

enum { AUT, SRB, GEO, POL, FIFTH };

#define SECOND_MS 1000u
#define MINUTE_MS (60 * SECOND_MS)

#define ONE(node) TELL_NODE(node)
#define SRB_GEO   (ONE(SRB) | ONE(GEO))
#define SRB_POL   (ONE(SRB) | ONE(POL))
#define PARTNERS  (ONE(SRB) | ONE(GEO) | ONE(POL))
#define ALL_FOUR  (ONE(AUT) | PARTNERS)

static struct cairn_core_peer origin_of(struct world *world, uint32_t node, const char *origin)
{
    struct cairn_core_peer peer = {.origin = ""};
    struct cairn_core *core = world_core(world, node);
    for (uint32_t i = 0; i < cairn_core_peer_count(core); i++) {
        cairn_core_peer(core, i, &peer);
        if (strcmp(peer.origin, origin) == 0) {
            return peer;
        }
    }
    fail_msg("node %u does not know %s", node, origin);
    return peer;
}

static struct cairn_core_peer first_origin(struct world *world, uint32_t node)
{
    return origin_of(world, node, "test-sim/AUT/sim-1/1");
}

static struct cairn_core_restore restore_of(struct world *world, uint32_t node)
{
    struct cairn_core_restore restore;
    cairn_core_restore(world_core(world, node), &restore);
    return restore;
}

/* ---- a fork and its proof ---- */

enum { COPY = FIFTH };

/* The machine of AUT was cloned: two nodes with the same keys, and neither knows of the other. */
static void fork_begin(struct tell *tell, struct world *world)
{
    tell_call(tell, COPY, "AUT's copy");
    tell_deed(tell, "AUT's machine is cloned, and both copies run: SRB's line ends at the first,");
    tell_deed(tell, "GEO's at the copy; POL hears of AUT through SRB and GEO only");
    for (uint32_t node = SRB; node <= COPY; node++) {
        world_cut(world, AUT, node, node == SRB);
        world_cut(world, COPY, node == COPY ? AUT : node, node == GEO);
    }
    world_cut(world, SRB, GEO, false);
    world_cut(world, SRB, POL, false);
    world_cut(world, GEO, POL, false);
    for (uint32_t a = SRB; a <= POL; a++) {
        for (uint32_t b = a + 1; b <= POL; b++) {
            world_meet(world, a, b);
        }
        world_meet(world, AUT, a);
        world_meet(world, COPY, a);
    }
}

static void fork_play(struct tell *tell, struct world *world)
{
    uint8_t first[16], second[16], late[16];
    struct desk_alert a, b, c;
    struct cairn_core_peer before, after;
    fork_begin(tell, world);
    tell_answer(tell, world_feed_open(world, AUT, "AUTGEOSRB", first),
                "AUT opens a feed for GEO and SRB");
    tell_answer(tell, world_feed_open(world, COPY, "AUTGEOSRB", second), "AUT's copy does, too");
    tell_answer(tell, desk_issue(world, AUT, first, DESK_ARREST, &a), "AUT issues alert A");
    tell_answer(tell, desk_issue(world, COPY, second, DESK_STOLEN, &b),
                "AUT's copy issues alert B");
    tell_wait(tell, 2 * MINUTE_MS);
    tell_journal(tell, SRB_GEO, AUT);
    tell_alert(tell, SRB_GEO, "A", &a);
    tell_alert(tell, SRB_GEO, "B", &b);
    tell_accused(tell, ALL_FOUR);

    tell_deed(tell, "the lines between SRB, GEO and POL come up: they compare what AUT signed");
    world_cut(world, SRB, GEO, true);
    world_cut(world, SRB, POL, true);
    world_cut(world, GEO, POL, true);
    tell_wait(tell, 2 * MINUTE_MS);
    for (uint32_t node = AUT; node <= COPY; node++) {
        assert_true(first_origin(world, node).is_forked);
        assert_int_equal(world_notices(world, node, CAIRN_NOTICE_FORK_PROVEN), 1);
    }
    tell_accused(tell, PARTNERS);
    tell_journal(tell, SRB_GEO, AUT);
    tell_order(tell, ALL_FOUR | ONE(COPY));
    tell_deed(tell, "POL, whom AUT never spoke to, hands the proof to a court");
    assert_int_equal(tell_evidence(tell, POL, CAIRN_SCOPE_FORK, AUT).forks, 1);

    tell_answer(tell, desk_issue(world, AUT, first, DESK_STOLEN, &c), "AUT issues alert C");
    tell_answer(tell, world_feed_open(world, SRB, "GEOPOLSRB", late),
                "SRB opens a feed for GEO and POL");
    before = first_origin(world, GEO);
    tell_wait(tell, 3 * MINUTE_MS);
    after = first_origin(world, GEO);
    assert_int_equal(after.journal_size, before.journal_size);
    tell_journal(tell, SRB_GEO, AUT);

    tell_deed(tell,
              "AUT's root key ends this origin where SRB holds it; POL is handed the document");
    before = first_origin(world, SRB);
    world_end(world, POL, before.journal_size, before.journal_root);
    tell_wait(tell, 2 * MINUTE_MS);
    tell_journal(tell, PARTNERS, AUT);
    tell_alert(tell, PARTNERS, "A", &a);
    tell_alert(tell, PARTNERS, "B", &b);
    for (uint32_t node = SRB; node <= POL; node++) {
        assert_int_equal(first_origin(world, node).journal_size, before.journal_size);
        assert_false(first_origin(world, node).is_forked);
    }
    assert_true(desk_is_live(world, SRB, &a) && desk_is_live(world, GEO, &a));
    assert_int_equal(desk_ask(world, GEO, &b).status, CAIRN_ALERT_STATUS_NONE);
}

TEST(a_fork_and_its_proof)
{
    tell_story(&(struct tell_plan){
        .name = "fork",
        .title = "A fork, and its proof",
        .about = "One node runs twice under the same keys, and tells two partners two histories.\n"
                 "Until they compare, nobody can know; from then on everybody can prove it.\n",
        .options = {.nodes = 5, .latency_ms_max = 40, .has_twin = true},
        .seeds = 5,
        .play = fork_play});
}

/* ---- a restored backup ---- */

/* What AUT says before its disk is copied, and after. */
struct restored {
    uint8_t feed[16], late[16], to_geo[16];
    struct desk_alert a, b, c, d;
};

static void restored_write(struct tell *tell, struct world *world, struct restored *restored)
{
    tell_answer(tell, world_feed_open(world, AUT, "AUTGEOSRB", restored->feed),
                "AUT opens a feed for GEO and SRB");
    tell_answer(tell, desk_issue(world, AUT, restored->feed, DESK_ARREST, &restored->a),
                "AUT issues alert A");
    tell_wait(tell, 5 * SECOND_MS);
    tell_deed(tell, "AUT's disk is backed up");
    world_backup(world, AUT);
    tell_answer(tell, desk_issue(world, AUT, restored->feed, DESK_MISSING, &restored->b),
                "AUT issues alert B");
    tell_answer(tell, world_feed_open(world, AUT, "AUTSRB", restored->late),
                "AUT opens a feed for SRB alone");
    tell_answer(tell, desk_issue(world, AUT, restored->late, DESK_STOLEN, &restored->c),
                "AUT issues alert C in it");
    world_pairwise(world, AUT, GEO, restored->to_geo);
    tell_answer(tell, desk_issue(world, AUT, restored->to_geo, DESK_STOLEN, &restored->d),
                "AUT issues alert D for GEO alone");
    tell_wait(tell, 70 * SECOND_MS);
    tell_journal(tell, ONE(AUT) | SRB_GEO, AUT);
}

static void restored_go_on(struct tell *tell, struct world *world, const struct restored *restored)
{
    struct desk_alert e, f;
    tell_answer(tell, desk_issue(world, AUT, restored->feed, DESK_STOLEN, &e),
                "AUT issues alert E again");
    tell_answer(tell, desk_issue(world, AUT, restored->late, DESK_STOLEN, &f),
                "AUT issues alert F in the feed for SRB");
    tell_wait(tell, 150 * SECOND_MS);
    tell_alert(tell, ONE(AUT) | SRB_GEO, "E", &e);
    tell_alert(tell, ONE(AUT) | SRB_GEO, "F", &f);
    tell_journal(tell, ONE(AUT) | SRB_GEO, AUT);
    tell_witnesses(tell, ONE(AUT));
    tell_accused(tell, ONE(AUT) | SRB_GEO);
    assert_true(desk_is_live(world, GEO, &e) && desk_is_live(world, SRB, &e) &&
                desk_is_live(world, SRB, &f));
    assert_int_equal(world_second_histories(world), 0);
    for (uint32_t node = AUT; node <= GEO; node++) {
        assert_int_equal(world_notices(world, node, CAIRN_NOTICE_FORK), 0);
        assert_int_equal(world_notices(world, node, CAIRN_NOTICE_STORE_FAILED), 0);
        assert_int_equal(world_notices(world, node, CAIRN_NOTICE_LINK_REFUSED), 0);
    }
}

static void restored_play(struct tell *tell, struct world *world)
{
    struct restored restored;
    struct desk_alert e;
    world_meet_all(world);
    tell_deed(tell, "AUT, SRB and GEO recognise each other");
    tell_wait(tell, 3 * SECOND_MS);
    restored_write(tell, world, &restored);
    uint64_t size = restore_of(world, AUT).durable_size;

    tell_deed(tell,
              "AUT's disk dies; the backup is put back, beside the guard file that says more");
    world_put_back(world, AUT, true);
    assert_true(restore_of(world, AUT).is_restoring);
    assert_true(restore_of(world, AUT).durable_size < size);
    tell_order(tell, ONE(AUT));
    tell_alert(tell, ONE(AUT), "A", &restored.a);
    tell_alert(tell, ONE(AUT), "B", &restored.b);
    cairn_err err = desk_issue(world, AUT, restored.feed, DESK_STOLEN, &e);
    assert_err(err, CAIRN_RESTORING);
    tell_answer(tell, err, "AUT issues alert E");
    tell_wait(tell, 20 * SECOND_MS);
    tell_order(tell, ONE(AUT));
    tell_alert(tell, ONE(AUT), "B", &restored.b);
    tell_alert(tell, ONE(AUT), "C", &restored.c);
    tell_alert(tell, ONE(AUT), "D", &restored.d);
    assert_int_equal(world_notices(world, AUT, CAIRN_NOTICE_RESTORED), 1);
    assert_false(restore_of(world, AUT).is_restoring);
    assert_true(desk_is_live(world, AUT, &restored.a) && desk_is_live(world, AUT, &restored.b));
    assert_true(desk_is_live(world, AUT, &restored.c) && desk_is_live(world, AUT, &restored.d));
    restored_go_on(tell, world, &restored);
}

TEST(an_old_copy_beside_its_guard_goes_on_without_forking)
{
    tell_story(&(struct tell_plan){
        .name = "restored-backup",
        .title = "A restored backup that goes on without forking",
        .about = "A node is started on an old copy of its disk. Signing on from there would be a\n"
                 "second history; so it first gets back from partners what it had said.\n",
        .options = {.nodes = 3, .latency_ms_max = 40},
        .seeds = 4,
        .play = restored_play});
}

/* ---- a removed partner ---- */

static void removed_back(struct tell *tell, struct world *world, const uint8_t before[static 16],
                         const struct desk_alert *secret)
{
    uint8_t again[16], to_geo[16], to_aut[16];
    struct desk_alert d, e, f;
    tell_deed(tell, "later AUT and GEO compare fingerprints and recognise each other again");
    world_meet(world, AUT, GEO);
    tell_answer(tell, desk_issue(world, AUT, before, DESK_STOLEN, &d),
                "AUT issues an alert in the old feed");
    tell_answer(tell, world_feed_open(world, AUT, "AUTGEOPOLSRB", again),
                "AUT opens a feed for GEO, POL and SRB");
    tell_answer(tell, desk_issue(world, AUT, again, DESK_MISSING, &d), "AUT issues alert D in it");
    world_pairwise(world, AUT, GEO, to_geo);
    world_pairwise(world, GEO, AUT, to_aut);
    tell_answer(tell, desk_issue(world, AUT, to_geo, DESK_STOLEN, &e),
                "AUT issues E for GEO alone");
    tell_answer(tell, desk_issue(world, GEO, to_aut, DESK_STOLEN, &f),
                "GEO issues F for AUT alone");
    tell_wait(tell, 20 * SECOND_MS);
    tell_alert(tell, ALL_FOUR, "D", &d);
    tell_alert(tell, ONE(GEO) | ONE(AUT), "E", &e);
    tell_alert(tell, ONE(GEO) | ONE(AUT), "F", &f);
    tell_alert(tell, ONE(GEO), "B", secret);
    tell_accused(tell, ALL_FOUR);
    assert_true(desk_is_live(world, GEO, &d) && desk_is_live(world, GEO, &e) &&
                desk_is_live(world, AUT, &f));
}

static void removed_play(struct tell *tell, struct world *world)
{
    uint8_t before[16], after[16], of_pol[16];
    struct desk_alert a, b, c, refused;
    world_meet_all(world);
    tell_deed(tell, "AUT, SRB, GEO and POL recognise each other");
    tell_wait(tell, 3 * SECOND_MS);
    tell_answer(tell, world_feed_open(world, AUT, "AUTGEOPOLSRB", before),
                "AUT opens a feed for GEO, POL and SRB");
    tell_answer(tell, desk_issue(world, AUT, before, DESK_ARREST, &a), "AUT issues alert A");
    tell_answer(tell, world_feed_open(world, POL, "AUTGEOPOLSRB", of_pol),
                "POL opens a feed for AUT, GEO and SRB");
    tell_wait(tell, 3 * SECOND_MS);
    tell_deed(tell, "AUT removes GEO as a partner; POL and SRB keep it");
    world_forget(world, AUT, GEO);
    tell_answer(tell, desk_issue(world, AUT, before, DESK_STOLEN, &refused),
                "AUT issues an alert in the old feed");
    tell_answer(tell, world_feed_open(world, AUT, "AUTGEOSRB", after),
                "AUT opens a feed for GEO and SRB");
    tell_answer(tell, world_feed_open(world, AUT, "AUTPOLSRB", after),
                "AUT opens a feed for POL and SRB");
    tell_answer(tell, desk_issue(world, AUT, after, DESK_MISSING, &b), "AUT issues alert B in it");
    tell_answer(tell, desk_issue(world, POL, of_pol, DESK_STOLEN, &c), "POL issues alert C");
    tell_wait(tell, MINUTE_MS);
    tell_links(tell, ALL_FOUR);
    tell_alert(tell, ALL_FOUR, "A", &a);
    tell_alert(tell, ALL_FOUR, "B", &b);
    tell_alert(tell, ALL_FOUR, "C", &c);
    tell_disk(tell, PARTNERS, "the feed of B", after);
    assert_true(desk_is_live(world, GEO, &a) && desk_is_live(world, GEO, &c));
    assert_true(desk_is_live(world, POL, &b) && desk_is_live(world, SRB, &b));
    assert_int_equal(desk_ask(world, GEO, &b).status, CAIRN_ALERT_STATUS_NONE);
    assert_false(world_disk_holds(world, GEO, (struct cairn_bytes){.data = after, .size = 16}));
    removed_back(tell, world, before, &b);
    assert_int_equal(desk_ask(world, GEO, &b).status, CAIRN_ALERT_STATUS_NONE);
}

TEST(a_removed_partner_gets_nothing_that_is_written_later)
{
    tell_story(&(struct tell_plan){
        .name = "removed-partner",
        .title = "A removed partner",
        .about = "One country removes another, while their common partners keep it. What the\n"
                 "removed one had, it keeps; what is written later it never gets, from nobody.\n",
        .options = {.nodes = 4, .latency_ms_max = 40},
        .seeds = 4,
        .play = removed_play});
}

/* ---- a stolen key ---- */

enum { NEXT = FIFTH };

static void stolen_end(struct tell *tell, struct world *world, const struct cairn_core_peer *good)
{
    tell_deed(tell, "it is noticed: AUT's root key, kept offline, ends the origin at leaf %llu and",
              (unsigned long long)good->journal_size);
    tell_deed(tell,
              "names the next incarnation; SRB is handed the document, GEO hears it from SRB");
    world_end(world, SRB, good->journal_size, good->journal_root);
    tell_wait(tell, MINUTE_MS);
}

static void stolen_next(struct tell *tell, struct world *world, const struct cairn_core_peer *good,
                        const struct desk_alert *a)
{
    uint8_t again[16];
    struct desk_alert d;
    tell_deed(tell, "AUT starts the next incarnation, with keys of its own, on an empty disk");
    world_end(world, NEXT, good->journal_size, good->journal_root);
    for (uint32_t node = SRB; node <= GEO; node++) {
        world_cut(world, NEXT, node, true);
        world_meet(world, NEXT, node);
    }
    tell_answer(tell, world_feed_open(world, NEXT, "AUTGEOSRB", again),
                "AUT opens a feed for GEO and SRB");
    tell_answer(tell, desk_issue(world, NEXT, again, DESK_STOLEN, &d), "AUT issues alert D");
    tell_wait(tell, 2 * MINUTE_MS);
    tell_alert(tell, SRB_GEO | ONE(NEXT), "D", &d);
    tell_alert(tell, ONE(NEXT), "A", a);
    tell_journal(tell, ONE(NEXT), AUT);
    for (uint32_t node = SRB; node <= GEO; node++) {
        assert_true(desk_is_live(world, node, &d));
    }
    assert_int_equal(first_origin(world, NEXT).journal_size, good->journal_size);
    assert_true(desk_is_live(world, NEXT, a));
}

static void stolen_play(struct tell *tell, struct world *world)
{
    uint8_t feed[16];
    struct desk_alert a, b, c;
    tell_call(tell, AUT, "AUT's old node");
    tell_call(tell, NEXT, "AUT");
    tell_deed(tell, "AUT, SRB and GEO are linked; POL is a partner of all, and out of reach");
    for (uint32_t node = AUT; node <= POL; node++) {
        world_cut(world, node, NEXT, false);
        world_cut(world, POL, node == POL ? NEXT : node, false);
        for (uint32_t other = node + 1; other <= POL; other++) {
            world_meet(world, node, other);
        }
    }
    tell_answer(tell, world_feed_open(world, AUT, "AUTGEOPOLSRB", feed),
                "AUT opens a feed for GEO, POL and SRB");
    tell_answer(tell, desk_issue(world, AUT, feed, DESK_ARREST, &a), "AUT issues alert A");
    tell_wait(tell, 2 * MINUTE_MS);
    struct cairn_core_peer good = first_origin(world, SRB);
    tell_journal(tell, SRB_GEO, AUT);

    tell_deed(tell, "the log key is stolen; nobody knows, and the thief writes with it");
    tell_answer(tell, desk_issue(world, AUT, feed, DESK_ARREST, &b), "the thief issues alert B");
    tell_wait(tell, 2 * MINUTE_MS);
    tell_alert(tell, SRB_GEO, "A", &a);
    tell_alert(tell, SRB_GEO, "B", &b);
    for (uint32_t node = SRB; node <= GEO; node++) {
        assert_true(desk_is_live(world, node, &a) && desk_is_live(world, node, &b));
        assert_true(first_origin(world, node).journal_size > good.journal_size);
    }
    stolen_end(tell, world, &good);
    tell_answer(tell, desk_issue(world, AUT, feed, DESK_STOLEN, &c), "the thief issues alert C");
    tell_wait(tell, MINUTE_MS);
    tell_deed(tell,
              "POL comes back, linked with SRB and GEO; GEO's node is killed and starts again");
    world_cut(world, POL, SRB, true);
    world_cut(world, POL, GEO, true);
    tell_wait(tell, 3 * MINUTE_MS);
    world_crash(world, GEO);
    tell_wait(tell, MINUTE_MS);
    tell_journal(tell, PARTNERS, AUT);
    tell_alert(tell, PARTNERS, "A", &a);
    tell_alert(tell, PARTNERS, "B", &b);
    tell_alert(tell, PARTNERS, "C", &c);
    for (uint32_t node = SRB; node <= POL; node++) {
        struct cairn_core_peer held = first_origin(world, node);
        assert_int_equal(held.journal_size, good.journal_size);
        assert_true(held.is_ended);
        assert_false(held.is_repudiated);
        assert_false(held.is_recognised);
        assert_true(desk_is_live(world, node, &a));
        assert_false(desk_is_live(world, node, &b));
        assert_int_equal(desk_ask(world, node, &b).is_repudiated, node != POL);
        assert_int_equal(desk_ask(world, node, &c).status, CAIRN_ALERT_STATUS_NONE);
    }
    stolen_next(tell, world, &good, &a);
}

TEST(a_stolen_key_is_revoked_by_position)
{
    tell_story(&(struct tell_plan){
        .name = "stolen-key",
        .title = "A stolen key, revoked by position",
        .about =
            "A thief writes with a country's log key. The country's root key says up to which\n"
            "leaf the journal is its own: what was before stays, what is behind counts no\n"
            "more, at everybody whom the document reaches, by whatever way.\n",
        .options = {.nodes = 5, .latency_ms_max = 40, .has_next = true},
        .seeds = 4,
        .play = stolen_play});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fork_and_its_proof),
        cmocka_unit_test(an_old_copy_beside_its_guard_goes_on_without_forking),
        cmocka_unit_test(a_removed_partner_gets_nothing_that_is_written_later),
        cmocka_unit_test(a_stolen_key_is_revoked_by_position),
    };
    if (getenv("CAIRN_TEST") != NULL) {
        cmocka_set_test_filter(getenv("CAIRN_TEST"));
    }
    return cmocka_run_group_tests_name("scene_told", tests, NULL, NULL);
}
