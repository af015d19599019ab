#include "replication/merge/causal.h"

#include "tests/lib/ops.h"

#define OPS 6u

static struct cairn_opset_item items[OPS];
static struct cairn_opset set = {.space = CAIRN_OPSET_ALERT, .count = OPS, .items = items};
static struct cairn_causal causal;
static uint8_t ids[OPS + 1][32];

/* Operation i has the date i + 1; parents and after: one number, -1 none, OPS one that is absent.
 */
struct edge {
    int parent;
    int after;
};

static void open_causal(const struct edge edges[OPS])
{
    static struct cairn_arena arena;
    static uint8_t memory[1u << 16];
    cairn_arena_init(&arena, memory, sizeof memory);
    for (uint32_t i = 0; i <= OPS; i++) {
        ids[i][0] = (uint8_t)(100 - i); /* ids do not ascend with the dates */
    }
    for (uint32_t i = 0; i < OPS; i++) {
        items[i] = (struct cairn_opset_item){
            .hlc = i + 1,
            .entry_id = ids[i],
            .rank = CAIRN_OPSET_RANK_OWNER,
            .kind = CAIRN_KIND_ALERT_AMEND,
            .parent_count = edges[i].parent >= 0,
            .parents = edges[i].parent >= 0 ? ids[edges[i].parent] : NULL,
            .after_count = edges[i].after >= 0,
            .after = edges[i].after >= 0 ? ids[edges[i].after] : NULL,
        };
    }
    assert_err(cairn_causal_open(&set, &arena, &causal), CAIRN_OK);
}

static void settle_all(void)
{
    for (uint32_t i = 0; i < OPS; i++) {
        cairn_causal_settle(&causal, i, cairn_causal_place(&causal, i));
    }
}

TEST(s5_an_operation_lives_when_all_its_parents_do)
{
    static const struct edge edges[OPS] = {{-1, -1}, {0, -1}, {OPS, -1}, {2, -1}, {1, -1}, {5, -1}};
    open_causal(edges);
    settle_all();
    assert_err(causal.steps[0].err, CAIRN_OK);
    assert_err(causal.steps[1].err, CAIRN_OK);
    assert_err(causal.steps[2].err, CAIRN_LATER);
    assert_err(causal.steps[3].err, CAIRN_LATER);
    assert_err(causal.steps[4].err, CAIRN_OK);
    assert_err(causal.steps[5].err, CAIRN_RULE_HLC); /* itself */
    assert_true(cairn_causal_is_before(&causal, 0, 4));
    assert_true(cairn_causal_is_before(&causal, 1, 4));
    assert_false(cairn_causal_is_before(&causal, 4, 1));
    assert_false(cairn_causal_is_before(&causal, 4, 4));
}

TEST(b05_a_parent_of_a_later_date_is_an_error_for_good)
{
    static const struct edge edges[OPS] = {{4, -1},  {0, -1},  {-1, -1},
                                           {-1, -1}, {-1, -1}, {-1, -1}};
    open_causal(edges);
    settle_all();
    assert_err(causal.steps[0].err, CAIRN_RULE_HLC);
    assert_err(causal.steps[1].err, CAIRN_STATE);
}

TEST(s7_after_orders_but_is_never_waited_for)
{
    static const struct edge edges[OPS] = {{-1, -1}, {-1, 0}, {-1, OPS}, {1, -1}, {-1, 5}, {-1, 2}};
    open_causal(edges);
    settle_all();
    for (uint32_t i = 0; i < OPS; i++) {
        assert_true(cairn_causal_is_live(&causal, i));
    }
    assert_true(cairn_causal_is_before(&causal, 0, 1));
    assert_true(cairn_causal_is_before(&causal, 0, 3));
    assert_true(cairn_causal_is_missing_after(&causal, 2));
    assert_false(cairn_causal_is_missing_after(&causal, 1));
    assert_false(cairn_causal_is_before(&causal, 5, 4)); /* of a later date: no edge */
}

TEST(s6_what_takes_away_waits_for_nothing)
{
    static const struct edge edges[OPS] = {{-1, -1}, {OPS, -1}, {5, -1},
                                           {-1, -1}, {-1, -1},  {-1, -1}};
    open_causal(edges);
    items[1].rank = CAIRN_OPSET_RANK_TAKING;
    items[2].rank = CAIRN_OPSET_RANK_TAKING;
    settle_all();
    assert_err(causal.steps[1].err, CAIRN_OK);
    assert_err(causal.steps[2].err, CAIRN_OK);
}

TEST(heads_are_what_nothing_live_follows)
{
    static const struct edge edges[OPS] = {{-1, -1}, {0, -1}, {0, -1}, {1, -1}, {OPS, 2}, {-1, 3}};
    static struct cairn_arena arena;
    static uint8_t memory[1024];
    const struct cairn_opset_item *const *heads;
    uint32_t count;
    open_causal(edges);
    settle_all();
    cairn_arena_init(&arena, memory, sizeof memory);
    assert_err(cairn_causal_heads(&causal, &arena, &heads, &count), CAIRN_OK);
    assert_int_equal(count, 2); /* 4 waits, so it covers nothing */
    assert_ptr_equal(heads[0], &items[2]);
    assert_ptr_equal(heads[1], &items[5]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(s5_an_operation_lives_when_all_its_parents_do),
        cmocka_unit_test(b05_a_parent_of_a_later_date_is_an_error_for_good),
        cmocka_unit_test(s7_after_orders_but_is_never_waited_for),
        cmocka_unit_test(s6_what_takes_away_waits_for_nothing),
        cmocka_unit_test(heads_are_what_nothing_live_follows),
    };
    return cmocka_run_group_tests_name("causal", tests, NULL, NULL);
}
