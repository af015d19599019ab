#include "node/cli/cli_commands.h"

#include "node/cli/cli_session.h"

static const struct cairn_cli_option pending_options[] = {
    CAIRN_CLI_COMMON, CAIRN_CLI_ACTING, {"dismiss", CAIRN_CLI_VALUE, false, "N"}};
static const struct cairn_cli_plan pending_plan = {
    .command = "pending",
    .syntax = {pending_options, sizeof pending_options / sizeof pending_options[0], 0, 0, ""},
    .is_dir_needed = true,
    .is_acting = true,
};

static int pending_dismiss(const struct cairn_cli_session *session, const char *number)
{
    char target[128];
    json_t *answer = NULL;
    if (!cairn_cli_session_path(target, sizeof target, "/v1/pending", number, NULL)) {
        return cairn_cli_output_error(&session->output, CAIRN_NOT_FOUND, number);
    }
    struct cairn_cli_request request = {
        .method = "DELETE", .target = target, .role = session->role, .actor = session->actor};
    int code = cairn_cli_session_call(session, &request, &answer);
    return cairn_cli_session_show(session, code, answer);
}

int cairn_cli_pending_run(int argc, char **argv)
{
    static const struct cairn_cli_column columns[] = {
        {"number", "pending"}, {"state", "state"}, {"kind", "kind"},   {"id", "id"},
        {"actor", "actor"},    {"taken", "taken"}, {"error", "error"}, {"detail", "detail"}};
    struct cairn_cli_session session;
    json_t *answer = NULL;
    int code = cairn_cli_session_open(&session, &pending_plan, argc, argv);
    if (code != CAIRN_EXIT_DONE) {
        return code;
    }
    const char *dismiss = cairn_cli_args_value(&session.args, "dismiss");
    if (dismiss != NULL) {
        return pending_dismiss(&session, dismiss);
    }
    code = cairn_cli_session_get(&session, "/v1/pending", &answer);
    if (code == CAIRN_EXIT_DONE) {
        cairn_cli_output_table(&session.output, columns, sizeof columns / sizeof columns[0],
                               json_object_get(answer, "pending"));
    }
    json_decref(answer);
    return code;
}
