#include "node/cli/cli_commands.h"

#include "node/cli/cli_session.h"

static const struct cairn_cli_option token_create_options[] = {
    CAIRN_CLI_COMMON,
    {"role", CAIRN_CLI_VALUE, true, "ROLE"},
    {"actor", CAIRN_CLI_VALUE, true, "ACTOR"}};
static const struct cairn_cli_option token_options[] = {CAIRN_CLI_COMMON};

static const struct cairn_cli_plan token_create_plan = {
    .command = "token create",
    .syntax = {.options = token_create_options,
               .option_count = sizeof token_create_options / sizeof token_create_options[0]},
    .is_dir_needed = true,
};
static const struct cairn_cli_plan token_list_plan = {
    .command = "token list",
    .syntax = {.options = token_options,
               .option_count = sizeof token_options / sizeof token_options[0]},
    .is_dir_needed = true,
};
static const struct cairn_cli_plan token_revoke_plan = {
    .command = "token revoke",
    .syntax = {.options = token_options,
               .option_count = sizeof token_options / sizeof token_options[0],
               .operand_min = 1,
               .operand_max = 1,
               .operand_names = "ID"},
    .is_dir_needed = true,
};

int cairn_cli_token_create(int argc, char **argv)
{
    struct cairn_cli_session session;
    json_t *answer = NULL;
    int code = cairn_cli_session_open(&session, &token_create_plan, argc, argv);
    if (code != CAIRN_EXIT_DONE) {
        return code;
    }
    json_t *body = json_pack("{s:s, s:s}", "role", cairn_cli_args_value(&session.args, "role"),
                             "actor", cairn_cli_args_value(&session.args, "actor"));
    code = cairn_cli_session_post(&session, "/v1/tokens", body, &answer);
    if (code == CAIRN_EXIT_DONE && !session.output.is_json) {
        /* Alone on a line, so that a script can take it; the rest is for people. */
        fprintf(stdout, "%s\n", cairn_cli_session_text(answer, "token"));
        fprintf(stderr, "token %s for %s as %s: shown only now\n",
                cairn_cli_session_text(answer, "id"), cairn_cli_session_text(answer, "actor"),
                cairn_cli_session_text(answer, "role"));
        json_decref(answer);
        return code;
    }
    return cairn_cli_session_show(&session, code, answer);
}

int cairn_cli_token_list(int argc, char **argv)
{
    static const struct cairn_cli_column columns[] = {
        {"id", "id"}, {"kind", "kind"}, {"role", "role"}, {"actor", "actor"}, {"made", "created"}};
    struct cairn_cli_session session;
    json_t *answer = NULL;
    int code = cairn_cli_session_open(&session, &token_list_plan, argc, argv);
    if (code == CAIRN_EXIT_DONE) {
        code = cairn_cli_session_get(&session, "/v1/tokens", &answer);
    }
    if (code == CAIRN_EXIT_DONE) {
        cairn_cli_output_table(&session.output, columns, sizeof columns / sizeof columns[0],
                               json_object_get(answer, "tokens"));
    }
    json_decref(answer);
    return code;
}

int cairn_cli_token_revoke(int argc, char **argv)
{
    struct cairn_cli_session session;
    char target[128];
    json_t *answer = NULL;
    int code = cairn_cli_session_open(&session, &token_revoke_plan, argc, argv);
    if (code != CAIRN_EXIT_DONE) {
        return code;
    }
    const char *id = session.args.operands[0];
    if (!cairn_cli_session_path(target, sizeof target, "/v1/tokens", id, NULL)) {
        return cairn_cli_output_error(&session.output, CAIRN_NOT_FOUND, id);
    }
    struct cairn_cli_request request = {.method = "DELETE", .target = target};
    code = cairn_cli_session_call(&session, &request, &answer);
    return cairn_cli_session_show(&session, code, answer);
}
