/* Small whole files: read with a cap, written whole or not at all, even through a power cut.
 *
 *     write: temporary file beside it -> fsync -> rename or link -> fsync of the directory */
#ifndef CAIRN_NODE_FILE_H
#define CAIRN_NODE_FILE_H

#include "schema/base/bytes.h"
#include "schema/base/err.h"

#define CAIRN_FILE_PATH_MAX 4096u

/* How a file is to be written. */
struct cairn_file_how {
    uint32_t mode;   /* 0600, 0644, ...; not changed by the umask */
    bool is_replace; /* over one that is there; false: CAIRN_EXISTS then */
};

/* Join a directory and a name. errors  CAIRN_TOO_LONG; out is "" then */
CAIRN_MUST cairn_err cairn_file_path(const char *dir, const char *name,
                                     char out[static CAIRN_FILE_PATH_MAX]);

/* true: also when the disk does not say, so that nothing is put over it */
bool cairn_file_is_there(const char *path);

/* Read a whole file into the caller's buffer.
 *
 * errors  CAIRN_NOT_FOUND; CAIRN_TOO_LONG  over capacity; CAIRN_FILE; *out_size unchanged */
CAIRN_MUST cairn_err cairn_file_read(const char *path, uint8_t *out, size_t capacity,
                                     size_t *out_size);

/* The same, only from a regular file that belongs to this user or root and gives nobody else any
 * right.
 *
 * errors  also CAIRN_KEY_MODE  group or others have a right on it */
CAIRN_MUST cairn_err cairn_file_read_secret(const char *path, uint8_t *out, size_t capacity,
                                            size_t *out_size);

/* errors  CAIRN_EXISTS; CAIRN_TOO_LONG (path); CAIRN_FILE. What was there before is unharmed */
CAIRN_MUST cairn_err cairn_file_write(const char *path, struct cairn_bytes bytes,
                                      const struct cairn_file_how *how);

/* Make a directory, mode 0700; its parent is there. One that is there already is fine.
 *
 * errors  CAIRN_FILE */
CAIRN_MUST cairn_err cairn_file_make_dir(const char *path);

#endif
