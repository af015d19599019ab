/* What the partners' clocks say about ours. One per driver; all on the loop's thread.
 *
 *     wall      10:00 10:01 |11:02 11:03| 10:04      set wrong, and right again
 *     now       10:00 10:01 |10:02 10:03| 10:04      leads every linked partner: not believed
 *
 * A partner says its time in its HELLO; from then on the monotonic clock, which nobody sets,
 * carries it. While the wall clock leads all linked partners by an hour, time goes on from when it
 * did not: a mark or a receipt of the future would stand in the history for ever, and everything
 * written after it would wait for that hour. Reads no clock itself. docs/operate.md, error 512 */
#ifndef CAIRN_NODE_PEERCLOCK_H
#define CAIRN_NODE_PEERCLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "schema/base/limits.h"

struct cairn_peerclock_time {
    uint64_t wall_ms; /* Unix */
    uint64_t mono_ms;
};

struct cairn_peerclock {
    struct {
        bool is_known;
        int64_t offset_ms; /* its Unix time less our monotonic time */
    } links[CAIRN_LIMIT_LINKS];
    bool is_ahead; /* as of the last look */
    bool has_offset;
    int64_t offset_ms; /* of our own clock, when it was last believed */
};

/* A partner on this link said what time it is. */
void cairn_peerclock_hear(struct cairn_peerclock *clock, uint32_t link, uint64_t peer_ms,
                          struct cairn_peerclock_time now);

/* The link is down. */
void cairn_peerclock_forget(struct cairn_peerclock *clock, uint32_t link);

/* Does our clock lead those of all linked partners by an hour? Then it is ours that is wrong, and
 * is_ahead is set. A node without links has nobody to compare with, and believes its clock; but
 * once in doubt it stays so until a partner says otherwise or the clock is set right.
 *
 * gives   the time to go by, Unix ms */
uint64_t cairn_peerclock_look(struct cairn_peerclock *clock, struct cairn_peerclock_time now);

#endif
