#include "node/views/dossier.h"

#include "node/views/view.h"
#include "schema/base/check.h"
#include "schema/feedop.h"

#include <stdlib.h>
#include <string.h>

#define DOSSIER_ROWS_MAX    20000u /* read for one page */
#define DOSSIER_ARENA_BYTES (1u << 20)
#define DOSSIER_LOOKUP_SLACK                                                                       \
    120000u /* ms: look-ups are older than their entry's hlc, by a flush                           \
             */

/* ---- one object ---- */

struct cairn_dossier {
    bool is_alert;
    struct cairn_alert_view alert;
    struct cairn_case_view as_case;
    struct cairn_bytes state;
    struct cairn_arena arena;
    uint8_t memory[CAIRN_MERGE_ARENA_BYTES];
};

static cairn_err dossier_load(struct cairn_store *views, const struct cairn_id *object,
                              struct cairn_dossier *dossier)
{
    struct cairn_view_key key;
    struct cairn_merge_key state_key =
        cairn_merge_key_of(object, dossier->is_alert ? CAIRN_OPSET_ALERT : CAIRN_OPSET_CASE);
    cairn_view_key_init(&key, CAIRN_VIEW_OBJECT);
    cairn_view_key_add(&key,
                       (struct cairn_bytes){.data = state_key.data, .size = sizeof state_key.data});
    CAIRN_TRY(cairn_store_get(views, cairn_view_key_bytes(&key), &dossier->state));
    cairn_arena_init(&dossier->arena, dossier->memory, sizeof dossier->memory);
    return dossier->is_alert
               ? cairn_merge_evaluate_alert(dossier->state, &dossier->arena, &dossier->alert)
               : cairn_merge_evaluate_case(dossier->state, &dossier->arena, &dossier->as_case);
}

static cairn_err dossier_open(struct cairn_store *views, const struct cairn_id *object,
                              bool is_alert, struct cairn_dossier **out)
{
    struct cairn_dossier *dossier = calloc(1, sizeof *dossier);
    if (dossier == NULL) {
        return CAIRN_MEMORY;
    }
    dossier->is_alert = is_alert;
    cairn_err err = dossier_load(views, object, dossier);
    if (err != CAIRN_OK) {
        cairn_dossier_close(dossier);
        return err;
    }
    *out = dossier;
    return CAIRN_OK;
}

cairn_err cairn_dossier_open_alert(struct cairn_store *views, const struct cairn_id *object,
                                   struct cairn_dossier **out)
{
    return dossier_open(views, object, true, out);
}

cairn_err cairn_dossier_open_case(struct cairn_store *views, const struct cairn_id *object,
                                  struct cairn_dossier **out)
{
    return dossier_open(views, object, false, out);
}

void cairn_dossier_close(struct cairn_dossier *dossier)
{
    if (dossier != NULL) {
        cairn_store_free(dossier->state);
        free(dossier);
    }
}

const struct cairn_alert_view *cairn_dossier_alert(const struct cairn_dossier *dossier)
{
    return dossier->is_alert ? &dossier->alert : NULL;
}

const struct cairn_case_view *cairn_dossier_case(const struct cairn_dossier *dossier)
{
    return dossier->is_alert ? NULL : &dossier->as_case;
}

enum cairn_policy_founding cairn_dossier_founding(const struct cairn_dossier *dossier)
{
    if (!dossier->is_alert) {
        return CAIRN_POLICY_FOUNDS_CASE;
    }
    return dossier->alert.is_batch ? CAIRN_POLICY_FOUNDS_BATCH : CAIRN_POLICY_FOUNDS_ALERT;
}

cairn_err cairn_dossier_has_room(struct cairn_dossier *dossier, size_t operation_bytes, bool *out)
{
    return cairn_merge_has_room(dossier->state,
                                dossier->is_alert ? CAIRN_OPSET_ALERT : CAIRN_OPSET_CASE,
                                operation_bytes, &dossier->arena, out);
}

/* ---- lists ---- */

struct dossier_list {
    struct cairn_dossier_page *page;
    const struct cairn_dossier_alerts *alerts; /* one of these two */
    const struct cairn_dossier_cases *cases;
    struct cairn_bytes last; /* key of the row read last: in page->next */
    uint32_t row_count;
    cairn_err err;
};

/* A line about documents stands for an alert or for a batch: its state says which (B43). It matters
 * where only one of the two is accepted. */
static bool dossier_needs_state(const struct cairn_acceptance *accepted,
                                const struct cairn_index_entry *entry)
{
    uint32_t foundings = cairn_acceptance_of(accepted, entry->country);
    bool has_alerts = (foundings & CAIRN_POLICY_FOUNDS_ALERT) != 0;
    bool has_batches = (foundings & CAIRN_POLICY_FOUNDS_BATCH) != 0;
    return entry->space == CAIRN_OPSET_ALERT && entry->category == CAIRN_ALERT_DOC &&
           has_alerts != has_batches;
}

/* gives: true also when only the state can tell (dossier_sift) */
static bool dossier_may_be_wanted(const struct cairn_acceptance *accepted, bool is_unaccepted,
                                  const struct cairn_index_entry *entry)
{
    enum cairn_policy_founding founding =
        entry->space == CAIRN_OPSET_CASE ? CAIRN_POLICY_FOUNDS_CASE : CAIRN_POLICY_FOUNDS_ALERT;
    return dossier_needs_state(accepted, entry) ||
           cairn_acceptance_has(accepted, &entry->object, founding) != is_unaccepted;
}

static bool dossier_fits(const struct dossier_list *list, const struct cairn_index_entry *entry)
{
    if (list->cases != NULL) {
        return (!list->cases->has_status || list->cases->status == entry->status) &&
               dossier_may_be_wanted(list->cases->accepted, list->cases->is_unaccepted, entry);
    }
    const struct cairn_dossier_alerts *alerts = list->alerts;
    if (!dossier_may_be_wanted(alerts->accepted, alerts->is_unaccepted, entry)) {
        return false;
    }
    bool is_live = alerts->live_ms == 0 ||
                   (entry->from_ms <= alerts->live_ms && alerts->live_ms < entry->expires_ms);
    return is_live && (alerts->category == 0 || alerts->category == entry->category) &&
           (!alerts->has_status || alerts->status == entry->status);
}

static bool dossier_list_row(void *host, struct cairn_bytes key, struct cairn_bytes value)
{
    struct dossier_list *list = host;
    struct cairn_dossier_page *page = list->page;
    struct cairn_index_entry entry;
    struct cairn_bytes index = {.data = key.data + 1, .size = key.size - 1};
    if (page->count == page->limit || list->row_count == DOSSIER_ROWS_MAX) {
        return false; /* there is more: next stays */
    }
    list->err = index.size > CAIRN_DOSSIER_PLACE_BYTES
                    ? CAIRN_DISK_CORRUPT
                    : cairn_index_key_read_entry(index, value, &entry);
    if (list->err != CAIRN_OK) {
        return false;
    }
    if (dossier_fits(list, &entry)) {
        page->entries[page->count++] = entry;
    }
    list->row_count++;
    page->next.size = (uint32_t)index.size;
    memcpy(page->next.data, index.data, index.size);
    return true;
}

static bool dossier_seen_all(const struct dossier_list *list)
{
    return list->page->count < list->page->limit && list->row_count < DOSSIER_ROWS_MAX;
}

static cairn_err dossier_list(struct cairn_store *views, struct dossier_list *list,
                              const struct cairn_index_key *prefix)
{
    struct cairn_dossier_page *page = list->page;
    struct cairn_view_key from, first;
    uint8_t end[CAIRN_VIEW_KEY_BYTES];
    static const uint8_t behind[] = {0};
    CAIRN_REQUIRE(page->limit > 0);
    CAIRN_REQUIRE(page->after.size <= CAIRN_DOSSIER_PLACE_BYTES);
    page->count = 0;
    page->next.size = 0;
    cairn_view_key_init(&first, CAIRN_VIEW_INDEX);
    cairn_view_key_add(&first, (struct cairn_bytes){.data = prefix->data, .size = prefix->size});
    cairn_view_key_init(&from, CAIRN_VIEW_INDEX);
    cairn_view_key_add(&from,
                       (struct cairn_bytes){.data = page->after.data, .size = page->after.size});
    cairn_view_key_add(&from, (struct cairn_bytes){.data = behind, .size = 1});
    bool is_first =
        cairn_bytes_order(cairn_view_key_bytes(&from), cairn_view_key_bytes(&first)) < 0;
    struct cairn_store_range range = {
        .from = cairn_view_key_bytes(is_first ? &first : &from),
        .to = cairn_store_prefix_end(cairn_view_key_bytes(&first), end),
    };
    cairn_err err = cairn_store_scan(views, &range, dossier_list_row, list);
    CAIRN_TRY(list->err);
    if (dossier_seen_all(list)) {
        page->next.size = 0;
    }
    return err;
}

static void dossier_add_byte(struct cairn_index_key *key, uint32_t byte)
{
    CAIRN_REQUIRE(key->size < sizeof key->data);
    key->data[key->size++] = (uint8_t)byte;
}

static void dossier_add_country(struct cairn_index_key *key, const char *country)
{
    for (uint32_t i = 0; i < 3; i++) {
        dossier_add_byte(key, (uint8_t)country[i]);
    }
}

/* Of the lines that only their states can tell, those stay that are wanted. */
static cairn_err dossier_sift(struct cairn_store *views, const struct cairn_dossier_alerts *which,
                              struct cairn_dossier_page *page)
{
    uint32_t kept = 0;
    for (uint32_t at = 0; at < page->count; at++) {
        const struct cairn_index_entry *entry = &page->entries[at];
        bool is_wanted = true;
        if (dossier_needs_state(which->accepted, entry)) {
            struct cairn_dossier *dossier;
            CAIRN_TRY(cairn_dossier_open_alert(views, &entry->object, &dossier));
            is_wanted =
                cairn_acceptance_has(which->accepted, &entry->object,
                                     cairn_dossier_founding(dossier)) != which->is_unaccepted;
            cairn_dossier_close(dossier);
        }
        if (is_wanted) {
            page->entries[kept++] = page->entries[at];
        }
    }
    page->count = kept;
    return CAIRN_OK;
}

cairn_err cairn_dossier_list_alerts(struct cairn_store *views,
                                    const struct cairn_dossier_alerts *which,
                                    struct cairn_dossier_page *page)
{
    struct dossier_list list = {.page = page, .alerts = which};
    struct cairn_index_key prefix = cairn_index_key_alerts(cairn_bytes_of(which->country));
    if (which->country[0] != '\0' && which->category != 0) {
        dossier_add_byte(&prefix, which->category);
        if (which->has_status) {
            dossier_add_byte(&prefix, which->status);
        }
    }
    CAIRN_TRY(dossier_list(views, &list, &prefix));
    return dossier_sift(views, which, page);
}

cairn_err cairn_dossier_list_cases(struct cairn_store *views,
                                   const struct cairn_dossier_cases *which,
                                   struct cairn_dossier_page *page)
{
    struct dossier_list list = {.page = page, .cases = which};
    bool is_of = which->requesting[0] == '\0' && which->requested[0] != '\0';
    struct cairn_index_key prefix =
        is_of ? cairn_index_key_requests_to(cairn_bytes_of(which->requested))
              : cairn_index_key_requests_by(cairn_bytes_of(which->requesting));
    if (which->requesting[0] != '\0' && which->requested[0] != '\0') {
        dossier_add_country(&prefix, which->requested);
        if (which->has_status) {
            dossier_add_byte(&prefix, which->status);
        }
    }
    return dossier_list(views, &list, &prefix);
}

/* ---- the folder's own records ---- */

struct dossier_scan {
    cairn_dossier_on_receipt *on_receipt; /* one of these */
    cairn_dossier_on_loss *on_loss;
    cairn_dossier_on_refused *on_refused;
    cairn_dossier_on_lookup *on_lookup;
    void *host;
    uint64_t from_ms, to_ms; /* look-ups */
    struct cairn_arena arena;
    cairn_err err;
};

static cairn_err dossier_scan(struct cairn_store *views, enum cairn_view_table table,
                              const uint8_t *feed, cairn_store_row *row, struct dossier_scan *scan)
{
    struct cairn_view_key from;
    uint8_t end[CAIRN_VIEW_KEY_BYTES];
    cairn_view_key_init(&from, table);
    if (feed != NULL) {
        cairn_view_key_add(&from, (struct cairn_bytes){.data = feed, .size = 16});
    }
    struct cairn_store_range range = {
        .from = cairn_view_key_bytes(&from),
        .to = cairn_store_prefix_end(cairn_view_key_bytes(&from), end),
        .is_bulk = true,
    };
    cairn_err err = cairn_store_scan(views, &range, row, scan);
    return scan->err != CAIRN_OK ? scan->err : err;
}

static bool dossier_receipt_row(void *host, struct cairn_bytes key, struct cairn_bytes value)
{
    struct dossier_scan *scan = host;
    if (key.size <= 17 || value.size != 48) {
        scan->err = CAIRN_DISK_CORRUPT;
        return false;
    }
    struct cairn_dossier_receipt receipt = {
        .origin = {.data = key.data + 17, .size = key.size - 17},
        .size = cairn_bytes_get_u64(value.data),
        .hlc = cairn_bytes_get_u64(value.data + 40),
    };
    memcpy(receipt.feed, key.data + 1, sizeof receipt.feed);
    memcpy(receipt.root, value.data + 8, sizeof receipt.root);
    return scan->on_receipt(scan->host, &receipt);
}

cairn_err cairn_dossier_receipts(struct cairn_store *views, const uint8_t *feed,
                                 cairn_dossier_on_receipt *on_receipt, void *host)
{
    struct dossier_scan scan = {.on_receipt = on_receipt, .host = host};
    return dossier_scan(views, CAIRN_VIEW_RECEIPT, feed, dossier_receipt_row, &scan);
}

static bool dossier_loss_row(void *host, struct cairn_bytes key, struct cairn_bytes value)
{
    struct dossier_scan *scan = host;
    if (key.size != 33 || value.size <= 40) {
        scan->err = CAIRN_DISK_CORRUPT;
        return false;
    }
    struct cairn_dossier_loss loss = {
        .origin = {.data = value.data + 40, .size = value.size - 40},
        .commits = cairn_bytes_get_u64(value.data),
        .size = cairn_bytes_get_u64(value.data + 8),
        .from_leaf = cairn_bytes_get_u64(value.data + 16),
        .to_leaf = cairn_bytes_get_u64(value.data + 24),
        .hlc = cairn_bytes_get_u64(value.data + 32),
    };
    memcpy(loss.feed, key.data + 1, sizeof loss.feed);
    memcpy(loss.told_in, key.data + 17, sizeof loss.told_in);
    return scan->on_loss(scan->host, &loss);
}

cairn_err cairn_dossier_losses(struct cairn_store *views, cairn_dossier_on_loss *on_loss,
                               void *host)
{
    struct dossier_scan scan = {.on_loss = on_loss, .host = host};
    return dossier_scan(views, CAIRN_VIEW_LOST, NULL, dossier_loss_row, &scan);
}

static bool dossier_refused_row(void *host, struct cairn_bytes key, struct cairn_bytes value)
{
    struct dossier_scan *scan = host;
    struct cairn_view_refused row;
    scan->err = key.size != 25 ? CAIRN_DISK_CORRUPT : cairn_view_refused_decode(value, &row);
    if (scan->err != CAIRN_OK) {
        return false;
    }
    struct cairn_dossier_refused refused = {
        .index = cairn_bytes_get_u64(key.data + 17),
        .commit = row.commit,
        .err = row.err,
        .kind = row.kind,
        .hlc = row.hlc,
    };
    memcpy(refused.feed, key.data + 1, sizeof refused.feed);
    return scan->on_refused(scan->host, &refused);
}

cairn_err cairn_dossier_refusals(struct cairn_store *views, const uint8_t *feed,
                                 cairn_dossier_on_refused *on_refused, void *host)
{
    struct dossier_scan scan = {.on_refused = on_refused, .host = host};
    return dossier_scan(views, CAIRN_VIEW_REFUSED, feed, dossier_refused_row, &scan);
}

/* false: the host wants no more, or there is trouble in scan->err */
static bool dossier_lookup_entry(struct dossier_scan *scan, struct cairn_bytes bytes)
{
    struct cairn_operation operation;
    struct cairn_feedop op;
    size_t fault_at;
    cairn_arena_reset(&scan->arena);
    if (cairn_operation_decode(bytes, &operation, &fault_at) != CAIRN_OK ||
        operation.kind != CAIRN_KIND_ACCESS_LOOKUP ||
        cairn_feedop_decode(&operation, &scan->arena, &op, &fault_at) != CAIRN_OK) {
        scan->err = CAIRN_DISK_CORRUPT;
        return false;
    }
    for (uint32_t i = 0; i < op.as.lookup.row_count; i++) {
        const struct cairn_lookup_row *row = &op.as.lookup.rows[i];
        bool is_inside = row->time_ms >= scan->from_ms && row->time_ms < scan->to_ms;
        if (is_inside && !scan->on_lookup(scan->host, row)) {
            return false;
        }
    }
    return true;
}

static bool dossier_lookup_row(void *host, struct cairn_bytes key, struct cairn_bytes value)
{
    (void)key;
    return dossier_lookup_entry(host, value);
}

cairn_err cairn_dossier_lookups(struct cairn_store *views, uint64_t from_ms, uint64_t to_ms,
                                cairn_dossier_on_lookup *on_lookup, void *host)
{
    struct dossier_scan scan = {
        .on_lookup = on_lookup, .host = host, .from_ms = from_ms, .to_ms = to_ms};
    struct cairn_view_key from, to;
    uint8_t *memory = malloc(DOSSIER_ARENA_BYTES);
    if (memory == NULL) {
        return CAIRN_MEMORY;
    }
    cairn_arena_init(&scan.arena, memory, DOSSIER_ARENA_BYTES);
    bool is_far = to_ms > UINT64_MAX - DOSSIER_LOOKUP_SLACK;
    cairn_view_key_init(&from, CAIRN_VIEW_LOOKUP);
    cairn_view_key_add_u64(&from,
                           from_ms < DOSSIER_LOOKUP_SLACK ? 0 : from_ms - DOSSIER_LOOKUP_SLACK);
    cairn_view_key_init(&to, CAIRN_VIEW_LOOKUP);
    cairn_view_key_add_u64(&to, is_far ? UINT64_MAX : to_ms + DOSSIER_LOOKUP_SLACK);
    struct cairn_store_range range = {
        .from = cairn_view_key_bytes(&from), .to = cairn_view_key_bytes(&to), .is_bulk = true};
    cairn_err err = cairn_store_scan(views, &range, dossier_lookup_row, &scan);
    free(memory);
    return scan.err != CAIRN_OK ? scan.err : err;
}

cairn_err cairn_dossier_policy(struct cairn_store *views, const uint8_t hash[static 32],
                               struct cairn_bytes *out)
{
    struct cairn_view_key key;
    cairn_view_key_init(&key, CAIRN_VIEW_POLICY);
    cairn_view_key_add(&key, (struct cairn_bytes){.data = hash, .size = 32});
    return cairn_store_get(views, cairn_view_key_bytes(&key), out);
}
