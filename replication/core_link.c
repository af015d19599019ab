#include "replication/core_parts.h"

#include "crypto/note.h"
#include "schema/base/check.h"

#include <string.h>

static void link_set_offered(struct cairn_core *core, uint32_t link, uint32_t log)
{
    size_t bit = (size_t)link * (core->limits.journals + core->limits.feeds) + log;
    core->offered[bit / 8] = (uint8_t)((uint32_t)core->offered[bit / 8] | 1u << bit % 8);
}

static bool link_has_offered(const struct cairn_core *core, uint32_t link, uint32_t log)
{
    size_t bit = (size_t)link * (core->limits.journals + core->limits.feeds) + log;
    return ((uint32_t)core->offered[bit / 8] >> bit % 8 & 1u) != 0;
}

void cairn_core_send(struct cairn_core *core, uint32_t link, const struct cairn_message *message)
{
    size_t capacity = CAIRN_LIMIT_FRAME_BYTES + CAIRN_FRAME_HEAD_BYTES;
    if (core->arena.size_bytes - core->arena.used_bytes < capacity + 4096) {
        capacity = (core->arena.size_bytes - core->arena.used_bytes) / 2;
    }
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
}

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
}

/* Logs that came over this link are asked for elsewhere. */
static void link_resource(struct cairn_core *core, uint32_t link)
{
    uint32_t logs = core->limits.journals + core->limits.feeds;
    for (uint32_t log = 0; log < logs; log++) {
        if (core->intakes[log].link == link) {
            core->intakes[log].link = CORE_NONE;
            cairn_core_want(core, log);
        }
    }
}

void cairn_core_drop(struct cairn_core *core, uint32_t link, cairn_err err)
{
    struct cairn_message bye = {.type = CAIRN_MESSAGE_BYE, .as.bye = {.error = err}};
    cairn_core_send(core, link, &bye);
    struct cairn_action *drop = cairn_core_act(core, CAIRN_ACTION_DROP);
    drop->as.drop.link = link;
    drop->as.drop.err = err;
    uint32_t journal = core->links[link].journal;
    cairn_core_notice_err(core, CAIRN_NOTICE_LINK_REFUSED,
                          journal == CORE_NONE ? CORE_NONE : core->journals[journal].country, err);
    link_forget(core, link); /* LINK_DOWN still comes; nothing more is said until then */
    link_resource(core, link);
}

static uint32_t link_peer_of(const struct cairn_core *core, const uint8_t spki_hash[static 32])
{
    for (uint32_t i = 0; i < core->journal_count; i++) {
        const struct core_journal *journal = &core->journals[i];
        if (journal->is_listed && core->countries[journal->country].is_recognised &&
            memcmp(journal->spki_hash, spki_hash, 32) == 0) {
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
    if (link->journal == CORE_NONE || link->journal == 0) {
        cairn_core_drop(core, number, CAIRN_PEER_UNKNOWN);
        return;
    }
    const struct core_journal *peer = &core->journals[link->journal];
    struct cairn_message hello = {
        .type = CAIRN_MESSAGE_HELLO,
        .as.hello = {.network = cairn_bytes_of(core->network),
                     .origin = cairn_core_origin(core, 0),
                     .clock_ms = core->now_ms,
                     .has_checkpoint = peer->durable.size > 0,
                     .size = peer->durable.size},
    };
    memcpy(hello.as.hello.root, peer->durable.root, 32);
    cairn_core_send(core, number, &hello);
}

void cairn_core_on_link_down(struct cairn_core *core, const struct cairn_event *event)
{
    uint32_t number = event->as.link.link;
    struct core_link *link = &core->links[number];
    if (!link->is_up) {
        return;
    }
    if (link->is_greeted) {
        cairn_core_notice(core, CAIRN_NOTICE_LINK_DOWN, core->journals[link->journal].country, 0,
                          0);
    }
    link_forget(core, number);
    link_resource(core, number);
}

/* ---- OFFER ---- */

static void offer_add_journal(struct cairn_core *core, struct cairn_offer_journal *out,
                              uint32_t number)
{
    const struct core_journal *journal = &core->journals[number];
    *out = (struct cairn_offer_journal){
        .origin = cairn_core_origin(core, number),
        .size = journal->durable.size,
        .checkpoint = {.data = journal->durable.note, .size = journal->durable.note_bytes},
    };
}

static void offer_add_feed(struct cairn_core *core, struct cairn_offer_feed *out, uint32_t number)
{
    const struct cairn_feed *feed = &core->feeds[number];
    *out = (struct cairn_offer_feed){.origin = cairn_core_origin(core, feed->journal),
                                     .commit_count = feed->durable_commits};
    memcpy(out->feed, feed->id, 16);
}

static bool offer_is_due(const struct cairn_core *core, uint32_t link, uint32_t log)
{
    uint32_t country = core->journals[core->links[link].journal].country;
    if (log < core->limits.journals) {
        return log < core->journal_count && core->journals[log].durable.size > 0 &&
               log != core->links[link].journal;
    }
    uint32_t feed = log - core->limits.journals;
    return feed < core->feed_count && core->feeds[feed].durable_commits > 0 &&
           core->feeds[feed].journal != core->links[link].journal &&
           core->feeds[feed].type != CAIRN_FEED_TYPE_PRIVATE &&
           cairn_core_feed_is_served(core, feed, country);
}

static void link_offer_all(struct cairn_core *core, uint32_t link)
{
    struct cairn_message message = {.type = CAIRN_MESSAGE_OFFER};
    struct cairn_offer_journal *journals =
        cairn_core_take(core, core->journal_count * sizeof *journals);
    struct cairn_offer_feed *feeds = cairn_core_take(core, core->feed_count * sizeof *feeds);
    uint32_t journal_count = 0;
    uint32_t feed_count = 0;
    for (uint32_t i = 0; i < core->journal_count; i++) {
        if (offer_is_due(core, link, i)) {
            offer_add_journal(core, &journals[journal_count++], i);
            core_stream_of(core, link, i)->is_told = true;
        }
    }
    for (uint32_t i = 0; i < core->feed_count; i++) {
        uint32_t log = core_log_of_feed(core, i);
        if (offer_is_due(core, link, log)) {
            offer_add_feed(core, &feeds[feed_count++], i);
            core_stream_of(core, link, log)->is_told = true;
        }
    }
    message.as.offer = (struct cairn_offer){.journals = journals, .journal_count = journal_count};
    cairn_core_send(core, link, &message);
    message.as.offer = (struct cairn_offer){.feeds = feeds, .feed_count = feed_count};
    cairn_core_send(core, link, &message);
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
        offer_add_feed(core, &feed, log - core->limits.journals);
        message.as.offer = (struct cairn_offer){.feeds = &feed, .feed_count = 1};
    } else {
        offer_add_journal(core, &journal, log);
        message.as.offer = (struct cairn_offer){.journals = &journal, .journal_count = 1};
    }
    stream->is_told = true;
    cairn_core_send(core, link, &message);
}

/* The peer has this log: a possible source. */
void cairn_core_offered(struct cairn_core *core, uint32_t link, uint32_t log)
{
    link_set_offered(core, link, log);
    cairn_core_want(core, log);
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
    if (author == CORE_NONE || author == 0) {
        return; /* of a country whose document we do not have */
    }
    struct cairn_message want = {.type = CAIRN_MESSAGE_WANT, .as.want = {.is_records_first = true}};
    memcpy(want.as.want.log, offered->feed, 16);
    cairn_core_send(core, link, &want);
}

static cairn_err offer_take_journal(struct cairn_core *core, uint32_t link,
                                    const struct cairn_offer_journal *offered)
{
    uint32_t journal = cairn_core_journal_find(core, offered->origin);
    if (journal == CORE_NONE || journal == 0 ||
        !core->countries[core->journals[journal].country].is_recognised) {
        return CAIRN_OK;
    }
    const struct core_checkpoint *held = &core->journals[journal].checkpoint;
    if (offered->size == held->size && held->size > 0) {
        struct cairn_checkpoint checkpoint;
        CAIRN_TRY(cairn_core_checkpoint_read(core, journal, offered->checkpoint, &checkpoint));
        if (checkpoint.size == held->size && memcmp(checkpoint.root, held->root, 32) != 0) {
            core->journals[journal].is_forked = true; /* source P-68 */
            cairn_core_notice(core, CAIRN_NOTICE_FORK, core->journals[journal].country, held->size,
                              checkpoint.size);
            struct core_puts puts = cairn_core_puts_begin(core, 2);
            uint8_t digest[32];
            cairn_merkle_leaf(offered->checkpoint, digest);
            cairn_core_puts_add(&puts, CAIRN_TABLE_FORK, core->journals[journal].id,
                                cairn_bytes_get_u64(digest))
                ->head = offered->checkpoint;
            cairn_core_puts_add_journal(core, &puts, journal);
            cairn_core_puts_store(core, &puts, cairn_core_task_open(core, CORE_TASK_STORE, 0, 0),
                                  true);
        }
    }
    cairn_core_offered(core, link, journal);
    return CAIRN_OK;
}

cairn_err cairn_core_take_offer(struct cairn_core *core, uint32_t link,
                                const struct cairn_offer *offer)
{
    for (uint32_t i = 0; i < offer->note_count; i++) {
        cairn_err err = cairn_core_document(core, offer->notes[i], false, false);
        if (err == CAIRN_NO_ROOM || err == CAIRN_FULL) {
            return err;
        } /* a note that is old, foreign or wrong says nothing about the peer: it only carries it */
    }
    for (uint32_t i = 0; i < offer->journal_count; i++) {
        CAIRN_TRY(offer_take_journal(core, link, &offer->journals[i]));
    }
    for (uint32_t i = 0; i < offer->feed_count; i++) {
        offer_take_feed(core, link, &offer->feeds[i]);
    }
    return CAIRN_OK;
}

/* ---- WANT: what we ask for ---- */

static bool want_is_open(const struct cairn_core *core, uint32_t log)
{
    if (!core_log_is_feed(core, log)) {
        return log != 0 && log < core->journal_count && !core->journals[log].is_forked;
    }
    uint32_t number = log - core->limits.journals;
    if (number >= core->feed_count) {
        return false;
    }
    const struct cairn_feed *feed = &core->feeds[number];
    return feed->journal != 0 && !feed->is_closed && !feed->is_broken &&
           (feed->is_at_end || feed->pending_count > 0);
}

/* The author itself if it is linked, else anybody who has the log. */
static uint32_t want_source(const struct cairn_core *core, uint32_t log)
{
    uint32_t author =
        core_log_is_feed(core, log) ? core->feeds[log - core->limits.journals].journal : log;
    uint32_t found = CORE_NONE;
    for (uint32_t link = 0; link < core->limits.links; link++) {
        if (core->links[link].is_greeted && link_has_offered(core, link, log)) {
            if (core->links[link].journal == author) {
                return link;
            }
            found = found == CORE_NONE ? link : found;
        }
    }
    return found;
}

static void want_send(struct cairn_core *core, uint32_t log)
{
    struct core_intake *intake = &core->intakes[log];
    struct cairn_message want = {
        .type = CAIRN_MESSAGE_WANT,
        .as.want = {.has_from = true, .credit_bytes = CORE_CREDIT_BYTES},
    };
    if (core_log_is_feed(core, log)) {
        const struct cairn_feed *feed = &core->feeds[log - core->limits.journals];
        memcpy(want.as.want.log, feed->id, 16);
        want.as.want.from = feed->commits;
    } else {
        struct core_journal *journal = &core->journals[log];
        memcpy(want.as.want.log, journal->id, 16);
        want.as.want.from = journal->verified.size;
        journal->candidate = journal->verified;
    }
    intake->credit = CORE_CREDIT_BYTES;
    intake->is_restarted = true;
    cairn_core_send(core, intake->link, &want);
}

/* Another source took over: the old one need not go on. source P-64 */
static void want_stop(struct cairn_core *core, uint32_t link, uint32_t log)
{
    struct cairn_message want = {.type = CAIRN_MESSAGE_WANT, .as.want = {.has_from = true}};
    memcpy(want.as.want.log,
           core_log_is_feed(core, log) ? core->feeds[log - core->limits.journals].id
                                       : core->journals[log].id,
           16);
    cairn_core_send(core, link, &want);
}

void cairn_core_want(struct cairn_core *core, uint32_t log)
{
    if (!want_is_open(core, log)) {
        return;
    }
    uint32_t source = want_source(core, log);
    if (source != CORE_NONE && source != core->intakes[log].link) {
        if (core->intakes[log].link != CORE_NONE) {
            want_stop(core, core->intakes[log].link, log);
        }
        core->intakes[log].link = source;
        want_send(core, log);
    }
}

/* Start the stream anew from what we hold; also the acknowledgement of a checkpoint. */
void cairn_core_want_again(struct cairn_core *core, uint32_t log)
{
    if (want_is_open(core, log) && core->intakes[log].link != CORE_NONE) {
        want_send(core, log);
    }
}

/* Book a frame that came; give new credit when half of it is used. */
cairn_err cairn_core_want_more(struct cairn_core *core, uint32_t link, uint32_t log,
                               size_t used_bytes)
{
    struct core_intake *intake = &core->intakes[log];
    if (intake->link != link) {
        return CAIRN_OK; /* an old stream that still runs out */
    }
    intake->credit -= (int64_t)used_bytes;
    if (intake->credit < -(int64_t)(CORE_CREDIT_BYTES + CAIRN_LIMIT_FRAME_BYTES)) {
        return CAIRN_PEER_OVERDRAW; /* more than the streams before and after a WANT together */
    }
    if (intake->credit < (int64_t)CORE_CREDIT_BYTES / 2 && !intake->is_stalled) {
        int64_t more = (int64_t)CORE_CREDIT_BYTES - intake->credit;
        more = more > (int64_t)CORE_CREDIT_BYTES ? (int64_t)CORE_CREDIT_BYTES : more;
        struct cairn_message want = {.type = CAIRN_MESSAGE_WANT,
                                     .as.want = {.credit_bytes = (uint32_t)more}};
        memcpy(want.as.want.log,
               core_log_is_feed(core, log) ? core->feeds[log - core->limits.journals].id
                                           : core->journals[log].id,
               16);
        intake->credit += more;
        cairn_core_send(core, link, &want);
    }
    return CAIRN_OK;
}

/* What came cannot be used yet; it is asked for again when that may have changed. */
void cairn_core_stall(struct cairn_core *core, uint32_t log)
{
    if (!core->intakes[log].is_stalled) {
        core->intakes[log].is_stalled = true;
        core->stalled_count++;
    }
}

static bool link_is_ready(const struct cairn_core *core, uint32_t log)
{
    if (!core_log_is_feed(core, log)) {
        return true;
    }
    const struct cairn_feed *feed = &core->feeds[log - core->limits.journals];
    const struct cairn_pending *pending = cairn_feed_pending(feed, &core->pending);
    const struct cairn_feed *control = &core->feeds[core->journals[feed->journal].control_feed];
    const struct cairn_pending *before = cairn_feed_pending(control, &core->pending);
    if (pending == NULL) {
        return false;
    }
    return feed == control ||
           ((before == NULL || before->leaf_index > pending->leaf_index) &&
            (before != NULL || cairn_core_scanned(core, control) > pending->leaf_index));
}

void cairn_core_unstall(struct cairn_core *core)
{
    uint32_t logs = core->limits.journals + core->limits.feeds;
    if (core->stalled_count == 0 || core->task_count > CORE_TASKS_BUSY / 2) {
        return;
    }
    for (uint32_t log = 0; log < logs && core->stalled_count > 0; log++) {
        if (core->intakes[log].is_stalled && link_is_ready(core, log)) {
            core->intakes[log].is_stalled = false;
            core->stalled_count--;
            cairn_core_want_again(core, log);
        }
    }
}

/* ---- frames ---- */

static cairn_err link_take_hello(struct cairn_core *core, uint32_t number,
                                 const struct cairn_hello *hello)
{
    struct core_link *link = &core->links[number];
    const struct core_journal *own = &core->journals[0];
    if (link->is_greeted) {
        return CAIRN_PEER_ORDER;
    }
    if (!cairn_bytes_is_equal(hello->network, cairn_bytes_of(core->network)) ||
        !cairn_bytes_is_equal(hello->origin, cairn_core_origin(core, link->journal))) {
        return CAIRN_PEER_NETWORK;
    }
    bool is_behind = hello->has_checkpoint && hello->size > own->verified.size;
    bool is_other = hello->has_checkpoint && hello->size == own->verified.size &&
                    memcmp(hello->root, own->checkpoint.root, 32) != 0;
    if (is_behind || is_other) { /* source P-69 */
        core->is_halted = true;
        cairn_core_notice(core, CAIRN_NOTICE_ROLLBACK, core->journals[link->journal].country,
                          own->verified.size, hello->size);
    }
    link->is_greeted = true;
    cairn_core_notice(core, CAIRN_NOTICE_LINK_UP, core->journals[link->journal].country, 0, 0);
    link_offer_all(core, number);
    cairn_core_notes_next(core, number);
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
    case CAIRN_MESSAGE_BYE:
        break;
    }
    return CAIRN_PEER_ORDER;
}

void cairn_core_on_link_frame(struct cairn_core *core, const struct cairn_event *event)
{
    uint32_t number = event->as.link.link;
    struct core_link *link = &core->links[number];
    if (!link->is_up) {
        return; /* dropped; what was on its way is of no interest */
    }
    struct cairn_message message;
    size_t fault_at = 0;
    cairn_err err = cairn_message_decode(event->as.link.frame, &core->arena, &message, &fault_at);
    if (err == CAIRN_OK && message.type == CAIRN_MESSAGE_BYE) {
        cairn_core_notice(core, CAIRN_NOTICE_LINK_BYE, core->journals[link->journal].country,
                          message.as.bye.error, 0);
        struct cairn_action *drop = cairn_core_act(core, CAIRN_ACTION_DROP);
        drop->as.drop.link = number;
        link_forget(core, number);
        link_resource(core, number);
        return;
    }
    if (err == CAIRN_OK) {
        err = link_take(core, number, &message, event->as.link.frame.size + CAIRN_FRAME_HEAD_BYTES);
    }
    if (err != CAIRN_OK) {
        cairn_core_drop(core, number, err);
    }
}
