#include "replication/verify_withheld.h"

#include "replication/log/keys.h"

#include <string.h>

/* What a withheld record proves: that the author's own journal holds a leaf with this feed's tag.
 * That nothing came is the word of the member whose entry stands behind it. source P-96, P-97 */

static cairn_err withheld_leaf(struct cairn_verify *verify, const uint8_t leaf[static 48],
                               uint64_t index, struct cairn_bytes proof,
                               const struct cairn_checkpoint *checkpoint)
{
    uint8_t hash[32];
    cairn_merkle_leaf((struct cairn_bytes){.data = leaf, .size = CAIRN_LEAF_BYTES}, hash);
    if (cairn_merkle_verify_inclusion(hash, index, checkpoint->size, proof, checkpoint->root) !=
        CAIRN_OK) {
        return cairn_verify_fail(verify, CAIRN_CRYPTO_PROOF,
                                 "journal leaf does not lead to the root");
    }
    return CAIRN_OK;
}

static cairn_err withheld_tag(struct cairn_verify *verify, const struct cairn_withheld *record,
                              uint64_t number, const uint8_t leaf[static 48])
{
    uint8_t tag[CAIRN_TAG_BYTES];
    cairn_keys_tag(verify->suite, record->tag_key, number, tag);
    return cairn_bytes_is_same16(tag, leaf)
               ? CAIRN_OK
               : cairn_verify_fail(verify, CAIRN_PEER_COMMIT,
                                   "the leaf does not bear the tag of this key");
}

/* An opening that names this feed, and is what its leaf commits to. */
static cairn_err withheld_opening(struct cairn_verify *verify, const struct cairn_withheld *record,
                                  const struct cairn_withheld_opening *opening,
                                  const uint8_t leaf[static 48])
{
    uint8_t hash[32];
    cairn_keys_commit_hash(&opening->opening, opening->salt, hash);
    if (!cairn_bytes_is_same32(hash, leaf + CAIRN_TAG_BYTES)) {
        return cairn_verify_fail(verify, CAIRN_PEER_COMMIT, "commit hash is not the leaf's");
    }
    return cairn_bytes_is_same16(opening->opening.feed, record->feed)
               ? CAIRN_OK
               : cairn_verify_fail(verify, CAIRN_PEER_COMMIT, "opening of another feed");
}

static cairn_err withheld_earlier(struct cairn_verify *verify, const struct cairn_withheld *record,
                                  const struct cairn_checkpoint *checkpoint)
{
    const struct cairn_opening *opening = &record->earlier.opening;
    if (opening->number >= record->number || opening->leaf_index >= record->leaf_index) {
        return cairn_verify_fail(verify, CAIRN_PEER_COMMIT, "the earlier commit is not earlier");
    }
    CAIRN_TRY(withheld_leaf(verify, record->earlier_leaf, opening->leaf_index,
                            record->earlier_proof, checkpoint));
    CAIRN_TRY(withheld_tag(verify, record, opening->number, record->earlier_leaf));
    return withheld_opening(verify, record, &record->earlier, record->earlier_leaf);
}

static cairn_err withheld_late(struct cairn_verify *verify, const struct cairn_withheld *record)
{
    const struct cairn_opening *opening = &record->late.opening;
    if (opening->number != record->number || opening->leaf_index != record->leaf_index) {
        return cairn_verify_fail(verify, CAIRN_PEER_COMMIT, "opening of another commit");
    }
    return withheld_opening(verify, record, &record->late, record->leaf);
}

/* The feed of everybody: its key follows from the origin. */
static cairn_err withheld_control(struct cairn_verify *verify, const struct cairn_withheld *record,
                                  bool *out_is_control)
{
    uint8_t control[CAIRN_FEED_BYTES], secret[32];
    struct cairn_keys_epoch keys;
    cairn_keys_control(record->origin, control, secret);
    *out_is_control = cairn_bytes_is_same16(control, record->feed);
    if (!*out_is_control) {
        return CAIRN_OK;
    }
    cairn_keys_of_epoch(verify->suite, record->origin, secret, &keys);
    return cairn_bytes_is_same32(keys.tag, record->tag_key)
               ? CAIRN_OK
               : cairn_verify_fail(verify, CAIRN_PEER_COMMIT, "tag key is not the control feed's");
}

/* Who is in the feed: its id is the hash of this record. */
static cairn_err withheld_members(struct cairn_verify *verify, const struct cairn_withheld *record)
{
    struct verify_withheld *withheld = &verify->withheld;
    struct verify_opened opened = {.is_open = false};
    uint8_t feed[CAIRN_FEED_BYTES];
    cairn_keys_feed_id(record->origin, record->record, feed);
    if (!cairn_bytes_is_same16(feed, record->feed)) {
        return cairn_verify_fail(verify, CAIRN_FEED_RECORD, "feed.open is not the one of its feed");
    }
    CAIRN_TRY(cairn_verify_operation(record->record, &verify->arena, &opened));
    if (opened.kind != CAIRN_KIND_FEED_OPEN) {
        return cairn_verify_fail(verify, CAIRN_FEED_RECORD, "the record is no feed.open");
    }
    const struct cairn_feed_open *open = &opened.change.as.open;
    for (uint32_t i = 0; i < open->wrap_count; i++) {
        memcpy(withheld->members[i], open->wraps[i].country, 3);
    }
    withheld->member_count = open->wrap_count;
    withheld->has_members = true;
    return CAIRN_OK;
}

static cairn_err withheld_tie(struct cairn_verify *verify, const struct cairn_withheld *record,
                              const struct cairn_checkpoint *checkpoint, enum cairn_verify_tie *out)
{
    bool is_control = false;
    *out = CAIRN_VERIFY_TIE_WORD;
    CAIRN_TRY(withheld_control(verify, record, &is_control));
    if (is_control) {
        *out = CAIRN_VERIFY_TIE_CONTROL;
    }
    if (record->earlier.is_given) {
        CAIRN_TRY(withheld_earlier(verify, record, checkpoint));
        *out = is_control ? *out : CAIRN_VERIFY_TIE_EARLIER;
    }
    if (record->late.is_given) {
        CAIRN_TRY(withheld_late(verify, record));
        *out = is_control ? *out : CAIRN_VERIFY_TIE_OPENING;
    }
    return CAIRN_OK;
}

static void withheld_report(struct cairn_verify *verify, const struct cairn_withheld *record,
                            const struct cairn_checkpoint *checkpoint,
                            struct cairn_verify_finding *out)
{
    const struct verify_node *node = &verify->nodes[verify->withheld.origin];
    bool is_other_branch = checkpoint->size == node->ended_size &&
                           !cairn_bytes_is_same32(checkpoint->root, node->ended_root);
    out->is_repudiated =
        node->is_ended && (is_other_branch || record->leaf_index >= node->ended_size);
    out->origin = cairn_verify_origin_text(verify, verify->withheld.origin);
    out->size = checkpoint->size;
    memcpy(out->root, checkpoint->root, sizeof out->root);
    out->witness_count = verify->witness_count;
    out->witnesses = verify->witnesses;
    memcpy(out->feed, record->feed, sizeof out->feed);
    out->leaf_index = record->leaf_index;
    out->commit_number = record->number;
    out->is_late = record->late.is_given;
    out->member_count = verify->withheld.member_count;
    out->members = (const uint8_t(*)[3])verify->withheld.members;
}

cairn_err cairn_verify_withheld(struct cairn_verify *verify, const struct cairn_withheld *record,
                                struct cairn_verify_finding *out)
{
    struct verify_withheld *withheld = &verify->withheld;
    struct cairn_bytes scope = verify->head.scope.origin;
    struct cairn_checkpoint checkpoint;
    if (scope.size > 0 && !cairn_bytes_is_equal(record->origin, scope)) {
        return cairn_verify_fail(verify, CAIRN_BUNDLE_ORDER, "withheld leaf of another origin");
    }
    *withheld = (struct verify_withheld){.is_awaited = true,
                                         .origin = cairn_verify_origin(verify, record->origin),
                                         .leaf_index = record->leaf_index,
                                         .is_late = record->late.is_given};
    memcpy(withheld->feed, record->feed, sizeof withheld->feed);
    if (withheld->origin == VERIFY_NONE) {
        return cairn_verify_fail(verify, CAIRN_BUNDLE_ORDER,
                                 "no document has introduced the origin");
    }
    CAIRN_TRY(cairn_verify_checkpoint(verify, record->checkpoint, withheld->origin, &checkpoint));
    CAIRN_TRY(
        withheld_leaf(verify, record->leaf, record->leaf_index, record->leaf_proof, &checkpoint));
    CAIRN_TRY(withheld_tag(verify, record, record->number, record->leaf));
    CAIRN_TRY(withheld_tie(verify, record, &checkpoint, &out->tie));
    if (record->record.size > 0) {
        CAIRN_TRY(withheld_members(verify, record));
    }
    withheld_report(verify, record, &checkpoint, out);
    return CAIRN_OK;
}

/* ---- what stands behind it ---- */

static bool withheld_is_member(const struct verify_withheld *withheld, const uint8_t *country)
{
    bool is_member = !withheld->has_members;
    for (uint32_t i = 0; i < withheld->member_count; i++) {
        is_member = is_member || memcmp(withheld->members[i], country, 3) == 0;
    }
    return is_member;
}

static cairn_err withheld_admit(struct cairn_verify *verify,
                                const struct cairn_bundle_entry *record,
                                const struct cairn_feed_admit *admit)
{
    struct verify_withheld *withheld = &verify->withheld;
    if (cairn_verify_origin(verify, record->origin) != withheld->origin ||
        !cairn_bytes_is_same16(record->opening.feed, withheld->feed) || !withheld->has_members ||
        withheld->member_count > CAIRN_LIMIT_MEMBERS) {
        return cairn_verify_fail(verify, CAIRN_BUNDLE_ORDER, "admission to another feed");
    }
    memcpy(withheld->members[withheld->member_count], admit->country, 3);
    withheld->member_count += withheld_is_member(withheld, (const uint8_t *)admit->country) ? 0 : 1;
    return CAIRN_OK;
}

static cairn_err withheld_statement(struct cairn_verify *verify,
                                    const struct cairn_bundle_entry *record,
                                    const struct cairn_missing *missing)
{
    const struct verify_withheld *withheld = &verify->withheld;
    struct cairn_origin author, member;
    CAIRN_TRY(cairn_origin_parse(record->origin, &member));
    CAIRN_TRY(cairn_origin_parse(missing->origin, &author));
    if (cairn_verify_origin(verify, missing->origin) != withheld->origin ||
        missing->leaf_index != withheld->leaf_index) {
        return cairn_verify_fail(verify, CAIRN_PEER_ENTRY, "the statement is about another leaf");
    }
    if (cairn_bytes_is_equal(author.country, member.country)) {
        return cairn_verify_fail(verify, CAIRN_PEER_ENTRY, "a country misses its own commit");
    }
    return withheld_is_member(withheld, member.country.data)
               ? CAIRN_OK
               : cairn_verify_fail(verify, CAIRN_FEED_RECORD,
                                   "who misses it is not a member of the feed");
}

cairn_err cairn_verify_withheld_entry(struct cairn_verify *verify,
                                      const struct cairn_bundle_entry *record,
                                      const struct verify_opened *opened,
                                      struct cairn_verify_finding *out)
{
    struct verify_withheld *withheld = &verify->withheld;
    if (!withheld->is_awaited) {
        return cairn_verify_fail(verify, CAIRN_BUNDLE_ORDER, "entry without a withheld leaf");
    }
    if (opened->is_open && opened->kind == CAIRN_KIND_FEED_ADMIT) {
        return withheld_admit(verify, record, &opened->change.as.admit);
    }
    if (!opened->is_open || opened->kind != CAIRN_KIND_MISSING) {
        return cairn_verify_fail(verify, CAIRN_BUNDLE_ORDER,
                                 "entry that says nothing about the withheld leaf");
    }
    CAIRN_TRY(withheld_statement(verify, record, &opened->change.as.missing));
    withheld->is_awaited = false;
    out->is_late = withheld->is_late;
    verify->result.counts.withheld++;
    verify->result.counts.late += withheld->is_late ? 1 : 0;
    return CAIRN_OK;
}
