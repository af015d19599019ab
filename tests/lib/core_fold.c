#include "tests/lib/core_fold.h"

#include <stdlib.h>
#include <string.h>

#include "replication/merge/open.h"
#include "schema/base/check.h"
#include "schema/operation.h"

static bool fold_is_content(struct cairn_bytes bytes)
{
    struct cairn_operation_head head;
    return cairn_operation_peek(bytes, &head) == CAIRN_OK && head.kind >= CAIRN_KIND_ACCESS_LOOKUP;
}

static void fold_keys(struct host *host, const struct cairn_core_peer *author,
                      const struct cairn_feed_keys *keys)
{
    struct cairn_event event = {.type = CAIRN_EVENT_KEYS};
    if (strcmp(author->country, host->self.country) == 0) {
        CAIRN_REQUIRE(host->handed_count < HOST_HANDED);
        struct host_handed *handed = &host->handed[host->handed_count++];
        *handed = (struct host_handed){.is_pairwise = keys->is_pairwise,
                                       .secret_count = keys->secret_count};
        memcpy(handed->feed, keys->feed, 16);
        memcpy(handed->origin, keys->origin.data, keys->origin.size);
        memcpy(handed->secrets, keys->secrets, (size_t)keys->secret_count * 32);
        return;
    }
    event.as.keys.origin = keys->origin;
    memcpy(event.as.keys.feed, keys->feed, 16);
    memcpy(event.as.keys.giver, author->country, 3);
    event.as.keys.is_pairwise = keys->is_pairwise;
    event.as.keys.secret_count = keys->secret_count;
    event.as.keys.secrets = keys->secrets;
    host_do(host, &event);
}

/* What the core is told of an operation below 16 before the commit counts as opened. */
static void fold_op(struct host *host, const struct cairn_core_peer *author,
                    struct cairn_bytes bytes, struct cairn_event *event)
{
    uint8_t memory[1024];
    struct cairn_arena arena;
    struct cairn_operation opened;
    struct cairn_feedop op;
    size_t fault_at;
    cairn_arena_init(&arena, memory, sizeof memory);
    if (cairn_operation_decode(bytes, &opened, &fault_at) != CAIRN_OK ||
        (opened.kind != CAIRN_KIND_CONTROL_MARK && opened.kind != CAIRN_KIND_FEED_KEYS) ||
        cairn_feedop_decode(&opened, &arena, &op, &fault_at) != CAIRN_OK) {
        return;
    }
    if (op.kind == CAIRN_KIND_CONTROL_MARK) {
        event->as.opened.mark_ms = op.as.mark.time_ms;
    } else {
        fold_keys(host, author, &op.as.keys);
    }
}

void core_fold_commit(struct host *host, const struct host_task *task, struct cairn_bytes bytes,
                      struct cairn_event *event)
{
    struct cairn_commit commit;
    struct cairn_commit_cursor cursor;
    struct cairn_commit_entry entry;
    size_t fault_at;
    struct cairn_core_peer author;
    cairn_err err = cairn_commit_decode(bytes, &commit, &fault_at);
    CAIRN_REQUIRE(err == CAIRN_OK);
    cairn_core_peer(host->core, task->ripe.author, &author);
    struct cairn_open_reader reader = {
        .suite = host->suite,
        .origin = cairn_bytes_of(author.origin),
        .slot_keys = (const uint8_t(*)[32])task->keys,
        .epoch_count = task->ripe.epoch_count,
    };
    memcpy(reader.feed, task->ripe.feed, 16);
    cairn_commit_cursor_init(&cursor, &commit);
    while (cairn_commit_next(&cursor, &entry)) {
        uint8_t *scratch = calloc(1, entry.body.size + 1);
        uint8_t key[32];
        struct cairn_bytes operation;
        CAIRN_REQUIRE(scratch != NULL);
        if (cairn_open_entry(&reader, &entry, scratch, &operation, key) == CAIRN_OK) {
            event->as.opened.has_content |= fold_is_content(operation);
            fold_op(host, &author, operation, event);
        }
        free(scratch);
    }
}
