/* A disk that fails, or that is watched: LD_PRELOAD in front of the C library's file calls.
 *
 *     FAULT_DIR     only files below this directory are touched; not set: nothing is
 *     FAULT_AT      the call that fails first, counted from 1; 0: none, calls are only counted
 *     FAULT_TIMES   so many calls in a row fail (1)
 *     FAULT_KIND    eio     the call does nothing and fails
 *                   enospc  likewise, with "no space left on device"
 *                   short   a write takes half of its bytes and says so; other calls succeed
 *                   torn    a write takes half of its bytes and fails; other calls fail with EIO
 *     FAULT_CALLS   file that gets a line for each counted call: number, name, path, result
 *     FAULT_TRACE   file that gets everything that changes the disk, for powercut.py
 *
 * Counted are open, write, pwrite, fsync, fdatasync, rename and ftruncate. A file is known by what
 * /proc says of its descriptor, so nothing need be kept between calls. */
#undef _FILE_OFFSET_BITS /* with it open would be another name of open64 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum fault_kind { FAULT_EIO, FAULT_ENOSPC, FAULT_SHORT, FAULT_TORN };
enum verdict { VERDICT_PASS, VERDICT_HALF, VERDICT_HALF_FAIL, VERDICT_FAIL };

static struct {
    char dir[PATH_MAX];
    size_t dir_bytes; /* 0: off */
    uint64_t at;
    uint64_t times;
    enum fault_kind kind;
    int calls_fd;
    int trace_fd;
    uint64_t count;
    pthread_mutex_t lock; /* a call and its line in the files are one thing */
} fault = {.calls_fd = -1, .trace_fd = -1, .lock = PTHREAD_MUTEX_INITIALIZER};

static int fault_open_file(const char *name)
{
    const char *path = getenv(name);
    if (path == NULL) {
        return -1;
    }
    return (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
                        0600);
}

__attribute__((constructor)) static void fault_begin(void)
{
    static const char *const kinds[] = {"eio", "enospc", "short", "torn"};
    const char *dir = getenv("FAULT_DIR");
    const char *at = getenv("FAULT_AT");
    const char *times = getenv("FAULT_TIMES");
    const char *kind = getenv("FAULT_KIND");
    if (dir == NULL || strlen(dir) >= sizeof fault.dir) {
        return;
    }
    fault.at = at == NULL ? 0 : strtoull(at, NULL, 10);
    fault.times = times == NULL ? 1 : strtoull(times, NULL, 10);
    for (size_t i = 0; kind != NULL && i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(kind, kinds[i]) == 0) {
            fault.kind = (enum fault_kind)i;
        }
    }
    fault.calls_fd = fault_open_file("FAULT_CALLS");
    fault.trace_fd = fault_open_file("FAULT_TRACE");
    strcpy(fault.dir, dir);
    fault.dir_bytes = strlen(dir);
}

static bool fault_is_below(const char *path)
{
    return fault.dir_bytes > 0 && strncmp(path, fault.dir, fault.dir_bytes) == 0 &&
           (path[fault.dir_bytes] == '/' || path[fault.dir_bytes] == 0);
}

/* Is this descriptor a file below the directory? */
static bool fault_path_of(int fd, char out[static PATH_MAX])
{
    char link[64];
    if (fault.dir_bytes == 0) {
        return false;
    }
    int errno_before = errno;
    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t size = readlink(link, out, PATH_MAX - 1);
    errno = errno_before;
    if (size <= 0) {
        return false;
    }
    out[size] = 0;
    return fault_is_below(out) && strstr(out, " (deleted)") == NULL;
}

static void fault_put(int fd, const void *data, size_t size)
{
    const char *bytes = data;
    while (size > 0) {
        ssize_t done = syscall(SYS_write, fd, bytes, size);
        if (done <= 0) {
            abort();
        }
        bytes += done;
        size -= (size_t)done;
    }
}

/* One line of the trace, then the bytes of a write. */
static void fault_trace(char what, const char *path, const char *other, int64_t number)
{
    char line[2 * PATH_MAX + 64];
    if (fault.trace_fd >= 0) {
        int size =
            snprintf(line, sizeof line, "%c\t%s\t%s\t%lld\n", what, path, other, (long long)number);
        fault_put(fault.trace_fd, line, (size_t)size);
    }
}

static void fault_trace_write(const char *path, int64_t offset, const void *data, size_t size)
{
    char text[32];
    if (fault.trace_fd >= 0) {
        (void)snprintf(text, sizeof text, "%zu", size);
        fault_trace('w', path, text, offset);
        fault_put(fault.trace_fd, data, size);
    }
}

/* Count this call, and say what shall become of it. Sets errno for those that fail. */
static enum verdict fault_judge(const char *call, const char *path, bool is_write)
{
    static const char *const names[] = {"ok", "half", "torn", "failed"};
    uint64_t number = ++fault.count;
    enum verdict verdict = VERDICT_PASS;
    if (fault.at > 0 && number >= fault.at && number - fault.at < fault.times) {
        errno = fault.kind == FAULT_ENOSPC ? ENOSPC : EIO;
        verdict = VERDICT_FAIL;
        if (fault.kind == FAULT_SHORT) {
            verdict = is_write ? VERDICT_HALF : VERDICT_PASS;
        } else if (fault.kind == FAULT_TORN && is_write) {
            verdict = VERDICT_HALF_FAIL;
        }
    }
    if (fault.calls_fd >= 0) {
        char line[PATH_MAX + 64];
        int errno_before = errno;
        int size = snprintf(line, sizeof line, "%llu\t%s\t%s\t%s\n", (unsigned long long)number,
                            call, path, names[verdict]);
        fault_put(fault.calls_fd, line, (size_t)size);
        errno = errno_before;
    }
    return verdict;
}

struct fault_bytes {
    const void *data;
    size_t size;
    int64_t offset;
    bool is_at; /* at this offset, else where the descriptor stands */
};

static ssize_t fault_write_now(int fd, const struct fault_bytes *what, size_t size)
{
    return what->is_at ? syscall(SYS_pwrite64, fd, what->data, size, what->offset)
                       : syscall(SYS_write, fd, what->data, size);
}

static ssize_t fault_write(int fd, struct fault_bytes what)
{
    char path[PATH_MAX];
    if (!fault_path_of(fd, path)) {
        return fault_write_now(fd, &what, what.size);
    }
    pthread_mutex_lock(&fault.lock);
    enum verdict verdict = fault_judge(what.is_at ? "pwrite" : "write", path, true);
    ssize_t done = -1;
    if (verdict != VERDICT_FAIL) {
        int errno_before = errno;
        struct stat stat;
        bool is_append = (fcntl(fd, F_GETFL) & O_APPEND) != 0 && fstat(fd, &stat) == 0;
        int64_t offset = what.is_at  ? what.offset
                         : is_append ? stat.st_size
                                     : lseek(fd, 0, SEEK_CUR);
        size_t size = verdict == VERDICT_PASS ? what.size : what.size / 2;
        done = fault_write_now(fd, &what, size);
        if (done > 0) {
            fault_trace_write(path, offset, what.data, (size_t)done);
        }
        if (verdict == VERDICT_HALF_FAIL) {
            done = -1;
            errno = errno_before;
        }
    }
    pthread_mutex_unlock(&fault.lock);
    return done;
}

ssize_t write(int fd, const void *data, size_t size)
{
    return fault_write(fd, (struct fault_bytes){.data = data, .size = size});
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t offset)
{
    return fault_write(
        fd, (struct fault_bytes){.data = data, .size = size, .offset = offset, .is_at = true});
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t offset)
{
    return pwrite(fd, data, size, offset);
}

static int fault_sync(int fd, const char *call, long number)
{
    char path[PATH_MAX];
    if (!fault_path_of(fd, path)) {
        return (int)syscall(number, fd);
    }
    pthread_mutex_lock(&fault.lock);
    int result = -1;
    if (fault_judge(call, path, false) == VERDICT_PASS) {
        result = (int)syscall(number, fd);
        if (result == 0) {
            fault_trace('s', path, "", 0);
        }
    }
    pthread_mutex_unlock(&fault.lock);
    return result;
}

int fsync(int fd)
{
    return fault_sync(fd, "fsync", SYS_fsync);
}

int fdatasync(int fd)
{
    return fault_sync(fd, "fdatasync", SYS_fdatasync);
}

int ftruncate(int fd, off_t size)
{
    char path[PATH_MAX];
    if (!fault_path_of(fd, path)) {
        return (int)syscall(SYS_ftruncate, fd, size);
    }
    pthread_mutex_lock(&fault.lock);
    int result = -1;
    if (fault_judge("ftruncate", path, false) == VERDICT_PASS) {
        result = (int)syscall(SYS_ftruncate, fd, size);
        if (result == 0) {
            fault_trace('t', path, "", size);
        }
    }
    pthread_mutex_unlock(&fault.lock);
    return result;
}

int ftruncate64(int fd, off64_t size)
{
    return ftruncate(fd, size);
}

int rename(const char *from, const char *to)
{
    if (!fault_is_below(to)) {
        return (int)syscall(SYS_rename, from, to);
    }
    pthread_mutex_lock(&fault.lock);
    int result = -1;
    if (fault_judge("rename", to, false) == VERDICT_PASS) {
        result = (int)syscall(SYS_rename, from, to);
        if (result == 0) {
            fault_trace('r', from, to, 0);
        }
    }
    pthread_mutex_unlock(&fault.lock);
    return result;
}

/* Not counted: a file that stays too long harms nobody. */
int unlink(const char *path)
{
    pthread_mutex_lock(&fault.lock);
    int result = (int)syscall(SYS_unlink, path);
    if (result == 0 && fault_is_below(path)) {
        fault_trace('u', path, "", 0);
    }
    pthread_mutex_unlock(&fault.lock);
    return result;
}

static int fault_open(const char *path, int flags, mode_t mode)
{
    if (!fault_is_below(path)) {
        return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
    }
    pthread_mutex_lock(&fault.lock);
    int fd = -1;
    if (fault_judge("open", path, false) == VERDICT_PASS) {
        fd = (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
        if (fd >= 0 && (flags & (O_CREAT | O_TRUNC)) != 0) {
            fault_trace('c', path, "", (flags & O_TRUNC) != 0);
        }
    }
    pthread_mutex_unlock(&fault.lock);
    return fd;
}

int open(const char *path, int flags, ...)
{
    mode_t mode = 0;
    if ((flags & (O_CREAT | O_TMPFILE)) != 0) {
        va_list arguments;
        va_start(arguments, flags);
        mode = va_arg(arguments, mode_t);
        va_end(arguments);
    }
    return fault_open(path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    mode_t mode = 0;
    if ((flags & (O_CREAT | O_TMPFILE)) != 0) {
        va_list arguments;
        va_start(arguments, flags);
        mode = va_arg(arguments, mode_t);
        va_end(arguments);
    }
    return fault_open(path, flags, mode);
}
