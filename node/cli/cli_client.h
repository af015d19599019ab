/* The blocking client of the commands: one request to the daemon over DIR/cairn.sock.
 *
 * Exit codes of every command (cli_args.h names them too):
 *     0  done, or yes        1  refused, or no: the daemon answered with an error, a check failed
 *     2  usage               3  no daemon, or trouble of the machine */
#ifndef CAIRN_NODE_CLI_CLI_CLIENT_H
#define CAIRN_NODE_CLI_CLI_CLIENT_H

#include <jansson.h>

#include "schema/base/bytes.h"
#include "schema/base/err.h"

#define CAIRN_EXIT_DONE    0
#define CAIRN_EXIT_REFUSED 1
#define CAIRN_EXIT_USAGE   2
#define CAIRN_EXIT_MACHINE 3

struct cairn_cli_request {
    const char *method; /* "GET", "POST", ... */
    const char *target; /* "/v1/alerts?limit=10"; escape parts with cairn_cli_client_escape */
    const char *role;   /* acting role; NULL: owner */
    const char *actor;  /* NULL: owner */
    const char *idempotency_key; /* NULL: none */
    const char *content_type;    /* of body; NULL: application/json */
    struct cairn_bytes body;
    uint32_t timeout_ms; /* without a byte from the daemon; 0: wait for ever */
};

struct cairn_cli_response {
    int status;
    char content_type[128]; /* "" when there is none */
    uint8_t *body;          /* malloc, one NUL behind it; NULL when streamed */
    size_t body_size;
};

/* Ask and wait for the whole answer, at most 64 MiB.
 *
 * shape   directory: DIR of the node
 * owns    response: give back with cairn_cli_client_clear, also after errors
 * errors  CAIRN_NO_DAEMON  nobody listens there; CAIRN_NET  broke off; CAIRN_TIMEOUT; CAIRN_MEMORY;
 *         CAIRN_HTTP  answer malformed; CAIRN_USAGE  directory path too long, header not possible
 */
CAIRN_MUST cairn_err cairn_cli_client_call(const char *directory,
                                           const struct cairn_cli_request *request,
                                           struct cairn_cli_response *response);

/* Ask and hand each piece of a 2xx body to sink (downloads, server-sent events); the body of any
 * other status is kept in response, as by call. sink gives false to stop: CAIRN_NO_ROOM. */
CAIRN_MUST cairn_err cairn_cli_client_stream(const char *directory,
                                             const struct cairn_cli_request *request,
                                             bool (*sink)(void *host, struct cairn_bytes piece),
                                             void *host, struct cairn_cli_response *response);

void cairn_cli_client_clear(struct cairn_cli_response *response);

/* Parse the body as JSON.
 *
 * owns    the caller owns *out
 * errors  CAIRN_JSON */
CAIRN_MUST cairn_err cairn_cli_client_json(const struct cairn_cli_response *response, json_t **out);

/* Percent-encode for a path segment or a query value.
 *
 * errors  CAIRN_NO_ROOM */
CAIRN_MUST cairn_err cairn_cli_client_escape(const char *text, char *out, size_t capacity);

/* Exit code of an error that a call gave, or that a problem names. */
int cairn_cli_client_exit(cairn_err err);

#endif
