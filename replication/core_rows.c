#include "replication/core_rows.h"

#include "replication/core_parts.h"

#include "schema/base/check.h"
#include "schema/pack.h"

#include <string.h>

#define ROW_MAX (8u << 10)

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

/* A row begins with a map of so many fields, and its type. */
static void row_begin(struct cairn_pack_writer *writer, uint8_t row[static ROW_MAX],
                      enum core_row_type type, uint32_t field_count)
{
    cairn_pack_writer_init(writer, row, ROW_MAX);
    cairn_pack_put_map(writer, field_count + 1);
    cairn_pack_put_uint(writer, 0);
    cairn_pack_put_uint(writer, type);
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

static void row_put_uint(struct cairn_pack_writer *writer, uint64_t key, uint64_t value)
{
    cairn_pack_put_uint(writer, key);
    cairn_pack_put_uint(writer, value);
}

static void row_put_text(struct cairn_pack_writer *writer, uint64_t key, struct cairn_bytes text)
{
    cairn_pack_put_uint(writer, key);
    cairn_pack_put_text(writer, text);
}

static void row_put_bin(struct cairn_pack_writer *writer, uint64_t key, struct cairn_bytes bin)
{
    cairn_pack_put_uint(writer, key);
    cairn_pack_put_bin(writer, bin);
}

static void row_put_range(struct cairn_pack_writer *writer, uint64_t key,
                          const struct cairn_merkle_range *range)
{
    uint8_t bytes[CAIRN_MERKLE_RANGE_MAX];
    size_t size = cairn_merkle_range_encode(range, bytes);
    row_put_bin(writer, key, (struct cairn_bytes){.data = bytes, .size = size});
}

void cairn_core_row_key(const struct cairn_core *core, const uint8_t feed[static 16],
                        uint8_t out[static 32])
{
    static const char label[] = "cairn secrets at rest v1";
    uint8_t text[sizeof label + 16];
    memcpy(text, label, sizeof label);
    memcpy(text + sizeof label, feed, 16);
    cairn_suite_hmac(core->suite, (struct cairn_bytes){.data = core->local_secret, .size = 32},
                     (struct cairn_bytes){.data = text, .size = sizeof text}, out);
}

/* nonce 12 | sealed. The nonce follows from key and secrets: never one nonce for two plaintexts. */
static void row_put_secrets(struct cairn_core *core, struct cairn_pack_writer *writer, uint64_t key,
                            const struct cairn_feed *feed)
{
    uint8_t row[CORE_ROW_SECRETS_MAX];
    uint8_t seal_key[32];
    uint8_t nonce[32];
    struct cairn_bytes secrets = {.data = feed->secrets[0],
                                  .size = (size_t)feed->known_epochs * 32};
    cairn_core_row_key(core, feed->id, seal_key);
    cairn_suite_hmac(core->suite, (struct cairn_bytes){.data = seal_key, .size = 32}, secrets,
                     nonce);
    memcpy(row, nonce, CORE_ROW_NONCE_BYTES);
    struct cairn_suite_box box = {
        .key = seal_key, .nonce = row, .aad = {.data = feed->id, .size = 16}};
    cairn_suite_seal(core->suite, &box, secrets, row + CORE_ROW_NONCE_BYTES);
    row_put_bin(
        writer, key,
        (struct cairn_bytes){.data = row,
                             .size = CORE_ROW_NONCE_BYTES + secrets.size + CAIRN_SUITE_TAG_BYTES});
}

static void row_put_members(const struct cairn_core *core, struct cairn_pack_writer *writer,
                            uint64_t key, const struct cairn_members *members)
{
    uint8_t text[CAIRN_LIMIT_COUNTRIES * 3];
    size_t size = 0;
    for (uint32_t i = 0; i < core->country_count; i++) {
        if (cairn_members_has(members, i)) {
            memcpy(text + size, core->countries[i].country, 3);
            size += 3;
        }
    }
    row_put_text(writer, key, (struct cairn_bytes){.data = text, .size = size});
}

/* range: of the feed at its last commit; entries that wait for the next one are not in it. */
void cairn_core_puts_add_feed(struct cairn_core *core, struct core_puts *puts, uint32_t number,
                              const struct cairn_merkle_range *range)
{
    const struct cairn_feed *feed = &core->feeds[number];
    const struct cairn_pending *pending = cairn_feed_pending(feed, &core->pending);
    struct cairn_pack_writer writer;
    uint8_t row[ROW_MAX];
    row_begin(&writer, row, CORE_ROW_FEED, 17);
    row_put_bin(&writer, 1,
                (struct cairn_bytes){.data = core->journals[feed->journal].id, .size = 16});
    row_put_uint(&writer, 2, feed->type);
    row_put_members(core, &writer, 3, &feed->members);
    row_put_secrets(core, &writer, 4, feed);
    row_put_bin(&writer, 5, (struct cairn_bytes){.data = feed->nonce, .size = 32});
    row_put_range(&writer, 6, range);
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
        feed->held_bytes,
        feed->mark_ms,
    };
    for (uint32_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        row_put_uint(&writer, 7 + i, numbers[i]);
    }
    row_end(core, &writer, cairn_core_puts_add(puts, CAIRN_TABLE_FEED, feed->id, 0));
}

void cairn_core_puts_add_waiting(struct cairn_core *core, struct core_puts *puts, uint32_t number)
{
    const struct cairn_feed *feed = &core->feeds[number];
    struct cairn_pack_writer writer;
    uint8_t row[ROW_MAX];
    row_begin(&writer, row, CORE_ROW_WAITING, 2);
    row_put_range(&writer, 1, &feed->range);
    row_put_uint(&writer, 2, (uint64_t)feed->flushing_bytes + feed->waiting_bytes);
    row_end(core, &writer, cairn_core_puts_add(puts, CAIRN_TABLE_FEED, feed->id, 1));
}

void cairn_core_puts_add_receipt(struct cairn_core *core, struct core_puts *puts,
                                 const struct core_receipt *receipt)
{
    struct cairn_pack_writer writer;
    uint8_t row[ROW_MAX];
    row_begin(&writer, row, CORE_ROW_RECEIPT, 1);
    row_put_uint(&writer, 1, receipt->commits);
    row_end(core, &writer,
            cairn_core_puts_add(puts, CAIRN_TABLE_FEED, core->feeds[receipt->feed].id, 2));
}

void cairn_core_puts_add_told(struct cairn_core *core, struct core_puts *puts, uint32_t number,
                              uint32_t country, bool is_gone)
{
    const struct cairn_roster_entry *told = &core->countries[country];
    uint64_t index = (uint64_t)1 << 32 | (uint64_t)told->country[0] << 16 |
                     (uint64_t)told->country[1] << 8 | told->country[2];
    struct cairn_pack_writer writer;
    uint8_t row[ROW_MAX];
    struct cairn_put *put =
        cairn_core_puts_add(puts, CAIRN_TABLE_FEED, core->feeds[number].id, index);
    if (is_gone) {
        return; /* without a value it is deleted */
    }
    row_begin(&writer, row, CORE_ROW_TOLD, 2);
    row_put_text(&writer, 1, (struct cairn_bytes){.data = told->country, .size = 3});
    row_put_uint(&writer, 2, cairn_roster_lost_count(told));
    row_end(core, &writer, put);
}

void cairn_core_puts_add_frozen(struct cairn_core *core, struct core_puts *puts, uint32_t number)
{
    struct cairn_pack_writer writer;
    uint8_t row[ROW_MAX];
    row_begin(&writer, row, CORE_ROW_FROZEN, 1);
    row_put_uint(&writer, 1, 1);
    row_end(core, &writer, cairn_core_puts_add(puts, CAIRN_TABLE_FEED, core->feeds[number].id, 4));
}

void cairn_core_puts_add_lost(struct cairn_core *core, struct core_puts *puts, uint32_t number)
{
    const struct cairn_feed *feed = &core->feeds[number];
    struct cairn_pack_writer writer;
    uint8_t row[ROW_MAX];
    row_begin(&writer, row, CORE_ROW_LOST, 2);
    row_put_uint(&writer, 1, feed->lost_leaf);
    row_put_uint(&writer, 2, feed->is_loss_told);
    row_end(core, &writer, cairn_core_puts_add(puts, CAIRN_TABLE_FEED, feed->id, 3));
}

void cairn_core_puts_add_restored(struct cairn_core *core, struct core_puts *puts,
                                  bool is_unfinished)
{
    struct cairn_pack_writer writer;
    uint8_t row[ROW_MAX];
    uint8_t id[16] = {0};
    row_begin(&writer, row, CORE_ROW_RESTORED, 1);
    row_put_uint(&writer, 1, is_unfinished ? 2 : 1);
    row_end(core, &writer, cairn_core_puts_add(puts, CAIRN_TABLE_STATE, id, 5));
}

size_t cairn_core_scrub_doubt(struct cairn_key *out_key, uint8_t out_row[static 16])
{
    struct cairn_pack_writer writer;
    struct cairn_bytes row;
    *out_key = (struct cairn_key){.table = CAIRN_TABLE_STATE, .index = 5};
    cairn_pack_writer_init(&writer, out_row, 16);
    cairn_pack_put_map(&writer, 2);
    cairn_pack_put_uint(&writer, 0);
    cairn_pack_put_uint(&writer, CORE_ROW_RESTORED);
    row_put_uint(&writer, 1, 2);
    cairn_err err = cairn_pack_end(&writer, &row);
    CAIRN_REQUIRE(err == CAIRN_OK);
    return row.size;
}

void cairn_core_puts_add_cut(struct cairn_core *core, struct core_puts *puts, uint32_t journal,
                             const struct cairn_merkle_range *common)
{
    struct cairn_pack_writer writer;
    uint8_t row[ROW_MAX];
    struct cairn_put *put =
        cairn_core_puts_add(puts, CAIRN_TABLE_STATE, core->journals[journal].id, CAIRN_STATE_CUT);
    if (common == NULL) {
        return; /* without a value it is deleted */
    }
    row_begin(&writer, row, CORE_ROW_CUT, 1);
    row_put_range(&writer, 1, common);
    row_end(core, &writer, put);
}

static void row_put_round(struct cairn_pack_writer *writer, uint64_t key,
                          const struct cairn_core_round *round)
{
    const uint64_t numbers[] = {round->began_ms, round->ended_ms, round->rows, round->bytes,
                                round->found,    round->healed,   round->lost};
    for (uint32_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        row_put_uint(writer, key + i, numbers[i]);
    }
}

void cairn_core_puts_add_scrub(struct cairn_core *core, struct core_puts *puts)
{
    const struct core_scrub *scrub = &core->scrub;
    struct cairn_bytes log = {.size = 0};
    struct cairn_pack_writer writer;
    uint8_t row[ROW_MAX];
    uint8_t id[16] = {0};
    if (scrub->is_on && scrub->round_log != CORE_NONE && scrub->log == scrub->round_log) {
        log = (struct cairn_bytes){.data = cairn_core_log_id(core, scrub->log), .size = 16};
    }
    row_begin(&writer, row, CORE_ROW_SCRUB, 19);
    row_put_bin(&writer, 1, log);
    row_put_uint(&writer, 2, scrub->at);
    row_put_range(&writer, 3, &scrub->range);
    row_put_uint(&writer, 4, scrub->last_leaf_plus1);
    row_put_uint(&writer, 5, scrub->is_on);
    row_put_round(&writer, 6, &scrub->round);
    row_put_round(&writer, 13, &scrub->last);
    row_end(core, &writer, cairn_core_puts_add(puts, CAIRN_TABLE_STATE, id, 6));
}

void cairn_core_puts_add_fault(struct cairn_core *core, struct core_puts *puts,
                               const struct core_fault *fault, bool is_gone)
{
    uint64_t index = (uint64_t)1 << 63 | fault->from;
    struct cairn_pack_writer writer;
    uint8_t row[ROW_MAX];
    index |= fault->table == CAIRN_TABLE_ENTRY ? (uint64_t)1 << 62 : 0;
    struct cairn_put *put = cairn_core_puts_add(puts, CAIRN_TABLE_STATE, fault->id, index);
    if (is_gone) {
        return; /* without a value it is deleted */
    }
    row_begin(&writer, row, CORE_ROW_FAULT, 5);
    row_put_uint(&writer, 1, fault->table);
    row_put_uint(&writer, 2, fault->from);
    row_put_uint(&writer, 3, fault->to);
    row_put_uint(&writer, 4, fault->found_ms);
    row_put_uint(&writer, 5, fault->is_lost);
    row_end(core, &writer, put);
}

void cairn_core_puts_add_journal(struct cairn_core *core, struct core_puts *puts, uint32_t number)
{
    const struct core_journal *journal = &core->journals[number];
    const uint8_t *country = core->countries[journal->country].country;
    struct cairn_pack_writer writer;
    uint8_t row[ROW_MAX];
    row_begin(&writer, row, CORE_ROW_JOURNAL, 10);
    row_put_text(&writer, 1, cairn_core_origin(core, number));
    row_put_text(&writer, 2, (struct cairn_bytes){.data = country, .size = 3});
    row_put_range(&writer, 3, &journal->verified);
    row_put_bin(&writer, 4,
                (struct cairn_bytes){.data = journal->checkpoint.note,
                                     .size = journal->checkpoint.note_bytes});
    row_put_uint(&writer, 5, journal->cosigned_size);
    row_put_uint(&writer, 6, journal->witnessed_size);
    row_put_uint(&writer, 7,
                 (uint64_t)journal->is_forked |
                     (journal->branch == CORE_BRANCH_WRONG ? CORE_ROW_REPUDIATED : 0));
    row_put_uint(&writer, 8, journal->seen_ms);
    row_put_uint(&writer, 9, journal->mark_ms);
    row_put_uint(&writer, 10, journal->kept_bytes);
    row_end(core, &writer, cairn_core_puts_add(puts, CAIRN_TABLE_STATE, journal->id, 0));
}

void cairn_core_puts_add_country(struct cairn_core *core, struct core_puts *puts, uint32_t number)
{
    const struct cairn_roster_entry *country = &core->countries[number];
    struct cairn_pack_writer writer;
    uint8_t row[ROW_MAX];
    uint8_t id[16] = {0};
    row_begin(&writer, row, CORE_ROW_COUNTRY, 2);
    row_put_text(&writer, 1, (struct cairn_bytes){.data = country->country, .size = 3});
    row_put_uint(&writer, 2, country->is_recognised);
    memcpy(id, country->country, 3);
    row_end(core, &writer, cairn_core_puts_add(puts, CAIRN_TABLE_STATE, id, 3));
}

void cairn_core_puts_add_clock(struct cairn_core *core, struct core_puts *puts)
{
    struct cairn_pack_writer writer;
    uint8_t row[ROW_MAX];
    uint8_t id[16] = {0};
    row_begin(&writer, row, CORE_ROW_CLOCK, 2);
    row_put_uint(&writer, 1, core->mark_ms);
    row_put_bin(&writer, 2, (struct cairn_bytes){.data = core->policy_hash, .size = 32});
    row_end(core, &writer, cairn_core_puts_add(puts, CAIRN_TABLE_STATE, id, 4));
}
