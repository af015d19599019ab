/* One core, driven by hand-made frames: records of feeds, invitations, admissions. */
#include "tests/lib/test.h"

#include <string.h>

#include "replication/core.h"
#include "replication/log/keys.h"
#include "schema/operation.h"
#include "tests/lib/core_scene.h"

TEST(two_feeds_with_one_secret_do_not_confuse_the_tags)
{
    struct author_feed twin = {.size = 0};
    scene_write_first();
    uint64_t fresh = scene.srb.fresh;
    scene.srb.fresh = 5; /* as when the first was opened: the same secret and nonce ... */
    struct author_member members[3];
    scene_member("AUT", &members[0]);
    scene_member("GEO", &members[1]);
    scene_member("SRB", &members[2]);
    author_feed_open(&scene.srb, &twin, members, 3); /* ... for others */
    scene.srb.fresh = fresh;
    assert_memory_equal(twin.feed.keys.tag, scene.feed.feed.keys.tag, 32);
    assert_memory_not_equal(twin.feed.id, scene.feed.feed.id, 16);
    scene_link_up(SRB, &scene.srb);
    scene_offer(SRB);
    struct cairn_offer_feed one = {.origin = cairn_bytes_of(scene.srb.origin)};
    memcpy(one.feed, twin.feed.id, 16);
    scene_frame(SRB, (struct cairn_message){.type = CAIRN_MESSAGE_OFFER,
                                            .as.offer = {.feeds = &one, .feed_count = 1}});
    scene_frame(SRB, author_record(&scene.srb, &twin));
    scene_frame(SRB, author_record(&scene.srb, &scene.feed));
    scene_frame(SRB, author_range(&scene.srb, 0, scene.srb.journal.size, true));
    host_settle(scene.host);
    assert_int_equal(scene_held(&scene.feed).tagged, 1);
    assert_int_equal(scene_held(&twin).tagged, 1); /* the leaf bears its tag too */
    scene_frame(SRB, author_entries(&scene.srb.control, 0));
    scene_frame(SRB, author_entries(&scene.feed, 0));
    host_settle(scene.host);
    assert_int_equal(scene_held(&scene.feed).commits, 1);
    host_run(scene.host, 5000);
    author_feed_close(&twin);
}

TEST(a_record_that_nobody_asked_for_is_out_of_order)
{
    scene_write_first();
    scene_link_up(SRB, &scene.srb);
    scene_frame(SRB, author_record(&scene.srb, &scene.feed));
    assert_err(scene.host->dropped[SRB], CAIRN_PEER_ORDER);
}

TEST(a_record_that_is_not_the_feeds_is_refused)
{
    scene_write_first();
    scene_link_up(SRB, &scene.srb);
    scene_offer(SRB);
    scene.feed.record_bytes[scene.feed.record.size - 1] ^= 1;
    scene_frame(SRB, author_record(&scene.srb, &scene.feed));
    assert_err(scene.host->dropped[SRB], CAIRN_FEED_RECORD);
}

/* P-34 */
TEST(a_record_that_leaves_out_its_author_is_refused)
{
    struct author_member members[2];
    struct author_feed other;
    struct cairn_offer_feed one = {.origin = cairn_bytes_of(scene.srb.origin)};
    scene_member("AUT", &members[0]);
    scene_member("GEO", &members[1]);
    scene_write_first();
    author_feed_open(&scene.srb, &other, members, 2);
    memcpy(one.feed, other.feed.id, 16);
    scene_link_up(SRB, &scene.srb);
    scene_offer(SRB);
    scene_frame(SRB, (struct cairn_message){.type = CAIRN_MESSAGE_OFFER,
                                            .as.offer = {.feeds = &one, .feed_count = 1}});
    scene_frame(SRB, author_record(&scene.srb, &other));
    host_settle(scene.host);
    assert_err(scene.host->notice_err[CAIRN_NOTICE_FEED_REFUSED], CAIRN_FEED_RECORD);
    author_feed_close(&other);
}

TEST(a_record_that_opens_no_feed_is_refused)
{
    struct cairn_message message;
    struct cairn_offer_feed one = {.origin = cairn_bytes_of(scene.srb.origin)};
    scene_write_first();
    message = author_record(&scene.srb, &scene.feed);
    scene_admit(&scene.feed, "AUT", scene.own_sealing, &message.as.feed.open);
    cairn_keys_feed_id(cairn_bytes_of(scene.srb.origin), message.as.feed.open,
                       message.as.feed.feed);
    memcpy(one.feed, message.as.feed.feed, 16);
    scene_link_up(SRB, &scene.srb);
    scene_offer(SRB);
    scene_frame(SRB, (struct cairn_message){.type = CAIRN_MESSAGE_OFFER,
                                            .as.offer = {.feeds = &one, .feed_count = 1}});
    scene_frame(SRB, message);
    host_settle(scene.host);
    assert_err(scene.host->notice_err[CAIRN_NOTICE_FEED_REFUSED], CAIRN_FEED_RECORD);
}

TEST(a_feed_that_is_held_or_asked_for_is_not_asked_for_again)
{
    scene_write_first();
    scene_link_up(SRB, &scene.srb);
    scene_invite(&scene.feed);
    assert_int_equal(host_sent_count(scene.host, SRB, CAIRN_MESSAGE_WANT), 1);
    scene_invite(&scene.feed);
    assert_int_equal(host_sent_count(scene.host, SRB, CAIRN_MESSAGE_WANT), 1);
    scene_frame(SRB, author_record(&scene.srb, &scene.feed));
    host_settle(scene.host);
    assert_int_equal(scene_held(&scene.feed).member_count, 2);
    host_forget_sent(scene.host);
    scene_invite(&scene.feed);
    assert_int_equal(host_sent_count(scene.host, SRB, CAIRN_MESSAGE_WANT), 0);
}

TEST(an_invitation_is_followed_up_with_whoever_is_linked_now_and_later)
{
    scene_write_first();
    scene_invite(&scene.feed); /* told again by the host after a start, when nobody is linked */
    scene_link_up(SRB, &scene.srb);
    assert_int_equal(host_sent_count(scene.host, SRB, CAIRN_MESSAGE_WANT), 1);
    scene_link_up(GEO, &scene.geo);
    assert_int_equal(host_sent_count(scene.host, GEO, CAIRN_MESSAGE_WANT), 1);
    scene_frame(SRB, author_record(&scene.srb, &scene.feed));
    host_settle(scene.host);
    assert_int_equal(scene_held(&scene.feed).member_count, 2);
    host_link_down(scene.host, GEO);
    host_forget_sent(scene.host);
    scene_link_up(GEO, &scene.geo);
    assert_int_equal(host_sent_count(scene.host, GEO, CAIRN_MESSAGE_WANT), 0);
}

/* 14 made-up members in each of many feeds: real partners still find a place. */
TEST(names_in_records_do_not_fill_the_table_of_countries)
{
    struct author pol;
    author_open(&pol, &scene.suite, "POL");
    scene.srb.now_ms = scene.host->now_ms;
    scene_write_first();
    scene_link_up(SRB, &scene.srb);
    for (uint32_t round = 0; round < 3; round++) {
        struct author_feed many = {.size = 0};
        struct author_member members[16];
        static char codes[14][4];
        scene_member("AUT", &members[0]);
        for (uint32_t i = 0; i < 14; i++) {
            codes[i][0] = 'M';
            codes[i][1] = (char)('A' + round);
            codes[i][2] = (char)('A' + i);
            scene_member(codes[i], &members[i + 1]);
        }
        scene_member("SRB", &members[15]);
        author_feed_open(&scene.srb, &many, members, 16);
        scene_invite(&many);
        scene_frame(SRB, author_record(&scene.srb, &many));
        host_settle(scene.host);
        assert_true(scene_held(&many).member_count >= 2);
        author_feed_close(&many);
    }
    uint64_t token = host_show(scene.host, &pol);
    host_settle(scene.host);
    struct host_answer answer;
    assert_true(host_answered(scene.host, token, &answer));
    assert_err(answer.err, CAIRN_OK);
    assert_true(cairn_core_is_partner(scene.host->core, (const uint8_t *)"POL"));
    host_crash(scene.host);
    assert_true(cairn_core_is_partner(scene.host->core, (const uint8_t *)"POL"));
    author_close(&pol);
}

TEST(no_country_fills_the_table_of_feeds_alone)
{
    static struct author_feed many[64];
    uint32_t joined = 0;
    scene.srb.now_ms = scene.host->now_ms;
    author_sign(&scene.srb);
    scene_link_up(SRB, &scene.srb);
    for (uint32_t i = 0; i < 64; i++) {
        scene_open_feed(&many[i]);
        scene_invite(&many[i]);
        scene_frame(SRB, author_record(&scene.srb, &many[i]));
        host_settle(scene.host);
        uint32_t number;
        joined += cairn_core_feed_find(scene.host->core, many[i].feed.id, &number);
        author_feed_close(&many[i]);
    }
    assert_in_range(joined, 16, 32); /* a quarter of 128, others of its feeds included */
    struct host_answer answer;
    uint64_t token = host_feed_open(scene.host, "AUTGEOSRB");
    host_settle(scene.host);
    assert_true(host_answered(scene.host, token, &answer));
    assert_err(answer.err, CAIRN_OK);
}

TEST(a_commit_may_admit_many_countries_at_once)
{
    scene_write_first();
    scene_link_up(SRB, &scene.srb);
    scene_join(SRB);
    scene_frame(SRB, author_entries(&scene.feed, 0));
    host_settle(scene.host);
    uint64_t from = scene.srb.journal.size;
    for (uint32_t i = 0; i < 60; i++) { /* more than the table of countries has room for */
        char code[4] = {'N', (char)('A' + i / 26), (char)('A' + i % 26), '\0'};
        uint8_t sealing[32] = {(uint8_t)(i + 1)};
        struct cairn_bytes operation;
        scene_admit(&scene.feed, code, sealing, &operation);
        author_add(&scene.srb, &scene.feed, operation, true);
    }
    author_commit(&scene.srb, &scene.feed, NULL);
    author_sign(&scene.srb);
    scene_frame(SRB, author_range(&scene.srb, from, scene.srb.journal.size, true));
    host_settle(scene.host);
    scene_frame(SRB, author_entries(&scene.feed, 1));
    host_settle(scene.host);
    assert_err(scene.host->dropped[SRB], CAIRN_OK);
    assert_int_equal(scene_held(&scene.feed).commits, 2);
    assert_true(scene_held(&scene.feed).member_count > 10);
}

/* The relay that serves the record gives a made-up secret for a later epoch. The feed waits
 * until somebody has the true admission; nobody calls it broken. */
TEST(a_false_admission_is_found_out_and_asked_for_again)
{
    struct author_member members[1];
    struct cairn_bytes operation;
    uint8_t true_bytes[4096];
    struct cairn_event quiet = {.type = CAIRN_EVENT_TICK};
    scene.srb.now_ms = scene.host->now_ms;
    author_add_mark(&scene.srb, scene.srb.now_ms);
    author_commit(&scene.srb, &scene.srb.control, NULL);
    scene_member("SRB", &members[0]);
    author_feed_open(&scene.srb, &scene.feed, members, 1);
    author_commit(&scene.srb, &scene.feed, NULL);
    scene_rekey(&scene.feed, 1);
    scene_admit(&scene.feed, "AUT", scene.own_sealing, &operation);
    memcpy(true_bytes, operation.data, operation.size);
    struct cairn_bytes true_admit = {.data = true_bytes, .size = operation.size};
    author_add(&scene.srb, &scene.feed, true_admit, true);
    author_add_word(&scene.srb, &scene.feed, "word");
    author_commit(&scene.srb, &scene.feed, NULL);
    author_sign(&scene.srb);
    uint8_t secret[32];
    memcpy(secret, scene.feed.feed.secrets[1], 32);
    memset(scene.feed.feed.secrets[1], 9, 32);
    scene_admit(&scene.feed, "AUT", scene.own_sealing,
                &operation); /* with a false secret for epoch 1 */
    memcpy(scene.feed.feed.secrets[1], secret, 32);

    scene_link_up(GEO, &scene.geo);
    scene_offer(GEO);
    struct cairn_message record = author_record(&scene.srb, &scene.feed);
    record.as.feed.has_admit = true;
    record.as.feed.admit = operation;
    scene_frame(GEO, record);
    scene_frame(GEO, author_range(&scene.srb, 0, scene.srb.journal.size, true));
    host_settle(scene.host);
    scene_frame(GEO, author_entries(&scene.srb.control, 0));
    for (uint32_t i = 0; i < 3; i++) {
        scene_frame(GEO, author_entries(&scene.feed, i));
    }
    host_settle(scene.host);
    assert_int_equal(scene_held(&scene.feed).commits, 1);
    host_do(scene.host, &quiet);
    scene_link_up(SRB, &scene.srb);
    scene_offer(SRB);
    host_run(scene.host, 6000); /* asked again */
    record.as.feed.admit = true_admit;
    scene_frame(SRB, record);
    host_settle(scene.host);
    scene_frame(SRB, author_entries(&scene.feed, 1));
    host_settle(scene.host);
    scene_frame(SRB, author_entries(&scene.feed, 2));
    host_settle(scene.host);
    assert_int_equal(scene_held(&scene.feed).commits, 3);
    assert_int_equal(scene_held(&scene.feed).epoch, 1);
    assert_int_equal(scene_held(&scene.feed).member_count, 2);
    assert_int_equal(scene.host->content_count, 1);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, scene_begin, scene_end)
    const struct CMUnitTest tests[] = {
        CASE(two_feeds_with_one_secret_do_not_confuse_the_tags),
        CASE(a_record_that_nobody_asked_for_is_out_of_order),
        CASE(a_record_that_is_not_the_feeds_is_refused),
        CASE(a_record_that_leaves_out_its_author_is_refused),
        CASE(a_record_that_opens_no_feed_is_refused),
        CASE(a_feed_that_is_held_or_asked_for_is_not_asked_for_again),
        CASE(an_invitation_is_followed_up_with_whoever_is_linked_now_and_later),
        CASE(names_in_records_do_not_fill_the_table_of_countries),
        CASE(no_country_fills_the_table_of_feeds_alone),
        CASE(a_commit_may_admit_many_countries_at_once),
        CASE(a_false_admission_is_found_out_and_asked_for_again),
    };
    return cmocka_run_group_tests_name("core_join", tests, NULL, NULL);
}
