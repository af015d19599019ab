/* Threads for what may block: disk, opening of bodies, folding. One bounded queue each.
 *
 *     loop: post -> [ waiting, FIFO ] -> thread: run -> [ finished ] -> one wake-up -> loop: done
 *
 * The writer and the folder have one thread, so their jobs run in order of posting; the readers
 * share one queue. A job counts against queue_max from its post until its done is called. Many
 * finished jobs cost one wake-up of the loop. */
#ifndef CAIRN_NODE_WORKER_H
#define CAIRN_NODE_WORKER_H

#include <uv.h>

#include "schema/base/err.h"

#define CAIRN_WORKER_THREADS_MAX 64u

struct cairn_worker;

struct cairn_worker_options {
    const char *name;      /* of the threads, for debuggers: at most 12 bytes are shown */
    uint32_t thread_count; /* 1..CAIRN_WORKER_THREADS_MAX */
    uint32_t queue_max;    /* 1..2^20 jobs */
};

struct cairn_worker_job {
    void (*run)(void *host, uint32_t thread_index); /* on a thread; 0..thread_count - 1, for what
                                                       each thread has its own of (a suite) */
    void (*done)(void *host);                       /* on the loop, exactly once after run */
    void *host;                                     /* the poster's; lives until done */
};

/* Start the threads.
 *
 * owns    give back with cairn_worker_close; keeps the loop alive until then
 * errors  CAIRN_MEMORY, CAIRN_LIBRARY (no thread, no file descriptor) */
CAIRN_MUST cairn_err cairn_worker_open(uv_loop_t *loop, const struct cairn_worker_options *options,
                                       struct cairn_worker **out);

/* Queue a job; only on the loop's thread, also from within done. Never blocks.
 *
 * errors  CAIRN_BUSY  queue_max jobs are unfinished; CAIRN_STATE  it is closing; neither run nor
 *         done will be called */
CAIRN_MUST cairn_err cairn_worker_post(struct cairn_worker *worker,
                                       const struct cairn_worker_job *job);

/* Posted jobs whose done was not called yet; only on the loop's thread. */
uint32_t cairn_worker_unfinished_count(const struct cairn_worker *worker);

/* Refuse new jobs, run those that wait, call their done, end the threads, free; then call closed on
 * the loop (NULL: nothing). Only on the loop's thread, once. Does not block. */
void cairn_worker_close(struct cairn_worker *worker, void (*closed)(void *host), void *host);

#endif
