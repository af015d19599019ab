/* Bundles from a log store, checked by the verifier: what is shown, what is left out, and with
 * which checkpoint it closes. Single objects: test_export_object.c. */
#include "tests/lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/hash.h"
#include "node/export.h"
#include "replication/table.h"
#include "replication/verify_make.h"
#include "tests/lib/export_scene.h"

TEST(a_whole_node_is_shown_and_verifies)
{
    struct export_outcome outcome = export_scene_run_all(17);
    export_scene_assert_whole(&outcome);
    assert_int_equal(outcome.size, 17);
    assert_int_equal(outcome.feed_records, 4);
    assert_int_equal(outcome.result.counts.commits, 16);
    assert_int_equal(outcome.result.counts.leaves, 17);
    assert_int_equal(outcome.result.counts.entries, 16);
    assert_int_equal(outcome.result.counts.opened, 9);
    assert_int_equal(outcome.stats.bare, 0);
}

TEST(without_the_right_to_read_no_content_key_is_shown)
{
    struct cairn_export_options options = export_scene_everything;
    options.has_content_keys = false;
    struct export_outcome outcome = export_scene_run(export_scene_snapshot(&options, 17));
    export_scene_assert_whole(&outcome);
    assert_int_equal(outcome.result.counts.opened, 0);
    assert_int_equal(outcome.result.counts.commits, 16);
}

TEST(the_newest_cosigned_checkpoint_that_covers_all_but_marks_is_taken)
{
    export_scene_put_checkpoint(10,
                                author_checkpoint(&export_scene.aut, 10, &export_scene.geo, 500));
    export_scene_put_checkpoint(15,
                                author_checkpoint(&export_scene.aut, 15, &export_scene.geo, 600));
    export_scene_put_checkpoint(
        16, author_checkpoint(&export_scene.aut, 16, NULL, 0)); /* kept, not cosigned */
    struct export_outcome outcome = export_scene_run_all(17);
    export_scene_assert_whole(&outcome);
    assert_int_equal(outcome.size, 15); /* two marks are left out */
    assert_int_equal(outcome.witnesses, 1);
    assert_int_equal(outcome.result.counts.commits, 14);
    assert_int_equal(outcome.result.counts.countries, 2);
}

TEST(a_cosigned_checkpoint_that_does_not_cover_what_is_shown_is_not_taken)
{
    export_scene_put_checkpoint(14,
                                author_checkpoint(&export_scene.aut, 14, &export_scene.geo, 500));
    struct export_outcome outcome = export_scene_run_all(17);
    export_scene_assert_whole(&outcome);
    assert_int_equal(outcome.size, 17);
    assert_int_equal(outcome.witnesses, 0);
    assert_int_equal(outcome.result.counts.countries, 1); /* GEO's document is not needed */
}

TEST(a_line_of_a_witness_without_document_is_left_out)
{
    struct author ken;
    author_open(&ken, &export_scene.suite, "KEN"); /* its document is not in the store */
    export_scene_put_checkpoint(15, author_checkpoint(&export_scene.aut, 15, &ken, 500));
    struct export_outcome outcome = export_scene_run_all(17);
    export_scene_assert_whole(&outcome);
    assert_int_equal(outcome.size, 15);
    assert_int_equal(outcome.witnesses, 0);
}

/* A leaf with the feed's next tag, whose commit this node does not hold. */
static void lose_last_of_region(void)
{
    export_scene.region.number--;
    export_scene.region.last_leaf_plus1 = 0;
}

TEST(a_feed_of_which_a_commit_is_missing_is_shown_without_record)
{
    lose_last_of_region();
    struct export_outcome outcome = export_scene_run_all(17);
    export_scene_assert_whole(&outcome);
    assert_int_equal(outcome.size, 17);
    assert_int_equal(outcome.feed_records, 3);
    assert_int_equal(outcome.stats.bare, 1);
    assert_int_equal(outcome.result.counts.commits, 15);
}

TEST(a_checkpoint_before_the_missing_commit_is_taken_if_there_is_one)
{
    lose_last_of_region();
    export_scene_put_checkpoint(14, author_checkpoint(&export_scene.aut, 14, NULL, 0));
    struct export_outcome outcome = export_scene_run_all(17);
    export_scene_assert_whole(&outcome);
    assert_int_equal(outcome.size, 14);
    assert_int_equal(outcome.feed_records, 4);
    assert_int_equal(outcome.stats.bare, 0);
}

TEST(epochs_are_counted_when_a_commit_is_under_way)
{
    struct cairn_export *bundle = export_scene_snapshot(&export_scene_everything, 17);
    bundle->feeds[1].is_settled = false; /* the core knows both epochs already */
    bundle->feeds[1].commits = 1;        /* the rekey itself is not durable */
    struct export_outcome outcome = export_scene_run(bundle);
    export_scene_assert_whole(&outcome);
    assert_int_equal(outcome.stats.bare, 1); /* its tags are in the leaves */
    bundle = export_scene_snapshot(&export_scene_everything, 4);
    bundle->feeds[0].commits = 2;
    bundle->feeds[1].is_settled = false;
    bundle->feeds[1].commits = 1;
    bundle->feeds[2].commits = 0;
    bundle->feeds[3].commits = 1;
    outcome = export_scene_run(bundle);
    export_scene_assert_whole(&outcome);
    assert_int_equal(outcome.size, 4);
    assert_int_equal(outcome.feed_records, 4);
}

static struct cairn_export *snapshot_of_feed(const struct author_feed *feed)
{
    struct cairn_export_options options = export_scene_everything;
    options.scope.type = CAIRN_SCOPE_FEED;
    memcpy(options.scope.feed, feed->id, 16);
    struct cairn_export *bundle = export_scene_bare_snapshot(&options, 17);
    export_scene_add_feed(bundle, &export_scene.control, 1);
    export_scene_add_feed(bundle, feed, feed->epoch_count);
    return bundle;
}

TEST(one_feed_is_shown_with_the_control_feed)
{
    struct export_outcome outcome = export_scene_run(snapshot_of_feed(&export_scene.region));
    export_scene_assert_whole(&outcome);
    assert_int_equal(outcome.feed_records, 2);
    assert_int_equal(outcome.result.counts.leaves, 17);
    assert_int_equal(outcome.result.counts.commits, 8);
}

TEST(one_feed_that_cannot_be_complete_is_not_shown)
{
    lose_last_of_region();
    assert_err(export_scene_run(snapshot_of_feed(&export_scene.region)).err, CAIRN_LATER);
}

TEST(an_entry_that_is_no_operation_is_shown_sealed)
{
    author_append(&export_scene.aut, &export_scene.region, cairn_bytes_of("not an operation"),
                  true);
    author_commit(&export_scene.aut, &export_scene.region);
    export_scene_put_journal();
    struct export_outcome outcome = export_scene_run_all(18);
    export_scene_assert_whole(&outcome);
    assert_int_equal(outcome.result.counts.entries, 17);
    assert_int_equal(outcome.result.counts.opened, 9);
}

TEST(a_journal_of_many_leaves_is_cut_into_records)
{
    for (int i = 0; i < 9000; i++) {
        author_noise(&export_scene.aut);
    }
    export_scene_alert(&export_scene.region, 2);
    author_commit(&export_scene.aut, &export_scene.region);
    export_scene_put_journal();
    struct export_outcome outcome = export_scene_run_all(export_scene.aut.leaf_count);
    export_scene_assert_whole(&outcome);
    assert_int_equal(outcome.result.counts.leaves, 9018);
}

TEST(a_private_commit_that_no_record_holds_is_damage_not_a_shorter_history)
{
    struct cairn_id object = export_scene_object(3);
    for (int i = 0; i < 16; i++) {
        author_append_alert(&export_scene.aut, &export_scene.own, &object, 60000);
    }
    author_commit(&export_scene.aut, &export_scene.own);
    export_scene_put_journal();
    struct author_commit *last = &export_scene.aut.commits[export_scene.aut.commit_count - 1];
    struct cairn_opening opening;
    uint8_t row[EXPORT_OPENING] = {0};
    assert_err(cairn_opening_decode(last->bytes.data, &opening), CAIRN_OK);
    opening.size++; /* one more, so that it is over 960 KiB */
    cairn_opening_encode(&opening, row);
    export_scene_put_row(CAIRN_TABLE_COMMIT, export_scene.own.id, opening.number,
                         (struct cairn_bytes){row, sizeof row});
    static uint8_t body[CAIRN_PREFIX_BYTES + 60000] = {1, 1};
    export_scene_put_row(CAIRN_TABLE_ENTRY, export_scene.own.id, opening.size - 1,
                         (struct cairn_bytes){body, sizeof body});
    assert_err(export_scene_run_all(18).err, CAIRN_DISK_CORRUPT);
}

TEST(what_the_receiver_cannot_take_ends_the_export)
{
    struct cairn_export *bundle = export_scene_snapshot(&export_scene_everything, 17);
    struct export_file file = {.fail_at = 3000};
    assert_err(cairn_export_run(bundle, &export_scene.suite, export_scene_write, &file), CAIRN_NET);
    assert_true(file.size > 0 && file.size <= 3000);
    free(file.data);
    cairn_export_close(bundle);
}

TEST(a_row_that_is_gone_is_damage_not_a_shorter_history)
{
    uint8_t id[16];
    cairn_verify_journal(cairn_bytes_of(export_scene.aut.origin), id);
    export_scene_delete_row(CAIRN_TABLE_LEAF, id, 9);
    assert_err(export_scene_run_all(17).err, CAIRN_DISK_CORRUPT);
    export_scene_put_journal();
    export_scene_delete_row(CAIRN_TABLE_LEAF, id, 16);
    assert_err(export_scene_run_all(17).err, CAIRN_DISK_CORRUPT);
    export_scene_put_journal();
    export_scene_delete_row(CAIRN_TABLE_COMMIT, export_scene.region.id, 1);
    assert_err(export_scene_run_all(17).err, CAIRN_DISK_CORRUPT);
    export_scene_put_journal();
    export_scene_delete_row(CAIRN_TABLE_ENTRY, export_scene.own.id, 1);
    assert_err(export_scene_run_all(17).err, CAIRN_DISK_CORRUPT);
}

TEST(a_row_of_another_size_or_content_is_damage)
{
    uint8_t journal[16], country[32], leaf[CAIRN_LEAF_BYTES + 1] = {0};
    const struct cairn_bytes letter = {(const uint8_t *)"x", 1};
    cairn_verify_journal(cairn_bytes_of(export_scene.aut.origin), journal);
    cairn_sha256_of(cairn_bytes_of("AUT"), country);
    memcpy(leaf, export_scene.aut.leaves[9], CAIRN_LEAF_BYTES);
    for (size_t size = CAIRN_LEAF_BYTES - 1; size <= sizeof leaf; size++) {
        export_scene_put_row(CAIRN_TABLE_LEAF, journal, 9, (struct cairn_bytes){leaf, size});
        assert_err(export_scene_run_all(17).err,
                   size == CAIRN_LEAF_BYTES ? CAIRN_OK : CAIRN_DISK_CORRUPT);
    }
    export_scene_put_journal();
    export_scene_put_row(CAIRN_TABLE_COMMIT, export_scene.region.id, 1, letter);
    assert_err(export_scene_run_all(17).err, CAIRN_DISK_CORRUPT);
    export_scene_put_journal();
    export_scene_put_row(CAIRN_TABLE_ENTRY, export_scene.own.id, 1, letter);
    assert_err(export_scene_run_all(17).err, CAIRN_DISK_CORRUPT);
    export_scene_put_journal();
    export_scene_put_row(CAIRN_TABLE_NOTE, country, 1, letter);
    assert_err(export_scene_run_all(17).err, CAIRN_DISK_CORRUPT);
}

/* P-12 */
TEST(a_document_that_does_not_follow_the_one_before_it_is_shown_alone)
{
    uint8_t digest[32];
    cairn_sha256_of(cairn_bytes_of("AUT"), digest);
    export_scene_put_row(CAIRN_TABLE_NOTE, digest, 2, export_scene.aut.document);
    struct export_outcome outcome = export_scene_run_all(17);
    export_scene_assert_whole(&outcome);
    assert_int_equal(outcome.result.counts.countries, 1);
    export_scene_delete_row(CAIRN_TABLE_NOTE, digest, 2);
}

TEST(a_journal_whose_key_no_document_gives_is_not_shown)
{
    uint8_t digest[32];
    cairn_sha256_of(cairn_bytes_of("AUT"), digest);
    export_scene_delete_row(CAIRN_TABLE_NOTE, digest, 1);
    assert_err(export_scene_run_all(17).err, CAIRN_DOCUMENT);
}

/* AUT signed ten leaves of which one is another than those on the disk. */
static void put_fork(const struct author *author, struct cairn_bytes last)
{
    static uint8_t bytes[CAIRN_FORK_BYTES];
    struct cairn_bundle_record record = {.type = CAIRN_BUNDLE_FORK};
    struct cairn_bytes row;
    uint8_t id[16];
    author->leaves[4][0] ^= 1;
    record.as.fork = (struct cairn_fork){.origin = cairn_bytes_of(author->origin),
                                         .note_a = author_checkpoint(author, 10, NULL, 0),
                                         .note_b = last};
    author->leaves[4][0] ^= 1;
    assert_err(cairn_bundle_encode(&record, bytes, sizeof bytes, &row), CAIRN_OK);
    cairn_verify_journal(cairn_bytes_of(author->origin), id);
    export_scene_put_row(CAIRN_TABLE_FORK, id, 0, row);
}

static struct export_outcome export_fork(const char *origin)
{
    struct cairn_export_options options = {
        .scope = {.type = CAIRN_SCOPE_FORK, .origin = cairn_bytes_of(origin)}};
    struct cairn_export *bundle = export_scene_bare_snapshot(&options, 17);
    cairn_err err = cairn_export_name_forked(bundle);
    if (err != CAIRN_OK) {
        cairn_export_close(bundle);
        return (struct export_outcome){.err = err};
    }
    return export_scene_run(bundle);
}

TEST(a_proof_of_a_fork_is_shown_with_the_authors_documents)
{
    const struct author *author = &export_scene.aut;
    assert_err(export_fork(author->origin).err, CAIRN_NOT_FOUND); /* nothing is proved of it */
    put_fork(author, author_checkpoint(author, 10, NULL, 0));
    struct export_outcome outcome = export_fork(author->origin);
    export_scene_assert_whole(&outcome);
    assert_int_equal(outcome.result.counts.forks, 1);
    assert_int_equal(outcome.result.counts.countries, 1);
    assert_int_equal(outcome.size, 10);
    assert_err(export_fork("test-demo/XYZ/one/1").err, CAIRN_NOT_FOUND);
    put_fork(author, (struct cairn_bytes){(const uint8_t *)"x", 1});
    assert_err(export_fork(author->origin).result.err, CAIRN_NOTE); /* shown as it is kept */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, export_scene_begin, export_scene_end)
        CASE(a_whole_node_is_shown_and_verifies),
        CASE(without_the_right_to_read_no_content_key_is_shown),
        CASE(the_newest_cosigned_checkpoint_that_covers_all_but_marks_is_taken),
        CASE(a_cosigned_checkpoint_that_does_not_cover_what_is_shown_is_not_taken),
        CASE(a_line_of_a_witness_without_document_is_left_out),
        CASE(a_feed_of_which_a_commit_is_missing_is_shown_without_record),
        CASE(a_checkpoint_before_the_missing_commit_is_taken_if_there_is_one),
        CASE(epochs_are_counted_when_a_commit_is_under_way),
        CASE(one_feed_is_shown_with_the_control_feed),
        CASE(one_feed_that_cannot_be_complete_is_not_shown),
        CASE(an_entry_that_is_no_operation_is_shown_sealed),
        CASE(a_journal_of_many_leaves_is_cut_into_records),
        CASE(a_private_commit_that_no_record_holds_is_damage_not_a_shorter_history),
        CASE(what_the_receiver_cannot_take_ends_the_export),
        CASE(a_row_that_is_gone_is_damage_not_a_shorter_history),
        CASE(a_row_of_another_size_or_content_is_damage),
        CASE(a_document_that_does_not_follow_the_one_before_it_is_shown_alone),
        CASE(a_journal_whose_key_no_document_gives_is_not_shown),
        CASE(a_proof_of_a_fork_is_shown_with_the_authors_documents),
#undef CASE
    };
    return cmocka_run_group_tests_name("export", tests, export_scene_open, export_scene_close);
}
