/* Objects and the folder's own records, to be shown and listed: alerts, cases, histories, receipts,
 * entries without effect, the log of look-ups.
 *
 *     show   one state, evaluated: body, status, history     list   index rows, page by page
 *
 * For reader threads; functions keep nothing between calls. What each country may read it holds,
 * what a role may see is the caller's business. */
#ifndef CAIRN_NODE_VIEWS_DOSSIER_H
#define CAIRN_NODE_VIEWS_DOSSIER_H

#include "node/store.h"
#include "replication/merge/merge.h"
#include "schema/acceptance.h"
#include "schema/lookupop.h"

#define CAIRN_DOSSIER_PLACE_BYTES 96u

/* One object with everything its views point to. */
struct cairn_dossier;

/* Load an alert, or batch, and evaluate it.
 *
 * owns    give *out back with cairn_dossier_close
 * errors  CAIRN_NOT_FOUND, CAIRN_DISK, CAIRN_DISK_CORRUPT, CAIRN_BUSY, CAIRN_MEMORY */
CAIRN_MUST cairn_err cairn_dossier_open_alert(struct cairn_store *views,
                                              const struct cairn_id *object,
                                              struct cairn_dossier **out);
/* Likewise a case. */
CAIRN_MUST cairn_err cairn_dossier_open_case(struct cairn_store *views,
                                             const struct cairn_id *object,
                                             struct cairn_dossier **out);
void cairn_dossier_close(struct cairn_dossier *dossier); /* NULL is harmless */

/* What it says; NULL when it is of the other space. Good until close. Its steps are the history:
 * entry id, feed and index of each entry, and whether it had effect. */
const struct cairn_alert_view *cairn_dossier_alert(const struct cairn_dossier *dossier);
const struct cairn_case_view *cairn_dossier_case(const struct cairn_dossier *dossier);

/* Is there room for one more operation of this size? If not, the author must not write it; what
 * takes away (alert.withdraw, alert.leave, case.withdraw) needs no asking.
 *
 * errors  CAIRN_NO_ROOM (asked too often), CAIRN_DISK_CORRUPT */
CAIRN_MUST cairn_err cairn_dossier_has_room(struct cairn_dossier *dossier, size_t operation_bytes,
                                            bool *out);

/* What founded the object of a dossier? */
enum cairn_policy_founding cairn_dossier_founding(const struct cairn_dossier *dossier);

/* Where a page ended. Opaque bytes; size 0: begin, or: there is no more. */
struct cairn_dossier_place {
    uint32_t size; /* 0..CAIRN_DOSSIER_PLACE_BYTES */
    uint8_t data[CAIRN_DOSSIER_PLACE_BYTES];
};

/* One page of a list. Set after, limit and entries; the rest comes back. */
struct cairn_dossier_page {
    struct cairn_dossier_place after;  /* begin behind it */
    uint32_t limit;                    /* 1.. entries */
    struct cairn_index_entry *entries; /* the caller's, room for limit */
    uint32_t count;
    struct cairn_dossier_place next; /* for the next page; size 0: this was the last one */
};

/* Which alerts. */
struct cairn_dossier_alerts {
    char country[4];                    /* of the author; "": all */
    enum cairn_alert_category category; /* 0: all */
    bool has_status;
    enum cairn_alert_status status;
    uint64_t live_ms; /* only those in force at that time; 0: whether or not */
    const struct cairn_acceptance *accepted;
    bool is_unaccepted; /* those that are not accepted, instead */
};

/* Which cases. */
struct cairn_dossier_cases {
    char requesting[4]; /* "": all */
    char requested[4];  /* "": all */
    bool has_status;
    enum cairn_case_status status;
    const struct cairn_acceptance *accepted;
    bool is_unaccepted; /* those that are not accepted, instead */
};

/* List alerts in order of author, category, status, object; cases of countries, status, object.
 *
 * gives   a page may be short, even empty, when many rows do not fit the question: only next.size 0
 *         is the end
 * errors  CAIRN_DISK, CAIRN_DISK_CORRUPT, CAIRN_BUSY; page's results undefined
 * cost    at most 20,000 rows read, 10 ms; where of one country either alerts or batches are
 *         accepted and not both, also the state of each entry about documents */
CAIRN_MUST cairn_err cairn_dossier_list_alerts(struct cairn_store *views,
                                               const struct cairn_dossier_alerts *which,
                                               struct cairn_dossier_page *page);
CAIRN_MUST cairn_err cairn_dossier_list_cases(struct cairn_store *views,
                                              const struct cairn_dossier_cases *which,
                                              struct cairn_dossier_page *page);

/* ---- the folder's own records; each calls back row by row, false stops ---- */

/* Up to where a node says it has opened a feed. source P-49 */
struct cairn_dossier_receipt {
    uint8_t feed[16];
    struct cairn_bytes origin; /* who says so; good for the call */
    uint64_t size;
    uint8_t root[32];
    uint64_t hlc;
};
typedef bool cairn_dossier_on_receipt(void *host, const struct cairn_dossier_receipt *receipt);

/* feed: NULL for all. errors  CAIRN_DISK, CAIRN_DISK_CORRUPT, CAIRN_BUSY */
CAIRN_MUST cairn_err cairn_dossier_receipts(struct cairn_store *views, const uint8_t *feed,
                                            cairn_dossier_on_receipt *on_receipt, void *host);

/* What an author says that it has not got any more of a feed, and nobody returned. source P-104 */
struct cairn_dossier_loss {
    uint8_t feed[16];
    uint8_t told_in[16];       /* the feed that says so */
    struct cairn_bytes origin; /* whose feed it is; good for the call */
    uint64_t commits, size;    /* that the author held */
    uint64_t from_leaf, to_leaf;
    uint64_t hlc;
};
typedef bool cairn_dossier_on_loss(void *host, const struct cairn_dossier_loss *loss);

/* errors  as above */
CAIRN_MUST cairn_err cairn_dossier_losses(struct cairn_store *views, cairn_dossier_on_loss *on_loss,
                                          void *host);

/* An entry that opened badly or breaks a rule for ever. */
struct cairn_dossier_refused {
    uint8_t feed[16];
    uint64_t index;
    uint64_t commit; /* number */
    cairn_err err;
    uint64_t kind; /* 0: it did not open */
    uint64_t hlc;
};
typedef bool cairn_dossier_on_refused(void *host, const struct cairn_dossier_refused *refused);

/* feed: NULL for all. errors  as above */
CAIRN_MUST cairn_err cairn_dossier_refusals(struct cairn_store *views, const uint8_t *feed,
                                            cairn_dossier_on_refused *on_refused, void *host);

/* Look-ups of the own country, committed ones only, in order of their flush.
 *
 * units   from_ms, to_ms: Unix time, from included, to not
 * owns    row is good for the call
 * errors  as above; CAIRN_MEMORY */
typedef bool cairn_dossier_on_lookup(void *host, const struct cairn_lookup_row *row);
CAIRN_MUST cairn_err cairn_dossier_lookups(struct cairn_store *views, uint64_t from_ms,
                                           uint64_t to_ms, cairn_dossier_on_lookup *on_lookup,
                                           void *host);

/* The policy that commits name by this hash.
 *
 * owns    give *out back with cairn_store_free
 * errors  CAIRN_NOT_FOUND, CAIRN_DISK, CAIRN_DISK_CORRUPT, CAIRN_BUSY */
CAIRN_MUST cairn_err cairn_dossier_policy(struct cairn_store *views, const uint8_t hash[static 32],
                                          struct cairn_bytes *out);

#endif
