#include "replication/core_parts.h"

#include "crypto/note.h"
#include "schema/base/check.h"

#include <string.h>

/* ---- cosignatures of others' checkpoints ---- */

/* Is there a leaf below `size` that is this feed's, and neither opened nor written down as missing?
 * source P-48 */
static bool cosign_is_feed_open(const struct cairn_core *core, const struct cairn_feed *feed,
                                uint64_t size)
{
    const struct cairn_pending *pending = cairn_feed_pending(feed, &core->pending);
    while (pending != NULL && pending->leaf_index < size) {
        if (pending->reported_flush == 0 || pending->reported_flush > core->flush_stored_count) {
            return true;
        }
        pending = pending->next == CAIRN_PENDING_NONE ? NULL : &core->pending.items[pending->next];
    }
    if (feed->is_closed || feed->is_broken) {
        return false;
    }
    bool is_mark_unread = feed->type == CAIRN_FEED_TYPE_CONTROL &&
                          feed->opened_commits < feed->commits &&
                          core->journals[feed->journal].read_leaf < size;
    return cairn_core_scanned(core, feed) < size || feed->durable_commits < feed->commits ||
           is_mark_unread;
}

static bool cosign_is_open(const struct cairn_core *core, uint32_t journal, uint64_t size)
{
    for (uint32_t i = core->journals[journal].feed_first; i != CORE_NONE; i = core->feed_next[i]) {
        if (cosign_is_feed_open(core, &core->feeds[i], size)) {
            return true;
        }
    }
    return false;
}

static void cosign_sign(struct cairn_core *core, uint32_t number)
{
    struct core_journal *journal = &core->journals[number];
    struct cairn_checkpoint checkpoint = {.origin = cairn_core_origin(core, number),
                                          .size = journal->marked.size};
    memcpy(checkpoint.root, journal->marked.root, 32);
    uint8_t text[CAIRN_CHECKPOINT_MAX];
    size_t size = cairn_note_encode_checkpoint(&checkpoint, text);
    journal->cosign_time_s = core->now_ms / 1000;
    journal->is_signing = true;
    core->sign_count++;
    struct cairn_action *sign = cairn_core_act(core, CAIRN_ACTION_SIGN);
    sign->as.sign.token = cairn_core_task_open(core, CORE_TASK_SIGN_COSIGN, number, 0);
    sign->as.sign.key = CAIRN_SIGN_WITNESS;
    cairn_err err = cairn_note_sign_input(CAIRN_NOTE_COSIGNATURE, journal->cosign_time_s,
                                          (struct cairn_bytes){.data = text, .size = size},
                                          &core->arena, &sign->as.sign.message);
    CAIRN_REQUIRE(err == CAIRN_OK);
}

static bool cosign_is_due(const struct cairn_core *core, const struct core_journal *journal)
{
    return journal->is_mark_flushed && !journal->is_signing && !journal->is_forked &&
           !journal->is_ended && journal->marked.size > journal->cosigned_size &&
           core->now_ms >= journal->cosign_retry_ms &&
           core->countries[journal->country].is_recognised;
}

void cairn_core_cosign(struct cairn_core *core)
{
    for (uint32_t i = 1; i < core->journal_count && !cairn_core_is_silent(core); i++) {
        struct core_journal *journal = &core->journals[i];
        if (!cosign_is_due(core, journal)) {
            continue;
        }
        if (core->sign_count == CORE_SIGNS_STEP || !cairn_core_is_roomy(core)) {
            cairn_core_wake(core, core->now_ms);
            return;
        }
        uint64_t at_ms = journal->cosigned_ms + CAIRN_LIMIT_COSIGN_MS;
        bool is_ahead = journal->mark_ms > core->now_ms + CAIRN_LIMIT_AHEAD_MS;
        if (core->now_ms < at_ms || is_ahead || cosign_is_open(core, i, journal->marked.size)) {
            journal->cosign_retry_ms =
                core->now_ms < at_ms ? at_ms : core->now_ms + CORE_COSIGN_RETRY_MS;
            cairn_core_wake(core, journal->cosign_retry_ms);
            continue;
        }
        cosign_sign(core, i);
    }
}

/* With the checkpoint the line is kept for ever; once it is, the author gets it. */
void cairn_core_cosign_signed(struct cairn_core *core, uint32_t number,
                              const uint8_t signature[static 64])
{
    struct core_journal *journal = &core->journals[number];
    struct cairn_note_writer writer;
    struct cairn_note_key key = {.name = cairn_core_origin(core, 0),
                                 .type = CAIRN_NOTE_COSIGNATURE};
    if (journal->is_forked || journal->is_ended) { /* since it was asked for */
        journal->is_signing = false;
        return;
    }
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
    CAIRN_REQUIRE(writer.size - line_at <= CORE_COSIGNATURE_MAX);
    journal->cosign_line_bytes = (uint32_t)(writer.size - line_at);
    memcpy(journal->cosign_line, note + line_at, journal->cosign_line_bytes);
    journal->cosigned_size = journal->marked.size;
    journal->cosigned_ms = core->now_ms;

    struct core_puts puts = cairn_core_puts_begin(core, 2);
    cairn_core_puts_add(&puts, CAIRN_TABLE_CHECKPOINT, journal->id, journal->cosigned_size)->head =
        (struct cairn_bytes){.data = note, .size = writer.size};
    journal->kept_bytes += writer.size;
    cairn_core_accept_keep(core, number, writer.size);
    cairn_core_puts_add_journal(core, &puts, number);
    cairn_core_puts_store(core, &puts,
                          cairn_core_task_open(core, CORE_TASK_STORE_COSIGN, number, 0), true);
}

void cairn_core_cosign_stored(struct cairn_core *core, uint32_t number)
{
    struct core_journal *journal = &core->journals[number];
    journal->is_signing = false;
    cairn_core_notice(core, CAIRN_NOTICE_COSIGNED, journal->country, journal->cosigned_size, 0);
    struct cairn_message message = {
        .type = CAIRN_MESSAGE_COSIGN,
        .as.cosign = {.size = journal->cosigned_size,
                      .line = {.data = journal->cosign_line, .size = journal->cosign_line_bytes}},
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
    recent->cosignature_count = 0;
    recent->note_bytes = checkpoint->note_bytes;
    memcpy(recent->note, checkpoint->note, checkpoint->note_bytes);
}

static struct core_recent *cosign_recent_find(struct cairn_core *core, uint64_t size)
{
    for (uint32_t i = 0; i < CORE_RECENT; i++) {
        if (core->recent[i].size == size && core->recent[i].note_bytes > 0) {
            return &core->recent[i];
        }
    }
    return NULL;
}

static cairn_err cosign_verify_line(struct cairn_core *core, uint32_t witness,
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
    if (core->restore.state != CORE_IN_ORDER) {
        return CAIRN_OK; /* it may be of what this node does not know any more */
    }
    if (!cairn_bytes_is_same16(cosign->log, own->id) || cosign->line.size > CORE_COSIGNATURE_MAX ||
        cosign->size > own->checkpoint.size) {
        return CAIRN_PEER_ORDER;
    }
    struct core_recent *recent = cosign_recent_find(core, cosign->size);
    if (recent == NULL || cosign->size <= peer->witnessed_size || cairn_core_is_busy(core) ||
        recent->cosignature_count == CORE_COSIGNATURES) {
        return CAIRN_OK;
    }
    size_t size = recent->note_bytes + cosign->line.size;
    uint8_t *note = cairn_core_take(core, size);
    memcpy(note, recent->note, recent->note_bytes);
    memcpy(note + recent->note_bytes, cosign->line.data, cosign->line.size);
    CAIRN_TRY(cosign_verify_line(core, witness, (struct cairn_bytes){.data = note, .size = size}));
    memcpy(recent->note, note, size);
    recent->note_bytes = (uint32_t)size;
    recent->cosignature_count++;
    peer->witnessed_size = cosign->size;
    struct core_puts puts = cairn_core_puts_begin(core, 2);
    cairn_core_puts_add(&puts, CAIRN_TABLE_CHECKPOINT, own->id, cosign->size)->head =
        (struct cairn_bytes){.data = note, .size = size};
    cairn_core_puts_add_journal(core, &puts, witness);
    cairn_core_puts_store(core, &puts, cairn_core_task_open(core, CORE_TASK_STORE, 0, 0), false);
    cairn_core_notice(core, CAIRN_NOTICE_COSIGNATURE, peer->country, cosign->size, 0);
    return CAIRN_OK;
}
