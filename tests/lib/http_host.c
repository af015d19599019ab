#include "tests/lib/http_host.h"

#include <string.h>

#include "node/http/http_answer.h"

static uint8_t http_host_piece[HTTP_HOST_PIECE_BYTES];

static void http_host_echo(struct cairn_http_exchange *exchange)
{
    struct http_host *host = exchange->host;
    uint64_t limit = 7;
    host->call_count++;
    cairn_err err = cairn_http_exchange_query_uint(exchange, "limit", 100, &limit);
    if (err != CAIRN_OK) {
        cairn_http_answer_problem(exchange, err, "limit is not a number up to 100", NULL);
        return;
    }
    const char *id = (const char *)exchange->id.data;
    cairn_http_answer_json(exchange, 200,
                           json_pack("{s:s%, s:s, s:s, s:I}", "id", id, exchange->id.size, "role",
                                     exchange->who.role, "actor", exchange->who.actor, "limit",
                                     (json_int_t)limit));
}

static void http_host_post(struct cairn_http_exchange *exchange)
{
    struct http_host *host = exchange->host;
    host->call_count++;
    cairn_http_answer_add_header(exchange, "Location", "/v1/echo/1");
    cairn_http_answer_raw(exchange, 201, "text/plain", exchange->body);
}

static void http_host_later(struct cairn_http_exchange *exchange)
{
    struct http_host *host = exchange->host;
    host->call_count++;
    host->kept = exchange;
}

static void http_host_go_on(struct cairn_http_exchange *exchange)
{
    struct http_host *host = exchange->host;
    bool has_room = true;
    host->was_gone = exchange->is_gone;
    while (has_room && host->pieces_left > 0) {
        host->pieces_left--;
        struct cairn_bytes piece = {http_host_piece, sizeof http_host_piece};
        has_room = cairn_http_answer_more(exchange, piece);
    }
    if (host->pieces_left == 0 || exchange->is_gone) {
        host->stream = NULL;
        cairn_http_answer_end(exchange);
    }
}

static void http_host_stream(struct cairn_http_exchange *exchange)
{
    struct http_host *host = exchange->host;
    host->call_count++;
    host->stream = exchange;
    cairn_http_answer_begin(exchange, 200, "application/octet-stream", http_host_go_on);
    http_host_go_on(exchange);
}

static void http_host_health(struct cairn_http_exchange *exchange)
{
    struct http_host *host = exchange->host;
    host->call_count++;
    cairn_http_answer_empty(exchange, 204);
}

static const char *const http_host_queries[] = {"limit", NULL};
static const struct cairn_http_route http_host_routes[] = {
    {CAIRN_HTTP_GET, "/v1/echo/{id}", "echo.read", 0, NULL, http_host_queries, http_host_echo},
    {CAIRN_HTTP_POST, "/v1/echo", "echo.write", 20000, "application/json", NULL, http_host_post},
    {CAIRN_HTTP_GET, "/v1/later", "echo.read", 0, NULL, NULL, http_host_later},
    {CAIRN_HTTP_GET, "/v1/stream", "echo.read", 0, NULL, NULL, http_host_stream},
    {CAIRN_HTTP_GET, "/healthz", NULL, 0, NULL, NULL, http_host_health},
};

static bool http_host_is_permitted(void *host, const char *role, const char *permission)
{
    (void)host;
    return strcmp(role, "bureau") == 0 ||
           (strcmp(role, "booth") == 0 && strcmp(permission, "echo.read") == 0);
}

void http_host_init(struct http_host *host)
{
    *host = (struct http_host){0};
    host->routes =
        (struct cairn_http_routes){.routes = http_host_routes,
                                   .count = sizeof http_host_routes / sizeof *http_host_routes,
                                   .host = host};
}

struct cairn_http_settings http_host_settings(const struct http_host *host)
{
    static const char *const hosts[] = {"node.test", "[::1]:8443"};
    return (struct cairn_http_settings){.sets = &host->routes,
                                        .set_count = 1,
                                        .hosts = hosts,
                                        .host_count = 2,
                                        .is_permitted = http_host_is_permitted};
}
