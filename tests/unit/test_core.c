/* The core driven by hand-made events, with fake keys. Whole networks of it: tests/sim. */
#include "replication/core.h"

#include <stdlib.h>
#include <string.h>

#include "tests/lib/test.h"

static const struct cairn_core_limits small = {
    .countries = 4, .journals = 4, .feeds = 16, .links = 2};

struct scene {
    void *memory;
    struct cairn_suite suite;
    struct cairn_core *core;
    struct cairn_actions actions;
};

static void scene_open(struct scene *scene)
{
    struct cairn_core_identity identity = {.origin = "test-unit/AUT/vienna-1/1"};
    struct cairn_event start = {.type = CAIRN_EVENT_START, .now_ms = 1700000000000u};
    cairn_suite_init_fake(&scene->suite);
    memset(identity.sealing_secret, 1, 32);
    memset(identity.local_secret, 2, 32);
    scene->memory = malloc(cairn_core_size(&small));
    assert_non_null(scene->memory);
    scene->core = cairn_core_init(scene->memory, &small, &identity, &scene->suite);
    cairn_core_step(scene->core, &start, &scene->actions);
}

static const struct cairn_action *scene_find(const struct scene *scene, enum cairn_action_type type)
{
    const struct cairn_action *action = scene->actions.first;
    while (action != NULL && action->type != type) {
        action = action->next;
    }
    return action;
}

TEST(at_default_limits_it_fits_in_256_mib)
{
    struct cairn_core_limits limits = CAIRN_CORE_LIMITS_DEFAULT;
    assert_true(cairn_core_size(&limits) <= 256u << 20);
    assert_true(cairn_core_size(&small) < cairn_core_size(&limits));
}

TEST(without_a_document_of_its_own_country_it_signs_nothing)
{
    struct scene scene;
    scene_open(&scene);
    struct cairn_event tick = {.type = CAIRN_EVENT_TICK, .now_ms = 1700000100000u};
    cairn_core_step(scene.core, &tick, &scene.actions);
    assert_null(scene_find(&scene, CAIRN_ACTION_SIGN));
    assert_null(scene_find(&scene, CAIRN_ACTION_STORE));
    free(scene.memory);
}

TEST(a_link_with_an_unknown_key_is_dropped)
{
    struct scene scene;
    scene_open(&scene);
    struct cairn_event up = {.type = CAIRN_EVENT_LINK_UP, .now_ms = 1700000000001u};
    memset(up.as.link.spki_hash, 9, 32);
    cairn_core_step(scene.core, &up, &scene.actions);
    const struct cairn_action *drop = scene_find(&scene, CAIRN_ACTION_DROP);
    assert_non_null(drop);
    assert_err(drop->as.drop.err, CAIRN_PEER_UNKNOWN);
    free(scene.memory);
}

TEST(a_document_that_is_no_note_is_refused)
{
    struct scene scene;
    scene_open(&scene);
    struct cairn_event event = {.type = CAIRN_EVENT_DOCUMENT, .now_ms = 1700000000001u};
    event.as.document.token = 7;
    event.as.document.note = cairn_bytes_of("rubbish\n");
    cairn_core_step(scene.core, &event, &scene.actions);
    const struct cairn_action *answer = scene_find(&scene, CAIRN_ACTION_ANSWER);
    assert_non_null(answer);
    assert_int_equal(answer->as.answer.token, 7);
    assert_err(answer->as.answer.err, CAIRN_NOTE);
    assert_int_equal(cairn_core_peer_count(scene.core), 1);
    free(scene.memory);
}

TEST(an_operation_for_a_feed_that_is_not_there_is_refused)
{
    struct scene scene;
    scene_open(&scene);
    struct cairn_event event = {.type = CAIRN_EVENT_APPEND, .now_ms = 1700000000001u};
    event.as.command.token = 8;
    event.as.command.operation = cairn_bytes_of("x");
    cairn_core_step(scene.core, &event, &scene.actions);
    const struct cairn_action *answer = scene_find(&scene, CAIRN_ACTION_ANSWER);
    assert_non_null(answer);
    assert_err(answer->as.answer.err, CAIRN_NOT_FOUND);
    free(scene.memory);
}

TEST(a_feed_for_a_country_that_is_no_partner_is_refused)
{
    struct scene scene;
    static const uint8_t members[2][3] = {"AUT", "SRB"};
    scene_open(&scene);
    struct cairn_event event = {.type = CAIRN_EVENT_FEED_OPEN, .now_ms = 1700000000001u};
    event.as.command.members = members;
    event.as.command.member_count = 2;
    cairn_core_step(scene.core, &event, &scene.actions);
    const struct cairn_action *answer = scene_find(&scene, CAIRN_ACTION_ANSWER);
    assert_non_null(answer);
    assert_err(answer->as.answer.err, CAIRN_DENIED_PARTNER);
    free(scene.memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(at_default_limits_it_fits_in_256_mib),
        cmocka_unit_test(without_a_document_of_its_own_country_it_signs_nothing),
        cmocka_unit_test(a_link_with_an_unknown_key_is_dropped),
        cmocka_unit_test(a_document_that_is_no_note_is_refused),
        cmocka_unit_test(an_operation_for_a_feed_that_is_not_there_is_refused),
        cmocka_unit_test(a_feed_for_a_country_that_is_no_partner_is_refused),
    };
    return cmocka_run_group_tests_name("core", tests, NULL, NULL);
}
