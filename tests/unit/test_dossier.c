/* Method: fold a few alerts and cases, then show and list them. Refusals, receipts, look-ups and
 * policies are read back in test_folder.c. */
#include "node/views/dossier.h"

#include <string.h>

#include "schema/alert/alert.h"
#include "schema/base/civil.h"
#include "tests/lib/body.h"
#include "tests/lib/test.h"
#include "tests/lib/views_scene.h"

#define HASH "x'000102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e0f'"

static const struct cairn_acceptance everything = {.own = "SRB",
                                                   .otherwise = CAIRN_POLICY_FOUNDS_ALL};

static const char request[] =
    "{1: 'AUT/26-17', 2: 'AUT', 3: 'SRB', 4: " HASH ", 5: 1, 6: 1, 7: 3, "
    "8: {1: true, 2: '2026-02-20'}, 11: [{1: 1, 2: 'Doe', 6: '1980-05-17', 9: ['SRB']}], "
    "13: [{1: 1, 2: " HASH ", 3: 1000, 4: 2, 5: 2}], 15: 1}";

static struct cairn_id fold(struct views_scene *scene, enum cairn_kind kind, uint8_t number,
                            const char *body)
{
    struct cairn_operation operation = views_operation(kind, number, body);
    feed_writer_append(&scene->aut, &operation);
    assert_int_equal(views_scene_fold(scene, &scene->aut).rejected_count, 0);
    return operation.object;
}

static void withdraw(struct views_scene *scene, uint8_t number)
{
    struct cairn_operation operation =
        views_operation(CAIRN_KIND_ALERT_WITHDRAW, number, "{1: 2, 2: 'done'}");
    operation.hlc++;
    operation.parent_count = 1;
    memcpy(operation.parents[0], scene->aut.entry_id, 32);
    feed_writer_append(&scene->aut, &operation);
    assert_int_equal(views_scene_fold(scene, &scene->aut).rejected_count, 0);
}

TEST(an_alert_is_shown_with_its_history)
{
    struct views_scene scene;
    struct cairn_dossier *dossier;
    struct cairn_alert alert;
    views_scene_open(&scene);
    struct cairn_id object = fold(&scene, CAIRN_KIND_ALERT_ISSUE, 1, views_person);
    uint8_t issue_id[32];
    memcpy(issue_id, scene.aut.entry_id, sizeof issue_id);
    withdraw(&scene, 1);
    assert_err(cairn_dossier_open_alert(scene.views, &object, &dossier), CAIRN_OK);
    const struct cairn_alert_view *view = cairn_dossier_alert(dossier);
    assert_null(cairn_dossier_case(dossier));
    assert_int_equal(view->status, CAIRN_ALERT_STATUS_WITHDRAWN);
    cairn_alert_read(view->body, &alert);
    assert_int_equal(alert.category, CAIRN_ALERT_REF);
    assert_int_equal(view->step_count, 2);
    assert_memory_equal(view->steps[0].item->entry_id, issue_id, 32);
    assert_memory_equal(view->steps[0].item->feed, scene.aut.id, 16);
    assert_int_equal(view->steps[0].item->index, 0);
    assert_err(view->steps[0].err, CAIRN_OK);
    assert_int_equal(view->steps[1].item->kind, CAIRN_KIND_ALERT_WITHDRAW);
    assert_memory_equal(view->steps[1].item->entry_id, scene.aut.entry_id, 32);
    bool has_room = false;
    assert_err(cairn_dossier_has_room(dossier, 1000, &has_room), CAIRN_OK);
    assert_true(has_room);
    cairn_dossier_close(dossier);
    views_scene_close(&scene);
}

TEST(what_is_not_there_is_not_found)
{
    struct views_scene scene;
    struct cairn_dossier *dossier = NULL;
    views_scene_open(&scene);
    struct cairn_id object = fold(&scene, CAIRN_KIND_ALERT_ISSUE, 1, views_document);
    assert_err(cairn_dossier_open_case(scene.views, &object, &dossier), CAIRN_NOT_FOUND);
    object = views_operation(CAIRN_KIND_ALERT_ISSUE, 2, views_document).object;
    assert_err(cairn_dossier_open_alert(scene.views, &object, &dossier), CAIRN_NOT_FOUND);
    assert_null(dossier);
    cairn_dossier_close(NULL);
    views_scene_close(&scene);
}

TEST(a_case_is_shown_and_listed_for_both_sides)
{
    struct views_scene scene;
    struct cairn_dossier *dossier;
    struct cairn_index_entry entries[4];
    views_scene_open(&scene);
    struct cairn_id object = fold(&scene, CAIRN_KIND_CASE_REQUEST, 1, request);
    assert_err(cairn_dossier_open_case(scene.views, &object, &dossier), CAIRN_OK);
    assert_null(cairn_dossier_alert(dossier));
    assert_int_equal(cairn_dossier_case(dossier)->status, CAIRN_CASE_STATUS_SENT);
    assert_string_equal(cairn_dossier_case(dossier)->requested, "SRB");
    cairn_dossier_close(dossier);

    static const struct {
        struct cairn_dossier_cases which;
        uint32_t count;
    } cases[] = {
        {{.requesting = ""}, 1},
        {{.requesting = "AUT"}, 1},
        {{.requested = "SRB"}, 1},
        {{.requesting = "AUT", .requested = "SRB"}, 1},
        {{.requesting = "SRB"}, 0},
        {{.requested = "AUT"}, 0},
        {{.requesting = "AUT", .requested = "GEO"}, 0},
        {{.requested = "SRB", .has_status = true, .status = CAIRN_CASE_STATUS_SENT}, 1},
        {{.requested = "SRB", .has_status = true, .status = CAIRN_CASE_STATUS_REFUSED}, 0},
        {{.requesting = "AUT",
          .requested = "SRB",
          .has_status = true,
          .status = CAIRN_CASE_STATUS_SENT},
         1},
        {{.requesting = "AUT",
          .requested = "SRB",
          .has_status = true,
          .status = CAIRN_CASE_STATUS_ACCEPTED},
         0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct cairn_dossier_page page = {.limit = 4, .entries = entries};
        struct cairn_dossier_cases which = cases[i].which;
        which.accepted = &everything;
        assert_err(cairn_dossier_list_cases(scene.views, &which, &page), CAIRN_OK);
        assert_int_equal(page.count, cases[i].count);
        assert_int_equal(page.next.size, 0);
        if (page.count > 0) {
            assert_true(cairn_id_is_equal(&entries[0].object, &object));
            assert_string_equal(entries[0].country, "AUT");
            assert_string_equal(entries[0].requested, "SRB");
        }
    }
    views_scene_close(&scene);
}

static uint32_t count_alerts(struct views_scene *scene, struct cairn_dossier_alerts which)
{
    struct cairn_index_entry entries[32];
    struct cairn_dossier_page page = {.limit = 32, .entries = entries};
    which.accepted = which.accepted == NULL ? &everything : which.accepted;
    assert_err(cairn_dossier_list_alerts(scene->views, &which, &page), CAIRN_OK);
    assert_int_equal(page.next.size, 0);
    return page.count;
}

TEST(alerts_are_listed_by_author_category_status_and_time)
{
    struct views_scene scene;
    views_scene_open(&scene);
    (void)fold(&scene, CAIRN_KIND_ALERT_ISSUE, 1, views_person);
    (void)fold(&scene, CAIRN_KIND_ALERT_ISSUE, 2, views_document);
    (void)fold(&scene, CAIRN_KIND_ALERT_ISSUE, 3, views_document);
    withdraw(&scene, 3);
    struct cairn_dossier_alerts all = {.country = ""};
    assert_int_equal(count_alerts(&scene, all), 3);
    struct cairn_dossier_alerts which = {.country = "AUT"};
    assert_int_equal(count_alerts(&scene, which), 3);
    which.category = CAIRN_ALERT_DOC;
    assert_int_equal(count_alerts(&scene, which), 2);
    which.has_status = true;
    which.status = CAIRN_ALERT_STATUS_WITHDRAWN;
    assert_int_equal(count_alerts(&scene, which), 1);
    memcpy(which.country, "SRB", 4);
    assert_int_equal(count_alerts(&scene, which), 0);
    all.category = CAIRN_ALERT_REF;
    assert_int_equal(count_alerts(&scene, all), 1);
    struct cairn_dossier_alerts live = {
        .has_status = true, .status = CAIRN_ALERT_STATUS_ACTIVE, .live_ms = VIEWS_NOW_MS};
    assert_int_equal(count_alerts(&scene, live), 2);
    live.live_ms = VIEWS_NOW_MS + 365 * VIEWS_DAY_MS;
    assert_int_equal(count_alerts(&scene, live), 0);
    views_scene_close(&scene);
}

TEST(an_alert_is_live_from_its_first_moment_to_before_its_last)
{
    struct views_scene scene;
    struct cairn_index_entry entry;
    struct cairn_dossier_page page = {.limit = 1, .entries = &entry};
    views_scene_open(&scene);
    (void)fold(&scene, CAIRN_KIND_ALERT_ISSUE, 1, views_person);
    struct cairn_dossier_alerts which = {.country = "AUT", .accepted = &everything};
    assert_err(cairn_dossier_list_alerts(scene.views, &which, &page), CAIRN_OK);
    assert_int_equal(page.count, 1);
    const uint64_t from_ms = entry.from_ms, expires_ms = entry.expires_ms;
    assert_true(from_ms > 1 && from_ms < expires_ms);
    const struct {
        uint64_t live_ms;
        uint32_t count;
    } cases[] = {{from_ms - 1, 0}, {from_ms, 1}, {expires_ms - 1, 1}, {expires_ms, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        which.live_ms = cases[i].live_ms;
        assert_int_equal(count_alerts(&scene, which), cases[i].count);
    }
    views_scene_close(&scene);
}

/* Under what SRB accepts of AUT: how many of its alerts it lists as accepted, and as not. */
static void expect_accepted(struct views_scene *scene, uint32_t foundings, uint32_t accepted,
                            uint32_t unaccepted)
{
    struct cairn_acceptance acceptance = {.own = "SRB", .count = 1};
    memcpy(acceptance.rows[0].country, "AUT", 4);
    acceptance.rows[0].foundings = (uint8_t)foundings;
    struct cairn_dossier_alerts which = {.country = "AUT", .accepted = &acceptance};
    assert_int_equal(count_alerts(scene, which), accepted);
    which.is_unaccepted = true;
    assert_int_equal(count_alerts(scene, which), unaccepted);
}

TEST(lists_hold_what_is_accepted_or_what_is_not)
{
    struct views_scene scene;
    struct cairn_dossier *dossier;
    views_scene_open(&scene);
    (void)fold(&scene, CAIRN_KIND_ALERT_ISSUE, 1, views_person);
    struct cairn_id alert = fold(&scene, CAIRN_KIND_ALERT_ISSUE, 2, views_document);
    struct cairn_id batch = fold(&scene, CAIRN_KIND_ALERT_BATCH, 3, views_batch);
    (void)fold(&scene, CAIRN_KIND_ALERT_BATCH, 4, views_batch);
    withdraw(&scene, 2); /* withdrawn or not, it is accepted by what founded it */
    expect_accepted(&scene, CAIRN_POLICY_FOUNDS_ALL, 4, 0);
    expect_accepted(&scene, CAIRN_POLICY_FOUNDS_CASE, 0, 4);
    expect_accepted(&scene, CAIRN_POLICY_FOUNDS_ALERT, 2, 2);
    expect_accepted(&scene, CAIRN_POLICY_FOUNDS_BATCH, 2, 2);
    expect_accepted(&scene, CAIRN_POLICY_FOUNDS_ALERT | CAIRN_POLICY_FOUNDS_BATCH, 4, 0);
    assert_err(cairn_dossier_open_alert(scene.views, &alert, &dossier), CAIRN_OK);
    assert_int_equal(cairn_dossier_founding(dossier), CAIRN_POLICY_FOUNDS_ALERT);
    cairn_dossier_close(dossier);
    assert_err(cairn_dossier_open_alert(scene.views, &batch, &dossier), CAIRN_OK);
    assert_int_equal(cairn_dossier_founding(dossier), CAIRN_POLICY_FOUNDS_BATCH);
    cairn_dossier_close(dossier);
    struct cairn_acceptance own = {.own = "AUT"};
    struct cairn_dossier_alerts which = {.country = "AUT", .accepted = &own};
    assert_int_equal(count_alerts(&scene, which), 4);
    views_scene_close(&scene);
}

TEST(cases_that_are_not_accepted_are_listed_apart)
{
    struct views_scene scene;
    struct cairn_index_entry entries[4];
    struct cairn_acceptance acceptance = {.own = "SRB", .otherwise = CAIRN_POLICY_FOUNDS_ALERT};
    struct cairn_dossier_page page = {.limit = 4, .entries = entries};
    struct cairn_dossier_cases which = {.accepted = &acceptance};
    views_scene_open(&scene);
    (void)fold(&scene, CAIRN_KIND_CASE_REQUEST, 1, request);
    assert_err(cairn_dossier_list_cases(scene.views, &which, &page), CAIRN_OK);
    assert_int_equal(page.count, 0);
    which.is_unaccepted = true;
    assert_err(cairn_dossier_list_cases(scene.views, &which, &page), CAIRN_OK);
    assert_int_equal(page.count, 1);
    views_scene_close(&scene);
}

/* Property: whatever the page size, pages put together are the whole list, in order. */
TEST(pages_together_are_the_list)
{
    struct views_scene scene;
    views_scene_open(&scene);
    for (uint8_t number = 0; number < 23; number++) {
        (void)fold(&scene, CAIRN_KIND_ALERT_ISSUE, number, views_document);
    }
    for (uint32_t limit = 1; limit < 26; limit++) {
        struct cairn_index_entry entries[32];
        struct cairn_dossier_page page = {.limit = limit, .entries = entries};
        struct cairn_dossier_alerts which = {.country = "AUT", .accepted = &everything};
        struct cairn_id last = {.text = ""};
        uint32_t count = 0, pages = 0;
        do {
            assert_err(cairn_dossier_list_alerts(scene.views, &which, &page), CAIRN_OK);
            for (uint32_t i = 0; i < page.count; i++) {
                assert_true(strcmp(last.text, entries[i].object.text) < 0);
                last = entries[i].object;
            }
            count += page.count;
            pages++;
            page.after = page.next;
        } while (page.next.size > 0);
        assert_int_equal(count, 23);
        assert_true(pages <= 23 / limit + 1);
    }
    views_scene_close(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_alert_is_shown_with_its_history),
        cmocka_unit_test(what_is_not_there_is_not_found),
        cmocka_unit_test(a_case_is_shown_and_listed_for_both_sides),
        cmocka_unit_test(alerts_are_listed_by_author_category_status_and_time),
        cmocka_unit_test(an_alert_is_live_from_its_first_moment_to_before_its_last),
        cmocka_unit_test(lists_hold_what_is_accepted_or_what_is_not),
        cmocka_unit_test(cases_that_are_not_accepted_are_listed_apart),
        cmocka_unit_test(pages_together_are_the_list),
    };
    return cmocka_run_group_tests_name("dossier", tests, NULL, NULL);
}
