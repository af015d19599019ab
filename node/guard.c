#include "node/guard.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crypto/hash.h"
#include "node/clock.h"
#include "node/logger.h"
#include "schema/base/base64.h"
#include "schema/base/check.h"
#include "schema/base/decimal.h"
#include "schema/origin.h"

#define GUARD_TITLE     "cairn high-water 1"
#define GUARD_BYTES_MAX 256u
#define GUARD_BOOT_ID   "/proc/sys/kernel/random/boot_id"
#define GUARD_BOOT_MAX  64u
#define GUARD_SYNC_MS   1000u

struct cairn_guard {
    char dir[CAIRN_FILE_PATH_MAX];
    char origin[CAIRN_LIMIT_ORIGIN_BYTES + 1];
    int fd;            /* of high-water; -1: it is yet to be written whole */
    size_t size_bytes; /* of what stands in it */
    uint64_t size;     /* what it says; UINT64_MAX: nothing that this run has written */
    bool is_doubted;
    bool is_unsynced;
    bool is_failing;
    uint64_t synced_ms; /* monotonic */
};

/* ---- the text ---- */

static size_t guard_encode(const char *origin, uint64_t size, const uint8_t root[static 32],
                           char out[static GUARD_BYTES_MAX])
{
    uint8_t text[CAIRN_BASE64_SIZE(32)];
    size_t count = 0;
    cairn_err err = cairn_base64_encode((struct cairn_bytes){.data = root, .size = 32}, text,
                                        sizeof text, &count);
    CAIRN_REQUIRE(err == CAIRN_OK);
    int written = snprintf(out, GUARD_BYTES_MAX, GUARD_TITLE "\n%s\n%" PRIu64 "\n%.*s\n", origin,
                           size, (int)count, (const char *)text);
    CAIRN_REQUIRE(written > 0 && (size_t)written < GUARD_BYTES_MAX);
    return (size_t)written;
}

/* The next line, without its newline. gives: false when there is none */
static bool guard_line(struct cairn_bytes *rest, struct cairn_bytes *out)
{
    const uint8_t *end = rest->size == 0 ? NULL : memchr(rest->data, '\n', rest->size);
    if (end == NULL) {
        return false;
    }
    *out = (struct cairn_bytes){.data = rest->data, .size = (size_t)(end - rest->data)};
    rest->data = end + 1;
    rest->size -= out->size + 1;
    return true;
}

/* Is it the origin of an earlier incarnation of this node? Then nothing was said in this one. */
static bool guard_is_earlier(struct cairn_bytes text, const struct cairn_origin *own)
{
    struct cairn_origin found;
    return cairn_origin_parse(text, &found) == CAIRN_OK &&
           cairn_bytes_is_equal(found.network, own->network) &&
           cairn_bytes_is_equal(found.country, own->country) &&
           cairn_bytes_is_equal(found.node, own->node) && found.incarnation < own->incarnation;
}

static bool guard_decode(struct cairn_bytes text, const char *origin, struct cairn_event *out)
{
    struct cairn_origin own;
    struct cairn_bytes line[4];
    uint8_t root[32];
    uint64_t size = 0;
    size_t root_size = 0;
    for (size_t at = 0; at < 4; at++) {
        if (!guard_line(&text, &line[at])) {
            return false;
        }
    }
    bool is_earlier = cairn_origin_parse(cairn_bytes_of(origin), &own) == CAIRN_OK &&
                      guard_is_earlier(line[1], &own);
    bool is_whole = text.size == 0 && cairn_bytes_is_equal(line[0], cairn_bytes_of(GUARD_TITLE)) &&
                    (is_earlier || cairn_bytes_is_equal(line[1], cairn_bytes_of(origin))) &&
                    cairn_decimal_parse(line[2], 0, UINT64_MAX, &size) == CAIRN_OK &&
                    cairn_base64_decode(line[3], root, sizeof root, &root_size) == CAIRN_OK &&
                    root_size == 32;
    if (is_whole && is_earlier) {
        out->as.start.size = 0;
        out->as.start.is_doubted = false;
        cairn_sha256_of((struct cairn_bytes){.size = 0}, out->as.start.root);
    } else if (is_whole) {
        out->as.start.size = size;
        memcpy(out->as.start.root, root, sizeof root);
    }
    return is_whole;
}

/* ---- files ---- */

static cairn_err guard_path(const struct cairn_guard *guard, const char *name,
                            char out[static CAIRN_FILE_PATH_MAX])
{
    return cairn_file_path(guard->dir, name, out);
}

static cairn_err guard_put(const struct cairn_guard *guard, const char *name,
                           struct cairn_bytes bytes)
{
    char path[CAIRN_FILE_PATH_MAX];
    const struct cairn_file_how how = {.mode = 0600, .is_replace = true};
    CAIRN_TRY(guard_path(guard, name, path));
    return cairn_file_write(path, bytes, &how);
}

/* Remove a file, if it is there, for good. */
static cairn_err guard_remove(const struct cairn_guard *guard, const char *name)
{
    char path[CAIRN_FILE_PATH_MAX];
    CAIRN_TRY(guard_path(guard, name, path));
    if (!cairn_file_is_there(path)) {
        return CAIRN_OK;
    }
    int fd = unlink(path) != 0 ? -1 : open(guard->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool is_done = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0) {
        (void)close(fd);
    }
    return is_done ? CAIRN_OK : CAIRN_FILE;
}

static cairn_err guard_open_file(struct cairn_guard *guard)
{
    char path[CAIRN_FILE_PATH_MAX];
    CAIRN_TRY(guard_path(guard, "high-water", path));
    guard->fd = open(path, O_RDWR | O_CLOEXEC);
    return guard->fd >= 0 ? CAIRN_OK : CAIRN_FILE;
}

static void guard_close_file(struct cairn_guard *guard)
{
    if (guard->fd >= 0) {
        (void)close(guard->fd);
        guard->fd = -1;
    }
}

/* ---- opening ---- */

cairn_err cairn_guard_make(const char *dir, const char *origin, bool is_replace)
{
    char path[CAIRN_FILE_PATH_MAX];
    char text[GUARD_BYTES_MAX];
    uint8_t root[32];
    const struct cairn_file_how how = {.mode = 0600, .is_replace = is_replace};
    cairn_sha256_of((struct cairn_bytes){.size = 0}, root); /* of a tree without leaves */
    size_t size = guard_encode(origin, 0, root, text);
    CAIRN_TRY(cairn_file_make_dir(dir));
    CAIRN_TRY(cairn_file_path(dir, "high-water", path));
    return cairn_file_write(path, (struct cairn_bytes){.data = (const uint8_t *)text, .size = size},
                            &how);
}

/* Did the machine go down while the node ran? Then what was written last may not be there. */
static cairn_err guard_read_running(struct cairn_guard *guard, bool *out_is_stale)
{
    char path[CAIRN_FILE_PATH_MAX];
    uint8_t now[GUARD_BOOT_MAX];
    uint8_t then[GUARD_BOOT_MAX];
    size_t now_size = 0;
    size_t then_size = 0;
    bool is_known = cairn_file_read(GUARD_BOOT_ID, now, sizeof now, &now_size) == CAIRN_OK;
    CAIRN_TRY(guard_path(guard, "running", path));
    cairn_err err = cairn_file_read(path, then, sizeof then, &then_size);
    bool is_same =
        is_known && err == CAIRN_OK && then_size == now_size && memcmp(then, now, now_size) == 0;
    *out_is_stale = err != CAIRN_NOT_FOUND && !is_same;
    return CAIRN_OK;
}

static cairn_err guard_say_running(struct cairn_guard *guard)
{
    uint8_t now[GUARD_BOOT_MAX];
    size_t size = 0;
    if (cairn_file_read(GUARD_BOOT_ID, now, sizeof now, &size) != CAIRN_OK) {
        size = 0; /* then every end but one in order counts as the machine's */
    }
    return guard_put(guard, "running", (struct cairn_bytes){.data = now, .size = size});
}

/* What is malformed was torn by a power cut, and is missing. What the disk does not give may be
 * there the next time: to go on as if it were missing would write over it. */
static cairn_err guard_read_size(const char *dir, const char *origin, struct cairn_event *out,
                                 size_t *out_bytes)
{
    char path[CAIRN_FILE_PATH_MAX];
    uint8_t text[GUARD_BYTES_MAX];
    CAIRN_TRY(cairn_file_path(dir, "high-water", path));
    cairn_err err = cairn_file_read(path, text, sizeof text, out_bytes);
    if (err != CAIRN_OK && err != CAIRN_NOT_FOUND && err != CAIRN_TOO_LONG) {
        return err;
    }
    bool is_present =
        err == CAIRN_OK &&
        guard_decode((struct cairn_bytes){.data = text, .size = *out_bytes}, origin, out);
    out->as.start.guard = is_present ? CAIRN_GUARD_PRESENT : CAIRN_GUARD_MISSING;
    return CAIRN_OK;
}

static cairn_err guard_read(struct cairn_guard *guard, struct cairn_event *out)
{
    char path[CAIRN_FILE_PATH_MAX];
    CAIRN_TRY(guard_path(guard, "doubt", path));
    guard->is_doubted = cairn_file_is_there(path);
    out->as.start.is_doubted = guard->is_doubted;
    CAIRN_TRY(guard_read_running(guard, &out->as.start.is_stale));
    CAIRN_TRY(guard_read_size(guard->dir, guard->origin, out, &guard->size_bytes));
    if (out->as.start.guard == CAIRN_GUARD_MISSING) {
        return CAIRN_OK;
    }
    CAIRN_TRY(guard_open_file(guard));
    return fsync(guard->fd) == 0 ? CAIRN_OK : CAIRN_FILE; /* it is relied on from now on */
}

cairn_err cairn_guard_look(const char *dir, const char *origin, struct cairn_event *out_start)
{
    char path[CAIRN_FILE_PATH_MAX];
    size_t size = 0;
    memset(&out_start->as.start, 0, sizeof out_start->as.start);
    CAIRN_TRY(cairn_file_path(dir, "doubt", path));
    out_start->as.start.is_doubted = cairn_file_is_there(path);
    return guard_read_size(dir, origin, out_start, &size);
}

cairn_err cairn_guard_open(const char *dir, const char *origin, struct cairn_guard **out,
                           struct cairn_event *out_start)
{
    struct cairn_guard *guard = calloc(1, sizeof *guard);
    if (guard == NULL) {
        return CAIRN_MEMORY;
    }
    guard->fd = -1;
    guard->size = UINT64_MAX;
    memset(&out_start->as.start, 0, sizeof out_start->as.start);
    bool does_fit = strlen(dir) < sizeof guard->dir && strlen(origin) < sizeof guard->origin;
    cairn_err err = does_fit ? cairn_file_make_dir(dir) : CAIRN_TOO_LONG;
    if (err == CAIRN_OK) {
        memcpy(guard->dir, dir, strlen(dir) + 1);
        memcpy(guard->origin, origin, strlen(origin) + 1);
        err = guard_read(guard, out_start);
    }
    if (err == CAIRN_OK) {
        err = guard_say_running(guard);
    }
    if (err != CAIRN_OK) {
        guard_close_file(guard);
        free(guard);
        return err;
    }
    *out = guard;
    return CAIRN_OK;
}

/* ---- writing ---- */

static cairn_err guard_write_whole(struct cairn_guard *guard, struct cairn_bytes text)
{
    guard_close_file(guard);
    CAIRN_TRY(guard_put(guard, "high-water", text));
    return guard_open_file(guard);
}

/* Over what is there: it never gets shorter, lies in one page and is read only after a restart, so
 * that a new name for each flush, which file systems pay for with a write, is not needed. What a
 * power cut tears is malformed, and counts as missing. */
static cairn_err guard_write(struct cairn_guard *guard, uint64_t size,
                             const uint8_t root[static 32])
{
    char text[GUARD_BYTES_MAX];
    size_t count = guard_encode(guard->origin, size, root, text);
    if (guard->fd < 0 || count < guard->size_bytes) {
        guard->size_bytes = count;
        return guard_write_whole(
            guard, (struct cairn_bytes){.data = (const uint8_t *)text, .size = count});
    }
    guard->size_bytes = count;
    guard->is_unsynced = true;
    return pwrite(guard->fd, text, count, 0) == (ssize_t)count ? CAIRN_OK : CAIRN_FILE;
}

static cairn_err guard_doubt(struct cairn_guard *guard, bool is_doubted)
{
    CAIRN_TRY(is_doubted
                  ? guard_put(guard, "doubt", cairn_bytes_of("every partner must be asked\n"))
                  : guard_remove(guard, "doubt"));
    guard->is_doubted = is_doubted;
    return CAIRN_OK;
}

/* The doubt comes first and goes last: between the two the node is careful once too often. */
static cairn_err guard_follow(struct cairn_guard *guard, const struct cairn_core_restore *restore)
{
    if (restore->needs_all && !guard->is_doubted) {
        CAIRN_TRY(guard_doubt(guard, true));
    }
    if (restore->is_restoring || restore->is_halted) {
        return CAIRN_OK;
    }
    if (restore->durable_size != guard->size) {
        guard->size = UINT64_MAX;
        CAIRN_TRY(guard_write(guard, restore->durable_size, restore->durable_root));
        guard->size = restore->durable_size;
    }
    return guard->is_doubted ? guard_doubt(guard, false) : CAIRN_OK;
}

cairn_err cairn_guard_follow(struct cairn_guard *guard, const struct cairn_core_restore *restore)
{
    cairn_err err = guard_follow(guard, restore);
    if (err != CAIRN_OK && !guard->is_failing) {
        CAIRN_LOG(CAIRN_LOGGER_ERROR, "guard.unwritable", CAIRN_LOG_ERR(err));
    }
    guard->is_failing = err != CAIRN_OK;
    return err;
}

/* ---- syncing ---- */

struct guard_job {
    int fd;
};

static void guard_run(void *host, uint32_t thread_index)
{
    struct guard_job *job = host;
    (void)thread_index;
    (void)fdatasync(job->fd); /* a disk that is broken tells it at the next write */
    (void)close(job->fd);
}

void cairn_guard_sync(struct cairn_guard *guard, struct cairn_worker *worker)
{
    uint64_t now_ms = cairn_clock_mono_ms();
    if (guard == NULL || !guard->is_unsynced || now_ms - guard->synced_ms < GUARD_SYNC_MS) {
        return;
    }
    struct guard_job *job = malloc(sizeof *job);
    int fd = job == NULL ? -1 : fcntl(guard->fd, F_DUPFD_CLOEXEC, 0);
    if (fd < 0) {
        free(job);
        return;
    }
    job->fd = fd;
    struct cairn_worker_job posted = {.run = guard_run, .done = free, .host = job};
    if (cairn_worker_post(worker, &posted) != CAIRN_OK) {
        (void)close(fd); /* much is being read: later */
        free(job);
        return;
    }
    guard->is_unsynced = false;
    guard->synced_ms = now_ms;
}

void cairn_guard_close(struct cairn_guard *guard)
{
    if (guard == NULL) {
        return;
    }
    if (guard->fd < 0 || fsync(guard->fd) == 0) {
        (void)guard_remove(guard, "running"); /* left there it only makes the next start careful */
    }
    guard_close_file(guard);
    free(guard);
}
