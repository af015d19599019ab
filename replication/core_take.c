#include "replication/core_parts.h"

#include "crypto/hash.h"
#include "replication/trust/record.h"
#include "schema/base/check.h"
#include "schema/commit.h"
#include "schema/operation.h"

#include <string.h>

/* ---- JOURNAL ---- */

/* Leaves that came in one frame with their checkpoint are probed as they come. */
static void take_probe(struct cairn_core *core, uint32_t journal, uint64_t first,
                       struct cairn_bytes leaves)
{
    for (size_t i = 0; i < leaves.size / CAIRN_LEAF_BYTES; i++) {
        const uint8_t *leaf = leaves.data + i * CAIRN_LEAF_BYTES;
        uint32_t number = cairn_core_tag_find(core, leaf);
        if (number == CORE_NONE || core->feeds[number].journal != journal) {
            continue;
        }
        struct cairn_feed *feed = &core->feeds[number];
        cairn_core_tag_remove(core, number);
        feed->scan_leaf = first + i;
        if (feed->pending_count < CORE_PENDING_FEED &&
            cairn_feed_probe(feed, &core->pending, core->suite, leaf, core->now_ms)) {
            cairn_core_tag_put(core, number);
        } /* else it lags, and a rescan goes on from this leaf */
    }
}

/* A range of several frames: its first leaves are only on disk, so all feeds look there. */
static void take_lag(struct cairn_core *core, uint32_t journal, uint64_t first)
{
    for (uint32_t i = 0; i < core->feed_count; i++) {
        if (core->feeds[i].journal == journal && core->feeds[i].is_at_end) {
            cairn_core_tag_remove(core, i);
            core->feeds[i].scan_leaf = first;
        }
    }
}

static cairn_err take_fork(struct cairn_core *core, uint32_t number,
                           const struct cairn_checkpoint *shown, struct cairn_bytes note)
{
    struct core_journal *journal = &core->journals[number];
    uint8_t digest[32];
    journal->is_forked = true;
    cairn_sha256_of(note, digest);
    struct core_puts puts = cairn_core_puts_begin(core, 2);
    cairn_core_puts_add(&puts, CAIRN_TABLE_FORK, journal->id, cairn_bytes_get_u64(digest))->head =
        note;
    cairn_core_puts_add_journal(core, &puts, number);
    cairn_core_puts_store(core, &puts, cairn_core_task_open(core, CORE_TASK_STORE, 0, 0), true);
    cairn_core_notice(core, CAIRN_NOTICE_FORK, journal->country, journal->verified.size,
                      shown->size);
    return CAIRN_PEER_FORK;
}

static void take_leaves(struct core_journal *journal, struct cairn_bytes leaves,
                        struct core_puts *puts)
{
    for (size_t i = 0; i < leaves.size / CAIRN_LEAF_BYTES; i++) {
        struct cairn_bytes leaf = {.data = leaves.data + i * CAIRN_LEAF_BYTES,
                                   .size = CAIRN_LEAF_BYTES};
        uint8_t hash[32];
        cairn_core_puts_add(puts, CAIRN_TABLE_LEAF, journal->id, journal->candidate.size)->head =
            leaf;
        cairn_merkle_leaf(leaf, hash);
        cairn_merkle_range_append(&journal->candidate, hash);
    }
}

/* The candidate's leaves lead to the checkpoint: it is verified. */
static void take_verified(struct cairn_core *core, uint32_t number,
                          const struct cairn_checkpoint *checkpoint,
                          const struct cairn_journal_range *range)
{
    struct core_journal *journal = &core->journals[number];
    uint64_t before = journal->verified.size;
    if (range->from == before) {
        take_probe(core, number, before, range->leaves);
    } else {
        take_lag(core, number, before);
    }
    journal->verified = journal->candidate;
    journal->checkpoint.size = checkpoint->size;
    memcpy(journal->checkpoint.root, checkpoint->root, 32);
    journal->checkpoint.note_bytes = (uint32_t)range->checkpoint.size;
    memcpy(journal->checkpoint.note, range->checkpoint.data, range->checkpoint.size);
    journal->seen_ms = core->now_ms;
    cairn_core_notice(core, CAIRN_NOTICE_ADVANCED, journal->country, checkpoint->size, 0);
}

cairn_err cairn_core_take_journal(struct cairn_core *core, uint32_t link,
                                  const struct cairn_journal_range *range, size_t frame_bytes)
{
    uint32_t number = cairn_core_log_find(core, range->log);
    if (number == CORE_NONE || number == 0 || core_log_is_feed(core, number) ||
        core->journals[number].is_forked) {
        return CAIRN_OK;
    }
    struct core_journal *journal = &core->journals[number];
    if (range->from != journal->candidate.size || core->task_count >= CORE_TASKS_BUSY) {
        if (core->intakes[number].link == link && range->has_checkpoint) {
            cairn_core_want_again(core, number); /* it waits for an acknowledgement */
            return CAIRN_OK;
        }
        return cairn_core_want_more(core, link, number, frame_bytes);
    }
    struct core_puts puts = cairn_core_puts_begin(core, range->leaves.size / CAIRN_LEAF_BYTES + 1);
    take_leaves(journal, range->leaves, &puts);
    if (!range->has_checkpoint) {
        cairn_core_puts_store(core, &puts, cairn_core_task_open(core, CORE_TASK_STORE, 0, 0),
                              false);
        return cairn_core_want_more(core, link, number, frame_bytes);
    }
    struct cairn_checkpoint checkpoint;
    uint8_t root[32];
    cairn_err err = cairn_core_checkpoint_read(core, number, range->checkpoint, &checkpoint);
    cairn_merkle_range_root(&journal->candidate, root);
    bool is_same = err == CAIRN_OK && checkpoint.size == journal->candidate.size &&
                   memcmp(checkpoint.root, root, 32) == 0;
    if (!is_same) {
        uint64_t reached = journal->candidate.size;
        journal->candidate = journal->verified;
        CAIRN_TRY(err);
        /* The author itself shows leaves that do not extend what it showed before: a fork.
         * Anybody else may just have sent rubbish. source P-68 */
        bool is_author = core->links[link].journal == number && checkpoint.size == reached;
        return is_author && journal->verified.size > 0
                   ? take_fork(core, number, &checkpoint, range->checkpoint)
                   : CAIRN_PEER_LEAF;
    }
    if (range->leaves.size > 0) {
        take_verified(core, number, &checkpoint, range);
    }
    cairn_core_puts_add_journal(core, &puts, number);
    cairn_core_puts_store(
        core, &puts, cairn_core_task_open(core, CORE_TASK_STORE_JOURNAL, number, checkpoint.size),
        true);
    if (core->intakes[number].link == link) {
        cairn_core_want_again(core, number); /* acknowledges the checkpoint */
    }
    return CAIRN_OK;
}

void cairn_core_journal_stored(struct cairn_core *core, uint32_t number, uint64_t size)
{
    struct core_journal *journal = &core->journals[number];
    if (journal->checkpoint.size == size) { /* else a later one is already on its way */
        journal->durable = journal->checkpoint;
        cairn_core_grown(core, number);
    }
    cairn_core_scan(core, number);
}

/* ---- looking for tags on disk ---- */

static bool scan_lags(const struct cairn_core *core, const struct cairn_feed *feed,
                      uint32_t journal)
{
    return feed->journal == journal && !feed->is_at_end && !feed->is_closed && !feed->is_broken &&
           feed->pending_count < CORE_PENDING_FEED && core->pending.free_count > 0;
}

/* A feed that has looked at everything joins those that are looked up by tag. */
static void scan_settle(struct cairn_core *core, uint32_t number)
{
    struct cairn_feed *feed = &core->feeds[number];
    if (feed->scan_leaf >= core->journals[feed->journal].verified.size) {
        cairn_core_tag_put(core, number);
        cairn_core_want(core, core_log_of_feed(core, number));
    }
}

void cairn_core_scan(struct cairn_core *core, uint32_t journal_number)
{
    struct core_journal *journal = &core->journals[journal_number];
    uint64_t from = UINT64_MAX;
    if (journal->is_scanning) {
        return;
    }
    for (uint32_t i = 0; i < core->feed_count; i++) {
        if (scan_lags(core, &core->feeds[i], journal_number)) {
            scan_settle(core, i);
            uint64_t at = core->feeds[i].is_at_end ? UINT64_MAX : core->feeds[i].scan_leaf;
            from = at < from ? at : from;
        }
    }
    if (from >= journal->durable.size || core->task_count >= CORE_TASKS_BUSY) {
        return;
    }
    struct cairn_action *load = cairn_core_act(core, CAIRN_ACTION_LOAD);
    uint64_t left = journal->durable.size - from;
    load->as.load.token = cairn_core_task_open(core, CORE_TASK_LOAD_SCAN, journal_number, from);
    load->as.load.from = (struct cairn_key){.table = CAIRN_TABLE_LEAF, .index = from};
    memcpy(load->as.load.from.id, journal->id, 16);
    load->as.load.to_index = from + (left > CORE_SCAN_LEAVES ? CORE_SCAN_LEAVES : left);
    load->as.load.size_max_bytes = CAIRN_LIMIT_FRAME_BYTES;
    journal->is_scanning = true;
}

static void scan_feed(struct cairn_core *core, uint32_t number, const struct cairn_event *event,
                      uint64_t from)
{
    struct cairn_feed *feed = &core->feeds[number];
    uint64_t end = from + event->as.done.row_count;
    while (feed->scan_leaf >= from && feed->scan_leaf < end &&
           feed->pending_count < CORE_PENDING_FEED) {
        const struct cairn_row *row = &event->as.done.rows[feed->scan_leaf - from];
        if (row->value.size != CAIRN_LEAF_BYTES || row->key.index != feed->scan_leaf ||
            !cairn_feed_probe(feed, &core->pending, core->suite, row->value.data, core->now_ms)) {
            break;
        }
    }
    if (feed->pending_count > 0) {
        cairn_core_want(core, core_log_of_feed(core, number));
    }
}

void cairn_core_scan_loaded(struct cairn_core *core, const struct core_task *task,
                            const struct cairn_event *event)
{
    core->journals[task->log].is_scanning = false;
    if (event->as.done.err != CAIRN_OK || event->as.done.row_count == 0) {
        cairn_core_notice_err(core, CAIRN_NOTICE_STORE_FAILED, CORE_NONE, CAIRN_DISK_CORRUPT);
        return;
    }
    for (uint32_t i = 0; i < core->feed_count; i++) {
        if (scan_lags(core, &core->feeds[i], task->log)) {
            scan_feed(core, i, event, task->a);
        }
    }
    cairn_core_scan(core, task->log);
}

/* A tagged leaf whose commit does not come within a minute is written down. source P-49 */
void cairn_core_missing(struct cairn_core *core)
{
    if (core->is_halted || core->now_ms < core->missing_ms) {
        return;
    }
    core->missing_ms = core->now_ms + CORE_MISSING_MS / 4;
    for (uint32_t i = 0; i < core->feed_count; i++) {
        const struct cairn_feed *feed = &core->feeds[i];
        struct cairn_pending *pending = cairn_feed_pending(feed, &core->pending);
        if (pending == NULL || pending->is_reported ||
            core->now_ms < pending->seen_ms + CORE_MISSING_MS) {
            continue;
        }
        uint32_t country = core->journals[feed->journal].country;
        uint32_t pairwise = cairn_core_pairwise_find(core, 0, country);
        if (pairwise != CORE_NONE && cairn_core_fits(core, pairwise, 256)) {
            struct cairn_feedop op = {
                .kind = CAIRN_KIND_MISSING,
                .as.missing = {.origin = cairn_core_origin(core, feed->journal),
                               .leaf_index = pending->leaf_index},
            };
            cairn_core_append_op(core, pairwise, &op);
            pending->is_reported = true;
            cairn_core_notice(core, CAIRN_NOTICE_MISSING, country, pending->leaf_index, 0);
        }
    }
}

/* ---- ENTRIES ---- */

/* What a commit changes besides the feed's size. */
struct take_effect {
    bool is_last; /* a rekey or close was seen: nothing may follow */
    bool is_closed;
    bool has_secret;
    uint8_t secret[32];
    uint32_t admit_count;
    uint32_t admits[16]; /* countries */
    struct core_puts puts;
};

static cairn_err take_record(struct cairn_core *core, const struct cairn_feed *feed,
                             const struct cairn_commit_entry *entry, struct take_effect *effect)
{
    struct cairn_operation *operation = cairn_core_take(core, sizeof *operation);
    struct cairn_feedop op;
    size_t fault_at;
    struct cairn_record_reader reader = {
        .suite = core->suite,
        .origin = cairn_core_origin(core, feed->journal),
        .country = core->countries[0].country,
        .sealing_secret = core->sealing_secret,
    };
    CAIRN_TRY(cairn_operation_decode(entry->body, operation, &fault_at));
    if (!cairn_kind_is_clear(operation->kind) ||
        (operation->kind == CAIRN_KIND_FEED_OPEN) != (entry->index == 0)) {
        return CAIRN_FEED_RECORD;
    }
    CAIRN_TRY(cairn_feedop_decode(operation, &core->arena, &op, &fault_at));
    if (op.kind == CAIRN_KIND_FEED_ADMIT) {
        CAIRN_TRY(cairn_record_check_admit(&reader, feed, &op.as.admit));
        uint32_t country = cairn_core_country_add(core, (const uint8_t *)op.as.admit.country);
        if (country == CORE_NONE || effect->admit_count == 16) {
            return CAIRN_FULL;
        }
        effect->admits[effect->admit_count++] = country;
        const uint8_t *code = (const uint8_t *)op.as.admit.country;
        uint8_t *number = cairn_core_take(core, 8);
        struct cairn_put *put = cairn_core_puts_add(
            &effect->puts, CAIRN_TABLE_RECORD, feed->id,
            1 + ((uint64_t)code[0] << 16 | (uint64_t)code[1] << 8 | (uint64_t)code[2]));
        cairn_bytes_put_u64(number, feed->commits);
        put->head = (struct cairn_bytes){.data = number, .size = 8};
        put->body = entry->body;
    } else if (op.kind == CAIRN_KIND_FEED_REKEY) {
        if (op.as.rekey.epoch != feed->epoch_count || feed->epoch_count == CAIRN_FEED_EPOCHS_MAX) {
            return CAIRN_FEED_RECORD;
        }
        bool is_known = feed->epoch_count < feed->known_epochs; /* from our admission */
        CAIRN_TRY(cairn_record_open_rekey(&reader, &op.as.rekey,
                                          is_known ? feed->secrets[feed->epoch_count] : NULL,
                                          effect->secret));
        effect->has_secret = true;
        effect->is_last = true;
    } else if (op.kind == CAIRN_KIND_FEED_CLOSE) {
        effect->is_closed = op.as.close.size == entry->index + 1;
        effect->is_last = true;
        return effect->is_closed ? CAIRN_OK : CAIRN_FEED_RECORD;
    }
    return CAIRN_OK;
}

static cairn_err take_entry(struct cairn_core *core, const struct cairn_feed *feed,
                            const struct cairn_commit_entry *entry, struct take_effect *effect)
{
    if (effect->is_last) {
        return CAIRN_PEER_ENTRY;
    }
    bool is_clear = entry->prefix.algorithms == CAIRN_ENTRY_CLEAR;
    if (feed->type == CAIRN_FEED_TYPE_CONTROL || feed->type == CAIRN_FEED_TYPE_PAIRWISE) {
        return is_clear == (feed->type == CAIRN_FEED_TYPE_CONTROL) ? CAIRN_OK : CAIRN_PEER_ENTRY;
    }
    if (is_clear) {
        return take_record(core, feed, entry, effect);
    }
    return entry->index > 0 && entry->prefix.epoch < feed->epoch_count ? CAIRN_OK
                                                                       : CAIRN_PEER_ENTRY;
}

/* Hash every entry of the commit onto the feed's tree. errors also CAIRN_PEER_ENTRY */
static cairn_err take_hash(struct cairn_core *core, const struct cairn_feed *feed,
                           const struct cairn_commit *commit, struct cairn_merkle_range *range,
                           struct take_effect *effect)
{
    struct cairn_commit_cursor cursor;
    struct cairn_commit_entry entry;
    cairn_commit_cursor_init(&cursor, commit);
    while (cairn_commit_next(&cursor, &entry)) {
        uint8_t body_hash[32];
        uint8_t stub[CAIRN_STUB_BYTES];
        uint8_t leaf[32];
        CAIRN_TRY(take_entry(core, feed, &entry, effect));
        cairn_sha256_of(entry.body, body_hash);
        cairn_stub_join(entry.prefix_bytes.data, entry.index, body_hash, stub);
        cairn_merkle_leaf((struct cairn_bytes){.data = stub, .size = sizeof stub}, leaf);
        cairn_merkle_range_append(range, leaf);
    }
    uint8_t root[32];
    cairn_merkle_range_root(range, root);
    return memcmp(root, commit->opening.root, 32) == 0 ? CAIRN_OK : CAIRN_PEER_ENTRY;
}

static cairn_err take_effects(struct cairn_core *core, uint32_t number,
                              const struct take_effect *effect)
{
    struct cairn_feed *feed = &core->feeds[number];
    for (uint32_t i = 0; i < effect->admit_count; i++) {
        cairn_members_add(&feed->members, effect->admits[i]);
    }
    if (effect->has_secret) {
        bool was_at_end = feed->is_at_end;
        cairn_core_tag_remove(core, number);
        CAIRN_TRY(cairn_feed_add_epoch(feed, core->suite, cairn_core_origin(core, feed->journal),
                                       effect->secret));
        cairn_feed_rescan(feed, &core->pending, core->suite);
        if (was_at_end && feed->scan_leaf >= core->journals[feed->journal].verified.size) {
            cairn_core_tag_put(core, number);
        } else {
            cairn_core_scan(core, feed->journal);
        }
    }
    if (effect->is_closed) {
        cairn_core_tag_remove(core, number);
        feed->is_closed = true;
        cairn_core_notice(core, CAIRN_NOTICE_FEED_CLOSED, core->journals[feed->journal].country,
                          feed->committed_size, 0);
    }
    return CAIRN_OK;
}

/* May this commit be taken now? Its leaf must be known, and every mark before it. source P-50 */
static bool take_is_ready(const struct cairn_core *core, const struct cairn_feed *feed)
{
    const struct cairn_pending *pending = cairn_feed_pending(feed, &core->pending);
    if (pending == NULL || core->task_count >= CORE_TASKS_BUSY) {
        return false;
    }
    const struct cairn_feed *control = &core->feeds[core->journals[feed->journal].control_feed];
    const struct cairn_pending *before = cairn_feed_pending(control, &core->pending);
    if (feed == control) {
        return true;
    }
    return before != NULL ? before->leaf_index > pending->leaf_index
                          : cairn_core_scanned(core, control) > pending->leaf_index;
}

static void take_store(struct cairn_core *core, uint32_t number, struct cairn_bytes bytes,
                       struct take_effect *effect)
{
    const struct cairn_feed *feed = &core->feeds[number];
    cairn_core_puts_add(&effect->puts, CAIRN_TABLE_COMMIT, feed->id, feed->commits - 1)->head =
        bytes;
    cairn_core_puts_add_feed(core, &effect->puts, number, &feed->range);
    cairn_core_puts_store(core, &effect->puts,
                          cairn_core_task_open(core, CORE_TASK_STORE_COMMIT, number, feed->commits),
                          true);
}

static cairn_err take_commit(struct cairn_core *core, uint32_t number,
                             const struct cairn_commit *commit, struct cairn_bytes bytes)
{
    struct cairn_feed *feed = &core->feeds[number];
    struct cairn_merkle_range range = feed->range;
    struct take_effect effect = {.puts = cairn_core_puts_begin(core, 18)};
    CAIRN_TRY(cairn_feed_check_opening(feed, core->suite, &commit->opening,
                                       cairn_feed_pending(feed, &core->pending)));
    CAIRN_TRY(take_hash(core, feed, commit, &range, &effect));
    cairn_feed_take_opening(feed, &commit->opening, &range);
    cairn_feed_pending_take(feed, &core->pending);
    CAIRN_TRY(take_effects(core, number, &effect)); /* the row that is stored tells of them */
    take_store(core, number, bytes, &effect);
    cairn_core_notice(core, CAIRN_NOTICE_COMMIT, core->journals[feed->journal].country,
                      commit->opening.number, commit->opening.size);
    return CAIRN_OK;
}

cairn_err cairn_core_take_entries(struct cairn_core *core, uint32_t link, struct cairn_bytes bytes,
                                  size_t frame_bytes)
{
    struct cairn_commit commit;
    size_t fault_at;
    CAIRN_TRY(cairn_commit_decode(bytes, &commit, &fault_at));
    uint32_t number = cairn_core_feed_number(core, commit.opening.feed);
    if (number == CORE_NONE || core->feeds[number].journal == 0) {
        return CAIRN_OK;
    }
    struct cairn_feed *feed = &core->feeds[number];
    uint32_t log = core_log_of_feed(core, number);
    if (feed->is_closed || feed->is_broken || commit.opening.number < feed->commits) {
        return cairn_core_want_more(core, link, log, frame_bytes);
    }
    struct core_intake *intake = &core->intakes[log];
    bool is_next = commit.opening.number == feed->commits;
    if (!is_next || !take_is_ready(core, feed)) {
        /* Frames behind the one that had to wait are of a stream that was started anew. */
        if (intake->link == link && (is_next || !intake->is_restarted)) {
            cairn_core_stall(core, log);
        }
        return cairn_core_want_more(core, link, log, frame_bytes);
    }
    intake->is_restarted = false;
    cairn_err err = take_commit(core, number, &commit, bytes);
    if (err != CAIRN_OK) {
        cairn_core_notice_err(core, CAIRN_NOTICE_COMMIT_REFUSED,
                              core->journals[feed->journal].country, err);
        if (err == CAIRN_PEER_WRAP || err == CAIRN_FEED_RECORD) {
            cairn_core_tag_remove(core, number);
            feed->is_broken = true; /* the author committed to it: no other source can help */
            return CAIRN_OK;
        }
        return err;
    }
    if (feed->pending_count == CORE_PENDING_FEED / 2) {
        cairn_core_scan(core, feed->journal);
    }
    return cairn_core_want_more(core, link, log, frame_bytes);
}

void cairn_core_commit_stored(struct cairn_core *core, uint32_t number, uint64_t commits)
{
    struct cairn_feed *feed = &core->feeds[number];
    feed->durable_commits = commits > feed->durable_commits ? commits : feed->durable_commits;
    cairn_core_feed_ripen(core, number);
    cairn_core_grown(core, core_log_of_feed(core, number));
}

/* ---- FEED ---- */

static cairn_err take_feed_decode(struct cairn_core *core, struct cairn_bytes body,
                                  enum cairn_kind kind, struct cairn_feedop *out)
{
    struct cairn_operation *operation = cairn_core_take(core, sizeof *operation);
    size_t fault_at;
    CAIRN_TRY(cairn_operation_decode(body, operation, &fault_at));
    if (operation->kind != kind) {
        return CAIRN_FEED_RECORD;
    }
    return cairn_feedop_decode(operation, &core->arena, out, &fault_at);
}

static cairn_err take_feed_join(struct cairn_core *core, uint32_t author,
                                const struct cairn_feed_message *message,
                                const struct cairn_feed_open *open,
                                const struct cairn_feed_admit *admit)
{
    uint8_t secrets[CAIRN_FEED_EPOCHS_MAX][32];
    uint32_t count = 0;
    struct cairn_record_reader reader = {
        .suite = core->suite,
        .origin = cairn_core_origin(core, author),
        .country = core->countries[0].country,
        .sealing_secret = core->sealing_secret,
    };
    CAIRN_TRY(cairn_record_open(&reader, open, admit, secrets, &count));
    uint32_t number = cairn_core_feed_add(core, message->feed, CAIRN_FEED_TYPE_AUDIENCE, author);
    if (number == CORE_NONE) {
        return CAIRN_FULL;
    }
    struct cairn_feed *feed = &core->feeds[number];
    memcpy(feed->nonce, open->nonce, 32);
    /* Commits before the admission were made under earlier epochs, in turn: begin with the first;
     * the later ones are in force once their feed.rekey is reached. */
    CAIRN_TRY(cairn_feed_add_epoch(feed, core->suite, reader.origin, secrets[0]));
    memcpy(feed->secrets, secrets, (size_t)count * 32);
    feed->known_epochs = count;
    for (uint32_t i = 0; i < open->wrap_count; i++) {
        uint32_t country = cairn_core_country_add(core, (const uint8_t *)open->wraps[i].country);
        if (country != CORE_NONE) {
            cairn_members_add(&feed->members, country);
        }
    }
    cairn_feed_scan_from(feed, core->suite, 0);
    struct core_puts puts = cairn_core_puts_begin(core, 2);
    uint8_t *zero = cairn_core_take(core, 8);
    struct cairn_put *put = cairn_core_puts_add(&puts, CAIRN_TABLE_RECORD, feed->id, 0);
    put->head = (struct cairn_bytes){.data = zero, .size = 8};
    put->body = message->open;
    cairn_core_puts_add_feed(core, &puts, number, &feed->range);
    cairn_core_puts_store(core, &puts, cairn_core_task_open(core, CORE_TASK_STORE, 0, 0), false);
    cairn_core_notice(core, CAIRN_NOTICE_FEED_JOINED, core->journals[author].country, count, 0);
    cairn_core_scan(core, author);
    return CAIRN_OK;
}

cairn_err cairn_core_take_feed(struct cairn_core *core, uint32_t link,
                               const struct cairn_feed_message *message)
{
    struct cairn_feedop open;
    struct cairn_feedop admit;
    uint8_t id[16];
    uint32_t author = cairn_core_journal_find(core, message->origin);
    uint32_t known = cairn_core_feed_number(core, message->feed);
    if (known != CORE_NONE) {
        cairn_core_offered(core, link, core_log_of_feed(core, known));
        return CAIRN_OK;
    }
    if (author == CORE_NONE || author == 0) {
        return CAIRN_OK;
    }
    cairn_keys_feed_id(message->origin, message->open, id);
    if (memcmp(id, message->feed, 16) != 0) {
        return CAIRN_FEED_RECORD; /* not what its author wrote: the server is to blame */
    }
    CAIRN_TRY(take_feed_decode(core, message->open, CAIRN_KIND_FEED_OPEN, &open));
    if (message->has_admit) {
        CAIRN_TRY(take_feed_decode(core, message->admit, CAIRN_KIND_FEED_ADMIT, &admit));
    }
    cairn_err err = take_feed_join(core, author, message, &open.as.open,
                                   message->has_admit ? &admit.as.admit : NULL);
    if (err != CAIRN_OK) {
        cairn_core_notice_err(core, CAIRN_NOTICE_FEED_REFUSED, core->journals[author].country, err);
        return CAIRN_OK;
    }
    cairn_core_offered(core, link,
                       core_log_of_feed(core, cairn_core_feed_number(core, message->feed)));
    return CAIRN_OK;
}
