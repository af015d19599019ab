#include "node/cli/cli_commands.h"

#include <string.h>

#include "crypto/secret.h"
#include "node/cli/cli_renewal.h"

/* `cairn document renew` works on files; a daemon that runs is then told to read the new document.
 * It never sees the root key. */

static const struct cairn_cli_option renew_options[] = {
    CAIRN_CLI_COMMON,
    CAIRN_CLI_RENEWAL,
    {"rotate", CAIRN_CLI_VALUE, false, "root|node|sealing"},
};
static const struct cairn_cli_plan renew_plan = {
    .command = "document renew",
    .syntax = {.options = renew_options,
               .option_count = sizeof renew_options / sizeof renew_options[0]},
    .is_dir_needed = true,
};

/* gives  the exit code; *out_taken: it is in force already */
static int renew_tell(const struct cairn_cli_session *session, bool *out_taken)
{
    struct cairn_cli_request request = {.method = "POST", .target = "/v1/document"};
    struct cairn_cli_response response;
    cairn_err err = cairn_cli_client_call(session->dir, &request, &response);
    int code = CAIRN_EXIT_DONE;
    *out_taken = err == CAIRN_OK;
    if (err == CAIRN_OK) {
        code = cairn_cli_output_refusal(&session->output, &response);
    } else if (err != CAIRN_NO_DAEMON) {
        code = cairn_cli_output_error(&session->output, err, "it is written, and waits there");
    }
    cairn_cli_client_clear(&response);
    return code;
}

static cairn_err renew_make(struct cairn_cli_session *session, struct cairn_ownnote *old,
                            struct cairn_ownnote *note)
{
    struct cairn_cli_renewal renewal;
    const char *rotate = cairn_cli_args_value(&session->args, "rotate");
    cairn_err err = cairn_cli_renewal_read(session, &renewal);
    renewal.options.is_root_rotated = rotate != NULL && strcmp(rotate, "root") == 0;
    renewal.options.is_node_announced = rotate != NULL && strcmp(rotate, "node") == 0;
    renewal.options.is_sealing_rotated = rotate != NULL && strcmp(rotate, "sealing") == 0;
    if (err == CAIRN_OK && rotate != NULL && !renewal.options.is_root_rotated &&
        !renewal.options.is_node_announced && !renewal.options.is_sealing_rotated) {
        err = cairn_cli_args_refuse(&session->args, "rotate", "none of root, node and sealing");
    }
    if (err == CAIRN_OK) {
        err = cairn_renew(&renewal.options, old, note);
    }
    cairn_secret_wipe(renewal.passphrase, sizeof renewal.passphrase);
    return err;
}

int cairn_cli_document_renew(int argc, char **argv)
{
    struct cairn_cli_session session;
    struct cairn_config_fault fault;
    struct cairn_ownnote old;
    struct cairn_ownnote note;
    bool is_taken = false;
    int code = cairn_cli_session_open(&session, &renew_plan, argc, argv);
    if (code != CAIRN_EXIT_DONE) {
        return code;
    }
    cairn_err err = cairn_config_load(session.dir, &session.config, &fault);
    if (err != CAIRN_OK) {
        return cairn_cli_output_error(&session.output, err, fault.text);
    }
    err = renew_make(&session, &old, &note);
    if (err != CAIRN_OK) {
        const char *detail = session.args.fault[0] != '\0' ? session.args.fault : session.dir;
        return cairn_cli_output_error(&session.output, err, detail);
    }
    code = renew_tell(&session, &is_taken);
    if (code != CAIRN_EXIT_DONE) {
        return code;
    }
    return cairn_cli_renewal_show(
        &session, &note, json_pack("{s:s}", "in_force", is_taken ? "now" : "at the next start"));
}
