/* Signed notes, checkpoints and cosignatures, as C2SP writes them.
 *
 *     test-net/AUT/vienna-1/0               \
 *     4711                                   > text: what is signed, with its last newline
 *     qXbW...=                              /
 *                                             an empty line
 *     — test-net/AUT/vienna-1/0 3q2+...       signature lines: name, base64(key id | signature)
 *
 * Strict: valid UTF-8, no control characters but newline, single spaces, canonical base64, nothing
 * after the last line. Pure. source c2sp.org signed-note, tlog-checkpoint, tlog-cosignature */
#ifndef CAIRN_CRYPTO_NOTE_H
#define CAIRN_CRYPTO_NOTE_H

#include "crypto/suite.h"
#include "schema/base/arena.h"
#include "schema/base/bytes.h"
#include "schema/base/err.h"
#include "schema/base/limits.h"

#define CAIRN_NOTE_LINES_MAX 64u

#define CAIRN_NOTE_ED25519     0x01u /* signature of the text */
#define CAIRN_NOTE_COSIGNATURE 0x04u /* timed signature: u64 seconds | signature 64 */

#define CAIRN_CHECKPOINT_MAX (CAIRN_LIMIT_ORIGIN_BYTES + 1u + 20u + 1u + 44u + 1u)

struct cairn_note_key {
    struct cairn_bytes name; /* not empty; no white space, no '+' */
    uint8_t type;            /* CAIRN_NOTE_ED25519 or CAIRN_NOTE_COSIGNATURE */
    uint8_t public_key[32];
};

struct cairn_note_line {
    struct cairn_bytes raw;  /* the whole line with its newline, borrowed from the note */
    struct cairn_bytes name; /* borrowed from the note */
    uint8_t key_id[4];
    struct cairn_bytes signature; /* decoded, without the key id; in the arena; >= 1 byte */
};

struct cairn_note {
    struct cairn_bytes text; /* borrowed, with its last newline */
    uint32_t line_count;     /* 1..CAIRN_NOTE_LINES_MAX */
    struct cairn_note_line lines[CAIRN_NOTE_LINES_MAX];
};

/* Writes a note into the caller's buffer. */
struct cairn_note_writer {
    uint8_t *data; /* borrowed */
    size_t size;   /* bytes written so far: the note */
    size_t capacity;
};

struct cairn_checkpoint {
    struct cairn_bytes origin; /* 1..CAIRN_LIMIT_ORIGIN_BYTES; borrowed */
    uint64_t size;             /* leaves */
    uint8_t root[32];
};

/* SHA-256(name | 0x0A | type | public key)[:4] */
void cairn_note_key_id(const struct cairn_note_key *key, uint8_t out[static 4]);

/* Take a note apart; no signature is checked.
 *
 * owns    out borrows from note and arena
 * errors  CAIRN_NOTE, CAIRN_TOO_LONG (over CAIRN_LIMIT_NOTE_BYTES or too many lines),
 *         CAIRN_TEXT_UTF8, CAIRN_TEXT_FORBIDDEN, CAIRN_BASE64, CAIRN_NO_ROOM (arena);
 *         *out unspecified */
CAIRN_MUST cairn_err cairn_note_split(struct cairn_bytes note, struct cairn_arena *arena,
                                      struct cairn_note *out);

/* The first line that bears the key's name and id, unchecked. gives: NULL: there is none */
const struct cairn_note_line *cairn_note_find(const struct cairn_note *note,
                                              const struct cairn_note_key *key);

/* Check the first line that bears the key's name and id; other keys' lines do not matter.
 *
 * owns    arena: room for a cosignature's message (text and 48 bytes); nothing of it is kept
 * gives   *out_time_s: Unix seconds of a cosignature, 0 for CAIRN_NOTE_ED25519
 * errors  CAIRN_NOTE_SIGNATURE  no such line, or it does not verify; CAIRN_NO_ROOM;
 *         *out_time_s unchanged */
CAIRN_MUST cairn_err cairn_note_verify(const struct cairn_suite *suite,
                                       const struct cairn_note *note,
                                       const struct cairn_note_key *key, struct cairn_arena *arena,
                                       uint64_t *out_time_s);

void cairn_note_writer_init(struct cairn_note_writer *writer, void *data, size_t capacity);

/* Begin: the text and the empty line.
 *
 * errors  CAIRN_NOTE (empty, or no newline at the end), CAIRN_TEXT_UTF8, CAIRN_TEXT_FORBIDDEN,
 *         CAIRN_NO_ROOM; writer unchanged, as for the next two */
CAIRN_MUST cairn_err cairn_note_put_text(struct cairn_note_writer *writer, struct cairn_bytes text);

/* Copy bytes that cairn_note_split has passed: a whole note, or the raw form of lines.
 *
 * errors  CAIRN_NO_ROOM */
CAIRN_MUST cairn_err cairn_note_put_raw(struct cairn_note_writer *writer, struct cairn_bytes raw);

/* Append a signature line. units: time_s is not used for CAIRN_NOTE_ED25519
 *
 * errors  CAIRN_NO_ROOM */
CAIRN_MUST cairn_err cairn_note_append_signature(struct cairn_note_writer *writer,
                                                 const struct cairn_note_key *key, uint64_t time_s,
                                                 const uint8_t signature[static 64]);

/* Give the bytes that a key of this type signs.
 *
 * gives   CAIRN_NOTE_ED25519: the text itself; CAIRN_NOTE_COSIGNATURE: a copy in the arena behind
 *         "cosignature/v1\ntime <time_s>\n"
 * errors  CAIRN_NO_ROOM */
CAIRN_MUST cairn_err cairn_note_sign_input(uint8_t type, uint64_t time_s, struct cairn_bytes text,
                                           struct cairn_arena *arena, struct cairn_bytes *out);

/* Write the three lines of a checkpoint: origin, size, base64 root.
 *
 * gives   bytes written */
size_t cairn_note_encode_checkpoint(const struct cairn_checkpoint *checkpoint,
                                    uint8_t out[static CAIRN_CHECKPOINT_MAX]);

/* Read exactly three lines; no leading zeros, no extension lines. owns: origin borrows from text
 *
 * errors  CAIRN_CHECKPOINT  anything else; *out unchanged */
CAIRN_MUST cairn_err cairn_note_decode_checkpoint(struct cairn_bytes text,
                                                  struct cairn_checkpoint *out);

#endif
