#include "schema/shape.h"

#include "tests/lib/body.h"
#include "tests/lib/test.h"

static const struct cairn_codelist_entry colour_entries[] = {{1, "red"}, {5, "blue"}};
static const struct cairn_codelist colours = {"colour", colour_entries, 2, CAIRN_RULE_CODE};
static const struct cairn_codelist_entry reason_entries[] = {{1, "late"}};
static const struct cairn_codelist reasons = {"reason", reason_entries, 1, CAIRN_RULE_REASON};

static const struct cairn_field inner_fields[] = {
    {CAIRN_FIELD_COUNTRY(1, "country", true)},
    {CAIRN_FIELD_TEXT(2, "place", false, 5, PLAIN), .list_max = 2},
};
static const struct cairn_shape inner = {"inner", inner_fields, 2};

static const struct cairn_field fields[] = {
    {CAIRN_FIELD_UINT(1, "size", true, 2, 9)},
    {CAIRN_FIELD_BOOL(2, "flag", false)},
    {CAIRN_FIELD_TEXT(3, "name", false, 5, PLAIN)},
    {CAIRN_FIELD_BIN(4, "hash", false, 2)},
    {CAIRN_FIELD_CODE(5, "colour", false, colours)},
    {CAIRN_FIELD_DATE(6, "day", false)},
    {CAIRN_FIELD_BIRTH(7, "birth", false)},
    {CAIRN_FIELD_TIME(8, "at", false)},
    {CAIRN_FIELD_MAP(9, "places", false, inner), .list_max = 2},
    {CAIRN_FIELD_CODE(10, "reason", false, reasons)},
    {CAIRN_FIELD_MAP(11, "home", false, inner)},
    {CAIRN_FIELD_BOOL(13, "must", true)},
};
static const struct cairn_shape shape = {"test", fields, sizeof fields / sizeof fields[0]};

static cairn_err check(const char *text, const char *path)
{
    struct cairn_shape_fault fault = {.err = CAIRN_OK};
    char written[CAIRN_SHAPE_PATH_BYTES] = "";
    cairn_err err = cairn_shape_check(&shape, test_body(text), false, &fault);
    assert_err(fault.err, err);
    cairn_shape_write_path(&fault, written);
    assert_string_equal(written, path);
    return err;
}

TEST(a_body_of_the_shape_passes)
{
    assert_err(check("{1: 2, 13: true}", ""), CAIRN_OK);
    assert_err(check("{1: 9, 2: false, 3: 'abcde', 4: x'00ff', 5: 5, 6: '2024-02-29', "
                     "7: '1974-08-XX', 8: 1772366400000, 9: [{1: 'AUT', 2: ['a', 'b']}, {1: 'D'}], "
                     "10: 1, 11: {1: 'XXA'}, 13: false}",
                     ""),
               CAIRN_OK);
}

TEST(each_fault_has_its_error_and_its_path)
{
    static const struct {
        const char *text;
        const char *path;
        cairn_err err;
    } cases[] = {
        {"[1]", "", CAIRN_PACK_TYPE},
        {"{13: true}", "size", CAIRN_PACK_FIELD},
        {"{1: 2}", "must", CAIRN_PACK_FIELD},
        {"{1: 2, 14: true}", "must", CAIRN_PACK_FIELD},
        {"{0: 2, 1: 2, 13: true}", "", CAIRN_PACK_UNKNOWN_FIELD},
        {"{1: 2, 12: 2, 13: true}", "", CAIRN_PACK_UNKNOWN_FIELD},
        {"{1: 2, 13: true, 14: 1}", "", CAIRN_PACK_UNKNOWN_FIELD},
        {"{1: 1, 13: true}", "size", CAIRN_NUMBER},
        {"{1: 10, 13: true}", "size", CAIRN_NUMBER},
        {"{1: -2, 13: true}", "size", CAIRN_PACK_TYPE},
        {"{1: 2, 2: 1, 13: true}", "flag", CAIRN_PACK_TYPE},
        {"{1: 2, 3: 'abcdef', 13: true}", "name", CAIRN_TOO_LONG},
        {"{1: 2, 3: '', 13: true}", "name", CAIRN_PACK_FIELD},
        {"{1: 2, 3: 'a\x01', 13: true}", "name", CAIRN_RULE_TEXT},
        {"{1: 2, 3: x'00', 13: true}", "name", CAIRN_PACK_TYPE},
        {"{1: 2, 4: x'00', 13: true}", "hash", CAIRN_TOO_LONG},
        {"{1: 2, 5: 2, 13: true}", "colour", CAIRN_RULE_CODE},
        {"{1: 2, 5: 'red', 13: true}", "colour", CAIRN_PACK_TYPE},
        {"{1: 2, 6: '2025-02-29', 13: true}", "day", CAIRN_DATE},
        {"{1: 2, 7: '1974-XX-12', 13: true}", "birth", CAIRN_DATE},
        {"{1: 2, 8: 140737488355328, 13: true}", "at", CAIRN_NUMBER},
        {"{1: 2, 9: [], 13: true}", "places", CAIRN_PACK_FIELD},
        {"{1: 2, 9: {1: 'AUT'}, 13: true}", "places", CAIRN_PACK_TYPE},
        {"{1: 2, 9: [{1: 'AUT'}, {1: 'AUT'}, {1: 'AUT'}], 13: true}", "places", CAIRN_TOO_LONG},
        {"{1: 2, 9: [{1: 'AUT'}, {1: 'QQQ'}], 13: true}", "places[1].country", CAIRN_CODE_UNKNOWN},
        {"{1: 2, 9: [{1: 'UTO'}], 13: true}", "places[0].country", CAIRN_CODE_UNKNOWN},
        {"{1: 2, 9: [{2: ['a']}], 13: true}", "places[0].country", CAIRN_PACK_FIELD},
        {"{1: 2, 9: [{1: 'AUT', 2: ['a', 7]}], 13: true}", "places[0].place[1]", CAIRN_PACK_TYPE},
        {"{1: 2, 9: [{1: 'AUT', 3: 1}], 13: true}", "places[0]", CAIRN_PACK_UNKNOWN_FIELD},
        {"{1: 2, 10: 2, 13: true}", "reason", CAIRN_RULE_REASON},
        {"{1: 2, 11: {}, 13: true}", "home", CAIRN_PACK_FIELD},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_err(check(cases[i].text, cases[i].path), cases[i].err);
    }
}

TEST(a_fault_names_the_offset_of_the_value)
{
    struct cairn_shape_fault fault;
    struct cairn_bytes body = test_body("{1: 2, 3: 'abcdef', 13: true}");
    assert_err(cairn_shape_check(&shape, body, false, &fault), CAIRN_TOO_LONG);
    assert_int_equal(fault.at, 4); /* map head, key, value, key */
    body = test_body("{1: 2, 12: 1, 13: true}");
    assert_err(cairn_shape_check(&shape, body, false, &fault), CAIRN_PACK_UNKNOWN_FIELD);
    assert_int_equal(fault.at, 3);
}

TEST(specimen_codes_stand_only_in_test_networks)
{
    struct cairn_shape_fault fault;
    struct cairn_bytes body = test_body("{1: 2, 11: {1: 'UTO'}, 13: true}");
    assert_err(cairn_shape_check(&shape, body, true, &fault), CAIRN_OK);
    assert_err(cairn_shape_check(&shape, body, false, &fault), CAIRN_CODE_UNKNOWN);
}

TEST(a_caller_can_add_to_the_path)
{
    struct cairn_shape_fault fault;
    char written[CAIRN_SHAPE_PATH_BYTES];
    assert_err(cairn_shape_refuse(CAIRN_RULE_DATE, NULL, UINT32_MAX, &fault), CAIRN_RULE_DATE);
    cairn_shape_write_path(&fault, written);
    assert_string_equal(written, "");
    assert_err(cairn_shape_refuse(CAIRN_RULE_DATE, "issued", UINT32_MAX, &fault), CAIRN_RULE_DATE);
    assert_err(cairn_shape_inside("documents", 12, &fault), CAIRN_RULE_DATE);
    assert_err(cairn_shape_inside("add", UINT32_MAX, &fault), CAIRN_RULE_DATE);
    cairn_shape_write_path(&fault, written);
    assert_string_equal(written, "add.documents[12].issued");
    assert_err(cairn_shape_inside("a", 0, &fault), CAIRN_RULE_DATE);
    assert_err(cairn_shape_inside("b", 0, &fault), CAIRN_RULE_DATE);
    cairn_shape_write_path(&fault, written);
    assert_string_equal(written, "b[0].a[0].add.documents[12]"); /* the innermost is dropped */
}

TEST(fields_are_found_by_key_and_by_name)
{
    assert_ptr_equal(cairn_shape_find(&shape, 5), &fields[4]);
    assert_null(cairn_shape_find(&shape, 12));
    assert_ptr_equal(cairn_shape_find_name(&shape, cairn_bytes_of("colour")), &fields[4]);
    assert_null(cairn_shape_find_name(&shape, cairn_bytes_of("colours")));
}

TEST(a_checked_body_is_read_by_key)
{
    struct cairn_bytes slots[14], raw;
    cairn_shape_split(test_body("{1: 7, 2: true, 3: 'abc', 4: x'00ff', 9: [{1: 'AUT'}, {1: 'D'}]}"),
                      slots, 14);
    assert_int_equal(cairn_shape_get_uint(slots[1]), 7);
    assert_true(cairn_shape_get_bool(slots[2]));
    assert_true(cairn_bytes_is_equal(cairn_shape_get_text(slots[3]), cairn_bytes_of("abc")));
    assert_int_equal(cairn_shape_get_bin(slots[4]).size, 2);
    struct cairn_shape_list list;
    cairn_shape_list_init(&list, slots[9]);
    assert_int_equal(list.count, 2);
    assert_true(cairn_shape_list_next(&list, &raw));
    assert_true(cairn_shape_list_next(&list, &raw));
    cairn_shape_split(raw, slots, 2);
    assert_true(cairn_bytes_is_equal(cairn_shape_get_text(slots[1]), cairn_bytes_of("D")));
    assert_false(cairn_shape_list_next(&list, &raw));
}

TEST(what_is_absent_reads_as_nothing)
{
    struct cairn_bytes slots[3], none = {NULL, 0};
    cairn_shape_split(none, slots, 3);
    assert_int_equal(slots[2].size, 0);
    assert_int_equal(cairn_shape_get_uint(none), 0);
    assert_false(cairn_shape_get_bool(none));
    assert_int_equal(cairn_shape_get_text(none).size, 0);
    struct cairn_shape_list list;
    cairn_shape_list_init(&list, none);
    assert_false(cairn_shape_list_next(&list, &slots[0]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_body_of_the_shape_passes),
        cmocka_unit_test(each_fault_has_its_error_and_its_path),
        cmocka_unit_test(a_fault_names_the_offset_of_the_value),
        cmocka_unit_test(specimen_codes_stand_only_in_test_networks),
        cmocka_unit_test(a_caller_can_add_to_the_path),
        cmocka_unit_test(fields_are_found_by_key_and_by_name),
        cmocka_unit_test(a_checked_body_is_read_by_key),
        cmocka_unit_test(what_is_absent_reads_as_nothing),
    };
    return cmocka_run_group_tests_name("shape", tests, NULL, NULL);
}
