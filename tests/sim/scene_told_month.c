/* The stories that people read and approve, third part: a node that is gone for a month. Its text
 * is in docs/scenes. Alone, because a month of other nodes takes its time. */
#include "tests/sim/tell.h"

#include <stdlib.h>

enum { AUT, SRB, GEO };

#define SECOND_MS  1000u
#define MINUTE_MS  (60 * SECOND_MS)
#define DAY_MS     (1440 * MINUTE_MS)
#define DAYS       30u
#define LINE_BYTES 62500u /* a second: 500 kbit/s */

#define ONE(node) TELL_NODE(node)
#define SRB_GEO   (ONE(SRB) | ONE(GEO))
#define ALL_THREE (ONE(AUT) | SRB_GEO)

struct month {
    uint8_t of_aut[16], of_srb[16], of_geo[16];
    struct desk_alert a, urgent, daily[DAYS];
};

static uint64_t own_size(struct world *world, uint32_t node)
{
    struct cairn_core_peer own;
    cairn_core_peer(world_core(world, node), 0, &own);
    return own.journal_size;
}

static void month_begin(struct tell *tell, struct world *world, struct month *month)
{
    world_meet_all(world);
    tell_deed(tell, "AUT, SRB and GEO recognise each other; each opens a feed for the two others");
    tell_wait(tell, 3 * SECOND_MS);
    assert_err(world_feed_open(world, AUT, "AUTGEOSRB", month->of_aut), CAIRN_OK);
    assert_err(world_feed_open(world, SRB, "AUTGEOSRB", month->of_srb), CAIRN_OK);
    assert_err(world_feed_open(world, GEO, "AUTGEOSRB", month->of_geo), CAIRN_OK);
    tell_answer(tell, desk_issue(world, AUT, month->of_aut, DESK_ARREST, &month->a),
                "AUT issues alert A");
    tell_wait(tell, 2 * MINUTE_MS);
    tell_journal(tell, ALL_THREE, AUT);
    tell_held(tell, ONE(AUT), SRB);
}

static void month_pass(struct tell *tell, struct world *world, struct month *month)
{
    tell_deed(tell, "AUT's only machine is off for %u days; SRB issues an alert on each of them",
              DAYS);
    world_fall(world, AUT, WORLD_KILLED, DAYS * (uint64_t)DAY_MS);
    for (uint32_t day = 0; day < DAYS; day++) {
        assert_err(desk_issue(world, SRB, month->of_srb, DESK_STOLEN, &month->daily[day]),
                   CAIRN_OK);
        tell_wait(tell, DAY_MS - 2 * MINUTE_MS);
    }
    tell_answer(tell, desk_issue(world, GEO, month->of_geo, DESK_MISSING, &month->urgent),
                "an hour before AUT is back, GEO issues alert U, of a missing child");
    tell_alerts(tell, SRB_GEO, "of SRB", month->daily, DAYS);
    tell_alert(tell, SRB_GEO, "A", &month->a);
    tell_heard_of(tell, SRB_GEO, AUT);
    tell_witnesses(tell, SRB_GEO);
}

static void month_back(struct tell *tell, struct world *world, const struct month *month)
{
    world_slow(world, SRB, AUT, LINE_BYTES);
    world_slow(world, GEO, AUT, LINE_BYTES);
    tell_wait(tell, 59 * MINUTE_MS + 59 * SECOND_MS);
    tell_deed(tell, "AUT's machine is on again; each of its two lines carries 500 kbit/s");
    tell_wait(tell, 4 * SECOND_MS);
    tell_alert(tell, ONE(AUT), "A", &month->a);
    tell_heard_of(tell, ONE(AUT), SRB);
    tell_wait(tell, 56 * SECOND_MS);
    tell_heard_of(tell, ONE(AUT), SRB);
    tell_wait(tell, 9 * MINUTE_MS);
    tell_alert(tell, ONE(AUT), "U", &month->urgent);
    tell_alerts(tell, ONE(AUT), "of SRB", month->daily, DAYS);
    tell_held(tell, ONE(AUT), SRB);
    tell_held(tell, ONE(AUT), GEO);
    assert_true(desk_is_live(world, AUT, &month->urgent));
    for (uint32_t day = 0; day < DAYS; day++) {
        assert_true(desk_is_live(world, AUT, &month->daily[day]));
    }
}

static void month_play(struct tell *tell, struct world *world)
{
    struct month month;
    struct desk_alert b;
    month_begin(tell, world, &month);
    uint64_t size = own_size(world, AUT);
    month_pass(tell, world, &month);
    month_back(tell, world, &month);
    tell_answer(tell, desk_issue(world, AUT, month.of_aut, DESK_STOLEN, &b), "AUT issues alert B");
    tell_wait(tell, 150 * SECOND_MS);
    tell_alert(tell, ALL_THREE, "B", &b);
    tell_whole(tell, SRB_GEO, AUT);
    tell_whole(tell, ONE(AUT) | ONE(GEO), SRB);
    tell_whole(tell, ONE(AUT) | ONE(SRB), GEO);
    tell_witnesses(tell, SRB_GEO);
    tell_accused(tell, ALL_THREE);
    assert_true(own_size(world, AUT) > size);
    assert_int_equal(world_second_histories(world), 0);
    for (uint32_t node = AUT; node <= GEO; node++) {
        assert_true(desk_is_live(world, node, &b));
        assert_int_equal(world_notices(world, node, CAIRN_NOTICE_MISSING), 0);
        assert_int_equal(world_notices(world, node, CAIRN_NOTICE_FORK), 0);
        assert_int_equal(world_notices(world, node, CAIRN_NOTICE_RESTORING), 0);
        assert_int_equal(world_notices(world, node, CAIRN_NOTICE_LINK_REFUSED), 0);
    }
}

TEST(a_node_that_was_gone_for_a_month_catches_up_and_calls_nothing_missing)
{
    tell_story(&(struct tell_plan){
        .name = "gone-for-a-month",
        .title = "A node that was gone for a month",
        .about =
            "A node is off for thirty days. When it is on again it fetches each partner's leaves,\n"
            "then its marks, which say when what was written, then the alerts; and its own "
            "journal\n"
            "goes on where it was.\n",
        .options = {.nodes = 3},
        .seeds = 1,
        .play = month_play});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_node_that_was_gone_for_a_month_catches_up_and_calls_nothing_missing),
    };
    return cmocka_run_group_tests_name("scene_told_month", tests, NULL, NULL);
}
