#include "tests/lib/core_host.h"

#include <stdlib.h>
#include <string.h>

#include "schema/base/check.h"
#include "schema/operation.h"
#include "tests/lib/core_fold.h"

static void *host_take(size_t size)
{
    void *taken = calloc(1, size + 1);
    CAIRN_REQUIRE(taken != NULL);
    return taken;
}

static uint8_t *host_copy(struct cairn_bytes bytes)
{
    uint8_t *copy = host_take(bytes.size);
    if (bytes.size > 0) {
        memcpy(copy, bytes.data, bytes.size);
    }
    return copy;
}

/* ---- actions ---- */

static void task_free(struct host_task *task)
{
    free(task->bytes);
    for (size_t i = 0; i < task->put_count; i++) {
        free((void *)(uintptr_t)task->puts[i].head.data);
    }
    free(task->puts);
}

static void task_take_puts(struct host_task *task, const struct cairn_action *action)
{
    task->put_count = action->as.store.put_count;
    task->puts = host_take(task->put_count * sizeof *task->puts);
    task->is_synced = action->as.store.is_synced;
    for (size_t i = 0; i < task->put_count; i++) {
        const struct cairn_put *put = &action->as.store.puts[i];
        size_t size = put->head.size + put->body.size;
        uint8_t *value = host_take(size);
        if (put->head.size > 0) {
            memcpy(value, put->head.data, put->head.size);
        }
        if (put->body.size > 0) {
            memcpy(value + put->head.size, put->body.data, put->body.size);
        }
        task->puts[i].key = put->key;
        task->puts[i].head = (struct cairn_bytes){.data = value, .size = size};
    }
}

/* Somebody is told of these rows as soon as they are stored, so they are on the disk by then. */
static bool task_is_promise(const struct cairn_put *put)
{
    switch (put->key.table) {
    case CAIRN_TABLE_NOTE:
    case CAIRN_TABLE_FORK:
    case CAIRN_TABLE_COMMIT:
    case CAIRN_TABLE_ENTRY:
        return true;
    case CAIRN_TABLE_STATE:
        return put->key.index == 3 || put->key.index == 5; /* who is a partner; restored */
    case CAIRN_TABLE_FEED:
        return put->key.index == 3 && put->head.size > 0; /* lost; else it is deleted */
    default:
        return false;
    }
}

static void task_check_sync(const struct cairn_action *action)
{
    bool is_promise = false, has_leaf = false, has_journal = false;
    for (size_t i = 0; i < action->as.store.put_count; i++) {
        const struct cairn_put *put = &action->as.store.puts[i];
        is_promise = is_promise || task_is_promise(put);
        has_leaf = has_leaf || put->key.table == CAIRN_TABLE_LEAF;
        has_journal = has_journal || (put->key.table == CAIRN_TABLE_STATE && put->key.index == 0);
    }
    CAIRN_REQUIRE(action->as.store.is_synced || !(is_promise || (has_leaf && has_journal)));
}

static void host_take_task(struct host *host, const struct cairn_action *action)
{
    CAIRN_REQUIRE(host->task_count < HOST_TASKS);
    struct host_task *task = &host->tasks[host->task_count++];
    *task = (struct host_task){.type = action->type};
    if (action->type == CAIRN_ACTION_STORE) {
        task->token = action->as.store.token;
        task_check_sync(action);
        if (!host->is_forgetful) {
            task_take_puts(task, action);
        }
        host->store_count++;
    } else if (action->type == CAIRN_ACTION_LOAD) {
        task->token = action->as.load.token;
        task->from = action->as.load.from;
        task->to_index = action->as.load.to_index;
    } else if (action->type == CAIRN_ACTION_SIGN) {
        task->token = action->as.sign.token;
        task->key = action->as.sign.key;
        task->bytes = host_copy(action->as.sign.message);
        task->size = action->as.sign.message.size;
    } else {
        task->ripe = action->as.ripe;
        memcpy(task->keys, action->as.ripe.slot_keys, (size_t)task->ripe.epoch_count * 32);
    }
}

static void host_take_frame(struct host *host, const struct cairn_action *action)
{
    struct cairn_bytes head = action->as.send.head;
    struct cairn_bytes body = action->as.send.body;
    CAIRN_REQUIRE(host->sent_count < HOST_SENT);
    CAIRN_REQUIRE(cairn_bytes_get_u32(head.data) == head.size + body.size - 4);
    struct host_frame *frame = &host->sent[host->sent_count++];
    frame->link = action->as.send.link;
    frame->size = head.size + body.size;
    frame->bytes = host_take(frame->size);
    memcpy(frame->bytes, head.data, head.size);
    if (body.size > 0) {
        memcpy(frame->bytes + head.size, body.data, body.size);
    }
}

static void host_take_wake(struct host *host, uint64_t at_ms)
{
    for (uint32_t i = 0; i < host->wake_count; i++) {
        if (host->wakes[i] == at_ms) {
            return;
        }
    }
    CAIRN_REQUIRE(host->wake_count < HOST_WAKES);
    host->wakes[host->wake_count++] = at_ms;
}

static void host_act(struct host *host, const struct cairn_action *action)
{
    switch (action->type) {
    case CAIRN_ACTION_SEND:
        host_take_frame(host, action);
        break;
    case CAIRN_ACTION_DROP:
        host->dropped[action->as.drop.link] = action->as.drop.err;
        host->drop_count++;
        break;
    case CAIRN_ACTION_STORE:
    case CAIRN_ACTION_LOAD:
    case CAIRN_ACTION_SIGN:
    case CAIRN_ACTION_RIPE:
        host_take_task(host, action);
        break;
    case CAIRN_ACTION_WAKE_AT:
        host_take_wake(host, action->as.wake_at_ms);
        break;
    case CAIRN_ACTION_ANSWER: {
        CAIRN_REQUIRE(host->answer_count < HOST_ANSWERS);
        struct host_answer *answer = &host->answers[host->answer_count++];
        answer->token = action->as.answer.token;
        answer->err = action->as.answer.err;
        answer->index = action->as.answer.index;
        memcpy(answer->feed, action->as.answer.feed, 16);
        break;
    }
    case CAIRN_ACTION_ROSTER:
        break;
    case CAIRN_ACTION_RESTART:
        host->restart_count++;
        break;
    case CAIRN_ACTION_NOTICE:
        host->notices[action->as.notice.code]++;
        host->notice_err[action->as.notice.code] = action->as.notice.err;
        break;
    }
}

void host_do(struct host *host, struct cairn_event *event)
{
    struct cairn_actions actions;
    event->now_ms = host->now_ms;
    cairn_bytes_put_u64(event->seed, host->seed++);
    cairn_core_step(host->core, event, &actions);
    for (const struct cairn_action *action = actions.first; action != NULL; action = action->next) {
        host_act(host, action);
    }
}

void host_tick(struct host *host, uint64_t ms)
{
    struct cairn_event event = {.type = CAIRN_EVENT_TICK};
    uint32_t kept = 0;
    host->now_ms += ms;
    for (uint32_t i = 0; i < host->wake_count; i++) {
        if (host->wakes[i] > host->now_ms) {
            host->wakes[kept++] = host->wakes[i];
        }
    }
    host->wake_count = kept;
    host_do(host, &event);
}

/* ---- answers to them ---- */

static void host_do_load(struct host *host, const struct host_task *task, struct cairn_event *event)
{
    static struct cairn_row rows[16384];
    event->type = CAIRN_EVENT_LOADED;
    event->as.done.rows = rows;
    event->as.done.row_count = disk_range(&host->disk, &task->from, task->to_index, rows, 16384);
}

static void host_move_cursor(struct host *host, const struct cairn_ripe *ripe)
{
    uint32_t i = 0;
    while (i < host->cursor_count && memcmp(host->cursors[i].feed, ripe->feed, 16) != 0) {
        i++;
    }
    if (i == host->cursor_count) {
        CAIRN_REQUIRE(i < HOST_CURSORS);
        memcpy(host->cursors[i].feed, ripe->feed, 16);
        host->cursor_count++;
    }
    host->cursors[i].commits = ripe->commit_number + 1;
    host->cursors[i].born = ripe->born;
}

static void host_do_ripe(struct host *host, const struct host_task *task, struct cairn_event *event)
{
    event->type = CAIRN_EVENT_OPENED;
    memcpy(event->as.opened.feed, task->ripe.feed, 16);
    event->as.opened.commit_number = task->ripe.commit_number;
    if (!task->ripe.is_private) {
        struct cairn_key key = {.table = CAIRN_TABLE_COMMIT, .index = task->ripe.commit_number};
        struct cairn_row row;
        memcpy(key.id, task->ripe.feed, 16);
        size_t count = disk_range(&host->disk, &key, key.index + 1, &row, 1);
        CAIRN_REQUIRE(count == 1); /* ripe means durable */
        core_fold_commit(host, task, row.value, event);
    }
    host_move_cursor(host, &task->ripe);
    host->opened_count++;
    host->content_count += event->as.opened.has_content;
}

void host_answer(struct host *host, uint32_t number, cairn_err err)
{
    struct host_task task = host->tasks[number];
    struct cairn_event event = {.type = CAIRN_EVENT_STORED};
    CAIRN_REQUIRE(number < host->task_count);
    host->task_count--;
    memmove(&host->tasks[number], &host->tasks[number + 1],
            (host->task_count - number) * sizeof host->tasks[0]);
    if (task.type == CAIRN_ACTION_STORE) {
        for (size_t i = 0; i < task.put_count && err == CAIRN_OK; i++) {
            disk_put(&host->disk, &task.puts[i].key, task.puts[i].head);
        }
    } else if (task.type == CAIRN_ACTION_LOAD) {
        host_do_load(host, &task, &event);
    } else if (task.type == CAIRN_ACTION_SIGN) {
        event.type = CAIRN_EVENT_SIGNED;
        cairn_suite_sign(
            host->suite, task.key == CAIRN_SIGN_LOG ? host->self.log_seed : host->self.witness_seed,
            (struct cairn_bytes){.data = task.bytes, .size = task.size}, event.as.done.signature);
    } else {
        host_do_ripe(host, &task, &event);
    }
    if (event.type != CAIRN_EVENT_OPENED) {
        event.as.done.token = task.token;
        event.as.done.err = err;
    }
    if (event.type == CAIRN_EVENT_LOADED && err != CAIRN_OK) {
        event.as.done.row_count = 0;
    }
    host_do(host, &event);
    task_free(&task);
}

void host_settle(struct host *host)
{
    for (uint32_t left = 200000; host->task_count > 0; left--) {
        CAIRN_REQUIRE(left > 0); /* it never comes to rest */
        host_answer(host, 0, CAIRN_OK);
    }
}

static uint64_t host_next_wake(const struct host *host)
{
    uint64_t next_ms = UINT64_MAX;
    for (uint32_t i = 0; i < host->wake_count; i++) {
        next_ms = host->wakes[i] < next_ms ? host->wakes[i] : next_ms;
    }
    return next_ms;
}

void host_run(struct host *host, uint64_t ms)
{
    uint64_t end_ms = host->now_ms + ms;
    host_settle(host);
    for (uint64_t at_ms; (at_ms = host_next_wake(host)) <= end_ms;) {
        host_tick(host, at_ms > host->now_ms ? at_ms - host->now_ms : 0);
        host_settle(host);
    }
    if (host->now_ms < end_ms) {
        host_tick(host, end_ms - host->now_ms);
        host_settle(host);
    }
}

uint32_t host_find_task(const struct host *host, enum cairn_action_type type)
{
    for (uint32_t i = 0; i < host->task_count; i++) {
        if (host->tasks[i].type == type) {
            return i;
        }
    }
    return UINT32_MAX;
}

/* ---- life ---- */

static void *host_spare;
static size_t host_spare_bytes;

static void *host_take_memory(size_t size)
{
    void *memory = host_spare_bytes == size ? host_spare : NULL;
    if (memory != NULL) {
        host_spare = NULL;
        host_spare_bytes = 0;
        return memory;
    }
    memory = malloc(size);
    CAIRN_REQUIRE(memory != NULL);
    return memory;
}

struct host *host_open(const struct cairn_suite *suite, const struct cairn_core_limits *limits)
{
    struct host *host = host_take(sizeof *host);
    host->suite = suite;
    host->limits = *limits;
    host->now_ms = 1700000000000u;
    host->memory = host_take_memory(cairn_core_size(limits));
    author_open(&host->self, suite, "AUT");
    host_start(host);
    return host;
}

static void host_drop_tasks(struct host *host)
{
    for (uint32_t i = 0; i < host->task_count; i++) {
        task_free(&host->tasks[i]);
    }
    host->task_count = 0;
}

void host_close(struct host *host)
{
    host_drop_tasks(host);
    host_forget_sent(host);
    author_close(&host->self);
    disk_close(&host->disk);
    free(host_spare);
    host_spare = host->memory; /* fresh pages are what a short life costs most */
    host_spare_bytes = cairn_core_size(&host->limits);
    free(host);
}

void host_recall_row(struct host *host, const struct cairn_row *row)
{
    struct cairn_event event = {.type = CAIRN_EVENT_RECALL, .as.recall = *row};
    host_do(host, &event);
}

static void host_recall(struct host *host)
{
    static const uint8_t tables[] = {CAIRN_TABLE_STATE, CAIRN_TABLE_NOTE, CAIRN_TABLE_FEED};
    for (size_t table = 0; table < sizeof tables; table++) {
        for (size_t i = 0; i < host->disk.count; i++) {
            const struct disk_row *held = host->disk.rows[i];
            struct cairn_row row = {.key = cairn_key_decode(held->key),
                                    .value = {.data = held->value, .size = held->size}};
            if (row.key.table == tables[table]) {
                host_recall_row(host, &row);
            }
        }
    }
}

void host_start(struct host *host)
{
    struct cairn_core_identity identity = {.origin = host->self.origin};
    struct cairn_event start = host->start;
    start.type = CAIRN_EVENT_START;
    cairn_suite_sign_public(host->suite, host->self.log_seed, identity.log_public);
    cairn_suite_sign_public(host->suite, host->self.witness_seed, identity.witness_public);
    identity.sealing_count = author_sealing(&host->self, identity.sealing_secrets);
    memset(identity.local_secret, 7, 32);
    host->wake_count = 0;
    host->core = cairn_core_init(host->memory, &host->limits, &identity, host->suite);
    host_recall(host);
    for (uint32_t i = 0; i < host->cursor_count; i++) {
        struct cairn_event event = {.type = CAIRN_EVENT_OPENED};
        memcpy(event.as.opened.feed, host->cursors[i].feed, 16);
        event.as.opened.commit_number = host->cursors[i].commits - 1;
        event.as.opened.born = host->cursors[i].born;
        host_do(host, &event);
    }
    host_do(host, &start);
}

void host_crash(struct host *host)
{
    host_drop_tasks(host);
    host_forget_sent(host);
    host_start(host);
}

/* ---- links ---- */

void host_link_up(struct host *host, uint32_t link, const struct author *peer)
{
    struct cairn_event event = {.type = CAIRN_EVENT_LINK_UP};
    event.as.link.link = link;
    memcpy(event.as.link.spki_hash, peer->spki_hash, 32);
    host->dropped[link] = CAIRN_OK;
    host_do(host, &event);
}

void host_link_down(struct host *host, uint32_t link)
{
    struct cairn_event event = {.type = CAIRN_EVENT_LINK_DOWN};
    event.as.link.link = link;
    host_do(host, &event);
}

void host_frame_bytes(struct host *host, uint32_t link, struct cairn_bytes payload)
{
    struct cairn_event event = {.type = CAIRN_EVENT_LINK_FRAME};
    event.as.link.link = link;
    event.as.link.frame = payload;
    host_do(host, &event);
}

void host_frame(struct host *host, uint32_t link, const struct cairn_message *message)
{
    static uint8_t buffer[CAIRN_LIMIT_FRAME_BYTES];
    struct cairn_bytes payload;
    cairn_err err = cairn_message_encode(message, buffer, sizeof buffer, &payload);
    CAIRN_REQUIRE(err == CAIRN_OK);
    host_frame_bytes(host, link, payload);
}

bool host_sent(struct host *host, uint32_t link, enum cairn_message_type type, uint32_t nth,
               struct cairn_message *out)
{
    static uint8_t memory[1u << 20];
    for (uint32_t i = 0; i < host->sent_count; i++) {
        struct cairn_arena arena;
        size_t fault_at;
        const struct host_frame *frame = &host->sent[i];
        cairn_arena_init(&arena, memory, sizeof memory);
        if (frame->link != link) {
            continue;
        }
        cairn_err err = cairn_message_decode(
            (struct cairn_bytes){.data = frame->bytes + 4, .size = frame->size - 4}, &arena, out,
            &fault_at);
        CAIRN_REQUIRE(err == CAIRN_OK); /* what we send, everybody can read */
        if (out->type == type && nth-- == 0) {
            return true;
        }
    }
    return false;
}

uint32_t host_sent_count(struct host *host, uint32_t link, enum cairn_message_type type)
{
    struct cairn_message message;
    uint32_t count = 0;
    while (host_sent(host, link, type, count, &message)) {
        count++;
    }
    return count;
}

void host_forget_sent(struct host *host)
{
    for (uint32_t i = 0; i < host->sent_count; i++) {
        free(host->sent[i].bytes);
    }
    host->sent_count = 0;
}

/* ---- commands ---- */

static uint64_t host_token(struct host *host)
{
    return 1000000 + host->seed;
}

uint64_t host_show(struct host *host, const struct author *shown)
{
    struct cairn_event event = {.type = CAIRN_EVENT_DOCUMENT};
    uint64_t token = host_token(host);
    event.as.document.token = token;
    event.as.document.note = (struct cairn_bytes){.data = shown->note, .size = shown->note_size};
    host_do(host, &event);
    return token;
}

uint64_t host_append_bytes(struct host *host, const uint8_t feed[static 16],
                           struct cairn_bytes operation)
{
    struct cairn_event event = {.type = CAIRN_EVENT_APPEND};
    uint64_t token = host_token(host);
    event.as.command.token = token;
    event.as.command.operation = operation;
    memcpy(event.as.command.feed, feed, 16);
    host_do(host, &event);
    return token;
}

uint64_t host_append(struct host *host, const uint8_t feed[static 16], const char *word,
                     uint64_t hlc_ms)
{
    static const uint8_t random[CAIRN_ID_RANDOM_BYTES];
    uint8_t buffer[512];
    struct cairn_bytes bytes;
    struct cairn_operation operation = {
        .kind = CAIRN_KIND_ALERT_WITHDRAW,
        .has_object = true,
        .hlc = hlc_ms << 16,
        .purpose = cairn_bytes_of(word),
        .actor_count = 1,
        .actors = {cairn_bytes_of("host")},
        .role = cairn_bytes_of("bureau"),
        .body = {.data = (const uint8_t *)"\x80", .size = 1},
    };
    cairn_id_make(cairn_bytes_of("AUT"), random, &operation.object);
    cairn_err err = cairn_operation_encode(&operation, buffer, sizeof buffer, &bytes);
    CAIRN_REQUIRE(err == CAIRN_OK);
    return host_append_bytes(host, feed, bytes);
}

uint64_t host_feed_open(struct host *host, const char *members)
{
    struct cairn_event event = {.type = CAIRN_EVENT_FEED_OPEN};
    uint64_t token = host_token(host);
    event.as.command.token = token;
    uint8_t codes[CAIRN_LIMIT_MEMBERS][3];
    size_t count = strlen(members) / 3;
    memcpy(codes, members, count * 3);
    event.as.command.members = (const uint8_t(*)[3])codes;
    event.as.command.member_count = count;
    event.as.command.is_private = strcmp(members, HOST_PRIVATE) == 0;
    host_do(host, &event);
    return token;
}

bool host_answered(const struct host *host, uint64_t token, struct host_answer *out)
{
    for (uint32_t i = 0; i < host->answer_count; i++) {
        if (host->answers[i].token == token) {
            *out = host->answers[i];
            return true;
        }
    }
    return false;
}

void host_meet(struct host *host, struct author *peer)
{
    uint8_t sealing[32];
    host_show(host, peer);
    cairn_suite_dh_public(host->suite, host->self.sealing_secret, sealing);
    author_pair(peer, "AUT", sealing);
    host_settle(host);
}
