/* Bodies of the operations that feeds are made of, and of the node's own records: kinds 1 to 12,
 * 16 and 17. One tagged union, one decoder, one encoder. Pure layout: whether a wrap opens or a
 * root is true is checked elsewhere. docs/protocol.md, sections 5 and 6. */
#ifndef CAIRN_SCHEMA_FEEDOP_H
#define CAIRN_SCHEMA_FEEDOP_H

#include "schema/base/arena.h"
#include "schema/lookupop.h"
#include "schema/operation.h"

#define CAIRN_WRAP_BYTES    80u
#define CAIRN_FEED_KEYS_MAX 16u /* epochs */

/* One member's wrap of an epoch's secret. source: P-34, P-35 */
struct cairn_wrap {
    char country[4];     /* [A-Z]{3} and a NUL */
    uint8_t sealing[32]; /* the member's X25519 key */
    uint8_t wrap[CAIRN_WRAP_BYTES];
};

struct cairn_feed_open {
    uint8_t nonce[32];
    uint8_t secret_hash[32];
    uint32_t wrap_count;            /* 1..CAIRN_LIMIT_MEMBERS */
    const struct cairn_wrap *wraps; /* ascending by country; that the author is among them is for
                                       the caller to check */
    bool is_continuing;
    uint8_t continues[16]; /* feed id, if is_continuing */
};

struct cairn_feed_admit {
    char country[4];
    uint8_t sealing[32];
    uint32_t wrap_count;                      /* >= 1 */
    const uint8_t (*wraps)[CAIRN_WRAP_BYTES]; /* one for each epoch from 0 */
};

struct cairn_feed_rekey {
    uint32_t epoch; /* >= 1 */
    uint8_t nonce[32];
    uint8_t secret_hash[32];
    uint32_t wrap_count; /* as in feed.open */
    const struct cairn_wrap *wraps;
};

struct cairn_feed_close {
    uint64_t size; /* >= 1, this entry included */
};

struct cairn_feed_invite {
    uint8_t feed[16];
    uint64_t leaf_index;
};

struct cairn_control_mark {
    uint64_t time_ms;
    uint8_t seen[32];
    uint32_t journal_count;
};

struct cairn_control_document {
    uint8_t note_hash[32];
    uint64_t serial; /* >= 1 */
};

struct cairn_control_policy {
    uint8_t policy_hash[32];
};

struct cairn_receipt {
    uint8_t feed[16];
    uint64_t size;
    uint8_t root[32];
};

struct cairn_missing {
    struct cairn_bytes origin; /* has passed cairn_origin_parse */
    uint64_t leaf_index;
};

/* What the author of a feed has not got any more, and nobody returned. */
struct cairn_feed_lost {
    uint8_t feed[16];
    struct cairn_bytes origin; /* whose journal has it; has passed cairn_origin_parse */
    uint64_t commits;          /* that the author holds, */
    uint64_t size;             /* ... and the entries in them */
    uint64_t from_leaf;        /* the feed's other commits stand at leaves from this one on, */
    uint64_t to_leaf;          /* ... and before this one: above from_leaf */
};

/* What a country that lost its sealing keys may read anyway: one feed's. source P-99 */
struct cairn_feed_keys {
    struct cairn_bytes origin; /* of the feed's author; has passed cairn_origin_parse */
    uint8_t feed[16];
    uint32_t secret_count;        /* 1..CAIRN_FEED_KEYS_MAX; of a pairwise feed 1 */
    const uint8_t (*secrets)[32]; /* of each epoch from 0 */
    bool is_pairwise;
};

struct cairn_policy_apply {
    uint8_t salt[32];
    struct cairn_bytes text; /* YAML, not empty */
};

struct cairn_feedop {
    enum cairn_kind kind; /* below 32 */
    union {
        struct cairn_feed_open open;
        struct cairn_feed_admit admit;
        struct cairn_feed_rekey rekey;
        struct cairn_feed_close close;
        struct cairn_feed_invite invite;
        struct cairn_control_mark mark;
        struct cairn_control_document document;
        struct cairn_control_policy policy;
        struct cairn_receipt receipt;
        struct cairn_missing missing;
        struct cairn_feed_lost lost;
        struct cairn_feed_keys keys;
        struct cairn_access_lookup lookup;
        struct cairn_policy_apply apply;
    } as;
};

/* Read the body of an operation.
 *
 * shape   operation: as cairn_operation_decode gives it, kind below 32, else a panic
 * owns    out borrows from the operation's body and from arena
 * gives   *out_fault_at: offset of the fault within the body; unchanged when all is well
 * errors  CAIRN_PACK_TYPE, CAIRN_PACK_FIELD, CAIRN_PACK_UNKNOWN_FIELD, CAIRN_TOO_LONG (also a
 *         binary of another size), CAIRN_NUMBER, CAIRN_TEXT_FORBIDDEN, CAIRN_ORIGIN, CAIRN_ID,
 *         CAIRN_FEED_RECORD (wraps or countries of an open, admit or rekey), CAIRN_NO_ROOM (arena);
 *         *out and arena unchanged. An empty text or list counts as a missing field
 * source  P-34, P-37, P-40, P-46, P-49, P-51, P-104 */
CAIRN_MUST cairn_err cairn_feedop_decode(const struct cairn_operation *operation,
                                         struct cairn_arena *arena, struct cairn_feedop *out,
                                         size_t *out_fault_at);

/* Write a body. Own data: it must be as cairn_feedop_decode would give it. Counts, order and
 * countries that are not are a panic; what people wrote (a look-up, a policy) is checked here.
 *
 * owns    *out is a view of buffer
 * errors  CAIRN_NO_ROOM (capacity); access.lookup: those of cairn_lookupop_write; policy.apply:
 *         CAIRN_TEXT_UTF8, CAIRN_TEXT_FORBIDDEN (NUL); *out unchanged, buffer undefined */
CAIRN_MUST cairn_err cairn_feedop_encode(const struct cairn_feedop *feedop, void *buffer,
                                         size_t capacity, struct cairn_bytes *out);

#endif
