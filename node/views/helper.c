#include "node/views/helper.h"

#include <stdbool.h>
#include <stdlib.h>

#include <sys/prctl.h>
#include <uv.h>

#include "schema/base/check.h"

struct cairn_helper {
    const char *name;
    uv_thread_t thread;
    uv_mutex_t lock; /* guards the rest */
    uv_cond_t changed;
    cairn_helper_run *run; /* NULL: nothing to do */
    void *host;
    cairn_err err; /* first since settle */
    bool is_closing;
};

static void helper_thread(void *argument)
{
    struct cairn_helper *helper = argument;
    (void)prctl(PR_SET_NAME, helper->name, 0, 0, 0);
    uv_mutex_lock(&helper->lock);
    while (!helper->is_closing || helper->run != NULL) {
        if (helper->run == NULL) {
            uv_cond_wait(&helper->changed, &helper->lock);
            continue;
        }
        uv_mutex_unlock(&helper->lock);
        cairn_err err = helper->run(helper->host); /* both stay until run is NULL again */
        uv_mutex_lock(&helper->lock);
        helper->err = helper->err == CAIRN_OK ? err : helper->err;
        helper->run = NULL;
        uv_cond_broadcast(&helper->changed);
    }
    uv_mutex_unlock(&helper->lock);
}

static bool helper_open_lock(struct cairn_helper *helper)
{
    if (uv_mutex_init(&helper->lock) != 0) {
        return false;
    }
    if (uv_cond_init(&helper->changed) != 0) {
        uv_mutex_destroy(&helper->lock);
        return false;
    }
    return true;
}

static void helper_free(struct cairn_helper *helper)
{
    uv_cond_destroy(&helper->changed);
    uv_mutex_destroy(&helper->lock);
    free(helper);
}

cairn_err cairn_helper_open(const char *name, struct cairn_helper **out)
{
    struct cairn_helper *helper = calloc(1, sizeof *helper);
    if (helper == NULL) {
        return CAIRN_MEMORY;
    }
    helper->name = name;
    if (!helper_open_lock(helper)) {
        free(helper);
        return CAIRN_LIBRARY;
    }
    if (uv_thread_create(&helper->thread, helper_thread, helper) != 0) {
        helper_free(helper);
        return CAIRN_LIBRARY;
    }
    *out = helper;
    return CAIRN_OK;
}

void cairn_helper_close(struct cairn_helper *helper)
{
    if (helper == NULL) {
        return;
    }
    uv_mutex_lock(&helper->lock);
    helper->is_closing = true;
    uv_cond_broadcast(&helper->changed);
    uv_mutex_unlock(&helper->lock);
    CAIRN_REQUIRE(uv_thread_join(&helper->thread) == 0);
    helper_free(helper);
}

/* Under the lock, until nothing is being done. */
static cairn_err helper_wait(struct cairn_helper *helper)
{
    while (helper->run != NULL) {
        uv_cond_wait(&helper->changed, &helper->lock);
    }
    return helper->err;
}

cairn_err cairn_helper_give(struct cairn_helper *helper, cairn_helper_run *run, void *host)
{
    CAIRN_REQUIRE(run != NULL);
    uv_mutex_lock(&helper->lock);
    cairn_err err = helper_wait(helper);
    if (err == CAIRN_OK) {
        helper->run = run;
        helper->host = host;
        uv_cond_broadcast(&helper->changed);
    }
    uv_mutex_unlock(&helper->lock);
    return err;
}

cairn_err cairn_helper_wait(struct cairn_helper *helper)
{
    uv_mutex_lock(&helper->lock);
    cairn_err err = helper_wait(helper);
    uv_mutex_unlock(&helper->lock);
    return err;
}

cairn_err cairn_helper_settle(struct cairn_helper *helper)
{
    uv_mutex_lock(&helper->lock);
    cairn_err err = helper_wait(helper);
    helper->err = CAIRN_OK;
    uv_mutex_unlock(&helper->lock);
    return err;
}
