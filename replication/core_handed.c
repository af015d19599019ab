#include "replication/core_parts.h"

#include "crypto/hash.h"
#include "schema/base/check.h"

#include <string.h>

/* This country lost sealing keys, and its partners hand back what they opened. Nothing of it is
 * believed: source P-100 to P-102
 *
 *     audience feed    kept aside until the feed's record is here, which gives the hash of the
 *                      secret; of a later epoch until its feed.rekey is reached. Several countries
 *                      may hand over the same feed; what does not fit is let go
 *     pairwise feed    between the giver and this country. Its id is what the giver says: it gives
 *                      way to whatever else proves to have that id
 *
 * Feeds of this node's own origin are never taken: it opened them under the key that it has. */

#define HANDED_KEEP_MS  120000u   /* then what nobody has a record of gives its place away */
#define HANDED_AGAIN_MS 86400000u /* between two looks at what had no room, at most */
#define HANDED_SHARE    (CORE_HANDED_MAX / 4)

static void handed_free(struct core_handed *handed)
{
    memset(handed, 0, sizeof *handed);
}

static bool handed_is_old(const struct cairn_core *core, const struct core_handed *handed)
{
    return core->now_ms >= handed->since_ms + HANDED_KEEP_MS;
}

/* Is it of no use any more? */
static bool handed_is_done(const struct cairn_core *core, const struct core_handed *handed)
{
    uint32_t number = cairn_core_feed_number(core, handed->feed);
    const struct cairn_feed *feed = number == CORE_NONE ? NULL : &core->feeds[number];
    if (feed == NULL || feed->type != CAIRN_FEED_TYPE_AUDIENCE) {
        return false;
    }
    return feed->is_closed || feed->is_broken || feed->epoch_count >= handed->count;
}

/* What is of no use any more leaves. gives how many places each giver has, old ones or not */
static void handed_count(struct cairn_core *core, bool has_old,
                         uint32_t counts[static CAIRN_LIMIT_COUNTRIES])
{
    memset(counts, 0, CAIRN_LIMIT_COUNTRIES * sizeof *counts);
    for (uint32_t i = 0; i < CORE_HANDED_MAX; i++) {
        struct core_handed *handed = &core->handed[i];
        if (handed->count > 0 && handed_is_done(core, handed)) {
            handed_free(handed);
        }
        if (handed->count > 0 && (has_old || !handed_is_old(core, handed))) {
            counts[handed->giver]++;
        }
    }
}

static void handed_over(struct cairn_core *core, uint32_t giver)
{
    if (core->handed_wait_ms == 0) {
        core->handed_wait_ms = HANDED_KEEP_MS;
    }
    if (core->now_ms >= core->handed_again_ms) {
        core->handed_again_ms = core->now_ms + core->handed_wait_ms;
        cairn_core_wake(core, core->handed_again_ms);
    }
    cairn_members_add(&core->handed_over, giver);
}

/* The more, the sooner it gives way. */
static uint32_t handed_rank(const struct cairn_core *core, const struct core_handed *handed,
                            const uint32_t counts[static CAIRN_LIMIT_COUNTRIES])
{
    if (handed->count == 0) {
        return UINT32_MAX;
    }
    return handed_is_old(core, handed) ? UINT32_MAX - 1 : counts[handed->giver];
}

/* A place for this giver, no more than its share: a free one, an old one, or one of the giver that
 * has most of them. NULL: none */
static struct core_handed *handed_place(struct cairn_core *core, const uint8_t feed[static 16],
                                        uint32_t giver)
{
    uint32_t counts[CAIRN_LIMIT_COUNTRIES];
    struct core_handed *found = NULL;
    uint32_t found_rank = 0;
    handed_count(core, false, counts);
    for (uint32_t i = 0; i < CORE_HANDED_MAX; i++) {
        struct core_handed *handed = &core->handed[i];
        if (handed->count > 0 && handed->giver == giver &&
            cairn_bytes_is_same16(handed->feed, feed)) {
            return handed;
        }
        uint32_t rank = handed_rank(core, handed, counts);
        if (rank > found_rank) {
            found = handed;
            found_rank = rank;
        }
    }
    if (counts[giver] >= HANDED_SHARE || found_rank <= counts[giver] + 1) {
        return NULL;
    }
    if (found->count > 0 && !handed_is_old(core, found)) {
        handed_over(core, found->giver);
    }
    handed_free(found);
    return found;
}

static void handed_audience(struct cairn_core *core, uint32_t giver,
                            const struct cairn_event *event)
{
    const uint8_t *id = event->as.keys.feed;
    uint32_t number = cairn_core_feed_number(core, id);
    bool is_known = number != CORE_NONE && core->feeds[number].type == CAIRN_FEED_TYPE_AUDIENCE;
    if (is_known && core->feeds[number].epoch_count >= event->as.keys.secret_count) {
        return;
    }
    struct core_handed *handed = handed_place(core, id, giver);
    if (handed == NULL) {
        handed_over(core, giver);
        return;
    }
    uint64_t since_ms = handed->count > 0 ? handed->since_ms : core->now_ms;
    handed_free(handed);
    memcpy(handed->feed, id, 16);
    handed->giver = giver;
    handed->since_ms = since_ms;
    handed->count = event->as.keys.secret_count;
    memcpy(handed->secrets, event->as.keys.secrets, (size_t)handed->count * 32);
    if (is_known) {
        core->feeds[number].is_secret_due = false; /* the stalled stream tries it */
        return;
    }
    for (uint32_t link = 0; link < core->limits.links; link++) {
        if (core->links[link].is_greeted) {
            cairn_core_ask_record(core, link, id);
        }
    }
}

static void handed_pairwise(struct cairn_core *core, uint32_t giver, uint32_t journal,
                            const struct cairn_event *event)
{
    uint32_t author = core->journals[journal].country;
    bool is_theirs = author == giver || (author == 0 && core->journals[journal].is_ended);
    if (is_theirs && event->as.keys.secret_count == 1 &&
        cairn_core_feed_number(core, event->as.keys.feed) == CORE_NONE) {
        cairn_core_pair_handed(core, journal, giver, event->as.keys.feed,
                               event->as.keys.secrets[0]);
    }
}

void cairn_core_on_keys(struct cairn_core *core, const struct cairn_event *event)
{
    uint32_t giver = cairn_core_country_find(core, event->as.keys.giver);
    uint32_t journal = cairn_core_journal_find(core, event->as.keys.origin);
    CAIRN_REQUIRE(event->as.keys.secret_count > 0);
    CAIRN_REQUIRE(event->as.keys.secret_count <= CAIRN_FEED_EPOCHS_MAX);
    if (cairn_roster_lost_count(&core->countries[0]) == 0 || giver == CORE_NONE || giver == 0 ||
        !core->countries[giver].is_recognised || journal == 0 || journal == CORE_NONE ||
        !cairn_core_is_followed(core, journal)) {
        return; /* a journal that is not followed yet: told again with its document */
    }
    if (event->as.keys.is_pairwise) {
        handed_pairwise(core, giver, journal, event);
    } else {
        handed_audience(core, giver, event);
    }
}

/* The one of which epoch `epoch` has this hash; NULL for none. */
const uint8_t *cairn_core_handed_secret(const struct cairn_core *core,
                                        const uint8_t feed[static 16], uint32_t epoch,
                                        const uint8_t hash[static 32])
{
    for (uint32_t i = 0; i < CORE_HANDED_MAX; i++) {
        const struct core_handed *handed = &core->handed[i];
        uint8_t digest[32];
        if (handed->count <= epoch || !cairn_bytes_is_same16(handed->feed, feed)) {
            continue;
        }
        cairn_sha256_of((struct cairn_bytes){.data = handed->secrets[epoch], .size = 32}, digest);
        if (cairn_bytes_is_same32(digest, hash)) {
            return handed->secrets[epoch];
        }
    }
    return NULL;
}

/* ---- what had no place, or came before a document, or before this start ---- */

static void handed_read_again(struct cairn_core *core, uint32_t giver)
{
    for (uint32_t i = 0; i < core->feed_count; i++) {
        struct cairn_feed *feed = &core->feeds[i];
        if (feed->type == CAIRN_FEED_TYPE_PAIRWISE && feed->commits > 0 &&
            core->journals[feed->journal].country == giver) {
            cairn_core_refold_feed(core, i);
        }
    }
}

/* The folder reads again what partners wrote to this country. */
void cairn_core_handed_again(struct cairn_core *core)
{
    for (uint32_t i = 1;
         i < core->country_count && cairn_roster_lost_count(&core->countries[0]) > 0; i++) {
        handed_read_again(core, i);
    }
}

/* Once there is room again; else after a while, and after longer and longer ones: who hands over
 * what nobody has a record of, again and again, shall not keep the folder busy. */
void cairn_core_handed(struct cairn_core *core)
{
    static const struct cairn_members none;
    uint32_t counts[CAIRN_LIMIT_COUNTRIES];
    uint32_t sum = 0;
    if (memcmp(&core->handed_over, &none, sizeof none) == 0) {
        return;
    }
    handed_count(core, true, counts);
    for (uint32_t i = 0; i < core->country_count; i++) {
        sum += counts[i];
    }
    bool is_late = core->now_ms >= core->handed_again_ms;
    bool has_room = sum <= CORE_HANDED_MAX - HANDED_SHARE;
    for (uint32_t i = 1; i < core->country_count; i++) {
        if (cairn_members_has(&core->handed_over, i) &&
            (is_late || (has_room && counts[i] <= HANDED_SHARE / 2))) {
            cairn_members_remove(&core->handed_over, i);
            handed_read_again(core, i);
        }
    }
    if (is_late) {
        uint64_t wait_ms = core->handed_wait_ms * 2;
        core->handed_wait_ms = wait_ms < HANDED_AGAIN_MS ? wait_ms : HANDED_AGAIN_MS;
        core->handed_again_ms = core->now_ms + core->handed_wait_ms;
        cairn_core_wake(core, core->handed_again_ms);
    }
}
