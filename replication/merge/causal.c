#include "replication/merge/causal.h"

#include "schema/base/check.h"

#define CAUSAL_WORD_BITS 64u

static const uint8_t *causal_id(const uint8_t *ids, uint32_t i)
{
    return ids + (size_t)i * CAIRN_ID_ENTRY_BYTES;
}

/* Ids are hashes, so their first bytes are as good as any other hash of them. */
static uint32_t causal_slot_of(const uint8_t *entry_id, uint32_t mask)
{
    return cairn_bytes_get_u32(entry_id) & mask;
}

static void causal_fill_slots(struct cairn_causal *causal)
{
    for (uint32_t i = 0; i < causal->set->count; i++) {
        uint32_t slot = causal_slot_of(causal->set->items[i].entry_id, causal->slot_mask);
        while (causal->slots[slot] != 0) {
            slot = (slot + 1) & causal->slot_mask;
        }
        causal->slots[slot] = (uint16_t)(i + 1);
    }
}

/* Number of the operation with this id; UINT32_MAX: it is not here. */
static uint32_t causal_find(const struct cairn_causal *causal, const uint8_t *entry_id)
{
    uint32_t slot = causal_slot_of(entry_id, causal->slot_mask);
    while (causal->slots[slot] != 0) {
        uint32_t i = causal->slots[slot] - 1u;
        if (cairn_bytes_is_same32(causal->set->items[i].entry_id, entry_id)) {
            return i;
        }
        slot = (slot + 1) & causal->slot_mask;
    }
    return UINT32_MAX;
}

cairn_err cairn_causal_open(const struct cairn_opset *set, struct cairn_arena *arena,
                            struct cairn_causal *out)
{
    CAIRN_REQUIRE(set->count <= CAIRN_OPSET_COUNT_MAX);
    uint32_t slot_count = 2;
    while (slot_count < 2 * set->count) {
        slot_count *= 2;
    }
    *out = (struct cairn_causal){
        .set = set,
        .word_count = (set->count + CAUSAL_WORD_BITS - 1) / CAUSAL_WORD_BITS,
        .slot_mask = slot_count - 1,
    };
    size_t row_bytes = out->word_count * sizeof *out->past;
    out->past = cairn_arena_take(arena, set->count * row_bytes);
    out->steps = cairn_arena_take(arena, set->count * sizeof *out->steps);
    out->slots = cairn_arena_take(arena, slot_count * sizeof *out->slots);
    if (out->past == NULL || out->steps == NULL || out->slots == NULL) {
        return CAIRN_NO_ROOM;
    }
    for (uint32_t i = 0; i < set->count; i++) {
        out->steps[i] = (struct cairn_causal_step){.item = &set->items[i], .err = CAIRN_LATER};
    }
    causal_fill_slots(out);
    return CAIRN_OK;
}

static uint64_t *causal_row(const struct cairn_causal *causal, uint32_t i)
{
    return causal->past + (size_t)i * causal->word_count;
}

const uint64_t *cairn_causal_past(const struct cairn_causal *causal, uint32_t i)
{
    CAIRN_REQUIRE(i < causal->set->count);
    return causal_row(causal, i);
}

bool cairn_causal_is_live(const struct cairn_causal *causal, uint32_t i)
{
    CAIRN_REQUIRE(i < causal->set->count);
    return causal->steps[i].err == CAIRN_OK;
}

bool cairn_causal_is_before(const struct cairn_causal *causal, uint32_t j, uint32_t i)
{
    CAIRN_REQUIRE(j < causal->set->count);
    return (cairn_causal_past(causal, i)[j / CAUSAL_WORD_BITS] >> (j % CAUSAL_WORD_BITS) & 1) != 0;
}

static void causal_add(struct cairn_causal *causal, uint32_t i, uint32_t j)
{
    uint64_t *row = causal_row(causal, i);
    const uint64_t *other = causal_row(causal, j);
    for (uint32_t word = 0; word < causal->word_count; word++) {
        row[word] |= other[word];
    }
    if (!causal->set->items[j].is_repudiated) { /* else only what that one knew */
        row[j / CAUSAL_WORD_BITS] |= (uint64_t)1 << (j % CAUSAL_WORD_BITS);
    }
}

/* What is worse: an operation that can never count, then one that waits. */
static cairn_err causal_worse(cairn_err left, cairn_err right)
{
    bool is_final = left != CAIRN_OK && left != CAIRN_LATER;
    return is_final || right == CAIRN_OK ? left : right;
}

static cairn_err causal_judge_parent(const struct cairn_causal *causal, uint32_t i, uint32_t j)
{
    if (j == UINT32_MAX) {
        return CAIRN_LATER;
    }
    if (causal->set->items[j].hlc >= causal->set->items[i].hlc) {
        return CAIRN_RULE_HLC;
    }
    if (causal->set->items[j].is_repudiated) {
        return CAIRN_OK;
    }
    cairn_err err = causal->steps[j].err;
    return err == CAIRN_OK || err == CAIRN_LATER ? err : CAIRN_STATE;
}

cairn_err cairn_causal_place(struct cairn_causal *causal, uint32_t i)
{
    CAIRN_REQUIRE(i < causal->set->count);
    const struct cairn_opset_item *item = &causal->set->items[i];
    bool is_taking = cairn_opset_is_taking(item);
    cairn_err worst = CAIRN_OK;
    for (uint32_t p = 0; p < item->parent_count; p++) {
        uint32_t j = causal_find(causal, causal_id(item->parents, p));
        cairn_err err = causal_judge_parent(causal, i, j);
        if (err == CAIRN_OK) {
            causal_add(causal, i, j);
        }
        worst = causal_worse(worst, err);
    }
    for (uint32_t a = 0; a < item->after_count; a++) {
        uint32_t j = causal_find(causal, causal_id(item->after, a));
        if (causal_judge_parent(causal, i, j) == CAIRN_OK) {
            causal_add(causal, i, j);
        }
    }
    if (item->is_repudiated) {
        return CAIRN_REPUDIATED;
    }
    return is_taking ? CAIRN_OK : worst;
}

void cairn_causal_settle(struct cairn_causal *causal, uint32_t i, cairn_err err)
{
    CAIRN_REQUIRE(i < causal->set->count);
    causal->steps[i].err = err;
}

bool cairn_causal_is_missing_after(const struct cairn_causal *causal, uint32_t i)
{
    CAIRN_REQUIRE(i < causal->set->count);
    const struct cairn_opset_item *item = &causal->set->items[i];
    for (uint32_t a = 0; a < item->after_count; a++) {
        if (causal_find(causal, causal_id(item->after, a)) == UINT32_MAX) {
            return true;
        }
    }
    return false;
}

cairn_err cairn_causal_heads(const struct cairn_causal *causal, struct cairn_arena *arena,
                             const struct cairn_opset_item *const **out, uint32_t *out_count)
{
    uint32_t count = causal->set->count;
    uint64_t covered[CAIRN_OPSET_COUNT_MAX / CAUSAL_WORD_BITS] = {0};
    const struct cairn_opset_item **heads = cairn_arena_take(arena, count * sizeof(void *));
    if (heads == NULL) {
        return CAIRN_NO_ROOM;
    }
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t word = 0; cairn_causal_is_live(causal, i) && word < causal->word_count;
             word++) {
            covered[word] |= causal_row(causal, i)[word];
        }
    }
    *out_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        bool is_covered = (covered[i / CAUSAL_WORD_BITS] >> (i % CAUSAL_WORD_BITS) & 1) != 0;
        if (cairn_causal_is_live(causal, i) && !is_covered) {
            heads[(*out_count)++] = &causal->set->items[i];
        }
    }
    *out = heads;
    return CAIRN_OK;
}
