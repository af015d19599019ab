#include "node/export_tree.h"

#include <string.h>

#include "node/export_withheld.h"
#include "replication/action.h"
#include "schema/base/check.h"

static cairn_err export_get(struct cairn_export *bundle, const struct cairn_key *key,
                            struct cairn_bytes *out)
{
    uint8_t bytes[CAIRN_KEY_BYTES];
    cairn_key_encode(key, bytes);
    cairn_err err = cairn_store_get(bundle->log, (struct cairn_bytes){bytes, sizeof bytes}, out);
    return err == CAIRN_NOT_FOUND ? CAIRN_DISK_CORRUPT : err;
}

static struct cairn_key export_commit_key(const struct export_feed *feed, uint64_t number)
{
    struct cairn_key key = {.table = CAIRN_TABLE_COMMIT, .index = number};
    memcpy(key.id, feed->id, sizeof key.id);
    return key;
}

/* Own rows: anything that is not as it was written is damage. */
static cairn_err export_check_opening(const struct export_feed *feed, uint64_t number,
                                      struct cairn_bytes row, struct cairn_opening *out)
{
    if (row.size < EXPORT_OPENING || cairn_opening_decode(row.data, out) != CAIRN_OK ||
        out->number != number || !cairn_bytes_is_same16(out->feed, feed->id)) {
        return CAIRN_DISK_CORRUPT;
    }
    return CAIRN_OK;
}

cairn_err cairn_export_read_opening(struct cairn_export *bundle, const struct export_feed *feed,
                                    uint64_t number, struct cairn_opening *out)
{
    struct cairn_key key = export_commit_key(feed, number);
    struct cairn_bytes row;
    CAIRN_TRY(export_get(bundle, &key, &row));
    cairn_err err = export_check_opening(feed, number, row, out);
    cairn_store_free(row);
    return err;
}

/* ---- scans ---- */

/* One scan over rows of one log; rows must be there without a gap. */
struct export_scan {
    uint64_t next; /* index of the row that is expected */
    cairn_err err;
    cairn_err (*row)(struct export_scan *scan, struct cairn_bytes value);
    void *host;
};

static bool export_scan_row(void *host, struct cairn_bytes key, struct cairn_bytes value)
{
    struct export_scan *scan = host;
    if (key.size != CAIRN_KEY_BYTES || cairn_key_decode(key.data).index != scan->next) {
        scan->err = CAIRN_DISK_CORRUPT;
        return false;
    }
    scan->err = scan->row(scan, value);
    scan->next++;
    return scan->err == CAIRN_OK;
}

/* Rows from `from` up to, not including, index `to`. */
static cairn_err export_scan_run(struct cairn_export *bundle, const struct cairn_key *from,
                                 uint64_t to, struct export_scan *scan)
{
    uint8_t first[CAIRN_KEY_BYTES], last[CAIRN_KEY_BYTES];
    struct cairn_key end = *from;
    end.index = to;
    cairn_key_encode(from, first);
    cairn_key_encode(&end, last);
    struct cairn_store_range range = {
        .from = {first, sizeof first}, .to = {last, sizeof last}, .is_bulk = true};
    scan->next = from->index;
    CAIRN_TRY(cairn_store_scan(bundle->log, &range, export_scan_row, scan));
    CAIRN_TRY(scan->err);
    return scan->next == to ? CAIRN_OK : CAIRN_DISK_CORRUPT;
}

/* ---- commits ---- */

/* A row of table ENTRY is prefix and body. */
static cairn_err export_append_row(struct export_scan *scan, struct cairn_bytes value)
{
    struct cairn_prefix prefix;
    if (value.size < CAIRN_PREFIX_BYTES || cairn_prefix_decode(value.data, &prefix) != CAIRN_OK) {
        return CAIRN_DISK_CORRUPT;
    }
    struct cairn_bytes body = {value.data + CAIRN_PREFIX_BYTES, value.size - CAIRN_PREFIX_BYTES};
    cairn_err err = cairn_commit_append(scan->host, &prefix, body);
    return err == CAIRN_OK ? CAIRN_OK : CAIRN_DISK_CORRUPT; /* P-42 */
}

/* Put a private commit together: its entries rest in rows of their own. */
static cairn_err export_join_private(struct cairn_export *bundle, const struct export_feed *feed,
                                     const struct cairn_opening *opening, struct cairn_bytes *out)
{
    struct cairn_commit_writer writer;
    struct export_scan scan = {.row = export_append_row, .host = &writer};
    struct cairn_key from = {.table = CAIRN_TABLE_ENTRY, .index = opening->previous_size};
    memcpy(from.id, feed->id, sizeof from.id);
    cairn_commit_writer_init(&writer, bundle->commit, CAIRN_COMMIT_MAX_BYTES);
    if (opening->size > opening->previous_size) {
        CAIRN_TRY(export_scan_run(bundle, &from, opening->size, &scan));
    }
    *out = cairn_commit_end(&writer, opening);
    return CAIRN_OK;
}

static cairn_err export_join(struct cairn_export *bundle, const struct export_feed *feed,
                             uint64_t number, struct cairn_bytes *out)
{
    struct cairn_key key = export_commit_key(feed, number);
    struct cairn_bytes row;
    struct cairn_opening opening;
    CAIRN_TRY(export_get(bundle, &key, &row));
    cairn_err err = export_check_opening(feed, number, row, &opening);
    if (err == CAIRN_OK && feed->kind == CAIRN_FEED_PRIVATE && row.size == EXPORT_OPENING) {
        err = export_join_private(bundle, feed, &opening, out);
    } else if (err == CAIRN_OK && row.size <= CAIRN_COMMIT_MAX_BYTES) {
        memcpy(bundle->commit, row.data, row.size);
        *out = (struct cairn_bytes){bundle->commit, row.size};
    } else if (err == CAIRN_OK) {
        err = CAIRN_DISK_CORRUPT;
    }
    cairn_store_free(row);
    return err;
}

cairn_err cairn_export_read_commit(struct cairn_export *bundle, const struct export_feed *feed,
                                   uint64_t number, struct cairn_commit *out)
{
    struct cairn_bytes bytes;
    size_t fault_at;
    CAIRN_TRY(export_join(bundle, feed, number, &bytes));
    cairn_err err = cairn_commit_decode(bytes, out, &fault_at);
    return err == CAIRN_OK ? CAIRN_OK : CAIRN_DISK_CORRUPT;
}

/* ---- leaves ---- */

static cairn_err export_leaf_row(struct export_scan *scan, struct cairn_bytes value)
{
    const struct export_leaves *what = scan->host;
    if (value.size != CAIRN_LEAF_BYTES) {
        return CAIRN_DISK_CORRUPT;
    }
    return what->leaf(what->host, scan->next, value.data);
}

cairn_err cairn_export_read_leaves(struct cairn_export *bundle, const struct export_leaves *what)
{
    struct export_scan scan = {.row = export_leaf_row, .host = (void *)(uintptr_t)what};
    struct cairn_key from = {.table = CAIRN_TABLE_LEAF, .index = what->from};
    CAIRN_REQUIRE(what->from <= what->to);
    if (what->from == what->to) {
        return CAIRN_OK;
    }
    memcpy(from.id, what->journal->id, sizeof from.id);
    return export_scan_run(bundle, &from, what->to, &scan);
}

cairn_err cairn_export_read_leaf(struct cairn_export *bundle, const struct export_journal *journal,
                                 uint64_t index, uint8_t out[static CAIRN_LEAF_BYTES])
{
    struct cairn_key key = {.table = CAIRN_TABLE_LEAF, .index = index};
    struct cairn_bytes row;
    memcpy(key.id, journal->id, sizeof key.id);
    CAIRN_TRY(export_get(bundle, &key, &row));
    cairn_err err = row.size == CAIRN_LEAF_BYTES ? CAIRN_OK : CAIRN_DISK_CORRUPT;
    if (err == CAIRN_OK) {
        memcpy(out, row.data, CAIRN_LEAF_BYTES);
    }
    cairn_store_free(row);
    return err;
}

/* ---- records of feeds ---- */

struct export_records {
    export_record_row *row;
    void *host;
    cairn_err err;
};

static bool export_records_row(void *host, struct cairn_bytes key, struct cairn_bytes value)
{
    struct export_records *records = host;
    if (value.size < 8) {
        records->err = CAIRN_DISK_CORRUPT;
        return false;
    }
    return records->row(records->host, cairn_key_decode(key.data).index,
                        cairn_bytes_get_u64(value.data),
                        (struct cairn_bytes){value.data + 8, value.size - 8});
}

cairn_err cairn_export_read_records(struct cairn_export *bundle, const struct export_feed *feed,
                                    export_record_row *row, void *host)
{
    uint8_t first[CAIRN_KEY_BYTES], last[CAIRN_KEY_BYTES];
    struct cairn_key key = {.table = CAIRN_TABLE_RECORD};
    struct export_records records = {.row = row, .host = host};
    memcpy(key.id, feed->id, sizeof key.id);
    cairn_key_encode(&key, first);
    key.index = UINT64_MAX;
    cairn_key_encode(&key, last);
    struct cairn_store_range range = {.from = {first, sizeof first}, .to = {last, sizeof last}};
    CAIRN_TRY(cairn_store_scan(bundle->log, &range, export_records_row, &records));
    return records.err;
}
