/* What the parts of verify.c share. Private to them.
 *
 *     verify.c          bytes to records, order of records, the verdict
 *     verify_note.c     documents, keys, checkpoints and their signatures
 *     verify_section.c  a journal: leaves, tags, commits, feeds
 *     verify_entry.c    single entries: form, content key, operation
 *     verify_fork.c     two statements that cannot both be true
 *     verify_withheld.c a leaf whose content did not come, and who said so */
#ifndef CAIRN_REPLICATION_VERIFY_STATE_H
#define CAIRN_REPLICATION_VERIFY_STATE_H

#include "crypto/hash.h"
#include "crypto/merkle.h"
#include "crypto/note.h"
#include "replication/log/feed.h"
#include "replication/trust/roster.h"
#include "replication/verify.h"
#include "schema/feedop.h"

#define VERIFY_ARENA_BYTES (8u << 20)
#define VERIFY_NONE        UINT32_MAX

enum verify_phase {
    VERIFY_MAGIC,
    VERIFY_LENGTH,
    VERIFY_PAYLOAD,
    VERIFY_ENDED, /* the end record was taken */
};

/* A country under one of its root keys. */
struct verify_country {
    struct cairn_roster_entry held; /* of the last document */
    uint8_t fingerprint[16];
    uint32_t next; /* row of the root key that came after it; VERIFY_NONE: it is the last */
};

/* Keys that a document gives for an origin. */
struct verify_node {
    char origin[CAIRN_LIMIT_ORIGIN_BYTES + 1];
    uint8_t origin_bytes;
    uint8_t log[32];
    uint8_t witness[32];
    uint32_t first; /* row where this origin stands for the first time: its number */
    bool is_closed; /* its journal section is over; in the first row only, as what follows */
    bool is_ended;
    uint64_t ended_size;
    uint8_t ended_root[32];
};

struct verify_checkpoint {
    uint32_t origin; /* number: first row in nodes */
    uint64_t size;
    uint8_t root[32];
    uint8_t note_hash[32]; /* the last note that was checked for it */
};

struct verify_feed {
    uint8_t id[CAIRN_FEED_BYTES];
    bool has_record; /* its keys are known: tags are checked */
    bool is_closed;
    bool has_members;      /* it began with a feed.open */
    bool is_private;       /* it had a commit without growth: it admits nobody */
    uint32_t epoch;        /* in force */
    uint32_t epoch_count;  /* of the record */
    uint32_t member_count; /* of members: ascending */
    struct cairn_epoch_keys epochs[CAIRN_FEED_EPOCHS_MAX];
    uint8_t members[CAIRN_LIMIT_MEMBERS][3];
    uint8_t next_tag[CAIRN_TAG_BYTES]; /* if has_record */
    uint64_t next_number, last_leaf_plus1;
    uint64_t mark_ms; /* of the last mark: control feeds */
    struct cairn_merkle_range range;
};

/* The journal section that is open. */
struct verify_section {
    bool is_open;
    uint32_t origin; /* number */
    uint32_t feed_count;
    uint8_t control[CAIRN_FEED_BYTES];
    struct cairn_merkle_range range; /* of the journal */
    uint64_t chunk_first;            /* index of the first leaf of the last leaves record */
    uint64_t probed;                 /* every leaf below was probed for tags */
    uint64_t commit_leaf_plus1;      /* of the last commit record */
    uint64_t commits, entries, opened, repudiated;
    bool is_other_branch; /* its leaves do not lead to the position where its origin ended */
};

/* A withheld record that waits for the entry in which a member says so. */
struct verify_withheld {
    bool is_awaited, is_late, has_members; /* has_members: the record of its feed was shown */
    uint32_t origin;                       /* number, of the author */
    uint64_t leaf_index;
    uint8_t feed[CAIRN_FEED_BYTES];
    uint32_t member_count;
    uint8_t members[CAIRN_LIMIT_MEMBERS + 1][3]; /* and who was admitted */
};

struct cairn_verify {
    struct cairn_verify_limits limits;
    const struct cairn_suite *suite;
    struct cairn_verify_result result; /* err and what it says of the first fault */

    enum verify_phase phase;
    uint32_t record_bytes; /* of the payload that is awaited */
    uint64_t offset;       /* of the record's length */
    size_t filled;         /* bytes of the magic, length or payload that are here */
    uint8_t start[16];     /* magic or length */
    struct cairn_sha256 hash;
    struct cairn_bundle_head head; /* its views point into names */
    uint8_t names[CAIRN_LIMIT_NETWORK_BYTES + 2 * CAIRN_LIMIT_ORIGIN_BYTES];
    bool has_head;
    bool is_past_documents;
    bool has_scope_feed; /* the feed that the head names has a record */

    uint32_t country_count, node_count, checkpoint_count, trusted_count;
    struct cairn_verify_witness witnesses[CAIRN_NOTE_LINES_MAX];
    uint32_t witness_count; /* of the checkpoint that was just checked */
    struct cairn_verify_loss losses[CAIRN_VERIFY_LOSSES_MAX]; /* of this commit */
    struct cairn_note note;
    struct verify_section section;
    struct verify_withheld withheld;

    /* tables in the caller's memory */
    struct verify_country *countries;
    struct verify_node *nodes;
    struct verify_checkpoint *checkpoints;
    uint8_t (*trusted)[16];
    struct verify_feed *feeds;
    uint32_t *feed_slots; /* by feed id: number + 1 */
    uint32_t *tag_slots;  /* by next tag: number + 1 */
    uint32_t slot_count;  /* of either: a power of two */
    uint8_t *chunk;       /* the last leaves record: CAIRN_BUNDLE_LEAVES_MAX leaves */
    uint8_t *record;      /* CAIRN_BUNDLE_RECORD_BYTES */
    struct cairn_arena arena;
};

/* What an entry says, as far as it is open. */
struct verify_opened {
    bool is_open;
    bool is_feed_change; /* change holds feed.open, .admit, .rekey or .close */
    uint64_t kind;
    uint64_t hlc; /* of a kind that is known */
    bool has_object;
    struct cairn_id object;
    struct cairn_feedop change; /* of kinds below 32 but look-ups */
};

struct verify_place {
    struct cairn_bytes origin;
    const uint8_t *feed;
    bool is_control;
};

/* Put down why. gives: err */
CAIRN_MUST cairn_err cairn_verify_fail(struct cairn_verify *verify, cairn_err err,
                                       const char *what);

/* Number of an origin that documents introduced, of this network; VERIFY_NONE: there is none. */
uint32_t cairn_verify_origin(const struct cairn_verify *verify, struct cairn_bytes origin);
struct cairn_bytes cairn_verify_origin_text(const struct cairn_verify *verify, uint32_t origin);

CAIRN_MUST cairn_err cairn_verify_document(struct cairn_verify *verify, struct cairn_bytes note);

/* Check a checkpoint note of this origin with all its lines. gives: witnesses in verify->witnesses
 */
CAIRN_MUST cairn_err cairn_verify_checkpoint(struct cairn_verify *verify, struct cairn_bytes note,
                                             uint32_t origin, struct cairn_checkpoint *out);

CAIRN_MUST cairn_err cairn_verify_section_open(struct cairn_verify *verify,
                                               struct cairn_bytes origin);
CAIRN_MUST cairn_err cairn_verify_section_feed(struct cairn_verify *verify,
                                               const struct cairn_bundle_feed *record);
CAIRN_MUST cairn_err cairn_verify_section_leaves(struct cairn_verify *verify,
                                                 struct cairn_bytes leaves);
CAIRN_MUST cairn_err cairn_verify_section_commit(struct cairn_verify *verify,
                                                 const struct cairn_bundle_commit *record,
                                                 struct cairn_verify_finding *out);
CAIRN_MUST cairn_err cairn_verify_section_close(struct cairn_verify *verify,
                                                struct cairn_bytes note,
                                                struct cairn_verify_finding *out);

/* Is this what an entry may say? source P-82 */
CAIRN_MUST cairn_err cairn_verify_operation(struct cairn_bytes bytes, struct cairn_arena *arena,
                                            struct verify_opened *out);

/* Check one entry by itself; key: its content key, if it was given. */
CAIRN_MUST cairn_err cairn_verify_entry(struct cairn_verify *verify,
                                        const struct verify_place *place,
                                        const struct cairn_commit_entry *entry,
                                        const struct cairn_content_key *key,
                                        struct verify_opened *out);

CAIRN_MUST cairn_err cairn_verify_entry_record(struct cairn_verify *verify,
                                               const struct cairn_bundle_entry *record,
                                               struct cairn_verify_finding *out);

CAIRN_MUST cairn_err cairn_verify_fork(struct cairn_verify *verify, const struct cairn_fork *record,
                                       struct cairn_verify_finding *out);

#endif
