/* Random operations on one case, by both states and a stranger: whatever the order in which they
 * come, and however often, the state is the same bytes, and the view is that of a naive twin.
 * C01, C06, S1 to S7 */
#include <string.h>

#include "replication/merge/merge.h"
#include "tests/lib/model_case.h"
#include "tests/lib/ops.h"

#define OPS_MAX 9u
#define SETS    1000u
#define ORDERS  200u /* of every 20th set; of the others 2 */

static const struct {
    enum cairn_kind kind;
    const char *author;
    const char *body;
} steps[] = {
    {CAIRN_KIND_CASE_ACK, "GEO", "{}"},
    {CAIRN_KIND_CASE_ACK, "GEO", "{1: 'GE/1'}"},
    {CAIRN_KIND_CASE_ACK, "SRB", "{}"},
    {CAIRN_KIND_CASE_ACCEPT, "GEO", "{1: true}"},
    {CAIRN_KIND_CASE_ACCEPT, "GEO", "{1: true}"},
    {CAIRN_KIND_CASE_ACCEPT, "GEO", "{1: false, 2: [0]}"},
    {CAIRN_KIND_CASE_ACCEPT, "GEO", "{1: false, 2: [1]}"},
    {CAIRN_KIND_CASE_ACCEPT, "GEO", "{1: false, 2: [1, 2]}"},
    {CAIRN_KIND_CASE_ACCEPT, "SRB", "{1: true}"},
    {CAIRN_KIND_CASE_REFUSE, "GEO", "{1: [1, 2]}"},
    {CAIRN_KIND_CASE_REFUSE, "GEO", "{1: [3]}"},
    {CAIRN_KIND_CASE_WITHDRAW, "AUT", "{1: 3}"},
    {CAIRN_KIND_CASE_REQUEST, "AUT", OPS_REQUEST},
    {CAIRN_KIND_CASE_REQUEST, "AUT", OPS_REQUEST_TO("SRB")},
};

/* One of those before, or NULL. */
static const struct cairn_merge_entry *any(struct test_rng *rng, struct cairn_merge_entry **entries,
                                           uint32_t count)
{
    return count == 0 ? NULL : entries[test_rng_below(rng, count)];
}

static struct cairn_merge_entry *random_entry(struct test_rng *rng,
                                              struct cairn_merge_entry **entries, uint32_t count)
{
    uint32_t which = test_rng_below(rng, sizeof steps / sizeof steps[0]);
    if (count == 0) {
        which = 12;
    }
    struct ops_spec spec = {.kind = steps[which].kind,
                            .author = steps[which].author,
                            .body = steps[which].body,
                            .feed = (uint8_t)test_rng_below(rng, 2),
                            .index = 10 + count,
                            .at = 10 + 2 * count};
    if (test_rng_below(rng, 12) == 0) {
        spec.at = 8 + test_rng_below(rng, 2 * OPS_MAX);
    }
    if (test_rng_below(rng, 30) == 0) {
        return ops_make_unknown(95, steps[which].author, spec.at);
    }
    if (count > 0 && test_rng_below(rng, 8) > 0) {
        spec.after[0] = entries[0]; /* mostly the request */
    }
    if (test_rng_below(rng, 2) == 0) {
        spec.parents[0] = any(rng, entries, count);
    }
    const struct cairn_merge_entry *more = any(rng, entries, count);
    if (test_rng_below(rng, 3) == 0 && more != spec.after[0]) {
        spec.after[spec.after[0] == NULL ? 0 : 1] = more;
    }
    return ops_make(&spec);
}

static uint32_t random_set(struct test_rng *rng, struct cairn_merge_entry **entries)
{
    uint32_t wanted = 1 + test_rng_below(rng, OPS_MAX), count = 0;
    while (count < wanted) {
        entries[count] = random_entry(rng, entries, count);
        count += ops_fold_one(entries[count], (struct cairn_bytes){NULL, 0}).is_changed;
    }
    if (count > 2 && test_rng_below(rng, 4) == 0) {
        uint32_t lost = test_rng_below(rng, count); /* one that others may name is not here */
        entries[lost] = entries[--count];
    }
    return count;
}

static struct cairn_bytes fold_shuffled(struct test_rng *rng, struct cairn_merge_entry **entries,
                                        uint32_t count)
{
    struct cairn_merge_entry *order[3 * OPS_MAX];
    uint32_t length = 0;
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t copy = test_rng_below(rng, 3); copy < 3; copy++) {
            order[length++] = entries[i];
        }
    }
    for (uint32_t i = length; i > 1; i--) {
        uint32_t other = test_rng_below(rng, i);
        struct cairn_merge_entry *held = order[other];
        order[other] = order[i - 1];
        order[i - 1] = held;
    }
    return ops_fold(order, length);
}

static void assert_twin(const struct cairn_case_view *view, struct cairn_merge_entry **entries,
                        uint32_t count)
{
    struct model_case model;
    uint32_t heads = 0;
    model_case_evaluate(entries, count, &model);
    for (uint32_t i = 0; i < count; i++) {
        assert_err(ops_verdict(view->steps, view->step_count, entries[i]), model.errs[i]);
        for (uint32_t h = 0; h < view->head_count; h++) {
            heads |= (uint32_t)(memcmp(view->heads[h]->entry_id, entries[i]->entry_id, 32) == 0)
                     << i;
        }
    }
    assert_int_equal(heads, model.heads);
    assert_int_equal(view->status, model.status);
    assert_int_equal(view->persons_accepted, model.persons);
    assert_int_equal(view->is_accepted, model.is_accepted);
    assert_int_equal(view->is_refused, model.is_refused);
}

TEST(the_order_of_arrival_does_not_matter_and_the_naive_twin_agrees)
{
    struct test_rng rng = test_rng_open();
    uint32_t seen[CAIRN_CASE_STATUS_CONFLICT + 1] = {0};
    for (uint32_t set = 0; set < SETS; set++) {
        struct cairn_merge_entry *entries[OPS_MAX];
        const void *begin = ops_mark();
        uint32_t count = random_set(&rng, entries);
        struct cairn_bytes state = ops_fold(entries, count);
        for (uint32_t order = 0; order < (set % 20 == 0 ? ORDERS : 2); order++) {
            const void *mark = ops_mark();
            struct cairn_bytes other = fold_shuffled(&rng, entries, count);
            assert_int_equal(other.size, state.size);
            assert_memory_equal(other.data, state.data, state.size);
            ops_give_back(mark);
        }
        const struct cairn_case_view *view = ops_case(state);
        assert_twin(view, entries, count);
        seen[view->status]++;
        ops_give_back(begin);
    }
    for (uint32_t status = 0; status <= CAIRN_CASE_STATUS_CONFLICT; status++) {
        assert_true(seen[status] > 5); /* the generator reaches every state */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_order_of_arrival_does_not_matter_and_the_naive_twin_agrees),
    };
    return cmocka_run_group_tests_name("merge_case", tests, NULL, NULL);
}
