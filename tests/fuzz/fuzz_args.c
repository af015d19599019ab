/* Any words as a command line, each ended by a NUL: a fault in words, or options and operands that
 * are words of the line, as many as the syntax allows. */
#include <string.h>

#include "node/cli/cli_args.h"
#include "schema/base/check.h"

#define WORDS_MAX 200
#define LINE_MAX  4096u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct cairn_cli_option options[] = {
    {"dir", CAIRN_CLI_VALUE, true, "DIR"},
    {"json", CAIRN_CLI_FLAG, false, NULL},
    {"trust", CAIRN_CLI_REPEAT, false, "FILE"},
    {"limit", CAIRN_CLI_VALUE, false, "N"},
};
static const struct cairn_cli_syntax syntax = {options, 4, 1, 3, "FILE..."};

/* NULL, or a place within the line. */
static void check_word(const char *word, const char *line, size_t size)
{
    CAIRN_REQUIRE(word == NULL || (word >= line && word < line + size + 1));
}

static void check_args(struct cairn_cli_args *args, const char *line, size_t size)
{
    uint64_t limit = 7;
    CAIRN_REQUIRE(args->operand_count >= syntax.operand_min);
    CAIRN_REQUIRE(args->operand_count <= syntax.operand_max);
    for (size_t i = 0; i < args->operand_count; i++) {
        CAIRN_REQUIRE(args->operands[i] != NULL);
        check_word(args->operands[i], line, size);
    }
    CAIRN_REQUIRE(cairn_cli_args_value(args, "dir") != NULL);
    check_word(cairn_cli_args_value(args, "dir"), line, size);
    for (size_t i = 0; cairn_cli_args_repeat(args, "trust", i) != NULL; i++) {
        CAIRN_REQUIRE(i < CAIRN_CLI_REPEATS_MAX);
        check_word(cairn_cli_args_repeat(args, "trust", i), line, size);
    }
    (void)cairn_cli_args_has(args, "json");
    if (cairn_cli_args_uint(args, "limit", 1, 1000, &limit) == CAIRN_OK) {
        CAIRN_REQUIRE(limit >= 1 && limit <= 1000);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char line[LINE_MAX + 1];
    static char *words[WORDS_MAX + 1];
    static struct cairn_cli_args args;
    int count = 0;
    if (size > LINE_MAX) {
        return 0;
    }
    memcpy(line, data, size);
    line[size] = '\0';
    for (size_t at = 0; at < size && count < WORDS_MAX; at += strlen(line + at) + 1) {
        words[count++] = line + at;
    }
    words[count] = NULL;
    if (cairn_cli_args_parse(&args, &syntax, count, words) == CAIRN_OK) {
        check_args(&args, line, size);
    } else {
        CAIRN_REQUIRE(args.fault[0] != '\0');
        CAIRN_REQUIRE(memchr(args.fault, '\0', sizeof args.fault) != NULL);
    }
    return 0;
}
