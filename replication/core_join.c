#include "replication/core_parts.h"

#include "replication/trust/record.h"
#include "schema/base/check.h"
#include "schema/operation.h"

#include <string.h>

/* Audience feeds of others: asked for, and joined once their record has come. */

/* ---- asking ---- */

void cairn_core_ask_record(struct cairn_core *core, uint32_t link, const uint8_t feed[static 16])
{
    struct cairn_message want = {.type = CAIRN_MESSAGE_WANT, .as.want = {.is_records_first = true}};
    memcpy(want.as.want.log, feed, 16);
    core->links[link].asked_count++;
    cairn_core_send(core, link, &want);
}

static const uint8_t join_none[16];

/* Somebody was linked: does it know the feeds that we were invited to? */
void cairn_core_ask_invited(struct cairn_core *core, uint32_t link)
{
    for (uint32_t i = 0; i < CORE_INVITED_MAX; i++) {
        if (!cairn_bytes_is_same16(core->invited[i], join_none)) {
            cairn_core_ask_record(core, link, core->invited[i]);
        }
    }
}

/* A feed of an author of whom nothing is taken: asked for when that changes, if there is a place to
 * note it; else when its link comes up anew. */
void cairn_core_note_invited(struct cairn_core *core, const uint8_t feed[static 16])
{
    uint32_t place = CORE_INVITED_MAX;
    for (uint32_t i = 0; i < CORE_INVITED_MAX; i++) {
        if (cairn_bytes_is_same16(core->invited[i], feed)) {
            return;
        }
        place = cairn_bytes_is_same16(core->invited[i], join_none) ? i : place;
    }
    if (place < CORE_INVITED_MAX) {
        memcpy(core->invited[place], feed, 16);
    }
}

/* An invitation to a feed whose record has not come by itself: ask whoever is linked, now and
 * later. The host tells every invitation again after a start. */
void cairn_core_on_invited(struct cairn_core *core, const struct cairn_event *event)
{
    if (cairn_core_feed_number(core, event->as.opened.feed) != CORE_NONE) {
        return;
    }
    for (uint32_t i = 0; i < CORE_INVITED_MAX; i++) {
        if (cairn_bytes_is_same16(core->invited[i], event->as.opened.feed)) {
            return;
        }
    }
    memcpy(core->invited[core->invited_next++ % CORE_INVITED_MAX], event->as.opened.feed, 16);
    for (uint32_t link = 0; link < core->limits.links; link++) {
        if (core->links[link].is_greeted) {
            cairn_core_ask_record(core, link, event->as.opened.feed);
        }
    }
}

static void join_forget_invited(struct cairn_core *core, const uint8_t feed[static 16])
{
    for (uint32_t i = 0; i < CORE_INVITED_MAX; i++) {
        if (cairn_bytes_is_same16(core->invited[i], feed)) {
            memset(core->invited[i], 0, 16);
        }
    }
}

/* ---- joining ---- */

static cairn_err join_decode(struct cairn_core *core, struct cairn_bytes body, enum cairn_kind kind,
                             struct cairn_feedop *out)
{
    struct cairn_operation operation;
    size_t fault_at;
    CAIRN_TRY(cairn_operation_decode(body, &operation, &fault_at));
    if (operation.kind != kind) {
        return CAIRN_FEED_RECORD;
    }
    return cairn_feedop_decode(&operation, &core->arena, out, &fault_at);
}

/* A feed's record, and with it its secrets. */
struct join_record {
    struct cairn_feedop open;
    uint32_t count;
    uint8_t secrets[CAIRN_FEED_EPOCHS_MAX][32];
};

static bool join_has_author(const struct cairn_core *core, uint32_t author,
                            const struct cairn_feed_open *open)
{
    const uint8_t *code = core->countries[core->journals[author].country].country;
    for (uint32_t i = 0; i < open->wrap_count; i++) {
        if (memcmp(open->wraps[i].country, code, 3) == 0) {
            return true;
        }
    }
    return false;
}

/* The wrap is for a key that is not here: does what partners handed over fit the record? It must
 * name this country, as open said when it found that wrap. */
static cairn_err join_read_handed(const struct cairn_core *core,
                                  const struct cairn_record_reader *reader,
                                  const uint8_t feed[static 16], struct join_record *out)
{
    const struct cairn_feed_open *open = &out->open.as.open;
    const uint8_t *secret = cairn_core_handed_secret(core, feed, 0, open->secret_hash);
    if (secret == NULL) {
        return CAIRN_LATER;
    }
    CAIRN_TRY(cairn_record_check_open(reader, open, secret));
    memcpy(out->secrets[0], secret, 32);
    out->count = 1;
    return CAIRN_OK;
}

static cairn_err join_read(struct cairn_core *core, uint32_t author,
                           const struct cairn_feed_message *message, struct join_record *out)
{
    struct cairn_feedop admit;
    struct cairn_record_reader reader = cairn_core_record_reader(core, author);
    CAIRN_TRY(join_decode(core, message->open, CAIRN_KIND_FEED_OPEN, &out->open));
    if (message->has_admit) {
        CAIRN_TRY(join_decode(core, message->admit, CAIRN_KIND_FEED_ADMIT, &admit));
    }
    if (!join_has_author(core, author, &out->open.as.open)) {
        return CAIRN_FEED_RECORD;
    }
    cairn_err err =
        cairn_record_open(&reader, &out->open.as.open, message->has_admit ? &admit.as.admit : NULL,
                          out->secrets, &out->count);
    return err == CAIRN_LATER ? join_read_handed(core, &reader, message->feed, out) : err;
}

static void join_store(struct cairn_core *core, uint32_t number, struct cairn_bytes open,
                       const struct cairn_feed_open *record)
{
    struct cairn_feed *feed = &core->feeds[number];
    struct core_puts puts = cairn_core_puts_begin(core, 3 + (size_t)record->wrap_count);
    uint8_t *zero = cairn_core_take(core, 8);
    struct cairn_put *put = cairn_core_puts_add(&puts, CAIRN_TABLE_RECORD, feed->id, 0);
    put->head = (struct cairn_bytes){.data = zero, .size = 8};
    put->body = open;
    for (uint32_t i = 0; i < record->wrap_count; i++) {
        const struct cairn_wrap *wrap = &record->wraps[i];
        cairn_core_hand_wrapped(core, &puts, number, (const uint8_t *)wrap->country, wrap->sealing);
    }
    cairn_core_puts_add_feed(core, &puts, number, &feed->range);
    if (feed->journal == 0) {
        cairn_core_refetch_found(core, &puts, number);
    }
    cairn_core_puts_store(core, &puts, cairn_core_task_open(core, CORE_TASK_STORE, 0, 0), false);
}

static cairn_err join_take(struct cairn_core *core, uint32_t link, uint32_t author,
                           const struct cairn_feed_message *message)
{
    struct join_record record = {.count = 0};
    uint32_t giver = core->journals[core->links[link].journal].country;
    if (!cairn_core_feed_may_give(core, giver)) {
        return CAIRN_FULL;
    }
    if (!cairn_core_accept_fits(core, author, message->open.size)) {
        return CAIRN_DENIED_STORE;
    }
    CAIRN_TRY(join_read(core, author, message, &record));
    uint32_t number = cairn_core_feed_add(core, message->feed, CAIRN_FEED_TYPE_AUDIENCE, author);
    if (number == CORE_NONE) {
        return CAIRN_FULL;
    }
    struct cairn_feed *feed = &core->feeds[number];
    const struct cairn_feed_open *open = &record.open.as.open;
    cairn_core_feed_give(core, number, author == 0 ? 0 : giver);
    memcpy(feed->nonce, open->nonce, 32);
    /* Commits before an admission were made under earlier epochs, in turn: begin with the first;
     * the later ones are in force once their feed.rekey is reached. */
    cairn_err err =
        cairn_feed_add_epoch(feed, core->suite, cairn_core_origin(core, author), record.secrets[0]);
    CAIRN_REQUIRE(err == CAIRN_OK);
    memcpy(feed->secrets, record.secrets, (size_t)record.count * 32);
    feed->known_epochs = record.count;
    for (uint32_t i = 0; i < open->wrap_count; i++) {
        uint32_t country = cairn_core_country_name(core, (const uint8_t *)open->wraps[i].country);
        if (country != CORE_NONE) {
            cairn_members_add(&feed->members, country);
        }
    }
    cairn_feed_scan_from(feed, core->suite, 0);
    feed->held_bytes = message->open.size;
    cairn_core_accept_keep(core, author, message->open.size);
    cairn_core_accept_charge(core, author, 1, message->open.size);
    join_store(core, number, message->open, open);
    join_forget_invited(core, feed->id);
    cairn_core_notice(core, CAIRN_NOTICE_FEED_JOINED, core->journals[author].country, record.count,
                      0);
    cairn_core_scan(core, author);
    return CAIRN_OK;
}

/* The record again, for the secrets that did not come with it the first time. */
static void join_take_secrets(struct cairn_core *core, uint32_t number,
                              const struct cairn_feed_message *message)
{
    struct cairn_feed *feed = &core->feeds[number];
    struct join_record record = {.count = 0};
    if (!feed->is_secret_due || join_read(core, feed->journal, message, &record) != CAIRN_OK ||
        record.count <= feed->epoch_count) {
        return;
    }
    uint32_t held = feed->epoch_count;
    memcpy(feed->secrets[held], record.secrets[held], (size_t)(record.count - held) * 32);
    feed->known_epochs = record.count;
    feed->is_secret_due = false; /* the stalled stream goes on by itself */
}

cairn_err cairn_core_take_feed(struct cairn_core *core, uint32_t link,
                               const struct cairn_feed_message *message)
{
    uint8_t id[16];
    if (core->links[link].asked_count == 0) {
        return CAIRN_PEER_ORDER;
    }
    core->links[link].asked_count--;
    uint32_t author = cairn_core_journal_find(core, message->origin);
    if (author == CORE_NONE || !cairn_core_may_have_feeds(core, author)) {
        return CAIRN_OK;
    }
    cairn_keys_feed_id(message->origin, message->open, id);
    if (!cairn_bytes_is_same16(id, message->feed)) {
        return CAIRN_FEED_RECORD; /* not what its author wrote: the server is to blame */
    }
    uint32_t known = cairn_core_feed_number(core, message->feed);
    if (known != CORE_NONE && core->feeds[known].type == CAIRN_FEED_TYPE_PAIRWISE) {
        cairn_core_feed_oust(core, message->feed);
        known = CORE_NONE;
    }
    if (known != CORE_NONE) {
        join_take_secrets(core, known, message);
        cairn_core_offered(core, link, core_log_of_feed(core, known));
        return CAIRN_OK;
    }
    if (!cairn_core_accept_is_open(core, author)) {
        cairn_core_note_invited(core, message->feed);
        return CAIRN_OK;
    }
    if (cairn_core_is_busy(core)) {
        return CAIRN_BUSY;
    }
    cairn_err err = join_take(core, link, author, message);
    if (err == CAIRN_DENIED_STORE || err == CAIRN_LATER) { /* no room, or no key: not yet */
        cairn_core_note_invited(core, message->feed);
    }
    if (err != CAIRN_OK) {
        cairn_core_notice_err(core, CAIRN_NOTICE_FEED_REFUSED, core->journals[author].country, err);
        return CAIRN_OK;
    }
    cairn_core_offered(core, link,
                       core_log_of_feed(core, cairn_core_feed_number(core, message->feed)));
    return CAIRN_OK;
}
