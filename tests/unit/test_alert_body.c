#include "replication/merge/alert_body.h"

#include <string.h>

#include "tests/lib/body.h"
#include "tests/lib/ops.h"

#define OPS 4u

static struct cairn_arena arena;
static struct cairn_causal causal;
static struct cairn_alert_body_write writes[OPS];

/* Operation 0 is whole; 1 and 2 know it; 3 knows all. */
static void open_writes(void)
{
    static uint8_t memory[1u << 20];
    static struct cairn_opset_item items[OPS];
    static struct cairn_opset set = {.space = CAIRN_OPSET_ALERT, .count = OPS, .items = items};
    static uint8_t ids[OPS][32], both[2][32];
    cairn_arena_init(&arena, memory, sizeof memory);
    for (uint32_t i = 0; i < OPS; i++) {
        ids[i][0] = (uint8_t)(i + 1);
        items[i] = (struct cairn_opset_item){
            .hlc = i + 1, .entry_id = ids[i], .rank = CAIRN_OPSET_RANK_OWNER};
        items[i].parents = i == 3 ? both[0] : ids[0];
        items[i].parent_count = i == 3 ? 2 : i > 0;
    }
    memcpy(both[0], ids[1], 32);
    memcpy(both[1], ids[2], 32);
    assert_err(cairn_causal_open(&set, &arena, &causal), CAIRN_OK);
    for (uint32_t i = 0; i < OPS; i++) {
        cairn_causal_settle(&causal, i, cairn_causal_place(&causal, i));
        assert_true(cairn_causal_is_live(&causal, i));
        writes[i] = (struct cairn_alert_body_write){.is_whole = false};
    }
    writes[0] = (struct cairn_alert_body_write){.is_whole = true, .body = test_body(OPS_CHECK)};
}

static struct cairn_bytes merge(uint32_t member_bits, uint32_t *conflicts)
{
    struct cairn_alert_body_members members = {{member_bits}};
    struct cairn_alert_body_input input = {
        .causal = &causal, .writes = writes, .members = &members, .is_capped = true};
    struct cairn_bytes body;
    assert_err(cairn_alert_body_merge(&input, &arena, &body, conflicts), CAIRN_OK);
    return body;
}

static void assert_key(struct cairn_bytes body, uint32_t key, const char *text)
{
    struct cairn_bytes slots[CAIRN_ALERT_KEY_END];
    cairn_shape_split(body, slots, CAIRN_ALERT_KEY_END);
    struct cairn_bytes wanted = {NULL, 0};
    if (text != NULL) {
        wanted = test_body(text);
    }
    assert_true(cairn_bytes_is_equal(slots[key], wanted));
}

TEST(one_whole_operation_is_given_as_it_is)
{
    uint32_t conflicts = 9;
    open_writes();
    struct cairn_bytes body = merge(1, &conflicts);
    assert_ptr_equal(body.data, writes[0].body.data);
    assert_int_equal(conflicts, 0);
}

TEST(m3_a_conflict_is_known_until_somebody_knew_both)
{
    uint32_t conflicts;
    open_writes();
    writes[1].set = test_body("{11: 'a', 12: 'de'}");
    writes[2].set = test_body("{11: 'b'}");
    struct cairn_bytes body = merge(7, &conflicts);
    assert_int_equal(conflicts, 1u << CAIRN_ALERT_KEY_CONTACT);
    assert_key(body, CAIRN_ALERT_KEY_CONTACT, "'b'");
    assert_key(body, CAIRN_ALERT_KEY_LANGUAGE, "'de'");
    writes[3].set = test_body("{15: 1}");
    body = merge(15, &conflicts);
    assert_int_equal(conflicts, 0);
    assert_key(body, CAIRN_ALERT_KEY_CONTACT, "'b'");
    writes[3].set = test_body("{11: 'c'}");
    assert_key(merge(15, &conflicts), CAIRN_ALERT_KEY_CONTACT, "'c'");
}

TEST(a_whole_operation_that_knew_all_makes_the_rest_void)
{
    uint32_t conflicts;
    open_writes();
    writes[1].set = test_body("{11: 'a'}");
    writes[2].set = test_body("{11: 'b'}");
    writes[3] = (struct cairn_alert_body_write){.is_whole = true, .body = test_body(OPS_CHECK)};
    assert_ptr_equal(merge(15, &conflicts).data, writes[3].body.data);
    assert_int_equal(conflicts, 0);
}

TEST(two_whole_operations_are_merged_field_by_field)
{
    uint32_t conflicts;
    open_writes();
    struct cairn_bytes other = test_body_with(test_body(OPS_CHECK), 2, "10");
    other = test_body_with(other, 14, "['1981-05-17']");
    writes[1] = (struct cairn_alert_body_write){.is_whole = true, .body = other};
    other = test_body_with(test_body(OPS_CHECK), 8, "1780000000000");
    writes[2] = (struct cairn_alert_body_write){.is_whole = true, .body = other};
    struct cairn_bytes body = merge(7, &conflicts);
    assert_int_equal(conflicts, 1u << CAIRN_ALERT_KEY_ACTION | 1u << CAIRN_ALERT_KEY_EXPIRES);
    assert_key(body, CAIRN_ALERT_KEY_ACTION, "10");
    assert_key(body, CAIRN_ALERT_KEY_EXPIRES, "1780000000000");
    assert_key(body, CAIRN_ALERT_KEY_BIRTHS, "['1981-05-17', '1980-05-17']");
}

/* The shortcut that a chain of amendments takes. */
TEST(to_apply_is_the_same_as_to_merge)
{
    uint32_t conflicts;
    open_writes();
    writes[1].set = test_body("{11: 'a'}");
    writes[1].add = test_body("{13: [{1: 4, 2: 'Roe', 6: 2}], 20: [1]}");
    writes[2].set = test_body("{2: 10}");
    writes[2].add = test_body("{20: [2]}");
    writes[3].set = test_body("{12: 'de'}");
    writes[3].add = test_body("{19: ['scar'], 20: [3]}");
    writes[3].remove = test_body("{13: [{1: 4, 2: 'Roe', 6: 2}], 20: [1, 9]}");
    struct cairn_bytes merged = merge(15, &conflicts), applied;
    assert_err(cairn_alert_body_apply(merge(7, &conflicts), &writes[3], &arena, &applied),
               CAIRN_OK);
    assert_true(cairn_bytes_is_equal(merged, applied));
    assert_key(merged, CAIRN_ALERT_KEY_WARNINGS, "[2, 3]");
}

TEST(repair_leaves_alone_what_is_whole)
{
    struct cairn_bytes body = test_body(OPS_CHECK), out;
    open_writes();
    assert_err(cairn_alert_body_repair(body, &arena, &out), CAIRN_OK);
    assert_ptr_equal(out.data, body.data);
    body = test_body_with(test_body_with(body, 3, "12"), 9, "'2026-08-30'");
    assert_err(cairn_alert_body_repair(body, &arena, &out), CAIRN_OK);
    assert_key(out, CAIRN_ALERT_KEY_FALLBACK, NULL);
    assert_key(out, CAIRN_ALERT_KEY_REVIEW, "'2026-08-29'"); /* the day on which it ends */
}

TEST(soften_takes_the_end_unless_it_comes_before_the_beginning)
{
    struct cairn_bytes body = test_body(OPS_CHECK), out;
    open_writes();
    struct cairn_bytes other = test_body_with(body, 8, "1772366400001");
    assert_err(cairn_alert_body_soften(body, other, &arena, &out), CAIRN_OK);
    assert_key(out, CAIRN_ALERT_KEY_EXPIRES, "1772366400001");
    other = test_body_with(test_body_with(body, 8, OPS_FROM), 10, "{1: 4, 2: 1, 3: 1, 4: 1}");
    assert_err(cairn_alert_body_soften(body, other, &arena, &out), CAIRN_OK);
    assert_key(out, CAIRN_ALERT_KEY_EXPIRES, OPS_EXPIRES);
    assert_key(out, CAIRN_ALERT_KEY_HANDLING, "{1: 4, 2: 1, 3: 1, 4: 1}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_whole_operation_is_given_as_it_is),
        cmocka_unit_test(m3_a_conflict_is_known_until_somebody_knew_both),
        cmocka_unit_test(a_whole_operation_that_knew_all_makes_the_rest_void),
        cmocka_unit_test(two_whole_operations_are_merged_field_by_field),
        cmocka_unit_test(to_apply_is_the_same_as_to_merge),
        cmocka_unit_test(repair_leaves_alone_what_is_whole),
        cmocka_unit_test(soften_takes_the_end_unless_it_comes_before_the_beginning),
    };
    return cmocka_run_group_tests_name("alert_body", tests, NULL, NULL);
}
