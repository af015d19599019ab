#include "tests/sim/desk.h"

#include "replication/log/feed.h"
#include "replication/merge/open.h"
#include "schema/alert/alert.h"
#include "schema/base/civil.h"
#include "tests/lib/body.h"
#include "tests/sim/world_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DESK_DAY_MS  86400000u
#define DESK_WAIT_MS 5u

/* ---- the bureau ---- */

/* Common fields; then those of the matter. */
#define DESK_COMMON                                                                                \
    "6: '%s-bureau', 7: %llu, 8: %llu%s, "                                                         \
    "10: {1: 2, 2: 1, 3: 2, 4: 1}, 11: 'bureau@example.org', "
#define DESK_REVIEW ", 9: '2024-05-01'"
#define DESK_PERSON "13: [{1: 1, 2: 'Doe', 3: 'Jane', 6: 1}], 14: ['%s']"
#define DESK_ARRESTS                                                                               \
    "{1: 1, 2: 1, 4: 1, " DESK_COMMON DESK_PERSON ", "                                             \
    "21: {1: 'Az 4/23', 2: '2023-10-01', 3: 'District Court'}, "                                   \
    "22: x'000102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e0f'}"
#define DESK_CHILDREN                                                                              \
    "{1: 5, 2: 6, 4: 50, " DESK_COMMON DESK_PERSON ", "                                            \
    "25: {1: 2, 2: 'Child protection office'}}"
#define DESK_PASSPORTS                                                                             \
    "{1: 13, 2: 14, 4: 100, " DESK_COMMON "18: [{1: 1, 2: '%s', 3: 'P1234567'}], 27: 1}"

static struct cairn_bytes desk_body(const struct world *world, uint32_t node,
                                    enum desk_matter matter)
{
    const char *code = world_code(world, node);
    unsigned long long from_ms = world->now_ms;
    unsigned long long to_ms = world->now_ms + 180ull * DESK_DAY_MS;
    char text[1024] = "";
    switch (matter) {
    case DESK_ARREST:
        (void)snprintf(text, sizeof text, DESK_ARRESTS, code, from_ms, to_ms, DESK_REVIEW,
                       "1980-05-17");
        break;
    case DESK_MISSING:
        (void)snprintf(text, sizeof text, DESK_CHILDREN, code, from_ms, to_ms, DESK_REVIEW,
                       "2014-03-02");
        break;
    case DESK_STOLEN:
        (void)snprintf(text, sizeof text, DESK_PASSPORTS, code, from_ms, to_ms, "", code);
        break;
    }
    return test_body(text);
}

/* As world_append, for an operation that is already made. */
static cairn_err desk_append(struct world *world, uint32_t node, const uint8_t feed[static 16],
                             struct cairn_operation *operation)
{
    static uint8_t buffer[CAIRN_LIMIT_OPERATION_BYTES];
    struct cairn_event event = {.type = CAIRN_EVENT_APPEND};
    cairn_err err = CAIRN_OK;
    uint8_t unused[16];
    for (uint32_t i = 0; i < 1000 && cairn_core_is_asking(world->nodes[node].core); i++) {
        world_run(world, DESK_WAIT_MS);
    }
    uint64_t mark_ms = cairn_core_mark_ms(world->nodes[node].core);
    uint64_t now_ms = world_clock_of(world, node);
    operation->hlc = cairn_civil_hlc(now_ms > mark_ms ? now_ms : mark_ms, 0);
    assert_err(
        cairn_operation_encode(operation, buffer, sizeof buffer, &event.as.command.operation),
        CAIRN_OK);
    memcpy(event.as.command.feed, feed, 16);
    event.as.command.token = world->token++;
    assert_true(event.as.command.token < WORLD_TOKENS);
    world_step(world, node, &event);
    for (uint32_t i = 0; i < 1000; i++) {
        if (world_answer(world, event.as.command.token, &err, unused)) {
            return err;
        }
        world_run(world, DESK_WAIT_MS);
    }
    return CAIRN_TIMEOUT;
}

static struct cairn_operation desk_operation(enum cairn_kind kind, const struct cairn_id *object,
                                             struct cairn_bytes body)
{
    return (struct cairn_operation){
        .kind = kind,
        .has_object = true,
        .object = *object,
        .purpose = cairn_bytes_of("alert"),
        .actor_count = 2, /* coercion needs two: B35 */
        .actors = {cairn_bytes_of("A-17"), cairn_bytes_of("B-4")},
        .role = cairn_bytes_of("bureau"),
        .body = body,
    };
}

cairn_err desk_issue(struct world *world, uint32_t node, const uint8_t feed[static 16],
                     enum desk_matter matter, struct desk_alert *out)
{
    uint8_t random[CAIRN_ID_RANDOM_BYTES];
    world_random(world, random, sizeof random);
    *out = (struct desk_alert){.matter = matter, .author = node};
    cairn_id_make(cairn_bytes_of(world_code(world, node)), random, &out->id);
    struct cairn_operation operation =
        desk_operation(CAIRN_KIND_ALERT_ISSUE, &out->id, desk_body(world, node, matter));
    return desk_append(world, node, feed, &operation);
}

/* ---- the booth ---- */

/* One look through all that a node has opened. */
struct desk_look {
    struct world *world;
    const struct node *node;
    const struct cairn_id *object;
    struct cairn_core_feed feed;
    struct cairn_core_peer author;
    uint8_t keys[CAIRN_FEED_EPOCHS_MAX][32];
    uint32_t epochs;
    uint8_t *memory, *scratch;
    struct cairn_bytes state; /* owned */
};

static void desk_fold(struct desk_look *look, struct cairn_merge_entry *entry)
{
    struct cairn_arena arena;
    struct cairn_merge_result result;
    cairn_arena_init(&arena, look->memory, CAIRN_MERGE_ARENA_BYTES);
    assert_err(cairn_merge_fold(entry, look->state, &arena, &result), CAIRN_OK);
    assert_err(result.err, CAIRN_OK);
    if (result.is_changed) {
        uint8_t *copy = malloc(result.state.size);
        assert_non_null(copy);
        memcpy(copy, result.state.data, result.state.size);
        free((void *)(uintptr_t)look->state.data);
        look->state = (struct cairn_bytes){.data = copy, .size = result.state.size};
    }
}

static void desk_take(struct desk_look *look, const struct cairn_commit *commit,
                      const struct cairn_commit_entry *found)
{
    struct cairn_open_reader reader = {.suite = &look->world->suite,
                                       .origin = cairn_bytes_of(look->author.origin),
                                       .slot_keys = (const uint8_t(*)[32])look->keys,
                                       .epoch_count = look->epochs};
    struct cairn_merge_entry entry = {.index = found->index, .is_test_network = true};
    uint8_t key[32];
    size_t fault_at;
    memcpy(reader.feed, look->feed.id, 16);
    if (cairn_open_entry(&reader, found, look->scratch, &entry.bytes, key) != CAIRN_OK ||
        cairn_merge_decode(entry.bytes, &entry, &fault_at) != CAIRN_OK ||
        !entry.operation.has_object || !cairn_id_is_equal(&entry.operation.object, look->object) ||
        cairn_merge_is_ahead(&entry, look->world->now_ms)) {
        return;
    }
    cairn_open_entry_id(&reader, found, entry.entry_id);
    memcpy(entry.feed, look->feed.id, 16);
    memcpy(entry.country, look->author.country, 4);
    entry.is_repudiated =
        look->author.is_ended && commit->opening.leaf_index >= look->author.counted_size;
    desk_fold(look, &entry);
}

static bool desk_read(const struct node *node, const uint8_t feed[static 16], uint64_t number,
                      struct cairn_commit *out)
{
    struct cairn_key key = {.table = CAIRN_TABLE_COMMIT, .index = number};
    struct cairn_row row;
    size_t fault_at;
    memcpy(key.id, feed, 16);
    return disk_range(&node->disk, &key, number + 1, &row, 1) == 1 &&
           cairn_commit_decode(row.value, out, &fault_at) == CAIRN_OK;
}

static void desk_look_feed(struct desk_look *look)
{
    const struct cairn_core_feed *feed = &look->feed;
    const struct cairn_core *core = look->node->core;
    uint32_t number = 0;
    assert_true(cairn_core_feed_find(core, feed->id, &number));
    cairn_core_peer(core, feed->author, &look->author);
    for (look->epochs = 0;
         look->epochs < CAIRN_FEED_EPOCHS_MAX &&
         cairn_core_feed_slot_key(core, number, look->epochs, look->keys[look->epochs]);
         look->epochs++) {
    }
    for (uint64_t i = 0; i < feed->commits; i++) {
        struct cairn_commit commit;
        struct cairn_commit_cursor at;
        struct cairn_commit_entry entry;
        if (!desk_read(look->node, feed->id, i, &commit)) {
            continue; /* its disk lost it */
        }
        cairn_commit_cursor_init(&at, &commit);
        while (cairn_commit_next(&at, &entry)) {
            desk_take(look, &commit, &entry);
        }
    }
}

/* The object's state, as this node would have it; owned. */
static struct cairn_bytes desk_state(struct world *world, uint32_t number,
                                     const struct cairn_id *object)
{
    struct desk_look look = {.world = world,
                             .node = &world->nodes[number],
                             .object = object,
                             .memory = malloc(CAIRN_MERGE_ARENA_BYTES),
                             .scratch = malloc(CAIRN_LIMIT_BODY_BYTES)};
    assert_non_null(look.memory);
    assert_non_null(look.scratch);
    for (uint32_t i = 0; i < cairn_core_feed_count(look.node->core); i++) {
        cairn_core_feed(look.node->core, i, &look.feed);
        if (look.feed.kind == CAIRN_FEED_AUDIENCE || look.feed.kind == CAIRN_FEED_PAIRWISE) {
            desk_look_feed(&look);
        }
    }
    free(look.memory);
    free(look.scratch);
    return look.state;
}

struct desk_answer desk_ask(struct world *world, uint32_t node, const struct desk_alert *alert)
{
    struct desk_answer answer = {.status = CAIRN_ALERT_STATUS_NONE};
    struct cairn_bytes state = desk_state(world, node, &alert->id);
    struct cairn_arena arena;
    struct cairn_alert_view view;
    struct cairn_alert read;
    void *memory = malloc(CAIRN_MERGE_ARENA_BYTES);
    assert_non_null(memory);
    cairn_arena_init(&arena, memory, CAIRN_MERGE_ARENA_BYTES);
    if (state.size > 0) {
        assert_err(cairn_merge_evaluate_alert(state, &arena, &view), CAIRN_OK);
        answer.status = view.status;
        answer.is_repudiated = view.is_repudiated;
    }
    if (answer.status != CAIRN_ALERT_STATUS_NONE) {
        cairn_alert_read(view.body, &read);
        answer.category = read.category;
        answer.action = read.action;
        answer.is_live = view.status == CAIRN_ALERT_STATUS_ACTIVE && !view.is_repudiated &&
                         cairn_alert_is_live(&read, world_clock_of(world, node));
    }
    free(memory);
    free((void *)(uintptr_t)state.data);
    return answer;
}

bool desk_is_live(struct world *world, uint32_t node, const struct desk_alert *alert)
{
    return desk_ask(world, node, alert).is_live;
}

/* ---- the bureau again: a withdrawal names what it withdraws ---- */

cairn_err desk_withdraw(struct world *world, const struct desk_alert *alert,
                        const uint8_t feed[static 16])
{
    struct cairn_bytes state = desk_state(world, alert->author, &alert->id);
    struct cairn_arena arena;
    struct cairn_alert_view view;
    void *memory = malloc(CAIRN_MERGE_ARENA_BYTES);
    assert_non_null(memory);
    cairn_arena_init(&arena, memory, CAIRN_MERGE_ARENA_BYTES);
    assert_err(cairn_merge_evaluate_alert(state, &arena, &view), CAIRN_OK);
    struct cairn_operation operation =
        desk_operation(CAIRN_KIND_ALERT_WITHDRAW, &alert->id, test_body("{1: 1}"));
    assert_int_equal(view.head_count, 1);
    operation.parent_count = 1;
    memcpy(operation.parents[0], view.heads[0]->entry_id, CAIRN_ID_ENTRY_BYTES);
    free(memory);
    free((void *)(uintptr_t)state.data);
    return desk_append(world, alert->author, feed, &operation);
}
