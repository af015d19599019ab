/* One request and its answer, as a handler sees them. The handler may answer at once or later, from
 * the loop thread, exactly once (http_answer.h); until then everything here stays valid, also when
 * the client has gone: answering is then harmless and still needed. After the answer nothing of it
 * may be touched. */
#ifndef CAIRN_NODE_HTTP_HTTP_EXCHANGE_H
#define CAIRN_NODE_HTTP_HTTP_EXCHANGE_H

#include "node/http/http_request.h"

/* Who asks. On the Unix socket: the owner of the node, who may everything; the headers Cairn-Role
 * and Cairn-Actor say in which role and for whom, and a named role is held to its permissions. */
struct cairn_http_who {
    char role[CAIRN_HTTP_ROLE_BYTES_MAX + 1];   /* "owner" when not named */
    char actor[CAIRN_HTTP_ACTOR_BYTES_MAX + 1]; /* "owner" when not named */
    char token_id[17];                          /* 16 hex digits; empty: Unix socket or public */
    bool is_owner;                              /* came by the Unix socket */
};

/* The connection below, as http_answer.c sees it. Not for handlers. */
struct cairn_http_sink {
    void (*put)(struct cairn_http_sink *sink, struct cairn_bytes output);
    /* What was put may leave. gives: false, more than CAIRN_HTTP_QUEUE_BYTES_MAX wait */
    bool (*push)(struct cairn_http_sink *sink);
    /* A whole answer has been put (or cut off): the exchange is over, and what it holds is freed.
     */
    void (*done)(struct cairn_http_sink *sink, bool keeps_alive);
    void (*count)(struct cairn_http_sink *sink, int status);
};

struct cairn_http_exchange {
    enum cairn_http_method method;
    struct cairn_bytes path; /* as sent */
    struct cairn_bytes id;   /* what stands for {id}, decoded; empty when the route has none */
    struct cairn_bytes body; /* whole body */
    struct cairn_http_who who;
    void *host;   /* of the route set */
    void *memory; /* the handler's own; NULL at first */
    bool is_gone; /* the client has closed its side: an answer may not reach it */
    /* private from here */
    const struct cairn_http_request *request;
    struct cairn_http_sink *sink;
    char *extra; /* header lines that the handler added */
    size_t extra_size;
    bool is_answered;  /* its head has been sent */
    bool is_streaming; /* begin was called, end was not */
    void (*on_ready)(struct cairn_http_exchange *exchange);
};

/* Value of a query. gives: false when it is absent; *out unchanged */
bool cairn_http_exchange_query(const struct cairn_http_exchange *exchange, const char *name,
                               struct cairn_bytes *out);

/* Value of a query that is a decimal number.
 *
 * gives   *out unchanged when it is absent
 * errors  CAIRN_NUMBER  not 1..20 digits, leading zero, or above max */
CAIRN_MUST cairn_err cairn_http_exchange_query_uint(const struct cairn_http_exchange *exchange,
                                                    const char *name, uint64_t max, uint64_t *out);

/* Value of a request header, such as "Idempotency-Key", in any case. gives: false when absent */
bool cairn_http_exchange_header(const struct cairn_http_exchange *exchange, const char *name,
                                struct cairn_bytes *out);

#endif
