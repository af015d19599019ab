/* What the operations of one alert come to. A pure function of the set.
 *
 *     alert.issue, alert.batch   the whole alert, in one feed         alert.leave     gone from it
 *     alert.amend                some fields set, list elements added and removed
 *     alert.withdraw             gone for good; or some rows of a batch
 *
 * Whether the alert is in force now is for the reader: body's from and expires, and the time of
 * asking. docs/merge.md, rules A1 to A8 and M2 to M14. */
#ifndef CAIRN_REPLICATION_MERGE_FOLD_ALERT_H
#define CAIRN_REPLICATION_MERGE_FOLD_ALERT_H

#include "replication/merge/causal.h"
#include "schema/alert/alert_shape.h"

/* Numbers stand in index keys: never reused. */
enum cairn_alert_status {
    CAIRN_ALERT_STATUS_NONE = 0,   /* nothing founded it yet: what is here waits */
    CAIRN_ALERT_STATUS_ACTIVE = 1, /* not withdrawn, and held in at least one feed */
    CAIRN_ALERT_STATUS_LEFT = 2,   /* left every feed that is held here: not to be shown */
    CAIRN_ALERT_STATUS_WITHDRAWN = 3,
};

/* A feed in which the alert lives now. */
struct cairn_alert_place {
    const uint8_t *feed;     /* 16 */
    const uint8_t *entry_id; /* 32: of the operation that put it there */
};

/* Borrows from the state and the arena. */
struct cairn_alert_view {
    enum cairn_alert_status status;
    enum cairn_causal_frozen frozen;
    bool is_repudiated; /* only what nobody stands by any more founded it: it counts as withdrawn */
    bool is_batch;
    struct cairn_bytes body;     /* canonical map of the shape alert.issue or alert.batch, complete
                                    and valid; for cairn_alert_read. Empty while status is NONE */
    uint32_t conflicts;          /* bit k: field k was set in different ways by operations that did
                                    not know each other, and no operation named both yet (M3) */
    bool is_torn;                /* such operations do not fit together at all: one of them stands,
                                    until an amendment names both (M5) */
    uint64_t issued_hlc;         /* of the first founding operation; 0 while there is none */
    uint64_t changed_hlc;        /* of the last operation that had effect; 0: none had */
    uint64_t withdrawn_hlc;      /* of the first alert.withdraw of the whole */
    struct cairn_bytes withdraw; /* its body; empty: none */
    uint32_t rows_withdrawn_count;
    const uint8_t *rows_withdrawn; /* bit r % 8 of byte r / 8: row r; CAIRN_LIMIT_BATCH_ROWS bits;
                                      NULL when there is none */
    uint32_t place_count;
    const struct cairn_alert_place *places;
    uint32_t head_count;
    const struct cairn_opset_item *const *heads; /* cairn_causal_heads */
    uint32_t step_count;
    const struct cairn_causal_step *steps; /* all operations, by (hlc, entry id) */
};

/* Compute the view of a set of space CAIRN_OPSET_ALERT.
 *
 * owns    *out borrows from set and arena
 * errors  CAIRN_NO_ROOM (arena); *out undefined */
CAIRN_MUST cairn_err cairn_fold_alert(const struct cairn_opset *set, struct cairn_arena *arena,
                                      struct cairn_alert_view *out);

/* Is row r withdrawn? */
bool cairn_fold_alert_is_row_withdrawn(const struct cairn_alert_view *view, uint32_t row);

#endif
