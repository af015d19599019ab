#include "node/policytrace.h"

#include <string.h>

#include "crypto/hash.h"
#include "schema/commit.h"

static cairn_err policytrace_read(struct cairn_bytes row, struct cairn_opening *out)
{
    if (row.size < CAIRN_OPENING_BYTES) {
        return CAIRN_DISK_CORRUPT;
    }
    return cairn_opening_decode(row.data, out) == CAIRN_OK ? CAIRN_OK : CAIRN_DISK_CORRUPT;
}

static cairn_err policytrace_get(struct cairn_store *log, const uint8_t *feed, uint64_t number,
                                 struct cairn_opening *out)
{
    struct cairn_key key = {.table = CAIRN_TABLE_COMMIT, .index = number};
    uint8_t name[CAIRN_KEY_BYTES];
    struct cairn_bytes row;
    memcpy(key.id, feed, sizeof key.id);
    cairn_key_encode(&key, name);
    CAIRN_TRY(cairn_store_get(log, (struct cairn_bytes){name, sizeof name}, &row));
    cairn_err err = policytrace_read(row, out);
    cairn_store_free(row);
    return err;
}

/* The last commit of the feed that is held. */
static cairn_err policytrace_last(struct cairn_store *log, const uint8_t *feed,
                                  struct cairn_opening *out)
{
    struct cairn_key key = {.table = CAIRN_TABLE_COMMIT, .index = UINT64_MAX};
    uint8_t name[CAIRN_KEY_BYTES];
    struct cairn_bytes found;
    struct cairn_bytes row;
    memcpy(key.id, feed, sizeof key.id);
    cairn_key_encode(&key, name);
    const struct cairn_bytes prefix = {name, CAIRN_KEY_BYTES - 8};
    CAIRN_TRY(cairn_store_seek_before(log, prefix, (struct cairn_bytes){name, sizeof name}, &found,
                                      &row));
    cairn_err err = policytrace_read(row, out);
    cairn_store_free(found);
    cairn_store_free(row);
    return err;
}

cairn_err cairn_policytrace_find(struct cairn_store *log, const uint8_t feed[static 16],
                                 uint64_t index, uint8_t out_hash[static 32])
{
    struct cairn_opening opening;
    CAIRN_TRY(policytrace_last(log, feed, &opening));
    if (index >= opening.size) {
        return CAIRN_NOT_FOUND;
    }
    uint64_t low = 0; /* the one looked for lies in low..high */
    uint64_t high = opening.number;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        CAIRN_TRY(policytrace_get(log, feed, middle, &opening));
        if (index < opening.size) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    CAIRN_TRY(policytrace_get(log, feed, low, &opening));
    memcpy(out_hash, opening.policy, sizeof opening.policy);
    return CAIRN_OK;
}

void cairn_policytrace_hash(const uint8_t salt[static 32], struct cairn_bytes text,
                            uint8_t out[static 32])
{
    static const uint8_t label[] = "cairn policy v1";
    struct cairn_sha256 hash;
    cairn_sha256_init(&hash);
    cairn_sha256_update(&hash, (struct cairn_bytes){label, sizeof label});
    cairn_sha256_update(&hash, (struct cairn_bytes){salt, 32});
    cairn_sha256_update(&hash, text);
    cairn_sha256_final(&hash, out);
}
