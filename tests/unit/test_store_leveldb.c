/* Method: a real database in a temporary directory for each test; every story of loss is played to
 * its end: what was acknowledged must be there, what was refused must not. */
#define _POSIX_C_SOURCE 200809L

#include "node/store_leveldb.h"

#include "tests/lib/store_scene.h"
#include "tests/lib/test.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

TEST(what_was_written_is_there_after_a_restart)
{
    struct store_scene scene;
    store_scene_open(&scene);
    cairn_store_batch_put(scene.batch, cairn_bytes_of("a"), cairn_bytes_of("1"));
    cairn_store_batch_put(scene.batch, cairn_bytes_of("b"), cairn_bytes_of(""));
    cairn_store_batch_put(scene.batch, cairn_bytes_of("a"), cairn_bytes_of("2"));
    assert_int_equal(cairn_store_batch_size_bytes(scene.batch), 5);
    assert_err(cairn_store_write(scene.store, scene.batch, true), CAIRN_OK);
    store_scene_restart(&scene);
    store_scene_assert_value(&scene, "a", "2");
    store_scene_assert_value(&scene, "b", "");
    store_scene_assert_absent(&scene, "c");
    store_scene_close(&scene);
}

/* It would name keys, which may name persons. */
TEST(leveldbs_own_diary_stands_in_no_directory)
{
    static const char *const names[] = {"LOG", "LOG.old"};
    struct store_scene scene;
    char path[TEST_PATH_MAX];
    store_scene_open(&scene);
    for (uint32_t run = 0; run < 3; run++) {
        for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
            test_tempdir_path(scene.path, names[i], path);
            assert_int_equal(access(path, F_OK), -1);
        }
        store_scene_put(&scene, "a", "1");
        store_scene_restart(&scene);
    }
    store_scene_close(&scene);
}

TEST(a_batch_deletes_and_a_cleared_batch_does_nothing)
{
    struct store_scene scene;
    store_scene_open(&scene);
    store_scene_put(&scene, "a", "1");
    cairn_store_batch_clear(scene.batch);
    cairn_store_batch_delete(scene.batch, cairn_bytes_of("a"));
    cairn_store_batch_clear(scene.batch);
    assert_int_equal(cairn_store_batch_size_bytes(scene.batch), 0);
    assert_err(cairn_store_write(scene.store, scene.batch, false), CAIRN_OK);
    store_scene_assert_value(&scene, "a", "1");
    cairn_store_batch_delete(scene.batch, cairn_bytes_of("a"));
    assert_err(cairn_store_write(scene.store, scene.batch, false), CAIRN_OK);
    store_scene_assert_absent(&scene, "a");
    store_scene_close(&scene);
}

TEST(a_store_that_is_not_there_is_not_created)
{
    struct store_scene scene;
    store_scene_open(&scene);
    char path[TEST_PATH_MAX];
    test_tempdir_path(scene.dir, "views", path);
    struct cairn_store *store = NULL;
    struct cairn_store_options options = {.path = path, .kind = CAIRN_STORE_VIEWS};
    assert_err(cairn_store_open(&options, &store), CAIRN_NOT_FOUND);
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_err(cairn_store_open(&options, &store), CAIRN_NOT_FOUND);
    assert_null(store);
    store_scene_close(&scene);
}

TEST(a_store_that_is_there_is_not_created_again)
{
    struct store_scene scene;
    store_scene_open(&scene);
    store_scene_put(&scene, "a", "1");
    store_scene_stop(&scene);
    struct cairn_store_options options = store_scene_options(&scene, true);
    assert_err(cairn_store_open(&options, &scene.store), CAIRN_EXISTS);
    options.is_new = false;
    assert_err(cairn_store_open(&options, &scene.store), CAIRN_OK);
    store_scene_assert_value(&scene, "a", "1");
    store_scene_close(&scene);
}

TEST(a_second_opener_is_told_that_it_is_locked)
{
    struct store_scene scene;
    store_scene_open(&scene);
    struct cairn_store *second = NULL;
    struct cairn_store_options options = store_scene_options(&scene, false);
    assert_err(cairn_store_open(&options, &second), CAIRN_LOCKED);
    assert_null(second);
    store_scene_put(&scene, "a", "1");
    store_scene_close(&scene);
}

TEST(without_its_current_file_a_store_is_damaged_and_not_empty)
{
    struct store_scene scene;
    store_scene_open(&scene);
    uint8_t content[64];
    struct test_rng rng = test_rng_open();
    test_rng_bytes(&rng, content, sizeof content);
    assert_err(store_scene_write(&scene, "a", (struct cairn_bytes){content, sizeof content}),
               CAIRN_OK);
    store_scene_stop(&scene);

    char current[TEST_PATH_MAX], aside[TEST_PATH_MAX];
    test_tempdir_path(scene.path, "CURRENT", current);
    test_tempdir_path(scene.dir, "CURRENT", aside);
    assert_int_equal(rename(current, aside), 0);
    struct cairn_store_options options = store_scene_options(&scene, false);
    assert_err(cairn_store_open(&options, &scene.store), CAIRN_DISK_CORRUPT);
    options.is_new = true;
    assert_err(cairn_store_open(&options, &scene.store), CAIRN_EXISTS);
    assert_int_equal(test_tempdir_count_holding(scene.path, content, sizeof content), 1);

    assert_int_equal(rename(aside, current), 0);
    options.is_new = false;
    assert_err(cairn_store_open(&options, &scene.store), CAIRN_OK);
    store_scene_close(&scene);
}

TEST(a_store_of_the_other_kind_is_refused)
{
    struct store_scene scene;
    store_scene_open(&scene);
    store_scene_stop(&scene);
    struct cairn_store_options options = store_scene_options(&scene, false);
    options.kind = CAIRN_STORE_VIEWS;
    assert_err(cairn_store_open(&options, &scene.store), CAIRN_DISK_CORRUPT);
    store_scene_close(&scene);
}

/* As another program, or another version of this one, would leave it. */
static void put_mark(const struct store_scene *scene, const void *mark, size_t size)
{
    char *message = NULL;
    leveldb_options_t *options = leveldb_options_create();
    leveldb_writeoptions_t *how = leveldb_writeoptions_create();
    leveldb_t *db = leveldb_open(options, scene->path, &message);
    assert_null(message);
    leveldb_put(db, how, "\xFFstore", 6, mark, size, &message);
    assert_null(message);
    leveldb_close(db);
    leveldb_writeoptions_destroy(how);
    leveldb_options_destroy(options);
}

TEST(a_store_of_another_program_format_or_kind_is_refused)
{
    static const struct {
        char mark[17];
        size_t size;
        cairn_err err;
    } cases[] = {
        {"cairn\1\0\0\0\0\0\0\0\0\7", 15, CAIRN_OK},
        {"cairm\1\0\0\0\0\0\0\0\0\7", 15, CAIRN_DISK_CORRUPT},
        {"bairn\1\0\0\0\0\0\0\0\0\7", 15, CAIRN_DISK_CORRUPT},
        {"cairn\2\0\0\0\0\0\0\0\0\7", 15, CAIRN_DISK_CORRUPT},
        {"cairn\0\0\0\0\0\0\0\0\0\7", 15, CAIRN_DISK_CORRUPT},
        {"cairn\1\1\0\0\0\0\0\0\0\7", 15, CAIRN_DISK_CORRUPT},
        {"cairn\1\0\0\0\0\0\0\0\0\7", 14, CAIRN_DISK_CORRUPT},
        {"cairn\1\0\0\0\0\0\0\0\0\7", 16, CAIRN_DISK_CORRUPT},
    };
    struct store_scene scene;
    store_scene_open(&scene);
    store_scene_stop(&scene);
    struct cairn_store_options options = store_scene_options(&scene, false);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        put_mark(&scene, cases[i].mark, cases[i].size);
        assert_err(cairn_store_open(&options, &scene.store), cases[i].err);
        if (cases[i].err == CAIRN_OK) {
            store_scene_stop(&scene);
        }
    }
    scene.store = NULL;
    store_scene_close(&scene);
}

TEST(views_are_opened_again_as_views_only)
{
    struct store_scene scene;
    struct cairn_store *views = NULL;
    store_scene_open(&scene);
    store_scene_stop(&scene);
    test_tempdir_path(scene.dir, "views", scene.path);
    struct cairn_store_options options = store_scene_options(&scene, true);
    options.kind = CAIRN_STORE_VIEWS;
    assert_err(cairn_store_open(&options, &views), CAIRN_OK);
    cairn_store_close(views);
    options.is_new = false;
    assert_err(cairn_store_open(&options, &views), CAIRN_OK);
    cairn_store_close(views);
    options.kind = CAIRN_STORE_LOG;
    assert_err(cairn_store_open(&options, &views), CAIRN_DISK_CORRUPT);
    store_scene_close(&scene);
}

TEST(a_damaged_journal_is_refused_and_not_cut)
{
    struct store_scene scene;
    store_scene_open(&scene);
    store_scene_put(&scene, "a", "the first of many");
    for (uint32_t row = 0; row < 1000; row++) {
        store_scene_put(&scene, "b", "and what comes after it");
    }
    store_scene_stop(&scene);
    char journal[TEST_PATH_MAX];
    test_tempdir_find(scene.path, ".log", journal);
    test_tempdir_flip(journal, 40000);
    struct cairn_store_options options = store_scene_options(&scene, false);
    assert_err(cairn_store_open(&options, &scene.store), CAIRN_DISK_CORRUPT);
    store_scene_close(&scene);
}

TEST(below_the_floor_nothing_is_written_and_the_store_stays_open)
{
    struct store_scene scene;
    store_scene_open(&scene);
    store_scene_put(&scene, "a", "1");
    store_scene_stop(&scene);
    struct cairn_store_options options = store_scene_options(&scene, false);
    options.floor.bytes = UINT64_MAX;
    assert_err(cairn_store_open(&options, &scene.store), CAIRN_OK);
    assert_err(store_scene_write(&scene, "a", cairn_bytes_of("2")), CAIRN_DISK_FLOOR);
    assert_false(cairn_store_is_failed(scene.store));
    store_scene_assert_value(&scene, "a", "1");
    struct cairn_store_range all = {.is_reverse = false};
    assert_err(cairn_store_compact(scene.store, &all), CAIRN_DISK_FLOOR);
    assert_err(cairn_store_reopen(scene.store), CAIRN_DISK_FLOOR);
    assert_true(cairn_store_is_failed(scene.store));
    store_scene_assert_value(&scene, "a", "1");
    store_scene_close(&scene);
}

/* No file may grow beyond this from now on: as if the disk were full. */
static void limit_files(rlim_t size_bytes)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = size_bytes < limit.rlim_max ? size_bytes : limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static uint32_t write_until_failure(struct store_scene *scene, struct cairn_bytes value)
{
    for (uint32_t row = 0; row < 10000; row++) {
        char key[16];
        (void)snprintf(key, sizeof key, "row%05u", row);
        cairn_err err = store_scene_write(scene, key, value);
        if (err != CAIRN_OK) {
            assert_err(err, CAIRN_DISK);
            return row;
        }
    }
    fail();
    return 0;
}

TEST(after_a_failed_write_nothing_is_written_until_the_store_is_reopened)
{
    struct store_scene scene;
    store_scene_open(&scene);
    (void)signal(SIGXFSZ, SIG_IGN);
    limit_files(100000);
    uint32_t acknowledged = write_until_failure(&scene, test_frame(777));
    limit_files(RLIM_INFINITY);
    assert_true(acknowledged > 50);
    assert_true(cairn_store_is_failed(scene.store));

    /* There is room again, but LevelDB would acknowledge now and lose it on opening. */
    assert_err(store_scene_write(&scene, "late", cairn_bytes_of("x")), CAIRN_DISK);
    store_scene_assert_absent(&scene, "late");
    struct cairn_store_stats stats;
    cairn_store_stats(scene.store, &stats);
    assert_true(stats.is_failed);
    assert_int_equal(stats.batch_count, acknowledged);
    assert_int_equal(stats.error_count, 1);

    assert_err(cairn_store_reopen(scene.store), CAIRN_OK);
    assert_false(cairn_store_is_failed(scene.store));
    store_scene_put(&scene, "late", "x");
    store_scene_restart(&scene);
    store_scene_assert_value(&scene, "late", "x");
    for (uint32_t row = 0; row < acknowledged; row++) {
        struct cairn_bytes value;
        char key[16];
        (void)snprintf(key, sizeof key, "row%05u", row);
        assert_err(cairn_store_get(scene.store, cairn_bytes_of(key), &value), CAIRN_OK);
        assert_int_equal(value.size, 777);
        cairn_store_free(value);
    }
    store_scene_close(&scene);
}

TEST(a_reopening_that_fails_can_be_tried_again)
{
    struct store_scene scene;
    store_scene_open(&scene);
    store_scene_put(&scene, "a", "1");
    char aside[TEST_PATH_MAX];
    test_tempdir_path(scene.dir, "aside", aside);
    assert_int_equal(rename(scene.path, aside), 0);
    assert_err(cairn_store_reopen(scene.store), CAIRN_NOT_FOUND);
    assert_true(cairn_store_is_failed(scene.store));
    struct cairn_bytes value;
    assert_err(cairn_store_get(scene.store, cairn_bytes_of("a"), &value), CAIRN_DISK);
    assert_err(store_scene_write(&scene, "b", cairn_bytes_of("2")), CAIRN_DISK);
    assert_int_equal(rename(aside, scene.path), 0);
    assert_err(cairn_store_reopen(scene.store), CAIRN_OK);
    store_scene_assert_value(&scene, "a", "1");
    store_scene_put(&scene, "b", "2");
    store_scene_close(&scene);
}

TEST(a_disk_that_forgets_an_acknowledged_batch_is_found_out)
{
    struct store_scene scene;
    store_scene_open(&scene);
    char other[TEST_PATH_MAX], aside[TEST_PATH_MAX];
    test_tempdir_path(scene.dir, "other", other);
    test_tempdir_path(scene.dir, "aside", aside);
    struct cairn_store *forgetful = NULL;
    struct cairn_store_options options = {.path = other, .kind = CAIRN_STORE_LOG, .is_new = true};
    assert_err(cairn_store_open(&options, &forgetful), CAIRN_OK);
    cairn_store_close(forgetful);

    store_scene_put(&scene, "a", "1");
    assert_int_equal(rename(scene.path, aside), 0);
    assert_int_equal(rename(other, scene.path), 0);
    assert_err(cairn_store_reopen(scene.store), CAIRN_DISK_CORRUPT);
    assert_true(cairn_store_is_failed(scene.store));
    store_scene_close(&scene);
}

static void write_first(void *argument)
{
    struct store_scene *scene = argument;
    cairn_store_batch_put(scene->batch, cairn_bytes_of("a"), cairn_bytes_of("1"));
    (void)!cairn_store_write(scene->store, scene->batch, true);
}

TEST(a_disk_that_forgets_what_was_there_at_the_start_is_found_out)
{
    struct store_scene scene;
    store_scene_open(&scene);
    char other[TEST_PATH_MAX], aside[TEST_PATH_MAX];
    test_tempdir_path(scene.dir, "other", other);
    test_tempdir_path(scene.dir, "aside", aside);
    struct cairn_store *forgetful = NULL;
    struct cairn_store_options options = {.path = other, .kind = CAIRN_STORE_LOG, .is_new = true};
    assert_err(cairn_store_open(&options, &forgetful), CAIRN_OK);
    cairn_store_close(forgetful);
    store_scene_put(&scene, "a", "1");
    store_scene_restart(&scene);
    assert_int_equal(rename(scene.path, aside), 0);
    assert_int_equal(rename(other, scene.path), 0);
    assert_err(cairn_store_reopen(scene.store), CAIRN_DISK_CORRUPT);
    store_scene_close(&scene);
}

TEST(a_disk_that_has_more_than_was_written_is_found_out)
{
    struct store_scene scene;
    store_scene_open(&scene);
    store_scene_stop(&scene);
    char other[TEST_PATH_MAX], aside[TEST_PATH_MAX];
    test_tempdir_path(scene.dir, "other", other);
    test_tempdir_path(scene.dir, "aside", aside);
    struct store_scene ahead = scene;
    memcpy(ahead.path, other, sizeof other);
    struct cairn_store_options options = store_scene_options(&ahead, true);
    assert_err(cairn_store_open(&options, &ahead.store), CAIRN_OK);
    store_scene_put(&ahead, "a", "1");
    store_scene_put(&ahead, "b", "2");
    store_scene_stop(&ahead);
    options = store_scene_options(&scene, false);
    assert_err(cairn_store_open(&options, &scene.store), CAIRN_OK);
    assert_int_equal(rename(scene.path, aside), 0);
    assert_int_equal(rename(other, scene.path), 0);
    assert_err(cairn_store_reopen(scene.store), CAIRN_DISK_CORRUPT);
    store_scene_close(&scene);
}

TEST(a_second_writer_is_our_own_mistake)
{
    struct store_scene scene;
    store_scene_open(&scene);
    uv_thread_t writer;
    assert_int_equal(uv_thread_create(&writer, write_first, &scene), 0);
    assert_int_equal(uv_thread_join(&writer), 0);
    store_scene_assert_value(&scene, "a", "1");
    expect_assert_failure((void)!cairn_store_write(scene.store, scene.batch, true));
    expect_assert_failure((void)!cairn_store_reopen(scene.store));
    store_scene_close(&scene);
}

TEST(keys_that_cannot_be_stored_are_our_own_mistake)
{
    struct store_scene scene;
    store_scene_open(&scene);
    struct cairn_bytes value = cairn_bytes_of("1");
    expect_assert_failure(cairn_store_batch_put(scene.batch, cairn_bytes_of(""), value));
    expect_assert_failure(cairn_store_batch_put(scene.batch, cairn_bytes_of("\xFFstore"), value));
    expect_assert_failure(
        cairn_store_batch_put(scene.batch, test_frame(CAIRN_STORE_KEY_MAX + 1), value));
    store_scene_close(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_written_is_there_after_a_restart),
        cmocka_unit_test(leveldbs_own_diary_stands_in_no_directory),
        cmocka_unit_test(a_batch_deletes_and_a_cleared_batch_does_nothing),
        cmocka_unit_test(a_store_that_is_not_there_is_not_created),
        cmocka_unit_test(a_store_that_is_there_is_not_created_again),
        cmocka_unit_test(a_second_opener_is_told_that_it_is_locked),
        cmocka_unit_test(without_its_current_file_a_store_is_damaged_and_not_empty),
        cmocka_unit_test(a_store_of_the_other_kind_is_refused),
        cmocka_unit_test(a_store_of_another_program_format_or_kind_is_refused),
        cmocka_unit_test(views_are_opened_again_as_views_only),
        cmocka_unit_test(a_damaged_journal_is_refused_and_not_cut),
        cmocka_unit_test(below_the_floor_nothing_is_written_and_the_store_stays_open),
        cmocka_unit_test(after_a_failed_write_nothing_is_written_until_the_store_is_reopened),
        cmocka_unit_test(a_reopening_that_fails_can_be_tried_again),
        cmocka_unit_test(a_disk_that_forgets_an_acknowledged_batch_is_found_out),
        cmocka_unit_test(a_disk_that_forgets_what_was_there_at_the_start_is_found_out),
        cmocka_unit_test(a_disk_that_has_more_than_was_written_is_found_out),
        cmocka_unit_test(a_second_writer_is_our_own_mistake),
        cmocka_unit_test(keys_that_cannot_be_stored_are_our_own_mistake),
    };
    return cmocka_run_group_tests_name("store_leveldb", tests, NULL, NULL);
}
