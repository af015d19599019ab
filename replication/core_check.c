#include "replication/core_parts.h"

#include "crypto/hash.h"
#include "schema/base/check.h"
#include "schema/commit.h"

#include <string.h>

/* Is what was read, or fetched, what it was? Pieces of journals by their hashes; commits by the
 * tree of their feed, which all entries before them lead to, and by their leaf. source P-90 */

void cairn_core_check_piece(struct cairn_merkle_range *range, const uint8_t *leaves, size_t count,
                            uint8_t out_root[static 32])
{
    struct cairn_merkle_range piece;
    uint8_t hash[32];
    CAIRN_REQUIRE(count <= CORE_SCRUB_PIECE);
    cairn_merkle_range_init(&piece);
    for (size_t i = 0; i < count; i++) {
        struct cairn_bytes leaf = {.data = leaves + i * CAIRN_LEAF_BYTES, .size = CAIRN_LEAF_BYTES};
        cairn_merkle_leaf(leaf, hash);
        cairn_merkle_range_append(&piece, hash);
        if (count < CORE_SCRUB_PIECE) {
            cairn_merkle_range_append(range, hash);
        }
    }
    cairn_merkle_range_root(&piece, out_root);
    if (count == CORE_SCRUB_PIECE) {
        cairn_merkle_range_join(range, CORE_SCRUB_LEVEL, out_root);
    }
}

static void check_entry(struct cairn_merkle_range *range, const uint8_t *prefix,
                        struct cairn_bytes body, uint64_t index)
{
    uint8_t body_hash[32];
    uint8_t stub[CAIRN_STUB_BYTES];
    uint8_t leaf[32];
    cairn_sha256_of(body, body_hash);
    cairn_stub_join(prefix, index, body_hash, stub);
    cairn_merkle_leaf((struct cairn_bytes){.data = stub, .size = sizeof stub}, leaf);
    cairn_merkle_range_append(range, leaf);
}

void cairn_core_check_entry(struct cairn_merkle_range *range, struct cairn_bytes row)
{
    CAIRN_REQUIRE(row.size >= CAIRN_PREFIX_BYTES);
    struct cairn_bytes body = {.data = row.data + CAIRN_PREFIX_BYTES,
                               .size = row.size - CAIRN_PREFIX_BYTES};
    check_entry(range, row.data, body, range->size);
}

static const struct cairn_feed *check_feed(const struct cairn_core *core)
{
    CAIRN_REQUIRE(core_log_is_feed(core, core->scrub.log));
    return &core->feeds[core->scrub.log - core->limits.journals];
}

/* The leaf that a commit with this opening has. errors  CAIRN_PEER_COMMIT  no such epoch */
static cairn_err check_leaf(const struct cairn_core *core, const struct cairn_opening *opening,
                            uint32_t epoch, uint8_t out[static CAIRN_LEAF_BYTES])
{
    const struct cairn_feed *feed = check_feed(core);
    struct cairn_keys_epoch keys = feed->keys;
    uint8_t salt[32];
    if (epoch >= feed->epoch_count) {
        return CAIRN_PEER_COMMIT;
    }
    if (epoch + 1 != feed->epoch_count) {
        cairn_keys_of_epoch(core->suite, cairn_core_origin(core, feed->journal),
                            feed->secrets[epoch], &keys);
    }
    cairn_keys_tag(core->suite, keys.tag, opening->number, out);
    cairn_keys_salt(core->suite, keys.salt, opening->number, salt);
    cairn_keys_commit_hash(opening, salt, out + 16);
    return CAIRN_OK;
}

/* Behind a commit that is lost nobody can tell what its opening follows. */
static cairn_err check_opening(const struct cairn_core *core, const struct cairn_opening *opening)
{
    const struct core_scrub *scrub = &core->scrub;
    bool is_it =
        cairn_bytes_is_same16(opening->feed, check_feed(core)->id) && opening->number == scrub->at;
    bool is_next = scrub->is_loose || (opening->previous_size == scrub->range.size &&
                                       opening->previous_leaf_plus1 == scrub->last_leaf_plus1);
    return is_it && is_next ? CAIRN_OK : CAIRN_PEER_COMMIT;
}

cairn_err cairn_core_check_commit(struct cairn_core *core, const struct cairn_commit *commit,
                                  struct core_checked *out)
{
    struct core_checked *checked = cairn_core_take(core, sizeof *checked);
    struct cairn_commit_cursor cursor;
    struct cairn_commit_entry entry = {.prefix = {.epoch = 0}};
    uint8_t root[32];
    CAIRN_TRY(check_opening(core, &commit->opening));
    *checked = (struct core_checked){.opening = commit->opening, .range = core->scrub.range};
    cairn_commit_cursor_init(&cursor, commit);
    while (cairn_commit_next(&cursor, &entry)) {
        if (!core->scrub.is_loose) {
            check_entry(&checked->range, entry.prefix_bytes.data, entry.body, entry.index);
        }
    }
    cairn_merkle_range_root(&checked->range, root);
    if (!core->scrub.is_loose && !cairn_bytes_is_same32(root, commit->opening.root)) {
        return CAIRN_PEER_ENTRY;
    }
    /* Every entry bears the epoch in force before its commit. source P-23 */
    CAIRN_TRY(check_leaf(core, &commit->opening, entry.prefix.epoch, checked->leaf));
    *out = *checked;
    return CAIRN_OK;
}

/* A private feed's row is the opening alone; its entries are rows of their own. */
cairn_err cairn_core_check_private(struct cairn_core *core, struct cairn_bytes row,
                                   struct core_checked *out)
{
    struct cairn_opening opening;
    if (row.size != CAIRN_COMMIT_HEAD_BYTES) {
        return CAIRN_PEER_COMMIT;
    }
    CAIRN_TRY(cairn_opening_decode(row.data, &opening));
    CAIRN_TRY(check_opening(core, &opening));
    uint8_t leaf[CAIRN_LEAF_BYTES];
    CAIRN_TRY(check_leaf(core, &opening, 0, leaf));
    *out = (struct core_checked){.opening = opening, .range = core->scrub.range};
    memcpy(out->leaf, leaf, sizeof leaf);
    return CAIRN_OK;
}

/* gives   out_bad: the first index that is missing; what does not lead to the root: the first one
 * errors  CAIRN_PEER_ENTRY */
cairn_err cairn_core_check_bodies(struct cairn_core *core, const struct cairn_event *event,
                                  uint64_t *out_bad)
{
    struct core_checked *checked = &core->scrub.checked;
    uint64_t first = checked->opening.previous_size;
    uint8_t root[32];
    for (uint64_t i = 0; first + i < checked->opening.size; i++) {
        const struct cairn_row *row = &event->as.done.rows[i];
        *out_bad = first + i;
        if (i >= event->as.done.row_count || row->key.index != first + i ||
            row->value.size < CAIRN_PREFIX_BYTES) {
            return CAIRN_PEER_ENTRY;
        }
        if (core->scrub.is_loose) {
            continue;
        }
        cairn_core_check_entry(&checked->range, row->value);
    }
    cairn_merkle_range_root(&checked->range, root);
    *out_bad = first;
    bool is_same = core->scrub.is_loose || cairn_bytes_is_same32(root, checked->opening.root);
    return is_same ? CAIRN_OK : CAIRN_PEER_ENTRY;
}
