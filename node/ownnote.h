/* documents/own.note: this country's own document, as text signed by its root key. Beside it lie
 * those of before that lead from one root key to the next.
 *
 * The truth about this node's keys: which incarnation of it is in force, and which sealing key is
 * the one to seal to, stand there and nowhere else. docs/protocol.md, P-11 */
#ifndef CAIRN_NODE_OWNNOTE_H
#define CAIRN_NODE_OWNNOTE_H

#include "crypto/suite.h"
#include "schema/country.h"

struct cairn_ownnote {
    struct cairn_country_doc doc; /* borrows from bytes, or from what was signed */
    size_t size;
    uint8_t bytes[CAIRN_LIMIT_NOTE_BYTES]; /* the whole note */
};

/* Read DIR/documents/own.note. Its signature is not looked at: partners and the core do that.
 *
 * errors  CAIRN_NOT_FOUND, CAIRN_FILE, CAIRN_TOO_LONG; those of cairn_note_split and
 *         cairn_country_decode; out is undefined then */
CAIRN_MUST cairn_err cairn_ownnote_read(const char *dir, struct cairn_ownnote *out);

/* Sign a document with a root key, whose public half becomes doc->root.
 *
 * owns    out->doc borrows what doc borrows
 * errors  those of cairn_country_encode: something in it is malformed; CAIRN_NO_ROOM */
CAIRN_MUST cairn_err cairn_ownnote_sign(struct cairn_country_doc *doc,
                                        const uint8_t root_seed[static 32],
                                        const struct cairn_suite *suite, struct cairn_ownnote *out);

/* Write it to DIR/documents, whole or not at all. Makes the directory if it is not there.
 *
 * errors  CAIRN_EXISTS  there is one, and not is_replace; CAIRN_FILE, CAIRN_TOO_LONG (path) */
CAIRN_MUST cairn_err cairn_ownnote_write(const char *dir, const struct cairn_ownnote *note,
                                         bool is_replace);

/* Before a document is replaced: keep it in documents/SERIAL.note if partners that were away will
 * need it, that is as the last one under its root key (is_last: the next one is signed by another
 * key), or as the first one.
 *
 * errors  CAIRN_FILE, CAIRN_TOO_LONG (path)
 * source  P-125 */
CAIRN_MUST cairn_err cairn_ownnote_keep(const char *dir, const struct cairn_ownnote *old,
                                        bool is_last);

/* Read one of them. errors  as cairn_ownnote_read; CAIRN_DOCUMENT  another serial stands in it */
CAIRN_MUST cairn_err cairn_ownnote_read_kept(const char *dir, uint64_t serial,
                                             struct cairn_ownnote *out);

/* The one with the lowest serial above this. gives: false: there is none; *out_serial unchanged */
bool cairn_ownnote_next_kept(const char *dir, uint64_t above, uint64_t *out_serial);

/* The incarnation of a node that is in force: the lowest that the document lists; a higher one is
 * announced, so that partners know its keys. gives: NULL for none */
const struct cairn_country_node *cairn_ownnote_node(const struct cairn_country_doc *doc,
                                                    const char *name);

/* The announced one. gives: NULL for none */
const struct cairn_country_node *cairn_ownnote_announced(const struct cairn_country_doc *doc,
                                                         const char *name);

#endif
