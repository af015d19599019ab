/* Method: a control feed with marks at known leaves in a real log store; ask for leaves in every
 * order and compare with a naive scan. */
#include "node/views/mark.h"

#include <string.h>

#include "replication/table.h"
#include "schema/base/civil.h"
#include "schema/feedop.h"
#include "tests/lib/feed_writer.h"
#include "tests/lib/store_scene.h"
#include "tests/lib/test.h"

#define AUT     "test-demo/AUT/vienna-1/1"
#define COMMITS 40u

struct mark_scene {
    struct store_scene store;
    struct cairn_suite suite;
    struct feed_writer control;
    struct cairn_mark_book *book;
    uint64_t leaves[COMMITS];
    uint64_t marks[COMMITS]; /* 0: a commit without one */
    uint32_t count;
};

static void scene_open(struct mark_scene *scene)
{
    *scene = (struct mark_scene){.count = 0};
    store_scene_open(&scene->store);
    cairn_suite_init_fake(&scene->suite);
    feed_writer_open(&scene->control, scene->store.store, &scene->suite, FEED_WRITER_CONTROL, AUT);
    assert_err(cairn_mark_open(scene->store.store, &scene->book), CAIRN_OK);
}

static void scene_close(struct mark_scene *scene)
{
    cairn_mark_close(scene->book);
    feed_writer_close(&scene->control);
    store_scene_close(&scene->store);
}

/* mark_ms 0: a control.document instead of a mark */
static void scene_commit(struct mark_scene *scene, uint64_t leaf_index, uint64_t mark_ms)
{
    uint8_t buffer[256];
    struct cairn_feedop op = {.kind = CAIRN_KIND_CONTROL_MARK, .as.mark = {.time_ms = mark_ms}};
    if (mark_ms == 0) {
        op = (struct cairn_feedop){.kind = CAIRN_KIND_CONTROL_DOCUMENT,
                                   .as.document = {.note_hash = {1, 2, 3}, .serial = 1}};
    }
    struct cairn_operation operation = {.kind = op.kind, .hlc = cairn_civil_hlc(1000, 0)};
    assert_err(cairn_feedop_encode(&op, buffer, sizeof buffer, &operation.body), CAIRN_OK);
    feed_writer_append(&scene->control, &operation);
    (void)feed_writer_commit(&scene->control, leaf_index);
    scene->leaves[scene->count] = leaf_index;
    scene->marks[scene->count++] = mark_ms;
}

static uint64_t scene_ask(struct mark_scene *scene, uint64_t leaf_index)
{
    uint64_t mark_ms = 77;
    assert_err(cairn_mark_before(scene->book, cairn_bytes_of(AUT), leaf_index, &mark_ms), CAIRN_OK);
    return mark_ms;
}

static uint64_t scene_naive(const struct mark_scene *scene, uint64_t leaf_index)
{
    uint64_t mark_ms = 0;
    for (uint32_t i = 0; i < scene->count; i++) {
        if (scene->leaves[i] < leaf_index && scene->marks[i] != 0) {
            mark_ms = scene->marks[i];
        }
    }
    return mark_ms;
}

TEST(without_a_control_feed_there_is_no_mark)
{
    struct mark_scene scene;
    scene_open(&scene);
    assert_int_equal(scene_ask(&scene, 0), 0);
    assert_int_equal(scene_ask(&scene, 1000), 0);
    scene_close(&scene);
}

TEST(the_mark_of_the_same_leaf_does_not_count)
{
    struct mark_scene scene;
    scene_open(&scene);
    scene_commit(&scene, 3, 5000);
    assert_int_equal(scene_ask(&scene, 2), 0);
    assert_int_equal(scene_ask(&scene, 3), 0);
    assert_int_equal(scene_ask(&scene, 4), 5000);
    scene_close(&scene);
}

TEST(a_mark_that_comes_later_is_seen)
{
    struct mark_scene scene;
    scene_open(&scene);
    scene_commit(&scene, 3, 5000);
    assert_int_equal(scene_ask(&scene, 20), 5000);
    scene_commit(&scene, 10, 6000);
    assert_int_equal(scene_ask(&scene, 20), 6000);
    scene_commit(&scene, 30, 7000);
    assert_int_equal(scene_ask(&scene, 20), 6000);
    assert_int_equal(scene_ask(&scene, 31), 7000);
    scene_close(&scene);
}

TEST(commits_without_a_mark_are_passed_over)
{
    struct mark_scene scene;
    scene_open(&scene);
    scene_commit(&scene, 0, 0);
    scene_commit(&scene, 1, 5000);
    scene_commit(&scene, 4, 0);
    scene_commit(&scene, 6, 0);
    assert_int_equal(scene_ask(&scene, 1), 0);
    assert_int_equal(scene_ask(&scene, 7), 5000);
    assert_int_equal(scene_ask(&scene, 100), 5000);
    scene_close(&scene);
}

TEST(other_authors_have_marks_of_their_own)
{
    struct mark_scene scene;
    uint64_t mark_ms = 77;
    scene_open(&scene);
    scene_commit(&scene, 3, 5000);
    assert_int_equal(scene_ask(&scene, 9), 5000);
    assert_err(
        cairn_mark_before(scene.book, cairn_bytes_of("test-demo/SRB/beograd/1"), 9, &mark_ms),
        CAIRN_OK);
    assert_int_equal(mark_ms, 0);
    assert_int_equal(scene_ask(&scene, 9), 5000);
    scene_close(&scene);
}

TEST(a_damaged_control_commit_is_an_error)
{
    struct mark_scene scene;
    uint64_t mark_ms = 77;
    scene_open(&scene);
    scene_commit(&scene, 3, 5000);
    scene.control.commits = 1;
    uint8_t key[CAIRN_KEY_BYTES];
    struct cairn_key place = {.table = CAIRN_TABLE_COMMIT, .index = 1};
    memcpy(place.id, scene.control.id, 16);
    cairn_key_encode(&place, key);
    cairn_store_batch_clear(scene.store.batch);
    cairn_store_batch_put(scene.store.batch, (struct cairn_bytes){.data = key, .size = sizeof key},
                          cairn_bytes_of("short"));
    assert_err(cairn_store_write(scene.store.store, scene.store.batch, true), CAIRN_OK);
    assert_err(cairn_mark_before(scene.book, cairn_bytes_of(AUT), 9, &mark_ms), CAIRN_DISK_CORRUPT);
    assert_int_equal(mark_ms, 77);
    scene_close(&scene);
}

/* Property: in whichever order leaves are asked for, the answer is that of a naive scan. */
TEST(every_order_of_questions_gives_the_same_answers)
{
    struct test_rng rng = test_rng_open();
    struct mark_scene scene;
    scene_open(&scene);
    uint64_t leaf = 0;
    for (uint32_t i = 0; i < COMMITS; i++) {
        leaf += 1 + test_rng_below(&rng, 9);
        scene_commit(&scene, leaf, test_rng_below(&rng, 4) == 0 ? 0 : 1000 + i);
        for (uint32_t question = 0; question < 20; question++) {
            uint64_t asked = test_rng_below(&rng, (uint32_t)leaf + 10);
            assert_int_equal(scene_ask(&scene, asked), scene_naive(&scene, asked));
        }
    }
    scene_close(&scene);
}

static void scene_lose(struct mark_scene *scene, uint64_t number)
{
    struct cairn_key key = {.table = CAIRN_TABLE_COMMIT, .index = number};
    struct cairn_store_batch *batch = NULL;
    uint8_t bytes[CAIRN_KEY_BYTES];
    memcpy(key.id, scene->control.id, 16);
    cairn_key_encode(&key, bytes);
    assert_err(cairn_store_batch_open(&batch), CAIRN_OK);
    cairn_store_batch_delete(batch, (struct cairn_bytes){bytes, sizeof bytes});
    assert_err(cairn_store_write(scene->store.store, batch, true), CAIRN_OK);
    cairn_store_batch_close(batch);
}

/* Whoever passes it over lets operations be dated back. The last one looks as if it never came. */
TEST(a_control_commit_that_is_missing_among_others_is_never_passed_over)
{
    struct test_rng rng = test_rng_open();
    for (uint32_t round = 0; round < 12; round++) {
        struct mark_scene scene;
        uint32_t error_count = 0;
        uint64_t leaf = 0;
        scene_open(&scene);
        for (uint32_t i = 0; i < COMMITS; i++) {
            leaf += 1 + test_rng_below(&rng, 9);
            scene_commit(&scene, leaf, 1000 + i);
        }
        uint32_t lost = test_rng_below(&rng, COMMITS - 1);
        scene_lose(&scene, lost);
        for (uint32_t question = 0; question < 60; question++) {
            uint64_t asked = test_rng_below(&rng, (uint32_t)leaf + 10);
            asked = question == 30 ? scene.leaves[lost] + 1 : asked;
            uint64_t mark_ms = 0;
            cairn_err err = cairn_mark_before(scene.book, cairn_bytes_of(AUT), asked, &mark_ms);
            if (err == CAIRN_OK) {
                assert_int_equal(mark_ms, scene_naive(&scene, asked));
            } else {
                assert_err(err, CAIRN_DISK_CORRUPT);
                error_count++;
            }
        }
        assert_true(error_count > 0);
        scene_close(&scene);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_control_feed_there_is_no_mark),
        cmocka_unit_test(the_mark_of_the_same_leaf_does_not_count),
        cmocka_unit_test(a_mark_that_comes_later_is_seen),
        cmocka_unit_test(commits_without_a_mark_are_passed_over),
        cmocka_unit_test(other_authors_have_marks_of_their_own),
        cmocka_unit_test(a_damaged_control_commit_is_an_error),
        cmocka_unit_test(every_order_of_questions_gives_the_same_answers),
        cmocka_unit_test(a_control_commit_that_is_missing_among_others_is_never_passed_over),
    };
    return cmocka_run_group_tests_name("mark", tests, NULL, NULL);
}
