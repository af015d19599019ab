#include "node/export_state.h"

#include <string.h>

#include "schema/base/check.h"
#include "schema/origin.h"

/* The feeds of the author, and ours to its country, in which we said what is missing. */
static bool export_is_about(const struct cairn_core *core, struct cairn_bytes origin,
                            const struct cairn_core_feed *feed)
{
    struct cairn_core_peer author;
    struct cairn_origin parts;
    bool is_named = false;
    cairn_core_peer(core, feed->author, &author);
    if (origin.size == 0) {
        return !feed->is_own || feed->kind == CAIRN_FEED_PAIRWISE;
    }
    if (!feed->is_own) {
        return cairn_bytes_is_equal(origin, cairn_bytes_of(author.origin));
    }
    cairn_err err = cairn_origin_parse(origin, &parts);
    for (uint32_t i = 0; err == CAIRN_OK && i < feed->member_count; i++) {
        is_named = is_named || memcmp(feed->members[i], parts.country.data, 3) == 0;
    }
    return is_named && feed->kind == CAIRN_FEED_PAIRWISE;
}

static bool export_is_in_scope(const struct cairn_core *core,
                               const struct cairn_export_options *options,
                               const struct cairn_core_feed *feed)
{
    struct cairn_core_feed named;
    uint32_t number;
    switch (options->scope.type) {
    case CAIRN_SCOPE_ALL:
        return true;
    case CAIRN_SCOPE_FEED:
        if (cairn_bytes_is_same16(feed->id, options->scope.feed)) {
            return true;
        }
        if (feed->kind != CAIRN_FEED_CONTROL ||
            !cairn_core_feed_find(core, options->scope.feed, &number)) {
            return false;
        }
        cairn_core_feed(core, number, &named);
        return named.author == feed->author;
    case CAIRN_SCOPE_OBJECT:
        for (size_t i = 0; i < options->entry_count; i++) {
            if (cairn_bytes_is_same16(feed->id, options->entries[i].feed)) {
                return true;
            }
        }
        return false;
    case CAIRN_SCOPE_FORK:
        return false;
    case CAIRN_SCOPE_WITHHELD:
        return export_is_about(core, options->scope.origin, feed);
    }
    return false;
}

static cairn_err export_copy_feed(const struct cairn_core *core, uint32_t number,
                                  struct cairn_export *bundle)
{
    struct cairn_core_feed info;
    cairn_core_feed(core, number, &info);
    struct export_feed feed = {
        .journal = info.author,
        .kind = info.kind,
        .is_settled = info.tagged == info.commits && !info.is_lost,
        .commits = info.commits,
        .tagged = info.tagged,
        .epoch_count = info.epoch + 1,
    };
    memcpy(feed.id, info.id, sizeof feed.id);
    CAIRN_TRY(cairn_export_add_feed(bundle, &feed));
    struct export_feed *added = &bundle->feeds[bundle->feed_count - 1];
    for (uint32_t epoch = 0; epoch < feed.epoch_count; epoch++) {
        struct cairn_epoch_keys *keys = &added->epochs[epoch];
        bool is_known = cairn_core_feed_evidence(core, number, epoch, keys->tag, keys->salt) &&
                        cairn_core_feed_slot_key(core, number, epoch, added->slot_keys[epoch]);
        CAIRN_REQUIRE(is_known);
    }
    return CAIRN_OK;
}

static cairn_err export_copy_core(const struct cairn_core *core,
                                  const struct cairn_export_options *options,
                                  struct cairn_export *bundle)
{
    for (uint32_t i = 0; i < cairn_core_peer_count(core); i++) {
        struct cairn_core_peer peer;
        cairn_core_peer(core, i, &peer);
        CAIRN_TRY(cairn_export_add_journal(bundle, peer.origin, cairn_core_checkpoint(core, i)));
    }
    memcpy(bundle->origin, bundle->journals[0].origin, sizeof bundle->origin);
    for (uint32_t i = 0; i < cairn_core_feed_count(core); i++) {
        struct cairn_core_feed feed;
        cairn_core_feed(core, i, &feed);
        if (export_is_in_scope(core, options, &feed)) {
            CAIRN_TRY(export_copy_feed(core, i, bundle));
        }
    }
    return CAIRN_OK;
}

cairn_err cairn_export_open(const struct cairn_core *core, struct cairn_store *log,
                            const struct cairn_export_options *options, struct cairn_export **out)
{
    struct cairn_export *bundle;
    uint32_t number;
    if (options->scope.type == CAIRN_SCOPE_FEED &&
        !cairn_core_feed_find(core, options->scope.feed, &number)) {
        return CAIRN_NOT_FOUND;
    }
    if (options->entry_count > CAIRN_EXPORT_ENTRIES_MAX) {
        return CAIRN_TOO_LONG;
    }
    CAIRN_TRY(
        cairn_export_reserve(cairn_core_peer_count(core), cairn_core_feed_count(core), &bundle));
    bundle->log = log;
    bundle->options = *options;
    bundle->options.entries = NULL;
    cairn_err err = export_copy_core(core, options, bundle);
    if (err == CAIRN_OK && options->scope.type == CAIRN_SCOPE_OBJECT) {
        err = cairn_export_add_items(bundle, options);
    }
    if (err == CAIRN_OK && options->scope.type == CAIRN_SCOPE_FORK) {
        err = cairn_export_name_forked(bundle);
    }
    if (err == CAIRN_OK && options->scope.type == CAIRN_SCOPE_WITHHELD) {
        err = cairn_export_name_withheld(bundle);
    }
    if (err != CAIRN_OK) {
        cairn_export_close(bundle);
        return err;
    }
    *out = bundle;
    return CAIRN_OK;
}
