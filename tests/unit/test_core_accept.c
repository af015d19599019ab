/* One core, driven by hand-made frames: how fast, how much, and whether anything is taken of an
 * author. Nothing is ever skipped, nobody loses a link, and nobody is accused of what this node did
 * not take. */
#include "tests/lib/test.h"

#include <string.h>

#include "replication/core_limits.h"
#include "tests/lib/core_scene.h"

#define NO_LIMIT UINT64_MAX

static void take_rows(const struct cairn_accept *rows, uint32_t count)
{
    struct cairn_event event = {.type = CAIRN_EVENT_ACCEPT};
    event.as.accept.rows = rows;
    event.as.accept.row_count = count;
    host_do(scene.host, &event);
    host_settle(scene.host);
}

/* Everything of the others. */
static void take_of_srb(uint32_t entries_per_s, uint64_t store_bytes)
{
    const struct cairn_accept rows[] = {
        {.is_heard = true, .store_bytes = NO_LIMIT},
        {.country = {'S', 'R', 'B'},
         .is_heard = true,
         .entries_per_s = entries_per_s,
         .store_bytes = store_bytes},
    };
    take_rows(rows, 2);
}

static struct cairn_core_accepted taken_of(const char *country)
{
    struct cairn_core_accepted out;
    cairn_core_accept(scene.host->core, (const uint8_t *)country, &out);
    return out;
}

/* Credit that SRB was given since sent messages were forgotten, for one log; and whether anew. */
static uint64_t credit_given(const uint8_t log[static 16], bool *out_is_restart)
{
    struct cairn_message message;
    uint64_t credit = 0;
    *out_is_restart = false;
    for (uint32_t i = 0; host_sent(scene.host, SRB, CAIRN_MESSAGE_WANT, i, &message); i++) {
        if (memcmp(message.as.want.log, log, 16) == 0) {
            credit += message.as.want.credit_bytes;
            *out_is_restart = *out_is_restart || message.as.want.has_from;
        }
    }
    return credit;
}

/* Was SRB told that its journal is asked for no more? */
static bool is_stopped(void)
{
    struct cairn_message message;
    uint8_t id[16];
    bool is_so = false;
    cairn_keys_journal_id(cairn_bytes_of(scene.srb.origin), id);
    for (uint32_t i = 0; host_sent(scene.host, SRB, CAIRN_MESSAGE_WANT, i, &message); i++) {
        if (memcmp(message.as.want.log, id, 16) == 0) {
            is_so = message.as.want.has_from && message.as.want.credit_bytes == 0;
        }
    }
    return is_so;
}

static uint64_t journal_credit(void)
{
    uint8_t id[16];
    bool is_restart;
    cairn_keys_journal_id(cairn_bytes_of(scene.srb.origin), id);
    return credit_given(id, &is_restart);
}

static void give_noise(uint32_t count)
{
    uint64_t from = scene.srb.journal.size;
    scene_write_noise(&scene.srb, count, 7);
    scene_frame(SRB, author_range(&scene.srb, from, from + count, true));
    host_settle(scene.host);
}

/* SRB is linked, offers its journal, and gives the one leaf of it. */
static void link_srb(void)
{
    scene_write_noise(&scene.srb, 1, 7);
    scene_link_up(SRB, &scene.srb);
    scene_offer_own(SRB, &scene.srb);
    scene_frame(SRB, author_range(&scene.srb, 0, 1, true));
    host_settle(scene.host);
}

TEST(without_a_rate_four_mebibytes_of_credit_are_given)
{
    link_srb();
    take_of_srb(0, NO_LIMIT);
    host_forget_sent(scene.host);
    give_noise(100);
    assert_int_equal(journal_credit(), CORE_CREDIT_BYTES);
}

TEST(credit_is_what_the_rate_stands_for_and_none_when_it_is_used_up)
{
    take_of_srb(100, NO_LIMIT);
    link_srb();
    assert_int_equal(journal_credit(), (100 + 99) * CAIRN_LEAF_BYTES);
    host_forget_sent(scene.host);
    give_noise(150); /* half a second more than is left */
    assert_int_equal(scene_srb_peer().journal_size, 151);
    assert_int_equal(journal_credit(), 0);
    assert_int_equal(taken_of("SRB").state, CAIRN_ACCEPTED_SLOWED);
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_ACCEPT_SLOWED], 1);
    host_run(scene.host, 490);
    assert_int_equal(journal_credit(), 0);
    host_run(scene.host, 60);
    assert_true(journal_credit() > 0);
    host_forget_sent(scene.host);
    give_noise(10);
    assert_int_equal(scene_srb_peer().journal_size, 161); /* nothing was skipped */
    assert_err(scene.host->dropped[SRB], CAIRN_OK);
}

TEST(credit_of_before_is_taken_back_when_a_rate_is_set)
{
    uint8_t id[16];
    bool is_restart;
    link_srb();
    host_forget_sent(scene.host);
    take_of_srb(100, NO_LIMIT);
    cairn_keys_journal_id(cairn_bytes_of(scene.srb.origin), id);
    assert_int_equal(credit_given(id, &is_restart), 100 * CAIRN_LEAF_BYTES);
    assert_true(is_restart);
}

TEST(a_clock_that_was_set_back_holds_nobody_up)
{
    take_of_srb(100, NO_LIMIT);
    link_srb();
    give_noise(300);
    scene.host->now_ms -= 3600000;
    host_tick(scene.host, 0);
    host_forget_sent(scene.host);
    host_run(scene.host, 2500);
    assert_true(journal_credit() > 0);
}

/* More than was asked for is let pass, and asked for again when its time has come. */
TEST(what_comes_far_too_fast_is_asked_for_again)
{
    uint8_t id[16];
    bool is_restart;
    take_of_srb(100, NO_LIMIT);
    link_srb();
    scene_write_noise(&scene.srb, 12000, 7);
    for (uint64_t from = 1; from < 12000; from += 3000) {
        scene_frame(SRB, author_range(&scene.srb, from, from + 3000, from > 9000));
        host_settle(scene.host);
    }
    assert_err(scene.host->dropped[SRB], CAIRN_OK);
    assert_int_equal(scene_srb_peer().journal_size, 1);
    host_forget_sent(scene.host);
    cairn_keys_journal_id(cairn_bytes_of(scene.srb.origin), id);
    host_run(scene.host, 88000);
    assert_int_equal(credit_given(id, &is_restart), 0);
    host_run(scene.host, 3000);
    assert_true(credit_given(id, &is_restart) > 0);
    assert_true(is_restart);
    scene_frame(SRB, author_range(&scene.srb, 1, 12001, true));
    host_settle(scene.host);
    assert_int_equal(scene_srb_peer().journal_size, 12001);
}

/* It is silent because it was given no credit: that is no reason to go to somebody else. */
TEST(who_was_given_no_credit_is_not_changed_for_another_source)
{
    take_of_srb(10, NO_LIMIT);
    link_srb();
    scene_link_up(GEO, &scene.geo);
    scene_offer(GEO);
    give_noise(2000);
    host_forget_sent(scene.host);
    host_run(scene.host, 150000); /* a source has 90 s to say something */
    assert_false(is_stopped());
    host_run(scene.host, 60000);
    assert_true(journal_credit() > 0);
}

TEST(fat_bodies_count_by_their_size)
{
    take_of_srb(1000, NO_LIMIT);
    scene_write_first();
    scene_link_up(SRB, &scene.srb);
    scene_join(SRB);
    scene_frame(SRB, author_entries(&scene.feed, 0));
    host_settle(scene.host);
    host_run(scene.host, 5000);
    host_forget_sent(scene.host);
    uint64_t from = scene.srb.journal.size;
    for (uint32_t i = 0; i < 2; i++) {
        static const uint8_t body[40000];
        author_add(&scene.srb, &scene.feed, (struct cairn_bytes){.data = body, .size = sizeof body},
                   false);
    }
    author_commit(&scene.srb, &scene.feed, NULL);
    author_sign(&scene.srb);
    scene_frame(SRB, author_range(&scene.srb, from, from + 1, true));
    host_settle(scene.host);
    take_of_srb(50, NO_LIMIT);                        /* at once: a second's worth of it */
    scene_frame(SRB, author_entries(&scene.feed, 1)); /* two entries, 79 KiB */
    host_settle(scene.host);
    assert_int_equal(scene_held(&scene.feed).commits, 2);
    scene_write_noise(&scene.srb, 1, 7);
    host_forget_sent(scene.host);
    scene_frame(SRB, author_range(&scene.srb, from + 1, from + 2, true));
    host_settle(scene.host);
    assert_int_equal(journal_credit(), 0);
    host_run(scene.host, 1000);
    assert_true(journal_credit() > 0);
}

/* SRB's feed is joined; its next commit is written, and its leaf given. */
static uint64_t prepare_commit(void)
{
    scene_write_first();
    scene_link_up(SRB, &scene.srb);
    scene_join(SRB);
    scene_frame(SRB, author_entries(&scene.feed, 0));
    host_settle(scene.host);
    scene_grow(NULL);
    return author_commit_bytes(&scene.feed, 1).size;
}

static void give_commit(void)
{
    scene_frame(SRB, author_entries(&scene.feed, 1));
    host_settle(scene.host);
}

TEST(what_does_not_fit_the_limit_is_not_taken_and_the_link_stays)
{
    uint64_t size = prepare_commit();
    uint64_t held = taken_of("SRB").held_bytes;
    take_of_srb(0, held + size + 1023); /* a kibibyte is kept for a cosignature */
    give_commit();
    assert_int_equal(scene_held(&scene.feed).commits, 1);
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_ACCEPT_FULL], 1);
    assert_err(scene.host->notice_err[CAIRN_NOTICE_ACCEPT_FULL], CAIRN_DENIED_STORE);
    assert_int_equal(taken_of("SRB").state, CAIRN_ACCEPTED_FULL);
    assert_err(scene.host->dropped[SRB], CAIRN_OK);
    uint64_t journal = scene_srb_peer().journal_size;
    give_noise(3); /* nor are leaves, by whomever */
    scene_link_up(GEO, &scene.geo);
    scene_offer(GEO);
    scene_frame(GEO, author_range(&scene.srb, journal, journal + 3, true));
    host_settle(scene.host);
    assert_int_equal(scene_srb_peer().journal_size, journal);
    assert_int_equal(taken_of("SRB").held_bytes, held);
}

TEST(what_just_fits_the_limit_is_taken_and_a_higher_limit_goes_on)
{
    uint64_t size = prepare_commit();
    uint64_t held = taken_of("SRB").held_bytes;
    take_of_srb(0, held + size + 1024);
    give_commit();
    assert_int_equal(scene_held(&scene.feed).commits, 2);
    assert_int_equal(taken_of("SRB").held_bytes, held + size);
    give_noise(100);
    assert_int_equal(taken_of("SRB").state, CAIRN_ACCEPTED_FULL);
    host_forget_sent(scene.host);
    take_of_srb(0, NO_LIMIT);
    host_run(scene.host, 1000);
    assert_int_equal(taken_of("SRB").state, CAIRN_ACCEPTED_OPEN);
    assert_int_equal(journal_credit(), CORE_CREDIT_BYTES);
    uint64_t journal = scene_srb_peer().journal_size;
    scene_frame(SRB, author_range(&scene.srb, journal, scene.srb.journal.size, true));
    host_settle(scene.host);
    assert_int_equal(scene_srb_peer().journal_size, scene.srb.journal.size);
}

TEST(what_is_kept_is_known_again_after_a_restart)
{
    prepare_commit();
    give_commit();
    host_run(scene.host, 5000);
    struct cairn_core_accepted before = taken_of("SRB");
    assert_true(before.held_bytes > 0);
    host_crash(scene.host);
    assert_int_equal(taken_of("SRB").held_bytes, before.held_bytes);
}

TEST(nobody_is_accused_of_what_was_not_taken_here)
{
    prepare_commit();
    take_of_srb(0, 1);
    host_run(scene.host, 5000);
    give_commit();
    host_run(scene.host, 200000);
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_MISSING], 0);
    assert_true(scene_srb_peer().cosigned_size < scene.srb.journal.size); /* nor is it cosigned */
    take_of_srb(0, NO_LIMIT);
    host_run(scene.host, 50000);
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_MISSING], 0);
    host_run(scene.host, 30000); /* by now SRB does withhold it */
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_MISSING], 1);
}

TEST(the_fork_of_a_country_that_is_full_is_still_proved)
{
    uint8_t root[32];
    prepare_commit();
    host_run(scene.host, 1000);
    take_of_srb(0, 1);
    give_commit();
    assert_int_equal(taken_of("SRB").state, CAIRN_ACCEPTED_FULL);
    cairn_merkle_range_root(&scene.srb.journal, root);
    root[31] ^= 1;
    author_sign_as(&scene.srb, scene.srb.journal.size, root);
    scene_link_up(GEO, &scene.geo);
    scene_offer(GEO);
    host_settle(scene.host);
    assert_true(scene_srb_peer().is_forked);
}

TEST(who_has_no_row_is_not_heard_and_who_has_one_is)
{
    const struct cairn_accept row = {
        .country = {'G', 'E', 'O'}, .is_heard = true, .store_bytes = NO_LIMIT};
    take_rows(&row, 1);
    scene_write_noise(&scene.srb, 1, 7);
    scene_link_up(SRB, &scene.srb);
    scene_offer_own(SRB, &scene.srb);
    assert_int_equal(journal_credit(), 0);
    assert_int_equal(scene_srb_peer().journal_size, 0);
    assert_int_equal(taken_of("SRB").state, CAIRN_ACCEPTED_NOT);
    assert_int_equal(taken_of("GEO").state, CAIRN_ACCEPTED_OPEN);
    take_of_srb(0, NO_LIMIT);
    host_run(scene.host, 1000);
    scene_frame(SRB, author_range(&scene.srb, 0, 1, true));
    host_settle(scene.host);
    assert_int_equal(scene_srb_peer().journal_size, 1);
    host_forget_sent(scene.host);
    take_rows(NULL, 0);
    assert_true(is_stopped());
    assert_int_equal(taken_of("GEO").state, CAIRN_ACCEPTED_NOT);
    host_forget_sent(scene.host);
    take_of_srb(0, NO_LIMIT);
    host_run(scene.host, 1000);
    assert_int_equal(journal_credit(), CORE_CREDIT_BYTES);
}

TEST(what_was_under_way_when_an_author_lost_its_row_is_not_taken_and_accuses_nobody)
{
    prepare_commit();
    take_rows(NULL, 0);
    give_commit();
    assert_int_equal(scene_held(&scene.feed).commits, 1);
    assert_err(scene.host->dropped[SRB], CAIRN_OK);
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_COMMIT_REFUSED], 0);
}

/* The record of a feed that came while nothing was taken is asked for when that changes. */
TEST(a_feed_that_was_not_wanted_is_joined_later)
{
    struct cairn_event scarce = {.type = CAIRN_EVENT_SPACE, .as.is_scarce = true};
    uint32_t number;
    scene_write_first();
    scene_link_up(SRB, &scene.srb);
    host_do(scene.host, &scarce);
    scene_offer(SRB);
    host_settle(scene.host);
    assert_false(cairn_core_feed_find(scene.host->core, scene.feed.feed.id, &number));
    host_forget_sent(scene.host);
    scarce.as.is_scarce = false;
    host_do(scene.host, &scarce);
    host_settle(scene.host);
    scene_frame(SRB, author_record(&scene.srb, &scene.feed));
    host_settle(scene.host);
    assert_err(scene.host->dropped[SRB], CAIRN_OK);
    assert_true(cairn_core_feed_find(scene.host->core, scene.feed.feed.id, &number));
}

TEST(a_feed_whose_record_does_not_fit_the_limit_is_joined_later)
{
    uint32_t number;
    scene_write_first();
    scene_link_up(SRB, &scene.srb);
    take_of_srb(0, taken_of("SRB").held_bytes + scene.feed.record.size - 1);
    scene_offer(SRB);
    scene_frame(SRB, author_record(&scene.srb, &scene.feed));
    host_settle(scene.host);
    assert_false(cairn_core_feed_find(scene.host->core, scene.feed.feed.id, &number));
    host_forget_sent(scene.host);
    take_of_srb(0, NO_LIMIT);
    host_run(scene.host, 1000);
    scene_frame(SRB, author_record(&scene.srb, &scene.feed)); /* it was asked for again */
    host_settle(scene.host);
    assert_err(scene.host->dropped[SRB], CAIRN_OK);
    assert_true(cairn_core_feed_find(scene.host->core, scene.feed.feed.id, &number));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, scene_begin, scene_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(without_a_rate_four_mebibytes_of_credit_are_given),
        CASE(credit_is_what_the_rate_stands_for_and_none_when_it_is_used_up),
        CASE(credit_of_before_is_taken_back_when_a_rate_is_set),
        CASE(a_clock_that_was_set_back_holds_nobody_up),
        CASE(what_comes_far_too_fast_is_asked_for_again),
        CASE(who_was_given_no_credit_is_not_changed_for_another_source),
        CASE(fat_bodies_count_by_their_size),
        CASE(what_does_not_fit_the_limit_is_not_taken_and_the_link_stays),
        CASE(what_just_fits_the_limit_is_taken_and_a_higher_limit_goes_on),
        CASE(what_is_kept_is_known_again_after_a_restart),
        CASE(nobody_is_accused_of_what_was_not_taken_here),
        CASE(the_fork_of_a_country_that_is_full_is_still_proved),
        CASE(who_has_no_row_is_not_heard_and_who_has_one_is),
        CASE(what_was_under_way_when_an_author_lost_its_row_is_not_taken_and_accuses_nobody),
        CASE(a_feed_that_was_not_wanted_is_joined_later),
        CASE(a_feed_whose_record_does_not_fit_the_limit_is_joined_later),
    };
    return cmocka_run_group_tests_name("core_accept", tests, NULL, NULL);
}
