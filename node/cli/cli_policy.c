#include "node/cli/cli_commands.h"

#include "node/cli/cli_session.h"
#include "schema/agreement.h"
#include "schema/origin.h"
#include "schema/policy.h"

#include <stdlib.h>
#include <string.h>

#define POLICY_FILE_BYTES  (1u << 20)
#define POLICY_ARENA_BYTES ((size_t)96 << 20) /* a node for every other byte of such a file */

static const struct cairn_cli_option policy_options[] = {CAIRN_CLI_COMMON};
#define POLICY_OPTION_COUNT (sizeof policy_options / sizeof policy_options[0])

static const struct cairn_cli_plan policy_check_plan = {
    .command = "policy check",
    .syntax = {policy_options, POLICY_OPTION_COUNT, 1, 1, "FILE"},
};
static const struct cairn_cli_plan policy_apply_plan = {
    .command = "policy apply",
    .syntax = {policy_options, POLICY_OPTION_COUNT, 1, 1, "FILE"},
    .is_dir_needed = true,
};
static const struct cairn_cli_plan policy_explain_plan = {
    .command = "policy explain",
    .syntax = {policy_options, POLICY_OPTION_COUNT, 1, 1, "ID"},
    .is_dir_needed = true,
};
static const struct cairn_cli_plan policy_agreement_plan = {
    .command = "agreement check",
    .syntax = {policy_options, POLICY_OPTION_COUNT, 1, 1, "FILE"},
};

/* Specimen codes count in the test network of the node, and where no node is named: there the file
 * alone is judged. */
static bool policy_is_test(const struct cairn_cli_session *session)
{
    struct cairn_config config;
    struct cairn_config_fault fault;
    if (session->dir == NULL || cairn_config_load(session->dir, &config, &fault) != CAIRN_OK) {
        return true;
    }
    return cairn_config_is_test(&config);
}

/* `FILE:line:column: what (subject)`, as compilers write it. */
static int policy_fault(const struct cairn_cli_session *session,
                        const struct cairn_yaml_fault *fault)
{
    char detail[512];
    const char *open = fault->subject.size == 0 ? "" : " (";
    const char *shut = fault->subject.size == 0 ? "" : ")";
    snprintf(detail, sizeof detail, "%.200s:%u:%u: %s%s%.*s%s", session->args.operands[0],
             fault->line, fault->column, fault->what, open, (int)fault->subject.size,
             fault->subject.size == 0 ? "" : (const char *)fault->subject.data, shut);
    return cairn_cli_output_error(&session->output, fault->err, detail);
}

static int policy_judge(const struct cairn_cli_session *session, struct cairn_bytes source,
                        struct cairn_arena *arena)
{
    struct cairn_yaml_fault fault = {.what = ""};
    struct cairn_policy *policy = cairn_arena_take(arena, sizeof *policy);
    if (cairn_policy_parse(source, policy_is_test(session), arena, policy, &fault) != CAIRN_OK) {
        return policy_fault(session, &fault);
    }
    json_t *body = json_pack("{s:s, s:i, s:i, s:i}", "policy", "good", "audiences",
                             (int)policy->audience_count, "rules", (int)policy->rule_count, "roles",
                             (int)policy->role_count);
    return cairn_cli_session_show(session, CAIRN_EXIT_DONE, body);
}

static int policy_judge_agreement(const struct cairn_cli_session *session,
                                  struct cairn_bytes source, struct cairn_arena *arena)
{
    struct cairn_yaml_fault fault = {.what = ""};
    struct cairn_agreement *agreement = cairn_arena_take(arena, sizeof *agreement);
    cairn_err err =
        cairn_agreement_parse(source, policy_is_test(session), arena, agreement, &fault);
    if (err != CAIRN_OK) {
        return policy_fault(session, &fault);
    }
    json_t *body = json_pack("{s:s%, s:[s, s], s:i}", "agreement", agreement->id.data,
                             agreement->id.size, "parties", agreement->parties[0],
                             agreement->parties[1], "clocks", (int)agreement->clock_count);
    return cairn_cli_session_show(session, CAIRN_EXIT_DONE, body);
}

static int policy_check_file(const struct cairn_cli_plan *plan, int argc, char **argv,
                             int (*judge)(const struct cairn_cli_session *session,
                                          struct cairn_bytes source, struct cairn_arena *arena))
{
    struct cairn_cli_session session;
    struct cairn_bytes source = {0};
    struct cairn_arena arena;
    int code = cairn_cli_session_open(&session, plan, argc, argv);
    if (code == CAIRN_EXIT_DONE) {
        code =
            cairn_cli_session_read(&session, session.args.operands[0], POLICY_FILE_BYTES, &source);
    }
    if (code != CAIRN_EXIT_DONE) {
        return code;
    }
    uint8_t *memory = malloc(POLICY_ARENA_BYTES);
    if (memory == NULL) {
        code = cairn_cli_output_error(&session.output, CAIRN_MEMORY, NULL);
    } else {
        cairn_arena_init(&arena, memory, POLICY_ARENA_BYTES);
        code = judge(&session, source, &arena);
    }
    free(memory);
    free((void *)(uintptr_t)source.data);
    return code;
}

int cairn_cli_policy_check(int argc, char **argv)
{
    return policy_check_file(&policy_check_plan, argc, argv, policy_judge);
}

int cairn_cli_agreement_check(int argc, char **argv)
{
    return policy_check_file(&policy_agreement_plan, argc, argv, policy_judge_agreement);
}

int cairn_cli_policy_apply(int argc, char **argv)
{
    struct cairn_cli_session session;
    struct cairn_bytes source = {0};
    json_t *answer = NULL;
    int code = cairn_cli_session_open(&session, &policy_apply_plan, argc, argv);
    if (code == CAIRN_EXIT_DONE) {
        code =
            cairn_cli_session_read(&session, session.args.operands[0], POLICY_FILE_BYTES, &source);
    }
    if (code != CAIRN_EXIT_DONE) {
        return code;
    }
    struct cairn_cli_request request = {.method = "POST",
                                        .target = "/v1/policy",
                                        .content_type = "application/yaml",
                                        .body = source};
    code = cairn_cli_session_call(&session, &request, &answer);
    free((void *)(uintptr_t)source.data);
    return cairn_cli_session_show(&session, code, answer);
}

int cairn_cli_policy_explain(int argc, char **argv)
{
    struct cairn_cli_session session;
    char target[128];
    json_t *answer = NULL;
    int code = cairn_cli_session_open(&session, &policy_explain_plan, argc, argv);
    if (code != CAIRN_EXIT_DONE) {
        return code;
    }
    const char *id = session.args.operands[0];
    if (!cairn_cli_session_path(target, sizeof target, "/v1/policy/explain", id, NULL)) {
        return cairn_cli_output_error(&session.output, CAIRN_ID, id);
    }
    code = cairn_cli_session_get(&session, target, &answer);
    return cairn_cli_session_show(&session, code, answer);
}
