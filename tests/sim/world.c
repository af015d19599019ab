#include "tests/sim/world.h"

#include "replication/merge/open.h"
#include "tests/sim/world_state.h"

#include <stdlib.h>
#include <string.h>

const char *const world_countries[WORLD_NODES_MAX] = {"AUT", "SRB", "GEO", "POL",
                                                      "MDA", "ARM", "BIH", "MNE"};

const char *world_code(const struct world *world, uint32_t node)
{
    bool is_again = world->options.has_twin || world->options.has_next;
    return world_countries[is_again && node == world->options.nodes - 1 ? 0 : node];
}

/* ---- queue ---- */

static bool world_before(const struct world_event *a, const struct world_event *b)
{
    return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->order < b->order;
}

static void world_push(struct world *world, struct world_event *event, uint64_t at_ms)
{
    event->at_ms = at_ms;
    event->order = world->order++;
    if (world->queue_count == world->queue_capacity) {
        world->queue_capacity = world->queue_capacity == 0 ? 256 : world->queue_capacity * 2;
        world->queue = realloc(world->queue, world->queue_capacity * sizeof(struct world_event *));
        assert_non_null(world->queue);
    }
    size_t at = world->queue_count++;
    while (at > 0 && world_before(event, world->queue[(at - 1) / 2])) {
        world->queue[at] = world->queue[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    world->queue[at] = event;
}

struct world_event *world_pop(struct world *world)
{
    struct world_event *first = world->queue[0];
    struct world_event *last = world->queue[--world->queue_count];
    size_t at = 0;
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= world->queue_count) {
            break;
        }
        if (child + 1 < world->queue_count &&
            world_before(world->queue[child + 1], world->queue[child])) {
            child++;
        }
        if (!world_before(world->queue[child], last)) {
            break;
        }
        world->queue[at] = world->queue[child];
        at = child;
    }
    if (world->queue_count > 0) {
        world->queue[at] = last;
    }
    return first;
}

static struct world_event *world_event_new(struct world *world, uint32_t node, enum world_kind kind)
{
    struct world_event *event = calloc(1, sizeof *event);
    assert_non_null(event);
    event->node = node;
    event->life = world->nodes[node].life;
    event->kind = kind;
    return event;
}

void world_event_free(struct world_event *event)
{
    free(event->payload);
    for (size_t i = 0; i < event->put_count; i++) {
        free((void *)(uintptr_t)event->puts[i].head.data);
    }
    free(event->puts);
    free(event);
}

static uint64_t world_delay(struct world *world)
{
    return world->options.latency_ms_max == 0
               ? 0
               : test_rng_below(&world->rng, world->options.latency_ms_max + 1);
}

/* ---- wires ---- */

struct world_pair *world_pair_of(struct world *world, uint32_t a, uint32_t b)
{
    return a < b ? &world->pairs[a][b] : &world->pairs[b][a];
}

static void world_link_event(struct world *world, uint32_t node, uint32_t peer,
                             enum cairn_event_type type)
{
    struct world_event *event = world_event_new(world, node, WORLD_STEP);
    event->event.type = type;
    event->event.as.link.link = peer;
    memcpy(event->event.as.link.spki_hash, world->nodes[peer].spki_hash, 32);
    event->wire = type == CAIRN_EVENT_LINK_UP ? world_pair_of(world, node, peer)->wire : 0;
    world_push(world, event, world->now_ms);
}

void world_hang_up(struct world *world, uint32_t a, uint32_t b)
{
    struct world_pair *pair = world_pair_of(world, a, b);
    if (pair->is_up) {
        pair->is_up = false;
        pair->down_ms = world->now_ms;
        world_link_event(world, a, b, CAIRN_EVENT_LINK_DOWN);
        world_link_event(world, b, a, CAIRN_EVENT_LINK_DOWN);
    }
}

static bool world_recognises(const struct world *world, uint32_t a, uint32_t b)
{
    return cairn_core_is_partner(world->nodes[a].core, (const uint8_t *)world_code(world, b));
}

static void world_dial(struct world *world)
{
    for (uint32_t a = 0; a < world->options.nodes; a++) {
        for (uint32_t b = a + 1; b < world->options.nodes; b++) {
            struct world_pair *pair = &world->pairs[a][b];
            if (!pair->is_up && !pair->is_barred && pair->down_ms < world->now_ms &&
                world_recognises(world, a, b) && world_recognises(world, b, a)) {
                pair->is_up = true;
                pair->wire = ++world->wire;
                pair->free_ms[0] = pair->free_ms[1] = world->now_ms;
                world_link_event(world, a, b, CAIRN_EVENT_LINK_UP);
                world_link_event(world, b, a, CAIRN_EVENT_LINK_UP);
            }
        }
    }
}

static void world_send(struct world *world, uint32_t node, const struct cairn_action *action)
{
    uint32_t peer = action->as.send.link;
    struct world_pair *pair = world_pair_of(world, node, peer);
    size_t size = action->as.send.head.size + action->as.send.body.size;
    struct world_event *sent = world_event_new(world, node, WORLD_STEP);
    sent->event.type = CAIRN_EVENT_LINK_SENT;
    sent->event.as.link.link = peer;
    sent->event.as.link.sent_bytes = size;
    sent->wire = pair->wire;
    world_push(world, sent, world->now_ms);
    if (!pair->is_up) {
        return;
    }
    if (test_rng_below(&world->rng, 10000) < world->options.cut_percent) {
        world_hang_up(world, node, peer);
        return;
    }
    struct world_event *event = world_event_new(world, peer, WORLD_STEP);
    event->wire = pair->wire;
    event->payload = malloc(size + 1);
    assert_non_null(event->payload);
    memcpy(event->payload, action->as.send.head.data, action->as.send.head.size);
    if (action->as.send.body.size > 0) {
        memcpy(event->payload + action->as.send.head.size, action->as.send.body.data,
               action->as.send.body.size);
    }
    assert_int_equal(cairn_bytes_get_u32(event->payload), size - 4);
    history_hear(world, (struct cairn_bytes){.data = event->payload + 4, .size = size - 4});
    event->event.type = CAIRN_EVENT_LINK_FRAME;
    event->event.as.link.link = node;
    event->event.as.link.frame = (struct cairn_bytes){.data = event->payload + 4, .size = size - 4};
    uint64_t *free_ms = &pair->free_ms[node < peer];
    uint64_t at_ms = world->now_ms + world_delay(world);
    *free_ms = at_ms > *free_ms ? at_ms : *free_ms;
    world_push(world, event, *free_ms);
}

/* ---- actions ---- */

static void world_store(struct world *world, uint32_t node, const struct cairn_action *action)
{
    struct world_event *event = world_event_new(world, node, WORLD_STORE);
    event->put_count = action->as.store.put_count;
    event->puts = calloc(event->put_count + 1, sizeof *event->puts);
    assert_non_null(event->puts);
    for (size_t i = 0; i < event->put_count; i++) {
        const struct cairn_put *put = &action->as.store.puts[i];
        uint8_t *value = malloc(put->head.size + put->body.size + 1);
        assert_non_null(value);
        if (put->head.size > 0) {
            memcpy(value, put->head.data, put->head.size);
        }
        if (put->body.size > 0) {
            memcpy(value + put->head.size, put->body.data, put->body.size);
        }
        event->puts[i].key = put->key;
        event->puts[i].head =
            (struct cairn_bytes){.data = value, .size = put->head.size + put->body.size};
    }
    event->event.type = CAIRN_EVENT_STORED;
    event->event.as.done.token = action->as.store.token;
    world_push(world, event, world->now_ms + 1);
}

static void world_load(struct world *world, uint32_t node, const struct cairn_action *action)
{
    struct world_event *event = world_event_new(world, node, WORLD_LOAD);
    event->load_from = action->as.load.from;
    event->load_to = action->as.load.to_index;
    event->event.type = CAIRN_EVENT_LOADED;
    event->event.as.done.token = action->as.load.token;
    world_push(world, event, world->now_ms + test_rng_below(&world->rng, 3));
}

static void world_sign(struct world *world, uint32_t node, const struct cairn_action *action)
{
    struct node *signer = &world->nodes[node];
    struct world_event *event = world_event_new(world, node, WORLD_STEP);
    event->event.type = CAIRN_EVENT_SIGNED;
    event->event.as.done.token = action->as.sign.token;
    cairn_suite_sign(&world->suite,
                     action->as.sign.key == CAIRN_SIGN_LOG ? signer->log_seed
                                                           : signer->witness_seed,
                     action->as.sign.message, event->event.as.done.signature);
    world_push(world, event, world->now_ms);
}

static void world_ripe(struct world *world, uint32_t node, const struct cairn_action *action)
{
    struct world_event *event = world_event_new(world, node, WORLD_FOLD);
    event->ripe = action->as.ripe;
    assert_true(event->ripe.epoch_count <= 16);
    memcpy(event->keys, event->ripe.slot_keys, (size_t)event->ripe.epoch_count * 32);
    world_push(world, event, world->now_ms + 1);
}

static void world_trace_action(struct world *world, uint32_t node,
                               const struct cairn_action *action)
{
    uint8_t head[16];
    cairn_bytes_put_u64(head, world->now_ms);
    cairn_bytes_put_u32(head + 8, node);
    cairn_bytes_put_u32(head + 12, action->type);
    cairn_sha256_update(&world->trace, (struct cairn_bytes){.data = head, .size = 16});
    if (action->type == CAIRN_ACTION_SEND) {
        cairn_sha256_update(&world->trace, action->as.send.head);
        cairn_sha256_update(&world->trace, action->as.send.body);
    }
}

static void world_do(struct world *world, uint32_t node, const struct cairn_action *action)
{
    world_trace_action(world, node, action);
    switch (action->type) {
    case CAIRN_ACTION_SEND:
        world_send(world, node, action);
        break;
    case CAIRN_ACTION_DROP:
        world_hang_up(world, node, action->as.drop.link);
        break;
    case CAIRN_ACTION_STORE:
        world_store(world, node, action);
        break;
    case CAIRN_ACTION_LOAD:
        world_load(world, node, action);
        break;
    case CAIRN_ACTION_SIGN:
        world_sign(world, node, action);
        break;
    case CAIRN_ACTION_RIPE:
        world_ripe(world, node, action);
        break;
    case CAIRN_ACTION_WAKE_AT: {
        struct world_event *tick = world_event_new(world, node, WORLD_STEP);
        tick->event.type = CAIRN_EVENT_TICK;
        world_push(world, tick, action->as.wake_at_ms);
        break;
    }
    case CAIRN_ACTION_ANSWER:
        assert_true(action->as.answer.token < WORLD_TOKENS);
        world->answers[action->as.answer.token].is_done = true;
        world->answers[action->as.answer.token].err = action->as.answer.err;
        memcpy(world->answers[action->as.answer.token].feed, action->as.answer.feed, 16);
        break;
    case CAIRN_ACTION_ROSTER:
        break;
    case CAIRN_ACTION_NOTICE:
        world->nodes[node].notices[action->as.notice.code]++;
        if (getenv("CAIRN_SIM_LOG") != NULL) {
            print_message(
                "[%8llu] %s %s %.3s err %d a %llu b %llu\n", (unsigned long long)world->now_ms,
                world_countries[node], cairn_notice_text(action->as.notice.code),
                (const char *)action->as.notice.country, action->as.notice.err,
                (unsigned long long)action->as.notice.a, (unsigned long long)action->as.notice.b);
        }
        break;
    }
}

void world_step(struct world *world, uint32_t node, struct cairn_event *event)
{
    struct cairn_actions actions;
    event->now_ms = world->now_ms;
    for (uint32_t i = 0; i < 32; i++) {
        event->seed[i] = (uint8_t)test_rng_below(&world->rng, 256);
    }
    cairn_core_step(world->nodes[node].core, event, &actions);
    world_guard(world, node);
    for (const struct cairn_action *action = actions.first; action != NULL; action = action->next) {
        world_do(world, node, action);
    }
}

/* ---- folder: opens what is ripe, remembers the words ---- */

static struct node_cursor *node_cursor_of(struct node *node, const uint8_t feed[static 16])
{
    for (uint32_t i = 0; i < node->cursor_count; i++) {
        if (memcmp(node->cursors[i].feed, feed, 16) == 0) {
            return &node->cursors[i];
        }
    }
    assert_true(node->cursor_count < NODE_FEEDS_MAX);
    memcpy(node->cursors[node->cursor_count].feed, feed, 16);
    return &node->cursors[node->cursor_count++];
}

/* What nobody stands by any more is folded again: the word is there. */
static void node_repudiate(struct world *world, uint32_t number, struct cairn_bytes bytes)
{
    struct cairn_operation operation;
    char word[64] = "";
    size_t fault_at;
    assert_err(cairn_operation_decode(bytes, &operation, &fault_at), CAIRN_OK);
    if (operation.kind == CAIRN_KIND_ALERT_WITHDRAW) {
        memcpy(word, operation.purpose.data, operation.purpose.size);
        uint32_t found = world_find_word(world, number, word);
        assert_true(found < world->nodes[number].word_count);
        world->nodes[number].are_gone[found] = true;
    }
}

static void node_take_operation(struct world *world, uint32_t number, struct cairn_bytes bytes,
                                struct cairn_event *opened)
{
    struct node *node = &world->nodes[number];
    struct cairn_operation operation;
    size_t fault_at;
    assert_err(cairn_operation_decode(bytes, &operation, &fault_at), CAIRN_OK);
    opened->as.opened.has_content |= operation.kind > 10;
    if (operation.kind == CAIRN_KIND_ALERT_WITHDRAW) {
        assert_true(node->word_count < NODE_WORDS_MAX);
        assert_true(operation.purpose.size < 64);
        memset(node->words[node->word_count], 0, 64);
        memcpy(node->words[node->word_count++], operation.purpose.data, operation.purpose.size);
    }
}

static void world_fold(struct world *world, struct world_event *job)
{
    struct node *node = &world->nodes[job->node];
    struct node_cursor *cursor = node_cursor_of(node, job->ripe.feed);
    struct cairn_event opened = {.type = CAIRN_EVENT_OPENED};
    memcpy(opened.as.opened.feed, job->ripe.feed, 16);
    opened.as.opened.commit_number = job->ripe.commit_number;
    if (!job->ripe.is_private) {
        struct cairn_key key = {.table = CAIRN_TABLE_COMMIT, .index = job->ripe.commit_number};
        struct cairn_row row;
        struct cairn_commit commit;
        size_t fault_at;
        struct cairn_core_peer author;
        memcpy(key.id, job->ripe.feed, 16);
        assert_int_equal(disk_range(&node->disk, &key, key.index + 1, &row, 1), 1);
        assert_err(cairn_commit_decode(row.value, &commit, &fault_at), CAIRN_OK);
        cairn_core_peer(node->core, job->ripe.author, &author);
        assert_true(job->ripe.commit_number <= cursor->commits);
        bool is_new = job->ripe.commit_number == cursor->commits;
        bool is_gone = author.is_ended && commit.opening.leaf_index >= author.counted_size;
        assert_true(is_new || author.is_ended);
        struct cairn_open_reader reader = {
            .suite = &world->suite,
            .origin = cairn_bytes_of(author.origin),
            .slot_keys = (const uint8_t(*)[32])job->keys,
            .epoch_count = job->ripe.epoch_count,
        };
        memcpy(reader.feed, job->ripe.feed, 16);
        struct cairn_commit_cursor at;
        struct cairn_commit_entry entry;
        cairn_commit_cursor_init(&at, &commit);
        while (cairn_commit_next(&at, &entry)) {
            uint8_t *scratch = malloc(entry.body.size + 1);
            uint8_t content_key[32];
            struct cairn_bytes operation;
            assert_non_null(scratch);
            assert_err(cairn_open_entry(&reader, &entry, scratch, &operation, content_key),
                       CAIRN_OK);
            if (is_new) {
                node_take_operation(world, job->node, operation, &opened);
            }
            if (is_gone) {
                node_repudiate(world, job->node, operation);
            }
            free(scratch);
        }
    }
    if (cursor->commits <= job->ripe.commit_number) {
        cursor->commits = job->ripe.commit_number + 1;
    }
    world_step(world, job->node, &opened);
}

/* ---- running ---- */

static void world_apply(struct world *world, struct world_event *event)
{
    struct node *node = &world->nodes[event->node];
    static struct cairn_row rows[WORLD_ROWS_MAX];
    bool is_wired =
        event->event.type == CAIRN_EVENT_LINK_FRAME || event->event.type == CAIRN_EVENT_LINK_SENT;
    if (event->life != node->life) {
        return;
    }
    if (event->kind == WORLD_STEP && is_wired) {
        struct world_pair *pair = world_pair_of(world, event->node, event->event.as.link.link);
        if (!pair->is_up || pair->wire != event->wire) {
            return;
        }
    }
    if (event->kind == WORLD_STORE) {
        for (size_t i = 0; i < event->put_count; i++) {
            disk_put(&node->disk, &event->puts[i].key, event->puts[i].head);
        }
    } else if (event->kind == WORLD_LOAD) {
        event->event.as.done.row_count =
            disk_range(&node->disk, &event->load_from, event->load_to, rows, WORLD_ROWS_MAX);
        event->event.as.done.rows = rows;
    } else if (event->kind == WORLD_FOLD) {
        world_fold(world, event);
        return;
    }
    world_step(world, event->node, &event->event);
}

void world_run(struct world *world, uint64_t ms)
{
    uint64_t end_ms = world->now_ms + ms;
    uint64_t dial_ms = world->now_ms;
    while (world->now_ms < end_ms) {
        if (world->now_ms >= dial_ms) {
            world_dial(world);
            dial_ms = world->now_ms + 50;
        }
        if (world->queue_count == 0 || world->queue[0]->at_ms > dial_ms) {
            world->now_ms = dial_ms < end_ms ? dial_ms : end_ms;
            continue;
        }
        if (world->queue[0]->at_ms > end_ms) {
            break;
        }
        struct world_event *event = world_pop(world);
        world->now_ms = event->at_ms > world->now_ms ? event->at_ms : world->now_ms;
        world_apply(world, event);
        world_event_free(event);
    }
    world->now_ms = end_ms;
}
