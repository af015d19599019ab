/* What a text field may hold, beyond UTF-8 without forbidden characters. Pure; no Unicode tables.
 *
 * Free text is the place where things leak: at most 500 or 2,000 characters, no payment card and no
 * telephone number. docs/format.md, section 1. */
#ifndef CAIRN_SCHEMA_SHAPE_TEXT_H
#define CAIRN_SCHEMA_SHAPE_TEXT_H

#include "schema/base/bytes.h"
#include "schema/base/err.h"

enum cairn_shape_text {
    CAIRN_SHAPE_TEXT_PLAIN,     /* anything */
    CAIRN_SHAPE_TEXT_FREE,      /* at most 500 characters, no card or phone number */
    CAIRN_SHAPE_TEXT_REMARK,    /* at most 2,000 characters, no card or phone number */
    CAIRN_SHAPE_TEXT_NUMBER,    /* [A-Z0-9]+: document numbers, normalised */
    CAIRN_SHAPE_TEXT_REFERENCE, /* [A-Z0-9/-]+ */
    CAIRN_SHAPE_TEXT_AUTHORITY, /* CCC-[A-Za-z0-9-]+: country, then the authority's short name */
    CAIRN_SHAPE_TEXT_LANGUAGE,  /* BCP 47 by shape: subtags of 1..8 letters or digits, the first of
                                   2..8 letters */
    CAIRN_SHAPE_TEXT_SCRIPT,    /* ISO 15924 by shape: one capital and three small letters */
    CAIRN_SHAPE_TEXT_MRZ_NAME,  /* [A-Z<]+ */
    CAIRN_SHAPE_TEXT_MRZ,       /* all lines in one run: 72, 88 or 90 of [A-Z0-9<] */
    CAIRN_SHAPE_TEXT_OBJECT,    /* object id */
};

/* Check one text.
 *
 * errors  CAIRN_PACK_FIELD      empty
 *         CAIRN_TOO_LONG        over size_max bytes
 *         CAIRN_TEXT_UTF8
 *         CAIRN_RULE_TEXT       forbidden character, or one that the rule does not allow (B24)
 *         CAIRN_RULE_FREE_TEXT  too many characters, or a card or phone number (B36)
 *         CAIRN_ID              no object id
 *         CAIRN_MRZ_LINES       no known length of a zone (B19) */
CAIRN_MUST cairn_err cairn_shape_text_check(enum cairn_shape_text rule, struct cairn_bytes text,
                                            size_t size_max);

/* Is there a payment card number in it: 13 to 19 digits in one run, or groups of four, whose last
 * digit is right (ISO/IEC 7812-1, annex B)? */
bool cairn_shape_text_has_card(struct cairn_bytes text);

/* Is there an international telephone number in it: + or 00, then 8 to 15 digits with single
 * separators between them (ITU-T E.164)? */
bool cairn_shape_text_has_phone(struct cairn_bytes text);

#endif
