#include "node/http/http_router.h"

#include <stdio.h>
#include <string.h>

#include "schema/base/check.h"

static const char router_hole[] = "{id}";

static void router_check_route(const struct cairn_http_route *route)
{
    CAIRN_REQUIRE(route->method < CAIRN_HTTP_OTHER);
    CAIRN_REQUIRE(route->pattern[0] == '/');
    CAIRN_REQUIRE(route->handler != NULL);
    CAIRN_REQUIRE(route->body_bytes_max <= CAIRN_HTTP_BODY_BYTES_MAX);
    const char *hole = strchr(route->pattern, '{');
    if (hole == NULL) {
        return;
    }
    CAIRN_REQUIRE(hole[-1] == '/');
    CAIRN_REQUIRE(strncmp(hole, router_hole, strlen(router_hole)) == 0);
    CAIRN_REQUIRE(hole[strlen(router_hole)] == '/' || hole[strlen(router_hole)] == '\0');
    CAIRN_REQUIRE(strchr(hole + 1, '{') == NULL);
}

void cairn_http_router_init(struct cairn_http_router *router, const struct cairn_http_routes *sets,
                            size_t set_count)
{
    for (size_t set = 0; set < set_count; set++) {
        for (size_t at = 0; at < sets[set].count; at++) {
            router_check_route(&sets[set].routes[at]);
        }
    }
    *router = (struct cairn_http_router){.sets = sets, .set_count = set_count};
}

static bool router_is_match(const char *pattern, struct cairn_bytes path, struct cairn_bytes *out)
{
    const char *hole = strchr(pattern, '{');
    size_t before = hole == NULL ? strlen(pattern) : (size_t)(hole - pattern);
    *out = (struct cairn_bytes){0};
    if (path.size < before || memcmp(path.data, pattern, before) != 0) {
        return false;
    }
    if (hole == NULL) {
        return path.size == before;
    }
    struct cairn_bytes rest = {path.data + before, path.size - before};
    const uint8_t *slash = rest.size == 0 ? NULL : memchr(rest.data, '/', rest.size);
    size_t id_size = slash == NULL ? rest.size : (size_t)(slash - rest.data);
    struct cairn_bytes tail = {rest.data + id_size, rest.size - id_size};
    *out = (struct cairn_bytes){rest.data, id_size};
    return id_size > 0 && cairn_bytes_is_equal(tail, cairn_bytes_of(hole + strlen(router_hole)));
}

cairn_err cairn_http_router_find(const struct cairn_http_router *router,
                                 enum cairn_http_method method, struct cairn_bytes path,
                                 struct cairn_http_match *out)
{
    cairn_err err = CAIRN_NOT_FOUND;
    for (size_t set = 0; set < router->set_count; set++) {
        for (size_t at = 0; at < router->sets[set].count; at++) {
            const struct cairn_http_route *route = &router->sets[set].routes[at];
            struct cairn_bytes id;
            if (!router_is_match(route->pattern, path, &id)) {
                continue;
            }
            if (route->method == method) {
                void *host = router->sets[set].host;
                *out = (struct cairn_http_match){.route = route, .host = host, .id = id};
                return CAIRN_OK;
            }
            err = CAIRN_METHOD;
        }
    }
    return err;
}

void cairn_http_router_allow(const struct cairn_http_router *router, struct cairn_bytes path,
                             char out[static 64])
{
    static const char *const names[] = {[CAIRN_HTTP_GET] = "GET, HEAD",
                                        [CAIRN_HTTP_POST] = "POST",
                                        [CAIRN_HTTP_PUT] = "PUT",
                                        [CAIRN_HTTP_PATCH] = "PATCH",
                                        [CAIRN_HTTP_DELETE] = "DELETE"};
    size_t size = 0;
    out[0] = '\0';
    for (int method = CAIRN_HTTP_GET; method < CAIRN_HTTP_OTHER; method++) {
        struct cairn_http_match match;
        if (cairn_http_router_find(router, (enum cairn_http_method)method, path, &match) ==
            CAIRN_OK) {
            const char *comma = size == 0 ? "" : ", ";
            size += (size_t)snprintf(out + size, 64 - size, "%s%s", comma, names[method]);
        }
    }
}

bool cairn_http_router_knows_query(const struct cairn_http_route *route, struct cairn_bytes name)
{
    for (size_t at = 0; route->queries != NULL && route->queries[at] != NULL; at++) {
        if (cairn_bytes_is_equal(name, cairn_bytes_of(route->queries[at]))) {
            return true;
        }
    }
    return false;
}
