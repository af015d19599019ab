#include "node/export_state.h"

#include <string.h>

#include "replication/action.h"

/* Scope fork: the record as the core keeps it, and the documents that give the author's key. */

static cairn_err export_fork_decode(struct cairn_export *bundle, struct cairn_bundle_record *out)
{
    struct cairn_arena arena;
    size_t fault_at;
    cairn_arena_init(&arena, bundle->arena, EXPORT_ARENA);
    cairn_err err = cairn_bundle_decode(bundle->proof, &arena, out, &fault_at);
    return err == CAIRN_OK && out->type == CAIRN_BUNDLE_FORK ? CAIRN_OK : CAIRN_DISK_CORRUPT;
}

cairn_err cairn_export_plan_fork(struct cairn_export *bundle)
{
    struct export_journal *journal = &bundle->journals[bundle->forked];
    struct cairn_key key = {.table = CAIRN_TABLE_FORK};
    struct cairn_bundle_record record;
    struct cairn_bytes row;
    uint8_t bytes[CAIRN_KEY_BYTES];
    memcpy(key.id, journal->id, sizeof key.id);
    cairn_key_encode(&key, bytes);
    CAIRN_TRY(cairn_store_get(bundle->log, (struct cairn_bytes){bytes, sizeof bytes}, &row));
    cairn_err err = cairn_export_copy(row, &bundle->proof);
    cairn_store_free(row);
    CAIRN_TRY(err);
    CAIRN_TRY(export_fork_decode(bundle, &record));
    journal->is_wanted = true;
    return cairn_export_copy(record.as.fork.note_a, &journal->note);
}

cairn_err cairn_export_fork(struct cairn_export *bundle)
{
    struct cairn_bundle_record record;
    CAIRN_TRY(export_fork_decode(bundle, &record));
    return cairn_export_record(bundle, &record);
}
