/* Method: keys of two incarnations in one directory. */
#include "node/nodekeys.h"

#include "crypto/tls_identity.h"
#include "tests/lib/tempdir.h"
#include "tests/lib/test.h"

#include <string.h>

static char dir[TEST_PATH_MAX];

static int begin(void **state)
{
    (void)state;
    test_tempdir_open(dir);
    return 0;
}

static int end(void **state)
{
    (void)state;
    test_tempdir_close(dir);
    return 0;
}

TEST(each_incarnation_has_keys_of_its_own_and_keeps_them)
{
    struct cairn_nodekeys one;
    struct cairn_nodekeys two;
    struct cairn_nodekeys again;
    assert_err(cairn_nodekeys_load(dir, 1, &one), CAIRN_NOT_FOUND);
    assert_err(cairn_nodekeys_draw(dir, 1, &one), CAIRN_OK);
    assert_err(cairn_nodekeys_draw(dir, 2, &two), CAIRN_OK);
    assert_memory_not_equal(one.log, two.log, 32);
    assert_memory_not_equal(one.log, one.witness, 32);
    assert_memory_not_equal(one.log, one.tls, 32);
    assert_memory_not_equal(one.witness, one.tls, 32);
    assert_err(cairn_nodekeys_load(dir, 1, &again), CAIRN_OK);
    assert_memory_equal(&again, &one, sizeof one);
    assert_err(cairn_nodekeys_draw(dir, 2, &again), CAIRN_OK);
    assert_memory_equal(&again, &two, sizeof two);
}

TEST(what_the_names_of_files_cannot_say_is_refused)
{
    struct cairn_nodekeys keys;
    assert_err(cairn_nodekeys_load(dir, 0, &keys), CAIRN_NUMBER);
    assert_err(cairn_nodekeys_draw(dir, (uint64_t)UINT32_MAX + 2, &keys), CAIRN_NUMBER);
}

TEST(a_document_gets_the_public_halves)
{
    struct cairn_nodekeys keys;
    struct cairn_country_node node = {.incarnation = 1};
    struct cairn_suite suite;
    struct cairn_tls_identity *identity = NULL;
    uint8_t wanted[32];
    assert_err(cairn_suite_open_real(&suite), CAIRN_OK);
    assert_err(cairn_nodekeys_draw(dir, 1, &keys), CAIRN_OK);
    assert_err(cairn_nodekeys_publish(&keys, &suite, &node), CAIRN_OK);
    cairn_suite_sign_public(&suite, keys.log, wanted);
    assert_memory_equal(node.log, wanted, 32);
    cairn_suite_sign_public(&suite, keys.witness, wanted);
    assert_memory_equal(node.witness, wanted, 32);
    assert_err(cairn_tls_identity_make(keys.tls, "any name", &identity), CAIRN_OK);
    cairn_tls_identity_spki(identity, wanted);
    cairn_tls_identity_close(identity);
    assert_memory_equal(node.tls_spki, wanted, 32);
    cairn_suite_close(&suite);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_incarnation_has_keys_of_its_own_and_keeps_them, begin,
                                        end),
        cmocka_unit_test_setup_teardown(what_the_names_of_files_cannot_say_is_refused, begin, end),
        cmocka_unit_test_setup_teardown(a_document_gets_the_public_halves, begin, end),
    };
    return cmocka_run_group_tests_name("nodekeys", tests, NULL, NULL);
}
