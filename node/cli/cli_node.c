#include "node/cli/cli_node.h"

#include <stdio.h>
#include <string.h>

#include "crypto/secret.h"
#include "node/cli/cli_session.h"
#include "node/clock.h"
#include "node/file.h"
#include "node/init.h"
#include "node/notecard.h"
#include "node/run.h"

#define NODE_ENDPOINT_MAX (CAIRN_CONFIG_HOST_MAX + 9u)

static const struct cairn_cli_option init_options[] = {
    CAIRN_CLI_COMMON,
    {"network", CAIRN_CLI_VALUE, true, "NAME"},
    {"country", CAIRN_CLI_VALUE, true, "CCC"},
    {"node", CAIRN_CLI_VALUE, true, "NAME"},
    {"listen", CAIRN_CLI_VALUE, false, "HOST:PORT"},
    {"endpoint", CAIRN_CLI_VALUE, false, "HOST:PORT"},
    {"http", CAIRN_CLI_VALUE, false, "HOST:PORT"},
    {"passphrase-file", CAIRN_CLI_VALUE, false, "FILE"},
};
static const struct cairn_cli_plan init_plan = {
    .command = "init",
    .syntax = {.options = init_options,
               .option_count = sizeof init_options / sizeof init_options[0]},
    .is_dir_needed = true,
};

static const struct cairn_cli_option run_options[] = {CAIRN_CLI_COMMON};
static const struct cairn_cli_plan run_plan = {
    .command = "run",
    .syntax = {.options = run_options, .option_count = sizeof run_options / sizeof run_options[0]},
    .is_dir_needed = true,
};

/* Copy a name into its place of the config; its shape is checked when all is together. */
static cairn_err node_copy(struct cairn_cli_session *session, const char *name, char *out,
                           size_t capacity)
{
    const char *value = cairn_cli_args_value(&session->args, name);
    if (strlen(value) >= capacity) {
        return cairn_cli_args_refuse(&session->args, name, "too long");
    }
    memcpy(out, value, strlen(value) + 1);
    return CAIRN_OK;
}

static cairn_err node_endpoint(struct cairn_cli_session *session, const char *name,
                               struct cairn_config_endpoint *out)
{
    const char *value = cairn_cli_args_value(&session->args, name);
    if (value == NULL) {
        return CAIRN_OK;
    }
    if (cairn_config_parse_endpoint(cairn_bytes_of(value), false, out) != CAIRN_OK) {
        return cairn_cli_args_refuse(&session->args, name, "not HOST:PORT");
    }
    return CAIRN_OK;
}

static cairn_err node_config(struct cairn_cli_session *session, struct cairn_config *out)
{
    struct cairn_config_endpoint unused;
    cairn_config_init(out);
    CAIRN_TRY(node_copy(session, "network", out->network, sizeof out->network));
    CAIRN_TRY(node_copy(session, "country", out->country, sizeof out->country));
    CAIRN_TRY(node_copy(session, "node", out->node, sizeof out->node));
    CAIRN_TRY(cairn_init_check(out)); /* before anything is made */
    CAIRN_TRY(node_endpoint(session, "listen", &out->listen));
    CAIRN_TRY(node_endpoint(session, "http", &out->http));
    return node_endpoint(session, "endpoint", &unused);
}

/* What partners are told: --endpoint, else where it listens, unless that is everywhere. */
static const char *node_public_endpoint(const struct cairn_cli_session *session,
                                        const struct cairn_config *config)
{
    const char *said = cairn_cli_args_value(&session->args, "endpoint");
    bool is_everywhere =
        strcmp(config->listen.host, "0.0.0.0") == 0 || strcmp(config->listen.host, "::") == 0;
    if (said != NULL || is_everywhere) {
        return said;
    }
    return cairn_cli_args_value(&session->args, "listen");
}

static int node_show(const struct cairn_cli_session *session)
{
    char path[CAIRN_FILE_PATH_MAX];
    uint8_t bytes[CAIRN_LIMIT_NOTE_BYTES];
    size_t size = 0;
    struct cairn_notecard card;
    cairn_err err = cairn_file_path(session->dir, "documents/own.note", path);
    if (err == CAIRN_OK) {
        err = cairn_file_read(path, bytes, sizeof bytes, &size);
    }
    if (err == CAIRN_OK) {
        err = cairn_notecard_read((struct cairn_bytes){.data = bytes, .size = size}, &card);
    }
    if (err != CAIRN_OK) {
        return cairn_cli_output_error(&session->output, err, "documents/own.note");
    }
    json_t *body = cairn_notecard_json(&card, (struct cairn_bytes){.size = 0});
    cairn_cli_output_object(&session->output, body);
    json_decref(body);
    return CAIRN_EXIT_DONE;
}

int cairn_cli_node_init(int argc, char **argv)
{
    struct cairn_cli_session session;
    struct cairn_config config;
    uint8_t passphrase[CAIRN_CLI_PASSPHRASE_MAX];
    int code = cairn_cli_session_open(&session, &init_plan, argc, argv);
    if (code != CAIRN_EXIT_DONE) {
        return code;
    }
    struct cairn_init_options options = {
        .dir = session.dir, .config = &config, .now_ms = cairn_clock_wall_ms()};
    cairn_err err = node_config(&session, &config);
    if (err == CAIRN_OK) {
        err = cairn_cli_session_passphrase(&session, passphrase, &options.passphrase);
    }
    if (err == CAIRN_OK) {
        options.endpoint = node_public_endpoint(&session, &config);
        err = cairn_init(&options);
    }
    cairn_secret_wipe(passphrase, sizeof passphrase);
    if (err != CAIRN_OK) {
        const char *detail = session.args.fault[0] != '\0' ? session.args.fault : session.dir;
        return cairn_cli_output_error(&session.output, err, detail);
    }
    return node_show(&session);
}

int cairn_cli_node_run(int argc, char **argv)
{
    struct cairn_cli_session session;
    struct cairn_config config;
    struct cairn_config_fault fault;
    int code = cairn_cli_session_open(&session, &run_plan, argc, argv);
    if (code != CAIRN_EXIT_DONE) {
        return code;
    }
    cairn_err err = cairn_config_load(session.dir, &config, &fault);
    if (err != CAIRN_OK) {
        return cairn_cli_output_error(&session.output, err, fault.text);
    }
    err = cairn_run(session.dir, &config);
    return err == CAIRN_OK ? CAIRN_EXIT_DONE
                           : cairn_cli_output_error(&session.output, err, session.dir);
}
