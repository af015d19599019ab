#include "tests/lib/views_scene.h"

#include <string.h>

#include "schema/base/civil.h"
#include "schema/feedop.h"
#include "tests/lib/body.h"
#include "tests/lib/test.h"

#define FROM    "1772366400000" /* 2026-03-01T12:00:00Z, as the operation */
#define EXPIRES "1788000000000" /* 2026-08-29 */
#define COMMON                                                                                     \
    "6: 'AUT-bka', 7: " FROM ", 8: " EXPIRES ", 9: '2026-07-01', "                                 \
    "10: {1: 2, 2: 1, 3: 2, 4: 1}, 11: 'bureau@example.org'"
#define DECISION "21: {1: 'Az 4/26', 2: '2026-02-01', 3: 'LG Wien'}"

const char views_person[] =
    "{1: 2, 2: 2, 4: 20, " COMMON ", 13: [{1: 1, 2: 'Müller', 3: 'Jürgen', 6: 1}, "
    "{1: 4, 2: 'Doe', 3: 'John', 6: 2}], 14: ['1980-05-17'], "
    "18: [{1: 1, 2: 'D', 3: 'C01X00T47'}], 20: [1, 2], " DECISION "}";
const char views_document[] =
    "{1: 13, 2: 14, 4: 100, " COMMON ", 18: [{1: 1, 2: 'AUT', 3: 'P1234567'}], 27: 2}";
const char views_blank[] = "{1: 14, 2: 14, 4: 102, " COMMON
                           ", 18: [{1: 1, 2: 'AUT', 3: 'B0000950', 7: 'B0002049'}], 27: 5}";
const char views_batch[] =
    "{1: 13, 2: 14, 4: 101, 6: 'AUT-bmi', 7: " FROM ", 8: " EXPIRES
    ", 10: {1: 1, 2: 1, 3: 1, 4: 3}, 11: 'x', 28: [{1: 1, 2: 'AUT', 3: 'Q1', 8: 1}, "
    "{1: 4, 2: 'AUT', 3: 'Q2', 8: 2}]}";

static void scene_open_stores(struct views_scene *scene, bool is_new_log, bool is_new_views)
{
    struct cairn_store_options log = {
        .path = scene->log_path, .kind = CAIRN_STORE_LOG, .is_new = is_new_log};
    struct cairn_store_options views = {
        .path = scene->views_path, .kind = CAIRN_STORE_VIEWS, .is_new = is_new_views};
    assert_err(cairn_store_open(&log, &scene->log), CAIRN_OK);
    assert_err(cairn_store_open(&views, &scene->views), CAIRN_OK);
    scene->aut.log = scene->log;
    scene->control.log = scene->log;
}

static void scene_open_folder(struct views_scene *scene)
{
    struct cairn_folder_options options = {
        .log = scene->log, .views = scene->views, .country = "SRB", .network = "test-demo"};
    assert_err(cairn_folder_open(&options, &scene->folder), CAIRN_OK);
}

static void scene_stop(struct views_scene *scene)
{
    cairn_folder_close(scene->folder);
    cairn_store_close(scene->views);
    cairn_store_close(scene->log);
}

void views_scene_open(struct views_scene *scene)
{
    memset(scene, 0, sizeof *scene);
    scene->now_ms = VIEWS_NOW_MS;
    test_tempdir_open(scene->dir);
    test_tempdir_path(scene->dir, "log", scene->log_path);
    test_tempdir_path(scene->dir, "views", scene->views_path);
    assert_err(cairn_suite_open_real(&scene->suite), CAIRN_OK);
    scene_open_stores(scene, true, true);
    feed_writer_open(&scene->aut, scene->log, &scene->suite, FEED_WRITER_SEALED, VIEWS_AUT);
    feed_writer_open(&scene->control, scene->log, &scene->suite, FEED_WRITER_CONTROL, VIEWS_AUT);
    scene_open_folder(scene);
}

void views_scene_close(struct views_scene *scene)
{
    scene_stop(scene);
    feed_writer_close(&scene->aut);
    feed_writer_close(&scene->control);
    cairn_suite_close(&scene->suite);
    test_tempdir_close(scene->dir);
}

void views_scene_restart(struct views_scene *scene)
{
    scene_stop(scene);
    scene_open_stores(scene, false, false);
    scene_open_folder(scene);
}

void views_scene_delete_views(struct views_scene *scene)
{
    scene_stop(scene);
    test_tempdir_close(scene->views_path);
    scene_open_stores(scene, false, true);
    scene_open_folder(scene);
}

struct cairn_folder_result views_scene_fold_number(struct views_scene *scene,
                                                   const struct feed_writer *feed, uint64_t number)
{
    struct cairn_folder_job job;
    struct cairn_folder_result result;
    feed_writer_job(feed, number, scene->now_ms, &job);
    job.born = scene->born;
    assert_err(cairn_folder_fold(scene->folder, &job, &result), CAIRN_OK);
    assert_err(cairn_folder_settle(scene->folder), CAIRN_OK);
    return result;
}

struct cairn_folder_result views_scene_fold(struct views_scene *scene, struct feed_writer *feed)
{
    return views_scene_fold_number(scene, feed, feed_writer_commit(feed, scene->leaf_index++));
}

void views_scene_mark(struct views_scene *scene, uint64_t time_ms)
{
    uint8_t buffer[256];
    struct cairn_feedop op = {.kind = CAIRN_KIND_CONTROL_MARK, .as.mark = {.time_ms = time_ms}};
    struct cairn_operation operation = {.kind = op.kind, .hlc = cairn_civil_hlc(time_ms, 0)};
    assert_err(cairn_feedop_encode(&op, buffer, sizeof buffer, &operation.body), CAIRN_OK);
    feed_writer_append(&scene->control, &operation);
    (void)feed_writer_commit(&scene->control, scene->leaf_index++);
}

struct cairn_operation views_operation(enum cairn_kind kind, uint8_t number, const char *body)
{
    const uint8_t random[CAIRN_ID_RANDOM_BYTES] = {number};
    struct cairn_operation operation = test_operation(kind, "AUT", test_body(body));
    cairn_id_make(cairn_bytes_of("AUT"), random, &operation.object);
    return operation;
}

void views_append(struct views_scene *scene, const struct cairn_operation *operation)
{
    feed_writer_append(&scene->aut, operation);
}

void views_append_document(struct views_scene *scene, uint8_t number)
{
    struct cairn_operation operation =
        views_operation(CAIRN_KIND_ALERT_ISSUE, number, views_document);
    views_append(scene, &operation);
}

void views_append_withdraw(struct views_scene *scene, uint8_t number,
                           const uint8_t entry_id[static 32])
{
    struct cairn_operation operation = views_operation(CAIRN_KIND_ALERT_WITHDRAW, number, "{1: 2}");
    operation.hlc++;
    operation.parent_count = 1;
    memcpy(operation.parents[0], entry_id, 32);
    views_append(scene, &operation);
}

void views_append_feedop(struct feed_writer *feed, const struct cairn_feedop *op)
{
    static uint8_t buffer[CAIRN_LIMIT_OPERATION_BYTES];
    struct cairn_operation operation = {.kind = op->kind, .hlc = cairn_civil_hlc(VIEWS_NOW_MS, 0)};
    if (op->kind >= CAIRN_KIND_ACCESS_LOOKUP) {
        operation.purpose = cairn_bytes_of("audit");
        operation.role = cairn_bytes_of("bureau");
        operation.actor_count = 1;
        operation.actors[0] = cairn_bytes_of("a1");
    }
    assert_err(cairn_feedop_encode(op, buffer, sizeof buffer, &operation.body), CAIRN_OK);
    feed_writer_append(feed, &operation);
}

int views_status(struct views_scene *scene, uint8_t number)
{
    struct cairn_operation operation =
        views_operation(CAIRN_KIND_ALERT_ISSUE, number, views_document);
    struct cairn_dossier *dossier;
    cairn_err err = cairn_dossier_open_alert(scene->views, &operation.object, &dossier);
    if (err == CAIRN_NOT_FOUND) {
        return -1;
    }
    assert_err(err, CAIRN_OK);
    int status = (int)cairn_dossier_alert(dossier)->status;
    cairn_dossier_close(dossier);
    return status;
}

static bool scene_on_refused(void *host, const struct cairn_dossier_refused *refused)
{
    struct views_refusals *refusals = host;
    refusals->count++;
    refusals->last = *refused;
    return true;
}

struct views_refusals views_refusals_of(struct views_scene *scene)
{
    struct views_refusals refusals = {.count = 0};
    assert_err(cairn_dossier_refusals(scene->views, NULL, scene_on_refused, &refusals), CAIRN_OK);
    return refusals;
}
