#define _POSIX_C_SOURCE 200809L

#include "node/file.h"

#include "tests/lib/syncs.h"
#include "tests/lib/tempdir.h"
#include "tests/lib/test.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct cairn_file_how fresh = {.mode = 0600};
static const struct cairn_file_how over = {.mode = 0644, .is_replace = true};

static void assert_content(const char *path, const char *wanted)
{
    uint8_t out[64];
    size_t size = 0;
    assert_err(cairn_file_read(path, out, sizeof out, &size), CAIRN_OK);
    assert_int_equal(size, strlen(wanted));
    assert_memory_equal(out, wanted, size);
}

static unsigned mode_of(const char *path)
{
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    return status.st_mode & 0777u;
}

TEST(a_file_is_written_with_exactly_its_mode)
{
    char dir[TEST_PATH_MAX], path[TEST_PATH_MAX];
    test_tempdir_open(dir);
    test_tempdir_path(dir, "a", path);
    mode_t umask_before = umask(0077);
    assert_err(cairn_file_write(path, cairn_bytes_of("one"), &fresh), CAIRN_OK);
    assert_content(path, "one");
    assert_int_equal(mode_of(path), 0600);
    assert_err(cairn_file_write(path, cairn_bytes_of("two and more"), &over), CAIRN_OK);
    assert_content(path, "two and more");
    assert_int_equal(mode_of(path), 0644);
    (void)umask(umask_before);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(dir), 0); /* nothing temporary was left */
}

/* Its bytes, then its name: else a power cut could leave a name without what it stands for. */
TEST(a_file_is_durable_before_it_has_its_name_and_the_name_before_it_is_told)
{
    char dir[TEST_PATH_MAX], path[TEST_PATH_MAX];
    bool was_there = true;
    test_tempdir_open(dir);
    test_tempdir_path(dir, "a", path);
    for (uint32_t turn = 0; turn < 2; turn++) {
        syncs_watch(path);
        syncs_forget();
        assert_err(cairn_file_write(path, cairn_bytes_of("one"), turn == 0 ? &fresh : &over),
                   CAIRN_OK);
        assert_int_equal(syncs_count(dir, ""), 2);
        assert_int_equal(syncs_first(dir, "/a.", &was_there), 0);
        assert_int_equal(was_there, turn == 1);
        assert_int_equal(syncs_count(dir, "/a."), 1); /* the other one is the directory */
    }
    test_tempdir_path(dir, "b", path);
    syncs_watch(path);
    syncs_forget();
    assert_err(cairn_file_make_dir(path), CAIRN_OK);
    assert_int_equal(syncs_first(dir, "", &was_there), 0);
    assert_true(was_there);
    syncs_watch(NULL);
    test_tempdir_close(dir);
}

TEST(a_file_that_is_there_is_replaced_only_on_request)
{
    char dir[TEST_PATH_MAX], path[TEST_PATH_MAX];
    test_tempdir_open(dir);
    test_tempdir_path(dir, "a", path);
    assert_false(cairn_file_is_there(path));
    assert_err(cairn_file_write(path, cairn_bytes_of("one"), &fresh), CAIRN_OK);
    assert_true(cairn_file_is_there(path));
    assert_err(cairn_file_write(path, cairn_bytes_of("two"), &fresh), CAIRN_EXISTS);
    assert_content(path, "one");
    test_tempdir_path(dir, "a/b", path);
    assert_false(cairn_file_is_there(path));
    test_tempdir_path(dir, "circle", path);
    assert_int_equal(symlink("circle", path), 0);
    test_tempdir_path(dir, "circle/b", path);
    assert_true(cairn_file_is_there(path)); /* nobody can tell */
    test_tempdir_close(dir);
}

TEST(a_write_that_fails_harms_nothing)
{
    char dir[TEST_PATH_MAX], path[TEST_PATH_MAX], nowhere[TEST_PATH_MAX];
    struct rlimit limit, small;
    test_tempdir_open(dir);
    test_tempdir_path(dir, "a", path);
    test_tempdir_path(dir, "none/a", nowhere);
    assert_err(cairn_file_write(path, cairn_bytes_of("one"), &fresh), CAIRN_OK);
    assert_err(cairn_file_write(nowhere, cairn_bytes_of("one"), &fresh), CAIRN_FILE);

    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    small = (struct rlimit){.rlim_cur = 1000, .rlim_max = limit.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    cairn_err err = cairn_file_write(path, test_frame(4096), &over);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    assert_err(err, CAIRN_FILE);
    assert_content(path, "one");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(dir), 0);
}

TEST(a_file_is_read_whole_or_not_at_all)
{
    char dir[TEST_PATH_MAX], path[TEST_PATH_MAX];
    uint8_t out[8];
    size_t size = 99;
    test_tempdir_open(dir);
    test_tempdir_path(dir, "a", path);
    assert_err(cairn_file_read(path, out, sizeof out, &size), CAIRN_NOT_FOUND);
    assert_err(cairn_file_read(dir, out, sizeof out, &size), CAIRN_FILE);
    test_tempdir_write(path, "12345678");
    assert_err(cairn_file_read(path, out, 7, &size), CAIRN_TOO_LONG);
    assert_int_equal(size, 99);
    assert_err(cairn_file_read(path, out, 8, &size), CAIRN_OK);
    assert_int_equal(size, 8);
    assert_memory_equal(out, "12345678", 8);
    test_tempdir_close(dir);
}

TEST(a_secret_that_others_can_read_is_refused)
{
    char dir[TEST_PATH_MAX], path[TEST_PATH_MAX];
    uint8_t out[8];
    size_t size = 0;
    test_tempdir_open(dir);
    test_tempdir_path(dir, "a", path);
    test_tempdir_write(path, "secret");
    static const struct {
        mode_t mode;
        cairn_err err;
    } cases[] = {
        {0600, CAIRN_OK},       {0400, CAIRN_OK},       {0640, CAIRN_KEY_MODE},
        {0604, CAIRN_KEY_MODE}, {0620, CAIRN_KEY_MODE}, {0601, CAIRN_KEY_MODE},
    };
    for (size_t at = 0; at < sizeof cases / sizeof *cases; at++) {
        assert_int_equal(chmod(path, cases[at].mode), 0);
        assert_err(cairn_file_read_secret(path, out, sizeof out, &size), cases[at].err);
    }
    assert_err(cairn_file_read_secret(dir, out, sizeof out, &size), CAIRN_FILE);
    char fifo[TEST_PATH_MAX];
    test_tempdir_path(dir, "fifo", fifo);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    assert_err(cairn_file_read_secret(fifo, out, sizeof out, &size), CAIRN_FILE);
    test_tempdir_close(dir);
}

static uid_t pretended = (uid_t)-1;

uid_t geteuid(void)
{
    return pretended != (uid_t)-1 ? pretended : getuid();
}

TEST(a_secret_of_somebody_else_is_refused)
{
    char dir[TEST_PATH_MAX], path[TEST_PATH_MAX];
    uint8_t out[8];
    size_t size = 0;
    test_tempdir_open(dir);
    test_tempdir_path(dir, "a", path);
    test_tempdir_write(path, "secret");
    assert_int_equal(chmod(path, 0600), 0);
    bool is_root = getuid() == 0;
    assert_int_equal(is_root ? chown(path, 1234, (gid_t)-1) : 0, 0);
    assert_err(cairn_file_read_secret(path, out, sizeof out, &size),
               is_root ? CAIRN_FILE : CAIRN_OK);
    pretended = 4321;
    assert_err(cairn_file_read_secret(path, out, sizeof out, &size), CAIRN_FILE);
    pretended = is_root ? 1234 : getuid();
    assert_err(cairn_file_read_secret(path, out, sizeof out, &size), CAIRN_OK);
    pretended = (uid_t)-1;
    test_tempdir_close(dir);
}

TEST(a_sync_that_fails_is_told_and_the_file_keeps_what_it_said)
{
    char dir[TEST_PATH_MAX], path[TEST_PATH_MAX];
    test_tempdir_open(dir);
    test_tempdir_path(dir, "a", path);
    syncs_fail(0);
    assert_err(cairn_file_write(path, cairn_bytes_of("one"), &fresh), CAIRN_FILE);
    assert_false(cairn_file_is_there(path));
    assert_err(cairn_file_write(path, cairn_bytes_of("one"), &fresh), CAIRN_OK);
    syncs_fail(0);
    assert_err(cairn_file_write(path, cairn_bytes_of("two"), &over), CAIRN_FILE);
    assert_content(path, "one");
    syncs_fail(1); /* of the directory: whether the name stays is not known */
    assert_err(cairn_file_write(path, cairn_bytes_of("two"), &over), CAIRN_FILE);
    assert_int_equal(unlink(path), 0);
    syncs_fail(0);
    test_tempdir_path(dir, "b", path);
    assert_err(cairn_file_make_dir(path), CAIRN_FILE);
    syncs_fail(UINT32_MAX);
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(rmdir(dir), 0); /* nothing temporary was left */
}

TEST(a_directory_is_made_once_and_only_for_us)
{
    char dir[TEST_PATH_MAX], path[TEST_PATH_MAX], file[TEST_PATH_MAX];
    test_tempdir_open(dir);
    test_tempdir_path(dir, "keys", path);
    test_tempdir_path(dir, "file", file);
    assert_err(cairn_file_make_dir(path), CAIRN_OK);
    assert_int_equal(mode_of(path), 0700);
    assert_err(cairn_file_make_dir(path), CAIRN_OK);
    test_tempdir_write(file, "x");
    assert_err(cairn_file_make_dir(file), CAIRN_FILE);
    test_tempdir_close(dir);
}

TEST(paths_that_are_too_long_are_refused)
{
    static char name[CAIRN_FILE_PATH_MAX];
    char path[CAIRN_FILE_PATH_MAX];
    memset(name, 'n', sizeof name - 1);
    assert_err(cairn_file_path("d", "n", path), CAIRN_OK);
    assert_string_equal(path, "d/n");
    assert_err(cairn_file_path("d", name, path), CAIRN_TOO_LONG);
    assert_string_equal(path, "");
    assert_err(cairn_file_write(name, cairn_bytes_of("x"), &fresh), CAIRN_TOO_LONG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_written_with_exactly_its_mode),
        cmocka_unit_test(a_file_is_durable_before_it_has_its_name_and_the_name_before_it_is_told),
        cmocka_unit_test(a_file_that_is_there_is_replaced_only_on_request),
        cmocka_unit_test(a_write_that_fails_harms_nothing),
        cmocka_unit_test(a_file_is_read_whole_or_not_at_all),
        cmocka_unit_test(a_secret_that_others_can_read_is_refused),
        cmocka_unit_test(a_secret_of_somebody_else_is_refused),
        cmocka_unit_test(a_sync_that_fails_is_told_and_the_file_keeps_what_it_said),
        cmocka_unit_test(a_directory_is_made_once_and_only_for_us),
        cmocka_unit_test(paths_that_are_too_long_are_refused),
    };
    return cmocka_run_group_tests_name("file", tests, NULL, NULL);
}
