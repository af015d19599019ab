/* Rows of a node's log, for stories about disks that rot. The daemon must be down.
 *
 *     row_probe list LOG                     a line for each row: table, id, index, bytes
 *     row_probe show LOG TABLE ID INDEX      its value in hexadecimal
 *     row_probe rot LOG TABLE ID INDEX       a byte in the middle of it becomes another one
 *     row_probe drop LOG TABLE ID INDEX      it is not there any more
 *
 * TABLE is one letter of replication/table.h, ID 32 hexadecimal digits. Exit 0: done. */
#include "node/logger.h"
#include "node/store.h"
#include "replication/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void probe_print_hex(const uint8_t *bytes, size_t size)
{
    for (size_t at = 0; at < size; at++) {
        printf("%02x", bytes[at]);
    }
}

static bool probe_on_row(void *host, struct cairn_bytes key, struct cairn_bytes value)
{
    (void)host;
    if (key.size == CAIRN_KEY_BYTES) {
        struct cairn_key row = cairn_key_decode(key.data);
        printf("%c ", row.table);
        probe_print_hex(row.id, sizeof row.id);
        printf(" %llu %zu\n", (unsigned long long)row.index, value.size);
    }
    return true;
}

static bool probe_key(char **words, uint8_t out[static CAIRN_KEY_BYTES])
{
    struct cairn_key key = {.table = (uint8_t)words[0][0], .index = strtoull(words[2], NULL, 10)};
    if (strlen(words[1]) != 2 * sizeof key.id) {
        return false;
    }
    for (size_t at = 0; at < sizeof key.id; at++) {
        char digits[3] = {words[1][2 * at], words[1][2 * at + 1], '\0'};
        key.id[at] = (uint8_t)strtoul(digits, NULL, 16);
    }
    cairn_key_encode(&key, out);
    return true;
}

static cairn_err probe_change(struct cairn_store *store, struct cairn_bytes key,
                              struct cairn_bytes value, bool is_gone)
{
    struct cairn_store_batch *batch = NULL;
    CAIRN_TRY(cairn_store_batch_open(&batch));
    if (is_gone) {
        cairn_store_batch_delete(batch, key);
    } else {
        uint8_t *copy = malloc(value.size);
        memcpy(copy, value.data, value.size);
        copy[value.size / 2] ^= 0x20;
        cairn_store_batch_put(batch, key, (struct cairn_bytes){.data = copy, .size = value.size});
        free(copy);
    }
    cairn_err err = cairn_store_write(store, batch, true);
    cairn_store_batch_close(batch);
    return err;
}

static cairn_err probe_do(struct cairn_store *store, const char *what, char **words, int count)
{
    const struct cairn_store_range all = {.is_bulk = true};
    uint8_t key[CAIRN_KEY_BYTES];
    struct cairn_bytes key_bytes = {.data = key, .size = sizeof key};
    struct cairn_bytes value;
    if (strcmp(what, "list") == 0) {
        return cairn_store_scan(store, &all, probe_on_row, NULL);
    }
    if (count != 3 || !probe_key(words, key)) {
        return CAIRN_USAGE;
    }
    CAIRN_TRY(cairn_store_get(store, key_bytes, &value));
    cairn_err err = CAIRN_OK;
    if (strcmp(what, "show") == 0) {
        probe_print_hex(value.data, value.size);
        putchar('\n');
    } else {
        err = probe_change(store, key_bytes, value, strcmp(what, "drop") == 0);
    }
    cairn_store_free(value);
    return err;
}

int main(int argc, char **argv)
{
    struct cairn_store *store = NULL;
    if (argc < 3) {
        return 2;
    }
    const struct cairn_store_options options = {.path = argv[2], .kind = CAIRN_STORE_LOG};
    cairn_err err = cairn_store_open(&options, &store);
    if (err == CAIRN_OK) {
        err = probe_do(store, argv[1], argv + 3, argc - 3);
        cairn_store_close(store);
    }
    if (err != CAIRN_OK) {
        printf("error %u\n", (unsigned)err);
    }
    return err == CAIRN_OK ? 0 : 1;
}
