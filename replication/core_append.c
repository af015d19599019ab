#include "replication/core_parts.h"

#include "replication/log/body.h"
#include "schema/base/check.h"
#include "schema/commit.h"
#include "schema/operation.h"

#include <string.h>

/* Who appends may fill the batch, its parts and each commit only so far: what is written later must
 * still find its place.
 *
 *     host < the core's own (receipts, missing, closes) < what belongs to a flush (invites, mark)
 */
struct append_limits {
    uint32_t waiting_count;
    uint32_t byte_count;
    uint32_t part_count;
    uint32_t part_bytes;
};

static const struct append_limits append_host = {
    .waiting_count = CORE_WAITING_MAX / 2,
    .byte_count = CORE_WAITING_BYTES - CORE_RESERVE_BYTES,
    .part_count = CORE_PARTS_HOST,
    .part_bytes = CAIRN_LIMIT_COMMIT_BYTES - CORE_PART_RESERVE,
};

static const struct append_limits append_own = {
    .waiting_count = CORE_WAITING_MAX / 4 * 3,
    .byte_count = CORE_WAITING_BYTES - CORE_RESERVE_BYTES / 2,
    .part_count = CORE_PARTS_OWN,
    .part_bytes = CAIRN_LIMIT_COMMIT_BYTES - CORE_PART_RESERVE / 4 * 3,
};

static const struct append_limits append_flush = {
    .waiting_count = CORE_WAITING_MAX,
    .byte_count = CORE_WAITING_BYTES,
    .part_count = CORE_PARTS_MAX,
    .part_bytes = CAIRN_LIMIT_COMMIT_BYTES,
};

struct core_part *cairn_core_part_find(const struct core_batch *batch, uint32_t feed)
{
    for (uint32_t i = 0; i < batch->part_count; i++) {
        if (batch->parts[i].feed == feed) {
            return &batch->parts[i];
        }
    }
    return NULL;
}

struct core_part *cairn_core_part_of(struct core_batch *batch, uint32_t feed)
{
    struct core_part *part = cairn_core_part_find(batch, feed);
    if (part == NULL) {
        CAIRN_REQUIRE(batch->part_count < CORE_PARTS_MAX);
        part = &batch->parts[batch->part_count++];
        *part = (struct core_part){.feed = feed};
    }
    return part;
}

static size_t append_wire_bytes(size_t operation_bytes)
{
    return CAIRN_COMMIT_ENTRY_BYTES + cairn_body_sealed_bytes(operation_bytes);
}

static bool append_fits(const struct cairn_core *core, uint32_t feed, size_t operation_bytes,
                        const struct append_limits *limits)
{
    const struct core_batch *batch = &core->batches[core->open_batch];
    size_t wire_bytes = append_wire_bytes(operation_bytes);
    const struct core_part *part = cairn_core_part_find(batch, feed);
    if (part == NULL ? batch->part_count >= limits->part_count
                     : part->is_last || part->wire_bytes + wire_bytes > limits->part_bytes) {
        return false;
    }
    return batch->waiting_count < limits->waiting_count &&
           batch->byte_count + wire_bytes <= limits->byte_count;
}

bool cairn_core_fits(const struct cairn_core *core, uint32_t feed, size_t operation_bytes)
{
    if (feed < core->feed_count && core->feeds[feed].type == CAIRN_FEED_TYPE_PRIVATE) {
        const struct cairn_feed *own = &core->feeds[feed]; /* its entries wait on disk */
        size_t bytes = (size_t)own->flushing_bytes + own->waiting_bytes;
        return !cairn_core_is_busy(core) &&
               bytes + append_wire_bytes(operation_bytes) <= CAIRN_LIMIT_COMMIT_BYTES;
    }
    return append_fits(core, feed, operation_bytes, &append_host);
}

bool cairn_core_fits_own(const struct cairn_core *core, uint32_t feed, size_t operation_bytes)
{
    bool is_frozen = feed < core->feed_count && core->feeds[feed].is_frozen;
    return !is_frozen && append_fits(core, feed, operation_bytes, &append_own);
}

bool cairn_core_has_room(const struct cairn_core *core, const uint8_t feed[static 16],
                         size_t operation_bytes)
{
    uint32_t number = cairn_core_feed_number(core, feed);
    if (cairn_core_is_asking(core)) {
        return false;
    }
    bool is_refused = number == CORE_NONE || core->is_failed || cairn_core_is_silent(core) ||
                      operation_bytes > CAIRN_LIMIT_BATCH_BYTES;
    return is_refused || core->feeds[number].is_closing ||
           cairn_core_fits(core, number, operation_bytes);
}

/* Seal (or copy) the operation into `out`: prefix | body. gives the size of the body */
static size_t append_seal(struct cairn_core *core, const struct core_new *entry,
                          const struct cairn_body_place *place, uint8_t *out,
                          struct cairn_stub *out_stub)
{
    const struct cairn_feed *feed = &core->feeds[entry->feed];
    uint8_t *body = out + CAIRN_PREFIX_BYTES;
    size_t body_bytes;
    if (entry->is_clear) {
        memcpy(body, entry->operation.data, entry->operation.size);
        body_bytes = entry->operation.size;
        cairn_body_stub(place, CAIRN_ENTRY_CLEAR,
                        (struct cairn_bytes){.data = body, .size = body_bytes}, out_stub);
    } else {
        uint8_t fresh[32];
        cairn_core_fresh(core, fresh);
        struct cairn_body_keys keys = {.slot = feed->keys.slot, .fresh = fresh};
        cairn_body_seal(place, &keys, entry->operation, body, out_stub);
        body_bytes = cairn_body_sealed_bytes(entry->operation.size);
    }
    uint8_t stub[CAIRN_STUB_BYTES];
    cairn_stub_encode(out_stub, stub);
    memcpy(out, stub, CAIRN_PREFIX_BYTES);
    return body_bytes;
}

/* A private entry is durable before its answer, and committed at the heartbeat, or earlier if
 * one commit could not hold all (source P-41). Its feed's row tells only of commits that are on
 * disk, so what waits for the next one has a row of its own. */
static void append_private(struct cairn_core *core, const struct core_new *entry,
                           const struct core_waiting *waiting, struct cairn_bytes row)
{
    struct cairn_feed *feed = &core->feeds[entry->feed];
    struct core_puts puts = cairn_core_puts_begin(core, 3);
    cairn_core_puts_add(&puts, CAIRN_TABLE_ENTRY, feed->id, waiting->index)->head = row;
    if (waiting->index == 0) {
        struct cairn_merkle_range none;
        cairn_merkle_range_init(&none);
        cairn_core_puts_add_feed(core, &puts, entry->feed, &none);
    }
    feed->waiting_bytes += (uint32_t)append_wire_bytes(entry->operation.size);
    core->is_private_due |= feed->waiting_bytes > CORE_PRIVATE_BYTES;
    cairn_core_puts_add_waiting(core, &puts, entry->feed);
    uint32_t token =
        cairn_core_task_open(core, entry->is_asked ? CORE_TASK_STORE_PRIVATE : CORE_TASK_STORE,
                             entry->feed, entry->token);
    struct core_task *task = cairn_core_task_at(core, token);
    task->b = waiting->index;
    memcpy(task->entry_id, waiting->entry_id, 32);
    cairn_core_puts_store(core, &puts, token, true);
}

static void append_waiting(struct cairn_core *core, const struct core_new *entry,
                           const struct core_waiting *waiting)
{
    struct core_batch *batch = &core->batches[core->open_batch];
    struct core_part *part = cairn_core_part_of(batch, entry->feed);
    batch->waiting[batch->waiting_count++] = *waiting;
    batch->byte_count += CAIRN_PREFIX_BYTES + waiting->body_bytes;
    batch->record_count += waiting->record_index == CORE_NO_RECORD ? 0 : 1;
    part->entry_count++;
    part->wire_bytes += CAIRN_COMMIT_ENTRY_BYTES + waiting->body_bytes;
    part->is_last = entry->is_last;
}

/* Append what fits: the caller has asked. */
void cairn_core_append(struct cairn_core *core, const struct core_new *entry)
{
    struct cairn_feed *feed = &core->feeds[entry->feed];
    struct core_batch *batch = &core->batches[core->open_batch];
    bool is_private = feed->type == CAIRN_FEED_TYPE_PRIVATE;
    CAIRN_REQUIRE(feed->journal == 0);
    CAIRN_REQUIRE(!feed->is_closed);
    CAIRN_REQUIRE(is_private ||
                  append_fits(core, entry->feed, entry->operation.size, &append_flush));
    struct cairn_body_place place = {
        .origin = cairn_core_origin(core, 0),
        .feed = feed->id,
        .epoch = feed->epoch_count - 1,
        .index = feed->range.size,
        .suite = core->suite,
    };
    struct cairn_stub stub;
    uint8_t stub_bytes[CAIRN_STUB_BYTES];
    uint8_t leaf[32];
    uint8_t *place_bytes = is_private
                               ? cairn_core_take(core, append_wire_bytes(entry->operation.size))
                               : batch->bytes + batch->byte_count;
    struct core_waiting waiting = {
        .feed = entry->feed,
        .offset = batch->byte_count,
        .index = place.index,
        .token = entry->token,
        .is_asked = entry->is_asked,
        .record_index = entry->record_index,
    };
    waiting.body_bytes = (uint32_t)append_seal(core, entry, &place, place_bytes, &stub);
    cairn_stub_encode(&stub, stub_bytes);
    cairn_keys_entry_id(feed->id, stub_bytes, waiting.entry_id);
    cairn_merkle_leaf((struct cairn_bytes){.data = stub_bytes, .size = sizeof stub_bytes}, leaf);
    cairn_merkle_range_append(&feed->range, leaf);
    if (is_private) {
        struct cairn_bytes row = {.data = place_bytes,
                                  .size = CAIRN_PREFIX_BYTES + waiting.body_bytes};
        append_private(core, entry, &waiting, row);
    } else {
        append_waiting(core, entry, &waiting);
    }
}

/* ---- operations of the core's own ---- */

/* Never below the own last mark: it would have no effect. source P-50 */
static uint64_t append_hlc(struct cairn_core *core)
{
    uint64_t now_ms = core->now_ms > core->mark_ms ? core->now_ms : core->mark_ms;
    core->hlc = now_ms << 16 > core->hlc ? now_ms << 16 : core->hlc + 1;
    return core->hlc;
}

/* An operation of kinds 1 to 10. owns: *out lies in the step's arena */
cairn_err cairn_core_encode_op(struct cairn_core *core, const struct cairn_feedop *op,
                               struct cairn_bytes *out)
{
    struct cairn_operation operation = {.kind = op->kind, .hlc = append_hlc(core)};
    CAIRN_TRY(cairn_feedop_encode(op, core->scratch, CORE_SCRATCH_BYTES / 2, &operation.body));
    struct cairn_bytes encoded;
    CAIRN_TRY(cairn_operation_encode(&operation, core->scratch + CORE_SCRATCH_BYTES / 2,
                                     CORE_SCRATCH_BYTES / 2, &encoded));
    return cairn_arena_copy(&core->arena, encoded, out);
}

void cairn_core_append_op(struct cairn_core *core, uint32_t feed, const struct cairn_feedop *op)
{
    struct core_new entry = {
        .feed = feed,
        .is_clear = core->feeds[feed].type == CAIRN_FEED_TYPE_CONTROL,
        .record_index = CORE_NO_RECORD,
    };
    cairn_err err = cairn_core_encode_op(core, op, &entry.operation);
    CAIRN_REQUIRE(err == CAIRN_OK);
    cairn_core_append(core, &entry);
}

/* ---- operations of the host ---- */

/* Control feeds are clear for everybody, and what feeds are made of is the core's own business. */
static bool append_is_for_host(const struct cairn_feed *feed, uint64_t kind)
{
    if (feed->type == CAIRN_FEED_TYPE_CONTROL) {
        return kind == CAIRN_KIND_CONTROL_POLICY;
    }
    return kind >= CAIRN_KIND_ACCESS_LOOKUP;
}

static cairn_err append_check(const struct cairn_core *core, const struct cairn_feed *feed,
                              struct cairn_bytes operation)
{
    struct cairn_operation_head head;
    CAIRN_TRY(cairn_operation_peek(operation, &head));
    if (operation.size > CAIRN_LIMIT_OPERATION_BYTES && head.kind != CAIRN_KIND_ALERT_BATCH) {
        return CAIRN_TOO_LONG;
    }
    if (!append_is_for_host(feed, head.kind)) {
        return CAIRN_DENIED_POLICY;
    }
    CAIRN_TRY(cairn_core_may_append(core, feed, head.kind));
    /* Below the own last mark it would have no effect for any reader. source P-50 */
    if (feed->type != CAIRN_FEED_TYPE_PRIVATE && head.hlc >> 16 < core->mark_ms) {
        return CAIRN_RULE_HLC;
    }
    return CAIRN_OK;
}

static cairn_err append_check_feed(const struct cairn_core *core, uint32_t number)
{
    if (number == CORE_NONE || core->feeds[number].journal != 0) {
        return CAIRN_NOT_FOUND;
    }
    const struct cairn_feed *feed = &core->feeds[number];
    if (feed->is_closing || feed->is_closed || cairn_core_is_replaced(core, feed)) {
        return CAIRN_STATE;
    }
    if (feed->is_frozen) {
        return CAIRN_RESTORING;
    }
    bool is_lost =
        feed->type == CAIRN_FEED_TYPE_PAIRWISE && !core->countries[feed->giver].is_recognised;
    if (is_lost) {
        return CAIRN_DENIED_PARTNER;
    }
    bool is_older = feed->type == CAIRN_FEED_TYPE_PAIRWISE && core->pairwise[feed->giver] != number;
    return is_older ? CAIRN_STATE : CAIRN_OK; /* source P-94 */
}

static cairn_err append_take(struct cairn_core *core, const struct cairn_event *event)
{
    uint32_t number = cairn_core_feed_number(core, event->as.command.feed);
    CAIRN_TRY(append_check_feed(core, number));
    const struct cairn_feed *feed = &core->feeds[number];
    CAIRN_TRY(append_check(core, feed, event->as.command.operation));
    if (!cairn_core_fits(core, number, event->as.command.operation.size)) {
        return CAIRN_BUSY;
    }
    struct core_new entry = {
        .feed = number,
        .operation = event->as.command.operation,
        .is_clear = feed->type == CAIRN_FEED_TYPE_CONTROL,
        .is_asked = true,
        .token = event->as.command.token,
        .record_index = CORE_NO_RECORD,
    };
    cairn_core_append(core, &entry);
    return CAIRN_OK;
}

void cairn_core_on_append(struct cairn_core *core, const struct cairn_event *event)
{
    cairn_err err = append_take(core, event);
    if (err != CAIRN_OK) {
        cairn_core_answer(core, event->as.command.token, err);
    }
}
