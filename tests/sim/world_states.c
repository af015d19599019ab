#include "replication/log/keys.h"
#include "schema/commit.h"
#include "schema/feedop.h"
#include "tests/sim/states.h"
#include "tests/sim/world_state.h"

#include <string.h>

/* What node/views does with operations of objects, from the node's simulated disk and clock. */

/* The last mark in a commit of a control feed, 0 if none. */
static uint64_t floor_mark_in(struct cairn_bytes row)
{
    struct cairn_commit commit;
    struct cairn_commit_cursor cursor;
    struct cairn_commit_entry entry;
    uint64_t mark_ms = 0;
    size_t fault_at;
    assert_err(cairn_commit_decode(row, &commit, &fault_at), CAIRN_OK);
    cairn_commit_cursor_init(&cursor, &commit);
    while (cairn_commit_next(&cursor, &entry)) {
        struct cairn_operation operation;
        struct cairn_feedop op;
        struct cairn_arena none;
        cairn_arena_init(&none, NULL, 0);
        if (cairn_operation_decode(entry.body, &operation, &fault_at) == CAIRN_OK &&
            operation.kind == CAIRN_KIND_CONTROL_MARK &&
            cairn_feedop_decode(&operation, &none, &op, &fault_at) == CAIRN_OK) {
            mark_ms = op.as.mark.time_ms;
        }
    }
    return mark_ms;
}

bool world_floor(const struct world *world, uint32_t node, const char *origin, uint64_t leaf_index,
                 uint64_t *out_ms)
{
    static struct cairn_row rows[WORLD_ROWS_MAX];
    struct cairn_key key = {.table = CAIRN_TABLE_COMMIT};
    struct cairn_opening opening = {.leaf_index = 0};
    struct cairn_core_feed control = {.commits = 0};
    uint32_t number;
    uint8_t unused[32];
    cairn_keys_control(cairn_bytes_of(origin), key.id, unused);
    size_t count = disk_range(&world->nodes[node].disk, &key, UINT64_MAX, rows, WORLD_ROWS_MAX);
    if (cairn_core_feed_find(world->nodes[node].core, key.id, &number)) {
        cairn_core_feed(world->nodes[node].core, number, &control);
    }
    *out_ms = 0;
    for (size_t i = 0; i < count && opening.leaf_index < leaf_index; i++) {
        if (rows[i].key.index != i) {
            return false; /* one of them cannot be read now */
        }
        assert_err(cairn_opening_decode(rows[i].value.data, &opening), CAIRN_OK);
        uint64_t mark_ms = opening.leaf_index < leaf_index ? floor_mark_in(rows[i].value) : 0;
        *out_ms = mark_ms > 0 ? mark_ms : *out_ms;
    }
    /* Nor may the last ones be missing: the product's store says that they cannot be read. */
    return opening.leaf_index >= leaf_index || count >= control.commits;
}

bool world_states_take(struct world *world, uint32_t number, const struct cairn_merge_entry *entry)
{
    struct node *node = &world->nodes[number];
    bool is_officers = entry->is_unknown || (entry->operation.role.size == 7 &&
                                             memcmp(entry->operation.role.data, "officer", 7) == 0);
    return node->views.states != NULL && is_officers &&
           states_take(node->views.states, entry, world_clock_of(world, number));
}

struct states *world_states(struct world *world, uint32_t node)
{
    struct states *states = world->nodes[node].views.states;
    if (states != NULL) {
        states_due(states, world_clock_of(world, node));
    }
    return states;
}
