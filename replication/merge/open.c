#include "replication/merge/open.h"

#include "crypto/hash.h"
#include "replication/log/body.h"
#include "replication/log/keys.h"

#include <string.h>

cairn_err cairn_open_entry(const struct cairn_open_reader *reader,
                           const struct cairn_commit_entry *entry, uint8_t *scratch,
                           struct cairn_bytes *out_operation, uint8_t out_content_key[static 32])
{
    memset(out_content_key, 0, 32);
    if (entry->prefix.algorithms == CAIRN_ENTRY_CLEAR) {
        *out_operation = entry->body;
        return CAIRN_OK;
    }
    if (entry->prefix.epoch >= reader->epoch_count) {
        return CAIRN_CRYPTO_OPEN;
    }
    struct cairn_body_place place = {
        .origin = reader->origin,
        .feed = reader->feed,
        .epoch = entry->prefix.epoch,
        .index = entry->index,
        .suite = reader->suite,
    };
    CAIRN_TRY(cairn_body_content_key(&place, reader->slot_keys[entry->prefix.epoch], entry->body,
                                     out_content_key));
    return cairn_body_open(&place, out_content_key, entry->body, scratch, out_operation);
}

void cairn_open_entry_id(const struct cairn_open_reader *reader,
                         const struct cairn_commit_entry *entry, uint8_t out[static 32])
{
    uint8_t body_hash[32];
    uint8_t stub[CAIRN_STUB_BYTES];
    cairn_sha256_of(entry->body, body_hash);
    cairn_stub_join(entry->prefix_bytes.data, entry->index, body_hash, stub);
    cairn_keys_entry_id(reader->feed, stub, out);
}
