#include "tests/sim/storm.h"

/* A clock that honest nodes may have. Beyond five minutes nobody cosigns its marks, P-48. */
#define STORM_CLOCK_MS 120000

static uint32_t storm_node(struct storm *storm)
{
    return storm_below(storm, storm->nodes);
}

static uint64_t storm_down_ms(struct storm *storm)
{
    return storm_below(storm, 4) == 0 ? storm_below(storm, 200000) : storm_below(storm, 3000);
}

static void fault_line(struct storm *storm, enum storm_class class)
{
    uint32_t a = storm_node(storm);
    uint32_t b = (a + 1 + storm_below(storm, storm->nodes - 1)) % storm->nodes;
    if (class == STORM_BAR) {
        world_cut(storm->world, a, b, storm_below(storm, 2) == 0);
    } else if (class == STORM_HALF) {
        world_break(storm->world, a, b, storm_below(storm, 150000));
    } else if (class == STORM_STICK) {
        world_stick(storm->world, a, b, storm_below(storm, 30000));
    } else {
        bool is_over = storm_below(storm, 2) == 0;
        world_slow(storm->world, a, b, is_over ? 0 : 300 + storm_below(storm, 20000));
    }
}

static void fault_fall(struct storm *storm, enum world_fall fall)
{
    uint32_t node = storm_node(storm);
    if (storm_below(storm, 3) == 0) {
        world_fall(storm->world, node, fall, storm_down_ms(storm));
    } else {
        world_fuse(storm->world, node, 1 + storm_below(storm, 60), fall, storm_down_ms(storm));
    }
}

static void fault_disk(struct storm *storm, enum storm_class class)
{
    uint32_t node = storm_node(storm);
    if (class == STORM_STALL) {
        world_disk_stall(storm->world, node, storm_below(storm, 60000));
    } else {
        storm->failed_disks |= 1u << node;
        world_disk_fail(storm->world, node, 1 + storm_below(storm, 20));
    }
}

uint32_t storm_partners(const struct storm *storm, uint32_t node)
{
    uint32_t partners = 0;
    for (uint32_t peer = 0; peer < storm->nodes; peer++) {
        bool is_partner = peer != node && world_recognises(storm->world, node, peer);
        partners |= is_partner ? 1u << peer : 0;
    }
    return partners;
}

/* What nobody but the node held would be gone for good, so: a copy is put back only where partners
 * hold what the guard says, and one node after the other. Partners that the copy does not know have
 * to be added again by hand. */
static void fault_put_back(struct storm *storm)
{
    uint32_t node = storm_node(storm);
    bool has_guard = !storm_has(storm, STORM_NO_GUARD) || storm_below(storm, 2) == 0;
    if (!storm->has_backup[node] || storm_below(storm, 3) == 0) {
        if (world_backup_if_up(storm->world, node)) {
            storm->has_backup[node] = true;
        }
        return;
    }
    world_run(storm->world, 3000);
    if (!world_is_held(storm->world, node)) {
        return;
    }
    uint32_t partners = storm_partners(storm, node);
    storm->put_backs[node]++;
    world_put_back(storm->world, node, has_guard);
    storm->owed[node] |= partners & ~storm_partners(storm, node);
}

void storm_add_owed(struct storm *storm)
{
    for (uint32_t node = 0; node < storm->nodes; node++) {
        storm->owed[node] &= ~storm_partners(storm, node);
        for (uint32_t peer = 0; peer < storm->nodes; peer++) {
            if ((storm->owed[node] >> peer & 1u) != 0) {
                struct world_command add = {.type = CAIRN_EVENT_DOCUMENT, .country = peer};
                (void)world_begin(storm->world, node, &add);
            }
        }
    }
}

void storm_give_up(struct storm *storm)
{
    for (uint32_t node = 0; node < storm->nodes; node++) {
        struct cairn_core_restore restore;
        cairn_core_restore(world_core(storm->world, node), &restore);
        uint32_t unheard = restore.needs_all ? storm_unheard(storm, node) : 0;
        for (uint32_t peer = 0; peer < storm->nodes; peer++) {
            if ((unheard >> peer & 1u) != 0) {
                struct world_command remove = {.type = CAIRN_EVENT_FORGET, .country = peer};
                storm->owed[node] &= ~(1u << peer);
                (void)world_begin(storm->world, node, &remove);
            }
        }
    }
}

static void fault_clock(struct storm *storm)
{
    int64_t offset_ms = (int64_t)storm_below(storm, 2 * STORM_CLOCK_MS) - STORM_CLOCK_MS;
    int64_t drift_ppm = (int64_t)storm_below(storm, 1000) - 500;
    world_set_clock(storm->world, storm_node(storm), offset_ms, drift_ppm);
}

/* What nobody else held would be gone for good, so: one disk at a time, and not where partners are
 * removed, or their disks put back. */
static void fault_rot(struct storm *storm)
{
    uint32_t node = storm_node(storm);
    uint32_t dice = storm_below(storm, UINT32_MAX);
    if (storm_has(storm, STORM_FORGET) || storm_has(storm, STORM_PUT_BACK) ||
        storm_has(storm, STORM_NO_GUARD)) {
        return;
    }
    for (uint32_t i = 0; i < storm->nodes; i++) {
        if (i != node && world_rotten(storm->world, i) > 0) {
            return;
        }
    }
    storm->failed_disks |= 1u << node;
    world_rot(storm->world, node, dice);
}

void storm_fault(struct storm *storm)
{
    enum storm_class class = (enum storm_class)storm_below(storm, STORM_FORGET);
    if (!storm_has(storm, class) || storm_below(storm, 2) == 0) {
        return;
    }
    storm->faults++;
    if (class <= STORM_SLOW) {
        fault_line(storm, class);
    } else if (class <= STORM_POWER) {
        fault_fall(storm, class == STORM_KILL ? WORLD_KILLED : WORLD_POWER_CUT);
    } else if (class <= STORM_FAIL) {
        fault_disk(storm, class);
    } else if (class <= STORM_NO_GUARD) {
        fault_put_back(storm);
    } else if (class == STORM_CLOCK) {
        fault_clock(storm);
    } else if (class == STORM_ROT) {
        fault_rot(storm);
    } else {
        world_freeze_clock(storm->world, storm_node(storm), storm_below(storm, 100000));
    }
}

void storm_calm(struct storm *storm)
{
    for (uint32_t a = 0; a < storm->nodes; a++) {
        for (uint32_t b = a + 1; b < storm->nodes; b++) {
            world_cut(storm->world, a, b, true);
        }
    }
    world_calm(storm->world);
    storm->is_calm = true;
}
