/* A country document as people and the API see it: whose it is, and its fingerprint as words.
 * Checks the root signature, not whom to believe. docs/protocol.md, P-11 to P-13. */
#ifndef CAIRN_NODE_NOTECARD_H
#define CAIRN_NODE_NOTECARD_H

#include <jansson.h>

#include "schema/country.h"

#define CAIRN_NOTECARD_NODE_BYTES (CAIRN_LIMIT_NODE_NAME_BYTES + CAIRN_COUNTRY_ENDPOINT_BYTES + 24u)

struct cairn_notecard {
    char network[CAIRN_LIMIT_NETWORK_BYTES + 1];
    char country[4];
    char fingerprint[CAIRN_PROQUINT_BYTES + 1];
    uint64_t serial;
    uint64_t valid_from_ms;
    uint64_t valid_until_ms;
    uint32_t node_count;
    /* "vienna-1/1 vienna.example:7400" */
    char nodes[CAIRN_COUNTRY_NODES_MAX][CAIRN_NOTECARD_NODE_BYTES];
};

/* Read a whole signed note and verify it by the root key that it names itself.
 *
 * errors  those of cairn_note_split and cairn_country_decode; CAIRN_NOTE_SIGNATURE; CAIRN_MEMORY,
 *         CAIRN_LIBRARY; *out unchanged */
CAIRN_MUST cairn_err cairn_notecard_read(struct cairn_bytes note, struct cairn_notecard *out);

/* As JSON, with the note's text when it is not empty. owns: the caller. NULL: out of memory */
json_t *cairn_notecard_json(const struct cairn_notecard *card, struct cairn_bytes note);

/* Do the words say this fingerprint? Any case, blanks for hyphens. */
bool cairn_notecard_is_same(const struct cairn_notecard *card, struct cairn_bytes words);

#endif
