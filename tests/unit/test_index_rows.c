#include "replication/merge/index_rows.h"

#include <string.h>

#include "replication/merge/index_key.h"
#include "tests/lib/body.h"
#include "tests/lib/ops.h"

static struct cairn_arena arena;
static struct cairn_id object;

static struct cairn_index_rows rows_of(const struct cairn_alert_view *view)
{
    static uint8_t memory[4u << 20];
    struct cairn_index_rows rows;
    cairn_arena_init(&arena, memory, sizeof memory);
    object = test_operation(CAIRN_KIND_ALERT_LEAVE, "AUT", test_body("{}")).object;
    assert_err(cairn_index_rows_alert(&object, view, &arena, &rows), CAIRN_OK);
    for (uint32_t i = 1; i < rows.count; i++) {
        assert_true(cairn_bytes_order(rows.rows[i - 1].key, rows.rows[i].key) < 0);
    }
    return rows;
}

static struct cairn_index_rows rows_of_body(enum cairn_kind kind, struct cairn_bytes body)
{
    struct cairn_merge_entry *issue =
        ops_make(&(struct ops_spec){.kind = kind, .at = 10, .raw_body = body});
    return rows_of(OPS_ALERT(issue));
}

/* How many rows begin with this prefix; the last of them in *out. */
static uint32_t count_prefix(const struct cairn_index_rows *rows, struct cairn_index_key prefix,
                             struct cairn_index_hit *out)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < rows->count; i++) {
        if (rows->rows[i].key.size >= prefix.size &&
            memcmp(rows->rows[i].key.data, prefix.data, prefix.size) == 0) {
            assert_err(cairn_index_key_read_hit(rows->rows[i].key, rows->rows[i].value, out),
                       CAIRN_OK);
            count++;
        }
    }
    return count;
}

static uint32_t count_name(const struct cairn_index_rows *rows, const char *surname,
                           const char *given)
{
    struct cairn_namekey name;
    struct cairn_index_hit hit;
    assert_err(cairn_namekey_make(cairn_bytes_of(surname), cairn_bytes_of(given), &name), CAIRN_OK);
    return count_prefix(rows, cairn_index_key_name(&name), &hit);
}

TEST(x1_a_document_alert_has_one_document_and_one_line)
{
    struct cairn_index_rows rows = rows_of_body(CAIRN_KIND_ALERT_ISSUE, test_body(OPS_DOCUMENT));
    struct cairn_index_hit hit;
    assert_int_equal(rows.count, 2);
    assert_int_equal(
        count_prefix(&rows,
                     cairn_index_key_document(cairn_bytes_of("AUT"), cairn_bytes_of("P1234567")),
                     &hit),
        1);
    assert_int_equal(hit.row, CAIRN_INDEX_KEY_NO_ROW);
    assert_int_equal(hit.document_status, 1);
    assert_int_equal(hit.category, CAIRN_ALERT_DOC);
    assert_string_equal(hit.object.text, object.text);
}

TEST(x1_names_stand_with_each_birth_date_and_in_each_spelling)
{
    struct cairn_bytes body = test_body_with(
        test_body(OPS_WARNING), 13,
        "[{1: 1, 2: 'M\xc3\xbcller', 3: 'J\xc3\xbcrgen', 6: 1, 7: 'MUELLER<<JUERGEN'}, "
        "{1: 4, 4: 'Jorge Mueller', 6: 2}, {1: 5, 2: '\xe6\x9d\x8e', 6: 4}]");
    body = test_body_with(body, 14, "['1974-08-12', '1975-XX-XX']");
    struct cairn_index_rows rows = rows_of_body(CAIRN_KIND_ALERT_ISSUE, body);
    assert_int_equal(count_name(&rows, "Muller", "Jurgen"), 0);
    assert_int_equal(count_name(&rows, "Mueller", "Juergen"), 2); /* the zone's is the same key */
    assert_int_equal(count_name(&rows, "Juergen", "Mueller"), 2);
    assert_int_equal(count_name(&rows, "Mueller", "Jorge"), 2);
    assert_int_equal(rows.count, 5); /* nothing spells the third */
}

TEST(x1_a_name_without_birth_date_stands_alone)
{
    struct cairn_bytes body = test_body_with(test_body(OPS_WARNING), 14, NULL);
    body = test_body_with(body, 18, "[{1: 1, 2: 'D', 3: 'C01X00T47'}]");
    struct cairn_index_rows rows = rows_of_body(CAIRN_KIND_ALERT_ISSUE, body);
    struct cairn_index_hit hit;
    assert_int_equal(count_name(&rows, "Doe", "Jane"), 1);
    assert_int_equal(
        count_prefix(&rows,
                     cairn_index_key_document(cairn_bytes_of("DEU"), cairn_bytes_of("C01X00T47")),
                     &hit),
        1);
    assert_int_equal(hit.document_status, 0);
}

TEST(x1_a_range_stands_under_each_thousand)
{
    struct cairn_index_rows rows = rows_of_body(CAIRN_KIND_ALERT_ISSUE, test_body(OPS_BLANK));
    struct cairn_index_hit hit;
    assert_int_equal(rows.count, 3); /* P0001..., P0002... and the line */
    assert_int_equal(
        count_prefix(
            &rows, cairn_index_key_range(cairn_bytes_of("AUT"), cairn_bytes_of("P0002003")), &hit),
        1);
    assert_true(cairn_index_key_holds(&hit, cairn_bytes_of("P0002003")));
    assert_false(cairn_index_key_holds(&hit, cairn_bytes_of("P0002011")));
    struct cairn_bytes body = test_body_with(test_body(OPS_BLANK), 18,
                                             "[{1: 1, 2: 'AUT', 3: 'P0000001', 7: 'P0100000'}]");
    rows = rows_of_body(CAIRN_KIND_ALERT_ISSUE, body);
    assert_int_equal(rows.count, 102);
    body = test_body_with(test_body(OPS_BLANK), 18, "[{1: 1, 2: 'AUT', 3: '1', 7: '9'}]");
    rows = rows_of_body(CAIRN_KIND_ALERT_ISSUE, body);
    assert_int_equal(rows.count, 2);
}

TEST(x1_rows_of_a_batch_go_one_by_one)
{
    struct cairn_merge_entry *batch =
        ops_make(&(struct ops_spec){.kind = CAIRN_KIND_ALERT_BATCH, .at = 10, .body = OPS_BATCH});
    struct cairn_merge_entry *withdraw = ops_make(
        &(struct ops_spec){.kind = CAIRN_KIND_ALERT_WITHDRAW, .at = 20, .body = "{1: 2, 4: [0]}"});
    struct cairn_index_rows rows = rows_of(OPS_ALERT(batch));
    struct cairn_index_key key =
        cairn_index_key_document(cairn_bytes_of("AUT"), cairn_bytes_of("P1"));
    struct cairn_index_hit hit;
    assert_int_equal(rows.count, 4);
    assert_int_equal(count_prefix(&rows, key, &hit), 2); /* a passport and another kind */
    rows = rows_of(OPS_ALERT(batch, withdraw));
    assert_int_equal(count_prefix(&rows, key, &hit), 1);
    assert_int_equal(hit.row, 2);
    assert_int_equal(hit.document_kind, 4);
}

TEST(x1_what_is_withdrawn_or_left_is_only_a_line)
{
    struct cairn_merge_entry *issue =
        ops_make(&(struct ops_spec){.kind = CAIRN_KIND_ALERT_ISSUE, .at = 10, .body = OPS_WARNING});
    struct cairn_merge_entry *leave =
        ops_make(&(struct ops_spec){.kind = CAIRN_KIND_ALERT_LEAVE, .at = 20, .body = "{}"});
    struct cairn_merge_entry *withdraw =
        ops_make(&(struct ops_spec){.kind = CAIRN_KIND_ALERT_WITHDRAW, .at = 20, .body = "{1: 2}"});
    assert_int_equal(rows_of(OPS_ALERT(issue)).count, 2);
    assert_int_equal(rows_of(OPS_ALERT(issue, leave)).count, 1);
    assert_int_equal(rows_of(OPS_ALERT(issue, withdraw)).count, 1);
    assert_int_equal(rows_of(OPS_ALERT(withdraw)).count, 0); /* of what nobody knows */
}

TEST(x2_the_difference_leads_from_one_to_the_other)
{
    struct cairn_index_row old_rows[] = {
        {cairn_bytes_of("a"), cairn_bytes_of("1")},
        {cairn_bytes_of("b"), cairn_bytes_of("2")},
        {cairn_bytes_of("d"), cairn_bytes_of("3")},
    };
    struct cairn_index_row new_rows[] = {
        {cairn_bytes_of("b"), cairn_bytes_of("2")},
        {cairn_bytes_of("c"), cairn_bytes_of("4")},
        {cairn_bytes_of("d"), cairn_bytes_of("5")},
        {cairn_bytes_of("e"), cairn_bytes_of("6")},
    };
    struct cairn_index_rows rows[2] = {{3, old_rows}, {4, new_rows}}, puts, deletes;
    uint8_t memory[1024];
    cairn_arena_init(&arena, memory, sizeof memory);
    assert_err(cairn_index_rows_differ(rows, &arena, &puts, &deletes), CAIRN_OK);
    assert_int_equal(puts.count, 3);
    assert_int_equal(deletes.count, 1);
    assert_int_equal(puts.rows[0].key.data[0], 'c');
    assert_int_equal(puts.rows[1].key.data[0], 'd');
    assert_int_equal(puts.rows[2].key.data[0], 'e');
    assert_int_equal(deletes.rows[0].key.data[0], 'a');
    cairn_arena_init(&arena, memory, 8);
    assert_err(cairn_index_rows_differ(rows, &arena, &puts, &deletes), CAIRN_NO_ROOM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(x1_a_document_alert_has_one_document_and_one_line),
        cmocka_unit_test(x1_names_stand_with_each_birth_date_and_in_each_spelling),
        cmocka_unit_test(x1_a_name_without_birth_date_stands_alone),
        cmocka_unit_test(x1_a_range_stands_under_each_thousand),
        cmocka_unit_test(x1_rows_of_a_batch_go_one_by_one),
        cmocka_unit_test(x1_what_is_withdrawn_or_left_is_only_a_line),
        cmocka_unit_test(x2_the_difference_leads_from_one_to_the_other),
    };
    return cmocka_run_group_tests_name("index_rows", tests, NULL, NULL);
}
