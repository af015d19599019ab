/* Exact-name search keys: names in any of the scripts of Doc 9303-3 section 6, folded to the
 * letters of a machine-readable zone. Same name, same key, on every node: the table is generated
 * from the Doc 9303 tables by tests/check/gen_tables.py and no Unicode library takes part. Pure.
 *
 *     Müller-Lüdenscheid, Jürgen  ->  fold  MUELLER LUEDENSCHEID       make  JUERGEN LUEDENSCHEID
 *                                                                            MUELLER
 *
 * Letters: the first recommendation of the table, or the exception of the language if one is given.
 * Small letters count as capitals. Latin letters that the table lacks (Vietnamese, Romanian comma
 * below) lose their marks; a letter followed by combining marks is composed first. Blanks, hyphens,
 * commas and `<` separate components; apostrophes, vowel marks and all other punctuation vanish.
 * What has no spelling (Greek, Han, digits, ...) is left out and makes the key lossy. */
#ifndef CAIRN_SCHEMA_NAMEKEY_H
#define CAIRN_SCHEMA_NAMEKEY_H

#include "schema/base/bytes.h"
#include "schema/base/err.h"

#define CAIRN_NAMEKEY_BYTES      255u /* longest key */
#define CAIRN_NAMEKEY_COMPONENTS 32u  /* most components of one person's name */

enum cairn_namekey_language {
    CAIRN_NAMEKEY_ANY, /* first recommendations only */
    CAIRN_NAMEKEY_BE,
    CAIRN_NAMEKEY_BG,
    CAIRN_NAMEKEY_MK,
    CAIRN_NAMEKEY_SR,
    CAIRN_NAMEKEY_UK,
};

struct cairn_namekey {
    char text[CAIRN_NAMEKEY_BYTES + 1]; /* A-Z, single blanks between components; NUL at the end */
    uint32_t size;                      /* bytes before the NUL; 0: nothing could be spelt */
    bool is_lossy;                      /* something was left out that has no spelling */
};

/* The language of an ISO 639-1 code; CAIRN_NAMEKEY_ANY for every other. */
enum cairn_namekey_language cairn_namekey_language_of(struct cairn_bytes code);

/* Fold one name field; the order of its components stays.
 *
 * shape   name: UTF-8
 * errors  CAIRN_TEXT_UTF8, CAIRN_TOO_LONG (key over CAIRN_NAMEKEY_BYTES); *out unchanged
 * source  ICAO Doc 9303-3, section 6 */
CAIRN_MUST cairn_err cairn_namekey_fold(struct cairn_bytes name,
                                        enum cairn_namekey_language language,
                                        struct cairn_namekey *out);

/* The key of a whole name: the components of both fields in ascending order, so that it does not
 * matter which of them a document calls surname. Spellings by first recommendation.
 *
 * errors  CAIRN_TEXT_UTF8, CAIRN_TOO_LONG (also: too many components); *out unchanged */
CAIRN_MUST cairn_err cairn_namekey_make(struct cairn_bytes surname, struct cairn_bytes given,
                                        struct cairn_namekey *out);

struct cairn_bytes cairn_namekey_view(const struct cairn_namekey *key);

#endif
