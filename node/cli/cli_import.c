#include "node/cli/cli_commands.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "crypto/hash.h"
#include "node/cli/cli_session.h"
#include "node/cli/cli_yaml.h"
#include "schema/base/text.h"

/* A file goes to the daemon piece by piece; the daemon says where it stands, so that a second run
 * after a crash of either side goes on there. */

#define IMPORT_PIECE_LINES  4096u /* documents: one alert.batch */
#define IMPORT_PIECE_ALERTS 512u
#define IMPORT_PIECE_BYTES  (1536u << 10)
#define IMPORT_DEFAULTS_MAX (64u << 10)
#define IMPORT_TRIES_MAX    300u
#define IMPORT_PAUSE_NS     200000000L
#define IMPORT_BAR_WIDTH    40u

static const struct cairn_cli_option import_options[] = {
    CAIRN_CLI_COMMON,
    CAIRN_CLI_ACTING,
    {"as", CAIRN_CLI_VALUE, true, "documents-csv|alerts-jsonl"},
    {"defaults", CAIRN_CLI_VALUE, false, "FILE.yaml"}};
static const struct cairn_cli_plan import_plan = {
    .command = "import",
    .syntax = {import_options, sizeof import_options / sizeof import_options[0], 1, 1, "FILE"},
    .is_dir_needed = true,
    .is_acting = true,
};

struct import {
    struct cairn_cli_session session;
    const char *path;
    FILE *file;
    bool is_csv;
    bool has_bar;
    uint64_t size;
    uint64_t offset;
    uint64_t accepted_count;
    uint64_t refused_count;
    char id[80];
    json_t *refused; /* all of this run, for --json */
    uint8_t *piece;
    size_t piece_size;
};

/* ---- the file ---- */

static int import_fail_file(const struct import *import)
{
    return cairn_cli_output_error(&import->session.output, CAIRN_FILE, import->path);
}

static int import_hash(struct import *import, char hex[static 65])
{
    struct cairn_sha256 hash;
    uint8_t digest[32];
    size_t got;
    cairn_sha256_init(&hash);
    while ((got = fread(import->piece, 1, IMPORT_PIECE_BYTES, import->file)) > 0) {
        cairn_sha256_update(&hash, (struct cairn_bytes){import->piece, got});
        import->size += got;
    }
    if (ferror(import->file) != 0) {
        return import_fail_file(import);
    }
    cairn_sha256_final(&hash, digest);
    cairn_text_hex_encode((struct cairn_bytes){digest, sizeof digest}, hex);
    hex[64] = '\0';
    return CAIRN_EXIT_DONE;
}

/* Whole lines from the offset on, as many as make one piece. */
static int import_read(struct import *import)
{
    uint32_t lines_max = import->is_csv ? IMPORT_PIECE_LINES : IMPORT_PIECE_ALERTS;
    uint32_t lines = 0;
    lines_max += import->is_csv && import->offset == 0 ? 1 : 0; /* the header */
    if (fseeko(import->file, (off_t)import->offset, SEEK_SET) != 0) {
        return import_fail_file(import);
    }
    size_t size = fread(import->piece, 1, IMPORT_PIECE_BYTES, import->file);
    if (ferror(import->file) != 0) {
        return import_fail_file(import);
    }
    bool is_end = import->offset + size >= import->size;
    size_t taken = 0;
    while (lines < lines_max && taken < size) {
        const uint8_t *end = memchr(import->piece + taken, '\n', size - taken);
        if (end == NULL && !is_end) {
            break;
        }
        taken = end == NULL ? size : (size_t)(end - import->piece) + 1;
        lines++;
    }
    import->piece_size = taken;
    if (taken == 0) {
        return cairn_cli_output_error(&import->session.output, CAIRN_TOO_LONG,
                                      "a line is longer than a megabyte");
    }
    return CAIRN_EXIT_DONE;
}

/* ---- what is shown ---- */

static void import_show_bar(const struct import *import)
{
    char bar[IMPORT_BAR_WIDTH + 1];
    if (!import->has_bar) {
        return;
    }
    uint64_t size = import->size == 0 ? 1 : import->size;
    uint64_t filled = import->offset * IMPORT_BAR_WIDTH / size;
    for (uint32_t at = 0; at < IMPORT_BAR_WIDTH; at++) {
        bar[at] = at < filled ? '#' : '.';
    }
    bar[IMPORT_BAR_WIDTH] = '\0';
    fprintf(stderr, "\r[%s] %3" PRIu64 " %%  %" PRIu64 " accepted, %" PRIu64 " refused ", bar,
            import->offset * 100 / size, import->accepted_count, import->refused_count);
}

static void import_show_refused(struct import *import, const json_t *refused)
{
    size_t at;
    json_t *row;
    json_array_foreach(refused, at, row)
    {
        if (import->session.output.is_json) {
            (void)json_array_append(import->refused, row);
            continue;
        }
        if (import->has_bar) {
            fprintf(stderr, "\r%70s\r", "");
        }
        cairn_cli_output_line(&import->session.output, "line %lld: error %lld %s",
                              cairn_cli_session_number(row, "line"),
                              cairn_cli_session_number(row, "code"),
                              cairn_cli_session_text(row, "reason"));
    }
    fflush(import->session.output.out); /* the node says it once: it must not get lost with us */
}

static void import_take_state(struct import *import, const json_t *state)
{
    import->offset = (uint64_t)cairn_cli_session_number(state, "offset");
    import->accepted_count = (uint64_t)cairn_cli_session_number(state, "accepted");
    import->refused_count = (uint64_t)cairn_cli_session_number(state, "refused_count");
    snprintf(import->id, sizeof import->id, "%s", cairn_cli_session_text(state, "id"));
}

static int import_show_totals(struct import *import, bool was_done)
{
    const struct cairn_cli_output *output = &import->session.output;
    if (import->has_bar) {
        fputc('\n', stderr);
    }
    json_t *body =
        json_pack("{s:s, s:I, s:I, s:b, s:o}", "file", import->path, "accepted",
                  (json_int_t)import->accepted_count, "refused", (json_int_t)import->refused_count,
                  "was_done_before", was_done, "refusals", json_incref(import->refused));
    if (output->is_json) {
        cairn_cli_output_object(output, body);
    } else {
        cairn_cli_output_line(output, "%s%" PRIu64 " rows accepted, %" PRIu64 " refused",
                              was_done ? "imported before: " : "", import->accepted_count,
                              import->refused_count);
    }
    json_decref(body);
    bool is_empty = import->accepted_count == 0 && import->refused_count > 0;
    return is_empty ? CAIRN_EXIT_REFUSED : CAIRN_EXIT_DONE;
}

/* ---- talking to the daemon ---- */

static int import_read_defaults(const struct import *import, json_t **out)
{
    struct cairn_bytes text;
    char fault[256];
    char detail[512];
    const char *path = cairn_cli_args_value(&import->session.args, "defaults");
    if (path == NULL) {
        return CAIRN_EXIT_DONE;
    }
    int code = cairn_cli_session_read(&import->session, path, IMPORT_DEFAULTS_MAX, &text);
    if (code != CAIRN_EXIT_DONE) {
        return code;
    }
    cairn_err err = cairn_cli_yaml_read(text, out, fault);
    free((void *)(uintptr_t)text.data);
    if (err == CAIRN_OK) {
        return CAIRN_EXIT_DONE;
    }
    snprintf(detail, sizeof detail, "%.200s:%s", path, fault);
    return cairn_cli_output_error(&import->session.output, err, detail);
}

static int import_begin(struct import *import)
{
    char hex[65];
    json_t *defaults = NULL;
    json_t *state = NULL;
    int code = import_hash(import, hex);
    if (code == CAIRN_EXIT_DONE) {
        code = import_read_defaults(import, &defaults);
    }
    if (code != CAIRN_EXIT_DONE) {
        return code;
    }
    json_t *body = json_pack("{s:s, s:s, s:o*, s:s*}", "sha256", hex, "format",
                             cairn_cli_args_value(&import->session.args, "as"), "defaults",
                             defaults, "purpose", import->session.purpose);
    code = cairn_cli_session_post(&import->session, "/v1/imports", body, &state);
    if (code == CAIRN_EXIT_DONE) {
        import_take_state(import, state);
    }
    json_decref(state);
    return code;
}

/* The number of the daemon's refusal; 0 when there is none. */
static int import_problem(const struct cairn_cli_response *response)
{
    json_t *problem = NULL;
    if (response->status < 300 || cairn_cli_client_json(response, &problem) != CAIRN_OK) {
        return 0;
    }
    int code = (int)json_integer_value(json_object_get(problem, "code"));
    json_decref(problem);
    return code;
}

static int import_take_answer(struct import *import, const struct cairn_cli_response *response)
{
    json_t *state = NULL;
    int code = cairn_cli_output_refusal(&import->session.output, response);
    if (code != CAIRN_EXIT_DONE) {
        return code;
    }
    cairn_err err = cairn_cli_client_json(response, &state);
    if (err != CAIRN_OK) {
        return cairn_cli_output_error(&import->session.output, err, "the daemon's answer");
    }
    import_take_state(import, state);
    import_show_refused(import, json_object_get(state, "refused"));
    json_decref(state);
    return CAIRN_EXIT_DONE;
}

/* Send the piece; "not yet" is asked again for a minute. */
static int import_send(struct import *import)
{
    char target[160];
    const struct timespec pause = {.tv_nsec = IMPORT_PAUSE_NS};
    snprintf(target, sizeof target, "/v1/imports/%s?offset=%" PRIu64, import->id, import->offset);
    const struct cairn_cli_request request = {
        .method = "POST",
        .target = target,
        .role = import->session.role,
        .actor = import->session.actor,
        .content_type = import->is_csv ? "text/csv" : "application/x-ndjson",
        .body = {import->piece, import->piece_size}};
    for (uint32_t tries = 0;; tries++) {
        struct cairn_cli_response response;
        cairn_err err = cairn_cli_client_call(import->session.dir, &request, &response);
        if (err != CAIRN_OK) {
            cairn_cli_client_clear(&response);
            return cairn_cli_output_error(&import->session.output, err,
                                          "broke off: run the same command again to go on");
        }
        bool is_later = import_problem(&response) / 100 == 4 && tries < IMPORT_TRIES_MAX;
        int code = is_later ? CAIRN_EXIT_DONE : import_take_answer(import, &response);
        cairn_cli_client_clear(&response);
        if (!is_later) {
            return code;
        }
        (void)nanosleep(&pause, NULL);
    }
}

static int import_work(struct import *import)
{
    int code = import_begin(import);
    bool was_done = code == CAIRN_EXIT_DONE && import->size > 0 && import->offset == import->size;
    while (code == CAIRN_EXIT_DONE && import->offset < import->size) {
        import_show_bar(import);
        code = import_read(import);
        if (code == CAIRN_EXIT_DONE) {
            code = import_send(import);
        }
    }
    import_show_bar(import);
    return code == CAIRN_EXIT_DONE ? import_show_totals(import, was_done) : code;
}

int cairn_cli_import_file(int argc, char **argv)
{
    struct import import = {.file = NULL};
    int code = cairn_cli_session_open(&import.session, &import_plan, argc, argv);
    if (code != CAIRN_EXIT_DONE) {
        return code;
    }
    const char *format = cairn_cli_args_value(&import.session.args, "as");
    import.is_csv = strcmp(format, "documents-csv") == 0;
    if (!import.is_csv && strcmp(format, "alerts-jsonl") != 0) {
        return cairn_cli_output_usage(
            &import.session.output,
            "usage: cairn import FILE --as documents-csv|alerts-jsonl [--defaults FILE.yaml]",
            "--as: neither documents-csv nor alerts-jsonl");
    }
    import.path = import.session.args.operands[0];
    import.has_bar = isatty(STDERR_FILENO) != 0 && !import.session.output.is_json;
    import.file = fopen(import.path, "rb");
    import.piece = malloc(IMPORT_PIECE_BYTES);
    import.refused = json_array();
    if (import.file == NULL) {
        code = import_fail_file(&import);
    } else if (import.piece == NULL || import.refused == NULL) {
        code = cairn_cli_output_error(&import.session.output, CAIRN_MEMORY, NULL);
    } else {
        code = import_work(&import);
    }
    if (import.file != NULL) {
        (void)fclose(import.file);
    }
    free(import.piece);
    json_decref(import.refused);
    return code;
}
