/* The shape of a body: a table of fields. One table drives the strict check here, the conversion
 * from and to JSON in node/http, and the tables of docs/format.md.
 *
 *     wire   {1: 2, 7: 1772366400000, 21: {1: "Az 4/26", 2: "2026-02-01"}}
 *     JSON   {"category": "REF", "from": "2026-03-01T12:00:00.000Z",
 *             "decision": {"reference": "Az 4/26", "date": "2026-02-01"}}
 *
 * Shapes are static tables and may be walked by anybody; fields stand in ascending order of key.
 * A field that the table does not name is refused, and so is an empty text or list, an empty map
 * inside, and a code that is in no list. Pure. docs/format.md, section 1. */
#ifndef CAIRN_SCHEMA_SHAPE_H
#define CAIRN_SCHEMA_SHAPE_H

#include "schema/base/bytes.h"
#include "schema/base/err.h"
#include "schema/codelist.h"
#include "schema/pack.h"
#include "schema/shape_text.h"

#define CAIRN_SHAPE_DEPTH 4u           /* most nested maps */
#define CAIRN_SHAPE_KEYS  64u          /* keys are below this */
#define CAIRN_SHAPE_TIME  (1ull << 47) /* times are below this; the year is still below 9999 */

/* clang-format off */
enum cairn_shape_type {  /* wire                       JSON                       */
    CAIRN_SHAPE_UINT,    /* uint min..max              integer                    */
    CAIRN_SHAPE_BOOL,    /* bool                       boolean                    */
    CAIRN_SHAPE_TEXT,    /* text of 1..max bytes       string; see text_rule      */
    CAIRN_SHAPE_BIN,     /* bin of max bytes           lower-case hexadecimal     */
    CAIRN_SHAPE_CODE,    /* uint of the list           the entry's text           */
    CAIRN_SHAPE_DATE,    /* text YYYY-MM-DD            the same                   */
    CAIRN_SHAPE_BIRTH,   /* text, civil.h's 5 forms    the same                   */
    CAIRN_SHAPE_TIME_MS, /* uint, Unix milliseconds    YYYY-MM-DDTHH:MM:SS.mmmZ   */
    CAIRN_SHAPE_COUNTRY, /* text of schema/code.h      the same                   */
    CAIRN_SHAPE_MAP,     /* map of the sub-shape       object                     */
};
/* clang-format on */

struct cairn_shape;

struct cairn_field {
    uint8_t key; /* 1..CAIRN_SHAPE_KEYS - 1 */
    enum cairn_shape_type type;
    bool is_required;
    uint16_t list_max; /* 0: one value; else an array of 1..list_max values */
    uint32_t min;      /* UINT: least value */
    uint32_t max;      /* UINT: greatest value; TEXT: most bytes; BIN: exact bytes */
    enum cairn_shape_text text_rule;
    const char *name;                   /* in JSON and in faults */
    const struct cairn_codelist *codes; /* CODE */
    const struct cairn_shape *shape;    /* MAP */
};

/* Rows of a table. need: is_required; for a list set .list_max behind: {CAIRN_FIELD_DATE(5, ...),
 * .list_max = 8}. */
/* clang-format off */
#define CAIRN_FIELD_UINT(key_, name_, need, min_, max_)                                            \
    .key = (key_), .type = CAIRN_SHAPE_UINT, .name = (name_), .is_required = (need),               \
    .min = (min_), .max = (max_)
#define CAIRN_FIELD_BOOL(key_, name_, need)                                                        \
    .key = (key_), .type = CAIRN_SHAPE_BOOL, .name = (name_), .is_required = (need)
#define CAIRN_FIELD_TEXT(key_, name_, need, max_, rule)                                            \
    .key = (key_), .type = CAIRN_SHAPE_TEXT, .name = (name_), .is_required = (need),               \
    .max = (max_), .text_rule = CAIRN_SHAPE_TEXT_##rule
#define CAIRN_FIELD_BIN(key_, name_, need, size_)                                                  \
    .key = (key_), .type = CAIRN_SHAPE_BIN, .name = (name_), .is_required = (need), .max = (size_)
#define CAIRN_FIELD_CODE(key_, name_, need, codes_)                                                \
    .key = (key_), .type = CAIRN_SHAPE_CODE, .name = (name_), .is_required = (need),               \
    .codes = &(codes_)
#define CAIRN_FIELD_DATE(key_, name_, need)                                                        \
    .key = (key_), .type = CAIRN_SHAPE_DATE, .name = (name_), .is_required = (need)
#define CAIRN_FIELD_BIRTH(key_, name_, need)                                                       \
    .key = (key_), .type = CAIRN_SHAPE_BIRTH, .name = (name_), .is_required = (need)
#define CAIRN_FIELD_TIME(key_, name_, need)                                                        \
    .key = (key_), .type = CAIRN_SHAPE_TIME_MS, .name = (name_), .is_required = (need)
#define CAIRN_FIELD_COUNTRY(key_, name_, need)                                                     \
    .key = (key_), .type = CAIRN_SHAPE_COUNTRY, .name = (name_), .is_required = (need)
#define CAIRN_FIELD_MAP(key_, name_, need, shape_)                                                 \
    .key = (key_), .type = CAIRN_SHAPE_MAP, .name = (name_), .is_required = (need),                \
    .shape = &(shape_)
/* clang-format on */

struct cairn_shape {
    const char *name;
    const struct cairn_field *fields;
    size_t count;
};

/* Where and why. The path goes from the body inwards: documents[2].number. */
struct cairn_shape_fault {
    cairn_err err;
    size_t at;      /* offset in the body; 0 when a rule of the whole body is broken */
    uint32_t depth; /* 0..CAIRN_SHAPE_DEPTH, used part of path; 0: the body itself */
    struct cairn_shape_step {
        const char *name; /* static */
        uint32_t index;   /* UINT32_MAX: no list */
    } path[CAIRN_SHAPE_DEPTH];
};

#define CAIRN_SHAPE_PATH_BYTES 160u

/* Check a body against a shape.
 *
 * shape   body: one value that cairn_pack_check has passed
 * gives   *fault is written only on an error, then whole
 * errors  CAIRN_PACK_TYPE, CAIRN_PACK_FIELD (missing, or empty), CAIRN_PACK_UNKNOWN_FIELD,
 *         CAIRN_TOO_LONG (text, bin, list), CAIRN_NUMBER, CAIRN_TEXT_UTF8, CAIRN_RULE_TEXT (B24),
 *         CAIRN_RULE_FREE_TEXT (B36), CAIRN_DATE (B18), CAIRN_CODE_UNKNOWN (B20), CAIRN_ID, and
 *         the err of a code list (B11, C03)
 * source  docs/format.md, section 1; P-5 */
CAIRN_MUST cairn_err cairn_shape_check(const struct cairn_shape *shape, struct cairn_bytes body,
                                       bool is_test_network, struct cairn_shape_fault *fault);

/* Write a fault at a field of the body, or of an element of one of its lists, and give err back:
 * for rules that go beyond the shape.
 *
 * shape   field: static; NULL for the body itself; index: UINT32_MAX for none */
CAIRN_MUST cairn_err cairn_shape_refuse(cairn_err err, const char *field, uint32_t index,
                                        struct cairn_shape_fault *fault);

/* Put a step in front of a fault's path: the caller knows where the part stood.
 *
 * gives   fault->err; the innermost step is dropped when the path is full */
CAIRN_MUST cairn_err cairn_shape_inside(const char *field, uint32_t index,
                                        struct cairn_shape_fault *fault);

/* Write the path with NUL, such as `persons[0].documents[2].number`; "" for the body itself. A
 * path that does not fit is cut. */
void cairn_shape_write_path(const struct cairn_shape_fault *fault,
                            char out[static CAIRN_SHAPE_PATH_BYTES]);

/* The field with this key, or name. gives  NULL when there is none */
const struct cairn_field *cairn_shape_find(const struct cairn_shape *shape, uint64_t key);
const struct cairn_field *cairn_shape_find_name(const struct cairn_shape *shape,
                                                struct cairn_bytes name);

/* Below: reading of values that cairn_shape_check has passed. Another type is a panic. */

/* Give each key below slot_count its raw value; a key that is absent gets an empty view. */
void cairn_shape_split(struct cairn_bytes map, struct cairn_bytes *out_slots, size_t slot_count);

uint64_t cairn_shape_get_uint(struct cairn_bytes value);           /* 0 when the view is empty */
bool cairn_shape_get_bool(struct cairn_bytes value);               /* false when it is empty */
struct cairn_bytes cairn_shape_get_text(struct cairn_bytes value); /* empty when it is empty */
struct cairn_bytes cairn_shape_get_bin(struct cairn_bytes value);

/* A walk through an array; the empty view is an array of none. */
struct cairn_shape_list {
    struct cairn_pack_reader reader;
    uint32_t count; /* of the whole array */
    uint32_t next;  /* index of the value that comes next, 0..count */
};

void cairn_shape_list_init(struct cairn_shape_list *list, struct cairn_bytes array);

/* gives  false at the end; else *out is the raw value */
bool cairn_shape_list_next(struct cairn_shape_list *list, struct cairn_bytes *out);

#endif
