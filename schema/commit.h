/* One commit as bytes: the growth of one feed by one flush.
 *
 *     opening 120   feed id 16 | u64 number | u64 leaf index | u64 previous leaf index + 1 |
 *                   u64 previous size | u64 size | feed root 32 | policy hash 32
 *     u32           number of entries = size - previous size
 *     entries       each u32 body length | prefix 8 | body;  at most CAIRN_LIMIT_COMMIT_BYTES
 *
 * Pure layout: whether it opens to its leaf and extends its feed is checked elsewhere.
 * docs/protocol.md, section 6. */
#ifndef CAIRN_SCHEMA_COMMIT_H
#define CAIRN_SCHEMA_COMMIT_H

#include "schema/entry.h"

#define CAIRN_OPENING_BYTES      120u
#define CAIRN_COMMIT_HEAD_BYTES  (CAIRN_OPENING_BYTES + 4u)
#define CAIRN_COMMIT_ENTRY_BYTES (4u + CAIRN_PREFIX_BYTES) /* before each body */
#define CAIRN_COMMIT_MAX_BYTES   (CAIRN_COMMIT_HEAD_BYTES + CAIRN_LIMIT_COMMIT_BYTES)
#define CAIRN_LEAF_BYTES         48u /* journal leaf: tag 16 | commit hash 32 */
#define CAIRN_TAG_BYTES          16u
#define CAIRN_FEED_BYTES         16u /* feed id, log id */

struct cairn_opening {
    uint8_t feed[CAIRN_FEED_BYTES];
    uint64_t number;              /* of the commit within the feed, from 0 */
    uint64_t leaf_index;          /* in the author's journal */
    uint64_t previous_leaf_plus1; /* 0: number is 0; else 1..leaf_index */
    uint64_t previous_size;       /* 0..size; 0 when number is 0 */
    uint64_t size;                /* of the feed after it, in entries */
    uint8_t root[32];             /* of the feed at size */
    uint8_t policy[32];           /* zeros: none applied yet */
};

struct cairn_commit {
    struct cairn_opening opening;
    struct cairn_bytes opening_bytes; /* CAIRN_OPENING_BYTES */
    uint32_t entry_count;
    struct cairn_bytes entries;
};

struct cairn_commit_entry {
    struct cairn_bytes prefix_bytes; /* CAIRN_PREFIX_BYTES */
    struct cairn_prefix prefix;
    struct cairn_bytes body;
    uint64_t index; /* in the feed */
};

/* Walks the entries of a decoded commit. Copy it to come back to a place. */
struct cairn_commit_cursor {
    struct cairn_bytes entries; /* borrowed */
    size_t at;
    uint64_t index; /* of the next entry */
};

/* Builds a commit in the caller's buffer. */
struct cairn_commit_writer {
    uint8_t *data; /* borrowed */
    size_t size;   /* bytes written so far, the head (yet empty) included */
    size_t capacity;
    uint32_t entry_count;
};

/* Numbers that cannot be (see the struct) are a panic. source: P-40 */
void cairn_opening_encode(const struct cairn_opening *opening,
                          uint8_t out[static CAIRN_OPENING_BYTES]);

/* errors  CAIRN_NUMBER  numbers that cannot be together (see the struct); *out unchanged */
CAIRN_MUST cairn_err cairn_opening_decode(const uint8_t in[static CAIRN_OPENING_BYTES],
                                          struct cairn_opening *out);

/* Take a commit apart and check every length in it; bodies are not looked at.
 *
 * owns    out borrows from bytes
 * gives   *out_fault_at: offset of the first fault; unchanged when all is well
 * errors  CAIRN_SHORT, CAIRN_TRAILING, CAIRN_NUMBER (opening; count is not size - previous size),
 *         CAIRN_TOO_LONG (entries; a sealed body over CAIRN_LIMIT_BODY_BYTES, a clear one over
 *         CAIRN_LIMIT_OPERATION_BYTES), CAIRN_STUB (a prefix); *out unchanged
 * source  P-40, P-42 */
CAIRN_MUST cairn_err cairn_commit_decode(struct cairn_bytes bytes, struct cairn_commit *out,
                                         size_t *out_fault_at);

void cairn_commit_cursor_init(struct cairn_commit_cursor *cursor,
                              const struct cairn_commit *commit);

/* gives   false behind the last entry, *out unchanged then */
bool cairn_commit_next(struct cairn_commit_cursor *cursor, struct cairn_commit_entry *out);

/* Begin a commit. capacity: at least CAIRN_COMMIT_HEAD_BYTES, else a panic */
void cairn_commit_writer_init(struct cairn_commit_writer *writer, void *buffer, size_t capacity);

/* Would an entry with a body of this size still go in? */
bool cairn_commit_has_room(const struct cairn_commit_writer *writer, size_t body_bytes);

/* Append an entry.
 *
 * errors  CAIRN_TOO_LONG (body over the limit of its form, or the commit would pass
 *         CAIRN_LIMIT_COMMIT_BYTES), CAIRN_NO_ROOM (buffer); writer unchanged */
CAIRN_MUST cairn_err cairn_commit_append(struct cairn_commit_writer *writer,
                                         const struct cairn_prefix *prefix,
                                         struct cairn_bytes body);

/* Write the head, now that leaf and root are known; give the whole commit. opening: its sizes
 * differ by the number of entries appended, else a panic. May be called again. */
struct cairn_bytes cairn_commit_end(struct cairn_commit_writer *writer,
                                    const struct cairn_opening *opening);

#endif
