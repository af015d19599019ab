#include "replication/merge/opset.h"

#include "schema/base/check.h"

#include <string.h>

#define OPSET_VERSION      1u
#define OPSET_FLAG_TEST    1u
#define OPSET_FLAG_CUT     2u
#define OPSET_ITEM_RANK    3u /* bits of an element's flags */
#define OPSET_ITEM_UNKNOWN 4u
#define OPSET_ITEM_GONE    8u /* repudiated */
#define OPSET_ITEM_FLAGS   15u

/* For the elements; the place of the cut is always reserved. */
#define OPSET_ITEMS_BYTES_MAX                                                                      \
    (CAIRN_LIMIT_STATE_BYTES - CAIRN_OPSET_HEAD_BYTES - CAIRN_OPSET_CUT_BYTES)

_Static_assert(2 * (CAIRN_LIMIT_BATCH_BYTES + CAIRN_OPSET_ITEM_BYTES) + (16u << 10) <=
                   CAIRN_LIMIT_STATE_BYTES,
               "a batch fits, and once more in another feed, and what withdraws it");

static void opset_check(const struct cairn_opset *set)
{
    CAIRN_REQUIRE(set->space == CAIRN_OPSET_ALERT || set->space == CAIRN_OPSET_CASE);
    CAIRN_REQUIRE(set->count <= CAIRN_OPSET_COUNT_MAX);
    CAIRN_REQUIRE(set->count == 0 || set->items != NULL);
}

int cairn_opset_order(const struct cairn_opset_item *left, const struct cairn_opset_item *right)
{
    if (left->hlc != right->hlc) {
        return left->hlc < right->hlc ? -1 : 1;
    }
    return memcmp(left->entry_id, right->entry_id, CAIRN_ID_ENTRY_BYTES);
}

/* Order in which operations are kept when there are too many. */
static int opset_order_kept(const struct cairn_opset_item *left,
                            const struct cairn_opset_item *right)
{
    if (left->rank != right->rank) {
        return left->rank < right->rank ? -1 : 1;
    }
    return cairn_opset_order(left, right);
}

bool cairn_opset_is_taking(const struct cairn_opset_item *item)
{
    return item->rank == CAIRN_OPSET_RANK_TAKING;
}

static size_t opset_item_size(const struct cairn_opset_item *item)
{
    size_t id_count = (size_t)item->parent_count + item->after_count;
    return CAIRN_OPSET_ITEM_BYTES + id_count * CAIRN_ID_ENTRY_BYTES + item->operation.size;
}

static size_t opset_items_size(const struct cairn_opset *set)
{
    size_t size = 0;
    for (uint32_t i = 0; i < set->count; i++) {
        size += opset_item_size(&set->items[i]);
    }
    return size;
}

size_t cairn_opset_size(const struct cairn_opset *set)
{
    opset_check(set);
    size_t head = CAIRN_OPSET_HEAD_BYTES + (set->is_cut ? CAIRN_OPSET_CUT_BYTES : 0);
    return head + opset_items_size(set);
}

bool cairn_opset_has_room(const struct cairn_opset *set, size_t operation_bytes)
{
    opset_check(set);
    size_t size =
        CAIRN_OPSET_ITEM_BYTES + 2 * CAIRN_LIMIT_PARENTS * CAIRN_ID_ENTRY_BYTES + operation_bytes;
    return !set->is_cut && set->count < CAIRN_OPSET_COUNT_MAX && size <= OPSET_ITEMS_BYTES_MAX &&
           opset_items_size(set) <= OPSET_ITEMS_BYTES_MAX - size;
}

static bool opset_is_of_space(enum cairn_kind kind, enum cairn_opset_space space)
{
    return space == CAIRN_OPSET_ALERT ? cairn_kind_is_alert(kind) : cairn_kind_is_case(kind);
}

/* Read the fixed part; *size_bytes: of what follows it. */
static cairn_err opset_read_item(const uint8_t *data, enum cairn_opset_space space,
                                 struct cairn_opset_item *out, size_t *size_bytes)
{
    uint32_t kind = cairn_bytes_get_u32(data + 68);
    uint32_t body_at = cairn_bytes_get_u32(data + 76), body_size = cairn_bytes_get_u32(data + 80);
    *out = (struct cairn_opset_item){
        .hlc = cairn_bytes_get_u64(data),
        .entry_id = data + 8,
        .feed = data + 40,
        .index = cairn_bytes_get_u64(data + 56),
        .rank = (enum cairn_opset_rank)(data[67] & OPSET_ITEM_RANK),
        .is_unknown = (data[67] & OPSET_ITEM_UNKNOWN) != 0,
        .is_repudiated = (data[67] & OPSET_ITEM_GONE) != 0,
        .parent_count = cairn_bytes_get_u16(data + 72),
        .after_count = cairn_bytes_get_u16(data + 74),
        .operation.size = cairn_bytes_get_u32(data + 84),
    };
    memcpy(out->country, data + 64, 3);
    bool is_known = cairn_kind_of_number(kind, &out->kind) && opset_is_of_space(out->kind, space);
    bool is_inside = body_at <= out->operation.size && body_size <= out->operation.size - body_at &&
                     (body_size > 0 || body_at == 0);
    if (is_known == out->is_unknown || (out->is_unknown && kind != 0) || !is_inside ||
        data[67] > OPSET_ITEM_FLAGS || out->rank > CAIRN_OPSET_RANK_OTHER ||
        out->parent_count > CAIRN_LIMIT_PARENTS || out->after_count > CAIRN_LIMIT_PARENTS ||
        out->operation.size > CAIRN_LIMIT_BATCH_BYTES) {
        return CAIRN_DISK_CORRUPT;
    }
    out->parents = data + CAIRN_OPSET_ITEM_BYTES;
    out->after = out->parents + out->parent_count * CAIRN_ID_ENTRY_BYTES;
    out->operation.data = out->after + out->after_count * CAIRN_ID_ENTRY_BYTES;
    out->body = (struct cairn_bytes){out->operation.data + body_at, body_size};
    *size_bytes = opset_item_size(out) - CAIRN_OPSET_ITEM_BYTES;
    return CAIRN_OK;
}

static cairn_err opset_read_head(struct cairn_bytes state, enum cairn_opset_space space,
                                 struct cairn_opset *out, size_t *at)
{
    if (state.size < CAIRN_OPSET_HEAD_BYTES || state.size > CAIRN_LIMIT_STATE_BYTES) {
        return CAIRN_DISK_CORRUPT;
    }
    uint8_t flags = state.data[2];
    uint32_t count = cairn_bytes_get_u32(state.data + 4);
    bool is_right = state.data[0] == OPSET_VERSION && state.data[1] == (uint8_t)space &&
                    flags <= (OPSET_FLAG_TEST | OPSET_FLAG_CUT) && state.data[3] == 0;
    if (!is_right || count > CAIRN_OPSET_COUNT_MAX) {
        return CAIRN_DISK_CORRUPT;
    }
    out->is_test_network = (flags & OPSET_FLAG_TEST) != 0;
    out->is_cut = (flags & OPSET_FLAG_CUT) != 0;
    out->count = count;
    *at = CAIRN_OPSET_HEAD_BYTES;
    if (out->is_cut) {
        if (state.size - *at < CAIRN_OPSET_CUT_BYTES || state.data[*at] > CAIRN_OPSET_RANK_OTHER) {
            return CAIRN_DISK_CORRUPT;
        }
        out->cut_rank = (enum cairn_opset_rank)state.data[*at];
        out->cut_hlc = cairn_bytes_get_u64(state.data + *at + 1);
        out->cut_id = state.data + *at + 9;
        *at += CAIRN_OPSET_CUT_BYTES;
    }
    return CAIRN_OK;
}

cairn_err cairn_opset_open(struct cairn_bytes state, enum cairn_opset_space space,
                           struct cairn_arena *arena, struct cairn_opset *out)
{
    *out = (struct cairn_opset){.space = space};
    if (state.size == 0) {
        return CAIRN_OK;
    }
    size_t at;
    CAIRN_TRY(opset_read_head(state, space, out, &at));
    out->items = cairn_arena_take(arena, out->count * sizeof *out->items);
    if (out->items == NULL) {
        return CAIRN_NO_ROOM;
    }
    for (uint32_t i = 0; i < out->count; i++) {
        size_t size_bytes;
        if (state.size - at < CAIRN_OPSET_ITEM_BYTES) {
            return CAIRN_DISK_CORRUPT;
        }
        CAIRN_TRY(opset_read_item(state.data + at, space, &out->items[i], &size_bytes));
        at += CAIRN_OPSET_ITEM_BYTES;
        if (state.size - at < size_bytes ||
            (i > 0 && cairn_opset_order(&out->items[i - 1], &out->items[i]) >= 0)) {
            return CAIRN_DISK_CORRUPT;
        }
        at += size_bytes;
    }
    return at == state.size ? CAIRN_OK : CAIRN_DISK_CORRUPT;
}

static bool opset_is_behind_cut(const struct cairn_opset *set, const struct cairn_opset_item *item)
{
    struct cairn_opset_item cut = {
        .rank = set->cut_rank, .hlc = set->cut_hlc, .entry_id = set->cut_id};
    return set->is_cut && opset_order_kept(item, &cut) >= 0;
}

/* gives  its number; set->count: it is not there */
static uint32_t opset_find(const struct cairn_opset *set, const uint8_t *entry_id)
{
    uint32_t i = 0;
    while (i < set->count && !cairn_bytes_is_same32(set->items[i].entry_id, entry_id)) {
        i++;
    }
    return i;
}

static cairn_err opset_repudiate(const struct cairn_opset *set, uint32_t number,
                                 struct cairn_arena *arena, struct cairn_opset *out)
{
    const struct cairn_opset_item *old = set->items; /* out may be set */
    *out = *set;
    out->items = cairn_arena_take(arena, set->count * sizeof *out->items);
    if (out->items == NULL) {
        return CAIRN_NO_ROOM;
    }
    memcpy(out->items, old, out->count * sizeof *old);
    out->items[number].is_repudiated = true;
    return CAIRN_OK;
}

/* Drop the one that is kept least, and remember where. gives  its size */
static size_t opset_cut_one(struct cairn_opset *set)
{
    CAIRN_REQUIRE(set->count > 1); /* one operation alone always fits */
    uint32_t last = 0;
    for (uint32_t i = 1; i < set->count; i++) {
        if (opset_order_kept(&set->items[last], &set->items[i]) < 0) {
            last = i;
        }
    }
    set->is_cut = true;
    set->cut_rank = set->items[last].rank;
    set->cut_hlc = set->items[last].hlc;
    set->cut_id = set->items[last].entry_id;
    size_t size = opset_item_size(&set->items[last]);
    memmove(&set->items[last], &set->items[last + 1], (set->count - last - 1) * sizeof *set->items);
    set->count--;
    return size;
}

cairn_err cairn_opset_insert(const struct cairn_opset *set, const struct cairn_opset_item *item,
                             struct cairn_arena *arena, struct cairn_opset *out,
                             bool *out_is_changed)
{
    opset_check(set);
    CAIRN_REQUIRE(item->is_unknown || opset_is_of_space(item->kind, set->space));
    const struct cairn_opset_item *old = set->items; /* out may be set */
    uint32_t at = set->count;
    uint32_t held = opset_find(set, item->entry_id);
    if (held < at) {
        *out_is_changed = item->is_repudiated && !set->items[held].is_repudiated;
        *out = *set;
        return *out_is_changed ? opset_repudiate(set, held, arena, out) : CAIRN_OK;
    }
    *out_is_changed = !opset_is_behind_cut(set, item);
    *out = *set;
    if (!*out_is_changed) {
        return CAIRN_OK;
    }
    out->items = cairn_arena_take(arena, ((size_t)at + 1) * sizeof *out->items);
    if (out->items == NULL) {
        return CAIRN_NO_ROOM;
    }
    out->count = at + 1;
    for (; at > 0 && cairn_opset_order(item, &old[at - 1]) < 0; at--) {
        out->items[at] = old[at - 1];
    }
    out->items[at] = *item;
    if (at > 0) {
        memcpy(out->items, old, at * sizeof *out->items);
    }
    size_t size = opset_items_size(out);
    while (out->count > CAIRN_OPSET_COUNT_MAX || size > OPSET_ITEMS_BYTES_MAX) {
        size -= opset_cut_one(out);
    }
    opset_check(out);
    return CAIRN_OK;
}

static uint8_t *opset_write_item(const struct cairn_opset_item *item, uint8_t *out)
{
    cairn_bytes_put_u64(out, item->hlc);
    memcpy(out + 8, item->entry_id, CAIRN_ID_ENTRY_BYTES);
    memcpy(out + 40, item->feed, 16);
    cairn_bytes_put_u64(out + 56, item->index);
    memcpy(out + 64, item->country, 3);
    out[67] = (uint8_t)((unsigned)item->rank | (item->is_unknown ? OPSET_ITEM_UNKNOWN : 0) |
                        (item->is_repudiated ? OPSET_ITEM_GONE : 0));
    cairn_bytes_put_u32(out + 68, item->is_unknown ? 0 : (uint32_t)item->kind);
    cairn_bytes_put_u16(out + 72, (uint16_t)item->parent_count);
    cairn_bytes_put_u16(out + 74, (uint16_t)item->after_count);
    bool has_body = item->body.size > 0;
    size_t body_at = has_body ? (size_t)(item->body.data - item->operation.data) : 0;
    CAIRN_REQUIRE(body_at + item->body.size <= item->operation.size);
    cairn_bytes_put_u32(out + 76, (uint32_t)body_at);
    cairn_bytes_put_u32(out + 80, (uint32_t)item->body.size);
    cairn_bytes_put_u32(out + 84, (uint32_t)item->operation.size);
    out += CAIRN_OPSET_ITEM_BYTES;
    struct cairn_bytes parts[] = {
        {item->parents, item->parent_count * CAIRN_ID_ENTRY_BYTES},
        {item->after, item->after_count * CAIRN_ID_ENTRY_BYTES},
        item->operation,
    };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (parts[i].size > 0) {
            memcpy(out, parts[i].data, parts[i].size);
            out += parts[i].size;
        }
    }
    return out;
}

cairn_err cairn_opset_encode(const struct cairn_opset *set, struct cairn_arena *arena,
                             struct cairn_bytes *out)
{
    opset_check(set);
    size_t size = cairn_opset_size(set);
    CAIRN_REQUIRE(size <= CAIRN_LIMIT_STATE_BYTES);
    uint8_t *state = cairn_arena_take(arena, size);
    if (state == NULL) {
        return CAIRN_NO_ROOM;
    }
    state[0] = OPSET_VERSION;
    state[1] = (uint8_t)set->space;
    state[2] = (uint8_t)((set->is_test_network ? OPSET_FLAG_TEST : 0) |
                         (set->is_cut ? OPSET_FLAG_CUT : 0));
    cairn_bytes_put_u32(state + 4, set->count);
    uint8_t *at = state + CAIRN_OPSET_HEAD_BYTES;
    if (set->is_cut) {
        at[0] = (uint8_t)set->cut_rank;
        cairn_bytes_put_u64(at + 1, set->cut_hlc);
        memcpy(at + 9, set->cut_id, CAIRN_ID_ENTRY_BYTES);
        at += CAIRN_OPSET_CUT_BYTES;
    }
    for (uint32_t i = 0; i < set->count; i++) {
        at = opset_write_item(&set->items[i], at);
    }
    CAIRN_REQUIRE(at == state + size);
    *out = (struct cairn_bytes){state, size};
    return CAIRN_OK;
}
