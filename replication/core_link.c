#include "replication/core_parts.h"

#include "schema/base/check.h"

#include <string.h>

/* ---- sending ---- */

/* No frame of this message is longer. */
static size_t link_frame_max(const struct cairn_message *message)
{
    size_t size = 512;
    switch (message->type) {
    case CAIRN_MESSAGE_HELLO:
    case CAIRN_MESSAGE_WANT:
    case CAIRN_MESSAGE_COSIGN:
    case CAIRN_MESSAGE_BYE:
        break;
    case CAIRN_MESSAGE_OFFER:
        for (uint32_t i = 0; i < message->as.offer.note_count; i++) {
            size += 8 + message->as.offer.notes[i].size;
        }
        for (uint32_t i = 0; i < message->as.offer.journal_count; i++) {
            size += 32 + CAIRN_LIMIT_ORIGIN_BYTES + message->as.offer.journals[i].checkpoint.size;
        }
        size += message->as.offer.feed_count * (size_t)(48 + CAIRN_LIMIT_ORIGIN_BYTES);
        break;
    case CAIRN_MESSAGE_JOURNAL:
        size += message->as.journal.leaves.size + message->as.journal.checkpoint.size;
        break;
    case CAIRN_MESSAGE_ENTRIES:
        size += message->as.entries.commit.size;
        break;
    case CAIRN_MESSAGE_FEED:
        size += message->as.feed.open.size + message->as.feed.admit.size;
        break;
    case CAIRN_MESSAGE_PROOF:
        size += CAIRN_FORK_BYTES;
        break;
    }
    return size;
}

/* gives the bytes of the frame */
size_t cairn_core_send(struct cairn_core *core, uint32_t link, const struct cairn_message *message)
{
    size_t capacity = link_frame_max(message);
    uint8_t *buffer = cairn_core_take(core, capacity);
    struct cairn_bytes frame;
    cairn_err err = cairn_message_frame(message, buffer, capacity, &frame);
    CAIRN_REQUIRE(err == CAIRN_OK);
    /* Give back what the frame does not need. */
    core->arena.used_bytes = (size_t)(frame.data - core->arena.memory) + frame.size;
    struct cairn_action *send = cairn_core_act(core, CAIRN_ACTION_SEND);
    send->as.send.link = link;
    send->as.send.head = frame;
    core->links[link].out_bytes += frame.size;
    return frame.size;
}

/* ---- coming and going ---- */

static void link_forget(struct cairn_core *core, uint32_t link)
{
    size_t logs = (size_t)core->limits.journals + core->limits.feeds;
    memset(&core->streams[link * logs], 0, logs * sizeof *core->streams);
    for (size_t log = 0; log < logs; log++) {
        size_t bit = link * logs + log;
        core->offered[bit / 8] = (uint8_t)((uint32_t)core->offered[bit / 8] & ~(1u << bit % 8));
    }
    core->link_generations[link]++;
    core->links[link] = (struct core_link){.journal = CORE_NONE};
    core->couriers[link] = (struct core_courier){.is_due = false};
}

static void link_close(struct cairn_core *core, uint32_t link, cairn_err err)
{
    struct cairn_action *drop = cairn_core_act(core, CAIRN_ACTION_DROP);
    drop->as.drop.link = link;
    drop->as.drop.err = err;
    link_forget(core, link); /* LINK_DOWN still comes; nothing more is said until then */
    cairn_core_resource(core, link);
}

void cairn_core_drop(struct cairn_core *core, uint32_t link, cairn_err err)
{
    struct cairn_message bye = {.type = CAIRN_MESSAGE_BYE, .as.bye = {.error = err}};
    uint32_t journal = core->links[link].journal;
    cairn_core_send(core, link, &bye);
    cairn_core_notice_err(core, CAIRN_NOTICE_LINK_REFUSED,
                          journal == CORE_NONE ? CORE_NONE : core->journals[journal].country, err);
    link_close(core, link, err);
}

static uint32_t link_peer_of(const struct cairn_core *core, const uint8_t spki_hash[static 32])
{
    for (uint32_t i = 1; i < core->journal_count; i++) {
        const struct core_journal *journal = &core->journals[i];
        if (journal->is_listed && core->countries[journal->country].is_recognised &&
            cairn_bytes_is_same32(journal->spki_hash, spki_hash)) {
            return i;
        }
    }
    return CORE_NONE;
}

void cairn_core_on_link_up(struct cairn_core *core, const struct cairn_event *event)
{
    uint32_t number = event->as.link.link;
    CAIRN_REQUIRE(number < core->limits.links);
    struct core_link *link = &core->links[number];
    CAIRN_REQUIRE(!link->is_up);
    link_forget(core, number);
    link->is_up = true;
    for (uint32_t lane = 0; lane < CORE_LANES; lane++) {
        link->lane_first[lane] = CORE_NONE;
        link->lane_last[lane] = CORE_NONE;
    }
    memcpy(link->spki_hash, event->as.link.spki_hash, 32);
    link->journal = link_peer_of(core, link->spki_hash);
    if (link->journal == CORE_NONE) {
        cairn_core_drop(core, number, CAIRN_PEER_UNKNOWN);
        return;
    }
    const struct core_journal *peer = &core->journals[link->journal];
    struct cairn_message hello = {
        .type = CAIRN_MESSAGE_HELLO,
        .as.hello = {.network = cairn_bytes_of(core->network),
                     .origin = cairn_core_origin(core, 0),
                     .clock_ms = core->now_ms,
                     .checkpoint = {.data = peer->durable.note, .size = peer->durable.note_bytes}},
    };
    cairn_core_send(core, number, &hello);
}

void cairn_core_on_link_down(struct cairn_core *core, const struct cairn_event *event)
{
    uint32_t number = event->as.link.link;
    CAIRN_REQUIRE(number < core->limits.links);
    struct core_link *link = &core->links[number];
    if (!link->is_up) {
        return;
    }
    if (link->is_greeted) {
        cairn_core_notice(core, CAIRN_NOTICE_LINK_DOWN, core->journals[link->journal].country, 0,
                          0);
    }
    link_forget(core, number);
    cairn_core_resource(core, number);
}

/* Links whose peer is no partner any more, or under another key, and peers that do not read. */
void cairn_core_links_check(struct cairn_core *core)
{
    for (uint32_t i = 0; i < core->limits.links; i++) {
        const struct core_link *link = &core->links[i];
        if (!link->is_up) {
            continue;
        }
        if (core->is_roster_changed && link_peer_of(core, link->spki_hash) != link->journal) {
            cairn_core_drop(core, i, CAIRN_DENIED_PARTNER);
        } else if (link->out_bytes > CORE_LINK_QUEUE_MAX) {
            cairn_core_drop(core, i, CAIRN_TIMEOUT);
        }
    }
    core->is_roster_changed = false;
}

/* ---- frames ---- */

/* Own checkpoints that a peer holds bear the own signature: nobody can make up one that this node
 * has lost. source P-69 */
static cairn_err link_take_seen(struct cairn_core *core, uint32_t peer, struct cairn_bytes note)
{
    struct cairn_checkpoint seen;
    if (note.size > 0) {
        CAIRN_TRY(cairn_core_checkpoint_read(core, 0, note, &seen));
    }
    cairn_core_restore_hello(core, peer, note.size > 0 ? &seen : NULL);
    return CAIRN_OK;
}

static cairn_err link_take_hello(struct cairn_core *core, uint32_t number,
                                 const struct cairn_hello *hello)
{
    struct core_link *link = &core->links[number];
    if (!cairn_bytes_is_equal(hello->network, cairn_bytes_of(core->network)) ||
        !cairn_bytes_is_equal(hello->origin, cairn_core_origin(core, link->journal))) {
        return CAIRN_PEER_NETWORK;
    }
    CAIRN_TRY(link_take_seen(core, link->journal, hello->checkpoint));
    link->is_greeted = true;
    cairn_core_notice(core, CAIRN_NOTICE_LINK_UP, core->journals[link->journal].country, 0, 0);
    cairn_core_offer_all(core, number);
    cairn_core_proofs_greet(core, number);
    cairn_core_ends_greet(core, number);
    cairn_core_ask_invited(core, number);
    cairn_core_restore_ask(core, number);
    cairn_core_scrub_heard(core);
    return CAIRN_OK;
}

static cairn_err link_take(struct cairn_core *core, uint32_t number,
                           const struct cairn_message *message, size_t frame_bytes)
{
    bool is_greeted = core->links[number].is_greeted;
    if (is_greeted == (message->type == CAIRN_MESSAGE_HELLO)) {
        return CAIRN_PEER_ORDER;
    }
    switch (message->type) {
    case CAIRN_MESSAGE_HELLO:
        return link_take_hello(core, number, &message->as.hello);
    case CAIRN_MESSAGE_OFFER:
        return cairn_core_take_offer(core, number, &message->as.offer);
    case CAIRN_MESSAGE_WANT:
        return cairn_core_take_want(core, number, &message->as.want);
    case CAIRN_MESSAGE_JOURNAL:
        return cairn_core_take_journal(core, number, &message->as.journal, frame_bytes);
    case CAIRN_MESSAGE_ENTRIES:
        return cairn_core_take_entries(core, number, message->as.entries.commit, frame_bytes);
    case CAIRN_MESSAGE_FEED:
        return cairn_core_take_feed(core, number, &message->as.feed);
    case CAIRN_MESSAGE_COSIGN:
        return cairn_core_take_cosign(core, number, &message->as.cosign);
    case CAIRN_MESSAGE_PROOF:
        return cairn_core_take_proof(core, &message->as.proof);
    case CAIRN_MESSAGE_BYE:
        break;
    }
    return CAIRN_PEER_ORDER;
}

void cairn_core_on_link_frame(struct cairn_core *core, const struct cairn_event *event)
{
    uint32_t number = event->as.link.link;
    CAIRN_REQUIRE(number < core->limits.links);
    const struct core_link *link = &core->links[number];
    if (!link->is_up) {
        return; /* dropped; what was on its way is of no interest */
    }
    struct cairn_message message;
    size_t fault_at = 0;
    cairn_err err = cairn_message_decode(event->as.link.frame, &core->arena, &message, &fault_at);
    if (err == CAIRN_OK && message.type == CAIRN_MESSAGE_BYE) {
        cairn_core_notice(core, CAIRN_NOTICE_LINK_BYE, core->journals[link->journal].country,
                          message.as.bye.error, 0);
        link_close(core, number, CAIRN_OK);
        return;
    }
    if (err == CAIRN_OK) {
        err = link_take(core, number, &message, event->as.link.frame.size + CAIRN_FRAME_HEAD_BYTES);
    }
    if (err != CAIRN_OK) {
        cairn_core_drop(core, number, err);
    }
}
