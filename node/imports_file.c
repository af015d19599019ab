#include "node/imports_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/file.h"
#include "node/jsontext.h"
#include "schema/base/text.h"

#define IMPORTS_FILE_BYTES (256u << 10)

static const char *const imports_formats[] = {
    [CAIRN_IMPORTS_DOCUMENTS_CSV] = "documents-csv",
    [CAIRN_IMPORTS_ALERTS_JSONL] = "alerts-jsonl",
};

static json_t *imports_number(uint64_t number)
{
    return cairn_jsontext_make_uint(number);
}

json_t *cairn_imports_file_json(const struct imports_file *file)
{
    return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o}", "id", file->id, "format",
                     imports_formats[file->format], "offset", imports_number(file->offset), "line",
                     imports_number(file->line), "accepted", imports_number(file->accepted_count),
                     "refused_count", imports_number(file->refused_count));
}

char *cairn_imports_file_write(const struct imports_file *file)
{
    char hex[65] = {0};
    cairn_text_hex_encode((struct cairn_bytes){file->sha256, sizeof file->sha256}, hex);
    json_t *whole =
        json_pack("{s:s, s:s, s:O, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:s}", "sha256", hex,
                  "format", imports_formats[file->format], "defaults", file->defaults, "purpose",
                  file->purpose, "role", file->role, "actor", file->actor, "begun_ms",
                  (json_int_t)file->begun_ms, "offset", (json_int_t)file->offset, "line",
                  (json_int_t)file->line, "accepted", (json_int_t)file->accepted_count, "refused",
                  (json_int_t)file->refused_count, "last", file->last);
    char *text = whole == NULL ? NULL : json_dumps(whole, JSON_INDENT(1));
    json_decref(whole);
    return text;
}

static cairn_err imports_get_text(const json_t *whole, const char *key, char *out, size_t capacity)
{
    const char *text = json_string_value(json_object_get(whole, key));
    if (text == NULL || strlen(text) >= capacity) {
        return CAIRN_JSON_FIELD;
    }
    memcpy(out, text, strlen(text) + 1);
    return CAIRN_OK;
}

static cairn_err imports_get_number(const json_t *whole, const char *key, uint64_t *out)
{
    const json_t *value = json_object_get(whole, key);
    if (!json_is_integer(value) || json_integer_value(value) < 0) {
        return CAIRN_JSON_FIELD;
    }
    *out = (uint64_t)json_integer_value(value);
    return CAIRN_OK;
}

static cairn_err imports_decode(const json_t *whole, struct imports_file *out)
{
    char hex[65];
    char format[32];
    CAIRN_TRY(imports_get_text(whole, "sha256", hex, sizeof hex));
    CAIRN_TRY(cairn_text_hex_decode(cairn_bytes_of(hex), 32, out->sha256));
    CAIRN_TRY(imports_get_text(whole, "format", format, sizeof format));
    bool is_csv = strcmp(format, imports_formats[CAIRN_IMPORTS_DOCUMENTS_CSV]) == 0;
    if (!is_csv && strcmp(format, imports_formats[CAIRN_IMPORTS_ALERTS_JSONL]) != 0) {
        return CAIRN_JSON_FIELD;
    }
    out->format = is_csv ? CAIRN_IMPORTS_DOCUMENTS_CSV : CAIRN_IMPORTS_ALERTS_JSONL;
    CAIRN_TRY(imports_get_text(whole, "purpose", out->purpose, sizeof out->purpose));
    CAIRN_TRY(imports_get_text(whole, "role", out->role, sizeof out->role));
    CAIRN_TRY(imports_get_text(whole, "actor", out->actor, sizeof out->actor));
    CAIRN_TRY(imports_get_number(whole, "begun_ms", &out->begun_ms));
    CAIRN_TRY(imports_get_number(whole, "offset", &out->offset));
    CAIRN_TRY(imports_get_number(whole, "line", &out->line));
    CAIRN_TRY(imports_get_number(whole, "accepted", &out->accepted_count));
    CAIRN_TRY(imports_get_number(whole, "refused", &out->refused_count));
    CAIRN_TRY(imports_get_text(whole, "last", out->last, sizeof out->last));
    json_t *defaults = json_object_get(whole, "defaults");
    if (!json_is_object(defaults)) {
        return CAIRN_JSON_FIELD;
    }
    json_decref(out->defaults);
    out->defaults = json_incref(defaults);
    return CAIRN_OK;
}

cairn_err cairn_imports_file_read(const char *path, struct imports_file *out)
{
    struct cairn_json_fault fault;
    size_t size = 0;
    json_t *whole = NULL;
    uint8_t *text = malloc(IMPORTS_FILE_BYTES);
    if (text == NULL) {
        return CAIRN_MEMORY;
    }
    cairn_err err = cairn_file_read(path, text, IMPORTS_FILE_BYTES, &size);
    if (err == CAIRN_OK) {
        err = cairn_jsontext_parse((struct cairn_bytes){text, size}, &whole, &fault);
    }
    if (err == CAIRN_OK) {
        err = imports_decode(whole, out);
    }
    json_decref(whole);
    free(text);
    return err;
}

void cairn_imports_file_free(struct imports_file *file)
{
    if (file != NULL) {
        json_decref(file->defaults);
        free(file);
    }
}
