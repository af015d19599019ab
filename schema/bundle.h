/* Portable evidence, record by record: a magic line, and then frames of canonical msgpack.
 *
 *     "cairn-bundle-1\n" | head | document ... | sections | end
 *     section:  journal | feed ... | leaves, commit ... | checkpoint
 *               or an entry, a fork, a leaf that was withheld
 *     each:     u32 length (1 to 2 MiB) | map: key 0 the type
 *
 * Pure layout of single records: their order and their proofs are replication/verify.h.
 * docs/protocol.md, section 8. */
#ifndef CAIRN_SCHEMA_BUNDLE_H
#define CAIRN_SCHEMA_BUNDLE_H

#include "schema/base/arena.h"
#include "schema/base/id.h"
#include "schema/commit.h"
#include "schema/fork.h"
#include "schema/withheld.h"

#define CAIRN_BUNDLE_MAGIC        "cairn-bundle-1\n"
#define CAIRN_BUNDLE_MAGIC_BYTES  15u
#define CAIRN_BUNDLE_LENGTH_BYTES 4u
#define CAIRN_BUNDLE_RECORD_BYTES (2u << 20)
#define CAIRN_BUNDLE_LEAVES_MAX   4096u
#define CAIRN_BUNDLE_PROOF_MAX    64u

enum cairn_bundle_type {
    CAIRN_BUNDLE_HEAD = 1,
    CAIRN_BUNDLE_DOCUMENT = 2,
    CAIRN_BUNDLE_JOURNAL = 3,
    CAIRN_BUNDLE_FEED = 4,
    CAIRN_BUNDLE_LEAVES = 5,
    CAIRN_BUNDLE_COMMIT = 6,
    CAIRN_BUNDLE_CHECKPOINT = 7,
    CAIRN_BUNDLE_ENTRY = 8,
    CAIRN_BUNDLE_END = 9,
    CAIRN_BUNDLE_FORK = 10,
    CAIRN_BUNDLE_WITHHELD = 11,
};

enum cairn_scope_type {
    CAIRN_SCOPE_ALL,      /* `all` */
    CAIRN_SCOPE_FEED,     /* `feed <32 hexadecimal digits>` */
    CAIRN_SCOPE_OBJECT,   /* `object <id>` */
    CAIRN_SCOPE_FORK,     /* `fork <origin>` */
    CAIRN_SCOPE_WITHHELD, /* `withheld <origin>`, or `withheld`: of every author */
};

struct cairn_scope {
    enum cairn_scope_type type;
    uint8_t feed[CAIRN_FEED_BYTES];
    struct cairn_id object;
    struct cairn_bytes origin; /* FORK, WITHHELD (size 0: all); has passed cairn_origin_parse */
};

struct cairn_bundle_head {
    struct cairn_bytes network;
    struct cairn_bytes origin; /* of the exporting node; has passed cairn_origin_parse, as below */
    uint64_t time_ms;
    struct cairn_scope scope;
};

struct cairn_bundle_note {   /* document, checkpoint */
    struct cairn_bytes note; /* 1..CAIRN_LIMIT_NOTE_BYTES, not yet split */
};

struct cairn_bundle_journal {
    struct cairn_bytes origin;
};

struct cairn_epoch_keys {
    uint8_t tag[32];
    uint8_t salt[32];
};

struct cairn_bundle_feed {
    uint8_t feed[CAIRN_FEED_BYTES];
    struct cairn_bytes origin;
    uint32_t epoch_count; /* >= 1 */
    const struct cairn_epoch_keys *epochs;
};

struct cairn_bundle_leaves {
    struct cairn_bytes leaves; /* k * CAIRN_LEAF_BYTES, k in 1..CAIRN_BUNDLE_LEAVES_MAX */
};

struct cairn_content_key {
    bool is_given;
    uint8_t key[32];
};

struct cairn_bundle_commit {
    struct cairn_bytes commit; /* not yet decoded: cairn_commit_decode */
    uint8_t salt[32];
    uint32_t key_count; /* to be compared with the commit's number of entries */
    const struct cairn_content_key *keys;
};

struct cairn_bundle_entry {
    struct cairn_bytes origin;
    struct cairn_bytes checkpoint;  /* a note */
    uint8_t leaf[CAIRN_LEAF_BYTES]; /* of the journal */
    struct cairn_bytes leaf_proof;  /* journal inclusion proof: k * 32, lowest first */
    struct cairn_opening opening;
    uint8_t salt[32];
    uint64_t index; /* in the feed, below opening.size */
    uint8_t prefix_bytes[CAIRN_PREFIX_BYTES];
    struct cairn_prefix prefix;
    struct cairn_bytes body;
    struct cairn_bytes entry_proof; /* feed inclusion proof, likewise */
    struct cairn_content_key key;
};

struct cairn_bundle_end {
    uint64_t record_count; /* before this one */
    uint8_t digest[32];    /* SHA-256 of all bytes before this record's length */
};

struct cairn_bundle_record {
    enum cairn_bundle_type type;
    union {
        struct cairn_bundle_head head;
        struct cairn_bundle_note document;
        struct cairn_bundle_journal journal;
        struct cairn_bundle_feed feed;
        struct cairn_bundle_leaves leaves;
        struct cairn_bundle_commit commit;
        struct cairn_bundle_note checkpoint;
        struct cairn_bundle_entry entry;
        struct cairn_bundle_end end;
        struct cairn_fork fork;
        struct cairn_withheld withheld;
    } as;
};

/* Read the length in front of a record. gives *out_size: bytes that follow, 1..2 MiB
 *
 * errors  CAIRN_BUNDLE  0 or too large; *out_size unchanged
 * source  P-80 */
CAIRN_MUST cairn_err cairn_bundle_record_size(const uint8_t in[static CAIRN_BUNDLE_LENGTH_BYTES],
                                              uint32_t *out_size);

/* Read the map of a record. The bytes need not have been scanned: this does it.
 *
 * owns    out borrows from payload; arrays (epochs, keys, proofs) are in arena
 * gives   *out_fault_at: offset of the fault; unchanged when all is well
 * errors  those of cairn_pack_check; CAIRN_BUNDLE (type unknown, payload too large, value that its
 *         field cannot have), CAIRN_PACK_TYPE, CAIRN_PACK_FIELD, CAIRN_PACK_UNKNOWN_FIELD,
 *         CAIRN_TOO_LONG, CAIRN_NUMBER (opening too), CAIRN_ORIGIN, CAIRN_STUB (prefix),
 *         CAIRN_HEX and CAIRN_ID (scope), CAIRN_NO_ROOM (arena); *out and arena unchanged
 * source  P-80 and its table */
CAIRN_MUST cairn_err cairn_bundle_decode(struct cairn_bytes payload, struct cairn_arena *arena,
                                         struct cairn_bundle_record *out, size_t *out_fault_at);

/* Write the map. Own data: it must be as cairn_bundle_decode would give it; counts and sizes out of
 * range are a panic, names and notes are not looked at. The prefix of an entry is written from
 * prefix_bytes.
 *
 * owns    *out is a view of buffer
 * errors  CAIRN_NO_ROOM (capacity), CAIRN_TOO_LONG (over 2 MiB); *out unchanged */
CAIRN_MUST cairn_err cairn_bundle_encode(const struct cairn_bundle_record *record, void *buffer,
                                         size_t capacity, struct cairn_bytes *out);

/* The same with the length in front: what stands in the file. */
CAIRN_MUST cairn_err cairn_bundle_frame(const struct cairn_bundle_record *record, void *buffer,
                                        size_t capacity, struct cairn_bytes *out);

#endif
