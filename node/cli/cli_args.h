/* Command lines: `cairn GROUP VERB OPERAND... --name value --flag`. Options may stand anywhere;
 * `--name=value` is the same; after `--` everything is an operand. Each option at most once, unless
 * it may repeat.
 *
 *     static const struct cairn_cli_option options[] = {
 *         {"dir", CAIRN_CLI_VALUE, true, "DIR"}, {"json", CAIRN_CLI_FLAG, false, NULL}, ...};
 *     cairn_cli_args_parse(&args, &syntax, argc, argv)  ->  args, or CAIRN_USAGE and args.fault */
#ifndef CAIRN_NODE_CLI_CLI_ARGS_H
#define CAIRN_NODE_CLI_CLI_ARGS_H

#include "schema/base/bytes.h"
#include "schema/base/err.h"

#define CAIRN_CLI_OPTIONS_MAX  32u
#define CAIRN_CLI_OPERANDS_MAX 64u
#define CAIRN_CLI_REPEATS_MAX  64u /* values of all repeating options together */

enum cairn_cli_kind {
    CAIRN_CLI_FLAG,   /* --json */
    CAIRN_CLI_VALUE,  /* --dir PATH */
    CAIRN_CLI_REPEAT, /* --trust FILE --trust FILE */
};

struct cairn_cli_option {
    const char *name; /* without the hyphens */
    enum cairn_cli_kind kind;
    bool is_required;
    const char *value; /* what to write there, for the usage text: "FILE"; NULL for flags */
};

struct cairn_cli_syntax {
    const struct cairn_cli_option *options;
    size_t option_count; /* 0..CAIRN_CLI_OPTIONS_MAX */
    size_t operand_min;
    size_t operand_max;
    const char *operand_names; /* for the usage text: "FILE..." */
};

struct cairn_cli_args {
    const struct cairn_cli_syntax *syntax;
    const char *values[CAIRN_CLI_OPTIONS_MAX]; /* flags: "" when set; NULL: absent */
    const char *operands[CAIRN_CLI_OPERANDS_MAX];
    size_t operand_count;
    struct {
        size_t option; /* index */
        const char *value;
    } repeats[CAIRN_CLI_REPEATS_MAX];
    size_t repeat_count;
    char fault[160]; /* what is wrong, with the argument's name; "" when nothing is */
};

/* Parse what follows the command's own words. argv: borrowed as long as args
 *
 * errors  CAIRN_USAGE  unknown, repeated or missing option, value missing, too few or many operands
 */
CAIRN_MUST cairn_err cairn_cli_args_parse(struct cairn_cli_args *args,
                                          const struct cairn_cli_syntax *syntax, int argc,
                                          char **argv);

/* name: one of the syntax's own, else a panic */
bool cairn_cli_args_has(const struct cairn_cli_args *args, const char *name);

/* gives   NULL when absent */
const char *cairn_cli_args_value(const struct cairn_cli_args *args, const char *name);

/* The index-th value of a repeating option. gives: NULL past the last */
const char *cairn_cli_args_repeat(const struct cairn_cli_args *args, const char *name,
                                  size_t index);

/* Decimal number; *out unchanged when the option is absent.
 *
 * errors  CAIRN_USAGE  not a number, or outside min..max; args->fault names it */
CAIRN_MUST cairn_err cairn_cli_args_uint(struct cairn_cli_args *args, const char *name,
                                         uint64_t min, uint64_t max, uint64_t *out);

/* Put down a fault of the command's own ("--to: not a country code"). gives: CAIRN_USAGE */
CAIRN_MUST cairn_err cairn_cli_args_refuse(struct cairn_cli_args *args, const char *name,
                                           const char *reason);

/* One line such as "usage: cairn alert issue FILE --dir VALUE [--json]". */
void cairn_cli_args_usage(const struct cairn_cli_syntax *syntax, const char *command, char *out,
                          size_t capacity);

#endif
