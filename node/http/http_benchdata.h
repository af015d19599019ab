/* Made-up alerts for measurements, operations of about 500 bytes: of each eight, seven are on a
 * stolen document and one on a person with a name and a birth date. Document i has the number `B`
 * and eight digits that look random, so that index rows do not arrive in order. */
#ifndef CAIRN_NODE_HTTP_HTTP_BENCHDATA_H
#define CAIRN_NODE_HTTP_HTTP_BENCHDATA_H

#include "schema/base/bytes.h"
#include "schema/base/err.h"

#include <stdbool.h>

#define CAIRN_HTTP_BENCHDATA_NUMBER_BYTES 12u

struct cairn_http_benchdata;

/* country: issuer and author; from_ms: when the alerts begin
 *
 * owns: give back with cairn_http_benchdata_close. errors  CAIRN_MEMORY, CAIRN_LIBRARY */
CAIRN_MUST cairn_err cairn_http_benchdata_open(const char *country, uint64_t from_ms,
                                               struct cairn_http_benchdata **out);
void cairn_http_benchdata_close(struct cairn_http_benchdata *data); /* NULL is harmless */

/* The body of alert.issue number `first`, or of an alert.batch on so many from it.
 *
 * owns: *out is good until the next call. errors  CAIRN_MEMORY, CAIRN_LIBRARY, CAIRN_TOO_LONG */
CAIRN_MUST cairn_err cairn_http_benchdata_make(struct cairn_http_benchdata *data, uint64_t first,
                                               uint64_t rows, struct cairn_bytes *out);

/* Is alert.issue number i on a person? Then there is no document i. */
bool cairn_http_benchdata_is_person(uint64_t i);

/* The number of document i, with a NUL; i below 100,000,000. */
void cairn_http_benchdata_number(uint64_t i, char out[static CAIRN_HTTP_BENCHDATA_NUMBER_BYTES]);

#endif
