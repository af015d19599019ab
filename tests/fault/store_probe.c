/* The log store alone, for disks that fail and power that goes:
 *
 *     store_probe write DIR ACKS COUNT   make or open the store in DIR and write rows 0 to
 *                                        COUNT - 1, each a batch, every third without a sync; the
 *                                        number of each synced one goes to the file ACKS once it
 *                                        is durable
 *     store_probe read DIR...            a line for each: "DIR rows N", where rows 0 to N - 1 and
 *                                        no others are there and whole, "DIR error NUMBER",
 *                                        "DIR hole N"
 *
 * A write that fails is repeated as node/driver_store.c does it: the store is opened anew, then
 * everything since the last sync is written again. Exit 0: all was written; 3: gave up with the
 * error that it prints; anything else is a crash. */
#include "node/logger.h"
#include "node/store.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PROBE_VALUE_MAX 40000u
#define PROBE_REOPENS   3u

static uint32_t probe_value_bytes(uint32_t row)
{
    return row % 7 == 0 ? PROBE_VALUE_MAX - row % 500 : 60 + row % 200;
}

static void probe_fill(uint32_t row, uint8_t out[static PROBE_VALUE_MAX])
{
    for (uint32_t at = 0; at < probe_value_bytes(row); at++) {
        out[at] = (uint8_t)(row * 31 + at * 7 + at / 256);
    }
}

static struct cairn_bytes probe_key(uint32_t row, uint8_t out[static 5])
{
    out[0] = 'k';
    cairn_bytes_put_u32(out + 1, row);
    return (struct cairn_bytes){.data = out, .size = 5};
}

static int probe_give_up(cairn_err err)
{
    printf("error %u\n", (unsigned)err);
    return 3;
}

static bool probe_is_synced(uint32_t row)
{
    return row % 3 != 1;
}

static cairn_err probe_write_row(struct cairn_store *store, struct cairn_store_batch *batch,
                                 uint32_t row)
{
    static uint8_t value[PROBE_VALUE_MAX];
    uint8_t key[5];
    probe_fill(row, value);
    cairn_store_batch_clear(batch);
    cairn_store_batch_put(batch, probe_key(row, key),
                          (struct cairn_bytes){.data = value, .size = probe_value_bytes(row)});
    return cairn_store_write(store, batch, probe_is_synced(row));
}

/* Rows from `kept` on may be gone with the failure: they are written again. */
static cairn_err probe_mend(struct cairn_store *store, struct cairn_store_batch *batch,
                            uint32_t kept, uint32_t row)
{
    cairn_err err = CAIRN_DISK;
    for (uint32_t turn = 0; turn < PROBE_REOPENS && err == CAIRN_DISK; turn++) {
        err = cairn_store_reopen(store);
        for (uint32_t again = kept; err == CAIRN_OK && again <= row; again++) {
            err = probe_write_row(store, batch, again);
        }
    }
    return err;
}

static cairn_err probe_open(const char *path, bool is_new, struct cairn_store **out)
{
    struct cairn_store_options options = {.path = path, .kind = CAIRN_STORE_LOG, .is_new = is_new};
    return cairn_store_open(&options, out);
}

static cairn_err probe_write_all(struct cairn_store *store, int acks, uint32_t count)
{
    struct cairn_store_batch *batch = NULL;
    uint32_t kept = 0; /* the first row since the last sync */
    cairn_err err = cairn_store_batch_open(&batch);
    for (uint32_t row = 0; err == CAIRN_OK && row < count; row++) {
        err = probe_write_row(store, batch, row);
        err = err == CAIRN_DISK ? probe_mend(store, batch, kept, row) : err;
        if (err == CAIRN_OK && probe_is_synced(row)) {
            char line[16];
            int size = snprintf(line, sizeof line, "%u\n", row);
            if (write(acks, line, (size_t)size) != size) {
                abort();
            }
            kept = row + 1;
        }
        if (err == CAIRN_OK && row == count / 2) { /* tables are written, files go away */
            struct cairn_store_range all = {.from = {.data = NULL}};
            err = cairn_store_compact(store, &all);
            err = err == CAIRN_DISK ? probe_mend(store, batch, kept, row) : err;
        }
    }
    cairn_store_batch_close(batch);
    return err;
}

static int probe_write(const char *path, const char *acks_path, uint32_t count)
{
    struct cairn_store *store = NULL;
    int acks = open(acks_path, O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (acks < 0) {
        return 2;
    }
    cairn_err err = probe_open(path, true, &store);
    if (err == CAIRN_EXISTS) {
        err = probe_open(path, false, &store);
    }
    if (err == CAIRN_OK) {
        err = probe_write_all(store, acks, count);
        cairn_store_close(store);
    }
    close(acks);
    return err == CAIRN_OK ? 0 : probe_give_up(err);
}

struct probe_rows {
    uint32_t count;
    bool has_hole;
};

static bool probe_take(void *host, struct cairn_bytes key, struct cairn_bytes value)
{
    static uint8_t wanted[PROBE_VALUE_MAX];
    struct probe_rows *rows = host;
    probe_fill(rows->count, wanted);
    if (key.size != 5 || cairn_bytes_get_u32(key.data + 1) != rows->count ||
        value.size != probe_value_bytes(rows->count) ||
        memcmp(value.data, wanted, value.size) != 0) {
        rows->has_hole = true;
        return false;
    }
    rows->count++;
    return true;
}

static void probe_read(const char *path)
{
    struct cairn_store *store = NULL;
    struct probe_rows rows = {.count = 0};
    struct cairn_store_range all = {.from = {.data = NULL}};
    cairn_err err = probe_open(path, false, &store);
    if (err == CAIRN_OK) {
        err = cairn_store_scan(store, &all, probe_take, &rows);
        cairn_store_close(store);
    }
    if (err != CAIRN_OK) {
        printf("%s error %u\n", path, (unsigned)err);
    } else {
        printf("%s %s %u\n", path, rows.has_hole ? "hole" : "rows", rows.count);
    }
    (void)fflush(stdout);
}

int main(int argc, char **argv)
{
    if (argc == 5 && strcmp(argv[1], "write") == 0) {
        return probe_write(argv[2], argv[3], (uint32_t)strtoul(argv[4], NULL, 10));
    }
    if (argc < 3 || strcmp(argv[1], "read") != 0) {
        return 2;
    }
    for (int at = 2; at < argc; at++) {
        probe_read(argv[at]);
    }
    return 0;
}
