/* Method: a country made by init; its directory thrown away but for the root keys and the document,
 * which a partner has; then made again, also from what an earlier try left. */
#define _POSIX_C_SOURCE 200809L

#include "node/rebuild.h"

#include "node/init.h"
#include "node/recover.h"
#include "node/start.h"
#include "tests/lib/tempdir.h"
#include "tests/lib/test.h"

#include <string.h>
#include <unistd.h>

#define NOW_MS 1800000000000u

static char root[TEST_PATH_MAX];
static char safe[TEST_PATH_MAX]; /* the first directory: keys/ is where the root keys are */
static char dir[TEST_PATH_MAX];
static struct cairn_config config;
static struct cairn_ownnote given;
static struct cairn_ownnote made;
static struct cairn_ownnote old;
static struct cairn_start start;

static int begin(void **state)
{
    (void)state;
    test_tempdir_open(root);
    test_tempdir_path(root, "safe", safe);
    test_tempdir_path(root, "node", dir);
    cairn_logger_set_level(CAIRN_LOGGER_ERROR);
    cairn_config_init(&config);
    memcpy(config.network, "test-rebuild", 13);
    memcpy(config.country, "GEO", 4);
    memcpy(config.node, "tbilisi-1", 10);
    config.floor = (struct cairn_diskspace_floor){.bytes = 0};
    struct cairn_init_options options = {
        .dir = safe, .config = &config, .endpoint = "geo.example:7400", .now_ms = NOW_MS};
    assert_err(cairn_init(&options), CAIRN_OK);
    assert_err(cairn_ownnote_read(safe, &given), CAIRN_OK);
    return 0;
}

static int end(void **state)
{
    (void)state;
    test_tempdir_close(root);
    return 0;
}

static cairn_err rebuild(void)
{
    return cairn_rebuild(dir, &config,
                         (struct cairn_bytes){.data = given.bytes, .size = given.size});
}

/* With everything else that was in it lost. */
static cairn_err recover(struct cairn_recover_result *result)
{
    char keys[TEST_PATH_MAX];
    test_tempdir_path(safe, "keys", keys);
    const struct cairn_recover_options options = {
        .config = &config,
        .is_loss_accepted = true,
        .renew = {.dir = dir,
                  .node = "tbilisi-1",
                  .root_dir = keys,
                  .now_ms = NOW_MS,
                  .days = 30,
                  .is_sealing_lost = true},
    };
    return cairn_recover(&options, &old, &made, result);
}

static bool is_there(const char *name)
{
    char path[TEST_PATH_MAX];
    test_tempdir_path(dir, name, path);
    return access(path, F_OK) == 0;
}

TEST(a_directory_made_again_becomes_the_next_incarnation)
{
    struct cairn_recover_result result;
    assert_err(rebuild(), CAIRN_OK);
    assert_false(is_there("keys/root-1.key"));
    assert_err(recover(&result), CAIRN_OK);
    assert_int_equal(made.doc.serial, 2);
    assert_int_equal(made.doc.sealing_count, 2);
    assert_true(made.doc.sealing[0].is_lost);
    assert_int_equal(made.doc.ended_count, 1);
    assert_memory_equal(made.doc.root, given.doc.root, 32);
    assert_err(cairn_start_open(dir, &config, &start), CAIRN_OK);
    assert_string_equal(start.origin, "test-rebuild/GEO/tbilisi-1/2");
    assert_int_equal(start.identity.sealing_count, 1);
    cairn_start_close(&start);
    assert_err(rebuild(), CAIRN_OK); /* the command again: what came of it stays */
    assert_err(cairn_ownnote_read(dir, &old), CAIRN_OK);
    assert_int_equal(old.doc.serial, 2);
}

TEST(what_a_try_that_was_cut_off_left_is_taken)
{
    char path[TEST_PATH_MAX];
    static const char *const left[] = {"cairn.yaml", "keys/seen.key", "documents/own.note"};
    for (size_t i = 0; i < 3; i++) {
        assert_err(rebuild(), CAIRN_OK);
        for (size_t j = 0; j <= i; j++) {
            test_tempdir_path(dir, left[j], path);
            assert_int_equal(unlink(path), 0);
        }
        assert_err(rebuild(), CAIRN_OK);
        for (size_t j = 0; j < 3; j++) {
            assert_true(is_there(left[j]));
        }
    }
}

TEST(a_document_that_is_not_signed_or_not_this_countrys_makes_nothing)
{
    given.bytes[given.size - 10] ^= 1;
    assert_int_not_equal(rebuild(), CAIRN_OK);
    given.bytes[given.size - 10] ^= 1;
    memcpy(config.country, "AUT", 4);
    assert_err(rebuild(), CAIRN_DOCUMENT);
    assert_false(is_there(""));
}

TEST(an_own_document_that_is_there_is_not_written_over)
{
    struct cairn_recover_result result;
    assert_err(rebuild(), CAIRN_OK);
    assert_err(recover(&result), CAIRN_OK);
    given = made;
    char path[TEST_PATH_MAX];
    test_tempdir_path(dir, "documents/own.note", path);
    assert_int_equal(unlink(path), 0);
    assert_err(cairn_ownnote_write(dir, &old, false), CAIRN_OK);
    assert_err(rebuild(), CAIRN_EXISTS); /* a later one than what is there: somebody must look */
    assert_err(cairn_ownnote_read(dir, &old), CAIRN_OK);
    assert_int_equal(old.doc.serial, 1);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_directory_made_again_becomes_the_next_incarnation),
        CASE(what_a_try_that_was_cut_off_left_is_taken),
        CASE(a_document_that_is_not_signed_or_not_this_countrys_makes_nothing),
        CASE(an_own_document_that_is_there_is_not_written_over),
    };
    return cmocka_run_group_tests_name("rebuild", tests, NULL, NULL);
}
