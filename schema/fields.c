#include "schema/fields.h"

#include "schema/base/check.h"
#include "schema/base/text.h"
#include "schema/origin.h"

#include <string.h>

cairn_err cairn_fields_open(struct cairn_fields *fields, struct cairn_pack_reader *reader)
{
    uint32_t count;
    CAIRN_TRY(cairn_pack_get_map(reader, &count));
    *fields = (struct cairn_fields){.reader = reader, .left_count = count};
    return CAIRN_OK;
}

/* The scanner has passed the map, so every key is a number. */
static uint64_t fields_next_key(const struct cairn_fields *fields)
{
    struct cairn_pack_reader ahead = *fields->reader;
    uint64_t key = 0;
    cairn_err err = cairn_pack_get_uint(&ahead, UINT64_MAX, &key);
    CAIRN_REQUIRE(err == CAIRN_OK);
    return key;
}

bool cairn_fields_has(struct cairn_fields *fields, uint64_t key)
{
    if (fields->left_count == 0 || fields_next_key(fields) != key) {
        return false;
    }
    cairn_err err = cairn_pack_get_uint(fields->reader, UINT64_MAX, &key);
    CAIRN_REQUIRE(err == CAIRN_OK);
    fields->left_count--;
    return true;
}

cairn_err cairn_fields_need(struct cairn_fields *fields, uint64_t key)
{
    if (cairn_fields_has(fields, key)) {
        return CAIRN_OK;
    }
    bool is_unknown = fields->left_count > 0 && fields_next_key(fields) < key;
    return is_unknown ? CAIRN_PACK_UNKNOWN_FIELD : CAIRN_PACK_FIELD;
}

cairn_err cairn_fields_close(struct cairn_fields *fields)
{
    return fields->left_count == 0 ? CAIRN_OK : CAIRN_PACK_UNKNOWN_FIELD;
}

cairn_err cairn_fields_fail(struct cairn_pack_reader *reader, size_t at, cairn_err err)
{
    CAIRN_REQUIRE(at <= reader->at);
    CAIRN_REQUIRE(err != CAIRN_OK);
    reader->at = at;
    return err;
}

cairn_err cairn_fields_get_u32(struct cairn_pack_reader *reader, uint32_t min, uint32_t max,
                               uint32_t *out)
{
    size_t at = reader->at;
    uint64_t value;
    CAIRN_TRY(cairn_pack_get_uint(reader, max, &value));
    if (value < min) {
        return cairn_fields_fail(reader, at, CAIRN_NUMBER);
    }
    *out = (uint32_t)value;
    return CAIRN_OK;
}

cairn_err cairn_fields_get_text(struct cairn_pack_reader *reader, size_t size_max,
                                struct cairn_bytes *out)
{
    size_t at = reader->at;
    struct cairn_bytes text;
    CAIRN_TRY(cairn_pack_get_text(reader, size_max, &text));
    cairn_err err = text.size == 0 ? CAIRN_PACK_FIELD : cairn_text_check(text, size_max);
    if (err != CAIRN_OK) {
        return cairn_fields_fail(reader, at, err);
    }
    *out = text;
    return CAIRN_OK;
}

cairn_err cairn_fields_get_bin(struct cairn_pack_reader *reader, size_t size_max,
                               struct cairn_bytes *out)
{
    size_t at = reader->at;
    struct cairn_bytes bin;
    CAIRN_TRY(cairn_pack_get_bin(reader, size_max, &bin));
    if (bin.size == 0) {
        return cairn_fields_fail(reader, at, CAIRN_PACK_FIELD);
    }
    *out = bin;
    return CAIRN_OK;
}

cairn_err cairn_fields_get_list(struct cairn_pack_reader *reader, uint32_t count_max,
                                uint32_t *out_count)
{
    size_t at = reader->at;
    uint32_t count;
    CAIRN_TRY(cairn_pack_get_array(reader, &count));
    if (count == 0 || count > count_max) {
        return cairn_fields_fail(reader, at, count == 0 ? CAIRN_PACK_FIELD : CAIRN_TOO_LONG);
    }
    *out_count = count;
    return CAIRN_OK;
}

cairn_err cairn_fields_get_blocks(struct cairn_pack_reader *reader, struct cairn_arena *arena,
                                  size_t size, uint32_t *out_count, uint8_t **out)
{
    size_t at = reader->at;
    uint32_t count;
    CAIRN_TRY(cairn_pack_get_array(reader, &count));
    uint8_t *blocks = cairn_arena_take(arena, count * size);
    if (blocks == NULL) {
        return cairn_fields_fail(reader, at, CAIRN_NO_ROOM);
    }
    for (uint32_t i = 0; i < count; i++) {
        CAIRN_TRY(cairn_pack_get_fixed(reader, size, blocks + i * size));
    }
    *out_count = count;
    *out = blocks;
    return CAIRN_OK;
}

cairn_err cairn_fields_get_origin(struct cairn_pack_reader *reader, struct cairn_bytes *out)
{
    size_t at = reader->at;
    struct cairn_bytes text;
    struct cairn_origin origin;
    CAIRN_TRY(cairn_pack_get_text(reader, CAIRN_LIMIT_ORIGIN_BYTES, &text));
    cairn_err err = cairn_origin_parse(text, &origin);
    if (err != CAIRN_OK) {
        return cairn_fields_fail(reader, at, err);
    }
    *out = text;
    return CAIRN_OK;
}
