#include "node/publish_state.h"

#include <stdlib.h>
#include <string.h>

#include "node/file.h"
#include "node/jsontext.h"
#include "node/logger.h"
#include "node/savefile.h"
#include "schema/base/text.h"

/* DIR/feeds.json:
 * {"feeds": [{"for": "all -IRN", "feed": "32 hex", "seal": "64 hex", "past": ["32 hex", ...]}]} */

#define TABLE_BYTES_MAX ((size_t)32 << 20)

static cairn_err table_read_feed(const json_t *value, uint8_t out[static 16])
{
    const char *hex = json_string_value(value);
    if (hex == NULL) {
        return CAIRN_JSON_FIELD;
    }
    return cairn_text_hex_decode(cairn_bytes_of(hex), 16, out) == CAIRN_OK ? CAIRN_OK
                                                                           : CAIRN_JSON_FIELD;
}

static cairn_err table_read_past(const json_t *past, struct publish_row *row)
{
    size_t count = json_array_size(past);
    row->past = count == 0 ? NULL : calloc(count, sizeof *row->past);
    if (count > 0 && row->past == NULL) {
        return CAIRN_MEMORY;
    }
    for (size_t at = 0; at < count; at++) {
        CAIRN_TRY(table_read_feed(json_array_get(past, at), row->past[row->past_count++]));
    }
    return CAIRN_OK;
}

static cairn_err table_read_row(struct cairn_publish *publish, const json_t *object,
                                struct cairn_audience *audience)
{
    const char *stands_for = json_string_value(json_object_get(object, "for"));
    if (stands_for == NULL) {
        return CAIRN_JSON_FIELD;
    }
    CAIRN_TRY(cairn_audience_read(stands_for, audience));
    struct publish_row *row = cairn_publish_row_of(publish, audience);
    if (row == NULL) {
        return CAIRN_MEMORY;
    }
    if (row->has_feed) {
        return CAIRN_JSON_FIELD; /* one audience twice */
    }
    CAIRN_TRY(table_read_feed(json_object_get(object, "feed"), row->feed));
    row->has_feed = true;
    const char *seal = json_string_value(json_object_get(object, "seal"));
    if (seal != NULL &&
        cairn_text_hex_decode(cairn_bytes_of(seal), sizeof row->seal, row->seal) != CAIRN_OK) {
        return CAIRN_JSON_FIELD;
    }
    return table_read_past(json_object_get(object, "past"), row);
}

static cairn_err table_read(struct cairn_publish *publish, struct cairn_bytes text)
{
    struct cairn_json_fault fault;
    json_t *whole = NULL;
    struct cairn_audience *audience = malloc(sizeof *audience);
    if (audience == NULL) {
        return CAIRN_MEMORY;
    }
    cairn_err err = cairn_jsontext_parse(text, &whole, &fault);
    const json_t *rows = err == CAIRN_OK ? json_object_get(whole, "feeds") : NULL;
    for (size_t at = 0; err == CAIRN_OK && at < json_array_size(rows); at++) {
        err = table_read_row(publish, json_array_get(rows, at), audience);
    }
    json_decref(whole);
    free(audience);
    return err;
}

cairn_err cairn_publish_table_load(struct cairn_publish *publish)
{
    size_t size = 0;
    uint8_t *text = malloc(TABLE_BYTES_MAX);
    if (text == NULL) {
        return CAIRN_MEMORY;
    }
    cairn_err err = cairn_file_read(publish->path, text, TABLE_BYTES_MAX, &size);
    if (err == CAIRN_OK) {
        err = table_read(publish, (struct cairn_bytes){text, size});
    } else if (err == CAIRN_NOT_FOUND) {
        err = CAIRN_OK;
    }
    free(text);
    return err;
}

static json_t *table_hex(const uint8_t *data, size_t size)
{
    char hex[2 * CAIRN_PUBLISH_SEAL_BYTES + 1] = {0};
    cairn_text_hex_encode((struct cairn_bytes){data, size}, hex);
    return json_string(hex);
}

static json_t *table_write_row(const struct publish_row *row)
{
    char stands_for[CAIRN_AUDIENCE_TEXT_BYTES];
    json_t *past = json_array();
    cairn_audience_write(row->audience, stands_for);
    for (uint32_t at = 0; at < row->past_count; at++) {
        (void)json_array_append_new(past, table_hex(row->past[at], 16));
    }
    return json_pack("{s:s, s:o, s:o, s:o}", "for", stands_for, "feed", table_hex(row->feed, 16),
                     "seal", table_hex(row->seal, sizeof row->seal), "past", past);
}

static char *table_write(const struct cairn_publish *publish)
{
    json_t *rows = json_array();
    for (const struct publish_row *row = publish->rows; row != NULL; row = row->next) {
        if (row->has_feed) {
            (void)json_array_append_new(rows, table_write_row(row));
        }
    }
    json_t *whole = json_pack("{s:o}", "feeds", rows);
    char *text = whole == NULL ? NULL : json_dumps(whole, JSON_INDENT(1));
    json_decref(whole);
    return text;
}

static void table_on_saved(void *host, cairn_err err)
{
    struct cairn_publish *publish = host;
    publish->is_saving = false;
    if (err != CAIRN_OK) {
        publish->is_dirty = true;
        CAIRN_LOG(CAIRN_LOGGER_WARN, "feeds.not_saved", CAIRN_LOG_ERR(err));
    } else {
        publish->saved_turn = publish->saving_turn;
        if (publish->is_dirty) {
            cairn_publish_table_save(publish);
        }
    }
    for (struct publish_row *row = publish->rows; row != NULL; row = row->next) {
        cairn_publish_row_saved(row, err);
    }
    cairn_publish_release(publish);
}

void cairn_publish_table_save(struct cairn_publish *publish)
{
    publish->is_dirty = true;
    if (publish->is_saving) {
        return;
    }
    char *text = table_write(publish);
    if (text == NULL) {
        return; /* stays dirty */
    }
    const struct cairn_savefile what = {.path = publish->path,
                                        .bytes = cairn_bytes_of(text),
                                        .mode = 0600,
                                        .done = table_on_saved,
                                        .host = publish};
    if (cairn_savefile_post(cairn_driver_readers(publish->options.driver), &what) == CAIRN_OK) {
        publish->is_saving = true;
        publish->is_dirty = false;
        publish->saving_turn = publish->turn;
        publish->pending_count++;
    }
    free(text);
}
