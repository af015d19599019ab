/* Every limit of the HTTP layer, in one place. Times can be set otherwise (struct
 * cairn_http_times); the rest is fixed. docs/operate.md, HTTP. */
#ifndef CAIRN_NODE_HTTP_HTTP_LIMITS_H
#define CAIRN_NODE_HTTP_HTTP_LIMITS_H

#define CAIRN_HTTP_HEAD_BYTES_MAX     (16u << 10) /* request line and headers, line ends included */
#define CAIRN_HTTP_HEADERS_MAX        64u
#define CAIRN_HTTP_QUERIES_MAX        32u
#define CAIRN_HTTP_BODY_BYTES_DEFAULT (1u << 20) /* where a route names no cap of its own */
#define CAIRN_HTTP_BODY_BYTES_MAX     (8u << 20) /* no route may name more */
#define CAIRN_HTTP_QUEUE_BYTES_MAX    (1u << 20) /* output waiting; above it nothing more is read */
#define CAIRN_HTTP_AHEAD_BYTES_MAX    (64u << 10) /* input read while an answer is worked out */
#define CAIRN_HTTP_CONNECTIONS_MAX    1024u
#define CAIRN_HTTP_EXTRA_BYTES_MAX    4096u /* headers that a handler adds to its answer */

#define CAIRN_HTTP_ROLE_BYTES_MAX  32u
#define CAIRN_HTTP_ACTOR_BYTES_MAX 64u

#define CAIRN_HTTP_HEADER_MS 10000u /* first byte to end of headers; TLS handshake */
#define CAIRN_HTTP_BODY_MS   60000u /* end of headers to end of body */
#define CAIRN_HTTP_IDLE_MS   60000u /* between two requests */
#define CAIRN_HTTP_STALL_MS  30000u /* output waits and the client takes none of it */
#define CAIRN_HTTP_LINGER_MS 2000u  /* for the client to read a refusal before we close */

#endif
