#include "replication/core_parts.h"

#include "crypto/hash.h"
#include "schema/base/check.h"

#include <string.h>

/* First half: the id of a country's NOTE rows. */
void cairn_core_note_id(const struct cairn_roster_entry *country, uint8_t out[static 32])
{
    cairn_sha256_of((struct cairn_bytes){.data = country->country, .size = 3}, out);
}

/* Write down a document, and what recognition follows from it. */
static void trust_store(struct cairn_core *core, uint32_t country, struct cairn_bytes note)
{
    uint8_t digest[32];
    struct core_puts puts = cairn_core_puts_begin(core, 2);
    cairn_core_note_id(&core->countries[country], digest);
    cairn_core_puts_add(&puts, CAIRN_TABLE_NOTE, digest, core->countries[country].serial)->head =
        note;
    cairn_core_puts_add_country(core, &puts, country);
    cairn_core_puts_store(core, &puts, cairn_core_task_open(core, CORE_TASK_STORE, 0, 0), true);
}

/* One origin for each node that the document lists. */
static cairn_err trust_take_nodes(struct cairn_core *core, uint32_t country,
                                  const struct cairn_country_doc *doc)
{
    for (uint32_t i = 1; i < core->journal_count; i++) {
        if (core->journals[i].country == country) {
            core->journals[i].is_listed = false;
        }
    }
    for (uint32_t i = 0; i < doc->node_count; i++) {
        const struct cairn_country_node *node = &doc->nodes[i];
        char origin[CAIRN_LIMIT_ORIGIN_BYTES + 1];
        CAIRN_TRY(
            cairn_origin_make(doc->network, doc->country, node->name, node->incarnation, origin));
        uint32_t number = cairn_core_journal_add(core, cairn_bytes_of(origin), country);
        if (number == CORE_NONE) {
            return CAIRN_FULL;
        }
        struct core_journal *journal = &core->journals[number];
        journal->is_listed = true;
        memcpy(journal->spki_hash, node->tls_spki, 32);
        memset(journal->endpoint, 0, sizeof journal->endpoint);
        CAIRN_REQUIRE(node->endpoint.size < sizeof journal->endpoint);
        if (node->endpoint.size > 0) {
            memcpy(journal->endpoint, node->endpoint.data, node->endpoint.size);
        }
        if (number != 0) {
            memcpy(journal->log_public, node->log, 32);
            memcpy(journal->witness_public, node->witness, 32);
        }
    }
    return CAIRN_OK;
}

/* The own document went into force: the control feed says so. */
static void trust_announce(struct cairn_core *core)
{
    struct cairn_feedop op = {
        .kind = CAIRN_KIND_CONTROL_DOCUMENT,
        .as.document = {.serial = core->countries[0].serial},
    };
    memcpy(op.as.document.note_hash, core->countries[0].note_hash, 32);
    cairn_core_append_op(core, core->journals[0].control_feed, &op);
}

/* is_compared: an operator compared the fingerprint; is_stored: it comes from our own disk. */
cairn_err cairn_core_document(struct cairn_core *core, struct cairn_bytes note, bool is_compared,
                              bool is_stored)
{
    struct cairn_country_doc doc;
    CAIRN_TRY(
        cairn_roster_read(core->suite, cairn_bytes_of(core->network), note, &core->arena, &doc));
    uint32_t country = cairn_core_country_add(core, doc.country.data);
    if (country == CORE_NONE) {
        return CAIRN_FULL;
    }
    struct cairn_roster_entry *held = &core->countries[country];
    bool is_new = cairn_roster_follows(held, &doc);
    bool is_other_root = held->has_document && memcmp(held->root, doc.root, 32) != 0;
    if (!is_new && (is_other_root || !is_compared)) {
        return is_other_root ? CAIRN_DENIED_FINGERPRINT : CAIRN_EXISTS;
    }
    if (is_new) {
        CAIRN_TRY(trust_take_nodes(core, country, &doc));
        cairn_roster_take(held, &doc, note);
    }
    held->is_recognised = held->is_recognised || is_compared || country == 0;
    if (is_stored) {
        return CAIRN_OK;
    }
    trust_store(core, country, note);
    if (country == 0 && is_new) {
        trust_announce(core);
    }
    if (country != 0 && held->is_recognised) {
        cairn_core_pair(core, country);
        cairn_core_notice(core, CAIRN_NOTICE_PARTNER, country, held->serial, 0);
    }
    cairn_core_act(core, CAIRN_ACTION_ROSTER);
    return CAIRN_OK;
}

void cairn_core_on_document(struct cairn_core *core, const struct cairn_event *event)
{
    cairn_core_answer(core, event->as.document.token,
                      cairn_core_document(core, event->as.document.note, true, false));
}

/* One pairwise feed: of `journal`, with `partner` on the other side. */
static void trust_pair_one(struct cairn_core *core, uint32_t journal, uint32_t partner,
                           const uint8_t sealing_public[static 32])
{
    uint8_t id[16];
    uint8_t secret[32];
    struct cairn_keys_pair pair = {
        .origin = cairn_core_origin(core, journal),
        .partner = core->countries[partner].country,
        .sealing_secret = core->sealing_secret,
        .sealing_public = sealing_public,
    };
    if (cairn_keys_pairwise(core->suite, &pair, id, secret) != CAIRN_OK ||
        cairn_core_feed_number(core, id) != CORE_NONE) {
        return;
    }
    uint32_t number = cairn_core_feed_add(core, id, CAIRN_FEED_TYPE_PAIRWISE, journal);
    if (number == CORE_NONE) {
        cairn_core_notice_err(core, CAIRN_NOTICE_FEED_REFUSED, partner, CAIRN_FULL);
        return;
    }
    struct cairn_feed *feed = &core->feeds[number];
    cairn_err err = cairn_feed_add_epoch(feed, core->suite, pair.origin, secret);
    CAIRN_REQUIRE(err == CAIRN_OK);
    cairn_members_add(&feed->members, partner);
    cairn_members_add(&feed->members, core->journals[journal].country);
    cairn_feed_scan_from(feed, core->suite, 0);
    if (journal != 0 && core->journals[journal].verified.size == 0) {
        cairn_core_tag_put(core, number);
    }
    struct core_puts puts = cairn_core_puts_begin(core, 1);
    cairn_core_puts_add_feed(core, &puts, number, &feed->range);
    cairn_core_puts_store(core, &puts, cairn_core_task_open(core, CORE_TASK_STORE, 0, 0), false);
}

/* What a recognised country brings without any message: pairwise feeds both ways. source P-33 */
void cairn_core_pair(struct cairn_core *core, uint32_t country)
{
    const struct cairn_roster_entry *partner = &core->countries[country];
    if (!partner->has_document || country == 0) {
        return;
    }
    trust_pair_one(core, 0, country, partner->sealing_public);
    for (uint32_t i = 1; i < core->journal_count; i++) {
        if (core->journals[i].country == country && core->journals[i].is_listed) {
            trust_pair_one(core, i, 0, partner->sealing_public);
            if (core->is_started) {
                cairn_core_scan(core, i);
            }
        }
    }
}

static void trust_close_feeds(struct cairn_core *core, uint32_t country)
{
    for (uint32_t i = 0; i < core->feed_count; i++) {
        const struct cairn_feed *feed = &core->feeds[i];
        if (feed->journal == 0 && feed->type == CAIRN_FEED_TYPE_AUDIENCE && !feed->is_closed &&
            cairn_members_has(&feed->members, country)) {
            cairn_err err = cairn_core_close_feed(core, i);
            if (err != CAIRN_OK) {
                cairn_core_notice_err(core, CAIRN_NOTICE_FEED_REFUSED, country, err);
            }
        }
    }
}

void cairn_core_on_forget(struct cairn_core *core, const struct cairn_event *event)
{
    uint32_t country = cairn_core_country_find(core, event->as.forget.country);
    if (country == CORE_NONE || country == 0 || !core->countries[country].is_recognised) {
        cairn_core_answer(core, event->as.forget.token, CAIRN_DENIED_PARTNER);
        return;
    }
    core->countries[country].is_recognised = false;
    trust_close_feeds(core, country);
    struct core_puts puts = cairn_core_puts_begin(core, 1);
    cairn_core_puts_add_country(core, &puts, country);
    cairn_core_puts_store(core, &puts, cairn_core_task_open(core, CORE_TASK_STORE, 0, 0), true);
    for (uint32_t link = 0; link < core->limits.links; link++) {
        if (core->links[link].is_up && core->links[link].journal != CORE_NONE &&
            core->journals[core->links[link].journal].country == country) {
            cairn_core_drop(core, link, CAIRN_DENIED_PARTNER);
        }
    }
    cairn_core_notice(core, CAIRN_NOTICE_FORGOTTEN, country, 0, 0);
    cairn_core_act(core, CAIRN_ACTION_ROSTER);
    cairn_core_answer(core, event->as.forget.token, CAIRN_OK);
}
