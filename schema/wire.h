/* What two nodes say to each other: nine messages, each a canonical msgpack map in a frame.
 *
 *     u32 length (1 to 1 MiB) | map: key 0 the type, the other keys as each type says
 *
 * Pure. docs/protocol.md, section 7. */
#ifndef CAIRN_SCHEMA_WIRE_H
#define CAIRN_SCHEMA_WIRE_H

#include "schema/base/arena.h"
#include "schema/base/bytes.h"
#include "schema/base/err.h"
#include "schema/base/limits.h"
#include "schema/commit.h"
#include "schema/fork.h"

#define CAIRN_WIRE_VERSION      1u
#define CAIRN_FRAME_HEAD_BYTES  4u
#define CAIRN_CREDIT_MAX_BYTES  (4u << 20)
#define CAIRN_OFFER_JOURNALS    4096u
#define CAIRN_COSIGN_LINE_BYTES 256u
#define CAIRN_BYE_ERROR_MAX     999u

enum cairn_message_type {
    CAIRN_MESSAGE_HELLO = 1,
    CAIRN_MESSAGE_OFFER = 2,
    CAIRN_MESSAGE_WANT = 3,
    CAIRN_MESSAGE_JOURNAL = 4,
    CAIRN_MESSAGE_ENTRIES = 5,
    CAIRN_MESSAGE_FEED = 6,
    CAIRN_MESSAGE_COSIGN = 7,
    CAIRN_MESSAGE_BYE = 8,
    CAIRN_MESSAGE_PROOF = 9,
};

struct cairn_hello {
    struct cairn_bytes network;
    struct cairn_bytes origin; /* has passed cairn_origin_parse, here and below */
    uint64_t clock_ms;
    struct cairn_bytes checkpoint; /* newest one held of the receiver's journal, a note; or empty */
};

struct cairn_offer_journal {
    struct cairn_bytes origin;
    uint64_t size;
    struct cairn_bytes checkpoint; /* a note */
};

struct cairn_offer_feed {
    uint8_t feed[CAIRN_FEED_BYTES];
    struct cairn_bytes origin;
    uint64_t commit_count;
};

struct cairn_offer {
    uint32_t note_count;             /* 0..CAIRN_LIMIT_COUNTRIES */
    uint32_t journal_count;          /* 0..CAIRN_OFFER_JOURNALS */
    uint32_t feed_count;             /* 0..CAIRN_LIMIT_FEEDS */
    const struct cairn_bytes *notes; /* each 1..CAIRN_LIMIT_NOTE_BYTES */
    const struct cairn_offer_journal *journals;
    const struct cairn_offer_feed *feeds;
};

struct cairn_want {
    uint8_t log[CAIRN_FEED_BYTES];
    bool has_from;         /* false: only more credit */
    uint64_t from;         /* leaf index, or commit number */
    uint32_t credit_bytes; /* 0..CAIRN_CREDIT_MAX_BYTES */
    bool is_records_first; /* the FEED message before the commits */
};

struct cairn_journal_range {
    uint8_t log[CAIRN_FEED_BYTES];
    uint64_t from;
    struct cairn_bytes leaves; /* k * CAIRN_LEAF_BYTES, k >= 0 */
    bool has_checkpoint;       /* in the last frame of a range */
    struct cairn_bytes checkpoint;
};

struct cairn_entries {
    struct cairn_bytes commit; /* not yet decoded: cairn_commit_decode */
};

struct cairn_feed_message {
    uint8_t feed[CAIRN_FEED_BYTES];
    struct cairn_bytes origin;
    struct cairn_bytes open; /* body of entry 0 */
    bool has_admit;
    uint64_t admit_number;    /* number of its commit */
    struct cairn_bytes admit; /* body of the feed.admit that names the asker */
};

struct cairn_cosign {
    uint8_t log[CAIRN_FEED_BYTES];
    uint64_t size;
    struct cairn_bytes line; /* one signature line with its newline */
};

struct cairn_bye {
    uint32_t error; /* number of a cairn_err, known to this build or not; 0..CAIRN_BYE_ERROR_MAX */
};

struct cairn_message {
    enum cairn_message_type type;
    union {
        struct cairn_hello hello;
        struct cairn_offer offer;
        struct cairn_want want;
        struct cairn_journal_range journal;
        struct cairn_entries entries;
        struct cairn_feed_message feed;
        struct cairn_cosign cosign;
        struct cairn_bye bye;
        struct cairn_fork proof;
    } as;
};

/* Read the length in front of a frame. gives *out_size: bytes that follow, 1..1 MiB
 *
 * errors  CAIRN_PEER_FRAME  0 or too large; *out_size unchanged
 * source  P-61 */
CAIRN_MUST cairn_err cairn_frame_size(const uint8_t in[static CAIRN_FRAME_HEAD_BYTES],
                                      uint32_t *out_size);

/* Read the map of a frame. The bytes need not have been scanned: this does it.
 *
 * owns    out borrows from payload; the arrays of an OFFER and the nodes of a PROOF are in
 *         arena
 * gives   *out_fault_at: offset of the fault; unchanged when all is well
 * errors  those of cairn_pack_check; CAIRN_PEER_FRAME (type unknown, payload too large, value that
 *         its field cannot have), CAIRN_PEER_NETWORK (another version), CAIRN_PACK_TYPE,
 *         CAIRN_PACK_FIELD, CAIRN_PACK_UNKNOWN_FIELD, CAIRN_TOO_LONG, CAIRN_NUMBER, CAIRN_ORIGIN,
 *         CAIRN_NO_ROOM (arena); *out and arena unchanged
 * source  P-61 and its table */
CAIRN_MUST cairn_err cairn_message_decode(struct cairn_bytes payload, struct cairn_arena *arena,
                                          struct cairn_message *out, size_t *out_fault_at);

/* Write the map. Own data: it must be as cairn_message_decode would give it. Counts and sizes out
 * of range are a panic; names and notes are not looked at.
 *
 * owns    *out is a view of buffer
 * errors  CAIRN_NO_ROOM (capacity), CAIRN_TOO_LONG (over 1 MiB); *out unchanged */
CAIRN_MUST cairn_err cairn_message_encode(const struct cairn_message *message, void *buffer,
                                          size_t capacity, struct cairn_bytes *out);

/* The same with the length in front: what goes on the link. */
CAIRN_MUST cairn_err cairn_message_frame(const struct cairn_message *message, void *buffer,
                                         size_t capacity, struct cairn_bytes *out);

#endif
