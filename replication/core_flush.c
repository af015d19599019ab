#include "replication/core_parts.h"

#include "crypto/note.h"
#include "schema/base/check.h"
#include "schema/commit.h"

#include <string.h>

/* A flush, from what waits to what is said:
 *
 *     cairn_core_flush          parts, places of the leaves, invites, mark, openings, root -> SIGN
 *     cairn_core_flush_signed   checkpoint, one batch with everything                      -> STORE
 *     cairn_core_flush_stored   answers, ripe commits, streams to the peers
 *
 * One at a time; what is appended meanwhile waits in the other batch. */

/* Private feeds: all of them at a heartbeat, else those with enough for a commit. source P-41 */
static void flush_parts_private(struct cairn_core *core, struct core_batch *batch,
                                bool is_heartbeat)
{
    for (uint32_t i = core->journals[0].feed_first; i != CORE_NONE; i = core->feed_next[i]) {
        bool is_due = is_heartbeat || core->feeds[i].waiting_bytes > CORE_PRIVATE_BYTES;
        if (core->feeds[i].type == CAIRN_FEED_TYPE_PRIVATE && is_due && !core->feeds[i].is_closed) {
            cairn_core_part_of(batch, i);
        }
    }
    core->is_private_due = false;
}

/* The pairwise feed in which this country is told; CORE_NONE: it is no partner any more. */
static uint32_t flush_invite_feed(const struct cairn_core *core, const struct core_invite *invite)
{
    return core->countries[invite->country].is_recognised ? core->pairwise[invite->country]
                                                          : CORE_NONE;
}

/* Everything that will have a leaf has its part before places are drawn. */
static void flush_parts(struct cairn_core *core, struct core_batch *batch, bool is_heartbeat)
{
    for (uint32_t i = 0; i < core->invite_count; i++) {
        uint32_t pairwise = flush_invite_feed(core, &core->invites[i]);
        if (pairwise != CORE_NONE) {
            cairn_core_part_of(batch, pairwise);
        }
    }
    if (is_heartbeat || core->is_private_due) {
        flush_parts_private(core, batch, is_heartbeat);
    }
    if (core->is_flush_marked) {
        cairn_core_part_of(batch, core->journals[0].control_feed);
    }
}

/* Leaves in random order, the control feed's last. source P-42 */
static void flush_places(struct cairn_core *core, struct core_batch *batch)
{
    uint32_t order[CORE_PARTS_MAX];
    uint32_t control = core->journals[0].control_feed;
    uint32_t count = 0;
    for (uint32_t i = 0; i < batch->part_count; i++) {
        if (batch->parts[i].feed != control) {
            order[count++] = i;
        }
    }
    uint8_t random[32];
    for (uint32_t left = count; left > 1; left--) {
        if ((count - left) % 8 == 0) {
            cairn_core_fresh(core, random);
        }
        uint32_t draw = cairn_bytes_get_u32(random + (count - left) % 8 * 4) % left;
        uint32_t swap = order[left - 1];
        order[left - 1] = order[draw];
        order[draw] = swap;
    }
    for (uint32_t i = 0; i < count; i++) {
        batch->parts[order[i]].leaf = i;
    }
    for (uint32_t i = 0; i < batch->part_count; i++) {
        if (batch->parts[i].feed == control) {
            batch->parts[i].leaf = count;
        }
    }
    core->flush_leaf_count = batch->part_count;
}

/* Whoever is told of a feed becomes its member now, with the commit that says so. */
static void flush_invites(struct cairn_core *core, struct core_batch *batch)
{
    uint64_t base = core->journals[0].verified.size;
    for (uint32_t i = 0; i < core->invite_count; i++) {
        const struct core_invite *invite = &core->invites[i];
        const struct core_part *part = cairn_core_part_find(batch, invite->feed);
        uint32_t pairwise = flush_invite_feed(core, invite);
        CAIRN_REQUIRE(part != NULL);
        cairn_members_add(&core->feeds[invite->feed].members, invite->country);
        if (pairwise != CORE_NONE) {
            struct cairn_feedop op = {.kind = CAIRN_KIND_FEED_INVITE};
            memcpy(op.as.invite.feed, core->feeds[invite->feed].id, 16);
            op.as.invite.leaf_index = base + part->leaf;
            cairn_core_append_op(core, pairwise, &op);
        }
    }
    core->invite_count = 0;
}

/* Form the commit of one part: its opening and its leaf. */
static void flush_commit(struct cairn_core *core, struct core_part *part)
{
    struct cairn_feed *feed = &core->feeds[part->feed];
    struct cairn_opening *opening = &part->opening;
    uint8_t salt[32];
    uint8_t *leaf = core->flush_leaves + (size_t)part->leaf * CAIRN_LEAF_BYTES;
    *opening = (struct cairn_opening){
        .number = feed->commits,
        .leaf_index = core->journals[0].verified.size + part->leaf,
        .previous_leaf_plus1 = feed->last_leaf_plus1,
        .previous_size = feed->committed_size,
        .size = feed->range.size,
    };
    memcpy(opening->feed, feed->id, 16);
    cairn_merkle_range_root(&feed->range, opening->root);
    memcpy(opening->policy, core->policy_hash, 32);
    cairn_keys_tag(core->suite, feed->keys.tag, opening->number, leaf);
    cairn_keys_salt(core->suite, feed->keys.salt, opening->number, salt);
    cairn_keys_commit_hash(opening, salt, leaf + CAIRN_TAG_BYTES);
    part->range = feed->range;
    feed->is_closed = part->is_close;
    cairn_feed_take_opening(feed, opening, &part->range);
    feed->flushing_bytes = feed->waiting_bytes;
    feed->waiting_bytes = 0;
    if (part->has_next_secret) {
        cairn_err err =
            cairn_feed_add_epoch(feed, core->suite, cairn_core_origin(core, 0), part->next_secret);
        CAIRN_REQUIRE(err == CAIRN_OK);
    }
}

static void flush_sign(struct cairn_core *core)
{
    core->flush_range = core->journals[0].verified;
    for (uint32_t i = 0; i < core->flush_leaf_count; i++) {
        uint8_t leaf[32];
        cairn_merkle_leaf(
            (struct cairn_bytes){.data = core->flush_leaves + (size_t)i * CAIRN_LEAF_BYTES,
                                 .size = CAIRN_LEAF_BYTES},
            leaf);
        cairn_merkle_range_append(&core->flush_range, leaf);
    }
    struct cairn_checkpoint checkpoint = {.origin = cairn_core_origin(core, 0),
                                          .size = core->flush_range.size};
    cairn_merkle_range_root(&core->flush_range, checkpoint.root);
    core->flush_checkpoint.size = checkpoint.size;
    memcpy(core->flush_checkpoint.root, checkpoint.root, 32);
    uint8_t *text = cairn_core_take(core, CAIRN_CHECKPOINT_MAX);
    size_t size = cairn_note_encode_checkpoint(&checkpoint, text);
    struct cairn_action *sign = cairn_core_act(core, CAIRN_ACTION_SIGN);
    sign->as.sign.token = cairn_core_task_open(core, CORE_TASK_SIGN_FLUSH, 0, 0);
    sign->as.sign.key = CAIRN_SIGN_LOG;
    sign->as.sign.message = (struct cairn_bytes){.data = text, .size = size};
}

void cairn_core_flush(struct cairn_core *core)
{
    struct core_batch *batch = &core->batches[core->open_batch];
    bool is_heartbeat = core->now_ms >= core->heartbeat_ms;
    if (core->is_flushing || cairn_core_is_silent(core) || !core->countries[0].has_document ||
        !cairn_core_is_roomy(core) ||
        (batch->part_count == 0 && !is_heartbeat && !core->is_private_due)) {
        return;
    }
    core->is_flush_marked = is_heartbeat || core->now_ms >= core->mark_ms + CAIRN_LIMIT_MARK_MS;
    if (is_heartbeat) {
        core->heartbeat_ms = core->now_ms + CAIRN_LIMIT_HEARTBEAT_MS;
        cairn_core_wake(core, core->heartbeat_ms);
        cairn_core_losses(core);
    }
    flush_parts(core, batch, is_heartbeat);
    flush_places(core, batch);
    flush_invites(core, batch);
    if (core->is_flush_marked) {
        cairn_core_mark(core);
    }
    for (uint32_t i = 0; i < batch->part_count; i++) {
        flush_commit(core, &batch->parts[i]);
    }
    flush_sign(core);
    core->is_flushing = true;
    core->flush_count++;
    core->open_batch ^= 1;
}

static struct core_batch *flush_batch(struct cairn_core *core)
{
    CAIRN_REQUIRE(core->is_flushing);
    return &core->batches[core->open_batch ^ 1];
}

/* The commit's bytes, in the arena; a private feed's entries rest in table ENTRY. */
static struct cairn_bytes flush_blob(struct cairn_core *core, const struct core_batch *batch,
                                     const struct core_part *part)
{
    size_t capacity = CAIRN_COMMIT_HEAD_BYTES + part->wire_bytes;
    uint8_t *blob = cairn_core_take(core, capacity);
    struct cairn_commit_writer writer;
    cairn_commit_writer_init(&writer, blob, capacity);
    if (core->feeds[part->feed].type == CAIRN_FEED_TYPE_PRIVATE) {
        cairn_opening_encode(&part->opening, blob);
        memset(blob + CAIRN_OPENING_BYTES, 0, CAIRN_COMMIT_HEAD_BYTES - CAIRN_OPENING_BYTES);
        return (struct cairn_bytes){.data = blob, .size = CAIRN_COMMIT_HEAD_BYTES};
    }
    for (uint32_t i = 0; i < batch->waiting_count; i++) {
        const struct core_waiting *waiting = &batch->waiting[i];
        if (waiting->feed == part->feed) {
            struct cairn_prefix prefix;
            const uint8_t *bytes = batch->bytes + waiting->offset;
            cairn_err err = cairn_prefix_decode(bytes, &prefix);
            CAIRN_REQUIRE(err == CAIRN_OK);
            err = cairn_commit_append(&writer, &prefix,
                                      (struct cairn_bytes){.data = bytes + CAIRN_PREFIX_BYTES,
                                                           .size = waiting->body_bytes});
            CAIRN_REQUIRE(err == CAIRN_OK);
        }
    }
    return cairn_commit_end(&writer, &part->opening);
}

/* Rows of feed.open and feed.admit, so that FEED can be answered without searching. */
static void flush_records(struct cairn_core *core, const struct core_batch *batch,
                          struct core_puts *puts)
{
    for (uint32_t i = 0; i < batch->waiting_count; i++) {
        const struct core_waiting *waiting = &batch->waiting[i];
        if (waiting->record_index == CORE_NO_RECORD) {
            continue;
        }
        const struct cairn_feed *feed = &core->feeds[waiting->feed];
        struct cairn_put *put =
            cairn_core_puts_add(puts, CAIRN_TABLE_RECORD, feed->id, waiting->record_index);
        uint8_t *number = cairn_core_take(core, 8);
        cairn_bytes_put_u64(number, feed->commits - 1);
        put->head = (struct cairn_bytes){.data = number, .size = 8};
        put->body =
            (struct cairn_bytes){.data = batch->bytes + waiting->offset + CAIRN_PREFIX_BYTES,
                                 .size = waiting->body_bytes};
    }
}

static void flush_note(struct cairn_core *core, const uint8_t signature[static 64])
{
    struct core_checkpoint *checkpoint = &core->flush_checkpoint;
    struct cairn_checkpoint text = {.origin = cairn_core_origin(core, 0), .size = checkpoint->size};
    memcpy(text.root, checkpoint->root, 32);
    uint8_t bytes[CAIRN_CHECKPOINT_MAX];
    size_t size = cairn_note_encode_checkpoint(&text, bytes);
    struct cairn_note_writer writer;
    struct cairn_note_key key = {.name = cairn_core_origin(core, 0), .type = CAIRN_NOTE_ED25519};
    memcpy(key.public_key, core->journals[0].log_public, 32);
    cairn_note_writer_init(&writer, checkpoint->note, sizeof checkpoint->note);
    cairn_err err = cairn_note_put_text(&writer, (struct cairn_bytes){.data = bytes, .size = size});
    CAIRN_REQUIRE(err == CAIRN_OK);
    err = cairn_note_append_signature(&writer, &key, 0, signature);
    CAIRN_REQUIRE(err == CAIRN_OK);
    checkpoint->note_bytes = (uint32_t)writer.size;
}

static void flush_leaf_rows(struct cairn_core *core, struct core_puts *puts)
{
    const struct core_journal *own = &core->journals[0];
    uint64_t first = core->flush_range.size - core->flush_leaf_count;
    for (uint32_t i = 0; i < core->flush_leaf_count; i++) {
        cairn_core_puts_add(puts, CAIRN_TABLE_LEAF, own->id, first + i)->head =
            (struct cairn_bytes){.data = core->flush_leaves + (size_t)i * CAIRN_LEAF_BYTES,
                                 .size = CAIRN_LEAF_BYTES};
    }
    if (first / 1000 != core->flush_range.size / 1000) { /* every 1,000th is kept for ever */
        cairn_core_puts_add(puts, CAIRN_TABLE_CHECKPOINT, own->id, core->flush_range.size)->head =
            (struct cairn_bytes){.data = own->checkpoint.note, .size = own->checkpoint.note_bytes};
    }
}

/* What the flush changes of feeds: rows of those with a commit, and of those with a receipt. */
static void flush_feed_rows(struct cairn_core *core, const struct core_batch *batch,
                            struct core_puts *puts)
{
    for (uint32_t i = 0; i < batch->part_count; i++) {
        const struct core_part *part = &batch->parts[i];
        cairn_core_puts_add(puts, CAIRN_TABLE_COMMIT, part->opening.feed, part->opening.number)
            ->head = flush_blob(core, batch, part);
        cairn_core_puts_add_feed(core, puts, part->feed, &part->range);
    }
    for (uint32_t i = 0; i < batch->receipt_count; i++) {
        cairn_core_puts_add_receipt(core, puts, &batch->receipts[i]);
    }
    for (uint32_t i = 0; i < batch->told_count; i++) {
        cairn_core_puts_add_told(core, puts, batch->told[i].feed, batch->told[i].country, false);
    }
}

void cairn_core_flush_signed(struct cairn_core *core, const uint8_t signature[static 64])
{
    struct core_batch *batch = flush_batch(core);
    struct core_journal *own = &core->journals[0];
    flush_note(core, signature);
    own->verified = core->flush_range;
    own->candidate = core->flush_range;
    own->checkpoint = core->flush_checkpoint;
    cairn_core_recent_add(core);
    struct core_puts puts =
        cairn_core_puts_begin(core, (size_t)batch->part_count * 3 + batch->record_count +
                                        batch->receipt_count + batch->told_count + 3);
    flush_feed_rows(core, batch, &puts);
    flush_records(core, batch, &puts);
    flush_leaf_rows(core, &puts);
    cairn_core_puts_add_journal(core, &puts, 0);
    cairn_core_puts_add_clock(core, &puts);
    cairn_core_puts_store(core, &puts, cairn_core_task_open(core, CORE_TASK_STORE_FLUSH, 0, 0),
                          true);
}

static void flush_answers(struct cairn_core *core, const struct core_batch *batch)
{
    for (uint32_t i = 0; i < batch->waiting_count; i++) {
        const struct core_waiting *waiting = &batch->waiting[i];
        if (waiting->is_asked) {
            struct cairn_action *answer = cairn_core_act(core, CAIRN_ACTION_ANSWER);
            answer->as.answer.token = waiting->token;
            answer->as.answer.index = waiting->index;
            answer->as.answer.commit_number = core->feeds[waiting->feed].commits - 1;
            memcpy(answer->as.answer.feed, core->feeds[waiting->feed].id, 16);
            memcpy(answer->as.answer.entry_id, waiting->entry_id, 32);
        }
    }
}

void cairn_core_flush_stored(struct cairn_core *core)
{
    struct core_batch *batch = flush_batch(core);
    struct core_journal *own = &core->journals[0];
    own->durable = own->checkpoint;
    core->is_flushing = false;
    core->flush_stored_count++;
    cairn_core_notice(core, CAIRN_NOTICE_FLUSHED, 0, own->durable.size, batch->part_count);
    flush_answers(core, batch);
    cairn_core_grown(core, 0);
    for (uint32_t i = 0; i < batch->part_count; i++) {
        uint32_t number = batch->parts[i].feed;
        core->feeds[number].durable_commits = batch->parts[i].opening.number + 1;
        core->feeds[number].flushing_bytes = 0;
        cairn_core_feed_ripen(core, number);
        if (core->feeds[number].type != CAIRN_FEED_TYPE_PRIVATE) {
            cairn_core_grown(core, core_log_of_feed(core, number));
        }
    }
    batch->byte_count = 0;
    batch->waiting_count = 0;
    batch->record_count = 0;
    batch->part_count = 0;
    batch->receipt_count = 0;
    batch->told_count = 0;
    for (uint32_t i = 1; core->is_flush_marked && i < core->journal_count; i++) {
        core->journals[i].is_mark_flushed = core->journals[i].marked.size > 0;
    }
}
