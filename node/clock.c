#include "node/clock.h"

#include "schema/base/check.h"

#include <time.h>

static struct timespec clock_read(clockid_t id)
{
    struct timespec now;
    CAIRN_REQUIRE(clock_gettime(id, &now) == 0);
    return now;
}

uint64_t cairn_clock_wall_ms(void)
{
    struct timespec now = clock_read(CLOCK_REALTIME);
    if (now.tv_sec < 0) {
        return 0;
    }
    return (uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u;
}

uint64_t cairn_clock_mono_ms(void)
{
    return cairn_clock_mono_us() / 1000u;
}

uint64_t cairn_clock_mono_us(void)
{
    struct timespec now = clock_read(CLOCK_MONOTONIC);
    return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
}
