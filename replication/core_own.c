#include "replication/core_parts.h"

#include "crypto/hash.h"
#include "replication/log/body.h"
#include "replication/trust/record.h"
#include "schema/base/check.h"

#include <string.h>

static struct cairn_record_reader own_author(const struct cairn_core *core)
{
    return (struct cairn_record_reader){
        .suite = core->suite,
        .origin = cairn_core_origin(core, 0),
        .country = core->countries[0].country,
        .sealing_secret = core->sealing_secret,
    };
}

static cairn_err own_member(const struct cairn_core *core, const uint8_t code[static 3],
                            struct cairn_record_member *out)
{
    uint32_t country = cairn_core_country_find(core, code);
    if (country == CORE_NONE || (country != 0 && !(core->countries[country].is_recognised &&
                                                   core->countries[country].has_document))) {
        return CAIRN_DENIED_PARTNER;
    }
    memcpy(out->country, code, 3);
    memcpy(out->sealing_public, core->countries[country].sealing_public, 32);
    return CAIRN_OK;
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
    struct cairn_record_reader author = own_author(core);
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
        has_own = has_own || memcmp(members[i], core->countries[0].country, 3) == 0;
    }
    if (!has_own) {
        return CAIRN_FEED_RECORD;
    }
    return core->invite_count + event->as.command.member_count > CORE_INVITES_MAX ? CAIRN_BUSY
                                                                                  : CAIRN_OK;
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
    if (memcmp(event->as.command.continues, none, 16) != 0) {
        open->is_continuing = true;
        memcpy(open->continues, event->as.command.continues, 16);
    }
    return cairn_core_encode_op(core, &op, out);
}

static cairn_err own_open(struct cairn_core *core, const struct cairn_event *event)
{
    uint8_t secret[32];
    uint8_t nonce[32];
    uint8_t id[16];
    struct cairn_bytes record;
    CAIRN_TRY(own_check_members(core, event));
    if (core->is_halted || core->batches[core->open_batch].part_count >= CORE_PARTS_HOST) {
        return CAIRN_BUSY;
    }
    cairn_core_fresh(core, secret);
    cairn_core_fresh(core, nonce);
    CAIRN_TRY(own_record(core, event, secret, nonce, &record));
    cairn_keys_feed_id(cairn_core_origin(core, 0), record, id);
    bool is_private = event->as.command.member_count == 1;
    uint32_t number = cairn_core_feed_add(
        core, id, is_private ? CAIRN_FEED_TYPE_PRIVATE : CAIRN_FEED_TYPE_AUDIENCE, 0);
    if (number == CORE_NONE) {
        return CAIRN_FULL;
    }
    struct cairn_feed *feed = &core->feeds[number];
    memcpy(feed->nonce, nonce, 32);
    CAIRN_TRY(cairn_feed_add_epoch(feed, core->suite, cairn_core_origin(core, 0), secret));
    for (size_t i = 0; i < event->as.command.member_count; i++) {
        uint32_t country = cairn_core_country_find(core, event->as.command.members[i]);
        cairn_members_add(&feed->members, country);
        if (country != 0) {
            core->invites[core->invite_count++] =
                (struct core_invite){.feed = number, .country = country};
        }
    }
    cairn_core_notice(core, CAIRN_NOTICE_FEED_OPENED, 0, event->as.command.member_count, 0);
    struct core_new entry = {
        .feed = number,
        .operation = record,
        .is_clear = true,
        .is_asked = true,
        .token = event->as.command.token,
        .record_index = 0,
    };
    return cairn_core_append(core, &entry);
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
    return core->feeds[number].is_closed ? CAIRN_STATE : CAIRN_OK;
}

static uint64_t own_admit_row(const uint8_t country[static 3])
{
    return 1 + ((uint64_t)country[0] << 16 | (uint64_t)country[1] << 8 | country[2]);
}

static cairn_err own_admit(struct cairn_core *core, const struct cairn_event *event)
{
    uint32_t number;
    struct cairn_record_member member;
    CAIRN_TRY(own_audience_feed(core, event->as.command.feed, &number));
    CAIRN_TRY(own_member(core, event->as.command.country, &member));
    struct cairn_feed *feed = &core->feeds[number];
    uint32_t country = cairn_core_country_find(core, event->as.command.country);
    if (cairn_members_has(&feed->members, country)) {
        return CAIRN_EXISTS;
    }
    if (core->invite_count == CORE_INVITES_MAX || !cairn_core_fits(core, number, 4096)) {
        return CAIRN_BUSY;
    }
    struct cairn_record_reader author = own_author(core);
    uint8_t(*wraps)[CAIRN_WRAP_BYTES] =
        cairn_core_take(core, (size_t)feed->epoch_count * CAIRN_WRAP_BYTES);
    for (uint32_t epoch = 0; epoch < feed->epoch_count; epoch++) {
        struct cairn_keys_wrap what = {.nonce = feed->nonce, .epoch = epoch};
        struct cairn_wrap wrap;
        CAIRN_TRY(cairn_record_wrap(&author, &what, feed->secrets[epoch], &member, &wrap));
        memcpy(wraps[epoch], wrap.wrap, CAIRN_WRAP_BYTES);
    }
    struct cairn_feedop op = {.kind = CAIRN_KIND_FEED_ADMIT};
    memcpy(op.as.admit.country, member.country, 3);
    memcpy(op.as.admit.sealing, member.sealing_public, 32);
    op.as.admit.wrap_count = feed->epoch_count;
    op.as.admit.wraps = (const uint8_t(*)[CAIRN_WRAP_BYTES])wraps;
    struct core_new entry = {
        .feed = number,
        .is_clear = true,
        .is_asked = true,
        .token = event->as.command.token,
        .record_index = own_admit_row(member.country),
    };
    CAIRN_TRY(cairn_core_encode_op(core, &op, &entry.operation));
    CAIRN_TRY(cairn_core_append(core, &entry));
    cairn_members_add(&feed->members, country);
    core->invites[core->invite_count++] = (struct core_invite){.feed = number, .country = country};
    return CAIRN_OK;
}

void cairn_core_on_feed_admit(struct cairn_core *core, const struct cairn_event *event)
{
    cairn_err err = own_admit(core, event);
    if (err != CAIRN_OK) {
        cairn_core_answer(core, event->as.command.token, err);
    }
}

/* Codes of a feed's members, ascending, in the arena. */
static const uint8_t (*own_member_codes(struct cairn_core *core, const struct cairn_feed *feed,
                                        size_t *out_count))[3]
{
    size_t count = 0;
    uint8_t(*codes)[3] = cairn_core_take(core, CAIRN_LIMIT_MEMBERS * sizeof *codes);
    for (uint32_t i = 0; i < core->country_count; i++) {
        if (!cairn_members_has(&feed->members, i)) {
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

static cairn_err own_rekey(struct cairn_core *core, const struct cairn_event *event)
{
    uint32_t number;
    size_t count;
    CAIRN_TRY(own_audience_feed(core, event->as.command.feed, &number));
    struct cairn_feed *feed = &core->feeds[number];
    if (feed->epoch_count == CAIRN_FEED_EPOCHS_MAX) {
        return CAIRN_FULL;
    }
    if (!cairn_core_fits(core, number, CAIRN_LIMIT_OPERATION_BYTES)) {
        return CAIRN_BUSY;
    }
    uint8_t secret[32];
    struct cairn_feedop op = {.kind = CAIRN_KIND_FEED_REKEY};
    struct cairn_feed_rekey *rekey = &op.as.rekey;
    cairn_core_fresh(core, secret);
    cairn_core_fresh(core, rekey->nonce);
    rekey->epoch = feed->epoch_count;
    cairn_sha256_of((struct cairn_bytes){.data = secret, .size = 32}, rekey->secret_hash);
    struct own_wraps what = {.nonce = rekey->nonce, .secret = secret, .epoch = rekey->epoch};
    const uint8_t(*codes)[3] = own_member_codes(core, feed, &count);
    CAIRN_TRY(own_wrap_all(core, &what, codes, count, &rekey->wraps));
    rekey->wrap_count = (uint32_t)count;
    struct core_new entry = {
        .feed = number,
        .is_clear = true,
        .is_last = true,
        .is_asked = true,
        .token = event->as.command.token,
        .record_index = CORE_NO_RECORD,
    };
    CAIRN_TRY(cairn_core_encode_op(core, &op, &entry.operation));
    CAIRN_TRY(cairn_core_append(core, &entry));
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

static cairn_err own_close(struct cairn_core *core, uint32_t number, bool is_asked, uint64_t token)
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
    CAIRN_TRY(cairn_core_encode_op(core, &op, &entry.operation));
    CAIRN_TRY(cairn_core_append(core, &entry));
    feed->is_closed = true; /* takes nothing more; what waits is still committed */
    cairn_core_notice(core, CAIRN_NOTICE_FEED_CLOSED, 0, feed->range.size, 0);
    return CAIRN_OK;
}

cairn_err cairn_core_close_feed(struct cairn_core *core, uint32_t number)
{
    return own_close(core, number, false, 0);
}

void cairn_core_on_feed_close(struct cairn_core *core, const struct cairn_event *event)
{
    uint32_t number;
    cairn_err err = own_audience_feed(core, event->as.command.feed, &number);
    if (err == CAIRN_OK) {
        err = own_close(core, number, true, event->as.command.token);
    }
    if (err != CAIRN_OK) {
        cairn_core_answer(core, event->as.command.token, err);
    }
}

/* ---- receipts ---- */

static void own_receipt(struct cairn_core *core, struct cairn_feed *feed)
{
    feed->is_receipt_due = false;
    uint32_t pairwise = cairn_core_pairwise_find(core, 0, core->journals[feed->journal].country);
    if (pairwise == CORE_NONE || core->feeds[pairwise].is_closed ||
        !cairn_core_fits(core, pairwise, 256)) {
        feed->is_receipt_due = pairwise != CORE_NONE && !core->feeds[pairwise].is_closed;
        return;
    }
    struct cairn_feedop op = {.kind = CAIRN_KIND_RECEIPT,
                              .as.receipt = {.size = feed->committed_size}};
    memcpy(op.as.receipt.feed, feed->id, 16);
    cairn_merkle_range_root(&feed->range, op.as.receipt.root);
    cairn_core_append_op(core, pairwise, &op);
    feed->receipt_commits = feed->commits;
}

/* At most once a second, for all feeds that were opened since. source P-49 */
void cairn_core_receipts(struct cairn_core *core)
{
    if (core->receipt_ms == 0 || core->now_ms < core->receipt_ms || core->is_halted) {
        return;
    }
    core->receipt_ms = 0;
    for (uint32_t i = 0; i < core->feed_count; i++) {
        struct cairn_feed *feed = &core->feeds[i];
        /* Everything counted in `committed_size` must be durable before we say so. */
        if (feed->is_receipt_due && feed->durable_commits == feed->commits) {
            own_receipt(core, feed);
        }
        if (feed->is_receipt_due) {
            core->receipt_ms = core->now_ms + CORE_RECEIPT_MS;
        }
    }
    if (core->receipt_ms != 0) {
        cairn_core_wake(core, core->receipt_ms);
    }
}

void cairn_core_on_opened(struct cairn_core *core, const struct cairn_event *event)
{
    uint32_t number = cairn_core_feed_number(core, event->as.opened.feed);
    if (number == CORE_NONE) {
        return; /* a cursor of a feed that this node no longer knows */
    }
    struct cairn_feed *feed = &core->feeds[number];
    struct core_journal *journal = &core->journals[feed->journal];
    uint64_t opened = event->as.opened.commit_number + 1;
    if (!core->is_started) { /* where the folder stood when the node went down */
        if (opened <= feed->durable_commits) {
            feed->opened_commits = opened;
            feed->ripe_commits = opened;
        }
        return;
    }
    CAIRN_REQUIRE(opened <= feed->ripe_commits);
    feed->opened_commits = opened > feed->opened_commits ? opened : feed->opened_commits;
    if (event->as.opened.mark_ms > journal->mark_ms) {
        journal->mark_ms = event->as.opened.mark_ms;
    }
    bool is_foreign = feed->journal != 0 && feed->type != CAIRN_FEED_TYPE_CONTROL;
    if (is_foreign && event->as.opened.has_content && opened > feed->receipt_commits) {
        feed->is_receipt_due = true;
        if (core->receipt_ms == 0) {
            core->receipt_ms = core->now_ms + CORE_RECEIPT_MS;
            cairn_core_wake(core, core->receipt_ms);
        }
    }
    cairn_core_feed_ripen(core, number);
}

/* An invitation to a feed whose record has not come by itself: ask whoever gave us the journal. */
void cairn_core_on_invited(struct cairn_core *core, const struct cairn_event *event)
{
    if (cairn_core_feed_number(core, event->as.opened.feed) != CORE_NONE) {
        return;
    }
    for (uint32_t link = 0; link < core->limits.links; link++) {
        if (core->links[link].is_greeted) {
            struct cairn_message want = {.type = CAIRN_MESSAGE_WANT,
                                         .as.want = {.is_records_first = true}};
            memcpy(want.as.want.log, event->as.opened.feed, 16);
            cairn_core_send(core, link, &want);
        }
    }
}
