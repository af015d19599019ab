/* Bundles about one object: single entries, each with its proofs. */
#include "tests/lib/test.h"

#include <string.h>

#include "node/export.h"
#include "tests/lib/export_scene.h"

static struct export_outcome run_object(const struct cairn_export_entry *entries, size_t count,
                                        uint8_t object)
{
    struct cairn_export_options options = export_scene_everything;
    options.scope =
        (struct cairn_scope){.type = CAIRN_SCOPE_OBJECT, .object = export_scene_object(object)};
    options.entries = entries;
    options.entry_count = count;
    struct cairn_export *bundle = export_scene_snapshot(&options, export_scene.aut.leaf_count);
    assert_err(cairn_export_add_items(bundle, &options), CAIRN_OK);
    return export_scene_run(bundle);
}

static struct cairn_export_entry entry_of(const struct author_feed *feed, uint64_t index)
{
    struct cairn_export_entry entry = {.index = index};
    memcpy(entry.feed, feed->id, 16);
    return entry;
}

TEST(an_object_is_shown_entry_by_entry_with_its_proofs)
{
    const struct cairn_export_entry entries[] = {
        entry_of(&export_scene.region, 4), entry_of(&export_scene.pair, 0),
        entry_of(&export_scene.region, 1), entry_of(&export_scene.region, 1)};
    export_scene_put_checkpoint(10,
                                author_checkpoint(&export_scene.aut, 10, &export_scene.geo, 500));
    struct export_outcome outcome = run_object(entries, 4, 1);
    export_scene_assert_whole(&outcome);
    assert_int_equal(outcome.stats.entries, 4); /* three, and the open record of region */
    assert_int_equal(outcome.result.counts.opened, 3);
    assert_int_equal(outcome.size, 10);
    assert_int_equal(outcome.witnesses, 1);
}

TEST(entries_of_private_feeds_are_shown_too_once_they_are_committed)
{
    struct cairn_export_entry entry = entry_of(&export_scene.own, 2);
    struct export_outcome outcome = run_object(&entry, 1, 3);
    export_scene_assert_whole(&outcome);
    assert_int_equal(outcome.stats.entries, 2);
    entry.index = 4;
    assert_err(run_object(&entry, 1, 3).err, CAIRN_LATER);
}

TEST(every_entry_can_be_proved)
{
    for (uint64_t index = 1; index < export_scene.region.range.size; index++) {
        struct cairn_export_entry entry = entry_of(&export_scene.region, index);
        struct export_outcome outcome = run_object(&entry, 1, 1);
        assert_err(outcome.err, CAIRN_OK);
        bool is_of_1 = index == 1 || index == 4;
        bool is_rekey = index == 2;
        assert_err(outcome.result.err, is_of_1 || is_rekey ? CAIRN_OK : CAIRN_BUNDLE_ORDER);
    }
}

TEST(an_entry_of_a_feed_that_is_not_held_is_not_found)
{
    struct cairn_export_options options = export_scene_everything;
    struct cairn_export_entry entry = {.index = 0};
    options.entries = &entry;
    options.entry_count = 1;
    struct cairn_export *bundle = export_scene_snapshot(&options, export_scene.aut.leaf_count);
    assert_err(cairn_export_add_items(bundle, &options), CAIRN_NOT_FOUND);
    cairn_export_close(bundle);
    options.entry_count = 0;
    bundle = export_scene_snapshot(&options, export_scene.aut.leaf_count);
    assert_err(cairn_export_add_items(bundle, &options), CAIRN_NOT_FOUND);
    cairn_export_close(bundle);
}

TEST(an_entry_among_many_leaves_is_proved)
{
    for (int i = 0; i < 9000; i++) {
        author_noise(&export_scene.aut);
    }
    export_scene_alert(&export_scene.region, 2);
    author_commit(&export_scene.aut, &export_scene.region);
    export_scene_put_journal();
    struct cairn_export_entry entry = entry_of(&export_scene.region, 4);
    struct export_outcome outcome = run_object(&entry, 1, 1);
    export_scene_assert_whole(&outcome);
    assert_int_equal(outcome.size, export_scene.aut.leaf_count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, export_scene_begin, export_scene_end)
        CASE(an_object_is_shown_entry_by_entry_with_its_proofs),
        CASE(entries_of_private_feeds_are_shown_too_once_they_are_committed),
        CASE(every_entry_can_be_proved),
        CASE(an_entry_of_a_feed_that_is_not_held_is_not_found),
        CASE(an_entry_among_many_leaves_is_proved),
#undef CASE
    };
    return cmocka_run_group_tests_name("export_object", tests, export_scene_open,
                                       export_scene_close);
}
