#include "replication/merge/fold_alert_state.h"

#include "schema/alert/alert_check.h"
#include "schema/alert/category.h"
#include "schema/base/civil.h"

#include <string.h>

/* The rules of a whole alert, for what amendments have made of one. */
static cairn_err alert_check_body(const struct cairn_fold_alert_state *fold,
                                  struct cairn_bytes body, uint64_t hlc)
{
    static const uint8_t zeros[CAIRN_ID_RANDOM_BYTES];
    struct cairn_bytes author = cairn_bytes_of(fold->set->items[fold->founding].country);
    struct cairn_operation operation = {
        .kind = fold->set->items[fold->founding].kind,
        .has_object = true,
        .hlc = hlc,
        .actor_count = 2, /* four eyes are a rule of each operation, not of the sum */
        .actors = {cairn_bytes_of("1"), cairn_bytes_of("2")},
        .body = body,
    };
    struct cairn_shape_fault fault;
    cairn_id_make(author, zeros, &operation.object); /* any of the author's */
    return cairn_alert_check(&operation, author, fold->set->is_test_network, &fault);
}

static struct cairn_alert_body_members alert_past(const struct cairn_fold_alert_state *fold,
                                                  uint32_t i)
{
    struct cairn_alert_body_members members = {{0}};
    const uint64_t *past = cairn_causal_past(&fold->causal, i);
    for (uint32_t word = 0; word < fold->causal.word_count; word++) {
        members.words[word] = past[word] & fold->writers.words[word];
    }
    return members;
}

/* Members that no other member follows. */
static struct cairn_alert_body_members alert_heads(const struct cairn_fold_alert_state *fold,
                                                   const struct cairn_alert_body_members *members,
                                                   uint32_t *out_count, uint32_t *out_last)
{
    struct cairn_alert_body_members heads = *members;
    for (uint32_t i = 0; i < fold->set->count; i++) {
        const uint64_t *past = cairn_causal_past(&fold->causal, i);
        for (uint32_t word = 0; cairn_alert_body_has(members, i) && word < fold->causal.word_count;
             word++) {
            heads.words[word] &= ~past[word];
        }
    }
    *out_count = 0;
    for (uint32_t i = 0; i < fold->set->count; i++) {
        if (cairn_alert_body_has(&heads, i)) {
            (*out_count)++;
            *out_last = i;
        }
    }
    return heads;
}

static cairn_err alert_merge(const struct cairn_fold_alert_state *fold,
                             const struct cairn_alert_body_members *members, bool is_capped,
                             struct cairn_arena *arena, struct cairn_bytes *out)
{
    uint32_t conflicts;
    struct cairn_alert_body_input input = {.causal = &fold->causal,
                                           .writes = fold->writes,
                                           .members = members,
                                           .is_capped = is_capped};
    return cairn_alert_body_merge(&input, arena, out, &conflicts);
}

static uint32_t alert_coercion(const struct cairn_fold_alert_state *fold, struct cairn_bytes body)
{
    struct cairn_bytes slots[CAIRN_ALERT_KEY_ACTION + 1];
    cairn_shape_split(body, slots, CAIRN_ALERT_KEY_ACTION + 1);
    return cairn_category_coercion(cairn_category_find(fold->category),
                                   cairn_shape_get_uint(slots[CAIRN_ALERT_KEY_ACTION]));
}

/* Are these just what the operation whose body was kept knew, and itself? */
static bool alert_is_at_hand(const struct cairn_fold_alert_state *fold,
                             const struct cairn_alert_body_members *members)
{
    if (fold->body_of == CAIRN_FOLD_ALERT_NONE || !cairn_alert_body_has(members, fold->body_of)) {
        return false;
    }
    struct cairn_alert_body_members known = alert_past(fold, fold->body_of);
    cairn_alert_body_put(&known, fold->body_of);
    for (uint32_t word = 0; word < fold->causal.word_count; word++) {
        if ((members->words[word] & ~known.words[word]) != 0) {
            return false;
        }
    }
    return true;
}

/* What one head left, without those it did not know. */
static cairn_err alert_body_of(const struct cairn_fold_alert_state *fold, uint32_t i,
                               struct cairn_arena *arena, struct cairn_bytes *out)
{
    struct cairn_alert_body_members members = alert_past(fold, i);
    struct cairn_bytes merged;
    cairn_alert_body_put(&members, i);
    CAIRN_TRY(alert_merge(fold, &members, false, arena, &merged));
    return cairn_alert_body_repair(merged, arena, out);
}

static uint64_t alert_get_uint(struct cairn_bytes body, uint32_t key)
{
    struct cairn_bytes slots[CAIRN_ALERT_KEY_END];
    cairn_shape_split(body, slots, CAIRN_ALERT_KEY_END);
    return cairn_shape_get_uint(slots[key]);
}

/* What the mildest head left, the last of several. begins_before_ms: 0, or only heads that do;
 * *out is unchanged when none does. */
static cairn_err alert_mildest(const struct cairn_fold_alert_state *fold,
                               const struct cairn_alert_body_members *heads,
                               uint64_t begins_before_ms, struct cairn_arena *arena,
                               struct cairn_bytes *out)
{
    uint32_t least = UINT32_MAX, chosen = CAIRN_FOLD_ALERT_NONE;
    for (uint32_t i = 0; i < fold->set->count; i++) {
        if (!cairn_alert_body_has(heads, i)) {
            continue;
        }
        uint32_t coercion = fold->writes[i].is_whole ? alert_coercion(fold, fold->writes[i].body)
                                                     : fold->coercions[i];
        bool is_in_time = begins_before_ms == 0;
        if (!is_in_time) {
            struct cairn_arena scratch = *arena;
            struct cairn_bytes body;
            CAIRN_TRY(alert_body_of(fold, i, &scratch, &body));
            is_in_time = alert_get_uint(body, CAIRN_ALERT_KEY_FROM) < begins_before_ms;
        }
        if (is_in_time && coercion <= least) {
            least = coercion;
            chosen = i;
        }
    }
    return chosen == CAIRN_FOLD_ALERT_NONE ? CAIRN_OK : alert_body_of(fold, chosen, arena, out);
}

/* Heads that do not fit together: the mildest stands, with the end and the handling that all of
 * them come to. One that begins only after that end would live longer than somebody wanted. */
static cairn_err alert_stand(const struct cairn_fold_alert_state *fold,
                             const struct cairn_alert_body_members *heads,
                             struct cairn_bytes merged, struct cairn_arena *arena,
                             struct cairn_bytes *out)
{
    uint64_t end_ms = alert_get_uint(merged, CAIRN_ALERT_KEY_EXPIRES);
    uint32_t last = 0;
    for (uint32_t i = 0; i < fold->set->count; i++) {
        last = cairn_alert_body_has(heads, i) ? i : last;
    }
    struct cairn_bytes softened;
    CAIRN_TRY(alert_mildest(fold, heads, 0, arena, out));
    if (alert_get_uint(*out, CAIRN_ALERT_KEY_FROM) >= end_ms) {
        CAIRN_TRY(alert_mildest(fold, heads, end_ms, arena, out));
    }
    CAIRN_TRY(cairn_alert_body_soften(*out, merged, arena, &softened));
    CAIRN_TRY(cairn_alert_body_repair(softened, arena, &softened));
    if (alert_check_body(fold, softened, fold->set->items[last].hlc) == CAIRN_OK) {
        *out = softened;
    }
    return CAIRN_OK;
}

cairn_err cairn_fold_alert_resolve(const struct cairn_fold_alert_state *fold,
                                   const struct cairn_alert_body_members *members,
                                   struct cairn_arena *arena, struct cairn_bytes *out,
                                   bool *out_is_torn)
{
    uint32_t count, last = 0;
    struct cairn_bytes merged;
    *out_is_torn = false;
    if (alert_is_at_hand(fold, members)) {
        return cairn_alert_body_repair(fold->body, arena, out);
    }
    struct cairn_alert_body_members heads = alert_heads(fold, members, &count, &last);
    CAIRN_TRY(alert_merge(fold, members, true, arena, &merged));
    CAIRN_TRY(cairn_alert_body_repair(merged, arena, out));
    if (count > 1 && alert_check_body(fold, *out, fold->set->items[last].hlc) != CAIRN_OK) {
        *out_is_torn = true;
        return alert_stand(fold, &heads, merged, arena, out);
    }
    return CAIRN_OK;
}

/* Keep what operation i left, for the one that follows it. scratch: where body lies, at its end */
static cairn_err alert_keep_body(struct cairn_fold_alert_state *fold, uint32_t i,
                                 const struct cairn_arena *scratch, struct cairn_bytes body)
{
    if (body.size > fold->room_bytes) {
        *fold->arena = *scratch; /* what is in scratch stays where it is */
        fold->room = cairn_arena_take(fold->arena, 2 * body.size);
        if (fold->room == NULL) {
            return CAIRN_NO_ROOM;
        }
        fold->room_bytes = 2 * body.size;
    }
    memcpy(fold->room, body.data, body.size);
    fold->body = (struct cairn_bytes){fold->room, body.size};
    fold->body_of = i;
    return CAIRN_OK;
}

/* All of the past and the amendment. Mostly it follows the operation just before: then its body is
 * at hand. */
static cairn_err alert_merge_amend(const struct cairn_fold_alert_state *fold, uint32_t i,
                                   struct cairn_arena *arena, struct cairn_bytes *out)
{
    struct cairn_alert_body_members members = alert_past(fold, i);
    if (alert_is_at_hand(fold, &members)) {
        return cairn_alert_body_apply(fold->body, &fold->writes[i], arena, out);
    }
    cairn_alert_body_put(&members, i);
    return alert_merge(fold, &members, false, arena, out);
}

/* Repair what amendment i made of all it knew, and check it. What it set itself is not repaired:
 * it is wrong. gives   its verdict, or CAIRN_NO_ROOM */
static cairn_err alert_finish(const struct cairn_fold_alert_state *fold, uint32_t i,
                              struct cairn_bytes body, struct cairn_arena *arena,
                              struct cairn_bytes *out)
{
    struct cairn_bytes own[CAIRN_ALERT_KEY_END] = {{NULL, 0}}, before[CAIRN_ALERT_KEY_END],
                       after[CAIRN_ALERT_KEY_END];
    CAIRN_TRY(cairn_alert_body_repair(body, arena, out));
    if (fold->writes[i].set.size > 0) {
        cairn_shape_split(fold->writes[i].set, own, CAIRN_ALERT_KEY_END);
    }
    cairn_shape_split(body, before, CAIRN_ALERT_KEY_END);
    cairn_shape_split(*out, after, CAIRN_ALERT_KEY_END);
    if (own[CAIRN_ALERT_KEY_FALLBACK].size > 0 && after[CAIRN_ALERT_KEY_FALLBACK].size == 0) {
        return CAIRN_RULE_ACTION;
    }
    if (own[CAIRN_ALERT_KEY_REVIEW].size > 0 &&
        cairn_bytes_order(before[CAIRN_ALERT_KEY_REVIEW], after[CAIRN_ALERT_KEY_REVIEW]) != 0) {
        return CAIRN_RULE_LIFE;
    }
    return alert_check_body(fold, *out, fold->set->items[i].hlc);
}

/* An amendment that fits none of the merged heads, but the one that stands: it settles what was
 * torn, and from here on writes the whole alert. */
static cairn_err alert_settle(struct cairn_fold_alert_state *fold, uint32_t i,
                              struct cairn_bytes before, struct cairn_arena *scratch,
                              struct cairn_bytes *out)
{
    struct cairn_bytes body;
    CAIRN_TRY(cairn_alert_body_apply(before, &fold->writes[i], scratch, &body));
    CAIRN_TRY(alert_finish(fold, i, body, scratch, out));
    fold->writes[i] = (struct cairn_alert_body_write){.is_whole = true, .body = *out};
    *fold->arena = *scratch; /* the body stays */
    return CAIRN_OK;
}

cairn_err cairn_fold_alert_amend(struct cairn_fold_alert_state *fold, uint32_t i)
{
    const struct cairn_opset_item *item = &fold->set->items[i];
    struct cairn_alert_body_members members = alert_past(fold, i);
    struct cairn_arena scratch = *fold->arena;
    struct cairn_bytes before, merged, after, slots[CAIRN_ALERT_KEY_EXPIRES + 1];
    bool is_torn;
    CAIRN_TRY(cairn_fold_alert_resolve(fold, &members, &scratch, &before, &is_torn));
    cairn_shape_split(before, slots, CAIRN_ALERT_KEY_EXPIRES + 1);
    if (cairn_civil_hlc_ms(item->hlc) >= cairn_shape_get_uint(slots[CAIRN_ALERT_KEY_EXPIRES])) {
        return CAIRN_RULE_WITHDRAWN;
    }
    CAIRN_TRY(alert_merge_amend(fold, i, &scratch, &merged));
    cairn_err err = alert_finish(fold, i, merged, &scratch, &after);
    bool is_batch = fold->set->items[fold->founding].kind == CAIRN_KIND_ALERT_BATCH;
    if (err != CAIRN_OK && is_torn && !is_batch) {
        cairn_err other = alert_settle(fold, i, before, &scratch, &merged);
        err = other == CAIRN_OK || other == CAIRN_NO_ROOM ? other : err;
    }
    CAIRN_TRY(err);
    fold->coercions[i] = alert_coercion(fold, merged);
    return alert_keep_body(fold, i, &scratch, merged);
}
