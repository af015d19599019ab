#include "replication/core_parts.h"

#include "crypto/hash.h"
#include "crypto/note.h"

#include <string.h>

/* Read a checkpoint note of a journal and check its log signature.
 *
 * owns    out->origin borrows from note
 * errors  CAIRN_PEER_CHECKPOINT and those of cairn_note_split */
cairn_err cairn_core_checkpoint_read(struct cairn_core *core, uint32_t journal,
                                     struct cairn_bytes note, struct cairn_checkpoint *out)
{
    struct cairn_note split;
    uint64_t time_s;
    struct cairn_note_key key = {.name = cairn_core_origin(core, journal),
                                 .type = CAIRN_NOTE_ED25519};
    memcpy(key.public_key, core->journals[journal].log_public, 32);
    CAIRN_TRY(cairn_note_split(note, &core->arena, &split));
    CAIRN_TRY(cairn_note_decode_checkpoint(split.text, out));
    if (!cairn_bytes_is_equal(out->origin, key.name) || split.line_count != 1 ||
        note.size > CORE_NOTE_MAX || !core->journals[journal].has_keys) {
        return CAIRN_PEER_CHECKPOINT;
    }
    return cairn_note_verify(core->suite, &split, &key, &core->arena, &time_s);
}

/* ---- marks: what this node has seen, in its own journal ---- */

static void witness_seen_leaf(struct cairn_core *core, const struct core_journal *journal,
                              uint8_t out[static 32])
{
    uint8_t salt[32];
    uint8_t number[8];
    uint8_t digest[32];
    struct cairn_sha256 hash;
    static const uint8_t label[] = "cairn seen v1";
    cairn_bytes_put_u64(number, core->mark_ms);
    cairn_suite_hmac(core->suite, (struct cairn_bytes){.data = core->local_secret, .size = 32},
                     (struct cairn_bytes){.data = number, .size = 8}, salt);
    cairn_sha256_init(&hash);
    cairn_sha256_update(&hash, (struct cairn_bytes){.data = label, .size = sizeof label});
    cairn_sha256_update(&hash, (struct cairn_bytes){.data = salt, .size = 32});
    cairn_sha256_update(&hash, (struct cairn_bytes){.data = (const uint8_t *)journal->origin,
                                                    .size = journal->origin_bytes + 1});
    cairn_bytes_put_u64(number, journal->checkpoint.size);
    cairn_sha256_update(&hash, (struct cairn_bytes){.data = number, .size = 8});
    cairn_sha256_update(&hash, (struct cairn_bytes){.data = journal->checkpoint.root, .size = 32});
    cairn_sha256_final(&hash, digest);
    cairn_merkle_leaf((struct cairn_bytes){.data = digest, .size = 32}, out);
}

static uint32_t witness_sorted(const struct cairn_core *core, uint32_t order[static 256])
{
    uint32_t count = 0;
    for (uint32_t i = 1; i < core->journal_count; i++) {
        if (core->journals[i].checkpoint.size == 0) {
            continue;
        }
        uint32_t at = count++;
        while (at > 0 && cairn_bytes_order(cairn_core_origin(core, order[at - 1]),
                                           cairn_core_origin(core, i)) > 0) {
            order[at] = order[at - 1];
            at--;
        }
        order[at] = i;
    }
    return count;
}

/* Append a mark to the own control feed; the flush that begins now carries it. Its time grows, also
 * when the clock was set back. source P-46 */
void cairn_core_mark(struct cairn_core *core)
{
    uint32_t order[256];
    uint8_t leaves[256 * 32];
    uint32_t count = witness_sorted(core, order);
    core->mark_ms = core->now_ms > core->mark_ms ? core->now_ms : core->mark_ms + 1;
    for (uint32_t i = 0; i < count; i++) {
        struct core_journal *journal = &core->journals[order[i]];
        witness_seen_leaf(core, journal, leaves + (size_t)i * 32);
        if (!journal->is_signing) {
            journal->marked = journal->checkpoint;
            journal->is_mark_flushed = false;
        }
    }
    struct cairn_feedop op = {
        .kind = CAIRN_KIND_CONTROL_MARK,
        .as.mark = {.time_ms = core->mark_ms, .journal_count = count},
    };
    cairn_merkle_root_of(leaves, count, op.as.mark.seen);
    cairn_core_append_op(core, core->journals[0].control_feed, &op);
}
