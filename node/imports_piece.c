#include "node/imports.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/clock.h"
#include "node/imports_state.h"
#include "node/jsonbody.h"

/* A piece: read on a reader thread -> publish its items, IMPORTS_OPEN_ITEMS at a time -> state to
 * the disk -> answer. */

#define IMPORTS_OPEN_ITEMS 512u

static void imports_free_piece(struct imports_piece *piece)
{
    for (uint32_t at = 0; at < piece->item_count; at++) {
        free((void *)(uintptr_t)piece->items[at].body.data);
    }
    json_decref(piece->refused);
    free((void *)(uintptr_t)piece->bytes.data);
    free(piece->items);
    free(piece);
}

static void imports_fail(struct imports_piece *piece)
{
    struct cairn_imports_answer answer = {.err = piece->err};
    snprintf(answer.pointer, sizeof answer.pointer, "%s", piece->pointer);
    snprintf(answer.detail, sizeof answer.detail, "%s", piece->detail);
    piece->file->is_busy = false;
    piece->done(piece->host, &answer);
    imports_free_piece(piece);
}

/* Everything of it is durable: move on, and say so when that is durable too. */
static void imports_succeed(struct imports_piece *piece)
{
    struct imports_file *file = piece->file;
    struct imports_file before = *file;
    file->offset += piece->bytes.size;
    file->line = piece->line_after;
    file->accepted_count += piece->accepted_count;
    file->refused_count += json_array_size(piece->refused);
    file->is_resumed = false;
    memcpy(file->last, piece->reader.last, sizeof file->last);
    json_t *body = cairn_imports_file_json(file);
    (void)json_object_set(body, "refused", piece->refused);
    const struct imports_save save = {.imports = piece->imports,
                                      .file = file,
                                      .body = body,
                                      .done = piece->done,
                                      .host = piece->host};
    piece->err = cairn_imports_save(piece->imports, file, &save);
    if (piece->err != CAIRN_OK) {
        *file = before;
        imports_fail(piece);
        return;
    }
    imports_free_piece(piece);
}

static void imports_step(struct imports_piece *piece);

/* Refused for what it says: a line of the report. Anything else stops the piece. */
static bool imports_is_about_row(cairn_err err)
{
    int family = (int)err / 100;
    return family == 1 || family == 3 || family == 6;
}

static void imports_refuse_item(struct imports_item *item,
                                const struct cairn_publish_answer *answer)
{
    struct cairn_json_fault fault = {.line = 0};
    char detail[384] = "";
    if (answer->fault.err != CAIRN_OK) {
        cairn_err err = cairn_jsonbody_fault(&answer->fault, &fault);
        (void)err;
        snprintf(detail, sizeof detail, "%s", fault.pointer);
    }
    json_t *line = cairn_importcsv_reject(item->line, answer->err, detail);
    (void)json_array_append_new(item->piece->refused, line);
}

static void imports_on_published(void *host, const struct cairn_publish_answer *answer)
{
    struct imports_item *item = host;
    struct imports_piece *piece = item->piece;
    /* A batch's rows were judged one by one: what is wrong now is what they share. */
    bool is_batch = item->kind == CAIRN_KIND_ALERT_BATCH;
    piece->open_count--;
    if (answer->err == CAIRN_OK) {
        piece->accepted_count += item->row_count;
    } else if (imports_is_about_row(answer->err) && !is_batch) {
        imports_refuse_item(item, answer);
    } else if (piece->err == CAIRN_OK) {
        struct cairn_json_fault fault = {.line = 0};
        piece->err = answer->err;
        if (answer->fault.err != CAIRN_OK) {
            cairn_err err = cairn_jsonbody_fault(&answer->fault, &fault);
            (void)err;
            snprintf(piece->pointer, sizeof piece->pointer, "%s", fault.pointer);
        }
    }
    imports_step(piece);
}

static void imports_step(struct imports_piece *piece)
{
    const struct imports_file *file = piece->file;
    while (piece->err == CAIRN_OK && piece->item_next < piece->item_count &&
           piece->open_count < IMPORTS_OPEN_ITEMS) {
        struct imports_item *item = &piece->items[piece->item_next];
        const struct cairn_publish_order order = {.to = CAIRN_PUBLISH_BY_POLICY,
                                                  .kind = item->kind,
                                                  .object = item->object,
                                                  .body = item->body,
                                                  .purpose = file->purpose,
                                                  .role = file->role,
                                                  .actors = {file->actor, NULL}};
        piece->item_next++;
        piece->open_count++; /* before: other items may be answered from within */
        cairn_err err =
            cairn_publish_send(piece->imports->options.publish, &order, imports_on_published, item);
        if (err != CAIRN_OK) {
            piece->open_count--;
            piece->err = piece->err == CAIRN_OK ? err : piece->err;
        }
    }
    bool is_over = piece->err != CAIRN_OK || piece->item_next == piece->item_count;
    if (piece->open_count > 0 || !is_over) {
        return;
    }
    if (piece->err == CAIRN_OK) {
        imports_succeed(piece);
    } else {
        imports_fail(piece);
    }
}

static void imports_on_read(void *host)
{
    struct imports_piece *piece = host;
    imports_step(piece);
}

static void imports_run_read(void *host, uint32_t thread_index)
{
    (void)thread_index;
    cairn_imports_read(host);
}

static struct imports_piece *imports_make_piece(struct cairn_imports *imports,
                                                struct imports_file *file, struct cairn_bytes bytes)
{
    struct imports_piece *piece = calloc(1, sizeof *piece);
    uint8_t *copy = malloc(bytes.size + 1);
    uint32_t count = file->format == CAIRN_IMPORTS_DOCUMENTS_CSV ? 1 : CAIRN_IMPORTS_LINES_MAX;
    struct imports_item *items = calloc(count, sizeof *items);
    json_t *refused = json_array();
    if (piece == NULL || copy == NULL || items == NULL || refused == NULL) {
        free(piece);
        free(copy);
        free(items);
        json_decref(refused);
        return NULL;
    }
    memcpy(copy, bytes.data, bytes.size);
    piece->imports = imports;
    piece->file = file;
    piece->bytes = (struct cairn_bytes){copy, bytes.size};
    piece->items = items;
    piece->refused = refused;
    piece->reader = (struct cairn_importcsv){
        .country = imports->config->country,
        .is_test_network = cairn_config_is_test(imports->config),
        .day = (int32_t)(cairn_clock_wall_ms() / 86400000u),
        .line = file->line,
    };
    memcpy(piece->reader.last, file->last, sizeof piece->reader.last);
    return piece;
}

static cairn_err imports_check_take(const struct cairn_imports *imports,
                                    const struct imports_file *file)
{
    struct cairn_driver_stats stats;
    if (file->is_busy) {
        return CAIRN_BUSY;
    }
    cairn_driver_stats(imports->options.driver, &stats);
    /* What was published before the start must be seen, or it would be published again. */
    return file->is_resumed && stats.ripe_count > 0 ? CAIRN_LATER : CAIRN_OK;
}

static void imports_answer_again(const struct imports_file *file, cairn_imports_done *done,
                                 void *host)
{
    struct cairn_imports_answer answer = {.body = cairn_imports_file_json(file)};
    (void)json_object_set_new(answer.body, "refused", json_array());
    done(host, &answer);
    json_decref(answer.body);
}

cairn_err cairn_imports_take(struct cairn_imports *imports, const struct cairn_imports_piece *what,
                             cairn_imports_done *done, void *host)
{
    struct imports_file *file = cairn_imports_find(imports, what->id);
    if (file == NULL) {
        return CAIRN_NOT_FOUND;
    }
    CAIRN_TRY(imports_check_take(imports, file));
    if (what->offset < file->offset && what->offset + what->bytes.size <= file->offset) {
        imports_answer_again(file, done, host);
        return CAIRN_OK;
    }
    if (what->offset != file->offset || what->bytes.size == 0) {
        return CAIRN_STATE;
    }
    struct imports_piece *piece = imports_make_piece(imports, file, what->bytes);
    if (piece == NULL) {
        return CAIRN_MEMORY;
    }
    piece->done = done;
    piece->host = host;
    struct cairn_worker_job job = {.run = imports_run_read, .done = imports_on_read, .host = piece};
    file->is_busy = true;
    cairn_err err = cairn_worker_post(cairn_driver_readers(imports->options.driver), &job);
    if (err != CAIRN_OK) {
        file->is_busy = false;
        imports_free_piece(piece);
    }
    return err;
}
