/* Method: a real worker and a real directory; what the file holds when done has been called. */
#define _POSIX_C_SOURCE 200809L

#include "node/savefile.h"

#include "node/file.h"
#include "tests/lib/tempdir.h"
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static uv_loop_t loop;
static struct cairn_worker *worker;
static char dir[TEST_PATH_MAX];
static char path[TEST_PATH_MAX];

struct outcome {
    uint32_t count;
    cairn_err err;
};

static void on_done(void *host, cairn_err err)
{
    struct outcome *outcome = host;
    outcome->count++;
    outcome->err = err;
}

static void open_all(void)
{
    const struct cairn_worker_options options = {.name = "save", .thread_count = 1, .queue_max = 4};
    test_tempdir_open(dir);
    test_tempdir_path(dir, "file", path);
    assert_int_equal(uv_loop_init(&loop), 0);
    assert_err(cairn_worker_open(&loop, &options, &worker), CAIRN_OK);
}

static void close_all(void)
{
    assert_int_equal(uv_run(&loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(uv_loop_close(&loop), 0);
    test_tempdir_close(dir);
}

static struct outcome save(const char *where, const char *text)
{
    struct outcome outcome = {.count = 0};
    char copy[TEST_PATH_MAX];
    char bytes[64];
    (void)snprintf(copy, sizeof copy, "%s", where);
    (void)snprintf(bytes, sizeof bytes, "%s", text);
    const struct cairn_savefile what = {.path = copy,
                                        .bytes = cairn_bytes_of(bytes),
                                        .mode = 0640,
                                        .done = on_done,
                                        .host = &outcome};
    assert_err(cairn_savefile_post(worker, &what), CAIRN_OK);
    memset(copy, 'x', sizeof copy); /* both are copied */
    memset(bytes, 'x', sizeof bytes);
    assert_int_equal(outcome.count, 0); /* never from within the call */
    while (outcome.count == 0) {
        (void)uv_run(&loop, UV_RUN_ONCE);
    }
    return outcome;
}

static void assert_holds(const char *text)
{
    uint8_t bytes[64];
    size_t size = 0;
    assert_err(cairn_file_read(path, bytes, sizeof bytes, &size), CAIRN_OK);
    assert_int_equal(size, strlen(text));
    assert_memory_equal(bytes, text, size);
}

TEST(a_file_is_there_with_its_mode_when_done_is_called)
{
    struct stat status;
    open_all();
    assert_err(save(path, "first").err, CAIRN_OK);
    assert_holds("first");
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777u, 0640);
    cairn_worker_close(worker, NULL, NULL);
    close_all();
}

TEST(a_later_one_replaces_it_whole_and_nothing_lies_beside_it)
{
    open_all();
    assert_err(save(path, "a long first text").err, CAIRN_OK);
    assert_err(save(path, "short").err, CAIRN_OK);
    assert_holds("short");
    assert_err(save(path, "").err, CAIRN_OK);
    assert_holds("");
    assert_int_equal(test_tempdir_count_holding(dir, "long first", 10), 0);
    cairn_worker_close(worker, NULL, NULL);
    close_all();
}

TEST(where_no_file_can_be_the_failure_is_told_and_the_old_one_stays)
{
    char nowhere[TEST_PATH_MAX];
    open_all();
    assert_err(save(path, "kept").err, CAIRN_OK);
    test_tempdir_path(dir, "none/file", nowhere);
    struct outcome outcome = save(nowhere, "lost");
    assert_err(outcome.err, CAIRN_FILE);
    assert_int_equal(outcome.count, 1);
    assert_holds("kept");
    cairn_worker_close(worker, NULL, NULL);
    close_all();
}

TEST(a_worker_that_closes_takes_nothing_and_done_is_not_called)
{
    struct outcome outcome = {.count = 0};
    open_all();
    const struct cairn_savefile what = {.path = path,
                                        .bytes = cairn_bytes_of("late"),
                                        .mode = 0600,
                                        .done = on_done,
                                        .host = &outcome};
    cairn_worker_close(worker, NULL, NULL);
    assert_err(cairn_savefile_post(worker, &what), CAIRN_STATE);
    close_all();
    assert_int_equal(outcome.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_there_with_its_mode_when_done_is_called),
        cmocka_unit_test(a_later_one_replaces_it_whole_and_nothing_lies_beside_it),
        cmocka_unit_test(where_no_file_can_be_the_failure_is_told_and_the_old_one_stays),
        cmocka_unit_test(a_worker_that_closes_takes_nothing_and_done_is_not_called),
    };
    return cmocka_run_group_tests_name("savefile", tests, NULL, NULL);
}
