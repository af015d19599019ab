#include "schema/operation.h"

#include "schema/base/check.h"
#include "schema/fields.h"

#include <string.h>

#define OPERATION_WITH_PERSON 16u /* from this kind on: purpose, actors, role */
#define OPERATION_WITH_OBJECT 32u /* from this kind on: object */
#define OPERATION_CASE_FIRST  64u
#define OPERATION_CASE_END    96u

bool cairn_kind_of_number(uint64_t number, enum cairn_kind *out)
{
#define OPERATION_CASE(name, kind_number, text)                                                    \
    case kind_number:                                                                              \
        *out = CAIRN_KIND_##name;                                                                  \
        return true;
    switch (number) {
        CAIRN_KIND_LIST(OPERATION_CASE)
    }
#undef OPERATION_CASE
    return false;
}

const char *cairn_kind_text(enum cairn_kind kind)
{
#define OPERATION_CASE(name, number, text)                                                         \
    case CAIRN_KIND_##name:                                                                        \
        return text;
    switch (kind) {
        CAIRN_KIND_LIST(OPERATION_CASE)
    }
#undef OPERATION_CASE
    cairn_panic("a kind of the enum", __FILE__, __LINE__);
}

bool cairn_kind_of_text(struct cairn_bytes text, enum cairn_kind *out)
{
#define OPERATION_ROW(name, number, kind_text) CAIRN_KIND_##name,
    static const enum cairn_kind kinds[] = {CAIRN_KIND_LIST(OPERATION_ROW)};
#undef OPERATION_ROW
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (cairn_bytes_is_equal(text, cairn_bytes_of(cairn_kind_text(kinds[i])))) {
            *out = kinds[i];
            return true;
        }
    }
    return false;
}

size_t cairn_kind_limit(enum cairn_kind kind)
{
    return kind == CAIRN_KIND_ALERT_BATCH ? CAIRN_LIMIT_BATCH_BYTES : CAIRN_LIMIT_OPERATION_BYTES;
}

bool cairn_kind_is_clear(enum cairn_kind kind)
{
    return kind == CAIRN_KIND_FEED_OPEN || kind == CAIRN_KIND_FEED_ADMIT ||
           kind == CAIRN_KIND_FEED_REKEY || kind == CAIRN_KIND_FEED_CLOSE;
}

bool cairn_kind_is_last(enum cairn_kind kind)
{
    return kind == CAIRN_KIND_FEED_REKEY || kind == CAIRN_KIND_FEED_CLOSE;
}

bool cairn_kind_is_plumbing(enum cairn_kind kind)
{
    return (unsigned)kind < OPERATION_WITH_PERSON;
}

bool cairn_kind_is_alert(enum cairn_kind kind)
{
    return (unsigned)kind >= OPERATION_WITH_OBJECT && (unsigned)kind < OPERATION_CASE_FIRST;
}

bool cairn_kind_is_case(enum cairn_kind kind)
{
    return (unsigned)kind >= OPERATION_CASE_FIRST && (unsigned)kind < OPERATION_CASE_END;
}

static cairn_err operation_get_object(struct cairn_pack_reader *reader, struct cairn_id *out)
{
    size_t at = reader->at;
    struct cairn_bytes text;
    CAIRN_TRY(cairn_pack_get_text(reader, CAIRN_ID_OBJECT_BYTES, &text));
    cairn_err err = cairn_id_parse(text, out);
    return err == CAIRN_OK ? CAIRN_OK : cairn_fields_fail(reader, at, err);
}

/* An array that is absent when empty. */
static cairn_err operation_get_entry_ids(struct cairn_pack_reader *reader,
                                         uint8_t (*out)[CAIRN_ID_ENTRY_BYTES], uint32_t *out_count)
{
    CAIRN_TRY(cairn_fields_get_list(reader, CAIRN_LIMIT_PARENTS, out_count));
    for (uint32_t i = 0; i < *out_count; i++) {
        size_t at = reader->at;
        CAIRN_TRY(cairn_pack_get_fixed(reader, CAIRN_ID_ENTRY_BYTES, out[i]));
        if (i > 0 && memcmp(out[i - 1], out[i], CAIRN_ID_ENTRY_BYTES) >= 0) {
            return cairn_fields_fail(reader, at, CAIRN_OPERATION);
        }
    }
    return CAIRN_OK;
}

static cairn_err operation_get_person(struct cairn_fields *fields, struct cairn_operation *out)
{
    struct cairn_pack_reader *reader = fields->reader;
    CAIRN_TRY(cairn_fields_need(fields, 4));
    CAIRN_TRY(cairn_fields_get_text(reader, CAIRN_PURPOSE_BYTES, &out->purpose));
    CAIRN_TRY(cairn_fields_need(fields, 5));
    CAIRN_TRY(cairn_fields_get_list(reader, CAIRN_ACTORS_MAX, &out->actor_count));
    for (uint32_t i = 0; i < out->actor_count; i++) {
        CAIRN_TRY(cairn_fields_get_text(reader, CAIRN_ACTOR_BYTES, &out->actors[i]));
    }
    CAIRN_TRY(cairn_fields_need(fields, 6));
    return cairn_fields_get_text(reader, CAIRN_ROLE_BYTES, &out->role);
}

static cairn_err operation_get_body(struct cairn_fields *fields, struct cairn_bytes *out)
{
    CAIRN_TRY(cairn_fields_need(fields, 7));
    if (cairn_pack_peek(fields->reader) != CAIRN_PACK_MAP) {
        return CAIRN_PACK_TYPE;
    }
    *out = cairn_pack_get_raw(fields->reader);
    return CAIRN_OK;
}

static cairn_err operation_get_kind(struct cairn_fields *fields, enum cairn_kind *out)
{
    CAIRN_TRY(cairn_fields_need(fields, 0));
    size_t at = fields->reader->at;
    uint64_t number;
    CAIRN_TRY(cairn_pack_get_uint(fields->reader, UINT64_MAX, &number));
    if (!cairn_kind_of_number(number, out)) {
        return cairn_fields_fail(fields->reader, at, CAIRN_KIND_UNKNOWN);
    }
    if (fields->reader->source.size > cairn_kind_limit(*out)) {
        return cairn_fields_fail(fields->reader, 0, CAIRN_TOO_LONG);
    }
    return CAIRN_OK;
}

static cairn_err operation_read(struct cairn_pack_reader *reader, struct cairn_operation *out)
{
    struct cairn_fields fields;
    CAIRN_TRY(cairn_fields_open(&fields, reader));
    CAIRN_TRY(operation_get_kind(&fields, &out->kind));
    out->has_object = (unsigned)out->kind >= OPERATION_WITH_OBJECT;
    if (out->has_object) {
        CAIRN_TRY(cairn_fields_need(&fields, 1));
        CAIRN_TRY(operation_get_object(reader, &out->object));
    }
    if (cairn_fields_has(&fields, 2)) {
        CAIRN_TRY(operation_get_entry_ids(reader, out->parents, &out->parent_count));
    }
    CAIRN_TRY(cairn_fields_need(&fields, 3));
    CAIRN_TRY(cairn_pack_get_uint(reader, UINT64_MAX, &out->hlc));
    if ((unsigned)out->kind >= OPERATION_WITH_PERSON) {
        CAIRN_TRY(operation_get_person(&fields, out));
    }
    CAIRN_TRY(operation_get_body(&fields, &out->body));
    if (cairn_fields_has(&fields, 8)) {
        CAIRN_TRY(operation_get_entry_ids(reader, out->after, &out->after_count));
    }
    return cairn_fields_close(&fields);
}

static cairn_err operation_scan(struct cairn_bytes bytes, size_t *out_fault_at)
{
    if (bytes.size > CAIRN_LIMIT_BATCH_BYTES) {
        *out_fault_at = 0;
        return CAIRN_TOO_LONG;
    }
    return cairn_pack_check(bytes, out_fault_at);
}

cairn_err cairn_operation_decode(struct cairn_bytes bytes, struct cairn_operation *out,
                                 size_t *out_fault_at)
{
    CAIRN_TRY(operation_scan(bytes, out_fault_at));
    struct cairn_operation operation = {.kind = CAIRN_KIND_FEED_OPEN};
    struct cairn_pack_reader reader;
    cairn_pack_reader_init(&reader, bytes);
    cairn_err err = operation_read(&reader, &operation);
    if (err != CAIRN_OK) {
        *out_fault_at = reader.at;
        return err;
    }
    *out = operation;
    return CAIRN_OK;
}

cairn_err cairn_operation_peek(struct cairn_bytes bytes, struct cairn_operation_head *out)
{
    size_t fault_at;
    CAIRN_TRY(operation_scan(bytes, &fault_at));
    struct cairn_operation_head head = {.has_object = false};
    struct cairn_pack_reader reader;
    struct cairn_fields fields;
    cairn_pack_reader_init(&reader, bytes);
    CAIRN_TRY(cairn_fields_open(&fields, &reader));
    CAIRN_TRY(cairn_fields_need(&fields, 0));
    CAIRN_TRY(cairn_pack_get_uint(&reader, UINT64_MAX, &head.kind));
    head.has_object = cairn_fields_has(&fields, 1);
    if (head.has_object) {
        CAIRN_TRY(operation_get_object(&reader, &head.object));
    }
    if (cairn_fields_has(&fields, 2)) {
        (void)cairn_pack_get_raw(&reader);
    }
    CAIRN_TRY(cairn_fields_need(&fields, 3));
    CAIRN_TRY(cairn_pack_get_uint(&reader, UINT64_MAX, &head.hlc));
    *out = head;
    return CAIRN_OK;
}

static void operation_put_entry_ids(struct cairn_pack_writer *writer, uint64_t key,
                                    const uint8_t (*ids)[CAIRN_ID_ENTRY_BYTES], uint32_t count)
{
    if (count == 0) {
        return;
    }
    cairn_pack_put_uint(writer, key);
    cairn_pack_put_array(writer, count);
    for (uint32_t i = 0; i < count; i++) {
        cairn_pack_put_bin(writer,
                           (struct cairn_bytes){.data = ids[i], .size = CAIRN_ID_ENTRY_BYTES});
    }
}

static void operation_put_person(struct cairn_pack_writer *writer,
                                 const struct cairn_operation *operation)
{
    cairn_pack_put_uint(writer, 4);
    cairn_pack_put_text(writer, operation->purpose);
    cairn_pack_put_uint(writer, 5);
    cairn_pack_put_array(writer, operation->actor_count);
    for (uint32_t i = 0; i < operation->actor_count; i++) {
        cairn_pack_put_text(writer, operation->actors[i]);
    }
    cairn_pack_put_uint(writer, 6);
    cairn_pack_put_text(writer, operation->role);
}

static void operation_write(struct cairn_pack_writer *writer,
                            const struct cairn_operation *operation)
{
    bool has_person = (unsigned)operation->kind >= OPERATION_WITH_PERSON;
    uint32_t count = 3; /* kind, hlc, body */
    count += operation->has_object ? 1 : 0;
    count += operation->parent_count > 0 ? 1 : 0;
    count += has_person ? 3 : 0;
    count += operation->after_count > 0 ? 1 : 0;

    cairn_pack_put_map(writer, count);
    cairn_pack_put_uint(writer, 0);
    cairn_pack_put_uint(writer, (uint64_t)operation->kind);
    if (operation->has_object) {
        cairn_pack_put_uint(writer, 1);
        cairn_pack_put_text(writer, cairn_id_view(&operation->object));
    }
    operation_put_entry_ids(writer, 2, operation->parents, operation->parent_count);
    cairn_pack_put_uint(writer, 3);
    cairn_pack_put_uint(writer, operation->hlc);
    if (has_person) {
        operation_put_person(writer, operation);
    }
    cairn_pack_put_uint(writer, 7);
    cairn_pack_put_raw(writer, operation->body);
    operation_put_entry_ids(writer, 8, operation->after, operation->after_count);
}

cairn_err cairn_operation_encode(const struct cairn_operation *operation, void *buffer,
                                 size_t capacity, struct cairn_bytes *out)
{
    CAIRN_REQUIRE(operation->parent_count <= CAIRN_LIMIT_PARENTS);
    CAIRN_REQUIRE(operation->after_count <= CAIRN_LIMIT_PARENTS);
    CAIRN_REQUIRE(operation->actor_count <= CAIRN_ACTORS_MAX);

    struct cairn_pack_writer writer;
    struct cairn_bytes bytes;
    cairn_pack_writer_init(&writer, buffer, capacity);
    operation_write(&writer, operation);
    CAIRN_TRY(cairn_pack_end(&writer, &bytes));

    struct cairn_operation reread;
    size_t fault_at;
    CAIRN_TRY(cairn_operation_decode(bytes, &reread, &fault_at));
    *out = bytes;
    return CAIRN_OK;
}
