#include "node/cli/cli_commands.h"

#include <string.h>

#include "crypto/secret.h"
#include "node/cli/cli_session.h"
#include "node/clock.h"
#include "node/notecard.h"
#include "node/renew.h"

/* `cairn document renew` works on files; a daemon that runs is then told to read the new document.
 * It never sees the root key. */

static const struct cairn_cli_option renew_options[] = {
    CAIRN_CLI_COMMON,
    {"rotate", CAIRN_CLI_VALUE, false, "root"},
    {"endpoint", CAIRN_CLI_VALUE, false, "HOST:PORT"},
    {"days", CAIRN_CLI_VALUE, false, "N"},
    {"serial", CAIRN_CLI_VALUE, false, "N"},
    {"root-keys", CAIRN_CLI_VALUE, false, "DIR"},
    {"passphrase-file", CAIRN_CLI_VALUE, false, "FILE"},
};
static const struct cairn_cli_plan renew_plan = {
    .command = "document renew",
    .syntax = {.options = renew_options,
               .option_count = sizeof renew_options / sizeof renew_options[0]},
    .is_dir_needed = true,
};

/* What the command line says. keys_dir: room for DIR/keys */
static cairn_err renew_read(struct cairn_cli_session *session,
                            char keys_dir[static CAIRN_FILE_PATH_MAX],
                            struct cairn_renew_options *out)
{
    const char *rotate = cairn_cli_args_value(&session->args, "rotate");
    struct cairn_config_endpoint unused;
    out->dir = session->dir;
    out->node = session->config.node;
    out->days = CAIRN_RENEW_DAYS;
    out->endpoint = cairn_cli_args_value(&session->args, "endpoint");
    out->root_dir = cairn_cli_args_value(&session->args, "root-keys");
    out->is_root_rotated = rotate != NULL;
    if (rotate != NULL && strcmp(rotate, "root") != 0) {
        return cairn_cli_args_refuse(&session->args, "rotate", "not root");
    }
    if (out->endpoint != NULL && strcmp(out->endpoint, "-") != 0 &&
        cairn_config_parse_endpoint(cairn_bytes_of(out->endpoint), false, &unused) != CAIRN_OK) {
        return cairn_cli_args_refuse(&session->args, "endpoint", "not HOST:PORT");
    }
    if (out->root_dir == NULL) {
        CAIRN_TRY(cairn_file_path(session->dir, "keys", keys_dir));
        out->root_dir = keys_dir;
    }
    CAIRN_TRY(cairn_cli_args_uint(&session->args, "serial", 2, UINT32_MAX, &out->serial_min));
    return cairn_cli_args_uint(&session->args, "days", 1, CAIRN_RENEW_DAYS_MAX, &out->days);
}

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

static int renew_show(const struct cairn_cli_session *session, const struct cairn_ownnote *note,
                      bool is_taken)
{
    struct cairn_notecard card;
    cairn_err err =
        cairn_notecard_read((struct cairn_bytes){.data = note->bytes, .size = note->size}, &card);
    if (err != CAIRN_OK) {
        return cairn_cli_output_error(&session->output, err, "documents/own.note");
    }
    json_t *body = cairn_notecard_json(&card, (struct cairn_bytes){.size = 0});
    (void)json_object_set_new(body, "in_force",
                              json_string(is_taken ? "now" : "at the next start"));
    cairn_cli_output_object(&session->output, body);
    json_decref(body);
    return CAIRN_EXIT_DONE;
}

static cairn_err renew_make(struct cairn_cli_session *session, struct cairn_ownnote *old,
                            struct cairn_ownnote *note)
{
    struct cairn_renew_options options = {.now_ms = cairn_clock_wall_ms()};
    char keys_dir[CAIRN_FILE_PATH_MAX];
    uint8_t passphrase[CAIRN_CLI_PASSPHRASE_MAX];
    CAIRN_TRY(renew_read(session, keys_dir, &options));
    cairn_err err = cairn_cli_session_passphrase(session, passphrase, &options.passphrase);
    if (err == CAIRN_OK) {
        err = cairn_renew(&options, old, note);
    }
    cairn_secret_wipe(passphrase, sizeof passphrase);
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
    return code == CAIRN_EXIT_DONE ? renew_show(&session, &note, is_taken) : code;
}
