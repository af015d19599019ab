/* Names of things: object ids, batch rows, entry ids, country codes.
 *
 *     AUT-0123456789ABCDEF-K            K: check character over the 19 others, without the hyphens
 *     |   |                |
 *     |   16 Crockford base32 characters: 80 random bits, most significant first
 *     country of the author
 *
 * Check character: ISO 7064 MOD 37,36. Values 0-9 = 0..9, A-Z = 10..35. P = 36; for each of the 19
 * characters a: S = (P + a) mod 36, S = 36 if 0, P = 2 S mod 37. The check character c is the one
 * with (P + c) mod 36 = 1, so it may also be one of I, L, O, U. It finds every single wrong
 * character and nearly every swap. Ids are read in upper case only: one id, one spelling. Pure. */
#ifndef CAIRN_SCHEMA_BASE_ID_H
#define CAIRN_SCHEMA_BASE_ID_H

#include "schema/base/bytes.h"
#include "schema/base/err.h"
#include "schema/base/limits.h"

#define CAIRN_ID_OBJECT_BYTES 22u /* 3 + 1 + 16 + 1 + 1 */
#define CAIRN_ID_RANDOM_BYTES 10u
#define CAIRN_ID_ENTRY_BYTES  32u
#define CAIRN_ID_ENTRY_HEX    64u

/* One object id as text: an alert, a batch or a case. */
struct cairn_id {
    char text[CAIRN_ID_OBJECT_BYTES + 1]; /* upper case, NUL at the end */
};

/* ISO 7064 MOD 37,36 check character. payload: 0-9 and A-Z only, else a panic */
char cairn_id_check_character(struct cairn_bytes payload);

/* Make an object id.
 *
 * shape   country: three letters A-Z, else a panic; random: fresh from the host's dice */
void cairn_id_make(struct cairn_bytes country, const uint8_t random[static CAIRN_ID_RANDOM_BYTES],
                   struct cairn_id *out);

/* Read an object id.
 *
 * errors  CAIRN_ID  other length, hyphens, alphabet, case or check character; *out unchanged */
CAIRN_MUST cairn_err cairn_id_parse(struct cairn_bytes text, struct cairn_id *out);

bool cairn_id_is_equal(const struct cairn_id *left, const struct cairn_id *right);

/* The 22 characters; good as long as the id. */
struct cairn_bytes cairn_id_view(const struct cairn_id *id);

/* The three letters of the author's country; good as long as the id. */
struct cairn_bytes cairn_id_country(const struct cairn_id *id);

/* Read the name of a batch row, `OBJECT/r`: r is decimal without leading zeros.
 *
 * gives   *out_row 0..CAIRN_LIMIT_BATCH_ROWS - 1
 * errors  CAIRN_ID; outputs unchanged */
CAIRN_MUST cairn_err cairn_id_parse_row(struct cairn_bytes text, struct cairn_id *out_object,
                                        uint32_t *out_row);

/* Has it the shape of a country or organisation code, [A-Z]{3}? Whether it is assigned:
 * cairn_code_is_known. */
bool cairn_id_is_country(struct cairn_bytes code);

/* Write an entry id: 64 lower-case hexadecimal digits and a NUL. */
void cairn_id_write_entry(const uint8_t entry[static CAIRN_ID_ENTRY_BYTES],
                          char out[static CAIRN_ID_ENTRY_HEX + 1]);

/* Read an entry id.
 *
 * errors  CAIRN_HEX  not exactly 64 lower-case digits; out is undefined then */
CAIRN_MUST cairn_err cairn_id_parse_entry(struct cairn_bytes hex,
                                          uint8_t out[static CAIRN_ID_ENTRY_BYTES]);

#endif
