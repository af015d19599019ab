#include "schema/acceptance.h"

#include <stdio.h>

#include "tests/lib/test.h"

static uint8_t memory[1u << 20];
static struct cairn_policy policy;

/* What `AUT`'s node accepts under this `accept`. */
static struct cairn_acceptance accept_of(const char *accept)
{
    char text[512];
    struct cairn_acceptance made;
    struct cairn_yaml_fault fault;
    struct cairn_arena arena;
    cairn_arena_init(&arena, memory, sizeof memory);
    int size =
        snprintf(text, sizeof text, "policy: 1\nrelease: []\nroles: {}\naccept: %s\n", accept);
    assert_in_range(size, 1, sizeof text - 1);
    assert_err(cairn_policy_parse(cairn_bytes_of(text), false, &arena, &policy, &fault), CAIRN_OK);
    cairn_acceptance_make(&policy, cairn_bytes_of("AUT"), &made);
    return made;
}

static struct cairn_id object_of(const char *country)
{
    static const uint8_t random[CAIRN_ID_RANDOM_BYTES];
    struct cairn_id id;
    cairn_id_make(cairn_bytes_of(country), random, &id);
    return id;
}

static bool has(const struct cairn_acceptance *acceptance, const char *country,
                enum cairn_policy_founding founding)
{
    struct cairn_id object = object_of(country);
    return cairn_acceptance_has(acceptance, &object, founding);
}

TEST(an_object_is_accepted_by_the_country_in_its_id_and_the_kind_that_founded_it)
{
    struct cairn_acceptance made =
        accept_of("{default: {kinds: [alert.*, case.request]}, GEO: {kinds: [case.*]}, "
                  "SRB: {kinds: [alert.batch, alert.withdraw]}, POL: {kinds: [\'*\']}}");
    static const struct {
        const char *country;
        uint32_t foundings;
    } cases[] = {
        {"GEO", CAIRN_POLICY_FOUNDS_CASE}, {"SRB", CAIRN_POLICY_FOUNDS_BATCH},
        {"POL", CAIRN_POLICY_FOUNDS_ALL},  {"MNE", CAIRN_POLICY_FOUNDS_ALL},
        {"AUT", CAIRN_POLICY_FOUNDS_ALL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(cairn_acceptance_of(&made, cases[i].country), cases[i].foundings);
    }
    assert_true(has(&made, "GEO", CAIRN_POLICY_FOUNDS_CASE));
    assert_false(has(&made, "GEO", CAIRN_POLICY_FOUNDS_ALERT));
    assert_false(has(&made, "GEO", CAIRN_POLICY_FOUNDS_BATCH));
    assert_true(has(&made, "SRB", CAIRN_POLICY_FOUNDS_BATCH));
    assert_false(has(&made, "SRB", CAIRN_POLICY_FOUNDS_ALERT));
}

TEST(the_own_country_is_always_accepted_whatever_its_row_says)
{
    struct cairn_acceptance made = accept_of("{AUT: {kinds: [case.request]}}");
    assert_int_equal(cairn_acceptance_of(&made, "AUT"), CAIRN_POLICY_FOUNDS_ALL);
    made = accept_of("{}");
    assert_true(has(&made, "AUT", CAIRN_POLICY_FOUNDS_ALERT));
    assert_false(has(&made, "AUS", CAIRN_POLICY_FOUNDS_ALERT));
    assert_false(has(&made, "ARM", CAIRN_POLICY_FOUNDS_ALERT));
}

TEST(of_a_country_that_is_not_heard_nothing_is_accepted)
{
    struct cairn_acceptance made = accept_of("{GEO: {kinds: [\'*\']}}");
    assert_int_equal(cairn_acceptance_of(&made, "GEO"), CAIRN_POLICY_FOUNDS_ALL);
    assert_int_equal(cairn_acceptance_of(&made, "SRB"), 0);
    assert_int_equal(cairn_acceptance_of(&made, "GRC"), 0);
    assert_int_equal(cairn_acceptance_of(&made, "GEX"), 0);
    assert_false(has(&made, "SRB", CAIRN_POLICY_FOUNDS_CASE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            an_object_is_accepted_by_the_country_in_its_id_and_the_kind_that_founded_it),
        cmocka_unit_test(the_own_country_is_always_accepted_whatever_its_row_says),
        cmocka_unit_test(of_a_country_that_is_not_heard_nothing_is_accepted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
