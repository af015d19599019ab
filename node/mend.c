#include "node/mend.h"

#include "node/file.h"
#include "node/store.h"
#include "replication/scrub.h"

static bool mend_on_row(void *host, struct cairn_bytes key, struct cairn_bytes value)
{
    uint64_t *count = host;
    (void)key;
    (void)value;
    (*count)++;
    return true;
}

/* Every row, and so every block. errors  CAIRN_DISK_CORRUPT  not all of them are whole */
static cairn_err mend_read_all(struct cairn_store *store, uint64_t *out_count)
{
    const struct cairn_store_range all = {.is_bulk = true};
    *out_count = 0;
    return cairn_store_scan(store, &all, mend_on_row, out_count);
}

/* The core that recalls this row says nothing before partners have shown what they hold. */
static cairn_err mend_doubt(struct cairn_store *store)
{
    struct cairn_key key;
    uint8_t key_bytes[CAIRN_KEY_BYTES];
    uint8_t row[16];
    struct cairn_store_batch *batch = NULL;
    CAIRN_TRY(cairn_store_batch_open(&batch));
    size_t size = cairn_core_scrub_doubt(&key, row);
    cairn_key_encode(&key, key_bytes);
    cairn_store_batch_put(batch, (struct cairn_bytes){.data = key_bytes, .size = sizeof key_bytes},
                          (struct cairn_bytes){.data = row, .size = size});
    cairn_err err = cairn_store_write(store, batch, true);
    cairn_store_batch_close(batch);
    return err;
}

static cairn_err mend_repair(const struct cairn_store_options *options,
                             struct cairn_mend_result *out)
{
    struct cairn_store *store = NULL;
    CAIRN_TRY(cairn_store_repair(options));
    CAIRN_TRY(cairn_store_open(options, &store));
    cairn_err err = mend_read_all(store, &out->row_count);
    if (err == CAIRN_OK) {
        err = mend_doubt(store);
    }
    cairn_store_close(store);
    out->is_repaired = err == CAIRN_OK;
    return err;
}

cairn_err cairn_mend(const char *dir, const struct cairn_config *config,
                     struct cairn_mend_result *out)
{
    char path[CAIRN_FILE_PATH_MAX];
    struct cairn_store *store = NULL;
    *out = (struct cairn_mend_result){.is_repaired = false};
    CAIRN_TRY(cairn_file_path(dir, "log", path));
    const struct cairn_store_options options = {
        .path = path, .kind = CAIRN_STORE_LOG, .floor = config->floor};
    cairn_err err = cairn_store_open(&options, &store);
    if (err == CAIRN_OK) {
        err = mend_read_all(store, &out->row_count);
        cairn_store_close(store);
    }
    return err == CAIRN_DISK_CORRUPT || err == CAIRN_DISK ? mend_repair(&options, out) : err;
}
