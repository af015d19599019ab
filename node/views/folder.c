#include "node/views/folder.h"

#include "crypto/secret.h"
#include "node/views/folder_state.h"
#include "replication/action.h"
#include "replication/merge/open.h"
#include "schema/base/check.h"
#include "schema/origin.h"

#include <stdlib.h>
#include <string.h>

static struct cairn_bytes folder_log_key(enum cairn_table table, const uint8_t feed[static 16],
                                         uint64_t index, uint8_t out[static CAIRN_KEY_BYTES])
{
    struct cairn_key key = {.table = (uint8_t)table, .index = index};
    memcpy(key.id, feed, sizeof key.id);
    cairn_key_encode(&key, out);
    return (struct cairn_bytes){.data = out, .size = CAIRN_KEY_BYTES};
}

static void folder_cursor_key(struct cairn_view_key *key, const uint8_t feed[static 16])
{
    cairn_view_key_init(key, CAIRN_VIEW_CURSOR);
    cairn_view_key_add(key, (struct cairn_bytes){.data = feed, .size = 16});
}

/* ---- open and recall ---- */

/* Scans one of the tables whose key is a feed. */
struct folder_recall {
    struct cairn_folder *folder;
    cairn_folder_on_cursor *on_cursor; /* NULL: check against the log */
    cairn_folder_on_invite *on_invite;
    void *host;
    cairn_err err;
};

static cairn_err folder_scan(struct folder_recall *recall, enum cairn_view_table table,
                             cairn_store_row *row)
{
    struct cairn_view_key from, to;
    cairn_view_key_init(&from, table);
    cairn_view_key_init(&to, table);
    to.data[0]++;
    struct cairn_store_range range = {.from = cairn_view_key_bytes(&from),
                                      .to = cairn_view_key_bytes(&to)};
    cairn_err err = cairn_store_scan(recall->folder->views, &range, row, recall);
    return recall->err != CAIRN_OK ? recall->err : err;
}

/* Is the cursor's last commit the one that the log holds? errors  CAIRN_STATE */
static cairn_err folder_check_cursor(struct cairn_folder *folder, const uint8_t feed[static 16],
                                     const struct cairn_view_cursor *cursor)
{
    uint8_t key[CAIRN_KEY_BYTES];
    struct cairn_bytes row;
    struct cairn_opening opening;
    if (cursor->commits == 0) {
        return CAIRN_OK;
    }
    cairn_err err = cairn_store_get(
        folder->log, folder_log_key(CAIRN_TABLE_COMMIT, feed, cursor->commits - 1, key), &row);
    if (err != CAIRN_OK) {
        return err == CAIRN_NOT_FOUND ? CAIRN_STATE : err;
    }
    err = row.size < CAIRN_OPENING_BYTES ? CAIRN_DISK_CORRUPT
                                         : cairn_opening_decode(row.data, &opening);
    cairn_store_free(row);
    CAIRN_TRY(err);
    bool is_same =
        opening.size == cursor->size && cairn_bytes_is_same32(opening.root, cursor->root);
    return is_same ? CAIRN_OK : CAIRN_STATE;
}

static bool folder_recall_cursor(void *host, struct cairn_bytes key, struct cairn_bytes value)
{
    struct folder_recall *recall = host;
    struct cairn_view_cursor cursor;
    if (key.size != 17) {
        recall->err = CAIRN_DISK_CORRUPT;
        return false;
    }
    recall->err = cairn_view_cursor_decode(value, &cursor);
    if (recall->err == CAIRN_OK && recall->on_cursor == NULL) {
        recall->err = folder_check_cursor(recall->folder, key.data + 1, &cursor);
    } else if (recall->err == CAIRN_OK && cursor.commits > 0) {
        recall->on_cursor(recall->host, key.data + 1, cursor.commits, cursor.born);
    }
    return recall->err == CAIRN_OK;
}

static bool folder_recall_invite(void *host, struct cairn_bytes key, struct cairn_bytes value)
{
    struct folder_recall *recall = host;
    struct cairn_folder_invite invite;
    if (key.size != 17 || value.size != 8) {
        recall->err = CAIRN_DISK_CORRUPT;
        return false;
    }
    memcpy(invite.feed, key.data + 1, sizeof invite.feed);
    invite.leaf_index = cairn_bytes_get_u64(value.data);
    recall->on_invite(recall->host, &invite);
    return true;
}

cairn_err cairn_folder_cursors(struct cairn_folder *folder, cairn_folder_on_cursor *on_cursor,
                               void *host)
{
    struct folder_recall recall = {.folder = folder, .on_cursor = on_cursor, .host = host};
    CAIRN_REQUIRE(on_cursor != NULL);
    return folder_scan(&recall, CAIRN_VIEW_CURSOR, folder_recall_cursor);
}

cairn_err cairn_folder_invites(struct cairn_folder *folder, cairn_folder_on_invite *on_invite,
                               void *host)
{
    struct folder_recall recall = {.folder = folder, .on_invite = on_invite, .host = host};
    return folder_scan(&recall, CAIRN_VIEW_INVITE, folder_recall_invite);
}

static cairn_err folder_start(struct cairn_folder *folder)
{
    struct folder_recall recall = {.folder = folder};
    CAIRN_TRY(cairn_suite_open_real(&folder->suite));
    CAIRN_TRY(cairn_mark_open(folder->log, &folder->marks));
    CAIRN_TRY(cairn_stage_open(folder->views, &folder->stage));
    CAIRN_TRY(folder_scan(&recall, CAIRN_VIEW_CURSOR, folder_recall_cursor));
    return folder_find_due(folder);
}

cairn_err cairn_folder_open(const struct cairn_folder_options *options, struct cairn_folder **out)
{
    CAIRN_REQUIRE(strlen(options->country) == 3);
    struct cairn_folder *folder = calloc(1, sizeof *folder);
    if (folder == NULL) {
        return CAIRN_MEMORY;
    }
    folder->log = options->log;
    folder->views = options->views;
    memcpy(folder->country, options->country, sizeof folder->country);
    folder->is_test_network = cairn_country_is_test(cairn_bytes_of(options->network));
    cairn_arena_init(&folder->arena, folder->memory, sizeof folder->memory);
    cairn_err err = folder_start(folder);
    if (err != CAIRN_OK) {
        cairn_folder_close(folder);
        return err;
    }
    *out = folder;
    return CAIRN_OK;
}

void cairn_folder_close(struct cairn_folder *folder)
{
    if (folder == NULL) {
        return;
    }
    cairn_stage_close(folder->stage);
    cairn_mark_close(folder->marks);
    if (folder->suite.table != NULL) {
        cairn_suite_close(&folder->suite);
    }
    cairn_secret_wipe(folder->body, sizeof folder->body);
    free(folder);
}

cairn_err folder_fail(struct cairn_folder *folder, cairn_err err)
{
    CAIRN_REQUIRE(err != CAIRN_OK);
    cairn_stage_drop(folder->stage);
    folder->recent_count = 0;
    folder->lost = err;
    return err;
}

cairn_err cairn_folder_reopen(struct cairn_folder *folder)
{
    folder->recent_count = 0;
    CAIRN_TRY(cairn_stage_reopen(folder->stage));
    return folder_find_due(folder);
}

static cairn_err folder_write_all(struct cairn_folder *folder)
{
    cairn_err flushed = cairn_stage_flush(folder->stage);
    cairn_err err = cairn_stage_settle(folder->stage);
    err = flushed == CAIRN_OK ? err : flushed;
    if (err != CAIRN_OK) {
        folder->recent_count = 0;
    }
    return err;
}

cairn_err cairn_folder_settle(struct cairn_folder *folder)
{
    cairn_err lost = folder->lost;
    cairn_err err = folder_write_all(folder);
    folder->lost = CAIRN_OK;
    return lost == CAIRN_OK ? err : lost;
}

/* ---- one commit ---- */

static void run_put_cursor(const struct folder_run *run)
{
    struct cairn_view_key key;
    uint8_t row[CAIRN_VIEW_CURSOR_BYTES];
    folder_cursor_key(&key, run->job->feed);
    cairn_view_cursor_encode(&run->cursor, row);
    cairn_stage_put(run->folder->stage, &key,
                    (struct cairn_bytes){.data = row, .size = sizeof row});
}

cairn_err folder_run_flush(void *host)
{
    struct folder_run *run = host;
    run_put_cursor(run);
    return cairn_stage_flush(run->folder->stage);
}

static void run_note(struct folder_run *run, const struct cairn_merge_entry *entry)
{
    struct cairn_folder_result *result = run->result;
    uint64_t hlc = entry->operation.hlc;
    result->hlc_max = hlc > result->hlc_max ? hlc : result->hlc_max;
    result->has_content = result->has_content || entry->kind_number >= CAIRN_KIND_ACCESS_LOOKUP;
}

/* gives  *out: index and feed, and if it opened and decoded all but floor_ms */
static cairn_err run_open(const struct folder_run *run, const struct cairn_open_reader *reader,
                          const struct cairn_commit_entry *sealed, struct cairn_merge_entry *out)
{
    struct cairn_folder *folder = run->folder;
    uint8_t content_key[32];
    struct cairn_bytes operation;
    size_t fault_at;
    cairn_err err = cairn_open_entry(reader, sealed, folder->body, &operation, content_key);
    cairn_secret_wipe(content_key, sizeof content_key);
    if (err == CAIRN_OK) {
        err = cairn_merge_decode(operation, out, &fault_at);
    }
    if (err != CAIRN_OK) {
        memset(out, 0, sizeof *out);
    }
    out->index = sealed->index;
    memcpy(out->feed, run->job->feed, sizeof out->feed);
    memcpy(out->country, run->country, sizeof out->country);
    out->is_test_network = folder->is_test_network;
    out->is_repudiated = run->is_repudiated;
    return err;
}

static cairn_err run_entry(struct folder_run *run, const struct cairn_open_reader *reader,
                           const struct cairn_commit_entry *sealed)
{
    struct cairn_merge_entry entry;
    bool is_new = sealed->index >= run->cursor.done;
    cairn_arena_reset(&run->folder->arena);
    cairn_err why = run_open(run, reader, sealed, &entry);
    if (why != CAIRN_OK) {
        CAIRN_TRY(is_new ? folder_refuse(run, &entry, why) : CAIRN_OK);
    } else {
        run_note(run, &entry);
        if (entry.kind_number >= CAIRN_KIND_ALERT_ISSUE) {
            cairn_open_entry_id(reader, sealed, entry.entry_id);
        }
        CAIRN_TRY(folder_take(run, &entry, is_new));
    }
    if (is_new) {
        run->cursor.done = sealed->index + 1;
        run->result->entry_count++;
    }
    return CAIRN_OK;
}

static cairn_err run_commit(struct folder_run *run, const struct cairn_open_reader *reader,
                            struct cairn_bytes row)
{
    struct cairn_commit commit;
    struct cairn_commit_cursor cursor;
    struct cairn_commit_entry entry;
    size_t fault_at;
    if (cairn_commit_decode(row, &commit, &fault_at) != CAIRN_OK) {
        return CAIRN_DISK_CORRUPT;
    }
    cairn_commit_cursor_init(&cursor, &commit);
    while (cairn_commit_next(&cursor, &entry)) {
        CAIRN_TRY(run_entry(run, reader, &entry));
    }
    return CAIRN_OK;
}

/* A private feed's entries: one row each. */
struct run_private {
    struct folder_run *run;
    const struct cairn_open_reader *reader;
    uint64_t index; /* of the next one */
    cairn_err err;
};

static bool run_private_row(void *host, struct cairn_bytes key, struct cairn_bytes value)
{
    struct run_private *private = host;
    struct cairn_commit_entry entry = {.index = private->index};
    (void)key;
    private->err = CAIRN_DISK_CORRUPT;
    if (cairn_bytes_get_u64(key.data + key.size - 8) != private->index ||
        value.size < CAIRN_PREFIX_BYTES ||
        value.size > CAIRN_PREFIX_BYTES + CAIRN_LIMIT_BODY_BYTES ||
        cairn_prefix_decode(value.data, &entry.prefix) != CAIRN_OK) {
        return false;
    }
    entry.prefix_bytes = (struct cairn_bytes){.data = value.data, .size = CAIRN_PREFIX_BYTES};
    entry.body = (struct cairn_bytes){.data = value.data + CAIRN_PREFIX_BYTES,
                                      .size = value.size - CAIRN_PREFIX_BYTES};
    private->err = run_entry(private->run, private->reader, &entry);
    private->index++;
    return private->err == CAIRN_OK;
}

static cairn_err run_private(struct folder_run *run, const struct cairn_open_reader *reader)
{
    const struct cairn_opening *opening = &run->opening;
    struct run_private private = {.run = run, .reader = reader, .index = opening->previous_size};
    uint8_t from[CAIRN_KEY_BYTES], to[CAIRN_KEY_BYTES];
    struct cairn_store_range range = {
        .from = folder_log_key(CAIRN_TABLE_ENTRY, opening->feed, opening->previous_size, from),
        .to = folder_log_key(CAIRN_TABLE_ENTRY, opening->feed, opening->size, to),
        .is_bulk = true,
    };
    cairn_err err = cairn_store_scan(run->folder->log, &range, run_private_row, &private);
    CAIRN_TRY(private.err);
    CAIRN_TRY(err);
    return private.index == opening->size ? CAIRN_OK : CAIRN_DISK_CORRUPT;
}

static struct folder_recent *run_find_recent(struct cairn_folder *folder,
                                             const uint8_t feed[static 16])
{
    uint32_t kept = folder->recent_count < FOLDER_RECENT ? folder->recent_count : FOLDER_RECENT;
    for (uint32_t i = 0; i < kept; i++) {
        if (cairn_bytes_is_same16(folder->recent[i].feed, feed)) {
            return &folder->recent[i];
        }
    }
    return NULL;
}

static void run_keep_cursor(const struct folder_run *run)
{
    struct cairn_folder *folder = run->folder;
    struct folder_recent *recent = run_find_recent(folder, run->job->feed);
    if (recent == NULL) {
        recent = &folder->recent[folder->recent_count++ % FOLDER_RECENT];
        memcpy(recent->feed, run->job->feed, sizeof recent->feed);
    }
    recent->cursor = run->cursor;
}

static cairn_err run_find_cursor(struct folder_run *run)
{
    struct cairn_folder *folder = run->folder;
    struct cairn_view_key key;
    struct cairn_bytes row;
    const struct folder_recent *recent = run_find_recent(folder, run->job->feed);
    if (recent != NULL) {
        run->cursor = recent->cursor;
        return CAIRN_OK;
    }
    CAIRN_TRY(folder_write_all(folder)); /* the row may not be written yet */
    folder_cursor_key(&key, run->job->feed);
    cairn_err err = cairn_store_get(folder->views, cairn_view_key_bytes(&key), &row);
    if (err == CAIRN_NOT_FOUND) {
        return CAIRN_OK;
    }
    CAIRN_TRY(err);
    err = cairn_view_cursor_decode(row, &run->cursor);
    cairn_store_free(row);
    return err;
}

/* gives  zeros for a feed that was never folded: what was, under its id, may be another one */
static cairn_err run_load_cursor(struct folder_run *run)
{
    CAIRN_TRY(run_find_cursor(run));
    if (run->cursor.born != run->job->born) {
        run->cursor = (struct cairn_view_cursor){.born = run->job->born};
    }
    return CAIRN_OK;
}

/* errors  CAIRN_DISK_CORRUPT  the row is not the commit that was asked for */
static cairn_err run_check(struct folder_run *run, struct cairn_bytes row)
{
    const struct cairn_opening *opening = &run->opening;
    if (row.size < CAIRN_COMMIT_HEAD_BYTES ||
        cairn_opening_decode(row.data, &run->opening) != CAIRN_OK ||
        !cairn_bytes_is_same16(opening->feed, run->job->feed) ||
        opening->number != run->job->commit_number) {
        return CAIRN_DISK_CORRUPT;
    }
    bool is_next = run->job->commit_number == run->cursor.commits;
    return is_next && opening->previous_size != run->cursor.size ? CAIRN_DISK_CORRUPT : CAIRN_OK;
}

static cairn_err run_row(struct folder_run *run, struct cairn_bytes row)
{
    CAIRN_TRY(run_check(run, row));
    run->is_repudiated = run->job->is_ended && run->opening.leaf_index >= run->job->counted_size;
    struct cairn_open_reader reader = {.suite = &run->folder->suite,
                                       .origin = cairn_bytes_of(run->job->origin),
                                       .slot_keys = run->job->slot_keys,
                                       .epoch_count = run->job->epoch_count};
    memcpy(reader.feed, run->job->feed, sizeof reader.feed);
    CAIRN_TRY(run->job->is_private ? run_private(run, &reader) : run_commit(run, &reader, row));
    if (run->job->commit_number == run->cursor.commits) {
        run->cursor.commits++;
        run->cursor.size = run->opening.size;
        run->cursor.done = run->opening.size;
        memcpy(run->cursor.root, run->opening.root, sizeof run->cursor.root);
        run_put_cursor(run);
        return cairn_stage_is_full(run->folder->stage, 0) ? cairn_stage_flush(run->folder->stage)
                                                          : CAIRN_OK;
    }
    return run->is_repudiated ? folder_run_flush(run) : CAIRN_OK;
}

static cairn_err run_job(struct folder_run *run)
{
    struct cairn_bytes row;
    uint8_t key[CAIRN_KEY_BYTES];
    CAIRN_TRY(run_load_cursor(run));
    CAIRN_REQUIRE(run->job->commit_number <= run->cursor.commits); /* in order */
    cairn_err err = cairn_store_get(
        run->folder->log,
        folder_log_key(CAIRN_TABLE_COMMIT, run->job->feed, run->job->commit_number, key), &row);
    if (err != CAIRN_OK) {
        return err == CAIRN_NOT_FOUND ? CAIRN_DISK_CORRUPT : err; /* it is ripe: it must be there */
    }
    err = run_row(run, row);
    cairn_store_free(row);
    return err;
}

cairn_err cairn_folder_fold(struct cairn_folder *folder, const struct cairn_folder_job *job,
                            struct cairn_folder_result *out)
{
    struct cairn_folder_result result = {.has_content = false};
    struct folder_run run = {.folder = folder, .job = job, .result = &result};
    struct cairn_origin origin;
    CAIRN_REQUIRE(job->epoch_count <= CAIRN_FOLDER_EPOCHS_MAX);
    cairn_err err = cairn_origin_parse(cairn_bytes_of(job->origin), &origin);
    CAIRN_REQUIRE(err == CAIRN_OK);
    memcpy(run.country, origin.country.data, 3);
    err = run_job(&run);
    if (err != CAIRN_OK) {
        cairn_folder_result_free(&result);
        return folder_fail(folder, err);
    }
    run_keep_cursor(&run);
    result.due_ms = folder->due_ms;
    *out = result;
    return CAIRN_OK;
}

void cairn_folder_result_free(struct cairn_folder_result *result)
{
    free(result->invites);
    result->invites = NULL;
    result->invite_count = 0;
    if (result->keys != NULL) {
        cairn_secret_wipe(result->keys, result->keys_count * sizeof *result->keys);
    }
    free(result->keys);
    result->keys = NULL;
    result->keys_count = 0;
}
