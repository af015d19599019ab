#include "node/jsonbody.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/base/check.h"
#include "schema/base/civil.h"
#include "schema/base/limits.h"
#include "schema/base/text.h"

struct jsonbody_encoder {
    struct cairn_pack_writer writer;
    struct cairn_json_fault *fault;
    char pointer[sizeof((struct cairn_json_fault *)0)->pointer];
    size_t pointer_size;
    uint32_t depth;
};

static cairn_err jsonbody_refuse(const struct jsonbody_encoder *encoder, cairn_err err,
                                 const char *detail)
{
    return cairn_jsontext_refuse(encoder->fault, err, encoder->pointer, detail);
}

/* Step into a member or an element; jsonbody_leave steps out again. gives: what leave wants */
static size_t jsonbody_enter(struct jsonbody_encoder *encoder, const char *name)
{
    size_t before = encoder->pointer_size;
    size_t size = strlen(name);
    size_t room = sizeof encoder->pointer - before - 1;
    if (size + 1 <=
        room) { /* else cut: names of tables are short, those of strangers need not be */
        encoder->pointer[before] = '/';
        memcpy(encoder->pointer + before + 1, name, size + 1);
        encoder->pointer_size = before + 1 + size;
    }
    return before;
}

static void jsonbody_leave(struct jsonbody_encoder *encoder, size_t before)
{
    encoder->pointer_size = before;
    encoder->pointer[before] = '\0';
}

static cairn_err jsonbody_encode_uint(struct jsonbody_encoder *encoder,
                                      const struct cairn_field *field, const json_t *value)
{
    json_int_t number = json_integer_value(value);
    if (!json_is_integer(value)) {
        return jsonbody_refuse(encoder, CAIRN_JSON_FIELD, "is not an integer");
    }
    if (number < (json_int_t)field->min || number > (json_int_t)field->max) {
        return jsonbody_refuse(encoder, CAIRN_NUMBER, "is out of range");
    }
    cairn_pack_put_uint(&encoder->writer, (uint64_t)number);
    return CAIRN_OK;
}

static cairn_err jsonbody_encode_bin(struct jsonbody_encoder *encoder,
                                     const struct cairn_field *field, struct cairn_bytes hex)
{
    uint8_t *bin = malloc(field->max == 0 ? 1 : field->max);
    if (bin == NULL) {
        return jsonbody_refuse(encoder, CAIRN_MEMORY, "out of memory");
    }
    cairn_err err = cairn_text_hex_decode(hex, field->max, bin);
    if (err == CAIRN_OK) {
        cairn_pack_put_bin(&encoder->writer, (struct cairn_bytes){bin, field->max});
    } else {
        err = jsonbody_refuse(encoder, err, "is not lower-case hexadecimal of the right length");
    }
    free(bin);
    return err;
}

static cairn_err jsonbody_encode_code(struct jsonbody_encoder *encoder,
                                      const struct cairn_field *field, struct cairn_bytes text)
{
    uint16_t number = cairn_codelist_number(field->codes, text);
    if (number == 0) {
        char detail[96];
        snprintf(detail, sizeof detail, "is not in the list %.64s", field->codes->name);
        return jsonbody_refuse(encoder, field->codes->err, detail);
    }
    cairn_pack_put_uint(&encoder->writer, number);
    return CAIRN_OK;
}

/* What JSON writes as a string. */
static cairn_err jsonbody_encode_string(struct jsonbody_encoder *encoder,
                                        const struct cairn_field *field, const json_t *value)
{
    if (!json_is_string(value)) {
        return jsonbody_refuse(encoder, CAIRN_JSON_FIELD, "is not a string");
    }
    struct cairn_bytes text = {(const uint8_t *)json_string_value(value),
                               json_string_length(value)};
    if (field->type == CAIRN_SHAPE_BIN) {
        return jsonbody_encode_bin(encoder, field, text);
    }
    if (field->type == CAIRN_SHAPE_CODE) {
        return jsonbody_encode_code(encoder, field, text);
    }
    if (field->type == CAIRN_SHAPE_TIME_MS) {
        uint64_t time_ms = 0;
        cairn_err err = cairn_civil_parse_time_ms(text, &time_ms);
        if (err != CAIRN_OK) {
            return jsonbody_refuse(encoder, err, "is not a time such as 2026-03-01T12:00:00.000Z");
        }
        cairn_pack_put_uint(&encoder->writer, time_ms);
        return CAIRN_OK;
    }
    if (field->type == CAIRN_SHAPE_TEXT && text.size > field->max) {
        return jsonbody_refuse(encoder, CAIRN_TOO_LONG, "is too long");
    }
    cairn_pack_put_text(&encoder->writer, text);
    return CAIRN_OK;
}

static cairn_err jsonbody_encode_map(struct jsonbody_encoder *encoder,
                                     const struct cairn_shape *shape, const json_t *object);

static cairn_err jsonbody_encode_value(struct jsonbody_encoder *encoder,
                                       const struct cairn_field *field, const json_t *value)
{
    switch (field->type) {
    case CAIRN_SHAPE_UINT:
        return jsonbody_encode_uint(encoder, field, value);
    case CAIRN_SHAPE_BOOL:
        if (!json_is_boolean(value)) {
            return jsonbody_refuse(encoder, CAIRN_JSON_FIELD, "is not true or false");
        }
        cairn_pack_put_bool(&encoder->writer, json_is_true(value));
        return CAIRN_OK;
    case CAIRN_SHAPE_TEXT:
    case CAIRN_SHAPE_BIN:
    case CAIRN_SHAPE_CODE:
    case CAIRN_SHAPE_DATE:
    case CAIRN_SHAPE_BIRTH:
    case CAIRN_SHAPE_TIME_MS:
    case CAIRN_SHAPE_COUNTRY:
        return jsonbody_encode_string(encoder, field, value);
    case CAIRN_SHAPE_MAP:
        return jsonbody_encode_map(encoder, field->shape, value);
    }
    return CAIRN_LIBRARY;
}

static cairn_err jsonbody_encode_list(struct jsonbody_encoder *encoder,
                                      const struct cairn_field *field, const json_t *list)
{
    size_t count = json_array_size(list);
    if (!json_is_array(list)) {
        return jsonbody_refuse(encoder, CAIRN_JSON_FIELD, "is not an array");
    }
    if (count == 0) {
        return jsonbody_refuse(encoder, CAIRN_JSON_FIELD, "is empty: leave it out");
    }
    if (count > field->list_max) {
        return jsonbody_refuse(encoder, CAIRN_TOO_LONG, "has too many elements");
    }
    cairn_pack_put_array(&encoder->writer, (uint32_t)count);
    for (size_t at = 0; at < count; at++) {
        char name[24];
        snprintf(name, sizeof name, "%zu", at);
        size_t before = jsonbody_enter(encoder, name);
        CAIRN_TRY(jsonbody_encode_value(encoder, field, json_array_get(list, at)));
        jsonbody_leave(encoder, before);
    }
    return CAIRN_OK;
}

/* Every member must be in the table. */
static cairn_err jsonbody_check_members(struct jsonbody_encoder *encoder,
                                        const struct cairn_shape *shape, json_t *object)
{
    const char *name;
    json_t *value;
    json_object_foreach(object, name, value)
    {
        if (cairn_shape_find_name(shape, cairn_bytes_of(name)) == NULL) {
            (void)jsonbody_enter(encoder, name);
            return jsonbody_refuse(encoder, CAIRN_JSON_FIELD, "is not a known field");
        }
    }
    return CAIRN_OK;
}

static cairn_err jsonbody_encode_member(struct jsonbody_encoder *encoder,
                                        const struct cairn_field *field, const json_t *value)
{
    size_t before = jsonbody_enter(encoder, field->name);
    if (value == NULL) {
        if (field->is_required) {
            return jsonbody_refuse(encoder, CAIRN_JSON_FIELD, "is missing");
        }
    } else {
        cairn_pack_put_uint(&encoder->writer, field->key);
        CAIRN_TRY(field->list_max > 0 ? jsonbody_encode_list(encoder, field, value)
                                      : jsonbody_encode_value(encoder, field, value));
    }
    jsonbody_leave(encoder, before);
    return CAIRN_OK;
}

static cairn_err jsonbody_encode_map(struct jsonbody_encoder *encoder,
                                     const struct cairn_shape *shape, const json_t *object)
{
    CAIRN_REQUIRE(encoder->depth <= CAIRN_SHAPE_DEPTH);
    if (!json_is_object(object)) {
        return jsonbody_refuse(encoder, CAIRN_JSON_FIELD, "is not an object");
    }
    encoder->depth++;
    CAIRN_TRY(jsonbody_check_members(encoder, shape, (json_t *)(uintptr_t)object));
    cairn_pack_put_map(&encoder->writer, (uint32_t)json_object_size(object));
    for (size_t at = 0; at < shape->count; at++) {
        const struct cairn_field *field = &shape->fields[at];
        CAIRN_TRY(jsonbody_encode_member(encoder, field, json_object_get(object, field->name)));
    }
    encoder->depth--;
    return CAIRN_OK;
}

cairn_err cairn_jsonbody_encode(const struct cairn_shape *shape, const json_t *object,
                                struct cairn_arena *arena, struct cairn_bytes *out,
                                struct cairn_json_fault *fault)
{
    struct jsonbody_encoder encoder = {.fault = fault};
    struct cairn_bytes body = {0};
    *fault = (struct cairn_json_fault){0};
    uint8_t *scratch = malloc(CAIRN_LIMIT_BATCH_BYTES);
    if (scratch == NULL) {
        return CAIRN_MEMORY;
    }
    cairn_pack_writer_init(&encoder.writer, scratch, CAIRN_LIMIT_BATCH_BYTES);
    cairn_err err = jsonbody_encode_map(&encoder, shape, object);
    if (err == CAIRN_OK && cairn_pack_end(&encoder.writer, &body) != CAIRN_OK) {
        err = cairn_jsontext_refuse(fault, CAIRN_TOO_LONG, "", "is too long as a whole");
    }
    if (err == CAIRN_OK) {
        err = cairn_arena_copy(arena, body, out);
    }
    free(scratch);
    return err;
}

/* From here on: msgpack -> JSON. */

static cairn_err jsonbody_decode_map(const struct cairn_shape *shape,
                                     struct cairn_pack_reader *reader, uint32_t depth,
                                     json_t **out);

static cairn_err jsonbody_give(json_t *made, json_t **out)
{
    *out = made;
    return made == NULL ? CAIRN_MEMORY : CAIRN_OK;
}

static cairn_err jsonbody_decode_number(const struct cairn_field *field,
                                        struct cairn_pack_reader *reader, json_t **out)
{
    uint64_t number = 0;
    CAIRN_TRY(cairn_pack_get_uint(reader, CAIRN_SHAPE_TIME, &number));
    if (field->type == CAIRN_SHAPE_CODE) {
        const char *text = cairn_codelist_text(field->codes, number);
        return text == NULL ? field->codes->err : jsonbody_give(json_string(text), out);
    }
    if (field->type == CAIRN_SHAPE_TIME_MS) {
        char text[CAIRN_CIVIL_TIME_MS_BYTES + 1];
        if (number >= CAIRN_SHAPE_TIME) {
            return CAIRN_NUMBER;
        }
        cairn_civil_write_time_ms(number, text);
        return jsonbody_give(json_string(text), out);
    }
    return jsonbody_give(json_integer((json_int_t)number), out);
}

static cairn_err jsonbody_decode_bin(struct cairn_pack_reader *reader, json_t **out)
{
    struct cairn_bytes bin;
    CAIRN_TRY(cairn_pack_get_bin(reader, CAIRN_LIMIT_BATCH_BYTES, &bin));
    char *hex = malloc(2 * bin.size + 1);
    if (hex == NULL) {
        return CAIRN_MEMORY;
    }
    cairn_text_hex_encode(bin, hex);
    cairn_err err = jsonbody_give(json_stringn(hex, 2 * bin.size), out);
    free(hex);
    return err;
}

static cairn_err jsonbody_decode_value(const struct cairn_field *field,
                                       struct cairn_pack_reader *reader, uint32_t depth,
                                       json_t **out)
{
    struct cairn_bytes text;
    bool truth = false;
    switch (field->type) {
    case CAIRN_SHAPE_UINT:
    case CAIRN_SHAPE_CODE:
    case CAIRN_SHAPE_TIME_MS:
        return jsonbody_decode_number(field, reader, out);
    case CAIRN_SHAPE_BOOL:
        CAIRN_TRY(cairn_pack_get_bool(reader, &truth));
        return jsonbody_give(json_boolean(truth), out);
    case CAIRN_SHAPE_TEXT:
    case CAIRN_SHAPE_DATE:
    case CAIRN_SHAPE_BIRTH:
    case CAIRN_SHAPE_COUNTRY:
        CAIRN_TRY(cairn_pack_get_text(reader, CAIRN_LIMIT_BATCH_BYTES, &text));
        return jsonbody_give(json_stringn((const char *)text.data, text.size), out);
    case CAIRN_SHAPE_BIN:
        return jsonbody_decode_bin(reader, out);
    case CAIRN_SHAPE_MAP:
        return jsonbody_decode_map(field->shape, reader, depth + 1, out);
    }
    return CAIRN_LIBRARY;
}

static cairn_err jsonbody_decode_list(const struct cairn_field *field,
                                      struct cairn_pack_reader *reader, uint32_t depth,
                                      json_t **out)
{
    uint32_t count = 0;
    CAIRN_TRY(cairn_pack_get_array(reader, &count));
    json_t *list = json_array();
    cairn_err err = list == NULL ? CAIRN_MEMORY : CAIRN_OK;
    for (uint32_t at = 0; err == CAIRN_OK && at < count; at++) {
        json_t *value = NULL;
        err = jsonbody_decode_value(field, reader, depth, &value);
        if (err == CAIRN_OK && json_array_append_new(list, value) != 0) {
            err = CAIRN_MEMORY;
        }
    }
    if (err != CAIRN_OK) {
        json_decref(list);
        return err;
    }
    *out = list;
    return CAIRN_OK;
}

static cairn_err jsonbody_decode_member(const struct cairn_shape *shape,
                                        struct cairn_pack_reader *reader, uint32_t depth,
                                        json_t *object)
{
    uint64_t key = 0;
    json_t *value = NULL;
    CAIRN_TRY(cairn_pack_get_uint(reader, UINT64_MAX, &key));
    const struct cairn_field *field = cairn_shape_find(shape, key);
    if (field == NULL) {
        return CAIRN_PACK_UNKNOWN_FIELD;
    }
    CAIRN_TRY(field->list_max > 0 ? jsonbody_decode_list(field, reader, depth, &value)
                                  : jsonbody_decode_value(field, reader, depth, &value));
    return json_object_set_new(object, field->name, value) == 0 ? CAIRN_OK : CAIRN_MEMORY;
}

static cairn_err jsonbody_decode_map(const struct cairn_shape *shape,
                                     struct cairn_pack_reader *reader, uint32_t depth, json_t **out)
{
    uint32_t count = 0;
    if (depth > CAIRN_SHAPE_DEPTH) {
        return CAIRN_PACK_DEPTH;
    }
    CAIRN_TRY(cairn_pack_get_map(reader, &count));
    json_t *object = json_object();
    cairn_err err = object == NULL ? CAIRN_MEMORY : CAIRN_OK;
    for (uint32_t at = 0; err == CAIRN_OK && at < count; at++) {
        err = jsonbody_decode_member(shape, reader, depth, object);
    }
    if (err != CAIRN_OK) {
        json_decref(object);
        return err;
    }
    *out = object;
    return CAIRN_OK;
}

cairn_err cairn_jsonbody_decode(const struct cairn_shape *shape, struct cairn_bytes body,
                                json_t **out)
{
    struct cairn_pack_reader reader;
    cairn_pack_reader_init(&reader, body);
    return jsonbody_decode_map(shape, &reader, 0, out);
}

cairn_err cairn_jsonbody_fault(const struct cairn_shape_fault *source, struct cairn_json_fault *out)
{
    char pointer[sizeof out->pointer] = "";
    size_t size = 0;
    for (uint32_t at = 0; at < source->depth; at++) {
        const struct cairn_shape_step *step = &source->path[at];
        size += (size_t)snprintf(pointer + size, sizeof pointer - size, "/%.32s", step->name);
        if (step->index != UINT32_MAX) {
            size += (size_t)snprintf(pointer + size, sizeof pointer - size, "/%u", step->index);
        }
    }
    return cairn_jsontext_refuse(out, source->err, pointer, cairn_err_text(source->err));
}
