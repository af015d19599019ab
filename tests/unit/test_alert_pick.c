#include "replication/merge/alert_pick.h"

#include "tests/lib/body.h"
#include "tests/lib/ops.h"

/* What stands when one operation set the field to the first, a later one to the second. NULL:
 * absent. */
struct pick_case {
    enum cairn_alert_key key;
    uint32_t category;
    const char *earlier, *later, *wanted;
};

static const struct pick_case cases[] = {
    {CAIRN_ALERT_KEY_ACTION, CAIRN_ALERT_CHK, "10", "12", "10"},
    {CAIRN_ALERT_KEY_ACTION, CAIRN_ALERT_CHK, "12", "10", "10"},
    {CAIRN_ALERT_KEY_ACTION, CAIRN_ALERT_RET, "3", "4", "4"}, /* alike: the later */
    {CAIRN_ALERT_KEY_FALLBACK, CAIRN_ALERT_ARR, "13", "9", "13"},
    {CAIRN_ALERT_KEY_FALLBACK, CAIRN_ALERT_ARR, "9", NULL, "9"},
    {CAIRN_ALERT_KEY_FALLBACK, CAIRN_ALERT_ARR, NULL, "9", "9"},
    {CAIRN_ALERT_KEY_FROM, CAIRN_ALERT_WARN, "1000", "500", "1000"},
    {CAIRN_ALERT_KEY_EXPIRES, CAIRN_ALERT_WARN, "1000", "500", "500"},
    {CAIRN_ALERT_KEY_EXPIRES, CAIRN_ALERT_WARN, "500", "1000", "500"},
    {CAIRN_ALERT_KEY_REVIEW, CAIRN_ALERT_WARN, "'2026-05-01'", "'2026-06-01'", "'2026-05-01'"},
    {CAIRN_ALERT_KEY_REVIEW, CAIRN_ALERT_WARN, "'2026-05-01'", NULL, "'2026-05-01'"},
    {CAIRN_ALERT_KEY_REVIEW, CAIRN_ALERT_WARN, NULL, "'2026-05-01'", "'2026-05-01'"},
    {CAIRN_ALERT_KEY_MINOR, CAIRN_ALERT_WARN, "true", "false", "true"},
    {CAIRN_ALERT_KEY_MINOR, CAIRN_ALERT_WARN, "true", NULL, "true"},
    {CAIRN_ALERT_KEY_HANDLING, CAIRN_ALERT_WARN, "{1: 1, 2: 5, 3: 2, 4: 3}",
     "{1: 4, 2: 1, 3: 1, 4: 1}", "{1: 4, 2: 5, 3: 2, 4: 1}"},
    {CAIRN_ALERT_KEY_RETURN, CAIRN_ALERT_RET, "{2: 2, 3: true}", "{2: 1, 3: false}",
     "{2: 2, 3: true}"}, /* suspended before all */
    {CAIRN_ALERT_KEY_RETURN, CAIRN_ALERT_RET, "{2: 1, 3: false}", "{2: 1, 3: true}",
     "{2: 1, 3: false}"},
    {CAIRN_ALERT_KEY_CHECK, CAIRN_ALERT_CHK, "{1: false}", "{1: true, 2: [1]}", "{1: false}"},
    {CAIRN_ALERT_KEY_NATIONALITIES, CAIRN_ALERT_WARN, "['SRB', 'GEO']", "['GEO', 'BIH']",
     "['SRB', 'GEO', 'BIH']"},
    {CAIRN_ALERT_KEY_NATIONALITIES, CAIRN_ALERT_WARN, NULL, NULL, NULL},
    {CAIRN_ALERT_KEY_CONTACT, CAIRN_ALERT_WARN, "'a'", "'b'", "'b'"},
    {CAIRN_ALERT_KEY_SEX, CAIRN_ALERT_WARN, "1", "2", "2"},
};

static struct cairn_bytes value(const char *text)
{
    return text == NULL ? (struct cairn_bytes){NULL, 0} : test_body(text);
}

TEST(m4_the_safer_value_stands)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct cairn_arena arena;
        uint8_t memory[256];
        struct cairn_bytes values[2] = {value(cases[i].later), value(cases[i].earlier)};
        struct cairn_bytes wanted = value(cases[i].wanted), got;
        cairn_arena_init(&arena, memory, sizeof memory);
        assert_err(cairn_alert_pick(cases[i].key, cairn_category_find(cases[i].category), values,
                                    &arena, &got),
                   CAIRN_OK);
        assert_int_equal(got.size, wanted.size);
        assert_true(cairn_bytes_is_equal(got, wanted));
    }
}

TEST(nationalities_never_exceed_what_the_shape_allows)
{
    struct cairn_arena arena;
    uint8_t memory[256];
    struct cairn_bytes values[2] = {value("['AUT', 'BIH', 'GEO', 'SRB', 'MNE', 'HUN', 'TUR']"),
                                    value("['DZA', 'FRA', 'ITA', 'ESP', 'PRT', 'POL', 'CZE']")};
    struct cairn_bytes got;
    struct cairn_shape_list list;
    cairn_arena_init(&arena, memory, sizeof memory);
    assert_err(cairn_alert_pick(CAIRN_ALERT_KEY_NATIONALITIES,
                                cairn_category_find(CAIRN_ALERT_WARN), values, &arena, &got),
               CAIRN_OK);
    cairn_shape_list_init(&list, got);
    assert_int_equal(list.count, 8);
    cairn_arena_init(&arena, memory, 4);
    assert_err(cairn_alert_pick(CAIRN_ALERT_KEY_NATIONALITIES,
                                cairn_category_find(CAIRN_ALERT_WARN), values, &arena, &got),
               CAIRN_NO_ROOM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(m4_the_safer_value_stands),
        cmocka_unit_test(nationalities_never_exceed_what_the_shape_allows),
    };
    return cmocka_run_group_tests_name("alert_pick", tests, NULL, NULL);
}
