#include "replication/core_parts.h"

#include "crypto/hash.h"
#include "replication/trust/record.h"
#include "schema/base/check.h"
#include "schema/commit.h"
#include "schema/operation.h"

/* Commits of others' feeds. Who is to blame is the question at each step: what does not lead to the
 * leaf and to the root is the server's doing, another one may have it right. What does was made by
 * the author: a rule that it breaks then is broken for everybody, and the feed goes no further. */

/* Index of a RECORD row of a feed.admit. */
uint64_t cairn_core_admit_row(const uint8_t country[static 3])
{
    return 1 + ((uint64_t)country[0] << 16 | (uint64_t)country[1] << 8 | country[2]);
}

/* ---- what the server must have right ---- */

/* Hash every entry of the commit onto the feed's tree. errors  CAIRN_PEER_ENTRY */
static cairn_err commit_hash(const struct cairn_commit *commit, struct cairn_merkle_range *range)
{
    struct cairn_commit_cursor cursor;
    struct cairn_commit_entry entry;
    cairn_commit_cursor_init(&cursor, commit);
    while (cairn_commit_next(&cursor, &entry)) {
        uint8_t body_hash[32];
        uint8_t stub[CAIRN_STUB_BYTES];
        uint8_t leaf[32];
        cairn_sha256_of(entry.body, body_hash);
        cairn_stub_join(entry.prefix_bytes.data, entry.index, body_hash, stub);
        cairn_merkle_leaf((struct cairn_bytes){.data = stub, .size = sizeof stub}, leaf);
        cairn_merkle_range_append(range, leaf);
    }
    uint8_t root[32];
    cairn_merkle_range_root(range, root);
    return cairn_bytes_is_same32(root, commit->opening.root) ? CAIRN_OK : CAIRN_PEER_ENTRY;
}

/* ---- what the author must have right ---- */

/* What a commit changes besides the feed's size. */
struct commit_effect {
    bool is_last; /* a rekey or close was seen: nothing may follow */
    bool is_closed;
    bool has_secret;
    uint8_t secret[32];
    uint64_t mark_ms; /* of the last mark: of this commit, or before it */
    uint32_t admit_count;
    struct cairn_members admits;
    struct cairn_members lost; /* members for whom the rekey is sealed to a lost key */
    struct core_puts puts;
};

/* Entry 0 must be the record that the feed's id was made of. source P-34 */
static cairn_err commit_take_open(const struct cairn_core *core, const struct cairn_feed *feed,
                                  const struct cairn_commit_entry *entry)
{
    uint8_t id[16];
    cairn_keys_feed_id(cairn_core_origin(core, feed->journal), entry->body, id);
    return entry->index == 0 && cairn_bytes_is_same16(id, feed->id) ? CAIRN_OK : CAIRN_FEED_RECORD;
}

static cairn_err commit_take_admit(struct cairn_core *core, const struct cairn_feed *feed,
                                   const struct cairn_feed_admit *admit,
                                   const struct cairn_commit_entry *entry,
                                   struct commit_effect *effect)
{
    struct cairn_record_reader reader = cairn_core_record_reader(core, feed->journal);
    const uint8_t *code = (const uint8_t *)admit->country;
    uint32_t country = cairn_core_country_name(core, code);
    bool is_member = country != CORE_NONE && (cairn_members_has(&feed->members, country) ||
                                              cairn_members_has(&effect->admits, country));
    if (is_member || effect->admit_count == CAIRN_LIMIT_MEMBERS) {
        return CAIRN_FEED_RECORD;
    }
    CAIRN_TRY(cairn_record_check_admit(&reader, feed, admit));
    effect->admit_count++;
    if (country != CORE_NONE) { /* else a country that we could not serve anyway */
        cairn_members_add(&effect->admits, country);
    }
    uint8_t *number = cairn_core_take(core, 8);
    struct cairn_put *put = cairn_core_puts_add(&effect->puts, CAIRN_TABLE_RECORD, feed->id,
                                                cairn_core_admit_row(code));
    cairn_core_hand_wrapped(core, &effect->puts, (uint32_t)(feed - core->feeds), code,
                            admit->sealing);
    cairn_bytes_put_u64(number, feed->commits);
    put->head = (struct cairn_bytes){.data = number, .size = 8};
    put->body = entry->body;
    return CAIRN_OK;
}

/* errors  CAIRN_LATER  the secret should have come with our admission, and did not; or it is
 *                      wrapped for a sealing key that is not here yet */
static cairn_err commit_take_rekey(const struct cairn_core *core, const struct cairn_feed *feed,
                                   const struct cairn_feed_rekey *rekey,
                                   struct commit_effect *effect)
{
    struct cairn_record_reader reader = cairn_core_record_reader(core, feed->journal);
    const uint8_t *known = NULL;
    if (rekey->epoch != feed->epoch_count || feed->epoch_count == CAIRN_FEED_EPOCHS_MAX) {
        return CAIRN_FEED_RECORD;
    }
    if (feed->epoch_count < feed->known_epochs) {
        uint8_t digest[32];
        const uint8_t *given = feed->secrets[feed->epoch_count];
        cairn_sha256_of((struct cairn_bytes){.data = given, .size = 32}, digest);
        known = cairn_bytes_is_same32(digest, rekey->secret_hash) ? given : NULL;
    }
    if (known == NULL) {
        known = cairn_core_handed_secret(core, feed->id, rekey->epoch, rekey->secret_hash);
    }
    cairn_err err = cairn_record_open_rekey(&reader, rekey, known, effect->secret);
    effect->lost = cairn_core_hand_lost(core, rekey->wraps, rekey->wrap_count);
    if (err == CAIRN_DENIED_PARTNER && !cairn_members_has(&feed->members, 0)) {
        return CAIRN_LATER;
    }
    effect->has_secret = true;
    effect->is_last = true;
    return err;
}

static cairn_err commit_take_record(struct cairn_core *core, const struct cairn_feed *feed,
                                    const struct cairn_commit_entry *entry,
                                    struct commit_effect *effect)
{
    struct cairn_operation operation;
    struct cairn_feedop op;
    size_t fault_at;
    CAIRN_TRY(cairn_operation_decode(entry->body, &operation, &fault_at));
    if (!cairn_kind_is_clear(operation.kind)) {
        return CAIRN_FEED_RECORD;
    }
    CAIRN_TRY(cairn_feedop_decode(&operation, &core->arena, &op, &fault_at));
    if (op.kind == CAIRN_KIND_FEED_OPEN) {
        return commit_take_open(core, feed, entry);
    }
    if (op.kind == CAIRN_KIND_FEED_ADMIT) {
        return commit_take_admit(core, feed, &op.as.admit, entry, effect);
    }
    if (op.kind == CAIRN_KIND_FEED_REKEY) {
        return commit_take_rekey(core, feed, &op.as.rekey, effect);
    }
    effect->is_closed = op.as.close.size == entry->index + 1;
    effect->is_last = true;
    return effect->is_closed ? CAIRN_OK : CAIRN_FEED_RECORD;
}

/* Marks ascend, or what was dated could be dated back. What is no mark is the folder's to judge.
 * source P-46 */
static cairn_err commit_take_control(const struct cairn_commit_entry *entry,
                                     struct commit_effect *effect)
{
    struct cairn_operation operation;
    struct cairn_feedop op;
    struct cairn_arena none;
    size_t fault_at;
    cairn_arena_init(&none, NULL, 0);
    if (entry->prefix.algorithms != CAIRN_ENTRY_CLEAR) {
        return CAIRN_FEED_RECORD;
    }
    if (cairn_operation_decode(entry->body, &operation, &fault_at) != CAIRN_OK ||
        operation.kind != CAIRN_KIND_CONTROL_MARK ||
        cairn_feedop_decode(&operation, &none, &op, &fault_at) != CAIRN_OK) {
        return CAIRN_OK;
    }
    if (op.as.mark.time_ms <= effect->mark_ms) {
        return CAIRN_FEED_RECORD;
    }
    effect->mark_ms = op.as.mark.time_ms;
    return CAIRN_OK;
}

static cairn_err commit_take_entry(struct cairn_core *core, const struct cairn_feed *feed,
                                   const struct cairn_commit_entry *entry,
                                   struct commit_effect *effect)
{
    bool is_clear = entry->prefix.algorithms == CAIRN_ENTRY_CLEAR;
    if (effect->is_last || entry->prefix.epoch >= feed->epoch_count) {
        return CAIRN_FEED_RECORD;
    }
    if (feed->type == CAIRN_FEED_TYPE_CONTROL) {
        return commit_take_control(entry, effect);
    }
    if (feed->type == CAIRN_FEED_TYPE_PAIRWISE) {
        return is_clear ? CAIRN_FEED_RECORD : CAIRN_OK;
    }
    if (!is_clear) {
        return entry->index > 0 ? CAIRN_OK : CAIRN_FEED_RECORD;
    }
    size_t used_bytes = core->arena.used_bytes;
    uint32_t admit_count = effect->admit_count;
    cairn_err err = commit_take_record(core, feed, entry, effect);
    if (effect->admit_count == admit_count) { /* else a row points into it */
        core->arena.used_bytes = used_bytes;
    }
    return err;
}

static cairn_err commit_take_entries(struct cairn_core *core, const struct cairn_feed *feed,
                                     const struct cairn_commit *commit,
                                     struct commit_effect *effect)
{
    struct cairn_commit_cursor cursor;
    struct cairn_commit_entry entry;
    cairn_commit_cursor_init(&cursor, commit);
    while (cairn_commit_next(&cursor, &entry)) {
        CAIRN_TRY(commit_take_entry(core, feed, &entry, effect));
    }
    return CAIRN_OK;
}

/* ---- taking it ---- */

static void commit_take_secret(struct cairn_core *core, uint32_t number,
                               const struct commit_effect *effect)
{
    struct cairn_feed *feed = &core->feeds[number];
    bool was_at_end = feed->is_at_end;
    cairn_core_tag_remove(core, number);
    cairn_err err = cairn_feed_add_epoch(feed, core->suite, cairn_core_origin(core, feed->journal),
                                         effect->secret);
    CAIRN_REQUIRE(err == CAIRN_OK);
    cairn_feed_rescan(feed, &core->pending, core->suite);
    if (was_at_end && feed->scan_leaf >= core->journals[feed->journal].verified.size) {
        cairn_core_tag_put(core, number);
    }
}

static void commit_take_effects(struct cairn_core *core, uint32_t number,
                                struct commit_effect *effect)
{
    struct cairn_feed *feed = &core->feeds[number];
    feed->mark_ms = effect->mark_ms;
    for (uint32_t i = 0; i < core->country_count; i++) {
        if (cairn_members_has(&effect->admits, i)) {
            cairn_members_add(&feed->members, i);
        }
    }
    if (effect->has_secret) {
        commit_take_secret(core, number, effect);
        cairn_core_hand_rekeyed(core, &effect->puts, number, &effect->lost);
    }
    if (effect->is_closed) {
        cairn_core_tag_remove(core, number);
        cairn_feed_drop_pending(feed, &core->pending); /* entries after a close are none */
        feed->is_closed = true;
        cairn_core_notice(core, CAIRN_NOTICE_FEED_CLOSED, core->journals[feed->journal].country,
                          feed->committed_size, 0);
        cairn_core_want_stop(core, core_log_of_feed(core, number));
    }
}

static void commit_store(struct cairn_core *core, uint32_t number, struct cairn_bytes bytes,
                         struct commit_effect *effect)
{
    const struct cairn_feed *feed = &core->feeds[number];
    cairn_core_puts_add(&effect->puts, CAIRN_TABLE_COMMIT, feed->id, feed->commits - 1)->head =
        bytes;
    cairn_core_puts_add_feed(core, &effect->puts, number, &feed->range);
    cairn_core_puts_store(core, &effect->puts,
                          cairn_core_task_open(core, CORE_TASK_STORE_COMMIT, number, feed->commits),
                          true);
}

/* The author broke a rule: what it committed to is no feed. Its next leaf stays unopened. */
static void commit_break(struct cairn_core *core, uint32_t number)
{
    cairn_core_tag_remove(core, number);
    core->feeds[number].is_broken = true;
    cairn_core_want_stop(core, core_log_of_feed(core, number));
}

static cairn_err commit_take(struct cairn_core *core, uint32_t number,
                             const struct cairn_commit *commit, struct cairn_bytes bytes)
{
    struct cairn_feed *feed = &core->feeds[number];
    struct cairn_merkle_range range = feed->range;
    CAIRN_TRY(cairn_feed_check_opening(feed, core->suite, &commit->opening,
                                       cairn_feed_pending(feed, &core->pending)));
    CAIRN_TRY(commit_hash(commit, &range));
    struct commit_effect effect = {
        .mark_ms = feed->mark_ms,
        .puts = cairn_core_puts_begin(core, 3 * CAIRN_LIMIT_MEMBERS + 2),
    };
    cairn_err err = commit_take_entries(core, feed, commit, &effect);
    if (err == CAIRN_LATER) {
        return err;
    }
    if (err != CAIRN_OK) {
        commit_break(core, number);
        cairn_core_notice_err(core, CAIRN_NOTICE_COMMIT_REFUSED,
                              core->journals[feed->journal].country, err);
        return CAIRN_OK;
    }
    cairn_core_accept_keep(core, feed->journal, bytes.size);
    cairn_core_accept_charge(core, feed->journal, commit->opening.size - feed->committed_size,
                             bytes.size);
    feed->held_bytes += bytes.size;
    cairn_feed_take_opening(feed, &commit->opening, &range);
    cairn_feed_pending_take(feed, &core->pending);
    commit_take_effects(core, number, &effect); /* the row that is stored tells of them */
    commit_store(core, number, bytes, &effect);
    cairn_core_want_grown(core, core_log_of_feed(core, number));
    cairn_core_scan_more(core, number);
    cairn_core_notice(core, CAIRN_NOTICE_COMMIT, core->journals[feed->journal].country,
                      commit->opening.number, commit->opening.size);
    return CAIRN_OK;
}

/* The secrets that we were given do not fit: whoever served the record made them up. */
static void commit_ask_admission(struct cairn_core *core, uint32_t number)
{
    struct cairn_feed *feed = &core->feeds[number];
    feed->known_epochs = feed->epoch_count;
    feed->is_secret_due = true;
    cairn_core_stall(core, core_log_of_feed(core, number));
    cairn_core_ask_records(core, core_log_of_feed(core, number));
}

static cairn_err commit_take_sent(struct cairn_core *core, uint32_t number,
                                  const struct cairn_commit *commit, struct cairn_bytes bytes)
{
    struct cairn_feed *feed = &core->feeds[number];
    uint32_t log = core_log_of_feed(core, number);
    struct core_intake *intake = &core->intakes[log];
    bool is_next = commit->opening.number == feed->commits;
    if (!is_next || cairn_core_is_busy(core) || !cairn_core_feed_is_ready(core, feed)) {
        /* Frames behind the one that had to wait are of a stream that was started anew. */
        if (is_next || !intake->is_restarted) {
            cairn_core_stall(core, log);
        }
        return CAIRN_OK;
    }
    intake->is_restarted = false;
    if (!cairn_core_accept_takes(core, log, bytes.size)) {
        return CAIRN_OK;
    }
    cairn_err err = commit_take(core, number, commit, bytes);
    if (err == CAIRN_LATER) {
        commit_ask_admission(core, number);
        return CAIRN_OK;
    }
    if (err != CAIRN_OK) {
        cairn_core_notice_err(core, CAIRN_NOTICE_COMMIT_REFUSED,
                              core->journals[feed->journal].country, err);
    }
    if (err == CAIRN_PEER_COMMIT && core->links[intake->link].journal != feed->journal) {
        cairn_core_want_elsewhere(core, intake->link, log); /* of the other branch of a fork? */
        return CAIRN_OK;
    }
    return err;
}

cairn_err cairn_core_take_entries(struct cairn_core *core, uint32_t link, struct cairn_bytes bytes,
                                  size_t frame_bytes)
{
    struct cairn_commit commit;
    size_t fault_at;
    CAIRN_TRY(cairn_commit_decode(bytes, &commit, &fault_at));
    uint32_t number = cairn_core_feed_number(core, commit.opening.feed);
    uint32_t log = number == CORE_NONE ? CORE_NONE : core_log_of_feed(core, number);
    bool is_source = number != CORE_NONE && core->intakes[log].link == link;
    CAIRN_TRY(cairn_core_want_book(core, link, log, frame_bytes));
    if (!is_source) {
        return CAIRN_OK; /* of a stream that was stopped */
    }
    if (cairn_core_heal_is_on(core, log)) {
        cairn_core_heal_commit(core, &commit, bytes);
        return CAIRN_OK;
    }
    if (commit.opening.number >= core->feeds[number].commits) { /* else it began anew since */
        CAIRN_TRY(commit_take_sent(core, number, &commit, bytes));
    }
    cairn_core_want_more(core, log);
    return CAIRN_OK;
}

/* ---- a branch was left ---- */

/* Of an audience feed: those whom its first entry names. errors  CAIRN_FEED_RECORD */
static cairn_err commit_take_members(struct cairn_core *core, struct cairn_feed *feed,
                                     const struct cairn_commit *commit)
{
    struct cairn_commit_cursor cursor;
    struct cairn_commit_entry entry;
    struct cairn_operation operation;
    struct cairn_feedop op;
    size_t fault_at;
    cairn_commit_cursor_init(&cursor, commit);
    if (!cairn_commit_next(&cursor, &entry)) {
        return CAIRN_FEED_RECORD;
    }
    CAIRN_TRY(cairn_operation_decode(entry.body, &operation, &fault_at));
    CAIRN_TRY(cairn_feedop_decode(&operation, &core->arena, &op, &fault_at));
    if (op.kind != CAIRN_KIND_FEED_OPEN) {
        return CAIRN_FEED_RECORD;
    }
    for (uint32_t i = 0; i < op.as.open.wrap_count; i++) {
        uint32_t country =
            cairn_core_country_name(core, (const uint8_t *)op.as.open.wraps[i].country);
        if (country != CORE_NONE) {
            cairn_members_add(&feed->members, country);
        }
    }
    return CAIRN_OK;
}

/* A commit that was taken once, from this disk: on with the feed as when it came. What it wrote
 * then is there. */
cairn_err cairn_core_commit_replay(struct cairn_core *core, uint32_t number,
                                   const struct cairn_commit *commit)
{
    struct cairn_feed *feed = &core->feeds[number];
    const struct cairn_opening *opening = &commit->opening;
    struct cairn_merkle_range range = feed->range;
    if (opening->number != feed->commits || opening->previous_size != feed->committed_size ||
        opening->previous_leaf_plus1 != feed->last_leaf_plus1) {
        return CAIRN_DISK_CORRUPT;
    }
    CAIRN_TRY(commit_hash(commit, &range));
    struct commit_effect effect = {
        .mark_ms = feed->mark_ms,
        .puts = cairn_core_puts_begin(core, 3 * CAIRN_LIMIT_MEMBERS + 2),
    };
    if (feed->commits == 0 && feed->type == CAIRN_FEED_TYPE_AUDIENCE) {
        CAIRN_TRY(commit_take_members(core, feed, commit));
    }
    CAIRN_TRY(commit_take_entries(core, feed, commit, &effect));
    cairn_feed_take_opening(feed, opening, &range);
    commit_take_effects(core, number, &effect);
    return CAIRN_OK;
}

void cairn_core_commit_stored(struct cairn_core *core, uint32_t number, uint64_t commits)
{
    struct cairn_feed *feed = &core->feeds[number];
    feed->durable_commits = commits > feed->durable_commits ? commits : feed->durable_commits;
    cairn_core_feed_ripen(core, number);
    cairn_core_grown(core, core_log_of_feed(core, number));
}
