/* The lists of an alert that grow when they merge: names, births, documents, marks, warnings. What
 * one operation adds is gone only when another that knew it removes it, or writes the whole alert
 * anew. Used by alert_body.c, which goes through the operations in order. Pure. docs/merge.md, M5.
 */
#ifndef CAIRN_REPLICATION_MERGE_ALERT_LISTS_H
#define CAIRN_REPLICATION_MERGE_ALERT_LISTS_H

#include "replication/merge/causal.h"
#include "schema/alert/alert_shape.h"

#define CAIRN_ALERT_LISTS_COUNT 5u

/* Most elements of one list while it is computed, those not yet removed included; more are passed
 * over. Far above what any list may hold in the end. */
#define CAIRN_ALERT_LISTS_MAX 256u

struct cairn_alert_lists_element {
    uint32_t operation; /* that added it */
    struct cairn_bytes raw;
};

struct cairn_alert_lists {
    const struct cairn_causal *causal; /* NULL: everything is known to everybody */
    struct cairn_alert_lists_list {
        uint32_t count;
        struct cairn_alert_lists_element elements[CAIRN_ALERT_LISTS_MAX];
    } lists[CAIRN_ALERT_LISTS_COUNT];
};

/* Is the field one of these lists? */
bool cairn_alert_lists_is_list(uint32_t key);

/* Empty lists. causal: NULL when whatever removes knows all. errors  CAIRN_NO_ROOM (arena) */
CAIRN_MUST cairn_err cairn_alert_lists_open(const struct cairn_causal *causal,
                                            struct cairn_arena *arena,
                                            struct cairn_alert_lists **out);

/* Operation i writes the whole alert: what it knew is gone. */
void cairn_alert_lists_clear(struct cairn_alert_lists *lists, uint32_t i);

/* Operation i removes elements it knew, or adds elements. slots: of a body or of a part of
 * alert.amend, CAIRN_ALERT_KEY_END of them */
void cairn_alert_lists_remove(struct cairn_alert_lists *lists, uint32_t i,
                              const struct cairn_bytes *slots);
void cairn_alert_lists_add(struct cairn_alert_lists *lists, uint32_t i,
                           const struct cairn_bytes *slots);

/* Write each list into its slot, without repetitions, in order of first appearance; an empty list
 * gives an empty slot.
 *
 * shape   is_capped: pass over what is more than the shape of alert.issue allows
 * errors  CAIRN_NO_ROOM (arena) */
CAIRN_MUST cairn_err cairn_alert_lists_write(const struct cairn_alert_lists *lists, bool is_capped,
                                             struct cairn_arena *arena, struct cairn_bytes *slots);

#endif
