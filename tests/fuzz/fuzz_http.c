/* Whatever a client sends, in whatever pieces: the connection answers or refuses, stays within its
 * bounds, and the same bytes cut otherwise get the same answers.
 *
 * shape   first byte: how the rest is cut; then the bytes of the connection */
#include "node/http/http_conn.h"

#include <stdlib.h>
#include <string.h>

#include "node/http/http_answer.h"
#include "schema/base/check.h"

#define TEXT_BYTES_MAX (4u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fuzz_echo(struct cairn_http_exchange *exchange)
{
    uint64_t limit = 0;
    struct cairn_bytes key = {0};
    cairn_err err = cairn_http_exchange_query_uint(exchange, "limit", 100, &limit);
    (void)cairn_http_exchange_header(exchange, "Idempotency-Key", &key);
    if (err != CAIRN_OK) {
        cairn_http_answer_problem(exchange, err, "limit", "/limit");
    } else if (exchange->id.size > 0) {
        cairn_http_answer_raw(exchange, 200, "text/plain", exchange->id);
    } else {
        cairn_http_answer_raw(exchange, 201, "text/plain", exchange->body);
    }
}

static void fuzz_ready(struct cairn_http_exchange *exchange)
{
    (void)exchange;
}

static void fuzz_stream(struct cairn_http_exchange *exchange)
{
    cairn_http_answer_begin(exchange, 200, "text/plain", fuzz_ready);
    (void)cairn_http_answer_more(exchange, exchange->path);
    cairn_http_answer_end(exchange);
}

static bool fuzz_is_permitted(void *host, const char *role, const char *permission)
{
    (void)host;
    return role[0] == permission[0];
}

static void fuzz_wake(void *transport)
{
    (void)transport;
}

static const char *const fuzz_queries[] = {"limit", NULL};
static const struct cairn_http_route fuzz_routes[] = {
    {CAIRN_HTTP_GET, "/a/{id}", "a", 0, NULL, fuzz_queries, fuzz_echo},
    {CAIRN_HTTP_POST, "/a", "a", 2000, NULL, NULL, fuzz_echo},
    {CAIRN_HTTP_PUT, "/j", "j", 2000, "application/json", NULL, fuzz_echo},
    {CAIRN_HTTP_GET, "/s", NULL, 0, NULL, NULL, fuzz_stream},
};
static const struct cairn_http_routes fuzz_set = {fuzz_routes, 4, NULL};

/* Feed the bytes in pieces of at most `step`. gives: size of the output, which is in out */
static size_t fuzz_run(const uint8_t *data, size_t size, size_t step, uint8_t *out)
{
    struct cairn_http_hub hub = {
        .settings = {.sets = &fuzz_set, .set_count = 1, .is_permitted = fuzz_is_permitted}};
    struct cairn_http_origin origin = {.hub = &hub, .is_owner = true, .wake = fuzz_wake};
    struct cairn_http_conn *conn = NULL;
    size_t out_size = 0;
    cairn_http_router_init(&hub.router, &fuzz_set, 1);
    if (cairn_http_conn_open(&origin, &conn) != CAIRN_OK) {
        return 0;
    }
    for (size_t at = 0; at < size && cairn_http_conn_wants_input(conn);) {
        size_t piece = size - at < step ? size - at : step;
        cairn_http_conn_feed(conn, (struct cairn_bytes){data + at, piece});
        at += piece;
        struct cairn_bytes waiting = cairn_http_conn_out(conn);
        while (waiting.size > 0) {
            CAIRN_REQUIRE(waiting.size <= TEXT_BYTES_MAX - out_size);
            memcpy(out + out_size, waiting.data, waiting.size);
            out_size += waiting.size;
            cairn_http_conn_sent(conn, waiting.size);
            waiting = cairn_http_conn_out(conn);
        }
    }
    cairn_http_conn_gone(conn);
    return out_size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t whole[TEXT_BYTES_MAX];
    static uint8_t cut[TEXT_BYTES_MAX];
    if (size < 2 || size > 65536) {
        return 0;
    }
    size_t step = data[0] == 0 ? 1 : data[0];
    size_t whole_size = fuzz_run(data + 1, size - 1, size, whole);
    size_t cut_size = fuzz_run(data + 1, size - 1, step, cut);
    CAIRN_REQUIRE(whole_size == cut_size);
    CAIRN_REQUIRE(memcmp(whole, cut, cut_size) == 0);
    return 0;
}
