#include "replication/merge/alert_body.h"

#include "replication/merge/alert_lists.h"
#include "replication/merge/alert_pick.h"
#include "schema/base/check.h"
#include "schema/base/civil.h"

#include <string.h>

#define BODY_WORDS      (CAIRN_OPSET_COUNT_MAX / 64)
#define BODY_DAY_MS     86400000u
#define BODY_DATE_BYTES (1 + CAIRN_CIVIL_DATE_BYTES) /* a short text has a head of one byte */
#define BODY_HEAD_BYTES 8u                           /* more than the head of any map and key */

/* All fields but the lists, while the operations are gone through from the last to the first. */
struct body_fields {
    const struct cairn_category *category;
    uint32_t differing; /* bit k: field k has two values */
    struct cairn_bytes slots[CAIRN_ALERT_KEY_END];
    uint64_t known[CAIRN_ALERT_KEY_END][BODY_WORDS];   /* to those that set field k */
    uint64_t writers[CAIRN_ALERT_KEY_END][BODY_WORDS]; /* those that nobody else who set it knew */
};

bool cairn_alert_body_has(const struct cairn_alert_body_members *members, uint32_t i)
{
    CAIRN_REQUIRE(i < CAIRN_OPSET_COUNT_MAX);
    return (members->words[i / 64] >> (i % 64) & 1) != 0;
}

void cairn_alert_body_put(struct cairn_alert_body_members *members, uint32_t i)
{
    CAIRN_REQUIRE(i < CAIRN_OPSET_COUNT_MAX);
    members->words[i / 64] |= (uint64_t)1 << (i % 64);
}

static bool body_has_bit(const uint64_t *words, uint32_t i)
{
    return (words[i / 64] >> (i % 64) & 1) != 0;
}

/* ---- writing ---- */

static cairn_err body_write(const struct cairn_bytes *slots, struct cairn_arena *arena,
                            struct cairn_bytes *out)
{
    uint32_t count = 0;
    size_t size = BODY_HEAD_BYTES;
    for (uint32_t key = 1; key < CAIRN_ALERT_KEY_END; key++) {
        count += slots[key].size > 0;
        size += slots[key].size > 0 ? slots[key].size + BODY_HEAD_BYTES : 0;
    }
    void *data = cairn_arena_take(arena, size);
    if (data == NULL) {
        return CAIRN_NO_ROOM;
    }
    struct cairn_pack_writer writer;
    cairn_pack_writer_init(&writer, data, size);
    cairn_pack_put_map(&writer, count);
    for (uint32_t key = 1; key < CAIRN_ALERT_KEY_END; key++) {
        if (slots[key].size > 0) {
            cairn_pack_put_uint(&writer, key);
            cairn_pack_put_raw(&writer, slots[key]);
        }
    }
    return cairn_pack_end(&writer, out);
}

/* A fallback that is no longer milder than its action says nothing. */
static bool body_is_fallback_void(const struct cairn_bytes *slots)
{
    uint64_t fallback = cairn_shape_get_uint(slots[CAIRN_ALERT_KEY_FALLBACK]);
    uint64_t action = cairn_shape_get_uint(slots[CAIRN_ALERT_KEY_ACTION]);
    const struct cairn_category *category =
        cairn_category_find(cairn_shape_get_uint(slots[CAIRN_ALERT_KEY_CATEGORY]));
    CAIRN_REQUIRE(category != NULL);
    return fallback != 0 && !cairn_category_allows_fallback(category, action, fallback);
}

/* A review after the end of the alert moves to its last day. */
static bool body_is_review_late(const struct cairn_bytes *slots,
                                char last_day[static CAIRN_CIVIL_DATE_BYTES + 1])
{
    struct cairn_bytes review = cairn_shape_get_text(slots[CAIRN_ALERT_KEY_REVIEW]);
    uint64_t expires_ms = cairn_shape_get_uint(slots[CAIRN_ALERT_KEY_EXPIRES]);
    cairn_civil_write_date(cairn_civil_date_of((int32_t)(expires_ms / BODY_DAY_MS)), last_day);
    return cairn_bytes_order(review, cairn_bytes_of(last_day)) > 0;
}

cairn_err cairn_alert_body_repair(struct cairn_bytes body, struct cairn_arena *arena,
                                  struct cairn_bytes *out)
{
    struct cairn_bytes slots[CAIRN_ALERT_KEY_END];
    char last_day[CAIRN_CIVIL_DATE_BYTES + 1];
    uint8_t review[BODY_DATE_BYTES];
    cairn_shape_split(body, slots, CAIRN_ALERT_KEY_END);
    bool is_void = body_is_fallback_void(slots);
    bool is_late = body_is_review_late(slots, last_day);
    if (is_void) {
        slots[CAIRN_ALERT_KEY_FALLBACK] = (struct cairn_bytes){NULL, 0};
    }
    if (is_late) {
        struct cairn_pack_writer writer;
        cairn_pack_writer_init(&writer, review, sizeof review);
        cairn_pack_put_text(&writer, cairn_bytes_of(last_day));
        CAIRN_TRY(cairn_pack_end(&writer, &slots[CAIRN_ALERT_KEY_REVIEW]));
    }
    *out = body;
    return is_void || is_late ? body_write(slots, arena, out) : CAIRN_OK;
}

/* ---- merging ---- */

static const struct cairn_category *body_category(const struct cairn_alert_body_input *input)
{
    for (uint32_t i = 0; i < input->causal->set->count; i++) {
        if (cairn_alert_body_has(input->members, i) && input->writes[i].is_whole) {
            struct cairn_bytes slots[CAIRN_ALERT_KEY_CATEGORY + 1];
            cairn_shape_split(input->writes[i].body, slots, CAIRN_ALERT_KEY_CATEGORY + 1);
            return cairn_category_find(cairn_shape_get_uint(slots[CAIRN_ALERT_KEY_CATEGORY]));
        }
    }
    return NULL;
}

/* The last whole one that knew every member before it: nothing earlier matters. */
static uint32_t body_first(const struct cairn_alert_body_input *input)
{
    const struct cairn_causal *causal = input->causal;
    for (uint32_t i = causal->set->count; i-- > 0;) {
        if (!cairn_alert_body_has(input->members, i) || !input->writes[i].is_whole) {
            continue;
        }
        bool is_first = true;
        for (uint32_t j = 0; j < i && is_first; j++) {
            is_first =
                !cairn_alert_body_has(input->members, j) || cairn_causal_is_before(causal, j, i);
        }
        if (is_first) {
            return i;
        }
    }
    return 0;
}

/* Operation i sets field `key`. Operations come from the last to the first. */
static cairn_err body_set(struct body_fields *fields, uint32_t key, uint32_t i,
                          struct cairn_bytes value, struct cairn_arena *arena)
{
    if (body_has_bit(fields->known[key], i)) {
        return CAIRN_OK;
    }
    bool is_only = true;
    for (uint32_t word = 0; word < BODY_WORDS; word++) {
        is_only = is_only && fields->writers[key][word] == 0;
    }
    fields->writers[key][i / 64] |= (uint64_t)1 << (i % 64);
    if (is_only) {
        fields->slots[key] = value;
        return CAIRN_OK;
    }
    if (cairn_bytes_is_equal(fields->slots[key], value)) {
        return CAIRN_OK;
    }
    fields->differing |= 1u << key;
    struct cairn_bytes values[2] = {fields->slots[key], value};
    return cairn_alert_pick((enum cairn_alert_key)key, fields->category, values, arena,
                            &fields->slots[key]);
}

static cairn_err body_take(struct body_fields *fields, const struct cairn_alert_body_input *input,
                           uint32_t i, struct cairn_arena *arena)
{
    const struct cairn_alert_body_write *write = &input->writes[i];
    const uint64_t *past = cairn_causal_past(input->causal, i);
    struct cairn_bytes slots[CAIRN_ALERT_KEY_END];
    cairn_shape_split(write->is_whole ? write->body : write->set, slots, CAIRN_ALERT_KEY_END);
    for (uint32_t key = 1; key < CAIRN_ALERT_KEY_END; key++) {
        if (cairn_alert_lists_is_list(key) || (!write->is_whole && slots[key].size == 0)) {
            continue;
        }
        CAIRN_TRY(body_set(fields, key, i, slots[key], arena));
        for (uint32_t word = 0; word < input->causal->word_count; word++) {
            fields->known[key][word] |= past[word];
        }
    }
    return CAIRN_OK;
}

static bool body_knows_all(const uint64_t *past, const uint64_t *wanted, uint32_t word_count)
{
    for (uint32_t word = 0; word < word_count; word++) {
        if ((wanted[word] & ~past[word]) != 0) {
            return false;
        }
    }
    return true;
}

/* Fields that differ, and that no member settled by knowing all who set them. */
static uint32_t body_conflicts(const struct body_fields *fields,
                               const struct cairn_alert_body_input *input)
{
    const struct cairn_causal *causal = input->causal;
    uint32_t conflicts = fields->differing;
    for (uint32_t key = 1; key < CAIRN_ALERT_KEY_END; key++) {
        for (uint32_t i = 0; (conflicts >> key & 1) != 0 && i < causal->set->count; i++) {
            if (cairn_alert_body_has(input->members, i) &&
                body_knows_all(cairn_causal_past(causal, i), fields->writers[key],
                               causal->word_count)) {
                conflicts &= ~(1u << key);
            }
        }
    }
    return conflicts;
}

static cairn_err body_merge_lists(const struct cairn_alert_body_input *input, uint32_t first,
                                  struct cairn_arena *arena, struct cairn_bytes *slots)
{
    struct cairn_alert_lists *lists;
    CAIRN_TRY(cairn_alert_lists_open(input->causal, arena, &lists));
    for (uint32_t i = first; i < input->causal->set->count; i++) {
        const struct cairn_alert_body_write *write = &input->writes[i];
        struct cairn_bytes values[CAIRN_ALERT_KEY_END];
        if (!cairn_alert_body_has(input->members, i)) {
            continue;
        }
        if (write->is_whole) {
            cairn_alert_lists_clear(lists, i);
            cairn_shape_split(write->body, values, CAIRN_ALERT_KEY_END);
        } else {
            cairn_shape_split(write->remove, values, CAIRN_ALERT_KEY_END);
            cairn_alert_lists_remove(lists, i, values);
            cairn_shape_split(write->add, values, CAIRN_ALERT_KEY_END);
        }
        cairn_alert_lists_add(lists, i, values);
    }
    return cairn_alert_lists_write(lists, input->is_capped, arena, slots);
}

cairn_err cairn_alert_body_merge(const struct cairn_alert_body_input *input,
                                 struct cairn_arena *arena, struct cairn_bytes *out,
                                 uint32_t *out_conflicts)
{
    uint32_t count = input->causal->set->count;
    uint32_t first = body_first(input), last = count - 1;
    CAIRN_REQUIRE(cairn_alert_body_has(input->members, first) && input->writes[first].is_whole);
    while (!cairn_alert_body_has(input->members, last)) {
        last--;
    }
    *out_conflicts = 0;
    if (first == last) {
        *out = input->writes[first].body;
        return CAIRN_OK;
    }
    struct body_fields *fields = cairn_arena_take(arena, sizeof *fields);
    if (fields == NULL) {
        return CAIRN_NO_ROOM;
    }
    fields->category = body_category(input);
    for (uint32_t i = last + 1; i-- > first;) {
        if (cairn_alert_body_has(input->members, i)) {
            CAIRN_TRY(body_take(fields, input, i, arena));
        }
    }
    CAIRN_TRY(body_merge_lists(input, first, arena, fields->slots));
    *out_conflicts = body_conflicts(fields, input);
    return body_write(fields->slots, arena, out);
}

cairn_err cairn_alert_body_apply(struct cairn_bytes body,
                                 const struct cairn_alert_body_write *write,
                                 struct cairn_arena *arena, struct cairn_bytes *out)
{
    CAIRN_REQUIRE(!write->is_whole);
    struct cairn_alert_lists *lists;
    struct cairn_bytes slots[CAIRN_ALERT_KEY_END], values[CAIRN_ALERT_KEY_END];
    CAIRN_TRY(cairn_alert_lists_open(NULL, arena, &lists));
    cairn_shape_split(body, slots, CAIRN_ALERT_KEY_END);
    cairn_alert_lists_add(lists, 0, slots);
    cairn_shape_split(write->remove, values, CAIRN_ALERT_KEY_END);
    cairn_alert_lists_remove(lists, 0, values);
    cairn_shape_split(write->add, values, CAIRN_ALERT_KEY_END);
    cairn_alert_lists_add(lists, 0, values);
    CAIRN_TRY(cairn_alert_lists_write(lists, false, arena, slots));
    cairn_shape_split(write->set, values, CAIRN_ALERT_KEY_END);
    for (uint32_t key = 1; key < CAIRN_ALERT_KEY_END; key++) {
        if (values[key].size > 0) {
            slots[key] = values[key];
        }
    }
    return body_write(slots, arena, out);
}

cairn_err cairn_alert_body_soften(struct cairn_bytes body, struct cairn_bytes other,
                                  struct cairn_arena *arena, struct cairn_bytes *out)
{
    struct cairn_bytes slots[CAIRN_ALERT_KEY_END], values[CAIRN_ALERT_KEY_END];
    cairn_shape_split(body, slots, CAIRN_ALERT_KEY_END);
    cairn_shape_split(other, values, CAIRN_ALERT_KEY_END);
    slots[CAIRN_ALERT_KEY_HANDLING] = values[CAIRN_ALERT_KEY_HANDLING];
    uint64_t from_ms = cairn_shape_get_uint(slots[CAIRN_ALERT_KEY_FROM]);
    if (cairn_shape_get_uint(values[CAIRN_ALERT_KEY_EXPIRES]) > from_ms) {
        slots[CAIRN_ALERT_KEY_EXPIRES] = values[CAIRN_ALERT_KEY_EXPIRES];
    }
    return body_write(slots, arena, out);
}
