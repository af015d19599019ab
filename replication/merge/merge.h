/* What it means: operations of one object, in whatever order they come, to one state, one view, and
 * the index rows that follow. Front door of merge/.
 *
 *     entry --decode--> needs: which state? --host loads it--> fold --> new state, rows to write
 *                                                        evaluate --> what the state says
 *
 * Plain functions: no clock, no storage. The host writes state and rows in one batch; the same
 * entry folded twice changes nothing. docs/merge.md. */
#ifndef CAIRN_REPLICATION_MERGE_MERGE_H
#define CAIRN_REPLICATION_MERGE_MERGE_H

#include "replication/merge/fold_alert.h"
#include "replication/merge/fold_case.h"
#include "replication/merge/index_key.h"
#include "replication/merge/index_rows.h"

#define CAIRN_MERGE_KEY_BYTES   23u         /* space, then the object's id */
#define CAIRN_MERGE_ARENA_BYTES (32u << 20) /* always enough for one fold or evaluate */

/* One opened entry. cairn_merge_decode fills the first group, the host the second. */
struct cairn_merge_entry {
    struct cairn_operation operation; /* its kind is undefined if is_unknown */
    struct cairn_bytes bytes;         /* of the operation */
    uint64_t kind_number;
    bool is_unknown; /* of a later version: freezes its object */

    uint8_t entry_id[32];
    uint8_t feed[16];
    uint64_t index;       /* in the feed */
    char country[4];      /* of the author */
    uint64_t floor_ms;    /* time of the author's last mark before the commit's leaf; private feeds,
                             or no mark: 0. source P-50 */
    bool is_test_network; /* the same for all entries of a node */
    bool is_repudiated;   /* its commit lies behind the end of its origin (P-16). Fold it again when
                             that becomes known: it has no effect from then on */
};

/* Where a state is kept. The same object may be an alert and a case: two states. */
struct cairn_merge_key {
    uint8_t data[CAIRN_MERGE_KEY_BYTES];
};

/* Lives in the arena. */
struct cairn_merge_result {
    cairn_err err; /* what is wrong with the operation for ever (V0), whatever else comes; CAIRN_OK:
                      nothing */
    struct cairn_shape_fault fault; /* where, if err is not CAIRN_OK and a body is to blame */
    bool is_changed;                /* false: write nothing */
    struct cairn_merge_key key;
    struct cairn_bytes state;        /* to be kept instead of the old one */
    struct cairn_index_rows puts;    /* index rows that are new or have another value */
    struct cairn_index_rows deletes; /* index rows that are gone: their keys */
};

/* Read an operation; known kinds as cairn_operation_decode, kinds of a later version by their head.
 *
 * owns    *out borrows from bytes
 * gives   *out_fault_at as cairn_operation_decode
 * errors  those of cairn_operation_decode; CAIRN_KIND_UNKNOWN only for kinds that are neither of
 *         alerts nor of cases; *out undefined */
CAIRN_MUST cairn_err cairn_merge_decode(struct cairn_bytes bytes, struct cairn_merge_entry *out,
                                        size_t *out_fault_at);

/* Which states must be loaded: 0 for kinds that no object has, else 1 (room for later kinds). */
uint32_t cairn_merge_needs(const struct cairn_merge_entry *entry,
                           struct cairn_merge_key out[static CAIRN_LIMIT_STATES_PER_OPERATION]);

/* Is the entry too far ahead of this node's clock? Then park it and fold it later. source P-50 */
bool cairn_merge_is_ahead(const struct cairn_merge_entry *entry, uint64_t now_ms);

/* Take one entry into its object's state.
 *
 * shape   entry: one that needs a state, else a panic; state: what was kept under that key, empty:
 *         nothing
 * owns    *out borrows from entry's bytes, state and arena (CAIRN_MERGE_ARENA_BYTES, reset by the
 *         caller between folds)
 * gives   a broken rule of the operation is no error of the fold: out->err says it, nothing
 * changes. Whether it has effect beside the others: the view's steps. An operation of a later kind
 *         gives CAIRN_KIND_UNKNOWN and may change the state: it freezes the object
 * errors  CAIRN_DISK_CORRUPT (state), CAIRN_NO_ROOM (arena); *out undefined */
CAIRN_MUST cairn_err cairn_merge_fold(const struct cairn_merge_entry *entry,
                                      struct cairn_bytes state, struct cairn_arena *arena,
                                      struct cairn_merge_result *out);

/* What a state says. state: not empty, as fold gave it
 *
 * owns    *out borrows from state and arena
 * errors  CAIRN_DISK_CORRUPT, CAIRN_NO_ROOM; *out undefined */
CAIRN_MUST cairn_err cairn_merge_evaluate_alert(struct cairn_bytes state, struct cairn_arena *arena,
                                                struct cairn_alert_view *out);
CAIRN_MUST cairn_err cairn_merge_evaluate_case(struct cairn_bytes state, struct cairn_arena *arena,
                                               struct cairn_case_view *out);

/* The key of an object's state, for look-ups. space: CAIRN_OPSET_ALERT or CAIRN_OPSET_CASE */
struct cairn_merge_key cairn_merge_key_of(const struct cairn_id *object,
                                          enum cairn_opset_space space);

/* Is there room for one more operation of this size? If not, it would be cut off: the author must
 * not write it. What takes away (alert.withdraw, alert.leave, case.withdraw) needs no asking.
 *
 * errors  CAIRN_DISK_CORRUPT, CAIRN_NO_ROOM; *out unchanged. source S2 */
CAIRN_MUST cairn_err cairn_merge_has_room(struct cairn_bytes state, enum cairn_opset_space space,
                                          size_t operation_bytes, struct cairn_arena *arena,
                                          bool *out);

#endif
