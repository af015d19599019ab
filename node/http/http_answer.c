#include "node/http/http_answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/http/http_problem.h"
#include "schema/base/check.h"

static const char answer_safety[] =
    "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n";

static void answer_put(struct cairn_http_exchange *exchange, const char *text)
{
    exchange->sink->put(exchange->sink, cairn_bytes_of(text));
}

static bool answer_is_line(const char *text)
{
    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;
        if (byte < 0x20 || byte == 0x7f) {
            return false;
        }
    }
    return true;
}

void cairn_http_answer_add_header(struct cairn_http_exchange *exchange, const char *name,
                                  const char *value)
{
    CAIRN_REQUIRE(!exchange->is_answered);
    CAIRN_REQUIRE(answer_is_line(name));
    CAIRN_REQUIRE(answer_is_line(value));
    if (exchange->extra == NULL) {
        exchange->extra = calloc(1, CAIRN_HTTP_EXTRA_BYTES_MAX);
        if (exchange->extra == NULL) {
            return; /* out of memory: the answer itself is worth more than its header */
        }
    }
    size_t room = CAIRN_HTTP_EXTRA_BYTES_MAX - exchange->extra_size;
    int size = snprintf(exchange->extra + exchange->extra_size, room, "%s: %s\r\n", name, value);
    CAIRN_REQUIRE(size > 0);
    CAIRN_REQUIRE((size_t)size < room);
    exchange->extra_size += (size_t)size;
}

/* Has the handler set this one itself? */
static bool answer_has_extra(const struct cairn_http_exchange *exchange, const char *line_begin)
{
    return exchange->extra != NULL && strstr(exchange->extra, line_begin) != NULL;
}

/* Everything up to the length of the body. content_type: NULL for an empty answer */
static void answer_head(struct cairn_http_exchange *exchange, int status, const char *content_type)
{
    CAIRN_REQUIRE(!exchange->is_answered);
    CAIRN_REQUIRE(status >= 200 && status <= 599);
    char line[256];
    exchange->is_answered = true;
    exchange->sink->count(exchange->sink, status);
    snprintf(line, sizeof line, "HTTP/1.1 %d %s\r\n", status, cairn_http_problem_reason(status));
    answer_put(exchange, line);
    if (content_type != NULL) {
        CAIRN_REQUIRE(answer_is_line(content_type));
        snprintf(line, sizeof line, "Content-Type: %.200s\r\n", content_type);
        answer_put(exchange, line);
    }
    if (exchange->extra != NULL) {
        answer_put(exchange, exchange->extra);
    }
    if (!answer_has_extra(exchange, "Cache-Control: ")) {
        answer_put(exchange, answer_safety);
    } else {
        answer_put(exchange, strchr(answer_safety, '\n') + 1);
    }
    if (!exchange->request->keeps_alive) {
        answer_put(exchange, "Connection: close\r\n");
    }
}

static void answer_whole(struct cairn_http_exchange *exchange, int status, const char *content_type,
                         struct cairn_bytes body)
{
    char line[64];
    answer_head(exchange, status, content_type);
    if (status == 204 || status == 304) {
        CAIRN_REQUIRE(body.size == 0);
        answer_put(exchange, "\r\n");
    } else {
        snprintf(line, sizeof line, "Content-Length: %zu\r\n\r\n", body.size);
        answer_put(exchange, line);
        if (!exchange->request->is_head) {
            exchange->sink->put(exchange->sink, body);
        }
    }
    exchange->sink->done(exchange->sink, exchange->request->keeps_alive);
}

void cairn_http_answer_raw(struct cairn_http_exchange *exchange, int status,
                           const char *content_type, struct cairn_bytes body)
{
    answer_whole(exchange, status, content_type, body);
}

void cairn_http_answer_empty(struct cairn_http_exchange *exchange, int status)
{
    answer_whole(exchange, status, NULL, (struct cairn_bytes){0});
}

/* Memory is short: a constant text says so. */
static void answer_without_memory(struct cairn_http_exchange *exchange)
{
    static const char text[] = "{\"type\":\"urn:cairn:error:MEMORY\",\"title\":\"out of memory\","
                               "\"status\":500,\"code\":501}";
    answer_whole(exchange, 500, "application/problem+json", cairn_bytes_of(text));
}

static void answer_document(struct cairn_http_exchange *exchange, int status,
                            const char *content_type, json_t *body)
{
    char *text = body == NULL ? NULL : json_dumps(body, JSON_COMPACT);
    json_decref(body);
    if (text == NULL) {
        answer_without_memory(exchange);
        return;
    }
    answer_whole(exchange, status, content_type, cairn_bytes_of(text));
    free(text);
}

void cairn_http_answer_json(struct cairn_http_exchange *exchange, int status, json_t *body)
{
    answer_document(exchange, status, "application/json", body);
}

void cairn_http_answer_problem(struct cairn_http_exchange *exchange, cairn_err err,
                               const char *detail, const char *pointer)
{
    cairn_http_answer_refuse(exchange, 0, err, detail, pointer);
}

void cairn_http_answer_refuse(struct cairn_http_exchange *exchange, int status, cairn_err err,
                              const char *detail, const char *pointer)
{
    CAIRN_REQUIRE(err != CAIRN_OK);
    if (status == 0) {
        status = cairn_http_problem_status(err);
    }
    if (status == 401) {
        cairn_http_answer_add_header(exchange, "WWW-Authenticate", "Bearer realm=\"cairn\"");
    }
    if (status == 429 || status == 503) {
        cairn_http_answer_add_header(exchange, "Retry-After", "1");
    }
    json_t *problem = cairn_http_problem_make(err, status, detail, pointer);
    answer_document(exchange, status, "application/problem+json", problem);
}

void cairn_http_answer_begin(struct cairn_http_exchange *exchange, int status,
                             const char *content_type,
                             void (*on_ready)(struct cairn_http_exchange *exchange))
{
    CAIRN_REQUIRE(on_ready != NULL);
    CAIRN_REQUIRE(status != 204 && status != 304);
    answer_head(exchange, status, content_type);
    answer_put(exchange, "Transfer-Encoding: chunked\r\n\r\n");
    exchange->on_ready = on_ready;
    exchange->is_streaming = true;
    (void)exchange->sink->push(exchange->sink); /* its head: the client may wait for it */
}

bool cairn_http_answer_more(struct cairn_http_exchange *exchange, struct cairn_bytes piece)
{
    CAIRN_REQUIRE(exchange->is_streaming);
    if (piece.size > 0 && !exchange->request->is_head) {
        char line[32];
        snprintf(line, sizeof line, "%zx\r\n", piece.size);
        answer_put(exchange, line);
        exchange->sink->put(exchange->sink, piece);
        answer_put(exchange, "\r\n");
    }
    return exchange->sink->push(exchange->sink);
}

void cairn_http_answer_end(struct cairn_http_exchange *exchange)
{
    CAIRN_REQUIRE(exchange->is_streaming);
    exchange->is_streaming = false;
    if (!exchange->request->is_head) {
        answer_put(exchange, "0\r\n\r\n");
    }
    exchange->sink->done(exchange->sink, exchange->request->keeps_alive);
}

void cairn_http_answer_abort(struct cairn_http_exchange *exchange)
{
    CAIRN_REQUIRE(exchange->is_streaming);
    exchange->is_streaming = false;
    exchange->sink->done(exchange->sink, false);
}
