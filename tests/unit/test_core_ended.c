/* One core, driven by hand-made frames: SRB's document ends SRB's origin at a position. P-14 to
 * P-16 */
#include "tests/lib/test.h"

#include <string.h>

#include "replication/core.h"
#include "tests/lib/core_scene.h"

/* The core holds SRB's journal up to `size`, and GEO is linked. */
static void take_srb(uint64_t size)
{
    scene_link_up(SRB, &scene.srb);
    scene_offer_own(SRB, &scene.srb);
    scene_frame(SRB, author_range(&scene.srb, 0, size, true));
    host_settle(scene.host);
    assert_int_equal(scene_srb_peer().journal_size, size);
    scene_link_up(GEO, &scene.geo);
}

/* SRB's root key ends its origin; an operator hands the note over. */
static cairn_err end_srb(struct author *author, uint64_t size)
{
    author_end(author, size);
    uint64_t token = host_show(scene.host, author);
    host_settle(scene.host);
    return scene_answer_of(token);
}

static uint32_t last_want(uint32_t link, const struct author *author, uint64_t *out_from)
{
    struct cairn_message message;
    uint8_t id[16];
    uint32_t count = 0;
    cairn_keys_journal_id(cairn_bytes_of(author->origin), id);
    for (uint32_t i = 0; host_sent(scene.host, link, CAIRN_MESSAGE_WANT, i, &message); i++) {
        if (memcmp(message.as.want.log, id, 16) == 0 && message.as.want.has_from &&
            message.as.want.credit_bytes > 0) {
            *out_from = message.as.want.from;
            count++;
        }
    }
    return count;
}

/* ---- the document ---- */

TEST(an_ended_origin_is_no_peer_any_more_and_its_link_is_closed)
{
    scene_write_noise(&scene.srb, 10, 1);
    take_srb(10);
    assert_err(end_srb(&scene.srb, 10), CAIRN_OK);
    struct cairn_core_peer peer = scene_srb_peer();
    assert_true(peer.is_ended);
    assert_false(peer.is_recognised);
    assert_false(peer.is_linked);
    assert_int_equal(peer.ended_size, 10);
    assert_int_equal(peer.journal_size, 10);
    assert_err(scene.host->dropped[SRB], CAIRN_DENIED_PARTNER);
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_ENDED], 1);
    assert_int_equal(cairn_core_peer_count(scene.host->core), 4); /* and the next incarnation */
    host_link_up(scene.host, SRB, &scene.srb);
    assert_err(scene.host->dropped[SRB], CAIRN_PEER_UNKNOWN);
}

TEST(a_later_document_that_drops_or_moves_a_position_is_refused)
{
    scene_write_noise(&scene.srb, 10, 1);
    take_srb(10);
    assert_err(end_srb(&scene.srb, 6), CAIRN_OK);
    struct author changed = scene.srb;
    assert_err(end_srb(&changed, 7), CAIRN_DENIED_ENDED);
    changed.is_ended = false;
    author_document(&changed);
    uint64_t token = host_show(scene.host, &changed);
    host_settle(scene.host);
    assert_err(scene_answer_of(token), CAIRN_DENIED_ENDED);
    assert_int_equal(scene_srb_peer().ended_size, 6);
    author_document(&scene.srb); /* the next serial, the same line */
    token = host_show(scene.host, &scene.srb);
    host_settle(scene.host);
    assert_err(scene_answer_of(token), CAIRN_OK);
}

TEST(a_document_that_takes_an_end_back_is_named_whoever_carries_it)
{
    scene_write_noise(&scene.srb, 10, 1);
    take_srb(10);
    assert_err(end_srb(&scene.srb, 6), CAIRN_OK);
    struct author changed = scene.srb;
    author_end(&changed, 7);
    struct cairn_bytes note = {.data = changed.note, .size = changed.note_size};
    scene_frame(GEO, (struct cairn_message){.type = CAIRN_MESSAGE_OFFER,
                                            .as.offer = {.notes = &note, .note_count = 1}});
    host_settle(scene.host);
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_DOCUMENT_REFUSED], 1);
    assert_err(scene.host->dropped[GEO], CAIRN_OK); /* it only carries it */
    assert_int_equal(scene_srb_peer().ended_size, 6);
    author_end(&scene.srb, 6); /* one that keeps it */
    note = (struct cairn_bytes){.data = scene.srb.note, .size = scene.srb.note_size};
    scene_frame(GEO, (struct cairn_message){.type = CAIRN_MESSAGE_OFFER,
                                            .as.offer = {.notes = &note, .note_count = 1}});
    host_settle(scene.host);
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_DOCUMENT_REFUSED], 1);
}

/* ---- what is held ---- */

TEST(what_is_held_past_the_position_is_put_back_to_it)
{
    for (uint64_t size = 0; size <= 9; size += 3) {
        scene_write_noise(&scene.srb, 10, 1);
        take_srb(10);
        assert_err(end_srb(&scene.srb, size), CAIRN_OK);
        assert_int_equal(scene_srb_peer().journal_size, size);
        assert_false(scene_srb_peer().is_repudiated);
        assert_int_equal(scene_rows_in(CAIRN_TABLE_LEAF) >= 10, 1); /* nothing is thrown away */
        host_crash(scene.host);
        assert_int_equal(scene_srb_peer().journal_size, size);
        assert_true(scene_srb_peer().is_ended);
        scene_end(NULL);
        scene_begin(NULL);
    }
}

TEST(leaves_that_could_not_be_had_are_looked_for_again)
{
    bool has_failed = false;
    scene_write_noise(&scene.srb, 10, 1);
    take_srb(10);
    author_end(&scene.srb, 6);
    uint64_t token = host_show(scene.host, &scene.srb);
    while (scene.host->task_count > 0) {
        bool fails = !has_failed && scene.host->tasks[0].type == CAIRN_ACTION_LOAD;
        has_failed = has_failed || fails;
        host_answer(scene.host, 0, fails ? CAIRN_DISK : CAIRN_OK);
    }
    assert_err(scene_answer_of(token), CAIRN_OK);
    assert_true(has_failed);
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_STORE_FAILED], 1);
    host_run(scene.host, 50000);
    assert_int_equal(scene_srb_peer().journal_size, 10); /* not at once: a disk may need time */
    host_run(scene.host, 20000);
    assert_int_equal(scene_srb_peer().journal_size, 6);
}

TEST(a_tree_of_another_root_is_a_branch_that_nobody_stands_by)
{
    for (uint64_t size = 6; size <= 10; size += 4) {
        scene_write_noise(&scene.srb, 10, 1);
        scene_write_noise(&scene.twin, 10, 7);
        take_srb(10);
        scene.twin.serial = scene.srb.serial;
        assert_err(end_srb(&scene.twin, size), CAIRN_OK);
        assert_true(scene_srb_peer().is_repudiated);
        assert_int_equal(scene.host->notices[CAIRN_NOTICE_REPUDIATED], 1);
        assert_int_equal(scene_srb_peer().journal_size, 10);
        host_crash(scene.host);
        assert_true(scene_srb_peer().is_repudiated);
        scene_end(NULL);
        scene_begin(NULL);
    }
}

TEST(a_document_that_comes_before_the_restart_is_followed_after_it)
{
    scene_write_noise(&scene.srb, 10, 1);
    take_srb(10);
    author_end(&scene.srb, 4);
    (void)host_show(scene.host, &scene.srb);
    uint32_t store = host_find_task(scene.host, CAIRN_ACTION_STORE);
    host_answer(scene.host, store, CAIRN_OK); /* the note is on the disk; nothing else happened */
    host_crash(scene.host);
    host_settle(scene.host);
    assert_int_equal(scene_srb_peer().journal_size, 4);
}

/* ---- what comes ---- */

TEST(a_late_joiner_follows_up_to_the_position_and_no_further)
{
    uint64_t from = UINT64_MAX;
    scene_write_noise(&scene.srb, 10, 1);
    assert_err(end_srb(&scene.srb, 6), CAIRN_OK);
    scene_link_up(GEO, &scene.geo);
    host_settle(scene.host);
    assert_true(last_want(GEO, &scene.srb, &from) > 0);
    assert_int_equal(from, 0);
    scene_frame(GEO, author_range(&scene.srb, 0, 4, false));
    host_settle(scene.host);
    assert_int_equal(scene_srb_peer().journal_size, 0);
    scene_frame(GEO, author_range(&scene.srb, 4, 10, true)); /* it goes on, and is signed */
    host_settle(scene.host);
    assert_int_equal(scene_srb_peer().journal_size, 6);
    assert_int_equal(cairn_core_checkpoint(scene.host->core, 1).size, 0);
    host_forget_sent(scene.host);
    scene_offer_own(GEO, &scene.srb); /* 10 leaves */
    host_run(scene.host, 200000);
    assert_int_equal(last_want(GEO, &scene.srb, &from), 0);
    host_crash(scene.host);
    assert_int_equal(scene_srb_peer().journal_size, 6);
    assert_false(scene_srb_peer().is_repudiated);
}

TEST(leaves_that_do_not_lead_to_the_position_count_for_nothing)
{
    scene_write_noise(&scene.srb, 10, 1);
    scene_write_noise(&scene.twin, 10, 7);
    assert_err(end_srb(&scene.srb, 6), CAIRN_OK);
    scene_link_up(GEO, &scene.geo);
    host_settle(scene.host);
    scene_frame(GEO, author_range(&scene.twin, 0, 10, true));
    host_settle(scene.host);
    assert_int_equal(scene_srb_peer().journal_size, 0);
    assert_err(scene.host->dropped[GEO], CAIRN_OK); /* it may not know better */
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_COMMIT_REFUSED], 1);
    scene_offer_own(GEO, &scene.srb);
    scene_frame(GEO, author_range(&scene.srb, 0, 6, false));
    host_settle(scene.host);
    assert_int_equal(scene_srb_peer().journal_size, 6);
}

TEST(who_has_less_than_the_position_is_asked_no_more)
{
    uint64_t from = UINT64_MAX;
    scene_write_noise(&scene.srb, 10, 1);
    author_sign(&scene.srb);
    assert_err(end_srb(&scene.srb, 10), CAIRN_OK);
    struct author behind = scene.twin;
    scene_write_noise(&behind, 5, 1);
    scene_link_up(GEO, &scene.geo);
    host_settle(scene.host);
    host_forget_sent(scene.host);
    scene_frame(GEO, author_range(&behind, 0, 5, true));
    host_settle(scene.host);
    assert_int_equal(scene_srb_peer().journal_size, 0);
    assert_int_equal(last_want(GEO, &scene.srb, &from), 0);
}

TEST(a_commit_behind_the_position_is_not_taken_and_one_before_it_is)
{
    struct cairn_opening opening;
    scene_link_up(SRB, &scene.srb);
    scene_write_first();
    scene_join(SRB);
    scene_grow(&opening); /* its leaf is known, its commit is not */
    assert_int_equal(scene_held(&scene.feed).tagged, 2);
    assert_err(end_srb(&scene.srb, opening.leaf_index), CAIRN_OK);
    scene_link_up(GEO, &scene.geo);
    scene_offer(GEO);
    assert_int_equal(scene_held(&scene.feed).tagged, 1); /* that leaf is no part of it */
    scene_frame(GEO, author_entries(&scene.feed, 0));
    host_settle(scene.host);
    assert_int_equal(scene_held(&scene.feed).commits, 1);
    scene_frame(GEO, author_entries(&scene.feed, 1));
    host_run(scene.host, 70000);
    assert_int_equal(scene_held(&scene.feed).commits, 1);
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_MISSING], 0); /* nobody owes it */
}

TEST(the_folder_gets_again_what_it_opened_behind_the_position)
{
    struct cairn_opening opening;
    scene_link_up(SRB, &scene.srb);
    scene_write_first();
    scene_join(SRB);
    scene_frame(SRB, author_entries(&scene.feed, 0));
    host_settle(scene.host);
    scene_grow(&opening);
    scene_frame(SRB, author_entries(&scene.feed, 1));
    host_settle(scene.host);
    assert_int_equal(scene_held(&scene.feed).commits, 2);
    uint64_t opened = scene.host->opened_count;
    assert_err(end_srb(&scene.srb, opening.leaf_index), CAIRN_OK);
    host_settle(scene.host);
    assert_int_equal(scene.host->opened_count, opened + 2); /* both commits of that feed alone */
    assert_int_equal(scene_held(&scene.feed).commits, 2);
    assert_int_equal(scene_srb_peer().counted_size, opening.leaf_index);
    host_crash(scene.host);
    host_settle(scene.host);
    assert_true(scene.host->opened_count >= opened + 4); /* it may have gone down before */
}

TEST(nothing_of_an_ended_origin_is_cosigned)
{
    scene_link_up(SRB, &scene.srb);
    scene_write_first();
    scene_join(SRB);
    assert_err(end_srb(&scene.srb, scene.srb.journal.size), CAIRN_OK);
    uint64_t cosigned = scene.host->notices[CAIRN_NOTICE_COSIGNED];
    host_run(scene.host, 70000);
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_COSIGNED], cosigned);
}

/* ---- forks ---- */

TEST(a_dispute_ends_where_the_country_stands_by_what_is_held)
{
    scene_write_noise(&scene.srb, 4, 1);
    scene_write_noise(&scene.twin, 4, 1);
    scene_write_noise(&scene.srb, 6, 1);
    scene_write_noise(&scene.twin, 6, 7);
    take_srb(10);
    scene_offer_own(GEO, &scene.twin);
    host_settle(scene.host);
    assert_true(scene_srb_peer().is_forked);
    assert_err(end_srb(&scene.srb, 4), CAIRN_OK); /* what both branches share */
    assert_false(scene_srb_peer().is_forked);
    assert_int_equal(scene_srb_peer().journal_size, 4);
    assert_int_equal(scene_rows_in(CAIRN_TABLE_FORK), 1); /* the proof is kept for ever */
    host_crash(scene.host);
    assert_false(scene_srb_peer().is_forked);
}

TEST(a_dispute_does_not_end_on_the_other_branch)
{
    scene_write_noise(&scene.srb, 10, 1);
    scene_write_noise(&scene.twin, 10, 7);
    take_srb(10);
    scene_offer_own(GEO, &scene.twin);
    host_settle(scene.host);
    assert_true(scene_srb_peer().is_forked);
    scene.twin.serial = scene.srb.serial;
    assert_err(end_srb(&scene.twin, 8), CAIRN_OK);
    assert_true(scene_srb_peer().is_forked);
    assert_true(scene_srb_peer().is_repudiated);
}

/* ---- this node ---- */

TEST(a_node_whose_own_origin_ended_signs_nothing)
{
    struct author *self = &scene.host->self;
    scene_link_up(SRB, &scene.srb);
    host_run(scene.host, 2000);
    uint64_t size = scene_journal_size();
    author_end(self, 0);
    uint64_t token = host_show(scene.host, self);
    host_settle(scene.host);
    assert_err(scene_answer_of(token), CAIRN_OK);
    struct cairn_core_peer own;
    cairn_core_peer(scene.host->core, 0, &own);
    assert_true(own.is_ended);
    struct cairn_core_feed pairwise = scene_own_pairwise();
    token = host_append(scene.host, pairwise.id, "word", scene.host->now_ms);
    host_settle(scene.host);
    assert_err(scene_answer_of(token), CAIRN_ENDED);
    host_run(scene.host, 130000);
    assert_int_equal(scene_journal_size(), size);
    host_crash(scene.host);
    host_run(scene.host, 130000);
    assert_int_equal(scene_journal_size(), size);
}

/* The same disk, started as the next incarnation. */
static void begin_next(struct author *self)
{
    struct cairn_core_peer own;
    cairn_core_peer(scene.host->core, 0, &own);
    self->is_ended = true;
    self->ended_size = own.journal_size;
    memcpy(self->ended_root, own.journal_root, 32);
    author_document(self);
    self->origin[strlen(self->origin) - 1]++;
    self->log_seed[0] ^= 1;
    host_crash(scene.host);
    uint64_t token = host_show(scene.host, self);
    host_settle(scene.host);
    assert_err(scene_answer_of(token), CAIRN_OK);
}

static void feed_of(uint64_t token, struct cairn_core_feed *out)
{
    struct host_answer answer;
    assert_true(host_answered(scene.host, token, &answer));
    assert_err(answer.err, CAIRN_OK);
    *out = scene_feed_of(answer.feed);
}

TEST(the_next_incarnation_writes_and_finds_what_the_last_one_wrote_closed)
{
    struct cairn_core_feed before[3];
    struct cairn_core_document held;
    scene_link_up(SRB, &scene.srb);
    uint64_t region = host_feed_open(scene.host, "AUTSRB");
    uint64_t national = host_feed_open(scene.host, HOST_PRIVATE);
    host_run(scene.host, 130000);
    feed_of(region, &before[0]);
    feed_of(national, &before[1]);
    before[2] = scene_own_pairwise();
    (void)host_append(scene.host, before[1].id, "waits", scene.host->now_ms);
    host_settle(scene.host);
    assert_int_equal(scene_feed_of(before[1].id).waiting, 1);
    uint64_t size = scene_journal_size();

    begin_next(&scene.host->self);
    for (uint32_t i = 0; i < 3; i++) {
        struct cairn_core_feed past = scene_feed_of(before[i].id);
        assert_true(past.is_own);
        assert_true(past.is_closed);
        assert_int_not_equal(past.author, 0);
        assert_int_equal(past.size, before[i].size);
        assert_int_equal(past.waiting, 0); /* there is no commit for it any more */
        uint64_t refused = host_append(scene.host, past.id, "word", scene.host->now_ms);
        host_settle(scene.host);
        assert_int_not_equal(scene_answer_of(refused), CAIRN_OK);
    }
    struct cairn_core_feed pairwise = scene_own_pairwise();
    assert_memory_not_equal(pairwise.id, before[2].id, 16);
    assert_false(pairwise.is_closed);
    uint64_t written = host_append(scene.host, pairwise.id, "word", scene.host->now_ms);
    host_settle(scene.host);
    assert_err(scene_answer_of(written), CAIRN_OK);
    assert_in_range(scene_journal_size(), 1, size + 3);
    assert_true(cairn_core_document(scene.host->core, (const uint8_t *)"AUT", &held));
    assert_int_equal(held.serial, scene.host->self.serial);
    assert_false(cairn_core_document(scene.host->core, (const uint8_t *)"XXA", &held));
}

static uint64_t blind_of(uint32_t number)
{
    struct cairn_core_peer peer;
    cairn_core_peer(scene.host->core, number, &peer);
    return peer.blind_count;
}

static void forget_feed(const uint8_t id[static 16])
{
    struct cairn_key key = {.table = CAIRN_TABLE_FEED};
    struct cairn_row row;
    memcpy(key.id, id, 16);
    while (disk_range(&scene.host->disk, &key, UINT64_MAX, &row, 1) > 0) {
        struct cairn_key found = row.key;
        disk_put(&scene.host->disk, &found, (struct cairn_bytes){.size = 0});
    }
}

/* As a node that lost its keys has it: of some feeds nobody has told it yet. */
TEST(leaves_of_the_last_incarnation_that_belong_to_no_known_feed_are_counted)
{
    struct cairn_core_feed region;
    struct cairn_core_feed national;
    uint64_t first = host_feed_open(scene.host, "AUTSRB");
    uint64_t second = host_feed_open(scene.host, HOST_PRIVATE);
    host_run(scene.host, 130000);
    feed_of(first, &region);
    feed_of(second, &national);
    assert_true(region.commits > 0);
    assert_true(national.commits > 1);
    forget_feed(region.id);
    begin_next(&scene.host->self);
    uint32_t past = scene_feed_of(national.id).author;
    assert_int_equal(blind_of(past), region.commits);
    forget_feed(national.id);
    host_crash(scene.host);
    assert_int_equal(blind_of(past), region.commits + national.commits);
    assert_int_equal(blind_of(0), 0);
}

TEST(leaves_of_others_that_belong_to_no_known_feed_are_not_counted)
{
    scene_write_noise(&scene.srb, 10, 1);
    take_srb(10);
    assert_err(end_srb(&scene.srb, 10), CAIRN_OK);
    assert_int_equal(blind_of(1), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_ended_origin_is_no_peer_any_more_and_its_link_is_closed,
                                        scene_begin, scene_end),
        cmocka_unit_test_setup_teardown(a_later_document_that_drops_or_moves_a_position_is_refused,
                                        scene_begin, scene_end),
        cmocka_unit_test_setup_teardown(
            a_document_that_takes_an_end_back_is_named_whoever_carries_it, scene_begin, scene_end),
        cmocka_unit_test_setup_teardown(what_is_held_past_the_position_is_put_back_to_it,
                                        scene_begin, scene_end),
        cmocka_unit_test_setup_teardown(leaves_that_could_not_be_had_are_looked_for_again,
                                        scene_begin, scene_end),
        cmocka_unit_test_setup_teardown(a_tree_of_another_root_is_a_branch_that_nobody_stands_by,
                                        scene_begin, scene_end),
        cmocka_unit_test_setup_teardown(
            a_document_that_comes_before_the_restart_is_followed_after_it, scene_begin, scene_end),
        cmocka_unit_test_setup_teardown(a_late_joiner_follows_up_to_the_position_and_no_further,
                                        scene_begin, scene_end),
        cmocka_unit_test_setup_teardown(leaves_that_do_not_lead_to_the_position_count_for_nothing,
                                        scene_begin, scene_end),
        cmocka_unit_test_setup_teardown(who_has_less_than_the_position_is_asked_no_more,
                                        scene_begin, scene_end),
        cmocka_unit_test_setup_teardown(
            a_commit_behind_the_position_is_not_taken_and_one_before_it_is, scene_begin, scene_end),
        cmocka_unit_test_setup_teardown(the_folder_gets_again_what_it_opened_behind_the_position,
                                        scene_begin, scene_end),
        cmocka_unit_test_setup_teardown(nothing_of_an_ended_origin_is_cosigned, scene_begin,
                                        scene_end),
        cmocka_unit_test_setup_teardown(a_dispute_ends_where_the_country_stands_by_what_is_held,
                                        scene_begin, scene_end),
        cmocka_unit_test_setup_teardown(a_dispute_does_not_end_on_the_other_branch, scene_begin,
                                        scene_end),
        cmocka_unit_test_setup_teardown(a_node_whose_own_origin_ended_signs_nothing, scene_begin,
                                        scene_end),
        cmocka_unit_test_setup_teardown(
            the_next_incarnation_writes_and_finds_what_the_last_one_wrote_closed, scene_begin,
            scene_end),
        cmocka_unit_test_setup_teardown(
            leaves_of_the_last_incarnation_that_belong_to_no_known_feed_are_counted, scene_begin,
            scene_end),
        cmocka_unit_test_setup_teardown(
            leaves_of_others_that_belong_to_no_known_feed_are_not_counted, scene_begin, scene_end),
    };
    return cmocka_run_group_tests_name("core_ended", tests, NULL, NULL);
}
