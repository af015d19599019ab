#include "schema/lookupop.h"

#include "schema/base/check.h"
#include "schema/base/id.h"
#include "schema/base/text.h"
#include "schema/operation.h"

/* An object id, or the name of a batch row. */
static cairn_err lookupop_check_object(struct cairn_bytes name)
{
    struct cairn_id object;
    uint32_t row;
    if (name.size <= CAIRN_ID_OBJECT_BYTES) {
        return cairn_id_parse(name, &object);
    }
    return cairn_id_parse_row(name, &object, &row);
}

static cairn_err lookupop_read_keys(struct cairn_pack_reader *reader, struct cairn_arena *arena,
                                    struct cairn_lookup_row *out)
{
    size_t at = reader->at;
    CAIRN_TRY(cairn_fields_get_list(reader, CAIRN_LOOKUP_KEYS_MAX, &out->key_count));
    struct cairn_bytes *keys = cairn_arena_take(arena, out->key_count * sizeof *keys);
    if (keys == NULL) {
        return cairn_fields_fail(reader, at, CAIRN_NO_ROOM);
    }
    for (uint32_t i = 0; i < out->key_count; i++) {
        CAIRN_TRY(cairn_fields_get_text(reader, CAIRN_LOOKUP_KEY_BYTES, &keys[i]));
    }
    out->keys = keys;
    return CAIRN_OK;
}

static cairn_err lookupop_read_objects(struct cairn_pack_reader *reader, struct cairn_arena *arena,
                                       struct cairn_lookup_row *out)
{
    size_t start = reader->at;
    CAIRN_TRY(cairn_pack_get_array(reader, &out->object_count));
    if (out->object_count > CAIRN_LOOKUP_OBJECTS_MAX) {
        return cairn_fields_fail(reader, start, CAIRN_TOO_LONG);
    }
    if (out->object_count > out->hit_count) {
        return cairn_fields_fail(reader, start, CAIRN_NUMBER);
    }
    struct cairn_bytes *objects = cairn_arena_take(arena, out->object_count * sizeof *objects);
    if (objects == NULL) {
        return cairn_fields_fail(reader, start, CAIRN_NO_ROOM);
    }
    for (uint32_t i = 0; i < out->object_count; i++) {
        size_t at = reader->at;
        CAIRN_TRY(cairn_fields_get_text(reader, CAIRN_LOOKUP_KEY_BYTES, &objects[i]));
        cairn_err err = lookupop_check_object(objects[i]);
        if (err != CAIRN_OK) {
            return cairn_fields_fail(reader, at, err);
        }
    }
    out->objects = objects;
    return CAIRN_OK;
}

static cairn_err lookupop_read_row(struct cairn_pack_reader *reader, struct cairn_arena *arena,
                                   struct cairn_lookup_row *out)
{
    struct cairn_fields fields;
    uint32_t type;
    CAIRN_TRY(cairn_fields_open(&fields, reader));
    CAIRN_TRY(cairn_fields_need(&fields, 1));
    CAIRN_TRY(cairn_pack_get_uint(reader, UINT64_MAX, &out->time_ms));
    CAIRN_TRY(cairn_fields_need(&fields, 2));
    CAIRN_TRY(cairn_fields_get_text(reader, CAIRN_PURPOSE_BYTES, &out->purpose));
    CAIRN_TRY(cairn_fields_need(&fields, 3));
    CAIRN_TRY(cairn_fields_get_text(reader, CAIRN_ROLE_BYTES, &out->role));
    CAIRN_TRY(cairn_fields_need(&fields, 4));
    CAIRN_TRY(cairn_fields_get_text(reader, CAIRN_ACTOR_BYTES, &out->actor));
    CAIRN_TRY(cairn_fields_need(&fields, 5));
    CAIRN_TRY(cairn_fields_get_u32(reader, CAIRN_LOOKUP_DOCUMENT, CAIRN_LOOKUP_MRZ, &type));
    out->type = (enum cairn_lookup_type)type;
    CAIRN_TRY(cairn_fields_need(&fields, 6));
    CAIRN_TRY(lookupop_read_keys(reader, arena, out));
    CAIRN_TRY(cairn_fields_need(&fields, 7));
    CAIRN_TRY(cairn_fields_get_u32(reader, 0, UINT32_MAX, &out->hit_count));
    CAIRN_TRY(cairn_fields_need(&fields, 8));
    CAIRN_TRY(lookupop_read_objects(reader, arena, out));
    return cairn_fields_close(&fields);
}

cairn_err cairn_lookupop_read(struct cairn_fields *fields, struct cairn_arena *arena,
                              struct cairn_access_lookup *out)
{
    struct cairn_pack_reader *reader = fields->reader;
    CAIRN_TRY(cairn_fields_need(fields, 1));
    size_t at = reader->at;
    CAIRN_TRY(cairn_fields_get_list(reader, CAIRN_LOOKUP_ROWS_MAX, &out->row_count));
    struct cairn_lookup_row *rows = cairn_arena_take(arena, out->row_count * sizeof *rows);
    if (rows == NULL) {
        return cairn_fields_fail(reader, at, CAIRN_NO_ROOM);
    }
    for (uint32_t i = 0; i < out->row_count; i++) {
        CAIRN_TRY(lookupop_read_row(reader, arena, &rows[i]));
    }
    out->rows = rows;
    return CAIRN_OK;
}

static cairn_err lookupop_put_text(struct cairn_pack_writer *writer, struct cairn_bytes text,
                                   size_t size_max)
{
    if (text.size == 0) {
        return CAIRN_PACK_FIELD;
    }
    CAIRN_TRY(cairn_text_check(text, size_max));
    cairn_pack_put_text(writer, text);
    return CAIRN_OK;
}

static cairn_err lookupop_check_row(const struct cairn_lookup_row *row)
{
    CAIRN_REQUIRE(row->type >= CAIRN_LOOKUP_DOCUMENT);
    CAIRN_REQUIRE(row->type <= CAIRN_LOOKUP_MRZ);
    if (row->key_count == 0) {
        return CAIRN_PACK_FIELD;
    }
    if (row->key_count > CAIRN_LOOKUP_KEYS_MAX || row->object_count > CAIRN_LOOKUP_OBJECTS_MAX) {
        return CAIRN_TOO_LONG;
    }
    for (uint32_t i = 0; i < row->object_count; i++) {
        CAIRN_TRY(lookupop_check_object(row->objects[i]));
    }
    return row->object_count <= row->hit_count ? CAIRN_OK : CAIRN_NUMBER;
}

static cairn_err lookupop_write_row(struct cairn_pack_writer *writer,
                                    const struct cairn_lookup_row *row)
{
    CAIRN_TRY(lookupop_check_row(row));
    cairn_pack_put_map(writer, 8);
    cairn_pack_put_uint(writer, 1);
    cairn_pack_put_uint(writer, row->time_ms);
    cairn_pack_put_uint(writer, 2);
    CAIRN_TRY(lookupop_put_text(writer, row->purpose, CAIRN_PURPOSE_BYTES));
    cairn_pack_put_uint(writer, 3);
    CAIRN_TRY(lookupop_put_text(writer, row->role, CAIRN_ROLE_BYTES));
    cairn_pack_put_uint(writer, 4);
    CAIRN_TRY(lookupop_put_text(writer, row->actor, CAIRN_ACTOR_BYTES));
    cairn_pack_put_uint(writer, 5);
    cairn_pack_put_uint(writer, (uint64_t)row->type);
    cairn_pack_put_uint(writer, 6);
    cairn_pack_put_array(writer, row->key_count);
    for (uint32_t i = 0; i < row->key_count; i++) {
        CAIRN_TRY(lookupop_put_text(writer, row->keys[i], CAIRN_LOOKUP_KEY_BYTES));
    }
    cairn_pack_put_uint(writer, 7);
    cairn_pack_put_uint(writer, row->hit_count);
    cairn_pack_put_uint(writer, 8);
    cairn_pack_put_array(writer, row->object_count);
    for (uint32_t i = 0; i < row->object_count; i++) {
        cairn_pack_put_text(writer, row->objects[i]);
    }
    return CAIRN_OK;
}

cairn_err cairn_lookupop_write(struct cairn_pack_writer *writer,
                               const struct cairn_access_lookup *lookup)
{
    CAIRN_REQUIRE(lookup->row_count > 0);
    CAIRN_REQUIRE(lookup->row_count <= CAIRN_LOOKUP_ROWS_MAX);
    cairn_pack_put_map(writer, 1);
    cairn_pack_put_uint(writer, 1);
    cairn_pack_put_array(writer, lookup->row_count);
    for (uint32_t i = 0; i < lookup->row_count; i++) {
        CAIRN_TRY(lookupop_write_row(writer, &lookup->rows[i]));
    }
    return CAIRN_OK;
}
