#include "node/cli/cli_commands.h"

#include "node/cli/cli_session.h"

#include <stdlib.h>
#include <string.h>

#define ALERT_TARGET_BYTES 1024u

static const struct cairn_cli_option alert_write_options[] = {
    CAIRN_CLI_COMMON, CAIRN_CLI_ACTING, {"second-actor", CAIRN_CLI_VALUE, false, "ACTOR"}};
static const struct cairn_cli_option alert_withdraw_options[] = {
    CAIRN_CLI_COMMON,
    CAIRN_CLI_ACTING,
    {"second-actor", CAIRN_CLI_VALUE, false, "ACTOR"},
    {"reason", CAIRN_CLI_VALUE, true, "CODE"},
    {"text", CAIRN_CLI_VALUE, false, "TEXT"},
    {"into", CAIRN_CLI_VALUE, false, "ID"},
    {"row", CAIRN_CLI_REPEAT, false, "N"}};
static const struct cairn_cli_option alert_show_options[] = {
    CAIRN_CLI_COMMON, CAIRN_CLI_ACTING, {"rows", CAIRN_CLI_FLAG, false, NULL}};
static const struct cairn_cli_option alert_list_options[] = {
    CAIRN_CLI_COMMON,
    CAIRN_CLI_ACTING,
    {"from", CAIRN_CLI_VALUE, false, "CCC"},
    {"status", CAIRN_CLI_VALUE, false, "STATUS"},
    {"limit", CAIRN_CLI_VALUE, false, "N"}};

#define ALERT_COUNT(options) (sizeof(options) / sizeof(options)[0])

static const struct cairn_cli_plan alert_issue_plan = {
    "alert issue",
    {alert_write_options, ALERT_COUNT(alert_write_options), 1, 1, "FILE.json"},
    true,
    true,
    false};
static const struct cairn_cli_plan alert_amend_plan = {
    "alert amend",
    {alert_write_options, ALERT_COUNT(alert_write_options), 2, 2, "ID FILE.json"},
    true,
    true,
    false};
static const struct cairn_cli_plan alert_withdraw_plan = {
    "alert withdraw",
    {alert_withdraw_options, ALERT_COUNT(alert_withdraw_options), 1, 1, "ID"},
    true,
    true,
    false};
static const struct cairn_cli_plan alert_show_plan = {
    "alert show",
    {alert_show_options, ALERT_COUNT(alert_show_options), 1, 1, "ID"},
    true,
    true,
    false};
static const struct cairn_cli_plan alert_list_plan = {
    "alert list",
    {alert_list_options, ALERT_COUNT(alert_list_options), 0, 0, ""},
    true,
    true,
    false};

/* Post to a target under the purpose and second actor of the command line. owns: takes body */
static int alert_write(const struct cairn_cli_session *session, char *target, json_t *body)
{
    json_t *answer = NULL;
    const char *second = cairn_cli_args_value(&session->args, "second-actor");
    if (!cairn_cli_session_query(target, ALERT_TARGET_BYTES, "purpose", session->purpose) ||
        !cairn_cli_session_query(target, ALERT_TARGET_BYTES, "second_actor", second)) {
        json_decref(body);
        return cairn_cli_output_error(&session->output, CAIRN_TOO_LONG, "--purpose");
    }
    int code = cairn_cli_session_post(session, target, body, &answer);
    return cairn_cli_session_show(session, code, answer);
}

static int alert_bad_id(const struct cairn_cli_session *session)
{
    return cairn_cli_output_error(&session->output, CAIRN_ID, session->args.operands[0]);
}

int cairn_cli_alert_issue(int argc, char **argv)
{
    struct cairn_cli_session session;
    char target[ALERT_TARGET_BYTES] = "/v1/alerts";
    json_t *body = NULL;
    int code = cairn_cli_session_open(&session, &alert_issue_plan, argc, argv);
    if (code == CAIRN_EXIT_DONE) {
        code = cairn_cli_session_read_json(&session, session.args.operands[0], &body);
    }
    return code == CAIRN_EXIT_DONE ? alert_write(&session, target, body) : code;
}

int cairn_cli_alert_amend(int argc, char **argv)
{
    struct cairn_cli_session session;
    char target[ALERT_TARGET_BYTES];
    json_t *body = NULL;
    int code = cairn_cli_session_open(&session, &alert_amend_plan, argc, argv);
    if (code != CAIRN_EXIT_DONE) {
        return code;
    }
    if (!cairn_cli_session_path(target, sizeof target, "/v1/alerts", session.args.operands[0],
                                "amend")) {
        return alert_bad_id(&session);
    }
    code = cairn_cli_session_read_json(&session, session.args.operands[1], &body);
    return code == CAIRN_EXIT_DONE ? alert_write(&session, target, body) : code;
}

/* The rows of --row, which may repeat. gives: NULL when there is none, or one is no number */
static json_t *alert_rows(struct cairn_cli_session *session, int *out_code)
{
    json_t *rows = json_array();
    const char *text;
    *out_code = CAIRN_EXIT_DONE;
    for (size_t at = 0; (text = cairn_cli_args_repeat(&session->args, "row", at)) != NULL; at++) {
        char *end = NULL;
        unsigned long row = strtoul(text, &end, 10);
        if (text[0] < '0' || text[0] > '9' || *end != '\0' || row >= CAIRN_LIMIT_BATCH_ROWS) {
            *out_code = cairn_cli_output_error(&session->output, CAIRN_NUMBER, text);
            break;
        }
        (void)json_array_append_new(rows, json_integer((json_int_t)row));
    }
    if (*out_code == CAIRN_EXIT_DONE && json_array_size(rows) > 0) {
        return rows;
    }
    json_decref(rows);
    return NULL;
}

int cairn_cli_alert_withdraw(int argc, char **argv)
{
    struct cairn_cli_session session;
    char target[ALERT_TARGET_BYTES];
    int code = cairn_cli_session_open(&session, &alert_withdraw_plan, argc, argv);
    if (code != CAIRN_EXIT_DONE) {
        return code;
    }
    if (!cairn_cli_session_path(target, sizeof target, "/v1/alerts", session.args.operands[0],
                                "withdraw")) {
        return alert_bad_id(&session);
    }
    json_t *rows = alert_rows(&session, &code);
    if (code != CAIRN_EXIT_DONE) {
        return code;
    }
    json_t *body = json_pack("{s:s, s:s*, s:s*, s:o*}", "reason",
                             cairn_cli_args_value(&session.args, "reason"), "text",
                             cairn_cli_args_value(&session.args, "text"), "into",
                             cairn_cli_args_value(&session.args, "into"), "rows", rows);
    return alert_write(&session, target, body);
}

int cairn_cli_alert_show(int argc, char **argv)
{
    struct cairn_cli_session session;
    char target[ALERT_TARGET_BYTES];
    json_t *answer = NULL;
    int code = cairn_cli_session_open(&session, &alert_show_plan, argc, argv);
    if (code != CAIRN_EXIT_DONE) {
        return code;
    }
    const char *rows = cairn_cli_args_has(&session.args, "rows") ? "true" : NULL;
    if (!cairn_cli_session_path(target, sizeof target, "/v1/alerts", session.args.operands[0],
                                NULL) ||
        !cairn_cli_session_query(target, sizeof target, "rows", rows)) {
        return alert_bad_id(&session);
    }
    code = cairn_cli_session_get(&session, target, &answer);
    return cairn_cli_session_show(&session, code, answer);
}

int cairn_cli_alert_list(int argc, char **argv)
{
    static const struct cairn_cli_column columns[] = {
        {"id", "id"},     {"category", "category"}, {"action", "action"},  {"status", "status"},
        {"from", "from"}, {"expires", "expires"},   {"changed", "changed"}};
    struct cairn_cli_session session;
    char target[ALERT_TARGET_BYTES] = "/v1/alerts";
    json_t *answer = NULL;
    int code = cairn_cli_session_open(&session, &alert_list_plan, argc, argv);
    if (code != CAIRN_EXIT_DONE) {
        return code;
    }
    const struct cairn_cli_args *args = &session.args;
    if (!cairn_cli_session_query(target, sizeof target, "from",
                                 cairn_cli_args_value(args, "from")) ||
        !cairn_cli_session_query(target, sizeof target, "status",
                                 cairn_cli_args_value(args, "status")) ||
        !cairn_cli_session_query(target, sizeof target, "limit",
                                 cairn_cli_args_value(args, "limit"))) {
        return cairn_cli_output_error(&session.output, CAIRN_TOO_LONG, "--from");
    }
    code = cairn_cli_session_get(&session, target, &answer);
    if (code == CAIRN_EXIT_DONE) {
        cairn_cli_output_table(&session.output, columns, ALERT_COUNT(columns),
                               json_object_get(answer, "alerts"));
        if (json_object_get(answer, "next") != NULL) {
            cairn_cli_output_line(&session.output, "there are more: raise --limit");
        }
    }
    json_decref(answer);
    return code;
}
