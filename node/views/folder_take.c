#include "node/views/folder_state.h"

#include "crypto/hash.h"
#include "crypto/secret.h"
#include "schema/base/civil.h"
#include "schema/feedop.h"
#include "schema/origin.h"

#include <stdlib.h>
#include <string.h>

/* ---- objects ---- */

static size_t take_size(const struct cairn_merge_result *result)
{
    size_t size = 2 * (1 + sizeof result->key.data) + result->state.size;
    for (uint32_t i = 0; i < result->puts.count; i++) {
        size += 1 + result->puts.rows[i].key.size + result->puts.rows[i].value.size;
    }
    for (uint32_t i = 0; i < result->deletes.count; i++) {
        size += 1 + result->deletes.rows[i].key.size;
    }
    return size;
}

static void take_stage(struct cairn_stage *stage, const struct cairn_merge_result *result,
                       bool is_first)
{
    struct cairn_view_key key;
    for (uint32_t i = 0; i < result->deletes.count; i++) {
        cairn_view_key_init(&key, CAIRN_VIEW_INDEX);
        cairn_view_key_add(&key, result->deletes.rows[i].key);
        cairn_stage_delete(stage, &key);
    }
    for (uint32_t i = 0; i < result->puts.count; i++) {
        cairn_view_key_init(&key, CAIRN_VIEW_INDEX);
        cairn_view_key_add(&key, result->puts.rows[i].key);
        cairn_stage_put(stage, &key, result->puts.rows[i].value);
    }
    bool is_losing = result->deletes.count > 0 && result->puts.count == 0;
    bool is_unlisted = is_losing || (is_first && result->puts.count == 0);
    cairn_stage_put_state(stage, &result->key, result->state, !is_unlisted);
}

cairn_err folder_fold_object(struct cairn_folder *folder, const struct cairn_merge_entry *entry,
                             folder_flush *flush, void *host, cairn_err *out_why)
{
    struct cairn_merge_key keys[CAIRN_LIMIT_STATES_PER_OPERATION];
    struct cairn_merge_result result;
    struct cairn_bytes state = {NULL, 0};
    if (cairn_merge_needs(entry, keys) > 0) {
        CAIRN_TRY(cairn_stage_get_state(folder->stage, &keys[0], &state));
    }
    CAIRN_TRY(cairn_merge_fold(entry, state, &folder->arena, &result));
    *out_why = result.err;
    if (result.is_changed) {
        if (cairn_stage_is_full(folder->stage, take_size(&result))) {
            CAIRN_TRY(flush(host));
        }
        take_stage(folder->stage, &result, state.size == 0);
    }
    return CAIRN_OK;
}

/* The operation waits on disk until the own clock gets there. */
static cairn_err take_park(struct folder_run *run, const struct cairn_merge_entry *entry)
{
    struct cairn_folder *folder = run->folder;
    struct cairn_view_parked parked = {.floor_ms = entry->floor_ms,
                                       .commit = run->job->commit_number};
    uint64_t due_ms = cairn_civil_hlc_ms(entry->operation.hlc) - CAIRN_LIMIT_AHEAD_MS;
    size_t size = CAIRN_VIEW_PARKED_HEAD + entry->bytes.size;
    uint8_t *row = cairn_arena_take(&folder->arena, size);
    if (row == NULL) {
        return CAIRN_NO_ROOM;
    }
    memcpy(parked.country, entry->country, sizeof parked.country);
    memcpy(parked.entry_id, entry->entry_id, sizeof parked.entry_id);
    cairn_view_parked_encode(&parked, row);
    memcpy(row + CAIRN_VIEW_PARKED_HEAD, entry->bytes.data, entry->bytes.size);
    if (cairn_stage_is_full(folder->stage, size + sizeof(struct cairn_view_key))) {
        CAIRN_TRY(folder_run_flush(run));
    }
    struct cairn_view_key key;
    cairn_view_key_init(&key, CAIRN_VIEW_PARKED);
    cairn_view_key_add_u64(&key, due_ms);
    cairn_view_key_entry(&key, entry->feed, entry->index);
    cairn_stage_put(folder->stage, &key, (struct cairn_bytes){.data = row, .size = size});
    if (folder->due_ms == 0 || due_ms < folder->due_ms) {
        folder->due_ms = due_ms;
    }
    run->result->parked_count++;
    return CAIRN_OK;
}

/* The author's last mark before this commit; private feeds wait for the heartbeat, so they have
 * none. source P-50 */
static cairn_err take_floor(struct folder_run *run)
{
    if (!run->has_floor && !run->job->is_private) {
        CAIRN_TRY(cairn_mark_before(run->folder->marks, cairn_bytes_of(run->job->origin),
                                    run->opening.leaf_index, &run->floor_ms));
    }
    run->has_floor = true;
    return CAIRN_OK;
}

static cairn_err take_object(struct folder_run *run, struct cairn_merge_entry *entry)
{
    cairn_err why = CAIRN_OK;
    if (run->job->is_clear) {
        return folder_refuse(run, entry, CAIRN_OPERATION); /* never in a feed that all can read */
    }
    CAIRN_TRY(take_floor(run));
    entry->floor_ms = run->floor_ms;
    if (cairn_merge_is_ahead(entry, run->job->now_ms) && !entry->is_repudiated) {
        return take_park(run, entry);
    }
    CAIRN_TRY(folder_fold_object(run->folder, entry, folder_run_flush, run, &why));
    return why == CAIRN_OK ? CAIRN_OK : folder_refuse(run, entry, why);
}

/* ---- what is no object ---- */

static cairn_err take_put(struct folder_run *run, const struct cairn_view_key *key,
                          struct cairn_bytes value)
{
    struct cairn_stage *stage = run->folder->stage;
    if (cairn_stage_is_full(stage, key->size + value.size)) {
        CAIRN_TRY(folder_run_flush(run));
    }
    cairn_stage_put(stage, key, value);
    return CAIRN_OK;
}

cairn_err folder_refuse(struct folder_run *run, const struct cairn_merge_entry *entry,
                        cairn_err why)
{
    struct cairn_view_key key;
    uint8_t row[CAIRN_VIEW_REFUSED_BYTES];
    struct cairn_view_refused refused = {
        .err = why,
        .kind = entry->kind_number,
        .hlc = entry->operation.hlc,
        .commit = run->job->commit_number,
    };
    cairn_view_refused_encode(&refused, row);
    cairn_view_key_init(&key, CAIRN_VIEW_REFUSED);
    cairn_view_key_entry(&key, run->job->feed, entry->index);
    run->result->rejected_count++;
    return take_put(run, &key, (struct cairn_bytes){.data = row, .size = sizeof row});
}

static cairn_err take_result_invite(struct cairn_folder_result *result,
                                    const struct cairn_feed_invite *invite)
{
    uint32_t count = result->invite_count;
    if ((count & (count - 1)) == 0) { /* the space is always a power of two */
        size_t size = count == 0 ? 1 : 2 * (size_t)count;
        struct cairn_folder_invite *grown = realloc(result->invites, size * sizeof *grown);
        if (grown == NULL) {
            return CAIRN_MEMORY;
        }
        result->invites = grown;
    }
    memcpy(result->invites[count].feed, invite->feed, sizeof invite->feed);
    result->invites[count].leaf_index = invite->leaf_index;
    result->invite_count++;
    return CAIRN_OK;
}

static cairn_err take_invite(struct folder_run *run, const struct cairn_feed_invite *invite,
                             bool is_new)
{
    if (memcmp(run->country, run->folder->country, 3) == 0) {
        return CAIRN_OK; /* to somebody else */
    }
    CAIRN_TRY(take_result_invite(run->result, invite));
    if (!is_new) {
        return CAIRN_OK;
    }
    struct cairn_view_key key;
    uint8_t row[8];
    cairn_bytes_put_u64(row, invite->leaf_index);
    cairn_view_key_init(&key, CAIRN_VIEW_INVITE);
    cairn_view_key_add(&key, (struct cairn_bytes){.data = invite->feed, .size = 16});
    return take_put(run, &key, (struct cairn_bytes){.data = row, .size = sizeof row});
}

/* They go to the core alone: views hold no secrets. */
static cairn_err take_keys(struct folder_run *run, const struct cairn_feed_keys *keys)
{
    struct cairn_folder_result *result = run->result;
    if (memcmp(run->country, run->folder->country, 3) == 0) {
        return CAIRN_OK; /* to somebody else */
    }
    size_t size = result->keys_count * sizeof *result->keys;
    struct cairn_folder_keys *grown = malloc(size + sizeof *grown);
    if (grown == NULL) {
        return CAIRN_MEMORY;
    }
    if (size > 0) { /* no realloc: the old place is wiped */
        memcpy(grown, result->keys, size);
        cairn_secret_wipe(result->keys, size);
    }
    free(result->keys);
    result->keys = grown;
    struct cairn_folder_keys *added = &grown[result->keys_count++];
    memset(added, 0, sizeof *added);
    memcpy(added->feed, keys->feed, sizeof added->feed);
    memcpy(added->origin, keys->origin.data, keys->origin.size);
    memcpy(added->giver, run->country, sizeof added->giver);
    added->is_pairwise = keys->is_pairwise;
    added->secret_count = keys->secret_count;
    memcpy(added->secrets, keys->secrets, (size_t)keys->secret_count * 32);
    return CAIRN_OK;
}

static cairn_err take_receipt(struct folder_run *run, const struct cairn_receipt *receipt,
                              uint64_t hlc)
{
    struct cairn_view_key key;
    uint8_t row[48];
    cairn_bytes_put_u64(row, receipt->size);
    memcpy(row + 8, receipt->root, 32);
    cairn_bytes_put_u64(row + 40, hlc);
    cairn_view_key_init(&key, CAIRN_VIEW_RECEIPT);
    cairn_view_key_add(&key, (struct cairn_bytes){.data = receipt->feed, .size = 16});
    cairn_view_key_add(&key, cairn_bytes_of(run->job->origin));
    return take_put(run, &key, (struct cairn_bytes){.data = row, .size = sizeof row});
}

static cairn_err take_missing(struct folder_run *run, const struct cairn_missing *missing,
                              uint64_t hlc)
{
    static const uint8_t end[] = {0};
    struct cairn_view_key key;
    uint8_t row[8];
    cairn_bytes_put_u64(row, hlc);
    cairn_view_key_init(&key, CAIRN_VIEW_MISSING);
    cairn_view_key_add(&key, cairn_bytes_of(run->job->origin));
    cairn_view_key_add(&key, (struct cairn_bytes){.data = end, .size = 1});
    cairn_view_key_add(&key, missing->origin);
    cairn_view_key_add(&key, (struct cairn_bytes){.data = end, .size = 1});
    cairn_view_key_add_u64(&key, missing->leaf_index);
    return take_put(run, &key, (struct cairn_bytes){.data = row, .size = sizeof row});
}

/* A country says it of its own nodes only. source P-104 */
static cairn_err take_lost(struct folder_run *run, const struct cairn_feed_lost *lost, uint64_t hlc,
                           bool *out_is_refused)
{
    const uint64_t numbers[] = {lost->commits, lost->size, lost->from_leaf, lost->to_leaf, hlc};
    struct cairn_origin origin;
    struct cairn_view_key key;
    uint8_t row[sizeof numbers + CAIRN_LIMIT_ORIGIN_BYTES];
    *out_is_refused = cairn_origin_parse(lost->origin, &origin) != CAIRN_OK ||
                      memcmp(origin.country.data, run->country, 3) != 0;
    if (*out_is_refused) {
        return CAIRN_OK;
    }
    for (uint32_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        cairn_bytes_put_u64(row + i * sizeof *numbers, numbers[i]);
    }
    memcpy(row + sizeof numbers, lost->origin.data, lost->origin.size);
    cairn_view_key_init(&key, CAIRN_VIEW_LOST);
    cairn_view_key_add(&key, (struct cairn_bytes){.data = lost->feed, .size = 16});
    cairn_view_key_add(&key, (struct cairn_bytes){.data = run->job->feed, .size = 16});
    return take_put(run, &key,
                    (struct cairn_bytes){.data = row, .size = sizeof numbers + lost->origin.size});
}

static cairn_err take_lookup(struct folder_run *run, const struct cairn_merge_entry *entry)
{
    struct cairn_view_key key;
    cairn_view_key_init(&key, CAIRN_VIEW_LOOKUP);
    cairn_view_key_add_u64(&key, cairn_civil_hlc_ms(entry->operation.hlc));
    cairn_view_key_entry(&key, entry->feed, entry->index);
    return take_put(run, &key, entry->bytes);
}

/* Kept under the hash that commits name. source P-40 */
static cairn_err take_policy(struct folder_run *run, const struct cairn_policy_apply *apply)
{
    static const char label[] = "cairn policy v1";
    struct cairn_sha256 hash;
    struct cairn_view_key key;
    uint8_t digest[32];
    cairn_sha256_init(&hash);
    cairn_sha256_update(&hash,
                        (struct cairn_bytes){.data = (const uint8_t *)label, .size = sizeof label});
    cairn_sha256_update(&hash,
                        (struct cairn_bytes){.data = apply->salt, .size = sizeof apply->salt});
    cairn_sha256_update(&hash, apply->text);
    cairn_sha256_final(&hash, digest);
    cairn_view_key_init(&key, CAIRN_VIEW_POLICY);
    cairn_view_key_add(&key, (struct cairn_bytes){.data = digest, .size = sizeof digest});
    return take_put(run, &key, apply->text);
}

/* The node's own records count only in a private feed of the own country; marks only in a control
 * feed. */
static bool take_is_at_home(const struct folder_run *run, enum cairn_kind kind)
{
    bool is_own_country = memcmp(run->country, run->folder->country, 3) == 0;
    if (kind == CAIRN_KIND_ACCESS_LOOKUP || kind == CAIRN_KIND_POLICY_APPLY) {
        return run->job->is_private && is_own_country;
    }
    bool is_control = kind == CAIRN_KIND_CONTROL_MARK || kind == CAIRN_KIND_CONTROL_DOCUMENT ||
                      kind == CAIRN_KIND_CONTROL_POLICY;
    return is_control == run->job->is_clear;
}

static cairn_err take_system(struct folder_run *run, const struct cairn_merge_entry *entry,
                             bool is_new)
{
    struct cairn_feedop op;
    size_t fault_at;
    cairn_err why = cairn_feedop_decode(&entry->operation, &run->folder->arena, &op, &fault_at);
    if (why == CAIRN_OK && !take_is_at_home(run, op.kind)) {
        why = CAIRN_OPERATION;
    }
    if (why != CAIRN_OK) {
        return is_new ? folder_refuse(run, entry, why) : CAIRN_OK;
    }
    if (op.kind == CAIRN_KIND_CONTROL_MARK) {
        run->result->mark_ms = op.as.mark.time_ms;
    } else if (op.kind == CAIRN_KIND_FEED_INVITE) {
        return take_invite(run, &op.as.invite, is_new);
    } else if (op.kind == CAIRN_KIND_FEED_KEYS) {
        return take_keys(run, &op.as.keys);
    } else if (is_new && op.kind == CAIRN_KIND_RECEIPT) {
        return take_receipt(run, &op.as.receipt, entry->operation.hlc);
    } else if (is_new && op.kind == CAIRN_KIND_MISSING) {
        return take_missing(run, &op.as.missing, entry->operation.hlc);
    } else if (is_new && op.kind == CAIRN_KIND_FEED_LOST) {
        bool is_refused = false;
        CAIRN_TRY(take_lost(run, &op.as.lost, entry->operation.hlc, &is_refused));
        return is_refused ? folder_refuse(run, entry, CAIRN_OPERATION) : CAIRN_OK;
    } else if (is_new && op.kind == CAIRN_KIND_ACCESS_LOOKUP) {
        return take_lookup(run, entry);
    } else if (is_new && op.kind == CAIRN_KIND_POLICY_APPLY) {
        return take_policy(run, &op.as.apply);
    }
    return CAIRN_OK;
}

cairn_err folder_take(struct folder_run *run, struct cairn_merge_entry *entry, bool is_new)
{
    if (entry->is_unknown || entry->kind_number >= CAIRN_KIND_ALERT_ISSUE) {
        return is_new || run->is_repudiated ? take_object(run, entry) : CAIRN_OK;
    }
    return take_system(run, entry, is_new);
}
