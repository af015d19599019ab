/* The stories that people read and approve, second part: lines that are cut, relays, and content
 * that does not come. Their texts are docs/scenes. */
#include "tests/sim/tell.h"

#include <stdlib.h>
#include <string.h>

enum { AUT, SRB, GEO, POL };

#define SECOND_MS 1000u
#define MINUTE_MS (60 * SECOND_MS)
#define DAY_MS    (1440 * MINUTE_MS)

#define ONE(node) TELL_NODE(node)
#define SRB_GEO   (ONE(SRB) | ONE(GEO))
#define ALL_THREE (ONE(AUT) | SRB_GEO)

/* The journals that the nodes hold of this one, and its own, are one: size and root. */
static void assert_one_journal(struct world *world, uint32_t nodes, uint32_t author)
{
    struct cairn_core_peer own, held;
    cairn_core_peer(world_core(world, author), 0, &own);
    for (uint32_t node = 0; node < nodes; node++) {
        struct cairn_core *core = world_core(world, node);
        bool is_found = node == author;
        for (uint32_t i = 1; i < cairn_core_peer_count(core) && !is_found; i++) {
            cairn_core_peer(core, i, &held);
            is_found = strcmp(held.origin, own.origin) == 0;
            if (is_found) {
                assert_int_equal(held.journal_size, own.journal_size);
                assert_memory_equal(held.journal_root, own.journal_root, 32);
            }
        }
        assert_true(is_found);
    }
}

static void assert_peace(const struct world *world, uint32_t nodes)
{
    for (uint32_t node = 0; node < nodes; node++) {
        assert_int_equal(world_notices(world, node, CAIRN_NOTICE_FORK), 0);
        assert_int_equal(world_notices(world, node, CAIRN_NOTICE_FORK_PROVEN), 0);
        assert_int_equal(world_notices(world, node, CAIRN_NOTICE_LINK_REFUSED), 0);
        assert_int_equal(world_notices(world, node, CAIRN_NOTICE_COMMIT_REFUSED), 0);
    }
}

/* ---- two countries split from a third ---- */

struct split {
    uint8_t of_aut[16], of_srb[16], of_geo[16];
    struct desk_alert a, b, c, d;
};

static void split_begin(struct tell *tell, struct world *world, struct split *split)
{
    world_meet_all(world);
    tell_deed(tell, "AUT, SRB and GEO recognise each other; each opens a feed for the two others");
    tell_wait(tell, 3 * SECOND_MS);
    assert_err(world_feed_open(world, AUT, "AUTGEOSRB", split->of_aut), CAIRN_OK);
    assert_err(world_feed_open(world, SRB, "AUTGEOSRB", split->of_srb), CAIRN_OK);
    assert_err(world_feed_open(world, GEO, "AUTGEOSRB", split->of_geo), CAIRN_OK);
    tell_answer(tell, desk_issue(world, GEO, split->of_geo, DESK_ARREST, &split->a),
                "GEO issues alert A");
    tell_answer(tell, desk_issue(world, SRB, split->of_srb, DESK_MISSING, &split->b),
                "SRB issues alert B, of a missing child");
    tell_wait(tell, 2 * MINUTE_MS);
    tell_alert(tell, ALL_THREE, "A", &split->a);
    tell_alert(tell, ALL_THREE, "B", &split->b);
}

static void split_apart(struct tell *tell, struct world *world, struct split *split)
{
    tell_deed(tell, "the lines from GEO to AUT and SRB are cut");
    world_cut(world, AUT, GEO, false);
    world_cut(world, SRB, GEO, false);
    tell_wait(tell, DAY_MS);
    tell_answer(tell, desk_issue(world, AUT, split->of_aut, DESK_ARREST, &split->c),
                "AUT issues alert C");
    tell_answer(tell, desk_withdraw(world, &split->b, split->of_srb),
                "the child was found: SRB withdraws alert B");
    tell_answer(tell, desk_issue(world, GEO, split->of_geo, DESK_STOLEN, &split->d),
                "GEO issues alert D");
    tell_wait(tell, 2 * DAY_MS);
    tell_alert(tell, ALL_THREE, "B", &split->b);
    tell_alert(tell, ALL_THREE, "C", &split->c);
    tell_alert(tell, ALL_THREE, "D", &split->d);
    tell_heard_of(tell, ONE(GEO) | ONE(AUT), SRB);
    tell_heard_of(tell, ONE(AUT) | ONE(SRB), GEO);
    tell_witnesses(tell, ALL_THREE);
    assert_true(desk_is_live(world, GEO, &split->b) && !desk_is_live(world, AUT, &split->b));
    assert_true(desk_is_live(world, SRB, &split->c) && !desk_is_live(world, GEO, &split->c));
    assert_true(desk_is_live(world, GEO, &split->d) && !desk_is_live(world, AUT, &split->d));
}

static void split_play(struct tell *tell, struct world *world)
{
    struct split split;
    split_begin(tell, world, &split);
    split_apart(tell, world, &split);
    tell_deed(tell, "the lines are whole again");
    world_cut(world, AUT, GEO, true);
    world_cut(world, SRB, GEO, true);
    tell_wait(tell, 10 * SECOND_MS);
    tell_alert(tell, ALL_THREE, "A", &split.a);
    tell_alert(tell, ALL_THREE, "B", &split.b);
    tell_alert(tell, ALL_THREE, "C", &split.c);
    tell_alert(tell, ALL_THREE, "D", &split.d);
    tell_wait(tell, 80 * SECOND_MS);
    for (uint32_t node = AUT; node <= GEO; node++) {
        tell_whole(tell, ALL_THREE & ~ONE(node), node);
        assert_one_journal(world, 3, node);
        assert_true(desk_is_live(world, node, &split.a) && desk_is_live(world, node, &split.c));
        assert_true(desk_is_live(world, node, &split.d));
        assert_int_equal(desk_ask(world, node, &split.b).status, CAIRN_ALERT_STATUS_WITHDRAWN);
    }
    tell_witnesses(tell, ALL_THREE);
    tell_accused(tell, ALL_THREE);
    assert_peace(world, 3);
}

TEST(two_countries_split_from_a_third_come_together_again)
{
    tell_story(&(struct tell_plan){
        .name = "split-network",
        .title = "Two countries split from a third",
        .about = "For three days one country is cut off from two others. All go on working, each\n"
                 "knows how old its knowledge is, and nothing has to be settled afterwards.\n",
        .options = {.nodes = 3, .latency_ms_max = 100},
        .seeds = 2,
        .play = split_play});
}

/* ---- a triangle without a relay ---- */

static void triangle_cut(struct tell *tell, struct world *world)
{
    uint8_t three[16], two[16], back[16];
    struct desk_alert a, b, c;
    tell_deed(tell, "the line between AUT and SRB is cut; both are linked with GEO");
    world_cut(world, AUT, SRB, false);
    assert_err(world_feed_open(world, AUT, "AUTGEOSRB", three), CAIRN_OK);
    tell_answer(tell, desk_issue(world, AUT, three, DESK_ARREST, &a),
                "AUT issues alert A in a feed for GEO and SRB");
    assert_err(world_feed_open(world, AUT, "AUTSRB", two), CAIRN_OK);
    tell_answer(tell, desk_issue(world, AUT, two, DESK_MISSING, &b),
                "AUT issues alert B in a feed for SRB alone");
    world_pairwise(world, SRB, AUT, back);
    tell_answer(tell, desk_issue(world, SRB, back, DESK_STOLEN, &c),
                "SRB issues alert C for AUT alone");
    tell_wait(tell, 30 * SECOND_MS);
    tell_links(tell, ALL_THREE);
    tell_alert(tell, ALL_THREE, "A", &a);
    tell_alert(tell, ALL_THREE, "B", &b);
    tell_alert(tell, ALL_THREE, "C", &c);
    tell_disk(tell, ALL_THREE, "the feed of B", two);
    tell_disk(tell, ALL_THREE, "the feed of C", back);
    assert_true(desk_is_live(world, SRB, &a) && !desk_is_live(world, SRB, &b));
    assert_false(desk_is_live(world, AUT, &c));
    tell_wait(tell, 60 * SECOND_MS);
    tell_journal(tell, ALL_THREE, AUT);
    tell_journal(tell, ALL_THREE, SRB);

    tell_deed(tell, "the line between AUT and SRB is whole again");
    world_cut(world, AUT, SRB, true);
    tell_wait(tell, 10 * SECOND_MS);
    tell_alert(tell, ALL_THREE, "B", &b);
    tell_alert(tell, ALL_THREE, "C", &c);
    tell_disk(tell, ONE(GEO), "the feed of B", two);
    tell_withheld(tell, ONE(SRB), AUT);
    tell_withheld(tell, ONE(AUT), SRB);
    assert_true(desk_is_live(world, SRB, &b) && desk_is_live(world, AUT, &c));
    assert_int_equal(desk_ask(world, GEO, &b).status, CAIRN_ALERT_STATUS_NONE);
    assert_false(world_disk_holds(world, GEO, (struct cairn_bytes){.data = two, .size = 16}));
}

static void triangle_play(struct tell *tell, struct world *world)
{
    world_meet_all(world);
    tell_deed(tell, "AUT, SRB and GEO recognise each other");
    tell_wait(tell, 3 * SECOND_MS);
    triangle_cut(tell, world);
    tell_wait(tell, 85 * SECOND_MS);
    for (uint32_t node = AUT; node <= GEO; node++) {
        tell_journal(tell, ALL_THREE, node);
        assert_one_journal(world, 3, node);
    }
    tell_accused(tell, ALL_THREE);
    assert_peace(world, 3);
}

TEST(a_triangle_without_a_relay_converges)
{
    tell_story(&(struct tell_plan){.name = "triangle",
                                   .title = "A triangle without a relay",
                                   .about = "Three countries, one line cut. The third one passes "
                                            "on what is for all three, and the\n"
                                            "blind leaves of all journals; what is for the two it "
                                            "never has, and so never passes.\n",
                                   .options = {.nodes = 3, .latency_ms_max = 100},
                                   .seeds = 4,
                                   .play = triangle_play});
}

/* ---- content that does not come ---- */

static void withheld_by_pol(struct tell *tell, struct world *world, struct desk_alert *out)
{
    uint8_t feed[16];
    struct desk_alert a;
    tell_answer(tell, world_feed_open(world, POL, "GEOPOLSRB", feed),
                "POL opens a feed for GEO and SRB");
    tell_answer(tell, desk_issue(world, POL, feed, DESK_STOLEN, &a), "POL issues alert A");
    tell_wait(tell, 5 * SECOND_MS);
    tell_alert(tell, SRB_GEO, "A", &a);
    tell_deed(tell,
              "POL alters its node: it signs leaves for GEO and SRB, and keeps their content");
    world_make_villain(world, POL, WORLD_PLAY_KEEP);
    tell_answer(tell, desk_issue(world, POL, feed, DESK_ARREST, out), "POL issues alert B");
    tell_wait(tell, 30 * SECOND_MS);
    tell_alert(tell, SRB_GEO, "B", out);
    tell_journal(tell, SRB_GEO, POL);
    tell_wait(tell, 90 * SECOND_MS);
    tell_journal(tell, SRB_GEO, POL);
    tell_withheld(tell, SRB_GEO, POL);
    for (uint32_t node = SRB; node <= GEO; node++) {
        assert_int_equal(world_notices(world, node, CAIRN_NOTICE_MISSING), 1);
        assert_int_equal(desk_ask(world, node, out).status, CAIRN_ALERT_STATUS_NONE);
    }
    tell_deed(tell, "SRB writes down what shows it, for whoever asks");
    struct cairn_verify_counts counts = tell_evidence(tell, SRB, CAIRN_SCOPE_WITHHELD, POL);
    assert_int_equal(counts.withheld, 1);
    assert_int_equal(counts.late, 0);
}

static void withheld_by_line(struct tell *tell, struct world *world, struct desk_alert *out)
{
    uint8_t feed[16];
    struct desk_alert c;
    tell_answer(tell, world_feed_open(world, AUT, "AUTSRB", feed), "AUT opens a feed for SRB");
    tell_answer(tell, desk_issue(world, AUT, feed, DESK_STOLEN, &c), "AUT issues alert C");
    tell_wait(tell, 5 * SECOND_MS);
    tell_deed(tell, "AUT's line to SRB is cut; AUT is honest, and linked with GEO");
    world_cut(world, AUT, SRB, false);
    tell_answer(tell, desk_issue(world, AUT, feed, DESK_MISSING, out), "AUT issues alert D");
    tell_wait(tell, 2 * MINUTE_MS);
    tell_alert(tell, ONE(SRB), "D", out);
    tell_withheld(tell, ONE(SRB), AUT);
    struct cairn_verify_counts counts = tell_evidence(tell, SRB, CAIRN_SCOPE_WITHHELD, AUT);
    assert_int_equal(counts.withheld, 1);
    assert_int_equal(counts.late, 0);
}

static void withheld_play(struct tell *tell, struct world *world)
{
    struct desk_alert b, d;
    struct cairn_verify_counts counts;
    world_meet_all(world);
    tell_deed(tell, "AUT, SRB, GEO and POL recognise each other");
    tell_wait(tell, 3 * SECOND_MS);
    withheld_by_pol(tell, world, &b);
    withheld_by_line(tell, world, &d);
    tell_deed(tell, "AUT's line to SRB is whole again");
    world_cut(world, AUT, SRB, true);
    tell_wait(tell, 30 * SECOND_MS);
    tell_alert(tell, ONE(SRB), "D", &d);
    tell_withheld(tell, ONE(SRB), AUT);
    counts = tell_evidence(tell, SRB, CAIRN_SCOPE_WITHHELD, AUT);
    assert_int_equal(counts.withheld, 1);
    assert_int_equal(counts.late, 1);
    tell_alert(tell, SRB_GEO, "B", &b);
    tell_withheld(tell, SRB_GEO, POL);
    counts = tell_evidence(tell, GEO, CAIRN_SCOPE_WITHHELD, POL);
    assert_int_equal(counts.withheld, 1);
    assert_int_equal(counts.late, 0);
    assert_true(desk_is_live(world, SRB, &d));
    assert_int_equal(world_notices(world, SRB, CAIRN_NOTICE_MISSING), 2);
    assert_peace(world, 3);
}

TEST(content_that_its_author_keeps_is_shown_and_what_came_late_is_called_late)
{
    tell_story(&(struct tell_plan){
        .name = "withheld-content",
        .title = "Content that its author keeps, and content that comes late",
        .about =
            "One country signs that there is an alert for others, and gives it to nobody. Another\n"
            "one is honest, and its line is down. Both look the same until the line is up again.\n",
        .options = {.nodes = 4, .latency_ms_max = 40},
        .seeds = 4,
        .play = withheld_play});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_countries_split_from_a_third_come_together_again),
        cmocka_unit_test(a_triangle_without_a_relay_converges),
        cmocka_unit_test(content_that_its_author_keeps_is_shown_and_what_came_late_is_called_late),
    };
    if (getenv("CAIRN_TEST") != NULL) {
        cmocka_set_test_filter(getenv("CAIRN_TEST"));
    }
    return cmocka_run_group_tests_name("scene_told_lines", tests, NULL, NULL);
}
