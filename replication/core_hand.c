#include "replication/core_parts.h"
#include "replication/core_rows.h"

#include "schema/base/check.h"

#include <string.h>

/* A country's document says that sealing keys of it are lost. What was sealed to them, and is held
 * here too, it may read anyway: each feed that both are members of is handed back to it, in the own
 * pairwise feed to it, which is under its newest key. source P-98, P-99
 *
 *     told    the country needs nothing of this feed: it was handed over in a flush, or is sealed
 *             to a key that the country has
 *
 * What was told is on the disk, with the flush that told it, together with the number of keys that
 * were lost by then: when another one is, all is told again. */

#define HAND_BYTES 1024u /* of the operation, at most */

static uint32_t hand_lost_count(const struct cairn_core *core, uint32_t country)
{
    return country == CORE_NONE ? 0 : cairn_roster_lost_count(&core->countries[country]);
}

void cairn_core_hand_again(struct cairn_core *core, uint32_t country)
{
    for (uint32_t i = 0; i < core->feed_count; i++) {
        cairn_members_remove(&core->feeds[i].told, country);
    }
    core->is_hand_due = true;
}

/* ---- what is sealed to a key that is not lost ---- */

/* An own feed's first wrap for this country, in the batch that is open. */
void cairn_core_hand_own(struct cairn_core *core, uint32_t number, uint32_t country)
{
    struct core_batch *batch = &core->batches[core->open_batch];
    if (hand_lost_count(core, country) > 0 && batch->told_count < CORE_TOLD_MAX) {
        cairn_members_add(&core->feeds[number].told, country);
        batch->told[batch->told_count++] = (struct core_invite){.feed = number, .country = country};
    }
}

/* The first wrap for this country in another author's feed. */
void cairn_core_hand_wrapped(struct cairn_core *core, struct core_puts *puts, uint32_t number,
                             const uint8_t country[static 3], const uint8_t sealing[static 32])
{
    uint32_t found = cairn_core_country_find(core, country);
    if (hand_lost_count(core, found) == 0) {
        return;
    }
    if (cairn_roster_is_lost(&core->countries[found], sealing)) {
        core->is_hand_due = true;
    } else {
        cairn_members_add(&core->feeds[number].told, found);
        cairn_core_puts_add_told(core, puts, number, found, false);
    }
}

/* Members of which this set of wraps is for a key that is lost. */
struct cairn_members cairn_core_hand_lost(const struct cairn_core *core,
                                          const struct cairn_wrap *wraps, uint32_t count)
{
    struct cairn_members lost = {.bits = {0}};
    for (uint32_t i = 0; i < count; i++) {
        uint32_t country = cairn_core_country_find(core, (const uint8_t *)wraps[i].country);
        if (country != CORE_NONE &&
            cairn_roster_is_lost(&core->countries[country], wraps[i].sealing)) {
            cairn_members_add(&lost, country);
        }
    }
    return lost;
}

/* Another epoch of a feed is sealed to lost keys of these: its author does not know yet. */
void cairn_core_hand_rekeyed(struct cairn_core *core, struct core_puts *puts, uint32_t number,
                             const struct cairn_members *lost)
{
    struct cairn_feed *feed = &core->feeds[number];
    for (uint32_t i = 0; i < core->country_count; i++) {
        if (cairn_members_has(lost, i)) {
            cairn_members_remove(&feed->told, i);
            cairn_core_puts_add_told(core, puts, number, i, true);
            core->is_hand_due = true;
        }
    }
}

/* ---- handing over ---- */

static bool hand_is_due(const struct cairn_feed *feed, uint32_t country)
{
    bool is_shared =
        feed->type == CAIRN_FEED_TYPE_PAIRWISE || feed->type == CAIRN_FEED_TYPE_AUDIENCE;
    return is_shared && !feed->is_broken && feed->epoch_count > 0 &&
           cairn_members_has(&feed->members, country) && cairn_members_has(&feed->members, 0) &&
           !cairn_members_has(&feed->told, country);
}

static bool hand_has_room(const struct cairn_core *core, uint32_t pairwise)
{
    return core->batches[core->open_batch].told_count < CORE_TOLD_MAX &&
           cairn_core_is_roomy(core) && cairn_core_fits_own(core, pairwise, HAND_BYTES);
}

static void hand_feed(struct cairn_core *core, uint32_t number, uint32_t country)
{
    const struct cairn_feed *feed = &core->feeds[number];
    struct cairn_feedop op = {.kind = CAIRN_KIND_FEED_KEYS};
    struct cairn_feed_keys *keys = &op.as.keys;
    keys->origin = cairn_core_origin(core, feed->journal);
    memcpy(keys->feed, feed->id, 16);
    keys->is_pairwise = feed->type == CAIRN_FEED_TYPE_PAIRWISE;
    keys->secret_count = feed->epoch_count;
    keys->secrets = feed->secrets;
    cairn_core_append_op(core, core->pairwise[country], &op);
    cairn_core_hand_own(core, number, country);
}

/* gives false where there is no room now */
static bool hand_country(struct cairn_core *core, uint32_t country)
{
    for (uint32_t i = 0; i < core->feed_count; i++) {
        if (!hand_is_due(&core->feeds[i], country)) {
            continue;
        }
        if (!hand_has_room(core, core->pairwise[country])) {
            return false;
        }
        hand_feed(core, i, country);
    }
    return true;
}

void cairn_core_hands(struct cairn_core *core)
{
    if (!core->is_hand_due || cairn_core_is_silent(core)) {
        return;
    }
    core->is_hand_due = false;
    for (uint32_t i = 1; i < core->country_count; i++) {
        if (hand_lost_count(core, i) > 0 && core->countries[i].is_recognised &&
            core->pairwise[i] != CORE_NONE && !hand_country(core, i)) {
            core->is_hand_due = true; /* what is flushed makes room */
        }
    }
}
