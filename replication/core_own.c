#include "replication/core_parts.h"

#include "crypto/hash.h"
#include "replication/trust/record.h"
#include "schema/base/check.h"

#include <string.h>

#define OWN_CLOSE_BYTES 64u /* of a feed.close, at most */

static cairn_err own_member(const struct cairn_core *core, const uint8_t code[static 3],
                            struct cairn_record_member *out)
{
    uint32_t country = cairn_core_country_find(core, code);
    if (country == CORE_NONE || (country != 0 && !(core->countries[country].is_recognised &&
                                                   core->countries[country].has_document))) {
        return CAIRN_DENIED_PARTNER;
    }
    memcpy(out->country, code, 3);
    memcpy(out->sealing_public, cairn_core_sealing_public(core, country), 32);
    return CAIRN_OK;
}

/* Whoever becomes a member is told of it in its pairwise feed: does that take anything? */
bool cairn_core_may_tell(const struct cairn_core *core, const uint8_t code[static 3])
{
    uint32_t country = cairn_core_country_find(core, code);
    uint32_t pairwise = country == CORE_NONE || country == 0 ? CORE_NONE : core->pairwise[country];
    return pairwise == CORE_NONE || !core->feeds[pairwise].is_frozen;
}

/* Wraps of one secret for many members, in the arena. */
struct own_wraps {
    const uint8_t *nonce;
    const uint8_t *secret;
    uint32_t epoch;
};

static cairn_err own_wrap_all(struct cairn_core *core, const struct own_wraps *what,
                              const uint8_t (*members)[3], size_t count,
                              const struct cairn_wrap **out)
{
    struct cairn_record_reader author = cairn_core_record_reader(core, 0);
    struct cairn_keys_wrap keys = {.nonce = what->nonce, .epoch = what->epoch};
    struct cairn_wrap *wraps = cairn_core_take(core, count * sizeof *wraps);
    for (size_t i = 0; i < count; i++) {
        struct cairn_record_member member;
        CAIRN_TRY(own_member(core, members[i], &member));
        CAIRN_TRY(cairn_record_wrap(&author, &keys, what->secret, &member, &wraps[i]));
    }
    *out = wraps;
    return CAIRN_OK;
}

static cairn_err own_check_members(const struct cairn_core *core, const struct cairn_event *event)
{
    const uint8_t(*members)[3] = event->as.command.members;
    bool has_own = false;
    if (event->as.command.member_count == 0 ||
        event->as.command.member_count > CAIRN_LIMIT_MEMBERS) {
        return CAIRN_FEED_RECORD;
    }
    for (size_t i = 0; i < event->as.command.member_count; i++) {
        if (i > 0 && memcmp(members[i - 1], members[i], 3) >= 0) {
            return CAIRN_FEED_RECORD;
        }
        if (!cairn_core_may_tell(core, members[i])) {
            return CAIRN_RESTORING;
        }
        has_own = has_own || memcmp(members[i], core->countries[0].country, 3) == 0;
    }
    if (!has_own || (event->as.command.is_private && event->as.command.member_count > 1)) {
        return CAIRN_FEED_RECORD;
    }
    return core->invite_count + event->as.command.member_count > CORE_INVITES_MAX ? CAIRN_BUSY
                                                                                  : CAIRN_OK;
}

/* May one more own feed be opened? */
static cairn_err own_check_room(const struct cairn_core *core, bool is_private)
{
    uint32_t open_count = 0;
    uint32_t private_count = 0;
    for (uint32_t i = core->journals[0].feed_first; i != CORE_NONE; i = core->feed_next[i]) {
        const struct cairn_feed *feed = &core->feeds[i];
        bool is_audience = feed->type == CAIRN_FEED_TYPE_AUDIENCE && !feed->is_closed;
        open_count += is_audience ? 1 : 0;
        private_count += feed->type == CAIRN_FEED_TYPE_PRIVATE ? 1 : 0;
    }
    if (!core->countries[0].has_document) {
        return CAIRN_STATE;
    }
    if (!is_private) { /* look-ups are recorded whatever the state of the log */
        CAIRN_TRY(cairn_core_may_write(core));
    }
    if (core->feed_count == core->limits.feeds || open_count >= CAIRN_LIMIT_OPEN_FEEDS ||
        (is_private && private_count >= CORE_PRIVATE_MAX)) {
        return CAIRN_FULL;
    }
    bool has_room = is_private ? !cairn_core_is_busy(core)
                               : cairn_core_fits(core, CORE_NONE, CAIRN_LIMIT_OPERATION_BYTES);
    return has_room ? CAIRN_OK : CAIRN_BUSY;
}

static cairn_err own_record(struct cairn_core *core, const struct cairn_event *event,
                            const uint8_t secret[static 32], uint8_t nonce[static 32],
                            struct cairn_bytes *out)
{
    static const uint8_t none[16];
    struct cairn_feedop op = {.kind = CAIRN_KIND_FEED_OPEN};
    struct cairn_feed_open *open = &op.as.open;
    struct own_wraps what = {.nonce = nonce, .secret = secret};
    memcpy(open->nonce, nonce, 32);
    cairn_sha256_of((struct cairn_bytes){.data = secret, .size = 32}, open->secret_hash);
    CAIRN_TRY(own_wrap_all(core, &what, event->as.command.members, event->as.command.member_count,
                           &open->wraps));
    open->wrap_count = (uint32_t)event->as.command.member_count;
    if (!cairn_bytes_is_same16(event->as.command.continues, none)) {
        open->is_continuing = true;
        memcpy(open->continues, event->as.command.continues, 16);
    }
    return cairn_core_encode_op(core, &op, out);
}

static void own_invite(struct cairn_core *core, uint32_t feed, uint32_t country)
{
    CAIRN_REQUIRE(core->invite_count < CORE_INVITES_MAX);
    core->invites[core->invite_count++] = (struct core_invite){.feed = feed, .country = country};
}

static uint32_t own_add_feed(struct cairn_core *core, const struct cairn_event *event,
                             const uint8_t id[static 16])
{
    uint32_t number = cairn_core_feed_add(
        core, id, event->as.command.is_private ? CAIRN_FEED_TYPE_PRIVATE : CAIRN_FEED_TYPE_AUDIENCE,
        0);
    CAIRN_REQUIRE(number != CORE_NONE);
    for (size_t i = 0; i < event->as.command.member_count; i++) {
        uint32_t country = cairn_core_country_find(core, event->as.command.members[i]);
        cairn_members_add(&core->feeds[number].members, country);
        if (country != 0) {
            own_invite(core, number, country);
            cairn_core_hand_own(core, number, country);
        }
    }
    return number;
}

static cairn_err own_open(struct cairn_core *core, const struct cairn_event *event)
{
    uint8_t secret[32];
    uint8_t nonce[32];
    uint8_t id[16];
    struct cairn_bytes record;
    CAIRN_TRY(own_check_members(core, event));
    CAIRN_TRY(own_check_room(core, event->as.command.is_private));
    cairn_core_fresh(core, secret);
    cairn_core_fresh(core, nonce);
    CAIRN_TRY(own_record(core, event, secret, nonce, &record));
    cairn_keys_feed_id(cairn_core_origin(core, 0), record, id);
    uint32_t number = own_add_feed(core, event, id);
    struct cairn_feed *feed = &core->feeds[number];
    memcpy(feed->nonce, nonce, 32);
    cairn_err err = cairn_feed_add_epoch(feed, core->suite, cairn_core_origin(core, 0), secret);
    CAIRN_REQUIRE(err == CAIRN_OK);
    cairn_core_notice(core, CAIRN_NOTICE_FEED_OPENED, 0, event->as.command.member_count, 0);
    struct core_new entry = {
        .feed = number,
        .operation = record,
        .is_clear = true,
        .is_asked = true,
        .token = event->as.command.token,
        .record_index = 0,
    };
    cairn_core_append(core, &entry);
    cairn_core_lose_for(core, event->as.command.continues, number);
    return CAIRN_OK;
}

void cairn_core_on_feed_open(struct cairn_core *core, const struct cairn_event *event)
{
    cairn_err err = own_open(core, event);
    if (err != CAIRN_OK) {
        cairn_core_answer(core, event->as.command.token, err);
    }
}

static cairn_err own_audience_feed(const struct cairn_core *core, const uint8_t id[static 16],
                                   uint32_t *out)
{
    uint32_t number = cairn_core_feed_number(core, id);
    if (number == CORE_NONE || core->feeds[number].journal != 0 ||
        core->feeds[number].type != CAIRN_FEED_TYPE_AUDIENCE) {
        return CAIRN_NOT_FOUND;
    }
    *out = number;
    if (core->feeds[number].is_closing || core->feeds[number].is_closed) {
        return CAIRN_STATE;
    }
    CAIRN_TRY(cairn_core_may_write(core));
    return cairn_core_is_replaced(core, &core->feeds[number]) ? CAIRN_STATE : CAIRN_OK;
}

/* Is it a member, or becomes one with the next flush? */
static bool own_has_member(const struct cairn_core *core, uint32_t number, uint32_t country)
{
    for (uint32_t i = 0; i < core->invite_count; i++) {
        if (core->invites[i].feed == number && core->invites[i].country == country) {
            return true;
        }
    }
    return cairn_members_has(&core->feeds[number].members, country);
}

/* ---- feed.admit ---- */

static cairn_err own_wrap_epochs(struct cairn_core *core, const struct cairn_feed *feed,
                                 const struct cairn_record_member *member,
                                 struct cairn_feed_admit *out)
{
    struct cairn_record_reader author = cairn_core_record_reader(core, 0);
    uint8_t(*wraps)[CAIRN_WRAP_BYTES] =
        cairn_core_take(core, (size_t)feed->epoch_count * CAIRN_WRAP_BYTES);
    for (uint32_t epoch = 0; epoch < feed->epoch_count; epoch++) {
        struct cairn_keys_wrap what = {.nonce = feed->nonce, .epoch = epoch};
        struct cairn_wrap wrap;
        CAIRN_TRY(cairn_record_wrap(&author, &what, feed->secrets[epoch], member, &wrap));
        memcpy(wraps[epoch], wrap.wrap, CAIRN_WRAP_BYTES);
    }
    memcpy(out->country, member->country, 3);
    memcpy(out->sealing, member->sealing_public, 32);
    out->wrap_count = feed->epoch_count;
    out->wraps = (const uint8_t(*)[CAIRN_WRAP_BYTES])wraps;
    return CAIRN_OK;
}

static cairn_err own_admit(struct cairn_core *core, const struct cairn_event *event)
{
    uint32_t number;
    struct cairn_record_member member;
    CAIRN_TRY(own_audience_feed(core, event->as.command.feed, &number));
    CAIRN_TRY(own_member(core, event->as.command.country, &member));
    if (!cairn_core_may_tell(core, event->as.command.country)) {
        return CAIRN_RESTORING;
    }
    uint32_t country = cairn_core_country_find(core, event->as.command.country);
    if (own_has_member(core, number, country)) {
        return CAIRN_EXISTS;
    }
    if (core->invite_count == CORE_INVITES_MAX || !cairn_core_fits(core, number, 4096)) {
        return CAIRN_BUSY;
    }
    struct cairn_feedop op = {.kind = CAIRN_KIND_FEED_ADMIT};
    struct core_new entry = {
        .feed = number,
        .is_clear = true,
        .is_asked = true,
        .token = event->as.command.token,
        .record_index = cairn_core_admit_row(member.country),
    };
    CAIRN_TRY(own_wrap_epochs(core, &core->feeds[number], &member, &op.as.admit));
    CAIRN_TRY(cairn_core_encode_op(core, &op, &entry.operation));
    cairn_core_append(core, &entry);
    own_invite(core, number, country);
    cairn_core_hand_own(core, number, country);
    return CAIRN_OK;
}

void cairn_core_on_feed_admit(struct cairn_core *core, const struct cairn_event *event)
{
    cairn_err err = own_admit(core, event);
    if (err != CAIRN_OK) {
        cairn_core_answer(core, event->as.command.token, err);
    }
}

/* ---- feed.rekey ---- */

/* Codes of a feed's members, ascending, in the arena. */
static const uint8_t (*own_member_codes(struct cairn_core *core, uint32_t number,
                                        size_t *out_count))[3]
{
    size_t count = 0;
    uint8_t(*codes)[3] = cairn_core_take(core, CAIRN_LIMIT_MEMBERS * sizeof *codes);
    for (uint32_t i = 0; i < core->country_count; i++) {
        if (!own_has_member(core, number, i)) {
            continue;
        }
        size_t at = count++;
        while (at > 0 && memcmp(codes[at - 1], core->countries[i].country, 3) > 0) {
            memcpy(codes[at], codes[at - 1], 3);
            at--;
        }
        memcpy(codes[at], core->countries[i].country, 3);
    }
    *out_count = count;
    return (const uint8_t(*)[3])codes;
}

/* The record of a new epoch, in the arena. */
static cairn_err own_rekey_record(struct cairn_core *core, uint32_t number,
                                  const uint8_t secret[static 32], struct cairn_bytes *out)
{
    size_t count;
    struct cairn_feedop op = {.kind = CAIRN_KIND_FEED_REKEY};
    struct cairn_feed_rekey *rekey = &op.as.rekey;
    cairn_core_fresh(core, rekey->nonce);
    rekey->epoch = core->feeds[number].epoch_count;
    cairn_sha256_of((struct cairn_bytes){.data = secret, .size = 32}, rekey->secret_hash);
    struct own_wraps what = {.nonce = rekey->nonce, .secret = secret, .epoch = rekey->epoch};
    const uint8_t(*codes)[3] = own_member_codes(core, number, &count);
    CAIRN_TRY(own_wrap_all(core, &what, codes, count, &rekey->wraps));
    rekey->wrap_count = (uint32_t)count;
    return cairn_core_encode_op(core, &op, out);
}

static cairn_err own_rekey(struct cairn_core *core, const struct cairn_event *event)
{
    uint32_t number;
    uint8_t secret[32];
    CAIRN_TRY(own_audience_feed(core, event->as.command.feed, &number));
    if (core->feeds[number].epoch_count == CAIRN_FEED_EPOCHS_MAX) {
        return CAIRN_FULL;
    }
    if (!cairn_core_fits(core, number, CAIRN_LIMIT_OPERATION_BYTES)) {
        return CAIRN_BUSY;
    }
    struct core_new entry = {
        .feed = number,
        .is_clear = true,
        .is_last = true,
        .is_asked = true,
        .token = event->as.command.token,
        .record_index = CORE_NO_RECORD,
    };
    cairn_core_fresh(core, secret);
    CAIRN_TRY(own_rekey_record(core, number, secret, &entry.operation));
    cairn_core_append(core, &entry);
    struct core_part *part = cairn_core_part_of(&core->batches[core->open_batch], number);
    part->has_next_secret = true;
    memcpy(part->next_secret, secret, 32);
    return CAIRN_OK;
}

void cairn_core_on_feed_rekey(struct cairn_core *core, const struct cairn_event *event)
{
    cairn_err err = own_rekey(core, event);
    if (err != CAIRN_OK) {
        cairn_core_answer(core, event->as.command.token, err);
    }
}

/* ---- feed.close ---- */

/* It is closed once the flush begins that says so; until then it only takes nothing more. */
static void own_close(struct cairn_core *core, uint32_t number, bool is_asked, uint64_t token)
{
    struct cairn_feed *feed = &core->feeds[number];
    struct cairn_feedop op = {.kind = CAIRN_KIND_FEED_CLOSE,
                              .as.close = {.size = feed->range.size + 1}};
    struct core_new entry = {
        .feed = number,
        .is_clear = true,
        .is_last = true,
        .is_asked = is_asked,
        .token = token,
        .record_index = CORE_NO_RECORD,
    };
    cairn_err err = cairn_core_encode_op(core, &op, &entry.operation);
    CAIRN_REQUIRE(err == CAIRN_OK);
    cairn_core_append(core, &entry);
    cairn_core_part_of(&core->batches[core->open_batch], number)->is_close = true;
    feed->is_closing = true;
    cairn_core_notice(core, CAIRN_NOTICE_FEED_CLOSED, 0, feed->range.size, 0);
}

void cairn_core_on_feed_close(struct cairn_core *core, const struct cairn_event *event)
{
    uint32_t number = CORE_NONE;
    cairn_err err = own_audience_feed(core, event->as.command.feed, &number);
    if (err == CAIRN_OK && !cairn_core_fits_own(core, number, OWN_CLOSE_BYTES)) {
        err = CAIRN_BUSY;
    }
    if (err == CAIRN_OK) {
        own_close(core, number, true, event->as.command.token);
    } else {
        cairn_core_answer(core, event->as.command.token, err);
    }
}

static bool own_is_lost(const struct cairn_core *core, uint32_t number)
{
    for (uint32_t i = 1; i < core->country_count; i++) {
        if (!core->countries[i].is_recognised && own_has_member(core, number, i)) {
            return true;
        }
    }
    return false;
}

/* Feeds whose audience holds somebody who is no partner any more take nothing from now on. */
void cairn_core_closes_due(struct cairn_core *core)
{
    for (uint32_t i = core->journals[0].feed_first; i != CORE_NONE; i = core->feed_next[i]) {
        struct cairn_feed *feed = &core->feeds[i];
        if (feed->type == CAIRN_FEED_TYPE_AUDIENCE && !feed->is_closed && !feed->is_closing &&
            own_is_lost(core, i)) {
            feed->is_closing = true;
            feed->is_close_due = true;
            core->close_due_count++;
        }
    }
}

/* Write what is due, as far as the batch has room. */
void cairn_core_closes(struct cairn_core *core)
{
    uint32_t i = cairn_core_is_silent(core) ? CORE_NONE : core->journals[0].feed_first;
    for (; i != CORE_NONE && core->close_due_count > 0; i = core->feed_next[i]) {
        if (core->feeds[i].is_close_due && core->feeds[i].is_closed) { /* that came back */
            core->feeds[i].is_close_due = false;
            core->close_due_count--;
        } else if (core->feeds[i].is_close_due && cairn_core_is_roomy(core) &&
                   cairn_core_fits_own(core, i, OWN_CLOSE_BYTES)) {
            core->feeds[i].is_close_due = false;
            core->close_due_count--;
            own_close(core, i, false, 0);
        }
    }
}
