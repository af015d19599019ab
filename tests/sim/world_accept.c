#include "replication/log/keys.h"
#include "tests/sim/world_state.h"

#include <string.h>

/* What a node takes of others, and what it keeps: read from its disk, not from its core. */

void world_accept(struct world *world, uint32_t number, const struct cairn_accept *rows,
                  uint32_t count)
{
    struct node *node = &world->nodes[number];
    assert_true(count <= sizeof node->accepts / sizeof *node->accepts);
    memcpy(node->accepts, rows, count * sizeof *rows);
    node->accept = (struct cairn_event){.type = CAIRN_EVENT_ACCEPT};
    node->accept.as.accept.rows = node->accepts;
    node->accept.as.accept.row_count = count;
    if (!node->is_down) {
        world_step(world, number, &node->accept);
    }
}

void world_space(struct world *world, uint32_t number, bool is_scarce)
{
    struct node *node = &world->nodes[number];
    node->space = (struct cairn_event){.type = CAIRN_EVENT_SPACE, .as.is_scarce = is_scarce};
    if (!node->is_down) {
        world_step(world, number, &node->space);
    }
}

static bool accept_is_of(const struct cairn_core *core, const uint8_t id[static 16],
                         const char *origin)
{
    uint8_t journal[16];
    uint32_t number;
    struct cairn_core_feed feed;
    struct cairn_core_peer peer;
    cairn_keys_journal_id(cairn_bytes_of(origin), journal);
    if (memcmp(journal, id, 16) == 0) {
        return true;
    }
    if (!cairn_core_feed_find(core, id, &number)) {
        return false;
    }
    cairn_core_feed(core, number, &feed);
    cairn_core_peer(core, feed.author, &peer);
    return strcmp(peer.origin, origin) == 0;
}

uint64_t world_held(struct world *world, uint32_t number, uint32_t author)
{
    const struct node *node = &world->nodes[number];
    uint64_t held = 0;
    for (size_t i = 0; i < node->disk.count; i++) {
        const struct disk_row *row = node->disk.rows[i];
        bool is_log = row->key[0] == CAIRN_TABLE_LEAF || row->key[0] == CAIRN_TABLE_COMMIT ||
                      row->key[0] == CAIRN_TABLE_CHECKPOINT;
        if (is_log && accept_is_of(node->core, row->key + 1, world->nodes[author].origin)) {
            held += row->size;
        }
    }
    return held;
}
