#include "tests/sim/world.h"

#include "crypto/note.h"
#include "schema/country.h"
#include "tests/sim/states.h"
#include "tests/sim/world_state.h"

#include <stdlib.h>
#include <string.h>

/* ---- start ---- */

/* As node/start.c. */
static bool node_is_cut(const struct node *node)
{
    for (size_t i = 0; i < node->disk.count; i++) {
        struct cairn_key key = cairn_key_decode(node->disk.rows[i]->key);
        if (cairn_key_is_cut(&key)) {
            return true;
        }
    }
    return false;
}

static void node_recall(struct world *world, uint32_t number)
{
    static const uint8_t tables[] = {CAIRN_TABLE_STATE, CAIRN_TABLE_NOTE, CAIRN_TABLE_FEED};
    struct node *node = &world->nodes[number];
    for (size_t table = 0; table < sizeof tables; table++) {
        for (size_t i = 0; i < node->disk.count; i++) {
            struct cairn_event event = {.type = CAIRN_EVENT_RECALL};
            event.as.recall.key = cairn_key_decode(node->disk.rows[i]->key);
            event.as.recall.value = (struct cairn_bytes){.data = node->disk.rows[i]->value,
                                                         .size = node->disk.rows[i]->size};
            if (event.as.recall.key.table == tables[table]) {
                world_step(world, number, &event);
            }
        }
    }
}

void node_start(struct world *world, uint32_t number)
{
    struct node *node = &world->nodes[number];
    struct cairn_core_identity identity = {.origin = node->origin};
    node->is_down = false;
    node->has_begun = false;
    cairn_suite_sign_public(&world->suite, node->log_seed, identity.log_public);
    cairn_suite_sign_public(&world->suite, node->witness_seed, identity.witness_public);
    node->sealing_told = node->doc.sealing_count;
    for (uint32_t i = 0; i < node->doc.sealing_count; i++) {
        if (!node->doc.sealing[i].is_lost) {
            memcpy(identity.sealing_secrets[identity.sealing_count++], node->sealing_secrets[i],
                   32);
        }
    }
    memcpy(identity.local_secret, node->local, 32);
    node->core = cairn_core_init(node->memory, &world->limits, &identity, &world->suite);
    node_recall(world, number);
    if (node_is_cut(node) || !views_fit(node)) { /* as node/views/folder.c: they are made again */
        views_clear(&node->views);
    }
    for (uint32_t i = 0; i < node->views.cursor_count; i++) {
        struct cairn_event event = {.type = CAIRN_EVENT_OPENED};
        memcpy(event.as.opened.feed, node->views.cursors[i].feed, 16);
        event.as.opened.commit_number = node->views.cursors[i].commits - 1;
        event.as.opened.born = node->views.cursors[i].born;
        world_step(world, number, &event);
    }
    struct cairn_event start = node->start;
    start.type = CAIRN_EVENT_START;
    node->has_begun = true;
    node->start.as.start.is_stale = false;
    world_step(world, number, &start);
    world_tell_own(world, number);
    if (node->accept.type == CAIRN_EVENT_ACCEPT) {
        world_step(world, number, &node->accept);
    }
    if (node->space.type == CAIRN_EVENT_SPACE) {
        world_step(world, number, &node->space);
    }
    for (uint32_t i = 0; i < node->views.invite_count; i++) {
        struct cairn_event event = {.type = CAIRN_EVENT_INVITED};
        memcpy(event.as.opened.feed, node->views.invites[i].feed, 16);
        event.as.opened.leaf_index = node->views.invites[i].leaf_index;
        world_step(world, number, &event);
    }
    world_scrub_begin(world, number);
}

/* What node/guard.c does. */
void world_guard(struct world *world, uint32_t number)
{
    struct node *node = &world->nodes[number];
    struct cairn_core_restore restore;
    if (!node->has_begun) {
        return;
    }
    if (world->now_ms >= node->start_older_ms + 1000) { /* durable since */
        node->start_older = node->start;
        node->start_older_ms = world->now_ms;
    }
    cairn_core_restore(node->core, &restore);
    node->start.as.start.is_doubted = node->start.as.start.is_doubted || restore.needs_all;
    if (!restore.is_restoring && !restore.is_halted) {
        node->start.as.start.guard = CAIRN_GUARD_PRESENT;
        node->start.as.start.size = restore.durable_size;
        memcpy(node->start.as.start.root, restore.durable_root, 32);
        node->start.as.start.is_doubted = restore.needs_all;
    }
}

/* ---- falls ---- */

static int node_by_order(const void *left, const void *right)
{
    const struct world_event *a = *(struct world_event *const *)left;
    const struct world_event *b = *(struct world_event *const *)right;
    return a->order < b->order ? -1 : a->order > b->order;
}

/* Of what was asked to be written the machine may have written the first few. */
static void node_write_some(struct world *world, uint32_t number)
{
    static struct world_event *stores[WORLD_TASKS_MAX];
    struct node *node = &world->nodes[number];
    size_t count = 0;
    for (size_t i = 0; i < world->queue_count; i++) {
        struct world_event *event = world->queue[i];
        if (event->kind == WORLD_STORE && event->node == number && event->life == node->life) {
            assert_true(count < WORLD_TASKS_MAX);
            stores[count++] = event;
        }
    }
    qsort(stores, count, sizeof stores[0], node_by_order);
    size_t written = test_rng_below(&world->rng, (uint32_t)count + 1);
    for (size_t at = 0; at < written && node->stall_ms <= world->now_ms; at++) {
        disk_begin(&node->disk);
        for (size_t i = 0; i < stores[at]->put_count; i++) {
            disk_put(&node->disk, &stores[at]->puts[i].key, stores[at]->puts[i].head);
        }
    }
}

static void node_cut_power(struct world *world, struct node *node)
{
    disk_undo(&node->disk, test_rng_below(&world->rng, node->disk.batches + 1));
    if (test_rng_below(&world->rng, 2) == 0) {
        bool is_doubted = node->start.as.start.is_doubted; /* durable at once */
        node->start = node->start_older;
        node->start.as.start.is_doubted = is_doubted;
    }
    node->start.as.start.is_stale = true;
    if (test_rng_below(&world->rng, 4) == 0) {
        views_clear(&node->views);
    }
}

void world_fall(struct world *world, uint32_t number, enum world_fall fall, uint64_t down_ms)
{
    struct node *node = &world->nodes[number];
    if (node->is_down) {
        return;
    }
    world_say(world, number, fall == WORLD_POWER_CUT ? "power cut" : "killed", down_ms);
    node_write_some(world, number);
    if (fall == WORLD_POWER_CUT) {
        node_cut_power(world, node);
    }
    disk_sync(&node->disk);
    world_lose_links(world, number);
    node->life++;
    node->is_down = true;
    node->wake_count = 0;
    node->tick_ms = 0;
    node->task_count = 0;
    node->fuse = 0;
    node->fail_in = 0;
    node->stored_ms = 0;
    node->stall_ms = node->stall_ms == UINT64_MAX ? 0 : node->stall_ms;
    world_push(world, world_event_new(world, number, WORLD_START), world->now_ms + down_ms);
}

void world_crash(struct world *world, uint32_t node)
{
    world_fall(world, node, WORLD_KILLED, 0);
    world->nodes[node].life++; /* the start that the fall has asked for */
    node_start(world, node);
}

void world_fuse(struct world *world, uint32_t number, uint32_t actions, enum world_fall fall,
                uint64_t down_ms)
{
    struct node *node = &world->nodes[number];
    node->fuse = actions;
    node->fuse_fall = fall;
    node->fuse_down_ms = down_ms;
}

/* ---- disks ---- */

void world_disk_fail(struct world *world, uint32_t node, uint32_t stores)
{
    world->nodes[node].fail_in = stores;
}

void world_fail_store(struct world *world, uint32_t node, uint32_t at)
{
    world->nodes[node].fail_store = at;
}

void world_fail_load(struct world *world, uint32_t node, uint32_t at, enum world_look how)
{
    world->nodes[node].fail_load = at;
    world->nodes[node].fail_how = how;
}

uint32_t world_store_count(const struct world *world, uint32_t node)
{
    return world->nodes[node].store_count;
}

uint32_t world_load_count(const struct world *world, uint32_t node)
{
    return world->nodes[node].load_count;
}

void world_disk_stall(struct world *world, uint32_t number, uint64_t ms)
{
    struct node *node = &world->nodes[number];
    node->stall_ms = world->now_ms + ms;
    for (size_t i = 0; i < world->queue_count; i++) {
        struct world_event *event = world->queue[i];
        if (event->kind == WORLD_STORE && event->node == number && event->at_ms < node->stall_ms) {
            event->at_ms = node->stall_ms;
        }
    }
    node->stored_ms = node->stall_ms > node->stored_ms ? node->stall_ms : node->stored_ms;
    world_queue_order(world);
}

void world_lose_commit(struct world *world, uint32_t node, const uint8_t feed[static 16],
                       uint64_t number)
{
    struct cairn_key key = {.table = CAIRN_TABLE_COMMIT, .index = number};
    struct cairn_row row;
    memcpy(key.id, feed, 16);
    assert_int_equal(disk_range(&world->nodes[node].disk, &key, number + 1, &row, 1), 1);
    disk_put(&world->nodes[node].disk, &key, cairn_bytes_of(""));
}

static void node_copy_disk(struct disk *to, const struct disk *from)
{
    disk_close(to);
    for (size_t i = 0; i < from->count; i++) {
        struct cairn_key key = cairn_key_decode(from->rows[i]->key);
        disk_put(to, &key,
                 (struct cairn_bytes){.data = from->rows[i]->value, .size = from->rows[i]->size});
    }
}

void world_backup(struct world *world, uint32_t number)
{
    struct node *node = &world->nodes[number];
    if (!node->has_backup) {
        views_open(&node->backup_views);
        node->has_backup = true;
    }
    node_copy_disk(&node->backup, &node->disk);
    views_copy(&node->backup_views, &node->views);
    node->backup_start = node->start;
}

bool world_backup_if_up(struct world *world, uint32_t number)
{
    struct cairn_core_restore restore;
    cairn_core_restore(world->nodes[number].core, &restore);
    if (world->nodes[number].is_down || restore.is_restoring || restore.is_halted) {
        return false;
    }
    world_backup(world, number);
    return true;
}

void world_roll_guard(struct world *world, uint32_t number)
{
    world->nodes[number].start = world->nodes[number].backup_start;
}

void world_put_back(struct world *world, uint32_t number, bool has_guard)
{
    struct node *node = &world->nodes[number];
    world_fall(world, number, WORLD_KILLED, 0);
    world_say(world, number, has_guard ? "put back" : "put back, no guard", 0);
    node_copy_disk(&node->disk, &node->backup);
    views_copy(&node->views, &node->backup_views);
    world_fold_forget(world, number);
    if (!has_guard) {
        node->start = (struct cairn_event){.as.start = {.guard = CAIRN_GUARD_MISSING}};
        node->start_older = node->start;
    }
    node->life++;
    node_start(world, number);
}

void world_clone(struct world *world, uint32_t from, uint32_t number)
{
    struct node *node = &world->nodes[number];
    world_backup(world, from);
    const struct node *image = &world->nodes[from];
    world_fall(world, number, WORLD_KILLED, 0);
    node_copy_disk(&node->disk, &image->backup);
    views_copy(&node->views, &image->backup_views);
    memcpy(node->local, image->local, sizeof node->local);
    node->start = image->backup_start;
    node->start_older = node->start;
    node->life++;
    node_start(world, number);
}

void world_calm(struct world *world)
{
    world->options.cut_percent = 0;
    for (uint32_t i = 0; i < world->options.nodes; i++) {
        struct node *node = &world->nodes[i];
        world_set_clock(world, i, 0, 0);
        node->stall_ms = 0;
        node->fail_in = 0;
        node->fuse = 0;
        for (uint32_t peer = 0; peer < world->options.nodes; peer++) {
            if (peer != i) {
                world_slow(world, i, peer, 0);
            }
        }
    }
}

/* ---- who they are ---- */

void world_sign_document(struct world *world, uint32_t number, struct cairn_country_doc *doc)
{
    struct node *node = &world->nodes[number];
    static uint8_t text[sizeof node->note];
    uint8_t signature[64];
    struct cairn_bytes encoded;
    struct cairn_note_writer writer;
    char name[32] = "test-sim/";
    strcat(name, world_code(world, number));
    struct cairn_note_key key = {.name = cairn_bytes_of(name), .type = CAIRN_NOTE_ED25519};
    cairn_suite_sign_public(&world->suite, node->root_seed, doc->root);
    memcpy(key.public_key, doc->root, 32);
    assert_err(cairn_country_encode(doc, text, sizeof text, &encoded), CAIRN_OK);
    cairn_suite_sign(&world->suite, node->root_seed, encoded, signature);
    cairn_note_writer_init(&writer, node->note, sizeof node->note);
    assert_err(cairn_note_put_text(&writer, encoded), CAIRN_OK);
    assert_err(cairn_note_append_signature(&writer, &key, 0, signature), CAIRN_OK);
    node->note_size = writer.size;
}

struct cairn_country_doc world_document(struct world *world, uint32_t number)
{
    struct node *node = &world->nodes[number];
    struct cairn_country_doc doc = {
        .network = cairn_bytes_of("test-sim"),
        .country = cairn_bytes_of(world_code(world, number)),
        .serial = 1,
        .sealing_count = 1,
        .node_count = 1,
        .kinds = 1,
        .valid_from_ms = 1000,
        .valid_until_ms = 4000000000000u,
    };
    world_next_root(world, number, doc.next_root);
    doc.sealing[0].number = 1;
    cairn_suite_dh_public(&world->suite, node->sealing_secrets[0], doc.sealing[0].key);
    doc.nodes[0].name = cairn_bytes_of("sim-1");
    doc.nodes[0].incarnation = 1;
    cairn_suite_sign_public(&world->suite, node->log_seed, doc.nodes[0].log);
    cairn_suite_sign_public(&world->suite, node->witness_seed, doc.nodes[0].witness);
    memcpy(doc.nodes[0].tls_spki, node->spki_hash, 32);
    doc.nodes[0].endpoint = cairn_bytes_of("sim.example:1");
    return doc;
}

/* The same country with the same keys; it knows nothing of its twin. */
static void node_copy(struct node *node, const struct node *first)
{
    memcpy(node->root_seed, first->root_seed, 32);
    memcpy(node->log_seed, first->log_seed, 32);
    memcpy(node->witness_seed, first->witness_seed, 32);
    memcpy(node->sealing_secrets[0], first->sealing_secrets[0], 32);
    memcpy(node->spki_hash, first->spki_hash, 32);
    memcpy(node->note, first->note, first->note_size);
    node->note_size = first->note_size;
}

/* The same country, by other keys. */
static void node_follow(struct node *node, const struct node *first)
{
    memcpy(node->root_seed, first->root_seed, 32);
    memcpy(node->sealing_secrets[0], first->sealing_secrets[0], 32);
    memcpy(node->note, first->note, first->note_size);
    node->note_size = first->note_size;
}

static bool world_is_next(const struct world *world, uint32_t node)
{
    return world->options.has_next && node == world->options.nodes - 1;
}

void node_open(struct world *world, uint32_t number)
{
    struct node *node = &world->nodes[number];
    node->start.as.start.guard = CAIRN_GUARD_PRESENT;
    cairn_sha256_of((struct cairn_bytes){.size = 0}, node->start.as.start.root);
    node->start_older = node->start;
    node->memory = malloc(cairn_core_size(&world->limits));
    assert_non_null(node->memory);
    views_open(&node->views);
    node->views.states = world->options.has_states ? states_open() : NULL;
    assert_err(cairn_origin_make(cairn_bytes_of("test-sim"),
                                 cairn_bytes_of(world_code(world, number)), cairn_bytes_of("sim-1"),
                                 world_is_next(world, number) ? 2 : 1, node->origin),
               CAIRN_OK);
    world_random(world, node->root_seed, 32);
    world_random(world, node->log_seed, 32);
    world_random(world, node->witness_seed, 32);
    world_random(world, node->sealing_secrets[0], 32);
    world_random(world, node->next_root_seed, 32);
    world_random(world, node->local, 32);
    world_random(world, node->spki_hash, 32);
    node->doc = world_document(world, number);
    world_sign_document(world, number, &node->doc);
    if (world_is_next(world, number)) {
        node_follow(node, &world->nodes[0]);
    }
    if (world->options.has_twin && number == world->options.nodes - 1) {
        node_copy(node, &world->nodes[0]);
        node->is_liar = true;
        world->nodes[0].is_liar = true;
    }
    node_start(world, number);
}

void node_close(struct world *world, uint32_t number)
{
    struct node *node = &world->nodes[number];
    free(node->memory);
    villain_close(node->villain);
    views_close(&node->views);
    disk_close(&node->disk);
    if (node->has_backup) {
        views_close(&node->backup_views);
        disk_close(&node->backup);
    }
}
