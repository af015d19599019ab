#include "node/views/stage.h"

#include "node/entropy.h"
#include "node/views/helper.h"
#include "node/views/known.h"
#include "schema/base/check.h"

#include <stdlib.h>
#include <string.h>

/* A batch holds its limit and a few cursors more; if it was empty, one result of any size. */
#define STAGE_MEMORY (CAIRN_LIMIT_VIEWS_BATCH_BYTES + (1u << 20))
#define STAGE_ROWS   (1u << 16) /* full at half of them: the rest is room for one result */
#define STAGE_SLOTS  (1u << 15) /* at most half of them are filled */
#define STAGE_STATES (1u << 14)

struct stage_row {
    uint64_t first;     /* bytes of the key, for a quick order */
    const uint8_t *key; /* in memory, the value behind it */
    uint32_t value_size;
    uint32_t number; /* of two with one key the later one counts */
    uint16_t key_size;
    bool is_deleted;
};

struct stage_slot {
    uint32_t life; /* of the batch that filled it; another one: free */
    uint32_t at;   /* in memory */
    uint32_t size;
    struct cairn_merge_key key;
};

/* One batch. */
struct stage_page {
    struct cairn_store *views;
    struct cairn_store_batch *batch;
    uint32_t life;
    uint32_t used;
    uint32_t row_count;
    uint32_t state_count;
    struct stage_slot slots[STAGE_SLOTS];
    struct stage_row rows[STAGE_ROWS];
    uint8_t memory[STAGE_MEMORY];
};

struct cairn_stage {
    struct cairn_store *views;
    struct cairn_helper *scribe;
    struct cairn_known *known; /* every object that has a state, here or in views */
    struct cairn_bytes loaded; /* given last, from the store */
    uint64_t seed;             /* so that nobody can choose ids that meet */
    struct stage_page *page;   /* being made; the other is being written, or is written */
    struct stage_page pages[2];
};

/* ---- which objects there are ---- */

struct stage_learn {
    struct cairn_stage *stage;
    cairn_err err;
};

static bool stage_learn_listed(void *host, struct cairn_bytes key, struct cairn_bytes value)
{
    struct stage_learn *learn = host;
    struct cairn_index_entry entry;
    struct cairn_bytes index = {.data = key.data + 1, .size = key.size - 1};
    learn->err = cairn_index_key_read_entry(index, value, &entry);
    if (learn->err != CAIRN_OK) {
        return false;
    }
    struct cairn_merge_key object = cairn_merge_key_of(&entry.object, entry.space);
    cairn_known_add(learn->stage->known, &object);
    return true;
}

static bool stage_learn_unlisted(void *host, struct cairn_bytes key, struct cairn_bytes value)
{
    struct stage_learn *learn = host;
    struct cairn_merge_key object;
    (void)value;
    if (key.size != 1 + sizeof object.data) {
        learn->err = CAIRN_DISK_CORRUPT;
        return false;
    }
    memcpy(object.data, key.data + 1, sizeof object.data);
    cairn_known_add(learn->stage->known, &object);
    return true;
}

static cairn_err stage_learn_table(struct cairn_stage *stage, const struct cairn_view_key *prefix,
                                   cairn_store_row *row)
{
    struct stage_learn learn = {.stage = stage};
    uint8_t end[CAIRN_VIEW_KEY_BYTES];
    struct cairn_store_range range = {
        .from = cairn_view_key_bytes(prefix),
        .to = cairn_store_prefix_end(cairn_view_key_bytes(prefix), end),
        .is_bulk = true,
    };
    cairn_err err = cairn_store_scan(stage->views, &range, row, &learn);
    return learn.err != CAIRN_OK ? learn.err : err;
}

static cairn_err stage_learn_index(struct cairn_stage *stage, struct cairn_index_key index)
{
    struct cairn_view_key prefix;
    cairn_view_key_init(&prefix, CAIRN_VIEW_INDEX);
    cairn_view_key_add(&prefix, (struct cairn_bytes){.data = index.data, .size = index.size});
    return stage_learn_table(stage, &prefix, stage_learn_listed);
}

static cairn_err stage_learn_all(struct cairn_stage *stage)
{
    const struct cairn_bytes every = {NULL, 0};
    struct cairn_view_key prefix;
    CAIRN_TRY(cairn_known_open(&stage->known));
    CAIRN_TRY(stage_learn_index(stage, cairn_index_key_alerts(every)));
    CAIRN_TRY(stage_learn_index(stage, cairn_index_key_requests_by(every)));
    cairn_view_key_init(&prefix, CAIRN_VIEW_UNLISTED);
    return stage_learn_table(stage, &prefix, stage_learn_unlisted);
}

static cairn_err stage_page_open(struct stage_page *page, struct cairn_store *views)
{
    page->views = views;
    page->life = 1;
    return cairn_store_batch_open(&page->batch);
}

cairn_err cairn_stage_open(struct cairn_store *views, struct cairn_stage **out)
{
    struct cairn_stage *stage = calloc(1, sizeof *stage);
    if (stage == NULL) {
        return CAIRN_MEMORY;
    }
    stage->views = views;
    stage->page = &stage->pages[0];
    cairn_entropy_fill(&stage->seed, sizeof stage->seed);
    cairn_err err = stage_page_open(&stage->pages[0], views);
    if (err == CAIRN_OK) {
        err = stage_page_open(&stage->pages[1], views);
    }
    if (err == CAIRN_OK) {
        err = cairn_helper_open("scribe", &stage->scribe);
    }
    if (err == CAIRN_OK) {
        err = stage_learn_all(stage);
    }
    if (err != CAIRN_OK) {
        cairn_stage_close(stage);
        return err;
    }
    *out = stage;
    return CAIRN_OK;
}

void cairn_stage_close(struct cairn_stage *stage)
{
    if (stage != NULL) {
        cairn_helper_close(stage->scribe); /* first: it may still write a page */
        cairn_known_close(stage->known);
        cairn_store_free(stage->loaded);
        cairn_store_batch_close(stage->pages[0].batch);
        cairn_store_batch_close(stage->pages[1].batch);
        free(stage);
    }
}

/* ---- states of these batches ---- */

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
static struct stage_slot *stage_slot_of(struct stage_page *page, const struct cairn_merge_key *key,
                                        uint32_t hash)
{
    uint32_t at = hash % STAGE_SLOTS;
    while (page->slots[at].life == page->life &&
           memcmp(page->slots[at].key.data, key->data, sizeof key->data) != 0) {
        at = (at + 1) % STAGE_SLOTS;
    }
    return &page->slots[at];
}

static struct stage_page *stage_other(struct cairn_stage *stage)
{
    return stage->page == &stage->pages[0] ? &stage->pages[1] : &stage->pages[0];
}

/* In the batch that is made, else in the one before it, which may not be written yet. */
static bool stage_find(struct cairn_stage *stage, const struct cairn_merge_key *key,
                       struct cairn_bytes *out)
{
    struct stage_page *pages[] = {stage->page, stage_other(stage)};
    uint32_t hash = stage_hash(stage, key);
    for (size_t i = 0; i < 2; i++) {
        const struct stage_slot *slot = stage_slot_of(pages[i], key, hash);
        if (slot->life == pages[i]->life) {
            *out = (struct cairn_bytes){.data = pages[i]->memory + slot->at, .size = slot->size};
            return true;
        }
    }
    return false;
}

static void stage_state_key(const struct cairn_merge_key *state, struct cairn_view_key *out)
{
    cairn_view_key_init(out, CAIRN_VIEW_OBJECT);
    cairn_view_key_add(out, (struct cairn_bytes){.data = state->data, .size = sizeof state->data});
}

cairn_err cairn_stage_get_state(struct cairn_stage *stage, const struct cairn_merge_key *key,
                                struct cairn_bytes *out)
{
    *out = (struct cairn_bytes){NULL, 0};
    if (!cairn_known_has(stage->known, key) || stage_find(stage, key, out)) {
        return CAIRN_OK;
    }
    struct cairn_view_key at;
    stage_state_key(key, &at);
    cairn_store_free(stage->loaded);
    cairn_err err = cairn_store_get(stage->views, cairn_view_key_bytes(&at), &stage->loaded);
    *out = stage->loaded;
    return err == CAIRN_NOT_FOUND ? CAIRN_OK : err;
}

/* ---- rows ---- */

/* Table, index, and six bytes of what differs between objects of one country. Order need not be
 * that of the keys, if only neighbours stay together and equal keys are equal. */
static uint64_t stage_first(struct cairn_bytes key)
{
    uint8_t bytes[12] = {0};
    memcpy(bytes, key.data, key.size < sizeof bytes ? key.size : sizeof bytes);
    uint64_t first = cairn_bytes_get_u64(bytes + 4) & 0xFFFFFFFFFFFFu;
    return (uint64_t)cairn_bytes_get_u16(bytes) << 48 | first;
}

/* gives  where the value stands in memory */
static uint32_t stage_add(struct stage_page *page, struct cairn_bytes key, struct cairn_bytes value,
                          bool is_deleted)
{
    CAIRN_REQUIRE(page->row_count < STAGE_ROWS);
    CAIRN_REQUIRE(key.size + value.size <= sizeof page->memory - page->used);
    page->rows[page->row_count] = (struct stage_row){
        .first = stage_first(key),
        .key = page->memory + page->used,
        .key_size = (uint16_t)key.size,
        .is_deleted = is_deleted,
        .value_size = (uint32_t)value.size,
        .number = page->row_count,
    };
    page->row_count++;
    memcpy(page->memory + page->used, key.data, key.size);
    page->used += (uint32_t)key.size;
    uint32_t value_at = page->used;
    if (value.size > 0) {
        memcpy(page->memory + value_at, value.data, value.size);
    }
    page->used += (uint32_t)value.size;
    return value_at;
}

void cairn_stage_put_state(struct cairn_stage *stage, const struct cairn_merge_key *key,
                           struct cairn_bytes state, bool is_listed)
{
    struct stage_page *page = stage->page;
    struct stage_slot *slot = stage_slot_of(page, key, stage_hash(stage, key));
    struct cairn_view_key at;
    if (slot->life != page->life) {
        CAIRN_REQUIRE(page->state_count < STAGE_STATES);
        page->state_count++;
    }
    if (!is_listed) {
        stage_state_key(key, &at);
        at.data[0] = CAIRN_VIEW_UNLISTED;
        cairn_stage_put(stage, &at, (struct cairn_bytes){NULL, 0});
    }
    if (!cairn_known_has(stage->known, key)) {
        cairn_known_add(stage->known, key);
    }
    stage_state_key(key, &at);
    uint32_t value_at = stage_add(page, cairn_view_key_bytes(&at), state, false);
    *slot = (struct stage_slot){
        .life = page->life, .at = value_at, .size = (uint32_t)state.size, .key = *key};
}

void cairn_stage_put(struct cairn_stage *stage, const struct cairn_view_key *key,
                     struct cairn_bytes value)
{
    (void)stage_add(stage->page, cairn_view_key_bytes(key), value, false);
}

void cairn_stage_delete(struct cairn_stage *stage, const struct cairn_view_key *key)
{
    (void)stage_add(stage->page, cairn_view_key_bytes(key), (struct cairn_bytes){NULL, 0}, true);
}

/* ---- the batch ---- */

bool cairn_stage_is_full(const struct cairn_stage *stage, size_t more_bytes)
{
    const struct stage_page *page = stage->page;
    return page->used > 0 && (page->used + more_bytes > CAIRN_LIMIT_VIEWS_BATCH_BYTES ||
                              page->row_count >= STAGE_ROWS / 2 ||
                              page->state_count + CAIRN_LIMIT_STATES_PER_OPERATION > STAGE_STATES);
}

bool cairn_stage_is_empty(const struct cairn_stage *stage)
{
    return stage->page->row_count == 0;
}

static struct cairn_bytes stage_key(const struct stage_row *row)
{
    return (struct cairn_bytes){.data = row->key, .size = row->key_size};
}

/* Neighbours in the batch become neighbours in LevelDB's memory: an insertion then finds its place
 * where the last one has just been, which makes it a quarter cheaper. */
static int stage_order(const void *left, const void *right)
{
    const struct stage_row *a = left;
    const struct stage_row *b = right;
    if (a->first != b->first) {
        return a->first < b->first ? -1 : 1;
    }
    int order = cairn_bytes_order(stage_key(a), stage_key(b));
    return order != 0 ? order : (a->number > b->number) - (a->number < b->number);
}

static void stage_fill(struct stage_page *page)
{
    qsort(page->rows, page->row_count, sizeof page->rows[0], stage_order);
    for (uint32_t i = 0; i < page->row_count; i++) {
        const struct stage_row *row = &page->rows[i];
        struct cairn_bytes key = stage_key(row);
        bool is_last =
            i + 1 == page->row_count || !cairn_bytes_is_equal(key, stage_key(&page->rows[i + 1]));
        if (is_last && row->is_deleted) {
            cairn_store_batch_delete(page->batch, key);
        } else if (is_last) {
            cairn_store_batch_put(
                page->batch, key,
                (struct cairn_bytes){.data = key.data + key.size, .size = row->value_size});
        }
    }
}

static void stage_page_reset(struct stage_page *page)
{
    page->used = 0;
    page->row_count = 0;
    page->state_count = 0;
    page->life++;
    if (page->life == 0) { /* after 2^32 batches: old slots must not come alive */
        memset(page->slots, 0, sizeof page->slots);
        page->life = 1;
    }
}

/* On the scribe's thread; the folder's reads the states of the page meanwhile. */
static cairn_err stage_write(void *host)
{
    struct stage_page *page = host;
    stage_fill(page);
    cairn_err err = cairn_store_write(page->views, page->batch, false);
    cairn_store_batch_clear(page->batch);
    return err;
}

cairn_err cairn_stage_flush(struct cairn_stage *stage)
{
    if (cairn_stage_is_empty(stage)) {
        return CAIRN_OK;
    }
    cairn_err err = cairn_helper_give(stage->scribe, stage_write, stage->page);
    if (err != CAIRN_OK) {
        cairn_stage_drop(stage);
        return err;
    }
    stage->page = stage_other(stage);
    stage_page_reset(stage->page);
    return CAIRN_OK;
}

void cairn_stage_drop(struct cairn_stage *stage)
{
    stage_page_reset(stage->page);
    if (cairn_helper_wait(stage->scribe) != CAIRN_OK) {
        stage_page_reset(stage_other(stage)); /* settle tells of it */
    }
}

cairn_err cairn_stage_settle(struct cairn_stage *stage)
{
    CAIRN_REQUIRE(cairn_stage_is_empty(stage));
    cairn_err err = cairn_helper_settle(stage->scribe);
    if (err != CAIRN_OK) {
        stage_page_reset(stage_other(stage));
    }
    return err;
}

static cairn_err stage_reopen(void *host)
{
    return cairn_store_reopen(host);
}

cairn_err cairn_stage_reopen(struct cairn_stage *stage)
{
    cairn_stage_drop(stage);
    (void)!cairn_helper_settle(stage->scribe); /* it is why this is called */
    CAIRN_TRY(cairn_helper_give(stage->scribe, stage_reopen, stage->views));
    return cairn_helper_settle(stage->scribe);
}
