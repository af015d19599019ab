/* The HTTP/1.1 server of a node: two kinds of door, one kind of room.
 *
 *     TCP + TLS   bearer token or client certificate; Host must be in the list
 *     Unix socket mode 0600, peer is this user or root; the owner, any Host
 *
 * Runs on the host's loop, never blocks it, has no threads. One request at a time per connection,
 * in order. The process must ignore SIGPIPE (open sees to it). */
#ifndef CAIRN_NODE_HTTP_HTTP_SERVER_H
#define CAIRN_NODE_HTTP_HTTP_SERVER_H

#include <uv.h>

#include "crypto/tls_identity.h"
#include "node/http/http_hub.h"

struct cairn_http_server;

/* owns    give back with cairn_http_server_close
 * errors  CAIRN_MEMORY */
CAIRN_MUST cairn_err cairn_http_server_open(uv_loop_t *loop,
                                            const struct cairn_http_settings *settings,
                                            struct cairn_http_server **out);

/* Listen on TCP. May be called several times.
 *
 * shape   address: "0.0.0.0", "::1", ... no names; port 0: any, *out_port says which
 * errors  CAIRN_NET  address malformed or taken; CAIRN_TLS  identity refused; CAIRN_FULL */
CAIRN_MUST cairn_err cairn_http_server_listen_tls(struct cairn_http_server *server,
                                                  const char *address, uint16_t port,
                                                  const struct cairn_tls_identity *identity,
                                                  uint16_t *out_port);

/* Listen on a Unix socket; a stale socket file at that path is replaced, any other file is not.
 *
 * errors  CAIRN_EXISTS  somebody listens there; CAIRN_FILE  not a socket, or path too long;
 *         CAIRN_NET  cannot listen; CAIRN_FULL  more than 8 listeners */
CAIRN_MUST cairn_err cairn_http_server_listen_unix(struct cairn_http_server *server,
                                                   const char *path);

struct cairn_http_stats cairn_http_server_stats(const struct cairn_http_server *server);

/* Stop listening and cut all connections; on_closed comes on the loop, then the server is gone.
 * Exchanges not yet answered stay valid until they are (is_gone). */
void cairn_http_server_close(struct cairn_http_server *server, void (*on_closed)(void *host),
                             void *host);

#endif
