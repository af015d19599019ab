/* Method: feeds in a real log store, folded into a real views store; what was folded is read back
 * through the dossier, and whole stores are compared by a digest of all rows. */
#include "node/views/folder.h"

#include <string.h>

#include "crypto/hash.h"
#include "node/views/view.h"
#include "replication/table.h"
#include "schema/base/civil.h"
#include "schema/commit.h"
#include "tests/lib/test.h"
#include "tests/lib/views_scene.h"

static bool digest_row(void *host, struct cairn_bytes key, struct cairn_bytes value)
{
    struct cairn_sha256 *hash = host;
    uint8_t sizes[16];
    cairn_bytes_put_u64(sizes, key.size);
    cairn_bytes_put_u64(sizes + 8, value.size);
    cairn_sha256_update(hash, (struct cairn_bytes){.data = sizes, .size = sizeof sizes});
    cairn_sha256_update(hash, key);
    cairn_sha256_update(hash, value);
    return true;
}

/* Digest of everything in views. */
static void digest_of(struct views_scene *scene, uint8_t out[static 32])
{
    struct cairn_sha256 hash;
    struct cairn_store_range all = {.is_bulk = true};
    cairn_sha256_init(&hash);
    assert_err(cairn_store_scan(scene->views, &all, digest_row, &hash), CAIRN_OK);
    cairn_sha256_final(&hash, out);
}

struct cursors {
    uint32_t count;
    uint8_t feed[16];
    uint64_t commits;
    uint64_t born;
};

static void on_cursor(void *host, const uint8_t feed[static 16], uint64_t commits, uint64_t born)
{
    struct cursors *cursors = host;
    cursors->count++;
    memcpy(cursors->feed, feed, 16);
    cursors->commits = commits;
    cursors->born = born;
}

static struct cursors cursors_of(struct views_scene *scene)
{
    struct cursors cursors = {.count = 0};
    assert_err(cairn_folder_cursors(scene->folder, on_cursor, &cursors), CAIRN_OK);
    return cursors;
}

static void put_view(struct views_scene *scene, const struct cairn_view_key *key,
                     struct cairn_bytes value)
{
    struct cairn_store_batch *batch;
    assert_err(cairn_store_batch_open(&batch), CAIRN_OK);
    cairn_store_batch_put(batch, cairn_view_key_bytes(key), value);
    assert_err(cairn_store_write(scene->views, batch, true), CAIRN_OK);
    cairn_store_batch_close(batch);
}

static void put_cursor(struct views_scene *scene, const struct cairn_view_cursor *cursor)
{
    struct cairn_view_key key;
    uint8_t row[CAIRN_VIEW_CURSOR_BYTES];
    cairn_view_key_init(&key, CAIRN_VIEW_CURSOR);
    cairn_view_key_add(&key, (struct cairn_bytes){.data = scene->aut.id, .size = 16});
    cairn_view_cursor_encode(cursor, row);
    put_view(scene, &key, (struct cairn_bytes){.data = row, .size = sizeof row});
}

TEST(a_folded_commit_is_there_and_counted)
{
    struct views_scene scene;
    views_scene_open(&scene);
    assert_int_equal(cursors_of(&scene).count, 0);
    views_append_document(&scene, 1);
    views_append_document(&scene, 2);
    struct cairn_folder_result result = views_scene_fold(&scene, &scene.aut);
    assert_int_equal(result.entry_count, 2);
    assert_int_equal(result.rejected_count, 0);
    assert_true(result.has_content);
    assert_int_equal(cairn_civil_hlc_ms(result.hlc_max), VIEWS_NOW_MS);
    assert_int_equal(result.due_ms, 0);
    assert_int_equal(views_status(&scene, 1), CAIRN_ALERT_STATUS_ACTIVE);
    assert_int_equal(views_status(&scene, 2), CAIRN_ALERT_STATUS_ACTIVE);
    assert_int_equal(views_status(&scene, 3), -1);
    struct cursors cursors = cursors_of(&scene);
    assert_int_equal(cursors.count, 1);
    assert_int_equal(cursors.commits, 1);
    assert_memory_equal(cursors.feed, scene.aut.id, 16);
    views_scene_close(&scene);
}

TEST(the_same_commit_again_changes_nothing_but_says_the_same)
{
    struct views_scene scene;
    uint8_t before[32], after[32];
    views_scene_open(&scene);
    views_append_document(&scene, 1);
    struct cairn_folder_result first = views_scene_fold(&scene, &scene.aut);
    digest_of(&scene, before);
    struct cairn_folder_result again = views_scene_fold_number(&scene, &scene.aut, 0);
    digest_of(&scene, after);
    assert_memory_equal(before, after, 32);
    assert_int_equal(again.entry_count, 0);
    assert_int_equal(again.has_content, first.has_content);
    assert_int_equal(again.hlc_max, first.hlc_max);
    views_scene_close(&scene);
}

/* A commit of AUT, whose origin ended at this leaf. */
static void fold_ended(struct views_scene *scene, uint64_t number, uint64_t counted_size)
{
    struct cairn_folder_job job;
    struct cairn_folder_result result;
    feed_writer_job(&scene->aut, number, scene->now_ms, &job);
    job.is_ended = true;
    job.counted_size = counted_size;
    assert_err(cairn_folder_fold(scene->folder, &job, &result), CAIRN_OK);
    cairn_folder_result_free(&result);
    assert_err(cairn_folder_settle(scene->folder), CAIRN_OK);
}

TEST(a_commit_behind_the_end_of_its_origin_is_folded_again_without_effect)
{
    struct views_scene scene;
    uint8_t digest[2][32];
    views_scene_open(&scene);
    views_append_document(&scene, 1);
    (void)views_scene_fold(&scene, &scene.aut);
    uint64_t end = scene.leaf_index;
    views_append_document(&scene, 2);
    (void)views_scene_fold(&scene, &scene.aut);
    assert_int_equal(views_status(&scene, 2), CAIRN_ALERT_STATUS_ACTIVE);
    fold_ended(&scene, 0, end); /* the end becomes known */
    fold_ended(&scene, 1, end);
    assert_int_equal(views_status(&scene, 1), CAIRN_ALERT_STATUS_ACTIVE);
    assert_int_equal(views_status(&scene, 2), CAIRN_ALERT_STATUS_WITHDRAWN);
    digest_of(&scene, digest[0]);
    fold_ended(&scene, 1, end);
    digest_of(&scene, digest[1]);
    assert_memory_equal(digest[0], digest[1], 32);
    views_scene_delete_views(&scene); /* who knew it from the beginning has the same */
    fold_ended(&scene, 0, end);
    fold_ended(&scene, 1, end);
    digest_of(&scene, digest[1]);
    assert_memory_equal(digest[0], digest[1], 32);
    views_scene_close(&scene);
}

TEST(operations_of_one_batch_see_each_other)
{
    struct views_scene scene;
    views_scene_open(&scene);
    views_append_document(&scene, 1);
    struct cairn_operation withdraw = views_operation(CAIRN_KIND_ALERT_WITHDRAW, 1, "{1: 2}");
    withdraw.hlc++;
    withdraw.parent_count = 1;
    memcpy(withdraw.parents[0], scene.aut.entry_id, 32);
    views_append(&scene, &withdraw);
    assert_int_equal(views_scene_fold(&scene, &scene.aut).rejected_count, 0);
    assert_int_equal(views_status(&scene, 1), CAIRN_ALERT_STATUS_WITHDRAWN);
    views_scene_close(&scene);
}

TEST(another_feed_under_the_same_id_is_folded_from_its_beginning)
{
    struct views_scene scene;
    views_scene_open(&scene);
    views_append_document(&scene, 1);
    assert_int_equal(views_scene_fold(&scene, &scene.aut).entry_count, 1);
    assert_int_equal(views_scene_fold_number(&scene, &scene.aut, 0).entry_count, 0);
    scene.born = 7;
    assert_int_equal(views_scene_fold_number(&scene, &scene.aut, 0).entry_count, 1);
    assert_int_equal(views_scene_fold_number(&scene, &scene.aut, 0).entry_count, 0);
    views_scene_restart(&scene);
    assert_int_equal(cursors_of(&scene).commits, 1);
    assert_int_equal(cursors_of(&scene).born, 7);
    views_scene_close(&scene);
}

TEST(after_a_restart_the_folder_goes_on_where_it_was)
{
    struct views_scene scene;
    views_scene_open(&scene);
    views_append_document(&scene, 1);
    (void)views_scene_fold(&scene, &scene.aut);
    views_scene_restart(&scene);
    assert_int_equal(cursors_of(&scene).commits, 1);
    views_append_document(&scene, 2);
    assert_int_equal(views_scene_fold(&scene, &scene.aut).entry_count, 1);
    assert_int_equal(cursors_of(&scene).commits, 2);
    assert_int_equal(views_status(&scene, 1), CAIRN_ALERT_STATUS_ACTIVE);
    assert_int_equal(views_status(&scene, 2), CAIRN_ALERT_STATUS_ACTIVE);
    views_scene_close(&scene);
}

TEST(after_a_restart_operations_find_their_object)
{
    struct views_scene scene;
    views_scene_open(&scene);
    views_append_document(&scene, 1);
    uint8_t entry_id[32];
    memcpy(entry_id, scene.aut.entry_id, sizeof entry_id);
    (void)views_scene_fold(&scene, &scene.aut);
    views_scene_restart(&scene);
    views_append_withdraw(&scene, 1, entry_id);
    (void)views_scene_fold(&scene, &scene.aut);
    assert_int_equal(views_status(&scene, 1), CAIRN_ALERT_STATUS_WITHDRAWN);
    views_scene_close(&scene);
}

/* The alert itself comes last, in another feed: until then no index row names it. */
TEST(what_came_too_early_is_remembered_over_a_restart)
{
    static const uint8_t unseen[32] = {1};
    struct views_scene scene;
    views_scene_open(&scene);
    views_append_withdraw(&scene, 1, unseen);
    (void)views_scene_fold(&scene, &scene.aut);
    assert_int_equal(views_status(&scene, 1), CAIRN_ALERT_STATUS_NONE);
    views_scene_restart(&scene);
    views_append_document(&scene, 1);
    (void)views_scene_fold(&scene, &scene.aut);
    assert_int_equal(views_status(&scene, 1), CAIRN_ALERT_STATUS_WITHDRAWN);
    views_scene_close(&scene);
}

/* Property: views are a function of the log. */
TEST(deleted_views_come_back_row_by_row)
{
    struct views_scene scene;
    uint8_t before[32], after[32];
    views_scene_open(&scene);
    for (uint8_t number = 1; number <= 20; number++) {
        views_append_document(&scene, number);
        if (number % 3 == 0) {
            (void)views_scene_fold(&scene, &scene.aut);
        }
    }
    struct cairn_operation person = views_operation(CAIRN_KIND_ALERT_ISSUE, 100, views_person);
    views_append(&scene, &person);
    struct cairn_operation batch = views_operation(CAIRN_KIND_ALERT_BATCH, 101, views_batch);
    views_append(&scene, &batch);
    (void)views_scene_fold(&scene, &scene.aut);
    digest_of(&scene, before);
    views_scene_delete_views(&scene);
    assert_int_equal(cursors_of(&scene).count, 0);
    for (uint64_t number = 0; number < scene.aut.commits; number++) {
        (void)views_scene_fold_number(&scene, &scene.aut, number);
    }
    digest_of(&scene, after);
    assert_memory_equal(before, after, 32);
    views_scene_close(&scene);
}

TEST(a_crash_between_two_batches_of_a_commit_loses_nothing)
{
    struct views_scene scene;
    uint8_t before[32], after[32];
    views_scene_open(&scene);
    for (uint8_t number = 1; number <= 9; number++) {
        views_append_document(&scene, number);
    }
    (void)views_scene_fold(&scene, &scene.aut);
    digest_of(&scene, before);
    views_scene_restart(&scene); /* a store has one writer: now it is this thread */
    put_cursor(&scene, &(struct cairn_view_cursor){.commits = 0, .size = 0, .done = 4});
    views_scene_restart(&scene);
    assert_int_equal(cursors_of(&scene).count, 0);
    struct cairn_folder_result result = views_scene_fold_number(&scene, &scene.aut, 0);
    assert_int_equal(result.entry_count, 5);
    assert_true(result.has_content);
    digest_of(&scene, after);
    assert_memory_equal(before, after, 32);
    views_scene_close(&scene);
}

/* Documents, as many as a commit takes. gives  how many */
static uint32_t append_full_commit(struct views_scene *scene, uint32_t first)
{
    struct cairn_operation operation = views_operation(CAIRN_KIND_ALERT_ISSUE, 0, views_document);
    uint32_t count = 0;
    while (feed_writer_has_room(&scene->aut, 512)) {
        uint8_t random[CAIRN_ID_RANDOM_BYTES];
        memset(random, 0, sizeof random);
        cairn_bytes_put_u32(random, first + count);
        cairn_id_make(cairn_bytes_of("AUT"), random, &operation.object);
        views_append(scene, &operation);
        count++;
    }
    return count;
}

static void fold_only(struct views_scene *scene, uint64_t number, cairn_err wanted)
{
    struct cairn_folder_job job;
    struct cairn_folder_result result = {.invites = NULL};
    feed_writer_job(&scene->aut, number, scene->now_ms, &job);
    assert_err(cairn_folder_fold(scene->folder, &job, &result), wanted);
    cairn_folder_result_free(&result);
}

TEST(many_commits_share_batches_and_no_batch_passes_its_limit)
{
    struct views_scene scene;
    struct cairn_store_stats before, after;
    uint32_t count = 0;
    views_scene_open(&scene);
    for (uint64_t commit = 0; commit < 8; commit++) {
        count += append_full_commit(&scene, count);
        assert_int_equal(feed_writer_commit(&scene.aut, scene.leaf_index++), commit);
    }
    cairn_store_stats(scene.views, &before);
    for (uint64_t commit = 0; commit < 8; commit++) {
        fold_only(&scene, commit, CAIRN_OK);
    }
    assert_err(cairn_folder_settle(scene.folder), CAIRN_OK);
    cairn_store_stats(scene.views, &after);
    uint64_t batches = after.batch_count - before.batch_count;
    uint64_t bytes = after.batch_bytes - before.batch_bytes;
    assert_in_range(batches, 2, 7);
    assert_true(bytes > (batches - 1) * (CAIRN_LIMIT_VIEWS_BATCH_BYTES - 4096));
    assert_true(bytes < batches * (CAIRN_LIMIT_VIEWS_BATCH_BYTES + 4096));
    assert_int_equal(cursors_of(&scene).commits, 8);
    views_scene_close(&scene);
}

TEST(after_a_commit_that_failed_settle_tells_that_others_may_be_missing)
{
    struct views_scene scene;
    views_scene_open(&scene);
    views_append_document(&scene, 1);
    uint64_t number = feed_writer_commit(&scene.aut, scene.leaf_index++);
    fold_only(&scene, number, CAIRN_OK);
    fold_only(&scene, number + 1, CAIRN_DISK_CORRUPT); /* it is not in the log */
    assert_err(cairn_folder_settle(scene.folder), CAIRN_DISK_CORRUPT);
    assert_int_equal(views_status(&scene, 1), -1);
    assert_int_equal(cursors_of(&scene).count, 0);
    fold_only(&scene, number, CAIRN_OK); /* as the contract asks */
    assert_err(cairn_folder_settle(scene.folder), CAIRN_OK);
    assert_int_equal(views_status(&scene, 1), CAIRN_ALERT_STATUS_ACTIVE);
    assert_int_equal(cursors_of(&scene).commits, 1);
    views_scene_close(&scene);
}

TEST(p50_what_is_older_than_the_last_mark_before_it_has_no_effect)
{
    struct views_scene scene;
    views_scene_open(&scene);
    views_append_document(&scene, 1);
    (void)views_scene_fold(&scene, &scene.aut);
    views_scene_mark(&scene, VIEWS_NOW_MS + 1);
    views_append_document(&scene, 2); /* dated before the mark */
    assert_int_equal(views_scene_fold(&scene, &scene.aut).rejected_count, 1);
    assert_int_equal(views_status(&scene, 1), CAIRN_ALERT_STATUS_ACTIVE);
    assert_int_equal(views_status(&scene, 2), -1);
    struct views_refusals refusals = views_refusals_of(&scene);
    assert_int_equal(refusals.count, 1);
    assert_int_equal(refusals.last.index, 1);
    assert_int_equal(refusals.last.commit, 1);
    assert_int_equal(refusals.last.kind, CAIRN_KIND_ALERT_ISSUE);
    assert_memory_equal(refusals.last.feed, scene.aut.id, 16);
    views_scene_close(&scene);
}

/* The mark counts by its leaf, whatever was folded first. */
TEST(p50_does_not_depend_on_the_order_of_folding)
{
    struct views_scene scene;
    views_scene_open(&scene);
    views_append_document(&scene, 1);
    uint64_t number = feed_writer_commit(&scene.aut, scene.leaf_index++);
    views_scene_mark(&scene, VIEWS_NOW_MS + 1);
    (void)views_scene_fold_number(&scene, &scene.control, 0);
    assert_int_equal(views_scene_fold_number(&scene, &scene.aut, number).rejected_count, 0);
    assert_int_equal(views_status(&scene, 1), CAIRN_ALERT_STATUS_ACTIVE);
    views_scene_close(&scene);
}

TEST(an_entry_that_does_not_open_is_recorded_and_the_next_one_folded)
{
    struct views_scene scene;
    views_scene_open(&scene);
    scene.aut.slot_key[0] ^= 1;
    views_append_document(&scene, 1);
    scene.aut.slot_key[0] ^= 1;
    views_append_document(&scene, 2);
    struct cairn_folder_result result = views_scene_fold(&scene, &scene.aut);
    assert_int_equal(result.entry_count, 2);
    assert_int_equal(result.rejected_count, 1);
    struct views_refusals refusals = views_refusals_of(&scene);
    assert_int_equal(refusals.count, 1);
    assert_err(refusals.last.err, CAIRN_CRYPTO_OPEN);
    assert_int_equal(refusals.last.kind, 0);
    assert_int_equal(views_status(&scene, 2), CAIRN_ALERT_STATUS_ACTIVE);
    views_scene_close(&scene);
}

static struct cairn_bytes first_commit_key(struct views_scene *scene,
                                           uint8_t out[static CAIRN_KEY_BYTES])
{
    struct cairn_key key = {.table = CAIRN_TABLE_COMMIT, .index = 0};
    memcpy(key.id, scene->aut.id, sizeof key.id);
    cairn_key_encode(&key, out);
    return (struct cairn_bytes){out, CAIRN_KEY_BYTES};
}

static struct cairn_opening first_opening(struct views_scene *scene)
{
    uint8_t key[CAIRN_KEY_BYTES];
    struct cairn_bytes row;
    struct cairn_opening opening;
    assert_err(cairn_store_get(scene->log, first_commit_key(scene, key), &row), CAIRN_OK);
    assert_err(cairn_opening_decode(row.data, &opening), CAIRN_OK);
    cairn_store_free(row);
    return opening;
}

/* Put this opening in the place of the first commit's. */
static void put_opening(struct views_scene *scene, const struct cairn_opening *opening)
{
    uint8_t key[CAIRN_KEY_BYTES], copy[4096];
    struct cairn_bytes row;
    struct cairn_store_batch *batch;
    assert_err(cairn_store_get(scene->log, first_commit_key(scene, key), &row), CAIRN_OK);
    assert_true(row.size <= sizeof copy);
    memcpy(copy, row.data, row.size);
    cairn_opening_encode(opening, copy);
    assert_err(cairn_store_batch_open(&batch), CAIRN_OK);
    cairn_store_batch_put(batch, first_commit_key(scene, key),
                          (struct cairn_bytes){copy, row.size});
    assert_err(cairn_store_write(scene->log, batch, true), CAIRN_OK);
    cairn_store_batch_close(batch);
    cairn_store_free(row);
}

TEST(a_row_that_is_another_commits_is_damage)
{
    struct views_scene scene;
    struct cairn_folder_job job;
    struct cairn_folder_result result = {.hlc_max = 77};
    views_scene_open(&scene);
    views_append_document(&scene, 1);
    (void)feed_writer_commit(&scene.aut, 0);
    feed_writer_job(&scene.aut, 0, scene.now_ms, &job);
    const struct cairn_opening right = first_opening(&scene);
    struct cairn_opening wrong = right;
    wrong.feed[0] ^= 1;
    put_opening(&scene, &wrong);
    assert_err(cairn_folder_fold(scene.folder, &job, &result), CAIRN_DISK_CORRUPT);
    wrong = right;
    wrong.number++;
    wrong.leaf_index++;
    wrong.previous_leaf_plus1 = wrong.leaf_index;
    put_opening(&scene, &wrong);
    assert_err(cairn_folder_fold(scene.folder, &job, &result), CAIRN_DISK_CORRUPT);
    assert_int_equal(result.hlc_max, 77);
    put_opening(&scene, &right);
    assert_err(cairn_folder_fold(scene.folder, &job, &result), CAIRN_OK);
    views_scene_close(&scene);
}

TEST(views_that_are_not_of_this_log_ask_to_be_deleted)
{
    struct views_scene scene;
    views_scene_open(&scene);
    views_append_document(&scene, 1);
    (void)views_scene_fold(&scene, &scene.aut);
    views_scene_restart(&scene); /* a store has one writer: now it is this thread */
    struct cairn_folder_options options = {
        .log = scene.log, .views = scene.views, .country = "SRB", .network = "test-demo"};
    struct cairn_folder *other = NULL;
    put_cursor(&scene, &(struct cairn_view_cursor){.commits = 1, .size = 1, .done = 1});
    assert_err(cairn_folder_open(&options, &other), CAIRN_STATE); /* another root */
    struct cairn_view_cursor cursor = {.commits = 1, .size = 2, .done = 2};
    memcpy(cursor.root, first_opening(&scene).root, sizeof cursor.root);
    put_cursor(&scene, &cursor);
    assert_err(cairn_folder_open(&options, &other), CAIRN_STATE); /* another size */
    put_cursor(&scene, &(struct cairn_view_cursor){.commits = 5, .size = 9, .done = 9});
    assert_err(cairn_folder_open(&options, &other), CAIRN_STATE); /* a log that went back */
    assert_null(other);
    views_scene_close(&scene);
}

TEST(a_commit_that_is_not_in_the_log_is_damage)
{
    struct views_scene scene;
    struct cairn_folder_job job;
    struct cairn_folder_result result = {.hlc_max = 77};
    views_scene_open(&scene);
    feed_writer_job(&scene.aut, 0, scene.now_ms, &job);
    assert_err(cairn_folder_fold(scene.folder, &job, &result), CAIRN_DISK_CORRUPT);
    assert_int_equal(result.hlc_max, 77);
    views_scene_close(&scene);
}

TEST(a_commit_out_of_turn_is_our_own_mistake)
{
    struct views_scene scene;
    struct cairn_folder_job job;
    struct cairn_folder_result out;
    views_scene_open(&scene);
    views_append_document(&scene, 1);
    (void)feed_writer_commit(&scene.aut, 0);
    views_append_document(&scene, 2);
    (void)feed_writer_commit(&scene.aut, 1);
    feed_writer_job(&scene.aut, 1, scene.now_ms, &job);
    expect_assert_failure((void)!cairn_folder_fold(scene.folder, &job, &out));
    views_scene_close(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_folded_commit_is_there_and_counted),
        cmocka_unit_test(the_same_commit_again_changes_nothing_but_says_the_same),
        cmocka_unit_test(a_commit_behind_the_end_of_its_origin_is_folded_again_without_effect),
        cmocka_unit_test(operations_of_one_batch_see_each_other),
        cmocka_unit_test(another_feed_under_the_same_id_is_folded_from_its_beginning),
        cmocka_unit_test(after_a_restart_the_folder_goes_on_where_it_was),
        cmocka_unit_test(after_a_restart_operations_find_their_object),
        cmocka_unit_test(what_came_too_early_is_remembered_over_a_restart),
        cmocka_unit_test(deleted_views_come_back_row_by_row),
        cmocka_unit_test(a_crash_between_two_batches_of_a_commit_loses_nothing),
        cmocka_unit_test(many_commits_share_batches_and_no_batch_passes_its_limit),
        cmocka_unit_test(after_a_commit_that_failed_settle_tells_that_others_may_be_missing),
        cmocka_unit_test(p50_what_is_older_than_the_last_mark_before_it_has_no_effect),
        cmocka_unit_test(p50_does_not_depend_on_the_order_of_folding),
        cmocka_unit_test(an_entry_that_does_not_open_is_recorded_and_the_next_one_folded),
        cmocka_unit_test(a_row_that_is_another_commits_is_damage),
        cmocka_unit_test(views_that_are_not_of_this_log_ask_to_be_deleted),
        cmocka_unit_test(a_commit_that_is_not_in_the_log_is_damage),
        cmocka_unit_test(a_commit_out_of_turn_is_our_own_mistake),
    };
    return cmocka_run_group_tests_name("folder", tests, NULL, NULL);
}
