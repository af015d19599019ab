/* The files of a log are put together again: what was whole stays, a damaged block is left behind,
 * and the node is told to doubt what it has. source docs/operate.md, section 10 */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "node/mend.h"
#include "node/store.h"
#include "replication/scrub.h"
#include "tests/lib/tempdir.h"

#define ROWS 200u

static char dir[TEST_PATH_MAX];
static char path[TEST_PATH_MAX];
static struct cairn_config config;

static struct cairn_store *store_open(bool is_new)
{
    struct cairn_store *store = NULL;
    const struct cairn_store_options options = {
        .path = path, .kind = CAIRN_STORE_LOG, .is_new = is_new};
    assert_err(cairn_store_open(&options, &store), CAIRN_OK);
    return store;
}

static struct cairn_bytes key_of(uint32_t row, uint8_t out[static 5])
{
    out[0] = 'L';
    cairn_bytes_put_u32(out + 1, row);
    return (struct cairn_bytes){.data = out, .size = 5};
}

/* Rows of a kilobyte, in a file with checksums once the store was opened anew. */
static int begin(void **state)
{
    uint8_t value[1024];
    uint8_t key[5];
    struct cairn_store_batch *batch = NULL;
    (void)state;
    test_tempdir_open(dir);
    test_tempdir_path(dir, "log", path);
    cairn_config_init(&config);
    config.floor.bytes = 0;
    struct cairn_store *store = store_open(true);
    assert_err(cairn_store_batch_open(&batch), CAIRN_OK);
    for (uint32_t row = 0; row < ROWS; row++) {
        memset(value, (int)(row + 1), sizeof value);
        cairn_store_batch_put(batch, key_of(row, key),
                              (struct cairn_bytes){.data = value, .size = sizeof value});
    }
    assert_err(cairn_store_write(store, batch, true), CAIRN_OK);
    cairn_store_batch_close(batch);
    cairn_store_close(store);
    cairn_store_close(store_open(false));
    return 0;
}

static int end(void **state)
{
    (void)state;
    test_tempdir_close(dir);
    return 0;
}

/* A byte of the value of row 100 becomes another one. */
static void damage(void)
{
    static uint8_t bytes[1 << 20];
    char name[TEST_PATH_MAX];
    long hit = -1;
    test_tempdir_find(path, ".ldb", name);
    FILE *file = fopen(name, "rb");
    assert_non_null(file);
    size_t size = fread(bytes, 1, sizeof bytes, file);
    assert_int_equal(fclose(file), 0);
    for (size_t at = 0; hit < 0 && at + 64 < size; at++) {
        bool is_row = bytes[at] == 101 && memcmp(bytes + at, bytes + at + 1, 63) == 0;
        hit = is_row ? (long)at + 30 : -1;
    }
    assert_true(hit >= 0);
    test_tempdir_flip(name, hit);
}

static uint32_t rows_left(struct cairn_store *store)
{
    uint32_t count = 0;
    for (uint32_t row = 0; row < ROWS; row++) {
        uint8_t key[5];
        struct cairn_bytes value;
        if (cairn_store_get(store, key_of(row, key), &value) == CAIRN_OK) {
            assert_int_equal(value.size, 1024);
            assert_int_equal(value.data[500], (uint8_t)(row + 1));
            cairn_store_free(value);
            count++;
        }
    }
    return count;
}

/* Does the row stand there that makes a node restore? */
static bool is_doubted(struct cairn_store *store)
{
    struct cairn_key key;
    uint8_t key_bytes[CAIRN_KEY_BYTES];
    uint8_t row[16];
    struct cairn_bytes value;
    size_t size = cairn_core_scrub_doubt(&key, row);
    cairn_key_encode(&key, key_bytes);
    cairn_err err = cairn_store_get(
        store, (struct cairn_bytes){.data = key_bytes, .size = sizeof key_bytes}, &value);
    if (err != CAIRN_OK) {
        assert_err(err, CAIRN_NOT_FOUND);
        return false;
    }
    assert_int_equal(value.size, size);
    assert_memory_equal(value.data, row, size);
    cairn_store_free(value);
    return true;
}

TEST(a_whole_log_is_not_touched)
{
    struct cairn_mend_result result;
    assert_err(cairn_mend(dir, &config, &result), CAIRN_OK);
    assert_false(result.is_repaired);
    assert_int_equal(result.row_count, ROWS);
    struct cairn_store *store = store_open(false);
    assert_int_equal(rows_left(store), ROWS);
    assert_false(is_doubted(store));
    cairn_store_close(store);
}

TEST(a_damaged_block_is_left_behind_and_all_else_stays)
{
    struct cairn_mend_result result;
    damage();
    assert_err(cairn_mend(dir, &config, &result), CAIRN_OK);
    assert_true(result.is_repaired);
    struct cairn_store *store = store_open(false);
    uint32_t left = rows_left(store);
    assert_true(left < ROWS && left >= ROWS - 8); /* one block of 4 KiB */
    assert_true(is_doubted(store));
    cairn_store_close(store);
    assert_err(cairn_mend(dir, &config, &result), CAIRN_OK);
    assert_false(result.is_repaired);
}

TEST(what_was_written_over_damage_is_kept)
{
    struct cairn_mend_result result;
    uint8_t value[1024];
    uint8_t key[5];
    struct cairn_store_batch *batch = NULL;
    damage();
    struct cairn_store *store = store_open(false);
    uint32_t left = rows_left(store);
    assert_true(left < ROWS);
    assert_err(cairn_store_batch_open(&batch), CAIRN_OK);
    for (uint32_t row = 90; row < 110; row++) {
        memset(value, (int)(row + 1), sizeof value);
        cairn_store_batch_put(batch, key_of(row, key),
                              (struct cairn_bytes){.data = value, .size = sizeof value});
    }
    assert_err(cairn_store_write(store, batch, true), CAIRN_OK);
    cairn_store_batch_close(batch);
    assert_int_equal(rows_left(store), ROWS);
    cairn_store_close(store);
    assert_err(cairn_mend(dir, &config, &result), CAIRN_OK);
    assert_true(result.is_repaired);
    store = store_open(false);
    assert_int_equal(rows_left(store), ROWS);
    cairn_store_close(store);
}

TEST(a_log_that_is_open_elsewhere_is_left_alone)
{
    struct cairn_mend_result result;
    struct cairn_store *store = store_open(false);
    assert_err(cairn_mend(dir, &config, &result), CAIRN_LOCKED);
    assert_int_equal(rows_left(store), ROWS);
    cairn_store_close(store);
}

TEST(a_log_that_is_not_there_is_not_made)
{
    struct cairn_mend_result result;
    struct stat found;
    test_tempdir_close(dir);
    test_tempdir_open(dir);
    test_tempdir_path(dir, "log", path);
    assert_err(cairn_mend(dir, &config, &result), CAIRN_NOT_FOUND);
    assert_int_not_equal(stat(path, &found), 0);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        CASE(a_whole_log_is_not_touched),
        CASE(a_damaged_block_is_left_behind_and_all_else_stays),
        CASE(what_was_written_over_damage_is_kept),
        CASE(a_log_that_is_open_elsewhere_is_left_alone),
        CASE(a_log_that_is_not_there_is_not_made),
    };
    return cmocka_run_group_tests_name("mend", tests, NULL, NULL);
}
