#include "tests/sim/world_state.h"

#include <stdlib.h>
#include <string.h>

static bool queue_before(const struct world_event *a, const struct world_event *b)
{
    return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->order < b->order;
}

static void queue_rise(struct world *world, size_t at)
{
    struct world_event *event = world->queue[at];
    while (at > 0 && queue_before(event, world->queue[(at - 1) / 2])) {
        world->queue[at] = world->queue[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    world->queue[at] = event;
}

static void queue_sink(struct world *world, size_t at)
{
    struct world_event *event = world->queue[at];
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= world->queue_count) {
            break;
        }
        if (child + 1 < world->queue_count &&
            queue_before(world->queue[child + 1], world->queue[child])) {
            child++;
        }
        if (!queue_before(world->queue[child], event)) {
            break;
        }
        world->queue[at] = world->queue[child];
        at = child;
    }
    world->queue[at] = event;
}

void world_push(struct world *world, struct world_event *event, uint64_t at_ms)
{
    event->at_ms = at_ms;
    event->order = world->order++;
    if (world->queue_count == world->queue_capacity) {
        world->queue_capacity = world->queue_capacity == 0 ? 256 : world->queue_capacity * 2;
        world->queue = realloc(world->queue, world->queue_capacity * sizeof(struct world_event *));
        assert_non_null(world->queue);
    }
    world->queue[world->queue_count++] = event;
    queue_rise(world, world->queue_count - 1);
}

struct world_event *world_pop(struct world *world)
{
    struct world_event *first = world->queue[0];
    world->queue_count--;
    if (world->queue_count > 0) {
        world->queue[0] = world->queue[world->queue_count];
        queue_sink(world, 0);
    }
    return first;
}

void world_queue_order(struct world *world)
{
    for (size_t at = world->queue_count / 2; at > 0; at--) {
        queue_sink(world, at - 1);
    }
}

struct world_event *world_event_new(struct world *world, uint32_t node, enum world_kind kind)
{
    struct world_event *event = world->free_events;
    if (event == NULL) {
        event = malloc(sizeof *event);
        assert_non_null(event);
    } else {
        world->free_events = event->next_free;
    }
    memset(event, 0, sizeof *event);
    event->node = node;
    event->life = world->nodes[node].life;
    event->kind = kind;
    return event;
}

void world_event_free(struct world *world, struct world_event *event)
{
    free(event->payload);
    free(event->puts);
    event->next_free = world->free_events;
    world->free_events = event;
}

void world_queue_close(struct world *world)
{
    while (world->queue_count > 0) {
        world_event_free(world, world_pop(world));
    }
    while (world->free_events != NULL) {
        struct world_event *event = world->free_events;
        world->free_events = event->next_free;
        free(event);
    }
    free(world->queue);
}

uint64_t world_delay(struct world *world, uint64_t max_ms)
{
    return max_ms == 0 ? 0 : test_rng_below(&world->rng, (uint32_t)max_ms + 1);
}
