/* The operations of one object as a set: the whole state of an object, as bytes. What they mean is
 * computed from it (fold_alert.h, fold_case.h), so that the order of arrival cannot matter.
 *
 *     head      u8 version | u8 space | u8 flags | u8 0 | u32 count | [u8 rank | u64 hlc | id 32]
 *     element   u64 hlc | entry id 32 | feed 16 | u64 index | country 3 | u8 flags | u32 kind |
 *               u16 parents | u16 after | u32 body at | u32 body size | u32 size | ids | operation
 *
 * Elements ascend by (hlc, entry id). Too many are not refused but cut off: by rank first (what
 * takes away is kept longest), then the latest; the place of the cut stays known, so that what is
 * kept does not depend on the order of arrival either. Pure. docs/merge.md, rules S1 to S4. */
#ifndef CAIRN_REPLICATION_MERGE_OPSET_H
#define CAIRN_REPLICATION_MERGE_OPSET_H

#include "schema/base/arena.h"
#include "schema/operation.h"

#define CAIRN_OPSET_COUNT_MAX  512u
#define CAIRN_OPSET_HEAD_BYTES 8u
#define CAIRN_OPSET_CUT_BYTES  41u
#define CAIRN_OPSET_ITEM_BYTES 88u /* before ids and operation */

enum cairn_opset_space {
    CAIRN_OPSET_ALERT = 'a',
    CAIRN_OPSET_CASE = 'c',
};

/* What is kept longest when there is too much. */
enum cairn_opset_rank {
    CAIRN_OPSET_RANK_TAKING = 0, /* the owner takes away: alert.withdraw, alert.leave,
                                    case.withdraw */
    CAIRN_OPSET_RANK_OWNER = 1,  /* by the country that the object's id names */
    CAIRN_OPSET_RANK_OTHER = 2,
};

/* One operation. All pointers borrow. */
struct cairn_opset_item {
    uint64_t hlc;
    uint64_t index;          /* in its feed */
    const uint8_t *entry_id; /* 32 */
    const uint8_t *feed;     /* 16 */
    char country[4];         /* of the author */
    enum cairn_opset_rank rank;
    bool is_unknown;       /* of a kind of a later version: only its head is known */
    bool is_repudiated;    /* nobody stands by it any more */
    enum cairn_kind kind;  /* unless is_unknown */
    uint32_t parent_count; /* 0..CAIRN_LIMIT_PARENTS */
    uint32_t after_count;
    const uint8_t *parents;       /* parent_count ids */
    const uint8_t *after;         /* after_count ids */
    struct cairn_bytes operation; /* empty if is_unknown */
    struct cairn_bytes body;      /* within operation */
};

struct cairn_opset {
    enum cairn_opset_space space;
    bool is_test_network;
    bool is_cut;
    enum cairn_opset_rank cut_rank; /* these three: nothing from here on is kept, if is_cut */
    uint64_t cut_hlc;
    const uint8_t *cut_id;
    uint32_t count;                 /* 0..CAIRN_OPSET_COUNT_MAX */
    struct cairn_opset_item *items; /* ascending by (hlc, entry id) */
};

/* Read a state.
 *
 * shape   state: as cairn_opset_encode gave it; empty: no operation yet
 * owns    items lie in arena and borrow from state
 * errors  CAIRN_DISK_CORRUPT  bytes that cairn_opset_encode never gives; CAIRN_NO_ROOM (arena);
 *         *out undefined
 * cost    O(number of operations), whatever their size */
CAIRN_MUST cairn_err cairn_opset_open(struct cairn_bytes state, enum cairn_opset_space space,
                                      struct cairn_arena *arena, struct cairn_opset *out);

/* Add one operation to a copy of the set; out may be set. One that is there and is said to be
 * repudiated now is so from then on.
 *
 * gives   *out_is_changed false: the set has it already, or it lies behind the cut; *out is *set
 * errors  CAIRN_NO_ROOM (arena); outputs undefined
 * source  S1 to S3 */
CAIRN_MUST cairn_err cairn_opset_insert(const struct cairn_opset *set,
                                        const struct cairn_opset_item *item,
                                        struct cairn_arena *arena, struct cairn_opset *out,
                                        bool *out_is_changed);

/* Write the state: one set, one spelling. errors  CAIRN_NO_ROOM (arena) */
CAIRN_MUST cairn_err cairn_opset_encode(const struct cairn_opset *set, struct cairn_arena *arena,
                                        struct cairn_bytes *out);

/* Bytes of the encoded set, at most CAIRN_LIMIT_STATE_BYTES. */
size_t cairn_opset_size(const struct cairn_opset *set);

/* Is there room for one more operation of this size, whatever ids it names? */
bool cairn_opset_has_room(const struct cairn_opset *set, size_t operation_bytes);

/* Order of two elements, by (hlc, entry id). gives <0, 0, >0 */
int cairn_opset_order(const struct cairn_opset_item *left, const struct cairn_opset_item *right);

/* Does it take away (S2): then it waits for nothing. */
bool cairn_opset_is_taking(const struct cairn_opset_item *item);

#endif
