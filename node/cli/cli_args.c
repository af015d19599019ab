#include "node/cli/cli_args.h"

#include <stdio.h>
#include <string.h>

#include "schema/base/check.h"

cairn_err cairn_cli_args_refuse(struct cairn_cli_args *args, const char *name, const char *reason)
{
    snprintf(args->fault, sizeof args->fault, "%.60s: %.90s", name, reason);
    return CAIRN_USAGE;
}

static cairn_err args_refuse_option(struct cairn_cli_args *args, const char *name,
                                    const char *reason)
{
    char shown[64];
    snprintf(shown, sizeof shown, "--%.60s", name);
    return cairn_cli_args_refuse(args, shown, reason);
}

/* gives   option_count when there is no such option */
static size_t args_find(const struct cairn_cli_syntax *syntax, const char *name, size_t size)
{
    size_t at = 0;
    while (at < syntax->option_count && (strlen(syntax->options[at].name) != size ||
                                         memcmp(syntax->options[at].name, name, size) != 0)) {
        at++;
    }
    return at;
}

static size_t args_index(const struct cairn_cli_args *args, const char *name)
{
    size_t at = args_find(args->syntax, name, strlen(name));
    CAIRN_REQUIRE(at < args->syntax->option_count);
    return at;
}

static cairn_err args_set(struct cairn_cli_args *args, size_t index, const char *value)
{
    const struct cairn_cli_option *option = &args->syntax->options[index];
    if (option->kind == CAIRN_CLI_REPEAT) {
        if (args->repeat_count == CAIRN_CLI_REPEATS_MAX) {
            return args_refuse_option(args, option->name, "given too often");
        }
        args->repeats[args->repeat_count].option = index;
        args->repeats[args->repeat_count].value = value;
        args->repeat_count++;
    } else if (args->values[index] != NULL) {
        return args_refuse_option(args, option->name, "given twice");
    }
    if (args->values[index] == NULL) {
        args->values[index] = value;
    }
    return CAIRN_OK;
}

/* One "--name", "--name value" or "--name=value". *at: moved to the last word that was used */
static cairn_err args_take_option(struct cairn_cli_args *args, int argc, char **argv, int *at)
{
    const char *name = argv[*at] + 2;
    const char *equals = strchr(name, '=');
    size_t size = equals == NULL ? strlen(name) : (size_t)(equals - name);
    size_t index = args_find(args->syntax, name, size);
    if (index == args->syntax->option_count) {
        return cairn_cli_args_refuse(args, argv[*at], "unknown option");
    }
    const struct cairn_cli_option *option = &args->syntax->options[index];
    if (option->kind == CAIRN_CLI_FLAG) {
        return equals == NULL ? args_set(args, index, "")
                              : args_refuse_option(args, option->name, "takes no value");
    }
    if (equals != NULL) {
        return args_set(args, index, equals + 1);
    }
    if (*at + 1 >= argc) {
        return args_refuse_option(args, option->name, "needs a value");
    }
    *at += 1;
    return args_set(args, index, argv[*at]);
}

static cairn_err args_take_operand(struct cairn_cli_args *args, const char *operand)
{
    if (args->operand_count == args->syntax->operand_max) {
        return cairn_cli_args_refuse(args, operand, "one argument too many");
    }
    args->operands[args->operand_count++] = operand;
    return CAIRN_OK;
}

static cairn_err args_check_complete(struct cairn_cli_args *args)
{
    const struct cairn_cli_syntax *syntax = args->syntax;
    for (size_t at = 0; at < syntax->option_count; at++) {
        if (syntax->options[at].is_required && args->values[at] == NULL) {
            return args_refuse_option(args, syntax->options[at].name, "is required");
        }
    }
    if (args->operand_count < syntax->operand_min) {
        const char *names = syntax->operand_names == NULL ? "argument" : syntax->operand_names;
        return cairn_cli_args_refuse(args, names, "is missing");
    }
    return CAIRN_OK;
}

cairn_err cairn_cli_args_parse(struct cairn_cli_args *args, const struct cairn_cli_syntax *syntax,
                               int argc, char **argv)
{
    CAIRN_REQUIRE(syntax->option_count <= CAIRN_CLI_OPTIONS_MAX);
    CAIRN_REQUIRE(syntax->operand_max <= CAIRN_CLI_OPERANDS_MAX);
    bool is_operands_only = false;
    *args = (struct cairn_cli_args){.syntax = syntax};
    for (int at = 0; at < argc; at++) {
        bool is_option = !is_operands_only && argv[at][0] == '-' && argv[at][1] != '\0';
        if (!is_option) { /* "-" alone is an operand: standard input */
            CAIRN_TRY(args_take_operand(args, argv[at]));
        } else if (strcmp(argv[at], "--") == 0) {
            is_operands_only = true;
        } else if (argv[at][1] == '-') {
            CAIRN_TRY(args_take_option(args, argc, argv, &at));
        } else {
            return cairn_cli_args_refuse(args, argv[at], "unknown option");
        }
    }
    return args_check_complete(args);
}

bool cairn_cli_args_has(const struct cairn_cli_args *args, const char *name)
{
    return args->values[args_index(args, name)] != NULL;
}

const char *cairn_cli_args_value(const struct cairn_cli_args *args, const char *name)
{
    return args->values[args_index(args, name)];
}

const char *cairn_cli_args_repeat(const struct cairn_cli_args *args, const char *name, size_t index)
{
    size_t option = args_index(args, name);
    for (size_t at = 0; at < args->repeat_count; at++) {
        if (args->repeats[at].option != option) {
            continue;
        }
        if (index == 0) {
            return args->repeats[at].value;
        }
        index--;
    }
    return NULL;
}

cairn_err cairn_cli_args_uint(struct cairn_cli_args *args, const char *name, uint64_t min,
                              uint64_t max, uint64_t *out)
{
    char reason[90];
    const char *text = cairn_cli_args_value(args, name);
    uint64_t number = 0;
    if (text == NULL) {
        return CAIRN_OK;
    }
    bool is_number = text[0] != '\0';
    for (const char *at = text; is_number && *at != '\0'; at++) {
        uint64_t digit = (uint64_t)(*at - '0');
        is_number = *at >= '0' && *at <= '9' && number <= (UINT64_MAX - digit) / 10;
        number = is_number ? number * 10 + digit : 0;
    }
    if (is_number && number >= min && number <= max) {
        *out = number;
        return CAIRN_OK;
    }
    snprintf(reason, sizeof reason, "is not a number from %llu to %llu", (unsigned long long)min,
             (unsigned long long)max);
    return args_refuse_option(args, name, reason);
}

void cairn_cli_args_usage(const struct cairn_cli_syntax *syntax, const char *command, char *out,
                          size_t capacity)
{
    const char *names = syntax->operand_names == NULL ? "" : syntax->operand_names;
    const char *gap = names[0] == '\0' ? "" : " ";
    size_t size = (size_t)snprintf(out, capacity, "usage: cairn %s%s%s", command, gap, names);
    for (size_t at = 0; at < syntax->option_count && size < capacity; at++) {
        const struct cairn_cli_option *option = &syntax->options[at];
        bool is_flag = option->kind == CAIRN_CLI_FLAG;
        const char *dots = option->kind == CAIRN_CLI_REPEAT ? " ..." : "";
        const char *open = option->is_required ? "" : "[";
        const char *shut = option->is_required ? "" : "]";
        size += (size_t)snprintf(out + size, capacity - size, " %s--%s%s%s%s%s", open, option->name,
                                 is_flag ? "" : " ", is_flag ? "" : option->value, dots, shut);
    }
}
