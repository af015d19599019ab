#include "schema/commit.h"
#include "tests/sim/world_state.h"

#include <string.h>

const char *const world_countries[WORLD_NODES_MAX] = {
    "AUT", "SRB", "GEO", "POL", "MDA", "ARM", "BIH", "MNE", "ALB", "BGR", "CHE",
    "CZE", "DEU", "DNK", "ESP", "EST", "FIN", "FRA", "GRC", "HRV", "HUN", "ITA",
    "LTU", "LUX", "LVA", "MKD", "NLD", "NOR", "PRT", "ROU", "SVK", "SVN"};

const char *world_code(const struct world *world, uint32_t node)
{
    bool is_again = world->options.has_twin || world->options.has_next;
    return world_countries[is_again && node == world->options.nodes - 1 ? 0 : node];
}

bool world_recognises(const struct world *world, uint32_t node, uint32_t peer)
{
    return cairn_core_is_partner(world->nodes[node].core, (const uint8_t *)world_code(world, peer));
}

void world_members(const struct world *world, uint32_t nodes,
                   char out[static WORLD_NODES_MAX * 3 + 1])
{
    const char *last = "";
    size_t size = 0;
    for (;;) {
        const char *next = NULL;
        for (uint32_t i = 0; i < world->options.nodes; i++) {
            const char *code = world_code(world, i);
            if ((nodes >> i & 1u) != 0 && strcmp(code, last) > 0 &&
                (next == NULL || strcmp(code, next) < 0)) {
                next = code;
            }
        }
        if (next == NULL) {
            break;
        }
        memcpy(out + size, next, 3);
        size += 3;
        last = next;
    }
    out[size] = 0;
}

bool world_is_held(struct world *world, uint32_t number)
{
    const struct node *node = &world->nodes[number];
    bool is_held = false;
    uint8_t control[16];
    cairn_core_control(node->core, control);
    uint64_t marks = views_commits(&node->views, control);
    for (uint32_t other = 0; other < world->options.nodes; other++) {
        const struct node *peer = &world->nodes[other];
        struct cairn_core_restore restore;
        cairn_core_restore(peer->core, &restore);
        if (!peer->is_liar && (peer->is_down || restore.is_restoring || restore.is_halted)) {
            return false;
        }
        /* What is still being written may be lost with a disk that fails. */
        for (uint32_t i = 1; i < cairn_core_peer_count(peer->core); i++) {
            struct cairn_core_peer seen;
            cairn_core_peer(peer->core, i, &seen);
            is_held = is_held || (!peer->is_liar && peer->task_count == 0 &&
                                  strcmp(seen.origin, node->origin) == 0 &&
                                  views_commits(&peer->views, control) == marks &&
                                  world_recognises(world, number, other) &&
                                  world_recognises(world, other, number) &&
                                  seen.journal_size >= node->start.as.start.size);
        }
    }
    return is_held;
}

uint32_t world_find_word(const struct world *world, uint32_t node, const char *word)
{
    uint32_t i = 0;
    while (i < world->nodes[node].views.word_count &&
           strcmp(world->nodes[node].views.words[i], word) != 0) {
        i++;
    }
    return i;
}

bool world_knows(const struct world *world, uint32_t node, const char *word)
{
    uint32_t found = world_find_word(world, node, word);
    return found < world->nodes[node].views.word_count && !world->nodes[node].views.are_gone[found];
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
    return world->nodes[node].views.word_count;
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
            "%s feed %u %02x%02x kind %d author %u size %llu commits %llu tagged %llu epoch %u "
            "folded %llu%s%s\n",
            world_countries[node], i, feed.id[0], feed.id[1], feed.kind, feed.author,
            (unsigned long long)feed.size, (unsigned long long)feed.commits,
            (unsigned long long)feed.tagged, feed.epoch,
            (unsigned long long)views_commits(&world->nodes[node].views, feed.id),
            feed.is_closed ? " closed" : "", feed.is_lost ? " lost" : "");
    }
}

void world_trace(const struct world *world, uint8_t out[static 32])
{
    struct cairn_sha256 copy = world->trace;
    cairn_sha256_final(&copy, out);
}
