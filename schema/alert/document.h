/* A travel document inside a body, and the rules that hold for it anywhere: alerts and cases. Pure.
 * docs/format.md, section 2. */
#ifndef CAIRN_SCHEMA_ALERT_DOCUMENT_H
#define CAIRN_SCHEMA_ALERT_DOCUMENT_H

#include "schema/shape.h"

#define CAIRN_DOCUMENT_NUMBER_BYTES 20u
#define CAIRN_DOCUMENT_MRZ_BYTES    90u
#define CAIRN_DOCUMENT_RANGE_MAX    100000u /* blank documents in one range */

/* Keys, in alerts, batch rows and cases alike. */
enum cairn_document_key {
    CAIRN_DOCUMENT_KEY_KIND = 1,
    CAIRN_DOCUMENT_KEY_ISSUER = 2,
    CAIRN_DOCUMENT_KEY_NUMBER = 3,
    CAIRN_DOCUMENT_KEY_ISSUED = 4,
    CAIRN_DOCUMENT_KEY_EXPIRES = 5,
    CAIRN_DOCUMENT_KEY_MRZ = 6,         /* not in rows */
    CAIRN_DOCUMENT_KEY_NUMBER_LAST = 7, /* only blank documents */
    CAIRN_DOCUMENT_KEY_STATUS = 8,      /* not in cases */
    CAIRN_DOCUMENT_KEY_PERSON = 9,      /* only in cases */
    CAIRN_DOCUMENT_KEY_END = 10,
};

/* All views borrow from the body; an absent field is empty or 0. */
struct cairn_document {
    uint8_t kind;                   /* cairn_alert_codes_documents */
    uint8_t status;                 /* cairn_alert_codes_document_statuses; 0: none */
    uint8_t person;                 /* index; cases only */
    struct cairn_bytes issuer;      /* as in an MRZ: AUT, D, GBN */
    struct cairn_bytes number;      /* A-Z 0-9 */
    struct cairn_bytes number_last; /* of a range that begins with number */
    struct cairn_bytes issued;      /* YYYY-MM-DD */
    struct cairn_bytes expires;     /* YYYY-MM-DD */
    struct cairn_bytes mrz;         /* all lines in one run */
};

/* Read one. raw: a map that has passed its shape, else a panic */
struct cairn_document cairn_document_read(struct cairn_bytes raw);

/* Check one that has passed its shape.
 *
 * units   day: days since 1970-01-01, of the operation's hlc
 * gives   on an error a fault whose path begins in the document
 * errors  CAIRN_RULE_DATE   expires before issued, or issued after `day` (B18)
 *         CAIRN_MRZ_LINES, CAIRN_MRZ_CHARACTER, CAIRN_MRZ_FIELD, CAIRN_MRZ_CHECK_DIGIT (B19)
 *         CAIRN_RULE_MRZ    zone and typed issuer, number or expiry differ (C07)
 *         CAIRN_RULE_RANGE  numbers of a range of different length or prefix, falling, or more than
 *                           CAIRN_DOCUMENT_RANGE_MAX (B22) */
CAIRN_MUST cairn_err cairn_document_check(const struct cairn_document *document, int32_t day,
                                          struct cairn_shape_fault *fault);

/* Does the country answer for documents of this issuer (D: DEU, GBN: GBR)? source B21 */
bool cairn_document_is_issued_by(const struct cairn_document *document, struct cairn_bytes country);

/* How many numbers a document stands for: 1 without a range. document: checked */
uint32_t cairn_document_count(const struct cairn_document *document);

#endif
