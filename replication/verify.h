/* The offline check of a bundle: the node's own rules, applied to evidence that anybody may hold.
 *
 *     file --bytes--> [ cairn_verify_take ] --finding--> who prints        streaming: one record at
 *                            |                                             a time is in memory
 *                     [ cairn_verify_end ] --> verdict: whole, or where it is broken and why
 *
 * Pure: all memory comes from the caller, at most cairn_verify_size, whatever the bundle holds.
 * Several may run at once, each with a suite of its own thread. docs/protocol.md, section 8. */
#ifndef CAIRN_REPLICATION_VERIFY_H
#define CAIRN_REPLICATION_VERIFY_H

#include "crypto/suite.h"
#include "schema/bundle.h"
#include "schema/origin.h"

struct cairn_verify;

struct cairn_verify_limits {
    uint32_t countries;   /* country and root key, 1..; a new root key is another one */
    uint32_t nodes;       /* origin with its keys, 1..; keys that changed are another one */
    uint32_t feeds;       /* of one journal section, 1..; about 4 kB each */
    uint32_t checkpoints; /* different ones, 1.. */
    uint32_t trusted;     /* fingerprints that were compared, 1.. */
};

#define CAIRN_VERIFY_LIMITS_DEFAULT                                                                \
    (struct cairn_verify_limits)                                                                   \
    {                                                                                              \
        .countries = 512, .nodes = 4096, .feeds = 10000, .checkpoints = 8192, .trusted = 256       \
    }

#define CAIRN_VERIFY_LOSSES_MAX 64u

/* A cosignature that was checked. */
struct cairn_verify_witness {
    struct cairn_bytes origin;
    uint64_t time_s; /* Unix */
};

/* What ties the key of a withheld leaf to the feed that it is said to be of. P-97 */
enum cairn_verify_tie {
    CAIRN_VERIFY_TIE_WORD,    /* the exporter's word */
    CAIRN_VERIFY_TIE_CONTROL, /* everybody can compute it: a control feed */
    CAIRN_VERIFY_TIE_EARLIER, /* an earlier leaf with this key was opened, and names the feed */
    CAIRN_VERIFY_TIE_OPENING, /* the leaf's own opening names the feed */
};

/* What an author says that it has not got any more of a feed, and nobody returned. source P-104 */
struct cairn_verify_loss {
    char origin[CAIRN_LIMIT_ORIGIN_BYTES + 1]; /* whose feed it is */
    uint8_t feed[CAIRN_FEED_BYTES];
    uint64_t size; /* entries that the author held */
    uint64_t from_leaf, to_leaf;
    uint64_t shown_size; /* entries that the bundle has shown so far, of a feed of this journal */
};

/* What the record that was just taken says. Views are good until the next call. */
struct cairn_verify_finding {
    enum cairn_bundle_type type;
    struct cairn_bytes origin; /* of the author; HEAD: of the exporter */

    /* CHECKPOINT, ENTRY, WITHHELD; FORK: of the statement of the larger size, or the second */
    uint64_t size; /* of the journal */
    uint8_t root[32];
    uint32_t witness_count; /* of this checkpoint; 0 also where it was shown before,
                               but in scope withheld */
    const struct cairn_verify_witness *witnesses;

    /* CHECKPOINT: what the section held; COMMIT: what the commit held */
    uint64_t commit_count;
    uint64_t entry_count;
    uint64_t opened_count;     /* sealed entries that were opened */
    uint64_t repudiated_count; /* entries behind the end of their origin. source P-16 */
    bool is_other_branch;      /* CHECKPOINT: the leaves do not lead to that end: all entries are */

    /* COMMIT, ENTRY, WITHHELD */
    uint8_t feed[CAIRN_FEED_BYTES];

    /* COMMIT: the first CAIRN_VERIFY_LOSSES_MAX that stand in it */
    uint32_t loss_count;
    const struct cairn_verify_loss *losses;

    /* ENTRY */
    uint64_t index; /* in the feed */
    uint8_t entry_id[CAIRN_ID_ENTRY_BYTES];
    bool is_open;  /* clear, or its content key was given */
    uint64_t kind; /* if is_open; may be one that this build does not know */
    bool has_object;
    struct cairn_id object;
    uint64_t hlc;        /* if is_open, and the kind is known */
    bool is_repudiated;  /* it lies behind the end of its origin; WITHHELD: likewise */
    uint64_t leaf_index; /* of its commit, in the journal; WITHHELD: of the leaf */

    /* WITHHELD; the ENTRY behind it says who misses it, and since when */
    uint64_t commit_number;
    enum cairn_verify_tie tie;
    bool is_late;          /* its opening is there: it came after all */
    uint32_t member_count; /* that the record of the feed names; 0: it is not shown */
    const uint8_t (*members)[3];

    /* FORK: the other statement, <= size, and the root that the tree of `size` has there */
    uint64_t fork_size;
    uint8_t fork_root[32];
    uint8_t begin_root[32];
};

struct cairn_verify_counts {
    uint64_t records, countries, journals, leaves, commits, entries, opened, checkpoints,
        cosignatures, forks, repudiated, withheld, late; /* late: of those withheld */
};

struct cairn_verify_result {
    cairn_err err;    /* CAIRN_OK: whole */
    bool is_bundle;   /* it begins like one; false: err is CAIRN_BUNDLE */
    uint64_t record;  /* from 1: the broken one, or the one that is missing or too many */
    uint64_t offset;  /* in bytes: where its length stands */
    size_t inside;    /* within its map, where the bytes themselves are wrong; else 0 */
    const char *what; /* static text; "" when whole */
    struct cairn_verify_counts counts;
};

enum cairn_verify_trust {
    CAIRN_VERIFY_NOT_COMPARED,
    CAIRN_VERIFY_COMPARED,
    CAIRN_VERIFY_FOLLOWS, /* its root key was announced by one that was compared: P-12 */
};

/* A root key that a country had. */
struct cairn_verify_country {
    char code[4];
    uint8_t root[32];
    char words[CAIRN_PROQUINT_BYTES + 1]; /* fingerprint: P-13 */
    enum cairn_verify_trust trust;
};

/* Bytes of memory that init wants: about 50 MB at default limits. */
size_t cairn_verify_size(const struct cairn_verify_limits *limits);

/* memory: cairn_verify_size bytes, aligned for any type, kept; suite: borrowed */
struct cairn_verify *cairn_verify_init(void *memory, const struct cairn_verify_limits *limits,
                                       const struct cairn_suite *suite);

/* Name a fingerprint that was compared. At any time; it changes no verdict.
 *
 * errors  CAIRN_FULL  more than limits.trusted */
CAIRN_MUST cairn_err cairn_verify_add_trust(struct cairn_verify *verify,
                                            const uint8_t fingerprint[static 16]);

/* Find the fingerprint in a text that an operator gives: eight words (white space around them does
 * not matter), or a country document, whose root signature is checked. Before the first take only:
 * it works in the same memory.
 *
 * errors  those of cairn_proquint_decode and of reading a document; out unchanged */
CAIRN_MUST cairn_err cairn_verify_read_trust(struct cairn_verify *verify, struct cairn_bytes text,
                                             uint8_t out_fingerprint[static 16]);

/* Take bytes of the file, in order, in pieces of any size. Stops behind each whole record, so call
 * again while *bytes is not empty. After the first fault everything is taken and nothing looked at.
 *
 * gives   true when a record was taken and is good; *bytes: what is left */
bool cairn_verify_take(struct cairn_verify *verify, struct cairn_bytes *bytes,
                       struct cairn_verify_finding *out);

/* Say that the file ends here. May be called again.
 *
 * gives   err of the first fault. Bytes: CAIRN_BUNDLE, CAIRN_SHORT (cut off), CAIRN_TRAILING and
 *         those of the decoders in schema/. Order: CAIRN_BUNDLE_ORDER, CAIRN_BUNDLE_DIGEST,
 *         CAIRN_PEER_NETWORK. Proofs: CAIRN_NOTE_SIGNATURE, CAIRN_CHECKPOINT, CAIRN_DOCUMENT,
 *         CAIRN_PEER_FORK, CAIRN_PEER_LEAF, CAIRN_PEER_COMMIT, CAIRN_PEER_ENTRY,
 *         CAIRN_CRYPTO_PROOF, CAIRN_CRYPTO_OPEN, CAIRN_CRYPTO_COMMITMENT, CAIRN_FEED_RECORD,
 *         CAIRN_OPERATION; of a fork CAIRN_PEER_PROOF. CAIRN_FULL: more than limits allow,
 *         nothing is said about the rest
 * source  P-80 to P-85, P-96, P-97 */
void cairn_verify_end(struct cairn_verify *verify, struct cairn_verify_result *out);

/* Countries so far, by the order of their documents. number: below the count, else a panic */
uint32_t cairn_verify_country_count(const struct cairn_verify *verify);
void cairn_verify_country(const struct cairn_verify *verify, uint32_t number,
                          struct cairn_verify_country *out);

/* The head record, once it was taken; NULL before. Its views are kept. */
const struct cairn_bundle_head *cairn_verify_head(const struct cairn_verify *verify);

#endif
