#include "tests/lib/model_case.h"

#include <string.h>

#include "tests/lib/ops.h"

struct model {
    struct cairn_merge_entry *const *entries;
    uint32_t count;
    cairn_err errs[MODEL_CASE_MAX];
    bool is_known[MODEL_CASE_MAX]; /* errs is final */
    uint32_t persons[MODEL_CASE_MAX];
};

static bool is_before(const struct cairn_merge_entry *left, const struct cairn_merge_entry *right)
{
    uint64_t a = left->operation.hlc, b = right->operation.hlc;
    return a != b ? a < b : memcmp(left->entry_id, right->entry_id, 32) < 0;
}

static bool is_kind(const struct cairn_merge_entry *entry, enum cairn_kind kind)
{
    return !entry->is_unknown && entry->operation.kind == kind;
}

static uint32_t find(const struct model *model, const uint8_t *id)
{
    for (uint32_t i = 0; i < model->count; i++) {
        if (memcmp(model->entries[i]->entry_id, id, 32) == 0) {
            return i;
        }
    }
    return UINT32_MAX;
}

static cairn_err judge(struct model *model, uint32_t i);

static bool is_live(struct model *model, uint32_t i)
{
    return judge(model, i) == CAIRN_OK;
}

/* Can operation j be reached from i by edges that count? */
static bool knows(struct model *model, uint32_t i, uint32_t j)
{
    const struct cairn_operation *operation = &model->entries[i]->operation;
    for (uint32_t e = 0; e < operation->parent_count + operation->after_count; e++) {
        const uint8_t *id = e < operation->parent_count
                                ? operation->parents[e]
                                : operation->after[e - operation->parent_count];
        uint32_t next = find(model, id);
        if (next == UINT32_MAX || model->entries[next]->operation.hlc >= operation->hlc ||
            !is_live(model, next)) {
            continue;
        }
        if (next == j || knows(model, next, j)) {
            return true;
        }
    }
    return false;
}

static cairn_err judge_parents(struct model *model, uint32_t i)
{
    const struct cairn_operation *operation = &model->entries[i]->operation;
    cairn_err wait = CAIRN_OK;
    for (uint32_t p = 0; p < operation->parent_count; p++) {
        uint32_t j = find(model, operation->parents[p]);
        if (j == UINT32_MAX) {
            wait = CAIRN_LATER;
            continue;
        }
        if (model->entries[j]->operation.hlc >= operation->hlc) {
            return CAIRN_RULE_HLC;
        }
        cairn_err err = judge(model, j);
        if (err != CAIRN_OK && err != CAIRN_LATER) {
            return CAIRN_STATE;
        }
        wait = err == CAIRN_LATER ? err : wait;
    }
    return wait;
}

/* The first request that lives, if it comes before operation i (or anywhere: UINT32_MAX). */
static uint32_t request_before(struct model *model, uint32_t i)
{
    uint32_t first = UINT32_MAX;
    for (uint32_t j = 0; j < model->count; j++) {
        const struct cairn_merge_entry *entry = model->entries[j];
        bool is_candidate = is_kind(entry, CAIRN_KIND_CASE_REQUEST) &&
                            (i == UINT32_MAX || is_before(entry, model->entries[i])) &&
                            (first == UINT32_MAX || is_before(entry, model->entries[first]));
        if (is_candidate && is_live(model, j)) {
            first = j;
        }
    }
    return first;
}

static void requested(const struct model *model, uint32_t request, char out[static 4])
{
    struct cairn_bytes slots[CAIRN_CASE_KEY_END];
    cairn_shape_split(model->entries[request]->operation.body, slots, CAIRN_CASE_KEY_END);
    memcpy(out, cairn_shape_get_text(slots[CAIRN_CASE_KEY_REQUESTED]).data, 3);
    out[3] = '\0';
}

static bool is_frozen(struct model *model, uint32_t i)
{
    for (uint32_t j = 0; j < model->count; j++) {
        const struct cairn_merge_entry *entry = model->entries[j];
        if (!entry->is_unknown || (i != UINT32_MAX && !is_before(entry, model->entries[i]))) {
            continue;
        }
        char country[4] = "";
        uint32_t request = request_before(model, j);
        if (request != UINT32_MAX) {
            requested(model, request, country);
        }
        if (strcmp(entry->country, "AUT") == 0 || strcmp(entry->country, country) == 0) {
            return true;
        }
    }
    return false;
}

static cairn_err judge_request(struct model *model, uint32_t i)
{
    for (uint32_t j = 0; j < model->count; j++) {
        if (is_kind(model->entries[j], CAIRN_KIND_CASE_REQUEST) &&
            memcmp(model->entries[j]->feed, model->entries[i]->feed, 16) == 0 &&
            model->entries[j]->index < model->entries[i]->index) {
            return CAIRN_EXISTS;
        }
    }
    return request_before(model, i) == UINT32_MAX ? CAIRN_OK : CAIRN_EXISTS;
}

static cairn_err judge_answer(struct model *model, uint32_t i)
{
    const struct cairn_merge_entry *entry = model->entries[i];
    uint32_t request = request_before(model, i), accepted = 0;
    char country[4];
    if (request == UINT32_MAX) {
        for (uint32_t j = 0; j < model->count; j++) {
            if (is_kind(model->entries[j], CAIRN_KIND_CASE_REQUEST) &&
                is_before(entry, model->entries[j])) {
                return CAIRN_RULE_HLC;
            }
        }
        return CAIRN_LATER;
    }
    requested(model, request, country);
    if (strcmp(country, entry->country) != 0) {
        return CAIRN_RULE_PARTIES;
    }
    if (!knows(model, i, request)) {
        bool is_missing = false;
        for (uint32_t a = 0; a < entry->operation.after_count; a++) {
            is_missing = is_missing || find(model, entry->operation.after[a]) == UINT32_MAX;
        }
        return is_missing ? CAIRN_LATER : CAIRN_RULE_STEP;
    }
    if (is_kind(entry, CAIRN_KIND_CASE_ACK)) {
        return CAIRN_OK;
    }
    struct cairn_bytes slots[CAIRN_CASE_ANSWER_END], raw;
    struct cairn_shape_list list;
    bool is_accept = is_kind(entry, CAIRN_KIND_CASE_ACCEPT);
    cairn_shape_split(entry->operation.body, slots, CAIRN_CASE_ANSWER_END);
    if (is_accept) {
        model->persons[i] = cairn_shape_get_bool(slots[1]) ? 3 : 0;
        cairn_shape_list_init(&list, slots[2]);
        while (cairn_shape_list_next(&list, &raw)) {
            if (cairn_shape_get_uint(raw) > 1) {
                return CAIRN_RULE_FORM; /* every request here names two */
            }
            model->persons[i] |= 1u << cairn_shape_get_uint(raw);
        }
    }
    for (uint32_t j = 0; j < model->count; j++) {
        const struct cairn_merge_entry *other = model->entries[j];
        if (j == i || !knows(model, i, j)) {
            continue;
        }
        if (is_kind(other, CAIRN_KIND_CASE_WITHDRAW) || is_kind(other, CAIRN_KIND_CASE_REFUSE) ||
            (is_kind(other, CAIRN_KIND_CASE_ACCEPT) && !is_accept)) {
            return CAIRN_RULE_STEP;
        }
        accepted |= is_kind(other, CAIRN_KIND_CASE_ACCEPT) ? model->persons[j] : 0;
    }
    return is_accept && (model->persons[i] & ~accepted) == 0 ? CAIRN_RULE_STEP : CAIRN_OK;
}

static cairn_err judge(struct model *model, uint32_t i)
{
    const struct cairn_merge_entry *entry = model->entries[i];
    if (model->is_known[i]) {
        return model->errs[i];
    }
    cairn_err err = CAIRN_OK;
    if (entry->is_unknown) {
        err = CAIRN_KIND_UNKNOWN;
    } else if (!is_kind(entry, CAIRN_KIND_CASE_WITHDRAW)) {
        err = judge_parents(model, i);
        if (err == CAIRN_OK && is_frozen(model, i)) {
            err = CAIRN_LATER;
        }
        if (err == CAIRN_OK) {
            err = is_kind(entry, CAIRN_KIND_CASE_REQUEST) ? judge_request(model, i)
                                                          : judge_answer(model, i);
        }
    }
    model->errs[i] = err;
    model->is_known[i] = true;
    return err;
}

void model_case_evaluate(struct cairn_merge_entry *const *entries, uint32_t count,
                         struct model_case *out)
{
    struct model model = {.entries = entries, .count = count};
    bool is_withdrawn = false, is_received = false;
    assert_true(count <= MODEL_CASE_MAX);
    *out = (struct model_case){.status = CAIRN_CASE_STATUS_NONE};
    for (uint32_t i = 0; i < count; i++) {
        out->errs[i] = judge(&model, i);
    }
    for (uint32_t i = 0; i < count; i++) {
        bool is_covered = !is_live(&model, i);
        for (uint32_t j = 0; j < count && !is_covered; j++) {
            is_covered = is_live(&model, j) && knows(&model, j, i);
        }
        out->heads |= (uint32_t)!is_covered << i;
        if (!is_live(&model, i)) {
            continue;
        }
        is_withdrawn = is_withdrawn || is_kind(entries[i], CAIRN_KIND_CASE_WITHDRAW);
        is_received = is_received || is_kind(entries[i], CAIRN_KIND_CASE_ACK);
        out->is_refused = out->is_refused || is_kind(entries[i], CAIRN_KIND_CASE_REFUSE);
        if (is_kind(entries[i], CAIRN_KIND_CASE_ACCEPT)) {
            out->is_accepted = true;
            out->persons |= model.persons[i];
        }
    }
    if (request_before(&model, UINT32_MAX) == UINT32_MAX) {
        return;
    }
    out->status = is_withdrawn                          ? CAIRN_CASE_STATUS_WITHDRAWN
                  : out->is_accepted && out->is_refused ? CAIRN_CASE_STATUS_CONFLICT
                  : out->is_accepted                    ? CAIRN_CASE_STATUS_ACCEPTED
                  : out->is_refused                     ? CAIRN_CASE_STATUS_REFUSED
                  : is_received                         ? CAIRN_CASE_STATUS_RECEIVED
                                                        : CAIRN_CASE_STATUS_SENT;
}
