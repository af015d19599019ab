/* One core, driven by hand-made frames: cosignatures, ours and those of others. */
#include "tests/lib/test.h"

#include <string.h>

#include "replication/core.h"
#include "schema/operation.h"
#include "tests/lib/core_scene.h"

TEST(nothing_is_cosigned_before_the_missing_is_on_the_disk)
{
    scene_write_first();
    scene_link_up(SRB, &scene.srb);
    scene_join(SRB);
    scene_frame(SRB, author_entries(&scene.feed, 0));
    host_settle(scene.host);
    host_run(scene.host, 61000);
    scene_grow(NULL);
    host_run(scene.host, 59000); /* a heartbeat has marked the new size meanwhile */
    uint64_t cosigned = scene_srb_peer().cosigned_size;
    for (uint32_t i = 0; scene.host->notices[CAIRN_NOTICE_MISSING] == 0; i++) {
        host_tick(scene.host, 1000);
        assert_true(i < 20);
    }
    for (uint32_t i = 0; i < 5; i++) { /* the flush with it is being signed */
        host_tick(scene.host, 1000);
    }
    for (uint32_t i = 0; i < scene.host->task_count; i++) {
        assert_false(scene.host->tasks[i].type == CAIRN_ACTION_SIGN &&
                     scene.host->tasks[i].key == CAIRN_SIGN_WITNESS);
    }
    assert_int_equal(scene_srb_peer().cosigned_size, cosigned);
    host_run(scene.host, 61000);
    assert_true(scene_srb_peer().cosigned_size > cosigned);
}

static bool is_witnessing(void)
{
    for (uint32_t i = 0; i < scene.host->task_count; i++) {
        if (scene.host->tasks[i].type == CAIRN_ACTION_SIGN &&
            scene.host->tasks[i].key == CAIRN_SIGN_WITNESS) {
            return true;
        }
    }
    return false;
}

/* ... also where the flush that tells of it carries no mark of its own. */
TEST(nothing_is_cosigned_while_the_missing_is_being_written)
{
    uint8_t pairwise[16];
    assert_true(cairn_core_pairwise(scene.host->core, (const uint8_t *)"GEO", pairwise));
    scene_write_first();
    scene_link_up(SRB, &scene.srb);
    scene_join(SRB);
    scene_frame(SRB, author_entries(&scene.feed, 0));
    host_run(scene.host, 61000);
    scene_grow(NULL);
    for (uint32_t i = 0; scene.host->notices[CAIRN_NOTICE_MISSING] == 0; i++) {
        (void)host_append(scene.host, pairwise, "word", scene.host->now_ms); /* a mark a second */
        host_settle(scene.host);
        host_tick(scene.host, 130);
        assert_true(i < 1000);
    }
    assert_false(is_witnessing());
    host_settle(scene.host);
    host_run(scene.host, 61000);
    assert_int_equal(scene_srb_peer().cosigned_size, scene.srb.journal.size);
}

/* Answer everything but what is of this kind. */
static void settle_but(enum cairn_action_type type)
{
    for (uint32_t i = 0; i < scene.host->task_count;) {
        if (scene.host->tasks[i].type == type) {
            i++;
        } else {
            host_answer(scene.host, i, CAIRN_OK);
            i = 0;
        }
    }
}

TEST(nothing_is_cosigned_before_the_mark_that_tells_of_it_is_on_the_disk)
{
    scene_write_first();
    scene_link_up(SRB, &scene.srb);
    scene_join(SRB);
    scene_frame(SRB, author_entries(&scene.feed, 0));
    host_settle(scene.host);
    uint64_t before = scene_srb_peer().cosigned_size;
    host_tick(scene.host, 61000); /* the flush with the mark begins */
    assert_false(is_witnessing());
    settle_but(CAIRN_ACTION_STORE); /* signed, being written */
    assert_false(is_witnessing());
    assert_int_equal(scene_srb_peer().cosigned_size, before);
    host_settle(scene.host);
    host_run(scene.host, 2000);
    assert_int_equal(scene_srb_peer().cosigned_size, scene.srb.journal.size);
}

TEST(nothing_is_cosigned_while_leaves_were_not_looked_at)
{
    scene_write_first();
    scene_link_up(SRB, &scene.srb);
    scene_offer(SRB);
    scene_frame(SRB, author_range(&scene.srb, 0, scene.srb.journal.size, true));
    host_settle(scene.host);
    scene_frame(SRB, author_entries(&scene.srb.control, 0));
    host_settle(scene.host);
    uint64_t before = scene_srb_peer().cosigned_size;
    assert_true(before < scene.srb.journal.size);
    scene_frame(SRB, author_record(&scene.srb, &scene.feed)); /* a feed that may have some */
    settle_but(CAIRN_ACTION_LOAD);
    for (uint32_t i = 0; i < 3; i++) {
        host_tick(scene.host, 61000);
        settle_but(CAIRN_ACTION_LOAD);
    }
    assert_int_equal(scene_srb_peer().cosigned_size, before);
}

TEST(nothing_is_cosigned_while_a_mark_was_not_read)
{
    scene_write_first();
    scene_link_up(SRB, &scene.srb);
    scene_offer(SRB);
    scene_frame(SRB, author_record(&scene.srb, &scene.feed));
    scene_frame(SRB, author_range(&scene.srb, 0, scene.srb.journal.size, true));
    host_settle(scene.host);
    scene_frame(SRB, author_entries(&scene.srb.control, 0));
    scene_frame(SRB, author_entries(&scene.feed, 0));
    for (uint32_t i = 0; i < 3; i++) {
        settle_but(CAIRN_ACTION_RIPE);
        host_tick(scene.host, 40000); /* before anything of the feed is missing */
    }
    settle_but(CAIRN_ACTION_RIPE);
    assert_int_equal(scene_srb_peer().cosigned_size, 0);
    host_settle(scene.host);
    host_run(scene.host, 61000);
    assert_int_equal(scene_srb_peer().cosigned_size, scene.srb.journal.size);
}

TEST(nothing_is_cosigned_while_a_commit_is_being_written)
{
    scene_write_first();
    scene_link_up(SRB, &scene.srb);
    scene_join(SRB);
    uint64_t before = scene_srb_peer().cosigned_size;
    scene_frame(SRB, author_entries(&scene.feed, 0));
    uint32_t store = host_find_task(scene.host, CAIRN_ACTION_STORE);
    assert_int_equal(store, 0);
    host_tick(scene.host, 61000);
    while (scene.host->task_count > 1) { /* all but the commit's */
        host_answer(scene.host, 1, CAIRN_OK);
    }
    host_tick(scene.host, 2000);
    assert_false(is_witnessing());
    assert_int_equal(scene_srb_peer().cosigned_size, before);
    host_settle(scene.host);
    host_run(scene.host, 61000);
    assert_int_equal(scene_srb_peer().cosigned_size, scene.srb.journal.size);
}

TEST(a_signature_that_comes_after_the_proof_of_a_fork_goes_nowhere)
{
    scene_write_first();
    scene_link_up(SRB, &scene.srb);
    scene_join(SRB);
    scene_frame(SRB, author_entries(&scene.feed, 0));
    host_settle(scene.host);
    uint64_t before = scene_srb_peer().cosigned_size;
    host_tick(scene.host, 61000);
    for (uint32_t i = 0; !is_witnessing(); i++) {
        assert_true(i < 100);
        if (scene.host->task_count > 0) {
            host_answer(scene.host, 0, CAIRN_OK);
        } else {
            host_tick(scene.host, 1000);
        }
    }
    author_sign_as(&scene.srb, scene.srb.journal.size, (const uint8_t[32]){1});
    struct cairn_offer_journal journal = {.origin = cairn_bytes_of(scene.srb.origin),
                                          .size = scene.srb.journal.size,
                                          .checkpoint = author_checkpoint(&scene.srb)};
    scene_frame(SRB,
                (struct cairn_message){.type = CAIRN_MESSAGE_OFFER,
                                       .as.offer = {.journals = &journal, .journal_count = 1}});
    assert_true(scene_srb_peer().is_forked);
    host_settle(scene.host);
    host_run(scene.host, 130000);
    assert_int_equal(scene_srb_peer().cosigned_size, before);
    assert_int_equal(host_sent_count(scene.host, SRB, CAIRN_MESSAGE_COSIGN), 0);
}

TEST(a_partner_that_was_removed_meanwhile_is_not_cosigned)
{
    scene_write_first();
    scene_link_up(SRB, &scene.srb);
    scene_join(SRB);
    scene_frame(SRB, author_entries(&scene.feed, 0));
    host_settle(scene.host);
    uint64_t before = scene_srb_peer().cosigned_size;
    assert_true(before < scene.srb.journal.size);
    host_tick(scene.host, 61000); /* the flush with the mark begins */
    assert_false(is_witnessing());
    scene_forget("SRB", 1);
    host_settle(scene.host);
    host_run(scene.host, 130000);
    assert_int_equal(scene_srb_peer().cosigned_size, before);
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_COSIGNED], 0);
}

TEST(a_cosignature_is_durable_before_it_is_told)
{
    scene_write_first();
    scene_link_up(SRB, &scene.srb);
    scene_join(SRB);
    scene_frame(SRB, author_entries(&scene.feed, 0));
    host_settle(scene.host);
    host_tick(scene.host, 61000);
    for (uint32_t i = 0; !is_witnessing(); i++) {
        assert_true(i < 100);
        if (scene.host->task_count > 0) {
            host_answer(scene.host, 0, CAIRN_OK);
        } else {
            host_tick(scene.host, 1000);
        }
    }
    settle_but(CAIRN_ACTION_STORE);
    uint32_t last = scene.host->task_count - 1;
    assert_int_equal(scene.host->tasks[last].puts[0].key.table, CAIRN_TABLE_CHECKPOINT);
    assert_true(scene.host->tasks[last].is_synced);
    assert_int_equal(host_sent_count(scene.host, SRB, CAIRN_MESSAGE_COSIGN), 0);
    host_settle(scene.host);
    assert_int_equal(host_sent_count(scene.host, SRB, CAIRN_MESSAGE_COSIGN), 1);
}

TEST(a_cosignature_of_another_log_than_our_own_is_out_of_order)
{
    struct cairn_message message = {
        .type = CAIRN_MESSAGE_COSIGN,
        .as.cosign = {.size = 1, .line = {.data = (const uint8_t *)"x\n", .size = 2}}};
    scene_link_up(SRB, &scene.srb);
    cairn_keys_journal_id(cairn_bytes_of(scene.geo.origin), message.as.cosign.log);
    scene_frame(SRB, message);
    assert_err(scene.host->dropped[SRB], CAIRN_PEER_ORDER);
}

TEST(a_cosignature_leaves_after_it_is_stored_and_once_a_second)
{
    scene_write_first();
    scene_link_up(SRB, &scene.srb);
    scene_join(SRB);
    scene_frame(SRB, author_entries(&scene.feed, 0));
    scene_link_up(GEO, &scene.geo);
    host_forget_sent(scene.host);
    host_run(scene.host, 65000);
    assert_int_equal(host_sent_count(scene.host, SRB, CAIRN_MESSAGE_COSIGN), 1);
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_COSIGNED], 1);
    assert_int_equal(host_sent_count(scene.host, GEO, CAIRN_MESSAGE_COSIGN), 0);
    struct cairn_key key = {.table = CAIRN_TABLE_CHECKPOINT, .index = scene.srb.journal.size};
    struct cairn_row row;
    cairn_keys_journal_id(cairn_bytes_of(scene.srb.origin), key.id);
    assert_int_equal(disk_range(&scene.host->disk, &key, key.index + 1, &row, 1), 1);
}

TEST(a_mark_far_ahead_is_not_cosigned_not_after_a_restart_either)
{
    scene_write_first();
    scene_link_up(SRB, &scene.srb);
    scene_join(SRB);
    scene_frame(SRB, author_entries(&scene.feed, 0));
    host_settle(scene.host);
    uint64_t from = scene.srb.journal.size;
    author_add_mark(&scene.srb, scene.host->now_ms + 3600000);
    author_commit(&scene.srb, &scene.srb.control, NULL);
    author_sign(&scene.srb);
    scene_frame(SRB, author_range(&scene.srb, from, scene.srb.journal.size, true));
    host_settle(scene.host);
    scene_frame(SRB, author_entries(&scene.srb.control, 1));
    host_run(scene.host, 300000);
    assert_true(scene_srb_peer().cosigned_size < scene.srb.journal.size);
    host_crash(scene.host);
    host_run(scene.host, 300000);
    assert_true(scene_srb_peer().cosigned_size < scene.srb.journal.size);
}

static struct cairn_message cosign_message(const struct author *witness, uint64_t size,
                                           uint8_t line[static 256])
{
    struct cairn_bytes note = cairn_core_checkpoint(scene.host->core, 0);
    size_t line_bytes = author_cosign(witness, note, line, 256);
    struct cairn_message cosign = {
        .type = CAIRN_MESSAGE_COSIGN,
        .as.cosign = {.size = size, .line = {.data = line, .size = line_bytes}},
    };
    cairn_keys_journal_id(cairn_bytes_of(scene.host->self.origin), cosign.as.cosign.log);
    return cosign;
}

TEST(a_partners_cosignature_is_checked_and_kept)
{
    uint8_t line[256];
    scene_link_up(SRB, &scene.srb);
    uint64_t size = scene_peer_of(&scene.host->self).journal_size;
    struct cairn_message cosign = cosign_message(&scene.srb, size, line);
    scene_frame(SRB, cosign);
    host_settle(scene.host);
    assert_int_equal(scene_peer_of(&scene.srb).witnessed_size, size);
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_COSIGNATURE], 1);
    scene_frame(SRB, cosign); /* once more says nothing */
    host_settle(scene.host);
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_COSIGNATURE], 1);
    scene_link_up(GEO, &scene.geo);
    scene_frame(GEO, cosign_message(&scene.srb, size, line)); /* another's line */
    assert_err(scene.host->dropped[GEO], CAIRN_NOTE_SIGNATURE);
    scene_frame(SRB, cosign_message(&scene.srb, size + 1, line));
    assert_err(scene.host->dropped[SRB], CAIRN_PEER_ORDER);
}

/* So many witnesses that their lines do not fit one note: the last ones lose theirs, not their
 * link. */
TEST(a_checkpoint_keeps_sixty_cosignatures_and_lets_the_rest_go)
{
    static struct author witnesses[70];
    const struct cairn_core_limits wide = {
        .countries = 100, .journals = 100, .feeds = 800, .links = 4};
    uint8_t line[256];
    host_close(scene.host);
    scene.host = host_open(&scene.suite, &wide);
    host_show(scene.host, &scene.host->self);
    host_settle(scene.host);
    uint64_t size = scene_journal_size();
    for (uint32_t i = 0; i < 70; i++) {
        const char code[4] = {'W', (char)('A' + i / 26), (char)('A' + i % 26), '\0'};
        author_open(&witnesses[i], &scene.suite, code);
        host_show(scene.host, &witnesses[i]);
        host_settle(scene.host);
        scene_link_up(0, &witnesses[i]);
        scene_frame(0, cosign_message(&witnesses[i], size, line));
        host_settle(scene.host);
        assert_err(scene.host->dropped[0], CAIRN_OK);
        host_link_down(scene.host, 0);
        author_close(&witnesses[i]);
    }
    assert_int_equal(scene_journal_size(), size);
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_COSIGNATURE], 60);
    struct cairn_key key = {.table = CAIRN_TABLE_CHECKPOINT, .index = size};
    struct cairn_row row;
    uint32_t lines = 0;
    cairn_keys_journal_id(cairn_bytes_of(scene.host->self.origin), key.id);
    assert_int_equal(disk_range(&scene.host->disk, &key, size + 1, &row, 1), 1);
    for (size_t i = 0; i < row.value.size; i++) {
        lines += row.value.data[i] == '\n';
    }
    assert_int_equal(lines, 4 + 1 + 60); /* text and empty line, log signature, cosignatures */
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, scene_begin, scene_end)
    const struct CMUnitTest tests[] = {
        CASE(nothing_is_cosigned_before_the_missing_is_on_the_disk),
        CASE(nothing_is_cosigned_while_the_missing_is_being_written),
        CASE(nothing_is_cosigned_before_the_mark_that_tells_of_it_is_on_the_disk),
        CASE(nothing_is_cosigned_while_leaves_were_not_looked_at),
        CASE(nothing_is_cosigned_while_a_mark_was_not_read),
        CASE(nothing_is_cosigned_while_a_commit_is_being_written),
        CASE(a_signature_that_comes_after_the_proof_of_a_fork_goes_nowhere),
        CASE(a_partner_that_was_removed_meanwhile_is_not_cosigned),
        CASE(a_cosignature_is_durable_before_it_is_told),
        CASE(a_cosignature_of_another_log_than_our_own_is_out_of_order),
        CASE(a_cosignature_leaves_after_it_is_stored_and_once_a_second),
        CASE(a_mark_far_ahead_is_not_cosigned_not_after_a_restart_either),
        CASE(a_partners_cosignature_is_checked_and_kept),
        CASE(a_checkpoint_keeps_sixty_cosignatures_and_lets_the_rest_go),
    };
    return cmocka_run_group_tests_name("core_cosign", tests, NULL, NULL);
}
