#include "replication/verify_state.h"

#include "replication/log/keys.h"
#include "replication/verify_make.h"
#include "schema/base/check.h"

#include <string.h>

/* ---- two tables of numbers, open addressing: feeds by id, and by the tag of their next commit
 * ----
 */

static uint32_t verify_slot(const struct cairn_verify *verify, const uint8_t *key)
{
    return (uint32_t)(cairn_bytes_get_u64(key) & (verify->slot_count - 1));
}

static const uint8_t *verify_slot_key(const struct cairn_verify *verify, const uint32_t *slots,
                                      uint32_t slot)
{
    const struct verify_feed *feed = &verify->feeds[slots[slot] - 1];
    return slots == verify->tag_slots ? feed->next_tag : feed->id;
}

static void verify_slots_add(struct cairn_verify *verify, uint32_t *slots, uint32_t number)
{
    const struct verify_feed *feed = &verify->feeds[number];
    uint32_t at = verify_slot(verify, slots == verify->tag_slots ? feed->next_tag : feed->id);
    while (slots[at] != 0) {
        at = (at + 1) & (verify->slot_count - 1);
    }
    slots[at] = number + 1;
}

/* The feed with these 16 bytes, but not `except`. */
static uint32_t verify_slots_find(const struct cairn_verify *verify, const uint32_t *slots,
                                  const uint8_t key[static 16], uint32_t except)
{
    for (uint32_t at = verify_slot(verify, key); slots[at] != 0;
         at = (at + 1) & (verify->slot_count - 1)) {
        if (slots[at] - 1 != except &&
            cairn_bytes_is_same16(verify_slot_key(verify, slots, at), key)) {
            return slots[at] - 1;
        }
    }
    return VERIFY_NONE;
}

/* Take a number out; what stands behind it in the same run moves up. */
static void verify_slots_remove(struct cairn_verify *verify, uint32_t *slots, uint32_t number)
{
    uint32_t mask = verify->slot_count - 1;
    uint32_t hole = verify_slot(verify, verify->feeds[number].next_tag);
    while (slots[hole] != number + 1) {
        CAIRN_REQUIRE(slots[hole] != 0);
        hole = (hole + 1) & mask;
    }
    slots[hole] = 0;
    for (uint32_t at = (hole + 1) & mask; slots[at] != 0; at = (at + 1) & mask) {
        uint32_t home = verify_slot(verify, verify_slot_key(verify, slots, at));
        if (((at - home) & mask) >= ((at - hole) & mask)) {
            slots[hole] = slots[at];
            slots[at] = 0;
            hole = at;
        }
    }
}

/* ---- sections ---- */

/* Where the leaves reach the position of an ended origin: do they lead there? source P-16 */
static void verify_end(struct cairn_verify *verify)
{
    struct verify_section *section = &verify->section;
    const struct verify_node *node = &verify->nodes[section->origin];
    uint8_t root[32];
    if (node->is_ended && section->range.size == node->ended_size) {
        cairn_merkle_range_root(&section->range, root);
        section->is_other_branch = !cairn_bytes_is_same32(root, node->ended_root);
    }
}

cairn_err cairn_verify_section_open(struct cairn_verify *verify, struct cairn_bytes origin)
{
    uint32_t number = cairn_verify_origin(verify, origin);
    struct verify_section *section = &verify->section;
    uint8_t secret[32];
    if (section->is_open) {
        return cairn_verify_fail(verify, CAIRN_BUNDLE_ORDER,
                                 "journal before the last one was closed");
    }
    if (number == VERIFY_NONE) {
        return cairn_verify_fail(verify, CAIRN_BUNDLE_ORDER,
                                 "no document has introduced the origin");
    }
    if (verify->nodes[number].is_closed) {
        return cairn_verify_fail(verify, CAIRN_BUNDLE_ORDER, "two sections of one journal");
    }
    *section = (struct verify_section){.is_open = true, .origin = number};
    cairn_merkle_range_init(&section->range);
    verify_end(verify);
    cairn_keys_control(origin, section->control, secret);
    memset(verify->feed_slots, 0, verify->slot_count * sizeof *verify->feed_slots);
    memset(verify->tag_slots, 0, verify->slot_count * sizeof *verify->tag_slots);
    return CAIRN_OK;
}

static cairn_err verify_feed_add(struct cairn_verify *verify, const uint8_t id[static 16],
                                 uint32_t *out)
{
    if (verify->section.feed_count == verify->limits.feeds) {
        return cairn_verify_fail(verify, CAIRN_FULL, "more feeds than this verifier holds");
    }
    *out = verify->section.feed_count++;
    struct verify_feed *feed = &verify->feeds[*out];
    *feed = (struct verify_feed){.epoch = 0};
    memcpy(feed->id, id, CAIRN_FEED_BYTES);
    cairn_merkle_range_init(&feed->range);
    verify_slots_add(verify, verify->feed_slots, *out);
    return CAIRN_OK;
}

/* Compute the tag of the feed's next commit and look for it from now on. */
static cairn_err verify_feed_expect(struct cairn_verify *verify, uint32_t number)
{
    struct verify_feed *feed = &verify->feeds[number];
    if (feed->epoch >= feed->epoch_count) {
        return cairn_verify_fail(verify, CAIRN_FEED_RECORD,
                                 "feed record lacks the keys of an epoch");
    }
    cairn_keys_tag(verify->suite, feed->epochs[feed->epoch].tag, feed->next_number, feed->next_tag);
    verify_slots_add(verify, verify->tag_slots, number);
    return CAIRN_OK;
}

/* Keys of a control feed follow from the origin. source P-32 */
static bool verify_is_control_record(const struct cairn_verify *verify,
                                     const struct cairn_bundle_feed *record)
{
    uint8_t id[CAIRN_FEED_BYTES], secret[32];
    struct cairn_keys_epoch keys;
    cairn_keys_control(record->origin, id, secret);
    cairn_keys_of_epoch(verify->suite, record->origin, secret, &keys);
    return record->epoch_count == 1 && cairn_bytes_is_same32(record->epochs[0].tag, keys.tag) &&
           cairn_bytes_is_same32(record->epochs[0].salt, keys.salt);
}

cairn_err cairn_verify_section_feed(struct cairn_verify *verify,
                                    const struct cairn_bundle_feed *record)
{
    const struct verify_section *section = &verify->section;
    struct cairn_bytes origin = cairn_verify_origin_text(verify, section->origin);
    uint32_t number = VERIFY_NONE;
    if (section->range.size > 0) {
        return cairn_verify_fail(verify, CAIRN_BUNDLE_ORDER, "feed record behind a leaves record");
    }
    if (!cairn_bytes_is_equal(record->origin, origin)) {
        return cairn_verify_fail(verify, CAIRN_BUNDLE_ORDER, "feed record of another journal");
    }
    if (verify_slots_find(verify, verify->feed_slots, record->feed, VERIFY_NONE) != VERIFY_NONE) {
        return cairn_verify_fail(verify, CAIRN_BUNDLE_ORDER, "two records of one feed");
    }
    if (record->epoch_count > CAIRN_FEED_EPOCHS_MAX) {
        return cairn_verify_fail(verify, CAIRN_FEED_RECORD, "feed with more than 16 epochs");
    }
    bool is_control = cairn_bytes_is_same16(record->feed, section->control);
    if (is_control && !verify_is_control_record(verify, record)) {
        return cairn_verify_fail(verify, CAIRN_FEED_RECORD, "keys of the control feed are wrong");
    }
    CAIRN_TRY(verify_feed_add(verify, record->feed, &number));
    struct verify_feed *feed = &verify->feeds[number];
    feed->has_record = true;
    feed->epoch_count = record->epoch_count;
    memcpy(feed->epochs, record->epochs, record->epoch_count * sizeof *record->epochs);
    return verify_feed_expect(verify, number);
}

static const uint8_t *verify_leaf(const struct cairn_verify *verify, uint64_t index)
{
    CAIRN_REQUIRE(index >= verify->section.chunk_first);
    CAIRN_REQUIRE(index < verify->section.range.size);
    return verify->chunk + (size_t)(index - verify->section.chunk_first) * CAIRN_LEAF_BYTES;
}

/* No leaf below `end` that was not yet looked at bears the next tag of a feed. source P-41 */
static cairn_err verify_probe(struct cairn_verify *verify, uint64_t end)
{
    struct verify_section *section = &verify->section;
    for (; section->probed < end; section->probed++) {
        if (verify_slots_find(verify, verify->tag_slots, verify_leaf(verify, section->probed),
                              VERIFY_NONE) != VERIFY_NONE) {
            return cairn_verify_fail(verify, CAIRN_PEER_COMMIT,
                                     "a leaf bears the next tag of a feed and no commit follows");
        }
    }
    return CAIRN_OK;
}

cairn_err cairn_verify_section_leaves(struct cairn_verify *verify, struct cairn_bytes leaves)
{
    struct verify_section *section = &verify->section;
    CAIRN_TRY(verify_probe(verify, section->range.size));
    CAIRN_REQUIRE(leaves.size <= (size_t)CAIRN_BUNDLE_LEAVES_MAX * CAIRN_LEAF_BYTES);
    section->chunk_first = section->range.size;
    memcpy(verify->chunk, leaves.data, leaves.size);
    for (size_t at = 0; at < leaves.size; at += CAIRN_LEAF_BYTES) {
        uint8_t hash[32];
        cairn_merkle_leaf(
            (struct cairn_bytes){.data = verify->chunk + at, .size = CAIRN_LEAF_BYTES}, hash);
        cairn_merkle_range_append(&section->range, hash);
        verify->result.counts.leaves++;
        verify_end(verify);
    }
    return CAIRN_OK;
}

/* ---- what an entry does to its feed ---- */

static bool verify_has_member(const struct verify_feed *feed, const uint8_t *code)
{
    for (uint32_t i = 0; i < feed->member_count; i++) {
        if (memcmp(feed->members[i], code, 3) == 0) {
            return true;
        }
    }
    return false;
}

static const uint8_t *verify_author(const struct cairn_verify *verify)
{
    struct cairn_origin parts;
    cairn_err err =
        cairn_origin_parse(cairn_verify_origin_text(verify, verify->section.origin), &parts);
    CAIRN_REQUIRE(err == CAIRN_OK);
    return parts.country.data;
}

static cairn_err verify_feed_open(struct cairn_verify *verify, struct verify_feed *feed,
                                  const struct cairn_feed_open *open)
{
    CAIRN_REQUIRE(open->wrap_count <= CAIRN_LIMIT_MEMBERS);
    for (uint32_t i = 0; i < open->wrap_count; i++) {
        memcpy(feed->members[i], open->wraps[i].country, 3);
    }
    feed->member_count = open->wrap_count;
    feed->has_members = true;
    if (!verify_has_member(feed, verify_author(verify))) {
        return cairn_verify_fail(verify, CAIRN_FEED_RECORD,
                                 "the author is not a member of its feed");
    }
    return CAIRN_OK;
}

static cairn_err verify_feed_admit(struct cairn_verify *verify, struct verify_feed *feed,
                                   const struct cairn_feed_admit *admit)
{
    if (feed->is_private) {
        return cairn_verify_fail(verify, CAIRN_FEED_RECORD, "feed.admit in a private feed");
    }
    if (verify_has_member(feed, (const uint8_t *)admit->country)) {
        return cairn_verify_fail(verify, CAIRN_FEED_RECORD, "feed.admit of a member");
    }
    if (admit->wrap_count != feed->epoch + 1) {
        return cairn_verify_fail(verify, CAIRN_FEED_RECORD,
                                 "feed.admit has not one wrap for each epoch");
    }
    if (feed->member_count == CAIRN_LIMIT_MEMBERS) {
        return cairn_verify_fail(verify, CAIRN_FEED_RECORD, "feed with more than 200 members");
    }
    memcpy(feed->members[feed->member_count++], admit->country, 3);
    return CAIRN_OK;
}

static cairn_err verify_feed_rekey(struct cairn_verify *verify, struct verify_feed *feed,
                                   const struct cairn_feed_rekey *rekey)
{
    if (rekey->epoch != feed->epoch + 1 || rekey->epoch >= CAIRN_FEED_EPOCHS_MAX) {
        return cairn_verify_fail(verify, CAIRN_FEED_RECORD,
                                 "feed.rekey does not begin the next epoch");
    }
    bool is_complete = rekey->wrap_count == feed->member_count;
    for (uint32_t i = 0; i < rekey->wrap_count && is_complete; i++) { /* none stands twice */
        is_complete = verify_has_member(feed, (const uint8_t *)rekey->wraps[i].country);
    }
    if (!is_complete) {
        return cairn_verify_fail(verify, CAIRN_FEED_RECORD,
                                 "feed.rekey is not for exactly the members");
    }
    feed->epoch++;
    return CAIRN_OK;
}

/* source P-34, P-36, P-86 */
static cairn_err verify_feed_change(struct cairn_verify *verify, struct verify_feed *feed,
                                    const struct cairn_feedop *change, uint64_t index)
{
    if (change->kind == CAIRN_KIND_FEED_OPEN) {
        return verify_feed_open(verify, feed, &change->as.open);
    }
    if (change->kind == CAIRN_KIND_FEED_CLOSE) {
        feed->is_closed = true;
        bool is_right = change->as.close.size == index + 1;
        return is_right
                   ? CAIRN_OK
                   : cairn_verify_fail(verify, CAIRN_FEED_RECORD, "feed.close names another size");
    }
    if (!feed->has_members) {
        return cairn_verify_fail(verify, CAIRN_FEED_RECORD,
                                 "feed.admit or feed.rekey in a feed without open record");
    }
    return change->kind == CAIRN_KIND_FEED_ADMIT
               ? verify_feed_admit(verify, feed, &change->as.admit)
               : verify_feed_rekey(verify, feed, &change->as.rekey);
}

/* ---- commits ---- */

/* Does the opening continue its feed, and is its leaf the one that counts? source P-40, P-41 */
static cairn_err verify_opening(struct cairn_verify *verify, uint32_t number,
                                const struct cairn_opening *opening, const uint8_t salt[static 32])
{
    const struct verify_feed *feed = &verify->feeds[number];
    const uint8_t *leaf = verify_leaf(verify, opening->leaf_index);
    uint8_t hash[32];
    if (opening->number != feed->next_number ||
        opening->previous_leaf_plus1 != feed->last_leaf_plus1 ||
        opening->previous_size != feed->range.size) {
        return cairn_verify_fail(verify, CAIRN_PEER_COMMIT, "commit does not continue its feed");
    }
    CAIRN_TRY(verify_probe(verify, opening->leaf_index));
    if (verify_slots_find(verify, verify->tag_slots, leaf, number) != VERIFY_NONE) {
        return cairn_verify_fail(verify, CAIRN_PEER_COMMIT,
                                 "the leaf bears the next tag of another feed");
    }
    if (feed->has_record) {
        if (!cairn_bytes_is_same16(leaf, feed->next_tag)) {
            return cairn_verify_fail(verify, CAIRN_PEER_COMMIT,
                                     "the leaf does not bear the feed's next tag");
        }
        cairn_keys_salt(verify->suite, feed->epochs[feed->epoch].salt, opening->number, hash);
        if (!cairn_bytes_is_same32(salt, hash)) {
            return cairn_verify_fail(verify, CAIRN_PEER_COMMIT, "salt is not that of the commit");
        }
    }
    cairn_keys_commit_hash(opening, salt, hash);
    if (!cairn_bytes_is_same32(hash, leaf + CAIRN_TAG_BYTES)) {
        return cairn_verify_fail(verify, CAIRN_PEER_COMMIT, "commit hash is not the leaf's");
    }
    return CAIRN_OK;
}

static cairn_err verify_commit_entry(struct cairn_verify *verify, struct verify_feed *feed,
                                     const struct cairn_commit_entry *entry,
                                     const struct cairn_content_key *key, struct verify_opened *out)
{
    uint8_t leaf[32];
    struct verify_place place = {
        .origin = cairn_verify_origin_text(verify, verify->section.origin),
        .feed = feed->id,
        .is_control = cairn_bytes_is_same16(feed->id, verify->section.control),
    };
    if (feed->is_closed) {
        return cairn_verify_fail(verify, CAIRN_PEER_ENTRY, "entry after the close of its feed");
    }
    if (entry->prefix.epoch != feed->epoch) {
        return cairn_verify_fail(verify, CAIRN_PEER_ENTRY, "entry of another epoch");
    }
    CAIRN_TRY(cairn_verify_entry(verify, &place, entry, key, out));
    if (place.is_control && out->kind == CAIRN_KIND_CONTROL_MARK) { /* source P-46 */
        if (out->change.as.mark.time_ms <= feed->mark_ms) {
            return cairn_verify_fail(verify, CAIRN_FEED_RECORD,
                                     "mark is not later than the one before it");
        }
        feed->mark_ms = out->change.as.mark.time_ms;
    }
    if (out->is_feed_change) {
        CAIRN_TRY(verify_feed_change(verify, feed, &out->change, entry->index));
    }
    cairn_verify_leaf(entry, leaf);
    cairn_merkle_range_append(&feed->range, leaf);
    return CAIRN_OK;
}

/* What the country of the author says of its own journals. source P-104 */
static void verify_commit_loss(struct cairn_verify *verify, const struct cairn_feed_lost *lost,
                               struct cairn_verify_finding *out)
{
    struct cairn_bytes author = cairn_verify_origin_text(verify, verify->section.origin);
    struct cairn_origin own, other;
    if (out->loss_count == CAIRN_VERIFY_LOSSES_MAX ||
        cairn_origin_parse(author, &own) != CAIRN_OK ||
        cairn_origin_parse(lost->origin, &other) != CAIRN_OK ||
        !cairn_bytes_is_equal(own.country, other.country)) {
        return;
    }
    struct cairn_verify_loss *loss = &verify->losses[out->loss_count++];
    *loss = (struct cairn_verify_loss){
        .size = lost->size, .from_leaf = lost->from_leaf, .to_leaf = lost->to_leaf};
    memcpy(loss->origin, lost->origin.data, lost->origin.size);
    memcpy(loss->feed, lost->feed, sizeof loss->feed);
    uint32_t number = verify_slots_find(verify, verify->feed_slots, lost->feed, VERIFY_NONE);
    loss->shown_size = number == VERIFY_NONE ? 0 : verify->feeds[number].range.size;
    out->losses = verify->losses;
}

static cairn_err verify_commit_entries(struct cairn_verify *verify, struct verify_feed *feed,
                                       const struct cairn_commit *commit,
                                       const struct cairn_content_key *keys,
                                       struct cairn_verify_finding *out)
{
    struct cairn_commit_cursor cursor;
    struct cairn_commit_entry entry;
    uint32_t at = 0;
    uint8_t root[32];
    cairn_commit_cursor_init(&cursor, commit);
    while (cairn_commit_next(&cursor, &entry)) {
        size_t used_bytes = verify->arena.used_bytes;
        struct verify_opened opened;
        CAIRN_TRY(verify_commit_entry(verify, feed, &entry, &keys[at], &opened));
        if (opened.is_feed_change && cairn_kind_is_last(opened.change.kind) &&
            at + 1 < commit->entry_count) {
            return cairn_verify_fail(
                verify, CAIRN_PEER_ENTRY,
                "feed.rekey or feed.close is not the last entry of its commit");
        }
        if (opened.is_open && opened.kind == CAIRN_KIND_FEED_LOST) {
            verify_commit_loss(verify, &opened.change.as.lost, out);
        }
        verify->arena.used_bytes = used_bytes;
        at++;
    }
    if (commit->entry_count == 0 && !(feed->has_members && feed->member_count == 1)) {
        return cairn_verify_fail(verify, CAIRN_PEER_COMMIT, "commit without growth");
    }
    feed->is_private = feed->is_private || commit->entry_count == 0; /* source P-86 */
    cairn_merkle_range_root(&feed->range, root);
    if (!cairn_bytes_is_same32(root, commit->opening.root)) {
        return cairn_verify_fail(verify, CAIRN_PEER_ENTRY,
                                 "entries do not lead to the feed's root");
    }
    return CAIRN_OK;
}

static cairn_err verify_commit_place(struct cairn_verify *verify, const struct cairn_commit *commit,
                                     uint32_t key_count, uint32_t *out_feed)
{
    const struct verify_section *section = &verify->section;
    const struct cairn_opening *opening = &commit->opening;
    if (opening->leaf_index < section->chunk_first || opening->leaf_index >= section->range.size) {
        return cairn_verify_fail(verify, CAIRN_BUNDLE_ORDER,
                                 "the commit's leaf is not in the leaves record before it");
    }
    if (opening->leaf_index < section->commit_leaf_plus1) {
        return cairn_verify_fail(verify, CAIRN_BUNDLE_ORDER,
                                 "commits are not in the order of leaves");
    }
    if (key_count != commit->entry_count) {
        return cairn_verify_fail(verify, CAIRN_BUNDLE, "not one content key or nil for each entry");
    }
    *out_feed = verify_slots_find(verify, verify->feed_slots, opening->feed, VERIFY_NONE);
    return *out_feed == VERIFY_NONE ? verify_feed_add(verify, opening->feed, out_feed) : CAIRN_OK;
}

cairn_err cairn_verify_section_commit(struct cairn_verify *verify,
                                      const struct cairn_bundle_commit *record,
                                      struct cairn_verify_finding *out)
{
    struct verify_section *section = &verify->section;
    struct cairn_commit commit;
    uint32_t number = VERIFY_NONE;
    size_t fault_at;
    uint64_t opened = verify->result.counts.opened;
    CAIRN_TRY(cairn_commit_decode(record->commit, &commit, &fault_at));
    CAIRN_TRY(verify_commit_place(verify, &commit, record->key_count, &number));
    CAIRN_TRY(verify_opening(verify, number, &commit.opening, record->salt));
    struct verify_feed *feed = &verify->feeds[number];
    CAIRN_TRY(verify_commit_entries(verify, feed, &commit, record->keys, out));

    if (feed->has_record) {
        verify_slots_remove(verify, verify->tag_slots, number);
    }
    feed->next_number++;
    feed->last_leaf_plus1 = commit.opening.leaf_index + 1;
    section->commit_leaf_plus1 = commit.opening.leaf_index + 1;
    section->probed = commit.opening.leaf_index + 1;
    if (feed->has_record) {
        CAIRN_TRY(verify_feed_expect(verify, number));
    }
    verify->result.counts.commits++;
    section->commits++;
    section->entries += commit.entry_count;
    const struct verify_node *node = &verify->nodes[section->origin];
    bool is_repudiated = node->is_ended && (section->is_other_branch ||
                                            commit.opening.leaf_index >= node->ended_size);
    out->repudiated_count = is_repudiated ? commit.entry_count : 0;
    section->repudiated += out->repudiated_count;
    section->opened += verify->result.counts.opened - opened;
    memcpy(out->feed, feed->id, sizeof out->feed);
    out->commit_count = 1;
    out->entry_count = commit.entry_count;
    out->opened_count = verify->result.counts.opened - opened;
    return CAIRN_OK;
}

/* ---- the end of a section ---- */

cairn_err cairn_verify_section_close(struct cairn_verify *verify, struct cairn_bytes note,
                                     struct cairn_verify_finding *out)
{
    struct verify_section *section = &verify->section;
    struct cairn_checkpoint checkpoint;
    uint8_t root[32];
    CAIRN_TRY(verify_probe(verify, section->range.size));
    for (uint32_t i = 0; i < section->feed_count; i++) {
        const struct verify_feed *feed = &verify->feeds[i];
        if (feed->has_record && feed->epoch_count != feed->epoch + 1) {
            return cairn_verify_fail(verify, CAIRN_FEED_RECORD,
                                     "feed record has keys of other epochs");
        }
    }
    CAIRN_TRY(cairn_verify_checkpoint(verify, note, section->origin, &checkpoint));
    cairn_merkle_range_root(&section->range, root);
    if (checkpoint.size != section->range.size || !cairn_bytes_is_same32(root, checkpoint.root)) {
        return cairn_verify_fail(verify, CAIRN_PEER_LEAF, "leaves do not lead to the checkpoint");
    }
    *out = (struct cairn_verify_finding){
        .type = CAIRN_BUNDLE_CHECKPOINT,
        .origin = cairn_verify_origin_text(verify, section->origin),
        .size = checkpoint.size,
        .witness_count = verify->witness_count,
        .witnesses = verify->witnesses,
        .commit_count = section->commits,
        .entry_count = section->entries,
        .opened_count = section->opened,
        .repudiated_count = section->is_other_branch ? section->entries : section->repudiated,
        .is_other_branch = section->is_other_branch,
    };
    verify->result.counts.repudiated += out->repudiated_count;
    memcpy(out->root, root, sizeof root);
    verify->result.counts.journals++;
    verify->nodes[section->origin].is_closed = true;
    section->is_open = false;
    section->feed_count = 0;
    return CAIRN_OK;
}
