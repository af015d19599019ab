#include "replication/core_rows.h"

#include "replication/core_parts.h"

#include "crypto/note.h"
#include "schema/base/check.h"
#include "schema/pack.h"

#include <string.h>

/* What was written is read at the start. A row that cannot be as the core wrote it is a damaged
 * disk: the node does not begin. */

#define RECALL_SIZE_MAX ((uint64_t)1 << 56) /* nobody has so many leaves */

struct row_reader {
    struct cairn_pack_reader pack;
    cairn_err err; /* the first one; values after it are zero */
};

static void row_key(struct row_reader *row, uint64_t key)
{
    uint64_t found = 0;
    if (row->err == CAIRN_OK && cairn_pack_is_end(&row->pack)) {
        row->err = CAIRN_PACK_FIELD;
    }
    if (row->err == CAIRN_OK) {
        row->err = cairn_pack_get_uint(&row->pack, UINT64_MAX, &found);
    }
    if (row->err == CAIRN_OK && found != key) {
        row->err = CAIRN_PACK_FIELD;
    }
}

static uint64_t row_uint(struct row_reader *row, uint64_t key, uint64_t max)
{
    uint64_t value = 0;
    row_key(row, key);
    if (row->err == CAIRN_OK) {
        row->err = cairn_pack_get_uint(&row->pack, max, &value);
    }
    return value;
}

/* A number of bytes that rows of an older build do not have. */
static uint64_t row_uint_since(struct row_reader *row, uint64_t key, uint64_t max)
{
    bool is_there = row->err == CAIRN_OK && !cairn_pack_is_end(&row->pack);
    return is_there ? row_uint(row, key, max) : 0;
}

static struct cairn_bytes row_bin(struct row_reader *row, uint64_t key, size_t size_max)
{
    struct cairn_bytes value = {.size = 0};
    row_key(row, key);
    if (row->err == CAIRN_OK) {
        row->err = cairn_pack_get_bin(&row->pack, size_max, &value);
    }
    return value;
}

static void row_fixed(struct row_reader *row, uint64_t key, size_t size, uint8_t *out)
{
    row_key(row, key);
    if (row->err == CAIRN_OK) {
        row->err = cairn_pack_get_fixed(&row->pack, size, out);
    }
}

static struct cairn_bytes row_text(struct row_reader *row, uint64_t key, size_t size_max)
{
    struct cairn_bytes value = {.size = 0};
    row_key(row, key);
    if (row->err == CAIRN_OK) {
        row->err = cairn_pack_get_text(&row->pack, size_max, &value);
    }
    return value;
}

static void row_range(struct row_reader *row, uint64_t key, struct cairn_merkle_range *out)
{
    struct cairn_bytes bytes = row_bin(row, key, CAIRN_MERKLE_RANGE_MAX);
    cairn_merkle_range_init(out);
    if (row->err == CAIRN_OK) {
        row->err = cairn_merkle_range_decode(bytes, out);
    }
    if (row->err == CAIRN_OK && out->size > RECALL_SIZE_MAX) {
        row->err = CAIRN_NUMBER;
    }
}

/* What a row says beyond its form. */
static void row_need(struct row_reader *row, bool is_so)
{
    if (row->err == CAIRN_OK && !is_so) {
        row->err = CAIRN_DISK_CORRUPT;
    }
}

/* ---- STATE ---- */

/* Its note says what the journal's range says, or there is neither. */
static bool recall_is_checkpoint(struct cairn_core *core, uint32_t number, struct cairn_bytes note)
{
    const struct core_journal *journal = &core->journals[number];
    struct cairn_note *split = cairn_core_take(core, sizeof *split);
    struct cairn_checkpoint checkpoint;
    uint8_t root[32];
    if (note.size == 0) { /* nothing yet, or a country's document says where it ends: P-15 */
        return true;
    }
    cairn_merkle_range_root(&journal->verified, root);
    return cairn_note_split(note, &core->arena, split) == CAIRN_OK &&
           cairn_note_decode_checkpoint(split->text, &checkpoint) == CAIRN_OK &&
           cairn_bytes_is_equal(checkpoint.origin, cairn_core_origin(core, number)) &&
           checkpoint.size == journal->verified.size &&
           cairn_bytes_is_same32(checkpoint.root, root);
}

static uint32_t recall_journal_place(struct cairn_core *core, struct row_reader *row)
{
    struct cairn_bytes text = row_text(row, 1, CAIRN_LIMIT_ORIGIN_BYTES);
    struct cairn_bytes country = row_text(row, 2, 3);
    struct cairn_origin origin;
    if (row->err == CAIRN_OK) {
        row->err = cairn_origin_parse(text, &origin);
    }
    row_need(row, row->err == CAIRN_OK &&
                      cairn_bytes_is_equal(origin.network, cairn_bytes_of(core->network)) &&
                      cairn_bytes_is_equal(origin.country, country));
    uint32_t number = row->err == CAIRN_OK ? cairn_core_country_add(core, country.data) : CORE_NONE;
    if (number != CORE_NONE) {
        number = cairn_core_journal_add(core, text, number);
    }
    row_need(row, number != CORE_NONE);
    return number;
}

static void recall_journal(struct cairn_core *core, struct row_reader *row)
{
    uint32_t number = recall_journal_place(core, row);
    if (row->err != CAIRN_OK) {
        return;
    }
    struct core_journal *journal = &core->journals[number];
    row_range(row, 3, &journal->verified);
    struct cairn_bytes note = row_bin(row, 4, CORE_NOTE_MAX);
    journal->cosigned_size = row_uint(row, 5, UINT64_MAX);
    journal->witnessed_size = row_uint(row, 6, UINT64_MAX);
    uint64_t flags = row_uint(row, 7, 1 | CORE_ROW_REPUDIATED);
    journal->is_forked = (flags & 1) != 0;
    journal->branch = (flags & CORE_ROW_REPUDIATED) != 0 ? CORE_BRANCH_WRONG : CORE_BRANCH_OPEN;
    journal->seen_ms = row_uint(row, 8, UINT64_MAX);
    journal->mark_ms = row_uint(row, 9, UINT64_MAX);
    journal->kept_bytes = row_uint_since(row, 10, RECALL_SIZE_MAX);
    row_need(row, row->err == CAIRN_OK && recall_is_checkpoint(core, number, note));
    if (row->err != CAIRN_OK) {
        return;
    }
    journal->candidate = journal->verified;
    journal->checkpoint.size = journal->verified.size;
    cairn_merkle_range_root(&journal->verified, journal->checkpoint.root);
    journal->checkpoint.note_bytes = (uint32_t)note.size;
    if (note.size > 0) {
        memcpy(journal->checkpoint.note, note.data, note.size);
    }
    journal->durable = journal->checkpoint;
}

static void recall_cut(struct cairn_core *core, const uint8_t id[static 16], struct row_reader *row)
{
    struct cairn_merkle_range common;
    uint32_t number = cairn_core_log_find(core, id);
    row_range(row, 1, &common);
    row_need(row, number != CORE_NONE && number != 0 && !core_log_is_feed(core, number) &&
                      common.size < core->journals[number].verified.size);
    if (row->err == CAIRN_OK) {
        core->journals[number].common = common;
        core->journals[number].is_cut = true;
    }
}

static void recall_country(struct cairn_core *core, struct row_reader *row)
{
    struct cairn_bytes code = row_text(row, 1, 3);
    bool is_recognised = row_uint(row, 2, 1) != 0;
    row_need(row, row->err == CAIRN_OK && cairn_id_is_country(code));
    uint32_t number = row->err == CAIRN_OK ? cairn_core_country_add(core, code.data) : CORE_NONE;
    row_need(row, number != CORE_NONE);
    if (row->err == CAIRN_OK) {
        core->countries[number].is_recognised = is_recognised;
    }
}

static void recall_clock(struct cairn_core *core, struct row_reader *row)
{
    core->mark_ms = row_uint(row, 1, UINT64_MAX >> 16);
    row_fixed(row, 2, 32, core->policy_hash);
}

static void recall_round(struct row_reader *row, uint64_t key, struct cairn_core_round *out)
{
    out->began_ms = row_uint(row, key, UINT64_MAX);
    out->ended_ms = row_uint(row, key + 1, UINT64_MAX);
    out->rows = row_uint(row, key + 2, UINT64_MAX);
    out->bytes = row_uint(row, key + 3, UINT64_MAX);
    out->found = row_uint(row, key + 4, UINT64_MAX);
    out->healed = row_uint(row, key + 5, UINT64_MAX);
    out->lost = row_uint(row, key + 6, UINT64_MAX);
}

static void recall_scrub(struct cairn_core *core, struct row_reader *row)
{
    struct core_scrub *scrub = &core->scrub;
    struct cairn_bytes log = row_bin(row, 1, 16);
    scrub->place_at = row_uint(row, 2, RECALL_SIZE_MAX);
    row_range(row, 3, &scrub->place_range);
    scrub->place_leaf_plus1 = row_uint(row, 4, RECALL_SIZE_MAX);
    scrub->is_on = row_uint(row, 5, 1) != 0;
    recall_round(row, 6, &scrub->round);
    recall_round(row, 13, &scrub->last);
    scrub->has_place = row->err == CAIRN_OK && scrub->is_on && log.size == 16;
    if (scrub->has_place) {
        memcpy(scrub->place, log.data, 16);
    }
}

static void recall_fault(struct cairn_core *core, const uint8_t id[static 16],
                         struct row_reader *row)
{
    struct core_fault fault = {.table = (uint8_t)row_uint(row, 1, UINT8_MAX)};
    fault.from = row_uint(row, 2, RECALL_SIZE_MAX);
    fault.to = row_uint(row, 3, RECALL_SIZE_MAX);
    fault.found_ms = row_uint(row, 4, UINT64_MAX);
    fault.is_lost = row_uint(row, 5, 1) != 0;
    memcpy(fault.id, id, 16);
    row_need(row, fault.from < fault.to);
    if (row->err == CAIRN_OK && core->scrub.fault_count < CORE_FAULTS) {
        core->scrub.faults[core->scrub.fault_count++] = fault;
    }
}

/* ---- FEED ---- */

static void recall_secrets(struct cairn_core *core, struct cairn_feed *feed, struct row_reader *row,
                           struct cairn_bytes sealed, uint64_t epoch_count)
{
    uint8_t secrets[CAIRN_FEED_EPOCHS_MAX][32];
    uint8_t key[32];
    const size_t around = CORE_ROW_NONCE_BYTES + CAIRN_SUITE_TAG_BYTES;
    row_need(row, sealed.size >= around + 32 && (sealed.size - around) % 32 == 0);
    if (row->err != CAIRN_OK) {
        return;
    }
    uint32_t count = (uint32_t)((sealed.size - around) / 32);
    cairn_core_row_key(core, feed->id, key);
    struct cairn_suite_box box = {
        .key = key, .nonce = sealed.data, .aad = {.data = feed->id, .size = 16}};
    row->err = cairn_suite_open(core->suite, &box,
                                (struct cairn_bytes){.data = sealed.data + CORE_ROW_NONCE_BYTES,
                                                     .size = sealed.size - CORE_ROW_NONCE_BYTES},
                                secrets[0]);
    row_need(row, epoch_count > 0 && epoch_count <= count);
    feed->epoch_count = 0;
    for (uint32_t i = 0; row->err == CAIRN_OK && i < epoch_count; i++) {
        row->err = cairn_feed_add_epoch(feed, core->suite, cairn_core_origin(core, feed->journal),
                                        secrets[i]);
    }
    if (row->err == CAIRN_OK) {
        memcpy(feed->secrets, secrets, (size_t)count * 32);
        feed->known_epochs = count;
    }
}

static uint32_t recall_feed_place(struct cairn_core *core, const uint8_t id[static 16],
                                  const uint8_t journal_id[static 16], uint64_t type)
{
    uint32_t found = cairn_core_feed_number(core, id);
    uint32_t journal = 0;
    while (journal < core->journal_count &&
           !cairn_bytes_is_same16(core->journals[journal].id, journal_id)) {
        journal++;
    }
    if (journal == core->journal_count || type > CAIRN_FEED_TYPE_PRIVATE) {
        return CORE_NONE;
    }
    if (found == CORE_NONE) {
        return cairn_core_feed_add(core, id, (enum cairn_feed_type)type, journal);
    }
    bool is_same = core->feeds[found].journal == journal && core->feeds[found].type == type;
    return is_same ? found : CORE_NONE;
}

static void recall_members(struct cairn_core *core, struct cairn_feed *feed, struct row_reader *row,
                           struct cairn_bytes members)
{
    row_need(row, members.size % 3 == 0);
    for (size_t i = 0; row->err == CAIRN_OK && i < members.size; i += 3) {
        struct cairn_bytes code = {.data = members.data + i, .size = 3};
        row_need(row, cairn_id_is_country(code));
        uint32_t country =
            row->err == CAIRN_OK ? cairn_core_country_name(core, code.data) : CORE_NONE;
        if (country != CORE_NONE) {
            cairn_members_add(&feed->members, country);
        }
    }
}

static void recall_feed_numbers(struct cairn_feed *feed, struct row_reader *row)
{
    feed->committed_size = row_uint(row, 7, RECALL_SIZE_MAX);
    feed->commits = row_uint(row, 8, RECALL_SIZE_MAX);
    feed->last_leaf_plus1 = row_uint(row, 9, RECALL_SIZE_MAX);
    feed->first_leaf = row_uint(row, 10, RECALL_SIZE_MAX);
    feed->is_closed = row_uint(row, 11, 1) != 0;
    feed->is_broken = row_uint(row, 12, 1) != 0;
    feed->receipt_commits = row_uint(row, 13, RECALL_SIZE_MAX);
    row_need(row, feed->committed_size == feed->range.size);
    row_need(row, (feed->commits == 0) == (feed->last_leaf_plus1 == 0));
    row_need(row, feed->commits > 0 || feed->committed_size == 0);
    row_need(row, feed->receipt_commits <= feed->commits);
}

static void recall_feed(struct cairn_core *core, const uint8_t id[static 16],
                        struct row_reader *row)
{
    uint8_t journal_id[16];
    row_fixed(row, 1, sizeof journal_id, journal_id);
    uint64_t type = row_uint(row, 2, UINT64_MAX);
    struct cairn_bytes members = row_text(row, 3, sizeof(uint8_t[CAIRN_LIMIT_COUNTRIES * 3]));
    struct cairn_bytes secrets = row_bin(row, 4, CORE_ROW_SECRETS_MAX);
    uint32_t number =
        row->err == CAIRN_OK ? recall_feed_place(core, id, journal_id, type) : CORE_NONE;
    row_need(row, number != CORE_NONE);
    if (row->err != CAIRN_OK) {
        return;
    }
    struct cairn_feed *feed = &core->feeds[number];
    recall_members(core, feed, row, members);
    row_fixed(row, 5, 32, feed->nonce);
    row_range(row, 6, &feed->range);
    recall_feed_numbers(feed, row);
    uint64_t scanned = row_uint(row, 14, RECALL_SIZE_MAX);
    uint64_t epoch_count = row_uint(row, 15, CAIRN_FEED_EPOCHS_MAX);
    feed->held_bytes = row_uint_since(row, 16, RECALL_SIZE_MAX);
    feed->mark_ms = row_uint_since(row, 17, UINT64_MAX);
    if (feed->journal == 0 && type == CAIRN_FEED_TYPE_CONTROL && feed->mark_ms > core->mark_ms) {
        core->mark_ms = feed->mark_ms; /* it came back after the last one of this node's own */
    }
    if (row->err == CAIRN_OK) {
        recall_secrets(core, feed, row, secrets, epoch_count);
    }
    if (row->err == CAIRN_OK) {
        feed->durable_commits = feed->commits;
        cairn_feed_scan_from(feed, core->suite, scanned);
    }
}

/* Of this node, or of an incarnation of it that ended since the row was written. */
static bool recall_is_own(const struct cairn_core *core, uint32_t number)
{
    return core->journals[core->feeds[number].journal].country == 0;
}

/* Of an audience feed, somebody may still have what is missing. source P-105 */
static void recall_lost(struct cairn_feed *feed, uint64_t leaf, bool is_told)
{
    feed->is_lost = true;
    feed->lost_leaf = leaf;
    feed->is_loss_told = is_told;
    feed->is_closed = feed->is_closed || feed->type == CAIRN_FEED_TYPE_PRIVATE;
}

/* Of a country that has lost another key since, it says nothing. */
static void recall_told(struct cairn_core *core, uint32_t number, struct row_reader *row)
{
    struct cairn_bytes code = row_text(row, 1, 3);
    uint64_t lost_count = row_uint(row, 2, CAIRN_COUNTRY_SEALING_MAX);
    row_need(row, row->err == CAIRN_OK && code.size == 3);
    uint32_t country = row->err == CAIRN_OK ? cairn_core_country_find(core, code.data) : CORE_NONE;
    if (country != CORE_NONE && cairn_roster_lost_count(&core->countries[country]) == lost_count) {
        cairn_members_add(&core->feeds[number].told, country);
    }
}

static void recall_feed_part(struct cairn_core *core, const uint8_t id[static 16], uint64_t type,
                             struct row_reader *row)
{
    uint32_t number = cairn_core_feed_number(core, id);
    row_need(row, number != CORE_NONE);
    if (type == CORE_ROW_TOLD && number != CORE_NONE) {
        recall_told(core, number, row);
    } else if (type == CORE_ROW_WAITING) {
        struct cairn_merkle_range range;
        row_range(row, 1, &range);
        uint64_t bytes = row_uint(row, 2, CAIRN_LIMIT_COMMIT_BYTES);
        row_need(row, row->err == CAIRN_OK && recall_is_own(core, number) &&
                          core->feeds[number].type == CAIRN_FEED_TYPE_PRIVATE);
        bool is_past = row->err == CAIRN_OK && core->feeds[number].journal != 0;
        if (row->err == CAIRN_OK && !is_past && range.size > core->feeds[number].range.size) {
            core->feeds[number].range = range;
            core->feeds[number].waiting_bytes = (uint32_t)bytes;
            core->is_private_due |= bytes > CORE_PRIVATE_BYTES;
        }
    } else if (type == CORE_ROW_FROZEN) {
        (void)row_uint(row, 1, 1);
        row_need(row, row->err == CAIRN_OK && recall_is_own(core, number));
        if (row->err == CAIRN_OK && core->feeds[number].journal == 0) {
            core->feeds[number].is_frozen = true;
            core->feeds[number].has_frozen_row = true;
        }
    } else if (type == CORE_ROW_LOST) {
        uint64_t leaf = row_uint(row, 1, UINT64_MAX - 1);
        bool is_told = row_uint(row, 2, 1) != 0;
        row_need(row, row->err == CAIRN_OK && recall_is_own(core, number) &&
                          core->feeds[number].type >= CAIRN_FEED_TYPE_AUDIENCE);
        if (row->err == CAIRN_OK) {
            recall_lost(&core->feeds[number], leaf, is_told);
        }
    } else {
        uint64_t commits = row_uint(row, 1, UINT64_MAX);
        row_need(row, row->err == CAIRN_OK && commits <= core->feeds[number].commits);
        if (row->err == CAIRN_OK && commits > core->feeds[number].receipt_commits) {
            core->feeds[number].receipt_commits = commits;
        }
    }
}

static void recall_row(struct cairn_core *core, const struct cairn_row *recalled)
{
    size_t fault_at = 0;
    uint32_t count = 0;
    struct row_reader row = {.err = cairn_pack_check(recalled->value, &fault_at)};
    cairn_pack_reader_init(&row.pack, recalled->value);
    if (row.err == CAIRN_OK) {
        row.err = cairn_pack_get_map(&row.pack, &count);
    }
    uint64_t type = row_uint(&row, 0, UINT64_MAX);
    bool is_feed = recalled->key.table == CAIRN_TABLE_FEED;
    if (row.err != CAIRN_OK) {
        /* said below */
    } else if (type == CORE_ROW_JOURNAL && !is_feed) {
        recall_journal(core, &row);
    } else if (type == CORE_ROW_COUNTRY && !is_feed) {
        recall_country(core, &row);
    } else if (type == CORE_ROW_CLOCK && !is_feed) {
        recall_clock(core, &row);
    } else if (type == CORE_ROW_RESTORED && !is_feed) {
        uint64_t state = row_uint(&row, 1, 2);
        core->restore.was_restored = state != 0;
        core->restore.is_unfinished = state == 2;
    } else if (type == CORE_ROW_SCRUB && !is_feed) {
        recall_scrub(core, &row);
    } else if (type == CORE_ROW_CUT && !is_feed) {
        recall_cut(core, recalled->key.id, &row);
    } else if (type == CORE_ROW_FAULT && !is_feed) {
        recall_fault(core, recalled->key.id, &row);
    } else if (type == CORE_ROW_FEED && is_feed) {
        recall_feed(core, recalled->key.id, &row);
    } else if (is_feed &&
               ((type >= CORE_ROW_WAITING && type <= CORE_ROW_FROZEN) || type == CORE_ROW_TOLD)) {
        recall_feed_part(core, recalled->key.id, type, &row);
    } else {
        row.err = CAIRN_DISK_CORRUPT;
    }
    if (row.err == CAIRN_OK && !cairn_pack_is_end(&row.pack)) {
        row.err = CAIRN_DISK_CORRUPT;
    }
    if (row.err != CAIRN_OK) {
        core->is_failed = true;
        cairn_core_notice_err(core, CAIRN_NOTICE_STORE_FAILED, CORE_NONE, CAIRN_DISK_CORRUPT);
    }
}

void cairn_core_recall(struct cairn_core *core, const struct cairn_row *row)
{
    if (core->is_failed) {
        return;
    }
    if (row->key.table == CAIRN_TABLE_STATE || row->key.table == CAIRN_TABLE_FEED) {
        recall_row(core, row);
    } else if (row->key.table == CAIRN_TABLE_NOTE) {
        cairn_err err = cairn_core_note_is_behind(core, row)
                            ? cairn_core_note_recall_behind(core, row->value)
                            : cairn_core_document_recall(core, row->value);
        if (err != CAIRN_OK) {
            cairn_core_notice_err(core, CAIRN_NOTICE_STORE_FAILED, CORE_NONE, err);
        }
    }
}

/* Feeds that have seen all of their journal are looked up by tag from now on; the rest rescans. */
void cairn_core_recall_end(struct cairn_core *core)
{
    cairn_core_cut_recall(core);
    for (uint32_t i = 0; i < core->feed_count; i++) {
        const struct cairn_feed *feed = &core->feeds[i];
        if (feed->journal != 0 && !feed->is_closed && !feed->is_broken && !feed->is_cut &&
            feed->scan_leaf >= core->journals[feed->journal].verified.size) {
            cairn_core_tag_put(core, i);
        }
    }
    for (uint32_t i = 1; i < core->country_count; i++) {
        if (core->countries[i].is_recognised) {
            cairn_core_pair(core, i);
        }
    }
    cairn_core_accept_recall(core);
}
