/* Names of networks, nodes and journals, and fingerprints as words people can compare.
 *
 *     test-demo/AUT/vienna-1/1             network / country / node / incarnation
 *     babab-dabab-...                      eight proquints: 16 bits each, con vo con vo con
 *
 * Pure. docs/protocol.md, sections 1 and 2. */
#ifndef CAIRN_SCHEMA_ORIGIN_H
#define CAIRN_SCHEMA_ORIGIN_H

#include "schema/base/bytes.h"
#include "schema/base/err.h"
#include "schema/base/limits.h"

#define CAIRN_PROQUINT_BYTES 47u /* eight words of five letters, seven hyphens */

struct cairn_origin {
    struct cairn_bytes network, country, node; /* borrowed from the text */
    uint64_t incarnation;                      /* >= 1 */
};

/* Has it the shape of a network's or node's name: [a-z0-9-]+, 1..32? */
bool cairn_country_is_name(struct cairn_bytes name);

/* Is the network one for tests (test-*)? */
bool cairn_country_is_test(struct cairn_bytes network);

/* Write `network/country/node/incarnation` with a NUL.
 *
 * errors  CAIRN_ORIGIN  a part is malformed; out undefined */
CAIRN_MUST cairn_err cairn_origin_make(struct cairn_bytes network, struct cairn_bytes country,
                                       struct cairn_bytes node, uint64_t incarnation,
                                       char out[static CAIRN_LIMIT_ORIGIN_BYTES + 1]);

/* errors  CAIRN_ORIGIN  other shape, leading zero, incarnation 0; *out unchanged */
CAIRN_MUST cairn_err cairn_origin_parse(struct cairn_bytes text, struct cairn_origin *out);

/* Write 16 bytes as eight words, joined by hyphens, with a NUL. source: P-13 */
void cairn_proquint_encode(const uint8_t in[static 16], char out[static CAIRN_PROQUINT_BYTES + 1]);

/* errors  CAIRN_FINGERPRINT  anything but eight lower-case words; out unchanged */
CAIRN_MUST cairn_err cairn_proquint_decode(struct cairn_bytes words, uint8_t out[static 16]);

#endif
