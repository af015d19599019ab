#include "tests/sim/officer.h"

#include "schema/base/civil.h"
#include "tests/lib/body.h"
#include "tests/sim/world_state.h"

#include <stdlib.h>
#include <string.h>

#define OFFICER_FEEDS_MAX 64u
#define OFFICER_ALERTS    3u        /* of a country; then they go on with these, mostly */
#define OFFICER_ROLE      "officer" /* what world_states.c folds */

struct officer_feed {
    uint8_t id[16];
    enum cairn_feed_kind kind;
};

struct officer {
    struct world *world;
    uint32_t node;
    const char *country;
    struct test_rng rng;
    struct states *states;
    struct officer_feed feeds[OFFICER_FEEDS_MAX]; /* own, open */
    uint32_t feed_count;
    uint64_t now_ms;   /* of the node's clock, not below its last mark */
    uint8_t feed[16];  /* where it is written */
    uint64_t kind;     /* 63 and 95: of a later version */
    bool is_misplaced; /* heads of other feeds are named as parents */
    struct cairn_operation operation;
    char text[OFFICER_TEXT_BYTES];
};

static uint32_t officer_below(struct officer *officer, uint32_t bound)
{
    return test_rng_below(&officer->rng, bound);
}

static struct officer_body officer_body(struct officer *officer)
{
    return (struct officer_body){.rng = &officer->rng,
                                 .country = officer->country,
                                 .now_ms = officer->now_ms,
                                 .text = officer->text};
}

/* ---- where ---- */

static void officer_find_feeds(struct officer *officer)
{
    const struct cairn_core *core = world_core(officer->world, officer->node);
    for (uint32_t i = 0; i < cairn_core_feed_count(core); i++) {
        struct cairn_core_feed feed;
        cairn_core_feed(core, i, &feed);
        if (feed.author == 0 && feed.kind != CAIRN_FEED_CONTROL && !feed.is_closed &&
            !feed.is_lost && officer->feed_count < OFFICER_FEEDS_MAX) {
            struct officer_feed *own = &officer->feeds[officer->feed_count++];
            own->kind = feed.kind;
            memcpy(own->id, feed.id, 16);
        }
    }
}

static bool officer_is_own(const struct officer *officer, const uint8_t *feed)
{
    for (uint32_t i = 0; i < officer->feed_count; i++) {
        if (memcmp(officer->feeds[i].id, feed, 16) == 0) {
            return true;
        }
    }
    return false;
}

/* Any of the own feeds; mostly one that others read. gives false: there is none */
static bool officer_pick_feed(struct officer *officer)
{
    for (uint32_t tries = 0; tries < 4 && officer->feed_count > 0; tries++) {
        const struct officer_feed *feed =
            &officer->feeds[officer_below(officer, officer->feed_count)];
        memcpy(officer->feed, feed->id, 16);
        if (feed->kind == CAIRN_FEED_AUDIENCE || officer_below(officer, 3) == 0) {
            break;
        }
    }
    return officer->feed_count > 0;
}

/* The feed where the object was last written, mostly. */
static bool officer_follow_feed(struct officer *officer, const struct cairn_causal_step *steps,
                                uint32_t count)
{
    if (count > 0 && officer_is_own(officer, steps[count - 1].item->feed) &&
        officer_below(officer, 5) > 0) {
        memcpy(officer->feed, steps[count - 1].item->feed, 16);
        return true;
    }
    return officer_pick_feed(officer);
}

/* ---- what is known ---- */

static int officer_order_ids(const void *left, const void *right)
{
    return memcmp(left, right, CAIRN_ID_ENTRY_BYTES);
}

static void officer_name(struct officer *officer, const struct cairn_opset_item *item)
{
    struct cairn_operation *operation = &officer->operation;
    bool is_parent = officer->is_misplaced || memcmp(item->feed, officer->feed, 16) == 0;
    uint32_t *count = is_parent ? &operation->parent_count : &operation->after_count;
    if (*count < CAIRN_LIMIT_PARENTS) {
        memcpy((is_parent ? operation->parents : operation->after)[(*count)++], item->entry_id,
               CAIRN_ID_ENTRY_BYTES);
    }
    if (operation->hlc <= item->hlc) {
        operation->hlc = item->hlc + 1;
    }
}

/* It follows all that is known; or, where two officers did not hear of each other, one thing of
 * before, or nothing. */
static void officer_follow(struct officer *officer, const struct cairn_opset_item *const *heads,
                           uint32_t head_count, const struct cairn_causal_step *steps,
                           uint32_t step_count)
{
    uint32_t dice = officer_below(officer, 8);
    officer->is_misplaced = officer_below(officer, 8) == 0;
    if (dice < 3 && step_count > 0) {
        officer_name(officer, steps[officer_below(officer, step_count)].item);
    } else if (dice > 3) {
        for (uint32_t i = 0; i < head_count; i++) {
            officer_name(officer, heads[i]);
        }
    }
    qsort(officer->operation.parents, officer->operation.parent_count, CAIRN_ID_ENTRY_BYTES,
          officer_order_ids);
    qsort(officer->operation.after, officer->operation.after_count, CAIRN_ID_ENTRY_BYTES,
          officer_order_ids);
}

/* An object of this space that something is known of. is_own: its id names the own country */
static const struct states_object *officer_pick(struct officer *officer,
                                                enum cairn_opset_space space, bool is_own)
{
    const struct states *states = officer->states;
    for (uint32_t tries = 0; tries < 8 && states->object_count > 0; tries++) {
        const struct states_object *object =
            &states->objects[officer_below(officer, states->object_count)];
        bool is_mine = memcmp(object->key.data + 1, officer->country, 3) == 0;
        if (object->key.data[0] == space && object->state.size > 0 && (is_mine || !is_own)) {
            return object;
        }
    }
    return NULL;
}

static void officer_take_id(struct officer *officer, const struct states_object *object)
{
    if (object != NULL) {
        memcpy(officer->operation.object.text, object->key.data + 1, CAIRN_ID_OBJECT_BYTES);
        return;
    }
    uint8_t random[CAIRN_ID_RANDOM_BYTES];
    test_rng_bytes(&officer->rng, random, sizeof random);
    cairn_id_make(cairn_bytes_of(officer->country), random, &officer->operation.object);
}

static uint32_t officer_count(const struct officer *officer)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < officer->states->object_count; i++) {
        const struct states_object *object = &officer->states->objects[i];
        count += object->key.data[0] == CAIRN_OPSET_ALERT &&
                 memcmp(object->key.data + 1, officer->country, 3) == 0;
    }
    return count;
}

/* ---- alerts ---- */

static bool officer_found_alert(struct officer *officer, const struct states_object *again)
{
    struct officer_body body = officer_body(officer);
    bool is_batch = officer_below(officer, 5) == 0;
    officer->kind = is_batch ? CAIRN_KIND_ALERT_BATCH : CAIRN_KIND_ALERT_ISSUE;
    (is_batch ? officer_body_batch : officer_body_issue)(&body);
    officer_take_id(officer, again);
    return officer_pick_feed(officer);
}

/* The whole alert once more, in another feed; of one that left, in any. */
static void officer_issue_again(struct officer *officer, const struct cairn_alert_view *view)
{
    officer->kind = view->is_batch ? CAIRN_KIND_ALERT_BATCH : CAIRN_KIND_ALERT_ISSUE;
    officer->operation.body = view->body;
    (void)officer_pick_feed(officer);
}

static bool officer_change_alert(struct officer *officer)
{
    struct officer_body body = officer_body(officer);
    bool is_own = officer_below(officer, 16) > 0; /* else it is not for this country to do */
    const struct states_object *object = officer_pick(officer, CAIRN_OPSET_ALERT, is_own);
    struct cairn_arena arena = states_scratch();
    struct cairn_alert_view view;
    if (object == NULL) {
        return officer_found_alert(officer, NULL);
    }
    assert_err(cairn_merge_evaluate_alert(object->state, &arena, &view), CAIRN_OK);
    if (officer_below(officer, 12) == 0) { /* a founding that has its place already, mostly */
        return officer_found_alert(officer, object);
    }
    uint32_t dice = officer_below(officer, 16);
    bool is_there = officer_follow_feed(officer, view.steps, view.step_count);
    officer_take_id(officer, object);
    if (dice < 8) {
        officer->kind = CAIRN_KIND_ALERT_AMEND;
        officer_body_amend(&body, &view);
    } else if (dice < 10) {
        officer->kind = CAIRN_KIND_ALERT_WITHDRAW;
        officer_body_withdraw(&body, view.is_batch ? dice == 8 : officer_below(officer, 4) == 0);
    } else if (dice < 12 || view.body.size == 0) {
        officer->kind = CAIRN_KIND_ALERT_LEAVE;
        memcpy(officer->text, "{}", 3);
    } else {
        officer_issue_again(officer, &view);
    }
    officer_follow(officer, view.heads, view.head_count, view.steps, view.step_count);
    return is_there;
}

/* ---- cases ---- */

static bool officer_request(struct officer *officer)
{
    struct officer_body body = officer_body(officer);
    uint32_t peer = officer_below(officer, officer->world->options.nodes);
    officer->kind = CAIRN_KIND_CASE_REQUEST;
    officer_body_request(&body, world_code(officer->world, peer));
    officer_take_id(officer, NULL);
    return world_find_pairwise(officer->world, officer->node, peer, officer->feed);
}

/* Answers go where the other party reads them. */
static bool officer_answer_feed(struct officer *officer, const struct cairn_case_view *view)
{
    bool is_mine = memcmp(view->requesting, officer->country, 3) == 0;
    const char *other = is_mine ? view->requested : view->requesting;
    for (uint32_t peer = 0; peer < officer->world->options.nodes; peer++) {
        if (memcmp(world_code(officer->world, peer), other, 3) == 0 &&
            world_find_pairwise(officer->world, officer->node, peer, officer->feed)) {
            return true;
        }
    }
    return officer_pick_feed(officer);
}

static bool officer_change_case(struct officer *officer)
{
    static const enum cairn_kind answers[] = {CAIRN_KIND_CASE_ACK, CAIRN_KIND_CASE_ACCEPT,
                                              CAIRN_KIND_CASE_ACCEPT, CAIRN_KIND_CASE_REFUSE};
    struct officer_body body = officer_body(officer);
    const struct states_object *object = officer_pick(officer, CAIRN_OPSET_CASE, false);
    struct cairn_arena arena = states_scratch();
    struct cairn_case_view view;
    if (object == NULL) {
        return officer_request(officer);
    }
    assert_err(cairn_merge_evaluate_case(object->state, &arena, &view), CAIRN_OK);
    bool is_asking = memcmp(object->key.data + 1, officer->country, 3) == 0;
    bool is_wrong = officer_below(officer, 8) == 0; /* what only the other one may write */
    officer->kind = answers[officer_below(officer, 4)];
    if (is_asking != is_wrong) {
        officer->kind = CAIRN_KIND_CASE_WITHDRAW;
    }
    officer_body_step(&body, (enum cairn_kind)officer->kind);
    if (is_asking && officer_below(officer, 4) == 0 && view.request.size > 0) {
        officer->kind = CAIRN_KIND_CASE_REQUEST; /* once more */
        officer_body_request(&body, view.requested);
    }
    officer_take_id(officer, object);
    bool is_there = officer_answer_feed(officer, &view);
    officer_follow(officer, view.heads, view.head_count, view.steps, view.step_count);
    return is_there;
}

/* ---- what is written ---- */

/* Dates that no honest officer writes; a kind of a later version; a field that nobody knows. */
static void officer_spoil(struct officer *officer)
{
    uint32_t dice = officer_below(officer, 60);
    struct cairn_operation *operation = &officer->operation;
    if (dice == 0) {
        operation->hlc = cairn_civil_hlc(officer->now_ms + 290000u + officer_below(officer, 200000),
                                         0); /* ahead of some clocks: parked there */
    } else if (dice == 1) {                  /* as far back as its node takes it */
        operation->hlc = cairn_core_mark_ms(world_core(officer->world, officer->node)) << 16;
    } else if (dice == 2) {
        operation->hlc = 0; /* in a private feed */
    } else if (dice == 3) {
        officer->kind = officer->kind < CAIRN_KIND_CASE_REQUEST ? 63 : 95;
    } else if (dice == 4) {
        memcpy(officer->text, "{50: 1}", 8);
        operation->body.size = 0;
    }
}

/* Only the head of such an operation has a meaning here. */
static size_t officer_encode_later(const struct officer *officer, uint8_t *out, size_t capacity)
{
    struct cairn_pack_writer writer;
    struct cairn_bytes bytes;
    cairn_pack_writer_init(&writer, out, capacity);
    cairn_pack_put_map(&writer, 3);
    cairn_pack_put_uint(&writer, 0);
    cairn_pack_put_uint(&writer, officer->kind);
    cairn_pack_put_uint(&writer, 1);
    cairn_pack_put_text(&writer, cairn_id_view(&officer->operation.object));
    cairn_pack_put_uint(&writer, 3);
    cairn_pack_put_uint(&writer, officer->operation.hlc);
    assert_err(cairn_pack_end(&writer, &bytes), CAIRN_OK);
    return bytes.size;
}

static size_t officer_encode(struct officer *officer, uint8_t *out, size_t capacity)
{
    struct cairn_operation *operation = &officer->operation;
    struct cairn_bytes bytes;
    officer_spoil(officer);
    if (officer->kind == 63 || officer->kind == 95) {
        return officer_encode_later(officer, out, capacity);
    }
    operation->kind = (enum cairn_kind)officer->kind;
    if (operation->body.size == 0) {
        operation->body = test_body(officer->text);
    }
    assert_err(cairn_operation_encode(operation, out, capacity, &bytes), CAIRN_OK);
    memmove(out, bytes.data, bytes.size);
    return bytes.size;
}

size_t officer_write(struct world *world, uint32_t node, struct world_command *command,
                     uint8_t *out, size_t capacity)
{
    uint64_t mark_ms = cairn_core_mark_ms(world_core(world, node));
    uint64_t now_ms = world_clock_of(world, node);
    struct officer officer = {.world = world,
                              .node = node,
                              .country = world_code(world, node),
                              .rng.state = command->dice,
                              .states = world_states(world, node),
                              .now_ms = now_ms > mark_ms ? now_ms : mark_ms};
    officer.operation = (struct cairn_operation){
        .has_object = true,
        .hlc = cairn_civil_hlc(officer.now_ms, 0),
        .purpose = cairn_bytes_of("sim"),
        .actor_count = 2,
        .actors = {cairn_bytes_of("a1"), cairn_bytes_of("b2")},
        .role = cairn_bytes_of(OFFICER_ROLE),
    };
    assert_non_null(officer.states);
    officer_find_feeds(&officer);
    uint32_t dice = officer_below(&officer, 12);
    bool is_new = dice < 3 && officer_count(&officer) < OFFICER_ALERTS;
    bool is_there = is_new     ? officer_found_alert(&officer, NULL)
                    : dice < 8 ? officer_change_alert(&officer)
                    : dice < 9 ? officer_request(&officer)
                               : officer_change_case(&officer);
    size_t size = is_there ? officer_encode(&officer, out, capacity) : 0;
    memcpy(command->feed, officer.feed, 16);
    return size;
}
