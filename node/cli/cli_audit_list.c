#include "node/cli/cli_commands.h"

#include "node/cli/cli_session.h"

#include <stdio.h>

#define AUDIT_LIST_TARGET_BYTES 512u

static const struct cairn_cli_option audit_list_options[] = {
    CAIRN_CLI_COMMON,
    CAIRN_CLI_ACTING,
    {"from", CAIRN_CLI_VALUE, false, "CCC"},
    {"accepted", CAIRN_CLI_FLAG, false, NULL},
    {"limit", CAIRN_CLI_VALUE, false, "N"}};

#define AUDIT_LIST_SYNTAX                                                                          \
    {                                                                                              \
        audit_list_options, sizeof audit_list_options / sizeof audit_list_options[0], 0, 1, "[ID]" \
    }

static const struct cairn_cli_plan audit_alerts_plan = {
    .command = "audit alerts",
    .syntax = AUDIT_LIST_SYNTAX,
    .is_dir_needed = true,
    .is_acting = true,
};
static const struct cairn_cli_plan audit_cases_plan = {
    .command = "audit cases",
    .syntax = AUDIT_LIST_SYNTAX,
    .is_dir_needed = true,
    .is_acting = true,
};

/* Alerts or cases: where they are, and how a line of them looks. */
struct audit_list {
    const struct cairn_cli_plan *plan;
    const char *target;
    const char *rows;    /* of the answer */
    const char *country; /* the query for --from */
    const struct cairn_cli_column *columns;
    size_t column_count;
};

static int audit_list_show(const struct cairn_cli_session *session, const struct audit_list *list,
                           const char *id)
{
    char target[AUDIT_LIST_TARGET_BYTES];
    json_t *answer = NULL;
    if (!cairn_cli_session_path(target, sizeof target, list->target, id, NULL)) {
        return cairn_cli_output_error(&session->output, CAIRN_ID, id);
    }
    int code = cairn_cli_session_get(session, target, &answer);
    return cairn_cli_session_show(session, code, answer);
}

static int audit_list_all(const struct cairn_cli_session *session, const struct audit_list *list)
{
    char target[AUDIT_LIST_TARGET_BYTES];
    json_t *answer = NULL;
    const struct cairn_cli_args *args = &session->args;
    const char *accepted = cairn_cli_args_has(args, "accepted") ? "true" : "false";
    (void)snprintf(target, sizeof target, "%s", list->target);
    if (!cairn_cli_session_query(target, sizeof target, "accepted", accepted) ||
        !cairn_cli_session_query(target, sizeof target, list->country,
                                 cairn_cli_args_value(args, "from")) ||
        !cairn_cli_session_query(target, sizeof target, "limit",
                                 cairn_cli_args_value(args, "limit"))) {
        return cairn_cli_output_error(&session->output, CAIRN_TOO_LONG, "--from");
    }
    int code = cairn_cli_session_get(session, target, &answer);
    if (code == CAIRN_EXIT_DONE) {
        cairn_cli_output_table(&session->output, list->columns, list->column_count,
                               json_object_get(answer, list->rows));
        if (json_object_get(answer, "next") != NULL) {
            cairn_cli_output_line(&session->output, "there are more: raise --limit");
        }
    }
    json_decref(answer);
    return code;
}

static int audit_list_run(const struct audit_list *list, int argc, char **argv)
{
    struct cairn_cli_session session;
    int code = cairn_cli_session_open(&session, list->plan, argc, argv);
    if (code != CAIRN_EXIT_DONE) {
        return code;
    }
    return session.args.operand_count == 1
               ? audit_list_show(&session, list, session.args.operands[0])
               : audit_list_all(&session, list);
}

int cairn_cli_audit_alerts(int argc, char **argv)
{
    static const struct cairn_cli_column columns[] = {
        {"id", "id"},         {"category", "category"}, {"action", "action"},
        {"status", "status"}, {"changed", "changed"},   {"accepted", "accepted"}};
    static const struct audit_list list = {.plan = &audit_alerts_plan,
                                           .target = "/v1/audit/alerts",
                                           .rows = "alerts",
                                           .country = "from",
                                           .columns = columns,
                                           .column_count = sizeof columns / sizeof columns[0]};
    return audit_list_run(&list, argc, argv);
}

int cairn_cli_audit_cases(int argc, char **argv)
{
    static const struct cairn_cli_column columns[] = {
        {"id", "id"},         {"requesting", "requesting"}, {"requested", "requested"},
        {"status", "status"}, {"changed", "changed"},       {"accepted", "accepted"}};
    static const struct audit_list list = {.plan = &audit_cases_plan,
                                           .target = "/v1/audit/cases",
                                           .rows = "cases",
                                           .country = "requesting",
                                           .columns = columns,
                                           .column_count = sizeof columns / sizeof columns[0]};
    return audit_list_run(&list, argc, argv);
}
