#include "node/http/http_request.h"

#include <string.h>

#include "schema/base/text.h"

static int request_digit(uint8_t byte)
{
    if (byte >= '0' && byte <= '9') {
        return byte - '0';
    }
    if (byte >= 'A' && byte <= 'F') {
        return byte - 'A' + 10;
    }
    if (byte >= 'a' && byte <= 'f') {
        return byte - 'a' + 10;
    }
    return -1;
}

cairn_err cairn_http_request_decode(uint8_t *text, size_t *size, bool plus_is_space)
{
    size_t written = 0;
    for (size_t at = 0; at < *size; at++) {
        uint8_t byte = text[at];
        if (byte == '%') {
            if (*size - at < 3) {
                return CAIRN_HTTP;
            }
            int high = request_digit(text[at + 1]);
            int low = request_digit(text[at + 2]);
            if (high < 0 || low < 0) {
                return CAIRN_HTTP;
            }
            byte = (uint8_t)(high * 16 + low);
            at += 2;
        } else if (byte == '+' && plus_is_space) {
            byte = ' ';
        }
        text[written++] = byte;
    }
    struct cairn_bytes decoded = {.data = text, .size = written};
    if (cairn_text_check(decoded, written) != CAIRN_OK) {
        return CAIRN_HTTP;
    }
    *size = written;
    return CAIRN_OK;
}

static cairn_err request_add_query(struct cairn_http_request *out, uint8_t *part, size_t size)
{
    if (out->query_count == CAIRN_HTTP_QUERIES_MAX) {
        return CAIRN_HTTP;
    }
    uint8_t *equals = memchr(part, '=', size);
    size_t name_size = equals == NULL ? size : (size_t)(equals - part);
    uint8_t *value = equals == NULL ? part + size : equals + 1;
    size_t value_size = (size_t)(part + size - value);
    CAIRN_TRY(cairn_http_request_decode(part, &name_size, true));
    CAIRN_TRY(cairn_http_request_decode(value, &value_size, true));
    struct cairn_http_pair pair = {.name = {part, name_size}, .value = {value, value_size}};
    if (name_size == 0) {
        return CAIRN_HTTP;
    }
    for (uint32_t at = 0; at < out->query_count; at++) {
        if (cairn_bytes_is_equal(out->queries[at].name, pair.name)) {
            return CAIRN_HTTP;
        }
    }
    out->queries[out->query_count++] = pair;
    return CAIRN_OK;
}

cairn_err cairn_http_request_split(uint8_t *target, size_t size, struct cairn_http_request *out)
{
    if (size == 0 || target[0] != '/') {
        return CAIRN_HTTP;
    }
    for (size_t at = 0; at < size; at++) {
        if (target[at] <= 0x20 || target[at] >= 0x7f || target[at] == '#') {
            return CAIRN_HTTP;
        }
    }
    uint8_t *mark = memchr(target, '?', size);
    size_t path_size = mark == NULL ? size : (size_t)(mark - target);
    out->path = (struct cairn_bytes){target, path_size};
    out->query_count = 0;
    uint8_t *end = target + size;
    uint8_t *part = target + path_size + 1;
    while (mark != NULL && part < end) {
        uint8_t *stop = memchr(part, '&', (size_t)(end - part));
        if (stop == NULL) {
            stop = end;
        }
        CAIRN_TRY(request_add_query(out, part, (size_t)(stop - part)));
        part = stop + 1;
    }
    return CAIRN_OK;
}

static uint8_t request_lower(uint8_t byte)
{
    return byte >= 'A' && byte <= 'Z' ? (uint8_t)(byte + 32) : byte;
}

bool cairn_http_request_is_same(struct cairn_bytes text, const char *wanted)
{
    if (text.size != strlen(wanted)) {
        return false;
    }
    for (size_t at = 0; at < text.size; at++) {
        if (request_lower(text.data[at]) != request_lower((uint8_t)wanted[at])) {
            return false;
        }
    }
    return true;
}

bool cairn_http_request_find(const struct cairn_http_request *request, const char *name,
                             struct cairn_bytes *out)
{
    for (uint32_t at = 0; at < request->header_count; at++) {
        if (cairn_http_request_is_same(request->headers[at].name, name)) {
            *out = request->headers[at].value;
            return true;
        }
    }
    return false;
}

uint32_t cairn_http_request_count(const struct cairn_http_request *request, const char *name)
{
    uint32_t count = 0;
    for (uint32_t at = 0; at < request->header_count; at++) {
        count += cairn_http_request_is_same(request->headers[at].name, name);
    }
    return count;
}
