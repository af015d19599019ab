/* Rows of documents as CSV: `issuer,type,number,status,issued,expires`, the header first.
 *
 *     AUT,P,KE4192750,stolen,2021-06-01,2031-06-01
 *
 * issued and expires may be empty. Fields may stand in quotes (RFC 4180), lines end in LF or CRLF.
 * Each row is judged alone, so that one bad row costs nobody but itself. Pure but for JSON. */
#ifndef CAIRN_NODE_IMPORTCSV_H
#define CAIRN_NODE_IMPORTCSV_H

#include <jansson.h>

#include "schema/base/bytes.h"
#include "schema/base/err.h"
#include "schema/base/limits.h"

#define CAIRN_IMPORTCSV_KEY_BYTES 40u

struct cairn_importcsv {
    const char *country; /* own: B21 */
    bool is_test_network;
    int32_t day;                          /* days since 1970-01-01: B18 */
    uint64_t line;                        /* number of the next line of the file, from 1 */
    char last[CAIRN_IMPORTCSV_KEY_BYTES]; /* issuer, type and number of the last good row: a copy of
                                             it may begin the next piece */
};

/* Read a piece: whole lines, at most CAIRN_LIMIT_BATCH_ROWS rows; line 1 is the header.
 *
 * owns    *out_rows (objects as alert.batch wants them, in order of issuer, type and number) and
 *         *out_rejects (cairn_importcsv_reject) are the caller's
 * gives   reader->line and last moved on
 * errors  CAIRN_CSV  the header is another one; CAIRN_TOO_LONG  too many rows; CAIRN_MEMORY;
 *         reader unchanged */
CAIRN_MUST cairn_err cairn_importcsv_read(struct cairn_importcsv *reader, struct cairn_bytes piece,
                                          json_t **out_rows, json_t **out_rejects);

/* {"line": 17, "code": 639, "name": "RULE_DUPLICATE", "reason": "..."}, the reason also with a
 * detail if that is not NULL. NULL: out of memory */
json_t *cairn_importcsv_reject(uint64_t line, cairn_err err, const char *detail);

#endif
