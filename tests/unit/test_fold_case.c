/* Lines of docs/merge.md, section 5: each is a test. */
#include "replication/merge/fold_case.h"

#include "tests/lib/ops.h"

#define REQUEST_TO(country, ...)                                                                   \
    ops_make(&(struct ops_spec){                                                                   \
        .kind = CAIRN_KIND_CASE_REQUEST, .body = OPS_REQUEST_TO(country), __VA_ARGS__})
#define STEP(kind_, by, ...)                                                                       \
    ops_make(&(struct ops_spec){.kind = CAIRN_KIND_CASE_##kind_, .author = (by), __VA_ARGS__})
#define REQUEST()     REQUEST_TO("GEO", .at = 10)
#define ACK(...)      STEP(ACK, "GEO", .body = "{}", __VA_ARGS__)
#define ACCEPT(...)   STEP(ACCEPT, "GEO", .body = "{1: true}", __VA_ARGS__)
#define REFUSE(...)   STEP(REFUSE, "GEO", .body = "{1: [1]}", __VA_ARGS__)
#define WITHDRAW(...) STEP(WITHDRAW, "AUT", .body = "{1: 3}", __VA_ARGS__)
#define FIRST         "{1: false, 2: [0]}"
#define SECOND        "{1: false, 2: [1]}"

static cairn_err verdict(const struct cairn_case_view *view, const struct cairn_merge_entry *entry)
{
    return ops_verdict(view->steps, view->step_count, entry);
}

TEST(a_case_goes_from_sent_to_received_to_answered)
{
    struct cairn_merge_entry *request = REQUEST();
    const struct cairn_case_view *view = OPS_CASE(request);
    assert_int_equal(view->status, CAIRN_CASE_STATUS_SENT);
    assert_string_equal(view->requesting, "AUT");
    assert_string_equal(view->requested, "GEO");
    assert_int_equal(view->person_count, 2);
    assert_true(cairn_bytes_is_equal(view->request, request->operation.body));
    struct cairn_merge_entry *ack = ACK(.at = 20, .after = {request});
    view = OPS_CASE(request, ack);
    assert_int_equal(view->status, CAIRN_CASE_STATUS_RECEIVED);
    assert_true(view->received_hlc == ack->operation.hlc);
    struct cairn_merge_entry *accept = ACCEPT(.at = 30, .parents = {ack});
    view = OPS_CASE(request, ack, accept);
    assert_int_equal(view->status, CAIRN_CASE_STATUS_ACCEPTED);
    assert_int_equal(view->persons_accepted, 3);
    assert_true(view->answered_hlc == accept->operation.hlc);
    assert_int_equal(view->head_count, 1);
    struct cairn_merge_entry *refuse = REFUSE(.at = 30, .parents = {ack});
    view = OPS_CASE(request, ack, refuse);
    assert_int_equal(view->status, CAIRN_CASE_STATUS_REFUSED);
    assert_true(cairn_bytes_is_equal(view->refuse, refuse->operation.body));
}

TEST(an_answer_without_an_ack_is_a_receipt_as_well)
{
    struct cairn_merge_entry *request = REQUEST();
    struct cairn_merge_entry *accept = ACCEPT(.at = 30, .after = {request});
    const struct cairn_case_view *view = OPS_CASE(accept, request);
    assert_int_equal(view->status, CAIRN_CASE_STATUS_ACCEPTED);
    assert_true(view->received_hlc == accept->operation.hlc);
}

TEST(steps_wait_for_the_request)
{
    struct cairn_merge_entry *request = REQUEST();
    struct cairn_merge_entry *ack = ACK(.at = 20, .after = {request});
    const struct cairn_case_view *view = OPS_CASE(ack);
    assert_int_equal(view->status, CAIRN_CASE_STATUS_NONE);
    assert_err(verdict(view, ack), CAIRN_LATER);
    view = OPS_CASE(ack, request);
    assert_err(verdict(view, ack), CAIRN_OK);
}

/* The same entry, behind the end of its origin. */
static struct cairn_merge_entry *gone(const struct cairn_merge_entry *entry)
{
    struct cairn_merge_entry *copy = ops_take(sizeof *copy);
    *copy = *entry;
    copy->is_repudiated = true;
    return copy;
}

TEST(k7_a_step_that_nobody_stands_by_any_more_is_a_conflict)
{
    struct cairn_merge_entry *request = REQUEST();
    struct cairn_merge_entry *accept = ACCEPT(.at = 30, .after = {request});
    const struct cairn_case_view *view = OPS_CASE(request, accept, gone(accept));
    assert_int_equal(view->status, CAIRN_CASE_STATUS_CONFLICT);
    assert_true(view->is_repudiated);
    assert_false(view->is_accepted);
    assert_err(verdict(view, accept), CAIRN_REPUDIATED);
    struct cairn_merge_entry *withdraw = WITHDRAW(.at = 40);
    view = OPS_CASE(request, gone(withdraw));
    assert_int_equal(view->status, CAIRN_CASE_STATUS_CONFLICT);
    assert_true(view->withdrawn_hlc == 0);
    view = OPS_CASE(request, gone(accept), withdraw);
    assert_int_equal(view->status, CAIRN_CASE_STATUS_WITHDRAWN);
    assert_true(view->is_repudiated);
}

TEST(k7_a_request_that_nobody_stands_by_any_more_still_says_what_it_asked)
{
    struct cairn_merge_entry *request = REQUEST();
    struct cairn_merge_entry *accept = ACCEPT(.at = 30, .after = {request});
    const struct cairn_case_view *view = OPS_CASE(accept, gone(request));
    assert_int_equal(view->status, CAIRN_CASE_STATUS_CONFLICT);
    assert_string_equal(view->requested, "GEO");
    assert_true(cairn_bytes_is_equal(view->request, request->operation.body));
    assert_err(verdict(view, accept), CAIRN_LATER);
}

TEST(an_accept_and_a_refuse_that_did_not_know_each_other_are_a_conflict)
{
    struct cairn_merge_entry *request = REQUEST();
    struct cairn_merge_entry *accept = ACCEPT(.at = 30, .after = {request});
    struct cairn_merge_entry *refuse = REFUSE(.at = 31, .feed = 1, .after = {request});
    const struct cairn_case_view *view = OPS_CASE(refuse, accept, request);
    assert_int_equal(view->status, CAIRN_CASE_STATUS_CONFLICT);
    assert_true(view->is_accepted);
    assert_true(view->is_refused);
    assert_int_equal(view->head_count, 2);
}

TEST(an_accept_and_a_withdrawal_that_did_not_know_each_other_are_withdrawn)
{
    struct cairn_merge_entry *request = REQUEST();
    struct cairn_merge_entry *accept = ACCEPT(.at = 30, .after = {request});
    struct cairn_merge_entry *withdraw = WITHDRAW(.at = 25, .parents = {request});
    const struct cairn_case_view *view = OPS_CASE(withdraw, accept, request);
    assert_int_equal(view->status, CAIRN_CASE_STATUS_WITHDRAWN);
    assert_true(view->is_accepted); /* stays in history: a travel document is to be voided */
    assert_int_equal(view->persons_accepted, 3);
    assert_err(verdict(view, accept), CAIRN_OK);
}

TEST(s6_a_withdrawal_counts_whatever_its_date)
{
    struct cairn_merge_entry *request = REQUEST();
    struct cairn_merge_entry *withdraw = WITHDRAW(.at = 20, .is_undated = true);
    struct cairn_merge_entry *again = WITHDRAW(.at = 30, .parents = {request});
    const struct cairn_case_view *view = OPS_CASE(again, request, withdraw);
    assert_int_equal(view->status, CAIRN_CASE_STATUS_WITHDRAWN);
    assert_int_equal(view->withdrawn_hlc, 0);
    assert_int_equal(OPS_CASE(request, withdraw)->status, CAIRN_CASE_STATUS_WITHDRAWN);
}

TEST(a_refuse_and_a_withdrawal_that_did_not_know_each_other_are_withdrawn)
{
    struct cairn_merge_entry *request = REQUEST();
    struct cairn_merge_entry *refuse = REFUSE(.at = 30, .after = {request});
    struct cairn_merge_entry *withdraw = WITHDRAW(.at = 35, .parents = {request});
    const struct cairn_case_view *view = OPS_CASE(request, refuse, withdraw);
    assert_int_equal(view->status, CAIRN_CASE_STATUS_WITHDRAWN);
    assert_true(view->is_refused);
    assert_true(cairn_bytes_is_equal(view->withdraw, withdraw->operation.body));
}

TEST(a_withdrawal_ends_a_conflict_and_an_answered_case_too)
{
    struct cairn_merge_entry *request = REQUEST();
    struct cairn_merge_entry *accept = ACCEPT(.at = 30, .after = {request});
    struct cairn_merge_entry *refuse = REFUSE(.at = 31, .feed = 1, .after = {request});
    struct cairn_merge_entry *withdraw =
        WITHDRAW(.at = 40, .parents = {request}, .after = {accept, refuse});
    assert_int_equal(OPS_CASE(request, accept, refuse, withdraw)->status,
                     CAIRN_CASE_STATUS_WITHDRAWN);
    assert_int_equal(OPS_CASE(request, accept, withdraw)->status, CAIRN_CASE_STATUS_WITHDRAWN);
}

TEST(acks_may_repeat_and_may_come_late)
{
    struct cairn_merge_entry *request = REQUEST();
    struct cairn_merge_entry *first = ACK(.at = 20, .after = {request});
    struct cairn_merge_entry *second = ACK(.at = 21, .feed = 1, .after = {request});
    struct cairn_merge_entry *withdraw = WITHDRAW(.at = 25, .parents = {request});
    struct cairn_merge_entry *late = ACK(.at = 30, .after = {withdraw, request});
    const struct cairn_case_view *view = OPS_CASE(late, second, first, request);
    assert_int_equal(view->status, CAIRN_CASE_STATUS_RECEIVED);
    assert_true(view->received_hlc == first->operation.hlc);
    view = OPS_CASE(late, withdraw, request);
    assert_int_equal(view->status, CAIRN_CASE_STATUS_WITHDRAWN);
    assert_err(verdict(view, late), CAIRN_OK);
}

TEST(c06_an_answer_that_knew_the_withdrawal_is_no_step)
{
    struct cairn_merge_entry *request = REQUEST();
    struct cairn_merge_entry *withdraw = WITHDRAW(.at = 20, .parents = {request});
    struct cairn_merge_entry *accept = ACCEPT(.at = 30, .after = {withdraw});
    const struct cairn_case_view *view = OPS_CASE(accept, withdraw, request);
    assert_err(verdict(view, accept), CAIRN_RULE_STEP);
    assert_int_equal(view->status, CAIRN_CASE_STATUS_WITHDRAWN);
    assert_false(view->is_accepted);
}

TEST(c06_a_second_answer_is_no_step)
{
    struct cairn_merge_entry *request = REQUEST();
    struct cairn_merge_entry *accept = ACCEPT(.at = 30, .after = {request});
    struct cairn_merge_entry *refuse = REFUSE(.at = 40, .parents = {accept});
    struct cairn_merge_entry *again = ACCEPT(.at = 41, .parents = {accept});
    const struct cairn_case_view *view = OPS_CASE(request, accept, refuse, again);
    assert_err(verdict(view, refuse), CAIRN_RULE_STEP);
    assert_err(verdict(view, again), CAIRN_RULE_STEP);
    assert_int_equal(view->status, CAIRN_CASE_STATUS_ACCEPTED);
    struct cairn_merge_entry *first = REFUSE(.at = 30, .after = {request});
    struct cairn_merge_entry *second = ACCEPT(.at = 40, .parents = {first});
    view = OPS_CASE(request, first, second);
    assert_err(verdict(view, second), CAIRN_RULE_STEP);
    assert_int_equal(view->status, CAIRN_CASE_STATUS_REFUSED);
}

TEST(c06_an_answer_that_does_not_follow_the_request_is_no_step)
{
    struct cairn_merge_entry *request = REQUEST();
    struct cairn_merge_entry *loose = ACCEPT(.at = 30);
    struct cairn_merge_entry *early = ACCEPT(.at = 5, .after = {request});
    const struct cairn_case_view *view = OPS_CASE(loose, early, request);
    assert_err(verdict(view, loose), CAIRN_RULE_STEP);
    assert_err(verdict(view, early), CAIRN_RULE_HLC);
    assert_int_equal(view->status, CAIRN_CASE_STATUS_SENT);
}

TEST(persons_may_be_accepted_one_after_the_other)
{
    struct cairn_merge_entry *request = REQUEST();
    struct cairn_merge_entry *one =
        STEP(ACCEPT, "GEO", .body = FIRST, .at = 30, .after = {request});
    struct cairn_merge_entry *two = STEP(ACCEPT, "GEO", .body = SECOND, .at = 40, .parents = {one});
    struct cairn_merge_entry *same = STEP(ACCEPT, "GEO", .body = FIRST, .at = 41, .parents = {one});
    struct cairn_merge_entry *other =
        STEP(ACCEPT, "GEO", .body = "{1: false, 2: [2]}", .at = 42, .after = {request});
    const struct cairn_case_view *view = OPS_CASE(request, one);
    assert_int_equal(view->persons_accepted, 1);
    view = OPS_CASE(two, one, same, request, other);
    assert_int_equal(view->persons_accepted, 3);
    assert_err(verdict(view, same), CAIRN_RULE_STEP);
    assert_err(verdict(view, other), CAIRN_RULE_FORM); /* the request names two persons */
    assert_int_equal(view->status, CAIRN_CASE_STATUS_ACCEPTED);
}

TEST(c01_a_step_by_the_wrong_party_has_no_effect)
{
    struct cairn_merge_entry *request = REQUEST();
    struct cairn_merge_entry *stranger =
        STEP(ACCEPT, "SRB", .body = "{1: true}", .at = 30, .after = {request});
    const struct cairn_case_view *view = OPS_CASE(stranger, request);
    assert_err(verdict(view, stranger), CAIRN_RULE_PARTIES);
    assert_int_equal(view->status, CAIRN_CASE_STATUS_SENT);
    struct cairn_merge_entry *self = STEP(ACCEPT, "AUT", .body = "{1: true}", .at = 30);
    assert_err(ops_refusal(self), CAIRN_RULE_PARTIES); /* known from the operation alone */
}

TEST(a_second_request_has_no_effect)
{
    struct cairn_merge_entry *request = REQUEST();
    struct cairn_merge_entry *second = REQUEST_TO("SRB", .at = 5, .index = 20);
    struct cairn_merge_entry *elsewhere = REQUEST_TO("SRB", .at = 15, .feed = 2);
    const struct cairn_case_view *view = OPS_CASE(second, elsewhere, request);
    assert_err(verdict(view, second), CAIRN_EXISTS);
    assert_err(verdict(view, elsewhere), CAIRN_EXISTS);
    assert_string_equal(view->requested, "GEO");
}

TEST(b05_a_step_is_dated_after_what_it_follows)
{
    struct cairn_merge_entry *request = REQUEST();
    struct cairn_merge_entry *ack = ACK(.at = 20, .after = {request});
    struct cairn_merge_entry *accept = ACCEPT(.at = 20, .index = 21, .parents = {ack});
    const struct cairn_case_view *view = OPS_CASE(request, ack, accept);
    assert_err(verdict(view, accept), CAIRN_RULE_HLC);
    assert_int_equal(view->status, CAIRN_CASE_STATUS_RECEIVED);
}

TEST(a_later_kind_by_a_party_freezes_the_case_but_for_its_withdrawal)
{
    struct cairn_merge_entry *request = REQUEST();
    struct cairn_merge_entry *unknown = ops_make_unknown(95, "GEO", 20);
    struct cairn_merge_entry *stranger = ops_make_unknown(95, "SRB", 20);
    struct cairn_merge_entry *accept = ACCEPT(.at = 30, .after = {request});
    struct cairn_merge_entry *withdraw = WITHDRAW(.at = 40, .parents = {request});
    const struct cairn_case_view *view = OPS_CASE(accept, unknown, request);
    assert_int_equal(view->frozen, CAIRN_CAUSAL_FROZEN_KIND);
    assert_err(verdict(view, accept), CAIRN_LATER);
    assert_int_equal(view->status, CAIRN_CASE_STATUS_SENT);
    assert_int_equal(OPS_CASE(accept, unknown, withdraw, request)->status,
                     CAIRN_CASE_STATUS_WITHDRAWN);
    view = OPS_CASE(accept, stranger, request);
    assert_int_equal(view->frozen, CAIRN_CAUSAL_FROZEN_NO);
    assert_int_equal(view->status, CAIRN_CASE_STATUS_ACCEPTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_case_goes_from_sent_to_received_to_answered),
        cmocka_unit_test(an_answer_without_an_ack_is_a_receipt_as_well),
        cmocka_unit_test(steps_wait_for_the_request),
        cmocka_unit_test(k7_a_step_that_nobody_stands_by_any_more_is_a_conflict),
        cmocka_unit_test(k7_a_request_that_nobody_stands_by_any_more_still_says_what_it_asked),
        cmocka_unit_test(an_accept_and_a_refuse_that_did_not_know_each_other_are_a_conflict),
        cmocka_unit_test(an_accept_and_a_withdrawal_that_did_not_know_each_other_are_withdrawn),
        cmocka_unit_test(s6_a_withdrawal_counts_whatever_its_date),
        cmocka_unit_test(a_refuse_and_a_withdrawal_that_did_not_know_each_other_are_withdrawn),
        cmocka_unit_test(a_withdrawal_ends_a_conflict_and_an_answered_case_too),
        cmocka_unit_test(acks_may_repeat_and_may_come_late),
        cmocka_unit_test(c06_an_answer_that_knew_the_withdrawal_is_no_step),
        cmocka_unit_test(c06_a_second_answer_is_no_step),
        cmocka_unit_test(c06_an_answer_that_does_not_follow_the_request_is_no_step),
        cmocka_unit_test(persons_may_be_accepted_one_after_the_other),
        cmocka_unit_test(c01_a_step_by_the_wrong_party_has_no_effect),
        cmocka_unit_test(a_second_request_has_no_effect),
        cmocka_unit_test(b05_a_step_is_dated_after_what_it_follows),
        cmocka_unit_test(a_later_kind_by_a_party_freezes_the_case_but_for_its_withdrawal),
    };
    return cmocka_run_group_tests_name("fold_case", tests, NULL, NULL);
}
