#include "replication/table.h"

#include "schema/base/bytes.h"

#include <string.h>

void cairn_key_encode(const struct cairn_key *key, uint8_t out[static CAIRN_KEY_BYTES])
{
    out[0] = key->table;
    memcpy(out + 1, key->id, 16);
    cairn_bytes_put_u64(out + 17, key->index);
}

struct cairn_key cairn_key_decode(const uint8_t in[static CAIRN_KEY_BYTES])
{
    struct cairn_key key = {.table = in[0], .index = cairn_bytes_get_u64(in + 17)};
    memcpy(key.id, in + 1, 16);
    return key;
}

bool cairn_key_is_cut(const struct cairn_key *key)
{
    return key->table == CAIRN_TABLE_STATE && key->index == CAIRN_STATE_CUT;
}
