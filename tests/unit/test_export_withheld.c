/* Evidence of openings that did not come, from a log store: AUT exports, GEO is the author. What is
 * still missing, what came late, who was admitted later, and under which checkpoints. P-96, P-97 */
#include "tests/lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "node/export_withheld.h"
#include "replication/table.h"
#include "replication/verify_make.h"
#include "schema/operation.h"
#include "tests/lib/export_scene.h"

struct scene {
    struct author *aut, *geo;
    struct author_feed region; /* of GEO; commits 0 to 3 at its leaves 0, 2, 3 and 5 */
    uint64_t held;             /* commits of it that AUT has */
    uint64_t said_leaf;        /* of AUT's journal */
};

static struct scene scene;

static const struct cairn_verify_limits limits = {
    .countries = 4, .nodes = 4, .feeds = 4, .checkpoints = 8, .trusted = 1};

static void put_row(uint8_t table, const struct author *author, uint64_t index,
                    struct cairn_bytes value)
{
    uint8_t id[16];
    cairn_verify_journal(cairn_bytes_of(author->origin), id);
    export_scene_put_row(table, id, index, value);
}

/* The journal as it stands, and `count` commits of the feed. */
static void put_journal(const struct author *author, const struct author_feed *feed, uint64_t count)
{
    for (uint64_t i = 0; i < author->leaf_count; i++) {
        put_row(CAIRN_TABLE_LEAF, author, i,
                (struct cairn_bytes){author->leaves[i], CAIRN_LEAF_BYTES});
    }
    for (uint32_t i = 0; i < author->commit_count; i++) {
        const struct author_commit *commit = &author->commits[i];
        if (memcmp(commit->feed, feed->id, 16) == 0 && commit->number < count) {
            export_scene_put_row(CAIRN_TABLE_COMMIT, feed->id, commit->number, commit->bytes);
        }
    }
}

/* A row of table RECORD: the number of a commit, and the body of its entry `index`. */
static void put_record(uint64_t row, uint64_t number, uint32_t index)
{
    uint8_t value[4096];
    for (uint32_t i = 0; i < scene.geo->commit_count; i++) {
        struct cairn_commit commit;
        struct cairn_commit_cursor cursor;
        struct cairn_commit_entry entry;
        size_t fault_at;
        if (scene.geo->commits[i].number != number ||
            memcmp(scene.geo->commits[i].feed, scene.region.id, 16) != 0) {
            continue;
        }
        assert_err(cairn_commit_decode(scene.geo->commits[i].bytes, &commit, &fault_at), CAIRN_OK);
        cairn_commit_cursor_init(&cursor, &commit);
        for (uint32_t at = 0; at <= index; at++) {
            assert_true(cairn_commit_next(&cursor, &entry));
        }
        assert_true(entry.body.size + 8 <= sizeof value);
        cairn_bytes_put_u64(value, number);
        memcpy(value + 8, entry.body.data, entry.body.size);
        export_scene_put_row(CAIRN_TABLE_RECORD, scene.region.id, row,
                             (struct cairn_bytes){value, entry.body.size + 8});
    }
}

static void say_missing(uint64_t leaf)
{
    struct cairn_feedop op = {
        .kind = CAIRN_KIND_MISSING,
        .as.missing = {.origin = cairn_bytes_of(scene.geo->origin), .leaf_index = leaf}};
    author_append_op(scene.aut, &export_scene.pair, &op);
    author_commit(scene.aut, &export_scene.pair);
}

static void write_alert(uint8_t number)
{
    struct cairn_id object = export_scene_object(number);
    author_append_alert(scene.geo, &scene.region, &object, 300);
}

static void write_words(const char *members)
{
    struct cairn_feedop admit = {.kind = CAIRN_KIND_FEED_ADMIT};
    memcpy(admit.as.admit.country, "AUT", 4);
    static uint8_t wrap[CAIRN_SUITE_WRAP_BYTES];
    admit.as.admit.wrap_count = 1;
    admit.as.admit.wraps = (const uint8_t(*)[CAIRN_SUITE_WRAP_BYTES]) & wrap;
    author_feed_audience(scene.geo, members, &scene.region);
    author_commit(scene.geo, &scene.region);
    author_noise(scene.geo);
    if (strstr(members, "AUT") == NULL) {
        author_append_op(scene.geo, &scene.region, &admit);
    } else {
        write_alert(1);
    }
    author_commit(scene.geo, &scene.region);
    write_alert(2);
    author_commit(scene.geo, &scene.region);
    author_noise(scene.geo);
    write_alert(3);
    author_commit(scene.geo, &scene.region);
}

/* AUT has `held` of GEO's four commits. */
static void begin(const char *members, uint64_t held)
{
    scene = (struct scene){.aut = &export_scene.aut, .geo = &export_scene.geo, .held = held};
    write_words(members);
    scene.said_leaf = scene.aut->leaf_count;
    put_journal(scene.geo, &scene.region, held);
}

static struct cairn_export *snapshot(const char *origin)
{
    struct cairn_export *bundle;
    assert_err(cairn_export_reserve(2, 2, &bundle), CAIRN_OK);
    put_journal(scene.aut, &export_scene.pair, export_scene.pair.number);
    bundle->log = export_scene.store.store;
    bundle->options = (struct cairn_export_options){
        .scope = {.type = CAIRN_SCOPE_WITHHELD, .origin = cairn_bytes_of(origin)}, .time_ms = 1000};
    memcpy(bundle->origin, scene.aut->origin, sizeof bundle->origin);
    for (int i = 0; i < 2; i++) {
        const struct author *author = i == 0 ? scene.aut : scene.geo;
        struct cairn_bytes note = author_checkpoint(author, author->leaf_count, NULL, 0);
        assert_err(cairn_export_add_journal(bundle, author->origin, note), CAIRN_OK);
    }
    for (int i = 0; i < 2; i++) {
        const struct author_feed *feed = i == 0 ? &export_scene.pair : &scene.region;
        struct export_feed made = {.journal = (uint32_t)i,
                                   .kind = i == 0 ? CAIRN_FEED_PAIRWISE : CAIRN_FEED_AUDIENCE,
                                   .commits = i == 0 ? feed->number : scene.held,
                                   .tagged = feed->number,
                                   .epoch_count = 1};
        memcpy(made.id, feed->id, 16);
        assert_err(cairn_export_add_feed(bundle, &made), CAIRN_OK);
        memcpy(bundle->feeds[i].epochs[0].tag, feed->keys[0].tag, 32);
        memcpy(bundle->feeds[i].epochs[0].salt, feed->keys[0].salt, 32);
        memcpy(bundle->feeds[i].slot_keys[0], feed->keys[0].slot, 32);
    }
    return bundle;
}

struct outcome {
    cairn_err err;
    struct cairn_verify_result result;
    struct cairn_verify_finding leaves[8], entries[8];
    uint32_t leaf_count, entry_count;
};

static void verify(const struct export_file *file, struct outcome *out)
{
    void *memory = malloc(cairn_verify_size(&limits));
    assert_non_null(memory);
    struct cairn_verify *verifier = cairn_verify_init(memory, &limits, &export_scene.suite);
    struct cairn_bytes bytes = {file->data, file->size};
    struct cairn_verify_finding finding;
    while (bytes.size > 0) {
        if (!cairn_verify_take(verifier, &bytes, &finding)) {
            continue;
        }
        assert_true(out->leaf_count < 8);
        assert_true(out->entry_count < 8);
        if (finding.type == CAIRN_BUNDLE_WITHHELD) {
            out->leaves[out->leaf_count++] = finding;
        } else if (finding.type == CAIRN_BUNDLE_ENTRY) {
            out->entries[out->entry_count++] = finding;
        }
    }
    cairn_verify_end(verifier, &out->result);
    free(memory);
}

static struct outcome export_of(const char *origin)
{
    struct outcome outcome = {.leaf_count = 0};
    struct export_file file = {.size = 0};
    struct cairn_export *bundle = snapshot(origin);
    outcome.err = cairn_export_name_withheld(bundle);
    if (outcome.err == CAIRN_OK) {
        outcome.err = cairn_export_run(bundle, &export_scene.suite, export_scene_write, &file);
    }
    if (outcome.err == CAIRN_OK) {
        verify(&file, &outcome);
        assert_string_equal(outcome.result.what, "");
        assert_err(outcome.result.err, CAIRN_OK);
    }
    free(file.data);
    cairn_export_close(bundle);
    return outcome;
}

static struct outcome export_all(void)
{
    return export_of("");
}

TEST(what_is_missing_is_shown_with_its_feed_and_with_who_says_so)
{
    begin("AUT GEO", 3);
    put_record(0, 0, 0);
    say_missing(5);
    struct outcome outcome = export_of(export_scene.geo.origin);
    assert_err(outcome.err, CAIRN_OK);
    assert_int_equal(outcome.result.counts.withheld, 1);
    assert_int_equal(outcome.result.counts.late, 0);
    assert_int_equal(outcome.leaves[0].leaf_index, 5);
    assert_int_equal(outcome.leaves[0].commit_number, 3);
    assert_int_equal(outcome.leaves[0].tie, CAIRN_VERIFY_TIE_EARLIER);
    assert_int_equal(outcome.leaves[0].member_count, 2);
    assert_int_equal(outcome.entries[0].kind, CAIRN_KIND_MISSING);
    assert_int_equal(outcome.entries[0].leaf_index, scene.said_leaf);
}

TEST(nothing_is_shown_of_who_withheld_nothing)
{
    begin("AUT GEO", 3);
    assert_err(export_all().err, CAIRN_NOT_FOUND);
    say_missing(5);
    assert_err(export_of("test-demo/XYZ/one/1").err, CAIRN_NOT_FOUND);
    assert_err(export_of(export_scene.aut.origin).err, CAIRN_NOT_FOUND);
    say_missing(4); /* noise: this node cannot say whose the leaf is */
    assert_int_equal(export_all().result.counts.withheld, 1);
}

TEST(what_came_after_all_is_shown_as_late)
{
    begin("AUT GEO", 4);
    put_record(0, 0, 0);
    say_missing(5);
    say_missing(2);
    struct outcome outcome = export_all();
    assert_int_equal(outcome.result.counts.withheld, 2);
    assert_int_equal(outcome.result.counts.late, 2);
    assert_int_equal(outcome.leaves[0].leaf_index, 2);
    assert_int_equal(outcome.leaves[0].tie, CAIRN_VERIFY_TIE_OPENING);
    assert_true(outcome.leaves[0].is_late);
}

TEST(what_is_still_missing_stands_before_what_came_late)
{
    begin("AUT GEO", 2);
    say_missing(2);
    say_missing(5);
    say_missing(3);
    uint64_t size = scene.aut->leaf_count;
    put_row(CAIRN_TABLE_CHECKPOINT, scene.aut, size,
            author_checkpoint(scene.aut, size, scene.geo, 500));
    struct outcome outcome = export_all();
    assert_int_equal(outcome.leaf_count, 3);
    for (int i = 0; i < 3; i++) { /* each says it, though all of them show one checkpoint */
        assert_int_equal(outcome.entries[i].witness_count, 1);
    }
    assert_int_equal(outcome.result.counts.cosignatures, 1);
    assert_int_equal(outcome.leaves[0].leaf_index, 3);
    assert_int_equal(outcome.leaves[1].leaf_index, 5);
    assert_int_equal(outcome.leaves[2].leaf_index, 2);
    assert_false(outcome.leaves[1].is_late);
    assert_true(outcome.leaves[2].is_late);
    assert_int_equal(outcome.leaves[1].member_count, 0); /* no record of the feed is held */
}

TEST(of_a_feed_of_which_nothing_came_the_exporter_has_only_its_word)
{
    begin("AUT GEO", 0);
    put_record(0, 0, 0);
    say_missing(0);
    struct outcome outcome = export_all();
    assert_int_equal(outcome.result.counts.withheld, 1);
    assert_int_equal(outcome.leaves[0].tie, CAIRN_VERIFY_TIE_WORD);
    assert_int_equal(outcome.leaves[0].member_count, 2);
}

TEST(the_first_statement_counts_under_the_oldest_checkpoint_that_the_author_cosigned)
{
    begin("AUT GEO", 3);
    say_missing(5);
    uint64_t size = scene.aut->leaf_count;
    author_noise(scene.aut);
    author_noise(scene.aut);
    say_missing(5); /* again, after a start */
    put_row(CAIRN_TABLE_CHECKPOINT, scene.aut, size - 1,
            author_checkpoint(scene.aut, size - 1, scene.geo, 400)); /* before it was said */
    put_row(CAIRN_TABLE_CHECKPOINT, scene.aut, size, author_checkpoint(scene.aut, size, NULL, 0));
    put_row(CAIRN_TABLE_CHECKPOINT, scene.aut, size + 1,
            author_checkpoint(scene.aut, size + 1, scene.geo, 500));
    put_row(CAIRN_TABLE_CHECKPOINT, scene.aut, size + 2,
            author_checkpoint(scene.aut, size + 2, scene.geo, 600));
    put_row(CAIRN_TABLE_CHECKPOINT, scene.geo, 6, author_checkpoint(scene.geo, 6, scene.aut, 300));
    struct outcome outcome = export_all();
    assert_int_equal(outcome.result.counts.withheld, 1);
    assert_int_equal(outcome.entries[0].leaf_index, scene.said_leaf);
    assert_int_equal(outcome.entries[0].size, size + 1);
    assert_int_equal(outcome.entries[0].witness_count, 1);
    assert_int_equal(outcome.leaves[0].size, 6);
    assert_int_equal(outcome.leaves[0].witness_count, 1);
}

TEST(a_country_that_was_admitted_later_shows_its_admission)
{
    begin("GEO", 3);
    put_record(0, 0, 0);
    put_record(77, 1, 0);
    say_missing(5);
    struct outcome outcome = export_all();
    assert_int_equal(outcome.result.counts.withheld, 1);
    assert_int_equal(outcome.entry_count, 2);
    assert_int_equal(outcome.entries[0].kind, CAIRN_KIND_FEED_ADMIT);
    assert_int_equal(outcome.entries[1].kind, CAIRN_KIND_MISSING);
    assert_int_equal(outcome.leaves[0].member_count, 1); /* by the open record */
}

TEST(without_its_admission_the_record_of_the_feed_is_left_out)
{
    begin("GEO", 3);
    put_record(0, 0, 0);
    say_missing(5);
    struct outcome outcome = export_all();
    assert_int_equal(outcome.result.counts.withheld, 1);
    assert_int_equal(outcome.entry_count, 1);
    assert_int_equal(outcome.leaves[0].member_count, 0);
}

TEST(a_leaf_that_is_gone_is_damage_not_less_evidence)
{
    uint8_t id[16];
    begin("AUT GEO", 3);
    say_missing(5);
    cairn_verify_journal(cairn_bytes_of(scene.geo->origin), id);
    export_scene_delete_row(CAIRN_TABLE_LEAF, id, 5);
    assert_err(export_all().err, CAIRN_DISK_CORRUPT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, export_scene_begin, export_scene_end)
        CASE(what_is_missing_is_shown_with_its_feed_and_with_who_says_so),
        CASE(nothing_is_shown_of_who_withheld_nothing),
        CASE(what_came_after_all_is_shown_as_late),
        CASE(what_is_still_missing_stands_before_what_came_late),
        CASE(of_a_feed_of_which_nothing_came_the_exporter_has_only_its_word),
        CASE(the_first_statement_counts_under_the_oldest_checkpoint_that_the_author_cosigned),
        CASE(a_country_that_was_admitted_later_shows_its_admission),
        CASE(without_its_admission_the_record_of_the_feed_is_left_out),
        CASE(a_leaf_that_is_gone_is_damage_not_less_evidence),
#undef CASE
    };
    return cmocka_run_group_tests_name("export_withheld", tests, export_scene_open,
                                       export_scene_close);
}
