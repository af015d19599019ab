/* Canonical msgpack: one strict scanner, one reader over what it passed, one writer.
 *
 * Canonical here: shortest form of every integer and length; maps with non-negative integer keys in
 * strictly ascending order; text is UTF-8 without NUL; no floats, no extension types; at most
 * CAIRN_LIMIT_PACK_DEPTH levels and CAIRN_LIMIT_PACK_NODES values; one value and nothing after it.
 * The only door to msgpack-c (which writes; its unpacker allocates, so reading is ours).
 * docs/protocol.md, section 2. */
#ifndef CAIRN_SCHEMA_PACK_H
#define CAIRN_SCHEMA_PACK_H

#include "schema/base/bytes.h"
#include "schema/base/err.h"

/* Scan one value. Allocates nothing; nothing else may look at bytes from outside before this.
 *
 * gives   *out_fault_at: offset of the first fault; unchanged when all is well
 * errors  CAIRN_SHORT, CAIRN_TRAILING, CAIRN_TOO_LONG (nodes), CAIRN_TEXT_UTF8,
 *         CAIRN_TEXT_FORBIDDEN (NUL), CAIRN_PACK_MINIMAL, _FORBIDDEN, _KEY, _DEPTH, _COUNT */
CAIRN_MUST cairn_err cairn_pack_check(struct cairn_bytes value, size_t *out_fault_at);

enum cairn_pack_type {
    CAIRN_PACK_UINT,
    CAIRN_PACK_NEGATIVE,
    CAIRN_PACK_BOOL,
    CAIRN_PACK_NIL,
    CAIRN_PACK_TEXT,
    CAIRN_PACK_BIN,
    CAIRN_PACK_ARRAY,
    CAIRN_PACK_MAP,
};

/* A cursor over bytes that cairn_pack_check has passed. A get of another type changes nothing and
 * gives CAIRN_PACK_TYPE; a value over its limit gives CAIRN_TOO_LONG or CAIRN_NUMBER. */
struct cairn_pack_reader {
    struct cairn_bytes source; /* borrowed */
    size_t at;                 /* offset of the next value */
};

void cairn_pack_reader_init(struct cairn_pack_reader *reader, struct cairn_bytes checked);
bool cairn_pack_is_end(const struct cairn_pack_reader *reader);
enum cairn_pack_type cairn_pack_peek(const struct cairn_pack_reader *reader); /* not at the end */
CAIRN_MUST cairn_err cairn_pack_get_map(struct cairn_pack_reader *reader, uint32_t *out_count);
CAIRN_MUST cairn_err cairn_pack_get_array(struct cairn_pack_reader *reader, uint32_t *out_count);
CAIRN_MUST cairn_err cairn_pack_get_uint(struct cairn_pack_reader *reader, uint64_t max,
                                         uint64_t *out);
CAIRN_MUST cairn_err cairn_pack_get_int(struct cairn_pack_reader *reader, int64_t *out);
CAIRN_MUST cairn_err cairn_pack_get_bool(struct cairn_pack_reader *reader, bool *out);
CAIRN_MUST cairn_err cairn_pack_get_nil(struct cairn_pack_reader *reader);
CAIRN_MUST cairn_err cairn_pack_get_text(struct cairn_pack_reader *reader, size_t size_max,
                                         struct cairn_bytes *out);
CAIRN_MUST cairn_err cairn_pack_get_bin(struct cairn_pack_reader *reader, size_t size_max,
                                        struct cairn_bytes *out);
/* Exactly `size` bytes of bin, copied out. errors also CAIRN_TOO_LONG when the size differs */
CAIRN_MUST cairn_err cairn_pack_get_fixed(struct cairn_pack_reader *reader, size_t size,
                                          uint8_t *out);
/* The raw bytes of the next value, whatever it is; the cursor moves past it. */
struct cairn_bytes cairn_pack_get_raw(struct cairn_pack_reader *reader);

/* Writes into the caller's buffer. Once something did not fit, everything later is dropped and
 * cairn_pack_end says so; so callers check once. Key order is the caller's duty: cairn_pack_end
 * does not rescan (tests do). */
struct cairn_pack_writer {
    uint8_t *data; /* borrowed */
    size_t size;   /* bytes written */
    size_t capacity;
    bool is_full;
};

void cairn_pack_writer_init(struct cairn_pack_writer *writer, void *data, size_t capacity);
void cairn_pack_put_map(struct cairn_pack_writer *writer, uint32_t count);
void cairn_pack_put_array(struct cairn_pack_writer *writer, uint32_t count);
void cairn_pack_put_uint(struct cairn_pack_writer *writer, uint64_t value);
void cairn_pack_put_int(struct cairn_pack_writer *writer, int64_t value);
void cairn_pack_put_bool(struct cairn_pack_writer *writer, bool value);
void cairn_pack_put_nil(struct cairn_pack_writer *writer);
void cairn_pack_put_text(struct cairn_pack_writer *writer, struct cairn_bytes text);
void cairn_pack_put_bin(struct cairn_pack_writer *writer, struct cairn_bytes bin);
/* Only the head of a bin: its bytes follow elsewhere (frames that are sent in two pieces). */
void cairn_pack_put_bin_head(struct cairn_pack_writer *writer, uint32_t size);
/* An already canonical value, verbatim. */
void cairn_pack_put_raw(struct cairn_pack_writer *writer, struct cairn_bytes value);
/* errors  CAIRN_NO_ROOM */
CAIRN_MUST cairn_err cairn_pack_end(const struct cairn_pack_writer *writer,
                                    struct cairn_bytes *out);

#endif
