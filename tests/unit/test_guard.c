/* Method: a real directory; what one guard left is what the next one finds. */
#define _POSIX_C_SOURCE 200809L

#include "node/guard.h"

#include "crypto/hash.h"
#include "node/file.h"
#include "tests/lib/syncs.h"
#include "tests/lib/tempdir.h"
#include "tests/lib/test.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ORIGIN "test-guard/AUT/vienna-1/1"
#define ROOT   "WlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlo="

static char root_dir[TEST_PATH_MAX];
static char dir[TEST_PATH_MAX];
static uint8_t tree_root[32];

/* What START says. */
struct found {
    bool is_present;
    uint64_t size;
    uint8_t root[32];
    bool is_stale;
    bool is_doubted;
};

static int begin(void **state)
{
    (void)state;
    test_tempdir_open(root_dir);
    test_tempdir_path(root_dir, "guard", dir);
    memset(tree_root, 0x5a, sizeof tree_root);
    return 0;
}

static int end(void **state)
{
    (void)state;
    test_tempdir_close(root_dir);
    return 0;
}

static struct found found_at_opening(const char *origin, struct cairn_guard **out)
{
    struct cairn_event start = {.type = CAIRN_EVENT_START};
    assert_err(cairn_guard_open(dir, origin, out, &start), CAIRN_OK);
    struct found found = {.is_present = start.as.start.guard == CAIRN_GUARD_PRESENT,
                          .size = start.as.start.size,
                          .is_stale = start.as.start.is_stale,
                          .is_doubted = start.as.start.is_doubted};
    memcpy(found.root, start.as.start.root, 32);
    return found;
}

/* The core's journal is so long, in order or not. */
static cairn_err follow(struct cairn_guard *guard, uint64_t size, bool is_restoring, bool needs_all)
{
    struct cairn_core_restore restore = {
        .durable_size = size, .is_restoring = is_restoring, .needs_all = needs_all};
    memcpy(restore.durable_root, tree_root, 32);
    return cairn_guard_follow(guard, &restore);
}

static struct found found_by(const char *origin)
{
    struct cairn_guard *guard = NULL;
    struct found found = found_at_opening(origin, &guard);
    cairn_guard_close(guard);
    return found;
}

/* High-water files of these sizes were written one after the other. */
static void write_sizes(const uint64_t *sizes, size_t count)
{
    struct cairn_guard *guard = NULL;
    (void)found_at_opening(ORIGIN, &guard);
    for (size_t i = 0; i < count; i++) {
        assert_err(follow(guard, sizes[i], false, false), CAIRN_OK);
    }
    cairn_guard_close(guard);
}

static void put(const char *name, const char *text)
{
    char path[TEST_PATH_MAX];
    test_tempdir_path(dir, name, path);
    test_tempdir_write(path, text);
}

static cairn_err make(void)
{
    return cairn_guard_make(dir, ORIGIN, false);
}

static bool is_there(const char *name)
{
    char path[TEST_PATH_MAX];
    test_tempdir_path(dir, name, path);
    return access(path, F_OK) == 0;
}

TEST(a_new_guard_says_that_nothing_was_said_yet)
{
    uint8_t empty[32];
    struct cairn_event start;
    cairn_sha256_of((struct cairn_bytes){.size = 0}, empty);
    assert_err(make(), CAIRN_OK);
    memset(&start, 0xff, sizeof start);
    assert_err(cairn_guard_look(dir, ORIGIN, &start), CAIRN_OK);
    assert_false(start.as.start.is_doubted || start.as.start.is_stale);
    struct found found = found_by(ORIGIN);
    assert_true(found.is_present);
    assert_int_equal(found.size, 0);
    assert_memory_equal(found.root, empty, 32);
    assert_false(found.is_stale);
    assert_false(found.is_doubted);
    assert_err(make(), CAIRN_EXISTS);
}

TEST(a_guard_of_an_earlier_incarnation_says_that_nothing_was_said_in_this_one)
{
    struct cairn_guard *guard = NULL;
    struct cairn_event start = {.type = CAIRN_EVENT_START};
    uint8_t empty[32];
    cairn_sha256_of((struct cairn_bytes){.size = 0}, empty);
    assert_err(make(), CAIRN_OK);
    (void)found_at_opening(ORIGIN, &guard);
    assert_err(follow(guard, 41, false, false), CAIRN_OK);
    cairn_guard_close(guard);
    put("doubt", "every partner must be asked\n");
    assert_err(cairn_guard_look(dir, ORIGIN, &start), CAIRN_OK);
    assert_int_equal(start.as.start.size, 41);
    assert_true(start.as.start.is_doubted);

    static const char *const others[] = {"test-other/AUT/vienna-1/3", "test-guard/SRB/vienna-1/3",
                                         "test-guard/AUT/vienna-2/3"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        assert_err(cairn_guard_look(dir, others[i], &start), CAIRN_OK);
        assert_int_equal(start.as.start.guard, CAIRN_GUARD_MISSING);
    }
    struct found found = found_at_opening("test-guard/AUT/vienna-1/3", &guard);
    assert_true(found.is_present);
    assert_int_equal(found.size, 0);
    assert_memory_equal(found.root, empty, 32);
    assert_false(found.is_doubted);
    assert_err(follow(guard, 0, false, false), CAIRN_OK);
    cairn_guard_close(guard);
    assert_false(is_there("doubt"));
    assert_err(cairn_guard_look(dir, "test-guard/AUT/vienna-1/3", &start), CAIRN_OK);
    assert_int_equal(start.as.start.guard, CAIRN_GUARD_PRESENT);
    assert_err(cairn_guard_look(dir, ORIGIN, &start),
               CAIRN_OK); /* a later one's says nothing of an earlier one */
    assert_int_equal(start.as.start.guard, CAIRN_GUARD_MISSING);
    assert_err(cairn_guard_look(dir, "test-guard/AUT/vienna-2/9", &start), CAIRN_OK);
    assert_int_equal(start.as.start.guard, CAIRN_GUARD_MISSING);
}

TEST(what_was_written_last_is_found_also_when_it_was_not_closed)
{
    struct cairn_guard *guard = NULL;
    struct cairn_guard *again = NULL;
    assert_err(make(), CAIRN_OK);
    write_sizes((const uint64_t[]){9, 10, 100}, 3);
    assert_int_equal(found_by(ORIGIN).size, 100);
    (void)found_at_opening(ORIGIN, &guard);
    assert_err(follow(guard, UINT64_MAX - 1, false, false), CAIRN_OK);
    struct found found = found_at_opening(ORIGIN, &again); /* as after kill -9 */
    assert_int_equal(found.size, UINT64_MAX - 1);
    assert_memory_equal(found.root, tree_root, 32);
    assert_false(found.is_stale); /* the machine is up */
    cairn_guard_close(again);
    cairn_guard_close(guard);
}

TEST(a_smaller_size_leaves_no_rest_of_a_larger_one)
{
    assert_err(make(), CAIRN_OK);
    write_sizes((const uint64_t[]){123456, 7}, 2);
    struct found found = found_by(ORIGIN);
    assert_true(found.is_present);
    assert_int_equal(found.size, 7);
}

TEST(a_directory_without_guard_is_made_and_says_that_it_is_missing)
{
    struct cairn_guard *guard = NULL;
    struct found found = found_at_opening(ORIGIN, &guard);
    assert_false(found.is_present);
    cairn_guard_close(guard);
    assert_false(is_there("running")); /* nothing was said: nothing can be lost */
    assert_false(found_at_opening(ORIGIN, &guard).is_present);
    assert_err(follow(guard, 3, false, false), CAIRN_OK);
    cairn_guard_close(guard);
    assert_int_equal(found_by(ORIGIN).size, 3);
}

TEST(anything_but_the_four_lines_of_this_origin_counts_as_missing)
{
    static const char *const wrong[] = {
        "cairn high-water 2\n" ORIGIN "\n5\n" ROOT "\n",
        "cairn high-water 1\n" ORIGIN "\n05\n" ROOT "\n",
        "cairn high-water 1\n" ORIGIN "\n5\n" ROOT "\nx",
        "cairn high-water 1\n" ORIGIN "\n5\n" ROOT,
        "cairn high-water 1\nother\n5\n" ROOT "\n",
        "cairn high-water 1\n" ORIGIN "\n5\nx" ROOT "\n",
        "cairn high-water 1\n" ORIGIN "\n\n" ROOT "\n",
        "cairn high-water 1\n" ORIGIN "\n5\nWlpa\n", /* a root of three bytes */
        "\n",
        "",
    };
    assert_err(make(), CAIRN_OK);
    put("high-water", "cairn high-water 1\n" ORIGIN "\n5\n" ROOT "\n");
    assert_true(found_by(ORIGIN).is_present);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        put("high-water", wrong[i]);
        struct found found = found_by(ORIGIN);
        assert_false(found.is_present);
        assert_int_equal(found.size, 0);
    }
}

TEST(a_guard_that_the_disk_does_not_give_is_not_missing)
{
    char path[TEST_PATH_MAX];
    struct cairn_guard *guard = NULL;
    struct cairn_event start = {.type = CAIRN_EVENT_START};
    assert_err(cairn_file_make_dir(dir), CAIRN_OK);
    test_tempdir_path(dir, "high-water", path);
    assert_int_equal(mkdir(path, 0700), 0); /* it opens, and gives an error instead of bytes */
    assert_err(cairn_guard_look(dir, ORIGIN, &start), CAIRN_FILE);
    assert_err(cairn_guard_open(dir, ORIGIN, &guard, &start), CAIRN_FILE);
    assert_null(guard);
    assert_false(is_there("running"));
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(symlink("high-water", path), 0);
    assert_err(cairn_guard_look(dir, ORIGIN, &start), CAIRN_FILE);
    assert_int_equal(unlink(path), 0);
    assert_err(cairn_guard_look(dir, ORIGIN, &start), CAIRN_OK);
    assert_int_equal(start.as.start.guard, CAIRN_GUARD_MISSING);
}

TEST(a_guard_of_a_machine_that_went_down_is_stale)
{
    assert_err(make(), CAIRN_OK);
    put("running", "4f1c0000-0000-0000-0000-000000000000\n");
    assert_true(found_by(ORIGIN).is_stale);
    assert_false(found_by(ORIGIN).is_stale); /* that one was closed in order */
    assert_false(is_there("running"));
}

TEST(a_machine_is_the_same_only_when_all_of_its_boot_is)
{
    struct cairn_guard *guard = NULL;
    struct cairn_guard *again = NULL;
    char running[TEST_PATH_MAX], boot[64] = "";
    uint8_t bytes[64];
    size_t size = 0;
    test_tempdir_path(dir, "running", running);
    assert_err(make(), CAIRN_OK);
    (void)found_at_opening(ORIGIN, &guard);
    assert_err(cairn_file_read(running, bytes, sizeof bytes - 1, &size), CAIRN_OK);
    assert_true(size > 30);
    memcpy(boot, bytes, size);
    put("running", boot);
    assert_false(found_at_opening(ORIGIN, &again).is_stale);
    cairn_guard_close(again);
    boot[size - 2] ^= 1;
    put("running", boot);
    assert_true(found_at_opening(ORIGIN, &again).is_stale);
    cairn_guard_close(again);
    boot[size - 2] ^= 1;
    boot[size - 1] = 0;
    put("running", boot);
    assert_true(found_at_opening(ORIGIN, &again).is_stale); /* the write was torn */
    cairn_guard_close(again);
    put("running", "");
    assert_true(found_by(ORIGIN).is_stale);
    cairn_guard_close(guard);
}

TEST(doubt_stays_until_the_node_is_in_order)
{
    struct cairn_guard *guard = NULL;
    assert_err(make(), CAIRN_OK);
    (void)found_at_opening(ORIGIN, &guard);
    assert_err(follow(guard, 5, true, true), CAIRN_OK);
    cairn_guard_close(guard);
    assert_true(found_at_opening(ORIGIN, &guard).is_doubted);
    assert_err(follow(guard, 6, true, true), CAIRN_OK);
    assert_err(follow(guard, 7, false, false), CAIRN_OK);
    cairn_guard_close(guard);
    struct found found = found_by(ORIGIN);
    assert_false(found.is_doubted);
    assert_int_equal(found.size, 7);
}

TEST(while_restoring_the_guard_stays_where_it_is)
{
    struct cairn_guard *guard = NULL;
    assert_err(make(), CAIRN_OK);
    write_sizes((const uint64_t[]){90}, 1);
    (void)found_at_opening(ORIGIN, &guard);
    assert_err(follow(guard, 5, true, false), CAIRN_OK);
    assert_false(is_there("doubt")); /* the core needs no other partner's word */
    cairn_guard_close(guard);
    assert_int_equal(found_by(ORIGIN).size, 90);
}

/* Two histories: what the guard says of one of them is kept for whoever looks into it. */
TEST(a_node_that_was_halted_leaves_the_guard_as_it_is)
{
    struct cairn_guard *guard = NULL;
    struct cairn_core_restore restore = {.durable_size = 95, .is_halted = true};
    assert_err(make(), CAIRN_OK);
    write_sizes((const uint64_t[]){90}, 1);
    (void)found_at_opening(ORIGIN, &guard);
    assert_err(cairn_guard_follow(guard, &restore), CAIRN_OK);
    cairn_guard_close(guard);
    assert_int_equal(found_by(ORIGIN).size, 90);
}

TEST(what_was_written_is_synced_by_the_worker)
{
    uv_loop_t loop;
    struct cairn_worker *worker = NULL;
    struct cairn_guard *guard = NULL;
    const struct cairn_worker_options options = {.name = "sync", .thread_count = 1, .queue_max = 1};
    assert_int_equal(uv_loop_init(&loop), 0);
    assert_err(cairn_worker_open(&loop, &options, &worker), CAIRN_OK);
    assert_err(make(), CAIRN_OK);
    (void)found_at_opening(ORIGIN, &guard);
    cairn_guard_sync(guard, worker);
    assert_int_equal(cairn_worker_unfinished_count(worker), 0); /* nothing was written */
    assert_err(follow(guard, 1, false, false), CAIRN_OK);
    syncs_forget();
    cairn_guard_sync(guard, worker);
    assert_int_equal(cairn_worker_unfinished_count(worker), 1);
    assert_err(follow(guard, 2, false, false), CAIRN_OK);
    cairn_guard_sync(guard, worker); /* not twice a second */
    assert_int_equal(cairn_worker_unfinished_count(worker), 1);
    cairn_worker_close(worker, NULL, NULL);
    assert_int_equal(uv_run(&loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(syncs_count(dir, "high-water"), 1);
    assert_int_equal(uv_loop_close(&loop), 0);
    cairn_guard_close(guard);
    assert_int_equal(found_by(ORIGIN).size, 2);
}

/* What a run relies on is durable before: what was found, what it says last, and that it ran. */
TEST(a_guard_is_made_durable_when_it_is_opened_and_closed)
{
    struct cairn_guard *guard = NULL;
    char running[TEST_PATH_MAX];
    bool was_there = false;
    test_tempdir_path(dir, "running", running);
    assert_err(make(), CAIRN_OK);
    write_sizes((const uint64_t[]){90}, 1);
    syncs_watch(running);
    syncs_forget();
    assert_true(found_at_opening(ORIGIN, &guard).is_present);
    assert_int_equal(syncs_first(dir, "high-water", &was_there), 0);
    assert_true(syncs_count(dir, "running") > 0);
    assert_err(follow(guard, 91, false, false), CAIRN_OK);
    syncs_forget();
    cairn_guard_close(guard);
    assert_int_equal(syncs_first(dir, "high-water", &was_there), 0);
    assert_true(was_there); /* else the next start would believe what is not on the disk */
    assert_int_equal(syncs_count(dir, ""), 2); /* and the directory, without `running` */
    syncs_watch(NULL);
}

TEST(a_doubt_is_durable_when_it_comes_and_when_it_goes)
{
    struct cairn_guard *guard = NULL;
    char doubt[TEST_PATH_MAX];
    bool was_there = false;
    test_tempdir_path(dir, "doubt", doubt);
    assert_err(make(), CAIRN_OK);
    (void)found_at_opening(ORIGIN, &guard);
    syncs_forget();
    assert_err(follow(guard, 5, true, true), CAIRN_OK);
    assert_int_equal(syncs_count(dir, ""), 2); /* the file, the directory */
    assert_err(follow(guard, 5, false, false), CAIRN_OK);
    syncs_watch(doubt);
    assert_err(follow(guard, 5, true, true), CAIRN_OK);
    syncs_forget();
    assert_err(follow(guard, 5, false, false), CAIRN_OK);
    assert_int_equal(syncs_first(dir, "", &was_there), 0);
    assert_false(was_there);
    syncs_watch(NULL);
    cairn_guard_close(guard);
}

TEST(a_directory_that_cannot_be_made_is_told)
{
    struct cairn_guard *guard = NULL;
    struct cairn_event start;
    test_tempdir_path(root_dir, "nowhere/guard", dir);
    assert_err(cairn_guard_open(dir, ORIGIN, &guard, &start), CAIRN_FILE);
    cairn_guard_close(NULL);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_new_guard_says_that_nothing_was_said_yet),
        CASE(a_guard_of_an_earlier_incarnation_says_that_nothing_was_said_in_this_one),
        CASE(what_was_written_last_is_found_also_when_it_was_not_closed),
        CASE(a_smaller_size_leaves_no_rest_of_a_larger_one),
        CASE(a_directory_without_guard_is_made_and_says_that_it_is_missing),
        CASE(anything_but_the_four_lines_of_this_origin_counts_as_missing),
        CASE(a_guard_that_the_disk_does_not_give_is_not_missing),
        CASE(a_guard_of_a_machine_that_went_down_is_stale),
        CASE(a_machine_is_the_same_only_when_all_of_its_boot_is),
        CASE(doubt_stays_until_the_node_is_in_order),
        CASE(while_restoring_the_guard_stays_where_it_is),
        CASE(a_node_that_was_halted_leaves_the_guard_as_it_is),
        CASE(what_was_written_is_synced_by_the_worker),
        CASE(a_guard_is_made_durable_when_it_is_opened_and_closed),
        CASE(a_doubt_is_durable_when_it_comes_and_when_it_goes),
        CASE(a_directory_that_cannot_be_made_is_told),
    };
    return cmocka_run_group_tests_name("guard", tests, NULL, NULL);
}
