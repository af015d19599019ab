/* What may stand in a signed note: UTF-8 without controls, names without blanks.
 * Serves note.c and note_checkpoint.c. Pure. */
#ifndef CAIRN_CRYPTO_NOTE_TEXT_H
#define CAIRN_CRYPTO_NOTE_TEXT_H

#include "schema/base/bytes.h"
#include "schema/base/err.h"

/* errors  CAIRN_TEXT_UTF8; CAIRN_TEXT_FORBIDDEN a control character other than newline */
CAIRN_MUST cairn_err cairn_note_text_check(struct cairn_bytes text);

/* Is this a key name or origin: not empty, UTF-8, no white space, no controls, no '+'? */
bool cairn_note_text_is_name(struct cairn_bytes name);

#endif
