/* Method: a directory as a node has it; the file that is made, read again, and spoilt. */
#define _POSIX_C_SOURCE 200809L

#include "node/webkey.h"

#include "node/file.h"
#include "tests/lib/tempdir.h"
#include "tests/lib/test.h"

#include <string.h>
#include <sys/stat.h>

static char dir[TEST_PATH_MAX];
static char path[TEST_PATH_MAX];
static struct cairn_config config;

static void open_dir(void)
{
    char keys[TEST_PATH_MAX];
    test_tempdir_open(dir);
    test_tempdir_path(dir, "keys", keys);
    test_tempdir_path(dir, "keys/web.pem", path);
    assert_err(cairn_file_make_dir(keys), CAIRN_OK);
    cairn_config_init(&config);
    memcpy(config.node, "vienna-1", 9);
    memcpy(config.http.host, "127.0.0.1", 10);
    memcpy(config.hosts[0], "cairn.example:7480", 19);
    memcpy(config.hosts[1], "[::1]:7480", 11);
    config.host_count = 2;
}

static void read_key(uint8_t out[static 32])
{
    struct cairn_tls_identity *identity = NULL;
    assert_err(cairn_webkey_open(dir, &config, &identity), CAIRN_OK);
    cairn_tls_identity_spki(identity, out);
    cairn_tls_identity_close(identity);
}

TEST(it_is_made_once_for_the_owner_alone_and_found_again)
{
    uint8_t first[32], second[32];
    struct stat status;
    open_dir();
    read_key(first);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777u, 0600);
    read_key(second);
    assert_memory_equal(first, second, 32);
    test_tempdir_close(dir);
}

TEST(two_nodes_have_two_keys)
{
    uint8_t first[32], second[32];
    open_dir();
    read_key(first);
    test_tempdir_close(dir);
    open_dir();
    read_key(second);
    assert_memory_not_equal(first, second, 32);
    test_tempdir_close(dir);
}

TEST(a_file_that_others_may_read_is_refused)
{
    uint8_t key[32];
    struct cairn_tls_identity *identity = NULL;
    open_dir();
    read_key(key);
    assert_int_equal(chmod(path, 0640), 0);
    assert_err(cairn_webkey_open(dir, &config, &identity), CAIRN_KEY_MODE);
    test_tempdir_close(dir);
}

TEST(rubbish_is_refused_and_not_written_over)
{
    struct cairn_tls_identity *identity = NULL;
    char keys[TEST_PATH_MAX];
    open_dir();
    test_tempdir_path(dir, "keys", keys);
    test_tempdir_write(path, "no key at all\n");
    assert_err(cairn_webkey_open(dir, &config, &identity), CAIRN_CRYPTO_KEY);
    assert_int_equal(test_tempdir_count_holding(keys, "no key at all", 13), 1);
    test_tempdir_close(dir);
}

TEST(where_it_cannot_be_kept_none_is_given)
{
    struct cairn_tls_identity *identity = NULL;
    char keys[TEST_PATH_MAX];
    open_dir();
    test_tempdir_path(dir, "none", keys); /* a node's directory without keys/ */
    assert_err(cairn_webkey_open(keys, &config, &identity), CAIRN_FILE);
    assert_null(identity);
    test_tempdir_close(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_made_once_for_the_owner_alone_and_found_again),
        cmocka_unit_test(two_nodes_have_two_keys),
        cmocka_unit_test(a_file_that_others_may_read_is_refused),
        cmocka_unit_test(rubbish_is_refused_and_not_written_over),
        cmocka_unit_test(where_it_cannot_be_kept_none_is_given),
    };
    return cmocka_run_group_tests_name("webkey", tests, NULL, NULL);
}
