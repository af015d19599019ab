#include "replication/merge/alert_lists.h"

#include <stdio.h>

#include "tests/lib/body.h"
#include "tests/lib/ops.h"

static struct cairn_arena arena;
static struct cairn_alert_lists *lists;
static struct cairn_bytes slots[CAIRN_ALERT_KEY_END];

/* Four operations: 1 and 2 know 0, 3 knows all. */
static void open_lists(void)
{
    static uint8_t memory[1u << 18];
    static struct cairn_opset_item items[4];
    static struct cairn_opset set = {.space = CAIRN_OPSET_ALERT, .count = 4, .items = items};
    static struct cairn_causal causal;
    static uint8_t ids[2][32];
    cairn_arena_init(&arena, memory, sizeof memory);
    for (uint32_t i = 0; i < 4; i++) {
        uint8_t *id = cairn_arena_take(&arena, 32);
        id[0] = (uint8_t)(i + 1);
        items[i] =
            (struct cairn_opset_item){.hlc = i + 1, .entry_id = id, .rank = CAIRN_OPSET_RANK_OWNER};
    }
    items[1].parents = items[2].parents = items[0].entry_id;
    items[1].parent_count = items[2].parent_count = 1;
    ids[0][0] = 2;
    ids[1][0] = 3;
    items[3].parents = ids[0];
    items[3].parent_count = 2;
    assert_err(cairn_causal_open(&set, &arena, &causal), CAIRN_OK);
    for (uint32_t i = 0; i < 4; i++) {
        cairn_causal_settle(&causal, i, cairn_causal_place(&causal, i));
    }
    assert_err(cairn_alert_lists_open(&causal, &arena, &lists), CAIRN_OK);
}

static const struct cairn_bytes *map(const char *text)
{
    cairn_shape_split(test_body(text), slots, CAIRN_ALERT_KEY_END);
    return slots;
}

static void assert_births(const char *text)
{
    struct cairn_bytes out[CAIRN_ALERT_KEY_END];
    assert_err(cairn_alert_lists_write(lists, true, &arena, out), CAIRN_OK);
    struct cairn_bytes wanted = {NULL, 0};
    if (text != NULL) {
        wanted = test_body(text);
    }
    assert_true(cairn_bytes_is_equal(out[CAIRN_ALERT_KEY_BIRTHS], wanted));
}

TEST(m5_what_is_added_on_both_sides_is_there_once)
{
    open_lists();
    cairn_alert_lists_add(lists, 0, map("{14: ['1980-01-01']}"));
    cairn_alert_lists_add(lists, 1, map("{14: ['1981-01-01', '1982-01-01']}"));
    cairn_alert_lists_add(lists, 2, map("{14: ['1982-01-01', '1980-01-01']}"));
    assert_births("['1980-01-01', '1981-01-01', '1982-01-01']");
}

TEST(m5_only_one_who_knew_it_removes_it)
{
    open_lists();
    cairn_alert_lists_add(lists, 0, map("{14: ['1980-01-01']}"));
    cairn_alert_lists_add(lists, 1, map("{14: ['1981-01-01']}"));
    cairn_alert_lists_remove(lists, 2, map("{14: ['1980-01-01', '1981-01-01']}"));
    assert_births("['1981-01-01']"); /* 2 knew 0, but not 1 */
    cairn_alert_lists_remove(lists, 3, map("{14: ['1981-01-01']}"));
    assert_births(NULL);
}

TEST(m5_a_whole_alert_replaces_what_it_knew)
{
    open_lists();
    cairn_alert_lists_add(lists, 0, map("{14: ['1980-01-01']}"));
    cairn_alert_lists_add(lists, 1, map("{14: ['1981-01-01']}"));
    cairn_alert_lists_clear(lists, 2);
    cairn_alert_lists_add(lists, 2, map("{14: ['1982-01-01']}"));
    assert_births("['1981-01-01', '1982-01-01']");
}

TEST(without_a_causal_past_everything_is_known)
{
    open_lists();
    assert_err(cairn_alert_lists_open(NULL, &arena, &lists), CAIRN_OK);
    cairn_alert_lists_add(lists, 0, map("{14: ['1980-01-01', '1981-01-01']}"));
    cairn_alert_lists_remove(lists, 0, map("{14: ['1980-01-01']}"));
    assert_births("['1981-01-01']");
}

TEST(more_than_the_shape_allows_is_passed_over_only_when_asked)
{
    open_lists();
    for (uint32_t i = 0; i < 10; i++) {
        char text[64];
        (void)snprintf(text, sizeof text, "{14: ['19%02u-01-01']}", 80 + i);
        cairn_alert_lists_add(lists, 0, map(text));
    }
    struct cairn_bytes out[CAIRN_ALERT_KEY_END];
    struct cairn_shape_list list;
    assert_err(cairn_alert_lists_write(lists, true, &arena, out), CAIRN_OK);
    cairn_shape_list_init(&list, out[CAIRN_ALERT_KEY_BIRTHS]);
    assert_int_equal(list.count, 8);
    assert_err(cairn_alert_lists_write(lists, false, &arena, out), CAIRN_OK);
    cairn_shape_list_init(&list, out[CAIRN_ALERT_KEY_BIRTHS]);
    assert_int_equal(list.count, 10);
    assert_true(cairn_alert_lists_is_list(CAIRN_ALERT_KEY_NAMES));
    assert_false(cairn_alert_lists_is_list(CAIRN_ALERT_KEY_NATIONALITIES));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(m5_what_is_added_on_both_sides_is_there_once),
        cmocka_unit_test(m5_only_one_who_knew_it_removes_it),
        cmocka_unit_test(m5_a_whole_alert_replaces_what_it_knew),
        cmocka_unit_test(without_a_causal_past_everything_is_known),
        cmocka_unit_test(more_than_the_shape_allows_is_passed_over_only_when_asked),
    };
    return cmocka_run_group_tests_name("alert_lists", tests, NULL, NULL);
}
