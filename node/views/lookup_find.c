#include "node/views/lookup_find.h"

#include "schema/alert/category.h"

#include <stdlib.h>
#include <string.h>

void lookup_begin(struct cairn_lookup *lookup)
{
    lookup->count = 0;
    lookup->is_cut = false;
}

/* ---- one index row ---- */

struct find_scan {
    struct cairn_lookup *lookup;
    const struct lookup_query *query;
    uint32_t row_count;
    cairn_err err;
};

/* How a birth date on record fits one that was asked for: one bit, or 0: it does not. */
static uint32_t find_birth_one(struct cairn_civil_birth asked, struct cairn_civil_birth held)
{
    if (asked.year_min == 0 || held.year_min == 0) {
        return CAIRN_LOOKUP_WHY_BIRTH_UNKNOWN;
    }
    if (!cairn_civil_has_overlap(asked, held)) {
        return 0;
    }
    bool is_whole = asked.day != 0 && held.day != 0;
    return is_whole ? CAIRN_LOOKUP_WHY_BIRTH : CAIRN_LOOKUP_WHY_BIRTH_PARTIAL;
}

static uint32_t find_birth(const struct lookup_query *query, struct cairn_bytes text)
{
    struct cairn_civil_birth held = {.year_min = 0};
    uint32_t best = 0;
    if (text.size > 0 && cairn_civil_parse_birth(text, &held) != CAIRN_OK) {
        return CAIRN_LOOKUP_WHY_BIRTH_UNKNOWN; /* never hide a hit behind a fault of ours */
    }
    for (uint32_t i = 0; i < query->birth_count; i++) {
        uint32_t bit = find_birth_one(query->births[i], held);
        if (bit != 0 && (best == 0 || bit < best)) {
            best = bit; /* bits rise from the surest on */
        }
    }
    return best;
}

/* The reasons for one row: 0 when it is no hit after all. */
static uint32_t find_why(const struct lookup_query *query, const struct cairn_index_hit *hit)
{
    uint32_t why = query->why;
    if (query->why == CAIRN_LOOKUP_WHY_NAME) {
        uint32_t birth = find_birth(query, hit->birth);
        return birth == 0 ? 0 : why | birth | query->why_more;
    }
    if (query->why == CAIRN_LOOKUP_WHY_RANGE && !cairn_index_key_holds(hit, query->number)) {
        return 0;
    }
    if (query->document_kind != 0 && query->document_kind != hit->document_kind) {
        why |= CAIRN_LOOKUP_WHY_KIND;
    }
    return why | (query->why_more & CAIRN_LOOKUP_WHY_CHECK_DIGIT);
}

static uint32_t find_score(uint32_t why)
{
    uint32_t score = 0;
    uint32_t less = 0;
    if ((why & CAIRN_LOOKUP_WHY_DOCUMENT) != 0) {
        score = 100;
    } else if ((why & CAIRN_LOOKUP_WHY_RANGE) != 0) {
        score = 95;
    } else if ((why & CAIRN_LOOKUP_WHY_BIRTH) != 0) {
        score = 90;
    } else if ((why & CAIRN_LOOKUP_WHY_BIRTH_PARTIAL) != 0) {
        score = 70;
    } else {
        score = 50;
    }
    less += (why & CAIRN_LOOKUP_WHY_KIND) != 0 ? 5 : 0;
    less += (why & CAIRN_LOOKUP_WHY_ALIAS) != 0 && score <= 90 ? 10 : 0;
    less += (why & CAIRN_LOOKUP_WHY_NAME_CUT) != 0 && score <= 90 ? 10 : 0;
    less += (why & CAIRN_LOOKUP_WHY_CHECK_DIGIT) != 0 ? 15 : 0;
    return score - less;
}

/* Reasons of one object found twice: of the births only the surest one stays. */
static uint32_t find_join(uint32_t left, uint32_t right)
{
    uint32_t why = left | right;
    if ((why & CAIRN_LOOKUP_WHY_BIRTH) != 0) {
        why &= ~(uint32_t)CAIRN_LOOKUP_WHY_BIRTH_PARTIAL;
    }
    if ((why & (CAIRN_LOOKUP_WHY_BIRTH | CAIRN_LOOKUP_WHY_BIRTH_PARTIAL)) != 0) {
        why &= ~(uint32_t)CAIRN_LOOKUP_WHY_BIRTH_UNKNOWN;
    }
    bool is_kind_right =
        ((left & CAIRN_LOOKUP_WHY_DOCUMENT) != 0 && (left & CAIRN_LOOKUP_WHY_KIND) == 0) ||
        ((right & CAIRN_LOOKUP_WHY_DOCUMENT) != 0 && (right & CAIRN_LOOKUP_WHY_KIND) == 0);
    return is_kind_right ? why & ~(uint32_t)CAIRN_LOOKUP_WHY_KIND : why;
}

static struct cairn_lookup_hit *find_same(struct cairn_lookup *lookup,
                                          const struct cairn_index_hit *hit)
{
    for (uint32_t i = 0; i < lookup->count; i++) {
        if (lookup->found[i].row == hit->row &&
            cairn_id_is_equal(&lookup->found[i].object, &hit->object)) {
            return &lookup->found[i];
        }
    }
    return NULL;
}

static void find_add(struct cairn_lookup *lookup, const struct cairn_index_hit *hit, uint32_t why)
{
    struct cairn_lookup_hit *found = find_same(lookup, hit);
    const struct cairn_category *category = cairn_category_find(hit->category);
    if (found == NULL && (lookup->count == LOOKUP_FOUND_MAX || category == NULL)) {
        lookup->is_cut = true;
        return;
    }
    if (found == NULL) {
        found = &lookup->found[lookup->count++];
        *found = (struct cairn_lookup_hit){
            .object = hit->object,
            .row = hit->row,
            .category = hit->category,
            .action = hit->action,
            .coercion = cairn_category_coercion(category, hit->action),
            .priority = cairn_category_priority(category, hit->action),
            .from_ms = hit->from_ms,
            .expires_ms = hit->expires_ms,
        };
        memcpy(found->country, cairn_id_country(&hit->object).data, 3);
    }
    found->status = hit->document_status != 0 ? hit->document_status : found->status;
    found->why = find_join(found->why, why);
    found->score = find_score(found->why);
}

static bool find_row(void *host, struct cairn_bytes key, struct cairn_bytes value)
{
    struct find_scan *scan = host;
    struct cairn_index_hit hit;
    struct cairn_bytes index = {.data = key.data + 1, .size = key.size - 1};
    scan->err = cairn_index_key_read_hit(index, value, &hit);
    if (scan->err != CAIRN_OK) {
        return false;
    }
    bool is_live = hit.from_ms <= scan->query->now_ms && scan->query->now_ms < hit.expires_ms;
    bool is_shown =
        is_live && cairn_acceptance_has(scan->query->accepted, &hit.object,
                                        hit.row == CAIRN_LOOKUP_NO_ROW ? CAIRN_POLICY_FOUNDS_ALERT
                                                                       : CAIRN_POLICY_FOUNDS_BATCH);
    uint32_t why = is_shown ? find_why(scan->query, &hit) : 0;
    if (why != 0) {
        find_add(scan->lookup, &hit, why);
    }
    if (++scan->row_count == LOOKUP_ROWS_MAX) {
        scan->lookup->is_cut = true; /* there may be exactly as many: then this says too much */
        return false;
    }
    return true;
}

cairn_err lookup_find(struct cairn_lookup *lookup, const struct lookup_query *query,
                      const struct cairn_index_key *prefix)
{
    struct find_scan scan = {.lookup = lookup, .query = query};
    struct cairn_view_key from;
    uint8_t end[CAIRN_VIEW_KEY_BYTES];
    if (prefix->size == 0) {
        return CAIRN_OK;
    }
    cairn_view_key_init(&from, CAIRN_VIEW_INDEX);
    cairn_view_key_add(&from, (struct cairn_bytes){.data = prefix->data, .size = prefix->size});
    struct cairn_store_range range = {
        .from = cairn_view_key_bytes(&from),
        .to = cairn_store_prefix_end(cairn_view_key_bytes(&from), end),
    };
    cairn_err err = cairn_store_scan(lookup->views, &range, find_row, &scan);
    return scan.err != CAIRN_OK ? scan.err : err;
}

/* ---- ranking, and what only the state says ---- */

static int find_order(const void *left, const void *right)
{
    const struct cairn_lookup_hit *a = left;
    const struct cairn_lookup_hit *b = right;
    if (a->priority != b->priority) {
        return a->priority < b->priority ? -1 : 1;
    }
    if (a->score != b->score) {
        return a->score > b->score ? -1 : 1;
    }
    if (a->from_ms != b->from_ms) {
        return a->from_ms < b->from_ms ? -1 : 1;
    }
    int order = cairn_bytes_order(cairn_id_view(&a->object), cairn_id_view(&b->object));
    return order != 0 ? order : (a->row > b->row) - (a->row < b->row);
}

static void find_copy_text(char *out, size_t capacity, struct cairn_bytes text)
{
    size_t size = text.size < capacity ? text.size : capacity - 1;
    if (size > 0) {
        memcpy(out, text.data, size);
    }
    out[size] = '\0';
}

/* Was it the main name? An alias is a weaker reason. */
static bool find_is_main_name(const struct cairn_alert *alert, const struct cairn_namekey *asked)
{
    struct cairn_shape_list names;
    struct cairn_alert_name name;
    cairn_shape_list_init(&names, alert->names);
    while (cairn_alert_next_name(&names, &name)) {
        struct cairn_namekey key;
        struct cairn_bytes surname =
            name.surname.size > 0 || name.given.size > 0 ? name.surname : name.full;
        if (name.kind == CAIRN_ALERT_NAME_MAIN &&
            cairn_namekey_make(surname, name.given, &key) == CAIRN_OK &&
            cairn_bytes_is_equal(cairn_namekey_view(&key), cairn_namekey_view(asked))) {
            return true;
        }
    }
    return false;
}

static void find_complete(struct cairn_lookup_hit *hit, const struct lookup_query *query,
                          const struct cairn_alert *alert)
{
    struct cairn_shape_list warnings;
    struct cairn_bytes raw;
    hit->fallback = alert->fallback;
    hit->reason = alert->reason;
    hit->is_minor = alert->is_minor;
    find_copy_text(hit->authority, sizeof hit->authority, alert->authority);
    find_copy_text(hit->contact, sizeof hit->contact, alert->contact);
    cairn_shape_list_init(&warnings, alert->warnings);
    hit->warning_count = 0;
    while (hit->warning_count < CAIRN_LOOKUP_WARNINGS_MAX &&
           cairn_shape_list_next(&warnings, &raw)) {
        hit->warnings[hit->warning_count++] = (uint16_t)cairn_shape_get_uint(raw);
    }
    if ((hit->why & CAIRN_LOOKUP_WHY_NAME) != 0 && !find_is_main_name(alert, &query->name)) {
        hit->why = (hit->why & ~(uint32_t)CAIRN_LOOKUP_WHY_NAME) | CAIRN_LOOKUP_WHY_ALIAS;
        hit->score = find_score(hit->why);
    }
}

/* gives  *out_is_gone: it was withdrawn or left since the index was read */
static cairn_err find_state(struct cairn_lookup *lookup, const struct lookup_query *query,
                            struct cairn_lookup_hit *hit, bool *out_is_gone)
{
    struct cairn_merge_key state_key = cairn_merge_key_of(&hit->object, CAIRN_OPSET_ALERT);
    struct cairn_view_key key;
    struct cairn_bytes state;
    struct cairn_alert_view view;
    struct cairn_alert alert;
    cairn_view_key_init(&key, CAIRN_VIEW_OBJECT);
    cairn_view_key_add(&key,
                       (struct cairn_bytes){.data = state_key.data, .size = sizeof state_key.data});
    cairn_err err = cairn_store_get(lookup->views, cairn_view_key_bytes(&key), &state);
    if (err == CAIRN_NOT_FOUND) {
        return CAIRN_DISK_CORRUPT;
    }
    CAIRN_TRY(err);
    cairn_arena_reset(&lookup->arena);
    err = cairn_merge_evaluate_alert(state, &lookup->arena, &view);
    *out_is_gone = err == CAIRN_OK && view.status != CAIRN_ALERT_STATUS_ACTIVE;
    if (err == CAIRN_OK && !*out_is_gone) {
        cairn_alert_read(view.body, &alert);
        find_complete(hit, query, &alert);
    }
    cairn_store_free(state);
    return err;
}

cairn_err lookup_end(struct cairn_lookup *lookup, const struct lookup_query *query,
                     struct cairn_lookup_hits *out)
{
    out->count = 0;
    out->found = lookup->count;
    out->is_cut = lookup->is_cut;
    if (lookup->count > 1) {
        qsort(lookup->found, lookup->count, sizeof lookup->found[0], find_order);
    }
    for (uint32_t i = 0; i < lookup->count && out->count < CAIRN_LOOKUP_HITS_MAX; i++) {
        bool is_gone = false;
        if (lookup->found[i].row == CAIRN_LOOKUP_NO_ROW) {
            CAIRN_TRY(find_state(lookup, query, &lookup->found[i], &is_gone));
        }
        if (is_gone) {
            out->found--;
        } else {
            out->hits[out->count++] = lookup->found[i];
        }
    }
    if (out->count > 1) {
        qsort(out->hits, out->count, sizeof out->hits[0], find_order); /* scores may have sunk */
    }
    return CAIRN_OK;
}
