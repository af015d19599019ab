/* Method: a directory made by init, changed by hand, opened again. */
#define _POSIX_C_SOURCE 200809L

#include "node/start.h"

#include "node/file.h"
#include "node/init.h"
#include "tests/lib/tempdir.h"
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct scene {
    char root[TEST_PATH_MAX];
    char dir[TEST_PATH_MAX];
    struct cairn_config config;
    struct cairn_start start;
    uint32_t recall_count;
};

static void scene_init(struct scene *scene)
{
    memset(scene, 0, sizeof *scene);
    test_tempdir_open(scene->root);
    test_tempdir_path(scene->root, "node", scene->dir);
    cairn_logger_set_level(CAIRN_LOGGER_ERROR);
    cairn_config_init(&scene->config);
    memcpy(scene->config.network, "test-start", 11);
    memcpy(scene->config.country, "AUT", 4);
    memcpy(scene->config.node, "one", 4);
    scene->config.floor = (struct cairn_diskspace_floor){.bytes = 0};
    struct cairn_init_options options = {
        .dir = scene->dir, .config = &scene->config, .now_ms = 1800000000000};
    assert_err(cairn_init(&options), CAIRN_OK);
}

static cairn_err scene_start(struct scene *scene)
{
    return cairn_start_open(scene->dir, &scene->config, &scene->start);
}

static void scene_close(struct scene *scene)
{
    cairn_start_close(&scene->start);
    test_tempdir_close(scene->root);
}

static void place(const struct scene *scene, const char *name, char out[static TEST_PATH_MAX])
{
    test_tempdir_path(scene->dir, name, out);
}

TEST(what_init_made_can_be_started)
{
    static struct scene scene;
    static const uint8_t zero[32];
    scene_init(&scene);
    assert_err(scene_start(&scene), CAIRN_OK);
    assert_string_equal(scene.start.origin, "test-start/AUT/one/1");
    assert_true(scene.start.identity.origin == scene.start.origin);
    assert_int_equal(scene.start.own.doc.serial, 1);
    assert_memory_not_equal(scene.start.keys.log, zero, 32);
    assert_memory_not_equal(scene.start.identity.log_public, scene.start.identity.witness_public,
                            32);
    assert_memory_not_equal(scene.start.identity.local_secret, zero, 32);
    scene_close(&scene);
}

TEST(two_processes_do_not_open_one_node)
{
    static struct scene scene;
    static struct cairn_start second;
    scene_init(&scene);
    assert_err(scene_start(&scene), CAIRN_OK);
    assert_err(cairn_start_open(scene.dir, &scene.config, &second), CAIRN_LOCKED);
    cairn_start_close(&second);
    scene_close(&scene);
}

TEST(views_that_were_deleted_or_damaged_are_made_anew)
{
    static struct scene scene;
    char path[TEST_PATH_MAX];
    char file[TEST_PATH_MAX];
    scene_init(&scene);
    place(&scene, "views", path);
    test_tempdir_close(path);
    assert_err(scene_start(&scene), CAIRN_OK);
    cairn_start_close(&scene.start);
    test_tempdir_path(path, "CURRENT", file);
    assert_int_equal(unlink(file), 0);
    assert_err(scene_start(&scene), CAIRN_OK);
    assert_non_null(scene.start.folder);
    scene_close(&scene);
}

static void put_row(struct cairn_store *store, struct cairn_bytes key)
{
    struct cairn_store_batch *batch;
    assert_err(cairn_store_batch_open(&batch), CAIRN_OK);
    cairn_store_batch_put(batch, key, key);
    assert_err(cairn_store_write(store, batch, true), CAIRN_OK);
    cairn_store_batch_close(batch);
}

TEST(views_are_made_anew_while_the_log_says_that_a_branch_is_left)
{
    static struct scene scene;
    uint8_t cut[CAIRN_KEY_BYTES];
    const struct cairn_key key = {.table = CAIRN_TABLE_STATE, .index = CAIRN_STATE_CUT};
    const struct cairn_bytes probe = cairn_bytes_of("zz");
    struct cairn_bytes row;
    cairn_key_encode(&key, cut);
    scene_init(&scene);
    assert_err(scene_start(&scene), CAIRN_OK);
    put_row(scene.start.views, probe);
    cairn_start_close(&scene.start);
    assert_err(scene_start(&scene), CAIRN_OK);
    assert_err(cairn_store_get(scene.start.views, probe, &row), CAIRN_OK);
    cairn_store_free(row);
    put_row(scene.start.log, (struct cairn_bytes){.data = cut, .size = sizeof cut});
    cairn_start_close(&scene.start);
    assert_err(scene_start(&scene), CAIRN_OK);
    assert_err(cairn_store_get(scene.start.views, probe, &row), CAIRN_NOT_FOUND);
    scene_close(&scene);
}

TEST(a_log_that_is_not_there_is_never_made_anew)
{
    static struct scene scene;
    char path[TEST_PATH_MAX];
    scene_init(&scene);
    place(&scene, "log", path);
    test_tempdir_close(path);
    assert_err(scene_start(&scene), CAIRN_NOT_FOUND);
    scene_close(&scene);
}

TEST(a_document_that_names_other_keys_is_refused)
{
    static struct scene scene;
    static struct scene other;
    char path[TEST_PATH_MAX];
    uint8_t note[4096];
    size_t size = 0;
    const struct cairn_file_how how = {.mode = 0644, .is_replace = true};
    scene_init(&scene);
    scene_init(&other);
    place(&other, "documents/own.note", path);
    assert_err(cairn_file_read(path, note, sizeof note, &size), CAIRN_OK);
    place(&scene, "documents/own.note", path);
    assert_err(cairn_file_write(path, (struct cairn_bytes){note, size}, &how), CAIRN_OK);
    assert_err(scene_start(&scene), CAIRN_DOCUMENT);
    assert_int_equal(unlink(path), 0);
    assert_err(scene_start(&scene), CAIRN_NOT_FOUND);
    scene_close(&other);
    scene_close(&scene);
}

/* Only the log key: what the sealing keys say would hide it. */
TEST(a_log_key_that_is_not_the_documents_is_refused)
{
    static struct scene scene;
    static struct scene other;
    char path[TEST_PATH_MAX], key[TEST_PATH_MAX];
    scene_init(&scene);
    scene_init(&other);
    place(&other, "keys/log-1.key", key);
    place(&scene, "keys/log-1.key", path);
    assert_int_equal(rename(key, path), 0);
    assert_err(scene_start(&scene), CAIRN_DOCUMENT);
    scene_close(&other);
    scene_close(&scene);
}

TEST(a_node_of_another_name_country_or_network_is_not_in_the_document)
{
    static struct scene scene;
    scene_init(&scene);
    memcpy(scene.config.country, "SRB", 4);
    assert_err(scene_start(&scene), CAIRN_DOCUMENT);
    memcpy(scene.config.country, "AUT", 4);
    memcpy(scene.config.network, "test-other", 11);
    assert_err(scene_start(&scene), CAIRN_DOCUMENT);
    memcpy(scene.config.network, "test-start", 11);
    memcpy(scene.config.node, "two", 4);
    assert_err(scene_start(&scene), CAIRN_DOCUMENT);
    scene_close(&scene);
}

static void count_recall(void *host, struct cairn_event *event)
{
    struct scene *scene = host;
    assert_int_equal(event->type, CAIRN_EVENT_RECALL);
    scene->recall_count++;
}

TEST(an_empty_log_recalls_nothing)
{
    static struct scene scene;
    uint64_t serial = 7;
    scene_init(&scene);
    assert_err(scene_start(&scene), CAIRN_OK);
    assert_err(cairn_start_recall(&scene.start, count_recall, &scene, &serial), CAIRN_OK);
    assert_int_equal(scene.recall_count, 0);
    assert_int_equal(serial, 0);
    scene_close(&scene);
}

static void put(struct cairn_store_batch *batch, uint8_t table, uint8_t id, uint64_t index)
{
    struct cairn_key key = {.table = table, .id = {id}, .index = index};
    uint8_t bytes[CAIRN_KEY_BYTES];
    cairn_key_encode(&key, bytes);
    cairn_store_batch_put(batch, (struct cairn_bytes){bytes, sizeof bytes}, cairn_bytes_of("v"));
}

static char recalled[16];

static void note_recall(void *host, struct cairn_event *event)
{
    struct scene *scene = host;
    recalled[scene->recall_count++] = (char)event->as.recall.key.table;
}

TEST(rows_are_recalled_by_table_and_no_others)
{
    static struct scene scene;
    struct cairn_store_batch *batch = NULL;
    uint64_t serial = 0;
    scene_init(&scene);
    memset(recalled, 0, sizeof recalled);
    assert_err(scene_start(&scene), CAIRN_OK);
    assert_err(cairn_store_batch_open(&batch), CAIRN_OK);
    put(batch, CAIRN_TABLE_FEED, 1, 0);
    put(batch, CAIRN_TABLE_STATE, 9, 0);
    put(batch, CAIRN_TABLE_NOTE, 3, 1);
    put(batch, CAIRN_TABLE_LEAF, 3, 0);
    put(batch, CAIRN_TABLE_STATE, 1, 4);
    put(batch, CAIRN_TABLE_COMMIT, 3, 0);
    assert_err(cairn_store_write(scene.start.log, batch, true), CAIRN_OK);
    cairn_store_batch_close(batch);
    assert_err(cairn_start_recall(&scene.start, note_recall, &scene, &serial), CAIRN_OK);
    assert_string_equal(recalled, "SSNF");
    assert_int_equal(serial, 0); /* the document is of somebody else */
    scene_close(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_init_made_can_be_started),
        cmocka_unit_test(two_processes_do_not_open_one_node),
        cmocka_unit_test(views_that_were_deleted_or_damaged_are_made_anew),
        cmocka_unit_test(views_are_made_anew_while_the_log_says_that_a_branch_is_left),
        cmocka_unit_test(a_log_that_is_not_there_is_never_made_anew),
        cmocka_unit_test(a_document_that_names_other_keys_is_refused),
        cmocka_unit_test(a_log_key_that_is_not_the_documents_is_refused),
        cmocka_unit_test(a_node_of_another_name_country_or_network_is_not_in_the_document),
        cmocka_unit_test(an_empty_log_recalls_nothing),
        cmocka_unit_test(rows_are_recalled_by_table_and_no_others),
    };
    return cmocka_run_group_tests_name("start", tests, NULL, NULL);
}
