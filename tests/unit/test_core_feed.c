/* One core, driven by hand-made frames: commits of others' feeds. What is around it:
 * tests/lib/core_h. */
#include "tests/lib/test.h"

#include <string.h>

#include "replication/core.h"
#include "schema/operation.h"
#include "tests/lib/core_scene.h"

TEST(a_commit_is_taken_at_its_leaf)
{
    scene_write_first();
    scene_link_up(SRB, &scene.srb);
    scene_join(SRB);
    assert_int_equal(scene_held(&scene.feed).tagged, 1);
    scene_frame(SRB, author_entries(&scene.feed, 0));
    host_settle(scene.host);
    assert_int_equal(scene_held(&scene.feed).commits, 1);
    assert_int_equal(scene_held(&scene.feed).size, 1);
    scene_grow(NULL);
    scene_frame(SRB, author_entries(&scene.feed, 1));
    host_settle(scene.host);
    assert_int_equal(scene_held(&scene.feed).size, 2);
    assert_int_equal(scene.host->content_count, 1);
}

/* What the server of a commit can get wrong is refused with its number, and changes nothing. */
TEST(a_commit_that_does_not_open_to_its_leaf_is_refused)
{
    struct cairn_opening right;
    uint8_t bytes[4096];
    static const size_t places[] = {16 + 7, 24 + 7, 32 + 7,
                                    40 + 7, 56,     88}; /* within the opening */
    scene_write_first();
    scene_link_up(SRB, &scene.srb);
    scene_join(SRB);
    scene_frame(SRB, author_entries(&scene.feed, 0));
    scene_grow(&right);
    struct cairn_bytes good = author_commit_bytes(&scene.feed, 1);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct cairn_core_feed before = scene_held(&scene.feed);
        memcpy(bytes, good.data, good.size);
        bytes[places[i]] ^= places[i] == 16 + 7 ? 3 : 1;
        struct cairn_message wrong = {.type = CAIRN_MESSAGE_ENTRIES,
                                      .as.entries = {.commit = {.data = bytes, .size = good.size}}};
        scene_frame(SRB, wrong);
        host_settle(scene.host);
        assert_int_equal(scene_held(&scene.feed).commits, before.commits);
        assert_int_equal(scene_held(&scene.feed).size, before.size);
        assert_int_equal(scene_held(&scene.feed).tagged, before.tagged);
        if (scene.host->dropped[SRB] != CAIRN_OK) { /* a number too far ahead only waits */
            assert_true(scene.host->dropped[SRB] == CAIRN_PEER_COMMIT ||
                        scene.host->dropped[SRB] == CAIRN_NUMBER);
            host_link_down(scene.host, SRB);
            scene_link_up(SRB, &scene.srb);
            scene_offer(SRB);
        } else {
            assert_int_equal(places[i], 16 + 7);
        }
    }
    scene_frame(SRB, author_entries(&scene.feed, 1));
    host_settle(scene.host);
    assert_int_equal(scene_held(&scene.feed).commits, 2);
}

TEST(entries_that_do_not_lead_to_the_root_are_refused)
{
    uint8_t bytes[4096];
    scene_write_first();
    scene_link_up(SRB, &scene.srb);
    scene_join(SRB);
    struct cairn_bytes good = author_commit_bytes(&scene.feed, 0);
    memcpy(bytes, good.data, good.size);
    bytes[good.size - 1] ^= 1;
    scene_frame(
        SRB, (struct cairn_message){.type = CAIRN_MESSAGE_ENTRIES,
                                    .as.entries = {.commit = {.data = bytes, .size = good.size}}});
    assert_err(scene.host->dropped[SRB], CAIRN_PEER_ENTRY);
    host_link_down(scene.host, SRB);
    scene_link_up(SRB, &scene.srb);
    scene_offer(SRB);
    scene_frame(SRB,
                author_entries(&scene.feed, 0)); /* the author is not to blame: the feed goes on */
    host_settle(scene.host);
    assert_int_equal(scene_held(&scene.feed).commits, 1);
}

TEST(a_leaf_with_another_tag_is_not_the_feeds)
{
    struct cairn_opening opening;
    uint8_t leaf[CAIRN_LEAF_BYTES];
    scene_write_first();
    scene_link_up(SRB, &scene.srb);
    scene_join(SRB);
    scene_frame(SRB, author_entries(&scene.feed, 0));
    host_settle(scene.host);
    author_add_word(&scene.srb, &scene.feed, "word");
    author_commit(&scene.srb, &scene.feed, &opening);
    scene.srb.journal.size--; /* written again with the tag of the commit after it */
    cairn_merkle_range_init(&scene.srb.journal);
    opening.number = 2;
    author_leaf(&scene.srb, &scene.feed, &opening, leaf);
    uint64_t size = opening.leaf_index;
    for (uint64_t i = 0; i < size; i++) {
        uint8_t copy[CAIRN_LEAF_BYTES];
        memcpy(copy, scene.srb.leaves[i], sizeof copy);
        author_put_leaf(&scene.srb, copy);
    }
    author_put_leaf(&scene.srb, leaf);
    author_sign(&scene.srb);
    scene_frame(SRB, author_range(&scene.srb, size, size + 1, true));
    host_settle(scene.host);
    assert_int_equal(scene_held(&scene.feed).tagged, 1);
    scene_frame(SRB, author_entries(&scene.feed, 1));
    host_settle(scene.host);
    assert_int_equal(scene_held(&scene.feed).commits, 1);
    assert_err(scene.host->dropped[SRB], CAIRN_OK); /* it may be of a leaf that is yet to come */
}

TEST(a_commit_waits_for_the_marks_before_it)
{
    scene_write_first();
    scene_link_up(SRB, &scene.srb);
    scene_offer(SRB);
    scene_frame(SRB, author_record(&scene.srb, &scene.feed));
    author_add_mark(&scene.srb, scene.srb.now_ms + 1);
    author_commit(&scene.srb, &scene.srb.control, NULL);
    author_add_word(&scene.srb, &scene.feed, "word");
    author_commit(&scene.srb, &scene.feed, NULL);
    author_sign(&scene.srb);
    scene_frame(SRB, author_range(&scene.srb, 0, scene.srb.journal.size, true));
    host_settle(scene.host);
    scene_frame(SRB, author_entries(&scene.feed, 0));
    scene_frame(SRB, author_entries(&scene.feed, 1));
    host_settle(scene.host);
    assert_int_equal(scene_held(&scene.feed).commits, 1);
    host_forget_sent(scene.host);
    scene_frame(SRB, author_entries(&scene.srb.control, 0));
    scene_frame(SRB, author_entries(&scene.srb.control, 1));
    host_settle(scene.host);
    struct cairn_message want;
    bool is_asked = false; /* the stream that had to wait is asked for again */
    for (uint32_t i = 0; host_sent(scene.host, SRB, CAIRN_MESSAGE_WANT, i, &want); i++) {
        is_asked = is_asked || (memcmp(want.as.want.log, scene.feed.feed.id, 16) == 0 &&
                                want.as.want.has_from && want.as.want.from == 1);
    }
    assert_true(is_asked);
    scene_frame(SRB, author_entries(&scene.feed, 1));
    host_settle(scene.host);
    assert_int_equal(scene_held(&scene.feed).commits, 2);
}

/* A clear entry that is no record: the author committed to it, so no other source can help. */
TEST(an_author_that_breaks_a_rule_ends_its_feed_and_not_the_link)
{
    scene_write_first();
    scene_link_up(SRB, &scene.srb);
    scene_join(SRB);
    scene_frame(SRB, author_entries(&scene.feed, 0));
    host_settle(scene.host);
    uint64_t from = scene.srb.journal.size;
    author_add(&scene.srb, &scene.feed, cairn_bytes_of("not an operation"), true);
    author_commit(&scene.srb, &scene.feed, NULL);
    author_sign(&scene.srb);
    scene_frame(SRB, author_range(&scene.srb, from, scene.srb.journal.size, true));
    host_settle(scene.host);
    scene_frame(SRB, author_entries(&scene.feed, 1));
    host_settle(scene.host);
    assert_err(scene.host->dropped[SRB], CAIRN_OK);
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_COMMIT_REFUSED], 1);
    assert_int_equal(scene_held(&scene.feed).commits, 1);
    host_run(scene.host, 5000);
}

/* SRB is gone before its first commit came, and GEO offers it. gives: that commit, to be changed */
static struct cairn_message relay_begin(uint8_t out[static 4096])
{
    scene_write_first();
    scene_link_up(SRB, &scene.srb);
    scene_join(SRB);
    host_link_down(scene.host, SRB);
    scene_link_up(GEO, &scene.geo);
    scene_offer(GEO);
    struct cairn_bytes good = author_commit_bytes(&scene.feed, 0);
    assert_true(good.size <= 4096);
    memcpy(out, good.data, good.size);
    return (struct cairn_message){.type = CAIRN_MESSAGE_ENTRIES,
                                  .as.entries = {.commit = {.data = out, .size = good.size}}};
}

/* Who holds the other branch of a fork serves commits of leaves that are not ours. source P-66 */
TEST(a_relay_with_a_commit_of_other_leaves_is_asked_no_more_and_not_accused)
{
    uint8_t bytes[4096];
    struct cairn_message message = relay_begin(bytes);
    bytes[88] ^= 1; /* another policy was in force */
    scene_frame(GEO, message);
    host_settle(scene.host);
    assert_err(scene.host->dropped[GEO], CAIRN_OK);
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_COMMIT_REFUSED], 1);
    scene_frame(GEO, author_entries(&scene.feed, 0)); /* too late: it is no source any more */
    host_settle(scene.host);
    assert_int_equal(scene_held(&scene.feed).commits, 0);
    scene_offer(GEO);
    scene_frame(GEO, author_entries(&scene.feed, 0));
    host_settle(scene.host);
    assert_int_equal(scene_held(&scene.feed).commits, 1);
}

/* The same bytes from a relay, under the author's true opening, are the relay's doing. */
TEST(a_relay_cannot_break_a_feed_with_entries_of_its_own)
{
    uint8_t bytes[4096];
    struct cairn_message message = relay_begin(bytes);
    memset(bytes + CAIRN_COMMIT_HEAD_BYTES + CAIRN_COMMIT_ENTRY_BYTES, 0xc0, 40);
    scene_frame(GEO, message);
    host_settle(scene.host);
    assert_err(scene.host->dropped[GEO], CAIRN_PEER_ENTRY);
    scene_link_up(SRB, &scene.srb);
    scene_offer(SRB);
    scene_frame(SRB, author_entries(&scene.feed, 0));
    host_settle(scene.host);
    assert_int_equal(scene_held(&scene.feed).commits, 1);
}

TEST(a_control_feed_of_which_nothing_was_stored_is_looked_for_again)
{
    scene_write_first();
    scene_link_up(SRB, &scene.srb);
    scene_offer(SRB);
    scene_frame(SRB, author_record(&scene.srb, &scene.feed));
    scene_frame(SRB, author_range(&scene.srb, 0, scene.srb.journal.size, true));
    host_settle(scene.host); /* the leaves are on the disk, no commit is */
    host_crash(scene.host);
    host_settle(scene.host);
    assert_int_equal(scene_held(&scene.srb.control).tagged, 1);
    assert_int_equal(scene_held(&scene.feed).tagged, 1);
    scene_link_up(SRB, &scene.srb);
    scene_offer(SRB);
    scene_frame(SRB, author_entries(&scene.srb.control, 0));
    host_settle(scene.host);
    scene_frame(SRB, author_entries(&scene.feed, 0));
    host_settle(scene.host);
    assert_int_equal(scene_held(&scene.feed).commits, 1);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, scene_begin, scene_end)
    const struct CMUnitTest tests[] = {
        CASE(a_commit_is_taken_at_its_leaf),
        CASE(a_commit_that_does_not_open_to_its_leaf_is_refused),
        CASE(entries_that_do_not_lead_to_the_root_are_refused),
        CASE(a_leaf_with_another_tag_is_not_the_feeds),
        CASE(a_commit_waits_for_the_marks_before_it),
        CASE(an_author_that_breaks_a_rule_ends_its_feed_and_not_the_link),
        CASE(a_relay_with_a_commit_of_other_leaves_is_asked_no_more_and_not_accused),
        CASE(a_relay_cannot_break_a_feed_with_entries_of_its_own),
        CASE(a_control_feed_of_which_nothing_was_stored_is_looked_for_again),
    };
    return cmocka_run_group_tests_name("core_feed", tests, NULL, NULL);
}
