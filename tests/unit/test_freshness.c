#include "node/freshness.h"

#include "tests/lib/test.h"

#define NOW_MS UINT64_C(1772366400000)

TEST(a_day_is_green_a_week_is_amber_more_is_red)
{
    static const struct {
        uint64_t age_ms;
        enum cairn_freshness_level level;
    } cases[] = {
        {0, CAIRN_FRESHNESS_GREEN},
        {CAIRN_FRESHNESS_AMBER_MS, CAIRN_FRESHNESS_GREEN},
        {CAIRN_FRESHNESS_AMBER_MS + 1, CAIRN_FRESHNESS_AMBER},
        {CAIRN_FRESHNESS_RED_MS, CAIRN_FRESHNESS_AMBER},
        {CAIRN_FRESHNESS_RED_MS + 1, CAIRN_FRESHNESS_RED},
    };
    for (size_t at = 0; at < sizeof cases / sizeof cases[0]; at++) {
        assert_int_equal(cairn_freshness_level_of(NOW_MS - cases[at].age_ms, NOW_MS),
                         cases[at].level);
    }
}

TEST(never_seen_is_red_and_the_future_is_now)
{
    assert_int_equal(cairn_freshness_level_of(0, NOW_MS), CAIRN_FRESHNESS_RED);
    assert_int_equal(cairn_freshness_level_of(NOW_MS + 5000, NOW_MS), CAIRN_FRESHNESS_GREEN);
}

TEST(an_answer_says_when_how_old_and_what_that_means)
{
    json_t *row = json_object();
    cairn_freshness_put(row, NOW_MS - CAIRN_FRESHNESS_AMBER_MS - 2000, NOW_MS);
    assert_string_equal(json_string_value(json_object_get(row, "as_of")),
                        "2026-02-28T11:59:58.000Z");
    assert_int_equal(json_integer_value(json_object_get(row, "age_s")), 86402);
    assert_string_equal(json_string_value(json_object_get(row, "level")), "amber");
    json_decref(row);
}

TEST(never_seen_has_no_time)
{
    json_t *row = json_object();
    cairn_freshness_put(row, 0, NOW_MS);
    assert_null(json_object_get(row, "as_of"));
    assert_null(json_object_get(row, "age_s"));
    assert_string_equal(json_string_value(json_object_get(row, "level")), "red");
    json_decref(row);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_day_is_green_a_week_is_amber_more_is_red),
        cmocka_unit_test(never_seen_is_red_and_the_future_is_now),
        cmocka_unit_test(an_answer_says_when_how_old_and_what_that_means),
        cmocka_unit_test(never_seen_has_no_time),
    };
    return cmocka_run_group_tests_name("freshness", tests, NULL, NULL);
}
