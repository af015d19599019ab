/* One field, set in two ways by operations that did not know each other: the safer value stands.
 * No merge raises coercion, lengthens a life or loosens handling. What has no safer side: the later
 * operation. Pure. docs/merge.md, rules M3 to M5. */
#ifndef CAIRN_REPLICATION_MERGE_ALERT_PICK_H
#define CAIRN_REPLICATION_MERGE_ALERT_PICK_H

#include "schema/alert/alert_shape.h"
#include "schema/alert/category.h"
#include "schema/base/arena.h"

/* Choose, or make of both.
 *
 *     action      the less coercive         from      the later         nationalities  both
 *     fallback    the less coercive         expires   the earlier       handling       part by part
 *     is_minor    true                      review    the earlier       the stricter
 *     return      suspended, then no ban    check     not immediate
 *
 * shape   values: of the later and of the earlier operation, raw; empty: absent. Absent gives way
 *         in fallback, review, is_minor and nationalities
 * owns    *out borrows from values or arena
 * errors  CAIRN_NO_ROOM (arena) */
CAIRN_MUST cairn_err cairn_alert_pick(enum cairn_alert_key key,
                                      const struct cairn_category *category,
                                      const struct cairn_bytes values[static 2],
                                      struct cairn_arena *arena, struct cairn_bytes *out);

#endif
