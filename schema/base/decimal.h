/* Decimal numbers in text, one spelling per value: no sign, no leading zero, no blanks. Pure. */
#ifndef CAIRN_SCHEMA_BASE_DECIMAL_H
#define CAIRN_SCHEMA_BASE_DECIMAL_H

#include "schema/base/bytes.h"
#include "schema/base/err.h"

#define CAIRN_DECIMAL_MAX_BYTES 20u /* 18446744073709551615 */

/* Read a whole text as a number.
 *
 * errors  CAIRN_NUMBER  other characters or spelling, or outside of min..max; *out unchanged */
CAIRN_MUST cairn_err cairn_decimal_parse(struct cairn_bytes text, uint64_t min, uint64_t max,
                                         uint64_t *out);

/* Write a number, without a NUL. gives  bytes written, 1..CAIRN_DECIMAL_MAX_BYTES */
size_t cairn_decimal_write(uint64_t value, char out[static CAIRN_DECIMAL_MAX_BYTES]);

#endif
