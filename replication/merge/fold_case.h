/* What the operations of one readmission case come to. A pure function of the set.
 *
 *     request --> SENT --ack--> RECEIVED --accept--> ACCEPTED       accept || refuse --> CONFLICT
 *                      \________________/ \--refuse--> REFUSED
 *     withdraw: WITHDRAWN, from anywhere and against everything
 *
 * Only the requesting state requests and withdraws, only the requested state answers. Deadlines are
 * computed by the reader. docs/merge.md, rules C06 and K1 to K7. */
#ifndef CAIRN_REPLICATION_MERGE_FOLD_CASE_H
#define CAIRN_REPLICATION_MERGE_FOLD_CASE_H

#include "replication/merge/causal.h"
#include "schema/case/case_shape.h"

/* Numbers stand in index keys: never reused. */
enum cairn_case_status {
    CAIRN_CASE_STATUS_NONE = 0, /* the request is not here yet: what is here waits */
    CAIRN_CASE_STATUS_SENT = 1,
    CAIRN_CASE_STATUS_RECEIVED = 2,
    CAIRN_CASE_STATUS_ACCEPTED = 3,
    CAIRN_CASE_STATUS_REFUSED = 4,
    CAIRN_CASE_STATUS_WITHDRAWN = 5,
    CAIRN_CASE_STATUS_CONFLICT = 6, /* accepted and refused, or repudiated: people must decide */
};

/* Borrows from the state and the arena. */
struct cairn_case_view {
    enum cairn_case_status status;
    enum cairn_causal_frozen frozen;
    bool is_repudiated; /* nobody stands by some step of it any more; request: of that one, if need
                           be */
    char requesting[4]; /* empty while status is NONE */
    char requested[4];
    struct cairn_bytes request;   /* body of the case.request; empty while status is NONE */
    uint32_t person_count;        /* 1..CAIRN_CASE_PERSONS_MAX */
    uint32_t persons_accepted;    /* bit i: person i; stays in history when withdrawn or refused */
    bool is_accepted, is_refused; /* an answer of this kind had effect, whatever the status */
    uint64_t sent_hlc;
    uint64_t received_hlc;  /* first case.ack, or first answer before any ack; 0: none */
    uint64_t answered_hlc;  /* first accept or refuse; 0: none */
    uint64_t withdrawn_hlc; /* 0 while withdraw is empty */
    uint64_t changed_hlc;   /* of the last operation that had effect; 0: none had */
    struct cairn_bytes accept, refuse, withdraw; /* bodies of the first of each; empty: none */
    uint32_t head_count;
    const struct cairn_opset_item *const *heads; /* cairn_causal_heads */
    uint32_t step_count;
    const struct cairn_causal_step *steps; /* all operations, by (hlc, entry id) */
};

/* Compute the view of a set of space CAIRN_OPSET_CASE. As cairn_fold_alert. */
CAIRN_MUST cairn_err cairn_fold_case(const struct cairn_opset *set, struct cairn_arena *arena,
                                     struct cairn_case_view *out);

#endif
