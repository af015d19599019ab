/* Method: operations ahead of the clock, and a clock that goes on. */
#include "node/views/folder.h"
#include "schema/base/civil.h"
#include "tests/lib/test.h"
#include "tests/lib/views_scene.h"

#define SECOND 1000u

TEST(p50_what_is_ahead_of_the_own_clock_waits_until_it_is_due)
{
    struct views_scene scene;
    uint64_t due_ms = 77;
    views_scene_open(&scene);
    struct cairn_operation operation = views_operation(CAIRN_KIND_ALERT_ISSUE, 1, views_document);
    operation.hlc = cairn_civil_hlc(VIEWS_NOW_MS + CAIRN_LIMIT_AHEAD_MS + 2 * SECOND, 0);
    views_append(&scene, &operation);
    views_append_document(&scene, 2);
    struct cairn_folder_result result = views_scene_fold(&scene, &scene.aut);
    assert_int_equal(result.parked_count, 1);
    assert_int_equal(result.due_ms, VIEWS_NOW_MS + 2 * SECOND);
    assert_int_equal(views_status(&scene, 1), -1);
    assert_int_equal(views_status(&scene, 2), CAIRN_ALERT_STATUS_ACTIVE);

    assert_err(cairn_folder_due(scene.folder, VIEWS_NOW_MS + SECOND, &due_ms), CAIRN_OK);
    assert_int_equal(due_ms, VIEWS_NOW_MS + 2 * SECOND);
    assert_int_equal(views_status(&scene, 1), -1);
    views_scene_restart(&scene);
    assert_err(cairn_folder_due(scene.folder, VIEWS_NOW_MS + 2 * SECOND, &due_ms), CAIRN_OK);
    assert_int_equal(due_ms, 0);
    assert_int_equal(views_status(&scene, 1), CAIRN_ALERT_STATUS_ACTIVE);
    views_scene_close(&scene);
}

TEST(parked_operations_are_folded_in_turn)
{
    struct views_scene scene;
    uint64_t due_ms = 77;
    views_scene_open(&scene);
    for (uint8_t number = 1; number <= 3; number++) {
        struct cairn_operation operation =
            views_operation(CAIRN_KIND_ALERT_ISSUE, number, views_document);
        operation.hlc =
            cairn_civil_hlc(VIEWS_NOW_MS + CAIRN_LIMIT_AHEAD_MS + (4 - number) * SECOND, 0);
        views_append(&scene, &operation);
    }
    assert_int_equal(views_scene_fold(&scene, &scene.aut).due_ms, VIEWS_NOW_MS + SECOND);
    assert_err(cairn_folder_due(scene.folder, VIEWS_NOW_MS + 2 * SECOND, &due_ms), CAIRN_OK);
    assert_int_equal(due_ms, VIEWS_NOW_MS + 3 * SECOND);
    assert_int_equal(views_status(&scene, 3), CAIRN_ALERT_STATUS_ACTIVE);
    assert_int_equal(views_status(&scene, 2), CAIRN_ALERT_STATUS_ACTIVE);
    assert_int_equal(views_status(&scene, 1), -1);
    views_scene_close(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(p50_what_is_ahead_of_the_own_clock_waits_until_it_is_due),
        cmocka_unit_test(parked_operations_are_folded_in_turn),
    };
    return cmocka_run_group_tests_name("folder_due", tests, NULL, NULL);
}
