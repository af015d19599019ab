/* What may stand in a signed note: UTF-8 without controls, names without blanks, decimal numbers.
 * Serves note.c and note_checkpoint.c. Pure. */
#ifndef CAIRN_CRYPTO_NOTE_TEXT_H
#define CAIRN_CRYPTO_NOTE_TEXT_H

#include "schema/base/bytes.h"
#include "schema/base/err.h"

#define CAIRN_NOTE_DECIMAL_MAX 20u /* digits of UINT64_MAX */

/* errors  CAIRN_TEXT_UTF8; CAIRN_TEXT_FORBIDDEN a control character other than newline */
CAIRN_MUST cairn_err cairn_note_text_check(struct cairn_bytes text);

/* Is this a key name or origin: not empty, UTF-8, no white space, no controls, no '+'? */
bool cairn_note_text_is_name(struct cairn_bytes name);

/* Write decimal digits. gives how many, 1..CAIRN_NOTE_DECIMAL_MAX */
size_t cairn_note_text_put_decimal(uint64_t value, uint8_t out[static CAIRN_NOTE_DECIMAL_MAX]);

/* Read decimal digits to the end, no leading zeros. errors  CAIRN_NUMBER; *out unchanged */
CAIRN_MUST cairn_err cairn_note_text_get_decimal(struct cairn_bytes text, uint64_t *out);

#endif
