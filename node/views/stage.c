#include "node/views/stage.h"

#include "node/entropy.h"
#include "schema/base/check.h"

#include <stdlib.h>
#include <string.h>

/* A state takes 100 bytes at least, so a batch of 1 MiB holds fewer than 2^14 of them. */
#define STAGE_SLOTS  (1u << 15)
#define STAGE_STATES (1u << 14)
#define STAGE_MEMORY (CAIRN_LIMIT_VIEWS_BATCH_BYTES + 2u * CAIRN_LIMIT_STATE_BYTES)

struct stage_slot {
    uint32_t life; /* of the batch that filled it; another one: free */
    uint32_t at;   /* in memory */
    uint32_t size;
    struct cairn_merge_key key;
};

struct cairn_stage {
    struct cairn_store *views;
    struct cairn_store_batch *batch;
    struct cairn_bytes loaded; /* given last, from the store */
    uint64_t seed;             /* so that nobody can choose ids that meet */
    uint32_t life;
    uint32_t used;
    uint32_t state_count;
    struct stage_slot slots[STAGE_SLOTS];
    uint8_t memory[STAGE_MEMORY];
};

cairn_err cairn_stage_open(struct cairn_store *views, struct cairn_stage **out)
{
    struct cairn_stage *stage = calloc(1, sizeof *stage);
    if (stage == NULL || cairn_store_batch_open(&stage->batch) != CAIRN_OK) {
        free(stage);
        return CAIRN_MEMORY;
    }
    stage->views = views;
    stage->life = 1;
    cairn_entropy_fill(&stage->seed, sizeof stage->seed);
    *out = stage;
    return CAIRN_OK;
}

void cairn_stage_close(struct cairn_stage *stage)
{
    if (stage != NULL) {
        cairn_store_free(stage->loaded);
        cairn_store_batch_close(stage->batch);
        free(stage);
    }
}

static uint32_t stage_hash(const struct cairn_stage *stage, const struct cairn_merge_key *key)
{
    uint64_t hash = stage->seed;
    for (size_t i = 0; i < sizeof key->data; i++) {
        hash = (hash ^ key->data[i]) * 0x9E3779B97F4A7C15u;
        hash ^= hash >> 29;
    }
    return (uint32_t)(hash >> 32);
}

/* The slot of the key, or the free one where it would stand. */
static struct stage_slot *stage_slot_of(struct cairn_stage *stage,
                                        const struct cairn_merge_key *key)
{
    uint32_t at = stage_hash(stage, key) % STAGE_SLOTS;
    while (stage->slots[at].life == stage->life &&
           memcmp(stage->slots[at].key.data, key->data, sizeof key->data) != 0) {
        at = (at + 1) % STAGE_SLOTS;
    }
    return &stage->slots[at];
}

static void stage_state_key(const struct cairn_merge_key *state, struct cairn_view_key *out)
{
    cairn_view_key_init(out, CAIRN_VIEW_OBJECT);
    cairn_view_key_add(out, (struct cairn_bytes){.data = state->data, .size = sizeof state->data});
}

cairn_err cairn_stage_get_state(struct cairn_stage *stage, const struct cairn_merge_key *key,
                                struct cairn_bytes *out)
{
    const struct stage_slot *slot = stage_slot_of(stage, key);
    if (slot->life == stage->life) {
        *out = (struct cairn_bytes){.data = stage->memory + slot->at, .size = slot->size};
        return CAIRN_OK;
    }
    struct cairn_view_key at;
    stage_state_key(key, &at);
    cairn_store_free(stage->loaded);
    cairn_err err = cairn_store_get(stage->views, cairn_view_key_bytes(&at), &stage->loaded);
    *out = stage->loaded;
    return err == CAIRN_NOT_FOUND ? CAIRN_OK : err;
}

void cairn_stage_put_state(struct cairn_stage *stage, const struct cairn_merge_key *key,
                           struct cairn_bytes state)
{
    struct stage_slot *slot = stage_slot_of(stage, key);
    CAIRN_REQUIRE(state.size <= sizeof stage->memory - stage->used);
    if (slot->life != stage->life) {
        CAIRN_REQUIRE(stage->state_count < STAGE_STATES);
        stage->state_count++;
    }
    uint8_t *copy = stage->memory + stage->used;
    *slot = (struct stage_slot){
        .life = stage->life, .at = stage->used, .size = (uint32_t)state.size, .key = *key};
    memmove(copy, state.data, state.size); /* it may borrow from what get gave */
    stage->used += (uint32_t)state.size;
    struct cairn_view_key at;
    stage_state_key(key, &at);
    cairn_stage_put(stage, &at, (struct cairn_bytes){.data = copy, .size = state.size});
}

void cairn_stage_put(struct cairn_stage *stage, const struct cairn_view_key *key,
                     struct cairn_bytes value)
{
    cairn_store_batch_put(stage->batch, cairn_view_key_bytes(key), value);
}

void cairn_stage_delete(struct cairn_stage *stage, const struct cairn_view_key *key)
{
    cairn_store_batch_delete(stage->batch, cairn_view_key_bytes(key));
}

bool cairn_stage_is_full(const struct cairn_stage *stage, size_t more_bytes)
{
    size_t size = cairn_store_batch_size_bytes(stage->batch);
    return size > 0 && (size + more_bytes > CAIRN_LIMIT_VIEWS_BATCH_BYTES ||
                        stage->state_count + CAIRN_LIMIT_STATES_PER_OPERATION > STAGE_STATES);
}

bool cairn_stage_is_empty(const struct cairn_stage *stage)
{
    return cairn_store_batch_size_bytes(stage->batch) == 0;
}

cairn_err cairn_stage_flush(struct cairn_stage *stage)
{
    cairn_err err = CAIRN_OK;
    if (!cairn_stage_is_empty(stage)) {
        err = cairn_store_write(stage->views, stage->batch, false);
    }
    cairn_stage_drop(stage);
    return err;
}

void cairn_stage_drop(struct cairn_stage *stage)
{
    cairn_store_batch_clear(stage->batch);
    stage->used = 0;
    stage->state_count = 0;
    stage->life++;
    if (stage->life == 0) { /* after 2^32 batches: old slots must not come alive */
        memset(stage->slots, 0, sizeof stage->slots);
        stage->life = 1;
    }
}
