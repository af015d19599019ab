#include "tests/sim/forger.h"

#include "tests/sim/world_state.h"

#include <stdlib.h>
#include <string.h>

#define FORGER_PAUSE_MS 2000u

void forger_open(struct world *world, uint32_t node, struct author *out)
{
    const struct node *own = &world->nodes[node];
    world_make_villain(world, node, WORLD_PLAY_MUTE);
    author_open(out, &world->suite, world_code(world, node));
    assert_string_equal(out->origin, own->origin);
    memcpy(out->root_seed, own->root_seed, 32);
    memcpy(out->log_seed, own->log_seed, 32);
    memcpy(out->witness_seed, own->witness_seed, 32);
    memcpy(out->sealing_secret, own->sealing_secrets[0], 32);
    memcpy(out->spki_hash, own->spki_hash, 32);
}

void forger_push(struct world *world, uint32_t from, uint32_t to,
                 const struct cairn_message *message, uint64_t at_ms)
{
    static uint8_t encoded[CAIRN_LIMIT_FRAME_BYTES];
    struct world_event *event = world_event_new(world, to, WORLD_STEP);
    struct cairn_bytes frame;
    event->wire = world_pair_of(world, from, to)->wire;
    event->event.type = CAIRN_EVENT_LINK_FRAME;
    event->event.as.link.link = from;
    assert_true(event->wire != 0);
    assert_err(cairn_message_encode(message, encoded, sizeof encoded, &frame), CAIRN_OK);
    event->payload = malloc(frame.size);
    assert_non_null(event->payload);
    memcpy(event->payload, frame.data, frame.size);
    event->event.as.link.frame = (struct cairn_bytes){.data = event->payload, .size = frame.size};
    world_push(world, event, at_ms);
}

void forger_say(struct world *world, uint32_t from, uint32_t to,
                const struct cairn_message *message)
{
    forger_push(world, from, to, message, world->now_ms + 1);
    world_run(world, FORGER_PAUSE_MS);
}

struct author_member forger_member(struct world *world, uint32_t node)
{
    struct author_member member = {.country = world_code(world, node)};
    cairn_suite_dh_public(&world->suite, world->nodes[node].sealing_secrets[0], member.sealing);
    return member;
}

cairn_err forger_blame(const struct world *world, uint32_t node)
{
    return world->nodes[node].blame_err;
}

uint32_t forger_unopened(const struct world *world, uint32_t node)
{
    return world->nodes[node].unopened_count;
}

struct cairn_core_peer forger_peer(struct world *world, uint32_t node, const struct author *author)
{
    struct cairn_core_peer peer = {.origin = ""};
    struct cairn_core *core = world_core(world, node);
    for (uint32_t i = 1; i < cairn_core_peer_count(core); i++) {
        cairn_core_peer(core, i, &peer);
        if (strcmp(peer.origin, author->origin) == 0) {
            return peer;
        }
    }
    fail_msg("node %u does not know %s", node, author->origin);
    return peer;
}
