#include "node/service.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/file.h"
#include "node/http/http_resources.h"
#include "node/intake.h"
#include "node/logger.h"
#include "node/service_state.h"
#include "node/webkey.h"
#include "schema/base/check.h"

/* ---- life ---- */

static void service_free(struct cairn_service *service)
{
    cairn_imports_close(service->imports);
    cairn_screening_close(service->screening);
    cairn_pending_close(service->pending);
    cairn_publish_close(service->publish);
    cairn_policybook_close(service->policy);
    cairn_token_close(service->tokens);
    cairn_retrybook_close(service->retries);
    free(service);
}

static void service_go_on_closing(struct cairn_service *service)
{
    if (!service->is_server_closed || !service->is_tick_closed || !service->is_exporter_closed) {
        return;
    }
    void (*closed)(void *host) = service->closed;
    void *host = service->closed_host;
    service_free(service);
    if (closed != NULL) {
        closed(host);
    }
}

void cairn_service_hold(struct cairn_service *service)
{
    service->held_count++;
}

/* The last release comes from within an answer: what it stands on must outlive it, so the freeing
 * waits for the next turn of the tick. */
void cairn_service_release(struct cairn_service *service)
{
    CAIRN_REQUIRE(service->held_count > 0);
    service->held_count--;
}

static void service_on_tick_closed(uv_handle_t *handle)
{
    struct cairn_service *service = handle->data;
    service->is_tick_closed = true;
    service_go_on_closing(service);
}

static void service_on_exporter_closed(void *host)
{
    struct cairn_service *service = host;
    service->is_exporter_closed = true;
    service_go_on_closing(service);
}

static void service_on_tick(uv_timer_t *timer)
{
    struct cairn_service *service = timer->data;
    if (!service->is_closing) {
        cairn_publish_grow(service->publish);
        cairn_pending_tick(service->pending);
        return;
    }
    bool is_busy = service->held_count > 0 || cairn_publish_pending_count(service->publish) > 0 ||
                   cairn_pending_is_busy(service->pending);
    if (service->is_server_closed && !is_busy && !uv_is_closing((uv_handle_t *)timer)) {
        uv_close((uv_handle_t *)timer, service_on_tick_closed);
        cairn_exporter_close(service->exporter, service_on_exporter_closed, service);
    }
}

static void service_on_server_closed(void *host)
{
    struct cairn_service *service = host;
    service->is_server_closed = true;
}

void cairn_service_close(struct cairn_service *service, void (*closed)(void *host), void *host)
{
    CAIRN_REQUIRE(!service->is_closing);
    service->is_closing = true;
    service->closed = closed;
    cairn_pending_stop(service->pending);
    service->closed_host = host;
    uv_timer_start(&service->tick, service_on_tick, 0, 10);
    cairn_http_server_close(service->server, service_on_server_closed, service);
}

/* ---- opening ---- */

bool cairn_service_permits(const struct cairn_service *service, const char *role,
                           const char *permission)
{
    const struct cairn_policy *policy = cairn_policybook_now(service->policy);
    struct cairn_bytes name = cairn_bytes_of(role);
    if (strcmp(permission, "status") != 0) {
        return cairn_policy_permits(policy, name, cairn_bytes_of(permission));
    }
    for (uint32_t at = 0; at < policy->role_count; at++) {
        if (cairn_bytes_is_equal(policy->roles[at].name, name)) {
            return true;
        }
    }
    return false;
}

static bool service_is_permitted(void *host, const char *role, const char *permission)
{
    return cairn_service_permits(host, role, permission);
}

static void service_add(struct cairn_service *service, struct cairn_http_routes routes)
{
    CAIRN_REQUIRE(service->set_count < CAIRN_SERVICE_SETS_MAX);
    routes.host = service;
    service->sets[service->set_count++] = routes;
}

static void service_add_routes(struct cairn_service *service)
{
    service_add(service, cairn_http_screen_routes());
    service_add(service, cairn_http_alert_routes());
    service_add(service, cairn_http_case_routes());
    service_add(service, cairn_http_status_routes());
    service_add(service, cairn_http_pending_routes());
    service_add(service, cairn_http_document_routes());
    service_add(service, cairn_http_scrub_routes());
    service_add(service, cairn_http_partner_routes());
    service_add(service, cairn_http_policy_routes());
    service_add(service, cairn_http_token_routes());
    service_add(service, cairn_http_import_routes());
    service_add(service, cairn_http_audit_routes());
    service_add(service, cairn_http_loss_routes());
    service_add(service, cairn_http_bench_routes());
}

/* What a Host header may say: the config's list, else its http line. */
static void service_add_hosts(struct cairn_service *service)
{
    const struct cairn_config *config = service->config;
    for (uint32_t at = 0; at < config->host_count; at++) {
        service->hosts[service->host_count++] = config->hosts[at];
    }
    if (config->host_count == 0 && config->http.port != 0) {
        bool is_six = strchr(config->http.host, ':') != NULL;
        snprintf(service->http_host, sizeof service->http_host, "%s%s%s", is_six ? "[" : "",
                 config->http.host, is_six ? "]" : "");
        service->hosts[service->host_count++] = service->http_host;
    }
}

static cairn_err service_open_parts(struct cairn_service *service)
{
    char path[CAIRN_FILE_PATH_MAX];
    char fault[CAIRN_POLICYBOOK_FAULT];
    CAIRN_TRY(cairn_file_path(service->dir, "tokens.json", path));
    CAIRN_TRY(cairn_token_open(path, &service->tokens));
    CAIRN_TRY(cairn_retrybook_open(&service->retries));
    cairn_err err = cairn_policybook_open(service->dir, service->is_test, &service->policy, fault);
    if (err != CAIRN_OK) {
        CAIRN_LOG(CAIRN_LOGGER_ERROR, "policy.unreadable", CAIRN_LOG_ERR(err));
        return err;
    }
    cairn_intake_apply(service->driver, cairn_policybook_now(service->policy));
    const struct cairn_publish_options publish = {.driver = service->driver,
                                                  .policy = service->policy};
    CAIRN_TRY(cairn_publish_open(&publish, &service->publish));
    const struct cairn_pending_options pending = {.driver = service->driver,
                                                  .publish = service->publish,
                                                  .is_permitted = service_is_permitted,
                                                  .host = service,
                                                  .unknown_ms = CAIRN_PENDING_UNKNOWN_MS};
    CAIRN_TRY(cairn_pending_open(&pending, &service->pending));
    const struct cairn_screening_options screening = {.driver = service->driver,
                                                      .publish = service->publish,
                                                      .policy = service->policy,
                                                      .loop = service->loop};
    CAIRN_TRY(cairn_screening_open(&screening, &service->screening));
    const struct cairn_imports_options imports = {.driver = service->driver,
                                                  .publish = service->publish};
    return cairn_imports_open(&imports, &service->imports);
}

static cairn_err service_listen_tls(struct cairn_service *service)
{
    const struct cairn_config *config = service->config;
    struct cairn_tls_identity *identity = NULL;
    if (config->http.host[0] == '\0') {
        return CAIRN_OK;
    }
    CAIRN_TRY(cairn_webkey_open(service->dir, config, &identity));
    cairn_err err = cairn_http_server_listen_tls(service->server, config->http.host,
                                                 config->http.port, identity, &service->port);
    cairn_tls_identity_close(identity);
    return err;
}

static cairn_err service_listen(struct cairn_service *service)
{
    char path[CAIRN_FILE_PATH_MAX];
    CAIRN_TRY(cairn_file_path(service->dir, "cairn.sock", path));
    CAIRN_TRY(cairn_http_server_listen_unix(service->server, path));
    return service_listen_tls(service);
}

static void service_on_nothing(void *host)
{
    struct cairn_service *service = host;
    service->is_server_closed = true;
    service_go_on_closing(service);
}

/* What was opened is given back by the loop, as far as handles are among it. */
static cairn_err service_start(struct cairn_service *service)
{
    const struct cairn_http_settings settings = {.sets = service->sets,
                                                 .set_count = service->set_count,
                                                 .hosts = service->hosts,
                                                 .host_count = service->host_count,
                                                 .tokens = service->tokens,
                                                 .is_permitted = service_is_permitted,
                                                 .host = service};
    CAIRN_TRY(cairn_http_server_open(service->loop, &settings, &service->server));
    cairn_err err = cairn_exporter_open(service->loop, &service->exporter);
    service->is_exporter_closed = err != CAIRN_OK;
    if (err == CAIRN_OK) {
        err = service_listen(service);
    }
    uv_timer_init(service->loop, &service->tick);
    service->tick.data = service;
    if (err != CAIRN_OK) {
        service->is_closing = true;
        uv_close((uv_handle_t *)&service->tick, service_on_tick_closed);
        if (!service->is_exporter_closed) {
            cairn_exporter_close(service->exporter, service_on_exporter_closed, service);
        }
        cairn_http_server_close(service->server, service_on_nothing, service);
        return err;
    }
    uv_timer_start(&service->tick, service_on_tick, 0, CAIRN_SERVICE_TICK_MS);
    return CAIRN_OK;
}

cairn_err cairn_service_open(uv_loop_t *loop, struct cairn_driver *driver,
                             struct cairn_service **out)
{
    struct cairn_service *service = calloc(1, sizeof *service);
    if (service == NULL) {
        return CAIRN_MEMORY;
    }
    json_object_seed(0); /* before threads make objects */
    service->loop = loop;
    service->driver = driver;
    service->config = cairn_driver_config(driver);
    service->dir = cairn_driver_dir(driver);
    service->is_test = cairn_config_is_test(service->config);
    service_add_routes(service);
    service_add_hosts(service);
    cairn_err err = service_open_parts(service);
    if (err != CAIRN_OK) {
        service_free(service);
        return err;
    }
    err = service_start(service);
    if (err != CAIRN_OK && service->server == NULL) {
        service_free(service);
    }
    if (err == CAIRN_OK) {
        *out = service;
    }
    return err;
}

uint16_t cairn_service_port(const struct cairn_service *service)
{
    return service->port;
}
