/* What `document renew` and `recover` have in common: the root key, and the document it signs. */
#ifndef CAIRN_NODE_CLI_CLI_RENEWAL_H
#define CAIRN_NODE_CLI_CLI_RENEWAL_H

#include "node/cli/cli_session.h"
#include "node/renew.h"

/* clang-format off */
#define CAIRN_CLI_RENEWAL \
    {"endpoint", CAIRN_CLI_VALUE, false, "HOST:PORT"}, \
    {"days", CAIRN_CLI_VALUE, false, "N"}, \
    {"serial", CAIRN_CLI_VALUE, false, "N"}, \
    {"root-keys", CAIRN_CLI_VALUE, false, "DIR"}, \
    {"passphrase-file", CAIRN_CLI_VALUE, false, "FILE"}
/* clang-format on */

struct cairn_cli_renewal {
    struct cairn_renew_options options;
    char keys_dir[CAIRN_FILE_PATH_MAX];
    uint8_t passphrase[CAIRN_CLI_PASSPHRASE_MAX]; /* wipe it */
};

/* Read these options, and the passphrase; the session's config is read already.
 *
 * owns    out->options borrows from session and from out
 * errors  CAIRN_USAGE, and those of cairn_cli_session_passphrase */
CAIRN_MUST cairn_err cairn_cli_renewal_read(struct cairn_cli_session *session,
                                            struct cairn_cli_renewal *out);

/* Print a document that was signed. owns: takes more, which is printed with it
 *
 * gives   the exit code */
int cairn_cli_renewal_show(const struct cairn_cli_session *session,
                           const struct cairn_ownnote *note, json_t *more);

#endif
