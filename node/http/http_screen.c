#include "node/http/http_resources.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/http/http_accepted.h"
#include "node/http/http_match.h"
#include "schema/base/text.h"

struct screen_call {
    struct cairn_service *service;
    struct cairn_http_exchange *exchange;
};

/* ---- the question ---- */

static cairn_err screen_copy(const char *text, char *out, size_t capacity, const char *pointer,
                             struct cairn_json_fault *fault)
{
    int size = snprintf(out, capacity, "%s", text == NULL ? "" : text);
    if (size < 0 || (size_t)size >= capacity) {
        return cairn_jsontext_refuse(fault, CAIRN_TOO_LONG, pointer, "is too long");
    }
    return CAIRN_OK;
}

static cairn_err screen_read_document(const json_t *object, struct cairn_screening_question *out,
                                      struct cairn_json_fault *fault)
{
    static const char *const names[] = {"issuer", "number", "kind", NULL};
    const char *issuer = NULL;
    const char *number = NULL;
    const char *kind = NULL;
    CAIRN_TRY(cairn_jsontext_allow(object, names, fault));
    CAIRN_TRY(cairn_jsontext_get_text(object, "issuer", true, &issuer, fault));
    CAIRN_TRY(cairn_jsontext_get_text(object, "number", true, &number, fault));
    CAIRN_TRY(cairn_jsontext_get_text(object, "kind", false, &kind, fault));
    CAIRN_TRY(screen_copy(issuer, out->issuer, sizeof out->issuer, "/document/issuer", fault));
    CAIRN_TRY(screen_copy(number, out->number, sizeof out->number, "/document/number", fault));
    out->type = CAIRN_LOOKUP_DOCUMENT;
    if (kind != NULL) {
        out->kind = cairn_codelist_number(&cairn_alert_codes_documents, cairn_bytes_of(kind));
        if (out->kind == 0) {
            return cairn_jsontext_refuse(fault, CAIRN_RULE_CODE, "/document/kind",
                                         "is not in the list");
        }
    }
    return CAIRN_OK;
}

static cairn_err screen_read_name(const json_t *object, struct cairn_screening_question *out,
                                  struct cairn_json_fault *fault)
{
    static const char *const names[] = {"surname", "given", "born", NULL};
    const char *surname = NULL;
    const char *given = NULL;
    const char *born = NULL;
    CAIRN_TRY(cairn_jsontext_allow(object, names, fault));
    CAIRN_TRY(cairn_jsontext_get_text(object, "surname", true, &surname, fault));
    CAIRN_TRY(cairn_jsontext_get_text(object, "given", false, &given, fault));
    CAIRN_TRY(cairn_jsontext_get_text(object, "born", true, &born, fault));
    CAIRN_TRY(screen_copy(surname, out->surname, sizeof out->surname, "/name/surname", fault));
    CAIRN_TRY(screen_copy(given, out->given, sizeof out->given, "/name/given", fault));
    CAIRN_TRY(screen_copy(born, out->born, sizeof out->born, "/name/born", fault));
    out->type = CAIRN_LOOKUP_NAME;
    if (cairn_civil_parse_birth(cairn_bytes_of(out->born), &out->birth) != CAIRN_OK) {
        return cairn_jsontext_refuse(fault, CAIRN_DATE, "/name/born",
                                     "is not a date such as 1974-08-12 or 1974-XX-XX");
    }
    return CAIRN_OK;
}

static cairn_err screen_read_zone(const char *zone, struct cairn_screening_question *out,
                                  struct cairn_json_fault *fault)
{
    size_t size = strlen(zone);
    out->type = CAIRN_LOOKUP_MRZ;
    if (size > sizeof out->zone) {
        return cairn_jsontext_refuse(fault, CAIRN_TOO_LONG, "/mrz", "is too long for any zone");
    }
    memcpy(out->zone, zone, size);
    out->zone_size = size;
    return CAIRN_OK;
}

/* B40: a look-up that nobody can be asked about must not run. */
static cairn_err screen_read_who(const struct cairn_http_exchange *exchange, const json_t *body,
                                 struct cairn_screening_question *out,
                                 struct cairn_json_fault *fault)
{
    const struct cairn_http_who *who = &exchange->who;
    const char *purpose = "";
    CAIRN_TRY(cairn_jsontext_get_text(body, "purpose", false, &purpose, fault));
    bool is_named =
        !who->is_owner || (strcmp(who->role, "owner") != 0 && strcmp(who->actor, "owner") != 0);
    if (purpose[0] == '\0' || !is_named) {
        return cairn_jsontext_refuse(fault, CAIRN_RULE_PURPOSE,
                                     purpose[0] == '\0' ? "/purpose" : "",
                                     "a look-up names purpose, role and actor");
    }
    CAIRN_TRY(screen_copy(purpose, out->purpose, sizeof out->purpose, "/purpose", fault));
    CAIRN_TRY(screen_copy(who->role, out->role, sizeof out->role, "", fault));
    CAIRN_TRY(screen_copy(who->actor, out->actor, sizeof out->actor, "", fault));
    cairn_err err = cairn_text_check(cairn_bytes_of(purpose), CAIRN_PURPOSE_BYTES);
    return err == CAIRN_OK ? CAIRN_OK
                           : cairn_jsontext_refuse(fault, err, "/purpose", "holds what it may not");
}

static cairn_err screen_read(const struct cairn_http_exchange *exchange, const json_t *body,
                             struct cairn_screening_question *out, struct cairn_json_fault *fault)
{
    static const char *const names[] = {"purpose", "document", "name", "mrz", NULL};
    const json_t *document = json_object_get(body, "document");
    const json_t *name = json_object_get(body, "name");
    const char *zone = NULL;
    memset(out, 0, sizeof *out);
    CAIRN_TRY(cairn_jsontext_allow(body, names, fault));
    CAIRN_TRY(screen_read_who(exchange, body, out, fault));
    CAIRN_TRY(cairn_jsontext_get_text(body, "mrz", false, &zone, fault));
    if ((document != NULL) + (name != NULL) + (zone != NULL) != 1) {
        return cairn_jsontext_refuse(fault, CAIRN_JSON_FIELD, "",
                                     "wants one of document, name, mrz");
    }
    if (zone != NULL) {
        return screen_read_zone(zone, out, fault);
    }
    const json_t *object = document != NULL ? document : name;
    if (!json_is_object(object)) {
        return cairn_jsontext_refuse(fault, CAIRN_JSON_FIELD,
                                     document != NULL ? "/document" : "/name", "is not an object");
    }
    return document != NULL ? screen_read_document(document, out, fault)
                            : screen_read_name(name, out, fault);
}

/* ---- the answer ---- */

static void screen_on_done(void *host, const struct cairn_screening_answer *answer)
{
    struct screen_call *call = host;
    struct cairn_service *service = call->service;
    if (answer->err == CAIRN_OK) {
        json_t *body = cairn_http_match_json(answer);
        json_t *fresh = cairn_freshness_json(cairn_driver_core(service->driver), answer->now_ms);
        cairn_http_accepted_put(answer->accepted, fresh);
        (void)json_object_set_new(body, "freshness", fresh);
        cairn_http_answer_json(call->exchange, 200, body);
    } else {
        cairn_http_answer_problem(call->exchange, answer->err, NULL, NULL);
    }
    free(call);
    cairn_service_release(service);
}

static void screen_ask(struct cairn_http_exchange *exchange)
{
    struct cairn_service *service = cairn_http_task_service(exchange);
    struct cairn_screening_question question;
    struct cairn_json_fault fault = {.line = 0};
    json_t *body = NULL;
    if (!cairn_http_task_json(exchange, &body)) {
        return;
    }
    struct screen_call *call = malloc(sizeof *call);
    cairn_err err = call == NULL ? CAIRN_MEMORY : screen_read(exchange, body, &question, &fault);
    json_decref(body);
    if (err == CAIRN_OK) {
        *call = (struct screen_call){service, exchange};
        cairn_service_hold(service);
        err = cairn_screening_ask(service->screening, &question, screen_on_done, call);
        if (err == CAIRN_OK) {
            return;
        }
        cairn_service_release(service);
    }
    free(call);
    cairn_http_task_refuse(exchange, err, &fault);
}

static const struct cairn_http_route screen_table[] = {
    {CAIRN_HTTP_POST, "/v1/screen", "screen", .media = "application/json",
     .body_bytes_max = 16u << 10, .handler = screen_ask},
};

struct cairn_http_routes cairn_http_screen_routes(void)
{
    return (struct cairn_http_routes){.routes = screen_table,
                                      .count = sizeof screen_table / sizeof screen_table[0]};
}
