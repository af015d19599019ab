#include "node/cli/cli_renewal.h"

#include <string.h>

#include "node/clock.h"
#include "node/notecard.h"

cairn_err cairn_cli_renewal_read(struct cairn_cli_session *session, struct cairn_cli_renewal *out)
{
    struct cairn_config_endpoint unused;
    struct cairn_renew_options *options = &out->options;
    *options = (struct cairn_renew_options){
        .dir = session->dir,
        .node = session->config.node,
        .now_ms = cairn_clock_wall_ms(),
        .days = CAIRN_RENEW_DAYS,
        .endpoint = cairn_cli_args_value(&session->args, "endpoint"),
        .root_dir = cairn_cli_args_value(&session->args, "root-keys"),
    };
    if (options->endpoint != NULL && strcmp(options->endpoint, "-") != 0 &&
        cairn_config_parse_endpoint(cairn_bytes_of(options->endpoint), false, &unused) !=
            CAIRN_OK) {
        return cairn_cli_args_refuse(&session->args, "endpoint", "not HOST:PORT");
    }
    if (options->root_dir == NULL) {
        CAIRN_TRY(cairn_file_path(session->dir, "keys", out->keys_dir));
        options->root_dir = out->keys_dir;
    }
    CAIRN_TRY(cairn_cli_args_uint(&session->args, "serial", 2, UINT32_MAX, &options->serial_min));
    CAIRN_TRY(cairn_cli_args_uint(&session->args, "days", 1, CAIRN_RENEW_DAYS_MAX, &options->days));
    return cairn_cli_session_passphrase(session, out->passphrase, &options->passphrase);
}

int cairn_cli_renewal_show(const struct cairn_cli_session *session,
                           const struct cairn_ownnote *note, json_t *more)
{
    struct cairn_notecard card;
    cairn_err err =
        cairn_notecard_read((struct cairn_bytes){.data = note->bytes, .size = note->size}, &card);
    if (err != CAIRN_OK) {
        json_decref(more);
        return cairn_cli_output_error(&session->output, err, "documents/own.note");
    }
    json_t *body = cairn_notecard_json(&card, (struct cairn_bytes){.size = 0});
    (void)json_object_update(body, more);
    cairn_cli_output_object(&session->output, body);
    json_decref(body);
    json_decref(more);
    return CAIRN_EXIT_DONE;
}
