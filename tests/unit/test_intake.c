/* What a policy says of partners is what the core of the node takes of them. */
#include "node/intake.h"

#include "node/policybook.h"
#include "tests/lib/node_scene.h"
#include "tests/lib/test.h"

static struct node_scene scene;

static void apply(const char *text)
{
    struct cairn_policybook_page *page = NULL;
    char fault[CAIRN_POLICYBOOK_FAULT];
    assert_err(cairn_policybook_read(cairn_bytes_of(text), true, &page, fault), CAIRN_OK);
    cairn_intake_apply(scene.nodes[0].driver, cairn_policybook_policy(page));
    cairn_policybook_drop(page);
}

static struct cairn_core_accepted taken_of(const char *country)
{
    struct cairn_core_accepted out;
    cairn_core_accept(cairn_driver_core(scene.nodes[0].driver), (const uint8_t *)country, &out);
    return out;
}

TEST(rows_of_a_policy_reach_the_core_and_the_next_one_replaces_them)
{
    node_scene_open(&scene, 1);
    assert_int_equal(taken_of("GEO").state, CAIRN_ACCEPTED_OPEN); /* before anything was said */
    apply("policy: 1\nrelease: []\nroles: {}\naccept:\n"
          "  GEO: {kinds: [case.*], entries_per_s: 10, store_mib: 3}\n"
          "  default: {kinds: [alert.*]}\n");
    assert_int_equal(taken_of("GEO").limits.entries_per_s, 10);
    assert_int_equal(taken_of("GEO").limits.store_bytes, 3u << 20);
    assert_int_equal(taken_of("SRB").limits.entries_per_s, 0);
    assert_true(taken_of("SRB").limits.store_bytes == (uint64_t)CAIRN_POLICY_STORE_MIB << 20);
    assert_int_equal(taken_of("SRB").state, CAIRN_ACCEPTED_OPEN);
    apply("policy: 1\nrelease: []\nroles: {}\naccept: {GEO: {kinds: ['*']}}\n");
    assert_int_equal(taken_of("GEO").limits.entries_per_s, 0);
    assert_int_equal(taken_of("SRB").state, CAIRN_ACCEPTED_NOT);
    assert_int_equal(taken_of("AUT").state, CAIRN_ACCEPTED_OPEN); /* the own country, always */
    node_scene_close(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_of_a_policy_reach_the_core_and_the_next_one_replaces_them),
    };
    return cmocka_run_group_tests_name("intake", tests, NULL, NULL);
}
