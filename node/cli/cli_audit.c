#include "node/cli/cli_commands.h"

#include "node/cli/cli_session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define AUDIT_TARGET_BYTES 512u
#define AUDIT_PATH_BYTES   4096u

static const struct cairn_cli_option audit_options[] = {CAIRN_CLI_COMMON,
                                                        CAIRN_CLI_ACTING,
                                                        {"object", CAIRN_CLI_VALUE, false, "ID"},
                                                        {"feed", CAIRN_CLI_VALUE, false, "HEX"},
                                                        {"fork", CAIRN_CLI_VALUE, false, "ORIGIN"},
                                                        {"withheld", CAIRN_CLI_FLAG, false, NULL},
                                                        {"all", CAIRN_CLI_FLAG, false, NULL},
                                                        {"out", CAIRN_CLI_VALUE, true, "FILE"}};
static const struct cairn_cli_plan audit_plan = {
    .command = "audit export",
    .syntax = {audit_options, sizeof audit_options / sizeof audit_options[0], 0, 1, "[ORIGIN]"},
    .is_dir_needed = true,
    .is_acting = true,
};

struct audit_file {
    FILE *file;
    unsigned long long size;
};

static bool audit_take(void *host, struct cairn_bytes piece)
{
    struct audit_file *out = host;
    out->size += piece.size;
    return fwrite(piece.data, 1, piece.size, out->file) == piece.size;
}

/* Beside the file, then renamed: a cut-off download leaves nothing that looks like a bundle. */
static int audit_fetch(const struct cairn_cli_session *session, const char *target,
                       const char *path, const char *part)
{
    struct audit_file out = {.file = fopen(part, "wb")};
    struct cairn_cli_response response;
    if (out.file == NULL) {
        return cairn_cli_output_error(&session->output, CAIRN_FILE, part);
    }
    struct cairn_cli_request request = {
        .method = "GET", .target = target, .role = session->role, .actor = session->actor};
    cairn_err err = cairn_cli_client_stream(session->dir, &request, audit_take, &out, &response);
    int code = err == CAIRN_OK
                   ? cairn_cli_output_refusal(&session->output, &response)
                   : cairn_cli_output_error(&session->output,
                                            err == CAIRN_NO_ROOM ? CAIRN_FILE : err, path);
    cairn_cli_client_clear(&response);
    bool is_written = fflush(out.file) == 0 && fsync(fileno(out.file)) == 0;
    is_written = fclose(out.file) == 0 && is_written;
    if (code == CAIRN_EXIT_DONE && (!is_written || rename(part, path) != 0)) {
        code = cairn_cli_output_error(&session->output, CAIRN_FILE, path);
    }
    if (code != CAIRN_EXIT_DONE) {
        (void)unlink(part);
        return code;
    }
    json_t *answer = json_pack("{s:s, s:I}", "bundle", path, "bytes", (json_int_t)out.size);
    return cairn_cli_session_show(session, code, answer);
}

/* Exactly one scope; an operand only where --withheld wants one. */
static bool audit_is_one(const struct cairn_cli_args *args)
{
    static const char *const scopes[] = {"object", "feed", "fork", "withheld", "all"};
    int count = 0;
    for (size_t i = 0; i < sizeof scopes / sizeof scopes[0]; i++) {
        count += cairn_cli_args_has(args, scopes[i]) ? 1 : 0;
    }
    return count == 1 && (args->operand_count == 0 || cairn_cli_args_has(args, "withheld"));
}

static bool audit_write_target(const struct cairn_cli_args *args,
                               char target[static AUDIT_TARGET_BYTES])
{
    const char *withheld = args->operand_count == 1 ? args->operands[0] : "all";
    return cairn_cli_session_query(target, AUDIT_TARGET_BYTES, "object",
                                   cairn_cli_args_value(args, "object")) &&
           cairn_cli_session_query(target, AUDIT_TARGET_BYTES, "feed",
                                   cairn_cli_args_value(args, "feed")) &&
           cairn_cli_session_query(target, AUDIT_TARGET_BYTES, "fork",
                                   cairn_cli_args_value(args, "fork")) &&
           cairn_cli_session_query(target, AUDIT_TARGET_BYTES, "withheld",
                                   cairn_cli_args_has(args, "withheld") ? withheld : NULL) &&
           cairn_cli_session_query(target, AUDIT_TARGET_BYTES, "all",
                                   cairn_cli_args_has(args, "all") ? "true" : NULL);
}

int cairn_cli_audit_export(int argc, char **argv)
{
    struct cairn_cli_session session;
    char target[AUDIT_TARGET_BYTES] = "/v1/audit/export";
    char part[AUDIT_PATH_BYTES];
    int code = cairn_cli_session_open(&session, &audit_plan, argc, argv);
    if (code != CAIRN_EXIT_DONE) {
        return code;
    }
    const struct cairn_cli_args *args = &session.args;
    const char *path = cairn_cli_args_value(args, "out");
    int size = snprintf(part, sizeof part, "%s.part", path);
    if (!audit_is_one(args)) {
        return cairn_cli_output_usage(&session.output,
                                      "usage: cairn audit export (--object ID | --feed F | --fork "
                                      "ORIGIN | --withheld [ORIGIN] | --all) --out FILE",
                                      "say one of --object, --feed, --fork, --withheld, --all");
    }
    if (size < 0 || (size_t)size >= sizeof part || !audit_write_target(args, target)) {
        return cairn_cli_output_error(&session.output, CAIRN_TOO_LONG, path);
    }
    return audit_fetch(&session, target, path, part);
}
