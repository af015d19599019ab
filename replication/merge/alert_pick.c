#include "replication/merge/alert_pick.h"

#include "schema/base/check.h"

#include <string.h>

#define PICK_HANDLING_END      5u /* keys of a handling: 1..4 */
#define PICK_HANDLING_ONWARD   4u /* the only one whose lower number is stricter */
#define PICK_HANDLING_BYTES    32u
#define PICK_RETURN_SUSPENDED  2u
#define PICK_RETURN_BAN        3u
#define PICK_SUSPENDED_NONE    1u
#define PICK_CHECK_IMMEDIATE   1u
#define PICK_NATIONALITIES_MAX 8u

/* How hard a value is on the person; the lower stands. Fields that are not named here: all alike.
 */
static uint64_t alert_pick_weight(enum cairn_alert_key key, const struct cairn_category *category,
                                  struct cairn_bytes value)
{
    struct cairn_bytes parts[4];
    bool is_absent = value.size == 0;
    if (key == CAIRN_ALERT_KEY_ACTION) {
        return cairn_category_coercion(category, cairn_shape_get_uint(value));
    }
    if (key == CAIRN_ALERT_KEY_FALLBACK) {
        return is_absent ? UINT64_MAX : cairn_category_coercion_any(cairn_shape_get_uint(value));
    }
    if (key == CAIRN_ALERT_KEY_FROM) {
        return UINT64_MAX - cairn_shape_get_uint(value);
    }
    if (key == CAIRN_ALERT_KEY_EXPIRES) {
        return cairn_shape_get_uint(value);
    }
    if (key == CAIRN_ALERT_KEY_MINOR) {
        return cairn_shape_get_bool(value) ? 0 : 1;
    }
    if (key == CAIRN_ALERT_KEY_RETURN) {
        cairn_shape_split(value, parts, 4);
        uint64_t suspended = cairn_shape_get_uint(parts[PICK_RETURN_SUSPENDED]);
        bool has_ban = is_absent || cairn_shape_get_bool(parts[PICK_RETURN_BAN]);
        return (suspended > PICK_SUSPENDED_NONE ? 0u : 2u) + (has_ban ? 1u : 0u);
    }
    if (key == CAIRN_ALERT_KEY_CHECK) {
        cairn_shape_split(value, parts, 2);
        return cairn_shape_get_bool(parts[PICK_CHECK_IMMEDIATE]) ? 1 : 0;
    }
    return 0;
}

/* Texts YYYY-MM-DD: their order is that of the days. */
static struct cairn_bytes alert_pick_review(const struct cairn_bytes values[static 2])
{
    if (values[0].size == 0 || values[1].size == 0) {
        return values[0].size == 0 ? values[1] : values[0];
    }
    return cairn_bytes_order(values[1], values[0]) < 0 ? values[1] : values[0];
}

static cairn_err alert_pick_handling(const struct cairn_bytes values[static 2],
                                     struct cairn_arena *arena, struct cairn_bytes *out)
{
    struct cairn_bytes later[PICK_HANDLING_END], earlier[PICK_HANDLING_END];
    cairn_shape_split(values[0], later, PICK_HANDLING_END);
    cairn_shape_split(values[1], earlier, PICK_HANDLING_END);
    void *data = cairn_arena_take(arena, PICK_HANDLING_BYTES);
    if (data == NULL) {
        return CAIRN_NO_ROOM;
    }
    struct cairn_pack_writer writer;
    cairn_pack_writer_init(&writer, data, PICK_HANDLING_BYTES);
    cairn_pack_put_map(&writer, PICK_HANDLING_END - 1);
    for (uint32_t key = 1; key < PICK_HANDLING_END; key++) {
        uint64_t left = cairn_shape_get_uint(later[key]);
        uint64_t right = cairn_shape_get_uint(earlier[key]);
        bool is_left = key == PICK_HANDLING_ONWARD ? left <= right : left >= right;
        cairn_pack_put_uint(&writer, key);
        cairn_pack_put_uint(&writer, is_left ? left : right);
    }
    return cairn_pack_end(&writer, out);
}

struct pick_codes {
    uint32_t count;
    struct cairn_bytes raw[PICK_NATIONALITIES_MAX];
};

static void alert_pick_add_codes(struct pick_codes *codes, struct cairn_bytes array)
{
    struct cairn_shape_list list;
    struct cairn_bytes raw;
    cairn_shape_list_init(&list, array);
    while (cairn_shape_list_next(&list, &raw)) {
        bool is_new = true;
        for (uint32_t i = 0; i < codes->count; i++) {
            is_new = is_new && !cairn_bytes_is_equal(codes->raw[i], raw);
        }
        if (is_new && codes->count < PICK_NATIONALITIES_MAX) {
            codes->raw[codes->count++] = raw;
        }
    }
}

/* Earlier first, so that what was there keeps its place. */
static cairn_err alert_pick_nationalities(const struct cairn_bytes values[static 2],
                                          struct cairn_arena *arena, struct cairn_bytes *out)
{
    struct pick_codes codes = {.count = 0};
    alert_pick_add_codes(&codes, values[1]);
    alert_pick_add_codes(&codes, values[0]);
    if (codes.count == 0) {
        *out = values[0];
        return CAIRN_OK;
    }
    size_t size = 1; /* an array of at most 15 has a head of one byte */
    for (uint32_t i = 0; i < codes.count; i++) {
        size += codes.raw[i].size;
    }
    void *data = cairn_arena_take(arena, size);
    if (data == NULL) {
        return CAIRN_NO_ROOM;
    }
    struct cairn_pack_writer writer;
    cairn_pack_writer_init(&writer, data, size);
    cairn_pack_put_array(&writer, codes.count);
    for (uint32_t i = 0; i < codes.count; i++) {
        cairn_pack_put_raw(&writer, codes.raw[i]);
    }
    return cairn_pack_end(&writer, out);
}

cairn_err cairn_alert_pick(enum cairn_alert_key key, const struct cairn_category *category,
                           const struct cairn_bytes values[static 2], struct cairn_arena *arena,
                           struct cairn_bytes *out)
{
    CAIRN_REQUIRE(category != NULL);
    CAIRN_REQUIRE(key > 0 && key < CAIRN_ALERT_KEY_END);
    if (key == CAIRN_ALERT_KEY_HANDLING) {
        return alert_pick_handling(values, arena, out);
    }
    if (key == CAIRN_ALERT_KEY_NATIONALITIES) {
        return alert_pick_nationalities(values, arena, out);
    }
    if (key == CAIRN_ALERT_KEY_REVIEW) {
        *out = alert_pick_review(values);
        return CAIRN_OK;
    }
    bool is_earlier =
        alert_pick_weight(key, category, values[1]) < alert_pick_weight(key, category, values[0]);
    *out = values[is_earlier ? 1 : 0];
    return CAIRN_OK;
}
