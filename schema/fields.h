/* The fields of one msgpack map, read in the order in which its definition names them. Keys ascend
 * (the scanner saw to that), so one look at the next key tells what is missing and what is unknown:
 *
 *     CAIRN_TRY(cairn_fields_open(&fields, reader));
 *     CAIRN_TRY(cairn_fields_need(&fields, 1));
 *     CAIRN_TRY(cairn_pack_get_uint(reader, UINT64_MAX, &value.time_ms));
 *     if (cairn_fields_has(&fields, 2)) {
 *         CAIRN_TRY(cairn_pack_get_fixed(reader, 32, value.seen));
 *     }
 *     CAIRN_TRY(cairn_fields_close(&fields));
 *
 * And a few kinds of values that many maps share. On an error the reader stands at the fault (at
 * the value that is wrong, the key that is unknown, or where the missing one would be), so its
 * offset says where. A value that is empty where something must stand counts as missing. Pure. */
#ifndef CAIRN_SCHEMA_FIELDS_H
#define CAIRN_SCHEMA_FIELDS_H

#include "schema/base/arena.h"
#include "schema/pack.h"

struct cairn_fields {
    struct cairn_pack_reader *reader; /* borrowed */
    uint32_t left_count;              /* fields not yet read */
};

/* Enter a map. errors  CAIRN_PACK_TYPE  the next value is none; reader unchanged */
CAIRN_MUST cairn_err cairn_fields_open(struct cairn_fields *fields,
                                       struct cairn_pack_reader *reader);

/* Go to the value of a required field. What is read next must be that value.
 *
 * errors  CAIRN_PACK_FIELD          it is missing
 *         CAIRN_PACK_UNKNOWN_FIELD  a field with a lower number stands before it */
CAIRN_MUST cairn_err cairn_fields_need(struct cairn_fields *fields, uint64_t key);

/* Go to the value of an optional field; false when the next field is another one, or none. */
bool cairn_fields_has(struct cairn_fields *fields, uint64_t key);

/* Leave the map. errors  CAIRN_PACK_UNKNOWN_FIELD  a field is left */
CAIRN_MUST cairn_err cairn_fields_close(struct cairn_fields *fields);

/* Put the reader back to the value at this offset and give the error. */
CAIRN_MUST cairn_err cairn_fields_fail(struct cairn_pack_reader *reader, size_t at, cairn_err err);

/* errors  CAIRN_PACK_TYPE, CAIRN_NUMBER (outside of min..max) */
CAIRN_MUST cairn_err cairn_fields_get_u32(struct cairn_pack_reader *reader, uint32_t min,
                                          uint32_t max, uint32_t *out);

/* Text that people write: 1..size_max bytes, nothing forbidden.
 *
 * errors  CAIRN_PACK_TYPE, CAIRN_TOO_LONG, CAIRN_PACK_FIELD (empty), CAIRN_TEXT_FORBIDDEN */
CAIRN_MUST cairn_err cairn_fields_get_text(struct cairn_pack_reader *reader, size_t size_max,
                                           struct cairn_bytes *out);

/* Binary of 1..size_max bytes. errors  CAIRN_PACK_TYPE, CAIRN_TOO_LONG, CAIRN_PACK_FIELD (empty) */
CAIRN_MUST cairn_err cairn_fields_get_bin(struct cairn_pack_reader *reader, size_t size_max,
                                          struct cairn_bytes *out);

/* An array of 1..count_max values. errors  CAIRN_PACK_TYPE, CAIRN_TOO_LONG, CAIRN_PACK_FIELD */
CAIRN_MUST cairn_err cairn_fields_get_list(struct cairn_pack_reader *reader, uint32_t count_max,
                                           uint32_t *out_count);

/* An array of binaries of one size, copied one after the other into the arena.
 *
 * gives   *out_count * size bytes at *out
 * errors  CAIRN_PACK_TYPE, CAIRN_TOO_LONG (a binary of another size), CAIRN_NO_ROOM */
CAIRN_MUST cairn_err cairn_fields_get_blocks(struct cairn_pack_reader *reader,
                                             struct cairn_arena *arena, size_t size,
                                             uint32_t *out_count, uint8_t **out);

/* errors  CAIRN_PACK_TYPE, CAIRN_TOO_LONG, CAIRN_ORIGIN */
CAIRN_MUST cairn_err cairn_fields_get_origin(struct cairn_pack_reader *reader,
                                             struct cairn_bytes *out);

#endif
