/* Throw-away nodes for measurements: a directory below TMPDIR (else /var/tmp), the own program as
 * its daemon, gone afterwards. */
#ifndef CAIRN_NODE_CLI_CLI_BENCH_NODE_H
#define CAIRN_NODE_CLI_CLI_BENCH_NODE_H

#include <jansson.h>
#include <sys/types.h>

#include "schema/base/bytes.h"
#include "schema/base/err.h"

struct cairn_cli_bench_node {
    char country[4];
    char dir[256];
    char note[320]; /* path of its country document */
    pid_t pid;      /* 0: does not run */
};

/* Make a directory for all nodes of one run. errors  CAIRN_FILE */
CAIRN_MUST cairn_err cairn_cli_bench_node_place(char out[static 200]);
void cairn_cli_bench_node_clear(const char *place); /* removes it with all that is in it */

/* `cairn init`, and `cairn run` if is_running; then waits until it answers.
 *
 * owns    give back with cairn_cli_bench_node_stop
 * errors  CAIRN_NO_DAEMON, CAIRN_FILE */
CAIRN_MUST cairn_err cairn_cli_bench_node_start(struct cairn_cli_bench_node *node,
                                                const char *place, const char *country,
                                                bool is_running);
void cairn_cli_bench_node_stop(struct cairn_cli_bench_node *node);

/* Ask its daemon. owns: takes body; *out: the caller's, may be NULL
 *
 * errors  those of cairn_cli_client_call, or the number that the daemon's problem names */
CAIRN_MUST cairn_err cairn_cli_bench_node_ask(const struct cairn_cli_bench_node *node,
                                              const char *method, const char *target, json_t *body,
                                              json_t **out);

/* Let one recognise the other, fingerprint and all. errors  as above, CAIRN_FILE */
CAIRN_MUST cairn_err cairn_cli_bench_node_introduce(const struct cairn_cli_bench_node *node,
                                                    const struct cairn_cli_bench_node *other);

/* Everything goes to everybody. */
CAIRN_MUST cairn_err cairn_cli_bench_node_open_policy(const struct cairn_cli_bench_node *node);

/* Ask for a document, as a border post does. errors  those of the client, and the node's code */
CAIRN_MUST cairn_err cairn_cli_bench_node_screen(const struct cairn_cli_bench_node *node,
                                                 const char *issuer, const char *number,
                                                 bool *out_is_found);

#endif
