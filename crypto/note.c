#include "crypto/note.h"

#include <string.h>

#include "crypto/hash.h"
#include "crypto/note_text.h"
#include "schema/base/base64.h"
#include "schema/base/check.h"
#include "schema/base/decimal.h"

#define NOTE_DASH            "\xe2\x80\x94 " /* U+2014 and a space */
#define NOTE_DASH_BYTES      4u
#define NOTE_SIGNATURE_BYTES 64u
#define NOTE_BLOB_MAX        (4u + 8u + NOTE_SIGNATURE_BYTES)

void cairn_note_key_id(const struct cairn_note_key *key, uint8_t out[static 4])
{
    const uint8_t middle[2] = {0x0a, key->type};
    struct cairn_sha256 hash;
    uint8_t digest[32];
    cairn_sha256_init(&hash);
    cairn_sha256_update(&hash, key->name);
    cairn_sha256_update(&hash, (struct cairn_bytes){middle, sizeof middle});
    cairn_sha256_update(&hash, (struct cairn_bytes){key->public_key, sizeof key->public_key});
    cairn_sha256_final(&hash, digest);
    memcpy(out, digest, 4);
}

/* Offset of the first `wanted` at or after `at`; text.size when there is none. */
static size_t note_find(struct cairn_bytes text, size_t at, uint8_t wanted)
{
    while (at < text.size && text.data[at] != wanted) {
        at++;
    }
    return at;
}

/* shape   raw: one line with its newline */
static cairn_err note_split_line(struct cairn_bytes raw, struct cairn_arena *arena,
                                 struct cairn_note_line *out)
{
    if (raw.size <= NOTE_DASH_BYTES || memcmp(raw.data, NOTE_DASH, NOTE_DASH_BYTES) != 0) {
        return CAIRN_NOTE;
    }
    size_t space = note_find(raw, NOTE_DASH_BYTES, ' ');
    struct cairn_bytes name = {raw.data + NOTE_DASH_BYTES, space - NOTE_DASH_BYTES};
    if (space == raw.size || !cairn_note_text_is_name(name)) {
        return CAIRN_NOTE;
    }
    struct cairn_bytes text = {raw.data + space + 1, raw.size - space - 2};
    size_t capacity = text.size / 4 * 3, size = 0;
    uint8_t *blob = cairn_arena_take(arena, capacity);
    if (blob == NULL) {
        return CAIRN_NO_ROOM;
    }
    CAIRN_TRY(cairn_base64_decode(text, blob, capacity, &size));
    if (size <= sizeof out->key_id) {
        return CAIRN_NOTE;
    }
    out->raw = raw;
    out->name = name;
    memcpy(out->key_id, blob, sizeof out->key_id);
    out->signature = (struct cairn_bytes){blob + sizeof out->key_id, size - sizeof out->key_id};
    return CAIRN_OK;
}

/* The text ends at the last empty line. gives its size with the newline, 0 when there is none */
static size_t note_text_size(struct cairn_bytes note)
{
    for (size_t at = note.size; at >= 2; at--) {
        if (note.data[at - 1] == '\n' && note.data[at - 2] == '\n') {
            return at - 1;
        }
    }
    return 0;
}

cairn_err cairn_note_split(struct cairn_bytes note, struct cairn_arena *arena,
                           struct cairn_note *out)
{
    if (note.size > CAIRN_LIMIT_NOTE_BYTES) {
        return CAIRN_TOO_LONG;
    }
    CAIRN_TRY(cairn_note_text_check(note));
    size_t text_size = note_text_size(note);
    if (text_size < 2 || text_size + 1 == note.size || note.data[note.size - 1] != '\n') {
        return CAIRN_NOTE;
    }
    out->text = (struct cairn_bytes){note.data, text_size};
    out->line_count = 0;
    for (size_t at = text_size + 1; at < note.size;) {
        if (out->line_count == CAIRN_NOTE_LINES_MAX) {
            return CAIRN_TOO_LONG;
        }
        size_t end = note_find(note, at, '\n') + 1;
        struct cairn_bytes raw = {note.data + at, end - at};
        CAIRN_TRY(note_split_line(raw, arena, &out->lines[out->line_count]));
        out->line_count++;
        at = end;
    }
    return CAIRN_OK;
}

const struct cairn_note_line *cairn_note_find(const struct cairn_note *note,
                                              const struct cairn_note_key *key)
{
    uint8_t id[4];
    cairn_note_key_id(key, id);
    for (uint32_t i = 0; i < note->line_count; i++) {
        const struct cairn_note_line *line = &note->lines[i];
        if (memcmp(line->key_id, id, sizeof id) == 0 &&
            cairn_bytes_is_equal(line->name, key->name)) {
            return line;
        }
    }
    return NULL;
}

/* "cosignature/v1\ntime <time_s>\n"; gives its size */
static size_t note_put_preamble(uint64_t time_s, uint8_t out[static 64])
{
    static const char head[] = "cosignature/v1\ntime ";
    size_t size = sizeof head - 1;
    memcpy(out, head, size);
    size += cairn_decimal_write(time_s, (char *)out + size);
    out[size++] = '\n';
    return size;
}

cairn_err cairn_note_sign_input(uint8_t type, uint64_t time_s, struct cairn_bytes text,
                                struct cairn_arena *arena, struct cairn_bytes *out)
{
    CAIRN_REQUIRE(type == CAIRN_NOTE_ED25519 || type == CAIRN_NOTE_COSIGNATURE);
    if (type == CAIRN_NOTE_ED25519) {
        *out = text;
        return CAIRN_OK;
    }
    uint8_t preamble[64];
    size_t size = note_put_preamble(time_s, preamble);
    uint8_t *message = cairn_arena_take(arena, size + text.size);
    if (message == NULL) {
        return CAIRN_NO_ROOM;
    }
    memcpy(message, preamble, size);
    if (text.size > 0) {
        memcpy(message + size, text.data, text.size);
    }
    *out = (struct cairn_bytes){message, size + text.size};
    return CAIRN_OK;
}

/* gives CAIRN_OK or CAIRN_NOTE_SIGNATURE, whatever made the suite refuse */
static cairn_err note_verify_message(const struct cairn_suite *suite,
                                     const struct cairn_note_key *key, struct cairn_bytes message,
                                     const uint8_t signature[static NOTE_SIGNATURE_BYTES])
{
    cairn_err err = cairn_suite_verify(suite, key->public_key, message, signature);
    return err == CAIRN_OK ? CAIRN_OK : CAIRN_NOTE_SIGNATURE;
}

cairn_err cairn_note_verify(const struct cairn_suite *suite, const struct cairn_note *note,
                            const struct cairn_note_key *key, struct cairn_arena *arena,
                            uint64_t *out_time_s)
{
    CAIRN_REQUIRE(key->type == CAIRN_NOTE_ED25519 || key->type == CAIRN_NOTE_COSIGNATURE);
    const struct cairn_note_line *line = cairn_note_find(note, key);
    size_t time_bytes = key->type == CAIRN_NOTE_COSIGNATURE ? 8 : 0;
    if (line == NULL || line->signature.size != time_bytes + NOTE_SIGNATURE_BYTES) {
        return CAIRN_NOTE_SIGNATURE;
    }
    uint64_t time_s = time_bytes > 0 ? cairn_bytes_get_u64(line->signature.data) : 0;
    size_t used_bytes = arena->used_bytes;
    struct cairn_bytes message;
    CAIRN_TRY(cairn_note_sign_input(key->type, time_s, note->text, arena, &message));
    cairn_err err = note_verify_message(suite, key, message, line->signature.data + time_bytes);
    arena->used_bytes = used_bytes;
    CAIRN_TRY(err);
    *out_time_s = time_s;
    return CAIRN_OK;
}

void cairn_note_writer_init(struct cairn_note_writer *writer, void *data, size_t capacity)
{
    *writer = (struct cairn_note_writer){.data = data, .capacity = capacity};
}

static bool note_has_room(const struct cairn_note_writer *writer, size_t size)
{
    CAIRN_REQUIRE(writer->size <= writer->capacity);
    return size <= writer->capacity - writer->size;
}

cairn_err cairn_note_put_raw(struct cairn_note_writer *writer, struct cairn_bytes raw)
{
    if (!note_has_room(writer, raw.size)) {
        return CAIRN_NO_ROOM;
    }
    if (raw.size > 0) {
        memcpy(writer->data + writer->size, raw.data, raw.size);
    }
    writer->size += raw.size;
    return CAIRN_OK;
}

cairn_err cairn_note_put_text(struct cairn_note_writer *writer, struct cairn_bytes text)
{
    CAIRN_REQUIRE(writer->size == 0);
    if (text.size < 2 || text.data[text.size - 1] != '\n') {
        return CAIRN_NOTE;
    }
    CAIRN_TRY(cairn_note_text_check(text));
    if (!note_has_room(writer, text.size + 1)) {
        return CAIRN_NO_ROOM;
    }
    CAIRN_TRY(cairn_note_put_raw(writer, text));
    return cairn_note_put_raw(writer, cairn_bytes_of("\n"));
}

cairn_err cairn_note_append_signature(struct cairn_note_writer *writer,
                                      const struct cairn_note_key *key, uint64_t time_s,
                                      const uint8_t signature[static NOTE_SIGNATURE_BYTES])
{
    CAIRN_REQUIRE(key->type == CAIRN_NOTE_ED25519 || key->type == CAIRN_NOTE_COSIGNATURE);
    CAIRN_REQUIRE(cairn_note_text_is_name(key->name));
    uint8_t blob[NOTE_BLOB_MAX];
    cairn_note_key_id(key, blob);
    size_t size = 4;
    if (key->type == CAIRN_NOTE_COSIGNATURE) {
        cairn_bytes_put_u64(blob + size, time_s);
        size += 8;
    }
    memcpy(blob + size, signature, NOTE_SIGNATURE_BYTES);
    size += NOTE_SIGNATURE_BYTES;
    uint8_t text[CAIRN_BASE64_SIZE(NOTE_BLOB_MAX)];
    size_t text_size = 0;
    CAIRN_TRY(cairn_base64_encode((struct cairn_bytes){blob, size}, text, sizeof text, &text_size));
    struct cairn_note_writer after = *writer;
    CAIRN_TRY(cairn_note_put_raw(&after, cairn_bytes_of(NOTE_DASH)));
    CAIRN_TRY(cairn_note_put_raw(&after, key->name));
    CAIRN_TRY(cairn_note_put_raw(&after, cairn_bytes_of(" ")));
    CAIRN_TRY(cairn_note_put_raw(&after, (struct cairn_bytes){text, text_size}));
    CAIRN_TRY(cairn_note_put_raw(&after, cairn_bytes_of("\n")));
    *writer = after;
    return CAIRN_OK;
}
