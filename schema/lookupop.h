/* Body of access.lookup: who asked for what and why, and what it hit. One entry holds all look-ups
 * of one flush and never leaves the own country. Used through feedop.h. Pure.
 *
 *     {1: [{1: time ms, 2: purpose, 3: role, 4: actor, 5: type, 6: [keys], 7: hits, 8: [objects]}]}
 *
 * docs/format.md. */
#ifndef CAIRN_SCHEMA_LOOKUPOP_H
#define CAIRN_SCHEMA_LOOKUPOP_H

#include "schema/base/arena.h"
#include "schema/fields.h"

#define CAIRN_LOOKUP_ROWS_MAX    4096u
#define CAIRN_LOOKUP_KEYS_MAX    16u
#define CAIRN_LOOKUP_KEY_BYTES   256u
#define CAIRN_LOOKUP_OBJECTS_MAX 64u

enum cairn_lookup_type {
    CAIRN_LOOKUP_DOCUMENT = 1,
    CAIRN_LOOKUP_NAME = 2,
    CAIRN_LOOKUP_MRZ = 3,
};

struct cairn_lookup_row {
    uint64_t time_ms;
    struct cairn_bytes purpose, role, actor; /* limits as in cairn_operation */
    enum cairn_lookup_type type;
    uint32_t key_count;             /* 1..CAIRN_LOOKUP_KEYS_MAX */
    const struct cairn_bytes *keys; /* what was searched, each 1..CAIRN_LOOKUP_KEY_BYTES */
    uint32_t hit_count;
    uint32_t object_count;             /* 0..CAIRN_LOOKUP_OBJECTS_MAX, at most hit_count */
    const struct cairn_bytes *objects; /* object ids, or names of batch rows */
};

struct cairn_access_lookup {
    uint32_t row_count; /* 1..CAIRN_LOOKUP_ROWS_MAX */
    const struct cairn_lookup_row *rows;
};

/* Read the fields of the body. owns: out borrows from the reader's source and from arena
 *
 * errors  CAIRN_PACK_TYPE, CAIRN_PACK_FIELD (missing, or empty), CAIRN_PACK_UNKNOWN_FIELD,
 *         CAIRN_TOO_LONG, CAIRN_NUMBER (type; more objects than hits), CAIRN_TEXT_FORBIDDEN,
 *         CAIRN_ID, CAIRN_NO_ROOM (arena); *out undefined, the reader stands at the fault */
CAIRN_MUST cairn_err cairn_lookupop_read(struct cairn_fields *fields, struct cairn_arena *arena,
                                         struct cairn_access_lookup *out);

/* Write the body; what does not fit the writer shows in cairn_pack_end.
 *
 * errors  CAIRN_PACK_FIELD, CAIRN_TOO_LONG, CAIRN_NUMBER, CAIRN_TEXT_UTF8, CAIRN_TEXT_FORBIDDEN,
 *         CAIRN_ID: a value that cairn_lookupop_read would refuse; writer undefined */
CAIRN_MUST cairn_err cairn_lookupop_write(struct cairn_pack_writer *writer,
                                          const struct cairn_access_lookup *lookup);

#endif
