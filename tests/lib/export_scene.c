#include "tests/lib/export_scene.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/hash.h"
#include "replication/table.h"
#include "replication/verify_make.h"
#include "tests/lib/test.h"

#define FEEDS 4u

struct export_scene export_scene;
static void *scene_memory;

static struct author_feed *const scene_feeds[FEEDS] = {&export_scene.control, &export_scene.region,
                                                       &export_scene.pair, &export_scene.own};

static const struct cairn_verify_limits scene_limits = {
    .countries = 4, .nodes = 4, .feeds = 16, .checkpoints = 8, .trusted = 1};

const struct cairn_export_options export_scene_everything = {
    .scope = {.type = CAIRN_SCOPE_ALL}, .time_ms = 1000, .has_content_keys = true};

int export_scene_open(void **state)
{
    (void)state;
    scene_memory = malloc(cairn_verify_size(&scene_limits));
    return scene_memory != NULL && cairn_suite_open_real(&export_scene.suite) == CAIRN_OK ? 0 : -1;
}

int export_scene_close(void **state)
{
    (void)state;
    free(scene_memory);
    cairn_suite_close(&export_scene.suite);
    return 0;
}

/* ---- the store ---- */

static struct cairn_bytes scene_key(uint8_t table, const uint8_t *id, uint64_t index)
{
    static uint8_t bytes[CAIRN_KEY_BYTES];
    struct cairn_key key = {.table = table, .index = index};
    memcpy(key.id, id, sizeof key.id);
    cairn_key_encode(&key, bytes);
    return (struct cairn_bytes){bytes, sizeof bytes};
}

static void scene_flush(void)
{
    assert_err(cairn_store_write(export_scene.store.store, export_scene.store.batch, true),
               CAIRN_OK);
    cairn_store_batch_clear(export_scene.store.batch);
}

void export_scene_put_row(uint8_t table, const uint8_t *id, uint64_t index,
                          struct cairn_bytes value)
{
    cairn_store_batch_put(export_scene.store.batch, scene_key(table, id, index), value);
    scene_flush();
}

void export_scene_delete_row(uint8_t table, const uint8_t *id, uint64_t index)
{
    cairn_store_batch_delete(export_scene.store.batch, scene_key(table, id, index));
    scene_flush();
}

static void scene_put_document(const struct author *author)
{
    uint8_t digest[32];
    cairn_sha256_of(cairn_bytes_of(author->country), digest);
    export_scene_put_row(CAIRN_TABLE_NOTE, digest, 1, author->document);
}

/* A private commit rests without its entries, which have rows of their own. */
static void scene_put_commit(const struct author_commit *row)
{
    struct cairn_commit commit;
    struct cairn_commit_cursor cursor;
    struct cairn_commit_entry entry;
    size_t fault_at;
    struct cairn_bytes value = row->bytes;
    if (memcmp(row->feed, export_scene.own.id, 16) == 0) {
        assert_err(cairn_commit_decode(row->bytes, &commit, &fault_at), CAIRN_OK);
        cairn_commit_cursor_init(&cursor, &commit);
        while (cairn_commit_next(&cursor, &entry)) {
            struct cairn_bytes whole = {entry.prefix_bytes.data, 8 + entry.body.size};
            cairn_store_batch_put(export_scene.store.batch,
                                  scene_key(CAIRN_TABLE_ENTRY, row->feed, entry.index), whole);
        }
        value.size = EXPORT_OPENING;
    }
    cairn_store_batch_put(export_scene.store.batch,
                          scene_key(CAIRN_TABLE_COMMIT, row->feed, row->number), value);
}

static void scene_journal_id(uint8_t out[static 16])
{
    cairn_verify_journal(cairn_bytes_of(export_scene.aut.origin), out);
}

void export_scene_put_journal(void)
{
    const struct author *author = &export_scene.aut;
    uint8_t id[16];
    scene_journal_id(id);
    for (uint64_t i = 0; i < author->leaf_count; i++) {
        cairn_store_batch_put(export_scene.store.batch, scene_key(CAIRN_TABLE_LEAF, id, i),
                              (struct cairn_bytes){author->leaves[i], CAIRN_LEAF_BYTES});
    }
    for (uint32_t i = 0; i < author->commit_count; i++) {
        scene_put_commit(&author->commits[i]);
    }
    scene_put_document(author);
}

void export_scene_put_checkpoint(uint64_t size, struct cairn_bytes note)
{
    uint8_t id[16];
    scene_journal_id(id);
    export_scene_put_row(CAIRN_TABLE_CHECKPOINT, id, size, note);
}

/* ---- what AUT wrote ---- */

struct cairn_id export_scene_object(uint8_t number)
{
    struct cairn_id object;
    const uint8_t random[CAIRN_ID_RANDOM_BYTES] = {number};
    cairn_id_make(cairn_bytes_of("AUT"), random, &object);
    return object;
}

void export_scene_alert(struct author_feed *feed, uint8_t object_number)
{
    struct cairn_id object = export_scene_object(object_number);
    author_append_alert(&export_scene.aut, feed, &object, 300);
}

static void scene_alert_commit(struct author_feed *feed, uint8_t object_number)
{
    export_scene_alert(feed, object_number);
    author_commit(&export_scene.aut, feed);
}

static void scene_mark(uint64_t mark_ms)
{
    struct cairn_feedop op = {.kind = CAIRN_KIND_CONTROL_MARK, .as.mark = {.time_ms = mark_ms}};
    author_append_op(&export_scene.aut, &export_scene.control, &op);
    author_commit(&export_scene.aut, &export_scene.control);
}

static void scene_rekey(void)
{
    struct cairn_feedop op = {.kind = CAIRN_KIND_FEED_REKEY};
    op.as.rekey = author_rekey(&export_scene.aut, &export_scene.region);
    author_append_op(&export_scene.aut, &export_scene.region, &op);
    author_commit(&export_scene.aut, &export_scene.region);
}

static void scene_begin_feeds(struct export_scene *scene)
{
    struct cairn_feedop document = {.kind = CAIRN_KIND_CONTROL_DOCUMENT,
                                    .as.document = {.serial = 1}};
    author_open(&scene->aut, &scene->suite, "AUT");
    author_open(&scene->geo, &scene->suite, "GEO");
    author_feed_control(&scene->aut, &scene->control);
    author_feed_audience(&scene->aut, "AUT GEO", &scene->region);
    author_feed_audience(&scene->aut, "AUT", &scene->own);
    author_feed_pairwise(&scene->aut, 1, &scene->pair);
    author_append_op(&scene->aut, &scene->control, &document);
    author_commit(&scene->aut, &scene->control);
}

int export_scene_begin(void **state)
{
    struct export_scene *scene = &export_scene;
    (void)state;
    store_scene_open(&scene->store);
    scene_begin_feeds(scene);
    scene_alert_commit(&scene->region, 1);
    author_commit(&scene->aut, &scene->own);
    scene_mark(1);
    author_noise(&scene->aut);
    scene_rekey();
    export_scene_alert(&scene->region, 2);
    export_scene_alert(&scene->region, 1);
    scene_alert_commit(&scene->region, 2);
    scene_alert_commit(&scene->pair, 1);
    for (int i = 0; i < 3; i++) {
        scene_alert_commit(&scene->own, 3);
        author_commit(&scene->aut, &scene->own); /* a heartbeat without anything new */
    }
    scene_alert_commit(&scene->region, 2);
    scene_mark(2);
    scene_mark(3);
    assert_int_equal(scene->aut.leaf_count, 17);
    export_scene_put_journal();
    scene_put_document(&scene->geo);
    return 0;
}

int export_scene_end(void **state)
{
    (void)state;
    store_scene_close(&export_scene.store);
    return 0;
}

/* ---- the export ---- */

cairn_err export_scene_write(void *host, struct cairn_bytes bytes)
{
    struct export_file *file = host;
    if (file->fail_at > 0 && file->size + bytes.size > file->fail_at) {
        return CAIRN_NET;
    }
    file->data = realloc(file->data, file->size + bytes.size);
    assert_non_null(file->data);
    memcpy(file->data + file->size, bytes.data, bytes.size);
    file->size += bytes.size;
    return CAIRN_OK;
}

void export_scene_add_feed(struct cairn_export *bundle, const struct author_feed *feed,
                           uint32_t epochs)
{
    static const enum cairn_feed_kind kinds[FEEDS] = {CAIRN_FEED_CONTROL, CAIRN_FEED_AUDIENCE,
                                                      CAIRN_FEED_PAIRWISE, CAIRN_FEED_PRIVATE};
    struct export_feed made = {
        .is_settled = epochs == feed->epoch_count, .commits = feed->number, .epoch_count = epochs};
    for (uint32_t i = 0; i < FEEDS; i++) {
        made.kind = scene_feeds[i] == feed ? kinds[i] : made.kind;
    }
    memcpy(made.id, feed->id, sizeof made.id);
    assert_err(cairn_export_add_feed(bundle, &made), CAIRN_OK);
    struct export_feed *added = &bundle->feeds[bundle->feed_count - 1];
    for (uint32_t i = 0; i < epochs; i++) {
        memcpy(added->epochs[i].tag, feed->keys[i].tag, 32);
        memcpy(added->epochs[i].salt, feed->keys[i].salt, 32);
        memcpy(added->slot_keys[i], feed->keys[i].slot, 32);
    }
}

struct cairn_export *export_scene_bare_snapshot(const struct cairn_export_options *options,
                                                uint64_t durable)
{
    const struct author *author = &export_scene.aut;
    struct cairn_export *bundle;
    assert_err(cairn_export_reserve(1, FEEDS, &bundle), CAIRN_OK);
    bundle->log = export_scene.store.store;
    bundle->options = *options;
    memcpy(bundle->origin, author->origin, sizeof bundle->origin);
    assert_err(cairn_export_add_journal(bundle, author->origin,
                                        author_checkpoint(author, durable, NULL, 0)),
               CAIRN_OK);
    return bundle;
}

struct cairn_export *export_scene_snapshot(const struct cairn_export_options *options,
                                           uint64_t durable)
{
    struct cairn_export *bundle = export_scene_bare_snapshot(options, durable);
    for (uint32_t i = 0; i < FEEDS; i++) {
        export_scene_add_feed(bundle, scene_feeds[i], scene_feeds[i]->epoch_count);
    }
    return bundle;
}

static void scene_verify(const struct export_file *file, struct export_outcome *out)
{
    struct cairn_verify *verifier =
        cairn_verify_init(scene_memory, &scene_limits, &export_scene.suite);
    struct cairn_bytes bytes = {file->data, file->size};
    struct cairn_verify_finding finding;
    while (bytes.size > 0) {
        if (cairn_verify_take(verifier, &bytes, &finding)) {
            out->feed_records += finding.type == CAIRN_BUNDLE_FEED;
            out->size = finding.size > 0 ? finding.size : out->size;
            out->witnesses += finding.witness_count;
        }
    }
    cairn_verify_end(verifier, &out->result);
}

struct export_outcome export_scene_run(struct cairn_export *bundle)
{
    struct export_outcome outcome = {.size = 0};
    struct export_file file = {.size = 0};
    outcome.err = cairn_export_run(bundle, &export_scene.suite, export_scene_write, &file);
    cairn_export_stats(bundle, &outcome.stats);
    if (outcome.err == CAIRN_OK) {
        scene_verify(&file, &outcome);
        assert_int_equal(outcome.stats.bytes, file.size);
        if (outcome.result.err == CAIRN_OK) {
            assert_int_equal(outcome.stats.records, outcome.result.counts.records);
        }
    }
    free(file.data);
    cairn_export_close(bundle);
    return outcome;
}

struct export_outcome export_scene_run_all(uint64_t durable)
{
    return export_scene_run(export_scene_snapshot(&export_scene_everything, durable));
}

void export_scene_assert_whole(const struct export_outcome *outcome)
{
    assert_err(outcome->err, CAIRN_OK);
    assert_string_equal(outcome->result.what, "");
    assert_err(outcome->result.err, CAIRN_OK);
}
