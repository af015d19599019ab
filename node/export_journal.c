#include "node/export_state.h"

#include <string.h>

#include "replication/verify_make.h"
#include "schema/base/check.h"

/* A commit whose leaf is in the chunk. */
struct export_hit {
    uint32_t feed;
    uint32_t epoch;
    uint64_t number;
};

/* The walk over the leaves of one journal. */
struct export_walk {
    struct cairn_export *bundle;
    uint32_t leaf_count; /* in bundle->chunk */
    uint32_t hit_count;
    struct export_hit hits[CAIRN_BUNDLE_LEAVES_MAX];
};

void cairn_export_salt(const struct cairn_export *bundle, const struct export_feed *feed,
                       uint32_t epoch, uint64_t number, uint8_t out[static 32])
{
    CAIRN_REQUIRE(epoch < feed->epoch_count);
    cairn_verify_salt(bundle->suite, feed->epochs[epoch].salt, number, out);
}

/* What does not open, or not to an operation, is shown sealed: the verifier would refuse its key.
 */
void cairn_export_content_key(struct cairn_export *bundle, const struct export_feed *feed,
                              const struct cairn_commit_entry *entry, struct cairn_content_key *out)
{
    *out = (struct cairn_content_key){.is_given = false};
    if (!bundle->options.has_content_keys || entry->prefix.algorithms != CAIRN_ENTRY_SEALED ||
        entry->prefix.epoch >= feed->epoch_count) {
        return;
    }
    struct cairn_verify_slot slot = {
        .suite = bundle->suite,
        .origin = cairn_bytes_of(bundle->journals[feed->journal].origin),
        .feed = feed->id,
        .key = feed->slot_keys[entry->prefix.epoch],
    };
    out->is_given = cairn_verify_content_key(&slot, entry, bundle->scratch, out->key) == CAIRN_OK;
}

static cairn_err export_commit(struct cairn_export *bundle, const struct export_hit *hit)
{
    const struct export_feed *feed = &bundle->feeds[hit->feed];
    struct cairn_commit commit;
    struct cairn_commit_cursor cursor;
    struct cairn_commit_entry entry;
    uint32_t count = 0;
    CAIRN_TRY(cairn_export_read_commit(bundle, feed, hit->number, &commit));
    cairn_commit_cursor_init(&cursor, &commit);
    while (cairn_commit_next(&cursor, &entry)) {
        cairn_export_content_key(bundle, feed, &entry, &bundle->keys[count++]);
    }
    struct cairn_bundle_record record = {
        .type = CAIRN_BUNDLE_COMMIT,
        .as.commit = {.commit = {commit.opening_bytes.data,
                                 CAIRN_COMMIT_HEAD_BYTES + commit.entries.size},
                      .key_count = count,
                      .keys = bundle->keys},
    };
    cairn_export_salt(bundle, feed, hit->epoch, hit->number, record.as.commit.salt);
    bundle->stats.commits++;
    return cairn_export_record(bundle, &record);
}

/* The leaves that were collected, then the commits that they bear. */
static cairn_err export_flush(struct export_walk *walk)
{
    struct cairn_bundle_record record = {
        .type = CAIRN_BUNDLE_LEAVES,
        .as.leaves.leaves = {walk->bundle->chunk, (size_t)walk->leaf_count * CAIRN_LEAF_BYTES},
    };
    if (walk->leaf_count > 0) {
        CAIRN_TRY(cairn_export_record(walk->bundle, &record));
    }
    for (uint32_t i = 0; i < walk->hit_count; i++) {
        CAIRN_TRY(export_commit(walk->bundle, &walk->hits[i]));
    }
    walk->leaf_count = 0;
    walk->hit_count = 0;
    return CAIRN_OK;
}

/* Go to the feed's next commit; it may be of the next epoch. */
static cairn_err export_advance(struct cairn_export *bundle, uint32_t number)
{
    struct export_feed *feed = &bundle->feeds[number];
    if (feed->epoch + 1 < feed->shown_epochs) {
        struct cairn_commit commit;
        CAIRN_TRY(cairn_export_read_commit(bundle, feed, feed->number, &commit));
        feed->epoch += cairn_verify_is_rekey(&commit) ? 1 : 0;
    }
    feed->number++;
    if (feed->number < feed->count) {
        cairn_export_tags_add(bundle, number);
    } else {
        memset(feed->next_tag, 0, sizeof feed->next_tag);
    }
    return CAIRN_OK;
}

static cairn_err export_leaf_walk(void *host, uint64_t index, const uint8_t *leaf)
{
    struct export_walk *walk = host;
    struct cairn_export *bundle = walk->bundle;
    (void)index;
    memcpy(bundle->chunk + (size_t)walk->leaf_count * CAIRN_LEAF_BYTES, leaf, CAIRN_LEAF_BYTES);
    walk->leaf_count++;
    uint32_t number = cairn_export_tags_find(bundle, leaf);
    if (number != EXPORT_NONE && bundle->feeds[number].number < bundle->feeds[number].count) {
        const struct export_feed *feed = &bundle->feeds[number];
        walk->hits[walk->hit_count++] =
            (struct export_hit){.feed = number, .epoch = feed->epoch, .number = feed->number};
        CAIRN_TRY(export_advance(bundle, number));
    }
    return walk->leaf_count == CAIRN_BUNDLE_LEAVES_MAX ? export_flush(walk) : CAIRN_OK;
}

static cairn_err export_feed_record(struct cairn_export *bundle, const struct export_feed *feed)
{
    struct cairn_bundle_record record = {
        .type = CAIRN_BUNDLE_FEED,
        .as.feed = {.origin = cairn_bytes_of(bundle->journals[feed->journal].origin),
                    .epoch_count = feed->shown_epochs,
                    .epochs = feed->epochs},
    };
    memcpy(record.as.feed.feed, feed->id, sizeof record.as.feed.feed);
    return feed->is_bare ? CAIRN_OK : cairn_export_record(bundle, &record);
}

static cairn_err export_section_begin(struct cairn_export *bundle, uint32_t number)
{
    struct cairn_bundle_record record = {
        .type = CAIRN_BUNDLE_JOURNAL,
        .as.journal = {.origin = cairn_bytes_of(bundle->journals[number].origin)},
    };
    CAIRN_TRY(cairn_export_record(bundle, &record));
    cairn_export_tags_clear(bundle);
    for (uint32_t i = 0; i < bundle->feed_count; i++) {
        struct export_feed *feed = &bundle->feeds[i];
        memset(feed->next_tag, 0, sizeof feed->next_tag);
        if (feed->journal != number) {
            continue;
        }
        feed->number = 0;
        feed->epoch = 0;
        CAIRN_TRY(export_feed_record(bundle, feed));
        if (feed->count > 0) {
            cairn_export_tags_add(bundle, i);
        }
    }
    return CAIRN_OK;
}

static cairn_err export_section(struct cairn_export *bundle, uint32_t number,
                                struct export_walk *walk)
{
    const struct export_journal *journal = &bundle->journals[number];
    struct export_leaves what = {
        .journal = journal, .to = journal->size, .leaf = export_leaf_walk, .host = walk};
    CAIRN_TRY(export_section_begin(bundle, number));
    CAIRN_TRY(cairn_export_read_leaves(bundle, &what));
    CAIRN_TRY(export_flush(walk));
    for (uint32_t i = 0; i < bundle->feed_count; i++) {
        const struct export_feed *feed = &bundle->feeds[i];
        if (feed->journal == number && feed->number != feed->count) {
            return CAIRN_DISK_CORRUPT; /* a leaf of it is not where its commit says */
        }
    }
    struct cairn_bundle_record record = {
        .type = CAIRN_BUNDLE_CHECKPOINT,
        .as.checkpoint = {.note = journal->note},
    };
    return cairn_export_record(bundle, &record);
}

cairn_err cairn_export_sections(struct cairn_export *bundle)
{
    struct export_walk walk = {.bundle = bundle};
    for (uint32_t i = 0; i < bundle->journal_count; i++) {
        if (bundle->journals[i].is_wanted) {
            CAIRN_TRY(export_section(bundle, i, &walk));
        }
    }
    return CAIRN_OK;
}
