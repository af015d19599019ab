#include "node/diskspace.h"

#include "schema/base/check.h"

#include <errno.h>
#include <sys/statvfs.h>

struct cairn_diskspace_floor cairn_diskspace_default_floor(void)
{
    return (struct cairn_diskspace_floor){.bytes = CAIRN_DISKSPACE_FLOOR_BYTES, .percent = 0};
}

cairn_err cairn_diskspace_ask(const char *path, struct cairn_diskspace *out)
{
    struct statvfs answer;
    int failed = 0;
    do {
        failed = statvfs(path, &answer);
    } while (failed != 0 && errno == EINTR);
    if (failed != 0) {
        return CAIRN_DISK;
    }
    out->free_bytes = (uint64_t)answer.f_bavail * answer.f_frsize;
    out->size_bytes = (uint64_t)answer.f_blocks * answer.f_frsize;
    return CAIRN_OK;
}

cairn_err cairn_diskspace_check(const char *path, const struct cairn_diskspace_floor *floor,
                                uint64_t wanted_bytes)
{
    CAIRN_REQUIRE(floor->percent <= CAIRN_DISKSPACE_PERCENT_MAX);
    struct cairn_diskspace space;
    CAIRN_TRY(cairn_diskspace_ask(path, &space));
    uint64_t floor_bytes = space.size_bytes / 100u * floor->percent;
    if (floor_bytes < floor->bytes) {
        floor_bytes = floor->bytes;
    }
    if (space.free_bytes < floor_bytes || space.free_bytes - floor_bytes < wanted_bytes) {
        return CAIRN_DISK_FLOOR;
    }
    return CAIRN_OK;
}
