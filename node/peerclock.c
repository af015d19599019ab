#include "node/peerclock.h"

#include "schema/base/check.h"

static int64_t peerclock_offset_ms(struct cairn_peerclock_time now)
{
    return (int64_t)now.wall_ms - (int64_t)now.mono_ms;
}

void cairn_peerclock_hear(struct cairn_peerclock *clock, uint32_t link, uint64_t peer_ms,
                          struct cairn_peerclock_time now)
{
    CAIRN_REQUIRE(link < CAIRN_LIMIT_LINKS);
    if (peer_ms > INT64_MAX) {
        return; /* no time at all */
    }
    clock->links[link].is_known = true;
    clock->links[link].offset_ms = (int64_t)peer_ms - (int64_t)now.mono_ms;
}

void cairn_peerclock_forget(struct cairn_peerclock *clock, uint32_t link)
{
    CAIRN_REQUIRE(link < CAIRN_LIMIT_LINKS);
    clock->links[link].is_known = false;
}

/* How far our clock leads the partner that it leads least; INT64_MAX when nobody is linked. */
static int64_t peerclock_lead_ms(const struct cairn_peerclock *clock, int64_t own_ms)
{
    int64_t least_ms = INT64_MAX;
    for (uint32_t link = 0; link < CAIRN_LIMIT_LINKS; link++) {
        if (clock->links[link].is_known && own_ms - clock->links[link].offset_ms < least_ms) {
            least_ms = own_ms - clock->links[link].offset_ms;
        }
    }
    return least_ms;
}

uint64_t cairn_peerclock_look(struct cairn_peerclock *clock, struct cairn_peerclock_time now)
{
    const int64_t limit_ms = CAIRN_LIMIT_CLOCK_LEAD_MS;
    int64_t own_ms = peerclock_offset_ms(now);
    int64_t lead_ms = peerclock_lead_ms(clock, own_ms);
    bool is_right_again = clock->has_offset && own_ms - clock->offset_ms < limit_ms;
    bool is_alone = lead_ms == INT64_MAX;
    clock->is_ahead = is_alone ? clock->is_ahead && !is_right_again : lead_ms >= limit_ms;
    if (!clock->has_offset || !clock->is_ahead) {
        clock->has_offset = true;
        clock->offset_ms = own_ms;
    }
    return (uint64_t)(clock->offset_ms + (int64_t)now.mono_ms);
}
