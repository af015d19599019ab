#include "tests/sim/officer.h"
#include "tests/sim/storm.h"
#include "tests/sim/world_state.h"

#include <string.h>

/* What officers write in a storm, and what their operations must come to. */

void storm_officers(struct storm *storm)
{
    for (uint32_t left = storm->has_states ? test_rng_below(&storm->officers, 4) : 0; left > 0;
         left--) {
        struct world_command write = {.type = CAIRN_EVENT_APPEND, .write = officer_write};
        test_rng_bytes(&storm->officers, &write.dice, sizeof write.dice);
        (void)world_begin(storm->world, test_rng_below(&storm->officers, storm->nodes), &write);
    }
}

static bool states_is_shown(const struct storm *storm, uint32_t node)
{
    return !storm->world->nodes[node].is_liar && !storm->world->nodes[node].is_down;
}

/* What a node shows follows from what it has opened, in whatever order. */
static void check_alone(const struct storm *storm, uint32_t node)
{
    const struct states *states = world_states(storm->world, node);
    struct states *again = states_open();
    states_refold(states, storm->seed + node, again);
    for (uint32_t i = 0; i < states->object_count; i++) {
        const struct states_object *object = &states->objects[i];
        if (!states_has_its_rows(object)) {
            fail_msg("%s has other rows of %.23s in its index than its state gives",
                     world_countries[node], (const char *)object->key.data);
        }
        if (!states_is_same(object, &again->objects[i])) {
            fail_msg("%s shows %.23s otherwise when its operations come in another order",
                     world_countries[node], (const char *)object->key.data);
        }
    }
    states_close(again);
}

/* Who has the same operations of an object shows the same. */
static void check_objects(const struct storm *storm, uint32_t one, uint32_t other)
{
    const struct states *left = world_states(storm->world, one);
    const struct states *right = world_states(storm->world, other);
    for (uint32_t i = 0; i < left->object_count; i++) {
        const struct states_object *object = &left->objects[i];
        const struct states_object *held = states_find(right, &object->key);
        uint8_t digests[2][32];
        if (held == NULL) {
            continue;
        }
        states_digest(left, object, digests[0]);
        states_digest(right, held, digests[1]);
        if (memcmp(digests[0], digests[1], 32) == 0 && !states_is_same(object, held)) {
            fail_msg("%s and %s have the same operations of %.23s, and show it otherwise",
                     world_countries[one], world_countries[other], (const char *)object->key.data);
        }
    }
}

static bool states_has(const struct states *states, const struct states_entry *wanted)
{
    for (uint32_t i = 0; i < states->entry_count; i++) {
        if (memcmp(states->entries[i].entry_id, wanted->entry_id, 32) == 0) {
            return states->entries[i].floor_ms == wanted->floor_ms &&
                   states->entries[i].index == wanted->index;
        }
    }
    return false;
}

/* Who has opened as much of a feed has the same operations of it, under the same marks. */
static void check_entries(const struct storm *storm, uint32_t one, uint32_t other)
{
    const struct node *left = &storm->world->nodes[one], *right = &storm->world->nodes[other];
    for (uint32_t i = 0; i < left->views.states->entry_count; i++) {
        const struct states_entry *entry = &left->views.states->entries[i];
        if (views_commits(&left->views, entry->feed) == views_commits(&right->views, entry->feed) &&
            !states_has(right->views.states, entry)) {
            fail_msg("%s lacks an operation of %s that %s has, or has it otherwise",
                     world_countries[other], entry->country, world_countries[one]);
        }
    }
}

void storm_check_states(const struct storm *storm)
{
    for (uint32_t one = 0; storm->has_states && one < storm->nodes; one++) {
        if (!states_is_shown(storm, one)) {
            continue;
        }
        check_alone(storm, one);
        for (uint32_t other = 0; other < storm->nodes; other++) {
            if (other != one && states_is_shown(storm, other)) {
                check_objects(storm, one, other);
                check_entries(storm, one, other);
            }
        }
    }
}

/* ---- views that are lost ---- */

bool storm_lose_views(struct storm *storm)
{
    uint32_t node = test_rng_below(&storm->officers, storm->nodes);
    struct node *loser = &storm->world->nodes[node];
    if (!storm->has_states || !states_is_shown(storm, node)) {
        return false;
    }
    storm->kept = states_open();
    storm->kept_of = node;
    states_copy(storm->kept, world_states(storm->world, node));
    views_clear(&loser->views);
    world_fall(storm->world, node, WORLD_KILLED, 0);
    return true;
}

void storm_check_kept(struct storm *storm)
{
    const struct states *now = world_states(storm->world, storm->kept_of);
    struct states *kept = storm->kept;
    states_due(kept, world_clock_of(storm->world, storm->kept_of)); /* parked meanwhile */
    for (uint32_t i = 0; i < kept->object_count; i++) {
        const struct states_object *found = states_find(now, &kept->objects[i].key);
        if (found == NULL || !states_is_same(found, &kept->objects[i])) {
            fail_msg("%s shows %.23s otherwise after its views were made again",
                     world_countries[storm->kept_of], (const char *)kept->objects[i].key.data);
        }
    }
    assert_int_equal(now->object_count, kept->object_count);
    states_close(storm->kept);
    storm->kept = NULL;
}
