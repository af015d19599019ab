#include "tests/sim/disk.h"

#include <stdlib.h>
#include <string.h>

void disk_close(struct disk *disk)
{
    disk_sync(disk);
    for (size_t i = 0; i < disk->count; i++) {
        free(disk->rows[i]->value);
        free(disk->rows[i]);
    }
    free(disk->rows);
    free(disk->old);
    *disk = (struct disk){.count = 0};
}

static size_t disk_find(const struct disk *disk, const uint8_t key[static CAIRN_KEY_BYTES])
{
    size_t low = 0;
    size_t high = disk->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (memcmp(disk->rows[middle]->key, key, CAIRN_KEY_BYTES) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static void disk_insert(struct disk *disk, size_t at, const uint8_t *key)
{
    if (disk->count == disk->capacity) {
        disk->capacity = disk->capacity == 0 ? 256 : disk->capacity * 2;
        disk->rows = realloc(disk->rows, disk->capacity * sizeof *disk->rows);
        if (disk->rows == NULL) {
            abort();
        }
    }
    memmove(disk->rows + at + 1, disk->rows + at, (disk->count - at) * sizeof *disk->rows);
    disk->rows[at] = calloc(1, sizeof **disk->rows);
    if (disk->rows[at] == NULL) {
        abort();
    }
    memcpy(disk->rows[at]->key, key, CAIRN_KEY_BYTES);
    disk->count++;
}

/* ---- what is not synced ---- */

void disk_begin(struct disk *disk)
{
    disk->batches++;
}

void disk_sync(struct disk *disk)
{
    for (size_t i = 0; i < disk->old_count; i++) {
        free(disk->old[i].row.value);
    }
    disk->old_count = 0;
    disk->batches = 0;
}

/* Takes the value over. */
static void disk_remember(struct disk *disk, struct disk_row row)
{
    if (disk->batches == 0) {
        free(row.value);
        return;
    }
    if (disk->old_count == disk->old_capacity) {
        disk->old_capacity = disk->old_capacity == 0 ? 256 : disk->old_capacity * 2;
        disk->old = realloc(disk->old, disk->old_capacity * sizeof *disk->old);
        if (disk->old == NULL) {
            abort();
        }
    }
    disk->old[disk->old_count++] = (struct disk_old){.row = row, .batch = disk->batches};
}

void disk_undo(struct disk *disk, uint32_t batches)
{
    uint32_t left = disk->batches > batches ? disk->batches - batches : 0;
    disk->batches = 0;
    while (disk->old_count > 0 && disk->old[disk->old_count - 1].batch > left) {
        struct disk_row *row = &disk->old[--disk->old_count].row;
        struct cairn_key key = cairn_key_decode(row->key);
        disk_put(disk, &key, (struct cairn_bytes){.data = row->value, .size = row->size});
        free(row->value);
    }
    disk->batches = left;
}

/* ---- rows ---- */

static void disk_delete(struct disk *disk, size_t at, const uint8_t *key)
{
    if (at < disk->count && memcmp(disk->rows[at]->key, key, CAIRN_KEY_BYTES) == 0) {
        disk_remember(disk, *disk->rows[at]);
        free(disk->rows[at]);
        disk->count--;
        memmove(disk->rows + at, disk->rows + at + 1, (disk->count - at) * sizeof *disk->rows);
    }
}

/* A value without bytes deletes the row, as in struct cairn_put. */
void disk_put(struct disk *disk, const struct cairn_key *key, struct cairn_bytes value)
{
    uint8_t bytes[CAIRN_KEY_BYTES];
    cairn_key_encode(key, bytes);
    size_t at = disk_find(disk, bytes);
    if (value.size == 0) {
        disk_delete(disk, at, bytes);
        return;
    }
    if (at == disk->count || memcmp(disk->rows[at]->key, bytes, CAIRN_KEY_BYTES) != 0) {
        disk_insert(disk, at, bytes);
    }
    disk_remember(disk, *disk->rows[at]);
    disk->rows[at]->value = malloc(value.size + 1);
    if (disk->rows[at]->value == NULL) {
        abort();
    }
    memcpy(disk->rows[at]->value, value.data, value.size);
    disk->rows[at]->size = value.size;
    disk->rows[at]->is_rotten = false;
}

bool disk_rot(struct disk *disk, const struct cairn_key *key, bool is_readable)
{
    uint8_t bytes[CAIRN_KEY_BYTES];
    cairn_key_encode(key, bytes);
    size_t at = disk_find(disk, bytes);
    if (at == disk->count || memcmp(disk->rows[at]->key, bytes, CAIRN_KEY_BYTES) != 0) {
        return false;
    }
    if (is_readable) {
        disk->rows[at]->value[disk->rows[at]->size / 2] ^= 0x20;
    } else {
        disk->rows[at]->is_rotten = true;
    }
    return true;
}

size_t disk_rotten(const struct disk *disk)
{
    size_t count = 0;
    for (size_t i = 0; i < disk->count; i++) {
        count += disk->rows[i]->is_rotten ? 1 : 0;
    }
    return count;
}

size_t disk_range(const struct disk *disk, const struct cairn_key *from, uint64_t to_index,
                  struct cairn_row *out, size_t max)
{
    uint8_t bytes[CAIRN_KEY_BYTES];
    cairn_key_encode(from, bytes);
    size_t count = 0;
    for (size_t at = disk_find(disk, bytes); at < disk->count && count < max; at++) {
        struct cairn_key key = cairn_key_decode(disk->rows[at]->key);
        if (key.table != from->table || memcmp(key.id, from->id, 16) != 0 ||
            key.index >= to_index) {
            break;
        }
        if (disk->rows[at]->is_rotten) {
            continue;
        }
        out[count].key = key;
        out[count].value =
            (struct cairn_bytes){.data = disk->rows[at]->value, .size = disk->rows[at]->size};
        count++;
    }
    return count;
}

bool disk_holds(const struct disk *disk, struct cairn_bytes bytes)
{
    for (size_t i = 0; i < disk->count; i++) {
        const struct disk_row *row = disk->rows[i];
        for (size_t at = 0; at + bytes.size <= row->size; at++) {
            if (memcmp(row->value + at, bytes.data, bytes.size) == 0) {
                return true;
            }
        }
    }
    return false;
}
