/* The next country document: signed by the root key, written over documents/own.note.
 *
 *     own.note, serial n --+-- root-N.key (offline, passphrase) --> own.note, serial n + 1
 *                          '-- keys drawn on the way: files of their own, never over others
 *
 * Writing the document is the one step that counts. What was drawn before it is taken by the next
 * try, so the command may be cut off anywhere and given again. docs/operate.md, section 2 */
#ifndef CAIRN_NODE_RENEW_H
#define CAIRN_NODE_RENEW_H

#include "node/ownnote.h"

#define CAIRN_RENEW_DAYS     731u /* of validity, when nothing else is said */
#define CAIRN_RENEW_DAYS_MAX 36525u

struct cairn_renew_options {
    const char *dir;      /* of the node */
    const char *node;     /* its name */
    const char *root_dir; /* where root-N.key lies */
    struct cairn_bytes passphrase;
    uint64_t now_ms;
    uint64_t days;           /* of validity, 1..CAIRN_RENEW_DAYS_MAX */
    uint64_t serial_min;     /* when own.note is an old copy: above all that partners have seen */
    const char *endpoint;    /* of this node; NULL: as it was; "-": it only dials */
    bool is_root_rotated;    /* sign by the announced key, announce another one */
    bool is_node_announced;  /* list the node's next incarnation, with keys that are drawn for it */
    bool is_sealing_rotated; /* draw another sealing key, and list it behind the others */
    bool is_sealing_lost;    /* call lost those whose file is gone: partners hand back what they
                                opened. P-98 */
    const struct cairn_country_ended *ended; /* of the incarnation in force: end it there, begin the
                                                next one; NULL: it stays. Name and keys are filled
                                                in */
};

/* Write the next document.
 *
 * owns    out: what was written; its doc borrows from options and from out_old
 * gives   *out_old: what it replaced
 * errors  those of cairn_ownnote_read, cairn_rootkeys_find, cairn_rootkeys_draw and
 *         cairn_ownnote_sign (CAIRN_DOCUMENT, CAIRN_NUMBER: endpoint); CAIRN_DOCUMENT  the node is
 *         not in it; CAIRN_EXISTS  its next incarnation is announced already; CAIRN_FULL  too many
 *         lines: of nodes, of ended origins, or of sealing keys; CAIRN_FILE. The document in force
 *         is unchanged then */
CAIRN_MUST cairn_err cairn_renew(const struct cairn_renew_options *options,
                                 struct cairn_ownnote *out_old, struct cairn_ownnote *out);

/* The incarnation that begins when the one in force ends: the announced one, else a new one. */
uint64_t cairn_renew_next(const struct cairn_country_doc *doc, const char *name);

/* From the day before now_ms on: clocks differ. */
void cairn_renew_set_validity(struct cairn_country_doc *doc, uint64_t now_ms, uint64_t days);

#endif
