/* What an operation knew: its causal past within the object, and whether it is live.
 *
 *     parents  must all be in the set, live, and of a lower hlc            (else it waits, or B05)
 *     after    counts when it is in the set, live, and of a lower hlc      (else it is no edge)
 *
 * So every edge rises in (hlc, entry id): one pass in that order sees each operation after all it
 * knew. The fold goes through the set, asks `place` for each, decides, and tells `settle`:
 *
 *     for (i = 0; i < set->count; i++) {
 *         cairn_err err = cairn_causal_place(&causal, i);
 *         cairn_causal_settle(&causal, i, err == CAIRN_OK ? my_rules(i) : err);
 *     }
 *
 * Pure. docs/merge.md, rules S5 to S8. */
#ifndef CAIRN_REPLICATION_MERGE_CAUSAL_H
#define CAIRN_REPLICATION_MERGE_CAUSAL_H

#include "replication/merge/opset.h"

/* One line of an object's history, in order. */
struct cairn_causal_step {
    const struct cairn_opset_item *item;
    cairn_err err; /* CAIRN_OK: has effect. CAIRN_LATER: waits for an operation that is not here, or
                      for a build that knows a later kind. Any other: never has effect */
};

/* Why an object does not show all that is known of it. */
enum cairn_causal_frozen {
    CAIRN_CAUSAL_FROZEN_NO = 0,
    CAIRN_CAUSAL_FROZEN_KIND = 1,  /* an operation of a kind that this build does not know */
    CAIRN_CAUSAL_FROZEN_LIMIT = 2, /* too many or too large: the latest are cut off */
};

struct cairn_causal {
    const struct cairn_opset *set;
    uint32_t word_count;             /* of a row */
    uint64_t *past;                  /* row i, bit j: operation j is live and in the past of i */
    struct cairn_causal_step *steps; /* one for each; final up to the last that was settled */
    uint16_t *slots;                 /* hash table of entry ids: number + 1, 0 empty */
    uint32_t slot_mask;
};

/* errors  CAIRN_NO_ROOM (arena); owns: borrows set */
CAIRN_MUST cairn_err cairn_causal_open(const struct cairn_opset *set, struct cairn_arena *arena,
                                       struct cairn_causal *out);

/* Find the past of operation i; all before it must have been settled.
 *
 * gives   CAIRN_OK; CAIRN_LATER (a parent is not here, or waits itself); CAIRN_RULE_HLC (B05);
 *         CAIRN_STATE (a parent never has effect). What takes away is always CAIRN_OK (S6). What is
 *         repudiated is always CAIRN_REPUDIATED (S9) */
CAIRN_MUST cairn_err cairn_causal_place(struct cairn_causal *causal, uint32_t i);

/* Say whether operation i has effect. */
void cairn_causal_settle(struct cairn_causal *causal, uint32_t i, cairn_err err);

bool cairn_causal_is_live(const struct cairn_causal *causal, uint32_t i);

/* Is operation j in the past of operation i? */
bool cairn_causal_is_before(const struct cairn_causal *causal, uint32_t j, uint32_t i);

/* Row of words with bit j set for each j in the past of i. */
const uint64_t *cairn_causal_past(const struct cairn_causal *causal, uint32_t i);

/* Does it name an operation in `after` that is not here? */
bool cairn_causal_is_missing_after(const struct cairn_causal *causal, uint32_t i);

/* The operations that a new one names, so that it follows all there is: the live ones that no live
 * one follows, in order. In `parents` those whose feed every reader of the new one can see, the
 * others in `after`. errors  CAIRN_NO_ROOM (arena) */
CAIRN_MUST cairn_err cairn_causal_heads(const struct cairn_causal *causal,
                                        struct cairn_arena *arena,
                                        const struct cairn_opset_item *const **out,
                                        uint32_t *out_count);

#endif
