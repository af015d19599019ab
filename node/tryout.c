#include "node/tryout.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/hash.h"
#include "node/views/view.h"
#include "schema/base/check.h"

struct cairn_tryout {
    bool is_alert;
    struct cairn_bytes state; /* malloc */
    struct cairn_arena arena; /* malloc */
    struct cairn_alert_view alert;
    struct cairn_case_view request;
};

void cairn_tryout_close(struct cairn_tryout *tryout)
{
    if (tryout != NULL) {
        free((void *)(uintptr_t)tryout->state.data);
        free(tryout->arena.memory);
        free(tryout);
    }
}

static struct cairn_tryout *tryout_make(void)
{
    struct cairn_tryout *tryout = calloc(1, sizeof *tryout);
    uint8_t *memory = malloc(CAIRN_MERGE_ARENA_BYTES);
    if (tryout == NULL || memory == NULL) {
        free(tryout);
        free(memory);
        return NULL;
    }
    cairn_arena_init(&tryout->arena, memory, CAIRN_MERGE_ARENA_BYTES);
    return tryout;
}

static cairn_err tryout_evaluate(struct cairn_tryout *tryout)
{
    cairn_arena_reset(&tryout->arena);
    if (tryout->is_alert) {
        return cairn_merge_evaluate_alert(tryout->state, &tryout->arena, &tryout->alert);
    }
    return cairn_merge_evaluate_case(tryout->state, &tryout->arena, &tryout->request);
}

static cairn_err tryout_fold(struct cairn_tryout *tryout, const struct cairn_merge_entry *entry,
                             struct cairn_bytes state, struct cairn_shape_fault *fault)
{
    struct cairn_merge_result result;
    memset(&result, 0, sizeof result);
    CAIRN_TRY(cairn_merge_fold(entry, state, &tryout->arena, &result));
    if (result.err != CAIRN_OK) {
        *fault = result.fault;
        return result.err;
    }
    if (!result.is_changed) {
        return CAIRN_FULL; /* behind the cut: it would not be kept */
    }
    uint8_t *copy = malloc(result.state.size + 1);
    if (copy == NULL) {
        return CAIRN_MEMORY;
    }
    memcpy(copy, result.state.data, result.state.size);
    tryout->state = (struct cairn_bytes){copy, result.state.size};
    return tryout_evaluate(tryout);
}

/* What the history says of the operation with this id. */
static cairn_err tryout_verdict(const struct cairn_tryout *tryout, const uint8_t *entry_id)
{
    uint32_t count = tryout->is_alert ? tryout->alert.step_count : tryout->request.step_count;
    const struct cairn_causal_step *steps =
        tryout->is_alert ? tryout->alert.steps : tryout->request.steps;
    for (uint32_t at = 0; at < count; at++) {
        if (cairn_bytes_is_same32(steps[at].item->entry_id, entry_id)) {
            return steps[at].err;
        }
    }
    return CAIRN_FULL;
}

/* gives   the state as stored, to be freed with cairn_store_free; empty: nothing is known */
static cairn_err tryout_load(struct cairn_store *views, const struct cairn_merge_entry *entry,
                             struct cairn_bytes *out)
{
    struct cairn_merge_key names[CAIRN_LIMIT_STATES_PER_OPERATION];
    struct cairn_view_key key;
    uint32_t count = cairn_merge_needs(entry, names);
    CAIRN_REQUIRE(count == 1);
    *out = (struct cairn_bytes){NULL, 0};
    cairn_view_key_init(&key, CAIRN_VIEW_OBJECT);
    cairn_view_key_add(&key, (struct cairn_bytes){names[0].data, sizeof names[0].data});
    cairn_err err = cairn_store_get(views, cairn_view_key_bytes(&key), out);
    return err == CAIRN_NOT_FOUND ? CAIRN_OK : err;
}

/* What takes away always has room. */
static cairn_err tryout_check_room(struct cairn_tryout *tryout,
                                   const struct cairn_merge_entry *entry, struct cairn_bytes state)
{
    enum cairn_kind kind = entry->operation.kind;
    bool is_taking = kind == CAIRN_KIND_ALERT_WITHDRAW || kind == CAIRN_KIND_ALERT_LEAVE ||
                     kind == CAIRN_KIND_CASE_WITHDRAW;
    bool has_room = true;
    if (state.size > 0 && !is_taking) {
        CAIRN_TRY(cairn_merge_has_room(state,
                                       tryout->is_alert ? CAIRN_OPSET_ALERT : CAIRN_OPSET_CASE,
                                       entry->bytes.size, &tryout->arena, &has_room));
        cairn_arena_reset(&tryout->arena);
    }
    return has_room ? CAIRN_OK : CAIRN_FULL;
}

static cairn_err tryout_ask(struct cairn_tryout *tryout,
                            const struct cairn_tryout_question *question,
                            struct cairn_shape_fault *fault)
{
    struct cairn_merge_entry entry;
    struct cairn_bytes state;
    size_t fault_at = 0;
    memset(&entry, 0, sizeof entry);
    CAIRN_TRY(cairn_merge_decode(question->operation, &entry, &fault_at));
    /* Nothing depends on the entry's id but ties: the real one comes with the entry. */
    cairn_sha256_of(question->operation, entry.entry_id);
    memcpy(entry.feed, question->feed, sizeof entry.feed);
    memcpy(entry.country, question->country, 3);
    entry.index = UINT64_MAX;
    entry.is_test_network = question->is_test_network;
    tryout->is_alert = cairn_kind_is_alert(entry.operation.kind);
    CAIRN_TRY(tryout_load(question->views, &entry, &state));
    cairn_err err = tryout_check_room(tryout, &entry, state);
    if (err == CAIRN_OK) {
        err = tryout_fold(tryout, &entry, state, fault);
    }
    cairn_store_free(state);
    return err == CAIRN_OK ? tryout_verdict(tryout, entry.entry_id) : err;
}

cairn_err cairn_tryout_open(const struct cairn_tryout_question *question,
                            struct cairn_shape_fault *fault, struct cairn_tryout **out)
{
    *out = NULL;
    memset(fault, 0, sizeof *fault);
    struct cairn_tryout *tryout = tryout_make();
    if (tryout == NULL) {
        return CAIRN_MEMORY;
    }
    cairn_err err = tryout_ask(tryout, question, fault);
    if (err != CAIRN_OK) {
        cairn_tryout_close(tryout);
        return err;
    }
    *out = tryout;
    return CAIRN_OK;
}

const struct cairn_alert_view *cairn_tryout_alert(const struct cairn_tryout *tryout)
{
    return tryout->is_alert ? &tryout->alert : NULL;
}

const struct cairn_case_view *cairn_tryout_case(const struct cairn_tryout *tryout)
{
    return tryout->is_alert ? NULL : &tryout->request;
}
