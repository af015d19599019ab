#include "node/http/http_conn.h"

#include <stdlib.h>
#include <string.h>

#include "node/http/http_answer.h"
#include "node/http/http_gate.h"
#include "node/http/http_parse.h"
#include "node/http/http_queue.h"
#include "schema/base/check.h"

#define CONN_ID_BYTES_MAX 256u /* of {id} before it is decoded */

struct cairn_http_conn {
    struct cairn_http_sink sink; /* first: a sink is its connection */
    struct cairn_http_origin origin;
    struct cairn_http_parse *parse;
    struct cairn_http_verdict verdict;   /* of the request that is being read or answered */
    struct cairn_http_exchange exchange; /* while has_exchange */
    uint8_t id[CONN_ID_BYTES_MAX];       /* decoded, what exchange.id shows */
    bool has_exchange;
    bool is_running;               /* inside conn_run: answers given there go on in its loop */
    bool is_gone;                  /* the transport has left */
    bool is_input_closed;          /* the client sends nothing more */
    bool is_finished;              /* no further request will be read */
    bool is_broken;                /* out of memory: close without a further word */
    bool owes_ready;               /* a stream was told to stop */
    struct cairn_http_queue ahead; /* input not yet parsed */
    struct cairn_http_queue out;
    uint64_t turn;
};

static struct cairn_http_conn *conn_of(struct cairn_http_sink *sink)
{
    return (struct cairn_http_conn *)sink;
}

static size_t conn_waiting(const struct cairn_http_conn *conn)
{
    return conn->out.end - conn->out.begin;
}

static void conn_free(struct cairn_http_conn *conn)
{
    cairn_http_parse_close(conn->parse);
    cairn_http_queue_clear(&conn->ahead);
    cairn_http_queue_clear(&conn->out);
    free(conn->exchange.extra);
    free(conn);
}

static void conn_open_exchange(struct cairn_http_conn *conn)
{
    const struct cairn_http_request *request = cairn_http_parse_request(conn->parse);
    CAIRN_REQUIRE(!conn->has_exchange);
    conn->exchange = (struct cairn_http_exchange){.method = request->method,
                                                  .path = request->path,
                                                  .body = request->body,
                                                  .who = conn->verdict.who,
                                                  .host = conn->verdict.match.host,
                                                  .is_gone = conn->is_input_closed,
                                                  .request = request,
                                                  .sink = &conn->sink};
    conn->has_exchange = true;
}

/* Refuse and read nothing more: what follows in the input cannot be trusted, or is a body that
 * nobody wants. */
static void conn_refuse(struct cairn_http_conn *conn, int status, cairn_err err, const char *detail)
{
    cairn_http_parse_request(conn->parse)->keeps_alive = false;
    conn_open_exchange(conn);
    cairn_http_answer_refuse(&conn->exchange, status, err, detail, NULL);
}

static void conn_refuse_malformed(struct cairn_http_conn *conn)
{
    struct cairn_http_fault fault = cairn_http_parse_fault(conn->parse);
    conn_refuse(conn, fault.status, fault.status == 503 ? CAIRN_MEMORY : CAIRN_HTTP, fault.detail);
}

/* Refuse what was well formed: the connection may go on unless a body is on its way. */
static void conn_refuse_request(struct cairn_http_conn *conn, cairn_err err)
{
    struct cairn_http_request *request = cairn_http_parse_request(conn->parse);
    if (cairn_http_parse_has_body(conn->parse)) {
        request->keeps_alive = false;
    } else if (cairn_http_parse_admit(conn->parse, 0) != CAIRN_OK) {
        conn_refuse_malformed(conn);
        return;
    }
    conn_open_exchange(conn);
    if (err == CAIRN_METHOD) {
        char allow[64];
        cairn_http_router_allow(&conn->origin.hub->router, request->path, allow);
        cairn_http_answer_add_header(&conn->exchange, "Allow", allow);
    }
    cairn_http_answer_refuse(&conn->exchange, 0, err, conn->verdict.detail, NULL);
}

static uint32_t conn_body_cap(const struct cairn_http_route *route)
{
    if (route->method == CAIRN_HTTP_GET || route->method == CAIRN_HTTP_DELETE) {
        return 0;
    }
    return route->body_bytes_max == 0 ? CAIRN_HTTP_BODY_BYTES_DEFAULT : route->body_bytes_max;
}

/* Let the body come, and say so to a client that waits for leave. */
static void conn_admit(struct cairn_http_conn *conn)
{
    const struct cairn_http_request *request = cairn_http_parse_request(conn->parse);
    struct cairn_bytes expected;
    bool is_expecting = cairn_http_request_find(request, "Expect", &expected);
    if (is_expecting && !cairn_http_request_is_same(expected, "100-continue")) {
        conn_refuse(conn, 417, CAIRN_HTTP, "unknown expectation");
        return;
    }
    if (cairn_http_parse_admit(conn->parse, conn_body_cap(conn->verdict.match.route)) != CAIRN_OK) {
        conn_refuse_malformed(conn);
        return;
    }
    if (is_expecting && cairn_http_parse_stage(conn->parse) == CAIRN_HTTP_BODY) {
        conn->sink.put(&conn->sink, cairn_bytes_of("HTTP/1.1 100 Continue\r\n\r\n"));
    }
}

static void conn_judge(struct cairn_http_conn *conn)
{
    uint8_t spki_hash[32];
    struct cairn_http_origin *origin = &conn->origin;
    bool has_peer = origin->find_peer != NULL && origin->find_peer(origin->transport, spki_hash);
    struct cairn_http_visit visit = {.hub = origin->hub,
                                     .request = cairn_http_parse_request(conn->parse),
                                     .is_owner = origin->is_owner,
                                     .spki_hash = has_peer ? spki_hash : NULL};
    cairn_err err = cairn_http_gate_judge(&visit, &conn->verdict);
    if (err == CAIRN_OK && cairn_http_parse_has_body(conn->parse)) {
        err = cairn_http_gate_check_media(conn->verdict.match.route, visit.request);
    }
    if (err != CAIRN_OK) {
        conn_refuse_request(conn, err);
        return;
    }
    conn_admit(conn);
}

/* Decode what stands for {id}; the path stays as sent. */
static cairn_err conn_decode_id(struct cairn_http_conn *conn)
{
    struct cairn_bytes id = conn->verdict.match.id;
    size_t size = id.size;
    if (size > sizeof conn->id) {
        return CAIRN_NOT_FOUND;
    }
    if (size > 0) {
        memcpy(conn->id, id.data, size);
        CAIRN_TRY(cairn_http_request_decode(conn->id, &size, false));
        conn->exchange.id = (struct cairn_bytes){conn->id, size};
    }
    return CAIRN_OK;
}

static void conn_dispatch(struct cairn_http_conn *conn)
{
    conn_open_exchange(conn);
    cairn_err err = conn_decode_id(conn);
    if (err != CAIRN_OK) {
        cairn_http_answer_problem(&conn->exchange, err, "no such path", NULL);
        return;
    }
    conn->verdict.match.route->handler(&conn->exchange);
}

/* One step on the way of a request. gives: false when there is nothing to do now */
static bool conn_step(struct cairn_http_conn *conn)
{
    enum cairn_http_stage stage = cairn_http_parse_stage(conn->parse);
    struct cairn_bytes ahead = cairn_http_queue_view(&conn->ahead);
    if (stage == CAIRN_HTTP_JUDGE) {
        conn_judge(conn);
        return true;
    }
    if (stage == CAIRN_HTTP_DONE) {
        conn_dispatch(conn);
        return true;
    }
    CAIRN_REQUIRE(stage != CAIRN_HTTP_FAILED);
    if (ahead.size == 0) {
        return false;
    }
    size_t taken = 0;
    if (cairn_http_parse_feed(conn->parse, ahead, &taken) != CAIRN_OK) {
        conn_refuse_malformed(conn);
        return true;
    }
    cairn_http_queue_drop(&conn->ahead, taken);
    return true;
}

/* Go on as far as input and output allow. The connection may be freed when this returns. */
static void conn_run(struct cairn_http_conn *conn)
{
    if (conn->is_running) {
        return;
    }
    conn->is_running = true;
    bool is_moving = !conn->is_gone;
    while (is_moving && !conn->has_exchange && !conn->is_finished &&
           conn_waiting(conn) <= CAIRN_HTTP_QUEUE_BYTES_MAX) {
        is_moving = conn_step(conn);
    }
    if (!is_moving && conn->is_input_closed && !conn->has_exchange) {
        conn->is_finished = true;
    }
    if (conn->is_finished) {
        cairn_http_queue_clear(&conn->ahead);
    }
    conn->is_running = false;
    if (conn->is_gone && !conn->has_exchange) {
        conn_free(conn);
    }
}

/* Out of memory: an answer with a hole is worse than none. */
static void conn_break(struct cairn_http_conn *conn)
{
    conn->is_broken = true;
    conn->is_finished = true;
    cairn_http_queue_clear(&conn->out);
}

static void conn_put(struct cairn_http_sink *sink, struct cairn_bytes output)
{
    struct cairn_http_conn *conn = conn_of(sink);
    if (conn->is_gone || conn->is_broken) {
        return;
    }
    if (cairn_http_queue_put(&conn->out, output) != CAIRN_OK) {
        conn_break(conn);
    }
}

static void conn_wake(struct cairn_http_conn *conn)
{
    if (!conn->is_running && !conn->is_gone) {
        conn->origin.wake(conn->origin.transport);
    }
}

static bool conn_push(struct cairn_http_sink *sink)
{
    struct cairn_http_conn *conn = conn_of(sink);
    conn_wake(conn);
    bool has_room = conn_waiting(conn) <= CAIRN_HTTP_QUEUE_BYTES_MAX;
    conn->owes_ready = !has_room;
    return has_room && !conn->is_gone;
}

static void conn_done(struct cairn_http_sink *sink, bool keeps_alive)
{
    struct cairn_http_conn *conn = conn_of(sink);
    CAIRN_REQUIRE(conn->has_exchange);
    free(conn->exchange.extra);
    conn->exchange = (struct cairn_http_exchange){0};
    conn->has_exchange = false;
    conn->owes_ready = false;
    conn->verdict = (struct cairn_http_verdict){0};
    conn->turn++;
    if (!keeps_alive || conn->is_gone) {
        conn->is_finished = true;
    } else {
        cairn_http_parse_next(conn->parse);
    }
    if (conn->is_running) {
        return;
    }
    bool is_gone = conn->is_gone;
    conn_run(conn);
    if (!is_gone) { /* else it is freed */
        conn_wake(conn);
    }
}

static void conn_count(struct cairn_http_sink *sink, int status)
{
    struct cairn_http_conn *conn = conn_of(sink);
    if (!conn->is_gone) {
        conn->origin.hub->stats.answer_counts[status / 100]++;
    }
}

cairn_err cairn_http_conn_open(const struct cairn_http_origin *origin, struct cairn_http_conn **out)
{
    struct cairn_http_conn *conn = calloc(1, sizeof *conn);
    if (conn == NULL) {
        return CAIRN_MEMORY;
    }
    if (cairn_http_parse_open(&conn->parse) != CAIRN_OK) {
        free(conn);
        return CAIRN_MEMORY;
    }
    conn->origin = *origin;
    conn->sink = (struct cairn_http_sink){
        .put = conn_put, .push = conn_push, .done = conn_done, .count = conn_count};
    *out = conn;
    return CAIRN_OK;
}

/* Tell the handler that its client has left; a stream is expected to end itself. */
static void conn_tell_gone(struct cairn_http_conn *conn)
{
    if (!conn->has_exchange || conn->exchange.is_gone) {
        return;
    }
    conn->exchange.is_gone = true;
    if (conn->exchange.is_streaming) {
        conn->exchange.on_ready(&conn->exchange);
    }
}

void cairn_http_conn_gone(struct cairn_http_conn *conn)
{
    CAIRN_REQUIRE(!conn->is_gone);
    conn->is_gone = true;
    conn->is_finished = true;
    conn->is_running = true; /* an answer given now must not free what is in use here */
    conn_tell_gone(conn);
    conn->is_running = false;
    cairn_http_queue_clear(&conn->out);
    conn_run(conn);
}

void cairn_http_conn_feed(struct cairn_http_conn *conn, struct cairn_bytes input)
{
    if (conn->is_finished) {
        return;
    }
    if (cairn_http_queue_put(&conn->ahead, input) != CAIRN_OK) {
        conn_break(conn);
        return;
    }
    conn_run(conn);
}

void cairn_http_conn_finish_input(struct cairn_http_conn *conn)
{
    conn->is_input_closed = true;
    conn->is_running = true;
    conn_tell_gone(conn);
    conn->is_running = false;
    conn_run(conn);
}

bool cairn_http_conn_wants_input(const struct cairn_http_conn *conn)
{
    size_t ahead = conn->ahead.end - conn->ahead.begin;
    return !conn->is_finished && !conn->is_input_closed && ahead < CAIRN_HTTP_AHEAD_BYTES_MAX &&
           conn_waiting(conn) <= CAIRN_HTTP_QUEUE_BYTES_MAX;
}

struct cairn_bytes cairn_http_conn_out(const struct cairn_http_conn *conn)
{
    return cairn_http_queue_view(&conn->out);
}

void cairn_http_conn_sent(struct cairn_http_conn *conn, size_t size)
{
    if (!conn->is_broken) { /* else what was under way is gone from here */
        cairn_http_queue_drop(&conn->out, size);
    }
    if (conn->owes_ready && conn_waiting(conn) <= CAIRN_HTTP_QUEUE_BYTES_MAX / 2) {
        conn->owes_ready = false;
        conn->exchange.on_ready(&conn->exchange);
    }
    conn_run(conn);
}

enum cairn_http_wait cairn_http_conn_waits(const struct cairn_http_conn *conn)
{
    if (conn->is_finished) {
        return CAIRN_HTTP_WAIT_CLOSE;
    }
    if (conn->has_exchange || conn_waiting(conn) > 0) {
        return CAIRN_HTTP_WAIT_ANSWER;
    }
    if (cairn_http_parse_stage(conn->parse) == CAIRN_HTTP_BODY) {
        return CAIRN_HTTP_WAIT_BODY;
    }
    return cairn_http_parse_has_begun(conn->parse) ? CAIRN_HTTP_WAIT_HEADER : CAIRN_HTTP_WAIT_IDLE;
}

uint64_t cairn_http_conn_turn(const struct cairn_http_conn *conn)
{
    return conn->turn;
}

void cairn_http_conn_expire(struct cairn_http_conn *conn)
{
    switch (cairn_http_conn_waits(conn)) {
    case CAIRN_HTTP_WAIT_IDLE:
        conn->is_finished = true;
        break;
    case CAIRN_HTTP_WAIT_HEADER:
    case CAIRN_HTTP_WAIT_BODY:
        conn->is_running = true;
        conn_refuse(conn, 408, CAIRN_TIMEOUT, "the request took too long to arrive");
        conn->is_running = false;
        break;
    case CAIRN_HTTP_WAIT_ANSWER:
    case CAIRN_HTTP_WAIT_CLOSE:
        break;
    }
    conn_run(conn);
}
