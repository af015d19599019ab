/* Method: a directory with files of root keys, some of which are moved away. */
#define _POSIX_C_SOURCE 200809L

#include "node/rootkeys.h"

#include "node/keyfile.h"
#include "tests/lib/tempdir.h"
#include "tests/lib/test.h"

#include <string.h>
#include <unistd.h>

static char dir[TEST_PATH_MAX];
static struct cairn_suite suite;
static struct cairn_rootkeys keys;

static int begin(void **state)
{
    (void)state;
    test_tempdir_open(dir);
    assert_err(cairn_suite_open_real(&suite), CAIRN_OK);
    keys = (struct cairn_rootkeys){.dir = dir, .suite = &suite};
    return 0;
}

static int end(void **state)
{
    (void)state;
    cairn_suite_close(&suite);
    test_tempdir_close(dir);
    return 0;
}

static cairn_err find(const uint8_t seed[static 32], uint32_t *out_number)
{
    uint8_t hash[32];
    uint8_t found[32] = {0};
    cairn_rootkeys_hash(&suite, seed, hash);
    cairn_err err = cairn_rootkeys_find(&keys, hash, found, out_number);
    assert_int_equal(memcmp(found, seed, 32) == 0, err == CAIRN_OK);
    return err;
}

TEST(a_key_is_found_by_its_public_half_whatever_its_number)
{
    uint8_t seeds[3][32];
    uint32_t number = 0;
    for (uint32_t i = 0; i < 3; i++) {
        assert_err(cairn_rootkeys_draw(&keys, 4 * i + 1, seeds[i]), CAIRN_OK);
    }
    for (uint32_t i = 0; i < 3; i++) {
        assert_err(find(seeds[i], &number), CAIRN_OK);
        assert_int_equal(number, 4 * i + 1);
    }
    seeds[0][0] ^= 1;
    assert_err(find(seeds[0], &number), CAIRN_NOT_FOUND);
}

TEST(a_key_that_was_drawn_once_is_not_drawn_again)
{
    uint8_t first[32];
    uint8_t second[32];
    assert_err(cairn_rootkeys_draw(&keys, 7, first), CAIRN_OK);
    assert_err(cairn_rootkeys_draw(&keys, 7, second), CAIRN_OK);
    assert_memory_equal(first, second, 32);
    assert_err(cairn_rootkeys_draw(&keys, 8, second), CAIRN_OK);
    assert_memory_not_equal(first, second, 32);
    assert_err(cairn_rootkeys_draw(&keys, CAIRN_ROOTKEYS_NUMBER_MAX + 1, second), CAIRN_FULL);
}

TEST(a_file_that_does_not_open_is_told_only_when_no_other_holds_the_key)
{
    uint8_t open[32];
    uint8_t sealed[32];
    uint32_t number = 0;
    assert_err(cairn_rootkeys_draw(&keys, 1, open), CAIRN_OK);
    keys.passphrase = cairn_bytes_of("twelve stones");
    assert_err(cairn_rootkeys_draw(&keys, 2, sealed), CAIRN_OK);
    assert_err(find(sealed, &number), CAIRN_OK);
    keys.passphrase = cairn_bytes_of("twelve bones");
    assert_err(find(open, &number), CAIRN_OK);
    assert_int_equal(number, 1);
    assert_err(find(sealed, &number), CAIRN_CRYPTO_PASSPHRASE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_key_is_found_by_its_public_half_whatever_its_number,
                                        begin, end),
        cmocka_unit_test_setup_teardown(a_key_that_was_drawn_once_is_not_drawn_again, begin, end),
        cmocka_unit_test_setup_teardown(
            a_file_that_does_not_open_is_told_only_when_no_other_holds_the_key, begin, end),
    };
    return cmocka_run_group_tests_name("rootkeys", tests, NULL, NULL);
}
