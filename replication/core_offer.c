#include "replication/core_parts.h"

#include "schema/base/check.h"

#include <string.h>

#define OFFER_FEEDS_FRAME 4096u /* so many always fit one frame */

_Static_assert(OFFER_FEEDS_FRAME *(48 + CAIRN_LIMIT_ORIGIN_BYTES) < CAIRN_LIMIT_FRAME_BYTES,
               "an OFFER of feeds is one frame");

/* ---- what we tell ---- */

static struct cairn_offer_journal offer_journal(const struct cairn_core *core, uint32_t number)
{
    const struct core_journal *journal = &core->journals[number];
    return (struct cairn_offer_journal){
        .origin = cairn_core_origin(core, number),
        .size = journal->durable.size,
        .checkpoint = {.data = journal->durable.note, .size = journal->durable.note_bytes},
    };
}

static struct cairn_offer_feed offer_feed(const struct cairn_core *core, uint32_t number)
{
    const struct cairn_feed *feed = &core->feeds[number];
    struct cairn_offer_feed out = {.origin = cairn_core_origin(core, feed->journal),
                                   .commit_count = feed->durable_commits};
    memcpy(out.feed, feed->id, 16);
    return out;
}

/* The author of a log is not told of it. */
static bool offer_is_due(const struct cairn_core *core, uint32_t link, uint32_t log)
{
    uint32_t peer = core->links[link].journal;
    if (cairn_core_log_author(core, log) == peer) {
        return false;
    }
    if (!core_log_is_feed(core, log)) {
        return core->journals[log].durable.note_bytes > 0;
    }
    uint32_t feed = log - core->limits.journals;
    return core->feeds[feed].durable_commits > 0 &&
           cairn_core_feed_is_served(core, feed, core->journals[peer].country);
}

static void offer_all_journals(struct cairn_core *core, uint32_t link)
{
    struct cairn_message message = {.type = CAIRN_MESSAGE_OFFER};
    struct cairn_offer_journal *journals =
        cairn_core_take(core, core->journal_count * sizeof *journals);
    uint32_t count = 0;
    for (uint32_t i = 0; i < core->journal_count; i++) {
        if (offer_is_due(core, link, i)) {
            journals[count++] = offer_journal(core, i);
            core_stream_of(core, link, i)->is_told = true;
            core_stream_of(core, link, i)->is_news = false;
        }
    }
    message.as.offer = (struct cairn_offer){.journals = journals, .journal_count = count};
    cairn_core_send(core, link, &message);
}

static void offer_all_feeds(struct cairn_core *core, uint32_t link)
{
    struct cairn_message message = {.type = CAIRN_MESSAGE_OFFER};
    struct cairn_offer_feed *feeds = cairn_core_take(core, OFFER_FEEDS_FRAME * sizeof *feeds);
    uint32_t count = 0;
    for (uint32_t i = 0; i < core->feed_count; i++) {
        uint32_t log = core_log_of_feed(core, i);
        if (offer_is_due(core, link, log)) {
            feeds[count++] = offer_feed(core, i);
            core_stream_of(core, link, log)->is_told = true;
        }
        if (count == OFFER_FEEDS_FRAME || (i + 1 == core->feed_count && count > 0)) {
            message.as.offer = (struct cairn_offer){.feeds = feeds, .feed_count = count};
            cairn_core_send(core, link, &message);
            count = 0;
        }
    }
}

void cairn_core_offer_all(struct cairn_core *core, uint32_t link)
{
    offer_all_journals(core, link);
    offer_all_feeds(core, link);
    cairn_core_notes_greet(core, link);
}

/* Tell a peer once that a log exists here; from then on it asks. */
void cairn_core_offer_one(struct cairn_core *core, uint32_t link, uint32_t log)
{
    struct core_stream *stream = core_stream_of(core, link, log);
    if (!core->links[link].is_greeted || stream->is_told || !offer_is_due(core, link, log)) {
        return;
    }
    struct cairn_message message = {.type = CAIRN_MESSAGE_OFFER};
    struct cairn_offer_journal journal;
    struct cairn_offer_feed feed;
    if (core_log_is_feed(core, log)) {
        feed = offer_feed(core, log - core->limits.journals);
        message.as.offer = (struct cairn_offer){.feeds = &feed, .feed_count = 1};
    } else {
        journal = offer_journal(core, log);
        message.as.offer = (struct cairn_offer){.journals = &journal, .journal_count = 1};
    }
    stream->is_told = true;
    stream->is_news = false;
    cairn_core_send(core, link, &message);
}

/* Has this journal grown since the peer was told, or is it its turn to be told all the same? turns:
 * where the turns of this minute begin. Who is told while it checks something else may forget it;
 * and what a stream shows is compared with nothing where the peer has those leaves by then. */
static bool offer_is_news(struct cairn_core *core, uint32_t link, uint32_t journal, uint32_t turns)
{
    uint32_t behind = (journal + core->journal_count - turns) % core->journal_count;
    return offer_is_due(core, link, journal) &&
           (behind < CORE_COMPARE_TURNS || core_stream_of(core, link, journal)->is_news);
}

/* What has grown, and some others in turn, from time to time: so two peers compare what they were
 * told by an author, whomever of the two the other one asks for it. source P-63, P-70 */
void cairn_core_offer_news(struct cairn_core *core)
{
    for (uint32_t link = 0; link < core->limits.links && cairn_core_is_roomy(core); link++) {
        struct core_teller *teller = &core->tellers[link];
        bool is_due =
            core->now_ms < teller->told_ms || core->now_ms - teller->told_ms >= CORE_COMPARE_MS;
        if (!core->links[link].is_greeted || !is_due) {
            continue;
        }
        struct cairn_message message = {.type = CAIRN_MESSAGE_OFFER};
        struct cairn_offer_journal *journals =
            cairn_core_take(core, core->journal_count * sizeof *journals);
        uint32_t turns = teller->journal_next % core->journal_count;
        uint32_t count = 0;
        for (uint32_t i = 1; i < core->journal_count; i++) {
            if (offer_is_news(core, link, i, turns)) {
                journals[count++] = offer_journal(core, i);
                core_stream_of(core, link, i)->is_news = false;
            }
        }
        teller->journal_next = turns + CORE_COMPARE_TURNS;
        teller->told_ms = core->now_ms;
        message.as.offer = (struct cairn_offer){.journals = journals, .journal_count = count};
        if (count > 0) {
            cairn_core_send(core, link, &message);
        }
    }
}

/* ---- what we are told ---- */

/* Not longer than what we hold: does it say the same? source P-68 */
static cairn_err offer_compare(struct cairn_core *core, uint32_t link, uint32_t number,
                               const struct cairn_offer_journal *offered)
{
    struct core_checkpoint *statement = cairn_core_take(core, sizeof *statement);
    struct cairn_bytes note = offered->checkpoint;
    struct cairn_checkpoint checkpoint;
    CAIRN_TRY(cairn_core_checkpoint_read(core, number, note, &checkpoint));
    if (checkpoint.size != offered->size) {
        return CAIRN_PEER_CHECKPOINT;
    }
    *statement =
        (struct core_checkpoint){.size = checkpoint.size, .note_bytes = (uint32_t)note.size};
    memcpy(statement->root, checkpoint.root, 32);
    memcpy(statement->note, note.data, note.size);
    cairn_core_fork_shown(core, core->links[link].journal, number, statement);
    return CAIRN_OK;
}

/* Is it, unsigned as it is, a checkpoint that we know to be true? Then nothing need be checked. */
static bool offer_is_known(struct cairn_core *core, uint32_t number,
                           const struct cairn_offer_journal *offered)
{
    struct cairn_note split;
    struct cairn_checkpoint checkpoint;
    return cairn_note_split(offered->checkpoint, &core->arena, &split) == CAIRN_OK &&
           cairn_note_decode_checkpoint(split.text, &checkpoint) == CAIRN_OK &&
           checkpoint.size == offered->size && cairn_core_fork_is_known(core, number, &checkpoint);
}

/* A checkpoint that says something new: more leaves, or others. count: of checkpoints read so far
 */
static cairn_err offer_take_checkpoint(struct cairn_core *core, uint32_t link, uint32_t number,
                                       const struct cairn_offer_journal *offered, uint32_t *count)
{
    struct core_journal *journal = &core->journals[number];
    const struct core_checkpoint *held = &journal->checkpoint;
    struct cairn_checkpoint checkpoint;
    bool is_same = offered->checkpoint.size == held->note_bytes && held->note_bytes > 0 &&
                   memcmp(offered->checkpoint.data, held->note, held->note_bytes) == 0;
    bool is_old = offered->size > held->size && offered->size <= journal->promised_size;
    if (is_same || is_old || offered->size == 0) {
        return CAIRN_OK;
    }
    if (++*count > core->limits.journals) {
        return CAIRN_PEER_FRAME; /* the same ones again and again */
    }
    if (offered->size <= held->size) {
        bool is_known = offer_is_known(core, number, offered);
        return is_known ? CAIRN_OK : offer_compare(core, link, number, offered);
    }
    CAIRN_TRY(cairn_core_checkpoint_read(core, number, offered->checkpoint, &checkpoint));
    if (checkpoint.size != offered->size) {
        return CAIRN_PEER_CHECKPOINT;
    }
    journal->promised_size = checkpoint.size;
    return CAIRN_OK;
}

/* An author that lost data may not know of all its audience feeds, even where its journal is whole
 * again; all else it asks for by itself. source P-63, P-75 */
static void offer_to_author(struct cairn_core *core, uint32_t link, uint32_t journal)
{
    uint32_t country = core->journals[journal].country;
    struct cairn_message message = {.type = CAIRN_MESSAGE_OFFER};
    size_t used_bytes = core->arena.used_bytes;
    struct cairn_offer_feed *feeds = cairn_core_take(core, OFFER_FEEDS_FRAME * sizeof *feeds);
    uint32_t count = 0;
    for (uint32_t i = core->journals[journal].feed_first; i != CORE_NONE; i = core->feed_next[i]) {
        struct core_stream *stream = core_stream_of(core, link, core_log_of_feed(core, i));
        const struct cairn_feed *feed = &core->feeds[i];
        if (feed->type == CAIRN_FEED_TYPE_AUDIENCE && feed->durable_commits > 0 &&
            !stream->is_told && count < OFFER_FEEDS_FRAME &&
            cairn_core_feed_is_served(core, i, country)) {
            stream->is_told = true;
            feeds[count++] = offer_feed(core, i);
        }
    }
    if (count > 0) {
        message.as.offer = (struct cairn_offer){.feeds = feeds, .feed_count = count};
        cairn_core_send(core, link, &message);
    } else {
        core->arena.used_bytes = used_bytes;
    }
}

static cairn_err offer_take_journal(struct cairn_core *core, uint32_t link,
                                    const struct cairn_offer_journal *offered, uint32_t *count)
{
    uint32_t journal = cairn_core_journal_find(core, offered->origin);
    if (journal == CORE_NONE || journal == 0) {
        return CAIRN_OK;
    }
    if (cairn_core_is_followed(core, journal) && !core->journals[journal].is_forked &&
        !core->journals[journal].is_ended) {
        if (core->links[link].journal == journal) {
            offer_to_author(core, link, journal);
        }
        CAIRN_TRY(offer_take_checkpoint(core, link, journal, offered, count));
    }
    cairn_core_offered(core, link, journal);
    if (offered->size > core->journals[journal].verified.size) {
        cairn_core_want_longer(core, link, journal);
    }
    return CAIRN_OK;
}

static void offer_take_feed(struct cairn_core *core, uint32_t link,
                            const struct cairn_offer_feed *offered)
{
    uint32_t feed = cairn_core_feed_number(core, offered->feed);
    if (feed != CORE_NONE) {
        cairn_core_offered(core, link, core_log_of_feed(core, feed));
        return;
    }
    uint32_t author = cairn_core_journal_find(core, offered->origin);
    if (author == CORE_NONE || !cairn_core_may_have_feeds(core, author)) {
        return;
    }
    if (cairn_core_accept_is_open(core, author)) {
        cairn_core_ask_record(core, link, offered->feed);
    } else {
        cairn_core_note_invited(core, offered->feed);
    }
}

/* What one frame can hold fits a step: so many checkpoints are read, so many stores begun. */
cairn_err cairn_core_take_offer(struct cairn_core *core, uint32_t link,
                                const struct cairn_offer *offer)
{
    uint32_t checkpoint_count = 0;
    bool is_ended_refused = false;
    for (uint32_t i = 0; i < offer->note_count; i++) {
        size_t used_bytes = core->arena.used_bytes;
        cairn_err err = cairn_core_document_offered(core, offer->notes[i]);
        if (err == CAIRN_BUSY) {
            return err;
        } /* a note that is old, foreign or wrong says nothing about the peer: it only carries it */
        if (err != CAIRN_OK) {
            core->arena.used_bytes = used_bytes;
        }
        is_ended_refused = is_ended_refused || err == CAIRN_DENIED_ENDED;
    }
    if (offer->note_count == 2) {
        size_t used_bytes = core->arena.used_bytes;
        cairn_err err = cairn_core_rotation_offered(core, offer->notes);
        if (err == CAIRN_BUSY) {
            return err;
        }
        if (err != CAIRN_OK) {
            core->arena.used_bytes = used_bytes;
        }
        is_ended_refused = is_ended_refused || err == CAIRN_DENIED_ENDED;
    }
    if (is_ended_refused) { /* a country that takes back what it ended: operators are to know */
        cairn_core_notice_err(core, CAIRN_NOTICE_DOCUMENT_REFUSED,
                              core->journals[core->links[link].journal].country,
                              CAIRN_DENIED_ENDED);
    }
    for (uint32_t i = 0; i < offer->journal_count; i++) {
        CAIRN_TRY(offer_take_journal(core, link, &offer->journals[i], &checkpoint_count));
    }
    for (uint32_t i = 0; i < offer->feed_count; i++) {
        offer_take_feed(core, link, &offer->feeds[i]);
    }
    return CAIRN_OK;
}
