/* One core, driven by hand-made frames and by what its folder would tell it: the own country lost a
 * sealing key, and partners hand over secrets, right ones and others. */
#include "tests/lib/test.h"

#include <string.h>

#include "replication/core.h"
#include "tests/lib/core_scene.h"

static struct author_feed feed; /* of SRB, with us, sealed to a key that nobody here has */

static int begin(void **state)
{
    struct author *self;
    struct author_member members[2];
    const uint8_t gone[32] = {9};
    int err = scene_begin(state);
    self = &scene.host->self;
    memset(&feed, 0, sizeof feed);
    author_rotate_sealing(self);
    self->lost_count = 1;
    author_document(self);
    struct cairn_event event = {.type = CAIRN_EVENT_SEALING};
    memcpy(event.as.sealing_secret, self->sealing_secret, 32);
    host_do(scene.host, &event);
    (void)host_show(scene.host, self);
    host_settle(scene.host);
    scene_write_first();
    scene_member("AUT", &members[0]);
    scene_member("SRB", &members[1]);
    cairn_suite_dh_public(&scene.suite, gone, members[0].sealing);
    author_feed_open(&scene.srb, &feed, members, 2);
    author_commit(&scene.srb, &feed, NULL);
    author_sign(&scene.srb);
    scene_link_up(SRB, &scene.srb);
    scene_offer(SRB);
    return err;
}

static int end(void **state)
{
    author_feed_close(&feed);
    return scene_end(state);
}

static void hand(const char *giver, const char *origin, const uint8_t secret[static 32],
                 bool is_pairwise)
{
    struct cairn_event event = {.type = CAIRN_EVENT_KEYS};
    uint8_t secrets[1][32];
    memcpy(secrets[0], secret, 32);
    memcpy(event.as.keys.feed, feed.feed.id, 16);
    memcpy(event.as.keys.giver, giver, 3);
    event.as.keys.origin = cairn_bytes_of(origin);
    event.as.keys.secret_count = 1;
    event.as.keys.secrets = (const uint8_t(*)[32])secrets;
    event.as.keys.is_pairwise = is_pairwise;
    host_do(scene.host, &event);
    host_settle(scene.host);
}

/* SRB gives the record whenever it was asked for. */
static void give_record(void)
{
    scene_frame(SRB, author_record(&scene.srb, &feed));
    host_settle(scene.host);
    assert_err(scene.host->dropped[SRB], CAIRN_OK);
}

static bool is_known(enum cairn_feed_kind kind)
{
    struct cairn_core_feed found;
    uint32_t number;
    if (!cairn_core_feed_find(scene.host->core, feed.feed.id, &number)) {
        return false;
    }
    cairn_core_feed(scene.host->core, number, &found);
    return found.kind == kind;
}

TEST(a_secret_that_fits_the_record_joins_the_feed)
{
    scene_invite(&feed);
    give_record();
    assert_err(scene.host->notice_err[CAIRN_NOTICE_FEED_REFUSED], CAIRN_LATER);
    hand("GEO", scene.srb.origin, feed.feed.secrets[0], false);
    assert_false(is_known(CAIRN_FEED_AUDIENCE));
    give_record();
    assert_true(is_known(CAIRN_FEED_AUDIENCE));
    host_crash(scene.host);
    host_settle(scene.host);
    assert_true(is_known(CAIRN_FEED_AUDIENCE));
}

TEST(a_made_up_secret_joins_nothing_and_is_in_nobodys_way)
{
    const uint8_t made_up[32] = {1, 2, 3};
    hand("GEO", scene.srb.origin, made_up, false);
    give_record();
    assert_false(is_known(CAIRN_FEED_AUDIENCE));
    hand("SRB", scene.srb.origin, feed.feed.secrets[0], false);
    give_record();
    assert_true(is_known(CAIRN_FEED_AUDIENCE));
}

TEST(what_is_nobodys_to_give_is_not_taken)
{
    uint64_t joined = scene.host->notices[CAIRN_NOTICE_FEED_JOINED];
    hand("XXX", scene.srb.origin, feed.feed.secrets[0], false); /* of nobody */
    hand("GEO", "test-sim/GEO/none/1", feed.feed.secrets[0], false);
    hand("GEO", scene.host->self.origin, feed.feed.secrets[0], false); /* we opened it ourselves */
    hand("GEO", scene.host->self.origin, feed.feed.secrets[0], true);
    hand("GEO", scene.srb.origin, feed.feed.secrets[0], true); /* a third country's */
    assert_false(is_known(CAIRN_FEED_PAIRWISE));
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_FEED_JOINED], joined);
}

TEST(a_feed_said_to_be_pairwise_gives_way_to_its_record)
{
    hand("SRB", scene.srb.origin, feed.feed.secrets[0], true);
    assert_true(is_known(CAIRN_FEED_PAIRWISE));
    hand("GEO", scene.srb.origin, feed.feed.secrets[0], false);
    give_record();
    assert_true(is_known(CAIRN_FEED_AUDIENCE));
    host_crash(scene.host);
    host_settle(scene.host);
    assert_true(is_known(CAIRN_FEED_AUDIENCE));
}

/* ---- room ---- */

static void hand_made_up(const char *giver, uint32_t count, uint8_t mark)
{
    const uint8_t made_up[32] = {1};
    uint8_t id[16];
    memcpy(id, feed.feed.id, 16);
    for (uint32_t i = 0; i < count; i++) {
        memset(feed.feed.id, 0, 16);
        cairn_bytes_put_u32(feed.feed.id, i);
        feed.feed.id[4] = (uint8_t)giver[0];
        feed.feed.id[5] = mark;
        hand(giver, scene.srb.origin, made_up, false);
    }
    memcpy(feed.feed.id, id, 16);
}

/* Four of them fill the table; whoever comes then takes a place of the one that has most. */
TEST(partners_that_fill_the_table_give_way_to_one_that_has_less)
{
    static const char *const fillers[] = {"POL", "MDA", "ARM", "BIH"};
    static struct author partners[4];
    for (uint32_t i = 0; i < 4; i++) {
        author_open(&partners[i], &scene.suite, fillers[i]);
        host_meet(scene.host, &partners[i]);
        hand_made_up(fillers[i], 64, 0);
    }
    hand("GEO", scene.srb.origin, feed.feed.secrets[0], false);
    for (uint32_t i = 0; i < 4; i++) {
        hand_made_up(fillers[i], 64, 1);
        author_close(&partners[i]);
    }
    give_record();
    assert_true(is_known(CAIRN_FEED_AUDIENCE));
}

/* Nobody asked for it twice, and it stands in no way: it is not even a place. */
TEST(what_is_known_already_takes_no_place)
{
    hand("GEO", scene.srb.origin, feed.feed.secrets[0], false);
    give_record();
    uint32_t asked = host_sent_count(scene.host, SRB, CAIRN_MESSAGE_WANT);
    hand("GEO", scene.srb.origin, feed.feed.secrets[0], false);
    assert_int_equal(host_sent_count(scene.host, SRB, CAIRN_MESSAGE_WANT), asked);
    assert_true(is_known(CAIRN_FEED_AUDIENCE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_secret_that_fits_the_record_joins_the_feed, begin, end),
        cmocka_unit_test_setup_teardown(a_made_up_secret_joins_nothing_and_is_in_nobodys_way, begin,
                                        end),
        cmocka_unit_test_setup_teardown(what_is_nobodys_to_give_is_not_taken, begin, end),
        cmocka_unit_test_setup_teardown(a_feed_said_to_be_pairwise_gives_way_to_its_record, begin,
                                        end),
        cmocka_unit_test_setup_teardown(partners_that_fill_the_table_give_way_to_one_that_has_less,
                                        begin, end),
        cmocka_unit_test_setup_teardown(what_is_known_already_takes_no_place, begin, end),
    };
    return cmocka_run_group_tests_name("core_handed", tests, NULL, NULL);
}
