#include "replication/verify_make.h"

#include "replication/log/body.h"
#include "replication/log/keys.h"
#include "replication/verify_state.h"

#include <string.h>

void cairn_verify_journal(struct cairn_bytes origin, uint8_t out[static 16])
{
    cairn_keys_journal_id(origin, out);
}

void cairn_verify_tag(const struct cairn_suite *suite, const uint8_t tag_key[static 32],
                      uint64_t number, uint8_t out[static CAIRN_TAG_BYTES])
{
    cairn_keys_tag(suite, tag_key, number, out);
}

void cairn_verify_salt(const struct cairn_suite *suite, const uint8_t salt_key[static 32],
                       uint64_t number, uint8_t out[static 32])
{
    cairn_keys_salt(suite, salt_key, number, out);
}

void cairn_verify_leaf(const struct cairn_commit_entry *entry, uint8_t out[static 32])
{
    uint8_t body_hash[32];
    uint8_t stub[CAIRN_STUB_BYTES];
    cairn_sha256_of(entry->body, body_hash);
    cairn_stub_join(entry->prefix_bytes.data, entry->index, body_hash, stub);
    cairn_merkle_leaf((struct cairn_bytes){.data = stub, .size = sizeof stub}, out);
}

bool cairn_verify_is_rekey(const struct cairn_commit *commit)
{
    struct cairn_commit_cursor cursor;
    struct cairn_commit_entry entry = {.index = 0};
    struct cairn_operation operation;
    size_t fault_at;
    cairn_commit_cursor_init(&cursor, commit);
    while (cairn_commit_next(&cursor, &entry)) {
    }
    return commit->entry_count > 0 && entry.prefix.algorithms == CAIRN_ENTRY_CLEAR &&
           cairn_operation_decode(entry.body, &operation, &fault_at) == CAIRN_OK &&
           operation.kind == CAIRN_KIND_FEED_REKEY;
}

static cairn_err verify_open(const struct cairn_verify_slot *slot,
                             const struct cairn_commit_entry *entry, uint8_t *scratch,
                             uint8_t out_key[static 32], struct verify_opened *out)
{
    struct cairn_body_place place = {
        .suite = slot->suite,
        .origin = slot->origin,
        .feed = slot->feed,
        .epoch = entry->prefix.epoch,
        .index = entry->index,
    };
    struct cairn_bytes operation;
    struct cairn_arena none;
    CAIRN_TRY(cairn_body_content_key(&place, slot->key, entry->body, out_key));
    CAIRN_TRY(cairn_body_open(&place, out_key, entry->body, scratch, &operation));
    /* Only feed records need one, which are never sealed, and feed.keys, which nobody is shown: who
     * has its content key reads the feeds. source P-99 */
    cairn_arena_init(&none, NULL, 0);
    return cairn_verify_operation(operation, &none, out);
}

cairn_err cairn_verify_content_key(const struct cairn_verify_slot *slot,
                                   const struct cairn_commit_entry *entry, uint8_t *scratch,
                                   uint8_t out[static 32])
{
    struct verify_opened opened = {.is_open = false};
    uint8_t key[32];
    CAIRN_TRY(verify_open(slot, entry, scratch, key, &opened));
    memcpy(out, key, sizeof key);
    return CAIRN_OK;
}

bool cairn_verify_is_missing(const struct cairn_verify_slot *slot,
                             const struct cairn_commit_entry *entry, uint8_t *scratch,
                             struct cairn_missing *out)
{
    struct verify_opened opened = {.is_open = false};
    uint8_t key[32];
    if (entry->prefix.algorithms != CAIRN_ENTRY_SEALED ||
        verify_open(slot, entry, scratch, key, &opened) != CAIRN_OK ||
        opened.kind != CAIRN_KIND_MISSING) {
        return false;
    }
    *out = opened.change.as.missing;
    return true;
}
