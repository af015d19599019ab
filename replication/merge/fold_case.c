#include "replication/merge/fold_case.h"

#include "schema/base/check.h"

#include <string.h>

#define FOLD_NONE UINT32_MAX

struct case_fold {
    struct cairn_causal causal;
    const struct cairn_opset *set;
    uint32_t request; /* the one that has effect; FOLD_NONE */
    bool is_frozen;
    uint32_t *persons; /* of each accept that has effect: bit i, person i */
    struct cairn_case_view *view;
};

static bool case_is_kind(const struct cairn_opset_item *item, enum cairn_kind kind)
{
    return !item->is_unknown && !item->is_repudiated && item->kind == kind;
}

static bool case_is_by(const struct cairn_opset_item *item, const char *country)
{
    return memcmp(item->country, country, 3) == 0;
}

/* ---- rules of single operations ---- */

/* Does an earlier entry of the same feed request the same case? */
static bool case_is_repeated(const struct case_fold *fold, uint32_t i)
{
    const struct cairn_opset_item *item = &fold->set->items[i];
    for (uint32_t j = 0; j < fold->set->count; j++) {
        const struct cairn_opset_item *other = &fold->set->items[j];
        if (case_is_kind(other, CAIRN_KIND_CASE_REQUEST) && other->index < item->index &&
            cairn_bytes_is_same16(other->feed, item->feed)) {
            return true;
        }
    }
    return false;
}

static void case_show_request(const struct cairn_opset_item *item, struct cairn_case_view *view)
{
    struct cairn_bytes slots[CAIRN_CASE_KEY_END];
    struct cairn_shape_list persons;
    cairn_shape_split(item->body, slots, CAIRN_CASE_KEY_END);
    struct cairn_bytes requested = cairn_shape_get_text(slots[CAIRN_CASE_KEY_REQUESTED]);
    CAIRN_REQUIRE(requested.size > 0 && requested.size <= 3);
    memcpy(view->requesting, item->country, sizeof view->requesting);
    memcpy(view->requested, requested.data, requested.size);
    cairn_shape_list_init(&persons, slots[CAIRN_CASE_KEY_PERSONS]);
    CAIRN_REQUIRE(persons.count > 0 && persons.count <= CAIRN_CASE_PERSONS_MAX);
    view->person_count = persons.count;
    view->request = item->body;
    view->sent_hlc = item->hlc;
}

static cairn_err case_take_request(struct case_fold *fold, uint32_t i)
{
    if (fold->request != FOLD_NONE || case_is_repeated(fold, i)) {
        return CAIRN_EXISTS;
    }
    fold->request = i;
    case_show_request(&fold->set->items[i], fold->view);
    return CAIRN_OK;
}

/* Without a request: an answer that is dated before the one that is here never saw it. */
static cairn_err case_judge_early(const struct case_fold *fold, uint32_t i)
{
    for (uint32_t j = i + 1; j < fold->set->count; j++) {
        if (case_is_kind(&fold->set->items[j], CAIRN_KIND_CASE_REQUEST)) {
            return CAIRN_RULE_HLC;
        }
    }
    return CAIRN_LATER;
}

/* errors  CAIRN_RULE_FORM  a person whom the request does not name */
static cairn_err case_read_persons(const struct case_fold *fold, struct cairn_bytes body,
                                   uint32_t *out)
{
    struct cairn_bytes slots[CAIRN_CASE_ANSWER_END], raw;
    struct cairn_shape_list list;
    cairn_shape_split(body, slots, CAIRN_CASE_ANSWER_END);
    *out = 0;
    if (cairn_shape_get_bool(slots[CAIRN_CASE_ACCEPT_ALL])) {
        *out = (1u << fold->view->person_count) - 1;
    }
    cairn_shape_list_init(&list, slots[CAIRN_CASE_ACCEPT_PERSONS]);
    while (cairn_shape_list_next(&list, &raw)) {
        uint64_t person = cairn_shape_get_uint(raw);
        if (person >= fold->view->person_count) {
            return CAIRN_RULE_FORM;
        }
        *out |= 1u << person;
    }
    return CAIRN_OK;
}

/* An answer to a case that was, for all it knew, withdrawn or answered already, is no step. Only
 * an acceptance may follow an acceptance, for persons who were not yet accepted. */
static cairn_err case_judge_answer(const struct case_fold *fold, uint32_t i, uint32_t persons)
{
    bool is_accept = case_is_kind(&fold->set->items[i], CAIRN_KIND_CASE_ACCEPT);
    uint32_t accepted = 0;
    for (uint32_t j = 0; j < i; j++) {
        const struct cairn_opset_item *other = &fold->set->items[j];
        if (!cairn_causal_is_before(&fold->causal, j, i)) {
            continue;
        }
        bool is_end = case_is_kind(other, CAIRN_KIND_CASE_WITHDRAW) ||
                      case_is_kind(other, CAIRN_KIND_CASE_REFUSE) ||
                      (case_is_kind(other, CAIRN_KIND_CASE_ACCEPT) && !is_accept);
        if (is_end) {
            return CAIRN_RULE_STEP;
        }
        accepted |= fold->persons[j];
    }
    return is_accept && (persons & ~accepted) == 0 ? CAIRN_RULE_STEP : CAIRN_OK;
}

static cairn_err case_take_answer(struct case_fold *fold, uint32_t i)
{
    const struct cairn_opset_item *item = &fold->set->items[i];
    if (fold->request == FOLD_NONE) {
        return case_judge_early(fold, i);
    }
    if (!case_is_by(item, fold->view->requested)) {
        return CAIRN_RULE_PARTIES;
    }
    if (!cairn_causal_is_before(&fold->causal, fold->request, i)) {
        return cairn_causal_is_missing_after(&fold->causal, i) ? CAIRN_LATER : CAIRN_RULE_STEP;
    }
    if (item->kind == CAIRN_KIND_CASE_ACK) {
        return CAIRN_OK;
    }
    uint32_t persons = 0;
    if (item->kind == CAIRN_KIND_CASE_ACCEPT) {
        CAIRN_TRY(case_read_persons(fold, item->body, &persons));
    }
    CAIRN_TRY(case_judge_answer(fold, i, persons));
    fold->persons[i] = persons;
    return CAIRN_OK;
}

/* A later kind freezes the case only when a party wrote it. */
static cairn_err case_take_unknown(struct case_fold *fold, uint32_t i)
{
    const struct cairn_opset_item *item = &fold->set->items[i];
    bool is_requesting = item->rank == CAIRN_OPSET_RANK_OWNER;
    bool is_requested = fold->request != FOLD_NONE && case_is_by(item, fold->view->requested);
    fold->is_frozen = fold->is_frozen || is_requesting || is_requested;
    return CAIRN_KIND_UNKNOWN;
}

static cairn_err case_take(struct case_fold *fold, uint32_t i)
{
    const struct cairn_opset_item *item = &fold->set->items[i];
    cairn_err err = cairn_causal_place(&fold->causal, i);
    if (item->is_repudiated) {
        return err;
    }
    if (item->is_unknown) {
        return case_take_unknown(fold, i);
    }
    if (cairn_opset_is_taking(item)) {
        return CAIRN_OK;
    }
    if (err == CAIRN_OK && fold->is_frozen) {
        err = CAIRN_LATER;
    }
    if (err != CAIRN_OK) {
        return err;
    }
    return item->kind == CAIRN_KIND_CASE_REQUEST ? case_take_request(fold, i)
                                                 : case_take_answer(fold, i);
}

/* ---- the view ---- */

static void case_note_first(uint64_t hlc, struct cairn_bytes body, uint64_t *first,
                            struct cairn_bytes *first_body)
{
    if (*first == 0) {
        *first = hlc;
    }
    if (first_body->size == 0) {
        *first_body = body;
    }
}

static void case_view_item(const struct case_fold *fold, uint32_t i, struct cairn_case_view *out)
{
    const struct cairn_opset_item *item = &fold->set->items[i];
    struct cairn_bytes none = {NULL, 0};
    out->changed_hlc = item->hlc;
    if (item->kind == CAIRN_KIND_CASE_WITHDRAW) {
        if (out->withdraw.size == 0) { /* an hlc may be 0 */
            out->withdrawn_hlc = item->hlc;
            out->withdraw = item->body;
        }
        return;
    }
    if (item->kind == CAIRN_KIND_CASE_REQUEST) {
        return;
    }
    case_note_first(item->hlc, none, &out->received_hlc, &none);
    if (item->kind == CAIRN_KIND_CASE_ACCEPT) {
        out->is_accepted = true;
        out->persons_accepted |= fold->persons[i];
        case_note_first(item->hlc, item->body, &out->answered_hlc, &out->accept);
    } else if (item->kind == CAIRN_KIND_CASE_REFUSE) {
        out->is_refused = true;
        case_note_first(item->hlc, item->body, &out->answered_hlc, &out->refuse);
    }
}

static enum cairn_case_status case_status(const struct case_fold *fold)
{
    const struct cairn_case_view *view = fold->view;
    if (view->request.size == 0) {
        return CAIRN_CASE_STATUS_NONE;
    }
    if (view->withdraw.size > 0) {
        return CAIRN_CASE_STATUS_WITHDRAWN;
    }
    if (view->is_repudiated || (view->is_accepted && view->is_refused)) {
        return CAIRN_CASE_STATUS_CONFLICT;
    }
    if (view->is_accepted || view->is_refused) {
        return view->is_accepted ? CAIRN_CASE_STATUS_ACCEPTED : CAIRN_CASE_STATUS_REFUSED;
    }
    return view->received_hlc != 0 ? CAIRN_CASE_STATUS_RECEIVED : CAIRN_CASE_STATUS_SENT;
}

/* A step that nobody stands by any more may have been acted upon: people must decide. source K7 */
static void case_view_repudiated(const struct case_fold *fold, struct cairn_case_view *out)
{
    for (uint32_t i = 0; i < fold->set->count; i++) {
        const struct cairn_opset_item *item = &fold->set->items[i];
        out->is_repudiated = out->is_repudiated || item->is_repudiated;
        if (item->is_repudiated && !item->is_unknown && item->kind == CAIRN_KIND_CASE_REQUEST &&
            out->request.size == 0) {
            case_show_request(item, out);
        }
    }
}

static cairn_err case_view(struct case_fold *fold, struct cairn_arena *arena)
{
    struct cairn_case_view *view = fold->view;
    for (uint32_t i = 0; i < fold->set->count; i++) {
        if (cairn_causal_is_live(&fold->causal, i)) {
            case_view_item(fold, i, view);
        }
    }
    case_view_repudiated(fold, view);
    view->status = case_status(fold);
    view->frozen = fold->is_frozen     ? CAIRN_CAUSAL_FROZEN_KIND
                   : fold->set->is_cut ? CAIRN_CAUSAL_FROZEN_LIMIT
                                       : CAIRN_CAUSAL_FROZEN_NO;
    view->steps = fold->causal.steps;
    view->step_count = fold->set->count;
    return cairn_causal_heads(&fold->causal, arena, &view->heads, &view->head_count);
}

cairn_err cairn_fold_case(const struct cairn_opset *set, struct cairn_arena *arena,
                          struct cairn_case_view *out)
{
    CAIRN_REQUIRE(set->space == CAIRN_OPSET_CASE);
    *out = (struct cairn_case_view){.status = CAIRN_CASE_STATUS_NONE};
    struct case_fold fold = {.set = set, .request = FOLD_NONE, .view = out};
    CAIRN_TRY(cairn_causal_open(set, arena, &fold.causal));
    fold.persons = cairn_arena_take(arena, set->count * sizeof *fold.persons);
    if (fold.persons == NULL) {
        return CAIRN_NO_ROOM;
    }
    for (uint32_t i = 0; i < set->count; i++) {
        cairn_causal_settle(&fold.causal, i, case_take(&fold, i));
    }
    return case_view(&fold, arena);
}
