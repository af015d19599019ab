/* Method: AUT's core and a partner SRB whose journal is written by hand. Sealing keys change on
 * either side, before and after what they seal; the pairwise feeds that follow are found by what
 * the two secrets give (P-33, P-93, P-94), never asked of the core. */
#include "tests/lib/core_scene.h"

#include "crypto/hash.h"
#include "replication/trust/record.h"
#include "tests/lib/test.h"

#include <string.h>

static struct author_feed older[3]; /* SRB's pairwise feeds of before */
static uint32_t older_count;

static int begin(void **state)
{
    older_count = 0;
    (void)scene_begin(state);
    scene_link_up(SRB, &scene.srb);
    scene_write_first();
    scene_join(SRB);
    scene_frame(SRB, author_entries(&scene.feed, 0));
    host_settle(scene.host);
    return 0;
}

static int end(void **state)
{
    for (uint32_t i = 0; i < older_count; i++) {
        author_feed_close(&older[i]);
    }
    return scene_end(state);
}

/* ---- what changes ---- */

static void public_of(const uint8_t secret[static 32], uint8_t out[static 32])
{
    cairn_suite_dh_public(&scene.suite, secret, out);
}

/* SRB's next pairwise feed, between its newest key and this one of ours. */
static void pair_srb(const uint8_t *own_secret)
{
    uint8_t sealing[32];
    public_of(own_secret, sealing);
    older[older_count++] = scene.srb.pairwise;
    author_pair(&scene.srb, "AUT", sealing);
}

static void offer_note(const struct author *author)
{
    struct cairn_bytes note = {.data = author->note, .size = author->note_size};
    scene_frame(SRB, (struct cairn_message){.type = CAIRN_MESSAGE_OFFER,
                                            .as.offer = {.notes = &note, .note_count = 1}});
    host_settle(scene.host);
}

/* SRB has another key; its document is not yet known here. */
static void rotate_srb(void)
{
    author_rotate_sealing(&scene.srb);
    author_document(&scene.srb);
    pair_srb(scene.host->self.sealing_secret);
}

static void give_key(void)
{
    struct cairn_event event = {.type = CAIRN_EVENT_SEALING};
    memcpy(event.as.sealing_secret, scene.host->self.sealing_secret, 32);
    host_do(scene.host, &event);
    host_settle(scene.host);
}

static void rotate_own(void)
{
    struct author *self = &scene.host->self;
    author_rotate_sealing(self);
    author_document(self);
    give_key();
    uint64_t token = host_show(scene.host, self);
    host_settle(scene.host);
    assert_err(scene_answer_of(token), CAIRN_OK);
}

/* ---- what is written ---- */

static void write_word(struct author_feed *feed)
{
    uint64_t from = scene.srb.journal.size;
    author_add_word(&scene.srb, feed, "word");
    author_commit(&scene.srb, feed, NULL);
    author_sign(&scene.srb);
    scene_frame(SRB, author_range(&scene.srb, from, scene.srb.journal.size, true));
    host_settle(scene.host);
}

static void give_word(struct author_feed *feed)
{
    scene_frame(SRB, author_entries(feed, feed->commit_count - 1));
    host_settle(scene.host);
}

static void expect_read(struct author_feed *feed)
{
    assert_err(scene.host->dropped[SRB], CAIRN_OK);
    assert_int_equal(scene_held(feed).commits, feed->commit_count);
}

/* SRB's side of one of our pairwise feeds. */
static void own_id(const uint8_t own_secret[static 32], const uint8_t srb_secret[static 32],
                   uint8_t out[static 16])
{
    uint8_t sealing[32], secret[32];
    public_of(own_secret, sealing);
    struct cairn_keys_pair pair = {.origin = cairn_bytes_of(scene.host->self.origin),
                                   .partner = (const uint8_t *)"SRB",
                                   .sealing_secret = srb_secret,
                                   .sealing_public = sealing};
    assert_err(cairn_keys_pairwise(&scene.suite, &pair, out, secret), CAIRN_OK);
}

static void expect_refused(const uint8_t *own_secret, const uint8_t *srb_secret)
{
    uint8_t id[16];
    own_id(own_secret, srb_secret, id);
    uint64_t token = host_append(scene.host, id, "word", scene.host->now_ms);
    host_settle(scene.host);
    assert_err(scene_answer_of(token), CAIRN_STATE);
}

static void expect_writing_to(const uint8_t *own_secret, const uint8_t *srb_secret)
{
    uint8_t wanted[16];
    own_id(own_secret, srb_secret, wanted);
    struct cairn_core_feed held = scene_own_pairwise();
    assert_memory_equal(held.id, wanted, 16);
    assert_false(held.is_closed);
    uint64_t token = host_append(scene.host, wanted, "word", scene.host->now_ms);
    host_settle(scene.host);
    assert_err(scene_answer_of(token), CAIRN_OK);
    assert_int_equal(scene_feed_of(wanted).commits, held.commits + 1);
}

/* ---- pairwise feeds ---- */

TEST(a_partners_new_key_makes_new_pairwise_feeds_and_the_old_ones_go_on)
{
    struct author_feed *before = &older[0];
    uint8_t first[32];
    memcpy(first, scene.srb.sealing_secret, 32);
    write_word(&scene.srb.pairwise);
    give_word(&scene.srb.pairwise);
    rotate_srb();
    offer_note(&scene.srb);
    expect_writing_to(scene.host->self.sealing_secret, scene.srb.sealing_secret);
    write_word(&scene.srb.pairwise);
    give_word(&scene.srb.pairwise);
    expect_read(&scene.srb.pairwise);
    expect_refused(scene.host->self.sealing_secret, first);
    write_word(before); /* it was under way */
    give_word(before);
    expect_read(before);
}

TEST(what_was_written_under_a_new_key_is_read_once_its_document_comes)
{
    rotate_srb();
    write_word(&scene.srb.pairwise);
    offer_note(&scene.srb);
    give_word(&scene.srb.pairwise);
    expect_read(&scene.srb.pairwise);
}

TEST(an_own_new_key_is_written_to_at_once_and_partners_may_still_use_the_old_one)
{
    write_word(&scene.srb.pairwise);
    give_word(&scene.srb.pairwise);
    rotate_own();
    expect_writing_to(scene.host->self.sealing_secret, scene.srb.sealing_secret);
    write_word(&scene.srb.pairwise); /* it has not heard of it */
    give_word(&scene.srb.pairwise);
    expect_read(&scene.srb.pairwise);
    pair_srb(scene.host->self.sealing_secret);
    write_word(&scene.srb.pairwise);
    give_word(&scene.srb.pairwise);
    expect_read(&scene.srb.pairwise);
}

TEST(both_rotate_and_neither_has_heard_of_the_other)
{
    uint8_t first[32];
    memcpy(first, scene.host->self.sealing_secret, 32);
    rotate_own();
    author_rotate_sealing(&scene.srb);
    author_document(&scene.srb);
    pair_srb(first); /* its new key, our old one */
    write_word(&scene.srb.pairwise);
    offer_note(&scene.srb);
    give_word(&scene.srb.pairwise);
    expect_read(&scene.srb.pairwise);
    expect_writing_to(scene.host->self.sealing_secret, scene.srb.sealing_secret);
}

TEST(a_key_that_a_partner_never_knew_as_the_newest_is_found_too)
{
    uint8_t middle[32];
    rotate_own();
    memcpy(middle, scene.host->self.sealing_secret, 32);
    rotate_own();
    rotate_srb();
    rotate_srb();
    offer_note(&scene.srb);
    pair_srb(middle);
    write_word(&scene.srb.pairwise);
    give_word(&scene.srb.pairwise);
    expect_read(&scene.srb.pairwise);
}

TEST(all_of_it_is_so_after_a_restart)
{
    uint8_t first[32];
    memcpy(first, scene.host->self.sealing_secret, 32);
    rotate_own();
    rotate_srb();
    offer_note(&scene.srb);
    write_word(&scene.srb.pairwise);
    give_word(&scene.srb.pairwise);
    expect_writing_to(scene.host->self.sealing_secret, scene.srb.sealing_secret);
    host_crash(scene.host);
    host_settle(scene.host);
    host_run(scene.host, 2000); /* later than its last mark */
    scene_link_up(SRB, &scene.srb);
    expect_read(&scene.srb.pairwise);
    expect_writing_to(scene.host->self.sealing_secret, scene.srb.sealing_secret);
    pair_srb(first);
    scene_offer_own(SRB, &scene.srb);
    write_word(&scene.srb.pairwise);
    give_word(&scene.srb.pairwise);
    expect_read(&scene.srb.pairwise);
}

/* Its log is an old copy of itself: it may have written to any of them. */
TEST(a_node_that_lost_data_looks_for_the_own_pairwise_feeds_of_all_keys)
{
    uint8_t own[2][32], srb[2][32], id[16];
    uint32_t number;
    memcpy(own[0], scene.host->self.sealing_secret, 32);
    memcpy(srb[0], scene.srb.sealing_secret, 32);
    rotate_own();
    rotate_srb();
    rotate_srb();
    memcpy(own[1], scene.host->self.sealing_secret, 32);
    memcpy(srb[1], scene.srb.sealing_retired[1], 32);
    offer_note(&scene.srb);
    for (uint32_t i = 0; i < 2; i++) { /* SRB's second key was never the newest here */
        own_id(own[i], srb[1], id);
        assert_false(cairn_core_feed_find(scene.host->core, id, &number));
    }
    scene.host->start.as.start.guard = CAIRN_GUARD_MISSING;
    host_crash(scene.host);
    host_settle(scene.host);
    host_run(scene.host, 100);
    for (uint32_t i = 0; i < 4; i++) {
        own_id(own[i / 2], srb[i % 2], id);
        assert_true(cairn_core_feed_find(scene.host->core, id, &number));
        assert_true(scene_feed_of(id).is_own);
    }
}

/* ---- records ---- */

/* A feed of SRB's, for a key of ours that has not come here yet. */
static void join_sealed_to_next(struct author_feed *feed, bool is_invited)
{
    struct cairn_offer_feed offer = {.origin = cairn_bytes_of(scene.srb.origin)};
    struct author_member members[2];
    author_rotate_sealing(&scene.host->self);
    scene_member("AUT", &members[0]);
    scene_member("SRB", &members[1]);
    public_of(scene.host->self.sealing_secret, members[0].sealing);
    author_feed_open(&scene.srb, feed, members, 2);
    memcpy(offer.feed, feed->feed.id, 16);
    if (is_invited) {
        scene_invite(feed);
    } else {
        scene_frame(SRB, (struct cairn_message){.type = CAIRN_MESSAGE_OFFER,
                                                .as.offer = {.feeds = &offer, .feed_count = 1}});
        host_settle(scene.host);
    }
    scene_frame(SRB, author_record(&scene.srb, feed));
    host_settle(scene.host);
}

static void expect_joined_with_key(bool is_invited)
{
    struct author_feed feed = {.size = 0};
    uint32_t number;
    join_sealed_to_next(&feed, is_invited);
    assert_err(scene.host->notice_err[CAIRN_NOTICE_FEED_REFUSED], CAIRN_LATER);
    assert_false(cairn_core_feed_find(scene.host->core, feed.feed.id, &number));
    give_key();
    scene_frame(SRB, author_record(&scene.srb, &feed)); /* it was asked for again */
    host_settle(scene.host);
    assert_err(scene.host->dropped[SRB], CAIRN_OK);
    assert_true(cairn_core_feed_find(scene.host->core, feed.feed.id, &number));
    author_feed_close(&feed);
}

TEST(a_feed_that_is_sealed_to_a_key_that_is_not_here_yet_is_joined_when_it_comes)
{
    expect_joined_with_key(true);
}

/* The invitation may be lost with the author's disk. */
TEST(so_is_one_that_was_offered_and_nobody_invited_to)
{
    expect_joined_with_key(false);
}

TEST(what_is_sealed_to_an_old_key_is_still_opened)
{
    struct author_feed feed = {.size = 0};
    uint32_t number;
    rotate_own();
    scene_open_feed(&feed); /* to the key of before */
    scene_invite(&feed);
    scene_frame(SRB, author_record(&scene.srb, &feed));
    host_settle(scene.host);
    assert_true(cairn_core_feed_find(scene.host->core, feed.feed.id, &number));
    author_feed_close(&feed);
}

/* SRB knows the own document that names a key; this node has it from SRB, and not the key. */
TEST(an_own_document_whose_key_is_not_here_changes_nothing_until_it_comes)
{
    uint8_t first[32];
    struct author *self = &scene.host->self;
    memcpy(first, self->sealing_secret, 32);
    author_rotate_sealing(self);
    author_document(self);
    offer_note(self);
    expect_writing_to(first, scene.srb.sealing_secret);
    give_key();
    expect_writing_to(self->sealing_secret, scene.srb.sealing_secret);
}

TEST(own_feeds_are_sealed_to_the_newest_keys)
{
    uint8_t id[16], sealing[2][32];
    struct cairn_row row;
    struct cairn_key key = {.table = CAIRN_TABLE_RECORD};
    rotate_own();
    rotate_srb();
    offer_note(&scene.srb);
    scene_open_own("AUTSRB", id);
    memcpy(key.id, id, 16);
    assert_int_equal(disk_range(&scene.host->disk, &key, 1, &row, 1), 1);
    public_of(scene.host->self.sealing_secret, sealing[0]);
    public_of(scene.srb.sealing_secret, sealing[1]);
    for (uint32_t i = 0; i < 2; i++) {
        bool is_there = false;
        for (size_t at = 0; at + 32 <= row.value.size; at++) {
            is_there = is_there || memcmp(row.value.data + at, sealing[i], 32) == 0;
        }
        assert_true(is_there);
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_partners_new_key_makes_new_pairwise_feeds_and_the_old_ones_go_on),
        CASE(what_was_written_under_a_new_key_is_read_once_its_document_comes),
        CASE(an_own_new_key_is_written_to_at_once_and_partners_may_still_use_the_old_one),
        CASE(both_rotate_and_neither_has_heard_of_the_other),
        CASE(a_key_that_a_partner_never_knew_as_the_newest_is_found_too),
        CASE(all_of_it_is_so_after_a_restart),
        CASE(a_node_that_lost_data_looks_for_the_own_pairwise_feeds_of_all_keys),
        CASE(a_feed_that_is_sealed_to_a_key_that_is_not_here_yet_is_joined_when_it_comes),
        CASE(so_is_one_that_was_offered_and_nobody_invited_to),
        CASE(what_is_sealed_to_an_old_key_is_still_opened),
        CASE(an_own_document_whose_key_is_not_here_changes_nothing_until_it_comes),
        CASE(own_feeds_are_sealed_to_the_newest_keys),
    };
    return cmocka_run_group_tests_name("core_pair", tests, NULL, NULL);
}
