/* Who is who: country documents as text. Pure: the signatures around the text are crypto/note.h,
 * whom to believe is replication/trust. Origins and fingerprints: schema/origin.h.
 *
 *     cairn country 1
 *     network test-demo
 *     country AUT
 *     serial 1
 *     root <base64 of 32>
 *     next-root <base64 of SHA-256(next root public key)>
 *     sealing 1 <base64 of 32>                                       one or more
 *     lost 1                                                         none or more
 *     node vienna-1 2 <log> <witness> <SPKI hash> vienna.example:4410  one or more
 *     ended vienna-1 1 <log> <witness> 4711 <root>                     none or more
 *     kinds 1
 *     valid 2026-01-01T00:00:00Z 2028-01-01T00:00:00Z
 *     previous -                                                     or base64 of 32
 *
 * docs/protocol.md, section 2. */
#ifndef CAIRN_SCHEMA_COUNTRY_H
#define CAIRN_SCHEMA_COUNTRY_H

#include "schema/base/bytes.h"
#include "schema/base/err.h"
#include "schema/base/limits.h"
#include "schema/origin.h"

#define CAIRN_COUNTRY_SEALING_MAX    8u
#define CAIRN_COUNTRY_NODES_MAX      16u
#define CAIRN_COUNTRY_ENDED_MAX      64u
#define CAIRN_COUNTRY_ENDPOINT_BYTES 261u /* a host name of 255, a colon, a port */

struct cairn_sealing_key {
    uint32_t number; /* >= 1 */
    uint8_t key[32]; /* X25519 */
    bool is_lost;    /* a `lost` line names it: the country has its secret no more. source P-98 */
};

struct cairn_country_node {
    struct cairn_bytes name;
    uint64_t incarnation;        /* >= 1 */
    uint8_t log[32];             /* Ed25519 */
    uint8_t witness[32];         /* Ed25519 */
    uint8_t tls_spki[32];        /* SHA-256 of the TLS key's SPKI */
    struct cairn_bytes endpoint; /* HOST:PORT, IPv6 hosts in []; empty: it only dials out */
};

/* An origin that signs nothing any more: its journal counts up to `size`. source P-14 */
struct cairn_country_ended {
    struct cairn_bytes name;
    uint64_t incarnation; /* >= 1 */
    uint8_t log[32];      /* Ed25519; neither key is one of a node line */
    uint8_t witness[32];  /* Ed25519 */
    uint64_t size;        /* leaves; from 0 */
    uint8_t root[32];     /* of the tree of the first `size` leaves */
};

struct cairn_country_doc {
    struct cairn_bytes network;
    struct cairn_bytes country;
    uint64_t serial; /* >= 1 */
    uint8_t root[32];
    uint8_t next_root[32];
    uint32_t sealing_count;                                      /* 1..CAIRN_COUNTRY_SEALING_MAX */
    uint32_t node_count;                                         /* 1..CAIRN_COUNTRY_NODES_MAX */
    struct cairn_sealing_key sealing[CAIRN_COUNTRY_SEALING_MAX]; /* ascending; seal to the last,
                                                                    which is not lost */
    struct cairn_country_node nodes[CAIRN_COUNTRY_NODES_MAX];    /* no name and incarnation twice */
    uint32_t ended_count;                                        /* 0..CAIRN_COUNTRY_ENDED_MAX */
    struct cairn_country_ended ended[CAIRN_COUNTRY_ENDED_MAX];   /* no origin twice, none a node */
    uint32_t kinds;                                              /* >= 1 */
    uint64_t valid_from_ms;                                      /* whole seconds */
    uint64_t valid_until_ms; /* whole seconds, above valid_from_ms */
    bool has_previous;
    uint8_t previous[32]; /* SHA-256 of the previous note, whole */
};

/* Read the text of a country document: the lines above, in this order, and nothing else.
 *
 * shape   text: of the note, with its last newline, without the empty line and the signatures
 * owns    names and endpoints borrow from text
 * gives   *out_fault_at: offset of the first fault; unchanged when all is well
 * errors  CAIRN_TOO_LONG (over CAIRN_LIMIT_NOTE_BYTES; too many lines of a kind), CAIRN_NUMBER,
 *         CAIRN_BASE64, CAIRN_DATE, CAIRN_DOCUMENT (all else); *out unchanged
 * source  P-11, P-14, P-98 */
CAIRN_MUST cairn_err cairn_country_decode(struct cairn_bytes text, struct cairn_country_doc *out,
                                          size_t *out_fault_at);

/* Write the text. What is given may come from an operator, so it is checked by the same rules.
 *
 * owns    *out is a view of buffer
 * errors  CAIRN_NO_ROOM (capacity), and those of cairn_country_decode; *out unchanged, buffer
 *         undefined */
CAIRN_MUST cairn_err cairn_country_encode(const struct cairn_country_doc *doc, void *buffer,
                                          size_t capacity, struct cairn_bytes *out);

#endif
