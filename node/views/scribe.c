#include "node/views/scribe.h"

#include <stdbool.h>
#include <stdlib.h>

#include <sys/prctl.h>
#include <uv.h>

#include "schema/base/check.h"

struct cairn_scribe {
    uv_thread_t thread;
    uv_mutex_t lock; /* guards the rest */
    uv_cond_t changed;
    cairn_scribe_run *run; /* NULL: nothing to do */
    void *host;
    cairn_err err; /* first since settle */
    bool is_closing;
};

static void scribe_thread(void *argument)
{
    struct cairn_scribe *scribe = argument;
    (void)prctl(PR_SET_NAME, "scribe", 0, 0, 0);
    uv_mutex_lock(&scribe->lock);
    while (!scribe->is_closing || scribe->run != NULL) {
        if (scribe->run == NULL) {
            uv_cond_wait(&scribe->changed, &scribe->lock);
            continue;
        }
        uv_mutex_unlock(&scribe->lock);
        cairn_err err = scribe->run(scribe->host); /* both stay until run is NULL again */
        uv_mutex_lock(&scribe->lock);
        scribe->err = scribe->err == CAIRN_OK ? err : scribe->err;
        scribe->run = NULL;
        uv_cond_broadcast(&scribe->changed);
    }
    uv_mutex_unlock(&scribe->lock);
}

static bool scribe_open_lock(struct cairn_scribe *scribe)
{
    if (uv_mutex_init(&scribe->lock) != 0) {
        return false;
    }
    if (uv_cond_init(&scribe->changed) != 0) {
        uv_mutex_destroy(&scribe->lock);
        return false;
    }
    return true;
}

static void scribe_free(struct cairn_scribe *scribe)
{
    uv_cond_destroy(&scribe->changed);
    uv_mutex_destroy(&scribe->lock);
    free(scribe);
}

cairn_err cairn_scribe_open(struct cairn_scribe **out)
{
    struct cairn_scribe *scribe = calloc(1, sizeof *scribe);
    if (scribe == NULL) {
        return CAIRN_MEMORY;
    }
    if (!scribe_open_lock(scribe)) {
        free(scribe);
        return CAIRN_LIBRARY;
    }
    if (uv_thread_create(&scribe->thread, scribe_thread, scribe) != 0) {
        scribe_free(scribe);
        return CAIRN_LIBRARY;
    }
    *out = scribe;
    return CAIRN_OK;
}

void cairn_scribe_close(struct cairn_scribe *scribe)
{
    if (scribe == NULL) {
        return;
    }
    uv_mutex_lock(&scribe->lock);
    scribe->is_closing = true;
    uv_cond_broadcast(&scribe->changed);
    uv_mutex_unlock(&scribe->lock);
    CAIRN_REQUIRE(uv_thread_join(&scribe->thread) == 0);
    scribe_free(scribe);
}

/* Under the lock, until nothing is being done. */
static cairn_err scribe_wait(struct cairn_scribe *scribe)
{
    while (scribe->run != NULL) {
        uv_cond_wait(&scribe->changed, &scribe->lock);
    }
    return scribe->err;
}

cairn_err cairn_scribe_give(struct cairn_scribe *scribe, cairn_scribe_run *run, void *host)
{
    CAIRN_REQUIRE(run != NULL);
    uv_mutex_lock(&scribe->lock);
    cairn_err err = scribe_wait(scribe);
    if (err == CAIRN_OK) {
        scribe->run = run;
        scribe->host = host;
        uv_cond_broadcast(&scribe->changed);
    }
    uv_mutex_unlock(&scribe->lock);
    return err;
}

cairn_err cairn_scribe_wait(struct cairn_scribe *scribe)
{
    uv_mutex_lock(&scribe->lock);
    cairn_err err = scribe_wait(scribe);
    uv_mutex_unlock(&scribe->lock);
    return err;
}

cairn_err cairn_scribe_settle(struct cairn_scribe *scribe)
{
    uv_mutex_lock(&scribe->lock);
    cairn_err err = scribe_wait(scribe);
    scribe->err = CAIRN_OK;
    uv_mutex_unlock(&scribe->lock);
    return err;
}
