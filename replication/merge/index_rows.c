#include "replication/merge/index_rows.h"

#include "replication/merge/index_key.h"
#include "schema/alert/alert.h"
#include "schema/base/check.h"

#include <string.h>

#define ROWS_BUCKETS_MAX   102u /* thousands that 100,000 numbers can touch, and one */
#define ROWS_BUCKET_DIGITS 3u
#define ROWS_NAMES_MAX     3u /* keys of one name: in parts, in full, as in a zone */

struct rows_build {
    struct cairn_arena *arena;
    struct cairn_index_rows *out;
    uint32_t capacity;
    struct cairn_index_hit hit; /* what all rows of the object share */
};

/* ---- order ---- */

/* Stable merge of two ascending runs. */
static void rows_merge(const struct cairn_index_row *from, uint32_t middle, uint32_t count,
                       struct cairn_index_row *to)
{
    uint32_t left = 0, right = middle;
    for (uint32_t at = 0; at < count; at++) {
        bool is_left = right == count ||
                       (left < middle && cairn_bytes_order(from[left].key, from[right].key) <= 0);
        to[at] = is_left ? from[left++] : from[right++];
    }
}

static bool rows_is_ascending(const struct cairn_index_rows *rows)
{
    for (uint32_t i = 1; i < rows->count; i++) {
        if (cairn_bytes_order(rows->rows[i - 1].key, rows->rows[i].key) >= 0) {
            return false;
        }
    }
    return true;
}

/* Of rows with one key the first stays. */
static void rows_drop_repeated(struct cairn_index_rows *rows)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < rows->count; i++) {
        if (kept == 0 || !cairn_bytes_is_equal(rows->rows[kept - 1].key, rows->rows[i].key)) {
            rows->rows[kept++] = rows->rows[i];
        }
    }
    rows->count = kept;
}

static cairn_err rows_sort(struct cairn_index_rows *rows, struct cairn_arena *arena)
{
    if (rows_is_ascending(rows)) {
        return CAIRN_OK;
    }
    struct cairn_index_row *other = cairn_arena_take(arena, rows->count * sizeof *other);
    if (other == NULL) {
        return CAIRN_NO_ROOM;
    }
    for (uint32_t run = 1; run < rows->count; run *= 2) {
        for (uint32_t at = 0; at < rows->count; at += 2 * run) {
            uint32_t left = rows->count - at;
            uint32_t count = left < 2 * run ? left : 2 * run;
            rows_merge(rows->rows + at, count < run ? count : run, count, other + at);
        }
        struct cairn_index_row *held = rows->rows;
        rows->rows = other;
        other = held;
    }
    rows_drop_repeated(rows);
    return CAIRN_OK;
}

/* ---- building ---- */

static cairn_err rows_open(struct rows_build *build, uint32_t capacity)
{
    build->capacity = capacity;
    build->out->count = 0;
    build->out->rows = cairn_arena_take(build->arena, capacity * sizeof *build->out->rows);
    return build->out->rows == NULL ? CAIRN_NO_ROOM : CAIRN_OK;
}

static cairn_err rows_add(struct rows_build *build, const struct cairn_index_key *key,
                          const struct cairn_index_value *value)
{
    CAIRN_REQUIRE(build->out->count < build->capacity);
    uint8_t *data = cairn_arena_take(build->arena, key->size + value->size);
    if (data == NULL) {
        return CAIRN_NO_ROOM;
    }
    memcpy(data, key->data, key->size);
    memcpy(data + key->size, value->data, value->size);
    build->out->rows[build->out->count++] = (struct cairn_index_row){
        .key = {data, key->size}, .value = {data + key->size, value->size}};
    return CAIRN_OK;
}

static cairn_err rows_add_hit(struct rows_build *build, const struct cairn_index_hit *hit,
                              struct cairn_index_key *key)
{
    struct cairn_index_value value;
    if (key->size == 0) {
        return CAIRN_OK;
    }
    cairn_index_key_write_hit(hit, key, &value);
    return rows_add(build, key, &value);
}

/* The next number of the same length; the digits at its end count up. */
static void rows_count_up(uint8_t *digits, size_t size)
{
    while (size > 0) {
        uint8_t *digit = &digits[--size];
        CAIRN_REQUIRE(*digit >= '0' && *digit <= '9');
        *digit = *digit == '9' ? '0' : (uint8_t)(*digit + 1);
        if (*digit != '0') {
            return;
        }
    }
}

/* One row for each thousand of numbers that the range touches. */
static cairn_err rows_add_range(struct rows_build *build, const struct cairn_index_hit *hit,
                                struct cairn_bytes issuer)
{
    uint8_t number[CAIRN_DOCUMENT_NUMBER_BYTES];
    size_t size = hit->number_first.size;
    size_t bucket = size < ROWS_BUCKET_DIGITS ? 0 : size - ROWS_BUCKET_DIGITS;
    CAIRN_REQUIRE(size > 0 && size <= sizeof number);
    CAIRN_REQUIRE(hit->number_last.size == size);
    memcpy(number, hit->number_first.data, size);
    for (uint32_t count = 0; count < ROWS_BUCKETS_MAX; count++) {
        struct cairn_index_key key =
            cairn_index_key_range(issuer, (struct cairn_bytes){number, size});
        CAIRN_TRY(rows_add_hit(build, hit, &key));
        if (memcmp(number, hit->number_last.data, bucket) == 0) {
            return CAIRN_OK;
        }
        rows_count_up(number, bucket);
    }
    return CAIRN_OK;
}

static cairn_err rows_add_document(struct rows_build *build, const struct cairn_document *document,
                                   uint32_t row)
{
    struct cairn_index_hit hit = build->hit;
    hit.row = row;
    hit.document_kind = document->kind;
    if (document->status != 0) {
        hit.document_status = document->status;
    }
    if (document->number_last.size > 0) {
        hit.number_first = document->number;
        hit.number_last = document->number_last;
        return rows_add_range(build, &hit, document->issuer);
    }
    struct cairn_index_key key = cairn_index_key_document(document->issuer, document->number);
    return rows_add_hit(build, &hit, &key);
}

/* One spelling of a name, with each birth date, or with none where none is said. */
static cairn_err rows_add_spelling(struct rows_build *build, struct cairn_bytes surname,
                                   struct cairn_bytes given, struct cairn_bytes births)
{
    struct cairn_namekey name;
    struct cairn_shape_list list;
    struct cairn_bytes raw;
    struct cairn_index_hit hit = build->hit;
    hit.document_status = 0;
    if (surname.size + given.size == 0 || cairn_namekey_make(surname, given, &name) != CAIRN_OK) {
        return CAIRN_OK; /* a name that has no key is found by screening only */
    }
    struct cairn_index_key prefix = cairn_index_key_name(&name), key = prefix;
    cairn_shape_list_init(&list, births);
    if (list.count == 0) {
        return rows_add_hit(build, &hit, &key);
    }
    while (cairn_shape_list_next(&list, &raw)) {
        key = prefix;
        hit.birth = cairn_shape_get_text(raw);
        CAIRN_TRY(rows_add_hit(build, &hit, &key));
    }
    return CAIRN_OK;
}

static cairn_err rows_add_names(struct rows_build *build, const struct cairn_alert *alert)
{
    struct cairn_bytes none = {NULL, 0};
    struct cairn_shape_list list;
    struct cairn_alert_name name;
    cairn_shape_list_init(&list, alert->names);
    while (cairn_alert_next_name(&list, &name)) {
        CAIRN_TRY(rows_add_spelling(build, name.surname, name.given, alert->births));
        CAIRN_TRY(rows_add_spelling(build, name.full, none, alert->births));
        CAIRN_TRY(rows_add_spelling(build, name.mrz, none, alert->births));
    }
    return CAIRN_OK;
}

static cairn_err rows_add_entry(struct rows_build *build, const struct cairn_index_entry *entry,
                                bool is_mirrored)
{
    struct cairn_index_key key;
    struct cairn_index_value value;
    cairn_index_key_write_entry(entry, is_mirrored, &key, &value);
    return rows_add(build, &key, &value);
}

static uint32_t rows_list_count(struct cairn_bytes array)
{
    struct cairn_shape_list list;
    cairn_shape_list_init(&list, array);
    return list.count;
}

static cairn_err rows_add_documents(struct rows_build *build, const struct cairn_alert *alert,
                                    const struct cairn_alert_view *view)
{
    struct cairn_shape_list list;
    struct cairn_document document;
    cairn_shape_list_init(&list, alert->documents);
    while (cairn_alert_next_document(&list, &document)) {
        CAIRN_TRY(rows_add_document(build, &document, CAIRN_INDEX_KEY_NO_ROW));
    }
    cairn_shape_list_init(&list, alert->rows);
    while (cairn_alert_next_row(&list, &document)) {
        if (!cairn_fold_alert_is_row_withdrawn(view, list.next - 1)) {
            CAIRN_TRY(rows_add_document(build, &document, list.next - 1));
        }
    }
    return CAIRN_OK;
}

static cairn_err rows_add_alert_entry(struct rows_build *build, const struct cairn_alert *alert,
                                      const struct cairn_alert_view *view)
{
    struct cairn_index_entry entry = {
        .object = build->hit.object,
        .space = CAIRN_OPSET_ALERT,
        .status = (uint8_t)view->status,
        .category = (uint8_t)alert->category,
        .action = (uint8_t)alert->action,
        .from_ms = alert->from_ms,
        .expires_ms = alert->expires_ms,
        .first_hlc = view->issued_hlc,
        .changed_hlc = view->changed_hlc,
    };
    memcpy(entry.country, build->hit.object.text, 3);
    return rows_add_entry(build, &entry, false);
}

cairn_err cairn_index_rows_alert(const struct cairn_id *object, const struct cairn_alert_view *view,
                                 struct cairn_arena *arena, struct cairn_index_rows *out)
{
    *out = (struct cairn_index_rows){.count = 0};
    if (view->status == CAIRN_ALERT_STATUS_NONE) {
        return CAIRN_OK;
    }
    struct cairn_alert alert;
    cairn_alert_read(view->body, &alert);
    struct rows_build build = {.arena = arena,
                               .out = out,
                               .hit = {.object = *object,
                                       .row = CAIRN_INDEX_KEY_NO_ROW,
                                       .category = alert.category,
                                       .action = alert.action,
                                       .document_status = (uint8_t)alert.status,
                                       .from_ms = alert.from_ms,
                                       .expires_ms = alert.expires_ms}};
    uint32_t births = rows_list_count(alert.births);
    uint32_t names = rows_list_count(alert.names) * ROWS_NAMES_MAX * (births > 0 ? births : 1);
    bool has_range = alert.category == CAIRN_ALERT_DBL;
    uint32_t documents = rows_list_count(alert.documents) * (has_range ? ROWS_BUCKETS_MAX : 1);
    CAIRN_TRY(rows_open(&build, 1 + names + documents + rows_list_count(alert.rows)));
    CAIRN_TRY(rows_add_alert_entry(&build, &alert, view));
    if (view->status == CAIRN_ALERT_STATUS_ACTIVE) {
        CAIRN_TRY(rows_add_documents(&build, &alert, view));
        CAIRN_TRY(rows_add_names(&build, &alert));
    }
    return rows_sort(out, arena);
}

cairn_err cairn_index_rows_case(const struct cairn_id *object, const struct cairn_case_view *view,
                                struct cairn_arena *arena, struct cairn_index_rows *out)
{
    *out = (struct cairn_index_rows){.count = 0};
    if (view->status == CAIRN_CASE_STATUS_NONE) {
        return CAIRN_OK;
    }
    struct rows_build build = {.arena = arena, .out = out};
    struct cairn_index_entry entry = {
        .object = *object,
        .space = CAIRN_OPSET_CASE,
        .status = (uint8_t)view->status,
        .first_hlc = view->sent_hlc,
        .changed_hlc = view->changed_hlc,
    };
    memcpy(entry.country, view->requesting, sizeof entry.country);
    memcpy(entry.requested, view->requested, sizeof entry.requested);
    CAIRN_TRY(rows_open(&build, 2));
    CAIRN_TRY(rows_add_entry(&build, &entry, false));
    CAIRN_TRY(rows_add_entry(&build, &entry, true));
    return rows_sort(out, arena);
}

/* ---- difference ---- */

cairn_err cairn_index_rows_differ(const struct cairn_index_rows rows[static 2],
                                  struct cairn_arena *arena, struct cairn_index_rows *out_puts,
                                  struct cairn_index_rows *out_deletes)
{
    const struct cairn_index_rows *old = &rows[0], *new = &rows[1];
    *out_deletes = (struct cairn_index_rows){.count = 0};
    if (old->count == 0) {
        *out_puts = *new;
        return CAIRN_OK;
    }
    *out_puts = (struct cairn_index_rows){.count = 0};
    out_puts->rows = cairn_arena_take(arena, new->count * sizeof *out_puts->rows);
    out_deletes->rows = cairn_arena_take(arena, old->count * sizeof *out_deletes->rows);
    if (out_puts->rows == NULL || out_deletes->rows == NULL) {
        return CAIRN_NO_ROOM;
    }
    for (uint32_t o = 0, n = 0; o < old->count || n < new->count;) {
        int order = o == old->count   ? 1
                    : n == new->count ? -1
                                      : cairn_bytes_order(old->rows[o].key, new->rows[n].key);
        if (order < 0) {
            out_deletes->rows[out_deletes->count++] = old->rows[o];
        } else if (order > 0 || !cairn_bytes_is_equal(old->rows[o].value, new->rows[n].value)) {
            out_puts->rows[out_puts->count++] = new->rows[n];
        }
        o += order <= 0;
        n += order >= 0;
    }
    return CAIRN_OK;
}
