#define _DEFAULT_SOURCE

#include "tests/lib/syncs.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

struct sync_call {
    char path[PATH_MAX];
    bool was_there;
};

static pthread_mutex_t syncs_lock = PTHREAD_MUTEX_INITIALIZER;
static struct sync_call calls[SYNCS_MAX];
static uint32_t call_count;
static char watched[PATH_MAX];
static uint32_t calls_to_failure = UINT32_MAX;

static void sync_note(int fd)
{
    char link[64];
    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    (void)pthread_mutex_lock(&syncs_lock);
    if (call_count < SYNCS_MAX) {
        struct sync_call *call = &calls[call_count];
        ssize_t size = readlink(link, call->path, sizeof call->path - 1);
        call->path[size < 0 ? 0 : size] = '\0';
        call->was_there = watched[0] != '\0' && access(watched, F_OK) == 0;
        call_count++;
    }
    (void)pthread_mutex_unlock(&syncs_lock);
}

/* Is this the call that is to fail? */
static bool sync_fails(void)
{
    (void)pthread_mutex_lock(&syncs_lock);
    bool is_failing = calls_to_failure == 0;
    calls_to_failure -= calls_to_failure != UINT32_MAX ? 1 : 0;
    (void)pthread_mutex_unlock(&syncs_lock);
    errno = is_failing ? EIO : errno;
    return is_failing;
}

int fsync(int fd)
{
    sync_note(fd);
    return sync_fails() ? -1 : (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd)
{
    sync_note(fd);
    return sync_fails() ? -1 : (int)syscall(SYS_fdatasync, fd);
}

void syncs_forget(void)
{
    (void)pthread_mutex_lock(&syncs_lock);
    call_count = 0;
    (void)pthread_mutex_unlock(&syncs_lock);
}

void syncs_fail(uint32_t number)
{
    (void)pthread_mutex_lock(&syncs_lock);
    calls_to_failure = number;
    (void)pthread_mutex_unlock(&syncs_lock);
}

void syncs_watch(const char *path)
{
    (void)snprintf(watched, sizeof watched, "%s", path == NULL ? "" : path);
}

static bool sync_is_of(const struct sync_call *call, const char *dir, const char *part)
{
    size_t size = strlen(dir);
    return strncmp(call->path, dir, size) == 0 && strstr(call->path + size, part) != NULL;
}

uint32_t syncs_count(const char *dir, const char *part)
{
    uint32_t count = 0;
    (void)pthread_mutex_lock(&syncs_lock);
    for (uint32_t i = 0; i < call_count; i++) {
        count += sync_is_of(&calls[i], dir, part) ? 1 : 0;
    }
    (void)pthread_mutex_unlock(&syncs_lock);
    return count;
}

uint32_t syncs_first(const char *dir, const char *part, bool *out_was_there)
{
    uint32_t found = UINT32_MAX;
    (void)pthread_mutex_lock(&syncs_lock);
    for (uint32_t i = 0; i < call_count && found == UINT32_MAX; i++) {
        if (sync_is_of(&calls[i], dir, part)) {
            found = i;
            *out_was_there = calls[i].was_there;
        }
    }
    (void)pthread_mutex_unlock(&syncs_lock);
    return found;
}
