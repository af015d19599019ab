/* One core, driven by hand-made frames: journals and their sources. Forks: test_core_fork.c */
#include "tests/lib/test.h"

#include <string.h>

#include "replication/core.h"
#include "tests/lib/core_scene.h"

TEST(leaves_take_effect_with_the_checkpoint_that_covers_them)
{
    scene_write_noise(&scene.srb, 10, 1);
    scene_link_up(SRB, &scene.srb);
    scene_offer_own(SRB, &scene.srb);
    scene_frame(SRB, author_range(&scene.srb, 0, 6, false));
    host_settle(scene.host);
    assert_int_equal(scene_peer_of(&scene.srb).journal_size, 0);
    scene_frame(SRB, author_range(&scene.srb, 6, 10, true));
    host_settle(scene.host);
    assert_int_equal(scene_peer_of(&scene.srb).journal_size, 10);
}

TEST(leaves_that_do_not_lead_to_the_checkpoint_are_refused)
{
    scene_write_noise(&scene.srb, 10, 1);
    scene_link_up(SRB, &scene.srb);
    scene_offer_own(SRB, &scene.srb);
    scene.srb.leaves[4][20] ^= 1;
    scene_frame(SRB, author_range(&scene.srb, 0, 10, true));
    host_settle(scene.host);
    assert_err(scene.host->dropped[SRB], CAIRN_PEER_LEAF);
    assert_int_equal(scene_peer_of(&scene.srb).journal_size, 0);
    scene.srb.leaves[4][20] ^= 1;
    host_link_down(scene.host, SRB);
    scene_link_up(SRB, &scene.srb);
    scene_offer_own(SRB, &scene.srb);
    scene_frame(SRB, author_range(&scene.srb, 0, 10, true));
    host_settle(scene.host);
    assert_int_equal(scene_peer_of(&scene.srb).journal_size, 10);
}

TEST(the_checkpoints_root_is_compared_to_its_last_byte)
{
    uint8_t root[32];
    scene_write_noise(&scene.srb, 10, 1);
    scene_link_up(SRB, &scene.srb);
    scene_offer_own(SRB, &scene.srb);
    cairn_merkle_range_root(&scene.srb.journal, root);
    root[31] ^= 1;
    author_sign_as(&scene.srb, 10, root);
    scene_frame(SRB, author_range(&scene.srb, 0, 10, true));
    host_settle(scene.host);
    assert_err(scene.host->dropped[SRB], CAIRN_PEER_LEAF);
    assert_int_equal(scene_peer_of(&scene.srb).journal_size, 0);
}

TEST(leaves_that_were_not_asked_for_do_no_harm)
{
    scene_write_noise(&scene.srb, 10, 1);
    scene_link_up(SRB, &scene.srb);
    scene_link_up(GEO, &scene.geo);
    scene_offer_own(SRB, &scene.srb);
    scene_write_noise(&scene.twin, 10, 7);
    scene_frame(
        GEO, author_range(&scene.twin, 0, 5, false)); /* the author is linked: nobody asked GEO */
    assert_err(scene.host->dropped[GEO], CAIRN_PEER_OVERDRAW);
    scene_frame(SRB, author_range(&scene.srb, 0, 10, true));
    host_settle(scene.host);
    assert_int_equal(scene_peer_of(&scene.srb).journal_size, 10);
}

/* Only signatures accuse: whose leaves they are nobody can show. */
TEST(an_author_whose_leaves_leave_its_own_history_is_refused)
{
    scene_write_noise(&scene.srb, 10, 1);
    scene_link_up(SRB, &scene.srb);
    scene_offer_own(SRB, &scene.srb);
    scene_frame(SRB, author_range(&scene.srb, 0, 10, true));
    host_settle(scene.host);
    scene_write_noise(&scene.twin, 10, 7);
    scene_write_noise(&scene.twin, 10, 1);
    scene_frame(SRB, author_range(&scene.twin, 10, 20, true));
    host_settle(scene.host);
    assert_err(scene.host->dropped[SRB], CAIRN_PEER_LEAF);
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_FORK], 1); /* the operator is told */
    assert_false(scene_peer_of(&scene.srb).is_forked);
    assert_int_equal(scene_rows_in(CAIRN_TABLE_FORK), 0);
}

TEST(a_source_that_stays_silent_is_changed_for_another_one)
{
    struct cairn_message want;
    scene_write_noise(&scene.srb, 10, 1);
    scene_link_up(GEO, &scene.geo);
    scene_offer_own(GEO, &scene.srb);
    scene_link_up(3, &scene.srb);
    scene_offer_own(3, &scene.srb); /* the author itself: the better source */
    host_forget_sent(scene.host);
    host_run(scene.host, 200000);
    bool is_asked[2] = {false, false};
    for (uint32_t i = 0; host_sent(scene.host, GEO, CAIRN_MESSAGE_WANT, i, &want); i++) {
        is_asked[0] = is_asked[0] || want.as.want.credit_bytes > 0;
    }
    for (uint32_t i = 0; host_sent(scene.host, 3, CAIRN_MESSAGE_WANT, i, &want); i++) {
        is_asked[1] = is_asked[1] || want.as.want.credit_bytes > 0;
    }
    assert_true(is_asked[0]);
    assert_true(is_asked[1]);
}

/* Was this link asked for leaves since host_forget_sent? */
static bool is_asked(uint32_t link)
{
    struct cairn_message want;
    bool is_so = false;
    for (uint32_t i = 0; host_sent(scene.host, link, CAIRN_MESSAGE_WANT, i, &want); i++) {
        is_so = is_so || want.as.want.credit_bytes > 0;
    }
    return is_so;
}

/* It answers every five seconds, with leaves that fit nowhere. */
static void talk_in_vain(uint32_t link, uint64_t ms)
{
    struct cairn_message range = author_range(&scene.srb, 0, 10, true);
    range.as.journal.from = 5;
    for (uint64_t at = 0; at < ms; at += 5000) {
        scene_frame(link, range);
        host_run(scene.host, 5000);
    }
}

TEST(a_source_that_talks_and_gives_nothing_of_use_is_changed_for_another_one)
{
    const uint32_t author = 3;
    scene_write_noise(&scene.srb, 10, 1);
    scene_link_up(GEO, &scene.geo);
    scene_offer_own(GEO, &scene.srb);
    scene_link_up(author, &scene.srb);
    scene_offer_own(author, &scene.srb);
    host_forget_sent(scene.host);
    talk_in_vain(author, 115000);
    assert_false(is_asked(GEO));
    talk_in_vain(author, 15000);
    assert_true(is_asked(GEO));
    host_forget_sent(scene.host);
    talk_in_vain(GEO, 215000); /* twice the time: it may be a slow line */
    assert_false(is_asked(author));
    talk_in_vain(GEO, 20000);
    assert_true(is_asked(author));
    scene_frame(author, author_range(&scene.srb, 0, 10, true));
    host_settle(scene.host);
    assert_int_equal(scene_peer_of(&scene.srb).journal_size, 10);
}

TEST(a_peer_that_shows_more_is_asked_when_the_source_has_had_nothing_for_a_while)
{
    const uint32_t other = 3;
    struct author pol;
    author_open(&pol, &scene.suite, "POL");
    host_meet(scene.host, &pol);
    scene_write_noise(&scene.srb, 10, 1);
    scene_link_up(GEO, &scene.geo);
    scene_offer_own(GEO, &scene.srb);
    scene_frame(GEO, author_range(&scene.srb, 0, 10, true));
    scene_link_up(other, &pol);
    scene_offer_own(other, &scene.srb); /* no more than is here */
    host_run(scene.host, 20000);
    scene_offer_own(other, &scene.srb);
    host_settle(scene.host);
    assert_false(is_asked(other));

    scene_write_noise(&scene.srb, 2, 2);
    scene_frame(GEO, author_range(&scene.srb, 10, 11, false)); /* it has just said something */
    host_run(scene.host, 14000);
    scene_offer_own(other, &scene.srb);
    host_settle(scene.host);
    assert_false(is_asked(other));
    host_run(scene.host, 2000);
    scene_offer_own(other, &scene.srb);
    host_settle(scene.host);
    assert_true(is_asked(other));
    scene_frame(other, author_range(&scene.srb, 10, 12, true));
    host_settle(scene.host);
    assert_int_equal(scene_peer_of(&scene.srb).journal_size, 12);

    scene_link_up(SRB, &scene.srb); /* nobody is better than the author */
    scene_offer_own(SRB, &scene.srb);
    scene_write_noise(&scene.srb, 1, 3);
    host_run(scene.host, 20000);
    host_forget_sent(scene.host);
    scene_offer_own(other, &scene.srb);
    host_settle(scene.host);
    assert_false(is_asked(other));
    author_close(&pol);
}

TEST(leaves_without_end_and_without_checkpoint_are_refused)
{
    static uint8_t zeros[16384 * CAIRN_LEAF_BYTES];
    scene_write_noise(&scene.srb, 1, 1);
    scene_link_up(SRB, &scene.srb);
    scene_offer_own(SRB, &scene.srb);
    struct cairn_message range = author_range(&scene.srb, 0, 0, false);
    scene.host->is_forgetful = true;
    range.as.journal.leaves = (struct cairn_bytes){.data = zeros, .size = sizeof zeros};
    for (uint64_t from = 0; from < 4 << 20 && scene.host->dropped[SRB] == CAIRN_OK; from += 16384) {
        range.as.journal.from = from;
        scene_frame(SRB, range);
        host_settle(scene.host);
    }
    assert_err(scene.host->dropped[SRB], CAIRN_PEER_LEAF);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, scene_begin, scene_end)
    const struct CMUnitTest tests[] = {
        CASE(leaves_take_effect_with_the_checkpoint_that_covers_them),
        CASE(leaves_that_do_not_lead_to_the_checkpoint_are_refused),
        CASE(the_checkpoints_root_is_compared_to_its_last_byte),
        CASE(leaves_that_were_not_asked_for_do_no_harm),
        CASE(an_author_whose_leaves_leave_its_own_history_is_refused),
        CASE(a_source_that_stays_silent_is_changed_for_another_one),
        CASE(a_source_that_talks_and_gives_nothing_of_use_is_changed_for_another_one),
        CASE(a_peer_that_shows_more_is_asked_when_the_source_has_had_nothing_for_a_while),
        CASE(leaves_without_end_and_without_checkpoint_are_refused),
    };
    return cmocka_run_group_tests_name("core_journal", tests, NULL, NULL);
}
