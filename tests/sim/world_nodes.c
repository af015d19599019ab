#include "tests/sim/world.h"

#include "crypto/note.h"
#include "schema/commit.h"
#include "schema/country.h"
#include "tests/sim/world_state.h"

#include <stdlib.h>
#include <string.h>

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
    node->has_begun = false;
    node->start.type = CAIRN_EVENT_START;
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
    struct cairn_event start = node->start;
    node->has_begun = true;
    world_step(world, number, &start);
}

void world_sign_document(struct world *world, uint32_t number, struct cairn_country_doc *doc)
{
    struct node *node = &world->nodes[number];
    uint8_t text[2048];
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
    world_random(world, doc.next_root, 32);
    doc.sealing[0].number = 1;
    cairn_suite_dh_public(&world->suite, node->sealing_secret, doc.sealing[0].key);
    doc.nodes[0].name = cairn_bytes_of("sim-1");
    doc.nodes[0].incarnation = 1;
    cairn_suite_sign_public(&world->suite, node->log_seed, doc.nodes[0].log);
    cairn_suite_sign_public(&world->suite, node->witness_seed, doc.nodes[0].witness);
    memcpy(doc.nodes[0].tls_spki, node->spki_hash, 32);
    doc.nodes[0].endpoint = cairn_bytes_of("sim.example:1");
    return doc;
}

/* Commands wait until the core is ready for them, as in node/driver_command.c. */
static void world_hold(struct world *world, uint32_t node)
{
    for (uint32_t i = 0; i < 1000 && cairn_core_is_asking(world->nodes[node].core); i++) {
        world_run(world, 5);
    }
}

static cairn_err world_wait(struct world *world, uint32_t node, struct cairn_event *event,
                            uint8_t *out_feed)
{
    world_hold(world, node);
    uint64_t token = world->token++;
    assert_true(token < WORLD_TOKENS);
    if (event->type == CAIRN_EVENT_DOCUMENT) {
        event->as.document.token = token;
    } else if (event->type == CAIRN_EVENT_FORGET) {
        event->as.forget.token = token;
    } else {
        event->as.command.token = token;
    }
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

cairn_err world_show(struct world *world, uint32_t node, uint32_t shown)
{
    struct cairn_event event = {.type = CAIRN_EVENT_DOCUMENT};
    event.as.document.note = (struct cairn_bytes){.data = world->nodes[shown].note,
                                                  .size = world->nodes[shown].note_size};
    return world_wait(world, node, &event, NULL);
}

/* The same country with the same keys; it knows nothing of its twin. */
static void node_copy(struct node *node, const struct node *first)
{
    memcpy(node->root_seed, first->root_seed, 32);
    memcpy(node->log_seed, first->log_seed, 32);
    memcpy(node->witness_seed, first->witness_seed, 32);
    memcpy(node->sealing_secret, first->sealing_secret, 32);
    memcpy(node->spki_hash, first->spki_hash, 32);
    memcpy(node->note, first->note, first->note_size);
    node->note_size = first->note_size;
}

/* The same country, by other keys. */
static void node_follow(struct node *node, const struct node *first)
{
    memcpy(node->root_seed, first->root_seed, 32);
    memcpy(node->sealing_secret, first->sealing_secret, 32);
    memcpy(node->note, first->note, first->note_size);
    node->note_size = first->note_size;
}

static bool world_is_next(const struct world *world, uint32_t node)
{
    return world->options.has_next && node == world->options.nodes - 1;
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
    world->history = history_open();
    for (uint32_t i = 0; i < options->nodes; i++) {
        struct node *node = &world->nodes[i];
        node->start.as.start.guard = CAIRN_GUARD_PRESENT;
        cairn_sha256_of((struct cairn_bytes){.size = 0}, node->start.as.start.root);
        node->memory = malloc(cairn_core_size(&world->limits));
        node->words = calloc(NODE_WORDS_MAX, sizeof *node->words);
        assert_non_null(node->memory);
        assert_err(cairn_origin_make(cairn_bytes_of("test-sim"),
                                     cairn_bytes_of(world_code(world, i)), cairn_bytes_of("sim-1"),
                                     world_is_next(world, i) ? 2 : 1, node->origin),
                   CAIRN_OK);
        world_random(world, node->root_seed, 32);
        world_random(world, node->log_seed, 32);
        world_random(world, node->witness_seed, 32);
        world_random(world, node->sealing_secret, 32);
        world_random(world, node->local, 32);
        world_random(world, node->spki_hash, 32);
        struct cairn_country_doc doc = world_document(world, i);
        world_sign_document(world, i, &doc);
        if (options->has_next && i == options->nodes - 1) {
            node_follow(node, &world->nodes[0]);
        }
        if (options->has_twin && i == options->nodes - 1) {
            node_copy(node, &world->nodes[0]);
        }
        node_start(world, i);
    }
    for (uint32_t i = 0; i < options->nodes; i++) {
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
        disk_close(&world->nodes[i].backup);
    }
    history_close(world->history);
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
    memcpy(event.as.forget.country, world_code(world, country), 3);
    assert_err(world_wait(world, node, &event, NULL), CAIRN_OK);
}

cairn_err world_feed_open(struct world *world, uint32_t node, const char *members,
                          uint8_t out_feed[static 16])
{
    struct cairn_event event = {.type = CAIRN_EVENT_FEED_OPEN};
    uint8_t codes[WORLD_NODES_MAX][3];
    assert_true(strlen(members) <= sizeof codes);
    memcpy(codes, members, strlen(members));
    event.as.command.members = (const uint8_t(*)[3])codes;
    event.as.command.member_count = strlen(members) / 3;
    return world_wait(world, node, &event, out_feed);
}

cairn_err world_admit(struct world *world, uint32_t node, const uint8_t feed[static 16],
                      uint32_t country)
{
    struct cairn_event event = {.type = CAIRN_EVENT_FEED_ADMIT};
    memcpy(event.as.command.feed, feed, 16);
    memcpy(event.as.command.country, world_code(world, country), 3);
    return world_wait(world, node, &event, NULL);
}

cairn_err world_rekey(struct world *world, uint32_t node, const uint8_t feed[static 16])
{
    struct cairn_event event = {.type = CAIRN_EVENT_FEED_REKEY};
    memcpy(event.as.command.feed, feed, 16);
    return world_wait(world, node, &event, NULL);
}

static cairn_err world_append_operation(struct world *world, uint32_t node,
                                        const uint8_t feed[static 16],
                                        struct cairn_operation *operation)
{
    static uint8_t buffer[CAIRN_LIMIT_OPERATION_BYTES];
    uint8_t random[CAIRN_ID_RANDOM_BYTES];
    struct cairn_event event = {.type = CAIRN_EVENT_APPEND};
    world_hold(world, node);
    operation->has_object = true;
    operation->hlc = world->now_ms << 16;
    operation->actor_count = 1;
    operation->actors[0] = cairn_bytes_of("sim");
    operation->role = cairn_bytes_of("bureau");
    world_random(world, random, sizeof random);
    cairn_id_make(cairn_bytes_of(world_code(world, node)), random, &operation->object);
    memcpy(event.as.command.feed, feed, 16);
    assert_err(
        cairn_operation_encode(operation, buffer, sizeof buffer, &event.as.command.operation),
        CAIRN_OK);
    return world_wait(world, node, &event, NULL);
}

cairn_err world_append(struct world *world, uint32_t node, const uint8_t feed[static 16],
                       const char *word)
{
    struct cairn_operation operation = {
        .kind = CAIRN_KIND_ALERT_WITHDRAW,
        .purpose = cairn_bytes_of(word),
        .body = {.data = (const uint8_t *)"\x80", .size = 1},
    };
    return world_append_operation(world, node, feed, &operation);
}

cairn_err world_append_large(struct world *world, uint32_t node, const uint8_t feed[static 16],
                             size_t size_bytes)
{
    static uint8_t body[CAIRN_LIMIT_OPERATION_BYTES] = {0x81, 0, 0xc5}; /* {0: bin} */
    struct cairn_operation operation = {
        .kind = CAIRN_KIND_ALERT_ISSUE,
        .purpose = cairn_bytes_of("large"),
        .body = {.data = body, .size = 5 + size_bytes},
    };
    assert_true(size_bytes > 255 && 5 + size_bytes <= sizeof body);
    cairn_bytes_put_u16(body + 3, (uint16_t)size_bytes);
    return world_append_operation(world, node, feed, &operation);
}

void world_pairwise(struct world *world, uint32_t node, uint32_t partner,
                    uint8_t out_feed[static 16])
{
    assert_true(cairn_core_pairwise(world->nodes[node].core,
                                    (const uint8_t *)world_code(world, partner), out_feed));
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
        struct cairn_key key = cairn_key_decode(from->rows[i].key);
        disk_put(to, &key,
                 (struct cairn_bytes){.data = from->rows[i].value, .size = from->rows[i].size});
    }
}

void world_backup(struct world *world, uint32_t number)
{
    struct node *node = &world->nodes[number];
    node_copy_disk(&node->backup, &node->disk);
    memcpy(node->backup_cursors, node->cursors, sizeof node->cursors);
    node->backup_cursor_count = node->cursor_count;
    node->backup_word_count = node->word_count;
    node->backup_start = node->start;
}

void world_roll_guard(struct world *world, uint32_t number)
{
    world->nodes[number].start = world->nodes[number].backup_start;
}

void world_put_back(struct world *world, uint32_t number, bool has_guard)
{
    struct node *node = &world->nodes[number];
    node_copy_disk(&node->disk, &node->backup);
    memcpy(node->cursors, node->backup_cursors, sizeof node->cursors);
    node->cursor_count = node->backup_cursor_count;
    node->word_count = node->backup_word_count;
    if (!has_guard) {
        node->start = (struct cairn_event){.as.start = {.guard = CAIRN_GUARD_MISSING}};
    }
    world_crash(world, number);
}

/* What node/guard.c does. */
void world_guard(struct world *world, uint32_t number)
{
    struct node *node = &world->nodes[number];
    struct cairn_core_restore restore;
    if (!node->has_begun) {
        return;
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

void world_cut(struct world *world, uint32_t a, uint32_t b, bool is_allowed)
{
    world_pair_of(world, a, b)->is_barred = !is_allowed;
    world_hang_up(world, a, b);
}

void world_calm(struct world *world)
{
    world->options.cut_percent = 0;
}

uint32_t world_find_word(const struct world *world, uint32_t node, const char *word)
{
    uint32_t i = 0;
    while (i < world->nodes[node].word_count && strcmp(world->nodes[node].words[i], word) != 0) {
        i++;
    }
    return i;
}

bool world_knows(const struct world *world, uint32_t node, const char *word)
{
    uint32_t found = world_find_word(world, node, word);
    return found < world->nodes[node].word_count && !world->nodes[node].are_gone[found];
}

bool world_disk_holds(const struct world *world, uint32_t node, struct cairn_bytes bytes)
{
    return disk_holds(&world->nodes[node].disk, bytes);
}

size_t world_private_commit_max(const struct world *world, uint32_t node,
                                const uint8_t feed[static 16])
{
    const struct disk *disk = &world->nodes[node].disk;
    static struct cairn_row commits[64], entries[WORLD_ROWS_MAX];
    struct cairn_key key = {.table = CAIRN_TABLE_COMMIT};
    size_t largest = 0;
    memcpy(key.id, feed, 16);
    size_t commit_count = disk_range(disk, &key, UINT64_MAX, commits, 64);
    assert_true(commit_count > 0 && commit_count < 64);
    key.table = CAIRN_TABLE_ENTRY;
    for (size_t i = 0; i < commit_count; i++) {
        struct cairn_opening opening;
        size_t size = 0;
        assert_err(cairn_opening_decode(commits[i].value.data, &opening), CAIRN_OK);
        key.index = opening.previous_size;
        size_t count = disk_range(disk, &key, opening.size, entries, WORLD_ROWS_MAX);
        assert_int_equal(count, opening.size - opening.previous_size);
        for (size_t at = 0; at < count; at++) {
            size += 4 + entries[at].value.size;
        }
        largest = size > largest ? size : largest;
    }
    return largest;
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
