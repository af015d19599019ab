#include "node/http/http_gate.h"

#include <stdio.h>
#include <string.h>

/* "node.example" matches any port, "node.example:8443" that one. */
static bool gate_is_host(struct cairn_bytes host, const char *wanted)
{
    if (cairn_http_request_is_same(host, wanted)) {
        return true;
    }
    size_t size = host.size;
    while (size > 0 && host.data[size - 1] >= '0' && host.data[size - 1] <= '9') {
        size--;
    }
    if (size < 2 || size == host.size || host.data[size - 1] != ':') {
        return false;
    }
    struct cairn_bytes name = {host.data, size - 1};
    bool has_no_port = name.data[0] == '[' ? name.data[name.size - 1] == ']'
                                           : memchr(name.data, ':', name.size) == NULL;
    return has_no_port && cairn_http_request_is_same(name, wanted);
}

static bool gate_is_host_listed(const struct cairn_http_visit *visit)
{
    const struct cairn_http_settings *settings = &visit->hub->settings;
    struct cairn_bytes host;
    if (!cairn_http_request_find(visit->request, "Host", &host)) {
        return false;
    }
    for (size_t at = 0; at < settings->host_count; at++) {
        if (gate_is_host(host, settings->hosts[at])) {
            return true;
        }
    }
    return false;
}

/* A header that may stand once: visible ASCII and inner spaces of at most size_max bytes.
 *
 * gives   out unchanged when it is absent */
static cairn_err gate_copy_header(const struct cairn_http_request *request, const char *name,
                                  size_t size_max, char *out)
{
    struct cairn_bytes value;
    if (!cairn_http_request_find(request, name, &value)) {
        return CAIRN_OK;
    }
    if (cairn_http_request_count(request, name) != 1 || value.size == 0 || value.size > size_max) {
        return CAIRN_HTTP;
    }
    for (size_t at = 0; at < value.size; at++) {
        if (value.data[at] < 0x20 || value.data[at] > 0x7e) {
            return CAIRN_HTTP;
        }
    }
    memcpy(out, value.data, value.size);
    out[value.size] = '\0';
    return CAIRN_OK;
}

static cairn_err gate_judge_owner(const struct cairn_http_visit *visit,
                                  struct cairn_http_verdict *out)
{
    const struct cairn_http_settings *settings = &visit->hub->settings;
    struct cairn_http_who *who = &out->who;
    *who = (struct cairn_http_who){.role = "", .actor = "owner", .is_owner = true};
    out->detail = "Cairn-Role or Cairn-Actor is malformed";
    CAIRN_TRY(gate_copy_header(visit->request, "Cairn-Role", CAIRN_HTTP_ROLE_BYTES_MAX, who->role));
    CAIRN_TRY(
        gate_copy_header(visit->request, "Cairn-Actor", CAIRN_HTTP_ACTOR_BYTES_MAX, who->actor));
    out->detail = NULL;
    const char *permission = out->match.route->permission;
    if (who->role[0] == '\0') {
        memcpy(who->role, "owner", sizeof "owner");
        return CAIRN_OK;
    }
    if (permission == NULL || settings->is_permitted(settings->host, who->role, permission)) {
        return CAIRN_OK;
    }
    out->detail = permission;
    return CAIRN_DENIED_ROLE;
}

static const struct cairn_token *gate_find_token(const struct cairn_http_visit *visit)
{
    static const char scheme[] = "Bearer ";
    const struct cairn_token_book *book = visit->hub->settings.tokens;
    struct cairn_bytes shown;
    if (book == NULL) {
        return NULL;
    }
    if (!cairn_http_request_find(visit->request, "Authorization", &shown)) {
        return visit->spki_hash == NULL ? NULL
                                        : cairn_token_find_certificate(book, visit->spki_hash);
    }
    size_t skip = sizeof scheme - 1;
    bool is_bearer = shown.size > skip &&
                     cairn_http_request_is_same((struct cairn_bytes){shown.data, skip}, scheme);
    if (!is_bearer || cairn_http_request_count(visit->request, "Authorization") != 1) {
        return NULL;
    }
    return cairn_token_find(book, (struct cairn_bytes){shown.data + skip, shown.size - skip});
}

static cairn_err gate_judge_token(const struct cairn_http_visit *visit,
                                  struct cairn_http_verdict *out)
{
    const struct cairn_http_settings *settings = &visit->hub->settings;
    const char *permission = out->match.route->permission;
    if (permission == NULL) {
        return CAIRN_OK;
    }
    const struct cairn_token *token = gate_find_token(visit);
    if (token == NULL) {
        return CAIRN_DENIED_TOKEN;
    }
    snprintf(out->who.role, sizeof out->who.role, "%s", token->role);
    snprintf(out->who.actor, sizeof out->who.actor, "%s", token->actor);
    snprintf(out->who.token_id, sizeof out->who.token_id, "%s", token->id);
    if (!settings->is_permitted(settings->host, token->role, permission)) {
        out->detail = permission;
        return CAIRN_DENIED_ROLE;
    }
    return CAIRN_OK;
}

cairn_err cairn_http_gate_judge(const struct cairn_http_visit *visit,
                                struct cairn_http_verdict *out)
{
    const struct cairn_http_request *request = visit->request;
    *out = (struct cairn_http_verdict){0};
    if (!visit->is_owner && !gate_is_host_listed(visit)) {
        return CAIRN_DENIED_HOST;
    }
    CAIRN_TRY(
        cairn_http_router_find(&visit->hub->router, request->method, request->path, &out->match));
    for (uint32_t at = 0; at < request->query_count; at++) {
        if (!cairn_http_router_knows_query(out->match.route, request->queries[at].name)) {
            out->detail = "unknown query parameter";
            return CAIRN_HTTP;
        }
    }
    return visit->is_owner ? gate_judge_owner(visit, out) : gate_judge_token(visit, out);
}

cairn_err cairn_http_gate_check_media(const struct cairn_http_route *route,
                                      const struct cairn_http_request *request)
{
    struct cairn_bytes media;
    if (route->media == NULL) {
        return CAIRN_OK;
    }
    if (!cairn_http_request_find(request, "Content-Type", &media)) {
        return CAIRN_MEDIA;
    }
    const uint8_t *semicolon = media.size == 0 ? NULL : memchr(media.data, ';', media.size);
    if (semicolon != NULL) {
        media.size = (size_t)(semicolon - media.data);
    }
    while (media.size > 0 && media.data[media.size - 1] == ' ') {
        media.size--;
    }
    return cairn_http_request_is_same(media, route->media) ? CAIRN_OK : CAIRN_MEDIA;
}
