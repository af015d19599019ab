#include "node/peerclock.h"

#include "tests/lib/test.h"

#define HOUR_MS 3600000u
#define NOON_MS 1767268800000u

static bool is_ahead(struct cairn_peerclock *clock, struct cairn_peerclock_time now)
{
    (void)cairn_peerclock_look(clock, now);
    return clock->is_ahead;
}

static struct cairn_peerclock_time at(uint64_t mono_ms, int64_t wrong_ms)
{
    return (struct cairn_peerclock_time){.wall_ms = NOON_MS + mono_ms + (uint64_t)wrong_ms,
                                         .mono_ms = mono_ms};
}

TEST(a_clock_with_nobody_to_compare_is_believed)
{
    struct cairn_peerclock clock = {.has_offset = false};
    assert_false(is_ahead(&clock, at(5, 0)));
    assert_int_equal(cairn_peerclock_look(&clock, at(5, 0)), NOON_MS + 5);
    assert_int_equal(cairn_peerclock_look(&clock, at(6, 2 * HOUR_MS)), NOON_MS + 2 * HOUR_MS + 6);
}

TEST(a_clock_set_ahead_after_the_hello_is_noticed_and_not_gone_by)
{
    struct cairn_peerclock clock = {.has_offset = false};
    cairn_peerclock_hear(&clock, 3, NOON_MS + 10, at(10, 0));
    assert_int_equal(cairn_peerclock_look(&clock, at(20, 0)), NOON_MS + 20);
    assert_true(is_ahead(&clock, at(30, HOUR_MS)));
    assert_int_equal(cairn_peerclock_look(&clock, at(30, HOUR_MS)), NOON_MS + 30);
    assert_int_equal(cairn_peerclock_look(&clock, at(99, HOUR_MS)), NOON_MS + 99);
    assert_int_equal(cairn_peerclock_look(&clock, at(100, 7)), NOON_MS + 107);
    assert_false(is_ahead(&clock, at(101, HOUR_MS - 1))); /* not quite an hour */
}

TEST(one_partner_with_the_same_clock_is_enough_to_believe_it)
{
    struct cairn_peerclock clock = {.has_offset = false};
    cairn_peerclock_hear(&clock, 0, NOON_MS, at(0, HOUR_MS));
    assert_true(is_ahead(&clock, at(1, HOUR_MS)));
    cairn_peerclock_hear(&clock, 63, NOON_MS + HOUR_MS, at(0, HOUR_MS));
    assert_false(is_ahead(&clock, at(1, HOUR_MS)));
    cairn_peerclock_forget(&clock, 63);
    assert_true(is_ahead(&clock, at(1, HOUR_MS)));
}

TEST(once_in_doubt_a_clock_stays_so_until_it_is_right_or_a_partner_agrees)
{
    struct cairn_peerclock clock = {.has_offset = false};
    cairn_peerclock_hear(&clock, 0, NOON_MS, at(0, 0));
    assert_false(is_ahead(&clock, at(1, 0)));
    assert_true(is_ahead(&clock, at(2, HOUR_MS)));
    cairn_peerclock_forget(&clock, 0);
    assert_true(is_ahead(&clock, at(3, HOUR_MS)));
    assert_int_equal(cairn_peerclock_look(&clock, at(4, HOUR_MS)), NOON_MS + 4);
    assert_false(is_ahead(&clock, at(5, 0)));
    assert_false(is_ahead(&clock, at(6, HOUR_MS))); /* alone, and never doubted since */
    cairn_peerclock_hear(&clock, 1, NOON_MS + HOUR_MS, at(0, 0));
    assert_false(is_ahead(&clock, at(7, HOUR_MS)));
}

TEST(a_partner_that_lives_in_the_year_of_the_flood_or_at_the_end_of_time_breaks_nothing)
{
    struct cairn_peerclock clock = {.has_offset = false};
    cairn_peerclock_hear(&clock, 0, UINT64_MAX, at(5, 0));
    assert_false(is_ahead(&clock, at(5, 0)));
    cairn_peerclock_hear(&clock, 0, INT64_MAX, at(5, 0));
    assert_false(is_ahead(&clock, at(5, 0)));
    cairn_peerclock_hear(&clock, 0, 0, at(5, 0));
    assert_true(is_ahead(&clock, at(5, 0)));
}

TEST(a_clock_set_back_is_believed)
{
    struct cairn_peerclock clock = {.has_offset = false};
    cairn_peerclock_hear(&clock, 0, NOON_MS, at(0, 0));
    assert_int_equal(cairn_peerclock_look(&clock, at(9, -(int64_t)HOUR_MS)), NOON_MS - HOUR_MS + 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clock_with_nobody_to_compare_is_believed),
        cmocka_unit_test(a_clock_set_ahead_after_the_hello_is_noticed_and_not_gone_by),
        cmocka_unit_test(one_partner_with_the_same_clock_is_enough_to_believe_it),
        cmocka_unit_test(
            a_partner_that_lives_in_the_year_of_the_flood_or_at_the_end_of_time_breaks_nothing),
        cmocka_unit_test(once_in_doubt_a_clock_stays_so_until_it_is_right_or_a_partner_agrees),
        cmocka_unit_test(a_clock_set_back_is_believed),
    };
    return cmocka_run_group_tests_name("peerclock", tests, NULL, NULL);
}
