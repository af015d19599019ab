#include "replication/core_parts.h"

#include "crypto/hash.h"
#include "schema/base/check.h"
#include "schema/pack.h"

#include <string.h>

/* The core's own rows (tables STATE and FEED), canonical msgpack:
 *
 *     journal  {0: 1, 1: origin, 2: country, 3: range, 4: checkpoint note, 5: cosigned size,
 *               6: witnessed size, 7: is forked, 8: seen ms}
 *     feed     {0: 2, 1: journal id, 2: type, 3: members text, 4: sealed secrets, 5: nonce, 6:
 * range, 7: committed size, 8: commits, 9: last leaf + 1, 10: first leaf, 11: is closed, 12: is
 * broken, 13: receipt commits, 14: scanned up to, 15: epochs} country  {0: 3, 1: code, 2: is
 * recognised} clock    {0: 4, 1: hlc, 2: policy hash}
 *
 * A feed's secrets are sealed under this node's local secret: the log store holds no key. */

#define ROW_MAX (8u << 10)

enum core_row_type {
    CORE_ROW_JOURNAL = 1,
    CORE_ROW_FEED = 2,
    CORE_ROW_COUNTRY = 3,
    CORE_ROW_CLOCK = 4,
};

struct core_puts cairn_core_puts_begin(struct cairn_core *core, size_t capacity)
{
    return (struct core_puts){.puts = cairn_core_take(core, capacity * sizeof(struct cairn_put)),
                              .capacity = capacity};
}

struct cairn_put *cairn_core_puts_add(struct core_puts *puts, enum cairn_table table,
                                      const uint8_t id[static 16], uint64_t index)
{
    CAIRN_REQUIRE(puts->count < puts->capacity);
    struct cairn_put *put = &puts->puts[puts->count++];
    put->key = (struct cairn_key){.table = (uint8_t)table, .index = index};
    memcpy(put->key.id, id, 16);
    return put;
}

void cairn_core_puts_store(struct cairn_core *core, const struct core_puts *puts, uint32_t token,
                           bool is_synced)
{
    struct cairn_action *store = cairn_core_act(core, CAIRN_ACTION_STORE);
    store->as.store.token = token;
    store->as.store.puts = puts->puts;
    store->as.store.put_count = puts->count;
    store->as.store.is_synced = is_synced;
}

static void row_end(struct cairn_core *core, const struct cairn_pack_writer *writer,
                    struct cairn_put *put)
{
    struct cairn_bytes row;
    cairn_err err = cairn_pack_end(writer, &row);
    CAIRN_REQUIRE(err == CAIRN_OK);
    uint8_t *copy = cairn_core_take(core, row.size);
    memcpy(copy, row.data, row.size);
    put->head = (struct cairn_bytes){.data = copy, .size = row.size};
}

static void row_put_range(struct cairn_pack_writer *writer, const struct cairn_merkle_range *range)
{
    uint8_t bytes[CAIRN_MERKLE_RANGE_MAX];
    size_t size = cairn_merkle_range_encode(range, bytes);
    cairn_pack_put_bin(writer, (struct cairn_bytes){.data = bytes, .size = size});
}

static void row_nonce(const uint8_t feed[static 16], uint32_t count, uint8_t out[static 12])
{
    memcpy(out, feed, 8);
    cairn_bytes_put_u32(out + 8, count); /* the same secrets for the same nonce, always */
}

static void row_put_secrets(struct cairn_core *core, struct cairn_pack_writer *writer,
                            const struct cairn_feed *feed)
{
    uint8_t sealed[CAIRN_FEED_EPOCHS_MAX * 32 + 16];
    uint8_t nonce[12];
    size_t size = (size_t)feed->known_epochs * 32;
    row_nonce(feed->id, feed->known_epochs, nonce);
    struct cairn_suite_box box = {
        .key = core->local_secret, .nonce = nonce, .aad = {.data = feed->id, .size = 16}};
    cairn_suite_seal(core->suite, &box,
                     (struct cairn_bytes){.data = feed->secrets[0], .size = size}, sealed);
    cairn_pack_put_bin(writer, (struct cairn_bytes){.data = sealed, .size = size + 16});
}

static void row_put_members(const struct cairn_core *core, struct cairn_pack_writer *writer,
                            const struct cairn_members *members)
{
    uint8_t text[CAIRN_LIMIT_COUNTRIES * 3];
    size_t size = 0;
    for (uint32_t i = 0; i < core->country_count; i++) {
        if (cairn_members_has(members, i)) {
            memcpy(text + size, core->countries[i].country, 3);
            size += 3;
        }
    }
    cairn_pack_put_text(writer, (struct cairn_bytes){.data = text, .size = size});
}

/* range: of the feed at its last commit; entries that wait for the next one are not in it. */
void cairn_core_puts_add_feed(struct cairn_core *core, struct core_puts *puts, uint32_t number,
                              const struct cairn_merkle_range *range)
{
    const struct cairn_feed *feed = &core->feeds[number];
    const struct cairn_pending *pending = cairn_feed_pending(feed, &core->pending);
    struct cairn_pack_writer writer;
    uint8_t row[ROW_MAX];
    cairn_pack_writer_init(&writer, row, sizeof row);
    cairn_pack_put_map(&writer, 16);
    cairn_pack_put_uint(&writer, 0);
    cairn_pack_put_uint(&writer, CORE_ROW_FEED);
    cairn_pack_put_uint(&writer, 1);
    cairn_pack_put_bin(&writer,
                       (struct cairn_bytes){.data = core->journals[feed->journal].id, .size = 16});
    cairn_pack_put_uint(&writer, 2);
    cairn_pack_put_uint(&writer, feed->type);
    cairn_pack_put_uint(&writer, 3);
    row_put_members(core, &writer, &feed->members);
    cairn_pack_put_uint(&writer, 4);
    row_put_secrets(core, &writer, feed);
    cairn_pack_put_uint(&writer, 5);
    cairn_pack_put_bin(&writer, (struct cairn_bytes){.data = feed->nonce, .size = 32});
    cairn_pack_put_uint(&writer, 6);
    row_put_range(&writer, range);
    const uint64_t numbers[] = {
        feed->committed_size,
        feed->commits,
        feed->last_leaf_plus1,
        feed->first_leaf,
        feed->is_closed,
        feed->is_broken,
        feed->receipt_commits,
        pending == NULL ? cairn_core_scanned(core, feed) : pending->leaf_index,
        feed->epoch_count,
    };
    for (uint32_t i = 0; i < 9; i++) {
        cairn_pack_put_uint(&writer, 7 + i);
        cairn_pack_put_uint(&writer, numbers[i]);
    }
    row_end(core, &writer, cairn_core_puts_add(puts, CAIRN_TABLE_FEED, feed->id, 0));
}

void cairn_core_puts_add_journal(struct cairn_core *core, struct core_puts *puts, uint32_t number)
{
    const struct core_journal *journal = &core->journals[number];
    struct cairn_pack_writer writer;
    uint8_t row[ROW_MAX];
    cairn_pack_writer_init(&writer, row, sizeof row);
    cairn_pack_put_map(&writer, 9);
    cairn_pack_put_uint(&writer, 0);
    cairn_pack_put_uint(&writer, CORE_ROW_JOURNAL);
    cairn_pack_put_uint(&writer, 1);
    cairn_pack_put_text(&writer, cairn_core_origin(core, number));
    cairn_pack_put_uint(&writer, 2);
    cairn_pack_put_text(&writer, (struct cairn_bytes){
                                     .data = core->countries[journal->country].country, .size = 3});
    cairn_pack_put_uint(&writer, 3);
    row_put_range(&writer, &journal->verified);
    cairn_pack_put_uint(&writer, 4);
    cairn_pack_put_bin(&writer, (struct cairn_bytes){.data = journal->checkpoint.note,
                                                     .size = journal->checkpoint.note_bytes});
    cairn_pack_put_uint(&writer, 5);
    cairn_pack_put_uint(&writer, journal->cosigned_size);
    cairn_pack_put_uint(&writer, 6);
    cairn_pack_put_uint(&writer, journal->witnessed_size);
    cairn_pack_put_uint(&writer, 7);
    cairn_pack_put_uint(&writer, journal->is_forked);
    cairn_pack_put_uint(&writer, 8);
    cairn_pack_put_uint(&writer, journal->seen_ms);
    row_end(core, &writer, cairn_core_puts_add(puts, CAIRN_TABLE_STATE, journal->id, 0));
}

void cairn_core_puts_add_country(struct cairn_core *core, struct core_puts *puts, uint32_t number)
{
    const struct cairn_roster_entry *country = &core->countries[number];
    struct cairn_pack_writer writer;
    uint8_t row[64];
    uint8_t id[16] = {0};
    cairn_pack_writer_init(&writer, row, sizeof row);
    cairn_pack_put_map(&writer, 3);
    cairn_pack_put_uint(&writer, 0);
    cairn_pack_put_uint(&writer, CORE_ROW_COUNTRY);
    cairn_pack_put_uint(&writer, 1);
    cairn_pack_put_text(&writer, (struct cairn_bytes){.data = country->country, .size = 3});
    cairn_pack_put_uint(&writer, 2);
    cairn_pack_put_uint(&writer, country->is_recognised);
    memcpy(id, country->country, 3);
    row_end(core, &writer, cairn_core_puts_add(puts, CAIRN_TABLE_STATE, id, 3));
}

void cairn_core_puts_add_clock(struct cairn_core *core, struct core_puts *puts)
{
    struct cairn_pack_writer writer;
    uint8_t row[64];
    uint8_t id[16] = {0};
    cairn_pack_writer_init(&writer, row, sizeof row);
    cairn_pack_put_map(&writer, 3);
    cairn_pack_put_uint(&writer, 0);
    cairn_pack_put_uint(&writer, CORE_ROW_CLOCK);
    cairn_pack_put_uint(&writer, 1);
    cairn_pack_put_uint(&writer, core->mark_ms);
    cairn_pack_put_uint(&writer, 2);
    cairn_pack_put_bin(&writer, (struct cairn_bytes){.data = core->policy_hash, .size = 32});
    row_end(core, &writer, cairn_core_puts_add(puts, CAIRN_TABLE_STATE, id, 4));
}

/* ---- recall: what was written above, read at the start; damaged rows are a damaged disk ---- */

struct row_reader {
    struct cairn_pack_reader pack;
    cairn_err err; /* the first one; values after it are zero */
};

static void row_key(struct row_reader *row, uint64_t key)
{
    uint64_t found = 0;
    if (row->err == CAIRN_OK) {
        row->err = cairn_pack_get_uint(&row->pack, UINT64_MAX, &found);
    }
    if (row->err == CAIRN_OK && found != key) {
        row->err = CAIRN_PACK_FIELD;
    }
}

static uint64_t row_uint(struct row_reader *row, uint64_t key)
{
    uint64_t value = 0;
    row_key(row, key);
    if (row->err == CAIRN_OK) {
        row->err = cairn_pack_get_uint(&row->pack, UINT64_MAX, &value);
    }
    return value;
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
    if (row->err == CAIRN_OK) {
        row->err = cairn_merkle_range_decode(bytes, out);
    }
}

static void recall_journal(struct cairn_core *core, struct row_reader *row)
{
    struct cairn_bytes origin = row_text(row, 1, CAIRN_LIMIT_ORIGIN_BYTES);
    struct cairn_bytes country = row_text(row, 2, 3);
    if (row->err != CAIRN_OK || country.size != 3) {
        row->err = CAIRN_DISK_CORRUPT;
        return;
    }
    uint32_t number =
        cairn_core_journal_add(core, origin, cairn_core_country_add(core, country.data));
    if (number == CORE_NONE) {
        row->err = CAIRN_FULL;
        return;
    }
    struct core_journal *journal = &core->journals[number];
    row_range(row, 3, &journal->verified);
    struct cairn_bytes note = row_bin(row, 4, CORE_NOTE_MAX);
    journal->cosigned_size = row_uint(row, 5);
    journal->witnessed_size = row_uint(row, 6);
    journal->is_forked = row_uint(row, 7) != 0;
    journal->seen_ms = row_uint(row, 8);
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

static cairn_err recall_secrets(struct cairn_core *core, struct cairn_feed *feed,
                                struct cairn_bytes sealed, uint64_t epoch_count)
{
    uint8_t secrets[CAIRN_FEED_EPOCHS_MAX][32];
    uint8_t nonce[12];
    if (sealed.size < 48 || (sealed.size - 16) % 32 != 0) {
        return CAIRN_DISK_CORRUPT;
    }
    uint32_t count = (uint32_t)((sealed.size - 16) / 32);
    row_nonce(feed->id, count, nonce);
    struct cairn_suite_box box = {
        .key = core->local_secret, .nonce = nonce, .aad = {.data = feed->id, .size = 16}};
    CAIRN_TRY(cairn_suite_open(core->suite, &box, sealed, secrets[0]));
    feed->epoch_count = 0;
    for (uint32_t i = 0; i < count && i < epoch_count; i++) {
        CAIRN_TRY(cairn_feed_add_epoch(feed, core->suite, cairn_core_origin(core, feed->journal),
                                       secrets[i]));
    }
    memcpy(feed->secrets, secrets, (size_t)count * 32);
    feed->known_epochs = count;
    return feed->epoch_count > 0 ? CAIRN_OK : CAIRN_DISK_CORRUPT;
}

static uint32_t recall_feed_place(struct cairn_core *core, const uint8_t id[static 16],
                                  struct cairn_bytes journal_id, uint64_t type)
{
    uint32_t found = cairn_core_feed_number(core, id);
    uint32_t journal = CORE_NONE;
    for (uint32_t i = 0; i < core->journal_count; i++) {
        if (memcmp(core->journals[i].id, journal_id.data, 16) == 0) {
            journal = i;
        }
    }
    if (found != CORE_NONE || journal == CORE_NONE || type > CAIRN_FEED_TYPE_PRIVATE) {
        return found;
    }
    return cairn_core_feed_add(core, id, (enum cairn_feed_type)type, journal);
}

static void recall_feed(struct cairn_core *core, const uint8_t id[static 16],
                        struct row_reader *row)
{
    struct cairn_bytes journal_id = row_bin(row, 1, 16);
    uint64_t type = row_uint(row, 2);
    struct cairn_bytes members = row_text(row, 3, sizeof(uint8_t[CAIRN_LIMIT_COUNTRIES * 3]));
    struct cairn_bytes secrets = row_bin(row, 4, CAIRN_FEED_EPOCHS_MAX * 32 + 16);
    struct cairn_bytes nonce = row_bin(row, 5, 32);
    if (row->err != CAIRN_OK || journal_id.size != 16 || nonce.size != 32) {
        row->err = CAIRN_DISK_CORRUPT;
        return;
    }
    uint32_t number = recall_feed_place(core, id, journal_id, type);
    if (number == CORE_NONE) {
        row->err = CAIRN_DISK_CORRUPT;
        return;
    }
    struct cairn_feed *feed = &core->feeds[number];
    cairn_core_tag_remove(core, number);
    for (size_t i = 0; i + 3 <= members.size; i += 3) {
        cairn_members_add(&feed->members, cairn_core_country_add(core, members.data + i));
    }
    memcpy(feed->nonce, nonce.data, 32);
    row_range(row, 6, &feed->range);
    feed->committed_size = row_uint(row, 7);
    feed->commits = row_uint(row, 8);
    feed->last_leaf_plus1 = row_uint(row, 9);
    feed->first_leaf = row_uint(row, 10);
    feed->is_closed = row_uint(row, 11) != 0;
    feed->is_broken = row_uint(row, 12) != 0;
    feed->receipt_commits = row_uint(row, 13);
    uint64_t scanned = row_uint(row, 14);
    uint64_t epoch_count = row_uint(row, 15);
    feed->durable_commits = feed->commits;
    if (row->err == CAIRN_OK) {
        row->err = recall_secrets(core, feed, secrets, epoch_count);
    }
    if (row->err == CAIRN_OK) {
        cairn_feed_scan_from(feed, core->suite, scanned);
    }
}

static void recall_state(struct cairn_core *core, const struct cairn_row *recalled)
{
    size_t fault_at = 0;
    uint32_t count = 0;
    struct row_reader row = {.err = cairn_pack_check(recalled->value, &fault_at)};
    cairn_pack_reader_init(&row.pack, recalled->value);
    if (row.err == CAIRN_OK) {
        row.err = cairn_pack_get_map(&row.pack, &count);
    }
    uint64_t type = row_uint(&row, 0);
    if (row.err == CAIRN_OK && type == CORE_ROW_JOURNAL) {
        recall_journal(core, &row);
    } else if (row.err == CAIRN_OK && type == CORE_ROW_FEED) {
        recall_feed(core, recalled->key.id, &row);
    } else if (row.err == CAIRN_OK && type == CORE_ROW_COUNTRY) {
        struct cairn_bytes code = row_text(&row, 1, 3);
        bool is_recognised = row_uint(&row, 2) != 0;
        if (row.err == CAIRN_OK && code.size == 3) {
            core->countries[cairn_core_country_add(core, code.data)].is_recognised = is_recognised;
        }
    } else if (row.err == CAIRN_OK && type == CORE_ROW_CLOCK) {
        core->mark_ms = row_uint(&row, 1);
        struct cairn_bytes policy = row_bin(&row, 2, 32);
        if (row.err == CAIRN_OK && policy.size == 32) {
            memcpy(core->policy_hash, policy.data, 32);
        }
    }
    if (row.err != CAIRN_OK) {
        core->is_halted = true;
        cairn_core_notice_err(core, CAIRN_NOTICE_STORE_FAILED, CORE_NONE, CAIRN_DISK_CORRUPT);
    }
}

void cairn_core_recall(struct cairn_core *core, const struct cairn_row *row)
{
    if (row->key.table == CAIRN_TABLE_STATE || row->key.table == CAIRN_TABLE_FEED) {
        recall_state(core, row);
    } else if (row->key.table == CAIRN_TABLE_NOTE) {
        cairn_err err = cairn_core_document(core, row->value, false, true);
        if (err != CAIRN_OK) {
            cairn_core_notice_err(core, CAIRN_NOTICE_STORE_FAILED, CORE_NONE, err);
        }
    }
}

/* Feeds that have seen all of their journal are looked up by tag from now on; the rest rescans. */
void cairn_core_recall_end(struct cairn_core *core)
{
    for (uint32_t i = 0; i < core->feed_count; i++) {
        struct cairn_feed *feed = &core->feeds[i];
        cairn_core_tag_remove(core, i);
        if (feed->journal != 0 && feed->scan_leaf >= core->journals[feed->journal].verified.size) {
            cairn_core_tag_put(core, i);
        }
    }
    for (uint32_t i = 1; i < core->country_count; i++) {
        if (core->countries[i].is_recognised) {
            cairn_core_pair(core, i);
        }
    }
}
