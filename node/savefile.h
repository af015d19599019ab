/* One whole file written by a worker thread, so that the loop never waits for the disk. The caller
 * sees to it that one file has one write under way at a time. */
#ifndef CAIRN_NODE_SAVEFILE_H
#define CAIRN_NODE_SAVEFILE_H

#include "node/worker.h"
#include "schema/base/bytes.h"

typedef void cairn_savefile_done(void *host, cairn_err err);

struct cairn_savefile {
    const char *path; /* copied, as are the bytes */
    struct cairn_bytes bytes;
    uint32_t mode;
    cairn_savefile_done *done; /* on the loop: durable, or not (CAIRN_FILE) */
    void *host;
};

/* Write over what is there, atomically and durably.
 *
 * errors  CAIRN_BUSY, CAIRN_STATE  of the worker; CAIRN_MEMORY; done is not called then */
CAIRN_MUST cairn_err cairn_savefile_post(struct cairn_worker *worker,
                                         const struct cairn_savefile *what);

#endif
