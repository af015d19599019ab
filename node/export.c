#include "node/export.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/secret.h"
#include "node/export_withheld.h"
#include "replication/verify_make.h"
#include "schema/base/check.h"
#include "schema/origin.h"

/* ---- the snapshot ---- */

cairn_err cairn_export_copy(struct cairn_bytes bytes, struct cairn_bytes *out)
{
    uint8_t *copy = malloc(bytes.size + 1);
    if (copy == NULL) {
        return CAIRN_MEMORY;
    }
    if (bytes.size > 0) {
        memcpy(copy, bytes.data, bytes.size);
    }
    *out = (struct cairn_bytes){.data = copy, .size = bytes.size};
    return CAIRN_OK;
}

void cairn_export_free(struct cairn_bytes bytes)
{
    free((void *)(uintptr_t)bytes.data);
}

cairn_err cairn_export_reserve(uint32_t journals, uint32_t feeds, struct cairn_export **out)
{
    struct cairn_export *bundle = calloc(1, sizeof *bundle);
    if (bundle == NULL) {
        return CAIRN_MEMORY;
    }
    bundle->journals = calloc(journals + 1, sizeof *bundle->journals);
    bundle->feeds = calloc(feeds + 1, sizeof *bundle->feeds);
    if (bundle->journals == NULL || bundle->feeds == NULL) {
        cairn_export_close(bundle);
        return CAIRN_MEMORY;
    }
    *out = bundle;
    return CAIRN_OK;
}

static void export_close_feeds(struct cairn_export *bundle)
{
    for (uint32_t i = 0; bundle->feeds != NULL && i < bundle->feed_count; i++) {
        struct export_feed *feed = &bundle->feeds[i];
        if (feed->slot_keys != NULL) {
            cairn_secret_wipe(feed->slot_keys, (size_t)feed->epoch_count * 32);
        }
        free(feed->slot_keys);
        free(feed->epochs);
    }
    free(bundle->feeds);
}

void cairn_export_close(struct cairn_export *bundle)
{
    if (bundle == NULL) {
        return;
    }
    export_close_feeds(bundle);
    for (uint32_t i = 0; bundle->journals != NULL && i < bundle->journal_count; i++) {
        cairn_export_free(bundle->journals[i].durable);
        cairn_export_free(bundle->journals[i].note);
    }
    for (uint32_t i = 0; i < bundle->document_count; i++) {
        cairn_export_free(bundle->documents[i].note);
    }
    for (uint32_t i = 0; i < bundle->withheld_count; i++) {
        cairn_export_free(bundle->withheld[i].record);
        cairn_export_free(bundle->withheld[i].checkpoint.note);
        cairn_export_free(bundle->withheld[i].statement.checkpoint.note);
    }
    cairn_export_free(bundle->proof);
    free(bundle->withheld);
    free(bundle->journals);
    free(bundle->documents);
    free(bundle->countries);
    free(bundle->items);
    free(bundle->frame);
    free(bundle->commit);
    if (bundle->scratch != NULL) {
        cairn_secret_wipe(bundle->scratch, CAIRN_LIMIT_BODY_BYTES);
    }
    free(bundle->scratch);
    free(bundle->chunk);
    if (bundle->keys != NULL) {
        cairn_secret_wipe(bundle->keys, EXPORT_KEYS * sizeof *bundle->keys);
    }
    free(bundle->keys);
    free(bundle->arena);
    free(bundle->slots);
    free(bundle);
}

cairn_err cairn_export_add_journal(struct cairn_export *bundle, const char *origin,
                                   struct cairn_bytes checkpoint)
{
    struct export_journal *journal = &bundle->journals[bundle->journal_count];
    struct cairn_origin parts;
    CAIRN_TRY(cairn_origin_parse(cairn_bytes_of(origin), &parts));
    CAIRN_TRY(cairn_export_copy(checkpoint, &journal->durable));
    memcpy(journal->origin, origin, cairn_bytes_of(origin).size + 1);
    memcpy(journal->country, parts.country.data, 3);
    cairn_verify_journal(cairn_bytes_of(origin), journal->id);
    bundle->journal_count++;
    return CAIRN_OK;
}

cairn_err cairn_export_add_feed(struct cairn_export *bundle, const struct export_feed *feed)
{
    CAIRN_REQUIRE(feed->epoch_count > 0);
    CAIRN_REQUIRE(feed->journal < bundle->journal_count);
    struct export_feed *added = &bundle->feeds[bundle->feed_count];
    *added = *feed;
    added->epochs = calloc(feed->epoch_count, sizeof *added->epochs);
    added->slot_keys = calloc(feed->epoch_count, sizeof *added->slot_keys);
    bundle->feed_count++;
    return added->epochs == NULL || added->slot_keys == NULL ? CAIRN_MEMORY : CAIRN_OK;
}

static uint32_t export_find_feed(const struct cairn_export *bundle, const uint8_t *id)
{
    for (uint32_t i = 0; i < bundle->feed_count; i++) {
        if (cairn_bytes_is_same16(bundle->feeds[i].id, id)) {
            return i;
        }
    }
    return EXPORT_NONE;
}

static int export_order_items(const void *left, const void *right)
{
    const struct export_item *a = left;
    const struct export_item *b = right;
    if (a->feed != b->feed) {
        return a->feed < b->feed ? -1 : 1;
    }
    return a->index < b->index ? -1 : a->index > b->index;
}

cairn_err cairn_export_add_items(struct cairn_export *bundle,
                                 const struct cairn_export_options *options)
{
    uint32_t count = 0;
    bundle->items = calloc(2 * options->entry_count + 1, sizeof *bundle->items);
    if (bundle->items == NULL) {
        return CAIRN_MEMORY;
    }
    for (size_t i = 0; i < options->entry_count; i++) {
        uint32_t feed = export_find_feed(bundle, options->entries[i].feed);
        if (feed == EXPORT_NONE) {
            return CAIRN_NOT_FOUND;
        }
        enum cairn_feed_kind kind = bundle->feeds[feed].kind;
        bundle->items[count++] =
            (struct export_item){.feed = feed, .index = options->entries[i].index};
        if (kind == CAIRN_FEED_AUDIENCE || kind == CAIRN_FEED_PRIVATE) {
            bundle->items[count++] = (struct export_item){.feed = feed, .index = 0};
        }
    }
    qsort(bundle->items, count, sizeof *bundle->items, export_order_items);
    for (uint32_t i = 0; i < count; i++) {
        struct export_item *last = &bundle->items[bundle->item_count];
        if (bundle->item_count == 0 || export_order_items(last - 1, &bundle->items[i]) != 0) {
            *last = bundle->items[i];
            bundle->item_count++;
        }
    }
    return bundle->item_count > 0 ? CAIRN_OK : CAIRN_NOT_FOUND;
}

/* The journal of this origin; the name in the scope is the snapshot's own copy from here on. */
static uint32_t export_name_journal(struct cairn_export *bundle)
{
    struct cairn_bytes *origin = &bundle->options.scope.origin;
    for (uint32_t i = 0; i < bundle->journal_count; i++) {
        if (cairn_bytes_is_equal(*origin, cairn_bytes_of(bundle->journals[i].origin))) {
            *origin = cairn_bytes_of(bundle->journals[i].origin);
            return i;
        }
    }
    return EXPORT_NONE;
}

cairn_err cairn_export_name_forked(struct cairn_export *bundle)
{
    bundle->forked = export_name_journal(bundle);
    return bundle->forked == EXPORT_NONE ? CAIRN_NOT_FOUND : CAIRN_OK;
}

cairn_err cairn_export_name_withheld(struct cairn_export *bundle)
{
    bool is_named = bundle->options.scope.origin.size > 0;
    bundle->options.has_content_keys = true; /* of the statements: sealed they say nothing */
    return is_named && export_name_journal(bundle) == EXPORT_NONE ? CAIRN_NOT_FOUND : CAIRN_OK;
}

/* ---- records out ---- */

static cairn_err export_put(struct cairn_export *bundle, struct cairn_bytes bytes)
{
    cairn_sha256_update(&bundle->hash, bytes);
    bundle->stats.bytes += bytes.size;
    return bundle->write(bundle->host, bytes);
}

cairn_err cairn_export_record(struct cairn_export *bundle, const struct cairn_bundle_record *record)
{
    struct cairn_bytes frame;
    CAIRN_TRY(cairn_bundle_frame(record, bundle->frame,
                                 CAIRN_BUNDLE_LENGTH_BYTES + CAIRN_BUNDLE_RECORD_BYTES, &frame));
    CAIRN_TRY(export_put(bundle, frame));
    bundle->stats.records++;
    return CAIRN_OK;
}

static cairn_err export_head(struct cairn_export *bundle)
{
    struct cairn_origin parts;
    CAIRN_TRY(cairn_origin_parse(cairn_bytes_of(bundle->origin), &parts));
    struct cairn_bundle_record record = {
        .type = CAIRN_BUNDLE_HEAD,
        .as.head = {.network = parts.network,
                    .origin = cairn_bytes_of(bundle->origin),
                    .time_ms = bundle->options.time_ms,
                    .scope = bundle->options.scope},
    };
    CAIRN_TRY(export_put(bundle, cairn_bytes_of(CAIRN_BUNDLE_MAGIC)));
    CAIRN_TRY(cairn_export_record(bundle, &record));
    for (uint32_t i = 0; i < bundle->document_count; i++) {
        record = (struct cairn_bundle_record){
            .type = CAIRN_BUNDLE_DOCUMENT,
            .as.document = {.note = bundle->documents[i].note},
        };
        CAIRN_TRY(cairn_export_record(bundle, &record));
    }
    return CAIRN_OK;
}

static cairn_err export_end(struct cairn_export *bundle)
{
    struct cairn_sha256 hash = bundle->hash;
    struct cairn_bundle_record record = {
        .type = CAIRN_BUNDLE_END,
        .as.end = {.record_count = bundle->stats.records},
    };
    cairn_sha256_final(&hash, record.as.end.digest);
    return cairn_export_record(bundle, &record);
}

static cairn_err export_take_memory(struct cairn_export *bundle)
{
    bundle->slot_count = 16;
    while (bundle->slot_count / 4 < bundle->feed_count) {
        bundle->slot_count *= 2;
    }
    bundle->frame = malloc(CAIRN_BUNDLE_LENGTH_BYTES + CAIRN_BUNDLE_RECORD_BYTES);
    bundle->commit = malloc(CAIRN_COMMIT_MAX_BYTES);
    bundle->scratch = malloc(CAIRN_LIMIT_BODY_BYTES);
    bundle->chunk = malloc((size_t)CAIRN_BUNDLE_LEAVES_MAX * CAIRN_LEAF_BYTES);
    bundle->keys = malloc(EXPORT_KEYS * sizeof *bundle->keys);
    bundle->arena = malloc(EXPORT_ARENA);
    bundle->slots = malloc(bundle->slot_count * sizeof *bundle->slots);
    bool is_taken = bundle->frame != NULL && bundle->commit != NULL && bundle->scratch != NULL &&
                    bundle->chunk != NULL && bundle->keys != NULL && bundle->arena != NULL &&
                    bundle->slots != NULL;
    return is_taken ? CAIRN_OK : CAIRN_MEMORY;
}

cairn_err cairn_export_run(struct cairn_export *bundle, const struct cairn_suite *suite,
                           cairn_export_write *write, void *host)
{
    CAIRN_REQUIRE(bundle->suite == NULL); /* once */
    bundle->suite = suite;
    bundle->write = write;
    bundle->host = host;
    cairn_sha256_init(&bundle->hash);
    CAIRN_TRY(export_take_memory(bundle));
    CAIRN_TRY(cairn_export_plan(bundle));
    CAIRN_TRY(cairn_export_notes(bundle));
    CAIRN_TRY(export_head(bundle));
    if (bundle->options.scope.type == CAIRN_SCOPE_OBJECT) {
        CAIRN_TRY(cairn_export_entries(bundle));
    } else if (bundle->options.scope.type == CAIRN_SCOPE_FORK) {
        CAIRN_TRY(cairn_export_fork(bundle));
    } else if (bundle->options.scope.type == CAIRN_SCOPE_WITHHELD) {
        CAIRN_TRY(cairn_export_withheld(bundle));
    } else {
        CAIRN_TRY(cairn_export_sections(bundle));
    }
    return export_end(bundle);
}

void cairn_export_stats(const struct cairn_export *bundle, struct cairn_export_stats *out)
{
    *out = bundle->stats;
}
