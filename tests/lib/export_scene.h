/* A log store as AUT's core would have written it, a snapshot as that core would give, and an
 * export of it that goes through the verifier. One scene; 17 leaves, feeds of every kind:
 *
 *     leaf   0        1       2    3        4  5      6       7     8..13  14      15       16
 *            control  region  own  control  -  rekey  region  pair  own    region  control  control
 */
#ifndef CAIRN_TESTS_LIB_EXPORT_SCENE_H
#define CAIRN_TESTS_LIB_EXPORT_SCENE_H

#include "node/export_state.h"
#include "replication/verify.h"
#include "tests/lib/author.h"
#include "tests/lib/store_scene.h"

struct export_scene {
    struct cairn_suite suite;
    struct store_scene store;
    struct author aut, geo;
    struct author_feed control, region, pair, own; /* of AUT; objects 1, 2 in region, 1 in pair */
};

extern struct export_scene export_scene;

/* Everything, with content keys. */
extern const struct cairn_export_options export_scene_everything;

/* Fixtures of cmocka: group setup and teardown, setup and teardown of each test. */
int export_scene_open(void **state);
int export_scene_close(void **state);
int export_scene_begin(void **state);
int export_scene_end(void **state);

struct cairn_id export_scene_object(uint8_t number);
void export_scene_alert(struct author_feed *feed, uint8_t object_number);

/* Rows of the log store. */
void export_scene_put_row(uint8_t table, const uint8_t *id, uint64_t index,
                          struct cairn_bytes value);
void export_scene_delete_row(uint8_t table, const uint8_t *id, uint64_t index);
void export_scene_put_journal(void); /* AUT's, as it stands */
void export_scene_put_checkpoint(uint64_t size, struct cairn_bytes note);

/* A snapshot of AUT with all feeds, or none yet; durable: size of its newest checkpoint. */
struct cairn_export *export_scene_snapshot(const struct cairn_export_options *options,
                                           uint64_t durable);
struct cairn_export *export_scene_bare_snapshot(const struct cairn_export_options *options,
                                                uint64_t durable);
void export_scene_add_feed(struct cairn_export *bundle, const struct author_feed *feed,
                           uint32_t epochs);

struct export_file {
    uint8_t *data;
    size_t size;
    size_t fail_at; /* the write that passes this size fails; 0: none */
};

/* A cairn_export_write. host: struct export_file */
cairn_err export_scene_write(void *host, struct cairn_bytes bytes);

struct export_outcome {
    cairn_err err; /* of the export */
    struct cairn_verify_result result;
    struct cairn_export_stats stats;
    uint64_t size; /* of the last checkpoint shown */
    uint32_t witnesses;
    uint32_t feed_records;
};

/* Run the export and verify what it gives. owns: takes bundle */
struct export_outcome export_scene_run(struct cairn_export *bundle);
struct export_outcome export_scene_run_all(uint64_t durable);
void export_scene_assert_whole(const struct export_outcome *outcome);

#endif
