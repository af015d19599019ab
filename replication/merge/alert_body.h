/* The whole alert that some operations make: each field from the last that set it; of several that
 * did not know each other the safer value (alert_pick.h); lists grow together (alert_lists.h).
 *
 *     whole 1 -- part 2 -- part 3          one body, a map of the shape alert.issue or alert.batch,
 *            \-- part 4 --/                not yet repaired or checked
 *
 * Pure. docs/merge.md, rules M3 to M5. */
#ifndef CAIRN_REPLICATION_MERGE_ALERT_BODY_H
#define CAIRN_REPLICATION_MERGE_ALERT_BODY_H

#include "replication/merge/causal.h"
#include "schema/alert/alert_shape.h"

/* What one operation writes. Raw values; empty: nothing. */
struct cairn_alert_body_write {
    bool is_whole;           /* all fields: body */
    struct cairn_bytes body; /* if is_whole */
    struct cairn_bytes set;  /* maps of alert.amend, else */
    struct cairn_bytes add;
    struct cairn_bytes remove;
};

/* Operations to be merged: bit i for operation i of the set. */
struct cairn_alert_body_members {
    uint64_t words[CAIRN_OPSET_COUNT_MAX / 64];
};

struct cairn_alert_body_input {
    const struct cairn_causal *causal;
    const struct cairn_alert_body_write *writes;    /* one for each operation of the set */
    const struct cairn_alert_body_members *members; /* live, and writing something; at least one
                                                       is whole and known to all the others, or
                                                       whole itself */
    bool is_capped;                                 /* lists keep to the limits of their shape */
};

/* Merge.
 *
 * gives   *out_conflicts: bit k for each field k that has two values from operations that did not
 *         know each other, and no member knows them all; source M3
 * owns    *out borrows from the writes or the arena
 * errors  CAIRN_NO_ROOM (arena) */
CAIRN_MUST cairn_err cairn_alert_body_merge(const struct cairn_alert_body_input *input,
                                            struct cairn_arena *arena, struct cairn_bytes *out,
                                            uint32_t *out_conflicts);

/* What one alert.amend makes of a body, all of which it knew: the same as to merge it with what
 * made the body. errors  as above */
CAIRN_MUST cairn_err cairn_alert_body_apply(struct cairn_bytes body,
                                            const struct cairn_alert_body_write *write,
                                            struct cairn_arena *arena, struct cairn_bytes *out);

/* Keep an alert whole when a field that others lean on has changed: a fallback that is no longer
 * milder than its action falls away, a review after the end moves to the last day.
 *
 * gives   *out: body itself when there is nothing to repair
 * errors  as above */
CAIRN_MUST cairn_err cairn_alert_body_repair(struct cairn_bytes body, struct cairn_arena *arena,
                                             struct cairn_bytes *out);

/* The same body with the end of another one, unless that lies before it begins, and its handling.
 * errors  as above */
CAIRN_MUST cairn_err cairn_alert_body_soften(struct cairn_bytes body, struct cairn_bytes other,
                                             struct cairn_arena *arena, struct cairn_bytes *out);

bool cairn_alert_body_has(const struct cairn_alert_body_members *members, uint32_t i);
void cairn_alert_body_put(struct cairn_alert_body_members *members, uint32_t i);

#endif
