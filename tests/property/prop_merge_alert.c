/* Random operations on one alert, by several feeds that do not always know each other: whatever the
 * order in which they come, and however often, the state is the same bytes; the view is that of a
 * naive twin; and no merge is harder on the person than each of its heads. M1 to M6, S1 to S7 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "replication/merge/merge.h"
#include "tests/lib/model_alert.h"
#include "tests/lib/ops.h"

#define OPS_MAX 12u
#define SETS    1000u
#define ORDERS  200u /* of every 20th set; of the others 2 */

/* What amendments set, add and remove; some break a rule. */
static const char *const sets[] = {"2: 10",
                                   "2: 11",
                                   "2: 12",
                                   "2: 13",
                                   "3: 9",
                                   "8: 1780000000000",
                                   "8: 1789000000000",
                                   "8: 1772366400030",
                                   "9: '2026-05-01'",
                                   "10: {1: 4, 2: 1, 3: 1, 4: 3}",
                                   "10: {1: 1, 2: 3, 3: 2, 4: 2}",
                                   "11: 'a'",
                                   "11: 'b'",
                                   "15: 1",
                                   "15: 2",
                                   "23: false",
                                   "26: {1: false}",
                                   "26: {1: true, 2: [1]}"};
static const char *const lists[] = {"14: ['1980-05-17']",
                                    "14: ['1981-05-17']",
                                    "14: ['1980-05-17', '1981-05-17']",
                                    "13: [{1: 1, 2: 'Doe', 3: 'Jane', 6: 1}]",
                                    "13: [{1: 4, 2: 'Roe', 6: 2}]",
                                    "13: [{1: 1, 2: 'Poe', 6: 2}]",
                                    "20: [1, 2]",
                                    "20: [2]",
                                    "19: ['scar']"};
#define TWO_BIRTHS                                                                                 \
    "13: [{1: 1, 2: 'Doe', 3: 'Jane', 6: 1}, {1: 1, 2: 'Poe', 6: 2}], "                            \
    "14: ['1980-05-17', '1981-05-17']"
static const char *const bodies[] = {
    "{1: 11, 2: 12, 4: 80, " OPS_COMMON ", " TWO_BIRTHS ", " OPS_DECISION ", 26: {1: true}}",
    "{1: 11, 2: 12, 4: 80, " OPS_COMMON ", " TWO_BIRTHS ", " OPS_DECISION ", 26: {1: true}}",
    "{1: 11, 2: 10, 3: 13, 4: 80, " OPS_COMMON ", " TWO_BIRTHS ", " OPS_DECISION
    ", 26: {1: false}}",
    "{1: 11, 2: 12, 4: 81, 6: 'AUT-bka', 7: 1772366500000, 8: 1773000000000, 9: '2026-03-05', "
    "10: {1: 1, 2: 1, 3: 1, 4: 1}, 11: 'x', " OPS_PERSON ", " OPS_DECISION ", 26: {1: true}}",
    OPS_WARNING};

#define ANY(rng, table) ((table)[test_rng_below((rng), sizeof(table) / sizeof(table)[0])])

static const char *random_amend(struct test_rng *rng)
{
    char *text = ops_take(400);
    const char *first = ANY(rng, sets), *second = ANY(rng, sets);
    size_t at = (size_t)sprintf(text, "{");
    uint32_t parts = 1 + test_rng_below(rng, 7);
    if ((parts & 1) != 0) {
        /* keys ascend, so a second one only when it is higher */
        bool is_two = atoi(second) > atoi(first);
        at += (size_t)sprintf(text + at, "1: {%s%s%s}, ", first, is_two ? ", " : "",
                              is_two ? second : "");
    }
    if ((parts & 2) != 0) {
        at += (size_t)sprintf(text + at, "2: {%s}, ", ANY(rng, lists));
    }
    if ((parts & 4) != 0) {
        at += (size_t)sprintf(text + at, "3: {%s}, ", ANY(rng, lists));
    }
    (void)sprintf(text + at, "}");
    return text;
}

/* Mostly of the newest, so that chains grow; sometimes of any, sometimes of one that is not here.
 */
static void random_edges(struct test_rng *rng, struct cairn_merge_entry **entries, uint32_t count,
                         const struct cairn_merge_entry **out)
{
    uint32_t wanted = test_rng_below(rng, 3);
    for (uint32_t i = 0; i < wanted && count > 0; i++) {
        uint32_t back = test_rng_below(rng, test_rng_below(rng, 4) == 0 ? count : 1 + count / 2);
        const struct cairn_merge_entry *entry = entries[count - 1 - back];
        if (i == 0 || entry != out[0]) {
            out[i] = entry;
        }
    }
}

static struct cairn_merge_entry *random_entry(struct test_rng *rng,
                                              struct cairn_merge_entry **entries, uint32_t count)
{
    uint32_t dice = test_rng_below(rng, 100);
    struct ops_spec spec = {.kind = CAIRN_KIND_ALERT_AMEND,
                            .feed = (uint8_t)test_rng_below(rng, 3),
                            .index = 10 + count,
                            .at = 10 + 2 * count};
    if (test_rng_below(rng, 16) == 0) {
        spec.at = 8 + test_rng_below(rng, 2 * OPS_MAX);
    }
    if (test_rng_below(rng, 4) > 0) {
        random_edges(rng, entries, count, spec.parents);
    }
    if (spec.parents[0] == NULL || test_rng_below(rng, 6) == 0) {
        random_edges(rng, entries, count, spec.after);
    }
    if (count == 0 || dice < 4) {
        spec.kind = CAIRN_KIND_ALERT_ISSUE;
        spec.body = ANY(rng, bodies);
    } else if (dice < 6) {
        spec.kind = CAIRN_KIND_ALERT_LEAVE;
        spec.body = "{}";
    } else if (dice < 7) {
        spec.kind = CAIRN_KIND_ALERT_WITHDRAW;
        spec.body = "{1: 2}";
    } else if (dice < 8) {
        return ops_make_unknown(63, "AUT", spec.at);
    } else {
        spec.body = random_amend(rng);
    }
    return ops_make(&spec);
}

/* Accepted ones only: the others are the schema's business. */
static uint32_t random_set(struct test_rng *rng, struct cairn_merge_entry **entries)
{
    uint32_t wanted = 1 + test_rng_below(rng, OPS_MAX), count = 0;
    wanted = wanted < 4 ? OPS_MAX : wanted;
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

static void assert_twin(const struct cairn_alert_view *view, struct cairn_merge_entry **entries,
                        uint32_t count)
{
    struct model_alert model;
    uint32_t heads = 0, places = 0;
    model_alert_evaluate(entries, count, &model);
    assert_int_equal(view->step_count, count);
    for (uint32_t i = 0; i < count; i++) {
        assert_err(ops_verdict(view->steps, count, entries[i]), model.errs[i]);
        for (uint32_t h = 0; h < view->head_count; h++) {
            heads |= (uint32_t)(memcmp(view->heads[h]->entry_id, entries[i]->entry_id, 32) == 0)
                     << i;
        }
        for (uint32_t p = 0; p < view->place_count; p++) {
            places |= (uint32_t)(memcmp(view->places[p].entry_id, entries[i]->entry_id, 32) == 0)
                      << i;
        }
    }
    assert_int_equal(heads, model.heads);
    assert_int_equal(places, model.places);
    assert_int_equal(view->status, model.status);
    assert_int_equal(view->conflicts, model.conflicts);
    assert_int_equal(view->is_torn, model.is_torn);
    assert_int_equal(view->body.size, model.body.size);
    if (model.body.size > 0) {
        assert_memory_equal(view->body.data, model.body.data, model.body.size);
    }
}

/* What a host's index holds after these folds. */
struct table {
    uint32_t count;
    struct cairn_index_row rows[1024];
};

static struct cairn_bytes copy_bytes(struct cairn_bytes bytes)
{
    uint8_t *data = ops_take(bytes.size);
    memcpy(data, bytes.data, bytes.size);
    return (struct cairn_bytes){data, bytes.size};
}

static void table_delete(struct table *table, struct cairn_bytes key, bool must_be_there)
{
    for (uint32_t i = 0; i < table->count; i++) {
        if (cairn_bytes_is_equal(table->rows[i].key, key)) {
            table->rows[i] = table->rows[--table->count];
            return;
        }
    }
    assert_false(must_be_there);
}

static void table_take(struct table *table, const struct cairn_merge_result *result)
{
    for (uint32_t i = 0; i < result->deletes.count; i++) {
        table_delete(table, result->deletes.rows[i].key, true);
    }
    for (uint32_t i = 0; i < result->puts.count; i++) {
        table_delete(table, result->puts.rows[i].key, false);
        table->rows[table->count++] = (struct cairn_index_row){
            copy_bytes(result->puts.rows[i].key), copy_bytes(result->puts.rows[i].value)};
    }
}

static void assert_rows(struct cairn_merge_entry **entries, uint32_t count)
{
    struct cairn_bytes state = {NULL, 0};
    struct table *table = ops_take(sizeof *table);
    for (uint32_t i = 0; i < count; i++) {
        struct cairn_merge_result result = ops_fold_one(entries[i], state);
        if (result.is_changed) {
            table_take(table, &result);
            state = result.state;
        }
    }
    struct cairn_arena arena;
    struct cairn_index_rows rows;
    cairn_arena_init(&arena, ops_take(1u << 20), 1u << 20);
    assert_err(
        cairn_index_rows_alert(&entries[0]->operation.object, ops_alert(state), &arena, &rows),
        CAIRN_OK);
    assert_int_equal(rows.count, table->count);
    for (uint32_t i = 0; i < rows.count; i++) {
        uint32_t found = 0;
        for (uint32_t t = 0; t < table->count; t++) {
            found += cairn_bytes_is_equal(rows.rows[i].key, table->rows[t].key) &&
                     cairn_bytes_is_equal(rows.rows[i].value, table->rows[t].value);
        }
        assert_int_equal(found, 1);
    }
}

TEST(the_order_of_arrival_does_not_matter_and_the_naive_twin_agrees)
{
    struct test_rng rng = test_rng_open();
    uint32_t torn_count = 0, conflict_count = 0;
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
        const struct cairn_alert_view *view = ops_alert(state);
        assert_twin(view, entries, count);
        assert_rows(entries, count);
        torn_count += view->is_torn;
        conflict_count += view->conflicts != 0;
        ops_give_back(begin);
    }
    assert_true(conflict_count > 20); /* the generator reaches what it is for */
    assert_true(torn_count > 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_order_of_arrival_does_not_matter_and_the_naive_twin_agrees),
    };
    return cmocka_run_group_tests_name("merge_alert", tests, NULL, NULL);
}
