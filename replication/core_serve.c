#include "replication/core_parts.h"

#include "schema/base/check.h"
#include "schema/commit.h"
#include "schema/pack.h"

#include <string.h>

/* Streams to peers. A stream that has something to send and credit to send it stands in the queue
 * of its lane; the pump takes the first of the most urgent lane, loads a piece and puts the stream
 * at the end again. */

static enum core_lane serve_lane(const struct cairn_core *core, uint32_t log,
                                 const struct core_stream *stream)
{
    if (!core_log_is_feed(core, log)) {
        return CORE_LANE_JOURNAL;
    }
    const struct cairn_feed *feed = &core->feeds[log - core->limits.journals];
    if (feed->type == CAIRN_FEED_TYPE_CONTROL) {
        return CORE_LANE_JOURNAL;
    }
    return feed->durable_commits - stream->from <= 2 ? CORE_LANE_SMALL : CORE_LANE_BULK;
}

static uint64_t serve_end(const struct cairn_core *core, uint32_t log)
{
    return core_log_is_feed(core, log) ? core->feeds[log - core->limits.journals].durable_commits
                                       : core->journals[log].durable.size;
}

/* Put the stream into its queue if it can go on. */
static void serve_kick(struct cairn_core *core, uint32_t number, uint32_t log)
{
    struct core_stream *stream = core_stream_of(core, number, log);
    struct core_link *link = &core->links[number];
    if (!stream->is_wanted || stream->is_queued || stream->is_loading || stream->is_blocked ||
        stream->credit <= 0 || stream->awaited > 0 || stream->from >= serve_end(core, log)) {
        return;
    }
    enum core_lane lane = serve_lane(core, log, stream);
    stream->is_queued = true;
    stream->next = CORE_NONE;
    if (link->lane_first[lane] == CORE_NONE) {
        link->lane_first[lane] = log;
    } else {
        core_stream_of(core, number, link->lane_last[lane])->next = log;
    }
    link->lane_last[lane] = log;
}

static uint32_t serve_next(struct cairn_core *core, uint32_t number)
{
    struct core_link *link = &core->links[number];
    for (uint32_t lane = 0; lane < CORE_LANES; lane++) {
        uint32_t log = link->lane_first[lane];
        if (log != CORE_NONE) {
            struct core_stream *stream = core_stream_of(core, number, log);
            link->lane_first[lane] = stream->next;
            stream->is_queued = false;
            return log;
        }
    }
    return CORE_NONE;
}

static uint32_t serve_task(struct cairn_core *core, enum core_task_type type, uint32_t link,
                           uint32_t log, uint64_t from)
{
    uint32_t token = cairn_core_task_open(core, type, log, from);
    struct core_task *task = cairn_core_task_at(core, token);
    task->link = link;
    task->link_generation = core->link_generations[link];
    return token;
}

/* What should be on this disk cannot be read: the peer must ask somebody else. */
static void serve_give_up(struct cairn_core *core, uint32_t log, struct core_stream *stream,
                          cairn_err err)
{
    stream->is_wanted = false;
    cairn_core_notice_err(core, CAIRN_NOTICE_STORE_FAILED, CORE_NONE,
                          err == CAIRN_OK ? CAIRN_DISK_CORRUPT : err);
    cairn_core_scrub_urge(core, log);
}

/* So many leaves as credit is left for, and one. */
static uint64_t serve_leaf_end(const struct core_stream *stream, uint64_t end)
{
    uint64_t count = stream->credit <= 0 ? 1 : (uint64_t)stream->credit / CAIRN_LEAF_BYTES + 1;
    count = count < CORE_RANGE_LEAVES ? count : CORE_RANGE_LEAVES;
    return end - stream->from > count ? stream->from + count : end;
}

static void serve_load(struct cairn_core *core, uint32_t number, uint32_t log)
{
    struct core_stream *stream = core_stream_of(core, number, log);
    uint64_t end = serve_end(core, log);
    if (!stream->is_wanted || stream->is_loading || stream->from >= end) {
        return; /* it was asked for anew since it was queued */
    }
    uint64_t damaged = cairn_core_fault_next(core, log, stream->from);
    if (damaged == stream->from) { /* nobody is given what is known to be wrong. source P-92 */
        stream->is_wanted = false;
        cairn_core_notice_err(core, CAIRN_NOTICE_ROW_WITHHELD,
                              core->journals[core->links[number].journal].country,
                              CAIRN_DISK_CORRUPT);
        return;
    }
    end = damaged < end ? damaged : end;
    struct cairn_action *load = cairn_core_act(core, CAIRN_ACTION_LOAD);
    bool is_feed = core_log_is_feed(core, log);
    load->as.load.token = serve_task(core, CORE_TASK_LOAD_STREAM, number, log, stream->from);
    load->as.load.from.table = is_feed ? CAIRN_TABLE_COMMIT : CAIRN_TABLE_LEAF;
    load->as.load.from.index = stream->from;
    memcpy(load->as.load.from.id, cairn_core_log_id(core, log), 16);
    load->as.load.to_index = is_feed ? stream->from + 1 : serve_leaf_end(stream, end);
    load->as.load.size_max_bytes = CAIRN_LIMIT_FRAME_BYTES;
    core->links[number].load_count++;
    stream->is_loading = true;
}

static void serve_record(struct cairn_core *core, uint32_t link, uint32_t log)
{
    struct cairn_action *load = cairn_core_act(core, CAIRN_ACTION_LOAD);
    load->as.load.token = serve_task(core, CORE_TASK_LOAD_RECORD, link, log, 0);
    load->as.load.from.table = CAIRN_TABLE_RECORD;
    memcpy(load->as.load.from.id, cairn_core_log_id(core, log), 16);
    load->as.load.to_index = UINT64_MAX;
    load->as.load.size_max_bytes = CAIRN_LIMIT_FRAME_BYTES;
    core->links[link].record_count++;
}

static void serve_record_later(struct cairn_core *core, uint32_t link, uint32_t log)
{
    struct core_stream *stream = core_stream_of(core, link, log);
    if (!stream->is_record_due) {
        stream->is_record_due = true;
        if (core->links[link].record_due_count++ == 0) {
            core->links[link].record_next = log - core->limits.journals;
        }
    }
}

/* The records that were asked for, feed by feed, each of them. */
static void serve_records(struct cairn_core *core, uint32_t number)
{
    struct core_link *link = &core->links[number];
    while (link->record_due_count > 0 && link->record_count < CORE_LINK_RECORDS &&
           link->out_bytes < CORE_LINK_BYTES && !cairn_core_is_busy(core)) {
        uint32_t log = core_log_of_feed(core, link->record_next);
        struct core_stream *stream = core_stream_of(core, number, log);
        if (stream->is_record_due) {
            stream->is_record_due = false;
            link->record_due_count--;
            if (cairn_core_feed_is_served(core, link->record_next,
                                          core->journals[link->journal].country)) {
                serve_record(core, number, log);
            }
        }
        link->record_next = (link->record_next + 1) % core->feed_count;
    }
}

/* Every link that can take more gets more. */
void cairn_core_pump_all(struct cairn_core *core)
{
    for (uint32_t number = 0; number < core->limits.links; number++) {
        struct core_link *link = &core->links[number];
        serve_records(core, number);
        while (link->is_greeted && link->load_count < CORE_LINK_LOADS &&
               link->out_bytes < CORE_LINK_BYTES && !cairn_core_is_busy(core)) {
            uint32_t log = serve_next(core, number);
            if (log == CORE_NONE) {
                break;
            }
            serve_load(core, number, log);
        }
    }
}

/* Something of this log became durable: on with its streams, and tell whom it is news to. */
void cairn_core_grown(struct cairn_core *core, uint32_t log)
{
    for (uint32_t link = 0; link < core->limits.links; link++) {
        if (!core->links[link].is_greeted) {
            continue;
        }
        core_stream_of(core, link, log)->is_news = true;
        if (core_stream_of(core, link, log)->is_wanted) {
            serve_kick(core, link, log);
        } else {
            cairn_core_offer_one(core, link, log);
        }
    }
}

/* ---- WANT ---- */

static void serve_restart(struct cairn_core *core, uint32_t link, uint32_t log,
                          const struct cairn_want *want)
{
    struct core_stream *stream = core_stream_of(core, link, log);
    stream->awaited = 0;
    if (stream->is_blocked) {
        stream->is_blocked = false;
        core->links[link].blocked_count--;
    }
    stream->from = want->from;
    stream->credit = want->credit_bytes;
    stream->is_wanted = want->credit_bytes > 0;
    stream->is_told = true;
    if (!core_log_is_feed(core, log)) {
        stream->shown = want->from; /* so far it has verified it, from whomever */
        cairn_core_unblock(core, link);
    }
}

cairn_err cairn_core_take_want(struct cairn_core *core, uint32_t link,
                               const struct cairn_want *want)
{
    uint32_t log = cairn_core_log_find(core, want->log);
    uint32_t country = core->journals[core->links[link].journal].country;
    if (log == CORE_NONE) {
        return CAIRN_OK; /* not here (any more) */
    }
    if (core_log_is_feed(core, log) &&
        !cairn_core_feed_is_served(core, log - core->limits.journals, country)) {
        /* Who was invited asks everybody, also those who have not heard of it yet. */
        return want->has_from || want->credit_bytes > 0 ? CAIRN_DENIED_POLICY : CAIRN_OK;
    }
    if (want->is_records_first && core_log_is_feed(core, log) &&
        core->feeds[log - core->limits.journals].type == CAIRN_FEED_TYPE_AUDIENCE) {
        serve_record_later(core, link, log);
    }
    struct core_stream *stream = core_stream_of(core, link, log);
    if (want->has_from) {
        serve_restart(core, link, log, want);
    } else {
        stream->credit += want->credit_bytes;
        if (stream->credit > (int64_t)CORE_CREDIT_BYTES) {
            stream->credit = CORE_CREDIT_BYTES;
        }
    }
    serve_kick(core, link, log);
    return CAIRN_OK;
}

/* ---- what was loaded goes out ---- */

/* ENTRIES without copying the commit: the frame's first bytes, then the row as it is. gives the
 * bytes of the frame */
static size_t serve_entries(struct cairn_core *core, uint32_t link, struct cairn_bytes commit)
{
    uint8_t *head = cairn_core_take(core, 32);
    struct cairn_pack_writer writer;
    cairn_pack_writer_init(&writer, head + CAIRN_FRAME_HEAD_BYTES, 32 - CAIRN_FRAME_HEAD_BYTES);
    cairn_pack_put_map(&writer, 2);
    cairn_pack_put_uint(&writer, 0);
    cairn_pack_put_uint(&writer, CAIRN_MESSAGE_ENTRIES);
    cairn_pack_put_uint(&writer, 1);
    cairn_pack_put_bin_head(&writer, (uint32_t)commit.size);
    struct cairn_bytes packed;
    cairn_err err = cairn_pack_end(&writer, &packed);
    CAIRN_REQUIRE(err == CAIRN_OK);
    cairn_bytes_put_u32(head, (uint32_t)(packed.size + commit.size));
    struct cairn_action *send = cairn_core_act(core, CAIRN_ACTION_SEND);
    send->as.send.link = link;
    send->as.send.head =
        (struct cairn_bytes){.data = head, .size = packed.size + CAIRN_FRAME_HEAD_BYTES};
    send->as.send.body = commit;
    size_t size = send->as.send.head.size + commit.size;
    core->links[link].out_bytes += size;
    return size;
}

static void serve_commit(struct cairn_core *core, uint32_t number, uint32_t log,
                         struct cairn_bytes commit)
{
    struct core_stream *stream = core_stream_of(core, number, log);
    const struct cairn_feed *feed = &core->feeds[log - core->limits.journals];
    const struct core_stream *journal = core_stream_of(core, number, feed->journal);
    struct cairn_opening opening;
    if (commit.size < CAIRN_COMMIT_HEAD_BYTES || commit.size > CAIRN_COMMIT_MAX_BYTES ||
        cairn_opening_decode(commit.data, &opening) != CAIRN_OK) {
        serve_give_up(core, log, stream, CAIRN_DISK_CORRUPT);
        return;
    }
    if (journal->is_wanted && opening.leaf_index >= journal->shown) {
        stream->is_blocked = true; /* the peer could not check it yet */
        core->links[number].blocked_count++;
        return;
    }
    stream->from++;
    stream->credit -= (int64_t)serve_entries(core, number, commit);
}

/* Streams that waited for the journal go on. */
void cairn_core_unblock(struct cairn_core *core, uint32_t link)
{
    for (uint32_t i = 0; core->links[link].blocked_count > 0 && i < core->feed_count; i++) {
        struct core_stream *stream = core_stream_of(core, link, core_log_of_feed(core, i));
        if (stream->is_blocked) {
            stream->is_blocked = false;
            core->links[link].blocked_count--;
            serve_kick(core, link, core_log_of_feed(core, i));
        }
    }
}

static bool serve_copy_leaves(const struct cairn_event *event, uint64_t from, uint8_t *out)
{
    for (size_t i = 0; i < event->as.done.row_count; i++) {
        const struct cairn_row *row = &event->as.done.rows[i];
        if (row->key.index != from + i || row->value.size != CAIRN_LEAF_BYTES) {
            return false;
        }
        memcpy(out + i * CAIRN_LEAF_BYTES, row->value.data, CAIRN_LEAF_BYTES);
    }
    return true;
}

static void serve_leaves(struct cairn_core *core, uint32_t number, uint32_t log,
                         const struct cairn_event *event)
{
    struct core_stream *stream = core_stream_of(core, number, log);
    const struct core_journal *journal = &core->journals[log];
    size_t count = event->as.done.row_count;
    uint8_t *leaves = cairn_core_take(core, count * CAIRN_LEAF_BYTES);
    if (!serve_copy_leaves(event, stream->from, leaves)) {
        serve_give_up(core, log, stream, CAIRN_DISK_CORRUPT);
        return;
    }
    struct cairn_message message = {
        .type = CAIRN_MESSAGE_JOURNAL,
        .as.journal = {.from = stream->from,
                       .leaves = {.data = leaves, .size = count * CAIRN_LEAF_BYTES}},
    };
    memcpy(message.as.journal.log, journal->id, 16);
    stream->from += count;
    bool is_end = stream->from == journal->durable.size;
    if (is_end) {
        message.as.journal.has_checkpoint = journal->durable.note_bytes > 0;
        message.as.journal.checkpoint = (struct cairn_bytes){.data = journal->durable.note,
                                                             .size = journal->durable.note_bytes};
        stream->awaited = stream->from;
        stream->shown = stream->from;
    }
    stream->credit -= (int64_t)cairn_core_send(core, number, &message);
    if (is_end) {
        cairn_core_unblock(core, number);
    }
}

void cairn_core_stream_loaded(struct cairn_core *core, const struct core_task *task,
                              const struct cairn_event *event)
{
    struct core_stream *stream = core_stream_of(core, task->link, task->log);
    core->links[task->link].load_count--;
    stream->is_loading = false;
    if (stream->is_wanted && stream->from == task->a) {
        if (event->as.done.err != CAIRN_OK || event->as.done.row_count == 0) {
            serve_give_up(core, task->log, stream, event->as.done.err);
        } else if (core_log_is_feed(core, task->log)) {
            serve_commit(core, task->link, task->log, event->as.done.rows[0].value);
        } else {
            serve_leaves(core, task->link, task->log, event);
        }
    }
    serve_kick(core, task->link, task->log);
}

/* FEED: the open record, and the admit record that names the asker. */
void cairn_core_record_loaded(struct cairn_core *core, const struct core_task *task,
                              const struct cairn_event *event)
{
    uint32_t feed = task->log - core->limits.journals;
    uint64_t admit_row = cairn_core_admit_row(
        core->countries[core->journals[core->links[task->link].journal].country].country);
    struct cairn_message message = {
        .type = CAIRN_MESSAGE_FEED,
        .as.feed = {.origin = cairn_core_origin(core, core->feeds[feed].journal)},
    };
    core->links[task->link].record_count--;
    memcpy(message.as.feed.feed, core->feeds[feed].id, 16);
    for (size_t i = 0; i < event->as.done.row_count; i++) {
        const struct cairn_row *row = &event->as.done.rows[i];
        if (row->value.size <= 8 || row->value.size > 8 + CAIRN_LIMIT_OPERATION_BYTES) {
            continue;
        }
        struct cairn_bytes body = {.data = row->value.data + 8, .size = row->value.size - 8};
        if (row->key.index == 0) {
            message.as.feed.open = body;
        } else if (row->key.index == admit_row) {
            message.as.feed.has_admit = true;
            message.as.feed.admit_number = cairn_bytes_get_u64(row->value.data);
            message.as.feed.admit = body;
        }
    }
    if (message.as.feed.open.size > 0) {
        cairn_core_send(core, task->link, &message);
    }
}
