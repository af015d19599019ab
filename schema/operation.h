/* What an entry says, once opened: a canonical msgpack map of nine fields at most.
 *
 *     kind        object   purpose, actors, role   what it is about
 *     1..15       -        -                       feeds, control, receipts (feedop.h)
 *     16..31      -        yes                     the node's own records    (feedop.h)
 *     32..        yes      yes                     alerts, cases             (alert/, case/)
 *
 * Pure. docs/protocol.md, section 4. */
#ifndef CAIRN_SCHEMA_OPERATION_H
#define CAIRN_SCHEMA_OPERATION_H

#include "schema/base/bytes.h"
#include "schema/base/err.h"
#include "schema/base/id.h"
#include "schema/base/limits.h"

#define CAIRN_PURPOSE_BYTES 32u
#define CAIRN_ACTOR_BYTES   64u
#define CAIRN_ROLE_BYTES    16u
#define CAIRN_ACTORS_MAX    2u

/* clang-format off */
#define CAIRN_KIND_LIST(X)                                                                         \
    X(FEED_OPEN,         1, "feed.open")                                                           \
    X(FEED_ADMIT,        2, "feed.admit")                                                          \
    X(FEED_REKEY,        3, "feed.rekey")                                                          \
    X(FEED_CLOSE,        4, "feed.close")                                                          \
    X(FEED_INVITE,       5, "feed.invite")                                                         \
    X(CONTROL_MARK,      6, "control.mark")                                                        \
    X(CONTROL_DOCUMENT,  7, "control.document")                                                    \
    X(CONTROL_POLICY,    8, "control.policy")                                                      \
    X(RECEIPT,           9, "receipt")                                                             \
    X(MISSING,          10, "missing")                                                             \
    X(FEED_LOST,        11, "feed.lost")                                                           \
    X(FEED_KEYS,        12, "feed.keys")                                                           \
    X(ACCESS_LOOKUP,    16, "access.lookup")                                                       \
    X(POLICY_APPLY,     17, "policy.apply")                                                        \
    X(ALERT_ISSUE,      32, "alert.issue")                                                         \
    X(ALERT_AMEND,      33, "alert.amend")                                                         \
    X(ALERT_WITHDRAW,   34, "alert.withdraw")                                                      \
    X(ALERT_LEAVE,      35, "alert.leave")                                                         \
    X(ALERT_BATCH,      36, "alert.batch")                                                         \
    X(CASE_REQUEST,     64, "case.request")                                                        \
    X(CASE_ACK,         65, "case.ack")                                                            \
    X(CASE_ACCEPT,      66, "case.accept")                                                         \
    X(CASE_REFUSE,      67, "case.refuse")                                                         \
    X(CASE_WITHDRAW,    68, "case.withdraw")

#define CAIRN_KIND_ENUM(name, number, text) CAIRN_KIND_##name = (number),
enum cairn_kind { CAIRN_KIND_LIST(CAIRN_KIND_ENUM) };
#undef CAIRN_KIND_ENUM
/* clang-format on */

struct cairn_operation {
    enum cairn_kind kind;
    bool has_object; /* true from kind 32 on */
    struct cairn_id object;
    uint32_t parent_count;                                      /* 0..CAIRN_LIMIT_PARENTS */
    uint32_t after_count;                                       /* 0..CAIRN_LIMIT_PARENTS */
    uint8_t parents[CAIRN_LIMIT_PARENTS][CAIRN_ID_ENTRY_BYTES]; /* ascending, none twice */
    uint8_t after[CAIRN_LIMIT_PARENTS][CAIRN_ID_ENTRY_BYTES];   /* likewise; of another feed */
    uint64_t hlc;
    struct cairn_bytes purpose; /* 1..CAIRN_PURPOSE_BYTES from kind 16 on, else empty */
    uint32_t actor_count;       /* 1..CAIRN_ACTORS_MAX from kind 16 on, else 0 */
    struct cairn_bytes actors[CAIRN_ACTORS_MAX]; /* each 1..CAIRN_ACTOR_BYTES */
    struct cairn_bytes role;                     /* 1..CAIRN_ROLE_BYTES from kind 16 on */
    struct cairn_bytes body;                     /* a canonical map, as received */
};

/* What can be said of an operation of a kind that this build does not know. */
struct cairn_operation_head {
    uint64_t kind;
    bool has_object;
    struct cairn_id object;
    uint64_t hlc;
};

/* Read an operation. The bytes need not have been scanned: this does it.
 *
 * owns    purpose, actors, role and body borrow from bytes
 * gives   *out_fault_at: offset of the first fault (where a missing field would stand); unchanged
 *         when all is well
 * errors  those of cairn_pack_check; CAIRN_TOO_LONG, CAIRN_PACK_TYPE, CAIRN_PACK_FIELD,
 *         CAIRN_PACK_UNKNOWN_FIELD (also a field that this kind may not have), CAIRN_KIND_UNKNOWN,
 *         CAIRN_ID, CAIRN_TEXT_FORBIDDEN, CAIRN_OPERATION (entry ids that do not ascend); *out
 *         unchanged. An empty text or array counts as a missing field
 * source  P-5, P-23, section 4 */
CAIRN_MUST cairn_err cairn_operation_decode(struct cairn_bytes bytes, struct cairn_operation *out,
                                            size_t *out_fault_at);

/* Read what every version has in common, whatever the kind; for objects that freeze at an
 * operation of an unknown kind. Fields that this build does not know are passed over.
 *
 * errors  as above, without CAIRN_KIND_UNKNOWN and CAIRN_PACK_UNKNOWN_FIELD; *out unchanged */
CAIRN_MUST cairn_err cairn_operation_peek(struct cairn_bytes bytes,
                                          struct cairn_operation_head *out);

/* Write an operation. Parts of it come from people, so the result is decoded once: what this gives,
 * cairn_operation_decode takes. Counts over their limit are a panic.
 *
 * owns    *out is a view of buffer
 * errors  CAIRN_NO_ROOM (capacity), and those of cairn_operation_decode; *out unchanged, buffer
 *         undefined */
CAIRN_MUST cairn_err cairn_operation_encode(const struct cairn_operation *operation, void *buffer,
                                            size_t capacity, struct cairn_bytes *out);

/* Largest operation of this kind, in bytes. source: P-23 */
size_t cairn_kind_limit(enum cairn_kind kind);

/* The kind's name, such as "feed.open"; static, never NULL. */
const char *cairn_kind_text(enum cairn_kind kind);

/* The kind of this name, or number. gives false when there is none, *out unchanged then */
bool cairn_kind_of_text(struct cairn_bytes text, enum cairn_kind *out);
bool cairn_kind_of_number(uint64_t number, enum cairn_kind *out);

/* Does its body stay clear in any feed that is not a control feed? source: P-24 */
bool cairn_kind_is_clear(enum cairn_kind kind);

/* Does it end its commit (feed.rekey, feed.close)? source: P-36 */
bool cairn_kind_is_last(enum cairn_kind kind);

/* Is it of kinds 1 to 15, which get no receipt? source: P-49 */
bool cairn_kind_is_plumbing(enum cairn_kind kind);

bool cairn_kind_is_alert(enum cairn_kind kind); /* 32..63 */
bool cairn_kind_is_case(enum cairn_kind kind);  /* 64..95 */

#endif
