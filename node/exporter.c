#include "node/exporter.h"

#include <stdlib.h>
#include <string.h>

#include "schema/base/check.h"

#define EXPORTER_BUFFER_BYTES ((size_t)1 << 20)

/* One bundle. The thread fills, the loop empties; `lock` guards what both touch. */
struct exporter_stream {
    struct cairn_exporter *exporter;
    struct exporter_stream *next; /* on the loop: all that are open */
    struct cairn_export *bundle;
    struct cairn_http_exchange *exchange;
    void (*done)(void *host);
    void *host;
    bool is_begun;   /* loop: the head of the answer has been sent */
    bool is_stopped; /* loop: the client takes nothing more for now */
    cairn_err err;   /* thread, until its job is done */
    uv_mutex_t lock;
    uv_cond_t room;
    bool is_gone; /* the client: stop writing */
    size_t size;
    uint8_t buffer[EXPORTER_BUFFER_BYTES];
    uint8_t sending[EXPORTER_BUFFER_BYTES]; /* loop only */
};

struct cairn_exporter {
    struct cairn_worker *worker;
    uv_async_t async;
    struct exporter_stream *streams;
    void (*closed)(void *host);
    void *host;
};

/* ---- on the thread ---- */

static cairn_err exporter_write(void *host, struct cairn_bytes bytes)
{
    struct exporter_stream *stream = host;
    cairn_err err = CAIRN_OK;
    uv_mutex_lock(&stream->lock);
    while (bytes.size > 0 && err == CAIRN_OK) {
        while (stream->size == EXPORTER_BUFFER_BYTES && !stream->is_gone) {
            uv_cond_wait(&stream->room, &stream->lock);
        }
        size_t open = EXPORTER_BUFFER_BYTES - stream->size;
        size_t size = bytes.size < open ? bytes.size : open;
        memcpy(stream->buffer + stream->size, bytes.data, size);
        stream->size += size;
        bytes = (struct cairn_bytes){bytes.data + size, bytes.size - size};
        err = stream->is_gone ? CAIRN_NET : CAIRN_OK;
        (void)uv_async_send(&stream->exporter->async);
    }
    uv_mutex_unlock(&stream->lock);
    return err;
}

static void exporter_run(void *host, uint32_t thread_index)
{
    struct exporter_stream *stream = host;
    struct cairn_suite suite;
    (void)thread_index;
    stream->err = cairn_suite_open_real(&suite);
    if (stream->err == CAIRN_OK) {
        stream->err = cairn_export_run(stream->bundle, &suite, exporter_write, stream);
        cairn_suite_close(&suite);
    }
}

/* ---- on the loop ---- */

static void exporter_step(struct exporter_stream *stream);

static struct exporter_stream *exporter_find(struct cairn_http_exchange *exchange)
{
    return exchange->memory;
}

static void exporter_on_ready(struct cairn_http_exchange *exchange)
{
    struct exporter_stream *stream = exporter_find(exchange);
    stream->is_stopped = false;
    exporter_step(stream);
}

/* Send what has been written so far. */
static void exporter_step(struct exporter_stream *stream)
{
    uv_mutex_lock(&stream->lock);
    stream->is_gone = stream->exchange->is_gone;
    bool is_idle = stream->size == 0 || stream->is_stopped;
    size_t size = is_idle ? 0 : stream->size;
    memcpy(stream->sending, stream->buffer, size);
    stream->size -= size;
    uv_cond_signal(&stream->room);
    uv_mutex_unlock(&stream->lock);
    if (size == 0) {
        return;
    }
    if (!stream->is_begun) {
        stream->is_begun = true;
        cairn_http_answer_begin(stream->exchange, 200, "application/vnd.cairn.bundle",
                                exporter_on_ready);
    }
    const struct cairn_bytes piece = {stream->sending, size};
    stream->is_stopped = !cairn_http_answer_more(stream->exchange, piece);
}

static void exporter_on_async(uv_async_t *async)
{
    struct cairn_exporter *exporter = async->data;
    for (struct exporter_stream *stream = exporter->streams; stream != NULL;
         stream = stream->next) {
        exporter_step(stream);
    }
}

static void exporter_free(struct exporter_stream *stream)
{
    uv_cond_destroy(&stream->room);
    uv_mutex_destroy(&stream->lock);
    cairn_export_close(stream->bundle);
    free(stream);
}

static void exporter_end(struct exporter_stream *stream)
{
    if (stream->err == CAIRN_OK) {
        stream->is_stopped = false;
        exporter_step(stream);
    }
    if (!stream->is_begun) {
        cairn_err err = stream->err == CAIRN_OK ? CAIRN_LIBRARY : stream->err; /* never empty */
        cairn_http_answer_problem(stream->exchange, err, NULL, NULL);
    } else if (stream->err == CAIRN_OK) {
        cairn_http_answer_end(stream->exchange);
    } else {
        cairn_http_answer_abort(stream->exchange);
    }
}

static void exporter_on_done(void *host)
{
    struct exporter_stream *stream = host;
    struct exporter_stream **link = &stream->exporter->streams;
    while (*link != stream) {
        CAIRN_REQUIRE(*link != NULL);
        link = &(*link)->next;
    }
    *link = stream->next;
    exporter_end(stream);
    stream->done(stream->host);
    exporter_free(stream);
}

static struct exporter_stream *exporter_make(void)
{
    struct exporter_stream *stream = malloc(sizeof *stream);
    if (stream == NULL) {
        return NULL;
    }
    memset(stream, 0, offsetof(struct exporter_stream, buffer));
    if (uv_mutex_init(&stream->lock) != 0) {
        free(stream);
        return NULL;
    }
    if (uv_cond_init(&stream->room) != 0) {
        uv_mutex_destroy(&stream->lock);
        free(stream);
        return NULL;
    }
    return stream;
}

cairn_err cairn_exporter_send(struct cairn_exporter *exporter, struct cairn_export *bundle,
                              struct cairn_http_exchange *exchange, void (*done)(void *host),
                              void *host)
{
    struct exporter_stream *stream = exporter_make();
    if (stream == NULL) {
        return CAIRN_MEMORY;
    }
    stream->exporter = exporter;
    stream->exchange = exchange;
    stream->done = done;
    stream->host = host;
    struct cairn_worker_job job = {.run = exporter_run, .done = exporter_on_done, .host = stream};
    stream->bundle = bundle;
    cairn_err err = cairn_worker_post(exporter->worker, &job);
    if (err != CAIRN_OK) {
        stream->bundle = NULL;
        exporter_free(stream);
        return err;
    }
    exchange->memory = stream;
    stream->next = exporter->streams;
    exporter->streams = stream;
    return CAIRN_OK;
}

/* ---- open and close ---- */

cairn_err cairn_exporter_open(uv_loop_t *loop, struct cairn_exporter **out)
{
    const struct cairn_worker_options options = {
        .name = "export", .thread_count = 1, .queue_max = CAIRN_EXPORTER_WAITING_MAX};
    struct cairn_exporter *exporter = calloc(1, sizeof *exporter);
    if (exporter == NULL) {
        return CAIRN_MEMORY;
    }
    cairn_err err = cairn_worker_open(loop, &options, &exporter->worker);
    if (err != CAIRN_OK) {
        free(exporter);
        return err;
    }
    int failed = uv_async_init(loop, &exporter->async, exporter_on_async);
    CAIRN_REQUIRE(failed == 0);
    exporter->async.data = exporter;
    *out = exporter;
    return CAIRN_OK;
}

static void exporter_on_async_closed(uv_handle_t *handle)
{
    struct cairn_exporter *exporter = handle->data;
    void (*closed)(void *host) = exporter->closed;
    void *host = exporter->host;
    free(exporter);
    closed(host);
}

static void exporter_on_worker_closed(void *host)
{
    struct cairn_exporter *exporter = host;
    uv_close((uv_handle_t *)&exporter->async, exporter_on_async_closed);
}

void cairn_exporter_close(struct cairn_exporter *exporter, void (*closed)(void *host), void *host)
{
    exporter->closed = closed;
    exporter->host = host;
    cairn_worker_close(exporter->worker, exporter_on_worker_closed, exporter);
}
