#include "node/http/http_resources.h"

#include <stdlib.h>
#include <string.h>

#include "node/http/http_task.h"
#include "schema/base/text.h"

/* Files in pieces: POST /v1/imports begins one, POST /v1/imports/{id}?offset=N takes the next piece
 * of it. docs/operate.md */

struct import_call {
    struct cairn_service *service;
    struct cairn_http_exchange *exchange;
};

static void import_on_done(void *host, const struct cairn_imports_answer *answer)
{
    struct import_call *call = host;
    struct cairn_service *service = call->service;
    struct cairn_http_exchange *exchange = call->exchange;
    if (answer->err == CAIRN_OK) {
        cairn_http_answer_json(exchange, 200, json_incref(answer->body));
    } else {
        const char *detail = answer->detail[0] == '\0' ? NULL : answer->detail;
        const char *pointer = answer->pointer[0] == '\0' ? NULL : answer->pointer;
        cairn_http_answer_problem(exchange, answer->err, detail, pointer);
    }
    free(call);
    cairn_service_release(service);
}

static struct import_call *import_open(struct cairn_http_exchange *exchange)
{
    struct import_call *call = malloc(sizeof *call);
    if (call != NULL) {
        *call = (struct import_call){cairn_http_task_service(exchange), exchange};
        cairn_service_hold(call->service);
    }
    return call;
}

static cairn_err import_read(const json_t *body, struct cairn_imports_file *out,
                             struct cairn_json_fault *fault)
{
    static const char *const names[] = {"sha256", "format", "defaults", "purpose", NULL};
    const char *hex = NULL;
    const char *format = NULL;
    CAIRN_TRY(cairn_jsontext_allow(body, names, fault));
    CAIRN_TRY(cairn_jsontext_get_text(body, "sha256", true, &hex, fault));
    CAIRN_TRY(cairn_jsontext_get_text(body, "format", true, &format, fault));
    CAIRN_TRY(cairn_jsontext_get_text(body, "purpose", false, &out->purpose, fault));
    if (cairn_text_hex_decode(cairn_bytes_of(hex), sizeof out->sha256, out->sha256) != CAIRN_OK) {
        return cairn_jsontext_refuse(fault, CAIRN_HEX, "/sha256", "is not 64 lower-case digits");
    }
    bool is_csv = strcmp(format, "documents-csv") == 0;
    if (!is_csv && strcmp(format, "alerts-jsonl") != 0) {
        return cairn_jsontext_refuse(fault, CAIRN_JSON_FIELD, "/format",
                                     "is neither documents-csv nor alerts-jsonl");
    }
    out->format = is_csv ? CAIRN_IMPORTS_DOCUMENTS_CSV : CAIRN_IMPORTS_ALERTS_JSONL;
    out->defaults = json_object_get(body, "defaults");
    if (out->defaults != NULL && !json_is_object(out->defaults)) {
        return cairn_jsontext_refuse(fault, CAIRN_JSON_FIELD, "/defaults", "is not an object");
    }
    return strlen(out->purpose) <= CAIRN_PURPOSE_BYTES
               ? CAIRN_OK
               : cairn_jsontext_refuse(fault, CAIRN_TOO_LONG, "/purpose", "is too long");
}

static void import_begin(struct cairn_http_exchange *exchange)
{
    struct cairn_service *service = cairn_http_task_service(exchange);
    struct cairn_json_fault fault = {.line = 0};
    struct cairn_imports_file file = {
        .purpose = "import", .role = exchange->who.role, .actor = exchange->who.actor};
    json_t *body = NULL;
    if (!cairn_http_task_json(exchange, &body)) {
        return;
    }
    cairn_err err = import_read(body, &file, &fault);
    struct import_call *call = err == CAIRN_OK ? import_open(exchange) : NULL;
    if (err == CAIRN_OK) {
        err = call == NULL ? CAIRN_MEMORY
                           : cairn_imports_begin(service->imports, &file, import_on_done, call);
    }
    json_decref(body);
    if (err == CAIRN_OK) {
        return;
    }
    if (call != NULL) {
        free(call);
        cairn_service_release(service);
    }
    cairn_http_task_refuse(exchange, err, &fault);
}

static bool import_read_id(const struct cairn_http_exchange *exchange, char *out)
{
    if (exchange->id.size != CAIRN_IMPORTS_ID_BYTES) {
        return false;
    }
    memcpy(out, exchange->id.data, exchange->id.size);
    out[exchange->id.size] = '\0';
    return true;
}

static void import_take(struct cairn_http_exchange *exchange)
{
    struct cairn_service *service = cairn_http_task_service(exchange);
    struct cairn_imports_piece piece = {.offset = UINT64_MAX, .bytes = exchange->body};
    cairn_err err =
        cairn_http_exchange_query_uint(exchange, "offset", UINT64_MAX >> 1, &piece.offset);
    if (err != CAIRN_OK || piece.offset == UINT64_MAX) {
        cairn_http_answer_problem(exchange, CAIRN_NUMBER, "offset", NULL);
        return;
    }
    struct import_call *call = import_open(exchange);
    if (call == NULL) {
        cairn_http_answer_problem(exchange, CAIRN_MEMORY, NULL, NULL);
        return;
    }
    err = import_read_id(exchange, piece.id)
              ? cairn_imports_take(service->imports, &piece, import_on_done, call)
              : CAIRN_NOT_FOUND;
    if (err != CAIRN_OK) {
        free(call);
        cairn_service_release(service);
        cairn_http_answer_problem(exchange, err, NULL, NULL);
    }
}

static void import_show(struct cairn_http_exchange *exchange)
{
    const struct cairn_service *service = cairn_http_task_service(exchange);
    char id[CAIRN_IMPORTS_ID_BYTES + 1];
    json_t *body = import_read_id(exchange, id) ? cairn_imports_state(service->imports, id) : NULL;
    if (body == NULL) {
        cairn_http_answer_problem(exchange, CAIRN_NOT_FOUND, NULL, NULL);
    } else {
        cairn_http_answer_json(exchange, 200, body);
    }
}

static const char *const import_queries[] = {"offset", NULL};

static const struct cairn_http_route import_table[] = {
    {CAIRN_HTTP_POST, "/v1/imports", "alert.import", .media = "application/json",
     .handler = import_begin},
    {CAIRN_HTTP_GET, "/v1/imports/{id}", "alert.import", .handler = import_show},
    {CAIRN_HTTP_POST, "/v1/imports/{id}", "alert.import",
     .body_bytes_max = CAIRN_IMPORTS_PIECE_BYTES, .queries = import_queries,
     .handler = import_take},
};

struct cairn_http_routes cairn_http_import_routes(void)
{
    return (struct cairn_http_routes){.routes = import_table,
                                      .count = sizeof import_table / sizeof import_table[0]};
}
