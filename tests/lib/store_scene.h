/* One store in a temporary directory, for the tests of the store. */
#ifndef CAIRN_TESTS_LIB_STORE_SCENE_H
#define CAIRN_TESTS_LIB_STORE_SCENE_H

#include "node/store.h"
#include "tests/lib/tempdir.h"

struct store_scene {
    char dir[TEST_PATH_MAX];
    char path[TEST_PATH_MAX]; /* of the store */
    struct cairn_store *store;
    struct cairn_store_batch *batch;
};

/* Rows as one text: "a=1 b=2 " */
struct store_scene_rows {
    char text[4096];
    size_t size;
    uint32_t count;
    uint32_t count_max; /* stop after so many; 0: never */
};

struct cairn_store_options store_scene_options(const struct store_scene *scene, bool is_new);

/* A new store of kind log, without a floor. */
void store_scene_open(struct store_scene *scene);

/* Close the store only. */
void store_scene_stop(struct store_scene *scene);
void store_scene_restart(struct store_scene *scene);
void store_scene_close(struct store_scene *scene);

/* Write one row, synced. */
cairn_err store_scene_write(struct store_scene *scene, const char *key, struct cairn_bytes value);
void store_scene_put(struct store_scene *scene, const char *key, const char *value);

void store_scene_assert_value(struct store_scene *scene, const char *key, const char *wanted);
void store_scene_assert_absent(struct store_scene *scene, const char *key);

/* A row function for store_scene_rows. */
bool store_scene_add(void *host, struct cairn_bytes key, struct cairn_bytes value);
void store_scene_assert_rows(struct store_scene *scene, struct cairn_store_range range,
                             uint32_t count_max, const char *wanted);

#endif
