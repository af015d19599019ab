#include "node/http/http_resources.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/hash.h"
#include "crypto/secret.h"
#include "node/file.h"
#include "node/http/http_task.h"
#include "node/notecard.h"
#include "node/ownnote.h"
#include "node/sealingkeys.h"

/* The own country document was renewed: `cairn document renew` has written it over
 * documents/own.note, and this tells the running node to read it there. What changes the keys that
 * the node runs with counts from its next start on. */

struct document_call {
    struct cairn_service *service;
    struct cairn_http_exchange *exchange;
    struct cairn_notecard card;
    struct cairn_ownnote note;
};

static void document_free(struct document_call *call)
{
    struct cairn_service *service = call->service;
    free(call);
    cairn_service_release(service);
}

static bool document_is_held(const struct document_call *call)
{
    const struct cairn_service *service = call->service;
    struct cairn_core_document held;
    uint8_t hash[32];
    cairn_sha256_of((struct cairn_bytes){.data = call->note.bytes, .size = call->note.size}, hash);
    return cairn_core_document(cairn_driver_core(service->driver),
                               (const uint8_t *)service->config->country, &held) &&
           cairn_bytes_is_same32(held.note_hash, hash);
}

static void document_on_taken(void *host, const struct cairn_driver_answer *answer)
{
    struct document_call *call = host;
    if (answer->err != CAIRN_OK) {
        cairn_http_answer_problem(call->exchange, answer->err, NULL, NULL);
    } else if (!document_is_held(call)) { /* own.note was an old copy before it was renewed */
        cairn_http_answer_problem(call->exchange, CAIRN_EXISTS,
                                  "a document with this serial or a higher one is in force", NULL);
    } else {
        json_t *body = cairn_notecard_json(&call->card, (struct cairn_bytes){NULL, 0});
        cairn_http_answer_json(call->exchange, 200, body);
    }
    document_free(call);
}

/* Is it this country's, signed, for this incarnation of the node? */
static cairn_err document_check(struct document_call *call, const char **out_detail)
{
    const struct cairn_service *service = call->service;
    const struct cairn_country_doc *doc = &call->note.doc;
    char origin[CAIRN_LIMIT_ORIGIN_BYTES + 1];
    *out_detail = "documents/own.note";
    CAIRN_TRY(cairn_ownnote_read(service->dir, &call->note));
    CAIRN_TRY(cairn_notecard_read(
        (struct cairn_bytes){.data = call->note.bytes, .size = call->note.size}, &call->card));
    const struct cairn_country_node *node = cairn_ownnote_node(doc, service->config->node);
    if (node == NULL) {
        return CAIRN_DOCUMENT;
    }
    CAIRN_TRY(cairn_origin_make(doc->network, doc->country, node->name, node->incarnation, origin));
    bool is_same = strcmp(origin, cairn_driver_origin(service->driver)) == 0;
    *out_detail = "it has other keys for this node: start it again";
    return is_same ? CAIRN_OK : CAIRN_STATE;
}

static void document_on_key(void *host, const struct cairn_driver_answer *answer)
{
    (void)host; /* the document follows; what it asks for is there or not */
    (void)answer;
}

/* The sealing keys that it names go before it: what partners write from then on is sealed to the
 * newest of them. Those that the core holds already change nothing. */
static cairn_err document_send_keys(const struct document_call *call, const char **out_detail)
{
    char dir[CAIRN_FILE_PATH_MAX];
    struct cairn_suite suite;
    struct cairn_sealingkeys keys = {.count = 0};
    *out_detail = "keys/sealing-N.key: not what documents/own.note names";
    CAIRN_TRY(cairn_file_path(call->service->dir, "keys", dir));
    CAIRN_TRY(cairn_suite_open_real(&suite));
    cairn_err err = cairn_sealingkeys_load(dir, &call->note.doc, &suite, &keys);
    for (uint32_t i = 0; i < keys.count && err == CAIRN_OK; i++) {
        struct cairn_driver_command command = {.type = CAIRN_DRIVER_SEALING};
        memcpy(command.as.sealing_secret, keys.secrets[i], 32);
        err = cairn_driver_command(call->service->driver, &command, document_on_key, NULL);
        cairn_secret_wipe(&command, sizeof command);
    }
    cairn_secret_wipe(&keys, sizeof keys);
    cairn_suite_close(&suite);
    return err;
}

static void document_take(struct cairn_http_exchange *exchange)
{
    const char *detail = NULL;
    struct document_call *call = calloc(1, sizeof *call);
    if (call == NULL) {
        cairn_http_answer_problem(exchange, CAIRN_MEMORY, NULL, NULL);
        return;
    }
    call->service = cairn_http_task_service(exchange);
    call->exchange = exchange;
    cairn_service_hold(call->service);
    cairn_err err = document_check(call, &detail);
    if (err == CAIRN_OK) {
        err = document_send_keys(call, &detail);
    }
    if (err == CAIRN_OK) {
        struct cairn_driver_command command = {
            .type = CAIRN_DRIVER_DOCUMENT,
            .as.note = {.data = call->note.bytes, .size = call->note.size}};
        detail = NULL;
        err = cairn_driver_command(call->service->driver, &command, document_on_taken, call);
    }
    if (err != CAIRN_OK) {
        cairn_http_answer_problem(exchange, err, detail, NULL);
        document_free(call);
    }
}

static const struct cairn_http_route document_table[] = {
    {CAIRN_HTTP_POST, "/v1/document", "document.renew", .handler = document_take},
};

struct cairn_http_routes cairn_http_document_routes(void)
{
    return (struct cairn_http_routes){.routes = document_table,
                                      .count = sizeof document_table / sizeof document_table[0]};
}
