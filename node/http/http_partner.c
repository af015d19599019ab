#include "node/http/http_resources.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/hash.h"
#include "node/clock.h"
#include "node/file.h"
#include "node/http/http_task.h"
#include "node/notecard.h"
#include "node/savefile.h"
#include "schema/code.h"

/* A country is recognised when its operator compared the fingerprint: the words come with the
 * document, and must be those of its root key. docs/protocol.md, P-13 */

struct partner_call {
    struct cairn_service *service;
    struct cairn_http_exchange *exchange;
    struct cairn_notecard card;
    char country[4];
    struct cairn_bytes note; /* malloc */
};

static void partner_free(struct partner_call *call)
{
    struct cairn_service *service = call->service;
    free((void *)(uintptr_t)call->note.data);
    free(call);
    cairn_service_release(service);
}

static struct partner_call *partner_open(struct cairn_http_exchange *exchange)
{
    struct partner_call *call = calloc(1, sizeof *call);
    if (call == NULL) {
        cairn_http_answer_problem(exchange, CAIRN_MEMORY, NULL, NULL);
        return NULL;
    }
    call->service = cairn_http_task_service(exchange);
    call->exchange = exchange;
    cairn_service_hold(call->service);
    return call;
}

/* ---- add ---- */

static void partner_on_saved(void *host, cairn_err err)
{
    struct partner_call *call = host;
    if (err == CAIRN_OK) {
        json_t *body = cairn_notecard_json(&call->card, (struct cairn_bytes){NULL, 0});
        cairn_http_answer_json(call->exchange, 201, body);
    } else {
        cairn_http_answer_problem(call->exchange, err, "recognised, but its copy is not written",
                                  NULL);
    }
    partner_free(call);
}

/* A copy for people, in DIR/documents; the log has its own. */
static void partner_save(struct partner_call *call)
{
    char name[32];
    char path[CAIRN_FILE_PATH_MAX];
    snprintf(name, sizeof name, "documents/%s.note", call->card.country);
    cairn_err err = cairn_file_path(call->service->dir, name, path);
    const struct cairn_savefile what = {
        .path = path, .bytes = call->note, .mode = 0644, .done = partner_on_saved, .host = call};
    if (err == CAIRN_OK) {
        err = cairn_savefile_post(cairn_driver_readers(call->service->driver), &what);
    }
    if (err != CAIRN_OK) {
        partner_on_saved(call, err);
    }
}

static void partner_on_added(void *host, const struct cairn_driver_answer *answer)
{
    struct partner_call *call = host;
    if (answer->err != CAIRN_OK) {
        cairn_http_answer_problem(call->exchange, answer->err, NULL, NULL);
        partner_free(call);
        return;
    }
    cairn_publish_grow(call->service->publish);
    partner_save(call);
}

static cairn_err partner_check(struct partner_call *call, const json_t *body,
                               struct cairn_json_fault *fault)
{
    static const char *const names[] = {"note", "fingerprint", NULL};
    const char *note = NULL;
    const char *words = NULL;
    const struct cairn_config *config = call->service->config;
    CAIRN_TRY(cairn_jsontext_allow(body, names, fault));
    CAIRN_TRY(cairn_jsontext_get_text(body, "note", true, &note, fault));
    CAIRN_TRY(cairn_jsontext_get_text(body, "fingerprint", true, &words, fault));
    cairn_err err = cairn_notecard_read(cairn_bytes_of(note), &call->card);
    if (err != CAIRN_OK) {
        return cairn_jsontext_refuse(fault, err, "/note", "is no good country document");
    }
    if (strcmp(call->card.network, config->network) != 0) {
        return cairn_jsontext_refuse(fault, CAIRN_PEER_NETWORK, "/note", call->card.network);
    }
    if (!cairn_notecard_is_same(&call->card, cairn_bytes_of(words))) {
        return cairn_jsontext_refuse(fault, CAIRN_DENIED_FINGERPRINT, "/fingerprint",
                                     call->card.fingerprint);
    }
    if (strcmp(call->card.country, config->country) == 0) {
        return cairn_jsontext_refuse(fault, CAIRN_EXISTS, "/note", "is this country's own");
    }
    char *copy = strdup(note);
    if (copy == NULL) {
        return CAIRN_MEMORY;
    }
    call->note = cairn_bytes_of(copy);
    return CAIRN_OK;
}

static void partner_add(struct cairn_http_exchange *exchange)
{
    struct cairn_json_fault fault = {.line = 0};
    json_t *body = NULL;
    if (!cairn_http_task_json(exchange, &body)) {
        return;
    }
    struct partner_call *call = partner_open(exchange);
    if (call == NULL) {
        json_decref(body);
        return;
    }
    cairn_err err = partner_check(call, body, &fault);
    json_decref(body);
    if (err == CAIRN_OK) {
        struct cairn_driver_command command = {.type = CAIRN_DRIVER_DOCUMENT,
                                               .as.note = call->note};
        err = cairn_driver_command(call->service->driver, &command, partner_on_added, call);
    }
    if (err != CAIRN_OK) {
        cairn_http_task_refuse(exchange, err, &fault);
        partner_free(call);
    }
}

/* ---- remove ---- */

static void partner_on_removed(void *host, const struct cairn_driver_answer *answer)
{
    struct partner_call *call = host;
    cairn_publish_grow(call->service->publish);
    if (answer->err == CAIRN_OK) {
        json_t *body = json_pack("{s:s}", "removed", call->country);
        cairn_http_answer_json(call->exchange, 200, body);
    } else {
        cairn_http_answer_problem(call->exchange, answer->err, NULL, NULL);
    }
    partner_free(call);
}

static void partner_remove(struct cairn_http_exchange *exchange)
{
    struct cairn_driver_command command = {.type = CAIRN_DRIVER_FORGET};
    if (!cairn_id_is_country(exchange->id)) {
        cairn_http_answer_problem(exchange, CAIRN_CODE_UNKNOWN, "such as SRB", NULL);
        return;
    }
    struct partner_call *call = partner_open(exchange);
    if (call == NULL) {
        return;
    }
    memcpy(call->country, exchange->id.data, 3);
    memcpy(command.as.country, call->country, 3);
    const struct cairn_core *core = cairn_driver_core(call->service->driver);
    cairn_err err = cairn_core_is_partner(core, command.as.country) ? CAIRN_OK : CAIRN_NOT_FOUND;
    if (err == CAIRN_OK) {
        err = cairn_driver_command(call->service->driver, &command, partner_on_removed, call);
    }
    if (err != CAIRN_OK) {
        cairn_http_answer_problem(exchange, err, call->country, NULL);
        partner_free(call);
    }
}

/* ---- one: its document in force, whole ---- */

static void partner_run_read(struct cairn_http_task *task)
{
    struct cairn_key key = {.table = CAIRN_TABLE_NOTE, .index = task->limit};
    uint8_t digest[32];
    uint8_t place[CAIRN_KEY_BYTES];
    struct cairn_notecard card;
    struct cairn_bytes note;
    cairn_sha256_of(cairn_bytes_of(task->words[0]), digest);
    memcpy(key.id, digest, sizeof key.id);
    cairn_key_encode(&key, place);
    task->err = cairn_store_get(cairn_driver_log(task->service->driver),
                                (struct cairn_bytes){.data = place, .size = sizeof place}, &note);
    if (task->err == CAIRN_OK) {
        task->err = cairn_notecard_read(note, &card);
        task->body = task->err == CAIRN_OK ? cairn_notecard_json(&card, note) : NULL;
        cairn_store_free(note);
    }
}

static void partner_show(struct cairn_http_exchange *exchange)
{
    struct cairn_http_task task = {.exchange = exchange, .run = partner_run_read};
    const struct cairn_service *service = cairn_http_task_service(exchange);
    struct cairn_core_document document;
    if (!cairn_id_is_country(exchange->id)) {
        cairn_http_answer_problem(exchange, CAIRN_CODE_UNKNOWN, "such as SRB", NULL);
        return;
    }
    memcpy(task.words[0], exchange->id.data, 3);
    if (!cairn_core_document(cairn_driver_core(service->driver), exchange->id.data, &document)) {
        cairn_http_answer_problem(exchange, CAIRN_NOT_FOUND, task.words[0], NULL);
        return;
    }
    task.limit = document.serial; /* of the row */
    cairn_http_task_post(&task);
}

/* ---- list ---- */

/* What its document in force says: that may be a later one than the operator was shown. */
static void partner_add_card(const struct cairn_core *core, const char *country, json_t *row)
{
    struct cairn_core_document document;
    char words[CAIRN_PROQUINT_BYTES + 1];
    if (!cairn_core_document(core, (const uint8_t *)country, &document)) {
        return;
    }
    cairn_proquint_encode(document.fingerprint, words);
    (void)json_object_set_new(row, "fingerprint", json_string(words));
    (void)json_object_set_new(row, "serial", cairn_jsontext_make_uint(document.serial));
}

/* Is one of the country's nodes linked? */
static bool partner_is_linked(const struct cairn_core *core, const char *country)
{
    struct cairn_core_peer peer;
    uint32_t count = cairn_core_peer_count(core);
    for (uint32_t number = 1; number < count; number++) {
        cairn_core_peer(core, number, &peer);
        if (peer.is_linked && strcmp(peer.country, country) == 0) {
            return true;
        }
    }
    return false;
}

static void partner_list(struct cairn_http_exchange *exchange)
{
    struct cairn_service *service = cairn_http_task_service(exchange);
    const struct cairn_core *core = cairn_driver_core(service->driver);
    json_t *rows = cairn_freshness_json(core, cairn_clock_wall_ms());
    for (size_t at = 0; at < json_array_size(rows); at++) {
        json_t *row = json_array_get(rows, at);
        const char *country = json_string_value(json_object_get(row, "country"));
        bool is_linked = partner_is_linked(core, country);
        (void)json_object_set_new(row, "link", json_string(is_linked ? "up" : "down"));
        partner_add_card(core, country, row);
    }
    cairn_http_answer_json(exchange, 200, json_pack("{s:o}", "partners", rows));
}

static const struct cairn_http_route partner_table[] = {
    {CAIRN_HTTP_GET, "/v1/partners", "partner.list", .handler = partner_list},
    {CAIRN_HTTP_POST, "/v1/partners", "partner.add", .media = "application/json",
     .body_bytes_max = 256u << 10, .handler = partner_add},
    {CAIRN_HTTP_GET, "/v1/partners/{id}", "partner.show", .handler = partner_show},
    {CAIRN_HTTP_DELETE, "/v1/partners/{id}", "partner.remove", .handler = partner_remove},
};

struct cairn_http_routes cairn_http_partner_routes(void)
{
    return (struct cairn_http_routes){.routes = partner_table,
                                      .count = sizeof partner_table / sizeof partner_table[0]};
}
