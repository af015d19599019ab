/* Where things rest in the views store: keys, and the small rows that are the folder's own.
 *
 *     'c' feed 16                            cursor: how far the feed is folded
 *     'o' state key 23                       state of an object            (replication/merge)
 *     'i' index key                          index row of an object        (replication/merge)
 *     'k' state key 23                       there is a state that no index row names
 *     'f' feed 16 | feed 16                  lost of the first feed, as the second says: u64
 *                                            commits | size | from | to | hlc, origin of the first
 *     'j' feed 16                            u64 leaf index of an invitation
 *     'l' u64 ms | feed 16 | u64 index       operation access.lookup, whole
 *     'm' origin | 0 | origin | 0 | u64      u64 hlc: who misses which leaf of whom
 *     'p' u64 ms | feed 16 | u64 index       parked operation, due at that time
 *     'r' feed 16 | origin                   receipt: u64 size | root 32 | u64 hlc
 *     'x' feed 16 | u64 index                entry that had no effect: u16 err | ...
 *     'y' policy hash 32                     text of a policy
 *
 * Everything can be computed from the log store again. */
#ifndef CAIRN_NODE_VIEWS_VIEW_H
#define CAIRN_NODE_VIEWS_VIEW_H

#include "replication/merge/merge.h"
#include "schema/base/limits.h"

/* Raise it when rows here, states, index rows or rules of the merge change: old views are then
 * built again. */
#define CAIRN_VIEW_FORMAT 3u

#define CAIRN_VIEW_KEY_BYTES     (1u + CAIRN_INDEX_KEY_BYTES)
#define CAIRN_VIEW_CURSOR_BYTES  68u
#define CAIRN_VIEW_PARKED_HEAD   51u
#define CAIRN_VIEW_REFUSED_BYTES 26u

enum cairn_view_table {
    CAIRN_VIEW_CURSOR = 'c',
    CAIRN_VIEW_OBJECT = 'o',
    CAIRN_VIEW_INDEX = 'i',
    CAIRN_VIEW_LOST = 'f',
    CAIRN_VIEW_INVITE = 'j',
    CAIRN_VIEW_UNLISTED = 'k',
    CAIRN_VIEW_LOOKUP = 'l',
    CAIRN_VIEW_MISSING = 'm',
    CAIRN_VIEW_PARKED = 'p',
    CAIRN_VIEW_RECEIPT = 'r',
    CAIRN_VIEW_REFUSED = 'x',
    CAIRN_VIEW_POLICY = 'y',
};

/* A key under construction; starts with its table. */
struct cairn_view_key {
    size_t size;
    uint8_t data[CAIRN_VIEW_KEY_BYTES];
};

void cairn_view_key_init(struct cairn_view_key *key, enum cairn_view_table table);
void cairn_view_key_add(struct cairn_view_key *key, struct cairn_bytes bytes); /* must fit */
void cairn_view_key_add_u64(struct cairn_view_key *key, uint64_t value);
struct cairn_bytes cairn_view_key_bytes(const struct cairn_view_key *key);

/* The key of an entry in tables x (ms left out), l and p. */
void cairn_view_key_entry(struct cairn_view_key *key, const uint8_t feed[static 16],
                          uint64_t index);

/* Feeds are folded entry by entry; a commit is done when its last entry is. */
struct cairn_view_cursor {
    uint64_t commits; /* folded as a whole */
    uint64_t size;    /* entries of these */
    uint64_t done;    /* entries folded, >= size */
    uint8_t root[32]; /* of the feed at size; zero while commits is 0 */
    uint64_t born;    /* as its ripe commits say; another one is another feed */
};

void cairn_view_cursor_encode(const struct cairn_view_cursor *cursor,
                              uint8_t out[static CAIRN_VIEW_CURSOR_BYTES]);

/* errors  CAIRN_STATE  of another format; CAIRN_DISK_CORRUPT; *out unchanged */
CAIRN_MUST cairn_err cairn_view_cursor_decode(struct cairn_bytes row,
                                              struct cairn_view_cursor *out);

/* What folding a parked operation needs besides its bytes. */
struct cairn_view_parked {
    char country[4];
    uint64_t floor_ms;
    uint64_t commit; /* number */
    uint8_t entry_id[32];
    struct cairn_bytes operation;
};

void cairn_view_parked_encode(const struct cairn_view_parked *parked,
                              uint8_t out[static CAIRN_VIEW_PARKED_HEAD]); /* without operation */

/* owns: out->operation borrows from row. errors  CAIRN_DISK_CORRUPT */
CAIRN_MUST cairn_err cairn_view_parked_decode(struct cairn_bytes row,
                                              struct cairn_view_parked *out);

/* An entry that had no effect, and why. */
struct cairn_view_refused {
    cairn_err err;
    uint64_t kind;   /* 0: not known, it did not open or decode */
    uint64_t hlc;    /* 0: not known */
    uint64_t commit; /* number */
};

void cairn_view_refused_encode(const struct cairn_view_refused *refused,
                               uint8_t out[static CAIRN_VIEW_REFUSED_BYTES]);

/* errors  CAIRN_DISK_CORRUPT */
CAIRN_MUST cairn_err cairn_view_refused_decode(struct cairn_bytes row,
                                               struct cairn_view_refused *out);

#endif
