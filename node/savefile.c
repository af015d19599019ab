#include "node/savefile.h"

#include <stdlib.h>
#include <string.h>

#include "node/file.h"

struct savefile_job {
    cairn_savefile_done *done;
    void *host;
    cairn_err err;
    uint32_t mode;
    struct cairn_bytes bytes;
    char *path;
    uint8_t memory[]; /* path, NUL, bytes */
};

static void savefile_run(void *host, uint32_t thread_index)
{
    struct savefile_job *job = host;
    const struct cairn_file_how how = {.mode = job->mode, .is_replace = true};
    (void)thread_index;
    job->err = cairn_file_write(job->path, job->bytes, &how);
}

static void savefile_done(void *host)
{
    struct savefile_job *job = host;
    cairn_savefile_done *done = job->done;
    void *asker = job->host;
    cairn_err err = job->err;
    free(job);
    done(asker, err);
}

cairn_err cairn_savefile_post(struct cairn_worker *worker, const struct cairn_savefile *what)
{
    size_t path_size = strlen(what->path) + 1;
    struct savefile_job *job = calloc(1, sizeof *job + path_size + what->bytes.size);
    if (job == NULL) {
        return CAIRN_MEMORY;
    }
    job->done = what->done;
    job->host = what->host;
    job->mode = what->mode;
    job->path = (char *)job->memory;
    memcpy(job->path, what->path, path_size);
    if (what->bytes.size > 0) {
        memcpy(job->memory + path_size, what->bytes.data, what->bytes.size);
    }
    job->bytes = (struct cairn_bytes){job->memory + path_size, what->bytes.size};
    struct cairn_worker_job posted = {.run = savefile_run, .done = savefile_done, .host = job};
    cairn_err err = cairn_worker_post(worker, &posted);
    if (err != CAIRN_OK) {
        free(job);
    }
    return err;
}
