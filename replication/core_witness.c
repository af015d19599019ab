#include "replication/core_parts.h"

#include "crypto/hash.h"
#include "crypto/note.h"
#include "schema/base/check.h"

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
        note.size > CORE_NOTE_MAX) {
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
    cairn_bytes_put_u64(number, core->now_ms);
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

/* Append a mark to the own control feed; the flush that begins now carries it. source P-46 */
void cairn_core_mark(struct cairn_core *core)
{
    uint32_t order[256];
    uint8_t leaves[256 * 32];
    uint32_t count = witness_sorted(core, order);
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
        .as.mark = {.time_ms = core->now_ms, .journal_count = count},
    };
    cairn_merkle_root_of(leaves, count, op.as.mark.seen);
    core->mark_ms = core->now_ms;
    cairn_core_append_op(core, core->journals[0].control_feed, &op);
}

/* ---- cosignatures ---- */

/* Is there a leaf below `size` that is ours to open, and not yet opened? source P-48 */
static bool witness_is_open(const struct cairn_core *core, uint32_t journal, uint64_t size)
{
    for (uint32_t i = 0; i < core->feed_count; i++) {
        const struct cairn_feed *feed = &core->feeds[i];
        if (feed->journal != journal || feed->is_closed || feed->is_broken) {
            continue;
        }
        const struct cairn_pending *pending = cairn_feed_pending(feed, &core->pending);
        bool is_pending = pending != NULL && pending->leaf_index < size && !pending->is_reported;
        bool is_behind = cairn_core_scanned(core, feed) < size && pending == NULL;
        if (is_pending || is_behind || feed->durable_commits < feed->commits) {
            return true;
        }
    }
    return false;
}

static void witness_sign(struct cairn_core *core, uint32_t number)
{
    struct core_journal *journal = &core->journals[number];
    struct cairn_checkpoint checkpoint = {.origin = cairn_core_origin(core, number),
                                          .size = journal->marked.size};
    memcpy(checkpoint.root, journal->marked.root, 32);
    uint8_t text[CAIRN_CHECKPOINT_MAX];
    size_t size = cairn_note_encode_checkpoint(&checkpoint, text);
    journal->cosign_time_s = core->now_ms / 1000;
    journal->is_signing = true;
    struct cairn_action *sign = cairn_core_act(core, CAIRN_ACTION_SIGN);
    sign->as.sign.token = cairn_core_task_open(core, CORE_TASK_SIGN_COSIGN, number, 0);
    sign->as.sign.key = CAIRN_SIGN_WITNESS;
    cairn_err err = cairn_note_sign_input(CAIRN_NOTE_COSIGNATURE, journal->cosign_time_s,
                                          (struct cairn_bytes){.data = text, .size = size},
                                          &core->arena, &sign->as.sign.message);
    CAIRN_REQUIRE(err == CAIRN_OK);
}

void cairn_core_cosign(struct cairn_core *core)
{
    for (uint32_t i = 1; i < core->journal_count && !core->is_halted; i++) {
        struct core_journal *journal = &core->journals[i];
        if (!journal->is_mark_flushed || journal->is_signing || journal->is_forked ||
            journal->marked.size <= journal->cosigned_size ||
            core->now_ms < journal->cosign_retry_ms ||
            !core->countries[journal->country].is_recognised) {
            continue;
        }
        uint64_t at_ms = journal->cosigned_ms + CAIRN_LIMIT_COSIGN_MS;
        bool is_ahead = journal->mark_ms > core->now_ms + CAIRN_LIMIT_AHEAD_MS;
        if (core->now_ms < at_ms || is_ahead || witness_is_open(core, i, journal->marked.size)) {
            journal->cosign_retry_ms = core->now_ms < at_ms ? at_ms : core->now_ms + 100;
            cairn_core_wake(core, journal->cosign_retry_ms);
            continue;
        }
        witness_sign(core, i);
    }
}

/* The line goes to the author, and with the checkpoint into our own rows for ever. */
void cairn_core_cosign_signed(struct cairn_core *core, uint32_t number,
                              const uint8_t signature[static 64])
{
    struct core_journal *journal = &core->journals[number];
    struct cairn_note_writer writer;
    struct cairn_note_key key = {.name = cairn_core_origin(core, 0),
                                 .type = CAIRN_NOTE_COSIGNATURE};
    uint8_t *note = cairn_core_take(core, CORE_NOTE_MAX + CORE_COSIGNATURE_MAX);
    memcpy(key.public_key, core->journals[0].witness_public, 32);
    cairn_note_writer_init(&writer, note, CORE_NOTE_MAX + CORE_COSIGNATURE_MAX);
    cairn_err err =
        cairn_note_put_raw(&writer, (struct cairn_bytes){.data = journal->marked.note,
                                                         .size = journal->marked.note_bytes});
    CAIRN_REQUIRE(err == CAIRN_OK);
    size_t line_at = writer.size;
    err = cairn_note_append_signature(&writer, &key, journal->cosign_time_s, signature);
    CAIRN_REQUIRE(err == CAIRN_OK);
    journal->is_signing = false;
    journal->cosigned_size = journal->marked.size;
    journal->cosigned_ms = core->now_ms;

    struct core_puts puts = cairn_core_puts_begin(core, 2);
    cairn_core_puts_add(&puts, CAIRN_TABLE_CHECKPOINT, journal->id, journal->cosigned_size)->head =
        (struct cairn_bytes){.data = note, .size = writer.size};
    cairn_core_puts_add_journal(core, &puts, number);
    cairn_core_puts_store(core, &puts, cairn_core_task_open(core, CORE_TASK_STORE, 0, 0), false);
    cairn_core_notice(core, CAIRN_NOTICE_COSIGNED, journal->country, journal->cosigned_size, 0);

    struct cairn_message message = {
        .type = CAIRN_MESSAGE_COSIGN,
        .as.cosign = {.size = journal->cosigned_size,
                      .line = {.data = note + line_at, .size = writer.size - line_at}},
    };
    memcpy(message.as.cosign.log, journal->id, 16);
    for (uint32_t link = 0; link < core->limits.links; link++) {
        if (core->links[link].is_greeted && core->links[link].journal == number) {
            cairn_core_send(core, link, &message);
        }
    }
}

/* ---- cosignatures of our own checkpoints ---- */

void cairn_core_recent_add(struct cairn_core *core)
{
    const struct core_checkpoint *checkpoint = &core->journals[0].checkpoint;
    struct core_recent *recent = &core->recent[core->recent_next++ % CORE_RECENT];
    recent->size = checkpoint->size;
    recent->note_bytes = checkpoint->note_bytes;
    memcpy(recent->note, checkpoint->note, checkpoint->note_bytes);
}

struct core_recent *cairn_core_recent_find(struct cairn_core *core, uint64_t size)
{
    for (uint32_t i = 0; i < CORE_RECENT; i++) {
        if (core->recent[i].size == size && core->recent[i].note_bytes > 0) {
            return &core->recent[i];
        }
    }
    return NULL;
}

static cairn_err witness_verify_line(struct cairn_core *core, uint32_t witness,
                                     struct cairn_bytes note)
{
    struct cairn_note *split = cairn_core_take(core, sizeof *split);
    struct cairn_note_key key = {.name = cairn_core_origin(core, witness),
                                 .type = CAIRN_NOTE_COSIGNATURE};
    uint64_t time_s;
    memcpy(key.public_key, core->journals[witness].witness_public, 32);
    CAIRN_TRY(cairn_note_split(note, &core->arena, split));
    return cairn_note_verify(core->suite, split, &key, &core->arena, &time_s);
}

/* Keep a peer's line with the own checkpoint that it signs, if that is among the last ones. */
cairn_err cairn_core_take_cosign(struct cairn_core *core, uint32_t link,
                                 const struct cairn_cosign *cosign)
{
    const struct core_journal *own = &core->journals[0];
    uint32_t witness = core->links[link].journal;
    struct core_journal *peer = &core->journals[witness];
    if (memcmp(cosign->log, own->id, 16) != 0 || cosign->line.size > CORE_COSIGNATURE_MAX ||
        cosign->size > own->checkpoint.size) {
        return CAIRN_PEER_ORDER;
    }
    struct core_recent *recent = cairn_core_recent_find(core, cosign->size);
    if (recent == NULL || cosign->size <= peer->witnessed_size ||
        recent->note_bytes + cosign->line.size > sizeof recent->note) {
        return CAIRN_OK;
    }
    size_t size = recent->note_bytes + cosign->line.size;
    uint8_t *note = cairn_core_take(core, size);
    memcpy(note, recent->note, recent->note_bytes);
    memcpy(note + recent->note_bytes, cosign->line.data, cosign->line.size);
    CAIRN_TRY(witness_verify_line(core, witness, (struct cairn_bytes){.data = note, .size = size}));
    memcpy(recent->note, note, size);
    recent->note_bytes = (uint32_t)size;
    peer->witnessed_size = cosign->size;
    struct core_puts puts = cairn_core_puts_begin(core, 2);
    cairn_core_puts_add(&puts, CAIRN_TABLE_CHECKPOINT, own->id, cosign->size)->head =
        (struct cairn_bytes){.data = note, .size = size};
    cairn_core_puts_add_journal(core, &puts, witness);
    cairn_core_puts_store(core, &puts, cairn_core_task_open(core, CORE_TASK_STORE, 0, 0), false);
    cairn_core_notice(core, CAIRN_NOTICE_COSIGNATURE, peer->country, cosign->size, 0);
    return CAIRN_OK;
}
