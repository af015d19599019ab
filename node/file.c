#include "node/file.h"

#include "schema/base/check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

cairn_err cairn_file_path(const char *dir, const char *name, char out[static CAIRN_FILE_PATH_MAX])
{
    int size = snprintf(out, CAIRN_FILE_PATH_MAX, "%s/%s", dir, name);
    if (size < 0 || (unsigned)size >= CAIRN_FILE_PATH_MAX) {
        out[0] = '\0';
        return CAIRN_TOO_LONG;
    }
    return CAIRN_OK;
}

bool cairn_file_is_there(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

static cairn_err file_read_all(int fd, uint8_t *out, size_t capacity, size_t *out_size)
{
    size_t size = 0;
    for (;;) {
        uint8_t probe;
        bool is_full = size == capacity;
        ssize_t got = read(fd, is_full ? &probe : out + size, is_full ? 1 : capacity - size);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return CAIRN_FILE;
        }
        if (got == 0) {
            *out_size = size;
            return CAIRN_OK;
        }
        if (is_full) {
            return CAIRN_TOO_LONG;
        }
        size += (size_t)got;
    }
}

static cairn_err file_check_secret(int fd)
{
    struct stat status;
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
        return CAIRN_FILE;
    }
    if (status.st_uid != geteuid() && status.st_uid != 0) {
        return CAIRN_FILE;
    }
    return (status.st_mode & (S_IRWXG | S_IRWXO)) != 0 ? CAIRN_KEY_MODE : CAIRN_OK;
}

static cairn_err file_read_as(const char *path, bool is_secret, uint8_t *out, size_t capacity,
                              size_t *out_size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0) {
        return errno == ENOENT ? CAIRN_NOT_FOUND : CAIRN_FILE;
    }
    cairn_err err = is_secret ? file_check_secret(fd) : CAIRN_OK;
    if (err == CAIRN_OK) {
        err = file_read_all(fd, out, capacity, out_size);
    }
    (void)close(fd);
    return err;
}

cairn_err cairn_file_read(const char *path, uint8_t *out, size_t capacity, size_t *out_size)
{
    return file_read_as(path, false, out, capacity, out_size);
}

cairn_err cairn_file_read_secret(const char *path, uint8_t *out, size_t capacity, size_t *out_size)
{
    return file_read_as(path, true, out, capacity, out_size);
}

static cairn_err file_write_all(int fd, struct cairn_bytes bytes)
{
    while (bytes.size > 0) {
        ssize_t written = write(fd, bytes.data, bytes.size);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return CAIRN_FILE;
        }
        bytes.data += written;
        bytes.size -= (size_t)written;
    }
    return CAIRN_OK;
}

/* Make the names in the directory of path durable. */
static cairn_err file_sync_dir(const char *path)
{
    char dir[CAIRN_FILE_PATH_MAX];
    const char *slash = strrchr(path, '/');
    size_t size = slash == NULL ? 0 : (size_t)(slash - path);
    memcpy(dir, path, size);
    dir[size] = '\0';
    const char *name = slash == NULL ? "." : size == 0 ? "/" : dir;

    int fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return CAIRN_FILE;
    }
    cairn_err err = fsync(fd) == 0 ? CAIRN_OK : CAIRN_FILE;
    (void)close(fd);
    return err;
}

/* Give the temporary file its name. link, unlike rename, refuses a name that is taken. */
static cairn_err file_name(const char *temporary, const char *path, bool is_replace)
{
    if (is_replace) {
        return rename(temporary, path) == 0 ? CAIRN_OK : CAIRN_FILE;
    }
    if (link(temporary, path) != 0) {
        return errno == EEXIST ? CAIRN_EXISTS : CAIRN_FILE;
    }
    return unlink(temporary) == 0 ? CAIRN_OK : CAIRN_FILE;
}

cairn_err cairn_file_write(const char *path, struct cairn_bytes bytes,
                           const struct cairn_file_how *how)
{
    CAIRN_REQUIRE((how->mode & ~0777u) == 0);
    char temporary[CAIRN_FILE_PATH_MAX];
    int size = snprintf(temporary, sizeof temporary, "%s.XXXXXX", path);
    if (size < 0 || (size_t)size >= sizeof temporary) {
        return CAIRN_TOO_LONG;
    }
    if (!how->is_replace && cairn_file_is_there(path)) {
        return CAIRN_EXISTS;
    }
    int fd = mkstemp(temporary);
    if (fd < 0) {
        return CAIRN_FILE;
    }
    cairn_err err = file_write_all(fd, bytes);
    if (err == CAIRN_OK && (fchmod(fd, (mode_t)how->mode) != 0 || fsync(fd) != 0)) {
        err = CAIRN_FILE;
    }
    if (close(fd) != 0 && err == CAIRN_OK) {
        err = CAIRN_FILE;
    }
    if (err == CAIRN_OK) {
        err = file_name(temporary, path, how->is_replace);
    }
    if (err != CAIRN_OK) {
        (void)unlink(temporary);
        return err;
    }
    return file_sync_dir(path);
}

cairn_err cairn_file_make_dir(const char *path)
{
    if (mkdir(path, 0700) != 0) {
        struct stat status;
        bool is_dir = errno == EEXIST && stat(path, &status) == 0 && S_ISDIR(status.st_mode);
        return is_dir ? CAIRN_OK : CAIRN_FILE;
    }
    return file_sync_dir(path);
}
