#include "replication/core_parts.h"

#include "schema/base/check.h"

#include <string.h>

/* Sealing keys, and the pairwise feeds that follow from them. Every pair of a key of ours and a key
 * of a partner's makes one for each origin of either. source P-33, P-93, P-94
 *
 *     newest of both    made at once: the one that is written to
 *     all others        made in the steps that follow, one own key in each: a partner may write, or
 *                       may have written, while it knows other documents than we do
 *
 * Of the own origin the others are known from the disk, so they are only looked for by a node that
 * has lost data. */

/* ---- sealing keys ---- */

static const struct cairn_record_key *pair_key_find(const struct cairn_core *core,
                                                    const uint8_t sealing_public[static 32])
{
    for (uint32_t i = 0; i < core->sealing_count; i++) {
        if (cairn_bytes_is_same32(core->sealing[i].sealing_public, sealing_public)) {
            return &core->sealing[i];
        }
    }
    return NULL;
}

/* The highest-numbered one that the own document names and that is held: another node of this
 * country may have given the document away before its key came here. */
static const struct cairn_record_key *pair_key_newest(const struct cairn_core *core)
{
    const struct cairn_roster_entry *own = &core->countries[0];
    const struct cairn_record_key *found = NULL;
    for (uint32_t i = own->sealing_count; i > 0 && found == NULL; i--) {
        found = pair_key_find(core, own->sealing[i - 1]);
    }
    return found == NULL ? &core->sealing[core->sealing_count - 1] : found;
}

static bool pair_is_named(const struct cairn_core *core, const struct cairn_record_key *key)
{
    const struct cairn_roster_entry *own = &core->countries[0];
    for (uint32_t i = 0; i < own->sealing_count; i++) {
        if (cairn_bytes_is_same32(own->sealing[i], key->sealing_public)) {
            return true;
        }
    }
    return false;
}

/* One that no document names gives its place to the ninth. */
void cairn_core_sealing_add(struct cairn_core *core, const uint8_t secret[static 32])
{
    struct cairn_record_key key;
    uint32_t at = 0;
    memcpy(key.secret, secret, 32);
    cairn_suite_dh_public(core->suite, secret, key.sealing_public);
    if (pair_key_find(core, key.sealing_public) != NULL) {
        return;
    }
    bool is_full = core->sealing_count == CAIRN_COUNTRY_SEALING_MAX;
    while (at < core->sealing_count && (!is_full || pair_is_named(core, &core->sealing[at]))) {
        at++;
    }
    if (at == CAIRN_COUNTRY_SEALING_MAX) {
        return; /* no document can name another one beside these */
    }
    core->sealing[at] = key;
    core->sealing_count += at == core->sealing_count ? 1 : 0;
}

/* What could not be opened without it is asked for again. */
void cairn_core_on_sealing(struct cairn_core *core, const struct cairn_event *event)
{
    cairn_core_sealing_add(core, event->as.sealing_secret);
    for (uint32_t i = 0; i < core->feed_count; i++) {
        core->feeds[i].is_secret_due = false;
    }
    for (uint32_t link = 0; link < core->limits.links; link++) {
        if (core->links[link].is_greeted) {
            cairn_core_ask_invited(core, link);
        }
    }
    cairn_core_pair_all(core);
}

const uint8_t *cairn_core_sealing_public(const struct cairn_core *core, uint32_t country)
{
    const struct cairn_roster_entry *held = &core->countries[country];
    CAIRN_REQUIRE(country == 0 || held->sealing_count > 0);
    return country == 0 ? pair_key_newest(core)->sealing_public
                        : held->sealing[held->sealing_count - 1];
}

/* Of the records of this author, by this country. */
struct cairn_record_reader cairn_core_record_reader(const struct cairn_core *core, uint32_t journal)
{
    return (struct cairn_record_reader){
        .suite = core->suite,
        .origin = cairn_core_origin(core, journal),
        .country = core->countries[0].country,
        .keys = core->sealing,
        .key_count = core->sealing_count,
    };
}

/* ---- pairwise feeds ---- */

static void pair_new(struct cairn_core *core, uint32_t number, uint32_t country,
                     const uint8_t secret[static 32])
{
    struct cairn_feed *feed = &core->feeds[number];
    cairn_err err =
        cairn_feed_add_epoch(feed, core->suite, cairn_core_origin(core, feed->journal), secret);
    CAIRN_REQUIRE(err == CAIRN_OK);
    cairn_members_add(&feed->members, country);
    cairn_members_add(&feed->members, 0);
    cairn_feed_scan_from(feed, core->suite, 0);
    if (feed->journal != 0 && core->journals[feed->journal].verified.size == 0) {
        cairn_core_tag_put(core, number);
    }
    struct core_puts puts = cairn_core_puts_begin(core, 3);
    cairn_core_puts_add_feed(core, &puts, number, &feed->range);
    if (feed->journal == 0 && (core->restore.is_following || core->restore.was_restored)) {
        cairn_core_refetch_found(core, &puts, number); /* before the log was put back, maybe */
    }
    if (cairn_members_has(&feed->told, country)) {
        cairn_core_puts_add_told(core, &puts, number, country, false);
    }
    cairn_core_puts_store(core, &puts, cairn_core_task_open(core, CORE_TASK_STORE, 0, 0), false);
}

/* Two keys, one of ours and one of the other country's. */
struct pair_keys {
    const uint8_t *secret;
    const uint8_t *sealing_public;
    bool is_newest; /* of both */
};

/* Its id may have been taken for another feed: one that a partner handed over. */
static bool pair_is_it(const struct cairn_feed *feed, uint32_t journal,
                       const uint8_t secret[static 32])
{
    return feed->type == CAIRN_FEED_TYPE_PAIRWISE && feed->journal == journal &&
           cairn_bytes_is_same32(feed->secrets[0], secret);
}

/* One pairwise feed: of `journal`, between this country and ours. Of another node of ours it is
 * read only: its partners give it back. gives false when the table is full */
static bool pair_one(struct cairn_core *core, uint32_t journal, uint32_t country,
                     const struct pair_keys *keys)
{
    uint8_t id[16];
    uint8_t secret[32];
    bool is_ours = core->journals[journal].country == 0;
    struct cairn_keys_pair pair = {
        .origin = cairn_core_origin(core, journal),
        .partner = core->countries[is_ours ? country : 0].country,
        .sealing_secret = keys->secret,
        .sealing_public = keys->sealing_public,
    };
    if (cairn_keys_pairwise(core->suite, &pair, id, secret) != CAIRN_OK) {
        return true; /* the partner's key is none: it gets nothing */
    }
    uint32_t number = cairn_core_feed_number(core, id);
    if (number != CORE_NONE && core->feeds[number].journal != 0 &&
        !pair_is_it(&core->feeds[number], journal, secret)) {
        cairn_core_feed_oust(core, id);
        number = CORE_NONE;
    }
    bool is_new = number == CORE_NONE;
    if (is_new && cairn_core_feed_may_give(core, country)) {
        number = cairn_core_feed_add(core, id, CAIRN_FEED_TYPE_PAIRWISE, journal);
    }
    if (number == CORE_NONE) {
        cairn_core_notice_err(core, CAIRN_NOTICE_FEED_REFUSED, country, CAIRN_FULL);
        return false;
    }
    cairn_core_feed_give(core, number, country);
    if (journal == 0 && keys->is_newest) {
        core->pairwise[country] = number;
    }
    if (is_new) {
        const struct cairn_roster_entry *theirs = &core->countries[country];
        if (cairn_roster_lost_count(theirs) > 0 &&
            !cairn_roster_is_lost(theirs, keys->sealing_public)) {
            cairn_members_add(&core->feeds[number].told, country);
        }
        pair_new(core, number, country, secret);
    }
    return true;
}

/* Under a key that this country lost, as the other end has it. source P-102 */
void cairn_core_pair_handed(struct cairn_core *core, uint32_t journal, uint32_t giver,
                            const uint8_t id[static 16], const uint8_t secret[static 32])
{
    uint32_t number = CORE_NONE;
    if (cairn_core_feed_may_give(core, giver)) {
        number = cairn_core_feed_add(core, id, CAIRN_FEED_TYPE_PAIRWISE, journal);
    }
    if (number == CORE_NONE) {
        cairn_core_notice_err(core, CAIRN_NOTICE_FEED_REFUSED, giver, CAIRN_FULL);
        return;
    }
    cairn_core_feed_give(core, number, giver);
    pair_new(core, number, giver, secret);
    cairn_core_scan(core, journal);
    cairn_core_want_author(core, journal);
}

/* Is a pairwise feed of this journal with this country looked for? */
static bool pair_is_read(const struct cairn_core *core, uint32_t number, uint32_t country)
{
    const struct core_journal *journal = &core->journals[number];
    bool is_theirs = journal->country == country && (journal->is_listed || journal->is_ended);
    return is_theirs || (number != 0 && journal->country == 0 && journal->is_ended);
}

static void pair_due(struct cairn_core *core, uint32_t country)
{
    bool is_single = core->sealing_count == 1 && core->countries[country].sealing_count == 1;
    core->pair_left[country] = is_single ? 0 : (uint8_t)core->sealing_count;
}

/* What a recognised country brings without any message: pairwise feeds both ways. source P-33 */
void cairn_core_pair(struct cairn_core *core, uint32_t country)
{
    if (!core->countries[country].has_document || country == 0) {
        return;
    }
    const struct pair_keys newest = {
        .secret = pair_key_newest(core)->secret,
        .sealing_public = cairn_core_sealing_public(core, country),
        .is_newest = true,
    };
    core->pairwise[country] = CORE_NONE; /* nothing is written under older keys. P-94 */
    for (uint32_t i = 0; i < core->journal_count; i++) {
        if (i == 0 || pair_is_read(core, i, country)) {
            (void)pair_one(core, i, country, &newest);
            cairn_core_scan(core, i);
        }
    }
    pair_due(core, country);
}

/* The own keys changed, or nodes of ours ended: what those wrote can be read here, too. */
void cairn_core_pair_all(struct cairn_core *core)
{
    for (uint32_t i = 1; i < core->country_count; i++) {
        if (core->countries[i].is_recognised) {
            cairn_core_pair(core, i);
        }
    }
    for (uint32_t i = 1; i < core->journal_count; i++) {
        cairn_core_want_author(core, i);
    }
}

/* ---- ... with older keys ---- */

/* What was written before may be lost: own feeds, too, are to be looked for. */
static bool pair_is_own_due(const struct cairn_core *core)
{
    return core->restore.is_following || core->restore.was_restored;
}

void cairn_core_pairs_due(struct cairn_core *core)
{
    for (uint32_t i = 1; i < core->country_count; i++) {
        if (core->countries[i].is_recognised && core->countries[i].has_document) {
            pair_due(core, i);
        }
    }
}

bool cairn_core_pairs_is_due(const struct cairn_core *core)
{
    uint32_t sum = 0;
    for (uint32_t i = 1; i < core->country_count; i++) {
        sum += core->pair_left[i];
    }
    return sum > 0;
}

/* One journal, one own key, all keys of the country. gives false where there is no room now */
static bool pair_journal(struct cairn_core *core, uint32_t journal, uint32_t country)
{
    const struct cairn_roster_entry *theirs = &core->countries[country];
    for (uint32_t i = theirs->sealing_count; i > 0; i--) {
        const struct pair_keys keys = {
            .secret = core->sealing[core->pair_left[country] - 1].secret,
            .sealing_public = theirs->sealing[i - 1],
        };
        if (!cairn_core_is_roomy(core) || cairn_core_is_busy(core)) {
            return false;
        }
        if (!pair_one(core, journal, country, &keys)) {
            core->pair_left[country] = 1; /* the table is full: no more of it */
            return true;
        }
    }
    return true;
}

static void pair_ask(struct cairn_core *core)
{
    for (uint32_t link = 0; link < core->limits.links; link++) {
        if (core->links[link].is_greeted) {
            cairn_core_restore_ask(core, link);
        }
    }
}

/* One own key. gives false where it is to be looked at again */
static bool pair_older(struct cairn_core *core, uint32_t country)
{
    bool is_own_due = pair_is_own_due(core);
    for (uint32_t i = 0; i < core->journal_count; i++) {
        if ((i != 0 || !is_own_due) && !pair_is_read(core, i, country)) {
            continue;
        }
        if (!pair_journal(core, i, country)) {
            return false;
        }
        cairn_core_scan(core, i);
        if (i != 0) {
            cairn_core_want_author(core, i);
        }
    }
    if (is_own_due) {
        pair_ask(core);
    }
    return true;
}

/* One own key of one country in a step: each pair of keys costs a multiplication on the curve. */
void cairn_core_pairs(struct cairn_core *core)
{
    for (uint32_t n = 0; n < core->country_count; n++) {
        uint32_t i = (core->pair_next + n) % core->country_count;
        if (core->pair_left[i] > 0 && !core->countries[i].is_recognised) {
            core->pair_left[i] = 0;
        }
        if (core->pair_left[i] > 0) {
            core->pair_next = i + 1;
            if (pair_older(core, i)) {
                core->pair_left[i]--;
                cairn_core_wake(core, core->now_ms);
            } /* else what was stored, or the next step, goes on */
            return;
        }
    }
}
