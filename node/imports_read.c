#include "node/imports_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/hash.h"
#include "node/jsonbody.h"
#include "schema/alert/alert_shape.h"
#include "schema/alert/category.h"
#include "schema/base/civil.h"

/* On a reader thread: lines become bodies. Writes to its piece only. */

#define READ_ARENA_BYTES ((size_t)1 << 20)

/* The same line of the same file in the same node is the same object, whenever it comes. */
static void read_derive_id(const struct imports_piece *piece, uint64_t line, struct cairn_id *out)
{
    static const uint8_t label[] = "cairn import v1";
    struct cairn_sha256 hash;
    uint8_t digest[32];
    uint8_t number[8];
    const char *origin = cairn_driver_origin(piece->imports->options.driver);
    cairn_bytes_put_u64(number, line);
    cairn_sha256_init(&hash);
    cairn_sha256_update(&hash, (struct cairn_bytes){label, sizeof label});
    cairn_sha256_update(&hash, cairn_bytes_of(origin));
    cairn_sha256_update(&hash, (struct cairn_bytes){piece->file->sha256, 32});
    cairn_sha256_update(&hash, (struct cairn_bytes){number, sizeof number});
    cairn_sha256_final(&hash, digest);
    cairn_id_make(cairn_bytes_of(piece->imports->config->country), digest, out);
}

static void read_refuse(struct imports_piece *piece, uint64_t line, cairn_err err,
                        const struct cairn_json_fault *fault)
{
    char detail[384];
    bool has_place = fault->pointer[0] != '\0';
    snprintf(detail, sizeof detail, "%s%s%s", fault->pointer, has_place ? " " : "", fault->detail);
    (void)json_array_append_new(piece->refused, cairn_importcsv_reject(line, err, detail));
}

/* ---- defaults ---- */

static void read_set(json_t *object, const char *key, const char *value)
{
    if (json_object_get(object, key) == NULL) {
        (void)json_object_set_new(object, key, json_string(value));
    }
}

/* From the day of the import on, as long as documents may. */
static void read_set_life(json_t *object, uint64_t begun_ms)
{
    char text[25];
    uint64_t from_ms = begun_ms - begun_ms % 86400000u;
    const struct cairn_category *category = cairn_category_find(CAIRN_ALERT_DOC);
    const char *said = json_string_value(json_object_get(object, "from"));
    if (said != NULL) {
        uint64_t said_ms;
        if (cairn_civil_parse_time_ms(cairn_bytes_of(said), &said_ms) != CAIRN_OK) {
            return; /* the check of the batch will say it */
        }
        from_ms = said_ms;
    }
    cairn_civil_write_time_ms(from_ms, text);
    read_set(object, "from", text);
    if (from_ms < CAIRN_SHAPE_TIME) {
        cairn_civil_write_time_ms(cairn_category_expires_max_ms(category, from_ms), text);
        read_set(object, "expires", text);
    }
}

cairn_err cairn_imports_base(const struct imports_file *file, const char *country, json_t **out)
{
    char text[64];
    json_t *base = json_deep_copy(file->defaults);
    if (base == NULL) {
        return CAIRN_MEMORY;
    }
    if (file->format == CAIRN_IMPORTS_DOCUMENTS_CSV) {
        read_set(base, "category", "DOC");
        read_set(base, "action", "SEIZE_DOC");
        read_set(base, "reason", "reported_by_authority");
        snprintf(text, sizeof text, "%s-documents", country);
        read_set(base, "authority", text);
        read_set(base, "contact", "not said");
        read_set_life(base, file->begun_ms);
        if (json_object_get(base, "handling") == NULL) {
            (void)json_object_set_new(base, "handling",
                                      json_pack("{s:s, s:s, s:i, s:s}", "code", "H0", "source", "A",
                                                "information", 1, "onward", "none"));
        }
    }
    *out = base;
    return CAIRN_OK;
}

/* ---- items ---- */

static cairn_err read_encode(struct imports_item *item, const json_t *object,
                             struct cairn_json_fault *fault)
{
    struct cairn_arena arena;
    struct cairn_bytes body;
    uint8_t *memory = malloc(READ_ARENA_BYTES);
    if (memory == NULL) {
        return CAIRN_MEMORY;
    }
    cairn_arena_init(&arena, memory, READ_ARENA_BYTES);
    cairn_err err =
        cairn_jsonbody_encode(cairn_alert_shape_find(item->kind), object, &arena, &body, fault);
    if (err == CAIRN_OK) {
        uint8_t *copy = malloc(body.size + 1);
        if (copy == NULL) {
            err = CAIRN_MEMORY;
        } else {
            memcpy(copy, body.data, body.size);
            item->body = (struct cairn_bytes){copy, body.size};
        }
    }
    free(memory);
    return err;
}

static struct imports_item *read_take_item(struct imports_piece *piece, uint64_t line,
                                           enum cairn_kind kind)
{
    struct imports_item *item = &piece->items[piece->item_count];
    memset(item, 0, sizeof *item);
    item->piece = piece;
    item->line = line;
    item->kind = kind;
    item->row_count = 1;
    read_derive_id(piece, line, &item->object);
    return item;
}

static cairn_err read_documents(struct imports_piece *piece, json_t *base)
{
    struct cairn_json_fault fault = {.line = 0};
    json_t *rows = NULL;
    json_t *refused = NULL;
    uint64_t first_line = piece->reader.line;
    CAIRN_TRY(cairn_importcsv_read(&piece->reader, piece->bytes, &rows, &refused));
    (void)json_array_extend(piece->refused, refused);
    json_decref(refused);
    piece->line_after = piece->reader.line;
    size_t count = json_array_size(rows);
    if (count == 0) {
        json_decref(rows);
        return CAIRN_OK;
    }
    struct imports_item *item = read_take_item(piece, first_line, CAIRN_KIND_ALERT_BATCH);
    item->row_count = (uint32_t)count;
    (void)json_object_set_new(base, "rows", rows);
    cairn_err err = read_encode(item, base, &fault);
    if (err == CAIRN_OK) {
        piece->item_count++;
        return CAIRN_OK;
    }
    snprintf(piece->pointer, sizeof piece->pointer, "%s", fault.pointer);
    snprintf(piece->detail, sizeof piece->detail, "%s", fault.detail);
    return err;
}

static void read_alert(struct imports_piece *piece, struct cairn_bytes line, uint64_t number,
                       json_t *base)
{
    struct cairn_json_fault fault = {.line = 0};
    json_t *object = NULL;
    cairn_err err = cairn_jsontext_parse(line, &object, &fault);
    if (err == CAIRN_OK) {
        (void)json_object_update_missing(object, base);
        struct imports_item *item = read_take_item(piece, number, CAIRN_KIND_ALERT_ISSUE);
        err = read_encode(item, object, &fault);
        piece->item_count += err == CAIRN_OK ? 1 : 0;
    }
    json_decref(object);
    if (err != CAIRN_OK) {
        read_refuse(piece, number, err, &fault);
    }
}

static cairn_err read_alerts(struct imports_piece *piece, json_t *base)
{
    size_t at = 0;
    uint64_t number = piece->reader.line;
    while (at < piece->bytes.size) {
        const uint8_t *begin = piece->bytes.data + at;
        const uint8_t *end = memchr(begin, '\n', piece->bytes.size - at);
        size_t size = end == NULL ? piece->bytes.size - at : (size_t)(end - begin);
        at += size + 1;
        size -= size > 0 && begin[size - 1] == '\r' ? 1 : 0;
        if (number - piece->reader.line >= CAIRN_IMPORTS_LINES_MAX) {
            return CAIRN_TOO_LONG;
        }
        if (size > 0) {
            read_alert(piece, (struct cairn_bytes){begin, size}, number, base);
        }
        number++;
    }
    piece->line_after = number;
    return CAIRN_OK;
}

void cairn_imports_read(struct imports_piece *piece)
{
    json_t *base = NULL;
    bool is_csv = piece->file->format == CAIRN_IMPORTS_DOCUMENTS_CSV;
    piece->err = cairn_imports_base(piece->file, piece->imports->config->country, &base);
    if (piece->err == CAIRN_OK) {
        piece->err = is_csv ? read_documents(piece, base) : read_alerts(piece, base);
    }
    json_decref(base);
}
