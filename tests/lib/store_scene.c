#include "tests/lib/store_scene.h"

#include "tests/lib/test.h"

#include <stdio.h>

struct cairn_store_options store_scene_options(const struct store_scene *scene, bool is_new)
{
    return (struct cairn_store_options){
        .path = scene->path, .kind = CAIRN_STORE_LOG, .is_new = is_new};
}

void store_scene_open(struct store_scene *scene)
{
    *scene = (struct store_scene){.store = NULL};
    test_tempdir_open(scene->dir);
    test_tempdir_path(scene->dir, "log", scene->path);
    struct cairn_store_options options = store_scene_options(scene, true);
    assert_err(cairn_store_open(&options, &scene->store), CAIRN_OK);
    assert_err(cairn_store_batch_open(&scene->batch), CAIRN_OK);
}

void store_scene_stop(struct store_scene *scene)
{
    cairn_store_close(scene->store);
    scene->store = NULL;
}

void store_scene_restart(struct store_scene *scene)
{
    struct cairn_store_options options = store_scene_options(scene, false);
    store_scene_stop(scene);
    assert_err(cairn_store_open(&options, &scene->store), CAIRN_OK);
}

void store_scene_close(struct store_scene *scene)
{
    cairn_store_batch_close(scene->batch);
    cairn_store_close(scene->store);
    test_tempdir_close(scene->dir);
}

cairn_err store_scene_write(struct store_scene *scene, const char *key, struct cairn_bytes value)
{
    cairn_store_batch_clear(scene->batch);
    cairn_store_batch_put(scene->batch, cairn_bytes_of(key), value);
    return cairn_store_write(scene->store, scene->batch, true);
}

void store_scene_put(struct store_scene *scene, const char *key, const char *value)
{
    assert_err(store_scene_write(scene, key, cairn_bytes_of(value)), CAIRN_OK);
}

void store_scene_assert_value(struct store_scene *scene, const char *key, const char *wanted)
{
    struct cairn_bytes value;
    assert_err(cairn_store_get(scene->store, cairn_bytes_of(key), &value), CAIRN_OK);
    assert_true(cairn_bytes_is_equal(value, cairn_bytes_of(wanted)));
    cairn_store_free(value);
}

void store_scene_assert_absent(struct store_scene *scene, const char *key)
{
    struct cairn_bytes value;
    assert_err(cairn_store_get(scene->store, cairn_bytes_of(key), &value), CAIRN_NOT_FOUND);
    assert_null(value.data);
}

bool store_scene_add(void *host, struct cairn_bytes key, struct cairn_bytes value)
{
    struct store_scene_rows *rows = host;
    int size =
        snprintf(rows->text + rows->size, sizeof rows->text - rows->size, "%.*s=%.*s ",
                 (int)key.size, (const char *)key.data, (int)value.size, (const char *)value.data);
    assert_true(size > 0 && (size_t)size < sizeof rows->text - rows->size);
    rows->size += (size_t)size;
    rows->count++;
    return rows->count != rows->count_max;
}

void store_scene_assert_rows(struct store_scene *scene, struct cairn_store_range range,
                             uint32_t count_max, const char *wanted)
{
    struct store_scene_rows rows = {.count_max = count_max};
    assert_err(cairn_store_scan(scene->store, &range, store_scene_add, &rows), CAIRN_OK);
    assert_string_equal(rows.text, wanted);
}
