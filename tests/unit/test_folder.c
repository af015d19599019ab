/* Method: feeds in a real log store, folded into a real views store; what was folded is read back
 * through the dossier, and whole stores are compared by a digest of all rows. */
#include "node/views/folder.h"

#include <string.h>

#include "crypto/hash.h"
#include "node/views/dossier.h"
#include "node/views/view.h"
#include "schema/base/civil.h"
#include "schema/feedop.h"
#include "tests/lib/body.h"
#include "tests/lib/test.h"
#include "tests/lib/views_scene.h"

#define SECOND 1000u

static void append(struct views_scene *scene, const struct cairn_operation *operation)
{
    feed_writer_append(&scene->aut, operation);
}

static void append_document(struct views_scene *scene, uint8_t number)
{
    struct cairn_operation operation =
        views_operation(CAIRN_KIND_ALERT_ISSUE, number, views_document);
    append(scene, &operation);
}

static void append_feedop(struct feed_writer *feed, const struct cairn_feedop *op)
{
    static uint8_t buffer[CAIRN_LIMIT_OPERATION_BYTES];
    struct cairn_operation operation = {.kind = op->kind, .hlc = cairn_civil_hlc(VIEWS_NOW_MS, 0)};
    if (op->kind >= CAIRN_KIND_ACCESS_LOOKUP) {
        operation.purpose = cairn_bytes_of("audit");
        operation.role = cairn_bytes_of("bureau");
        operation.actor_count = 1;
        operation.actors[0] = cairn_bytes_of("a1");
    }
    assert_err(cairn_feedop_encode(op, buffer, sizeof buffer, &operation.body), CAIRN_OK);
    feed_writer_append(feed, &operation);
}

/* Status of an alert of AUT; -1: there is none. */
static int status_of(struct views_scene *scene, uint8_t number)
{
    struct cairn_operation operation =
        views_operation(CAIRN_KIND_ALERT_ISSUE, number, views_document);
    struct cairn_dossier *dossier;
    cairn_err err = cairn_dossier_open_alert(scene->views, &operation.object, &dossier);
    if (err == CAIRN_NOT_FOUND) {
        return -1;
    }
    assert_err(err, CAIRN_OK);
    int status = (int)cairn_dossier_alert(dossier)->status;
    cairn_dossier_close(dossier);
    return status;
}

struct refusals {
    uint32_t count;
    struct cairn_dossier_refused last;
};

static bool on_refused(void *host, const struct cairn_dossier_refused *refused)
{
    struct refusals *refusals = host;
    refusals->count++;
    refusals->last = *refused;
    return true;
}

static struct refusals refusals_of(struct views_scene *scene)
{
    struct refusals refusals = {.count = 0};
    assert_err(cairn_dossier_refusals(scene->views, NULL, on_refused, &refusals), CAIRN_OK);
    return refusals;
}

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
};

static void on_cursor(void *host, const uint8_t feed[static 16], uint64_t commits)
{
    struct cursors *cursors = host;
    cursors->count++;
    memcpy(cursors->feed, feed, 16);
    cursors->commits = commits;
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
    append_document(&scene, 1);
    append_document(&scene, 2);
    struct cairn_folder_result result = views_scene_fold(&scene, &scene.aut);
    assert_int_equal(result.entry_count, 2);
    assert_int_equal(result.rejected_count, 0);
    assert_true(result.has_content);
    assert_int_equal(cairn_civil_hlc_ms(result.hlc_max), VIEWS_NOW_MS);
    assert_int_equal(result.due_ms, 0);
    assert_int_equal(status_of(&scene, 1), CAIRN_ALERT_STATUS_ACTIVE);
    assert_int_equal(status_of(&scene, 2), CAIRN_ALERT_STATUS_ACTIVE);
    assert_int_equal(status_of(&scene, 3), -1);
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
    append_document(&scene, 1);
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

TEST(operations_of_one_batch_see_each_other)
{
    struct views_scene scene;
    views_scene_open(&scene);
    append_document(&scene, 1);
    struct cairn_operation withdraw = views_operation(CAIRN_KIND_ALERT_WITHDRAW, 1, "{1: 2}");
    withdraw.hlc++;
    withdraw.parent_count = 1;
    memcpy(withdraw.parents[0], scene.aut.entry_id, 32);
    append(&scene, &withdraw);
    assert_int_equal(views_scene_fold(&scene, &scene.aut).rejected_count, 0);
    assert_int_equal(status_of(&scene, 1), CAIRN_ALERT_STATUS_WITHDRAWN);
    views_scene_close(&scene);
}

TEST(after_a_restart_the_folder_goes_on_where_it_was)
{
    struct views_scene scene;
    views_scene_open(&scene);
    append_document(&scene, 1);
    (void)views_scene_fold(&scene, &scene.aut);
    views_scene_restart(&scene);
    assert_int_equal(cursors_of(&scene).commits, 1);
    append_document(&scene, 2);
    assert_int_equal(views_scene_fold(&scene, &scene.aut).entry_count, 1);
    assert_int_equal(cursors_of(&scene).commits, 2);
    assert_int_equal(status_of(&scene, 1), CAIRN_ALERT_STATUS_ACTIVE);
    assert_int_equal(status_of(&scene, 2), CAIRN_ALERT_STATUS_ACTIVE);
    views_scene_close(&scene);
}

/* Property: views are a function of the log. */
TEST(deleted_views_come_back_row_by_row)
{
    struct views_scene scene;
    uint8_t before[32], after[32];
    views_scene_open(&scene);
    for (uint8_t number = 1; number <= 20; number++) {
        append_document(&scene, number);
        if (number % 3 == 0) {
            (void)views_scene_fold(&scene, &scene.aut);
        }
    }
    struct cairn_operation person = views_operation(CAIRN_KIND_ALERT_ISSUE, 100, views_person);
    append(&scene, &person);
    struct cairn_operation batch = views_operation(CAIRN_KIND_ALERT_BATCH, 101, views_batch);
    append(&scene, &batch);
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
        append_document(&scene, number);
    }
    (void)views_scene_fold(&scene, &scene.aut);
    digest_of(&scene, before);
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

/* More than one batch of 1 MiB from one commit. */
TEST(a_large_commit_is_folded_in_several_batches)
{
    struct views_scene scene;
    struct cairn_store_stats before, after;
    uint32_t count = 0;
    views_scene_open(&scene);
    struct cairn_operation operation = views_operation(CAIRN_KIND_ALERT_ISSUE, 0, views_document);
    while (feed_writer_has_room(&scene.aut, 512)) {
        uint8_t random[CAIRN_ID_RANDOM_BYTES] = {(uint8_t)count, (uint8_t)(count >> 8)};
        cairn_id_make(cairn_bytes_of("AUT"), random, &operation.object);
        append(&scene, &operation);
        count++;
    }
    cairn_store_stats(scene.views, &before);
    assert_int_equal(views_scene_fold(&scene, &scene.aut).entry_count, count);
    cairn_store_stats(scene.views, &after);
    assert_true(after.batch_count - before.batch_count > 1);
    assert_true(after.batch_bytes - before.batch_bytes > CAIRN_LIMIT_VIEWS_BATCH_BYTES);
    assert_true(after.batch_bytes - before.batch_bytes <
                (after.batch_count - before.batch_count) * (CAIRN_LIMIT_VIEWS_BATCH_BYTES + 2048));
    assert_int_equal(cursors_of(&scene).commits, 1);
    views_scene_close(&scene);
}

TEST(p50_what_is_older_than_the_last_mark_before_it_has_no_effect)
{
    struct views_scene scene;
    views_scene_open(&scene);
    append_document(&scene, 1);
    (void)views_scene_fold(&scene, &scene.aut);
    views_scene_mark(&scene, VIEWS_NOW_MS + 1);
    append_document(&scene, 2); /* dated before the mark */
    assert_int_equal(views_scene_fold(&scene, &scene.aut).rejected_count, 1);
    assert_int_equal(status_of(&scene, 1), CAIRN_ALERT_STATUS_ACTIVE);
    assert_int_equal(status_of(&scene, 2), -1);
    struct refusals refusals = refusals_of(&scene);
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
    append_document(&scene, 1);
    uint64_t number = feed_writer_commit(&scene.aut, scene.leaf_index++);
    views_scene_mark(&scene, VIEWS_NOW_MS + 1);
    (void)views_scene_fold_number(&scene, &scene.control, 0);
    assert_int_equal(views_scene_fold_number(&scene, &scene.aut, number).rejected_count, 0);
    assert_int_equal(status_of(&scene, 1), CAIRN_ALERT_STATUS_ACTIVE);
    views_scene_close(&scene);
}

TEST(p50_what_is_ahead_of_the_own_clock_waits_until_it_is_due)
{
    struct views_scene scene;
    uint64_t due_ms = 77;
    views_scene_open(&scene);
    struct cairn_operation operation = views_operation(CAIRN_KIND_ALERT_ISSUE, 1, views_document);
    operation.hlc = cairn_civil_hlc(VIEWS_NOW_MS + CAIRN_LIMIT_AHEAD_MS + 2 * SECOND, 0);
    append(&scene, &operation);
    append_document(&scene, 2);
    struct cairn_folder_result result = views_scene_fold(&scene, &scene.aut);
    assert_int_equal(result.parked_count, 1);
    assert_int_equal(result.due_ms, VIEWS_NOW_MS + 2 * SECOND);
    assert_int_equal(status_of(&scene, 1), -1);
    assert_int_equal(status_of(&scene, 2), CAIRN_ALERT_STATUS_ACTIVE);

    assert_err(cairn_folder_due(scene.folder, VIEWS_NOW_MS + SECOND, &due_ms), CAIRN_OK);
    assert_int_equal(due_ms, VIEWS_NOW_MS + 2 * SECOND);
    assert_int_equal(status_of(&scene, 1), -1);
    views_scene_restart(&scene);
    assert_err(cairn_folder_due(scene.folder, VIEWS_NOW_MS + 2 * SECOND, &due_ms), CAIRN_OK);
    assert_int_equal(due_ms, 0);
    assert_int_equal(status_of(&scene, 1), CAIRN_ALERT_STATUS_ACTIVE);
    views_scene_close(&scene);
}

TEST(parked_operations_are_folded_in_turn)
{
    struct views_scene scene;
    uint64_t due_ms = 77;
    views_scene_open(&scene);
    for (uint8_t number = 1; number <= 3; number++) {
        struct cairn_operation operation =
            views_operation(CAIRN_KIND_ALERT_ISSUE, number, views_document);
        operation.hlc =
            cairn_civil_hlc(VIEWS_NOW_MS + CAIRN_LIMIT_AHEAD_MS + (4 - number) * SECOND, 0);
        append(&scene, &operation);
    }
    assert_int_equal(views_scene_fold(&scene, &scene.aut).due_ms, VIEWS_NOW_MS + SECOND);
    assert_err(cairn_folder_due(scene.folder, VIEWS_NOW_MS + 2 * SECOND, &due_ms), CAIRN_OK);
    assert_int_equal(due_ms, VIEWS_NOW_MS + 3 * SECOND);
    assert_int_equal(status_of(&scene, 3), CAIRN_ALERT_STATUS_ACTIVE);
    assert_int_equal(status_of(&scene, 2), CAIRN_ALERT_STATUS_ACTIVE);
    assert_int_equal(status_of(&scene, 1), -1);
    views_scene_close(&scene);
}

TEST(an_entry_that_does_not_open_is_recorded_and_the_next_one_folded)
{
    struct views_scene scene;
    views_scene_open(&scene);
    scene.aut.slot_key[0] ^= 1;
    append_document(&scene, 1);
    scene.aut.slot_key[0] ^= 1;
    append_document(&scene, 2);
    struct cairn_folder_result result = views_scene_fold(&scene, &scene.aut);
    assert_int_equal(result.entry_count, 2);
    assert_int_equal(result.rejected_count, 1);
    struct refusals refusals = refusals_of(&scene);
    assert_int_equal(refusals.count, 1);
    assert_err(refusals.last.err, CAIRN_CRYPTO_OPEN);
    assert_int_equal(refusals.last.kind, 0);
    assert_int_equal(status_of(&scene, 2), CAIRN_ALERT_STATUS_ACTIVE);
    views_scene_close(&scene);
}

TEST(what_is_malformed_or_breaks_a_rule_is_recorded_with_its_number)
{
    struct views_scene scene;
    views_scene_open(&scene);
    feed_writer_append_raw(&scene.aut, cairn_bytes_of("\x81\x00"));
    struct cairn_operation operation = views_operation(CAIRN_KIND_ALERT_ISSUE, 1, views_document);
    operation.body = test_body_with(operation.body, 4, "20"); /* reason of another category */
    append(&scene, &operation);
    assert_int_equal(views_scene_fold(&scene, &scene.aut).rejected_count, 2);
    struct refusals refusals = refusals_of(&scene);
    assert_int_equal(refusals.count, 2);
    assert_err(refusals.last.err, CAIRN_RULE_CODE);
    assert_int_equal(status_of(&scene, 1), -1);
    views_scene_close(&scene);
}

TEST(a_control_feed_gives_its_mark_and_takes_no_alert)
{
    struct views_scene scene;
    views_scene_open(&scene);
    views_scene_mark(&scene, VIEWS_NOW_MS + 5);
    struct cairn_folder_result result = views_scene_fold_number(&scene, &scene.control, 0);
    assert_int_equal(result.mark_ms, VIEWS_NOW_MS + 5);
    assert_false(result.has_content);
    struct cairn_operation operation = views_operation(CAIRN_KIND_ALERT_ISSUE, 1, views_document);
    operation.hlc = cairn_civil_hlc(VIEWS_NOW_MS + 6, 0);
    feed_writer_append(&scene.control, &operation);
    assert_int_equal(views_scene_fold(&scene, &scene.control).rejected_count, 1);
    assert_err(refusals_of(&scene).last.err, CAIRN_OPERATION);
    assert_int_equal(status_of(&scene, 1), -1);
    views_scene_close(&scene);
}

TEST(a_mark_outside_of_a_control_feed_says_nothing)
{
    struct views_scene scene;
    views_scene_open(&scene);
    struct cairn_feedop op = {.kind = CAIRN_KIND_CONTROL_MARK, .as.mark = {.time_ms = 1}};
    append_feedop(&scene.aut, &op);
    struct cairn_folder_result result = views_scene_fold(&scene, &scene.aut);
    assert_int_equal(result.mark_ms, 0);
    assert_int_equal(result.rejected_count, 1);
    views_scene_close(&scene);
}

static void on_invite(void *host, const struct cairn_folder_invite *invite)
{
    struct cairn_folder_invite *last = host;
    *last = *invite;
}

TEST(invitations_are_given_and_remembered)
{
    struct views_scene scene;
    struct cairn_folder_invite last = {.leaf_index = 0};
    views_scene_open(&scene);
    for (uint8_t number = 1; number <= 3; number++) {
        struct cairn_feedop op = {.kind = CAIRN_KIND_FEED_INVITE,
                                  .as.invite = {.feed = {number}, .leaf_index = 40u + number}};
        append_feedop(&scene.aut, &op);
    }
    struct cairn_folder_result result = views_scene_fold(&scene, &scene.aut);
    assert_false(result.has_content);
    assert_int_equal(result.invite_count, 3);
    assert_int_equal(result.invites[2].feed[0], 3);
    assert_int_equal(result.invites[2].leaf_index, 43);
    cairn_folder_result_free(&result);
    views_scene_restart(&scene);
    assert_err(cairn_folder_invites(scene.folder, on_invite, &last), CAIRN_OK);
    assert_int_equal(last.feed[0], 3);
    assert_int_equal(last.leaf_index, 43);
    views_scene_close(&scene);
}

TEST(invitations_of_the_own_country_are_for_others)
{
    struct views_scene scene;
    struct feed_writer own;
    views_scene_open(&scene);
    feed_writer_open(&own, scene.log, &scene.suite, FEED_WRITER_SEALED, VIEWS_SRB);
    feed_writer_number(&own, 9);
    struct cairn_feedop op = {.kind = CAIRN_KIND_FEED_INVITE, .as.invite = {.leaf_index = 4}};
    append_feedop(&own, &op);
    assert_int_equal(views_scene_fold(&scene, &own).invite_count, 0);
    feed_writer_close(&own);
    views_scene_close(&scene);
}

static bool on_receipt(void *host, const struct cairn_dossier_receipt *receipt)
{
    struct cairn_dossier_receipt *last = host;
    *last = *receipt;
    assert_true(cairn_bytes_is_equal(receipt->origin, cairn_bytes_of(VIEWS_AUT)));
    return true;
}

TEST(the_newest_receipt_of_each_node_is_kept)
{
    struct views_scene scene;
    struct cairn_dossier_receipt last = {.size = 0};
    views_scene_open(&scene);
    for (uint64_t size = 10; size <= 20; size += 10) {
        struct cairn_feedop op = {.kind = CAIRN_KIND_RECEIPT,
                                  .as.receipt = {.feed = {7}, .size = size, .root = {8}}};
        append_feedop(&scene.aut, &op);
    }
    (void)views_scene_fold(&scene, &scene.aut);
    const uint8_t feed[16] = {7}, other[16] = {6};
    assert_err(cairn_dossier_receipts(scene.views, other, on_receipt, &last), CAIRN_OK);
    assert_int_equal(last.size, 0);
    assert_err(cairn_dossier_receipts(scene.views, feed, on_receipt, &last), CAIRN_OK);
    assert_int_equal(last.size, 20);
    assert_int_equal(last.root[0], 8);
    views_scene_close(&scene);
}

static const struct cairn_lookup_row lookup_row = {
    .time_ms = VIEWS_NOW_MS - 30 * SECOND,
    .purpose = {(const uint8_t *)"border", 6},
    .role = {(const uint8_t *)"booth", 5},
    .actor = {(const uint8_t *)"a1", 2},
    .type = CAIRN_LOOKUP_DOCUMENT,
    .key_count = 1,
    .keys = &(const struct cairn_bytes){(const uint8_t *)"AUT P1", 6},
};

static bool count_lookup(void *host, const struct cairn_lookup_row *row)
{
    uint32_t *count = host;
    assert_true(cairn_bytes_is_equal(row->role, cairn_bytes_of("booth")));
    (*count)++;
    return true;
}

static uint32_t lookups_between(struct views_scene *scene, uint64_t from_ms, uint64_t to_ms)
{
    uint32_t count = 0;
    assert_err(cairn_dossier_lookups(scene->views, from_ms, to_ms, count_lookup, &count), CAIRN_OK);
    return count;
}

TEST(look_ups_of_the_own_country_are_kept_for_audit)
{
    struct views_scene scene;
    struct feed_writer own;
    views_scene_open(&scene);
    feed_writer_open(&own, scene.log, &scene.suite, FEED_WRITER_PRIVATE, VIEWS_SRB);
    struct cairn_feedop op = {.kind = CAIRN_KIND_ACCESS_LOOKUP,
                              .as.lookup = {.row_count = 1, .rows = &lookup_row}};
    append_feedop(&own, &op);
    append_feedop(&own, &op);
    struct cairn_folder_result result = views_scene_fold(&scene, &own);
    assert_int_equal(result.entry_count, 2);
    assert_int_equal(result.rejected_count, 0);
    assert_int_equal(views_scene_fold(&scene, &own).entry_count, 0); /* an empty heartbeat */
    assert_int_equal(lookups_between(&scene, 0, UINT64_MAX), 2);
    assert_int_equal(lookups_between(&scene, lookup_row.time_ms, lookup_row.time_ms + 1), 2);
    assert_int_equal(lookups_between(&scene, lookup_row.time_ms + 1, UINT64_MAX), 0);
    assert_int_equal(lookups_between(&scene, 0, lookup_row.time_ms), 0);
    feed_writer_close(&own);
    views_scene_close(&scene);
}

TEST(look_ups_of_others_are_refused)
{
    struct views_scene scene;
    views_scene_open(&scene);
    struct cairn_feedop op = {.kind = CAIRN_KIND_ACCESS_LOOKUP,
                              .as.lookup = {.row_count = 1, .rows = &lookup_row}};
    append_feedop(&scene.aut, &op);
    assert_int_equal(views_scene_fold(&scene, &scene.aut).rejected_count, 1);
    assert_int_equal(lookups_between(&scene, 0, UINT64_MAX), 0);
    views_scene_close(&scene);
}

TEST(a_policy_is_found_by_the_hash_that_commits_name)
{
    struct views_scene scene;
    struct feed_writer own;
    struct cairn_bytes text;
    uint8_t hash[32], message[16 + 32 + 9] = "cairn policy v1";
    views_scene_open(&scene);
    feed_writer_open(&own, scene.log, &scene.suite, FEED_WRITER_PRIVATE, VIEWS_SRB);
    struct cairn_feedop op = {.kind = CAIRN_KIND_POLICY_APPLY,
                              .as.apply = {.salt = {5, 6}, .text = cairn_bytes_of("policy: 1")}};
    append_feedop(&own, &op);
    (void)views_scene_fold(&scene, &own);
    message[16] = 5;
    message[17] = 6;
    memcpy(message + 48, "policy: 1", 9);
    cairn_sha256_of((struct cairn_bytes){.data = message, .size = sizeof message}, hash);
    assert_err(cairn_dossier_policy(scene.views, hash, &text), CAIRN_OK);
    assert_true(cairn_bytes_is_equal(text, cairn_bytes_of("policy: 1")));
    cairn_store_free(text);
    hash[0] ^= 1;
    assert_err(cairn_dossier_policy(scene.views, hash, &text), CAIRN_NOT_FOUND);
    feed_writer_close(&own);
    views_scene_close(&scene);
}

TEST(views_that_are_not_of_this_log_ask_to_be_deleted)
{
    struct views_scene scene;
    views_scene_open(&scene);
    append_document(&scene, 1);
    (void)views_scene_fold(&scene, &scene.aut);
    struct cairn_folder_options options = {
        .log = scene.log, .views = scene.views, .country = "SRB", .network = "test-demo"};
    struct cairn_folder *other = NULL;
    put_cursor(&scene, &(struct cairn_view_cursor){.commits = 1, .size = 1, .done = 1});
    assert_err(cairn_folder_open(&options, &other), CAIRN_STATE); /* another root */
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
    append_document(&scene, 1);
    (void)feed_writer_commit(&scene.aut, 0);
    append_document(&scene, 2);
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
        cmocka_unit_test(operations_of_one_batch_see_each_other),
        cmocka_unit_test(after_a_restart_the_folder_goes_on_where_it_was),
        cmocka_unit_test(deleted_views_come_back_row_by_row),
        cmocka_unit_test(a_crash_between_two_batches_of_a_commit_loses_nothing),
        cmocka_unit_test(a_large_commit_is_folded_in_several_batches),
        cmocka_unit_test(p50_what_is_older_than_the_last_mark_before_it_has_no_effect),
        cmocka_unit_test(p50_does_not_depend_on_the_order_of_folding),
        cmocka_unit_test(p50_what_is_ahead_of_the_own_clock_waits_until_it_is_due),
        cmocka_unit_test(parked_operations_are_folded_in_turn),
        cmocka_unit_test(an_entry_that_does_not_open_is_recorded_and_the_next_one_folded),
        cmocka_unit_test(what_is_malformed_or_breaks_a_rule_is_recorded_with_its_number),
        cmocka_unit_test(a_control_feed_gives_its_mark_and_takes_no_alert),
        cmocka_unit_test(a_mark_outside_of_a_control_feed_says_nothing),
        cmocka_unit_test(invitations_are_given_and_remembered),
        cmocka_unit_test(invitations_of_the_own_country_are_for_others),
        cmocka_unit_test(the_newest_receipt_of_each_node_is_kept),
        cmocka_unit_test(look_ups_of_the_own_country_are_kept_for_audit),
        cmocka_unit_test(look_ups_of_others_are_refused),
        cmocka_unit_test(a_policy_is_found_by_the_hash_that_commits_name),
        cmocka_unit_test(views_that_are_not_of_this_log_ask_to_be_deleted),
        cmocka_unit_test(a_commit_that_is_not_in_the_log_is_damage),
        cmocka_unit_test(a_commit_out_of_turn_is_our_own_mistake),
    };
    return cmocka_run_group_tests_name("folder", tests, NULL, NULL);
}
