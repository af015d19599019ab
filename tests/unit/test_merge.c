#include "replication/merge/merge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/base/civil.h"
#include "tests/lib/body.h"
#include "tests/lib/ops.h"

#define MAKE(kind_, at_, body_)                                                                    \
    ops_make(&(struct ops_spec){.kind = (kind_), .at = (at_), .body = (body_)})

static const struct cairn_bytes nothing = {NULL, 0};

TEST(an_entry_needs_the_state_of_its_object)
{
    struct cairn_merge_key keys[CAIRN_LIMIT_STATES_PER_OPERATION];
    struct cairn_merge_entry *alert = MAKE(CAIRN_KIND_ALERT_ISSUE, 10, OPS_WARNING);
    struct cairn_merge_entry *request = MAKE(CAIRN_KIND_CASE_REQUEST, 10, OPS_REQUEST);
    assert_int_equal(cairn_merge_needs(alert, keys), 1);
    assert_int_equal(keys[0].data[0], 'a');
    assert_memory_equal(keys[0].data + 1, alert->operation.object.text, CAIRN_ID_OBJECT_BYTES);
    assert_int_equal(cairn_merge_needs(request, keys), 1);
    assert_int_equal(keys[0].data[0], 'c');
    alert->kind_number = CAIRN_KIND_RECEIPT;
    assert_int_equal(cairn_merge_needs(alert, keys), 0);
}

TEST(the_same_entry_twice_changes_nothing)
{
    struct cairn_merge_entry *issue = MAKE(CAIRN_KIND_ALERT_ISSUE, 10, OPS_WARNING);
    struct cairn_merge_result result = ops_fold_one(issue, nothing);
    assert_true(result.is_changed);
    assert_err(result.err, CAIRN_OK);
    assert_int_equal(result.puts.count, 2);
    assert_int_equal(result.deletes.count, 0);
    result = ops_fold_one(issue, result.state);
    assert_false(result.is_changed);
    assert_err(result.err, CAIRN_OK);
    assert_int_equal(result.puts.count, 0);
}

TEST(p50_an_operation_dated_before_its_authors_last_mark_has_no_effect)
{
    struct cairn_merge_entry *issue = MAKE(CAIRN_KIND_ALERT_ISSUE, 10, OPS_WARNING);
    issue->floor_ms = OPS_BASE_MS + 10;
    assert_err(ops_refusal(issue), CAIRN_OK);
    issue->floor_ms = OPS_BASE_MS + 11;
    assert_err(ops_refusal(issue), CAIRN_RULE_HLC);
}

TEST(p50_an_operation_ahead_of_the_clock_is_parked)
{
    struct cairn_merge_entry *issue = MAKE(CAIRN_KIND_ALERT_ISSUE, 10, OPS_WARNING);
    assert_false(cairn_merge_is_ahead(issue, OPS_BASE_MS + 20));
    assert_false(cairn_merge_is_ahead(issue, OPS_BASE_MS + 10 - CAIRN_LIMIT_AHEAD_MS));
    assert_true(cairn_merge_is_ahead(issue, OPS_BASE_MS + 9 - CAIRN_LIMIT_AHEAD_MS));
}

TEST(v0_an_operation_that_breaks_a_rule_changes_nothing)
{
    struct cairn_merge_entry *foreign = ops_make(&(struct ops_spec){
        .kind = CAIRN_KIND_ALERT_ISSUE, .author = "GEO", .at = 10, .body = OPS_WARNING});
    assert_err(ops_refusal(foreign), CAIRN_DENIED_AUTHOR);
    struct cairn_merge_entry *action = ops_make(&(struct ops_spec){
        .kind = CAIRN_KIND_ALERT_ISSUE,
        .at = 10,
        .raw_body = test_body_with(test_body(OPS_WARNING), 2, "1"),
    });
    struct cairn_merge_result result = ops_fold_one(action, nothing);
    char path[CAIRN_SHAPE_PATH_BYTES];
    assert_err(result.err, CAIRN_RULE_ACTION);
    assert_false(result.is_changed);
    cairn_shape_write_path(&result.fault, path);
    assert_string_equal(path, "action");
    assert_err(ops_refusal(MAKE(CAIRN_KIND_ALERT_AMEND, 10, "{}")), CAIRN_PACK_FIELD);
    assert_err(ops_refusal(MAKE(CAIRN_KIND_CASE_REFUSE, 10, "{1: [1]}")), CAIRN_RULE_PARTIES);
    assert_err(ops_refusal(MAKE(CAIRN_KIND_CASE_WITHDRAW, 10, "{1: 99}")), CAIRN_RULE_REASON);
}

TEST(b42_specimen_codes_pass_only_in_test_networks)
{
    struct cairn_merge_entry *specimen = ops_make(&(struct ops_spec){
        .kind = CAIRN_KIND_ALERT_ISSUE,
        .at = 10,
        .raw_body = test_body_with(test_body(OPS_WARNING), 17, "['UTO']"),
    });
    assert_err(ops_refusal(specimen), CAIRN_CODE_UNKNOWN);
    specimen->is_test_network = true;
    struct cairn_merge_result result = ops_fold_one(specimen, nothing);
    assert_err(result.err, CAIRN_OK);
    struct cairn_merge_entry *amend = ops_make(&(struct ops_spec){.kind = CAIRN_KIND_ALERT_AMEND,
                                                                  .at = 20,
                                                                  .body = "{1: {12: 'de'}}",
                                                                  .parents = {specimen}});
    amend->is_test_network = true; /* the state remembers, for what amendments make */
    const struct cairn_alert_view *view = ops_alert(ops_fold_one(amend, result.state).state);
    assert_err(ops_verdict(view->steps, view->step_count, amend), CAIRN_OK);
}

TEST(a_later_kind_is_kept_when_it_may_matter)
{
    size_t fault_at;
    struct cairn_merge_result result = ops_fold_one(ops_make_unknown(63, "AUT", 10), nothing);
    assert_err(result.err, CAIRN_KIND_UNKNOWN);
    assert_true(result.is_changed);
    result = ops_fold_one(ops_make_unknown(63, "GEO", 10), nothing); /* not its alert */
    assert_err(result.err, CAIRN_KIND_UNKNOWN);
    assert_false(result.is_changed);
    assert_true(ops_fold_one(ops_make_unknown(95, "GEO", 10), nothing).is_changed);
    struct cairn_merge_entry *known = MAKE(CAIRN_KIND_ALERT_ISSUE, 10, OPS_WARNING);
    uint8_t *bytes = ops_take(known->bytes.size + 1);
    memcpy(bytes, known->bytes.data, known->bytes.size);
    bytes[2] = 96; /* of neither alerts nor cases */
    struct cairn_merge_entry out;
    assert_err(cairn_merge_decode((struct cairn_bytes){bytes, known->bytes.size}, &out, &fault_at),
               CAIRN_KIND_UNKNOWN);
    bytes[2] = 0xc1;
    assert_err(cairn_merge_decode((struct cairn_bytes){bytes, known->bytes.size}, &out, &fault_at),
               CAIRN_PACK_FORBIDDEN);
}

TEST(an_amendment_rewrites_the_rows_that_it_changes)
{
    struct cairn_merge_entry *issue = MAKE(CAIRN_KIND_ALERT_ISSUE, 10, OPS_WARNING);
    struct cairn_merge_entry *births = ops_make(&(struct ops_spec){
        .kind = CAIRN_KIND_ALERT_AMEND,
        .at = 15,
        .body = "{2: {14: ['1981-05-17']}}",
        .parents = {issue},
    });
    struct cairn_merge_entry *names = ops_make(&(struct ops_spec){
        .kind = CAIRN_KIND_ALERT_AMEND,
        .at = 20,
        .body = "{2: {13: [{1: 4, 2: 'Roe', 6: 2}]}, 3: {14: ['1980-05-17']}}",
        .parents = {births},
    });
    struct cairn_merge_result result = ops_fold_one(issue, nothing);
    result = ops_fold_one(births, result.state);
    assert_int_equal(result.puts.count, 2); /* the name with that date; the line, changed later */
    assert_int_equal(result.deletes.count, 0);
    result = ops_fold_one(names, result.state);
    assert_int_equal(result.puts.count, 2); /* Roe with the date that is left, and the line */
    assert_int_equal(result.deletes.count, 1);
}

TEST(a_batch_of_4096_rows_is_indexed_and_withdrawn_row_by_row)
{
    char *text = ops_take(4096 * 64);
    int at = snprintf(text, 512,
                      "{1: 13, 2: 14, 4: 101, 6: 'AUT-bmi', 7: " OPS_FROM ", 8: " OPS_EXPIRES
                      ", 10: {1: 1, 2: 1, 3: 1, 4: 3}, 11: 'x', 28: [");
    for (unsigned row = 0; row < CAIRN_LIMIT_BATCH_ROWS; row++) {
        at += snprintf(text + at, 64, "{1: 1, 2: 'AUT', 3: 'P%05u', 8: 1}, ",
                       (row * 2027u) % CAIRN_LIMIT_BATCH_ROWS); /* not in order */
    }
    memcpy(text + at, "]}", 3);
    struct cairn_merge_entry *batch = MAKE(CAIRN_KIND_ALERT_BATCH, 10, text);
    struct cairn_merge_result result = ops_fold_one(batch, nothing);
    assert_err(result.err, CAIRN_OK);
    assert_int_equal(result.puts.count, CAIRN_LIMIT_BATCH_ROWS + 1);
    struct cairn_merge_entry *withdraw =
        MAKE(CAIRN_KIND_ALERT_WITHDRAW, 20, "{1: 2, 4: [0, 7, 4095]}");
    result = ops_fold_one(withdraw, result.state);
    assert_int_equal(result.deletes.count, 3);
    assert_int_equal(result.puts.count, 1);
    struct cairn_merge_entry *all = MAKE(CAIRN_KIND_ALERT_WITHDRAW, 30, "{1: 2}");
    result = ops_fold_one(all, result.state);
    assert_int_equal(result.deletes.count, CAIRN_LIMIT_BATCH_ROWS - 3 + 1);
}

TEST(s2_an_author_asks_whether_there_is_room)
{
    struct cairn_arena arena;
    static uint8_t memory[1u << 20];
    bool has_room = false;
    struct cairn_bytes state =
        ops_fold_one(MAKE(CAIRN_KIND_ALERT_ISSUE, 10, OPS_WARNING), nothing).state;
    cairn_arena_init(&arena, memory, sizeof memory);
    assert_err(cairn_merge_has_room(state, CAIRN_OPSET_ALERT, 1000, &arena, &has_room), CAIRN_OK);
    assert_true(has_room);
    assert_err(
        cairn_merge_has_room(state, CAIRN_OPSET_ALERT, CAIRN_LIMIT_STATE_BYTES, &arena, &has_room),
        CAIRN_OK);
    assert_false(has_room);
    assert_err(
        cairn_merge_has_room(nothing, CAIRN_OPSET_CASE, CAIRN_LIMIT_BATCH_BYTES, &arena, &has_room),
        CAIRN_OK);
    assert_true(has_room);
}

TEST(a_damaged_state_is_an_error_of_the_disk)
{
    struct cairn_merge_entry *issue = MAKE(CAIRN_KIND_ALERT_ISSUE, 10, OPS_WARNING);
    struct cairn_merge_entry *other = MAKE(CAIRN_KIND_ALERT_ISSUE, 20, OPS_WARNING);
    struct cairn_bytes state = ops_fold_one(issue, nothing).state;
    struct cairn_arena arena;
    static uint8_t memory[1u << 20];
    struct cairn_merge_result result;
    struct cairn_alert_view view;
    cairn_arena_init(&arena, memory, sizeof memory);
    struct cairn_bytes cut = {state.data, state.size - 1};
    assert_err(cairn_merge_fold(other, cut, &arena, &result), CAIRN_DISK_CORRUPT);
    assert_err(cairn_merge_evaluate_alert(cut, &arena, &view), CAIRN_DISK_CORRUPT);
    other->is_test_network = true; /* a state of another network */
    assert_err(cairn_merge_fold(other, state, &arena, &result), CAIRN_DISK_CORRUPT);
}

/* Each size of the arena up to what is needed: an error, never a crash. */
TEST(a_short_arena_is_an_error)
{
    struct cairn_merge_entry *issue = MAKE(CAIRN_KIND_ALERT_ISSUE, 10, OPS_WARNING);
    struct cairn_merge_entry *left = ops_make(&(struct ops_spec){
        .kind = CAIRN_KIND_ALERT_AMEND, .at = 20, .body = "{1: {11: 'a'}}", .parents = {issue}});
    struct cairn_merge_entry *right = ops_make(&(struct ops_spec){
        .kind = CAIRN_KIND_ALERT_AMEND, .at = 21, .body = "{1: {11: 'b'}}", .parents = {issue}});
    struct cairn_merge_entry *entries[] = {issue, left};
    struct cairn_bytes state = ops_fold(entries, 2);
    cairn_err err = CAIRN_NO_ROOM;
    size_t size = 0;
    for (; err == CAIRN_NO_ROOM && size < 1u << 20; size += 61) {
        struct cairn_arena arena;
        struct cairn_merge_result result;
        void *memory = malloc(size + 1);
        assert_non_null(memory);
        cairn_arena_init(&arena, memory, size);
        err = cairn_merge_fold(right, state, &arena, &result);
        free(memory);
    }
    assert_err(err, CAIRN_OK);
    assert_true(size > 10000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_entry_needs_the_state_of_its_object),
        cmocka_unit_test(the_same_entry_twice_changes_nothing),
        cmocka_unit_test(p50_an_operation_dated_before_its_authors_last_mark_has_no_effect),
        cmocka_unit_test(p50_an_operation_ahead_of_the_clock_is_parked),
        cmocka_unit_test(v0_an_operation_that_breaks_a_rule_changes_nothing),
        cmocka_unit_test(b42_specimen_codes_pass_only_in_test_networks),
        cmocka_unit_test(a_later_kind_is_kept_when_it_may_matter),
        cmocka_unit_test(an_amendment_rewrites_the_rows_that_it_changes),
        cmocka_unit_test(a_batch_of_4096_rows_is_indexed_and_withdrawn_row_by_row),
        cmocka_unit_test(s2_an_author_asks_whether_there_is_room),
        cmocka_unit_test(a_damaged_state_is_an_error_of_the_disk),
        cmocka_unit_test(a_short_arena_is_an_error),
    };
    return cmocka_run_group_tests_name("merge", tests, NULL, NULL);
}
