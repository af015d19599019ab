#include "replication/merge/fold_alert.h"

#include <string.h>

#include "tests/lib/body.h"
#include "tests/lib/ops.h"

#define ISSUE(...)    ops_make(&(struct ops_spec){.kind = CAIRN_KIND_ALERT_ISSUE, __VA_ARGS__})
#define AMEND(...)    ops_make(&(struct ops_spec){.kind = CAIRN_KIND_ALERT_AMEND, __VA_ARGS__})
#define WITHDRAW(...) ops_make(&(struct ops_spec){.kind = CAIRN_KIND_ALERT_WITHDRAW, __VA_ARGS__})
#define LEAVE(...)                                                                                 \
    ops_make(&(struct ops_spec){.kind = CAIRN_KIND_ALERT_LEAVE, .body = "{}", __VA_ARGS__})
#define BATCH(...)                                                                                 \
    ops_make(&(struct ops_spec){.kind = CAIRN_KIND_ALERT_BATCH, .body = OPS_BATCH, __VA_ARGS__})
#define DISCREET "{1: {2: 10}}" /* coercion 1, of a specific check (3) */
#define INQUIRY  "{1: {2: 11}}" /* coercion 2 */

static cairn_err verdict(const struct cairn_alert_view *view, const struct cairn_merge_entry *entry)
{
    return ops_verdict(view->steps, view->step_count, entry);
}

TEST(an_issue_alone_is_its_own_body)
{
    struct cairn_merge_entry *issue = ISSUE(.at = 10, .body = OPS_WARNING);
    const struct cairn_alert_view *view = OPS_ALERT(issue);
    assert_int_equal(view->status, CAIRN_ALERT_STATUS_ACTIVE);
    assert_true(cairn_bytes_is_equal(view->body, issue->operation.body));
    assert_int_equal(view->place_count, 1);
    assert_memory_equal(view->places[0].feed, issue->feed, 16);
    assert_int_equal(view->head_count, 1);
    assert_memory_equal(view->heads[0]->entry_id, issue->entry_id, 32);
    assert_true(view->issued_hlc == issue->operation.hlc);
    assert_true(view->changed_hlc == issue->operation.hlc);
    assert_int_equal(view->conflicts, 0);
    assert_int_equal(view->frozen, CAIRN_CAUSAL_FROZEN_NO);
}

TEST(m2_an_amendment_replaces_a_field_and_waits_for_what_it_follows)
{
    struct cairn_merge_entry *issue = ISSUE(.at = 10, .body = OPS_WARNING);
    struct cairn_merge_entry *amend =
        AMEND(.at = 20, .body = "{1: {11: 'new'}}", .parents = {issue});
    const struct cairn_alert_view *view = OPS_ALERT(amend);
    assert_int_equal(view->status, CAIRN_ALERT_STATUS_NONE);
    assert_err(verdict(view, amend), CAIRN_LATER);
    assert_int_equal(view->head_count, 0);
    view = OPS_ALERT(amend, issue);
    assert_err(verdict(view, amend), CAIRN_OK);
    ops_assert_field(view, CAIRN_ALERT_KEY_CONTACT, "'new'");
    ops_assert_field(view, CAIRN_ALERT_KEY_EXPIRES, OPS_EXPIRES);
    assert_int_equal(view->head_count, 1);
    assert_memory_equal(view->heads[0]->entry_id, amend->entry_id, 32);
}

TEST(m2_an_amendment_that_follows_nothing_has_no_effect)
{
    struct cairn_merge_entry *issue = ISSUE(.at = 10, .body = OPS_WARNING);
    struct cairn_merge_entry *amend = AMEND(.at = 20, .body = "{1: {11: 'new'}}");
    const struct cairn_alert_view *view = OPS_ALERT(issue, amend);
    assert_err(verdict(view, amend), CAIRN_STATE);
    ops_assert_field(view, CAIRN_ALERT_KEY_CONTACT, "'bureau@example.org'");
}

TEST(b05_an_operation_is_dated_after_what_it_follows)
{
    struct cairn_merge_entry *issue = ISSUE(.at = 10, .body = OPS_WARNING);
    struct cairn_merge_entry *amend =
        AMEND(.at = 10, .index = 11, .body = "{1: {11: 'new'}}", .parents = {issue});
    struct cairn_merge_entry *next = AMEND(.at = 30, .body = "{1: {12: 'de'}}", .parents = {amend});
    const struct cairn_alert_view *view = OPS_ALERT(issue, amend, next);
    assert_err(verdict(view, amend), CAIRN_RULE_HLC);
    assert_err(verdict(view, next), CAIRN_STATE);
    assert_true(cairn_bytes_is_equal(view->body, issue->operation.body));
    assert_int_equal(view->head_count, 1);
}

TEST(m3_concurrent_amendments_of_different_fields_both_apply)
{
    struct cairn_merge_entry *issue = ISSUE(.at = 10, .body = OPS_WARNING);
    struct cairn_merge_entry *left =
        AMEND(.at = 20, .body = "{1: {11: 'new'}}", .parents = {issue});
    struct cairn_merge_entry *right =
        AMEND(.at = 21, .body = "{1: {12: 'de'}}", .parents = {issue});
    const struct cairn_alert_view *view = OPS_ALERT(right, issue, left);
    ops_assert_field(view, CAIRN_ALERT_KEY_CONTACT, "'new'");
    ops_assert_field(view, CAIRN_ALERT_KEY_LANGUAGE, "'de'");
    assert_int_equal(view->conflicts, 0);
    assert_int_equal(view->head_count, 2);
}

TEST(m3_one_field_set_twice_is_a_conflict_until_an_amendment_names_both)
{
    struct cairn_merge_entry *issue = ISSUE(.at = 10, .body = OPS_WARNING);
    struct cairn_merge_entry *left =
        AMEND(.at = 20, .body = "{1: {11: 'left'}}", .parents = {issue});
    struct cairn_merge_entry *right =
        AMEND(.at = 21, .body = "{1: {11: 'right'}}", .parents = {issue});
    const struct cairn_alert_view *view = OPS_ALERT(issue, left, right);
    ops_assert_field(view, CAIRN_ALERT_KEY_CONTACT, "'right'"); /* the later one */
    assert_int_equal(view->conflicts, 1u << CAIRN_ALERT_KEY_CONTACT);
    struct cairn_merge_entry *both =
        AMEND(.at = 30, .body = "{1: {12: 'de'}}", .parents = {left, right});
    view = OPS_ALERT(issue, left, right, both);
    assert_int_equal(view->conflicts, 0);
    ops_assert_field(view, CAIRN_ALERT_KEY_CONTACT, "'right'");
    assert_int_equal(view->head_count, 1);
}

TEST(m4_no_merge_raises_coercion_or_lengthens_life)
{
    struct cairn_merge_entry *issue = ISSUE(.at = 10, .body = OPS_CHECK);
    struct cairn_merge_entry *mild = AMEND(.at = 20, .body = DISCREET, .parents = {issue});
    struct cairn_merge_entry *hard = AMEND(.at = 21, .body = INQUIRY, .parents = {issue});
    const struct cairn_alert_view *view = OPS_ALERT(issue, mild, hard);
    ops_assert_field(view, CAIRN_ALERT_KEY_ACTION, "10");
    struct cairn_merge_entry *shorter =
        AMEND(.at = 20, .body = "{1: {8: 1780000000000, 9: '2026-05-01'}}", .parents = {issue});
    struct cairn_merge_entry *longer =
        AMEND(.at = 21, .body = "{1: {8: 1789000000000}}", .parents = {issue});
    view = OPS_ALERT(issue, shorter, longer);
    ops_assert_field(view, CAIRN_ALERT_KEY_EXPIRES, "1780000000000");
    assert_int_equal(view->conflicts, 1u << CAIRN_ALERT_KEY_EXPIRES);
}

TEST(m4_handling_is_taken_part_by_part_from_the_stricter)
{
    struct cairn_merge_entry *issue = ISSUE(.at = 10, .body = OPS_WARNING);
    struct cairn_merge_entry *left =
        AMEND(.at = 20, .body = "{1: {10: {1: 4, 2: 1, 3: 1, 4: 3}}}", .parents = {issue});
    struct cairn_merge_entry *right =
        AMEND(.at = 21, .body = "{1: {10: {1: 1, 2: 5, 3: 3, 4: 2}}}", .parents = {issue});
    const struct cairn_alert_view *view = OPS_ALERT(issue, left, right);
    ops_assert_field(view, CAIRN_ALERT_KEY_HANDLING, "{1: 4, 2: 5, 3: 3, 4: 2}");
}

TEST(m4_a_later_operation_that_knew_the_earlier_may_raise_again)
{
    struct cairn_merge_entry *issue = ISSUE(.at = 10, .body = OPS_CHECK);
    struct cairn_merge_entry *mild = AMEND(.at = 20, .body = DISCREET, .parents = {issue});
    struct cairn_merge_entry *hard = AMEND(.at = 21, .body = INQUIRY, .parents = {mild});
    const struct cairn_alert_view *view = OPS_ALERT(issue, mild, hard);
    ops_assert_field(view, CAIRN_ALERT_KEY_ACTION, "11");
    assert_int_equal(view->conflicts, 0);
}

TEST(m5_names_grow_and_go_only_by_one_who_saw_them)
{
#define ALIAS "{1: 4, 2: 'Roe', 6: 2}"
#define OTHER "{1: 4, 2: 'Poe', 6: 2}"
    struct cairn_merge_entry *issue = ISSUE(.at = 10, .body = OPS_WARNING);
    struct cairn_merge_entry *left =
        AMEND(.at = 20, .body = "{2: {13: [" ALIAS "]}}", .parents = {issue});
    struct cairn_merge_entry *right =
        AMEND(.at = 21, .body = "{2: {13: [" OTHER "]}, 3: {13: [" ALIAS "]}}", .parents = {issue});
    const struct cairn_alert_view *view = OPS_ALERT(issue, left, right);
    ops_assert_field(view, CAIRN_ALERT_KEY_NAMES,
                     "[{1: 1, 2: 'Doe', 3: 'Jane', 6: 1}, " ALIAS ", " OTHER "]");
    assert_int_equal(view->conflicts, 0);
    struct cairn_merge_entry *gone =
        AMEND(.at = 30, .body = "{3: {13: [" ALIAS "]}}", .parents = {left, right});
    view = OPS_ALERT(issue, left, right, gone);
    ops_assert_field(view, CAIRN_ALERT_KEY_NAMES, "[{1: 1, 2: 'Doe', 3: 'Jane', 6: 1}, " OTHER "]");
}

TEST(b14_an_amendment_must_leave_a_valid_alert)
{
    struct cairn_merge_entry *issue = ISSUE(.at = 10, .body = OPS_CHECK);
    struct cairn_merge_entry *action = AMEND(.at = 20, .body = "{1: {2: 13}}", .parents = {issue});
    struct cairn_merge_entry *life =
        AMEND(.at = 21, .body = "{1: {8: 1890000000000}}", .parents = {issue});
    struct cairn_merge_entry *thin =
        AMEND(.at = 22, .body = "{3: {14: ['1980-05-17']}}", .parents = {issue});
    const struct cairn_alert_view *view = OPS_ALERT(issue, action, life, thin);
    assert_err(verdict(view, action), CAIRN_RULE_ACTION);
    assert_err(verdict(view, life), CAIRN_RULE_LIFE);
    assert_err(verdict(view, thin), CAIRN_RULE_THIN);
    assert_true(cairn_bytes_is_equal(view->body, issue->operation.body));
}

TEST(m5_removals_that_together_leave_too_little_do_not_both_count)
{
    struct cairn_merge_entry *issue = ISSUE(.at = 10, .body = OPS_CHECK);
    struct cairn_merge_entry *more =
        AMEND(.at = 15, .body = "{2: {14: ['1981-05-17']}}", .parents = {issue});
    struct cairn_merge_entry *left =
        AMEND(.at = 20, .body = "{1: {2: 10}, 3: {14: ['1980-05-17']}}", .parents = {more});
    struct cairn_merge_entry *right =
        AMEND(.at = 21, .body = "{1: {8: 1780000000000, 9: '2026-05-01'}, 3: {14: ['1981-05-17']}}",
              .parents = {more});
    const struct cairn_alert_view *view = OPS_ALERT(issue, more, left, right);
    ops_assert_field(view, CAIRN_ALERT_KEY_BIRTHS, "['1981-05-17']"); /* the milder head's */
    ops_assert_field(view, CAIRN_ALERT_KEY_ACTION, "10");
    ops_assert_field(view, CAIRN_ALERT_KEY_EXPIRES, "1780000000000"); /* the shorter life */
    assert_true(view->is_torn);
    struct cairn_merge_entry *both =
        AMEND(.at = 30, .body = "{1: {12: 'de'}}", .parents = {left, right});
    view = OPS_ALERT(issue, more, left, right, both);
    assert_err(verdict(view, both), CAIRN_OK);
    assert_false(view->is_torn);
    ops_assert_field(view, CAIRN_ALERT_KEY_BIRTHS, "['1981-05-17']");
    ops_assert_field(view, CAIRN_ALERT_KEY_LANGUAGE, "'de'");
}

TEST(a_fallback_that_is_no_longer_milder_falls_away_and_a_late_review_moves)
{
    struct cairn_bytes body = test_body_with(test_body(OPS_CHECK), 3, "9");
    struct cairn_merge_entry *issue = ISSUE(.at = 10, .raw_body = body);
    struct cairn_merge_entry *amend =
        AMEND(.at = 20, .body = "{1: {2: 10, 8: 1780000000000}}", .parents = {issue});
    const struct cairn_alert_view *view = OPS_ALERT(issue, amend);
    assert_err(verdict(view, amend), CAIRN_OK);
    ops_assert_field(view, CAIRN_ALERT_KEY_FALLBACK, NULL);
    ops_assert_field(view, CAIRN_ALERT_KEY_REVIEW, "'2026-05-28'");
}

TEST(m2_what_an_amendment_sets_itself_is_not_repaired_but_wrong)
{
    struct cairn_merge_entry *issue = ISSUE(.at = 10, .body = OPS_CHECK);
    struct cairn_merge_entry *fallback =
        AMEND(.at = 20, .body = "{1: {3: 15}}", .parents = {issue});
    struct cairn_merge_entry *review =
        AMEND(.at = 21, .body = "{1: {8: 1780000000000, 9: '2026-06-01'}}", .parents = {issue});
    const struct cairn_alert_view *view = OPS_ALERT(issue, fallback, review);
    assert_err(verdict(view, fallback), CAIRN_RULE_ACTION);
    assert_err(verdict(view, review), CAIRN_RULE_LIFE);
    assert_true(cairn_bytes_is_equal(view->body, issue->operation.body));
}

TEST(m5_a_head_that_begins_after_the_end_of_all_does_not_stand)
{
    struct cairn_merge_entry *issue = ISSUE(.at = 10, .body = OPS_WARNING);
    struct cairn_merge_entry *sooner =
        AMEND(.at = 20, .body = "{1: {8: 1773000000000}}", .parents = {issue});
    struct cairn_bytes later = test_body_with(test_body(OPS_WARNING), 7, "1774000000000");
    struct cairn_merge_entry *again =
        ISSUE(.at = 30, .feed = 2, .raw_body = later, .after = {issue});
    const struct cairn_alert_view *view = OPS_ALERT(issue, sooner, again);
    assert_true(view->is_torn);
    ops_assert_field(view, CAIRN_ALERT_KEY_FROM, OPS_FROM);
    ops_assert_field(view, CAIRN_ALERT_KEY_EXPIRES, "1773000000000"); /* M4: no longer life */
}

TEST(s6_a_withdrawal_counts_whatever_its_date)
{
    struct cairn_merge_entry *issue = ISSUE(.at = 10, .body = OPS_WARNING);
    struct cairn_merge_entry *withdraw =
        WITHDRAW(.at = 20, .is_undated = true, .body = "{1: 2}", .parents = {issue});
    assert_int_equal(OPS_ALERT(issue, withdraw)->status, CAIRN_ALERT_STATUS_WITHDRAWN);
}

TEST(m6_a_withdrawal_beats_everything_and_stays)
{
    struct cairn_merge_entry *issue = ISSUE(.at = 10, .body = OPS_WARNING);
    struct cairn_merge_entry *withdraw = WITHDRAW(.at = 20, .body = "{1: 2}", .parents = {issue});
    struct cairn_merge_entry *concurrent =
        AMEND(.at = 30, .body = "{1: {11: 'new'}}", .parents = {issue});
    struct cairn_merge_entry *after =
        AMEND(.at = 31, .body = "{1: {11: 'more'}}", .parents = {withdraw, issue});
    struct cairn_merge_entry *again =
        ISSUE(.at = 40, .feed = 2, .body = OPS_WARNING, .after = {withdraw});
    const struct cairn_alert_view *view = OPS_ALERT(again, after, concurrent, withdraw, issue);
    assert_int_equal(view->status, CAIRN_ALERT_STATUS_WITHDRAWN);
    assert_true(view->withdrawn_hlc == withdraw->operation.hlc);
    assert_err(verdict(view, concurrent), CAIRN_OK);
    assert_err(verdict(view, after), CAIRN_RULE_WITHDRAWN);
    assert_err(verdict(view, again), CAIRN_RULE_WITHDRAWN);
}

TEST(m6_taking_away_waits_for_nothing)
{
    struct cairn_merge_entry *issue = ISSUE(.at = 10, .body = OPS_WARNING);
    struct cairn_merge_entry *lost =
        AMEND(.at = 15, .body = "{1: {11: 'new'}}", .parents = {issue});
    struct cairn_merge_entry *withdraw = WITHDRAW(.at = 20, .body = "{1: 2}", .parents = {lost});
    const struct cairn_alert_view *view = OPS_ALERT(withdraw, issue);
    assert_int_equal(view->status, CAIRN_ALERT_STATUS_WITHDRAWN);
    view = OPS_ALERT(withdraw);
    assert_int_equal(view->status, CAIRN_ALERT_STATUS_NONE);
    assert_true(view->withdrawn_hlc != 0);
}

/* The same entry, behind the end of its origin. */
static struct cairn_merge_entry *gone(const struct cairn_merge_entry *entry)
{
    struct cairn_merge_entry *copy = ops_take(sizeof *copy);
    *copy = *entry;
    copy->is_repudiated = true;
    return copy;
}

TEST(m14_an_alert_that_was_issued_behind_the_end_counts_as_withdrawn)
{
    struct cairn_merge_entry *issue = ISSUE(.at = 10, .body = OPS_WARNING);
    const struct cairn_alert_view *view = OPS_ALERT(issue, gone(issue));
    assert_int_equal(view->status, CAIRN_ALERT_STATUS_WITHDRAWN);
    assert_true(view->is_repudiated);
    assert_true(cairn_bytes_is_equal(view->body, issue->operation.body));
    assert_int_equal(view->place_count, 0);
    assert_int_equal(view->head_count, 0);
    assert_err(verdict(view, issue), CAIRN_REPUDIATED);
    struct cairn_merge_entry *again = ISSUE(.at = 40, .feed = 2, .body = OPS_WARNING);
    view = OPS_ALERT(again, gone(issue)); /* by the next incarnation */
    assert_int_equal(view->status, CAIRN_ALERT_STATUS_ACTIVE);
    assert_false(view->is_repudiated);
}

TEST(m14_what_changes_an_alert_behind_the_end_has_no_effect_and_hides_nothing)
{
    struct cairn_merge_entry *issue = ISSUE(.at = 10, .body = OPS_WARNING);
    struct cairn_merge_entry *amend =
        AMEND(.at = 20, .body = "{1: {11: 'thief'}}", .parents = {issue});
    struct cairn_merge_entry *withdraw = WITHDRAW(.at = 30, .body = "{1: 2}", .parents = {amend});
    struct cairn_merge_entry *leave =
        ops_make(&(struct ops_spec){.kind = CAIRN_KIND_ALERT_LEAVE, .at = 35, .body = "{}"});
    struct cairn_merge_entry *honest =
        AMEND(.at = 40, .feed = 2, .body = "{1: {11: 'owner'}}", .parents = {amend});
    const struct cairn_alert_view *view =
        OPS_ALERT(issue, honest, amend, withdraw, leave, gone(leave), gone(withdraw), gone(amend));
    assert_int_equal(view->status, CAIRN_ALERT_STATUS_ACTIVE);
    assert_false(view->is_repudiated);
    assert_err(verdict(view, amend), CAIRN_REPUDIATED);
    assert_err(verdict(view, withdraw), CAIRN_REPUDIATED);
    assert_err(verdict(view, honest), CAIRN_OK); /* it knew what that one knew */
    assert_int_equal(view->head_count, 1);
    ops_assert_field(view, CAIRN_ALERT_KEY_CONTACT, "'owner'");
    struct cairn_bytes before = ops_field(OPS_ALERT(issue), CAIRN_ALERT_KEY_CONTACT);
    view = OPS_ALERT(issue, gone(amend));
    assert_true(cairn_bytes_is_equal(ops_field(view, CAIRN_ALERT_KEY_CONTACT), before));
}

TEST(m14_it_does_not_matter_when_that_became_known)
{
    struct cairn_merge_entry *issue = ISSUE(.at = 10, .body = OPS_WARNING);
    struct cairn_merge_entry *amend = AMEND(.at = 20, .body = "{1: {11: 'x'}}", .parents = {issue});
    struct cairn_merge_entry *late = gone(amend);
    struct cairn_merge_entry *orders[][4] = {{issue, amend, late, late},
                                             {late, issue, amend, late},
                                             {amend, late, issue, amend},
                                             {issue, late, amend, amend}};
    struct cairn_bytes first = ops_fold(orders[0], 4);
    for (size_t i = 1; i < sizeof orders / sizeof orders[0]; i++) {
        assert_true(cairn_bytes_is_equal(ops_fold(orders[i], 4), first));
    }
}

TEST(b34_an_amendment_after_the_end_has_no_effect)
{
    struct cairn_merge_entry *issue = ISSUE(.at = 10, .body = OPS_WARNING);
    struct cairn_merge_entry *shorter =
        AMEND(.at = 20, .body = "{1: {8: 1772366401000, 9: '2026-03-01'}}", .parents = {issue});
    struct cairn_merge_entry *in_time =
        AMEND(.at = 999, .body = "{1: {12: 'de'}}", .parents = {shorter});
    struct cairn_merge_entry *late =
        AMEND(.at = 1000, .body = "{1: {8: 1780000000000}}", .parents = {shorter});
    const struct cairn_alert_view *view = OPS_ALERT(issue, shorter, in_time, late);
    assert_err(verdict(view, in_time), CAIRN_OK);
    assert_err(verdict(view, late), CAIRN_RULE_WITHDRAWN);
    ops_assert_field(view, CAIRN_ALERT_KEY_EXPIRES, "1772366401000");
}

TEST(an_alert_that_moves_lives_in_the_new_feed_alone)
{
    struct cairn_merge_entry *issue = ISSUE(.at = 10, .body = OPS_WARNING);
    struct cairn_merge_entry *amend =
        AMEND(.at = 15, .body = "{1: {12: 'de'}}", .parents = {issue});
    struct cairn_bytes body = test_body_with(test_body(OPS_WARNING), 11, "'new'");
    struct cairn_merge_entry *moved =
        ISSUE(.at = 20, .feed = 2, .raw_body = body, .after = {amend});
    struct cairn_merge_entry *leave = LEAVE(.at = 21, .parents = {amend});
    const struct cairn_alert_view *view = OPS_ALERT(leave, moved, amend, issue);
    assert_int_equal(view->status, CAIRN_ALERT_STATUS_ACTIVE);
    assert_true(cairn_bytes_is_equal(view->body, body));
    assert_int_equal(view->place_count, 1);
    assert_memory_equal(view->places[0].entry_id, moved->entry_id, 32);
    assert_int_equal(view->conflicts, 0);
    view = OPS_ALERT(leave, amend, issue); /* one who may not read the new feed */
    assert_int_equal(view->status, CAIRN_ALERT_STATUS_LEFT);
    assert_int_equal(view->place_count, 0);
}

TEST(an_alert_may_come_back_to_a_feed_that_it_left)
{
    struct cairn_merge_entry *issue = ISSUE(.at = 10, .body = OPS_WARNING);
    struct cairn_merge_entry *leave = LEAVE(.at = 20, .parents = {issue});
    struct cairn_merge_entry *back = ISSUE(.at = 30, .body = OPS_WARNING, .parents = {leave});
    const struct cairn_alert_view *view = OPS_ALERT(back, leave, issue);
    assert_err(verdict(view, back), CAIRN_OK);
    assert_int_equal(view->status, CAIRN_ALERT_STATUS_ACTIVE);
    assert_memory_equal(view->places[0].entry_id, back->entry_id, 32);
}

TEST(a_second_founding_operation_has_no_effect)
{
    struct cairn_merge_entry *issue = ISSUE(.at = 10, .body = OPS_WARNING);
    struct cairn_merge_entry *second = ISSUE(.at = 9, .index = 12, .body = OPS_WARNING);
    struct cairn_merge_entry *other = ISSUE(.at = 30, .feed = 2, .body = OPS_CHECK);
    struct cairn_merge_entry *batch = BATCH(.at = 31, .feed = 3);
    const struct cairn_alert_view *view = OPS_ALERT(second, other, batch, issue);
    assert_err(verdict(view, second), CAIRN_EXISTS); /* later in its feed, whatever its date */
    assert_err(verdict(view, other), CAIRN_EXISTS);  /* another category */
    assert_err(verdict(view, batch), CAIRN_EXISTS);
    assert_err(verdict(view, issue), CAIRN_OK);
    assert_int_equal(view->place_count, 1);
}

TEST(rows_of_a_batch_are_withdrawn_one_by_one)
{
    struct cairn_merge_entry *batch = BATCH(.at = 10);
    struct cairn_merge_entry *one = WITHDRAW(.at = 20, .body = "{1: 2, 4: [1]}");
    struct cairn_merge_entry *two = WITHDRAW(.at = 21, .body = "{1: 2, 4: [1, 2, 4000]}");
    const struct cairn_alert_view *view = OPS_ALERT(two, batch, one);
    assert_true(view->is_batch);
    assert_int_equal(view->status, CAIRN_ALERT_STATUS_ACTIVE);
    assert_int_equal(view->rows_withdrawn_count, 2);
    assert_false(cairn_fold_alert_is_row_withdrawn(view, 0));
    assert_true(cairn_fold_alert_is_row_withdrawn(view, 1));
    assert_true(cairn_fold_alert_is_row_withdrawn(view, 2));
    assert_false(cairn_fold_alert_is_row_withdrawn(view, 4000)); /* there is no such row */
    struct cairn_merge_entry *issue = ISSUE(.at = 10, .body = OPS_WARNING);
    view = OPS_ALERT(issue, one);
    assert_err(verdict(view, one), CAIRN_RULE_SUBJECT);
    assert_int_equal(view->status, CAIRN_ALERT_STATUS_ACTIVE);
    assert_int_equal(view->rows_withdrawn_count, 0);
}

TEST(a_batch_is_amended_in_what_its_rows_share)
{
    struct cairn_merge_entry *batch = BATCH(.at = 10);
    struct cairn_merge_entry *amend = AMEND(.at = 20, .body = "{1: {2: 15}}", .parents = {batch});
    struct cairn_merge_entry *wrong =
        AMEND(.at = 21, .body = "{2: {14: ['1980-05-17']}}", .parents = {batch});
    const struct cairn_alert_view *view = OPS_ALERT(batch, amend, wrong);
    assert_err(verdict(view, amend), CAIRN_OK);
    assert_err(verdict(view, wrong), CAIRN_PACK_UNKNOWN_FIELD);
    ops_assert_field(view, CAIRN_ALERT_KEY_ACTION, "15");
    assert_true(ops_field(view, CAIRN_ALERT_KEY_ROWS).size > 0);
}

TEST(a_later_kind_freezes_the_alert_but_for_its_withdrawal)
{
    struct cairn_merge_entry *issue = ISSUE(.at = 10, .body = OPS_WARNING);
    struct cairn_merge_entry *before =
        AMEND(.at = 20, .body = "{1: {12: 'de'}}", .parents = {issue});
    struct cairn_merge_entry *unknown = ops_make_unknown(63, "AUT", 30);
    struct cairn_merge_entry *after =
        AMEND(.at = 40, .body = "{1: {11: 'new'}}", .parents = {before});
    const struct cairn_alert_view *view = OPS_ALERT(after, unknown, before, issue);
    assert_int_equal(view->frozen, CAIRN_CAUSAL_FROZEN_KIND);
    assert_err(verdict(view, unknown), CAIRN_KIND_UNKNOWN);
    assert_err(verdict(view, after), CAIRN_LATER);
    ops_assert_field(view, CAIRN_ALERT_KEY_LANGUAGE, "'de'");
    ops_assert_field(view, CAIRN_ALERT_KEY_CONTACT, "'bureau@example.org'");
    struct cairn_merge_entry *withdraw = WITHDRAW(.at = 50, .body = "{1: 2}", .parents = {after});
    view = OPS_ALERT(withdraw, after, unknown, before, issue);
    assert_int_equal(view->status, CAIRN_ALERT_STATUS_WITHDRAWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_issue_alone_is_its_own_body),
        cmocka_unit_test(m2_an_amendment_replaces_a_field_and_waits_for_what_it_follows),
        cmocka_unit_test(m2_an_amendment_that_follows_nothing_has_no_effect),
        cmocka_unit_test(b05_an_operation_is_dated_after_what_it_follows),
        cmocka_unit_test(m3_concurrent_amendments_of_different_fields_both_apply),
        cmocka_unit_test(m3_one_field_set_twice_is_a_conflict_until_an_amendment_names_both),
        cmocka_unit_test(m4_no_merge_raises_coercion_or_lengthens_life),
        cmocka_unit_test(m4_handling_is_taken_part_by_part_from_the_stricter),
        cmocka_unit_test(m4_a_later_operation_that_knew_the_earlier_may_raise_again),
        cmocka_unit_test(m5_names_grow_and_go_only_by_one_who_saw_them),
        cmocka_unit_test(b14_an_amendment_must_leave_a_valid_alert),
        cmocka_unit_test(m5_removals_that_together_leave_too_little_do_not_both_count),
        cmocka_unit_test(a_fallback_that_is_no_longer_milder_falls_away_and_a_late_review_moves),
        cmocka_unit_test(m2_what_an_amendment_sets_itself_is_not_repaired_but_wrong),
        cmocka_unit_test(m5_a_head_that_begins_after_the_end_of_all_does_not_stand),
        cmocka_unit_test(s6_a_withdrawal_counts_whatever_its_date),
        cmocka_unit_test(m6_a_withdrawal_beats_everything_and_stays),
        cmocka_unit_test(m6_taking_away_waits_for_nothing),
        cmocka_unit_test(m14_an_alert_that_was_issued_behind_the_end_counts_as_withdrawn),
        cmocka_unit_test(m14_what_changes_an_alert_behind_the_end_has_no_effect_and_hides_nothing),
        cmocka_unit_test(m14_it_does_not_matter_when_that_became_known),
        cmocka_unit_test(b34_an_amendment_after_the_end_has_no_effect),
        cmocka_unit_test(an_alert_that_moves_lives_in_the_new_feed_alone),
        cmocka_unit_test(an_alert_may_come_back_to_a_feed_that_it_left),
        cmocka_unit_test(a_second_founding_operation_has_no_effect),
        cmocka_unit_test(rows_of_a_batch_are_withdrawn_one_by_one),
        cmocka_unit_test(a_batch_is_amended_in_what_its_rows_share),
        cmocka_unit_test(a_later_kind_freezes_the_alert_but_for_its_withdrawal),
    };
    return cmocka_run_group_tests_name("fold_alert", tests, NULL, NULL);
}
