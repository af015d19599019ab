#include "node/cli/cli_verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/cli/cli_args.h"
#include "node/cli/cli_verify_report.h"

#define EXIT_WHOLE  0
#define EXIT_BROKEN 1

#define CHUNK_BYTES (64u << 10)

static const struct cairn_cli_option verify_options[] = {
    {"trust", CAIRN_CLI_REPEAT, false, "FILE|WORDS"},
    {"json", CAIRN_CLI_FLAG, false, NULL},
    {"help", CAIRN_CLI_FLAG, false, NULL},
};

static const struct cairn_cli_syntax verify_syntax = {
    .options = verify_options,
    .option_count = sizeof verify_options / sizeof verify_options[0],
    .operand_min = 1,
    .operand_max = 1,
    .operand_names = "FILE",
};

/* fault: NULL when help was asked for */
static int verify_usage(const char *fault)
{
    char usage[256];
    cairn_cli_args_usage(&verify_syntax, "verify", usage, sizeof usage);
    if (fault == NULL) {
        printf("%s\nchecks a bundle offline; exit 0 whole, 1 broken, 2 unusable\n", usage);
        return EXIT_WHOLE;
    }
    fprintf(stderr, "cairn: %s\n%s\n", fault, usage);
    return CAIRN_EXIT_UNUSABLE;
}

/* Whole small file. gives false when there is none of this name, or it is too large */
static bool verify_read_small(const char *path, uint8_t *out, size_t capacity, size_t *out_size)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return false;
    }
    size_t size = fread(out, 1, capacity, file);
    bool is_whole = ferror(file) == 0 && size < capacity;
    fclose(file);
    *out_size = size;
    return is_whole;
}

/* A --trust: words, or a file that holds words or a country document. */
static cairn_err verify_trust(struct cairn_verify *verify, const char *value)
{
    static uint8_t content[CAIRN_LIMIT_NOTE_BYTES + 1]; /* one thread, at start */
    struct cairn_bytes text = {.data = content, .size = 0};
    uint8_t fingerprint[16];
    if (!verify_read_small(value, content, sizeof content, &text.size)) {
        text = cairn_bytes_of(value);
    }
    CAIRN_TRY(cairn_verify_read_trust(verify, text, fingerprint));
    return cairn_verify_add_trust(verify, fingerprint);
}

/* gives   false when the file cannot be read */
static bool verify_file(struct cairn_verify *verify, FILE *file, struct cairn_cli_report *report)
{
    static uint8_t chunk[CHUNK_BYTES]; /* one thread */
    size_t size;
    while ((size = fread(chunk, 1, sizeof chunk, file)) > 0) {
        struct cairn_bytes bytes = {.data = chunk, .size = size};
        struct cairn_verify_finding finding;
        while (bytes.size > 0) {
            if (cairn_verify_take(verify, &bytes, &finding)) {
                cairn_cli_report_finding(report, verify, &finding);
            }
        }
    }
    return ferror(file) == 0;
}

static int verify_open_file(struct cairn_verify *verify, struct cairn_cli_report *report)
{
    struct cairn_verify_result result;
    bool is_stdin = strcmp(report->file, "-") == 0;
    FILE *file = is_stdin ? stdin : fopen(report->file, "rb");
    bool is_read = file != NULL && verify_file(verify, file, report);
    if (file != NULL && !is_stdin) {
        fclose(file);
    }
    if (!is_read) {
        fprintf(stderr, "cairn: %s (%d %s)\n", cairn_err_text(CAIRN_FILE), (int)CAIRN_FILE,
                cairn_err_name(CAIRN_FILE));
        return CAIRN_EXIT_UNUSABLE;
    }
    cairn_verify_end(verify, &result);
    cairn_cli_report_end(report, verify, &result);
    if (result.err == CAIRN_OK) {
        return EXIT_WHOLE;
    }
    return result.is_bundle && result.err != CAIRN_FULL ? EXIT_BROKEN : CAIRN_EXIT_UNUSABLE;
}

static int verify_run(struct cairn_cli_args *args, struct cairn_verify *verify)
{
    struct cairn_cli_report report = {
        .out = stdout,
        .file = args->operands[0],
        .is_json = cairn_cli_args_has(args, "json"),
    };
    const char *value;
    for (size_t i = 0; (value = cairn_cli_args_repeat(args, "trust", i)) != NULL; i++) {
        cairn_err err = verify_trust(verify, value);
        if (err != CAIRN_OK) {
            fprintf(stderr, "cairn: --trust: %s (%d %s)\n", cairn_err_text(err), (int)err,
                    cairn_err_name(err));
            return CAIRN_EXIT_UNUSABLE;
        }
    }
    return verify_open_file(verify, &report);
}

static void verify_say(cairn_err err)
{
    fprintf(stderr, "cairn: %s (%d %s)\n", cairn_err_text(err), err, cairn_err_name(err));
}

int cairn_cli_verify(int argc, char **argv)
{
    struct cairn_cli_args args;
    struct cairn_suite suite;
    const struct cairn_verify_limits limits = CAIRN_VERIFY_LIMITS_DEFAULT;
    if (argc > 0 && strcmp(argv[0], "--help") == 0) {
        return verify_usage(NULL);
    }
    if (cairn_cli_args_parse(&args, &verify_syntax, argc, argv) != CAIRN_OK) {
        return verify_usage(args.fault);
    }
    if (cairn_suite_open_real(&suite) != CAIRN_OK) {
        verify_say(CAIRN_LIBRARY);
        return CAIRN_EXIT_UNUSABLE;
    }
    int code = CAIRN_EXIT_UNUSABLE;
    void *memory = malloc(cairn_verify_size(&limits));
    if (memory == NULL) {
        verify_say(CAIRN_MEMORY);
    } else {
        code = verify_run(&args, cairn_verify_init(memory, &limits, &suite));
    }
    free(memory);
    cairn_suite_close(&suite);
    return code;
}
