/* Method: commits of 3, 128 and 300 entries, so that the opener works alone, fills one chunk, and
 * goes ahead. */
#include "node/views/opener.h"

#include <string.h>

#include "replication/action.h"
#include "tests/lib/test.h"
#include "tests/lib/views_scene.h"

struct opener_scene {
    struct views_scene views;
    struct cairn_opener *opener;
    struct cairn_opener_source source;
    struct cairn_folder_job job;
    struct cairn_bytes row;
    struct cairn_commit commit;
};

static const char document[] = "{1: 13, 2: 14}"; /* says too little: not sound */

static void append(struct opener_scene *scene, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (i % 7 == 3) {
            struct cairn_operation bad =
                views_operation(CAIRN_KIND_ALERT_ISSUE, (uint8_t)i, document);
            views_append(&scene->views, &bad);
        } else {
            views_append_document(&scene->views, (uint8_t)i);
        }
    }
}

static void scene_open(struct opener_scene *scene, uint32_t count)
{
    uint8_t bytes[CAIRN_KEY_BYTES];
    struct cairn_key key = {.table = CAIRN_TABLE_COMMIT};
    size_t fault_at;
    views_scene_open(&scene->views);
    append(scene, count);
    (void)feed_writer_commit(&scene->views.aut, 0);
    memcpy(key.id, scene->views.aut.id, sizeof key.id);
    cairn_key_encode(&key, bytes);
    assert_err(
        cairn_store_get(scene->views.log, (struct cairn_bytes){bytes, sizeof bytes}, &scene->row),
        CAIRN_OK);
    assert_err(cairn_commit_decode(scene->row, &scene->commit, &fault_at), CAIRN_OK);
    feed_writer_job(&scene->views.aut, 0, VIEWS_NOW_MS, &scene->job);
    scene->source = (struct cairn_opener_source){
        .reader = {.origin = cairn_bytes_of(scene->job.origin),
                   .slot_keys = (const uint8_t(*)[32])scene->job.slot_keys,
                   .epoch_count = 1},
        .country = "AUT",
        .is_test_network = true,
    };
    memcpy(scene->source.reader.feed, scene->job.feed, 16);
    assert_err(cairn_opener_open(&scene->opener), CAIRN_OK);
}

static void scene_close(struct opener_scene *scene)
{
    cairn_opener_close(scene->opener);
    cairn_store_free(scene->row);
    views_scene_close(&scene->views);
}

/* All of the commit, in order. gives  how many */
static uint32_t walk(struct opener_scene *scene, cairn_err why)
{
    uint32_t count = 0;
    struct cairn_opened *opened;
    cairn_opener_begin(scene->opener, &scene->source, &scene->commit);
    while ((opened = cairn_opener_next(scene->opener)) != NULL) {
        assert_int_equal(opened->entry.index, count);
        assert_err(opened->why, why);
        if (why == CAIRN_OK) {
            assert_int_equal(opened->entry.is_sound, count % 7 != 3);
            assert_int_equal(opened->entry.kind_number, CAIRN_KIND_ALERT_ISSUE);
            assert_string_equal(opened->entry.country, "AUT");
            assert_memory_equal(opened->entry.feed, scene->job.feed, 16);
        }
        count++;
    }
    cairn_opener_end(scene->opener);
    return count;
}

TEST(entries_come_in_order_each_with_what_it_is)
{
    static const uint32_t counts[] = {3, 128, 300};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        struct opener_scene scene;
        scene_open(&scene, counts[i]);
        assert_int_equal(walk(&scene, CAIRN_OK), counts[i]);
        assert_int_equal(walk(&scene, CAIRN_OK), counts[i]);
        scene_close(&scene);
    }
}

TEST(the_last_entry_has_the_id_that_its_author_gave_it)
{
    struct opener_scene scene;
    struct cairn_opened *opened;
    uint8_t last[32] = {0};
    scene_open(&scene, 300);
    cairn_opener_begin(scene.opener, &scene.source, &scene.commit);
    while ((opened = cairn_opener_next(scene.opener)) != NULL) {
        memcpy(last, opened->entry.entry_id, sizeof last);
    }
    cairn_opener_end(scene.opener);
    assert_memory_equal(last, scene.views.aut.entry_id, 32);
    scene_close(&scene);
}

TEST(what_does_not_open_stands_in_its_place)
{
    static const uint32_t counts[] = {3, 300};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        struct opener_scene scene;
        scene_open(&scene, counts[i]);
        scene.job.slot_keys[0][0] ^= 1;
        assert_int_equal(walk(&scene, CAIRN_CRYPTO_OPEN), counts[i]);
        scene.job.slot_keys[0][0] ^= 1;
        assert_int_equal(walk(&scene, CAIRN_OK), counts[i]);
        scene_close(&scene);
    }
}

TEST(who_stops_in_the_middle_begins_anew)
{
    struct opener_scene scene;
    scene_open(&scene, 300);
    for (uint32_t taken = 0; taken < 260; taken += 65) {
        cairn_opener_begin(scene.opener, &scene.source, &scene.commit);
        for (uint32_t i = 0; i < taken; i++) {
            assert_int_equal(cairn_opener_next(scene.opener)->entry.index, i);
        }
        cairn_opener_end(scene.opener);
        assert_int_equal(walk(&scene, CAIRN_OK), 300);
    }
    scene_close(&scene);
}

TEST(entries_outside_of_a_commit_are_opened_one_by_one)
{
    struct opener_scene scene;
    struct cairn_commit_cursor cursor;
    struct cairn_commit_entry sealed;
    scene_open(&scene, 200);
    cairn_commit_cursor_init(&cursor, &scene.commit);
    cairn_opener_begin(scene.opener, &scene.source, NULL);
    while (cairn_commit_next(&cursor, &sealed)) {
        const struct cairn_opened *opened = cairn_opener_one(scene.opener, &sealed);
        assert_err(opened->why, CAIRN_OK);
        assert_int_equal(opened->entry.index, sealed.index);
    }
    cairn_opener_end(scene.opener);
    scene_close(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_come_in_order_each_with_what_it_is),
        cmocka_unit_test(the_last_entry_has_the_id_that_its_author_gave_it),
        cmocka_unit_test(what_does_not_open_stands_in_its_place),
        cmocka_unit_test(who_stops_in_the_middle_begins_anew),
        cmocka_unit_test(entries_outside_of_a_commit_are_opened_one_by_one),
    };
    return cmocka_run_group_tests_name("opener", tests, NULL, NULL);
}
