/* One core, driven by hand-made frames: SRB says that it lost its sealing key, and gets what it may
 * read anyway. What is written is counted in the pairwise feed under its new key. */
#include "tests/lib/test.h"

#include <string.h>

#include "replication/core.h"
#include "replication/log/keys.h"
#include "tests/lib/core_scene.h"

#define SHARED 2u /* pairwise feeds, one each way: there from the beginning */

static void show_srb(void)
{
    author_document(&scene.srb);
    uint64_t token = host_show(scene.host, &scene.srb);
    host_run(scene.host, 2000);
    assert_err(scene_answer_of(token), CAIRN_OK);
}

static void lose_key(void)
{
    author_rotate_sealing(&scene.srb);
    scene.srb.lost_count++;
    show_srb();
}

TEST(what_both_are_members_of_is_handed_over_once)
{
    uint8_t feed[16];
    scene_open_own("AUTSRB", feed);
    scene_open_own("AUTGEO", feed); /* not SRB's business */
    host_run(scene.host, 2000);
    lose_key();
    assert_int_equal(scene_own_pairwise().size, SHARED + 1);
    scene_open_own("AUTGEOSRB", feed); /* to the key that it has: an invitation is all */
    host_run(scene.host, 2000);
    assert_int_equal(scene_own_pairwise().size, SHARED + 2);
    show_srb();
    assert_int_equal(scene_own_pairwise().size, SHARED + 2);
    host_crash(scene.host);
    host_run(scene.host, 2000);
    assert_int_equal(scene_own_pairwise().size, SHARED + 2);
}

/* How often this feed was handed over, as whoever opens it reads it. */
static uint32_t times_handed(const uint8_t id[static 16], const struct host_handed **out_last)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < scene.host->handed_count; i++) {
        if (memcmp(scene.host->handed[i].feed, id, 16) == 0) {
            count++;
            *out_last = &scene.host->handed[i];
        }
    }
    return count;
}

TEST(what_is_handed_over_says_whose_feed_it_is_and_opens_it)
{
    uint8_t feed[16];
    uint8_t tag[32], salt[32];
    uint32_t number;
    const struct host_handed *handed = NULL;
    struct cairn_keys_epoch keys;
    scene_open_own("AUTSRB", feed);
    host_run(scene.host, 2000);
    lose_key();
    assert_int_equal(scene.host->handed_count, SHARED + 1);
    assert_int_equal(times_handed(feed, &handed), 1);
    assert_false(handed->is_pairwise);
    assert_int_equal(handed->secret_count, 1);
    assert_string_equal(handed->origin, scene.host->self.origin);
    assert_true(cairn_core_feed_find(scene.host->core, feed, &number));
    assert_true(cairn_core_feed_evidence(scene.host->core, number, 0, tag, salt));
    cairn_keys_of_epoch(&scene.suite, cairn_bytes_of(handed->origin), handed->secrets[0], &keys);
    assert_memory_equal(keys.tag, tag, 32);
    assert_int_equal(times_handed(scene.srb.pairwise.feed.id, &handed), 1);
    assert_true(handed->is_pairwise);
    assert_string_equal(handed->origin, scene.srb.origin);
    assert_memory_equal(handed->secrets[0], scene.srb.pairwise.feed.secrets[0], 32);
}

TEST(a_rotation_without_a_loss_hands_over_nothing)
{
    author_rotate_sealing(&scene.srb);
    show_srb();
    assert_int_equal(scene_own_pairwise().size, 0);
}

TEST(what_was_not_on_the_disk_is_handed_over_after_a_crash)
{
    uint8_t feed[16];
    scene_open_own("AUTSRB", feed);
    host_run(scene.host, 2000);
    author_rotate_sealing(&scene.srb);
    scene.srb.lost_count = 1;
    author_document(&scene.srb);
    (void)host_show(scene.host, &scene.srb);
    host_crash(scene.host);
    (void)host_show(scene.host, &scene.srb);
    host_run(scene.host, 2000);
    assert_int_equal(scene_own_pairwise().size, SHARED + 1);
}

TEST(another_loss_is_answered_anew)
{
    lose_key();
    assert_int_equal(scene_own_pairwise().size, SHARED);
    lose_key(); /* with the feeds under the key that is lost now */
    assert_int_equal(scene_own_pairwise().size, 2 * SHARED);
}

TEST(a_feed_that_its_author_seals_to_the_lost_key_later_is_handed_over)
{
    struct author_feed feed = {.size = 0};
    struct author_member members[2];
    uint32_t number;
    scene_member("AUT", &members[0]);
    scene_member("SRB", &members[1]);
    lose_key();
    scene_link_up(SRB, &scene.srb);
    author_feed_open(&scene.srb, &feed, members, 2);
    scene_invite(&feed);
    scene_frame(SRB, author_record(&scene.srb, &feed));
    host_run(scene.host, 2000);
    assert_true(cairn_core_feed_find(scene.host->core, feed.feed.id, &number));
    assert_int_equal(scene_own_pairwise().size, SHARED + 1);
    author_feed_close(&feed);
}

/* ---- feeds of SRB's, sealed to this or that key of it ---- */

static struct author_feed feed;
static struct author_member members[2]; /* AUT; SRB, under the key that it loses */

/* SRB's feed is joined, and then its key is lost; so many entries were written because of it. */
static uint64_t join_and_lose(void)
{
    memset(&feed, 0, sizeof feed);
    scene_member("AUT", &members[0]);
    scene_member("SRB", &members[1]);
    author_feed_open(&scene.srb, &feed, members, 2);
    author_commit(&scene.srb, &feed, NULL);
    author_sign(&scene.srb);
    scene_link_up(SRB, &scene.srb);
    scene_offer_own(SRB, &scene.srb);
    scene_invite(&feed);
    scene_frame(SRB, author_record(&scene.srb, &feed));
    scene_frame(SRB, author_range(&scene.srb, 0, 1, true));
    host_settle(scene.host);
    scene_frame(SRB, author_entries(&feed, 0));
    host_run(scene.host, 2000);
    lose_key();
    return scene_own_pairwise().size;
}

/* Its next epoch; the commit that says so is durable, nothing more. */
static void rekey(bool is_to_lost)
{
    uint64_t from = scene.srb.journal.size;
    struct author_member sealed[2] = {members[0], members[1]};
    if (!is_to_lost) {
        scene_member("SRB", &sealed[1]);
    }
    scene_rekey_for(&feed, feed.feed.epoch_count, sealed, 2);
    author_sign(&scene.srb);
    scene_offer_own(SRB, &scene.srb);
    scene_frame(SRB, author_range(&scene.srb, from, from + 1, true));
    host_settle(scene.host);
    scene_frame(SRB, author_entries(&feed, feed.commit_count - 1));
    host_answer(scene.host, 0, CAIRN_OK);
    assert_err(scene.host->dropped[SRB], CAIRN_OK);
    assert_int_equal(scene_held(&feed).commits, feed.commit_count);
}

TEST(another_epoch_that_is_sealed_to_a_lost_key_is_handed_over)
{
    uint64_t size = join_and_lose();
    assert_int_equal(size, SHARED + 1);
    rekey(true);
    host_run(scene.host, 3000);
    assert_int_equal(scene_own_pairwise().size, size + 1);
    rekey(false);
    host_run(scene.host, 3000);
    assert_int_equal(scene_own_pairwise().size, size + 1);
    rekey(true);
    host_crash(scene.host); /* before it was written, or after */
    host_run(scene.host, 3000);
    assert_int_equal(scene_own_pairwise().size, size + 2);
    author_feed_close(&feed);
}

TEST(a_feed_that_is_broken_is_not_handed_over)
{
    (void)join_and_lose();
    uint64_t from = scene.srb.journal.size;
    scene_rekey(&feed, 1); /* not for all members */
    author_sign(&scene.srb);
    scene_offer_own(SRB, &scene.srb);
    scene_frame(SRB, author_range(&scene.srb, from, from + 1, true));
    host_settle(scene.host);
    scene_frame(SRB, author_entries(&feed, 1));
    host_settle(scene.host);
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_COMMIT_REFUSED], 1);
    lose_key();
    assert_int_equal(scene_own_pairwise().size, 2 * SHARED); /* all again, but this one */
    author_feed_close(&feed);
}

TEST(a_feed_that_is_sealed_to_the_new_key_is_not_handed_over)
{
    uint64_t size = join_and_lose();
    struct author_feed other = {.size = 0};
    scene_member("SRB", &members[1]);
    author_feed_open(&scene.srb, &other, members, 2);
    scene_invite(&other);
    scene_frame(SRB, author_record(&scene.srb, &other));
    host_run(scene.host, 3000);
    assert_int_equal(scene_held(&other).commits, 0);
    assert_int_equal(scene_own_pairwise().size, size);
    author_feed_close(&other);
    author_feed_close(&feed);
}

/* ---- how much, and when ---- */

TEST(nothing_is_noted_of_a_country_that_lost_nothing)
{
    uint8_t own[16];
    uint32_t rows = scene_rows_in(CAIRN_TABLE_FEED);
    scene_open_own("AUTSRB", own);
    host_run(scene.host, 2000);
    assert_int_equal(scene_rows_in(CAIRN_TABLE_FEED), rows + 1);
}

/* More than one flush takes, and it falls after the first one. */
TEST(more_feeds_than_a_flush_takes_are_handed_over_once_each)
{
    static uint8_t own[300][16];
    const uint32_t count = 300;
    const struct host_handed *handed;
    for (uint32_t i = 0; i < count; i++) {
        scene_open_own("AUTSRB", own[i]);
    }
    host_run(scene.host, 2000);
    author_rotate_sealing(&scene.srb);
    scene.srb.lost_count++;
    author_document(&scene.srb);
    (void)host_show(scene.host, &scene.srb);
    uint64_t before = scene.host->notices[CAIRN_NOTICE_FLUSHED];
    while (scene.host->notices[CAIRN_NOTICE_FLUSHED] == before) {
        host_answer(scene.host, 0, CAIRN_OK);
    }
    host_crash(scene.host);
    assert_int_equal(scene_own_pairwise().commits, 1);
    host_run(scene.host, 10000);
    assert_int_equal(scene_own_pairwise().size, SHARED + count);
    for (uint32_t i = 0; i < count; i++) {
        assert_int_equal(times_handed(own[i], &handed), 1);
    }
}

/* A partner shows what it has of the own journal, which is all of it. */
static void hear(uint32_t link, const struct author *peer)
{
    struct cairn_core_restore restore;
    struct cairn_message hello = author_hello(peer);
    cairn_core_restore(scene.host->core, &restore);
    author_sign_as(&scene.host->self, restore.durable_size, restore.durable_root);
    hello.as.hello.checkpoint = author_checkpoint(&scene.host->self);
    host_link_up(scene.host, link, peer);
    scene_frame(link, hello);
    host_settle(scene.host);
}

static void begin_restoring(void)
{
    scene.host->start.as.start.guard = CAIRN_GUARD_MISSING;
    host_crash(scene.host);
    lose_key();
    assert_int_equal(scene_own_pairwise().size, 0);
}

TEST(a_node_that_restores_hands_over_when_it_may_write_again)
{
    begin_restoring();
    hear(SRB, &scene.srb);
    assert_int_equal(scene_own_pairwise().size, 0);
    hear(GEO, &scene.geo);
    host_run(scene.host, 2000);
    assert_int_equal(scene_own_pairwise().size, SHARED);
}

TEST(who_is_no_partner_any_more_is_handed_nothing)
{
    begin_restoring();
    scene_forget("SRB", 1);
    host_settle(scene.host);
    hear(GEO, &scene.geo);
    host_run(scene.host, 61000);
    assert_true(scene.host->notices[CAIRN_NOTICE_RESTORED] > 0);
    host_show(scene.host, &scene.srb);
    host_run(scene.host, 2000);
    assert_int_equal(scene_own_pairwise().size, SHARED);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, scene_begin, scene_end)
    const struct CMUnitTest tests[] = {
        CASE(what_both_are_members_of_is_handed_over_once),
        CASE(what_is_handed_over_says_whose_feed_it_is_and_opens_it),
        CASE(a_rotation_without_a_loss_hands_over_nothing),
        CASE(what_was_not_on_the_disk_is_handed_over_after_a_crash),
        CASE(another_loss_is_answered_anew),
        CASE(a_feed_that_its_author_seals_to_the_lost_key_later_is_handed_over),
        CASE(another_epoch_that_is_sealed_to_a_lost_key_is_handed_over),
        CASE(a_feed_that_is_broken_is_not_handed_over),
        CASE(a_feed_that_is_sealed_to_the_new_key_is_not_handed_over),
        CASE(nothing_is_noted_of_a_country_that_lost_nothing),
        cmocka_unit_test_setup_teardown(more_feeds_than_a_flush_takes_are_handed_over_once_each,
                                        scene_begin_large, scene_end),
        CASE(a_node_that_restores_hands_over_when_it_may_write_again),
        CASE(who_is_no_partner_any_more_is_handed_nothing),
    };
    return cmocka_run_group_tests_name("core_hand", tests, NULL, NULL);
}
