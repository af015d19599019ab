#include "replication/core_parts.h"

#include "schema/base/check.h"

#include <string.h>

/* Where a document comes from. */
enum trust_source {
    TRUST_DISK,
    TRUST_PEER,
    TRUST_OPERATOR, /* who compared the fingerprint */
};

/* ---- the nodes of a country ---- */

static cairn_err trust_origin(const struct cairn_country_doc *doc, uint32_t i,
                              char out[static CAIRN_LIMIT_ORIGIN_BYTES + 1])
{
    return cairn_origin_make(doc->network, doc->country, doc->nodes[i].name,
                             doc->nodes[i].incarnation, out);
}

static uint32_t trust_journals_of(const struct cairn_core *core, uint32_t country)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < core->journal_count; i++) {
        count += core->journals[i].country == country ? 1 : 0;
    }
    return count;
}

/* Is there room for all that are new? Else nothing is taken. */
static cairn_err trust_check_nodes(const struct cairn_core *core, uint32_t country,
                                   const struct cairn_country_doc *doc)
{
    uint32_t held = trust_journals_of(core, country);
    uint32_t added = 0;
    for (uint32_t i = 0; i < doc->node_count; i++) {
        char origin[CAIRN_LIMIT_ORIGIN_BYTES + 1];
        CAIRN_TRY(trust_origin(doc, i, origin));
        added += cairn_core_journal_find(core, cairn_bytes_of(origin)) == CORE_NONE ? 1 : 0;
    }
    bool has_room = held + added <= CORE_COUNTRY_NODES &&
                    core->journal_count + added <= core->limits.journals &&
                    core->feed_count + added <= core->limits.feeds &&
                    (added == 0 || cairn_core_feed_may_give(core, country));
    return has_room ? CAIRN_OK : CAIRN_FULL;
}

/* Origins that ended are followed up to their position, as many as there is room for. */
static void trust_take_ended(struct cairn_core *core, uint32_t country,
                             const struct cairn_country_doc *doc)
{
    for (uint32_t i = 0; i < doc->ended_count; i++) {
        const struct cairn_country_ended *ended = &doc->ended[i];
        char origin[CAIRN_LIMIT_ORIGIN_BYTES + 1];
        cairn_err err =
            cairn_origin_make(doc->network, doc->country, ended->name, ended->incarnation, origin);
        CAIRN_REQUIRE(err == CAIRN_OK);
        uint32_t number = cairn_core_journal_find(core, cairn_bytes_of(origin));
        if (number == CORE_NONE && trust_journals_of(core, country) < CORE_COUNTRY_NODES &&
            cairn_core_feed_may_give(core, country)) {
            number = cairn_core_journal_add(core, cairn_bytes_of(origin), country);
        }
        if (number == CORE_NONE) {
            cairn_core_notice_err(core, CAIRN_NOTICE_FEED_REFUSED, country, CAIRN_FULL);
        } else {
            cairn_core_end(core, number, ended);
        }
    }
}

/* One origin for each node that the document lists. */
static void trust_take_nodes(struct cairn_core *core, uint32_t country,
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
        cairn_err err = trust_origin(doc, i, origin);
        CAIRN_REQUIRE(err == CAIRN_OK);
        uint32_t number = cairn_core_journal_add(core, cairn_bytes_of(origin), country);
        CAIRN_REQUIRE(number != CORE_NONE);
        struct core_journal *journal = &core->journals[number];
        journal->is_listed = true;
        journal->has_keys = true;
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
    trust_take_ended(core, country, doc);
    core->is_roster_changed = true;
}

/* ---- documents ---- */

/* Write down what is new. The operator's answer, and the news to the peers, come after it. */
static void trust_store(struct cairn_core *core, uint32_t country, struct cairn_bytes note,
                        const uint64_t *token)
{
    struct core_puts puts = cairn_core_puts_begin(core, 2);
    if (note.size > 0) {
        uint8_t digest[32];
        uint64_t serial = core->countries[country].serial;
        cairn_core_note_id(&core->countries[country], digest);
        cairn_core_puts_add(&puts, CAIRN_TABLE_NOTE, digest, serial)->head = note;
    }
    cairn_core_puts_add_country(core, &puts, country);
    uint32_t task =
        cairn_core_task_open(core, CORE_TASK_STORE_DOCUMENT, country, token == NULL ? 0 : *token);
    cairn_core_task_at(core, task)->b = token != NULL;
    cairn_core_puts_store(core, &puts, task, true);
}

void cairn_core_document_stored(struct cairn_core *core, const struct core_task *task)
{
    if (task->b != 0) {
        cairn_core_answer(core, task->a, CAIRN_OK);
    }
    cairn_core_notes_due(core, task->log);
}

/* The own document went into force: the control feed says so. */
void cairn_core_announce(struct cairn_core *core)
{
    struct cairn_feedop op = {
        .kind = CAIRN_KIND_CONTROL_DOCUMENT,
        .as.document = {.serial = core->countries[0].serial},
    };
    memcpy(op.as.document.note_hash, core->countries[0].note_hash, 32);
    if (cairn_core_is_silent(core)) {
        core->restore.is_announce_due = true;
        return;
    }
    cairn_core_append_op(core, core->journals[0].control_feed, &op);
}

static void trust_follow(struct cairn_core *core, uint32_t country)
{
    cairn_core_pair(core, country);
    for (uint32_t i = 1; i < core->journal_count; i++) {
        if (core->journals[i].country == country) {
            cairn_core_want_author(core, i);
        }
    }
    cairn_core_receipts_wake(core);
    core->is_hand_due = true;
    cairn_core_handed_again(core);
    cairn_core_notice(core, CAIRN_NOTICE_PARTNER, country, core->countries[country].serial, 0);
}

/* From whom is it taken at all? A peer only brings what is new of those that we recognise: nothing
 * is trusted on first use, and nobody fills our tables with countries of its own making. */
static uint32_t trust_country(struct cairn_core *core, const struct cairn_country_doc *doc,
                              enum trust_source source)
{
    if (source != TRUST_PEER) {
        return cairn_core_country_add(core, doc->country.data);
    }
    uint32_t found = cairn_core_country_find(core, doc->country.data);
    bool is_known = found != CORE_NONE && core->countries[found].has_document &&
                    core->countries[found].is_recognised;
    return is_known ? found : CORE_NONE;
}

static void trust_spread(struct cairn_core *core, uint32_t country, bool is_new)
{
    if (country == 0 && is_new) {
        cairn_core_announce(core);
        cairn_core_pair_all(core);
        cairn_core_handed_again(core);
    }
    if (country != 0 && core->countries[country].is_recognised) {
        trust_follow(core, country);
    }
    cairn_core_act(core, CAIRN_ACTION_ROSTER);
}

static cairn_err trust_take(struct cairn_core *core, struct cairn_bytes note,
                            enum trust_source source, const uint64_t *token)
{
    struct cairn_country_doc doc;
    CAIRN_TRY(
        cairn_roster_read(core->suite, cairn_bytes_of(core->network), note, &core->arena, &doc));
    uint32_t country = trust_country(core, &doc, source);
    if (country == CORE_NONE) {
        return source == TRUST_PEER ? CAIRN_DENIED_PARTNER : CAIRN_FULL;
    }
    struct cairn_roster_entry *held = &core->countries[country];
    bool is_new = cairn_roster_follows(held, &doc);
    bool is_other_root = held->has_document && !cairn_bytes_is_same32(held->root, doc.root);
    if (!is_new && (is_other_root || source != TRUST_OPERATOR)) {
        return is_other_root ? CAIRN_DENIED_FINGERPRINT : CAIRN_EXISTS;
    }
    if (is_new && !cairn_roster_keeps(held, &doc)) {
        return CAIRN_DENIED_ENDED;
    }
    if (source != TRUST_DISK && cairn_core_is_busy(core)) {
        return CAIRN_BUSY;
    }
    if (is_new) {
        CAIRN_TRY(trust_check_nodes(core, country, &doc));
        trust_take_nodes(core, country, &doc);
        uint32_t lost_count = cairn_roster_lost_count(held);
        cairn_core_chain_grow(core, country, &doc);
        cairn_roster_take(held, &doc, note);
        if (cairn_roster_lost_count(held) != lost_count) {
            cairn_core_hand_again(core, country);
        }
    }
    held->is_recognised = held->is_recognised || source == TRUST_OPERATOR || country == 0;
    if (source != TRUST_DISK) {
        /* The row of what is held stays as it is, whatever older paper was shown with it. */
        trust_store(core, country, is_new ? note : (struct cairn_bytes){.size = 0}, token);
        trust_spread(core, country, is_new);
    }
    return CAIRN_OK;
}

cairn_err cairn_core_document_recall(struct cairn_core *core, struct cairn_bytes note)
{
    return trust_take(core, note, TRUST_DISK, NULL);
}

cairn_err cairn_core_document_offered(struct cairn_core *core, struct cairn_bytes note)
{
    return trust_take(core, note, TRUST_PEER, NULL);
}

void cairn_core_on_document(struct cairn_core *core, const struct cairn_event *event)
{
    uint64_t token = event->as.document.token;
    cairn_err err = trust_take(core, event->as.document.note, TRUST_OPERATOR, &token);
    if (err != CAIRN_OK) {
        cairn_core_answer(core, token, err);
    }
}

/* ---- no longer a partner ---- */

static cairn_err trust_forget(struct cairn_core *core, const struct cairn_event *event)
{
    uint32_t country = cairn_core_country_find(core, event->as.forget.country);
    if (country == CORE_NONE || country == 0 || !core->countries[country].is_recognised) {
        return CAIRN_DENIED_PARTNER;
    }
    if (cairn_core_restore_needs(core, country)) {
        return CAIRN_RESTORING;
    }
    if (cairn_core_is_busy(core)) {
        return CAIRN_BUSY;
    }
    core->countries[country].is_recognised = false;
    core->is_roster_changed = true;
    cairn_core_closes_due(core);
    for (uint32_t i = 1; i < core->journal_count; i++) {
        if (core->journals[i].country == country) {
            cairn_core_want_nothing(core, i);
        }
    }
    struct core_puts puts = cairn_core_puts_begin(core, 1);
    cairn_core_puts_add_country(core, &puts, country);
    uint32_t task = cairn_core_task_open(core, CORE_TASK_STORE_FORGET, 0, event->as.forget.token);
    cairn_core_puts_store(core, &puts, task, true);
    cairn_core_notice(core, CAIRN_NOTICE_FORGOTTEN, country, 0, 0);
    cairn_core_act(core, CAIRN_ACTION_ROSTER);
    return CAIRN_OK;
}

void cairn_core_on_forget(struct cairn_core *core, const struct cairn_event *event)
{
    cairn_err err = trust_forget(core, event);
    if (err != CAIRN_OK) {
        cairn_core_answer(core, event->as.forget.token, err);
    }
}
