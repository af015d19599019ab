#include "tests/sim/world_state.h"

#include "replication/log/keys.h"

#include <string.h>

#define ROT_BYTES_PER_S (1u << 20)

static void rot_row(struct world *world, uint32_t node, const struct cairn_key *key,
                    bool is_readable)
{
    world->nodes[node].has_rot = true;
    assert_true(disk_rot(&world->nodes[node].disk, key, is_readable));
}

void world_rot_leaf(struct world *world, uint32_t node, uint32_t author, uint64_t index,
                    bool is_readable)
{
    struct cairn_key key = {.table = CAIRN_TABLE_LEAF, .index = index};
    cairn_keys_journal_id(cairn_bytes_of(world->nodes[author].origin), key.id);
    rot_row(world, node, &key, is_readable);
}

void world_rot_commit(struct world *world, uint32_t node, const uint8_t feed[static 16],
                      uint64_t number, bool is_readable)
{
    struct cairn_key key = {.table = CAIRN_TABLE_COMMIT, .index = number};
    memcpy(key.id, feed, 16);
    rot_row(world, node, &key, is_readable);
}

/* An honest partner that has this row, as it is here. */
static struct node *rot_find_holder(struct world *world, uint32_t node, const struct disk_row *row)
{
    struct cairn_key key = cairn_key_decode(row->key);
    struct cairn_row held;
    for (uint32_t i = 0; i < world->options.nodes; i++) {
        struct node *other = &world->nodes[i];
        if (i != node && !other->is_liar && world_recognises(world, i, node) &&
            world_recognises(world, node, i) &&
            disk_range(&other->disk, &key, key.index + 1, &held, 1) == 1 &&
            held.value.size == row->size && memcmp(held.value.data, row->value, row->size) == 0) {
            return other;
        }
    }
    return NULL;
}

/* Of a journal with two histories nobody else may have all that leads to this root. */
static bool rot_is_disputed(const struct world *world, const struct disk_row *row)
{
    uint8_t id[16];
    for (uint32_t i = 0; i < world->options.nodes; i++) {
        cairn_keys_journal_id(cairn_bytes_of(world->nodes[i].origin), id);
        if (world->nodes[i].is_liar && memcmp(id, row->key + 1, 16) == 0) {
            return true;
        }
    }
    return false;
}

void world_rot(struct world *world, uint32_t node, uint32_t dice)
{
    struct disk *disk = &world->nodes[node].disk;
    for (size_t i = 0; i < disk->count; i++) {
        struct disk_row *row = disk->rows[(dice + i) % disk->count];
        bool is_log = row->key[0] == CAIRN_TABLE_LEAF || row->key[0] == CAIRN_TABLE_COMMIT;
        bool is_one = is_log && !rot_is_disputed(world, row);
        struct node *holder = is_one ? rot_find_holder(world, node, row) : NULL;
        if (holder != NULL) {
            disk_sync(&holder->disk); /* no power cut takes that one, too */
            row->is_rotten = true;
            world->nodes[node].has_rot = true;
            return;
        }
    }
}

size_t world_rotten(const struct world *world, uint32_t node)
{
    return disk_rotten(&world->nodes[node].disk);
}

static void rot_tell(struct world *world, uint32_t node, bool is_now)
{
    struct cairn_event event = {.type = CAIRN_EVENT_SCRUB};
    event.as.scrub.bytes_per_s = ROT_BYTES_PER_S;
    event.as.scrub.period_ms = world->options.scrub_ms;
    event.as.scrub.is_now = is_now;
    world_step(world, node, &event);
}

void world_scrub(struct world *world, uint32_t node)
{
    rot_tell(world, node, true);
}

void world_scrub_begin(struct world *world, uint32_t node)
{
    if (world->options.scrub_ms > 0) {
        rot_tell(world, node, false);
    }
}
