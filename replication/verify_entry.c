#include "replication/verify_state.h"

#include "replication/log/body.h"
#include "replication/log/keys.h"
#include "replication/verify_make.h"
#include "replication/verify_withheld.h"
#include "schema/base/check.h"

#include <string.h>

#define KIND_WITH_OBJECT 32u /* from here on: alerts, cases, and what comes later */

/* A kind that this build does not know is no fault: it may be newer than this build. */
static cairn_err verify_unknown(struct cairn_bytes operation, struct verify_opened *out)
{
    struct cairn_operation_head head;
    CAIRN_TRY(cairn_operation_peek(operation, &head));
    if (head.kind < KIND_WITH_OBJECT) {
        return CAIRN_KIND_UNKNOWN;
    }
    out->kind = head.kind;
    out->has_object = head.has_object;
    out->object = head.object;
    return CAIRN_OK;
}

/* Bodies of alerts, cases and look-ups are not of the protocol: docs/format.md. */
static bool verify_has_body(enum cairn_kind kind)
{
    return (unsigned)kind < KIND_WITH_OBJECT && kind != CAIRN_KIND_ACCESS_LOOKUP;
}

cairn_err cairn_verify_operation(struct cairn_bytes bytes, struct cairn_arena *arena,
                                 struct verify_opened *out)
{
    struct cairn_operation operation;
    size_t fault_at;
    out->is_open = true;
    cairn_err err = cairn_operation_decode(bytes, &operation, &fault_at);
    if (err == CAIRN_KIND_UNKNOWN) {
        return verify_unknown(bytes, out);
    }
    CAIRN_TRY(err);
    out->kind = (uint64_t)operation.kind;
    out->hlc = operation.hlc;
    out->has_object = operation.has_object;
    out->object = operation.object;
    if (verify_has_body(operation.kind)) {
        CAIRN_TRY(cairn_feedop_decode(&operation, arena, &out->change, &fault_at));
        out->is_feed_change = cairn_kind_is_clear(operation.kind);
    }
    return CAIRN_OK;
}

static bool verify_is_control_kind(uint64_t kind)
{
    return kind >= CAIRN_KIND_CONTROL_MARK && kind <= CAIRN_KIND_CONTROL_POLICY;
}

static cairn_err verify_clear(struct cairn_verify *verify, const struct verify_place *place,
                              const struct cairn_commit_entry *entry, struct verify_opened *out)
{
    CAIRN_TRY(cairn_verify_operation(entry->body, &verify->arena, out));
    if (place->is_control) {
        bool is_allowed = verify_is_control_kind(out->kind);
        return is_allowed ? CAIRN_OK
                          : cairn_verify_fail(verify, CAIRN_PEER_ENTRY,
                                              "kind has no place in a control feed");
    }
    if (!out->is_feed_change) {
        return cairn_verify_fail(verify, CAIRN_PEER_ENTRY, "this kind may not be clear");
    }
    if (out->kind != CAIRN_KIND_FEED_OPEN) {
        return CAIRN_OK;
    }
    uint8_t feed[CAIRN_FEED_BYTES];
    cairn_keys_feed_id(place->origin, entry->body, feed);
    if (entry->index != 0 || !cairn_bytes_is_same16(feed, place->feed)) {
        return cairn_verify_fail(verify, CAIRN_FEED_RECORD, "feed.open is not the one of its feed");
    }
    return CAIRN_OK;
}

static cairn_err verify_sealed(struct cairn_verify *verify, const struct verify_place *place,
                               const struct cairn_commit_entry *entry,
                               const struct cairn_content_key *key, struct verify_opened *out)
{
    struct cairn_sealed sealed;
    if (place->is_control) {
        return cairn_verify_fail(verify, CAIRN_PEER_ENTRY, "sealed entry in a control feed");
    }
    CAIRN_TRY(cairn_sealed_split(entry->body, &sealed));
    if (sealed.ciphertext.size >
        cairn_padded_size(CAIRN_LIMIT_BATCH_BYTES) + CAIRN_SEAL_TAG_BYTES) {
        return CAIRN_TOO_LONG;
    }
    if (!key->is_given) {
        return CAIRN_OK;
    }
    uint8_t *scratch = cairn_arena_take(&verify->arena, entry->body.size);
    if (scratch == NULL) {
        return CAIRN_NO_ROOM;
    }
    struct cairn_body_place body_place = {
        .origin = place->origin,
        .feed = place->feed,
        .epoch = entry->prefix.epoch,
        .index = entry->index,
        .suite = verify->suite,
    };
    struct cairn_bytes operation;
    CAIRN_TRY(cairn_body_open(&body_place, key->key, entry->body, scratch, &operation));
    CAIRN_TRY(cairn_verify_operation(operation, &verify->arena, out));
    if (out->is_feed_change) {
        return cairn_verify_fail(verify, CAIRN_PEER_ENTRY, "this kind may not be sealed");
    }
    verify->result.counts.opened++;
    return CAIRN_OK;
}

cairn_err cairn_verify_entry(struct cairn_verify *verify, const struct verify_place *place,
                             const struct cairn_commit_entry *entry,
                             const struct cairn_content_key *key, struct verify_opened *out)
{
    *out = (struct verify_opened){.is_open = false};
    verify->result.counts.entries++;
    if (entry->prefix.algorithms == CAIRN_ENTRY_SEALED) {
        return verify_sealed(verify, place, entry, key, out);
    }
    if (key->is_given) {
        return cairn_verify_fail(verify, CAIRN_BUNDLE, "content key for a clear entry");
    }
    return verify_clear(verify, place, entry, out);
}

/* ---- single entries with their proofs ---- */

static void verify_entry_id(const struct cairn_commit_entry *entry, const uint8_t feed[static 16],
                            uint8_t out[static 32])
{
    uint8_t body_hash[32];
    uint8_t stub[CAIRN_STUB_BYTES];
    cairn_sha256_of(entry->body, body_hash);
    cairn_stub_join(entry->prefix_bytes.data, entry->index, body_hash, stub);
    cairn_keys_entry_id(feed, stub, out);
}

/* From the entry up to the signed root of the journal. source P-82 */
static cairn_err verify_proofs(struct cairn_verify *verify, const struct cairn_bundle_entry *record,
                               const struct cairn_checkpoint *checkpoint,
                               const uint8_t entry_leaf[static 32])
{
    const struct cairn_opening *opening = &record->opening;
    uint8_t leaf[32];
    uint8_t hash[32];
    cairn_merkle_leaf((struct cairn_bytes){.data = record->leaf, .size = sizeof record->leaf},
                      leaf);
    if (cairn_merkle_verify_inclusion(leaf, opening->leaf_index, checkpoint->size,
                                      record->leaf_proof, checkpoint->root) != CAIRN_OK) {
        return cairn_verify_fail(verify, CAIRN_CRYPTO_PROOF,
                                 "journal leaf does not lead to the root");
    }
    cairn_keys_commit_hash(opening, record->salt, hash);
    if (!cairn_bytes_is_same32(hash, record->leaf + CAIRN_TAG_BYTES)) {
        return cairn_verify_fail(verify, CAIRN_PEER_COMMIT, "commit hash is not the leaf's");
    }
    if (cairn_merkle_verify_inclusion(entry_leaf, record->index, opening->size, record->entry_proof,
                                      opening->root) != CAIRN_OK) {
        return cairn_verify_fail(verify, CAIRN_CRYPTO_PROOF,
                                 "entry does not lead to the feed's root");
    }
    return CAIRN_OK;
}

static bool verify_is_of_scope(const struct cairn_verify *verify,
                               const struct verify_opened *opened)
{
    return !opened->has_object || cairn_id_is_equal(&opened->object, &verify->head.scope.object);
}

cairn_err cairn_verify_entry_record(struct cairn_verify *verify,
                                    const struct cairn_bundle_entry *record,
                                    struct cairn_verify_finding *out)
{
    uint32_t origin = cairn_verify_origin(verify, record->origin);
    struct cairn_checkpoint checkpoint;
    struct verify_opened opened;
    uint8_t control[CAIRN_FEED_BYTES], secret[32], leaf[32];
    if (verify->section.is_open) {
        return cairn_verify_fail(verify, CAIRN_BUNDLE_ORDER,
                                 "entry record within a journal section");
    }
    if (origin == VERIFY_NONE) {
        return cairn_verify_fail(verify, CAIRN_BUNDLE_ORDER,
                                 "no document has introduced the origin");
    }
    struct cairn_commit_entry entry = {
        .prefix_bytes = {.data = record->prefix_bytes, .size = sizeof record->prefix_bytes},
        .prefix = record->prefix,
        .body = record->body,
        .index = record->index,
    };
    cairn_keys_control(record->origin, control, secret);
    struct verify_place place = {
        .origin = record->origin,
        .feed = record->opening.feed,
        .is_control = cairn_bytes_is_same16(control, record->opening.feed),
    };
    CAIRN_TRY(cairn_verify_checkpoint(verify, record->checkpoint, origin, &checkpoint));
    verify_entry_id(&entry, record->opening.feed, out->entry_id);
    cairn_verify_leaf(&entry, leaf);
    CAIRN_TRY(verify_proofs(verify, record, &checkpoint, leaf));
    CAIRN_TRY(cairn_verify_entry(verify, &place, &entry, &record->key, &opened));
    if (verify->head.scope.type == CAIRN_SCOPE_WITHHELD) {
        CAIRN_TRY(cairn_verify_withheld_entry(verify, record, &opened, out));
    } else if (!verify_is_of_scope(verify, &opened)) {
        return cairn_verify_fail(verify, CAIRN_BUNDLE_ORDER, "entry is about another object");
    }
    const struct verify_node *node = &verify->nodes[origin];
    bool is_other_branch = checkpoint.size == node->ended_size &&
                           !cairn_bytes_is_same32(checkpoint.root, node->ended_root);
    out->is_repudiated =
        node->is_ended && (is_other_branch || record->opening.leaf_index >= node->ended_size);
    verify->result.counts.repudiated += out->is_repudiated ? 1 : 0;
    out->origin = cairn_verify_origin_text(verify, origin);
    out->size = checkpoint.size;
    memcpy(out->root, checkpoint.root, sizeof out->root);
    out->witness_count = verify->witness_count;
    out->witnesses = verify->witnesses;
    memcpy(out->feed, record->opening.feed, sizeof out->feed);
    out->index = record->index;
    out->leaf_index = record->opening.leaf_index;
    out->is_open = opened.is_open;
    out->kind = opened.kind;
    out->hlc = opened.hlc;
    out->has_object = opened.has_object;
    out->object = opened.object;
    return CAIRN_OK;
}
