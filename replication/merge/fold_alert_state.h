/* Parts of the fold of an alert that its three files share: fold_alert.c (the view),
 * fold_alert_rules.c (which operations have effect), fold_alert_body.c (what they make). Not for
 * others. */
#ifndef CAIRN_REPLICATION_MERGE_FOLD_ALERT_STATE_H
#define CAIRN_REPLICATION_MERGE_FOLD_ALERT_STATE_H

#include "replication/merge/alert_body.h"
#include "replication/merge/fold_alert.h"

#define CAIRN_FOLD_ALERT_NONE UINT32_MAX

/* What has been found so far, while the operations are gone through in order. */
struct cairn_fold_alert_state {
    struct cairn_causal causal;
    const struct cairn_opset *set;
    struct cairn_arena *arena;
    struct cairn_alert_body_write *writes;
    uint32_t *coercions;                     /* of what each amendment left */
    struct cairn_alert_body_members writers; /* live, and writing */
    uint32_t write_count;                    /* how many they are */
    uint32_t founding;                       /* the first that has effect; CAIRN_FOLD_ALERT_NONE */
    uint64_t category;
    bool is_frozen;
    uint32_t body_of;        /* body is what this operation left; CAIRN_FOLD_ALERT_NONE */
    struct cairn_bytes body; /* not repaired */
    uint8_t *room;           /* for body */
    size_t room_bytes;
};

/* Of what nobody stands by these say false. */
bool cairn_fold_alert_is_kind(const struct cairn_opset_item *item, enum cairn_kind kind);
bool cairn_fold_alert_is_founding(const struct cairn_opset_item *item);
bool cairn_fold_alert_is_same_feed(const struct cairn_opset_item *left,
                                   const struct cairn_opset_item *right);

/* The rows of an alert.withdraw; empty: it withdraws the whole. */
struct cairn_bytes cairn_fold_alert_withdraw_rows(const struct cairn_opset_item *item);

/* Verdict on operation i, all before it being settled. gives also CAIRN_NO_ROOM (arena) */
CAIRN_MUST cairn_err cairn_fold_alert_take(struct cairn_fold_alert_state *fold, uint32_t i);

/* What the alert.amend i makes of all it knew; its write has been read.
 *
 * gives   its verdict, or CAIRN_NO_ROOM */
CAIRN_MUST cairn_err cairn_fold_alert_amend(struct cairn_fold_alert_state *fold, uint32_t i);

/* What these operations come to: always a valid body.
 *
 * gives   *out_is_torn: the heads do not fit together, and one of them stands
 * errors  CAIRN_NO_ROOM (arena) */
CAIRN_MUST cairn_err cairn_fold_alert_resolve(const struct cairn_fold_alert_state *fold,
                                              const struct cairn_alert_body_members *members,
                                              struct cairn_arena *arena, struct cairn_bytes *out,
                                              bool *out_is_torn);

#endif
