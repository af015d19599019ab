#include "node/http/http_benchdata.h"

#include <stdio.h>
#include <stdlib.h>

#include "node/jsonbody.h"
#include "schema/alert/alert_shape.h"
#include "schema/base/civil.h"

#define BENCHDATA_ARENA_BYTES ((size_t)1 << 20)
#define BENCHDATA_YEAR_MS     (365ull * 86400000u)

struct cairn_http_benchdata {
    char country[4];
    json_t *base; /* what all have in common */
    struct cairn_arena arena;
};

void cairn_http_benchdata_number(uint64_t i, char out[static CAIRN_HTTP_BENCHDATA_NUMBER_BYTES])
{
    snprintf(out, CAIRN_HTTP_BENCHDATA_NUMBER_BYTES, "B%08u", (unsigned)(i % 100000000u));
}

static json_t *benchdata_base(const char *country, uint64_t from_ms)
{
    char from[25];
    char expires[25];
    char authority[16];
    cairn_civil_write_time_ms(from_ms, from);
    cairn_civil_write_time_ms(from_ms + BENCHDATA_YEAR_MS, expires);
    snprintf(authority, sizeof authority, "%s-bench", country);
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:{s:s, s:s, s:i, s:s}}", "category",
                     "DOC", "action", "SEIZE_DOC", "reason", "reported_by_holder", "authority",
                     authority, "from", from, "expires", expires, "contact", "bench", "handling",
                     "code", "H0", "source", "A", "information", 1, "onward", "none");
}

cairn_err cairn_http_benchdata_open(const char *country, uint64_t from_ms,
                                    struct cairn_http_benchdata **out)
{
    struct cairn_http_benchdata *data = calloc(1, sizeof *data);
    uint8_t *memory = malloc(BENCHDATA_ARENA_BYTES);
    if (data == NULL || memory == NULL) {
        free(data);
        free(memory);
        return CAIRN_MEMORY;
    }
    cairn_arena_init(&data->arena, memory, BENCHDATA_ARENA_BYTES);
    snprintf(data->country, sizeof data->country, "%s", country);
    data->base = benchdata_base(country, from_ms);
    *out = data;
    return data->base == NULL ? CAIRN_MEMORY : CAIRN_OK;
}

void cairn_http_benchdata_close(struct cairn_http_benchdata *data)
{
    if (data != NULL) {
        json_decref(data->base);
        free(data->arena.memory);
        free(data);
    }
}

static json_t *benchdata_document(const struct cairn_http_benchdata *data, uint64_t i,
                                  const char *status)
{
    char number[CAIRN_HTTP_BENCHDATA_NUMBER_BYTES];
    cairn_http_benchdata_number(i, number);
    return json_pack("{s:s, s:s, s:s, s:s*}", "kind", "P", "issuer", data->country, "number",
                     number, "status", status);
}

cairn_err cairn_http_benchdata_make(struct cairn_http_benchdata *data, uint64_t first,
                                    uint64_t rows, struct cairn_bytes *out)
{
    struct cairn_json_fault fault;
    bool is_batch = rows > 0;
    json_t *list = json_array();
    for (uint64_t at = 0; at < (is_batch ? rows : 1); at++) {
        const char *status = is_batch ? "stolen" : NULL;
        (void)json_array_append_new(list, benchdata_document(data, first + at, status));
    }
    json_t *body = json_copy(data->base);
    (void)json_object_set_new(body, is_batch ? "rows" : "documents", list);
    if (!is_batch) {
        (void)json_object_set_new(body, "document_status", json_string("stolen"));
    }
    cairn_arena_reset(&data->arena);
    enum cairn_kind kind = is_batch ? CAIRN_KIND_ALERT_BATCH : CAIRN_KIND_ALERT_ISSUE;
    cairn_err err =
        cairn_jsonbody_encode(cairn_alert_shape_find(kind), body, &data->arena, out, &fault);
    json_decref(body);
    return err;
}
