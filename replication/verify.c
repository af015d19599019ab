#include "replication/verify.h"

#include "replication/verify_state.h"
#include "schema/base/check.h"

#include <string.h>

#define ALIGN_BYTES 16u

/* Cuts the caller's block into tables; with memory NULL it only counts. */
struct verify_cut {
    uint8_t *memory;
    size_t used;
};

static void *verify_cut_take(struct verify_cut *cut, size_t count, size_t item_bytes)
{
    void *taken = cut->memory == NULL ? NULL : cut->memory + cut->used;
    cut->used += (count * item_bytes + ALIGN_BYTES - 1) / ALIGN_BYTES * ALIGN_BYTES;
    return taken;
}

/* At most a quarter of the slots is used. */
static uint32_t verify_slot_count(uint32_t feeds)
{
    uint32_t count = 16;
    while (count / 4 < feeds) {
        count *= 2;
    }
    return count;
}

static void verify_cut_all(struct cairn_verify *verify, struct verify_cut *cut)
{
    const struct cairn_verify_limits *limits = &verify->limits;
    verify->slot_count = verify_slot_count(limits->feeds);
    verify->countries = verify_cut_take(cut, limits->countries, sizeof *verify->countries);
    verify->nodes = verify_cut_take(cut, limits->nodes, sizeof *verify->nodes);
    verify->checkpoints = verify_cut_take(cut, limits->checkpoints, sizeof *verify->checkpoints);
    verify->trusted = verify_cut_take(cut, limits->trusted, sizeof *verify->trusted);
    verify->feeds = verify_cut_take(cut, limits->feeds, sizeof *verify->feeds);
    verify->feed_slots = verify_cut_take(cut, verify->slot_count, sizeof *verify->feed_slots);
    verify->tag_slots = verify_cut_take(cut, verify->slot_count, sizeof *verify->tag_slots);
    verify->record = verify_cut_take(cut, CAIRN_BUNDLE_RECORD_BYTES, 1);
    cairn_arena_init(&verify->arena, verify_cut_take(cut, VERIFY_ARENA_BYTES, 1),
                     VERIFY_ARENA_BYTES);
}

static void verify_check_limits(const struct cairn_verify_limits *limits)
{
    CAIRN_REQUIRE(limits->countries > 0 && limits->countries <= 1u << 20);
    CAIRN_REQUIRE(limits->nodes > 0 && limits->nodes <= 1u << 20);
    CAIRN_REQUIRE(limits->feeds > 0 && limits->feeds <= 1u << 20);
    CAIRN_REQUIRE(limits->checkpoints > 0 && limits->checkpoints <= 1u << 24);
    CAIRN_REQUIRE(limits->trusted > 0 && limits->trusted <= 1u << 20);
}

size_t cairn_verify_size(const struct cairn_verify_limits *limits)
{
    verify_check_limits(limits);
    size_t head = (sizeof(struct cairn_verify) + ALIGN_BYTES - 1) / ALIGN_BYTES * ALIGN_BYTES;
    uint32_t slots = verify_slot_count(limits->feeds);
    struct verify_cut cut = {.memory = NULL, .used = head};
    verify_cut_take(&cut, limits->countries, sizeof(struct verify_country));
    verify_cut_take(&cut, limits->nodes, sizeof(struct verify_node));
    verify_cut_take(&cut, limits->checkpoints, sizeof(struct verify_checkpoint));
    verify_cut_take(&cut, limits->trusted, 16);
    verify_cut_take(&cut, limits->feeds, sizeof(struct verify_feed));
    verify_cut_take(&cut, slots, sizeof(uint32_t));
    verify_cut_take(&cut, slots, sizeof(uint32_t));
    verify_cut_take(&cut, CAIRN_BUNDLE_RECORD_BYTES, 1);
    verify_cut_take(&cut, VERIFY_ARENA_BYTES, 1);
    return cut.used;
}
