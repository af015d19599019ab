/* Method: a small table with every type; what is encoded is checked by schema/ itself, and comes
 * back as the JSON it was. */
#include "node/jsonbody.h"

#include <stdlib.h>
#include <string.h>

#include "tests/lib/test.h"

static const struct cairn_codelist_entry colour_entries[] = {{1, "RED"}, {3, "GREEN"}};
static const struct cairn_codelist colours = {"colours", colour_entries, 2, CAIRN_RULE_CODE};

static const struct cairn_field name_fields[] = {
    {.key = 1, .type = CAIRN_SHAPE_TEXT, .is_required = true, .max = 8, .name = "s"},
    {.key = 2, .type = CAIRN_SHAPE_BIRTH, .name = "born"},
};
static const struct cairn_shape name_shape = {"name", name_fields, 2};

static const struct cairn_field fields[] = {
    {.key = 1, .type = CAIRN_SHAPE_UINT, .is_required = true, .min = 1, .max = 300, .name = "n"},
    {.key = 2, .type = CAIRN_SHAPE_BOOL, .name = "flag"},
    {.key = 3, .type = CAIRN_SHAPE_BIN, .max = 4, .name = "digest"},
    {.key = 4, .type = CAIRN_SHAPE_CODE, .codes = &colours, .name = "colour"},
    {.key = 5, .type = CAIRN_SHAPE_DATE, .name = "day"},
    {.key = 6, .type = CAIRN_SHAPE_TIME_MS, .name = "at"},
    {.key = 7, .type = CAIRN_SHAPE_COUNTRY, .list_max = 3, .name = "to"},
    {.key = 20, .type = CAIRN_SHAPE_MAP, .shape = &name_shape, .list_max = 2, .name = "names"},
};
static const struct cairn_shape shape = {"thing", fields, 8};

static uint8_t memory[1 << 20];
static struct cairn_arena arena;
static struct cairn_json_fault fault;

static cairn_err encode(const char *text, struct cairn_bytes *out)
{
    json_t *object = NULL;
    cairn_arena_init(&arena, memory, sizeof memory);
    assert_err(cairn_jsontext_parse(cairn_bytes_of(text), &object, &fault), CAIRN_OK);
    cairn_err err = cairn_jsonbody_encode(&shape, object, &arena, out, &fault);
    json_decref(object);
    return err;
}

TEST(every_type_goes_to_canonical_msgpack_and_comes_back)
{
    static const char text[] =
        "{\"n\":300,\"flag\":false,\"digest\":\"00ff10ab\",\"colour\":\"GREEN\","
        "\"day\":\"2026-02-01\",\"at\":\"2026-03-01T12:00:00.123Z\",\"to\":[\"AUT\",\"GEO\"],"
        "\"names\":[{\"s\":\"\xc3\x84\"},{\"s\":\"B\",\"born\":\"1974-XX-XX\"}]}";
    struct cairn_bytes body;
    struct cairn_shape_fault wrong;
    size_t fault_at = 0;
    json_t *back = NULL;
    assert_err(encode(text, &body), CAIRN_OK);
    assert_err(cairn_pack_check(body, &fault_at), CAIRN_OK);
    assert_err(cairn_shape_check(&shape, body, false, &wrong), CAIRN_OK);
    assert_err(cairn_jsonbody_decode(&shape, body, &back), CAIRN_OK);
    char *again = json_dumps(back, JSON_COMPACT);
    assert_string_equal(again, text);
    free(again);
    json_decref(back);
}

TEST(the_order_of_members_does_not_matter)
{
    struct cairn_bytes first, second;
    static uint8_t kept[64];
    assert_err(encode("{\"n\":1,\"flag\":true,\"colour\":\"RED\"}", &first), CAIRN_OK);
    memcpy(kept, first.data, first.size);
    first.data = kept;
    assert_err(encode("{\"colour\":\"RED\",\"n\":1,\"flag\":true}", &second), CAIRN_OK);
    assert_true(cairn_bytes_is_equal(first, second));
    assert_int_equal(first.size, 7);
    assert_memory_equal(first.data, "\x83\x01\x01\x02\xc3\x04\x01", 7);
}

TEST(a_fault_names_the_member)
{
    static const struct {
        const char *text;
        cairn_err err;
        const char *pointer;
    } cases[] = {
        {"{}", CAIRN_JSON_FIELD, "/n"},
        {"{\"n\":null}", CAIRN_JSON_FIELD, "/n"},
        {"{\"n\":1.0}", CAIRN_JSON_FIELD, "/n"},
        {"{\"n\":\"1\"}", CAIRN_JSON_FIELD, "/n"},
        {"{\"n\":0}", CAIRN_NUMBER, "/n"},
        {"{\"n\":-1}", CAIRN_NUMBER, "/n"},
        {"{\"n\":301}", CAIRN_NUMBER, "/n"},
        {"{\"n\":1,\"x\":1}", CAIRN_JSON_FIELD, "/x"},
        {"{\"n\":1,\"flag\":0}", CAIRN_JSON_FIELD, "/flag"},
        {"{\"n\":1,\"digest\":\"00FF10AB\"}", CAIRN_HEX, "/digest"},
        {"{\"n\":1,\"digest\":\"00\"}", CAIRN_HEX, "/digest"},
        {"{\"n\":1,\"colour\":\"BLUE\"}", CAIRN_RULE_CODE, "/colour"},
        {"{\"n\":1,\"colour\":1}", CAIRN_JSON_FIELD, "/colour"},
        {"{\"n\":1,\"at\":\"2026-03-01\"}", CAIRN_DATE, "/at"},
        {"{\"n\":1,\"to\":\"AUT\"}", CAIRN_JSON_FIELD, "/to"},
        {"{\"n\":1,\"to\":[]}", CAIRN_JSON_FIELD, "/to"},
        {"{\"n\":1,\"to\":[\"A\",\"B\",\"C\",\"D\"]}", CAIRN_TOO_LONG, "/to"},
        {"{\"n\":1,\"to\":[\"AUT\",1]}", CAIRN_JSON_FIELD, "/to/1"},
        {"{\"n\":1,\"names\":[1]}", CAIRN_JSON_FIELD, "/names/0"},
        {"{\"n\":1,\"names\":[{\"s\":\"a\"},{}]}", CAIRN_JSON_FIELD, "/names/1/s"},
        {"{\"n\":1,\"names\":[{\"s\":\"123456789\"}]}", CAIRN_TOO_LONG, "/names/0/s"},
        {"{\"n\":1,\"names\":[{\"s\":\"a\",\"t\":1}]}", CAIRN_JSON_FIELD, "/names/0/t"},
    };
    for (size_t at = 0; at < sizeof cases / sizeof *cases; at++) {
        struct cairn_bytes body = {0};
        assert_err(encode(cases[at].text, &body), cases[at].err);
        assert_string_equal(fault.pointer, cases[at].pointer);
        assert_true(fault.detail[0] != '\0');
        assert_null(body.data);
    }
}

TEST(an_arena_that_is_full_is_said_to_be)
{
    json_t *object = json_pack("{s:i}", "n", 1);
    struct cairn_bytes body;
    uint8_t byte;
    cairn_arena_init(&arena, &byte, 1);
    assert_err(cairn_jsonbody_encode(&shape, object, &arena, &body, &fault), CAIRN_NO_ROOM);
    json_decref(object);
}

TEST(a_body_of_another_shape_is_refused)
{
    static const struct {
        const char *hex;
        cairn_err err;
    } cases[] = {
        {"01", CAIRN_PACK_TYPE},
        {"8101a161", CAIRN_PACK_TYPE},
        {"810901", CAIRN_PACK_UNKNOWN_FIELD},
        {"810402", CAIRN_RULE_CODE},
        {"810701", CAIRN_PACK_TYPE},
        {"81149101", CAIRN_PACK_TYPE},
        {"8106cf0000800000000000", CAIRN_NUMBER},
    };
    for (size_t at = 0; at < sizeof cases / sizeof *cases; at++) {
        json_t *out = NULL;
        size_t fault_at;
        struct cairn_bytes body = test_hex(cases[at].hex);
        assert_err(cairn_pack_check(body, &fault_at), CAIRN_OK);
        assert_err(cairn_jsonbody_decode(&shape, body, &out), cases[at].err);
        assert_null(out);
    }
}

TEST(a_fault_of_the_schema_gets_a_pointer)
{
    struct cairn_shape_fault wrong = {
        .err = CAIRN_DATE,
        .depth = 2,
        .path = {{.name = "names", .index = 1}, {.name = "born", .index = UINT32_MAX}}};
    assert_err(cairn_jsonbody_fault(&wrong, &fault), CAIRN_DATE);
    assert_string_equal(fault.pointer, "/names/1/born");
    assert_string_equal(fault.detail, cairn_err_text(CAIRN_DATE));
    wrong.depth = 0;
    assert_err(cairn_jsonbody_fault(&wrong, &fault), CAIRN_DATE);
    assert_string_equal(fault.pointer, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_goes_to_canonical_msgpack_and_comes_back),
        cmocka_unit_test(the_order_of_members_does_not_matter),
        cmocka_unit_test(a_fault_names_the_member),
        cmocka_unit_test(an_arena_that_is_full_is_said_to_be),
        cmocka_unit_test(a_body_of_another_shape_is_refused),
        cmocka_unit_test(a_fault_of_the_schema_gets_a_pointer),
    };
    return cmocka_run_group_tests_name("jsonbody", tests, NULL, NULL);
}
