#include "schema/shape.h"

#include "schema/base/check.h"
#include "schema/base/civil.h"
#include "schema/code.h"

struct shape_walk {
    struct cairn_pack_reader reader;
    bool is_test_network;
    struct cairn_shape_fault fault; /* path as far as the walk is inside; err and at at the end */
};

static struct cairn_shape_step *shape_step(struct shape_walk *walk)
{
    CAIRN_REQUIRE(walk->fault.depth > 0);
    return &walk->fault.path[walk->fault.depth - 1];
}

static cairn_err shape_check_country(struct cairn_bytes text, bool is_test_network)
{
    return cairn_code_is_known(text, is_test_network) ? CAIRN_OK : CAIRN_CODE_UNKNOWN;
}

static cairn_err shape_check_text(struct shape_walk *walk, const struct cairn_field *field)
{
    struct cairn_bytes text;
    CAIRN_TRY(cairn_pack_get_text(&walk->reader, SIZE_MAX, &text));
    struct cairn_civil_date date;
    struct cairn_civil_birth birth;
    switch (field->type) {
    case CAIRN_SHAPE_TEXT:
        return cairn_shape_text_check(field->text_rule, text, field->max);
    case CAIRN_SHAPE_DATE:
        return cairn_civil_parse_date(text, &date);
    case CAIRN_SHAPE_BIRTH:
        return cairn_civil_parse_birth(text, &birth);
    case CAIRN_SHAPE_COUNTRY:
        return shape_check_country(text, walk->is_test_network);
    case CAIRN_SHAPE_UINT:
    case CAIRN_SHAPE_BOOL:
    case CAIRN_SHAPE_BIN:
    case CAIRN_SHAPE_CODE:
    case CAIRN_SHAPE_TIME_MS:
    case CAIRN_SHAPE_MAP:
        break;
    }
    return CAIRN_PACK_TYPE;
}

static cairn_err shape_check_bin(struct cairn_pack_reader *reader, size_t size)
{
    struct cairn_bytes bin;
    CAIRN_TRY(cairn_pack_get_bin(reader, SIZE_MAX, &bin));
    return bin.size == size ? CAIRN_OK : CAIRN_TOO_LONG;
}

static cairn_err shape_check_uint(struct cairn_pack_reader *reader, const struct cairn_field *field)
{
    uint64_t number;
    CAIRN_TRY(cairn_pack_get_uint(reader, UINT64_MAX, &number));
    return number >= field->min && number <= field->max ? CAIRN_OK : CAIRN_NUMBER;
}

static cairn_err shape_check_code(struct cairn_pack_reader *reader, const struct cairn_field *field)
{
    uint64_t number;
    CAIRN_TRY(cairn_pack_get_uint(reader, UINT64_MAX, &number));
    return cairn_codelist_text(field->codes, number) != NULL ? CAIRN_OK : field->codes->err;
}

static cairn_err shape_check_map(struct shape_walk *walk, const struct cairn_shape *shape);

static cairn_err shape_check_value(struct shape_walk *walk, const struct cairn_field *field)
{
    size_t at = walk->reader.at;
    cairn_err err = CAIRN_PACK_TYPE;
    bool flag;
    uint64_t number;
    switch (field->type) {
    case CAIRN_SHAPE_UINT:
        err = shape_check_uint(&walk->reader, field);
        break;
    case CAIRN_SHAPE_BOOL:
        err = cairn_pack_get_bool(&walk->reader, &flag);
        break;
    case CAIRN_SHAPE_BIN:
        err = shape_check_bin(&walk->reader, field->max);
        break;
    case CAIRN_SHAPE_CODE:
        err = shape_check_code(&walk->reader, field);
        break;
    case CAIRN_SHAPE_TIME_MS:
        err = cairn_pack_get_uint(&walk->reader, CAIRN_SHAPE_TIME - 1, &number);
        break;
    case CAIRN_SHAPE_TEXT:
    case CAIRN_SHAPE_DATE:
    case CAIRN_SHAPE_BIRTH:
    case CAIRN_SHAPE_COUNTRY:
        err = shape_check_text(walk, field);
        break;
    case CAIRN_SHAPE_MAP:
        return shape_check_map(walk, field->shape); /* has set the place itself */
    }
    if (err != CAIRN_OK) {
        walk->fault.at = at;
    }
    return err;
}

static cairn_err shape_check_list(struct shape_walk *walk, const struct cairn_field *field)
{
    uint32_t count;
    walk->fault.at = walk->reader.at;
    CAIRN_TRY(cairn_pack_get_array(&walk->reader, &count));
    if (count == 0) {
        return CAIRN_PACK_FIELD;
    }
    if (count > field->list_max) {
        return CAIRN_TOO_LONG;
    }
    for (uint32_t i = 0; i < count; i++) {
        shape_step(walk)->index = i;
        CAIRN_TRY(shape_check_value(walk, field));
    }
    return CAIRN_OK;
}

static cairn_err shape_check_field(struct shape_walk *walk, const struct cairn_field *field)
{
    CAIRN_REQUIRE(walk->fault.depth < CAIRN_SHAPE_DEPTH);
    walk->fault.path[walk->fault.depth++] =
        (struct cairn_shape_step){.name = field->name, .index = UINT32_MAX};
    CAIRN_TRY(field->list_max > 0 ? shape_check_list(walk, field) : shape_check_value(walk, field));
    walk->fault.depth--;
    return CAIRN_OK;
}

static cairn_err shape_missing(struct shape_walk *walk, const struct cairn_field *field, size_t at)
{
    CAIRN_REQUIRE(walk->fault.depth < CAIRN_SHAPE_DEPTH);
    walk->fault.path[walk->fault.depth++] =
        (struct cairn_shape_step){.name = field->name, .index = UINT32_MAX};
    walk->fault.at = at;
    return CAIRN_PACK_FIELD;
}

/* Keys of a checked map ascend, and so do those of the table: one walk through both. */
static cairn_err shape_check_map(struct shape_walk *walk, const struct cairn_shape *shape)
{
    size_t map_at = walk->reader.at, next = 0;
    uint32_t count;
    walk->fault.at = map_at;
    CAIRN_TRY(cairn_pack_get_map(&walk->reader, &count));
    if (count == 0 && walk->fault.depth > 0) {
        return CAIRN_PACK_FIELD; /* inside a body, absence has one spelling */
    }
    for (uint32_t i = 0; i < count; i++) {
        uint64_t key;
        walk->fault.at = walk->reader.at;
        CAIRN_TRY(cairn_pack_get_uint(&walk->reader, UINT64_MAX, &key));
        for (; next < shape->count && shape->fields[next].key < key; next++) {
            if (shape->fields[next].is_required) {
                return shape_missing(walk, &shape->fields[next], map_at);
            }
        }
        if (next == shape->count || shape->fields[next].key != key) {
            return CAIRN_PACK_UNKNOWN_FIELD;
        }
        CAIRN_TRY(shape_check_field(walk, &shape->fields[next++]));
    }
    for (; next < shape->count; next++) {
        if (shape->fields[next].is_required) {
            return shape_missing(walk, &shape->fields[next], map_at);
        }
    }
    return CAIRN_OK;
}

cairn_err cairn_shape_check(const struct cairn_shape *shape, struct cairn_bytes body,
                            bool is_test_network, struct cairn_shape_fault *fault)
{
    CAIRN_REQUIRE(body.size > 0);
    struct shape_walk walk = {.is_test_network = is_test_network};
    cairn_pack_reader_init(&walk.reader, body);
    cairn_err err = shape_check_map(&walk, shape);
    if (err != CAIRN_OK) {
        walk.fault.err = err;
        *fault = walk.fault;
    }
    return err;
}

cairn_err cairn_shape_refuse(cairn_err err, const char *field, uint32_t index,
                             struct cairn_shape_fault *fault)
{
    CAIRN_REQUIRE(err != CAIRN_OK);
    *fault = (struct cairn_shape_fault){.err = err, .depth = field == NULL ? 0 : 1};
    if (field != NULL) {
        fault->path[0] = (struct cairn_shape_step){.name = field, .index = index};
    }
    return err;
}

cairn_err cairn_shape_inside(const char *field, uint32_t index, struct cairn_shape_fault *fault)
{
    CAIRN_REQUIRE(fault->err != CAIRN_OK);
    CAIRN_REQUIRE(fault->depth <= CAIRN_SHAPE_DEPTH);
    if (fault->depth < CAIRN_SHAPE_DEPTH) {
        fault->depth++;
    }
    for (uint32_t i = fault->depth - 1; i > 0; i--) {
        fault->path[i] = fault->path[i - 1];
    }
    fault->path[0] = (struct cairn_shape_step){.name = field, .index = index};
    return fault->err;
}

static size_t shape_write_text(char *out, size_t at, const char *text)
{
    for (; *text != '\0' && at + 1 < CAIRN_SHAPE_PATH_BYTES; text++) {
        out[at++] = *text;
    }
    return at;
}

static size_t shape_write_index(char *out, size_t at, uint32_t index)
{
    char digits[11] = {0};
    size_t first = sizeof digits - 1;
    do {
        digits[--first] = (char)('0' + index % 10);
        index /= 10;
    } while (index > 0);
    at = shape_write_text(out, at, "[");
    at = shape_write_text(out, at, digits + first);
    return shape_write_text(out, at, "]");
}

void cairn_shape_write_path(const struct cairn_shape_fault *fault,
                            char out[static CAIRN_SHAPE_PATH_BYTES])
{
    CAIRN_REQUIRE(fault->depth <= CAIRN_SHAPE_DEPTH);
    size_t at = 0;
    for (uint32_t i = 0; i < fault->depth; i++) {
        at = shape_write_text(out, at, i > 0 ? "." : "");
        at = shape_write_text(out, at, fault->path[i].name);
        if (fault->path[i].index != UINT32_MAX) {
            at = shape_write_index(out, at, fault->path[i].index);
        }
    }
    out[at] = '\0';
}

const struct cairn_field *cairn_shape_find(const struct cairn_shape *shape, uint64_t key)
{
    for (size_t i = 0; i < shape->count; i++) {
        if (shape->fields[i].key == key) {
            return &shape->fields[i];
        }
    }
    return NULL;
}

const struct cairn_field *cairn_shape_find_name(const struct cairn_shape *shape,
                                                struct cairn_bytes name)
{
    for (size_t i = 0; i < shape->count; i++) {
        if (cairn_bytes_is_equal(cairn_bytes_of(shape->fields[i].name), name)) {
            return &shape->fields[i];
        }
    }
    return NULL;
}

void cairn_shape_split(struct cairn_bytes map, struct cairn_bytes *out_slots, size_t slot_count)
{
    for (size_t i = 0; i < slot_count; i++) {
        out_slots[i] = (struct cairn_bytes){.data = NULL, .size = 0};
    }
    if (map.size == 0) {
        return;
    }
    struct cairn_pack_reader reader;
    uint32_t count;
    cairn_pack_reader_init(&reader, map);
    CAIRN_REQUIRE(cairn_pack_get_map(&reader, &count) == CAIRN_OK);
    for (uint32_t i = 0; i < count; i++) {
        uint64_t key;
        CAIRN_REQUIRE(cairn_pack_get_uint(&reader, UINT64_MAX, &key) == CAIRN_OK);
        if (key >= slot_count) {
            return; /* keys ascend */
        }
        out_slots[key] = cairn_pack_get_raw(&reader);
    }
}

uint64_t cairn_shape_get_uint(struct cairn_bytes value)
{
    uint64_t number = 0;
    if (value.size > 0) {
        struct cairn_pack_reader reader;
        cairn_pack_reader_init(&reader, value);
        CAIRN_REQUIRE(cairn_pack_get_uint(&reader, UINT64_MAX, &number) == CAIRN_OK);
    }
    return number;
}

bool cairn_shape_get_bool(struct cairn_bytes value)
{
    bool flag = false;
    if (value.size > 0) {
        struct cairn_pack_reader reader;
        cairn_pack_reader_init(&reader, value);
        CAIRN_REQUIRE(cairn_pack_get_bool(&reader, &flag) == CAIRN_OK);
    }
    return flag;
}

struct cairn_bytes cairn_shape_get_text(struct cairn_bytes value)
{
    struct cairn_bytes text = {.data = NULL, .size = 0};
    if (value.size > 0) {
        struct cairn_pack_reader reader;
        cairn_pack_reader_init(&reader, value);
        CAIRN_REQUIRE(cairn_pack_get_text(&reader, SIZE_MAX, &text) == CAIRN_OK);
    }
    return text;
}

struct cairn_bytes cairn_shape_get_bin(struct cairn_bytes value)
{
    struct cairn_bytes bin = {.data = NULL, .size = 0};
    if (value.size > 0) {
        struct cairn_pack_reader reader;
        cairn_pack_reader_init(&reader, value);
        CAIRN_REQUIRE(cairn_pack_get_bin(&reader, SIZE_MAX, &bin) == CAIRN_OK);
    }
    return bin;
}

void cairn_shape_list_init(struct cairn_shape_list *list, struct cairn_bytes array)
{
    *list = (struct cairn_shape_list){.count = 0};
    if (array.size > 0) {
        cairn_pack_reader_init(&list->reader, array);
        CAIRN_REQUIRE(cairn_pack_get_array(&list->reader, &list->count) == CAIRN_OK);
    }
}

bool cairn_shape_list_next(struct cairn_shape_list *list, struct cairn_bytes *out)
{
    CAIRN_REQUIRE(list->next <= list->count);
    if (list->next == list->count) {
        return false;
    }
    *out = cairn_pack_get_raw(&list->reader);
    list->next++;
    return true;
}
