/* Text from outside: strict UTF-8 and one fixed table of forbidden characters; hexadecimal.
 *
 * Validity must not depend on a Unicode version, so the table is closed and nothing is normalised
 * here: the author's node writes NFC, receivers check only this. Pure.
 *
 * Forbidden: U+0000-001F, U+007F-009F (controls, so also tab and line feed); U+061C, U+200E-200F,
 * U+202A-202E, U+2066-2069 (direction); U+2028-2029 (separators); U+FEFF (byte order mark);
 * U+E0000-E007F (tags); U+FDD0-FDEF and the last two of each plane (noncharacters). */
#ifndef CAIRN_SCHEMA_BASE_TEXT_H
#define CAIRN_SCHEMA_BASE_TEXT_H

#include "schema/base/bytes.h"
#include "schema/base/err.h"

/* Read one code point.
 *
 * shape   *at: offset of its first byte, below text.size; moved behind the character on success
 * errors  CAIRN_TEXT_UTF8  overlong, surrogate, above U+10FFFF, cut or stray byte; *at unchanged
 * source  RFC 3629, section 4 */
CAIRN_MUST cairn_err cairn_text_next(struct cairn_bytes text, size_t *at, uint32_t *out_code_point);

/* Is the whole of it strict UTF-8? NUL counts as a character; the empty text is well formed. */
bool cairn_text_is_utf8(struct cairn_bytes text);

bool cairn_text_is_forbidden(uint32_t code_point);

/* How many bytes from `at` on are printable ASCII (0x20..0x7E): characters of one byte of which
 * none is forbidden. Most text is nothing else, and eight bytes are looked at in one step. */
size_t cairn_text_plain_bytes(struct cairn_bytes text, size_t at);

/* Check text from outside. Empty text passes: whether it may be empty is the field's rule.
 *
 * units   size_max: bytes
 * errors  CAIRN_TOO_LONG, CAIRN_TEXT_UTF8, CAIRN_TEXT_FORBIDDEN (the first in this order)
 * source  B24 */
CAIRN_MUST cairn_err cairn_text_check(struct cairn_bytes text, size_t size_max);

/* Count of code points. text: has passed cairn_text_is_utf8 (a stray byte counts as one). */
size_t cairn_text_count(struct cairn_bytes text);

/* Write lower-case hexadecimal. out: 2 * source.size characters, no NUL is added. */
void cairn_text_hex_encode(struct cairn_bytes source, char *out);

/* Read hexadecimal of exactly `size` bytes.
 *
 * errors  CAIRN_HEX  other length, upper case or not a digit; out is undefined then */
CAIRN_MUST cairn_err cairn_text_hex_decode(struct cairn_bytes hex, size_t size, uint8_t *out);

#endif
