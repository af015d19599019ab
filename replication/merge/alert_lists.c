#include "replication/merge/alert_lists.h"

#include "schema/base/check.h"

static const uint32_t alert_lists_keys[CAIRN_ALERT_LISTS_COUNT] = {
    CAIRN_ALERT_KEY_NAMES, CAIRN_ALERT_KEY_BIRTHS,   CAIRN_ALERT_KEY_DOCUMENTS,
    CAIRN_ALERT_KEY_MARKS, CAIRN_ALERT_KEY_WARNINGS,
};

bool cairn_alert_lists_is_list(uint32_t key)
{
    for (uint32_t k = 0; k < CAIRN_ALERT_LISTS_COUNT; k++) {
        if (alert_lists_keys[k] == key) {
            return true;
        }
    }
    return false;
}

cairn_err cairn_alert_lists_open(const struct cairn_causal *causal, struct cairn_arena *arena,
                                 struct cairn_alert_lists **out)
{
    struct cairn_alert_lists *lists = cairn_arena_take(arena, sizeof *lists);
    if (lists == NULL) {
        return CAIRN_NO_ROOM;
    }
    lists->causal = causal;
    *out = lists;
    return CAIRN_OK;
}

/* Take out what operation i knew, all of it or only what is equal to one value. */
static void alert_lists_forget(struct cairn_alert_lists *lists, uint32_t k, uint32_t i,
                               const struct cairn_bytes *value)
{
    struct cairn_alert_lists_list *list = &lists->lists[k];
    uint32_t kept = 0;
    for (uint32_t e = 0; e < list->count; e++) {
        const struct cairn_alert_lists_element *element = &list->elements[e];
        bool is_meant = value == NULL || cairn_bytes_is_equal(element->raw, *value);
        bool is_known =
            lists->causal == NULL || cairn_causal_is_before(lists->causal, element->operation, i);
        if (!is_meant || !is_known) {
            list->elements[kept++] = *element;
        }
    }
    list->count = kept;
}

void cairn_alert_lists_clear(struct cairn_alert_lists *lists, uint32_t i)
{
    for (uint32_t k = 0; k < CAIRN_ALERT_LISTS_COUNT; k++) {
        alert_lists_forget(lists, k, i, NULL);
    }
}

void cairn_alert_lists_remove(struct cairn_alert_lists *lists, uint32_t i,
                              const struct cairn_bytes *slots)
{
    for (uint32_t k = 0; k < CAIRN_ALERT_LISTS_COUNT; k++) {
        struct cairn_shape_list values;
        struct cairn_bytes raw;
        cairn_shape_list_init(&values, slots[alert_lists_keys[k]]);
        while (cairn_shape_list_next(&values, &raw)) {
            alert_lists_forget(lists, k, i, &raw);
        }
    }
}

void cairn_alert_lists_add(struct cairn_alert_lists *lists, uint32_t i,
                           const struct cairn_bytes *slots)
{
    for (uint32_t k = 0; k < CAIRN_ALERT_LISTS_COUNT; k++) {
        struct cairn_alert_lists_list *list = &lists->lists[k];
        struct cairn_shape_list values;
        struct cairn_bytes raw;
        cairn_shape_list_init(&values, slots[alert_lists_keys[k]]);
        while (list->count < CAIRN_ALERT_LISTS_MAX && cairn_shape_list_next(&values, &raw)) {
            list->elements[list->count++] =
                (struct cairn_alert_lists_element){.operation = i, .raw = raw};
        }
    }
}

static bool alert_lists_is_repeated(const struct cairn_alert_lists_list *list, uint32_t e)
{
    for (uint32_t other = 0; other < e; other++) {
        if (cairn_bytes_is_equal(list->elements[other].raw, list->elements[e].raw)) {
            return true;
        }
    }
    return false;
}

static cairn_err alert_lists_write_one(const struct cairn_alert_lists_list *list,
                                       uint32_t count_max, struct cairn_arena *arena,
                                       struct cairn_bytes *out)
{
    uint32_t chosen[CAIRN_ALERT_LISTS_MAX];
    uint32_t count = 0;
    size_t size = 5; /* the longest head of an array */
    for (uint32_t e = 0; e < list->count && count < count_max; e++) {
        if (!alert_lists_is_repeated(list, e)) {
            chosen[count++] = e;
            size += list->elements[e].raw.size;
        }
    }
    *out = (struct cairn_bytes){NULL, 0};
    if (count == 0) {
        return CAIRN_OK;
    }
    void *data = cairn_arena_take(arena, size);
    if (data == NULL) {
        return CAIRN_NO_ROOM;
    }
    struct cairn_pack_writer writer;
    cairn_pack_writer_init(&writer, data, size);
    cairn_pack_put_array(&writer, count);
    for (uint32_t e = 0; e < count; e++) {
        cairn_pack_put_raw(&writer, list->elements[chosen[e]].raw);
    }
    return cairn_pack_end(&writer, out);
}

cairn_err cairn_alert_lists_write(const struct cairn_alert_lists *lists, bool is_capped,
                                  struct cairn_arena *arena, struct cairn_bytes *slots)
{
    const struct cairn_shape *shape = cairn_alert_shape_find(CAIRN_KIND_ALERT_ISSUE);
    CAIRN_REQUIRE(shape != NULL);
    for (uint32_t k = 0; k < CAIRN_ALERT_LISTS_COUNT; k++) {
        const struct cairn_field *field = cairn_shape_find(shape, alert_lists_keys[k]);
        CAIRN_REQUIRE(field != NULL);
        uint32_t count_max = is_capped ? field->list_max : CAIRN_ALERT_LISTS_MAX;
        CAIRN_TRY(
            alert_lists_write_one(&lists->lists[k], count_max, arena, &slots[alert_lists_keys[k]]));
    }
    return CAIRN_OK;
}
