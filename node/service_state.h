/* What the handlers and machines of the service share. For node/service*.c, node/screening.c,
 * node/imports*.c and node/http/http_<resource>.c. */
#ifndef CAIRN_NODE_SERVICE_STATE_H
#define CAIRN_NODE_SERVICE_STATE_H

#include "node/exporter.h"
#include "node/http/http_server.h"
#include "node/imports.h"
#include "node/pending.h"
#include "node/publish.h"
#include "node/retrybook.h"
#include "node/screening.h"
#include "node/service.h"

#define CAIRN_SERVICE_SETS_MAX 16u
#define CAIRN_SERVICE_TICK_MS  1000u

struct cairn_service {
    uv_loop_t *loop;
    struct cairn_driver *driver;
    const struct cairn_config *config;
    const char *dir;
    bool is_test;
    struct cairn_token_book *tokens;
    struct cairn_policybook *policy;
    struct cairn_publish *publish;
    struct cairn_screening *screening;
    struct cairn_imports *imports;
    struct cairn_pending *pending;
    struct cairn_retrybook *retries;
    struct cairn_exporter *exporter;
    struct cairn_http_server *server;
    struct cairn_http_routes sets[CAIRN_SERVICE_SETS_MAX];
    size_t set_count;
    const char *hosts[CAIRN_CONFIG_HOSTS_MAX + 4];
    size_t host_count;
    char http_host[CAIRN_CONFIG_HOST_MAX + 10]; /* of the config's http line, as a Host says it */
    uint16_t port;
    uv_timer_t tick;
    uint32_t held_count; /* answers under way outside of publish */
    bool is_closing;
    bool is_server_closed;
    bool is_tick_closed;
    bool is_exporter_closed;
    void (*closed)(void *host);
    void *closed_host;
};

/* Something under way refers to the service: it is not freed before the release. */
void cairn_service_hold(struct cairn_service *service);
void cairn_service_release(struct cairn_service *service);

/* Whether a role may do that: by the policy; "status" every role that the policy knows. */
bool cairn_service_permits(const struct cairn_service *service, const char *role,
                           const char *permission);

#endif
