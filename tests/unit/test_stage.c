/* Method: stage states over a real store and read them back before and after the flush. */
#include "node/views/stage.h"

#include <string.h>

#include "tests/lib/store_scene.h"
#include "tests/lib/test.h"

struct stage_scene {
    struct store_scene store;
    struct cairn_stage *stage;
};

static void scene_open(struct stage_scene *scene)
{
    store_scene_open(&scene->store);
    assert_err(cairn_stage_open(scene->store.store, &scene->stage), CAIRN_OK);
}

static void scene_close(struct stage_scene *scene)
{
    cairn_stage_close(scene->stage);
    store_scene_close(&scene->store);
}

static struct cairn_merge_key key_of(uint32_t number)
{
    struct cairn_merge_key key;
    memset(key.data, 'k', sizeof key.data);
    cairn_bytes_put_u32(key.data + 4, number);
    return key;
}

static void put(struct stage_scene *scene, uint32_t number, const char *state)
{
    struct cairn_merge_key key = key_of(number);
    cairn_stage_put_state(scene->stage, &key, cairn_bytes_of(state), number % 2 == 0);
}

static void assert_state(struct stage_scene *scene, uint32_t number, const char *wanted)
{
    struct cairn_merge_key key = key_of(number);
    struct cairn_bytes state;
    assert_err(cairn_stage_get_state(scene->stage, &key, &state), CAIRN_OK);
    assert_true(cairn_bytes_is_equal(state, cairn_bytes_of(wanted)));
}

static void flush(struct stage_scene *scene)
{
    assert_err(cairn_stage_flush(scene->stage), CAIRN_OK);
    assert_err(cairn_stage_settle(scene->stage), CAIRN_OK);
}

TEST(a_staged_state_is_seen_before_and_after_the_flush)
{
    struct stage_scene scene;
    scene_open(&scene);
    assert_state(&scene, 1, "");
    put(&scene, 1, "one");
    put(&scene, 2, "two");
    assert_state(&scene, 1, "one");
    put(&scene, 1, "one again");
    assert_state(&scene, 1, "one again");
    assert_err(cairn_stage_flush(scene.stage), CAIRN_OK);
    assert_true(cairn_stage_is_empty(scene.stage));
    assert_state(&scene, 1, "one again");
    assert_state(&scene, 2, "two");
    assert_state(&scene, 3, "");
    scene_close(&scene);
}

TEST(a_stage_opened_later_knows_what_no_index_row_names)
{
    struct stage_scene scene;
    scene_open(&scene);
    put(&scene, 1, "one");
    flush(&scene);
    cairn_stage_close(scene.stage);
    assert_err(cairn_stage_open(scene.store.store, &scene.stage), CAIRN_OK);
    assert_state(&scene, 1, "one");
    scene_close(&scene);
}

TEST(what_is_dropped_was_never_there)
{
    struct stage_scene scene;
    struct cairn_view_key key;
    scene_open(&scene);
    put(&scene, 1, "one");
    flush(&scene);
    put(&scene, 1, "other");
    cairn_view_key_init(&key, CAIRN_VIEW_INDEX);
    cairn_stage_put(scene.stage, &key, cairn_bytes_of("row"));
    cairn_stage_drop(scene.stage);
    assert_state(&scene, 1, "one");
    flush(&scene);
    store_scene_assert_absent(&scene.store, "i");
    scene_close(&scene);
}

TEST(rows_are_put_and_deleted_with_the_batch)
{
    struct stage_scene scene;
    struct cairn_view_key key;
    scene_open(&scene);
    cairn_view_key_init(&key, CAIRN_VIEW_INDEX);
    cairn_stage_put(scene.stage, &key, cairn_bytes_of("row"));
    store_scene_assert_absent(&scene.store, "i");
    flush(&scene);
    store_scene_assert_value(&scene.store, "i", "row");
    cairn_stage_delete(scene.stage, &key);
    flush(&scene);
    store_scene_assert_absent(&scene.store, "i");
    scene_close(&scene);
}

TEST(an_empty_batch_takes_anything_and_a_filled_one_ends_at_its_limit)
{
    struct stage_scene scene;
    scene_open(&scene);
    assert_false(cairn_stage_is_full(scene.stage, 10u << 20));
    put(&scene, 1, "one");
    assert_false(cairn_stage_is_full(scene.stage, 1000));
    assert_true(cairn_stage_is_full(scene.stage, CAIRN_LIMIT_VIEWS_BATCH_BYTES));
    scene_close(&scene);
}

TEST(what_could_not_be_written_is_gone_and_is_told)
{
    struct stage_scene scene;
    store_scene_open(&scene.store);
    store_scene_stop(&scene.store);
    struct cairn_store_options options = store_scene_options(&scene.store, false);
    options.floor.bytes = UINT64_MAX; /* nothing can be written */
    assert_err(cairn_store_open(&options, &scene.store.store), CAIRN_OK);
    assert_err(cairn_stage_open(scene.store.store, &scene.stage), CAIRN_OK);
    put(&scene, 1, "one");
    assert_err(cairn_stage_flush(scene.stage), CAIRN_OK);
    put(&scene, 2, "two");
    assert_err(cairn_stage_flush(scene.stage), CAIRN_DISK_FLOOR);
    assert_true(cairn_stage_is_empty(scene.stage));
    assert_state(&scene, 1, "");
    assert_state(&scene, 2, "");
    assert_err(cairn_stage_settle(scene.stage), CAIRN_DISK_FLOOR);
    assert_err(cairn_stage_settle(scene.stage), CAIRN_OK);
    scene_close(&scene);
}

TEST(a_batch_that_is_dropped_leaves_the_one_before_it)
{
    struct stage_scene scene;
    scene_open(&scene);
    put(&scene, 1, "one");
    assert_err(cairn_stage_flush(scene.stage), CAIRN_OK);
    put(&scene, 1, "other");
    cairn_stage_drop(scene.stage);
    assert_state(&scene, 1, "one");
    assert_err(cairn_stage_reopen(scene.stage), CAIRN_OK);
    assert_state(&scene, 1, "one");
    put(&scene, 1, "third");
    flush(&scene);
    assert_state(&scene, 1, "third");
    scene_close(&scene);
}

/* Property: as many states as fit, replaced at random, read as the model says. */
TEST(many_states_of_one_batch_keep_apart)
{
    static char model[5000][16];
    struct test_rng rng = test_rng_open();
    struct stage_scene scene;
    scene_open(&scene);
    memset(model, 0, sizeof model);
    for (uint32_t step = 0; step < 20000; step++) {
        uint32_t number = test_rng_below(&rng, 5000);
        char text[16] = {(char)('a' + step % 26), (char)('a' + step / 26 % 26), 'x'};
        memset(text + 3, 'y', 12);
        put(&scene, number, text);
        memcpy(model[number], text, sizeof text);
        if (cairn_stage_is_full(scene.stage, 100)) {
            assert_err(cairn_stage_flush(scene.stage), CAIRN_OK);
        }
        uint32_t asked = test_rng_below(&rng, 5000);
        assert_state(&scene, asked, model[asked]);
    }
    scene_close(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_staged_state_is_seen_before_and_after_the_flush),
        cmocka_unit_test(a_stage_opened_later_knows_what_no_index_row_names),
        cmocka_unit_test(what_is_dropped_was_never_there),
        cmocka_unit_test(rows_are_put_and_deleted_with_the_batch),
        cmocka_unit_test(an_empty_batch_takes_anything_and_a_filled_one_ends_at_its_limit),
        cmocka_unit_test(what_could_not_be_written_is_gone_and_is_told),
        cmocka_unit_test(a_batch_that_is_dropped_leaves_the_one_before_it),
        cmocka_unit_test(many_states_of_one_batch_keep_apart),
    };
    return cmocka_run_group_tests_name("stage", tests, NULL, NULL);
}
