/* Method: scans and seeks against tables of cases and a sorted list; then damage, erasure, and many
 * threads, each on a real database in a temporary directory. */
#define _POSIX_C_SOURCE 200809L

#include "node/store.h"

#include "tests/lib/store_scene.h"
#include "tests/lib/test.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

TEST(a_scan_gives_its_range_in_order_and_never_the_stores_own_keys)
{
    struct store_scene scene;
    store_scene_open(&scene);
    store_scene_assert_rows(&scene, (struct cairn_store_range){.is_reverse = false}, 0, "");
    store_scene_assert_rows(&scene, (struct cairn_store_range){.is_reverse = true}, 0, "");
    store_scene_put(&scene, "b", "2");
    store_scene_put(&scene, "d", "4");
    store_scene_put(&scene, "\xFE", "5");
    store_scene_put(&scene, "a", "1");
    store_scene_put(&scene, "c", "3");
    struct cairn_bytes b = cairn_bytes_of("b");
    struct cairn_bytes d = cairn_bytes_of("d");
    const struct {
        struct cairn_store_range range;
        uint32_t count_max;
        const char *wanted;
    } cases[] = {
        {{.is_reverse = false}, 0, "a=1 b=2 c=3 d=4 \xFE=5 "},
        {{.is_reverse = true}, 0, "\xFE=5 d=4 c=3 b=2 a=1 "},
        {{.from = b, .to = d, .is_bulk = true}, 0, "b=2 c=3 "},
        {{.from = b, .to = d, .is_reverse = true}, 0, "c=3 b=2 "},
        {{.from = b}, 2, "b=2 c=3 "},
        {{.to = d, .is_reverse = true}, 1, "c=3 "},
        {{.from = d, .to = b}, 0, ""},
        {{.from = d, .to = b, .is_reverse = true}, 0, ""},
        {{.from = b, .to = b}, 0, ""},
    };
    for (size_t at = 0; at < sizeof cases / sizeof *cases; at++) {
        store_scene_assert_rows(&scene, cases[at].range, cases[at].count_max, cases[at].wanted);
    }
    store_scene_close(&scene);
}

struct nested {
    struct store_scene *scene;
    uint32_t count;
};

static bool nested_read_and_write(void *host, struct cairn_bytes key, struct cairn_bytes value)
{
    struct nested *nested = host;
    struct cairn_bytes again;
    assert_err(cairn_store_get(nested->scene->store, key, &again), CAIRN_OK);
    assert_true(cairn_bytes_is_equal(again, value));
    cairn_store_free(again);
    store_scene_put(nested->scene, "z", "later");
    nested->count++;
    return true;
}

TEST(a_scan_sees_the_store_as_it_was_when_it_began)
{
    struct store_scene scene;
    store_scene_open(&scene);
    store_scene_put(&scene, "a", "1");
    store_scene_put(&scene, "b", "2");
    struct nested nested = {.scene = &scene};
    struct cairn_store_range all = {.is_reverse = false};
    assert_err(cairn_store_scan(scene.store, &all, nested_read_and_write, &nested), CAIRN_OK);
    assert_int_equal(nested.count, 2);
    store_scene_assert_rows(&scene, all, 0, "a=1 b=2 z=later ");
    store_scene_close(&scene);
}

static void assert_before(struct store_scene *scene, const char *prefix, const char *at,
                          const char *wanted)
{
    struct cairn_bytes key, value;
    cairn_err err = cairn_store_seek_before(scene->store, cairn_bytes_of(prefix),
                                            cairn_bytes_of(at), &key, &value);
    if (wanted == NULL) {
        assert_err(err, CAIRN_NOT_FOUND);
        assert_null(key.data);
        assert_null(value.data);
        return;
    }
    assert_err(err, CAIRN_OK);
    assert_true(cairn_bytes_is_equal(key, cairn_bytes_of(wanted)));
    assert_true(cairn_bytes_is_equal(value, cairn_bytes_of("v")));
    cairn_store_free(key);
    cairn_store_free(value);
}

TEST(seek_before_stays_within_its_prefix)
{
    struct store_scene scene;
    store_scene_open(&scene);
    assert_before(&scene, "", "z", NULL);
    static const char *const keys[] = {"a1", "b1", "b3", "b5", "c1", "\xFE\xFE"};
    for (size_t at = 0; at < sizeof keys / sizeof *keys; at++) {
        store_scene_put(&scene, keys[at], "v");
    }
    static const struct {
        const char *prefix, *at, *wanted;
    } cases[] = {
        {"b", "b3", "b3"},
        {"b", "b4", "b3"},
        {"b", "b9", "b5"},
        {"b", "b0", NULL},
        {"b", "z", "b5"},
        {"b", "a", NULL},
        {"d", "d9", NULL},
        {"", "b4", "b3"},
        {"", "\xFE\xFE\xFE", "\xFE\xFE"},
        {"", "a", NULL},
        {"\xFE", "\xFE\xFF", "\xFE\xFE"},
    };
    for (size_t at = 0; at < sizeof cases / sizeof *cases; at++) {
        assert_before(&scene, cases[at].prefix, cases[at].at, cases[at].wanted);
    }
    store_scene_close(&scene);
}

TEST(the_end_of_a_prefix_is_the_next_key_that_lacks_it)
{
    uint8_t out[8];
    assert_true(cairn_bytes_is_equal(cairn_store_prefix_end(cairn_bytes_of("ab"), out),
                                     cairn_bytes_of("ac")));
    assert_true(cairn_bytes_is_equal(cairn_store_prefix_end(cairn_bytes_of("a\xFF\xFF"), out),
                                     cairn_bytes_of("b")));
    expect_assert_failure((void)cairn_store_prefix_end(cairn_bytes_of("\xFF"), out));
}

/* Property: ranges and seeks agree with a sorted list. */
#define TWIN_KEYS 64u

struct twin {
    bool is_there[TWIN_KEYS]; /* by key: two octal digits */
    char text[4096];
};

static void twin_key(uint32_t number, char out[static 3])
{
    out[0] = (char)('0' + number / 8);
    out[1] = (char)('0' + number % 8);
    out[2] = '\0';
}

static void twin_scan(struct twin *twin, uint32_t from, uint32_t to, bool is_reverse)
{
    size_t size = 0;
    twin->text[0] = '\0';
    for (uint32_t step = from; step < to; step++) {
        uint32_t number = is_reverse ? to - 1 - (step - from) : step;
        char key[3];
        twin_key(number, key);
        if (twin->is_there[number]) {
            size += (size_t)snprintf(twin->text + size, sizeof twin->text - size, "%s=v ", key);
        }
    }
}

TEST(scans_and_seeks_agree_with_a_sorted_list)
{
    struct test_rng rng = test_rng_open();
    struct store_scene scene;
    struct twin twin = {.text = ""};
    store_scene_open(&scene);
    for (uint32_t step = 0; step < 2000; step++) {
        uint32_t number = test_rng_below(&rng, TWIN_KEYS);
        uint32_t from = test_rng_below(&rng, TWIN_KEYS), to = test_rng_below(&rng, TWIN_KEYS);
        char key[3], from_key[3], to_key[3];
        twin_key(number, key);
        twin_key(from, from_key);
        twin_key(to, to_key);
        cairn_store_batch_clear(scene.batch);
        twin.is_there[number] = test_rng_below(&rng, 2) == 0;
        if (twin.is_there[number]) {
            cairn_store_batch_put(scene.batch, cairn_bytes_of(key), cairn_bytes_of("v"));
        } else {
            cairn_store_batch_delete(scene.batch, cairn_bytes_of(key));
        }
        assert_err(cairn_store_write(scene.store, scene.batch, false), CAIRN_OK);
        bool is_reverse = test_rng_below(&rng, 2) == 0;
        twin_scan(&twin, from, to, is_reverse);
        store_scene_assert_rows(&scene,
                                (struct cairn_store_range){.from = cairn_bytes_of(from_key),
                                                           .to = cairn_bytes_of(to_key),
                                                           .is_reverse = is_reverse},
                                0, twin.text);
        twin_scan(&twin, to / 8 * 8, to + 1, true);
        twin.text[2] = '\0';
        char prefix[2] = {to_key[0], '\0'};
        assert_before(&scene, prefix, to_key, twin.text[0] == '\0' ? NULL : twin.text);
    }
    store_scene_close(&scene);
}

TEST(damage_in_a_table_is_found_when_it_is_read)
{
    struct store_scene scene;
    store_scene_open(&scene);
    /* Larger than a block, so that the rows behind it stand in another one. */
    assert_err(store_scene_write(&scene, "a", test_frame(4096)), CAIRN_OK);
    store_scene_put(&scene, "b", "1");
    store_scene_put(&scene, "c", "2");
    struct cairn_store_range all = {.is_reverse = false};
    assert_err(cairn_store_compact(scene.store, &all), CAIRN_OK);
    store_scene_stop(&scene);
    char table[TEST_PATH_MAX];
    test_tempdir_find(scene.path, ".ldb", table);
    test_tempdir_flip(table, 2000);
    struct cairn_store_options options = store_scene_options(&scene, false);
    assert_err(cairn_store_open(&options, &scene.store), CAIRN_OK);

    struct cairn_bytes key, value;
    struct store_scene_rows rows = {.count_max = 0};
    assert_err(cairn_store_get(scene.store, cairn_bytes_of("a"), &value), CAIRN_DISK_CORRUPT);
    assert_null(value.data);
    assert_err(cairn_store_scan(scene.store, &all, store_scene_add, &rows), CAIRN_DISK_CORRUPT);
    struct cairn_store_range bulk = {.is_bulk = true};
    assert_err(cairn_store_scan(scene.store, &bulk, store_scene_add, &rows), CAIRN_DISK_CORRUPT);
    assert_err(cairn_store_seek_before(scene.store, cairn_bytes_of("a"), cairn_bytes_of("a9"), &key,
                                       &value),
               CAIRN_DISK_CORRUPT);
    assert_null(key.data);
    store_scene_assert_value(&scene, "b", "1");
    store_scene_assert_rows(&scene, (struct cairn_store_range){.from = cairn_bytes_of("b")}, 0,
                            "b=1 c=2 ");
    store_scene_close(&scene);
}

TEST(erased_values_leave_the_disk_with_a_compaction)
{
    struct store_scene scene;
    store_scene_open(&scene);
    uint8_t person[48];
    struct test_rng rng = test_rng_open();
    test_rng_bytes(&rng, person, sizeof person);
    struct cairn_store_range all = {.is_reverse = false};
    assert_err(store_scene_write(&scene, "a", (struct cairn_bytes){person, sizeof person}),
               CAIRN_OK);
    assert_err(cairn_store_compact(scene.store, &all), CAIRN_OK);
    assert_int_equal(test_tempdir_count_holding(scene.path, person, sizeof person), 1);
    cairn_store_batch_clear(scene.batch);
    cairn_store_batch_delete(scene.batch, cairn_bytes_of("a"));
    assert_err(cairn_store_write(scene.store, scene.batch, true), CAIRN_OK);
    assert_err(cairn_store_compact(scene.store, &all), CAIRN_OK);
    assert_int_equal(test_tempdir_count_holding(scene.path, person, sizeof person), 0);
    store_scene_close(&scene);
}

TEST(a_write_buffer_becomes_a_table_once_it_is_worth_one)
{
    struct store_scene scene;
    struct cairn_store_stats before, after;
    char table[TEST_PATH_MAX];
    store_scene_open(&scene);
    for (char key[2] = "a"; key[0] < 'i'; key[0]++) {
        cairn_store_batch_clear(scene.batch);
        assert_err(store_scene_write(&scene, key, test_frame(4096)), CAIRN_OK);
    }
    cairn_store_stats(scene.store, &before);
    assert_err(cairn_store_flush(scene.store, before.batch_bytes + 1), CAIRN_OK);
    cairn_store_stats(scene.store, &after);
    assert_int_equal(after.memory_bytes, before.memory_bytes);
    assert_err(cairn_store_flush(scene.store, before.batch_bytes), CAIRN_OK);
    cairn_store_stats(scene.store, &after);
    assert_true(after.memory_bytes + 8 * 4096 <= before.memory_bytes);
    test_tempdir_find(scene.path, ".ldb", table);
    store_scene_put(&scene, "j", "1");
    cairn_store_stats(scene.store, &before);
    assert_err(cairn_store_flush(scene.store, before.batch_bytes), CAIRN_OK); /* since then */
    cairn_store_stats(scene.store, &after);
    assert_int_equal(after.memory_bytes, before.memory_bytes);
    store_scene_assert_value(&scene, "j", "1");
    store_scene_close(&scene);
}

TEST(keys_are_not_named_in_any_diary)
{
    struct store_scene scene;
    store_scene_open(&scene);
    store_scene_put(&scene, "DOE<<JANE", "1");
    struct cairn_store_range all = {.is_reverse = false};
    assert_err(cairn_store_compact(scene.store, &all), CAIRN_OK);
    char diary[TEST_PATH_MAX];
    test_tempdir_path(scene.path, "LOG", diary);
    assert_int_equal(access(diary, F_OK), -1);
    store_scene_close(&scene);
}

TEST(figures_count_what_was_done)
{
    struct store_scene scene;
    store_scene_open(&scene);
    store_scene_put(&scene, "abc", "1234567");
    store_scene_assert_value(&scene, "abc", "1234567");
    struct cairn_store_stats stats;
    cairn_store_stats(scene.store, &stats);
    assert_int_equal(stats.batch_count, 1);
    assert_int_equal(stats.batch_bytes, 10);
    assert_true(stats.read_count >= 1);
    assert_int_equal(stats.error_count, 0);
    assert_true(stats.free_bytes > 0);
    assert_true(stats.memory_bytes > 0);
    assert_false(stats.is_failed);
    struct cairn_bytes report;
    assert_err(cairn_store_describe(scene.store, &report), CAIRN_OK);
    assert_true(report.size > 0);
    cairn_store_free(report);
    store_scene_close(&scene);
}

/* Readers must live through a reopening: right answers, or CAIRN_BUSY. */
struct reader {
    struct store_scene *scene;
    atomic_bool is_over;
    atomic_uint good_count;
    uint32_t wrong_count;
};

static cairn_err read_both_ways(struct cairn_store *store)
{
    struct cairn_store_range all = {.is_bulk = true};
    struct cairn_bytes value;
    struct store_scene_rows rows = {.count_max = 1};
    cairn_err err = cairn_store_get(store, cairn_bytes_of("a"), &value);
    if (err == CAIRN_OK) {
        err = cairn_bytes_is_equal(value, cairn_bytes_of("1")) ? CAIRN_OK : CAIRN_DISK;
        cairn_store_free(value);
    }
    return err == CAIRN_OK ? cairn_store_scan(store, &all, store_scene_add, &rows) : err;
}

static void read_until_over(void *argument)
{
    struct reader *reader = argument;
    while (!atomic_load(&reader->is_over)) {
        cairn_err err = read_both_ways(reader->scene->store);
        if (err == CAIRN_OK) {
            atomic_fetch_add(&reader->good_count, 1);
        } else {
            reader->wrong_count += err != CAIRN_BUSY;
        }
    }
}

TEST(reads_go_on_beside_writes_and_reopenings)
{
    struct store_scene scene;
    store_scene_open(&scene);
    store_scene_put(&scene, "a", "1");
    struct reader readers[2] = {{.scene = &scene}, {.scene = &scene}};
    uv_thread_t threads[2];
    for (size_t at = 0; at < 2; at++) {
        assert_int_equal(uv_thread_create(&threads[at], read_until_over, &readers[at]), 0);
    }
    for (uint32_t turn = 0; turn < 10; turn++) {
        store_scene_put(&scene, "b", "2");
        assert_err(cairn_store_reopen(scene.store), CAIRN_OK);
        unsigned before = atomic_load(&readers[0].good_count);
        while (atomic_load(&readers[0].good_count) == before) {
            store_scene_put(&scene, "c", "3");
        }
    }
    for (size_t at = 0; at < 2; at++) {
        atomic_store(&readers[at].is_over, true);
        assert_int_equal(uv_thread_join(&threads[at]), 0);
        assert_int_equal(readers[at].wrong_count, 0);
    }
    store_scene_close(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_scan_gives_its_range_in_order_and_never_the_stores_own_keys),
        cmocka_unit_test(a_scan_sees_the_store_as_it_was_when_it_began),
        cmocka_unit_test(seek_before_stays_within_its_prefix),
        cmocka_unit_test(the_end_of_a_prefix_is_the_next_key_that_lacks_it),
        cmocka_unit_test(scans_and_seeks_agree_with_a_sorted_list),
        cmocka_unit_test(damage_in_a_table_is_found_when_it_is_read),
        cmocka_unit_test(erased_values_leave_the_disk_with_a_compaction),
        cmocka_unit_test(a_write_buffer_becomes_a_table_once_it_is_worth_one),
        cmocka_unit_test(keys_are_not_named_in_any_diary),
        cmocka_unit_test(figures_count_what_was_done),
        cmocka_unit_test(reads_go_on_beside_writes_and_reopenings),
    };
    return cmocka_run_group_tests_name("store_leveldb_read", tests, NULL, NULL);
}
