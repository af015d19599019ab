/* What the files of the exporter share; nobody else includes this (tests do, to play a core).
 *
 *     export.c          snapshot, close, run; records out
 *     export_core.c     open: the snapshot from a core
 *     export_read.c     rows of the log store
 *     export_plan.c     what is shown: checkpoints, commits, feeds that cannot be complete
 *     export_note.c     documents, and which signature lines they explain
 *     export_journal.c  journal sections          export_object.c  single entries with proofs
 *     export_tree.c     what proofs are made of   export_fork.c    the proof of a fork
 *     export_withheld.c leaves whose content did not come; export_missing.c  which ones */
#ifndef CAIRN_NODE_EXPORT_STATE_H
#define CAIRN_NODE_EXPORT_STATE_H

#include "crypto/hash.h"
#include "crypto/merkle.h"
#include "crypto/note.h"
#include "node/export.h"
#include "schema/country.h"

#define EXPORT_NONE    UINT32_MAX
#define EXPORT_OPENING (CAIRN_OPENING_BYTES + 4u) /* row of a private commit: entries elsewhere */
#define EXPORT_KEYS    (CAIRN_LIMIT_COMMIT_BYTES / CAIRN_COMMIT_ENTRY_BYTES)

struct export_journal {
    char origin[CAIRN_LIMIT_ORIGIN_BYTES + 1];
    char country[4];
    uint8_t id[16];
    bool is_wanted;
    struct cairn_bytes durable; /* newest checkpoint with the log's signature; owned */
    struct cairn_bytes note;    /* what the section or entry closes with; owned */
    uint64_t size;              /* that it names */
    uint64_t need;              /* it must not be below this */
};

struct export_feed {
    uint8_t id[CAIRN_FEED_BYTES];
    uint32_t journal;
    enum cairn_feed_kind kind;
    bool is_settled;                 /* every commit that was taken is durable */
    uint64_t commits;                /* durable */
    uint64_t tagged;                 /* known to exist, taken or not; >= commits */
    uint32_t epoch_count;            /* 1.. */
    struct cairn_epoch_keys *epochs; /* owned */
    uint8_t (*slot_keys)[32];        /* owned */

    uint64_t count;           /* of commits that are shown */
    uint32_t shown_epochs;    /* in force after them */
    uint64_t last_leaf_plus1; /* of the last of them */
    bool is_bare;             /* shown without feed record */

    uint64_t number; /* the walk: of the next commit */
    uint32_t epoch;
    uint8_t next_tag[CAIRN_TAG_BYTES];
};

struct export_item {
    uint32_t feed;
    uint64_t index;
    struct cairn_opening opening;
};

/* A checkpoint that a record shows. */
struct export_shown {
    struct cairn_bytes note; /* owned, but in an export_place of scope object */
    uint64_t size;
};

/* Where an entry is that is shown by itself. */
struct export_place {
    uint32_t feed;
    uint64_t index;
    struct cairn_opening opening; /* of its commit */
    struct export_shown checkpoint;
};

struct export_withheld;

struct export_document {
    struct cairn_bytes note; /* owned */
    struct cairn_country_doc doc;
};

struct cairn_export {
    struct cairn_store *log;
    struct cairn_export_options options;
    char origin[CAIRN_LIMIT_ORIGIN_BYTES + 1]; /* of this node */
    struct export_journal *journals;
    uint32_t journal_count;
    struct export_feed *feeds;
    uint32_t feed_count;
    uint32_t forked;           /* scope fork: number of the journal */
    struct cairn_bytes proof;  /* likewise: the record; owned */
    struct export_item *items; /* scope object: by feed and index */
    uint32_t item_count;
    struct export_withheld *withheld; /* scope withheld: export_withheld.h; owned */
    uint32_t withheld_count;
    struct export_document *documents; /* by country and serial */
    uint32_t document_count;
    char (*countries)[4]; /* whose documents are needed */
    uint32_t country_count;

    const struct cairn_suite *suite;
    cairn_export_write *write;
    void *host;
    struct cairn_sha256 hash;
    struct cairn_export_stats stats;

    uint8_t *frame;                 /* CAIRN_BUNDLE_LENGTH_BYTES + CAIRN_BUNDLE_RECORD_BYTES */
    uint8_t *commit;                /* CAIRN_COMMIT_MAX_BYTES */
    uint8_t *scratch;               /* CAIRN_LIMIT_BODY_BYTES */
    uint8_t *chunk;                 /* CAIRN_BUNDLE_LEAVES_MAX leaves */
    struct cairn_content_key *keys; /* EXPORT_KEYS */
    uint8_t *arena;                 /* EXPORT_ARENA */
    uint32_t *slots;                /* feeds by next tag: number + 1; stale ones do no harm */
    uint32_t slot_count;
    uint32_t slots_used;
};

#define EXPORT_ARENA (256u << 10)

/* ---- export.c ---- */

/* Snapshot by hand: room, then one after the other. errors  CAIRN_MEMORY */
CAIRN_MUST cairn_err cairn_export_reserve(uint32_t journals, uint32_t feeds,
                                          struct cairn_export **out);
CAIRN_MUST cairn_err cairn_export_add_journal(struct cairn_export *bundle, const char *origin,
                                              struct cairn_bytes checkpoint);
/* feed: id, journal, kind, is_settled, commits, epoch_count; keys are then filled in by the caller
 */
CAIRN_MUST cairn_err cairn_export_add_feed(struct cairn_export *bundle,
                                           const struct export_feed *feed);
/* Entries of scope object; the open records of their feeds come along. */
CAIRN_MUST cairn_err cairn_export_add_items(struct cairn_export *bundle,
                                            const struct cairn_export_options *options);

CAIRN_MUST cairn_err cairn_export_record(struct cairn_export *bundle,
                                         const struct cairn_bundle_record *record);
CAIRN_MUST cairn_err cairn_export_copy(struct cairn_bytes bytes, struct cairn_bytes *out);
void cairn_export_free(struct cairn_bytes copy);

/* ---- export_read.c ---- */

/* errors  CAIRN_DISK_CORRUPT  the row is not there, or not what it must be; those of the store */
CAIRN_MUST cairn_err cairn_export_read_opening(struct cairn_export *bundle,
                                               const struct export_feed *feed, uint64_t number,
                                               struct cairn_opening *out);

/* The whole commit in bundle->commit.
 *
 * errors  also CAIRN_TOO_LONG  a private one that no record can hold */
CAIRN_MUST cairn_err cairn_export_read_commit(struct cairn_export *bundle,
                                              const struct export_feed *feed, uint64_t number,
                                              struct cairn_commit *out);

/* Call leaf for each leaf from <= index < to; an error of it ends the scan. */
typedef cairn_err export_leaf(void *host, uint64_t index, const uint8_t *leaf);
struct export_leaves {
    const struct export_journal *journal;
    uint64_t from, to;
    export_leaf *leaf;
    void *host;
};
CAIRN_MUST cairn_err cairn_export_read_leaves(struct cairn_export *bundle,
                                              const struct export_leaves *what);

/* ---- the others ---- */

CAIRN_MUST cairn_err cairn_export_plan(struct cairn_export *bundle);
CAIRN_MUST cairn_err cairn_export_notes(struct cairn_export *bundle);
CAIRN_MUST cairn_err cairn_export_sections(struct cairn_export *bundle);
CAIRN_MUST cairn_err cairn_export_entries(struct cairn_export *bundle);
CAIRN_MUST cairn_err cairn_export_plan_fork(struct cairn_export *bundle);
CAIRN_MUST cairn_err cairn_export_fork(struct cairn_export *bundle);
CAIRN_MUST cairn_err cairn_export_plan_withheld(struct cairn_export *bundle);
CAIRN_MUST cairn_err cairn_export_withheld(struct cairn_export *bundle);

/* Take note of the journal that scope fork names; its origin is copied.
 *
 * errors  CAIRN_NOT_FOUND  there is none of this origin */
CAIRN_MUST cairn_err cairn_export_name_forked(struct cairn_export *bundle);

/* The same for scope withheld, if it names an origin. */
CAIRN_MUST cairn_err cairn_export_name_withheld(struct cairn_export *bundle);

/* Salt of a commit, and its content keys in bundle->keys. */
void cairn_export_salt(const struct cairn_export *bundle, const struct export_feed *feed,
                       uint32_t epoch, uint64_t number, uint8_t out[static 32]);
void cairn_export_content_key(struct cairn_export *bundle, const struct export_feed *feed,
                              const struct cairn_commit_entry *entry,
                              struct cairn_content_key *out);

/* The feeds by their next tag. */
void cairn_export_tags_clear(struct cairn_export *bundle);
void cairn_export_tags_add(struct cairn_export *bundle, uint32_t number);
uint32_t cairn_export_tags_find(const struct cairn_export *bundle, const uint8_t *tag);

#endif
