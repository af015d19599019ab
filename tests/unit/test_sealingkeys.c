/* Method: keys drawn into a directory for a document, read back by what the document says. */
#define _POSIX_C_SOURCE 200809L

#include "node/sealingkeys.h"

#include "crypto/secret.h"
#include "node/keyfile.h"
#include "tests/lib/tempdir.h"
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[TEST_PATH_MAX];
static struct cairn_suite suite;
static struct cairn_country_doc doc;
static struct cairn_sealingkeys keys;

static int begin(void **state)
{
    (void)state;
    test_tempdir_open(dir);
    assert_err(cairn_suite_open_real(&suite), CAIRN_OK);
    doc = (struct cairn_country_doc){.sealing_count = 0};
    return 0;
}

static int end(void **state)
{
    (void)state;
    cairn_suite_close(&suite);
    test_tempdir_close(dir);
    return 0;
}

static void path_of(uint32_t number, char out[static TEST_PATH_MAX])
{
    char name[32];
    (void)snprintf(name, sizeof name, "sealing-%u.key", number);
    test_tempdir_path(dir, name, out);
}

TEST(each_key_is_a_new_file_and_the_next_line)
{
    for (uint32_t i = 1; i <= CAIRN_COUNTRY_SEALING_MAX; i++) {
        char path[TEST_PATH_MAX];
        struct stat found;
        assert_err(cairn_sealingkeys_draw(dir, &suite, &doc), CAIRN_OK);
        assert_int_equal(doc.sealing_count, i);
        assert_int_equal(doc.sealing[i - 1].number, i);
        path_of(i, path);
        assert_int_equal(stat(path, &found), 0);
        assert_int_equal(found.st_mode & 0777, 0600);
    }
    assert_err(cairn_sealingkeys_load(dir, &doc, &suite, &keys), CAIRN_OK);
    assert_int_equal(keys.count, CAIRN_COUNTRY_SEALING_MAX);
    for (uint32_t i = 0; i < keys.count; i++) {
        uint8_t found[32];
        cairn_suite_dh_public(&suite, keys.secrets[i], found);
        assert_memory_equal(found, doc.sealing[i].key, 32);
    }
}

TEST(a_ninth_key_is_refused_and_no_file_is_made)
{
    char path[TEST_PATH_MAX];
    struct cairn_country_doc before;
    for (uint32_t i = 0; i < CAIRN_COUNTRY_SEALING_MAX; i++) {
        assert_err(cairn_sealingkeys_draw(dir, &suite, &doc), CAIRN_OK);
    }
    before = doc;
    assert_err(cairn_sealingkeys_draw(dir, &suite, &doc), CAIRN_FULL);
    assert_memory_equal(&doc, &before, sizeof doc);
    path_of(CAIRN_COUNTRY_SEALING_MAX + 1, path);
    assert_int_not_equal(access(path, F_OK), 0);
    doc.sealing_count = 1;
    doc.sealing[0].number = UINT32_MAX;
    assert_err(cairn_sealingkeys_draw(dir, &suite, &doc), CAIRN_FULL);
}

TEST(what_a_command_that_was_cut_off_drew_is_taken)
{
    struct cairn_country_doc again = doc;
    assert_err(cairn_sealingkeys_draw(dir, &suite, &doc), CAIRN_OK);
    assert_err(cairn_sealingkeys_draw(dir, &suite, &again), CAIRN_OK);
    assert_memory_equal(again.sealing[0].key, doc.sealing[0].key, 32);
}

TEST(a_key_that_is_missing_or_another_one_is_told)
{
    char path[TEST_PATH_MAX];
    assert_err(cairn_sealingkeys_draw(dir, &suite, &doc), CAIRN_OK);
    assert_err(cairn_sealingkeys_draw(dir, &suite, &doc), CAIRN_OK);
    doc.sealing[0].key[5] ^= 1;
    assert_err(cairn_sealingkeys_load(dir, &doc, &suite, &keys), CAIRN_DOCUMENT);
    doc.sealing[0].key[5] ^= 1;
    path_of(1, path); /* an older one is counted, the newest one is needed */
    assert_int_equal(unlink(path), 0);
    assert_err(cairn_sealingkeys_load(dir, &doc, &suite, &keys), CAIRN_OK);
    assert_int_equal(keys.count, 1);
    assert_int_equal(keys.missing_count, 1);
    path_of(2, path);
    assert_int_equal(unlink(path), 0);
    assert_err(cairn_sealingkeys_load(dir, &doc, &suite, &keys), CAIRN_NOT_FOUND);
}

TEST(keys_without_a_file_are_called_lost_and_the_newest_gets_a_successor)
{
    char path[TEST_PATH_MAX];
    for (uint32_t i = 0; i < 3; i++) {
        assert_err(cairn_sealingkeys_draw(dir, &suite, &doc), CAIRN_OK);
    }
    assert_err(cairn_sealingkeys_lose(dir, &suite, &doc), CAIRN_OK); /* all are there */
    assert_int_equal(doc.sealing_count, 3);
    path_of(2, path);
    assert_int_equal(unlink(path), 0);
    assert_err(cairn_sealingkeys_lose(dir, &suite, &doc), CAIRN_OK);
    assert_int_equal(doc.sealing_count, 3);
    assert_true(doc.sealing[1].is_lost && !doc.sealing[0].is_lost && !doc.sealing[2].is_lost);
    path_of(3, path);
    assert_int_equal(unlink(path), 0);
    struct cairn_country_doc before = doc;
    assert_err(cairn_sealingkeys_lose(dir, &suite, &doc), CAIRN_OK);
    assert_int_equal(doc.sealing_count, 4);
    assert_true(doc.sealing[2].is_lost && !doc.sealing[3].is_lost);
    assert_err(cairn_sealingkeys_lose(dir, &suite, &before), CAIRN_OK); /* it was cut off */
    assert_memory_equal(before.sealing[3].key, doc.sealing[3].key, 32);
    assert_err(cairn_sealingkeys_load(dir, &doc, &suite, &keys), CAIRN_OK);
    assert_int_equal(keys.missing_count, 0);
    assert_int_equal(keys.count, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_key_is_a_new_file_and_the_next_line, begin, end),
        cmocka_unit_test_setup_teardown(a_ninth_key_is_refused_and_no_file_is_made, begin, end),
        cmocka_unit_test_setup_teardown(what_a_command_that_was_cut_off_drew_is_taken, begin, end),
        cmocka_unit_test_setup_teardown(a_key_that_is_missing_or_another_one_is_told, begin, end),
        cmocka_unit_test_setup_teardown(
            keys_without_a_file_are_called_lost_and_the_newest_gets_a_successor, begin, end),
    };
    return cmocka_run_group_tests_name("sealingkeys", tests, NULL, NULL);
}
