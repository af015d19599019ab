#include "node/http/http_benchdata.h"

#include <stdio.h>
#include <stdlib.h>

#include "node/jsonbody.h"
#include "schema/alert/alert_shape.h"
#include "schema/base/civil.h"

#define BENCHDATA_ARENA_BYTES ((size_t)1 << 20)
#define BENCHDATA_YEAR_MS     (365ull * 86400000u)
#define BENCHDATA_PERSON_EACH 8u
#define BENCHDATA_NUMBERS     UINT64_C(100000000)
#define BENCHDATA_SPREAD      UINT64_C(61803399) /* no factor in common with the numbers' count */

struct cairn_http_benchdata {
    char country[4];
    json_t *base; /* what all have in common */
    struct cairn_arena arena;
};

void cairn_http_benchdata_number(uint64_t i, char out[static CAIRN_HTTP_BENCHDATA_NUMBER_BYTES])
{
    uint64_t spread = i * BENCHDATA_SPREAD % BENCHDATA_NUMBERS;
    snprintf(out, CAIRN_HTTP_BENCHDATA_NUMBER_BYTES, "B%08u", (unsigned)spread);
}

bool cairn_http_benchdata_is_person(uint64_t i)
{
    return i % BENCHDATA_PERSON_EACH == BENCHDATA_PERSON_EACH - 1;
}

static json_t *benchdata_base(const char *country, uint64_t from_ms)
{
    static const char text[] =
        "Reported at the border crossing point; number and dates were taken from the register of "
        "issued documents and compared with the application form. No trace of misuse is known.";
    char from[25];
    char expires[25];
    char review[11];
    char authority[16];
    cairn_civil_write_time_ms(from_ms, from);
    cairn_civil_write_time_ms(from_ms + BENCHDATA_YEAR_MS, expires);
    snprintf(review, sizeof review, "%.10s", expires);
    snprintf(authority, sizeof authority, "%s-bench", country);
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:{s:s, s:s, s:i, s:s}}", "reason_text", text,
                     "authority", authority, "from", from, "expires", expires, "review", review,
                     "contact", "duty officer, open day and night, Vienna", "handling", "code",
                     "H0", "source", "A", "information", 1, "onward", "none");
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
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s*}", "kind", "P", "issuer", data->country,
                     "number", number, "issued", "2020-01-01", "expires", "2030-01-01", "status",
                     status);
}

static json_t *benchdata_put_codes(json_t *body, const char *category, const char *action,
                                   const char *reason)
{
    (void)json_object_set_new(body, "category", json_string(category));
    (void)json_object_set_new(body, "action", json_string(action));
    (void)json_object_set_new(body, "reason", json_string(reason));
    return body;
}

static json_t *benchdata_person(const struct cairn_http_benchdata *data, uint64_t i)
{
    char surname[32];
    char given[32];
    char birth[11];
    unsigned dice = (unsigned)(i * BENCHDATA_SPREAD % BENCHDATA_NUMBERS);
    snprintf(surname, sizeof surname, "M\xc3\xbcller-%c%c%c%c", 'A' + dice % 26,
             'a' + dice / 26 % 26, 'a' + dice / 676 % 26, 'a' + dice / 17576 % 26);
    snprintf(given, sizeof given, "J\xc3\xbcrgen %c.", 'A' + dice / 7 % 26);
    snprintf(birth, sizeof birth, "%u-%02u-%02u", 1940 + dice % 60, 1 + dice / 60 % 12,
             1 + dice / 720 % 28);
    json_t *body =
        benchdata_put_codes(json_copy(data->base), "WARN", "INFORM_ONLY", "document_fraud");
    (void)json_object_set_new(body, "names",
                              json_pack("[{s:s, s:s, s:s, s:i}]", "kind", "main", "surname",
                                        surname, "given", given, "quality", 1));
    (void)json_object_set_new(body, "births", json_pack("[s]", birth));
    return body;
}

static json_t *benchdata_batch(const struct cairn_http_benchdata *data, uint64_t first,
                               uint64_t rows)
{
    json_t *body =
        benchdata_put_codes(json_copy(data->base), "DOC", "SEIZE_DOC", "reported_by_holder");
    json_t *list = json_array();
    for (uint64_t at = 0; at < rows; at++) {
        (void)json_array_append_new(list, benchdata_document(data, first + at, "stolen"));
    }
    (void)json_object_del(body, "review");
    (void)json_object_set_new(body, "rows", list);
    return body;
}

static json_t *benchdata_issue(const struct cairn_http_benchdata *data, uint64_t i)
{
    if (cairn_http_benchdata_is_person(i)) {
        return benchdata_person(data, i);
    }
    json_t *body =
        benchdata_put_codes(json_copy(data->base), "DOC", "SEIZE_DOC", "reported_by_holder");
    (void)json_object_set_new(body, "documents",
                              json_pack("[o]", benchdata_document(data, i, NULL)));
    (void)json_object_set_new(body, "document_status", json_string("stolen"));
    return body;
}

cairn_err cairn_http_benchdata_make(struct cairn_http_benchdata *data, uint64_t first,
                                    uint64_t rows, struct cairn_bytes *out)
{
    struct cairn_json_fault fault;
    bool is_batch = rows > 0;
    json_t *body = is_batch ? benchdata_batch(data, first, rows) : benchdata_issue(data, first);
    enum cairn_kind kind = is_batch ? CAIRN_KIND_ALERT_BATCH : CAIRN_KIND_ALERT_ISSUE;
    cairn_arena_reset(&data->arena);
    cairn_err err =
        cairn_jsonbody_encode(cairn_alert_shape_find(kind), body, &data->arena, out, &fault);
    json_decref(body);
    return err;
}
