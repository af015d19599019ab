/* One core whose log is an old copy: the leaves that it lost come back from partners, and are those
 * that the guard and the partners have shown, or the node says nothing any more. */
#include "tests/lib/test.h"

#include <string.h>

#include "replication/core.h"
#include "tests/lib/core_scene.h"

static uint64_t held;          /* leaves of the own journal on the disk */
static uint8_t root[32];       /* with one leaf more */
static uint8_t other_root[32]; /* all but the last bit of it */

static struct cairn_core_restore now(void)
{
    struct cairn_core_restore restore;
    cairn_core_restore(scene.host->core, &restore);
    return restore;
}

/* The own leaves on the disk, and one that was lost: nobody's tag, as of a feed lost with it. */
static int begin(void **state)
{
    uint8_t lost[CAIRN_LEAF_BYTES];
    struct cairn_key key = {.table = CAIRN_TABLE_LEAF};
    struct cairn_row row;
    scene_begin(state);
    struct author *self = &scene.host->self;
    held = now().durable_size;
    cairn_keys_journal_id(cairn_bytes_of(self->origin), key.id);
    for (key.index = 0; key.index < held; key.index++) {
        assert_int_equal(disk_range(&scene.host->disk, &key, key.index + 1, &row, 1), 1);
        author_put_leaf(self, row.value.data);
    }
    memset(lost, 0xee, sizeof lost);
    author_put_leaf(self, lost);
    cairn_merkle_range_root(&self->journal, root);
    memcpy(other_root, root, sizeof other_root);
    other_root[31] ^= 1;
    return 0;
}

/* The guard says that there is one leaf more. */
static void start_behind(const uint8_t guard_root[static 32])
{
    scene.host->start.as.start.guard = CAIRN_GUARD_PRESENT;
    scene.host->start.as.start.size = held + 1;
    memcpy(scene.host->start.as.start.root, guard_root, 32);
    host_crash(scene.host);
    host_settle(scene.host);
    assert_true(now().is_restoring);
}

/* A partner shows what it has of the own journal: signed by this node, once. */
static void hear(uint32_t link, const struct author *peer, const uint8_t shown_root[static 32])
{
    struct cairn_message hello = author_hello(peer);
    author_sign_as(&scene.host->self, held + 1, shown_root);
    hello.as.hello.checkpoint = author_checkpoint(&scene.host->self);
    host_link_up(scene.host, link, peer);
    scene_frame(link, hello);
    host_settle(scene.host);
}

static void give_back(uint32_t link)
{
    author_sign(&scene.host->self);
    scene_frame(link, author_range(&scene.host->self, held, held + 1, true));
    host_settle(scene.host);
}

TEST(the_leaf_that_the_guard_told_of_comes_back)
{
    start_behind(root);
    hear(SRB, &scene.srb, root);
    give_back(SRB);
    assert_int_equal(now().durable_size, held + 1);
    assert_memory_equal(now().durable_root, root, 32);
    assert_false(now().is_halted);
    host_run(scene.host, 30000);
    assert_false(now().is_restoring);
    host_run(scene.host, 61000);
    assert_true(now().durable_size > held + 1);
}

TEST(leaves_that_come_back_and_contradict_the_guard_end_all_signing)
{
    start_behind(other_root);
    hear(SRB, &scene.srb, root);
    give_back(SRB);
    assert_true(now().is_halted);
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_ROLLBACK], 1);
    host_run(scene.host, 130000);
    assert_int_equal(now().durable_size, held + 1);
    assert_int_equal(host_find_task(scene.host, CAIRN_ACTION_SIGN), UINT32_MAX);
}

TEST(leaves_that_come_back_and_contradict_another_partner_end_all_signing)
{
    start_behind(root);
    hear(SRB, &scene.srb, root);
    hear(GEO, &scene.geo, other_root);
    give_back(SRB);
    assert_int_equal(now().durable_size, held + 1);
    assert_true(now().is_halted);
}

/* What contradicts the guard counts once a checkpoint of our own covers it: until then anybody may
 * have made it up. */
TEST(leaves_that_nothing_signed_covers_halt_nobody)
{
    struct cairn_message range;
    start_behind(root);
    hear(SRB, &scene.srb, root);
    author_sign(&scene.host->self);
    range = author_range(&scene.host->self, held, held + 1, true);
    scene.host->self.leaves[held][20] ^= 1;
    scene_frame(SRB, range);
    host_settle(scene.host);
    assert_false(now().is_halted);
    assert_int_equal(now().durable_size, held);
    scene.host->self.leaves[held][20] ^= 1;
    scene_link_up(GEO, &scene.geo);
    host_link_down(scene.host, SRB);
    hear(SRB, &scene.srb, root);
    give_back(SRB);
    assert_int_equal(now().durable_size, held + 1);
    host_run(scene.host, 30000);
    assert_false(now().is_restoring || now().is_halted);
}

TEST(a_partner_that_shows_another_root_of_our_size_ends_all_signing)
{
    scene.host->start.as.start.guard = CAIRN_GUARD_PRESENT;
    scene.host->start.as.start.size = held;
    memcpy(scene.host->start.as.start.root, now().durable_root, 32);
    host_crash(scene.host);
    memcpy(other_root, now().durable_root, sizeof other_root);
    other_root[31] ^= 1;
    held--; /* hear shows one more */
    hear(SRB, &scene.srb, other_root);
    assert_true(now().is_halted);
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_ROLLBACK], 1);
    host_run(scene.host, 130000);
    assert_int_equal(now().durable_size, held + 1);
}

TEST(a_partner_that_shows_our_own_root_is_an_answer)
{
    scene.host->start.as.start.guard = CAIRN_GUARD_PRESENT;
    scene.host->start.as.start.size = held;
    memcpy(scene.host->start.as.start.root, now().durable_root, 32);
    host_crash(scene.host);
    struct cairn_core_restore before = now();
    held--;
    hear(SRB, &scene.srb, before.durable_root);
    assert_false(now().is_halted);
    assert_int_equal(now().answered_count, 1);
}

/* ---- feeds that the old copy did not know ---- */

/* The log lost two commits of this feed, and has come back without them: of the first one SRB holds
 * the body, of the second one nobody does. */
static void come_back(struct author_feed *feed)
{
    struct author *self = &scene.host->self;
    uint64_t before = held;
    author_commit(self, feed, NULL);
    author_add_word(self, feed, "nowhere");
    author_commit(self, feed, NULL);
    cairn_merkle_range_root(&self->journal, root);
    held = self->journal.size - 1;
    start_behind(root);
    hear(SRB, &scene.srb, root);
    author_sign(self);
    scene_frame(SRB, author_range(self, before, held + 1, true));
    host_settle(scene.host);
    host_run(scene.host, 30000);
    assert_false(now().is_restoring);
}

/* Now the feed is known, and the body comes; what is behind it does not, in whichever life. */
static void expect_frozen(const struct author_feed *feed, cairn_err err)
{
    scene_frame(SRB, author_entries(feed, 0));
    host_settle(scene.host);
    assert_int_equal(scene_feed_of(feed->feed.id).commits, 1);
    for (uint32_t life = 0; life < 3; life++) {
        uint64_t token = host_append(scene.host, feed->feed.id, "again", scene.host->now_ms);
        host_settle(scene.host);
        assert_err(scene_answer_of(token), err);
        host_crash(scene.host);
        host_settle(scene.host);
        scene_link_up(SRB, &scene.srb);
        host_run(scene.host, 61000);
        assert_int_equal(scene_feed_of(feed->feed.id).commits, 1);
    }
}

TEST(a_feed_that_was_forgotten_takes_nothing_before_all_of_it_is_back)
{
    struct author *self = &scene.host->self;
    struct author_member members[2];
    struct author_feed feed = {.size = 0};
    struct cairn_offer_feed offer = {.origin = cairn_bytes_of(self->origin), .commit_count = 1};
    scene_member("AUT", &members[0]);
    scene_member("SRB", &members[1]);
    author_feed_open(self, &feed, members, 2);
    come_back(&feed);
    memcpy(offer.feed, feed.feed.id, 16);
    scene_frame(SRB, (struct cairn_message){.type = CAIRN_MESSAGE_OFFER,
                                            .as.offer = {.feeds = &offer, .feed_count = 1}});
    host_settle(scene.host);
    scene_frame(SRB, author_record(self, &feed));
    host_settle(scene.host);
    expect_frozen(&feed, CAIRN_STATE);
    author_feed_close(&feed);
}

TEST(a_feed_that_was_forgotten_is_closed_when_a_member_is_no_partner_any_more)
{
    struct author *self = &scene.host->self;
    struct author_member members[3];
    struct author_feed feed = {.size = 0};
    struct cairn_offer_feed offer = {.origin = cairn_bytes_of(self->origin), .commit_count = 1};
    uint64_t before = held;
    scene_member("AUT", &members[0]);
    scene_member("GEO", &members[1]);
    scene_member("SRB", &members[2]);
    author_feed_open(self, &feed, members, 3);
    author_commit(self, &feed, NULL);
    cairn_merkle_range_root(&self->journal, root);
    held = self->journal.size - 1;
    start_behind(root);
    scene_forget("GEO", 1); /* nobody knows yet that it is a member */
    hear(SRB, &scene.srb, root);
    author_sign(self);
    scene_frame(SRB, author_range(self, before, held + 1, true));
    memcpy(offer.feed, feed.feed.id, 16);
    scene_frame(SRB, (struct cairn_message){.type = CAIRN_MESSAGE_OFFER,
                                            .as.offer = {.feeds = &offer, .feed_count = 1}});
    host_settle(scene.host);
    scene_frame(SRB, author_record(self, &feed));
    host_settle(scene.host);
    scene_frame(SRB, author_entries(&feed, 0));
    host_settle(scene.host);
    host_run(scene.host, 61000);
    assert_false(now().is_restoring);
    assert_true(scene_feed_of(feed.feed.id).is_closed);
    author_feed_close(&feed);
}

TEST(neither_does_a_pairwise_feed_under_keys_that_were_forgotten)
{
    struct author *self = &scene.host->self;
    struct cairn_bytes note;
    uint8_t sealing[32];
    author_rotate_sealing(&scene.srb);
    author_document(&scene.srb);
    note = (struct cairn_bytes){.data = scene.srb.note, .size = scene.srb.note_size};
    cairn_suite_dh_public(&scene.suite, scene.srb.sealing_secret, sealing);
    author_feed_close(&self->pairwise);
    author_pair(self, "SRB", sealing);
    author_add_word(self, &self->pairwise, "kept");
    come_back(&self->pairwise);
    scene_frame(SRB, (struct cairn_message){.type = CAIRN_MESSAGE_OFFER,
                                            .as.offer = {.notes = &note, .note_count = 1}});
    host_settle(scene.host);
    expect_frozen(&self->pairwise, CAIRN_RESTORING);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, scene_end)
    const struct CMUnitTest tests[] = {
        CASE(the_leaf_that_the_guard_told_of_comes_back),
        CASE(leaves_that_come_back_and_contradict_the_guard_end_all_signing),
        CASE(leaves_that_come_back_and_contradict_another_partner_end_all_signing),
        CASE(leaves_that_nothing_signed_covers_halt_nobody),
        CASE(a_partner_that_shows_another_root_of_our_size_ends_all_signing),
        CASE(a_partner_that_shows_our_own_root_is_an_answer),
        CASE(a_feed_that_was_forgotten_takes_nothing_before_all_of_it_is_back),
        CASE(a_feed_that_was_forgotten_is_closed_when_a_member_is_no_partner_any_more),
        CASE(neither_does_a_pairwise_feed_under_keys_that_were_forgotten),
    };
    return cmocka_run_group_tests_name("core_refetch", tests, NULL, NULL);
}
