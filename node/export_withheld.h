/* Leaves that this country said are missing, for scope withheld.
 *
 *     own feeds to the authors --export_missing.c--> statements --export_withheld.c--> records
 *
 * Part of the exporter. docs/protocol.md, P-96 and P-97. */
#ifndef CAIRN_NODE_EXPORT_WITHHELD_H
#define CAIRN_NODE_EXPORT_WITHHELD_H

#include "node/export_state.h"

/* A leaf that was missing once, or still is, and the entry that says so. */
struct export_withheld {
    uint32_t feed;   /* that the leaf is addressed to */
    uint32_t epoch;  /* of the tag key */
    uint64_t number; /* of the commit */
    uint64_t leaf_index;
    bool has_earlier; /* a commit before it, of the same epoch */
    bool is_late;     /* its commit is here */
    struct cairn_opening earlier, late;
    struct cairn_bytes record;      /* of the feed, if it shows that we are a member; owned */
    bool has_admission;             /* that shows it together with the record */
    struct export_shown checkpoint; /* of the author */
    struct export_place admission, statement;
};

/* A statement of this country that a leaf of a journal is missing. */
struct export_said {
    uint32_t journal; /* number, of the leaf */
    uint64_t leaf_index;
    uint32_t feed;   /* of the statement: to the author's country */
    uint64_t commit; /* its number */
    uint64_t index;
};

struct export_said_list {
    struct export_said *rows; /* owned by the caller */
    uint32_t count;
    uint32_t capacity;
};

/* The first statement about each leaf of the scope, by journal and leaf. */
CAIRN_MUST cairn_err cairn_export_find_said(struct cairn_export *bundle,
                                            struct export_said_list *out);

/* Rows of table RECORD of a feed: a commit's number and the body of feed.open or feed.admit. gives
 * false to end the scan: export_read.c */
typedef bool export_record_row(void *host, uint64_t index, uint64_t commit,
                               struct cairn_bytes body);
CAIRN_MUST cairn_err cairn_export_read_records(struct cairn_export *bundle,
                                               const struct export_feed *feed,
                                               export_record_row *row, void *host);

#endif
