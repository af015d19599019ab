/* What the HTTP handlers stand on: one object that knows the driver, the policy, the tokens, and
 * the machines behind the resources (publish, screening, imports). One per node, on the loop.
 *
 *     cairn_driver_open -> cairn_service_open -> [ listens on DIR/cairn.sock and `http` ]
 *     cairn_service_close -> closed -> cairn_driver_close
 *
 * docs/openapi.yaml, docs/operate.md */
#ifndef CAIRN_NODE_SERVICE_H
#define CAIRN_NODE_SERVICE_H

#include "node/driver.h"

struct cairn_service;

/* Read DIR/tokens.json, policy.yaml and feeds.json, make DIR/keys/web.pem if it is not there, and
 * listen: always on DIR/cairn.sock, on TLS if the config has an `http` line.
 *
 * shape   driver: open; it outlives the service
 * owns    give back with cairn_service_close
 * errors  CAIRN_EXISTS  somebody listens on DIR/cairn.sock; CAIRN_NET  cannot listen; CAIRN_FILE,
 *         CAIRN_KEY_MODE, CAIRN_JSON, those of cairn_policy_parse: a file of ours is damaged;
 *         CAIRN_MEMORY, CAIRN_LIBRARY, CAIRN_TLS */
CAIRN_MUST cairn_err cairn_service_open(uv_loop_t *loop, struct cairn_driver *driver,
                                        struct cairn_service **out);

/* Stop listening, cut the connections, let what is under way end; then call closed on the loop. */
void cairn_service_close(struct cairn_service *service, void (*closed)(void *host), void *host);

/* Port of TLS; 0: none. */
uint16_t cairn_service_port(const struct cairn_service *service);

#endif
