#include "node/http/http_exchange.h"

bool cairn_http_exchange_query(const struct cairn_http_exchange *exchange, const char *name,
                               struct cairn_bytes *out)
{
    const struct cairn_http_request *request = exchange->request;
    struct cairn_bytes wanted = cairn_bytes_of(name);
    for (uint32_t at = 0; at < request->query_count; at++) {
        if (cairn_bytes_is_equal(request->queries[at].name, wanted)) {
            *out = request->queries[at].value;
            return true;
        }
    }
    return false;
}

cairn_err cairn_http_exchange_query_uint(const struct cairn_http_exchange *exchange,
                                         const char *name, uint64_t max, uint64_t *out)
{
    struct cairn_bytes text;
    if (!cairn_http_exchange_query(exchange, name, &text)) {
        return CAIRN_OK;
    }
    bool has_leading_zero = text.size > 1 && text.data[0] == '0';
    if (text.size == 0 || text.size > 20 || has_leading_zero) {
        return CAIRN_NUMBER;
    }
    uint64_t value = 0;
    for (size_t at = 0; at < text.size; at++) {
        uint8_t byte = text.data[at];
        if (byte < '0' || byte > '9') {
            return CAIRN_NUMBER;
        }
        uint64_t digit = (uint64_t)(byte - '0');
        if (value > max / 10 || value * 10 > max - digit || digit > max) {
            return CAIRN_NUMBER;
        }
        value = value * 10 + digit;
    }
    *out = value;
    return CAIRN_OK;
}

bool cairn_http_exchange_header(const struct cairn_http_exchange *exchange, const char *name,
                                struct cairn_bytes *out)
{
    return cairn_http_request_find(exchange->request, name, out);
}
