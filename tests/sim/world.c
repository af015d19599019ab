#include "tests/sim/world.h"

#include "crypto/hash.h"
#include "crypto/note.h"
#include "replication/merge/open.h"
#include "schema/country.h"
#include "tests/sim/disk.h"

#include <stdlib.h>
#include <string.h>

#define NODE_WORDS_MAX 4096
#define NODE_FEEDS_MAX 256
#define WORLD_ROWS_MAX 16384
#define WORLD_TOKENS   65536

static const char *const world_countries[WORLD_NODES_MAX] = {"AUT", "SRB", "GEO", "POL",
                                                             "MDA", "ARM", "BIH", "MNE"};

struct node_cursor {
    uint8_t feed[16];
    uint64_t commits;
};

struct node {
    void *memory;
    struct cairn_core *core;
    struct disk disk;
    char origin[CAIRN_LIMIT_ORIGIN_BYTES + 1];
    uint8_t root_seed[32], log_seed[32], witness_seed[32], sealing_secret[32], local[32];
    uint8_t spki_hash[32];
    uint8_t note[4096];
    size_t note_size;
    uint32_t life; /* grows with every crash: what was under way for an earlier life is lost */
    char (*words)[64];
    uint32_t word_count;
    struct node_cursor cursors[NODE_FEEDS_MAX]; /* views: survive a crash */
    uint32_t cursor_count;
    uint64_t notices[64];
};

struct world_event {
    uint64_t at_ms;
    uint64_t order;
    uint32_t node;
    uint32_t life;
    uint32_t wire; /* for frames: number of the connection */
    struct cairn_event event;
    uint8_t *payload; /* owned: frame, value, batch */
    struct cairn_put *puts;
    size_t put_count;
    struct cairn_key load_from;
    uint64_t load_to;
    struct cairn_ripe ripe;
    uint8_t keys[16][32];
    enum { WORLD_STEP, WORLD_STORE, WORLD_LOAD, WORLD_FOLD } kind;
};

struct world_pair {
    bool is_up;
    bool is_barred;
    uint64_t down_ms; /* both sides must have heard of it before it comes up again */
    uint32_t wire;
    uint64_t free_ms[2]; /* frames stay in order: per direction, when the last one arrives */
};

struct world {
    struct world_options options;
    struct test_rng rng;
    struct cairn_suite suite;
    struct cairn_core_limits limits;
    struct node nodes[WORLD_NODES_MAX];
    struct world_pair pairs[WORLD_NODES_MAX][WORLD_NODES_MAX]; /* [lower][higher] */
    struct world_event **queue;                                /* heap */
    size_t queue_count, queue_capacity;
    uint64_t now_ms, order;
    uint32_t wire;
    uint64_t token;
    struct {
        bool is_done;
        cairn_err err;
        uint8_t feed[16];
    } * answers;
    struct cairn_sha256 trace;
};

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

static struct world_event *world_pop(struct world *world)
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

static struct world_event *world_event_new(struct world *world, uint32_t node, int kind)
{
    struct world_event *event = calloc(1, sizeof *event);
    assert_non_null(event);
    event->node = node;
    event->life = world->nodes[node].life;
    event->kind = kind;
    return event;
}

static void world_event_free(struct world_event *event)
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

static struct world_pair *world_pair_of(struct world *world, uint32_t a, uint32_t b)
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

static void world_hang_up(struct world *world, uint32_t a, uint32_t b)
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
    return cairn_core_is_partner(world->nodes[a].core, (const uint8_t *)world_countries[b]);
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

static void world_step(struct world *world, uint32_t node, struct cairn_event *event)
{
    struct cairn_actions actions;
    event->now_ms = world->now_ms;
    for (uint32_t i = 0; i < 32; i++) {
        event->seed[i] = (uint8_t)test_rng_below(&world->rng, 256);
    }
    cairn_core_step(world->nodes[node].core, event, &actions);
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
        assert_int_equal(cursor->commits, job->ripe.commit_number);
        cairn_core_peer(node->core, job->ripe.author, &author);
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
            node_take_operation(world, job->node, operation, &opened);
            free(scratch);
        }
    }
    cursor->commits = job->ripe.commit_number + 1;
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

/* ---- nodes ---- */

static void world_random(struct world *world, uint8_t *out, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        out[i] = (uint8_t)test_rng_below(&world->rng, 256);
    }
}

static void node_start(struct world *world, uint32_t number)
{
    static const uint8_t tables[] = {CAIRN_TABLE_STATE, CAIRN_TABLE_NOTE, CAIRN_TABLE_FEED};
    struct node *node = &world->nodes[number];
    struct cairn_core_identity identity = {.origin = node->origin};
    cairn_suite_sign_public(&world->suite, node->log_seed, identity.log_public);
    cairn_suite_sign_public(&world->suite, node->witness_seed, identity.witness_public);
    memcpy(identity.sealing_secret, node->sealing_secret, 32);
    memcpy(identity.local_secret, node->local, 32);
    node->core = cairn_core_init(node->memory, &world->limits, &identity, &world->suite);
    for (size_t table = 0; table < sizeof tables; table++) {
        for (size_t i = 0; i < node->disk.count; i++) {
            struct cairn_event event = {.type = CAIRN_EVENT_RECALL};
            event.as.recall.key = cairn_key_decode(node->disk.rows[i].key);
            event.as.recall.value = (struct cairn_bytes){.data = node->disk.rows[i].value,
                                                         .size = node->disk.rows[i].size};
            if (event.as.recall.key.table == tables[table]) {
                world_step(world, number, &event);
            }
        }
    }
    for (uint32_t i = 0; i < node->cursor_count; i++) {
        struct cairn_event event = {.type = CAIRN_EVENT_OPENED};
        memcpy(event.as.opened.feed, node->cursors[i].feed, 16);
        event.as.opened.commit_number = node->cursors[i].commits - 1;
        world_step(world, number, &event);
    }
    struct cairn_event start = {.type = CAIRN_EVENT_START};
    world_step(world, number, &start);
}

static void node_document(struct world *world, uint32_t number)
{
    struct node *node = &world->nodes[number];
    struct cairn_country_doc doc = {
        .network = cairn_bytes_of("test-sim"),
        .country = cairn_bytes_of(world_countries[number]),
        .serial = 1,
        .sealing_count = 1,
        .node_count = 1,
        .kinds = 1,
        .valid_from_ms = 1000,
        .valid_until_ms = 4000000000000u,
    };
    uint8_t text[2048];
    uint8_t signature[64];
    struct cairn_bytes encoded;
    struct cairn_note_writer writer;
    char name[32] = "test-sim/";
    strcat(name, world_countries[number]);
    struct cairn_note_key key = {.name = cairn_bytes_of(name), .type = CAIRN_NOTE_ED25519};
    cairn_suite_sign_public(&world->suite, node->root_seed, doc.root);
    memcpy(key.public_key, doc.root, 32);
    world_random(world, doc.next_root, 32);
    doc.sealing[0].number = 1;
    cairn_suite_dh_public(&world->suite, node->sealing_secret, doc.sealing[0].key);
    doc.nodes[0].name = cairn_bytes_of("sim-1");
    doc.nodes[0].incarnation = 1;
    cairn_suite_sign_public(&world->suite, node->log_seed, doc.nodes[0].log);
    cairn_suite_sign_public(&world->suite, node->witness_seed, doc.nodes[0].witness);
    memcpy(doc.nodes[0].tls_spki, node->spki_hash, 32);
    doc.nodes[0].endpoint = cairn_bytes_of("sim.example:1");
    assert_err(cairn_country_encode(&doc, text, sizeof text, &encoded), CAIRN_OK);
    cairn_suite_sign(&world->suite, node->root_seed, encoded, signature);
    cairn_note_writer_init(&writer, node->note, sizeof node->note);
    assert_err(cairn_note_put_text(&writer, encoded), CAIRN_OK);
    assert_err(cairn_note_append_signature(&writer, &key, 0, signature), CAIRN_OK);
    node->note_size = writer.size;
}

static cairn_err world_wait(struct world *world, uint32_t node, struct cairn_event *event,
                            uint8_t *out_feed)
{
    uint64_t token = world->token++;
    assert_true(token < WORLD_TOKENS);
    event->as.command.token = token;
    world_step(world, node, event);
    for (uint32_t i = 0; i < 1000 && !world->answers[token].is_done; i++) {
        world_run(world, 5);
    }
    if (!world->answers[token].is_done) {
        return CAIRN_TIMEOUT;
    }
    if (out_feed != NULL) {
        memcpy(out_feed, world->answers[token].feed, 16);
    }
    return world->answers[token].err;
}

static cairn_err world_show(struct world *world, uint32_t node, uint32_t shown)
{
    struct cairn_event event = {.type = CAIRN_EVENT_DOCUMENT};
    event.as.document.note = (struct cairn_bytes){.data = world->nodes[shown].note,
                                                  .size = world->nodes[shown].note_size};
    return world_wait(world, node, &event, NULL);
}

struct world *world_open(const struct world_options *options)
{
    struct world *world = calloc(1, sizeof *world);
    assert_non_null(world);
    world->options = *options;
    world->rng.state = options->seed;
    world->now_ms = 1700000000000u;
    world->answers = calloc(WORLD_TOKENS, sizeof *world->answers);
    world->limits =
        (struct cairn_core_limits){.countries = 16, .journals = 16, .feeds = 128, .links = 8};
    cairn_sha256_init(&world->trace);
    if (options->is_real) {
        assert_err(cairn_suite_open_real(&world->suite), CAIRN_OK);
    } else {
        cairn_suite_init_fake(&world->suite);
    }
    for (uint32_t i = 0; i < options->nodes; i++) {
        struct node *node = &world->nodes[i];
        node->memory = malloc(cairn_core_size(&world->limits));
        node->words = calloc(NODE_WORDS_MAX, sizeof *node->words);
        assert_non_null(node->memory);
        assert_err(cairn_origin_make(cairn_bytes_of("test-sim"), cairn_bytes_of(world_countries[i]),
                                     cairn_bytes_of("sim-1"), 1, node->origin),
                   CAIRN_OK);
        world_random(world, node->root_seed, 32);
        world_random(world, node->log_seed, 32);
        world_random(world, node->witness_seed, 32);
        world_random(world, node->sealing_secret, 32);
        world_random(world, node->local, 32);
        world_random(world, node->spki_hash, 32);
        node_document(world, i);
        node_start(world, i);
        assert_err(world_show(world, i, i), CAIRN_OK);
    }
    return world;
}

void world_close(struct world *world)
{
    while (world->queue_count > 0) {
        world_event_free(world_pop(world));
    }
    for (uint32_t i = 0; i < world->options.nodes; i++) {
        free(world->nodes[i].memory);
        free(world->nodes[i].words);
        disk_close(&world->nodes[i].disk);
    }
    cairn_suite_close(&world->suite);
    free(world->queue);
    free(world->answers);
    free(world);
}

void world_meet(struct world *world, uint32_t a, uint32_t b)
{
    assert_err(world_show(world, a, b), CAIRN_OK);
    assert_err(world_show(world, b, a), CAIRN_OK);
}

void world_meet_all(struct world *world)
{
    for (uint32_t a = 0; a < world->options.nodes; a++) {
        for (uint32_t b = a + 1; b < world->options.nodes; b++) {
            world_meet(world, a, b);
        }
    }
}

void world_forget(struct world *world, uint32_t node, uint32_t country)
{
    struct cairn_event event = {.type = CAIRN_EVENT_FORGET};
    memcpy(event.as.forget.country, world_countries[country], 3);
    uint64_t token = world->token++;
    event.as.forget.token = token;
    world_step(world, node, &event);
    assert_true(world->answers[token].is_done);
    assert_err(world->answers[token].err, CAIRN_OK);
}

cairn_err world_feed_open(struct world *world, uint32_t node, const char *members,
                          uint8_t out_feed[static 16])
{
    struct cairn_event event = {.type = CAIRN_EVENT_FEED_OPEN};
    event.as.command.members = (const uint8_t(*)[3])(const void *)members;
    event.as.command.member_count = strlen(members) / 3;
    return world_wait(world, node, &event, out_feed);
}

cairn_err world_admit(struct world *world, uint32_t node, const uint8_t feed[static 16],
                      uint32_t country)
{
    struct cairn_event event = {.type = CAIRN_EVENT_FEED_ADMIT};
    memcpy(event.as.command.feed, feed, 16);
    memcpy(event.as.command.country, world_countries[country], 3);
    return world_wait(world, node, &event, NULL);
}

cairn_err world_rekey(struct world *world, uint32_t node, const uint8_t feed[static 16])
{
    struct cairn_event event = {.type = CAIRN_EVENT_FEED_REKEY};
    memcpy(event.as.command.feed, feed, 16);
    return world_wait(world, node, &event, NULL);
}

cairn_err world_append(struct world *world, uint32_t node, const uint8_t feed[static 16],
                       const char *word)
{
    struct cairn_operation operation = {
        .kind = CAIRN_KIND_ALERT_WITHDRAW,
        .has_object = true,
        .hlc = world->now_ms << 16,
        .purpose = cairn_bytes_of(word),
        .actor_count = 1,
        .actors = {cairn_bytes_of("sim")},
        .role = cairn_bytes_of("bureau"),
        .body = {.data = (const uint8_t *)"\x80", .size = 1},
    };
    uint8_t random[CAIRN_ID_RANDOM_BYTES];
    uint8_t buffer[1024];
    world_random(world, random, sizeof random);
    cairn_id_make(cairn_bytes_of(world_countries[node]), random, &operation.object);
    struct cairn_event event = {.type = CAIRN_EVENT_APPEND};
    memcpy(event.as.command.feed, feed, 16);
    assert_err(
        cairn_operation_encode(&operation, buffer, sizeof buffer, &event.as.command.operation),
        CAIRN_OK);
    return world_wait(world, node, &event, NULL);
}

void world_pairwise(struct world *world, uint32_t node, uint32_t partner,
                    uint8_t out_feed[static 16])
{
    assert_true(cairn_core_pairwise(world->nodes[node].core,
                                    (const uint8_t *)world_countries[partner], out_feed));
}

void world_crash(struct world *world, uint32_t node)
{
    for (uint32_t peer = 0; peer < world->options.nodes; peer++) {
        if (peer != node) {
            world_hang_up(world, node, peer);
        }
    }
    world->nodes[node].life++;
    node_start(world, node);
}

void world_cut(struct world *world, uint32_t a, uint32_t b, bool is_allowed)
{
    world_pair_of(world, a, b)->is_barred = !is_allowed;
    world_hang_up(world, a, b);
}

void world_calm(struct world *world)
{
    world->options.cut_percent = 0;
}

bool world_knows(const struct world *world, uint32_t node, const char *word)
{
    for (uint32_t i = 0; i < world->nodes[node].word_count; i++) {
        if (strcmp(world->nodes[node].words[i], word) == 0) {
            return true;
        }
    }
    return false;
}

bool world_disk_holds(const struct world *world, uint32_t node, struct cairn_bytes bytes)
{
    return disk_holds(&world->nodes[node].disk, bytes);
}

uint32_t world_word_count(const struct world *world, uint32_t node)
{
    return world->nodes[node].word_count;
}

struct cairn_core *world_core(struct world *world, uint32_t node)
{
    return world->nodes[node].core;
}

uint64_t world_now(const struct world *world)
{
    return world->now_ms;
}

uint64_t world_notices(const struct world *world, uint32_t node, enum cairn_notice_code code)
{
    return world->nodes[node].notices[code];
}

void world_dump(const struct world *world, uint32_t node)
{
    const struct cairn_core *core = world->nodes[node].core;
    for (uint32_t i = 0; i < cairn_core_peer_count(core); i++) {
        struct cairn_core_peer peer;
        cairn_core_peer(core, i, &peer);
        print_message("%s journal %u %s size %llu linked %d cosigned %llu witnessed %llu\n",
                      world_countries[node], i, peer.country, (unsigned long long)peer.journal_size,
                      peer.is_linked, (unsigned long long)peer.cosigned_size,
                      (unsigned long long)peer.witnessed_size);
    }
    for (uint32_t i = 0; i < cairn_core_feed_count(core); i++) {
        struct cairn_core_feed feed;
        cairn_core_feed(core, i, &feed);
        print_message(
            "%s feed %u %02x%02x kind %d author %u size %llu commits %llu tagged %llu epoch %u\n",
            world_countries[node], i, feed.id[0], feed.id[1], feed.kind, feed.author,
            (unsigned long long)feed.size, (unsigned long long)feed.commits,
            (unsigned long long)feed.tagged, feed.epoch);
    }
}

void world_trace(const struct world *world, uint8_t out[static 32])
{
    struct cairn_sha256 copy = world->trace;
    cairn_sha256_final(&copy, out);
}
