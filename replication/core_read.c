#include "replication/core_parts.h"

#include "schema/base/check.h"

#include <string.h>

uint32_t cairn_core_peer_count(const struct cairn_core *core)
{
    return core->journal_count;
}

/* Leaves of an own ended origin that count, are held, and bear the tag of no feed that is known: of
 * feeds whose secret nobody has handed back, and of private ones. source P-101, P-102 */
static uint64_t read_blind(const struct cairn_core *core, const struct core_journal *journal)
{
    uint64_t left = journal->verified.size;
    left = left < journal->ended_size ? left : journal->ended_size;
    if (journal == core->journals || journal->country != 0 || !journal->is_ended ||
        journal->branch == CORE_BRANCH_WRONG) {
        return 0;
    }
    for (uint32_t i = journal->feed_first; i != CORE_NONE; i = core->feed_next[i]) {
        uint64_t known = core->feeds[i].commits + core->feeds[i].pending_count;
        left -= known < left ? known : left;
    }
    return left;
}

void cairn_core_peer(const struct cairn_core *core, uint32_t number, struct cairn_core_peer *out)
{
    CAIRN_REQUIRE(number < core->journal_count);
    const struct core_journal *journal = &core->journals[number];
    const struct cairn_roster_entry *country = &core->countries[journal->country];
    *out = (struct cairn_core_peer){
        .is_recognised = country->is_recognised && journal->is_listed,
        .journal_size = journal->checkpoint.size,
        .seen_ms = journal->seen_ms,
        .is_forked = cairn_core_is_disputed(core, number),
        .is_ended = journal->is_ended,
        .is_repudiated = journal->branch == CORE_BRANCH_WRONG,
        .ended_size = journal->ended_size,
        .counted_size = journal->branch == CORE_BRANCH_WRONG ? 0 : journal->ended_size,
        .blind_count = read_blind(core, journal),
        .cosigned_size = journal->cosigned_size,
        .witnessed_size = journal->witnessed_size,
    };
    memcpy(out->origin, journal->origin, journal->origin_bytes + 1);
    memcpy(out->country, country->country, 3);
    memcpy(out->spki_hash, journal->spki_hash, 32);
    _Static_assert(sizeof out->endpoint == sizeof journal->endpoint, "with its NUL");
    memcpy(out->endpoint, journal->endpoint, sizeof out->endpoint);
    memcpy(out->journal_root, journal->checkpoint.root, 32);
    for (uint32_t link = 0; link < core->limits.links; link++) {
        if (core->links[link].is_greeted && core->links[link].journal == number) {
            out->is_linked = true;
        }
    }
}

uint64_t cairn_core_withheld(const struct cairn_core *core, uint32_t number)
{
    uint64_t count = 0;
    CAIRN_REQUIRE(number < core->journal_count);
    for (uint32_t i = core->journals[number].feed_first; i != CORE_NONE; i = core->feed_next[i]) {
        uint32_t at =
            core->feeds[i].pending_count > 0 ? core->feeds[i].pending_first : CAIRN_PENDING_NONE;
        for (; at != CAIRN_PENDING_NONE; at = core->pending.items[at].next) {
            count += core->pending.items[at].reported_flush != 0 ? 1 : 0;
        }
    }
    return count;
}

uint32_t cairn_core_feed_count(const struct cairn_core *core)
{
    return core->feed_count;
}

static void read_members(const struct cairn_core *core, const struct cairn_feed *feed,
                         struct cairn_core_feed *out)
{
    if (feed->type == CAIRN_FEED_TYPE_CONTROL) {
        return;
    }
    for (uint32_t i = 0; i < core->country_count; i++) {
        if (!cairn_members_has(&feed->members, i)) {
            continue;
        }
        uint32_t at = out->member_count++;
        while (at > 0 && memcmp(out->members[at - 1], core->countries[i].country, 3) > 0) {
            memcpy(out->members[at], out->members[at - 1], 3);
            at--;
        }
        memcpy(out->members[at], core->countries[i].country, 3);
    }
}

/* An incarnation of this country's that ended: nothing is written to its feeds any more. */
static bool read_is_past(const struct cairn_core *core, uint32_t journal)
{
    return journal != 0 && core->journals[journal].country == 0 &&
           !core->journals[journal].is_listed;
}

void cairn_core_feed(const struct cairn_core *core, uint32_t number, struct cairn_core_feed *out)
{
    static const enum cairn_feed_kind kinds[] = {
        [CAIRN_FEED_TYPE_CONTROL] = CAIRN_FEED_CONTROL,
        [CAIRN_FEED_TYPE_PAIRWISE] = CAIRN_FEED_PAIRWISE,
        [CAIRN_FEED_TYPE_AUDIENCE] = CAIRN_FEED_AUDIENCE,
        [CAIRN_FEED_TYPE_PRIVATE] = CAIRN_FEED_PRIVATE,
    };
    CAIRN_REQUIRE(number < core->feed_count);
    const struct cairn_feed *feed = &core->feeds[number];
    *out = (struct cairn_core_feed){
        .kind = kinds[feed->type],
        .author = feed->journal,
        .size = feed->committed_size,
        .waiting = feed->range.size - feed->committed_size,
        .commits = feed->durable_commits,
        .tagged = feed->commits + feed->pending_count,
        .first_leaf_index = feed->first_leaf,
        .epoch = feed->epoch_count - 1,
        .is_own = feed->journal == 0 || read_is_past(core, feed->journal),
        .is_closed = feed->is_closed || cairn_core_is_replaced(core, feed) ||
                     read_is_past(core, feed->journal),
        .is_lost = feed->is_lost,
    };
    memcpy(out->id, feed->id, 16);
    read_members(core, feed, out);
}

bool cairn_core_feed_find(const struct cairn_core *core, const uint8_t id[static 16],
                          uint32_t *out_number)
{
    uint32_t number = cairn_core_feed_number(core, id);
    if (number == CORE_NONE) {
        return false;
    }
    *out_number = number;
    return true;
}

static bool read_keys(const struct cairn_core *core, uint32_t number, uint32_t epoch,
                      struct cairn_keys_epoch *out)
{
    CAIRN_REQUIRE(number < core->feed_count);
    const struct cairn_feed *feed = &core->feeds[number];
    if (epoch >= feed->epoch_count) {
        return false;
    }
    cairn_keys_of_epoch(core->suite, cairn_core_origin(core, feed->journal), feed->secrets[epoch],
                        out);
    return true;
}

bool cairn_core_feed_evidence(const struct cairn_core *core, uint32_t number, uint32_t epoch,
                              uint8_t out_tag_key[static 32], uint8_t out_salt_key[static 32])
{
    struct cairn_keys_epoch keys;
    if (!read_keys(core, number, epoch, &keys)) {
        return false;
    }
    memcpy(out_tag_key, keys.tag, 32);
    memcpy(out_salt_key, keys.salt, 32);
    return true;
}

bool cairn_core_feed_slot_key(const struct cairn_core *core, uint32_t number, uint32_t epoch,
                              uint8_t out[static 32])
{
    struct cairn_keys_epoch keys;
    if (!read_keys(core, number, epoch, &keys)) {
        return false;
    }
    memcpy(out, keys.slot, 32);
    return true;
}

bool cairn_core_pairwise(const struct cairn_core *core, const uint8_t country[static 3],
                         uint8_t out_feed[static 16])
{
    uint32_t number = cairn_core_country_find(core, country);
    uint32_t feed = number == CORE_NONE || !core->countries[number].is_recognised
                        ? CORE_NONE
                        : core->pairwise[number];
    if (feed == CORE_NONE) {
        return false;
    }
    memcpy(out_feed, core->feeds[feed].id, 16);
    return true;
}

void cairn_core_control(const struct cairn_core *core, uint8_t out_feed[static 16])
{
    memcpy(out_feed, core->feeds[core->journals[0].control_feed].id, 16);
}

struct cairn_bytes cairn_core_checkpoint(const struct cairn_core *core, uint32_t number)
{
    CAIRN_REQUIRE(number < core->journal_count);
    const struct core_checkpoint *checkpoint = &core->journals[number].durable;
    return (struct cairn_bytes){.data = checkpoint->note, .size = checkpoint->note_bytes};
}

bool cairn_core_is_halted(const struct cairn_core *core)
{
    return core->is_halted;
}

bool cairn_core_is_partner(const struct cairn_core *core, const uint8_t country[static 3])
{
    uint32_t number = cairn_core_country_find(core, country);
    return number != CORE_NONE && number != 0 && core->countries[number].is_recognised;
}

uint64_t cairn_core_mark_ms(const struct cairn_core *core)
{
    return core->mark_ms;
}

bool cairn_core_document(const struct cairn_core *core, const uint8_t country[static 3],
                         struct cairn_core_document *out)
{
    uint32_t number = cairn_core_country_find(core, country);
    if (number == CORE_NONE || !core->countries[number].has_document) {
        return false;
    }
    const struct cairn_roster_entry *held = &core->countries[number];
    out->serial = held->serial;
    memcpy(out->note_hash, held->note_hash, 32);
    memcpy(out->sealing, cairn_core_sealing_public(core, number), 32);
    cairn_roster_fingerprint(cairn_bytes_of(core->network), held->root, out->fingerprint);
    return true;
}
