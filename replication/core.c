#include "replication/core.h"

#include "replication/core_parts.h"

#include "schema/base/check.h"

#include <stdalign.h>
#include <string.h>

/* Everything that lies in the core's memory, behind the struct itself. */
struct core_plan {
    size_t used;
    uint8_t *memory; /* NULL: only count */
};

static void *core_plan_take(struct core_plan *plan, size_t count, size_t size)
{
    const size_t align = alignof(max_align_t);
    plan->used = (plan->used + align - 1) / align * align;
    void *place = plan->memory == NULL ? NULL : plan->memory + plan->used;
    plan->used += count * size;
    return place;
}

static uint32_t core_power_above(uint32_t count)
{
    uint32_t power = 16;
    while (power < count) {
        power *= 2;
    }
    return power;
}

static void core_lay_out_batch(struct core_plan *plan, struct core_batch *batch)
{
    batch->bytes = core_plan_take(plan, CORE_WAITING_BYTES, 1);
    batch->waiting = core_plan_take(plan, CORE_WAITING_MAX, sizeof *batch->waiting);
    batch->parts = core_plan_take(plan, CORE_PARTS_MAX, sizeof *batch->parts);
    batch->receipts = core_plan_take(plan, CORE_RECEIPTS_MAX, sizeof *batch->receipts);
    batch->told = core_plan_take(plan, CORE_TOLD_MAX, sizeof *batch->told);
}

static void core_lay_out(struct cairn_core *core, struct core_plan *plan)
{
    const struct cairn_core_limits *limits = &core->limits;
    size_t logs = (size_t)limits->journals + limits->feeds;
    core->feed_index_size = core_power_above(limits->feeds * 2);
    core->countries = core_plan_take(plan, limits->countries, sizeof *core->countries);
    core->chains = core_plan_take(plan, limits->countries, sizeof *core->chains);
    core->journals = core_plan_take(plan, limits->journals, sizeof *core->journals);
    core->feeds = core_plan_take(plan, limits->feeds, sizeof *core->feeds);
    core->feed_next = core_plan_take(plan, limits->feeds, sizeof *core->feed_next);
    core->feed_given = core_plan_take(plan, limits->countries, sizeof *core->feed_given);
    core->authors = core_plan_take(plan, limits->countries, sizeof *core->authors);
    core->pairwise = core_plan_take(plan, limits->countries, sizeof *core->pairwise);
    core->feed_index = core_plan_take(plan, core->feed_index_size, sizeof *core->feed_index);
    core->tag_index = core_plan_take(plan, core->feed_index_size, sizeof *core->tag_index);
    core->pending.items = core_plan_take(plan, CORE_PENDING_LEAVES, sizeof *core->pending.items);
    core->links = core_plan_take(plan, limits->links, sizeof *core->links);
    core->link_generations = core_plan_take(plan, limits->links, sizeof *core->link_generations);
    core->streams = core_plan_take(plan, limits->links * logs, sizeof *core->streams);
    core->intakes = core_plan_take(plan, logs, sizeof *core->intakes);
    core->offered = core_plan_take(plan, (limits->links * logs + 7) / 8, 1);
    core->tasks = core_plan_take(plan, CORE_TASKS, sizeof *core->tasks);
    core->shown = core_plan_take(plan, limits->journals, sizeof *core->shown);
    core->tellers = core_plan_take(plan, limits->links, sizeof *core->tellers);
    core->couriers = core_plan_take(plan, limits->links, sizeof *core->couriers);
    core->recent = core_plan_take(plan, CORE_RECENT, sizeof *core->recent);
    core_lay_out_batch(plan, &core->batches[0]);
    core_lay_out_batch(plan, &core->batches[1]);
    core->flush_leaves = core_plan_take(plan, CORE_PARTS_MAX, CAIRN_LEAF_BYTES);
    core->invites = core_plan_take(plan, CORE_INVITES_MAX, sizeof *core->invites);
    core->invited = core_plan_take(plan, CORE_INVITED_MAX, sizeof *core->invited);
    core->handed = core_plan_take(plan, CORE_HANDED_MAX, sizeof *core->handed);
    core->scratch = core_plan_take(plan, CORE_SCRATCH_BYTES, 1);
    core->scrub.ours = core_plan_take(plan, CORE_SCRUB_PIECES, sizeof *core->scrub.ours);
    core->scrub.theirs = core_plan_take(plan, CORE_SCRUB_PIECES, sizeof *core->scrub.theirs);
    core->scrub.buffer = core_plan_take(plan, CAIRN_COMMIT_MAX_BYTES, 1);
    core->arena.memory = core_plan_take(plan, CAIRN_LIMIT_STEP_ARENA_BYTES, 1);
}

static void core_check_limits(const struct cairn_core_limits *limits)
{
    CAIRN_REQUIRE(limits->countries >= 1 && limits->countries <= CAIRN_LIMIT_COUNTRIES);
    CAIRN_REQUIRE(limits->journals >= 1 && limits->journals <= 256);
    CAIRN_REQUIRE(limits->feeds >= 4 && limits->feeds <= CAIRN_LIMIT_FEEDS);
    CAIRN_REQUIRE(limits->links >= 1 && limits->links <= CAIRN_LIMIT_LINKS);
}

size_t cairn_core_size(const struct cairn_core_limits *limits)
{
    core_check_limits(limits);
    struct cairn_core core = {.limits = *limits};
    struct core_plan plan = {.used = sizeof core};
    core_lay_out(&core, &plan);
    return plan.used;
}

static void core_init_tables(struct cairn_core *core)
{
    cairn_pending_init(&core->pending, core->pending.items, CORE_PENDING_LEAVES);
    for (uint32_t i = 0; i < core->feed_index_size; i++) {
        core->feed_index[i] = CORE_NONE;
        core->tag_index[i] = CORE_NONE;
    }
    for (uint32_t i = 0; i < core->limits.journals + core->limits.feeds; i++) {
        core->intakes[i] = (struct core_intake){.link = CORE_NONE};
    }
    for (uint32_t i = 0; i < core->limits.countries; i++) {
        core->pairwise[i] = CORE_NONE;
    }
    for (uint32_t i = 0; i < core->limits.links; i++) {
        core->links[i] = (struct core_link){.journal = CORE_NONE};
    }
    cairn_core_tasks_init(core);
    cairn_core_scrub_init(core);
}

/* Odd, and nobody else's to know. */
static void core_init_place(struct cairn_core *core)
{
    static const char label[] = "cairn places v1";
    uint8_t key[32];
    cairn_suite_hmac(core->suite, (struct cairn_bytes){.data = core->local_secret, .size = 32},
                     (struct cairn_bytes){.data = (const uint8_t *)label, .size = sizeof label},
                     key);
    core->place_key[0] = cairn_bytes_get_u64(key) | 1;
    core->place_key[1] = cairn_bytes_get_u64(key + 8) | 1;
    core->place_shift = 64;
    for (uint32_t size = core->feed_index_size; size > 1; size /= 2) {
        core->place_shift--;
    }
}

struct cairn_core *cairn_core_init(void *memory, const struct cairn_core_limits *limits,
                                   const struct cairn_core_identity *identity,
                                   const struct cairn_suite *suite)
{
    core_check_limits(limits);
    memset(memory, 0, cairn_core_size(limits));
    struct cairn_core *core = memory;
    core->limits = *limits;
    core->suite = suite;
    struct core_plan plan = {.used = sizeof *core, .memory = memory};
    core_lay_out(core, &plan);
    cairn_arena_init(&core->arena, core->arena.memory, CAIRN_LIMIT_STEP_ARENA_BYTES);
    core_init_tables(core);
    CAIRN_REQUIRE(identity->sealing_count > 0);
    for (uint32_t i = 0; i < identity->sealing_count; i++) {
        cairn_core_sealing_add(core, identity->sealing_secrets[i]);
    }
    memcpy(core->local_secret, identity->local_secret, 32);
    core_init_place(core);

    struct cairn_origin origin;
    cairn_err err = cairn_origin_parse(cairn_bytes_of(identity->origin), &origin);
    CAIRN_REQUIRE(err == CAIRN_OK);
    CAIRN_REQUIRE(origin.network.size <= CAIRN_LIMIT_NETWORK_BYTES);
    memcpy(core->network, origin.network.data, origin.network.size);
    uint32_t country = cairn_core_country_add(core, origin.country.data);
    CAIRN_REQUIRE(country == 0);
    uint32_t own = cairn_core_journal_add(core, cairn_bytes_of(identity->origin), country);
    CAIRN_REQUIRE(own == 0);
    memcpy(core->journals[0].log_public, identity->log_public, 32);
    memcpy(core->journals[0].witness_public, identity->witness_public, 32);
    core->journals[0].is_listed = true;
    core->journals[0].has_keys = true;
    return core;
}
