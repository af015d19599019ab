#include "tests/sim/world_state.h"

#include <stdlib.h>
#include <string.h>

#define WIRE_DOUBT_MS 5000 /* so silent, and the peer calls anew: the old link is dead */

/* A connection has two ends, and each host its own view of it: one may have heard that it broke
 * while the other still believes in it. What a side sends then is gone. The rules of node/link.h:
 * one link for each peer; the newer one counts when the old one is silent. */

struct world_pair *world_pair_of(struct world *world, uint32_t a, uint32_t b)
{
    return a < b ? &world->pairs[a][b] : &world->pairs[b][a];
}

static struct world_side *wire_side(struct world *world, uint32_t node, uint32_t peer)
{
    return &world_pair_of(world, node, peer)->side[node > peer];
}

/* An end of a connection hears that it is there, or gone. */
struct wire_news {
    uint32_t node, peer, wire;
    enum cairn_event_type type;
};

static void wire_tell(struct world *world, struct wire_news news, uint64_t at_ms)
{
    struct world_event *event = world_event_new(world, news.node, WORLD_STEP);
    event->event.type = news.type;
    event->event.as.link.link = news.peer;
    memcpy(event->event.as.link.spki_hash, world->nodes[news.peer].spki_hash, 32);
    event->wire = news.wire;
    world_push(world, event, at_ms);
}

static void wire_break(struct world *world, uint32_t a, uint32_t b, const uint64_t at_ms[2])
{
    struct world_pair *pair = world_pair_of(world, a, b);
    const uint32_t ends[2] = {a < b ? a : b, a < b ? b : a};
    if (pair->wire == 0) {
        return;
    }
    pair->retry_ms = world->now_ms + 1 + world_delay(world, world->options.retry_ms_max);
    for (uint32_t i = 0; i < 2; i++) { /* where UP is still to come, DOWN follows it */
        wire_tell(world,
                  (struct wire_news){ends[i], ends[1 - i], pair->wire, CAIRN_EVENT_LINK_DOWN},
                  at_ms[i] > pair->up_ms[i] ? at_ms[i] : pair->up_ms[i]);
    }
    pair->wire = 0;
}

/* It drops the link: what was sent before still arrives. */
void world_hang_up(struct world *world, uint32_t node, uint32_t peer)
{
    const struct world_pair *pair = world_pair_of(world, node, peer);
    uint64_t last_ms = pair->free_ms[node > peer];
    uint64_t at_ms[2] = {world->now_ms, world->now_ms};
    at_ms[node < peer] = last_ms > world->now_ms ? last_ms : world->now_ms;
    wire_break(world, node, peer, at_ms);
}

void world_break(struct world *world, uint32_t a, uint32_t b, uint64_t half_open_ms)
{
    struct world_pair *pair = world_pair_of(world, a, b);
    uint64_t at_ms[2] = {world->now_ms, world->now_ms};
    at_ms[test_rng_below(&world->rng, 2)] += half_open_ms;
    for (uint32_t i = 0; i < 2; i++) { /* what is lost stays lost, and all behind it */
        bool is_deaf = test_rng_below(&world->rng, 2) == 0 || half_open_ms > 0;
        pair->side[i].is_deaf = pair->side[i].is_deaf || is_deaf;
    }
    wire_break(world, a, b, at_ms);
}

void world_lose_links(struct world *world, uint32_t node)
{
    for (uint32_t peer = 0; peer < world->options.nodes; peer++) {
        if (peer != node) {
            world_break(world, node, peer, 0);
            struct world_side *side = wire_side(world, node, peer);
            side->is_up = false; /* it will not hear of it */
            side->wire = 0;
        }
    }
}

/* Nobody dials before both ends have heard of the last connection. */
static bool wire_is_free(const struct world *world, const struct world_pair *pair, uint32_t end)
{
    const struct world_side *side = &pair->side[end];
    return world->now_ms > pair->up_ms[end] &&
           (!side->is_up || world->now_ms >= side->heard_ms + WIRE_DOUBT_MS);
}

static void wire_connect(struct world *world, uint32_t a, uint32_t b)
{
    struct world_pair *pair = &world->pairs[a][b];
    const uint32_t ends[2] = {a, b};
    for (uint32_t i = 0; i < 2; i++) {
        if (pair->side[i].is_up) { /* the old one, which nobody answers any more */
            wire_tell(
                world,
                (struct wire_news){ends[i], ends[1 - i], pair->side[i].wire, CAIRN_EVENT_LINK_DOWN},
                world->now_ms);
        }
    }
    pair->wire = ++world->wire;
    for (uint32_t i = 0; i < 2; i++) {
        uint64_t at_ms = world->now_ms + world_delay(world, world->options.latency_ms_max);
        pair->free_ms[1 - i] = at_ms; /* nothing arrives before it is up */
        pair->up_ms[i] = at_ms;
        wire_tell(world, (struct wire_news){ends[i], ends[1 - i], pair->wire, CAIRN_EVENT_LINK_UP},
                  at_ms);
    }
}

void world_dial(struct world *world)
{
    for (uint32_t a = 0; a < world->options.nodes; a++) {
        for (uint32_t b = a + 1; b < world->options.nodes; b++) {
            struct world_pair *pair = &world->pairs[a][b];
            if (pair->wire == 0 && !pair->is_barred && pair->retry_ms <= world->now_ms &&
                !world->nodes[a].is_down && !world->nodes[b].is_down &&
                wire_is_free(world, pair, 0) && wire_is_free(world, pair, 1) &&
                world_recognises(world, a, b) && world_recognises(world, b, a)) {
                wire_connect(world, a, b);
            }
        }
    }
}

static void wire_say_sent(struct world *world, uint32_t node, uint32_t peer, uint64_t size,
                          uint64_t at_ms)
{
    struct world_event *sent = world_event_new(world, node, WORLD_STEP);
    sent->event.type = CAIRN_EVENT_LINK_SENT;
    sent->event.as.link.link = peer;
    sent->event.as.link.sent_bytes = size;
    sent->wire = wire_side(world, node, peer)->wire;
    world_push(world, sent, at_ms);
}

static struct world_event *wire_copy(struct world *world, const struct world_event *event)
{
    struct world_event *copy = world_event_new(world, event->node, WORLD_STEP);
    struct cairn_bytes frame = event->event.as.link.frame;
    copy->wire = event->wire;
    copy->event = event->event;
    copy->payload = malloc(frame.size + 4);
    assert_non_null(copy->payload);
    memcpy(copy->payload + 4, frame.data, frame.size);
    copy->event.as.link.frame.data = copy->payload + 4;
    return copy;
}

void world_send(struct world *world, uint32_t node, const struct cairn_action *action)
{
    uint32_t peer = action->as.send.link;
    struct world_pair *pair = world_pair_of(world, node, peer);
    const struct world_side *side = &pair->side[node > peer];
    size_t size = action->as.send.head.size + action->as.send.body.size;
    if (!side->is_up) {
        return;
    }
    if (pair->wire != side->wire) { /* half open: goes nowhere */
        wire_say_sent(world, node, peer, size, world->now_ms);
        return;
    }
    if (test_rng_below(&world->rng, 10000) < world->options.cut_percent) {
        world_break(world, node, peer, 0);
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
    struct cairn_bytes frame = {.data = event->payload + 4, .size = size - 4};
    event->event.type = CAIRN_EVENT_LINK_FRAME;
    event->event.as.link.link = node;
    event->event.as.link.frame = frame;
    uint32_t times = 1;
    if (world->nodes[node].villain != NULL) {
        times = villain_send(world, node, event);
    } else {
        history_hear(world, frame);
    }
    uint64_t *free_ms = &pair->free_ms[node > peer];
    uint32_t slow = pair->bytes_per_s[node > peer];
    uint64_t at_ms = world->now_ms + world_delay(world, world->options.latency_ms_max);
    *free_ms = at_ms > *free_ms ? at_ms : *free_ms;
    *free_ms += slow == 0 ? 0 : size * 1000 / slow;
    wire_say_sent(world, node, peer, size, slow == 0 ? world->now_ms : *free_ms);
    for (; times > 1; times--) {
        world_push(world, wire_copy(world, event), *free_ms);
    }
    if (times == 0) {
        world_event_free(world, event);
    } else {
        world_push(world, event, *free_ms);
    }
}

bool world_wire_take(struct world *world, const struct world_event *event)
{
    struct world_side *side = wire_side(world, event->node, event->event.as.link.link);
    bool is_it = side->is_up && side->wire == event->wire;
    if (event->event.type == CAIRN_EVENT_LINK_UP) {
        if (side->is_up) {
            return false;
        }
        *side = (struct world_side){.is_up = true, .wire = event->wire, .heard_ms = world->now_ms};
        return true;
    }
    if (event->event.type == CAIRN_EVENT_LINK_FRAME && is_it) {
        side->heard_ms = side->is_deaf ? side->heard_ms : world->now_ms;
        return !side->is_deaf;
    }
    side->is_up = side->is_up && !(event->event.type == CAIRN_EVENT_LINK_DOWN && is_it);
    return is_it;
}

void world_cut(struct world *world, uint32_t a, uint32_t b, bool is_allowed)
{
    world_say(world, a, is_allowed ? "line allowed" : "line barred", b);
    world_pair_of(world, a, b)->is_barred = !is_allowed;
    world_break(world, a, b, 0);
}

void world_stick(struct world *world, uint32_t from, uint32_t to, uint64_t ms)
{
    uint64_t *free_ms = &world_pair_of(world, from, to)->free_ms[from > to];
    uint64_t until_ms = world->now_ms + ms;
    *free_ms = until_ms > *free_ms ? until_ms : *free_ms;
}

void world_slow(struct world *world, uint32_t from, uint32_t to, uint32_t bytes_per_s)
{
    world_pair_of(world, from, to)->bytes_per_s[from > to] = bytes_per_s;
}
