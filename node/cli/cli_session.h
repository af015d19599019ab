/* One run of a command: its arguments, the node's directory, how it prints, what it asks the
 * daemon. Every command has --dir DIR (else CAIRN_DIR) and --json; those that act for a person have
 * --role, --actor and --purpose. Without --role the owner of the node acts. */
#ifndef CAIRN_NODE_CLI_CLI_SESSION_H
#define CAIRN_NODE_CLI_CLI_SESSION_H

#include "node/cli/cli_args.h"
#include "node/cli/cli_output.h"
#include "node/config.h"

#define CAIRN_CLI_PASSPHRASE_MAX 1024u

/* Put these into every table of options, and the second set where somebody acts. */
/* clang-format off */
#define CAIRN_CLI_COMMON \
    {"dir", CAIRN_CLI_VALUE, false, "DIR"}, {"json", CAIRN_CLI_FLAG, false, NULL}
#define CAIRN_CLI_ACTING \
    {"role", CAIRN_CLI_VALUE, false, "ROLE"}, \
    {"actor", CAIRN_CLI_VALUE, false, "ACTOR"}, \
    {"purpose", CAIRN_CLI_VALUE, false, "PURPOSE"}
/* clang-format on */

struct cairn_cli_session {
    struct cairn_cli_args args;
    struct cairn_cli_output output;
    const char *dir; /* NULL when not said: only where is_dir_needed is false */
    struct cairn_config config;
    const char *role; /* NULL: not said, so below */
    const char *actor;
    const char *purpose;
};

struct cairn_cli_plan {
    const char *command; /* "alert issue", for the usage text */
    struct cairn_cli_syntax syntax;
    bool is_dir_needed;
    bool is_acting;    /* has the options of CAIRN_CLI_ACTING; the config is read */
    bool is_screening; /* role and purpose too may come from the config, not the actor alone */
};

/* Read the command line; says what is wrong with it.
 *
 * shape   plan: static; session: out of the caller's stack, about 10 KiB
 * gives   CAIRN_EXIT_DONE: go on; else the exit code, everything has been said */
int cairn_cli_session_open(struct cairn_cli_session *session, const struct cairn_cli_plan *plan,
                           int argc, char **argv);

/* Ask the daemon. Says what is wrong when it does not answer 2xx.
 *
 * owns    *out_body: the caller's, NULL for an empty answer or an error; out_body may be NULL
 * gives   the exit code */
int cairn_cli_session_call(const struct cairn_cli_session *session,
                           struct cairn_cli_request *request, json_t **out_body);

/* GET a path and give its JSON. */
int cairn_cli_session_get(const struct cairn_cli_session *session, const char *target,
                          json_t **out_body);

/* POST a JSON object (NULL: no body) under a fresh idempotency key. owns: takes body */
int cairn_cli_session_post(const struct cairn_cli_session *session, const char *target,
                           json_t *body, json_t **out_body);

/* Print an answer as "key: value" lines or JSON, if code is CAIRN_EXIT_DONE. owns: takes answer
 *
 * gives   code */
int cairn_cli_session_show(const struct cairn_cli_session *session, int code, json_t *answer);

/* Read a whole file, "-" is the standard input; says what is wrong.
 *
 * owns    out->data: malloc, one NUL behind it
 * gives   the exit code */
int cairn_cli_session_read(const struct cairn_cli_session *session, const char *path,
                           size_t bytes_max, struct cairn_bytes *out);

/* What the file of --passphrase-file says, without its last newline; empty when it is not given.
 *
 * owns    *out is a view of buffer: wipe that
 * errors  those of cairn_file_read_secret; CAIRN_USAGE  it is empty */
CAIRN_MUST cairn_err cairn_cli_session_passphrase(struct cairn_cli_session *session,
                                                  uint8_t buffer[static CAIRN_CLI_PASSPHRASE_MAX],
                                                  struct cairn_bytes *out);

/* Append "name=value" to a target, with '?' or '&'; NULL value: nothing.
 *
 * gives   false: target is full */
bool cairn_cli_session_query(char *target, size_t capacity, const char *name, const char *value);

/* Read a file as one JSON object; says what is wrong, with line and column. owns: the caller */
int cairn_cli_session_read_json(const struct cairn_cli_session *session, const char *path,
                                json_t **out);

/* "prefix/ID/suffix" with the id escaped; suffix may be NULL. gives: false, it does not fit */
bool cairn_cli_session_path(char *target, size_t capacity, const char *prefix, const char *id,
                            const char *suffix);

/* A text member of an answer; "" when absent. Borrowed. */
const char *cairn_cli_session_text(const json_t *body, const char *key);
long long cairn_cli_session_number(const json_t *body, const char *key);

#endif
