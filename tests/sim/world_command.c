#include "schema/operation.h"
#include "tests/sim/world_state.h"

#include <stdlib.h>
#include <string.h>

#define COMMAND_RETRY_MS 5

/* ---- what is asked for ---- */

/* The operation of an APPEND. gives its size */
static size_t command_operation(struct world *world, uint32_t node,
                                const struct world_command *command, uint8_t *out, size_t capacity)
{
    static uint8_t body[CAIRN_LIMIT_OPERATION_BYTES] = {0x81, 0, 0xc5}; /* {0: bin} */
    uint8_t random[CAIRN_ID_RANDOM_BYTES];
    struct cairn_bytes encoded;
    uint64_t mark_ms = cairn_core_mark_ms(world->nodes[node].core);
    uint64_t now_ms = world_clock_of(world, node);
    struct cairn_operation operation = {
        .kind = CAIRN_KIND_ALERT_WITHDRAW,
        .has_object = true,
        .hlc = (now_ms > mark_ms ? now_ms : mark_ms) << 16,
        .purpose = cairn_bytes_of(command->word == NULL ? "large" : command->word),
        .actor_count = 1,
        .actors = {cairn_bytes_of("sim")},
        .role = cairn_bytes_of("bureau"),
        .body = {.data = (const uint8_t *)"\x80", .size = 1},
    };
    if (command->size_bytes > 0) {
        assert_true(command->size_bytes > 255 && 5 + command->size_bytes <= sizeof body);
        cairn_bytes_put_u16(body + 3, (uint16_t)command->size_bytes);
        operation.kind = CAIRN_KIND_ALERT_ISSUE;
        operation.body = (struct cairn_bytes){.data = body, .size = 5 + command->size_bytes};
    }
    world_random(world, random, sizeof random);
    cairn_id_make(cairn_bytes_of(world_code(world, node)), random, &operation.object);
    assert_err(cairn_operation_encode(&operation, out, capacity, &encoded), CAIRN_OK);
    memmove(out, encoded.data, encoded.size);
    return encoded.size;
}

/* The event is made when the core is ready for it: its time is the time of then.
 * gives false when there is nothing to write */
static bool command_fill(struct world *world, struct world_event *due)
{
    static uint8_t buffer[CAIRN_LIMIT_OPERATION_BYTES];
    struct world_command *command = &due->command;
    struct cairn_event *event = &due->event;
    size_t size = 0;
    if (command->type == CAIRN_EVENT_DOCUMENT) {
        const struct node *shown = &world->nodes[command->country];
        event->as.document.note =
            (struct cairn_bytes){.data = shown->note, .size = shown->note_size};
        return true;
    }
    if (command->type == CAIRN_EVENT_FORGET) {
        memcpy(event->as.forget.country, world_code(world, command->country), 3);
        return true;
    }
    if (command->type == CAIRN_EVENT_APPEND) {
        size = command->write != NULL
                   ? command->write(world, due->node, command, buffer, sizeof buffer)
                   : command_operation(world, due->node, command, buffer, sizeof buffer);
        event->as.command.operation = (struct cairn_bytes){.data = buffer, .size = size};
    }
    memcpy(event->as.command.feed, command->feed, 16);
    memcpy(event->as.command.continues, command->continues, 16);
    memcpy(event->as.command.country, world_code(world, command->country), 3);
    if (command->type == CAIRN_EVENT_FEED_OPEN) {
        event->as.command.members = (const uint8_t(*)[3])due->payload;
        event->as.command.member_count = strlen(command->members) / 3;
        event->as.command.is_private = command->is_private;
    }
    return command->type != CAIRN_EVENT_APPEND || size > 0;
}

static uint64_t *command_token(struct cairn_event *event)
{
    if (event->type == CAIRN_EVENT_DOCUMENT) {
        return &event->as.document.token;
    }
    return event->type == CAIRN_EVENT_FORGET ? &event->as.forget.token : &event->as.command.token;
}

uint64_t world_begin(struct world *world, uint32_t node, const struct world_command *command)
{
    struct world_event *due = world_event_new(world, node, WORLD_COMMAND);
    uint64_t token = world->token++;
    assert_true(token < WORLD_TOKENS);
    due->event.type = command->type;
    world_say(world, node, command->word != NULL ? command->word : "is asked for", command->type);
    due->command = *command;
    const char *text = command->word == NULL ? command->members : command->word;
    if (text != NULL) {
        due->payload = malloc(strlen(text) + 1);
        assert_non_null(due->payload);
        memcpy(due->payload, text, strlen(text) + 1);
        *(command->word == NULL ? &due->command.members : &due->command.word) =
            (const char *)due->payload;
    }
    *command_token(&due->event) = token;
    world_command_due(world, due);
    return token;
}

/* Commands wait until the core is ready for them, as in node/driver_command.c. */
void world_command_due(struct world *world, struct world_event *due)
{
    const struct node *node = &world->nodes[due->node];
    uint64_t token = *command_token(&due->event);
    if (node->is_down || due->life != node->life) {
        world_answer_take(world, token, CAIRN_NO_DAEMON, NULL);
    } else if (world->now_ms < node->stall_ms) {
        world_answer_take(world, token, CAIRN_DISK_FLOOR, NULL);
    } else if (cairn_core_is_asking(node->core)) {
        world_push(world, due, world->now_ms + COMMAND_RETRY_MS);
        return;
    } else if (!command_fill(world, due)) {
        world_answer_take(world, token, CAIRN_NOT_FOUND, NULL);
    } else {
        world_step(world, due->node, &due->event);
    }
    world_event_free(world, due);
}

void world_answer_take(struct world *world, uint64_t token, cairn_err err, const uint8_t *feed)
{
    assert_true(token < WORLD_TOKENS);
    struct world_answer *answer = &world->answers[token];
    answer->is_done = true;
    answer->err = err;
    if (feed != NULL) {
        memcpy(answer->feed, feed, 16);
    }
}

bool world_answer(const struct world *world, uint64_t token, cairn_err *out_err,
                  uint8_t out_feed[static 16])
{
    const struct world_answer *answer = &world->answers[token];
    *out_err = answer->err;
    memcpy(out_feed, answer->feed, 16);
    return answer->is_done;
}

void world_policy(struct world *world, uint32_t node, const uint8_t hash[static 32])
{
    struct cairn_event event = {.type = CAIRN_EVENT_POLICY};
    memcpy(event.as.policy_hash, hash, 32);
    if (!world->nodes[node].is_down) {
        world_step(world, node, &event);
    }
}

/* ---- and waited for ---- */

static cairn_err command_wait(struct world *world, uint32_t node,
                              const struct world_command *command, uint8_t *out_feed)
{
    uint8_t feed[16];
    cairn_err err;
    uint64_t token = world_begin(world, node, command);
    for (uint32_t i = 0; i < 1000 && !world->answers[token].is_done; i++) {
        world_run(world, COMMAND_RETRY_MS);
    }
    if (!world_answer(world, token, &err, feed)) {
        return CAIRN_TIMEOUT;
    }
    if (out_feed != NULL) {
        memcpy(out_feed, feed, 16);
    }
    return err;
}

cairn_err world_show(struct world *world, uint32_t node, uint32_t shown)
{
    return command_wait(
        world, node, &(struct world_command){.type = CAIRN_EVENT_DOCUMENT, .country = shown}, NULL);
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
    struct world_command command = {.type = CAIRN_EVENT_FORGET, .country = country};
    assert_err(command_wait(world, node, &command, NULL), CAIRN_OK);
}

cairn_err world_feed_open(struct world *world, uint32_t node, const char *members,
                          uint8_t out_feed[static 16])
{
    return command_wait(world, node,
                        &(struct world_command){.type = CAIRN_EVENT_FEED_OPEN, .members = members},
                        out_feed);
}

cairn_err world_private_open(struct world *world, uint32_t node, uint8_t out_feed[static 16])
{
    return command_wait(world, node,
                        &(struct world_command){.type = CAIRN_EVENT_FEED_OPEN,
                                                .members = world_code(world, node),
                                                .is_private = true},
                        out_feed);
}

static cairn_err command_of_feed(struct world *world, uint32_t node, const uint8_t *feed,
                                 struct world_command command)
{
    memcpy(command.feed, feed, 16);
    return command_wait(world, node, &command, NULL);
}

cairn_err world_admit(struct world *world, uint32_t node, const uint8_t feed[static 16],
                      uint32_t country)
{
    return command_of_feed(
        world, node, feed,
        (struct world_command){.type = CAIRN_EVENT_FEED_ADMIT, .country = country});
}

cairn_err world_rekey(struct world *world, uint32_t node, const uint8_t feed[static 16])
{
    return command_of_feed(world, node, feed,
                           (struct world_command){.type = CAIRN_EVENT_FEED_REKEY});
}

cairn_err world_append(struct world *world, uint32_t node, const uint8_t feed[static 16],
                       const char *word)
{
    return command_of_feed(world, node, feed,
                           (struct world_command){.type = CAIRN_EVENT_APPEND, .word = word});
}

cairn_err world_append_large(struct world *world, uint32_t node, const uint8_t feed[static 16],
                             size_t size_bytes)
{
    return command_of_feed(
        world, node, feed,
        (struct world_command){.type = CAIRN_EVENT_APPEND, .size_bytes = size_bytes});
}

bool world_find_pairwise(struct world *world, uint32_t node, uint32_t partner,
                         uint8_t out_feed[static 16])
{
    return !world->nodes[node].is_down &&
           cairn_core_pairwise(world->nodes[node].core, (const uint8_t *)world_code(world, partner),
                               out_feed);
}

void world_pairwise(struct world *world, uint32_t node, uint32_t partner,
                    uint8_t out_feed[static 16])
{
    assert_true(cairn_core_pairwise(world->nodes[node].core,
                                    (const uint8_t *)world_code(world, partner), out_feed));
}

/* ---- the world begins and ends ---- */

struct world *world_open(const struct world_options *options)
{
    struct world *world = calloc(1, sizeof *world);
    uint32_t nodes = options->nodes;
    assert_non_null(world);
    assert_true(nodes >= 1 && nodes <= WORLD_NODES_MAX);
    world->options = *options;
    world->rng.state = options->seed;
    world->now_ms = WORLD_EPOCH_MS;
    world->answers = calloc(WORLD_TOKENS, sizeof *world->answers);
    world->limits = (struct cairn_core_limits){
        .countries = nodes + 8, .journals = nodes + 8, .feeds = NODE_FEEDS_MAX, .links = nodes};
    cairn_sha256_init(&world->trace);
    if (options->is_real) {
        assert_err(cairn_suite_open_real(&world->suite), CAIRN_OK);
    } else {
        cairn_suite_init_fake(&world->suite);
    }
    world->history = history_open();
    world_fold_open(world);
    for (uint32_t i = 0; i < nodes; i++) {
        node_open(world, i);
    }
    for (uint32_t i = 0; i < nodes; i++) {
        assert_err(world_show(world, i, i), CAIRN_OK);
    }
    return world;
}

void world_close(struct world *world)
{
    world_queue_close(world);
    for (uint32_t i = 0; i < world->options.nodes; i++) {
        node_close(world, i);
    }
    history_close(world->history);
    world_fold_close(world);
    cairn_suite_close(&world->suite);
    free(world->answers);
    free(world);
}
