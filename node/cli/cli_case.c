#include "node/cli/cli_commands.h"

#include "crypto/hash.h"
#include "node/cli/cli_session.h"
#include "schema/base/text.h"

#include <stdlib.h>
#include <string.h>

#define CASE_TARGET_BYTES    1024u
#define CASE_AGREEMENT_BYTES (1u << 20)
#define CASE_COUNT(options)  (sizeof(options) / sizeof(options)[0])

static const struct cairn_cli_option case_request_options[] = {
    CAIRN_CLI_COMMON, CAIRN_CLI_ACTING, {"agreement", CAIRN_CLI_VALUE, true, "FILE"}};
static const struct cairn_cli_option case_ack_options[] = {
    CAIRN_CLI_COMMON,
    CAIRN_CLI_ACTING,
    {"reference", CAIRN_CLI_VALUE, false, "TEXT"},
    {"contact", CAIRN_CLI_VALUE, false, "TEXT"}};
static const struct cairn_cli_option case_accept_options[] = {
    CAIRN_CLI_COMMON,
    CAIRN_CLI_ACTING,
    {"person", CAIRN_CLI_REPEAT, false, "N"},
    {"reference", CAIRN_CLI_VALUE, false, "TEXT"},
    {"remarks", CAIRN_CLI_VALUE, false, "TEXT"}};
static const struct cairn_cli_option case_refuse_options[] = {
    CAIRN_CLI_COMMON,
    CAIRN_CLI_ACTING,
    {"reason", CAIRN_CLI_REPEAT, true, "CODE"},
    {"text", CAIRN_CLI_VALUE, false, "TEXT"},
    {"reference", CAIRN_CLI_VALUE, false, "TEXT"}};
static const struct cairn_cli_option case_withdraw_options[] = {
    CAIRN_CLI_COMMON,
    CAIRN_CLI_ACTING,
    {"reason", CAIRN_CLI_VALUE, true, "CODE"},
    {"text", CAIRN_CLI_VALUE, false, "TEXT"}};
static const struct cairn_cli_option case_read_options[] = {
    CAIRN_CLI_COMMON, CAIRN_CLI_ACTING, {"limit", CAIRN_CLI_VALUE, false, "N"}};

static const struct cairn_cli_plan case_request_plan = {
    "case request",
    {case_request_options, CASE_COUNT(case_request_options), 1, 1, "FILE.json"},
    true,
    true,
    false};
static const struct cairn_cli_plan case_ack_plan = {
    "case ack", {case_ack_options, CASE_COUNT(case_ack_options), 1, 1, "ID"}, true, true, false};
static const struct cairn_cli_plan case_accept_plan = {
    "case accept",
    {case_accept_options, CASE_COUNT(case_accept_options), 1, 1, "ID"},
    true,
    true,
    false};
static const struct cairn_cli_plan case_refuse_plan = {
    "case refuse",
    {case_refuse_options, CASE_COUNT(case_refuse_options), 1, 1, "ID"},
    true,
    true,
    false};
static const struct cairn_cli_plan case_withdraw_plan = {
    "case withdraw",
    {case_withdraw_options, CASE_COUNT(case_withdraw_options), 1, 1, "ID"},
    true,
    true,
    false};
static const struct cairn_cli_plan case_show_plan = {
    "case show", {case_read_options, CASE_COUNT(case_read_options), 1, 1, "ID"}, true, true, false};
static const struct cairn_cli_plan case_list_plan = {
    "case list", {case_read_options, CASE_COUNT(case_read_options), 0, 0, ""}, true, true, false};

/* owns: takes body */
static int case_write(const struct cairn_cli_session *session, char *target, json_t *body)
{
    json_t *answer = NULL;
    if (!cairn_cli_session_query(target, CASE_TARGET_BYTES, "purpose", session->purpose)) {
        json_decref(body);
        return cairn_cli_output_error(&session->output, CAIRN_TOO_LONG, "--purpose");
    }
    int code = cairn_cli_session_post(session, target, body, &answer);
    return cairn_cli_session_show(session, code, answer);
}

/* Open a step on the case named by the first operand: target is its path. */
static int case_open_step(struct cairn_cli_session *session, const struct cairn_cli_plan *plan,
                          int argc, char **argv, char *target)
{
    int code = cairn_cli_session_open(session, plan, argc, argv);
    if (code != CAIRN_EXIT_DONE) {
        return code;
    }
    const char *step = strrchr(plan->command, ' ') + 1;
    step = strcmp(step, "show") == 0 ? NULL : step;
    if (!cairn_cli_session_path(target, CASE_TARGET_BYTES, "/v1/cases", session->args.operands[0],
                                step)) {
        return cairn_cli_output_error(&session->output, CAIRN_ID, session->args.operands[0]);
    }
    return CAIRN_EXIT_DONE;
}

/* The case pins the agreement by the SHA-256 of its file. */
static int case_pin(const struct cairn_cli_session *session, json_t *body)
{
    struct cairn_bytes text;
    uint8_t hash[32];
    char hex[65] = {0};
    const char *path = cairn_cli_args_value(&session->args, "agreement");
    int code = cairn_cli_session_read(session, path, CASE_AGREEMENT_BYTES, &text);
    if (code != CAIRN_EXIT_DONE) {
        return code;
    }
    cairn_sha256_of(text, hash);
    free((void *)(uintptr_t)text.data);
    cairn_text_hex_encode((struct cairn_bytes){hash, sizeof hash}, hex);
    const char *said = json_string_value(json_object_get(body, "agreement"));
    if (said != NULL && strcmp(said, hex) != 0) {
        return cairn_cli_output_error(&session->output, CAIRN_CONFLICT,
                                      "the request names another agreement than --agreement");
    }
    (void)json_object_set_new(body, "agreement", json_string(hex));
    return CAIRN_EXIT_DONE;
}

int cairn_cli_case_request(int argc, char **argv)
{
    struct cairn_cli_session session;
    char target[CASE_TARGET_BYTES] = "/v1/cases";
    json_t *body = NULL;
    int code = cairn_cli_session_open(&session, &case_request_plan, argc, argv);
    if (code == CAIRN_EXIT_DONE) {
        code = cairn_cli_session_read_json(&session, session.args.operands[0], &body);
    }
    if (code == CAIRN_EXIT_DONE) {
        code = case_pin(&session, body);
    }
    if (code != CAIRN_EXIT_DONE) {
        json_decref(body);
        return code;
    }
    return case_write(&session, target, body);
}

int cairn_cli_case_ack(int argc, char **argv)
{
    struct cairn_cli_session session;
    char target[CASE_TARGET_BYTES];
    int code = case_open_step(&session, &case_ack_plan, argc, argv, target);
    if (code != CAIRN_EXIT_DONE) {
        return code;
    }
    json_t *body =
        json_pack("{s:s*, s:s*}", "reference", cairn_cli_args_value(&session.args, "reference"),
                  "contact", cairn_cli_args_value(&session.args, "contact"));
    return case_write(&session, target, body);
}

int cairn_cli_case_accept(int argc, char **argv)
{
    struct cairn_cli_session session;
    char target[CASE_TARGET_BYTES];
    int code = case_open_step(&session, &case_accept_plan, argc, argv, target);
    if (code != CAIRN_EXIT_DONE) {
        return code;
    }
    json_t *persons = json_array();
    const char *text;
    for (size_t at = 0; (text = cairn_cli_args_repeat(&session.args, "person", at)) != NULL; at++) {
        char *end = NULL;
        unsigned long person = strtoul(text, &end, 10);
        if (text[0] < '0' || text[0] > '9' || *end != '\0' || person > 11) {
            json_decref(persons);
            return cairn_cli_output_error(&session.output, CAIRN_NUMBER, text);
        }
        (void)json_array_append_new(persons, json_integer((json_int_t)person));
    }
    bool is_all = json_array_size(persons) == 0;
    json_t *body = json_pack("{s:b, s:s*, s:s*}", "all", is_all, "reference",
                             cairn_cli_args_value(&session.args, "reference"), "remarks",
                             cairn_cli_args_value(&session.args, "remarks"));
    if (!is_all) {
        (void)json_object_set(body, "persons", persons);
    }
    json_decref(persons);
    return case_write(&session, target, body);
}

int cairn_cli_case_refuse(int argc, char **argv)
{
    struct cairn_cli_session session;
    char target[CASE_TARGET_BYTES];
    int code = case_open_step(&session, &case_refuse_plan, argc, argv, target);
    if (code != CAIRN_EXIT_DONE) {
        return code;
    }
    json_t *reasons = json_array();
    const char *text;
    for (size_t at = 0; (text = cairn_cli_args_repeat(&session.args, "reason", at)) != NULL; at++) {
        (void)json_array_append_new(reasons, json_string(text));
    }
    json_t *body = json_pack("{s:o, s:s*, s:s*}", "reasons", reasons, "text",
                             cairn_cli_args_value(&session.args, "text"), "reference",
                             cairn_cli_args_value(&session.args, "reference"));
    return case_write(&session, target, body);
}

int cairn_cli_case_withdraw(int argc, char **argv)
{
    struct cairn_cli_session session;
    char target[CASE_TARGET_BYTES];
    int code = case_open_step(&session, &case_withdraw_plan, argc, argv, target);
    if (code != CAIRN_EXIT_DONE) {
        return code;
    }
    json_t *body = json_pack("{s:s, s:s*}", "reason", cairn_cli_args_value(&session.args, "reason"),
                             "text", cairn_cli_args_value(&session.args, "text"));
    return case_write(&session, target, body);
}

int cairn_cli_case_show(int argc, char **argv)
{
    struct cairn_cli_session session;
    char target[CASE_TARGET_BYTES];
    json_t *answer = NULL;
    int code = case_open_step(&session, &case_show_plan, argc, argv, target);
    if (code == CAIRN_EXIT_DONE) {
        code = cairn_cli_session_get(&session, target, &answer);
    }
    return cairn_cli_session_show(&session, code, answer);
}

int cairn_cli_case_list(int argc, char **argv)
{
    static const struct cairn_cli_column columns[] = {{"id", "id"},        {"from", "requesting"},
                                                      {"to", "requested"}, {"status", "status"},
                                                      {"sent", "sent"},    {"changed", "changed"}};
    struct cairn_cli_session session;
    char target[CASE_TARGET_BYTES] = "/v1/cases";
    json_t *answer = NULL;
    int code = cairn_cli_session_open(&session, &case_list_plan, argc, argv);
    if (code != CAIRN_EXIT_DONE) {
        return code;
    }
    if (!cairn_cli_session_query(target, sizeof target, "limit",
                                 cairn_cli_args_value(&session.args, "limit"))) {
        return cairn_cli_output_error(&session.output, CAIRN_TOO_LONG, "--limit");
    }
    code = cairn_cli_session_get(&session, target, &answer);
    if (code == CAIRN_EXIT_DONE) {
        cairn_cli_output_table(&session.output, columns, CASE_COUNT(columns),
                               json_object_get(answer, "cases"));
    }
    json_decref(answer);
    return code;
}
