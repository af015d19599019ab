#include "node/worker.h"

#include "schema/base/check.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include <sys/prctl.h>

#define WORKER_QUEUE_MAX (1u << 20)

/* Ring of jobs; holds all that may be unfinished at once, so a push always fits. */
struct worker_ring {
    struct cairn_worker_job *jobs;
    uint32_t head;
    uint32_t count;
};

struct worker_thread {
    struct cairn_worker *worker;
    uint32_t index;
    uv_thread_t id;
};

struct cairn_worker {
    /* the loop's */
    uv_async_t wake;
    uint32_t unfinished_count; /* 0..queue_max */
    uint32_t queue_max;
    uint32_t thread_count; /* that have been started */
    char name[16];
    void (*closed)(void *host);
    void *closed_host;

    uv_mutex_t lock; /* guards the rest */
    uv_cond_t has_work;
    struct worker_ring waiting;
    struct worker_ring finished;
    bool is_closing;
    uint32_t running_count; /* threads that have not left their loop */

    struct worker_thread threads[];
};

static void ring_push(struct worker_ring *ring, uint32_t queue_max,
                      const struct cairn_worker_job *job)
{
    CAIRN_REQUIRE(ring->count < queue_max);
    ring->jobs[(ring->head + ring->count) % queue_max] = *job;
    ring->count++;
}

static bool ring_pop(struct worker_ring *ring, uint32_t queue_max, struct cairn_worker_job *out)
{
    if (ring->count == 0) {
        return false;
    }
    *out = ring->jobs[ring->head];
    ring->head = (ring->head + 1) % queue_max;
    ring->count--;
    return true;
}

static void worker_wake(struct cairn_worker *worker)
{
    CAIRN_REQUIRE(uv_async_send(&worker->wake) == 0);
}

static void worker_thread_run(void *argument)
{
    struct worker_thread *self = argument;
    struct cairn_worker *worker = self->worker;
    (void)prctl(PR_SET_NAME, worker->name, 0, 0, 0);
    uv_mutex_lock(&worker->lock);
    for (;;) {
        struct cairn_worker_job job;
        if (ring_pop(&worker->waiting, worker->queue_max, &job)) {
            uv_mutex_unlock(&worker->lock);
            job.run(job.host, self->index);
            uv_mutex_lock(&worker->lock);
            ring_push(&worker->finished, worker->queue_max, &job);
            if (worker->finished.count == 1) {
                worker_wake(worker); /* later ones are found by the same wake-up */
            }
            continue;
        }
        if (worker->is_closing) {
            break;
        }
        uv_cond_wait(&worker->has_work, &worker->lock);
    }
    worker->running_count--;
    if (worker->running_count == 0) {
        worker_wake(worker); /* under the lock: the loop cannot have freed it yet */
    }
    uv_mutex_unlock(&worker->lock);
}

static void worker_free(struct cairn_worker *worker)
{
    free(worker->waiting.jobs);
    free(worker->finished.jobs);
    free(worker);
}

static void worker_on_closed(uv_handle_t *handle)
{
    struct cairn_worker *worker = handle->data;
    void (*closed)(void *host) = worker->closed;
    void *host = worker->closed_host;
    uv_cond_destroy(&worker->has_work);
    uv_mutex_destroy(&worker->lock);
    worker_free(worker);
    if (closed != NULL) {
        closed(host);
    }
}

static void worker_end(struct cairn_worker *worker)
{
    for (uint32_t index = 0; index < worker->thread_count; index++) {
        CAIRN_REQUIRE(uv_thread_join(&worker->threads[index].id) == 0);
    }
    uv_close((uv_handle_t *)&worker->wake, worker_on_closed);
}

/* Calls done for what has finished by now; for the rest, the loop comes by again. */
static void worker_on_wake(uv_async_t *wake)
{
    struct cairn_worker *worker = wake->data;
    uv_mutex_lock(&worker->lock);
    for (uint32_t left = worker->finished.count; left > 0; left--) {
        struct cairn_worker_job job;
        CAIRN_REQUIRE(ring_pop(&worker->finished, worker->queue_max, &job));
        uv_mutex_unlock(&worker->lock);
        CAIRN_REQUIRE(worker->unfinished_count > 0);
        worker->unfinished_count--;
        job.done(job.host);
        uv_mutex_lock(&worker->lock);
    }
    bool is_more = worker->finished.count > 0;
    bool is_over = !is_more && worker->is_closing && worker->running_count == 0;
    uv_mutex_unlock(&worker->lock);
    if (is_more) {
        worker_wake(worker);
    }
    if (is_over) {
        worker_end(worker);
    }
}

static cairn_err worker_init(struct cairn_worker *worker, uv_loop_t *loop)
{
    if (uv_mutex_init(&worker->lock) != 0) {
        return CAIRN_LIBRARY;
    }
    if (uv_cond_init(&worker->has_work) != 0) {
        uv_mutex_destroy(&worker->lock);
        return CAIRN_LIBRARY;
    }
    if (uv_async_init(loop, &worker->wake, worker_on_wake) != 0) {
        uv_cond_destroy(&worker->has_work);
        uv_mutex_destroy(&worker->lock);
        return CAIRN_LIBRARY;
    }
    worker->wake.data = worker;
    return CAIRN_OK;
}

/* On an error the threads that did start are ended, and the loop frees the worker. */
static cairn_err worker_start(struct cairn_worker *worker, uint32_t thread_count)
{
    uv_mutex_lock(&worker->lock);
    while (worker->thread_count < thread_count) {
        struct worker_thread *thread = &worker->threads[worker->thread_count];
        *thread = (struct worker_thread){.worker = worker, .index = worker->thread_count};
        if (uv_thread_create(&thread->id, worker_thread_run, thread) != 0) {
            break;
        }
        worker->thread_count++;
        worker->running_count++;
    }
    bool is_complete = worker->thread_count == thread_count;
    worker->is_closing = !is_complete;
    uv_mutex_unlock(&worker->lock);
    if (is_complete) {
        return CAIRN_OK;
    }
    worker_end(worker);
    return CAIRN_LIBRARY;
}

cairn_err cairn_worker_open(uv_loop_t *loop, const struct cairn_worker_options *options,
                            struct cairn_worker **out)
{
    CAIRN_REQUIRE(options->thread_count > 0);
    CAIRN_REQUIRE(options->thread_count <= CAIRN_WORKER_THREADS_MAX);
    CAIRN_REQUIRE(options->queue_max > 0);
    CAIRN_REQUIRE(options->queue_max <= WORKER_QUEUE_MAX);

    size_t threads_size = options->thread_count * sizeof(struct worker_thread);
    struct cairn_worker *worker = calloc(1, sizeof *worker + threads_size);
    if (worker == NULL) {
        return CAIRN_MEMORY;
    }
    worker->queue_max = options->queue_max;
    (void)snprintf(worker->name, sizeof worker->name, "%.12s", options->name);
    worker->waiting.jobs = calloc(options->queue_max, sizeof *worker->waiting.jobs);
    worker->finished.jobs = calloc(options->queue_max, sizeof *worker->finished.jobs);
    cairn_err err = CAIRN_MEMORY;
    if (worker->waiting.jobs != NULL && worker->finished.jobs != NULL) {
        err = worker_init(worker, loop);
    }
    if (err != CAIRN_OK) {
        worker_free(worker);
        return err;
    }
    CAIRN_TRY(worker_start(worker, options->thread_count));
    *out = worker;
    return CAIRN_OK;
}

cairn_err cairn_worker_post(struct cairn_worker *worker, const struct cairn_worker_job *job)
{
    CAIRN_REQUIRE(job->run != NULL);
    CAIRN_REQUIRE(job->done != NULL);
    cairn_err err = CAIRN_OK;
    uv_mutex_lock(&worker->lock);
    if (worker->is_closing) {
        err = CAIRN_STATE;
    } else if (worker->unfinished_count == worker->queue_max) {
        err = CAIRN_BUSY;
    } else {
        ring_push(&worker->waiting, worker->queue_max, job);
        worker->unfinished_count++;
        uv_cond_signal(&worker->has_work);
    }
    uv_mutex_unlock(&worker->lock);
    return err;
}

uint32_t cairn_worker_unfinished_count(const struct cairn_worker *worker)
{
    return worker->unfinished_count;
}

void cairn_worker_close(struct cairn_worker *worker, void (*closed)(void *host), void *host)
{
    CAIRN_REQUIRE(!worker->is_closing); /* only the loop's thread sets it */
    uv_mutex_lock(&worker->lock);
    worker->is_closing = true;
    worker->closed = closed;
    worker->closed_host = host;
    uv_cond_broadcast(&worker->has_work);
    uv_mutex_unlock(&worker->lock);
}
