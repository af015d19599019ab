#include "node/views/folder_state.h"

#include <stdlib.h>
#include <string.h>

#define DUE_BYTES (512u << 10) /* of rows taken at a time */

/* Parked rows, copied: a scan must not write. */
struct due_rows {
    uint64_t now_ms;
    uint64_t next_ms; /* of the first row that was not taken; 0: there is none */
    cairn_err err;
    uint32_t count;
    size_t used;
    uint8_t *memory; /* each: u32 size | key 33 | value */
};

#define DUE_KEY_BYTES 33u

static bool due_take_row(void *host, struct cairn_bytes key, struct cairn_bytes value)
{
    struct due_rows *rows = host;
    size_t size = 4 + key.size + value.size;
    if (key.size != DUE_KEY_BYTES || size > DUE_BYTES) {
        rows->err = CAIRN_DISK_CORRUPT;
        return false;
    }
    uint64_t due_ms = cairn_bytes_get_u64(key.data + 1);
    if (due_ms > rows->now_ms || size > DUE_BYTES - rows->used) {
        rows->next_ms = due_ms;
        return false;
    }
    uint8_t *at = rows->memory + rows->used;
    cairn_bytes_put_u32(at, (uint32_t)value.size);
    memcpy(at + 4, key.data, key.size);
    memcpy(at + 4 + key.size, value.data, value.size);
    rows->used += size;
    rows->count++;
    return true;
}

static cairn_err due_scan(struct cairn_folder *folder, struct due_rows *rows)
{
    struct cairn_view_key from, to;
    cairn_view_key_init(&from, CAIRN_VIEW_PARKED);
    cairn_view_key_init(&to, CAIRN_VIEW_PARKED);
    to.data[0]++;
    struct cairn_store_range range = {.from = cairn_view_key_bytes(&from),
                                      .to = cairn_view_key_bytes(&to)};
    CAIRN_TRY(cairn_store_scan(folder->views, &range, due_take_row, rows));
    return rows->err;
}

cairn_err folder_find_due(struct cairn_folder *folder)
{
    struct due_rows rows = {.now_ms = 0}; /* takes nothing */
    CAIRN_TRY(due_scan(folder, &rows));
    folder->due_ms = rows.next_ms;
    return CAIRN_OK;
}

static cairn_err due_flush(void *host)
{
    struct cairn_folder *folder = host;
    return cairn_stage_flush(folder->stage);
}

static void due_refuse(struct cairn_folder *folder, const struct cairn_merge_entry *entry,
                       uint64_t commit, cairn_err why)
{
    struct cairn_view_key key;
    uint8_t row[CAIRN_VIEW_REFUSED_BYTES];
    struct cairn_view_refused refused = {
        .err = why, .kind = entry->kind_number, .hlc = entry->operation.hlc, .commit = commit};
    cairn_view_refused_encode(&refused, row);
    cairn_view_key_init(&key, CAIRN_VIEW_REFUSED);
    cairn_view_key_entry(&key, entry->feed, entry->index);
    cairn_stage_put(folder->stage, &key, (struct cairn_bytes){.data = row, .size = sizeof row});
}

static cairn_err due_fold(struct cairn_folder *folder, struct cairn_bytes key_bytes,
                          struct cairn_bytes value)
{
    struct cairn_view_parked parked;
    struct cairn_merge_entry entry;
    struct cairn_view_key key = {.size = 0};
    size_t fault_at;
    cairn_err why = CAIRN_OK;
    CAIRN_TRY(cairn_view_parked_decode(value, &parked));
    if (cairn_merge_decode(parked.operation, &entry, &fault_at) != CAIRN_OK) {
        return CAIRN_DISK_CORRUPT; /* it was decoded before it was parked */
    }
    memcpy(entry.feed, key_bytes.data + 9, sizeof entry.feed);
    entry.index = cairn_bytes_get_u64(key_bytes.data + 25);
    entry.floor_ms = parked.floor_ms;
    entry.is_test_network = folder->is_test_network;
    entry.is_repudiated = false; /* what is, is never parked */
    memcpy(entry.country, parked.country, sizeof entry.country);
    memcpy(entry.entry_id, parked.entry_id, sizeof entry.entry_id);
    cairn_arena_reset(&folder->arena);
    CAIRN_TRY(folder_fold_object(folder, &entry, due_flush, folder, &why));
    if (why != CAIRN_OK) {
        due_refuse(folder, &entry, parked.commit, why);
    }
    cairn_view_key_add(&key, key_bytes);
    cairn_stage_delete(folder->stage, &key);
    return CAIRN_OK;
}

static cairn_err due_fold_all(struct cairn_folder *folder, const struct due_rows *rows)
{
    const uint8_t *at = rows->memory;
    for (uint32_t i = 0; i < rows->count; i++) {
        struct cairn_bytes key = {.data = at + 4, .size = DUE_KEY_BYTES};
        struct cairn_bytes value = {.data = key.data + key.size, .size = cairn_bytes_get_u32(at)};
        CAIRN_TRY(due_fold(folder, key, value));
        at = value.data + value.size;
    }
    CAIRN_TRY(cairn_stage_flush(folder->stage));
    CAIRN_TRY(cairn_stage_settle(folder->stage)); /* the next scan must not find them again */
    folder->due_ms = rows->next_ms;
    return CAIRN_OK;
}

cairn_err cairn_folder_due(struct cairn_folder *folder, uint64_t now_ms, uint64_t *out_due_ms)
{
    struct due_rows rows = {.now_ms = now_ms};
    cairn_err err = cairn_folder_settle(folder);
    if (err == CAIRN_OK && folder->due_ms != 0 && folder->due_ms <= now_ms) {
        rows.memory = malloc(DUE_BYTES);
        err = rows.memory == NULL ? CAIRN_MEMORY : CAIRN_OK;
    }
    while (err == CAIRN_OK && folder->due_ms != 0 && folder->due_ms <= now_ms) {
        rows.used = 0;
        rows.count = 0;
        rows.next_ms = 0;
        err = due_scan(folder, &rows);
        if (err == CAIRN_OK) {
            err = due_fold_all(folder, &rows);
        }
    }
    free(rows.memory);
    if (err != CAIRN_OK) {
        err = folder_fail(folder, err);
        folder->lost = CAIRN_OK; /* all commits were settled before */
        return err;
    }
    *out_due_ms = folder->due_ms;
    return CAIRN_OK;
}
