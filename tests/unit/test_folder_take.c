/* Method: entries of each kind that is no object of its own, in the feed where it belongs and in
 * others.
 */
#include <string.h>

#include "crypto/hash.h"
#include "node/views/folder.h"
#include "schema/base/civil.h"
#include "tests/lib/body.h"
#include "tests/lib/test.h"
#include "tests/lib/views_scene.h"

#define SECOND 1000u

TEST(what_is_malformed_or_breaks_a_rule_is_recorded_with_its_number)
{
    struct views_scene scene;
    views_scene_open(&scene);
    feed_writer_append_raw(&scene.aut, cairn_bytes_of("\x81\x00"));
    struct cairn_operation operation = views_operation(CAIRN_KIND_ALERT_ISSUE, 1, views_document);
    operation.body = test_body_with(operation.body, 4, "20"); /* reason of another category */
    views_append(&scene, &operation);
    assert_int_equal(views_scene_fold(&scene, &scene.aut).rejected_count, 2);
    struct views_refusals refusals = views_refusals_of(&scene);
    assert_int_equal(refusals.count, 2);
    assert_err(refusals.last.err, CAIRN_RULE_CODE);
    assert_int_equal(views_status(&scene, 1), -1);
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
    assert_err(views_refusals_of(&scene).last.err, CAIRN_OPERATION);
    assert_int_equal(views_status(&scene, 1), -1);
    views_scene_close(&scene);
}

TEST(a_mark_outside_of_a_control_feed_says_nothing)
{
    struct views_scene scene;
    views_scene_open(&scene);
    struct cairn_feedop op = {.kind = CAIRN_KIND_CONTROL_MARK, .as.mark = {.time_ms = 1}};
    views_append_feedop(&scene.aut, &op);
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
        views_append_feedop(&scene.aut, &op);
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
    views_append_feedop(&own, &op);
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
        views_append_feedop(&scene.aut, &op);
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

static bool on_loss(void *host, const struct cairn_dossier_loss *loss)
{
    struct cairn_dossier_loss *last = host;
    assert_true(cairn_bytes_is_equal(loss->origin, cairn_bytes_of(VIEWS_AUT)));
    *last = *loss;
    last->commits += 1000; /* one row was seen */
    return true;
}

TEST(what_a_country_lost_is_listed_and_nobody_says_it_of_another_one)
{
    struct views_scene scene;
    struct cairn_dossier_loss last = {.size = 0};
    views_scene_open(&scene);
    struct cairn_feedop op = {.kind = CAIRN_KIND_FEED_LOST,
                              .as.lost = {.feed = {7},
                                          .origin = cairn_bytes_of(VIEWS_SRB),
                                          .commits = 3,
                                          .size = 17,
                                          .from_leaf = 40,
                                          .to_leaf = 57}};
    views_append_feedop(&scene.aut, &op);
    struct cairn_folder_result result = views_scene_fold(&scene, &scene.aut);
    assert_int_equal(result.rejected_count, 1);
    assert_false(result.has_content);
    assert_err(cairn_dossier_losses(scene.views, on_loss, &last), CAIRN_OK);
    assert_int_equal(last.size, 0);
    op.as.lost.origin = cairn_bytes_of(VIEWS_AUT);
    views_append_feedop(&scene.aut, &op);
    assert_int_equal(views_scene_fold(&scene, &scene.aut).rejected_count, 0);
    assert_err(cairn_dossier_losses(scene.views, on_loss, &last), CAIRN_OK);
    assert_int_equal(last.commits, 1003);
    assert_int_equal(last.size, 17);
    assert_int_equal(last.from_leaf, 40);
    assert_int_equal(last.to_leaf, 57);
    assert_int_equal(last.feed[0], 7);
    assert_memory_equal(last.told_in, scene.aut.id, 16);
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
    views_append_feedop(&own, &op);
    views_append_feedop(&own, &op);
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
    views_append_feedop(&scene.aut, &op);
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
    views_append_feedop(&own, &op);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_malformed_or_breaks_a_rule_is_recorded_with_its_number),
        cmocka_unit_test(a_control_feed_gives_its_mark_and_takes_no_alert),
        cmocka_unit_test(a_mark_outside_of_a_control_feed_says_nothing),
        cmocka_unit_test(invitations_are_given_and_remembered),
        cmocka_unit_test(invitations_of_the_own_country_are_for_others),
        cmocka_unit_test(the_newest_receipt_of_each_node_is_kept),
        cmocka_unit_test(what_a_country_lost_is_listed_and_nobody_says_it_of_another_one),
        cmocka_unit_test(look_ups_of_the_own_country_are_kept_for_audit),
        cmocka_unit_test(look_ups_of_others_are_refused),
        cmocka_unit_test(a_policy_is_found_by_the_hash_that_commits_name),
    };
    return cmocka_run_group_tests_name("folder_take", tests, NULL, NULL);
}
