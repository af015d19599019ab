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

#define HANDED_KEEP_MS 120000u /* then what nobody has a record of gives its place away */

static void handed_free(struct core_handed *handed)
{
    memset(handed, 0, sizeof *handed);
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

/* A place for this giver: no more than its share. */
static struct core_handed *handed_place(struct cairn_core *core, const uint8_t feed[static 16],
                                        uint32_t giver)
{
    struct core_handed *found = NULL;
    uint32_t count = 0;
    for (uint32_t i = 0; i < CORE_HANDED_MAX; i++) {
        struct core_handed *handed = &core->handed[i];
        if (handed->count > 0 && handed_is_done(core, handed)) {
            handed_free(handed);
        }
        if (handed->count > 0 && handed->giver == giver &&
            cairn_bytes_is_same16(handed->feed, feed)) {
            return handed;
        }
        bool is_old = core->now_ms >= handed->since_ms + HANDED_KEEP_MS;
        count += handed->count > 0 && handed->giver == giver && !is_old ? 1 : 0;
        bool is_better = found == NULL || (found->count > 0 && handed->count == 0);
        found = (handed->count == 0 || is_old) && is_better ? handed : found;
    }
    return count < CORE_HANDED_MAX / 4 ? found : NULL;
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
        core->is_handed_over = true;
        return;
    }
    handed_free(handed);
    memcpy(handed->feed, id, 16);
    handed->giver = giver;
    handed->since_ms = core->now_ms;
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
    if ((author == 0 || author == giver) && event->as.keys.secret_count == 1 &&
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
        !core->countries[giver].is_recognised || journal == 0 || journal == CORE_NONE) {
        return; /* a journal that is not known yet: told again with its document */
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

/* The folder reads again what partners wrote to this country. */
void cairn_core_handed_again(struct cairn_core *core)
{
    if (cairn_roster_lost_count(&core->countries[0]) == 0) {
        return;
    }
    for (uint32_t i = 0; i < core->feed_count; i++) {
        struct cairn_feed *feed = &core->feeds[i];
        if (feed->type == CAIRN_FEED_TYPE_PAIRWISE && core->journals[feed->journal].country != 0 &&
            feed->commits > 0) {
            cairn_core_refold_feed(core, i);
        }
    }
}

/* Once there is room again. */
void cairn_core_handed(struct cairn_core *core)
{
    uint32_t count = 0;
    if (!core->is_handed_over) {
        return;
    }
    for (uint32_t i = 0; i < CORE_HANDED_MAX; i++) {
        if (core->handed[i].count > 0 && handed_is_done(core, &core->handed[i])) {
            handed_free(&core->handed[i]);
        }
        count += core->handed[i].count > 0 ? 1 : 0;
    }
    if (count <= CORE_HANDED_MAX / 8) {
        core->is_handed_over = false;
        cairn_core_handed_again(core);
    }
}
