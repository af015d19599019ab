#include "node/views/view.h"

#include "schema/base/check.h"

#include <string.h>

void cairn_view_key_init(struct cairn_view_key *key, enum cairn_view_table table)
{
    key->data[0] = (uint8_t)table;
    key->size = 1;
}

void cairn_view_key_add(struct cairn_view_key *key, struct cairn_bytes bytes)
{
    CAIRN_REQUIRE(bytes.size <= sizeof key->data - key->size);
    if (bytes.size > 0) {
        memcpy(key->data + key->size, bytes.data, bytes.size);
    }
    key->size += bytes.size;
}

void cairn_view_key_add_u64(struct cairn_view_key *key, uint64_t value)
{
    uint8_t bytes[8];
    cairn_bytes_put_u64(bytes, value);
    cairn_view_key_add(key, (struct cairn_bytes){.data = bytes, .size = sizeof bytes});
}

struct cairn_bytes cairn_view_key_bytes(const struct cairn_view_key *key)
{
    return (struct cairn_bytes){.data = key->data, .size = key->size};
}

void cairn_view_key_entry(struct cairn_view_key *key, const uint8_t feed[static 16], uint64_t index)
{
    cairn_view_key_add(key, (struct cairn_bytes){.data = feed, .size = 16});
    cairn_view_key_add_u64(key, index);
}

void cairn_view_cursor_encode(const struct cairn_view_cursor *cursor,
                              uint8_t out[static CAIRN_VIEW_CURSOR_BYTES])
{
    CAIRN_REQUIRE(cursor->done >= cursor->size);
    cairn_bytes_put_u32(out, CAIRN_VIEW_FORMAT);
    cairn_bytes_put_u64(out + 4, cursor->commits);
    cairn_bytes_put_u64(out + 12, cursor->size);
    cairn_bytes_put_u64(out + 20, cursor->done);
    memcpy(out + 28, cursor->root, 32);
    cairn_bytes_put_u64(out + 60, cursor->born);
}

cairn_err cairn_view_cursor_decode(struct cairn_bytes row, struct cairn_view_cursor *out)
{
    if (row.size < 4) {
        return CAIRN_DISK_CORRUPT;
    }
    if (cairn_bytes_get_u32(row.data) != CAIRN_VIEW_FORMAT) {
        return CAIRN_STATE;
    }
    if (row.size != CAIRN_VIEW_CURSOR_BYTES) {
        return CAIRN_DISK_CORRUPT;
    }
    struct cairn_view_cursor cursor = {
        .commits = cairn_bytes_get_u64(row.data + 4),
        .size = cairn_bytes_get_u64(row.data + 12),
        .done = cairn_bytes_get_u64(row.data + 20),
    };
    memcpy(cursor.root, row.data + 28, 32);
    cursor.born = cairn_bytes_get_u64(row.data + 60);
    if (cursor.done < cursor.size) {
        return CAIRN_DISK_CORRUPT;
    }
    *out = cursor;
    return CAIRN_OK;
}

void cairn_view_parked_encode(const struct cairn_view_parked *parked,
                              uint8_t out[static CAIRN_VIEW_PARKED_HEAD])
{
    memcpy(out, parked->country, 3);
    cairn_bytes_put_u64(out + 3, parked->floor_ms);
    cairn_bytes_put_u64(out + 11, parked->commit);
    memcpy(out + 19, parked->entry_id, 32);
}

cairn_err cairn_view_parked_decode(struct cairn_bytes row, struct cairn_view_parked *out)
{
    if (row.size <= CAIRN_VIEW_PARKED_HEAD) {
        return CAIRN_DISK_CORRUPT;
    }
    *out = (struct cairn_view_parked){
        .floor_ms = cairn_bytes_get_u64(row.data + 3),
        .commit = cairn_bytes_get_u64(row.data + 11),
        .operation = {.data = row.data + CAIRN_VIEW_PARKED_HEAD,
                      .size = row.size - CAIRN_VIEW_PARKED_HEAD},
    };
    memcpy(out->country, row.data, 3);
    memcpy(out->entry_id, row.data + 19, 32);
    return CAIRN_OK;
}

void cairn_view_refused_encode(const struct cairn_view_refused *refused,
                               uint8_t out[static CAIRN_VIEW_REFUSED_BYTES])
{
    cairn_bytes_put_u16(out, (uint16_t)refused->err);
    cairn_bytes_put_u64(out + 2, refused->kind);
    cairn_bytes_put_u64(out + 10, refused->hlc);
    cairn_bytes_put_u64(out + 18, refused->commit);
}

cairn_err cairn_view_refused_decode(struct cairn_bytes row, struct cairn_view_refused *out)
{
    if (row.size != CAIRN_VIEW_REFUSED_BYTES) {
        return CAIRN_DISK_CORRUPT;
    }
    *out = (struct cairn_view_refused){
        .err = (cairn_err)cairn_bytes_get_u16(row.data),
        .kind = cairn_bytes_get_u64(row.data + 2),
        .hlc = cairn_bytes_get_u64(row.data + 10),
        .commit = cairn_bytes_get_u64(row.data + 18),
    };
    return CAIRN_OK;
}
