/* What an object's history would say of one more operation, before it is written: a fold that
 * nobody keeps. For reader threads. docs/merge.md */
#ifndef CAIRN_NODE_TRYOUT_H
#define CAIRN_NODE_TRYOUT_H

#include "node/store.h"
#include "replication/merge/merge.h"

struct cairn_tryout_question {
    struct cairn_bytes operation; /* encoded; of a kind from 32 on */
    struct cairn_store *views;    /* where its object's history is */
    const char *country;          /* of the author */
    const uint8_t *feed;          /* 16 bytes: where it would stand */
    bool is_test_network;
};

struct cairn_tryout; /* the history with it */

/* Fold and evaluate.
 *
 * owns    *out: give back with cairn_tryout_close; NULL unless CAIRN_OK
 * gives   CAIRN_OK when it would have effect now; *fault when its body is to blame (fault->err is
 *         CAIRN_OK otherwise)
 * errors  what is wrong with the operation: those of cairn_merge_decode, of the checks of its kind,
 *         and of its history (CAIRN_RULE_HLC, CAIRN_RULE_WITHDRAWN, CAIRN_RULE_STEP, CAIRN_STATE,
 *         CAIRN_LATER); CAIRN_FULL  its history is too long for one more
 *         CAIRN_DISK, CAIRN_DISK_CORRUPT, CAIRN_BUSY, CAIRN_MEMORY, CAIRN_NO_ROOM: the machine */
CAIRN_MUST cairn_err cairn_tryout_open(const struct cairn_tryout_question *question,
                                       struct cairn_shape_fault *fault, struct cairn_tryout **out);
void cairn_tryout_close(struct cairn_tryout *tryout); /* NULL is harmless */

/* The object afterwards; NULL when it is of the other space. */
const struct cairn_alert_view *cairn_tryout_alert(const struct cairn_tryout *tryout);
const struct cairn_case_view *cairn_tryout_case(const struct cairn_tryout *tryout);

#endif
