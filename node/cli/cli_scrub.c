#include "node/cli/cli_commands.h"

#include "node/cli/cli_session.h"
#include "node/mend.h"

#include <time.h>
#include <unistd.h>

/* `cairn scrub`: the daemon reads its whole log again, heals it from partners, and says what it
 * found. `cairn scrub --repair`: without the daemon, the files of the log. */

#define SCRUB_POLL_NS 250000000

static const struct cairn_cli_option scrub_options[] = {
    CAIRN_CLI_COMMON,
    {"repair", CAIRN_CLI_FLAG, false, NULL},
};
static const struct cairn_cli_plan scrub_plan = {
    .command = "scrub",
    .syntax = {.options = scrub_options,
               .option_count = sizeof scrub_options / sizeof scrub_options[0]},
    .is_dir_needed = true,
};

static void scrub_print_progress(const struct cairn_cli_session *session, const json_t *answer)
{
    const json_t *round = json_object_get(answer, "round");
    if (!session->output.is_json && isatty(STDERR_FILENO)) {
        fprintf(session->output.err, "\r%lld of %lld logs, %lld rows, %lld damaged ",
                cairn_cli_session_number(answer, "logs_done"),
                cairn_cli_session_number(answer, "logs"), cairn_cli_session_number(round, "rows"),
                cairn_cli_session_number(round, "found"));
    }
}

static void scrub_print(const struct cairn_cli_session *session, const json_t *answer)
{
    static const struct cairn_cli_column columns[] = {
        {"row", "row"},    {"of", "origin"},   {"log", "log"},  {"from", "from"},
        {"rows", "count"}, {"found", "found"}, {"lost", "lost"}};
    const json_t *last = json_object_get(answer, "last");
    if (!session->output.is_json && isatty(STDERR_FILENO)) {
        fprintf(session->output.err, "\r%70s\r", "");
    }
    cairn_cli_output_line(
        &session->output, "read        %lld rows, %lld bytes, of %lld journals and feeds",
        cairn_cli_session_number(last, "rows"), cairn_cli_session_number(last, "bytes"),
        cairn_cli_session_number(answer, "logs"));
    cairn_cli_output_line(&session->output, "damaged     %lld, of these healed %lld, lost %lld",
                          cairn_cli_session_number(last, "found"),
                          cairn_cli_session_number(last, "healed"),
                          cairn_cli_session_number(last, "lost"));
    if (json_is_true(json_object_get(answer, "repair_wanted"))) {
        cairn_cli_output_line(&session->output, "files       damaged: stop the daemon, then "
                                                "cairn scrub --repair");
    }
    if (cairn_cli_session_number(answer, "faults") > 0) {
        cairn_cli_output_table(&session->output, columns, sizeof columns / sizeof columns[0],
                               json_object_get(answer, "damage"));
    }
}

/* Until the round is over. */
static int scrub_follow(const struct cairn_cli_session *session, json_t **answer)
{
    const struct timespec pause = {.tv_nsec = SCRUB_POLL_NS};
    int code = CAIRN_EXIT_DONE;
    while (code == CAIRN_EXIT_DONE && json_is_true(json_object_get(*answer, "running"))) {
        scrub_print_progress(session, *answer);
        json_decref(*answer);
        *answer = NULL;
        (void)nanosleep(&pause, NULL);
        code = cairn_cli_session_get(session, "/v1/scrub", answer);
    }
    return code;
}

static int scrub_round(const struct cairn_cli_session *session)
{
    json_t *answer = NULL;
    int code = cairn_cli_session_post(session, "/v1/scrub", NULL, &answer);
    if (code == CAIRN_EXIT_DONE) {
        code = scrub_follow(session, &answer);
    }
    if (code == CAIRN_EXIT_DONE && session->output.is_json) {
        cairn_cli_output_object(&session->output, answer);
    } else if (code == CAIRN_EXIT_DONE) {
        scrub_print(session, answer);
    }
    if (code == CAIRN_EXIT_DONE && cairn_cli_session_number(answer, "faults") > 0) {
        code = CAIRN_EXIT_REFUSED;
    }
    json_decref(answer);
    return code;
}

static int scrub_repair(struct cairn_cli_session *session)
{
    struct cairn_config_fault fault;
    struct cairn_mend_result result;
    cairn_err err = cairn_config_load(session->dir, &session->config, &fault);
    if (err != CAIRN_OK) {
        return cairn_cli_output_error(&session->output, err, fault.text);
    }
    err = cairn_mend(session->dir, &session->config, &result);
    if (err != CAIRN_OK) {
        return cairn_cli_output_error(&session->output, err,
                                      err == CAIRN_LOCKED ? "stop the daemon first" : session->dir);
    }
    return cairn_cli_session_show(session, CAIRN_EXIT_DONE,
                                  json_pack("{s:b, s:I}", "repaired", result.is_repaired, "rows",
                                            (json_int_t)result.row_count));
}

int cairn_cli_scrub_run(int argc, char **argv)
{
    struct cairn_cli_session session;
    int code = cairn_cli_session_open(&session, &scrub_plan, argc, argv);
    if (code != CAIRN_EXIT_DONE) {
        return code;
    }
    return cairn_cli_args_has(&session.args, "repair") ? scrub_repair(&session)
                                                       : scrub_round(&session);
}
