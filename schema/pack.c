#include "schema/pack.h"

#include "schema/base/check.h"
#include "schema/base/limits.h"
#include "schema/base/text.h"

#include <string.h>

#include <msgpack/pack.h>

/* What stands before a value's content. */
struct pack_head {
    enum cairn_pack_type type;
    uint64_t number; /* uint or bool: value; negative: two's complement; else count or length */
    uint8_t size;    /* bytes of the head, 1..9 */
};

/* How a first byte from 0xc0 on is read; width 0: the byte says all. */
struct pack_form {
    enum cairn_pack_type type;
    uint8_t width; /* bytes of number behind the first byte */
    bool is_allowed;
    uint64_t number_min; /* least number that needs this form */
};

static const struct pack_form pack_forms[32] = {
    [0x00] = {CAIRN_PACK_NIL, 0, true, 0},
    [0x02] = {CAIRN_PACK_BOOL, 0, true, 0},
    [0x03] = {CAIRN_PACK_BOOL, 0, true, 0},
    [0x04] = {CAIRN_PACK_BIN, 1, true, 0},
    [0x05] = {CAIRN_PACK_BIN, 2, true, 1u << 8},
    [0x06] = {CAIRN_PACK_BIN, 4, true, 1u << 16},
    [0x0c] = {CAIRN_PACK_UINT, 1, true, 1u << 7},
    [0x0d] = {CAIRN_PACK_UINT, 2, true, 1u << 8},
    [0x0e] = {CAIRN_PACK_UINT, 4, true, 1u << 16},
    [0x0f] = {CAIRN_PACK_UINT, 8, true, (uint64_t)1 << 32},
    [0x10] = {CAIRN_PACK_NEGATIVE, 1, true, 33},
    [0x11] = {CAIRN_PACK_NEGATIVE, 2, true, 129},
    [0x12] = {CAIRN_PACK_NEGATIVE, 4, true, 32769},
    [0x13] = {CAIRN_PACK_NEGATIVE, 8, true, 2147483649u},
    [0x19] = {CAIRN_PACK_TEXT, 1, true, 32},
    [0x1a] = {CAIRN_PACK_TEXT, 2, true, 1u << 8},
    [0x1b] = {CAIRN_PACK_TEXT, 4, true, 1u << 16},
    [0x1c] = {CAIRN_PACK_ARRAY, 2, true, 16},
    [0x1d] = {CAIRN_PACK_ARRAY, 4, true, 1u << 16},
    [0x1e] = {CAIRN_PACK_MAP, 2, true, 16},
    [0x1f] = {CAIRN_PACK_MAP, 4, true, 1u << 16},
};

static bool pack_read_short_head(uint8_t first, struct pack_head *out)
{
    if (first < 0x80) {
        *out = (struct pack_head){.type = CAIRN_PACK_UINT, .number = first, .size = 1};
    } else if (first < 0x90) {
        *out = (struct pack_head){.type = CAIRN_PACK_MAP, .number = first & 0x0f, .size = 1};
    } else if (first < 0xa0) {
        *out = (struct pack_head){.type = CAIRN_PACK_ARRAY, .number = first & 0x0f, .size = 1};
    } else if (first < 0xc0) {
        *out = (struct pack_head){.type = CAIRN_PACK_TEXT, .number = first & 0x1f, .size = 1};
    } else if (first >= 0xe0) {
        uint64_t number = UINT64_MAX - (0xffu - first);
        *out = (struct pack_head){.type = CAIRN_PACK_NEGATIVE, .number = number, .size = 1};
    } else {
        return false;
    }
    return true;
}

/* Is the number in its shortest form? A negative one is judged by its magnitude. */
static bool pack_is_minimal(const struct pack_form *form, uint64_t *number)
{
    if (form->type != CAIRN_PACK_NEGATIVE) {
        return *number >= form->number_min;
    }
    uint64_t sign = (uint64_t)1 << (8u * form->width - 1);
    if ((*number & sign) == 0) {
        return false;
    }
    *number |= ~(sign - 1); /* extend the sign */
    return ~*number + 1 >= form->number_min;
}

static cairn_err pack_read_head(struct cairn_bytes source, size_t at, struct pack_head *out)
{
    if (at >= source.size) {
        return CAIRN_SHORT;
    }
    uint8_t first = source.data[at];
    if (pack_read_short_head(first, out)) {
        return CAIRN_OK;
    }
    const struct pack_form *form = &pack_forms[first - 0xc0];
    if (!form->is_allowed) {
        return CAIRN_PACK_FORBIDDEN;
    }
    if (form->width > source.size - at - 1) {
        return CAIRN_SHORT;
    }
    uint64_t number = form->type == CAIRN_PACK_BOOL ? first & 1u : 0;
    for (uint8_t i = 0; i < form->width; i++) {
        number = number << 8 | source.data[at + 1 + i];
    }
    if (form->width > 0 && !pack_is_minimal(form, &number)) {
        return CAIRN_PACK_MINIMAL;
    }
    *out = (struct pack_head){
        .type = form->type, .number = number, .size = (uint8_t)(1 + form->width)};
    return CAIRN_OK;
}

/* One open array or map. */
struct pack_level {
    uint64_t left_count; /* values still to come, keys included */
    uint64_t key;        /* the last key of a map */
    bool is_map;
    bool has_key;
};

struct pack_scan {
    struct cairn_bytes source;
    size_t at;
    uint32_t node_count;
    uint32_t depth; /* levels in use */
    struct pack_level levels[CAIRN_LIMIT_PACK_DEPTH];
};

static cairn_err pack_scan_text(struct pack_scan *scan, size_t size)
{
    struct cairn_bytes text = {.data = scan->source.data + scan->at, .size = size};
    for (size_t at = cairn_text_plain_bytes(text, 0); at < size;
         at += cairn_text_plain_bytes(text, at)) {
        uint32_t code_point;
        size_t start = at;
        cairn_err err = cairn_text_next(text, &at, &code_point);
        if (err == CAIRN_OK && code_point == 0) {
            err = CAIRN_TEXT_FORBIDDEN;
        }
        if (err != CAIRN_OK) {
            scan->at += start;
            return err;
        }
    }
    scan->at += size;
    return CAIRN_OK;
}

static cairn_err pack_scan_open(struct pack_scan *scan, const struct pack_head *head)
{
    bool is_map = head->type == CAIRN_PACK_MAP;
    uint64_t value_count = is_map ? 2 * head->number : head->number;
    if (value_count > scan->source.size - scan->at - head->size) {
        return CAIRN_PACK_COUNT;
    }
    if (scan->depth == CAIRN_LIMIT_PACK_DEPTH) {
        return CAIRN_PACK_DEPTH;
    }
    scan->levels[scan->depth] = (struct pack_level){.left_count = value_count, .is_map = is_map};
    scan->depth++;
    scan->at += head->size;
    return CAIRN_OK;
}

/* Is this value a key, and may it follow the last one? */
static cairn_err pack_scan_place(struct pack_scan *scan, const struct pack_head *head)
{
    if (scan->depth == 0) {
        return CAIRN_OK;
    }
    struct pack_level *level = &scan->levels[scan->depth - 1];
    bool is_key = level->is_map && level->left_count % 2 == 0;
    if (is_key) {
        bool is_first = !level->has_key;
        if (head->type != CAIRN_PACK_UINT || (!is_first && head->number <= level->key)) {
            return CAIRN_PACK_KEY;
        }
        level->key = head->number;
        level->has_key = true;
    }
    level->left_count--;
    return CAIRN_OK;
}

static cairn_err pack_scan_value(struct pack_scan *scan)
{
    struct pack_head head;
    CAIRN_TRY(pack_read_head(scan->source, scan->at, &head));
    if (scan->node_count == CAIRN_LIMIT_PACK_NODES) {
        return CAIRN_TOO_LONG;
    }
    scan->node_count++;
    CAIRN_TRY(pack_scan_place(scan, &head));

    if (head.type == CAIRN_PACK_ARRAY || head.type == CAIRN_PACK_MAP) {
        return pack_scan_open(scan, &head);
    }
    if (head.type == CAIRN_PACK_TEXT || head.type == CAIRN_PACK_BIN) {
        if (head.number > scan->source.size - scan->at - head.size) {
            return CAIRN_SHORT;
        }
        scan->at += head.size;
        if (head.type == CAIRN_PACK_TEXT) {
            return pack_scan_text(scan, (size_t)head.number);
        }
        scan->at += (size_t)head.number;
        return CAIRN_OK;
    }
    scan->at += head.size;
    return CAIRN_OK;
}

cairn_err cairn_pack_check(struct cairn_bytes value, size_t *out_fault_at)
{
    struct pack_scan scan = {.source = value};
    do {
        cairn_err err = pack_scan_value(&scan);
        if (err != CAIRN_OK) {
            *out_fault_at = scan.at;
            return err;
        }
        while (scan.depth > 0 && scan.levels[scan.depth - 1].left_count == 0) {
            scan.depth--;
        }
    } while (scan.depth > 0);

    if (scan.at != value.size) {
        *out_fault_at = scan.at;
        return CAIRN_TRAILING;
    }
    return CAIRN_OK;
}

/* The reader: the source has passed the scanner, so a bad head is our own mistake. */
static struct pack_head pack_reader_head(const struct cairn_pack_reader *reader)
{
    struct pack_head head;
    CAIRN_REQUIRE(reader->at < reader->source.size);
    CAIRN_REQUIRE(pack_read_head(reader->source, reader->at, &head) == CAIRN_OK);
    return head;
}

void cairn_pack_reader_init(struct cairn_pack_reader *reader, struct cairn_bytes checked)
{
    *reader = (struct cairn_pack_reader){.source = checked};
}

bool cairn_pack_is_end(const struct cairn_pack_reader *reader)
{
    return reader->at == reader->source.size;
}

enum cairn_pack_type cairn_pack_peek(const struct cairn_pack_reader *reader)
{
    return pack_reader_head(reader).type;
}

/* Counts fit: the scanner has bounded them by the bytes left, and those by the nodes. */
static cairn_err pack_get_count(struct cairn_pack_reader *reader, enum cairn_pack_type type,
                                uint32_t *out_count)
{
    struct pack_head head = pack_reader_head(reader);
    if (head.type != type) {
        return CAIRN_PACK_TYPE;
    }
    reader->at += head.size;
    *out_count = (uint32_t)head.number;
    return CAIRN_OK;
}

cairn_err cairn_pack_get_map(struct cairn_pack_reader *reader, uint32_t *out_count)
{
    return pack_get_count(reader, CAIRN_PACK_MAP, out_count);
}

cairn_err cairn_pack_get_array(struct cairn_pack_reader *reader, uint32_t *out_count)
{
    return pack_get_count(reader, CAIRN_PACK_ARRAY, out_count);
}

cairn_err cairn_pack_get_uint(struct cairn_pack_reader *reader, uint64_t max, uint64_t *out)
{
    CAIRN_REQUIRE(reader->at < reader->source.size);
    uint8_t first = reader->source.data[reader->at];
    if (first < 0x80 && first <= max) { /* most are keys and codes */
        reader->at++;
        *out = first;
        return CAIRN_OK;
    }
    struct pack_head head = pack_reader_head(reader);
    if (head.type != CAIRN_PACK_UINT) {
        return CAIRN_PACK_TYPE;
    }
    if (head.number > max) {
        return CAIRN_NUMBER;
    }
    reader->at += head.size;
    *out = head.number;
    return CAIRN_OK;
}

cairn_err cairn_pack_get_int(struct cairn_pack_reader *reader, int64_t *out)
{
    struct pack_head head = pack_reader_head(reader);
    if (head.type == CAIRN_PACK_NEGATIVE) {
        *out = -1 - (int64_t)~head.number; /* no conversion of a value that does not fit */
    } else if (head.type != CAIRN_PACK_UINT) {
        return CAIRN_PACK_TYPE;
    } else if (head.number > INT64_MAX) {
        return CAIRN_NUMBER;
    } else {
        *out = (int64_t)head.number;
    }
    reader->at += head.size;
    return CAIRN_OK;
}

cairn_err cairn_pack_get_bool(struct cairn_pack_reader *reader, bool *out)
{
    struct pack_head head = pack_reader_head(reader);
    if (head.type != CAIRN_PACK_BOOL) {
        return CAIRN_PACK_TYPE;
    }
    reader->at += head.size;
    *out = head.number == 1;
    return CAIRN_OK;
}

cairn_err cairn_pack_get_nil(struct cairn_pack_reader *reader)
{
    struct pack_head head = pack_reader_head(reader);
    if (head.type != CAIRN_PACK_NIL) {
        return CAIRN_PACK_TYPE;
    }
    reader->at += head.size;
    return CAIRN_OK;
}

static cairn_err pack_get_view(struct cairn_pack_reader *reader, enum cairn_pack_type type,
                               size_t size_max, struct cairn_bytes *out)
{
    struct pack_head head = pack_reader_head(reader);
    if (head.type != type) {
        return CAIRN_PACK_TYPE;
    }
    if (head.number > size_max) {
        return CAIRN_TOO_LONG;
    }
    size_t size = (size_t)head.number;
    CAIRN_REQUIRE(size <= reader->source.size - reader->at - head.size);
    *out = (struct cairn_bytes){.data = reader->source.data + reader->at + head.size, .size = size};
    reader->at += head.size + size;
    return CAIRN_OK;
}

cairn_err cairn_pack_get_text(struct cairn_pack_reader *reader, size_t size_max,
                              struct cairn_bytes *out)
{
    return pack_get_view(reader, CAIRN_PACK_TEXT, size_max, out);
}

cairn_err cairn_pack_get_bin(struct cairn_pack_reader *reader, size_t size_max,
                             struct cairn_bytes *out)
{
    return pack_get_view(reader, CAIRN_PACK_BIN, size_max, out);
}

cairn_err cairn_pack_get_fixed(struct cairn_pack_reader *reader, size_t size, uint8_t *out)
{
    struct cairn_pack_reader ahead = *reader;
    struct cairn_bytes bin;
    CAIRN_TRY(pack_get_view(&ahead, CAIRN_PACK_BIN, size, &bin));
    if (bin.size != size) {
        return CAIRN_TOO_LONG;
    }
    if (size > 0) {
        memcpy(out, bin.data, size);
    }
    *reader = ahead;
    return CAIRN_OK;
}

/* Pass a value whose first byte says all: small numbers, short texts, small arrays and maps.
 *
 * gives   values that it holds; UINT32_MAX: it is another one, reader unchanged */
static inline uint32_t pack_pass_short(struct cairn_pack_reader *reader)
{
    CAIRN_REQUIRE(reader->at < reader->source.size);
    uint8_t first = reader->source.data[reader->at];
    size_t size = 1;
    uint32_t count = 0;
    if (first >= 0xa0 && first < 0xc0) {
        size += first & 0x1fu;
    } else if (first >= 0x80 && first < 0xa0) {
        count = first < 0x90 ? 2 * (first & 0x0fu) : first & 0x0fu;
    } else if (first >= 0xc0 && first < 0xe0) {
        return UINT32_MAX;
    }
    CAIRN_REQUIRE(size <= reader->source.size - reader->at);
    reader->at += size;
    return count;
}

struct cairn_bytes cairn_pack_get_raw(struct cairn_pack_reader *reader)
{
    size_t start = reader->at;
    uint64_t left_count = 1;
    while (left_count > 0) {
        uint32_t held_count = pack_pass_short(reader);
        if (held_count != UINT32_MAX) {
            left_count += held_count;
            left_count--;
            continue;
        }
        struct pack_head head = pack_reader_head(reader);
        reader->at += head.size;
        left_count--;
        if (head.type == CAIRN_PACK_ARRAY) {
            left_count += head.number;
        } else if (head.type == CAIRN_PACK_MAP) {
            left_count += 2 * head.number;
        } else if (head.type == CAIRN_PACK_TEXT || head.type == CAIRN_PACK_BIN) {
            CAIRN_REQUIRE(head.number <= reader->source.size - reader->at);
            reader->at += (size_t)head.number;
        }
    }
    return (struct cairn_bytes){.data = reader->source.data + start, .size = reader->at - start};
}

/* The callback of msgpack-c; its result only tells msgpack-c to stop, is_full is what we read. */
static int pack_write(void *context, const char *bytes, size_t size)
{
    struct cairn_pack_writer *writer = context;
    if (writer->is_full || size > writer->capacity - writer->size) {
        writer->is_full = true;
        return -1;
    }
    if (size > 0) {
        memcpy(writer->data + writer->size, bytes, size);
        writer->size += size;
    }
    return 0;
}

static msgpack_packer pack_packer(struct cairn_pack_writer *writer)
{
    CAIRN_REQUIRE(writer->size <= writer->capacity);
    msgpack_packer packer;
    msgpack_packer_init(&packer, writer, pack_write);
    return packer;
}

void cairn_pack_writer_init(struct cairn_pack_writer *writer, void *data, size_t capacity)
{
    CAIRN_REQUIRE(data != NULL || capacity == 0);
    *writer = (struct cairn_pack_writer){.data = data, .capacity = capacity};
}

void cairn_pack_put_map(struct cairn_pack_writer *writer, uint32_t count)
{
    msgpack_packer packer = pack_packer(writer);
    (void)msgpack_pack_map(&packer, count);
}

void cairn_pack_put_array(struct cairn_pack_writer *writer, uint32_t count)
{
    msgpack_packer packer = pack_packer(writer);
    (void)msgpack_pack_array(&packer, count);
}

void cairn_pack_put_uint(struct cairn_pack_writer *writer, uint64_t value)
{
    msgpack_packer packer = pack_packer(writer);
    (void)msgpack_pack_uint64(&packer, value);
}

void cairn_pack_put_int(struct cairn_pack_writer *writer, int64_t value)
{
    msgpack_packer packer = pack_packer(writer);
    (void)msgpack_pack_int64(&packer, value);
}

void cairn_pack_put_bool(struct cairn_pack_writer *writer, bool value)
{
    msgpack_packer packer = pack_packer(writer);
    (void)(value ? msgpack_pack_true(&packer) : msgpack_pack_false(&packer));
}

void cairn_pack_put_nil(struct cairn_pack_writer *writer)
{
    msgpack_packer packer = pack_packer(writer);
    (void)msgpack_pack_nil(&packer);
}

void cairn_pack_put_text(struct cairn_pack_writer *writer, struct cairn_bytes text)
{
    msgpack_packer packer = pack_packer(writer);
    (void)msgpack_pack_str(&packer, text.size);
    (void)msgpack_pack_str_body(&packer, text.data, text.size);
}

void cairn_pack_put_bin(struct cairn_pack_writer *writer, struct cairn_bytes bin)
{
    msgpack_packer packer = pack_packer(writer);
    (void)msgpack_pack_bin(&packer, bin.size);
    (void)msgpack_pack_bin_body(&packer, bin.data, bin.size);
}

void cairn_pack_put_bin_head(struct cairn_pack_writer *writer, uint32_t size)
{
    msgpack_packer packer = pack_packer(writer);
    (void)msgpack_pack_bin(&packer, size);
}

void cairn_pack_put_raw(struct cairn_pack_writer *writer, struct cairn_bytes value)
{
    CAIRN_REQUIRE(writer->size <= writer->capacity);
    (void)pack_write(writer, (const char *)value.data, value.size);
}

cairn_err cairn_pack_end(const struct cairn_pack_writer *writer, struct cairn_bytes *out)
{
    if (writer->is_full) {
        return CAIRN_NO_ROOM;
    }
    *out = (struct cairn_bytes){.data = writer->data, .size = writer->size};
    return CAIRN_OK;
}
